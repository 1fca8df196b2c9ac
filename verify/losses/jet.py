"""Taylor jets in ball arithmetic: a function and its derivatives enclosed over a whole interval at once.

A jet at the ball X is a power series whose coefficient k encloses phi^(k)(x)/k! for every x in X. `JetField` keeps
as much of the number-field protocol as scalar formulas need, so `properties.evaluate` walks them unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from math import factorial
from typing import Any

import sympy as sp
from flint import arb, arb_series, ctx, fmpq

from properties.evaluate import evaluate_scalar
from properties.formula import z

_METHODS = frozenset({"exp", "log", "sin", "cos", "atan", "sqrt"})
_KINKED = frozenset({"Abs", "sign"})


class JetField:
    """Power series with ball coefficients, `length` of them, at `bits` of precision."""

    name = "jet"

    def __init__(self, length: int, bits: int = 128) -> None:
        self.length, self.bits = length, bits

    def precision(self) -> AbstractContextManager[Any]:
        """The context in which jets are computed."""
        return ctx.workprec(self.bits)

    def scalar(self, raw: Any) -> Any:
        """The jet of an exact number or a ball; a jet as it is."""
        if isinstance(raw, arb_series):
            return raw
        if isinstance(raw, arb):
            return self.constant(raw)
        q = Fraction(raw)
        return self.constant(arb(fmpq(q.numerator, q.denominator)))

    def constant(self, value: Any) -> Any:
        """The jet of a constant."""
        return arb_series([value], prec=self.length)

    def sqrt(self, x: Any) -> Any:
        """Square root of a jet."""
        return x.sqrt()

    def power(self, x: Any, exponent: Any) -> Any:
        """A jet to a rational power."""
        e = Fraction(exponent)
        if e.denominator == 1:
            result = self.constant(arb(1))
            for _ in range(abs(int(e))):
                result = result * x
            return result if e >= 0 else self.constant(arb(1)) / result
        if e.denominator == 2:
            return self.power(x.sqrt(), e * 2)
        return (x.log() * self.scalar(e)).exp()

    def function(self, name: str, x: Any) -> Any:
        """The named function of a jet; nan where a kink (Abs, sign) may lie in the ball."""
        if name in _METHODS:
            return getattr(x, name)()
        if name in _KINKED:
            head = x[0]
            if not (head > 0 or head < 0):
                return self.constant(arb.nan())
            return (x if head > 0 else -x) if name == "Abs" else self.constant(arb(1 if head > 0 else -1))
        e = x.exp()
        inverse = self.constant(arb(1)) / e
        if name == "cosh":
            return (e + inverse) / self.constant(arb(2))
        if name == "sinh":
            return (e - inverse) / self.constant(arb(2))
        if name == "tanh":
            two = self.constant(arb(2))
            if x[0] > 0:
                s = inverse * inverse
                return self.constant(arb(1)) - two * s / (self.constant(arb(1)) + s)
            s = e * e
            return two * s / (self.constant(arb(1)) + s) - self.constant(arb(1))
        if name == "asinh":
            return (x + (x * x + self.constant(arb(1))).sqrt()).log()
        return self.constant(arb.nan())


def jets(expression: sp.Expr, order: int, bits: int = 128) -> Callable[[Any], list[Any]]:
    """The function x -> [enclosures of g, g', ..., g^(order) over the ball x] of a formula g in z.

    Entries are not finite where the formula is not smooth, or not known to be, on the whole of x.
    """
    field = JetField(order + 1, bits)

    def at(x: Any) -> list[Any]:
        with ctx.workprec(bits):
            values = {z: arb_series([x, 1], prec=order + 1), sp.E: arb(1).exp(), sp.pi: arb.pi()}
            try:
                series = evaluate_scalar(expression, values, field)  # type: ignore[arg-type]
            except (ValueError, ZeroDivisionError):  # flint refuses series whose head is singular
                return [arb.nan()] * (order + 1)
            return [series[k] * factorial(k) for k in range(order + 1)]

    return at
