"""Limits by generalized power series: sums of c x^e as x -> 0+ whose exponents may hold symbols such as 1 - c.

Limits of SymPy need numeric exponents. Here an exponent is an affine form in symbols with known ranges, and its sign
is decided over the whole range or not at all. A series carries the exponents of what it leaves out, so that a limit
is returned only when everything left out vanishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

__all__ = ["Range", "Undetermined", "limit_at_zero"]

_TERMS = 3


class Undetermined(ValueError):
    """The sign of an exponent or coefficient does not follow from the ranges; nothing is guessed."""


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of a symbol: ends may be infinite, each open or closed."""

    low: sp.Expr = -sp.oo
    high: sp.Expr = sp.oo
    low_open: bool = True
    high_open: bool = True


Ranges = Mapping[sp.Symbol, Range]


def affine_sign(form: sp.Expr, ranges: Ranges) -> int:
    """1, -1 or 0 when the sign of an affine form is the same over the ranges. Raises Undetermined otherwise."""
    form = sp.expand(form)
    if form == 0:
        return 0
    symbols = sorted(form.free_symbols, key=str)
    low = high = form.subs(dict.fromkeys(symbols, 0))
    low_open = high_open = False
    for symbol in symbols:
        slope = sp.diff(form, symbol)
        if not slope.is_Rational:
            raise Undetermined(f"the exponent {form} is not affine")
        r = ranges.get(symbol, Range(sp.S.Zero if symbol.is_positive else -sp.oo))
        ends = [(r.low, r.low_open), (r.high, r.high_open)]
        (a, a_open), (b, b_open) = ends if slope > 0 else ends[::-1]
        low, low_open = low + slope * a, low_open or a_open
        high, high_open = high + slope * b, high_open or b_open
    if low > 0 or (low == 0 and low_open):
        return 1
    if high < 0 or (high == 0 and high_open):
        return -1
    raise Undetermined(f"the sign of the exponent {form} is not the same over the ranges")


@dataclass(frozen=True)
class _Series:
    """Sum of coefficient * x^exponent, plus a remainder of the orders in `rest` (empty: exact)."""

    terms: Mapping[sp.Expr, sp.Expr]
    rest: frozenset[sp.Expr] = frozenset()

    def clean(self) -> _Series:
        kept = {e: c for e, c in ((e, sp.expand(c)) for e, c in self.terms.items()) if c != 0}
        return _Series(kept, self.rest)

    def plus(self, other: _Series) -> _Series:
        terms = dict(self.terms)
        for e, c in other.terms.items():
            terms[e] = terms.get(e, sp.S.Zero) + c
        return _Series(terms, self.rest | other.rest).clean()

    def times(self, other: _Series) -> _Series:
        terms: dict[sp.Expr, sp.Expr] = {}
        for e, c in self.terms.items():
            for f, d in other.terms.items():
                terms[sp.expand(e + f)] = terms.get(sp.expand(e + f), sp.S.Zero) + c * d
        rest = {sp.expand(e + r) for e in (*self.terms, *self.rest) for r in other.rest}
        rest |= {sp.expand(e + r) for e in other.terms for r in self.rest}
        return _Series(terms, frozenset(rest)).clean()


_ONE = _Series({sp.S.Zero: sp.S.One})


class _Expansion:
    def __init__(self, x: sp.Symbol, ranges: Ranges) -> None:
        self.x, self.ranges = x, ranges

    def sign(self, exponent: sp.Expr) -> int:
        return affine_sign(exponent, self.ranges)

    def beyond(self, e: sp.Expr, orders: frozenset[sp.Expr]) -> bool:
        """Whether x^e is certainly of one of the orders, so that a remainder of these orders covers it."""
        for order in orders:
            try:
                if order != e and self.sign(e - order) > 0:
                    return True
            except Undetermined:
                continue
        return False

    def prune(self, s: _Series) -> _Series:
        """The series without the terms and orders that its remainder covers."""
        rest = frozenset(r for r in s.rest if not self.beyond(r, s.rest))
        return _Series({e: c for e, c in s.terms.items() if e not in rest and not self.beyond(e, rest)}, rest)

    def series(self, e: sp.Expr) -> _Series:
        return self.prune(self.expand(e))

    def expand(self, e: sp.Expr) -> _Series:
        if not e.has(self.x):
            return _Series({sp.S.Zero: e}).clean()
        if e == self.x:
            return _Series({sp.S.One: sp.S.One})
        if isinstance(e, sp.Add):
            total = _Series({})
            for a in e.args:
                total = total.plus(self.series(a))
            return total
        if isinstance(e, sp.Mul):
            product = _ONE
            for a in e.args:
                product = self.prune(product.times(self.series(a)))
            return product
        if isinstance(e, sp.Pow) and not e.exp.has(self.x):
            return self.power(self.series(e.base), e.exp)
        if isinstance(e, sp.exp):
            return self.exponential(self.series(e.args[0]))
        raise Undetermined(f"{type(e).__name__} has no expansion here")

    def leading(self, s: _Series) -> sp.Expr:
        """The exponent of the one term that dominates all others and the remainder."""
        for e in s.terms:
            try:
                if all(self.sign(f - e) > 0 for f in (*s.terms, *s.rest) if f != e):
                    return e
            except Undetermined:
                continue
        raise Undetermined("no term of the expansion dominates")

    def power(self, s: _Series, a: sp.Expr) -> _Series:
        if a.is_Integer and 0 <= a <= 4:
            product = _ONE
            for _ in range(int(a)):
                product = product.times(s)
            return product
        lead = self.leading(s)
        c = s.terms[lead]
        if not a.is_Integer and not c.is_positive:
            raise Undetermined(f"the sign of {c} is not known")
        small = _Series(
            {sp.expand(e - lead): d / c for e, d in s.terms.items() if e != lead},
            frozenset(sp.expand(r - lead) for r in s.rest),
        )
        expansion = self.compose(small, [sp.binomial(a, k).expand(func=True) for k in range(_TERMS)])
        return expansion.times(_Series({sp.expand(a * lead): sp.Pow(c, a)}))

    def compose(self, small: _Series, coefficients: list[sp.Expr]) -> _Series:
        """sum_k coefficients[k] small^k, cut after the last: `small` must vanish at 0."""
        if any(self.sign(e) <= 0 for e in (*small.terms, *small.rest)):
            raise Undetermined("an expansion in terms that do not vanish")
        total, power = _Series({}), _ONE
        for c in coefficients:
            total = total.plus(power.times(_Series({sp.S.Zero: c})))
            power = self.prune(power.times(small))
        return _Series(total.terms, total.rest | frozenset(power.terms) | power.rest)

    def exponential(self, s: _Series) -> _Series:
        constant = s.terms.get(sp.S.Zero, sp.S.Zero)
        small = _Series({e: c for e, c in s.terms.items() if e != 0}, s.rest)
        series = self.compose(small, [1 / sp.factorial(k) for k in range(_TERMS)])
        return series.times(_Series({sp.S.Zero: sp.exp(constant)}))


def limit_at_zero(expression: sp.Expr, x: sp.Symbol, ranges: Ranges) -> sp.Expr:
    """lim of `expression` as x -> 0+, oo or -oo included.

    ranges: of the symbols in exponents; positive symbols without a range lie in (0, oo).
    Raises: Undetermined where an expansion or the sign of an exponent or leading coefficient is not known.
    """
    s = _Expansion(x, ranges).series(expression).clean()
    signs = {e: affine_sign(e, ranges) for e in s.terms}
    if any(affine_sign(r, ranges) <= 0 for r in s.rest):
        raise Undetermined("the expansion stops before the limit")
    if all(sign >= 0 for sign in signs.values()):
        return sum((c for e, c in s.terms.items() if signs[e] == 0), sp.S.Zero)
    lead = s.terms[_Expansion(x, ranges).leading(s)]
    if lead.is_positive or lead.is_negative:
        return sp.oo if lead.is_positive else -sp.oo
    lead = sp.factor(lead)
    if lead.is_positive or lead.is_negative:
        return sp.oo if lead.is_positive else -sp.oo
    raise Undetermined(f"the sign of the leading coefficient {lead} is not known")
