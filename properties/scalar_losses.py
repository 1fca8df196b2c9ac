"""The closed list of named scalar losses phi(z, y): formula, derivatives in stable form, and one-line bounds of phi''.

z is an entry of X W, y the entry of Y beside it. `verify.losses.constants` certifies the bounds again from the formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from properties.errors import InputError
from properties.formula import parse_formula, y, z


@dataclass(frozen=True, slots=True)
class ScalarLoss:
    """A scalar loss by name.

    value, first, second  phi and its z-derivatives, written so that float64 does not overflow for large |z|
    formula               phi as a formula that `parse_formula` reads
    infimum, supremum     sharp bounds of phi'' over all z and the admitted y; None when there is none
    reason                the bounds in one line
    labels                what y may be: "any", "signs" (-1 or 1) or "counts" (0, 1, 2, ...)
    """

    name: str
    formula: str
    first: sp.Expr
    second: sp.Expr
    infimum: Fraction | None
    supremum: Fraction | None
    reason: str
    labels: str = "any"
    value: sp.Expr | None = None

    @property
    def phi(self) -> sp.Expr:
        """phi(z, y) as the formula writes it."""
        return parse_formula(self.formula)

    @property
    def stable(self) -> sp.Expr:
        """phi(z, y) in the form for numbers."""
        return self.phi if self.value is None else self.value


def _softplus(x: sp.Expr) -> sp.Expr:
    """log(1 + exp(x)) without overflow."""
    return sp.Max(x, 0) + sp.log(1 + sp.exp(-sp.Abs(x)))


def _bump(x: sp.Expr) -> sp.Expr:
    """The derivative 1/(2 + exp(x) + exp(-x)) of the sigmoid: at most 1/4, at x = 0."""
    return 1 / (2 + sp.exp(x) + sp.exp(-x))


_R = z - y
_M = y * z
_ONE, _ZERO, _QUARTER = Fraction(1), Fraction(0), Fraction(1, 4)


def _fixed() -> tuple[ScalarLoss, ...]:
    root = sp.sqrt(1 + _R**2)
    return (
        ScalarLoss("squared", "(z - y)^2/2", _R, sp.S.One, _ONE, _ONE, "phi'' = 1"),
        ScalarLoss(
            "logistic",
            "log(1 + exp(-y*z))",
            -y / (1 + sp.exp(_M)),
            y**2 * _bump(_M),
            _ZERO,
            _QUARTER,
            "phi'' = s(1 - s) for s = 1/(1 + exp(-y z)) lies in (0, 1/4], 1/4 at z = 0, when y = -1 or 1",
            "signs",
            _softplus(-_M),
        ),
        ScalarLoss(
            "log-cosh",
            "log(cosh(z - y))",
            sp.tanh(_R),
            1 - sp.tanh(_R) ** 2,
            _ZERO,
            _ONE,
            "phi'' = 1 - tanh^2(z - y) lies in (0, 1], 1 at z = y",
            "any",
            sp.Abs(_R) + sp.log(1 + sp.exp(-2 * sp.Abs(_R))) - sp.log(2),
        ),
        ScalarLoss(
            "poisson",
            "exp(z) - y*z",
            sp.exp(z) - y,
            sp.exp(z),
            _ZERO,
            None,
            "phi'' = exp(z) has no upper bound",
            "counts",
        ),
        ScalarLoss(
            "pseudo-huber",
            "sqrt(1 + (z - y)^2) - 1",
            _R / root,
            root**-3,
            _ZERO,
            _ONE,
            "phi'' = (1 + (z - y)^2)^(-3/2) lies in (0, 1], 1 at z = y",
        ),
    )


def smoothed_hinge(sharpness: Fraction = Fraction(2)) -> ScalarLoss:
    """log(1 + exp(k (1 - y z)))/k, which tends to max(0, 1 - y z) as the sharpness k grows; phi'' <= k/4."""
    k = _positive(sharpness, "sharpness")
    x = sp.Rational(k.numerator, k.denominator) * (1 - _M)
    scale = sp.Rational(k.numerator, k.denominator)
    return ScalarLoss(
        "smoothed-hinge",
        f"log(1 + exp(({k})*(1 - y*z)))/({k})",
        -y / (1 + sp.exp(-x)),
        scale * y**2 * _bump(x),
        _ZERO,
        k / 4,
        "phi'' = k s(1 - s) for s = 1/(1 + exp(-k (1 - y z))) lies in (0, k/4], k/4 at y z = 1, when y = -1 or 1",
        "signs",
        _softplus(x) / scale,
    )


def smoothed_quantile(quantile: Fraction = Fraction(1, 2), width: Fraction = Fraction(1, 10)) -> ScalarLoss:
    """q r + w log(1 + exp(-r/w)) in r = y - z: the pinball loss smoothed over width w; phi'' <= 1/(4w)."""
    w = _positive(width, "width")
    if not 0 < quantile < 1:
        raise InputError(f"quantile = {quantile}: not strictly between 0 and 1; write one such as 1/2")
    q, scale = sp.Rational(quantile.numerator, quantile.denominator), sp.Rational(w.numerator, w.denominator)
    x = _R / scale
    return ScalarLoss(
        "smoothed-quantile",
        f"({quantile})*(y - z) + ({w})*log(1 + exp((z - y)/({w})))",
        1 / (1 + sp.exp(-x)) - q,
        _bump(x) / scale,
        _ZERO,
        1 / (4 * w),
        "phi'' = s(1 - s)/w for s = 1/(1 + exp(-(z - y)/w)) lies in (0, 1/(4w)], 1/(4w) at z = y",
        "any",
        -q * _R + scale * _softplus(x),
    )


def pseudo_huber(width: Fraction = Fraction(1)) -> ScalarLoss:
    """d^2 (sqrt(1 + ((z - y)/d)^2) - 1): quadratic near y, slope d far away; phi'' <= 1."""
    d = _positive(width, "width")
    if d == 1:
        return SCALAR_LOSSES["pseudo-huber"]
    s = sp.Rational(d.numerator, d.denominator)
    root = sp.sqrt(1 + (_R / s) ** 2)
    return ScalarLoss(
        "pseudo-huber",
        f"({d})^2*(sqrt(1 + ((z - y)/({d}))^2) - 1)",
        _R / root,
        root**-3,
        _ZERO,
        _ONE,
        "phi'' = (1 + ((z - y)/d)^2)^(-3/2) lies in (0, 1], 1 at z = y",
    )


def _positive(x: Fraction, argument: str) -> Fraction:
    if not x > 0:
        raise InputError(f"{argument} = {x}: not positive; write a positive number")
    return Fraction(x)


SCALAR_LOSSES: Mapping[str, ScalarLoss] = {
    loss.name: loss for loss in (*_fixed(), smoothed_hinge(), smoothed_quantile())
}
"""Scalar losses by name, with default parameters."""
