"""A float64 run of a problem enclosed in balls with its own step sizes: how right its losses are, and its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from properties.engine import certified_trajectory
from properties.fields import Ball
from properties.least_squares import LeastSquares, exact_table
from properties.losses import CenteredLoss
from properties.problems import Problem
from verify.experiments.comparison import Run


@dataclass(frozen=True)
class Certified:
    """A run's first `steps` enclosed in balls with its own step sizes.

    `difference` bounds |L_float / L - 1| over these iterations; `bound_holds` is True when the loss is certainly at
    most its bound at each of them, None where that is not certain or there is no bound.
    """

    steps: int
    bits: int
    difference: float
    bound_holds: bool | None


def certify(problem: Problem, run: Run, steps: int, bits: int = 256) -> Certified | None:
    """The first `steps` of a run enclosed from the exact data; None for plain GD and losses other than squared."""
    if run.record is None or not isinstance(problem.loss, LeastSquares):
        return None
    taken = min(steps, run.steps)
    etas = [Fraction(float(x)) for x in run.record["eta"][:taken, 0]]
    loss = CenteredLoss("square", problem.loss.X, exact_table(problem.loss.W_star))
    while True:
        rows = certified_trajectory(problem.W1, problem.W2, loss, etas, bits=bits)
        enclosures = [row.measured["loss"] for row in rows]
        if bits >= 8192 or all(x.rel_accuracy_bits() > 64 for x in enclosures):
            break
        bits *= 2  # balls widen at every step; more bits cost little here
    measured = [Fraction(float(x)) for x in run.record["loss"][: taken + 1, 0]]
    with Ball(bits).precision():
        pairs = [(Ball(bits).scalar(x), y) for x, y in zip(measured, enclosures, strict=True)]
        difference = max(float(abs(x / y - 1).upper()) for x, y in pairs)
        holds = None
        if run.bound is not None:
            # The bound is a float64 product; a part in 10^9 is left to its rounding.
            limits = [
                Ball(bits).scalar(Fraction(10 ** float(b)) * (1 + Fraction(1, 10**9))) for b in run.bound[: taken + 1]
            ]
            holds = True if all(y <= limit for (_, y), limit in zip(pairs, limits, strict=True)) else None
    return Certified(taken, bits, difference, holds)
