"""Extremal runs made by hand, which random search does not meet: candidates, each decided exactly like any other.

Only `localpl sharpen` tries them, on every claim about runs; no verdict on the catalog rests on them.

In the shape n = m = 1, h = 2 the weights W1 = (a, b), W2 = (a, -b) with loss w^2/2 have D(0) with eigenvalues 2ab and
-2ab, and one step multiplies D by 1 - eta^2 w^2, w = a^2 - b^2. With eta = 1/(a + b)^2 the step ends at w = 0, where
sigma_min^2(T) is the sum of the absolute eigenvalues of D: both fell, which Lemma E.4 must allow for. With
eta = 2 (a^2 + b^2) / w^2 the loss returns to its start while D grows by a factor that is large when a is close to b.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from properties.losses import CenteredLoss
from theorems import notation as N
from theorems.statement import Statement
from verify.falsify import refuted
from verify.falsify.hand_over import Candidate, decide
from verify.falsify.plan import make_plan, relations_of
from verify.verdict import Refuted

_PAIRS = ((2, 1), (3, 2), (6, 5), (31, 30))
_TRIALS = 100


def drifting_runs() -> Iterator[Candidate]:
    """Runs of one step after which D has shrunk or grown along both of its eigenvectors."""
    one, zero = Fraction(1), Fraction(0)
    loss = CenteredLoss("square", ((one,),), ((zero,),), zero)
    for a, b in _PAIRS:
        w = a * a - b * b
        weights = {
            N.W1_0: ((Fraction(a), Fraction(b)),),
            N.W2_0: ((Fraction(a), Fraction(-b)),),
        }
        for eta in (Fraction(1, (a + b) ** 2), Fraction(2 * (a * a + b * b), w * w)):
            yield Candidate({N.n: 1, N.m: 1, N.h: 2}, weights, loss, steps=(eta, eta))


def refute(statement: Statement) -> Refuted | None:
    """A refutation by an extremal run, None when none of them is a witness or the statement is not about runs."""
    if not relations_of(statement.then):
        return None
    plan = make_plan(statement)
    if not plan.run or set(plan.matrices) - {N.W1_0, N.W2_0, N.W_star} or not plan.loss:
        return None
    for item in drifting_runs():
        witness = decide(plan, item)
        if witness is not None:
            return refuted(plan, witness, _TRIALS)
    return None
