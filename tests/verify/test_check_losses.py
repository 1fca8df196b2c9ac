"""The checker's entrywise losses: their functions against mpmath, certificates it accepts, and what it must reject."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import jsonschema
import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify import check
from verify.certificate import CLAIMS
from verify.replay import lines, replay

SCHEMA = json.loads((CLAIMS.parent / "schemas" / "certificate.json").read_text())
REFERENCE = {
    "square": lambda z: z * z / 2,
    "linear": lambda z: z,
    "log-cosh": lambda z: mpmath.log(mpmath.cosh(z)),
    "pseudo-huber": lambda z: mpmath.sqrt(1 + z * z) - 1,
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "log1p-square": lambda z: mpmath.log(1 + z * z),
}


@pytest.fixture(autouse=True)
def first_precision():  # type: ignore[no-untyped-def]
    yield
    check.work(64)


def ends(x: check.Number) -> tuple[mpmath.mpf, mpmath.mpf]:
    found = check.interval(x)
    return mpmath.mpf(str(found.lo)), mpmath.mpf(str(found.hi))


@pytest.mark.parametrize("base", sorted(check.PENALTIES))
@settings(max_examples=40, deadline=None)
@given(z=st.fractions(-60, 60, max_denominator=10**6), wide=st.sampled_from([0, 40, 8]))
def test_functions_and_derivatives_enclose_mpmath(base: str, z: Fraction, wide: int) -> None:
    check.work(64)
    inf, sup = check.PENALTIES[base][check.INF :]
    step = Fraction(0) if not wide else Fraction(1, 2**wide)
    around = z + step * check.between(Fraction(-1), Fraction(1))
    with mpmath.workprec(400):
        at = mpmath.mpf(z.numerator) / z.denominator
        for k in range(3):
            low, high = ends(check.PENALTIES[base][k](around))
            value = mpmath.diff(REFERENCE[base], at, k) if k else REFERENCE[base](at)
            assert low - mpmath.mpf(10) ** -60 <= value <= high + mpmath.mpf(10) ** -60
            assert high - low <= 200 * (mpmath.mpf(2) ** -50 + 2 * mpmath.mpf(step.numerator) / step.denominator)
        assert mpmath.mpf(inf.numerator) / inf.denominator <= value + mpmath.mpf(10) ** -60
        assert value <= mpmath.mpf(sup.numerator) / sup.denominator + mpmath.mpf(10) ** -60


def test_the_bounds_on_the_second_derivative_are_attained_or_approached() -> None:
    places = {"log-cosh": (100, 0), "pseudo-huber": (10**6, 0), "softplus": (100, 0), "log1p-square": (3, 0)}
    for base, (low, high) in places.items():
        second, inf, sup = check.PENALTIES[base][2:]
        z = check.power(Fraction(3), Fraction(1, 2)) if base == "log1p-square" else Fraction(low)
        assert max(ends(second(z) - inf)) < 1e-15
        assert max(ends(sup - second(Fraction(high)))) < 1e-15


# Certificates, written by hand --------------------------------------------------------------------------------------

K, MU, L = ["Symbol", "K", "positive"], ["Symbol", "mu", "positive"], ["Symbol", "L", "nonnegative"]
N, M = ["Symbol", "n", "integer", "positive"], ["Symbol", "m", "integer", "positive"]
W, STAR = ["MatrixSymbol", "W", N, M], ["MatrixSymbol", "W_star", N, M]
AWAY = ["Pow", ["Fro", ["MatAdd", W, ["MatMul", ["Rational", "-1"], STAR]]], ["Rational", "2"]]
ASSUMED = [["Assumption", "smooth", K], ["Assumption", "strongly-convex", MU], ["Assumption", "zero-minimum"]]
BELOW = ["<=", L, ["Mul", ["Rational", "1/2"], MU, AWAY]]  # false: mu bounds from below
STEEP = ["<=", ["Fro", ["Grad", W]], ["Rational", "0"]]
FAST = ["<=", ["Fro", ["Grad", W]], ["Mul", MU, ["Pow", AWAY, ["Rational", "1/2"]]]]


def certificate(loss: dict[str, Any], w: Any, k: str, mu: str, then: Any = BELOW, **changes: Any) -> dict[str, Any]:
    mentions = json.dumps(then)
    where = {"L": ["Loss", W]} if '"L"' in mentions else {}
    statement = {"kind": "inequality", "given": ASSUMED, "then": then, "where": where}
    return {
        "schema": check.SCHEMA,
        "label": "mine.loss",
        "statement": statement,
        "digest": check.digest_of(statement),
        "dims": {"n": len(w), "m": len(w[0])},
        "bindings": {"W": w, "K": k, "mu": mu},
        "loss": loss,
        "steps": None,
        "violated": 0,
        **changes,
    }


def run(loss: dict[str, Any], k: str, steps: list[str], factor: str) -> dict[str, Any]:
    """The false claim that the loss falls below `factor` times its first value."""
    h = ["Symbol", "h", "integer", "positive"]
    w1, w2 = ["MatrixSymbol", "W1", N, h], ["MatrixSymbol", "W2", M, h]
    first = ["Loss", ["MatMul", ["MatrixSymbol", "W1_0", N, h], ["Transpose", ["MatrixSymbol", "W2_0", M, h]]]]
    statement = {
        "kind": "trajectory",
        "given": [[">", ["Symbol", "eta"], ["Rational", "0"]], ["Assumption", "smooth", K]],
        "then": ["<=", ["Loss", ["MatMul", w1, ["Transpose", w2]]], ["Mul", ["Rational", factor], first]],
        "where": {},
    }
    bindings = {"W1_0": [["1", "0"], ["1/2", "1"]], "W2_0": [["1", "1/3"]], "K": k}
    dims = {"n": 2, "m": 1, "h": 2}
    whole = certificate(loss, [["0"]], k, "1", statement=statement, dims=dims, bindings=bindings, steps=steps)
    return {**whole, "digest": check.digest_of(statement)}


def term(base: str, weight: Any = "1", slope: Any = "1", shift: Any = "0") -> dict[str, Any]:
    return {"base": base, "weight": weight, "slope": slope, "shift": shift}


def entrywise(x: Any, terms: list[dict[str, Any]], ridge: str, near: Any) -> dict[str, Any]:
    return {"kind": "entrywise", "X": x, "terms": terms, "ridge": ridge, "near": near}


def solve(increasing: Any) -> str:
    """The root in [-100, 100] of an increasing function, to thirty digits."""
    with mpmath.workdps(40):
        return str(Fraction(mpmath.nstr(mpmath.findroot(increasing, (-100, 100), solver="anderson"), 30)))


X = [["1"], ["2"], ["-1"]]
LABELS = [1, 1, -1]


def logistic_loss() -> dict[str, Any]:
    """sum log(1 + exp(-y z)) + w^2/4: K = (1 + 4 + 1)/4 + 1/2 = 2, mu = 1/2."""
    rows = [(int(x[0]), y) for x, y in zip(X, LABELS, strict=True)]
    near = solve(lambda w: sum(-y * x / (1 + mpmath.exp(y * x * w)) for x, y in rows) + w / 2)
    return entrywise(X, [term("softplus", slope=[[str(-y)] for y in LABELS])], "1/2", [[near]])


SQUARED = entrywise(
    [["1", "0"], ["1", "1"]], [term("square", shift=[["-1", "2"], ["3", "0"]])], "0", [["1", "-2"], ["-4", "2"]]
)


def squared_with_ridge(near: Any = None) -> dict[str, Any]:
    """w = 6 / 10 minimizes ((w - 2)^2 + 4 (w - 1/2)^2) / 2 + 5 w^2 / 2."""
    return entrywise([["1"], ["2"]], [term("square", shift=[["-2"], ["-1"]])], "5", near or [["2/5"]])


def huber_loss(ridge: str = "1/10") -> dict[str, Any]:
    """sum sqrt(1 + (z - y)^2) - 1, with labels 1, 3: K = 1 + 1 + ridge for orthogonal X."""
    q = mpmath.mpf(Fraction(ridge).numerator) / Fraction(ridge).denominator
    near = [solve(lambda w, y=y: (w - y) / mpmath.sqrt(1 + (w - y) ** 2) + q * w) for y in (1, 3)]
    return entrywise(
        [["1", "0"], ["0", "1"]], [term("pseudo-huber", shift=[["-1"], ["-3"]])], ridge, [[v] for v in near]
    )


def verdict(whole: dict[str, Any]) -> tuple[int, str]:
    code, message = check.check_text(json.dumps(whole), {})
    return code, message


ACCEPTED = {
    "logistic with labels and a ridge": certificate(logistic_loss(), [["3"]], "2", "1/2"),
    "logistic, gradient alone": certificate(logistic_loss(), [["3"]], "2", "1/2", FAST),
    "squared with data, exact minimizer": certificate(SQUARED, [["0", "0"], ["0", "1"]], "3", "1/3"),
    "squared with a ridge, exact minimizer": certificate(squared_with_ridge(), [["1"]], "10", "9"),
    "squared with a ridge, rounded minimizer": certificate(
        squared_with_ridge([["400000001/1000000000"]]), [["1"]], "10", "9"
    ),
    "pseudo-Huber with data": certificate(huber_loss(), [["0"], ["1"]], "11/10", "1/10"),
    "pseudo-Huber run": run(huber_loss(), "11/10", ["1/50", "1/30", "1/20"], "1/2"),
    "logistic run": run(
        entrywise(
            [["1", "1"], ["0", "1"]],
            [term("softplus", slope=[["-1"], ["1"]])],
            "1/2",
            [["7310168/10000000"], ["-1794821/10000000"]],
        ),
        "5/4",
        ["1/100", "1/100"],
        "9/10",
    ),
    "several terms, weights and slopes in tables": certificate(
        entrywise(
            [["1"], ["2"]],
            [
                term("softplus", weight=[["1/2"], ["2"]], slope=[["3"], ["-1/2"]]),
                term("linear", weight=[["-1/4"], ["1/3"]]),
                term("log1p-square", weight="1/10"),
                term("log-cosh", slope="1/2", shift="1"),
            ],
            "1",
            [["-1/3"]],
        ),
        [["3"]],
        "12",
        "1/100",
    ),
}


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_false_claims_about_entrywise_losses_are_refuted(name: str) -> None:
    code, message = verdict(ACCEPTED[name])
    assert (code, message.partition(":")[0]) == (0, "holds"), message
    jsonschema.validate(ACCEPTED[name], SCHEMA)


def test_an_exact_minimizer_decides_equality() -> None:
    level = "18/5"  # l(1) - l(2/5) = (1 + 1 + 5 - (64/25 + 1/25 + 4/5)) / 2 + ... by hand: 10/2 (1 - 2/5)^2 = 9/5
    half = certificate(squared_with_ridge(), [["1"]], "10", "10", ["<", L, ["Rational", "9/5"]])
    assert verdict(half)[0] == 0
    holds = certificate(squared_with_ridge(), [["1"]], "10", "10", ["<=", L, ["Rational", "9/5"]])
    assert "the claim L <= 9/5 holds" in verdict(holds)[1]
    far = certificate(squared_with_ridge(), [["1"]], "10", "10", [">=", L, ["Rational", level]])
    assert verdict(far)[0] == 0


def test_a_centered_loss_is_the_same_as_its_terms() -> None:
    for phi in ("square", "log-cosh", "pseudo-huber"):
        x, star = [["1", "2"], ["0", "1"]], [["1"], ["1/2"]]
        centered = {"kind": "centered", "phi": phi, "X": x, "W_star": star, "ridge": "0"}
        terms = entrywise(x, [term(phi, shift=[["-2"], ["-1/2"]])], "0", star)
        w = ((Fraction(1, 3),), (Fraction(2),))
        a, b = (check.read_loss(loss) for loss in (centered, terms))
        assert a is not None and b is not None
        assert a.value(w) == b.value(w) and a.gradient(w) == b.gradient(w) and a.minimum == b.minimum


def with_loss(name: str, **changes: Any) -> dict[str, Any]:
    whole = ACCEPTED[name]
    return {**whole, "loss": {**whole["loss"], **changes}}


LOGISTIC = "logistic with labels and a ridge"
SOFTPLUS = ACCEPTED[LOGISTIC]["loss"]["terms"][0]
STAR_TREE = {"W_star": [["2/5"]]}
REJECTED = {
    "negative weight": (with_loss(LOGISTIC, terms=[{**SOFTPLUS, "weight": "-1"}]), "a negative weight"),
    "one negative weight": (
        with_loss(LOGISTIC, terms=[{**SOFTPLUS, "weight": [["1"], ["-1/9"], ["1"]]}]),
        "a negative weight",
    ),
    "unknown base": (with_loss(LOGISTIC, terms=[{**SOFTPLUS, "base": "relu"}]), "a base that the checker"),
    "base that is a list": (with_loss(LOGISTIC, terms=[{**SOFTPLUS, "base": ["square"]}]), "a base that"),
    "table too short": (with_loss(LOGISTIC, terms=[{**SOFTPLUS, "slope": [["1"], ["1"]]}]), "a slope is not 3 x 1"),
    "table too wide": (with_loss(LOGISTIC, terms=[{**SOFTPLUS, "shift": [["0", "0"]] * 3}]), "a shift is not 3 x 1"),
    "ragged table": (
        with_loss(LOGISTIC, terms=[{**SOFTPLUS, "shift": [["0"], ["0", "0"], ["0"]]}]),
        "differ in length",
    ),
    "no terms": (with_loss(LOGISTIC, terms=[]), "not a list of 1 to 100"),
    "a key too many": (with_loss(LOGISTIC, terms=[{**SOFTPLUS, "power": "2"}]), "the keys of a term"),
    "a loss's key missing": (
        {**ACCEPTED[LOGISTIC], "loss": {k: v for k, v in ACCEPTED[LOGISTIC]["loss"].items() if k != "near"}},
        "loss: its keys",
    ),
    "negative ridge": (with_loss(LOGISTIC, ridge="-1/2"), "the ridge is negative"),
    "near of another width": (with_loss(LOGISTIC, near=[["0", "0"]]), "is not 3 x 2"),
    "near of another height": (with_loss(LOGISTIC, near=[["0"], ["0"]]), "X and near do not fit"),
    "near far away": (with_loss(LOGISTIC, near=[["-40"]]), "not decided"),
    "K too small by a hundredth": (certificate(logistic_loss(), [["3"]], "198/100", "1/2"), "smooth, K) fails"),
    "mu too large by a hundredth": (
        certificate(logistic_loss(), [["3"]], "2", "505/1000"),
        "strongly-convex, mu) fails",
    ),
    "concave somewhere": (
        certificate(entrywise([["1"]], [term("log1p-square")], "1/5", [["0"]]), [["1"]], "3", "1", STEEP),
        "strongly-convex, mu) fails",
    ),
    "no mu shown": (certificate({**huber_loss(), "ridge": "0"}, [["0"], ["1"]], "1", "1/10"), "no mu > 0 is shown"),
    "no mu shown, concave": (
        certificate(entrywise([["1"]], [term("log1p-square")], "1/5", [["0"]]), [["1"]], "3", "1"),
        "no mu > 0 is shown",
    ),
    "W_star by hand": (
        certificate(
            logistic_loss(), [["3"]], "2", "1/2", bindings={"W": [["3"]], "K": "2", "mu": "1/2", "W_star": [["0"]]}
        ),
        "W_star: bound to something else",
    ),
    "W_star as near, of which nothing is exact": (
        certificate(
            squared_with_ridge([["41/100"]]),
            [["1"]],
            "10",
            "9",
            bindings={"W": [["1"]], "K": "10", "mu": "9", "W_star": [["41/100"]]},
        ),
        "W_star: bound to something else",
    ),
    "true claim": (
        certificate(logistic_loss(), [["3"]], "2", "1/2", [">=", L, ["Mul", ["Rational", "1/2"], MU, AWAY]]),
        "the claim",
    ),
    "softplus as a centered phi": (
        with_loss(LOGISTIC, kind="centered"),
        "loss: its keys",
    ),
    "phi of another minimum, centered": (
        certificate(
            {"kind": "centered", "phi": "softplus", "X": [["1"]], "W_star": [["0"]], "ridge": "1"}, [["1"]], "2", "1"
        ),
        "its phi is not one",
    ),
    "an assumption as the claim": (
        certificate(logistic_loss(), [["3"]], "198/100", "1/2", ["AllOf", [">", MU, ["Rational", "0"]], ASSUMED[0]]),
        "arguments of sorts ra",
    ),
    "quadratic that is none": (
        {
            **ACCEPTED[LOGISTIC],
            "statement": (s := {**ACCEPTED[LOGISTIC]["statement"], "given": [["Assumption", "quadratic"]]}),
            "digest": check.digest_of(s),
            "bindings": {"W": [["3"]], "mu": "1/2"},
        },
        "quadratic) fails",
    ),
}


@pytest.mark.parametrize("name", sorted(REJECTED))
def test_wrong_losses_are_rejected_for_the_right_reason(name: str) -> None:
    whole, reason = REJECTED[name]
    code, message = verdict(whole)
    assert code == 1 and reason in message, message


def test_a_replay_shows_the_loss() -> None:
    whole = ACCEPTED["several terms, weights and slopes in tables"]
    shown = "\n".join(lines(replay(whole)))
    assert "phi = softplus, weight = [[1/2], [2]], slope = [[3], [-1/2]], shift = 0" in shown
    assert "L <= 1/2 mu Fro(W - W_star)^2 is false" in shown


def test_an_exact_minimizer_may_be_bound() -> None:
    whole = certificate(squared_with_ridge(), [["1"]], "10", "9")
    assert verdict({**whole, "bindings": {**whole["bindings"], "W_star": [["2/5"]]}})[0] == 0


entry = st.fractions(-3, 3, max_denominator=20)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(entry, entry, entry, st.fractions(0, 2), st.fractions(0, 2)), min_size=3, max_size=3),
    st.tuples(entry, entry),
    st.fractions(Fraction(1, 100), 1),
)
def test_the_enclosed_minimum_holds_the_true_one(
    data: list[Any], start: tuple[Fraction, Fraction], ridge: Fraction
) -> None:
    """l(w) = sum_ij c_ij (x_i w_j - y_ij)^2 / 2 + x_i w_j / 3 + ridge / 2 |w|^2, columns weighted apart."""
    x = [row[0] for row in data]
    labels, weights = ([row[k : k + 2] for row in data] for k in (1, 3))
    loss = check.read_loss(
        entrywise(
            [[str(v)] for v in x],
            [
                term(
                    "square", weight=[list(map(str, r)) for r in weights], shift=[[str(-v) for v in r] for r in labels]
                ),
                term("linear", weight="1/3"),
            ],
            str(ridge),
            [list(map(str, start))],
        )
    )
    assert loss is not None
    level = Fraction(0)
    for j in (0, 1):
        slopes = [(a, r[j], c[j]) for a, r, c in zip(x, labels, weights, strict=True)]
        w = sum(a * (b * c - Fraction(1, 3)) for a, b, c in slopes) / (ridge + sum(a * a * c for a, _, c in slopes))
        level += sum(c * (a * w - b) ** 2 / 2 + a * w / 3 for a, b, c in slopes) + ridge * w * w / 2
        low, high = check.compare(loss.minimum[1][0][j], w)
        assert low <= 0 <= high
    low, high = check.compare(loss.minimum[0], level)
    assert low <= 0 <= high


def test_every_column_must_be_curved() -> None:
    flat = entrywise(
        [["1"]], [term("square", weight=[["1", "0"]]), term("linear", weight=[["0", "1"]])], "0", [["1", "1"]]
    )
    loss = check.read_loss(flat)
    assert loss is not None
    with pytest.raises(check.Reject, match="no mu > 0"):
        _ = loss.minimum
    bowl = check.read_loss(entrywise([["1"]], [term("square", weight=[["1", "3"]])], "0", [["0", "0"]]))
    assert bowl is not None
    for name in ("pl", "strongly-convex"):
        assert bowl.satisfies(name, Fraction(1)) and not bowl.satisfies(name, Fraction(2))
    assert bowl.satisfies("smooth", Fraction(3)) and not bowl.satisfies("smooth", Fraction(2))
    assert not bowl.satisfies("smooth", Fraction(-4))
