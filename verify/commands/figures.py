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
from properties.exact_numbers import parse_rational


@click.command()
@click.argument("figures", metavar="[1..5]...", nargs=-1)
@click.option("--repeats", metavar="N", default="30", help="Repeats of each setting.  [default: 30]")
@click.option("--seed", metavar="S", default="0", help="Seed of all random data.  [default: 0]")
@click.option("--out", metavar="DIR", default="localpl-out/figures", help="[default: localpl-out/figures]")
@click.option("--set", "options", metavar="OPTION=VALUE", multiple=True, help="Change an open choice of the recipes.")
@click.option("--choices/--no-choices", default=True, help="Judge under the other open choices too.  [default: yes]")
@click.option("--draw/--no-draw", default=True, help="Draw SVG and PDF (needs matplotlib).  [default: yes]")
@click.option("--jobs", metavar="N", default="0", help="Processes; 0 takes one a core.  [default: 0]")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/figures/1).")
def command(
    figures: tuple[str, ...],
    repeats: str,
    seed: str,
    out: str,
    options: tuple[str, ...],
    choices: bool,
    draw: bool,
    jobs: str,
    as_json: bool,
) -> None:
    """Run the experiments behind the paper's figures and judge every sentence about them.

    Recipes write down what the text leaves open; --set changes a choice, for example --set noise=deviation,
    --set levels=1,3,10, --set reading=zero. Wall-clock stands apart, in timings.json.
    """
    from verify.experiments.figures import folder, write_data
    from verify.experiments.figures_report import regenerate

    given: dict[str, Any] = _options(options)
    given["repeats"] = _whole("repeats", repeats, 1, 10_000)
    given["seed"] = _whole("seed", seed, 0, 2**63 - 1)
    numbers = sorted({_whole("figure", f, 1, 5) for f in figures})
    workers = _whole("jobs", jobs, 0, 1024) or os.cpu_count() or 1
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


def _whole(name: str, text: str, least: int, most: int) -> int:
    value = parse_rational(text, name)
    if value.denominator != 1 or not least <= value <= most:
        raise InputError(f"{name} = {text[:20]}: write a whole number from {least} to {most}")
    return int(value)


def _dump(path: Path, body: Any) -> str:
    path.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return str(path)


def _print(report: Any) -> None:
    console = Console(width=150, highlight=False)
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
