"""(50) to (56) and Proposition 2.1: what a smoothness constant of Problem 2 must be at a pair of factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from theorems import global_constants, preliminaries
from theorems.global_constants import DISTANCE, FROM_53, SMOOTH_AT_PAIR, K_over, W1_star, W2_star, x_1, x_2
from theorems.norms import Fro, Grad, Loss, Sigma, SigmaMin, Stack
from theorems.notation import W1, W2, Z1, L, U, W, W_star, h, m, mu, n
from theorems.proofs.derivation import Line, Proof, claims, goals, line
from theorems.proofs.global_proofs import NO_SMOOTHNESS
from theorems.proofs.loss_proofs import convex, lower, minimum, smooth
from theorems.statement import Kind, Statement, eq, ge, gt, journal, le, lt

__all__ = ["PROOFS"]

_GOALS = goals(global_constants, preliminaries)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_D1, _D2 = W1 - W1_star, W2 - W2_star
_d1, _d2 = Fro(_D1), Fro(_D2)
_away = line("away", gt(DISTANCE, 0), "hypothesis", known=True)


def _from(label: str, lines: tuple[Line, ...], weights: Sequence[tuple[Any, ...]]) -> Proof:
    """A proof whose last line is arithmetic on earlier ones."""
    goal = _GOALS[label]
    return Proof(goal, (*lines, line("claim", goal.then, "arithmetic", weights=list(weights))))


# (50) to (53) -----------------------------------------------------------------------------------
_hole = sp.MatrixSymbol("hole", n, m)


def _gradient_at(g: sp.MatrixExpr) -> sp.Expr:
    return Fro(Stack(g * W2_star, g.T * W1_star))


MINIMIZER = Proof(
    _GOALS["j50.minimizer"],
    (
        *_loss,
        line("slope", eq(Fro(Grad(W_star)), 0), "lemma", "smooth", "minimum", labels=("aux.minimizer",)),
        line(
            "stationary", eq(Grad(W_star), sp.ZeroMatrix(n, m)), "frobenius.definite", "slope", at={"A": Grad(W_star)}
        ),
        line("trivial", eq(_gradient_at(Grad(W_star)), _gradient_at(Grad(W_star))), "algebra"),
        line(
            "gradient",
            eq(_gradient_at(Grad(W_star)), 0),
            "substitute",
            "stationary",
            "trivial",
            at={"hole": _hole, "pattern": eq(_gradient_at(Grad(W_star)), _gradient_at(_hole))},
        ),
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
    ),
)


def _constant(label: str, *rest: Line) -> Proof:
    top = 2 * L if label == "j51.smoothness-at-pair" else 2 * Loss(W)
    return Proof(
        _GOALS[label],
        (
            minimum,
            _away,
            line("pair", SMOOTH_AT_PAIR, "hypothesis"),
            line("twice", le(top, DISTANCE * K_over), "arithmetic", weights=[(2, "pair")]),
            line(
                "bound",
                ge(K_over, top / DISTANCE),
                "order.divide",
                "away",
                "twice",
                at={"x": top, "y": DISTANCE, "z": K_over},
            ),
            *rest,
        ),
    )


_th = sp.Symbol("th_", real=True)
_V = U - W_star
_between = W_star + _th * _V
_c = mu / 2 * Fro(_V) ** 2
SEGMENT = Proof(
    Statement(
        label="aux.segment",
        source=(journal("53"),),
        kind=Kind.INEQUALITY,
        given=(*(g for g in _GOALS["j53.quadratic-growth"].given), lt(0, _th), le(_th, 1)),
        then=le((1 - _th) * _c, Loss(U)),
        note="strong convexity at the point that divides the segment from W* to U",
    ),
    (
        convex,
        minimum,
        line("positive", lt(0, _th), "hypothesis"),
        line("inside", le(_th, 1), "hypothesis"),
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
        line("below", le(0, Loss(_between)), "minimum.nonnegative", "minimum", at={"A": _between}),
        lower("to-minimizer", _between, W_star),
        lower("to-U", _between, U),
        line(
            "scaled",
            le((1 - _th) * _c * _th, Loss(U) * _th),
            "arithmetic",
            weights=[(1, "inside", "to-minimizer"), (1, "positive", "to-U"), (1, "below"), (1 - _th, "attained")],
        ),
        line(
            "claim",
            le((1 - _th) * _c, Loss(U)),
            "order.cancel",
            "positive",
            "scaled",
            at={"x": (1 - _th) * _c, "y": Loss(U), "z": _th},
        ),
    ),
)
_l, _grown = Loss(W), mu / 2 * Fro(W - W_star) ** 2
_room = 2 * (_grown + 1)
_part = (_grown - _l) / _room
_split = _grown / _room - _l / _room
_segment_names = ("convex", "minimum")
GROWTH = Proof(
    _GOALS["j53.quadratic-growth"],
    (
        convex,
        minimum,
        line("loss", le(0, _l), "minimum.nonnegative", "minimum", at={"A": W}),
        line("less", lt(_l, _grown), "assume"),
        line("grown", le(_grown, _l), "assume"),
        line("room", lt(0, _room), "arithmetic", weights=[(mu, Fro(W - W_star))], known=True),
        line("positive", lt(0, _part), "arithmetic", weights=[(1 / _room, "less")]),
        line("short", le(_grown - _l, _room), "arithmetic", weights=[(1, "loss"), (mu / 2, Fro(W - W_star))]),
        line("inside", le(_part, 1), "order.divide", "short", at={"x": _grown - _l, "y": _room, "z": 1}),
        line(
            "segment",
            le((1 - _part) * _grown, _l),
            "lemma",
            *_segment_names,
            "positive",
            "inside",
            at={"U": W, "th_": _part},
            labels=("aux.segment",),
        ),
        line(
            "part", le(_room * _split, _grown - _l), "order.multiplied", at={"x": _grown - _l, "y": _room, "z": _split}
        ),
        line("absurd", le(_grown, _l), "arithmetic", weights=[(2, "segment"), (1, "part"), (2, "positive")]),
        line("growth", le(_grown, _l), "cases", "absurd", "less", "grown", "grown"),
        line("claim", _GOALS["j53.quadratic-growth"].then, "arithmetic", weights=[(1, "growth")]),
    ),
    idea="Strong convexity between W*, a point near it on the segment to W, and W: the point goes to W*.",
)

# (54) to (56) -----------------------------------------------------------------------------------
_grows = line(
    "growth",
    le(mu / 2 * Fro(W - W_star) ** 2, Loss(W)),
    "lemma",
    *_names,
    at={"U": W},
    labels=("j2.1-unique-minimizer",),
)
_same_side = line("same-side", _GOALS["j54.line5/repaired"].given[-1], "hypothesis")


def _low(name: str, factor: sp.MatrixExpr, value: sp.Expr, rest: sp.MatrixExpr) -> Line:
    """sigma_h(factor) ||rest|| <= ||rest factor^T|| for the h columns of a layer."""
    return line(name, le(value * Fro(rest), Fro(rest * factor.T)), "product.lower", at={"A": factor, "C": rest.T})


def _squared(norm: sp.Expr, bound: sp.Expr, name: str, factor: sp.Expr) -> tuple[Any, ...]:
    return (factor * (norm + bound), name)


_sW2, _sW1_star = Sigma(W2, h), Sigma(W1_star, h)
_left, _right = Fro(_D1 * W2.T), Fro(W1_star * _D2.T)
_share = mu / DISTANCE
LINE6 = _from(
    "j54.line6/repaired",
    (
        _away,
        _low("left", W2, _sW2, _D1),
        line("right", le(_sW1_star * _d2, _right), "product.lower", at={"A": W1_star, "C": _D2.T}),
    ),
    [
        _squared(_left, _sW2 * _d1, "left", _share),
        _squared(_right, _sW1_star * _d2, "right", _share),
        (_share / 2 * _sW2**2, _d1),
        (_share / 2 * _sW1_star**2, _d2),
    ],
)
_other = _GOALS["j55.other-order/repaired"]
_sW2_star, _sW1 = Sigma(W2_star, h), Sigma(W1, h)
_other_left, _other_right = Fro(_D1 * W2_star.T), Fro(W1 * _D2.T)
_weighted = mu * (_sW2_star**2 * _d1**2 + _sW1**2 * _d2**2)
OTHER_ORDER = Proof(
    _other,
    (
        _away,
        line("from-53", FROM_53, "hypothesis"),
        line("same-side", _other.given[-1], "hypothesis"),
        _low("left", W2_star, _sW2_star, _D1),
        line("right", le(_sW1 * _d2, _other_right), "product.lower", at={"A": W1, "C": _D2.T}),
        line(
            "scaled",
            le(_weighted, DISTANCE * K_over),
            "arithmetic",
            weights=[
                (1, "from-53"),
                (2 * mu, "same-side"),
                _squared(_other_left, _sW2_star * _d1, "left", mu),
                _squared(_other_right, _sW1 * _d2, "right", mu),
            ],
        ),
        line("claim", _other.then, "order.divide", "away", "scaled", at={"x": _weighted, "y": DISTANCE, "z": K_over}),
    ),
)


def _average(reading: str, sigma: Any) -> tuple[Proof, Proof]:
    """Lines 2 and 3 of (56) for one reading of the smallest singular value."""
    w1, w2 = sigma(W1) ** 2, sigma(W2) ** 2
    first, second = w1 + sigma(W1_star) ** 2, w2 + sigma(W2_star) ** 2
    least, smallest = sp.Min(first, second), sp.Min(w1, w2)
    below = {"x": w1, "y": w2}
    weighted = mu / 4 * (second * _d1**2 + first * _d2**2)
    return (
        Proof(
            _GOALS[f"j56.line2@{reading}"],
            (
                _away,
                line("first", le(least, first), "maximum.below", at={"x": first, "y": second}),
                line("second", le(least, second), "maximum.below", at={"x": first, "y": second}),
                line(
                    "scaled",
                    le(DISTANCE * mu / 4 * least, weighted),
                    "arithmetic",
                    weights=[(mu / 4, "first", _d2), (mu / 4, "second", _d1)],
                ),
                line(
                    "claim",
                    _GOALS[f"j56.line2@{reading}"].then,
                    "order.divided",
                    "away",
                    "scaled",
                    at={"x": weighted, "y": DISTANCE, "z": mu / 4 * least},
                ),
            ),
        ),
        _from(
            f"j56.line3@{reading}",
            (
                line("low-1", le(smallest, w1), "maximum.below", at=below),
                line("low-2", le(smallest, w2), "maximum.below", at=below),
                line("in-1", le(smallest, first), "arithmetic", weights=[(1, "low-1")]),
                line("in-2", le(smallest, second), "arithmetic", weights=[(1, "low-2")]),
                line(
                    "least",
                    le(smallest, least),
                    "maximum.greatest",
                    "in-1",
                    "in-2",
                    at={"x": first, "y": second, "z": smallest},
                ),
            ),
            [(mu / 4, "least")],
        ),
    )


BOUNDS = (
    _constant("j51.smoothness-at-pair", line("same", claims(_GOALS["j51.smoothness-at-pair"])[1], "algebra")),
    _constant("j54.line1"),
    _from("j54.line2", (*_loss, _away, _grows), [(2 / DISTANCE, "growth")]),
    _from("j54.line5/repaired", (_away, _same_side), [(2 * _share, "same-side")]),
    LINE6,
    OTHER_ORDER,
    *_average("sigma-min-smallest", SigmaMin),
    *_average("sigma-min-padded", lambda x: Sigma(x, h)),
    Proof(_GOALS["j56.line1/repaired"], NO_SMOOTHNESS.lines),
)

# Proposition 2.1 and the example ----------------------------------------------------------------
_curvature = _GOALS["j2.1-prop.curvature"]
_squares = x_1**2 + x_2**2
_radicand = _squares**2 - 4 * x_1**2 * x_2**2 + 4 * (2 * x_1 * x_2 - 1) ** 2
_real = line("real", le(0, _radicand), "arithmetic", weights=[(1, x_1**2 - x_2**2), (4, 2 * x_1 * x_2 - 1)], known=True)
SENTENCES = (
    Proof(
        _curvature,
        (
            convex,
            line(
                "claim",
                _curvature.then,
                "strongly-convex.curvature",
                "convex",
                at={"A": W, "U": Z1 * W2.T, "constant": mu},
            ),
        ),
    ),
    Proof(
        _GOALS["j2.1-prop.pl"],
        (
            line("origin", _GOALS["j2.1-prop.pl"].given[-1], "hypothesis"),
            line("gradient", claims(_GOALS["j2.1-prop.pl"])[0], "algebra"),
        ),
    ),
    Proof(
        _GOALS["j59.smoothness-example/repaired"],
        (_real, line("claim", _GOALS["j59.smoothness-example/repaired"].then, "algebra")),
    ),
    Proof(
        _GOALS["jB.example-smoothness-grows"],
        (_real, line("claim", _GOALS["jB.example-smoothness-grows"].then, "algebra")),
    ),
)

PROOFS = (MINIMIZER, SEGMENT, GROWTH, *BOUNDS, *SENTENCES)
