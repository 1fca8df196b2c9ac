"""Displayed lines that are identities, or evident from the signs of their terms: both sides have one normal form."""

from __future__ import annotations

from theorems import (
    global_constants,
    imbalance,
    induction,
    initialization,
    local_descent,
    local_rate,
    preliminaries,
    prior_work,
    step_size,
)
from theorems.proofs.derivation import Proof, goals, line
from theorems.statement import AllOf, Statement

_GOALS = goals(
    preliminaries,
    local_rate,
    step_size,
    global_constants,
    prior_work,
    local_descent,
    imbalance,
    induction,
    initialization,
)
_EVIDENT = (
    "j3.1-simplified-rho/repaired",
    "j1.1-one-condition-number/repaired",
    "s1.1-one-condition-number@kappa-of-gram",
    "j105.initial-bound",
    "j106.left",
    "jB.origin-gradient",
    "j49.pl-with-zero",
    "j57.constants-of-example",
    "jB.example-nonconvex",
    "jB.example-pl-vanishes",
    "j60.pl-minimum",
    "j66.prior-rate-attained",
    "j66.this-rate-attained",
    "jC.faster-by-condition-number",
    "jD-pl.line5@sigma-min-smallest",
    "jD-pl.line5@sigma-min-padded",
    "j74.points",
    "j76.line5",
    "j77.end/repaired",
    "j77.end@M-without-eta",
    "j88.curvature/repaired",
    "j88.curvature@M-without-eta",
    "j89.line1/repaired",
    "j89.line1@M-without-eta",
    "j89.line2/repaired",
    "j89.line2@M-without-eta",
    "j90.line3/repaired",
    "j90.line3@M-without-eta",
    "j94.curvature/repaired",
    "j94.curvature@M-without-eta",
    "j96.line3/repaired",
    "j96.line3@M-without-eta",
    "j96.line4@shapes-mended",
    "jD2.last-line1/repaired",
    "jD2.last-line1@M-without-eta",
    "j132.operator",
    "j124.definition",
    "j124.spread",
    "j135.factorization",
    "j144.line1@shapes-mended",
    "jF1.alpha-2.line1",
)


def _evident(statement: Statement) -> Proof:
    then = statement.then
    parts = then.claims if isinstance(then, AllOf) else (then,)
    return Proof(statement, tuple(line(f"claim-{i}", part, "algebra") for i, part in enumerate(parts, 1)))


PROOFS = tuple(_evident(_GOALS[label]) for label in _EVIDENT if label in _GOALS)
