"""Appendix B: no global PL constant and no global smoothness constant, and the toy example (57) to (60).

"The inequality can only hold with mu_over = 0" is written as its failure at the origin for every mu_over > 0.
K_over is a number for which the smoothness inequality (50) holds at the pair of points in question: (51) follows
from that alone. From (53) on, what is known of K_over is its bound `FROM_53` by the distance of the two products,
and (55), (56) and the conclusion are claims about any two pairs of factors. The toy example's derivatives are those
of the polynomial (58), taken here by differentiation.
"""

from __future__ import annotations

import sympy as sp

from theorems.assumptions import LOSS, STRONGLY_CONVEX, ZERO_MINIMUM
from theorems.norm_lemmas import ZERO_PADDED
from theorems.norms import Fro, Grad, Inner, Loss, Sigma, SigmaMin, Stack
from theorems.notation import W1, W2, G, L, U, V, W, W_star, grad_norm, grad_W1, grad_W2, h, m, mu, n
from theorems.readings import SMALLEST
from theorems.statement import (
    AllOf,
    Form,
    Kind,
    Limit,
    Reading,
    Relation,
    Statement,
    eq,
    ge,
    gt,
    journal,
    le,
    lt,
    ne,
)

mu_over = sp.Symbol("mu_over", real=True, positive=True)
K_over = sp.Symbol("K_over", real=True, nonnegative=True)
s = sp.Symbol("s", real=True, positive=True)
W1_star, W2_star = sp.MatrixSymbol("W1_star", n, h), sp.MatrixSymbol("W2_star", m, h)

AT_ORIGIN = {W1: sp.ZeroMatrix(n, h), W2: sp.ZeroMatrix(m, h)}
# Assumption B.1: (0, 0) is not a global minimizer; with min l = 0 that is l(0) > 0.
ORIGIN_IS_NOT_MINIMAL = gt(Loss(sp.ZeroMatrix(n, m)), 0)

_D1, _D2 = W1 - W1_star, W2 - W2_star
DISTANCE = Fro(_D1) ** 2 + Fro(_D2) ** 2
_AWAY = gt(DISTANCE, 0)
# (50) at this pair: the gradient at the minimizer is zero, so its inner product (printed with the sign of
# Z* - Z instead of Z - Z*) drops out.
SMOOTH_AT_PAIR = le(L, K_over / 2 * DISTANCE)
# What (50) to (53) leave of K_over, for minimizers that are products.
FROM_53 = ge(K_over * DISTANCE, mu * Fro(W1 * W2.T - W1_star * W2_star.T) ** 2)
_LEFT, _RIGHT = _D1 * W2.T, W1_star * _D2.T
_SPLIT = Fro(_LEFT) ** 2 + Fro(_RIGHT) ** 2

ORIGIN = (
    Statement(
        label="jB.origin-gradient",
        source=(journal("48", "B-origin"),),
        kind=Kind.STEP,
        where=AT_ORIGIN,
        then=eq(Fro(grad_W1) ** 2 + Fro(grad_W2) ** 2, 0),
    ),
    Statement(
        label="jB.origin-loss",
        source=(journal("B-origin", "Assumption B.1"),),
        kind=Kind.STEP,
        given=(ZERO_MINIMUM, ORIGIN_IS_NOT_MINIMAL),
        where=AT_ORIGIN,
        then=ne(L, 0),
    ),
)
GRADIENT_NORM = Statement(
    label="j48.gradient-norm",
    source=(journal("48"),),
    kind=Kind.IDENTITY,
    then=eq(grad_norm**2, Fro(G * W2) ** 2 + Fro(G.T * W1) ** 2),
)
PL_WITH_ZERO = Statement(
    label="j49.pl-with-zero",
    source=(journal("49", "Proposition B.1", "Proposition 2.1"),),
    kind=Kind.STEP,
    given=LOSS,
    then=AllOf(
        eq(grad_norm**2, Fro(G * W2) ** 2 + Fro(G.T * W1) ** 2),
        ge(Fro(G * W2) ** 2 + Fro(G.T * W1) ** 2, 0),
    ),
    note="(49) at the only constant that the proposition leaves, mu_over = 0",
)
NO_PL_CONSTANT = Statement(
    label="jB1.no-pl-constant",
    source=(journal("Proposition B.1", "Proposition 2.1", "49"),),
    kind=Kind.STEP,
    given=(*LOSS, ORIGIN_IS_NOT_MINIMAL),
    where=AT_ORIGIN,
    then=lt(grad_norm**2, 2 * mu_over * L),
    note="at the origin the PL inequality fails for every mu_over > 0",
)
# Points (1 + s)(W1*, W2*) beyond the minimizer: there the two sides of (50) grow at different speeds.
NO_SMOOTHNESS_CONSTANT = Statement(
    label="jB1.no-smoothness-constant",
    source=(journal("Proposition B.1", "Proposition 2.1"),),
    kind=Kind.INEQUALITY,
    given=(gt(mu, 0), FROM_53),
    where={W1: (1 + s) * W1_star, W2: (1 + s) * W2_star},
    then=ge(K_over * (Fro(W1_star) ** 2 + Fro(W2_star) ** 2), mu * (s + 2) ** 2 * Fro(W1_star * W2_star.T) ** 2),
    note=(
        "K_over at the pair (1 + s)(W1*, W2*), (W1*, W2*) is at least a constant times (s + 2)^2, and W* is not 0 by "
        "Assumption B.1: no finite K_over serves every s"
    ),
)
_w, _a = (sp.Symbol(x, real=True, positive=True) for x in ("w", "a"))
SMOOTHNESS_UNBOUNDED = Statement(
    label="jB1.smoothness-unbounded",
    source=(journal("Proposition B.1", "Proposition 2.1"),),
    kind=Kind.LIMIT,
    then=Limit(mu * (s + 2) ** 2 * _w**2 / _a, s, sp.oo, sp.oo),
    note="w = ||W*||_F > 0 and a = ||W1*||_F^2 + ||W2*||_F^2: the bound on K_over grows without end",
)

PAIR = (
    Statement(
        label="j50.minimizer",
        source=(journal("50"),),
        kind=Kind.STEP,
        given=LOSS,
        then=AllOf(
            eq(Fro(Stack(Grad(W_star) * W2_star, Grad(W_star).T * W1_star)), 0),
            eq(Loss(W_star), 0),
        ),
        note="the gradient and the loss at (W1*, W2*) vanish, which turns (50) into (51)",
    ),
    Statement(
        label="j51.smoothness-at-pair",
        source=(journal("51"),),
        kind=Kind.STEP,
        given=(*LOSS, SMOOTH_AT_PAIR, _AWAY),
        then=AllOf(ge(K_over, 2 * L / DISTANCE), eq(2 * L / DISTANCE, 2 * Loss(W1 * W2.T) / DISTANCE)),
    ),
    Statement(
        label="j52.strong-convexity",
        source=(journal("52"),),
        kind=Kind.STEP,
        given=(STRONGLY_CONVEX,),
        then=ge(Loss(U), Loss(V) + Inner(Grad(V), U - V) + mu / 2 * Fro(U - V) ** 2),
    ),
    Statement(
        label="j53.quadratic-growth",
        source=(journal("53"),),
        kind=Kind.STEP,
        given=(STRONGLY_CONVEX, ZERO_MINIMUM),
        then=ge(L, mu / 2 * Fro(W1 * W2.T - W_star) ** 2),
        cites=("j52.strong-convexity",),
    ),
)

_GIVEN = (gt(mu, 0), _AWAY)
_STRAY_TWO = 2 * Fro(_D1) ** 2 + Fro(_D2) ** 2
_LINE4 = mu * Fro(_LEFT + _RIGHT) ** 2 / DISTANCE
_LINE5 = mu / 2 * _SPLIT / _STRAY_TWO
_LINE5_MENDED = mu * _SPLIT / DISTANCE
_DIFFERENCE = W1 * W2.T - W1_star * W2_star.T
_LINE2 = mu * Fro(_DIFFERENCE) ** 2 / DISTANCE
_LINE3 = mu * Fro(W1 * W2.T - W1_star * W2.T + W1_star * W2.T - W1_star * W2_star.T) ** 2 / DISTANCE
LOWER_BOUND = (
    Statement(
        label="j54.line1",
        source=(journal("54"),),
        kind=Kind.STEP,
        given=(*LOSS, SMOOTH_AT_PAIR, _AWAY),
        then=ge(K_over, 2 * Loss(W) / DISTANCE),
        cites=("j51.smoothness-at-pair",),
    ),
    Statement(
        label="j54.line2",
        source=(journal("54"),),
        kind=Kind.STEP,
        given=(*LOSS, _AWAY),
        then=ge(2 * Loss(W) / DISTANCE, mu * Fro(W - W_star) ** 2 / DISTANCE),
        cites=("j53.quadratic-growth",),
        note="the minimizer W* is W1* W2*^T in the next line",
    ),
    Statement(
        label="j54.line3",
        source=(journal("54"),),
        kind=Kind.IDENTITY,
        given=_GIVEN,
        then=eq(_LINE2, _LINE3),
    ),
    Statement(
        label="j54.line4",
        source=(journal("54"),),
        kind=Kind.IDENTITY,
        given=_GIVEN,
        then=eq(_LINE3, _LINE4),
    ),
    Statement(
        label="j54.line5",
        source=(journal("54"),),
        kind=Kind.INEQUALITY,
        given=_GIVEN,
        then=ge(_LINE4, _LINE5),
        cites=("j36.norm-of-sum",),
        note="printed with a factor 2 in the denominator that the next line no longer has",
    ),
)


def _weighted(label: str, first: sp.Expr, weights: tuple[sp.Expr, sp.Expr], **key: object) -> Statement:
    bound = mu / 2 * (weights[0] ** 2 * Fro(_D1) ** 2 + weights[1] ** 2 * Fro(_D2) ** 2) / DISTANCE
    return Statement(
        label=label,
        source=(journal(label[1:3]),),
        kind=Kind.STEP,
        given=_GIVEN if label == "j54.line6" else (*_GIVEN, FROM_53),
        then=ge(first, bound),
        **key,  # type: ignore[arg-type]
    )


_CITES_LINE6 = {"cites": ("j38.right-factor", "j37.left-factor")}
_CITES_55 = {"cites": ("j54.line5", "j54.line6")}
LOWER_BOUND_REPAIRS = (
    Statement(
        label="j54.line5",
        source=(journal("54"),),
        kind=Kind.STEP,
        form=Form.REPAIRED,
        repairs="j54.line5",
        given=(*_GIVEN, ge(Inner(_LEFT, _RIGHT), 0)),
        then=ge(_LINE4, _LINE5_MENDED),
        cites=("j36.norm-of-sum",),
        note="with the repaired (36), and without the 2 in the denominator that line 6 no longer has",
    ),
    _weighted("j54.line6", _LINE5, (SigmaMin(W2), SigmaMin(W1_star)), reading=SMALLEST, **_CITES_LINE6),
    _weighted("j54.line6", _LINE5, (Sigma(W2, h), Sigma(W1_star, h)), reading=ZERO_PADDED, **_CITES_LINE6),
    _weighted(
        "j54.line6",
        _LINE5_MENDED,
        (Sigma(W2, h), Sigma(W1_star, h)),
        form=Form.REPAIRED,
        repairs="j54.line6",
        note="the h-th singular values, from the repaired line 5",
    ),
    _weighted("j55.other-order", K_over, (SigmaMin(W2_star), SigmaMin(W1)), reading=SMALLEST, **_CITES_55),
    _weighted("j55.other-order", K_over, (Sigma(W2_star, h), Sigma(W1, h)), reading=ZERO_PADDED, **_CITES_55),
)
_OTHER_LEFT, _OTHER_RIGHT = _D1 * W2_star.T, W1 * _D2.T
OTHER_ORDER_REPAIRED = Statement(
    label="j55.other-order",
    source=(journal("55"),),
    kind=Kind.STEP,
    form=Form.REPAIRED,
    repairs="j55.other-order",
    given=(*_GIVEN, FROM_53, ge(Inner(_OTHER_LEFT, _OTHER_RIGHT), 0)),
    then=ge(K_over, mu * (Sigma(W2_star, h) ** 2 * Fro(_D1) ** 2 + Sigma(W1, h) ** 2 * Fro(_D2) ** 2) / DISTANCE),
    note="W - W* = (W1 - W1*) W2*^T + W1 (W2 - W2*)^T, whose two terms must not point against each other",
)


def _average(sigma: dict[str, sp.Expr]) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    first, second = sigma["W1"] ** 2 + sigma["W1*"] ** 2, sigma["W2"] ** 2 + sigma["W2*"] ** 2
    return (
        mu / 4 * (second * Fro(_D1) ** 2 + first * Fro(_D2) ** 2) / DISTANCE,
        mu / 4 * sp.Min(first, second),
        mu / 4 * sp.Min(sigma["W1"] ** 2, sigma["W2"] ** 2),
    )


def _average_lines(sigma: dict[str, sp.Expr], reading: Reading) -> tuple[Statement, ...]:
    average, smaller, smallest = _average(sigma)
    rows: tuple[tuple[str, Relation, tuple[str, ...]], ...] = (
        ("line1", ge(K_over, average), ("j54.line6", "j55.other-order")),
        ("line2", ge(average, smaller), ()),
        ("line3", ge(smaller, smallest), ()),
    )
    return tuple(
        Statement(
            label=f"j56.{name}",
            source=(journal("56"),),
            kind=Kind.STEP,
            given=(*_GIVEN, FROM_53) if name == "line1" else _GIVEN,
            then=claim,
            cites=cites,
            reading=reading,
        )
        for name, claim, cites in rows
    )


AVERAGE = (
    *_average_lines(
        {"W1": SigmaMin(W1), "W1*": SigmaMin(W1_star), "W2": SigmaMin(W2), "W2*": SigmaMin(W2_star)}, SMALLEST
    ),
    *_average_lines(
        {"W1": Sigma(W1, h), "W1*": Sigma(W1_star, h), "W2": Sigma(W2, h), "W2*": Sigma(W2_star, h)}, ZERO_PADDED
    ),
    Statement(
        label="j56.line1",
        source=(journal("56", "Proposition B.1"),),
        kind=Kind.STEP,
        form=Form.REPAIRED,
        repairs="j56.line1",
        given=NO_SMOOTHNESS_CONSTANT.given,
        where=NO_SMOOTHNESS_CONSTANT.where,
        then=NO_SMOOTHNESS_CONSTANT.then,
        note="what the conclusion needs: along (1 + s)(W1*, W2*) the lower bound on K_over grows without end",
    ),
)

# The example (57) to (60) -------------------------------------------------------------------------------------
x, x_1, x_2 = (sp.Symbol(name, real=True) for name in ("x", "x_1", "x_2"))
ell = (x - 1) ** 2 / 2
LOSS_OF_EXAMPLE = (x_1 * x_2 - 1) ** 2 / 2
_GRADIENT = [sp.diff(LOSS_OF_EXAMPLE, v) for v in (x_1, x_2)]
_HESSIAN = sp.hessian(LOSS_OF_EXAMPLE, (x_1, x_2))
_TRACE, _DETERMINANT = sp.expand(_HESSIAN.trace()), sp.expand(_HESSIAN.det())
_SQUARES = x_1**2 + x_2**2
LARGEST_EIGENVALUE = (_TRACE + sp.sqrt(_TRACE**2 - 4 * _DETERMINANT)) / 2
_PRINTED_K = (_SQUARES + sp.sqrt(_SQUARES**2 - 4 * x_1**2 * x_2**2 + (2 * x_1 * x_2 - 1) ** 2)) / 2
K_OF_EXAMPLE = (_SQUARES + sp.sqrt(_SQUARES**2 - 4 * x_1**2 * x_2**2 + 4 * (2 * x_1 * x_2 - 1) ** 2)) / 2

EXAMPLE = (
    Statement(
        label="j57.constants-of-example",
        source=(journal("57", "B-example"),),
        kind=Kind.IDENTITY,
        then=AllOf(eq(sp.diff(ell, x, 2), 1), eq(sp.diff(ell, x) ** 2, 2 * ell)),
        note="mu = K = 1 for the non-overparametrized loss: second derivative 1, and the PL inequality is an equality",
    ),
    Statement(
        label="j59.pl-example",
        source=(journal("59", "58"),),
        kind=Kind.IDENTITY,
        given=(ne(LOSS_OF_EXAMPLE, 0),),
        then=eq((_GRADIENT[0] ** 2 + _GRADIENT[1] ** 2) / (2 * LOSS_OF_EXAMPLE), _SQUARES),
    ),
    Statement(
        label="j59.smoothness-example",
        source=(journal("59", "58"),),
        kind=Kind.IDENTITY,
        then=eq(LARGEST_EIGENVALUE, _PRINTED_K),
        note="the largest eigenvalue of a symmetric 2 x 2 matrix, (trace + sqrt(trace^2 - 4 det)) / 2",
    ),
    Statement(
        label="j59.smoothness-example",
        source=(journal("59", "58"),),
        kind=Kind.IDENTITY,
        form=Form.REPAIRED,
        repairs="j59.smoothness-example",
        then=eq(LARGEST_EIGENVALUE, K_OF_EXAMPLE),
        note="4 (2 x1 x2 - 1)^2 under the root",
    ),
    Statement(
        label="jB.example-nonconvex",
        source=(journal("B-example"),),
        kind=Kind.INEQUALITY,
        where={x_1: sp.S.Zero, x_2: sp.S.Zero},
        then=lt(x_1**2 * x_2**2 - (2 * x_1 * x_2 - 1) ** 2, 0),
        note="the determinant of the Hessian is negative at the origin: the overparametrized loss is not convex",
    ),
    Statement(
        label="jB.example-pl-vanishes",
        source=(journal("B-example", "60"),),
        kind=Kind.IDENTITY,
        where={x_1: sp.S.Zero, x_2: sp.S.Zero},
        then=eq(x_1**2 + x_2**2, 0),
    ),
    Statement(
        label="j60.pl-minimum",
        source=(journal("60"),),
        kind=Kind.INEQUALITY,
        then=ge(_SQUARES, 0),
        note="with its value 0 at the origin, the smallest local PL constant is 0",
    ),
    Statement(
        label="jB.example-smoothness-grows",
        source=(journal("B-example", "60"),),
        kind=Kind.INEQUALITY,
        then=ge(LARGEST_EIGENVALUE, _SQUARES / 2),
        note="hence the local smoothness constant diverges as x1^2 + x2^2 does, in every direction",
    ),
    Statement(
        label="j60.smoothness-maximum",
        source=(journal("60"),),
        kind=Kind.LIMIT,
        then=Limit(LARGEST_EIGENVALUE.subs({x_1: s, x_2: s}), s, sp.oo, sp.oo),
        note="along x1 = x2 = s",
    ),
)

STATEMENTS = (
    GRADIENT_NORM,
    *ORIGIN,
    PL_WITH_ZERO,
    NO_PL_CONSTANT,
    *PAIR,
    *LOWER_BOUND,
    *LOWER_BOUND_REPAIRS,
    OTHER_ORDER_REPAIRED,
    *AVERAGE,
    NO_SMOOTHNESS_CONSTANT,
    SMOOTHNESS_UNBOUNDED,
    *EXAMPLE,
)
