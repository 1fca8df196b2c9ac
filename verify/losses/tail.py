"""A function of z on a whole tail z >= Z (or z <= -Z): terms in exact scales plus a certified remainder.

A scale (`verify.losses.scale`) is exp(Q(z)) z^p (log z)^r, Q a polynomial without constant term; with z = 1/v and u =
exp(-1/v) these are the monomials of the finite box (0, 1/Z] x (0, e^-Z]. An element is a finite sum of constants
times scales plus a rest bounded by M times a scale for all z >= Z. Sums, products, powers, exp, log and bounded
functions act on elements with Taylor remainders in ball arithmetic, so limits, signs and bounds read off at the end
hold on the whole infinite tail.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, arb_series, ctx, fmpq, fmpq_series

from properties.evaluate import evaluate_scalar
from properties.formula import z
from verify.losses.scale import LARGEST_FIRST, ONE, Z_SCALE, Scale, as_ball, order

_ORDER = 8
_TERMS = 10
Coefficient = Any  # fmpq while exact, else arb: a constant, known up to the ball


class Inconclusive(ArithmeticError):
    """The tail's expansion does not decide; a larger Z or another method may."""


class Tail:
    """An element: `terms` maps scales to constants; |function - terms| <= rest[1] * rest[0](z) for all z >= start."""

    __slots__ = ("rest", "start", "terms")

    def __init__(self, start: Any, terms: Mapping[Scale, Coefficient], rest: tuple[Scale, Any] | None = None) -> None:
        self.start = start
        kept = {s: c for s, c in terms.items() if not (isinstance(c, fmpq) and c == 0)}
        ordered = sorted(kept, key=LARGEST_FIRST)
        inside = [s for s in ordered if rest is None or order(s, rest[0]) >= 0][:_TERMS]
        for s in ordered:
            if s not in inside:
                rest = self._join(rest, (s, abs(arb(kept[s])).upper()))
        self.terms = {s: kept[s] for s in inside}
        self.rest = rest

    def _join(self, a: tuple[Scale, Any] | None, b: tuple[Scale, Any] | None) -> tuple[Scale, Any] | None:
        if a is None or b is None:
            return a or b
        if order(a[0], b[0]) < 0:
            a, b = b, a
        return (a[0], (a[1] + b[1] * self.largest(b[0] * a[0] ** Fraction(-1))).upper())

    def largest(self, scale: Scale) -> Any:
        """An upper bound of a constant or decaying scale on the tail."""
        if scale == ONE:
            return arb(1)
        if not scale.decreases_from(self.start):
            raise Inconclusive(f"{scale} is not known to decrease from {self.start}")
        return scale.at(self.start).upper()

    def bound(self) -> tuple[Scale, Any] | None:
        """(S, M) with |function| <= M S on the tail; None for the zero function."""
        total = self.rest
        for s, c in self.terms.items():
            total = self._join(total, (s, abs(arb(c)).upper()))
        return total

    def lead(self) -> tuple[Scale, Coefficient]:
        """The largest scale with its constant, which is certainly not zero. Raises Inconclusive."""
        if not self.terms:
            raise Inconclusive("no leading term")
        scale, c = next(iter(self.terms.items()))
        if not (c > 0 or c < 0):
            raise Inconclusive("the leading constant may be zero")
        return scale, c

    def _new(self, terms: Mapping[Scale, Coefficient], rest: tuple[Scale, Any] | None = None) -> Tail:
        return Tail(self.start, terms, rest)

    def __add__(self, other: Tail) -> Tail:
        terms = dict(self.terms)
        for s, c in other.terms.items():
            terms[s] = terms[s] + c if s in terms else c
        return self._new(terms, self._join(self.rest, other.rest))

    def __neg__(self) -> Tail:
        return self._new({s: -c for s, c in self.terms.items()}, self.rest)

    def __sub__(self, other: Tail) -> Tail:
        return self + (-other)

    def __mul__(self, other: Tail) -> Tail:
        terms: dict[Scale, Coefficient] = {}
        for s, c in self.terms.items():
            for t, d in other.terms.items():
                terms[s * t] = terms[s * t] + c * d if s * t in terms else c * d
        # (A + a)(B + b) = A B + A b + a (B + b), with the rests a and b.
        rest = None
        for bound, small in ((self._new(self.terms).bound(), other.rest), (other.bound(), self.rest)):
            if small is not None and bound is not None:
                rest = self._join(rest, (bound[0] * small[0], (bound[1] * small[1]).upper()))
        return self._new(terms, rest)

    def __truediv__(self, other: Tail) -> Tail:
        return self * other.power(Fraction(-1))

    def times(self, scale: Scale, c: Coefficient) -> Tail:
        """c S times the function."""
        rest = None if self.rest is None else (self.rest[0] * scale, (self.rest[1] * abs(arb(c))).upper())
        return self._new({s * scale: d * c for s, d in self.terms.items()}, rest)

    def _relative(self) -> tuple[Scale, Coefficient, Tail]:
        """(S, c, delta) with the function equal to c S (1 + delta)."""
        scale, c = self.lead()
        ratio = self.times(scale ** Fraction(-1), 1 / c)
        return scale, c, self._new({s: d for s, d in ratio.terms.items() if s != ONE}, ratio.rest)

    def power(self, a: Fraction) -> Tail:
        """The function to a rational power; an even or fractional one needs a sign that is certain."""
        if a.denominator == 1 and 0 <= a <= 4:
            result = self._new({ONE: fmpq(1)})
            for _ in range(int(a)):
                result = result * self
            return result
        scale, c, delta = self._relative()
        if a.denominator == 1:
            head = c ** int(a)
        elif not c > 0:
            raise Inconclusive("root of a negative quantity")
        else:
            head = fmpq(1) if isinstance(c, fmpq) and c == 1 else (arb(c).log() * as_ball(a)).exp()
        q = fmpq(a.numerator, a.denominator)
        taylor = ((1 + fmpq_series([0, 1], prec=_ORDER)).log() * q).exp()
        inside = [taylor[k] for k in range(_ORDER)]
        return _compose(delta, inside, lambda s: ((1 + s).log() * arb(q)).exp()).times(scale**a, head)

    def exp(self) -> Tail:
        """exp of the function: its growing terms become scales."""
        grows: dict[Fraction, Fraction] = {}
        p, small, factor = Fraction(0), {}, arb(0)
        for s, c in self.terms.items():
            if s.growth() < 0:
                small[s] = c
            elif s == ONE:
                factor = arb(c)
            elif not isinstance(c, fmpq) or s.exponent:
                raise Inconclusive(f"exp of a function that grows like {s}")
            elif s.r == 1 and not s.p:
                p = Fraction(int(c.p), int(c.q))
            elif not s.r:
                grows[s.p] = Fraction(int(c.p), int(c.q))
            else:
                raise Inconclusive(f"exp of a function that grows like {s}")
        taylor = fmpq_series([0, 1], prec=_ORDER).exp()
        delta = self._new(small, self.rest)
        result = _compose(delta, [taylor[k] for k in range(_ORDER)], lambda s: s.exp())
        scale = Scale(tuple(sorted(grows.items(), reverse=True)), p)
        return result.times(scale, fmpq(1) if ONE not in self.terms else factor.exp())

    def log(self) -> Tail:
        """log of a function that is certainly positive on the tail."""
        scale, c, delta = self._relative()
        if not c > 0:
            raise Inconclusive("log of a negative quantity")
        if scale.r:
            raise Inconclusive("log of log")
        taylor = (1 + fmpq_series([0, 1], prec=_ORDER)).log()
        result = _compose(delta, [taylor[k] for k in range(_ORDER)], lambda s: (1 + s).log())
        terms: dict[Scale, Coefficient] = {Scale(p=k): fmpq(c_.numerator, c_.denominator) for k, c_ in scale.exponent}
        if scale.p:
            terms[Scale(r=Fraction(1))] = fmpq(scale.p.numerator, scale.p.denominator)
        if not (isinstance(c, fmpq) and c == 1):
            terms[ONE] = arb(c).log()
        return self._new(terms) + result

    def sign(self) -> int:
        """The certain sign of the function on the whole tail. Raises Inconclusive."""
        _, c, delta = self._relative()
        bound = delta.bound()
        if bound is not None and not bound[1] * self.largest(bound[0]) < 1:
            raise Inconclusive("the sign is not certain")
        return 1 if c > 0 else -1

    def finite_limit(self) -> Coefficient | None:
        """The constant c when the function is c plus terms that are constant or decay; None when it grows."""
        top = self.bound()
        if top is not None and top[0].growth() > 0:
            return None
        return self.terms.get(ONE, fmpq(0))


def _compose(delta: Tail, taylor: list[Any], f: Any) -> Tail:
    """f(delta) from its exact Taylor coefficients at 0 and its remainder over the range of delta.

    The range must be inside (-1/2, 1/2). A delta that decays is expanded; one that only stays small is enclosed.
    """
    bound = delta.bound()
    one = delta._new({ONE: fmpq(1)})
    if bound is None:
        return one.times(ONE, taylor[0])
    radius = (bound[1] * delta.largest(bound[0])).upper()
    if not radius < arb(1) / 2:
        raise Inconclusive("too far from the limit")
    order = _ORDER if bound[0].growth() < 0 else 1
    series = f(arb_series([arb(0, radius), 1], prec=order + 1))
    remainder = abs(series[order]).upper()
    if not remainder.is_finite():
        raise Inconclusive("no bound on the Taylor remainder")
    total, power = one.times(ONE, taylor[0]), one
    for k in range(1, order):
        power = power * delta
        total = total + power.times(ONE, taylor[k])
    return total + delta._new({}, (bound[0] ** Fraction(order), (remainder * bound[1] ** order).upper()))


class TailField:
    """The number field of functions on the tail that starts at `start` > e.

    With a `phase` (0 .. 3) every divergent argument g of a sine or cosine is taken along the points where the first
    one met, g_0, is 2 pi k + phase pi / 2: there sin and cos of its integer multiples are constants.
    """

    name = "tail"

    def __init__(self, start: int, phase: int | None = None, bits: int = 128) -> None:
        self.start, self.phase, self.bits = arb(start), phase, bits
        self.oscillates: Tail | None = None

    def precision(self) -> AbstractContextManager[Any]:
        """The context in which functions on the tail are computed."""
        return ctx.workprec(self.bits)

    def scalar(self, raw: Any) -> Tail:
        """The constant function of an exact number or a ball; a function as it is."""
        if isinstance(raw, Tail):
            return raw
        if isinstance(raw, arb):
            return Tail(self.start, {ONE: raw})
        q = Fraction(raw)
        return Tail(self.start, {ONE: fmpq(q.numerator, q.denominator)})

    def sqrt(self, x: Tail) -> Tail:
        """Square root of a function whose sign is certain on the tail."""
        return x.power(Fraction(1, 2))

    def power(self, x: Tail, exponent: Any) -> Tail:
        """A function to a rational power."""
        return x.power(Fraction(exponent))

    def function(self, name: str, x: Tail) -> Tail:
        """The named function of a function on the tail."""
        one, two = self.scalar(1), self.scalar(2)
        if name == "exp":
            return x.exp()
        if name == "log":
            return x.log()
        if name in ("cosh", "sinh"):
            grown, shrunk = x.exp(), (-x).exp()
            return (grown + shrunk if name == "cosh" else grown - shrunk) / two
        if name == "tanh":
            s = x.sign()
            u = (x * self.scalar(-2 * s)).exp()
            return (one - u) / (one + u) * self.scalar(s)
        if name == "asinh":
            s = x.sign()
            a = x * self.scalar(s)
            return (a + (a * a + one).power(Fraction(1, 2))).log() * self.scalar(s)
        if name == "Abs":
            return x * self.scalar(x.sign())
        if name == "sign":
            return self.scalar(x.sign())
        if name in ("sin", "cos", "atan"):
            return self._bounded(name, x)
        raise Inconclusive(f"{name} has no expansion here")

    def _bounded(self, name: str, x: Tail) -> Tail:
        limit = x.finite_limit()
        if limit is None:
            if name == "atan":
                s = x.sign()
                return self.scalar(arb.pi() / 2 * s) - self._bounded("atan", self.scalar(1) / x)
            return self._oscillation(name, x)
        c = arb(limit)
        exact = isinstance(limit, fmpq) and limit == 0
        source = fmpq_series([0, 1], prec=_ORDER) if exact else arb_series([c, 1], prec=_ORDER)
        series = getattr(source, name)()
        delta = x - self.scalar(c) if not exact else x
        delta = delta._new({s: d for s, d in delta.terms.items() if s != ONE}, delta.rest)
        return _compose(delta, [series[k] for k in range(_ORDER)], lambda s: getattr(s + c, name)())

    def _oscillation(self, name: str, x: Tail) -> Tail:
        if self.oscillates is None:
            self.oscillates = x
        if self.phase is None:
            return Tail(self.start, {}, (ONE, arb(1)))
        multiple = self._multiple(x, self.oscillates)
        quarter = (multiple * self.phase - (1 if name == "sin" else 0)) % 4
        return self.scalar((1, 0, -1, 0)[quarter])

    def _multiple(self, x: Tail, base: Tail) -> int:
        if x.rest is not None or base.rest is not None or x.terms.keys() != base.terms.keys():
            raise Inconclusive("oscillations of different kinds")
        ratios = {x.terms[s] / base.terms[s] for s in x.terms if isinstance(x.terms[s], fmpq)}
        if len(ratios) != 1 or not all(isinstance(c, fmpq) for c in [*x.terms.values(), *base.terms.values()]):
            raise Inconclusive("oscillations of different kinds")
        ratio = ratios.pop()
        if ratio.q != 1:
            raise Inconclusive("oscillations of different periods")
        return int(ratio.p)


@dataclass(frozen=True, slots=True)
class TailBounds:
    """What holds for all z on a tail (side +1: z >= start, side -1: z <= -start).

    lower, upper  bounds valid on the whole tail (balls, or infinite)
    limit         the ball of the limit at infinity, None when there is none or it is infinite
    diverges      +1 or -1 when the function tends to +oo or -oo
    formula       leading behaviour, in words a reader can check
    """

    side: int
    start: int
    lower: Any
    upper: Any
    limit: Any
    diverges: int
    formula: str


def tail_bounds(expression: sp.Expr, side: int, start: int, bits: int = 128) -> TailBounds:
    """Bounds of a formula in z on the tail z >= start (side = 1) or z <= -start (side = -1). Raises Inconclusive."""
    with ctx.workprec(bits):
        return _read(_expand(expression, side, TailField(start, None, bits)), side, start)


def subsequence_limits(expression: sp.Expr, side: int, start: int, bits: int = 128) -> list[TailBounds]:
    """Behaviour along the four point sequences on which the first divergent sine or cosine argument is constant
    modulo 2 pi; empty when nothing oscillates. A limit there is a value the function comes arbitrarily close to.
    """
    found: list[TailBounds] = []
    if not expression.has(sp.sin, sp.cos):
        return found
    with ctx.workprec(bits):
        for phase in range(4):
            field = TailField(start, phase, bits)
            try:
                element = _expand(expression, side, field)
                if field.oscillates is None:
                    return []
                found.append(_read(element, side, start))
            except Inconclusive:
                continue
    return found


def _expand(expression: sp.Expr, side: int, field: TailField) -> Tail:
    values = {z: Tail(field.start, {Z_SCALE: fmpq(side)}), sp.E: arb(1).exp(), sp.pi: arb.pi()}
    try:
        result = evaluate_scalar(expression, values, field)  # type: ignore[arg-type]
    except ZeroDivisionError as error:
        raise Inconclusive("division by zero") from error
    return result


def _read(x: Tail, side: int, start: int) -> TailBounds:
    if not x.terms and x.rest is None:
        return TailBounds(side, start, arb(0), arb(0), arb(0), 0, "constant 0")
    top = x.bound()
    assert top is not None
    if top[0].growth() > 0:
        return _growing(x, side, start)
    c0 = arb(x.terms.get(ONE, fmpq(0)))
    others = x._new({s: c for s, c in x.terms.items() if s != ONE}, x.rest)
    bound = others.bound()
    if bound is None:
        return TailBounds(side, start, c0, c0, c0, 0, f"constant {c0.str(12)}")
    size = (bound[1] * x.largest(bound[0])).upper()
    lower, upper = (c0 - size).lower(), (c0 + size).upper()
    if bound[0] == ONE:
        return TailBounds(side, start, lower, upper, None, 0, f"within {size.str(6)} of {c0.str(12)}")
    formula = f"tends to {c0.str(12)}"
    try:
        sign = others.sign()
        scale, c = others.lead()
        lower, upper = (c0, upper) if sign > 0 else (lower, c0)
        formula += f" from {'above' if sign > 0 else 'below'}, like {arb(c).str(6)}*{_named(scale, side)}"
    except Inconclusive:
        pass
    return TailBounds(side, start, lower, upper, c0, 0, formula)


def _named(scale: Scale, side: int) -> str:
    return str(scale) if side > 0 else str(scale).replace("z", "|z|")


def _growing(x: Tail, side: int, start: int) -> TailBounds:
    infinite = arb.pos_inf()
    try:
        sign = x.sign()
        scale, c = x.lead()
        x.largest(scale ** Fraction(-1))
    except Inconclusive:
        return TailBounds(side, start, -infinite, infinite, None, 0, "unbounded terms of no certain sign")
    _, _, delta = x._relative()
    bound = delta.bound()
    slack = arb(1) if bound is None else 1 - bound[1] * x.largest(bound[0])
    least = (abs(arb(c)) * slack * scale.at(x.start)).lower()
    lower, upper = (least, infinite) if sign > 0 else (-infinite, -least)
    text = f"tends to {'+oo' if sign > 0 else '-oo'} like {arb(c).str(6)}*{_named(scale, side)}"
    return TailBounds(side, start, lower, upper, None, sign, text)
