"""Step-size schedules compared on one problem: real gradient descent with the certified bound beside the loss."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from properties.engine import Initial, Record, Setup, Squared, descend, descend_plain, formula, start
from properties.engine.record import Stop
from properties.errors import InputError
from properties.fields import Float64
from properties.least_squares import LeastSquares, exact_matrix
from properties.problems import Problem
from properties.schedules import Constant, Schedule, named
from properties.schedules.names import NAMES, needs_initial_step
from theorems import notation as N
from theorems.statement import Form, Version
from theorems.table2 import definitions

Array = NDArray[np.float64]
Progress = Callable[[str, int], None]

SCHEMA = "localpl/gd/1"
# Names that the command adds to those of `properties.schedules`.
EXTRA = {
    "sharp": "the constant step of the sharpened theorem, with its certified rate",
    "plain": "gradient descent on l itself, step 1/K, from W(0)",
}
DEFAULT = ("eq19", "eq19:h=rho-bar", "sharp", "armijo", "plain")


class NoCertifiedStep(InputError):
    """A schedule asks for a step that the theorem does not give here: its hypotheses fail. Exit code 5."""


@dataclass
class Run:
    """One schedule on the problem. `bound` is log10 of the certified bound by iteration, None where there is none.

    `iterations` is the first iteration that reaches the accuracy (None when none does); `seconds` is wall-clock.
    """

    spec: str
    name: str
    log_loss: Array
    log_eta: Array
    stop: str
    iterations: int | None
    bound: Array | None = None
    bound_source: str = ""
    spectra_right: bool = True
    record: Record | None = field(default=None, repr=False)
    seconds: float = 0.0

    @property
    def steps(self) -> int:
        """Steps taken."""
        return len(self.log_loss) - 1

    def as_json(self) -> dict[str, Any]:
        """The run without wall-clock; numbers as strings of twelve digits."""
        return {
            "schedule": self.spec,
            "name": self.name,
            "stop": self.stop,
            "steps": self.steps,
            "iterations_to_accuracy": self.iterations,
            "log10_loss_first": _text(self.log_loss[0]),
            "log10_loss_last": _text(self.log_loss[-1]),
            "log10_bound_last": None if self.bound is None else _text(self.bound[-1]),
            "bound": self.bound_source or None,
            "step_first": None if not len(self.log_eta) else _text(10 ** self.log_eta[0]),
            "step_last": None if not len(self.log_eta) else _text(10 ** self.log_eta[-1]),
            "spectra_right_to_1e-9": self.spectra_right,
        }


def _text(value: float) -> str | None:
    return format(float(value), ".12g") if math.isfinite(value) else None


@dataclass(frozen=True)
class FieldLoss:
    """A problem's loss less its minimum in float64, as the engine needs it.

    Its value is a difference of two numbers of the size of l: right to their rounding, not to its own.
    """

    loss: Any
    W_star: Array
    minimum: float
    quadratic: bool = False

    def value(self, R: Array) -> Array:
        """l(W_star + R) - l* of each repeat."""
        return np.asarray(self.loss.value(Float64(), R + self.W_star)) - self.minimum

    def gradient(self, R: Array) -> Array:
        """Gradient of l at W_star + R of each repeat."""
        return np.asarray(self.loss.gradient(Float64(), R + self.W_star))

    def take(self, index: NDArray[np.intp]) -> FieldLoss:
        """The same loss: it is shared by all repeats."""
        return self


def setup_of(problem: Problem) -> Setup:
    """The engine's form of a problem: l - l*, for the squared loss with the residual exact before it is rounded.

    Raises InputError for a loss without a finite K or with mu = 0, whose minimizer is not one point.
    """
    from verify.losses.certified_loss import certified_loss

    loss = certified_loss(problem.loss, problem.declared)
    if isinstance(loss, LeastSquares):
        star = loss.W_star
        residual = exact_matrix(problem.W1) * exact_matrix(problem.W2).transpose() - star
        engine_loss: Any = Squared(_floats(loss.X))
        W_star, R = _floats_of(star), _floats_of(residual)
    else:
        for why, constant in ((loss.roughness(), "K"), (loss.flatness(), "mu")):
            if why is not None:
                raise InputError(
                    f"loss.kind: gradient descent is not run without a finite K and mu > 0 ({constant}: {why})"
                )
        W_star = _floats_of(loss.minimizer(128))
        engine_loss = FieldLoss(problem.loss, W_star, _rounded(loss.minimum_at(128)))
        R = None
    largest, smallest = loss.constants(128)
    weights = (_floats(problem.W1), _floats(problem.W2))
    return start([weights], W_star, engine_loss, _rounded(largest), _rounded(smallest), residual=R)


def _rounded(value: Any) -> float:
    return float(Fraction(int(value.p), int(value.q))) if hasattr(value, "q") else float(value.mid())


def _floats(table: Any) -> Array:
    return np.array([[float(x) for x in row] for row in table])


def _floats_of(matrix: Any) -> Array:
    return np.array([[_rounded(x) for x in row] for row in matrix.tolist()])


@dataclass(frozen=True)
class _Steps:
    """Certified steps of the problem as far as they exist: `why` says what fails where they do not."""

    eta_max: float | None
    sharp: float | None
    sharp_rate: float | None
    why: str = ""


def certified_steps(problem: Problem) -> _Steps:
    """eta_max (repaired form) and the sharp step, rounded down, from their certified enclosures."""
    from verify.eta_max import HypothesisFailure, eta_max

    found = eta_max(problem, 17)
    if isinstance(found, HypothesisFailure):
        return _Steps(None, None, None, f"{found.which}: {found.why}")
    sharp = eta_max(problem, form="sharp")
    if isinstance(sharp, HypothesisFailure) or sharp.sharp is None:
        return _Steps(_down(found.eta_max.lower), None, None)
    return _Steps(_down(found.eta_max.lower), _down(sharp.sharp.eta.lower), _up(sharp.sharp.rate.upper))


def _down(value: Fraction) -> float:
    result = float(value)
    return result if Fraction(result) <= value else math.nextafter(result, 0.0)


def _up(value: Fraction) -> float:
    result = float(value)
    return result if Fraction(result) >= value else math.nextafter(result, math.inf)


def compare(
    problem: Problem,
    specs: Sequence[str],
    *,
    steps: int = 10_000,
    accuracy: float = 1e-6,
    eta_0: float | None = None,
    progress: Progress | None = None,
    folder: Path | None = None,
    resume: bool = False,
    left_out: Callable[[str], None] | None = None,
) -> list[Run]:
    """One run a schedule, until L(t) <= accuracy L(0) or `steps`.

    `eta_0` replaces eta_max where a schedule needs an initial step. With `folder` each run is kept as `.npz`; `resume`
    goes on from there. Without `specs` the schedules of DEFAULT run, those that have no certified step here left out,
    with the reason told to `left_out`. Raises InputError, and NoCertifiedStep for a schedule asked for by name.
    """
    chosen = specs or DEFAULT
    for spec in chosen:
        if spec.partition(":")[0] not in {*EXTRA, *NAMES}:
            named(spec)
    setup = setup_of(problem)
    initial = Initial.measure(setup, where=definitions(Version.JOURNAL, (), Form.REPAIRED))
    _tellable(setup, accuracy)
    needed = any(spec == "sharp" or (spec not in EXTRA and needs_initial_step(spec)) for spec in chosen)
    certified = certified_steps(problem) if needed else _Steps(None, None, None)
    runs = []
    for spec in chosen:
        if spec == "plain":
            runs.append(_plain(setup, steps, accuracy))
            continue
        try:
            schedule, rate = _schedule(spec, problem, certified, eta_0)
        except NoCertifiedStep as error:
            if specs:
                raise
            if left_out is not None:
                left_out(str(error))
            continue
        runs.append(_one(spec, schedule, rate, setup, initial, certified, (steps, accuracy), progress, folder, resume))
    return runs


def _tellable(setup: Setup, accuracy: float) -> None:
    """Raises InputError when the loss goes to where float64 cannot tell l from l*."""
    loss = setup.loss
    if not isinstance(loss, FieldLoss):
        return
    first = float(loss.value(setup.R)[0])
    floor = 1e-12 * max(abs(loss.minimum), first)
    if accuracy * first < floor:
        least = format(floor / first, ".2g")
        raise InputError(f"--accuracy = {accuracy:g}: l - l* is rounding there for this loss; ask for {least} or more")


def _schedule(spec: str, problem: Problem, certified: _Steps, eta_0: float | None) -> tuple[Schedule, float | None]:
    if spec == "sharp":
        if certified.sharp is None:
            raise NoCertifiedStep(
                f"schedule = sharp: the theorem gives no step ({certified.why or 'none certified'}); use armijo"
            )
        return Constant(certified.sharp, name="sharp certified step"), certified.sharp_rate
    step = eta_0 if eta_0 is not None else certified.eta_max
    if needs_initial_step(spec) and step is None:
        raise NoCertifiedStep(f"schedule = {spec}: no eta_max ({certified.why}); give --eta0, or use armijo")
    name, _, options = spec.partition(":")
    if name == "eq19":
        given = {part.partition("=")[0] for part in options.split(",")}
        missing = [f"{k}={v}" for k, v in (("c", problem.c), ("d", problem.d), ("form", "repaired")) if k not in given]
        spec = f"{name}:{','.join(filter(None, [options, *missing]))}"
    return named(spec, step), None


def _one(
    spec: str,
    schedule: Schedule,
    rate: float | None,
    setup: Setup,
    initial: Initial,
    certified: _Steps,
    limits: tuple[int, float],
    progress: Progress | None,
    folder: Path | None,
    resume: bool,
) -> Run:
    steps, accuracy = limits
    path = None if folder is None else folder / f"{_file_name(spec)}.npz"
    earlier = Record.load(path) if resume and path is not None and path.exists() else None
    if earlier is not None and earlier.settings.get("spec") != spec:
        raise InputError(f"--resume: {path} is a run of {earlier.settings.get('spec')}; give another --out")
    begun = time.perf_counter()
    record = descend(
        setup,
        schedule,
        steps=steps,
        reduction=accuracy,
        initial=initial,
        progress=None if progress is None else lambda t, running: progress(schedule.name, t),
        resume=earlier,
        settings={"spec": spec},
    )
    seconds = time.perf_counter() - begun
    if path is not None:
        record.save(path)
    if record.stop[0] is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    taken = int(record.steps[0])
    with np.errstate(divide="ignore"):
        log_loss = np.log10(record["loss"][: taken + 1, 0])
        log_eta = np.log10(record["eta"][:taken, 0])
    bound, source = _bound(record, log_loss, log_eta, rate, certified)
    done = taken if record.stop[0] is Stop.ACCURACY else None
    return Run(
        spec,
        schedule.name,
        log_loss,
        log_eta,
        str(record.stop[0]),
        done,
        bound,
        source,
        record.spectra_right,
        record,
        seconds,
    )


def _file_name(spec: str) -> str:
    return "".join(ch if ch.isalnum() or ch in "-." else "_" for ch in f"gd-{spec}")


def _bound(
    record: Record, log_loss: Array, log_eta: Array, rate: float | None, certified: _Steps
) -> tuple[Array | None, str]:
    """log10 of the best proved bound: the sharp rate, else the product of rho of Theorem 3.1 over the steps taken."""
    if rate is not None:
        return log_loss[0] + np.arange(len(log_loss)) * math.log10(rate), "sharp E.1, initial data"
    if not len(log_eta):
        return None, ""
    eta_K = (record["eta"] * record.values(formula(N.K_t)))[: len(log_eta), 0]
    if not (eta_K < 2).all():
        return None, ""
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.log10(record.values(formula(N.rho))[: len(log_eta), 0])
    if not np.isfinite(factors).all():
        return None, ""
    return log_loss[0] + np.concatenate([[0.0], np.cumsum(factors)]), "(10) at each step"


def _plain(setup: Setup, steps: int, accuracy: float) -> Run:
    begun = time.perf_counter()
    losses = descend_plain(setup, steps=steps, reduction=accuracy)[:, 0]
    seconds = time.perf_counter() - begun
    losses = losses[~np.isnan(losses)]
    with np.errstate(divide="ignore"):
        log_loss = np.log10(losses)
    reached = losses[-1] <= accuracy * losses[0]
    K, mu = float(setup.K[0]), float(setup.mu[0])
    with np.errstate(divide="ignore"):
        bound = log_loss[0] + np.arange(len(losses)) * np.log10(max(1 - mu / K, 0.0)) if mu < K else None
    return Run(
        "plain",
        "plain GD on l, step 1/K",
        log_loss,
        np.full(len(losses) - 1, -math.log10(K)),
        str(Stop.ACCURACY if reached else Stop.STEPS),
        len(losses) - 1 if reached else None,
        bound,
        "(6)" if bound is not None else "",
        seconds=seconds,
    )
