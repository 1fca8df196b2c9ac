"""Appendix D: the proof of Theorem 3.1, line by line.

The path of a gradient step is A(s) = (W1 - s eta P)(W2 - s eta Q)^T = W - s eta E1 + s^2 eta^2 E2 with
P = nabla_W1 L, Q = nabla_W2 L, E1 = P W2^T + W1 Q^T, E2 = P Q^T, and M(s) = l(A(s)). Second derivatives are
written out by the chain rule: d^2/ds^2 l(A(s)) = <grad l(A), A''> + <A', hess l(A)[A']>. With A of (77) and (78)
this carries eta^2; `second_bare` is the same along s P, s Q without eta, as <g_t, H g_t> ||grad L||^2 is.

Where the paper prints nabla_W2 L W2^T + W1 nabla_W1 L^T, an m x m and an n x n matrix are added: that is one
statement of kind SHAPE for each equation, and the rest of the equation is read with E1 in its place.
"""

from __future__ import annotations

import sympy as sp

from theorems.assumptions import LOSS, POSITIVE_STEP
from theorems.norm_lemmas import ZERO_PADDED
from theorems.norms import Fro, Grad, Hess, Inner, Loss, Sigma, SigmaMax, SigmaMin, Stack, TauIntegral
from theorems.notation import (
    W1,
    W2,
    G,
    K,
    K_t,
    L,
    L_next,
    W,
    W1_next,
    W2_next,
    _matrix,
    _scalar,
    eta,
    grad_norm,
    grad_W1,
    grad_W2,
    m,
    mu,
    mu_t,
    n,
    sigma_max_T,
    sigma_min_T,
)
from theorems.readings import SMALLEST
from theorems.statement import (
    AllOf,
    Chain,
    Claim,
    Form,
    Hypothesis,
    Kind,
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

MENDED = Reading(
    "shapes-mended",
    "nabla_W1 L W2^T + W1 nabla_W2 L^T where the printed nabla_W2 L W2^T + W1 nabla_W1 L^T has no shape",
)
M_WITH_ETA = Reading("M-with-eta", "M and A of (77), (78) contain eta_t, as printed")
M_WITHOUT_ETA = Reading(
    "M-without-eta",
    "eta_t in (77), (78) is left out, as M(eta_t) = L(t+1) asks: s is a length along the gradient, and tau in (92) to "
    "(100) stands for eta_t tau; shapes are mended as in shapes-mended",
)

s = _scalar("s", "s", "position on the path of a step, 0 at W(t)", "(77)", nonnegative=True)
tau = _scalar("tau", r"\tau", "position on the path of a step, in [0, 1)", "(73)", nonnegative=True)


def _path(at: sp.Expr) -> sp.MatrixExpr:
    return (W1 - at * eta * grad_W1) * (W2 - at * eta * grad_W2).T


E1 = _matrix("E1", (n, m), "E_1", "first-order change of W along the gradient", "(78)", grad_W1 * W2.T + W1 * grad_W2.T)
E2 = _matrix("E2", (n, m), "E_2", "second-order change of W along the gradient", "(78)", grad_W1 * grad_W2.T)
A_s = _matrix("A_s", (n, m), "A(s)", "product of the weights on the path of a step", "(78)", _path(s))
A_tau = _matrix("A_tau", (n, m), r"A(\tau)", "product of the weights at tau", "(78)", _path(tau))
E1_tau = _matrix("E1_tau", (n, m), r"E_1 - 2\tau\eta_t E_2", "minus A'(tau) / eta_t", "(96)", E1 - 2 * tau * eta * E2)
second_bare = _scalar(
    "second_bare",
    r"\frac{d^2}{ds^2}\ell((W_1-s\nabla_{W_1}L)(W_2-s\nabla_{W_2}L)^\top)|_{s=0}",
    "second derivative along the gradient, step size not included",
    "(89)",
    2 * Inner(G, E2) + Inner(E1, Hess(W, E1)),
)
second_bare_tau = _scalar(
    "second_bare_tau",
    r"\langle\nabla L, H(\tau)\nabla L\rangle",
    "second derivative along the gradient at tau, step size not included",
    "(73)",
    2 * Inner(Grad(A_tau), E2) + Inner(E1_tau, Hess(A_tau, E1_tau)),
)
M_second = _scalar(
    "M_second",
    r"\frac{d^2}{ds^2}M(s)|_{s=0}",
    "second derivative of M of (77)",
    "(88)",
    Inner(G, 2 * eta**2 * E2) + Inner(-eta * E1, Hess(W, -eta * E1)),
)
M_second_tau = _scalar(
    "M_second_tau",
    r"\frac{d^2}{ds^2}M(s+\tau)|_{s=0}",
    "second derivative of M of (77) at tau",
    "(94)",
    Inner(Grad(A_tau), 2 * eta**2 * E2) + Inner(-eta * E1_tau, Hess(A_tau, -eta * E1_tau)),
)
# M of (77) and A of (78) without eta_t: positions are lengths along the gradient, tau is eta_t tau
WITHOUT_ETA: dict[sp.Basic, sp.Basic] = {
    A_s: (W1 - s * grad_W1) * (W2 - s * grad_W2).T,
    M_second: Inner(G, 2 * E2) + Inner(-E1, Hess(W, -E1)),
    M_second_tau: Inner(Grad(A_tau), 2 * E2) + Inner(-E1_tau, Hess(A_tau, -E1_tau)),
}
curvature = _scalar(
    "curvature", r"\langle g_t, H(0)g_t\rangle", "curvature of L along its gradient", "(75)", second_bare / grad_norm**2
)
curvature_tau = _scalar(
    "curvature_tau",
    r"\langle g_t, H(\tau)g_t\rangle",
    "curvature of L along its gradient at tau",
    "(73)",
    second_bare_tau / grad_norm**2,
)

_GRADIENT = gt(grad_norm, 0)
_TAU = (ge(tau, 0), lt(tau, 1))
_S = (gt(s, 0), le(s, 1))
_STEP = (*LOSS, POSITIVE_STEP)
_ROOT = sp.sqrt(2 * K * L)
_T2 = sigma_max_T**2
_SPECTRA = SigmaMax(W1) ** 2 + SigmaMax(W2) ** 2
_BOTH = Fro(grad_W1) ** 2 + Fro(grad_W2) ** 2
_E1_PRINTED = grad_W2 * W2.T + W1 * grad_W1.T
_PRODUCT_BOUND = 2 * K * SigmaMax(W) * L


def _step(
    label: str, claim: Claim | None, place: str, given: tuple[Hypothesis, ...] = LOSS, **key: object
) -> Statement:
    kind = Kind.SHAPE if isinstance(claim, WellShaped) else Kind.STEP
    return Statement(label=label, source=(journal(place),), kind=kind, given=given, then=claim, **key)  # type: ignore[arg-type]


def _repaired(label: str, claim: Claim, place: str, given: tuple[Hypothesis, ...] = LOSS, note: str = "") -> Statement:
    return _step(label, claim, place, given, form=Form.REPAIRED, repairs=label, note=note)


def _read(
    label: str, claim: Claim, place: str, bare: Claim | None = None, **key: object
) -> tuple[Statement, Statement]:
    """The claim with eta_t inside M as printed, and with eta_t left out (`bare` where the line itself shows eta_t)."""
    printed = {"reading": M_WITH_ETA, **key}
    without = {**key, "reading": M_WITHOUT_ETA, "where": WITHOUT_ETA, "note": ""}
    return (
        _step(label, claim, place, **printed),  # type: ignore[arg-type]
        _step(label, claim if bare is None else bare, place, **without),  # type: ignore[arg-type]
    )


def _shape(number: int, printed: sp.Basic, mended: sp.Basic) -> tuple[Statement, Statement]:
    label, place = f"j{number}.shape", str(number)
    return (_step(label, WellShaped(printed), place, ()), _repaired(label, WellShaped(mended), place, ()))


# The PL inequality ---------------------------------------------------------------------------------------------
_SCALAR_LINE = Fro(L * W2) ** 2 + Fro(L * W1) ** 2
_GRADIENT_LINE = Fro(G * W2) ** 2 + Fro(G.T * W1) ** 2


def _pl_lines(low_1: sp.Expr, low_2: sp.Expr, reading: Reading, sigma: sp.Expr) -> tuple[Statement, ...]:
    gradients = low_2**2 * Fro(G) ** 2 + low_1**2 * Fro(G) ** 2
    losses = 2 * mu * low_2**2 * L + 2 * mu * low_1**2 * L
    where = {sigma_min_T: sigma}
    rows = (
        ("line3", ge(_GRADIENT_LINE, gradients), ("j37.left-factor", "j38.right-factor")),
        ("line4", ge(gradients, losses), ("j4.pl",)),
        ("line5", eq(losses, 2 * mu_t * L), ("j39.smallest-singular-value",)),
    )
    return tuple(
        _step(f"jD-pl.{name}", claim, "D-pl", reading=reading, where=where, cites=cites) for name, claim, cites in rows
    )


PL = (
    _step("jD-pl.line1", eq(grad_norm**2, Fro(Stack(G * W2, G.T * W1)) ** 2), "D-pl"),
    _step("jD-pl.line2", eq(grad_norm**2, _SCALAR_LINE), "D-pl", note="l(t) W2 and l(t) W1 printed without gradient"),
    _repaired("jD-pl.line2", eq(grad_norm**2, _GRADIENT_LINE), "D-pl", note="with the gradient of l"),
    *_pl_lines(SigmaMin(W1), SigmaMin(W2), SMALLEST, sp.sqrt(SigmaMin(W1) ** 2 + SigmaMin(W2) ** 2)),
    *_pl_lines(Sigma(W1, n), Sigma(W2, m), ZERO_PADDED, sp.sqrt(Sigma(W1, n) ** 2 + Sigma(W2, m) ** 2)),
    _repaired(
        "jD-pl.line3",
        ge(_GRADIENT_LINE, Sigma(W2, m) ** 2 * Fro(G) ** 2 + Sigma(W1, n) ** 2 * Fro(G) ** 2),
        "D-pl",
        note="the m-th singular value of W2 and the n-th of W1",
    ),
)

# (73) to (76) -----------------------------------------------------------------------------------------------------
_AFTER_TAYLOR = L - eta * grad_norm**2 + eta**2 * grad_norm**2 * TauIntegral((1 - tau) * curvature_tau, tau)
_CHANGE = Inner(Stack(grad_W1, grad_W2), Stack(W1_next - W1, W2_next - W2))
_AFTER_BOUND = L - eta * grad_norm**2 + eta**2 * grad_norm**2 * TauIntegral((1 - tau) * K_t, tau)
TAYLOR = (
    _step(
        "j73.line1",
        eq(L_next, L + _CHANGE + TauIntegral((1 - tau) * eta**2 * second_bare_tau, tau)),
        "73",
        _STEP,
        note="<Z_{t+1} - Z_t, H(tau)(Z_{t+1} - Z_t)> = eta^2 <grad L, H(tau) grad L>",
    ),
    _step("j73.line2", eq(L_next, _AFTER_TAYLOR), "73", (*_STEP, _GRADIENT)),
    _step(
        "j74.points",
        AllOf(
            eq((1 - tau) * W1 + tau * W1_next, W1 - eta * tau * grad_W1),
            eq((1 - tau) * W2 + tau * W2_next, W2 - eta * tau * grad_W2),
        ),
        "74",
        (POSITIVE_STEP, *_TAU),
        note="the two arguments at which (74) takes the Hessian are the same point",
    ),
    _step(
        "jD.no-closed-form",
        None,
        "D-integral",
        (),
        out_of_scope="said of no particular loss; for the squared loss the integrand is a polynomial",
    ),
    *Chain(
        label="j76",
        source=(journal("76"),),
        kind=Kind.STEP,
        given=(*_STEP, _GRADIENT),
        first=L_next,
        lines=(
            ("==", _AFTER_TAYLOR, "line1", ("j73.line2",)),
            ("<=", _AFTER_BOUND, "line3", ("jD2.absolute-bound",)),
            ("==", L - eta * grad_norm**2 + eta**2 * K_t / 2 * grad_norm**2, "line4", ()),
            ("==", L - (eta - eta**2 * K_t / 2) * grad_norm**2, "line5", ()),
        ),
    ).statements(),
)

# (77), (78) ---------------------------------------------------------------------------------------------------------
PATH = (
    _step("j77.start", eq(Loss(A_s), L), "77", (), where={s: sp.S.Zero}),
    _step(
        "j77.end",
        eq(Loss(A_s), L_next),
        "77",
        _STEP,
        where={s: eta},
        reading=M_WITH_ETA,
        note="M(eta_t) = L(t+1), although (77) has eta_t inside M already",
    ),
    _step("j77.end", eq(Loss(A_s), L_next), "77", _STEP, where={**WITHOUT_ETA, s: eta}, reading=M_WITHOUT_ETA),
    Statement(
        label="j77.end",
        source=(journal("77"),),
        kind=Kind.STEP,
        form=Form.REPAIRED,
        repairs="j77.end",
        given=_STEP,
        where={s: sp.S.One},
        then=eq(Loss(A_s), L_next),
        note="M(1) = L(t+1)",
    ),
    *_shape(
        78,
        W - s * eta * _E1_PRINTED + s**2 * eta**2 * grad_W1 * grad_W2.T,
        W - s * eta * (grad_W1 * W2.T + W1 * grad_W2.T) + s**2 * eta**2 * grad_W1 * grad_W2.T,
    ),
    Statement(
        label="j78.product-path",
        source=(journal("78"),),
        kind=Kind.IDENTITY,
        reading=MENDED,
        then=eq(A_s, W - s * eta * E1 + s**2 * eta**2 * E2),
    ),
)

# Lemmas D.3 to D.5 --------------------------------------------------------------------------------------------------
_LEMMA_A1 = ("j37.left-factor",)
LEMMA_D3 = (
    _step("j79.product-of-gradients", le(2 * Fro(E2), _BOTH), "79", (), cites=("j34.product",)),
    _step("j80.product-of-gradients", le(Fro(E2), _PRODUCT_BOUND), "80", cites=("j81.line3",)),
    *_shape(81, Fro(G * W.T * G.T), Fro(G * W.T * G)),
    _step("j81.line1", eq(Fro(E2), Fro(G * W.T * G)), "81", (), reading=MENDED),
    _step("j81.line2", le(Fro(G * W.T * G), SigmaMax(W) * Fro(G) ** 2), "81", (), reading=MENDED, cites=_LEMMA_A1),
    _step("j81.line3", le(SigmaMax(W) * Fro(G) ** 2, _PRODUCT_BOUND), "81"),
)
_GRAM_NORMS = Fro(G * W2 * W2.T) + Fro(W1 * W1.T * G)
_SQUARED = SigmaMax(W2) ** 2 * Fro(G) ** 2 + SigmaMax(W1) ** 2 * Fro(G) ** 2
_FIRST_POWER = SigmaMax(W2) ** 2 * Fro(G) + SigmaMax(W1) ** 2 * Fro(G)
_TWO_TERMS = Fro(grad_W1 * W2.T) + Fro(W1 * grad_W2.T)
_FIRST = "the norm of the gradient to the first power"
LEMMA_D4 = (
    *_shape(82, Fro(_E1_PRINTED), Fro(grad_W1 * W2.T + W1 * grad_W2.T)),
    _step("j82.first-order", le(Fro(E1), _T2 * _ROOT), "82", reading=MENDED, cites=("j83.line5",)),
    *_shape(83, Fro(_E1_PRINTED) + Fro(W1 * W1.T * G.T), Fro(grad_W1 * W2.T + W1 * grad_W2.T) + Fro(W1 * W1.T * G)),
    _step("j83.line1", le(Fro(E1), _TWO_TERMS), "83", (), reading=MENDED),
    _step("j83.line2", eq(_TWO_TERMS, _GRAM_NORMS), "83", (), reading=MENDED),
    _step("j83.line3", le(_GRAM_NORMS, _SQUARED), "83", (), reading=MENDED, cites=_LEMMA_A1),
    _repaired("j83.line3", le(_GRAM_NORMS, _FIRST_POWER), "83", (), _FIRST),
    _step("j83.line4", eq(_SQUARED, _T2 * Fro(G) ** 2), "83", (), cites=("j39.largest-singular-value",)),
    _step("j83.line5", le(_T2 * Fro(G) ** 2, _T2 * _ROOT), "83"),
    _repaired("j83.line5", le(_T2 * Fro(G), _T2 * _ROOT), "83", note=_FIRST),
)
_GRADIENT_CHANGE = eta * K * _ROOT * _T2 + 2 * eta**2 * K**2 * SigmaMax(W) * L
_MOVED = Fro(-s * eta * E1 + s**2 * eta**2 * E2)
_MOVED_PRINTED = -s * eta * _E1_PRINTED + s**2 * eta**2 * grad_W1 * grad_W2.T
_WHOLE_STEP = eta * K * Fro(E1) + eta**2 * K * Fro(E2)
_SHIFT = Fro(Grad(A_s) - Grad(W))
LEMMA_D5 = (
    _step("j84.gradient-change", le(_SHIFT, _GRADIENT_CHANGE), "84", (*_STEP, *_S), cites=("j86.line4",)),
    *_shape(85, Fro(_MOVED_PRINTED), Fro(-s * eta * (grad_W1 * W2.T + W1 * grad_W2.T) + s**2 * eta**2 * E2)),
    _step("j85.line1", le(_SHIFT, K * Fro(A_s - W)), "85", (*_STEP, *_S)),
    _step("j85.line2", eq(K * Fro(A_s - W), K * _MOVED), "85", (POSITIVE_STEP, *_S), reading=MENDED),
    _step(
        "j85.line3",
        le(K * _MOVED, s * eta * K * Fro(E1) + s**2 * eta**2 * K * Fro(E2)),
        "85",
        (POSITIVE_STEP, *_S),
        reading=MENDED,
    ),
    _step(
        "j85.line4",
        le(s * eta * K * Fro(E1) + s**2 * eta**2 * K * Fro(E2), _WHOLE_STEP),
        "85",
        (POSITIVE_STEP, *_S),
        reading=MENDED,
    ),
    *_shape(86, Fro(_E1_PRINTED), Fro(grad_W1 * W2.T + W1 * grad_W2.T)),
    _step("j86.line2", le(K * Fro(A_s - W), _WHOLE_STEP), "86", (POSITIVE_STEP, *_S), reading=MENDED),
    _step(
        "j86.line4",
        le(_WHOLE_STEP, _GRADIENT_CHANGE),
        "86",
        _STEP,
        reading=MENDED,
        cites=("j80.product-of-gradients", "j82.first-order"),
    ),
)

# Lemma D.1 ----------------------------------------------------------------------------------------------------------
_NO_ETA = "M of (77) contains eta_t, so that its second derivative carries eta_t^2"
_BOUND_90 = 2 * Inner(G, E2) + K * Fro(E1) ** 2
_CHAIN_RULE = Inner(G, 2 * eta**2 * E2) + K * Fro(-eta * E1) ** 2
_CHAIN_RULE_BARE = Inner(G, 2 * E2) + K * Fro(-E1) ** 2
_LINE4_90 = 2 * Fro(G) * Fro(E2) + K * _SPECTRA * _BOTH
_LINE5_90 = Fro(G) * _BOTH + K * _SPECTRA * _BOTH
_MOVING = (*_STEP, _GRADIENT)
_LAST_91 = _ROOT + _SPECTRA
LEMMA_D1 = (
    _step("j75.curvature-bound", le(curvature, K * _T2 + _ROOT), "75", (*LOSS, _GRADIENT), cites=("j90.line6",)),
    *_read("j88.curvature", eq(curvature, M_second / grad_norm**2), "88", given=_MOVING, note=_NO_ETA),
    _repaired("j88.curvature", eq(curvature, M_second / (eta**2 * grad_norm**2)), "88", _MOVING),
    *_read("j89.line1", eq(M_second, second_bare), "89", given=_STEP, note=_NO_ETA),
    _repaired("j89.line1", eq(M_second, eta**2 * second_bare), "89", _STEP),
    *_read(
        "j89.line2",
        eq(second_bare, M_second),
        "89",
        given=_STEP,
        note="A(s) of (78) contains eta_t, line 1 does not",
    ),
    _repaired("j89.line2", eq(eta**2 * second_bare, M_second), "89", _STEP),
    *_shape(
        90,
        Inner(G, grad_W1 * grad_W2.T) + K * Fro(_E1_PRINTED) ** 2,
        Inner(G, grad_W1 * grad_W2.T) + K * Fro(grad_W1 * W2.T + W1 * grad_W2.T) ** 2,
    ),
    _step("j90.line2", le(M_second, _CHAIN_RULE), "90", _STEP),
    *_read(
        "j90.line3",
        eq(_CHAIN_RULE, _BOUND_90),
        "90",
        eq(_CHAIN_RULE_BARE, _BOUND_90),
        given=_STEP,
        reading=MENDED,
        note=_NO_ETA,
    ),
    _repaired("j90.line3", eq(_CHAIN_RULE, eta**2 * _BOUND_90), "90", _STEP),
    _step(
        "j90.line4",
        le(_BOUND_90, _LINE4_90),
        "90",
        (gt(K, 0),),
        reading=MENDED,
        cites=("j33.cauchy-schwarz", "j35.product-sum"),
    ),
    _step("j90.line5", le(_LINE4_90, _LINE5_90), "90", (gt(K, 0),), cites=("j34.product",)),
    _step("j90.line6", le(_LINE5_90, _ROOT * _BOTH + K * _SPECTRA * _BOTH), "90"),
    _step("j91.line2", le(M_second / grad_norm**2, _BOTH * _LAST_91 / _BOTH), "91", _MOVING, note="K is missing"),
    _repaired(
        "j91.line2",
        le(M_second / (eta**2 * grad_norm**2), _BOTH * (_ROOT + K * _SPECTRA) / _BOTH),
        "91",
        _MOVING,
        "with K before the singular values, and eta_t^2 as in the repaired (88)",
    ),
    _step("j91.line3", eq(_BOTH * _LAST_91 / _BOTH, _LAST_91), "91", (_GRADIENT,)),
    _step("j91.line4", eq(_LAST_91, _ROOT + _T2), "91", (), cites=("j39.largest-singular-value",)),
)

# Lemma D.2 ----------------------------------------------------------------------------------------------------------
_AT_TAU = (*_STEP, *_TAU)
_MOVING_AT_TAU = (*_AT_TAU, _GRADIENT)
_CHAIN_RULE_TAU = Inner(Grad(A_tau), 2 * eta**2 * E2) + K * Fro(-eta * E1_tau) ** 2
_CHAIN_RULE_TAU_BARE = Inner(Grad(A_tau), 2 * E2) + K * Fro(-E1_tau) ** 2
_LINE3_96 = 2 * Inner(Grad(A_tau), E2) + K * Fro(E1_tau) ** 2
_SHIFT_TAU = Grad(A_tau) - Grad(W)
_FIXED = 2 * Inner(G, E2) + K * Fro(E1) ** 2
_LINE4_96 = (
    2 * Inner(_SHIFT_TAU, E2) + _FIXED + 4 * tau**2 * eta**2 * K * Fro(E2) ** 2 - 4 * tau * K * eta * Inner(E1, E2)
)
_REST = 2 * Fro(_SHIFT_TAU) * Fro(E2)
_LINE5_96 = _FIXED + _REST + 4 * tau**2 * eta**2 * K * Fro(E2) ** 2 + 4 * tau * eta * K * Fro(E1) * Fro(E2)
_LINE6_96 = _FIXED + _REST + 4 * eta**2 * K * Fro(E2) ** 2 + 4 * eta * K * Fro(E1) * Fro(E2)
_TAIL_100 = _GRADIENT_CHANGE * _BOTH + 4 * eta**2 * K**2 * SigmaMax(W) * L * _BOTH + 2 * eta * K * _T2 * _ROOT * _BOTH
_TAU_SHAPE = K * Fro(_E1_PRINTED - 2 * tau * eta * grad_W1 * grad_W2.T) ** 2
_TAU_SHAPE_MENDED = K * Fro(grad_W1 * W2.T + W1 * grad_W2.T - 2 * tau * eta * grad_W1 * grad_W2.T) ** 2
_NORMS_PRINTED = K * Fro(_E1_PRINTED) ** 2 + K * Fro(_E1_PRINTED) * Fro(grad_W1 * grad_W2.T)
_NORMS_MENDED = K * Fro(grad_W1 * W2.T + W1 * grad_W2.T) ** 2
_BEFORE = ("j79.product-of-gradients", "j80.product-of-gradients", "j82.first-order", "j84.gradient-change")
LEMMA_D2 = (
    _step(
        "jD2.absolute-bound",
        AllOf(le(curvature_tau, K_t), ge(curvature_tau, -K_t)),
        "Lemma D.2",
        _MOVING_AT_TAU,
        cites=("j100.line2",),
        note="the absolute value, as the lemma is stated first",
    ),
    Statement(
        label="j92.curvature-bound",
        source=(journal("92", "93", "Lemma D.2", "D-last"),),
        kind=Kind.STEP,
        given=_MOVING_AT_TAU,
        then=le(curvature_tau, K_t),
        cites=("j100.line2",),
    ),
    *_read("j94.curvature", eq(curvature_tau, M_second_tau / grad_norm**2), "94", given=_MOVING_AT_TAU, note=_NO_ETA),
    _repaired("j94.curvature", eq(curvature_tau, M_second_tau / (eta**2 * grad_norm**2)), "94", _MOVING_AT_TAU),
    *_shape(96, _TAU_SHAPE, _TAU_SHAPE_MENDED),
    _step("j96.line2", le(M_second_tau, _CHAIN_RULE_TAU), "96", _AT_TAU),
    *_read(
        "j96.line3",
        eq(_CHAIN_RULE_TAU, _LINE3_96),
        "96",
        eq(_CHAIN_RULE_TAU_BARE, _LINE3_96),
        given=_AT_TAU,
        reading=MENDED,
        note=_NO_ETA,
    ),
    _repaired("j96.line3", eq(_CHAIN_RULE_TAU, eta**2 * _LINE3_96), "96", _AT_TAU),
    _step("j96.line4", eq(_LINE3_96, _LINE4_96), "96", _AT_TAU, reading=MENDED),
    _step("j96.line5", le(_LINE4_96, _LINE5_96), "96", _AT_TAU, reading=MENDED, cites=("j33.cauchy-schwarz",)),
    _step("j96.line6", le(_LINE5_96, _LINE6_96), "96", _AT_TAU, reading=MENDED),
    *_shape(97, _NORMS_PRINTED, _NORMS_MENDED),
    _step("j97.second-order", le(_FIXED, _BOTH * (_ROOT + _T2)), "97", reading=MENDED, note="K is missing"),
    _repaired("j97.second-order", le(_FIXED, _BOTH * (_ROOT + K * _T2)), "97"),
    *_shape(99, Fro(_E1_PRINTED), Fro(grad_W1 * W2.T + W1 * grad_W2.T)),
    *_shape(100, _NORMS_PRINTED, _NORMS_MENDED),
    *_read("j100.line1", le(M_second_tau, _LINE6_96), "100", given=_AT_TAU, reading=MENDED, note=_NO_ETA),
    _repaired("j100.line1", le(M_second_tau, eta**2 * _LINE6_96), "100", _AT_TAU),
    _step(
        "j100.line2",
        le(_LINE6_96, _BOTH * (_ROOT + _T2) + _TAIL_100),
        "100",
        _AT_TAU,
        reading=MENDED,
        cites=("j97.second-order", *_BEFORE),
        note="K is missing, as in (97)",
    ),
    _repaired("j100.line2", le(_LINE6_96, _BOTH * (_ROOT + K * _T2) + _TAIL_100), "100", _AT_TAU),
    *_read(
        "jD2.last-line1", eq(curvature_tau, M_second_tau / grad_norm**2), "D-last", given=_MOVING_AT_TAU, note=_NO_ETA
    ),
    _repaired("jD2.last-line1", eq(curvature_tau, M_second_tau / (eta**2 * grad_norm**2)), "D-last", _MOVING_AT_TAU),
    *_read(
        "jD2.last-line2",
        le(M_second_tau / grad_norm**2, K_t),
        "D-last",
        given=_MOVING_AT_TAU,
        cites=("j100.line2",),
        note=_NO_ETA,
    ),
    _repaired("jD2.last-line2", le(M_second_tau / (eta**2 * grad_norm**2), K_t), "D-last", _MOVING_AT_TAU),
)

STATEMENTS = (*PL, *TAYLOR, *PATH, *LEMMA_D3, *LEMMA_D4, *LEMMA_D5, *LEMMA_D1, *LEMMA_D2)
