"""Assumptions 2.1 and 2.2 for a loss: which hold, which fail, and what still holds without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.losses.enclosure import Absent, Enclosure, LossConstants


@dataclass(frozen=True, slots=True)
class AssumptionReport:
    """One part of the assumptions: True, False or None (undecided), why, and what still holds without it."""

    name: str
    holds: bool | None
    reason: str
    still: tuple[str, ...] = ()


_NO_MU = (
    "(3) and the descent lemma of Section 2.1 need K alone: they stand",
    "W* is not unique, or not attained: claims that speak of W*, alpha_1, alpha_2, beta_1, beta_2 do not apply",
    "Theorem 3.1: the descent half of (9) stands; the rate (10) needs (4)",
)


def consequences(loss: Any, known: LossConstants, found: Any = None) -> list[AssumptionReport]:
    """The parts of Assumptions 2.1 and 2.2 with their standing for this loss. `found` is its certified minimum."""
    return [_twice(known), _smooth(known), _convex(known), _zero(found)]


def _twice(known: LossConstants) -> AssumptionReport:
    smooth = known.smoothness
    still: tuple[str, ...] = ()
    if smooth.holds is False and smooth.first_order:
        still = (
            "l is once differentiable with a Lipschitz gradient: (3) holds with the K above",
            "claims proved from (3) and (4) alone (the descent lemma, (9), (10)) stand where mu exists",
            "claims that use the Hessian (lambda_max of the Hessian at W, 2/lambda_max) do not apply at the jumps",
        )
    elif smooth.holds is False:
        still = ("l is not even differentiable: (3), gradient descent and every claim about it do not apply",)
    return AssumptionReport("Assumption 2.1, twice differentiable", smooth.holds, smooth.reason, still)


def _smooth(known: LossConstants) -> AssumptionReport:
    k = known.K
    name = "Assumption 2.1, K-smooth"
    if isinstance(k, Enclosure):
        return AssumptionReport(name, True, "K is enclosed above")
    if isinstance(k, Absent):
        still = ("no step size serves everywhere: (3), (12) and Theorems 3.1, 3.2 and E.1 do not apply",)
        return AssumptionReport(name, False, k.reason, still)
    return AssumptionReport(name, None, k.reason)


def _convex(known: LossConstants) -> AssumptionReport:
    mu = known.mu
    name = "Assumption 2.1, mu-strongly convex"
    if isinstance(mu, Enclosure):
        return AssumptionReport(name, True, "mu is enclosed above")
    if isinstance(mu, Absent):
        still = _NO_MU
        if isinstance(known.pl, Enclosure):
            still = (
                "(4) still holds, with the smaller constant shown as mu of (4) alone: the loss is mu-PL",
                "Section 2.1 and Theorem 3.1 use only (3) and (4): they stand with that mu",
                *_NO_MU[1:2],
            )
        return AssumptionReport(name, False, mu.reason, still)
    return AssumptionReport(name, None, mu.reason)


def _zero(found: Any) -> AssumptionReport:
    name = "Assumption 2.2, min l = 0"
    if found is None:
        return AssumptionReport(name, None, "min l is not certified")
    if found.exact and found.lower == 0:
        return AssumptionReport(name, True, "min l = 0 exactly")
    if found.lower > 0 or found.upper < 0:
        still = ("the theorems hold for l - l*, with l* enclosed above: read L(t) as L(t) - l*",)
        return AssumptionReport(name, False, "min l is certainly not 0", still)
    return AssumptionReport(name, None, "the enclosure of min l contains 0")
