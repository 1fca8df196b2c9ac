"""Find how far a statement's numeric constants can be lowered, with witnesses just below."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError
from verify.commands._console import console as stdout
from verify.commands._options import SEED, OutFolder, WholeNumber

SCHEMA = "localpl/sharpen/1"


@click.command()
@click.argument("label")
@click.option("--depth", type=WholeNumber(1, 40), default="6", show_default=True, help="Halvings of each interval.")
@click.option("--full", is_flag=True, help="The full search at every point instead of the quick one.")
@click.option("--seed", type=SEED, default="0", show_default=True, help="Seed of every search.")
@click.option("--out", type=OutFolder(), help="Folder for the certificates of the witnesses; none are written without.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/sharpen/1).")
def command(label: str, depth: int, full: bool, seed: int, out: Path | None, as_json: bool) -> int:
    """The frontier of the numeric constants of statement LABEL: each alone, and all together.

    How far a constant can be lowered: a point is proved (a proved form has no larger constants), refuted (an exact
    witness) or open. Each interval between the two is halved --depth times.

    \b
    Example:
      localpl sharpen j9.descent --depth 3
    """
    from theorems import find
    from verify.commands._labels import named
    from verify.commands.paper import progress_bar
    from verify.sharpen import frontier

    named(label)  # says what is near when there is no such label
    statement = find(label)
    try:
        with progress_bar() as advance:
            table, found = frontier(
                statement, seed=seed, budget="full" if full else "quick", depth=depth, progress=advance
            )
    except ValueError as error:
        raise InputError(str(error)) from error
    places = _certificates(statement.label, found, out)
    body = {
        "schema": SCHEMA,
        "statement": statement.id,
        "seed": seed,
        "depth": depth,
        "constants": [{"term": c.name, "value": str(c.value)} for c in table],
        "frontier": [
            {
                "moved": list(f.moved),
                "proved": None if f.proved is None else _point(f.proved),
                "kept": _point(f.kept),
                "refuted": None if f.refuted is None else {**_point(f.refuted), "certificate": place},
            }
            for f, place in zip(found, places, strict=True)
        ],
    }
    if as_json:
        click.echo(json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        _print(body)
    return 0


def _point(point: Any) -> dict[str, Any]:
    return {"values": [str(v) for v in point.values], "status": point.status, "detail": point.detail}


def _certificates(label: str, found: list[Any], out: Path | None) -> list[str | None]:
    places: list[str | None] = []
    for f in found:
        if out is None or f.refuted is None:
            places.append(None)
            continue
        name = "-".join(str(i) for i in f.moved)
        path = out / "certificates" / f"{label}-constant-{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(f.refuted.certificate, sort_keys=True, indent=1) + "\n", encoding="utf-8")
        places.append(str(path))
    return places


def _print(body: Any) -> None:
    from rich.markup import escape
    from rich.table import Table

    console = stdout(soft_wrap=True)
    console.print(f"[bold]{escape(body['statement'])}[/]: constants")
    for index, constant in enumerate(body["constants"]):
        console.print(f"  {index}: {constant['value']} * {constant['term']}", markup=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("constant", "proved down to", "by", "refuted from", "witness there"):
        table.add_column(column, overflow="fold")
    for row in body["frontier"]:
        table.add_row(*(escape(cell) for cell in _row(row, len(body["constants"]))))
    console.print(table)
    console.print(
        "proved: the kernel accepts a form of the statement with these constants or smaller ones.\n"
        "refuted: an exact witness against the statement with these constants. Between the two the question is open."
    )


def _row(row: dict[str, Any], constants: int) -> tuple[str, ...]:
    def values(point: dict[str, Any] | None) -> str:
        return "-" if point is None else ", ".join(point["values"][i] for i in row["moved"])

    proved, broken = row["proved"], row["refuted"]
    name = "all together" if len(row["moved"]) == constants > 1 else ", ".join(map(str, row["moved"]))
    by = "-" if proved is None else proved["detail"]
    return (name, values(proved), by, values(broken), "-" if broken is None else broken["detail"][:90])
