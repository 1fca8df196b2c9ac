"""What is known at a line of a proof, and when one claim gives another.

A reader must believe `entails` and `evident`: a claim gives another when their normal forms are equal or weaken
(a < b and a == b give a <= b), and a claim is evident when right minus left is visibly nonnegative (positive, zero).
Everything else here is bookkeeping: the lines so far with the assumptions each rests on, the signs marked as known,
the letters in use, and the letters that an axiom chose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sympy as sp

from theorems.notation import DEFINITIONS
from theorems.proofs.derivation import Line, Proof
from theorems.shapes import is_matrix
from theorems.statement import Assumption, Relation, Statement
from verify.kernel.claims import Refusal, letters_in, line_terms, relations, speaks_of, terms_of
from verify.kernel.polynomials import MINUS, Poly, Unsupported, add
from verify.kernel.terms import Terms

Normal = tuple[str, Any]  # op among <= < ==, and right minus left (a matrix equation: a Matrix)


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked line: the line and the names of the assumptions it still rests on."""

    line: Line
    assumes: frozenset[str]


class State:
    """One proof while its lines are checked. `dependency` gives the proved statement with a label, or refuses."""

    def __init__(self, proof: Proof, dependency: Callable[[Line, str], Statement]) -> None:
        self.statement: Statement = proof.statement
        self.dependency = dependency
        self.definitions = {**DEFINITIONS, **self.statement.where}
        self.known: list[Relation] = []
        self.folded, self.unfolded = self.view(proof.folded), self.view(())
        self.terms = self.folded
        self.lines: dict[str, Checked] = {}
        self.seen: set[sp.Basic] = set()  # every letter of the lines so far
        self.chosen: dict[sp.Basic, tuple[Any, ...]] = {}  # letter -> the form that chose it, from which values
        held = [term for claim in (*self.statement.given, self.statement.then) for term in terms_of(claim)]
        self.used = set(self.definitions).union(*map(letters_in, (*held, *self.definitions.values())))

    def view(self, folded: Iterable[Any]) -> Terms:
        """Normal forms in which some symbols stay letters, with all signs that are known.

        Hypotheses "symbol > 0" and "symbol >= 0" about defined symbols give those their sign.
        """
        zero = any(type(g) is Assumption and g.name == "zero-minimum" for g in self.statement.given)
        view = Terms(self.definitions, folded, zero)
        for given in self.statement.given:
            if type(given) is not Relation or given.op not in (">", ">=") or given.rhs != 0:
                continue
            if isinstance(given.lhs, sp.Symbol) and given.lhs in self.definitions:
                with suppress(Unsupported):
                    view.grant(given.lhs, given.op == ">")
        return view

    def teach(self, view: Terms, claim: Relation) -> None:
        """Let a view use the sign that an inequality states; one in which it has no normal form does not."""
        with suppress(Unsupported):
            op, difference = _normal_form(view, claim)
            view.know(difference, op == "<")

    def remember(self, entry: Line, assumes: frozenset[str]) -> None:
        """Add a checked line; its sign is used from here on when it is marked `known`. Raises: Refusal."""
        if entry.known:
            if assumes or type(entry.claim) is not Relation:
                raise Refusal(entry.name, "only a relation without open assumptions can be marked known")
            if entry.claim.op == "==":
                raise Refusal(entry.name, "only an inequality can be marked known")
            self.known.append(entry.claim)
            for view in (self.folded, self.unfolded):
                self.teach(view, entry.claim)
        self.lines[entry.name] = Checked(entry, assumes)
        self.seen.update(*map(letters_in, line_terms(entry)))

    def missing(self) -> Any | None:
        """The first part of the claim that no line gives without open assumptions and chosen letters; None for none."""
        closed = [k.line.claim for k in self.lines.values() if not k.assumes and not self.mentions_chosen(k.line.claim)]
        for part in relations(self.statement.then):
            if not any(self.entails(claim, part) for claim in closed):
                return part
        return None

    # relations ------------------------------------------------------------------------------------------------------
    def normal(self, claim: Any) -> Normal:
        """The operation and right minus left of a relation, kept by the view. Raises Unsupported."""
        if claim not in self.terms.normals:
            self.terms.normals[claim] = _normal_form(self.terms, claim)
        return self.terms.normals[claim]

    def negated(self, value: Any, matrix: bool) -> Any:
        """Minus a difference of two matrices, or of two scalars."""
        return self.terms.words.minus({}, value) if matrix else add({}, value, MINUS)

    def entails(self, have: Any, want: Any) -> bool:
        """Whether one claim is another, up to normal form and weakening (a < b or a == b gives a <= b)."""
        if type(have) is not Relation or type(want) is not Relation:
            return bool(have == want)
        matrix = is_matrix(have.lhs)
        if have == want:
            return True
        if matrix != is_matrix(want.lhs):
            return False
        try:
            (op, mine), (wanted, theirs) = self.normal(have), self.normal(want)
        except Unsupported:
            return False  # a claim without normal form is only ever itself
        if op == "==":
            return wanted in ("==", "<=") and (mine == theirs or self.negated(mine, matrix) == theirs)
        return bool(mine == theirs and (op == wanted or (op, wanted) == ("<", "<=")))

    def evident(self, claim: Any) -> bool:
        """Whether a relation holds by its normal form and the known signs."""
        if type(claim) is not Relation:
            return False
        op, difference = self.normal(claim)
        if op == "==":
            return not difference
        return self.terms.positive(difference) if op == "<" else self.terms.nonnegative(difference)

    # lines ----------------------------------------------------------------------------------------------------------
    def cited(self, entry: Line, name: str) -> Checked:
        """The earlier line with this name. Raises: Refusal."""
        if name not in self.lines:
            raise Refusal(entry.name, f"cites {name}, which is no earlier line")
        return self.lines[name]

    def premises(self, entry: Line, premises: tuple[Any, ...]) -> frozenset[str]:
        """The assumptions under which every premise is a cited line or evident. Raises: Refusal."""
        assumes: frozenset[str] = frozenset()
        cited = [self.cited(entry, name) for name in entry.cites]
        for premise in premises:
            match = next((c for c in cited if self.entails(c.line.claim, premise)), None)
            if match is not None:
                assumes |= match.assumes
            elif not self.evident(premise):
                raise Refusal(entry.name, f"the premise {premise} is neither cited nor evident")
        return assumes

    def mentions_chosen(self, claim: object) -> bool:
        """Whether a claim speaks of a letter that an axiom chose."""
        return speaks_of(claim, self.chosen)


def _normal_form(view: Terms, claim: Any) -> Normal:
    if claim.op == "!=":
        raise Unsupported("!= is not a relation of the kernel")
    left, right = (claim.rhs, claim.lhs) if claim.op in (">=", ">") else (claim.lhs, claim.rhs)
    op = {">=": "<=", ">": "<"}.get(claim.op, claim.op)
    if is_matrix(claim.lhs):
        if op != "==":
            raise Unsupported("matrices are compared by == only")
        return op, view.words.minus(view.matrix(right), view.matrix(left))
    difference: Poly = view.minus(right, left)
    return op, difference
