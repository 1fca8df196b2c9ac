"""Replaying a certificate: what is shown is what the checker derived."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

import verify
from verify import check, cli
from verify.replay import lines, replay

HERE = Path(__file__).parent
SCHEMAS = Path(verify.__file__).parent / "schemas"
SCHEMA = json.loads((SCHEMAS / "replay.json").read_text())
ACCEPTED = sorted((HERE / "accepted").glob("*.json"))


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda p: p.stem)
def test_every_witness_replays(path: Path) -> None:
    certificate = json.loads(path.read_text())
    body = replay(certificate)
    jsonschema.validate(body, SCHEMA)
    assert body["claim"]["truth"] is False
    assert all(row["truth"] is True for row in body["hypotheses"])
    text = "\n".join(lines(body))
    for word in (certificate["label"], "the numbers", "the claim", "is false", *certificate["bindings"]):
        assert word in text


def test_a_run_is_shown_step_by_step() -> None:
    certificate = json.loads((HERE / "accepted" / "fast-run.json").read_text())
    body = replay(certificate)
    assert [step["t"] for step in body["run"]] == list(range(8))
    assert body["run"][0]["W1"] == "[[1, 1/2], [0, 1]]"
    assert body["definitions"][-1]["symbol"] in {"L", "L_0"}
    names = [row["symbol"] for row in body["definitions"]]
    assert names.index("W") < names.index("L")
    assert {row["step"] for row in body["hypotheses"]} == set(range(8))
    assert "at every step 0 .. 7" in "\n".join(lines(body))


def test_decimals_are_rounded_outward() -> None:
    for q in (
        Fraction(1, 3),
        Fraction(-2, 7),
        Fraction(10**30, 7),
        Fraction(-1, 7 * 10**30),
        Fraction(5, 2),
        Fraction(1),
    ):
        low, high = (Fraction(check.decimal(q, up)) for up in (False, True))
        assert low <= q <= high
        assert high - low <= abs(q) / 10**10


def test_the_difference_of_the_sides_is_shown() -> None:
    body = replay(json.loads((HERE / "accepted" / "squared-norms.json").read_text()))
    low, high = (Fraction(x) for x in re.findall(r"[-0-9.e+]+", body["difference"]))
    assert 0 < low < high


def test_the_commands(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, bad = str(HERE / "accepted" / "fast-step.json"), str(HERE / "rejected" / "edited-rational.json")
    assert cli.main(["check", good]) == 0
    assert "holds: u10.fast-step is refuted" in capsys.readouterr().out
    assert cli.main(["check", good, bad, "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    jsonschema.validate(body, json.loads((SCHEMAS / "check.json").read_text()))
    assert [c["result"] for c in body["certificates"]] == ["holds", "rejected"]
    assert cli.main(["check", good, str(tmp_path / "none.json")]) == 2
    assert cli.main(["replay", good]) == 0
    assert "L_next <= (-12 eta mu_t + 1) L is false" in capsys.readouterr().out
    assert cli.main(["replay", good, "--json"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)
    assert cli.main(["replay", bad]) == 1
    assert "rejected" in capsys.readouterr().err
    assert cli.main(["replay", str(tmp_path / "none.json")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
