"""A run of the catalog: same bytes for any number of workers, resumable, valid against its schema."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from theorems import CATALOG, find
from theorems.norms import Fro
from theorems.statement import Form, Kind, Statement, journal, le
from verify import paper
from verify import verdict as V
from verify.commands.decide import command as decide_command
from verify.commands.paper import command as paper_command
from verify.decide import decide

ROOT = Path(__file__).parents[2]
SOME = ("j35.product-sum", "j33.cauchy-schwarz", "j14.optimal-local-rate", "j59.smoothness-example")


def run(args: list[str]) -> tuple[int, str]:
    result = CliRunner().invoke(paper_command, args, standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value, result.output


def chosen() -> list[Statement]:
    return paper.select(s for s in SOME if any(s in (c.label, c.id) for c in CATALOG))


def test_json_fits_the_schema_and_does_not_depend_on_the_workers(tmp_path: Path) -> None:
    only = ",".join(dict.fromkeys(s.label for s in chosen()))
    outputs = []
    for jobs in ("1", "2"):
        code, text = run(["--quick", "--json", "--only", only, "--jobs", jobs, "--out", str(tmp_path / jobs)])
        assert code == 0
        outputs.append(text)
    assert outputs[0] == outputs[1]
    schema = json.loads((ROOT / "verify" / "schemas" / "paper.json").read_text())
    jsonschema.validate(json.loads(outputs[0]), schema)
    names = sorted(p.relative_to(tmp_path / "1") for p in (tmp_path / "1").rglob("*.json"))
    assert names == sorted(p.relative_to(tmp_path / "2") for p in (tmp_path / "2").rglob("*.json"))
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_finished_claims_are_not_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = paper.decide_catalog(chosen(), budget="quick", out=tmp_path)

    searched = []

    def counted(statement: Statement, *rest: Any) -> V.Verdict:
        searched.append(statement.id)
        return decide(statement, *rest)

    monkeypatch.setattr(paper, "decide", counted)
    assert paper.decide_catalog(chosen(), budget="quick", out=tmp_path) == first
    assert searched == []
    # An interrupted write is no result.
    broken = next((tmp_path / "verdicts").glob("*.json"))
    broken.write_text(broken.read_text()[:20])
    assert paper.decide_catalog(chosen(), budget="quick", out=tmp_path) == first
    assert len(searched) == 1


def test_a_fault_on_one_claim_costs_no_other_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = "j33.cauchy-schwarz"

    def faulty(statement: Statement, *rest: Any) -> V.Verdict:
        if statement.id == bad:
            raise ValueError("no convergence")
        return decide(statement, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(paper, "decide", faulty)
        found = {d.statement.id: d.verdict for d in paper.decide_catalog(chosen(), budget="quick", out=tmp_path)}
    why = found.pop(bad)
    assert isinstance(why, V.Undecided)
    assert why.why.endswith("ValueError: no convergence")
    assert found
    assert not any(isinstance(v, V.Undecided) for v in found.values())
    again = {d.statement.id: d.verdict for d in paper.decide_catalog(chosen(), budget="quick", out=tmp_path)}
    assert not isinstance(again.pop(bad), V.Undecided)
    assert again == found


def test_verdicts_survive_being_written() -> None:
    for found in (
        V.Proved("x"),
        V.Survived(10, 0, 0.25, "n=1", V.Tightness(0.5, "n=1", False)),
        V.Estimated(0.5, 0.25, 0.75, 10, 0, True),
        V.Undecided("why"),
        V.Vacuous("why"),
    ):
        assert paper.verdict_from_json(json.loads(json.dumps(paper.verdict_to_json(found)))) == found


def test_what_rests_on_a_refuted_claim_is_named() -> None:
    def made(
        label: str, cites: tuple[str, ...] = (), form: Form = Form.PRINTED, repairs: str | None = None
    ) -> Statement:
        return Statement(label, (journal("x"),), Kind.INEQUALITY, None, cites=cites, form=form, repairs=repairs)

    broken = paper.Decision(made("a"), V.Refuted({}))
    mended = paper.Decision(made("a", form=Form.REPAIRED, repairs="a"), V.Undecided("-"))
    direct = paper.Decision(made("b", ("a",)), V.Undecided("-"))
    through = paper.Decision(made("c", ("b",)), V.Undecided("-"))
    apart = paper.Decision(made("d"), V.Undecided("-"))
    found = paper.consequences([broken, mended, direct, through, apart])
    assert [(c.statement.label, c.rests_on, c.stands_with_repair) for c in found] == [
        ("b", ("a",), True),
        ("c", ("a",), True),
    ]
    assert not paper.consequences([broken, direct])[0].stands_with_repair


def test_exit_code_1_only_for_a_refuted_repair(tmp_path: Path) -> None:
    wrong = Statement(
        "x.wrong", (journal("x"),), Kind.INEQUALITY, le(Fro(find("j33.cauchy-schwarz").then.lhs.args[0]), 0),  # type: ignore[union-attr]
        form=Form.REPAIRED, repairs="x",
    )  # fmt: skip
    assert paper.failures([paper.Decision(wrong, decide(wrong, budget="quick"))])
    printed = find("j35.product-sum")
    assert not paper.failures([paper.Decision(printed, decide(printed, budget="quick"))])


def test_unknown_labels_are_bad_input() -> None:
    from properties.errors import InputError

    with pytest.raises(InputError, match="nearest"):
        run(["--only", "j35.product-sun"])


def test_the_tutorial(tmp_path: Path) -> None:
    lemma = ROOT / "docs" / "examples" / "my_lemma.py"
    result = CliRunner().invoke(decide_command, [str(lemma), "--quick", "--out", str(tmp_path)], standalone_mode=False)
    assert result.exception is None, result.exception
    assert result.return_value == 1
    assert "mine.reversed: refuted" in result.output
    assert "mine.polarized: survived" in result.output
    assert "mine.spectral: survived" in result.output
    (certificate,) = (tmp_path / "certificates").glob("mine.reversed-*.json")
    checked = subprocess.run(
        [sys.executable, "-I", str(ROOT / "verify" / "check.py"), str(certificate)], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    text = (ROOT / "docs" / "your-own-lemma.md").read_text()
    code = lemma.read_text().partition('"""\n\n')[2]
    assert code in text
