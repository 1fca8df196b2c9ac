"""Appendix A: inequalities between Frobenius norms, the spectrum of T* T, and of a Gaussian matrix.

Section 3.1's operator T(U; W1, W2) = [U W2; U^T W1] enters through its Gram operator T* T, which is
`KroneckerSum(W1 W1^T, W2 W2^T)`: Lemma A.2 speaks of the eigenvalues of that matrix. "min over ||U||_F = 1" is
written homogeneously, for every U. sigma_min of a matrix that is not square is read in two ways (`SMALLEST`,
`ZERO_PADDED`); the repairs name the singular value that the argument needs by its index.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theorems.norms import Fro, Inner, KroneckerSum, Lambda, Sigma, SigmaMax, SigmaMin, Stack, Trace
from theorems.notation import W1, W2, U, V, h, m, n
from theorems.readings import SMALLEST
from theorems.statement import (
    AllOf,
    Form,
    Kind,
    Probability,
    Reading,
    Relation,
    Statement,
    WellShaped,
    eq,
    ge,
    gt,
    journal,
    le,
    submission,
)

ZERO_PADDED = Reading(
    "sigma-min-padded", "sigma_min is the square root of the smallest eigenvalue of the Gram matrix that acts"
)

p, q, r, k = (sp.Symbol(name, integer=True, positive=True) for name in ("p", "q", "r", "k"))
delta = sp.Symbol("delta", real=True, positive=True)

# Shapes in which every product of Lemma A.1 exists: A and B of one shape, or A B, or A B + C D.
A, B = sp.MatrixSymbol("A", p, q), sp.MatrixSymbol("B", p, q)
B_right = sp.MatrixSymbol("B_right", q, r)
C, D_right = sp.MatrixSymbol("C", p, k), sp.MatrixSymbol("D_right", k, r)

FROBENIUS_CAUCHY_SCHWARZ = Statement(
    label="j33.cauchy-schwarz",
    source=(journal("33", "Lemma A.1"), submission("26", "Lemma A.1")),
    kind=Kind.INEQUALITY,
    then=le(Inner(A, B), Fro(A) * Fro(B)),
)
PRODUCT = Statement(
    label="j34.product",
    source=(journal("34", "Lemma A.1"), submission("27", "Lemma A.1")),
    kind=Kind.INEQUALITY,
    then=le(2 * Fro(A * B_right), Fro(A) ** 2 + Fro(B_right) ** 2),
)
_PRODUCT_SUM = Fro(A * B_right + C * D_right) ** 2
PRODUCT_SUM = Statement(
    label="j35.product-sum",
    source=(journal("35", "Lemma A.1"), submission("28", "Lemma A.1")),
    kind=Kind.INEQUALITY,
    then=le(_PRODUCT_SUM, (SigmaMax(A) ** 2 + SigmaMax(C) ** 2) ** 2 * (Fro(B_right) ** 2 + Fro(D_right) ** 2)),
    note="printed with the square of the bracket",
)
PRODUCT_SUM_REPAIRED = Statement(
    label="j35.product-sum",
    source=PRODUCT_SUM.source,
    kind=Kind.INEQUALITY,
    form=Form.REPAIRED,
    repairs="j35.product-sum",
    then=le(_PRODUCT_SUM, (SigmaMax(A) ** 2 + SigmaMax(C) ** 2) * (Fro(B_right) ** 2 + Fro(D_right) ** 2)),
    note="the bracket to the first power, as (90) uses it",
)
NORM_OF_SUM = Statement(
    label="j36.norm-of-sum",
    source=(journal("36", "Lemma A.1"), submission("29", "Lemma A.1")),
    kind=Kind.INEQUALITY,
    then=le(Fro(A) ** 2 + Fro(B) ** 2, 2 * Fro(A + B) ** 2),
)
NORM_OF_SUM_REPAIRED = Statement(
    label="j36.norm-of-sum",
    source=NORM_OF_SUM.source,
    kind=Kind.INEQUALITY,
    form=Form.REPAIRED,
    repairs="j36.norm-of-sum",
    given=(ge(Inner(A, B), 0),),
    then=le(Fro(A) ** 2 + Fro(B) ** 2, Fro(A + B) ** 2),
    note="a lower bound on ||A + B||_F, which is what (54) needs; it asks that A and B do not point against each other",
)
NORM_OF_SUM_UPPER = Statement(
    label="j36.norm-of-sum-upper",
    source=NORM_OF_SUM.source,
    kind=Kind.INEQUALITY,
    form=Form.REPAIRED,
    repairs="j36.norm-of-sum",
    then=le(Fro(A + B) ** 2, 2 * (Fro(A) ** 2 + Fro(B) ** 2)),
    note="the inequality that holds for all A and B has the two sides the other way round; (54) cannot use it",
)


def _factor_bounds(label: str, numbers: tuple[str, str], claim: Relation, **key: object) -> Statement:
    sources = (journal(numbers[0], "Lemma A.1"), submission(numbers[1], "Lemma A.1"))
    upper = {"j37": SigmaMax(A) * Fro(B_right), "j38": SigmaMax(B_right) * Fro(A)}[label[:3]]
    both = AllOf(claim, le(Fro(A * B_right) ** 2, upper**2))
    return Statement(label=label, source=sources, kind=Kind.INEQUALITY, then=both, **key)  # type: ignore[arg-type]


_AB = Fro(A * B_right) ** 2
_LEFT = ("j37.left-factor", ("37", "30"))
_RIGHT = ("j38.right-factor", ("38", "31"))
_REPAIRED_LEFT: dict[str, Any] = {
    "form": Form.REPAIRED,
    "repairs": "j37.left-factor",
    "note": "the q-th singular value of A (p x q)",
}
_REPAIRED_RIGHT: dict[str, Any] = {
    "form": Form.REPAIRED,
    "repairs": "j38.right-factor",
    "note": "the q-th singular value of B (q x r)",
}
FACTORS = (
    _factor_bounds(*_LEFT, le(SigmaMin(A) ** 2 * Fro(B_right) ** 2, _AB), reading=SMALLEST),
    _factor_bounds(*_LEFT, le(Sigma(A, q) ** 2 * Fro(B_right) ** 2, _AB), reading=ZERO_PADDED),
    _factor_bounds(*_LEFT, le(Sigma(A, q) ** 2 * Fro(B_right) ** 2, _AB), **_REPAIRED_LEFT),
    _factor_bounds(*_RIGHT, le(SigmaMin(B_right) ** 2 * Fro(A) ** 2, _AB), reading=SMALLEST),
    _factor_bounds(*_RIGHT, le(Sigma(B_right, q) ** 2 * Fro(A) ** 2, _AB), reading=ZERO_PADDED),
    _factor_bounds(*_RIGHT, le(Sigma(B_right, q) ** 2 * Fro(A) ** 2, _AB), **_REPAIRED_RIGHT),
)

# Lemma A.2 ----------------------------------------------------------------------------------------------------
GRAM_OF_T = KroneckerSum(W1 * W1.T, W2 * W2.T)
_T_U, _T_V = Stack(U * W2, U.T * W1), Stack(V * W2, V.T * W1)
_GRAM_U = U * W2 * W2.T + W1 * W1.T * U
_SMALLEST_SUM = SigmaMin(W1) ** 2 + SigmaMin(W2) ** 2
_PADDED_SUM = Sigma(W1, n) ** 2 + Sigma(W2, m) ** 2
_LAMBDA_MIN = Lambda(GRAM_OF_T, n * m)

GRAM_OPERATOR = Statement(
    label="j40.gram-operator",
    source=(journal("40"), submission("33")),
    kind=Kind.IDENTITY,
    then=eq(Inner(_T_U, _T_V), Inner(V, _GRAM_U)),
    note="T* T(U) = U W2 W2^T + W1 W1^T U, written as <T(U), T(V)> = <V, T* T(U)> for all U and V",
)


def _smallest(value: sp.Expr, **key: object) -> Statement:
    return Statement(
        label="j39.smallest-singular-value",
        source=(journal("39", "41", "45", "Lemma A.2"), submission("32", "34", "Lemma A.2")),
        kind=Kind.IDENTITY,
        then=eq(_LAMBDA_MIN, value),
        cites=("j43.rayleigh.line3", "j44.minimizer-value"),
        **key,  # type: ignore[arg-type]
    )


SMALLEST_SINGULAR_VALUE = (
    _smallest(_SMALLEST_SUM, reading=SMALLEST),
    _smallest(_PADDED_SUM, reading=ZERO_PADDED),
    _smallest(
        _PADDED_SUM,
        form=Form.REPAIRED,
        repairs="j39.smallest-singular-value",
        note="the n-th singular value of W1 (n x h) and the m-th of W2 (m x h), zero beyond min",
    ),
)
LARGEST_SINGULAR_VALUE = Statement(
    label="j39.largest-singular-value",
    source=(journal("39", "41", "46", "Lemma A.2"), submission("32", "34", "Lemma A.2")),
    kind=Kind.IDENTITY,
    then=eq(Lambda(GRAM_OF_T, 1), SigmaMax(W1) ** 2 + SigmaMax(W2) ** 2),
)
RAYLEIGH = (
    Statement(
        label="j43.rayleigh.line1",
        source=(journal("43"), submission("36")),
        kind=Kind.INEQUALITY,
        then=le(_LAMBDA_MIN * Fro(U) ** 2, Inner(U, _GRAM_U)),
        note="the minimum over unit U, written homogeneously for every U",
    ),
    Statement(
        label="j43.rayleigh.line2",
        source=(journal("43"), submission("36")),
        kind=Kind.IDENTITY,
        then=eq(_LAMBDA_MIN, Lambda(W2 * W2.T, m) + Lambda(W1 * W1.T, n)),
        note="the minimum of a sum is the sum of the minima: each is the smallest eigenvalue of one Gram matrix",
    ),
)


def _line3(value: sp.Expr, **key: object) -> Statement:
    return Statement(
        label="j43.rayleigh.line3",
        source=(journal("43"), submission("36")),
        kind=Kind.INEQUALITY,
        then=ge(_LAMBDA_MIN, value),
        **key,  # type: ignore[arg-type]
    )


RAYLEIGH_BOUND = (
    _line3(_SMALLEST_SUM, reading=SMALLEST),
    _line3(_PADDED_SUM, reading=ZERO_PADDED),
    _line3(_PADDED_SUM, form=Form.REPAIRED, repairs="j43.rayleigh.line3"),
)

# (44): singular vectors of W1 = sum sigma u v^T (u in R^n, v in R^h) and of W2 (u in R^m, v in R^h); i is any index.
u_1, v_1 = sp.MatrixSymbol("u_1", n, 1), sp.MatrixSymbol("v_1", h, 1)
u_2, v_2 = sp.MatrixSymbol("u_2", m, 1), sp.MatrixSymbol("v_2", h, 1)
u_1i, v_1i = sp.MatrixSymbol("u_1i", n, 1), sp.MatrixSymbol("v_1i", h, 1)
u_2i, v_2i = sp.MatrixSymbol("u_2i", m, 1), sp.MatrixSymbol("v_2i", h, 1)


def _quadratic(x: sp.MatrixExpr) -> sp.Expr:
    return Inner(x, x * W2 * W2.T + W1 * W1.T * x)


def _shape(label: str, printed: tuple[sp.Basic, ...], mended: tuple[sp.Basic, ...], note: str) -> tuple[Statement, ...]:
    source = (journal("44"),)
    return (
        Statement(label=label, source=source, kind=Kind.SHAPE, then=WellShaped(*printed), note=note),
        Statement(
            label=label,
            source=source,
            kind=Kind.SHAPE,
            form=Form.REPAIRED,
            repairs=label,
            then=WellShaped(*mended),
            note="U = u_1 u_2^T, n x m",
        ),
    )


_PRINTED_U, _MENDED_U = v_1 * u_2.T, u_1 * u_2.T
MINIMIZER = (
    *_shape(
        "j44.minimizer-shape", (_quadratic(_PRINTED_U),), (_quadratic(_MENDED_U),), "U = v_1 u_2^T is h x m, not n x m"
    ),
    *_shape(
        "j44.line2-shape",
        (Inner(_PRINTED_U, _PRINTED_U * u_2i * v_2i.T), Inner(_PRINTED_U, u_1i * v_1i.T * v_1 * u_2.T)),
        (Inner(_MENDED_U, _MENDED_U * u_2i * u_2i.T), Inner(_MENDED_U, u_1i * u_1i.T * u_1 * u_2.T)),
        "W2 W2^T is a sum of u u^T; the line writes u v^T",
    ),
    *_shape(
        "j44.line3-shape",
        (Trace(u_2 * v_1.T * v_1 * u_2.T * u_2i * v_2i.T), Trace(u_2 * v_1.T * u_1i * v_1i.T * v_1 * u_2.T)),
        (Trace(u_2 * u_1.T * u_1 * u_2.T * u_2i * u_2i.T), Trace(u_2 * u_1.T * u_1i * u_1i.T * u_1 * u_2.T)),
        "the traces of line 2; the second sum of the line runs to r_2 where r_1 is meant",
    ),
    Statement(
        label="j44.minimizer-value",
        source=(journal("44"),),
        kind=Kind.IDENTITY,
        form=Form.REPAIRED,
        repairs="j44.minimizer-shape",
        then=eq(_quadratic(_MENDED_U), Fro(u_1) ** 2 * Fro(W2.T * u_2) ** 2 + Fro(u_2) ** 2 * Fro(W1.T * u_1) ** 2),
        note=(
            "the value at U = u_1 u_2^T for all vectors; for unit left singular vectors it is the sum of two squared "
            "singular values, the smallest ones when u_1 and u_2 belong to the n-th and the m-th"
        ),
    ),
)

# Lemma A.3 ----------------------------------------------------------------------------------------------------
GAUSSIAN = sp.MatrixSymbol("A", n, m)
_SPECTRUM = AllOf(
    le(sp.sqrt(n) - sp.sqrt(m) - delta, SigmaMin(GAUSSIAN)),
    le(SigmaMin(GAUSSIAN), SigmaMax(GAUSSIAN)),
    le(SigmaMax(GAUSSIAN), sp.sqrt(n) + sp.sqrt(m) + delta),
)
_STANDARD_NORMAL = ((GAUSSIAN, "normal", sp.S.One),)
GAUSSIAN_SPECTRUM = Statement(
    label="j47.gaussian-spectrum",
    source=(journal("47", "Lemma A.3"),),
    kind=Kind.PROBABILITY,
    given=(le(m, n), gt(delta, 0)),
    then=Probability(_SPECTRUM, 1 - 2 * sp.exp(delta**2), _STANDARD_NORMAL),
    note="the exponent is printed without a minus sign",
)
GAUSSIAN_SPECTRUM_REPAIRED = Statement(
    label="j47.gaussian-spectrum",
    source=GAUSSIAN_SPECTRUM.source,
    kind=Kind.PROBABILITY,
    form=Form.REPAIRED,
    repairs="j47.gaussian-spectrum",
    given=(le(m, n), gt(delta, 0)),
    then=Probability(_SPECTRUM, 1 - 2 * sp.exp(-(delta**2) / 2), _STANDARD_NORMAL),
    note="the Gaussian concentration bound: each side fails with probability at most exp(-delta^2 / 2)",
)

STATEMENTS = (
    FROBENIUS_CAUCHY_SCHWARZ,
    PRODUCT,
    PRODUCT_SUM,
    PRODUCT_SUM_REPAIRED,
    NORM_OF_SUM,
    NORM_OF_SUM_REPAIRED,
    NORM_OF_SUM_UPPER,
    *FACTORS,
    *SMALLEST_SINGULAR_VALUE,
    LARGEST_SINGULAR_VALUE,
    GRAM_OPERATOR,
    *RAYLEIGH,
    *RAYLEIGH_BOUND,
    *MINIMIZER,
    GAUSSIAN_SPECTRUM,
    GAUSSIAN_SPECTRUM_REPAIRED,
)
