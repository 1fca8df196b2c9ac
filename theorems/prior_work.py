"""Appendix C: the local rate of prior work (Lemma C.1), and the rates around a minimum compared.

rho of (64) is `rho_prior` here, the rate of Theorem 3.1 is `rho`. "Around any global minimum" is the limit
L(t) -> 0, ||grad l(t)||_F -> 0 at fixed singular values. The optimal rates of (66) are values of the quadratics
of (65) (the second without its stray factor) at their minimizers, and lower bounds for every step size.
"""

from __future__ import annotations

import sympy as sp

from theorems.assumptions import HALF, LOSS, POSITIVE_STEP, STANDING, THEOREM_32
from theorems.norms import Fro, SigmaMax
from theorems.notation import (
    W1,
    W2,
    G,
    K,
    K_t,
    L,
    L_next,
    W,
    W_next,
    alpha_1,
    alpha_2,
    eta,
    eta_0,
    mu,
    mu_t,
    rho,
    sigma_max_T,
    sigma_min_T,
    unfold,
)
from theorems.statement import (
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
)
from theorems.table2 import ALPHA_1_REPAIRED

PRODUCT_UPDATE = Statement(
    label="j61.product-update",
    source=(journal("61"),),
    kind=Kind.IDENTITY,
    then=eq(W_next, W - eta * (G * W2 * W2.T + W1 * W1.T * G) + eta**2 * G * W.T * G),
    cites=("j40.gram-operator",),
)

_g, _w = Fro(G), SigmaMax(W)
RHO_PRIOR = (
    1
    - 2 * eta * mu * sigma_min_T**2
    + K * mu * eta**2 * sigma_max_T**4
    + 2 * eta**2 * mu * _w * _g
    + 2 * eta**3 * mu * K * sigma_max_T**2 * _w * _g
    + eta**4 * mu * K * _w**2 * _g**2
)
_STEP_62 = ge(
    sigma_min_T**2 - eta * _g * Fro(W) - K * eta / 2 * (sigma_max_T**2 + eta * _g * Fro(W)) ** 2,
    0,
)
LEMMA_C1 = Statement(
    label="j63.descent-of-prior-work",
    source=(journal("62", "63", "64", "Lemma C.1"),),
    kind=Kind.STEP,
    given=(*LOSS, POSITIVE_STEP, _STEP_62),
    then=le(L_next, RHO_PRIOR * L),
    cites=("j61.product-update",),
)

# Degrees and limits, in scalars: g stands for ||grad l(t)||_F, w for sigma_max(W(t)) ---------------------------
g, w = (sp.Symbol(name, real=True, positive=True) for name in ("g", "w"))
_PRIOR = RHO_PRIOR.xreplace({_g: g, _w: w})
_THIS = unfold(rho, only=(rho, mu_t, K_t)).xreplace({_w: w})
_QUADRATIC_PRIOR = 1 - 2 * eta * mu * sigma_min_T**2 + eta**2 * K * mu * sigma_max_T**4
_QUADRATIC_THIS = 1 - 2 * eta * mu * sigma_min_T**2 + eta**2 * K * mu * sigma_min_T**2 * sigma_max_T**2
_PRINTED_THIS = 1 - 2 * eta * mu * sigma_min_T**2 + eta**2 * K * mu * sigma_min_T**2 * eta**2 * sigma_max_T**2
_RATE_PRIOR = 1 - mu / K * sigma_min_T**4 / sigma_max_T**4
_RATE_THIS = 1 - mu / K * sigma_min_T**2 / sigma_max_T**2
_NONZERO = (gt(sigma_max_T, 0), gt(sigma_min_T, 0))
_SPECTRUM = (*_NONZERO, gt(K, 0), gt(mu, 0))

RATES = (
    Statement(
        label="jC.degree-of-prior-rate",
        source=(journal("C-degree", "64"),),
        kind=Kind.LIMIT,
        given=(*_SPECTRUM, gt(L, 0)),
        then=Limit(_PRIOR / eta**4, eta, sp.oo, mu * K * w**2 * g**2),
        note="degree four in eta_t: the quotient by eta_t^4 has a positive limit",
    ),
    Statement(
        label="jC.degree-of-this-rate",
        source=(journal("C-degree", "70"),),
        kind=Kind.LIMIT,
        given=(*_SPECTRUM, gt(L, 0)),
        then=Limit(_THIS / eta**4, eta, sp.oo, 6 * mu * sigma_min_T**2 * K**2 * w * L),
        note="degree four in eta_t: K_t of (72) holds eta_t^2",
    ),
    Statement(
        label="j65.rate-of-prior-work",
        source=(journal("65"),),
        kind=Kind.LIMIT,
        then=Limit(_PRIOR, g, sp.S.Zero, _QUADRATIC_PRIOR),
    ),
    Statement(
        label="j65.rate-of-this-work",
        source=(journal("65"),),
        kind=Kind.LIMIT,
        then=Limit(_THIS, L, sp.S.Zero, _PRINTED_THIS),
        note="printed with eta_t^2 twice in the last term",
    ),
    Statement(
        label="j65.rate-of-this-work",
        source=(journal("65"),),
        kind=Kind.LIMIT,
        form=Form.REPAIRED,
        repairs="j65.rate-of-this-work",
        then=Limit(_THIS, L, sp.S.Zero, _QUADRATIC_THIS),
    ),
)


def _optimum(label: str, quadratic: sp.Expr, best: sp.Expr, rate: sp.Expr) -> tuple[Statement, ...]:
    return (
        Statement(
            label=f"{label}-attained",
            source=(journal("66"),),
            kind=Kind.IDENTITY,
            given=_SPECTRUM,
            then=eq(quadratic.xreplace({eta: best}), rate),
            note="the value at the minimizing step size",
        ),
        Statement(
            label=f"{label}-optimal",
            source=(journal("66"),),
            kind=Kind.INEQUALITY,
            given=_SPECTRUM,
            then=ge(quadratic, rate),
            note="no step size does better",
        ),
    )


_BEST_PRIOR = sigma_min_T**2 / (K * sigma_max_T**4)
OPTIMA = (
    *_optimum("j66.prior-rate", _QUADRATIC_PRIOR, _BEST_PRIOR, _RATE_PRIOR),
    *_optimum("j66.this-rate", _QUADRATIC_THIS, 1 / (K * sigma_max_T**2), _RATE_THIS),
    Statement(
        label="jC.faster-by-condition-number",
        source=(journal("C-improvement"), journal("4.2-order")),
        kind=Kind.IDENTITY,
        given=_SPECTRUM,
        then=eq((1 - _RATE_PRIOR) / (1 - _RATE_THIS), sigma_min_T**2 / sigma_max_T**2),
        note="the decreases 1 - rate differ by the factor sigma_min^2 / sigma_max^2",
    ),
    Statement(
        label="jC.rates-compared",
        source=(journal("C-improvement"),),
        kind=Kind.INEQUALITY,
        given=_SPECTRUM,
        then=le(_RATE_THIS, _RATE_PRIOR),
        note="the local rate of this work is at least as fast",
    ),
)

# Uniform bounds on the condition number of T_t along a run of Theorem 3.2 ----------------------------------------
_C_OF_ETA_0 = (1 + 2 * alpha_2 / alpha_1 * (1 - sp.exp(sp.sqrt(eta_0)))) / sp.exp(sp.sqrt(eta_0))
_CONDITION = sigma_min_T**2 / sigma_max_T**2
_ON_A_RUN = "c(eta_0) is what (22) gives: (1 + 2 (alpha_2/alpha_1)(1 - exp(sqrt(eta_0)))) exp(-sqrt(eta_0))"
UNIFORM = (
    Statement(
        label="jC.condition-number-bound",
        source=(journal("C-uniform"),),
        kind=Kind.TRAJECTORY,
        given=THEOREM_32,
        where=HALF,
        then=le(_CONDITION, _C_OF_ETA_0 * alpha_1 / alpha_2),
        note=f"{_ON_A_RUN}; the text prints an upper bound",
    ),
    Statement(
        label="jC.condition-number-bound",
        source=(journal("C-uniform"),),
        kind=Kind.TRAJECTORY,
        form=Form.REPAIRED,
        repairs="jC.condition-number-bound",
        given=THEOREM_32,
        where={**HALF, alpha_1: ALPHA_1_REPAIRED},
        then=ge(_CONDITION, _C_OF_ETA_0 * alpha_1 / alpha_2),
        note=f"{_ON_A_RUN}; a lower bound, with the margin of Table 2 only on the smaller side",
    ),
    Statement(
        label="jC.constant-approaches-one",
        source=(journal("C-uniform"),),
        kind=Kind.LIMIT,
        given=(gt(alpha_1, 0), gt(alpha_2, 0)),
        then=Limit(_C_OF_ETA_0, eta_0, sp.S.Zero, sp.S.One),
    ),
    Statement(
        label="jC.condition-number-of-prior-work",
        source=(journal("C-prior-uniform"),),
        kind=Kind.TRAJECTORY,
        then=None,
        out_of_scope="what Xu et al. (2023) prove about their own step sizes",
    ),
    Statement(
        label="jC.claim-E1-of-prior-work",
        source=(journal("C-prior-uniform"),),
        kind=Kind.INEQUALITY,
        then=None,
        out_of_scope="Claim E.1 of Xu et al. (2023), about their own constants c_1 and c_2",
    ),
)
_LOCAL = 1 - mu / K * (alpha_1 + 2 * alpha_2 * (1 - sp.exp(sp.sqrt(eta_0)))) / (sp.exp(sp.sqrt(eta_0)) * alpha_2)
_RATE_67 = 1 - mu / K * alpha_1 / alpha_2
c_1, c_2 = (sp.Symbol(name, real=True, positive=True) for name in ("c_1", "c_2"))
_RATE_68 = 1 - mu / K * c_1**2 * alpha_1**2 / (c_2**2 * alpha_2**2)
FINAL_RATES = (
    Statement(
        label="j67.optimal-rate",
        source=(journal("67", "G.2-local-rate"),),
        kind=Kind.LIMIT,
        given=(gt(alpha_1, 0), gt(alpha_2, 0), gt(K, 0), gt(mu, 0)),
        then=Limit(_LOCAL, eta_0, sp.S.Zero, _RATE_67),
        note="the local rate of Section 3.2 as eta_0 decreases to 0",
    ),
    Statement(
        label="j68.rate-of-prior-work",
        source=(journal("68"),),
        kind=Kind.INEQUALITY,
        then=None,
        out_of_scope="the rate that Xu et al. (2023) prove, with their constants c_1 and c_2",
    ),
    Statement(
        label="j68.rates-compared",
        source=(journal("68", "C-improvement"),),
        kind=Kind.INEQUALITY,
        given=(gt(K, 0), gt(mu, 0), gt(alpha_1, 0), lt(c_1, 1), gt(c_2, 1)),
        then=lt(_RATE_67, _RATE_68),
        note="(67) against (68) as formulas, whoever proves them",
    ),
    Statement(
        label="jC.factor-of-overparametrization",
        source=(journal("C-overparametrization"),),
        kind=Kind.IDENTITY,
        given=(gt(K, 0), gt(mu, 0), gt(alpha_2, 0)),
        then=eq((1 - _RATE_67) / (1 - (1 - mu / K)), alpha_1 / alpha_2),
        note="the two optimal rates differ by the factor alpha_1/alpha_2 in 1 - rate",
    ),
    Statement(
        label="jC.no-linear-convergence-from-66",
        source=(journal("C-improvement"),),
        kind=Kind.LIMIT,
        given=(gt(K, 0), gt(mu, 0), gt(sigma_max_T, 0)),
        then=Limit(_RATE_THIS, sigma_min_T, sp.S.Zero, sp.S.One),
        note="(66) tends to 1 when sigma_min^2/sigma_max^2 tends to 0",
    ),
)

# Section 4.2 on the same comparison ---------------------------------------------------------------------------
POINTWISE = Reading("every-step-size", "rho(eta_t, t) is at most the rate of (64) for every step size")
AROUND_MINIMUM = Reading("around-minimum", "the optimal local rate around a minimum is at most that of prior work")
SHARPER = (
    Statement(
        label="j4.2-sharper-rate",
        source=(journal("4.2-sharper"),),
        kind=Kind.STEP,
        given=(*STANDING, POSITIVE_STEP),
        then=le(rho, RHO_PRIOR),
        reading=POINTWISE,
    ),
    Statement(
        label="j4.2-sharper-rate",
        source=(journal("4.2-sharper"),),
        kind=Kind.INEQUALITY,
        given=_SPECTRUM,
        then=le(_RATE_THIS, _RATE_PRIOR),
        reading=AROUND_MINIMUM,
    ),
    Statement(
        label="j4.2-sharper-rate",
        source=(journal("4.2-sharper"),),
        kind=Kind.INEQUALITY,
        form=Form.REPAIRED,
        repairs="j4.2-sharper-rate",
        given=(*_SPECTRUM, gt(eta, 0)),
        then=le(_QUADRATIC_THIS, _QUADRATIC_PRIOR),
        note="around a minimum, for every step size",
    ),
)
SLOWER = Statement(
    label="j4.1-slower-with-ratio",
    source=(journal("4.1-why", "67"),),
    kind=Kind.MONOTONICITY,
    given=(gt(alpha_1, 0), gt(alpha_2, 0), gt(K, 0), gt(mu, 0)),
    then=Monotone(_RATE_67, alpha_1, "decreasing"),
    note="the smaller alpha_1/alpha_2, the closer the bound on the local rate is to 1",
)

STATEMENTS = (
    PRODUCT_UPDATE,
    LEMMA_C1,
    *RATES,
    *OPTIMA,
    *UNIFORM,
    *FINAL_RATES,
    *SHARPER,
    SLOWER,
)
