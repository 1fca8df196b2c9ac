"""Entrywise, softmax, sensing and Huber losses: one gradient and Hessian in every field, and they are derivatives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from properties.entrywise import by_formula, by_name
from properties.errors import InputError
from properties.exact_numbers import read_matrix
from properties.fields import Ball, Exact, Float64
from properties.named_losses import SensingLoss, SoftmaxLoss, huber, matrix_completion
from properties.scalar_losses import SCALAR_LOSSES
from properties.shifted_loss import ShiftedLoss

X = read_matrix([[1, 0], ["1/2", 2], [1, -1]])
Y = read_matrix([[1, -1], [1, 1], [-1, 1]])
COUNTS = read_matrix([[1, 0], [2, 1], [0, 3]])
RIDGE = Fraction(1, 10)
WEIGHTS = read_matrix([[1, 2], [3, 1], ["1/2", 1]])

LOSSES = {
    **{
        name: by_name(X, COUNTS if scalar.labels == "counts" else Y, scalar, RIDGE)
        for name, scalar in SCALAR_LOSSES.items()
    },
    "weighted": by_name(X, Y, SCALAR_LOSSES["squared"], Fraction(0), WEIGHTS),
    "formula": by_formula(X, Y, "log(1 + (z - y)^2) + y*sin(z)", RIDGE),
    "softmax": SoftmaxLoss(X, (0, 1, 1), 2, RIDGE),
    "sensing": SensingLoss((X, Y), (Fraction(1), Fraction(-2)), RIDGE),
    "completion": matrix_completion(Y, read_matrix([[1, 0], [1, 1], [0, 1]])),
    "huber": huber(X, Y, Fraction(1, 2), RIDGE),
}


def _w(loss: Any, seed: int) -> Any:
    return np.round(np.random.default_rng(seed).standard_normal(loss.shape()) * 8) / 8 + 1 / 64


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_and_hessian_are_derivatives(name: str) -> None:
    loss, f, h = LOSSES[name], Float64(), 1e-5
    w, u = _w(loss, 1), _w(loss, 2)
    slope = (loss.value(f, w + h * u) - loss.value(f, w - h * u)) / (2 * h)
    assert slope == pytest.approx(np.sum(loss.gradient(f, w) * u), rel=1e-6, abs=1e-8)
    turn = (loss.gradient(f, w + h * u) - loss.gradient(f, w - h * u)) / (2 * h)
    assert np.allclose(turn, loss.hessian(f, w, u), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", LOSSES)
def test_fields_agree(name: str) -> None:
    loss = LOSSES[name]
    w, u = _w(loss, 3), _w(loss, 4)
    exact = [tuple(tuple(Fraction(float(v)) for v in row) for row in a) for a in (w, u)]
    f = Float64()
    for field in (Ball(128), Exact(128)):
        a, b = (field.matrix(e) for e in exact)
        assert float(loss.value(field, a)) == pytest.approx(float(loss.value(f, w)), rel=1e-12)
        for mine, theirs in (
            (loss.gradient(field, a), loss.gradient(f, w)),
            (loss.hessian(field, a, b), loss.hessian(f, w, u)),
        ):
            flat = [float(mine[i, j]) for i in range(w.shape[0]) for j in range(w.shape[1])]
            assert np.allclose(flat, theirs.ravel(), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_is_its_members(name: str) -> None:
    loss, f = LOSSES[name], Float64()
    batch = np.array([_w(loss, s) for s in range(3)])
    assert np.allclose(loss.value(f, batch), [loss.value(f, w) for w in batch])
    assert np.allclose(loss.gradient(f, batch), [loss.gradient(f, w) for w in batch])
    assert np.allclose(loss.hessian(f, batch, batch), [loss.hessian(f, w, w) for w in batch])


def test_a_shifted_loss_is_the_loss_less_its_minimum() -> None:
    loss = LOSSES["squared"]
    shifted = ShiftedLoss(loss, Fraction(1, 3), Fraction(1, 3))
    field = Exact()
    w = field.matrix(read_matrix([[1, 2], [3, 4]]))
    assert loss.value(field, w) - shifted.value(field, w) == field.scalar(Fraction(1, 3))
    assert shifted.zero_minimum


def test_wrong_data_is_refused() -> None:
    with pytest.raises(InputError, match="rows"):
        by_formula(X, read_matrix([[1]]), "z^2")
    with pytest.raises(InputError, match="ridge"):
        by_formula(X, Y, "z^2", Fraction(-1))
    with pytest.raises(InputError, match="does not mention z"):
        by_formula(X, Y, "y^2")
    with pytest.raises(InputError, match="labels -1 and 1"):
        by_name(X, COUNTS, SCALAR_LOSSES["logistic"])
    with pytest.raises(InputError, match="counts"):
        by_name(X, Y, SCALAR_LOSSES["poisson"])
    with pytest.raises(InputError, match="not positive"):
        by_name(X, Y, SCALAR_LOSSES["squared"], Fraction(0), COUNTS)
    with pytest.raises(InputError, match="class"):
        SoftmaxLoss(X, (0, 1, 5), 3)
    with pytest.raises(InputError, match="no entry is observed"):
        matrix_completion(Y, read_matrix([[0, 0], [0, 0], [0, 0]]))
    with pytest.raises(InputError, match="one value for each"):
        SensingLoss((X,), (Fraction(1), Fraction(2)))
