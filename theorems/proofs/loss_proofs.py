"""Sections 1 and 2 proved: the chain rule, smoothness and PL inequalities, gradient descent on Problem 1.

Two auxiliary statements serve the later proofs: ||grad l||^2 <= 2 K l and its square root.
"""

from __future__ import annotations

import sympy as sp

from theorems import assumptions, preliminaries
from theorems.assumptions import SMOOTH, STRONGLY_CONVEX, ZERO_MINIMUM
from theorems.norms import Fro, Grad, Inner, Loss
from theorems.notation import K, U, U_next, V, W_star, eta, m, mu, n
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.statement import Kind, Statement, eq, journal, le, lt

_GOALS = goals(assumptions, preliminaries)
_grad, _loss = Fro(Grad(U)), Loss(U)
_gap = Fro(U - W_star)

smooth = line("smooth", SMOOTH, "hypothesis")
convex = line("convex", STRONGLY_CONVEX, "hypothesis")
minimum = line("minimum", ZERO_MINIMUM, "hypothesis")


def upper(name: str, here: sp.MatrixExpr, there: sp.MatrixExpr) -> Line:
    """The smoothness inequality from `here` to `there`."""
    bound = Loss(here) + Inner(Grad(here), there - here) + K / 2 * Fro(there - here) ** 2
    return line(name, le(Loss(there), bound), "smooth.quadratic", "smooth", at={"A": here, "B": there, "constant": K})


def lower(name: str, here: sp.MatrixExpr, there: sp.MatrixExpr) -> Line:
    """The strong convexity inequality from `here` to `there`."""
    bound = Loss(here) + Inner(Grad(here), there - here) + mu / 2 * Fro(there - here) ** 2
    return line(
        name, le(bound, Loss(there)), "strongly-convex.quadratic", "convex", at={"A": here, "B": there, "constant": mu}
    )


# The gradient is bounded by the loss -----------------------------------------------------------------------------
_best = U - Grad(U) / K
GRADIENT_BOUND = Proof(
    Statement(
        label="aux.gradient-bound",
        source=(journal("81"),),
        kind=Kind.INEQUALITY,
        given=(SMOOTH, ZERO_MINIMUM),
        then=le(_grad**2, 2 * K * _loss),
        note="a nonnegative K-smooth function has ||grad l||^2 <= 2 K l",
    ),
    (
        smooth,
        minimum,
        line("below", le(0, Loss(_best)), "minimum.nonnegative", "minimum", at={"A": _best}),
        upper("step", U, _best),
        line("claim", le(_grad**2, 2 * K * _loss), "arithmetic", weights=[(2 * K, "below"), (2 * K, "step")]),
    ),
    idea="A step of size 1/K cannot take the loss below its minimum 0.",
)
GRADIENT_ROOT = Proof(
    Statement(
        label="aux.gradient-root",
        source=(journal("83"),),
        kind=Kind.INEQUALITY,
        given=(SMOOTH, ZERO_MINIMUM),
        then=le(_grad, sp.sqrt(2 * K * _loss)),
    ),
    (
        smooth,
        minimum,
        line("square", le(_grad**2, 2 * K * _loss), "lemma", "smooth", "minimum", labels=("aux.gradient-bound",)),
        line(
            "claim",
            le(_grad, sp.sqrt(2 * K * _loss)),
            "order.roots",
            "square",
            at={"x": _grad, "y": sp.sqrt(2 * K * _loss)},
        ),
    ),
)

# The minimizer ------------------------------------------------------------------------------------------------------
MINIMIZER = Proof(
    Statement(
        label="aux.minimizer",
        source=(journal("2.1"),),
        kind=Kind.IDENTITY,
        given=(SMOOTH, ZERO_MINIMUM),
        then=eq(Fro(Grad(W_star)), 0),
    ),
    (
        smooth,
        minimum,
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
        line(
            "bound",
            le(Fro(Grad(W_star)) ** 2, 2 * K * Loss(W_star)),
            "lemma",
            "smooth",
            "minimum",
            at={"U": W_star},
            labels=("aux.gradient-bound",),
        ),
        line("square", le(Fro(Grad(W_star)) ** 2, 0), "arithmetic", weights=[(1, "bound"), (2 * K, "attained")]),
        line("above", le(Fro(Grad(W_star)), 0), "order.roots", "square", at={"x": Fro(Grad(W_star)), "y": 0}),
        line("claim", eq(Fro(Grad(W_star)), 0), "order.antisymmetric", "above", at={"x": Fro(Grad(W_star)), "y": 0}),
    ),
)
_slope = Inner(Grad(W_star), U - W_star)
UNIQUE_MINIMIZER = Proof(
    _GOALS["j2.1-unique-minimizer"],
    (
        smooth,
        convex,
        minimum,
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
        line("stationary", eq(Fro(Grad(W_star)), 0), "lemma", "smooth", "minimum", labels=("aux.minimizer",)),
        line(
            "slope",
            le(-_slope, Fro(Grad(W_star)) * _gap),
            "frobenius.cauchy-schwarz",
            at={"A": -Grad(W_star), "B": U - W_star},
        ),
        lower("convexity", W_star, U),
        line(
            "claim",
            _GOALS["j2.1-unique-minimizer"].then,
            "arithmetic",
            weights=[(1, "convexity"), (1, "slope"), (_gap, "stationary"), (1, "attained")],
        ),
    ),
)
UPPER_AT_MINIMIZER = Proof(
    Statement(
        label="aux.loss-upper",
        source=(journal("114"),),
        kind=Kind.INEQUALITY,
        given=(SMOOTH, ZERO_MINIMUM),
        then=le(_loss, K / 2 * _gap**2),
    ),
    (
        smooth,
        minimum,
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
        line("stationary", eq(Fro(Grad(W_star)), 0), "lemma", "smooth", "minimum", labels=("aux.minimizer",)),
        line(
            "slope",
            le(_slope, Fro(Grad(W_star)) * _gap),
            "frobenius.cauchy-schwarz",
            at={"A": Grad(W_star), "B": U - W_star},
        ),
        upper("smoothness", W_star, U),
        line(
            "claim",
            le(_loss, K / 2 * _gap**2),
            "arithmetic",
            weights=[(1, "smoothness"), (1, "slope"), (_gap, "stationary"), (1, "attained")],
        ),
    ),
)

# (3), (4) and the descent of Problem 1 --------------------------------------------------------------------------------
SMOOTHNESS = Proof(_GOALS["j3.smoothness"], (smooth, upper("claim", U, V)))
_pl = line(
    "pl",
    le(mu * (_loss - Loss(W_star)), _grad**2 / 2),
    "arithmetic",
    weights=[(mu, "convexity"), (sp.Rational(1, 2), Fro(Grad(U) - mu * (U - W_star)))],
)
RELAXED_PL = Proof(
    _GOALS["j2.2-relaxed.pl"],
    (convex, lower("convexity", U, W_star), _pl),
    idea="Strong convexity between U and the minimizer, then completion of the square.",
)
PL = Proof(
    _GOALS["j4.pl"],
    (
        convex,
        minimum,
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
        lower("convexity", U, W_star),
        _pl,
        line("claim", _GOALS["j4.pl"].then, "arithmetic", weights=[(1, "pl"), (mu, "attained")]),
    ),
    idea="Strong convexity between U and the minimizer, then completion of the square.",
)

_descent = le(Loss(U_next), _loss - (eta - K * eta**2 / 2) * _grad**2)
_rate = 1 - 2 * mu * eta + mu * K * eta**2
_short = (
    line("below", lt(eta, 2 / K), "hypothesis"),
    line("short", lt(0, eta - K * eta**2 / 2), "arithmetic", weights=[(eta * K / 2, "below")]),
)
_pl_lemma = line("pl", le(mu * _loss, _grad**2 / 2), "lemma", "smooth", "convex", "minimum", labels=("j4.pl",))
_by_smoothness = (
    smooth,
    upper("smoothness", U, U_next),
    line("descent", _descent, "arithmetic", weights=[(1, "smoothness")]),
)
_decrease = (
    *_by_smoothness,
    *_short,
    convex,
    minimum,
    _pl_lemma,
)
_to_rate = [(1, "descent"), (2, "short", "pl")]

DESCENT = (
    Proof(_GOALS["j2.1-descent.smoothness"], (smooth, upper("claim", U, U_next))),
    Proof(_GOALS["j2.1-descent.substitute"], (line("claim", _GOALS["j2.1-descent.substitute"].then, "algebra"),)),
    Proof(_GOALS["j5.descent"], _by_smoothness),
    Proof(
        _GOALS["j5.pl"],
        (
            *_short,
            smooth,
            convex,
            minimum,
            _pl_lemma,
            line("claim", _GOALS["j5.pl"].then, "arithmetic", weights=[(2, "short", "pl")]),
        ),
    ),
    Proof(
        _GOALS["j2.1-classical.rate"],
        (*_decrease, line("claim", _GOALS["j2.1-classical.rate"].then, "arithmetic", weights=_to_rate)),
    ),
    Proof(
        _GOALS["j2.1-pl-suffices"],
        (
            *_by_smoothness,
            *_short,
            line("pl-condition", _GOALS["j2.1-pl-suffices"].given[3], "hypothesis"),
            minimum,
            line(
                "pl", le(mu * _loss, _grad**2 / 2), "minimum.pl", "pl-condition", "minimum", at={"A": U, "constant": mu}
            ),
            line("claim", _GOALS["j2.1-pl-suffices"].then, "arithmetic", weights=_to_rate),
        ),
    ),
    Proof(
        _GOALS["j2.2-relaxed.rate"],
        (
            *_by_smoothness,
            *_short,
            convex,
            lower("convexity", U, W_star),
            _pl,
            line("claim", _GOALS["j2.2-relaxed.rate"].then, "arithmetic", weights=_to_rate),
        ),
    ),
    Proof(
        _GOALS["j5.strict-decrease/repaired"],
        (
            *_decrease,
            line("positive", lt(0, _loss), "hypothesis"),
            line("claim", lt(Loss(U_next), _loss), "arithmetic", weights=[*_to_rate, (2 * mu, "short", "positive")]),
        ),
    ),
)
_optimal_step = _GOALS["j6.rate"]
RATE = (
    Proof(
        _optimal_step,
        (
            smooth,
            convex,
            minimum,
            upper("smoothness", U, _best),
            _pl_lemma,
            line("claim", _optimal_step.then, "arithmetic", weights=[(1, "smoothness"), (1 / K, "pl")]),
        ),
    ),
    Proof(
        _GOALS["j5.optimal-step.bound"],
        (line("claim", _GOALS["j5.optimal-step.bound"].then, "arithmetic", weights=[(mu / K, K * eta - 1)]),),
    ),
    Proof(_GOALS["j5.optimal-step.attained"], (line("claim", _GOALS["j5.optimal-step.attained"].then, "algebra"),)),
)

# mu <= K: both quadratic bounds between two points a unit apart ------------------------------------------------------
_u, _v = sp.MatrixSymbol("u_unit", n, 1), sp.MatrixSymbol("v_unit", m, 1)
_unit = {"S": sp.Identity(n), "k": 1, "u": _u}
_unit_m = {"S": sp.Identity(m), "k": 1, "u": _v}
_there = W_star + _u * _v.T
CONDITION = Proof(
    Statement(
        label="aux.mu-below-K",
        source=(journal("6"),),
        kind=Kind.INEQUALITY,
        given=(SMOOTH, STRONGLY_CONVEX),
        then=le(mu, K),
    ),
    (
        smooth,
        convex,
        line("square-u", eq(Fro(_u) ** 2, 1), "eigenvector.exists", at=_unit),
        line("square-v", eq(Fro(_v) ** 2, 1), "eigenvector.exists", at=_unit_m),
        upper("above", W_star, _there),
        lower("below", W_star, _there),
        line(
            "scaled",
            le(mu * Fro(_u * _v.T) ** 2, K * Fro(_u * _v.T) ** 2),
            "arithmetic",
            weights=[(2, "above"), (2, "below")],
        ),
        line(
            "claim",
            le(mu, K),
            "arithmetic",
            weights=[(1, "scaled"), ((K - mu) * Fro(_v) ** 2, "square-u"), (K - mu, "square-v")],
        ),
    ),
    idea="Compare both quadratic bounds along a matrix u v^T of norm 1.",
)
_order = line("order", le(mu, K), "lemma", "smooth", "convex", labels=("aux.mu-below-K",))
_range = _GOALS["j5.descent-range/repaired"]
_bottom, _top = _range.then.claims  # type: ignore[union-attr]
CONDITIONED = (
    CONDITION,
    Proof(
        _range,
        (
            smooth,
            convex,
            *_short,
            _order,
            line("bottom", _bottom, "arithmetic", weights=[(1, 1 - mu * eta), (mu * eta**2, "order")]),
            line("top", _top, "arithmetic", weights=[(2 * mu, "short")]),
        ),
    ),
    Proof(
        _GOALS["j6.linear"],
        (
            smooth,
            convex,
            _order,
            line("factor", le(0, 1 - mu / K), "arithmetic", weights=[(1 / K, "order")], known=True),
            line("before", _GOALS["j6.linear"].given[-1], "hypothesis"),
            line("claim", _GOALS["j6.linear"].then, "arithmetic", weights=[(1 - mu / K, "before")]),
        ),
    ),
)
_IDENTITIES = ("j8.chain-rule", "j1.chain-rule", "j8.linear")
IDENTITIES = tuple(Proof(_GOALS[label], (line("claim", _GOALS[label].then, "algebra"),)) for label in _IDENTITIES)

PROOFS = (
    GRADIENT_BOUND,
    GRADIENT_ROOT,
    MINIMIZER,
    UNIQUE_MINIMIZER,
    UPPER_AT_MINIMIZER,
    SMOOTHNESS,
    RELAXED_PL,
    PL,
    *DESCENT,
    *RATE,
    *CONDITIONED,
    *IDENTITIES,
)
