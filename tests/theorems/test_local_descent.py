"""Appendix D's encoding of derivatives, against numerical differentiation of the loss along a gradient step."""

from __future__ import annotations

import numpy as np
import pytest

from properties.evaluate import Evaluator
from properties.fields.float64 import Float64
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import local_descent as D
from theorems import notation as N
from theorems.statement import Form

RNG = np.random.default_rng(5)
W1, W2 = RNG.standard_normal((2, 4)), RNG.standard_normal((3, 4))
LOSS = CenteredLoss("log-cosh", RNG.standard_normal((5, 2)), RNG.standard_normal((2, 3)), 0.25)
ETA, TAU = 0.3, 0.4


def evaluator(**values: float) -> Evaluator:
    bindings = {N.W1: W1, N.W2: W2, N.eta: ETA, D.tau: TAU, **{getattr(D, k): v for k, v in values.items()}}
    return Evaluator(World({N.n: 2, N.m: 3, N.h: 4}, bindings, LOSS), Float64())


def path_loss(s: float, eta: float = ETA) -> float:
    f = Float64()
    g = LOSS.gradient(f, W1 @ W2.T)
    return float(LOSS.value(f, (W1 - s * eta * g @ W2) @ (W2 - s * eta * g.T @ W1).T))


def second_derivative(at: float, eta: float = ETA, step: float = 1e-3) -> float:
    return (path_loss(at + step, eta) - 2 * path_loss(at, eta) + path_loss(at - step, eta)) / step**2


def test_second_derivatives_are_those_of_the_path() -> None:
    e = evaluator()
    assert e(D.M_second) == pytest.approx(second_derivative(0.0), rel=1e-4)
    assert e(D.M_second_tau) == pytest.approx(second_derivative(TAU), rel=1e-4)
    assert e(D.second_bare) == pytest.approx(second_derivative(0.0, eta=1.0, step=1e-4), rel=1e-4)
    assert e(D.second_bare_tau) == pytest.approx(second_derivative(TAU) / ETA**2, rel=1e-4)


def test_curvature_is_the_rayleigh_quotient_of_the_gradient_direction() -> None:
    e = evaluator()
    assert e(D.curvature) * e(N.grad_norm) ** 2 == pytest.approx(e(D.second_bare))
    assert e(D.curvature_tau) * e(N.grad_norm) ** 2 == pytest.approx(e(D.second_bare_tau))


@pytest.mark.parametrize(("s", "reached"), [(0.0, "L"), (1.0, "L_next")])
def test_the_path_runs_from_the_weights_to_the_next_iterate(s: float, reached: str) -> None:
    e = evaluator(s=s)
    assert e(N.Loss(D.A_s)) == pytest.approx(e(getattr(N, reached)))
    assert path_loss(s) == pytest.approx(e(getattr(N, reached)))


def test_printed_and_repaired_lines_are_told_apart() -> None:
    printed = {s.label for s in D.STATEMENTS if s.form is Form.PRINTED}
    repaired = [s for s in D.STATEMENTS if s.form is Form.REPAIRED]
    assert {s.repairs for s in repaired} <= printed
    assert all(s.id != s.repairs for s in repaired)
