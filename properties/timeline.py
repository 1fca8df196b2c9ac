"""Whole runs evaluated at once: float64 arrays with axes (iteration, problem) for every quantity of a run.

A statement about the current step, or about steps 0 .. t, is evaluated at every iteration of every run of a batch
in one walk of its tree; what looks back at earlier steps becomes a cumulative sum, product or conjunction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.evaluate import Evaluator, reach
from properties.fields import Float64
from properties.losses import Loss
from properties.schedules.roots import increasing_root
from properties.worlds import World
from theorems import notation as N
from theorems.statement import Kind, Statement

Array = NDArray[np.float64]
FIELD = Float64()

# Coefficients in eta of eta K_t(eta) - 1, lowest first: (12) is where they come from.
_FIXED_POINT = [
    sp.expand(x) for x in reversed(sp.Poly(sp.expand(N.eta * N.DEFINITIONS[N.K_t] - 1), N.eta).all_coeffs())
]


def fixed_point() -> tuple[sp.Expr, ...]:
    """Coefficients in eta of eta K_t(eta) - 1, lowest first. Source: (12) journal."""
    return tuple(_FIXED_POINT)


class Timeline(Evaluator):
    """An evaluator whose world has axes (T, B) in front: T iterations of B runs."""

    def history_sum(self, expression: sp.Expr) -> Any:
        """Sum over steps 0 .. t, for every t."""
        return np.cumsum(np.broadcast_to(self(expression), self._axes()), axis=0)

    def history_product(self, expression: sp.Expr, first: int) -> Any:
        """Product over steps first .. t, for every t."""
        values = np.array(np.broadcast_to(self(expression), self._axes()))
        values[:first] = 1.0
        return np.cumprod(values, axis=0)

    def defining(self, where: Mapping[sp.Basic, sp.Basic]) -> Timeline:
        """A timeline of these runs under further definitions; what does not depend on them is kept."""
        if where.items() <= self.where.items():
            return self
        other = Timeline(self.world, self.field, {**self.where, **where})
        other._memo = super().defining(where)._memo
        return other

    def binding(self, values: Mapping[sp.Basic, Any]) -> Timeline:
        """A timeline of these runs with further leaves bound; what does not depend on them is kept."""
        other = Timeline(self.world.binding(values), self.field, self.where)
        other._memo = {e: v for e, v in self._memo.items() if reach(e, self.where).isdisjoint(values)}
        return other

    def _axes(self) -> tuple[int, ...]:
        return np.shape(self.world.bindings[N.eta])

    def verdicts(self, statement: Statement) -> tuple[Array, Array]:
        """(hypotheses hold, claim holds) as booleans (T, B); a trajectory's hypotheses hold at all steps up to t."""
        given = np.ones(self._axes(), dtype=bool)
        for hypothesis in statement.given:
            given = given & np.broadcast_to(self.holds(hypothesis), self._axes())
        if statement.kind is Kind.TRAJECTORY:
            given = np.logical_and.accumulate(given, axis=0)
        return given, np.broadcast_to(self.holds(statement.then), self._axes())  # type: ignore[arg-type]


@dataclass(frozen=True)
class Runs:
    """B runs of gradient descent of one shape, T iterations each: a world with axes (T, B), and the steps taken."""

    world: World
    steps: Array
    losses: Array

    @property
    def iterations(self) -> int:
        """T."""
        return int(self.steps.shape[0])


def step_19(evaluator: Evaluator) -> Array:
    """min(growth, largest eta with eta K_t(eta) <= 1): (19) with h = rho. Source: (19), (12) journal."""
    constant, *higher = (np.asarray(evaluator(c), dtype=float) for c in _FIXED_POINT)
    largest = increasing_root(np.broadcast_to(constant, higher[0].shape), *higher)
    # Newton's last digit may lie on the wrong side of the constraint.
    return np.minimum(np.asarray(evaluator(N.growth)), largest * (1 - 2**-50))


def descend(
    world: World,
    loss: Loss,
    *,
    iterations: int,
    until: float = 1e-6,
    where: Mapping[sp.Basic, sp.Basic] | None = None,
    schedule: Callable[[Evaluator], Array] = step_19,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Runs:
    """B runs from W1_0, W2_0 (B, ., .) under a schedule, until every loss fell by `until` or for `iterations` steps.

    world binds W1_0, W2_0, W_star, K, mu, c, d, eta_0 with a leading axis B (or none), and whatever else is fixed.
    """
    w1, w2 = np.asarray(world.bindings[N.W1_0]), np.asarray(world.bindings[N.W2_0])
    kept: list[tuple[Array, Array, Array]] = []
    losses: list[Array] = []
    for t in range(iterations):
        here = Evaluator(World(world.dims, {**world.bindings, N.W1: w1, N.W2: w2, N.t: t}, loss), FIELD, where)
        value = np.asarray(here(N.L))
        losses.append(np.broadcast_to(value, w1.shape[:-2]))
        eta = np.broadcast_to(schedule(here), w1.shape[:-2])
        kept.append((w1, w2, eta))
        progress(t + 1, iterations)
        if t and np.all(value <= until * losses[0]):
            break
        moved = here.varied({N.eta: eta})
        w1, w2 = moved(N.W1_next), moved(N.W2_next)
        if not (np.all(np.isfinite(w1)) and np.all(np.isfinite(w2))):
            break
    first, second, steps = (np.stack([row[i] for row in kept]) for i in range(3))
    time = np.arange(len(kept), dtype=float).reshape((len(kept),) + (1,) * (steps.ndim - 1))
    bindings = {**world.bindings, N.W1: first, N.W2: second, N.eta: steps, N.t: np.broadcast_to(time, steps.shape)}
    return Runs(World(world.dims, bindings, loss), steps, np.stack(losses))
