"""Proposition B.1 proved: no PL constant and no smoothness constant of Problem 2 holds everywhere."""

from __future__ import annotations

from theorems import global_constants
from theorems.global_constants import DISTANCE, ORIGIN_IS_NOT_MINIMAL, mu_over, s
from theorems.notation import U, V
from theorems.proofs.derivation import Proof, goals, line
from theorems.proofs.loss_proofs import convex, lower, minimum
from theorems.statement import gt

_GOALS = goals(global_constants)
_AWAY = line("away", gt(DISTANCE, 0), "hypothesis", known=True)
_no_pl = _GOALS["jB1.no-pl-constant"]
NO_PL = Proof(
    _no_pl,
    (
        minimum,
        line("origin", ORIGIN_IS_NOT_MINIMAL, "hypothesis"),
        line("claim", _no_pl.then, "arithmetic", weights=[(2 * mu_over, "origin")]),
    ),
    idea="At zero weights the gradient of L vanishes and the loss does not.",
)
_no_smooth = _GOALS["jB1.no-smoothness-constant"]
NO_SMOOTHNESS = Proof(
    _no_smooth,
    (
        line("growth", _no_smooth.given[1], "hypothesis", why="(50) with (53)"),
        line(
            "claim",
            _no_smooth.then,
            "order.cancel",
            "growth",
            at={"x": _no_smooth.then.rhs, "y": _no_smooth.then.lhs, "z": s**2},  # type: ignore[union-attr]
        ),
    ),
    idea="At (1 + s)(W1*, W2*) the product is (1 + s)^2 W*: the loss grows like s^4, the distance like s^2.",
)
_strong = _GOALS["j52.strong-convexity"]
STRONG = Proof(_strong, (convex, lower("claim", V, U)))

PROOFS = (
    Proof(_GOALS["j48.gradient-norm"], (line("claim", _GOALS["j48.gradient-norm"].then, "algebra"),)),
    *(
        Proof(_GOALS[label], (_AWAY, line("claim", _GOALS[label].then, "algebra")))
        for label in ("j54.line3", "j54.line4")
    ),
    NO_PL,
    NO_SMOOTHNESS,
    STRONG,
)
