"""Decimal enclosures round outward and print exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.decimals import Interval, decimal_text, enclose, ends, rounded


@settings(max_examples=200, deadline=None)
@given(st.fractions(), st.integers(-500, 500), st.integers(1, 40))
def test_rounding_is_outward_and_within_one_unit(q: Fraction, exponent: int, digits: int) -> None:
    x = q * Fraction(10) ** exponent
    low, high = rounded(x, digits, -1), rounded(x, digits, 1)
    assert low <= x <= high
    if x:
        assert high - low <= abs(x) * Fraction(10) ** (1 - digits)
    assert Fraction(decimal_text(low)) == low
    assert Fraction(decimal_text(high)) == high


def test_enclosures_hold_the_whole_ball_at_any_ambient_precision() -> None:
    with ctx.workprec(400):
        third = arb(1) / 3
    low, high = ends(third)
    assert low < Fraction(1, 3) < high
    interval = enclose(third, 30)
    assert interval.texts() == ("0.333333333333333333333333333333", "0.333333333333333333333333333334")
    assert enclose(fmpq(1, 4), 5).texts() == ("0.25", "0.25")
    with pytest.raises(ValueError, match="finite"):
        ends(arb("nan"))


def test_numbers_of_many_digits_print() -> None:
    text = decimal_text(Fraction(10**6000 + 1, 10**6000))
    assert len(text) == 6002
    assert text.endswith("0001")
    with pytest.raises(ValueError, match="terminating"):
        decimal_text(Fraction(1, 3))


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        ("1.2345678", "1.2345679", "1.234567..."),
        ("1.2345678e-20", "1.2345679e-20", "1.234567...e-20"),
        ("0.9999", "1.0001", "[0.9999, 1.0001]"),
        ("2", "2", "2"),
    ],
)
def test_readers_see_certain_digits_only(low: str, high: str, shown: str) -> None:
    assert Interval(Fraction(low), Fraction(high), 8).brief() == shown
