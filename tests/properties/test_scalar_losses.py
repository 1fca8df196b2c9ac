"""Named scalar losses: their stable derivatives are those of the formula, and their one-line bounds hold."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from properties.errors import InputError
from properties.evaluate import evaluate_scalar
from properties.fields import Float64
from properties.formula import y, z
from properties.scalar_losses import SCALAR_LOSSES, ScalarLoss, pseudo_huber, smoothed_hinge, smoothed_quantile

ALL = [
    *SCALAR_LOSSES.values(),
    smoothed_hinge(Fraction(1, 3)),
    smoothed_quantile(Fraction(9, 10), Fraction(2)),
    pseudo_huber(Fraction(1, 2)),
]


@pytest.mark.parametrize("loss", ALL, ids=lambda s: s.name)
def test_stable_forms_are_the_formula_and_its_derivatives(loss: ScalarLoss) -> None:
    first = sp.diff(loss.phi, z)
    for point in ("-7/3", "1/5", "2"):
        for label in (-1, 1):
            at = {z: sp.Rational(point), y: sp.Integer(label)}
            pairs = [(loss.phi, loss.stable), (first, loss.first), (sp.diff(first, z), loss.second)]
            for formula, stable in pairs:
                assert abs(sp.N((formula - stable).subs(at), 30)) < 1e-25


@pytest.mark.parametrize("loss", ALL, ids=lambda s: s.name)
def test_second_derivative_stays_in_the_stated_bounds(loss: ScalarLoss) -> None:
    grid = np.concatenate([np.linspace(-30, 30, 2001), [-1e6, 1e6]])
    for label in (-1.0, 1.0):
        with np.errstate(over="ignore"):
            values = evaluate_scalar(loss.second, {z: grid, y: label}, Float64()) + 0 * grid
        assert np.all(values >= float(loss.infimum or 0) - 1e-12)
        if loss.supremum is not None:
            assert np.all(values <= float(loss.supremum) * (1 + 1e-12))
            assert values.max() > 0.99 * float(loss.supremum)


@pytest.mark.parametrize("loss", [s for s in ALL if s.name != "poisson"], ids=lambda s: s.name)
def test_large_inputs_do_not_overflow(loss: ScalarLoss) -> None:
    grid = np.array([-1e5, -800.0, 800.0, 1e5])
    with np.errstate(over="ignore"):
        for tree in (loss.stable, loss.first, loss.second):
            assert np.all(np.isfinite(evaluate_scalar(tree, {z: grid, y: 1.0}, Float64()) + 0 * grid))


def test_parameters_out_of_range_are_refused() -> None:
    for make in (
        lambda: smoothed_hinge(Fraction(0)),
        lambda: smoothed_quantile(Fraction(1)),
        lambda: pseudo_huber(Fraction(-1)),
    ):
        with pytest.raises(InputError):
            make()
