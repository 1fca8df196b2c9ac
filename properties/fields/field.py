"""The protocol that every number field keeps.

Scalars support + - * / and unary minus by themselves; everything else is a method. Matrices are the field's own
type and are combined by methods only. `Raw` values (ints, Fractions, nested sequences of them, NumPy arrays in
float64) enter through `scalar` and `matrix`, which leave the field's own values as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

Scalar = Any
Matrix = Any
Raw = Any


class Field(Protocol):
    """What `properties.evaluate` asks of a number field."""

    name: str

    def scalar(self, raw: Raw) -> Scalar:
        """The field's value of an int, a Fraction or a value of its own."""

    def matrix(self, raw: Raw) -> Matrix:
        """The field's value of a nested sequence of Fractions or a matrix of its own."""

    def infinity(self) -> Scalar:
        """Plus infinity."""

    def sqrt(self, x: Scalar) -> Scalar:
        """Square root; nan (or an indeterminate ball) where x is negative."""

    def power(self, x: Scalar, exponent: Fraction) -> Scalar:
        """x to a rational power."""

    def function(self, name: str, x: Scalar) -> Scalar:
        """exp, log, expm1, log1p, sin, cos, tan, sinh, cosh, tanh, atan, asinh, erf or Abs of x."""

    def maximum(self, x: Scalar, y: Scalar) -> Scalar:
        """The larger of two values."""

    def minimum(self, x: Scalar, y: Scalar) -> Scalar:
        """The smaller of two values."""

    def compare(self, x: Scalar, op: str, y: Scalar) -> Any:
        """Truth of x op y: True, False or None (not certain); an array of booleans in float64."""

    def shape(self, a: Matrix) -> tuple[int, int]:
        """(rows, columns)."""

    def zeros(self, rows: int, columns: int) -> Matrix:
        """The zero matrix."""

    def identity(self, size: int) -> Matrix:
        """The identity matrix."""

    def matadd(self, a: Matrix, b: Matrix) -> Matrix:
        """a + b."""

    def matmul(self, a: Matrix, b: Matrix) -> Matrix:
        """a b."""

    def scale(self, x: Scalar, a: Matrix) -> Matrix:
        """x a."""

    def transpose(self, a: Matrix) -> Matrix:
        """Transpose of a."""

    def stack(self, a: Matrix, b: Matrix) -> Matrix:
        """[a; b]."""

    def kronecker_sum(self, a: Matrix, b: Matrix) -> Matrix:
        """Matrix of U -> a U + U b on column-stacked U."""

    def trace(self, a: Matrix) -> Scalar:
        """Trace of a square matrix."""

    def inner(self, a: Matrix, b: Matrix) -> Scalar:
        """tr(a^T b)."""

    def sigma_squared(self, a: Matrix, k: int) -> Scalar:
        """Square of the k-th largest singular value, zero beyond min(p, q)."""

    def eigenvalue(self, a: Matrix, k: int) -> Scalar:
        """k-th largest eigenvalue of a symmetric matrix, zero beyond its size."""

    def rank(self, a: Matrix) -> Scalar:
        """Rank; None where the field cannot tell."""

    def is_psd(self, a: Matrix) -> Any:
        """Whether a symmetric matrix is positive semidefinite: True, False or None; an array in float64."""

    def elementwise(self, function: Any, *matrices: Matrix) -> Matrix:
        """The matrix of function(entry, ...) over matrices of one shape."""

    def entries_sum(self, a: Matrix) -> Scalar:
        """Sum of all entries."""


def as_rows(raw: Sequence[Sequence[Any]]) -> list[list[Fraction]]:
    """Rows of Fractions from a nested sequence of exact numbers. Raises TypeError on a float."""
    rows = [[_fraction(x) for x in row] for row in raw]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("matrix = ragged rows: every row has the same length")
    return rows


def _fraction(x: Any) -> Fraction:
    if isinstance(x, float):
        raise TypeError(f"value = {x!r}: exact fields take ints and Fractions, not floats")
    return Fraction(x)
