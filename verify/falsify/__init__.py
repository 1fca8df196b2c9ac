"""The falsifier: from a statement's declarations to an exact witness against it, or a count of what survived.

Search proposes in float64 and is never conclusive; a suspicion counts only when it holds in exact rationals or balls
with every hypothesis checked as strictly as the violated conclusion.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from properties.evaluate import Unbound, UnknownNode
from theorems import notation as N
from theorems.statement import Statement
from verify import certificate
from verify.falsify.hand_over import LADDER, Ledger, Witness, candidate, equality_attained, hand_over
from verify.falsify.optimise import refine
from verify.falsify.optimise_runs import refine_run
from verify.falsify.plan import Plan, make_plan, relations_of
from verify.falsify.runs import search_runs, search_structured_runs
from verify.falsify.search import Suspect, Tally, groups, search_group
from verify.falsify.shrink import shrink
from verify.verdict import Refuted, Survived, Tightness, Undecided, Vacuous, Verdict


@dataclass(frozen=True)
class Budget:
    """How much search: groups of dimensions, worlds in each, passes, local rounds, exact decisions.

    `slow_decisions` are those about runs and smallest roots, each worth about ten others; `structured_decisions` those
    about the runs of one shape from structured starts.
    """

    groups: int
    count: int
    passes: int
    largest: int
    rounds: int
    starts: int
    decisions: int
    slow_decisions: int
    structured_decisions: int
    shrinks: int
    run_groups: int
    run_count: int
    run_steps: int
    run_starts: int


# Margins between which a local search of runs is worth its time: neither equality nor far from failing.
TIGHT = (1e-9, 0.999)

BUDGETS = {
    "quick": Budget(
        groups=12,
        count=256,
        passes=1,
        largest=3,
        rounds=24,
        starts=2,
        decisions=300,
        slow_decisions=30,
        structured_decisions=8,
        shrinks=300,
        run_groups=6,
        run_count=48,
        run_steps=40,
        run_starts=1,
    ),
    "full": Budget(
        groups=40,
        count=1024,
        passes=3,
        largest=4,
        rounds=80,
        starts=6,
        decisions=2000,
        slow_decisions=80,
        structured_decisions=24,
        shrinks=1500,
        run_groups=12,
        run_count=64,
        run_steps=120,
        run_starts=8,
    ),
}


def generator(statement: Statement, seed: int, part: str = "") -> Generator:
    """A generator that depends on the statement's id, the seed and the part of the search, and on nothing else."""
    text = f"{statement.id}|{seed}|{part}".encode()
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(text).digest()[:16], "big")))


def falsify(statement: Statement, seed: int = 0, budget: str = "quick", landmarks: bool = True) -> Verdict:
    """Refuted with an exact certificate, Survived with what was tried, or Vacuous when no world met the hypotheses.

    budget: "quick" or "full". landmarks: whether special instances may be drawn. Deterministic in
    (statement.id, seed, budget, landmarks). Undecided when the claim is not one that worlds decide.
    """
    if not relations_of(statement.then):
        return Undecided(f"a claim of kind {statement.kind} is not decided by search")
    amount = BUDGETS[budget]
    plan = make_plan(statement)
    if plan.run and N.W1_0 not in plan.matrices:
        return Undecided("runs of gradient descent on Problem 1 are not searched")
    tally = Tally()
    try:
        search = _search_runs if plan.run else _search_worlds
        ledger = Ledger(amount.slow_decisions if plan.heavy else amount.decisions)
        witness = search(plan, statement, seed, amount, landmarks, tally, ledger)
    except (UnknownNode, Unbound) as error:
        return Undecided(str(error))
    if witness is not None:
        # A decision about a long run costs about as many times more as it has steps.
        long = len(witness.candidate.steps or ()) > 8
        return refuted(plan, witness, amount.shrinks // (12 if long else 4 if plan.heavy else 1))
    if tally.cases == 0:
        return Vacuous(f"no world met the hypotheses among {tally.sampled} sampled")
    return _survived(plan, tally, seed)


def _search_worlds(
    plan: Plan, statement: Statement, seed: int, amount: Budget, landmarks: bool, tally: Tally, ledger: Ledger
) -> Witness | None:
    # A smallest root costs a hundred evaluations: fewer shapes, shorter local search.
    share = 2 if plan.heavy else 1
    for turn in range(amount.passes):
        rng = generator(statement, seed, f"pass {turn}")
        for dims in groups(plan, rng, amount.groups // share, amount.largest):
            search_group(plan, dims, rng, amount.count // share, landmarks, tally)
            witness = _decided(plan, tally, 2, ledger)
            if witness is not None:
                return witness
        if tally.best is not None and tally.margin < 0.5:
            for _ in range(amount.starts):
                refine(tally.best, rng, amount.rounds // share**2, 64, tally)
                witness = _decided(plan, tally, 4, ledger)
                if witness is not None:
                    return witness
    return None


def _search_runs(
    plan: Plan, statement: Statement, seed: int, amount: Budget, landmarks: bool, tally: Tally, ledger: Ledger
) -> Witness | None:
    if landmarks:
        for _ in search_structured_runs(plan, seed, amount.run_steps, tally):
            witness = _decided(plan, tally, 2, Ledger(amount.structured_decisions))
            if witness is not None:
                return witness
    for _ in search_runs(plan, seed, amount.run_groups, amount.run_count, amount.run_steps, landmarks, tally):
        witness = _decided(plan, tally, 2, ledger)
        if witness is not None:
            return witness
    return _refined_runs(plan, generator(statement, seed, "local"), amount, tally, ledger)


def _refined_runs(plan: Plan, rng: Generator, amount: Budget, tally: Tally, ledger: Ledger) -> Witness | None:
    """Local search from the tightest short runs, two steps before one and three, small shapes first."""
    starts = [s for s in tally.short.values() if TIGHT[0] < s.score < TIGHT[1]]
    starts.sort(key=lambda s: (abs(len(s.steps) - 2), sum(s.batch.dims.values()), s.score))
    # A smallest root among the hypotheses costs a hundred evaluations a step.
    rounds = amount.rounds // (6 if plan.heavy else 1)
    for start in starts[: amount.run_starts]:
        refine_run(start, rng, rounds, 48, tally)
        witness = _decided(plan, tally, 4, ledger)
        if witness is not None:
            return witness
    return None


def _decided(plan: Plan, tally: Tally, most: int, ledger: Ledger) -> Witness | None:
    """The first witness among the most suspicious rows so far; suspects are spent."""
    suspects = sorted(tally.suspects, key=Suspect.order)[:most]
    tally.suspects.clear()
    for suspect in suspects:
        witness = hand_over(plan, suspect.batch, suspect.index, ledger, suspect.steps, thorough=suspect.steady)
        if witness is not None:
            return witness
    return None


def refuted(plan: Plan, witness: Witness, trials: int) -> Refuted:
    """The verdict on a witness, shrunk with at most `trials` exact decisions."""
    small = shrink(plan, witness, trials)
    return Refuted(certificate.build(plan.statement, small.world, steps=small.candidate.steps, violated=small.violated))


def _survived(plan: Plan, tally: Tally, seed: int) -> Survived:
    best = tally.best
    where = "" if best is None else describe(best)
    tightness = None
    if best is not None and np.isfinite(tally.ratio):
        equality = tally.margin < 1e-9 and any(
            equality_attained(plan, candidate(best.batch, best.index, rule, best.steps)) for rule in LADDER[:8]
        )
        tightness = Tightness(ratio=min(1.0, tally.ratio), instance=where, equality=equality)
    # A negative margin here is a suspicion that exact arithmetic did not confirm: rounding.
    return Survived(cases=tally.cases, seed=seed, margin=max(0.0, tally.margin), where=where, tightness=tightness)


def describe(suspect: Suspect) -> str:
    """A row of a batch in one line of text, floats to six digits."""
    batch, index = suspect.batch, suspect.index
    parts = [f"{s}={v}" for s, v in batch.dims.items()]
    for leaf, value in batch.values.items():
        parts.append(f"{leaf}={np.array2string(value[index], precision=6, separator=',').replace(chr(10), '')}")
    if batch.losses is not None:
        parts.append(f"loss={batch.losses.loss.penalty}")
    if suspect.steps is not None:
        parts.append(f"steps={len(suspect.steps)}")
    return ", ".join(parts)
