"""localpl eta-max: text, JSON against the published schema, exit codes, and bad input in one line."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import verify
from verify import cli

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "eta-max.json").read_text())
DATASET = ["eta-max", "--dataset", "linnerud", "--width", "64", "--standardize"]
TOML = """
[loss]
kind = "squared"
X = [["1", "0"], ["0", "2"]]
Y = [["10"], ["1/3"]]
[weights]
W1 = [["3", "1"], ["0", "1/9"]]
W2 = [["3", "1"]]
[theorem]
c = "1/2"
d = "2"
"""


def run_json(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict]:
    code = cli.main([*args, "--json"])
    text = capsys.readouterr().out
    body = json.loads(text)
    jsonschema.validate(body, SCHEMA)
    assert text == json.dumps(body, indent=2, sort_keys=True) + "\n"
    return code, body


def test_json_keeps_the_schema_and_is_the_same_twice(capsys: pytest.CaptureFixture[str]) -> None:
    code, body = run_json(capsys, *DATASET)
    assert code == 0
    assert body["digits"] == 50
    assert body["eta_max"]["lower"].startswith("5.03172451947676")
    assert body["binding"] == ["eta_2"]
    assert run_json(capsys, *DATASET)[1] == body


@pytest.mark.parametrize("form", ["printed", "repaired", "sharp"])
def test_every_form_keeps_the_schema(capsys: pytest.CaptureFixture[str], form: str) -> None:
    code, body = run_json(capsys, *DATASET, "--digits", "5", "--form", form)
    assert (code, body["form"]) == (0, form)
    assert (body["eta_2"] is None) == ("eta_2" in body["reasons"])


def test_text_names_what_was_computed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*DATASET, "--digits", "20"]) == 0
    text = capsys.readouterr().out
    for part in (
        "eta_2",
        "(102): no root in",
        "l - l*",
        "divided by",
        "Hessian",
        "against printed",
        "readings",
        "alpha_1",
    ):
        assert part in text
    assert "safe" not in text


def test_a_failing_hypothesis_is_a_result_with_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, body = run_json(capsys, "eta-max", "--dataset", "linnerud", "--width", "2")
    assert code == 5
    assert body["eta_max"] is None
    assert body["hypothesis_failure"]["which"] == "width"
    assert cli.main(["eta-max", "--dataset", "linnerud", "--width", "3"]) == 5
    assert "help" in capsys.readouterr().out


def test_a_problem_file_and_its_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(TOML)
    code, body = run_json(capsys, "eta-max", str(tmp_path / "p.toml"), "--digits", "12")
    assert code == 0
    assert body["table2"]["K"] == {"lower": "4", "upper": "4"}
    (tmp_path / "X.csv").write_text("a,b\n1,0\n0,2\n")
    np.savez(tmp_path / "data.npz", Y=np.array([[10.0], [0.5]]))
    args = ["--x", str(tmp_path / "X.csv"), "--y", f"{tmp_path / 'data.npz'}:Y", "--width", "5", "--seed", "3"]
    code, body = run_json(capsys, "eta-max", *args, "--digits", "6", "--d", "1.01", "--c", "1/4")
    assert code == 0
    assert body["problem"]["d"] == "101/100"


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["missing.toml"],
        ["--dataset", "diabets"],
        ["--dataset", "diabetes", "--x", "X.csv"],
        ["--dataset", "diabetes", "--w1", "W.csv"],
        ["--x", "X.csv"],
        ["--x", "ragged.csv", "--y", "good.csv", "--width", "2"],
        ["--x", "empty.csv", "--y", "good.csv", "--width", "2"],
        ["--x", "nan.csv", "--y", "good.csv", "--width", "2"],
        ["--x", "words.csv", "--y", "good.csv", "--width", "2"],
        ["--x", "long.csv", "--y", "good.csv", "--width", "2"],
        ["--x", "zero.csv", "--y", "good.csv", "--width", "2"],
        ["--x", "object.npz:X", "--y", "good.csv", "--width", "2"],
        ["--x", "good.csv", "--y", "three.csv", "--width", "2"],
        ["--x", "good.csv", "--y", "good.csv"],
        ["--x", "good.csv", "--y", "good.csv", "--w1", "good.csv", "--w2", "three.csv"],
        ["unknown.toml"],
        ["good.toml", "--width", "3"],
        ["good.toml", "--c", "1"],
        ["good.toml", "--c", "__import__('os').system('true')"],
        ["good.toml", "--d", "1"],
        ["good.toml", "--d", "9" * 10_000],
        ["good.toml", "--digits", "many"],
        ["good.toml", "--digits", "-3"],
        ["good.toml", "--accuracy", "1/0"],
        ["good.toml", "--form", "safe"],
        ["good.toml", "--version", "2"],
        ["good.toml", "--reading", "other"],
        ["good.toml", "--nonsense"],
    ],
    ids=lambda args: " ".join(args)[:40],
)
def test_bad_input_is_one_line_and_exit_code_2(
    args: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tables = {
        "good": "1\n2\n",
        "three": "1\n2\n3\n",
        "ragged": "1,2\n3\n",
        "empty": "",
        "nan": "nan\n1\n",
        "words": "1\nx\n",
    }
    tables |= {"long": "9" * 10_000 + "\n1\n", "zero": "1/0\n1\n"}
    for name, text in tables.items():
        Path(f"{name}.csv").write_text(text)
    np.savez("object.npz", X=np.array([[1, None]], dtype=object))
    Path("good.toml").write_text(TOML)
    Path("unknown.toml").write_text(TOML.replace("kind", "kindd"))
    assert cli.main(["eta-max", *args]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1
    assert len(captured.err) < 400
