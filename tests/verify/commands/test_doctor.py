"""localpl doctor."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

import verify
from verify import cli
from verify.commands import doctor

SCHEMAS = Path(verify.__file__).parent / "schemas"


def test_json_keeps_its_schema(capsys):
    assert cli.main(["doctor", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    jsonschema.validate(body, json.loads((SCHEMAS / "doctor.json").read_text()))
    assert {row["name"] for row in body["required"]} == set(doctor.REQUIRED)


def test_what_is_missing_is_said(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_version", lambda package: None if package in ("numpy", "matplotlib") else "99.0")
    assert cli.main(["doctor"]) == 3
    out = capsys.readouterr().out
    assert "numpy missing: needs" in out and "localpl[plot]" in out and "mpmath 99.0: needs >=1.3,<1.4" in out


def test_a_shadow_is_said(monkeypatch, capsys):
    monkeypatch.setattr(doctor.localpl, "shadowed", lambda: [("verify", "/elsewhere/verify")])
    assert cli.main(["doctor"]) == 3
    assert "/elsewhere/verify" in capsys.readouterr().out


def test_version_rules():
    assert doctor.satisfies("1.14.0", ">=1.14,<1.15")
    assert not doctor.satisfies("1.15.0", ">=1.14,<1.15")
    assert not doctor.satisfies("1.13.3", ">=1.14,<1.15")
    assert doctor.satisfies("10.0", ">=8")
