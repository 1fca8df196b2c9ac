"""Any loss as an audit needs it: shifted to minimum 0, with K and mu, and which assumptions it breaks.

A loss given by data or formula comes with certified constants, W* and l*; a Python object only with what it declares
and what float64 checks find wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from properties.black_box import BlackBoxLoss, load_object, wrap
from properties.entrywise import EntrywiseLoss
from properties.errors import InputError, LimitReached
from properties.fields import Float64
from properties.fields.field import Field, Matrix, Scalar
from properties.least_squares import LeastSquares
from properties.losses import CenteredLoss
from properties.named_losses import SensingLoss, SoftmaxLoss
from properties.problems import Problem
from properties.shifted_loss import ShiftedLoss
from verify.losses.assumptions_of_loss import AssumptionReport, consequences
from verify.losses.carried import Carried, NoSuchForm, carried, shortened
from verify.losses.certified_loss import CertifiedLoss
from verify.losses.constants import certify
from verify.losses.enclosure import Enclosure, lower_end, upper_end
from verify.losses.minimizer import minimum

Array = NDArray[np.float64]
Given = EntrywiseLoss | SoftmaxLoss | SensingLoss
_FIELD = Float64()
_DIGITS = 40

# What is found wrong with a Python loss -> the assumptions that it breaks.
_BREAKS = {
    "K": ("smooth",),
    "mu": ("strongly-convex", "pl"),
    "not convex": ("strongly-convex",),
    "minimum": ("zero-minimum",),
    "kink": ("smooth", "twice-differentiable"),
    "second derivative jumps": ("twice-differentiable",),
}
_EVERY = ("smooth", "strongly-convex", "pl", "zero-minimum", "twice-differentiable")


def _no_form() -> Carried:
    raise NoSuchForm("the loss is not given by data")


@dataclass(frozen=True)
class AuditedLoss:
    """A loss as runs, claims and decisions use it.

    floating    l - l* in float64        level  |l*|, the size of what was subtracted
    K, mu       rational, rounded outwards; None where none is certified or declared
    w_star      a minimizer (n x m) in float64; None where it is not unique or not known
    assumptions how Assumptions 2.1 and 2.2 stand, in words
    lacking     name of an assumption that the loss breaks -> why
    centered    the same loss in the form that certificates carry; None where it has no such form
    shifted     the exact loss less its enclosed minimum; None for a Python object
    given       the loss as it was given
    form        () -> the loss as a sum of the functions that certificates carry; raises NoSuchForm where it is none
    """

    name: str
    dims: tuple[int, int]
    floating: Any
    level: float
    K: Fraction | None
    mu: Fraction | None
    w_star: Array | None
    assumptions: tuple[AssumptionReport, ...]
    lacking: Mapping[str, str]
    given: Any
    centered: CenteredLoss | None = None
    shifted: ShiftedLoss | None = None
    minimizer: Callable[[int], Any] = field(default=lambda bits: None, repr=False)
    form: Callable[[], Carried] = field(default=_no_form, repr=False)

    @property
    def black_box(self) -> bool:
        """Whether nothing about this loss can be decided exactly."""
        return self.centered is None and self.shifted is None

    @property
    def quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return bool(getattr(self.centered or self.given, "quadratic", False)) or isinstance(self.given, SensingLoss)


@dataclass(frozen=True)
class _Lowered:
    """A Python loss less its minimum, declared or found."""

    loss: BlackBoxLoss
    least: float
    zero_minimum: bool = True

    @property
    def twice_differentiable(self) -> bool:
        return self.loss.twice_differentiable

    def value(self, number_field: Field, w: Matrix) -> Scalar:
        return self.loss.value(number_field, w) - self.least

    def gradient(self, number_field: Field, w: Matrix) -> Matrix:
        return self.loss.gradient(number_field, w)

    def hessian(self, number_field: Field, w: Matrix, u: Matrix) -> Matrix:
        return self.loss.hessian(number_field, w, u)

    def smooth(self, number_field: Field, constant: Scalar) -> Any:
        return self.loss.smooth(number_field, constant)

    def strongly_convex(self, number_field: Field, constant: Scalar) -> Any:
        return self.loss.strongly_convex(number_field, constant)


def resolve(reference: str, shape: tuple[int, int] | None = None) -> Any:
    """What "problem.toml", "file.py:name" or "package.module:name" names: a Problem, a loss by data, or a Python loss.

    A Python file is run: give only a reference that the user wrote. Raises InputError.
    """
    if reference.endswith(".toml"):
        return _from_toml(Path(reference))
    thing = load_object(reference)
    if isinstance(thing, Problem | LeastSquares | CenteredLoss | EntrywiseLoss | SoftmaxLoss | SensingLoss):
        return thing
    return wrap(thing, reference, shape)


def _from_toml(path: Path) -> Any:
    import tomllib

    from properties.loss_file import loss_from_file

    try:
        has_weights = "weights" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        has_weights = True  # reading it as a problem says what is wrong
    if has_weights:
        return Problem.from_toml(path)
    loss, declared = loss_from_file(path)
    if declared:
        raise InputError(
            f"{path.name}: declares {', '.join(sorted(declared))}; add a [weights] section or leave it out"
        )
    return loss


def audited_loss(thing: Any, declared: tuple[tuple[str, Fraction], ...] = (), seed: int = 0) -> AuditedLoss:
    """The AuditedLoss of a loss by data or formula, of a Problem, or of a Python loss.

    Raises InputError when a declared constant is refuted or the thing is no loss.
    """
    if isinstance(thing, AuditedLoss):
        return thing
    if isinstance(thing, Problem):
        return audited_loss(thing.loss, thing.declared, seed)
    if isinstance(thing, LeastSquares):
        return _least_squares(thing)
    if isinstance(thing, CenteredLoss):
        return _centered(thing)
    if isinstance(thing, EntrywiseLoss | SoftmaxLoss | SensingLoss):
        return _given(thing, dict(declared))
    return _python(wrap(thing), seed)


# Losses given by data ---------------------------------------------------------------------------------------------


def _outwards(x: Any, bits: int = 48, *, up: bool) -> Fraction:
    """A short rational beyond a ball, rational or Fraction."""
    end: Any = x
    if isinstance(x, arb):
        end = upper_end(x) if up else lower_end(x)
        if end is None:
            raise LimitReached("a constant of the loss has no finite enclosure")
    q = Fraction(int(end.p), int(end.q)) if hasattr(end, "p") else Fraction(end)
    short = q.denominator.bit_length() + abs(q.numerator).bit_length() <= 2 * bits
    return q if short else shortened(q, bits, up=up)


def _report(name: str, holds: bool | None, reason: str, still: tuple[str, ...] = ()) -> AssumptionReport:
    return AssumptionReport(name, holds, reason, still)


def _least_squares(loss: LeastSquares) -> AuditedLoss:
    from types import SimpleNamespace

    from verify.losses.enclosure import Absent, LossConstants, Smoothness

    k, mu = (_outwards(v, up=up) for v, up in zip(loss.constants(96), (True, False), strict=True))
    body = loss.as_json()
    x, w_star = ([[Fraction(v) for v in row] for row in body[key]] for key in ("X", "W_star"))
    centered = CenteredLoss("square", x, w_star, Fraction(0))
    flat = loss.flatness()
    known = LossConstants(
        None,
        None,
        Enclosure(k, k, "sigma_max^2(X)"),
        Absent(flat) if flat is not None else Enclosure(mu, mu, "sigma_min^2(X)"),
        Smoothness(True, "a quadratic"),
    )
    least = SimpleNamespace(exact=True, lower=loss.minimum, upper=loss.minimum)
    lacking = {} if flat is None else {"strongly-convex": flat, "pl": flat}
    return AuditedLoss(
        "squared", loss.shape, _reduced(centered), 0.0, k, mu if flat is None else None,
        _FIELD.matrix(w_star) if flat is None else None,
        tuple(consequences(loss, known, least)), lacking, loss, centered,
    )  # fmt: skip


def _centered(loss: CenteredLoss) -> AuditedLoss:
    from verify.falsify.hand_over import constants

    k, mu = constants(loss)
    lacking = {} if mu > 0 else {"strongly-convex": "mu = 0: X has dependent columns and there is no ridge"}
    reports = (
        _report("Assumption 2.1, twice differentiable", True, "by its form"),
        _report("Assumption 2.1, K-smooth", True, "by its form"),
        _report("Assumption 2.1, mu-strongly convex", mu > 0, lacking.get("strongly-convex", "by its form")),
        _report("Assumption 2.2, min l = 0", True, "min l = 0 exactly, at W*"),
    )
    return AuditedLoss(
        loss.penalty, loss.shape(), _reduced(loss), 0.0, k, mu if mu > 0 else None, _FIELD.matrix(loss.w_star),
        reports, lacking, loss, loss,
    )  # fmt: skip


def _reduced(loss: CenteredLoss) -> CenteredLoss:
    """The loss in float64; a quadratic one on tall data through the triangular factor of X, which changes nothing."""
    x = _FIELD.matrix(loss.x)
    if loss.quadratic and x.shape[0] > x.shape[1]:
        x = np.linalg.qr(x, mode="r")
    return CenteredLoss(loss.penalty, x, _FIELD.matrix(loss.w_star), float(loss.ridge))


def _given(loss: Given, declared: dict[str, Fraction]) -> AuditedLoss:
    certified, known = certify(loss)
    constants = CertifiedLoss(loss, declared)
    lower = known.mu.lower if isinstance(known.mu, Enclosure) else None
    try:
        found = minimum(loss, lower, _DIGITS)
    except LimitReached:
        found = None
    mu = constants.mu if constants.mu > 0 else None
    lacking: dict[str, str] = {}
    if constants.K is None:
        lacking["smooth"] = known.K.reason
    if mu is None:
        lacking["strongly-convex"] = known.mu.reason
        if isinstance(known.pl, Enclosure) and known.pl.lower is not None:
            mu = known.pl.lower
        else:
            lacking["pl"] = known.mu.reason
    if known.smoothness.holds is not True:
        lacking["twice-differentiable"] = known.smoothness.reason
    if found is None:
        lacking["zero-minimum"] = "no minimizer is certified"
    unique = found is not None and found.unique
    # Where no minimum is certified nothing is subtracted.
    low, high = (found.lower, found.upper) if found is not None else (Fraction(0), Fraction(0))
    shifted = ShiftedLoss(certified, low, high)
    centered = None
    if found is not None and unique and found.exact and loss.name == "squared" and loss.weights is None:  # type: ignore[union-attr]
        centered = CenteredLoss("square", loss.x, found.point, loss.ridge)  # type: ignore[union-attr]
    return AuditedLoss(
        _title(loss), loss.shape(), shifted if centered is None else _reduced(centered), abs(float(low)),
        None if constants.K is None else _outwards(constants.K, up=True),
        None if mu is None else _outwards(mu, up=False),
        _FIELD.matrix(found.point) if found is not None and unique else None,
        tuple(consequences(loss, known, found)), lacking, loss, centered, shifted,
        constants.minimizer if unique else lambda bits: None, cache(lambda: carried(loss, found)),
    )  # fmt: skip


def _title(loss: Given) -> str:
    formula = getattr(loss, "formula", "")
    return f"{loss.name} ({formula})" if loss.name == "entrywise" and formula else loss.name


# Python losses ----------------------------------------------------------------------------------------------------


def _python(loss: BlackBoxLoss, seed: int) -> AuditedLoss:
    from verify.losses.assumption_check import check_loss
    from verify.losses.minimizer import float_minimizer

    findings = check_loss(loss, seed)
    lacking: dict[str, str] = {}
    for finding in findings:
        for name in _BREAKS.get(finding.what, _EVERY):
            lacking.setdefault(name, finding.line)
    w_star, least = None, loss.minimum
    if not any(f.what not in _BREAKS for f in findings):
        w_star = float_minimizer(loss)
        found = float(loss.value_at(w_star.copy()))
        if not np.isfinite(found):
            w_star = None
        elif least is None or found < least:
            least = found
    if loss.mu is None:
        lacking.setdefault("strongly-convex", "mu is not declared")
    return AuditedLoss(
        loss.name, loss.dims, _Lowered(loss, least or 0.0), abs(least or 0.0),
        None if loss.K is None else Fraction(loss.K), None if loss.mu is None else Fraction(loss.mu),
        w_star, _declared(loss, findings, lacking, least), lacking, loss,
    )  # fmt: skip


def _declared(
    loss: BlackBoxLoss, findings: list[Any], lacking: Mapping[str, str], least: float | None
) -> tuple[AssumptionReport, ...]:
    tested = "declared and tested in float64, not certified"
    general = [f for f in findings if f.what not in _BREAKS]
    reports = [_report("value and gradient", not general, general[0].line if general else "nothing found wrong")]
    for assumption, key, value in (("K-smooth", "smooth", loss.K), ("mu-strongly convex", "strongly-convex", loss.mu)):
        name = f"Assumption 2.1, {assumption}"
        letter = assumption.partition("-")[0]
        if any(key in _BREAKS.get(f.what, _EVERY) for f in findings):
            reports.append(_report(name, False, lacking[key], _STILL.get(key, ())))
        elif value is None:
            reports.append(_report(name, None, f"{letter} is not declared: claims that need it are not checked"))
        else:
            reports.append(_report(name, True, f"{letter} = {value:.6g}: {tested}"))
    twice = lacking.get("twice-differentiable")
    reports.append(_report("Assumption 2.1, twice differentiable", twice is None, twice or "no jump found"))
    if "zero-minimum" in lacking:
        reports.append(_report("Assumption 2.2, min l = 0", False, lacking["zero-minimum"]))
    else:
        how = "declared" if loss.minimum is not None and loss.minimum == least else "found in float64"
        reports.append(_report("Assumption 2.2, min l = 0", True, f"read for l - l*, l* = {least or 0.0:.6g} {how}"))
    return tuple(reports)


_STILL = {
    "strongly-convex": ("(3) and the descent half of (9) need K alone: they stand",),
    "smooth": ("no step size serves everywhere: (3), (12) and Theorems 3.1, 3.2 and E.1 do not apply",),
}
