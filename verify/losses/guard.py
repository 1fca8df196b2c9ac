"""A step size with the descent that Theorem 3.1 proves for it, from spectral data of the current weights alone.

With s^2 = sigma_max^2(W1) + sigma_max^2(W2), L = l(W1 W2^T) - l* and K_t(eta) of (12), every eta with eta K_t(eta) <= 1
decreases L by at least (eta - K_t eta^2/2) ||grad L||_F^2 >= eta/2 ||grad L||_F^2. eta K_t(eta) is a cubic that
increases in eta, so the largest such eta is its one positive root at height 1.

Floats: all that enters K_t is rounded up, and the step and the promised descent down, by the relative MARGIN,
far above the rounding of float64 singular values of matrices with fewer than a million entries. The promise is as good
as K, the minimum and the accuracy of the loss's own value and gradient (better than MARGIN relative to |l(W)| + |l*|).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from properties.black_box import BlackBoxLoss, wrap
from properties.entrywise import EntrywiseLoss, by_name
from properties.errors import InputError
from properties.fields import Float64
from properties.named_losses import SensingLoss, SoftmaxLoss
from properties.scalar_losses import SCALAR_LOSSES

MARGIN = 2.0**-30
"""Relative slack by which inputs are rounded up and results down."""


@dataclass(frozen=True, slots=True)
class SafeStep:
    """A step with its proved effect.

    eta       the step size, 0.0 where the gradient vanishes exactly or nothing can be promised
    descent   L(t+1) <= L(t) - descent
    K_t       the local smoothness constant (12) at this eta, an upper bound
    gap       the upper bound of L(t) = l(W(t)) - l* that was used
    proof     the formula, and where its constants come from
    """

    eta: float
    descent: float
    K_t: float
    gap: float
    proof: str

    def __float__(self) -> float:
        return self.eta


def safe_step(loss: Any, W1: Any, W2: Any) -> SafeStep:
    """The largest step that Theorem 3.1 covers with eta K_t(eta) <= 1 at weights W1 (n x h), W2 (m x h).

    loss is a loss given by data or formula (constants are certified once), a problem with such a loss, or a Python
    object with value(W), gradient(W), K and minimum (a lower bound of l; constants are the user's word).
    Raises InputError for wrong shapes, weights that are not finite, and losses without a finite K.
    Source: Theorem 3.1, (9) and (12).
    """
    a, b = _weights(W1, "W1"), _weights(W2, "W2")
    if a.shape[1] != b.shape[1]:
        raise InputError(f"W2: width {b.shape[1]}, but W1 has width {a.shape[1]}; give both the same columns")
    known = _known(loss)
    if known.dims is not None and (a.shape[0], b.shape[0]) != known.dims:
        raise InputError(f"W1 W2^T: {a.shape[0]} x {b.shape[0]}, but the loss takes {known.dims[0]} x {known.dims[1]}")
    w = a @ b.T
    value, gradient = known.value(w), known.gradient(w)
    if not (np.isfinite(value) and np.all(np.isfinite(gradient))):
        raise InputError("l(W1 W2^T): not finite at these weights; the run has already diverged")
    gap = max(value - known.least, 0.0) + MARGIN * (abs(value) + abs(known.least))
    first, second = gradient @ b, gradient.T @ a
    squared = float(np.sum(first * first) + np.sum(second * second))
    up = 1.0 + MARGIN
    spread = (_largest(a) + _largest(b)) * up
    top = np.sqrt(_largest(w)) * up
    k = known.K * up
    slope = float(np.sqrt(2 * k * gap)) * up
    cubic = (6 * k * k * top * gap * up, 3 * k * spread * slope * up, (k * spread + slope) * up)
    if not all(np.isfinite(cubic)):
        raise InputError("W1, W2: too large for float64; rescale the problem")
    eta = _root(*cubic) * (1 - MARGIN) if cubic[2] > 0 else 0.0
    k_t = (cubic[0] * eta + cubic[1]) * eta + cubic[2]
    descent = max((eta - k_t * eta * eta / 2) * squared * (1 - MARGIN) ** 2, 0.0)
    return SafeStep(
        float(eta),
        float(descent),
        float(k_t),
        float(gap),
        f"Theorem 3.1 with K_t of (12), eta K_t <= 1; {known.source}",
    )


def _root(a: float, b: float, c: float) -> float:
    """The largest float found with a eta^3 + b eta^2 + c eta <= 1, for a, b >= 0 < c, by bisection."""
    low, high = 0.0, 1.0 / c
    for _ in range(2200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if ((a * middle + b) * middle + c) * middle <= 1:
            low = middle
        else:
            high = middle
    return low


def _largest(a: Any) -> float:
    """Square of the largest singular value, from the smaller Gram matrix."""
    gram = a @ a.T if a.shape[0] <= a.shape[1] else a.T @ a
    return float(np.linalg.norm(gram, 2))


def _weights(w: Any, name: str) -> Any:
    try:
        array = np.asarray(w, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: not an array of numbers; give a float64 matrix") from error
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"{name}: shape {array.shape}; give a matrix with one row for each input or output")
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name}: an entry is not finite; the run has already diverged")
    return array


@dataclass(frozen=True)
class _Known:
    """What the guard asks of a loss: value, gradient, an upper bound of K and a lower bound of l."""

    value: Any
    gradient: Any
    K: float
    least: float
    dims: tuple[int, int] | None
    source: str


def _known(loss: Any) -> _Known:
    inner = getattr(loss, "loss", loss) if hasattr(loss, "W1") else loss
    if getattr(inner, "kind", "") == "squared" and hasattr(inner, "X"):
        inner = _squared(inner.X, inner.Y)
    if isinstance(inner, EntrywiseLoss | SoftmaxLoss | SensingLoss):
        return _certified(inner)
    box = inner if isinstance(inner, BlackBoxLoss) else wrap(inner)
    if box.K is None:
        raise InputError("loss.K: not declared; a Python loss must state its K for a step to be proved")
    if not box.K > 0:
        raise InputError(f"loss.K = {box.K}: not positive; declare the smoothness constant of l")
    if box.minimum is None:
        raise InputError("loss.minimum: not declared; state a lower bound of l, such as minimum = 0")
    # The caller chooses the shape of W here: a Python loss often takes any.
    return _Known(
        lambda w: float(box.value_at(w.copy())),
        lambda w: np.asarray(box.gradient_at(w.copy()), dtype=np.float64),
        box.K,
        box.minimum,
        None,
        "K and the minimum as declared, not certified",
    )


@lru_cache(maxsize=32)
def _squared(x: Any, targets: Any) -> EntrywiseLoss:
    return by_name(x, targets, SCALAR_LOSSES["squared"])


@lru_cache(maxsize=32)
def _certified(loss: Any) -> _Known:
    from verify.losses.constants import constants
    from verify.losses.enclosure import Enclosure
    from verify.losses.minimizer import minimum

    known = constants(loss)
    if not isinstance(known.K, Enclosure) or known.K.upper is None:
        raise InputError(f"loss: no certified K, so no step can be proved: {known.K.reason}")
    if not known.smoothness.first_order:
        raise InputError(f"loss: {known.smoothness.reason}; no step can be proved")
    found = minimum(loss, known.mu.lower if isinstance(known.mu, Enclosure) else None, digits=17)
    least = found.lower if found is not None else _least(loss)
    if least is None:
        raise InputError("loss: no certified lower bound of l, so no step can be proved; add a ridge")
    field = Float64()
    return _Known(
        lambda w: float(loss.value(field, w)),
        lambda w: loss.gradient(field, w),
        _up(known.K.upper),
        -_up(-least),
        loss.shape(),
        "K and l* certified from the data",
    )


def _least(loss: Any) -> Fraction | None:
    """A certified lower bound of l where no minimum is: the sum of the infima of phi, 0 for softmax."""
    import sympy as sp

    from properties.formula import y
    from verify.losses.branch_and_bound import extrema
    from verify.losses.enclosure import lower_end

    if isinstance(loss, SoftmaxLoss):
        return Fraction(0)
    if not isinstance(loss, EntrywiseLoss):
        return None
    infima: dict[Fraction, Fraction] = {}
    total = Fraction(0)
    for i, row in enumerate(loss.y):
        for j, label in enumerate(row):
            if label not in infima:
                low, _ = extrema(loss.phi.xreplace({y: sp.Rational(label.numerator, label.denominator)}), 0)
                end = lower_end(low.lower)
                if low.unbounded or end is None or not low.decided:
                    return None
                infima[label] = end
            total += infima[label] * (1 if loss.weights is None else loss.weights[i][j])
    return total


def _up(q: Fraction) -> float:
    """The nearest float that is not below q."""
    x = float(q)
    return x if Fraction(x) >= q else float(np.nextafter(x, np.inf))
