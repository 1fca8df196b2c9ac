"""From a float64 suspicion in an audit to what is certain: a certificate, a violation enclosed in balls, or rounding.

Losses about a known minimizer lead to exact witnesses as in search. Other losses given by data or formula are decided
in balls with every hypothesis, and a violation is written as a certificate where the loss is a sum of the functions
that the checker knows. A Python loss is evaluated again in float64 at short rationals, which makes the instance small
and is all that can be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import sympy as sp

from properties.evaluate import Evaluator, precision
from properties.fields import Exact
from properties.fields.capped import Capped
from properties.worlds import World
from theorems import notation as N
from verify import certificate
from verify.audits.audit_float import broken_in_float64
from verify.audits.audit_runs import Part, rows_of
from verify.audits.audited_loss import AuditedLoss
from verify.audits.recheck import NO_VALUE, holds_at, hypotheses_of, run_steps
from verify.decimals import enclose
from verify.falsify.hand_over import LADDER, Candidate, in_domain, rounded
from verify.falsify.plan import Plan
from verify.losses.carried import Carried, NoSuchForm
from verify.verdict import Observed, Refuted

_BITS = (128, 512)
_TRIALS = 48

# Significant bits of the K and mu that a certificate binds: the first that leave the violation standing are taken.
_CONSTANT_BITS = (6, 16, 60)

Constants = tuple[Fraction | None, Fraction | None]


class CannotDecide(Exception):
    """Balls cannot evaluate the statement on this loss."""


@dataclass(frozen=True)
class Broken:
    """A violation: the instance, the relation that fails, and by how much, as text.

    world: where it is exact data. equal: a hypothesis that holds with equality by its form, which balls do not tell.
    """

    candidate: Candidate
    violated: int
    amount: str
    world: World | None = None
    equal: str = ""

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


def verdict_in_balls(plan: Plan, item: Candidate, loss: AuditedLoss, margin: float) -> Refuted | Observed | None:
    """Refuted with a certificate where the loss has one, else Observed and why there is none; None when balls do not
    confirm the violation. Raises CannotDecide.
    """
    found = _in_balls(plan, item, loss, (loss.K, loss.mu))
    if found is None:
        return None
    made = _certified(plan, item, loss)
    if isinstance(made, dict):
        return Refuted(made)
    small = _shrunk(found, lambda smaller: _in_balls(plan, smaller, loss, (loss.K, loss.mu)))
    return Observed(f"{small.text()} (certain in balls; no certificate: {made})", margin)


def verdict_in_float64(plan: Plan, item: Candidate, loss: AuditedLoss, margin: float) -> Observed | None:
    """Observed, the instance made small; None when the violation is within rounding."""

    def decider(one: Candidate) -> Broken | None:
        found = broken_in_float64(plan, one, loss)
        return None if found is None else Broken(one, found[0], f"broken by {found[1]:.6g} in float64")

    broken = decider(item)
    return None if broken is None else Observed(f"{_shrunk(broken, decider).text()} (float64 only)", margin)


def _certified(plan: Plan, item: Candidate, loss: AuditedLoss) -> dict[str, Any] | str:
    """A certificate that the checker accepts, or in one clause why there is none."""
    named = {g.name for g in plan.statement.given if hasattr(g, "name")}
    if named & set(loss.lacking):
        return "the loss breaks an assumption of the claim"
    try:
        form = loss.form()
    except NoSuchForm as error:
        return str(error)
    for bits in _CONSTANT_BITS:
        decider = partial(_in_balls, plan, loss=loss, constants=_constants(form, loss, bits))
        try:
            found = decider(item)
        except CannotDecide:
            found = None
        if found is not None and found.equal:
            return f"{found.equal} is an equality at t = 0, which the checker cannot tell"
        if found is not None:
            return _written(plan, _shrunk(found, decider), form)
    return f"it does not stand with K = {float(form.K):.6g} and mu = {float(form.mu):.6g}, all that a checker can show"


def _constants(form: Carried, loss: AuditedLoss, bits: int) -> Constants:
    """K and mu of about so many bits that hold by the closed list and by the certified constants alike."""
    k, mu = form.constants(bits)
    return (k if loss.K is None else max(k, loss.K)), (None if loss.mu is None else min(mu, loss.mu))


def _written(plan: Plan, found: Broken, form: Carried) -> dict[str, Any] | str:
    world = found.world
    assert world is not None
    # The checker encloses W* itself.
    exact = {leaf: v for leaf, v in world.bindings.items() if leaf != N.W_star}
    try:
        body = certificate.build(
            plan.statement,
            World(world.dims, exact, form.loss),  # type: ignore[arg-type]  # data only: nothing is evaluated
            steps=found.candidate.steps,
            violated=found.violated,
        )
    except TypeError:
        return "a leaf of the claim has no rational value here"
    code, why = certificate.check_certificate(body)
    return body if code == 0 else f"the checker does not decide it ({' '.join(why.split())[:120]})"


def _shrunk(found: Broken, decider: Callable[[Candidate], Broken | None]) -> Broken:
    """A smaller instance that is as certainly broken, found with at most _TRIALS decisions."""
    trials = 0
    while trials < _TRIALS:
        for smaller in _smaller(found.candidate):
            trials += 1
            try:
                better = decider(smaller)
            except CannotDecide:
                continue
            if better is not None:
                found = better
                break
            if trials >= _TRIALS:
                return found
        else:
            return found
    return found


def _smaller(item: Candidate) -> Iterator[Candidate]:
    """Simpler candidates: a shorter run, a column less, coarser numbers."""
    steps = item.steps or ()
    for length in dict.fromkeys((1, 2, len(steps) // 4, len(steps) // 2, len(steps) - 1)):
        if 0 < length < len(steps):
            dims = {**item.dims, N.t: length - 1} if N.t in item.dims else item.dims
            yield replace(item, dims=dims, steps=steps[:length])
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


def _bound(item: Candidate, constants: Constants) -> dict[sp.Basic, Any]:
    bindings: dict[sp.Basic, Any] = dict(item.values)
    bindings.update({s: v for s, v in zip((N.K, N.mu), constants, strict=True) if v is not None})
    return bindings


def _in_balls(plan: Plan, item: Candidate, loss: AuditedLoss, constants: Constants) -> Broken | None:
    if not plan.allows(item.dims):
        return None
    for bits in _BITS:
        try:
            answer = _at_precision(plan, item, loss, constants, bits)
        except NO_VALUE as error:
            raise CannotDecide(f"{type(error).__name__}: {error}") from error
        if answer is not None:
            return answer if isinstance(answer, Broken) else None
    return None


def _at_precision(
    plan: Plan, item: Candidate, loss: AuditedLoss, constants: Constants, bits: int
) -> Broken | bool | None:
    """A violation, False when there certainly is none, None when this precision does not tell."""
    bindings = _bound(item, constants)
    star = loss.minimizer(bits)
    if star is not None:
        bindings[N.W_star] = star
    world = World(item.dims, bindings, loss.shifted)
    if not in_domain(world):
        return False
    number_field = Capped(bits) if plan.run else Exact(bits)
    with precision(number_field):
        begun = world
        if plan.run:
            past = run_steps(world, item.steps or (), number_field, plan.where)
        else:
            past = [Evaluator(world, number_field, plan.where)]
        evaluator = past[-1]
        for leaf, formula in plan.follows.items():
            evaluator = evaluator.varied({leaf: _rational(evaluator(formula))})
            begun = begun.binding({leaf: evaluator.world.bindings[leaf]})
        past = [*past[:-1], evaluator]
        truths = [evaluator.holds(claim) for claim in plan.claims()]
        if all(truth is True for truth in truths):
            return False
        broken = next((i for i, truth in enumerate(truths) if truth is False), None)
        if broken is None:
            return None
        given = hypotheses_of(plan, loss.lacking, loss.mu)
        met = [holds_at(step, g, t if plan.run else None) for t, step in enumerate(past) for g in given]
        if any(truth is False for truth in met):
            return False
        if not all(truth is True for truth in met):
            return None
        equal = next((str(g) for g in given if past[0].holds(g) is not True), "")
        lhs, rhs = evaluator.relation(plan.claims()[broken])
        interval = enclose(lhs - rhs, 6)
    low, high = interval.texts()
    return Broken(item, broken, f"left minus right side in [{low}, {high}]", begun, equal)


def _rational(value: Any) -> Any:
    """A value of the field as a Fraction where it is rational, else as it is."""
    return Fraction(int(value.p), int(value.q)) if hasattr(value, "p") and hasattr(value, "q") else value
