"""The initial step of a batch of runs: eta_max of Theorem E.1 in float64, for figures and comparisons.

It proposes; `localpl eta-max` certifies. The equations are those of `theorems`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from properties.engine import Initial, formula
from theorems import notation as N

Array = NDArray[np.float64]

_PER_DECADE = 200
_SMALLEST = 1e-13


def initial_steps(initial: Initial, c: float = 0.5, d: float = 1.01) -> Array:
    """eta_max (B,) of each repeat: the least of (101)'s root, (102)'s smallest root and the logarithmic cap.

    nan where alpha_1 <= 0, the theorem's hypothesis. The smallest root is looked for from 1e-13 up, on a grid of 200
    points a decade; below, 1 - Delta is noise in float64.
    """
    leaves = {k: v[:, None] if np.ndim(v) else v for k, v in initial.leaves.items()} | {"c": c, "d": d}
    cap = np.asarray(formula(N.eta_3)(leaves)).ravel()
    usable = (initial.leaves["alpha_1"] > 0) & np.isfinite(cap) & (cap > _SMALLEST)
    top = np.where(usable, cap, 2 * _SMALLEST)
    points = int(_PER_DECADE * np.log10(top.max() / _SMALLEST)) + 2
    grid = _SMALLEST * (top[:, None] / _SMALLEST) ** np.linspace(0, 1, points)
    best = top.copy()
    for balance in (formula(N.balance_101), formula(N.balance_102)):
        positive = np.asarray(balance({**leaves, "eta_0": grid})) > 0
        crosses = positive.any(axis=1)
        first = np.argmax(positive, axis=1)
        rows = np.arange(len(grid))
        low, high = grid[rows, np.maximum(first - 1, 0)], grid[rows, first]
        for _ in range(60):
            middle = np.sqrt(low * high)
            over = np.asarray(balance({**leaves, "eta_0": middle[:, None]})).ravel() > 0
            low, high = np.where(over, low, middle), np.where(over, middle, high)
        best = np.where(crosses, np.minimum(best, low), best)
    return np.where(usable, best, np.nan)
