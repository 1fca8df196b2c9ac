"""Show a certificate's violation step by step."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verify import check, replay
from verify.certificate import read
from verify.cli import ExitCode


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/replay/1).")
def command(file: Path, as_json: bool) -> int:
    """Show the violation in the certificate FILE as one would do it by hand.

    Numbers, run, definitions, hypotheses with both sides, and both sides of the claim, what is not rational as an
    enclosure in decimals. A certificate that does not hold is rejected with the reason (exit code 1).

    \b
    Example:
      localpl replay localpl-out/certificates/j36.norm-of-sum-*.json
    """
    try:
        body = replay.replay(check.parse(read(file)))
    except (check.Reject, RecursionError) as why:
        click.echo(f"localpl: FILE = {file}: rejected: {' '.join(str(why).split())}", err=True)
        return int(ExitCode.REFUTED)
    click.echo(json.dumps(body, sort_keys=True, indent=1) if as_json else "\n".join(replay.lines(body)))
    return int(ExitCode.DONE)
