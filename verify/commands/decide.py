"""Decide statements of your own, written in a Python file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError
from verify.commands._options import SEED, OutFolder


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="A short search instead of the full one.")
@click.option("--seed", type=SEED, default="0", show_default=True, help="Seed of every search.")
@click.option("--out", type=OutFolder(), default=None, help="Folder for verdicts (read back later) and certificates.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/paper/1).")
def command(file: Path, quick: bool, seed: int, out: Path | None, as_json: bool) -> int:
    """Decide every Statement that the Python FILE defines at its top level; FILE is run.

    The same search, shrinking and certificates as for the paper's own claims. Exit code 1 when one of them is refuted.

    \b
    Example:
      localpl decide docs/examples/my_lemma.py --quick --out out
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


def load(file: Path) -> list[Any]:
    """The Statement and Chain objects of a user's Python file, which is run because the user named it."""
    import runpy

    from theorems.statement import Chain, Statement

    if not file.is_file():
        what = "a directory" if file.is_dir() and str(file) != "." else "no such file"
        raise InputError(
            f"FILE = {file}: {what}; name a Python file that defines Statement objects "
            "(localpl paper --only LABEL decides a claim of the paper)"
        )
    if file.suffix != ".py":
        raise InputError(f"FILE = {file}: not a Python file; name one that ends in .py")
    try:
        names = runpy.run_path(str(file), run_name="localpl_statements")
    except (Exception, SystemExit) as error:  # whatever the user's file raises is the user's to see
        why = " ".join(str(error).split())
        raise InputError(f"FILE = {file}: {type(error).__name__}: {why}; the file must run by itself") from error
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
