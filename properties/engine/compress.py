"""Width removed once: Z = [W1; W2] of any width h becomes a factor of width min(h, n + m).

A gradient step multiplies Z from the left only, so Z Q^T with orthonormal rows Q evolves exactly as Z does: the
loss, all singular values, the nonzero spectrum of D and ||D(t) - D(0)||_F are the same at every step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Extended = NDArray[np.longdouble]


def lower_factor(Z: NDArray[np.floating]) -> Extended:
    """Lower triangular factor of Z = L Q with orthonormal rows Q, in extended precision.

    Shapes: Z is p x h with h > p; the result is p x p. Householder reflections, so that each row is right to the
    precision of `numpy.longdouble` relative to its own norm.
    """
    a = np.array(Z.T, dtype=np.longdouble)
    columns = a.shape[1]
    for k in range(columns):
        x = a[k:, k]
        norm = np.sqrt(x @ x)
        if norm == 0:
            continue
        v = x.copy()
        v[0] += norm if x[0] >= 0 else -norm
        v /= np.sqrt(v @ v)
        a[k:, k:] -= 2 * np.outer(v, v @ a[k:, k:])
    return np.asarray(np.triu(a[:columns, :columns]).T)


def compress(W1: NDArray[np.floating], W2: NDArray[np.floating]) -> tuple[Extended, Extended]:
    """Weights of width min(h, n + m) in extended precision on which gradient descent does the same as on W1, W2.

    Shapes: W1 is n x h, W2 is m x h; the results are n x r and m x r with r = min(h, n + m).
    """
    n, m = W1.shape[0], W2.shape[0]
    if W1.shape[1] <= n + m:
        return np.asarray(W1, dtype=np.longdouble), np.asarray(W2, dtype=np.longdouble)
    # Scaled by a power of two, so that squares neither overflow nor vanish.
    Z = np.concatenate([W1, W2])
    scale = np.longdouble(2.0) ** np.floor(np.log2(max(float(np.abs(Z).max()), 1e-300)))
    factor = lower_factor(np.asarray(Z, dtype=np.longdouble) / scale) * scale
    return factor[:n], factor[n:]
