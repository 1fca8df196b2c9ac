"""Sections 1 and 2: the chain rule, smoothness and PL inequalities, and gradient descent on Problem 1.

`U` is the iterate W(t) of Problem 1, `V` an arbitrary n x m matrix.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import CLASSICAL_STEP, LOSS, PL_LOSS
from theorems.norms import Fro, Grad, Hess, Inner, Loss, Rank, Sigma, Stack
from theorems.notation import (
    U_0,
    W1,
    W2,
    Z1,
    Z2,
    G,
    K,
    U,
    U_next,
    V,
    W,
    W_star,
    X,
    eta,
    grad_W1,
    grad_W2,
    h,
    m,
    mu,
    n,
    t,
    z,
)
from theorems.statement import (
    AllOf,
    Chain,
    Form,
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
    submission,
)

gradient_squared = Fro(Grad(U)) ** 2
loss_next = Loss(U_next)
descent = Loss(U) - (eta - K * eta**2 / 2) * gradient_squared
rate = 1 - 2 * mu * eta + mu * K * eta**2
loss_optimal = Loss(U - Grad(U) / K)  # after a step of size 1/K
_SENTENCES_21 = (journal("2.1"), submission("2.1"))
_T = Stack(V * W2, V.T * W1)

CHAIN_RULE = Statement(
    label="j8.chain-rule",
    source=(journal("8"), submission("9")),
    kind=Kind.IDENTITY,
    then=eq(Inner(G, Z1 * W2.T + W1 * Z2.T), Inner(grad_W1, Z1) + Inner(grad_W2, Z2)),
    note="the derivative of L along any direction (Z1, Z2) is its inner product with T(G)",
)

CHAIN_RULE_STATEMENTS = (
    Statement(
        label="j1.chain-rule",
        source=(journal("1"),),
        kind=Kind.IDENTITY,
        then=eq(Inner(G, Z1 * W2.T + W1 * Z2.T), Inner(Stack(G * W2, G.T * W1), Stack(Z1, Z2))),
        note="(1) writes the product as W1 W2 with W2 of shape h x m, here W2^T; its T is the one of (8)",
    ),
    CHAIN_RULE,
    Statement(
        label="j8.shape",
        source=(journal("8"), submission("9")),
        kind=Kind.SHAPE,
        then=WellShaped(Stack(grad_W1, grad_W2), Stack(G * W2, G.T * W1) + Stack(W1, W2)),
        note="T maps n x m to (n + m) x h",
    ),
    Statement(
        label="j8.linear",
        source=(journal("2.2"), submission("2.2")),
        kind=Kind.IDENTITY,
        then=eq(Stack((U + z * V) * W2, (U + z * V).T * W1), Stack(U * W2, U.T * W1) + z * _T),
        note="T is a linear operator",
    ),
    Statement(
        label="j2-problems.shape",
        source=(journal("1-displays", "Problem 1", "Problem 2"), submission("1", "2")),
        kind=Kind.SHAPE,
        then=WellShaped(Loss(W1 * W2.T), Loss(U), X * U, X * W1 * W2.T),
        note="both problems and their least-squares instances",
    ),
    Statement(
        label="j2.shape",
        source=(journal("2"), submission("3")),
        kind=Kind.SHAPE,
        then=WellShaped(U - eta * Grad(U)),
    ),
    Statement(
        label="j7.shape",
        source=(journal("7"), submission("8")),
        kind=Kind.SHAPE,
        then=WellShaped(W1 - eta * G * W2, W2 - eta * G.T * W1),
    ),
)

QUALIFYING_LOSSES = (
    SQUARED := Statement(
        label="j2.1-squared-qualifies",
        source=(journal("2.1-losses"),),
        kind=Kind.INEQUALITY,
        then=gt(Sigma(X, n), 0),
        note="the squared loss 1/2 ||Y - X W||_F^2 is strongly convex exactly when sigma_n(X) > 0",
    ),
    replace(
        SQUARED,
        form=Form.REPAIRED,
        repairs=SQUARED.label,
        given=(eq(Rank(X), n),),
        note="for data X of full column rank",
    ),
    Statement(
        label="j2.1-logistic-qualifies",
        source=(journal("2.1-losses"),),
        kind=Kind.INEQUALITY,
        then=AllOf(
            ge(sp.exp(z) / (1 + sp.exp(z)) ** 2, 0),
            le(sp.exp(z) / (1 + sp.exp(z)) ** 2, sp.Rational(1, 4)),
        ),
        note="the logistic loss has second derivative in [0, 1/4], so that l2 regularization r makes it r-strongly "
        "convex and (sigma_max(X)^2/4 + r)-smooth",
    ),
)

SMOOTHNESS = Statement(
    label="j3.smoothness",
    source=(journal("3"), submission("4")),
    kind=Kind.INEQUALITY,
    given=LOSS,
    then=le(Loss(V), Loss(U) + Inner(Grad(U), V - U) + K / 2 * Fro(V - U) ** 2),
)

PL = Statement(
    label="j4.pl",
    source=(journal("4"), submission("5")),
    kind=Kind.INEQUALITY,
    given=LOSS,
    then=ge(gradient_squared / 2, mu * Loss(U)),
)

INEQUALITIES = (
    SMOOTHNESS,
    PL,
    Statement(
        label="j2.1-unique-minimizer",
        source=_SENTENCES_21,
        kind=Kind.INEQUALITY,
        given=LOSS,
        then=le(mu / 2 * Fro(U - W_star) ** 2, Loss(U)),
        note="the loss exceeds its minimum away from W*: the solution of Problem 1 is unique",
    ),
    Statement(
        label="j2.2-relaxed.pl",
        source=_SENTENCES_21,
        kind=Kind.INEQUALITY,
        given=LOSS[:-1],
        then=ge(gradient_squared / 2, mu * (Loss(U) - Loss(W_star))),
        note="Assumption 2.2 relaxed to an arbitrary minimum l*: (4) for l - l*",
    ),
    Statement(
        label="j2.2-relaxed.rate",
        source=_SENTENCES_21,
        kind=Kind.STEP,
        given=(*LOSS[:-1], *CLASSICAL_STEP),
        then=le(loss_next - Loss(W_star), rate * (Loss(U) - Loss(W_star))),
        note="Assumption 2.2 relaxed to an arbitrary minimum l*: (5) for l - l*",
    ),
    Statement(
        label="j2.1-pl-suffices",
        source=_SENTENCES_21,
        kind=Kind.STEP,
        given=(*PL_LOSS, *CLASSICAL_STEP),
        then=le(loss_next, rate * Loss(U)),
        note="strong convexity relaxed to the PL condition",
    ),
)

DESCENT = Chain(
    label="j2.1-descent",
    source=_SENTENCES_21,
    kind=Kind.STEP,
    given=LOSS,
    first=loss_next,
    lines=(
        ("<=", Loss(U) + Inner(Grad(U), U_next - U) + K / 2 * Fro(U_next - U) ** 2, "smoothness", ("j3.smoothness",)),
        ("==", descent, "substitute", ()),
    ),
)

STRICT_DECREASE = Chain(
    label="j5",
    source=(journal("5"), submission("6")),
    kind=Kind.STEP,
    given=(*LOSS, *CLASSICAL_STEP),
    first=loss_next,
    lines=(
        ("<=", descent, "descent", ("j2.1-descent.smoothness",)),
        ("<=", rate * Loss(U), "pl", ("j4.pl",)),
    ),
)

DECREASE = Statement(
    label="j5.strict-decrease",
    source=(journal("5"), submission("6")),
    kind=Kind.STEP,
    given=(*LOSS, *CLASSICAL_STEP),
    then=lt(loss_next, Loss(U)),
    cites=("j5.descent", "j5.pl", "j5.descent-range"),
)

DESCENT_RANGE = Statement(
    label="j5.descent-range",
    source=(journal("5"), submission("6")),
    kind=Kind.INEQUALITY,
    given=(*LOSS, *CLASSICAL_STEP),
    then=AllOf(lt(0, rate), lt(rate, 1)),
)

LINEAR_RATE = Statement(
    label="j6.rate",
    source=(journal("6"), submission("7")),
    kind=Kind.STEP,
    given=LOSS,
    then=le(loss_optimal, (1 - mu / K) * Loss(U)),
    cites=("j5.descent", "j5.pl"),
)

CLASSICAL_RATE = (
    *DESCENT.statements(),
    *STRICT_DECREASE.statements(),
    DECREASE,
    replace(DECREASE, form=Form.REPAIRED, repairs=DECREASE.label, given=(*DECREASE.given, gt(Loss(U), 0))),
    DESCENT_RANGE,
    replace(DESCENT_RANGE, form=Form.REPAIRED, repairs=DESCENT_RANGE.label, then=AllOf(le(0, rate), lt(rate, 1))),
    Statement(
        label="j5.optimal-step.bound",
        source=(journal("5-optimal"), submission("6-optimal")),
        kind=Kind.INEQUALITY,
        given=(gt(K, 0), gt(mu, 0)),
        then=ge(rate, 1 - mu / K),
        note="no step size has a smaller descent rate than the one of 1/K",
    ),
    Statement(
        label="j5.optimal-step.attained",
        source=(journal("5-optimal"), submission("6-optimal")),
        kind=Kind.IDENTITY,
        given=(gt(K, 0), gt(mu, 0)),
        then=eq(rate.xreplace({eta: 1 / K}), 1 - mu / K),
    ),
    LINEAR_RATE,
    replace(
        LINEAR_RATE,
        form=Form.SHARP,
        repairs=LINEAR_RATE.label,
        then=le(loss_optimal, (1 - mu / K) ** 2 * Loss(U)),
        note="strong convexity, not only the PL condition, squares the factor",
    ),
    Statement(
        label="j6.linear",
        source=(journal("6"), submission("7")),
        kind=Kind.STEP,
        given=(*LOSS, le(Loss(U), (1 - mu / K) ** t * Loss(U_0))),
        then=le((1 - mu / K) * Loss(U), (1 - mu / K) ** (t + 1) * Loss(U_0)),
        note="the induction step of the second inequality of (6)",
    ),
    Statement(
        label="j2.1-classical.rate",
        source=(journal("3.1-classical"), submission("3.1-classical")),
        kind=Kind.STEP,
        given=(*LOSS, *CLASSICAL_STEP),
        then=le(loss_next, rate * Loss(U)),
        cites=("j5.descent", "j5.pl"),
        note="any constant step size in (0, 2/K) achieves linear convergence on Problem 1",
    ),
)

SOME_CONSTANTS = Reading("some-constants", "the function is chosen together with its K and mu")
GIVEN_CONSTANTS = Reading("given-constants", "K and mu are given with mu < K, and the function is chosen for them")
_PROPER = (*LOSS, lt(mu, K), gt(Loss(U), 0))

OPTIMAL = Statement(
    label="j6.optimal",
    source=(journal("2.1-tightness"), submission("2.1-tightness")),
    kind=Kind.STEP,
    given=(*LOSS, eq(K, mu)),
    then=eq(loss_optimal, (1 - mu / K) * Loss(U)),
    reading=SOME_CONSTANTS,
    note="some function meets (6) with equality: every one with K = mu does, both sides being zero",
)

TIGHTNESS = (
    OPTIMAL,
    replace(
        OPTIMAL,
        reading=GIVEN_CONSTANTS,
        given=_PROPER,
        note="stated for every function away from its minimum; the text asks for one function, which is the negation "
        "of the sharp form",
    ),
    replace(
        OPTIMAL,
        form=Form.SHARP,
        repairs=OPTIMAL.label,
        reading=None,
        given=_PROPER,
        then=lt(loss_optimal, (1 - mu / K) * Loss(U)),
        note="when mu < K no function meets (6) with equality: smoothness met with equality makes W(t+1) stationary",
    ),
)

_PROPOSITION = (journal("Proposition 2.1"), submission("Proposition 2.1"))
_ZERO = sp.ZeroMatrix(n, m)
_GRADIENT_AT_ZERO = Stack(Grad(_ZERO) * sp.ZeroMatrix(m, h), Grad(_ZERO).T * sp.ZeroMatrix(n, h))

NO_GLOBAL_CONSTANTS = (
    Statement(
        label="j2.1-prop.pl",
        source=_PROPOSITION,
        kind=Kind.INEQUALITY,
        given=(*LOSS, gt(Loss(_ZERO), 0)),
        then=AllOf(le(Fro(_GRADIENT_AT_ZERO), 0), gt(Loss(_ZERO), 0)),
        note="at zero weights the gradient vanishes and the loss does not: a global PL constant is zero",
    ),
    Statement(
        label="j2.1-prop.curvature",
        source=_PROPOSITION,
        kind=Kind.INEQUALITY,
        given=LOSS,
        then=ge(Inner(Hess(W, Z1 * W2.T), Z1 * W2.T), mu * Fro(Z1 * W2.T) ** 2),
        note="the curvature of L along (Z1, 0) is at least mu ||Z1 W2^T||_F^2, unbounded in W2",
    ),
)

_OTHERS = "a classification of other papers' assumptions"
TABLE_1 = tuple(
    Statement(
        label=f"jT1.{name}",
        source=(journal("Table 1"), submission("Table 1")),
        kind=Kind.EMPIRICAL,
        then=None,
        out_of_scope=reason,
    )
    for name, reason in (
        ("nonlinear-ntk", _OTHERS),
        ("nonlinear-mean-field", _OTHERS),
        ("linear-flow", _OTHERS),
        ("linear-descent", _OTHERS),
        ("xu", _OTHERS),
        ("this-work", "names the hypotheses of Theorem 3.2 (general loss, finite width and step size), decided at j16"),
    )
)

STATEMENTS = (
    *CHAIN_RULE_STATEMENTS,
    *QUALIFYING_LOSSES,
    *INEQUALITIES,
    *CLASSICAL_RATE,
    *TIGHTNESS,
    *NO_GLOBAL_CONSTANTS,
    *TABLE_1,
)
