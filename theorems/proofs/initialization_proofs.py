"""Appendix F proved for given initial weights: (135) to (138), (142), (144), (145), and the bound on alpha_2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from theorems import initialization, table2
from theorems.initialization import SIGNED_STACK, STACK, B, scale, v
from theorems.norms import Fro, Inner, Lambda, Sigma, SigmaMax, Stack
from theorems.notation import (
    D_0,
    W1_0,
    W2_0,
    W_0,
    K,
    W_star,
    alpha_1,
    alpha_2,
    beta_2,
    beta_m,
    beta_n,
    h,
    lambda_m_D,
    lambda_minus,
    lambda_n_D,
    lambda_plus,
    m,
    mu,
    n,
    sigma_max_T_0,
    sigma_min_T_0,
)
from theorems.proofs.derivation import Line, Proof, claims, goals, line
from theorems.proofs.shared_lines import beta_2_bound
from theorems.proofs.table2_proofs import spreads
from theorems.statement import Kind, Statement, eq, journal, le, lt
from theorems.table2 import ALPHA_1_REPAIRED

__all__ = ["PROOFS"]

_GOALS = goals(initialization, table2)
_half = sp.Rational(1, 2)


def _from(label: str, lines: tuple[Line, ...], weights: Sequence[tuple[Any, ...]]) -> Proof:
    """A proof whose last line is arithmetic on earlier ones."""
    goal = _GOALS[label]
    return Proof(goal, (*lines, line("claim", claims(goal)[-1], "arithmetic", weights=list(weights))))


# The spectral norm: products, scalars ----------------------------------------------------------------------------
_p, _q, _r = (sp.Symbol(name, integer=True, positive=True) for name in ("p_rows", "q_rows", "r_rows"))
_A, _C = sp.MatrixSymbol("A", _p, _q), sp.MatrixSymbol("C", _q, _r)
_F = (journal("143", "144"),)


def _top(tag: str, matrix: sp.MatrixExpr, rows: sp.Expr) -> tuple[Line, ...]:
    """A unit vector u with ||X^T u|| = sigma_max(X) for X = `matrix`."""
    u = sp.MatrixSymbol(f"u_{tag}", rows, 1)
    gram = matrix * matrix.T
    at = {"S": gram, "k": 1, "u": u}
    return (
        line(f"unit-{tag}", eq(Fro(u) ** 2, 1), "eigenvector.exists", at=at),
        line(f"length-{tag}", eq(Fro(u), 1), "eigenvector.exists", at=at),
        line(f"value-{tag}", eq(Inner(u, gram * u), Lambda(gram, 1)), "eigenvector.exists", at=at),
        line(
            f"gram-{tag}", eq(Lambda(gram, 1), Sigma(matrix, 1) ** 2), "singular-values.gram", at={"A": matrix, "k": 1}
        ),
        line(f"largest-{tag}", eq(SigmaMax(matrix), Sigma(matrix, 1)), "singular-values.largest", at={"A": matrix}),
        line(
            f"reached-{tag}",
            eq(Fro(matrix.T * u) ** 2, SigmaMax(matrix) ** 2),
            "arithmetic",
            weights=[
                (1, f"value-{tag}"),
                (1, f"gram-{tag}"),
                (-SigmaMax(matrix) - Sigma(matrix, 1), f"largest-{tag}"),
            ],
        ),
    )


_u = sp.MatrixSymbol("u_top", _p, 1)
_AC = _A * _C
_bound = SigmaMax(_A) * SigmaMax(_C)
SUBMULTIPLICATIVE = Proof(
    Statement(label="aux.spectral-product", source=_F, kind=Kind.INEQUALITY, then=le(SigmaMax(_AC), _bound)),
    (
        *_top("top", _AC, _p),
        line(
            "outer",
            le(Fro(_AC.T * _u), SigmaMax(_C.T) * Fro(_A.T * _u)),
            "product.upper",
            at={"A": _C.T, "C": _A.T * _u},
        ),
        line("inner", le(Fro(_A.T * _u), SigmaMax(_A.T) * Fro(_u)), "product.upper", at={"A": _A.T, "C": _u}),
        line(
            "both",
            le(Fro(_AC.T * _u), _bound),
            "arithmetic",
            weights=[(1, "outer"), (SigmaMax(_C), "inner"), (_bound, "length-top")],
        ),
        line(
            "square",
            le(SigmaMax(_AC) ** 2, _bound**2),
            "arithmetic",
            weights=[(Fro(_AC.T * _u) + _bound, "both"), (-1, "reached-top")],
        ),
        line("claim", le(SigmaMax(_AC), _bound), "order.roots", "square", at={"x": SigmaMax(_AC), "y": _bound}),
    ),
)
_scaled_norm = SigmaMax(scale * _A)
HOMOGENEOUS = Proof(
    Statement(label="aux.spectral-scale", source=_F, kind=Kind.INEQUALITY, then=le(scale * SigmaMax(_A), _scaled_norm)),
    (
        *_top("top", _A, _p),
        line(
            "upper",
            le(Fro(scale * _A.T * _u), SigmaMax((scale * _A).T) * Fro(_u)),
            "product.upper",
            at={"A": (scale * _A).T, "C": _u},
        ),
        line(
            "bounded",
            le(scale * Fro(_A.T * _u), _scaled_norm),
            "arithmetic",
            weights=[(1, "upper"), (_scaled_norm, "length-top")],
        ),
        line(
            "square",
            le((scale * SigmaMax(_A)) ** 2, _scaled_norm**2),
            "arithmetic",
            weights=[(scale * Fro(_A.T * _u) + _scaled_norm, "bounded"), (-(scale**2), "reached-top")],
        ),
        line(
            "claim",
            le(scale * SigmaMax(_A), _scaled_norm),
            "order.roots",
            "square",
            at={"x": scale * SigmaMax(_A), "y": _scaled_norm},
        ),
    ),
)

# [W1; W2] and [W1; -W2] ------------------------------------------------------------------------------------------
_stack, _signed = SigmaMax(STACK), SigmaMax(SIGNED_STACK)


def _same_norm(tag: str, other: sp.MatrixExpr) -> tuple[Line, ...]:
    """sigma_max(other) = sigma_max([W1; W2]): the two have one Gram matrix."""
    norm = SigmaMax(other)
    lines: list[Line] = []
    for name, x in ((f"{tag}-stack", STACK), (f"{tag}-other", other)):
        lines += [
            line(
                f"gram-{name}", eq(Lambda(x.T * x, 1), Sigma(x, 1) ** 2), "singular-values.gram", at={"A": x.T, "k": 1}
            ),
            line(f"largest-{name}", eq(SigmaMax(x), Sigma(x, 1)), "singular-values.largest", at={"A": x}),
        ]
    own = [
        (-1, f"gram-{tag}-stack"),
        (1, f"gram-{tag}-other"),
        (SigmaMax(STACK) + Sigma(STACK, 1), f"largest-{tag}-stack"),
        (-norm - Sigma(other, 1), f"largest-{tag}-other"),
    ]
    squares = line(f"squares-{tag}", eq(_stack**2, norm**2), "arithmetic", weights=own)
    return (
        *lines,
        squares,
        line(f"low-{tag}", le(_stack, norm), "order.roots", f"squares-{tag}", at={"x": _stack, "y": norm}),
        line(f"back-{tag}", le(norm**2, _stack**2), "arithmetic", weights=[(-1, f"squares-{tag}")]),
        line(f"high-{tag}", le(norm, _stack), "order.roots", f"back-{tag}", at={"x": norm, "y": _stack}),
    )


_norm = line("norm", _GOALS["j144.line4@shapes-mended"].given[-1], "hypothesis")
_edge = (sp.sqrt(h) + B) / scale
_square = claims(_GOALS["j144.line4@shapes-mended"])[0].rhs
_below_edge = (
    _norm,
    line("edge", le(0, _edge), "arithmetic", weights=[(1, "norm")], known=True),
    line("edge-square", le(_stack**2, _square), "arithmetic", weights=[(_stack, "norm"), (_edge, "norm")]),
)


def _product(tag: str, norm: sp.Expr, other: sp.MatrixExpr) -> tuple[Line, ...]:
    """norm = sigma_max([W1; W2]^T other) <= sigma_max([W1; W2])^2."""
    return (
        *_same_norm(tag, other),
        line(
            f"product-{tag}",
            le(norm, _stack * SigmaMax(other)),
            "lemma",
            at={"A": STACK.T, "C": other},
            labels=("aux.spectral-product",),
        ),
        line(
            f"both-{tag}", le(norm, _stack**2), "arithmetic", weights=[(1, f"product-{tag}"), (_stack, f"high-{tag}")]
        ),
    )


_line2, _line3 = _GOALS["j144.line2@shapes-mended"], _GOALS["j144.line3@shapes-mended"]
_kernel = _GOALS["j136.kernel"]
_minus_signed = Stack(-W1_0, W2_0)
_other_sign = _product("minus", SigmaMax(-D_0), _minus_signed)
SPECTRUM = (
    Proof(
        _line2,
        (
            line(
                "claim",
                claims(_line2)[0],
                "lemma",
                at={"A": STACK.T, "C": SIGNED_STACK},
                labels=("aux.spectral-product",),
            ),
        ),
    ),
    Proof(
        _line3,
        (
            *_same_norm("signed", SIGNED_STACK),
            line("above", le(claims(_line3)[0].lhs, _stack**2), "arithmetic", weights=[(_stack, "high-signed")]),
            line("below", le(_stack**2, claims(_line3)[0].lhs), "arithmetic", weights=[(_stack, "low-signed")]),
            line(
                "claim",
                claims(_line3)[0],
                "order.antisymmetric",
                "above",
                "below",
                at={"x": claims(_line3)[0].lhs, "y": _stack**2},
            ),
        ),
    ),
    Proof(_GOALS["j144.line4@shapes-mended"], _below_edge),
    _from("j144.other-sign@shapes-mended", (*_below_edge, *_other_sign), [(1, "both-minus"), (1, "edge-square")]),
    _from(
        "jF1.norm-of-both@shapes-mended",
        (
            line("scaled", _GOALS["jF1.norm-of-both@shapes-mended"].given[-1], "hypothesis"),
            line(
                "factor",
                le(scale * _stack, SigmaMax(scale * STACK)),
                "lemma",
                at={"A": STACK},
                labels=("aux.spectral-scale",),
            ),
        ),
        [(1 / scale, "factor"), (1 / scale, "scaled")],
    ),
    Proof(
        _kernel,
        (line("claim", claims(_kernel)[0], "product.lower", at={"A": STACK.T, "C": SIGNED_STACK * v}),),
    ),
)

# alpha_2 and beta_2 --------------------------------------------------------------------------------------------------
_far, _ratio = Fro(W_0 - W_star), sp.sqrt(K / mu)
_triangle = (
    line("given", _GOALS["j142.beta-2"].given[-1], "hypothesis"),
    line("triangle", le(_far, Fro(W_0) + Fro(W_star)), "frobenius.triangle", at={"A": W_0, "B": -W_star}),
)
_beta_weights = [(_ratio, "triangle"), (_ratio, "given")]
_defined, _beta_bound = claims(_GOALS["j142.beta-2"])


def _root(tag: str, bound: sp.Symbol, norm: sp.Expr, matrix: sp.MatrixExpr) -> tuple[Line, ...]:
    """lambda <= sigma_max(D(0)) and sqrt(lambda^2 + 4 beta_2^2) <= lambda + 2 beta_2."""
    root, top = sp.sqrt(bound**2 + 4 * beta_2**2), Lambda(matrix, 1)
    return (
        line(f"root-{tag}", le(root, bound + 2 * beta_2), "order.roots", at={"x": root, "y": bound + 2 * beta_2}),
        line(f"top-{tag}", le(top, norm), "eigenvalues.spectral", at={"S": matrix}),
        line(f"part-{tag}", le(bound, norm), "maximum.least", f"top-{tag}", at={"x": top, "y": 0, "z": norm}),
    )


_roots = (*_root("plus", lambda_plus, SigmaMax(D_0), D_0), *_root("minus", lambda_minus, SigmaMax(-D_0), -D_0))
_quotient = _GOALS["j145.line2"]
_low, _up = _quotient.given[-2], _quotient.given[-1]
_lower, _upper = _low.rhs, _up.rhs  # type: ignore[union-attr]
ALPHA_2 = (
    Proof(
        _GOALS["j142.beta-2"],
        (
            *_triangle,
            line("defined", _defined, "algebra"),
            line("claim", _beta_bound, "arithmetic", weights=_beta_weights),
        ),
    ),
    _from("jF1.alpha-2.line2", _roots, [(_half, "root-plus"), (_half, "root-minus")]),
    _from("jF1.alpha-2.line3", _roots, [(1, "part-plus"), (1, "part-minus")]),
    _from(
        "jF1.alpha-2.line4",
        (
            *_below_edge,
            *_triangle,
            *_product("plus", SigmaMax(D_0), SIGNED_STACK),
            *_other_sign,
        ),
        [
            (1, "both-plus"),
            (1, "both-minus"),
            (2, "edge-square"),
            *((2 * weight, name) for weight, name in _beta_weights),
        ],
    ),
    Proof(
        _quotient,
        (
            *spreads,
            line("alpha-2", lt(0, alpha_2), "hypothesis", known=True),
            line("lower", _low, "hypothesis"),
            line("upper", _up, "hypothesis"),
            line("positive", lt(0, _upper), "arithmetic", weights=[(1, "upper"), (1, "alpha-2")], known=True),
            line("square", le(0, _lower), "arithmetic", weights=[(2 / scale**2, sp.sqrt(h) - B)]),
            line("alpha-1", le(0, alpha_1), "arithmetic", weights=[(1, "lower"), (1, "square")], known=True),
            line(
                "scaled",
                le(_lower, _upper * (alpha_1 / alpha_2)),
                "arithmetic",
                weights=[(1, "lower"), (alpha_1 / alpha_2, "upper")],
            ),
            line(
                "claim",
                claims(_quotient)[0],
                "order.divide",
                "positive",
                "scaled",
                at={"x": _lower, "y": _upper, "z": alpha_1 / alpha_2},
            ),
        ),
        frozenset({alpha_1, alpha_2}),
    ),
)

# (138): the bounds of Lemma E.3 at the initial weights need no loss, only mu <= K ------------------------------------
_order = line("constants", le(mu, K), "hypothesis")
_stretched = (
    _order,
    line("quotient", le(1, K / mu), "arithmetic", weights=[(1 / mu, "constants")]),
    line("ratio", le(1, _ratio), "order.roots", "quotient", at={"x": 1, "y": _ratio}),
    line("stretched", le(_far, _ratio * _far), "arithmetic", weights=[(_far, "ratio")]),
)


def _margin(beta: sp.Symbol, k: sp.Expr) -> tuple[Line, ...]:
    value = Sigma(W_star, k) - _ratio * _far
    tag = beta.name
    return (
        line(
            f"weyl-{tag}",
            le(Sigma(W_star, k), Sigma(W_0, k) + SigmaMax(W_star - W_0)),
            "singular-values.weyl",
            at={"A": W_0, "B": W_star - W_0, "k": k},
        ),
        line(
            f"value-{tag}",
            le(value, Sigma(W_0, k)),
            "arithmetic",
            weights=[(1, f"weyl-{tag}"), (1, "away"), (1, "stretched")],
        ),
        line(
            f"beta-{tag}",
            le(beta, Sigma(W_0, k)),
            "maximum.least",
            f"value-{tag}",
            at={"x": value, "y": 0, "z": Sigma(W_0, k)},
        ),
    )


def _solved(a: sp.Expr, low: sp.Expr, b: sp.Expr) -> sp.Expr:
    return (a - low + sp.sqrt((low + a) ** 2 + 4 * b**2)) / 2


_extremes = (
    line("low-minus", le(Lambda(-D_0, 1), lambda_minus), "maximum.above", at={"x": Lambda(-D_0, 1), "y": 0}),
    line("low-plus", le(Lambda(D_0, 1), lambda_plus), "maximum.above", at={"x": Lambda(D_0, 1), "y": 0}),
)
_at, _swapped = {"W1": W1_0, "W2": W2_0}, {"W1": W2_0, "W2": W1_0}
_CONSTANTS = (le(mu, K),)
INITIAL_LOWER = Proof(
    Statement(
        label="aux.initial-lower",
        source=(journal("138"),),
        kind=Kind.INEQUALITY,
        given=_CONSTANTS,
        then=le(alpha_1, sigma_min_T_0**2),
        where={alpha_1: ALPHA_1_REPAIRED},
    ),
    (
        *_stretched,
        line("away", le(SigmaMax(W_star - W_0), _far), "singular-values.frobenius", at={"A": W_star - W_0}),
        *_margin(beta_n, n),
        *_margin(beta_m, m),
        *_extremes,
        line(
            "half-1",
            le(_solved(lambda_n_D, lambda_minus, beta_n), Sigma(W1_0, n) ** 2),
            "lemma",
            "low-minus",
            "beta-beta_n",
            at={**_at, "l_": lambda_minus, "a_": lambda_n_D, "b_": beta_n, "gap": 0},
            labels=("aux.lower-bound",),
        ),
        line(
            "half-2",
            le(_solved(lambda_m_D, lambda_plus, beta_m), Sigma(W2_0, m) ** 2),
            "lemma",
            "low-plus",
            "beta-beta_m",
            at={**_swapped, "l_": lambda_plus, "a_": lambda_m_D, "b_": beta_m, "gap": 0},
            labels=("aux.lower-bound",),
        ),
        line("claim", le(alpha_1, sigma_min_T_0**2), "arithmetic", weights=[(1, "half-1"), (1, "half-2")]),
    ),
)


def _top_half(bound: sp.Symbol) -> sp.Expr:
    return (bound + sp.sqrt(bound**2 + 4 * beta_2**2)) / 2


INITIAL_UPPER = Proof(
    Statement(
        label="aux.initial-upper",
        source=(journal("138"),),
        kind=Kind.INEQUALITY,
        given=_CONSTANTS,
        then=le(sigma_max_T_0**2, alpha_2),
    ),
    (
        *_stretched,
        *beta_2_bound(W_0, "stretched", "beta"),
        *_extremes,
        line(
            "half-1",
            le(SigmaMax(W1_0) ** 2, _top_half(lambda_plus)),
            "lemma",
            "low-plus",
            "beta",
            at={**_at, "p_": lambda_plus, "b_": beta_2},
            labels=("aux.upper-bound",),
        ),
        line(
            "half-2",
            le(SigmaMax(W2_0) ** 2, _top_half(lambda_minus)),
            "lemma",
            "low-minus",
            "beta",
            at={**_swapped, "p_": lambda_minus, "b_": beta_2},
            labels=("aux.upper-bound",),
        ),
        line("claim", le(sigma_max_T_0**2, alpha_2), "arithmetic", weights=[(1, "half-1"), (1, "half-2")]),
    ),
)


def _ratio_bound(label: str, extra: list[tuple[Any, ...]]) -> Proof:
    goal = _GOALS[label]
    low, high = claims(goal)[0].rhs, claims(goal)[0].lhs
    s2, top2 = sigma_min_T_0**2, sigma_max_T_0**2
    return Proof(
        goal,
        (
            _order,
            line("initialized", lt(0, alpha_1), "hypothesis", known=True),
            line("lower", le(alpha_1, s2), "lemma", "constants", labels=("aux.initial-lower",), unfolded=True),
            line("upper", le(top2, alpha_2), "lemma", "constants", labels=("aux.initial-upper",), unfolded=True),
            line("order", le(s2, top2), "lemma", labels=("aux.order",), unfolded=True),
            line("alphas", le(alpha_1, alpha_2), "arithmetic", weights=[(1, "lower"), (1, "order"), (1, "upper")]),
            line("alpha-2", lt(0, alpha_2), "arithmetic", weights=[(1, "initialized"), (1, "alphas")], known=True),
            line("square-min", lt(0, s2), "arithmetic", weights=[(1, "initialized"), (1, "lower")], known=True),
            line("square-max", lt(0, top2), "arithmetic", weights=[(1, "square-min"), (1, "order")], known=True),
            line(
                "max",
                lt(0, sigma_max_T_0),
                "order.strict-roots",
                "square-max",
                at={"x": 0, "y": sigma_max_T_0},
                known=True,
            ),
            line(
                "square",
                le(low**2, high**2),
                "arithmetic",
                weights=[(1 / top2, "lower"), (alpha_1 / (alpha_2 * top2), "upper"), *extra],
            ),
            line("claim", le(low, high), "order.roots", "square", at={"x": low, "y": high}),
        ),
        frozenset({alpha_1, alpha_2, sigma_min_T_0, sigma_max_T_0}),
    )


RATIO = (
    INITIAL_LOWER,
    INITIAL_UPPER,
    _ratio_bound("j138.ratio/sharp", []),
    _ratio_bound("j138.ratio/repaired", [(alpha_1 / alpha_2**2, "alphas")]),
)

PROOFS = (SUBMULTIPLICATIVE, HOMOGENEOUS, *SPECTRUM, *ALPHA_2, *RATIO)
