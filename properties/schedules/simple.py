"""Constant, Polyak and user-given step sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from properties.schedules.rule import StepRule

if TYPE_CHECKING:
    from properties.engine.initial import Initial
    from properties.engine.iterate import Iterate

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Constant:
    """eta_t = eta, one number or one for each repeat (B,)."""

    eta: Any
    name: str = "constant"

    def constants(self) -> Mapping[str, Any]:
        """The leaves that this schedule fixes for formulas: eta_0."""
        return {"eta_0": self.eta}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule eta_t = eta, (b,)."""
        return lambda iterate: np.broadcast_to(iterate.constants["eta_0"], iterate.loss.shape)


@dataclass(frozen=True)
class Polyak:
    """eta_t = factor (L(t) - min L) / ||grad L(t)||_F^2, with min L = 0."""

    factor: float = 1.0
    name: str = "polyak"

    def constants(self) -> Mapping[str, Any]:
        """Nothing: no leaf of a formula is fixed."""
        return {}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule factor L(t) / ||grad L(t)||_F^2, (b,)."""
        return lambda iterate: self.factor * iterate.loss / iterate.squared_grad_norm


@dataclass(frozen=True, eq=False)
class Given:
    """eta_t from a function of the iterate: the place for a certified step of one's own.

    `bound`, where given, is the factor that the step promises: L(t+1) <= bound(iterate, eta_t) L(t).
    """

    step: Callable[[Iterate], Array]
    name: str = "given"
    bound: Callable[[Iterate, Array], Array] | None = None

    def constants(self) -> Mapping[str, Any]:
        """Nothing: no leaf of a formula is fixed."""
        return {}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The user's function of the iterate, as it is."""
        return self.step
