"""Each sentence about the experiments decided from the figures' data: an estimate with 95 % interval, or an argument.

How a sentence becomes a number, by its form:
- "in every repeat": the share of repeats in which it holds, with Wilson's interval; it is supported when all do;
- "in every setting": the same share; supported when in each setting it holds in more than half of the repeats;
- "increases with": the share of ordered pairs of settings; `lower` counts the pairs ordered beyond doubt, `upper`
  those not reversed beyond doubt (a difference of means of 1.96 standard errors); supported when none is reversed
  beyond doubt and the ends are ordered beyond doubt;
- an exponent or a ratio: the value whose interval lies farthest from the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import notation as N
from theorems.experiments import BACKTRACKING, STATEMENTS
from theorems.statement import Empirical, Statement
from verify.experiments.figure_runs import FigureData, Series, Setting
from verify.experiments.recipes import Figure1
from verify.verdict import Estimated, Refuted, Undecided, Verdict

Array = NDArray[np.float64]
Judge = Callable[[FigureData], Verdict]

_Z = 1.959963984540054
# Weights after which the sharpest exponents and rates of a figure are compared with a claim.
_MATCH = 0.9
_FOLLOWS = 0.5
_NEGLIGIBLE = 0.1


@dataclass(frozen=True)
class Judged:
    """A sentence's verdict under the recipe, and under other choices that the text leaves open."""

    statement: Statement
    verdict: Verdict
    choices: tuple[tuple[str, Verdict], ...] = ()

    @property
    def timing(self) -> bool:
        """Whether the sentence is about wall-clock, which does not repeat."""
        return isinstance(self.statement.then, Empirical) and self.statement.then.timing


def empirical_statements() -> tuple[Statement, ...]:
    """The sentences that data decide, in the catalog's order."""
    return tuple(s for s in STATEMENTS if isinstance(s.then, Empirical))


def figure_of(statement: Statement) -> int:
    """The figure whose data decide the sentence; Algorithm 1's are decided on the problems of Section 4."""
    assert isinstance(statement.then, Empirical)
    name = statement.then.experiment
    return int(name.removeprefix("figure-")) if name.startswith("figure-") else Figure1.figure


def judge(statement: Statement, data: Mapping[int, FigureData]) -> Verdict:
    """The verdict of one sentence. Raises KeyError when its figure is not among the data."""
    if statement.label == "jG2.backtracking-runs":
        return printed_loop(data[Figure1.figure])
    return _JUDGES[statement.label](data[figure_of(statement)])


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion."""
    if not cases:
        return 0.0, 1.0
    p, z2 = hits / cases, _Z**2
    centre = (p + z2 / (2 * cases)) / (1 + z2 / cases)
    half = _Z * np.sqrt(p * (1 - p) / cases + z2 / (4 * cases**2)) / (1 + z2 / cases)
    low = 0.0 if hits == 0 else float(centre - half)
    return low, 1.0 if hits == cases else float(centre + half)


def _share(data: FigureData, holds: Iterable[tuple[str, Any]], every_repeat: bool) -> Estimated:
    cases = [(name, np.atleast_1d(np.asarray(ok, dtype=bool))) for name, ok in holds]
    hits, total = sum(int(ok.sum()) for _, ok in cases), sum(ok.size for _, ok in cases)
    low, high = wilson(hits, total)
    if every_repeat:
        failing = [name for name, ok in cases if not ok.all()]
    else:
        failing = [name for name, ok in cases if 2 * int(ok.sum()) <= ok.size]
    detail = "holds in every setting" if not failing else "fails in: " + "; ".join(dict.fromkeys(failing))
    share = hits / total if total else 0.0
    return Estimated(share, low, high, total, data.recipe.seed, bool(total) and not failing, detail)


def _order(data: FigureData, groups: Iterable[tuple[str, list[tuple[float, Array]]]], rising: bool = True) -> Estimated:
    """Whether means of the arrays rise (or fall) with their keys within each group."""
    ordered = certain = reversed_ = pairs = samples = 0
    trouble, ends = [], True
    for name, members in groups:
        members = sorted(members, key=lambda item: item[0])
        for i, (low, a) in enumerate(members):
            samples += a.size
            for high, b in members[i + 1 :]:
                if low == high:
                    continue
                z = _score(a, b) * (1 if rising else -1)
                pairs, ordered, certain = pairs + 1, ordered + (z > 0), certain + (z > _Z)
                if z < -_Z:
                    reversed_ += 1
                    trouble.append(f"{name}{low:.4g} against {high:.4g}")
        ends &= _score(members[0][1], members[-1][1]) * (1 if rising else -1) > _Z
    supports = bool(pairs) and not trouble and ends
    shown = "; ".join(trouble[:6]) + ("; ..." if len(trouble) > 6 else "")
    detail = f"reversed beyond doubt: {shown}" if trouble else f"{certain} of {pairs} pairs ordered beyond doubt"
    n = max(pairs, 1)
    return Estimated(ordered / n, certain / n, 1 - reversed_ / n, samples, data.recipe.seed, supports, detail)


def _score(a: Array, b: Array) -> float:
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if a.size < 2 or b.size < 2:
        return 0.0
    difference = float(b.mean() - a.mean())
    error = float(np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size))
    return difference / error if error > 0 else np.inf * np.sign(difference) if difference else 0.0


def _by(data: FigureData, fixed: str, moving: str, measure: str) -> list[tuple[str, list[tuple[float, Array]]]]:
    groups: dict[Any, list[tuple[float, Array]]] = {}
    for s in data.settings:
        groups.setdefault(s.parameters.get(fixed), []).append((s.parameters[moving], s.measures[measure]))
    return [("" if key is None else f"{fixed} = {key:.4g}: {moving} = ", members) for key, members in groups.items()]


def _each(data: FigureData, labels: tuple[str, ...], test: Callable[[Setting, Series], Any]) -> Any:
    for s in data.settings:
        for label in labels:
            if label in s.series:
                yield f"{s.name}, {s.series[label].label}", test(s, s.series[label])


def _across_settings(data: FigureData, measure: str) -> Estimated:
    """Whether a rate rises with alpha_1/alpha_2 over all settings, for each schedule of Figure 1."""
    labels = ("constant", "rho", "rho-bar")
    groups = []
    for label in labels:
        members = [(float(s.measures["ratio"].mean()), s.series[label].measures[measure]) for s in data.settings]
        groups.append((f"{label}: alpha ratio ", members))
    found = _order(data, groups)
    return found


def _fewer(data: FigureData, others: tuple[str, ...]) -> Estimated:
    def test(s: Setting, other: Series) -> Any:
        ours, theirs = s.series["rho"].measures["iterations"], other.measures["iterations"]
        # Where neither run reaches the accuracy, the one that falls faster would need fewer.
        both = np.isinf(ours) & np.isinf(theirs)
        return np.where(both, s.series["rho"].measures["rate"] > other.measures["rate"], ours < theirs)

    return _share(data, _each(data, others, test), every_repeat=False)


def _xu(data: FigureData) -> tuple[str, ...]:
    return tuple(label for label in data.settings[0].series if label.startswith("xu-"))


def _step_growth(s: Setting, series: Series) -> Any:
    m = series.measures
    return (m["eta_falls_before_binding"] == 0) & np.isfinite(m["binding_from"]) & (m["unbound_after_binding"] == 0)


def _exponent(data: FigureData, claimed: Callable[[float], float]) -> Verdict:
    if len({s.parameters["h"] for s in data.settings}) < 2:
        return Undecided("one width only: an exponent needs at least two")
    worst: tuple[float, float, float, float] | None = None
    parts, supports, samples = [], True, 0
    for p in dict.fromkeys(s.parameters["p"] for s in data.settings):
        chosen = [s for s in data.settings if s.parameters["p"] == p]
        x = np.concatenate([np.full(s.measures["ratio"].size, np.log(s.parameters["h"])) for s in chosen])
        y = np.log(1 - np.concatenate([s.measures["ratio"] for s in chosen]))
        slope, half = _slope(x, y)
        samples += x.size
        inside = abs(slope - claimed(p)) <= half
        supports &= inside
        parts.append(f"p = {p:.4g}: {slope:.3f} +- {half:.3f}, claimed {claimed(p):.3f}")
        distance = abs(slope - claimed(p)) / half
        if worst is None or distance > worst[0]:
            worst = (distance, slope, slope - half, slope + half)
    assert worst is not None
    return Estimated(*worst[1:], samples, data.recipe.seed, supports, "; ".join(parts))


def _slope(x: Array, y: Array) -> tuple[float, float]:
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    residual = y - y.mean() - slope * centred
    error = np.sqrt(residual @ residual / max(x.size - 2, 1) / (centred @ centred))
    return slope, float(_Z * error)


def _rate_ratios(data: FigureData, measure: str) -> list[tuple[float, Array]]:
    return [
        (s.parameters["h"], s.series["rho"].measures[measure] / s.series["plain"].measures[measure])
        for s in data.settings
    ]


def _matches(data: FigureData, measure: str = "final_rate") -> Estimated:
    """The ratio of rates over the last tenth of each run ("asymptotically"); other stretches stand in the detail."""
    _, ratio = max(_rate_ratios(data, measure), key=lambda item: item[0])
    mean, half = float(ratio.mean()), float(_Z * ratio.std(ddof=1) / np.sqrt(ratio.size))
    parts = []
    for name, words in (("rate", "whole run"), ("late_rate", "second half"), ("final_rate", "last tenth")):
        value = max(_rate_ratios(data, name), key=lambda item: item[0])[1].mean()
        parts.append(f"{words} {value:.3f}")
    fall = -np.log10(getattr(data.recipe, "reduction", 1.0))
    detail = f"ratio of rates at the largest width, L falling by 10^-{fall:.0f}: " + ", ".join(parts)
    return Estimated(mean, mean - half, mean + half, ratio.size, data.recipe.seed, mean - half >= _MATCH, detail)


def _seconds(data: FigureData, holds: Callable[[dict[str, dict[str, float]], str], bool]) -> Estimated:
    """`holds(times, part)` in each setting, singular values that the rule asks for included; without, in the detail."""
    found = _share(data, ((name, holds(times, "rule")) for name, times in data.seconds.items()), every_repeat=True)
    alone = sum(holds(times, "rule_alone") for times in data.seconds.values())
    detail = f"without the singular values that the rules ask for: holds in {alone} of {len(data.seconds)} settings"
    return replace(found, detail=f"{found.detail}; {detail}")


def _per_iteration(times: Mapping[str, float], part: str) -> float:
    return times[part] / max(times["iterations"], 1.0)


def _to_accuracy(data: FigureData, name: str, label: str) -> float:
    setting = next(s for s in data.settings if s.name == name)
    iterations = float(np.median(setting.series[label].measures["iterations"]))
    return iterations * _per_iteration(data.seconds[name][label], "total")


def _faster_in_time(data: FigureData) -> Estimated:
    others = (*_xu(data), "armijo")
    holds = (
        (name, all(_to_accuracy(data, name, "rho") < _to_accuracy(data, name, other) for other in others))
        for name in data.seconds
    )
    return _share(data, holds, every_repeat=True)


_RHO = ("rho",)
_SCHEDULES_1 = ("constant", "rho", "rho-bar")

_JUDGES: dict[str, Judge] = {
    "j4.noise-raises-loss": lambda d: _order(d, _by(d, "h", "sigma", "initial_loss")),
    "j4.noise-lowers-margin": lambda d: _order(d, _by(d, "h", "sigma", "margin"), rising=False),
    "j4.imbalance-grows-with-width": lambda d: _order(d, _by(d, "sigma", "h", "imbalance")),
    "j4.1-bound-holds": lambda d: _share(
        d,
        _each(d, _SCHEDULES_1, lambda s, r: (r.measures["over_bound"] == 0) & (r.measures["over_bound_17"] == 0)),
        every_repeat=True,
    ),
    "j4.1-bound-follows": lambda d: _share(
        d,
        _each(d, ("rho", "rho-bar"), lambda s, r: r.measures["bound_rate"] >= _FOLLOWS * r.measures["rate"]),
        every_repeat=False,
    ),
    "j4.1-slower-bound": lambda d: _across_settings(d, "bound_rate"),
    "j4.1-slower-loss": lambda d: _across_settings(d, "rate"),
    "j4.2-fastest-against-xu": lambda d: _fewer(d, _xu(d)),
    # The printed loop takes no step at all (jG2.backtracking-runs): the rule with the Armijo test stands for it.
    "j4.2-fastest-against-backtracking": lambda d: _fewer(d, ("armijo",)),
    "j4.2-fastest-in-time": _faster_in_time,
    "j4.2-step-time-negligible": lambda d: _seconds(d, lambda t, p: t["rho"][p] <= _NEGLIGIBLE * t["rho"]["total"]),
    "j4.2-eta-max-dominates": lambda d: _seconds(d, lambda t, p: t["eta_max"]["total"] > t["rho"][p]),
    "j4.2-polynomial-costs-more": lambda d: _seconds(
        d, lambda t, p: _per_iteration(t["xu-per-state"], p) > _per_iteration(t["rho"], p)
    ),
    "j4.2-backtracking-costs-more": lambda d: _seconds(
        d, lambda t, p: _per_iteration(t["armijo"], p) > _per_iteration(t["rho"], p)
    ),
    "j4.2-local-constant-falls": lambda d: _share(
        d, _each(d, _RHO, lambda s, r: r.measures["K_t_net_fall"] > 0), every_repeat=True
    ),
    "j4.2-local-constant-monotone": lambda d: _share(
        d, _each(d, _RHO, lambda s, r: r.measures["K_t_rises"] == 0), every_repeat=True
    ),
    "j4.2-step-size-grows": lambda d: _share(d, _each(d, _RHO, _step_growth), every_repeat=True),
    "j5.faster-than-constant": lambda d: _fewer(d, ("constant",)),
    "jG1.condition-number-falls-with-width": lambda d: _order(d, _by(d, "p", "h", "kappa"), rising=False),
    "jG1.ratio-falls-with-exponent": lambda d: _order(d, _by(d, "h", "p", "ratio")),
    "jG1.exponent-of-the-theorem": lambda d: _exponent(d, lambda p: 2 * p - 1),
    "jG1.exponent-of-the-text": lambda d: _exponent(d, lambda p: p - 0.5),
    "jG2.almost-matches": _matches,
    "jG2.gap-closes-with-width": lambda d: _order(d, [("h = ", _rate_ratios(d, "final_rate"))]),
    "jG2.ratio-grows-with-width": lambda d: _order(d, _by(d, "", "h", "ratio")),
    "s4.tighter-rate": lambda d: _share(
        d, _each(d, _SCHEDULES_1, lambda s, r: r.measures["rho_over_prior"] == 0), every_repeat=True
    ),
}


def printed_loop(data: FigureData) -> Verdict:
    """Refuted by the first problem of Figure 1, where no step size can pass the printed test, as a certificate.

    L(t+1) >= 0, so that the test L(t+1) <= L(t) - gamma ||grad L||_F^2 needs gamma ||grad L||_F^2 <= L(t): the
    certificate is an exact witness against that claim, the problem's weights compressed to width n + m.
    """
    from verify.certificate import build, check_certificate

    recipe = data.recipe
    assert isinstance(recipe, Figure1)
    setup = recipe.setup(0)
    loss = CenteredLoss("square", _exact(setup.loss.X[0]), _exact(setup.W_star[0]))  # type: ignore[attr-defined]
    statement = next(s for s in BACKTRACKING if s.id == "jG2.backtracking-terminates")
    # X is orthogonal up to the rounding of its entries.
    slack = Fraction(1, 2**40)
    world = World(
        {N.n: setup.n, N.m: setup.m, N.h: setup.W1.shape[2]},
        {
            N.W1: _exact(setup.W1[0]),
            N.W2: _exact(setup.W2[0]),
            N.W_star: _exact(setup.W_star[0]),
            N.K: 1 + slack,
            N.mu: 1 - slack,
        },
        loss,
    )
    certificate = build(statement, world)
    if check_certificate(certificate)[0] != 0:
        return Estimated(0.0, 0.0, 1.0, 1, recipe.seed, False, "the test can be met at the first step of this problem")
    where = f"{data.settings[0].name}, repeat 0 of seed {recipe.seed}"
    return Refuted(
        certificate, f"{where}: 0.9 ||grad L(0)||_F^2 > L(0), so that no step size ends the loop of iteration 0"
    )


def _exact(a: Array) -> list[list[Fraction]]:
    return [[Fraction(float(x)) for x in row] for row in a]
