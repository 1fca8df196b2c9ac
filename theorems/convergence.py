"""Theorem 3.2 and Theorem E.1: the rate of gradient descent on Problem 2, and the local rate of Section 3.2.

Theorem 3.2 of both versions is Theorem E.1 with c = 1/2, d = 2 (`HALF`). The repaired forms use the repaired
alpha_1 of `theorems.table2` and exp(eta_0^c) in K-bar_t.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import (
    HALF,
    INITIAL_32,
    POSITIVE_STEP,
    STANDING,
    STEP_BELOW_TWO,
    STEP_RANGE_AT_ZERO,
    STEP_RANGE_RENDERED,
    THEOREM_32,
    THEOREM_E1,
    THEOREM_E1_SHARP,
)
from theorems.norms import HistoryProduct
from theorems.notation import (
    L_0,
    K,
    K_bar,
    K_initial,
    K_minimum,
    K_t,
    L,
    L_next,
    alpha_1,
    alpha_2,
    eta,
    eta_0,
    growth,
    mu,
    mu_bar,
    mu_t,
    rho,
    rho_bar,
    rho_bar_0,
    sigma_max_T,
    sigma_min_T,
    t,
    unfold,
)
from theorems.readings import (
    C_EXPONENT,
    EXTRACTED_ALPHA,
    EXTRACTED_BETA,
    EXTRACTED_GROWTH,
    EXTRACTED_ROOT,
    IMPLICIT_STEP,
    LAMBDA_EXISTING,
    LOG_OF_POWER,
    PADDED,
    SQRT_EXPONENT,
    WRITTEN_GROWTH,
    ZERO_STEP,
)
from theorems.statement import (
    Form,
    Kind,
    Limit,
    Reading,
    Statement,
    Version,
    eq,
    ge,
    gt,
    journal,
    le,
    submission,
)
from theorems.table2 import REPAIRED, REPAIRED_32, SUBMISSION_32, SUBMISSION_REPAIRED_32, definitions, padded

_J16 = journal("15", "16", "Theorem 3.2")
_S16 = submission("15", "16", "Theorem 3.2")


def _repaired(claim: Statement, where: object = REPAIRED_32, **changes: object) -> Statement:
    changes.setdefault("where", where)
    return replace(claim, form=Form.REPAIRED, repairs=claim.label, **changes)  # type: ignore[arg-type]


# Theorem 3.2 says that some eta_max exists
_OF_E1 = "eta_max is that of Theorem E.1"
_COMPARED = _OF_E1 + "; at t = 0 the two sides compare as alpha_1 and sigma_min^2(T_0) do for every small eta_0"
_ASKED = _OF_E1 + "; at t = 0 and for small eta_0 the claim asks that ||grad L||_F^2 be at least 2 mu alpha_1 L"

# Theorem 3.2, journal -----------------------------------------------------------------------------
MU_LOWER = Statement(
    label="j16.mu-lower",
    source=(_J16,),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(mu_bar, mu_t),
    where=HALF,
    cites=("j110.mu-lower",),
    note=_COMPARED,
)
K_UPPER = replace(MU_LOWER, label="j16.K-upper", then=le(K_t, K_bar), cites=("j110.K-upper",), note=_OF_E1)
STEP_RATE = replace(MU_LOWER, label="j16.step-rate", then=le(L_next, L * rho), cites=("j10.rate",), note=_OF_E1)
RATE = replace(MU_LOWER, label="j16.rate", then=le(L * rho, L * rho_bar_0), cites=("j113.initial",))
LINEAR = replace(
    MU_LOWER,
    label="j17.linear",
    source=(journal("17", "Theorem 3.2"),),
    then=le(L_next, L_0 * rho_bar_0 ** (t + 1)),
    cites=("j16.step-rate", "j16.rate"),
    note=_ASKED,
)

# How (15) and Table 2 may be read; each leaves the rest of the theorem as printed
_READINGS: tuple[Reading, ...] = (PADDED, LAMBDA_EXISTING, LOG_OF_POWER)

THEOREM_3_2 = (
    MU_LOWER,
    _repaired(MU_LOWER),
    padded(MU_LOWER),
    replace(MU_LOWER, label="j16.mu-below-K", then=le(mu_t, K_t), cites=(), note=_OF_E1),
    K_UPPER,
    _repaired(K_UPPER),
    STEP_RATE,
    replace(RATE, reading=IMPLICIT_STEP),
    _repaired(RATE, reading=IMPLICIT_STEP),
    replace(RATE, reading=ZERO_STEP, given=(*INITIAL_32, *STEP_RANGE_AT_ZERO)),
    *(replace(RATE, reading=r, where={**definitions(reading=r), **HALF}) for r in _READINGS),
    LINEAR,
    padded(LINEAR),
    _repaired(LINEAR),
)

# Theorem 3.2, submission --------------------------------------------------------------------------
S_RATE_T = Statement(
    label="s16.rate",
    source=(_S16,),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(L_next, L * rho_bar),
    where=SUBMISSION_32,
    reading=WRITTEN_GROWTH,
    cites=("s23.mu", "s23.K", "j9.descent"),
    note=_ASKED,
)
S_RATE_0 = replace(
    S_RATE_T, label="s16.initial-rate", then=le(L * rho_bar, L * rho_bar_0), cites=("s24.initial",), note=_OF_E1
)
S_LINEAR = replace(
    S_RATE_T,
    label="s17.linear",
    source=(submission("17", "Theorem 3.2"),),
    then=le(L_next, L_0 * rho_bar_0 ** (t + 1)),
    cites=("s16.rate", "s16.initial-rate"),
)
_EXTRACTED = (EXTRACTED_ALPHA, EXTRACTED_BETA, EXTRACTED_ROOT)


def _as_rendered(claim: Statement) -> tuple[Statement, ...]:
    """The claim with each formula that the extraction of the submission damaged, one at a time."""
    return (
        replace(claim, reading=EXTRACTED_GROWTH, given=(*INITIAL_32, *STEP_RANGE_RENDERED)),
        *(replace(claim, reading=r, where={**definitions(Version.SUBMISSION, r), **HALF}) for r in _EXTRACTED),
    )


SUBMISSION_3_2 = (
    S_RATE_T,
    padded(S_RATE_T, Version.SUBMISSION),
    _repaired(S_RATE_T, SUBMISSION_REPAIRED_32),
    *_as_rendered(S_RATE_T),
    S_RATE_0,
    _repaired(
        S_RATE_0,
        SUBMISSION_REPAIRED_32,
        then=le(L * rho, L * rho_bar_0),
        note="rho(eta_t, t), not its bound, is compared with the initial rate",
    ),
    S_LINEAR,
    padded(S_LINEAR, Version.SUBMISSION),
    _repaired(S_LINEAR, SUBMISSION_REPAIRED_32),
    *_as_rendered(S_LINEAR),
)

# Theorem E.1 --------------------------------------------------------------------------------------
_E1 = (journal("103", "104", "Theorem E.1"),)
E1_RATE = Statement(
    label="j104.rate",
    source=_E1,
    kind=Kind.TRAJECTORY,
    given=THEOREM_E1,
    then=le(L_next, L * rho_bar),
    reading=SQRT_EXPONENT,
    cites=("j112.rho-bar",),
)
E1_INITIAL = replace(E1_RATE, label="j104.initial-rate", then=le(L * rho_bar, L * rho_bar_0), cites=("j113.initial",))
E1_LINEAR = replace(
    E1_RATE,
    label="j104.linear",
    then=le(L * rho_bar_0, L_0 * rho_bar_0 ** (t + 1)),
    cites=("j104.rate", "j104.initial-rate"),
)
_C = definitions(reading=C_EXPONENT)
_SHARP_NOTE = "under (109) instead of eta_0 <= eta_max: all that the proof uses"
THEOREM_E_1 = (
    E1_RATE,
    replace(E1_RATE, reading=C_EXPONENT, where=_C),
    padded(E1_RATE),
    _repaired(E1_RATE, REPAIRED, reading=C_EXPONENT),
    E1_INITIAL,
    replace(E1_INITIAL, reading=C_EXPONENT, where=_C),
    _repaired(
        E1_INITIAL,
        REPAIRED,
        reading=C_EXPONENT,
        then=le(L * rho, L * rho_bar_0),
        note="rho(eta_t, t), not its bound, is compared with the initial rate",
    ),
    replace(
        E1_INITIAL,
        form=Form.SHARP,
        repairs=E1_INITIAL.label,
        reading=C_EXPONENT,
        where=REPAIRED,
        given=THEOREM_E1_SHARP,
        then=le(L_next, L * rho_bar_0),
        note=_SHARP_NOTE,
    ),
    E1_LINEAR,
    replace(E1_LINEAR, reading=C_EXPONENT, where=_C),
    padded(E1_LINEAR),
    _repaired(E1_LINEAR, REPAIRED, reading=C_EXPONENT),
    replace(
        E1_LINEAR,
        form=Form.SHARP,
        repairs=E1_LINEAR.label,
        reading=C_EXPONENT,
        where=REPAIRED,
        given=THEOREM_E1_SHARP,
        then=le(L_next, L_0 * rho_bar_0 ** (t + 1)),
        note=_SHARP_NOTE,
    ),
)

# (20) and (21) ------------------------------------------------------------------------------------
PRODUCT = Statement(
    label="j20.rho",
    source=(journal("20"), submission("20")),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(L_next, L_0 * HistoryProduct(rho, 1)),
    where=HALF,
    cites=("j10.rate",),
    note="steps of (15), among them those of (19); the product begins at k = 1",
)
PRODUCT_BAR = replace(
    PRODUCT,
    label="j20.rho-bar",
    source=(journal("20"),),
    given=(*THEOREM_32, le(eta * K_bar, 1)),
    then=le(L_next, L_0 * HistoryProduct(rho_bar, 1)),
    cites=("j10.rate", "j25.bound"),
)
PRODUCTS = (
    Statement(
        label="j21.rate",
        source=(journal("21"),),
        kind=Kind.STEP,
        given=(*STANDING, POSITIVE_STEP, STEP_BELOW_TWO),
        then=le(L_next, L * (1 - 2 * mu_t * eta + mu_t * K_t * eta**2)),
        cites=("j10.rate",),
    ),
    PRODUCT,
    replace(
        PRODUCT,
        form=Form.SHARP,
        repairs=PRODUCT.label,
        given=(*STANDING, POSITIVE_STEP, STEP_BELOW_TWO),
        then=le(L_next, L_0 * HistoryProduct(rho, 0)),
        where={},
        note="with the factor of k = 0, and for all steps with eta_t K_t < 2",
    ),
    PRODUCT_BAR,
    padded(PRODUCT_BAR),
    _repaired(PRODUCT_BAR),
    replace(
        PRODUCT_BAR,
        form=Form.SHARP,
        repairs=PRODUCT_BAR.label,
        then=le(L_next, L_0 * HistoryProduct(rho_bar, 0)),
        where=REPAIRED_32,
        note="with the factor of k = 0",
    ),
)

# The local rate of convergence --------------------------------------------------------------------
_J_LOCAL = journal("3.2-local-rate")
_spread = sp.exp(sp.sqrt(eta_0))
_promised = mu / K * (alpha_1 + 2 * alpha_2 * (1 - _spread)) / (_spread * alpha_2)
_smallest_rho = 1 - 2 * mu_t / K_minimum + mu_t * K_minimum / K_minimum**2
_k_limit = K * _spread * alpha_2

LOCAL_MINIMUM = Statement(
    label="j3.2-local-rate.minimum",
    source=(_J_LOCAL,),
    kind=Kind.STEP,
    given=(*STANDING, gt(sigma_max_T, 0)),
    then=eq(_smallest_rho, 1 - mu / K * mu_t / K_minimum),
    note="rho around a global minimum, at its minimizer 1/K_t",
)
LOCAL_BOUND = Statement(
    label="j3.2-local-rate.bound",
    source=(_J_LOCAL,),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(1 - mu / K * mu_t / K_minimum, 1 - _promised),
    where=HALF,
    cites=("j22.lower", "j22.upper"),
)
KAPPA = Statement(
    label="j3.2-kappa",
    source=(_J_LOCAL,),
    kind=Kind.TRAJECTORY,
    given=(*THEOREM_32, gt(sigma_min_T, 0)),
    then=le(sigma_max_T / sigma_min_T, alpha_1 / alpha_2),
    where=HALF,
    note="alpha_1/alpha_2 is an upper bound on the condition number of T_t",
)
LOCAL_RATE = (
    LOCAL_MINIMUM,
    _repaired(LOCAL_MINIMUM, {}, then=eq(_smallest_rho, 1 - mu_t / K_minimum)),
    LOCAL_BOUND,
    _repaired(LOCAL_BOUND, then=le(1 - mu_t / K_minimum, 1 - _promised)),
    Statement(
        label="s3.2-local-rate.form",
        source=(submission("3.2-local-rate"),),
        kind=Kind.LIMIT,
        given=(gt(rho_bar_0, 0), gt(1 - rho_bar_0, 0), gt(K, 0), gt(alpha_2, 0), gt(eta_0, 0)),
        then=Limit(sp.sqrt(2 * K * L_0 * rho_bar_0**t), t, sp.oo, sp.S.Zero, side="-"),
        note="what K-bar_t holds beyond K exp(sqrt(eta_0)) alpha_2 vanishes (see j3.2-K-bar-limit for all of it)",
    ),
    Statement(
        label="s3.2-local-rate.minimum",
        source=(submission("3.2-local-rate"),),
        kind=Kind.INEQUALITY,
        given=INITIAL_32,
        then=ge(1 - 2 * mu_bar * eta + mu_bar * _k_limit * eta**2, 1 - _promised),
        where=SUBMISSION_32,
    ),
    Statement(
        label="s3.2-local-rate.attained",
        source=(submission("3.2-local-rate"),),
        kind=Kind.IDENTITY,
        given=INITIAL_32,
        then=eq(1 - 2 * mu_bar / _k_limit + mu_bar / _k_limit, 1 - _promised),
        where=SUBMISSION_32,
    ),
    Statement(
        label="j3.2-local-rate.limit",
        source=(_J_LOCAL, submission("3.2-local-rate")),
        kind=Kind.LIMIT,
        given=(gt(K, 0), gt(mu, 0), gt(alpha_1, 0), gt(alpha_2, 0)),
        then=Limit(1 - _promised, eta_0, sp.S.Zero, 1 - mu / K * alpha_1 / alpha_2),
        note="arbitrarily close to 1 - (mu/K) (alpha_1/alpha_2)",
    ),
    KAPPA,
    _repaired(
        KAPPA,
        given=THEOREM_32,
        then=le(sigma_max_T**2 * (alpha_1 + 2 * alpha_2 * (1 - _spread)), alpha_2 * _spread * sigma_min_T**2),
        note="kappa(T_t)^2 is at most the quotient of the bounds of (22), close to alpha_2/alpha_1",
    ),
)

# Table 3 and the sentences of Sections 1 and 3.2 on smoothness -----------------------------
_OTHERS = "the rate of another paper"
_T3 = (journal("Table 3"), submission("Table 3"))
# (19) with h = rho: the step is the growth bound or 1/K_t, whichever is smaller
SCHEDULED = eq(sp.Min(growth - eta, 1 - eta * K_t), 0)
SMOOTHNESS_DECREASES = Statement(
    label="j1.1-smoothness-decreases",
    source=(journal("1.1"),),
    kind=Kind.TRAJECTORY,
    given=(*THEOREM_32, SCHEDULED),
    then=le(K_t, K_initial),
    where=HALF,
    note="under the schedule (18)-(19) with rho the local smoothness constant decreases along the run: K_t never "
    "exceeds K_0",
)
BOUND_DECREASES = _repaired(
    SMOOTHNESS_DECREASES,
    given=THEOREM_32,
    then=le(unfold(K_bar, REPAIRED, only=(K_bar,)).xreplace({t: t + 1}), K_bar),
    note="its bound K-bar_t decreases",
)
REMAINDER = (
    *(
        Statement(label=f"jT3.{name}", source=_T3, kind=Kind.EMPIRICAL, then=None, out_of_scope=_OTHERS)
        for name in ("arora", "du", "xu")
    ),
    Statement(
        label="jT3.this-work",
        source=_T3,
        kind=Kind.LIMIT,
        given=(gt(K, 0), gt(mu, 0), gt(alpha_1, 0), gt(alpha_2, 0)),
        then=Limit(_promised / (mu * alpha_1 / (K * alpha_2)), eta_0, sp.S.Zero, sp.S.One),
        note="the local rate is 1 - Omega(mu alpha_1 / (K alpha_2))",
    ),
    SMOOTHNESS_DECREASES,
    replace(
        SMOOTHNESS_DECREASES,
        label="s1.1-smoothness-decreases",
        source=(submission("1.1"),),
        given=THEOREM_32,
        note='"under certain constraints on the step size", those of (15): K_t never exceeds K_0',
    ),
    BOUND_DECREASES,
    replace(
        BOUND_DECREASES,
        label="s1.1-smoothness-decreases",
        source=(submission("1.1"),),
        repairs="s1.1-smoothness-decreases",
    ),
)

STATEMENTS = (
    *THEOREM_3_2,
    *SUBMISSION_3_2,
    *THEOREM_E_1,
    *PRODUCTS,
    *LOCAL_RATE,
    *REMAINDER,
)
