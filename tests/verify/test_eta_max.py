"""eta_max of Theorem E.1: against an independent computation, under symmetries, and where the theorem fails."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath as mp
import pytest
from flint import arb, ctx, fmpq

from properties.errors import InputError
from properties.fields import Ball
from properties.imbalance import InitialState
from properties.problems import Problem
from theorems import notation as N
from theorems.assumptions import CONDITIONS_109
from theorems.statement import Form
from theorems.table2 import definitions
from verify.eta_max import EtaMax, HypothesisFailure, eta_max
from verify.theorem_constants import theorem_constants

X = [["1", "0"], ["0", "2"]]
Y = [["10"], ["1/3"]]
W1 = [["6", "2"], ["0", "0"]]
W2 = [["6", "2"]]


def wide(seed: int = 0, **options: Any) -> Problem:
    return Problem.from_dataset("linnerud", 64, seed, True, **options)


def solved(problem: Problem, *args: Any, **options: Any) -> EtaMax:
    result = eta_max(problem, *args, **options)
    assert isinstance(result, EtaMax)
    return result


def reference(v: dict[str, Any], c: Any, d: Any, printed: bool) -> Any:
    """eta_max by mpmath bisection of (101) and (102) as the paper writes them, at 120 digits, no factoring."""

    def smooth(e: Any) -> Any:
        root = mp.sqrt(2 * v["K"] * v["L_0"])
        growth = mp.exp(mp.sqrt(e) if printed else e**c)
        return (
            root + 6 * v["K"] ** 2 * v["beta_2"] * v["L_0"] * e**2 + v["K"] * growth * v["alpha_2"] * (1 + 3 * root * e)
        )

    def balance(e: Any) -> Any:
        mu_bar = v["mu"] * (v["alpha_1"] + 2 * v["alpha_2"] * (1 - mp.exp(e**c)))
        rho = 1 - 2 * mu_bar * e + mu_bar * smooth(e) * e**2
        return 4 * v["K"] * v["L_0"] * e**2 - (1 - mp.exp(-(e**c))) * (1 - (1 + e**d) * rho)

    cap = mp.log(1 + v["alpha_1"] / (2 * v["alpha_2"])) ** (1 / c)
    roots = [cap]
    for f in (lambda e: e * smooth(e) - 1, balance):
        low, high = cap * mp.mpf(10) ** -30, cap
        if f(high) > 0:
            for _ in range(400):
                middle = mp.sqrt(low * high)
                low, high = (middle, high) if f(middle) < 0 else (low, middle)
            roots.append(low)
    return min(roots)


@pytest.mark.parametrize("form", ["printed", "repaired"])
@pytest.mark.parametrize(("c", "d"), [("1/2", "2"), ("1/4", "3/2"), ("3/4", "5/4")])
def test_agrees_with_the_paper_s_formulas_evaluated_independently(form: str, c: str, d: str) -> None:
    result = solved(wide(), 40, c=c, d=d, form=form)
    with mp.workdps(120):
        table = {
            name: (mp.mpf(i.lower.numerator) / i.lower.denominator + mp.mpf(i.upper.numerator) / i.upper.denominator)
            / 2
            for name, i in solved(wide(), 100, c=c, d=d, form=form).table2.items()
        }
        expected = reference(
            table,
            mp.mpf(Fraction(c).numerator) / Fraction(c).denominator,
            mp.mpf(Fraction(d).numerator) / Fraction(d).denominator,
            form == "printed",
        )
        low, high = (mp.mpf(q.numerator) / q.denominator for q in (result.eta_max.lower, result.eta_max.upper))
        assert low * (1 - mp.mpf(10) ** -60) <= expected <= high * (1 + mp.mpf(10) ** -60)
        assert (high - low) / low < mp.mpf(10) ** -38


def test_table_2_is_what_numpy_computes() -> None:
    import numpy as np

    problem = wide(3)
    result = solved(problem, 12)
    W1, W2 = np.array(problem.W1, float), np.array(problem.W2, float)
    star = np.linalg.lstsq(np.array(problem.loss.X, float), np.array(problem.loss.Y, float), rcond=None)[0]
    values = np.linalg.svd(np.array(problem.loss.X, float), compute_uv=False) ** 2
    spectrum = np.linalg.eigvalsh(W1.T @ W1 - W2.T @ W2)[::-1]
    start = W1 @ W2.T
    distance = np.linalg.norm(start - star)
    beta_2 = np.linalg.norm(star, 2) + np.sqrt(values[0] / values[-1]) * distance
    expected = {
        "K": values[0],
        "mu": values[-1],
        "L_0": 0.5 * np.linalg.norm(np.array(problem.loss.X, float) @ (start - star)) ** 2,
        "lambda_plus": spectrum[0],
        "lambda_minus": -spectrum[-1],
        "lambda_n_D": spectrum[2],
        "lambda_m_D": -spectrum[-3],
        "beta_2": beta_2,
        "alpha_2": sum((x + np.sqrt(x**2 + 4 * beta_2**2)) / 2 for x in (spectrum[0], -spectrum[-1])),
        "alpha_1": spectrum[2] - spectrum[-3],
    }
    for name, value in expected.items():
        assert float(result.table2[name]) == pytest.approx(value, rel=1e-9), name


def test_more_digits_lie_inside_fewer() -> None:
    enclosures = [solved(wide(), digits).eta_max for digits in (5, 50, 400)]
    for outer, inner in pairwise(enclosures):
        assert outer.lower <= inner.lower < inner.upper <= outer.upper
        assert inner.upper - inner.lower <= inner.lower * Fraction(10) ** (2 - inner.digits)


def test_the_conditions_of_109_hold_below_eta_max_and_fail_above() -> None:
    problem = wide()
    result = solved(problem, 30)
    where = definitions(form=Form.REPAIRED)
    constants = theorem_constants(problem, InitialState(problem), where, problem.c, problem.d, 400)
    field = Ball(400)

    def all_hold(eta: Fraction) -> bool:
        walk = constants.evaluator(field, eta_0=eta)
        return all(walk.holds(condition) is True for condition in CONDITIONS_109)

    for share in (Fraction(1, 10**9), Fraction(1, 100), Fraction(1, 2), Fraction(99, 100), Fraction(1)):
        assert all_hold(result.eta_max.lower * share)
    assert not all_hold(result.eta_max.upper * Fraction(1001, 1000))


def test_hidden_units_may_be_permuted_and_zero_units_added() -> None:
    problem = wide()
    same = solved(problem, 30).eta_max
    turned = Problem("p", problem.loss, tuple(row[::-1] for row in problem.W1), tuple(row[::-1] for row in problem.W2))
    padded = Problem(
        "p",
        problem.loss,
        tuple((*row, Fraction(0)) for row in problem.W1),
        tuple((*row, Fraction(0)) for row in problem.W2),
    )
    rotated = Problem("p", problem.loss, *(tuple(_turn(row) for row in rows) for rows in (problem.W1, problem.W2)))
    assert solved(turned, 30).eta_max == same
    assert solved(padded, 30).eta_max == same
    assert solved(rotated, 30).eta_max == same


def _turn(row: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The row times an exact rotation of its first two entries."""
    a, b = row[0], row[1]
    return ((3 * a + 4 * b) / 5, (4 * a - 3 * b) / 5, *row[2:])


def test_the_promise_of_17_is_the_least_number_of_steps() -> None:
    result = solved(wide(), 30, accuracy="1/1000")
    steps = result.iterations
    assert steps.lower == steps.upper
    with ctx.workprec(200):
        rho = arb(1) - arb(fmpq(result.descent.lower.numerator, result.descent.lower.denominator))  # type: ignore[union-attr]
        q = arb(1) / 1000
        assert rho**steps.upper <= q
        assert rho ** (steps.upper - 1) > q


def test_repaired_and_printed_differ_where_the_margin_is_used_off_the_smaller_side() -> None:
    # n = 2, m = 1, W(0) near W*: the printed alpha_1 counts the margin in both halves.
    problem = Problem.from_arrays(X, Y, [["3", "1"], ["0", "1/9"]], [["3", "1"]])
    repaired, printed = solved(problem, 20), solved(problem, 20, form="printed")
    assert repaired.table2["beta_1"].lower > 0
    assert repaired.table2["alpha_1"].upper < printed.table2["alpha_1"].lower
    assert repaired.eta_2 is not None and printed.eta_2 is not None
    assert repaired.eta_2.upper < printed.eta_2.lower
    assert repaired.binding == printed.binding == ("eta_1",)  # (101) does not see alpha_1
    assert repaired.comparison is not None
    assert repaired.comparison.eta_max is not None
    assert repaired.comparison.eta_max == printed.eta_max
    assert any("margin" in line for line in repaired.comparison.changed)
    assert printed.comparison is None


def test_versions_and_readings_change_the_value_and_are_named() -> None:
    journal, submission = solved(wide(), 12), solved(wide(), 12, version="submission")
    assert submission.table2["beta_2"].upper < journal.table2["beta_2"].lower
    assert submission.version == "submission"
    log = solved(wide(), 12, c="1/4", reading="log-of-power")
    power = solved(wide(), 12, c="1/4")
    assert "log-of-power" in log.reading and "power-of-log" not in log.reading
    assert log.eta_3 != power.eta_3
    assert "exp-sqrt" in solved(wide(), 12, form="printed").reading
    assert "exp-eta-c" in power.reading
    assert power.comparison is not None and any("exp(eta_0^c)" in line for line in power.comparison.changed)


def test_the_sharp_form_certifies_a_larger_constant_step() -> None:
    sharp, repaired = solved(wide(), 6, form="sharp"), solved(wide(), 6)
    assert sharp.eta_max.lower > repaired.eta_max.upper
    assert sharp.sharp is not None
    assert sharp.sharp.rate.upper < 1
    assert sharp.iterations.upper < repaired.iterations.lower
    assert sharp.eta_2 is None and "eta_2" in sharp.reasons


LOGISTIC = """
[loss]
kind = "logistic"
X = [["1", "0"], ["0", "2"], ["1", "1"], ["-1", "1/2"]]
Y = [["1"], ["-1"], ["1"], ["1"]]
ridge = "1/10"
[weights]
width = 12
seed = 1
"""


def from_text(tmp_path: Path, text: str) -> Problem:
    path = tmp_path / "problem.toml"
    path.write_text(text)
    return Problem.from_toml(path)


def test_other_losses_use_their_certified_constants(tmp_path: Path) -> None:
    import numpy as np

    problem = from_text(tmp_path, LOGISTIC)
    result = solved(problem, 15)
    assert result.hessian is None
    X, y = np.array([[1, 0], [0, 2], [1, 1], [-1, 0.5]]), np.array([1.0, -1, 1, 1])

    def loss(w: Any) -> float:
        return float(np.sum(np.log1p(np.exp(-y * (X @ w)))) + 0.05 * w @ w)

    w = np.zeros(2)
    for _ in range(50):
        s = 1 / (1 + np.exp(y * (X @ w)))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X + 0.1 * np.eye(2), -X.T @ (y * s) + 0.1 * w)
    start = (np.array(problem.W1, float) @ np.array(problem.W2, float).T)[:, 0]
    assert float(result.minimum) == pytest.approx(loss(w), rel=1e-9)
    assert float(result.table2["L_0"]) == pytest.approx(loss(start) - loss(w), rel=1e-9)
    assert float(result.table2["mu"]) == pytest.approx(0.1, rel=1e-9)
    assert float(result.table2["K"]) == pytest.approx(np.linalg.norm(X, 2) ** 2 / 4 + 0.1, rel=1e-9)


def test_declared_constants_of_other_losses_are_checked(tmp_path: Path) -> None:
    declared = LOGISTIC.replace("ridge", 'K = "2"\nmu = "1/20"\nridge')
    table = solved(from_text(tmp_path, declared), 10).table2
    assert (table["K"].texts(), table["mu"].texts()) == (("2", "2"), ("0.05", "0.05"))
    with pytest.raises(InputError, match=r"loss\.K = 1/2: refuted"):
        eta_max(from_text(tmp_path, LOGISTIC.replace("ridge", 'K = "1/2"\nridge')))


@pytest.mark.parametrize(("kind", "which"), [("poisson", "K"), ("log-cosh", "mu")])
def test_losses_outside_the_assumptions_are_results(tmp_path: Path, kind: str, which: str) -> None:
    text = LOGISTIC.replace('"logistic"', f'"{kind}"').replace('["-1"]', '["2"]').replace('ridge = "1/10"', "")
    result = eta_max(from_text(tmp_path, text))
    assert isinstance(result, HypothesisFailure)
    assert result.which == which


def test_narrow_width_is_a_result() -> None:
    result = eta_max(Problem.from_dataset("linnerud", 2))
    assert isinstance(result, HypothesisFailure)
    assert (result.which, result.form) == ("width", "repaired")
    assert "3" in result.help


def test_a_flat_loss_is_a_result() -> None:
    result = eta_max(Problem.from_arrays([[1, 2], [2, 4]], [[1], [1]], width=8))
    assert isinstance(result, HypothesisFailure)
    assert result.which == "mu"
    assert "rank 1" in result.why


def test_starting_at_the_minimum_is_a_result() -> None:
    result = eta_max(Problem.from_arrays([[1]], [[6]], [[2, 0]], [[3, 0]]))
    assert isinstance(result, HypothesisFailure)
    assert result.which == "L(0)"


def test_no_imbalance_and_no_margin_is_a_result_decided_exactly() -> None:
    balanced = Problem.from_arrays(X, [["100"], ["1"]], [["1", "0", "1/3"], ["0", "0", "0"]], [["1", "0", "1/3"]])
    for form in ("printed", "repaired"):
        result = eta_max(balanced, form=form)
        assert isinstance(result, HypothesisFailure)
        assert result.which == "alpha_1"
        assert result.table2["alpha_1"].texts() == ("0", "0")
        assert "imbalance gap is 0" in result.why


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"digits": 0}, "digits = 0"),
        ({"digits": 10**9}, "digits"),
        ({"c": "1"}, "c = 1"),
        ({"c": "-1/2"}, "c = -1/2"),
        ({"c": 0.5}, "c = 0.5"),
        ({"d": "1"}, "d = 1"),
        ({"d": "1/0"}, "d = "),
        ({"version": "arxiv"}, "version"),
        ({"form": "sound"}, "form"),
        ({"reading": "sigma"}, "reading"),
        ({"accuracy": "2"}, "accuracy"),
        ({"accuracy": "0"}, "accuracy"),
        ({"accuracy": "nan"}, "accuracy"),
    ],
)
def test_bad_arguments_are_one_line(options: dict[str, Any], names: str) -> None:
    with pytest.raises(InputError) as caught:
        eta_max(wide(), **options)
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_symbols_of_table_2_are_reported() -> None:
    shown = solved(wide(), 8).table2
    for symbol in (N.alpha_1, N.alpha_2, N.beta_1, N.beta_2, N.Delta_under, N.Delta_plus, N.Delta_minus, N.lambda_plus):
        assert symbol.name in shown
