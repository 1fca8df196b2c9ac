"""Appendix E: the induction that proves Theorem E.1, A1 to A4 with (110)-(115) and (121)-(128).

`INDUCTION` is what the paper assumes of iterations up to t; each displayed line is a claim of its own under it.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import INITIAL_E1, LOSS, POSITIVE_STEP, STANDING, THEOREM_E1
from theorems.norms import Fro, SigmaMax, SigmaMin
from theorems.notation import (
    D_0,
    L_0,
    D,
    D_next,
    Delta,
    K,
    K_bar,
    K_bar_0,
    K_t,
    L,
    L_next,
    T_lower_next,
    T_upper,
    T_upper_next,
    W,
    W_next,
    W_star,
    alpha_1,
    alpha_2,
    beta_1,
    beta_2,
    c,
    d,
    drift,
    eta,
    eta_0,
    grad_norm,
    mu,
    mu_bar,
    mu_t,
    rho,
    rho_bar,
    rho_bar_0,
    sigma_max_T,
    sigma_max_T_next,
    sigma_min_T,
    sigma_min_T_next,
    t,
    unfold,
)
from theorems.readings import C_EXPONENT, EXTRACTED_BETA, SQRT_EXPONENT
from theorems.statement import Chain, Form, Kind, Statement, eq, ge, journal, le
from theorems.table2 import REPAIRED, definitions, padded

_spread = sp.exp(eta_0**c)
_lower = alpha_1 + 2 * alpha_2 * (1 - _spread)

# The induction hypothesis: A1 (as its consequence (127)), A2, A3, A4 at all steps 0 .. t
A1 = le(L, L_0 * rho_bar_0**t)
A2 = (ge(SigmaMin(W), beta_1), le(SigmaMax(W), beta_2))
A3 = le(Fro(D - D_0), drift)
A4 = (le(_lower, sigma_min_T**2), le(sigma_max_T**2, alpha_2 * _spread))
INDUCTION = (*THEOREM_E1, A1, *A2, A3, *A4)


def _repaired(claim: Statement, **changes: object) -> Statement:
    changes.setdefault("where", REPAIRED)
    return replace(claim, form=Form.REPAIRED, repairs=claim.label, **changes)  # type: ignore[arg-type]


# A1 to A4 as claims of the theorem ----------------------------------------------------------------
A1_INITIAL = Statement(
    label="jE-A1.initial",
    source=(journal("E-A1", "Theorem E.1"),),
    kind=Kind.TRAJECTORY,
    given=THEOREM_E1,
    then=le(L * rho, L * rho_bar_0),
    cites=("j113.initial",),
)
A3_NEXT = replace(
    A1_INITIAL,
    label="jE-A3",
    source=(journal("E-A3", "117"),),
    then=le(Fro(D_next - D_0), drift),
    cites=("j117.geometric",),
    note="alpha_2(0), as A3 writes it, is alpha_2",
)
A4_LOWER = replace(
    A1_INITIAL, label="jE-A4.lower", source=(journal("E-A4"),), then=A4[0], cites=("j123.lemma", "j123.bound")
)
A4_UPPER = replace(A1_INITIAL, label="jE-A4.upper", source=(journal("E-A4"),), then=A4[1], cites=("j122.lemma",))
FOUR_CLAIMS = (
    replace(A1_INITIAL, label="jE-A1.rate", then=le(L_next, L * rho), cites=("j10.rate",)),
    A1_INITIAL,
    _repaired(A1_INITIAL),
    replace(A1_INITIAL, label="jE-A2.beta-1", source=(journal("E-A2"),), then=A2[0], cites=()),
    replace(A1_INITIAL, label="jE-A2.beta-2", source=(journal("E-A2"),), then=A2[1], cites=("j115.initial-loss",)),
    A3_NEXT,
    _repaired(A3_NEXT),
    A4_LOWER,
    padded(A4_LOWER),
    _repaired(A4_LOWER),
    A4_UPPER,
    _repaired(A4_UPPER),
)

# Lemma E.1: (110), (125)-(128) --------------------------------------------------------------------
MU_LOWER = Statement(
    label="j110.mu-lower",
    source=(journal("110", "125", "Lemma E.1"),),
    kind=Kind.TRAJECTORY,
    given=INDUCTION,
    then=le(mu_bar, mu_t),
)
K_UPPER = replace(MU_LOWER, label="j110.K-upper", then=le(K_t, K_bar), reading=SQRT_EXPONENT, cites=("j128.exponent",))
MU_ALPHA = Statement(
    label="j126.mu-alpha",
    source=(journal("126"),),
    kind=Kind.TRAJECTORY,
    given=INDUCTION,
    then=ge(mu_t, mu * alpha_1),
    cites=("jE-A4.lower",),
)
_root_rate = sp.sqrt(2 * K * L_0 * rho_bar_0**t)
_k_spectral = (
    K * alpha_2 * _spread
    + _root_rate
    + 6 * K**2 * beta_2 * L_0 * rho_bar_0**t * eta**2
    + 3 * K * alpha_2 * _spread * _root_rate * eta
)
_growth = 1 + eta_0**d
_k_growth = (
    K * alpha_2 * _spread
    + _root_rate
    + 6 * K**2 * beta_2 * L_0 * rho_bar_0**t * _growth**t * eta_0**2
    + 3 * K * alpha_2 * _spread * sp.sqrt(2 * K * L_0 * rho_bar_0**t * _growth**t) * eta_0
)
EXPONENT = Statement(
    label="j128.exponent",
    source=(journal("128"),),
    kind=Kind.IDENTITY,
    given=(*INITIAL_E1, ge(t, 0)),
    then=eq(_k_growth, unfold(K_bar, only=(K_bar,))),
    reading=SQRT_EXPONENT,
    note="the last line, which replaces exp(eta_0^c) by exp(sqrt(eta_0))",
)
LEMMA_E1 = (
    MU_LOWER,
    K_UPPER,
    replace(K_UPPER, reading=C_EXPONENT, where=definitions(reading=C_EXPONENT)),
    _repaired(K_UPPER, reading=C_EXPONENT),
    MU_ALPHA,
    _repaired(MU_ALPHA, then=ge(mu_t, mu * _lower), where={}),
    Statement(
        label="j127.linear",
        source=(journal("127"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        then=le(L * rho_bar_0, L_0 * rho_bar_0 ** (t + 1)),
        cites=("jE-A1.initial",),
    ),
    *Chain(
        label="j128",
        source=(journal("128"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        first=K_t,
        lines=(
            ("<=", _k_spectral, "spectral", ("jE-A4.upper", "jE-A2.beta-2", "j127.linear")),
            ("<=", _k_growth, "growth", ()),
        ),
    ).statements(),
    EXPONENT,
    _repaired(
        EXPONENT,
        reading=C_EXPONENT,
        then=eq(_k_growth, unfold(K_bar, REPAIRED, only=(K_bar,))),
        note="with exp(eta_0^c) in K-bar_t",
    ),
)

# A1(t + 1): (111)-(113) ---------------------------------------------------------------------------
_C = definitions(reading=C_EXPONENT)
_DECREASE = tuple(
    Chain(
        label="j112",
        source=(journal("112"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        reading=SQRT_EXPONENT,
        first=L_next,
        lines=(
            ("<=", L - (eta - K_t * eta**2 / 2) * grad_norm**2, "descent", ("j9.descent",)),
            ("<=", L - 2 * mu_t * (eta - K_t * eta**2 / 2) * L, "pl", ("j9.pl",)),
            ("<=", L - 2 * mu_bar * (eta - K_t * eta**2 / 2) * L, "mu-bar", ("j110.mu-lower",)),
            ("==", (1 - 2 * mu_bar * eta + mu_bar * K_t * eta**2) * L, "collected", ()),
            ("<=", rho_bar * L, "rho-bar", ("j110.K-upper",)),
        ),
    ).statements()
)
_INITIAL = tuple(
    Chain(
        label="j113",
        source=(journal("113"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        reading=SQRT_EXPONENT,
        first=rho,
        lines=(
            ("<=", 1 - 2 * mu_bar * eta + mu_bar * K_t * eta**2, "mu-bar", ("j110.mu-lower",)),
            ("<=", 1 - 2 * mu_bar * eta_0 + mu_bar * K_t * eta_0**2, "smallest-step", ()),
            ("<=", 1 - 2 * mu_bar * eta_0 + mu_bar * K_bar_0 * eta_0**2, "initial", ("j110.K-upper",)),
        ),
    ).statements()
)
A1_LINES = (
    Statement(
        label="j111.descent",
        source=(journal("111"),),
        kind=Kind.STEP,
        given=(*STANDING, POSITIVE_STEP),
        then=le(L_next, L - (eta - K_t * eta**2 / 2) * grad_norm**2),
        cites=("j9.descent",),
    ),
    Statement(
        label="j111.pl",
        source=(journal("111"),),
        kind=Kind.STEP,
        given=STANDING,
        then=ge(grad_norm**2 / 2, mu_t * L),
        cites=("j9.pl",),
    ),
    *_DECREASE,
    *_INITIAL,
    replace(_DECREASE[-1], reading=C_EXPONENT, where=_C),
    replace(_INITIAL[-1], reading=C_EXPONENT, where=_C),
)

# A2(t + 1): (114), (115) --------------------------------------------------------------------------
_distance = Fro(W_next - W_star)
_root_next, _root_initial = sp.sqrt(2 / mu * L_next), sp.sqrt(2 / mu * L_0)
_NEXT_BELOW_INITIAL = (*LOSS, POSITIVE_STEP, le(L_next, L_0))
WEYL = tuple(
    Chain(
        label="j115",
        source=(journal("115"),),
        kind=Kind.STEP,
        given=_NEXT_BELOW_INITIAL,
        first=SigmaMax(W_next),
        lines=(
            ("<=", SigmaMax(W_star) + SigmaMax(W_next - W_star), "weyl", ()),
            ("<=", SigmaMax(W_star) + _distance, "frobenius", ()),
            ("<=", SigmaMax(W_star) + _root_next, "loss", ("j114.lower",)),
            ("<=", SigmaMax(W_star) + _root_initial, "initial-loss", ()),
            ("<=", beta_2, "beta-2", ("j114.upper",)),
        ),
    ).statements()
)
A2_LINES = (
    Statement(
        label="j114.lower",
        source=(journal("114"),),
        kind=Kind.STEP,
        given=(*LOSS, POSITIVE_STEP),
        then=le(mu / 2 * _distance**2, L_next),
    ),
    Statement(
        label="j114.upper",
        source=(journal("114"),),
        kind=Kind.STEP,
        given=(*LOSS, POSITIVE_STEP),
        then=le(L_next, K / 2 * _distance**2),
    ),
    *WEYL,
    replace(
        WEYL[2],
        reading=EXTRACTED_BETA,
        then=le(SigmaMax(W_star) + _distance, SigmaMax(W_star) + sp.sqrt(2 / mu) * L_next),
    ),
    Statement(
        label="j115.beta-1",
        source=(journal("E-A2"),),
        kind=Kind.STEP,
        given=_NEXT_BELOW_INITIAL,
        then=le(beta_1, SigmaMin(W_next)),
    ),
)

# A4(t + 1): (121)-(124) ---------------------------------------------------------------------------
_decay = 1 - sp.exp(-(eta_0**c))
MIN_NEXT = Statement(
    label="j123.lemma",
    source=(journal("123"),),
    kind=Kind.TRAJECTORY,
    given=INDUCTION,
    then=ge(sigma_min_T_next**2, T_lower_next),
    cites=("j119.lower",),
)
A4_LINES = (
    Statement(
        label="j121.sum",
        source=(journal("121"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        then=eq(T_lower_next + 2 * T_upper_next, alpha_1 + 2 * alpha_2),
    ),
    Statement(
        label="j121.upper",
        source=(journal("121"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        then=le(T_upper_next, _spread * alpha_2),
        cites=("j124.spread",),
    ),
    Statement(
        label="j122.lemma",
        source=(journal("122"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        then=le(sigma_max_T_next**2, T_upper_next),
        cites=("j120.upper",),
    ),
    MIN_NEXT,
    _repaired(MIN_NEXT),
    Statement(
        label="j123.bound",
        source=(journal("123"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        then=ge(T_lower_next, _lower),
        cites=("j121.upper",),
    ),
    *Chain(
        label="j124",
        source=(journal("124"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        first=T_upper,
        lines=(
            ("==", alpha_2 + 2 * Fro(D - D_0), "definition", ()),
            ("<=", alpha_2 + 4 * K * L_0 * eta_0**2 * alpha_2 * _spread / (1 - Delta), "drift", ("jE-A3",)),
            (
                "<=",
                alpha_2 + _decay * (1 - Delta) * alpha_2 * _spread / (1 - Delta),
                "step-bound",
                ("j108.below-102",),
            ),
            ("==", _spread * alpha_2, "spread", ()),
        ),
    ).statements(),
)

STATEMENTS = (*FOUR_CLAIMS, *LEMMA_E1, *A1_LINES, *A2_LINES, *A4_LINES)
