"""Losses as Python objects: how they are named, loaded and wrapped, and that they never pass for exact."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from properties.adapters import from_jax, from_sklearn, from_torch
from properties.black_box import load_loss, wrap
from properties.errors import InputError, MissingBackend
from properties.fields import Ball, Float64

FILE = """
import numpy as np

class Square:
    shape = (2, 1)
    K = 1.0
    mu = "1"
    minimum = 0
    def value(self, w):
        return 0.5 * float(np.sum(w * w))
    def gradient(self, w):
        return 1.0 * w

square = Square()
pair = lambda w: (0.5 * float(np.sum(w * w)), 1.0 * w)
table = {"value": square.value, "gradient": square.gradient, "K": 1.0}
nothing = object()
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "my_losses.py"
    path.write_text(FILE)
    return str(path)


@pytest.mark.parametrize("name", ["Square", "square", "pair", "table"])
def test_every_style_loads(file: str, name: str) -> None:
    loss = load_loss(f"{file}:{name}")
    w = np.array([[3.0], [4.0]])
    assert loss.value(Float64(), w) == 12.5
    assert np.array_equal(loss.gradient(Float64(), w), w)
    assert np.allclose(loss.hessian(Float64(), w, w), w)
    assert np.array_equal(loss.value(Float64(), np.array([w, 2 * w])), [12.5, 50.0])


def test_what_is_declared_is_kept(file: str) -> None:
    loss = load_loss(f"{file}:square")
    assert (loss.K, loss.mu, loss.minimum, loss.dims) == (1.0, 1.0, 0.0, (2, 1))
    assert load_loss(f"{file}:pair").K is None


def test_balls_are_refused(file: str) -> None:
    with pytest.raises(InputError, match="float64 alone"):
        load_loss(f"{file}:square").value(Ball(), Ball().zeros(2, 1))


@pytest.mark.parametrize(
    "reference", ["x", "x:", ":y", "missing.py:a", "{file}:unknown", "{file}:nothing", "no_such_module_:a"]
)
def test_wrong_references_are_refused_in_one_line(file: str, reference: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_loss(reference.format(file=file))
    assert "\n" not in str(refusal.value)


def test_a_file_that_fails_says_so(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("1/0\n")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        load_loss(f"{path}:a")


def test_declared_constants_must_be_finite() -> None:
    for raw in ("x", float("nan"), [1]):
        with pytest.raises(InputError):
            wrap({"value": abs, "gradient": abs, "K": raw})


class HalfSquared:
    """A scikit-learn style loss object."""

    def loss_gradient(self, y_true: Any, raw_prediction: Any) -> tuple[Any, Any]:
        r = raw_prediction - y_true
        return r * r / 2, r


def test_a_scikit_learn_style_object_is_a_loss() -> None:
    x, y = np.array([[1.0, 0.0], [1.0, 2.0], [0.0, 3.0]]), np.array([1.0, 2.0, 3.0])
    loss = from_sklearn(HalfSquared(), x, y, ridge=0.5, K=20.0)
    w = np.array([[0.25], [-1.0]])
    r = x @ w - y[:, None]
    assert loss.value(Float64(), w) == pytest.approx(float(np.sum(r * r) / 2 + 0.25 * np.sum(w * w)))
    assert np.allclose(loss.gradient(Float64(), w), x.T @ r + 0.5 * w)


@pytest.mark.parametrize(("adapter", "module"), [(from_torch, "torch"), (from_jax, "jax")])
def test_a_missing_library_is_named(adapter: Any, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(importlib, "import_module", _refuse(module, importlib.import_module))
    with pytest.raises(MissingBackend, match=f"pip install {module}"):
        adapter(lambda w: w)


def _refuse(module: str, real: Any) -> Any:
    def load(name: str, package: str | None = None) -> Any:
        if name == module:
            raise ImportError(name)
        return real(name, package)

    return load
