"""Instances: what the letters of an axiom or a cited statement stand for.

A reader must believe that a table made here gives each letter a term of its kind (matrix or scalar), of its shape, in
its declared domain (integer, positive, nonnegative), and with a value (a normal form); so that what holds for all
values of the letters holds for these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from theorems.proofs.derivation import Line
from theorems.shapes import is_matrix, shape_of
from theorems.statement import Assumption
from verify.kernel.claims import Refusal, letters_in, terms_of
from verify.kernel.state import State


def given_term(entry: Line, value: Any) -> sp.Basic:
    """A value of a line as a term. Raises: Refusal."""
    if type(value) is not int and not isinstance(value, sp.Basic):
        raise Refusal(entry.name, f"{value!r} is not a term")
    return sp.sympify(value)


def free_letters(claim: Any, fixed: tuple[Any, ...] = ()) -> set[Any]:
    """The scalar and matrix letters of a claim with their dimensions, `fixed` matrices left out."""
    if type(claim) is Assumption:
        return set(letters_in(claim.constant)) if claim.constant is not None else set()
    found: set[Any] = set()
    for term in terms_of(claim):
        matrices = term.atoms(sp.MatrixSymbol) - set(fixed)
        found |= matrices | term.atoms(sp.Symbol).difference(*(m.atoms(sp.Symbol) for m in fixed))
        found |= {d for matrix in matrices for d in matrix.shape if isinstance(d, sp.Symbol)}
    return found


def instance(state: State, entry: Line, letters: set[Any]) -> dict[Any, Any]:
    """The table letter -> term of a line's `at`, the dimensions read off the matrices.

    Raises: Refusal when a shape or domain disagrees, Unsupported when a term has no normal form.
    """
    named: dict[str, Any] = {}
    for letter in letters:
        if named.setdefault(str(letter), letter) is not letter:
            raise Refusal(entry.name, f"two letters are called {letter}")
    table: dict[Any, Any] = {}
    for name, value in sorted(entry.at.items(), key=lambda pair: is_matrix(pair[1])):
        if name not in named:
            raise Refusal(entry.name, f"{name} is not a letter of {entry.rule}")
        letter, term = named[name], given_term(entry, value)
        if is_matrix(letter) != is_matrix(term):
            raise Refusal(entry.name, f"{name} stands for a {'matrix' if is_matrix(letter) else 'scalar'}")
        table[letter] = term
        if is_matrix(letter):
            state.terms.matrix(term)  # has a value: no quotient by zero, no root of a negative number
            fit(state, entry, letter, shape_of(term), table)
        else:
            in_domain(state, entry, letter, term)
    shapes_agree(entry, table)
    return table


def fit(state: State, entry: Line, letter: sp.MatrixSymbol, shape: tuple[Any, Any], table: dict[Any, Any]) -> None:
    """Enter the dimensions of a matrix letter that stands for a matrix of this shape. Raises: Refusal."""
    for wanted, size in zip(letter.shape, shape, strict=True):
        if isinstance(wanted, sp.Symbol):
            if wanted not in table:
                in_domain(state, entry, wanted, size)
            wanted = table.setdefault(wanted, size)
        if sp.expand(wanted - size) != 0:
            raise Refusal(entry.name, f"{letter} has the shape {letter.shape}, not {shape}")


def shapes_agree(entry: Line, table: Mapping[Any, Any], letters: Iterable[Any] = ()) -> None:
    """Refused unless every matrix letter has, at its dimensions' values, the shape of what it stands for."""
    for letter in {*table, *letters}:
        if is_matrix(letter):
            for wanted, size in zip(letter.shape, shape_of(table.get(letter, letter)), strict=True):
                if sp.expand(wanted.xreplace(table) - size) != 0:
                    raise Refusal(entry.name, f"{letter} has not the shape of what it stands for")


def in_domain(state: State, entry: Line, letter: sp.Symbol, term: sp.Basic) -> None:
    """Refused unless a term is known to be what a scalar letter is declared to be. Raises: Refusal, Unsupported."""
    if letter.is_integer and not term.is_integer:
        raise Refusal(entry.name, f"{letter} stands for an integer, not {term}")
    value = state.terms.scalar(term)
    if letter.is_positive and not state.terms.positive(value):
        raise Refusal(entry.name, f"{letter} = {term} is not known to be positive")
    if letter.is_nonnegative and not state.terms.nonnegative(value):
        raise Refusal(entry.name, f"{letter} = {term} is not known to be nonnegative")
