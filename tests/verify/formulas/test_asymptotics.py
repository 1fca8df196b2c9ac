"""Generalized power series against SymPy's limits, and exponents of unknown sign."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.formulas.asymptotics import Range, Undetermined, affine_sign, limit_at_zero

x, y, p = (sp.Symbol(name, positive=True) for name in ("x", "y", "p"))
UNIT = {p: Range(sp.S.Zero, sp.S.One)}


def test_the_sign_of_an_exponent_over_its_range() -> None:
    assert affine_sign(1 - p, UNIT) == 1
    assert affine_sign(-p, UNIT) == -1
    assert affine_sign(p - p, UNIT) == 0
    with pytest.raises(Undetermined):
        affine_sign(1 - 2 * p, UNIT)
    with pytest.raises(Undetermined):
        affine_sign(1 - p, {p: Range(sp.S.Zero, sp.S.One, high_open=False)})


_COEFFICIENTS = st.integers(-3, 3).filter(bool)
_POWERS = st.sampled_from((0, 1, 2, sp.Rational(1, 2)))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(_COEFFICIENTS, st.sampled_from((0, 1, 2, sp.Rational(1, 2)))), min_size=1, max_size=3), st.data()
)
def test_agrees_with_sympy_where_exponents_are_numbers(
    terms: list[tuple[int, sp.Rational]], data: st.DataObject
) -> None:
    power = data.draw(st.sampled_from((1, 2, sp.Rational(1, 2))))
    e = sum(k * x**j for k, j in terms) * sp.exp(x**power) / (1 + x**power)
    assert sp.simplify(limit_at_zero(e, x, {}) - sp.limit(e, x, 0, "+")) == 0


def test_a_remainder_that_does_not_vanish_is_not_dropped() -> None:
    deep = (sp.exp(x) - 1 - x - x**2 / 2) / x**3
    with pytest.raises(Undetermined):
        limit_at_zero(deep, x, {})


def test_symbolic_exponents() -> None:
    assert limit_at_zero(y * x**p + 2, x, UNIT) == 2
    assert limit_at_zero((1 + y * x**p) / x**p, x, UNIT) == sp.oo
    assert sp.simplify(limit_at_zero((sp.sqrt(1 + y * x**p) - 1) / x**p, x, UNIT) - y / 2) == 0


def test_an_unknown_function_is_not_guessed() -> None:
    with pytest.raises(Undetermined):
        limit_at_zero(sp.sin(x) / x, x, {})
