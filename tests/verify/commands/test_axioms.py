"""localpl axioms."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import verify
from verify import cli
from verify.commands import axioms
from verify.kernel import AXIOMS, STRUCTURAL

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "axioms.json").read_text())


def test_every_rule_and_axiom_is_listed_with_its_source() -> None:
    body = axioms.record()
    jsonschema.validate(body, SCHEMA)
    assert [rule["name"] for rule in body["rules"]] == list(STRUCTURAL)
    text = "\n".join(axioms.lines(body, full=True))
    for axiom in AXIOMS.values():
        assert axiom.source in text


def test_every_structural_rule_and_axiom_is_used() -> None:
    body = axioms.record()
    assert all(item["used_by"] for item in (*body["rules"], *body["axioms"]))


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["axioms"]) == 0
    assert "Horn and Johnson" in capsys.readouterr().out
    assert cli.main(["axioms", "--json"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)
