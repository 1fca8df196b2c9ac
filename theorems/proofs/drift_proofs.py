"""Lemma E.4's upper bound with sqrt(2) in the Frobenius norm: both extreme eigenvalues of D move in one matrix.

With unit vectors u, v for the largest and the smallest eigenvalue of D(t), what both extreme eigenvalues gain over
those of D(0) is at most <D(t) - D(0), u u^T - v v^T>, and ||u u^T - v v^T||^2 = 2 - 2 <u, v>^2 <= 2.
"""

from __future__ import annotations

import sympy as sp

from theorems import imbalance
from theorems.norms import Fro, Inner, Lambda, SigmaMax
from theorems.notation import D_0, L_0, W1, W2, D, L, W, alpha_2, beta_2, h, lambda_minus, lambda_plus, sigma_max_T
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.proofs.table2_proofs import SPECTRUM_UPPER
from theorems.statement import Kind, Statement, eq, journal, le

__all__ = ["PROOFS"]

_E4 = (journal("120", "Lemma E.4"),)
_GOALS = goals(imbalance)
_half = sp.Rational(1, 2)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_drift, _root2 = Fro(D - D_0), sp.sqrt(2)
u, v = sp.MatrixSymbol("u", h, 1), sp.MatrixSymbol("v", h, 1)
_M = u * u.T - v * v.T
_rise, _fall = Lambda(D, 1) - Lambda(D_0, 1), Lambda(-D, 1) - Lambda(-D_0, 1)
_up, _down = sp.Max(_rise, 0), sp.Max(_fall, 0)


def _vector(tag: str, now: sp.MatrixExpr, before: sp.MatrixExpr, x: sp.MatrixSymbol) -> tuple[Line, ...]:
    at = {"S": now, "k": 1, "u": x}
    return (
        line(f"value-{tag}", eq(Inner(x, now * x), Lambda(now, 1)), "eigenvector.exists", at=at),
        line(f"unit-{tag}", eq(Fro(x) ** 2, 1), "eigenvector.exists", at=at),
        line(
            f"rayleigh-{tag}",
            le(Inner(x, before * x), Lambda(before, 1) * Fro(x) ** 2),
            "eigenvalues.rayleigh",
            at={"S": before, "X": x},
        ),
        line(
            f"weyl-{tag}",
            le(Lambda(now, 1), Lambda(before, 1) + Lambda(now - before, 1)),
            "weyl.upper",
            at={"S": before, "T": now - before, "k": 1},
        ),
        line(f"size-{tag}", le(Lambda(now - before, 1), _drift), "eigenvalues.frobenius", at={"S": now - before}),
        line(
            f"alone-{tag}",
            le(Lambda(now, 1) - Lambda(before, 1), _root2 * _drift),
            "arithmetic",
            weights=[(1, f"weyl-{tag}"), (1, f"size-{tag}"), (_drift, "one")],
        ),
    )


BOTH = Proof(
    Statement(
        label="aux.extremes-drift",
        source=_E4,
        kind=Kind.STEP,
        then=le(_up + _down, _root2 * _drift),
        note="what the two extreme eigenvalues of D gain together",
    ),
    (
        line("one", le(1, _root2), "order.roots", at={"x": sp.Integer(1), "y": _root2}),
        *_vector("+", D, D_0, u),
        *_vector("-", -D, -D_0, v),
        line(
            "length-square",
            le(Fro(_M) ** 2, 2),
            "arithmetic",
            weights=[(2, Inner(u, v)), (Fro(u) ** 2 + 1, "unit-+"), (Fro(v) ** 2 + 1, "unit--")],
        ),
        line("length", le(Fro(_M), _root2), "order.roots", "length-square", at={"x": Fro(_M), "y": _root2}),
        line(
            "aligned", le(Inner(D - D_0, _M), _drift * Fro(_M)), "frobenius.cauchy-schwarz", at={"A": D - D_0, "B": _M}
        ),
        line(
            "sum",
            le(_rise + _fall, _root2 * _drift),
            "arithmetic",
            weights=[
                (1, "aligned"),
                (_drift, "length"),
                (1, "rayleigh-+"),
                (1, "rayleigh--"),
                (-1, "value-+"),
                (-1, "value--"),
                (Lambda(D_0, 1), "unit-+"),
                (Lambda(-D_0, 1), "unit--"),
            ],
        ),
        line("room-0", le(0, _root2 * _drift - _rise), "arithmetic", weights=[(1, "alone-+")]),
        line("room-fall", le(_fall, _root2 * _drift - _rise), "arithmetic", weights=[(1, "sum")]),
        line(
            "down",
            le(_down, _root2 * _drift - _rise),
            "maximum.least",
            "room-fall",
            "room-0",
            at={"x": _fall, "y": 0, "z": _root2 * _drift - _rise},
        ),
        line(
            "down-alone",
            le(_down, _root2 * _drift),
            "maximum.least",
            "alone--",
            at={"x": _fall, "y": 0, "z": _root2 * _drift},
        ),
        line("room-rise", le(_rise, _root2 * _drift - _down), "arithmetic", weights=[(1, "down")]),
        line("room", le(0, _root2 * _drift - _down), "arithmetic", weights=[(1, "down-alone")]),
        line(
            "up",
            le(_up, _root2 * _drift - _down),
            "maximum.least",
            "room-rise",
            "room",
            at={"x": _rise, "y": 0, "z": _root2 * _drift - _down},
        ),
        line("claim", le(_up + _down, _root2 * _drift), "arithmetic", weights=[(1, "up")]),
    ),
)


def _half_of_alpha_2(
    tag: str, now: sp.MatrixExpr, before: sp.MatrixExpr, bound: sp.Symbol, gain: sp.Expr, weights: dict[str, sp.Basic]
) -> tuple[Line, ...]:
    rise = Lambda(now, 1) - Lambda(before, 1)
    top = SigmaMax(W2 if weights else W1) ** 2
    root = sp.sqrt((bound + gain) ** 2 + 4 * beta_2**2)
    return (
        line(f"part-{tag}", le(Lambda(before, 1), bound), "maximum.above", at={"x": Lambda(before, 1), "y": 0}),
        line(f"gain-{tag}", le(rise, gain), "maximum.above", at={"x": rise, "y": 0}),
        line(
            f"extreme-{tag}",
            le(Lambda(now, 1), bound + gain),
            "arithmetic",
            weights=[(1, f"part-{tag}"), (1, f"gain-{tag}")],
        ),
        line(f"square-{tag}", le(0, root**2), "arithmetic", weights=[(1, bound + gain), (4, beta_2)], known=True),
        line(
            f"half-{tag}",
            le(top, (bound + gain + root) / 2),
            "lemma",
            f"extreme-{tag}",
            "beta",
            at={**weights, "p_": bound + gain, "b_": beta_2},
            labels=("aux.upper-bound",),
        ),
        line(
            f"growth-{tag}",
            le(root, sp.sqrt(bound**2 + 4 * beta_2**2) + gain),
            "lemma",
            at={"p_": bound, "b_": beta_2, "gap": gain},
            labels=("aux.root-growth",),
        ),
    )


_claim = le(sigma_max_T**2, alpha_2 + _root2 * _drift)
UPPER = Proof(
    Statement(
        label="aux.spectrum-upper-sharp", source=_E4, kind=Kind.STEP, given=SPECTRUM_UPPER.statement.given, then=_claim
    ),
    (
        *_loss,
        line("descended", le(L, L_0), "hypothesis"),
        line("beta", le(SigmaMax(W), beta_2), "lemma", *_names, "descended", labels=("aux.beta_2",)),
        *_half_of_alpha_2("+", D, D_0, lambda_plus, _up, {}),
        *_half_of_alpha_2("-", -D, -D_0, lambda_minus, _down, {"W1": W2, "W2": W1}),
        line("both", le(_up + _down, _root2 * _drift), "lemma", labels=(BOTH.label,)),
        line(
            "claim",
            _claim,
            "arithmetic",
            weights=[(1, "half-+"), (1, "half--"), (_half, "growth-+"), (_half, "growth--"), (1, "both")],
        ),
    ),
)
_goal = _GOALS["j120.upper/sharp"]
E4_UPPER = Proof(
    _goal,
    (
        *_loss,
        line("descended", le(L, L_0), "hypothesis"),
        line("bound", _claim, "lemma", *_names, "descended", labels=(UPPER.label,)),
        line("claim", _goal.then, "arithmetic", weights=[(1, "bound")]),
    ),
)

PROOFS = (BOTH, UPPER, E4_UPPER)
