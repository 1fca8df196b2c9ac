"""A step of a part decided again in exact rationals or balls, fast enough for every suspicion of a statement.

The world is the one that float64 saw: its weights and step as exact rationals, the exact loss, the same K and mu. What
does not depend on the weights is computed once; the steps of a run are carried once for all its iterations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq, fmpq_mat

from properties.errors import InputError, LimitReached
from properties.evaluate import Evaluator, Unbound, UnknownNode, precision, reach
from properties.fields import Exact
from properties.fields.capped import Capped
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import notation as N
from theorems.statement import Assumption
from verify.audits.audit_runs import Part
from verify.falsify.plan import Plan

_STEP_BITS = (128, 512)
_RUN_BITS = (192, 768)

# What balls leave open below this share of the two sides is equality, which more bits would not decide either.
_EQUAL = 2.0**-80

_INWARDS = 1 - Fraction(1, 2**36)

Nudge = tuple[Fraction, Fraction]

NUDGES: tuple[Nudge, ...] = (
    (Fraction(1), Fraction(1)),
    (Fraction(1), _INWARDS),
    (_INWARDS, _INWARDS),
)
"""Factors of eta_0 and of the other steps: a step that float64 puts on an edge of the hypotheses may lie an ulp
outside; a little smaller, it lies inside."""

_OF_THE_STEP = frozenset({N.W1, N.W2, N.eta, N.eta_0, N.W1_0, N.W2_0, N.t})

_NO_STEP = "a hypothesis is an equality, which no rational step meets exactly"

# Definitions of definitions that are opened.
_DEPTH = 16

NO_VALUE = (ArithmeticError, NotImplementedError, LimitReached, InputError, ValueError, Unbound, UnknownNode)
"""What evaluation raises where balls have no value."""


class Outcome(Enum):
    """What an exact decision says of a suspicion."""

    HOLDS = "the claim holds"
    OUTSIDE = "a hypothesis fails"
    BROKEN = "the claim fails, every hypothesis holds"
    OPEN = "undecided"


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome; where it is OPEN, why, and a bound of the violation that is still possible (None without one).

    final: more precision would leave it open too.
    """

    outcome: Outcome
    why: str = ""
    most: float | None = None
    final: bool = False


def hypotheses_of(plan: Plan, lacking: Any, mu: Any) -> tuple[Any, ...]:
    """The hypotheses to decide: not those that hold by construction, nor those the loss is known to lack."""
    kept: list[Any] = []
    for g in plan.statement.given:
        if isinstance(g, Assumption):
            if g.name not in lacking:
                kept.append(g)
            continue
        if mu is None and N.mu in (g.lhs.free_symbols | g.rhs.free_symbols):
            continue
        if g.op == "==" and (plan.follows.get(g.lhs) == g.rhs or plan.follows.get(g.rhs) == g.lhs):
            continue  # the leaf takes the value of the other side
        kept.append(g)
    return tuple(kept)


def holds_at(evaluator: Evaluator, hypothesis: Any, t: int | None) -> Any:
    """Truth of a hypothesis at step t of a run (None outside runs).

    At step 0 what is said of iteration 0 is said of this step, so that L <= L_0 holds by its form: balls of two values
    that are not rational would not tell.
    """
    if t == 0 and getattr(hypothesis, "op", "") in ("<=", ">=", "=="):
        where = frozenset(evaluator.where.items())
        if _at_start(hypothesis.lhs, where) == _at_start(hypothesis.rhs, where):
            return True
    return evaluator.holds(hypothesis)


@lru_cache(maxsize=4096)
def _at_start(expression: sp.Basic, where: frozenset[tuple[sp.Basic, sp.Basic]]) -> sp.Basic:
    """An expression with its definitions opened and iteration 0 written as the current one."""
    table = {**N.DEFINITIONS, **dict(where)}
    for _ in range(_DEPTH):
        opened = expression.xreplace({s: table[s] for s in expression.free_symbols if s in table})
        if opened == expression:
            break
        expression = opened
    return expression.xreplace({N.W1_0: N.W1, N.W2_0: N.W2, N.eta_0: N.eta, N.t: sp.S.Zero})


class _Recalling:
    """Mixed into a field: the data of a loss are converted once."""

    def __init__(self, bits: int) -> None:
        super().__init__(bits)  # type: ignore[call-arg]
        self._tables: dict[int, tuple[Any, Any]] = {}

    def matrix(self, raw: Any) -> Any:
        found = self._tables.get(id(raw))
        if found is not None and found[0] is raw:
            return found[1]
        own = super().matrix(raw)  # type: ignore[misc]
        if isinstance(raw, tuple) and len(self._tables) < 16:
            self._tables[id(raw)] = (raw, own)
        return own


class _ExactField(_Recalling, Exact):
    pass


class _RunField(_Recalling, Capped):
    pass


class Recheck:
    """Decides steps of one part about one statement."""

    def __init__(self, plan: Plan, part: Part, nudge: Nudge = NUDGES[0]) -> None:
        """nudge: what eta_0 and the other steps are multiplied by."""
        self.plan, self.part, self.nudge = plan, part, nudge
        loss = part.loss
        lacking, mu = ({}, 0) if loss is None else (loss.lacking, loss.mu)
        self.given = hypotheses_of(plan, lacking, mu)
        self.fields: list[Any] = (
            [_RunField(bits) for bits in _RUN_BITS] if plan.run else [_ExactField(bits) for bits in _STEP_BITS]
        )
        self.kept: dict[int, dict[sp.Basic, Any]] = {}
        self._loss: tuple[int, Any] | None = None
        self._stars: dict[int, Any] = {}
        self._runs: dict[int, tuple[int, RunSteps]] = {}

    def judge(self, t: int, b: int) -> Judged:
        """The outcome at iteration t of run b."""
        if not self.plan.allows(self.part.start.dims):
            return Judged(Outcome.OUTSIDE)
        judged = Judged(Outcome.OPEN)
        for level, number_field in enumerate(self.fields):
            try:
                with precision(number_field):
                    steps = self._steps(level, t, b)
                    judged = self._judged(steps[-1], steps)
            except NO_VALUE as error:
                return Judged(Outcome.OPEN, f"{type(error).__name__}: {error}")
            if judged.outcome is not Outcome.OPEN or judged.final:
                return judged
        return judged

    def _judged(self, evaluator: Evaluator, steps: list[Evaluator]) -> Judged:
        claims = self.plan.claims()
        truths = [evaluator.holds(claim) for claim in claims]
        if all(truth is True for truth in truths):
            return Judged(Outcome.HOLDS)
        if not any(truth is False for truth in truths):
            bounds = [_gap(evaluator, c) for c, truth in zip(claims, truths, strict=True) if truth is None]
            equal = all(gap <= _EQUAL * size for gap, size in bounds)
            why = "balls cannot tell its two sides from equal"
            return Judged(Outcome.OPEN, why, max(gap for gap, _ in bounds), equal)
        unsure = ""
        for t, step in enumerate(steps):
            for g in self.given:
                truth = holds_at(step, g, t if self.plan.run else None)
                if truth is False:
                    if getattr(g, "op", "") == "==":
                        return Judged(Outcome.OPEN, _NO_STEP, final=True)
                    return Judged(Outcome.OUTSIDE)
                if truth is not True:
                    unsure = unsure or f"whether the hypothesis {g} holds is not decided"
        return Judged(Outcome.OPEN if unsure else Outcome.BROKEN, unsure)

    # Worlds -----------------------------------------------------------------------------------------------------
    def _steps(self, level: int, t: int, b: int) -> list[Evaluator]:
        """The evaluators of the steps at which hypotheses must hold, the claim's last."""
        if self.plan.run:
            return self._run(level, t, b)
        world = World(self._dims(t), self._bindings(level, t, b), self._loss_of(b))
        evaluator = Evaluator(world, self.fields[level], self.plan.where)
        kept = self.kept.get(level)
        if kept is not None:
            evaluator._memo.update(kept)
        evaluator = self._following(evaluator)
        if kept is None:
            for claim in self.plan.claims():
                evaluator.holds(claim)
            changing = self._changing()
            where = evaluator.where
            self.kept[level] = {e: v for e, v in evaluator._memo.items() if reach(e, where).isdisjoint(changing)}
        return [evaluator]

    def _dims(self, t: int) -> dict[Any, int]:
        dims = self.part.start.dims
        return {**dims, N.t: t} if N.t in self.plan.integers else dict(dims)

    def _changing(self) -> set[Any]:
        changing: set[Any] = {*_OF_THE_STEP, *self.plan.follows}
        if self.part.exact is not None:
            changing |= {N.K, N.mu, N.W_star}
        return changing

    def _following(self, evaluator: Evaluator) -> Evaluator:
        """With the leaves bound whose value a hypothesis gives."""
        for leaf, formula in self.plan.follows.items():
            if leaf not in self.part.runs.world.bindings:
                evaluator = evaluator.varied({leaf: evaluator(formula)})
        return evaluator

    def _loss_of(self, b: int) -> Any:
        if self.part.exact is None:
            return None if self.part.loss is None else self.part.loss.shifted
        if self._loss is None or self._loss[0] != b:
            given = self.part.exact(b)
            x, star = (_table(m) for m in (given.x, given.w_star))
            self._loss = (b, CenteredLoss(given.penalty, x, star, Fraction(given.ridge)))
        return self._loss[1]

    def _bindings(self, level: int, t: int, b: int) -> dict[sp.Basic, Any]:
        known = self.part.runs.world.bindings
        leaves = {*self.plan.matrices, *self.plan.scalars, N.c, N.d}
        leaves |= {N.W1_0, N.W2_0} if self.plan.run else set()
        bound: dict[sp.Basic, Any] = {}
        for leaf in leaves - {N.W_star, N.K, N.mu}:
            if leaf in known and not (self.plan.run and leaf in _OF_THE_STEP - {N.W1_0, N.W2_0}):
                value = _at(known[leaf], t, b, matrix=leaf in self.plan.matrices or leaf in (N.W1_0, N.W2_0))
                factor = {N.eta_0: self.nudge[0], N.eta: self.nudge[1]}.get(leaf, Fraction(1))
                bound[leaf] = value if factor == 1 else value * _own(factor)
        loss = self.part.loss
        if self.part.exact is not None:
            bound[N.W_star] = self._loss_of(b).w_star
            for leaf in (N.K, N.mu):
                if leaf in known:
                    bound[leaf] = _at(known[leaf], t, b, matrix=False)
        elif loss is not None:
            bound.update({leaf: v for leaf, v in ((N.K, loss.K), (N.mu, loss.mu)) if v is not None})
            star = self._star(level)
            if star is not None:
                bound[N.W_star] = star
        return bound

    def _star(self, level: int) -> Any:
        if level not in self._stars and self.part.loss is not None:
            self._stars[level] = self.part.loss.minimizer(self.fields[level].bits)
        return self._stars[level]

    def _step(self, t: int, b: int) -> Fraction:
        return Fraction(float(self.part.runs.steps[t, b])) * self.nudge[t > 0]

    def _run(self, level: int, t: int, b: int) -> list[Evaluator]:
        """The evaluators of steps 0 .. t of run b, carried once."""
        held = self._runs.get(level)
        if held is None or held[0] != b:
            world = World(self._dims(0), self._bindings(level, 0, b), self._loss_of(b))
            held = self._runs[level] = (b, RunSteps(world, self.fields[level], self.plan.where, self._following))
        steps = held[1]
        while len(steps.evaluators) <= t:
            steps.take(self._step(len(steps.evaluators), b))
        return steps.evaluators[: t + 1]


class RunSteps:
    """The evaluators of the steps of a run, in any field; what does not change along it is computed once."""

    def __init__(
        self,
        world: World,
        field: Any,
        where: Any,
        prepared: Callable[[Evaluator], Evaluator] = lambda evaluator: evaluator,
    ) -> None:
        """world: binds W1_0 and W2_0. prepared: what is done to each evaluator before it is used."""
        self.world, self.field, self.where, self.prepared = world, field, where, prepared
        self.weights = (field.matrix(world.bindings[N.W1_0]), field.matrix(world.bindings[N.W2_0]))
        self.evaluators: list[Evaluator] = []
        self._back: Any = None

    def take(self, eta: Any) -> None:
        """The next step, of size eta."""
        w1, w2 = self.weights
        f, loss = self.field, self.world.loss
        if self._back is not None and loss is not None:
            g = loss.gradient(f, f.matmul(w1, f.transpose(w2)))
            w1, w2 = (
                f.matadd(w1, f.scale(self._back, f.matmul(g, w2))),
                f.matadd(w2, f.scale(self._back, f.matmul(f.transpose(g), w1))),
            )
            self.weights = (w1, w2)
        now = {N.W1: w1, N.W2: w2, N.eta: eta, N.t: len(self.evaluators)}
        if self.evaluators:
            evaluator = self.evaluators[-1].follow(now)
        else:
            first = {} if N.eta_0 in self.world.bindings else {N.eta_0: eta}
            evaluator = Evaluator(self.world.binding({**now, **first}), f, self.where)
        self.evaluators.append(self.prepared(evaluator))
        self._back = -f.scalar(eta)


def run_steps(world: World, steps: Iterable[Any], field: Any, where: Any) -> list[Evaluator]:
    """The evaluators of all steps of a run, the last of which speaks of the claim."""
    taken = RunSteps(world, field, where)
    for eta in steps:
        taken.take(eta)
    return taken.evaluators


def _exactly(x: Any) -> Any:
    return fmpq(*float(x).as_integer_ratio())


def _own(q: Fraction) -> Any:
    return fmpq(q.numerator, q.denominator)


def _table(rows: Any) -> Any:
    values = [_own(v) for row in rows for v in row]
    return fmpq_mat(len(rows), len(rows[0]), values)


def _at(value: Any, t: int, b: int, *, matrix: bool) -> Any:
    """Entry (t, b) of what float64 bound, as an exact number or matrix."""
    if isinstance(value, int | Fraction):
        return value
    array = np.asarray(value, dtype=float)
    if matrix:
        entry = array[t, b] if array.ndim == 4 else array[b] if array.ndim == 3 else array
        return fmpq_mat(*entry.shape, [_exactly(x) for x in entry.ravel().tolist()])
    return _exactly(array[t, b] if array.ndim == 2 else array[b] if array.ndim == 1 else array)


def _gap(evaluator: Evaluator, claim: Any) -> tuple[float, float]:
    """(bound of the difference of the two sides, size of the sides) of a relation that balls leave open."""
    lhs, rhs = evaluator(claim.lhs), evaluator(claim.rhs)
    if isinstance(claim.lhs, sp.MatrixExpr):
        f = evaluator.field
        difference = f.matadd(lhs, f.scale(f.scalar(-1), rhs))
        sizes = [_upper(f.inner(m, m)) ** 0.5 for m in (difference, lhs, rhs)]
        return sizes[0], sizes[1] + sizes[2]
    return _upper(lhs - rhs), _upper(lhs) + _upper(rhs)


def _upper(x: Any) -> float:
    found = float(abs(x).upper()) if hasattr(x, "upper") else abs(float(Fraction(int(x.p), int(x.q))))
    return found if np.isfinite(found) else float("inf")
