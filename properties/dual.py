"""Dual-number balls: a value and its derivative in one unknown, both certified."""

from __future__ import annotations

from typing import Any

from flint import arb


class Dual:
    """value + slope * epsilon: a ball for a quantity and one for its derivative. Plain balls are constants."""

    __slots__ = ("slope", "value")

    def __init__(self, value: Any, slope: Any) -> None:
        self.value = value
        self.slope = slope

    def __add__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value + other.value, self.slope + other.slope)
        return Dual(self.value + other, self.slope)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value - other.value, self.slope - other.slope)
        return Dual(self.value - other, self.slope)

    def __rsub__(self, other: Any) -> Dual:
        return Dual(other - self.value, -self.slope)

    def __mul__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)
        return Dual(self.value * other, self.slope * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            quotient = self.value / other.value
            return Dual(quotient, (self.slope - quotient * other.slope) / other.value)
        return Dual(self.value / other, self.slope / other)

    def __rtruediv__(self, other: Any) -> Dual:
        quotient = other / self.value
        return Dual(quotient, -quotient * self.slope / self.value)

    def exp(self) -> Dual:
        """exp of it, with derivative."""
        value = self.value.exp()
        return Dual(value, value * self.slope)

    def expm1(self) -> Dual:
        """exp - 1 of it, with derivative."""
        value = self.value.expm1()
        return Dual(value, (value + 1) * self.slope)

    def log(self) -> Dual:
        """log of it, with derivative."""
        return Dual(self.value.log(), self.slope / self.value)

    def log1p(self) -> Dual:
        """log(1 + it), with derivative."""
        return Dual(self.value.log1p(), self.slope / (1 + self.value))

    def sqrt(self) -> Dual:
        """Its square root, with derivative."""
        value = self.value.sqrt()
        return Dual(value, self.slope / (2 * value))

    def __pow__(self, exponent: Any) -> Dual:
        """Power with a constant exponent."""
        power = self.value ** arb(exponent)
        return Dual(power, arb(exponent) * power / self.value * self.slope)
