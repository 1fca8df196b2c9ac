"""Print a statement: LaTeX and text, source, hypotheses, symbols and their meaning, readings and repairs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import click
import sympy as sp

from theorems import CATALOG
from theorems.notation import DEFINITIONS, NOTATION, latex
from theorems.statement import Statement
from verify.commands._labels import named

SCHEMA = "localpl/show/1"


def related(statement: Statement, catalog: Sequence[Statement] = CATALOG) -> list[Statement]:
    """The other readings and forms of the same place, the statement it repairs and those that repair it."""
    places = {statement.label, statement.repairs} - {None}
    return [s for s in catalog if s.id != statement.id and (s.label in places or s.repairs == statement.label)]


def _free_symbols(statement: Statement) -> set[sp.Basic]:
    terms: list[Any] = [statement.then, *statement.given]
    found: set[sp.Basic] = set()
    while terms:
        term = terms.pop()
        if isinstance(term, sp.Basic):
            found |= term.free_symbols
        elif isinstance(term, tuple | list):
            terms.extend(term)
        elif is_dataclass(term):
            terms.extend(getattr(term, part.name) for part in fields(term))
    return found


def symbols(statement: Statement) -> list[dict[str, Any]]:
    """Each symbol the unfolded statement meets, in NOTATION's order: name, LaTeX, meaning, source, definition."""
    table = {**DEFINITIONS, **statement.where}
    pending, met = list(_free_symbols(statement)), set()
    while pending:
        symbol = pending.pop()
        if symbol not in met:
            met.add(symbol)
            pending.extend(table[symbol].free_symbols if symbol in table else ())
    order = {symbol: place for place, symbol in enumerate(NOTATION)}
    rows = []
    for symbol in sorted(met, key=lambda s: (order.get(s, len(order)), str(s))):
        note = NOTATION.get(symbol)
        shape = [str(x) for x in symbol.shape] if isinstance(symbol, sp.MatrixSymbol) else None
        rows.append(
            {
                "name": str(symbol),
                "latex": note.latex if note else sp.latex(symbol),
                "meaning": note.meaning if note else "a variable of this statement",
                "source": note.source if note else "",
                "shape": shape,
                "definition": str(table[symbol]) if symbol in table else None,
                "overridden": symbol in statement.where and symbol in DEFINITIONS,
            }
        )
    return rows


def _claim(claim: Any) -> dict[str, str]:
    return {"latex": _latex(claim), "text": str(claim)}


def _latex(claim: Any) -> str:
    names = {symbol: note.latex for symbol, note in NOTATION.items()}
    if hasattr(claim, "lhs") and hasattr(claim, "op"):
        ops = {"<=": r"\le", "<": "<", "==": "=", ">=": r"\ge", ">": ">", "!=": r"\ne"}
        return f"{latex(claim.lhs)} {ops[claim.op]} {latex(claim.rhs)}"
    if hasattr(claim, "claims"):
        return r",\quad ".join(_latex(c) for c in claim.claims)
    return sp.latex(claim, symbol_names=names) if isinstance(claim, sp.Basic) else claim.latex()


def record(statement: Statement) -> dict[str, Any]:
    """The statement as plain JSON data (see schemas/show.json)."""
    places: dict[str, list[str]] = {"journal": [], "submission": []}
    for source in statement.source:
        places[str(source.version)].extend(source.places)
    reading = statement.reading
    return {
        "schema": SCHEMA,
        "id": statement.id,
        "label": statement.label,
        "source": places,
        "kind": str(statement.kind),
        "version": str(statement.version),
        "reading": None
        if reading is None
        else {"name": reading.name, "meaning": reading.meaning, "extraction": reading.extraction},
        "form": str(statement.form),
        "given": [_claim(g) for g in statement.given],
        "then": None if statement.then is None else _claim(statement.then),
        "symbols": symbols(statement),
        "cites": list(statement.cites),
        "repairs": statement.repairs,
        "related": [s.id for s in related(statement)],
        "note": statement.note,
        "out_of_scope": statement.out_of_scope,
    }


def lines(body: dict[str, Any]) -> Iterable[str]:
    """The record as text, one line at a time."""
    yield body["id"]
    for version, places in body["source"].items():
        if places:
            yield f"  {version}: {', '.join(places)}"
    yield f"  kind: {body['kind']}; form: {body['form']}"
    if body["reading"]:
        mark = " (follows a damaged text extraction)" if body["reading"]["extraction"] else ""
        yield f"  reading: {body['reading']['name']}: {body['reading']['meaning']}{mark}"
    for title, claims in (("given", body["given"]), ("then", [body["then"]] if body["then"] else [])):
        for claim in claims:
            yield f"  {title}: {claim['text']}"
            yield f"         {claim['latex']}"
    if body["symbols"]:
        yield "  symbols:"
    for row in body["symbols"]:
        shape = f" ({' x '.join(row['shape'])})" if row["shape"] else ""
        yield f"    {row['name']}{shape}: {row['meaning']}" + (f"  [{row['source']}]" if row["source"] else "")
        if row["definition"]:
            yield f"      = {row['definition']}" + ("  (this statement's own)" if row["overridden"] else "")
    for title in ("cites", "related"):
        if body[title]:
            yield f"  {title}: {', '.join(body[title])}"
    for title in ("repairs", "note", "out_of_scope"):
        if body[title]:
            yield f"  {title.replace('_', ' ')}: {body[title]}"


@click.command()
@click.argument("label")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text: a list of statements (localpl/show/1).")
def command(label: str, as_json: bool) -> None:
    """Print the statement LABEL with every reading and form of it.

    Source, kind, hypotheses and claim as text and LaTeX, every symbol met with its meaning, shape and definition, and
    what it cites, repairs or is repaired by. LABEL is a label (j9.descent) or the id of one reading and form
    (j9.pl@sigma-min-padded); `localpl paper --list` names them all.

    \b
    Example:
      localpl show j9.descent
    """
    bodies = [record(statement) for statement in named(label)]
    if as_json:
        click.echo(json.dumps(bodies, sort_keys=True, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(lines(body)) for body in bodies))
