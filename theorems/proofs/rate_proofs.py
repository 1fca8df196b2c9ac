"""Rates as functions of the step size: (10), (14), (18) to (21), (66) and (68), and what the steps of (15) cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp

from theorems import convergence, experiments, local_rate, preliminaries, prior_work, schedule
from theorems.norms import Loss, SigmaMax
from theorems.notation import (
    W1,
    W2,
    K,
    K_minimum,
    K_t,
    L,
    U,
    W,
    eta,
    eta_0,
    eta_other,
    grad_norm,
    growth,
    mu,
    mu_t,
    sigma_max_T,
    sigma_min_T,
    t,
    z,
)
from theorems.proofs.derivation import Line, Proof, claims, goals, line
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.sharp import DESCENT as SHARP_DESCENT
from theorems.statement import eq, le, lt

__all__ = ["PROOFS", "better_than"]

_GOALS = goals(convergence, local_rate, preliminaries, prior_work, schedule, experiments)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_spectrum = (sigma_max_T, sigma_min_T)
_S2, _s2, _N2 = sigma_max_T**2, sigma_min_T**2, grad_norm**2


def _from(
    label: str, lines: tuple[Line, ...], weights: Sequence[tuple[Any, ...]], folded: Iterable[sp.Basic] = ()
) -> Proof:
    """A proof whose last line is arithmetic on earlier ones."""
    goal = _GOALS[label]
    return Proof(goal, (*lines, line("claim", goal.then, "arithmetic", weights=list(weights))), frozenset(folded))


def _hypothesis(label: str, index: int, name: str, known: bool = False) -> Line:
    return line(name, _GOALS[label].given[index], "hypothesis", known=known)


# (10), (14) and (21) ------------------------------------------------------------------------------
_infimum = _GOALS["j3.1-infimum"]
_at_least, _at_most = claims(_infimum)
INFIMUM = Proof(
    _infimum,
    (
        minimum,
        line("below", lt(eta * K_t, 2), "hypothesis"),
        line("curved", lt(0, K_t), "hypothesis", known=True),
        line("least", _at_least, "arithmetic", weights=[(mu_t / K_t, K_t * eta - 1)]),
        line("most", _at_most, "arithmetic", weights=[(eta * mu_t, "below")]),
    ),
    frozenset({K_t, mu_t}),
)
_wide = line("wide", lt(0, sigma_max_T), "hypothesis")
_square = line("square", lt(0, _S2), "arithmetic", weights=[(1, "wide", "wide")], known=True)


def _identity(label: str) -> Proof:
    return Proof(_GOALS[label], (_wide, _square, line("claim", _GOALS[label].then, "algebra")))


_rate = _GOALS["j21.rate"]
_rate_given = tuple(line(f"given-{i}", g, "hypothesis") for i, g in enumerate(_rate.given[5:]))
LOCAL = (
    INFIMUM,
    _from("j14.minimum", (_wide, _square), [(mu_t / K_minimum, K_minimum * eta - 1)], _spectrum),
    _identity("j14.optimal-local-rate/repaired"),
    _identity("j3.2-local-rate.minimum/repaired"),
    Proof(
        _rate,
        (
            *_loss,
            *_rate_given,
            line(
                "claim",
                _rate.then,
                "lemma",
                *_names,
                *(entry.name for entry in _rate_given),
                labels=("j10.rate@sigma-min-padded",),
            ),
        ),
    ),
)

# (66) and (68) ------------------------------------------------------------------------------------
_positive = (
    _wide,
    line("narrow", lt(0, sigma_min_T), "hypothesis"),
    _square,
    line("square-min", lt(0, _s2), "arithmetic", weights=[(1, "narrow", "narrow")], known=True),
)
_order = line("order", le(_s2, _S2), "lemma", at={"W1_0": W1, "W2_0": W2}, labels=("aux.order",), unfolded=True)
_compared = [(mu * _s2 / (K * _S2**2), "order")]
PRIOR = (
    _from("j66.prior-rate-optimal", _positive, [(mu * K * _S2**2, eta - _s2 / (K * _S2**2))], _spectrum),
    _from("j66.this-rate-optimal", _positive, [(mu * K * _s2 * _S2, eta - 1 / (K * _S2))], _spectrum),
    _from("jC.rates-compared", (*_positive, _order), _compared, _spectrum),
    _from("j4.2-sharper-rate@around-minimum", (*_positive, _order), _compared, _spectrum),
    _from("j4.2-sharper-rate/repaired", (*_positive, _order), [(eta**2 * K * mu * _S2, "order")]),
)


# (18) and (19) ------------------------------------------------------------------------------------
def better_than(pl: sp.Expr, curvature: sp.Expr) -> list[tuple[Any, ...]]:
    """1 - 2 pl x + pl K x^2 falls from x to y: from "nearer" x <= y and "short" K y <= 1, for K = `curvature`."""
    return [(2 * pl, "nearer", "short"), (pl * curvature, "nearer", "nearer")]


_frozen = sp.Min(growth, 1 / K_t)
_at_frozen = {"x": growth, "y": 1 / K_t}
FROZEN = _from(
    "j19.rho@K-frozen",
    (
        minimum,
        line("curved", lt(0, K_t), "hypothesis", known=True),
        line("nearer", le(eta_other, _frozen), "hypothesis"),
        line("least", le(_frozen, 1 / K_t), "maximum.below", at=_at_frozen),
        line("short", le(K_t * _frozen, 1), "arithmetic", weights=[(K_t, "least")]),
    ),
    better_than(mu_t, K_t),
    (K_t, mu_t, growth),
)
_cubic, _quartic = 3 * K * _S2 * sp.sqrt(2 * K * L), 6 * K**2 * SigmaMax(W) * L
_flat = K * _S2 + sp.sqrt(2 * K * L)
_y, _x = eta, eta_other
VARYING = _from(
    "j19.rho@K-of-eta/repaired",
    (
        minimum,
        line("short", le(eta * K_t, sp.Rational(1, 2)), "hypothesis"),
        line("nearer", le(_x, _y), "hypothesis"),
    ),
    [
        (4 * mu_t, "nearer", "short"),
        (mu_t * _flat, "nearer", "nearer"),
        (mu_t * _flat * 2 * _y, "nearer"),
        (mu_t * _cubic * _y**2, "nearer"),
        (mu_t * _cubic * (2 * _y + _x), "nearer", "nearer"),
        (mu_t * _quartic * (3 * _y**2 + 2 * _y * _x + _x**2), "nearer", "nearer"),
    ],
)


# What (15) covers, sufficient decrease --------------------------------------------------------------
def _covers(label: str) -> Proof:
    at_least, at_most = claims(_GOALS[label])
    rising = (1 + eta_0**2) ** (t / 2)
    return Proof(
        _GOALS[label],
        (
            line("same", eq(eta, eta_0), "hypothesis"),
            line("at-least", at_least, "arithmetic", weights=[(-1, "same")]),
            line("rising", le(1, rising), "power.monotone", at={"x": 1, "y": 1 + eta_0**2, "z": t / 2}),
            line("at-most", at_most, "arithmetic", weights=[(1, "same"), (eta_0, "rising")]),
        ),
    )


_descent = line("descent", SHARP_DESCENT.then, "lemma", *_names, labels=(SHARP_DESCENT.id,))
_gamma = _GOALS["jG2.backtracking-terminates/repaired"]
_decrease = _GOALS["jG2.backtracking-decreases"]
STEPS = (
    _covers("j1.1-covers.decreasing/repaired"),
    _covers("j1.1-covers.constant"),
    _from(
        "j3.2-sufficient-decrease",
        (*_loss, line("short", le(eta * K_t, 1), "hypothesis"), _descent),
        [(1, "descent"), (eta / 2 * _N2, "short")],
    ),
    _from(
        _gamma.id,
        (*_loss, line("short", _gamma.given[-1], "hypothesis"), _descent),
        [(1, "descent"), (eta / 2 * _N2, "short")],
    ),
    _from(_decrease.id, (minimum, line("test", _decrease.given[-1], "hypothesis")), [(1, "test")]),
)

# The logistic loss, one step of size 1/K with K = mu ------------------------------------------------
_logistic = _GOALS["j2.1-logistic-qualifies"]
_nonnegative, _quarter = claims(_logistic)
_e = sp.exp(z)
_best = claims(_GOALS["j6.optimal@some-constants"])[0].lhs
_after = (1 - mu / K) * Loss(U)
SENTENCES = (
    Proof(
        _logistic,
        (
            line("nonnegative", _nonnegative, "algebra"),
            line("square", le(_e, (1 + _e) ** 2 / 4), "arithmetic", weights=[(sp.Rational(1, 4), 1 - _e)]),
            line("positive", lt(0, (1 + _e) ** 2), "algebra"),
            line(
                "quarter",
                _quarter,
                "order.divide",
                "positive",
                "square",
                at={"x": _e, "y": (1 + _e) ** 2, "z": sp.Rational(1, 4)},
            ),
        ),
    ),
    Proof(
        _GOALS["j6.optimal@some-constants"],
        (
            *_loss,
            line("same", eq(K, mu), "hypothesis"),
            line("above", le(_best, _after), "lemma", *_names, labels=("j6.rate",)),
            line("nonnegative", le(0, _best), "minimum.nonnegative", "minimum", at={"A": _best.args[0]}),
            line("below", le(_after, _best), "arithmetic", weights=[(1, "nonnegative"), (Loss(U) / K, "same")]),
            line("claim", eq(_best, _after), "order.antisymmetric", "above", "below", at={"x": _best, "y": _after}),
        ),
    ),
)

PROOFS = (*LOCAL, *PRIOR, FROZEN, VARYING, *STEPS, *SENTENCES)
