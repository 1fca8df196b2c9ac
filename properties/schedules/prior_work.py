"""Step sizes of prior work as published: Xu et al. 2023, Arora et al. 2018, Du et al. 2018.

All three are written for the squared loss 1/2 ||Y - X W||_F^2; with a centred loss Y stands for X W_star.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.errors import InputError
from properties.schedules.roots import increasing_root
from properties.schedules.rule import StepRule
from theorems import notation as N
from theorems.norms import Fro

if TYPE_CHECKING:
    from properties.engine.formula import Formula
    from properties.engine.initial import Initial
    from properties.engine.iterate import Iterate

Array = NDArray[np.float64]

VARIANTS = {
    "per-state": "the extreme singular values of T_t and sigma_max(W(t)) of the current weights",
    "recomputed": "alpha_1, alpha_2, beta_2 computed again at the current weights",
    "uniform": "c1 alpha_1, c2 alpha_2, beta_2 of the initial weights, the current loss",
    "fixed": "c1 alpha_1, c2 alpha_2, beta_2 and the loss of the initial weights: a constant step",
}


@dataclass(frozen=True)
class _Data:
    """Singular values (B, k) and norms (B,) of Y and X."""

    sigma_Y: Array
    norm_Y: Array
    sigma_max_X: Array
    sigma_min_X: Array


def _data(start: Iterate, name: str) -> _Data:
    X = getattr(start.objective, "X", None)
    if X is None or not start.objective.quadratic:
        raise InputError(f"schedule = {name}: defined for the squared loss only; use constant, armijo or rho-min")
    Y = np.asarray(X @ start.W_star)
    sigma_X = np.broadcast_to(np.linalg.svd(X, compute_uv=False), (len(Y), min(X.shape[-2:])))
    sigma_Y = np.linalg.svd(Y, compute_uv=False)
    return _Data(sigma_Y, np.linalg.norm(Y, axis=(1, 2)), sigma_X[:, 0], sigma_X[:, -1])


@dataclass(frozen=True)
class Xu2023:
    """Minimizer of the quartic (64), a cubic equation at each iteration, under two caps computed at t = 0.

    `variant` says which bounds on the spectrum enter (`VARIANTS`); c1 < 1 < c2 are the auxiliary constants.
    """

    variant: str = "per-state"
    c1: float = 0.5
    c2: float = 1.5

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise InputError(f"variant = {self.variant!r}: unknown; use one of {', '.join(VARIANTS)}")
        if not (0 < self.c1 < 1 < self.c2):
            raise InputError(f"c1, c2 = {self.c1}, {self.c2}: 0 < c1 < 1 < c2 must hold; the authors take 0.5 and 1.5")

    @property
    def name(self) -> str:
        """The name "Xu 2023" and the variant."""
        return f"Xu 2023 {self.variant}"

    def constants(self) -> Mapping[str, Any]:
        """Nothing: no leaf of a formula is fixed."""
        return {}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule that minimises (64) under its two caps, (b,). Raises InputError for other than squared losses."""
        data = _data(start, self.name)
        where = {int(i): k for k, i in enumerate(start.index)}
        L_0 = np.asarray(start.constants["loss_0"])
        margin = np.maximum(data.sigma_Y[:, -1] - np.sqrt(2 * L_0), 0) / data.sigma_max_X
        radius = (data.norm_Y + np.sqrt(2 * L_0)) / data.sigma_min_X
        alpha_1, alpha_2 = _alphas(start.constants, margin, radius)
        uniform = (self.c1 * alpha_1, self.c2 * alpha_2, radius)
        K, mu = start.constants["K"], start.constants["mu"]
        a1, a2, a3, a4 = _quartic(K, mu, L_0, *uniform)
        first = 4 * self.c2 * K * L_0 / (self.c2 - 1)
        second = 8 * self.c2 * alpha_2 * K * L_0 / ((1 - self.c1) * alpha_1)
        cap = np.minimum(increasing_root(-a1, a2 + first, a3, a4), increasing_root(-a1, a2 + second, a3, a4))

        def rule(iterate: Iterate) -> Array:
            rows = np.array([where[int(i)] for i in iterate.index])
            loss = L_0[rows] if self.variant == "fixed" else iterate.loss
            if self.variant == "per-state":
                smallest, largest = (iterate.value(x) for x in (N.sigma_min_T**2, N.sigma_max_T**2))
                triple = (smallest, largest, iterate.measured("sigma_max_W"))
            elif self.variant == "recomputed":
                triple = _recomputed(iterate, data, rows)
            else:
                triple = tuple(x[rows] for x in uniform)
            b1, b2, b3, b4 = _quartic(iterate.constants["K"], iterate.constants["mu"], loss, *triple)
            return np.minimum(increasing_root(-b1, 2 * b2, 3 * b3, 4 * b4), cap[rows])

        return rule


def _quartic(K: Array, mu: Array, L: Array, s: Array, S: Array, p: Array) -> tuple[Array, Array, Array, Array]:
    """a1 .. a4 of (64) = 1 - a1 eta + a2 eta^2 + a3 eta^3 + a4 eta^4 at ||grad l||_F = sqrt(2 K L), its bound.

    s, S, p stand for sigma_min^2(T_t), sigma_max^2(T_t), sigma_max(W(t)), or for bounds on them.
    """
    values = {"K": K, "mu": mu, "loss": L, "alpha_1": s, "alpha_2": S, "sigma_max_W": p}
    _, a1, a2, a3, a4 = (np.asarray(c(values)) for c in _coefficients_of_64())
    return -a1, a2, a3, a4


@cache
def _coefficients_of_64() -> tuple[Formula, ...]:
    from properties.engine.formula import polynomial
    from theorems.prior_work import RHO_PRIOR

    bounds = {
        Fro(N.G): sp.sqrt(2 * N.K * N.L),
        N.sigma_min_T: sp.sqrt(N.alpha_1),
        N.sigma_max_T: sp.sqrt(N.alpha_2),
    }
    return polynomial(RHO_PRIOR.xreplace(bounds), "eta")


def _alphas(leaves: Mapping[str, Any], margin: Array, radius: Array) -> tuple[Array, Array]:
    from properties.engine.formula import formula

    values = {**leaves, "beta_1": margin, "beta_2": radius}
    compiled = (formula(N.alpha_1, unfold=frozenset({"alpha_1"})), formula(N.alpha_2, unfold=frozenset({"alpha_2"})))
    alpha_1, alpha_2 = (np.asarray(f(values)) for f in compiled)
    return alpha_1, alpha_2


def _recomputed(iterate: Iterate, data: _Data, rows: NDArray[np.intp]) -> tuple[Array, Array, Array]:
    n, m, r = iterate.W1.shape[1], iterate.W2.shape[1], iterate.W1.shape[2]
    D = np.swapaxes(iterate.W1, 1, 2) @ iterate.W1 - np.swapaxes(iterate.W2, 1, 2) @ iterate.W2
    spectrum = np.linalg.eigvalsh(D)[:, ::-1]
    zero = np.zeros(len(spectrum))
    leaves = {
        "lambda_1_D": spectrum[:, 0],
        "lambda_1_minus_D": -spectrum[:, -1],
        "lambda_n_D": spectrum[:, n - 1] if n <= r else zero,
        "lambda_m_minus_D": -spectrum[:, r - m] if m <= r else zero,
    }
    residual = np.sqrt(2 * iterate.loss)
    margin = np.maximum(data.sigma_Y[rows, -1] - residual, 0) / data.sigma_max_X[rows]
    radius = (data.norm_Y[rows] + residual) / data.sigma_min_X[rows]
    return (*_alphas(leaves, margin, radius), radius)


def _constant_of_start(start: Iterate, value: Array) -> StepRule:
    table = dict(zip((int(i) for i in start.index), np.asarray(value), strict=True))
    return partial(_looked_up, table)


def _looked_up(table: dict[int, Any], iterate: Iterate) -> Array:
    return np.array([table[int(i)] for i in iterate.index])


@dataclass(frozen=True)
class Arora2018:
    """Constant step margin^3 / (10^5 ||Y||_F^4), margin = (sigma_min(Y) - ||Y - X W(0)||_F)_+ / sigma_max(X)."""

    name: str = "Arora 2018"

    def constants(self) -> Mapping[str, Any]:
        """Nothing: no leaf of a formula is fixed."""
        return {}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The constant step of each repeat as a rule. Raises InputError for other than squared losses."""
        data = _data(start, self.name)
        error = np.sqrt(2 * np.asarray(start.constants["loss_0"]))
        margin = np.maximum(data.sigma_Y[:, -1] - error, 0) / data.sigma_max_X
        return _constant_of_start(start, margin**3 / (1e5 * data.norm_Y**4))


@dataclass(frozen=True)
class Du2018:
    """Decreasing step sqrt(eps / rank(Y)) / (100 (t + 1) ||Y||_F^(3/2)) with eps = ||Y||_F / 2."""

    name: str = "Du 2018"

    def constants(self) -> Mapping[str, Any]:
        """Nothing: no leaf of a formula is fixed."""
        return {}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule first / (t + 1) for each repeat. Raises InputError for other than squared losses."""
        data = _data(start, self.name)
        rank = np.maximum((data.sigma_Y > data.sigma_Y[:, :1] * 1e-12).sum(axis=1), 1)
        first = _constant_of_start(start, np.sqrt(data.norm_Y / 2 / rank) / (100 * data.norm_Y**1.5))
        return lambda iterate: np.asarray(first(iterate)) / (iterate.t + 1)
