"""A sentence about the experiments decided for the catalog: one set of figure data a seed and budget."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from theorems.statement import Empirical, Statement
from verify.experiments_verdicts import figure_of, judge
from verify.figure_runs import FigureData, run
from verify.recipes import recipe
from verify.verdict import Undecided, Verdict

# Repeats and most steps of each run, by budget.
BUDGETS: dict[str, dict[str, Any]] = {"quick": {"repeats": 5, "steps": 400}, "full": {"repeats": 30}}
# The quick budget shows the nine panels of Section 4 for fewer steps: the slow ones are compared by their rates.
_QUICK_STEPS = {1: 150, 2: 150}


@lru_cache(maxsize=16)
def _data(figure: int, seed: int, budget: str) -> FigureData:
    options = {**BUDGETS[budget], "seed": seed}
    if budget == "quick" and figure in _QUICK_STEPS:
        options["steps"] = min(options["steps"], _QUICK_STEPS[figure])
    return run(recipe(figure, options))


def decide_experiment(statement: Statement, seed: int = 0, budget: str = "quick") -> Verdict:
    """The verdict of an empirical statement from runs with this seed.

    Sentences about wall-clock stay Undecided here, since a verdict of the catalog repeats bit for bit; `localpl
    figures` measures them. Raises KeyError for an unknown budget.
    """
    if isinstance(statement.then, Empirical) and statement.then.timing:
        return Undecided(
            "wall-clock does not repeat: `localpl figures 2` measures it on this machine and writes timings.json"
        )
    figure = figure_of(statement)
    return judge(statement, {figure: _data(figure, seed, budget)})
