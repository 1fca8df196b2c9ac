"""The sharp forms of Theorem E.1 proved by one induction each, for a constant step.

The invariant at iteration t: L(t) <= L(0) r^t and ||D(t) - D(0)|| <= delta (1 - r^t) with r the proved rate. The
drift budget says 2 K eta_0^2 S_max L(0) <= delta (1 - r), which is what a step adds at most, divided by r^t.
"""

from __future__ import annotations

import sympy as sp

from theorems.assumptions import LOSS, ZERO_MINIMUM
from theorems.norms import Fro, Loss, SigmaMax
from theorems.notation import (
    D_0,
    L_0,
    W1_0,
    W2_0,
    D,
    D_next,
    K,
    L,
    L_next,
    W,
    W_0,
    alpha_1,
    alpha_2,
    beta_2,
    eta,
    eta_0,
    grad_norm,
    mu,
    sigma_max_T,
    sigma_max_T_0,
    sigma_min_T,
    sigma_min_T_0,
    t,
)
from theorems.proofs.derivation import Line, Proof, line
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.sharp import (
    GENERAL_THEOREM,
    QUADRATIC_THEOREM,
    K_hat,
    K_sharp,
    S_max,
    S_min,
    delta,
    drift_budget,
    q_bar,
    q_fast,
    q_slow,
    q_t,
    rate_general,
    rate_quadratic,
)
from theorems.statement import AllOf, Kind, Statement, eq, journal, le, lt

__all__ = ["PROOFS"]

_E1 = (journal("Theorem E.1"),)
_half = sp.Rational(1, 2)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_low, _high, _T2 = mu * sigma_min_T**2, K * sigma_max_T**2, sigma_max_T**2
_R, _R_0 = sp.sqrt(2 * K * L), sp.sqrt(2 * K * L_0)
_w, _drift = SigmaMax(W), Fro(D - D_0)
_at_zero = {"W1": W1_0, "W2": W2_0}
_WHERE = QUADRATIC_THEOREM.where
_S_low, _S_high = alpha_1 - 2 * delta, alpha_2 + 2 * delta
_coupling = eta_0**2 * K * beta_2 * _R_0

_size = (
    line("S-min", eq(S_min, _S_low), "definition"),
    line("S-max", eq(S_max, _S_high), "definition"),
    line("S-positive", lt(0, S_min), "hypothesis", known=True),
)
_order = (
    *_size,
    line(
        "lower",
        le(alpha_1, sigma_min_T_0**2),
        "lemma",
        *_names,
        at=_at_zero,
        labels=("aux.spectrum-lower",),
        unfolded=True,
    ),
    line(
        "upper",
        le(sigma_max_T_0**2, alpha_2),
        "lemma",
        *_names,
        at=_at_zero,
        labels=("aux.spectrum-upper",),
        unfolded=True,
    ),
    line("order", le(sigma_min_T_0**2, sigma_max_T_0**2), "lemma", labels=("aux.order",)),
    line("mu-K", le(mu, K), "lemma", "smooth", "convex", labels=("aux.mu-below-K",)),
    line(
        "range",
        le(S_min, S_max),
        "arithmetic",
        weights=[(1, "lower"), (1, "order"), (1, "upper"), (-1, "S-min"), (1, "S-max")],
    ),
    line("spread", le(mu * S_min, K * S_max), "arithmetic", weights=[(S_min, "mu-K"), (K, "range")]),
)


def _invariant(rate: sp.Expr) -> AllOf:
    return AllOf(le(L, L_0 * rate**t), le(_drift, delta * (1 - rate**t)))


def _hypotheses(theorem: Statement, rate: sp.Expr, known: tuple[str, ...]) -> tuple[Line, ...]:
    """The theorem's own hypotheses but those on the loss, by position."""
    return tuple(
        line(f"given-{i}", given, "hypothesis", known=f"given-{i}" in known)
        for i, given in enumerate(theorem.given)
        if i >= len(LOSS)
    )


def _bounds(rate: sp.Expr, budget: str, constant: str) -> tuple[Line, ...]:
    """What the invariant gives at iteration t: the loss, the drift, the spectrum of T and of W, sqrt(2 K L)."""
    linear, drift = _invariant(rate).claims
    return (
        line("linear", linear, "hypothesis"),
        line("drift", drift, "hypothesis"),
        line("power", le(rate**t, 1), "power.monotone", "rate-nonnegative", "rate-below", at={"x": rate, "y": 1, "z": t}),
        line("descended", le(L, L_0), "arithmetic", weights=[(1, "linear"), (L_0, "power")]),
        line("near", le(_drift, delta), "arithmetic", weights=[(1, "drift")]),
        line(
            "T-low",
            le(alpha_1 - 2 * _drift, sigma_min_T**2),
            "lemma",
            *_names,
            "descended",
            labels=("aux.spectrum-lower",),
            unfolded=True,
        ),
        line(
            "T-high",
            le(_T2, alpha_2 + 2 * _drift),
            "lemma",
            *_names,
            "descended",
            labels=("aux.spectrum-upper",),
            unfolded=True,
        ),
        line("S-low", le(S_min, sigma_min_T**2), "arithmetic", weights=[(1, "T-low"), (2, "near"), (-1, "S-min")]),
        line("S-high", le(_T2, S_max), "arithmetic", weights=[(1, "T-high"), (2, "near"), (1, "S-max")]),
        line("W", le(_w, beta_2), "lemma", *_names, "descended", labels=("aux.beta_2",), unfolded=True),
        line("root-square", le(2 * K * L, 2 * K * L_0), "arithmetic", weights=[(2 * K, "descended")]),
        line("root", le(_R, _R_0), "order.roots", "root-square", at={"x": _R, "y": _R_0}),
        line("step", lt(0, eta), "arithmetic", weights=[(1, "eta-0"), (1, constant)]),
    )


def _drift_next(rate: sp.Expr, budget: str, constant: str) -> tuple[Line, ...]:
    return (
        line(
            "linear-next",
            le(L_next, L_0 * rate ** (t + 1)),
            "arithmetic",
            weights=[(1, "rate"), (rate, "linear")],
        ),
        line(
            "triangle",
            le(Fro(D_next - D_0), Fro(D_next - D) + _drift),
            "frobenius.triangle",
            at={"A": D_next - D, "B": D - D_0},
        ),
        line("E.2", le(Fro(D_next - D), 2 * K * eta**2 * _T2 * L), "lemma", *_names, labels=("j116.imbalance-step",)),
        line(
            "added",
            le(2 * K * eta**2 * _T2 * L, 2 * K * eta_0**2 * S_max * L_0 * rate**t),
            "arithmetic",
            weights=[
                (2 * K * eta**2 * L, "S-high"),
                (2 * K * eta**2 * S_max, "linear"),
                (2 * K * (eta + eta_0) * S_max * L_0 * rate**t, constant),
            ],
        ),
        line(
            "drift-next",
            le(Fro(D_next - D_0), delta * (1 - rate ** (t + 1))),
            "arithmetic",
            weights=[(1, "triangle"), (1, "E.2"), (1, "added"), (1, "drift"), (rate**t, budget)],
        ),
    )


def _next(rate: sp.Expr) -> tuple[object, ...]:
    return (le(L_next, L_0 * rate ** (t + 1)), le(Fro(D_next - D_0), delta * (1 - rate ** (t + 1))))


# Quadratic losses ----------------------------------------------------------------------------------------------------
_q_folded = frozenset({alpha_1, alpha_2, beta_2, L_0, S_min, S_max, q_slow, q_fast, q_bar})
_q_start = (
    *_loss,
    *_hypotheses(QUADRATIC_THEOREM, rate_quadratic, ()),
    *_order,
)
