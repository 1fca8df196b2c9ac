"""One iteration of gradient descent on a batch: weights, residual, gradients, and what is measured on them."""

from __future__ import annotations

from collections.abc import Mapping
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


def _transposed(a: Array) -> Array:
    return np.swapaxes(a, -1, -2)


def _squared_norm(a: Array) -> Array:
    return np.asarray(np.einsum("bij,bij->b", a, a))


def _inner(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("bij,bij->b", a, b))


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
    ) -> None:
        self.t, self.index = t, index
        self.W1, self.W2, self.R, self.W_star = W1, W2, R, W_star
        self.objective, self.D_change = loss, D_change
        self.constants, self.eta_previous = constants, eta_previous
        self.gradient = loss.gradient(R)
        self.loss = loss.value(R)
        self.grad_W1 = self.gradient @ W2
        self.grad_W2 = _transposed(self.gradient) @ W1
        self.squared_grad_norm = _squared_norm(self.grad_W1) + _squared_norm(self.grad_W2)
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
        drift = _transposed(self.grad_W1) @ self.grad_W1 - _transposed(self.grad_W2) @ self.grad_W2
        return Iterate(
            self.t + 1,
            self.index,
            self.W1 - e * self.grad_W1,
            self.W2 - e * self.grad_W2,
            self.residual_after(eta),
            self.W_star,
            self.objective,
            self.D_change + e * e * drift,
            self.constants,
            np.asarray(eta),
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
        )

    # What is measured --------------------------------------------------------------------------------------------
    @cached_property
    def _extremes(self) -> dict[str, Array]:
        low1, high1, error1 = _layer(self.gram_W1, self.W1)
        low2, high2, error2 = _layer(self.gram_W2, self.W2)
        # W is small: its singular values cost no more than the eigenvalues of its Gram matrix.
        sigma_W = np.linalg.svd(self.W, compute_uv=False)
        # Each step rounds every weight once, so that the smallest singular values drift by that much.
        rounding = self.t * EPS
        with np.errstate(divide="ignore", invalid="ignore"):
            drift1 = np.where(low1 > 0, rounding * high1 / low1, 0.0)
            drift2 = np.where(low2 > 0, rounding * high2 / low2, 0.0)
        return {
            "sigma_n_W1": low1,
            "sigma_max_W1": high1,
            "sigma_m_W2": low2,
            "sigma_max_W2": high2,
            "sigma_min_W": sigma_W[:, -1],
            "sigma_max_W": sigma_W[:, 0],
            "spectra_error": np.maximum(error1 + drift1, error2 + drift2),
        }

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
