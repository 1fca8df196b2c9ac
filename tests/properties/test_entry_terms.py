"""A formula taken apart into the functions that certificates carry: equal up to a constant, or refused with why."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp

from properties.entry_terms import CURVATURE, NoSuchForm, TermsLoss, summands, terms_of
from properties.entrywise import by_formula, by_name
from properties.formula import parse_formula, y, z
from properties.named_losses import SoftmaxLoss, huber, matrix_completion
from properties.scalar_losses import SCALAR_LOSSES, pseudo_huber, smoothed_hinge, smoothed_quantile

BASES = {
    "square": z**2 / 2,
    "linear": z,
    "log-cosh": sp.log(sp.cosh(z)),
    "pseudo-huber": sp.sqrt(1 + z**2) - 1,
    "softplus": sp.log(1 + sp.exp(z)),
    "log1p-square": sp.log(1 + z**2),
}
X = ((Fraction(1), Fraction(2)), (Fraction(0), Fraction(1)))
Y = ((Fraction(1), Fraction(-1)), (Fraction(3, 2), Fraction(0)))

FORMULAS = {
    "log(1 + exp(-y*z))": ["softplus"],
    "log1p(exp(-y*z)) + z^2/4": ["square", "softplus"],
    "(z - y)^2/2 + log(1 + z^2)/8": ["square", "log1p-square"],
    "log(2*cosh(z - y))": ["log-cosh"],
    "(3/2)^2*(sqrt(1 + ((z - y)/(3/2))^2) - 1)": ["pseudo-huber"],
    "sqrt(4 + 4*z + z^2 + 9)": ["pseudo-huber"],
    "sqrt(25/9 + z^2)": ["pseudo-huber"],
    "log(5 + 4*z + z^2)": ["log1p-square"],
    "log(exp(z) + exp(-z))": ["linear", "softplus"],
    "log(1 + exp(z)) - y*z": ["linear", "softplus"],
    "log(1 + exp(-y*z))/3 + 2*log(1 + exp(y*z - 1))": ["softplus", "softplus"],
    pseudo_huber(Fraction(3, 7)).formula: ["pseudo-huber"],
    smoothed_hinge().formula: ["softplus"],
    smoothed_quantile(Fraction(1, 3)).formula: ["linear", "softplus"],
}


def total(found: tuple[tuple[str, Fraction, Fraction, Fraction], ...], at: Fraction) -> sp.Expr:
    def sympy(q: Fraction) -> sp.Rational:
        return sp.Rational(q.numerator, q.denominator)

    return sp.Add(*(sympy(w) * BASES[b].subs(z, sympy(s) * sympy(at) + sympy(c)) for b, w, s, c in found))


@pytest.mark.parametrize("text", list(FORMULAS))
@pytest.mark.parametrize("label", [Fraction(1), Fraction(-1), Fraction(3, 2)])
def test_the_summands_add_up_to_the_formula_less_a_constant(text: str, label: Fraction) -> None:
    phi = parse_formula(text).subs(y, sp.Rational(label.numerator, label.denominator))
    found = summands(phi)
    assert sorted(base for base, *_ in found) == sorted(FORMULAS[text])
    points = [Fraction(k, 3) for k in (-17, -4, 0, 2, 11)]
    with mpmath.workdps(40):
        rests = [sp.N(phi.subs(z, sp.Rational(p.numerator, p.denominator)) - total(found, p), 30) for p in points]
    assert max(rests) - min(rests) < 1e-25


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("z^2 + cos(z^2)", "cos"),
        ("z*atan(z) - log(1 + z^2)/2", "negative weight"),
        ("exp(z) - y*z", "exp"),
        ("sqrt(2 + z^2)", "not rational"),
        ("sqrt(9 + 2*z^2)", "root of 2/9"),
        ("-z^2 + log(1 + exp(z))", "not convex"),
        ("z^4", "list of functions"),
        ("exp(2)*log(1 + exp(z))", "coefficient"),
        ("log(2 + exp(z))", "equal weight"),
        ("log(z^2)", "singular"),
        ("abs(z)", "list of functions"),
        ("log(1 + exp(z^2))", "affine"),
    ],
)
def test_what_is_no_such_sum_is_refused_with_what_is_in_the_way(text: str, why: str) -> None:
    with pytest.raises(NoSuchForm, match=why):
        summands(parse_formula(text))


def test_bounds_of_the_curvature_hold_and_are_attained_or_approached() -> None:
    for name, phi in BASES.items():
        second = sp.lambdify(z, sp.diff(phi, z, 2), "mpmath")
        values = [float(second(mpmath.mpf(k) / 64)) for k in range(-1280, 1281)]
        low, high = CURVATURE[name]
        assert low <= min(values) + 1e-12 and max(values) <= high + 1e-12
        assert min(values) - float(low) < 1e-3 and float(high) - max(values) < 1e-3


def test_weights_multiply_and_an_absent_label_has_weight_zero() -> None:
    weights = ((Fraction(2), Fraction(1)), (Fraction(3), Fraction(1)))
    x, (term,) = terms_of(by_formula(X, Y, "log(1 + exp(-y*z))", weights=weights))
    assert x == X and term.base == "softplus"
    # At y = 0 the formula is constant.
    assert term.weight == ((Fraction(2), Fraction(1)), (Fraction(3), Fraction(0)))
    assert [row[0] for row in term.slope] == [-1, Fraction(-3, 2)]


def test_curvature_adds_up_over_terms() -> None:
    x, terms = terms_of(by_formula(X, Y, "(z - y)^2/2 + log(1 + 4*z^2)/8"))
    low, high = TermsLoss(x, terms, Fraction(0), Y).curvature()
    assert {v for row in low for v in row} == {1 - Fraction(1, 8)}
    assert {v for row in high for v in row} == {Fraction(2)}


def test_completion_is_a_weighted_square_and_other_measurements_are_refused() -> None:
    observed = ((Fraction(1), Fraction(0)), (Fraction(1), Fraction(1)))
    loss = matrix_completion(Y, observed)
    _, (term,) = terms_of(loss)
    assert term.base == "square" and sum(v for row in term.weight for v in row) == 3
    both = type(loss)((((Fraction(1), Fraction(1)), (Fraction(0), Fraction(0))),), (Fraction(1),))
    with pytest.raises(NoSuchForm, match="more than one column"):
        terms_of(both)


def test_losses_of_another_kind_say_so() -> None:
    with pytest.raises(NoSuchForm, match="softmax loss is not a sum over the entries"):
        terms_of(SoftmaxLoss(X, (0, 1), 2))
    with pytest.raises(NoSuchForm):
        terms_of(huber(X, Y))
    labels = ((Fraction(1), Fraction(1)), (Fraction(0), Fraction(2)))
    with pytest.raises(NoSuchForm, match="exp"):
        terms_of(by_name(X, labels, SCALAR_LOSSES["poisson"]))
    nothing = tuple(tuple(Fraction(0) for _ in row) for row in Y)
    with pytest.raises(NoSuchForm, match="does not vary"):
        terms_of(by_formula(X, nothing, "log(1 + exp(-y*z))"))
