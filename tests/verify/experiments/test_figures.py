"""Recipes, data and verdicts of the figures on small problems, where each can be checked by another route."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import verify
from properties.errors import InputError
from properties.problems import Problem
from verify.certificate import check_certificate
from verify.experiments.experiments_verdicts import empirical_statements, figure_of, judge, printed_loop, wilson
from verify.experiments.figure_runs import FigureData, Series, Setting, run
from verify.experiments.figures import generate, summary, write_data
from verify.experiments.figures_report import CHOICES, regenerate
from verify.experiments.initial_step import initial_steps
from verify.experiments.recipes import CHOICES as WORDS
from verify.experiments.recipes import RECIPES, Figure1, Figure4, recipe
from verify.verdict import Estimated, Refuted, admitted

SMALL = {
    "repeats": 4,
    "size": 3,
    "widths": (12, 40),
    "levels": (0.3, 0.6),
    "steps": 60,
    "points": 9,
    "powers": (0.3, 0.4),
    "reduction": 1e-12,
}


@pytest.fixture(scope="module")
def small():
    return generate([], SMALL)


def test_every_figure_has_data(small):
    assert list(small) == [1, 2, 3, 4, 5]
    assert len(small[1].settings) == len(small[2].settings) == 4
    assert len(small[4].settings) == 4 and len(small[5].settings) == 2


def test_curves_are_means_of_runs_by_hand(small):
    """The first panel again, on full weights in plain NumPy."""
    data = small[1]
    first = data.settings[0]
    logs = []
    for repeat in range(4):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([0, 1, 0, repeat])))
        Q, upper = np.linalg.qr(rng.standard_normal((3, 3)))
        X = Q * np.sign(np.diag(upper))
        W1, W2 = rng.standard_normal((3, 12)), rng.standard_normal((3, 12))
        Y = X @ W1 @ W2.T + 0.3**2 * rng.standard_normal((3, 3))
        eta, losses = first.measures["eta_0"][repeat], []
        for _ in range(6):
            E = X @ W1 @ W2.T - Y
            losses.append(0.5 * np.sum(E * E))
            G = X.T @ E
            W1, W2 = W1 - eta * G @ W2, W2 - eta * G.T @ W1
        logs.append(np.log10(losses))
    assert first.series["constant"].curves["log10_loss"][:6] == pytest.approx(np.mean(logs, axis=0), rel=1e-9)
    assert first.series["constant"].curves["log10_loss_deviation"][:6] == pytest.approx(np.std(logs, axis=0), rel=1e-7)


def test_bounds_are_never_below_the_loss(small):
    for setting in small[1].settings:
        for series in setting.series.values():
            assert not series.measures["over_bound"].any()
            assert not series.measures["over_bound_17"].any()
            assert not series.measures["over_rho"].any()
            assert (series.curves["log10_bound"] >= series.curves["log10_loss"] - 1e-9).all()


def test_repeats_do_not_depend_on_how_many_there_are(small):
    fewer = run(recipe(1, {**SMALL, "repeats": 2}))
    for a, b in zip(fewer.settings, small[1].settings, strict=True):
        assert a.measures["ratio"] == pytest.approx(b.measures["ratio"][:2], rel=1e-12)


def test_noise_readings_differ_by_a_square(small):
    other = recipe(1, {**SMALL, "noise": "deviation"})
    assert isinstance(other, Figure1)
    assert [other.factor(x) for x in (0.3, 3.0)] == [0.3, 3.0]
    assert (
        RECIPES[1](**{**other.options(), "noise": "multiplier", "widths": (12, 40), "levels": (3.0,)}).factor(3.0)
        == 9.0
    )


@pytest.mark.parametrize("word", ["variance", "deviation"])
def test_spread_readings_of_N_0_01(word):
    made = recipe(4, {"spread": word, "repeats": 200, "widths": (12,), "powers": (0.3,), "size": 3})
    assert isinstance(made, Figure4)
    entries = made.setup(0).W_star.ravel()
    variance = 0.1 if word == "variance" else 0.01
    assert entries.var() == pytest.approx(2 * variance, rel=0.15)  # Theta and X^T noise


def test_initial_steps_are_the_certified_eta_max():
    rng = np.random.default_rng(0)
    from properties.engine import Initial
    from verify.eta_max import eta_max
    from verify.experiments.comparison import setup_of

    for seed in range(3):
        X = [[int(x) for x in row] for row in rng.integers(-2, 3, (3, 3)) + 4 * np.eye(3, dtype=int)]
        W1, W2 = rng.integers(-4, 5, (3, 9)), rng.integers(-4, 5, (3, 9))
        Y = (np.array(X) @ W1 @ W2.T + rng.integers(-1, 2, (3, 3))).tolist()
        problem = Problem.from_arrays(X, Y, W1.tolist(), W2.tolist(), c="1/2", d=["2", "1.5", "1.01"][seed])
        certified = eta_max(problem, 15)
        found = initial_steps(Initial.measure(setup_of(problem)), 0.5, float(problem.d))[0]
        if hasattr(certified, "eta_max"):
            assert found == pytest.approx(float(certified.eta_max.lower), rel=1e-8)
        else:
            assert np.isnan(found)


def test_landscape_is_the_catalogs(small):
    grids = small[3].grids
    x = grids["x"]
    a, b = np.meshgrid(x, x, indexing="ij")
    assert np.allclose(grids["L"], (a * b - 1) ** 2 / 2)
    assert np.allclose(grids["mu_over"], a**2 + b**2)
    hessian = np.stack([np.stack([b**2, 2 * a * b - 1], -1), np.stack([2 * a * b - 1, a**2], -1)], -2)
    assert np.allclose(grids["K_over"], np.linalg.eigvalsh(hessian)[..., -1])
    assert not np.allclose(grids["K_over_as_printed"], grids["K_over"])


def test_conditioning_ignores_the_scale_of_the_weights():
    """kappa(T_0) is scale-free: the same draw has the same kappa for every p."""
    data = run(recipe(4, {"repeats": 3, "widths": (50,), "powers": (0.3,), "size": 3}))
    setup = recipe(4, {"repeats": 3, "widths": (50,), "powers": (0.3,), "size": 3}).setup(0)  # type: ignore[attr-defined]
    for i in range(3):
        s1, s2 = (np.linalg.svd(7 * w[i], compute_uv=False) for w in (setup.W1, setup.W2))
        kappa = np.sqrt((s1[0] ** 2 + s2[0] ** 2) / (s1[-1] ** 2 + s2[-1] ** 2))
        assert data.settings[0].measures["kappa"][i] == pytest.approx(kappa, rel=1e-10)


def test_every_sentence_of_the_catalog_is_judged_and_admitted(small):
    for statement in empirical_statements():
        verdict = judge(statement, small)
        assert admitted(statement.kind, verdict) is verdict
        if isinstance(verdict, Estimated):
            assert verdict.lower <= verdict.estimate <= verdict.upper and verdict.samples > 0, statement.label


def test_printed_loop_is_refuted_by_a_certificate_of_the_problem(small):
    verdict = printed_loop(small[1])
    assert isinstance(verdict, Refuted)
    code, message = check_certificate(verdict.certificate)
    assert code == 0, message
    assert verdict.certificate["label"] == "jG2.backtracking-terminates"
    W1 = np.array([[float(Fraction(x)) for x in row] for row in verdict.certificate["bindings"]["W1"]])
    assert np.array_equal(W1, recipe(1, SMALL).setup(0).W1[0])  # type: ignore[attr-defined]


def _made(measure: str, values: list[tuple[dict, list[float]]], figure: int = 4) -> FigureData:
    settings = [Setting(str(p), p, {measure: np.array(v)}) for p, v in values]
    return FigureData(recipe(figure, {}), settings)


def test_order_verdicts_follow_the_data():
    """A judge must be able to say no: the same claim on data made to hold, to fail, and to be undecided."""
    from verify.experiments.experiments_verdicts import _JUDGES

    claim = _JUDGES["jG1.condition-number-falls-with-width"]
    holds = claim(_made("kappa", [({"h": 1, "p": 0.3}, [3, 3.1]), ({"h": 2, "p": 0.3}, [2, 2.1])]))
    fails = claim(_made("kappa", [({"h": 1, "p": 0.3}, [2, 2.1]), ({"h": 2, "p": 0.3}, [3, 3.1])]))
    unclear = claim(_made("kappa", [({"h": 1, "p": 0.3}, [2, 4]), ({"h": 2, "p": 0.3}, [1.9, 3.8])]))
    assert holds.supports and holds.lower == 1
    assert not fails.supports and "reversed beyond doubt" in fails.detail and fails.upper == 0
    assert not unclear.supports and (unclear.lower, unclear.upper) == (0, 1)


def test_exponent_verdicts_follow_the_data():
    from verify.experiments.experiments_verdicts import _JUDGES

    rng = np.random.default_rng(0)
    rows = [
        ({"h": h, "p": 0.3}, list(1 - h**-0.4 * np.exp(0.01 * rng.standard_normal(30)))) for h in (100, 200, 400, 800)
    ]
    data = _made("ratio", rows)
    assert _JUDGES["jG1.exponent-of-the-theorem"](data).supports
    assert not _JUDGES["jG1.exponent-of-the-text"](data).supports


def test_share_verdicts_follow_the_data():
    from verify.experiments.experiments_verdicts import _JUDGES

    def data(ours, theirs):
        s = Setting("a", {"h": 1, "sigma": 1.0})
        s.series = {
            "rho": Series("r", measures={"iterations": np.array(ours), "rate": np.ones(len(ours))}),
            "armijo": Series("a", measures={"iterations": np.array(theirs), "rate": np.zeros(len(ours))}),
        }
        return FigureData(recipe(2, {}), [s])

    claim = _JUDGES["j4.2-fastest-against-backtracking"]
    assert claim(data([1.0] * 9, [2.0] * 9)).supports
    assert not claim(data([2.0] * 9, [2.0] * 9)).supports
    assert claim(data([np.inf] * 9, [np.inf] * 9)).supports  # decided by the rate where neither arrives


def test_wilson_against_its_defining_quadratic():
    for hits, cases in ((3, 10), (9, 10), (50, 100)):
        for bound in wilson(hits, cases):
            z = (hits / cases - bound) / np.sqrt(bound * (1 - bound) / cases)
            assert abs(z) == pytest.approx(1.959963984540054, rel=1e-9)
    assert wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == 1 and wilson(0, 0) == (0.0, 1.0)


def test_report_is_the_same_for_any_number_of_processes_and_keeps_its_schema(tmp_path):
    options = {**SMALL, "repeats": 2, "widths": "12", "levels": "0.3"}
    one = regenerate([1, 4], options, choices=True, jobs=1)
    two = regenerate([1, 4], options, choices=True, jobs=2)
    body = one.as_json()
    assert json.dumps(body, sort_keys=True) == json.dumps(two.as_json(), sort_keys=True)
    schema = json.loads((Path(verify.__file__).parent / "schemas" / "figures.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(body)
    assert {len(s["choices"]) for s in body["statements"] if s["figure"] == 1 and s["verdict"] == "estimated"} == {
        len(CHOICES[1])
    }
    for number, data in one.data.items():
        for name in write_data(data, tmp_path):
            rows = list(csv.reader(Path(name).read_text().splitlines()))
            assert len(rows) > 2 and len({len(r) for r in rows}) == 1, number


def test_choices_of_the_report_are_options_of_their_recipe():
    for figure, alternatives in CHOICES.items():
        for options in alternatives:
            made = recipe(figure, options)
            changed = {k for k, v in made.options().items() if v != RECIPES[figure]().options()[k]}
            assert changed == set(options)


@pytest.mark.parametrize(("name", "word"), [(name, word) for name, words in WORDS.items() for word in words])
def test_every_reading_runs(name, word):
    figures = [k for k, kind in RECIPES.items() if hasattr(kind(), name)]
    data = run(recipe(figures[-1], {**SMALL, "repeats": 2, "widths": (12,), "levels": (0.3,), "steps": 5, name: word}))
    assert data.settings


@pytest.mark.parametrize(
    ("figure", "options", "hint"),
    [
        (6, {}, "figures 1 to 5"),
        (1, {"noize": "deviation"}, "did you mean noise"),
        (1, {"noise": "both"}, "unknown reading"),
        (1, {"repeats": 0}, "from 1 to"),
        (1, {"widths": "wide"}, "not a number"),
        (1, {"levels": "1,-2"}, "positive numbers"),
        (1, {"fraction": "2"}, "lies in"),
        (2, {"steps": "1/2"}, "not a number"),
    ],
)
def test_bad_recipes_are_one_clear_line(figure, options, hint):
    with pytest.raises(InputError, match=hint) as caught:
        recipe(figure, options)
    assert "\n" not in str(caught.value)


def test_summary_is_json(small):
    for data in small.values():
        json.dumps(summary(data))
    assert figure_of(empirical_statements()[0]) == 1
