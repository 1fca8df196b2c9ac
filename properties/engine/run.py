"""Gradient descent on a batch of problems under one schedule, recorded; also on the non-overparametrized problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from properties.engine.initial import Initial
from properties.engine.iterate import Iterate, Spectra
from properties.engine.record import COLUMNS, Record, Stop
from properties.engine.setup import Setup
from properties.schedules.rule import Schedule, Trial

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Progress = Callable[[int, int], None]

# L(t) above this multiple of L(0) counts as divergence.
DIVERGENCE = 1e8
# ||grad L|| below this multiple of ||grad l||_F (||W1||_F^2 + ||W2||_F^2)^(1/2) counts as a saddle.
SADDLE = 1e-14


class _Columns:
    """Growing (rows, columns, B) storage."""

    def __init__(self, repeats: int) -> None:
        self._data = np.full((256, len(COLUMNS), repeats), np.nan)
        self.rows = 0

    def extend(self, earlier: Mapping[str, Array]) -> None:
        rows = len(earlier["loss"])
        self._reserve(rows)
        for k, name in enumerate(COLUMNS):
            self._data[:rows, k] = earlier[name]
        self.rows = rows

    def _reserve(self, rows: int) -> None:
        while rows > len(self._data):
            self._data = np.concatenate([self._data, np.full_like(self._data, np.nan)])

    def write(self, iterate: Iterate, eta: Array) -> None:
        self._reserve(iterate.t + 1)
        row = self._data[iterate.t]
        everyone = len(iterate.index) == row.shape[1]
        for k, name in enumerate(COLUMNS):
            value = eta if name == "eta" else iterate.measured(name)
            if everyone:
                row[k] = value
            else:
                row[k, iterate.index] = value
        self.rows = max(self.rows, iterate.t + 1)

    def columns(self) -> dict[str, Array]:
        return {name: self._data[: self.rows, k].copy() for k, name in enumerate(COLUMNS)}


class _Run:
    """The bookkeeping of one call of `descend`."""

    def __init__(self, setup: Setup, initial: Initial, eta: Mapping[str, Any], resume: Record | None) -> None:
        repeats = setup.repeats
        self.setup, self.initial = setup, initial
        self.columns = _Columns(repeats)
        self.stop: list[Stop | None] = [None] * repeats
        self.steps = np.zeros(repeats, dtype=np.intp)
        r = setup.W1.shape[2]
        self.state = {
            "W1": setup.W1.copy(),
            "W2": setup.W2.copy(),
            "R": setup.R.copy(),
            "D_change": np.zeros((repeats, r, r)),
            "eta_previous": np.full(repeats, np.nan),
            "carried": np.full((repeats, 11), np.nan),
        }
        self.constants: dict[str, Array] = {k: np.asarray(v) for k, v in initial.leaves.items()}
        self.constants["initial_error"] = initial.error
        self.constants |= {k: np.broadcast_to(np.asarray(v, dtype=float), (repeats,)) for k, v in eta.items()}
        self.t = 0
        if resume is not None:
            self._resume(resume)

    def _resume(self, record: Record) -> None:
        if record["loss"].shape[1] != self.setup.repeats or record.state["W1"].shape != self.setup.W1.shape:
            raise ValueError("resume = a record of another batch: give the record of this setup")
        self.columns.extend(record.columns)
        self.state = {k: v.copy() for k, v in record.state.items()}
        self.steps = record.steps.copy()
        going_on = (Stop.STEPS, Stop.INTERRUPTED)
        self.stop = [None if s in going_on else s for s in record.stop]
        running = [i for i, s in enumerate(self.stop) if s is None]
        self.t = int(self.steps[running].max()) if running else 0

    def first(self) -> Iterate:
        index = np.array([i for i, s in enumerate(self.stop) if s is None], dtype=np.intp)
        s = self.state
        return Iterate(
            self.t,
            index,
            s["W1"][index],
            s["W2"][index],
            s["R"][index],
            self.setup.W_star[index],
            self.setup.loss.take(index),
            s["D_change"][index],
            {k: (v[index] if v.ndim else v) for k, v in self.constants.items()},
            s["eta_previous"][index],
            None if np.isnan(s["carried"][index]).any() else Spectra.unpacked(s["carried"][index]),
        )

    def keep(self, iterate: Iterate) -> None:
        for name in ("W1", "W2", "R", "D_change", "eta_previous", "carried"):
            self.state[name][iterate.index] = getattr(iterate, name)
        self.steps[iterate.index] = iterate.t

    def end(self, iterate: Iterate, ended: NDArray[np.bool_], reason: Stop) -> Iterate:
        """`iterate` without the repeats that `ended`, which are kept with their reason."""
        if not ended.any():
            return iterate
        gone = iterate.take(np.flatnonzero(ended))
        self.keep(gone)
        with np.errstate(all="ignore"):
            self._write_last(gone)
        for i in gone.index:
            self.stop[int(i)] = reason
        return iterate.take(np.flatnonzero(~ended))

    def _write_last(self, gone: Iterate) -> None:
        finite = np.isfinite(gone.W1).all(axis=(1, 2)) & np.isfinite(gone.W2).all(axis=(1, 2))
        finite &= np.isfinite(gone.gram_W1).all(axis=(1, 2)) & np.isfinite(gone.gram_W2).all(axis=(1, 2))
        finite &= np.isfinite(gone.W @ np.swapaxes(gone.W, 1, 2)).all(axis=(1, 2)) & np.isfinite(gone.loss)
        if finite.any():
            measurable = gone.take(np.flatnonzero(finite))
            self.columns.write(measurable, np.full(len(measurable.index), np.nan))


def descend(
    setup: Setup,
    schedule: Schedule,
    *,
    steps: int,
    accuracy: float | None = None,
    reduction: float | None = None,
    initial: Initial | None = None,
    progress: Progress | None = None,
    resume: Record | None = None,
    allow_narrow: bool = False,
    settings: dict[str, Any] | None = None,
) -> Record:
    """Record of at most `steps` gradient steps on every repeat of `setup` under `schedule`.

    A repeat stops when L(t) <= `accuracy`, when L(t) <= `reduction` L(0), or for a reason of `Stop`; what has been
    computed is kept. Ctrl-C ends the run with `Stop.INTERRUPTED`; `resume` takes its record and goes on, row for row
    as if it had not been interrupted. `progress(t, running)` is called at each step.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        initial = initial or Initial.measure(setup)
        run = _Run(setup, initial, schedule.constants(), resume)
        iterate = run.first()
        rule = schedule.prepare(iterate, initial) if None in run.stop else None
        if resume is None:
            iterate = _unfit(run, iterate, allow_narrow)
        target = np.full(setup.repeats, -np.inf if accuracy is None else accuracy)
        if reduction is not None:
            target = np.maximum(target, reduction * run.constants["loss_0"])
        try:
            while len(iterate.index):
                if progress:
                    progress(iterate.t, len(iterate.index))
                iterate = _ended(run, iterate, target)
                if iterate.t >= steps:
                    iterate = run.end(iterate, np.full(len(iterate.index), True), Stop.STEPS)
                if not len(iterate.index):
                    break
                assert rule is not None
                iterate = _advance(run, iterate, rule)
        except KeyboardInterrupt:
            run.end(iterate, np.full(len(iterate.index), True), Stop.INTERRUPTED)
    stop = [s if s is not None else Stop.INTERRUPTED for s in run.stop]
    return Record(
        run.columns.columns(),
        stop,
        run.steps,
        run.state,
        run.constants,
        {"schedule": schedule.name, **(settings or {})},
    )


def _unfit(run: _Run, iterate: Iterate, allow_narrow: bool) -> Iterate:
    if run.setup.width < min(run.setup.n, run.setup.m) and not allow_narrow:
        return run.end(iterate, np.full(len(iterate.index), True), Stop.NARROW)
    return run.end(iterate, iterate.loss == 0, Stop.ZERO_LOSS)


def _ended(run: _Run, iterate: Iterate, target: Array) -> Iterate:
    finite = np.isfinite(iterate.loss) & np.isfinite(iterate.squared_grad_norm)
    finite &= np.isfinite(np.trace(iterate.gram_W1, axis1=1, axis2=2) * np.trace(iterate.gram_W2, axis1=1, axis2=2))
    if not finite.all():
        iterate = run.end(iterate, ~finite, Stop.OVERFLOW)
    if len(iterate.index):
        reached = iterate.loss <= np.maximum(target[iterate.index], 0.0)
        iterate = run.end(iterate, reached, Stop.ACCURACY)
    if len(iterate.index):
        far = iterate.loss > DIVERGENCE * iterate.constants["loss_0"]
        iterate = run.end(iterate, far, Stop.DIVERGED)
    if len(iterate.index):
        size = np.trace(iterate.gram_W1, axis1=1, axis2=2) + np.trace(iterate.gram_W2, axis1=1, axis2=2)
        steep = np.einsum("bij,bij->b", iterate.gradient, iterate.gradient)
        flat = iterate.squared_grad_norm <= SADDLE**2 * steep * size
        iterate = run.end(iterate, flat, Stop.SADDLE)
    return iterate


def _advance(run: _Run, iterate: Iterate, rule: Callable[[Iterate], Array | Trial]) -> Iterate:
    found = rule(iterate)
    trial = found if isinstance(found, Trial) else Trial(np.asarray(found))
    eta = np.broadcast_to(trial.eta, iterate.loss.shape)
    never = np.broadcast_to(trial.never_ends, eta.shape)
    unusable = ~never & ~(np.isfinite(eta) & (eta > 0))
    if never.any() or unusable.any():
        good = ~(never | unusable)
        reasons = np.where(never, 1, 2)[~good]
        bad = iterate.take(np.flatnonzero(~good))
        bad = run.end(bad, reasons == 1, Stop.NEVER_ENDS)
        run.end(bad, np.full(len(bad.index), True), Stop.NO_STEP)
        iterate, eta = iterate.take(np.flatnonzero(good)), eta[good]
        if not len(iterate.index):
            return iterate
    run.columns.write(iterate, eta)
    return iterate.after(eta)


def descend_plain(
    setup: Setup,
    *,
    steps: int,
    accuracy: float | None = None,
    reduction: float | None = None,
    eta: Array | None = None,
) -> Array:
    """Losses (rows, B) of gradient descent on the non-overparametrized l from W(0), nan after a repeat's end.

    `eta` (B,) is the step size, 1/K by default. Source: (2), (5).
    """
    R, loss = setup.R.copy(), setup.loss
    step = (1 / setup.K if eta is None else np.broadcast_to(eta, setup.K.shape))[:, None, None]
    rows = [loss.value(R)]
    target = np.full(setup.repeats, -np.inf if accuracy is None else accuracy)
    if reduction is not None:
        target = np.maximum(target, reduction * rows[0])
    running = (rows[0] > target) & (rows[0] > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            if not running.any():
                break
            R = R - step * loss.gradient(R)
            value = np.where(running, loss.value(R), np.nan)
            rows.append(value)
            running &= (value > np.maximum(target, 0.0)) & (value <= DIVERGENCE * rows[0])
    return np.array(rows)
