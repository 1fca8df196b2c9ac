"""localpl show."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import verify
from theorems import CATALOG
from verify import cli
from verify.commands import show

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "show.json").read_text())


def test_every_statement_shows_and_keeps_the_schema():
    jsonschema.validate([show.record(s) for s in CATALOG], SCHEMA)
    for statement in CATALOG:
        text = "\n".join(show.lines(show.record(statement)))
        assert statement.id in text
        if statement.then is not None:
            assert str(statement.then) in text


def test_the_command_prints_json_and_text(capsys):
    label = CATALOG[0].label
    assert cli.main(["show", label, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["label"] == label
    assert cli.main(["show", label]) == 0
    assert label in capsys.readouterr().out


def test_an_unknown_label_names_the_nearest(capsys):
    label = CATALOG[0].label
    assert cli.main(["show", label + "x"]) == 2
    err = capsys.readouterr().err
    assert label in err and len(err.splitlines()) == 1


def test_symbols_are_the_ones_the_statement_uses():
    from theorems.notation import K_t, L, L_next, eta, grad_norm
    from theorems.statement import Kind, Statement, journal, le

    statement = Statement(
        "x.descent", (journal("9"),), Kind.STEP, le(L_next, L - (eta - K_t * eta**2 / 2) * grad_norm**2)
    )
    names = [row["name"] for row in show.symbols(statement)]
    assert {"L_next", "K_t", "W1", "W2", "K", "eta"} <= set(names)
    assert "alpha_1" not in names


def test_a_label_shows_every_reading_and_form_also_where_it_is_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "j17.linear", "--json"]) == 0
    shown = {body["id"] for body in json.loads(capsys.readouterr().out)}
    assert {"j17.linear", "j17.linear@sigma-min-padded", "j17.linear/repaired"} <= shown
    assert cli.main(["show", "j17.linear/repaired", "--json"]) == 0
    assert [body["id"] for body in json.loads(capsys.readouterr().out)] == ["j17.linear/repaired"]
