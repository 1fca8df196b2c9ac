"""The published strategies: what they draw is exact, well-formed, pastes back, and shrinks to small integers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import find, given, settings

import properties.losses
import properties.strategies
import properties.worlds
from properties import strategies
from properties.evaluate import Evaluator, hypotheses_hold
from properties.fields import Exact
from properties.worlds import run
from theorems import notation as N
from theorems.statement import Assumption, Kind, Statement, gt, journal, le

SMOOTH = (gt(N.K, 0), gt(N.mu, 0), Assumption("smooth", N.K), Assumption("strongly-convex", N.mu))
NAMES = {**vars(N), "Fraction": Fraction, "World": properties.worlds.World}
NAMES |= {"CenteredLoss": properties.losses.CenteredLoss, "Trajectory": properties.strategies.Trajectory}

few = settings(max_examples=20)


def _pasted(value: object) -> object:
    return eval(repr(value), dict(NAMES))


@few
@given(world=strategies.gd_steps())
def test_steps_meet_the_standing_hypotheses_exactly(world):
    statement = Statement("x", (journal("x"),), Kind.STEP, le(N.mu, N.K), given=SMOOTH)
    assert hypotheses_hold(statement, world, Exact(128)) is True
    assert world.bindings[N.eta] > 0


@few
@given(world=strategies.gd_steps(), trajectory=strategies.trajectories())
def test_reprs_paste_back(world, trajectory):
    assert _pasted(world) == world
    assert _pasted(trajectory) == trajectory


@few
@given(trajectory=strategies.trajectories(longest=3))
def test_trajectories_run(trajectory):
    last = run(trajectory.world, trajectory.steps, Exact(128))
    assert len(last.history) == len(trajectory.steps)


@few
@given(problem=strategies.problems())
def test_problems_are_problems(problem):
    assert len(problem.W1[0]) == len(problem.W2[0]) == problem.h
    assert problem.loss.shape() == (problem.n, problem.m) if callable(problem.loss.shape) else True


def test_matrices_shrink_to_small_integers():
    smallest = find(strategies.matrices(2, 2), lambda a: a[0][0] + a[1][1] > 1)
    assert all(x.denominator == 1 and abs(x) <= 2 for row in smallest for x in row)


def test_all_widths_are_met():
    for wanted in (lambda d: d[2] < min(d[0], d[1]), lambda d: d[0] != d[1], lambda d: d[2] > d[0] + d[1]):
        assert find(strategies.dimensions(), wanted)


def test_balanced_weights_are_drawn():
    def balanced(pair):
        (a, b) = pair
        gram = [[sum(r[i] * r[j] for r in a) - sum(r[i] * r[j] for r in b) for j in range(2)] for i in range(2)]
        return any(any(row) for row in a) and not any(any(row) for row in gram)

    assert find(strategies.weights(2, 2, 2), balanced)


@few
@given(world=strategies.gd_steps(penalties=("square",)))
def test_the_descent_lemma_survives_its_strategy(world):
    descent = le(N.L_next, N.L - (N.eta - N.K_t * N.eta**2 / 2) * N.grad_norm**2)
    assert Evaluator(world, Exact(160)).holds(descent) is not False
