"""`localpl gd`: schedules compared on a problem, bounds beside losses, files, errors."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import verify
from verify.cli import main

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "gd.json").read_text())
PROBLEM = """
[loss]
X = [["1", "0"], ["0", "2"], ["1", "1"]]
Y = [["10"], ["1/3"], ["2"]]
[weights]
width = 16
seed = 1
"""


@pytest.fixture
def problem(tmp_path):
    path = tmp_path / "problem.toml"
    path.write_text(PROBLEM)
    return str(path)


def _run(capsys, *args):
    code = main(["gd", *args])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_default_comparison_keeps_its_schema_and_its_bounds(problem, capsys):
    code, out, _ = _run(capsys, problem, "--json")
    body = json.loads(out)
    assert code == 0
    jsonschema.Draft202012Validator(SCHEMA).validate(body)
    assert [r["schedule"] for r in body["runs"]] == ["eq19", "eq19:h=rho-bar", "sharp", "armijo", "plain"]
    for run in body["runs"]:
        fallen = float(run["log10_loss_last"]) - float(run["log10_loss_first"])
        assert (run["iterations_to_accuracy"] is not None) == (fallen <= -6 + 1e-9), run
        if run["log10_bound_last"] is not None:
            assert float(run["log10_loss_last"]) <= float(run["log10_bound_last"]) + 1e-9, run


def test_runs_enclosed_in_balls(problem, capsys):
    code, out, _ = _run(capsys, problem, "--certify", "20", "--json", "--schedule", "eq19", "--schedule", "plain")
    body = json.loads(out)
    jsonschema.Draft202012Validator(SCHEMA).validate(body)
    found = body["runs"][0]["certified"]
    assert code == 0 and found["steps"] == 20 and found["bound_holds"] is True
    assert 0 <= float(found["loss_relative_error"]) < 1e-12
    assert body["runs"][1]["certified"] is None
    code, out, _ = _run(capsys, problem, "--certify", "20", "--schedule", "armijo")
    assert code == 0 and "steps enclosed with" in out


def test_same_bytes_twice(problem, capsys):
    first = _run(capsys, problem, "--schedule", "armijo", "--schedule", "exact", "--json")
    assert first == _run(capsys, problem, "--schedule", "armijo", "--schedule", "exact", "--json")


def test_files_and_resume(problem, tmp_path, capsys):
    out = str(tmp_path / "runs")
    args = [problem, "--schedule", "constant:eta=1/1000", "--json", "--out", out]
    _, half, _ = _run(capsys, *args, "--steps", "5")
    assert json.loads(half)["runs"][0]["steps"] == 5
    _, resumed, _ = _run(capsys, *args, "--steps", "40", "--resume")
    _, whole, _ = _run(capsys, problem, "--schedule", "constant:eta=1/1000", "--json", "--steps", "40")
    assert json.loads(resumed)["runs"] == json.loads(whole)["runs"]
    rows = np.genfromtxt(tmp_path / "runs" / "gd.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    assert len(rows) == 41
    drawing = (tmp_path / "runs" / "gd.svg").read_text()
    assert drawing.startswith("<?xml") and (tmp_path / "runs" / "gd.pdf").read_bytes().startswith(b"%PDF")


def test_printed_backtracking_is_reported_not_looped(problem, capsys):
    code, out, _ = _run(capsys, problem, "--schedule", "backtracking")
    assert code == 0 and "never ends" in out and "does not terminate" in out


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["--schedule", "eq91"], "did you mean 'eq19'"),
        (["--steps", "0"], "--steps"),
        (["--accuracy", "2"], "below 1"),
        (["--eta0", "-1"], "positive"),
        (["--resume"], "--out"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(problem, capsys, args, hint):
    code, out, err = _run(capsys, problem, *args)
    assert code == 2 and not out and hint in err and len(err.strip().splitlines()) == 1


def test_a_problem_without_eta_max_says_why(tmp_path, capsys):
    path = tmp_path / "balanced.toml"
    path.write_text('[loss]\nX = [["1"]]\nY = [["-9"]]\n[weights]\nW1 = [["1"]]\nW2 = [["1"]]\n')
    code, _, err = _run(capsys, str(path), "--schedule", "eq19")
    assert code == 5 and "no eta_max" in err and "alpha_1" in err
    code, out, err = _run(capsys, str(path))
    assert code == 0 and "left out" in err and "Armijo" in out and "(19)" not in out
    code, out, _ = _run(capsys, str(path), "--schedule", "eq19:eta0=1/100")
    assert code == 0 and "saddle: the gradient of L vanishes" in out  # balanced weights walk into the origin


def test_list_names_every_schedule(problem, capsys):
    from properties.schedules import NAMES

    code, out, _ = _run(capsys, "--list")
    assert code == 0
    assert all(name in out for name in (*NAMES, "sharp", "plain"))


LOGISTIC = """
[loss]
kind = "entrywise"
phi = "log(1 + exp(-y*z))"
X = [["1", "0"], ["0", "2"], ["1", "1"]]
Y = [["1"], ["-1"], ["1"]]
ridge = "1/10"
[weights]
width = 16
seed = 1
"""


def test_a_loss_by_formula_runs_with_its_certified_bounds(tmp_path, capsys):
    path = tmp_path / "logistic.toml"
    path.write_text(LOGISTIC)
    code, out, _ = _run(capsys, str(path), "--json", "--accuracy", "1e-3")
    body = json.loads(out)
    assert code == 0 and len(body["runs"]) == 5
    for run in body["runs"]:
        assert run["iterations_to_accuracy"], run
        assert float(run["log10_loss_last"]) <= float(run["log10_bound_last"])
    code, _, err = _run(capsys, str(path), "--accuracy", "1e-20")
    assert code == 2 and "rounding" in err
    code, _, err = _run(capsys, str(path), "--schedule", "exact")
    assert code == 2 and "armijo" in err
