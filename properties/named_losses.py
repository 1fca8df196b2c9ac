"""Losses by name that are not a sum of phi over entries: softmax, matrix sensing and completion, Huber.

Every loss keeps the protocol of `properties.losses.Loss`. W is n x m throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from properties.entrywise import EntrywiseLoss, _compare
from properties.errors import InputError
from properties.exact_numbers import Table
from properties.fields.field import Field, Matrix, Scalar
from properties.formula import y, z


@dataclass(frozen=True)
class SoftmaxLoss:
    """Multiclass cross-entropy: sum_i log sum_j exp((X W)_ij) - (X W)_{i, label_i}, plus ridge/2 ||W||_F^2.

    x: N x n; labels: N class indices 0 .. m-1; m classes.
    """

    x: Table
    labels: tuple[int, ...]
    classes: int
    ridge: Fraction = Fraction(0)
    K_upper: Fraction | None = None
    mu_lower: Fraction | None = None
    zero_minimum: bool = False
    name: str = "softmax"
    twice_differentiable: bool = True

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.x):
            raise InputError(f"labels: {len(self.labels)}, but X has {len(self.x)} rows; give one class for each row")
        if self.classes < 2:
            raise InputError(f"classes = {self.classes}: softmax needs at least 2 classes")
        if self.ridge < 0:
            raise InputError(f"ridge = {self.ridge}: negative; write 0 or a positive number")
        for i, label in enumerate(self.labels):
            if not 0 <= label < self.classes:
                raise InputError(f"labels[{i}] = {label}: not a class; classes are 0 .. {self.classes - 1}")

    def shape(self) -> tuple[int, int]:
        """(n, m) of W."""
        return len(self.x[0]), self.classes

    def _one_hot(self, field: Field) -> Matrix:
        return field.matrix([[Fraction(int(j == k)) for j in range(self.classes)] for k in self.labels])

    def _ones(self, field: Field) -> tuple[Matrix, Matrix]:
        column = field.matrix([[Fraction(1)] for _ in range(self.classes)])
        return column, field.transpose(column)

    def _probabilities(self, field: Field, w: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """(p, s, z - z_max): rows of class probabilities, N x 1 sums of exponentials, shifted scores."""
        scores = field.matmul(field.matrix(self.x), w)
        column, row = self._ones(field)
        top = _row_maximum(field, scores, self.classes)
        shifted = field.matadd(scores, field.scale(field.scalar(-1), field.matmul(top, row)))
        e = field.elementwise(lambda a: field.function("exp", a), shifted)
        total = field.matmul(e, column)
        p = field.elementwise(lambda a, b: a / b, e, field.matmul(total, row))
        return p, total, shifted

    def value(self, field: Field, w: Matrix) -> Scalar:
        """l(w)."""
        _, total, shifted = self._probabilities(field, w)
        logs = field.entries_sum(field.elementwise(lambda a: field.function("log", a), total))
        picked = field.inner(self._one_hot(field), shifted)
        return logs - picked + field.scalar(self.ridge) * field.inner(w, w) / field.scalar(2)

    def gradient(self, field: Field, w: Matrix) -> Matrix:
        """X^T (p - one_hot) + ridge w."""
        p, _, _ = self._probabilities(field, w)
        r = field.matadd(p, field.scale(field.scalar(-1), self._one_hot(field)))
        x = field.matrix(self.x)
        return field.matadd(field.matmul(field.transpose(x), r), field.scale(field.scalar(self.ridge), w))

    def hessian(self, field: Field, w: Matrix, u: Matrix) -> Matrix:
        """X^T (p * s - p (p . s)) + ridge u with s = X u, row by row."""
        p, _, _ = self._probabilities(field, w)
        x = field.matrix(self.x)
        column, row = self._ones(field)
        ps = field.elementwise(lambda a, b: a * b, p, field.matmul(x, u))
        mean = field.matmul(field.matmul(ps, column), row)
        inner = field.elementwise(lambda a, b, c: a - b * c, ps, p, mean)
        return field.matadd(field.matmul(field.transpose(x), inner), field.scale(field.scalar(self.ridge), u))

    def smooth(self, field: Field, constant: Scalar) -> Any:
        """Whether the certified upper bound of K is at most `constant`; None when none is certified yet."""
        return _compare(field, self.K_upper, "<=", constant)

    def strongly_convex(self, field: Field, constant: Scalar) -> Any:
        """Whether the certified lower bound of mu is at least `constant`; None when none is certified yet."""
        return _compare(field, self.mu_lower, ">=", constant)

    def to_json(self) -> dict[str, Any]:
        """The loss as data."""
        return {
            "kind": "softmax",
            "X": [[str(v) for v in row] for row in self.x],
            "labels": list(self.labels),
            "classes": self.classes,
            "ridge": str(self.ridge),
        }


def _row_maximum(field: Field, a: Matrix, columns: int) -> Matrix:
    """The N x 1 matrix of row maxima (any value near them serves: it only keeps exp from overflowing)."""
    if field.name == "float64":
        return a.max(axis=-1, keepdims=True)
    pick = [field.matrix([[Fraction(int(i == j))] for i in range(columns)]) for j in range(columns)]
    parts = [field.matmul(a, e) for e in pick]
    top = parts[0]
    for part in parts[1:]:
        top = field.elementwise(field.maximum, top, part)
    return top


@dataclass(frozen=True)
class SensingLoss:
    """Matrix sensing: 1/2 sum_k (<A_k, W> - b_k)^2 + ridge/2 ||W||_F^2 for measurement matrices A_k (n x m).

    Matrix completion is the case A_k = e_i e_j^T. Not strongly convex unless the A_k span all of R^(n x m) or the
    ridge is positive: then W* is not unique and only mu-PL (4) holds, with mu the smallest nonzero eigenvalue.
    """

    measurements: tuple[Table, ...]
    targets: tuple[Fraction, ...]
    ridge: Fraction = Fraction(0)
    name: str = "matrix-sensing"
    K_upper: Fraction | None = None
    mu_lower: Fraction | None = None
    zero_minimum: bool = False
    twice_differentiable: bool = True

    def __post_init__(self) -> None:
        if len(self.measurements) != len(self.targets) or not self.targets:
            raise InputError(
                f"b: {len(self.targets)} values for {len(self.measurements)} matrices A; give one value for each"
            )
        first = (len(self.measurements[0]), len(self.measurements[0][0]))
        for k, a in enumerate(self.measurements):
            if (len(a), len(a[0])) != first:
                raise InputError(
                    f"A[{k}]: {len(a)} x {len(a[0])}, but A[0] is {first[0]} x {first[1]}; make them agree"
                )
        if self.ridge < 0:
            raise InputError(f"ridge = {self.ridge}: negative; write 0 or a positive number")

    def shape(self) -> tuple[int, int]:
        """(n, m) of W."""
        return len(self.measurements[0]), len(self.measurements[0][0])

    def _combine(self, field: Field, coefficients: list[Scalar]) -> Matrix:
        total = field.zeros(*self.shape())
        for c, a in zip(coefficients, self.measurements, strict=True):
            total = field.matadd(total, field.scale(c, field.matrix(a)))
        return total

    def _residuals(self, field: Field, w: Matrix) -> list[Scalar]:
        return [
            field.inner(field.matrix(a), w) - field.scalar(b)
            for a, b in zip(self.measurements, self.targets, strict=True)
        ]

    def value(self, field: Field, w: Matrix) -> Scalar:
        """l(w)."""
        total = field.scalar(self.ridge) * field.inner(w, w)
        for r in self._residuals(field, w):
            total = total + r * r
        return total / field.scalar(2)

    def gradient(self, field: Field, w: Matrix) -> Matrix:
        """sum_k (<A_k, w> - b_k) A_k + ridge w."""
        return field.matadd(self._combine(field, self._residuals(field, w)), field.scale(field.scalar(self.ridge), w))

    def hessian(self, field: Field, w: Matrix, u: Matrix) -> Matrix:
        """sum_k <A_k, u> A_k + ridge u."""
        inner = [field.inner(field.matrix(a), u) for a in self.measurements]
        return field.matadd(self._combine(field, inner), field.scale(field.scalar(self.ridge), u))

    def smooth(self, field: Field, constant: Scalar) -> Any:
        """Whether the certified upper bound of K is at most `constant`; None when none is certified yet."""
        return _compare(field, self.K_upper, "<=", constant)

    def strongly_convex(self, field: Field, constant: Scalar) -> Any:
        """Whether the certified lower bound of mu is at least `constant`; None when none is certified yet."""
        return _compare(field, self.mu_lower, ">=", constant)

    def to_json(self) -> dict[str, Any]:
        """The loss as data."""
        return {
            "kind": "matrix-sensing",
            "A": [[[str(v) for v in row] for row in a] for a in self.measurements],
            "b": [str(v) for v in self.targets],
            "ridge": str(self.ridge),
        }


def matrix_completion(targets: Table, observed: Table, ridge: Fraction = Fraction(0)) -> SensingLoss:
    """1/2 sum over observed (i, j) of (W_ij - Y_ij)^2: sensing with one measurement for each 1 in `observed`."""
    if (len(targets), len(targets[0])) != (len(observed), len(observed[0])):
        raise InputError(f"observed: {len(observed)} x {len(observed[0])}; make it the shape of Y")
    n, m = len(targets), len(targets[0])
    places = []
    for i in range(n):
        for j in range(m):
            if observed[i][j] not in (0, 1):
                raise InputError(f"observed[{i}][{j}] = {observed[i][j]}: write 1 (observed) or 0 (not)")
            if observed[i][j] == 1:
                places.append((i, j))
    if not places:
        raise InputError("observed: no entry is observed; mark at least one with 1")
    unit = {
        (i, j): tuple(tuple(Fraction(int((a, b) == (i, j))) for b in range(m)) for a in range(n)) for i, j in places
    }
    return SensingLoss(
        tuple(unit[p] for p in places), tuple(targets[i][j] for i, j in places), ridge, "matrix-completion"
    )


def huber(x: Table, targets: Table, width: Fraction = Fraction(1), ridge: Fraction = Fraction(0)) -> EntrywiseLoss:
    """The Huber loss of r = X W - Y: r^2/2 for |r| <= d, d |r| - d^2/2 beyond. Its second derivative jumps at |r| = d.

    Not twice differentiable: Assumption 2.1 fails. It is d-Lipschitz far out, convex and 1-smooth in r.
    """
    if not width > 0:
        raise InputError(f"width = {width}: not positive; write a positive number")
    d = sp.Rational(width.numerator, width.denominator)
    r = z - y
    inside = sp.Min(sp.Abs(r), d)
    clipped = sp.Max(sp.Min(r, d), -d)
    # With c = min(|r|, d) the loss is c |r| - c^2/2; its derivative is r clipped to [-d, d].
    return EntrywiseLoss(
        x,
        targets,
        inside * sp.Abs(r) - inside**2 / 2,
        clipped,
        (1 + sp.sign(d - sp.Abs(r))) / 2,
        ridge,
        None,
        "huber",
        f"huber(z - y, {width})",
        twice_differentiable=False,
    )
