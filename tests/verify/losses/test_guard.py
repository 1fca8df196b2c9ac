"""safe_step: the promised descent happens on real steps, the step solves the cubic, and bad input is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from properties.entrywise import by_name
from properties.errors import InputError
from properties.exact_numbers import read_matrix
from properties.fields import Float64
from properties.scalar_losses import SCALAR_LOSSES
from verify.losses.guard import safe_step

X = read_matrix([[1, 0], ["1/2", 2], [1, -1]])
SIGNS = read_matrix([[1, -1], [1, 1], [-1, 1]])


class HalfSquare:
    """1/2 ||W||^2 with its constants declared."""

    K = 1.0
    minimum = 0.0

    def value(self, w: Any) -> float:
        return 0.5 * float(np.sum(w * w))

    def gradient(self, w: Any) -> Any:
        return w.copy()


@pytest.mark.parametrize("name", ["squared", "logistic", "pseudo-huber"])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
def test_the_promised_descent_happens(name: str, scale: float) -> None:
    loss = by_name(X, SIGNS, SCALAR_LOSSES[name], Fraction(1, 10))
    rng, field = np.random.default_rng(1), Float64()
    w1, w2 = scale * rng.standard_normal((2, 5)), scale * rng.standard_normal((2, 5))
    for _ in range(40):
        step = safe_step(loss, w1, w2)
        before = float(loss.value(field, w1 @ w2.T))
        g = loss.gradient(field, w1 @ w2.T)
        w1, w2 = w1 - step.eta * g @ w2, w2 - step.eta * g.T @ w1
        after = float(loss.value(field, w1 @ w2.T))
        assert after <= before - step.descent + 1e-13 * abs(before)
        assert step.eta > 0 and step.eta * step.K_t <= 1
        assert step.eta * step.K_t > 1 - 1e-6


def test_a_declared_loss_is_taken_at_its_word() -> None:
    w1, w2 = np.array([[1.0, 2.0]]), np.array([[0.5, -1.0], [1.0, 0.0]])
    step = safe_step(HalfSquare(), w1, w2)
    assert step.eta > 0 and step.descent > 0 and "not certified" in step.proof
    assert float(step) == step.eta


def test_at_a_saddle_nothing_is_promised() -> None:
    step = safe_step(HalfSquare(), np.zeros((2, 3)), np.zeros((2, 3)))
    assert step.descent == 0


@pytest.mark.parametrize(
    ("w1", "w2"),
    [
        (np.ones((2, 3)), np.ones((2, 4))),
        (np.full((2, 3), np.nan), np.ones((2, 3))),
        (np.ones(3), np.ones((2, 3))),
        (np.ones((5, 3)), np.ones((2, 3))),
        ("x", np.ones((2, 3))),
    ],
)
def test_bad_weights_are_refused(w1: Any, w2: Any) -> None:
    with pytest.raises(InputError) as refusal:
        safe_step(by_name(X, SIGNS, SCALAR_LOSSES["squared"]), w1, w2)
    assert "\n" not in str(refusal.value)


def test_losses_without_constants_are_refused() -> None:
    counts = read_matrix([[1, 0], [2, 1], [0, 3]])
    with pytest.raises(InputError, match="no certified K"):
        safe_step(by_name(X, counts, SCALAR_LOSSES["poisson"]), np.ones((2, 2)), np.ones((2, 2)))
    undeclared = {"value": HalfSquare().value, "gradient": HalfSquare().gradient}
    with pytest.raises(InputError, match="K"):
        safe_step(undeclared, np.ones((1, 1)), np.ones((1, 1)))
    with pytest.raises(InputError, match="minimum"):
        safe_step(undeclared | {"K": 1.0}, np.ones((1, 1)), np.ones((1, 1)))
