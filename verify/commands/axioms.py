"""List the rules and classical axioms of the kernel, with their sources and the proofs that use them."""

from __future__ import annotations

import json
from typing import Any

import click

from theorems.proofs import PROOFS
from verify.kernel import AXIOMS, STRUCTURAL

SCHEMA = "localpl/axioms/1"


def users(rule: str) -> list[str]:
    """Labels of the proofs with a line that uses a rule, or a form of an axiom, in their order."""
    return [p.label for p in PROOFS.values() if any(e.rule == rule or e.rule.startswith(f"{rule}.") for e in p.lines)]


def record() -> dict[str, Any]:
    """Rules and axioms as plain JSON data, each with the proofs that use it."""
    return {
        "schema": SCHEMA,
        "rules": [{"name": name, "says": says, "used_by": users(name)} for name, says in STRUCTURAL.items()],
        "axioms": [
            {
                "name": axiom.name,
                "fact": axiom.fact,
                "source": axiom.source,
                "forms": [
                    {
                        "name": f"{axiom.name}.{form.name}",
                        "premises": [str(p) for p in form.premises],
                        "conclusions": [str(c) for c in form.conclusions],
                        "exists": [str(x) for x in form.exists],
                        "used_by": users(f"{axiom.name}.{form.name}"),
                    }
                    for form in axiom.forms
                ],
                "used_by": users(axiom.name),
            }
            for axiom in AXIOMS.values()
        ],
    }


def lines(body: dict[str, Any], full: bool) -> list[str]:
    """The record as text; `full` also names the proofs."""
    out = ["Rules of the kernel"]
    for rule in body["rules"]:
        out.append(f"  {rule['name']}: {rule['says']} ({len(rule['used_by'])} proofs)")
    out.append("Axioms")
    for axiom in body["axioms"]:
        out += [f"  {axiom['name']}: {axiom['fact']}", f"    source: {axiom['source']}"]
        for form in axiom["forms"]:
            exists = f"for some {', '.join(form['exists'])}: " if form["exists"] else ""
            premises = f"{', '.join(form['premises'])}  =>  " if form["premises"] else ""
            out.append(f"    {form['name']}: {premises}{exists}{'; '.join(form['conclusions'])}")
            if full:
                out.append(f"      used by {', '.join(form['used_by']) or 'no proof'}")
        out.append(f"    used by {len(axiom['used_by'])} proofs")
    return out


@click.command()
@click.option("--proofs", is_flag=True, help="Name the proofs that use each form.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/axioms/1).")
def command(proofs: bool, as_json: bool) -> None:
    """List the kernel's rules and the classical axioms that all proofs rest on.

    Each axiom with its fact in words, a textbook source, its forms (premises and conclusions), and how many of the
    proofs use it.

    \b
    Example:
      localpl axioms --proofs
    """
    body = record()
    text = json.dumps(body, sort_keys=True, indent=2, ensure_ascii=False) if as_json else "\n".join(lines(body, proofs))
    click.echo(text)
