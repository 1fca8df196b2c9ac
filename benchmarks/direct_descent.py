"""Gradient descent as one writes it down: NumPy on the n x h weights, every bound quantity at each step.

Two baselines: singular values by `numpy.linalg.svd` of the weights, or by eigenvalues of their Gram matrices.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def extremes_by_svd(a: Array) -> tuple[float, float]:
    """(smallest, largest) singular value."""
    values = np.linalg.svd(a, compute_uv=False)
    return values[-1], values[0]


def extremes_by_gram(a: Array) -> tuple[float, float]:
    """(smallest, largest) singular value as roots of eigenvalues of a a^T."""
    values = np.linalg.eigvalsh(a @ a.T)
    return np.sqrt(max(values[0], 0.0)), np.sqrt(values[-1])


def descend(
    W1: Array,
    W2: Array,
    X: Array,
    Y: Array,
    eta: float,
    steps: int,
    extremes: Callable[[Array], tuple[float, float]],
    K: float = 1.0,
    mu: float = 1.0,
) -> list[tuple[float, ...]]:
    """(L, ||grad L||, mu_t, K_t, rho, ||D(t) - D(0)||_F, sigma_min(W)) of each step of 1/2 ||Y - X W1 W2^T||_F^2."""
    Z0 = np.concatenate([W1, W2])
    sign = np.concatenate([np.ones(len(W1)), -np.ones(len(W2))])[:, None]
    P0 = sign * (Z0 @ Z0.T)
    rows = []
    for _ in range(steps):
        W = W1 @ W2.T
        E = X @ W - Y
        L = 0.5 * np.sum(E * E)
        G = X.T @ E
        g1, g2 = G @ W2, G.T @ W1
        low1, high1 = extremes(W1)
        low2, high2 = extremes(W2)
        low, high = extremes(W)
        # ||D(t) - D(0)||_F without the h x h matrices.
        Z = np.concatenate([W1, W2])
        P = sign * (Z @ Z.T)
        cross = Z @ Z0.T
        D2 = np.sum(P * P.T) - 2 * np.sum((sign * cross) * (sign * cross.T).T) + np.sum(P0 * P0.T)
        mu_t, s2, root = mu * (low1**2 + low2**2), high1**2 + high2**2, np.sqrt(2 * K * L)
        K_t = K * s2 + root + 6 * K**2 * high * L * eta**2 + 3 * K * s2 * root * eta
        rho = 1 - 2 * mu_t * eta + mu_t * K_t * eta**2
        norm = np.sqrt(np.sum(g1 * g1) + np.sum(g2 * g2))
        rows.append((L, norm, mu_t, K_t, rho, np.sqrt(max(D2, 0.0)), low))
        W1, W2 = W1 - eta * g1, W2 - eta * g2
    return rows
