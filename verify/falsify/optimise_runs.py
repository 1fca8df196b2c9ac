"""Local search over short runs whose margin is tight: start, loss and step sizes are moved together.

Long runs are left alone: a change of the start has lost its meaning by their end.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from verify.falsify.optimise import choose, moved
from verify.falsify.runs import judge, runs_with
from verify.falsify.search import Suspect, Tally

Array = NDArray[np.float64]


def refine_run(start: Suspect, rng: Generator, rounds: int, count: int, tally: Tally) -> None:
    """Move one run for `rounds` rounds of `count` trials towards a violation, adding what is met to the tally."""
    plan = start.batch.plan
    current = start.batch.rows(np.full(count, start.index))
    sizes = np.repeat(np.asarray(start.steps, dtype=float).reshape(-1, 1), count, axis=1)
    best = np.full(count, start.score)
    size = 0.5
    for _ in range(rounds):
        trial, steps = moved(current, rng, size), _steps(sizes, rng, size)
        scores = judge(plan, runs_with(plan, trial, steps), tally)
        if any(s.steady and s.score < -1e-3 for s in tally.suspects):
            return
        both = np.concatenate([np.where(scores < best, scores, np.inf), best])
        seeds = np.resize(np.argsort(both, kind="stable")[: max(1, count // 4)], count)
        current = choose(trial, current, seeds)
        sizes = np.concatenate([steps, sizes], axis=1)[:, seeds]
        best = both[seeds]
        size *= 0.85


def _steps(sizes: Array, rng: Generator, size: float) -> Array:
    """Step sizes (steps, B) all scaled together in some runs, one by one in others, left alone in the rest."""
    kind = rng.random(sizes.shape[1])
    together = rng.standard_normal((1, sizes.shape[1]))
    apart = rng.standard_normal(sizes.shape)
    return np.asarray(sizes * np.exp(size * np.where(kind < 0.4, together, np.where(kind < 0.7, apart, 0.0))))
