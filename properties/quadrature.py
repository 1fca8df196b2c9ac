"""Integrals over tau in [0, 1] of expressions that are polynomial in tau.

Along a gradient step of a quadratic loss every integrand of the paper is a polynomial of degree at most 6 in
tau, which Boole-type closed Newton-Cotes weights on seven nodes integrate exactly. For other losses the rule is
an approximation, so the ball and exact fields refuse it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

if TYPE_CHECKING:
    from properties.evaluate import Evaluator

# Closed Newton-Cotes on k/6, k = 0 .. 6 (weights sum to 1): exact up to degree 7.
_WEIGHTS = tuple(Fraction(w, 840) for w in (41, 216, 27, 272, 27, 216, 41))


def integral(evaluator: Evaluator, expression: sp.Expr, tau: sp.Symbol) -> Any:
    """Integral of `expression` over tau in [0, 1].

    Raises NotImplementedError for a loss that is not quadratic, in the certain fields.
    """
    from properties.evaluate import Evaluator

    field, world = evaluator.field, evaluator.world
    if field.name != "float64" and getattr(world.loss, "penalty", "square") != "square":
        raise NotImplementedError("an integral along a step of a loss that is not quadratic has no exact rule here")
    total = field.scalar(0)
    for k, weight in enumerate(_WEIGHTS):
        at_node = Evaluator(world.binding({tau: Fraction(k, 6)}), field, evaluator.where)
        total = total + field.scalar(weight) * at_node(expression)
    return total
