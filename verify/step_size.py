"""What eta_max answers: the step size with all that it rests on, or the hypothesis that fails; both as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from properties.problems import Problem
from properties.roots import RootProof
from verify.decimals import Interval, decimal_text

SCHEMA = "localpl/eta-max/1"


@dataclass(frozen=True, slots=True)
class HypothesisFailure:
    """The theorem does not apply: `which` hypothesis fails, `why`, and what would `help`.

    `table2` holds what could be computed.
    """

    problem: Problem
    which: str
    why: str
    help: str
    version: str
    reading: tuple[str, ...]
    form: str
    table2: Mapping[str, Interval] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        from verify.notebook import failure_html

        return failure_html(self)

    def as_json(self) -> dict[str, Any]:
        """The body of `localpl eta-max --json` when a hypothesis fails."""
        return {
            **_empty(self.problem),
            "form": self.form,
            "hypothesis_failure": {"help": self.help, "which": self.which, "why": self.why},
            "reading": list(self.reading),
            "reasons": {name: f"hypothesis fails: {self.which}" for name in ("eta_max", "eta_1", "eta_2", "eta_3")},
            "table2": {name: value.as_json() for name, value in self.table2.items()},
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The printed formulas beside the form asked for: eta_max and alpha_1 of both, and what the form changes."""

    eta_max: Interval | None
    alpha_1: Interval
    alpha_1_used: Interval
    changed: tuple[str, ...]
    why_none: str = ""


@dataclass(frozen=True, slots=True)
class Iterations:
    """How many steps (17) promises to suffice for L(t) <= accuracy L(0): certified bounds, equal where exact."""

    accuracy: Fraction
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class SharpRate:
    """The constant step `eta` of the fastest rate the sharp theorem proves, with its drift bound.

    The loss falls at least by the factor `rate` in each step; `quadratic` tells which of the two theorems it is.
    """

    eta: Interval
    rate: Interval
    drift: Interval
    quadratic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaMax:
    """The largest eta_0 of Theorem E.1 and everything it rests on, each number enclosed to `digits` digits.

    eta_1, eta_2    the root of (101), the smallest positive root of (102); None with a reason in `reasons`
    eta_3           the logarithmic cap
    binding         which of them eta_max is (several where they cannot be told apart)
    table2          K, mu, L(0) - l* and every quantity of Table 2, by name
    mu_bar, K_bar_0, rho_bar, descent    at eta_0 = eta_max; descent = 1 - rho_bar(eta_0, 0)
    hessian, ratio  lambda_max of the Hessian at W(0), and eta_max over 2 / lambda_max
    minimum         l*, the minimum of the loss: the theorem is about l - l*
    proof           that eta_2 is the smallest positive root; `unique_101` that (101) has no other
    sharp           for the sharp form only, whose one condition stands in place of eta_1, eta_2, eta_3
    """

    problem: Problem
    digits: int
    version: str
    reading: tuple[str, ...]
    form: str
    eta_max: Interval
    binding: tuple[str, ...]
    reasons: Mapping[str, str]
    table2: Mapping[str, Interval]
    iterations: Iterations
    hessian: Interval | None
    ratio: Interval | None
    minimum: Interval
    eta_1: Interval | None = None
    eta_2: Interval | None = None
    eta_3: Interval | None = None
    mu_bar: Interval | None = None
    K_bar_0: Interval | None = None
    rho_bar: Interval | None = None
    descent: Interval | None = None
    proof: RootProof | None = None
    unique_101: bool = False
    comparison: Comparison | None = None
    sharp: SharpRate | None = None

    def _repr_html_(self) -> str:
        from verify.notebook import step_html

        return step_html(self)

    def as_json(self) -> dict[str, Any]:
        """The body of `localpl eta-max --json`: sorted keys, long numbers as strings, no clock."""
        names = ("eta_max", "eta_1", "eta_2", "eta_3", "mu_bar", "K_bar_0", "rho_bar", "descent", "minimum")
        return {
            **_empty(self.problem),
            **{name: _json(getattr(self, name)) for name in names},
            "binding": list(self.binding),
            "digits": self.digits,
            "form": self.form,
            "hessian": None
            if self.hessian is None
            else {"largest_eigenvalue": _json(self.hessian), "ratio": _json(self.ratio)},
            "iterations": {
                "accuracy": str(self.iterations.accuracy),
                "lower": decimal_text(Fraction(self.iterations.lower)),
                "upper": decimal_text(Fraction(self.iterations.upper)),
            },
            "printed": self._printed(),
            "proof": None if self.proof is None else self._proof(self.proof),
            "reading": list(self.reading),
            "reasons": dict(sorted(self.reasons.items())),
            "sharp": None if self.sharp is None else self._sharp(self.sharp),
            "table2": {name: value.as_json() for name, value in self.table2.items()},
            "unique_101": self.unique_101,
            "version": self.version,
        }

    def _printed(self) -> dict[str, Any] | None:
        c = self.comparison
        if c is None:
            return None
        return {
            "alpha_1": c.alpha_1.as_json(),
            "changed": list(c.changed),
            "eta_max": _json(c.eta_max),
            "reason": c.why_none or None,
        }

    @staticmethod
    def _proof(proof: RootProof) -> dict[str, Any]:
        return {"bits": proof.bits, "cells": proof.cells, "log_start": repr(proof.start), "sign": proof.sign}

    @staticmethod
    def _sharp(sharp: SharpRate) -> dict[str, Any]:
        return {
            "drift": sharp.drift.as_json(),
            "eta": sharp.eta.as_json(),
            "quadratic": sharp.quadratic,
            "rate": sharp.rate.as_json(),
        }


def _json(value: Interval | None) -> dict[str, str] | None:
    return None if value is None else value.as_json()


def _empty(problem: Problem) -> dict[str, Any]:
    """Every key of the body, null but for what the problem tells."""
    keys = (
        "eta_max", "eta_1", "eta_2", "eta_3", "mu_bar", "K_bar_0", "rho_bar", "descent", "minimum", "digits", "hessian",
        "iterations", "printed", "proof", "sharp", "unique_101", "hypothesis_failure",
    )  # fmt: skip
    return {
        **dict.fromkeys(keys),
        "binding": [],
        "problem": problem_json(problem),
        "reasons": {},
        "schema": SCHEMA,
        "table2": {},
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Name, sizes, exponents, notes and standardization of a problem, rationals as "p/q" strings."""
    scaling = None
    if problem.standardization is not None:
        scaling = {
            side: {"means": [str(x) for x in done.means], "scales": [str(x) for x in done.scales]}
            for side, done in zip(("inputs", "outputs"), problem.standardization, strict=True)
        }
    return {
        "c": str(problem.c),
        "d": str(problem.d),
        "h": problem.h,
        "m": problem.m,
        "n": problem.n,
        "name": problem.name,
        "notes": list(problem.notes),
        "standardization": scaling,
    }
