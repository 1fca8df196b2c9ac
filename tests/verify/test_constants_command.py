"""localpl constants: JSON that keeps its schema, the same bytes each time, exit codes, one-line errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from verify.cli import main

SCHEMA = json.loads((Path(__file__).parents[2] / "verify" / "schemas" / "constants.json").read_text())

LOGISTIC = """
[loss]
kind = "entrywise"
phi = "log(1 + exp(-y*z))"
X = [[1, 0], ["1/2", 2], [1, -1]]
Y = [[1], [1], [-1]]
ridge = "1/100"
"""

FILES = {
    "logistic": LOGISTIC,
    "poisson": '[loss]\nkind = "poisson"\nX = [[1]]\nY = [[2]]\n',
    "huber": '[loss]\nkind = "huber"\nX = [[1], [2]]\nY = [[2], [0]]\nridge = 1\n',
    "completion": '[loss]\nkind = "matrix-completion"\nY = [[1, 2]]\nobserved = [[1, 0]]\n',
    "softmax": '[loss]\nkind = "softmax"\nX = [[1], [2]]\nY = [[0], [1]]\nridge = "0.1"\n',
    "undecided": '[loss]\nkind = "entrywise"\nphi = "sin(z) + sin(sqrt(2)*z)"\nX = [[1], [2]]\nY = [[0], [1]]\n',
}


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["constants", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def _write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "problem.toml"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", FILES)
def test_json_keeps_its_schema(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path, FILES[name])
    code, out, err = _run(capsys, path, "--json")
    assert code == 0 and err == ""
    body: dict[str, Any] = json.loads(out)
    jsonschema.validate(body, SCHEMA)
    assert out == _run(capsys, path, "--json")[1]
    text = _run(capsys, path)[1]
    assert "Assumption 2.1" in text and "Assumption 2.2" in text


def test_what_the_json_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = json.loads(_run(capsys, _write(tmp_path, LOGISTIC), "--json", "--digits", "30")[1])
    assert body["phi2_inf"] == {"lower": "0", "upper": "0"}
    assert body["phi2_sup"]["lower"].startswith("0.25")
    assert body["K"]["upper"].startswith("1.26")
    assert body["W_star"]["unique"] and body["minimum"]["lower"][:8] == body["minimum"]["upper"][:8]
    absent = json.loads(_run(capsys, _write(tmp_path, FILES["poisson"]), "--json")[1])
    assert absent["K"] is None and absent["proof"]["K"]["status"] == "absent" and absent["proof"]["K"]["witness"]["W"]
    unknown = json.loads(_run(capsys, _write(tmp_path, FILES["undecided"]), "--json")[1])
    assert unknown["phi2_sup"] is None and unknown["proof"]["phi2_sup"]["status"] == "undecided"


def test_a_wrong_declared_constant_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, _write(tmp_path, LOGISTIC + 'K = "1.25"\nmu = "1/100"\n'), "--json")
    body = json.loads(out)
    jsonschema.validate(body, SCHEMA)
    assert code == 1
    assert body["declared"]["K"]["status"] == "refuted" and body["declared"]["K"]["witness"]["V"]
    assert body["declared"]["mu"]["status"] == "holds"
    assert _run(capsys, _write(tmp_path, LOGISTIC + 'K = "1.26"\n'))[0] in (0, 1)


@pytest.mark.parametrize("text", ["[loss]\n", '[loss]\nkind = "logistc"\n', LOGISTIC + "rigde = 1\n", "x"])
def test_bad_files_exit_with_two_in_one_line(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run(capsys, _write(tmp_path, text))
    assert code == 2 and out == "" and err.count("\n") == 1


BLACK_BOX = """
import numpy as np

class Half:
    shape = (2, 2)
    K = 1.0
    mu = 1.0
    def value(self, w):
        return 0.5 * float(np.sum(w * w))
    def gradient(self, w):
        return 1.0 * w

class Doubled(Half):
    def gradient(self, w):
        return 2.0 * w
"""


def test_a_python_loss_is_observed_never_certified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "my_losses.py"
    file.write_text(BLACK_BOX)
    code, out, _ = _run(capsys, "--loss", f"{file}:Half", "--json")
    body = json.loads(out)
    jsonschema.validate(body, SCHEMA)
    assert code == 0 and body["K"] is None and body["observed"] == []
    assert all(d["status"] == "undecided" for d in body["declared"].values())
    code, out, _ = _run(capsys, "--loss", f"{file}:Doubled", "--json")
    body = json.loads(out)
    jsonschema.validate(body, SCHEMA)
    assert code == 1 and "2 times" in body["observed"][0]["line"]
    assert "observed: gradient is 2 times" in _run(capsys, "--loss", f"{file}:Doubled")[1]
    assert _run(capsys)[0] == 2
    assert _run(capsys, "--loss", "nowhere.py:x")[0] == 2
