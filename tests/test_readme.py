"""The README against a quick run of the whole catalog: its errata, their certificates, and that no repair falls.

One run serves all tests here. Witnesses may differ between processors (float64 proposes them), so the table is
compared without that column; every certificate is checked whatever it holds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from verify import paper, render, repairs
from verify import verdict as V
from verify.paper import Decision

ROOT = Path(__file__).parents[1]
START, END = "<!-- errata: localpl paper --quick --markdown -->", "<!-- end of errata -->"

pytestmark = pytest.mark.xdist_group("catalog")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("catalog")


@pytest.fixture(scope="module")
def decisions(folder: Path) -> list[Decision]:
    return paper.decide_catalog(budget="quick", jobs=min(2, os.cpu_count() or 1), out=folder)


def rows(table: str) -> list[tuple[str, ...]]:
    """Cells of a Markdown table without the witness column."""
    found = []
    for line in table.strip().splitlines():
        cells = [c.strip() for c in line.replace("\\|", "").strip("|").split("|")]
        found.append((*cells[:3], *cells[4:]))
    return found


def test_the_errata_of_the_readme_are_those_of_a_quick_run(decisions: list[Decision]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    printed = text.partition(START)[2].partition(END)[0]
    assert rows(printed) == rows(render.markdown(decisions))


def test_the_counts_of_the_readme_are_those_of_a_quick_run(decisions: list[Decision]) -> None:
    line = ", ".join(f"{number} {name}" for name, number in render.counts(decisions).items())
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Of the {len(decisions)} statements" in text
    assert line in text


# What the sentences at the top of the README say of a statement.
SAID = {
    "j9.descent": "proved",
    "j9.pl@sigma-min-padded": "proved",
    "j9.descent/sharp": "proved",
    "j118.alpha-1@lambda-padded": "refuted",
    "j118.alpha-1@lambda-existing": "refuted",
    "j118.alpha-1@sigma-min-smallest": "refuted",
    "j17.linear": "refuted",
    "j104.linear@exp-sqrt": "refuted",
    "j104.linear@exp-eta-c": "refuted",
    "j17.linear@sigma-min-padded": "proved",
    "j17.linear/repaired": "proved",
    "j104.linear@sigma-min-padded": "survived",
    "j104.linear@exp-eta-c/repaired": "proved",
    "j104.initial-rate@exp-sqrt": "refuted",
    "j104.initial-rate@exp-eta-c": "refuted",
}


def test_the_sentences_of_the_readme_are_what_the_run_found(decisions: list[Decision]) -> None:
    found = {d.statement.id: d.verdict.name for d in decisions}
    assert {label: found.get(label) for label in SAID} == SAID


def test_no_repaired_or_sharp_form_is_refuted(decisions: list[Decision]) -> None:
    assert [d.statement.id for d in paper.failures(decisions)] == []


def test_the_program_fails_on_no_claim(decisions: list[Decision]) -> None:
    undecided = {d.statement.id: d.verdict.why for d in decisions if isinstance(d.verdict, V.Undecided)}
    assert [i for i, why in undecided.items() if "the program failed" in why] == []


def test_every_refuted_claim_has_something_beside_it(decisions: list[Decision]) -> None:
    bare = [d.statement.id for d in render.errata(decisions) if not render.repairs_of(d, decisions)]
    assert bare == []


@pytest.fixture(scope="module")
def strengths(decisions: list[Decision]) -> list[repairs.Strength]:
    return repairs.strengths(decisions, jobs=min(2, os.cpu_count() or 1))


def test_every_repair_says_something(strengths: list[repairs.Strength]) -> None:
    assert [s.statement.id for s in strengths if s.instance == ""] == []


def test_the_table_of_repairs_is_that_of_a_quick_run(strengths: list[repairs.Strength]) -> None:
    def plain(table: str) -> list[tuple[str, ...]]:
        cells = [[c.strip() for c in line.replace("\\|", "").strip("|").split("|")] for line in table.splitlines()]
        return [(c[0], c[1], c[3].partition(":")[0], c[4]) for c in cells]

    text = (ROOT / "docs" / "repairs.md").read_text(encoding="utf-8")
    assert plain(text[text.index("| repair |") :]) == plain(repairs.markdown(strengths))


def test_every_certificate_passes_the_checker_in_a_bare_python(decisions: list[Decision], folder: Path) -> None:
    refuted = [d for d in decisions if isinstance(d.verdict, V.Refuted)]
    files = [str(folder / paper.certificate_place(d.statement)) for d in refuted]
    assert len(files) > 80
    found = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "verify" / "check.py"), *files], capture_output=True, text=True
    )
    assert found.returncode == 0, [line for line in found.stdout.splitlines() if ": holds: " not in line]


def test_the_paper_has_no_equation_without_an_answer() -> None:
    from theorems import manifest

    assert not manifest.holes()
