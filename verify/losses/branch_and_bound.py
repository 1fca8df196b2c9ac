"""Certified supremum and infimum of a function of one real variable over the whole line.

The middle [-Z, Z] is searched by branch and bound with Taylor jets in ball arithmetic; both tails are bounded, or shown
to diverge, by `verify.losses.tail`. Every number in the answer is an enclosure; a search that gives up says so.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite, pi
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from properties.evaluate import evaluate_scalar
from properties.fields import Exact
from properties.formula import z
from verify.losses.enclosure import ball, rational
from verify.losses.jet import jets
from verify.losses.kinks import pieces
from verify.losses.tail import Inconclusive, TailBounds, subsequence_limits, tail_bounds

TOLERANCE = Fraction(1, 10**9)
"""Largest gap of an answer that counts as decided: relative, or absolute where the value may be 0."""

_AIM = Fraction(1, 10**15)
_CELLS = 8_000
_LARGE = 80
"""Operations beyond which a tree is not rewritten over a common denominator."""
_NO_EXPANSION = "no expansion of phi'' in a tail decides its sign or limit"
_RESCALE = (sp.Integer(1), sp.Integer(1024), sp.Rational(1, 1024))
_STARTS = (4, 16, 64, 256, 1024, 8192, 65536)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is attained: `point` (exact), or approached: `side` +1 / -1 for z -> +oo / -oo."""

    point: Fraction | None = None
    side: int = 0

    def __str__(self) -> str:
        if self.point is None:
            return f"z -> {'+' if self.side > 0 else '-'}oo"
        return f"z = {float(self.point):.12g}"


@dataclass(frozen=True, slots=True)
class Extremum:
    """sup or inf of a function over the line.

    lower, upper  balls that enclose it; infinite when `unbounded`
    unbounded     proved infinite: `reason` says along which tail, `place` is a witness point, `value` its ball there
    decided       unbounded, or the enclosure is as narrow as TOLERANCE asks
    place         a point that nearly attains the value, or the tail where it is approached
    reason        the proof in one line
    """

    kind: str
    lower: Any
    upper: Any
    place: Place
    reason: str
    decided: bool
    unbounded: bool = False
    undefined: bool = False
    value: Any = None
    cells: int = 0
    limits: tuple[Any, Any] | None = None
    """Balls of the limits at -oo and +oo where that limit is the value itself, None where it is not."""


@dataclass
class _Best:
    """The best certified value met while maximising, and where."""

    low: Any = None
    place: Place = Place()

    def offer(self, value: Any, place: Place) -> None:
        if not value.is_finite():
            return
        if self.low is None or value.lower() > self.low:
            self.low, self.place = value.lower(), place
        elif self.place.side and place.point is not None and value.upper() >= self.low:
            self.place = place  # attained, not only approached


def extrema(phi: sp.Expr, derivative: int = 2, bits: int = 128) -> tuple[Extremum, Extremum]:
    """(infimum, supremum) over all real z of the derivative of that order of a formula `phi` in z.

    The derivative in the tails is SymPy's; in the middle it comes from jets of phi itself.
    Source: Assumption 2.1 asks for these of phi''.
    """
    cut = pieces(phi)
    if cut.why:
        unknown = Extremum("inf", -arb.pos_inf(), arb.pos_inf(), Place(), cut.why, decided=False)
        return unknown, replace(unknown, kind="sup")
    found: dict[int, Extremum] = {}
    for scale in dict.fromkeys((_unit(phi), *_RESCALE)):
        # sup and inf of f(z) and of f(z / scale) agree; another unit of z may suit the search better.
        search = _Search(phi.xreplace({z: z / scale}) * scale**derivative, derivative, bits)
        for sign in (-1, 1):
            before = found.get(sign)
            if before is None or not (before.decided or before.undefined or before.reason.startswith(_NO_EXPANSION)):
                found[sign] = _keep(before, _unscaled(search.extremum(sign), Fraction(int(scale.p), int(scale.q))))
        if all(e.decided or e.undefined or e.reason.startswith(_NO_EXPANSION) for e in found.values()):
            break
    return found[-1], found[1]


def _unit(phi: sp.Expr) -> sp.Rational:
    """The fastest linear rate at which z enters an exponential or the like: a natural unit of z."""
    rates = [sp.diff(a.args[0], z) for a in phi.atoms(sp.exp, sp.cosh, sp.sinh, sp.tanh, sp.sin, sp.cos, sp.atan)]
    known = [abs(r) for r in rates if r.is_Rational and r != 0]
    return max(known) if known else sp.S.One


def _is_tame(tree: sp.Expr) -> bool:
    """Whether a common denominator is cheap: a small tree without irrational numbers, over which factoring is slow."""
    if sp.count_ops(tree) >= _LARGE:
        return False
    return all(a.is_Rational or not a.is_number for a in sp.preorder_traversal(tree))


def _keep(before: Extremum | None, after: Extremum) -> Extremum:
    return after if before is None or after.decided else before


def _unscaled(e: Extremum, scale: Fraction) -> Extremum:
    if e.place.point is None or scale == 1:
        return e
    return replace(e, place=Place(e.place.point / scale), reason=f"{e.reason} (in the unit z * {scale})")


class _Search:
    def __init__(self, phi: sp.Expr, derivative: int, bits: int) -> None:
        self.bits, self.order = bits, derivative
        self.cut = pieces(phi)
        self._jets = [jets(p.phi, derivative + 2, bits) for p in self.cut.pieces]
        self.trees = {side: sp.diff(self.cut.pieces[-1 if side > 0 else 0].phi, z, derivative) for side in (1, -1)}
        self._alternatives: dict[sp.Expr, list[sp.Expr]] = {}
        self._tail_memo: dict[tuple[int, int], TailBounds | None] = {}
        self._sequences: dict[tuple[int, int], list[TailBounds]] = {}
        self._slope: sp.Expr | None = None

    def jet(self, x: Any, near: Fraction | None = None) -> list[Any]:
        """[f, f', f''] over the ball x, of the piece that holds at `near` (default: at the midpoint of x)."""
        if len(self._jets) == 1:
            return self._jets[0](x)[self.order :]
        return self._jets[self.cut.at(rational(x.mid()) if near is None else near)](x)[self.order :]

    def extremum(self, sign: int) -> Extremum:
        """The supremum (sign = 1) or infimum (sign = -1) of f: the maximum of sign * f."""
        with ctx.workprec(self.bits):
            kind = "sup" if sign > 0 else "inf"
            best = _Best()
            undefined = self._sample(best, sign)
            if undefined is not None:
                wide = arb.pos_inf()
                return Extremum(
                    kind,
                    -wide,
                    wide,
                    Place(undefined),
                    f"phi or its second derivative has no value that is known to be finite at z = {undefined}",
                    decided=False,
                    undefined=True,
                )
            escaped = self._escapes(sign)
            if escaped is not None:
                return escaped
            tails = self._tails(best, sign)
            if isinstance(tails, str):
                infinite = arb.pos_inf() * sign
                low = best.low * sign if best.low is not None else -infinite
                lower, upper = (low, infinite) if sign > 0 else (infinite, low)
                return Extremum(kind, lower, upper, best.place, tails, decided=False)
            start, outer, limits, text = tails
            return self._middle(best, sign, start, outer, limits, text)

    def _sample(self, best: _Best, sign: int) -> Fraction | None:
        """Offer f at a grid of points, polished by Newton's method; a point where the formula has no value, if any."""
        for point in _grid():
            value = self.jet(ball(point))
            if not value[0].is_finite():
                if abs(point) <= 10:
                    return point
                continue  # farther out the numbers may only be too large
            best.offer(value[0] * sign, Place(point))
            if value[2] * sign < 0:
                self._polish(best, sign, point, 8)
        return None

    def _polish(self, best: _Best, sign: int, point: Fraction, reach: int) -> Fraction:
        """A point near a local maximum of sign * f, by Newton on f' from `point`; offered when finite."""
        x = point
        for _ in range(12):
            _, first, second = self.jet(ball(x))
            if not (first.is_finite() and second.is_finite()) or second.mid() == 0:
                return point
            step = first.mid() / second.mid()
            moved = rational((ball(x) - step).mid())
            if abs(moved - point) > reach:
                return point
            if abs(moved - x) < Fraction(1, 1 << 100):
                x = moved
                break
            x = moved
        near = x.limit_denominator(64)
        if abs(near - x) < Fraction(1, 10**12):
            x = near
        value = self.jet(ball(x))[0]
        best.offer(value * sign, Place(x))
        return x

    # Tails ------------------------------------------------------------------------------------------------
    def _forms(self, side: int) -> Iterable[sp.Expr]:
        """The derivative as SymPy gives it, then written over a common denominator."""
        tree = self.trees[side]
        yield tree
        if tree not in self._alternatives:
            self._alternatives[tree] = [sp.factor(sp.together(tree))] if _is_tame(tree) else []
        yield from (form for form in self._alternatives[tree] if form != tree)

    def _bounds(self, side: int, start: int) -> TailBounds | None:
        """Tail bounds from the form that says most: an exact limit, or a certain divergence."""
        key = (side, start)
        if key not in self._tail_memo:
            self._tail_memo[key] = self._best_bounds(side, start)
        return self._tail_memo[key]

    def _best_bounds(self, side: int, start: int) -> TailBounds | None:
        found: TailBounds | None = None
        for form in self._forms(side):
            try:
                bounds = tail_bounds(form, side, start, self.bits)
            except Inconclusive:
                continue
            if bounds.diverges or (bounds.limit is not None and bounds.limit.is_exact()):
                return bounds
            if found is None or not (found.lower.is_finite() and found.upper.is_finite()):
                found = bounds
        return found

    def _escapes(self, sign: int) -> Extremum | None:
        """A proof that sign * f is unbounded above along a tail, or None."""
        for side in (1, -1):
            for start in _STARTS[:5]:
                bounds = self._bounds(side, start)
                if bounds is not None and bounds.diverges == sign:
                    return self._unbounded(sign, side, f"phi''(z) {bounds.formula} as z -> {_end(side)}")
                if bounds is not None and ((bounds.lower.is_finite() and bounds.upper.is_finite()) or bounds.diverges):
                    break
                for along in self._along(side, start):
                    if along.diverges == sign:
                        text = f"phi''(z) {along.formula} along points z -> {_end(side)} of constant phase"
                        return self._unbounded(sign, side, text)
        return None

    def _along(self, side: int, start: int) -> list[TailBounds]:
        key = (side, start)
        if key not in self._sequences:
            self._sequences[key] = subsequence_limits(self.trees[side], side, start, self.bits)
        return self._sequences[key]

    def _unbounded(self, sign: int, side: int, reason: str) -> Extremum:
        point, value = self._far_point(sign, side)
        infinite = arb.pos_inf() * sign
        lower, upper = (value, infinite) if sign > 0 else (infinite, value)
        return Extremum(
            "sup" if sign > 0 else "inf",
            lower,
            upper,
            Place(point),
            reason,
            decided=True,
            unbounded=True,
            value=value,
        )

    def _far_point(self, sign: int, side: int) -> tuple[Fraction, Any]:
        """A witness: a point out on the tail where sign * f is large, and the ball of f there."""
        best, value = Fraction(side), self.jet(arb(side))[0]
        for k in range(2, 21):
            points = [side * (1 << k) * (1 + Fraction(part, 32)) for part in range(32)]
            for point in [*points, *self._phases(side, points[0])]:
                here = self.jet(ball(point))[0]
                if here.is_finite() and here * sign > value * sign:
                    best, value = point, here
            if value * sign > 10**6:
                break
        return best, value

    def _phases(self, side: int, near: Fraction) -> list[Fraction]:
        """Points near `near` where the argument of a sine or cosine is a multiple of pi/2, to float accuracy."""
        found = []
        for head in self.trees[side].atoms(sp.sin, sp.cos):
            argument = jets(head.args[0], 1, 64)
            for phase in range(4):
                x, target = float(near), None
                for _ in range(20):
                    value, slope = (float(v.mid()) for v in argument(arb(x)))
                    if not (isfinite(value) and isfinite(slope)) or slope == 0:
                        break
                    if target is None:
                        target = (4 * round(value / (2 * pi)) + phase) * pi / 2
                    x -= (value - target) / slope
                if isfinite(x) and x * side > 1:
                    found.append(Fraction(x))
        return found

    def _tails(self, best: _Best, sign: int) -> tuple[int, Any, tuple[Any, Any], str] | str:
        """(Z, bound of sign * f on both tails, limits that reach it, words), or why the tails stay undecided."""
        last = _NO_EXPANSION
        for side in (1, -1):
            self._offer_limits(best, sign, side)
        for start in _STARTS:
            if any(p.lower is not None and abs(p.lower) >= start for p in self.cut.pieces):
                continue
            both = [self._bounds(side, start) for side in (1, -1)]
            if any(b is None for b in both):
                continue
            sides = [b for b in both if b is not None]
            outer = max(((b.upper if sign > 0 else -b.lower) for b in sides), key=lambda x: x.upper())
            if best.low is not None and outer.is_finite() and _within(best.low, outer):
                text = "; ".join(f"z -> {_end(b.side)}: {b.formula}" for b in sides)
                limits = tuple(
                    b.limit if b.limit is not None and not best.low > (b.limit * sign).upper() else None
                    for b in reversed(sides)
                )
                return start, outer, (limits[0], limits[1]), text
            last = f"bounds of phi'' beyond |z| = {start} stay above the best value found"
        return last

    def _offer_limits(self, best: _Best, sign: int, side: int) -> None:
        for start in (16, 256):
            bounds = self._bounds(side, start)
            if bounds is not None and bounds.limit is not None:
                value = bounds.limit * sign
                if best.low is None or value.lower() >= best.low:
                    best.low, best.place = value.lower(), Place(side=side)
                return
            for along in self._along(side, start):
                if along.limit is not None:
                    best.offer(along.limit * sign, Place(side=side))

    # Middle -----------------------------------------------------------------------------------------------
    def _middle(self, best: _Best, sign: int, start: int, outer: Any, limits: tuple[Any, Any], text: str) -> Extremum:
        counter = itertools.count()
        heap: list[tuple[float, int, Fraction, Fraction, Any]] = []
        settled = outer.upper()

        def push(a: Fraction, b: Fraction) -> Any:
            top = self._cell(best, sign, a, b)
            key = -_float(top)
            heapq.heappush(heap, (key, next(counter), a, b, top))

        corners = {Fraction(k * start, 8) for k in range(-8, 9)}
        corners |= {p.lower for p in self.cut.pieces if p.lower is not None}
        ordered = sorted(corners)
        for a, b in itertools.pairwise(ordered):
            push(a, b)
        cells = len(ordered) - 1
        stuck: Any = None
        while heap:
            _, _, a, b, top = heapq.heappop(heap)
            if best.low is not None and top.is_finite() and (top <= best.low or _within(best.low, top, _AIM)):
                settled = settled.max(top.upper())
                continue
            if cells >= _CELLS or b - a < Fraction(1, 1 << 60):
                stuck = top
                break
            middle = (a + b) / 2
            push(a, middle)
            push(middle, b)
            cells += 2
        if stuck is not None:
            settled = settled.max(stuck.upper()).max(max((h[4] for h in heap), key=_float).upper())
        low, high = best.low, settled.max(best.low)
        decided = bool(high.is_finite() and _within(low, high))
        lower, upper = (low, high) if sign > 0 else (-high, -low)
        kind = "sup" if sign > 0 else "inf"
        reason = f"branch and bound on |z| <= {start} ({cells} cells); tails: {text}"
        if not decided:
            reason = f"gave up after {cells} cells; " + reason
        return Extremum(kind, lower, upper, best.place, reason, decided, cells=cells, limits=limits)

    def _cell(self, best: _Best, sign: int, a: Fraction, b: Fraction) -> Any:
        """An upper bound of sign * f on [a, b]; improves `best` on the way."""
        center, radius = (a + b) / 2, (b - a) / 2
        whole = arb(ball(center).mid(), ball(radius).upper())
        f, first, second = (v * sign for v in self.jet(whole, center))
        top = f.upper() if f.is_finite() else arb.pos_inf()
        if not first.is_finite():
            return top
        if first > 0 or first < 0:
            end = b if first > 0 else a
            value = self.jet(ball(end), center)[0] * sign
            best.offer(value, Place(end))
            return _least(top, value.upper())
        if second.is_finite() and second < 0:
            peak = self._newton(center, a, b)
            exact = self._exact_peak(peak)
            if exact is not None:
                best.offer(exact * sign, Place(peak))
                return exact * sign
            value, slope, _ = (v * sign for v in self.jet(ball(peak), center))
            best.offer(value, Place(peak))
            reach = ball(max(peak - a, b - peak))
            return _least(top, (value + abs(slope) * reach).upper())
        value, slope, _ = (v * sign for v in self.jet(ball(center)))
        if value.is_finite():
            best.offer(value, Place(center))
            r = ball(radius)
            top = _least(top, (value + abs(first) * r).upper())
            if second.is_finite():
                curve = (second.upper() * r * r / 2).max(arb(0))
                top = _least(top, (value + abs(slope) * r + curve).upper())
        return top

    def _exact_peak(self, point: Fraction) -> Any | None:
        """f at a point where f' is exactly 0 and f exactly rational (no rounding there); else None."""
        if len(self._jets) > 1 or point.denominator > 64:
            return None
        if self._slope is None:
            self._slope = sp.diff(self.trees[1], z)
        field = Exact(self.bits)
        raw = fmpq(point.numerator, point.denominator)
        try:
            slope = evaluate_scalar(self._slope, {z: raw}, field)
            value = evaluate_scalar(self.trees[1], {z: raw}, field)
        except (ArithmeticError, TypeError, KeyError):
            return None
        if isinstance(value, fmpq) and isinstance(slope, fmpq) and slope == 0:
            end = arb(value)
            return end if end.is_exact() else None
        return None

    def _newton(self, x: Fraction, a: Fraction, b: Fraction) -> Fraction:
        """A zero of f' in [a, b] to working precision, where f'' has one sign; a simple rational when it is one."""
        center = x
        for _ in range(14):
            _, first, second = self.jet(ball(x), center)
            if not second.is_finite() or second.mid() == 0:
                return x
            moved = min(max(rational((ball(x) - first.mid() / second.mid()).mid()), a), b)
            if abs(moved - x) < Fraction(1, 1 << (self.bits - 16)):
                break
            x = moved
        near = x.limit_denominator(64)
        return near if a <= near <= b and abs(near - x) < Fraction(1, 1 << 40) else x


def _end(side: int) -> str:
    return "+oo" if side > 0 else "-oo"


def _grid() -> list[Fraction]:
    fine = [Fraction(k, 4) for k in range(-40, 41)]
    coarse = [s * Fraction(3, 2) ** k * 10 for k in range(1, 14) for s in (1, -1)]
    small = [s * Fraction(1, 10**k) for k in range(1, 6) for s in (1, -1)]
    rounded = [Fraction(x).limit_denominator(8) for x in coarse]
    return [*fine, *small, *rounded]


def _within(low: Any, high: Any, tolerance: Fraction = TOLERANCE / 10) -> bool:
    """Whether [low, high] is as narrow as asked: relative to the value, or absolutely where it may be 0."""
    gap = high - low
    size = abs(low)
    return bool(gap <= ball(tolerance) * size) or bool(low <= 0 and high >= 0 and gap <= ball(tolerance))


def _least(a: Any, b: Any) -> Any:
    if not b.is_finite():
        return a
    return b if b < a or not a.is_finite() else a


def _float(x: Any) -> float:
    return float(x.upper()) if x.is_finite() else float("inf")
