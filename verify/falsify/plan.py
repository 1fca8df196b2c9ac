"""How to search for a counterexample, derived from a statement's own declarations and nothing else.

The leaves that remain when definitions are followed, their shapes and signs, the hypotheses and the kind decide what
is sampled, what follows from other values, and which scalars are driven to the edge of what the hypotheses allow.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from properties.evaluate import Evaluator, Unbound, reach
from properties.fields import Exact
from properties.worlds import World
from theorems import norms
from theorems import notation as N
from theorems.notation import DEFINITIONS
from theorems.statement import AllOf, Assumption, Kind, Relation, Statement

_POINTS = (norms.Loss, norms.Grad, norms.Hess)
_HISTORY = (norms.HistorySum, norms.HistoryProduct)
_CONVEX = ("strongly-convex", "pl")


@dataclass(frozen=True)
class Plan:
    """What search needs to know of a statement.

    matrices    leaves that are matrices      scalars   leaves that are real numbers
    integers    leaves that are integers: dimensions and indices, in the order in which they are enumerated
    relations   hypotheses that are relations
    smooth      the constant K of a K-smooth loss, None when no hypothesis says so; `convex` likewise mu
    loss        whether the claim speaks of a loss      quadratic   whether a hypothesis makes it quadratic
    run         whether the claim speaks of a run of gradient descent
    history     whether it looks back at earlier steps      heavy   whether an exact decision is slow (runs, roots)
    follows     leaves that an equality hypothesis gives by a formula in the others
    symmetric, orthonormal     matrix leaves that a hypothesis makes so
    edges       scalar leaves that a hypothesis ties to other quantities
    """

    statement: Statement
    matrices: tuple[sp.MatrixSymbol, ...]
    scalars: tuple[sp.Symbol, ...]
    integers: tuple[sp.Symbol, ...]
    relations: tuple[Relation, ...]
    smooth: sp.Symbol | None
    convex: sp.Symbol | None
    loss: bool
    quadratic: bool
    run: bool
    history: bool
    heavy: bool
    follows: Mapping[sp.Basic, sp.Basic]
    symmetric: frozenset[sp.MatrixSymbol]
    orthonormal: frozenset[sp.MatrixSymbol]
    edges: tuple[sp.Symbol, ...]

    @property
    def where(self) -> Mapping[sp.Basic, sp.Basic]:
        """The statement's own definitions."""
        return self.statement.where

    def claims(self) -> tuple[Relation, ...]:
        """The relations that the claim asserts."""
        return relations_of(self.statement.then)

    def dimensions(self, largest: int, beyond: int = 6) -> list[dict[sp.Symbol, int]]:
        """Values of the integer leaves that the integer hypotheses allow, smallest sum first, at most `largest` each.

        When those hypotheses ask for more, values up to `beyond` are tried.
        """
        for limit in range(largest, max(beyond, largest) + 1):
            found = list(self._allowed(limit))
            if found:
                return found
        return []

    def _allowed(self, limit: int) -> Iterator[dict[sp.Symbol, int]]:
        tests = [r for r in self.relations if self._of_integers(r)]
        choices = [range(0 if not s.is_positive else 1, limit + 1) for s in self.integers]
        values = sorted(itertools.product(*choices), key=lambda v: (sum(v), max(v, default=0), v))
        for value in values:
            dims = dict(zip(self.integers, value, strict=True))
            evaluator = Evaluator(World(dims, {}), Exact(64), self.where)
            if all(evaluator.holds(r) is True for r in tests):
                yield dims

    def allows(self, dims: Mapping[sp.Symbol, int]) -> bool:
        """Whether the hypotheses that speak of integers alone hold for these dimensions."""
        evaluator = Evaluator(World(dims, {}), Exact(64), self.where)
        return all(evaluator.holds(r) is True for r in self.relations if self._of_integers(r))

    def _of_integers(self, relation: Relation) -> bool:
        sides = (relation.lhs, relation.rhs)
        if any(isinstance(side, MatrixExpr) or side.has(*_POINTS) for side in sides):
            return False
        return frozenset().union(*(reach(side, self.where) for side in sides)) <= set(self.integers)

    def shape(self, leaf: sp.MatrixSymbol, dims: Mapping[sp.Symbol, int]) -> tuple[int, int]:
        """Rows and columns of a leaf for given dimensions."""
        evaluator = Evaluator(World(dims, {}), Exact(64), self.where)
        return (evaluator.dimension(leaf.shape[0]), evaluator.dimension(leaf.shape[1]))


def relations_of(claim: Any) -> tuple[Relation, ...]:
    """The relations inside a claim; empty for a claim that is decided symbolically."""
    if isinstance(claim, Relation):
        return (claim,)
    return claim.claims if isinstance(claim, AllOf) else ()


def _terms(statement: Statement) -> list[sp.Basic]:
    terms: list[sp.Basic] = []
    for claim in (*statement.given, *relations_of(statement.then)):
        if isinstance(claim, Relation):
            terms += [claim.lhs, claim.rhs]
        elif isinstance(claim, Assumption) and claim.constant is not None:
            terms.append(claim.constant)
    return terms


def _followed(terms: list[sp.Basic], table: Mapping[sp.Basic, sp.Basic]) -> tuple[set[sp.Basic], list[sp.Basic]]:
    """Symbols met when definitions are followed, and every expression met on the way."""
    symbols: set[sp.Basic] = set()
    expressions, pending = list(terms), list(terms)
    while pending:
        for symbol in pending.pop().free_symbols - symbols:
            symbols.add(symbol)
            if symbol in table:
                expressions.append(table[symbol])
                pending.append(table[symbol])
    return symbols, expressions


def make_plan(statement: Statement) -> Plan:
    """The plan of a statement whose claim is a relation or a conjunction of relations."""
    table = {**DEFINITIONS, **statement.where}
    symbols, expressions = _followed(_terms(statement), table)
    assumptions = {a.name: a for a in statement.given if isinstance(a, Assumption)}
    run = statement.kind is Kind.TRAJECTORY
    loss = bool(assumptions) or run or any(e.has(*_POINTS) for e in expressions)
    convex = next((assumptions[name].constant for name in _CONVEX if name in assumptions), None)
    smooth = assumptions["smooth"].constant if "smooth" in assumptions else None
    by_run = {N.W1, N.W2, N.U, N.eta, N.eta_0, N.t} if run else set()
    if run and not symbols & {N.U, N.U_0}:
        symbols |= {N.W1_0, N.W2_0}
    elif run:
        symbols.add(N.U_0)
    leaves = {s for s in symbols if s not in table} - by_run
    shapes = {d for s in symbols if isinstance(s, MatrixExpr) for side in s.shape for d in side.free_symbols}
    dims = (leaves | shapes | ({N.n, N.m} if loss else set())) - by_run
    integers = sorted((s for s in dims if isinstance(s, sp.Symbol) and s.is_integer), key=_dimension_order)
    relations = tuple(g for g in statement.given if isinstance(g, Relation))
    given_constants = {c for c in (smooth, convex) if c is not None}
    follows, symmetric, orthonormal = _structure(relations, leaves - given_constants - set(integers), statement)
    matrices = tuple(sorted((s for s in leaves if isinstance(s, MatrixExpr)), key=str))
    scalars = tuple(
        sorted((s for s in leaves - given_constants if not isinstance(s, MatrixExpr) and not s.is_integer), key=str)
    )
    edges = _edges(relations, [s for s in scalars if s not in follows], statement)
    return Plan(
        statement,
        matrices,
        scalars,
        tuple(integers),
        relations,
        smooth,
        convex,
        loss,
        # An integral along a step is exact for quadratic losses only.
        "quadratic" in assumptions or any(e.has(norms.TauIntegral) for e in expressions),
        run,
        any(e.has(*_HISTORY) for e in expressions),
        run or any(e.has(norms.MinRoot) for e in expressions),
        follows,
        frozenset(symmetric),
        frozenset(orthonormal),
        edges,
    )


def _edges(relations: tuple[Relation, ...], scalars: list[sp.Symbol], statement: Statement) -> tuple[sp.Symbol, ...]:
    """Scalars that a hypothesis ties to other quantities, those most often named outright first."""
    named = {s: 0 for s in scalars}
    tied: set[sp.Symbol] = set()
    for relation in relations:
        met = _reach_of(relation, statement)
        if len(met) > 1:
            tied |= met & set(scalars)
            for symbol in (relation.lhs.free_symbols | relation.rhs.free_symbols) & set(scalars):
                named[symbol] += 1
    return tuple(sorted(tied, key=lambda s: (-named[s], s is not N.eta, str(s))))


def _reach_of(relation: Relation, statement: Statement) -> frozenset[sp.Basic]:
    return reach(relation.lhs, statement.where) | reach(relation.rhs, statement.where)


def _dimension_order(symbol: sp.Symbol) -> tuple[int, str]:
    return ({N.n: 0, N.m: 1, N.h: 2}.get(symbol, 3), str(symbol))


def _structure(
    relations: tuple[Relation, ...], leaves: set[sp.Basic], statement: Statement
) -> tuple[dict[sp.Basic, sp.Basic], set[sp.MatrixSymbol], set[sp.MatrixSymbol]]:
    """What equality hypotheses say of leaves: given by a formula, symmetric, or with orthonormal rows or columns."""
    follows: dict[sp.Basic, sp.Basic] = {}
    symmetric: set[sp.MatrixSymbol] = set()
    orthonormal: set[sp.MatrixSymbol] = set()
    for relation in relations:
        if relation.op != "==":
            continue
        for one, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
            if isinstance(other, sp.Identity) and isinstance(one, MatrixExpr):
                orthonormal |= {s for s in one.free_symbols if s in leaves}
                break
            if one not in leaves:
                continue
            if isinstance(one, MatrixExpr) and other == sp.Transpose(one):
                symmetric.add(one)
                break
            if one not in follows and not _depends(other, one, follows, statement):
                follows[one] = other
                break
    return follows, symmetric, orthonormal


def _depends(expression: sp.Basic, leaf: sp.Basic, follows: Mapping[sp.Basic, sp.Basic], statement: Statement) -> bool:
    met = reach(expression, {**statement.where, **follows})
    return leaf in met


def unbound(plan: Plan, world: World) -> Unbound | None:
    """The first leaf of the claim without a value in `world`, None when all have one."""
    for leaf in (*plan.matrices, *plan.scalars):
        if leaf not in world.bindings:
            return Unbound(leaf)
    return None
