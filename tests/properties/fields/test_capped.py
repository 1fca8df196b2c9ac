"""The field of runs: rational while small, enclosing when not."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_mat, fmpq, fmpq_mat

from properties.fields import Exact
from properties.fields.capped import Capped


def test_small_matrices_stay_rational():
    field = Capped(128)
    a = field.matrix([[Fraction(1, 3), 2], [0, 1]])
    assert isinstance(field.matmul(a, a), fmpq_mat)
    assert field.matmul(a, a) == Exact(128).matmul(a, a)


def test_large_rationals_become_balls_that_contain_them():
    field, exact = Capped(128, cap=64), Exact(128)
    with field.precision():
        a = b = field.matrix([[Fraction(1, 3), Fraction(2, 7)], [Fraction(-1, 5), 1]])
        for _ in range(7):
            a, b = field.matmul(a, a), exact.matmul(b, b)
        assert isinstance(a, arb_mat) and isinstance(b, fmpq_mat)
        assert all(a[i, j].overlaps(arb(b[i, j])) for i in range(2) for j in range(2))
        assert float(a[0, 0].rad()) < 1e-25


def test_exact_scalars_compare_equal():
    field = Capped(128)
    assert field.compare(field.scalar(Fraction(1, 10)), "<=", fmpq(1, 10)) is True


def test_finer_keeps_the_cap():
    assert Capped(64, cap=99).finer().cap == 99 and Capped(64).finer().bits == 128
