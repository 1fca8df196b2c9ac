"""The whole catalog: unique ids, everything prints, pickles and has a digest; repairs name what they repair."""

from __future__ import annotations

import pickle
from collections import Counter

import pytest

from theorems import CATALOG, MODULES, find
from theorems.notation import DEFINITIONS
from theorems.shapes import first_mismatch
from theorems.statement import AllOf, Form, Kind, Relation, Statement
from theorems.tree import digest

IDS = [s.id for s in CATALOG]
LABELS = {s.label for s in CATALOG}
ILL_SHAPED = {
    place
    for s in CATALOG
    if s.kind is Kind.SHAPE and first_mismatch(s)
    for source in s.source
    for place in source.places
}


def test_ids_are_unique() -> None:
    assert [i for i, count in Counter(IDS).items() if count > 1] == []


def test_the_catalog_follows_the_modules() -> None:
    assert len(set(MODULES)) == len(MODULES)
    assert len(CATALOG) > 500


@pytest.mark.parametrize("statement", CATALOG, ids=IDS)
def test_a_statement_prints_pickles_and_has_a_digest(statement: Statement) -> None:
    assert str(statement).startswith(statement.id)
    assert statement.source and all(source.places for source in statement.source)
    assert bool(statement.out_of_scope) == (statement.then is None)
    assert statement.then is None or statement.latex()
    again = pickle.loads(pickle.dumps(statement))
    assert again.id == statement.id
    assert len(digest(statement)) == 64
    assert digest(again) == digest(statement)


@pytest.mark.parametrize("statement", [s for s in CATALOG if isinstance(s.then, Relation | AllOf)], ids=lambda s: s.id)
def test_a_relation_is_well_shaped(statement: Statement) -> None:
    # An ill-shaped formula of the paper is a claim of kind SHAPE of its own; the same place may be read at n = m.
    places = {place for source in statement.source for place in source.places}
    assert first_mismatch(statement) is None or places & ILL_SHAPED


def test_definitions_end_in_leaves() -> None:
    # unfold() follows definitions until none is left; a circle would never end.
    pending = {s: set(e.free_symbols) & set(DEFINITIONS) for s, e in DEFINITIONS.items()}
    while pending:
        done = {s for s, needs in pending.items() if not needs}
        assert done, f"circular: {sorted(map(str, pending))}"
        pending = {s: needs - done for s, needs in pending.items() if s not in done}


def test_repairs_name_a_label_of_the_catalog() -> None:
    assert [s.id for s in CATALOG if s.form is Form.REPAIRED and s.repairs not in LABELS] == []
    assert [s.id for s in CATALOG if s.form is Form.PRINTED and s.repairs is not None] == []


def test_what_a_line_cites_is_in_the_catalog() -> None:
    assert {(s.id, c) for s in CATALOG for c in s.cites if c not in LABELS and c not in IDS} == set()


def test_every_ill_shaped_formula_has_a_well_shaped_repair() -> None:
    shapes = [s for s in CATALOG if s.kind is Kind.SHAPE and s.form is Form.PRINTED and first_mismatch(s) is not None]
    repaired = {s.repairs for s in CATALOG if s.kind is Kind.SHAPE and s.form is Form.REPAIRED}
    assert shapes
    assert {s.label for s in shapes} <= repaired
    assert [s.id for s in CATALOG if s.kind is Kind.SHAPE and s.form is Form.REPAIRED and first_mismatch(s)] == []


def test_find_takes_ids_and_labels_and_names_near_ones() -> None:
    for statement in CATALOG:
        assert find(statement.id) is statement
        assert find(statement.label).label == statement.label
    with pytest.raises(KeyError, match=r"j36\.norm-of-sum"):
        find("j36.norm-of-sums")
    with pytest.raises(KeyError, match="no label is near"):
        find("zzzz")
