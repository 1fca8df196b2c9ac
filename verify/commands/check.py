"""Check certificates: does each witness refute its claim?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from verify import check

SCHEMA = "localpl/check/1"


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def command(files: tuple[Path, ...], as_json: bool) -> int:
    """Check each certificate FILE alone, by the program of verify/check.py.

    Exit code 0 when all hold, 1 when one does not, 2 when one cannot be read. `python -I verify/check.py FILE...`
    does the same with nothing but a bare Python.
    """
    claims, results = check.known_claims(), []
    for path in files:
        code, message = check.check_file(str(path), claims)
        results.append({"file": str(path), "result": ("holds", "rejected", "unreadable")[code], "message": message})
        if not as_json:
            click.echo(f"{path}: {message}")
    worst = max(("holds", "rejected", "unreadable").index(r["result"]) for r in results)
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, "certificates": results}, sort_keys=True, indent=1))
    return worst
