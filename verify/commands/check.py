"""Check certificates: does each witness refute its claim?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from verify import check
from verify.certificate import read

SCHEMA = "localpl/check/1"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/check/1).")
def command(files: tuple[Path, ...], as_json: bool) -> int:
    """Check each certificate FILE alone, by the program of verify/check.py.

    One line a file: "holds", with the claim that the witness refutes, or "rejected", with the reason (exit code 1).
    When a file cannot be read nothing is checked. `python -I verify/check.py FILE...` does the same with nothing but
    a bare Python.

    \b
    Example:
      localpl check localpl-out/certificates/*.json
    """
    texts = [read(path) for path in files]
    claims, results = check.known_claims(), []
    for path, content in zip(files, texts, strict=True):
        code, message = check.check_text(content, claims)
        results.append({"file": str(path), "result": ("holds", "rejected")[min(code, 1)], "message": message})
        if not as_json:
            click.echo(f"{path}: {message}")
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, "certificates": results}, sort_keys=True, indent=1))
    return int(any(r["result"] != "holds" for r in results))
