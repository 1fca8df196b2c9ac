"""Exact rationals up to a stated size, certified balls beyond: the field in which long runs are carried.

A gradient step triples the digits of a rational. Matrices whose entries outgrow `cap` bits become balls of the
field's precision; scalars that are given exactly (step sizes, constants) stay rational, so that hypotheses such as
eta_0 <= eta_t are decided even with equality.
"""

from __future__ import annotations

from typing import Any

from flint import arb_mat, fmpq_mat

from properties.fields.exact import Exact


class Capped(Exact):
    """`Exact` whose matrices turn into balls when an entry has more than `cap` bits."""

    name = "capped"

    def __init__(self, bits: int = 256, cap: int = 2000) -> None:
        super().__init__(bits)
        self.cap = cap

    def finer(self) -> Capped:
        """The same field at twice the precision."""
        return Capped(2 * self.bits, self.cap)

    def _capped(self, a: Any) -> Any:
        if isinstance(a, fmpq_mat) and any(x.height_bits() > self.cap for row in a.tolist() for x in row):
            return arb_mat(a)
        return a

    def matmul(self, a: Any, b: Any) -> Any:
        """a b, as balls when the entries outgrow the cap."""
        return self._capped(a * b)

    def matadd(self, a: Any, b: Any) -> Any:
        """a + b, as balls when the entries outgrow the cap."""
        return self._capped(a + b)

    def scale(self, x: Any, a: Any) -> Any:
        """x a, as balls when the entries outgrow the cap."""
        return self._capped(super().scale(x, a))
