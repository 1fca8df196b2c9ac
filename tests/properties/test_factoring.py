"""Rewritten equations equal what they were, and show their growth only when they have it."""

from __future__ import annotations

import pytest
import sympy as sp

from properties.factoring import factored, is_increasing, with_expm1
from theorems import notation as N
from theorems.norms import MinRoot
from theorems.statement import Form
from theorems.table2 import definitions

REPAIRED = definitions(form=Form.REPAIRED)


@pytest.mark.parametrize(
    "equation",
    [N.equation_101, N.equation_102, REPAIRED[N.eta_1].args[0], REPAIRED[N.eta_2].args[0]],
    ids=["101", "102", "101-repaired", "102-repaired"],
)
def test_the_factored_equation_restores_to_the_equation(equation: sp.Expr) -> None:
    split = factored(equation, N.eta_0)
    assert sp.expand(sp.powsimp(sp.expand(split.restored() - equation))) == 0
    wrong = split.restored() + N.eta_0**3
    assert sp.expand(sp.powsimp(sp.expand(wrong - equation))) != 0


def test_102_is_divided_by_the_power_with_which_it_vanishes() -> None:
    split = factored(N.equation_102, N.eta_0)
    assert sp.simplify(split.order - (1 + N.c)) == 0
    assert [x for _, x in split.ratios] == [-(N.eta_0**N.c)]
    limit = split.factor.xreplace({dummy: sp.S.One for dummy, _ in split.ratios})
    at = {
        N.c: sp.Rational(1, 2),
        N.d: sp.Integer(2),
        **{s: sp.Integer(3) for s in (N.K, N.mu, N.L_0, N.beta_2, N.alpha_2)},
    }
    assert limit.subs(at).subs(N.eta_0, 0) == -2 * 3 * N.alpha_1


def test_the_definitions_hold_the_equations_that_are_factored() -> None:
    assert N.DEFINITIONS[N.eta_2] == MinRoot(N.equation_102, N.eta_0)
    assert factored(N.equation_101, N.eta_0).order == 0


def test_expm1_replaces_only_what_equals_it() -> None:
    x = sp.Symbol("x")
    assert with_expm1(1 - sp.exp(x)).subs(x, 0) == 0
    assert with_expm1(1 - sp.exp(x)) != 1 - sp.exp(x)
    assert with_expm1(2 - sp.exp(x)) == 2 - sp.exp(x)
    assert with_expm1(1 + sp.exp(x)) == 1 + sp.exp(x)


def test_growth_is_shown_only_by_trees_that_grow() -> None:
    x, a = sp.Symbol("x", positive=True), sp.Symbol("a", positive=True)

    def positive(e: sp.Expr) -> bool:
        return bool(e.is_positive)

    for tree in (x, a * x - 1, sp.exp(x) * x**a, x * (1 + a * sp.sqrt(x)) - 7):
        assert is_increasing(tree, x, positive), tree
    for tree in (-x, 1 / x, x - x**2, sp.exp(-x), sp.sin(x), a, x * (x - 1), (x - 1) ** 2):
        assert not is_increasing(tree, x, positive), tree


def test_a_tree_of_unknown_order_is_refused() -> None:
    x = sp.Symbol("x", positive=True)
    with pytest.raises(ValueError, match="order"):
        factored(sp.exp(x) - sp.exp(x) * (1 + x), x)
