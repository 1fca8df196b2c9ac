"""Hand-over: rationals of small denominator, hypotheses exact, and nothing refuted by rounding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from properties.losses import CenteredLoss
from theorems import notation as N
from theorems.norms import Fro, Inner, SigmaMax
from theorems.statement import Assumption, Kind, Statement, gt, journal, le, lt
from verify.falsify.batch import Batch
from verify.falsify.hand_over import LADDER, Candidate, Ledger, candidate, constants, decide, hand_over, rounded
from verify.falsify.plan import make_plan
from verify.falsify.shrink import shrink, size

F = Fraction
p, q = (sp.Symbol(s, integer=True, positive=True) for s in "pq")
A, B = sp.MatrixSymbol("A", p, q), sp.MatrixSymbol("B", p, q)
a, b = sp.symbols("a b", real=True)


def _plan(then, given=(), kind=Kind.INEQUALITY):
    return make_plan(Statement("x", (journal("x"),), kind, then, given=given))


def _batch(plan, dims, **values):
    leaves = {str(leaf): leaf for leaf in (*plan.matrices, *plan.scalars)}
    return Batch(plan, dims, {leaves[k]: np.array([v], dtype=float) for k, v in values.items()}, None, 1)


@pytest.mark.parametrize("rule", LADDER)
def test_rounding_keeps_simple_numbers_or_comes_close(rule):
    assert rounded(0.0, rule) == 0
    assert rounded(2.0, rule) == 2
    if rule[0] == "bits":
        assert abs(rounded(1e-9, rule) / F(10) ** -9 - 1) <= F(1, 2)


def test_the_finest_rule_is_exact():
    assert float(rounded(0.1, LADDER[-1])) == 0.1


def test_a_witness_has_small_denominators():
    plan = _plan(le(Fro(A) ** 2 + Fro(B) ** 2, Fro(A + B) ** 2))
    batch = _batch(plan, {p: 1, q: 2}, A=[[1.03, 0.01]], B=[[-0.98, 0.02]])
    witness = hand_over(plan, batch, 0, Ledger(100))
    assert witness is not None
    assert all(x.denominator == 1 for row in witness.world.bindings[A] for x in row)


def test_equality_is_not_refuted_by_rounding():
    plan = _plan(le(Inner(A, B), Fro(A) * Fro(B)))
    batch = _batch(plan, {p: 2, q: 1}, A=[[0.1], [0.2]], B=[[0.3], [0.6]])
    assert hand_over(plan, batch, 0, Ledger(1000)) is None


def test_hypotheses_are_checked_with_tolerance_zero():
    plan = _plan(le(b, a), given=(le(a, b), lt(a, 1)))
    values = {a: F(1), b: F(2)}
    assert decide(plan, Candidate({}, values)) is None
    assert decide(plan, Candidate({}, {a: F(1) - F(1, 10**40), b: F(2)})) is not None


def test_a_strict_claim_falls_by_equality():
    plan = _plan(lt(a, b), given=(le(a, b),))
    assert decide(plan, Candidate({}, {a: F(1, 3), b: F(1, 3)})) is not None
    assert decide(plan, Candidate({}, {a: F(1, 3), b: F(1, 2)})) is None


def test_the_ledger_ends_a_search():
    plan = _plan(le(Fro(A), SigmaMax(A)))
    batch = _batch(plan, {p: 2, q: 2}, A=[[1.0, 0.0], [0.0, 1.0]])
    assert hand_over(plan, batch, 0, Ledger(0)) is None
    assert hand_over(plan, batch, 0, Ledger(50)) is not None


@pytest.mark.parametrize("x", [[[F(3), F(0)], [F(0), F(1, 2)]], [[F(1), F(1)], [F(0), F(1)]]])
def test_constants_hold_exactly(x):
    loss = CenteredLoss("square", x, [[F(0)], [F(1)]])
    k, mu = constants(loss)
    hypotheses = (Assumption("smooth", N.K), Assumption("strongly-convex", N.mu))
    plan = _plan(lt(N.K, N.mu), hypotheses, Kind.STEP)
    item = Candidate({N.n: 2, N.m: 1}, {}, loss)
    assert k >= mu > 0
    assert decide(plan, item) is not None, "constants must satisfy the assumptions, so that only the claim fails"
    if x[0][1] == 0:
        assert (k, mu) == (9, F(1, 4))


def test_shrinking_ends_in_small_integers_and_shapes():
    plan = _plan(le(Fro(A), SigmaMax(A)))
    rows = ((F(7, 3), F(2), F(0)), (F(5), F(-1, 8), F(3)), (F(0), F(1), F(9, 2)))
    witness = decide(plan, Candidate({p: 3, q: 3}, {A: rows}))
    assert witness is not None
    small = shrink(plan, witness, 300)
    assert small.candidate.dims == {p: 2, q: 2}
    assert size(small.candidate) < size(witness.candidate)
    assert sorted(abs(x) for row in small.world.bindings[A] for x in row) == [0, 0, 1, 1]


def test_shrinking_keeps_the_hypotheses():
    plan = _plan(le(a * b, 1), given=(gt(a, F(5, 2)), gt(b, F(7, 2))))
    witness = decide(plan, Candidate({}, {a: F(19, 7), b: F(111, 13)}))
    small = shrink(plan, witness, 200)
    assert small.world.bindings == {a: 3, b: 4}


def test_candidates_keep_tiny_steps_positive():
    plan = _plan(le(N.L_next, N.L_0), kind=Kind.TRAJECTORY)
    batch = _batch(plan, {N.n: 1, N.m: 1, N.h: 1}, W1_0=[[1.0]], W2_0=[[1.0]])
    item = candidate(batch, 0, ("denominator", 1), steps=[1e-7, 1e-7])
    assert all(step > 0 for step in item.steps)
