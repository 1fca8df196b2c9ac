"""Results as a notebook shows them: HTML tables for audits and verdicts, LaTeX for statements and enclosures."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

# Survived is never shown in the colour of Proved.
_COLOURS = {"proved": "#1a7f37", "refuted": "#cf222e", "observed": "#8250df", "survived": "#9a6700"}
_LONGEST = 160


def table_html(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """An HTML table; cells are HTML already."""
    top = "".join(f"<th style='text-align:left'>{escape(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td style='text-align:left'>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def coloured(text: str, verdict: str) -> str:
    """A verdict's name in its colour."""
    return f"<span style='color:{_COLOURS.get(verdict, '#57606a')}'>{escape(text)}</span>"


def verdict_html(verdict: Any) -> str:
    """A verdict with its fields, as a table."""
    rows = [("verdict", coloured(verdict.name, verdict.name))]
    rows += [
        (field, escape(_shorten(getattr(verdict, field))))
        for field in verdict.__dataclass_fields__
        if getattr(verdict, field) not in ("", None)
    ]
    return table_html(("", ""), rows)


def audit_html(audit: Any) -> str:
    """An audit: its assumptions, then a row a statement that the runs decide."""
    marks = {True: "holds", False: "fails", None: "undecided"}
    parts = []
    if audit.assumptions:
        rows = [(escape(a.name), marks[a.holds], escape(a.reason)) for a in audit.assumptions]
        parts.append(table_html(("assumption", "", "why"), rows))
    rows = [
        (
            f"<code>{escape(r.statement.id)}</code>",
            coloured(r.outcome, "proved" if r.outcome.startswith("holds") else r.verdict.name),
            str(r.cases),
            "" if r.cases == 0 else f"{r.margin:.2e}",
            escape(_shorten(getattr(r.verdict, "instance", r.where))),
        )
        for r in audit.rows
        if r.verdict.name != "undecided"
    ]
    parts.append(table_html(("statement", "verdict", "cases", "margin", "where"), rows))
    return "".join(parts)


def interval_latex(lower: str, upper: str) -> str:
    """[lower, upper] as LaTeX, one number where the ends agree."""
    low, high = _tex(lower), _tex(upper)
    return f"${low}$" if lower == upper else f"$\\left[{low},\\; {high}\\right]$"


def _tex(decimal: str) -> str:
    head, _, exponent = decimal.partition("e")
    return f"{head} \\cdot 10^{{{exponent}}}" if exponent else head


def step_html(step: Any) -> str:
    """eta_max with its candidates and Table 2."""
    named = [("eta_max", step.eta_max), ("eta_1", step.eta_1), ("eta_2", step.eta_2), ("eta_3", step.eta_3)]
    named += sorted(step.table2.items())
    rows = [(f"<code>{escape(name)}</code>", *map(escape, value.texts())) for name, value in named if value is not None]
    return table_html(("quantity", "lower", "upper"), rows)


def failure_html(failure: Any) -> str:
    """Which hypothesis of the theorem fails, why, and what would help."""
    rows = [("hypothesis on", failure.which), ("why it fails", failure.why), ("what would help", failure.help)]
    return table_html(("", ""), [(escape(a), escape(b)) for a, b in rows])


def _shorten(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
