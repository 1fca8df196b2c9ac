"""A loss given by data as certificates carry it: its terms, a point near W*, and the K and mu that a checker can show.

The checker bounds the curvature term by term from its closed list. K and mu here come from the same bounds, rounded
outwards, and can be wider than those that branch and bound certifies for the sum of the terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb_mat, ctx, fmpq, fmpq_mat

from properties.entry_terms import NoSuchForm, TermsLoss, terms_of
from properties.exact_numbers import Table
from properties.fields.spectrum import symmetric_eigenvalues
from verify.losses.curvature import BITS
from verify.losses.enclosure import ball, lower_end, upper_end
from verify.losses.minimizer import Minimum

__all__ = ["Carried", "NoSuchForm", "carried"]

_NEAR_BITS = 140


@dataclass(frozen=True)
class Carried:
    """loss: as data. K: at least the bound of the closed list; mu: at most it, not positive where it shows none."""

    loss: TermsLoss
    K: Fraction
    mu: Fraction

    def constants(self, bits: int) -> tuple[Fraction, Fraction]:
        """(K, mu) with at most `bits` significant bits, still valid."""
        return shortened(self.K, bits, up=True), shortened(self.mu, bits, up=False)


def shortened(q: Fraction, bits: int, *, up: bool) -> Fraction:
    """q with about `bits` significant bits, rounded up or down."""
    if q == 0:
        return q
    unit = Fraction(2) ** (abs(q.numerator).bit_length() - q.denominator.bit_length() - bits)
    return -(-q // unit) * unit if up else (q // unit) * unit


def carried(loss: Any, found: Minimum | None) -> Carried:
    """The form of a loss with its minimum. Raises NoSuchForm where it has none."""
    if found is None:
        raise NoSuchForm("no minimum of the loss is certified")
    x, terms = terms_of(loss)
    near = found.point if found.exact else _rounded(found.point)
    data = TermsLoss(x, terms, Fraction(loss.ridge), near)
    k, mu = _constants(data)
    if mu <= 0 and not found.exact:
        raise NoSuchForm("the curvature bounds of its terms show no mu > 0, which encloses the minimum")
    return Carried(data, k, mu)


def _rounded(point: Table) -> Table:
    unit = Fraction(1, 2**_NEAR_BITS)
    return tuple(tuple(round(v / unit) * unit for v in row) for row in point)


def _constants(loss: TermsLoss) -> tuple[Fraction, Fraction]:
    low, high = loss.curvature()
    columns = range(len(low[0]))
    with ctx.workprec(BITS):
        ridge = ball(loss.ridge)
        tops = [_spectrum(loss.x, [row[j] for row in high])[0] + ridge for j in columns]
        bottoms = [_spectrum(loss.x, [row[j] for row in low])[-1] + ridge for j in columns]
        uppers, lowers = [upper_end(v) for v in tops], [lower_end(v) for v in bottoms]
    if any(v is None for v in (*uppers, *lowers)):
        raise NoSuchForm("its curvature bounds are not finite")
    k, mu = max(v for v in uppers if v is not None), min(v for v in lowers if v is not None)
    return shortened(max(k, -mu), 60, up=True), shortened(mu, 60, up=False)


def _spectrum(x: Table, weights: list[Fraction]) -> list[Any]:
    """Eigenvalues of X^T diag(weights) X, largest first."""
    a = fmpq_mat([[fmpq(v.numerator, v.denominator) for v in row] for row in x])
    rows = [[fmpq(v.numerator * w.numerator, v.denominator * w.denominator) for v in row]
            for row, w in zip(x, weights, strict=True)]  # fmt: skip
    values: list[Any] = list(symmetric_eigenvalues(arb_mat(a.transpose() * fmpq_mat(rows))))
    return values
