"""Decide every claim of the paper, in its order, with certificates."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError
from verify.commands._options import JOBS, SEED, OutFolder


@click.command()
@click.option(
    "--only", multiple=True, metavar="LABEL", help="Decide these statements only (repeat, or separate by commas)."
)
@click.option("--quick", is_flag=True, help="A short search: minutes become seconds, verdicts by proof stay.")
@click.option("--seed", type=SEED, default="0", show_default=True, help="Seed of every search.")
@click.option(
    "--jobs", type=JOBS, default="0", show_default="one a processor", help="Processes; results do not depend on it."
)
@click.option("--out", type=OutFolder(), default="localpl-out", show_default=True,
              help="Folder for verdicts (read back by a later run) and certificates.")  # fmt: skip
@click.option("--list", "as_list", is_flag=True, help="Print the id and place of every statement, then stop.")
@click.option(
    "--coverage", is_flag=True, help="Print which statement covers which equation, line and sentence, then stop."
)
@click.option("--markdown", is_flag=True, help="Print the errata as a Markdown table instead of the report.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/paper/1).")
def command(
    only: tuple[str, ...],
    quick: bool,
    seed: int,
    jobs: int,
    out: Path,
    as_list: bool,
    coverage: bool,
    markdown: bool,
    as_json: bool,
) -> int:
    """Go through everything the paper claims and say for each claim what is known.

    Claims are proved, refuted with an exact witness (its certificate is written under --out), or survive a search;
    the errata come first, then what they bring down, then a table by section. A run that was interrupted goes on where
    it stopped. Exit code 1 only when a repaired or sharp form is refuted.

    \b
    Example:
      localpl paper --quick --only j36.norm-of-sum
    """
    if markdown and as_json:
        raise InputError("--markdown: --json is given too; choose one")
    if only and (as_list or coverage):
        raise InputError("--only: it chooses what is decided; leave it out with --list and --coverage")
    if as_list:
        return _list(as_json)
    if coverage:
        return _coverage(as_json)
    from verify import paper, render

    chosen = _selected(only)
    budget = "quick" if quick else "full"
    with progress_bar() as advance:
        decisions = paper.decide_catalog(
            chosen, seed=seed, budget=budget, jobs=jobs or os.cpu_count() or 1, out=out, progress=advance
        )
    if as_json:
        click.echo(json.dumps(paper.report(decisions, seed, budget), sort_keys=True, indent=1, ensure_ascii=False))
    elif markdown:
        click.echo(render.markdown(decisions), nl=False)
    else:
        render.print_report(decisions, str(out))
    return 1 if paper.failures(decisions) else 0


def _selected(only: tuple[str, ...]) -> list[Any]:
    """The statements that --only names, in the catalog's order; all of them without it."""
    from theorems import CATALOG
    from verify.commands._labels import named

    labels = [label.strip() for entry in only for label in entry.split(",") if label.strip()]
    if only and not labels:
        raise InputError("--only: no label in it; localpl paper --list names them all")
    wanted = {s.id for label in labels for s in named(label)}
    return [s for s in CATALOG if s.id in wanted or not labels]


def _list(as_json: bool) -> int:
    from theorems import CATALOG
    from verify.render import places

    rows = [{"id": s.id, "label": s.label, "form": str(s.form), "place": places(s)} for s in CATALOG]
    if as_json:
        body = {"schema": "localpl/labels/1", "statements": rows}
        click.echo(json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        width = max(len(row["id"]) for row in rows)
        click.echo("\n".join(f"{row['id']:<{width}}  {row['place']}" for row in rows))
    return 0


def _coverage(as_json: bool) -> int:
    from theorems import manifest

    body = manifest.coverage()
    if as_json:
        click.echo(json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        click.echo(manifest.coverage_text(), nl=False)
    return 0


class progress_bar:
    """A progress bar on standard error when it is a terminal; calls advance(done, total, label)."""

    def __enter__(self) -> Callable[[int, int, str], None]:
        if not sys.stderr.isatty():
            return lambda done, total, label: None
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._bar.start()
        task = self._bar.add_task("", total=None)
        return lambda done, total, label: self._bar.update(task, completed=done, total=total, description=label)

    def __exit__(self, *error: object) -> None:
        bar = getattr(self, "_bar", None)
        if bar is not None:
            bar.stop()
