"""Sampling: shapes, structures, decades, and constants of the losses drawn."""

from __future__ import annotations

import numpy as np
import pytest

from properties import landmarks, sampling
from properties.fields import Float64
from properties.losses import PENALTIES


def _rng() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(7))


@pytest.mark.parametrize("name", sorted(sampling.KINDS))
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 2)])
def test_each_kind_has_its_shape(name, shape):
    a = sampling.KINDS[name][0](_rng(), 20, *shape)
    assert a.shape == (20, *shape)
    assert np.isfinite(a).all()


def test_orthogonal_matrices_are_orthonormal_and_rational():
    a = sampling.orthogonal(_rng(), 50, 3, 2)
    gram = np.swapaxes(a, -1, -2) @ a
    assert np.allclose(gram, np.eye(2), atol=1e-12)


def test_rank_one_is_rank_one():
    assert np.linalg.matrix_rank(sampling.rank_one(_rng(), 50, 3, 3)).max() == 1


def test_matrices_reach_zeros_integers_and_decades():
    a = sampling.matrices(_rng(), 2000, 2, 2)
    size = np.abs(a).max(axis=(-2, -1))
    assert (size == 0).any()
    assert size[size > 0].min() < 1e-3 < 1e3 < size.max()
    assert (a == np.round(a)).all(axis=(-2, -1)).mean() > 0.2


def test_the_same_seed_gives_the_same_worlds():
    assert np.array_equal(sampling.matrices(_rng(), 50, 2, 3), sampling.matrices(_rng(), 50, 2, 3))


def test_scalars_keep_their_sign():
    assert (sampling.scalars(_rng(), 500, sign="positive") > 0).all()
    assert (sampling.scalars(_rng(), 500, sign="nonnegative") >= 0).all()
    assert (sampling.scalars(_rng(), 500, sign="any") < 0).any()


def test_tied_leaves_meet():
    a, b = sampling.normal(_rng(), 400, 2, 2), sampling.integers(_rng(), 400, 2, 2)
    sampling.tie(_rng(), [a, b])
    assert (np.abs(b + a).max(axis=(-2, -1)) == 0).any()


def test_balanced_leaves_meet():
    rng = _rng()
    a, b = sampling.normal(rng, 400, 2, 2), sampling.normal(rng, 400, 2, 2)
    sampling.balance(rng, a, b)
    imbalance = np.swapaxes(a, -1, -2) @ a - np.swapaxes(b, -1, -2) @ b
    assert (np.abs(imbalance).max(axis=(-2, -1)) < 1e-9).sum() > 10


@pytest.mark.parametrize("penalty", sorted(PENALTIES))
def test_constants_of_sampled_losses_hold(penalty):
    rng = _rng()
    batch = sampling.losses(rng, 300, 2, 3, penalty=penalty, convex=True, star=sampling.normal(rng, 300, 2, 3))
    k, mu = batch.constants()
    assert (mu > 0).all() and (k >= mu * (1 - 1e-12)).all()
    field = Float64()
    assert np.all(batch.loss.smooth(field, k * (1 + 1e-9)))
    assert np.all(batch.loss.strongly_convex(field, mu * (1 - 1e-9)))
    assert (batch.k_factor == 1).mean() > 0.5
    assert np.array_equal(batch.rows(slice(0, 5)).loss.x, batch.loss.x[:5])


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (2, 2), (3, 2)])
def test_landmarks_are_integer_and_distinct(shape):
    table = landmarks.matrices(*shape)
    assert all(a.shape == shape and np.array_equal(a, np.round(a)) for a in table)
    assert len({a.tobytes() for a in (b + 0.0 for b in table)}) == len(table)
    assert any(not a.any() for a in table)
