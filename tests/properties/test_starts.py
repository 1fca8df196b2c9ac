"""Structured starts: shapes, what each family promises, the same draws for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from properties.starts import FAMILIES, aligned, one_sided


def _rng() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(5))


@pytest.mark.parametrize("name", sorted(FAMILIES))
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 1, 2), (1, 2, 2), (2, 3, 4)])
def test_each_family_has_its_shapes_and_positive_constants(name, shape):
    n, m, h = shape
    start = FAMILIES[name].start(_rng(), 30, n, m, h)
    assert start.w1.shape == (30, n, h) and start.w2.shape == (30, m, h)
    assert start.losses.loss.w_star.shape == (30, n, m)
    k, mu = start.losses.constants()
    assert (mu > 0).all() and (k >= mu * (1 - 1e-12)).all()
    assert np.array_equal(start.w1, FAMILIES[name].start(_rng(), 30, n, m, h).w1)


def test_aligned_factors_lie_one_entry_away_from_the_minimum():
    start = aligned(_rng(), 100, 3, 2, 3)
    away = start.losses.loss.w_star - start.w1 @ np.swapaxes(start.w2, -1, -2)
    assert ((away != 0).sum(axis=(-2, -1)) == 1).all()
    assert (np.linalg.matrix_rank(start.w1) == 1).all()
    k, mu = start.losses.constants()
    assert np.allclose(k, mu)


def test_one_sided_starts_have_a_zero_factor_and_an_orthonormal_one():
    start = one_sided(_rng(), 100, 2, 2, 2)
    first, second = (np.linalg.norm(w, axis=(-2, -1)) for w in (start.w1, start.w2))
    assert ((first == 0) != (second == 0)).all()
    values = np.linalg.svd(np.where((first > 0)[:, None, None], start.w1, start.w2), compute_uv=False)
    assert np.allclose(values[:, 0], values[:, 1])
