"""Decide statements of your own, written in a Python file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from properties.errors import InputError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="A short search.")
@click.option("--seed", default=0, show_default=True, help="Seed of every search.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=None, help="Folder for certificates.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema localpl/paper/1).")
def command(file: Path, quick: bool, seed: int, out: Path | None, as_json: bool) -> int:
    """Decide every Statement that the Python FILE defines at its top level; FILE is run.

    Exit code 1 when one of them is refuted.
    """
    from verify import paper, render
    from verify.commands.paper import progress_bar

    statements = load(file)
    budget = "quick" if quick else "full"
    with progress_bar() as advance:
        decisions = paper.decide_catalog(statements, seed=seed, budget=budget, jobs=1, out=out, progress=advance)
    if as_json:
        click.echo(json.dumps(paper.report(decisions, seed, budget), sort_keys=True, indent=1, ensure_ascii=False))
    else:
        for d in decisions:
            click.echo(f"{d.statement.id}: {d.verdict.name}")
            click.echo(f"  claim: {d.statement.then}")
            click.echo(f"  {render.detail(d)}")
            if d.refuted and out is not None:
                click.echo(f"  certificate: {out / paper.certificate_place(d.statement)}")
    return 1 if any(d.refuted for d in decisions) else 0


def load(file: Path):  # type: ignore[no-untyped-def]
    """The Statement and Chain objects of a user's Python file, which is run because the user named it."""
    import runpy

    from theorems.statement import Chain, Statement

    if not file.is_file():
        raise InputError(f"FILE = {file}: no such file; name a Python file that defines Statement objects")
    try:
        names = runpy.run_path(str(file), run_name="localpl_statements")
    except Exception as error:
        raise InputError(f"FILE = {file}: {type(error).__name__}: {error}; the file must run by itself") from error
    found: dict[int, Statement] = {}
    for value in names.values():
        values = value if isinstance(value, tuple | list) else (value,)
        for item in values:
            if isinstance(item, Chain):
                found.update((id(s), s) for s in item.statements())
            elif isinstance(item, Statement):
                found[id(item)] = item
    if not found:
        raise InputError(f"FILE = {file}: defines no Statement; see docs/your-own-lemma.md")
    return list(found.values())
