"""One conformance suite for the three fields: the same question gets compatible answers everywhere."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from properties.fields import Ball, Exact, Field, Float64
from properties.fields.spectrum import root

FIELDS = [Float64(), Ball(96), Exact(96)]
entries = st.fractions(min_value=-5, max_value=5, max_denominator=6)


def matrices(rows: int, columns: int) -> st.SearchStrategy[list[list[Fraction]]]:
    return st.lists(st.lists(entries, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


exponents = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(3, 2), Fraction(2), Fraction(3)])
shapes = st.tuples(st.integers(1, 3), st.integers(1, 3))


def contains(field: Field, value: object, expected: Fraction | float) -> bool:
    """Whether a field's value is compatible with the number expected."""
    if field.name == "float64":
        return bool(np.isclose(float(value), float(expected), rtol=1e-9, atol=1e-9))  # type: ignore[arg-type]
    if isinstance(expected, Fraction):
        exact = arb(fmpq(expected.numerator, expected.denominator))
        return bool(arb(value).overlaps(exact))
    return abs(float(arb(value).mid()) - expected) < 1e-9 * max(1.0, abs(expected))


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
class TestConformance:
    @given(data=st.data())
    def test_products_inner_products_and_traces(self, field: Field, data: st.DataObject) -> None:
        (p, q), r = data.draw(shapes), data.draw(st.integers(1, 3))
        a, b, c = data.draw(matrices(p, q)), data.draw(matrices(q, r)), data.draw(matrices(p, r))
        product = [[sum((a[i][k] * b[k][j] for k in range(q)), Fraction(0)) for j in range(r)] for i in range(p)]
        inner = sum((product[i][j] * c[i][j] for i in range(p) for j in range(r)), Fraction(0))
        with _precision(field):
            fa, fb, fc = field.matrix(a), field.matrix(b), field.matrix(c)
            assert field.shape(field.matmul(fa, fb)) == (p, r)
            assert contains(field, field.inner(field.matmul(fa, fb), fc), inner)
            assert contains(field, field.trace(field.matmul(field.transpose(fc), field.matmul(fa, fb))), inner)
            assert contains(
                field, field.entries_sum(field.stack(fc, fc)), 2 * sum((x for row in c for x in row), Fraction(0))
            )

    @given(data=st.data())
    def test_spectrum_agrees_with_numpy(self, field: Field, data: st.DataObject) -> None:
        p, q = data.draw(shapes)
        a = data.draw(matrices(p, q))
        values = np.linalg.svd(np.array(a, dtype=float), compute_uv=False)
        with _precision(field):
            fa = field.matrix(a)
            gram = field.matmul(fa, field.transpose(fa))
            for k in range(1, 5):
                expected = float(values[k - 1] ** 2) if k <= len(values) else 0.0
                assert contains(field, field.sigma_squared(fa, k), expected)
                padded = expected if k <= p else 0.0
                assert contains(field, field.eigenvalue(gram, k), padded)

    @given(data=st.data())
    def test_kronecker_sum_is_the_operator(self, field: Field, data: st.DataObject) -> None:
        n, m = data.draw(shapes)
        a, b, u = data.draw(matrices(n, n)), data.draw(matrices(m, m)), data.draw(matrices(n, m))
        with _precision(field):
            fa, fb, fu = field.matrix(a), field.matrix(b), field.matrix(u)
            image = field.matadd(field.matmul(fa, fu), field.matmul(fu, fb))
            column = field.matrix([[u[i][j]] for j in range(m) for i in range(n)])
            stacked = field.matmul(field.kronecker_sum(fa, fb), column)
            total = field.entries_sum(stacked) - field.entries_sum(image)
            assert contains(field, total, Fraction(0))

    @given(
        x=st.fractions(min_value=0, max_value=50),
        e=exponents,
    )
    def test_powers(self, field: Field, x: Fraction, e: Fraction) -> None:
        with _precision(field):
            assert contains(field, field.power(field.scalar(x), e), float(x) ** float(e))


def _precision(field: Field):  # type: ignore[no-untyped-def]
    from properties.evaluate import precision

    return precision(field)


@given(p=st.integers(1, 4), seed=st.integers(0, 10**6), bits=st.sampled_from([53, 96, 300]))
def test_ball_eigenvalues_contain_known_ones(p: int, seed: int, bits: int) -> None:
    rng = np.random.default_rng(seed)
    v = [int(x) for x in rng.integers(-3, 4, size=p)]
    norm = sum(x * x for x in v) or 1
    h = [[Fraction(int(i == j)) - Fraction(2 * v[i] * v[j], norm) for j in range(p)] for i in range(p)]
    d = sorted((Fraction(int(x)) for x in rng.integers(-3, 4, size=p)), reverse=True)
    if not any(v):
        h = [[Fraction(int(i == j)) for j in range(p)] for i in range(p)]
    a = [[sum((h[i][k] * d[k] * h[j][k] for k in range(p)), Fraction(0)) for j in range(p)] for i in range(p)]
    ball, exact = Ball(bits), Exact(bits)
    with ball.precision():
        for k in range(p):
            enclosure = ball.eigenvalue(ball.matrix(a), k + 1)
            assert enclosure.overlaps(arb(fmpq(d[k].numerator, d[k].denominator)))
            assert float(enclosure.rad()) < 1e-9
            assert exact.compare(exact.eigenvalue(exact.matrix(a), k + 1), "==", exact.scalar(d[k])) is True


@given(a=matrices(3, 3))
def test_exact_definiteness_agrees_with_eigenvalues(a: list[list[Fraction]]) -> None:
    field = Exact(200)
    with field.precision():
        m = field.matrix(a)
        gram = field.matmul(m, field.transpose(m))
        shifted = field.matadd(gram, field.scale(field.scalar(Fraction(-1, 2)), field.identity(3)))
        smallest = field.eigenvalue(shifted, 3)
        assert field.is_psd(gram) is True
        assert field.is_psd(shifted) is bool(field.compare(smallest, ">=", field.scalar(0)))


def test_roots_of_balls_that_reach_zero_are_never_nan() -> None:
    tiny = arb(0, arb("1e-30"))
    assert root(tiny).is_finite()
    assert root(tiny).contains(arb(0))
    assert not root(arb(-1)).is_finite()
    assert Ball(64).power(arb(0, arb("1e-30")), 2).is_finite()


def test_comparisons_are_three_valued() -> None:
    ball, exact = Ball(64), Exact(64)
    with ball.precision():
        third = ball.scalar(Fraction(1, 3))
        assert ball.compare(third, "<", third * 3) is True
        assert ball.compare(third, "==", third) is None
        assert ball.compare(third, "<=", third) is None
        assert exact.compare(exact.scalar(Fraction(1, 3)), "==", exact.scalar(Fraction(1, 3))) is True
        assert exact.compare(exact.scalar(Fraction(1, 3)), "<", exact.scalar(Fraction(1, 3))) is False
        assert ball.compare(arb("nan"), "<=", third) is None


def test_exact_fields_refuse_floats() -> None:
    for field in (Ball(64), Exact(64)):
        with pytest.raises(TypeError, match="not floats"):
            field.scalar(0.1)
        with pytest.raises(TypeError, match="not floats"):
            field.matrix([[0.1]])


def test_exact_keeps_rational_eigenvalues_and_roots() -> None:
    field = Exact(128)
    with field.precision():
        assert field.eigenvalue(field.matrix([[2, 1, 0], [1, 2, 0], [0, 0, 3]]), 2) == 3
        assert field.sqrt(field.scalar(Fraction(9, 4))) == fmpq(3, 2)
        assert isinstance(field.sqrt(field.scalar(2)), arb)
        assert field.sigma_squared(field.matrix([[1, 2], [2, 4]]), 2) == 0
