"""The [loss] table: every kind is read, wrong tables are refused in one line naming the nearest key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from properties.entrywise import EntrywiseLoss
from properties.errors import InputError
from properties.loss_file import KINDS, loss_from_file, loss_from_table
from properties.named_losses import SensingLoss, SoftmaxLoss

DATA = {"X": [[1, 0], ["1/2", 2]], "Y": [[1], [-1]]}
TABLES: dict[str, dict[str, Any]] = {
    "squared": DATA,
    "weighted-squared": {**DATA, "weights": [[1], [2]]},
    "logistic": DATA,
    "softmax": {"X": DATA["X"], "Y": [[0], [1]], "classes": 3},
    "pseudo-huber": {**DATA, "width": "1/2"},
    "log-cosh": DATA,
    "smoothed-hinge": {**DATA, "sharpness": 3},
    "smoothed-quantile": {**DATA, "quantile": "0.9", "width": "0.25"},
    "huber": {**DATA, "width": 1},
    "poisson": {"X": DATA["X"], "Y": [[0], [3]]},
    "matrix-sensing": {"A": [[[1, 0], [0, 0]], [[0, 1], [1, 0]]], "b": [1, "1/2"]},
    "matrix-completion": {"Y": [[1, 2]], "observed": [[1, 0]]},
    "entrywise": {**DATA, "phi": "log(1 + exp(-y*z))"},
}


def test_every_kind_has_an_example() -> None:
    assert TABLES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(kind: str) -> None:
    loss = loss_from_table({"kind": kind, "ridge": "1/100", **TABLES[kind]})
    assert isinstance(loss, EntrywiseLoss | SoftmaxLoss | SensingLoss)
    assert str(loss.ridge) == "1/100"
    assert len(loss.shape()) == 2
    assert loss.to_json()["ridge"] == "1/100"


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"kind": "logistc", **DATA}, "logistic"),
        ({"kind": 3, **DATA}, "no such kind"),
        ({"kind": "squared", **DATA, "rigde": "1"}, "ridge"),
        ({"kind": "entrywise", **DATA}, "phi"),
        ({"kind": "entrywise", **DATA, "phi": "import os"}, "not a formula"),
        ({"kind": "squared", "X": [[1]]}, "loss.Y"),
        ({"kind": "squared", "X": [[1], [2]], "Y": [[1]]}, "rows"),
        ({"kind": "logistic", "X": [[1]], "Y": [[2]]}, "labels"),
        ({"kind": "softmax", "X": [[1]], "Y": [["1/2"]]}, "class"),
        ({"kind": "squared", **DATA, "ridge": "-1"}, "negative"),
        ({"kind": "matrix-sensing", "A": 3, "b": [1]}, "loss.A"),
        ({"kind": "matrix-completion", "Y": [[1]], "observed": [[2]]}, "write 1"),
    ],
)
def test_wrong_tables_are_refused(table: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError) as refusal:
        loss_from_table(table)
    assert word in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_file_with_declared_constants(tmp_path: Path) -> None:
    (tmp_path / "X.csv").write_text("a,b\n1,0\n0,2\n")
    path = tmp_path / "p.toml"
    path.write_text('[loss]\nkind = "squared"\nX = "X.csv"\nY = [[1], [0.1]]\nK = "4"\nmu = 1\n')
    loss, declared = loss_from_file(path)
    assert loss.shape() == (2, 1)
    assert {k: str(v) for k, v in declared.items()} == {"K": "4", "mu": "1"}
    path.write_text("[loss\n")
    with pytest.raises(InputError, match="not valid TOML"):
        loss_from_file(path)
    path.write_text("[weights]\n")
    with pytest.raises(InputError, match="no \\[loss\\] section"):
        loss_from_file(path)
