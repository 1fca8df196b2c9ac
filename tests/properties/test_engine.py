"""The width-free engine does what gradient descent on the full weights does, and says where it cannot."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_mat, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from properties.engine import (
    Entrywise,
    Initial,
    OnProduct,
    Record,
    Squared,
    certified_trajectory,
    compress,
    descend,
    descend_plain,
    formula,
    start,
)
from properties.engine.iterate import Iterate
from properties.engine.record import Stop
from properties.engine.spectra import refined_eigenvalues, refined_singular_values
from properties.errors import InputError
from properties.losses import CenteredLoss
from properties.schedules import Constant, Equation19, Given
from theorems import notation as N


def _batch(n=3, m=2, h=20, repeats=3, seed=0, noise=1.0):
    rng = np.random.default_rng(seed)
    pairs = [(rng.normal(size=(n, h)), rng.normal(size=(m, h))) for _ in range(repeats)]
    R = noise * rng.normal(size=(repeats, n, m))
    stars = np.array([a @ b.T for a, b in pairs]) - R
    return rng, pairs, stars, R


def _setup(X, pairs, stars, R=None):
    singular = np.linalg.svd(X, compute_uv=False)
    return start(pairs, stars, Squared(X), singular[0] ** 2, singular[-1] ** 2, residual=R)


def _direct(W1, W2, star, X, etas):
    """Losses, layer spectra and ||D(t) - D(0)||_F of gradient descent on the full weights."""
    D0 = W1.T @ W1 - W2.T @ W2
    rows = []
    for eta in [*etas, None]:
        E = X @ (W1 @ W2.T - star)
        D = W1.T @ W1 - W2.T @ W2
        sigma = [np.linalg.svd(M, compute_uv=False) for M in (W1, W2, W1 @ W2.T)]
        rows.append([0.5 * (E * E).sum(), *(x for s in sigma for x in (s[-1], s[0])), np.linalg.norm(D - D0)])
        if eta is not None:
            G = X.T @ E
            W1, W2 = W1 - eta * G @ W2, W2 - eta * G.T @ W1
    return np.array(rows)


@pytest.mark.parametrize(("n", "m", "h"), [(3, 2, 20), (2, 4, 5), (3, 3, 3), (4, 2, 4), (2, 3, 200)])
def test_compressed_run_is_the_full_run(n, m, h):
    rng, pairs, stars, _ = _batch(n, m, h)
    X = rng.normal(size=(n + 1, n))
    setup = _setup(X, pairs, stars)
    assert setup.W1.shape[2] == min(h, n + m)
    eta = 0.05 / np.linalg.norm(X, 2) ** 2 / h
    record = descend(setup, Constant(eta), steps=30)
    for i, (W1, W2) in enumerate(pairs):
        full = _direct(W1, W2, stars[i], X, [eta] * 30)
        names = ("loss", "sigma_n_W1", "sigma_max_W1", "sigma_m_W2", "sigma_max_W2", "sigma_min_W", "sigma_max_W")
        for k, name in enumerate(names):
            assert record[name][:, i] == pytest.approx(full[:, k], rel=1e-9, abs=1e-12), name
        assert record["D_change"][:, i] == pytest.approx(full[:, -1], rel=1e-6, abs=1e-9)


def test_spectrum_of_the_imbalance_survives_compression():
    _, pairs, stars, R = _batch(3, 2, 40)
    initial = Initial.measure(_setup(np.eye(3), pairs, stars, R))
    for i, (W1, W2) in enumerate(pairs):
        D = np.linalg.eigvalsh(W1.T @ W1 - W2.T @ W2)[::-1]
        assert initial.leaves["lambda_1_D"][i] == pytest.approx(D[0], rel=1e-12)
        assert initial.leaves["lambda_n_D"][i] == pytest.approx(D[2], rel=1e-10)
        assert initial.leaves["lambda_m_minus_D"][i] == pytest.approx(-D[-2], rel=1e-10)


@pytest.mark.parametrize(("n", "m"), [(2, 4), (4, 2), (3, 3)])
def test_table_2_in_printed_and_repaired_form_against_certified_values(n, m):
    from properties.imbalance import InitialState
    from properties.problems import Problem
    from theorems.statement import Form, Version
    from theorems.table2 import definitions
    from verify.experiments.comparison import setup_of
    from verify.theorem_constants import theorem_constants

    rng = np.random.default_rng(n)
    X = (rng.integers(-2, 3, (n, n)) + 5 * np.eye(n, dtype=int)).tolist()
    W1, W2 = rng.integers(-3, 4, (n, 12)), rng.integers(-3, 4, (m, 12))
    Y = (np.array(X) @ W1 @ W2.T + rng.integers(-1, 2, (n, m))).tolist()
    problem = Problem.from_arrays(X, Y, W1.tolist(), W2.tolist())
    for form in (Form.PRINTED, Form.REPAIRED):
        where = definitions(Version.JOURNAL, (), form)
        certified = theorem_constants(problem, InitialState(problem), where, problem.c, problem.d, 128).values
        initial = Initial.measure(setup_of(problem), where=where)
        for name in ("alpha_1", "alpha_2", "beta_2"):
            truth = float(arb(certified[getattr(N, name)]).mid())
            assert initial.leaves[name][0] == pytest.approx(truth, rel=1e-9, abs=1e-12), (form, name)


def test_formulas_are_those_of_theorems():
    _, pairs, stars, R = _batch()
    setup = _setup(np.eye(3), pairs, stars, R)
    record = descend(setup, Equation19(1e-4), steps=3)
    sT = record["sigma_max_W1"] ** 2 + record["sigma_max_W2"] ** 2
    L, eta = record["loss"], record["eta"]
    by_hand = sT + np.sqrt(2 * L) + 6 * record["sigma_max_W"] * L * eta**2 + 3 * sT * np.sqrt(2 * L) * eta
    assert np.allclose(record.values(formula(N.K_t))[:3], by_hand[:3], rtol=1e-13)


def test_loss_at_1e_100_against_balls_right_to_more_than_300_bits():
    rng = np.random.default_rng(3)
    n, m, h = 3, 2, 8
    W1, W2 = rng.normal(size=(n, h)), rng.normal(size=(m, h))
    star = W1 @ W2.T + rng.normal(size=(n, m)) / 2
    X = np.diag([1.0, 1.25, 0.75])
    setup = start([(W1, W2)], star, Squared(X), 1.5625, 0.5625)
    record = descend(setup, Constant(0.02), steps=20_000, accuracy=1e-100)
    steps = int(record.steps[0])
    final = record["loss"][steps, 0]
    assert 1e-102 < final <= 1e-100
    with ctx.workprec(3000):

        def exact(a):
            return arb_mat([[arb(fmpq(*Fraction(float(x)).as_integer_ratio())) for x in row] for row in a])

        A, B, S, Q = exact(W1), exact(W2), exact(star), exact(X)
        eta = arb(fmpq(*Fraction(0.02).as_integer_ratio()))
        for _ in range(steps):
            E = Q * (A * B.transpose() - S)
            G = Q.transpose() * E
            A, B = A - G * B * eta, B - G.transpose() * A * eta
        E = Q * (A * B.transpose() - S)
        reference = sum((x * x for row in E.tolist() for x in row), arb(0)) / 2
        relative = abs(arb(fmpq(*Fraction(float(final)).as_integer_ratio())) / reference - 1)
    assert reference.rad() < reference * arb(2) ** -300 and relative < arb("1e-12")


def _with_spectrum(rng, singular, q):
    p = len(singular)
    U = np.linalg.qr(rng.normal(size=(p, p)))[0]
    V = np.linalg.qr(rng.normal(size=(q, p)))[0]
    return np.asarray(U * singular, dtype=np.longdouble) @ np.asarray(V.T, dtype=np.longdouble)


def _largest_float_exact(A):
    return [[Fraction(*x.as_integer_ratio()) for x in row] for row in np.asarray(A, dtype=np.float64)]


@pytest.mark.parametrize("seed", range(3))
def test_small_singular_values_at_condition_1e8_are_right_to_1e_9(seed):
    rng = np.random.default_rng(seed)
    singular = np.array([1.0, 0.3, 2e-5, 1.5e-8, 1e-8])
    A = np.asarray(_with_spectrum(rng, singular, 12), dtype=np.float64)
    found, error = refined_singular_values(np.asarray(A, dtype=np.longdouble))
    from properties.fields.ball import Ball

    field = Ball(300)
    with field.precision():
        exact = field.matrix(_largest_float_exact(A))
        for k in range(5):
            value = float(field.sqrt(field.sigma_squared(exact, k + 1)).mid())
            true_error = abs(found[k] / value - 1)
            assert true_error <= error[k] <= 1e-9


def test_small_eigenvalues_of_the_imbalance_at_condition_1e8():
    rng = np.random.default_rng(5)
    W1 = _with_spectrum(rng, np.array([1.0, 0.5, 1e-4]), 5)
    W2 = _with_spectrum(rng, np.array([0.8, 0.1]), 5)
    S = np.asarray(W1.T @ W1 - W2.T @ W2)
    S = np.asarray(np.asarray((S + S.T) / 2, dtype=np.float64), dtype=np.longdouble)
    found, error = refined_eigenvalues(S)
    from properties.fields.ball import Ball

    field = Ball(300)
    with field.precision():
        exact = field.matrix(_largest_float_exact(S))
        for k in range(5):
            value = float(field.eigenvalue(exact, k + 1).mid())
            assert abs(found[k] - value) <= max(error[k], 1e-18) * abs(value)


@pytest.mark.parametrize("smallest", [1e-4, 1e-8])
def test_initial_data_at_condition_1e8_are_right_to_1e_9_or_said_not_to_be(smallest):
    """sigma_n, sigma_m of the weights and lambda_n(D), lambda_m(-D), from wide weights, against balls."""
    from properties.fields.ball import Ball

    rng = np.random.default_rng(2)
    W1 = np.asarray(_with_spectrum(rng, np.array([1.0, 0.5, smallest]), 12), dtype=float)
    W2 = np.asarray(_with_spectrum(rng, np.array([0.9, smallest]), 12), dtype=float)
    setup = _setup(np.eye(3), [(W1, W2)], np.eye(3, 2))
    initial = Initial.measure(setup)
    field = Ball(500)
    with field.precision():
        A, B = field.matrix(_largest_float_exact(W1)), field.matrix(_largest_float_exact(W2))
        D = A.transpose() * A - B.transpose() * B
        truth = {
            "sigma_n_W1_0": field.sqrt(field.sigma_squared(A, 3)),
            "sigma_m_W2_0": field.sqrt(field.sigma_squared(B, 2)),
            "lambda_n_D": field.eigenvalue(D, 3),
            "lambda_m_minus_D": field.eigenvalue(-D, 2),
        }
    errors = {name: abs(initial.leaves[name][0] / float(value.mid()) - 1) for name, value in truth.items()}
    assert max(errors.values()) <= max(initial.error[0], 1e-12), errors
    assert errors["sigma_n_W1_0"] < 1e-9 and errors["sigma_m_W2_0"] < 1e-9
    record = descend(setup, Constant(1e-3), steps=1)
    assert record.initial_right == bool(initial.error[0] <= 1e-9)
    if smallest == 1e-4:
        assert record.initial_right


def test_run_says_when_its_small_singular_values_are_not_right():
    rng = np.random.default_rng(0)
    good = (rng.normal(size=(3, 9)), rng.normal(size=(3, 9)))
    bad = (np.asarray(_with_spectrum(rng, np.array([1.0, 0.5, 1e-8]), 9), dtype=float), good[1])
    assert descend(_setup(np.eye(3), [good], np.eye(3)), Constant(1e-3), steps=20).spectra_right
    record = descend(_setup(np.eye(3), [bad], np.eye(3)), Constant(1e-3), steps=3)
    assert not record.spectra_right
    truth = np.linalg.svd(bad[0].astype(float), compute_uv=False)[-1]
    assert abs(record["sigma_n_W1"][0, 0] / truth - 1) < record["spectra_error"][0, 0] * 10


def test_compression_keeps_the_gram_matrix_and_is_idle_for_narrow_weights():
    rng = np.random.default_rng(0)
    W1, W2 = rng.normal(size=(3, 1000)), rng.normal(size=(2, 1000))
    a, b = compress(W1, W2)
    assert a.shape == (3, 5) and b.shape == (2, 5)
    assert np.allclose((a @ b.T).astype(float), W1 @ W2.T, rtol=0, atol=1e-12)
    narrow = compress(W1[:, :4], W2[:, :4])
    assert np.array_equal(narrow[0], W1[:, :4])


@pytest.mark.parametrize("phi", ["square", "log-cosh", "pseudo-huber"])
def test_entrywise_losses_agree_with_a_plain_function(phi):
    rng, pairs, stars, _ = _batch(noise=3.0)
    X = rng.normal(size=(4, 3))
    f = {
        "square": (lambda z: z * z / 2, lambda z: z),
        "log-cosh": (lambda z: np.log(np.cosh(z)), np.tanh),
        "pseudo-huber": (lambda z: np.sqrt(1 + z * z) - 1, lambda z: z / np.sqrt(1 + z * z)),
    }[phi]
    star = stars[0]
    black_box = OnProduct(
        lambda W: f[0](X @ (W - star)).sum() + 0.05 * ((W - star) ** 2).sum(),
        lambda W: X.T @ f[1](X @ (W - star)) + 0.1 * (W - star),
        star,
    )
    by_name = descend(start(pairs, star, Entrywise(X, phi, 0.1), 9, 0.1), Constant(1e-3), steps=20)
    by_function = descend(start(pairs, star, black_box, 9, 0.1), Constant(1e-3), steps=20)
    assert np.allclose(by_name["loss"], by_function["loss"], rtol=1e-9)


def test_entrywise_value_keeps_relative_precision_near_the_minimum():
    R = np.full((1, 1, 1), 1e-60)
    for phi in ("log-cosh", "pseudo-huber"):
        assert Entrywise(np.eye(1), phi).value(R)[0] == pytest.approx(5e-121, rel=1e-14)


def test_record_on_disk_and_resumed_run_is_the_uninterrupted_one(tmp_path):
    _, pairs, stars, R = _batch()
    setup = _setup(np.eye(3), pairs, stars, R)
    schedule = Equation19(1e-3)
    whole = descend(setup, schedule, steps=60, reduction=1e-12)
    half = descend(setup, schedule, steps=20, reduction=1e-12)
    half.save(tmp_path / "run.npz")
    resumed = descend(setup, schedule, steps=60, reduction=1e-12, resume=Record.load(tmp_path / "run.npz"))
    assert resumed.stop == whole.stop
    for name in whole.columns:
        assert np.array_equal(resumed[name], whole[name], equal_nan=True), name


def test_resumed_run_is_the_same_after_the_weights_have_come_to_rest():
    _, pairs, stars, R = _batch()
    setup = _setup(np.eye(3), pairs, stars, R)
    schedule = Equation19(1e-2)  # growth carries the step to 1/K_t, so that it depends on the spectra
    whole = descend(setup, schedule, steps=400, reduction=1e-200)
    resumed = descend(setup, schedule, steps=120, reduction=1e-200)
    for steps in (150, 400):
        resumed = descend(setup, schedule, steps=steps, reduction=1e-200, resume=resumed)
    assert whole.steps.min() > 150
    for name in whole.columns:
        assert np.array_equal(resumed[name], whole[name], equal_nan=True), name


def test_values_carried_from_earlier_iterations_are_those_of_the_weights():
    _, pairs, stars, R = _batch()
    record = descend(_setup(np.eye(3), pairs, stars, R), Constant(4e-3), steps=300, reduction=1e-250)
    last = np.linalg.svd(record.state["W1"], compute_uv=False)
    rows = record.steps
    assert record["sigma_n_W1"][rows, range(3)] == pytest.approx(last[:, -1], rel=1e-12)
    assert record["sigma_max_W1"][rows, range(3)] == pytest.approx(last[:, 0], rel=1e-12)


def test_all_spectra_of_an_iterate_on_request():
    _, pairs, stars, R = _batch(3, 2, 40)
    seen = []
    descend(_setup(np.eye(3), pairs, stars, R), Given(lambda it: seen.append(it) or np.full(3, 1e-3)), steps=2)
    W1, W2 = pairs[1]
    D = np.linalg.eigvalsh(W1.T @ W1 - W2.T @ W2)[::-1]
    assert seen[0].spectrum_D()[1] == pytest.approx(np.concatenate([D[:3], D[-2:]]), rel=1e-10)
    for found, matrix in zip(seen[0].singular_values(), (W1, W2, W1 @ W2.T), strict=True):
        assert found[1] == pytest.approx(np.linalg.svd(matrix, compute_uv=False), rel=1e-10)


def test_interrupted_run_keeps_what_it_has():
    _, pairs, stars, R = _batch()
    setup = _setup(np.eye(3), pairs, stars, R)

    def stop_at_seven(iterate: Iterate):
        if iterate.t == 7:
            raise KeyboardInterrupt
        return np.full(iterate.loss.shape, 1e-3)

    record = descend(setup, Given(stop_at_seven), steps=50)
    assert set(record.stop) == {Stop.INTERRUPTED}
    assert len(record["loss"]) == 8 and np.isfinite(record["loss"]).all()
    resumed = descend(setup, Constant(1e-3), steps=50, resume=record)
    assert np.array_equal(resumed["loss"], descend(setup, Constant(1e-3), steps=50)["loss"])


def test_no_record_from_a_file_that_is_none(tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="record"):
        Record.load(path)


def test_diverging_step_is_named_and_the_rows_before_it_are_kept():
    _, pairs, stars, R = _batch()
    record = descend(_setup(np.eye(3), pairs, stars, R), Constant(5.0), steps=1000)
    assert set(record.stop) <= {Stop.DIVERGED, Stop.OVERFLOW}
    assert np.isfinite(record["loss"][0]).all() and (record.steps >= 1).all()


def test_one_diverging_repeat_leaves_the_others_running():
    _, pairs, stars, R = _batch()
    setup = _setup(np.eye(3), pairs, stars, R)
    record = descend(setup, Constant(np.array([1e-3, 5.0, 1e-3])), steps=100)
    alone = descend(setup, Constant(1e-3), steps=100)
    assert record.stop[0] == record.stop[2] == Stop.STEPS and record.stop[1] != Stop.STEPS
    assert np.array_equal(record["loss"][:, 0], alone["loss"][:, 0])


def test_saddle_zero_loss_narrow_width_and_overflow_are_named():
    zero = [(np.zeros((2, 3)), np.zeros((2, 3)))]
    assert descend(_setup(np.eye(2), zero, np.eye(2)), Constant(0.1), steps=5).stop == [Stop.SADDLE]
    rng = np.random.default_rng(0)
    pair = (rng.normal(size=(2, 3)), rng.normal(size=(2, 3)))
    at_minimum = _setup(np.eye(2), [pair], pair[0] @ pair[1].T, np.zeros((2, 2)))
    assert descend(at_minimum, Constant(0.1), steps=5).stop == [Stop.ZERO_LOSS]
    narrow = _setup(np.eye(2), [(pair[0][:, :1], pair[1][:, :1])], np.eye(2))
    assert descend(narrow, Constant(0.1), steps=5).stop == [Stop.NARROW]
    assert descend(narrow, Constant(0.01), steps=5, allow_narrow=True).stop == [Stop.STEPS]
    huge = _setup(np.eye(2), [(pair[0] * 1e160, pair[1])], np.eye(2))
    assert descend(huge, Constant(0.1), steps=5).stop == [Stop.OVERFLOW]


def test_step_that_is_no_step_is_named():
    _, pairs, stars, R = _batch()
    setup = _setup(np.eye(3), pairs, stars, R)
    record = descend(setup, Given(lambda it: np.where(it.index == 1, np.nan, 1e-3)), steps=10)
    assert record.stop == [Stop.STEPS, Stop.NO_STEP, Stop.STEPS]


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [(np.ones((2, 3)), np.ones((2, 4)))],
        [(np.full((2, 3), np.nan), np.ones((2, 3)))],
        [(np.ones(3), np.ones(3))],
    ],
)
def test_bad_weights_are_refused(pairs):
    with pytest.raises(InputError):
        start(pairs, np.eye(2), Squared(np.eye(2)), 1, 1)


def test_certified_trajectory_encloses_the_float_run():
    rng = np.random.default_rng(1)
    W1, W2 = rng.integers(-8, 9, size=(2, 7)) / 4, rng.integers(-8, 9, size=(3, 7)) / 4
    star = rng.integers(-8, 9, size=(2, 3)) / 2
    setup = _setup(np.eye(2), [(W1, W2)], star)
    record = descend(setup, Constant(0.01), steps=40)

    def table(a):
        return [[Fraction(float(x)) for x in row] for row in a]

    loss = CenteredLoss("square", table(np.eye(2)), table(star))
    rows = certified_trajectory(table(W1), table(W2), loss, [0.01] * 40, K=1, mu=1, bits=300)
    for row in rows:
        for name, enclosure in row.measured.items():
            if name in record.columns and name != "D_change":
                assert float(enclosure.mid()) == pytest.approx(record[name][row.t, 0], rel=1e-9), name
                assert float(enclosure.rad()) < 1e-12 * float(enclosure.mid()), name
        assert float(row.measured["D_change"].mid()) == pytest.approx(record["D_change"][row.t, 0], rel=1e-6)
    K_t = rows[3].value(N.K_t, eta=Fraction(0.01))
    assert float(K_t.mid()) == pytest.approx(record.values(formula(N.K_t))[3, 0], rel=1e-12)


def test_plain_descent_on_the_non_overparametrized_problem():
    rng, pairs, stars, R = _batch()
    X = rng.normal(size=(4, 3))
    setup = _setup(X, pairs, stars, R)
    losses = descend_plain(setup, steps=50)
    A = np.eye(3) - X.T @ X / setup.K[0]
    assert losses[50, 0] == pytest.approx(Squared(X).value((np.linalg.matrix_power(A, 50) @ R[0])[None])[0], rel=1e-9)
    assert (np.diff(losses[:, 0]) <= 0).all()


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 4),
    m=st.integers(1, 4),
    h=st.integers(1, 12),
    step=st.floats(1e-3, 0.3),
)
def test_transposing_the_problem_or_turning_the_hidden_basis_changes_nothing(seed, n, m, h, step):
    rng = np.random.default_rng(seed)
    W1, W2, star = rng.normal(size=(n, h)), rng.normal(size=(m, h)), rng.normal(size=(n, m))
    Q = np.linalg.qr(rng.normal(size=(h, h)))[0]
    eta = step / h

    def losses(a, b, target):
        setup = start([(a, b)], target, Squared(np.eye(len(target))), 1, 1)
        return descend(setup, Constant(eta), steps=8, allow_narrow=True)["loss"][:, 0]

    plain = losses(W1, W2, star)
    assert losses(W2, W1, star.T) == pytest.approx(plain, rel=1e-7)
    assert losses(W1 @ Q, W2 @ Q, star) == pytest.approx(plain, rel=1e-7)


@given(seed=st.integers(0, 2**32 - 1), power=st.integers(-20, 20))
def test_scaling_by_powers_of_two_is_exact(seed, power):
    """W -> s^2 W, eta -> eta / s^2 scales the loss by s^4, exactly when s is a power of two."""
    rng = np.random.default_rng(seed)
    s = 2.0**power
    W1, W2, star = rng.normal(size=(2, 5)), rng.normal(size=(3, 5)), rng.normal(size=(2, 3))

    def losses(scale):
        setup = start([(scale * W1, scale * W2)], scale**2 * star, Squared(np.eye(2)), 1, 1)
        return descend(setup, Constant(0.02 / scale**2), steps=6)["loss"][:, 0]

    assert np.array_equal(losses(s), s**4 * losses(1.0))
