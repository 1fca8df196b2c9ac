"""K, mu, W* and min l: certified values of known losses, proofs of absence, and declared constants refuted exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from properties.entrywise import by_formula, by_name
from properties.exact_numbers import read_matrix
from properties.fields import Ball, Exact, Float64
from properties.named_losses import SensingLoss, SoftmaxLoss, huber, matrix_completion
from properties.scalar_losses import SCALAR_LOSSES
from verify.losses.constants import certify, constants
from verify.losses.declared import breaks_convexity, breaks_pl, breaks_smoothness, check_K, check_mu
from verify.losses.enclosure import Absent, Enclosure, Unknown, decimal
from verify.losses.minimizer import minimum

X = read_matrix([[1, 0], ["1/2", 2], [1, -1]])
SIGNS = read_matrix([[1, -1], [1, 1], [-1, 1]])
Y = read_matrix([[1, "1/3"], [1, 2], [0, 1]])
RIDGE = Fraction(1, 10)
SIGMA = (Fraction(9, 4), Fraction(5))  # eigenvalues of X^T X


def _named(name: str, ridge: Fraction = RIDGE) -> Any:
    scalar = SCALAR_LOSSES[name]
    return by_name(X, SIGNS if scalar.labels == "signs" else Y, scalar, ridge)


def _contains(answer: Any, value: Fraction, gap: Fraction = Fraction(1, 10**9)) -> None:
    assert isinstance(answer, Enclosure)
    assert answer.lower is not None and answer.upper is not None
    assert answer.lower <= value <= answer.upper
    assert answer.upper - answer.lower <= gap * value


def test_squared_loss_has_the_spectrum_of_the_data() -> None:
    found = constants(_named("squared", Fraction(0)))
    _contains(found.K, SIGMA[1])
    _contains(found.mu, SIGMA[0])
    assert found.smoothness.holds


@pytest.mark.parametrize("name", ["logistic", "log-cosh", "pseudo-huber", "smoothed-hinge"])
def test_convex_losses_that_flatten_have_mu_equal_to_the_ridge(name: str) -> None:
    found = constants(_named(name))
    _contains(found.mu, RIDGE)
    supremum = SCALAR_LOSSES[name].supremum
    assert supremum is not None and isinstance(found.K, Enclosure) and found.K.upper is not None
    assert found.K.upper >= supremum * SIGMA[1] + RIDGE
    assert found.K.upper <= (supremum * SIGMA[1] + RIDGE) * (1 + Fraction(1, 10**9))
    without = constants(_named(name, Fraction(0)))
    assert isinstance(without.mu, Absent) and "lambda_min" in str(without.mu.witness)


def test_ridge_logistic_attains_K_at_zero() -> None:
    found = constants(_named("logistic"))
    _contains(found.K, SIGMA[1] / 4 + RIDGE)
    assert isinstance(found.K, Enclosure) and found.K.place == "W = 0"


@pytest.mark.parametrize("loss", [by_name(X, read_matrix([[1, 0], [2, 1], [0, 3]]), SCALAR_LOSSES["poisson"], RIDGE)])
def test_poisson_has_no_K_and_shows_where(loss: Any) -> None:
    found = constants(loss)
    assert isinstance(found.K, Absent) and isinstance(found.phi2_sup, Absent)
    w = read_matrix(found.K.witness["W"])
    h = loss.hessian(Float64(), Float64().matrix(w), np.eye(2))
    assert np.max(h) > 1e6


def test_nonconvex_formula_has_no_mu_and_the_witness_is_right() -> None:
    loss = by_formula(X, Y, "log(1 + z^2)", RIDGE)
    found = constants(loss)
    _contains(found.K, 2 * SIGMA[1] + RIDGE)
    assert isinstance(found.mu, Absent)
    w = Float64().matrix(read_matrix(found.mu.witness["W"]))
    columns = [loss.hessian(Float64(), w, np.eye(4)[k].reshape(2, 2)).ravel() for k in range(4)]
    assert np.linalg.eigvalsh(np.array(columns))[0] < 0


def test_matrix_completion_is_pl_only() -> None:
    found = constants(matrix_completion(Y, read_matrix([[1, 0], [1, 1], [0, 1]])))
    assert isinstance(found.mu, Absent)
    _contains(found.pl, Fraction(1))
    _contains(found.K, Fraction(1))
    direction = found.mu.witness["V"]
    assert direction[0][1] != "0" or direction[2][0] != "0"


def test_rank_deficient_data_name_the_kernel() -> None:
    found = constants(by_formula(read_matrix([[1, 2]]), read_matrix([[1]]), "(z - y)^2/2"))
    assert isinstance(found.mu, Absent)
    v = [Fraction(t) for t in found.mu.witness["v"]]
    assert v[0] + 2 * v[1] == 0 and any(v)
    assert isinstance(found.pl, Enclosure) and found.pl.lower is not None and found.pl.lower <= 5


def test_huber_is_not_twice_differentiable_but_smooth() -> None:
    found = constants(huber(X, Y, Fraction(1, 2), RIDGE))
    assert found.smoothness.holds is False and found.smoothness.first_order
    assert "z = " in found.smoothness.reason
    assert isinstance(found.K, Enclosure)
    _contains(found.mu, RIDGE)


def test_a_kink_leaves_no_constants() -> None:
    found = constants(by_formula(X, Y, "abs(z - y)", RIDGE))
    assert found.smoothness.holds is False and not found.smoothness.first_order
    assert isinstance(found.K, Absent)


def test_softmax_and_sensing() -> None:
    found = constants(SoftmaxLoss(X, (0, 1, 1), 2, RIDGE))
    _contains(found.K, SIGMA[1] / 2 + RIDGE)
    _contains(found.mu, RIDGE)
    wide = constants(SoftmaxLoss(X, (0, 1, 2), 3, RIDGE)).K
    assert isinstance(wide, Enclosure) and wide.side == "upper only"
    sensing = constants(SensingLoss((X, Y), (Fraction(1), Fraction(2)), RIDGE))
    _contains(sensing.mu, RIDGE)


def test_unbounded_both_ways_stays_undecided_where_rows_could_cancel() -> None:
    assert isinstance(constants(by_formula(X, Y, "z^2 + cos(z^2)")).K, Unknown)
    one = constants(by_formula(read_matrix([[1]]), read_matrix([[1]]), "z^2 + cos(z^2)"))
    assert isinstance(one.K, Absent) and isinstance(one.mu, Absent)


def test_K_bounds_the_hessian_everywhere() -> None:
    rng = np.random.default_rng(0)
    for name in ("logistic", "log-cosh", "smoothed-quantile"):
        loss, found = certify(_named(name))
        assert isinstance(found.K, Enclosure) and isinstance(found.mu, Enclosure)
        for scale in (0.01, 1.0, 30.0):
            w = scale * rng.standard_normal((2, 2))
            h = np.array([loss.hessian(Float64(), w, np.eye(4)[k].reshape(2, 2)).ravel() for k in range(4)])
            values = np.linalg.eigvalsh(h)
            assert values[-1] <= float(found.K.upper or 0) * (1 + 1e-12)
            assert values[0] >= float(found.mu.lower or 0) * (1 - 1e-9) - 1e-12
        field = Exact()
        assert loss.smooth(field, field.scalar(1000)) is True
        assert loss.strongly_convex(field, field.scalar(1000)) is False


@pytest.mark.parametrize("name", ["squared", "logistic", "pseudo-huber"])
def test_the_minimum_is_enclosed_to_the_digits_asked_for(name: str) -> None:
    loss = _named(name)
    found = constants(loss)
    assert isinstance(found.mu, Enclosure)
    best = minimum(loss, found.mu.lower, digits=60)
    assert best is not None and best.radius is not None and best.unique
    assert best.radius <= Fraction(1, 10**59)
    assert best.lower <= best.upper and best.upper - best.lower <= Fraction(1, 10**59)
    field = Ball(400)
    with field.precision():
        gradient = loss.gradient(field, field.matrix(best.point))
        assert field.sqrt(field.inner(gradient, gradient)) < field.scalar(Fraction(1, 10**55))


def test_a_singular_quadratic_has_an_exact_minimum() -> None:
    best = minimum(by_formula(read_matrix([[1, 2], [2, 4]]), read_matrix([[1], [0]]), "(z - y)^2/2"), None)
    assert best is not None and best.exact and not best.unique and best.lower == best.upper == Fraction(2, 5)


@pytest.mark.parametrize("name", ["squared", "logistic", "log-cosh", "pseudo-huber", "smoothed-hinge"])
def test_constants_wrong_by_one_percent_are_refuted_exactly(name: str) -> None:
    loss = _named(name)
    found = constants(loss)
    assert isinstance(found.K, Enclosure) and isinstance(found.mu, Enclosure)
    assert found.K.upper is not None and found.mu.lower is not None
    small, large = found.K.upper * Fraction(99, 100), found.mu.lower * Fraction(101, 100)
    k, mu = check_K(loss, small, found), check_mu(loss, large, found)
    assert k.status == mu.status == "refuted" and k.witness and mu.witness
    assert k.inequality == "(3)" and mu.inequality == "(4)"
    assert breaks_smoothness(loss, k.witness["W"], k.witness["V"], small) == k.excess
    assert breaks_pl(loss, mu.witness["W"], mu.witness["W_0"], large) == mu.excess
    assert breaks_smoothness(loss, k.witness["W"], k.witness["V"], found.K.upper) is None
    assert breaks_pl(loss, mu.witness["W"], mu.witness["W_0"], found.mu.lower) is None
    assert check_K(loss, found.K.upper, found).status == "holds"
    assert check_mu(loss, found.mu.lower, found).status == "holds"


def test_mu_of_a_pl_loss_is_refuted_by_a_pair() -> None:
    loss = by_formula(read_matrix([[1, 2]]), read_matrix([[1]]), "(z - y)^2/2")
    found = check_mu(loss, Fraction(3))
    assert found.status == "refuted" and found.inequality == "strong convexity" and found.witness
    assert breaks_convexity(loss, found.witness["W"], found.witness["V"], Fraction(3)) is not None


@pytest.mark.parametrize("q", [Fraction(1, 3), Fraction(-2, 7), Fraction(10**40, 7), Fraction(1, 10**30), Fraction(0)])
def test_decimals_round_outward(q: Fraction) -> None:
    low, high = decimal(q, 6, up=False), decimal(q, 6, up=True)
    assert low is not None and high is not None
    assert Fraction(low) <= q <= Fraction(high)
    assert Fraction(high) - Fraction(low) <= abs(q) * Fraction(1, 10**5)
