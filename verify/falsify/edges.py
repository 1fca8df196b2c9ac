"""Scalars driven to the edge of what the hypotheses allow, for a whole batch at once.

A grid of values is a further leading axis: one walk of the hypotheses judges every value for every world, and only
what depends on the scalar is computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import sympy as sp
from numpy.random import Generator
from numpy.typing import NDArray

from properties.evaluate import Evaluator
from theorems.statement import Assumption, Relation
from verify.falsify.margins import hypotheses_met

Array = NDArray[np.float64]
Hypotheses = tuple[Relation | Assumption, ...]


def allowed(evaluator: Evaluator, hypotheses: Hypotheses, values: Mapping[sp.Basic, Array], count: int) -> Array:
    """(C, B) truth of the hypotheses when leaves take the values (C, B) or (C, 1).

    The evaluator has walked the hypotheses before, so that what does not depend on the leaves is known to it.
    """
    shape = next(iter(values.values())).shape
    met = hypotheses_met(evaluator.varied(values), hypotheses)
    return np.broadcast_to(met, (shape[0], count))


def feasible_range(
    evaluator: Evaluator, hypotheses: Hypotheses, leaves: tuple[sp.Symbol, ...], grid: Array, count: int
) -> tuple[Array, Array]:
    """(low, high): smallest and largest allowed value of `leaves` (all given the same value) over a grid, refined.

    grid: (C,) increasing positive values. high is sharpened by one further grid between it and the next value; nan
    where nothing is allowed.
    """
    start = {leaf: np.ones(count) for leaf in leaves if leaf not in evaluator.world.bindings}
    evaluator = evaluator.varied(start)
    hypotheses_met(evaluator, hypotheses)
    return range_where(lambda values: allowed(evaluator, hypotheses, dict.fromkeys(leaves, values), count), grid)


def range_where(met: Callable[[Array], Array], grid: Array) -> tuple[Array, Array]:
    """(low, high): smallest and largest value at which `met` is true, world by world.

    met: from values (C, 1) or (C, B) to truth (C, B). grid: (C,) increasing positive values; high is sharpened by two
    further grids between it and the next value; nan where nothing is allowed.
    """
    found = met(grid[:, None])
    some = found.any(axis=0)
    first = found.argmax(axis=0)
    last = len(grid) - 1 - found[::-1].argmax(axis=0)
    low = np.where(some, grid[first], np.nan)
    base = grid[last]
    ratio = grid[np.minimum(last + 1, len(grid) - 1)] / base
    for _ in range(2):
        steps = np.linspace(0.0, 1.0, 17)[:, None]
        finer = base[None] * ratio[None] ** steps
        inside = met(finer) | (steps == 0)
        index = len(finer) - 1 - inside[::-1].argmax(axis=0)
        base = np.take_along_axis(finer, index[None], axis=0)[0]
        ratio = ratio ** (1 / 16)
    return low, np.where(some, base, np.nan)


def spread(rng: Generator, low: Array, high: Array, decades: float) -> Array:
    """Values in [low, high]: a third at the upper edge, the rest log-uniform below it, near and over many decades."""
    count = len(high)
    kind = rng.random(count)
    depth = np.where(kind < 0.7, rng.uniform(0, 1, count), rng.uniform(0, decades, count))
    below = np.maximum(high * 10.0**-depth, low)
    return np.where(kind < 0.35, high, below)
