"""`localpl paper`: the list of labels; what it decides is tested in tests/verify/test_paper.py."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import verify
from theorems import CATALOG
from verify.cli import main

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "labels.json").read_text())


def test_the_list_names_every_statement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["paper", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [s.id for s in CATALOG]
    assert main(["paper", "--list", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    jsonschema.validate(body, SCHEMA)
    assert [row["id"] for row in body["statements"]] == [s.id for s in CATALOG]


def test_only_takes_labels_and_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    only = ["--only", "j34.product, j33.cauchy-schwarz,"]
    assert main(["paper", "--quick", *only, "--jobs", "1", "--out", out, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in body["statements"]] == ["j33.cauchy-schwarz", "j34.product"]


@pytest.mark.parametrize("damage", ["", "[]", "null", "3", '{"key": 1}', "\x00"])
def test_a_damaged_verdict_is_decided_again(damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["paper", "--quick", "--only", "j34.product", "--jobs", "1", "--out", str(tmp_path)]
    assert main(arguments) == 0
    (kept,) = (tmp_path / "verdicts").iterdir()
    good = kept.read_bytes()
    kept.write_text(damage)
    assert main(arguments) == 0
    assert kept.read_bytes() == good
    assert "1 proved" in capsys.readouterr().out
