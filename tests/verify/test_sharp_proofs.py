"""The sharp theorems are proved as the catalog states them, and their proofs use what they are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from theorems import find
from theorems.notation import L, L_next
from theorems.proofs import PROOFS
from theorems.sharp import STATEMENTS, rate_quadratic
from theorems.statement import AllOf, Assumption, Relation, le
from verify.kernel import AXIOMS, Refusal, check

THEOREMS = tuple(statement.id for statement in STATEMENTS)


def with_statement(label: str, **changes: object) -> None:
    """Check the proof of `label` with its statement changed."""
    proof = PROOFS[label]
    changed = replace(proof, statement=replace(proof.statement, **changes))  # type: ignore[arg-type]
    check(changed, {**PROOFS, label: changed})


@pytest.mark.parametrize("label", THEOREMS)
def test_each_sharp_statement_is_proved_as_it_stands_in_the_catalog(label: str) -> None:
    assert PROOFS[label].statement == find(label)
    assert check(PROOFS[label]).proof == label


USED = [
    (label, given)
    for label in ("jE1.quadratic-rate/sharp", "jE1.general-rate/sharp")
    for given in find(label).given
    if not (isinstance(given, Relation) and str(given) in ("K > 0", "mu > 0", "eta_0 > 0", "delta >= 0"))
]


@pytest.mark.parametrize(("label", "given"), USED, ids=[f"{label.split('.')[1]}: {given}" for label, given in USED])
def test_no_hypothesis_can_be_dropped(label: str, given: Relation | Assumption) -> None:
    rest = tuple(g for g in find(label).given if g != given)
    with pytest.raises(Refusal):
        with_statement(label, given=rest)


def test_a_faster_rate_is_refused() -> None:
    label = "jE1.quadratic-rate/sharp"
    claims = find(label).then
    assert isinstance(claims, AllOf)
    faster = AllOf(le(L_next, rate_quadratic * L / 2), *claims.claims[1:])
    with pytest.raises(Refusal, match="no line"):
        with_statement(label, then=faster)


def test_the_contraction_needs_a_quadratic_loss() -> None:
    given = tuple(g for g in find("j10.rate/sharp").given if g != Assumption("quadratic"))
    with pytest.raises(Refusal, match="quadratic"):
        with_statement("j10.rate/sharp", given=given)


def test_the_axiom_of_quadratic_functions_is_used_with_its_hypothesis_only() -> None:
    assert all(form.premises == (Assumption("quadratic"),) for form in AXIOMS["quadratic"].forms)
    users = {label for label, proof in PROOFS.items() if any(x.rule.startswith("quadratic.") for x in proof.lines)}
    assert users
    assert all(Assumption("quadratic") in PROOFS[label].statement.given for label in users)
