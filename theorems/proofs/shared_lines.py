"""Lines that several proofs share: sigma_min <= sigma_max, beta_2, (101) and (102) before their roots, K-bar_t."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from theorems.assumptions import CONDITIONS_109
from theorems.norms import Fro, Sigma, SigmaMax, SigmaMin
from theorems.notation import (
    DEFINITIONS,
    L_0,
    Delta,
    K,
    K_bar,
    K_bar_0,
    W_star,
    beta_2,
    c,
    d,
    eta_0,
    eta_1,
    eta_2,
    mu_bar,
    rho_bar_0,
    t,
    unfold,
)
from theorems.proofs.derivation import Line, line
from theorems.statement import eq, le, lt

Where = Mapping[sp.Basic, sp.Basic]

# The letter of a point near 0, where (101) and (102) are negative.
X_NEAR_0 = sp.Symbol("x_near_0", real=True, positive=True)


def extreme_order(tag: str, w: sp.MatrixExpr, matrix: sp.MatrixExpr, index: sp.Symbol) -> tuple[Line, ...]:
    """sigma_min(w) <= sigma_max(w) when `index` is the smaller dimension; matrix: w or its transpose, `index` rows.

    Rests on the lines "<tag>-least" (the assumption that `index` is the smaller one) and "top" (sigma_max comes first).
    """
    return (
        line(
            f"least-{tag}",
            eq(SigmaMin(w), Sigma(w, index)),
            "singular-values.smallest",
            f"{tag}-least",
            at={"A": matrix},
        ),
        line(
            f"falls-{tag}",
            le(Sigma(w, index), Sigma(w, 1)),
            "singular-values.decreasing",
            at={"A": matrix, "k": index, "j": 1},
        ),
        line(
            f"order-{tag}",
            le(SigmaMin(w), SigmaMax(w)),
            "arithmetic",
            weights=[(1, f"falls-{tag}"), (1, f"least-{tag}"), (-1, "top")],
        ),
    )


def beta_2_bound(w: sp.MatrixExpr, distance: str, name: str = "claim") -> tuple[Line, ...]:
    """sigma_max(w) <= beta_2; rests on the line `distance`, that ||w - W*||_F is at most the radius in beta_2."""
    away = w - W_star
    return (
        line("away", le(SigmaMax(away), Fro(away)), "singular-values.frobenius", at={"A": away}),
        line(
            "weyl",
            le(Sigma(w, 1), Sigma(W_star, 1) + SigmaMax(away)),
            "singular-values.weyl",
            at={"A": W_star, "B": away, "k": 1},
        ),
        line("top", eq(SigmaMax(w), Sigma(w, 1)), "singular-values.largest", at={"A": w}),
        line("top-star", eq(SigmaMax(W_star), Sigma(W_star, 1)), "singular-values.largest", at={"A": W_star}),
        line(
            name,
            le(SigmaMax(w), beta_2),
            "arithmetic",
            weights=[(1, "weyl"), (1, "away"), (1, distance), (1, "top"), (-1, "top-star")],
        ),
    )


def exponents(where: Where) -> tuple[Line, ...]:
    """c < 1 < d, by hypothesis or where the definitions give c a value; so that 1 - c and d - 1 count as positive."""
    rule = "algebra" if where.get(c) is not None else "hypothesis"
    return (
        line("c", lt(c, 1), rule),
        line("d", lt(1, d), rule),
        line("c-room", lt(0, 1 - c), "arithmetic", weights=[(1, "c")], known=True),
        line("d-room", lt(0, d - 1), "arithmetic", weights=[(1, "d")], known=True),
    )


def equation_101(where: Where) -> sp.Expr:
    """Left minus right side of (101) at `X_NEAR_0`, under definitions `where`."""
    return {**DEFINITIONS, **where}[eta_1].args[0].xreplace({eta_0: X_NEAR_0})


def before_101(where: Where, unfolded: bool = False) -> tuple[Line, ...]:
    """(101): eta_0 K-bar_0 <= 1, from eta_0 <= eta_1 under definitions `where`."""
    near = equation_101(where)
    return (
        line("near-101", lt(near, 0), "assume"),
        line("101", CONDITIONS_109[1], "before-root", "near-101", at={"x": X_NEAR_0, "near": near}, unfolded=unfolded),
    )


def negative_102(where: Where) -> tuple[sp.Expr, tuple[Line, ...]]:
    """(near, lines): (102) is negative where `near` is; the lines assume "near-102" and end with "negative"."""
    x = X_NEAR_0
    mu_x, k_x, rho_x = (
        unfold(symbol, where, only=(mu_bar, K_bar_0, rho_bar_0, Delta)).xreplace({eta_0: x})
        for symbol in (mu_bar, K_bar_0, rho_bar_0)
    )
    function = {**DEFINITIONS, **where}[eta_2].args[0].xreplace({eta_0: x})
    bracket = 2 * mu_x - mu_x * k_x * x - x ** (d - 1) * rho_x
    near = 4 * K * L_0 * x ** (1 - c) * (1 + x**c) - bracket
    return near, (
        line("tangent-x", le(1 + x**c, sp.exp(x**c)), "exponential.tangent", at={"x": x**c}),
        line("near-102", lt(near, 0), "assume"),
        line("bracket", lt(0, bracket), "arithmetic", weights=[(1, "near-102")]),
        line(
            "scaled",
            lt(function * (1 + x**c), 0),
            "arithmetic",
            weights=[(x**c * x, "near-102"), (x * sp.exp(-(x**c)), "tangent-x", "bracket")],
        ),
        line("negative", lt(function, 0), "order.strict-cancel", "scaled", at={"x": function, "y": 0, "z": 1 + x**c}),
    )


def before_102(where: Where) -> tuple[Line, ...]:
    """(102): 4 K L(0) eta_0^2 <= (1 - exp(-eta_0^c))(1 - Delta), from eta_0 <= eta_2 under definitions `where`."""
    near, lines = negative_102(where)
    at = {"x": X_NEAR_0, "near": near}
    return (*lines, line("102", CONDITIONS_109[2], "before-root", "near-102", "negative", at=at))


def falling_K_bar(spectrum: sp.Expr) -> tuple[Line, ...]:
    """K-bar_t <= K-bar_0; spectrum: the bound of sigma_max^2(T) in both.

    Rests on the lines "power" (rho-bar_0^t <= 1), "Delta-power" (Delta^t <= 1) and "K-bar-0" (its definition).
    """
    root_t, root_D, root_0 = (sp.sqrt(2 * K * L_0 * factor) for factor in (rho_bar_0**t, Delta**t, sp.S.One))
    return (
        line("square-0", le(root_t**2, root_0**2), "arithmetic", weights=[(2 * K * L_0, "power")]),
        line("square-D", le(root_D**2, root_0**2), "arithmetic", weights=[(2 * K * L_0, "Delta-power")]),
        line("root-0", le(root_t, root_0), "order.roots", "square-0", at={"x": root_t, "y": root_0}),
        line("root-D", le(root_D, root_0), "order.roots", "square-D", at={"x": root_D, "y": root_0}),
        line(
            "K-falls",
            le(K_bar, K_bar_0),
            "arithmetic",
            weights=[
                (1, "root-0"),
                (6 * K**2 * beta_2 * L_0 * eta_0**2, "Delta-power"),
                (3 * K * spectrum * eta_0, "root-D"),
                (-1, "K-bar-0"),
            ],
        ),
    )


# mu-bar > 0 from (101) and (102): mu-bar <= 0 would make Delta > 1.
TANGENT = line("tangent", le(1 + eta_0**c, sp.exp(eta_0**c)), "exponential.tangent", at={"x": eta_0**c})
DECAY = line("decay", lt(0, 1 - sp.exp(-(eta_0**c))), "arithmetic", weights=[(sp.exp(-(eta_0**c)), "tangent")])
POSITIVE_MU = (
    TANGENT,
    DECAY,
    line("mu-good", lt(0, mu_bar), "assume"),
    line("mu-bad", le(mu_bar, 0), "assume"),
    line("rho-bad", le(1, rho_bar_0), "arithmetic", weights=[(eta_0, "mu-bad"), (eta_0, "mu-bad", "101")]),
    line("Delta-bad", lt(1, Delta), "arithmetic", weights=[(1 + eta_0**d, "rho-bad")]),
    line("absurd", lt(0, 0), "arithmetic", weights=[(1, "102"), (1, "decay", "Delta-bad")]),
    line("mu-absurd", lt(0, mu_bar), "order.strict-cancel", "absurd", at={"x": 0, "y": mu_bar, "z": 0}),
    line("mu-positive", lt(0, mu_bar), "cases", "mu-absurd", "mu-bad", "mu-good", "mu-good"),
)
