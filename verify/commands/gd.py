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
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from properties.errors import InputError
from properties.exact_numbers import parse_rational
from verify.cli import ExitCode
from verify.commands._problem_options import problem_options


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
@click.option("--schedule", "schedules", metavar="NAME[:OPTION=VALUE,...]", multiple=True, help="May be repeated.")
@click.option("--steps", metavar="T", default="10000", help="Most steps of each run.  [default: 10000]")
@click.option("--accuracy", metavar="Q", default="1e-6", help="Fall of L to reach.  [default: 1e-6]")
@click.option("--eta0", metavar="Q", help="Initial step instead of eta_max.")
@click.option("--certify", metavar="T", default="0", help="Enclose the first T steps of each run in balls.")
@click.option("--out", metavar="DIR", help="Write runs (.npz), curves (.csv) and a drawing here.")
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
    steps: str,
    accuracy: str,
    eta0: str | None,
    certify: str,
    out: str | None,
    resume: bool,
    as_json: bool,
) -> int:
    """Run gradient descent on a problem under each schedule and compare.

    Without --schedule: (19) with rho and with rho-bar from eta_0 = eta_max, the sharp certified step, Armijo, plain GD.
    """
    from verify.experiments.comparison import SCHEMA, NoCertifiedStep, compare
    from verify.experiments.figures import folder

    if resume and out is None:
        raise InputError("--resume: nothing to go on from; give the --out of the earlier runs")
    limit, goal = _steps(steps), _fraction("accuracy", accuracy)
    start = None if eta0 is None else _fraction("eta0", eta0)
    where = None if out is None else folder(out)
    stderr = Console(stderr=True)
    with stderr.status("gradient descent") as status:

        def tell(name: str, t: int) -> None:
            if t % 200 == 0:
                status.update(f"{name}: iteration {t}")

        try:
            runs = compare(
                problem,
                schedules,
                steps=limit,
                accuracy=goal,
                eta_0=start,
                progress=tell,
                folder=where,
                resume=resume,
                left_out=lambda reason: stderr.print(f"left out: {reason}", markup=False),
            )
        except NoCertifiedStep as error:
            stderr.print(f"localpl: {error}", markup=False, soft_wrap=True)
            return int(ExitCode.HYPOTHESES_FAIL)
    if where is not None:
        _write(runs, where, stderr)
    enclosed = _certified(problem, runs, certify)
    if as_json:
        body = {
            "schema": SCHEMA,
            "problem": {"name": problem.name, "n": problem.n, "m": problem.m, "h": problem.h},
            "accuracy": format(goal, ".12g"),
            "runs": [{**run.as_json(), "certified": _as_json(c)} for run, c in zip(runs, enclosed, strict=True)],
        }
        click.echo(json.dumps(body, indent=2, sort_keys=True))
        return int(ExitCode.DONE)
    _print(runs, problem, goal)
    for run, c in zip(runs, enclosed, strict=True):
        if c is not None:
            bound = ", the bound above it at each step" if c.bound_holds else ""
            click.echo(
                f"  {run.name}: {c.steps} steps enclosed with {c.bits} bits; loss right to {c.difference:.2g}{bound}"
            )
    return int(ExitCode.DONE)


def _certified(problem: Any, runs: list[Any], text: str) -> list[Any]:
    from verify.experiments.enclosed_run import certify

    value = parse_rational(text, "--certify")
    if value.denominator != 1 or not 0 <= value <= 10_000:
        raise InputError(f"--certify = {text[:20]}: write a whole number from 0 to 10000")
    return [certify(problem, run, int(value)) if value else None for run in runs]


def _as_json(certified: Any) -> dict[str, Any] | None:
    if certified is None:
        return None
    return {
        "steps": certified.steps,
        "bits": certified.bits,
        "loss_relative_error": format(certified.difference, ".3g"),
        "bound_holds": certified.bound_holds,
    }


def _steps(text: str) -> int:
    value = parse_rational(text, "--steps")
    if value.denominator != 1 or not 1 <= value <= 10_000_000:
        raise InputError(f"--steps = {text[:20]}: write a whole number from 1 to 10000000")
    return int(value)


def _fraction(name: str, text: str) -> float:
    value: Fraction = parse_rational(text, f"--{name}")
    if not (value > 0 and math.isfinite(float(value))) or (name == "accuracy" and value >= 1):
        raise InputError(f"--{name} = {text[:20]}: write a positive number{' below 1' if name == 'accuracy' else ''}")
    return float(value)


def _print(runs: list[Any], problem: Any, goal: float) -> None:
    console = Console(width=150, highlight=False)
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
        table.add_column(column, justify="left" if column in ("schedule", "bound by", "end") else "right")
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
