"""Compute eta_max of Theorem E.1 for a problem, with certified digits and all that it rests on."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from verify.cli import ExitCode
from verify.commands._console import console as stdout
from verify.commands._options import WholeNumber
from verify.commands._problem_options import problem_options
from verify.decimals import Interval, decimal_text, magnitude
from verify.eta_max import MAX_DIGITS, EtaMax, HypothesisFailure, eta_max

_MEANING = {
    "eta_1": "the root of (101)",
    "eta_2": "the smallest positive root of (102)",
    "eta_3": "the logarithmic cap",
}


@click.command()
@problem_options
@click.option(
    "--digits", type=WholeNumber(1, MAX_DIGITS), default="50", show_default=True, help="Significant digits to certify."
)
@click.option(
    "--accuracy", metavar="Q", default="1e-6", show_default=True, help="Fall of the loss that (17) is asked for."
)
@click.option("--version", metavar="NAME", default="journal", show_default=True, help="Text: journal or submission.")
@click.option("--reading", metavar="NAME", multiple=True, help="Reading of an ambiguous formula; may be repeated.")
@click.option(
    "--form", metavar="NAME", default="repaired", show_default=True, help="Theorem: printed, repaired or sharp."
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/eta-max/1).")
def command(
    problem: Any,
    digits: int,
    accuracy: str,
    version: str,
    reading: tuple[str, ...],
    form: str,
    as_json: bool,
) -> int:
    """The largest eta_0 of Theorem E.1 for a problem, as an enclosure with certified digits.

    PROBLEM.toml has [loss] kind, X, Y (K, mu), [weights] W1, W2 or width, distribution, scale, seed, and
    [theorem] c, d; without a file, --dataset or --x and --y give the data. Exit code 5 when a hypothesis of the
    theorem fails: which, why, and what would help.

    \b
    Examples:
      localpl eta-max problem.toml --digits 30
      localpl eta-max --dataset linnerud --width 64 --seed 0 --standardize
    """
    result = eta_max(problem, digits, version=version, reading=tuple(reading), form=form, accuracy=accuracy)
    if as_json:
        click.echo(json.dumps(result.as_json(), indent=2, sort_keys=True))
    else:
        console = stdout(soft_wrap=True)
        if isinstance(result, HypothesisFailure):
            _print_failure(console, result)
        else:
            _print_result(console, result)
    return int(ExitCode.HYPOTHESES_FAIL if isinstance(result, HypothesisFailure) else ExitCode.DONE)


def print_problem(console: Console, problem: Any) -> None:
    """The lines that say which problem it is, with its notes and scales."""
    console.print(
        f"[bold]{problem.name}[/]: n = {problem.n}, m = {problem.m}, h = {problem.h}, c = {problem.c}, d = {problem.d}"
    )
    for note in problem.notes:
        console.print(f"  {note}", markup=False)
    if problem.standardization is not None:
        for side, done in zip(("inputs", "outputs"), problem.standardization, strict=True):
            scales = ", ".join(decimal_text(s) for s in done.scales)
            console.print(f"  {side} centred exactly at their means and divided by {scales}", markup=False)


def _print_failure(console: Console, result: HypothesisFailure) -> None:
    print_problem(console, result.problem)
    console.print(f"\n[bold]No eta_max: the hypothesis on {result.which} fails[/] ({result.version}, {result.form})")
    console.print(f"  why   {result.why}", markup=False)
    console.print(f"  help  {result.help}", markup=False)
    if result.table2:
        console.print(_quantities(result.table2))


def _print_result(console: Console, result: EtaMax) -> None:
    print_problem(console, result.problem)
    if result.minimum.upper > 0:
        console.print(f"  minimum l* = {result.minimum.brief()}: the theorem is stated for l - l*", markup=False)
    console.print(f"\n[bold]eta_max[/] of the {result.version} version, {result.form} form, {result.digits} digits")
    lower, upper = result.eta_max.texts()
    console.print(f"  lower  {lower}\n  upper  {upper}", markup=False)
    console.print(f"  binding: {', '.join(result.binding)}", markup=False)
    if result.sharp is not None:
        _print_sharp(console, result)
    else:
        console.print(_candidates(result))
        _print_proof(console, result)
    _print_reach(console, result)
    if result.comparison is not None:
        console.print(_against_printed(result), markup=False)
    console.print(f"  readings: {', '.join(result.reading)}", markup=False)
    console.print(_quantities(result.table2))


def _candidates(result: EtaMax) -> Table:
    table = Table(box=None, padding=(0, 2))
    table.add_column("candidate")
    table.add_column("value")
    table.add_column("meaning")
    for name, meaning in _MEANING.items():
        value: Interval | None = getattr(result, name)
        shown = "none" if value is None else value.brief(20)
        table.add_row(name, shown, result.reasons.get(name, meaning) if value is None else meaning)
    for name, meaning in (
        ("mu_bar", "mu-bar at eta_0 = eta_max"),
        ("K_bar_0", "K-bar_0 at eta_0 = eta_max"),
        ("descent", "1 - rho-bar(eta_0, 0) at eta_0 = eta_max"),
    ):
        table.add_row(name, getattr(result, name).brief(20), meaning)
    return table


def _print_proof(console: Console, result: EtaMax) -> None:
    if result.unique_101:
        console.print("  (101): by its form the left side increases on (0, oo): its root is the only one", markup=False)
    if result.proof is not None:
        p = result.proof
        cells = "1 cell" if p.cells == 1 else f"{p.cells} cells"
        console.print(
            f"  (102): no root in (0, exp({p.start:.6g})], by one ball that reaches 0; then {cells} of log(eta_0) in "
            f"{p.bits}-bit balls: the root enclosed is the smallest",
            markup=False,
        )


def _print_sharp(console: Console, result: EtaMax) -> None:
    s = result.sharp
    if s is None:
        return
    kind = "quadratic losses" if s.quadratic else "every loss of Assumption 2.1"
    console.print(f"  the sharp theorem for {kind} and a constant step eta_0", markup=False)
    console.print(
        f"  fastest proved rate: L(t+1) <= {s.rate.brief()} L(t) with the constant step {s.eta.brief()}, whose drift "
        f"bound is {s.drift.brief()}",
        markup=False,
    )


def _print_reach(console: Console, result: EtaMax) -> None:
    i = result.iterations
    count = _count(i.lower) if i.lower == i.upper else f"between {_count(i.lower)} and {_count(i.upper)}"
    promise = "(17) promises" if result.sharp is None else "the proved rate promises"
    console.print(f"  {promise} L(t) <= {i.accuracy} L(0) after {count} iterations", markup=False)
    if result.hessian is not None and result.ratio is not None:
        console.print(
            f"  lambda_max of the Hessian at W(0) is {result.hessian.brief()}; "
            f"eta_max is {result.ratio.brief(6)} of 2 / lambda_max",
            markup=False,
        )


def _count(x: int) -> str:
    """An integer with thousands separated, a very large one as a power of ten."""
    return f"{x:,}" if x < 10**15 else f"about 10^{magnitude(Fraction(x))}"


def _against_printed(result: EtaMax) -> str:
    c = result.comparison
    if c is None:
        return ""
    if c.eta_max is None:
        return f"  as printed there is no eta_max: {c.why_none}"
    if not c.changed:
        return f"  against printed: nothing changes here (alpha_1 = {c.alpha_1.brief()} both ways, K-bar the same)"
    ratio = float(result.eta_max.lower / c.eta_max.lower)
    moved = f"eta_max {c.eta_max.brief()} -> {result.eta_max.brief()} (times {ratio:.6g})"
    alpha = f"alpha_1 {c.alpha_1.brief()} -> {c.alpha_1_used.brief()}"
    return f"  against printed: {moved}; {alpha}; changed: {'; '.join(c.changed)}"


def _quantities(values: Any) -> Table:
    from theorems.notation import NOTATION

    meanings = {symbol.name: note.meaning for symbol, note in NOTATION.items() if hasattr(symbol, "name")}
    table = Table(box=None, padding=(0, 2))
    for heading in ("quantity", "value", "meaning"):
        table.add_column(heading)
    for name, value in values.items():
        table.add_row(name, value.brief(20), meanings.get(name, ""))
    return table
