"""Batch search over runs of gradient descent, for claims made at iteration t of a run.

Initial worlds are drawn in numbers and kept where the hypotheses allow some first step; the first step is spread over
the allowed range down to tiny, later ones sit at the upper edge, the lower edge, in between or stay constant, always
within the hypotheses of their own step. The claim is asked at every iteration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from properties.evaluate import Evaluator
from properties.sampling import coarse
from properties.starts import FAMILIES, Family
from theorems import notation as N
from theorems.statement import Kind, Statement
from verify.falsify.batch import FLOAT64, Batch, sample
from verify.falsify.edges import allowed, spread
from verify.falsify.first_steps import Ahead, first_steps, shared_definitions
from verify.falsify.margins import claim_margin, hypotheses_met
from verify.falsify.plan import Plan, make_plan, relations_of
from verify.falsify.search import SUSPICIOUS, Tally

Array = NDArray[Any]

_NEAR = np.array([0.0, 1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0])
FACTORS = 10.0 ** np.concatenate([-_NEAR[:0:-1], _NEAR])
# Shapes (n, m, h) in the order of search: square and not, width below, at and above max(n, m) and n + m.
SHAPES = (
    (1, 1, 1),
    (1, 1, 2),
    (2, 1, 2),
    (1, 2, 3),
    (2, 2, 2),
    (2, 1, 3),
    (2, 2, 4),
    (1, 2, 2),
    (3, 1, 3),
    (1, 3, 4),
    (2, 2, 3),
    (3, 2, 5),
    (2, 3, 3),
    (3, 3, 3),
    (3, 2, 2),
    (2, 3, 6),
)
# Shapes in which the structured starts are tried: the smallest ones where n and m agree and where they differ.
STRUCTURED = ((1, 1, 2), (2, 1, 2), (1, 2, 2), (2, 2, 2))

_CONSTANT, _SMALLEST, _RANDOM, _EXACTLY_LARGEST = 1, 2, 3, 5


@dataclass(frozen=True)
class Step:
    """One iteration of a batch of runs: evaluator, step sizes (t + 1, B), who is within the hypotheses, rounding."""

    evaluator: Evaluator
    sizes: Array
    alive: Array
    doubt: Array


@dataclass(frozen=True)
class Runs:
    """A batch of runs of one shape."""

    batch: Batch
    steps: tuple[Step, ...]


def _seed(plan: Plan, seed: int, part: str) -> Generator:
    """A generator shared by all claims with the same hypotheses, so that their runs are the same and computed once."""
    given = ";".join(map(str, plan.statement.given))
    own = ";".join(sorted(f"{k}={v}" for k, v in shared_definitions(plan).items()))
    text = f"{given}|{own}|{plan.integers}|{plan.scalars}|{seed}|{part}".encode()
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(text).digest()[:16], "big")))


def search_runs(
    plan: Plan, seed: int, how_many: int, count: int, length: int, landmarks: bool, tally: Tally
) -> Iterator[None]:
    """Search one shape after another, one long run of few worlds among them; yields after each."""
    allowed_dims = {tuple(d.get(s, 0) for s in (N.n, N.m, N.h)): d for d in plan.dimensions(6)}
    shapes = [s for s in SHAPES if s in allowed_dims][:how_many]
    for index, shape in enumerate(shapes):
        steps = length if index != 1 else 5 * length
        size = count if index != 1 else max(8, count // 4)
        runs = _cached(_Key(plan), seed, shape, size, steps, landmarks)
        if runs is not None:
            judge(plan, runs, tally)
        else:
            tally.sampled += 8 * size
        yield


def search_structured_runs(plan: Plan, seed: int, length: int, tally: Tally) -> Iterator[None]:
    """Search the runs from structured starts (`properties.starts`), family by family; yields after each shape."""
    if not {N.W1_0, N.W2_0} <= set(plan.matrices):
        return
    allowed_dims = {tuple(d.get(s, 0) for s in (N.n, N.m, N.h)) for d in plan.dimensions(6)}
    for name in FAMILIES:
        for shape in [s for s in STRUCTURED if s in allowed_dims]:
            runs = _cached(_Key(plan), seed, shape, 0, length, True, name)
            if runs is not None:
                judge(plan, runs, tally)
            yield


class _Key:
    """A plan compared by what decides its runs: two claims under the same hypotheses share them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parts = (
            plan.statement.given,
            frozenset(plan.where.items()),
            plan.matrices,
            plan.scalars,
            plan.integers,
            plan.history,
        )

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.parts == other.parts


def shared_runs(statement: Statement) -> Hashable | None:
    """Equal for statements that are asked of the same runs; None for one that is not about runs."""
    if statement.kind is not Kind.TRAJECTORY or not relations_of(statement.then):
        return None
    plan = make_plan(statement)
    return _Key(plan) if plan.run else None


@lru_cache(maxsize=48)
def _cached(
    key: _Key, seed: int, shape: tuple[int, int, int], count: int, length: int, landmarks: bool, family: str = ""
) -> Runs | None:
    plan = key.plan
    rng = _seed(plan, seed, f"{shape}{family}")
    dims = next(d for d in plan.dimensions(6) if tuple(d.get(s, 0) for s in (N.n, N.m, N.h)) == shape)
    with np.errstate(all="ignore"):
        if family:
            kind = FAMILIES[family]
            batch, first = _structured(plan, dims, rng, kind)
            mode = np.full(0 if batch is None else batch.count, _EXACTLY_LARGEST if kind.growing else _CONSTANT)
            if batch is None:
                return None
            return _follow(plan, batch, first, _by_mode(plan, mode, rng), min(length, kind.length))
        return make_runs(plan, dims, rng, count, length, landmarks)


def make_runs(plan: Plan, dims: Any, rng: Generator, count: int, length: int, landmarks: bool) -> Runs | None:
    """`count` runs of at most `length` steps within the hypotheses; None when no initial world allows a first step."""
    batch, first = _initial(plan, dims, rng, count, landmarks)
    if batch is None:
        return None
    return _follow(plan, batch, first, _by_mode(plan, rng.integers(0, 5, batch.count), rng), length)


# From an evaluator at the current iterate and the step sizes so far (t + 1, B), the last one provisional, to the step
# size that is taken and where the hypotheses allow it.
NextStep = Callable[[Evaluator, Array], tuple[Array, Array]]


def runs_with(plan: Plan, batch: Batch, sizes: Array) -> Runs:
    """The runs of a batch with given step sizes (steps, B), each followed while it meets the hypotheses."""

    def given(evaluator: Evaluator, so_far: Array) -> tuple[Array, Array]:
        eta = sizes[len(so_far) - 1]
        met = hypotheses_met(evaluator.varied({N.eta: eta}), plan.statement.given)
        return eta, np.broadcast_to(met, eta.shape)

    with np.errstate(all="ignore"):
        return _follow(plan, batch, sizes[0], given, len(sizes))


def _by_mode(plan: Plan, mode: Array, rng: Generator) -> NextStep:
    """First steps as they are, later ones by each run's mode."""

    def chosen(evaluator: Evaluator, so_far: Array) -> tuple[Array, Array]:
        if len(so_far) == 1:
            return so_far[0], np.ones(len(mode), dtype=bool)
        return _next_step(plan, evaluator, so_far, mode, rng)

    return chosen


def _follow(plan: Plan, batch: Batch, first: Array, next_step: NextStep, length: int) -> Runs:
    """The runs of a batch, at most `length` steps of them."""
    where = shared_definitions(plan)
    world = batch.world().binding({N.eta_0: first})
    w1, w2 = batch.values[N.W1_0], batch.values[N.W2_0]
    sizes, alive, steps = first[None], np.ones(batch.count, dtype=bool), []
    evaluator: Evaluator | None = None
    for index in range(length):
        bindings = {N.W1: w1, N.W2: w2, N.t: index, N.eta: sizes[-1]}
        if evaluator is None:
            evaluator = Evaluator(world.binding(bindings), FLOAT64, where)
        else:
            evaluator = evaluator.follow(bindings) if plan.history else evaluator.varied(bindings)
        eta, some = next_step(evaluator, sizes)
        alive = alive & some
        if index:
            sizes = np.concatenate([sizes[:-1], eta[None]])
            evaluator = evaluator.varied({N.eta: eta})
        steps.append(Step(evaluator, sizes, alive, _doubt(evaluator)))
        w1, w2 = evaluator(N.W1_next), evaluator(N.W2_next)
        alive = alive & np.isfinite(w1).all(axis=(-2, -1)) & np.isfinite(w2).all(axis=(-2, -1))
        if not alive.any():
            break
        sizes = np.concatenate([sizes, sizes[-1:]])
    return Runs(batch, tuple(steps))


def _initial(plan: Plan, dims: Any, rng: Generator, count: int, landmarks: bool) -> tuple[Batch | None, Array]:
    """Initial worlds that allow a first step, and that step for each."""
    batch = sample(plan, dims, rng, 8 * count, landmarks)
    low, high = first_steps(plan, batch)
    rows = np.flatnonzero(np.isfinite(high))
    if not len(rows):
        return None, low
    rows = rows[:count]
    kept, first = batch.rows(rows), spread(rng, low[rows], high[rows], 8.0)
    return kept, _with_room_ahead(plan, kept, first, rng)


def _with_room_ahead(plan: Plan, batch: Batch, first: Array, rng: Generator) -> Array:
    """`first`, in some runs the largest step after which the hypotheses still hold, or a share of it."""
    high = Ahead(plan, batch, first).largest()
    kind = rng.random(batch.count)
    largest = np.where(kind < 0.15, high, high * 10.0 ** -rng.uniform(0, 1, batch.count))
    return np.where(np.isfinite(high) & (kind < 0.3), largest, first)


def _structured(plan: Plan, dims: Any, rng: Generator, family: Family) -> tuple[Batch | None, Array]:
    """Worlds of one family that allow a first step, and that step: a share of the largest, rounded down."""
    batch = sample(plan, dims, rng, family.count, landmarks=True)
    start = family.start(rng, family.count, dims[N.n], dims[N.m], dims[N.h])
    values = {**batch.values, N.W1_0: start.w1, N.W2_0: start.w2}
    if N.W_star in values:
        values[N.W_star] = np.asarray(start.losses.loss.w_star)
    batch = replace(batch, values=values, losses=start.losses)
    low, high = first_steps(plan, batch)
    rows = np.flatnonzero(np.isfinite(high))
    if not len(rows):
        return None, low
    if family.ahead:
        ahead = Ahead(plan, batch.rows(rows), high[rows])
        wanted = np.where(rng.random(len(rows)) < 0.5, ahead.largest(), ahead.steepest())
        return batch.rows(rows), np.where((wanted >= low[rows]) & (wanted <= high[rows]), wanted, high[rows])
    below = high[rows] * 10.0 ** -rng.uniform(0, family.decades, len(rows))
    short = coarse(rng, below, 1.0)
    first = np.where(short <= below, short, short * 0.9375)
    return batch.rows(rows), np.where(first >= low[rows], first, high[rows])


def _next_step(plan: Plan, evaluator: Evaluator, sizes: Array, mode: Array, rng: Generator) -> tuple[Array, Array]:
    """(step size, whether any was allowed) of each run, by its mode: largest, constant, smallest, random, largest."""
    last, first = sizes[-1], sizes[0]
    grid = np.sort(np.concatenate([last[None] * FACTORS[:, None], first[None]]), axis=0)
    hypotheses_met(evaluator, plan.statement.given)
    met = allowed(evaluator, plan.statement.given, {N.eta: grid}, grid.shape[1])
    some = np.asarray(met.any(axis=0))
    high = len(grid) - 1 - met[::-1].argmax(axis=0)
    low = met.argmax(axis=0)
    constant = np.abs(grid - last).argmin(axis=0)
    constant = np.where(np.take_along_axis(met, constant[None], axis=0)[0], constant, high)
    middle = low + np.floor((high - low + 1) * rng.random(len(high))).astype(int)
    middle = np.where(np.take_along_axis(met, middle[None], axis=0)[0], middle, high)
    index = np.select([mode == _CONSTANT, mode == _SMALLEST, mode == _RANDOM], [constant, low, middle], high)
    chosen = np.take_along_axis(grid, index[None], axis=0)[0]
    exactly = mode == _EXACTLY_LARGEST
    if exactly.any():
        above = np.take_along_axis(grid, np.minimum(high + 1, len(grid) - 1)[None], axis=0)[0]
        chosen = np.where(exactly, _largest(plan, evaluator, chosen, above), chosen)
    return np.where(some, chosen, last), some


def _largest(plan: Plan, evaluator: Evaluator, inside: Array, outside: Array) -> Array:
    """The largest allowed step between an allowed one and one that is not, to a 64th of their distance, from below."""
    part = np.linspace(0.0, 1.0, 65)[:-1, None]
    grid = inside[None] + part * (outside - inside)[None]
    met = allowed(evaluator, plan.statement.given, {N.eta: grid}, grid.shape[1]) | (part == 0)
    last = len(grid) - 1 - met[::-1].argmax(axis=0)
    return np.asarray(np.take_along_axis(grid, last[None], axis=0)[0])


def _doubt(evaluator: Evaluator) -> Array:
    """How far rounding may reach: W - W_star loses digits as a run converges."""
    loss = evaluator.world.loss
    w = evaluator(N.W)
    star = np.asarray(getattr(loss, "w_star", np.zeros(1)))
    gap = np.sqrt(((w - star) ** 2).sum(axis=(-2, -1)))
    factors = (evaluator(N.W1) ** 2).sum(axis=(-2, -1)) * (evaluator(N.W2) ** 2).sum(axis=(-2, -1))
    size = np.sqrt(factors) + np.sqrt((star**2).sum(axis=(-2, -1)))
    return np.asarray(np.minimum(1.0, 1e-13 * size / np.maximum(gap, 1e-300)))


def judge(plan: Plan, runs: Runs, tally: Tally) -> Array:
    """Ask the claim at every iteration of a batch of runs; the smallest margin of each run (B,), inf where none.

    Equality up to rounding is left out of these margins.
    """
    count = runs.batch.count
    smallest = np.full(count, np.inf)
    with np.errstate(all="ignore"):
        for step in runs.steps:
            margins = claim_margin(step.evaluator.defining(plan.where), plan.claims()).spread(count)
            level = np.abs(margins.noise) < step.doubt
            sure = replace(
                margins,
                noise=np.where(level, 0.0, margins.noise),
                free=np.where(level, np.maximum(margins.free, 0.0), margins.free),
            )
            asked = step.alive & (step.doubt < 1e-3)
            tally.add(runs.batch, asked, sure, 1, step.sizes)
            clear = asked & np.isfinite(sure.free) & (np.abs(sure.noise) > -SUSPICIOUS)
            smallest = np.where(clear, np.minimum(smallest, sure.free), smallest)
    tally.sampled += 7 * count
    return smallest
