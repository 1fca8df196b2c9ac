"""Run gradient descent on a problem and check every claim about steps and runs on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError
from verify.commands._problem_options import problem_options

SCHEMA = "localpl/audit/1"


@click.command()
@problem_options
@click.option("--steps", default=2000, show_default=True, help="Iterations of the problem's own run at most.")
@click.option("--problems", default=200, show_default=True, help="Random problems of the same kind, half with n != m.")
@click.option("--audit-seed", default=0, show_default=True, help="Seed of the random problems.")
@click.option("--form", type=click.Choice(["printed", "repaired"]), default="repaired", show_default=True,
              help="Form of Theorem E.1 that gives the initial step.")  # fmt: skip
@click.option("--digits", default=20, show_default=True, help="Digits of eta_max.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the certificates of violations."
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/audit/1).")
def command(
    problem: Any, steps: int, problems: int, audit_seed: int, form: str, digits: int, out: Path | None, as_json: bool
) -> int:
    """eta_max of a problem, then real gradient descent by (19) with every claim checked at every step.

    Exit code 1 when a repaired or sharp statement is refuted, 5 when the theorem's hypotheses fail.
    """
    from verify.audit import audit
    from verify.commands.paper import progress_bar
    from verify.eta_max import HypothesisFailure, eta_max

    for name, value, least in (("--steps", steps, 1), ("--problems", problems, 8), ("--audit-seed", audit_seed, 0)):
        if value < least:
            raise InputError(f"{name} = {value}: a whole number of at least {least}")
    result = eta_max(problem, digits, form=form)
    if isinstance(result, HypothesisFailure):
        click.echo(json.dumps(result.as_json(), sort_keys=True, indent=1) if as_json else _why(result))
        return 5
    with progress_bar() as advance:
        found = audit(
            problem, eta_0=result.eta_max.lower, steps=steps, problems=problems, seed=audit_seed, progress=advance
        )
    certificates = _certificates(found, out)
    if as_json:
        click.echo(json.dumps(_body(result, found, certificates), sort_keys=True, indent=1, ensure_ascii=False))
    else:
        _print(result, found, certificates)
    return 1 if found.failures else 0


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
    return [r for r in found.rows if r.verdict.name != "undecided"]


def _body(result: Any, found: Any, certificates: dict[str, str]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "eta_max": result.as_json(),
        "iterations": found.iterations,
        "loss_ratio": f"{found.final:.6g}",
        "problems": found.problems,
        "rectangular": found.rectangular,
        "seed": found.seed,
        "statements": [
            {
                "id": r.statement.id,
                "kind": str(r.statement.kind),
                "form": str(r.statement.form),
                "verdict": r.verdict.name,
                "cases": r.cases,
                "margin": None if r.cases == 0 else f"{r.margin:.6g}",
                "where": r.where,
                "rechecked": r.rechecked,
                "certificate": certificates.get(r.statement.id),
            }
            for r in _checked(found)
        ],
    }


def _print(result: Any, found: Any, certificates: dict[str, str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from verify.commands.eta_max import _print_result
    from verify.render import STYLES, witness
    from verify.verdict import Refuted

    console = Console(width=118, highlight=False, soft_wrap=True, file=click.get_text_stream("stdout"))
    _print_result(console, result)
    console.print(
        f"\n[bold]Gradient descent[/] by (19) from eta_0 = eta_max (lower end): {found.iterations} iterations, "
        f"L(t)/L(0) down to {found.final:.3g}; and {found.problems} random problems, {found.rectangular} of them with "
        f"n != m (seed {found.seed})"
    )
    table = Table(box=None, padding=(0, 1))
    for column, align in (
        ("statement", "left"),
        ("verdict", "left"),
        ("cases", "right"),
        ("margin", "right"),
        ("where", "left"),
    ):
        table.add_column(column, justify=align, no_wrap=column != "where")  # type: ignore[arg-type]
    for r in _checked(found):
        margin = "" if r.cases == 0 else f"{r.margin:.2e}"
        where = f"{r.where}: {witness(r.verdict.certificate)}" if isinstance(r.verdict, Refuted) else r.where
        table.add_row(
            escape(r.statement.id), f"[{STYLES[r.verdict.name]}]{r.verdict.name}[/]", str(r.cases), margin,
            escape(where[:110]),
        )  # fmt: skip
    console.print(table)
    rechecked = sum(r.rechecked for r in found.rows)
    console.print(
        f"{sum(r.verdict.name == 'refuted' for r in found.rows)} statements refuted by exact witnesses on real steps; "
        f"{rechecked} float64 suspicions decided again exactly and not confirmed. Survived means that nothing was found "
        f"here, not that it is proved. {len(found.rows) - len(_checked(found))} statements speak of other things than "
        f"these runs."
    )
    for identity, place in certificates.items():
        console.print(f"  certificate of {identity}: {place}", markup=False)
