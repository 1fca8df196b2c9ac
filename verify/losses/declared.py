"""Declared constants against what is certified: a wrong one is refuted by exact points that break (3) or (4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import ctx

from properties.entrywise import EntrywiseLoss
from properties.exact_numbers import Table
from properties.fields import Exact, Float64
from verify.losses.constants import UserLoss, constants
from verify.losses.curvature import BITS
from verify.losses.enclosure import Absent, Enclosure, LossConstants, lower_end
from verify.losses.entrywise_constants import EntrywiseConstants
from verify.losses.exact_linear import exact_table
from verify.losses.minimizer import basis, float_minimizer


@dataclass(frozen=True, slots=True)
class Declared:
    """What became of a declared constant.

    status     "holds", "refuted" or "undecided"
    inequality the inequality that the witness breaks: "(3)", "(4)" or "strong convexity"
    witness    exact points: {"W": table, "V": table} for (3) and strong convexity, {"W": table} for (4)
    excess     a certified positive lower bound of by how much it breaks
    """

    name: str
    value: Fraction
    status: str
    reason: str
    inequality: str = ""
    witness: dict[str, Table] | None = None
    excess: Fraction | None = None


def check_K(loss: UserLoss, value: Fraction, known: LossConstants | None = None) -> Declared:
    """Whether `value` is a valid K: certified, or refuted by an exact pair (W, V) that breaks (3).

    Source: (3), l(V) <= l(W) + <grad l(W), V - W> + K/2 ||V - W||_F^2.
    """
    k = (known or constants(loss)).K
    if isinstance(k, Enclosure) and k.upper is not None and value >= k.upper:
        return Declared("K", value, "holds", f"at least the certified upper end of K: {k.reason}")
    if _proves(loss, 1, value):
        return Declared("K", value, "holds", "K I less the largest Hessian is positive semidefinite, exactly")
    for w, v in _curved(loss, 1):
        found = breaks_smoothness(loss, w, v, value)
        if found is not None:
            reason = "(3) fails for the exact pair (W, V): l(V) exceeds the bound"
            return Declared("K", value, "refuted", reason, "(3)", {"W": w, "V": v}, found)
    return Declared("K", value, "undecided", _undecided(k))


def check_mu(loss: UserLoss, value: Fraction, known: LossConstants | None = None) -> Declared:
    """Whether `value` is a valid mu: certified, or refuted by an exact W that breaks (4), or a pair that breaks strong
    convexity where (4) itself holds with that value.

    Source: (4), 1/2 ||grad l(W)||_F^2 >= mu (l(W) - min l).
    """
    mu = (known or constants(loss)).mu
    if isinstance(mu, Enclosure) and mu.lower is not None and value <= mu.lower:
        return Declared("mu", value, "holds", f"at most the certified lower end of mu: {mu.reason}")
    if _proves(loss, -1, value):
        return Declared("mu", value, "holds", "the smallest Hessian less mu I is positive semidefinite, exactly")
    near = exact_table(float_minimizer(loss))
    for w in _around(loss, near):
        found = breaks_pl(loss, w, near, value)
        if found is not None:
            reason = "(4) fails at the exact W: mu (l(W) - l(W_0)) exceeds half the squared gradient, l* <= l(W_0)"
            return Declared("mu", value, "refuted", reason, "(4)", {"W": w, "W_0": near}, found)
    for w, v in _curved(loss, -1):
        found = breaks_convexity(loss, w, v, value)
        if found is not None:
            reason = "l(V) lies below l(W) + <grad l(W), V - W> + mu/2 ||V - W||^2 for the exact pair (W, V)"
            return Declared("mu", value, "refuted", reason, "strong convexity", {"W": w, "V": v}, found)
    return Declared("mu", value, "undecided", _undecided(mu))


def _proves(loss: UserLoss, sign: int, value: Fraction) -> bool:
    return isinstance(loss, EntrywiseLoss) and EntrywiseConstants(loss, BITS).proves(sign, value)


def _undecided(answer: Any) -> str:
    if isinstance(answer, Absent):
        return f"no such constant exists ({answer.reason}), but no exact pair was found for this value"
    return "between the certified ends, or no exact witness was found"


def _gap(loss: UserLoss, w: Table, v: Table) -> tuple[Any, Any]:
    """(l(V) - l(W) - <grad l(W), V - W>, ||V - W||^2) exactly, or as balls."""
    field = Exact(256)
    a, b = field.matrix(w), field.matrix(v)
    step = field.matadd(b, field.scale(field.scalar(-1), a))
    rise = loss.value(field, b) - loss.value(field, a) - field.inner(loss.gradient(field, a), step)
    return rise, field.inner(step, step)


def _positive(x: Any) -> Fraction | None:
    end = lower_end(x)
    return end if end is not None and end > 0 else None


def breaks_smoothness(loss: UserLoss, w: Table, v: Table, k: Fraction) -> Fraction | None:
    """By how much (3) certainly fails at the exact pair, None when it is not certain to fail."""
    with ctx.workprec(256):
        rise, square = _gap(loss, w, v)
        return _positive(rise - Exact().scalar(k) * square / Exact().scalar(2))


def breaks_convexity(loss: UserLoss, w: Table, v: Table, mu: Fraction) -> Fraction | None:
    """By how much mu-strong convexity certainly fails at the exact pair, None when it is not certain to fail."""
    with ctx.workprec(256):
        rise, square = _gap(loss, w, v)
        return _positive(Exact().scalar(mu) * square / Exact().scalar(2) - rise)


def breaks_pl(loss: UserLoss, w: Table, near: Table, mu: Fraction) -> Fraction | None:
    """By how much (4) certainly fails at W, with min l replaced by its upper bound l(near)."""
    field = Exact(256)
    with ctx.workprec(256):
        a = field.matrix(w)
        g = loss.gradient(field, a)
        fall = loss.value(field, a) - loss.value(field, field.matrix(near))
        return _positive(field.scalar(mu) * fall - field.inner(g, g) / field.scalar(2))


def _hessian(loss: UserLoss, w: Any) -> Any:
    n, m = loss.shape()
    units = [np.array([[float(v) for v in row] for row in e]) for e in basis(n, m)]
    with np.errstate(all="ignore"):
        h = np.array([loss.hessian(Float64(), w, e).ravel() for e in units])
    return (h + h.T) / 2


def _starts(loss: UserLoss, sign: int) -> list[Any]:
    """Points where the Hessian may be extreme: what `verify.losses.constants` tries, the minimiser, random scales."""
    n, m = loss.shape()
    rng = np.random.default_rng(0)
    points = [np.zeros((n, m)), float_minimizer(loss)]
    points += [rng.standard_normal((n, m)) * 10.0**k for k in range(-2, 4) for _ in range(4)]
    if isinstance(loss, EntrywiseLoss):
        search = EntrywiseConstants(loss, 128)
        points += [Float64().matrix(w) for _, w in search.candidates(sign)] + [Float64().matrix(search.climb(sign))]
    return points


def _curved(loss: UserLoss, sign: int) -> list[tuple[Table, Table]]:
    """Exact pairs (W, W + t u), u the extreme eigenvector of the Hessian at W, the most curved W first."""
    n, m = loss.shape()
    scored: list[tuple[float, int, Any, Any]] = []
    for w in _starts(loss, sign):
        h = _hessian(loss, w)
        if not np.all(np.isfinite(h)):
            continue
        values, vectors = np.linalg.eigh(h)
        k = -1 if sign > 0 else 0
        scored.append((-sign * float(values[k]), len(scored), w, vectors[:, k].reshape(n, m)))
    pairs = []
    for _, _, w, u in sorted(scored, key=lambda s: s[:2])[:6]:
        for j in range(0, 16, 2):
            for s in (1.0, -1.0):
                t = s * 2.0**-j
                pairs.append((exact_table(w), exact_table(w + t * u)))
    return pairs


def _around(loss: UserLoss, near: Table) -> list[Table]:
    """Exact points W* + t u along eigenvectors of the Hessian at W*, smallest eigenvalue first, over decades of t."""
    n, m = loss.shape()
    w = Float64().matrix(near)
    _, vectors = np.linalg.eigh(_hessian(loss, w))
    points = []
    for k in range(min(3, n * m)):
        u = vectors[:, k].reshape(n, m)
        for j in (0, 4, 8, -4, -8, -12):
            for s in (1.0, -1.0):
                points.append(exact_table(w + s * 2.0**-j * u))
    return points
