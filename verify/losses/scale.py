"""Scales exp(Q(z)) z^p (log z)^r: the monomials in which functions on a tail z >= Z are expanded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key, lru_cache
from typing import Any

from flint import arb, fmpq


@dataclass(frozen=True, slots=True)
class Scale:
    """exp(sum_k coefficient z^power) z^p (log z)^r; `exponent` lists (power, coefficient), largest power first."""

    exponent: tuple[tuple[Fraction, Fraction], ...] = ()
    p: Fraction = Fraction(0)
    r: Fraction = Fraction(0)

    def __mul__(self, other: Scale) -> Scale:
        if not (self.exponent or other.exponent):
            return Scale((), self.p + other.p, self.r + other.r)
        total = dict(self.exponent)
        for power, c in other.exponent:
            total[power] = total.get(power, Fraction(0)) + c
        kept = tuple(sorted(((k, c) for k, c in total.items() if c), reverse=True))
        return Scale(kept, self.p + other.p, self.r + other.r)

    def __pow__(self, a: Fraction) -> Scale:
        if not a:
            return ONE
        return Scale(tuple((k, c * a) for k, c in self.exponent), self.p * a, self.r * a)

    def growth(self) -> int:
        """1 when it tends to infinity, 0 for the constant scale, -1 when it tends to zero."""
        lead = self.exponent[0][1] if self.exponent else self.p or self.r
        return (lead > 0) - (lead < 0)

    def at(self, x: Any) -> Any:
        """Its ball value at x > 1."""
        value = sum((as_ball(c) * _power(x, k) for k, c in self.exponent), arb(0)).exp() * _power(x, self.p)
        return value * _power(x.log(), self.r) if self.r else value

    def decreases_from(self, start: Any) -> bool:
        """Whether it certainly decreases on [start, oo): d/dz of its logarithm, times z, is negative there."""
        if not self.growth() < 0:
            return False
        slack = as_ball(self.p) + (as_ball(self.r) / start.log() if self.r > 0 else arb(0))
        if not self.exponent:
            return bool(slack < 0) if self.p else True
        top, lead = self.exponent[0]
        total = as_ball(lead * top)
        for k, c in self.exponent[1:]:
            if c > 0:
                total += as_ball(c * k) * _power(start, k - top)
        if slack > 0 or not slack < 0:
            total += arb(abs(slack).upper()) * _power(start, -top)
        return bool(total < 0)

    def __str__(self) -> str:
        parts = []
        if self.exponent:
            inside = " + ".join(f"{'' if c == 1 else '-' if c == -1 else f'{c}*'}z^{k}" for k, c in self.exponent)
            parts.append(f"exp({inside.replace('z^1', 'z') if all(k == 1 for k, _ in self.exponent) else inside})")
        if self.p:
            parts.append("z" if self.p == 1 else f"z^({self.p})")
        if self.r:
            parts.append("log(z)" if self.r == 1 else f"log(z)^({self.r})")
        return "*".join(parts) or "1"


ONE = Scale()
Z_SCALE = Scale(p=Fraction(1))


def as_ball(q: Any) -> Any:
    """A rational as a ball."""
    return arb(fmpq(q.numerator, q.denominator)) if isinstance(q, Fraction) else arb(q)


def _power(x: Any, k: Fraction) -> Any:
    return x ** int(k) if k.denominator == 1 else (x.log() * as_ball(k)).exp()


@lru_cache(maxsize=1 << 16)
def order(a: Scale, b: Scale) -> int:
    """How scale a compares with b far out: -1, 0 or 1."""
    return (a * b ** Fraction(-1)).growth()


def smaller_first(a: Scale, b: Scale) -> int:
    """The opposite of `order`: sorting by it puts the largest first."""
    return -order(a, b)


LARGEST_FIRST = cmp_to_key(smaller_first)
