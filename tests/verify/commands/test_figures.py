"""`localpl figures`: files, JSON, the table, errors, and what happens without matplotlib."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest

import verify
from verify.cli import main

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "figures.json").read_text())
SMALL = ["--repeats", "2", "--set", "size=3", "--set", "widths=12,30", "--set", "levels=0.3", "--set", "steps=20"]
SMALL += ["--set", "points=9", "--set", "powers=0.3,0.4", "--no-choices", "--jobs", "1"]


def test_all_figures_write_data_drawings_and_verdicts(tmp_path, capsys):
    assert main(["figures", *SMALL, "--out", str(tmp_path), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(SCHEMA).validate(body)
    assert body == json.loads((tmp_path / "figures.json").read_text())
    assert [f["figure"] for f in body["figures"]] == [1, 2, 3, 4, 5]
    for k in range(1, 6):
        assert (tmp_path / f"figure-{k}.svg").read_text().startswith("<?xml")
        assert (tmp_path / f"figure-{k}.pdf").read_bytes().startswith(b"%PDF")
    timings = json.loads((tmp_path / "timings.json").read_text())
    assert [s["id"] for s in timings["statements"]] == body["timing_statements"]
    assert "seconds" not in json.dumps(body["figures"])


def test_one_figure_twice_gives_the_same_bytes(tmp_path, capsys):
    for name in ("a", "b"):
        assert main(["figures", "5", *SMALL, "--out", str(tmp_path / name)]) == 0
    for path in sorted((tmp_path / "a").iterdir()):
        if path.name != "timings.json":
            assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    out = capsys.readouterr().out
    assert "jG2.almost-matches" in out and "figure-5.svg" in out


def test_without_matplotlib_the_command_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["figures", "5", *SMALL, "--out", str(tmp_path)]) == 3
    assert "localpl[plot]" in capsys.readouterr().err
    assert main(["figures", "5", *SMALL, "--out", str(tmp_path), "--no-draw"]) == 0


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["6"], "from 1 to 5"),
        (["--set", "noise"], "OPTION=VALUE"),
        (["--set", "noize=deviation"], "did you mean noise"),
        (["--repeats", "x"], "repeats"),
        (["--out", "/dev/null/here"], "is a file; name a folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(capsys, args, hint, tmp_path):
    out = [] if "--out" in args else ["--out", str(tmp_path)]
    assert main(["figures", *args, *out]) == 2
    err = capsys.readouterr().err
    assert hint in err and len(err.strip().splitlines()) == 1
