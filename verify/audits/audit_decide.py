"""From a float64 suspicion in an audit to what is certain: a certificate, a violation enclosed in balls, or rounding.

Losses of the form that certificates carry lead to exact witnesses. Other losses given by data or formula are decided in
balls with every hypothesis; the result is observed, since the checker knows no such loss. A Python loss is evaluated
again in float64 at short rationals, which makes the instance small and is all that can be done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from properties.errors import InputError, LimitReached
from properties.evaluate import Evaluator, Unbound, hypotheses_hold, precision
from properties.fields import Exact
from properties.fields.capped import Capped
from properties.timeline import FIELD
from properties.worlds import World, run
from theorems import notation as N
from theorems.statement import Assumption
from verify.audits.audit_runs import Part, rows_of, up
from verify.audits.audited_loss import AuditedLoss
from verify.decimals import enclose
from verify.falsify.hand_over import LADDER, Candidate, in_domain, rounded
from verify.falsify.margins import claim_margin, hypotheses_met
from verify.falsify.plan import Plan

_BITS = (128, 512)
_ROUNDING = 1e-8
_TRIALS = 48


@dataclass(frozen=True)
class Broken:
    """A violation: the instance, the relation that fails, and by how much, as text."""

    candidate: Candidate
    violated: int
    amount: str

    def text(self) -> str:
        """The instance in a line: "n=2, m=1, h=2: W1 = [[1, 0], [0, 1]]; ...: amount"."""
        dims = ", ".join(f"{k}={v}" for k, v in self.candidate.dims.items())
        values = "; ".join(f"{k} = {_short(v)}" for k, v in sorted(self.candidate.values.items(), key=lambda a: str(a)))
        steps = self.candidate.steps
        if steps is not None:
            shown = ", ".join(_short(s) for s in steps[:4])
            values += f"; {len(steps)} steps {shown}{', ...' if len(steps) > 4 else ''}"
        return f"{dims}: {values}: {self.amount}"


def _short(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_short(v) for v in value) + "]"
    q = Fraction(value)
    return str(q) if len(str(q)) <= 12 else repr(float(q))


def candidate_of(plan: Plan, part: Part, t: int, b: int) -> Candidate:
    """Iteration t of run b of a part as exact rationals."""
    world = part.runs.world
    values: dict[sp.Basic, Any] = {}
    for leaf in plan.matrices:
        if leaf in world.bindings and leaf != N.W_star and not (plan.run and leaf in (N.W1, N.W2)):
            array = np.asarray(world.bindings[leaf])
            values[leaf] = rows_of(array[t, b] if array.ndim == 4 else array[b])
    for leaf in plan.scalars:
        if leaf in world.bindings:
            values[leaf] = _number(world.bindings[leaf], t, b)
    dims = {**world.dims, N.t: t} if N.t in plan.integers else world.dims
    steps = tuple(Fraction(float(x)) for x in part.runs.steps[: t + 1, b]) if plan.run else None
    return Candidate(dims, values, None if part.exact is None else part.exact(b), steps=steps)


def _number(value: Any, t: int, b: int) -> Fraction:
    if isinstance(value, int | Fraction):
        return Fraction(value)
    array = np.asarray(value, dtype=float)
    return Fraction(float(array[t, b] if array.ndim == 2 else array[b] if array.ndim == 1 else array))


# Deciding -----------------------------------------------------------------------------------------------------------


def decide_again(plan: Plan, item: Candidate, loss: AuditedLoss) -> Broken | None:
    """The violation that a candidate certainly is (in float64: beyond rounding), made small; None when it is none.

    Raises CannotDecide where balls cannot evaluate the statement.
    """
    decider = _in_float64 if loss.black_box else _in_balls
    found = decider(plan, item, loss)
    trials = 0
    while found is not None and trials < _TRIALS:
        for smaller in _smaller(found.candidate):
            trials += 1
            try:
                better = decider(plan, smaller, loss)
            except CannotDecide:
                continue
            if better is not None:
                found = better
                break
            if trials >= _TRIALS:
                break
        else:
            break
    return found


def _smaller(item: Candidate) -> Iterator[Candidate]:
    """Simpler candidates: a column less, coarser numbers."""
    width = item.dims.get(N.h, 0)
    layers = [leaf for leaf in item.values if leaf in (N.W1, N.W2, N.W1_0, N.W2_0)]
    if width > 1 and len(layers) == 2:
        for j in range(width):
            values = dict(item.values)
            for leaf in layers:
                values[leaf] = tuple(row[:j] + row[j + 1 :] for row in values[leaf])
            yield replace(item, dims={**item.dims, N.h: width - 1}, values=values)
    size = _digits(item)
    for rule in LADDER[:9]:
        values = {leaf: _coarse(leaf, v, rule) for leaf, v in item.values.items()}
        coarser = replace(item, values=values, steps=item.steps and tuple(_step(s, rule) for s in item.steps))
        if _digits(coarser) < size:
            yield coarser


def _digits(item: Candidate) -> int:
    return len(repr([_plain(v) for v in item.values.values()])) + len(repr(item.steps))


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, Fraction) else ",".join(str(x) for row in value for x in row)


def _coarse(leaf: sp.Basic, value: Any, rule: tuple[str, int]) -> Any:
    if isinstance(value, Fraction):
        return value if leaf in (N.K, N.mu, N.c, N.d) else _step(value, rule)
    return tuple(tuple(rounded(float(x), rule) for x in row) for row in value)


def _step(value: Fraction, rule: tuple[str, int]) -> Fraction:
    q = rounded(float(value), rule)
    return q if q != 0 or value == 0 else rounded(float(value), ("bits", 1))


def _bound(item: Candidate, loss: AuditedLoss, *, exact: bool) -> dict[sp.Basic, Any]:
    bindings: dict[sp.Basic, Any] = dict(item.values)
    for symbol, value in ((N.K, loss.K), (N.mu, loss.mu)):
        if value is not None:
            bindings[symbol] = value if exact else (up(value) if symbol is N.K else -up(-value))
    return bindings


class CannotDecide(Exception):
    """Balls cannot evaluate the statement on this loss."""


def _in_balls(plan: Plan, item: Candidate, loss: AuditedLoss) -> Broken | None:
    if plan.follows or not plan.allows(item.dims):
        return None
    for bits in _BITS:
        try:
            answer = _at_precision(plan, item, loss, bits)
        except (ArithmeticError, NotImplementedError, LimitReached, InputError, ValueError, Unbound) as error:
            raise CannotDecide(f"{type(error).__name__}: {error}") from error
        if answer is not None:
            return answer if isinstance(answer, Broken) else None
    return None


def _at_precision(plan: Plan, item: Candidate, loss: AuditedLoss, bits: int) -> Broken | bool | None:
    """A violation, False when there certainly is none, None when this precision does not tell."""
    bindings = _bound(item, loss, exact=True)
    star = loss.minimizer(bits)
    if star is not None:
        bindings[N.W_star] = star
    world = World(item.dims, bindings, loss.shifted)
    if not in_domain(world):
        return False
    number_field = Capped(bits) if plan.run else Exact(bits)
    with precision(number_field):
        if plan.run:
            world = run(world, item.steps or (), number_field)
        evaluator = Evaluator(world, number_field, plan.where)
        truths = [evaluator.holds(claim) for claim in plan.claims()]
        if all(truth is True for truth in truths):
            return False
        broken = next((i for i, truth in enumerate(truths) if truth is False), None)
        if broken is None:
            return None
        met = _met(plan, world, number_field, loss)
        if met is not True:
            return met  # False or None
        lhs, rhs = evaluator.relation(plan.claims()[broken])
        interval = enclose(lhs - rhs, 6)
    low, high = interval.texts()
    return Broken(item, broken, f"left minus right side in [{low}, {high}]")


def _met(plan: Plan, world: World, number_field: Any, loss: AuditedLoss) -> Any:
    """Whether the hypotheses hold, those left out that the loss is known to lack."""
    given = tuple(
        g
        for g in plan.statement.given
        if not (isinstance(g, Assumption) and g.name in loss.lacking)
        and not (
            not isinstance(g, Assumption) and loss.mu is None and N.mu in (g.lhs.free_symbols | g.rhs.free_symbols)
        )
    )
    return hypotheses_hold(replace(plan.statement, given=given), world, number_field)


def _in_float64(plan: Plan, item: Candidate, loss: AuditedLoss) -> Broken | None:
    if plan.follows or not plan.allows(item.dims):
        return None
    try:
        with np.errstate(all="ignore"):
            evaluator = _float_evaluator(plan, item, loss, 0)
            given = tuple(g for g in plan.relations if loss.mu is not None or not _mentions_mu(g))
            if not all(bool(np.all(hypotheses_met(e, given))) for e in (evaluator.past() if plan.run else [evaluator])):
                return None
            margins = [claim_margin(evaluator, (claim,)) for claim in plan.claims()]
            level = loss.level / max(float(evaluator(N.L)), 1e-300)
            index = min(range(len(margins)), key=lambda i: float(np.min(margins[i].noise)))
            if not float(np.min(margins[index].noise)) < -(_ROUNDING + 256 * 2.0**-52 * level):
                return None
            share, claim = float(np.min(margins[index].noise)), plan.claims()[index]
            slack, rounding = float(np.min(margins[index].slack)), 1e4 * 2.0**-52 * _added(evaluator, claim)
            moved = [claim_margin(_float_evaluator(plan, item, loss, k), (claim,)).noise for k in range(1, 9)]
    except (ArithmeticError, ValueError, Unbound, np.linalg.LinAlgError):
        return None
    # A true violation changes little with the data; where cancellation leaves rounding alone it changes at random.
    if abs(slack) <= rounding or not max(abs(float(np.min(m)) - share) for m in moved) < 0.05 * abs(share):
        return None
    return Broken(item, index, f"broken by {-slack:.6g} in float64")


def _added(evaluator: Evaluator, claim: Any) -> float:
    """The largest sum of magnitudes that a sum inside a relation adds up: where it cancels, this is what rounds."""
    largest = 0.0
    for node in (n for side in (claim.lhs, claim.rhs) for n in sp.preorder_traversal(side)):
        if isinstance(node, sp.Add | sp.MatAdd):
            largest = max(largest, sum(float(np.linalg.norm(np.asarray(evaluator(a)))) for a in node.args))
    return largest


def _float_evaluator(plan: Plan, item: Candidate, loss: AuditedLoss, turn: int) -> Evaluator:
    """The candidate in float64; in turns after 0 every number of it is moved by up to four parts in a million."""
    rng = np.random.Generator(np.random.PCG64(turn))

    def moved(value: Any) -> Any:
        array = np.asarray(value, dtype=float)
        return array if turn == 0 else array * (1 + 1e-6 * rng.uniform(-4, 4, array.shape))

    bindings: dict[sp.Basic, Any] = {}
    for leaf, value in _bound(item, loss, exact=False).items():
        fixed = leaf in (N.c, N.d, N.K, N.mu)
        bindings[leaf] = value if fixed else moved(FIELD.matrix(value) if isinstance(value, tuple) else float(value))
    if loss.w_star is not None:
        bindings[N.W_star] = loss.w_star
    world = World(item.dims, bindings, loss.floating)
    if plan.run:
        world = run(world, [float(s) for s in item.steps or ()], FIELD)
    return Evaluator(world, FIELD, plan.where)


def _mentions_mu(relation: Any) -> bool:
    return N.mu in (relation.lhs.free_symbols | relation.rhs.free_symbols)
