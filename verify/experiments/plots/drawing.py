"""The drawing of each figure from its data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from verify.experiments.figure_runs import FigureData, Series, Setting
from verify.experiments.plots.style import MARKERS, STYLES, pyplot, save


def draw(data: FigureData, folder: Path) -> list[str]:
    """Write the figure as SVG and PDF into `folder`; the names of the files."""
    artists = {1: _bounds, 2: _schedules, 3: _landscape, 4: _conditioning, 5: _against_plain}
    return save(artists[data.figure](data), str(folder / f"figure-{data.figure}"))


def _line(axis: Any, series: Series, curve: str, style: int, label: str | None, marked: bool = False) -> None:
    values = series.curves.get(curve)
    if values is None or not len(values):
        return
    dashes, _, grey = STYLES[style % len(STYLES)]
    marker = {"marker": MARKERS[style % len(MARKERS)], "markersize": 3.5, "markerfacecolor": "none"} if marked else {}
    every = {"markevery": max(1, len(values) // 12)} if marked else {}
    axis.plot(np.arange(len(values)), values, linestyle=dashes, color=grey, label=label, **marker, **every)
    spread = series.curves.get(f"{curve}_deviation")
    if spread is not None:
        axis.fill_between(np.arange(len(values)), values - spread, values + spread, color=grey, alpha=0.12, linewidth=0)


def _title(setting: Setting) -> str:
    p, ratio = setting.parameters, float(np.mean(setting.measures["ratio"]))
    noise = f", noise {p['noise_factor']:.4g}" if "noise_factor" in p else ""
    return f"h = {p['h']}{noise}, α₁/α₂ = {ratio:.3f}"


def _panels(count: int, rows: int, columns: int, height: float = 2.1) -> tuple[Any, list[Any]]:
    figure, axes = pyplot().subplots(rows, columns, figsize=(2.9 * columns, height * rows), squeeze=False)
    flat = [a for row in axes for a in row]
    for axis in flat[count:]:
        axis.axis("off")
    figure.subplots_adjust(hspace=0.62, wspace=0.3)
    return figure, flat


def _legend(figure: Any, axis: Any, columns: int) -> None:
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, 0.06), ncol=columns)


def _bounds(data: FigureData) -> Any:
    figure, axes = _panels(len(data.settings), -(-len(data.settings) // 3), 3)
    for axis, setting in zip(axes, data.settings, strict=False):
        for k, series in enumerate(setting.series.values()):
            _line(axis, series, "log10_loss", k, f"loss, {series.label}")
            bound = "(17)" if k == 0 else "(20)"
            _line(axis, series, "log10_bound", k, f"bound {bound}, {series.label}", marked=True)
        axis.set_title(_title(setting), fontsize=8)
        axis.set_xlabel("iteration")
        axis.set_ylabel("log₁₀ L(t)")
    _legend(figure, axes[0], 3)
    return figure


def _schedules(data: FigureData) -> Any:
    groups = -(-len(data.settings) // 3)
    figure, axes = _panels(6 * groups, 2 * groups, 3, 1.9)
    for k, setting in enumerate(data.settings):
        top = axes[(k // 3) * 6 + k % 3]
        below = axes[(k // 3) * 6 + 3 + k % 3]
        for j, series in enumerate(setting.series.values()):
            ended = ", loop never ends" if series.stops.get("never_ends") else ""
            _line(top, series, "log10_loss", j, series.label + ended)
            _line(below, series, "log10_eta", j, None)
        top.set_title(_title(setting), fontsize=8)
        top.set_ylabel("log₁₀ L(t)")
        below.set_ylabel("log₁₀ ηₜ")
        below.set_xlabel("iteration")
    _legend(figure, axes[0], 4)
    return figure


def _landscape(data: FigureData) -> Any:
    grids, x = data.grids, data.grids["x"]
    figure, axes = _panels(4, 1, 4, 2.3)
    axes[0].plot(x, grids["l"], color="0")
    axes[0].set_title("ℓ(x)", fontsize=8)
    for axis, name, title in zip(
        axes[1:],
        ("L", "mu_over", "K_over"),
        ("L(x₁, x₂)", "local PL constant", "local smoothness constant"),
        strict=True,
    ):
        levels = np.quantile(grids[name], np.linspace(0.02, 0.98, 12))
        lines = axis.contour(x, x, grids[name].T, levels=np.unique(levels), colors="0.2", linewidths=0.7)
        axis.clabel(lines, fontsize=5, fmt="%.2g")
        axis.set_title(title, fontsize=8)
        axis.set_aspect("equal")
        axis.set_xlabel("x₁")
    return figure


def _conditioning(data: FigureData) -> Any:
    figure, axes = _panels(2, 1, 2, 2.6)
    powers = list(dict.fromkeys(s.parameters["p"] for s in data.settings))
    for axis, measure, label in ((axes[0], "kappa", "mean κ(T₀)"), (axes[1], "ratio", "mean α₁/α₂")):
        for k, p in enumerate(powers):
            chosen = [s for s in data.settings if s.parameters["p"] == p]
            dashes, _, grey = STYLES[k % len(STYLES)]
            axis.plot(
                [s.parameters["h"] for s in chosen],
                [float(s.measures[measure].mean()) for s in chosen],
                linestyle=dashes,
                color=grey,
                marker=MARKERS[k % len(MARKERS)],
                markerfacecolor="none",
                markersize=4,
                label=f"p = {p}",
            )
        axis.set_xlabel("width h")
        axis.set_ylabel(label)
    _legend(figure, axes[0], 3)
    return figure


def _against_plain(data: FigureData) -> Any:
    figure, axes = _panels(len(data.settings), 1, len(data.settings), 2.3)
    for axis, setting in zip(axes, data.settings, strict=False):
        for k, series in enumerate(setting.series.values()):
            _line(axis, series, "log10_loss", k, series.label)
        axis.set_title(_title(setting), fontsize=8)
        axis.set_xlabel("iteration")
        axis.set_ylabel("log₁₀ loss")
    _legend(figure, axes[0], 2)
    return figure
