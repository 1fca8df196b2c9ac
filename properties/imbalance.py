"""The exact initial state of a problem: W(0), and the spectrum of the imbalance D(0) without the width.

D = W1^T W1 - W2^T W2 is h x h, but with Z = [W1; W2] and J = diag(I_n, -I_m) it is Z^T J Z: its nonzero eigenvalues
are those of J P with P = Z Z^T, a matrix of size n + m. P is exact; its exact factorization L diag(p) L^T gives the
symmetric matrix of the same nonzero spectrum, and the characteristic polynomial of J P counts signs exactly.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any

from flint import arb_mat, ctx, fmpq, fmpq_mat

from properties.fields.spectrum import symmetric_eigenvalues
from properties.least_squares import exact_matrix
from properties.problems import Problem


class InitialState:
    """W1(0), W2(0) of a problem, exact, with what the theorem asks of them; computed once and kept."""

    def __init__(self, problem: Problem) -> None:
        self.n, self.m, self.h = problem.n, problem.m, problem.h
        self.W1, self.W2 = exact_matrix(problem.W1), exact_matrix(problem.W2)
        self._eigenvalues: dict[int, list[Any]] = {}

    @cached_property
    def W(self) -> fmpq_mat:
        """W(0) = W1(0) W2(0)^T, exact (n x m)."""
        return self.W1 * self.W2.transpose()

    @cached_property
    def gram(self) -> fmpq_mat:
        """P = [W1; W2] [W1; W2]^T, exact (n + m square)."""
        z = fmpq_mat(self.n + self.m, self.h, [*self.W1.entries(), *self.W2.entries()])
        return z * z.transpose()

    @cached_property
    def factor(self) -> tuple[list[list[fmpq]], list[fmpq]]:
        """(columns of L, pivots p) with P = sum_k p_k L_k L_k^T exactly and every p_k > 0; rank(P) of them."""
        size = self.n + self.m
        rows = [list(row) for row in self.gram.tolist()]
        columns, pivots = [], []
        for k in range(size):
            pivot = rows[k][k]
            if pivot == 0:  # P is positive semidefinite: the whole row is zero
                continue
            column = [rows[i][k] / pivot for i in range(size)]
            for i in range(size):
                if column[i] != 0:
                    for j in range(size):
                        rows[i][j] -= column[i] * pivot * column[j]
            columns.append(column)
            pivots.append(pivot)
        return columns, pivots

    @cached_property
    def signs(self) -> tuple[int, int]:
        """(number of positive, number of negative) eigenvalues of D(0), exact.

        The nonzero eigenvalues of J P are those of D(0), all real: Descartes' rule counts them exactly.
        """
        size = self.n + self.m
        signed = fmpq_mat(
            size, size, [x if i < self.n else -x for i, row in enumerate(self.gram.tolist()) for x in row]
        )
        coefficients = [x for x in signed.charpoly().coeffs() if x != 0]
        positive = sum((a > 0) != (b > 0) for a, b in pairwise(coefficients))
        zeros = next(i for i, x in enumerate(signed.charpoly().coeffs()) if x != 0)
        return positive, size - zeros - positive

    def compressed(self) -> Any:
        """Z' (n + m rows, rank columns) of balls at the ambient precision with Z' Z'^T = P."""
        columns, pivots = self.factor
        roots = [arb_mat([[p]])[0, 0].sqrt() for p in pivots]
        size = self.n + self.m
        return arb_mat([[columns[k][i] * roots[k] for k in range(len(pivots))] for i in range(size)])

    def eigenvalues(self, bits: int) -> list[Any]:
        """Eigenvalues of D(0) on the row space of [W1; W2], largest first, as balls of `bits` of precision."""
        if bits not in self._eigenvalues:
            with ctx.workprec(bits):
                z = self.compressed()
                signed = arb_mat([row if i < self.n else [-x for x in row] for i, row in enumerate(z.tolist())])
                self._eigenvalues[bits] = symmetric_eigenvalues(z.transpose() * signed)
        return self._eigenvalues[bits]

    def eigenvalue(self, k: int, sign: int, bits: int) -> Any:
        """The k-th largest eigenvalue of sign * D(0) (h x h): an exact 0 where it is zero or beyond h, else a ball."""
        ahead, behind = self.signs if sign > 0 else self.signs[::-1]
        values = self.eigenvalues(bits)
        if sign < 0:
            with ctx.workprec(bits):  # a negated ball is rounded to the ambient precision
                values = [-x for x in reversed(values)]
        if k <= ahead:
            return values[k - 1]
        if k <= self.h - behind or k > self.h:
            return fmpq(0)
        return values[len(values) - 1 - (self.h - k)]
