"""The paper's schedules: (19) with rho or rho-bar in each reading of its implicit constraint; the minimizer of rho."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from properties.errors import InputError
from properties.schedules.roots import increasing_root
from properties.schedules.rule import StepRule
from theorems import notation as N
from theorems.statement import Form
from theorems.table2 import definitions

if TYPE_CHECKING:
    from properties.engine.formula import Formula
    from properties.engine.initial import Initial
    from properties.engine.iterate import Iterate

Array = NDArray[np.float64]

# K_t of (12) contains the step that "eta_t <= 1/K_t" is to bound. What the comparison is made with:
READINGS = {
    "fixed-point": "the largest eta with eta K_t(eta) <= 1, a root of a cubic: the constraint as an inequality",
    "previous": "1/K_t at the previous step eta_{t-1} (eta_0 at t = 0)",
    "initial": "1/K_t at eta_0",
    "growth": "1/K_t at the largest step that the growth condition allows",
    "zero": "1/K_t at eta = 0, its largest value; the constraint itself can fail",
}


@dataclass(frozen=True, eq=False)
class Equation19:
    """min(growth, 1/K_t) for h = "rho", min(growth, 1/K-bar_t) for h = "rho-bar". Source: (19), (103).

    `eta_0` is the initial step, a number or (B,); the theorem asks for 0 < eta_0 <= eta_max. `c`, `d` are the exponents
    of Theorem E.1. `reading` says what 1/K_t means (`READINGS`); K-bar_t does not depend on eta_t. `form` is that of
    Theorem E.1: K-bar_t as printed holds exp(sqrt(eta_0)), repaired exp(eta_0^c), the same for c = 1/2.
    """

    eta_0: Any
    h: str = "rho"
    reading: str = "fixed-point"
    c: float = 0.5
    d: float = 1.01
    form: str = "printed"

    def __post_init__(self) -> None:
        if self.form not in ("printed", "repaired"):
            raise InputError(f"form = {self.form!r}: unknown; use printed or repaired")
        if self.h not in ("rho", "rho-bar"):
            raise InputError(f"h = {self.h!r}: unknown bound; use rho or rho-bar")
        if self.reading not in READINGS:
            raise InputError(f"reading = {self.reading!r}: unknown; use one of {', '.join(READINGS)}")
        if not (np.all(np.asarray(self.eta_0) > 0) and np.all(np.isfinite(self.eta_0))):
            raise InputError(
                f"eta_0 = {self.eta_0}: an initial step is a positive number; where alpha_1 > 0, eta_max is one"
            )

    @property
    def name(self) -> str:
        """The name "(19) rho" or "(19) rho-bar", with the reading where it is not the default."""
        if self.h == "rho-bar" or self.reading == "fixed-point":
            return f"(19) {self.h}"
        return f"(19) rho, {self.reading}"

    def constants(self) -> Mapping[str, Any]:
        """The leaves that this schedule fixes for formulas: eta_0, c and d."""
        return {"eta_0": self.eta_0, "c": self.c, "d": self.d}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule eta_t = min(growth, 1/K_t or 1/K-bar_t), (b,)."""
        return lambda iterate: np.minimum(self.growth(iterate), self.reciprocal(iterate))

    def growth(self, iterate: Iterate) -> Array:
        """(1 + eta_0^d)^(t/2) eta_0 of (103)."""
        return np.asarray(iterate.value(N.growth))

    def reciprocal(self, iterate: Iterate) -> Array:
        """1/K_t in this reading, or 1/K-bar_t."""
        if self.h == "rho-bar":
            return np.asarray(1 / iterate.value(_K_bar(self.form)))
        if self.reading == "fixed-point":
            return largest_with_unit_product(iterate)
        at: dict[str, Any] = {
            "previous": np.where(np.isnan(iterate.eta_previous), iterate.constants["eta_0"], iterate.eta_previous),
            "initial": iterate.constants["eta_0"],
            "zero": np.zeros_like(iterate.loss),
        }
        eta = self.growth(iterate) if self.reading == "growth" else at[self.reading]
        return np.asarray(1 / iterate.value(N.K_t, eta=eta))


def largest_with_unit_product(iterate: Iterate) -> Array:
    """The largest eta (b,) with eta K_t(eta) <= 1. Source: (12), (15)."""
    from properties.engine.formula import polynomial

    constant, *higher = (iterate.value(c) for c in polynomial(N.eta * N.K_t - 1, "eta"))
    return increasing_root(np.broadcast_to(constant, iterate.loss.shape), *higher)


@cache
def _K_bar(form: str) -> Formula:
    from properties.engine.formula import formula

    return formula(N.K_bar, where=definitions(form=Form(form)))


@dataclass(frozen=True, eq=False)
class RhoMinimizer:
    """The exact minimizer of rho(eta, t) over eta > 0, a quartic in eta since K_t contains it.

    With `eta_0` the growth condition of (103) caps it, as in (18); without, the step is free.
    """

    eta_0: Any = None
    d: float = 1.01

    @property
    def name(self) -> str:
        """The name "argmin rho", with "growth" where (103) caps it."""
        return "argmin rho" if self.eta_0 is None else "argmin rho, growth"

    def constants(self) -> Mapping[str, Any]:
        """eta_0 and d for formulas where the growth condition caps the step, else nothing."""
        return {} if self.eta_0 is None else {"eta_0": self.eta_0, "d": self.d}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule that minimises rho(eta, t) over eta > 0, capped where eta_0 is given, (b,)."""
        from properties.engine.formula import polynomial

        coefficients = polynomial(N.rho, "eta")

        def rule(iterate: Iterate) -> Array:
            values = [np.broadcast_to(iterate.value(c), iterate.loss.shape) for c in coefficients]
            slope = [k * v for k, v in enumerate(values)][1:]
            free = increasing_root(slope[0], *slope[1:])
            return free if self.eta_0 is None else np.minimum(free, iterate.value(N.growth))

        return rule
