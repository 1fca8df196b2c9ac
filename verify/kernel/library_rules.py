"""The rules that use what holds for all values of letters: an axiom, and a proved statement (a lemma).

A reader must believe the axioms of `verify.kernel.axioms`, and that an instance of what holds for all letters holds
when its premises do. A rule returns the names of the open assumptions under which the line's claim holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sympy as sp

from theorems.notation import DEFINITIONS, W_star, unfold
from theorems.proofs.derivation import Line
from theorems.shapes import is_matrix, shape_of
from theorems.statement import Assumption, Kind, Relation, Statement
from verify.kernel.axioms import Form
from verify.kernel.claims import Refusal, letters_in, relations, replace
from verify.kernel.instances import fit, free_letters, in_domain, instance, shapes_agree
from verify.kernel.polynomials import Unsupported
from verify.kernel.state import State


def axiom(state: State, entry: Line, rule: Form) -> frozenset[str]:
    """at: letters of the axiom; the claim is one of its conclusions there.

    Side condition: each premise is, at these values, a cited line or evident; what the axiom says to exist is a new
    letter, or the letter chosen before by the same form from the same values.
    """
    fixed = (W_star,)
    letters = {s for claim in (*rule.premises, *rule.conclusions) for s in free_letters(claim, fixed)}
    table = instance(state, entry, letters)
    if rule.exists:
        _choose(state, entry, rule, table)
    stated = [c for c in rule.conclusions if free_letters(c, fixed) <= set(table)]
    if not any(state.entails(replace(c, table), entry.claim) for c in stated):
        raise Refusal(entry.name, f"{entry.rule} at these values does not give the claim")
    return state.premises(entry, tuple(replace(premise, table) for premise in rule.premises))


def _choose(state: State, entry: Line, rule: Form, table: Mapping[Any, Any]) -> None:
    """A chosen letter is new, or chosen before by the same rule from the same values."""
    origin = (entry.rule, tuple(table.get(d) for d in rule.depends))
    for letter in rule.exists:
        value = table.get(letter)
        if not isinstance(value, sp.MatrixSymbol) or value in state.used or None in origin[1]:
            raise Refusal(entry.name, f"{letter} is chosen: it must be a new letter")
        if value in state.seen and value not in state.chosen:
            raise Refusal(entry.name, f"{value} has been used before it is chosen")
        if state.chosen.setdefault(value, origin) != origin or any(value in letters_in(d) for d in origin[1] if d):
            raise Refusal(entry.name, f"{value} was chosen elsewhere")
        if value.name in {str(s) for s in state.used}:
            raise Refusal(entry.name, f"{value} is already a letter of the statement")


def lemma(state: State, entry: Line) -> frozenset[str]:
    """labels: one proved statement; at: its letters; the claim is part of its claim there.

    Side condition: each of its hypotheses is, at these values, a cited line or evident; its letters stand for terms
    of their shape and domain (W_star for itself), and its definitions are put in where they differ from those here.
    A statement about runs is cited for the same run only, under hypotheses of this statement.
    """
    (label,) = entry.labels
    cited = state.dependency(entry, label)
    if cited.kind is Kind.TRAJECTORY:
        _same_run(state, entry, cited)
    table: dict[Any, Any] = {}
    theirs = {**DEFINITIONS, **cited.where}
    if entry.at or any(state.definitions.get(s) != theirs.get(s) for s in {*cited.where, *state.statement.where}):
        claims = [put_in(claim, cited) for claim in (*cited.given, *relations(cited.then))]
        table = _lemma_instance(state, entry, set().union(*map(free_letters, claims)))
    else:
        claims = [*cited.given, *relations(cited.then)]
    count = len(cited.given)
    made = [replace(claim, table) if type(claim) in (Relation, Assumption) else claim for claim in claims]
    if not any(state.entails(claim, entry.claim) for claim in made[count:]):
        raise Refusal(entry.name, f"{label} at these values does not give the claim")
    return state.premises(entry, tuple(made[:count]))


def _lemma_instance(state: State, entry: Line, letters: set[Any]) -> dict[Any, Any]:
    """The table of a lemma's letters; those that are not in `at` stand for themselves, as this statement has them."""
    table = instance(state, entry, letters)
    for letter in letters:
        if is_matrix(letter):
            fit(state, entry, letter, shape_of(table.get(letter, letter)), table)
            if letter in state.definitions and letter not in table:
                state.terms.matrix(letter)  # has a value here
        elif letter in state.definitions and letter not in table:
            in_domain(state, entry, letter, letter)
    shapes_agree(entry, table, letters)
    if table.get(W_star, W_star) != W_star:
        raise Refusal(entry.name, "W_star is the minimizer of the loss and stands for nothing else")
    return table


def put_in(claim: Any, statement: Statement, only: Collection[sp.Basic] | None = None) -> Any:
    """A claim of a statement with its definitions put in, all of them or those of some symbols. Raises Unsupported."""
    if type(claim) is Assumption:  # a defined constant is opened like any other term
        return Assumption(claim.name, claim.constant and unfold(claim.constant, statement.where, only))
    if type(claim) is not Relation:
        raise Unsupported(f"{statement.id} is cited as it stands only")
    return Relation(unfold(claim.lhs, statement.where, only), claim.op, unfold(claim.rhs, statement.where, only))


def _same_run(state: State, entry: Line, cited: Statement) -> None:
    """A claim about runs is cited for the same run: as it stands, under hypotheses of this statement."""
    if state.statement.kind is not Kind.TRAJECTORY or entry.at:
        raise Refusal(entry.name, f"{cited.id} speaks of a whole run and is cited as it stands, in claims about runs")
    if {**DEFINITIONS, **cited.where} == state.definitions and set(cited.given) <= set(state.statement.given):
        return  # the same hypotheses about the same symbols, word for word: nothing has to be put in
    claims = [put_in(claim, cited) for claim in (*cited.given, *relations(cited.then))]
    if left := set().union(*map(free_letters, claims)) & state.definitions.keys():
        raise Refusal(entry.name, f"{cited.id} has {', '.join(map(str, left))} as letters, defined here")
    for given in cited.given:
        needed = put_in(given, cited)
        if not any(state.entails(put_in(mine, state.statement), needed) for mine in state.statement.given):
            raise Refusal(entry.name, f"{given} is a hypothesis of {cited.id} and not of this statement")
