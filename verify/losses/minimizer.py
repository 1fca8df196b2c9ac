"""W* and min l as certified enclosures: Newton's method at high precision, then ||W - W*|| <= ||gradient|| / mu.

For a mu-strongly convex l and any W: ||W - W*||_F <= ||grad l(W)||_F / mu and
l(W) - ||grad l(W)||_F^2 / (2 mu) <= min l <= l(W). A quadratic is solved exactly in rationals instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

from properties.entrywise import EntrywiseLoss
from properties.errors import LimitReached
from properties.exact_numbers import Table
from properties.fields import Ball, Exact, Float64
from properties.formula import z
from properties.named_losses import SensingLoss
from verify.losses.constants import UserLoss
from verify.losses.enclosure import lower_end, rational, upper_end
from verify.losses.exact_linear import exact_table


@dataclass(frozen=True, slots=True)
class Minimum:
    """A minimiser and the minimum.

    point     exact rational W near W* (W* itself when `exact`)
    radius    ||point - W*||_F <= radius; 0 when exact, None when W* is not unique (`point` is one of them)
    lower, upper  lower <= min l <= upper
    exact     point and minimum are exact rationals
    unique    W* is unique
    """

    point: Table
    radius: Fraction | None
    lower: Fraction
    upper: Fraction
    exact: bool
    unique: bool


def minimum(loss: UserLoss, mu: Fraction | None, digits: int = 50) -> Minimum | None:
    """The certified minimum of `loss`, W* and min l to `digits` digits; `mu` is a certified lower bound of mu.

    None when neither the loss is quadratic nor mu > 0 is certified. Raises LimitReached when Newton's method does not
    reach the digits.
    """
    if is_quadratic(loss):
        return _quadratic(loss)
    if mu is None or mu <= 0:
        return None
    w = float_minimizer(loss)
    bits = int(digits * 3.33) + 64
    for _ in range(3):
        found = _certified(loss, mu, exact_table(w), bits, digits)
        if found is not None:
            return found
        bits *= 2
    raise LimitReached(f"digits = {digits}: Newton's method did not certify W* to that many digits; ask for fewer")


def is_quadratic(loss: UserLoss) -> bool:
    """Whether the Hessian of a loss given by data is the same everywhere."""
    if isinstance(loss, SensingLoss):
        return True
    return isinstance(loss, EntrywiseLoss) and z not in sp.sympify(loss.second).free_symbols


def basis(n: int, m: int) -> list[Table]:
    """The n m unit matrices E_ij of R^(n x m), row by row."""
    return [
        tuple(tuple(Fraction(int((a, b) == (i, j))) for b in range(m)) for a in range(n))
        for i in range(n)
        for j in range(m)
    ]


def _flat(a: Any) -> list[Any]:
    return [a[i, j] for i in range(a.nrows()) for j in range(a.ncols())]


def hessian_matrix(loss: Any, field: Any, w: Any) -> list[list[Any]]:
    """The nm x nm Hessian at w in a field of balls or rationals, as rows."""
    n, m = loss.shape()
    columns = [_flat(loss.hessian(field, w, field.matrix(e))) for e in basis(n, m)]
    return [[columns[k][i] for k in range(n * m)] for i in range(n * m)]


def _quadratic(loss: UserLoss) -> Minimum | None:
    """An exact minimiser of a quadratic from H w = -g(0); the system is always consistent for a sum of squares."""
    field = Exact()
    n, m = loss.shape()
    zero = field.matrix(tuple(tuple(Fraction(0) for _ in range(m)) for _ in range(n)))
    gradient = loss.gradient(field, zero)
    if not isinstance(gradient, fmpq_mat):
        return None
    h = hessian_matrix(loss, field, zero)
    g = _flat(gradient)
    augmented = fmpq_mat([[*row, -b] for row, b in zip(h, g, strict=True)])
    reduced, rank = augmented.rref()
    size = n * m
    solution = [fmpq(0)] * size
    pivots = 0
    for i in range(rank):
        j = next(k for k in range(size + 1) if reduced[i, k] != 0)
        if j == size:
            return None  # no minimiser: the quadratic is unbounded below
        solution[j] = reduced[i, size]
        pivots += 1
    flat = [Fraction(int(v.p), int(v.q)) for v in solution]
    point = tuple(tuple(flat[i * m + j] for j in range(m)) for i in range(n))
    value = loss.value(field, field.matrix(point))
    exact = Fraction(int(value.p), int(value.q))
    unique = pivots == size
    return Minimum(point, Fraction(0) if unique else None, exact, exact, exact=True, unique=unique)


def float_minimizer(loss: Any, steps: int = 200) -> Any:
    """A float64 minimiser by damped Newton from W = 0 (gradient steps where the Hessian is not definite)."""
    with np.errstate(all="ignore"):
        return _newton(loss, steps)


def _newton(loss: Any, steps: int) -> Any:
    field = Float64()
    n, m = loss.shape()
    w = np.zeros((n, m))
    units = np.array([[[float(v) for v in row] for row in e] for e in basis(n, m)])
    for _ in range(steps):
        g = loss.gradient(field, w)
        size = float(np.linalg.norm(g))
        if not size > 1e-14 * (1 + float(np.linalg.norm(w))):
            break
        h = np.array([loss.hessian(field, w, e).ravel() for e in units])
        try:
            step = np.linalg.solve((h + h.T) / 2, g.ravel()).reshape(n, m)
        except np.linalg.LinAlgError:
            step = g
        if float(np.sum(step * g)) <= 0:
            step = g
        value, t = float(loss.value(field, w)), 1.0
        while t > 1e-12:
            trial = w - t * step
            if (
                float(loss.value(field, trial)) < value
                or float(np.linalg.norm(loss.gradient(field, trial))) < 0.5 * size
            ):
                break
            t /= 2
        else:
            break
        w = trial
    return w


def _certified(loss: UserLoss, mu: Fraction, start: Table, bits: int, digits: int) -> Minimum | None:
    field = Ball(bits)
    n, m = loss.shape()
    with ctx.workprec(bits):
        w = field.matrix(start)
        target = arb(10) ** (-digits)
        for _ in range(bits.bit_length() + 4):
            gradient = loss.gradient(field, w)
            size = field.sqrt(field.inner(gradient, gradient))
            scale = 1 + abs(field.sqrt(field.inner(w, w)))
            if size < target * scale * field.scalar(mu) / 16:
                return _enclosed(loss, field, w, size, mu)
            h = arb_mat(hessian_matrix(loss, field, w)).mid()
            try:
                step = h.solve(arb_mat([[v] for v in _flat(gradient)]).mid())
            except ZeroDivisionError:
                return None
            w = arb_mat([[(w[i, j] - step[i * m + j, 0]).mid() for j in range(m)] for i in range(n)])
    return None


def _enclosed(loss: UserLoss, field: Ball, w: Any, size: Any, mu: Fraction) -> Minimum:
    point = tuple(tuple(rational(w[i, j].mid()) for j in range(w.ncols())) for i in range(w.nrows()))
    radius = upper_end(size / field.scalar(mu))
    value = loss.value(field, field.matrix(point))
    low, high = lower_end(value - size * size / (2 * field.scalar(mu))), upper_end(value)
    if radius is None or low is None or high is None:
        raise LimitReached("l: not finite near its minimum; rescale the data")
    return Minimum(point, radius, low, high, exact=False, unique=True)
