"""Small exact linear algebra: float tables made rational, kernels, directions in general position."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from properties.exact_numbers import Table


def exact_table(w: Any, bits: int = 40) -> Table:
    """A float table as nearby dyadic rationals of `bits` binary places."""
    return tuple(tuple(Fraction(round(Fraction(float(v)) * (1 << bits)), 1 << bits) for v in row) for row in w)


def kernel_vector(a: Any) -> list[Fraction] | None:
    """A nonzero rational v with a v = 0 exactly, None when the columns of a are independent."""
    reduced, rank = a.rref()
    if rank == a.ncols():
        return None
    pivots = [next(j for j in range(a.ncols()) if reduced[i, j] != 0) for i in range(rank)]
    free = next(j for j in range(a.ncols()) if j not in pivots)
    v = [Fraction(0)] * a.ncols()
    v[free] = Fraction(1)
    for i, j in enumerate(pivots):
        entry = reduced[i, free]
        v[j] = -Fraction(int(entry.p), int(entry.q))
    return v


def generic_direction(x: Any) -> list[Fraction]:
    """A small integer vector v with x_i . v nonzero for every nonzero row x_i."""
    n = x.ncols()
    for base in range(1, 4 * x.nrows() * n + 3):
        v = [Fraction(base**k) for k in range(n)]
        column = fmpq_mat(n, 1, [fmpq(int(c)) for c in v])
        product = x * column
        if all(product[i, 0] != 0 for i in range(x.nrows()) if any(x[i, k] != 0 for k in range(n))):
            return v
    raise AssertionError("a nonzero polynomial has more roots than its degree")


def dot(a: Any, b: Any) -> Fraction:
    """Inner product of two rational vectors."""
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))


def sign_of(q: Fraction) -> int:
    """-1, 0 or 1."""
    return (q > 0) - (q < 0)
