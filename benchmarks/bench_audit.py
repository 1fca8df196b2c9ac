"""Real gradient-descent steps checked a second on one core by an audit of a new loss at n = m = 3, one statement.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench_audit.py

Each figure is the best of five rounds of fresh random weights and steps up to the edge of the hypotheses; it covers
making the steps and checking the statement, and what the check alone takes stands beside it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from properties.entrywise import by_formula
from theorems import find
from verify.audits.audit import check_statement
from verify.audits.audit_runs import single_step_part
from verify.audits.audited_loss import audited_loss

COUNT = 50_000
GOAL = 50_000
FORMULAS = ("log(1 + exp(-y*z))", "sqrt(1 + (z - y)^2) - 1", "(z - y)^2/2 + log(1 + z^2)/8")


def main() -> None:
    """Prints steps a second for each formula, without and with the making of the steps."""
    rng = np.random.default_rng(0)
    x = tuple(tuple(Fraction(int(k), 8) for k in row) for row in np.rint(8 * rng.standard_normal((4, 3))))
    y = tuple(tuple(Fraction(int(k)) for k in row) for row in rng.choice([-1, 1], (4, 3)))
    statement = find("j9.descent")
    for formula in FORMULAS:
        loss = audited_loss(by_formula(x, y, formula, Fraction(1, 10)))
        best_check = best_all = float("inf")
        for turn in range(5):
            start = time.process_time()
            part = single_step_part(loss, 6, COUNT, seed=turn)
            middle = time.process_time()
            row = check_statement(statement, [part], loss)
            end = time.process_time()
            best_check, best_all = min(best_check, end - middle), min(best_all, end - start)
        print(
            f"{formula:32s} {statement.id} {row.verdict.name}: {COUNT / best_check:9,.0f} steps/s checked, "
            f"{COUNT / best_all:9,.0f} steps/s made and checked (goal {GOAL:,}), "
            f"{row.counts.decided} of {row.counts.total} suspicions decided again"
        )


if __name__ == "__main__":
    main()
