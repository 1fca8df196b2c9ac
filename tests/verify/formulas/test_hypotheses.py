"""Ranges, stand-ins and sample points: what hypotheses say of scalars, and nothing more."""

from __future__ import annotations

import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from theorems.statement import ge, gt, le, lt
from verify.formulas.asymptotics import Range
from verify.formulas.hypotheses import exact_points, holds_at, positive_stand_ins, ranges_of, sign_of

a, b = (sp.Symbol(name, real=True) for name in ("a", "b"))
u = sp.Symbol("u", positive=True)
v = sp.Symbol("v", nonnegative=True)


def test_ranges_come_from_comparisons_with_numbers() -> None:
    found = ranges_of([gt(a, 1), le(2 * a, 6), lt(b, a)])
    assert found == {a: Range(sp.S.One, sp.Integer(3), True, False)}
    assert ranges_of([gt(1 - a, 0)])[a] == Range(-sp.oo, sp.S.One)
    assert ranges_of([ge(0, a)])[a].high == 0


def test_stand_ins_stay_inside_the_range() -> None:
    found = positive_stand_ins([a, b], ranges_of([gt(a, 1), lt(a, 3)]))
    assert set(found) == {a}
    (one,) = found[a].free_symbols
    for value in (sp.Rational(1, 100), 1, 100):
        assert 1 < found[a].subs(one, value) < 3


@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3))
def test_signs_are_right_or_unknown(i: int, j: int, k: int) -> None:
    e = i * u**2 + j * u * v + k
    sign = sign_of(e)
    values = [e.subs({u: x, v: y}) for x in (sp.Rational(1, 10), 1, 10) for y in (0, 1, 10)]
    if sign is not None:
        assert all(sp.sign(value) == sign for value in values)


def test_exact_points_satisfy_every_hypothesis_and_reach_closed_ends() -> None:
    relations = [ge(a, 1), le(a, 2), lt(a * b, 1)]
    points = list(exact_points([a, b], relations))
    assert points
    assert all(holds_at(r, p) for p in points for r in relations)
    assert {1, 2} & {p[a] for p in points}
