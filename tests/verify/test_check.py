"""The checker: its arithmetic against other libraries, the certificates it accepts, and the corpus it must reject."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from decimal import InvalidOperation
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import flint
import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theorems.norms import MinRoot, TauIntegral
from theorems.statement import Limit, UniqueRoot
from theorems.tree import to_tree
from verify import check

HERE = Path(__file__).parent
ACCEPTED = sorted((HERE / "accepted").glob("*.json"))
REASONS = json.loads((HERE / "rejected" / "reasons.json").read_text())
KNOWN = {c["label"]: c["digest"] for c in (json.loads(p.read_text()) for p in ACCEPTED)}
CHECKER = Path(check.__file__)

rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6)
positive = st.builds(
    lambda q, k: q * Fraction(10) ** k,
    st.fractions(Fraction(1, 1000), 1000, max_denominator=10**6),
    st.integers(-12, 3),
)
precisions = st.sampled_from([64, 128, 256])


def ends(x: check.Number) -> tuple[Fraction, Fraction]:
    found = check.interval(x)
    return (x, x) if isinstance(x, Fraction) else (Fraction(found.lo), Fraction(found.hi))


def contains(x: check.Number, reference: mpmath.mpf) -> bool:
    """Whether an enclosure holds a reference value of 1000 bits, and is narrow for its precision."""
    low, high = (mpmath.mpf(q.numerator) / q.denominator for q in ends(x))
    slack = abs(reference) * mpmath.mpf(2) ** -900 + mpmath.mpf(2) ** -900
    return bool(low - slack <= reference <= high + slack)


def relative_width(x: check.Number) -> Fraction:
    low, high = ends(x)
    return Fraction(0) if high == low else (high - low) / max(abs(low), abs(high))


@pytest.fixture(autouse=True)
def reference_precision():  # type: ignore[no-untyped-def]
    with mpmath.workprec(1000):
        yield
    check.work(64)


def mp(q: Fraction) -> mpmath.mpf:
    return mpmath.mpf(q.numerator) / q.denominator


@given(positive, precisions)
def test_elementary_functions_enclose_mpmath(q: Fraction, bits: int) -> None:
    check.work(bits)
    with mpmath.workprec(1000):
        assert contains(check.exponential(q), mpmath.exp(mp(q)))
        assert contains(check.exponential(-q), mpmath.exp(-mp(q)))
        assert contains(check.logarithm(q), mpmath.log(mp(q)))
        assert contains(check.power(q, Fraction(1, 2)), mpmath.sqrt(mp(q)))
        for exponent in (Fraction(-5, 3), Fraction(3, 4), Fraction(1986116640708315, 2**52), Fraction(20001, 2**20)):
            assert contains(check.power(q, exponent), mp(q) ** mp(exponent))
        assert contains(check.log_cosh(q), mpmath.log(mpmath.cosh(mp(q))))
        assert contains(check.tanh(-q), mpmath.tanh(-mp(q)))
    assert relative_width(check.exponential(q)) < Fraction(1, 1 << (bits - 16))
    assert relative_width(check.power(q, Fraction(1, 3))) < Fraction(1, 1 << (bits - 16))


@given(rationals, rationals, rationals, precisions)
def test_interval_arithmetic_encloses_exact_rationals(a: Fraction, b: Fraction, c: Fraction, bits: int) -> None:
    check.work(bits)
    x, y, z = (check.enclose(q) for q in (a, b, c))
    values = [
        (x + y * z, a + b * c),
        (x * x - y, a * a - b),
        (a - y, a - b),
        (x**3, a**3),
        (x**4, a**4),
        (abs(x), abs(a)),
        (check.least(x, check.greatest(y, z)), min(a, max(b, c))),
        (check.square_root(abs(x)) ** 2, abs(a)),
    ]
    if b:
        values.append((x * check.inverse(y), a / b))
    for enclosure, exact in values:
        low, high = ends(enclosure)
        assert low <= exact <= high
    low_sign, high_sign = check.compare(x, y)
    assert low_sign <= (a > b) - (a < b) <= high_sign


@given(
    st.lists(st.tuples(rationals, st.fractions(0, 1)), min_size=2, max_size=2), st.fractions(0, 1), st.fractions(0, 1)
)
def test_wide_intervals_hold_every_value(data: list[tuple[Fraction, Fraction]], s: Fraction, t: Fraction) -> None:
    x, y = (check.between(a, a + w) for a, w in data)
    a, b = (a + u * w for (a, w), u in zip(data, (s, t), strict=True))
    values = [(x + y, a + b), (x - y, a - b), (x * y, a * b), (x**2, a**2), (abs(x), abs(a)), (x**3, a**3)]
    values += [(check.least(x, y), min(a, b)), (check.greatest(x, y), max(a, b)), (-x, -a)]
    for enclosure, exact in values:
        low, high = ends(enclosure)
        assert low <= exact <= high


@given(st.fractions(0, 100, max_denominator=50), st.fractions(-9, 9, max_denominator=9))
def test_squares_and_norms_stay_exact_while_they_can(a: Fraction, b: Fraction) -> None:
    assert check.square_root(a * a) == a
    assert check.power(a * a, Fraction(1, 2)) == a
    frame = check.Frame(check.Scene({}, None), {"A": ((a, b), (b, a))})
    matrix = ["MatrixSymbol", "A", ["Rational", "2"], ["Rational", "2"]]
    nodes = {head: ["Pow", [head, matrix], ["Rational", "2"]] for head in ("Fro", "SigmaMax", "SigmaMin")}
    squared = {head: frame.value(node) for head, node in nodes.items()}
    assert squared["Fro"] == 2 * a * a + 2 * b * b
    assert squared["SigmaMax"] == (a + abs(b)) ** 2 and squared["SigmaMin"] == (a - abs(b)) ** 2


def test_singular_values_of_a_rectangle() -> None:
    for rows in ((("3", "4"),), (("3",), ("4",))):
        a = check.table([list(row) for row in rows], "A")
        sizes = [["Rational", str(k)] for k in check.dimensions(a)]
        frame = check.Frame(check.Scene({}, None), {"A": a})
        matrix = ["MatrixSymbol", "A", *sizes]
        second = ["Rational", "2"]
        nodes = [
            ["SigmaMin", matrix],
            ["SigmaMax", matrix],
            ["Fro", matrix],
            ["Sigma", matrix, second],
            ["Rank", matrix],
        ]
        assert [frame.value(node) for node in nodes] == [5, 5, 5, 0, 1]


@given(st.fractions(0, 100, max_denominator=50), st.fractions(0, 100, max_denominator=50), st.integers(1, 9))
def test_roots_are_exact_while_they_can_be(a: Fraction, b: Fraction, k: int) -> None:
    x, y = check.square_root(a), check.square_root(b)
    assert x**2 == a and x**3 == a * x
    assert x * y == check.square_root(a * b)
    assert x + k * x == check.square_root((k + 1) ** 2 * a)
    assert k * x - k * x == 0 and -x + x == 0 and x - (k + 1) * x == -(k * x)
    assert check.compare(x, y) == (((a > b) - (a < b)),) * 2
    assert check.compare(x, b) == (((a > b * b) - (a < b * b)),) * 2
    if a:
        assert check.inverse(x) * x == 1
    for exact, value in ((x + y, mpmath.sqrt(mp(a)) + mpmath.sqrt(mp(b))), (x - b, mpmath.sqrt(mp(a)) - mp(b))):
        assert contains(exact, value)
    germ = check.Series({Fraction(1): Fraction(1)}, Fraction(0), Fraction(1))
    assert (x + germ).terms == (germ + x).terms and (x * germ).terms == (germ * x).terms


@given(st.fractions(-5, 5, max_denominator=20), st.fractions(Fraction(1, 50), 1), st.fractions(Fraction(1, 1000), 1))
def test_expansions_enclose_the_function_on_all_their_points(c: Fraction, top: Fraction, place: Fraction) -> None:
    x = place * top
    germ = check.Series({Fraction(1): Fraction(1)}, Fraction(0), top)
    v = mp(x)
    functions = [
        (lambda z: z * z + c * z - c, v**2 + mp(c) * v - mp(c)),
        (lambda z: check.exponential(c * z), mpmath.exp(mp(c) * v)),
        (lambda z: check.logarithm(1 + z), mpmath.log(1 + v)),
        (lambda z: check.power(2 + z, Fraction(1, 3)), (2 + v) ** (mpmath.mpf(1) / 3)),
        (lambda z: check.inverse(z + z**2), 1 / (v + v**2)),
        (lambda z: check.square_root(z) * check.exponential(-z), mpmath.sqrt(v) * mpmath.exp(-v)),
    ]
    for f, value in functions:
        found = f(germ)
        here = check.total(k * check.power(x, e) for e, k in found.terms.items())
        assert contains(here, value)
    assert check.sign(check.exponential(germ) - 1) == 1
    with pytest.raises(check.Undecided):
        check.interval(check.inverse(germ))


def test_far_apart_magnitudes_stay_enclosed() -> None:
    huge, tiny = check.exponential(Fraction(10**9)), check.exponential(Fraction(-(10**9)))
    low, high = check.compare(huge + tiny, huge)
    assert low <= 0 <= high
    assert check.compare(tiny, Fraction(0)) == (1, 1)
    assert check.compare(check.exponential(Fraction(-(10**13))), Fraction(0)) == (0, 1)
    with pytest.raises(check.Undecided):
        check.exponential(Fraction(10**13))


matrices = st.integers(1, 4).flatmap(
    lambda p: st.integers(1, 4).flatmap(
        lambda q: st.lists(
            st.lists(st.fractions(-9, 9, max_denominator=4), min_size=q, max_size=q), min_size=p, max_size=p
        )
    )
)


@settings(max_examples=60)
@given(matrices)
def test_singular_values_enclose_mpmath(rows: list[list[Fraction]]) -> None:
    a = tuple(tuple(row) for row in rows)
    with mpmath.workprec(300):
        reference = mpmath.svd_r(mpmath.matrix([[mp(x) for x in row] for row in a]), compute_uv=False)
        for k in range(1, min(len(a), len(a[0])) + 1):
            for matrix in (a, check.entrywise(check.enclose, a)):
                low, high = ends(check.square_root(check.sigma_squared(matrix, Fraction(k))))
                near = mpmath.mpf(2) ** -100 if isinstance(matrix[0][0], Fraction) else mpmath.mpf(2) ** -20
                assert mp(low) - mpmath.mpf(2) ** -100 <= reference[k - 1] <= mp(high) + mpmath.mpf(2) ** -100
                assert mp(high) - mp(low) < near + mpmath.mpf(2) ** -40
    assert check.sigma_squared(a, Fraction(min(len(a), len(a[0])) + 1)) == 0
    gram = check.gram(a)
    assert check.rank(a) == flint.fmpq_mat([[flint.fmpq(x.numerator, x.denominator) for x in r] for r in a]).rank()
    assert check.inertia(check.integers(gram)[0])[2] == 0


@settings(max_examples=60)
@given(st.lists(st.integers(-6, 6), min_size=6, max_size=6))
def test_eigenvalues_agree_with_the_characteristic_polynomial(entries: list[int]) -> None:
    a, b, c, d, e, f = map(Fraction, entries)
    matrix = ((a, b, c), (b, d, e), (c, e, f))
    polynomial = flint.fmpz_mat([[int(x) for x in row] for row in matrix]).charpoly()
    values = [check.lambda_k(matrix, Fraction(k)) for k in (1, 2, 3)]
    for value in values:
        low, high = ends(value)
        if low == high:
            assert polynomial(flint.fmpq(low.numerator, low.denominator)) == 0
        else:
            at = [polynomial(flint.fmpq(q.numerator, q.denominator)) for q in (low, high)]
            assert at[0] * at[1] <= 0
    assert all(check.compare(x, y)[1] >= 0 for x, y in pairwise(values))
    trace = check.total(values)
    low, high = ends(trace)
    assert low <= a + d + f <= high


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda p: p.stem)
def test_true_witnesses_are_accepted(path: Path) -> None:
    code, message = check.check_text(path.read_text(), KNOWN)
    assert (code, message.partition(":")[0]) == (0, "holds"), message


@pytest.mark.parametrize("name", sorted(REASONS))
def test_the_corpus_is_rejected_for_the_right_reason(name: str) -> None:
    code, message = check.check_file(str(HERE / "rejected" / f"{name}.json"), KNOWN)
    assert code == (2 if REASONS[name] == "unreadable" else 1)
    assert REASONS[name] in message and REASONS[name]


def test_the_corpus_has_no_file_without_a_reason() -> None:
    assert {p.stem for p in (HERE / "rejected").glob("*.json")} - {"reasons"} == set(REASONS)
    assert len(REASONS) >= 25


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda p: p.stem)
def test_no_part_of_a_certificate_can_be_left_out(path: Path) -> None:
    whole = json.loads(path.read_text())
    for key in set(whole) - {"enclosures"}:
        assert check.check_text(json.dumps({k: v for k, v in whole.items() if k != key}), KNOWN)[0] == 1
    for name in whole["bindings"]:
        fewer = {k: v for k, v in whole["bindings"].items() if k != name}
        code, message = check.check_text(json.dumps({**whole, "bindings": fewer}), KNOWN)
        assert code == 1 or name in ("W_star", "eta_0"), message  # these two the loss and the run give


@given(st.sampled_from(ACCEPTED), st.data())
@settings(max_examples=150, deadline=None)
def test_an_edited_statement_never_passes_under_its_label(path: Path, data: st.DataObject) -> None:
    whole = json.loads(path.read_text())
    node = whole["statement"]["then"]
    while True:
        inner = [i for i, part in enumerate(node) if isinstance(part, list) and part]
        if not inner or data.draw(st.booleans()):
            break
        node = node[data.draw(st.sampled_from(inner))]
    node[0] = data.draw(st.sampled_from(sorted(set(check.HEADS) | set(check.RELATIONS))).filter(lambda h: h != node[0]))
    edited = json.dumps(whole)
    assert "digest" in check.check_text(edited, KNOWN)[1]
    whole["digest"] = check.digest_of(whole["statement"])
    code, message = check.check_text(json.dumps(whole), KNOWN)
    assert code == 1 and "not the claim known as" in message
    check.check_text(json.dumps({**whole, "label": "own.edited"}), KNOWN)  # whatever it says, it says it in words


@pytest.mark.parametrize(
    "path", [p for p in ACCEPTED if "enclosures" in json.loads(p.read_text())], ids=lambda p: p.stem
)
def test_stated_enclosures_are_checked_one_by_one(path: Path) -> None:
    whole = json.loads(path.read_text())
    for item in whole["enclosures"]:
        low, high = Fraction(item["lower"]), Fraction(item["upper"])
        assert low < high
        for wrong in ({"upper": str(low - 1)}, {"lower": str(high + 1)}):
            edited = {**whole, "enclosures": [{**item, **wrong}]}
            assert "not between the stated bounds" in check.check_text(json.dumps(edited), KNOWN)[1]


def test_a_claim_of_the_users_own_is_printed_in_full() -> None:
    path = next(p for p in ACCEPTED if p.stem == "fast-step")
    code, message = check.check_text(path.read_text(), {})
    assert code == 0
    assert "the certificate's own" in message
    for line in ("given K_t eta < 2", "then  L_next <= (-12 eta mu_t + 1) L", "where W = W1 W2^T"):
        assert line in message


def test_the_checker_runs_alone_in_a_bare_python(tmp_path: Path) -> None:
    alone = tmp_path / "check.py"
    alone.write_text(CHECKER.read_text())
    broken = HERE / "rejected" / "edited-rational.json"
    for files, code in (
        ([*ACCEPTED], 0),
        ([ACCEPTED[0], broken], 1),
        ([ACCEPTED[0], tmp_path / "none.json"], 2),
        ([], 2),
    ):
        run = subprocess.run([sys.executable, "-I", "-S", str(alone), *map(str, files)], capture_output=True, text=True)
        assert run.returncode == code, run.stdout + run.stderr
        shown = sum(line.startswith(str(HERE)) for line in run.stdout.splitlines())
        assert shown == sum(Path(f).exists() for f in files)
        missing = [f"{f}: unreadable: No such file or directory" for f in files if not Path(f).exists()]
        assert run.stderr.splitlines() == (missing if files else ["usage: python -I check.py FILE..."])


def test_the_checker_imports_the_standard_library_only() -> None:
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(CHECKER.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert {str(name).partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)
    calls = {
        n.func.id
        for n in ast.walk(ast.parse(CHECKER.read_text()))
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert not calls & {"eval", "exec", "compile", "__import__"}


X = sp.Symbol("x", real=True, positive=True)


def smallest_root(expression: sp.Expr, bits: int = 128) -> check.Interval:
    check.work(bits)
    return check.Frame(check.Scene({}, None), {}).value(to_tree(MinRoot(expression, X)))


@pytest.mark.parametrize(
    ("expression", "root"),
    [
        (X - sp.Rational(1, 3), "0.333333333333333333333333"),
        ((X - 3) * (X - 1), "1"),
        (X * sp.exp(X) - 1, "0.567143290409783872999968"),
        (X ** sp.Rational(101, 100) - X * sp.Rational(9, 10), "2.656139888758747693387813220357e-5"),
        (X**2 - (1 - sp.exp(-sp.sqrt(X))) * (1 - (1 + X**2) * (1 - X)), None),
        (X**2 * 10**40 - X ** sp.Rational(3, 2), "1e-80"),
    ],
    ids=str,
)
def test_smallest_roots_are_enclosed(expression: sp.Expr, root: str | None) -> None:
    found = smallest_root(expression)
    assert isinstance(found, check.Interval)
    low, high = ends(found)
    if root is not None:
        assert low <= Fraction(root) * (1 + Fraction(1, 10**20)) and Fraction(root) * (1 - Fraction(1, 10**20)) <= high
    assert high - low < low / 1000
    f = sp.lambdify(X, expression, "mpmath")
    with mpmath.workprec(400):
        at_low, at_high = f(mp(low)), f(mp(high))
        assert at_low * at_high <= 0
        points = [mp(low) * mpmath.mpf(k) / 64 for k in range(1, 65)]
        assert len({mpmath.sign(f(x)) for x in points}) == 1


@pytest.mark.parametrize("expression", [1 / (1 - X), X + 1, sp.exp(-X), 2 + sp.log(1 + X) - X / (1 + X)], ids=str)
def test_where_there_is_no_root_none_is_claimed(expression: sp.Expr) -> None:
    try:
        found = smallest_root(expression)
    except check.Undecided:
        return
    assert found.lo > 0 and found.hi.is_infinite()


def test_a_touching_root_is_not_passed() -> None:
    low, high = ends(smallest_root((X - 1) ** 2 * (2 - X)))
    assert low < 1 < 2 < high
    found = smallest_root((X - 1) ** 2)
    assert 0 < found.lo < 1 and found.hi.is_infinite()


def test_a_number_known_from_below_is_compared_and_not_computed_with() -> None:
    found = smallest_root((X - 1) ** 2)
    half = Fraction(1, 2)
    assert check.compare(found, half) == (1, 1) and check.compare(half, found) == (-1, -1)
    assert check.least(half, found) == half
    assert check.compare(found, Fraction(2)) == (-1, 1) and check.compare(found, found) == (-1, 1)
    for f in (check.exponential, check.logarithm, lambda x: check.logarithm(-x), lambda x: check.rational_end(x.hi)):
        with pytest.raises((check.Undecided, check.Reject)):
            f(found)
    with pytest.raises(InvalidOperation):
        found * check.between(Fraction(-1), Fraction(1)) + check.Interval(found.lo, found.hi) * check.enclose(
            half - half
        )


def test_long_exact_numbers_go_on_as_intervals() -> None:
    x: check.Matrix = ((Fraction(3, 7),),)
    for _ in range(14):
        x = check.matmul(x, x)
    q = x[0][0]
    assert isinstance(check.power(Fraction(3, 7), Fraction(2**10)), check.Interval)
    assert isinstance(q, check.Interval)
    low, high = ends(q)
    assert low <= Fraction(3, 7) ** (2**14) <= high


@given(st.fractions(0, 9), st.fractions(0, 9), st.sampled_from([Fraction(1, 3), Fraction(7, 5), Fraction(1, 4)]))
def test_powers_of_what_may_be_zero_start_at_zero(a: Fraction, b: Fraction, exponent: Fraction) -> None:
    low, high = ends(check.power(check.between(Fraction(0), a + b), exponent))
    assert low == 0
    assert mp(a) ** mp(exponent) <= mp(high) + mpmath.mpf(10) ** -200
    with pytest.raises((check.Undecided, check.Reject)):
        check.power(check.between(Fraction(0), a), -exponent)


def test_an_integral_is_that_of_the_expansion() -> None:
    frame = check.Frame(check.Scene({}, None), {})
    trees = [to_tree(TauIntegral(f, X)) for f in (3 * X**2 - X, sp.Integer(2), sp.sqrt(X), 1 / X)]
    values = [frame.value(tree) for tree in trees[:3]]
    assert values == [Fraction(1, 2), Fraction(2), Fraction(2, 3)]
    with pytest.raises(check.Undecided, match="diverge"):
        frame.value(trees[3])


@pytest.mark.parametrize(("lower", "upper", "code"), [("0", "4", 0), ("0", "5/2", 1), ("3/2", "4", 1), ("0", "3", 1)])
def test_two_roots_must_lie_in_the_interval_of_the_claim(lower: str, upper: str, code: int) -> None:
    claim = UniqueRoot((X - 1) * (X - 2), X, sp.Rational(lower), sp.Rational(upper), True)
    statement = {"kind": "existence", "given": [], "then": to_tree(claim), "where": {}}
    whole = json.loads((HERE / "accepted" / "two-roots.json").read_text())
    whole = {**whole, "label": "mine.roots", "statement": statement, "digest": check.digest_of(statement)}
    whole = {**whole, "bindings": {}, "dims": {}, "points": ["1/2", "3/2", "3"]}
    found, message = check.check_text(json.dumps(whole), {})
    assert found == code and ("not inside the interval" in message or not code), message


def refuted_limit(expression: sp.Expr, value: sp.Expr, point: sp.Expr = sp.oo, side: str = "-") -> tuple[int, str]:
    statement = {"kind": "limit", "given": [], "then": to_tree(Limit(expression, X, point, value, side)), "where": {}}
    whole = json.loads((HERE / "accepted" / "not-one.json").read_text())
    whole = {**whole, "label": "mine.limit", "statement": statement, "digest": check.digest_of(statement), "dims": {}}
    return check.check_text(json.dumps({**whole, "bindings": {}}), {})


@pytest.mark.parametrize(
    ("expression", "value", "code"),
    [
        (X / (1 + X), sp.oo, 0),
        (-X, sp.oo, 0),
        (sp.sqrt(X) - X, sp.oo, 0),
        (X - sp.sqrt(X), sp.oo, 1),
        (X, sp.oo, 1),
        (X, sp.Integer(5), 0),
        (1 / X, sp.Integer(0), 1),
        (1 / X, sp.Rational(1, 10**9), 0),
        (X / (1 + X), sp.Integer(1), 1),
        ((1 + X**2) / X**2 * sp.exp(1 / X), sp.Integer(1), 1),
        ((1 + X**2) / X**2 * sp.exp(1 / X), sp.Integer(2), 0),
    ],
    ids=str,
)
def test_limits_at_infinity(expression: sp.Expr, value: sp.Expr, code: int) -> None:
    found, message = refuted_limit(expression, value)
    assert found == code, message


def test_messages_stay_on_one_line() -> None:
    whole = json.loads((HERE / "accepted" / "parallelogram.json").read_text())
    whole["dims"]["p\nb.json: holds: u36.parallelogram"] = 1
    code, message = check.check_text(json.dumps(whole), KNOWN)
    assert code == 1 and len(message.splitlines()) == 1
