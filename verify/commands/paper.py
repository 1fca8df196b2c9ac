"""Decide every claim of the paper, in its order, with certificates."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from properties.errors import InputError


@click.command()
@click.option(
    "--only", multiple=True, metavar="LABEL", help="Decide these statements only (repeat, or separate by commas)."
)
@click.option("--quick", is_flag=True, help="A short search: minutes become seconds, verdicts by proof stay.")
@click.option("--seed", default=0, show_default=True, help="Seed of every search.")
@click.option(
    "--jobs", default=0, show_default="number of processors", help="Worker processes; results do not depend on it."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("localpl-out"), show_default=True,
              help="Folder for verdicts (read back by a later run) and certificates.")  # fmt: skip
@click.option(
    "--coverage", is_flag=True, help="Print which statement covers which equation, line and sentence, then stop."
)
@click.option("--markdown", is_flag=True, help="Print the errata as a Markdown table.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema localpl/paper/1).")
def command(
    only: tuple[str, ...], quick: bool, seed: int, jobs: int, out: Path, coverage: bool, markdown: bool, as_json: bool
) -> int:
    """Go through everything the paper claims and say for each claim what is known.

    Exit code 1 only when a repaired or sharp form is refuted.
    """
    if coverage:
        return _coverage(as_json)
    from verify import paper, render

    try:
        chosen = paper.select(label for entry in only for label in entry.split(","))
    except KeyError as error:
        raise InputError(f"--only: {error.args[0]}") from error
    if jobs < 0:
        raise InputError(f"--jobs = {jobs}: a number of processes, 0 for one a processor")
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
