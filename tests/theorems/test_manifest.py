"""The manifest leaves no hole and names only what exists."""

from __future__ import annotations

from theorems import CATALOG, manifest
from theorems.statement import Version

LABELS = {s.label for s in CATALOG}


def test_no_hole() -> None:
    assert manifest.holes() == ()


def test_every_equation_number_of_both_versions_is_listed_once() -> None:
    for version, last in ((Version.JOURNAL, 146), (Version.SUBMISSION, 36)):
        places = [i.place for i in manifest.items() if i.group == "equation" and i.version is version]
        assert places == [f"({k})" for k in range(1, last + 1)]


def test_only_labels_of_the_catalog_are_named() -> None:
    assert {label for item in manifest.items() for label in item.labels} - LABELS == set()


def test_every_statement_of_the_catalog_answers_for_something() -> None:
    assert LABELS - {label for item in manifest.items() for label in item.labels} == set()


def test_an_uncovered_item_is_a_hole() -> None:
    item = manifest.Item(Version.JOURNAL, "equation", "(147)", "", ())
    assert not item.covered


def test_coverage_as_json_and_text_agree() -> None:
    body = manifest.coverage()
    assert body["schema"] == manifest.SCHEMA
    assert len(body["items"]) == sum(c["total"] for c in body["counts"].values())
    text = manifest.coverage_text()
    assert "HOLE" not in text
    assert text.endswith("holes: none\n")
    assert "j36.norm-of-sum" in text
