"""Table 2: what its rows claim about the symbols they define; the readings and the repair of alpha_1.

The definitions themselves stand in `theorems.notation`; `definitions` gives those of another version, reading or
form, for any statement's `where`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from theorems.assumptions import HALF, STANDING, THEOREM_32, WIDTH
from theorems.norms import Fro, Lambda, MinRoot, Sigma, SigmaMax, SigmaMin
from theorems.notation import (
    D_0,
    DEFINITIONS,
    L_0,
    W1,
    W1_0,
    W2,
    W2_0,
    W_0,
    Delta,
    Delta_minus,
    Delta_plus,
    Delta_under,
    K,
    K_bar,
    K_bar_0,
    W,
    W_star,
    alpha_1,
    alpha_2,
    balance_101,
    balance_102,
    beta_1,
    beta_2,
    beta_m,
    beta_n,
    c,
    eta_0,
    eta_1,
    eta_2,
    eta_3,
    h,
    lambda_m_D,
    lambda_minus,
    lambda_n_D,
    lambda_plus,
    m,
    mu,
    mu_bar,
    n,
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
    EXTRACTED_ROOT,
    LAMBDA_EXISTING,
    LAMBDA_PADDED,
    LOG_OF_POWER,
    PADDED,
    SMALLEST,
)
from theorems.statement import (
    Form,
    Kind,
    Reading,
    Statement,
    Version,
    WellShaped,
    ge,
    gt,
    journal,
    le,
    submission,
)

Where = Mapping[sp.Basic, sp.Basic]

# alpha_1 ------------------------------------------------------------------------------------------
# Each half bounds sigma_n^2(W1) or sigma_m^2(W2); the margin enters a half only when W has no zero singular value
# on that side: beta_n is zero for n > m, beta_m is zero for m > n.
ALPHA_1_REPAIRED: sp.Expr = (
    lambda_n_D - lambda_minus + sp.sqrt((lambda_minus + lambda_n_D) ** 2 + 4 * beta_n**2)
) / 2 + (lambda_m_D - lambda_plus + sp.sqrt((lambda_plus + lambda_m_D) ** 2 + 4 * beta_m**2)) / 2

_spread = sp.sqrt((Delta_plus + Delta_minus) ** 2 + 4 * beta_1**2)
ALPHA_1_RENDERED: sp.Expr = (-Delta_plus - Delta_minus + 2 * _spread) / 2

# beta_1, beta_2 -----------------------------------------------------------------------------------
BETA_1_PADDED: sp.Expr = sp.Max(sp.Min(Sigma(W_star, n), Sigma(W_star, m)) - sp.sqrt(K / mu) * Fro(W_0 - W_star), 0)
BETA_2_SUBMISSION: sp.Expr = SigmaMax(W_star) + sp.sqrt(2 * L_0 / mu)
BETA_2_RENDERED: sp.Expr = SigmaMax(W_star) + sp.sqrt(2 / mu) * L_0

# D(0) has h eigenvalues: the n-th one is either zero beyond h or the smallest existing one
LAMBDA_SMALLEST: Where = {
    lambda_n_D: sp.Max(Lambda(D_0, sp.Min(n, h)), 0),
    lambda_m_D: sp.Max(Lambda(-D_0, sp.Min(m, h)), 0),
}

_READINGS: dict[str, Where] = {
    PADDED.name: {beta_1: BETA_1_PADDED},
    LAMBDA_EXISTING.name: LAMBDA_SMALLEST,
    LOG_OF_POWER.name: {eta_3: sp.log(1 + alpha_1 / (2 * alpha_2)) / c},
    EXTRACTED_ALPHA.name: {alpha_1: ALPHA_1_RENDERED},
    EXTRACTED_BETA.name: {beta_2: BETA_2_RENDERED},
}


def _smoothness_bounds(width: sp.Expr, over_all: bool = False) -> Where:
    """K-bar_t and K-bar_0 with `width` for the factor exp(sqrt(eta_0)); `over_all` extends the root over the sum."""
    root = sp.sqrt(2 * K * L_0 * Delta**t)
    rest = 6 * K**2 * beta_2 * L_0 * eta_0**2 * Delta**t + K * width * alpha_2 * (1 + 3 * root * eta_0)
    shrinking = 2 * K * L_0 * rho_bar_0**t
    k_bar = sp.sqrt(shrinking + rest) if over_all else sp.sqrt(shrinking) + rest
    return {K_bar: k_bar, K_bar_0: k_bar.xreplace({t: sp.S.Zero})}


def definitions(
    version: Version = Version.JOURNAL,
    reading: Reading | tuple[Reading, ...] | None = None,
    form: Form = Form.PRINTED,
) -> dict[sp.Basic, sp.Basic]:
    """The definitions of Table 2 and Theorem E.1 in a version, reading and form: a statement's `where`.

    Overrides `theorems.notation.DEFINITIONS`, whose entries are the journal's as printed. The submission differs in
    beta_2; the repaired form in alpha_1 and in exp(eta_0^c) for exp(sqrt(eta_0)) in K-bar_t. eta_1 and eta_2 follow.
    Source: Table 2 and Theorem E.1 (journal), Table 2 and Theorem 3.2 (submission).
    """
    readings = () if reading is None else (reading,) if isinstance(reading, Reading) else reading
    names = {r.name for r in readings}
    repaired = form is not Form.PRINTED
    where: dict[sp.Basic, sp.Basic] = {}
    if version is Version.SUBMISSION:
        where[beta_2] = BETA_2_SUBMISSION
    if repaired:
        where[alpha_1] = ALPHA_1_REPAIRED
    for name in sorted(names):
        where.update(_READINGS.get(name, {}))
    if repaired or names & {C_EXPONENT.name, EXTRACTED_ROOT.name}:
        width = sp.exp(eta_0**c) if repaired or C_EXPONENT.name in names else sp.exp(sp.sqrt(eta_0))
        where.update(_smoothness_bounds(width, EXTRACTED_ROOT.name in names))
        table = {**DEFINITIONS, **where}
        unfolded = (mu_bar, K_bar_0, rho_bar_0, Delta)
        where[eta_1] = MinRoot(unfold(balance_101, table, only=unfolded), eta_0)
        where[eta_2] = MinRoot(unfold(balance_102, table, only=unfolded), eta_0)
    return where


def padded(claim: Statement, version: Version = Version.JOURNAL) -> Statement:
    """The claim with sigma_min(W*) of beta_1 read as zero for n != m."""
    return replace(claim, reading=PADDED, where={**claim.where, **definitions(version, PADDED)})


REPAIRED: Where = definitions(form=Form.REPAIRED)
REPAIRED_32: Where = {**REPAIRED, **HALF}
SUBMISSION: Where = definitions(Version.SUBMISSION)
SUBMISSION_32: Where = {**SUBMISSION, **HALF}
SUBMISSION_REPAIRED_32: Where = {**definitions(Version.SUBMISSION, form=Form.REPAIRED), **HALF}

# Claims of the rows -------------------------------------------------------------------------------
_TABLE = journal("Table 2")

PRODUCT_SHAPE = Statement(
    label="jT2.beta.shape",
    source=(_TABLE,),
    kind=Kind.SHAPE,
    then=WellShaped(W2 * W1),
    note="the rows of beta_1 and beta_2 bound the singular values of W2(t) W1(t)",
)
ALPHA_1_BOUND = Statement(
    label="jT2.alpha_1",
    source=(_TABLE,),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(alpha_1, sigma_min_T**2),
    where=HALF,
)
ALPHA_2_BOUND = Statement(
    label="jT2.alpha_2",
    source=(_TABLE,),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(sigma_max_T**2, alpha_2),
    where=HALF,
)
BETA_2_BOUND = Statement(
    label="jT2.beta_2",
    source=(_TABLE,),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(SigmaMax(W), beta_2),
    where=HALF,
)

ROWS = (
    PRODUCT_SHAPE,
    replace(PRODUCT_SHAPE, form=Form.REPAIRED, repairs=PRODUCT_SHAPE.label, then=WellShaped(W1 * W2.T)),
    Statement(
        label="jT2.D.shape",
        source=(_TABLE, submission("Table 2")),
        kind=Kind.SHAPE,
        then=WellShaped(W1.T * W1 - W2.T * W2),
    ),
    ALPHA_1_BOUND,
    padded(ALPHA_1_BOUND),
    replace(
        ALPHA_1_BOUND,
        form=Form.REPAIRED,
        repairs=ALPHA_1_BOUND.label,
        then=le(alpha_1 + 2 * alpha_2 * (1 - sp.exp(sp.sqrt(eta_0))), sigma_min_T**2),
        where=REPAIRED_32,
    ),
    ALPHA_2_BOUND,
    replace(
        ALPHA_2_BOUND,
        form=Form.REPAIRED,
        repairs=ALPHA_2_BOUND.label,
        then=le(sigma_max_T**2, alpha_2 * sp.exp(sp.sqrt(eta_0))),
        where=REPAIRED_32,
    ),
    Statement(
        label="jT2.beta_1",
        source=(_TABLE,),
        kind=Kind.TRAJECTORY,
        given=THEOREM_32,
        then=ge(SigmaMin(W), beta_1),
        where=HALF,
    ),
    BETA_2_BOUND,
    replace(
        BETA_2_BOUND,
        label="sT2.beta_2",
        source=(submission("Table 2"),),
        where=SUBMISSION_32,
    ),
    replace(
        BETA_2_BOUND,
        label="sT2.beta_2",
        source=(submission("Table 2"),),
        reading=EXTRACTED_BETA,
        where={**definitions(Version.SUBMISSION, EXTRACTED_BETA), **HALF},
    ),
    Statement(
        label="jT2.D.almost-invariant",
        source=(_TABLE,),
        kind=Kind.EMPIRICAL,
        then=None,
        out_of_scope='"almost" invariant leaves the amount unspecified; the amounts are those of (116) and A3',
    ),
)

# Lemma E.3 ----------------------------------------------------------------------------------------
_LEMMA_E3 = (journal("118", "Lemma E.3"),)
_T_SMALLEST: Where = {sigma_min_T: sp.sqrt(SigmaMin(W1) ** 2 + SigmaMin(W2) ** 2)}
_AT_ZERO = {W1: W1_0, W2: W2_0}
_sigma_min_T_0 = unfold(sigma_min_T, only=(sigma_min_T,)).xreplace(_AT_ZERO)
_smallest_T_0 = _T_SMALLEST[sigma_min_T].xreplace(_AT_ZERO)
_sigma_max_T_0 = unfold(sigma_max_T, only=(sigma_max_T,)).xreplace(_AT_ZERO)

LEMMA_E3_LOWER = Statement(
    label="j118.alpha-1",
    source=_LEMMA_E3,
    kind=Kind.INEQUALITY,
    given=STANDING,
    then=le(alpha_1, _sigma_min_T_0**2),
    reading=LAMBDA_PADDED,
)
LEMMA_E3 = (
    LEMMA_E3_LOWER,
    replace(
        LEMMA_E3_LOWER,
        form=Form.REPAIRED,
        repairs=LEMMA_E3_LOWER.label,
        where={alpha_1: ALPHA_1_REPAIRED},
        note="the margin stays only in the half of the smaller side",
    ),
    replace(LEMMA_E3_LOWER, reading=LAMBDA_EXISTING, where=definitions(reading=LAMBDA_EXISTING)),
    replace(
        LEMMA_E3_LOWER,
        reading=SMALLEST,
        then=le(alpha_1, _smallest_T_0**2),
        where=definitions(reading=LAMBDA_EXISTING),
        note="smallest existing singular values and eigenvalues throughout",
    ),
    replace(
        LEMMA_E3_LOWER,
        reading=PADDED,
        where=definitions(reading=PADDED),
        note="with sigma_min(W*) = 0 for n != m the margin beta_1 vanishes there",
    ),
    replace(
        LEMMA_E3_LOWER,
        reading=EXTRACTED_ALPHA,
        source=(submission("Table 2"),),
        label="sT2.alpha_1",
        where=definitions(Version.SUBMISSION, EXTRACTED_ALPHA),
    ),
    Statement(
        label="j118.order",
        source=_LEMMA_E3,
        kind=Kind.INEQUALITY,
        given=(WIDTH,),
        then=le(_sigma_min_T_0**2, _sigma_max_T_0**2),
    ),
    Statement(
        label="j118.alpha-2",
        source=_LEMMA_E3,
        kind=Kind.INEQUALITY,
        given=STANDING,
        then=le(_sigma_max_T_0**2, alpha_2),
    ),
)

_POSITIVE = (journal("3.2-initialization"), submission("3.2-initialization"))
POSITIVE_BY_IMBALANCE = Statement(
    label="j3.2-alpha-1-positive.imbalance",
    source=_POSITIVE,
    kind=Kind.INEQUALITY,
    given=(*STANDING, gt(Delta_under, 0)),
    then=gt(alpha_1, 0),
    note="sufficient imbalance",
)
POSITIVE_BY_MARGIN = replace(
    POSITIVE_BY_IMBALANCE,
    label="j3.2-alpha-1-positive.margin",
    given=(*STANDING, gt(beta_1, 0)),
    note="sufficient margin",
)
_REPAIRED_ALPHA: Where = {alpha_1: ALPHA_1_REPAIRED}
POSITIVE = tuple(
    form
    for claim in (POSITIVE_BY_IMBALANCE, POSITIVE_BY_MARGIN)
    for form in (claim, replace(claim, form=Form.REPAIRED, repairs=claim.label, where=_REPAIRED_ALPHA))
)

STATEMENTS = (*ROWS, *LEMMA_E3, *POSITIVE)
