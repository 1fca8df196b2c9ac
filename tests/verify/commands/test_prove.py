"""localpl prove."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import jsonschema
import pytest

import verify
from properties.errors import InputError
from theorems import CATALOG
from theorems.proofs import PROOFS
from theorems.statement import Form
from verify import cli
from verify.commands import prove

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "prove.json").read_text())
SHOWN = ("j34.product", "j9.descent", "j104.linear@exp-eta-c/repaired", "aux.lower-half", "j101.unique-root@exp-sqrt")


@pytest.mark.parametrize("label", SHOWN)
def test_a_page_names_every_line_with_its_reason(label: str) -> None:
    jsonschema.validate([prove.record(PROOFS[label])], SCHEMA)
    text = "\n".join(prove.page(PROOFS[label]))
    for entry in PROOFS[label].lines:
        assert f"({entry.name})  {entry.claim}" in text
        assert entry.rule in text
    assert f"Checked by the kernel: {len(PROOFS[label].lines)} lines." in text


@pytest.mark.parametrize("label", SHOWN)
def test_a_latex_page_balances(label: str) -> None:
    text = "\n".join(prove.latex_page(PROOFS[label]))
    assert text.count("{") == text.count("}")
    assert text.count(r"\item[") == len(PROOFS[label].lines)


def test_the_command_prints_text_latex_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prove", "j34.product"]) == 0
    assert "singular-values.frobenius" in capsys.readouterr().out
    assert cli.main(["prove", "j34.product", "--latex"]) == 0
    assert r"\begin{theorem}" in capsys.readouterr().out
    assert cli.main(["prove", "j34.product", "--json"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)


def test_without_a_label_every_proof_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prove"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{len(PROOFS)} proofs checked"


def test_an_unknown_label_is_one_line_and_names_a_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prove", "j34.produkt"]) == 2
    error = capsys.readouterr().err
    assert "j34.product" in error
    assert error.count("\n") == 1


def test_the_proof_of_a_repair_says_so_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prove", "j36.norm-of-sum"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("No proof of j36.norm-of-sum as printed; what follows proves j36.norm-of-sum/repaired")
    assert cli.main(["prove", "j36.norm-of-sum", "--latex"]) == 0
    assert capsys.readouterr().out.startswith("% No proof of j36.norm-of-sum as printed")
    assert cli.main(["prove", "j36.norm-of-sum", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    jsonschema.validate(body, SCHEMA)
    assert all(b["notice"] == first and b["form"] == "repaired" and b["repairs"] == "j36.norm-of-sum" for b in body)


@pytest.mark.parametrize("label", ["j34.product", "j36.norm-of-sum/repaired", "j9.pl@sigma-min-padded"])
def test_what_is_proved_as_asked_carries_no_notice(label: str) -> None:
    assert prove.notice(label, prove.chosen(label)) is None


def test_a_reading_without_proof_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    said = prove.notice("j9.pl", prove.chosen("j9.pl"))
    assert said is not None and "j9.pl@sigma-min-smallest" in said and "sigma-min-padded (printed" in said
    assert cli.main(["prove", "jT2.alpha_1@sigma-min-padded"]) == 0
    assert "its repair" in capsys.readouterr().out.splitlines()[0]


def test_no_printed_statement_is_silently_replaced() -> None:
    """Whatever printed statement is asked for: when it has no proof of its own, the notice names it."""
    proved = {p.label for p in PROOFS.values()}
    for statement in CATALOG:
        if statement.form is not Form.PRINTED or statement.id in proved:
            continue
        with contextlib.suppress(InputError):
            said = prove.notice(statement.id, prove.chosen(statement.id))
            assert said is not None and statement.id in said


def test_the_list_of_checked_proofs_keeps_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prove", "--json"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)
