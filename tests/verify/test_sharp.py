"""Certified sharp steps: both ends of the enclosure mean what they say, and gradient descent keeps the promise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from properties.evaluate import Evaluator
from properties.fields import Float64
from properties.losses import CenteredLoss
from properties.worlds import World, run
from theorems import notation as N
from theorems import sharp as S
from theorems.norms import Fro
from verify.sharp import SharpStep, _Theorem, sharp_step


def data(l_0: str = "1", alpha_1: str = "2", alpha_2: str = "5") -> dict:
    values = {N.K: "4", N.mu: "1", N.L_0: l_0, N.alpha_1: alpha_1, N.alpha_2: alpha_2, N.beta_2: "2"}
    return {s: arb(fmpq(*Fraction(v).as_integer_ratio())) for s, v in values.items()}


@pytest.mark.parametrize("quadratic", [True, False])
@pytest.mark.parametrize("l_0", ["1/1000000", "1", "1000"])
def test_both_ends_of_the_largest_step(quadratic: bool, l_0: str) -> None:
    step = sharp_step(data(l_0), quadratic, digits=12)
    assert 0 < step.eta <= step.eta_lower < step.eta_upper
    assert step.eta_upper - step.eta_lower <= step.eta_upper * Fraction(1, 10**12)
    assert 0 < step.rate < 1
    theorem = _Theorem(data(l_0), step.quadratic, 256)
    assert theorem.at(step.eta).certified(step.delta)
    assert theorem.at(step.eta_upper).decide(Fraction(1, 1 if step.quadratic else 2), 128) is False
    # No delta of a fine grid certifies the refused end: the tangents did not lie.
    assert not any(theorem.at(step.eta_upper).certified(Fraction(k, 4000)) for k in range(1, 4000, 31))


def test_a_smaller_initial_loss_allows_a_faster_rate() -> None:
    rates = [sharp_step(data(l_0), True, digits=6).log_rate for l_0 in ("1/10000", "1", "100")]
    assert rates[0] > rates[1] > rates[2]


@pytest.mark.parametrize("broken", [{"alpha_1": "0"}, {"l_0": "0"}])
def test_hypotheses_that_fail_are_named(broken: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        sharp_step(data(**broken), True)


@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), quadratic=st.booleans())
def test_gradient_descent_keeps_the_certified_rate(seed: int, quadratic: bool) -> None:
    rng = np.random.default_rng(seed)
    n, m = (int(v) for v in rng.integers(1, 4, 2))
    h = n + m + int(rng.integers(0, 3))
    x, w1, w2 = rng.normal(size=(n + 1, n)), rng.normal(size=(n, h)), rng.normal(size=(m, h))
    w_star = w1 @ w2.T + 10.0 ** rng.uniform(-2, 0.5) * rng.normal(size=(n, m))
    ridge = 0.0 if quadratic else 1.0
    values = np.linalg.svd(x)[1]
    loss = CenteredLoss("square" if quadratic else "pseudo-huber", x, w_star, ridge)
    start = World(
        {N.n: n, N.m: m, N.h: h},
        {
            N.W1_0: w1, N.W2_0: w2, N.W_star: w_star,
            N.K: values[0] ** 2 * (1 + 1e-12) + ridge, N.mu: values[-1] ** 2 * (1 - 1e-12) * quadratic + ridge,
        },
        loss,
    )  # fmt: skip
    field = Float64()
    measured = Evaluator(start, field, S.QUADRATIC_THEOREM.where)
    initial = {s: arb(float(measured(s))) for s in (N.K, N.mu, N.L_0, N.alpha_1, N.alpha_2, N.beta_2)}
    step: SharpStep = sharp_step(initial, quadratic, digits=6)
    eta, delta = float(step.eta), float(step.delta)
    last = run(start.bound(eta_0=eta).binding({S.delta: delta}), [eta] * 40, field)
    first = float(measured(N.L_0))
    for t, world in enumerate(last.history):
        here = Evaluator(world, field, S.QUADRATIC_THEOREM.where)
        if float(here(N.L)) < 1e-7 * first:
            break
        assert float(here(N.L_next)) <= float(step.rate) * float(here(N.L)) * (1 + 1e-6)
        assert float(here(N.L_next)) <= float(step.rate) ** (t + 1) * first * (1 + 1e-6)
        assert float(here(Fro(N.D - N.D_0))) <= delta * (1 + 1e-9) + 1e-12
