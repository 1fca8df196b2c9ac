"""The squared loss l(W) = 1/2 ||Y - X W||_F^2 of a data table, with everything about it exact or certified."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import fmpq, fmpq_mat

from properties.errors import InputError, RefutedClaim
from properties.exact_numbers import Table
from properties.fields import Exact


def exact_matrix(table: Table) -> fmpq_mat:
    """The table (p x q) as a rational matrix of python-flint."""
    entries = [fmpq(x.numerator, x.denominator) for row in table for x in row]
    return fmpq_mat(len(table), len(table[0]), entries)


def exact_table(matrix: fmpq_mat) -> Table:
    """A rational matrix of python-flint as rows of Fractions."""
    return tuple(tuple(Fraction(int(x.p), int(x.q)) for x in row) for row in matrix.tolist())


def dot(a: fmpq_mat, b: fmpq_mat) -> fmpq:
    """Frobenius inner product of two rational matrices, exact."""
    return sum((x * y for x, y in zip(a.entries(), b.entries(), strict=True)), fmpq(0))


def check_positive(name: str, value: Fraction) -> None:
    """Raises InputError when a declared constant of Assumption 2.1 is not positive."""
    if value <= 0:
        raise InputError(f"loss.{name} = {value}: {name} must be positive; leave it out to have it computed")


@dataclass(frozen=True)
class LeastSquares:
    """l(W) = 1/2 ||Y - X W||_F^2 with X (N x n), Y (N x m), W (n x m).

    `declared_K` and `declared_mu` replace the constants of Assumption 2.1 that the data prove; construction
    checks them against the data exactly and raises RefutedClaim when the data contradict them, InputError when they
    are not positive. Assumption 2.2 asks
    for a minimum of 0: the theorems are stated for l - l*, `gap`, with l* = `minimum`.
    """

    X: Table
    Y: Table
    declared_K: Fraction | None = None
    declared_mu: Fraction | None = None

    kind = "squared"

    def __post_init__(self) -> None:
        if len(self.X) != len(self.Y):
            raise InputError(f"loss.Y: {len(self.Y)} rows, but loss.X has {len(self.X)}; one row a sample in both")
        n = len(self.X[0])
        identity = fmpq_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])
        field = Exact(64)
        for name, value in (("K", self.declared_K), ("mu", self.declared_mu)):
            if value is not None:
                check_positive(name, value)
        shown = "localpl constants shows exact points that break it"
        if self.declared_K is not None and not field.is_psd(identity * field.scalar(self.declared_K) - self.gram):
            raise RefutedClaim(f"loss.K = {self.declared_K}: refuted: smaller than sigma_max^2(X) of the data; {shown}")
        if self.declared_mu is not None and not field.is_psd(self.gram - identity * field.scalar(self.declared_mu)):
            raise RefutedClaim(
                f"loss.mu = {self.declared_mu}: refuted: larger than sigma_min^2(X) of the data; {shown}"
            )

    @property
    def shape(self) -> tuple[int, int]:
        """(n, m), the shape of W."""
        return len(self.X[0]), len(self.Y[0])

    @cached_property
    def inputs(self) -> fmpq_mat:
        """X, exact (N x n)."""
        return exact_matrix(self.X)

    @cached_property
    def gram(self) -> fmpq_mat:
        """X^T X, exact (n x n): the Hessian of l for one column of W."""
        return self.inputs.transpose() * self.inputs

    @cached_property
    def rank(self) -> int:
        """Rank of X, exact; below n the loss is not strongly convex (mu = 0)."""
        return int(self.gram.rank())

    @cached_property
    def W_star(self) -> fmpq_mat:
        """A minimizer of l, exact (n x m); the only one when X has rank n."""
        right = self.inputs.transpose() * exact_matrix(self.Y)
        if self.rank == self.gram.nrows():
            return self.gram.solve(right)
        return _one_solution(self.gram, right)

    @cached_property
    def minimum(self) -> Fraction:
        """l*, the minimum of l, exact."""
        y = exact_matrix(self.Y)
        value = (dot(y, y) - dot(self.W_star, self.inputs.transpose() * y)) / 2
        return Fraction(int(value.p), int(value.q))

    def constants(self, bits: int) -> tuple[Any, Any]:
        """(K, mu) of Assumption 2.1: declared rationals, else the extreme squared singular values of X.

        A value is an exact rational (fmpq) where it is one, else a ball (arb) computed at `bits` of precision.
        mu is the exact 0 when X has rank below n. The smallest singular value is taken over the n columns.
        """
        field, n = Exact(bits), self.gram.nrows()
        with field.precision():
            largest = field.scalar(self.declared_K) if self.declared_K is not None else field.eigenvalue(self.gram, 1)
            if self.declared_mu is not None:
                smallest = field.scalar(self.declared_mu)
            else:
                smallest = field.eigenvalue(self.gram, n) if self.rank == n else fmpq(0)
        return largest, smallest

    quadratic = True

    def roughness(self) -> None:
        """Why no K is certified: never, for least squares."""
        return None

    def flatness(self) -> str | None:
        """Why mu = 0; None when mu > 0."""
        n = self.gram.nrows()
        if self.rank == n:
            return None
        return f"mu = 0: X has rank {self.rank}, below n = {n}, so the loss is not strongly convex"

    def minimizer(self, bits: int) -> fmpq_mat:
        """W*, exact (n x m); `bits` is for losses whose minimizer is enclosed."""
        return self.W_star

    def gap_at(self, W: fmpq_mat, bits: int) -> fmpq:
        """l(W) - l* at a rational W, exact."""
        return self.gap(W)

    def minimum_at(self, bits: int) -> Fraction:
        """l*, exact."""
        return self.minimum

    def gap(self, W: fmpq_mat) -> fmpq:
        """l(W) - l* at a rational W (n x m), exact."""
        residual = W - self.W_star
        return dot(residual, self.gram * residual) / 2

    def gradient(self, W: fmpq_mat) -> fmpq_mat:
        """Gradient of l at a rational W, exact (n x m)."""
        return self.gram * (W - self.W_star)

    def as_json(self) -> dict[str, Any]:
        """l - l* as the loss of a world: the centered square with rationals as "p/q" strings."""
        return {
            "kind": "centered",
            "phi": "square",
            "X": [[str(x) for x in row] for row in self.X],
            "W_star": [[str(x) for x in row] for row in exact_table(self.W_star)],
            "ridge": "0",
        }


def _one_solution(gram: fmpq_mat, right: fmpq_mat) -> fmpq_mat:
    """A solution of the consistent singular system gram W = right: free rows are 0."""
    n, m = gram.nrows(), right.ncols()
    joined = fmpq_mat(
        n, n + m, [x for i in range(n) for x in [*(gram[i, j] for j in range(n)), *(right[i, j] for j in range(m))]]
    )
    reduced, rank = joined.rref()
    out = fmpq_mat(n, m)
    for i in range(rank):
        pivot = next(j for j in range(n) if reduced[i, j] != 0)
        for j in range(m):
            out[pivot, j] = reduced[i, n + j]
    return out
