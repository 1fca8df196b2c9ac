"""Check the proof of a statement and print it as a page: each line with its rule and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click
import sympy as sp

from properties.errors import InputError
from theorems import CATALOG
from theorems.notation import latex
from theorems.proofs import PROOFS
from theorems.proofs.derivation import Line, Proof
from theorems.statement import AllOf, Form, Relation, Statement
from verify.commands._labels import unknown
from verify.kernel import check, check_all

SCHEMA = "localpl/prove/1"
_OPS = {"<=": r"\le", "<": "<", "==": "=", ">=": r"\ge", ">": ">"}


def chosen(label: str) -> list[Proof]:
    """The proofs that `label` names: of an id, else of every reading and form of a label.

    For a printed statement that has none, the proof of its repair. Raises InputError, naming the nearest labels, when
    there is no such statement.
    """
    found = [p for p in PROOFS.values() if p.label == label] or [
        p for p in PROOFS.values() if p.statement.label == label
    ]
    if found:
        return found
    catalog = {s.id: s for s in CATALOG}
    statements = [catalog[label]] if label in catalog else [s for s in CATALOG if s.label == label]
    if not statements:
        raise unknown(label, [name for p in PROOFS.values() for name in (p.label, p.statement.label)])
    # An id without a proof of its own: the proof of the repair of its label, with a notice that says so.
    repairs = [p for p in PROOFS.values() if p.statement.repairs == statements[0].label]
    if repairs and statements[0].form is Form.PRINTED:
        return repairs
    raise InputError(
        f"label = {label}: in the catalog, but no proof of it; localpl paper --only {label} says what is known"
    )


def notice(label: str, proofs: Sequence[Proof]) -> str | None:
    """What must be said before the proofs of a label: which printed claims of that place they do not prove.

    None when every printed reading that `label` names is proved, or a repaired or sharp form was asked for.
    """
    asked = [s for s in CATALOG if s.id == label] or [s for s in CATALOG if s.label == label]
    bare = [s for s in asked if s.form is Form.PRINTED and s.id not in {p.label for p in proofs}]
    if not bare:
        return None
    shown = ", ".join(f"{p.label} ({_which(p.statement)})" for p in proofs)
    names = ", ".join(s.id for s in bare)
    only = bare[0].label
    return (
        f"No proof of {names} as printed; what follows proves {shown}. "
        f"`localpl paper --only {only}` shows the verdict on the printed claim, with its witness where it is refuted."
    )


def _which(statement: Statement) -> str:
    if statement.form is Form.REPAIRED:
        return "its repair"
    return "a sharp form" if statement.form is Form.SHARP else "printed, in this reading"


def as_latex(claim: Any) -> str:
    """A claim of a proof as LaTeX, symbols folded as the paper folds them."""
    if isinstance(claim, Relation):
        return f"{latex(claim.lhs)} {_OPS[claim.op]} {latex(claim.rhs)}"
    if isinstance(claim, AllOf):
        return r",\quad ".join(map(as_latex, claim.claims))
    return str(claim.latex())


def reason(entry: Line) -> str:
    """Why the line holds, in words: its rule, what it cites, the values and weights it uses."""
    parts = [entry.rule]
    if entry.labels:
        parts.append("of " + ", ".join(entry.labels))
    if entry.at:
        parts.append("at " + ", ".join(f"{k} = {v}" for k, v in entry.at.items()))
    if entry.weights:
        parts.append("from " + " + ".join(_weight(w) for w in entry.weights))
    if entry.cites:
        parts.append("by " + ", ".join(f"({name})" for name in entry.cites))
    if entry.why:
        parts.append(f"-- {entry.why}")
    return " ".join(parts)


def _weight(weight: tuple[Any, ...]) -> str:
    factors = [f"({f})" if isinstance(f, str) else f"[{f}]^2" for f in weight[1:]]
    return " ".join(([] if weight[0] == 1 else [f"{sp.sympify(weight[0])}"]) + factors)


def record(proof: Proof, said: str | None = None) -> dict[str, Any]:
    """The checked proof as plain JSON data; `said` is the notice that goes with it. Raises: verify.kernel.Refusal."""
    check(proof)
    return {
        "schema": SCHEMA,
        "label": proof.label,
        "form": str(proof.statement.form),
        "repairs": proof.statement.repairs,
        "notice": said,
        "verdict": "proved",
        "given": [str(g) for g in proof.statement.given],
        "then": str(proof.statement.then),
        "idea": proof.idea,
        "cites": sorted({label for entry in proof.lines for label in entry.labels}),
        "lines": [
            {"name": e.name, "claim": str(e.claim), "rule": e.rule, "reason": reason(e), "known": e.known}
            for e in proof.lines
        ],
    }


def page(proof: Proof) -> Iterator[str]:
    """The proof as text: statement, idea, numbered lines with their reasons."""
    yield f"Theorem {proof.label}."
    for given in proof.statement.given:
        yield f"  given {given}"
    yield f"  then  {proof.statement.then}"
    for symbol, value in proof.statement.where.items():
        yield f"  where {symbol} = {value}"
    yield ""
    yield "Proof." + (f" {proof.idea}" if proof.idea else "")
    for entry in proof.lines:
        yield f"  ({entry.name})  {entry.claim}"
        yield f"      {reason(entry)}"
    yield f"Checked by the kernel: {len(proof.lines)} lines."


def latex_page(proof: Proof) -> Iterator[str]:
    """The proof as the body of a LaTeX document (amsmath, amsthm)."""
    yield rf"\begin{{theorem}}[\texttt{{{proof.label}}}]"
    if proof.statement.given:
        yield "Suppose $" + "$, $".join(as_latex(g) for g in proof.statement.given) + "$. Then"
    yield rf"\begin{{gather*}} {as_latex(proof.statement.then)} \end{{gather*}}"
    yield r"\end{theorem}"
    yield r"\begin{proof} " + _text(proof.idea)
    yield r"\begin{itemize}"
    for entry in proof.lines:
        claim = rf"$\displaystyle {as_latex(entry.claim)}$"
        yield rf"\item[\texttt{{({_text(entry.name)})}}] {claim} \hfill {_text(_short(entry))}"
    yield r"\end{itemize}\end{proof}"


def _short(entry: Line) -> str:
    uses = [*entry.cites, *(f for w in entry.weights for f in w[1:] if isinstance(f, str)), *entry.labels]
    return (
        entry.rule
        + (" (" + ", ".join(dict.fromkeys(uses)) + ")" if uses else "")
        + (f": {entry.why}" if entry.why else "")
    )


def _text(words: str) -> str:
    for mark, safe in (("_", r"\_"), ("^", r"\^{}"), ("&", r"\&"), ("%", r"\%"), ("<", "$<$"), (">", "$>$")):
        words = words.replace(mark, safe)
    return words


@click.command()
@click.argument("label", required=False)
@click.option("--latex", "as_tex", is_flag=True, help="Print the proof as the body of a LaTeX document.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text: a list of proofs (localpl/prove/1).")
def command(label: str | None, as_tex: bool, as_json: bool) -> None:
    """Check the proof of LABEL and print it; without LABEL, check every proof and list them.

    Each line stands with its rule, what it cites and why. Where the printed claim has no proof, because it is refuted
    or open, the proof of its repair is shown and the first line says so ("notice" with --json).

    \b
    Example:
      localpl prove j9.descent
    """
    if label is None:
        accepted = check_all()
        if as_json:
            click.echo(
                json.dumps([{"label": name, "verdict": "proved"} for name in accepted], sort_keys=True, indent=2)
            )
        else:
            click.echo("\n".join([*accepted, f"{len(accepted)} proofs checked"]))
        return
    proofs = chosen(label)
    said = notice(label, proofs)
    records = [record(proof, said) for proof in proofs]
    if as_json:
        click.echo(json.dumps(records, sort_keys=True, indent=2, ensure_ascii=False))
        return
    first = [] if said is None else [f"% {said}" if as_tex else said]
    click.echo("\n\n".join([*first, *("\n".join(latex_page(p) if as_tex else page(p)) for p in proofs)]))
