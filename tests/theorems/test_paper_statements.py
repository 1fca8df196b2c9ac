"""Sections 2, 3 and Appendix E: every statement builds, prints, pickles, unfolds to leaves and cites what exists."""

from __future__ import annotations

import doctest
import pickle
from collections import Counter
from types import ModuleType

import pytest
import sympy as sp

from theorems import (
    assumptions,
    convergence,
    formulas,
    imbalance,
    induction,
    local_rate,
    preliminaries,
    schedule,
    sketch,
    step_size,
    table2,
)
from theorems import notation as N
from theorems.norms import HistorySum, MinRoot, Sigma
from theorems.readings import EXTRACTED_ROOT, SQRT_EXPONENT
from theorems.shapes import first_mismatch
from theorems.statement import AllOf, Form, Kind, Relation, Statement, Version
from theorems.tree import _closure, digest, from_tree, to_tree

MODULES = (
    assumptions,
    preliminaries,
    local_rate,
    table2,
    step_size,
    schedule,
    convergence,
    induction,
    imbalance,
    sketch,
)
ALL: tuple[Statement, ...] = tuple(s for module in MODULES for s in module.STATEMENTS)
CLAIMS = tuple(s for s in ALL if s.then is not None)
BY_ID = {s.id: s for s in ALL}
LEAVES = {
    *("W1", "W2", "W1_0", "W2_0", "W_star", "U", "U_0", "V", "Z1", "Z2", "X", "z"),
    *("K", "mu", "c", "d", "eta", "eta_0", "eta_other", "rho_uniform", "t", "n", "m", "h", "N"),
}


def relations(statement: Statement) -> list[Relation]:
    claims = [statement.then, *statement.given]
    flat = [c for claim in claims for c in (claim.claims if isinstance(claim, AllOf) else (claim,))]
    return [c for c in flat if isinstance(c, Relation)]


def test_identifiers_are_unique() -> None:
    assert [k for k, count in Counter(s.id for s in ALL).items() if count > 1] == []


def module_name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


@pytest.mark.parametrize("module", MODULES, ids=module_name)
def test_statements_print_pickle_and_name_their_source(module: ModuleType) -> None:
    for statement in module.STATEMENTS:
        prints_pickles_and_names_its_source(statement)


def prints_pickles_and_names_its_source(statement: Statement) -> None:
    assert statement.source and all(place for source in statement.source for place in source.places)
    assert statement.label.startswith("s" if statement.version is Version.SUBMISSION else "j")
    assert (statement.then is None) == bool(statement.out_of_scope)
    copy = pickle.loads(pickle.dumps(statement))
    assert copy == statement
    assert str(copy) == str(statement)
    assert statement.then is None or statement.latex()


def test_repairs_stand_beside_printed_statements() -> None:
    printed = {s.label for s in ALL if s.form is Form.PRINTED}
    for s in ALL:
        assert (s.form is Form.PRINTED) == (s.repairs is None), s.id
        assert s.repairs is None or s.repairs in printed, s.id
        assert s.repairs is None or s != BY_ID.get(s.repairs), s.id


@pytest.mark.parametrize("module", MODULES, ids=module_name)
def test_claims_rest_on_leaves_and_survive_the_canonical_tree(module: ModuleType) -> None:
    for statement in module.STATEMENTS:
        if statement.then is None:
            continue
        symbols, defined = _closure(statement)
        names = {str(x) for x in symbols - set(defined)}
        assert names <= LEAVES, (statement.id, names - LEAVES)
        tree = to_tree(statement.then)
        assert to_tree(from_tree(tree)) == tree, statement.id
        assert digest(statement) == digest(pickle.loads(pickle.dumps(statement))), statement.id


def test_printed_shape_slips_are_the_only_ones() -> None:
    slips = {s.id for s in CLAIMS if first_mismatch(s) is not None}
    assert slips == {"jT2.beta.shape", "j131.shape", "j131.expanded", "j132.expanded", "j132.triangle", "j132.spectral"}


def test_definitions_follow_version_reading_and_form() -> None:
    printed = table2.definitions()
    assert printed == {}
    assert table2.definitions(Version.SUBMISSION)[N.beta_2] == table2.BETA_2_SUBMISSION
    repaired = table2.definitions(form=Form.REPAIRED)
    assert repaired[N.alpha_1].has(N.beta_n, N.beta_m)
    assert repaired[N.K_bar].xreplace({N.c: sp.Rational(1, 2)}) == N.DEFINITIONS[N.K_bar]
    for symbol in (N.eta_1, N.eta_2):
        assert isinstance(repaired[symbol], MinRoot)
        assert not repaired[symbol].has(sp.exp(sp.sqrt(N.eta_0)))
    assert table2.definitions(reading=SQRT_EXPONENT) == {}
    rooted = table2.definitions(Version.SUBMISSION, EXTRACTED_ROOT)[N.K_bar_0]
    assert isinstance(rooted, sp.Pow) and rooted.exp == sp.Rational(1, 2)


def test_repaired_alpha_is_the_printed_one_for_square_products() -> None:
    square = {Sigma(N.W_star, N.n): Sigma(N.W_star, 1), Sigma(N.W_star, N.m): Sigma(N.W_star, 1)}
    repaired = N.unfold(table2.ALPHA_1_REPAIRED, only=(N.beta_n, N.beta_m)).xreplace(square)
    printed = N.unfold(N.alpha_1, only=(N.alpha_1, N.Delta_plus, N.Delta_minus, N.Delta_under))
    margin = N.unfold(N.beta_n, only=(N.beta_n,)).xreplace(square)
    assert sp.expand(repaired - printed.xreplace({N.beta_1: margin})) == 0


def test_step_size_equations_take_a_form() -> None:
    first, second = step_size.equations(form=Form.REPAIRED)
    assert first.has(sp.exp(N.eta_0**N.c)) and second.has(N.alpha_1)
    assert step_size.equations() == (N.equation_101, N.equation_102)


def test_kinds_carry_the_claims_that_decide_them() -> None:
    symbolic = {Kind.SHAPE, Kind.LIMIT, Kind.MONOTONICITY, Kind.EXISTENCE, Kind.PROBABILITY}
    for s in CLAIMS:
        assert (s.kind in symbolic) == (not isinstance(s.then, Relation | AllOf)), s.id
    assert all(s.kind is Kind.TRAJECTORY for s in CLAIMS if str(s.then).startswith("sum_") or _has_sum(s))


def _has_sum(statement: Statement) -> bool:
    return any(side.has(HistorySum) for claim in relations(statement) for side in (claim.lhs, claim.rhs))


def test_formulas_behave_like_ordinary_sympy() -> None:
    assert doctest.testmod(formulas).failed == 0
    assert sp.Poly(formulas.rho.subs(N.L, 0), N.eta).degree() == 2
    assert formulas.K_bar.subs(N.t, 0).equals(N.unfold(N.K_bar_0, only=(N.K_bar_0,)))
    assert formulas.eq_101 == sp.expand(N.eta_0 * 0) + N.equation_101
    assert formulas.gram_spectrum([N.K, 0], [1]) == [N.K**2 + 1, 1]
