"""Problems are read exactly from files, tables and shipped data, and bad input is one line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from flint import fmpq

from properties import dataset
from properties.errors import InputError
from properties.least_squares import LeastSquares, exact_matrix
from properties.problems import Problem
from properties.standardize import standardize

GOOD = """
[loss]
kind = "squared"
X = [["1", "0"], ["0", "2"]]
Y = [["10"], ["1/3"]]
[weights]
W1 = [["6", "2"], ["0", "0"]]
W2 = [["6", "2"]]
[theorem]
c = "1/2"
d = "2"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "problem.toml"
    path.write_text(text)
    return path


def test_a_problem_file_is_read_exactly(tmp_path: Path) -> None:
    problem = Problem.from_toml(write(tmp_path, GOOD))
    assert (problem.n, problem.m, problem.h) == (2, 1, 2)
    assert (problem.c, problem.d) == (Fraction(1, 2), 2)
    assert problem.loss.constants(64) == (4, 1)
    assert problem.loss.W_star == exact_matrix(((Fraction(10),), (Fraction(1, 6),)))
    assert problem.loss.minimum == 0
    assert problem.name == "problem"


def test_decimals_in_toml_are_the_decimals_written(tmp_path: Path) -> None:
    problem = Problem.from_toml(write(tmp_path, GOOD.replace('"10"', "0.1").replace('d = "2"', "d = 1.01")))
    assert problem.loss.Y[0][0] == Fraction(1, 10)
    assert problem.d == Fraction(101, 100)
    assert Problem.from_toml(write(tmp_path, GOOD), c="1/4", d=3).c == Fraction(1, 4)


def test_the_minimum_and_minimizer_of_least_squares_are_exact() -> None:
    X = ((Fraction(1),), (Fraction(1),), (Fraction(1),))
    loss = LeastSquares(X, ((Fraction(0),), (Fraction(1),), (Fraction(5),)))
    assert loss.W_star == exact_matrix(((Fraction(2),),))
    assert loss.minimum == 7
    assert loss.gap(exact_matrix(((Fraction(4),),))) == 6
    assert loss.gradient(exact_matrix(((Fraction(4),),))) == exact_matrix(((Fraction(6),),))


def test_a_rank_deficient_table_has_mu_zero_and_still_a_minimizer() -> None:
    X = tuple(tuple(map(Fraction, row)) for row in ((1, 2, 3), (2, 4, 6), (1, 0, 1), (0, 2, 2)))
    Y = tuple((Fraction(y),) for y in (1, 2, 3, 4))
    loss = LeastSquares(X, Y)
    assert loss.rank == 2
    assert loss.constants(64)[1] == 0
    assert loss.gradient(loss.W_star) == exact_matrix(((Fraction(0),),) * 3)
    x, y = np.array(X, float), np.array(Y, float)
    assert float(loss.minimum) == pytest.approx(0.5 * np.linalg.norm(y - x @ np.linalg.pinv(x) @ y) ** 2)


def test_constants_enclose_the_squared_singular_values_of_the_data() -> None:
    loss = Problem.from_dataset("linnerud", 4).loss
    values = np.linalg.svd(np.array(loss.X, float), compute_uv=False) ** 2
    wide = loss.constants(64)
    fine = loss.constants(400)
    for coarse, sharp, approximate in zip(wide, fine, (values[0], values[-1]), strict=True):
        assert coarse.overlaps(sharp)
        assert float(sharp.rad()) < float(coarse.rad())
        assert float(sharp.mid()) == pytest.approx(approximate, rel=1e-9)


def test_declared_constants_are_checked_against_the_data(tmp_path: Path) -> None:
    declared = GOOD.replace('Y = [["10"]', 'K = "5"\nmu = "1/2"\nY = [["10"]')
    assert Problem.from_toml(write(tmp_path, declared)).loss.constants(64) == (5, fmpq(1, 2))
    for text, message in (
        (declared.replace('K = "5"', 'K = "399/100"'), "loss.K = 399/100"),
        (declared.replace('mu = "1/2"', 'mu = "101/100"'), "loss.mu = 101/100"),
        (declared.replace('mu = "1/2"', "mu = 0"), "loss.mu = 0"),
    ):
        with pytest.raises(InputError, match=message):
            Problem.from_toml(write(tmp_path, text))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('kind = "squared"', 'kind = "square"', "loss.kind"),
        ('X = [["1", "0"], ["0", "2"]]', 'X = [["1", "0"], ["0"]]', "loss.X[1]"),
        ('X = [["1", "0"], ["0", "2"]]', "X = []", "loss.X"),
        ('X = [["1", "0"], ["0", "2"]]', 'X = [["1/0", "0"], ["0", "2"]]', "loss.X[0][0]"),
        ('X = [["1", "0"], ["0", "2"]]', "X = [[nan, 0], [0, 2]]", "loss.X[0][0]"),
        ('X = [["1", "0"], ["0", "2"]]', "X = [[1, -inf], [0, 2]]", "loss.X[0][1]"),
        ('X = [["1", "0"], ["0", "2"]]', "X = [[" + "9" * 10_000 + ", 0], [0, 2]]", "PROBLEM"),
        ('X = [["1", "0"], ["0", "2"]]', 'X = [["' + "9" * 10_000 + '", 0], [0, 2]]', "loss.X[0][0]"),
        ('X = [["1", "0"], ["0", "2"]]', 'X = "missing.csv"', "loss.X"),
        ('X = [["1", "0"], ["0", "2"]]', "", "loss.X: missing"),
        ('X = [["1", "0"], ["0", "2"]]', 'Xs = "X.csv"', "loss.Xs: unknown key; the nearest valid one is X"),
        ('Y = [["10"], ["1/3"]]', 'Y = [["10"]]', "loss.Y"),
        ('W2 = [["6", "2"]]', 'W2 = [["6"]]', "weights.W2"),
        ('W2 = [["6", "2"]]', 'W2 = [["6", "2"], ["1", "1"]]', "weights.W2"),
        ('W1 = [["6", "2"], ["0", "0"]]', 'W1 = [["6", "2"]]', "weights.W1"),
        ('W1 = [["6", "2"], ["0", "0"]]', "", "weights.W1"),
        ('W1 = [["6", "2"], ["0", "0"]]', "width = 4", "weights.W1"),
        ('W2 = [["6", "2"]]', 'W2 = [["6", "2"]]\nseed = 1', "weights.seed"),
        ('c = "1/2"', 'c = "0"', "c = 0"),
        ('c = "1/2"', 'c = "1"', "c = 1"),
        ('c = "1/2"', "c = \"__import__('os')\"", "c = "),
        ('d = "2"', 'd = "1"', "d = 1"),
        ('d = "2"', 'd = "inf"', "d = "),
        ('d = "2"', "dd = 2", "theorem.dd: unknown key; the nearest valid one is d"),
        ("[theorem]", "[theorems]", "theorems: unknown section; the nearest valid one is theorem"),
        ("[loss]", "width = 3\n[loss]", "width: unknown section; it belongs under [weights]"),
        ("[loss]", "loss = 3\n[losses]", "loss = "),
        ("[loss]", "[loss", "PROBLEM"),
        ("[loss]", "x = " + "[" * 5000, "PROBLEM"),
    ],
    ids=lambda value: value[:24],
)
def test_bad_problem_files_are_refused_in_one_line(tmp_path: Path, old: str, new: str, names: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        Problem.from_toml(write(tmp_path, GOOD.replace(old, new)))
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"width": 0}, "weights.width"),
        ({"width": "1/2"}, "weights.width"),
        ({"width": 10**9}, "weights.width"),
        ({"width": 4, "seed": -1}, "weights.seed"),
        ({"width": 4, "scale": "1/0"}, "weights.scale"),
        ({"width": 4, "distribution": "norml"}, "nearest valid one is normal"),
        ({}, "weights.width: missing"),
        ({"W1": [[1]]}, "weights.W2"),
        ({"W1": [[1]], "W2": [[1]], "width": 4}, "weights.width"),
        ({"width": 2, "K": 0.5}, "K = 0.5"),
    ],
)
def test_bad_weights_are_refused_in_one_line(options: dict[str, object], names: str) -> None:
    with pytest.raises(InputError) as caught:
        Problem.from_arrays([[1]], [[1]], **options)  # type: ignore[arg-type]
    assert names in str(caught.value)


def test_an_unreadable_file_is_refused_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match="PROBLEM"):
            Problem.from_toml(path)


def test_random_weights_are_dyadic_seeded_and_scaled() -> None:
    problems = [Problem.from_dataset("linnerud", 8, seed, scale="1/3") for seed in (3, 3, 4)]
    assert problems[0] == problems[1]
    assert problems[0].W1 != problems[2].W1
    assert all((x * 3 * 2**24).denominator == 1 for row in problems[0].W1 for x in row)
    large = Problem.from_dataset("diabetes", 500)
    entries = np.array([float(x) for row in large.W1 for x in row])
    assert abs(entries.mean()) < 0.05
    assert abs(entries.std() - 1) < 0.05


def test_shipped_tables_have_their_shape_and_say_where_they_come_from() -> None:
    for name, rows, n, m in (("linnerud", 20, 3, 3), ("diabetes", 442, 10, 1)):
        data = dataset.load(name)
        assert (len(data.X), len(data.X[0]), len(data.Y), len(data.Y[0])) == (rows, n, rows, m)
        assert (len(data.inputs), len(data.outputs)) == (n, m)
        assert "public domain" in data.source
    assert dataset.load("diabetes").X[0][2] == Fraction(321, 10)
    with pytest.raises(InputError, match="did you mean diabetes"):
        dataset.load("diabets")


def test_standardizing_centres_exactly_and_scales_by_a_short_rational() -> None:
    data = dataset.load("diabetes")
    table, done = standardize(data.X)
    assert all(sum(column) == 0 for column in zip(*table, strict=True))
    spread = np.array(table, float).std(axis=0)
    assert np.all(np.abs(spread - 1) < 0.006)
    assert all(len(str(s.numerator).rstrip("0")) <= 3 or s.denominator > 1 for s in done.scales)
    assert all(x * s + a == raw for x, s, a, raw in zip(table[7], done.scales, done.means, data.X[7], strict=True))
    assert standardize(((Fraction(3),), (Fraction(3),)))[1].scales == (1,)
