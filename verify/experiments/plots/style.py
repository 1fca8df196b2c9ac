"""One style for all drawings: vector output, dashes and markers that read in black and white, same bytes each time."""

from __future__ import annotations

from typing import Any

from properties.errors import MissingBackend

# (line style, marker, grey) in the order of the series of a panel.
STYLES: tuple[tuple[Any, str, str], ...] = (
    ("-", "", "0.0"),
    ("--", "", "0.35"),
    ("-.", "", "0.0"),
    (":", "", "0.35"),
    ((0, (6, 1, 1, 1, 1, 1)), "", "0.55"),
    ((0, (1, 3)), "", "0.0"),
    ((0, (9, 3)), "", "0.6"),
)
MARKERS = ("^", "v", "s", "o", "D", "x", "+")


def pyplot() -> Any:
    """matplotlib.pyplot, drawing to files. Raises MissingBackend without matplotlib."""
    try:
        import matplotlib
    except ImportError:
        raise MissingBackend("matplotlib = not installed: drawings need it; pip install 'localpl[plot]'") from None
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update(
        {
            "font.size": 8,
            "axes.linewidth": 0.6,
            "lines.linewidth": 1.1,
            "legend.frameon": False,
            "svg.fonttype": "path",
            # Ids and dates would differ from run to run.
            "svg.hashsalt": "localpl",
        }
    )
    return plt


def save(figure: Any, stem: str) -> list[str]:
    """Write `stem`.svg and `stem`.pdf without dates; their names."""
    figure.savefig(f"{stem}.svg", metadata={"Date": None, "Creator": "localpl"}, bbox_inches="tight")
    figure.savefig(f"{stem}.pdf", metadata={"CreationDate": None, "Creator": "localpl"}, bbox_inches="tight")
    pyplot().close(figure)
    return [f"{stem}.svg", f"{stem}.pdf"]
