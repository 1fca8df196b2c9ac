"""Hypothesis strategies of the paper's objects: structured, exact, shrinking to small integers.

Values are exact (ints as `Fraction`) and their reprs paste back after

    from fractions import Fraction
    from theorems.notation import *
    from properties.losses import CenteredLoss
    from properties.strategies import Trajectory
    from properties.worlds import World
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from properties import landmarks
from properties.fields import Exact
from properties.losses import PENALTIES, CenteredLoss
from properties.problems import Problem
from properties.worlds import World
from theorems import notation as N

__all__ = [
    "Trajectory",
    "dimensions",
    "entries",
    "gd_steps",
    "losses",
    "matrices",
    "problems",
    "trajectories",
    "weights",
]

Rows = list[list[Fraction]]


@dataclass(frozen=True)
class Trajectory:
    """A run of gradient descent before it is run: the initial world and the step sizes eta_0 .. eta_t."""

    world: World
    steps: tuple[Fraction, ...]


def entries(largest: int = 3, max_denominator: int = 4) -> st.SearchStrategy[Fraction]:
    """Rationals in [-largest, largest]: integers first, then fractions of small denominator; shrink to 0."""
    whole = st.integers(-largest, largest).map(Fraction)
    return whole | st.fractions(-largest, largest, max_denominator=max_denominator)


def dimensions(largest: int = 3) -> st.SearchStrategy[tuple[int, int, int]]:
    """(n, m, h) with n and m up to `largest` and h below, at and above max(n, m) and n + m."""
    sides = st.tuples(st.integers(1, largest), st.integers(1, largest))
    return sides.flatmap(lambda nm: st.tuples(st.just(nm[0]), st.just(nm[1]), st.integers(1, nm[0] + nm[1] + 1)))


def _plain(rows: int, columns: int, entry: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Rows]:
    line = st.lists(entry, min_size=columns, max_size=columns)
    return st.lists(line, min_size=rows, max_size=rows)


def _exact(a: Any) -> Rows:
    return [[Fraction(float(x)) for x in row] for row in a]


def _rank_one(rows: int, columns: int, entry: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Rows]:
    def product(uv: tuple[list[Fraction], list[Fraction]]) -> Rows:
        return [[x * y for y in uv[1]] for x in uv[0]]

    sides = (st.lists(entry, min_size=k, max_size=k) for k in (rows, columns))
    return st.tuples(*sides).map(product)


def matrices(rows: int, columns: int, entry: st.SearchStrategy[Fraction] | None = None) -> st.SearchStrategy[Rows]:
    """Exact rows x columns matrices: landmarks (`properties.landmarks`), general, rank one, scaled; shrink to zero."""
    entry = entries() if entry is None else entry
    special = st.sampled_from([_exact(a) for a in landmarks.matrices(rows, columns)])
    scales = st.sampled_from([Fraction(1), Fraction(10), Fraction(1, 10), Fraction(1000), Fraction(1, 1000)])
    scaled = st.tuples(_plain(rows, columns, entry), scales).map(lambda a: [[x * a[1] for x in row] for row in a[0]])
    return special | _plain(rows, columns, entry) | _rank_one(rows, columns, entry) | scaled


@st.composite
def weights(draw: st.DrawFn, n: int, m: int, h: int) -> tuple[Rows, Rows]:
    """(W1, W2), n x h and m x h: independent, or tied row by row (which makes balanced and aligned layers common)."""
    first = draw(matrices(n, h))
    if draw(st.booleans()):
        return first, draw(matrices(m, h))
    signs = draw(st.lists(st.sampled_from([Fraction(1), Fraction(-1), Fraction(0)]), min_size=m, max_size=m))
    return first, [[s * x for x in first[i % n]] for i, s in enumerate(signs)]


@st.composite
def losses(draw: st.DrawFn, n: int, m: int, penalties: tuple[str, ...] | None = None) -> CenteredLoss:
    """Centered losses on n x m matrices, strongly convex: X of full column rank or a positive ridge."""
    penalty = draw(st.sampled_from(sorted(PENALTIES) if penalties is None else penalties))
    x = draw(
        st.just([[Fraction(int(i == j)) for j in range(n)] for i in range(n)])
        | _plain(n, n, entries(2, 2))
        | _plain(n + 1, n, entries(2, 2))
    )
    star = draw(matrices(n, m, entries(2, 2)))
    ridge = draw(st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 100)]))
    loss = CenteredLoss(penalty, x, star, ridge)
    if ridge == 0 and not _strongly_convex(loss):
        return loss.with_data(ridge=Fraction(1))
    return loss


def _strongly_convex(loss: CenteredLoss) -> bool:
    field = Exact(64)
    x = field.matrix(loss.x)
    return PENALTIES[loss.penalty].infimum > 0 and field.rank(x) == field.shape(x)[1]


def _bounds(loss: CenteredLoss) -> tuple[Fraction, Fraction]:
    """Rational (K, mu) that the loss certainly has: tight when X^T X is diagonal, else by Gershgorin circles."""
    columns = list(zip(*loss.x, strict=True))
    gram = [[sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0)) for v in columns] for u in columns]
    radius = [sum((abs(x) for j, x in enumerate(row) if j != i), Fraction(0)) for i, row in enumerate(gram)]
    largest = max(gram[i][i] + r for i, r in enumerate(radius))
    smallest = min(gram[i][i] - r for i, r in enumerate(radius))
    penalty, ridge = PENALTIES[loss.penalty], Fraction(loss.ridge)
    return penalty.supremum * largest + ridge, penalty.infimum * max(smallest, Fraction(0)) + ridge


@st.composite
def _worlds(draw: st.DrawFn, largest: int, names: tuple[Any, Any], penalties: tuple[str, ...] | None) -> World:
    n, m, h = draw(dimensions(largest))
    w1, w2 = draw(weights(n, m, h))
    loss = draw(losses(n, m, penalties))
    k, mu = _bounds(loss)
    if mu <= 0:
        loss = loss.with_data(ridge=Fraction(loss.ridge) + 1)
        k, mu = _bounds(loss)
    bindings = {names[0]: w1, names[1]: w2, N.W_star: loss.w_star, N.K: k, N.mu: mu}
    return World({N.n: n, N.m: m, N.h: h}, bindings, loss)


def _step(world: World, names: tuple[Any, Any]) -> st.SearchStrategy[Fraction]:
    """Step sizes: simple multiples of 1 / (1 + K (||W1||^2 + ||W2||^2)), from tiny to a few times that."""
    total = sum((x * x for name in names for row in world.bindings[name] for x in row), Fraction(0))
    unit = 1 / (1 + world.bindings[N.K] * total)
    simple = [
        Fraction(1),
        Fraction(1, 2),
        Fraction(1, 10),
        Fraction(2),
        Fraction(4),
        Fraction(1, 1000),
        Fraction(1, 10**6),
    ]
    return st.sampled_from(simple).map(lambda q: q * unit)


@st.composite
def gd_steps(draw: st.DrawFn, largest: int = 2, penalties: tuple[str, ...] | None = None) -> World:
    """Worlds of one gradient step: W1, W2, eta, K, mu, W_star bound exactly, with their loss."""
    names = (N.W1, N.W2)
    world = draw(_worlds(largest, names, penalties))
    return world.binding({N.eta: draw(_step(world, names))})


@st.composite
def trajectories(
    draw: st.DrawFn, largest: int = 2, longest: int = 4, penalties: tuple[str, ...] | None = None
) -> Trajectory:
    """Runs of at most `longest` steps: constant step sizes, or each drawn for itself; c = 1/2, d = 2 are bound."""
    names = (N.W1_0, N.W2_0)
    world = draw(_worlds(largest, names, penalties)).binding({N.c: Fraction(1, 2), N.d: Fraction(2)})
    step = _step(world, names)
    constant = st.tuples(step, st.integers(1, longest)).map(lambda a: (a[0],) * a[1])
    free = st.lists(step, min_size=1, max_size=longest).map(tuple)
    return Trajectory(world, draw(constant | free))


@st.composite
def problems(draw: st.DrawFn, largest: int = 3) -> Problem:
    """Least-squares problems with exact data and initial weights, and exponents c and d of Theorem E.1."""
    n, m, h = draw(dimensions(largest))
    x = draw(_plain(n + draw(st.integers(0, 1)), n, entries(2, 2)))
    y = draw(_plain(len(x), m, entries(3, 2)))
    w1, w2 = draw(weights(n, m, h))
    c = draw(st.sampled_from([Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)]))
    d = draw(st.sampled_from([Fraction(2), Fraction(3, 2), Fraction(101, 100)]))
    return Problem.from_arrays(_text(x), _text(y), _text(w1), _text(w2), c=str(c), d=str(d))


def _text(rows: Rows) -> list[list[str]]:
    return [[str(x) for x in row] for row in rows]
