"""Local search where a margin is tight: the most critical worlds are moved at random and kept when the margin falls.

Steps are multiplicative, additive and by coordinates, of shrinking size; worlds that leave the hypotheses are refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp
from numpy.random import Generator
from numpy.typing import NDArray

from verify.falsify.batch import Batch
from verify.falsify.search import Suspect, Tally, evaluate, to_edges

Array = NDArray[np.float64]


def refine(start: Suspect, rng: Generator, rounds: int, count: int, tally: Tally) -> None:
    """Move one world for `rounds` rounds of `count` trials towards a violation, adding what is met to the tally."""
    plan = start.batch.plan
    current = start.batch.rows(np.full(count, start.index))
    best = np.full(count, start.score)
    size = 0.5
    for _ in range(rounds):
        trial = moved(current, rng, size)
        if plan.edges and rng.random() < 0.5:
            trial = to_edges(trial, rng)
        met, margins = evaluate(trial)
        tally.add(trial, met, margins, keep=2)
        free = np.where(met & np.isfinite(margins.free), margins.free, np.inf)
        if any(s.steady and s.score < -1e-3 for s in tally.suspects):
            return
        better = free < best
        # The better half of all trials seeds the next round.
        order = np.argsort(np.concatenate([np.where(better, free, np.inf), best]), kind="stable")[: max(1, count // 4)]
        seeds = np.resize(order, count)
        current = choose(trial, current, seeds)
        best = np.concatenate([np.where(better, free, np.inf), best])[seeds]
        size *= 0.85


def choose(first: Batch, second: Batch, index: NDArray[Any]) -> Batch:
    """Rows of two batches laid end to end."""
    values = {leaf: np.concatenate([first.values[leaf], second.values[leaf]])[index] for leaf in first.values}
    losses = first.losses
    if losses is not None and second.losses is not None:
        one, two = losses, second.losses
        loss = replace(
            one.loss,
            x=np.concatenate([one.loss.x, two.loss.x])[index],
            w_star=np.concatenate([one.loss.w_star, two.loss.w_star])[index],
            ridge=np.concatenate([np.asarray(one.loss.ridge), np.asarray(two.loss.ridge)])[index],
        )
        losses = replace(
            one,
            loss=loss,
            k_factor=np.concatenate([one.k_factor, two.k_factor])[index],
            mu_factor=np.concatenate([one.mu_factor, two.mu_factor])[index],
        )
    return replace(first, values=values, losses=losses)


def moved(batch: Batch, rng: Generator, size: float) -> Batch:
    """Every world of the batch moved by about `size` relative to its entries, its loss too."""
    values: dict[sp.Basic, Array] = {}
    share = rng.random(batch.count)
    for leaf, value in batch.values.items():
        if leaf in batch.plan.orthonormal:
            values[leaf] = value
        else:
            values[leaf] = _jitter(value, rng, size, share, symmetric=leaf in batch.plan.symmetric)
    losses = batch.losses
    if losses is not None:
        star = _jitter(np.asarray(losses.loss.w_star), rng, size, share)
        x = np.asarray(losses.loss.x)
        if rng.random() < 0.5:
            x = _jitter(x, rng, size, share)
        losses = replace(losses, loss=replace(losses.loss, w_star=star, x=x))
        values.update({leaf: star for leaf in values if str(leaf) == "W_star"})
    return replace(batch, values=values, losses=losses)


def _jitter(value: Array, rng: Generator, size: float, share: Array, symmetric: bool = False) -> Array:
    """`value` with some rows moved in all entries, some in one entry, some scaled; signs of scalars are kept."""
    lead = (len(value),) + (1,) * (value.ndim - 1)
    factor = np.exp(size * rng.standard_normal(lead))
    if value.ndim == 1:
        return np.where(share.reshape(lead) < 0.8, value * factor, value)
    scale = np.sqrt((value**2).mean(axis=(-2, -1), keepdims=True))
    scale = np.where(scale == 0, 1.0, scale)
    noise = rng.standard_normal(value.shape) * size * scale
    mask = rng.random(value.shape) < 1.5 / max(1, value[0].size)
    pick = share.reshape(lead)
    out = np.where(pick < 0.35, value + noise, np.where(pick < 0.75, value + mask * noise, value * factor))
    out = np.where(rng.random(lead) < 0.3, value, out)
    return (out + np.swapaxes(out, -1, -2)) / 2 if symmetric else out
