"""Labels and ids as a user types them: the statements they name, and one error for those that name none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from properties.errors import InputError
from properties.exact_numbers import shorten
from theorems.statement import Statement

_NEAREST = 3


def named(label: str, catalog: Sequence[Statement] = ()) -> list[Statement]:
    """The statements that `label` names: every reading and form for a label, one for the id of a reading or form.

    The plain id of a printed statement is its label, and names them all.

    catalog: the whole one where none is given. Raises InputError, naming the nearest labels, when there is none.
    """
    if not catalog:
        from theorems import CATALOG as catalog
    found = [s for s in catalog if s.label == label] or [s for s in catalog if s.id == label]
    if not found:
        raise unknown(label, (name for s in catalog for name in (s.label, s.id)))
    return found


def unknown(label: str, names: Iterable[str], what: str = "statement") -> InputError:
    """The error for a label that names nothing: the nearest names that exist, and where all are listed."""
    known = {name.lower(): name for name in names}
    wanted = label.strip().lower()
    inside = sorted((n for n in known if wanted and wanted in n), key=len)
    near = [*inside[:_NEAREST], *difflib.get_close_matches(wanted, known, _NEAREST, 0.0)] if wanted else []
    hint = ", ".join(list(dict.fromkeys(known[n] for n in near))[:_NEAREST])
    listed = "localpl paper --list names them all"
    remedy = f"nearest: {hint} ({listed})" if hint else listed
    return InputError(f"label = {shorten(label)}: no such {what}; {remedy}")
