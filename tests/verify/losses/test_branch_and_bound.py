"""sup and inf of phi'' over the whole line: the twelve reference formulas, kinks, and honest don't-knows."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from properties.formula import parse_formula
from verify.losses.branch_and_bound import TOLERANCE, Extremum, extrema
from verify.losses.enclosure import ball
from verify.losses.kinks import pieces

E = arb(1).exp()
INFINITE = None

REFERENCE = {
    # formula: (inf phi'', sup phi''), None where unbounded
    "log(1 + exp(-z))": (0, Fraction(1, 4)),
    "log(cosh(z))": (0, 1),
    "sqrt(1 + z^2)": (0, 1),
    "z^2/2 + sin(z)": (0, 2),
    "cos(z) + z^2": (1, 3),
    "log(1 + z^2)": (Fraction(-1, 4), 2),
    "exp(z)": (0, INFINITE),
    "z^4": (0, INFINITE),
    "log(1 + exp(2*(1 - z)))/2": (0, Fraction(1, 2)),
    "z*atan(z) - log(1 + z^2)/2": (0, 1),
    "1 - exp(-z^2)": (-4 * (arb(-3) / 2).exp(), 2),
    "z^2 + cos(z^2)": (INFINITE, INFINITE),
}


def _ball(q: object) -> arb:
    return q if isinstance(q, arb) else ball(Fraction(q))  # type: ignore[arg-type]


def _check(found: Extremum, truth: object) -> None:
    assert found.decided
    if truth is INFINITE:
        assert found.unbounded
        assert found.value is not None and abs(found.value) > 10**6
        assert found.place.point is not None
        return
    assert not found.unbounded
    expected = _ball(truth)
    assert not expected < found.lower and not expected > found.upper
    gap = found.upper - found.lower
    tolerance = ball(TOLERANCE)
    assert gap <= (tolerance if truth == 0 else tolerance * abs(expected))


@pytest.mark.parametrize("text", REFERENCE)
def test_the_reference_formulas_are_decided_right(text: str) -> None:
    low, high = extrema(parse_formula(text))
    _check(low, REFERENCE[text][0])
    _check(high, REFERENCE[text][1])


@pytest.mark.parametrize("text", ["log(1 + exp(-z))", "1 - exp(-z^2)", "z^2/2 + sin(z)"])
@pytest.mark.parametrize("scale", ["1000", "1/1000"])
def test_stretching_z_scales_the_answer(text: str, scale: str) -> None:
    plain = extrema(parse_formula(text))
    stretched = extrema(parse_formula(text.replace("z", f"(({scale})*z)")))
    square = ball(Fraction(scale) ** 2)
    for a, b in zip(plain, stretched, strict=True):
        assert b.decided
        assert not a.lower * square > b.upper and not a.upper * square < b.lower


@pytest.mark.parametrize(
    "text",
    ["sin(z) + sin(sqrt(2)*z)", "exp(exp(z))", "log(z)", "1/z", "abs(z^2 - 2)", "(z^2)^(3/4)"],
)
def test_what_cannot_be_decided_says_so(text: str) -> None:
    answers = extrema(parse_formula(text))
    assert not all(e.decided for e in answers)
    for e in answers:
        assert e.decided or e.reason
        assert not e.lower > e.upper


def test_an_undefined_formula_names_the_point() -> None:
    low, _ = extrema(parse_formula("1/z"))
    assert low.undefined and low.place.point == 0


def test_values_attained_and_approached_are_told_apart() -> None:
    low, high = extrema(parse_formula("log(1 + exp(-z))"))
    assert high.place.point == 0
    assert low.place.point is None and low.place.side != 0
    assert low.limits is not None and all(x is not None for x in low.limits)


def test_the_infimum_of_the_function_itself() -> None:
    low, _ = extrema(parse_formula("(z - 3)^2 + 5"), derivative=0)
    assert low.decided and low.lower <= 5 <= low.upper and low.place.point == 3


@pytest.mark.parametrize(
    ("text", "kinks"),
    [
        ("abs(z)", [(0, 1)]),
        ("abs(z)^3", []),
        ("abs(z - 1)*(z - 1) + z^2", [(1, 2)]),
        ("abs(z^2 - 1)", [(-1, 1), (1, 1)]),
        ("abs(abs(z) - 1)", [(-1, 1), (0, 1), (1, 1)]),
        ("z^2", []),
    ],
)
def test_kinks_are_found_with_their_order(text: str, kinks: list[tuple[int, int]]) -> None:
    cut = pieces(parse_formula(text))
    assert not cut.why
    assert [(k.point, k.order) for k in cut.kinks] == kinks


def test_a_divergence_along_rare_points_has_a_witness_there() -> None:
    _, high = extrema(parse_formula("log(1 + ((z^2 + z)*sin(z))^2)"))
    assert high.unbounded and high.value is not None and high.value > 10**3


def test_pieces_are_bounded_one_by_one() -> None:
    low, high = extrema(parse_formula("abs(z)^3 + abs(z - 1)*(z - 1)"))
    assert low.decided and high.unbounded
    assert low.lower <= 2 <= low.upper or low.upper < 2
