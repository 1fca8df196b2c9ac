"""Margins: sign, rounding, freedom from scale."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from properties.evaluate import Evaluator
from properties.fields import Float64
from properties.worlds import World
from theorems.statement import Relation, eq, ge, le
from verify.falsify.margins import claim_margin, hypotheses_met, relation_margin

x, y, z = sp.symbols("x y z", real=True)


def _margin(relation: Relation, **values: list[float]):
    world = World({}, {sp.Symbol(k, real=True): np.array(v, dtype=float) for k, v in values.items()})
    return relation_margin(Evaluator(world, Float64()), relation)


@pytest.mark.parametrize("op", ["<=", "<", ">=", ">"])
def test_negative_exactly_when_violated(op):
    values = {"x": [1.0, 2.0, 3.0], "y": [2.0, 2.0, 2.0]}
    free = _margin(Relation(x, op, y), **values).free
    sign = 1 if op.startswith("<") else -1
    assert np.array_equal(np.sign(sign * free), [1, 0, -1])


def test_equalities_fail_on_either_side():
    assert (_margin(eq(x, y), x=[1.0, 3.0], y=[2.0, 2.0]).free < 0).all()
    assert (_margin(eq(x, y), x=[0.1 + 0.2], y=[0.3]).free == 0).all()


def test_promised_over_actual_does_not_see_the_level():
    low = _margin(le(x, y - z), x=[0.5], y=[1.0], z=[0.4]).free
    high = _margin(le(x, y - z), x=[1e6 + 0.5], y=[1e6 + 1.0], z=[0.4]).free
    assert high == pytest.approx(low, rel=1e-6)
    assert abs(_margin(le(x, y - z), x=[1e6 + 0.5], y=[1e6 + 1.0], z=[0.4]).noise[0]) < 1e-6


def test_rounding_is_not_a_violation():
    margin = _margin(le(x, y - z), x=[0.1 + 0.2], y=[0.3], z=[0.0])
    assert margin.free[0] == 0.0 and margin.ratio[0] == 1.0


def test_ratio_is_smaller_over_larger():
    assert _margin(le(x, y), x=[1.0], y=[4.0]).ratio[0] == 0.25
    assert _margin(ge(x, y), x=[4.0], y=[1.0]).ratio[0] == 0.25


def test_infinite_bounds_are_no_violations():
    assert _margin(le(x, y), x=[1.0], y=[np.inf]).free[0] == 1.0
    assert _margin(le(x, y), x=[np.inf], y=[1.0]).free[0] == -1.0


def test_a_conjunction_reports_its_worst_part():
    world = World({}, {x: np.array([1.0, 5.0]), y: np.array([2.0, 2.0]), z: np.array([0.0, 9.0])})
    both = claim_margin(Evaluator(world, Float64()), (le(x, y), le(z, y)))
    assert both.free[0] > 0 > both.free[1]
    assert both.slack[1] == -7.0


def test_strict_hypotheses_refuse_equality():
    world = World({}, {x: np.array([1.0, 2.0]), y: np.array([2.0, 2.0])})
    evaluator = Evaluator(world, Float64())
    assert list(hypotheses_met(evaluator, (Relation(x, "<", y),))) == [True, False]
    assert list(hypotheses_met(evaluator, (Relation(x, "<=", y),))) == [True, True]
