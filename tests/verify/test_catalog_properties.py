"""One Hypothesis property a statement, over the whole catalog: adding a statement adds its test.

Random exact weights, losses, constants and steps; every hypothesis and the claim are decided in exact rationals or
balls. A repaired, sharp or proved statement is never broken. A printed claim without a proof may be, and then the
checker must accept the witness.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from properties import strategies
from theorems import CATALOG
from theorems import notation as N
from theorems.norms import TauIntegral
from theorems.proofs import PROOFS
from theorems.statement import AllOf, Form, Kind, Relation, Statement
from verify import certificate
from verify.check import check_text, known_claims
from verify.falsify.hand_over import Candidate, decide
from verify.falsify.plan import Plan, make_plan, relations_of

SEARCHED = (Kind.IDENTITY, Kind.INEQUALITY, Kind.STEP, Kind.TRAJECTORY)
STATEMENTS = [s for s in CATALOG if s.kind in SEARCHED and isinstance(s.then, Relation | AllOf) and not s.out_of_scope]
CLAIMS = known_claims()

sizes = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(1, 10), Fraction(5), Fraction(1, 1000)])
signed = sizes | sizes.map(lambda x: -x) | st.just(Fraction(0))


@st.composite
def candidates(draw: st.DrawFn, plan: Plan) -> Candidate:
    """An exact world for the statement's own leaves, before what follows from its hypotheses is put in."""
    dims = draw(st.sampled_from(plan.dimensions(2)[:16]))
    values: dict[Any, Any] = {}
    for leaf in plan.matrices:
        if leaf in plan.follows or (plan.loss and leaf == N.W_star):
            continue
        p, q = plan.shape(leaf, dims)
        a = draw(strategies.matrices(p, q))
        if leaf in plan.symmetric:
            a = [[a[min(i, j)][max(i, j)] for j in range(q)] for i in range(p)]
        if leaf in plan.orthonormal:
            a = [[Fraction(int(i == j)) for j in range(q)] for i in range(p)]
        values[leaf] = tuple(map(tuple, a))
    for leaf in plan.scalars:
        if leaf not in plan.follows:
            values[leaf] = draw(sizes if leaf.is_nonnegative else signed)
    if plan.run:
        values |= {s: v for s, v in ((N.c, Fraction(1, 2)), (N.d, Fraction(2))) if s in values}
    loss = None
    if plan.loss:
        penalties = ("square",) if plan.quadratic or _integral(plan.statement) else None
        loss = draw(strategies.losses(dims[N.n], dims[N.m], penalties))
    steps = tuple(draw(st.lists(sizes, min_size=1, max_size=3))) if plan.run else None
    if steps is not None and draw(st.booleans()):
        steps = (steps[0] / 100,) * len(steps)
    return Candidate(dims, values, loss, steps=steps)


def _integral(statement: Statement) -> bool:
    terms = [side for r in relations_of(statement.then) for side in (r.lhs, r.rhs)]
    return any(term.has(TauIntegral) for term in terms)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.id)
def test_the_statement_holds_or_its_witness_is_accepted(statement: Statement) -> None:
    plan = make_plan(statement)
    held = statement.form is not Form.PRINTED or statement.id in PROOFS
    if not plan.dimensions(2):
        pytest.fail(f"{statement.id}: no dimensions meet its hypotheses")

    @settings(max_examples=6)
    @given(item=candidates(plan))
    def holds(item: Candidate) -> None:
        witness = decide(plan, item)
        if witness is None:
            return
        assert not held, f"{statement.id} is broken by {witness.world.bindings}"
        body = certificate.build(statement, witness.world, steps=item.steps, violated=witness.violated)
        code, text = check_text(json.dumps(body), CLAIMS)
        assert code == 0, text

    holds()
