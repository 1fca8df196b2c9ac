"""Certified sup and inf of phi'' for the twelve reference formulas, and W* at 50 digits: seconds and gaps.

    python benchmarks/bench_constants.py

Prints one row a formula: infimum, supremum, the larger gap (relative, absolute at 0) and the seconds of the search.
The ratio column is the time over that of the cheapest formula in the same run.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from properties.entrywise import by_name
from properties.exact_numbers import read_matrix
from properties.formula import parse_formula
from properties.scalar_losses import SCALAR_LOSSES
from verify.losses.branch_and_bound import Extremum, extrema
from verify.losses.constants import constants
from verify.losses.enclosure import Enclosure
from verify.losses.minimizer import minimum

FORMULAS = (
    "log(1 + exp(-z))",
    "log(cosh(z))",
    "sqrt(1 + z^2)",
    "z^2/2 + sin(z)",
    "cos(z) + z^2",
    "log(1 + z^2)",
    "exp(z)",
    "z^4",
    "log(1 + exp(2*(1 - z)))/2",
    "z*atan(z) - log(1 + z^2)/2",
    "1 - exp(-z^2)",
    "z^2 + cos(z^2)",
)


def gap(e: Extremum) -> float:
    """Gap of the enclosure, relative to the value unless that may be 0; 0 where the extremum is proved infinite."""
    if e.unbounded:
        return 0.0
    width, size = float((e.upper - e.lower).upper()), float(abs(e.lower).mid())
    return width / size if size > 1e-9 else width


def shown(e: Extremum) -> str:
    """The extremum for a reader."""
    if e.unbounded:
        return "unbounded"
    return f"{float(e.lower.mid()):.10g}" if e.decided else "undecided"


def main() -> int:
    """Exit code 0 when every formula is decided within 10 seconds with a gap of at most 1e-9."""
    rows, good = [], True
    for text in FORMULAS:
        phi = parse_formula(text)
        start = time.perf_counter()
        low, high = extrema(phi)
        seconds = time.perf_counter() - start
        worst = max(gap(low), gap(high))
        good &= low.decided and high.decided and worst <= 1e-9 and seconds < 10
        rows.append((text, shown(low), shown(high), worst, seconds))
    cheapest = min(row[-1] for row in rows)
    print(f"{'phi':<28} {'inf phi..':>14} {'sup phi..':>14} {'gap':>9} {'seconds':>8} {'ratio':>7}")
    for text, low_text, high_text, worst, seconds in rows:
        print(f"{text:<28} {low_text:>14} {high_text:>14} {worst:9.1e} {seconds:8.3f} {seconds / cheapest:7.1f}")
    good &= minima()
    return 0 if good else 1


def minima() -> bool:
    """Print the time of W* and min l at 50 digits for a 20 x 4 ridge-logistic problem; whether it is certified."""
    x = read_matrix([[Fraction((7 * i * j + i - 3 * j) % 11 - 5, 4) for j in range(4)] for i in range(20)])
    y = read_matrix([[(-1) ** (i * i % 3)] for i in range(20)])
    loss = by_name(x, y, SCALAR_LOSSES["logistic"], Fraction(1, 100))
    start = time.perf_counter()
    known = constants(loss)
    middle = time.perf_counter()
    assert isinstance(known.mu, Enclosure)
    found = minimum(loss, known.mu.lower, 50)
    end = time.perf_counter()
    certified = found is not None and found.radius is not None and found.radius <= Fraction(1, 10**49)
    print(f"ridge-logistic 20 x 4: K and mu {middle - start:.3f} s, W* to 50 digits {end - middle:.3f} s, {certified}")
    return certified


if __name__ == "__main__":
    sys.exit(main())
