"""Each schedule gives the step its definition asks for, on real iterates, checked by another route."""

from __future__ import annotations

import numpy as np
import pytest

from properties.engine import Entrywise, Initial, Iterate, Squared, descend, start
from properties.engine.record import Stop
from properties.errors import InputError
from properties.schedules import (
    NAMES,
    READINGS,
    VARIANTS,
    Arora2018,
    Backtracking,
    Constant,
    Du2018,
    Equation19,
    ExactLineSearch,
    Given,
    Polyak,
    RhoMinimizer,
    Xu2023,
    named,
)
from properties.schedules.names import needs_initial_step
from properties.schedules.roots import increasing_root, minimizing_step
from theorems import notation as N


@pytest.fixture
def setup():
    rng = np.random.default_rng(7)
    pairs = [(rng.normal(size=(3, 30)), rng.normal(size=(4, 30))) for _ in range(4)]
    X = np.diag([1.0, 1.3, 0.8])
    stars = np.array([a @ b.T for a, b in pairs]) + rng.normal(size=(4, 3, 4))
    return start(pairs, stars, Squared(X), 1.69, 0.64)


def _visited(setup, schedule, steps=6):
    """(iterate, eta) of each step of a run."""
    seen = []
    inner = schedule.prepare

    class Watched:
        name = schedule.name
        constants = staticmethod(schedule.constants)

        @staticmethod
        def prepare(first, initial):
            rule = inner(first, initial)

            def watched(iterate):
                found = rule(iterate)
                seen.append((iterate, getattr(found, "eta", found)))
                return found

            return watched

    record = descend(setup, Watched, steps=steps)
    return record, seen


def test_fixed_point_is_the_largest_step_that_keeps_its_own_constraint(setup):
    _, seen = _visited(setup, Equation19(1e6, h="rho"))  # growth never binds
    for iterate, eta in seen:
        assert eta * iterate.value(N.K_t, eta=eta) == pytest.approx(np.ones(4), rel=1e-13)
        assert (1.001 * eta * iterate.value(N.K_t, eta=1.001 * eta) > 1).all()


def test_naive_readings_order_as_the_growth_of_K_t_says(setup):
    eta_0 = 1e-3
    first = {r: _visited(setup, Equation19(eta_0, reading=r), 1)[1][0] for r in READINGS}
    schedule = {r: Equation19(eta_0, reading=r) for r in READINGS}
    iterate = first["zero"][0]
    reciprocal = {r: schedule[r].reciprocal(iterate) for r in READINGS}
    # K_t grows with the step, so 1/K_t(0) is too long for its own constraint.
    assert (reciprocal["zero"] > reciprocal["fixed-point"]).all()
    assert (reciprocal["zero"] * iterate.value(N.K_t, eta=reciprocal["zero"]) > 1).all()
    assert np.array_equal(reciprocal["previous"], reciprocal["initial"])
    assert np.array_equal(reciprocal["growth"], reciprocal["initial"])  # at t = 0 growth allows eta_0


@pytest.mark.parametrize("h", ["rho", "rho-bar"])
def test_19_is_the_minimum_of_growth_and_reciprocal(setup, h):
    initial = Initial.measure(setup)
    schedule = Equation19(2e-4, h=h, c=0.5, d=1.01)
    _, seen = _visited(setup, schedule, 5)
    for iterate, eta in seen:
        growth = (1 + 2e-4**1.01) ** (iterate.t / 2) * 2e-4
        assert eta == pytest.approx(np.minimum(growth, schedule.reciprocal(iterate)), rel=1e-14)
    assert (initial.leaves["alpha_1"] > 0).all()


def test_forms_of_K_bar_agree_at_one_half_and_differ_elsewhere(setup):
    _, seen = _visited(setup, Equation19(1e-3, "rho-bar"), 1)
    _, other = _visited(setup, Equation19(1e-3, "rho-bar", c=0.25), 1)
    half, quarter = seen[0][0], other[0][0]
    printed, repaired = (Equation19(1e-3, "rho-bar", c=0.25, form=f) for f in ("printed", "repaired"))
    assert np.array_equal(printed.reciprocal(half), repaired.reciprocal(half))
    assert (printed.reciprocal(quarter) > repaired.reciprocal(quarter)).all()


def test_rho_minimizer_beats_every_other_step_for_rho(setup):
    _, seen = _visited(setup, RhoMinimizer(), 4)
    for iterate, eta in seen:
        best = iterate.value(N.rho, eta=eta)
        for factor in (0.5, 0.9, 0.999, 1.001, 1.1, 2):
            assert (iterate.value(N.rho, eta=factor * eta) >= best).all()


def test_rho_promises_the_descent_it_gets(setup):
    record = descend(setup, Equation19(1e-4), steps=200)
    from properties.engine import formula

    rho = record.values(formula(N.rho))[:-1]
    assert (record["loss"][1:] <= rho * record["loss"][:-1] * (1 + 1e-12)).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_xu_step_descends_and_is_stationary_or_capped(setup, variant):
    schedule = Xu2023(variant)
    record, seen = _visited(setup, schedule, 8)
    assert (np.diff(record["loss"], axis=0) < 0).all()
    assert (seen[0][1] > 0).all()


def test_xu_quartic_is_64_at_the_state(setup):
    from properties.schedules.prior_work import _quartic

    _, seen = _visited(setup, Constant(1e-3), 1)
    iterate = seen[0][0]
    K, mu, L = 1.69, 0.64, iterate.loss
    s, S, p = iterate.value(N.sigma_min_T**2), iterate.value(N.sigma_max_T**2), iterate.measured("sigma_max_W")
    a = _quartic(K, mu, L, s, S, p)
    eta, steep = 3e-4, np.sqrt(2 * K * L)
    by_hand = (
        -2 * eta * mu * s
        + K * mu * eta**2 * S**2
        + 2 * eta**2 * mu * p * steep
        + 2 * eta**3 * mu * K * S * p * steep
        + eta**4 * mu * K * p**2 * steep**2
    )
    assert -a[0] * eta + a[1] * eta**2 + a[2] * eta**3 + a[3] * eta**4 == pytest.approx(by_hand, rel=1e-12)


def test_printed_backtracking_reports_the_loop_that_never_ends(setup):
    record = descend(setup, Backtracking(), steps=5)
    assert set(record.stop) == {Stop.NEVER_ENDS}
    _, seen = _visited(setup, Constant(1e-3), 1)
    iterate = seen[0][0]
    for k in range(300):  # what the loop would have tried
        goal = iterate.loss - 0.9 * iterate.squared_grad_norm
        assert (iterate.loss_after(np.full(4, 0.1**k)) > goal).all()


def test_printed_backtracking_ends_where_the_gradient_is_small():
    # ||grad L||^2 = 2 e^2 (w1^2 + w2^2) e^2 .. small weights: the demand gamma ||grad L||^2 can be met by eta near 1.
    tiny = start([(np.array([[0.1]]), np.array([[0.1]]))], [[1.0]], Squared(np.eye(1)), 1, 1)
    record, seen = _visited(tiny, Backtracking(trial=4.0), 1)
    assert record.stop == [Stop.STEPS]
    iterate, eta = seen[0]
    assert iterate.loss_after(eta) <= iterate.loss - 0.9 * iterate.squared_grad_norm


@pytest.mark.parametrize("warm", [False, True])
def test_armijo_takes_the_first_trial_that_passes(setup, warm):
    _, seen = _visited(setup, Backtracking(armijo=True, warm=warm), 5)
    for iterate, eta in seen:
        g2 = iterate.squared_grad_norm
        assert (iterate.loss_after(eta) <= iterate.loss - 0.9 * eta * g2).all()
        shrunk = eta < 0.99 * (iterate.eta_previous / 0.1 if warm and iterate.t else 1.0)
        assert (~shrunk | (iterate.loss_after(10 * eta) > iterate.loss - 9 * eta * g2)).all()


def test_exact_line_search_is_least_along_the_ray(setup):
    record, seen = _visited(setup, ExactLineSearch(), 60)
    for iterate, eta in seen:
        best = iterate.loss_after(eta)
        for factor in (0.5, 0.99, 1.01, 2.0, 30.0):
            assert (iterate.loss_after(factor * eta) >= best * (1 - 1e-12)).all()
    assert record["loss"][-1].max() < 1e-12 * record["loss"][0].min()


def test_line_is_the_quartic_that_the_step_walks(setup):
    _, seen = _visited(setup, Constant(1e-3), 1)
    iterate = seen[0][0]
    c = iterate.line()
    eta = np.full(4, 0.013)
    assert sum(a * eta**k for k, a in enumerate(c)) == pytest.approx(iterate.loss_after(eta), rel=1e-10)


def test_polyak_arora_du_by_their_formulas(setup):
    _, seen = _visited(setup, Polyak(), 2)
    iterate, eta = seen[1]
    assert eta == pytest.approx(iterate.loss / iterate.measured("grad_norm") ** 2)
    Y = np.diag([1.0, 1.3, 0.8]) @ setup.W_star
    norm = np.linalg.norm(Y, axis=(1, 2))
    _, seen = _visited(setup, Du2018(), 3)
    assert seen[2][1] == pytest.approx(np.sqrt(norm / 2 / 3) / (300 * norm**1.5))
    initial = np.sqrt(2 * setup.loss.value(setup.R))
    margin = np.maximum(np.linalg.svd(Y, compute_uv=False)[:, -1] - initial, 0) / 1.3
    record = descend(setup, Arora2018(), steps=1)
    for i in range(4):
        if margin[i] > 0:
            assert record["eta"][0, i] == pytest.approx(margin[i] ** 3 / (1e5 * norm[i] ** 4))
        else:
            assert record.stop[i] is Stop.NO_STEP


def test_given_step_is_taken(setup):
    record = descend(setup, Given(lambda it: 1e-4 / (1 + it.t) * np.ones_like(it.loss)), steps=3)
    assert np.array_equal(record["eta"][:3, 0], 1e-4 / np.array([1.0, 2.0, 3.0]))


def test_rules_for_the_squared_loss_refuse_others():
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=(2, 5)), rng.normal(size=(2, 5)))]
    other = start(pairs, np.eye(2), Entrywise(np.eye(2), "log-cosh", 0.1), 1.1, 0.1)
    for schedule in (Xu2023(), Arora2018(), Du2018(), ExactLineSearch()):
        with pytest.raises(InputError, match="schedule"):
            descend(other, schedule, steps=1)
    for schedule in (Equation19(1e-3), RhoMinimizer(), Backtracking(armijo=True), Polyak()):
        record = descend(other, schedule, steps=20)
        assert (np.diff(record["loss"], axis=0) < 0).all(), schedule.name


def test_increasing_root_over_many_scales():
    rng = np.random.default_rng(0)
    for _ in range(50):
        root = 10.0 ** rng.uniform(-80, 40, size=8)
        higher = [10.0 ** rng.uniform(-3, 3, size=8) / root**k for k in (1, 2, 3)]
        constant = -sum(c * root**k for k, c in enumerate(higher, 1))
        assert increasing_root(constant, *higher) == pytest.approx(root, rel=1e-13)
    assert np.isnan(increasing_root(np.array([1.0]), np.array([1.0])))[0]
    assert not np.isfinite(increasing_root(np.array([-1.0]), np.array([0.0])))[0]


def test_minimizing_step_when_high_coefficients_vanish():
    c = tuple(np.array([x]) for x in (1.0, -2.0, 1.5, 1e-150, 1e-300))
    assert minimizing_step(c)[0] == pytest.approx(2 / 3, rel=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_builds_a_schedule(name, setup):
    schedule = named(name, 1e-4 if needs_initial_step(name) else None)
    record = descend(setup, schedule, steps=2)
    assert record.settings["schedule"] == schedule.name


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("eq91", "did you mean 'eq19'"),
        ("eq19:reeding=previous", "takes h, reading"),
        ("eq19:reading=later", "use one of"),
        ("eq19:form=sharp", "printed or repaired"),
        ("armijo:trial=one", "is no number"),
        ("armijo:trial=1/0", "is no number"),
        ("armijo:tau=2", r"lies in \(0, 1\)"),
        ("xu:variant=best", "use one of"),
        ("xu:c1=2", "must hold"),
        ("polyak:1", "takes factor"),
    ],
)
def test_bad_names_and_options_are_one_clear_line(spec, hint):
    with pytest.raises(InputError, match=hint) as caught:
        named(spec, 1e-3)
    assert "\n" not in str(caught.value)


def test_options_are_read_exactly():
    assert named("constant:eta=1/100").eta == 0.01
    assert named("eq19:h=rho-bar,eta0=1e-4").name == "(19) rho-bar"
    with pytest.raises(InputError, match="needs an initial step"):
        named("eq19")


def test_iterates_give_formulas_and_refuse_what_they_do_not_measure(setup):
    _, seen = _visited(setup, Constant(1e-3), 1)
    iterate: Iterate = seen[0][0]
    assert iterate.value(N.mu_t) == pytest.approx(0.64 * iterate.value(N.sigma_min_T) ** 2)
    with pytest.raises(TypeError, match="measures no such quantity"):
        iterate.value(N.L_next)
