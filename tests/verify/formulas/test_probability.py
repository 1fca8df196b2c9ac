"""Probability verdicts: vacuous, almost sure, and estimates that know a false claim from a true one."""

from __future__ import annotations

import flint
import pytest
import sympy as sp

from theorems import find
from theorems.norms import Rank, SigmaMax
from theorems.notation import h, n
from theorems.statement import Kind, Probability, Relation, Statement, eq, ge, gt, journal, le, lt
from verify.formulas.probability import clopper_pearson, decide_probability
from verify.verdict import Estimated, OutOfScope, Proved, Vacuous, admitted

A = sp.MatrixSymbol("A", n, n)
G = sp.MatrixSymbol("G", h, n)
delta = sp.Symbol("delta", real=True, positive=True)
NORMAL = ((A, "normal", sp.S.One),)


Law = tuple[tuple[sp.MatrixSymbol, str, sp.Expr | None], ...]


def claim(event: Relation, bound: sp.Expr, law: Law, *given: Relation) -> Statement:
    then = Probability(event, sp.sympify(bound), law)
    return Statement(label="u.p", source=(journal("1"),), kind=Kind.PROBABILITY, then=then, given=given)


def test_the_printed_exponent_of_lemma_a3_says_nothing() -> None:
    assert isinstance(decide_probability(find("j47.gaussian-spectrum")), Vacuous)
    repaired = decide_probability(find("j47.gaussian-spectrum/repaired"), budget="quick")
    assert isinstance(repaired, Estimated)
    assert repaired.supports


def test_a_bound_that_can_be_positive_is_not_vacuous() -> None:
    true = claim(le(SigmaMax(A), 8), 1 - 2 * sp.exp(-(delta**2)), NORMAL)
    assert isinstance(decide_probability(true, budget="quick"), Estimated)


def test_full_rank_is_almost_sure_only_where_it_is_possible() -> None:
    law = ((G, "continuous", None),)
    assert isinstance(decide_probability(claim(eq(Rank(G), n), 1, law, ge(h, n))), Proved)
    impossible = decide_probability(claim(eq(Rank(G), n), 1, law), budget="quick")
    assert isinstance(impossible, Estimated)
    assert not impossible.supports


def test_a_false_tail_bound_is_not_supported() -> None:
    false = claim(le(SigmaMax(A), sp.sqrt(n)), 1 - delta, NORMAL, gt(delta, 0), lt(delta, 1))
    found = decide_probability(false, budget="quick")
    assert isinstance(found, Estimated)
    assert not found.supports
    assert found.lower <= found.estimate <= found.upper


def test_the_same_seed_gives_the_same_estimate() -> None:
    statement = claim(le(SigmaMax(A), 3), 1 - delta, NORMAL, gt(delta, 0), lt(delta, 1))
    first, again, other = (decide_probability(statement, seed, "quick") for seed in (3, 3, 4))
    assert first == again
    assert isinstance(other, Estimated)
    assert other.estimate != first.estimate or other.detail != first.detail  # type: ignore[union-attr]


@pytest.mark.parametrize(("successes", "low", "high"), [(0, 0.0, 0.0362), (50, 0.3983, 0.6017), (100, 0.9638, 1.0)])
def test_clopper_pearson_at_95_percent_of_a_hundred(successes: int, low: float, high: float) -> None:
    assert clopper_pearson(successes, 100, 0.95) == pytest.approx((low, high), abs=1e-4)


def test_unspecified_widths_are_out_of_scope() -> None:
    statement = find("j133.lower-bound")
    assert isinstance(admitted(statement.kind, decide_probability(statement)), OutOfScope)


@pytest.mark.parametrize("successes", [1, 3_600, 7_990, 7_999])
def test_clopper_pearson_of_many_samples_at_a_high_level(successes: int) -> None:
    """Both ends leave the tail that they should, by ball arithmetic."""
    samples, level = 8_000, 1 - 1e-6
    low, high = clopper_pearson(successes, samples, level)
    above = flint.arb(low).beta_lower(successes, samples - successes + 1, regularized=True)
    below = flint.arb(1 - high).beta_lower(samples - successes, successes + 1, regularized=True)
    assert float(above) == pytest.approx(5e-7, rel=1e-6)
    assert float(below) == pytest.approx(5e-7, rel=1e-6)
