"""(101) has exactly one positive root, and eta_max > 0: the step sizes of Theorem E.1 exist."""

from __future__ import annotations

import sympy as sp

from theorems import step_size
from theorems.norms import Fro, Sigma, SigmaMax, SigmaMin
from theorems.notation import (
    L_0,
    W_0,
    Delta_minus,
    Delta_plus,
    Delta_under,
    K,
    W_star,
    alpha_1,
    alpha_2,
    beta_1,
    beta_2,
    c,
    d,
    eta_0,
    eta_3,
    lambda_minus,
    lambda_plus,
    m,
    mu,
    n,
)
from theorems.proofs.derivation import Proof, goals, line
from theorems.proofs.loss_proofs import minimum
from theorems.proofs.shared_lines import X_NEAR_0, equation_101, extreme_order, negative_102
from theorems.proofs.table2_proofs import spreads
from theorems.statement import Kind, Statement, UniqueRoot, eq, gt, le, lt

_GOALS = goals(step_size)
_x, _y = (sp.Symbol(f"{name}_101", real=True, positive=True) for name in ("x", "y"))
_root = sp.sqrt(2 * K * L_0)
_end = 1 / (K * alpha_2)


def _unique(goal: Statement, exponent: sp.Expr) -> Proof:
    """K-bar_0 holds exp(eta_0 ** exponent)."""
    assert isinstance(goal.then, UniqueRoot)

    def at(value: sp.Expr) -> sp.Expr:
        return goal.then.expression.xreplace({eta_0: value})  # type: ignore[union-attr]

    def spread(value: sp.Expr) -> sp.Expr:
        return sp.exp(value**exponent)

    rest = K * alpha_2 * spread(_x)
    return Proof(
        goal,
        (
            line("start", lt(at(sp.S.Zero), 0), "algebra"),
            line("tangent", le(1 + _end**exponent, spread(_end)), "exponential.tangent", at={"x": _end**exponent}),
            line("end", lt(0, at(_end)), "arithmetic", weights=[(1, "tangent")]),
            line("case", lt(_x, _y), "assume"),
            line(
                "powers", le(_x**exponent, _y**exponent), "power.monotone", "case", at={"x": _x, "y": _y, "z": exponent}
            ),
            line(
                "spreads",
                le(spread(_x), spread(_y)),
                "exponential.monotone",
                "powers",
                at={"x": _x**exponent, "y": _y**exponent},
            ),
            line(
                "increases",
                lt(at(_x), at(_y)),
                "arithmetic",
                weights=[
                    (_root, "case"),
                    (6 * K**2 * beta_2 * L_0 * (_x**2 + _x * _y + _y**2), "case"),
                    (rest, "case"),
                    (K * alpha_2 * _y, "spreads"),
                    (3 * rest * _root * (_x + _y), "case"),
                    (3 * K * alpha_2 * _root * _y**2, "spreads"),
                ],
            ),
            line(
                "claim",
                goal.then,
                "root",
                "start",
                "end",
                "increases",
                "case",
                at={"below": sp.S.Zero, "above": _end, "x": _x, "y": _y},
            ),
        ),
        folded=frozenset({L_0, alpha_2, beta_2}),
        idea="Continuous, -1 at 0, positive at 1/(K alpha_2), strictly increasing.",
    )


# eta_max > 0 ------------------------------------------------------------------------------------------------------
_goal = _GOALS["jE-existence.eta-max-positive"]
_f_101 = equation_101({})
_near_102, _lines_102 = negative_102({})
_half = sp.Rational(1, 2)
_wide_1, _wide_2 = Delta_plus + Delta_under, Delta_minus + Delta_under
_root_1, _root_2 = (sp.sqrt(w**2 + 4 * beta_1**2) for w in (_wide_1, _wide_2))
_r1, _r2 = (sp.sqrt(lam**2 + 4 * beta_2**2) for lam in (lambda_plus, lambda_minus))
_value = SigmaMin(W_star) - sp.sqrt(K / mu) * Fro(W_0 - W_star)


_alpha_2_positive = (
    *spreads,
    line("initialized", lt(0, alpha_1), "hypothesis"),
    line("top", eq(SigmaMax(W_star), Sigma(W_star, 1)), "singular-values.largest", at={"A": W_star}),
    line("n-least", le(n, m), "assume"),
    line("m-least", le(m, n), "assume"),
    *extreme_order("n", W_star, W_star, n),
    *extreme_order("m", W_star, W_star.T, m),
    line("order", le(SigmaMin(W_star), SigmaMax(W_star)), "cases", "order-n", "n-least", "order-m", "m-least"),
    line("value", le(_value, beta_2), "arithmetic", weights=[(1, "order")]),
    line("margins", le(beta_1, beta_2), "maximum.least", "value", at={"x": _value, "y": 0, "z": beta_2}),
    line("root-1", le(_root_1, _wide_1 + 2 * beta_1), "order.roots", at={"x": _root_1, "y": _wide_1 + 2 * beta_1}),
    line("root-2", le(_root_2, _wide_2 + 2 * beta_1), "order.roots", at={"x": _root_2, "y": _wide_2 + 2 * beta_1}),
    line("alpha", le(alpha_1, Delta_under + 2 * beta_1), "arithmetic", weights=[(_half, "root-1"), (_half, "root-2")]),
    line("r1-square", le(lambda_plus**2, _r1**2), "arithmetic", weights=[(4, beta_2)]),
    line("r2-square", le(lambda_minus**2, _r2**2), "arithmetic", weights=[(4, beta_2)]),
    line("r1-wide", le(lambda_plus, _r1), "order.roots", "r1-square", at={"x": lambda_plus, "y": _r1}),
    line("r2-wide", le(lambda_minus, _r2), "order.roots", "r2-square", at={"x": lambda_minus, "y": _r2}),
    line("r1-margin", le(2 * beta_2, _r1), "order.roots", at={"x": 2 * beta_2, "y": _r1}),
    line("r2-margin", le(2 * beta_2, _r2), "order.roots", at={"x": 2 * beta_2, "y": _r2}),
    line(
        "twice",
        lt(0, 2 * alpha_2),
        "arithmetic",
        weights=[
            (1, "initialized"),
            (1, "alpha"),
            (2, "margins"),
            (1, "s-plus"),
            (1, "s-minus"),
            (_half, "r1-wide"),
            (_half, "r2-wide"),
            (_half, "r1-margin"),
            (_half, "r2-margin"),
        ],
    ),
)
ALPHA_2_POSITIVE = Proof(
    Statement(
        label="aux.alpha-2-positive",
        source=_goal.source,
        kind=Kind.INEQUALITY,
        given=(gt(alpha_1, 0),),
        then=gt(alpha_2, 0),
    ),
    (*_alpha_2_positive, line("claim", lt(0, alpha_2), "arithmetic", weights=[(_half, "twice")])),
    idea="alpha_1 <= Delta + 2 beta_1 <= 2 alpha_2.",
)
_ratio = 1 + alpha_1 / (2 * alpha_2)
ETA_MAX = Proof(
    _goal,
    (
        minimum,
        *spreads,
        line("c", lt(c, 1), "hypothesis"),
        line("d", lt(1, d), "hypothesis"),
        line("c-room", lt(0, 1 - c), "arithmetic", weights=[(1, "c")], known=True),
        line("d-room", lt(0, d - 1), "arithmetic", weights=[(1, "d")], known=True),
        line("initialized", lt(0, alpha_1), "hypothesis", known=True),
        line("alpha-2", lt(0, alpha_2), "lemma", "initialized", labels=("aux.alpha-2-positive",), known=True),
        line("ratio", lt(1, _ratio), "algebra"),
        line("log", lt(0, sp.log(_ratio)), "exponential.log-positive", "ratio", at={"y": _ratio}, known=True),
        line("cap", lt(0, eta_3), "power.strict", "log", at={"x": 0, "y": sp.log(_ratio), "z": 1 / c}),
        line("near-101", lt(_f_101, 0), "assume"),
        *_lines_102,
        line(
            "claim",
            _goal.then,
            "positive-root",
            "near-101",
            "near-102",
            "negative",
            "cap",
            at={"x": X_NEAR_0, "near_eta_1": _f_101, "near_eta_2": _near_102},
        ),
    ),
    folded=frozenset({alpha_1, alpha_2, beta_2, L_0}),
    idea="(101) and (102) are negative on some interval (0, e), and the logarithmic cap is positive.",
)

PROOFS = (
    ALPHA_2_POSITIVE,
    ETA_MAX,
    _unique(_GOALS["j101.unique-root@exp-sqrt"], sp.Rational(1, 2)),
    _unique(_GOALS["j101.unique-root@exp-sqrt/repaired"], c),
)
