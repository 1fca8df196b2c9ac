"""The paper as SymPy statements: `CATALOG` in the paper's order, `find(label)`, and the symbols of `notation`."""

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theorems.statement import Statement

    CATALOG: tuple[Statement, ...]

__all__ = ["CATALOG", "MODULES", "find"]

# In the paper's order: Sections 2 to 4, then the appendices.
MODULES = (
    "assumptions",
    "preliminaries",
    "local_rate",
    "table2",
    "convergence",
    "step_size",
    "schedule",
    "sketch",
    "experiments",
    "norm_lemmas",
    "global_constants",
    "prior_work",
    "local_descent",
    "imbalance",
    "induction",
    "initialization",
    "sharp",
)


def _catalog() -> tuple[Statement, ...]:
    from theorems.statement import Chain

    found: list[Statement] = []
    for module in MODULES:
        for item in importlib.import_module(f"theorems.{module}").STATEMENTS:
            found.extend(item.statements() if isinstance(item, Chain) else (item,))
    return tuple(found)


def __getattr__(name: str) -> Any:
    # Built at first use: importing one module of the package does not build the whole catalog.
    if name == "CATALOG":
        globals()["CATALOG"] = _catalog()
        return globals()["CATALOG"]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def find(label: str) -> Statement:
    """The statement of an id, or of a label: as printed if it is, else the first of its readings and forms.

    Raises: KeyError naming the nearest labels when there is none.
    """
    catalog: tuple[Statement, ...] = __getattr__("CATALOG") if "CATALOG" not in globals() else globals()["CATALOG"]
    for wanted in (lambda s: s.id, lambda s: s.label):
        for statement in catalog:
            if wanted(statement) == label:
                return statement
    names = sorted({s.label for s in catalog} | {s.id for s in catalog})
    near = difflib.get_close_matches(label, names, n=5, cutoff=0.5) or [n for n in names if label and label in n][:5]
    hint = f"nearest: {', '.join(near)}" if near else "no label is near"
    raise KeyError(f"label = {label!r}: not in the catalog; {hint}")
