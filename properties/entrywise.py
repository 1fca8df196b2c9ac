"""Losses l(W) = sum_ij w_ij phi((X W)_ij, Y_ij) + ridge/2 ||W||_F^2, phi by name or by formula, data exact.

X is N x n, Y is N x m, W is n x m. Values, gradients and Hessians are evaluated in any number field from the same
SymPy trees; float64 may carry a batch on the leading axis of W.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from properties.errors import InputError
from properties.evaluate import evaluate_scalar
from properties.exact_numbers import Table
from properties.fields.field import Field, Matrix, Scalar
from properties.formula import parse_formula, y, z
from properties.scalar_losses import ScalarLoss


@dataclass(frozen=True)
class EntrywiseLoss:
    """An entrywise loss on exact data.

    x, y       N x n and N x m tables of Fractions
    phi        the formula as SymPy expression in z, y; `first` and `second` are its z-derivatives
    ridge      nonnegative Fraction
    weights    N x m table of positive Fractions, None for all 1
    name       the named scalar loss, or "entrywise"
    formula    phi as text
    stable     phi in a form that does not overflow in float64
    K_upper, mu_lower  certified bounds, put in by `verify.losses.constants`; None before
    zero_minimum  Assumption 2.2 does not hold by construction; see `properties.shifted_loss`
    """

    x: Table
    y: Table
    phi: sp.Expr
    first: sp.Expr
    second: sp.Expr
    ridge: Fraction = Fraction(0)
    weights: Table | None = None
    name: str = "entrywise"
    formula: str = ""
    stable: sp.Expr | None = None
    twice_differentiable: bool = True
    K_upper: Fraction | None = None
    mu_lower: Fraction | None = None
    zero_minimum: bool = False

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise InputError(
                f"Y: {len(self.y)} rows, but X has {len(self.x)}; give one row of Y for each row of X (l needs X W - Y)"
            )
        if self.ridge < 0:
            raise InputError(f"ridge = {self.ridge}: negative; write 0 or a positive number")
        if self.weights is not None:
            if (len(self.weights), len(self.weights[0])) != (len(self.y), len(self.y[0])):
                raise InputError(f"weights: {len(self.weights)} x {len(self.weights[0])}; make it the shape of Y")
            if any(v <= 0 for row in self.weights for v in row):
                raise InputError("weights: an entry is not positive; write positive numbers")

    # Values in a field ------------------------------------------------------------------------------------
    def shape(self) -> tuple[int, int]:
        """(n, m) of W."""
        return len(self.x[0]), len(self.y[0])

    def value(self, field: Field, w: Matrix) -> Scalar:
        """l(w)."""
        total = field.entries_sum(self._apply(field, self.phi if self.stable is None else self.stable, w))
        return total + field.scalar(self.ridge) * field.inner(w, w) / field.scalar(2)

    def gradient(self, field: Field, w: Matrix) -> Matrix:
        """X^T phi'(X w, Y) + ridge w."""
        first = self._apply(field, self.first, w)
        pulled = field.matmul(field.transpose(field.matrix(self.x)), first)
        return field.matadd(pulled, field.scale(field.scalar(self.ridge), w))

    def hessian(self, field: Field, w: Matrix, u: Matrix) -> Matrix:
        """X^T (phi''(X w, Y) * X u) + ridge u."""
        x = field.matrix(self.x)
        s = field.elementwise(lambda a, b: a * b, self.curvature(field, w), field.matmul(x, u))
        return field.matadd(field.matmul(field.transpose(x), s), field.scale(field.scalar(self.ridge), u))

    def curvature(self, field: Field, w: Matrix) -> Matrix:
        """The N x m matrix of w_ij phi''((X w)_ij, Y_ij): column j weighs the rows of X in the Hessian of column j."""
        return self._apply(field, self.second, w)

    def _apply(self, field: Field, tree: sp.Expr, w: Matrix) -> Matrix:
        x, targets = field.matrix(self.x), field.matrix(self.y)
        predicted = field.matmul(x, w)

        def entry(a: Scalar, b: Scalar, c: Scalar | None = None) -> Scalar:
            values = {z: a, y: b, **_constants(field)}
            result = evaluate_scalar(tree, values, field)
            if field.name == "float64" and tree.free_symbols <= {y}:
                result = result + 0 * a
            return result if c is None else result * c

        tables = (predicted, targets) if self.weights is None else (predicted, targets, field.matrix(self.weights))
        return field.elementwise(entry, *tables)

    # Assumptions ------------------------------------------------------------------------------------------
    def smooth(self, field: Field, constant: Scalar) -> Any:
        """Whether K_upper, a certified upper bound of K, is at most `constant`; None when nothing is certified yet."""
        return _compare(field, self.K_upper, "<=", constant)

    def strongly_convex(self, field: Field, constant: Scalar) -> Any:
        """Whether mu_lower, a certified lower bound of mu, is at least `constant`; None when none is certified yet."""
        return _compare(field, self.mu_lower, ">=", constant)

    def to_json(self) -> dict[str, Any]:
        """The loss as data: exact numbers as "p/q" strings, phi as text."""
        body = {
            "kind": "entrywise",
            "phi": self.formula,
            "X": [[str(v) for v in row] for row in self.x],
            "Y": [[str(v) for v in row] for row in self.y],
            "ridge": str(self.ridge),
        }
        return body if self.weights is None else body | {"weights": [[str(v) for v in row] for row in self.weights]}


def _compare(field: Field, bound: Fraction | None, op: str, constant: Scalar) -> Any:
    return None if bound is None else field.compare(field.scalar(bound), op, constant)


def _constants(field: Field) -> dict[Any, Any]:
    if field.name == "float64":
        return {sp.E: float(sp.E), sp.pi: float(sp.pi)}
    from flint import arb

    return {sp.E: arb(1).exp(), sp.pi: arb.pi()}


def by_formula(
    x: Table, targets: Table, formula: str, ridge: Fraction = Fraction(0), weights: Table | None = None
) -> EntrywiseLoss:
    """The entrywise loss of a formula in z (an entry of X W) and y (the entry of Y beside it).

    Raises InputError when the text is not a formula on the list.
    """
    phi = parse_formula(formula)
    if z not in phi.free_symbols:
        raise InputError(f'phi = "{formula}": does not mention z, an entry of X W; the loss would ignore W')
    smooth = not phi.has(sp.Abs, sp.Max, sp.Min, sp.sign)
    named = _named(phi)
    first = sp.diff(named, z)
    second = sp.diff(first, z)
    if not smooth:
        second = second.replace(sp.DiracDelta, lambda *_: sp.S.Zero)
    return EntrywiseLoss(
        x,
        targets,
        phi,
        _written(first),
        _written(second),
        ridge,
        weights,
        "entrywise",
        formula,
        None if named == phi else _written(named),
        twice_differentiable=smooth,
    )


# Parts of a formula that overflow in float64 as they are written, and whose derivatives would be inf/inf.


class _Softplus(sp.Function):
    """log(1 + exp(u))."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return _Sigmoid(self.args[0])


class _Sigmoid(sp.Function):
    """1/(1 + exp(-u))."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return _Bump(self.args[0])


class _Bump(sp.Function):
    """1/(2 + exp(u) + exp(-u))."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return self * (1 - 2 * _Sigmoid(self.args[0]))


class _LogCosh(sp.Function):
    """log(cosh(u))."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return sp.tanh(self.args[0])


def _named(phi: sp.Expr) -> sp.Expr:
    """phi with log(1 + exp(u)) and log(cosh(u)) as functions of their own."""

    def logarithm(inside: sp.Expr) -> sp.Expr:
        if isinstance(inside, sp.cosh):
            return _LogCosh(inside.args[0])
        exponentials = [a for a in inside.args if isinstance(a, sp.exp)] if isinstance(inside, sp.Add) else []
        if len(exponentials) == 1 and inside == 1 + exponentials[0]:
            return _Softplus(exponentials[0].args[0])
        return sp.log(inside)

    return phi.replace(sp.log, logarithm)


def _written(e: sp.Expr) -> sp.Expr:
    """The functions of `_named` in forms that do not overflow."""
    size = sp.Abs
    e = e.replace(_Softplus, lambda u: sp.Max(u, 0) + sp.log(1 + sp.exp(-size(u))))
    e = e.replace(_LogCosh, lambda u: size(u) + sp.log(1 + sp.exp(-2 * size(u))) - sp.log(2))
    e = e.replace(_Bump, lambda u: 1 / (2 + sp.exp(u) + sp.exp(-u)))
    return e.replace(_Sigmoid, lambda u: 1 / (1 + sp.exp(-u)))


def by_name(
    x: Table, targets: Table, scalar: ScalarLoss, ridge: Fraction = Fraction(0), weights: Table | None = None
) -> EntrywiseLoss:
    """The entrywise loss of a named scalar loss; labels are checked against what the loss admits."""
    _check_labels(targets, scalar)
    return EntrywiseLoss(
        x,
        targets,
        scalar.phi,
        scalar.first,
        scalar.second,
        ridge,
        weights,
        scalar.name,
        scalar.formula,
        scalar.value,
    )


def _check_labels(targets: Table, scalar: ScalarLoss) -> None:
    for i, row in enumerate(targets):
        for j, v in enumerate(row):
            if scalar.labels == "signs" and abs(v) != 1:
                raise InputError(f"Y[{i}][{j}] = {v}: the {scalar.name} loss takes labels -1 and 1; recode the labels")
            if scalar.labels == "counts" and (v < 0 or v.denominator != 1):
                raise InputError(f"Y[{i}][{j}] = {v}: the {scalar.name} loss takes counts 0, 1, 2, ...; give integers")
