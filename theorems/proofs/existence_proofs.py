"""eta_0 <= eta_max under the printed definitions: (108), (109), the logarithmic cap, the ranges of the rates.

alpha_1 <= alpha_2 holds for Table 2 as printed, whatever alpha_1 bounds; with mu <= K and (101) it puts
rho-bar(eta_0, 0) between 0 and 1, and with (102) it keeps Delta at most 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from theorems import convergence, prior_work, schedule, step_size
from theorems.assumptions import CONDITIONS_109, HALF, INITIAL_32, INITIAL_E1, ZERO_MINIMUM
from theorems.norms import Fro, Sigma, SigmaMax, SigmaMin
from theorems.notation import (
    L_0,
    W1_0,
    W2_0,
    W_0,
    Delta,
    Delta_minus,
    Delta_plus,
    Delta_under,
    K,
    K_bar,
    K_bar_0,
    W_star,
    alpha_1,
    alpha_2,
    beta_1,
    beta_2,
    c,
    d,
    eta,
    eta_0,
    eta_3,
    eta_other,
    growth,
    lambda_m_D,
    lambda_minus,
    lambda_n_D,
    lambda_plus,
    m,
    mu,
    mu_bar,
    n,
    rho_bar_0,
    sigma_max_T_0,
    t,
)
from theorems.prior_work import c_1, c_2
from theorems.proofs.derivation import Line, Proof, claims, goals, line
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.proofs.rate_proofs import better_than
from theorems.proofs.shared_lines import (
    DECAY,
    POSITIVE_MU,
    TANGENT,
    before_101,
    before_102,
    exponents,
    extreme_order,
    falling_K_bar,
)
from theorems.proofs.table2_proofs import spreads
from theorems.readings import C_EXPONENT
from theorems.statement import AllOf, Hypothesis, Kind, Relation, Statement, eq, journal, le, lt
from theorems.table2 import SUBMISSION_32, definitions

__all__ = ["EXPONENT_C", "PROOFS", "alpha_order", "before_roots", "below_maximum", "rates"]

Where = Mapping[sp.Basic, sp.Basic]
EXPONENT_C: Where = definitions(reading=C_EXPONENT)  # K-bar_t with exp(eta_0^c), all else as printed
_GOALS = goals(step_size, schedule, convergence, prior_work)
_E1 = (journal("Theorem E.1"),)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_half = sp.Rational(1, 2)
_spread, _back = sp.exp(eta_0**c), sp.exp(-(eta_0**c))
_folded = frozenset({alpha_1, alpha_2, beta_2, L_0})
_rates_folded = frozenset({*_folded, mu_bar, K_bar_0, rho_bar_0})

# alpha_1 <= alpha_2 --------------------------------------------------------------------------------------------------
_far = sp.sqrt(K / mu) * Fro(W_0 - W_star)
_wide_1, _wide_2 = Delta_plus + Delta_under, Delta_minus + Delta_under
_root_1, _root_2 = (sp.sqrt(w**2 + 4 * beta_1**2) for w in (_wide_1, _wide_2))
_r1, _r2 = (sp.sqrt(lam**2 + 4 * beta_2**2) for lam in (lambda_plus, lambda_minus))


def _outer(tag: str, low: sp.Expr, high: sp.Expr, part: sp.Expr, bound: sp.Expr) -> tuple[Line, ...]:
    """low = sqrt((lambda + part)^2 + 4 beta_1^2) <= sqrt(lambda^2 + 4 beta_2^2) + part."""
    return (
        line(f"{tag}-wide-square", le(bound**2, high**2), "arithmetic", weights=[(4, beta_2)]),
        line(f"{tag}-wide", le(bound, high), "order.roots", f"{tag}-wide-square", at={"x": bound, "y": high}),
        line(
            f"{tag}-square",
            le(low**2, (high + part) ** 2),
            "arithmetic",
            weights=[(2 * part, f"{tag}-wide"), (4 * (beta_1 + beta_2), "margins")],
        ),
        line(f"{tag}-root", le(low, high + part), "order.roots", f"{tag}-square", at={"x": low, "y": high + part}),
    )


_value = SigmaMin(W_star) - _far
_margins = (
    line("top", eq(SigmaMax(W_star), Sigma(W_star, 1)), "singular-values.largest", at={"A": W_star}),
    line("n-least", le(n, m), "assume"),
    line("m-least", le(m, n), "assume"),
    *extreme_order("n", W_star, W_star, n),
    *extreme_order("m", W_star, W_star.T, m),
    line("order", le(SigmaMin(W_star), SigmaMax(W_star)), "cases", "order-n", "n-least", "order-m", "m-least"),
    line("value", le(_value, beta_2), "arithmetic", weights=[(1, "order")]),
    line("margins", le(beta_1, beta_2), "maximum.least", "value", at={"x": _value, "y": 0, "z": beta_2}),
)


def alpha_order(tag: str, where: Where) -> Proof:
    """alpha_1 <= alpha_2 for a table whose alpha_1 and beta_1 are the printed ones."""
    return Proof(
        Statement(
            label=f"aux.alpha-order{tag}",
            source=_E1,
            kind=Kind.INEQUALITY,
            given=(ZERO_MINIMUM,) if where else (),
            then=le(alpha_1, alpha_2),
            where=where,
        ),
        (
            *((minimum,) if where else ()),
            *spreads,
            *_margins,
            *_outer("1", _root_1, _r1, lambda_m_D, lambda_plus),
            *_outer("2", _root_2, _r2, lambda_n_D, lambda_minus),
            line(
                "claim",
                le(alpha_1, alpha_2),
                "arithmetic",
                weights=[(_half, "1-root"), (_half, "2-root"), (1, "s-plus"), (1, "s-minus")],
            ),
        ),
    )


# (109) from eta_0 <= eta_max ------------------------------------------------------------------------------------------
_initialized = line("initialized", lt(0, alpha_1), "hypothesis", known=True)


def before_roots(where: Where) -> tuple[Line, ...]:
    """mu-bar > 0, (101) and (102) from a bound of eta_0 by eta_max, for a table with the printed alpha_1."""
    return (
        minimum,
        *spreads,
        *exponents(where),
        _initialized,
        *before_101(where),
        *before_102(where),
        *POSITIVE_MU,
    )


def _by_roots(label: str) -> Proof:
    goal = _GOALS[label]
    return Proof(goal, before_roots(goal.where), _folded)


def below_maximum(tag: str, where: Where, given: tuple[Hypothesis, ...] = INITIAL_32) -> Proof:
    """mu-bar > 0, (101) and (102) from what Theorem 3.2 (or E.1) asks of eta_0, for a table of definitions."""
    return Proof(
        Statement(
            label=f"aux.below-printed{tag}",
            source=(journal("109"),),
            kind=Kind.INEQUALITY,
            given=given,
            then=AllOf(*CONDITIONS_109),
            where=where,
        ),
        before_roots(where),
        _folded,
    )


def below(tag: str) -> tuple[Line, ...]:
    """The hypotheses of Theorem 3.2 on eta_0 and what follows; cites "smooth", "convex", "minimum"."""
    asked = INITIAL_E1 if tag.startswith("-E1") else INITIAL_32
    initial = tuple(
        line(f"initial-{i}", claim, "hypothesis") for i, claim in enumerate(asked) if isinstance(claim, Relation)
    )
    names = (*_names, *(entry.name for entry in initial))
    given = (
        line(name, claim, "lemma", *names, labels=(f"aux.below-printed{tag}",), known=name == "mu-positive")
        for name, claim in zip(("mu-positive", "101", "102"), CONDITIONS_109, strict=True)
    )
    return (*initial, _initialized, *given)


_below_101, _below_102 = _GOALS["jE-existence.below-101"], _GOALS["j108.below-102"]
_alpha_2 = line("alpha-2", lt(0, alpha_2), "lemma", "initialized", labels=("aux.alpha-2-positive",), known=True)
ROOTS = (
    _by_roots("j109.mu-bar"),
    _by_roots("j109.sum"),
    Proof(
        _below_102,
        (minimum, *spreads, *exponents({}), _initialized, *before_102({})),
        _folded,
    ),
    Proof(
        _below_101,
        (
            minimum,
            *spreads,
            *exponents({}),
            _initialized,
            _alpha_2,
            *before_101({}),
            line("positive", claims(_below_101)[0], "algebra"),
        ),
        _folded,
    ),
)

# The ranges of the rates ----------------------------------------------------------------------------------------------
_root_0 = sp.sqrt(2 * K * L_0)
_mu_value = mu * (alpha_1 + 2 * alpha_2 * (1 - _spread))
_k_value = (
    _root_0 + 6 * K**2 * beta_2 * L_0 * eta_0**2 + K * sp.exp(sp.sqrt(eta_0)) * alpha_2 * (1 + 3 * _root_0 * eta_0)
)
_rho_value = 1 - 2 * mu_bar * eta_0 + mu_bar * K_bar_0 * eta_0**2
_root_step = sp.sqrt(eta_0)
_mu_known = line("mu-positive", lt(0, mu_bar), "hypothesis", known=True)


def alphas(tag: str) -> tuple[Line, ...]:
    """alpha_1 <= alpha_2, hence alpha_2 > 0; cites "minimum" and "initialized"."""
    return (
        line(
            "alphas",
            le(alpha_1, alpha_2),
            "lemma",
            *(("minimum",) if tag else ()),
            labels=(f"aux.alpha-order{tag}",),
            unfolded=True,
        ),
        line("alpha-2", lt(0, alpha_2), "arithmetic", weights=[(1, "initialized"), (1, "alphas")], known=True),
    )


def conditioned(tag: str, width: sp.Expr = _half) -> tuple[Line, ...]:
    """mu-bar < K-bar_0 and 0 < rho-bar_0 where mu-bar > 0, for K-bar_0 with exp(eta_0^width)."""
    growth_rate = eta_0**width
    k_value = (
        _root_0 + 6 * K**2 * beta_2 * L_0 * eta_0**2 + K * sp.exp(growth_rate) * alpha_2 * (1 + 3 * _root_0 * eta_0)
    )
    return (
        *alphas(tag),
        line("tangent-root", le(1 + growth_rate, sp.exp(growth_rate)), "exponential.tangent", at={"x": growth_rate}),
        line("mu-K", le(mu, K), "lemma", "smooth", "convex", labels=("aux.mu-below-K",)),
        line("mu-bar", eq(mu_bar, _mu_value), "definition"),
        line(
            "mu-below",
            le(mu_bar, mu * alpha_1),
            "arithmetic",
            weights=[(1, "mu-bar"), (2 * mu * alpha_2, "tangent")],
        ),
        line("K-bar-0", eq(K_bar_0, k_value), "definition"),
        line(
            "conditioned",
            lt(mu_bar, K_bar_0),
            "arithmetic",
            weights=[
                (1, "mu-below"),
                (mu, "alphas"),
                (alpha_2, "mu-K"),
                (K * alpha_2, "tangent-root"),
                (-1, "K-bar-0"),
            ],
        ),
        line("rho", eq(rho_bar_0, _rho_value), "definition"),
        line(
            "rate-positive",
            lt(0, rho_bar_0),
            "arithmetic",
            weights=[(1, 1 - mu_bar * eta_0), (mu_bar * eta_0**2, "conditioned"), (-1, "rho")],
            known=True,
        ),
    )


_rate_below = line("rate-below", lt(rho_bar_0, 1), "arithmetic", weights=[(mu_bar * eta_0, "101"), (1, "rho")])
_range, _rho_range = _GOALS["jE-existence.below-101.rate"], _GOALS["s3.2-rho-range"]
RANGES = (
    Proof(
        _range,
        (
            *_loss,
            *spreads,
            *exponents({}),
            _initialized,
            *before_101({}, unfolded=True),
            TANGENT,
            _mu_known,
            *conditioned(""),
            _rate_below,
            line("Delta-positive", lt(0, Delta), "arithmetic", weights=[(1 + eta_0**d, "rate-positive")]),
        ),
        _rates_folded,
    ),
    Proof(
        _rho_range,
        (
            *_loss,
            *spreads,
            _initialized,
            TANGENT,
            _mu_known,
            *conditioned("-submission"),
            line("below", lt(eta_0, 2 / K_bar_0), "hypothesis"),
            line(
                "rate-below",
                lt(rho_bar_0, 1),
                "arithmetic",
                weights=[(mu_bar * eta_0 * K_bar_0, "below"), (1, "rho")],
            ),
        ),
        _rates_folded,
    ),
)

# The logarithmic cap --------------------------------------------------------------------------------------------------
_ratio = 1 + alpha_1 / (2 * alpha_2)
_log = sp.log(_ratio)
_cap = (
    minimum,
    *spreads,
    *exponents({}),
    _initialized,
    *alphas(""),
    line("ratio", lt(1, _ratio), "algebra"),
    line("log", lt(0, _log), "exponential.log-positive", "ratio", at={"y": _ratio}, known=True),
)
_log_cap = _GOALS["jE-existence.log-cap@power-of-log"]
_step_power = eta_0**c
CAP = (
    Proof(
        _GOALS["jE-existence.log-cap-positive"],
        (*_cap, line("cap", lt(0, eta_3), "power.strict", "log", at={"x": 0, "y": _log, "z": 1 / c})),
        _folded,
    ),
    Proof(
        _log_cap,
        (
            *_cap,
            line("below", lt(eta_0, _log ** (1 / c)), "hypothesis"),
            line(
                "powers", lt(_step_power, _log), "power.strict", "below", at={"x": eta_0, "y": _log ** (1 / c), "z": c}
            ),
            line("reach", le(sp.exp(_log), _ratio), "exponential.logarithm", at={"x": _log, "y": _ratio}),
            line(
                "tangent-gap",
                le(1 + _log - _step_power, sp.exp(_log - _step_power)),
                "exponential.tangent",
                at={"x": _log - _step_power},
            ),
            line(
                "spread",
                lt(_spread, _ratio),
                "arithmetic",
                weights=[(1, "reach"), (_spread, "tangent-gap"), (_spread, "powers")],
            ),
            line("claim", lt(0, mu_bar), "arithmetic", weights=[(2 * mu * alpha_2, "spread")]),
        ),
        _folded,
        idea="exp(x) < y for x < log y: the exponential lies above its tangent.",
    ),
)

# Identities under Table 2's definitions -------------------------------------------------------------------------------


def _identity(label: str, *lines: Line) -> Proof:
    goal = _GOALS[label]
    made = tuple(line(f"claim-{i}", part, "algebra") for i, part in enumerate(claims(goal), 1))
    return Proof(goal, (*spreads, *lines, *made), _folded)


_zero = line("minimum", ZERO_MINIMUM, "hypothesis")
_local = _GOALS["s3.2-local-rate.minimum"]
_k_limit = K * sp.exp(sp.sqrt(eta_0)) * alpha_2
IDENTITIES = (
    _identity("j106.expanded", _zero),
    _identity("j106.divided/repaired", _zero),
    _identity("jE-special-case", _zero),
    _identity("jC.factor-of-overparametrization"),
    _identity("s3.2-local-rate.attained", _zero, _initialized, *alphas("-submission")),
    Proof(
        _local,
        (
            *_loss,
            *spreads,
            *below("-submission"),
            *alphas("-submission"),
            line("mu-bar", eq(mu_bar, _mu_value), "definition"),
            line(
                "claim",
                claims(_local)[0],
                "arithmetic",
                weights=[(mu_bar * _k_limit, eta - 1 / _k_limit), (1 / _k_limit, "mu-bar")],
            ),
        ),
        _rates_folded,
    ),
)
_slower = _GOALS["j68.rates-compared"]
_small, _large = c_1 * alpha_1, c_2 * alpha_2
SLOWER = Proof(
    _slower,
    (
        *spreads,
        _initialized,
        *alphas(""),
        line("c-1", lt(c_1, 1), "hypothesis"),
        line("c-2", lt(1, c_2), "hypothesis"),
        line(
            "apart",
            lt(_small**2 * alpha_2, _large**2 * alpha_1),
            "arithmetic",
            weights=[
                (alpha_1 * alpha_2, "alphas"),
                (alpha_1**2 * alpha_2 * (1 + c_1), "c-1"),
                (alpha_1 * alpha_2**2 * (1 + c_2), "c-2"),
            ],
        ),
        line("claim", claims(_slower)[0], "arithmetic", weights=[(mu / (K * alpha_2 * _large**2), "apart")]),
    ),
    _folded,
)


# Step sizes below eta_max: (19), and the growth bound at t = 0 --------------------------------------------------------
_power_rate, _power_Delta = rho_bar_0**t, Delta**t
_R_t, _R_D = sp.sqrt(2 * K * L_0 * _power_rate), sp.sqrt(2 * K * L_0 * _power_Delta)
_rising = (1 + eta_0**2) ** (t / 2)


def rates(tag: str, order: str | None = None, width: sp.Expr = _half) -> tuple[Line, ...]:
    """0 < rho-bar_0 < 1, 0 < Delta <= 1 below eta_max."""
    return (
        *_loss,
        *spreads,
        *below(tag),
        TANGENT,
        DECAY,
        *conditioned(tag if order is None else order, width),
        _rate_below,
        line("room", le(0, (1 - Delta) * (1 - _back)), "arithmetic", weights=[(1, "102")]),
        line("Delta", le(Delta, 1), "order.cancel", "decay", "room", at={"x": 0, "y": 1 - Delta, "z": 1 - _back}),
    )


_feasible = _GOALS["j19.feasible"]
_grows, _fits = claims(_feasible)
FEASIBLE = Proof(
    _feasible,
    (
        *rates(""),
        line("rising", le(1, _rising), "power.monotone", at={"x": 1, "y": 1 + eta_0**2, "z": t / 2}),
        line("grows", _grows, "arithmetic", weights=[(eta_0, "rising")]),
        line("power", le(_power_rate, 1), "power.monotone", "rate-below", at={"x": rho_bar_0, "y": 1, "z": t}),
        line("Delta-power", le(_power_Delta, 1), "power.monotone", "Delta", at={"x": Delta, "y": 1, "z": t}),
        *falling_K_bar(sp.exp(_root_step) * alpha_2),
        line("fits", _fits, "arithmetic", weights=[(1, "101"), (eta_0, "K-falls")]),
    ),
    _rates_folded,
)


def _best_step(label: str, tag: str) -> Proof:
    goal = _GOALS[label]
    (claim,) = claims(goal)
    least = sp.Min(growth, 1 / K_bar)
    at = {"x": growth, "y": 1 / K_bar}
    best = claim.rhs
    return Proof(
        goal,
        (
            *rates(tag),
            line("admissible", le(eta_other, growth), "hypothesis"),
            line("short-growth", le(growth, 1 / K_bar), "assume"),
            line("long-growth", le(1 / K_bar, growth), "assume"),
            line("least", le(least, 1 / K_bar), "maximum.below", at=at),
            line("short", le(K_bar * least, 1), "arithmetic", weights=[(K_bar, "least")]),
            line("is-growth", le(growth, least), "maximum.greatest", "short-growth", at={**at, "z": growth}),
            line("nearer", le(eta_other, least), "arithmetic", weights=[(1, "admissible"), (1, "is-growth")]),
            line("case-growth", claim, "arithmetic", weights=better_than(mu_bar, K_bar)),
            line("at-root", le(1 / K_bar, least), "maximum.greatest", "long-growth", at={**at, "z": 1 / K_bar}),
            line(
                "case-root",
                le(best, claim.lhs),
                "arithmetic",
                weights=[
                    (mu_bar * K_bar, eta_other - 1 / K_bar),
                    (mu_bar * K_bar, "at-root", "least"),
                ],
            ),
            line("claim", claim, "cases", "case-growth", "short-growth", "case-root", "long-growth"),
        ),
        _rates_folded | {K_bar, growth},
    )


_binds = _GOALS["j3.2-initially-growth-binds"]
_at_zero = {"W1": W1_0, "W2": W2_0}
_T2 = sigma_max_T_0**2
BINDS = Proof(
    _binds,
    (
        *_loss,
        *spreads,
        *below(""),
        *alphas(""),
        line("tangent-root", le(1 + _root_step, sp.exp(_root_step)), "exponential.tangent", at={"x": _root_step}),
        line("top", le(_T2, alpha_2), "lemma", *_names, at=_at_zero, labels=("aux.spectrum-upper",), unfolded=True),
        line("W", le(SigmaMax(W_0), beta_2), "lemma", *_names, at=_at_zero, labels=("aux.beta_2",), unfolded=True),
        line("K-bar-0", eq(K_bar_0, _k_value), "definition"),
        line(
            "claim",
            claims(_binds)[0],
            "arithmetic",
            weights=[
                (1, "101"),
                (-eta_0, "K-bar-0"),
                (eta_0 * K * (1 + 3 * _root_0 * eta_0), "top"),
                (eta_0 * K * alpha_2 * (1 + 3 * _root_0 * eta_0), "tangent-root"),
                (6 * K**2 * L_0 * eta_0**3, "W"),
            ],
        ),
    ),
    _rates_folded,
)

PROOFS = (
    alpha_order("", {}),
    alpha_order("-submission", {beta_2: SUBMISSION_32[beta_2]}),
    below_maximum("", HALF),
    below_maximum("-submission", SUBMISSION_32),
    below_maximum("-E1", {}, INITIAL_E1),
    below_maximum("-E1-c", EXPONENT_C, INITIAL_E1),
    *ROOTS,
    *RANGES,
    *CAP,
    *IDENTITIES,
    SLOWER,
    FEASIBLE,
    _best_step("j19.rho-bar", ""),
    _best_step("s19.rho-bar@written-bar", "-submission"),
    BINDS,
)
