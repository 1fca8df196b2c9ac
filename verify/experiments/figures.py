"""Figures 1 to 5 regenerated: data as CSV and JSON, vector drawings, and the verdicts of the sentences about them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from properties.errors import InputError
from verify.experiments.figure_runs import FigureData, Progress, run
from verify.experiments.recipes import RECIPES, recipe

Array = NDArray[np.float64]

SCHEMA = "localpl/figures/1"


def generate(
    figures: Sequence[int], options: Mapping[str, Any] | None = None, progress: Progress | None = None
) -> dict[int, FigureData]:
    """The data of the figures asked for, in order. Raises InputError on a figure that is not there, or a bad option."""
    chosen = [recipe(k, options or {}) for k in (figures or sorted(RECIPES))]
    return {r.figure: run(r, progress) for r in chosen}


def folder(out: str | Path) -> Path:
    """The output folder, made if it is not there. Raises InputError when it cannot be."""
    path = Path(out)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out = {out}: cannot make this folder ({error.strerror}); give another") from None
    return path


def write_data(data: FigureData, out: Path) -> list[str]:
    """Write `figure-K.csv` (curves or grid) and `figure-K-repeats.csv` (numbers of each repeat); their names."""
    names = []
    if data.grids:
        names.append(_write(out / f"figure-{data.figure}.csv", _grid_rows(data)))
    curves = list(_curve_rows(data))
    if len(curves) > 1:
        names.append(_write(out / f"figure-{data.figure}.csv", curves))
    repeats = list(_repeat_rows(data))
    if len(repeats) > 1:
        names.append(_write(out / f"figure-{data.figure}-repeats.csv", repeats))
    return names


def _write(path: Path, rows: Any) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return str(path)


def _text(value: float) -> str:
    # Twelve digits: the thirteenth differs between builds of the linear algebra below NumPy.
    return format(float(value), ".12g")


def _grid_rows(data: FigureData) -> Any:
    x, plane = data.grids["x"], [k for k, v in data.grids.items() if v.ndim == 2]
    yield ["x_1", "x_2", *plane]
    for i, a in enumerate(x):
        for j, b in enumerate(x):
            yield [_text(a), _text(b), *(_text(data.grids[k][i, j]) for k in plane)]


def _curve_rows(data: FigureData) -> Any:
    yield ["setting", "schedule", "curve", "iteration", "value"]
    for setting in data.settings:
        for label, series in setting.series.items():
            for curve, values in series.curves.items():
                for t, value in enumerate(values):
                    yield [setting.name, label, curve, t, _text(value)]


def _repeat_rows(data: FigureData) -> Any:
    yield ["setting", "schedule", "measure", "repeat", "value"]
    for setting in data.settings:
        groups = [("", setting.measures), *((k, s.measures) for k, s in setting.series.items())]
        for label, measures in groups:
            for name, values in measures.items():
                for i, value in enumerate(values):
                    yield [setting.name, label, name, i, _text(value)]


def summary(data: FigureData) -> dict[str, Any]:
    """What `--json` says of a figure: its recipe and the median of each measure by setting and schedule."""
    return {
        "figure": data.figure,
        "title": data.recipe.title,
        "recipe": json.loads(json.dumps(data.recipe.options())),
        "settings": [
            {
                "name": s.name,
                "parameters": {k: _number(v) for k, v in s.parameters.items()},
                "medians": _medians(s.measures),
                "schedules": {
                    label: {"name": series.label, "stops": series.stops, "medians": _medians(series.measures)}
                    for label, series in s.series.items()
                },
            }
            for s in data.settings
        ],
    }


def _medians(measures: Mapping[str, Array]) -> dict[str, str | None]:
    return {name: _number(np.median(values)) for name, values in measures.items()}


def _number(value: Any) -> str | None:
    """A number as JSON carries it here: a string of twelve digits, None when there is none."""
    return None if np.isnan(value) else _text(value)
