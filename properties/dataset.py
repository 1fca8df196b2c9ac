"""The regression tables that ship with the package, read exactly: linnerud (20 x 3 | 3), diabetes (442 x 10 | 1)."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files

from properties.errors import InputError
from properties.exact_numbers import Table, read_csv_text, shorten

_OUTPUTS = {"diabetes": 1, "linnerud": 3}

NAMES = tuple(_OUTPUTS)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Inputs X (N x n) and outputs Y (N x m) in the units of the source, with their column names.

    `source` tells where the table comes from.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    X: Table
    Y: Table
    source: str


def load(name: str) -> Dataset:
    """The shipped table `name`, exact. Raises InputError for a name that is not shipped."""
    if name not in _OUTPUTS:
        near = get_close_matches(str(name), NAMES, 1, 0.3)
        hint = f"did you mean {near[0]}?" if near else "choose one of " + ", ".join(NAMES)
        raise InputError(f"dataset = {shorten(name)}: no such dataset; {hint}")
    text = files("properties").joinpath("datasets", f"{name}.csv").read_text(encoding="utf-8")
    names, table = read_csv_text(text, name)
    split = len(names) - _OUTPUTS[name]
    source = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    return Dataset(
        name=name,
        inputs=names[:split],
        outputs=names[split:],
        X=tuple(row[:split] for row in table),
        Y=tuple(row[split:] for row in table),
        source=source,
    )
