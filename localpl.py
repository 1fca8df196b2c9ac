"""The `localpl` command, Python API and pytest plugin: a launcher that imports nothing heavy.

`localpl.Problem`, `localpl.eta_max`, ... are loaded when first asked for. A foreign package named `theorems`,
`properties` or `verify` that shadows the ones installed with this file is named before anything is imported from it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_PACKAGES = ("theorems", "properties", "verify")

# Public name -> (module, attribute); loaded on first use.
_API = {
    "CATALOG": ("theorems", "CATALOG"),
    "Problem": ("properties.problems", "Problem"),
    "Statement": ("theorems.statement", "Statement"),
    "audit": ("verify.audit", "audit"),
    "decide": ("verify.decide", "decide"),
    "eta_max": ("verify.eta_max", "eta_max"),
    "falsify": ("verify.falsify", "falsify"),
    "find": ("theorems", "find"),
    "safe_step": ("verify.guard", "safe_step"),
}


def shadowed() -> list[tuple[str, str]]:
    """(name, place) of each foreign package that Python would import instead of ours; empty when all is well."""
    home = Path(__file__).resolve().parent
    foreign = []
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        places = (
            [] if spec is None else [Path(p).resolve() for p in spec.submodule_search_locations or [spec.origin or ""]]
        )
        if places != [home / name]:
            foreign.append((name, ", ".join(map(str, places)) or "nowhere"))
    return foreign


def _shadow_message() -> str | None:
    foreign = shadowed()
    if not foreign:
        return None
    name, place = foreign[0]
    if place == "nowhere":
        return f"package {name!r} is missing beside {__file__}: the installation is incomplete; reinstall localpl"
    return (
        f"package {name!r} is imported from {place}, not from localpl: a foreign package of that name shadows it; "
        f"uninstall it or take its folder off PYTHONPATH, or install localpl in a virtual environment of its own"
    )


def __getattr__(name: str) -> Any:
    if name not in _API:
        raise AttributeError(f"module 'localpl' has no attribute {name!r}; it offers {', '.join(sorted(_API))}")
    message = _shadow_message()
    if message:
        raise ImportError(message)
    module, attribute = _API[name]
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def main() -> None:
    """Run the `localpl` command and exit with its code."""
    message = _shadow_message()
    if message:
        print(f"localpl: {message}", file=sys.stderr)
        sys.exit(2)
    from verify.cli import main as command

    sys.exit(command())


if __name__ == "__main__":
    main()
