"""How far a relation is from failing, in float64 and free of scale.

Both sides are one sum of signed terms. Its value over the sum of their magnitudes says whether a violation can be
more than rounding; its value over that sum with the two largest opposite terms merged (promised decrease over actual
decrease, whatever the level of the loss) is what search makes small.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from properties.evaluate import Evaluator
from theorems.statement import Assumption, Relation

Array = NDArray[Any]

# A float64 hypothesis counts as met up to rounding; whoever decides checks it again with tolerance zero.
_ROUNDING = 1e-12
_TINY = 1e-300


@dataclass(frozen=True)
class Margin:
    """Arrays over the batch, negative when violated: `free` of scale (zero within rounding), `noise` against all terms.

    ratio is the side claimed smaller over the other, nan where that is not positive; slack is the amount itself.
    """

    free: Array
    noise: Array
    ratio: Array
    slack: Array

    def spread(self, count: int) -> Margin:
        """The same margins with one entry a world."""
        return Margin(*(np.broadcast_to(a, (count,)) for a in (self.free, self.noise, self.ratio, self.slack)))


def _addends(expression: sp.Basic) -> tuple[sp.Basic, ...]:
    return expression.args if isinstance(expression, sp.Add) else (expression,)


def relation_margin(evaluator: Evaluator, relation: Relation) -> Margin:
    """Margins of one relation in a batch of worlds; nan where a side is not a number."""
    with np.errstate(all="ignore"):
        if isinstance(relation.lhs, MatrixExpr):
            return _matrix_margin(evaluator, relation)
        left = [np.asarray(evaluator(a), dtype=float) for a in _addends(relation.lhs)]
        right = [np.asarray(evaluator(a), dtype=float) for a in _addends(relation.rhs)]
        lhs, rhs = np.asarray(evaluator(relation.lhs), float), np.asarray(evaluator(relation.rhs), float)
        sign = 1.0 if relation.op in ("<=", "<") else -1.0
        if relation.op in ("==", "!="):
            slack = -np.abs(rhs - lhs) if relation.op == "==" else np.abs(rhs - lhs)
        else:
            slack = sign * (rhs - lhs)
        terms = np.broadcast_arrays(*(-sign * a for a in left), *(sign * a for a in right))
        table = np.stack(terms)
        magnitude = np.abs(table).sum(axis=0)
        merged = magnitude
        if len(table) > 2:
            up, down = table.max(axis=0), table.min(axis=0)
            merged = np.where((up > 0) & (down < 0), magnitude - up + down + np.abs(up + down), magnitude)
        infinite = np.isinf(lhs) | np.isinf(rhs)
        bound = np.where(infinite, np.where(slack > 0, 1.0, np.where(slack < 0, -1.0, 0.0)), np.nan)
        noise = np.where(infinite, bound, slack / np.maximum(magnitude, _TINY))
        level = np.abs(noise) <= _ROUNDING
        free = np.where(infinite, bound, np.where(level, 0.0, slack / np.maximum(merged, _TINY)))
        small, large = (lhs, rhs) if sign > 0 else (rhs, lhs)
        ratio = np.where(level, 1.0, np.where(large > 0, small / np.where(large > 0, large, 1.0), np.nan))
        return Margin(np.clip(free, -1.0, 1.0), noise, ratio, slack)


def _matrix_margin(evaluator: Evaluator, relation: Relation) -> Margin:
    f = evaluator.field
    lhs, rhs = evaluator(relation.lhs), evaluator(relation.rhs)
    difference = np.sqrt(f.inner(f.matadd(lhs, -rhs), f.matadd(lhs, -rhs)))
    scale = np.sqrt(f.inner(lhs, lhs)) + np.sqrt(f.inner(rhs, rhs))
    value = (-1.0 if relation.op == "==" else 1.0) * difference / np.maximum(scale, _TINY)
    return Margin(np.where(np.abs(value) <= _ROUNDING, 0.0, value), value, 1 - value, value * scale)


def claim_margin(evaluator: Evaluator, claims: tuple[Relation, ...]) -> Margin:
    """Margins of the relation that is nearest to failing, row by row."""
    parts = [relation_margin(evaluator, claim) for claim in claims]
    if len(parts) == 1:
        return parts[0]
    tables = [np.stack(np.broadcast_arrays(*(getattr(p, f.name) for p in parts))) for f in fields(Margin)]
    worst = np.argmin(np.where(np.isnan(tables[0]), np.inf, tables[0]), axis=0)[None]
    return Margin(*(np.take_along_axis(a, worst, axis=0)[0] for a in tables))


def hypotheses_met(evaluator: Evaluator, hypotheses: tuple[Relation | Assumption, ...]) -> Array:
    """Where all hypotheses hold up to rounding (relations only: assumptions on the loss hold by construction)."""
    truth: Array = np.asarray(True)
    for hypothesis in hypotheses:
        if isinstance(hypothesis, Relation):
            noise = relation_margin(evaluator, hypothesis).noise
            strict = hypothesis.op in ("<", ">", "!=")
            truth = truth & (noise > 0 if strict else noise >= -_ROUNDING)
    return truth
