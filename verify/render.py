"""Decisions as text: the table by section, the errata first, and the errata as Markdown for the README."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from theorems import MODULES
from theorems.statement import Chain, Form, Statement
from verify import verdict as V
from verify.paper import Consequence, Decision, certificate_place, consequences

# Survived is never shown in the colours of Proved.
STYLES = {
    "proved": "bold green",
    "refuted": "bold red",
    "survived": "yellow",
    "estimated": "cyan",
    "observed": "magenta",
    "undecided": "bright_black",
    "vacuous": "magenta",
    "out-of-scope": "bright_black",
}


def sections() -> dict[str, str]:
    """Heading of the catalog's file for each statement id, in the paper's order."""
    found: dict[str, str] = {}
    for name in MODULES:
        module = importlib.import_module(f"theorems.{name}")
        heading = (module.__doc__ or name).strip().partition("\n")[0].rstrip(".")
        for item in module.STATEMENTS:
            for statement in item.statements() if isinstance(item, Chain) else (item,):
                found[statement.id] = heading
    return found


def places(statement: Statement) -> str:
    """Where a statement stands: "(35)", "Lemma A.1", "submission (28)"."""
    parts: list[str] = []
    for source in statement.source:
        prefix = "" if str(source.version) == "journal" else "submission "
        parts.extend(prefix + (f"({p})" if p[:1].isdigit() and "-" not in p else p) for p in source.places[:1])
    return ", ".join(parts)


def detail(decision: Decision) -> str:
    """What a verdict rests on, in one line."""
    found = decision.verdict
    match found:
        case V.Proved():
            return f"{found.method}: {found.proof}"
        case V.Refuted():
            return found.evidence or witness(found.certificate)
        case V.Survived():
            tight = f", left/right up to {found.tightness.ratio:.6g}" if found.tightness else ""
            equal = ", equality attained" if found.tightness and found.tightness.equality else ""
            return f"{found.cases} cases, smallest margin {found.margin:.3g}{tight}{equal}"
        case V.Estimated():
            side = "supports" if found.supports else "contradicts"
            return f"{found.estimate:.4g} in [{found.lower:.4g}, {found.upper:.4g}], {found.samples} samples: {side} it"
        case V.Observed():
            return found.instance
        case V.Undecided() | V.Vacuous() | V.OutOfScope():
            return found.why
    raise TypeError(f"verdict = {found!r}: not one of the closed type")


def witness(certificate: dict[str, Any]) -> str:
    """The bindings of a certificate in a line: "n=1, m=1: A = [[1]], eta = 1/2"."""
    dims = ", ".join(f"{k}={v}" for k, v in sorted(certificate.get("dims", {}).items()))
    values = "; ".join(f"{k} = {_value(v)}" for k, v in sorted(certificate.get("bindings", {}).items()))
    loss = certificate.get("loss")
    if loss:
        values += f"; {_loss(loss)}"
    steps = certificate.get("steps")
    if steps:
        values += f"; {len(steps)} steps from {steps[0]}"
    return f"{dims}: {values}" if dims else values


def _loss(loss: dict[str, Any]) -> str:
    """A certificate's loss in a few words: of one given by terms their names, since its data are the user's own."""
    if loss.get("kind") == "entrywise":
        names = " + ".join(dict.fromkeys(term["base"] for term in loss["terms"]))
        ridge = "" if loss["ridge"] == "0" else f" + ridge {_value(loss['ridge'])}"
        return f"loss {names}{ridge}, X = {_value(loss['X'])}"
    return f"loss {loss['phi']}, X = {_value(loss['X'])}, W_star = {_value(loss['W_star'])}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    text = str(value)
    if len(text) <= 16:
        return text
    return f"{float(Fraction(text)):.4g}"


def errata(decisions: Iterable[Decision]) -> list[Decision]:
    """Printed claims that are refuted or vacuous, those of a damaged text extraction left out."""
    return [
        d
        for d in decisions
        if d.statement.form is Form.PRINTED
        and not (d.statement.reading and d.statement.reading.extraction)
        and isinstance(d.verdict, V.Refuted | V.Vacuous)
    ]


def repairs_of(decision: Decision, decisions: Iterable[Decision]) -> list[Decision]:
    """The repaired forms beside a printed statement; else readings that hold, sharp forms, or repairs it cites."""
    table, label = list(decisions), decision.statement.label
    beside = [d for d in table if d.statement.form is not Form.PRINTED and d.statement.repairs == label]
    holding = [
        d
        for d in table
        if d.statement.label == label
        and d.statement.form is Form.PRINTED
        and not isinstance(d.verdict, V.Refuted | V.Vacuous)
    ]
    found = [d for d in beside if d.statement.form is Form.REPAIRED] or holding or beside
    if found:
        return found
    # A sentence about the experiments stands or falls with the claim it cites.
    cited = set(decision.statement.cites)
    return [d for d in table if d.statement.form is Form.REPAIRED and d.statement.repairs in cited]


def beside(decision: Decision, decisions: Iterable[Decision]) -> str:
    """What stands beside a refuted statement: "repaired: proved", or "read as sigma-min-padded: proved"."""
    names = []
    for d in repairs_of(decision, decisions):
        reading = d.statement.reading
        form = str(d.statement.form)
        if d.statement.form is Form.PRINTED:
            form = f"read as {reading.name}" if reading else "printed"
        names.append(f"{form}: {d.verdict.name}")
    return "; ".join(dict.fromkeys(names)) or _not_asked(decision.statement)


def _not_asked(statement: Statement) -> str:
    """For a run that decides a part of the catalog: the repairs that it was not asked for."""
    from theorems import CATALOG

    left_out = [s.id for s in CATALOG if s.repairs == statement.label and s.form is Form.REPAIRED]
    return f"{', '.join(left_out)} (not decided in this run)" if left_out else "none"


def counts(decisions: Iterable[Decision]) -> dict[str, int]:
    """Number of statements for each verdict."""
    table: dict[str, int] = {}
    for d in decisions:
        table[d.verdict.name] = table.get(d.verdict.name, 0) + 1
    return dict(sorted(table.items()))


def shorten(text: str, width: int) -> str:
    """The text cut to `width` characters."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def markdown(decisions: Sequence[Decision]) -> str:
    """The errata as a Markdown table, a row a label with the readings that are refuted."""
    by_label: dict[str, list[Decision]] = {}
    for d in errata(decisions):
        by_label.setdefault(d.statement.label, []).append(d)
    lines = ["| place | statement | verdict | witness or reason | repair |", "|---|---|---|---|---|"]
    for label, found in by_label.items():
        first = found[0]
        readings = [d.statement.reading.name for d in found if d.statement.reading]
        name = f"`{label}`" + (f" ({', '.join(readings)})" if readings else "")
        verdicts = ", ".join(dict.fromkeys(d.verdict.name for d in found))
        reason = shorten(detail(first), 72).replace("|", "\\|")
        lines.append(f"| {places(first.statement)} | {name} | {verdicts} | {reason} | {beside(first, decisions)} |")
    return "\n".join(lines) + "\n"


def print_report(decisions: Sequence[Decision], out: str | None) -> None:
    """Write the errata, what they bring down, the table by section and the counts to standard output."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    wrong = errata(decisions)
    claims = "printed claim" if len(wrong) == 1 else "printed claims"
    title = f"Errata: {len(wrong)} {claims} refuted or vacuous"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    for column in ("statement", "place", "verdict", "witness or reason", "repair"):
        table.add_column(column, overflow="fold")
    for d in wrong:
        table.add_row(
            escape(d.statement.id),
            escape(places(d.statement)),
            f"[{STYLES[d.verdict.name]}]{d.verdict.name}[/]",
            escape(shorten(detail(d), 100)),
            escape(beside(d, decisions)),
        )
    console.print(table)
    _print_consequences(console, consequences(decisions))
    headings = sections()
    current = None
    body: Table | None = None
    for d in decisions:
        heading = headings.get(d.statement.id, "Statements of your own")
        if heading != current:
            if body is not None:
                console.print(body)
            current, body = heading, Table(title="\n" + escape(heading), title_justify="left", box=None, padding=(0, 1))
            for column in ("statement", "place", "verdict", "what it rests on"):
                body.add_column(column, overflow="fold")
        assert body is not None
        body.add_row(
            escape(d.statement.id),
            escape(places(d.statement)),
            f"[{STYLES[d.verdict.name]}]{d.verdict.name}[/]",
            escape(shorten(detail(d), 110)),
        )
    if body is not None:
        console.print(body)
    console.print(", ".join(f"{number} {name}" for name, number in counts(decisions).items()))
    if out is not None and any(d.refuted for d in decisions):
        example = next((certificate_place(d.statement) for d in decisions if d.refuted), "")
        console.print(f"certificates: {out}/certificates; check one alone:")
        console.print(f"  python -I {Path(__file__).with_name('check.py')} {out}/{example}", soft_wrap=True)


def _print_consequences(console: Any, fallen: Sequence[Consequence]) -> None:
    from rich.markup import escape

    if fallen:
        console.print("Rests on a refuted claim:")
    for c in fallen:
        status = "stands with the repair" if c.stands_with_repair else "no repair carries it yet"
        console.print(escape(f"  {c.statement.id}: {', '.join(c.rests_on)} ({status})"))
