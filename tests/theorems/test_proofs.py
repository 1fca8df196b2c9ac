"""The proofs are of the catalog's statements and cite only one another, without circles."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from theorems import CATALOG
from theorems.proofs import PROOFS
from theorems.statement import Form

BY_ID = {statement.id: statement for statement in CATALOG}
MUST = (
    "j33.cauchy-schwarz",
    "j34.product",
    "j35.product-sum/repaired",
    "j36.norm-of-sum-upper/repaired",
    "j37.left-factor/repaired",
    "j38.right-factor/repaired",
    "j39.smallest-singular-value/repaired",
    "j39.largest-singular-value",
    "j5.descent",
    "j5.pl",
    "j6.rate",
    "j6.linear",
    "j61.product-update",
    "j63.descent-of-prior-work",
    "j79.product-of-gradients",
    "j80.product-of-gradients",
    "j82.first-order@shapes-mended",
    "j84.gradient-change",
    "j75.curvature-bound",
    "j92.curvature-bound",
    "jD2.absolute-bound",
    "j9.descent",
    "j9.descent/sharp",
    "j9.pl@sigma-min-padded",
    "j10.rate@sigma-min-padded",
    "j118.alpha-1@lambda-padded/repaired",
    "j118.alpha-2",
    "j119.lower/repaired",
    "j119.lower/sharp",
    "j120.upper",
    "j116.imbalance-step",
    "j104.initial-rate@exp-eta-c/sharp",
    "j104.linear@exp-eta-c/sharp",
    "j6.rate/sharp",
    "j53.quadratic-growth",
    "j109.mu-bar",
    "j23.beta-1",
    "j24.K",
    "j138.ratio/repaired",
    "s17.linear@written-growth/repaired",
    "j17.linear@sigma-min-padded",
)


@pytest.mark.parametrize("label", MUST)
def test_the_paper_s_lemmas_have_proofs(label: str) -> None:
    assert label in PROOFS


@pytest.mark.parametrize("label", [label for label in PROOFS if not label.startswith("aux.")])
def test_a_proof_is_of_the_catalog_s_statement(label: str) -> None:
    statement = PROOFS[label].statement
    if label in BY_ID:
        assert statement == BY_ID[label]
    else:
        assert statement.form is Form.SHARP, "only a sharp form may live beside its proof"
        assert statement.repairs in {s.label for s in CATALOG}


def test_auxiliary_statements_are_not_the_paper_s() -> None:
    assert not {label for label in PROOFS if label.startswith("aux.")} & set(BY_ID)


def test_citations_are_acyclic_and_all_proved() -> None:
    cites = {label: {name for entry in proof.lines for name in entry.labels} for label, proof in PROOFS.items()}
    assert set().union(*cites.values()) <= set(PROOFS)
    settled: set[str] = set()
    while len(settled) < len(cites):
        ready = {label for label, needs in cites.items() if label not in settled and needs <= settled}
        assert ready, f"circular: {sorted(set(cites) - settled)}"
        settled |= ready


def test_labels_are_ids() -> None:
    for label, proof in PROOFS.items():
        assert label == proof.statement.id
        assert replace(proof, idea="").label == label


def test_the_note_on_what_is_unproved_names_nothing_proved() -> None:
    note = (Path(__file__).parents[2] / "docs" / "unproved.md").read_text(encoding="utf-8")
    headings = [text for text in note.splitlines() if text.startswith("## ")]
    named = {label for text in headings for label in re.findall(r"`([^`]+)`", text) if "*" not in label}
    assert named
    assert not {label for label in named if label in PROOFS}
    assert named <= set(BY_ID) | {s.label for s in CATALOG}
