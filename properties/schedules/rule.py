"""The interface of a step-size schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from properties.engine.initial import Initial
    from properties.engine.iterate import Iterate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """Step sizes (b,) and, where a line search's loop provably does not terminate, True in `never_ends`."""

    eta: Array
    never_ends: Array | bool = False


StepRule = Callable[["Iterate"], "Array | Trial"]


class Schedule(Protocol):
    """A rule for eta_t. One object serves any batch; `prepare` fits it to one and may not keep state of a run."""

    @property
    def name(self) -> str:
        """Name in tables, plots and on the command line, with the choices that distinguish it."""

    def constants(self) -> Mapping[str, Any]:
        """Leaves that the schedule fixes for formulas (eta_0, c, d), scalars or (B,)."""

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule that gives eta_t (b,) of an iterate, for the batch whose initial quantities are given."""
