"""The register of the paper's symbols: LaTeX, meaning, source and definition of each; how definitions are put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True, slots=True)
class Notation:
    """A symbol of the paper: `expression` is None for a leaf."""

    symbol: sp.Basic
    latex: str
    meaning: str
    source: str
    expression: sp.Basic | None = None


NOTATION: dict[sp.Basic, Notation] = {}
DEFINITIONS: dict[sp.Basic, sp.Basic] = {}


def note(symbol: sp.Basic, latex: str, meaning: str, source: str, expression: sp.Basic | None = None) -> sp.Basic:
    """`symbol`, registered with its LaTeX, meaning, source and (unless it is a leaf) definition."""
    NOTATION[symbol] = Notation(symbol, latex, meaning, source, expression)
    if expression is not None:
        DEFINITIONS[symbol] = expression
    return symbol


def scalar(
    name: str, latex: str, meaning: str, source: str, expression: sp.Expr | None = None, **assume: bool
) -> sp.Symbol:
    """A registered real scalar symbol."""
    return note(sp.Symbol(name, real=True, **assume), latex, meaning, source, expression)


def matrix(
    name: str, shape: tuple[sp.Expr, sp.Expr], latex: str, meaning: str, source: str, expression: sp.Basic | None = None
) -> sp.MatrixSymbol:
    """A registered matrix symbol of the given shape."""
    return note(sp.MatrixSymbol(name, *shape), latex, meaning, source, expression)


def unfold(
    expression: sp.Basic, where: Mapping[sp.Basic, sp.Basic] | None = None, only: Iterable[sp.Basic] | None = None
) -> sp.Basic:
    """`expression` with definitions put in, repeatedly: all of them, or those of the symbols in `only`.

    `where` overrides DEFINITIONS. Source: a statement's `where`.
    """
    table: dict[sp.Basic, sp.Basic] = {**DEFINITIONS, **(where or {})}
    if only is not None:
        chosen = set(only)
        table = {s: e for s, e in table.items() if s in chosen}
    while True:
        found = {s: table[s] for s in expression.free_symbols if s in table}
        if not found:
            return expression
        expression = expression.xreplace(found)


def latex(expression: sp.Basic) -> str:
    """LaTeX of an expression with the paper's symbols."""
    return sp.latex(expression, symbol_names={s: entry.latex for s, entry in NOTATION.items()})
