"""The rules about roots: one exists, a function keeps its sign before its smallest one, and that one is positive.

A reader must believe the intermediate value theorem, and the conditions by which a letter stands for every number: it
is a positive letter that the statement does not mention, no assumption that stays open speaks of it, and neither a
definition nor a letter chosen by an axiom may hide it. Continuity is asked of the function as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from theorems.norms import MinRoot
from theorems.proofs.derivation import Line
from theorems.shapes import is_matrix
from theorems.statement import Relation, UniqueRoot
from verify.kernel.claims import Refusal, letters_in, opened, speaks_of, swap
from verify.kernel.instances import given_term
from verify.kernel.state import State


def root(state: State, entry: Line) -> frozenset[str]:
    """at: below, above, x, y; cites f(below) < 0 < f(above), f(x) < f(y), and the assumption x < y on letters.

    Side condition: f is visibly continuous on [0, oo) and 0 <= below < above; x and y, for uniqueness, are new
    positive letters of which no other open assumption speaks.
    """
    claim = entry.claim
    if type(claim) is not UniqueRoot or claim.lower != 0 or claim.upper is not sp.oo:
        raise Refusal(entry.name, "the rule root gives a root in (0, oo)")
    f, v = claim.expression, claim.variable
    _in_plain_sight(state, entry, v, (f,))
    _continuous(state, entry, f, v)
    below, above = (given_term(entry, entry.at[end]) for end in ("below", "above"))
    ends = (Relation(sp.S.Zero, "<=", below), Relation(below, "<", above))
    values = (Relation(swap(f, {v: below}), "<", sp.S.Zero), Relation(sp.S.Zero, "<", swap(f, {v: above})))
    assumes = state.premises(entry, (*ends, *values))
    return assumes | _increasing(state, entry, f, v) if claim.unique else assumes


def _increasing(state: State, entry: Line, f: sp.Basic, v: sp.Symbol) -> frozenset[str]:
    """f(x) < f(y) for all 0 < x < y, from a cited line under the assumption x < y on new letters."""
    x, y = entry.at["x"], entry.at["y"]
    if not all(_positive_letter(state, z) for z in (x, y)) or x == y or {x, y} & state.used:
        raise Refusal(entry.name, "x and y are new positive letters")
    increases = Relation(swap(f, {v: x}), "<", swap(f, {v: y}))
    case = next((k for k in map(state.lines.get, entry.cites) if k and k.line.rule == "assume"), None)
    if case is None or not state.entails(case.line.claim, Relation(x, "<", y)):
        raise Refusal(entry.name, "monotonicity rests on the assumption x < y")
    return _for_all(state, entry, state.premises(entry, (increases,)) - {case.line.name}, (x, y))


def before_root(state: State, entry: Line) -> frozenset[str]:
    """at: x, near; cites near(0) < 0, and f(x) < 0 under the assumption near(x) < 0 on a new letter x.

    A hypothesis v <= MinRoot(f, v), perhaps among the terms of a Min, then gives f(v) <= 0: near is negative on
    some (0, e), so f is; were f(v) > 0, f would have a root below v.

    Side condition: f and near are visibly continuous on [0, oo); x and v are positive letters, x a new one of which no
    other open assumption speaks; no definition or chosen letter in f or near depends on them.
    """
    for f, v in _root_bounds(state):
        if state.entails(Relation(f, "<=", sp.S.Zero), entry.claim):
            return _negative_at_first(state, entry, f, v, given_term(entry, entry.at["near"]))
    raise Refusal(entry.name, "no hypothesis bounds a letter by the smallest root of this function")


def positive_root(state: State, entry: Line) -> frozenset[str]:
    """at: x, and near_<name> for each defined root below the left side; cites as before-root, and 0 < other terms.

    A function that is negative on some (0, e) has no root there: MinRoot, and a Min of such, is positive.

    Side condition: that of before-root, for each of the roots.
    """
    claim = entry.claim
    if type(claim) is not Relation or (claim.op, claim.rhs) != (">", sp.S.Zero) or is_matrix(claim.lhs):
        raise Refusal(entry.name, "positive-root is about left > 0")
    assumes: frozenset[str] = frozenset()
    for name, leaf in _least(state, claim.lhs):
        if type(leaf) is MinRoot:
            f, v = leaf.args
            assumes |= _negative_at_first(state, entry, f, v, given_term(entry, entry.at[f"near_{name}"]))
        else:
            assumes |= state.premises(entry, (Relation(sp.S.Zero, "<", leaf),))
    return assumes


def _least(state: State, term: sp.Basic, name: str = "") -> Iterator[tuple[str, sp.Basic]]:
    """The terms of which a defined symbol is the least, each with the name of the symbol that stands for it."""
    if isinstance(term, sp.Min):
        for part in term.args:
            yield from _least(state, part, name)
    elif term in state.definitions:
        yield from _least(state, state.definitions[term], str(term))
    else:
        yield name, term


def _root_bounds(state: State) -> Iterator[tuple[sp.Basic, sp.Symbol]]:
    """(f, v) for each hypothesis v <= MinRoot(f, v) of the statement."""
    for given in state.statement.given:
        if type(given) is not Relation or given.op not in ("<=", "<") or not isinstance(given.lhs, sp.Symbol):
            continue
        for _, bound in _least(state, given.rhs):
            if type(bound) is MinRoot and bound.args[1] == given.lhs:
                yield bound.args[0], given.lhs


def _negative_at_first(state: State, entry: Line, f: sp.Basic, v: sp.Symbol, near: sp.Basic) -> frozenset[str]:
    """f < 0 on some (0, e), from near(0) < 0 and f(x) < 0 under the assumption near(x) < 0, both continuous."""
    x = entry.at["x"]
    if not _positive_letter(state, x) or x in state.used:
        raise Refusal(entry.name, "x is a new positive letter")
    _in_plain_sight(state, entry, v, (f, near))
    _in_plain_sight(state, entry, x, (f, near))
    for function, letter in ((f, v), (near, x)):
        _continuous(state, entry, function, letter)
    wanted = Relation(near, "<", sp.S.Zero)
    cited = [state.cited(entry, name) for name in entry.cites]
    case = next((k for k in cited if k.line.rule == "assume" and state.entails(k.line.claim, wanted)), None)
    if case is None:
        raise Refusal(entry.name, "the sign of f near 0 rests on the assumption near(x) < 0")
    start = Relation(swap(near, {x: sp.S.Zero}), "<", sp.S.Zero)
    negative = Relation(swap(f, {v: x}), "<", sp.S.Zero)
    assumes = state.premises(entry, (start,)) | (state.premises(entry, (negative,)) - {case.line.name})
    return _for_all(state, entry, assumes, (x,))


# what makes a letter stand for every positive number -----------------------------------------------------------------
def _positive_letter(state: State, z: Any) -> bool:
    return type(z) is sp.Symbol and z == sp.Symbol(z.name, real=True, positive=True) and z not in state.definitions


def _in_plain_sight(state: State, entry: Line, v: Any, functions: tuple[sp.Basic, ...]) -> None:
    """Refused unless functions depend on a positive letter only where they show it."""
    if any(v in letters_in(d) for d in opened(functions, state.definitions)) or not _positive_letter(state, v):
        raise Refusal(entry.name, f"a definition hides {v}, or {v} is not a positive letter")
    if hidden := state.chosen.keys() & set().union(*map(letters_in, functions)):
        raise Refusal(entry.name, f"{', '.join(map(str, hidden))} may have been chosen for each {v}")


def _for_all(state: State, entry: Line, assumes: frozenset[str], letters: tuple[sp.Symbol, ...]) -> frozenset[str]:
    """The assumptions that stay open; refused when one of them speaks of letters that were to be arbitrary."""
    for name in sorted(assumes):
        if speaks_of(state.lines[name].line.claim, letters):
            raise Refusal(entry.name, f"the open assumption {name} speaks of {', '.join(map(str, letters))}")
    return assumes


def _continuous(state: State, entry: Line, f: sp.Basic, letter: sp.Symbol) -> None:
    """Refused unless f is visibly continuous in a letter on [0, oo), whatever is known of the letter's value."""
    v = sp.Symbol("any " + letter.name, real=True, positive=True)
    if v in state.used | state.seen | letters_in(f):
        raise Refusal(entry.name, f"{v} is no new letter")
    _continuous_in(state, entry, swap(f, {letter: v}), v)


def _continuous_in(state: State, entry: Line, f: sp.Basic, v: sp.Symbol) -> None:
    if v not in letters_in(f) or f == v:
        return
    if isinstance(f, sp.Pow) and v not in letters_in(f.exp):
        exponent = state.terms.scalar(f.exp)
        if not (state.terms.positive(exponent) and state.terms.nonnegative(state.terms.scalar(f.base))):
            raise Refusal(entry.name, f"{f} is not visibly continuous at 0")
        _continuous_in(state, entry, f.base, v)
    elif isinstance(f, sp.Add | sp.Mul | sp.exp):
        for part in f.args:
            _continuous_in(state, entry, part, v)
    else:
        raise Refusal(entry.name, f"{f} is not visibly continuous")
