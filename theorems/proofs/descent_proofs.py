"""Lemmas D.1 to D.5 and (79)-(100) proved line by line, and Lemma E.2 with (130)-(132)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from theorems import imbalance, induction, local_descent
from theorems.local_descent import E1, E2, A_s, A_tau, E1_tau, s, tau
from theorems.norms import Fro, Grad, Hess, Inner, SigmaMax
from theorems.notation import W1, W2, G, K, L, W, eta, grad_norm, mu, sigma_max_T
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.proofs.local_proofs import (
    first_order,
    first_order_by_loss,
    gradient,
    second_order,
    second_order_by_loss,
)
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.statement import le, lt

_GOALS = goals(local_descent, imbalance, induction)
_g, _w, _root = Fro(G), SigmaMax(W), sp.sqrt(2 * K * L)
_S2, _N2 = sigma_max_T**2, grad_norm**2
_p, _q = Fro(E1), Fro(E2)
_half = sp.Rational(1, 2)
_loss = (smooth, convex, minimum)
_estimates = (gradient, *second_order, *second_order_by_loss, *first_order, *first_order_by_loss)
_s1, _s2 = SigmaMax(W1), SigmaMax(W2)


def _from(label: str, lines: tuple[Line, ...], weights: Sequence[tuple[Any, ...]]) -> Proof:
    """A proof whose last line is arithmetic on earlier ones."""
    goal = _GOALS[label]
    return Proof(goal, (*lines, line("claim", goal.then, "arithmetic", weights=list(weights))))


def _evident(*labels: str) -> tuple[Proof, ...]:
    return tuple(Proof(_GOALS[label], (line("claim", _GOALS[label].then, "algebra"),)) for label in labels)


# Lemmas D.3 and D.4 ---------------------------------------------------------------------------------------------
_outer_2 = line(
    "outer-2", le(Fro(G * W2 * W2.T), SigmaMax(W2) * Fro(G * W2)), "product.upper", at={"A": W2, "C": W2.T * G.T}
)
_inner_2 = line("inner-2", le(Fro(G * W2), SigmaMax(W2) * _g), "product.upper", at={"A": W2.T, "C": G.T})
_outer_1 = line(
    "outer-1", le(Fro(W1 * W1.T * G), SigmaMax(W1) * Fro(W1.T * G)), "product.upper", at={"A": W1, "C": W1.T * G}
)
_inner_1 = line("inner-1", le(Fro(W1.T * G), SigmaMax(W1) * _g), "product.upper", at={"A": W1.T, "C": G})
_grams = (_outer_1, _outer_2, _inner_1, _inner_2)
_M = "@shapes-mended"
LEMMAS_D34 = (
    _from("j79.product-of-gradients", second_order, [(2, "Q-by-gradient")]),
    _from("j80.product-of-gradients", (*_loss, *second_order_by_loss), [(1, "Q-by-loss")]),
    *_evident(
        "j81.line1" + _M, "j83.line2" + _M, "j83.line4", "j78.product-path" + _M, "jD-pl.line1", "jD-pl.line2/repaired"
    ),
    _from("j81.line2" + _M, second_order_by_loss[:4], [(1, "Q-by-g")]),
    _from("j81.line3", (*_loss, second_order_by_loss[4]), [(_w, "g-squared")]),
    _from("j82.first-order" + _M, (*_loss, gradient, *first_order[:4], *first_order_by_loss), [(1, "P-by-loss")]),
    _from("j83.line1" + _M, first_order[:1], [(1, "P-triangle")]),
    _from("j83.line3/repaired", _grams, [(1, "outer-1"), (1, "outer-2"), (_s1, "inner-1"), (_s2, "inner-2")]),
    _from("j83.line5/repaired", (*_loss, gradient), [(_S2, "gradient")]),
)

# Lemma D.5 ----------------------------------------------------------------------------------------------------------
_moved = Fro(-s * eta * E1 + s**2 * eta**2 * E2)
_whole = eta * K * _p + eta**2 * K * _q
_lipschitz = line(
    "lipschitz",
    le(Fro(Grad(A_s) - Grad(W)), K * Fro(A_s - W)),
    "smooth.lipschitz",
    "smooth",
    at={"A": W, "B": A_s, "constant": K},
)
_step = (
    line("s-positive", lt(0, s), "hypothesis"),
    line("s-end", le(s, 1), "hypothesis"),
)
_triangle = (
    line(
        "sum",
        le(_moved, Fro(s * eta * E1) + Fro(s**2 * eta**2 * E2)),
        "frobenius.triangle",
        at={"A": -s * eta * E1, "B": s**2 * eta**2 * E2},
    ),
)
_shorter = [(eta * K * _p, "s-end"), (eta**2 * K * _q * (1 + s), "s-end")]
_change = (
    *_loss,
    gradient,
    *second_order_by_loss,
    *first_order[:4],
    *first_order_by_loss,
)
LEMMA_D5 = (
    _from("j85.line1", (smooth, _lipschitz), [(1, "lipschitz")]),
    *_evident("j85.line2" + _M),
    _from("j85.line3" + _M, _triangle, [(K, "sum")]),
    _from("j85.line4" + _M, _step, _shorter),
    _from("j86.line2" + _M, (*_step, *_triangle), [(K, "sum"), *_shorter]),
    _from("j86.line4" + _M, _change, [(eta * K, "P-by-loss"), (eta**2 * K, "Q-by-loss")]),
    _from(
        "j84.gradient-change",
        (*_change, *_step, _lipschitz, *_triangle),
        [(1, "lipschitz"), (K, "sum"), *_shorter, (eta * K, "P-by-loss"), (eta**2 * K, "Q-by-loss")],
    ),
)

# Lemma D.1: <grad L, H(0) grad L> = 2 <G, E2> + <E1, hess l [E1]> ------------------------------------------------
_moving = line("moving", lt(0, grad_norm), "hypothesis", known=True)
_curved = line(
    "curved", le(Inner(E1, Hess(W, E1)), K * _p**2), "smooth.curvature", "smooth", at={"A": W, "U": E1, "constant": K}
)
_cs = line("G-Q", le(Inner(G, E2), _g * _q), "frobenius.cauchy-schwarz", at={"A": G, "B": E2})
_second = 2 * Inner(G, E2) + Inner(E1, Hess(W, E1))
_bound = (K * _S2 + _root) * _N2
_d1_lines = (*_loss, gradient, *second_order, *first_order, _curved, _cs)
_d1_weights = [(1, "curved"), (2, "G-Q"), (2 * _g, "Q-by-gradient"), (_N2, "gradient"), (K, "P-by-gradient")]


def _divided(name: str, top: sp.Expr, bound: sp.Expr, source: str) -> Line:
    return line(name, le(top / _N2, bound), "order.divide", "N-positive", source, at={"x": top, "y": _N2, "z": bound})


_n_positive = line("N-positive", lt(0, _N2), "arithmetic", weights=[(1, "moving", "moving")])
LEMMA_D1 = Proof(
    _GOALS["j75.curvature-bound"],
    (
        *_d1_lines,
        _moving,
        _n_positive,
        line("second", le(_second, _bound), "arithmetic", weights=_d1_weights),
        _divided("claim", _second, K * _S2 + _root, "second"),
    ),
    idea="The chain rule leaves 2 <G, E2> + <E1, hess l [E1]>; then (79), (35) and ||G||^2 <= 2 K l.",
)
LINES_90 = (
    _from("j90.line4" + _M, (*first_order, _cs), [(2, "G-Q"), (K, "P-by-gradient")]),
    _from("j90.line5", second_order, [(2 * _g, "Q-by-gradient")]),
    _from("j90.line6", (*_loss, gradient), [(_N2, "gradient")]),
)

# Lemma D.2: the same at tau -------------------------------------------------------------------------------------------
_shift = Fro(Grad(A_tau) - Grad(W))
_pt = Fro(E1_tau)
_tau_second = 2 * Inner(Grad(A_tau), E2) + Inner(E1_tau, Hess(A_tau, E1_tau))
_K_t = K * _S2 + _root + 6 * K**2 * _w * L * eta**2 + 3 * K * _S2 * _root * eta
_move_tau = Fro(-tau * eta * E1 + tau**2 * eta**2 * E2)
_tau_lines = (
    *_loss,
    gradient,
    *second_order,
    *second_order_by_loss,
    *first_order,
    *first_order_by_loss,
    line("tau", lt(tau, 1), "hypothesis"),
    _moving,
    _n_positive,
    line("shift", le(_shift, K * Fro(A_tau - W)), "smooth.lipschitz", "smooth", at={"A": W, "B": A_tau, "constant": K}),
    line(
        "sum",
        le(_move_tau, Fro(tau * eta * E1) + Fro(tau**2 * eta**2 * E2)),
        "frobenius.triangle",
        at={"A": -tau * eta * E1, "B": tau**2 * eta**2 * E2},
    ),
    line(
        "D.5",
        le(_shift, eta * K * _S2 * _root + 2 * eta**2 * K**2 * _w * L),
        "arithmetic",
        weights=[
            (1, "shift"),
            (K, "sum"),
            (eta * K * _p, "tau"),
            (eta**2 * K * _q * (1 + tau), "tau"),
            (eta * K, "P-by-loss"),
            (eta**2 * K, "Q-by-loss"),
        ],
    ),
)
_upper_lines = (
    line(
        "curved",
        le(Inner(E1_tau, Hess(A_tau, E1_tau)), K * _pt**2),
        "smooth.curvature",
        "smooth",
        at={"A": A_tau, "U": E1_tau, "constant": K},
    ),
    _cs,
    line(
        "change-Q",
        le(Inner(Grad(A_tau) - G, E2), _shift * _q),
        "frobenius.cauchy-schwarz",
        at={"A": Grad(A_tau) - G, "B": E2},
    ),
    line("P-Q", le(-Inner(E1, E2), _p * _q), "frobenius.cauchy-schwarz", at={"A": -E1, "B": E2}),
    line(
        "second",
        le(_tau_second, _K_t * _N2),
        "arithmetic",
        weights=[
            (1, "curved"),
            (2, "G-Q"),
            (2, "change-Q"),
            (4 * tau * eta * K, "P-Q"),
            (2 * _g, "Q-by-gradient"),
            (_N2, "gradient"),
            (K, "P-by-gradient"),
            (_N2, "D.5"),
            (2 * _shift, "Q-by-gradient"),
            (4 * eta * K * _p * _q, "tau"),
            (2 * eta * K * _N2, "P-by-loss"),
            (4 * eta * K * _p, "Q-by-gradient"),
            (4 * eta**2 * K * _q**2 * (1 + tau), "tau"),
            (2 * eta**2 * K * _N2, "Q-by-loss"),
            (4 * eta**2 * K * _q, "Q-by-gradient"),
        ],
    ),
    _divided("upper", _tau_second, _K_t, "second"),
)
_lower_lines = (
    line(
        "convex-curvature",
        le(mu * _pt**2, Inner(E1_tau, Hess(A_tau, E1_tau))),
        "strongly-convex.curvature",
        "convex",
        at={"A": A_tau, "U": E1_tau, "constant": mu},
    ),
    line(
        "convexity",
        le(0, Inner(E1_tau, Hess(A_tau, E1_tau))),
        "arithmetic",
        weights=[(1, "convex-curvature"), (mu, _pt)],
    ),
    line("G-Q-below", le(-Inner(G, E2), _g * _q), "frobenius.cauchy-schwarz", at={"A": -G, "B": E2}),
    line(
        "change-Q-below",
        le(-Inner(Grad(A_tau) - G, E2), _shift * _q),
        "frobenius.cauchy-schwarz",
        at={"A": -Grad(A_tau) + G, "B": E2},
    ),
    line(
        "second-below",
        le(-_tau_second, _K_t * _N2),
        "arithmetic",
        weights=[
            (1, "convexity"),
            (2, "G-Q-below"),
            (2, "change-Q-below"),
            (2 * _g, "Q-by-gradient"),
            (_N2, "gradient"),
            (_N2, "D.5"),
            (2 * _shift, "Q-by-gradient"),
        ],
    ),
    _divided("lower-negated", -_tau_second, _K_t, "second-below"),
)


_absolute = _GOALS["jD2.absolute-bound"]
_above, _below = _absolute.then.claims  # type: ignore[union-attr]
LEMMA_D2 = (
    Proof(_GOALS["j92.curvature-bound"], (*_tau_lines, *_upper_lines)),
    Proof(_GOALS["jD2.last-line2@M-without-eta"], (*_tau_lines, *_upper_lines)),
    Proof(
        _absolute,
        (
            *_tau_lines,
            *_upper_lines,
            *_lower_lines,
            line("lower", _below, "arithmetic", weights=[(1, "lower-negated")]),
        ),
        idea="The estimates of Lemma D.1 at A(tau); Lemma D.5 bounds what moved; below, the Hessian is positive.",
    ),
)

# Lemma E.2 ------------------------------------------------------------------------------------------------------------
_gram_2, _gram_1 = W2.T * G.T * G * W2, W1.T * G * G.T * W1
_e2_lines = (
    line(
        "triangle",
        le(Fro(_gram_2 - _gram_1), Fro(_gram_2) + Fro(_gram_1)),
        "frobenius.triangle",
        at={"A": _gram_2, "B": -_gram_1},
    ),
    line(
        "outer-2", le(Fro(_gram_2), SigmaMax(G * W2) * Fro(G * W2)), "product.upper", at={"A": W2.T * G.T, "C": G * W2}
    ),
    line(
        "outer-1",
        le(Fro(_gram_1), SigmaMax(G.T * W1) * Fro(G.T * W1)),
        "product.upper",
        at={"A": W1.T * G, "C": G.T * W1},
    ),
    line("spectral-2", le(SigmaMax(G * W2), Fro(G * W2)), "singular-values.frobenius", at={"A": G * W2}),
    line("spectral-1", le(SigmaMax(G.T * W1), Fro(G.T * W1)), "singular-values.frobenius", at={"A": G.T * W1}),
    line("inner-2", le(Fro(G * W2), _s2 * _g), "product.upper", at={"A": W2.T, "C": G.T}),
    line("inner-1", le(Fro(G.T * W1), _s1 * _g), "product.upper", at={"A": W1.T, "C": G}),
)
_e2_bound = [
    (1, "outer-2"),
    (1, "outer-1"),
    (Fro(G * W2), "spectral-2"),
    (Fro(G.T * W1), "spectral-1"),
    (Fro(G * W2) + _s2 * _g, "inner-2"),
    (Fro(G.T * W1) + _s1 * _g, "inner-1"),
]
_squared = second_order_by_loss[4]
LEMMA_E2 = (
    *_evident(
        "j130.W1", "j130.W2", "j131.definition", "j131.substituted", "j131.expanded/repaired", "j132.expanded/repaired"
    ),
    _from("j132.triangle/repaired", _e2_lines[:1], [(eta**2, "triangle")]),
    _from("j132.spectral/repaired", _e2_lines, [(eta**2 * w, *rest) for w, *rest in _e2_bound]),
    _from(
        "j116.imbalance-step",
        (*_loss, _squared, *_e2_lines),
        [(eta**2, "triangle"), *((eta**2 * w, *rest) for w, *rest in _e2_bound), (eta**2 * _S2, "g-squared")],
    ),
)

PROOFS = (*LEMMAS_D34, *LEMMA_D5, LEMMA_D1, *LINES_90, *LEMMA_D2, *LEMMA_E2)
