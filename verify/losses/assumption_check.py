"""What is wrong with a loss given as a Python object, each finding one line: interface, gradient, Hessian, constants.

Everything here is Observed in float64: a search over points, scales and lines, deterministic by seed. Silence is not a
proof; a finding names the point at which anyone can repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from properties.black_box import BlackBoxLoss

SCALES = (1.0, 1e-3, 30.0, 1e3, 1e6)
"""Sizes of W at which the interface and the gradient are tried."""

_NOISE = 2.0**-52


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a short key, one line that names it, and the point where it shows (as nested lists)."""

    what: str
    line: str
    where: list[list[float]] | None = None

    def __str__(self) -> str:
        return self.line


class _Stop(Exception):
    """A finding that makes further checks meaningless."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.line)
        self.finding = finding


def check_loss(loss: BlackBoxLoss, seed: int = 0) -> list[Finding]:
    """Everything found wrong with `loss`, the most basic first; empty when nothing was found.

    Stops at the first broken part of the interface; a wrong gradient hides the checks that rely on it.
    Source: Assumptions 2.1 and 2.2, (3), (4).
    """
    rng = np.random.default_rng(seed)
    try:
        with np.errstate(all="ignore"):
            _interface(loss, rng)
            found = list(_derivatives(loss, rng))
            if not found:
                found += list(_curvature(loss, rng))
                found += list(_minimum(loss))
    except _Stop as stop:
        return [stop.finding]
    return found


def _points(loss: BlackBoxLoss, rng: np.random.Generator, scales: tuple[float, ...] = SCALES) -> Iterator[Any]:
    n, m = loss.dims
    yield np.zeros((n, m))
    for scale in scales:
        yield scale * rng.standard_normal((n, m))


def _where(w: Any) -> list[list[float]]:
    return [[float(v) for v in row] for row in w]


def _size(w: Any) -> str:
    return f"||W||_F = {float(np.linalg.norm(w)):.3g}"


# Interface ----------------------------------------------------------------------------------------------------


def _interface(loss: BlackBoxLoss, rng: np.random.Generator) -> None:
    """Calls value and gradient as a user of them would. Raises _Stop at the first defect."""
    seen = []
    for w in _points(loss, rng):
        results = []
        for name, function in (("value", loss.value_at), ("gradient", loss.gradient_at)):
            results.append(_call(name, function, w))
        value, gradient = results
        _value_is_scalar(value, w)
        _gradient_fits(gradient, w)
        seen.append((w, float(value), np.array(gradient, dtype=np.float64)))
    kept = np.asarray(loss.gradient_at(seen[1][0].copy()), dtype=np.float64)
    before = kept.copy()
    loss.gradient_at(seen[2][0].copy())
    if not np.array_equal(kept, before):
        raise _Stop(
            Finding("aliased", "gradient returns the same array each time and overwrites it; return a new array")
        )
    for w, value, gradient in seen:
        if float(loss.value_at(w.copy())) != value:
            raise _Stop(_random("value", w))
        if not np.array_equal(np.asarray(loss.gradient_at(w.copy()), dtype=np.float64), gradient):
            raise _Stop(_random("gradient", w))


def _random(name: str, w: Any) -> Finding:
    line = f"{name} is not a function of W: two calls at the same W ({_size(w)}) differ; remove randomness and state"
    return Finding("random", line, _where(w))


def _call(name: str, function: Callable[[Any], Any], w: Any) -> Any:
    given = w.copy()
    try:
        result = function(given)
    except Exception as error:  # the user's code may raise anything
        reason = " ".join(str(error).split())[:100]
        line = f"{name} raises {type(error).__name__} at {_size(w)}: {reason}"
        raise _Stop(Finding("raises", line, _where(w))) from error
    if not np.array_equal(given, w):
        raise _Stop(Finding("mutates", f"{name} changes its argument W; work on a copy", _where(w)))
    return result


def _value_is_scalar(value: Any, w: Any) -> None:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fiu":
        kind = f"an array of shape {array.shape}" if array.size != 1 else f"a {array.dtype}"
        raise _Stop(Finding("value", f"value returns {kind}, not one real number", _where(w)))
    if not np.isfinite(float(array.reshape(()))):
        line = f"value is {float(array.reshape(()))} at {_size(w)}; Assumption 2.1 needs a finite l on all of R^(n x m)"
        raise _Stop(Finding("not finite", line, _where(w)))


def _gradient_fits(gradient: Any, w: Any) -> None:
    array = np.asarray(gradient)
    if array.shape != w.shape:
        line = f"gradient has shape {array.shape}, W has {w.shape}; return an array of the shape of W"
        if array.shape == w.shape[::-1]:
            line = f"gradient has shape {array.shape}, the transpose of W's {w.shape}: an index is transposed"
        raise _Stop(Finding("gradient shape", line, _where(w)))
    if array.dtype.kind not in "fiu":
        raise _Stop(Finding("gradient", f"gradient holds {array.dtype}, not real numbers", _where(w)))
    if not np.all(np.isfinite(array)):
        line = f"gradient is not finite at {_size(w)}; Assumption 2.1 needs it on all of R^(n x m)"
        raise _Stop(Finding("not finite", line, _where(w)))


# Derivatives --------------------------------------------------------------------------------------------------


def _derivatives(loss: BlackBoxLoss, rng: np.random.Generator) -> Iterator[Finding]:
    kink = _kink(loss, rng)
    points = [*_points(loss, rng, (1.0, 0.1, 10.0, 1e3)), *_points(loss, rng, (3.0, 100.0))]
    for w in points:
        true, error = _difference_gradient(loss, w)
        given = np.asarray(loss.gradient_at(w.copy()), dtype=np.float64)
        off = np.abs(given - true)
        if np.any(off > 20 * error + 1e-6 * np.max(np.abs(true))):
            if kink is not None and kink.what == "kink":
                yield kink
            else:
                yield Finding("gradient", _name_error(given, true, error, w), _where(w))
            return
    if kink is not None:
        yield kink
        return
    if loss.hessian_at is not None:
        yield from _hessian_fits(loss, points)


def _difference_gradient(loss: BlackBoxLoss, w: Any) -> tuple[Any, float]:
    """Central differences of the value with Richardson's step, and an estimate of their error."""
    n, m = w.shape
    h = 1e-3 * (1 + float(np.max(np.abs(w))))
    base = abs(float(loss.value_at(w.copy())))
    fine = np.zeros((n, m))
    spread = 0.0
    for i in range(n):
        for j in range(m):
            slopes = []
            for step in (h, h / 2, h / 4):
                e = np.zeros((n, m))
                e[i, j] = step
                slopes.append((float(loss.value_at(w + e)) - float(loss.value_at(w - e))) / (2 * step))
            once = [(4 * slopes[1] - slopes[0]) / 3, (4 * slopes[2] - slopes[1]) / 3]
            fine[i, j] = (16 * once[1] - once[0]) / 15
            spread = max(spread, abs(once[1] - once[0]))
    return fine, spread + 40 * _NOISE * base / h


def _name_error(given: Any, true: Any, error: float, w: Any) -> str:
    at = _size(w)
    scale = float(np.max(np.abs(true)))
    tolerance = 20 * error + 1e-4 * max(scale, float(np.max(np.abs(given))))

    def near(a: Any, b: Any) -> bool:
        return bool(np.max(np.abs(a - b)) <= tolerance)

    if scale > tolerance and near(given, -true):
        return f"gradient has the wrong sign: it is minus the derivative of value (at {at})"
    if w.shape[0] == w.shape[1] and near(given, true.T):
        return f"gradient is transposed: entry (i, j) holds the derivative for (j, i) (at {at})"
    if near(given, np.zeros_like(given)) and scale > tolerance:
        return f"gradient is 0 where value changes (at {at}); is W cast to integers or detached?"
    if scale > tolerance:
        factor = float(np.sum(given * true) / np.sum(true * true))
        if near(given, factor * true):
            return f"gradient is {factor:.4g} times the derivative of value (at {at}); a factor is wrong"
    if abs(factor_w := _multiple(given - true, w)) > 1e-6 and near(given - true, factor_w * w):
        return f"gradient misses or adds {factor_w:.4g} W against value (at {at}); is the ridge in both?"
    off = np.abs(given - true)
    wrong = [(int(i), int(j)) for i, j in np.argwhere(off > tolerance)]
    i, j = np.unravel_index(int(np.argmax(off)), off.shape)
    entry = f"({i}, {j}) is {given[i, j]:.6g}, differences of value give {true[i, j]:.6g}"
    if len(wrong) < off.size:
        return f"gradient is wrong in {len(wrong)} of {off.size} entries, first {entry} (at {at})"
    return f"gradient does not match value: entry {entry} (at {at})"


def _multiple(a: Any, b: Any) -> float:
    size = float(np.sum(b * b))
    return float(np.sum(a * b) / size) if size else 0.0


def _lines(loss: BlackBoxLoss, rng: np.random.Generator) -> Iterator[tuple[Any, Any, float]]:
    """Lines W + t U, |t| <= reach: through 0 and random points, along entries, all-ones and random directions."""
    n, m = loss.dims
    ones = np.ones((n, m)) / np.sqrt(n * m)
    directions = [ones, rng.standard_normal((n, m))]
    for i in range(n):
        for j in range(m):
            e = np.zeros((n, m))
            e[i, j] = 1.0
            directions.append(e)
    for u in directions:
        for reach in (4.0, 40.0, 400.0):
            yield np.zeros((n, m)), u, reach
            yield 0.3 * rng.standard_normal((n, m)), u, reach


def _along(loss: BlackBoxLoss, w: Any, u: Any, t: Any) -> float:
    return float(np.sum(np.asarray(loss.gradient_at(w + t * u), dtype=np.float64) * u))


def _kink(loss: BlackBoxLoss, rng: np.random.Generator) -> Finding | None:
    """A point where the gradient jumps (order 1) or its slope does (order 2), found by bisection along lines."""
    second: Finding | None = None
    for w, u, reach in _lines(loss, rng):
        grid = np.linspace(-reach, reach, 65) + reach / 977
        slopes = np.array([_along(loss, w, u, t) for t in grid])
        size = float(np.max(np.abs(slopes))) or 1.0
        for k in np.argsort(-np.abs(np.diff(slopes)))[:2]:
            place = _jump(loss, w, u, float(grid[k]), float(grid[k + 1]), size)
            if place is not None:
                at = w + place[0] * u
                line = f"value has a kink at {_size(at)}: the gradient jumps by {place[1]:.4g}; Assumption 2.1 fails"
                return Finding("kink", line, _where(at))
        if second is None:
            second = _bend(loss, w, u, grid, slopes)
    return second


def _jump(loss: BlackBoxLoss, w: Any, u: Any, a: float, b: float, size: float) -> tuple[float, float] | None:
    """(t, jump) where the directional slope jumps inside [a, b], None when the difference shrinks with the interval."""
    left, right = _along(loss, w, u, a), _along(loss, w, u, b)
    for _ in range(36):
        c = (a + b) / 2
        middle = _along(loss, w, u, c)
        if abs(middle - left) >= abs(right - middle):
            b, right = c, middle
        else:
            a, left = c, middle
    jump = right - left
    return (a, jump) if abs(jump) > 1e-6 * size and abs(jump) > 1e-9 else None


def _bend(loss: BlackBoxLoss, w: Any, u: Any, grid: Any, slopes: Any) -> Finding | None:
    """A jump of the second derivative: the change of slope over [t - h, t + h] does not shrink as h does."""
    turns = np.abs(np.diff(slopes, 2))
    for k in np.argsort(-turns)[:2]:
        a, b = float(grid[k]), float(grid[k + 2])
        for _ in range(40):
            # keep the half whose end slopes differ most
            h = (b - a) / 4
            ends = [_along(loss, w, u, a + i * h) for i in range(5)]
            steps = np.diff(ends) / h
            i = int(np.argmax(np.abs(np.diff(steps))))
            jump = float(steps[i + 1] - steps[i])
            size = float(np.max(np.abs(steps))) + 1e-12
            noise = 8 * _NOISE * (float(np.max(np.abs(ends))) + size * (abs(a) + 1)) / h
            if h < 1e-5 * (1 + abs(a)) or noise > 0.02 * size:
                if abs(jump) > 0.05 * size and abs(jump) > 8 * noise and abs(jump) > 1e-6:
                    at = w + (a + (i + 1) * h) * u
                    line = (
                        f"not twice differentiable at {_size(at)}: the second derivative jumps by {jump:.4g}; "
                        "Assumption 2.1 fails, (3) may still hold"
                    )
                    return Finding("second derivative jumps", line, _where(at))
                break
            a, b = a + i * h, a + (i + 2) * h
    return None


def _hessian_fits(loss: BlackBoxLoss, points: list[Any]) -> Iterator[Finding]:
    assert loss.hessian_at is not None
    rng = np.random.default_rng(1)
    for w in points:
        u, v = rng.standard_normal(w.shape), rng.standard_normal(w.shape)
        try:
            given = np.asarray(loss.hessian_at(w.copy(), u.copy()), dtype=np.float64)
        except Exception as error:
            yield Finding("hessian", f"hessian raises {type(error).__name__} at {_size(w)}", _where(w))
            return
        if given.shape != w.shape:
            yield Finding("hessian", f"hessian has shape {given.shape}, W has {w.shape}", _where(w))
            return
        expected = loss._difference(w, u)
        size = max(float(np.max(np.abs(expected))), float(np.max(np.abs(given))))
        gradient = float(np.max(np.abs(loss.gradient_at(w.copy()))))
        if float(np.max(np.abs(given - expected))) > 1e-4 * size + 1e-7 * gradient:
            yield Finding("hessian", f"hessian does not match the gradient at {_size(w)}", _where(w))
            return
        other = np.asarray(loss.hessian_at(w.copy(), v.copy()), dtype=np.float64)
        if abs(float(np.sum(given * v) - np.sum(other * u))) > 1e-6 * (size + 1e-300) * w.size:
            yield Finding("hessian", f"hessian is not symmetric at {_size(w)}", _where(w))
            return


# Curvature ----------------------------------------------------------------------------------------------------


def _hessian_matrix(loss: BlackBoxLoss, w: Any) -> Any:
    n, m = w.shape
    columns = []
    for k in range(n * m):
        e = np.zeros(n * m)
        e[k] = 1.0
        e = e.reshape(n, m)
        u = loss.hessian_at(w.copy(), e) if loss.hessian_at is not None else loss._difference(w, e)
        columns.append(np.asarray(u, dtype=np.float64).ravel())
    h = np.array(columns)
    return (h + h.T) / 2


def _curvature(loss: BlackBoxLoss, rng: np.random.Generator) -> Iterator[Finding]:
    """Declared K and mu, and convexity, against the Hessian's extremes, each confirmed by a pair of points."""
    low, high = _extremes(loss, rng)
    if loss.K is not None and high is not None:
        found = _confirm_smoothness(loss, *high)
        if found is not None:
            yield found
    if low is None:
        return
    value, w, u = low
    if value < 0:
        found = _confirm_concave(loss, value, w, u)
        if found is not None:
            yield found
            return
    if loss.mu is not None:
        found = _confirm_convexity(loss, value, w, u)
        if found is not None:
            yield found


_Extreme = tuple[float, Any, Any]


def _extremes(loss: BlackBoxLoss, rng: np.random.Generator) -> tuple[_Extreme | None, _Extreme | None]:
    """((smallest, W, u), (largest, W, u)) over points, scales and lines, improved by local search."""
    n, m = loss.dims
    starts = [w for _ in range(6) for w in _points(loss, rng, (0.1, 1.0, 3.0, 10.0, 100.0, 1e3))]
    starts.append(_descend(loss))
    for w, u, reach in _lines(loss, rng):
        grid = np.linspace(-reach, reach, 65) + reach / 977
        slopes = np.array([_along(loss, w, u, t) for t in grid])
        steps = np.diff(slopes)
        for k in (int(np.argmin(steps)), int(np.argmax(steps))):
            starts.append(w + (grid[k] + grid[k + 1]) / 2 * u)

    def value(w: Any, sign: int) -> tuple[float, Any]:
        h = _hessian_matrix(loss, w)
        if not np.all(np.isfinite(h)):
            return -np.inf, None
        values, vectors = np.linalg.eigh(h)
        k = -1 if sign > 0 else 0
        return sign * float(values[k]), vectors[:, k].reshape(n, m)

    out: list[_Extreme | None] = []
    for sign in (-1, 1):
        scored = sorted(((value(w, sign)[0], i) for i, w in enumerate(starts)), reverse=True)
        best = starts[scored[0][1]]
        top, vector = value(best, sign)
        step = 0.5
        for _ in range(250):
            trial = best + step * rng.standard_normal((n, m))
            candidate, u = value(trial, sign)
            if candidate > top:
                best, top, vector, step = trial, candidate, u, step * 1.5
            else:
                step = max(0.93 * step, 1e-6)
        out.append(None if vector is None else (sign * top, best, vector))
    return out[0], out[1]


def _descend(loss: BlackBoxLoss, steps: int = 300) -> Any:
    """A point near a minimum by gradient descent with backtracking from 0."""
    w = np.zeros(loss.dims)
    value, t = float(loss.value_at(w.copy())), 1.0
    for _ in range(steps):
        g = np.asarray(loss.gradient_at(w.copy()), dtype=np.float64)
        if not float(np.linalg.norm(g)) > 1e-12:
            break
        while t > 1e-14:
            trial = w - t * g
            after = float(loss.value_at(trial.copy()))
            if after < value - 1e-4 * t * float(np.sum(g * g)):
                w, value, t = trial, after, 2 * t
                break
            t /= 2
        else:
            break
    return w


def _rise(loss: BlackBoxLoss, w: Any, v: Any) -> tuple[float, float, float]:
    """(l(V) - l(W) - <grad l(W), V - W>, ||V - W||^2, an estimate of rounding) in float64."""
    a, b = float(loss.value_at(w.copy())), float(loss.value_at(v.copy()))
    slope = float(np.sum(np.asarray(loss.gradient_at(w.copy()), dtype=np.float64) * (v - w)))
    noise = 64 * _NOISE * (abs(a) + abs(b) + abs(slope) + 1e-300)
    return b - a - slope, float(np.sum((v - w) ** 2)), noise


_STEPS = tuple(s * 2.0**-k for k in range(0, 16, 2) for s in (1.0, -1.0))


def _confirm_smoothness(loss: BlackBoxLoss, top: float, w: Any, u: Any) -> Finding | None:
    assert loss.K is not None
    if top <= loss.K:
        return None
    for t in _STEPS:
        rise, square, noise = _rise(loss, w, w + t * u)
        if rise - loss.K / 2 * square > 4 * noise:
            line = f"K = {loss.K:.6g} is too small: (3) fails at a pair of points, curvature {top:.6g} at {_size(w)}"
            return Finding("K", line, _where(w))
    return None


def _confirm_concave(loss: BlackBoxLoss, bottom: float, w: Any, u: Any) -> Finding | None:
    for t in _STEPS:
        rise, _, noise = _rise(loss, w, w + t * u)
        if rise < -4 * noise:
            line = f"not convex: the second derivative is {bottom:.4g} at {_size(w)}; Assumption 2.1 fails"
            return Finding("not convex", line, _where(w))
    return None


def _confirm_convexity(loss: BlackBoxLoss, bottom: float, w: Any, u: Any) -> Finding | None:
    assert loss.mu is not None
    near = _descend(loss)
    least = float(loss.value_at(near.copy()))
    for point in [near + t * u for t in (1.0, -1.0, 16.0, -16.0, 256.0, 0.0625)] + [w]:
        g = np.asarray(loss.gradient_at(point.copy()), dtype=np.float64)
        value = float(loss.value_at(point.copy()))
        half = float(np.sum(g * g)) / 2
        noise = 256 * _NOISE * (half + loss.mu * (abs(value) + abs(least)))
        if loss.mu * (value - least) - half > noise + 1e-10 * half:
            line = f"mu = {loss.mu:.6g} is too large: (4) fails at {_size(point)}"
            return Finding("mu", line, _where(point))
    if bottom >= loss.mu:
        return None
    for t in _STEPS:
        rise, square, noise = _rise(loss, w, w + t * u)
        if loss.mu / 2 * square - rise > 4 * noise:
            line = f"mu = {loss.mu:.6g} is too large: the second derivative is {bottom:.6g} at {_size(w)}"
            return Finding("mu", line, _where(w))
    return None


def _minimum(loss: BlackBoxLoss) -> Iterator[Finding]:
    """A declared minimum that a point undercuts."""
    if loss.minimum is None:
        return
    w = _descend(loss)
    value = float(loss.value_at(w.copy()))
    if value < loss.minimum - 1e-9 * (1 + abs(loss.minimum)):
        line = f"minimum = {loss.minimum:.6g} is not the minimum: value is {value:.6g} at {_size(w)}"
        yield Finding("minimum", line, _where(w))
