"""Exact standardization: columns are centred at their exact mean and divided by a short rational scale."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from properties.exact_numbers import Table

SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Standardization:
    """The mean subtracted from, and the scale divided out of, each column: new = (old - mean) / scale, exactly."""

    means: tuple[Fraction, ...]
    scales: tuple[Fraction, ...]


def standardize(table: Table) -> tuple[Table, Standardization]:
    """(table with every column centred exactly and divided by its scale, what was done).

    The scale is the column's standard deviation (divisor N) rounded to SIGNIFICANT_DIGITS digits, a rational;
    1 for a constant column.
    """
    rows = len(table)
    columns = list(zip(*table, strict=True))
    means = tuple(sum(column, Fraction(0)) / rows for column in columns)
    variances = (
        sum(((x - mean) ** 2 for x in column), Fraction(0)) / rows for column, mean in zip(columns, means, strict=True)
    )
    scales = tuple(_rounded_root(variance) for variance in variances)
    out = tuple(tuple((x - a) / s for x, a, s in zip(row, means, scales, strict=True)) for row in table)
    return out, Standardization(means, scales)


def _rounded_root(variance: Fraction) -> Fraction:
    """sqrt(variance) rounded to a few significant digits; 1 for zero."""
    if variance == 0:
        return Fraction(1)
    exponent = 0
    low, high = 10 ** (2 * SIGNIFICANT_DIGITS - 2), 10 ** (2 * SIGNIFICANT_DIGITS)
    while variance * Fraction(10) ** exponent < low:
        exponent += 2
    while variance * Fraction(10) ** exponent >= high:
        exponent -= 2
    scaled = variance * Fraction(10) ** exponent
    root = isqrt(int(4 * scaled))  # twice the root, so that halving rounds to the nearest
    return Fraction((root + 1) // 2) / Fraction(10) ** (exponent // 2)
