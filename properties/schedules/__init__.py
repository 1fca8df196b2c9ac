"""Step-size schedules behind one interface, and `named`, which builds one from its command-line name."""

from __future__ import annotations

from properties.schedules.adaptive import READINGS, Equation19, RhoMinimizer
from properties.schedules.line_search import Backtracking, ExactLineSearch
from properties.schedules.names import NAMES, named
from properties.schedules.prior_work import VARIANTS, Arora2018, Du2018, Xu2023
from properties.schedules.rule import Schedule, StepRule, Trial
from properties.schedules.simple import Constant, Given, Polyak

__all__ = [
    "NAMES",
    "READINGS",
    "VARIANTS",
    "Arora2018",
    "Backtracking",
    "Constant",
    "Du2018",
    "Equation19",
    "ExactLineSearch",
    "Given",
    "Polyak",
    "RhoMinimizer",
    "Schedule",
    "StepRule",
    "Trial",
    "Xu2023",
    "named",
]
