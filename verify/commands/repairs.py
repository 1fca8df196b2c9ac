"""How good the repairs of the catalog are: instances, and whether a tenth more would still be true."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from properties.errors import InputError
from verify.commands._console import console
from verify.commands._options import JOBS, SEED, OutFolder
from verify.commands.paper import progress_bar


@click.command()
@click.option("--seed", type=SEED, default="0", show_default=True, help="Seed of every search.")
@click.option(
    "--jobs", type=JOBS, default="0", show_default="one a processor", help="Processes; results do not depend on it."
)
@click.option("--out", type=OutFolder(), default="localpl-out", show_default=True,
              help="Folder with the verdicts of `localpl paper --quick`; missing ones are found first.")  # fmt: skip
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/repairs/1).")
def command(seed: int, jobs: int, out: Path, as_markdown: bool, as_json: bool) -> int:
    """Ask of every repaired and sharp claim whether it says something and whether it could say a tenth more.

    An instance shows that its hypotheses can be met. Its larger side moved by a tenth is refuted by a witness, or open.
    The claims of the paper that cite what it repairs stand beside it with their own verdicts. Exit code 1 when no
    instance of some repair was found.

    \b
    Example:
      localpl repairs --markdown > repairs.md
    """
    from rich.markup import escape
    from rich.table import Table

    from verify import paper, repairs

    if as_markdown and as_json:
        raise InputError("--markdown: --json is given too; choose one")

    workers = jobs or os.cpu_count() or 1
    with progress_bar() as advance:
        decisions = paper.decide_catalog(budget="quick", seed=seed, jobs=workers, out=out, progress=advance)
        table = repairs.strengths(decisions, seed=seed, jobs=workers, progress=advance)
    if as_json:
        rows = [{**asdict(s), "statement": s.statement.id, "cited_by": dict(s.cited_by)} for s in table]
        body = {"schema": "localpl/repairs/1", "seed": seed, "repairs": rows}
        click.echo(json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False))
    elif as_markdown:
        click.echo(repairs.markdown(table), nl=False)
    else:
        shown = Table(box=None, padding=(0, 1))
        for column in ("repair", "verdict", "instance", "a tenth tighter"):
            shown.add_column(column, overflow="fold")
        for s in table:
            instance = "-" if s.instance is None else s.instance or "none found"
            tightened = s.tightened + (f": {s.where}" if s.where else "")
            shown.add_row(*map(escape, (s.statement.id, s.verdict, repairs.shorten(instance, 60), tightened)))
        console().print(shown)
    return 1 if any(s.instance == "" for s in table) else 0
