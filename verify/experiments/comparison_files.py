"""Runs of `localpl gd` on disk: curves as CSV and a drawing with the certified bounds beside the losses."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from verify.experiments.comparison import Run


def write_runs(runs: Sequence[Run], folder: Path) -> None:
    """Write `gd.csv`: log10 of loss, bound and step by schedule and iteration."""
    with (folder / "gd.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["schedule", "iteration", "log10_loss", "log10_bound", "log10_eta"])
        for run in runs:
            for t, loss in enumerate(run.log_loss):
                bound = "" if run.bound is None else format(run.bound[t], ".12g")
                eta = format(run.log_eta[t], ".12g") if t < len(run.log_eta) else ""
                out.writerow([run.spec, t, format(loss, ".12g"), bound, eta])


def draw_runs(runs: Sequence[Run], folder: Path) -> list[str]:
    """Write `gd.svg` and `gd.pdf`; their names. Raises MissingBackend without matplotlib."""
    from verify.experiments.plots.style import MARKERS, STYLES, pyplot, save

    figure, (left, right) = pyplot().subplots(1, 2, figsize=(7.2, 2.8))
    for k, run in enumerate(runs):
        dashes, _, grey = STYLES[k % len(STYLES)]
        t = np.arange(len(run.log_loss))
        left.plot(t, run.log_loss, linestyle=dashes, color=grey, label=run.name)
        if run.bound is not None:
            every = max(1, len(t) // 10)
            marker = MARKERS[k % len(MARKERS)]
            left.plot(
                t, run.bound, linestyle="none", marker=marker, markersize=4, markevery=every, color=grey, mfc="none"
            )
        right.plot(np.arange(len(run.log_eta)), run.log_eta, linestyle=dashes, color=grey)
    left.set_xscale("symlog", linthresh=10)
    right.set_xscale("symlog", linthresh=10)
    left.set_xlabel("iteration")
    right.set_xlabel("iteration")
    left.set_ylabel("log₁₀ L(t), certified bounds as markers")
    right.set_ylabel("log₁₀ ηₜ")
    figure.subplots_adjust(wspace=0.3)
    figure.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncol=3)
    return save(figure, str(folder / "gd"))
