"""Schedules by name and options: `eq19:h=rho-bar,reading=previous`, `armijo:trial=1/10`, `xu:variant=uniform`."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from properties.errors import InputError
from properties.exact_numbers import parse_rational, shorten
from properties.schedules.adaptive import Equation19, RhoMinimizer
from properties.schedules.line_search import Backtracking, ExactLineSearch
from properties.schedules.prior_work import Arora2018, Du2018, Xu2023
from properties.schedules.rule import Schedule
from properties.schedules.simple import Constant, Polyak

_Options = dict[str, Any]

# Name -> (what it is, option names, whether it needs an initial step, builder from options and that step).
NAMES: dict[str, tuple[str, tuple[str, ...], bool, Callable[[_Options, Any], Schedule]]] = {
    "constant": ("eta_t = eta", ("eta",), True, lambda o, e: Constant(o.get("eta", e))),
    "eq19": (
        "(19): min(growth, 1/K_t) or, with h=rho-bar, min(growth, 1/K-bar_t)",
        ("h", "reading", "c", "d", "eta0", "form"),
        True,
        lambda o, e: Equation19(o.pop("eta0", e), **o),
    ),
    "rho-min": (
        "the exact minimizer of rho(eta, t)",
        ("eta0", "d"),
        False,
        lambda o, e: RhoMinimizer(o.pop("eta0", None), **o),
    ),
    "xu": (
        "Xu et al. 2023, minimizer of (64) under two caps",
        ("variant", "c1", "c2"),
        False,
        lambda o, e: Xu2023(**o),
    ),
    "arora": ("Arora et al. 2018, constant", (), False, lambda o, e: Arora2018()),
    "du": ("Du et al. 2018, decreasing", (), False, lambda o, e: Du2018()),
    "backtracking": (
        "Algorithm 1 as printed",
        ("trial", "tau", "gamma", "warm"),
        False,
        lambda o, e: Backtracking(**{**o, "warm": bool(o.get("warm", 0))}),
    ),
    "armijo": (
        "backtracking with the standard Armijo test",
        ("trial", "tau", "gamma", "warm"),
        False,
        lambda o, e: Backtracking(armijo=True, **{**o, "warm": bool(o.get("warm", 0))}),
    ),
    "exact": ("exact line search, quadratic losses", (), False, lambda o, e: ExactLineSearch()),
    "polyak": ("Polyak's step, min L = 0", ("factor",), False, lambda o, e: Polyak(**o)),
}

_WORDS = ("h", "reading", "variant", "form")


def needs_initial_step(spec: str) -> bool:
    """Whether the named schedule takes its first step size from eta_max when its options give none."""
    name, options = _parsed(spec)
    return NAMES[name][2] and not {"eta", "eta0"} & options.keys()


def named(spec: str, eta_0: Any = None) -> Schedule:
    """The schedule `name:option=value,...`; `eta_0` is the initial step for those that need one.

    Raises InputError on an unknown name or option (naming the nearest) and on a value out of range.
    """
    name, options = _parsed(spec)
    if eta_0 is None and needs_initial_step(spec):
        raise InputError(
            f"schedule = {spec}: needs an initial step; write {name}:{'eta' if name == 'constant' else 'eta0'}=..."
        )
    return NAMES[name][3](dict(options), eta_0)


def _parsed(spec: str) -> tuple[str, _Options]:
    name, _, text = spec.partition(":")
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(NAMES)}"
        raise InputError(f"schedule = {name!r}: no such schedule; {hint}")
    allowed = NAMES[name][1]
    options: _Options = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not equals or key not in allowed:
            known = f"{name} takes {', '.join(allowed)}" if allowed else f"{name} takes no options"
            raise InputError(f"schedule = {spec}: option {key!r} unknown; {known}")
        options[key] = value if key in _WORDS else _number(spec, key, value)
    return name, options


def _number(spec: str, key: str, value: str) -> float:
    said = f"schedule = {shorten(spec)}: {key} = {shorten(value)}"
    try:
        number = float(parse_rational(value, key))
    except (InputError, OverflowError):
        raise InputError(f"{said} is no number that float64 holds; write 1/100 or 0.01") from None
    if key == "warm":
        if number not in (0, 1):
            raise InputError(f"{said}: write 0 or 1")
    elif key == "c" and not 0 < number < 1:
        raise InputError(f"{said}: c lies strictly between 0 and 1")
    elif key == "d" and number <= 1:
        raise InputError(f"{said}: d is larger than 1")
    elif number <= 0:
        raise InputError(f"{said}: write a positive number")
    return number
