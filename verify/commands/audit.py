"""Run gradient descent on a problem or loss and check every claim about steps and runs on it."""

from __future__ import annotations

import inspect
import json
from functools import wraps
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError
from verify.commands._options import SEED, OutFolder, WholeNumber
from verify.commands._problem_options import in_float64, problem_options

SCHEMA = "localpl/audit/1"
MAX_DIGITS = 20_000


@problem_options
@click.option("--steps", type=WholeNumber(1, 10_000_000), default="2000", show_default=True,
              help="Iterations of the problem's own run at most.")  # fmt: skip
@click.option("--problems", type=WholeNumber(8, 1_000_000), default="200", show_default=True,
              help="Random problems of the same kind, half with n != m.")  # fmt: skip
@click.option("--audit-seed", type=SEED, default="0", show_default=True, help="Seed of the random problems.")
@click.option("--form", type=click.Choice(["printed", "repaired"]), default="repaired", show_default=True,
              help="Form of Theorem E.1 that gives the initial step.")  # fmt: skip
@click.option("--digits", type=WholeNumber(1, MAX_DIGITS), default="20", show_default=True, help="Digits of eta_max.")
@click.option("--out", type=OutFolder(), help="Folder for the certificates of violations; none are written without.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/audit/1).")
def _audit(
    problem: Any, steps: int, problems: int, audit_seed: int, form: str, digits: int, out: Path | None, as_json: bool
) -> int:
    from properties.problems import Problem
    from verify.audits.audit import audit
    from verify.commands.paper import progress_bar
    from verify.eta_max import HypothesisFailure, eta_max

    result = eta_max(problem, digits, form=form) if isinstance(problem, Problem) else None
    fails = isinstance(result, HypothesisFailure)
    if isinstance(result, HypothesisFailure) and result.which == "K":
        click.echo(json.dumps(_refused(result), sort_keys=True, indent=1) if as_json else _why(result))
        return 5
    with in_float64(problem), progress_bar() as advance:
        found = audit(
            problem,
            eta_0=None if result is None or isinstance(result, HypothesisFailure) else result.eta_max.lower,
            steps=steps,
            problems=problems,
            seed=audit_seed,
            progress=advance,
        )
    certificates = _certificates(found, out)
    if as_json:
        click.echo(json.dumps(_body(result, found, certificates), sort_keys=True, indent=1, ensure_ascii=False))
    else:
        _print(result, found, certificates)
    return 1 if found.failures else 5 if fails else 0


# The function itself, without the options that name a problem.
_given_problem: Any = inspect.unwrap(_audit)


@click.command()
@click.option(
    "--loss",
    "reference",
    metavar="LOSS",
    help="A loss instead of a problem: FILE.py:NAME (runs that file) or a problem file without [weights].",
)
@click.option("--shape", type=(int, int), metavar="N M", help="Shape of W for --loss, when it states none.")
@wraps(_audit, assigned=())  # the options of _audit, the description below
def command(reference: str | None, shape: tuple[int, int] | None, **options: Any) -> int:
    """Gradient descent on a problem or loss, with every claim about steps and runs checked at every step.

    A problem is run by (19) from its certified eta_max; a loss (--loss) from random weights. What float64 finds
    violated is decided again: exactly and with a certificate where the loss allows one, in balls for other losses given
    by data or formula; for a Python loss it is observed only. Exit code 1 when a proved, repaired or sharp statement is
    violated though the loss meets its assumptions, 5 when Theorem E.1 does not apply at the start.

    \b
    Examples:
      localpl audit --dataset diabetes --standardize
      localpl audit problem.toml --problems 16 --steps 60 --out audit
      localpl audit --loss my_losses.py:my_loss
    """
    if reference is None:
        if shape is not None:
            raise InputError("--shape: it goes with --loss; a problem says its own shape")
        return int(_audit(**options))
    from verify.audits.audited_loss import resolve

    own = ("steps", "problems", "audit_seed", "form", "digits", "out", "as_json")
    extra = next((name for name, value in options.items() if name not in own and value), None)
    if extra is not None:
        name = "PROBLEM" if extra == "problem_file" else f"--{extra}"
        raise InputError(f"{name}: --loss is given too; name either a problem or a loss")
    return int(_given_problem(resolve(reference, shape), **{name: options[name] for name in own}))


def _why(result: Any) -> str:
    return f"No eta_max: the hypothesis on {result.which} fails\n  why   {result.why}\n  help  {result.help}"


def _certificates(found: Any, out: Path | None) -> dict[str, str]:
    """Where the certificate of each refuted row was written, by statement id."""
    from verify.paper import certificate_place
    from verify.verdict import Refuted

    places = {}
    for row in found.rows:
        if out is not None and isinstance(row.verdict, Refuted):
            path = out / certificate_place(row.statement)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(row.verdict.certificate, sort_keys=True, indent=1) + "\n", encoding="utf-8")
            places[row.statement.id] = str(path)
    return places


def _checked(found: Any) -> list[Any]:
    """The rows of statements that speak of these runs."""
    return [r for r in found.rows if r.verdict.name != "undecided" or r.cases]


def _refused(result: Any) -> dict[str, Any]:
    """The body where no step can be run at all."""
    empty: dict[str, Any] = {"iterations": 0, "loss_ratio": "1", "problems": 0, "rectangular": 0, "seed": 0}
    return empty | {
        "schema": SCHEMA, "eta_max": result.as_json(), "loss": "", "assumptions": [], "statements": [], "loosest": None,
    }  # fmt: skip


def _body(result: Any, found: Any, certificates: dict[str, str]) -> dict[str, Any]:
    loosest = found.loosest
    return {
        "schema": SCHEMA,
        "eta_max": None if result is None else result.as_json(),
        "loss": found.loss,
        "assumptions": [
            {"name": a.name, "holds": a.holds, "reason": a.reason, "still": list(a.still)} for a in found.assumptions
        ],
        "iterations": found.iterations,
        "loss_ratio": f"{found.final:.6g}",
        "problems": found.problems,
        "rectangular": found.rectangular,
        "seed": found.seed,
        "loosest": None if loosest is None else {"id": loosest.statement.id, "slack": f"{loosest.slack:.6g}"},
        "statements": [_row(r, certificates) for r in _checked(found)],
    }


def _row(r: Any, certificates: dict[str, str]) -> dict[str, Any]:
    return {
        "id": r.statement.id,
        "kind": str(r.statement.kind),
        "form": str(r.statement.form),
        "verdict": r.verdict.name,
        "proved": r.proved,
        "lacking": list(r.lacking),
        "instance": getattr(r.verdict, "instance", None),
        "cases": r.cases,
        "margin": None if r.cases == 0 else f"{r.margin:.6g}",
        "slack": None if r.slack is None else f"{r.slack:.6g}",
        "where": r.where,
        "suspicions": {
            "total": r.counts.total,
            "decided": r.counts.decided,
            "rounding": r.counts.rounding,
            "undecided": r.counts.undecided,
        },
        "certificate": certificates.get(r.statement.id),
    }


# Text ---------------------------------------------------------------------------------------------------------------


def _print(result: Any, found: Any, certificates: dict[str, str]) -> None:
    from rich.markup import escape

    from verify.commands._console import console as stdout
    from verify.commands.eta_max import _print_result
    from verify.eta_max import HypothesisFailure

    console = stdout(soft_wrap=True)
    if isinstance(result, HypothesisFailure):
        console.print(escape(_why(result)))
    elif result is not None:
        _print_result(console, result)
    _print_assumptions(console, found)
    own = ""
    if result is not None:
        start = "the largest step of (9)" if isinstance(result, HypothesisFailure) else "eta_max (lower end)"
        own = f" by (19) from eta_0 = {start}: {found.iterations} iterations, L(t)/L(0) down to {found.final:.3g}; and"
    console.print(
        f"\n[bold]Gradient descent[/]{own} on {found.problems} random problems, {found.rectangular} of them with "
        f"n != m (seed {found.seed})"
    )
    console.print(_table(found))
    _print_summary(console, found, certificates)


def _print_assumptions(console: Any, found: Any) -> None:
    from rich.markup import escape

    marks = {True: "holds", False: "[bold red]FAILS[/]", None: "undecided"}
    console.print(f"\n[bold]Assumptions[/] for the loss {escape(found.loss)}")
    for a in found.assumptions:
        console.print(f"  {escape(a.name)}: {marks[a.holds]}: {escape(a.reason)}")
        for line in a.still:
            console.print(f"      {escape(line)}")


def _table(found: Any) -> Any:
    from rich.markup import escape
    from rich.table import Table

    from verify.render import STYLES, shorten, witness
    from verify.verdict import Refuted

    table = Table(box=None, padding=(0, 1))
    for column in ("statement", "verdict", "cases", "margin", "where"):
        right = column in ("cases", "margin")
        table.add_column(column, justify="right" if right else "left", no_wrap=column != "where")
    for r in _checked(found):
        margin = "" if r.cases == 0 else f"{r.margin:.2e}"
        where = r.where
        if isinstance(r.verdict, Refuted):
            where = f"seen at {r.where}; smallest witness: {witness(r.verdict.certificate)}"
        elif r.violated:
            where = r.verdict.instance
        style = STYLES["proved"] if r.outcome.startswith("holds") else STYLES[r.verdict.name]
        table.add_row(
            escape(r.statement.id),
            f"[{style}]{escape(r.outcome)}[/]",
            str(r.cases),
            margin,
            escape(shorten(where, 150)),
        )
    return table


def _suspicions(rows: Any) -> str:
    """What became of the float64 suspicions, in a sentence."""
    held = [r for r in rows if not r.violated]
    rounding = sum(r.counts.rounding for r in held)
    proved, open_ = (sum(r.counts.undecided for r in held if r.proved is p) for p in (True, False))
    suspected = sum(r.counts.total for r in held)
    return (
        f"Float64 suspected {suspected} steps of other statements, and every one was decided again: {rounding} were "
        f"rounding; {proved + open_} are undecided, {proved} of them of statements that hold by proof and {open_} of "
        f"statements that are shown as undecided."
    )


def _print_summary(console: Any, found: Any, certificates: dict[str, str]) -> None:
    from rich.markup import escape

    rows = found.rows
    refuted = sum(r.verdict.name == "refuted" for r in rows)
    observed = sum(r.verdict.name == "observed" for r in rows)
    proved = sum(r.outcome == "holds (proved)" for r in rows)
    console.print(
        f"{refuted} statements refuted by exact witnesses on real steps, {observed} violations observed. "
        f"{_suspicions(rows)} {proved} statements hold by proof. Survived means that nothing was found here, not that "
        "it is proved. "
        f"{len(rows) - len(_checked(found))} statements speak of other things than these runs."
    )
    loosest = found.loosest
    if loosest is not None:
        console.print(
            f"Loosest printed bound on this loss: {escape(loosest.statement.id)}; its sides never come closer than a "
            f"factor {loosest.slack:.3g}."
        )
    for r in rows:
        if r.violated and r.explanation():
            console.print(f"  {r.statement.id}: {r.explanation()}", markup=False)
    for identity, place in certificates.items():
        console.print(f"  certificate of {identity}: {place}", markup=False)
    if refuted and not certificates:
        console.print(f"--out DIR keeps the certificates of the {refuted} refuted statements.", markup=False)
