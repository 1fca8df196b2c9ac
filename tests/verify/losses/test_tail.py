"""Tail expansions: limits and divergence of known formulas, and every bound contains the values at sampled points."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from flint import arb, ctx

from properties.evaluate import evaluate_scalar
from properties.fields import Ball
from properties.formula import parse_formula, z
from verify.losses.enclosure import ball
from verify.losses.scale import Scale
from verify.losses.tail import Inconclusive, Tail, TailField, _expand, subsequence_limits, tail_bounds

FORMULAS = [
    "exp(-z)/(1 + exp(-z))^2",
    "1 - tanh(z)^2",
    "(1 + z^2)^(-3/2)",
    "1/sqrt(1 + z^2) - z^2/(1 + z^2)^(3/2)",
    "1/(1 + z^2)",
    "2*(1 - 2*z^2)*exp(-z^2)",
    "2*log(1 + z^2) + z*atan(z)",
    "exp(1/z) + log(1 + exp(z))",
    "sin(1/z)*z + cos(z)/z",
    "asinh(z)/log(2 + z^2)^2",
    "sqrt(1 + z^4) - z^2 + exp(-z^2/2)",
    "cosh(z)/sinh(z)",
    "(z^2 + 1)^(2/3)/(1 + z^2)",
    "abs(z)/(1 + z^2)",
    "sin(z)^2/z + cos(z)*sin(z)",
    "(4 + sin(z^2)^2)^(-1/2) + z*sin(z)^2",
    "tanh(z)^2*cos(z)^3",
]


def _value(tree: sp.Expr, point: Fraction) -> object:
    return evaluate_scalar(tree, {z: ball(point)}, Ball(400))


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("side", [1, -1])
def test_expansions_and_bounds_contain_the_values(text: str, side: int) -> None:
    tree, start = parse_formula(text), 32
    try:
        bounds = tail_bounds(tree, side, start)
        element = _expand(tree, side, TailField(start))
    except Inconclusive:
        pytest.fail(f"{text}: inconclusive")
    with ctx.workprec(400):
        for offset in (Fraction(0), Fraction(1, 7), Fraction(5), Fraction(300), Fraction(10**4)):
            size = start + offset
            value = _value(tree, side * size)
            assert not value < bounds.lower and not value > bounds.upper  # type: ignore[operator]
            expansion = sum((arb(c) * s.at(ball(size)) for s, c in element.terms.items()), arb(0))
            rest = arb(0) if element.rest is None else element.rest[1] * element.rest[0].at(ball(size))
            assert not abs(value - expansion) > rest  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "side", "limit"),
    [
        ("tanh(z)", -1, -1),
        ("atan(z)*2", 1, None),
        ("exp(-1/(1 + z^2))", 1, 1),
        ("z*sin(1/z)", 1, 1),
        ("z^2/(1 + z^2)", -1, 1),
    ],
)
def test_limits(text: str, side: int, limit: int | None) -> None:
    bounds = tail_bounds(parse_formula(text), side, 16)
    expected = arb.pi() if limit is None else arb(limit)
    assert bounds.limit is not None and bounds.limit.overlaps(expected)
    assert bounds.diverges == 0


@pytest.mark.parametrize(
    ("text", "side", "sign"),
    [("exp(z)", 1, 1), ("-z^2 + exp(-z)", 1, -1), ("z^3", -1, -1), ("log(1 + z^2)", -1, 1), ("z - log(1 + z^2)", 1, 1)],
)
def test_divergence(text: str, side: int, sign: int) -> None:
    assert tail_bounds(parse_formula(text), side, 16).diverges == sign


def test_an_approach_from_one_side_gives_an_exact_bound() -> None:
    bounds = tail_bounds(parse_formula("exp(-z)/(1 + exp(-z))^2"), 1, 4)
    assert bounds.lower == 0 and bounds.lower.is_exact() and bounds.upper > 0


def test_oscillation_is_bounded_and_diverges_along_points_of_constant_phase() -> None:
    bounds = tail_bounds(parse_formula("2 - cos(z)"), 1, 8)
    assert bounds.limit is None and bounds.lower <= 1 and bounds.upper >= 3
    along = subsequence_limits(parse_formula("2 - 4*z^2*cos(z^2)"), 1, 8)
    assert {b.diverges for b in along} >= {-1, 1}
    assert subsequence_limits(parse_formula("exp(-z)"), 1, 8) == []


@pytest.mark.parametrize("text", ["exp(exp(z))", "sin(z)*z", "log(log(1 + z^2))", "z^2*cos(z)"])
def test_what_it_cannot_decide_is_inconclusive_or_unbounded(text: str) -> None:
    try:
        bounds = tail_bounds(parse_formula(text), 1, 16)
    except Inconclusive:
        return
    assert bounds.diverges == 0 and not bounds.lower.is_finite() and not bounds.upper.is_finite()


def test_scales_are_ordered_by_growth() -> None:
    exp, power, log = Scale(((Fraction(1), Fraction(-1)),)), Scale(p=Fraction(5)), Scale(r=Fraction(9))
    assert (exp * power).growth() == -1
    assert (power * log ** Fraction(-1)).growth() == 1
    assert (log * log ** Fraction(-1)) == Scale()
    assert not (exp * power).decreases_from(arb(2)) and (exp * power).decreases_from(arb(16))


def test_terms_that_do_not_fit_go_to_the_rest() -> None:
    terms = {Scale(p=Fraction(-k)): arb(1) for k in range(20)}
    element = Tail(arb(8), terms)
    assert len(element.terms) < 20 and element.rest is not None
