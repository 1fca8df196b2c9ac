"""A loss less its minimum, l - l*, so that Assumption 2.2 (min l = 0) holds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from properties.fields.field import Field, Matrix, Scalar


@dataclass(frozen=True)
class ShiftedLoss:
    """l - l* for a loss with a certified enclosure lower <= l* <= upper; exact when the two agree.

    In balls the value carries the enclosure; in float64 its midpoint, so differences below rounding are noise there.
    """

    loss: Any
    lower: Fraction
    upper: Fraction
    zero_minimum: bool = True

    @property
    def twice_differentiable(self) -> bool:
        """As of the loss itself."""
        return bool(self.loss.twice_differentiable)

    def shape(self) -> tuple[int, int]:
        """(n, m) of W."""
        shape: tuple[int, int] = self.loss.shape()
        return shape

    def value(self, field: Field, w: Matrix) -> Scalar:
        """l(w) - l*."""
        return self.loss.value(field, w) - self._minimum(field)

    def _minimum(self, field: Field) -> Scalar:
        if self.lower == self.upper or field.name == "float64":
            return field.scalar((self.lower + self.upper) / 2)
        return field.scalar(self.lower).union(field.scalar(self.upper)) if field.name == "ball" else self._hull(field)

    def _hull(self, field: Field) -> Scalar:
        from flint import arb

        return arb(field.scalar(self.lower)).union(arb(field.scalar(self.upper)))

    def gradient(self, field: Field, w: Matrix) -> Matrix:
        """Gradient of l at w."""
        return self.loss.gradient(field, w)

    def hessian(self, field: Field, w: Matrix, u: Matrix) -> Matrix:
        """Hessian of l at w applied to u."""
        return self.loss.hessian(field, w, u)

    def smooth(self, field: Field, constant: Scalar) -> Any:
        """As of the loss itself."""
        return self.loss.smooth(field, constant)

    def strongly_convex(self, field: Field, constant: Scalar) -> Any:
        """As of the loss itself."""
        return self.loss.strongly_convex(field, constant)

    def to_json(self) -> dict[str, Any]:
        """The loss as data, with the minimum that is subtracted."""
        return {"kind": "shifted", "loss": self.loss.to_json(), "minimum": [str(self.lower), str(self.upper)]}
