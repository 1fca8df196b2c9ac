"""Appendix D and E line by line: what (90) to (100), (111), (115) and (132) add to Lemmas D.1 to E.2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from theorems import imbalance, induction, local_descent
from theorems.local_descent import E1, E2, A_tau, E1_tau, tau
from theorems.norms import Fro, Grad, Hess, Inner, Sigma, SigmaMax, SigmaMin
from theorems.notation import (
    L_0,
    W1,
    W2,
    W_0,
    G,
    K,
    L,
    L_next,
    W,
    W_next,
    W_star,
    eta,
    grad_norm,
    m,
    mu,
    n,
    sigma_max_T,
)
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.proofs.descent_proofs import LEMMA_D1, LEMMA_D2
from theorems.proofs.local_proofs import first_order, first_order_by_loss, gradient, second_order, second_order_by_loss
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.statement import eq, le, lt

__all__ = ["PROOFS"]

_GOALS = goals(local_descent, imbalance, induction)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_g, _w, _root = Fro(G), SigmaMax(W), sp.sqrt(2 * K * L)
_p, _q = Fro(E1), Fro(E2)
_S2, _N2 = sigma_max_T**2, grad_norm**2


def _from(label: str, lines: tuple[Line, ...], weights: Sequence[tuple[Any, ...]]) -> Proof:
    """A proof whose last line is arithmetic on earlier ones."""
    goal = _GOALS[label]
    return Proof(goal, (*lines, line("claim", goal.then, "arithmetic", weights=list(weights))))


# (90), (91), (96), (97) and (100) --------------------------------------------------------------------------------
def _curved(point: sp.MatrixExpr, direction: sp.MatrixExpr) -> Line:
    """The curvature of the loss along a direction is at most K."""
    return line(
        "curved",
        le(Inner(direction, Hess(point, direction)), K * Fro(direction) ** 2),
        "smooth.curvature",
        "smooth",
        at={"A": point, "U": direction, "constant": K},
    )


_shift_matrix = Grad(A_tau) - Grad(W)
_shift = Fro(_shift_matrix)
_below_one = line("tau", lt(tau, 1), "hypothesis")
_g_q = line("G-Q", le(Inner(G, E2), _g * _q), "frobenius.cauchy-schwarz", at={"A": G, "B": E2})
_pairs = (
    line(
        "change-Q",
        le(Inner(_shift_matrix, E2), _shift * _q),
        "frobenius.cauchy-schwarz",
        at={"A": _shift_matrix, "B": E2},
    ),
    line("P-Q", le(-Inner(E1, E2), _p * _q), "frobenius.cauchy-schwarz", at={"A": -E1, "B": E2}),
)
_line5 = [(2, "change-Q"), (4 * tau * eta * K, "P-Q")]
_line6 = [(4 * eta**2 * K * _q**2 * (1 + tau), "tau"), (4 * eta * K * _p * _q, "tau")]
_fixed = [(2, "G-Q"), (2 * _g, "Q-by-gradient"), (_N2, "gradient"), (K, "P-by-gradient")]
_estimates = (*_loss, gradient, *second_order, *first_order, _g_q)
_by_loss = (*second_order_by_loss, *first_order_by_loss)
_shift_bound = tuple(entry for entry in LEMMA_D2[0].lines if entry.name in ("shift", "sum", "D.5"))


def _scaled(factor: sp.Expr, weights: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(factor * first, *rest) for first, *rest in weights]


_M = "@shapes-mended"
LINES_D = (
    _from("j90.line2", (smooth, _curved(W, -eta * E1)), [(1, "curved")]),
    _from("j96.line2", (smooth, _curved(A_tau, -eta * E1_tau)), [(1, "curved")]),
    _from("j96.line5" + _M, _pairs, _line5),
    _from("j96.line6" + _M, (_below_one,), _line6),
    _from("j97.second-order/repaired", _estimates, _fixed),
    *(
        _from(
            f"j100.line1{form}",
            (smooth, _below_one, *_pairs, _curved(A_tau, E1_tau)),
            _scaled(factor, [(1, "curved"), *_line5, *_line6]),
        )
        for form, factor in (("/repaired", eta**2), ("@M-without-eta", sp.Integer(1)))
    ),
    _from(
        "j100.line2/repaired",
        (*_estimates, *_by_loss, _below_one, *_shift_bound),
        [
            *_fixed,
            (2 * _shift, "Q-by-gradient"),
            (_N2, "D.5"),
            (4 * eta**2 * K * _q, "Q-by-loss"),
            (8 * eta**2 * K**2 * _w * L, "Q-by-gradient"),
            (4 * eta * K * _p, "Q-by-gradient"),
            (2 * eta * K * _N2, "P-by-loss"),
        ],
    ),
    Proof(_GOALS["j91.line2/repaired"], LEMMA_D1.lines),
    Proof(_GOALS["jD2.last-line2/repaired"], LEMMA_D2[0].lines),
)

# The PL inequality, line by line -----------------------------------------------------------------------------------
_pl = line("pl", le(mu * L, _g**2 / 2), "lemma", *_names, at={"U": W}, labels=("j4.pl",))
_low1, _low2 = Sigma(W1, n) * _g, Sigma(W2, m) * _g
_n1, _n2 = Fro(G * W2), Fro(W1.T * G)
_low = (
    line("low-1", le(_low1, _n2), "product.lower", at={"A": W1.T, "C": G}),
    line("low-2", le(_low2, _n1), "product.lower", at={"A": W2.T, "C": G.T}),
)
_low_weights = [(_n2 + _low1, "low-1"), (_n1 + _low2, "low-2")]
LINES_PL = (
    *(_from(f"jD-pl.line3{form}", _low, _low_weights) for form in ("@sigma-min-padded", "/repaired")),
    _from("jD-pl.line4@sigma-min-padded", (*_loss, _pl), [(2 * (Sigma(W1, n) ** 2 + Sigma(W2, m) ** 2), "pl")]),
    _from("jD-pl.line4@sigma-min-smallest", (*_loss, _pl), [(2 * (SigmaMin(W1) ** 2 + SigmaMin(W2) ** 2), "pl")]),
)

# (111): Theorem 3.1 at the next iteration; (132) -------------------------------------------------------------------
_given = tuple(line(f"given-{i}", g, "hypothesis") for i, g in enumerate(_GOALS["j111.descent"].given[5:]))
_given_names = (*_names, *(entry.name for entry in _given))
THEOREM = (
    Proof(
        _GOALS["j111.descent"],
        (*_loss, *_given, line("claim", _GOALS["j111.descent"].then, "lemma", *_given_names, labels=("j9.descent",))),
    ),
    Proof(
        _GOALS["j111.pl"],
        (
            *_loss,
            _given[0],
            line("claim", _GOALS["j111.pl"].then, "lemma", *_names, _given[0].name, labels=("j9.pl@sigma-min-padded",)),
        ),
    ),
    _from("j132.smooth", (smooth, minimum, second_order_by_loss[4]), [(eta**2 * _S2, "g-squared")]),
)

# (115) -------------------------------------------------------------------------------------------------------------
_far, _near, _ratio = Fro(W_0 - W_star), Fro(W_next - W_star), sp.sqrt(K / mu)
_next_root, _first_root = sp.sqrt(2 / mu * L_next), sp.sqrt(2 / mu * L_0)
_descended = line("descended", le(L_next, L_0), "hypothesis")
_weyl = (
    line(
        "weyl",
        le(Sigma(W_next, 1), Sigma(W_star, 1) + SigmaMax(W_next - W_star)),
        "singular-values.weyl",
        at={"A": W_star, "B": W_next - W_star, "k": 1},
    ),
    line("top", eq(SigmaMax(W_next), Sigma(W_next, 1)), "singular-values.largest", at={"A": W_next}),
    line("top-star", eq(SigmaMax(W_star), Sigma(W_star, 1)), "singular-values.largest", at={"A": W_star}),
)
_spectral = line(
    "spectral", le(SigmaMax(W_next - W_star), _near), "singular-values.frobenius", at={"A": W_next - W_star}
)


def _roots(low: sp.Expr, high: sp.Expr, *square: tuple[Any, ...]) -> tuple[Line, ...]:
    return (
        line("square", le(low**2, high**2), "arithmetic", weights=list(square)),
        line("root", le(low, high), "order.roots", "square", at={"x": low, "y": high}),
    )


LINES_115 = (
    _from("j115.weyl", _weyl, [(1, "weyl"), (1, "top"), (-1, "top-star")]),
    _from("j115.frobenius", (_spectral,), [(1, "spectral")]),
    _from(
        "j115.loss",
        (
            *_loss,
            line(
                "lower",
                le(mu / 2 * _near**2, L_next),
                "lemma",
                *_names,
                at={"U": W_next},
                labels=("j2.1-unique-minimizer",),
            ),
            *_roots(_near, _next_root, (2 / mu, "lower")),
        ),
        [(1, "root")],
    ),
    _from(
        "j115.initial-loss",
        (minimum, _descended, *_roots(_next_root, _first_root, (2 / mu, "descended"))),
        [(1, "root")],
    ),
    _from(
        "j115.beta-2",
        (
            *_loss,
            line("upper", le(L_0, K / 2 * _far**2), "lemma", *_names, at={"U": W_0}, labels=("aux.loss-upper",)),
            *_roots(_first_root, _ratio * _far, (2 / mu, "upper")),
        ),
        [(1, "root")],
    ),
)

PROOFS = (*LINES_D, *LINES_PL, *THEOREM, *LINES_115)
