"""Real gradient descent for an audit: the user's run, runs from random starts, single steps up to the edge, other data.

A Part is a batch of runs of one shape with what it takes to decide a suspicion about one of them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties import sampling
from properties.entrywise import EntrywiseLoss
from properties.errors import InputError, LimitReached
from properties.evaluate import Evaluator, Unbound
from properties.losses import PENALTIES, CenteredLoss
from properties.schedules.roots import increasing_root
from properties.timeline import FIELD, Runs, Timeline, descend, fixed_point
from properties.worlds import World
from theorems import notation as N
from verify.audits.audited_loss import AuditedLoss, audited_loss

Array = NDArray[np.float64]

FALL = 1e-6
_SHAPES = ((1, 2, 3), (2, 2, 3), (2, 1, 2), (3, 3, 4), (2, 3, 4), (1, 1, 1), (3, 2, 2), (2, 2, 5))
_DATA_SHAPES = ((1, 2), (2, 2), (2, 1), (3, 2))


@dataclass(frozen=True)
class Part:
    """Runs, their start, and what decides a suspicion about them.

    exact(b) gives the loss of run b in the form that certificates carry; None where it has none. loss is the audited
    loss behind the runs, None for random centered losses. whole tells runs from batches of single steps. seen holds
    what was computed when the runs were made. first is the number of the first run for a reader: parts of one name
    are numbered through.
    """

    name: str
    start: World
    runs: Runs
    exact: Callable[[int], CenteredLoss] | None
    loss: AuditedLoss | None = None
    whole: bool = True
    seen: Timeline | None = None
    eta_max: dict[Any, Array] = field(default_factory=dict)
    timelines: dict[Any, Timeline] = field(default_factory=dict)
    first: int = 0

    @property
    def count(self) -> int:
        """Number of runs (or of single steps) in the batch."""
        return int(self.runs.steps.shape[1])

    @property
    def quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return getattr(self.runs.world.loss, "penalty", "") == "square" if self.loss is None else self.loss.quadratic

    def noise(self) -> Array:
        """What share of the terms of a relation float64 may get wrong, at each iteration of each run."""
        level = 0.0 if self.loss is None else self.loss.level
        least = 1e-10 if self.loss is None or not self.loss.black_box else 1e-8
        with np.errstate(all="ignore"):
            return np.asarray(least + 256 * 2.0**-52 * level / np.maximum(self.runs.losses, 1e-300))


def numbered(parts: Sequence[Part]) -> list[Part]:
    """The parts with the runs of each name numbered through, so that a name and a number mean one run."""
    met: dict[str, int] = {}
    found = []
    for part in parts:
        found.append(replace(part, first=met.get(part.name, 0)))
        met[part.name] = met.get(part.name, 0) + part.count
    return found


def up(q: Fraction) -> float:
    """The nearest float that is not below q."""
    x = float(q)
    return x if Fraction(x) >= q else float(np.nextafter(x, np.inf))


def _leaves(loss: AuditedLoss, c: Fraction, d: Fraction) -> dict[sp.Basic, Any]:
    known: dict[sp.Basic, Any] = {N.c: c, N.d: d}
    if loss.w_star is not None:
        known[N.W_star] = loss.w_star
    if loss.K is not None:
        known[N.K] = up(loss.K)
    if loss.mu is not None:
        known[N.mu] = -up(-loss.mu)
    return known


def _compressed(w1: Array, w2: Array) -> tuple[Array, Array]:
    """The weights at width at most n + m, which changes neither losses nor singular values."""
    if w1.shape[1] <= len(w1) + len(w2):
        return w1, w2
    basis = np.linalg.qr(np.concatenate([w1, w2]).T)[0]
    return w1 @ basis, w2 @ basis


def own_part(
    name: str,
    loss: AuditedLoss,
    weights: tuple[Array, Array],
    exponents: tuple[Fraction, Fraction],
    eta_0: float | None,
    *,
    steps: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Part:
    """The user's problem run under (19) from eta_0 until L has fallen by FALL, or for `steps` iterations.

    weights: W1 (n x h), W2 (m x h) in float64. eta_0: None takes the largest step that (9) allows at the start.
    """
    w1, w2 = _compressed(*weights)
    dims = {N.n: len(w1), N.m: len(w2), N.h: w1.shape[1]}
    start = World(dims, {N.W1_0: w1[None], N.W2_0: w2[None], **_leaves(loss, *exponents)}, loss.floating)
    first = edge(start, 1.0) if eta_0 is None else np.array([eta_0])
    runs = descend(start.binding({N.eta_0: first}), loss.floating, iterations=steps, until=FALL, progress=progress)
    centered = loss.centered
    return Part(name, start, runs, None if centered is None else lambda b: centered, loss)


def edge(start: World, height: float) -> Array:
    """The largest eta with eta K_t(eta) <= height at the start weights of a batch."""
    bindings = {**start.bindings, N.W1: start.bindings[N.W1_0], N.W2: start.bindings[N.W2_0]}
    here = Evaluator(World(start.dims, bindings, start.loss), FIELD)
    constant, *higher = (np.asarray(here(c), dtype=float) for c in fixed_point())
    shape = np.broadcast_shapes(*(h.shape for h in higher))
    return np.asarray(increasing_root(np.broadcast_to(constant + 1 - height, shape), *higher) * (1 - 2**-50))


def largest_initial_step(world: World) -> Array:
    """eta_max of the repaired theorem in float64 where alpha_1 > 0, else the step with eta K_t = 1; slightly small."""
    from theorems.table2 import REPAIRED

    evaluator = Timeline(world, FIELD, REPAIRED)
    plain = edge(world, 1.0)
    try:
        with np.errstate(all="ignore"):
            alpha = np.asarray(evaluator(N.alpha_1))
            top = np.asarray(evaluator(N.eta_max))
    except (Unbound, ArithmeticError):
        return plain
    return np.where((alpha > 0) & np.isfinite(top) & (top > 0), top * (1 - 1e-9), plain)


# Random starts on the loss's own data, and on other data ------------------------------------------------------------


def start_parts(
    loss: AuditedLoss,
    c: Fraction,
    d: Fraction,
    *,
    seed: int,
    starts: int,
    iterations: int = 80,
    singles: int = 4,
    where: str = "",
) -> list[Part]:
    """Runs under (19) from random weights of widths below and above n + m, and `singles` times as many single steps.

    where: what their names end in.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    n, m = loss.dims
    least = min(n, m)
    widths = sorted({max(1, least - 1), least, max(least, n + m - 1), n + m, n + m + 2})
    # Few starts take some of the widths, others from seed to seed.
    taken = min(starts, len(widths))
    widths = [widths[(seed + k * len(widths) // taken) % len(widths)] for k in range(taken)]
    each = -(-starts // len(widths))
    parts = []
    for h in widths:
        start = _random_start(rng, loss, (n, m, h), each, c, d)
        eta_0 = largest_initial_step(start) * sampling.log_uniform(rng, each, -3, 0)
        runs = descend(start.binding({N.eta_0: eta_0}), loss.floating, iterations=iterations, until=FALL)
        parts.append(_part(f"random start{where}", loss, start, runs, True))
        start = _random_start(rng, loss, (n, m, h), singles * each, c, d)
        parts.append(_single_steps(rng, loss, start, where))
    return parts


def single_step_part(loss: AuditedLoss, h: int, count: int, *, seed: int) -> Part:
    """`count` single steps from random weights of width h, from tiny to the edge of the hypotheses."""
    rng = np.random.Generator(np.random.PCG64(seed))
    start = _random_start(rng, loss, (*loss.dims, h), count, Fraction(1, 2), Fraction(2))
    return _single_steps(rng, loss, start)


def _part(name: str, loss: AuditedLoss, start: World, runs: Runs, whole: bool, seen: Timeline | None = None) -> Part:
    centered = loss.centered
    return Part(name, start, runs, None if centered is None else lambda b: centered, loss, whole, seen)


def _random_start(
    rng: np.random.Generator, loss: AuditedLoss, shape: tuple[int, int, int], count: int, c: Fraction, d: Fraction
) -> World:
    n, m, h = shape
    # Layers of unequal size are unbalanced, which makes alpha_1 > 0 likely; scales spread over two decades.
    sizes = sampling.log_uniform(rng, (2, count), -1.2, 0.8)[:, :, None, None]
    w1, w2 = sizes[0] * sampling.normal(rng, count, n, h), sizes[1] * sampling.normal(rng, count, m, h)
    return World({N.n: n, N.m: m, N.h: h}, {N.W1_0: w1, N.W2_0: w2, **_leaves(loss, c, d)}, loss.floating)


def _single_steps(rng: np.random.Generator, loss: AuditedLoss, start: World, where: str = "") -> Part:
    """One step each, from tiny to the edges eta K_t = 1, eta K_t = 2 and eta = 2/K."""
    w1, w2 = start.bindings[N.W1_0], start.bindings[N.W2_0]
    count = len(w1)
    still = {**start.bindings, N.W1: w1[None], N.W2: w2[None], N.t: np.zeros((1, count))}
    here = Timeline(World(start.dims, still, start.loss), FIELD)
    constant, *higher = (np.broadcast_to(np.asarray(here(x), dtype=float), (1, count)) for x in fixed_point())
    roots = [increasing_root(constant + 1 - height, *higher)[0] for height in (1.0, 2.0)]
    edges = np.stack([*roots, np.full(count, 2 / start.bindings[N.K])]) * (1 - 2**-50)
    below = np.where(rng.random(count) < 0.4, 1.0, sampling.log_uniform(rng, count, -6, 0))
    eta = (edges[rng.integers(0, 3, count), np.arange(count)] * below)[None]
    seen = here.binding({N.eta: eta, N.eta_0: eta[0]})
    runs = Runs(seen.world, eta, np.broadcast_to(np.asarray(seen(N.L)), eta.shape))
    return _part(f"single step{where}", loss, start, runs, False, seen)


def other_data(loss: AuditedLoss, seed: int) -> Iterator[AuditedLoss]:
    """The formula of an entrywise loss on random data of other shapes, labels drawn from the user's own."""
    given = loss.given
    if not isinstance(given, EntrywiseLoss):
        return
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = sorted({v for row in given.y for v in row})[:16]
    for n, m in _DATA_SHAPES:
        rows = n + int(rng.integers(1, 3))
        x = tuple(tuple(Fraction(int(k), 8) for k in row) for row in np.rint(8 * rng.standard_normal((rows, n))))
        y = tuple(tuple(labels[int(k)] for k in row) for row in rng.integers(0, len(labels), (rows, m)))
        try:
            other = audited_loss(replace(given, x=x, y=y, weights=None, K_upper=None, mu_lower=None))
        except (InputError, LimitReached):
            continue
        if other.K is not None:
            yield other


# Random centered losses ---------------------------------------------------------------------------------------------


def random_parts(
    penalty: str,
    c: Fraction,
    d: Fraction,
    *,
    seed: int,
    problems: int = 200,
    iterations: int = 120,
) -> list[Part]:
    """At least `problems` random problems with the penalty, half of them with n != m, run under (19).

    Initial steps spread over three decades up to what the theorem allows, so that its hypotheses are met.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    each = -(-problems // len(_SHAPES))
    return [_random_part(rng, shape, each, penalty, c, d, iterations) for shape in _SHAPES]


def _random_part(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    count: int,
    penalty: str,
    c: Fraction,
    d: Fraction,
    iterations: int,
) -> Part:
    n, m, h = shape
    x = sampling.normal(rng, count, n, n) * sampling.log_uniform(rng, count, -0.5, 0.5)[:, None, None]
    x += np.eye(n) * 0.5
    w1, w2 = sampling.normal(rng, count, n, h), sampling.normal(rng, count, m, h)
    near = sampling.log_uniform(rng, count, -3, 0.5)[:, None, None]
    w_star = w1 @ np.swapaxes(w2, -1, -2) + near * sampling.normal(rng, count, n, m)
    ridge = np.where(np.arange(count) % 2 == 0, 0.0, 0.125) if penalty == "square" else np.full(count, 0.125)
    kind = PENALTIES[penalty]
    values = np.linalg.svd(x, compute_uv=False)
    # Rounded outwards: the exact data behind a suspicion must satisfy Assumption 2.1 with these constants.
    k = float(kind.supremum) * values[:, 0] ** 2 * (1 + 1e-12) + ridge
    mu = float(kind.infimum) * values[:, -1] ** 2 * (1 - 1e-12) + ridge
    loss = CenteredLoss(penalty, x, w_star, ridge)
    dims = {N.n: n, N.m: m, N.h: h}
    bindings: dict[sp.Basic, Any] = {
        N.W1_0: w1, N.W2_0: w2, N.W_star: w_star, N.K: k, N.mu: mu, N.c: c, N.d: d,
    }  # fmt: skip
    start = World(dims, bindings, loss)
    top = largest_initial_step(start)
    eta_0 = top * sampling.log_uniform(rng, count, -3, 0)
    runs = descend(start.binding({N.eta_0: eta_0}), loss, iterations=iterations)

    def exact(b: int) -> CenteredLoss:
        return CenteredLoss(penalty, rows_of(x[b]), rows_of(w_star[b]), Fraction(float(ridge[b])))

    return Part("random problem", start, runs, exact)


def rows_of(a: Array) -> tuple[tuple[Fraction, ...], ...]:
    """A float64 matrix as exact rationals."""
    return tuple(tuple(Fraction(float(x)) for x in row) for row in a)
