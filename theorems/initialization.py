"""Sections 3.4, 3.5 and Appendix F: random initialization, alpha_1 > 0, and the condition number for large widths.

"h >= poly(m, n, 1/delta)" names no polynomial: claims that rest on it alone are out of scope. Lemma F.5 is decided
with h >= B^2, which is what its bound needs to say anything. The extracted text does not show how far the root of B
extends: B is sqrt(m + n) + log(2/delta)/2, and in the reading `B_ROOT_OF_ALL` the root of the whole sum. The two
blocks side by side, [W1, W2], have no common number of rows unless n = m: [W1^T, W2^T] is meant, written here as
the transpose of the stack [W1; W2]. Bounds that hold for every p are written with `scale` = h^p.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.norms import Fro, Rank, Sigma, SigmaMax, Stack
from theorems.notation import (
    D_0,
    W1_0,
    W2_0,
    W_0,
    K,
    W_star,
    _scalar,
    alpha_1,
    alpha_2,
    beta_2,
    h,
    lambda_minus,
    lambda_plus,
    m,
    mu,
    n,
    sigma_max_T_0,
    sigma_min_T_0,
)
from theorems.statement import (
    AllOf,
    Claim,
    Form,
    Hypothesis,
    Kind,
    Limit,
    Monotone,
    Probability,
    Reading,
    Statement,
    WellShaped,
    eq,
    ge,
    gt,
    journal,
    le,
    lt,
)
from theorems.table2 import ALPHA_1_REPAIRED

MENDED = Reading("shapes-mended", "[W1^T, W2^T] where the printed [W1, W2] has no shape")
B_SUM_AND_LOG = Reading(
    "B-root-and-log", "the root ends before the logarithm: B = sqrt(m + n) + log(2/delta)/2", extraction=True
)
B_ROOT_OF_ALL = Reading(
    "B-root-of-all", "the root extends over the logarithm: B = sqrt(m + n + log(2/delta)/2)", extraction=True
)
LITERAL = Reading("omega-literal", "Omega(g) is any function at least a constant times g")
AS_ORDER = Reading("omega-as-order", "1 - Omega(g) stands for 1 minus a term of the exact order g")

p = _scalar("p", "p", "exponent of the initial variance h^(-2p)", "Theorem 3.3", positive=True)
delta = _scalar("delta", r"\delta", "failure probability", "Theorem 3.3", positive=True)
scale = _scalar(
    "scale", "h^p", "h^p: entries of the initial weights have standard deviation 1/h^p", "(143)", positive=True
)
B = _scalar("B", "B", "width of the Gaussian spectrum", "Lemma F.5", sp.sqrt(m + n) + sp.log(2 / delta) / 2)
_ROOT_OF_ALL = {B: sp.sqrt(m + n + sp.log(2 / delta) / 2)}
v = sp.MatrixSymbol("v", h, 1)

STACK = Stack(W1_0, W2_0)
SIGNED_STACK = Stack(W1_0, -W2_0)
_CONTINUOUS = ((W1_0, "continuous", None), (W2_0, "continuous", None))
_NORMAL = ((W1_0, "normal", h ** (-2 * p)), (W2_0, "normal", h ** (-2 * p)))
_QUARTER, _HALF = sp.Rational(1, 4), sp.Rational(1, 2)
_DELTA = (gt(delta, 0), lt(delta, 1))
_P_OPEN = (gt(p, _QUARTER), lt(p, _HALF))
_UNSPECIFIED = "h >= poly(n, m, 1/delta) names no polynomial"

MILD = Statement(
    label="j134.mild-overparametrization",
    source=(journal("134", "Lemma 3.3", "Lemma F.2"),),
    kind=Kind.PROBABILITY,
    given=(ge(h, m + n), gt(K, 0), gt(mu, 0)),
    then=Probability(gt(alpha_1, 0), sp.S.One, _CONTINUOUS),
    cites=("jF3.full-rank", "jF4.sufficient"),
)
LARGE_WIDTH = (
    Statement(
        label="j133.lower-bound",
        source=(journal("133", "Lemma 3.4", "Lemma F.1"),),
        kind=Kind.PROBABILITY,
        then=None,
        out_of_scope=_UNSPECIFIED,
    ),
    Statement(
        label="j133.increases-with-width",
        source=(journal("3.4-increases", "F-increases"),),
        kind=Kind.MONOTONICITY,
        given=(ge(p, _QUARTER), le(p, _HALF), gt(h, 0)),
        then=Monotone(h ** (1 - 2 * p), h, "increasing"),
        note="the lower bound h^(1-2p) on alpha_1, over the printed range 1/4 <= p <= 1/2",
    ),
    Statement(
        label="j133.increases-with-width",
        source=(journal("3.4-increases", "F-increases"),),
        kind=Kind.MONOTONICITY,
        form=Form.REPAIRED,
        repairs="j133.increases-with-width",
        given=(ge(p, _QUARTER), lt(p, _HALF), gt(h, 0)),
        then=Monotone(h ** (1 - 2 * p), h, "increasing"),
        note="for p < 1/2",
    ),
    Statement(
        label="j3.4-milder-requirement",
        source=(journal("3.4-milder", "F-milder"),),
        kind=Kind.INEQUALITY,
        then=None,
        out_of_scope=_UNSPECIFIED,
    ),
)

# Lemmas F.3, F.4 and the proof of F.2 --------------------------------------------------------------------------
A = sp.MatrixSymbol("A", h, n)
_FULL_RANK = Rank(STACK)


def _initial(label: str, claim: Claim, place: str, given: tuple[Hypothesis, ...] = (), **key: object) -> Statement:
    key.setdefault("kind", Kind.SHAPE if isinstance(claim, WellShaped) else Kind.INEQUALITY)
    return Statement(label=label, source=(journal(place),), given=given, then=claim, **key)  # type: ignore[arg-type]


PROOF_OF_F2 = (
    Statement(
        label="jF3.full-rank",
        source=(journal("Lemma F.3"),),
        kind=Kind.PROBABILITY,
        given=(ge(h, n),),
        then=Probability(eq(Rank(A), n), sp.S.One, ((A, "continuous", None),)),
    ),
    Statement(
        label="jF2.full-rank-of-both",
        source=(journal("F-proof"),),
        kind=Kind.PROBABILITY,
        given=(ge(h, m + n),),
        then=Probability(eq(_FULL_RANK, m + n), sp.S.One, _CONTINUOUS),
        cites=("jF3.full-rank",),
    ),
    _initial(
        "jF4.sufficient", gt(alpha_1, 0), "Lemma F.4", (gt(K, 0), gt(mu, 0), gt(Sigma(D_0, m + n), 0), ge(h, m + n))
    ),
    _initial(
        "jF2.kernel-of-singular",
        ge(h - Rank(D_0), h - n - m + 1),
        "F-proof",
        (eq(Sigma(D_0, m + n), 0), ge(h, m + n)),
        note="sigma_{m+n}(D(0)) = 0 leaves a kernel of dimension at least h - n - m + 1",
    ),
    _initial("j135.factorization", eq(D_0 * v, STACK.T * SIGNED_STACK * v), "135", kind=Kind.IDENTITY),
    _initial(
        "j136.kernel",
        le(Sigma(STACK, m + n) * Fro(SIGNED_STACK * v), Fro(D_0 * v)),
        "136",
        (ge(h, m + n),),
        note="where [W1^T, W2^T] has full column rank (sigma_{m+n} > 0), D(0) v = 0 forces [W1; -W2] v = 0",
    ),
    _initial(
        "jF2.kernel-dimension",
        le(h - Rank(D_0), h - n - m),
        "F-proof",
        (ge(_FULL_RANK, m + n),),
        note="dim ker D(0) = h - rank D(0)",
    ),
)

# Theorem 3.3 -----------------------------------------------------------------------------------------------------
_RATIO = sigma_min_T_0 / sigma_max_T_0
_POSITIVE = (ge(K, mu), gt(mu, 0), gt(alpha_1, 0))
_SMALL = sp.sqrt(h) / scale**2
_DISTANCE = sp.sqrt(K / mu) * (Fro(W_star) + 2 * sp.sqrt(m) * B * _SMALL)
_LOWER = 2 * h / scale**2 + 2 * B**2 / scale**2 - 4 * B * _SMALL
_SQUARE = h / scale**2 + 2 * _SMALL * B + B**2 / scale**2
_UPPER = 2 * h / scale**2 + 4 * _SMALL * B + 2 * B**2 / scale**2 + 2 * SigmaMax(W_star) + 2 * _DISTANCE
_GAP = 8 * _SMALL * B + 2 * SigmaMax(W_star) + 2 * _DISTANCE
_NORM_BOUND = le(SigmaMax(STACK), sp.sqrt(h) / scale + B / scale)
_PRODUCT_BOUND = le(Fro(W_0), 2 * sp.sqrt(m) * B * _SMALL)
_OF_P = {scale: h**p}

RATIO_BOUND = Statement(
    label="j138.ratio",
    source=(journal("138"),),
    kind=Kind.INEQUALITY,
    given=_POSITIVE,
    then=ge(_RATIO, alpha_1 / alpha_2),
    cites=("j118.alpha-1", "j118.alpha-2"),
    note="the step of the proof for any initial weights with alpha_1 > 0; (31) and (137) speak of Gaussian weights, "
    "large widths and probability 1 - delta",
)
LEMMA_F5 = Statement(
    label="jF5.lower-bound",
    source=(journal("139", "Lemma F.5"),),
    kind=Kind.PROBABILITY,
    given=(*_DELTA, *_P_OPEN, ge(h, B**2), gt(K, 0), gt(mu, 0)),
    then=Probability(
        AllOf(ge(alpha_1, _LOWER.subs(_OF_P)), le(_PRODUCT_BOUND.lhs, _PRODUCT_BOUND.rhs.subs(_OF_P))),
        1 - delta,
        _NORMAL,
    ),
    reading=B_SUM_AND_LOG,
    note="h >= poly(m, n, 1/delta) taken as h >= B^2",
)
THEOREM_33 = (
    Statement(
        label="j31.condition-number",
        source=(journal("31", "137", "Theorem 3.3", "Theorem F.1"),),
        kind=Kind.PROBABILITY,
        reading=LITERAL,
        then=None,
        out_of_scope=f"{_UNSPECIFIED}; the constant of Omega is unspecified too, and 1 - Omega(g) read literally "
        "bounds nothing from below",
    ),
    RATIO_BOUND,
    Statement(
        label="j138.ratio",
        source=RATIO_BOUND.source,
        kind=Kind.INEQUALITY,
        form=Form.REPAIRED,
        repairs="j138.ratio",
        given=_POSITIVE,
        where={alpha_1: ALPHA_1_REPAIRED},
        then=ge(_RATIO, alpha_1 / alpha_2),
        note="with the repaired alpha_1",
    ),
    Statement(
        label="j138.ratio",
        source=RATIO_BOUND.source,
        kind=Kind.INEQUALITY,
        form=Form.SHARP,
        repairs="j138.ratio",
        given=_POSITIVE,
        where={alpha_1: ALPHA_1_REPAIRED},
        then=ge(_RATIO, sp.sqrt(alpha_1 / alpha_2)),
        note="with the repaired alpha_1; alpha_1/alpha_2 bounds the square of the ratio, hence the root",
    ),
    LEMMA_F5,
    replace(LEMMA_F5, reading=B_ROOT_OF_ALL, where=_ROOT_OF_ALL),
    _initial(
        "j142.beta-2",
        AllOf(
            eq(beta_2, SigmaMax(W_star) + sp.sqrt(K / mu) * Fro(W_0 - W_star)), le(beta_2, SigmaMax(W_star) + _DISTANCE)
        ),
        "142",
        (ge(K, mu), gt(mu, 0), *_DELTA, _PRODUCT_BOUND),
        cites=("jF5.lower-bound",),
    ),
)

_SIDE_BY_SIDE = Stack(W1_0.T, W2_0.T).T
_SIGNED_COLUMN = Stack(W1_0.T, -W2_0.T)
_SCALED = SigmaMax(scale * STACK)
_SCALED_P = SigmaMax(h**p * STACK)
_PRODUCT = SigmaMax(STACK.T * SIGNED_STACK)
SPECTRAL_NORM = Statement(
    label="j143.spectral-norm",
    source=(journal("143"),),
    kind=Kind.PROBABILITY,
    reading=B_SUM_AND_LOG,
    given=_DELTA,
    then=Probability(le(_SCALED_P, sp.sqrt(h) + B), 1 - delta, _NORMAL),
    cites=("j47.gaussian-spectrum",),
    note="[W1^T, W2^T] where the printed [W1, W2] has no shape; Lemma A.3 with failure probability delta gives "
    "sqrt(2 log(2/delta)) where log(2/delta)/2 is printed",
)
SPECTRUM_OF_BOTH = (
    _initial("j143.shape", WellShaped(SigmaMax(h**p * _SIDE_BY_SIDE)), "143", note="[W1, W2]: n rows beside m rows"),
    _initial("j143.shape", WellShaped(SigmaMax(h**p * STACK.T)), "143", form=Form.REPAIRED, repairs="j143.shape"),
    SPECTRAL_NORM,
    replace(SPECTRAL_NORM, reading=B_ROOT_OF_ALL, where=_ROOT_OF_ALL),
    Statement(
        label="j143.spectral-norm",
        source=(journal("143"),),
        kind=Kind.PROBABILITY,
        form=Form.REPAIRED,
        repairs="j143.spectral-norm",
        given=_DELTA,
        then=Probability(
            le(_SCALED_P, sp.sqrt(h) + sp.sqrt(m + n) + sp.sqrt(2 * sp.log(2 / delta))), 1 - delta, _NORMAL
        ),
        cites=("j47.gaussian-spectrum",),
    ),
    _initial(
        "jF1.norm-of-both",
        _NORM_BOUND,
        "F.1-norm",
        (*_DELTA, le(_SCALED, sp.sqrt(h) + B)),
        reading=MENDED,
        cites=("j143.spectral-norm",),
    ),
    _initial("j144.shape", WellShaped(SigmaMax(_SIDE_BY_SIDE * _SIGNED_COLUMN)), "144"),
    _initial("j144.shape", WellShaped(_PRODUCT), "144", form=Form.REPAIRED, repairs="j144.shape"),
    _initial("j144.line1", eq(SigmaMax(D_0), _PRODUCT), "144", kind=Kind.IDENTITY, reading=MENDED),
    _initial("j144.line2", le(_PRODUCT, SigmaMax(STACK) * SigmaMax(SIGNED_STACK)), "144", reading=MENDED),
    _initial(
        "j144.line3",
        eq(SigmaMax(STACK) * SigmaMax(SIGNED_STACK), SigmaMax(STACK) ** 2),
        "144",
        kind=Kind.IDENTITY,
        reading=MENDED,
    ),
    _initial(
        "j144.line4",
        le(SigmaMax(STACK) ** 2, _SQUARE),
        "144",
        (*_DELTA, _NORM_BOUND),
        reading=MENDED,
        cites=("jF1.norm-of-both",),
    ),
    _initial("j144.other-sign", le(SigmaMax(-D_0), _SQUARE), "144", (*_DELTA, _NORM_BOUND), reading=MENDED),
)

_ALPHA_2 = (lambda_plus + sp.sqrt(lambda_plus**2 + 4 * beta_2**2)) / 2 + (
    lambda_minus + sp.sqrt(lambda_minus**2 + 4 * beta_2**2)
) / 2
_CONSTANTS = (ge(K, mu), gt(mu, 0))
_BOUNDED = (*_CONSTANTS, *_DELTA, _NORM_BOUND, _PRODUCT_BOUND)
_EXTREMES = SigmaMax(D_0) + SigmaMax(-D_0) + 2 * beta_2
ALPHA_2 = (
    _initial("jF1.alpha-2.line1", eq(alpha_2, _ALPHA_2), "F.1-alpha-2", _CONSTANTS, kind=Kind.IDENTITY),
    _initial("jF1.alpha-2.line2", le(_ALPHA_2, lambda_plus + lambda_minus + 2 * beta_2), "F.1-alpha-2", _CONSTANTS),
    _initial("jF1.alpha-2.line3", le(lambda_plus + lambda_minus + 2 * beta_2, _EXTREMES), "F.1-alpha-2", _CONSTANTS),
    _initial("jF1.alpha-2.line4", le(_EXTREMES, _UPPER), "F.1-alpha-2", _BOUNDED, cites=("j144.line4", "j142.beta-2")),
    _initial(
        "j145.line2",
        ge(alpha_1 / alpha_2, _LOWER / _UPPER),
        "145",
        (*_CONSTANTS, *_DELTA, gt(alpha_2, 0), ge(alpha_1, _LOWER), le(alpha_2, _UPPER)),
        cites=("jF5.lower-bound", "jF1.alpha-2.line4"),
    ),
    _initial("j145.line3", eq(_LOWER / _UPPER, 1 - _GAP / _UPPER), "145", _CONSTANTS, kind=Kind.IDENTITY),
)

# Orders in h for fixed data: w, f, k, b stand for sigma_max(W*), ||W*||_F, sqrt(K/mu) and B, all positive -------------
w, f, k, b = (sp.Symbol(name, real=True, positive=True) for name in ("w", "f", "k", "b"))
_FIXED = "sigma_max(W*) = w > 0, ||W*||_F = f > 0, sqrt(K/mu) = k and B = b are fixed while h grows"
_DATA = {SigmaMax(W_star): w, Fro(W_star): f, B: b, K: k**2 * mu}
_GAP_H, _UPPER_H = (sp.expand(x.subs(_DATA).subs(_OF_P)) for x in (_GAP, _UPPER))


def _order(label: str, expression: sp.Expr, value: sp.Expr, place: str, **key: object) -> Statement:
    limit = Limit(expression, h, sp.oo, value, "-")
    return Statement(
        label=label,
        source=(journal(place),),
        kind=Kind.LIMIT,
        given=_P_OPEN,
        then=limit,
        note=_FIXED,
        **key,  # type: ignore[arg-type]
    )


_IN_TEXT = 1 - k * h ** (p - _HALF)
_PLACES = (journal("F.1-text", "G.1-lower-bound"),)
_BY_EXPONENT = {"source": _PLACES, "kind": Kind.MONOTONICITY, "given": (*_P_OPEN, gt(h, 1))}
ORDERS = (
    _order("j145.numerator-order", _GAP_H, 2 * w + 2 * k * f, "145"),
    _order("j145.denominator-order", _UPPER_H / h ** (1 - 2 * p), sp.Integer(2), "145"),
    _order("j145.line4", _GAP_H / _UPPER_H / h ** (2 * p - 1), w + k * f, "145", reading=AS_ORDER),
    _order("j137.order-in-the-text", _GAP_H / _UPPER_H / h ** (p - _HALF), w + k * f, "F.1-text", reading=AS_ORDER),
    _order(
        "j137.order-in-the-text",
        _GAP_H / _UPPER_H / h ** (2 * p - 1),
        w + k * f,
        "F.1-text",
        form=Form.REPAIRED,
        repairs="j137.order-in-the-text",
    ),
    _order("j3.5-condition-number", 1 - _GAP_H / _UPPER_H, sp.S.One, "3.5-approaches-one"),
    Statement(
        label="jG1.bound-increases-with-width",
        then=Monotone(_IN_TEXT, h, "increasing"),
        note="1 - k h^(p - 1/2) with a constant k > 0: decreasing h decreases the bound",
        **_BY_EXPONENT,  # type: ignore[arg-type]
    ),
    Statement(
        label="jG1.bound-increases-with-exponent",
        then=Monotone(_IN_TEXT, p, "increasing"),
        note="decreasing p is said to decrease the bound",
        **_BY_EXPONENT,  # type: ignore[arg-type]
    ),
    Statement(
        label="jG1.bound-increases-with-exponent",
        form=Form.REPAIRED,
        repairs="jG1.bound-increases-with-exponent",
        then=Monotone(_IN_TEXT, p, "decreasing"),
        note="decreasing p increases the bound",
        **_BY_EXPONENT,  # type: ignore[arg-type]
    ),
)

STATEMENTS = (
    MILD,
    *LARGE_WIDTH,
    *PROOF_OF_F2,
    *THEOREM_33,
    *SPECTRUM_OF_BOTH,
    *ALPHA_2,
    *ORDERS,
)
