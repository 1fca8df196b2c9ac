"""The tree walk: definitions, exactness, refusals, agreement of the fields, runs and their history."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from properties.evaluate import Evaluator, Unbound, UnknownNode, evaluate
from properties.fields import Ball, Exact, Float64
from properties.losses import PENALTIES, CenteredLoss, derivatives, z
from properties.worlds import World, run
from theorems import notation as N
from theorems.norms import Fro, Hess, HistoryProduct, HistorySum, Inner, Stack, TauIntegral
from theorems.statement import le

F = Fraction
small = st.fractions(min_value=-2, max_value=2, max_denominator=4)


@st.composite
def step_worlds(draw: st.DrawFn, penalty: str | None = None) -> World:
    n, m, h = draw(st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 3)))

    def matrix(rows: int, columns: int) -> list[list[Fraction]]:
        return [[draw(small) for _ in range(columns)] for _ in range(rows)]

    x = matrix(n, n)
    loss = CenteredLoss(penalty or draw(st.sampled_from(sorted(PENALTIES))), x, matrix(n, m))
    return World(
        {N.n: n, N.m: m, N.h: h},
        {
            N.W1: matrix(n, h),
            N.W2: matrix(m, h),
            N.W_star: loss.w_star,
            N.eta: draw(st.fractions(min_value=F(1, 50), max_value=1)),
            N.K: sum((v * v for row in x for v in row), F(1)),
            N.mu: F(1, 10),
        },
        loss,
    )


@given(world=step_worlds())
def test_fields_agree_on_the_quantities_of_a_step(world: World) -> None:
    ball, exact, floating = Evaluator(world, Ball(160)), Evaluator(world, Exact(160)), Evaluator(world, Float64())
    for symbol in (N.L, N.L_next, N.grad_norm, N.sigma_min_T, N.sigma_max_T, N.mu_t, N.K_t, N.rho):
        enclosure = ball(symbol)
        assert enclosure.overlaps(arb(exact(symbol)))
        middle = float(enclosure.mid())
        assert float(floating(symbol)) == pytest.approx(middle, rel=1e-6, abs=1e-6)


@given(world=step_worlds("square"))
def test_theorem_3_1_holds_exactly_on_gradient_steps(world: World) -> None:
    descent = le(N.L_next, N.L - (N.eta - N.K_t * N.eta**2 / 2) * N.grad_norm**2)
    assert Evaluator(world, Exact(256)).holds(descent) is not False


def test_values_known_by_hand() -> None:
    world = World(
        {N.n: 1, N.m: 1, N.h: 1},
        {N.W1: [[2]], N.W2: [[3]], N.eta: F(1, 100), N.K: 1, N.mu: 1, N.W_star: [[1]]},
        CenteredLoss("square", [[F(1)]], [[F(1)]]),
    )
    exact = Evaluator(world, Exact(128))
    assert exact(N.L) == fmpq(25, 2)
    # sqrt(2 K L) = 5 stays rational although SymPy splits the root over its factors.
    assert exact(N.K_t) == 13 + 5 + fmpq(6 * 6 * 25, 2) / 10000 + fmpq(3 * 13 * 5, 100)
    assert exact(Fro(Stack(N.grad_W1, N.grad_W2)) ** 2) == 225 + 100


def test_unknown_nodes_and_unbound_leaves_are_refused() -> None:
    world = World({}, {})
    with pytest.raises(UnknownNode, match="Derivative"):
        evaluate(sp.Derivative(sp.Function("f")(z), z), world, Exact(64))
    with pytest.raises(Unbound, match="no value in this world"):
        evaluate(N.K, world, Exact(64))


def test_where_overrides_definitions() -> None:
    world = World({}, {N.K: 2})
    assert Evaluator(world, Exact(64), {N.L: N.K + 1})(N.L) == 3


@pytest.mark.parametrize("name", sorted(PENALTIES))
def test_penalties_have_their_stated_second_derivative(name: str) -> None:
    phi, first, second = derivatives(name)
    assert sp.simplify(sp.diff(phi, z).rewrite(sp.exp) - first.rewrite(sp.exp)) == 0
    penalty = PENALTIES[name]
    assert phi.subs(z, 0) == 0
    assert first.subs(z, 0) == 0
    values = np.array([float(second.subs(z, x)) for x in np.linspace(-20, 20, 41)])
    assert np.all(values >= float(penalty.infimum))
    assert np.all(values <= float(penalty.supremum))
    if penalty.stable is not None:
        stable = evaluate(penalty.stable, World({}, {z: np.float64(1.25)}), Float64())
        assert float(stable) == pytest.approx(float(phi.subs(z, 1.25)))


@given(world=step_worlds())
def test_hessian_is_the_derivative_of_the_gradient(world: World) -> None:
    values = Evaluator(world, Float64())
    w, u = values(N.W), values(N.W_star)
    loss, field, small_step = world.loss, Float64(), 1e-6
    assert loss is not None
    quotient = (loss.gradient(field, w + small_step * u) - loss.gradient(field, w - small_step * u)) / (2 * small_step)
    assert np.allclose(quotient, loss.hessian(field, w, u), rtol=1e-4, atol=1e-4)


def _initial_world() -> World:
    return World(
        {N.n: 1, N.m: 1, N.h: 2},
        {N.W1_0: [[2, 1]], N.W2_0: [[1, 1]], N.K: 1, N.mu: 1, N.W_star: [[1]], N.c: F(1, 2), N.d: 2},
        CenteredLoss("square", [[F(1)]], [[F(1)]]),
    )


def test_a_run_is_gradient_descent_and_keeps_its_history() -> None:
    exact = Exact(128)
    last = run(_initial_world(), [F(1, 10), F(1, 20), F(1, 30)], exact)
    assert len(last.history) == 3
    values = [Evaluator(w, exact, {}) for w in last.history]
    for before, after in pairwise(values):
        assert before(N.W1_next) == after(N.W1)
        assert before(N.L_next) == after(N.L)
    final = Evaluator(last, exact)
    assert final(HistorySum(N.eta)) == fmpq(1, 10) + fmpq(1, 20) + fmpq(1, 30)
    assert final(HistoryProduct(N.eta, sp.Integer(1))) == fmpq(1, 600)
    assert final(N.t) == 2
    assert final(N.eta_0) == fmpq(1, 10)


def test_ball_runs_enclose_exact_runs() -> None:
    steps = [F(1, 10)] * 4
    exact, ball = Exact(128), Ball(128)
    with ball.precision():
        truth = Evaluator(run(_initial_world(), steps, exact), exact)(N.L)
        enclosure = Evaluator(run(_initial_world(), steps, ball), ball)(N.L)
        assert enclosure.overlaps(arb(truth))
        assert float(enclosure.rad()) < 1e-30


@given(world=step_worlds("square"))
def test_taylor_with_integral_remainder(world: World) -> None:
    tau = sp.Symbol("tau", real=True)
    w1, w2 = N.W1 - tau * N.eta * N.grad_W1, N.W2 - tau * N.eta * N.grad_W2
    # Second derivative of s -> l(A(s)) along the step, by the product rule.
    velocity = -N.eta * (N.grad_W1 * w2.T + w1 * N.grad_W2.T)
    second = 2 * N.eta**2 * Inner(_grad(w1 * w2.T), N.grad_W1 * N.grad_W2.T) + Inner(
        velocity, Hess(w1 * w2.T, velocity)
    )
    taylor = N.L - N.eta * N.grad_norm**2 + TauIntegral((1 - tau) * second, tau)
    exact = Evaluator(world, Exact(128))
    assert exact(taylor) == exact(N.L_next)


def _grad(w: sp.MatrixExpr) -> sp.MatrixExpr:
    from theorems.norms import Grad

    return Grad(w)
