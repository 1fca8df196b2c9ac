"""Losses with their minimum at a known place: l(W) = sum_ij phi((X (W - W_star))_ij) + ridge/2 ||W - W_star||_F^2.

phi is convex with phi(0) = phi'(0) = 0, so the minimum is exactly 0, at W_star: Assumptions 2.1 and 2.2 hold
with K = sup phi'' sigma_max^2(X) + ridge and mu = inf phi'' sigma_min^2(X) + ridge. Least squares with data
(X, Y) is the case phi = z^2/2 with W_star a least-squares solution and the loss shifted by its minimum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

import sympy as sp

from properties.fields.field import Field, Matrix, Scalar

z = sp.Symbol("z", real=True)


class Loss(Protocol):
    """What a world asks of its loss: all matrices are n x m in the field's own type."""

    def value(self, field: Field, w: Matrix) -> Scalar:
        """l(w)."""

    def gradient(self, field: Field, w: Matrix) -> Matrix:
        """Gradient of l at w."""

    def hessian(self, field: Field, w: Matrix, u: Matrix) -> Matrix:
        """Hessian of l at w applied to u."""

    def smooth(self, field: Field, constant: Scalar) -> Any:
        """Whether l is certainly `constant`-smooth."""

    def strongly_convex(self, field: Field, constant: Scalar) -> Any:
        """Whether l is certainly `constant`-strongly convex."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """A scalar phi with phi(0) = phi'(0) = 0 and inf <= phi'' <= sup, both bounds sharp on the real line.

    `stable` is an equal tree that does not overflow in float64, where phi itself does.
    """

    name: str
    phi: sp.Expr
    infimum: Fraction
    supremum: Fraction
    reason: str
    stable: sp.Expr | None = None


PENALTIES: dict[str, Penalty] = {
    p.name: p
    for p in (
        Penalty("square", z**2 / 2, Fraction(1), Fraction(1), "phi'' = 1"),
        Penalty(
            "log-cosh",
            sp.log(sp.cosh(z)),
            Fraction(0),
            Fraction(1),
            "phi'' = 1 - tanh^2(z) lies in (0, 1], 1 at z = 0",
            sp.Abs(z) + sp.Function("log1p")(sp.Function("expm1")(-2 * sp.Abs(z)) / 2),
        ),
        Penalty(
            "pseudo-huber",
            sp.sqrt(1 + z**2) - 1,
            Fraction(0),
            Fraction(1),
            "phi'' = (1 + z^2)^(-3/2) lies in (0, 1], 1 at z = 0",
            z**2 / (sp.sqrt(1 + z**2) + 1),
        ),
    )
}


@cache
def derivatives(name: str) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """phi, phi', phi'' of a named penalty, in the symbol `z`."""
    phi = PENALTIES[name].phi
    first = sp.tanh(z) if name == "log-cosh" else sp.simplify(sp.diff(phi, z))
    return phi, first, sp.diff(first, z)


@dataclass(frozen=True)
class CenteredLoss:
    """phi(X (W - W_star)) summed over entries, plus a ridge around W_star.

    x: N x n, w_star: n x m, ridge: nonnegative; raw values (nested Fractions, or arrays (B, ., .) in float64).
    """

    penalty: str
    x: Any
    w_star: Any
    ridge: Any = Fraction(0)

    @property
    def quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return self.penalty == "square"

    def _offset(self, field: Field, w: Matrix) -> Matrix:
        return field.matadd(w, field.scale(field.scalar(-1), field.matrix(self.w_star)))

    def value(self, field: Field, w: Matrix) -> Scalar:
        """l(w), zero at w_star."""
        v = self._offset(field, w)
        r = field.matmul(field.matrix(self.x), v)
        if self.penalty == "square":
            total = field.inner(r, r) / field.scalar(2)
        else:
            total = field.entries_sum(_apply(field, self.penalty, 0, r))
        return total + field.scalar(self.ridge) * field.inner(v, v) / field.scalar(2)

    def gradient(self, field: Field, w: Matrix) -> Matrix:
        """X^T phi'(X (w - w_star)) + ridge (w - w_star)."""
        v, x = self._offset(field, w), field.matrix(self.x)
        r = field.matmul(x, v)
        first = r if self.penalty == "square" else _apply(field, self.penalty, 1, r)
        return field.matadd(field.matmul(field.transpose(x), first), field.scale(field.scalar(self.ridge), v))

    def hessian(self, field: Field, w: Matrix, u: Matrix) -> Matrix:
        """X^T (phi''(X (w - w_star)) * X u) + ridge u."""
        x = field.matrix(self.x)
        s = field.matmul(x, u)
        if self.penalty != "square":
            r = field.matmul(x, self._offset(field, w))
            second = _apply(field, self.penalty, 2, r)
            s = field.elementwise(lambda a, b: a * b, second, s)
        return field.matadd(field.matmul(field.transpose(x), s), field.scale(field.scalar(self.ridge), u))

    def smooth(self, field: Field, constant: Scalar) -> Any:
        """Whether constant I - sup phi'' X^T X - ridge I is positive semidefinite."""
        return self._definite(field, constant, PENALTIES[self.penalty].supremum, 1)

    def strongly_convex(self, field: Field, constant: Scalar) -> Any:
        """Whether inf phi'' X^T X + ridge I - constant I is positive semidefinite."""
        return self._definite(field, constant, PENALTIES[self.penalty].infimum, -1)

    def _definite(self, field: Field, constant: Scalar, bound: Fraction, sign: int) -> Any:
        x = field.matrix(self.x)
        gram = field.matmul(field.transpose(x), x)
        size = field.shape(gram)[0]
        shift = field.scale(constant - field.scalar(self.ridge), field.identity(size))
        difference = field.matadd(shift, field.scale(field.scalar(-bound), gram))
        return field.is_psd(field.scale(field.scalar(sign), difference))

    def shape(self) -> tuple[int, int]:
        """(n, m) of W."""
        return (
            (len(self.w_star), len(self.w_star[0])) if isinstance(self.w_star, list | tuple) else self.w_star.shape[-2:]
        )

    def to_json(self) -> dict[str, Any]:
        """The loss as certificates carry it; exact data only."""
        return {
            "kind": "centered",
            "phi": self.penalty,
            "X": [[str(Fraction(v)) for v in row] for row in self.x],
            "W_star": [[str(Fraction(v)) for v in row] for row in self.w_star],
            "ridge": str(Fraction(self.ridge)),
        }

    def with_data(self, **changes: Any) -> CenteredLoss:
        """A copy with some of penalty, x, w_star, ridge replaced."""
        return replace(self, **changes)


def _apply(field: Field, name: str, order: int, r: Matrix) -> Matrix:
    from properties.evaluate import evaluate_scalar

    stable = PENALTIES[name].stable
    tree = stable if order == 0 and stable is not None and field.name == "float64" else derivatives(name)[order]
    return field.elementwise(lambda entry: evaluate_scalar(tree, {z: entry}, field), r)
