"""The rules that use nothing but normal forms and earlier lines: hypothesis, algebra, arithmetic, cases and the like.

A reader must believe each rule as its docstring states it. A rule takes the state of the proof and a line, and returns
the names of the open assumptions under which the line's claim holds; it raises Refusal when the claim does not follow.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theorems.proofs.derivation import Line
from theorems.shapes import check_shapes, is_matrix
from theorems.statement import Relation
from verify.kernel.claims import Refusal, relations, replace
from verify.kernel.instances import given_term
from verify.kernel.polynomials import MINUS, Poly, add
from verify.kernel.state import State


def hypothesis(state: State, entry: Line) -> frozenset[str]:
    """A hypothesis of the statement holds.

    Side condition: the claim is one of the statement's hypotheses, or an inequality that one of them weakens to.
    """
    parts = [part for given in state.statement.given for part in relations(given)]
    if not any(state.entails(part, entry.claim) for part in parts):
        raise Refusal(entry.name, "not a hypothesis of the statement")
    return frozenset()


def algebra(state: State, entry: Line) -> frozenset[str]:
    """A relation holds whose right minus left is zero (==), visibly nonnegative (<=) or visibly positive (<).

    Side condition: every quotient, root, logarithm and power in it has a base whose sign is visible or known.
    """
    if type(entry.claim) is not Relation:
        raise Refusal(entry.name, "algebra is about a relation")
    if not state.evident(entry.claim):
        _, difference = state.normal(entry.claim)
        text = (
            "the two matrices differ"
            if is_matrix(entry.claim.lhs)
            else f"right minus left is {state.terms.scalars.show(difference)}"
        )
        raise Refusal(entry.name, f"not evident: {text}")
    return frozenset()


def definition(state: State, entry: Line) -> frozenset[str]:
    """A scalar symbol of the notation is what it stands for.

    Side condition: the left side is a defined symbol, and the right side has the normal form of its definition.
    """
    claim = entry.claim
    if type(claim) is not Relation or claim.op != "==" or claim.lhs not in state.definitions or is_matrix(claim.lhs):
        raise Refusal(entry.name, "not an equation between a defined symbol and its definition")
    if state.terms.minus(state.definitions[claim.lhs], claim.rhs):
        raise Refusal(entry.name, f"{claim.lhs} is defined otherwise")
    return frozenset()


def arithmetic(state: State, entry: Line) -> frozenset[str]:
    """0 <= right - left - sum of (multiplier * product of (right - left) of cited lines and of squares).

    Side condition: each multiplier is nonnegative, or its product holds an equation's difference; the remainder is
    visibly nonnegative (zero for ==, which takes equations only); for <, a product without squares whose multiplier
    and lines are strict, or the remainder, is positive.
    """
    if type(entry.claim) is not Relation or is_matrix(entry.claim.lhs):
        raise Refusal(entry.name, "arithmetic is about a relation between scalars")
    op, rest = state.normal(entry.claim)
    assumes: frozenset[str] = frozenset()
    positive = False
    for weight in entry.weights:
        value, exact, strict, names = _product(state, entry, weight)
        if op == "==" and not exact:
            raise Refusal(entry.name, "an equation follows from equations only")
        rest = add(rest, value, MINUS)
        positive |= strict
        assumes = assumes.union(*(state.lines[name].assumes for name in names))
    if op == "==":
        accepted = not rest
    else:
        accepted = state.terms.nonnegative(rest) and (op == "<=" or positive or state.terms.positive(rest))
    if not accepted:
        raise Refusal(
            entry.name,
            f"the rest is not visibly {'zero' if op == '==' else 'nonnegative'}: {state.terms.scalars.show(rest)}",
        )
    return assumes


def _product(state: State, entry: Line, weight: tuple[Any, ...]) -> tuple[Poly, bool, bool, list[str]]:
    """multiplier * product of factors; whether it is zero, whether it is positive, and the lines it uses."""
    multiplier = state.terms.scalar(given_term(entry, weight[0]))
    value, exact, strict = multiplier, False, state.terms.positive(multiplier)
    names = [factor for factor in weight[1:] if isinstance(factor, str)]
    for factor in weight[1:]:
        if isinstance(factor, str):
            claim = state.cited(entry, factor).line.claim
            if type(claim) is not Relation or is_matrix(claim.lhs):
                raise Refusal(entry.name, f"{factor} is not a relation between scalars")
            op, difference = state.normal(claim)
            exact, strict = exact or op == "==", strict and op == "<"
        else:
            root = state.terms.scalar(given_term(entry, factor))
            difference, strict = state.terms.scalars.mul(root, root), False
        value = state.terms.scalars.mul(value, difference)
    if not exact and not state.terms.nonnegative(multiplier):
        raise Refusal(entry.name, f"the multiplier {weight[0]} is not known to be nonnegative")
    return value, exact, strict, names


def substitute(state: State, entry: Line) -> frozenset[str]:
    """at: hole, pattern; cites an equation a == b and pattern(a); gives pattern(b).

    Side condition: the hole is a new letter without a sign, replaced everywhere in the pattern, never inside a bound
    scope or a sum over the run; and the equation, pattern(a) and pattern(b) all have a value (a normal form).
    """
    hole, pattern = entry.at["hole"], entry.at["pattern"]
    equation, instance = (state.cited(entry, name) for name in entry.cites)
    claim = equation.line.claim
    if type(claim) is not Relation or claim.op != "==" or type(pattern) is not Relation:
        raise Refusal(entry.name, "substitute cites an equation and has a relation as its pattern")
    if (
        is_matrix(hole) != is_matrix(claim.lhs)
        or not isinstance(hole, sp.Symbol | sp.MatrixSymbol)
        or hole in state.used
    ):
        raise Refusal(entry.name, "the hole is not a new letter of the equation's kind")
    if not is_matrix(hole) and hole != sp.Symbol(hole.name, real=True):
        raise Refusal(entry.name, "the hole is declared with a sign")
    before, after = (replace(pattern, {hole: side}) for side in (claim.lhs, claim.rhs))
    for made in (claim, before, after):  # a value: no quotient by zero, no infinite root, no sign that is not proved
        check_shapes(made)
        state.normal(made)
    if not (state.entails(instance.line.claim, before) and state.entails(after, entry.claim)):
        raise Refusal(entry.name, "the pattern does not lead from the cited line to the claim")
    return equation.assumes | instance.assumes


def assume(state: State, entry: Line) -> frozenset[str]:
    """Any relation between scalars holds under the assumption that it does.

    Side condition: the line, and what follows from it, carries its name until cases (or a root rule) discharges it.
    """
    if type(entry.claim) is not Relation or is_matrix(entry.claim.lhs):
        raise Refusal(entry.name, "only a relation between scalars is assumed")
    return frozenset({entry.name})


def cases(state: State, entry: Line) -> frozenset[str]:
    """Cites claim, case, claim, opposite case: what holds in both of two cases holds.

    Side condition: the cases are assumptions a >= 0 and -a >= 0 for one number a, at most one of them strict.
    """
    if len(entry.cites) != 4:
        raise Refusal(entry.name, "cases cites claim, case, claim, opposite case")
    first, one, second, other = (state.cited(entry, name) for name in entry.cites)
    for case in (one, other):
        if case.line.rule != "assume":
            raise Refusal(entry.name, f"{case.line.name} is not an assumption")
    (op, a), (op_other, b) = state.normal(one.line.claim), state.normal(other.line.claim)
    if "==" in (op, op_other) or op == op_other == "<" or state.negated(a, False) != b:
        raise Refusal(entry.name, "the two cases do not exhaust all")
    if not all(state.entails(known.line.claim, entry.claim) for known in (first, second)):
        raise Refusal(entry.name, "the two cases do not give the claim")
    return (first.assumes - {one.line.name}) | (second.assumes - {other.line.name})
