"""Show a certificate's violation step by step."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verify import check, replay
from verify.certificate import load
from verify.cli import ExitCode


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine.")
def command(file: Path, as_json: bool) -> int:
    """Show the violation in the certificate FILE as one would do it by hand.

    Numbers, run, definitions, hypotheses with both sides, and both sides of the claim, what is not rational as an
    enclosure in decimals. Exit code 1 when the certificate does not hold.
    """
    certificate = load(file)
    try:
        body = replay.replay(certificate)
    except check.Reject as why:
        click.echo(f"{file}: rejected: {why}", err=True)
        return int(ExitCode.REFUTED)
    click.echo(json.dumps(body, sort_keys=True, indent=1) if as_json else "\n".join(replay.lines(body)))
    return int(ExitCode.DONE)
