"""First steps of batches of runs: what the hypotheses allow, and what a step leads to.

Hypotheses about a step alone allow steps after which those about the iterate fail, and then the run has ended: it is
worth knowing the largest step that leaves room for a second one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.evaluate import Evaluator, reach
from theorems import notation as N
from verify.falsify.batch import FLOAT64, Batch
from verify.falsify.edges import feasible_range, range_where
from verify.falsify.margins import hypotheses_met
from verify.falsify.plan import Plan

Array = NDArray[Any]

FIRST = 10.0 ** np.linspace(-16, 6, 67)


def first_steps(plan: Plan, batch: Batch) -> tuple[Array, Array]:
    """(smallest, largest) first step that the hypotheses allow in each world; nan where they allow none."""
    start = {N.W1: batch.values[N.W1_0], N.W2: batch.values[N.W2_0], N.t: 0}
    evaluator = Evaluator(batch.world().binding(start), FLOAT64, plan.where)
    return feasible_range(evaluator, plan.statement.given, (N.eta, N.eta_0), FIRST, batch.count)


class Ahead:
    """What first steps lead to, world by world; `first` (B,) are any that the hypotheses allow."""

    def __init__(self, plan: Plan, batch: Batch, first: Array) -> None:
        self.plan, self.count = plan, batch.count
        start = {N.W1: batch.values[N.W1_0], N.W2: batch.values[N.W2_0], N.t: 0, N.eta: first, N.eta_0: first}
        self.start = Evaluator(batch.world().binding(start), FLOAT64, shared_definitions(plan))
        hypotheses_met(self.start, plan.statement.given)

    def _after(self, values: Array) -> tuple[Evaluator, Evaluator]:
        """Evaluators before and after first steps (C, 1) or (C, B)."""
        values = np.broadcast_to(values, (len(values), self.count))
        here = self.start.varied({N.eta: values, N.eta_0: values})
        bindings = {N.W1: here(N.W1_next), N.W2: here(N.W2_next), N.t: 1}
        return here, here.follow(bindings) if self.plan.history else here.varied(bindings)

    def largest(self) -> Array:
        """The largest step (B,) before and after which the hypotheses hold, nan where there is none."""
        given = self.plan.statement.given

        def met(values: Array) -> Array:
            here, after = self._after(values)
            return np.broadcast_to(
                hypotheses_met(here, given) & hypotheses_met(after, given), (len(values), self.count)
            )

        return range_where(met, FIRST)[1]

    def steepest(self) -> Array:
        """The step (B,) that lowers the loss most, to a few digits."""
        grid = np.repeat(FIRST[:, None], self.count, axis=1)
        best = grid[0]
        for _ in range(4):
            loss = np.broadcast_to(self._after(grid)[1](N.L), grid.shape)
            index = np.where(np.isfinite(loss), loss, np.inf).argmin(axis=0)[None]
            best = np.take_along_axis(grid, index, axis=0)[0]
            low = np.take_along_axis(grid, np.maximum(index - 1, 0), axis=0)[0]
            high = np.take_along_axis(grid, np.minimum(index + 1, len(grid) - 1), axis=0)[0]
            grid = low + np.linspace(0.0, 1.0, 33)[:, None] * (high - low)
        return np.asarray(best)


def shared_definitions(plan: Plan) -> dict[sp.Basic, sp.Basic]:
    """The statement's own definitions that its runs depend on: those that hypotheses or the gradient step reach."""
    met = {N.W1_next, N.W2_next, N.W}
    for relation in plan.relations:
        met |= reach(relation.lhs, plan.where) | reach(relation.rhs, plan.where)
    return {symbol: e for symbol, e in plan.where.items() if symbol in met}
