"""How the data of Figures 1 to 5 are made: every choice that the text leaves open is an option with a default.

A recipe is frozen, prints as JSON and draws its problems from a seed that is fixed by (seed, figure, setting, repeat),
so that figures come out the same whatever is computed in parallel or left out.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from properties.engine import Setup, Squared, start
from properties.errors import InputError
from properties.schedules import READINGS, Backtracking, Equation19, Schedule, Xu2023
from properties.schedules.simple import Constant

Array = NDArray[np.float64]

# Option -> allowed words and what they mean.
CHOICES: dict[str, dict[str, str]] = {
    "noise": {
        "multiplier": "Y = X W(0) + sigma^2 eps: the printed factor sigma^2 multiplies standard normal noise",
        "deviation": "Y = X W(0) + sigma eps: sigma^2 is the variance",
    },
    "spread": {
        "variance": "N(0, 0.1) has variance 0.1",
        "deviation": "N(0, 0.1) has standard deviation 0.1",
    },
    "product": {
        "from-1": "the product of (20) starts at k = 1, as printed",
        "from-0": "the product of (20) starts at k = 0, which (104) gives as well and is smaller",
    },
    "reading": READINGS,
}


@dataclass(frozen=True)
class Recipe:
    """What all figures share: thirty repeats and a seed. `fraction` is eta_0 / eta_max where eta_0 is needed."""

    figure: ClassVar[int] = 0
    title: ClassVar[str] = ""

    repeats: int = 30
    seed: int = 0

    def generator(self, *place: int) -> np.random.Generator:
        """The random numbers of one (setting, repeat) of this figure."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, self.figure, *place])))

    def options(self) -> dict[str, Any]:
        """The recipe as JSON values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}

    def __post_init__(self) -> None:
        if not 1 <= self.repeats <= 10_000:
            raise InputError(f"repeats = {self.repeats}: a whole number from 1 to 10000; the paper takes 30")
        for name, words in CHOICES.items():
            value = getattr(self, name, None)
            if value is not None and value not in words:
                raise InputError(f"{name} = {value!r}: unknown reading; use one of {', '.join(words)}")
        for name in ("levels", "widths", "powers"):
            values = getattr(self, name, (1,))
            if not values or min(values) <= 0:
                raise InputError(f"{name} = {','.join(map(str, values))}: give positive numbers, comma-separated")
        for name in ("steps", "points", "size"):
            if getattr(self, name, 1) < 1:
                raise InputError(f"{name} = {getattr(self, name)}: give a whole number of at least 1")
        if not 0 < getattr(self, "c", 0.5) < 1:
            raise InputError(f"c = {self.c}: c lies strictly between 0 and 1")  # type: ignore[attr-defined]
        if not getattr(self, "d", 2.0) > 1:
            raise InputError(f"d = {self.d}: d is larger than 1")  # type: ignore[attr-defined]
        low, high = getattr(self, "low", 1.0), getattr(self, "high", 2.0)
        if not 0 < low <= high:
            raise InputError(f"low, high = {low}, {high}: the singular values of X lie in [low, high], low positive")
        if not 0 < getattr(self, "fraction", 1.0) <= 1:
            raise InputError(f"fraction = {self.fraction}: eta_0 / eta_max lies in (0, 1]")  # type: ignore[attr-defined]


def orthogonal(rng: np.random.Generator, size: int) -> Array:
    """A Haar-distributed orthogonal matrix."""
    Q, R = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(Q * np.sign(np.diag(R)))


@dataclass(frozen=True)
class _Convergence(Recipe):
    """Section 4: n = m = 10, X orthogonal, standard normal weights, Y = X W(0) + noise."""

    size: int = 10
    widths: tuple[int, ...] = (500, 1000, 4000)
    # The text names no value of sigma. In the default reading these multiply the noise by 1, 10 and 100.
    levels: tuple[float, ...] = (1.0, 10.0**0.5, 10.0)
    noise: str = "multiplier"
    c: float = 0.5
    d: float = 1.01
    fraction: float = 1.0
    reading: str = "fixed-point"
    steps: int = 1000
    reduction: float = 1e-30

    def settings(self) -> list[tuple[int, float]]:
        """(width, sigma) of the nine panels."""
        return [(h, level) for level in self.levels for h in self.widths]

    def factor(self, level: float) -> float:
        """What multiplies the standard normal noise."""
        return level**2 if self.noise == "multiplier" else level

    def setup(self, setting: int) -> Setup:
        """The batch of repeats of one panel; K = mu = 1 since X is orthogonal."""
        width, level = self.settings()[setting]
        n, pairs, residuals, inputs, stars = self.size, [], [], [], []
        for repeat in range(self.repeats):
            # The two figures of Section 4 show the same problems.
            rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, 1, setting, repeat])))
            X = orthogonal(rng, n)
            W1, W2 = rng.standard_normal((n, width)), rng.standard_normal((n, width))
            R = -self.factor(level) * (X.T @ rng.standard_normal((n, n)))
            pairs.append((W1, W2))
            inputs.append(X)
            residuals.append(R)
            stars.append(W1 @ W2.T - R)
        return start(pairs, np.array(stars), Squared(np.array(inputs)), 1.0, 1.0, residual=np.array(residuals))

    def schedules(self, eta_0: Array) -> dict[str, Schedule]:
        """The schedules drawn, by their label."""
        raise NotImplementedError


@dataclass(frozen=True)
class Figure1(_Convergence):
    """Loss against the bounds (17) and (20) for the step sizes of Section 3.2."""

    figure: ClassVar[int] = 1
    title: ClassVar[str] = "theoretical bound and loss"

    product: str = "from-1"

    def schedules(self, eta_0: Array) -> dict[str, Schedule]:
        """Constant eta_0 and (19) with either bound."""
        common: dict[str, Any] = {"c": self.c, "d": self.d}
        return {
            "constant": Constant(eta_0, name="constant eta_0"),
            "rho": Equation19(eta_0, "rho", self.reading, **common),
            "rho-bar": Equation19(eta_0, "rho-bar", **common),
        }


@dataclass(frozen=True)
class Figure2(_Convergence):
    """Loss and step size of (19), Xu et al. (2023) and backtracking."""

    figure: ClassVar[int] = 2
    title: ClassVar[str] = "loss and step size against prior work and line search"

    variants: tuple[str, ...] = ("per-state", "recomputed", "uniform")
    trial: float = 1.0
    tau: float = 0.1
    gamma: float = 0.9
    c1: float = 0.5
    c2: float = 1.5

    def schedules(self, eta_0: Array) -> dict[str, Schedule]:
        """(19) with rho, constant eta_0, Xu et al. in each variant, Algorithm 1 as printed and with the Armijo test."""
        search: dict[str, Any] = {"trial": self.trial, "tau": self.tau, "gamma": self.gamma}
        found: dict[str, Schedule] = {"rho": Equation19(eta_0, "rho", self.reading, self.c, self.d)}
        found["constant"] = Constant(eta_0, name="constant eta_0")
        for variant in self.variants:
            found[f"xu-{variant}"] = Xu2023(variant, self.c1, self.c2)
        found["backtracking"] = Backtracking(**search)
        found["armijo"] = Backtracking(armijo=True, **search)
        return found


@dataclass(frozen=True)
class Figure3(Recipe):
    """The toy example (57) to (59) on a square grid."""

    figure: ClassVar[int] = 3
    title: ClassVar[str] = "landscape and local constants of the toy example"

    extent: float = 3.0
    points: int = 121


@dataclass(frozen=True)
class Figure4(Recipe):
    """kappa(T_0) against the width h for weights of variance h^(-2p)."""

    figure: ClassVar[int] = 4
    title: ClassVar[str] = "condition number of T_0 against width"

    size: int = 10
    widths: tuple[int, ...] = (500, 750, 1000, 1250, 1500, 1750, 2000)
    powers: tuple[float, ...] = (0.275, 0.375, 0.475)
    spread: str = "variance"

    def settings(self) -> list[tuple[int, float]]:
        """(width, p) of each point."""
        return [(h, p) for p in self.powers for h in self.widths]

    def setup(self, setting: int) -> Setup:
        """The repeats of one point."""
        width, p = self.settings()[setting]
        n, pairs, inputs, stars = self.size, [], [], []
        deviation = np.sqrt(0.1) if self.spread == "variance" else 0.1
        for repeat in range(self.repeats):
            rng = self.generator(setting, repeat)
            X = orthogonal(rng, n)
            theta = deviation * rng.standard_normal((n, n))
            stars.append(theta + X.T @ (deviation * rng.standard_normal((n, n))))
            inputs.append(X)
            scale = width**-p
            pairs.append((scale * rng.standard_normal((n, width)), scale * rng.standard_normal((n, width))))
        return start(pairs, np.array(stars), Squared(np.array(inputs)), 1.0, 1.0)


@dataclass(frozen=True)
class Figure5(Recipe):
    """Overparametrized GD with (19) against GD on l itself with step 1/sigma_max^2(X), from the same W(0)."""

    figure: ClassVar[int] = 5
    title: ClassVar[str] = "overparametrized against plain gradient descent"

    size: int = 5
    widths: tuple[int, ...] = (100, 500, 1000, 4000)
    spread: str = "variance"
    low: float = 1.8
    high: float = 2.3
    c: float = 0.5
    d: float = 1.01
    fraction: float = 1.0
    reading: str = "fixed-point"
    steps: int = 1000
    reduction: float = 1e-100

    def settings(self) -> list[int]:
        """Width of each panel."""
        return list(self.widths)

    def setup(self, setting: int) -> Setup:
        """The repeats of one panel."""
        width = self.settings()[setting]
        n, pairs, inputs, residuals, stars = self.size, [], [], [], []
        deviation = np.sqrt(0.1) if self.spread == "variance" else 0.1
        for repeat in range(self.repeats):
            rng = self.generator(setting, repeat)
            X = orthogonal(rng, n) @ np.diag(rng.uniform(self.low, self.high, n)) @ orthogonal(rng, n)
            W1, W2 = (rng.standard_normal((n, width)) / np.sqrt(width) for _ in range(2))
            R = -np.linalg.solve(X, deviation * rng.standard_normal((n, n)))
            pairs.append((W1, W2))
            inputs.append(X)
            residuals.append(R)
            stars.append(W1 @ W2.T - R)
        singular = np.linalg.svd(np.array(inputs), compute_uv=False)
        loss = Squared(np.array(inputs))
        K, mu = singular[:, 0] ** 2, singular[:, -1] ** 2
        return start(pairs, np.array(stars), loss, K, mu, residual=np.array(residuals))


RECIPES: dict[int, type[Recipe]] = {1: Figure1, 2: Figure2, 3: Figure3, 4: Figure4, 5: Figure5}


def recipe(figure: int, given: Mapping[str, Any]) -> Recipe:
    """The recipe of a figure with some options changed; text values are read by the option's type.

    Options of other figures are passed over. Raises InputError on an option that no figure has, or a bad value.
    """
    if figure not in RECIPES:
        raise InputError(f"figure = {figure}: the paper has figures 1 to 5")
    kind = RECIPES[figure]
    defaults = {f.name: getattr(kind(), f.name) for f in dataclasses.fields(kind)}
    known = {f.name for k in RECIPES.values() for f in dataclasses.fields(k)}
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"options: {', '.join(sorted(known))}"
            raise InputError(f"--set {name}: no such option; {hint}")
    return kind(**{name: _read(name, value, defaults[name]) for name, value in given.items() if name in defaults})


def _read(name: str, value: Any, default: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        if isinstance(default, tuple):
            return tuple(_read(name, part, default[0]) for part in value.split(","))
        if isinstance(default, int):
            return int(value)
        if isinstance(default, float):
            return float(Fraction(value))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise InputError(f"{name} = {value!r}: not a number of the kind that {default!r} is; write it so") from None
    return value
