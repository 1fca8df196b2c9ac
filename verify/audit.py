"""The catalog checked on real gradient descent: the user's own problem, and random problems of the same kind.

Every statement about the current step, or about the steps so far, is evaluated in float64 at every iteration of
every run. What looks violated is decided again in exact rationals or balls with all hypotheses, tolerance zero, and
only then called refuted: rounding never shows as a finding. What survives here is an observation, not a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties import sampling
from properties.errors import InputError
from properties.evaluate import Evaluator, Unbound, UnknownNode
from properties.losses import PENALTIES, CenteredLoss
from properties.timeline import FIELD, Runs, Timeline, descend
from properties.worlds import World
from theorems import CATALOG
from theorems import notation as N
from theorems.shapes import ShapeMismatch, check_shapes
from theorems.statement import AllOf, Form, Kind, Relation, Statement
from verify.eta_max import HypothesisFailure, eta_max
from verify.falsify import refuted
from verify.falsify.hand_over import Candidate, decide
from verify.falsify.margins import claim_margin, hypotheses_met
from verify.falsify.plan import Plan, make_plan, relations_of
from verify.verdict import Refuted, Survived, Undecided, Vacuous, Verdict

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

# A violation smaller than this share of the terms involved is rounding; one beyond it is decided exactly.
_ROUNDING = 1e-10
FALL = 1e-6
_SHAPES = ((1, 2, 3), (2, 2, 3), (2, 1, 2), (3, 3, 4), (2, 3, 4), (1, 1, 1), (3, 2, 5), (2, 2, 5))


@dataclass(frozen=True, slots=True)
class Row:
    """One statement's outcome: cases are (run, iteration) pairs in which its hypotheses held.

    rechecked counts float64 suspicions that the exact decision did not confirm.
    """

    statement: Statement
    verdict: Verdict
    cases: int
    margin: float
    where: str
    rechecked: int

    @property
    def should_hold(self) -> bool:
        """Whether a refutation here is a failure of the catalog, not of the paper."""
        return self.statement.form is not Form.PRINTED


@dataclass(frozen=True, slots=True)
class Audit:
    """Outcome of an audit: a row a statement, and what was run.

    iterations and final are those of the user's own run: steps taken and L(T) / L(0).
    """

    rows: tuple[Row, ...]
    iterations: int
    final: float
    problems: int
    rectangular: int
    seed: int

    @property
    def failures(self) -> tuple[Row, ...]:
        """Repaired or sharp statements that were refuted."""
        return tuple(r for r in self.rows if r.should_hold and isinstance(r.verdict, Refuted))


def audited_statements(catalog: Sequence[Statement] = ()) -> list[Statement]:
    """The statements that a run can decide: claims about a step or about the steps so far, in the catalog's order."""
    return [
        s
        for s in (catalog or CATALOG)
        if s.kind in (Kind.STEP, Kind.TRAJECTORY) and isinstance(s.then, Relation | AllOf) and not s.out_of_scope
    ]


@dataclass(frozen=True)
class Part:
    """Runs, their start, and the exact data behind them: `exact(b)` gives the loss of run b with rational entries."""

    name: str
    start: World
    runs: Runs
    exact: Callable[[int], CenteredLoss]
    eta_max: dict[Any, Array] = field(default_factory=dict)


def check(
    parts: Sequence[Part],
    statements: Sequence[Statement],
    *,
    iterations: int,
    final: float,
    seed: int,
    progress: Progress = lambda done, total, label: None,
) -> Audit:
    """The audit of the statements on the runs given; parts[0] is the user's own."""
    rows = []
    for index, statement in enumerate(statements):
        rows.append(_row(statement, parts))
        progress(index + 1, len(statements), statement.id)
    sizes = [(p.runs.world.dims[N.n] != p.runs.world.dims[N.m], p.runs.steps.shape[1]) for p in parts[1:]]
    return Audit(
        tuple(rows),
        iterations,
        final,
        sum(count for _, count in sizes),
        sum(count for rectangular, count in sizes if rectangular),
        seed,
    )


def _row(statement: Statement, parts: Sequence[Part]) -> Row:
    try:
        check_shapes(statement)
    except ShapeMismatch as mismatch:
        return Row(statement, Undecided(f"its terms disagree in shape: {mismatch}"), 0, float("nan"), "", 0)
    plan = make_plan(statement)
    cases, margin, where, rechecked = 0, float("inf"), "", 0
    strict = any(claim.op in ("<", ">", "!=") for claim in plan.claims())
    for part in parts:
        try:
            met, noise = _margins(statement, plan, part)
        except (UnknownNode, Unbound, NotImplementedError) as error:
            return Row(statement, Undecided(f"not computable on a run: {error}"), 0, float("nan"), "", 0)
        cases += int(met.sum())
        if not met.any():
            continue
        worst = np.where(met & np.isfinite(noise), noise, np.inf)
        for t, b in _suspects(worst, strict, 1 if plan.run else 3):
            witness = decide(plan, _candidate(plan, part, t, b))
            if witness is not None:
                return Row(
                    statement, refuted(plan, witness, 60), cases, float(worst[t, b]), _place(part, t, b), rechecked
                )
            rechecked += 1
        # What is left below zero is rounding: it was decided exactly, or is too small to be anything else.
        sound = np.where(worst < 0, np.where(worst < -_ROUNDING, np.inf, 0.0), worst + 0.0)
        t, b = np.unravel_index(int(np.argmin(sound)), sound.shape)
        if sound[t, b] < margin:
            margin, where = float(sound[t, b]), _place(part, int(t), int(b))
    if cases == 0:
        return Row(statement, Vacuous("its hypotheses hold at no step of these runs"), 0, float("nan"), "", 0)
    return Row(statement, Survived(cases, 0, margin, where), cases, margin, where, rechecked)


def _margins(statement: Statement, plan: Plan, part: Part) -> tuple[NDArray[np.bool_], Array]:
    runs = part.runs
    world = _with_follows(plan, _with_eta_max(part, statement))
    evaluator = Timeline(world, FIELD, statement.where)
    try:
        with np.errstate(all="ignore"):
            met = np.broadcast_to(hypotheses_met(evaluator, statement.given), runs.steps.shape)
            margins = claim_margin(evaluator, relations_of(statement.then))
    except ValueError:  # a term whose shapes disagree at these dimensions says nothing there
        return np.zeros(runs.steps.shape, dtype=bool), np.full(runs.steps.shape, np.nan)
    if plan.quadratic and getattr(runs.world.loss, "penalty", "square") != "square":
        met = np.zeros_like(met)
    if statement.kind is Kind.TRAJECTORY:
        met = np.logical_and.accumulate(met, axis=0)
    # Past the fall that was asked for, W - W_star cancels and float64 has no more digits to say anything.
    met = met & (runs.losses > FALL * runs.losses[0])
    return met, np.broadcast_to(margins.noise, runs.steps.shape)


def _with_eta_max(part: Part, statement: Statement) -> World:
    """The world with eta_max of this statement's definitions, computed once for each set of definitions."""
    if N.eta_max not in reach_of(statement):
        return part.runs.world
    key = frozenset(statement.where.items())
    if key not in part.eta_max:
        with np.errstate(all="ignore"):
            part.eta_max[key] = np.asarray(Evaluator(part.start, FIELD, statement.where)(N.eta_max))
    return part.runs.world.binding({N.eta_max: part.eta_max[key]})


def reach_of(statement: Statement) -> set[sp.Basic]:
    """Symbols that the relations of a statement name."""
    relations = [*statement.given, *relations_of(statement.then)]
    return {s for r in relations if isinstance(r, Relation) for s in (r.lhs.free_symbols | r.rhs.free_symbols)}


def _with_follows(plan: Plan, world: World) -> World:
    for leaf, formula in plan.follows.items():
        if leaf not in world.bindings:
            world = world.binding({leaf: Timeline(world, FIELD, plan.where)(formula)})
    return world


def _suspects(worst: Array, strict: bool, most: int) -> list[tuple[int, int]]:
    """The (iteration, run) pairs most violated, earliest iteration first among equals."""
    order = np.argsort(worst, axis=None, kind="stable")[:most]
    pairs = [np.unravel_index(int(i), worst.shape) for i in order]
    return [(int(t), int(b)) for t, b in pairs if worst[t, b] < (1e-14 if strict else -_ROUNDING)]


def _candidate(plan: Plan, part: Part, t: int, b: int) -> Candidate:
    world = part.runs.world
    values: dict[sp.Basic, Any] = {}
    for leaf in plan.matrices:
        if leaf in world.bindings and leaf != N.W_star and not (plan.run and leaf in (N.W1, N.W2)):
            array = np.asarray(world.bindings[leaf])
            values[leaf] = _rows(array[t, b] if array.ndim == 4 else array[b])
    for leaf in plan.scalars:
        if leaf in world.bindings:
            values[leaf] = _number(world.bindings[leaf], t, b)
    dims = {**world.dims, N.t: t} if N.t in plan.integers else world.dims
    steps = tuple(Fraction(float(x)) for x in part.runs.steps[: t + 1, b]) if plan.run else None
    return Candidate(dims, values, part.exact(b), steps=steps)


def _rows(a: Array) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(Fraction(float(x)) for x in row) for row in a)


def _number(value: Any, t: int, b: int) -> Fraction:
    if isinstance(value, int | Fraction):
        return Fraction(value)
    array = np.asarray(value, dtype=float)
    return Fraction(float(array[t, b] if array.ndim == 2 else array[b] if array.ndim == 1 else array))


def _place(part: Part, t: int, b: int) -> str:
    dims = part.runs.world.dims
    size = f"n={dims[N.n]}, m={dims[N.m]}, h={dims[N.h]}"
    return f"{part.name}, t = {t}" if part.runs.steps.shape[1] == 1 else f"{part.name} {b} ({size}), t = {t}"


# The user's own problem ------------------------------------------------------------------------------------------


def own_part(
    name: str,
    loss: CenteredLoss,
    weights: tuple[Array, Array],
    constants: tuple[float, float],
    exponents: tuple[Fraction, Fraction],
    eta_0: float,
    *,
    steps: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Part:
    """The user's problem run under (19) from eta_0 until L has fallen by FALL, or for `steps` iterations.

    loss: exact data. weights: W1 (n x h), W2 (m x h) in float64, compressed to width n + m where h is larger, which
    changes neither losses nor singular values. constants: (K, mu) rounded outwards.
    """
    w1, w2 = weights
    n, m = w1.shape[0], w2.shape[0]
    if w1.shape[1] > n + m:
        basis = np.linalg.qr(np.concatenate([w1, w2]).T)[0]
        w1, w2 = w1 @ basis, w2 @ basis
    x = FIELD.matrix(loss.x)
    if x.shape[0] > n and loss.quadratic:
        x = np.linalg.qr(x, mode="r")
    w_star = FIELD.matrix(loss.w_star)
    floating = CenteredLoss(loss.penalty, x, w_star, float(loss.ridge))
    dims = {N.n: n, N.m: m, N.h: w1.shape[1]}
    bindings: dict[sp.Basic, Any] = {
        N.W1_0: w1[None], N.W2_0: w2[None], N.W_star: w_star, N.K: constants[0], N.mu: constants[1],
        N.c: exponents[0], N.d: exponents[1],
    }  # fmt: skip
    start = World(dims, bindings, floating)
    runs = descend(
        start.binding({N.eta_0: np.array([eta_0])}), floating, iterations=steps, until=FALL, progress=progress
    )
    return Part(name, start, runs, lambda b: loss)


# Random problems of the same kind --------------------------------------------------------------------------------


def random_parts(
    penalty: str,
    c: Fraction,
    d: Fraction,
    *,
    seed: int,
    problems: int = 200,
    iterations: int = 120,
) -> list[Part]:
    """At least `problems` random problems with the penalty, half of them with n != m, run under (19).

    Initial steps spread over three decades up to what the theorem allows, so that its hypotheses are met.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    each = -(-problems // len(_SHAPES))
    return [_random_part(rng, shape, each, penalty, c, d, iterations) for shape in _SHAPES]


def _random_part(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    count: int,
    penalty: str,
    c: Fraction,
    d: Fraction,
    iterations: int,
) -> Part:
    n, m, h = shape
    x = sampling.normal(rng, count, n, n) * sampling.log_uniform(rng, count, -0.5, 0.5)[:, None, None]
    x += np.eye(n) * 0.5
    w1, w2 = sampling.normal(rng, count, n, h), sampling.normal(rng, count, m, h)
    near = sampling.log_uniform(rng, count, -3, 0.5)[:, None, None]
    w_star = w1 @ np.swapaxes(w2, -1, -2) + near * sampling.normal(rng, count, n, m)
    ridge = np.where(np.arange(count) % 2 == 0, 0.0, 0.125) if penalty == "square" else np.full(count, 0.125)
    kind = PENALTIES[penalty]
    values = np.linalg.svd(x, compute_uv=False)
    # Rounded outwards: the exact data behind a suspicion must satisfy Assumption 2.1 with these constants.
    k = float(kind.supremum) * values[:, 0] ** 2 * (1 + 1e-12) + ridge
    mu = float(kind.infimum) * values[:, -1] ** 2 * (1 - 1e-12) + ridge
    loss = CenteredLoss(penalty, x, w_star, ridge)
    dims = {N.n: n, N.m: m, N.h: h}
    bindings: dict[sp.Basic, Any] = {
        N.W1_0: w1, N.W2_0: w2, N.W_star: w_star, N.K: k, N.mu: mu, N.c: c, N.d: d,
    }  # fmt: skip
    start = World(dims, bindings, loss)
    top = _largest_initial_step(start)
    eta_0 = top * sampling.log_uniform(rng, count, -3, 0)
    runs = descend(start.binding({N.eta_0: eta_0}), loss, iterations=iterations)

    def exact(b: int) -> CenteredLoss:
        return CenteredLoss(penalty, _rows(x[b]), _rows(w_star[b]), Fraction(float(ridge[b])))

    return Part("random problem", start, runs, exact)


def _largest_initial_step(world: World) -> Array:
    """eta_max of the repaired theorem in float64 where alpha_1 > 0, else a step below 1/K_0; slightly too small."""
    from theorems.table2 import REPAIRED

    evaluator = Timeline(world, FIELD, REPAIRED)
    with np.errstate(all="ignore"):
        alpha = np.asarray(evaluator(N.alpha_1))
        plain = 1 / (np.asarray(evaluator(N.K)) * np.asarray(evaluator(N.alpha_2)) + 1)
        try:
            top = np.asarray(evaluator(N.eta_max))
        except ArithmeticError:
            top = plain
    return np.where((alpha > 0) & np.isfinite(top) & (top > 0), top * (1 - 1e-9), plain)


# The whole audit ---------------------------------------------------------------------------------------------------


def audit(
    problem: Any,
    *,
    eta_0: Fraction | None = None,
    steps: int = 2000,
    problems: int = 200,
    seed: int = 0,
    statements: Sequence[Statement] = (),
    progress: Progress = lambda done, total, label: None,
) -> Audit | HypothesisFailure:
    """Every step and trajectory statement of the catalog on this problem and on random problems of the same kind.

    problem: a `properties.problems.Problem`. eta_0: initial step of the user's run, by default the certified lower end
    of eta_max (repaired form); where the theorem's hypotheses fail that failure is the result. steps: iterations
    of that run at most (it stops when L has fallen by FALL). problems: random problems at least, half with n != m.
    Raises InputError for a loss that cannot be run here.
    """
    if eta_0 is None:
        largest_step = eta_max(problem, 20)
        if isinstance(largest_step, HypothesisFailure):
            return largest_step
        eta_0 = largest_step.eta_max.lower
    loss = centered(problem.loss)
    largest, smallest = (_float(x) for x in problem.loss.constants(96))
    weights = (FIELD.matrix(problem.W1), FIELD.matrix(problem.W2))
    own = own_part(
        problem.name, loss, weights, (largest * (1 + 1e-12), smallest * (1 - 1e-12)), (problem.c, problem.d), float(eta_0),
        steps=steps, progress=lambda done, total: progress(done, total, "gradient descent"),
    )  # fmt: skip
    final = float(own.runs.losses[-1, 0] / own.runs.losses[0, 0])
    parts = [own, *random_parts(loss.penalty, problem.c, problem.d, seed=seed, problems=problems)]
    return check(
        parts,
        statements or audited_statements(),
        iterations=own.runs.iterations,
        final=final,
        seed=seed,
        progress=progress,
    )


def centered(loss: Any) -> CenteredLoss:
    """A problem's loss with its minimum at 0, exact. Raises InputError for a kind that has no such form."""
    if isinstance(loss, CenteredLoss):
        return loss
    body = getattr(loss, "as_json", lambda: None)()
    if not body or body.get("kind") != "centered":
        raise InputError(f'loss.kind = {getattr(loss, "kind", "?")}: the audit runs kind = "squared" here')
    x, w_star = ([[Fraction(v) for v in row] for row in body[key]] for key in ("X", "W_star"))
    return CenteredLoss(body["phi"], x, w_star, Fraction(body["ridge"]))


def _float(x: Any) -> float:
    return float(x.mid()) if hasattr(x, "mid") else float(Fraction(int(x.p), int(x.q)))
