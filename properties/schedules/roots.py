"""Roots of the small polynomials that step-size rules solve, batched and without tolerances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def increasing_root(constant: Array, *higher: Array) -> Array:
    """Positive root (b,) of constant + c1 x + c2 x^2 + ... for constant < 0 <= c_k; inf or nan without one.

    The polynomial is increasing and convex for x > 0, so Newton from the right descends to its one positive root.
    """
    constant = np.asarray(constant, dtype=np.float64)
    coefficients = [np.broadcast_to(np.asarray(c, dtype=np.float64), constant.shape) for c in higher]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        candidates = [np.where(c > 0, -constant / c, np.inf) ** (1 / k) for k, c in enumerate(coefficients, 1)]
        x = np.min(candidates, axis=0)
        for _ in range(100):
            value, slope = coefficients[-1] * x, coefficients[-1] * len(coefficients)
            for k in range(len(coefficients) - 2, -1, -1):
                slope = slope * x + (k + 1) * coefficients[k]
                value = (value + coefficients[k]) * x
            moved = np.minimum(x, x - (value + constant) / slope)
            # Rounding stalls the descent in the last digit; nan (no root) must not keep the loop going.
            if not np.any(moved < x * (1 - 4e-16)):
                return np.where(constant < 0, np.fmin(moved, x), np.nan)
            x = np.where(np.isfinite(moved), moved, x)
    return np.where(constant < 0, x, np.nan)


def minimizing_step(line: tuple[Array, Array, Array, Array, Array]) -> Array:
    """Positive x (b,) at which a quartic (coefficients lowest first, falling at 0) is least; nan when there is none."""
    _, c1, c2, c3, c4 = (np.asarray(c, dtype=np.float64) for c in line)
    # In units of the first-order step all coefficients are of comparable size.
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.where(c2 > 0, -c1 / (2 * c2), np.where(c4 > 0, np.cbrt(-c1 / (4 * c4)), 1.0))
    unit = np.where(np.isfinite(unit) & (unit > 0), unit, 1.0)
    d = [c1 * unit, 2 * c2 * unit**2, 3 * c3 * unit**3, 4 * c4 * unit**4]
    scale = np.maximum.reduce([np.abs(x) for x in d])
    d = [x / np.where(scale > 0, scale, 1.0) for x in d]
    # The reciprocals of the roots: a cubic whose leading coefficient (the slope at 0) is never small, so that the root
    # near 1 stays right when the coefficients of high degree vanish with the loss.
    companion = np.zeros((len(c1), 3, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        companion[:, 0, :] = np.nan_to_num(-np.stack([d[1], d[2], d[3]], axis=1) / d[0][:, None])
        companion[:, 1, 0] = companion[:, 2, 1] = 1.0
        reciprocal = np.linalg.eigvals(companion)
        real = np.abs(reciprocal.imag) <= 1e-7 * np.abs(reciprocal)
        roots = np.where(real & (reciprocal.real > 0), 1 / reciprocal.real, np.nan)
    x = np.where(roots > 0, roots, np.nan)
    for _ in range(2):
        slope = d[0][:, None] + x * (d[1][:, None] + x * (d[2][:, None] + x * d[3][:, None]))
        bend = d[1][:, None] + x * (2 * d[2][:, None] + x * 3 * d[3][:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(np.abs(bend) > 0, slope / bend, 0.0)
        x = x - np.where(np.abs(step) < 0.1 * np.abs(x), step, 0.0)
    height = x * (d[0][:, None] + x * (d[1][:, None] / 2 + x * (d[2][:, None] / 3 + x * d[3][:, None] / 4)))
    height = np.where(np.isfinite(height), height, np.inf)
    best = np.argmin(height, axis=1)
    rows = np.arange(len(best))
    return np.where(np.isfinite(height[rows, best]), x[rows, best] * unit, np.nan)
