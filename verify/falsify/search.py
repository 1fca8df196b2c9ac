"""Batch search in float64 for claims about matrices, scalars and single gradient steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp
from numpy.random import Generator
from numpy.typing import NDArray

from properties.evaluate import Evaluator
from theorems import notation as N
from verify.falsify.batch import FLOAT64, Batch, sample
from verify.falsify.edges import feasible_range, spread
from verify.falsify.margins import Margin, claim_margin, hypotheses_met
from verify.falsify.plan import Plan

Array = NDArray[Any]
GRID = 10.0 ** np.linspace(-12, 8, 61)

# A float64 violation this large relative to all terms may be more than rounding.
SUSPICIOUS = -1e-10
_SHAKE = 1e-12
# Most steps of a run that is worth a local search.
SHORT = 3


@dataclass(frozen=True)
class Suspect:
    """A row of a batch worth deciding exactly; `steady` when the violation is larger than rounding."""

    score: float
    batch: Batch
    index: int
    steps: Any = None
    steady: bool = True

    def order(self) -> tuple[bool, int, float]:
        """Sorts the most promising first: steady ones, short runs, large violations."""
        return (not self.steady, 0 if self.steps is None else len(self.steps), self.score)


@dataclass
class Tally:
    """What a search has seen: cases within the hypotheses, the smallest margin, the largest ratio, suspects."""

    cases: int = 0
    sampled: int = 0
    margin: float = np.inf
    ratio: float = -np.inf
    best: Suspect | None = None
    suspects: list[Suspect] = field(default_factory=list)
    short: dict[tuple[int, ...], Suspect] = field(default_factory=dict)  # (steps, dimensions) -> the tightest run

    def add(self, batch: Batch, met: Array, margins: Margin, keep: int = 4, steps: Any = None) -> None:
        """Count one batch; keep its most suspicious rows."""
        met = met & np.isfinite(margins.free)
        self.sampled += batch.count
        self.cases += int(met.sum())
        if not met.any():
            return
        noise = np.where(met, margins.noise, np.inf)
        falling = np.flatnonzero(noise < SUSPICIOUS)
        if steps is None and len(falling):
            rounding = falling[~_steady(batch, falling, margins.slack[falling])]
            noise[rounding] = -_SHAKE
        below = np.abs(noise) <= -SUSPICIOUS
        free = np.where(met, np.where(below, np.maximum(margins.free, 0.0), margins.free), np.inf)
        self._record(batch, free, np.where(below, 1.0, margins.ratio), steps)
        if steps is not None and len(steps) <= SHORT:
            self._short(batch, np.where(below, np.inf, free), steps)
        rows = np.flatnonzero(noise < SUSPICIOUS)
        for index in rows[np.argsort(free[rows], kind="stable")][:keep]:
            self.suspects.append(Suspect(float(free[index]), batch, int(index), _column(steps, index)))
        self._doubtful(batch, noise, steps)

    def _record(self, batch: Batch, free: Array, ratio: Array, steps: Any) -> None:
        index = int(np.argmin(free))
        score = float(free[index])
        if score < self.margin:
            self.margin = score
            self.best = Suspect(score, batch, index, _column(steps, index))
        self.ratio = max(self.ratio, float(np.where(np.isfinite(free) & np.isfinite(ratio), ratio, -np.inf).max()))

    def _short(self, batch: Batch, free: Array, steps: Any) -> None:
        """Keep the tightest run of this length and shape; equality up to rounding says nothing about where to go."""
        index, key = int(np.argmin(free)), (len(steps), *batch.dims.values())
        known = self.short.get(key)
        if free[index] < (np.inf if known is None else known.score):
            self.short[key] = Suspect(float(free[index]), batch, index, _column(steps, index))

    def _doubtful(self, batch: Batch, noise: Array, steps: Any) -> None:
        """Rows within rounding of failing: a strict claim may fail there by equality, another one by very little."""
        limit = 1e-12 if strict(batch.plan) else 0.0
        rows = np.flatnonzero((noise >= SUSPICIOUS) & ((noise < 0) | (noise <= limit)))
        if not len(rows) or len(self.suspects) >= 2:
            return
        if limit:
            # Zero exactly is the better sign of equality than a tiny number, and short numbers than long ones.
            rows = rows[np.lexsort((_long(batch)[rows], np.abs(noise[rows])))][: 2 if steps is None else 1]
        else:
            rows = rows[[np.argmin(noise[rows])]]
        for index in map(int, rows):
            self.suspects.append(Suspect(float(noise[index]), batch, index, _column(steps, index), steady=False))


def _long(batch: Batch) -> Array:
    """How many entries of each world need more than eight significant bits."""
    tables = [*batch.values.values()]
    if batch.losses is not None:
        loss = batch.losses.loss
        tables += [np.asarray(a) for a in (loss.x, loss.ridge, batch.losses.k_factor, batch.losses.mu_factor)]
    total = np.zeros(batch.count, dtype=int)
    for table in tables:
        scaled = np.ldexp(np.frexp(table)[0], 8)
        total += (scaled != np.round(scaled)).reshape(batch.count, -1).sum(axis=1)
    return total


def _steady(batch: Batch, rows: Array, slack: Array) -> Array:
    """Which violations survive relative changes of the data by 1e-12 almost unchanged: the others are rounding."""
    part = batch.rows(rows)
    rng = np.random.Generator(np.random.PCG64(len(rows)))
    steady = np.ones(len(rows), dtype=bool)
    for _ in range(2):
        shaken = {leaf: value * (1 + _SHAKE * rng.standard_normal(value.shape)) for leaf, value in part.values.items()}
        losses = part.losses
        if losses is not None:
            star = np.asarray(losses.loss.w_star)
            star = shaken.get(N.W_star, star * (1 + _SHAKE * rng.standard_normal(star.shape)))
            losses = replace(losses, loss=replace(losses.loss, w_star=star))
        _, margins = evaluate(replace(part, values=shaken, losses=losses))
        with np.errstate(all="ignore"):
            steady &= np.abs(margins.slack - slack) <= 0.01 * np.abs(slack)
    return steady


def _column(steps: Any, index: int) -> Any:
    return None if steps is None else steps[:, index]


def strict(plan: Plan) -> bool:
    """Whether equality already breaks the claim."""
    return any(claim.op in ("<", ">", "!=") for claim in plan.claims())


def evaluate(batch: Batch) -> tuple[Array, Margin]:
    """(where the hypotheses hold up to rounding, margins of the claim) for a batch."""
    plan = batch.plan
    evaluator = Evaluator(batch.world(), FLOAT64, plan.where)
    with np.errstate(all="ignore"):
        met = np.broadcast_to(hypotheses_met(evaluator, plan.statement.given), (batch.count,))
        margins = claim_margin(evaluator, plan.claims())
    return met, margins.spread(batch.count)


def to_edges(batch: Batch, rng: Generator) -> Batch:
    """The batch with one scalar that the hypotheses tie to others moved to the edge of what they allow, or below it."""
    plan = batch.plan
    if not plan.edges:
        return batch
    leaf = plan.edges[0] if plan.heavy or rng.random() < 0.7 else plan.edges[int(rng.integers(0, len(plan.edges)))]
    evaluator = Evaluator(batch.world(), FLOAT64, plan.where)
    with np.errstate(all="ignore"):
        low, high = feasible_range(evaluator, plan.statement.given, (leaf,), GRID, batch.count)
    moved = spread(rng, low, high, 6.0)
    some = np.isfinite(high) & (rng.random(batch.count) < 0.9)
    values = np.where(some, moved, batch.values[leaf])
    values = _in_units_of_the_loss(batch, rng.spawn(1)[0], values, low, high)
    return _close_together(batch.with_values({leaf: values}), rng.spawn(1)[0], leaf)


def _close_together(batch: Batch, rng: Generator, leaf: sp.Symbol) -> Batch:
    """The batch with other scalars that hypotheses tie moved next to `leaf` in some rows: a claim may compare them."""
    near = batch.values[leaf]
    values: dict[sp.Basic, Array] = {}
    for other in batch.plan.edges:
        if other is leaf or other not in batch.values or other.is_positive != leaf.is_positive:
            continue
        distance = 10.0 ** rng.uniform(-4, -0.5, batch.count) * rng.choice([-1.0, -1.0, 1.0], batch.count)
        rows = rng.random(batch.count) < 0.25
        values[other] = np.where(rows, near * (1 + distance), batch.values[other])
    return batch.with_values(values) if values else batch


def _in_units_of_the_loss(batch: Batch, rng: Generator, values: Array, low: Array, high: Array) -> Array:
    """`values`, some replaced by a simple multiple of 1/K or K within the range: formulas degenerate there."""
    if batch.losses is None:
        return values
    k, _ = batch.losses.constants()
    with np.errstate(all="ignore"):
        unit = np.where(rng.random(batch.count) < 0.75, 1 / k, k)
        simple = unit * rng.choice([1.0, 1.0, 0.5, 2.0], batch.count)
        rows = (rng.random(batch.count) < 0.08) & (simple >= low) & (simple <= high) & np.isfinite(simple)
    return np.where(rows, simple, values)


def groups(plan: Plan, rng: Generator, how_many: int, largest: int) -> Iterator[dict[Any, int]]:
    """Dimensions to search in, smallest sum first: all small ones, then a random choice of the others."""
    table = plan.dimensions(largest)
    small = [d for d in table if max(d.values(), default=0) <= 2][: how_many // 2]
    rest = [d for d in table if d not in small]
    chosen = rng.permutation(len(rest))[: max(0, how_many - len(small))]
    yield from sorted([*small, *(rest[i] for i in chosen)], key=lambda d: (sum(d.values()), tuple(d.values())))


def search_group(plan: Plan, dims: dict[Any, int], rng: Generator, count: int, landmarks: bool, tally: Tally) -> None:
    """Search one group of dimensions."""
    batch = to_edges(sample(plan, dims, rng, count, landmarks), rng)
    met, margins = evaluate(batch)
    tally.add(batch, met, margins)
