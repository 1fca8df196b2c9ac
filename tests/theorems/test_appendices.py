"""Appendices A to C, F and G: statements against facts computed in another way."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from properties.evaluate import Evaluator, claim_holds, hypotheses_hold
from properties.fields import Exact
from properties.fields.float64 import Float64
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import experiments, find, global_constants, initialization, norm_lemmas, prior_work
from theorems import notation as N
from theorems.statement import Empirical, Kind, Statement

F = Float64()
RNG = np.random.default_rng(11)


def one(value: int) -> list[list[Fraction]]:
    return [[Fraction(value)]]


def holds(statement: Statement, bindings: dict[sp.Basic, object], dims: dict[sp.Symbol, int]) -> object:
    world = World(dims, bindings)
    assert hypotheses_hold(statement, world, Exact(64)) is True
    return claim_holds(statement, world, Exact(64))


def test_36_fails_for_opposite_numbers_and_its_repair_excludes_them() -> None:
    a, b, dims = norm_lemmas.A, norm_lemmas.B, {norm_lemmas.p: 1, norm_lemmas.q: 1}
    assert holds(find("j36.norm-of-sum"), {a: one(1), b: one(-1)}, dims) is False
    assert holds(find("j36.norm-of-sum/repaired"), {a: one(1), b: one(2)}, dims) is True
    opposite = World(dims, {a: one(1), b: one(-1)})
    assert hypotheses_hold(find("j36.norm-of-sum/repaired"), opposite, Exact(64)) is False


def test_gram_operator_has_the_eigenvalues_of_the_linear_map() -> None:
    w1, w2 = RNG.standard_normal((2, 3)), RNG.standard_normal((3, 3))
    columns = []
    for k in range(6):
        u = np.zeros((2, 3))
        u[k // 3, k % 3] = 1
        columns.append((u @ w2 @ w2.T + w1 @ w1.T @ u).ravel())
    spectrum = np.linalg.eigvalsh(np.array(columns))[::-1]
    e = Evaluator(World({N.n: 2, N.m: 3, N.h: 3}, {N.W1: w1, N.W2: w2}), F)
    for k in range(6):
        assert e(norm_lemmas.Lambda(norm_lemmas.GRAM_OF_T, k + 1)) == pytest.approx(spectrum[k])


@pytest.mark.parametrize("point", [(0, 0), (1, 1), (-2, 3), (Fraction(1, 2), 5)])
def test_the_smoothness_constant_of_the_example_is_the_largest_eigenvalue(point: tuple[object, object]) -> None:
    a, b = (float(x) for x in point)  # type: ignore[arg-type]
    largest = np.linalg.eigvalsh([[b * b, 2 * a * b - 1], [2 * a * b - 1, a * a]])[-1]
    at = {global_constants.x_1: sp.Rational(point[0]), global_constants.x_2: sp.Rational(point[1])}
    assert float(global_constants.LARGEST_EIGENVALUE.subs(at)) == pytest.approx(largest)
    assert float(global_constants.K_OF_EXAMPLE.subs(at)) == pytest.approx(largest)


def test_the_rate_of_prior_work_bounds_a_small_step() -> None:
    w1, w2 = RNG.standard_normal((2, 4)), RNG.standard_normal((2, 4))
    loss = CenteredLoss("square", np.eye(2), w1 @ w2.T + 0.1, 0.0)
    bindings = {N.W1: w1, N.W2: w2, N.eta: 0.01, N.K: 1.0, N.mu: 1.0}
    e = Evaluator(World({N.n: 2, N.m: 2, N.h: 4}, bindings, loss), F)
    assert e(N.L_next) <= e(prior_work.RHO_PRIOR * N.L) <= e(N.L)


def test_the_orders_of_appendix_f_in_numbers() -> None:
    h, p = N.h, initialization.p
    gap, upper = initialization._GAP_H, initialization._UPPER_H
    values = {s: 1 for s in (*gap.free_symbols, *upper.free_symbols) if s not in (h, p)}
    at = {**values, p: sp.Rational(2, 5)}
    ratio = (gap / upper / h ** (2 * p - 1)).subs(at)
    assert float(ratio.subs(h, 10**40)) == pytest.approx(2, rel=1e-3)


def test_the_printed_backtracking_loop_need_not_end() -> None:
    # W1 = 1, W2 = 0, l = (w - w*)^2 / 2 with w* = 1: the gradient of L is w* = 1 in W2, L = 1/2 < 9/10.
    loss = CenteredLoss("square", one(1), one(1))
    dims = {N.n: 1, N.m: 1, N.h: 1}
    state = {N.W1: one(1), N.W2: one(0), N.K: Fraction(1), N.mu: Fraction(1)}
    necessary = find("jG2.backtracking-terminates")
    assert claim_holds(necessary, World(dims, state, loss), Exact(64)) is False
    for k in range(40):
        e = Evaluator(World(dims, {**state, N.eta: Fraction(1, 2) ** k}, loss), F)
        assert e(N.L_next) > e(N.L) - 0.9 * e(N.grad_norm) ** 2


def test_empirical_claims_say_what_is_measured_in_which_experiment() -> None:
    claims = [s.then for s in experiments.STATEMENTS if s.kind is Kind.EMPIRICAL]
    assert len(claims) > 20
    for claim in claims:
        assert isinstance(claim, Empirical)
        assert claim.experiment in {"figure-1", "figure-2", "figure-4", "figure-5", "line-search"}
        assert claim.meaning
        assert claim.measure
    assert any(c.timing for c in claims if isinstance(c, Empirical))
