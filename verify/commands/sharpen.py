"""Find how far a statement's numeric constants can be lowered, with witnesses just below."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError

SCHEMA = "localpl/sharpen/1"


@click.command()
@click.argument("label")
@click.option("--depth", default=6, show_default=True, help="Halvings of each interval.")
@click.option("--full", is_flag=True, help="The full search at every point instead of the quick one.")
@click.option("--seed", default=0, show_default=True, help="Seed of every search.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the certificates.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema localpl/sharpen/1).")
def command(label: str, depth: int, full: bool, seed: int, out: Path | None, as_json: bool) -> int:
    """The frontier of the constants of statement LABEL: each alone, and all together.

    A point is proved (a proved form has no larger constants), refuted (an exact witness) or open.
    """
    from theorems import find
    from verify.commands.paper import progress_bar
    from verify.sharpen import frontier

    if not 1 <= depth <= 40:
        raise InputError(f"--depth = {depth}: a number of halvings from 1 to 40")
    try:
        statement = find(label)
    except KeyError as error:
        raise InputError(str(error.args[0])) from error
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


def _print(body: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=118, highlight=False, soft_wrap=True, file=click.get_text_stream("stdout"))
    console.print(f"[bold]{escape(body['statement'])}[/]: constants")
    for index, constant in enumerate(body["constants"]):
        console.print(f"  {index}: {constant['value']} * {constant['term']}", markup=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("lowered", "smallest kept", "status", "largest refuted", "witness"):
        table.add_column(column)
    for row in body["frontier"]:
        moved = "all" if len(row["moved"]) > 1 else str(row["moved"][0])
        kept, broken = row["kept"], row["refuted"]
        shown = (lambda p: ", ".join(p["values"][i] for i in row["moved"]))  # noqa: E731
        table.add_row(
            moved, shown(kept), escape(f"{kept['status']}: {kept['detail']}"[:60]),
            "none" if broken is None else shown(broken), "" if broken is None else escape(broken["detail"][:80]),
        )  # fmt: skip
    console.print(table)
    console.print("proved: a proved form of the statement has no larger constant; open: neither proved nor refuted.")
