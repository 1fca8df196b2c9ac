"""The console that commands write their tables to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 118
WIDTH = 150


def console(soft_wrap: bool = False) -> Console:
    """A rich console on standard output: a terminal's width, at least NARROWEST; WIDTH columns anywhere else.

    Below NARROWEST the tables would lose more than a terminal's own wrapping does.
    """
    from rich.console import Console

    found = Console(highlight=False, soft_wrap=soft_wrap, file=sys.stdout)
    width = max(found.width, NARROWEST) if found.is_terminal else WIDTH
    return Console(highlight=False, soft_wrap=soft_wrap, file=sys.stdout, width=width)
