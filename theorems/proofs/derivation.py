"""What a proof is: a list of lines, each a claim in the catalog's terms with the rule that gives it.

Nothing here decides anything: `verify.kernel.check` is the function that accepts or refuses a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import sympy as sp

from theorems.statement import AllOf, Assumption, Chain, Relation, Statement, UniqueRoot

__all__ = ["Line", "LineClaim", "Proof", "Weight", "claims", "goals", "line"]

LineClaim = Relation | Assumption | AllOf | UniqueRoot
Weight = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a proof.

    name      how later lines cite it
    claim     a relation, or an assumption on the loss
    rule      a structural rule of the kernel, or "axiom.form" of `verify.kernel.axioms`
    at        what each variable of the axiom (or each leaf of a cited statement) stands for
    cites     names of earlier lines (the premises); for the rules "lemma" and "induction", labels come in `labels`
    weights   for the rule "arithmetic": (multiplier, factor, ...) where a factor is the name of an earlier line,
              standing for its right side minus its left side, or an expression, standing for its square
    labels    proved statements this line rests on
    known     this line's sign may be used from here on (a radicand, a denominator, a multiplier)
    unfolded  compare with every definition put in, also of the symbols the proof keeps folded
    why       a remark for the reader
    """

    name: str
    claim: LineClaim
    rule: str
    at: Mapping[str, Any] = field(default_factory=dict)
    cites: tuple[str, ...] = ()
    weights: tuple[Weight, ...] = ()
    labels: tuple[str, ...] = ()
    known: bool = False
    unfolded: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A derivation of `statement`: its lines, the last of which give the claim.

    `folded` holds the defined symbols that stay letters in this proof unless a line opens them.
    """

    statement: Statement
    lines: tuple[Line, ...]
    folded: frozenset[sp.Basic] = frozenset()
    idea: str = ""

    @property
    def label(self) -> str:
        """The id of the proved statement."""
        return self.statement.id


def line(
    name: str,
    claim: Any,
    rule: str,
    *cites: str,
    at: Mapping[str, Any] | None = None,
    weights: tuple[Weight, ...] | list[Weight] = (),
    labels: tuple[str, ...] = (),
    known: bool = False,
    unfolded: bool = False,
    why: str = "",
) -> Line:
    """A `Line` with its citations as plain arguments."""
    return Line(name, claim, rule, dict(at or {}), cites, tuple(weights), labels, known, unfolded, why)


def goals(*modules: ModuleType) -> dict[str, Statement]:
    """The statements of catalog modules by id, one for each line of a chain."""
    found: dict[str, Statement] = {}
    for module in modules:
        for item in module.STATEMENTS:
            for statement in item.statements() if isinstance(item, Chain) else (item,):
                found[statement.id] = statement
    return found


def claims(statement: Statement) -> tuple[Relation, ...]:
    """The relations that a statement claims. Raises TypeError when it claims something else."""
    then = statement.then
    if isinstance(then, AllOf):
        return then.claims
    if isinstance(then, Relation):
        return (then,)
    raise TypeError(f"{statement.id} claims no relation")
