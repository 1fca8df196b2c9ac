"""The `localpl` command, Python API and pytest plugin: a launcher that imports nothing heavy.

`localpl.Problem`, `localpl.eta_max`, ... are loaded when first asked for. A foreign package named `theorems`,
`properties` or `verify` that shadows the ones installed with this file is named before anything is imported from it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

_PACKAGES = ("theorems", "properties", "verify")

# Public name -> (module, attribute); loaded on first use.
_API = {
    "CATALOG": ("theorems", "CATALOG"),
    "Problem": ("properties.problems", "Problem"),
    "Statement": ("theorems.statement", "Statement"),
    "audit": ("verify.audits.audit", "audit"),
    "decide": ("verify.decide", "decide"),
    "eta_max": ("verify.eta_max", "eta_max"),
    "falsify": ("verify.falsify", "falsify"),
    "find": ("theorems", "find"),
    "safe_step": ("verify.losses.guard", "safe_step"),
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


# pytest plugin ------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: Any) -> None:
    """The plugin's options, all prefixed. Nothing of localpl is imported before one of them is used."""
    group = parser.getgroup("localpl", "localpl: the paper's claims as a suite on a loss of your own")
    group.addoption(
        "--localpl-loss",
        metavar="LOSS",
        help="run every claim about steps and runs on a loss: FILE.py:NAME (runs that file) or PROBLEM.toml",
    )
    group.addoption("--localpl-profile", choices=("quick", "ci", "deep"), help="how much is tried (default: quick)")
    group.addoption(
        "--localpl-certificates",
        metavar="DIR",
        default="localpl-certificates",
        help="where certificates and instances of violations go (default: %(default)s)",
    )


def pytest_configure(config: Any) -> None:
    """The marker and the fixtures; the suite when a loss is named, our Hypothesis profile when one is asked for."""
    config.addinivalue_line("markers", "localpl: a test of the suite that --localpl-loss adds")
    config.pluginmanager.register(_fixtures(), "localpl-fixtures")
    if config.getoption("--localpl-loss") is None and config.getoption("--localpl-profile") is None:
        return
    import pytest

    message = _shadow_message()
    if message:
        raise pytest.UsageError(f"localpl: {message}")
    from verify.audits.suite import configure

    configure(config)


def _fixtures() -> Any:
    import pytest

    def suite(request: Any) -> Any:
        if request.config.getoption("--localpl-loss") is None:
            pytest.skip("needs a loss: pytest --localpl-loss FILE.py:NAME")
        return request.config.pluginmanager.get_plugin("localpl-suite")

    @pytest.fixture(scope="session")
    def localpl_loss(request: Any) -> Any:
        """The loss of --localpl-loss less its minimum, with its constants (AuditedLoss)."""
        return suite(request).loss

    @pytest.fixture(scope="session")
    def localpl_problem(request: Any) -> Any:
        """The loss of --localpl-loss with initial weights (properties.problems.Problem), its own or random ones."""
        return suite(request).problem

    @pytest.fixture(scope="session")
    def localpl_certificates(request: Any) -> Path:
        """The folder of --localpl-certificates."""
        return Path(request.config.invocation_params.dir, request.config.getoption("--localpl-certificates"))

    # A module, not a class: pytest deprecates session fixtures that are instance methods.
    holder = ModuleType("localpl_fixtures")
    fixtures = {
        "localpl_loss": localpl_loss,
        "localpl_problem": localpl_problem,
        "localpl_certificates": localpl_certificates,
    }
    vars(holder).update(fixtures)
    return holder


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
