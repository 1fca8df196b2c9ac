"""The catalog checked on real gradient descent: the user's own problem or loss, and random problems of the same kind.

Every statement about the current step, or about the steps so far, is evaluated in float64 at every iteration of
every run. All that looks violated is decided again in exact rationals or balls with all hypotheses, tolerance zero,
until a violation is confirmed, and only then called refuted: rounding never shows as a finding, and a violation cannot
hide behind rounding. What survives here is an observation, not a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.errors import InputError
from properties.evaluate import Evaluator, Unbound, UnknownNode, reach
from properties.problems import Problem
from properties.timeline import FIELD, Timeline
from theorems import CATALOG
from theorems import notation as N
from theorems.norms import Hess
from theorems.shapes import ShapeMismatch, check_shapes
from theorems.statement import AllOf, Assumption, Form, Kind, Relation, Statement
from verify.audits.audit_runs import FALL, Part, numbered, other_data, own_part, random_parts, start_parts
from verify.audits.audited_loss import AuditedLoss, audited_loss
from verify.audits.suspicions import Counts, Suspicions, place
from verify.eta_max import HypothesisFailure, eta_max
from verify.falsify.margins import claim_margin, hypotheses_met
from verify.falsify.plan import Plan, make_plan, relations_of
from verify.losses.assumptions_of_loss import AssumptionReport
from verify.verdict import Observed, Refuted, Survived, Undecided, Vacuous, Verdict

__all__ = ["Audit", "Part", "Row", "audit", "audited_statements", "check", "random_parts"]

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One statement's outcome: cases are (run, iteration) pairs in which its hypotheses held.

    counts     float64 suspicions, how many were decided again (all, unless a violation was confirmed), and with what
               outcome: rounding or undecided
    lacking    assumptions of the statement that this loss breaks, each with the reason: it is checked all the same
    slack      larger over smaller side where the two are nearest; None where a side is not positive
    """

    statement: Statement
    verdict: Verdict
    cases: int
    margin: float
    where: str
    counts: Counts
    lacking: tuple[str, ...] = ()
    slack: float | None = None

    @property
    def proved(self) -> bool:
        """Whether the kernel accepts a proof of the statement, for every loss that meets its assumptions."""
        return is_proved(self.statement.id)

    @property
    def should_hold(self) -> bool:
        """Whether a violation here is a failure of the catalog or of the loss, not of the paper."""
        return self.proved or self.statement.form is not Form.PRINTED

    @property
    def violated(self) -> bool:
        """Whether a violation was found, with a certificate or only observed."""
        return isinstance(self.verdict, Refuted | Observed)

    @property
    def outcome(self) -> str:
        """The verdict for a reader: "holds (proved)" where a proof stands behind it."""
        if self.violated:
            return f"{self.verdict.name} (outside its assumptions)" if self.lacking else self.verdict.name
        if self.lacking:
            return f"{self.verdict.name} (outside its assumptions)" if self.cases else self.verdict.name
        return "holds (proved)" if self.proved and self.cases else self.verdict.name

    def explanation(self) -> str:
        """Why a statement broke, or what it was checked without; empty where there is nothing to say."""
        if self.lacking:
            verb = "violated where" if self.violated else "checked although"
            if self.violated and self.proved:
                verb = "breaks because"
            return f"{verb} the loss breaks an assumption of it: {'; '.join(self.lacking)}"
        if self.violated and self.proved:
            return "proved for every loss that meets its assumptions: this loss breaks one that no check found"
        return ""


@dataclass(frozen=True, slots=True)
class Audit:
    """Outcome of an audit: a row a statement, and what was run.

    iterations, final  of the user's own run: steps taken and L(T) / L(0); 0 and 1 where there is no such run
    problems           random problems or starts, rectangular those with n != m
    assumptions        how Assumptions 2.1 and 2.2 stand for the loss
    failure            why Theorem E.1 does not apply at the user's start, None where it does
    """

    rows: tuple[Row, ...]
    iterations: int
    final: float
    problems: int
    rectangular: int
    seed: int
    loss: str = ""
    assumptions: tuple[AssumptionReport, ...] = ()
    failure: HypothesisFailure | None = None

    @property
    def failures(self) -> tuple[Row, ...]:
        """Proved, repaired or sharp statements that were violated although the loss meets their assumptions."""
        return tuple(r for r in self.rows if r.should_hold and r.violated and not r.lacking)

    @property
    def loosest(self) -> Row | None:
        """The printed bound whose two sides stay farthest apart on this loss; None when none is comparable."""
        found = [r for r in self.rows if r.slack is not None and r.statement.form is Form.PRINTED and not r.violated]
        return max(found, key=lambda r: (r.slack or 0.0, r.statement.id), default=None)

    def _repr_html_(self) -> str:
        from verify.notebook import audit_html

        return audit_html(self)


def audited_statements(catalog: Sequence[Statement] = ()) -> list[Statement]:
    """The statements that a run can decide: claims about a step or about the steps so far, in the catalog's order."""
    return [
        s
        for s in (catalog or CATALOG)
        if s.kind in (Kind.STEP, Kind.TRAJECTORY) and isinstance(s.then, Relation | AllOf) and not s.out_of_scope
    ]


def is_proved(identity: str) -> bool:
    """Whether the kernel accepts the proof of a statement, checked afresh once a process."""
    from verify.kernel import Refusal, proved

    try:
        return proved(identity) is not None
    except Refusal:
        return False


def check(
    parts: Sequence[Part],
    statements: Sequence[Statement],
    *,
    iterations: int,
    final: float,
    seed: int,
    loss: AuditedLoss | None = None,
    failure: HypothesisFailure | None = None,
    own: int = 1,
    progress: Progress = lambda done, total, label: None,
) -> Audit:
    """The audit of the statements on the runs given; the first `own` parts are the user's."""
    rows = []
    for index, statement in enumerate(statements):
        rows.append(check_statement(statement, parts, loss))
        progress(index + 1, len(statements), statement.id)
    sizes = [(p.start.dims[N.n] != p.start.dims[N.m], p.count) for p in parts[own:] if p.whole]
    return Audit(
        tuple(rows),
        iterations,
        final,
        sum(count for _, count in sizes),
        sum(count for rectangular, count in sizes if rectangular),
        seed,
        "" if loss is None else loss.name,
        () if loss is None else loss.assumptions,
        failure,
    )


# One statement ----------------------------------------------------------------------------------------------------


def check_statement(statement: Statement, parts: Sequence[Part], loss: AuditedLoss | None = None) -> Row:
    """The row of one statement on runs. loss: whose broken assumptions are named; None for losses that break none."""

    def undecided(why: str) -> Row:
        return Row(statement, Undecided(why), 0, float("nan"), "", Counts())

    try:
        check_shapes(statement)
    except ShapeMismatch as mismatch:
        return undecided(f"its terms disagree in shape: {mismatch}")
    tally = _Tally(statement, make_plan(statement), _lacking(statement, loss))
    try:
        for part in parts:
            tally.add(part)
        return tally.row()
    except (UnknownNode, Unbound, NotImplementedError, InputError) as error:
        return undecided(f"not computable on these runs: {error}")


class _Tally:
    """What the parts say about one statement."""

    def __init__(self, statement: Statement, plan: Plan, lacking: tuple[str, ...]) -> None:
        self.statement, self.plan, self.lacking = statement, plan, lacking
        self.suspicions = Suspicions(plan, lambda part: _margins(statement, plan, part)[1])
        self.cases = 0
        self.margin, self.where = float("inf"), ""
        self.slack: float | None = None

    def add(self, part: Part) -> None:
        """Evaluates the statement on a part in float64 and keeps what looks violated."""
        if self.plan.run and not part.whole:
            return
        met, noise, ratio = _margins(self.statement, self.plan, part)
        self.cases += int(met.sum())
        if not met.any():
            return
        tolerance = np.broadcast_to(part.noise(), met.shape)
        worst = np.where(met & np.isfinite(noise), noise, np.inf)
        self.suspicions.add(part, worst, tolerance)
        # What is left below zero is rounding: it is decided exactly, or is too small to be anything else.
        sound = np.where(worst < 0, np.where(worst < -tolerance, np.inf, 0.0), worst + 0.0)
        t, b = (int(i) for i in np.unravel_index(int(np.argmin(sound)), sound.shape))
        if sound[t, b] < self.margin:
            self.margin, self.where = float(sound[t, b]), place(part, t, b)
        near = ratio[met & (ratio > 0)]
        if near.size:
            slack = 1 / min(1.0, float(near.max()))
            self.slack = slack if self.slack is None else min(self.slack, slack)

    def row(self) -> Row:
        """The outcome, every suspicion decided. What is undecided is never counted as survived."""
        self.suspicions.decide()
        found, counts, at = self.suspicions.found, self.suspicions.counts, self.suspicions.found_at
        if at is not None:
            self.margin, self.where = at.margin, place(at.part, at.t, at.b)
        if found is None and self.cases == 0:
            found, self.margin = Vacuous("its hypotheses hold at no step of these runs"), float("nan")
        if found is None and counts.undecided:
            found = Undecided(counts.report())
        if found is None:
            self.margin = self.margin if np.isfinite(self.margin) else 0.0
            found = Survived(self.cases, 0, self.margin, self.where)
        return Row(self.statement, found, self.cases, self.margin, self.where, counts, self.lacking, self.slack)


def _lacking(statement: Statement, loss: AuditedLoss | None) -> tuple[str, ...]:
    """The assumptions of a statement that the loss breaks, with the reason."""
    if loss is None:
        return ()
    named = [g.name for g in statement.given if isinstance(g, Assumption)]
    if any(isinstance(r, Relation) and (r.lhs.has(Hess) or r.rhs.has(Hess)) for r in relations_of(statement.then)):
        named.append("twice-differentiable")
    return tuple(f"{name}: {loss.lacking[name]}" for name in dict.fromkeys(named) if name in loss.lacking)


def _margins(statement: Statement, plan: Plan, part: Part) -> tuple[NDArray[np.bool_], Array, Array]:
    """(hypotheses met, margin against all terms, ratio of the two sides), each (T, B)."""
    shape = part.runs.steps.shape
    if plan.quadratic and not part.quadratic:
        return np.zeros(shape, dtype=bool), np.full(shape, np.nan), np.full(shape, np.nan)
    evaluator = _timeline(part, plan, statement)
    given = statement.given
    if part.loss is not None and part.loss.mu is None:
        # Where no mu exists the claim is tried without what its hypotheses say of mu; `lacking` tells so.
        given = tuple(g for g in given if not (isinstance(g, Relation) and N.mu in _symbols(g)))
    try:
        with np.errstate(all="ignore"):
            met = np.broadcast_to(hypotheses_met(evaluator, given), shape)
            margins = claim_margin(evaluator, relations_of(statement.then))
    except ValueError:  # a term whose shapes disagree at these dimensions says nothing there
        return np.zeros(shape, dtype=bool), np.full(shape, np.nan), np.full(shape, np.nan)
    if statement.kind is Kind.TRAJECTORY:
        met = np.logical_and.accumulate(met, axis=0)
    # Past the fall that was asked for, W - W_star cancels and float64 has no more digits to say anything.
    met = met & (part.runs.losses > FALL * part.runs.losses[0])
    return met, np.broadcast_to(margins.noise, shape), np.broadcast_to(margins.ratio, shape)


def _symbols(relation: Relation) -> set[sp.Basic]:
    return relation.lhs.free_symbols | relation.rhs.free_symbols


def _timeline(part: Part, plan: Plan, statement: Statement) -> Timeline:
    """The part's timeline under the statement's definitions: values are shared by all statements that share them."""
    needs_top = N.eta_max in reach_of(statement)
    key = (frozenset(statement.where.items()), needs_top)
    found = part.timelines.get(key)
    if found is None:
        base = part.timelines.get(None)
        if base is None:
            base = part.timelines[None] = part.seen or Timeline(part.runs.world, FIELD)
            for symbol in (N.L, N.L_next, N.grad_norm, N.K_t, N.sigma_min_T, N.K_bar_0):
                _tried(base, symbol)
        found = base.defining(statement.where)
        if found is base:
            found = Timeline(part.runs.world, FIELD)
            found._memo = dict(base._memo)
        if needs_top:
            found = found.binding({N.eta_max: _eta_max(part, statement)})
        part.timelines[key] = found
    follows = {leaf: formula for leaf, formula in plan.follows.items() if leaf not in part.runs.world.bindings}
    return found.binding({leaf: found(formula) for leaf, formula in follows.items()}) if follows else found


def _tried(timeline: Timeline, symbol: sp.Basic) -> None:
    try:
        with np.errstate(all="ignore"):
            timeline(symbol)
    except (Unbound, UnknownNode, ValueError, InputError):
        return


def _eta_max(part: Part, statement: Statement) -> Array:
    """eta_max of this statement's definitions, computed once for each set of definitions that it reaches."""
    reached = reach(N.eta_max, statement.where)
    key = frozenset((s, e) for s, e in statement.where.items() if s in reached)
    if key not in part.eta_max:
        with np.errstate(all="ignore"):
            part.eta_max[key] = np.asarray(Evaluator(part.start, FIELD, statement.where)(N.eta_max))
    return part.eta_max[key]


def reach_of(statement: Statement) -> set[sp.Basic]:
    """Symbols that the relations of a statement name."""
    relations = [*statement.given, *relations_of(statement.then)]
    return {s for r in relations if isinstance(r, Relation) for s in _symbols(r)}


# The whole audit ---------------------------------------------------------------------------------------------------


def audit(
    problem: Any,
    *,
    eta_0: Fraction | None = None,
    steps: int = 2000,
    problems: int = 200,
    seed: int = 0,
    statements: Sequence[Statement] = (),
    c: Fraction = Fraction(1, 2),
    d: Fraction = Fraction(2),
    progress: Progress = lambda done, total, label: None,
) -> Audit:
    """Every step and trajectory statement of the catalog on this problem or loss and on random ones of the same kind.

    problem: a Problem, a loss given by data or formula, or a Python loss (what `wrap` takes). eta_0: initial step of
    the problem's own run, by default the certified lower end of eta_max (repaired form); where the theorem does not
    apply, the largest step that (9) allows, and `failure` says why. steps: iterations of that run at most (it stops
    when L has fallen by FALL). problems: random problems or starts at least. c, d: for a loss without weights.
    Raises InputError for what is no loss, or one without a finite K.
    """
    loss = audited_loss(problem, seed=seed)
    own = problem if isinstance(problem, Problem) else None
    failure = None
    if own is not None:
        c, d = own.c, own.d
        if eta_0 is None:
            largest = eta_max(own, 20)
            failure = largest if isinstance(largest, HypothesisFailure) else None
            eta_0 = None if isinstance(largest, HypothesisFailure) else largest.eta_max.lower
    if loss.K is None:
        raise InputError(f"loss.K: {loss.lacking.get('smooth', 'not declared')}; no gradient step can be checked")
    parts: list[Part] = []
    if own is not None:
        weights = (FIELD.matrix(own.W1), FIELD.matrix(own.W2))
        parts.append(own_part(
            own.name, loss, weights, (c, d), None if eta_0 is None else float(eta_0), steps=steps,
            progress=lambda done, total: progress(done, total, "gradient descent"),
        ))  # fmt: skip
    if loss.centered is not None:
        # Random problems have other data: the user's own is met from random weights as well.
        parts += start_parts(loss, c, d, seed=seed, starts=-(-problems // 8), iterations=40)
    user = len(parts)
    parts += kindred_parts(loss, c, d, seed=seed, problems=problems)
    runs = parts[0].runs if own is not None else None
    return check(
        numbered(parts),
        statements or audited_statements(),
        iterations=0 if runs is None else runs.iterations,
        final=1.0 if runs is None or runs.losses[0, 0] == 0 else float(runs.losses[-1, 0] / runs.losses[0, 0]),
        seed=seed,
        loss=loss,
        failure=failure,
        own=user,
        progress=progress,
    )


def kindred_parts(loss: AuditedLoss, c: Fraction, d: Fraction, *, seed: int, problems: int) -> list[Part]:
    """Random problems of the loss's kind: other data where the loss allows it, else random starts on its own data."""
    if loss.centered is not None:
        return random_parts(loss.centered.penalty, c, d, seed=seed, problems=problems)
    others = list(other_data(loss, seed))
    share = -(-problems // (1 + len(others)))
    parts: list[Part] = []
    for index, one in enumerate((loss, *others)):
        where = "" if index == 0 else " on other data"
        parts += start_parts(one, c, d, seed=seed + index, starts=share, where=where)
    return parts
