"""Whole runs at once agree with the same runs step by step."""

from __future__ import annotations

import numpy as np
import sympy as sp

from properties.evaluate import Evaluator, claim_holds, hypotheses_hold
from properties.fields import Float64
from properties.losses import CenteredLoss
from properties.timeline import FIELD, Runs, Timeline, descend
from properties.worlds import World, run
from theorems import notation as N
from theorems.norms import HistoryProduct, HistorySum
from theorems.statement import Kind, Statement, journal, le


def runs(iterations: int = 6) -> Runs:
    rng = np.random.default_rng(3)
    batch, n, m, h = 4, 2, 1, 3
    x, w_star = np.eye(n) + 0.2 * rng.normal(size=(batch, n, n)), rng.normal(size=(batch, n, m))
    values = np.linalg.svd(x, compute_uv=False)
    world = World(
        {N.n: n, N.m: m, N.h: h},
        {
            N.W1_0: rng.normal(size=(batch, n, h)), N.W2_0: rng.normal(size=(batch, m, h)), N.W_star: w_star,
            N.K: values[:, 0] ** 2, N.mu: values[:, -1] ** 2, N.c: 0.5, N.d: 2.0, N.eta_0: np.full(batch, 1e-2),
        },
    )  # fmt: skip
    return descend(world, CenteredLoss("square", x, w_star), iterations=iterations)


def alone(batch: Runs, b: int) -> World:
    bindings = dict(batch.world.bindings)
    loss = batch.world.loss
    assert isinstance(loss, CenteredLoss)
    single = {s: np.asarray(bindings[s])[b] for s in (N.W1_0, N.W2_0, N.W_star, N.K, N.mu, N.eta_0)}
    world = World(batch.world.dims, {**single, N.c: 0.5, N.d: 2.0}, loss.with_data(x=loss.x[b], w_star=loss.w_star[b]))
    return run(world, [float(e) for e in batch.steps[:, b]], Float64())


def test_quantities_agree_with_single_runs() -> None:
    batch = runs()
    together = Timeline(batch.world, FIELD)
    total, product = HistorySum(N.eta * N.L), HistoryProduct(N.rho, sp.Integer(1))
    for b in range(batch.steps.shape[1]):
        for t, world in enumerate(alone(batch, b).history):
            single = Evaluator(World(world.dims, world.bindings, world.loss, alone(batch, b).history[: t + 1]), FIELD)
            for expression in (N.L, N.L_next, N.K_t, N.rho, N.growth, total, product):
                assert np.isclose(float(together(expression)[t, b]), float(single(expression)), rtol=1e-9)


def test_the_schedule_stays_within_its_two_constraints() -> None:
    batch = runs(20)
    together = Timeline(batch.world, FIELD)
    assert np.all(together(N.eta * N.K_t) <= 1)
    assert np.all(batch.steps <= together(N.growth) * (1 + 1e-12))
    assert np.all(np.isclose(batch.steps, together(N.growth)) | np.isclose(together(N.eta * N.K_t), 1))


def test_a_trajectory_hypothesis_that_fails_once_stays_failed() -> None:
    batch = runs()
    early = Statement("x.early", (journal("x"),), Kind.TRAJECTORY, given=(le(N.t, 2),), then=le(N.L_next, N.L))
    late = Statement("x.late", (journal("x"),), Kind.TRAJECTORY, given=(le(2, N.t),), then=le(N.L_next, N.L))
    met_early, holds = Timeline(batch.world, FIELD).verdicts(early)
    met_late, _ = Timeline(batch.world, FIELD).verdicts(late)
    assert met_early[:, 0].tolist() == [True, True, True, False, False, False]
    assert not met_late.any()
    last = alone(batch, 0)
    assert bool(hypotheses_hold(early, last, FIELD)) is bool(met_early[-1, 0])
    assert bool(claim_holds(early, last, FIELD)) is bool(holds[-1, 0])


def test_descent_stops_when_the_loss_has_fallen() -> None:
    batch = runs(5000)
    assert batch.iterations < 5000
    assert np.all(batch.losses[-1] <= 1e-6 * batch.losses[0])
