"""Theorem 3.1 proved, with the constants 1 and 1 in place of 6 and 3; (61) and Lemma C.1; Lemmas D.3 to D.5.

One smoothness inequality at W(t) replaces the paper's Taylor expansion: it keeps the weight (1 - tau) of the remainder.
"""

from __future__ import annotations

import sympy as sp

from theorems import local_rate, prior_work
from theorems.norms import Fro, Inner, Sigma, SigmaMax
from theorems.notation import (
    W1,
    W2,
    G,
    K,
    K_t,
    L,
    L_next,
    W,
    W_next,
    eta,
    grad_norm,
    grad_W1,
    grad_W2,
    m,
    mu,
    n,
    sigma_max_T,
    sigma_min_T,
)
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.proofs.loss_proofs import convex, minimum, smooth, upper
from theorems.sharp import DESCENT as SHARP_DESCENT
from theorems.statement import Statement, le, lt

_GOALS = goals(local_rate, prior_work)
P = grad_W1 * W2.T + W1 * grad_W2.T  # T* T(grad l), the first-order change of W
Q = grad_W1 * grad_W2.T  # its second-order change
_g, _w, _root = Fro(G), SigmaMax(W), sp.sqrt(2 * K * L)
_s1, _s2 = SigmaMax(W1), SigmaMax(W2)
_p, _q = Fro(P), Fro(Q)
_n1, _n2 = Fro(grad_W1), Fro(grad_W2)
_S2 = sigma_max_T**2
_N2 = grad_norm**2

# The four estimates of (98) and (35) ----------------------------------------------------------------------------
gradient = line("gradient", le(_g, _root), "lemma", "smooth", "minimum", at={"U": W}, labels=("aux.gradient-root",))
second_order = (
    line(
        "AM-GM", le(2 * _q, _n1**2 + _n2**2), "lemma", at={"A": grad_W1, "B_right": grad_W2.T}, labels=("j34.product",)
    ),
    line("Q-by-gradient", le(_q, _N2 / 2), "arithmetic", weights=[(sp.Rational(1, 2), "AM-GM")], why="(79)"),
)
second_order_by_loss = (
    line("outer", le(_q, SigmaMax(G) * Fro(W.T * G)), "product.upper", at={"A": G, "C": W.T * G}),
    line("inner", le(Fro(W.T * G), SigmaMax(W.T) * _g), "product.upper", at={"A": W.T, "C": G}),
    line("spectral", le(SigmaMax(G), _g), "singular-values.frobenius", at={"A": G}),
    line(
        "Q-by-g",
        le(_q, _w * _g**2),
        "arithmetic",
        weights=[(1, "outer"), (Fro(W.T * G), "spectral"), (_g, "inner")],
    ),
    line("g-squared", le(_g**2, 2 * K * L), "lemma", "smooth", "minimum", at={"U": W}, labels=("aux.gradient-bound",)),
    line("Q-by-loss", le(_q, 2 * K * _w * L), "arithmetic", weights=[(1, "Q-by-g"), (_w, "g-squared")], why="(80)"),
)
_left, _right = Fro(grad_W1 * W2.T), Fro(W1 * grad_W2.T)
first_order_split = (
    line("P-triangle", le(_p, _left + _right), "frobenius.triangle", at={"A": grad_W1 * W2.T, "B": W1 * grad_W2.T}),
    line("P-left", le(_left, _s2 * _n1), "product.upper", at={"A": W2, "C": grad_W1.T}),
    line("P-right", le(_right, _s1 * _n2), "product.upper", at={"A": W1, "C": grad_W2.T}),
    line(
        "P-split",
        le(_p, _s2 * _n1 + _s1 * _n2),
        "arithmetic",
        weights=[(1, "P-triangle"), (1, "P-left"), (1, "P-right")],
    ),
)
first_order = (
    *first_order_split,
    line(
        "P-by-gradient",
        le(_p**2, _S2 * _N2),
        "arithmetic",
        weights=[(_s2 * _n1 + _s1 * _n2, "P-split"), (_p, "P-split"), (1, _s2 * _n2 - _s1 * _n1)],
        why="(35): Cauchy-Schwarz in the two products",
    ),
)
first_order_by_loss = (
    line("grad-1", le(_n1, _s2 * _g), "product.upper", at={"A": W2.T, "C": G.T}),
    line("grad-2", le(_n2, _s1 * _g), "product.upper", at={"A": W1.T, "C": G}),
    line("P-by-g", le(_p, _S2 * _g), "arithmetic", weights=[(1, "P-split"), (_s2, "grad-1"), (_s1, "grad-2")]),
    line("P-by-loss", le(_p, _S2 * _root), "arithmetic", weights=[(1, "P-by-g"), (_S2, "gradient")], why="(82)"),
)

# (61) and the sharp descent lemma ---------------------------------------------------------------------------------
UPDATE = Proof(_GOALS["j61.product-update"], (line("claim", _GOALS["j61.product-update"].then, "algebra"),))
_half = sp.Rational(1, 2)
SHARP = Proof(
    SHARP_DESCENT,
    (
        smooth,
        minimum,
        line("loss", le(0, L), "minimum.nonnegative", "minimum", at={"A": W}),
        gradient,
        *second_order,
        *second_order_by_loss,
        *first_order,
        *first_order_by_loss,
        line("G-Q", le(Inner(G, Q), _g * _q), "frobenius.cauchy-schwarz", at={"A": G, "B": Q}),
        line("P-Q", le(-Inner(P, Q), _p * _q), "frobenius.cauchy-schwarz", at={"A": -P, "B": Q}),
        upper("smoothness", W, W_next),
        line(
            "claim",
            SHARP_DESCENT.then,
            "arithmetic",
            weights=[
                (1, "smoothness"),
                (K * eta**2 / 2, "P-by-gradient"),
                (eta**2, "G-Q"),
                (eta**2 * _N2 / 2, "gradient"),
                (eta**2 * _g, "Q-by-gradient"),
                (K * eta**3, "P-Q"),
                (K * eta**3 * _N2 / 2, "P-by-loss"),
                (K * eta**3 * _p, "Q-by-gradient"),
                (K * eta**4 / 2 * _N2 / 2, "Q-by-loss"),
                (K * eta**4 / 2 * _q, "Q-by-gradient"),
            ],
        ),
    ),
    idea="W(t+1) = W - eta P + eta^2 Q by (61); smoothness at W; <G, P> = ||grad L||^2; then (79)-(82) and (35).",
)
_step = line("step", lt(0, eta), "hypothesis")
_hypotheses = (
    smooth,
    convex,
    minimum,
    *(line(f"given-{i}", g, "hypothesis") for i, g in enumerate(_GOALS["j9.descent"].given[5:])),
)
_names = tuple(entry.name for entry in _hypotheses)
DESCENT = Proof(
    _GOALS["j9.descent"],
    (
        *_hypotheses,
        line("sharp", SHARP_DESCENT.then, "lemma", *_names, labels=("j9.descent/sharp",)),
        line(
            "claim", _GOALS["j9.descent"].then, "arithmetic", weights=[(1, "sharp")], why="K_t exceeds its sharp form"
        ),
    ),
)

# The PL half and (10) ------------------------------------------------------------------------------------------------
_low1, _low2 = Sigma(W1, n) * _g, Sigma(W2, m) * _g
_pl_goal = _GOALS["j9.pl@sigma-min-padded"]
LOCAL_PL = Proof(
    _pl_goal,
    (
        smooth,
        convex,
        minimum,
        line("low-1", le(_low1, _n2), "product.lower", at={"A": W1.T, "C": G}),
        line("low-2", le(_low2, _n1), "product.lower", at={"A": W2.T, "C": G.T}),
        line("pl", le(mu * L, _g**2 / 2), "lemma", "smooth", "convex", "minimum", at={"U": W}, labels=("j4.pl",)),
        line(
            "claim",
            _pl_goal.then,
            "arithmetic",
            weights=[(_half * (_n2 + _low1), "low-1"), (_half * (_n1 + _low2), "low-2"), (sigma_min_T**2, "pl")],
        ),
    ),
    idea="||grad L||^2 = ||G W2||^2 + ||G^T W1||^2 >= sigma_min^2(T) ||G||^2, and (4).",
)
_rate_goal = _GOALS["j10.rate@sigma-min-padded"]


def _rate(goal: Statement, constant: sp.Expr, descent: str) -> tuple[Line, ...]:
    return (
        *_hypotheses,
        line("step", lt(0, eta), "hypothesis"),
        line("below", lt(eta * constant, 2), "hypothesis"),
        line(
            "descent",
            le(L_next, L - (eta - constant * eta**2 / 2) * grad_norm**2),
            "lemma",
            *_names,
            "step",
            labels=(descent,),
        ),
        line("pl", _pl_goal.then, "lemma", *_names, labels=(_pl_goal.id,)),
        line("claim", goal.then, "arithmetic", weights=[(1, "descent"), (eta, "below", "pl")]),
    )


RATE = Proof(_rate_goal, _rate(_rate_goal, K_t, "j9.descent"))

# Lemma C.1 ----------------------------------------------------------------------------------------------------------
_c1 = _GOALS["j63.descent-of-prior-work"]
_wf = Fro(W)
_bracket = sigma_min_T**2 - eta * _g * _w - K * eta / 2 * (_S2 + eta * _g * _w) ** 2
LEMMA_C1 = Proof(
    _c1,
    (
        smooth,
        convex,
        minimum,
        line("constraint", _c1.given[-1], "hypothesis", why="(62)"),
        *first_order_split,
        *first_order_by_loss[:3],
        *second_order_by_loss[:4],
        line("low-1", le(_low1, _n2), "product.lower", at={"A": W1.T, "C": G}),
        line("low-2", le(_low2, _n1), "product.lower", at={"A": W2.T, "C": G.T}),
        line("pl", le(mu * L, _g**2 / 2), "lemma", "smooth", "convex", "minimum", at={"U": W}, labels=("j4.pl",)),
        line("W", le(_w, _wf), "singular-values.frobenius", at={"A": W}),
        line(
            "bracket",
            le(0, _bracket),
            "arithmetic",
            weights=[
                (1, "constraint"),
                (eta * _g, "W"),
                (K * eta**2 / 2 * _g * (2 * _S2 + eta * _g * (_w + _wf)), "W"),
            ],
            why="sigma_max(W) <= ||W||_F",
        ),
        upper("smoothness", W, W_next),
        line("G-Q", le(Inner(G, Q), _g * _q), "frobenius.cauchy-schwarz", at={"A": G, "B": Q}),
        line("P-Q", le(-Inner(P, Q), _p * _q), "frobenius.cauchy-schwarz", at={"A": -P, "B": Q}),
        line(
            "move",
            le(_p + eta * _q, _S2 * _g + eta * _w * _g**2),
            "arithmetic",
            weights=[(1, "P-by-g"), (eta, "Q-by-g")],
        ),
        line(
            "descent",
            le(L_next, L - eta * _g**2 * _bracket),
            "arithmetic",
            weights=[
                (1, "smoothness"),
                (eta * (_n2 + _low1), "low-1"),
                (eta * (_n1 + _low2), "low-2"),
                (eta**2, "G-Q"),
                (eta**2 * _g, "Q-by-g"),
                (K * eta**3, "P-Q"),
                (K * eta**2 / 2 * (_p + eta * _q), "move"),
                (K * eta**2 / 2 * (_S2 * _g + eta * _w * _g**2), "move"),
            ],
        ),
        line("claim", _c1.then, "arithmetic", weights=[(1, "descent"), (2 * eta, "bracket", "pl")]),
    ),
    idea="(61) in the smoothness inequality, the PL inequality on what is left; (62) makes the bracket nonnegative.",
)

PROOFS = (UPDATE, SHARP, DESCENT, LOCAL_PL, RATE, LEMMA_C1)
