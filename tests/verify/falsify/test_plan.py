"""Plans: what search reads off a statement's declarations."""

from __future__ import annotations

import sympy as sp

from theorems import notation as N
from theorems.norms import Fro, Grad, HistorySum, Lambda, Rank, TauIntegral
from theorems.statement import Assumption, Kind, Statement, eq, ge, gt, journal, le, lt
from verify.falsify.plan import make_plan

p, q = (sp.Symbol(s, integer=True, positive=True) for s in "pq")
A, B = sp.MatrixSymbol("A", p, q), sp.MatrixSymbol("B", q, q)
LOSS = (Assumption("smooth", N.K), Assumption("strongly-convex", N.mu))


def _plan(then, kind=Kind.INEQUALITY, given=(), **key):
    return make_plan(Statement("x", (journal("x"),), kind, then, given=given, **key))


def test_leaves_are_what_remains_when_definitions_are_followed():
    plan = _plan(le(N.L_next, N.K_t), Kind.STEP, LOSS)
    assert set(map(str, plan.matrices)) == {"W1", "W2"}
    assert plan.scalars == (N.eta,)
    assert plan.integers == (N.n, N.m, N.h)
    assert (plan.smooth, plan.convex, plan.loss, plan.run) == (N.K, N.mu, True, False)


def test_constants_that_no_hypothesis_speaks_of_are_free():
    plan = _plan(ge(Fro(Grad(N.U)) ** 2, N.mu * N.L), given=LOSS[:1])
    assert plan.smooth == N.K and plan.convex is None
    assert N.mu in plan.scalars


def test_a_trajectory_starts_from_initial_weights():
    plan = _plan(le(N.L_next, N.L_0), Kind.TRAJECTORY, (*LOSS, le(N.eta * N.K, 1)))
    assert plan.run and set(plan.matrices) == {N.W1_0, N.W2_0}
    assert N.eta not in plan.scalars
    assert _plan(le(HistorySum(N.eta), 1), Kind.TRAJECTORY).history


def test_where_hides_leaves():
    plan = _plan(le(N.c, N.d), where={N.c: sp.Rational(1, 2)})
    assert plan.scalars == (N.d,)


def test_dimensions_obey_integer_hypotheses_smallest_first():
    plan = _plan(le(Fro(N.W1), Fro(N.W2)), given=(lt(N.h, sp.Min(N.n, N.m)),))
    table = plan.dimensions(3)
    assert table[0] == {N.n: 2, N.m: 2, N.h: 1}
    assert all(d[N.h] < min(d[N.n], d[N.m]) for d in table)


def test_hypotheses_beyond_the_usual_sizes_are_reached():
    assert _plan(le(Fro(A), 1), given=(ge(p, 5),)).dimensions(2)[0] == {p: 5, q: 1}


def test_equalities_give_structure():
    plan = _plan(le(Fro(A), 1), given=(eq(A.T * A, sp.Identity(q)), eq(B, B.T), eq(N.c, N.d / 2)))
    assert plan.orthonormal == {A} and plan.symmetric == {B}
    assert plan.follows == {N.c: N.d / 2}
    assert _plan(le(Fro(A), 1), given=(eq(Rank(A), p),)).follows == {}


def test_edges_are_scalars_that_hypotheses_tie():
    plan = _plan(le(N.L_next, N.L), Kind.STEP, (*LOSS, gt(N.eta, 0), le(N.eta * N.K_t, 1)))
    assert plan.edges == (N.eta,)
    assert _plan(le(Lambda(B, 1), N.c), given=(gt(N.c, 0),)).edges == ()


def test_integrals_ask_for_quadratic_losses():
    tau = sp.Symbol("tau", real=True)
    assert _plan(le(TauIntegral(tau * N.L, tau), N.L), Kind.STEP, LOSS).quadratic
