"""Line searches: Algorithm 1 as printed, the Armijo rule, exact search for quadratic losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from properties.errors import InputError
from properties.schedules.roots import minimizing_step
from properties.schedules.rule import StepRule, Trial

if TYPE_CHECKING:
    from properties.engine.initial import Initial
    from properties.engine.iterate import Iterate

Array = NDArray[np.float64]

# 10^-320 is below the smallest double: no trial step is left beyond this many tenfold reductions.
_TRIALS = 2000


@dataclass(frozen=True)
class Backtracking:
    """Algorithm 1: shrink eta from `trial` by `tau` until L(t+1) <= L(t) - gamma ||grad L||_F^2 (printed).

    The printed test has no eta in it. For a convex loss >= 0 its loop provably never ends once
    gamma ||grad L||^2 > L(t), or once eta ||grad L||^2 + eta^2 |<G, G W^T G>| < gamma ||grad L||^2, since convexity
    bounds what a step gains by the left side; such repeats are reported, not looped. With `armijo` the test is the
    standard one, L(t+1) <= L(t) - gamma eta ||grad L||_F^2. `warm` starts from the previous step over tau.
    """

    trial: float = 1.0
    tau: float = 0.1
    gamma: float = 0.9
    armijo: bool = False
    warm: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.tau < 1):
            raise InputError(f"tau = {self.tau}: a shrinking factor lies in (0, 1); the paper takes 0.1")
        if not (0 < self.gamma < 1):
            raise InputError(f"gamma = {self.gamma}: the fraction of decrease lies in (0, 1); the paper takes 0.9")
        if not (self.trial > 0 and np.isfinite(self.trial)):
            raise InputError(f"trial = {self.trial}: an initial trial step is a positive number such as 1")

    @property
    def name(self) -> str:
        """The name "Armijo" or "backtracking as printed", with "warm" where it starts from the previous step."""
        kind = "Armijo" if self.armijo else "backtracking as printed"
        return f"{kind}, warm" if self.warm else kind

    def constants(self) -> Mapping[str, Any]:
        """Nothing: no leaf of a formula is fixed."""
        return {}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule that searches along the gradient: a Trial for each iterate."""
        return self._search

    def _search(self, iterate: Iterate) -> Trial:
        slope = iterate.squared_grad_norm
        eta = np.full(iterate.loss.shape, self.trial)
        if self.warm:
            eta = np.where(np.isnan(iterate.eta_previous), eta, np.minimum(iterate.eta_previous / self.tau, self.trial))
        searching = np.full(eta.shape, True)
        never = np.full(eta.shape, False)
        for _ in range(_TRIALS):
            goal = iterate.loss - self.gamma * (eta if self.armijo else 1.0) * slope
            with np.errstate(over="ignore", invalid="ignore"):
                failed = ~(iterate.loss_after(eta) <= goal)
                if not self.armijo:
                    gain = eta * slope + eta**2 * iterate.curvature
                    never |= searching & failed & ((goal < 0) | (gain < self.gamma * slope))
            searching &= failed & ~never
            if not searching.any():
                return Trial(np.where(never, np.nan, eta), never)
            eta = np.where(searching, eta * self.tau, eta)
        return Trial(np.where(searching | never, np.nan, eta), never)


@dataclass(frozen=True)
class ExactLineSearch:
    """The eta > 0 that makes L(t+1) least, a quartic in eta for a quadratic loss."""

    name: str = "exact line search"

    def constants(self) -> Mapping[str, Any]:
        """Nothing: no leaf of a formula is fixed."""
        return {}

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        """The rule that minimises L(t+1), (b,). Raises InputError for a loss that is not quadratic."""
        if not start.objective.quadratic:
            raise InputError("schedule = exact: the loss is not quadratic, L(t+1) no polynomial in eta; use armijo")
        return lambda iterate: minimizing_step(iterate.line())
