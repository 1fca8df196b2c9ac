"""localpl prove."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import verify
from theorems.proofs import PROOFS
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
