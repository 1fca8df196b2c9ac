"""(101) proved to have exactly one positive root: its left side increases from 0 and passes 1."""

from __future__ import annotations

import sympy as sp

from theorems import step_size
from theorems.notation import L_0, K, alpha_2, beta_2, c, eta_0
from theorems.proofs.derivation import Proof, goals, line
from theorems.statement import Statement, UniqueRoot, le, lt

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
            line("powers", le(_x**exponent, _y**exponent), "power.monotone", "case", at={"x": _x, "y": _y, "z": exponent}),
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


PROOFS = (
    _unique(_GOALS["j101.unique-root@exp-sqrt"], sp.Rational(1, 2)),
    _unique(_GOALS["j101.unique-root@exp-sqrt/repaired"], c),
)
