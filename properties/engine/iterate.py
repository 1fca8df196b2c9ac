"""One iteration of gradient descent on a batch: weights, residual, gradients, and what is measured on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.engine.formula import Formula, formula
from properties.engine.residual_loss import ResidualLoss
from properties.engine.spectra import EPS, gram_extremes

Array = NDArray[np.float64]
Index = NDArray[np.intp]

# Relative error that values kept from an earlier iteration may have.
REUSE = 1e-13


def _transposed(a: Array) -> Array:
    return np.swapaxes(a, -1, -2)


def _squared_norm(a: Array) -> Array:
    return np.asarray(np.einsum("bij,bij->b", a, a))


def _inner(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("bij,bij->b", a, b))


@dataclass(frozen=True)
class Spectra:
    """Extreme singular values of (W1, W2, W), each (b,), and how far the matrices have moved since, in Frobenius norm.

    By Weyl no singular value moves further than its matrix: late in a run, where steps are far below the last digits
    of the weights, the values stay good without being computed again.
    """

    smallest: tuple[Array, Array, Array]
    largest: tuple[Array, Array, Array]
    error: tuple[Array, Array]
    moved: tuple[Array, Array, Array]

    def after(self, *moved: Array) -> Spectra:
        """The same values after a step that moved the three matrices by `moved`."""
        a, b, c = (x + y for x, y in zip(self.moved, moved, strict=True))
        return Spectra(self.smallest, self.largest, self.error, (a, b, c))

    def fresh(self) -> NDArray[np.bool_]:
        """Repeats (b,) whose every value is still right to REUSE relative."""
        limits = [REUSE * np.where(low > 0, low, high) for low, high in zip(self.smallest, self.largest, strict=True)]
        return np.logical_and.reduce([moved <= limit for moved, limit in zip(self.moved, limits, strict=True)])

    def renewed(self, at: NDArray[np.bool_], values: Spectra) -> Spectra:
        """These values with those of `values` at the repeats where `at` is True."""

        def merge(old: tuple[Array, ...], new: tuple[Array, ...]) -> Any:
            pairs = [(x.copy(), y) for x, y in zip(old, new, strict=True)]
            for x, y in pairs:
                x[at] = y
            return tuple(x for x, _ in pairs)

        return Spectra(
            merge(self.smallest, values.smallest),
            merge(self.largest, values.largest),
            merge(self.error, values.error),
            merge(self.moved, values.moved),
        )

    def packed(self) -> Array:
        """All numbers as (b, 11), for a record's state."""
        return np.stack([*self.smallest, *self.largest, *self.error, *self.moved], axis=1)

    @staticmethod
    def unpacked(rows: Array) -> Spectra:
        """The inverse of `packed`."""
        x = list(rows.T.copy())
        return Spectra((x[0], x[1], x[2]), (x[3], x[4], x[5]), (x[6], x[7]), (x[8], x[9], x[10]))

    def take(self, kept: Index) -> Spectra:
        """The values of the repeats at positions `kept`."""

        def pick(values: tuple[Array, ...]) -> Any:
            return tuple(x[kept] for x in values)

        return Spectra(pick(self.smallest), pick(self.largest), pick(self.error), pick(self.moved))


class Iterate:
    """Iteration t of the repeats in `index` (b of them): what a step rule may look at.

    Matrices are compressed: W1 (b, n, r), W2 (b, m, r), the residual R = W - W_star and W (b, n, m). `eta_previous`
    is the step that led here (nan at t = 0). Numbers of the run that do not change (K, mu, initial data, eta_0, c, d)
    are in `constants` by leaf name.
    """

    def __init__(
        self,
        t: int,
        index: Index,
        W1: Array,
        W2: Array,
        R: Array,
        W_star: Array,
        loss: ResidualLoss,
        D_change: Array,
        constants: Mapping[str, Array],
        eta_previous: Array,
        spectra: Spectra | None = None,
    ) -> None:
        self.t, self.index = t, index
        self.W1, self.W2, self.R, self.W_star = W1, W2, R, W_star
        self.objective, self.D_change = loss, D_change
        self.constants, self.eta_previous = constants, eta_previous
        self.gradient = loss.gradient(R)
        self.loss = loss.value(R)
        self.grad_W1 = self.gradient @ W2
        self.grad_W2 = _transposed(self.gradient) @ W1
        self._squared_norms = (_squared_norm(self.grad_W1), _squared_norm(self.grad_W2))
        self.squared_grad_norm = self._squared_norms[0] + self._squared_norms[1]
        self._earlier = spectra
        self.gram_W1 = W1 @ _transposed(W1)
        self.gram_W2 = W2 @ _transposed(W2)
        self.W = R + W_star

    # The step ----------------------------------------------------------------------------------------------------
    @cached_property
    def _first_order(self) -> Array:
        return np.asarray(self.gradient @ self.gram_W2 + self.gram_W1 @ self.gradient)

    @cached_property
    def _second_order(self) -> Array:
        return np.asarray(self.gradient @ _transposed(self.W) @ self.gradient)

    def residual_after(self, eta: Array) -> Array:
        """R(t + 1) for the step sizes eta (b,): R - eta (G W2 W2^T + W1 W1^T G) + eta^2 G W^T G, as in (61)."""
        e = np.asarray(eta)[:, None, None]
        return np.asarray(self.R - e * (self._first_order - e * self._second_order))

    def loss_after(self, eta: Array) -> Array:
        """L(t + 1) for the step sizes eta (b,)."""
        return self.objective.value(self.residual_after(eta))

    def line(self) -> tuple[Array, Array, Array, Array, Array]:
        """Coefficients of L(t + 1) as a quartic in eta_t, lowest first, for a quadratic loss. Raises ValueError."""
        if not self.objective.quadratic:
            raise ValueError("loss = not quadratic: the loss along a step is no polynomial; use a line search")
        C, E = self._first_order, self._second_order
        HC, HE = self.objective.gradient(C), self.objective.gradient(E)
        return (
            self.loss,
            -_inner(self.gradient, C),
            _inner(self.gradient, E) + _inner(C, HC) / 2,
            -_inner(C, HE),
            _inner(E, HE) / 2,
        )

    @cached_property
    def curvature(self) -> Array:
        """|<G, G W^T G>|, which bounds how far L(t + 1) can fall below L - eta ||grad L||^2 for a convex loss."""
        return np.abs(_inner(self.gradient, self._second_order))

    def after(self, eta: Array) -> Iterate:
        """Iteration t + 1 after the step sizes eta (b,)."""
        e = np.asarray(eta)[:, None, None]
        # D(t+1) - D(t) = eta^2 (grad_W1^T grad_W1 - grad_W2^T grad_W2): the terms of first order cancel exactly.
        # Summed as it comes, it keeps its relative precision where a difference of two imbalances loses it.
        residual = self.residual_after(eta)
        known = self._spectra if self.has_spectra else None
        if known is not None:
            moved = [np.abs(eta) * np.sqrt(x) for x in self._squared_norms]
            known = known.after(*moved, np.sqrt(_squared_norm(residual - self.R)))
        drift = _transposed(self.grad_W1) @ self.grad_W1 - _transposed(self.grad_W2) @ self.grad_W2
        return Iterate(
            self.t + 1,
            self.index,
            self.W1 - e * self.grad_W1,
            self.W2 - e * self.grad_W2,
            residual,
            self.W_star,
            self.objective,
            self.D_change + e * e * drift,
            self.constants,
            np.asarray(eta),
            known,
        )

    def take(self, kept: Index) -> Iterate:
        """The repeats at positions `kept` of this iterate."""
        return Iterate(
            self.t,
            self.index[kept],
            self.W1[kept],
            self.W2[kept],
            self.R[kept],
            self.W_star[kept],
            self.objective.take(kept),
            self.D_change[kept],
            {k: (v[kept] if np.ndim(v) else v) for k, v in self.constants.items()},
            self.eta_previous[kept],
            None if self._earlier is None else self._earlier.take(kept),
        )

    # What is measured --------------------------------------------------------------------------------------------
    @property
    def has_spectra(self) -> bool:
        """Whether singular values have been asked for at this iterate."""
        return "_spectra" in self.__dict__

    @property
    def carried(self) -> Array:
        """What is carried of the spectra of earlier iterations, (b, 11), nan where nothing is."""
        return np.full((len(self.index), 11), np.nan) if self._earlier is None else self._earlier.packed()

    @cached_property
    def _spectra(self) -> Spectra:
        earlier = self._earlier
        if earlier is None:
            return self._measured_spectra(np.full(len(self.index), True))
        stale = ~earlier.fresh()
        return earlier.renewed(stale, self._measured_spectra(stale)) if stale.any() else earlier

    def _measured_spectra(self, at: NDArray[np.bool_]) -> Spectra:
        chosen: Any = slice(None) if at.all() else at
        low1, high1, error1 = _layer(self.gram_W1[chosen], self.W1[chosen])
        low2, high2, error2 = _layer(self.gram_W2[chosen], self.W2[chosen])
        # W is small: its singular values cost no more than the eigenvalues of its Gram matrix.
        sigma_W: Any = np.linalg.svd(self.W[chosen], compute_uv=False)
        zero = np.zeros_like(high1)
        low, high = (low1, low2, sigma_W[:, -1]), (high1, high2, sigma_W[:, 0])
        return Spectra(low, high, (error1, error2), (zero, zero, zero))

    @cached_property
    def _extremes(self) -> dict[str, Array]:
        spectra = self._spectra
        (low1, low2, low), (high1, high2, high) = spectra.smallest, spectra.largest
        error1, error2 = spectra.error
        # Each step rounds every weight once, so that the smallest singular values drift by that much.
        rounding = self.t * EPS
        with np.errstate(divide="ignore", invalid="ignore"):
            drift1 = np.where(low1 > 0, (rounding * high1 + spectra.moved[0]) / low1, 0.0)
            drift2 = np.where(low2 > 0, (rounding * high2 + spectra.moved[1]) / low2, 0.0)
        return {
            "sigma_n_W1": low1,
            "sigma_max_W1": high1,
            "sigma_m_W2": low2,
            "sigma_max_W2": high2,
            "sigma_min_W": low,
            "sigma_max_W": high,
            "spectra_error": np.maximum(error1 + drift1, error2 + drift2),
        }

    def spectrum_D(self) -> Array:
        """Eigenvalues (b, r) of the compressed imbalance D(t), largest first; the others of the h are zero."""
        D = _transposed(self.W1) @ self.W1 - _transposed(self.W2) @ self.W2
        return np.asarray(np.linalg.eigvalsh(D)[:, ::-1])

    def singular_values(self) -> tuple[Array, Array, Array]:
        """All singular values of W1, W2 and W, each (b, min of its sides), largest first."""
        first: Any = np.linalg.svd(self.W1, compute_uv=False)
        second: Any = np.linalg.svd(self.W2, compute_uv=False)
        product: Any = np.linalg.svd(self.W, compute_uv=False)
        return first, second, product

    def measured(self, name: str) -> Any:
        """Value (b,) of a leaf of `properties.engine.formula`, or of "spectra_error" and "D_change"."""
        if name == "loss":
            return self.loss
        if name == "t":
            return np.float64(self.t)
        if name == "grad_norm":
            return np.sqrt(self.squared_grad_norm)
        if name == "D_change":
            return np.sqrt(_squared_norm(self.D_change))
        if name in self.constants:
            return self.constants[name]
        return self._extremes[name]

    def value(self, expression: sp.Expr | Formula, **more: Any) -> Any:
        """Value (b,) of a formula of `theorems` here; `more` binds leaves such as eta=..."""
        compiled = expression if isinstance(expression, Formula) else formula(expression)
        return compiled({name: more[name] if name in more else self.measured(name) for name in compiled.leaves})


def _layer(gram: Array, factor: Array) -> tuple[Array, Array, Array]:
    """(sigma_p zero-padded, sigma_max, error) of a layer (b, p, r)."""
    if factor.shape[1] > factor.shape[2]:
        _, high, _ = gram_extremes(_transposed(factor) @ factor, factor)
        return np.zeros_like(high), high, np.zeros_like(high)
    return gram_extremes(gram, factor)
