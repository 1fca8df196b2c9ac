"""Starts of gradient descent with structure that random draws hardly meet, in batches of float64.

A family is a way to choose the initial factors, the loss and the step sizes together. None names a statement; every
claim about runs is asked in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from properties.losses import CenteredLoss
from properties.sampling import LossBatch, orthogonal

Array = NDArray[np.float64]
_FRACTIONS = np.array([0.5, 0.25, 0.125, 0.0625, 1 / 64])


@dataclass(frozen=True)
class Start:
    """Initial factors (count, n, h) and (count, m, h), and the losses they start on."""

    w1: Array
    w2: Array
    losses: LossBatch


@dataclass(frozen=True)
class Family:
    """How to start, how many decades below the largest allowed one the first step lies, and how later steps go.

    growing: later steps are the largest allowed, to six digits; else they stay constant where that is allowed.
    ahead: the first step is the largest after which the hypotheses still hold, or the one that lowers the loss most.
    """

    start: Callable[[Generator, int, int, int, int], Start]
    decades: float
    growing: bool
    count: int
    length: int
    ahead: bool = False


def _units(rng: Generator, count: int, p: int, q: int) -> Array:
    """Matrices with a single entry 1, the others 0."""
    out = np.zeros((count, p, q))
    out[np.arange(count), rng.integers(0, p, count), rng.integers(0, q, count)] = 1.0
    return out


def _tight(x: Array, star: Array) -> LossBatch:
    """Least squares whose constants K and mu are the smallest and the largest possible."""
    count = len(x)
    return LossBatch(CenteredLoss("square", x, star, np.zeros(count)), np.ones(count), np.ones(count))


def aligned(rng: Generator, count: int, n: int, m: int, h: int) -> Start:
    """Factors a E_ik and b E_jk that share a hidden unit, a minimum one entry away from their product, K = mu."""
    one, two = np.zeros((count, n, h)), np.zeros((count, m, h))
    row, column, unit = rng.integers(0, n, count), rng.integers(0, m, count), rng.integers(0, h, count)
    a = rng.choice([1.0, 1.0, 2.0, 0.5], count)
    b = a * rng.choice([1.0, 1.0, 1.0, -1.0, 2.0, 0.5], count)
    each = np.arange(count)
    one[each, row, unit], two[each, column, unit] = a, b
    away = _units(rng, count, n, m)
    size = a * np.abs(b) * rng.choice(_FRACTIONS, count) * rng.choice([1.0, 1.0, -1.0], count)
    star = one @ np.swapaxes(two, -1, -2) + size[:, None, None] * away
    x = orthogonal(rng, count, n, n)
    plain = rng.random(count) < 0.7
    x[plain] = np.eye(n)
    return Start(one, two, _tight(x * rng.choice([1.0, 1.0, 2.0, 0.5], count)[:, None, None], star))


def one_sided(rng: Generator, count: int, n: int, m: int, h: int) -> Start:
    """One factor with equal singular values, the other zero, a minimum nearby, an ill-scaled data matrix."""
    a = rng.choice([1.0, 1.0, 2.0, 0.5], (count, 1, 1))
    one, two = a * orthogonal(rng, count, n, h), a * orthogonal(rng, count, m, h)
    plain = rng.random(count) < 0.5
    one[plain], two[plain] = np.eye(n, h), np.eye(m, h)
    first = (rng.random(count) < (0.5 if n == m else 0.8 if n > m else 0.2))[:, None, None]
    unit = _units(rng, count, n, m)
    star = unit * 2.0 ** -rng.integers(0, 24, (count, 1, 1)).astype(float)
    x = np.triu(rng.choice([0.0, 1.0, 2.0, 3.0], (count, n, n)), 1)
    k = np.arange(n)
    x[:, k, k] = rng.choice([1.0, 2.0, 2.0, 0.5], (count, n))
    return Start(np.where(first, one, 0.0), np.where(first, 0.0, two), _tight(x, star))


def mirrored(rng: Generator, count: int, n: int, m: int, h: int) -> Start:
    """The second factor is the first with the signs of some hidden units turned: D has eigenvalues of both signs."""
    wide = max(n, m)
    one = rng.integers(0, 2 ** rng.integers(1, 6, (count, 1, 1)) + 1, (count, wide, h)).astype(float)
    near = rng.random(count) < 0.5  # columns that nearly agree
    one[near] = one[near][:, :, :1] + rng.choice([0.0, 1.0], (int(near.sum()), wide, h))
    signs = rng.choice([-1.0, 1.0], (count, 1, h))
    signs[:, 0, 0], signs[:, 0, -1] = 1.0, -1.0
    away = rng.choice([0.0, 0.0, 1.0, 0.5], count)[:, None, None] * _units(rng, count, n, m)
    x = np.broadcast_to(np.eye(n), (count, n, n)).copy()
    return Start(one[:, :n], (one * signs)[:, :m], _tight(x, away))


FAMILIES: dict[str, Family] = {
    "aligned": Family(aligned, decades=4.0, growing=False, count=48, length=6),
    "one-sided": Family(one_sided, decades=0.05, growing=True, count=72, length=40),
    "mirrored": Family(mirrored, decades=0.0, growing=False, count=24, length=2, ahead=True),
}
