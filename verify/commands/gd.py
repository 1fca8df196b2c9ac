"""Compare step-size schedules on a problem: real gradient descent with certified bounds beside the loss."""

# ruff: noqa: E402

from __future__ import annotations

import os

# The matrices are small: more threads only get in each other's way. Set before NumPy is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from properties.errors import InputError
from properties.exact_numbers import parse_rational, shorten
from verify.cli import ExitCode
from verify.commands._console import console as stdout
from verify.commands._options import OutFolder, WholeNumber
from verify.commands._problem_options import in_float64, problem_options


def _listed(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from properties.schedules import NAMES, READINGS, VARIANTS
    from verify.experiments.comparison import EXTRA

    for name, (meaning, options, *_) in NAMES.items():
        click.echo(f"{name:13} {meaning}" + (f"; options {', '.join(options)}" if options else ""))
    for name, meaning in EXTRA.items():
        click.echo(f"{name:13} {meaning}")
    for option, words in (("eq19 reading", READINGS), ("xu variant", VARIANTS)):
        for word, meaning in words.items():
            click.echo(f"  {option}={word}: {meaning}")
    context.exit()


@click.command()
@problem_options
@click.option(
    "--schedule",
    "schedules",
    metavar="NAME[:OPTION=VALUE,...]",
    multiple=True,
    help="A schedule to run, see --list; may be repeated.",
)
@click.option(
    "--steps", type=WholeNumber(1, 10_000_000), default="10000", show_default=True, help="Most steps of each run."
)
@click.option("--accuracy", metavar="Q", default="1e-6", show_default=True, help="Factor by which L is to fall.")
@click.option("--eta0", metavar="Q", help="Initial step instead of eta_max.")
@click.option("--certify", type=WholeNumber(0, 10_000), default="0", show_default=True,
              help="Enclose the first N steps of each run in balls.")  # fmt: skip
@click.option("--out", type=OutFolder(), help="Write runs (.npz), curves (.csv) and a drawing here.")
@click.option("--resume", is_flag=True, help="Go on from the runs in --out.")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_listed,
    help="List the schedules and their options.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/gd/1).")
def command(
    problem: Any,
    schedules: tuple[str, ...],
    steps: int,
    accuracy: str,
    eta0: str | None,
    certify: int,
    out: Path | None,
    resume: bool,
    as_json: bool,
) -> int:
    """Run gradient descent on a problem under each schedule and compare.

    Without --schedule: (19) with rho and with rho-bar from eta_0 = eta_max, the sharp certified step, Armijo, plain GD.
    The table shows iterations, first and last step, the loss, and the bound that is proved for the run beside it. Exit
    code 5 when a schedule that was asked for needs eta_max and a hypothesis of Theorem E.1 fails.

    \b
    Example:
      localpl gd problem.toml --schedule eq19 --schedule constant:eta=1/1000
    """
    from verify.experiments.comparison import NoCertifiedStep

    if resume and out is None:
        raise InputError("--resume: nothing to go on from; give the --out of the earlier runs")
    goal, start = _fraction("accuracy", accuracy), None if eta0 is None else _fraction("eta0", eta0)
    stderr = Console(stderr=True)
    try:
        with in_float64(problem):
            runs = _compared(stderr, problem, schedules, steps=steps, goal=goal, start=start, out=out, resume=resume)
    except NoCertifiedStep as error:
        stderr.print(f"localpl: {error}", markup=False, soft_wrap=True)
        return int(ExitCode.HYPOTHESES_FAIL)
    enclosed = _certified(problem, runs, certify)
    if as_json:
        click.echo(json.dumps(_body(problem, goal, runs, enclosed), indent=2, sort_keys=True))
    else:
        _print(runs, problem, goal)
        _print_enclosed(runs, enclosed)
    return int(ExitCode.DONE)


def _compared(
    stderr: Console,
    problem: Any,
    schedules: tuple[str, ...],
    *,
    steps: int,
    goal: float,
    start: float | None,
    out: Path | None,
    resume: bool,
) -> list[Any]:
    """The runs of each schedule, written to `out` where it is given. Raises NoCertifiedStep."""
    from verify.experiments.comparison import compare
    from verify.experiments.figures import folder

    where = None if out is None else folder(out)
    with stderr.status("gradient descent") as status:

        def tell(name: str, t: int) -> None:
            if t % 200 == 0:
                status.update(f"{name}: iteration {t}")

        runs = compare(
            problem,
            schedules,
            steps=steps,
            accuracy=goal,
            eta_0=start,
            progress=tell,
            folder=where,
            resume=resume,
            left_out=lambda reason: stderr.print(f"left out: {reason}", markup=False),
        )
    if where is not None:
        _write(runs, where, stderr)
    return runs


def _body(problem: Any, goal: float, runs: list[Any], enclosed: list[Any]) -> dict[str, Any]:
    from verify.experiments.comparison import SCHEMA

    return {
        "schema": SCHEMA,
        "problem": {"name": problem.name, "n": problem.n, "m": problem.m, "h": problem.h},
        "accuracy": format(goal, ".12g"),
        "runs": [{**run.as_json(), "certified": _as_json(c)} for run, c in zip(runs, enclosed, strict=True)],
    }


def _print_enclosed(runs: list[Any], enclosed: list[Any]) -> None:
    for run, c in zip(runs, enclosed, strict=True):
        if c is not None:
            bound = ", the bound above it at each step" if c.bound_holds else ""
            click.echo(
                f"  {run.name}: {c.steps} steps enclosed with {c.bits} bits; loss right to {c.difference:.2g}{bound}"
            )


def _certified(problem: Any, runs: list[Any], steps: int) -> list[Any]:
    from verify.experiments.enclosed_run import certify

    return [certify(problem, run, steps) if steps else None for run in runs]


def _as_json(certified: Any) -> dict[str, Any] | None:
    if certified is None:
        return None
    return {
        "steps": certified.steps,
        "bits": certified.bits,
        "loss_relative_error": format(certified.difference, ".3g"),
        "bound_holds": certified.bound_holds,
    }


def _fraction(name: str, text: str) -> float:
    value: Fraction = parse_rational(text, f"--{name}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not 0 < number < math.inf or (name == "accuracy" and number >= 1):
        limit = "below 1" if name == "accuracy" else "that float64 holds, between 1e-300 and 1e300"
        raise InputError(f"--{name} = {shorten(text)}: write a positive number {limit}")
    return number


def _print(runs: list[Any], problem: Any, goal: float) -> None:
    console = stdout()
    console.print(f"[bold]{problem.name}[/]: n = {problem.n}, m = {problem.m}, h = {problem.h}; L to fall by {goal:g}")
    table = Table(box=None, padding=(0, 2))
    for column in (
        "schedule",
        "iterations",
        "seconds",
        "first step",
        "last step",
        "log10 L",
        "log10 bound",
        "bound by",
        "end",
    ):
        words = column in ("schedule", "bound by", "end")
        table.add_column(column, justify="left" if words else "right", no_wrap=not words)
    for run in runs:
        step = [f"{10 ** run.log_eta[i]:.4g}" if len(run.log_eta) else "" for i in (0, -1)]
        table.add_row(
            run.name,
            "-" if run.iterations is None else str(run.iterations),
            f"{run.seconds:.3g}",
            *step,
            f"{run.log_loss[-1]:.3f}",
            "-" if run.bound is None else f"{run.bound[-1]:.3f}",
            run.bound_source,
            run.stop.partition(":")[0],
        )
    console.print(table)
    for run in runs:
        if ":" in run.stop:
            console.print(f"  {run.name}: {run.stop}", markup=False)
        if not run.spectra_right:
            console.print(
                f"  {run.name}: the smallest singular values are not right to 1e-9 along this run", markup=False
            )


def _write(runs: list[Any], where: Any, stderr: Console) -> None:
    from properties.errors import MissingBackend
    from verify.experiments.comparison_files import draw_runs, write_runs

    write_runs(runs, where)
    try:
        draw_runs(runs, where)
    except MissingBackend as error:
        stderr.print(f"no drawing: {error}", markup=False)
