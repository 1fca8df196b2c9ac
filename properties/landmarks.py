"""Special instances that name no statement and serve every statement: small integer matrices, ties, starts.

A landmark is exact: float64 holds its entries without rounding, so what search finds there is decided at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def _zero(p: int, q: int) -> Array:
    return np.zeros((p, q))


def _eye(p: int, q: int) -> Array:
    return np.eye(p, q)


def _ones(p: int, q: int) -> Array:
    return np.ones((p, q))


def _first_entry(p: int, q: int) -> Array:
    a = np.zeros((p, q))
    a[0, 0] = 1
    return a


def _last_entry(p: int, q: int) -> Array:
    a = np.zeros((p, q))
    a[-1, -1] = 1
    return a


def _first_row(p: int, q: int) -> Array:
    a = np.zeros((p, q))
    a[0, :] = 1
    return a


def _first_column(p: int, q: int) -> Array:
    a = np.zeros((p, q))
    a[:, 0] = 1
    return a


def _anti_diagonal(p: int, q: int) -> Array:
    return np.ascontiguousarray(np.eye(p, q)[:, ::-1])


def _distinct_diagonal(p: int, q: int) -> Array:
    a = np.zeros((p, q))
    np.fill_diagonal(a, np.arange(1, min(p, q) + 1))
    return a


def _alternating(p: int, q: int) -> Array:
    rows, columns = np.indices((p, q))
    return np.where((rows + columns) % 2 == 0, 1.0, -1.0)


def _signs(p: int, q: int) -> Array:
    a = np.zeros((p, q))
    np.fill_diagonal(a, [(-1) ** k for k in range(min(p, q))])
    return a


# Name -> the matrix of that shape. Each has entries in {-1, 0, 1, 2, ...} and singular values known by hand.
MATRICES: dict[str, Callable[[int, int], Array]] = {
    "zero": _zero,
    "identity": _eye,
    "ones": _ones,
    "first entry": _first_entry,
    "last entry": _last_entry,
    "first row": _first_row,
    "first column": _first_column,
    "anti-diagonal": _anti_diagonal,
    "distinct diagonal": _distinct_diagonal,
    "alternating": _alternating,
    "signs": _signs,
}

# Values at which formulas degenerate; scalars of a claim are drawn from here and kept where its hypotheses allow.
SCALARS: tuple[float, ...] = (0.0, 1.0, 0.5, 2.0, 0.25, 4.0, -1.0, 3.0)

# Multiples by which one leaf is tied to another of its shape: A = B, A = -B, A = 2 B, A = -B/2.
TIES: tuple[float, ...] = (1.0, -1.0, 2.0, -0.5)


def matrices(p: int, q: int) -> list[Array]:
    """Every landmark matrix of shape p x q, without repetition, in the order of MATRICES."""
    found: list[Array] = []
    for build in MATRICES.values():
        a = build(p, q)
        if not any(np.array_equal(a, b) for b in found):
            found.append(a)
    return found
