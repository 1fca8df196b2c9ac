"""What lines speak of: the relations and terms of a claim, its letters, and replacing letters by terms.

A reader must believe two things here. `terms_of` misses no term of a claim, and `letters_in` no letter of a term: the
side conditions of the rules ("a new letter", "speaks of no iteration") are tested with them. `swap` replaces a letter
everywhere or not at all: it refuses what binds a letter or speaks of all iterations, where replacing would change the
meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import sympy as sp

from theorems import norms
from theorems.norms import MinRoot
from theorems.proofs.derivation import Line
from theorems.statement import AllOf, Assumption, Relation, UniqueRoot
from verify.kernel.polynomials import Unsupported

HISTORY = (norms.HistorySum, norms.HistoryProduct)  # these speak of all iterations, whatever letters they show


class Refusal(ValueError):
    """Why a proof is not accepted: `line` names the line ("" for the proof as a whole)."""

    def __init__(self, line: str, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(f"line {line}: {reason}" if line else reason)

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str]]:
        return (Refusal, (self.line, self.reason))


def relations(claim: object) -> tuple[Any, ...]:
    """The parts of an AllOf; of any other claim, itself."""
    return claim.claims if isinstance(claim, AllOf) else (claim,)


def terms_of(claim: object) -> Iterator[sp.Basic]:
    """Every term of a claim: sides of relations, constants of assumptions, the function and ends of a root."""
    for part in relations(claim):
        if isinstance(part, Relation):
            yield part.lhs
            yield part.rhs
        elif isinstance(part, UniqueRoot):
            yield from (part.expression, part.variable, part.lower)
            if part.upper is not sp.oo:
                yield part.upper
        elif isinstance(part, Assumption) and part.constant is not None:
            yield part.constant


def line_terms(entry: Line) -> list[Any]:
    """Every term a line holds: of its claim, its values and its weights."""
    values = [x for v in entry.at.values() if type(v) is not int for x in _held(v)]
    factors = [f for weight in entry.weights for f in weight if type(f) not in (int, str)]
    return [*terms_of(entry.claim), *values, *factors]


def _held(value: Any) -> list[Any]:
    return [value] if isinstance(value, sp.Basic) else list(terms_of(value))


@cache
def letters_in(term: sp.Basic) -> frozenset[Any]:
    """The letters of a term, those of its dimensions and bound ones included."""
    return frozenset(term.atoms(sp.Symbol, sp.MatrixSymbol))


@cache
def binders(term: sp.Basic) -> tuple[sp.Basic, ...]:
    """The parts of a term that bind a letter, each with the arguments (inside, letter)."""
    return tuple(node for node in sp.preorder_traversal(term) if isinstance(node, MinRoot | norms.TauIntegral))


def speaks_of(claim: object, letters: Iterable[Any]) -> bool:
    """Whether a claim mentions one of some letters."""
    wanted = frozenset(letters)
    return any(letters_in(term) & wanted for term in terms_of(claim))


def opened(held: Iterable[sp.Basic], definitions: Mapping[Any, Any]) -> list[sp.Basic]:
    """The definitions behind the letters of some terms, and behind theirs."""
    found: dict[sp.Basic, sp.Basic] = {}
    todo = list(held)
    while todo:
        for letter in letters_in(todo.pop()):
            if letter in definitions and letter not in found:
                found[letter] = definitions[letter]
                todo.append(found[letter])
    return list(found.values())


def swap(term: sp.Basic, table: Mapping[Any, Any]) -> sp.Basic:
    """A term with letters replaced, all at once; refused inside what binds a letter or speaks of all iterations."""
    moved = {letter: value for letter, value in table.items() if letter != value}
    if not moved:
        return term
    for node in sp.preorder_traversal(term):
        bound = isinstance(node, MinRoot | norms.TauIntegral) and moved.keys() & letters_in(node)
        if isinstance(node, HISTORY) or bound:
            raise Unsupported(f"letters are not replaced inside {node}")
    return term.xreplace(moved)


def replace(claim: Any, table: Mapping[Any, Any]) -> Any:
    """A relation or assumption with letters replaced, all at once."""
    if type(claim) is Assumption:
        return Assumption(claim.name, claim.constant and swap(claim.constant, table))
    return Relation(swap(claim.lhs, table), claim.op, swap(claim.rhs, table))
