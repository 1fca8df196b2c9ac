"""A batch of problems ready to run: compressed weights, exact-to-rounding residuals, loss and constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from properties.engine.compress import compress
from properties.engine.residual_loss import ResidualLoss
from properties.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Setup:
    """B problems of one shape at iteration 0.

    W1 (B, n, r), W2 (B, m, r) compressed; R = W(0) - W_star and W_star (B, n, m); K, mu (B,); `width` is the h of the
    weights before compression. `W1_extended`, `W2_extended` keep the extended precision of the compression.
    """

    W1: Array
    W2: Array
    R: Array
    W_star: Array
    loss: ResidualLoss
    K: Array
    mu: Array
    width: int
    W1_extended: NDArray[np.longdouble]
    W2_extended: NDArray[np.longdouble]

    @property
    def n(self) -> int:
        """Input dimension, rows of W1."""
        return self.W1.shape[1]

    @property
    def m(self) -> int:
        """Output dimension, rows of W2."""
        return self.W2.shape[1]

    @property
    def repeats(self) -> int:
        """Number of problems B."""
        return self.W1.shape[0]


def start(
    weights: Sequence[tuple[Any, Any]],
    W_star: Any,
    loss: ResidualLoss,
    K: Any,
    mu: Any,
    residual: Any = None,
) -> Setup:
    """A Setup from pairs (W1, W2) of one shape, any width, and minimizers W_star, one or one for each pair.

    `residual` gives W(0) - W_star where the caller knows it better than the difference of the two (Y was made from
    W(0) plus noise); otherwise it is formed in extended precision. Raises InputError on weights that are not finite
    or of shapes that do not match.
    """
    if not weights:
        raise InputError("weights = []: nothing to run; give at least one pair (W1, W2)")
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in weights]
    _check_shapes(pairs)
    repeats, (n, width), m = len(pairs), pairs[0][0].shape, pairs[0][1].shape[0]
    stars = np.broadcast_to(np.asarray(W_star, dtype=np.float64), (repeats, n, m)).copy()
    compressed = [compress(a, b) for a, b in pairs]
    W1 = np.stack([a for a, _ in compressed])
    W2 = np.stack([b for _, b in compressed])
    if residual is None:
        R = np.stack([_product(a, b) - star for (a, b), star in zip(pairs, stars, strict=True)])
    else:
        R = np.broadcast_to(np.asarray(residual, dtype=np.float64), (repeats, n, m))
    return Setup(
        W1=np.asarray(W1, dtype=np.float64),
        W2=np.asarray(W2, dtype=np.float64),
        R=np.array(R, dtype=np.float64),
        W_star=stars,
        loss=loss,
        K=np.broadcast_to(np.asarray(K, dtype=np.float64), (repeats,)).copy(),
        mu=np.broadcast_to(np.asarray(mu, dtype=np.float64), (repeats,)).copy(),
        width=width,
        W1_extended=W1,
        W2_extended=W2,
    )


def _product(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.longdouble]:
    return np.asarray(np.asarray(a, dtype=np.longdouble) @ np.asarray(b, dtype=np.longdouble).T)


def _check_shapes(pairs: list[tuple[NDArray[np.floating], NDArray[np.floating]]]) -> None:
    first = (pairs[0][0].shape, pairs[0][1].shape)
    for a, b in pairs:
        if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or 0 in a.shape + b.shape:
            raise InputError(f"W1, W2 = shapes {a.shape}, {b.shape}: give an n x h and an m x h matrix")
        if (a.shape, b.shape) != first:
            raise InputError(f"weights = shapes {a.shape}, {b.shape} beside {first}: a batch has one shape")
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            raise InputError("weights = nan or inf: give finite numbers")
