"""The certified smallest positive root of an equation of the paper, to any number of digits.

The equation is taken as its tree, divided by the power of the unknown with which it vanishes (`factoring`), and
followed in u = log(unknown) (`curve`): its sign near zero is proved on a ball that reaches 0, cells march to the
right with sign or derivative certified, so that the root enclosed is the smallest, and interval Newton steps with
doubling precision sharpen it. An approximate root from a few point evaluations only chooses where cells end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx

from properties.curve import Curve, shape_of
from properties.errors import LimitReached

_LARGEST_U = 2.0**40
_MAX_CELLS = 4000
_GUARD = 32


@dataclass(frozen=True, slots=True)
class RootProof:
    """Why an enclosed root is the smallest positive one.

    The factored equation has the sign `sign` on all of (0, exp(start)], by one ball that reaches 0; on `cells`
    further cells, computed with `bits` of precision, it has that sign or is strictly monotone; in the last one its
    derivative has the opposite sign everywhere and its ends differ in sign. `unique` tells that the tree itself
    shows the expression to increase on all of (0, oo), so that there is no other root at all.
    """

    sign: int
    start: float
    cells: int
    bits: int
    unique: bool


@dataclass(frozen=True, slots=True)
class Root:
    """A ball around the smallest positive root, its logarithm, and the proof."""

    value: Any
    log: Any
    proof: RootProof


class NotEnoughPrecision(ArithmeticError):
    """The constants or the working precision do not decide a sign; try again with more bits."""


def smallest_root(curve: Curve, bits: int, upper: Any = None) -> Root | None:
    """The smallest positive root of the curve as a ball of relative radius about 2^-bits; None when there is none.

    `upper` (a ball, or None) bounds the search: None is returned when the sign is proved constant on (0, upper].
    The radius is larger when the constants of the curve do not allow more. Raises NotEnoughPrecision when a sign
    cannot be decided at the precision of the constants, LimitReached when no sign change is found below exp(2^40).
    """
    working = 64
    while True:
        try:
            with ctx.workprec(working):
                top = None if upper is None else upper.log()
                bracket = _bracket(curve, top)
                if bracket is None:
                    return None
                cell, slope, guess, proof = bracket
            break
        except NotEnoughPrecision:
            if working >= bits + _GUARD:
                raise
            working *= 2
    u = _sharpen(curve, cell, slope, guess, bits)
    with ctx.workprec(bits + _GUARD + 16):
        return Root(u.exp(), u, proof)


def _sign(x: Any) -> int:
    """1 or -1 when certain, else 0."""
    return 1 if x > 0 else -1 if x < 0 else 0


def _point_sign(curve: Curve, u: Any) -> int:
    sign = _sign(curve.value(u))
    if sign == 0:
        raise NotEnoughPrecision
    return sign


def _scaled(value: Any, scale: Any) -> float:
    """value / scale squeezed monotonically into the range of a float, for choosing points only."""
    ratio = value.mid() / scale
    size = abs(ratio)
    return float((1 + size).log().mid()) * (1.0 if ratio > 0 else -1.0)


def _low(curve: Curve, top: float) -> tuple[float, int]:
    """(a point of u left of `top`, the sign certified on everything to its left)."""
    step = 1.0
    while step < _LARGEST_U:
        sign = _sign(curve.below(arb(top - step)))
        if sign:
            return top - step, sign
        step *= 2.0
    raise NotEnoughPrecision


def _approximate(curve: Curve, low: float, high: float, sign: int) -> float | None:
    """Log of a sign change in (low, high] from point evaluations, no proof; None when the ends do not differ."""
    at_low, at_high = curve.value(arb(low)), curve.value(arb(high))
    if _sign(at_high) != -sign or not at_high.is_finite():
        return None
    scale = abs(at_low.mid())
    return _illinois(curve, (low, _scaled(at_low, scale)), (high, _scaled(at_high, scale)), scale)


def _illinois(curve: Curve, low: tuple[float, float], high: tuple[float, float], scale: Any) -> float:
    """A point near a sign change between two points: regula falsi (Illinois) on squeezed values, then Newton steps."""
    (a, fa), (b, fb) = low, high
    for step in range(100):
        width = b - a
        if width < 1.0 and max(abs(fa), abs(fb)) < 0.5:
            break
        x = a + width / 2 if step % 4 == 3 or fa == fb else a - fa * width / (fb - fa)
        x = min(max(x, a + 1e-3 * width), b - 1e-3 * width)
        fx = _scaled(curve.value(arb(x)), scale)
        if fx == 0.0:
            return x
        if (fx > 0) == (fb > 0):
            b, fb, fa = x, fx, fa / 2 if step else fa
        else:
            a, fa, fb = x, fx, fb / 2 if step else fb
    return _newton(curve, a, b, (a + b) / 2)


def _newton(curve: Curve, a: float, b: float, x: float) -> float:
    """A few Newton steps from x, kept inside [a, b]."""
    for _ in range(12):
        at = curve.dual(arb(x))
        slope = at.slope.mid()
        if slope == 0:
            break
        following = min(max(x - float((at.value.mid() / slope).mid()), a), b)
        if abs(following - x) <= 1e-14 * max(1.0, abs(x)):
            return following
        x = following
    return x


def _bracket(curve: Curve, top: Any) -> tuple[Any, Any, Any, RootProof] | None:
    """(cell of u with exactly one root, the smallest; slope on it; a point near the root; proof).

    None when the sign is proved constant on (0, exp(top)].
    """
    increasing = curve.increases()
    limit = None if top is None else top.upper()
    low, sign = _low(curve, 0.0 if top is None else float(top.mid()))
    target = _target(curve, low, None if top is None else float(top.mid()), sign)
    start = low if target is None else _start(curve, target, sign)
    at, width, cells = arb(start), 1.0 if target is None else max(target - start, 2.0**-10), 0
    while cells < _MAX_CELLS:
        if limit is not None and at >= limit:
            return None
        if float(at.mid()) > _LARGEST_U:
            raise LimitReached("root: no sign change below exp(2^40); the equation may have no root")
        end = at + arb(width)
        if target is not None and abs(float(end.mid()) - target) < 2.0**-12:
            end += arb(2.0**-10)
        if limit is not None and end > limit:
            end = limit
        verdict, slope = _judge(curve, at.union(end), at, end, sign)
        if verdict == "root":
            a, b = float(at.mid()), float(end.mid())
            guess = arb(_newton(curve, a, b, target if target is not None and a < target < b else (a + b) / 2))
            return at.union(end), slope, guess, RootProof(sign, start, cells + 1, ctx.prec, increasing)
        if verdict == "free":
            cells += 1
            at, width = arb(end.mid()), width * 2
        else:
            width /= 2
            if width < 2.0 ** (-ctx.prec / 3):
                raise NotEnoughPrecision
    raise LimitReached(f"root: {_MAX_CELLS} cells were not enough to prove which root is the smallest")


def _target(curve: Curve, low: float, top: float | None, sign: int) -> float | None:
    """Where a root probably lies: below `top`, or after doubling steps to the right; None when none shows."""
    if top is not None:
        return _approximate(curve, low, top, sign)
    step = 1.0
    while step < 2.0**7:
        found = _approximate(curve, low, low + step, sign)
        if found is not None:
            return found
        step *= 2.0
    return None


def _start(curve: Curve, target: float, sign: int) -> float:
    """A point, near to the target when possible, left of which the sign is certified."""
    distance = 2.0**-6
    while distance < _LARGEST_U:
        if _sign(curve.below(arb(target - distance))) == sign:
            return target - distance
        distance *= 4.0
    raise NotEnoughPrecision


def _judge(curve: Curve, cell: Any, at: Any, end: Any, sign: int) -> tuple[str, Any]:
    """(what is proved, slope) on a cell whose left end has the sign: "free" of roots, one "root", or "unknown"."""
    both = curve.dual(cell)
    slope = both.slope
    if _sign(both.value) == sign:
        return "free", slope
    if not slope.is_finite():
        return "unknown", slope
    if _sign(slope) == 0:
        middle = arb(cell.mid())
        free = _sign(curve.value(middle) + slope * (cell - middle)) == sign
        return ("free" if free else "unknown"), slope
    last = _sign(curve.value(end))
    if last == sign:
        return "free", slope
    if last == -sign and _sign(curve.value(at)) == sign:
        return "root", slope
    raise NotEnoughPrecision


def _sharpen(curve: Curve, cell: Any, slope: Any, guess: Any, bits: int) -> Any:
    """The root in a cell whose slope ball excludes zero, to about `bits` after the binary point.

    Newton steps of doubling precision, without proof, give a point x; the interval Newton step x - g(x) / slope, which
    holds every root of the cell, then has the size of g(x).
    """
    goal, guard = bits + 4, _GUARD + math.frexp(float(cell.mid()))[1]
    known, x = 36, guess
    for _ in range(4):
        while known < goal:
            with ctx.workprec(max(64, known + guard)):
                point = curve.dual(x).slope.mid()
            known = min(2 * known, goal)
            with ctx.workprec(known + guard):
                x = arb((x - curve.value(x) / point).mid())
        with ctx.workprec(goal + guard):
            newton = x - curve.value(x) / slope
            try:
                cell = cell.intersection(newton)
            except ValueError as error:
                raise NotEnoughPrecision from error
            if _bits(cell) >= goal:
                break
        x, known = arb(cell.mid()), max(10, min(_bits(cell), goal - 1))
        guard += 16
    return cell


def _bits(cell: Any) -> int:
    """How many bits after the binary point of u the cell fixes: the relative accuracy of exp(u)."""
    radius = cell.rad()
    if radius == 0:
        return 1 << 30
    mantissa, exponent = radius.man_exp()
    return -(int(exponent) + int(mantissa).bit_length())


# In the tree walk ------------------------------------------------------------------------------------------------


def min_root(walk: Any, expression: sp.Expr, variable: sp.Symbol) -> Any:
    """Value of MinRoot(expression, variable) in the evaluator's world and field; infinite where none is found.

    Balls and rationals: a ball proved to hold the smallest positive root. float64: a bisection in the logarithm,
    batched, not certified.
    """
    shape = shape_of(expression, variable)
    if walk.field.name == "float64":
        return _proposed(walk, shape)
    curve = Curve(shape, walk.rational, walk)
    try:
        root = smallest_root(curve, walk.field.bits)
    except NotEnoughPrecision:
        return arb("nan")
    return walk.field.infinity() if root is None else root.value


def _proposed(walk: Any, shape: Any) -> Any:
    """float64: the first sign change on a grid of u, bisected; infinite where there is none, nan where not finite."""
    from properties.evaluate import Evaluator
    from properties.worlds import World

    variable = shape.factor.variable
    constants = {dummy: np.asarray(walk(tree), dtype=np.float64) for dummy, tree in shape.constants}
    exponents: dict[Any, Any] = {variable: 1.0}
    for power in shape.powers:
        e = walk.rational(power.exp)
        exponents[power] = np.asarray(walk(power.exp) if e is None else float(Fraction(e)))

    def at(u: Any) -> Any:
        bindings: dict[Any, Any] = {**constants}
        bindings.update({key: np.exp(e * u) for key, e in exponents.items()})
        inner = Evaluator(World({}, bindings), walk.field)
        for dummy, x in shape.ratios:
            argument = inner(x)
            small = np.abs(argument) < 1e-8
            safe = np.where(small, 1.0, argument)
            bindings[dummy] = np.where(small, 1.0 + argument / 2, np.expm1(safe) / safe)
        return inner(shape.residual)

    with np.errstate(all="ignore"):
        grid = [*(-(2.0**k) for k in range(12, 2, -1)), *np.arange(-7.0, 21.0)]
        low = np.full(np.broadcast_shapes(*(np.shape(v) for v in constants.values()), np.shape(at(0.0))), grid[0])
        first = np.sign(at(low))
        high = np.full(low.shape, np.inf)
        heights = [first * at(low)]
        for u in grid[1:]:
            heights.append(first * at(u))
            changed = np.isinf(high) & (heights[-1] < 0)
            high = np.where(changed, u, high)
            low = np.where(np.isinf(high), u, low)
        left, dip = _dip(lambda u: first * at(u), np.asarray(grid), np.stack(np.broadcast_arrays(*heights)), high)
        low, high = np.where(np.isfinite(dip), left, low), np.where(np.isfinite(dip), dip, high)
        found = np.isfinite(high)
        a, b = low, np.where(found, high, low)
        for _ in range(60):
            middle = (a + b) / 2
            same = np.sign(at(middle)) == first
            a, b = np.where(same, middle, a), np.where(same, b, middle)
        root = np.where(found, np.exp((a + b) / 2), np.inf)
    return np.where(np.isnan(first), np.nan, root)[()]


def _dip(height: Any, grid: Any, heights: Any, high: Any) -> tuple[Any, Any]:
    """(grid point to its left, where a positive function dips below zero between grid points, left of `high`).

    The lowest of the local minima on the grid is followed by golden section; infinite where it stays positive: two
    roots within one cell leave no sign change on the grid.
    """
    middle = grid[1:-1].reshape((-1,) + (1,) * high.ndim)
    valley = (heights[1:-1] <= heights[:-2]) & (heights[1:-1] <= heights[2:]) & (middle < high) & (heights[1:-1] > 0)
    level = np.where(valley, heights[1:-1], np.inf)
    index = 1 + level.argmin(axis=0)
    some = np.isfinite(level.min(axis=0))
    start, end = grid[index - 1], np.minimum(grid[index + 1], high)
    a, b = start, end
    golden = (math.sqrt(5) - 1) / 2
    x, y = b - golden * (b - a), a + golden * (b - a)
    at_x, at_y = height(x), height(y)
    lowest, where = np.minimum(at_x, at_y), np.where(at_x < at_y, x, y)
    for _ in range(32):
        less = at_x < at_y
        a, b = np.where(less, a, x), np.where(less, y, b)
        fresh = np.where(less, b - golden * (b - a), a + golden * (b - a))
        at_fresh = height(fresh)
        x, at_x, y, at_y = (
            np.where(less, fresh, y),
            np.where(less, at_fresh, at_y),
            np.where(less, x, fresh),
            np.where(less, at_x, at_fresh),
        )
        better = at_fresh < lowest
        lowest, where = np.where(better, at_fresh, lowest), np.where(better, fresh, where)
    return start, np.where(some & (lowest < 0), where, np.inf)


def approximate_float(value: Any) -> float:
    """Nearest float to a ball's midpoint, infinite when it does not fit."""
    try:
        return float(value.mid())
    except (OverflowError, ValueError):
        return math.inf
