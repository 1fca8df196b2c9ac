"""Exact rationals while the value is rational, certified balls where it is not.

Equalities and witnesses are decided here: a comparison between rationals is exact, one that involves a ball is
certain or None. Square roots of perfect squares and rational eigenvalues stay rational.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat, fmpq_poly

from properties.fields.ball import Ball
from properties.fields.field import as_rows
from properties.fields.spectrum import symmetric_eigenvalues

# Bits of a rational power beyond which a ball is kept instead: nothing near it is decided by equality.
_LARGEST_POWER = 1 << 14


def _height(x: fmpq) -> int:
    return max(int(x.p).bit_length(), int(x.q).bit_length())


class Exact(Ball):
    """The field of witnesses: fmpq scalars and fmpq_mat matrices, balls of `bits` precision beyond them."""

    name = "exact"

    def scalar(self, raw: Any) -> Any:
        """An fmpq of an int or Fraction; an fmpq or ball as it is. Raises TypeError on a float."""
        if isinstance(raw, arb | fmpq):
            return raw
        if isinstance(raw, float):
            raise TypeError(f"value = {raw!r}: exact fields take ints and Fractions, not floats")
        q = Fraction(raw)
        return fmpq(q.numerator, q.denominator)

    def matrix(self, raw: Any) -> Any:
        """An fmpq_mat of rows of exact numbers; an fmpq_mat or arb_mat as it is. Raises TypeError on a float."""
        if isinstance(raw, arb_mat | fmpq_mat):
            return raw
        rows = as_rows(raw)
        return fmpq_mat(len(rows), len(rows[0]), [self.scalar(x) for row in rows for x in row])

    def sqrt(self, x: Any) -> Any:
        """Square root: rational for the square of a rational, else a ball."""
        if isinstance(x, fmpq) and x >= 0:
            p, q = isqrt(int(x.p)), isqrt(int(x.q))
            if p * p == x.p and q * q == x.q:
                return fmpq(p, q)
        return super().sqrt(x)

    def power(self, x: Any, exponent: Any) -> Any:
        """x to a rational power: rational where it is one and not too long, else a ball."""
        if isinstance(x, fmpq) and isinstance(exponent, Fraction | int):
            e = Fraction(exponent)
            if e.denominator == 1 and (x != 0 or e >= 0) and _height(x) * abs(int(e)) <= _LARGEST_POWER:
                return x ** int(e)
            if e.denominator == 2:
                root = self.sqrt(x)
                if isinstance(root, fmpq) and (root != 0 or e > 0):
                    return root**e.numerator
            if x == 0 and e > 0:
                return fmpq(0)
            if x == 1:
                return fmpq(1)
        return super().power(x, exponent)

    def function(self, name: str, x: Any) -> Any:
        """The named function of x: rational where that is known (Abs, sign, values at 0 and 1), else a ball."""
        if isinstance(x, fmpq):
            if name == "Abs":
                return abs(x)
            if name == "sign":
                return fmpq((x > 0) - (x < 0))
            if x == 0 and name in ("exp", "cos", "cosh"):
                return fmpq(1)
            if (x == 0 and name != "log") or (x == 1 and name == "log"):
                return fmpq(0)
        return super().function(name, x)

    def maximum(self, x: Any, y: Any) -> Any:
        """max(x, y), itself one of the two where the comparison is certain."""
        larger = self.compare(x, ">=", y)
        return super().maximum(x, y) if larger is None else x if larger else y

    def minimum(self, x: Any, y: Any) -> Any:
        """min(x, y), itself one of the two where the comparison is certain."""
        smaller = self.compare(x, "<=", y)
        return super().minimum(x, y) if smaller is None else x if smaller else y

    def zeros(self, rows: int, columns: int) -> Any:
        """The rows x columns zero matrix, rational."""
        return fmpq_mat(rows, columns)

    def identity(self, size: int) -> Any:
        """The size x size identity, rational."""
        return fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])

    def scale(self, x: Any, a: Any) -> Any:
        """x a; balls as soon as either is."""
        if isinstance(a, fmpq_mat) and isinstance(x, arb):
            return arb_mat(a) * x
        return a * x

    def _build(self, rows: list[list[Any]]) -> Any:
        if all(isinstance(x, fmpq) for row in rows for x in row):
            return fmpq_mat(len(rows), len(rows[0]), [x for row in rows for x in row])
        return arb_mat([[arb(x) if isinstance(x, fmpq) else x for x in row] for row in rows])

    def eigenvalue(self, a: Any, k: int) -> Any:
        """The k-th largest eigenvalue (k from 1) of a symmetric matrix: rational where it is one, else a ball."""
        if k > a.nrows():
            return fmpq(0)
        if isinstance(a, arb_mat):
            return super().eigenvalue(a, k)
        diagonal = _diagonal(a)
        if diagonal is not None:
            return sorted(diagonal, reverse=True)[k - 1]
        balls = symmetric_eigenvalues(arb_mat(a))
        return _rational_root(a.charpoly(), balls, k - 1)

    def rank(self, a: Any) -> Any:
        """The exact rank of a rational matrix; as for balls otherwise."""
        return fmpq(a.rank()) if isinstance(a, fmpq_mat) else super().rank(a)

    def is_psd(self, a: Any) -> bool | None:
        """Whether a symmetric matrix is positive semidefinite: decided by exact LDL^T when it is rational."""
        return _psd(a) if isinstance(a, fmpq_mat) else super().is_psd(a)


def _diagonal(a: Any) -> list[Any] | None:
    rows = a.tolist()
    if any(x != 0 for i, row in enumerate(rows) for j, x in enumerate(row) if i != j):
        return None
    return [row[i] for i, row in enumerate(rows)]


def _rational_root(polynomial: fmpq_poly, balls: list[Any], index: int) -> Any:
    """The eigenvalue balls[index] as a rational when it certainly is one, else the ball.

    A rational r inside the ball that is a root of multiplicity at least the number of balls overlapping this
    one accounts for all of them.
    """
    ball = balls[index]
    guess = _simplest(ball)
    if guess is None:
        return ball
    multiplicity, rest = 0, polynomial
    while rest.degree() > 0 and rest(guess) == 0:
        multiplicity += 1
        rest = rest.derivative()
    overlapping = sum(1 for other in balls if other.overlaps(ball))
    return guess if multiplicity >= overlapping and multiplicity > 0 else ball


def _simplest(ball: Any) -> Any:
    """The fraction of smallest denominator in a ball, when it is small enough to be believed a root."""
    if not ball.is_finite():
        return None
    low, high = Fraction(*_pair(ball.lower())), Fraction(*_pair(ball.upper()))
    whole = low.__ceil__()
    if whole <= high:
        return fmpq(whole)
    # Stern-Brocot descent by continued fractions of the two ends.
    terms: list[int] = []
    for _ in range(64):
        a, b = low.__floor__(), high.__floor__()
        terms.append(min(a, b) if a == b else min(a, b) + 1)
        if a != b or low == a or high == b:
            break
        low, high = 1 / (high - b), 1 / (low - a)
    value = Fraction(terms[-1])
    for term in reversed(terms[:-1]):
        value = term + 1 / value
    return fmpq(value.numerator, value.denominator) if value.denominator.bit_length() < 64 else None


def _pair(x: Any) -> tuple[int, int]:
    mantissa, exponent = x.man_exp()
    m, e = int(mantissa), int(exponent)
    return (m << e, 1) if e >= 0 else (m, 1 << -e)


def _psd(a: Any) -> bool:
    """Exact LDL^T: positive semidefinite iff no pivot is negative and a zero pivot has a zero column."""
    rows = [list(row) for row in a.tolist()]
    p = len(rows)
    for k in range(p):
        pivot = rows[k][k]
        if pivot < 0 or (pivot == 0 and any(rows[i][k] != 0 for i in range(k + 1, p))):
            return False
        if pivot == 0:
            continue
        for i in range(k + 1, p):
            factor = rows[i][k] / pivot
            if factor != 0:
                for j in range(k, p):
                    rows[i][j] -= factor * rows[k][j]
    return True
