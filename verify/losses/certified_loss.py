"""Any loss of a problem file with what Theorem E.1 asks of it: K, mu, W* and l - l*, certified.

Least squares carries this itself (`properties.least_squares`). For the other kinds K and mu are the certified rational
bounds of `verify.losses.constants` (or declared ones that those prove), W* and l* the enclosures of
`verify.losses.minimizer`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, fmpq

from properties.errors import InputError, RefutedClaim
from properties.fields import Ball
from properties.least_squares import LeastSquares
from verify.losses.constants import constants
from verify.losses.declared import check_K, check_mu
from verify.losses.enclosure import Enclosure
from verify.losses.minimizer import is_quadratic, minimum


def certified_loss(loss: Any, declared: tuple[tuple[str, Fraction], ...] = ()) -> LeastSquares | CertifiedLoss:
    """The loss with its constants certified; `declared` K and mu replace them where the data prove them.

    Raises RefutedClaim when a declared constant is refuted, InputError when it cannot be certified.
    """
    return loss if isinstance(loss, LeastSquares) else CertifiedLoss(loss, dict(declared))


class CertifiedLoss:
    """A loss with the interface of LeastSquares that eta_max uses."""

    def __init__(self, loss: Any, declared: dict[str, Fraction]) -> None:
        self.loss = loss
        self.kind = getattr(loss, "name", type(loss).__name__)
        self.quadratic = is_quadratic(loss)
        known = constants(loss)
        for name, check in (("K", check_K), ("mu", check_mu)):
            if name in declared:
                found = check(loss, declared[name], known)
                if found.status != "holds":
                    wrong = RefutedClaim if found.status == "refuted" else InputError
                    raise wrong(
                        f"loss.{name} = {declared[name]}: {found.status}: {found.reason}; change it or leave it out"
                    )
        upper = known.K.upper if isinstance(known.K, Enclosure) else None
        lower = known.mu.lower if isinstance(known.mu, Enclosure) else None
        self.K: Fraction | None = declared.get("K", upper)
        self._why_rough = known.K.reason
        self.mu: Fraction = declared.get("mu", lower if lower is not None and lower > 0 else Fraction(0))
        self._why_flat = known.mu.reason
        self._minima: dict[int, Any] = {}

    @property
    def shape(self) -> tuple[int, int]:
        """(n, m) of W."""
        shape: tuple[int, int] = self.loss.shape()
        return shape

    def roughness(self) -> str | None:
        """Why no K is certified; None when one is."""
        return None if self.K is not None else f"no K is certified: {self._why_rough}"

    def flatness(self) -> str | None:
        """Why mu > 0 is not certified; None when it is."""
        return None if self.mu > 0 else f"no mu > 0 is certified: {self._why_flat}"

    def constants(self, bits: int) -> tuple[Any, Any]:
        """(K, mu), rationals that are certified for the loss."""
        if self.K is None:
            raise ValueError(f"K: {self._why_rough}")
        return fmpq(self.K.numerator, self.K.denominator), fmpq(self.mu.numerator, self.mu.denominator)

    def _minimum(self, bits: int) -> Any:
        if bits not in self._minima:
            found = minimum(self.loss, self.mu, int(bits * 0.30103) + 4)
            if found is None or found.radius is None:
                raise InputError("loss: no unique minimizer is certified; add a ridge")
            self._minima[bits] = found
        return self._minima[bits]

    def minimizer(self, bits: int) -> Any:
        """W* as a matrix of balls of about `bits` of precision (n x m)."""
        found, field = self._minimum(bits), Ball(bits + 32)
        with field.precision():
            radius = field.scalar(found.radius).upper()
            return arb_mat(
                [[arb(field.scalar(x).mid(), field.scalar(x).rad() + radius) for x in row] for row in found.point]
            )

    def gap_at(self, W: Any, bits: int) -> Any:
        """A ball of l(W) - l* at a rational W."""
        field = Ball(bits + 32)
        with field.precision():
            return self.loss.value(field, arb_mat(W)) - self.minimum_at(bits)

    def minimum_at(self, bits: int) -> Any:
        """A ball of l*."""
        found, field = self._minimum(bits), Ball(bits + 32)
        with field.precision():
            return field.scalar(found.lower).union(field.scalar(found.upper))
