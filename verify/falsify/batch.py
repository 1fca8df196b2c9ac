"""A batch of random worlds for a plan, and the exact world that one row of it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp
from numpy.random import Generator
from numpy.typing import NDArray

from properties import sampling
from properties.evaluate import Evaluator
from properties.fields import Float64
from properties.losses import CenteredLoss
from properties.sampling import LossBatch
from properties.worlds import World
from theorems import notation as N
from verify.falsify.plan import Plan

Array = NDArray[np.float64]
FLOAT64 = Float64()
_PENALTIES = ("square", "square", "square", "log-cosh", "pseudo-huber")


@dataclass(frozen=True)
class Batch:
    """Worlds in float64: `values` of each sampled leaf, the batch as leading axis, and a loss where one is needed."""

    plan: Plan
    dims: Mapping[sp.Symbol, int]
    values: Mapping[sp.Basic, Array]
    losses: LossBatch | None
    count: int

    def world(self) -> World:
        """The batch as one world of arrays; the loss's constants and leaves that follow from others are bound."""
        bindings: dict[sp.Basic, Any] = dict(self.values)
        loss: CenteredLoss | None = None
        if self.losses is not None:
            loss = self.losses.loss
            k, mu = self.losses.constants()
            if self.plan.smooth is not None:
                bindings[self.plan.smooth] = k
            if self.plan.convex is not None:
                bindings[self.plan.convex] = mu
        world = World(self.dims, bindings, loss)
        for leaf, formula in self.plan.follows.items():
            value = Evaluator(world, FLOAT64, self.plan.where)(formula)
            world = world.binding({leaf: value})
        return world

    def rows(self, index: Any) -> Batch:
        """The worlds of some rows."""
        losses = None if self.losses is None else self.losses.rows(index)
        values = {leaf: value[index] for leaf, value in self.values.items()}
        return Batch(self.plan, self.dims, values, losses, len(np.arange(self.count)[index]))

    def with_values(self, values: Mapping[sp.Basic, Array]) -> Batch:
        """The batch with some leaves replaced."""
        return replace(self, values={**self.values, **values})


def sample(plan: Plan, dims: Mapping[sp.Symbol, int], rng: Generator, count: int, landmarks: bool) -> Batch:
    """`count` random worlds of the given dimensions."""
    values: dict[sp.Basic, Array] = {}
    free = [leaf for leaf in plan.matrices if leaf not in plan.follows and not (plan.loss and leaf == N.W_star)]
    for leaf in free:
        p, q = plan.shape(leaf, dims)
        values[leaf] = _matrices(plan, leaf, rng, count, p, q, landmarks)
    generic = [v for leaf, v in values.items() if leaf not in plan.symmetric | plan.orthonormal]
    sampling.tie(rng, generic)
    for i, one in enumerate(free):
        for other in free[i + 1 :]:
            if one.shape[1] == other.shape[1] and not {one, other} & (plan.symmetric | plan.orthonormal):
                sampling.balance(rng, values[one], values[other])
    for scalar in plan.scalars:
        if scalar not in plan.follows:
            values[scalar] = _scalars(plan, scalar, rng, count, landmarks)
    _tie_scalars(plan, values, rng, count)
    losses = _losses(plan, dims, values, rng, count, landmarks) if plan.loss else None
    if losses is not None and N.W_star in plan.matrices:
        values[N.W_star] = np.asarray(losses.loss.w_star)
    return Batch(plan, dims, values, losses, count)


def _matrices(plan: Plan, leaf: sp.MatrixSymbol, rng: Generator, count: int, p: int, q: int, landmarks: bool) -> Array:
    if leaf in plan.orthonormal:
        return sampling.orthogonal(rng, count, p, q)
    a = sampling.matrices(rng, count, p, q, with_landmarks=landmarks)
    if leaf in plan.symmetric:
        gram = (rng.random(count) < 0.5)[:, None, None]
        turned = np.swapaxes(a, -1, -2)
        return np.where(gram, a @ turned, (a + turned) / 2)
    return a


def _sign(symbol: sp.Symbol) -> str:
    return "positive" if symbol.is_positive else "nonnegative" if symbol.is_nonnegative else "any"


def _scalars(plan: Plan, symbol: sp.Symbol, rng: Generator, count: int, landmarks: bool) -> Array:
    """Scalars, redrawn where a hypothesis about this scalar alone refuses them."""
    alone = [r for r in plan.relations if (r.lhs.free_symbols | r.rhs.free_symbols) == {symbol}]
    value = sampling.scalars(rng, count, sign=_sign(symbol), with_landmarks=landmarks)
    for _ in range(8 if alone else 0):
        world = World({}, {symbol: value})
        kept = np.ones(count, dtype=bool)
        for relation in alone:
            kept &= np.asarray(Evaluator(world, FLOAT64, plan.where).holds(relation))
        if kept.all():
            break
        fresh = sampling.scalars(rng, count, sign=_sign(symbol), with_landmarks=landmarks)
        value = np.where(kept, value, fresh)
    return value


def _tie_scalars(plan: Plan, values: dict[sp.Basic, Array], rng: Generator, count: int) -> None:
    """Some rows have two scalars equal, or one a simple multiple of the other."""
    free = [s for s in plan.scalars if s in values]
    for i, scalar in enumerate(free):
        if not i:
            continue
        other = free[int(rng.integers(0, i))]
        if _sign(scalar) != _sign(other):
            continue
        rows = rng.random(count) < 0.15
        values[scalar] = np.where(rows, values[other] * rng.choice([1.0, 1.0, 2.0, 0.5], count), values[scalar])


def _losses(
    plan: Plan,
    dims: Mapping[sp.Symbol, int],
    values: dict[sp.Basic, Array],
    rng: Generator,
    count: int,
    landmarks: bool,
) -> LossBatch:
    """Random losses; the minimizer of many rows lies near a point where the claim looks at the loss."""
    n, m = dims[N.n], dims[N.m]
    star = sampling.matrices(rng, count, n, m, with_landmarks=landmarks)
    points = [values[leaf] for leaf in (N.U, N.U_0) if leaf in values]
    for one, other in ((N.W1, N.W2), (N.W1_0, N.W2_0)):
        if one in values and other in values:
            points.append(values[one] @ np.swapaxes(values[other], -1, -2))
    if points:
        point = points[int(rng.integers(0, len(points)))]
        size = np.sqrt((point**2).sum(axis=(-2, -1), keepdims=True))
        near = (rng.random(count) < 0.5)[:, None, None]
        distance = sampling.log_uniform(rng, (count, 1, 1), -3, 0.5) * np.where(size > 0, size, 1.0)
        direction = sampling.matrices(rng, count, n, m, with_landmarks=landmarks, scaled=0.0)
        length = np.sqrt((direction**2).sum(axis=(-2, -1), keepdims=True))
        star = np.where(near, point + distance * direction / np.where(length > 0, length, 1.0), star)
        multiple = (rng.random(count) < 0.1)[:, None, None]
        star = np.where(multiple, point * rng.choice([0.0, 0.5, 2.0, -1.0], (count, 1, 1)), star)
    penalty = "square" if plan.quadratic else str(rng.choice(_PENALTIES))
    return sampling.losses(rng, count, n, m, penalty=penalty, convex=plan.convex is not None, star=star)
