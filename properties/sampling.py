"""Random worlds in batches of float64: matrices, scalars and losses over shapes, structures and decades.

Sampling knows the paper's objects (leaves, losses), never a statement. Every batch draws from its own generator,
so that the same seed gives the same worlds whatever else runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from properties import landmarks
from properties.losses import PENALTIES, CenteredLoss

Array = NDArray[np.float64]
Sampler = Callable[[Generator, int, int, int], Array]

_ANGLES = np.array([[3, 4, 5], [5, 12, 13], [4, 3, 5], [0, 1, 1], [1, 0, 1]], dtype=float)


def log_uniform(rng: Generator, size: int | tuple[int, ...], low: float, high: float) -> Array:
    """Values between 10^low and 10^high, uniform in the exponent."""
    return np.asarray(10.0 ** rng.uniform(low, high, size))


def coarse(rng: Generator, a: Array, share: float = 0.5) -> Array:
    """`a` with a share of its rows rounded to four significant bits: short rationals, whatever their size."""
    mantissa, exponent = np.frexp(a)
    rows = (rng.random(len(a)) < share).reshape((-1,) + (1,) * (a.ndim - 1))
    return np.where(rows, np.ldexp(np.round(mantissa * 16) / 16, exponent), a)


def normal(rng: Generator, count: int, p: int, q: int) -> Array:
    """Independent standard normal entries, (count, p, q)."""
    return rng.standard_normal((count, p, q))


def integers(rng: Generator, count: int, p: int, q: int) -> Array:
    """Integer entries in -3 .. 3."""
    return rng.integers(-3, 4, (count, p, q)).astype(float)


def sparse(rng: Generator, count: int, p: int, q: int) -> Array:
    """Entries in {-1, 0, 1}, two thirds of them zero."""
    return rng.choice([-1.0, 0.0, 0.0, 0.0, 0.0, 1.0], (count, p, q))


def rank_one(rng: Generator, count: int, p: int, q: int) -> Array:
    """Rank-one integer matrices."""
    return integers(rng, count, p, 1) @ integers(rng, count, 1, q)


def diagonal(rng: Generator, count: int, p: int, q: int) -> Array:
    """Rectangular diagonal matrices with entries log-uniform over four decades."""
    a = np.zeros((count, p, q))
    k = np.arange(min(p, q))
    a[:, k, k] = log_uniform(rng, (count, len(k)), -2, 2) * rng.choice([-1.0, 1.0], (count, len(k)))
    return a


def ill_conditioned(rng: Generator, count: int, p: int, q: int) -> Array:
    """Random singular vectors, singular values log-uniform over six decades."""
    k = min(p, q)
    left = np.linalg.qr(normal(rng, count, p, k))[0]
    right = np.linalg.qr(normal(rng, count, q, k))[0]
    return (left * log_uniform(rng, (count, 1, k), -3, 3)) @ np.swapaxes(right, -1, -2)


def orthogonal(rng: Generator, count: int, p: int, q: int) -> Array:
    """Matrices with orthonormal rows or columns and rational entries: rotations by Pythagorean angles, permuted."""
    size = max(p, q)
    a = np.broadcast_to(np.eye(size), (count, size, size)).copy()
    for _ in range(min(size - 1, 2)):
        i, j = rng.choice(size, 2, replace=False)
        pick = _ANGLES[rng.integers(0, len(_ANGLES), count)]
        cosine, sine = (pick[:, 0] / pick[:, 2])[:, None], (pick[:, 1] / pick[:, 2])[:, None]
        row_i, row_j = a[:, i, :].copy(), a[:, j, :].copy()
        a[:, i, :], a[:, j, :] = cosine * row_i - sine * row_j, sine * row_i + cosine * row_j
    a = a[:, :, rng.permutation(size)] * rng.choice([-1.0, 1.0], (count, 1, size))
    return np.ascontiguousarray(a[:, :p, :q])


def landmark(rng: Generator, count: int, p: int, q: int) -> Array:
    """Landmark matrices (`properties.landmarks`), drawn at random."""
    table = np.stack(landmarks.matrices(p, q))
    return table[rng.integers(0, len(table), count)]


# Structure -> (sampler, weight). The weights say how often each kind is met, nothing else.
KINDS: dict[str, tuple[Sampler, float]] = {
    "normal": (normal, 3.0),
    "integers": (integers, 3.0),
    "sparse": (sparse, 2.0),
    "rank one": (rank_one, 1.0),
    "diagonal": (diagonal, 1.5),
    "ill-conditioned": (ill_conditioned, 1.5),
    "orthogonal": (orthogonal, 1.0),
    "landmark": (landmark, 2.0),
}


def matrices(
    rng: Generator,
    count: int,
    p: int,
    q: int,
    *,
    with_landmarks: bool = True,
    decades: float = 3.0,
    scaled: float = 0.4,
) -> Array:
    """(count, p, q) matrices of mixed structure, a share `scaled` of them times 10^u with |u| <= decades."""
    names = [k for k in KINDS if with_landmarks or k != "landmark"]
    weights = np.array([KINDS[k][1] for k in names])
    kind = rng.choice(len(names), count, p=weights / weights.sum())
    out = np.empty((count, p, q))
    for index, name in enumerate(names):
        rows = np.flatnonzero(kind == index)
        if len(rows):
            out[rows] = KINDS[name][0](rng, len(rows), p, q)
    scale = np.where(rng.random(count) < scaled, log_uniform(rng, count, -decades, decades), 1.0)
    return coarse(rng, out * scale[:, None, None])


def tie(rng: Generator, leaves: Sequence[Array], share: float = 0.15) -> None:
    """Tie some rows of each leaf to an earlier one of its shape or its transpose, in place: A = B, -B, 2 B, B^T."""
    for i, a in enumerate(leaves):
        partners = [b for b in leaves[:i] if b.shape[-2:] in (a.shape[-2:], a.shape[:-3:-1])]
        if not partners:
            continue
        b = partners[rng.integers(0, len(partners))]
        rows = np.flatnonzero(rng.random(len(a)) < share)
        source = b[rows] if b.shape[-2:] == a.shape[-2:] else np.swapaxes(b[rows], -1, -2)
        a[rows] = source * rng.choice(landmarks.TIES, len(rows))[:, None, None]


def balance(rng: Generator, a: Array, b: Array, share: float = 0.12) -> None:
    """Make some rows of b (m x h) balanced with a (n x h), in place: a^T a and b^T b agree where the ranks allow."""
    rows = np.flatnonzero(rng.random(len(a)) < share)
    if not len(rows):
        return
    _, s, vt = np.linalg.svd(a[rows], full_matrices=False)
    k = min(s.shape[-1], b.shape[-2])
    q = orthogonal(rng, len(rows), b.shape[-2], b.shape[-2])[:, :, :k]
    b[rows] = (q * s[:, None, :k]) @ vt[:, :k, :]


def scalars(rng: Generator, count: int, *, sign: str, decades: float = 3.0, with_landmarks: bool = True) -> Array:
    """(count,) scalars: simple fractions, near one, log-uniform; sign is "positive", "nonnegative" or "any"."""
    kind = rng.random(count)
    out = log_uniform(rng, count, -decades, decades)
    near = kind < 0.3
    out[near] = log_uniform(rng, int(near.sum()), -0.5, 0.5)
    simple = (kind >= 0.3) & (kind < 0.55)
    out[simple] = rng.integers(1, 9, int(simple.sum())) / rng.choice([1.0, 2.0, 4.0, 8.0], int(simple.sum()))
    inside = (kind >= 0.55) & (kind < 0.7)
    out[inside] = rng.random(int(inside.sum()))
    if with_landmarks:
        special = kind >= 0.9
        out[special] = rng.choice(landmarks.SCALARS, int(special.sum()))
    out = coarse(rng, out, 0.7)
    if sign == "any":
        return np.asarray(out * rng.choice([-1.0, 1.0], count))
    out = np.abs(out)
    return out if sign == "nonnegative" else np.where(out == 0, 1.0, out)


@dataclass(frozen=True)
class LossBatch:
    """Random centered losses; their constants are k_factor times the tightest K and mu_factor times the tightest mu."""

    loss: CenteredLoss
    k_factor: Array
    mu_factor: Array

    def constants(self) -> tuple[Array, Array]:
        """(K, mu) of each loss: smoothness and strong convexity constants, tight where the factor is 1."""
        penalty = PENALTIES[self.loss.penalty]
        squares = np.linalg.svd(self.loss.x, compute_uv=False) ** 2
        n = self.loss.x.shape[-1]
        smallest = squares[..., n - 1] if squares.shape[-1] >= n else np.zeros(len(squares))
        ridge = np.asarray(self.loss.ridge)
        return (
            (float(penalty.supremum) * squares[..., 0] + ridge) * self.k_factor,
            (float(penalty.infimum) * smallest + ridge) * self.mu_factor,
        )

    def rows(self, index: Any) -> LossBatch:
        """The losses of some rows of the batch."""
        loss = replace(
            self.loss, x=self.loss.x[index], w_star=self.loss.w_star[index], ridge=np.asarray(self.loss.ridge)[index]
        )
        return LossBatch(loss, self.k_factor[index], self.mu_factor[index])


def _designs(rng: Generator, count: int, n: int, extra: int) -> Array:
    """Data matrices (count, n + extra, n) of full column rank: identity, diagonal, orthogonal, general."""
    rows = n + extra
    out = np.zeros((count, rows, n))
    kind = rng.random(count)
    out[:, :n, :] = np.eye(n)
    scaled = kind >= 0.35
    k = np.arange(n)
    values = rng.choice([1.0, 2.0, 0.5, 3.0, 0.25, 1.0, 4.0, 0.1], (int(scaled.sum()), n))
    block = np.zeros((int(scaled.sum()), rows, n))
    block[:, k, k] = values
    out[scaled] = block
    turned = kind >= 0.6
    count_turned = int(turned.sum())
    out[turned] = orthogonal(rng, count_turned, rows, rows) @ out[turned] if rows > 1 else out[turned]
    general = kind >= 0.8
    out[general] = rng.integers(-2, 3, (int(general.sum()), rows, n)).astype(float)
    return out


def losses(rng: Generator, count: int, n: int, m: int, *, penalty: str, convex: bool, star: Array) -> LossBatch:
    """Random centered losses of one penalty with minimizer `star` (count, n, m); mu > 0 is arranged when `convex`."""
    x = _designs(rng, count, n, int(rng.integers(0, 2)))
    ridge = np.where(rng.random(count) < 0.25, rng.choice([1.0, 0.5, 0.125, 0.01], count), 0.0)
    smallest = np.linalg.svd(x, compute_uv=False)[..., -1]
    if convex:
        degenerate = (smallest < 1e-6) | (PENALTIES[penalty].infimum == 0)
        ridge = np.where(degenerate & (ridge == 0), rng.choice([1.0, 0.5, 0.25], count), ridge)
    x = np.where((np.abs(x).max(axis=(-2, -1)) == 0)[:, None, None], np.eye(x.shape[-2], n), x)
    slack = rng.random((2, count))
    k_factor = np.where(slack[0] < 0.75, 1.0, log_uniform(rng, count, 0, 1))
    mu_factor = np.where(slack[1] < 0.75, 1.0, log_uniform(rng, count, -1, 0))
    return LossBatch(CenteredLoss(penalty, x, star, ridge), k_factor, mu_factor)
