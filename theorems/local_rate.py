"""Section 3.1: the local PL inequality and descent lemma of Theorem 3.1, and the local rate around a minimum."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import POSITIVE_STEP, STANDING, STEP_BELOW_TWO
from theorems.norms import SigmaMin
from theorems.notation import (
    L_0,
    W1,
    W2,
    K,
    K_minimum,
    K_t,
    L,
    L_next,
    eta,
    grad_norm,
    mu,
    mu_t,
    rho,
    rho_minimum,
    rho_uniform,
    sigma_max_T,
    sigma_max_T_0,
    sigma_min_T,
    sigma_min_T_0,
    t,
    unfold,
)
from theorems.readings import FROZEN_K, PADDED, SMALLEST, VARYING_K
from theorems.statement import (
    AllOf,
    Chain,
    Form,
    Kind,
    Limit,
    Monotone,
    Reading,
    Statement,
    eq,
    ge,
    gt,
    journal,
    le,
    lt,
    submission,
)

_SENTENCES = (journal("3.1"), submission("3.1"))
_GRADIENT_STEP = (*STANDING, POSITIVE_STEP, STEP_BELOW_TWO)
# Lemma A.2 read with the smallest of the min(p, q) singular values of each factor
SMALLEST_T = {sigma_min_T: sp.sqrt(SigmaMin(W1) ** 2 + SigmaMin(W2) ** 2)}

DESCENT = Statement(
    label="j9.descent",
    source=(journal("9", "12", "Theorem 3.1"), submission("10", "13", "Theorem 3.1")),
    kind=Kind.STEP,
    given=(*STANDING, POSITIVE_STEP),
    then=le(L_next, L - (eta - K_t * eta**2 / 2) * grad_norm**2),
)

LOCAL_PL = Statement(
    label="j9.pl",
    source=(journal("9", "11", "Theorem 3.1"), submission("10", "12", "Theorem 3.1")),
    kind=Kind.STEP,
    given=STANDING,
    then=ge(grad_norm**2 / 2, mu_t * L),
    reading=PADDED,
    cites=("j4.pl",),
)

RATE = Statement(
    label="j10.rate",
    source=(journal("10", "Theorem 3.1"), submission("11", "Theorem 3.1")),
    kind=Kind.STEP,
    given=_GRADIENT_STEP,
    then=le(L_next, L * rho),
    reading=PADDED,
    cites=("j9.descent", "j9.pl"),
)

THEOREM_31 = (
    DESCENT,
    LOCAL_PL,
    replace(LOCAL_PL, reading=SMALLEST, where=SMALLEST_T),
    RATE,
    replace(RATE, reading=SMALLEST, where=SMALLEST_T),
    Statement(
        label="j3.1-small-step",
        source=_SENTENCES,
        kind=Kind.LIMIT,
        then=Limit(unfold(eta * K_t, only=(K_t,)), eta, sp.S.Zero, sp.S.Zero),
        note="eta_t K_t < 2 for every sufficiently small eta_t",
    ),
    Statement(
        label="j3.1-infimum",
        source=_SENTENCES,
        kind=Kind.STEP,
        given=(*_GRADIENT_STEP, gt(K_t, 0)),
        then=AllOf(ge(rho, 1 - mu_t / K_t), le(rho, 1)),
        note="rho lies between 1 - mu_t/K_t and 1, so that mu_t/K_t -> 0 forces its infimum to 1",
    ),
    Statement(
        label="j3.1-product",
        source=_SENTENCES,
        kind=Kind.LIMIT,
        then=Limit((t + 3) / (2 * (t + 2)), t, sp.oo, sp.Rational(1, 2), side="-"),
        note="factors below 1 whose product does not vanish: prod_{l=0}^t (1 - 1/(l+2)^2) = (t+3) / (2 (t+2))",
    ),
    *Chain(
        label="j13",
        source=(journal("13"), submission("14")),
        kind=Kind.TRAJECTORY,
        given=(*_GRADIENT_STEP, le(rho, rho_uniform), gt(rho_uniform, 0), lt(rho_uniform, 1)),
        first=L_next,
        lines=(
            ("<=", rho * L, "rate", ("j10.rate",)),
            ("<=", rho_uniform * L, "uniform", ()),
            ("<=", rho_uniform ** (t + 1) * L_0, "linear", ("j10.rate",)),
        ),
    ).statements(),
)

_rest = unfold(K_t, only=(K_t,)) - K * sigma_max_T**2

CONSTANTS = (
    Statement(
        label="j3.1-rest-vanishes",
        source=_SENTENCES,
        kind=Kind.LIMIT,
        given=(gt(K, 0), gt(eta, 0)),
        then=Limit(_rest, L, sp.S.Zero, sp.S.Zero),
        note="all of K_t but its first term goes to zero with the loss",
    ),
    Statement(
        label="j3.1-rest-decreases",
        source=_SENTENCES,
        kind=Kind.MONOTONICITY,
        given=(gt(K, 0), gt(eta, 0), gt(L, 0)),
        then=Monotone(_rest, L, "increasing"),
        note="the terms decrease as the loss does",
    ),
    Statement(
        label="j3.1-around-minimum",
        source=(journal("3.1-around-minimum"),),
        kind=Kind.LIMIT,
        given=(gt(K, 0), gt(mu, 0)),
        then=Limit(unfold(rho, only=(rho, K_t)), L, sp.S.Zero, unfold(rho_minimum, only=(rho_minimum, K_minimum))),
        note="around a global minimum K_t reduces to K sigma_max^2(T_t)",
    ),
)

_AROUND = journal("3.1-around-minimum")
_ratio = sigma_min_T / sigma_max_T
_optimum = unfold(rho_minimum, only=(rho_minimum,)).xreplace({eta: 1 / K_minimum})
_NONZERO = (*STANDING, gt(sigma_max_T, 0))

SIMPLIFIED = Statement(
    label="j3.1-simplified-rho",
    source=(_AROUND,),
    kind=Kind.STEP,
    given=(*STANDING, POSITIVE_STEP),
    then=eq(rho_minimum, 1 - 2 * mu * sigma_min_T * eta + mu * K * sigma_min_T * sigma_max_T * eta**2),
)

OPTIMAL_LOCAL_RATE = Statement(
    label="j14.optimal-local-rate",
    source=(journal("14"),),
    kind=Kind.STEP,
    given=_NONZERO,
    then=eq(_optimum, 1 - mu / K * _ratio),
    cites=("j3.1-simplified-rho",),
    note="the value of rho around a minimum at its minimizer 1/K_t",
)

KAPPA_OF_GRAM = Reading(
    "kappa-of-gram", "the operator is T_0* T_0, whose condition number is the square of that of T_0"
)
ONE_CONDITION_NUMBER = Statement(
    label="j1.1-one-condition-number",
    source=(journal("1.1"),),
    kind=Kind.STEP,
    given=(*STANDING, gt(sigma_max_T_0, 0)),
    then=eq(1 - mu * sigma_min_T_0**2 / (K * sigma_max_T_0**2), 1 - mu / K * sigma_min_T_0 / sigma_max_T_0),
    cites=("j14.optimal-local-rate",),
    note="the local rate at the weights of T_0 is worsened by one factor of the condition number of T_0",
)

LOCAL_RATE = (
    SIMPLIFIED,
    replace(
        SIMPLIFIED,
        form=Form.REPAIRED,
        repairs=SIMPLIFIED.label,
        then=eq(rho_minimum, 1 - 2 * mu * sigma_min_T**2 * eta + mu * K * sigma_min_T**2 * sigma_max_T**2 * eta**2),
    ),
    Statement(
        label="j14.minimum",
        source=(journal("14"),),
        kind=Kind.STEP,
        given=(*_NONZERO, POSITIVE_STEP),
        then=ge(rho_minimum, _optimum),
        note="over all step sizes rho around a minimum is smallest at 1/K_t",
    ),
    OPTIMAL_LOCAL_RATE,
    replace(
        OPTIMAL_LOCAL_RATE,
        form=Form.REPAIRED,
        repairs=OPTIMAL_LOCAL_RATE.label,
        then=eq(_optimum, 1 - mu / K * _ratio**2),
        note="worsened by the square of the condition number of T_t",
    ),
    ONE_CONDITION_NUMBER,
    replace(
        ONE_CONDITION_NUMBER,
        form=Form.REPAIRED,
        repairs=ONE_CONDITION_NUMBER.label,
        then=eq(1 - mu * sigma_min_T_0**2 / (K * sigma_max_T_0**2), 1 - mu / K * (sigma_min_T_0 / sigma_max_T_0) ** 2),
        note="the condition number of T_0* T_0, the square of that of T_0",
    ),
    replace(
        ONE_CONDITION_NUMBER,
        label="s1.1-one-condition-number",
        source=(submission("1.1"),),
        reading=KAPPA_OF_GRAM,
        then=eq(1 - mu * sigma_min_T_0**2 / (K * sigma_max_T_0**2), 1 - mu / K * (sigma_min_T_0 / sigma_max_T_0) ** 2),
        cites=(),
        note="the sentence speaks of one condition number of an operator and does not name the operator",
    ),
    Statement(
        label="j14.well-conditioned",
        source=(journal("14"),),
        kind=Kind.MONOTONICITY,
        given=(gt(mu, 0), gt(K, 0), gt(sigma_max_T, 0), gt(sigma_min_T, 0)),
        then=Monotone(1 - mu / K * _ratio, sigma_min_T, "decreasing"),
        note="the local rate becomes faster as T_t becomes well-conditioned",
    ),
)

# "theoretically, the optimal choice is 1/K_t": no admissible step has a smaller rho
OPTIMAL_STEP = Statement(
    label="j3.2-optimal-step",
    source=(journal("3.2-smoothness"), submission("3.2-smoothness")),
    kind=Kind.MONOTONICITY,
    given=(gt(mu_t, 0), gt(K_t, 0), gt(eta, 0), lt(eta * K_t, 1)),
    then=Monotone(unfold(rho, only=(rho,)), eta, "decreasing"),
    reading=FROZEN_K,
    note="rho decreases in eta_t up to 1/K_t, so that 1/K_t is the best choice",
)

_varying = unfold(K_t, only=(K_t,))
_constants = (gt(mu_t, 0), gt(sigma_max_T, 0), gt(L, 0), gt(K, 0), gt(eta, 0))
OPTIMAL_VARYING = replace(
    OPTIMAL_STEP,
    reading=VARYING_K,
    given=(*_constants, lt(eta * _varying, 1)),
    then=Monotone(unfold(rho, only=(rho, K_t)), eta, "decreasing"),
)
OPTIMAL_CHOICE = (
    OPTIMAL_STEP,
    OPTIMAL_VARYING,
    replace(
        OPTIMAL_VARYING,
        form=Form.REPAIRED,
        repairs=OPTIMAL_STEP.label,
        given=(*_constants, lt(eta * _varying, sp.Rational(1, 2))),
        note="K_t grows at most like eta_t^2, so that rho decreases up to eta_t K_t = 1/2",
    ),
)

STATEMENTS = (*THEOREM_31, *CONSTANTS, *LOCAL_RATE, *OPTIMAL_CHOICE)
