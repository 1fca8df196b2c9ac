"""The record of a run: one column a quantity, rows by iteration, `.npz` on disk, enough in it to go on from there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from properties.engine.spectra import SPECTRA_TOLERANCE
from properties.errors import InputError

Array = NDArray[np.float64]

SCHEMA = "localpl/run/1"

# Columns that every run records, in this order.
COLUMNS = (
    "loss",
    "eta",
    "grad_norm",
    "sigma_n_W1",
    "sigma_max_W1",
    "sigma_m_W2",
    "sigma_max_W2",
    "sigma_min_W",
    "sigma_max_W",
    "spectra_error",
    "D_change",
)


class Stop(StrEnum):
    """Why a repeat's run ended."""

    ACCURACY = "accuracy reached"
    STEPS = "step limit reached"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged: the loss grew beyond the divergence limit; use a smaller step size"
    OVERFLOW = "overflow: the loss or the weights are no longer finite numbers; use a smaller step size or scale"
    SADDLE = "saddle: the gradient of L vanishes while the loss does not; start from other weights"
    ZERO_LOSS = "zero initial loss: the weights are a global minimum already; nothing to descend"
    NARROW = "narrow: h < min(n, m), so that the minimum of l may be out of reach; use a larger width"
    NO_STEP = "no step: the schedule offers no positive finite step size here"
    NEVER_ENDS = "never ends: no trial step of the line search can pass its test, so that its loop does not terminate"


@dataclass
class Record:
    """Columns of shape (rows, B), nan after a repeat's end. Row k holds iteration k and the step taken from it.

    `stop` and `steps` (B,) say why each repeat ended and after how many steps; `state` holds the last weights,
    residuals and D(t) - D(0) so that a run can be resumed; `settings` is what was asked for (JSON values).
    """

    columns: dict[str, Array]
    stop: list[Stop]
    steps: NDArray[np.intp]
    state: dict[str, Array]
    constants: dict[str, Array]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def repeats(self) -> int:
        """Number of runs B."""
        return len(self.stop)

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def values(self, formula: Any, **more: Any) -> Array:
        """A formula of `theorems` (properties.engine.formula) evaluated on the whole record: (rows, B)."""
        rows = len(self.columns["loss"])
        known: dict[str, Any] = {**self.constants, **self.columns, "t": np.arange(rows, dtype=float)[:, None], **more}
        return np.broadcast_to(formula(known), self.columns["loss"].shape)

    @property
    def spectra_right(self) -> bool:
        """Whether every smallest singular value is right to 1e-9 relative, by the run's own error estimate."""
        return not bool(np.any(self.columns["spectra_error"] > SPECTRA_TOLERANCE))

    @property
    def initial_right(self) -> bool:
        """Whether sigma_n(W1), sigma_m(W2), lambda_n(D), lambda_m(-D) at t = 0 are right to 1e-9, by its estimate."""
        return not bool(np.any(self.constants["initial_error"] > SPECTRA_TOLERANCE))

    def save(self, path: Path | str) -> None:
        """Write the record to an `.npz` file without pickles."""
        header = {
            "schema": SCHEMA,
            "stop": [s.name for s in self.stop],
            "settings": self.settings,
        }
        arrays: dict[str, Any] = {f"column.{k}": v for k, v in self.columns.items()}
        arrays |= {f"state.{k}": v for k, v in self.state.items()}
        arrays |= {f"constant.{k}": v for k, v in self.constants.items()}
        np.savez(Path(path), header=np.array(json.dumps(header, sort_keys=True)), steps=self.steps, **arrays)

    @staticmethod
    def load(path: Path | str) -> Record:
        """The record in an `.npz` file. Raises InputError on a file that is not one."""
        try:
            with np.load(Path(path), allow_pickle=False) as data:
                header = json.loads(str(data["header"]))
                if header.get("schema") != SCHEMA:
                    raise KeyError("schema")
                parts: dict[str, dict[str, Array]] = {"column": {}, "state": {}, "constant": {}}
                for name in data.files:
                    group, _, key = name.partition(".")
                    if key:
                        parts[group][key] = data[name]
                stop = [Stop[s] for s in header["stop"]]
                steps = data["steps"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"record = {path}: not a run of this program ({error}); give a file it wrote") from None
        return Record(parts["column"], stop, steps, parts["state"], parts["constant"], header["settings"])
