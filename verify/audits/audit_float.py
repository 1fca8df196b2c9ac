"""Suspicions about a Python loss decided again in float64: at moved data, which rounding does not survive.

A true violation changes little when every number moves by a few parts in a million; where cancellation has left nothing
but rounding it changes at random.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.evaluate import Evaluator, Unbound
from properties.timeline import FIELD, Runs, Timeline, descend
from properties.worlds import World
from theorems import notation as N
from verify.audits.audit_runs import Part, up
from verify.audits.audited_loss import AuditedLoss
from verify.audits.recheck import run_steps
from verify.falsify.hand_over import Candidate
from verify.falsify.margins import claim_margin, hypotheses_met
from verify.falsify.plan import Plan

_ROUNDING = 1e-8
_MOVED = 1e-6
STEADY = 0.05
_TURNS = 8
_START = (N.W1_0, N.W2_0)


def broken_in_float64(plan: Plan, item: Candidate, loss: AuditedLoss) -> tuple[int, float] | None:
    """(the relation that fails, by how much) where float64 shows a violation beyond rounding, else None."""
    if plan.follows or not plan.allows(item.dims):
        return None
    try:
        with np.errstate(all="ignore"):
            steps = _evaluators(plan, item, loss, 0)
            evaluator = steps[-1]
            margins = [claim_margin(evaluator, (claim,)) for claim in plan.claims()]
            level = loss.level / max(float(evaluator(N.L)), 1e-300)
            index = min(range(len(margins)), key=lambda i: float(np.min(margins[i].noise)))
            if not float(np.min(margins[index].noise)) < -(_ROUNDING + 256 * 2.0**-52 * level):
                return None
            share, claim = float(np.min(margins[index].noise)), plan.claims()[index]
            slack, rounding = float(np.min(margins[index].slack)), 1e4 * 2.0**-52 * _added(evaluator, claim)
            if abs(slack) <= rounding:
                return None
            for turn in range(1, _TURNS + 1):
                moved = claim_margin(_evaluators(plan, item, loss, turn)[-1], (claim,)).noise
                if not abs(float(np.min(moved)) - share) < STEADY * abs(share):
                    return None
            given = tuple(g for g in plan.relations if loss.mu is not None or not _mentions_mu(g))
            met = all(bool(np.all(hypotheses_met(step, given))) for step in steps)
    except (ArithmeticError, ValueError, Unbound, np.linalg.LinAlgError):
        return None
    return (index, -slack) if met else None


def _added(evaluator: Evaluator, claim: Any) -> float:
    """The largest sum of magnitudes that a sum inside a relation adds up: where it cancels, this is what rounds."""
    largest = 0.0
    for node in (n for side in (claim.lhs, claim.rhs) for n in sp.preorder_traversal(side)):
        if isinstance(node, sp.Add | sp.MatAdd):
            largest = max(largest, sum(float(np.linalg.norm(np.asarray(evaluator(a)))) for a in node.args))
    return largest


def _evaluators(plan: Plan, item: Candidate, loss: AuditedLoss, turn: int) -> list[Evaluator]:
    """The candidate in float64, at each step of its run; after turn 0 with every number moved a little."""
    rng = np.random.Generator(np.random.PCG64(turn))

    def moved(value: Any) -> Any:
        array = np.asarray(value, dtype=float)
        return array if turn == 0 else array * (1 + _MOVED * rng.uniform(-4, 4, array.shape))

    constants = {N.K: None if loss.K is None else up(loss.K), N.mu: None if loss.mu is None else -up(-loss.mu)}
    bindings: dict[sp.Basic, Any] = {}
    for leaf, value in {**item.values, **{s: v for s, v in constants.items() if v is not None}}.items():
        fixed = leaf in (N.c, N.d, N.K, N.mu)
        bindings[leaf] = value if fixed else moved(FIELD.matrix(value) if isinstance(value, tuple) else float(value))
    if loss.w_star is not None:
        bindings[N.W_star] = loss.w_star
    world = World(item.dims, bindings, loss.floating)
    if plan.run:
        return run_steps(world, [float(s) for s in item.steps or ()], FIELD, plan.where)
    return [Evaluator(world, FIELD, plan.where)]


def _mentions_mu(relation: Any) -> bool:
    return N.mu in (relation.lhs.free_symbols | relation.rhs.free_symbols)


# Many at once -------------------------------------------------------------------------------------------------------


def moved_part(part: Part, turn: int) -> Part:
    """The part with every weight and step moved by up to four parts in a million: its runs are run again."""
    rng = np.random.Generator(np.random.PCG64(turn))

    def moved(value: Any) -> NDArray[np.float64]:
        array = np.asarray(value, dtype=float)
        return np.asarray(array * (1 + _MOVED * rng.uniform(-4, 4, array.shape)))

    start = part.start.binding({leaf: moved(part.start.bindings[leaf]) for leaf in _START})
    steps = moved(part.runs.steps)
    start = start.binding({N.eta_0: steps[0]})
    if not part.whole:
        w1, w2 = (start.bindings[leaf][None] for leaf in _START)
        still = {**start.bindings, N.W1: w1, N.W2: w2, N.eta: steps, N.t: np.zeros(steps.shape)}
        world = World(start.dims, still, start.loss)
        runs = Runs(world, steps, np.broadcast_to(np.asarray(Timeline(world, FIELD)(N.L)), steps.shape))
    else:
        given = iter(steps)
        loss = part.runs.world.loss
        assert loss is not None
        runs = descend(start, loss, iterations=len(steps), until=0.0, schedule=lambda here: next(given))
    return replace(part, start=start, runs=runs, seen=None, eta_max={}, timelines={})
