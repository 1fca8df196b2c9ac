"""All figures asked for with their verdicts, under the recipes' defaults and under the other open choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from verify.experiments.experiments_verdicts import Judged, empirical_statements, figure_of, judge
from verify.experiments.figure_runs import FigureData, run
from verify.experiments.figures import SCHEMA, summary
from verify.experiments.recipes import RECIPES, recipe
from verify.verdict import Estimated, Refuted, Verdict

# Other choices under which the sentences of a figure are judged again, with at most this many repeats.
CHOICES: dict[int, tuple[dict[str, str], ...]] = {
    1: ({"noise": "deviation"}, {"fraction": "1/10"}, {"product": "from-0"}),
    2: (
        {"noise": "deviation"},
        {"fraction": "1/10"},
        {"trial": "1/1000", "tau": "1/2"},
        {"reduction": "1e-250", "steps": "3000", "variants": "per-state"},
    ),
    4: ({"spread": "deviation"},),
    5: (
        {"spread": "deviation"},
        {"reduction": "1e-30"},
        {"reduction": "1e-250", "steps": "5000"},
        {"reduction": "1e-250", "steps": "5000", "spread": "deviation"},
    ),
}
CHOICE_REPEATS = 10


@dataclass(frozen=True)
class Report:
    """Data of the figures and the verdict of each sentence about them."""

    data: Mapping[int, FigureData]
    judged: Sequence[Judged]

    def as_json(self) -> dict[str, Any]:
        """The body of `localpl figures --json`: nothing in it depends on the clock."""
        return {
            "schema": SCHEMA,
            "figures": [summary(d) for d in self.data.values()],
            "statements": [_statement(j) for j in self.judged if not j.timing],
            "timing_statements": [j.statement.id for j in self.judged if j.timing],
        }

    def timings(self) -> dict[str, Any]:
        """Wall-clock by figure, setting and schedule, and the sentences about it."""
        return {
            "schema": "localpl/timings/1",
            "seconds": {f"figure-{k}": d.seconds for k, d in self.data.items() if d.seconds},
            "statements": [_statement(j) for j in self.judged if j.timing],
        }

    def row(self, judged: Judged) -> tuple[str, str, str, str]:
        """(sentence, verdict, estimate, where it holds and fails) for the table."""
        v = judged.verdict
        sentence = f"{judged.statement.id}\n{judged.statement.then}"
        lines = [v.detail if isinstance(v, Estimated) else getattr(v, "evidence", "")]
        for options, other in judged.choices:
            lines.append(f"with {options}: {_word(other)}{_estimate(other)}")
        return sentence, _word(v), _estimate(v).strip(), "\n".join(filter(None, lines))


def _word(v: Verdict) -> str:
    if isinstance(v, Estimated):
        return "supported" if v.supports else "not supported"
    return v.name


def _estimate(v: Verdict) -> str:
    return f" {v.estimate:.3f} [{v.lower:.3f}, {v.upper:.3f}]" if isinstance(v, Estimated) else ""


def _statement(judged: Judged) -> dict[str, Any]:
    statement = judged.statement
    return {
        "id": statement.id,
        "label": statement.label,
        "meaning": str(statement.then),
        "figure": figure_of(statement),
        **verdict_json(judged.verdict),
        "choices": [{"options": options, **verdict_json(v)} for options, v in judged.choices],
    }


def verdict_json(v: Verdict) -> dict[str, Any]:
    """A verdict of an empirical sentence as JSON, numbers as strings of twelve digits."""
    if isinstance(v, Estimated):
        return {
            "verdict": v.name,
            "supports": v.supports,
            "estimate": format(v.estimate, ".12g"),
            "interval": [format(v.lower, ".12g"), format(v.upper, ".12g")],
            "samples": v.samples,
            "seed": v.seed,
            "detail": v.detail,
        }
    if isinstance(v, Refuted):
        return {"verdict": v.name, "certificate": v.certificate, "detail": v.evidence}
    return {"verdict": v.name, "detail": str(getattr(v, "why", ""))}


def regenerate(
    figures: Sequence[int],
    options: Mapping[str, Any],
    choices: bool = True,
    jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """The report on `figures` (all five when empty), the same for any number of `jobs` but for wall-clock.

    Raises InputError on an unknown figure, option or value.
    """
    tell = progress or (lambda text: None)
    numbers = sorted(figures) or sorted(RECIPES)
    tasks: list[tuple[int, dict[str, Any]]] = [(k, dict(options)) for k in numbers]
    if choices:
        fewer = {"repeats": min(int(options.get("repeats", 30)), CHOICE_REPEATS)}
        tasks += [(k, {**options, **changed, **fewer}) for k in numbers for changed in CHOICES.get(k, ())]
    recipes = [recipe(k, o) for k, o in tasks]  # bad options are found before anything runs
    del recipes
    results = _computed(tasks, jobs, tell)
    data = dict(zip(numbers, results, strict=False))
    others: dict[int, list[tuple[str, FigureData]]] = {k: [] for k in numbers}
    for (k, o), found in zip(tasks[len(numbers) :], results[len(numbers) :], strict=True):
        changed = {name: o[name] for name in o if o[name] != options.get(name) and name != "repeats"}
        others[k].append((", ".join(f"{name}={value}" for name, value in changed.items()), found))
    return Report(data, [_judged(s, data, others) for s in empirical_statements() if figure_of(s) in data])


def _judged(
    statement: Any, data: Mapping[int, FigureData], others: Mapping[int, list[tuple[str, FigureData]]]
) -> Judged:
    figure = figure_of(statement)
    verdict = judge(statement, data)
    if isinstance(verdict, Refuted):
        return Judged(statement, verdict)
    found = tuple((text, judge(statement, {figure: other})) for text, other in others[figure])
    return Judged(statement, verdict, found)


def _compute(task: tuple[int, dict[str, Any]]) -> FigureData:
    return run(recipe(*task))


def _computed(tasks: Sequence[tuple[int, dict[str, Any]]], jobs: int, tell: Callable[[str], None]) -> list[FigureData]:
    if jobs == 1 or len(tasks) == 1:
        found = []
        for k, task in enumerate(tasks, 1):
            tell(f"experiments {k} of {len(tasks)}")
            found.append(run(recipe(*task), tell))
        return found
    # Longest first, so that no core is left alone with a long one at the end.
    order = sorted(range(len(tasks)), key=lambda i: (-_cost(tasks[i]), i))
    results: dict[int, FigureData] = {}
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn")) as pool:
        futures = {i: pool.submit(_compute, tasks[i]) for i in order}
        for done, i in enumerate(order, 1):
            results[i] = futures[i].result()
            tell(f"experiments {done} of {len(tasks)}")
    return [results[i] for i in range(len(tasks))]


def _cost(task: tuple[int, dict[str, Any]]) -> float:
    return {1: 2.0, 2: 4.0, 3: 0.1, 4: 1.0, 5: 1.0}[task[0]] * int(task[1].get("repeats", 30))
