"""From a float64 suspicion to an exact rational witness, or to nothing.

A row of a batch becomes rationals of small denominator, coarsest first; constants of the loss are derived again from
the rounded data; every hypothesis and the claim are decided in exact rationals, or in balls where a value is not
rational, with tolerance zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import sympy as sp
from flint import arb, fmpq
from sympy.matrices.expressions.matexpr import MatrixExpr

from properties.errors import LimitReached
from properties.evaluate import Evaluator, hypotheses_hold, precision
from properties.fields import Exact
from properties.fields.capped import Capped
from properties.losses import PENALTIES, CenteredLoss
from properties.worlds import World, run
from theorems import notation as N
from verify.falsify.batch import Batch
from verify.falsify.plan import Plan

Rows = tuple[tuple[Fraction, ...], ...]
_BITS = (96, 384)
_RUN_BITS = (192, 768)

# Decisions spent on finding coarser numbers for a witness that stands.
_TO_COARSEN = 60

# How floats are rounded: to a denominator, or to so many significant bits (which keeps tiny values alive).
LADDER: tuple[tuple[str, int], ...] = (
    ("denominator", 1),
    ("denominator", 2),
    ("bits", 1),
    ("denominator", 4),
    ("denominator", 8),
    ("bits", 3),
    ("denominator", 16),
    ("denominator", 64),
    ("bits", 6),
    ("denominator", 1024),
    ("bits", 12),
    ("bits", 24),
    ("bits", 53),
)


@dataclass(frozen=True)
class Candidate:
    """An exact world before its derived parts: rational leaves, loss data, the factors behind K and mu, step sizes."""

    dims: Mapping[sp.Symbol, int]
    values: Mapping[sp.Basic, Fraction | Rows]
    loss: CenteredLoss | None = None
    k_factor: Fraction = Fraction(1)
    mu_factor: Fraction = Fraction(1)
    steps: tuple[Fraction, ...] | None = None


@dataclass(frozen=True)
class Witness:
    """An exact world in which every hypothesis holds and relation number `violated` of the claim fails."""

    candidate: Candidate
    world: World
    violated: int


def rounded(value: float, rule: tuple[str, int]) -> Fraction:
    """`value` as a rational by one rule of the ladder."""
    if not np.isfinite(value):
        return Fraction(0)
    exact = Fraction(value)
    how, size = rule
    if how == "denominator":
        return exact.limit_denominator(size)
    if exact == 0:
        return exact
    mantissa, exponent = np.frexp(value)
    return Fraction(round(float(mantissa) * 2**size)) * Fraction(2) ** (int(exponent) - size)


def _rows(a: Any, rule: tuple[str, int]) -> Rows:
    return tuple(tuple(rounded(float(x), rule) for x in row) for row in np.asarray(a))


def candidate(batch: Batch, index: int, rule: tuple[str, int], steps: Any = None) -> Candidate:
    """Row `index` of a batch, rounded."""
    values: dict[sp.Basic, Fraction | Rows] = {}
    for leaf, array in batch.values.items():
        entry = array[index]
        values[leaf] = _rows(entry, rule) if isinstance(leaf, MatrixExpr) else rounded(float(entry), rule)
    taken = None if steps is None else tuple(_step(float(s), rule) for s in steps)
    if batch.losses is None:
        return Candidate(batch.dims, values, steps=taken)
    losses = batch.losses.rows(np.array([index]))
    loss = CenteredLoss(
        losses.loss.penalty,
        _rows(np.asarray(losses.loss.x)[0], rule),
        _rows(np.asarray(losses.loss.w_star)[0], rule),
        rounded(float(np.asarray(losses.loss.ridge)[0]), rule),
    )
    k_factor = max(Fraction(1), rounded(float(losses.k_factor[0]), rule))
    mu_factor = min(Fraction(1), rounded(float(losses.mu_factor[0]), rule)) or Fraction(1)
    return Candidate(batch.dims, values, loss, k_factor, mu_factor, taken)


def _step(value: float, rule: tuple[str, int]) -> Fraction:
    """A step size, rounded to significant bits where its denominator rule would make it zero."""
    q = rounded(value, rule)
    return q if q > 0 else rounded(value, ("bits", 4))


def constants(loss: CenteredLoss) -> tuple[Fraction, Fraction]:
    """(K, mu) rational: tight when the extreme squared singular values of X are rational, else rounded outwards."""
    field, penalty = Exact(96), PENALTIES[loss.penalty]
    with precision(field):
        x = field.matrix(loss.x)
        gram = field.matmul(field.transpose(x), x)
        size = field.shape(gram)[0]
        largest, smallest = field.eigenvalue(gram, 1), field.eigenvalue(gram, size)
        ridge = Fraction(loss.ridge)
        return (
            penalty.supremum * _outwards(largest, upper=True) + ridge,
            penalty.infimum * max(Fraction(0), _outwards(smallest, upper=False)) + ridge,
        )


def _outwards(value: Any, *, upper: bool) -> Fraction:
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    end = arb(value).upper() if upper else arb(value).lower()
    mantissa, exponent = (int(x) for x in end.man_exp())
    q = Fraction(mantissa) * Fraction(2) ** exponent
    unit = Fraction(1, 2**30)
    return (-(-q // unit) if upper else q // unit) * unit


def exact_world(plan: Plan, item: Candidate) -> World | None:
    """The world of a candidate, its constants and what follows from others bound; None where that is not rational."""
    bindings: dict[sp.Basic, Any] = dict(item.values)
    if item.loss is not None:
        k, mu = constants(item.loss)
        if plan.smooth is not None:
            bindings[plan.smooth] = k * item.k_factor
        if plan.convex is not None:
            bindings[plan.convex] = mu * item.mu_factor
        if N.W_star in plan.matrices:
            bindings[N.W_star] = item.loss.w_star
    world = World(item.dims, bindings, item.loss)
    for leaf, formula in plan.follows.items():
        value = _rational_value(Evaluator(world, Exact(96), plan.where)(formula), matrix=isinstance(leaf, MatrixExpr))
        if value is None:
            return None
        world = world.binding({leaf: value})
    return world


def _rational_value(value: Any, *, matrix: bool) -> Any:
    try:
        if matrix:
            return tuple(tuple(Fraction(int(x.p), int(x.q)) for x in row) for row in value.tolist())
        return Fraction(int(value.p), int(value.q))
    except AttributeError:
        return None


def in_domain(world: World) -> bool:
    """Whether every scalar lies where its symbol is declared: a symbol written positive has a positive value."""
    scalars = ((s, v) for s, v in world.bindings.items() if isinstance(s, sp.Symbol) and isinstance(v, int | Fraction))
    return all(
        v > 0 if s.is_positive else v >= 0 if s.is_nonnegative else v < 0 if s.is_negative else True for s, v in scalars
    )


def decide(plan: Plan, item: Candidate) -> Witness | None:
    """The witness that a candidate is, None when a hypothesis fails, the claim holds, or neither is certain."""
    # A claim whose shapes agree only for some dimensions has no value at others.
    if not plan.allows(item.dims):
        return None
    try:
        world = exact_world(plan, item)
        if world is None or not in_domain(world):
            return None
        return _decide_run(plan, item, world) if plan.run else _decide_world(plan, item, world)
    except (ArithmeticError, NotImplementedError, LimitReached, ValueError):
        # Among them: a shrunk world in which shapes no longer agree.
        return None


def _decide_world(plan: Plan, item: Candidate, world: World) -> Witness | None:
    for bits in _BITS:
        answer = _answer(plan, item, world, world, Exact(bits))
        if answer is not None:
            return answer or None
    return None


def _decide_run(plan: Plan, item: Candidate, world: World) -> Witness | None:
    if not item.steps:
        return None
    for bits in _RUN_BITS:
        field = Capped(bits)
        with precision(field):
            answer = _answer(plan, item, world, run(world, item.steps, field), field)
        if answer is not None:
            return answer or None
    return None


def _answer(plan: Plan, item: Candidate, world: World, last: World, field: Any) -> Witness | Literal[False] | None:
    """A witness, False where certainly none is, None where the precision of the field does not tell.

    `last` is where the claim is made: the end of the run that starts in `world`, or `world` itself.
    """
    evaluator = Evaluator(last, field, plan.where)
    truths = [evaluator.holds(claim) for claim in plan.claims()]
    if all(truth is True for truth in truths):
        return False
    broken = next((i for i, truth in enumerate(truths) if truth is False), None)
    if broken is None:
        return None
    met = hypotheses_hold(plan.statement, last, field)
    if met is True:
        return Witness(item, world, broken)
    return False if met is False else None


def equality_attained(plan: Plan, item: Candidate) -> bool:
    """Whether the claim holds with exact equality in a candidate whose hypotheses hold."""
    try:
        world = exact_world(plan, item)
        if world is None or plan.run or hypotheses_hold(plan.statement, world, Exact(96)) is not True:
            return False
        field = Exact(96)
        with precision(field):
            evaluator = Evaluator(world, field, plan.where)
            return any(
                field.compare(*_sides(evaluator, claim)) is True for claim in plan.claims() if claim.op in ("<=", ">=")
            )
    except (ArithmeticError, NotImplementedError, LimitReached):
        return False


def _sides(evaluator: Evaluator, claim: Any) -> tuple[Any, str, Any]:
    lhs, rhs = evaluator.relation(claim)
    return lhs, "==", rhs


def nudges(plan: Plan, item: Candidate) -> Iterator[Candidate]:
    """The candidate, and copies with step-like scalars a little smaller or larger: rounding may have left an edge."""
    yield item
    for factor in (Fraction(63, 64), Fraction(65, 64), Fraction(7, 8), Fraction(9, 8)):
        if item.steps is not None:
            yield replace(item, steps=tuple(s * factor for s in item.steps))
        for leaf in plan.edges[:1]:
            value = item.values.get(leaf)
            if isinstance(value, Fraction):
                yield replace(item, values={**item.values, leaf: value * factor})


class Ledger:
    """How many exact decisions a search may still make: a limit that does not depend on the clock."""

    def __init__(self, left: int) -> None:
        self.left = left

    def decide(self, plan: Plan, item: Candidate) -> Witness | None:
        """`decide`, one decision charged; None when none is left."""
        if self.left <= 0:
            return None
        self.left -= 1
        return decide(plan, item)


def hand_over(
    plan: Plan, batch: Batch, index: int, ledger: Ledger, steps: Any = None, thorough: bool = True
) -> Witness | None:
    """The witness of smallest denominators that row `index` of a batch leads to, None when none holds exactly.

    The row is decided as it is and with denominators up to 64 first; when neither stands, a little off its edge; when
    that fails too, the suspicion was rounding. A doubtful row (not `thorough`) is tried at small denominators.
    """
    if not thorough:
        return _first(plan, (candidate(batch, index, rule, steps) for rule in (*LADDER[:4], LADDER[-1])), ledger)
    coarse, fine = candidate(batch, index, ("denominator", 64), steps), candidate(batch, index, LADDER[-1], steps)
    found = _first(plan, (fine, coarse, *list(nudges(plan, fine))[1:]), ledger)
    if found is None:
        return None
    ladder = (item for rule in LADDER[:-1] for item in nudges(plan, candidate(batch, index, rule, steps)))
    return _first(plan, ladder, Ledger(_TO_COARSEN)) or found


def _first(plan: Plan, items: Iterable[Candidate], ledger: Ledger) -> Witness | None:
    seen: set[str] = set()
    for item in items:
        key = repr((tuple(item.values.values()), item.loss, item.steps))
        if key not in seen:
            seen.add(key)
            witness = ledger.decide(plan, item)
            if witness is not None:
                return witness
    return None
