"""Say what is installed: versions, what is optional and missing, and whether a foreign package shadows ours."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import sys
from typing import Any

import click
from click.exceptions import Exit

import localpl
from verify.cli import VERSION, ExitCode

SCHEMA = "localpl/doctor/1"

REQUIRED = {
    "click": ">=8.1",
    "hypothesis": ">=6.100",
    "mpmath": ">=1.3,<1.4",
    "numpy": ">=1.26",
    "pytest": ">=8",
    "python-flint": ">=0.8",
    "rich": ">=13",
    "sympy": ">=1.14,<1.15",
}
# Package -> the extra that installs it and what it is for.
OPTIONAL = {
    "matplotlib": ("plot", "figures"),
    "pytest-xdist": ("dev", "tests on several cores"),
    "jsonschema": ("dev", "tests of the published schemas"),
    "torch": ("", "losses written in PyTorch"),
    "jax": ("", "losses written in JAX"),
    "scikit-learn": ("", "losses in scikit-learn's style"),
}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(x) for x in re.findall(r"\d+", version)[:3])


def satisfies(version: str, rule: str) -> bool:
    """Whether a version keeps a rule like ">=1.3,<1.4"."""
    tests = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b}
    for part in rule.split(","):
        operator = ">=" if part.startswith(">=") else "<"
        if not tests[operator](_numbers(version), _numbers(part)):
            return False
    return True


def report() -> dict[str, Any]:
    """The state of the installation as plain JSON data (see schemas/doctor.json)."""
    required = []
    for name, rule in REQUIRED.items():
        version = _version(name)
        required.append(
            {"name": name, "rule": rule, "version": version, "ok": version is not None and satisfies(version, rule)}
        )
    optional = [
        {"name": name, "extra": extra, "purpose": purpose, "version": _version(name)}
        for name, (extra, purpose) in OPTIONAL.items()
    ]
    shadows = [{"name": name, "place": place} for name, place in localpl.shadowed()]
    return {
        "schema": SCHEMA,
        "localpl": VERSION,
        "python": platform.python_version(),
        "executable": sys.executable,
        "required": required,
        "optional": optional,
        "shadowed": shadows,
        "ok": all(row["ok"] for row in required) and not shadows,
    }


def _text(body: dict[str, Any]) -> list[str]:
    out = [f"localpl {body['localpl']} on Python {body['python']} ({body['executable']})"]
    for row in body["required"]:
        state = row["version"] or "missing"
        out.append(f"  {row['name']} {state}" + ("" if row["ok"] else f": needs {row['rule']}; pip install localpl"))
    for row in body["optional"]:
        how = f"pip install 'localpl[{row['extra']}]'" if row["extra"] else f"pip install {row['name']}"
        state = row["version"] or f"not installed (optional, for {row['purpose']}: {how})"
        out.append(f"  {row['name']} {state}")
    for row in body["shadowed"]:
        out.append(f"  package {row['name']!r} is imported from {row['place']}: a foreign package shadows localpl's")
    out.append("all is well" if body["ok"] else "something above needs attention")
    return out


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/doctor/1).")
def command(as_json: bool) -> None:
    """Print versions, optional packages that are missing, and packages that shadow ours.

    Exit code 3 when a required package is missing or too old, or a foreign package shadows one of ours.

    \b
    Example:
      localpl doctor
    """
    body = report()
    click.echo(json.dumps(body, sort_keys=True, indent=2) if as_json else "\n".join(_text(body)))
    if not body["ok"]:
        raise Exit(int(ExitCode.MISSING_BACKEND))
