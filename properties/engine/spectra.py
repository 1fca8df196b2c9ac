"""Extreme singular values of batches of small matrices, with an estimate of their relative error.

Eigenvalues of the Gram matrix are twice as fast as singular values but lose the small ones to the square of the
condition number; they are used where that does no harm, singular values elsewhere. Where the start of a run is
too ill-conditioned for either, `refined_singular_values` and `refined_eigenvalues` work in extended precision.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
EPS_EXTENDED = float(np.finfo(np.longdouble).eps)
# A smallest singular value whose estimated relative error is larger is reported as not right.
SPECTRA_TOLERANCE = 1e-9
_GRAM_TOLERANCE = 1e-11
_SPLIT = 1e-4


def gram_extremes(gram: Array, factor: Array) -> tuple[Array, Array, Array]:
    """(smallest, largest, relative error estimate of the smallest) singular values of `factor` from its Gram matrix.

    Shapes: gram (B, k, k), factor (B, p, q) with k = min(p, q) where gram = factor factor^T or its transpose.
    """
    k = gram.shape[-1]
    if k == 1:
        value = np.sqrt(gram[..., 0, 0])
        return value, value, np.full_like(value, 4 * EPS)
    eigenvalues = np.linalg.eigvalsh(gram)
    low, high = eigenvalues[..., 0], eigenvalues[..., -1]
    floor = np.maximum(low, 0.0)
    error = np.full_like(high, np.inf)
    np.divide(k * EPS / 2 * high, floor, out=error, where=floor > 0)
    smallest, largest = np.sqrt(floor), np.sqrt(np.maximum(high, 0.0))
    poor = error > _GRAM_TOLERANCE
    if poor.any():
        values = np.linalg.svd(factor[poor], compute_uv=False)
        smallest[poor], largest[poor] = values[..., -1], values[..., 0]
        worse = np.full(values.shape[:-1], np.inf)
        np.divide(k * EPS * values[..., 0], values[..., -1], out=worse, where=values[..., -1] > 0)
        error[poor] = worse
    return smallest, largest, error


def refined_singular_values(A: NDArray[np.longdouble]) -> tuple[Array, Array]:
    """All singular values of A (p x q), largest first, and estimates of their relative errors.

    Float64 singular vectors make U^T A V nearly diagonal; that product is formed in extended precision, and the
    block of small values is decomposed by itself, scaled.
    """
    wide = A if A.shape[0] <= A.shape[1] else A.T
    if not np.any(wide):
        return np.zeros(wide.shape[0]), np.zeros(wide.shape[0])
    scale = float(np.abs(wide).max())
    scaled = wide / np.longdouble(scale)
    U, values, Vt = np.linalg.svd(np.asarray(scaled, dtype=np.float64), full_matrices=False)
    near_diagonal = _orthogonal(U).T @ scaled @ _orthogonal(Vt.T)
    return _split_values(near_diagonal, values, scale, symmetric=False)


def refined_eigenvalues(S: NDArray[np.longdouble]) -> tuple[Array, Array]:
    """All eigenvalues of a symmetric S (p x p), largest first, and estimates of their relative errors."""
    if not np.any(S):
        return np.zeros(S.shape[0]), np.zeros(S.shape[0])
    scale = float(np.abs(S).max())
    scaled = S / np.longdouble(scale)
    values, V = np.linalg.eigh(np.asarray(scaled, dtype=np.float64))
    order = np.argsort(-np.abs(values))
    V = _orthogonal(V[:, order])
    found, error = _split_values(V.T @ scaled @ V, np.abs(values[order]), scale, symmetric=True)
    order = np.argsort(-found, kind="stable")
    return found[order], error[order]


def _orthogonal(V: Array) -> NDArray[np.longdouble]:
    # One Newton step towards the nearest orthonormal columns: orthogonal to extended precision, not only to float64.
    extended = np.asarray(V, dtype=np.longdouble)
    return np.asarray(extended @ (1.5 * np.eye(V.shape[1], dtype=np.longdouble) - 0.5 * (extended.T @ extended)))


def _split_values(M: NDArray[np.longdouble], values: Array, scale: float, symmetric: bool) -> tuple[Array, Array]:
    def block(part: NDArray[np.longdouble]) -> Array:
        size = float(np.abs(part).max(initial=0.0))
        if size == 0.0:
            return np.zeros(part.shape[0])
        small = np.asarray(part / np.longdouble(size), dtype=np.float64)
        found = np.linalg.eigvalsh((small + small.T) / 2) if symmetric else np.linalg.svd(small, compute_uv=False)
        return np.asarray(found * size)

    p = len(values)
    cut = int(np.sum(values > _SPLIT * values.max()))
    found = np.concatenate([block(M[:cut, :cut]), block(M[cut:, cut:])])
    largest = float(np.abs(found).max(initial=0.0))
    inner = np.concatenate([np.full(cut, largest), np.full(p - cut, float(np.abs(found[cut:]).max(initial=0.0)))])
    # Rounding of M, of the block's own decomposition, and of the coupling dropped between the blocks.
    absolute = p * p * EPS_EXTENDED * largest + p * EPS * inner + (p * EPS) ** 2 * largest / _SPLIT
    error = np.full(p, np.inf)
    np.divide(absolute, np.abs(found), out=error, where=found != 0)
    return found * scale, error
