"""The data of the figures: recipes run on the engine, every bound a formula of `theorems` on the recorded columns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.engine import Initial, Iterate, Record, descend, descend_plain, formula
from properties.engine.record import Stop
from properties.schedules import Equation19, Schedule, StepRule
from theorems import notation as N
from theorems.global_constants import EXAMPLE, K_OF_EXAMPLE, LOSS_OF_EXAMPLE, ell
from theorems.norms import Fro
from theorems.prior_work import RHO_PRIOR
from verify.experiments.initial_step import initial_steps
from verify.experiments.recipes import Figure3, Figure4, Figure5, Recipe, _Convergence

Array = NDArray[np.float64]
Progress = Callable[[str], None]

# The margin of Table 2 before its positive part is taken.
_MARGIN = next(a for a in N.DEFINITIONS[N.beta_1].args if a != 0)
# (64) at the weights and the step of this run: ||grad l||_F = sqrt(2 K L) for the squared loss with orthogonal X.
_RHO_PRIOR = RHO_PRIOR.xreplace({Fro(N.G): sp.sqrt(2 * N.K * N.L)})
# A relative excess of a loss over its bound below this is rounding, not a violation.
ROUNDING = 1e-11


@dataclass
class Series:
    """One schedule in one setting: mean and deviation of log10 by iteration, and numbers for each repeat.

    `curves` name -> (rows,) ; `measures` name -> (B,); `stops` counts the reasons why repeats ended.
    """

    label: str
    curves: dict[str, Array] = field(default_factory=dict)
    measures: dict[str, Array] = field(default_factory=dict)
    stops: dict[str, int] = field(default_factory=dict)


@dataclass
class Setting:
    """One panel or point: its parameters, measures (B,) of the initial data, its series."""

    name: str
    parameters: dict[str, Any]
    measures: dict[str, Array] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)


@dataclass
class FigureData:
    """What a figure shows. `seconds` holds wall-clock by schedule, which does not repeat and is kept apart."""

    recipe: Recipe
    settings: list[Setting]
    grids: dict[str, Array] = field(default_factory=dict)
    seconds: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    @property
    def figure(self) -> int:
        """Number of the figure, 1 to 5."""
        return self.recipe.figure


def run(recipe: Recipe, progress: Progress | None = None) -> FigureData:
    """The data of a figure."""
    tell = progress or (lambda text: None)
    if isinstance(recipe, _Convergence):
        return _convergence(recipe, tell)
    if isinstance(recipe, Figure3):
        return _landscape(recipe)
    if isinstance(recipe, Figure4):
        return _conditioning(recipe, tell)
    assert isinstance(recipe, Figure5)
    return _against_plain(recipe, tell)


def _initial_measures(initial: Initial, eta_0: Array) -> dict[str, Array]:
    alpha_1, alpha_2 = initial.leaves["alpha_1"], initial.leaves["alpha_2"]
    kappa = initial.value(N.sigma_max_T_0) / initial.value(N.sigma_min_T_0)
    margin = initial.value(_MARGIN)
    return {
        "alpha_1": alpha_1,
        "alpha_2": alpha_2,
        "ratio": alpha_1 / alpha_2,
        "kappa": kappa,
        "eta_0": eta_0,
        "initial_loss": initial.leaves["loss_0"],
        "margin": margin,
        "imbalance": np.sqrt((initial.spectrum_D**2).sum(axis=1)),
    }


def _steps_for(initial: Initial, recipe: Any) -> Array:
    return recipe.fraction * initial_steps(initial, recipe.c, recipe.d)


def _convergence(recipe: _Convergence, tell: Progress) -> FigureData:
    data = FigureData(recipe, [])
    for k, (width, level) in enumerate(recipe.settings()):
        setup = recipe.setup(k)
        initial = Initial.measure(setup)
        begun = time.perf_counter()
        eta_0 = _steps_for(initial, recipe)
        eta_max_seconds = time.perf_counter() - begun
        parameters = {"h": width, "sigma": level, "noise_factor": recipe.factor(level)}
        setting = Setting(f"h={width} sigma={level:.4g}", parameters, _initial_measures(initial, eta_0))
        for label, schedule in recipe.schedules(eta_0).items():
            tell(f"figure {recipe.figure}: {setting.name}, {schedule.name}")
            begun, timed = time.perf_counter(), _Timed(schedule)
            record = descend(setup, timed, steps=recipe.steps, reduction=recipe.reduction, initial=initial)
            data.seconds.setdefault(setting.name, {"eta_max": {"total": eta_max_seconds}})[label] = {
                "total": time.perf_counter() - begun,
                "rule": timed.seconds,
                "rule_alone": timed.alone,
                "iterations": float(record.steps.sum()),
            }
            setting.series[label] = _series(schedule.name, record, recipe, label)
        data.settings.append(setting)
    return data


class _Timed:
    """A schedule whose rule's wall-clock is summed: `seconds` with the singular values it asks for, `alone` without."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule, self.name = schedule, schedule.name
        self.seconds = self.alone = 0.0
        self._asks: bool | None = None

    def constants(self) -> Mapping[str, Any]:
        return self._schedule.constants()

    def prepare(self, start: Iterate, initial: Initial) -> StepRule:
        rule = self._schedule.prepare(start, initial)

        def timed(iterate: Iterate) -> Any:
            begun = time.perf_counter()
            if self._asks is None:
                found = rule(iterate)
                self._asks = iterate.has_spectra
                self.seconds += time.perf_counter() - begun
                return found
            if self._asks:
                iterate.measured("sigma_max_W")
            ready = time.perf_counter()
            found = rule(iterate)
            done = time.perf_counter()
            self.seconds, self.alone = self.seconds + done - begun, self.alone + done - ready
            return found

        return timed


def _series(name: str, record: Record, recipe: Any, label: str) -> Series:
    loss, eta = record["loss"], record["eta"]
    last = int(record.steps.min())
    series = Series(name, stops={s.name.lower(): record.stop.count(s) for s in dict.fromkeys(record.stop)})
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log10(loss)
        series.curves["log10_loss"] = log[: last + 1].mean(axis=1)
        series.curves["log10_loss_deviation"] = log[: last + 1].std(axis=1)
        if last:
            series.curves["log10_eta"] = np.log10(eta[:last]).mean(axis=1)
    series.measures |= _progress_measures(record)
    if "eta_0" in record.constants and "c" not in record.constants:
        shape = loss.shape[1]
        record.constants |= {"c": np.full(shape, recipe.c), "d": np.full(shape, recipe.d)}
    if label in ("constant", "rho", "rho-bar"):
        _bounds(series, record, label, getattr(recipe, "product", "from-1"), last)
    if last:
        _local_constants(series, record)
    return series


def _rates(loss: Array, steps: NDArray[np.intp]) -> dict[str, Array]:
    """Decrease of log10 L per iteration: over the run, its second half and its last tenth; iterations to 1e-6."""
    columns = np.arange(loss.shape[1])

    def since(first: NDArray[np.intp]) -> Array:
        fall = np.log10(loss[first, columns]) - np.log10(loss[steps, columns])
        return np.where(steps > 0, fall / np.maximum(steps - first, 1), np.nan)

    with np.errstate(divide="ignore", invalid="ignore"):
        fallen = loss <= 1e-6 * loss[0]
        return {
            # First iteration with L(t) <= 1e-6 L(0); inf when the run ended before.
            "iterations": np.where(fallen.any(axis=0), np.argmax(fallen, axis=0), np.inf),
            "rate": since(np.zeros_like(steps)),
            "late_rate": since(steps // 2),
            "final_rate": since(steps - np.maximum(steps // 10, 1) * (steps > 0)),
            "steps": steps.astype(float),
        }


def _progress_measures(record: Record) -> dict[str, Array]:
    never = np.array([float(s is Stop.NEVER_ENDS) for s in record.stop])
    return {**_rates(record["loss"], record.steps), "never_ends": never}


def _bounds(series: Series, record: Record, label: str, product: str, last: int) -> None:
    """The bounds (17) and (20) beside the loss, and how often the loss exceeds what is promised."""
    loss = record["loss"]
    h = {"rho": N.rho, "rho-bar": N.rho_bar, "constant": N.rho_bar_0}[label]
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.log10(np.where(np.isnan(record["eta"]), np.nan, record.values(formula(h))))
        uniform = np.log10(record.values(formula(N.rho_bar_0)))[0]
        rho = record.values(formula(N.rho))
        log = np.log10(loss)
    if label != "constant" and product == "from-1" and len(factors):
        factors[0] = 0.0
    bound = log[0] + np.concatenate([np.zeros((1, loss.shape[1])), np.cumsum(factors, axis=0)[:-1]])
    a_priori = log[0] + np.arange(len(loss))[:, None] * uniform
    series.curves["log10_bound"] = bound[: last + 1].mean(axis=1)
    series.curves["log10_bound_17"] = a_priori[: last + 1].mean(axis=1)
    columns, steps = np.arange(loss.shape[1]), record.steps
    slack = np.log10(1 + ROUNDING)
    with np.errstate(invalid="ignore"):
        late = steps // 2
        fall = (bound[late, columns] - bound[steps, columns]) / np.maximum(steps - late, 1)
        series.measures["bound_rate"] = (log[0] - bound[steps, columns]) / np.maximum(steps, 1)
        series.measures["late_bound_rate"] = fall
        series.measures["bound_17_rate"] = -np.broadcast_to(uniform, (loss.shape[1],))
        series.measures["over_bound"] = (log > bound + slack).sum(axis=0).astype(float)
        series.measures["over_bound_17"] = (log > a_priori + slack).sum(axis=0).astype(float)
        over = loss[1:] > rho[:-1] * loss[:-1] * (1 + ROUNDING)
        series.measures["over_rho"] = over.sum(axis=0).astype(float)
        prior = record.values(formula(_RHO_PRIOR))
        series.measures["rho_over_prior"] = (rho[:-1] >= prior[:-1]).sum(axis=0).astype(float)


def _local_constants(series: Series, record: Record) -> None:
    K_t = record.values(formula(N.K_t))
    at_minimum = record.values(formula(N.K * N.sigma_max_T**2))
    steps = np.maximum(record.steps, 1)
    with np.errstate(invalid="ignore"):
        rises = K_t[1:] > K_t[:-1] * (1 + 1e-13)
        series.measures["K_t_rises"] = rises.sum(axis=0) / steps
        # Rises that the loss terms of (12) do not explain: beyond one part in 10^6 of K_0.
        series.measures["K_t_net_fall"] = (K_t[0] - K_t[steps - 1, np.arange(K_t.shape[1])]) / K_t[0]
        series.measures["K_t_from_loss"] = 1 - at_minimum[0] / K_t[0]
        if "eta_0" in record.constants:
            growth = record.values(formula(N.growth))
            bound = record["eta"] < growth * (1 - 1e-12)
            binds = bound.any(axis=0)
            series.measures["binding_from"] = np.where(binds, np.argmax(bound, axis=0), np.inf)
            eta = record["eta"]
            first = np.where(binds, np.argmax(bound, axis=0), record.steps)
            index = np.arange(len(eta) - 1)[:, None] if len(eta) > 1 else np.zeros((0, 1))
            falls = (eta[1:] < eta[:-1] * (1 - 1e-13)) & (index + 1 < first)
            after = (np.arange(len(eta))[:, None] > first) & ~bound & ~np.isnan(eta)
            series.measures["unbound_after_binding"] = after.sum(axis=0).astype(float)
            series.measures["eta_falls_before_binding"] = falls.sum(axis=0).astype(float)


def _landscape(recipe: Figure3) -> FigureData:
    """Values of (57) to (59) on the grid, by the catalog's expressions."""
    from theorems.global_constants import x, x_1, x_2

    axis = np.linspace(-recipe.extent, recipe.extent, recipe.points)
    first, second = np.meshgrid(axis, axis, indexing="ij")
    printed = next(s for s in EXAMPLE if s.id == "j59.smoothness-example").then.rhs  # type: ignore[union-attr]
    gradient = [sp.diff(LOSS_OF_EXAMPLE, v) for v in (x_1, x_2)]
    from properties.engine.formula import Formula

    def on_grid(expression: sp.Expr) -> Array:
        compiled = Formula(expression, {"x": x, "x_1": x_1, "x_2": x_2}, {})
        return np.asarray(compiled({"x": axis, "x_1": first, "x_2": second}))

    grids = {
        "x": axis,
        "l": on_grid(ell),
        "L": on_grid(LOSS_OF_EXAMPLE),
        "mu_over": on_grid(sp.cancel((gradient[0] ** 2 + gradient[1] ** 2) / (2 * LOSS_OF_EXAMPLE))),
        "K_over": on_grid(K_OF_EXAMPLE),
        "K_over_as_printed": on_grid(printed),
    }
    return FigureData(recipe, [], grids)


def _conditioning(recipe: Figure4, tell: Progress) -> FigureData:
    data = FigureData(recipe, [])
    for k, (width, p) in enumerate(recipe.settings()):
        tell(f"figure 4: h={width}, p={p}")
        initial = Initial.measure(recipe.setup(k))
        measures = _initial_measures(initial, np.full(recipe.repeats, np.nan))
        data.settings.append(Setting(f"h={width} p={p}", {"h": width, "p": p}, measures))
    return data


def _against_plain(recipe: Figure5, tell: Progress) -> FigureData:
    data = FigureData(recipe, [])
    for k, width in enumerate(recipe.settings()):
        tell(f"figure 5: h={width}")
        setup = recipe.setup(k)
        initial = Initial.measure(setup)
        eta_0 = _steps_for(initial, recipe)
        setting = Setting(f"h={width}", {"h": width}, _initial_measures(initial, eta_0))
        setting.measures["mu_over_K"] = setup.mu / setup.K
        schedule = Equation19(eta_0, "rho", recipe.reading, recipe.c, recipe.d)
        limits = {"steps": recipe.steps, "reduction": recipe.reduction}
        record = descend(setup, schedule, initial=initial, **limits)  # type: ignore[arg-type]
        setting.series["rho"] = _series(schedule.name, record, recipe, "rho")
        plain = descend_plain(setup, **limits)  # type: ignore[arg-type]
        setting.series["plain"] = _plain_series(plain)
        data.settings.append(setting)
    return data


def _plain_series(loss: Array) -> Series:
    steps = (~np.isnan(loss)).sum(axis=0) - 1
    last = int(steps.min())
    log = np.log10(loss)
    return Series(
        "plain GD, 1/K",
        {"log10_loss": log[: last + 1].mean(axis=1), "log10_loss_deviation": log[: last + 1].std(axis=1)},
        _rates(loss, steps),
    )
