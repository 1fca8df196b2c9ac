"""Proofs made for a test, in a line each."""

from __future__ import annotations

from typing import Any

from theorems.proofs.derivation import Line, Proof, line
from theorems.statement import Kind, Statement, journal


def made(then: Any, *lines: Any, label: str = "t.claim", kind: Kind = Kind.INEQUALITY, **key: Any) -> Proof:
    """A proof of `then` by the lines; key: the statement's other parts."""
    return Proof(Statement(label=label, source=(journal("0"),), kind=kind, then=then, **key), tuple(lines))


def one(
    claim: Any, rule: str, *cites: str, given: tuple[Any, ...] = (), before: tuple[Line, ...] = (), **key: Any
) -> Proof:
    """A proof whose last line is the claim, by one rule; key: the line's other parts."""
    return made(claim, *before, line("claim", claim, rule, *cites, **key), given=given)


def hyp(name: str, claim: Any, known: bool = False) -> Line:
    """A line that repeats a hypothesis."""
    return line(name, claim, "hypothesis", known=known)


def by_lemma(label: str, claim: Any, *cites: str, **at: Any) -> Line:
    """The claim from the lemma with this label."""
    return line("claim", claim, "lemma", *cites, at=at, labels=(label,))


def by_algebra(claim: Any, label: str = "t.claim", **key: Any) -> Proof:
    """A proof by algebra alone."""
    return made(claim, line("claim", claim, "algebra"), label=label, **key)
