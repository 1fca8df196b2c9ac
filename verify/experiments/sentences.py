"""Sentences about the experiments, decided inside a run of the whole catalog from the figures' data."""

from __future__ import annotations

from functools import lru_cache

from theorems.statement import Empirical, Statement
from verify.verdict import Undecided, Verdict

REPEATS = {"quick": 2, "full": 30}


def decide_experiment(statement: Statement, seed: int, budget: str) -> Verdict:
    """The verdict of a sentence from its figure's data, made once a process.

    quick takes 2 repeats, full the paper's 30. Sentences about wall-clock stay undecided here: their data do not
    repeat; `localpl figures` measures them.
    """
    claim = statement.then
    if not isinstance(claim, Empirical):
        return Undecided("an empirical claim without an operational meaning")
    if claim.timing:
        return Undecided("a sentence about wall-clock: measured by localpl figures, apart from what repeats")
    from verify.experiments.experiments_verdicts import figure_of, judge

    figure = figure_of(statement)
    return judge(statement, {figure: _data(figure, seed, REPEATS[budget])})


@lru_cache(maxsize=8)
def _data(figure: int, seed: int, repeats: int):  # type: ignore[no-untyped-def]
    from verify.experiments.figure_runs import run
    from verify.experiments.recipes import recipe

    return run(recipe(figure, {"repeats": repeats, "seed": seed}))
