"""Regenerate Figures 1 to 5: data, vector drawings and the verdict of every sentence about them."""

# ruff: noqa: E402

from __future__ import annotations

import os

# The matrices are small: more threads only get in each other's way. Set before NumPy is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from properties.errors import InputError
from verify.commands._console import console as stdout
from verify.commands._options import JOBS, SEED, OutFolder, WholeNumber


@click.command()
@click.argument("figures", metavar="[1..5]...", nargs=-1, type=WholeNumber(1, 5, "figure"))
@click.option(
    "--repeats", type=WholeNumber(1, 10_000), default="30", show_default=True, help="Repeats of each setting."
)
@click.option("--seed", type=SEED, default="0", show_default=True, help="Seed of all random data.")
@click.option("--out", type=OutFolder(), default="localpl-out/figures", show_default=True,
              help="Folder for data, drawings and verdicts.")  # fmt: skip
@click.option("--set", "options", metavar="OPTION=VALUE", multiple=True, help="Change an open choice of the recipes.")
@click.option("--choices/--no-choices", default=True, help="Judge under the other open choices too.  [default: yes]")
@click.option("--draw/--no-draw", default=True, help="Draw SVG and PDF (needs matplotlib).  [default: yes]")
@click.option(
    "--jobs", type=JOBS, default="0", show_default="one a processor", help="Processes; results do not depend on it."
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/figures/1).")
def command(
    figures: tuple[int, ...],
    repeats: int,
    seed: int,
    out: Path,
    options: tuple[str, ...],
    choices: bool,
    draw: bool,
    jobs: int,
    as_json: bool,
) -> None:
    """Run the experiments behind the paper's figures and judge every sentence about them.

    All five without a number. Recipes write down what the text leaves open; --set changes a choice, for example
    --set noise=deviation, --set levels=1,3,10, --set reading=zero. Wall-clock stands apart, in timings.json.

    \b
    Example:
      localpl figures 3 5 --repeats 10 --no-draw
    """
    from verify.experiments.figures import folder, write_data
    from verify.experiments.figures_report import regenerate

    given: dict[str, Any] = _options(options)
    given["repeats"], given["seed"] = repeats, seed
    numbers = sorted(set(figures))
    workers = jobs or os.cpu_count() or 1
    where = folder(out)
    if draw:
        from verify.experiments.plots.style import pyplot

        pyplot()  # says at once that matplotlib is missing
    stderr = Console(stderr=True)
    with stderr.status("experiments") as status:
        report = regenerate(numbers, given, choices, workers, status.update)
    files = [name for data in report.data.values() for name in write_data(data, where)]
    if draw:
        from verify.experiments.plots import draw as drawn

        files += [name for data in report.data.values() for name in drawn(data, where)]
    body = report.as_json()
    files += [_dump(where / "figures.json", body), _dump(where / "timings.json", report.timings())]
    if as_json:
        click.echo(json.dumps(body, indent=2, sort_keys=True))
        return
    _print(report)
    click.echo("\n".join(["", "written:", *(f"  {name}" for name in files)]))


def _options(pairs: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InputError(f"--set {pair[:40]}: write OPTION=VALUE, for example noise=deviation")
        found[name.replace("-", "_")] = value
    return found


def _dump(path: Path, body: Any) -> str:
    path.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return str(path)


def _print(report: Any) -> None:
    console = stdout()
    for timing, title in (
        (False, "Sentences about the figures"),
        (True, "Sentences about wall-clock (this machine, this run)"),
    ):
        rows = [judged for judged in report.judged if judged.timing is timing]
        if not rows:
            continue
        table = Table(title=title, title_justify="left", show_lines=True)
        for column in ("sentence", "verdict", "estimate [95 %]", "where"):
            table.add_column(column, overflow="fold")
        for judged in rows:
            table.add_row(*report.row(judged))
        console.print(table)
