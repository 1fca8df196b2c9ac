"""The initial state: spectrum of the imbalance with exact zeros, and the curvature at the start."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from properties.curvature import largest_hessian_eigenvalue
from properties.imbalance import InitialState
from properties.problems import Problem


def problem(n: int, m: int, h: int, seed: int = 0, rank_one: bool = False) -> Problem:
    rng = np.random.default_rng(seed)
    X = rng.integers(-4, 5, (n + 3, n))
    W1, W2 = rng.integers(-3, 4, (n, h)), rng.integers(-3, 4, (m, h))
    if rank_one:
        W1[:] = W1[:1]
    return Problem.from_arrays(X, rng.integers(-9, 9, (n + 3, m)), W1, W2)


SHAPES = [(1, 1, 1), (1, 1, 3), (2, 3, 2), (3, 2, 4), (2, 2, 4), (2, 2, 9), (4, 1, 30)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rank_one", [False, True])
def test_eigenvalues_of_the_imbalance_are_those_of_the_wide_matrix(shape: tuple[int, int, int], rank_one: bool) -> None:
    p = problem(*shape, rank_one=rank_one)
    state = InitialState(p)
    W1, W2 = np.array(p.W1, float), np.array(p.W2, float)
    dense = np.linalg.eigvalsh(W1.T @ W1 - W2.T @ W2)
    for sign in (1, -1):
        ordered = np.sort(sign * dense)[::-1]
        for k in range(1, p.h + 3):
            value = state.eigenvalue(k, sign, 128)
            expected = ordered[k - 1] if k <= p.h else 0.0
            if isinstance(value, fmpq):
                assert value == 0
                assert abs(expected) < 1e-9
            else:
                assert float(value.mid()) == pytest.approx(expected, abs=1e-9)
                assert value.rad() < 1e-30


def test_zero_eigenvalues_are_exact_zeros() -> None:
    balanced = Problem.from_arrays([[1], [2]], [[1], [3]], [["1/3", "1/2"]], [["1/3", "1/2"]])
    state = InitialState(balanced)
    assert state.signs == (0, 0)
    assert all(state.eigenvalue(k, s, 64) == 0 for k in (1, 2, 3) for s in (1, -1))


def test_the_factor_multiplies_back_exactly() -> None:
    state = InitialState(problem(3, 2, 3, rank_one=True))
    columns, pivots = state.factor
    size = 5
    for i in range(size):
        for j in range(size):
            assert sum((c[i] * c[j] * p for c, p in zip(columns, pivots, strict=True)), fmpq(0)) == state.gram[i, j]
    assert len(pivots) == state.gram.rank()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_hessian_at_the_start_has_the_eigenvalue_of_the_wide_problem(shape: tuple[int, int, int]) -> None:
    p = problem(*shape, seed=1)
    state = InitialState(p)
    n, m, h = p.n, p.m, p.h
    W1, W2 = np.array(p.W1, float), np.array(p.W2, float)
    S = np.array([[float(Fraction(int(x.p), int(x.q))) for x in row] for row in p.loss.gram.tolist()])
    G = np.array([[float(Fraction(int(x.p), int(x.q))) for x in row] for row in p.loss.gradient(state.W).tolist()])

    def hessian(v: np.ndarray) -> np.ndarray:
        U1, U2 = v[: n * h].reshape(n, h), v[n * h :].reshape(m, h)
        V = S @ (U1 @ W2.T + W1 @ U2.T)
        return np.concatenate([(V @ W2 + G @ U2).ravel(), (V.T @ W1 + G.T @ U1).ravel()])

    dense = np.array([hessian(e) for e in np.eye((n + m) * h)])
    ball = largest_hessian_eigenvalue(p, state)
    assert float(ball.mid()) == pytest.approx(np.linalg.eigvalsh(dense)[-1], rel=1e-9)
    assert ball.rad() < 1e-6 * ball.mid()


def test_large_problems_get_a_hull_of_the_hessian_s_top_eigenvalue(monkeypatch: pytest.MonkeyPatch) -> None:
    p = problem(3, 2, 9, seed=2)
    state = InitialState(p)
    exact = largest_hessian_eigenvalue(p, state)
    monkeypatch.setattr("properties.curvature._LARGEST_SIZE", 1)
    hull = largest_hessian_eigenvalue(p, state)
    assert hull.contains(exact)
    assert hull.lower() > exact.mid() * 0.999
    assert hull.upper() < 3 * exact.mid()
