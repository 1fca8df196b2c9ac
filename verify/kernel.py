"""The kernel: `check` accepts a proof or refuses it. Nothing else decides that a statement is proved.

A proof is data (`theorems.proofs`). Each line is checked against the lines before it by one of the rules below or by
an axiom of `verify.rules`; terms are compared in the exact normal forms of `verify.terms`; every term must be
well-shaped for all dimensions, the loss having one domain. Lines that rest on an assumption carry it until "cases"
discharges it; signs of radicands and denominators are used only when visible or established by a line marked `known`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from sympy.core.symbol import Str

from theorems import norms
from theorems.norms import MinRoot
from theorems.notation import DEFINITIONS, W1, W1_0, W2, W2_0, W1_next, W2_next, W_star, eta, eta_0, t, unfold
from theorems.proofs.derivation import Line, Proof
from theorems.shapes import ShapeMismatch, check_shapes, is_matrix, shape_of
from theorems.statement import AllOf, Assumption, Form, Kind, Reading, Relation, Statement, UniqueRoot, WellShaped
from verify import rules, terms
from verify.terms import Poly, Terms, Unsupported
from verify.verdict import Proved

__all__ = ["STRUCTURAL", "Refusal", "check", "check_all", "proved"]

STRUCTURAL = {
    "hypothesis": "a hypothesis of the statement",
    "algebra": "both sides have one normal form, or their difference is visibly nonnegative",
    "definition": "a symbol of the notation is what it stands for",
    "arithmetic": "right minus left is a sum of nonnegative multiples of cited differences and squares plus a visibly "
    "nonnegative rest",
    "substitute": "equals replace equals",
    "assume": "an assumption, carried until cases discharges it",
    "cases": "the claim holds in both of two cases that exhaust all",
    "lemma": "a proved statement at given values of its letters",
    "induction": "a base and a step statement give an invariant of the run at every iteration",
    "root": "intermediate value theorem, and strict monotonicity for uniqueness",
    "before-root": "a continuous function that starts negative is not positive before its smallest positive root",
    "positive-root": "a continuous function that starts negative has no root near 0",
}


_DECLARATIONS = {(word, True) for word in ("commutative", "real", "positive", "nonnegative", "integer")}


# The dimensions of the notation: fixed in every statement, since the shapes of its matrices speak of them.
_SIZES = frozenset(
    x
    for term in (*DEFINITIONS, *DEFINITIONS.values())
    for a in term.atoms(sp.MatrixSymbol)
    for d in a.shape
    for x in d.free_symbols
)


class Refusal(ValueError):
    """Why a proof is not accepted: `line` names the line ("" for the proof as a whole)."""

    def __init__(self, line: str, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(f"line {line}: {reason}" if line else reason)

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str]]:
        return (Refusal, (self.line, self.reason))


@dataclass(frozen=True, slots=True)
class _Known:
    """A checked line: its claim and the assumptions it still rests on."""

    line: Line
    assumes: frozenset[str]


Normal = tuple[str, Any]  # op among <= < ==, and right minus left (a matrix equation: a Matrix)


def _relations(claim: object) -> tuple[Any, ...]:
    return claim.claims if isinstance(claim, AllOf) else (claim,)


def _terms_of(claim: object) -> Iterator[sp.Basic]:
    for part in _relations(claim):
        if isinstance(part, Relation):
            yield part.lhs
            yield part.rhs
        elif isinstance(part, UniqueRoot):
            yield from (part.expression, part.variable, part.lower)
            if part.upper is not sp.oo:
                yield part.upper
        elif isinstance(part, Assumption) and part.constant is not None:
            yield part.constant


_HISTORY = (norms.HistorySum, norms.HistoryProduct)  # these speak of all iterations, whatever letters they show
_HEADS = {  # every type a term may have, with the number of its arguments (0: any but none)
    **dict.fromkeys(
        (sp.Symbol, sp.Integer, sp.Rational, *map(type, (sp.S.Half, sp.S.One, sp.S.Zero, sp.S.NegativeOne))), -1
    ),
    **dict.fromkeys((type(sp.E),), -1),
    **dict.fromkeys((sp.Add, sp.Mul, sp.Max, sp.Min, sp.MatAdd, sp.MatMul), 0),
    **dict.fromkeys((sp.exp, sp.log, sp.Abs, sp.Transpose, sp.Identity), 1),
    **dict.fromkeys((sp.Pow, sp.MatPow, sp.ZeroMatrix), 2),
    **dict.fromkeys((norms.Fro, norms.Trace, norms.Rank, norms.SigmaMax, norms.SigmaMin, norms.Loss, norms.Grad), 1),
    **dict.fromkeys((norms.Inner, norms.Sigma, norms.Lambda, norms.Hess, norms.Stack, norms.KroneckerSum), 2),
    **dict.fromkeys((MinRoot, norms.TauIntegral), 2),
    **dict.fromkeys(_HISTORY, 1),
    sp.MatrixSymbol: 3,
}
_SIZED = (sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix)


@cache
def _free(term: sp.Basic) -> frozenset[Any]:
    """The letters of a term, those of its dimensions and bound ones included."""
    return frozenset(term.atoms(sp.Symbol, sp.MatrixSymbol))


def _is_size(d: sp.Basic, definitions: Mapping[Any, Any]) -> bool:
    """Whether a dimension is a positive integer for all values of its letters."""
    if isinstance(d, sp.Symbol):
        return bool(d.is_integer and d.is_positive) and d not in definitions
    if isinstance(d, sp.Integer):
        return bool(d >= 1)
    return isinstance(d, sp.Add | sp.Mul) and bool(d.args) and all(_is_size(x, definitions) for x in d.args)


def _foreign(term: Any, definitions: Mapping[Any, Any]) -> str | None:
    """What in a term the kernel does not know, None when it knows all."""
    if not isinstance(term, sp.Basic):
        return repr(term)
    todo = [term]
    while todo:
        node = todo.pop()
        count = _HEADS.get(type(node))
        if count is None or (count > 0 and len(node.args) != count) or (count == 0 and not node.args):
            return type(node).__name__
        if type(node) is sp.Symbol and not set(node._assumptions_orig.items()) <= _DECLARATIONS:
            return f"{node} with the declarations {node._assumptions_orig}"
        if type(node) is sp.MatrixSymbol:
            if type(node.args[0]) is not Str:
                return type(node.args[0]).__name__
            todo += node.args[1:]
        else:
            todo += node.args
        if type(node) in _SIZED and not all(_is_size(d, definitions) for d in node.args if type(d) is not Str):
            return f"{node} with a dimension that is no positive integer"
    return None


@cache
def _bound(term: sp.Basic) -> tuple[sp.Basic, ...]:
    """The parts of a term that bind a letter."""
    return tuple(node for node in sp.preorder_traversal(term) if isinstance(node, MinRoot | norms.TauIntegral))


def _swap(term: sp.Basic, table: Mapping[Any, Any]) -> sp.Basic:
    """A term with letters replaced, all at once; refused inside what binds a letter or speaks of all iterations."""
    moved = {letter: value for letter, value in table.items() if letter != value}
    if not moved:
        return term
    for node in sp.preorder_traversal(term):
        if isinstance(node, _HISTORY) or (isinstance(node, MinRoot | norms.TauIntegral) and moved.keys() & _free(node)):
            raise Unsupported(f"letters are not replaced inside {node}")
    return term.xreplace(moved)


def _replace(claim: Any, table: Mapping[Any, Any]) -> Any:
    """A relation or assumption with symbols replaced, all at once."""
    if type(claim) is Assumption:
        return Assumption(claim.name, claim.constant and _swap(claim.constant, table))
    return Relation(_swap(claim.lhs, table), claim.op, _swap(claim.rhs, table))


def _held(value: Any) -> list[Any]:
    """The terms of a value of `at` or a factor of a weight."""
    return [value] if isinstance(value, sp.Basic) else list(_terms_of(value))


def _exact(proof: Any) -> None:
    """Refused unless the proof is made of the plain containers, whose parts are the same at every look."""
    statement = proof.statement
    held: list[tuple[Any, Any]] = [
        (statement.given, tuple),
        (statement.where, dict),
        (statement.label, str),
        (proof.lines, tuple),
    ]
    held.append((proof.folded, frozenset))
    for entry in proof.lines if type(proof.lines) is tuple else ():
        if type(entry) is not Line:
            raise Refusal(str(getattr(entry, "name", "?")), "not a line with a relation, an assumption or a root")
        held += [(entry.name, str), (entry.rule, str), (entry.at, dict), (entry.known, bool), (entry.unfolded, bool)]
        held += [(entry.cites, tuple), (entry.weights, tuple), (entry.labels, tuple)]
        for names in (entry.cites, entry.labels, entry.at):
            held += [(name, str) for name in names]
        held += [(weight, tuple) for weight in entry.weights]
    for value, wanted in held:
        if type(value) is not wanted:
            raise Refusal("", f"{type(value).__name__}: a proof is made of plain {wanted.__name__}s")
    if type(statement.kind) is not Kind or type(statement.form) is not Form:
        raise Refusal("", "a statement has one of the kinds and forms of the catalog")
    if statement.reading is not None and (
        type(statement.reading) is not Reading or type(statement.reading.name) is not str
    ):
        raise Refusal("", "a statement's reading has a name of plain text")
    values = [v for entry in proof.lines for v in entry.at.values()]
    if odd := [v for v in values if not (type(v) in (int, AllOf, *_PLAIN) or isinstance(v, sp.Basic))]:
        raise Refusal("", f"{type(odd[0]).__name__}: a value is a term, a number or a plain claim")
    claims = [*statement.given, statement.then, *(entry.claim for entry in proof.lines)]
    for claim in (*claims, *(v for v in values if type(v) is not int and not isinstance(v, sp.Basic))):
        _plain(claim)


_PLAIN = (Relation, Assumption, UniqueRoot)


def _plain(claim: Any) -> None:
    """Refused unless a claim is of one of the kernel's kinds, and equal only to its like."""
    parts: Any = (claim,)
    if type(claim) is AllOf:
        parts = claim.claims if type(claim.claims) is tuple else (None,)
    for part in parts:
        if type(part) not in _PLAIN:
            raise Refusal("", f"{type(claim).__name__}: not a line or statement of plain claims")
        word = {Relation: "op", Assumption: "name"}.get(type(part))
        if word is not None and type(getattr(part, word)) is not str:
            raise Refusal("", f"{type(claim).__name__}: not a line or statement of plain claims")
        if type(part) is UniqueRoot and type(part.unique) is not bool:
            raise Refusal("", f"{type(claim).__name__}: not a line or statement of plain claims")


class _Checker:
    def __init__(
        self, proof: Proof, library: Mapping[str, Proof], done: dict[str, Proof], stack: tuple[str, ...]
    ) -> None:
        self.proof, self.statement = proof, proof.statement
        self.library, self.done, self.stack = library, done, stack
        self.definitions = {**DEFINITIONS, **self.statement.where}
        zero = any(type(g) is Assumption and g.name == "zero-minimum" for g in self.statement.given)
        self.folded = Terms(self.definitions, proof.folded, zero)
        self.unfolded = Terms(self.definitions, (), zero)
        for view in (self.folded, self.unfolded):
            self._grant(view)
        self.terms = self.folded
        self.known: list[Relation] = []
        self.seen: set[sp.Basic] = set()
        self.lines: dict[str, _Known] = {}
        self.chosen: dict[sp.Basic, tuple[Any, ...]] = {}
        self.used = set(self.definitions) | set().union(*map(_free, self._statement_terms()), set())

    def _grant(self, view: Terms) -> None:
        """Hypotheses "symbol > 0" and "symbol >= 0" about defined symbols give those their sign."""
        for given in self.statement.given:
            if type(given) is not Relation or given.op not in (">", ">=") or given.rhs != 0:
                continue
            if isinstance(given.lhs, sp.Symbol) and given.lhs in self.definitions:
                with suppress(Unsupported):
                    view.grant(given.lhs, given.op == ">")

    def _statement_terms(self) -> Iterator[sp.Basic]:
        for claim in (*self.statement.given, self.statement.then):
            yield from _terms_of(claim)
        yield from self.definitions.values()

    # the whole proof ---------------------------------------------------------------------------------------------
    def run(self) -> None:
        self._well_formed()
        for entry in self.proof.lines:
            if entry.name in self.lines:
                raise Refusal(entry.name, "two lines have this name")
            self.terms = self.unfolded if entry.unfolded else self.folded
            try:
                assumes = self._line(entry)
                self._remember(entry, assumes)
            except Refusal:
                raise
            except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
                raise Refusal(entry.name, f"{type(error).__name__}: {error}") from error
            self.lines[entry.name] = _Known(entry, assumes)
            self.seen |= self._mentioned(entry)
        for part in _relations(self.statement.then):
            if not any(self._concludes(known, part) for known in self.lines.values()):
                raise Refusal("", f"no line without open assumptions gives the claim {part}")

    def _well_formed(self) -> None:
        where = self.statement.where
        fixed = {W_star, *_SIZES} | (
            {W1, W2, W1_0, W2_0, eta, eta_0, t} if self.statement.kind is Kind.TRAJECTORY else set()
        )
        for letter in where:
            if type(letter) not in (sp.Symbol, sp.MatrixSymbol) or letter in fixed:
                raise Refusal("", f"{letter} is not for a statement to define")
        given = [*self.statement.given, *_relations(self.statement.then)]
        own = [*(t for claim in given for t in _terms_of(claim)), *where, *where.values(), *self.proof.folded]
        for term in own:
            if name := _foreign(term, self.definitions):
                raise Refusal("", f"the statement holds what is not a term of the catalog: {name}")
        claims: list[Any] = []
        for entry in self.proof.lines:
            if type(entry.claim) not in (Relation, Assumption, UniqueRoot):
                raise Refusal(entry.name, "not a line with a relation, an assumption or a root")
            terms_held = self._terms_held(entry)
            for term in terms_held:
                if name := _foreign(term, self.definitions):
                    raise Refusal(entry.name, f"not a term of the catalog: {name}")
            values = [p for v in entry.at.values() for p in _relations(v) if type(p) is Relation]
            mine: list[Any] = [*(c for c in (entry.claim, *values) if type(c) is Relation), WellShaped(*terms_held)]
            try:
                check_shapes(AllOf(*mine))  # one walk: the loss has one domain
            except ShapeMismatch as mismatch:
                raise Refusal(entry.name, f"shapes disagree in {mismatch}") from mismatch
            claims += terms_held
        for term in {*own, *claims, *self.definitions.values()}:
            self._nothing_captured(term)
        try:
            check_shapes(WellShaped(*own, *claims, *self._opened([*own, *claims])))
            check_shapes(self.statement)
        except ShapeMismatch as mismatch:
            raise Refusal("", f"shapes disagree in {mismatch}") from mismatch

    def _nothing_captured(self, term: sp.Basic) -> None:
        """Refused when a bound letter is defined, or a definition inside its scope speaks of it."""
        for node in _bound(term):
            inside, letter = node.args
            if letter in self.definitions or any(letter in _free(d) for d in self._opened([inside])):
                raise Refusal("", f"a definition hides {letter} in {node}")

    @staticmethod
    def _terms_held(entry: Line) -> list[Any]:
        """Every term a line holds: of its claim, its values and its weights."""
        values = [x for v in entry.at.values() if type(v) is not int for x in _held(v)]
        factors = [f for weight in entry.weights for f in weight if type(f) not in (int, str)]
        return [*_terms_of(entry.claim), *values, *factors]

    @staticmethod
    def _mentioned(entry: Line) -> set[sp.Basic]:
        return {letter for term in _Checker._terms_held(entry) for letter in _free(term)}

    def _opened(self, held: Sequence[sp.Basic]) -> list[sp.Basic]:
        """The definitions behind the letters of some terms, and behind theirs."""
        found: dict[sp.Basic, sp.Basic] = {}
        todo = list(held)
        while todo:
            for letter in _free(todo.pop()):
                if letter in self.definitions and letter not in found:
                    found[letter] = self.definitions[letter]
                    todo.append(found[letter])
        return list(found.values())

    def _concludes(self, known: _Known, part: Any) -> bool:
        if known.assumes or self._mentions_chosen(known.line.claim):
            return False
        if not (type(part) is type(known.line.claim) is Relation):
            return bool(known.line.claim == part)
        return self._entails(known.line.claim, part)

    def _mentions_chosen(self, claim: object) -> bool:
        return any(_free(term) & self.chosen.keys() for term in _terms_of(claim))

    def _remember(self, entry: Line, assumes: frozenset[str]) -> None:
        if not entry.known:
            return
        if assumes or type(entry.claim) is not Relation:
            raise Refusal(entry.name, "only a relation without open assumptions can be marked known")
        self.known.append(entry.claim)
        for view in (self.folded, self.unfolded):
            self.terms = view
            if entry.claim.op == "==":
                raise Refusal(entry.name, "only an inequality can be marked known")
            with suppress(Unsupported):  # a view in which the claim has no normal form does not use it
                op, difference = self._normal(entry.claim)
                view.know(difference, op == "<")

    # relations -----------------------------------------------------------------------------------------------------
    def _normal(self, claim: Any) -> Normal:
        if claim not in self.terms.normals:
            self.terms.normals[claim] = self._normal_form(claim)
        return self.terms.normals[claim]

    def _normal_form(self, claim: Any) -> Normal:
        if claim.op == "!=":
            raise Unsupported("!= is not a relation of the kernel")
        left, right = (claim.rhs, claim.lhs) if claim.op in (">=", ">") else (claim.lhs, claim.rhs)
        op = {">=": "<=", ">": "<"}.get(claim.op, claim.op)
        if is_matrix(claim.lhs):
            if op != "==":
                raise Unsupported("matrices are compared by == only")
            return op, self.terms.matrix_add(self.terms.matrix(right), self.terms.matrix(left), terms.MINUS)
        return op, self._minus(right, left)

    def _minus(self, a: sp.Basic, b: sp.Basic) -> Poly:
        return terms.add(self.terms.scalar(a), self.terms.scalar(b), terms.MINUS)

    def _negated(self, value: Any, matrix: bool) -> Any:
        zero: Any = {}
        return self.terms.matrix_add(zero, value, terms.MINUS) if matrix else terms.add(zero, value, terms.MINUS)

    def _entails(self, have: Any, want: Any) -> bool:
        """Whether one claim is another, up to normal form and weakening (a < b or a == b gives a <= b)."""
        if type(have) is not Relation or type(want) is not Relation:
            return bool(have == want)
        matrix = is_matrix(have.lhs)
        if have == want:
            return True
        if matrix != is_matrix(want.lhs):
            return False
        try:
            (op, mine), (wanted, theirs) = self._normal(have), self._normal(want)
        except Unsupported:
            return False  # a claim without normal form is only ever itself
        if op == "==":
            return wanted in ("==", "<=") and (mine == theirs or self._negated(mine, matrix) == theirs)
        return mine == theirs and (op == wanted or (op, wanted) == ("<", "<="))

    def _evident(self, claim: Any) -> bool:
        if type(claim) is not Relation:
            return False
        op, difference = self._normal(claim)
        if op == "==":
            return not difference
        return self.terms.positive(difference) if op == "<" else self.terms.nonnegative(difference)

    def _cited(self, entry: Line, name: str) -> _Known:
        if name not in self.lines:
            raise Refusal(entry.name, f"cites {name}, which is no earlier line")
        return self.lines[name]

    def _premises(self, entry: Line, premises: tuple[Any, ...]) -> frozenset[str]:
        """The assumptions under which every premise is a cited line or evident."""
        assumes: frozenset[str] = frozenset()
        cited = [self._cited(entry, name) for name in entry.cites]
        for premise in premises:
            match = next((c for c in cited if self._entails(c.line.claim, premise)), None)
            if match is not None:
                assumes |= match.assumes
            elif not self._evident(premise):
                raise Refusal(entry.name, f"the premise {premise} is neither cited nor evident")
        return assumes

    # rules -----------------------------------------------------------------------------------------------------------
    def _line(self, entry: Line) -> frozenset[str]:
        structural: dict[str, Callable[[Line], frozenset[str]]] = {
            "hypothesis": self._hypothesis,
            "algebra": self._algebra,
            "definition": self._definition,
            "arithmetic": self._arithmetic,
            "substitute": self._substitute,
            "assume": self._assume,
            "cases": self._cases,
            "lemma": self._lemma,
            "induction": self._induction,
            "root": self._root,
            "before-root": self._before_root,
            "positive-root": self._positive_root,
        }
        if entry.rule in structural:
            if type(entry.claim) is UniqueRoot and entry.rule not in ("root", "lemma"):
                raise Refusal(entry.name, "a root is given by the rule root")
            return structural[entry.rule](entry)
        try:
            rule = rules.form(entry.rule)
        except KeyError:
            raise Refusal(entry.name, f"no rule is called {entry.rule}") from None
        return self._axiom(entry, rule)

    def _hypothesis(self, entry: Line) -> frozenset[str]:
        parts = [part for given in self.statement.given for part in _relations(given)]
        if not any(self._entails(part, entry.claim) for part in parts):
            raise Refusal(entry.name, "not a hypothesis of the statement")
        return frozenset()

    def _algebra(self, entry: Line) -> frozenset[str]:
        if type(entry.claim) is not Relation:
            raise Refusal(entry.name, "algebra is about a relation")
        if not self._evident(entry.claim):
            _, difference = self._normal(entry.claim)
            text = (
                "the two matrices differ"
                if is_matrix(entry.claim.lhs)
                else f"right minus left is {self.terms.show(difference)}"
            )
            raise Refusal(entry.name, f"not evident: {text}")
        return frozenset()

    def _definition(self, entry: Line) -> frozenset[str]:
        claim = entry.claim
        if type(claim) is not Relation or claim.op != "==" or claim.lhs not in self.definitions or is_matrix(claim.lhs):
            raise Refusal(entry.name, "not an equation between a defined symbol and its definition")
        if self._minus(self.definitions[claim.lhs], claim.rhs):
            raise Refusal(entry.name, f"{claim.lhs} is defined otherwise")
        return frozenset()

    def _arithmetic(self, entry: Line) -> frozenset[str]:
        if type(entry.claim) is not Relation or is_matrix(entry.claim.lhs):
            raise Refusal(entry.name, "arithmetic is about a relation between scalars")
        op, rest = self._normal(entry.claim)
        assumes: frozenset[str] = frozenset()
        positive = False
        for weight in entry.weights:
            value, exact, strict, names = self._weight(entry, weight)
            if op == "==" and not exact:
                raise Refusal(entry.name, "an equation follows from equations only")
            rest = terms.add(rest, value, terms.MINUS)
            positive |= strict
            assumes = assumes.union(*(self.lines[name].assumes for name in names))
        if op == "==":
            accepted = not rest
        else:
            accepted = self.terms.nonnegative(rest) and (op == "<=" or positive or self.terms.positive(rest))
        if not accepted:
            raise Refusal(
                entry.name,
                f"the rest is not visibly {'zero' if op == '==' else 'nonnegative'}: {self.terms.show(rest)}",
            )
        return assumes

    def _weight(self, entry: Line, weight: tuple[Any, ...]) -> tuple[Poly, bool, bool, list[str]]:
        """multiplier * product of factors; whether it is zero, whether it is positive, and the lines it uses."""
        multiplier = self.terms.scalar(self._given(entry, weight[0]))
        value, exact, strict = multiplier, False, self.terms.positive(multiplier)
        names = [factor for factor in weight[1:] if isinstance(factor, str)]
        for factor in weight[1:]:
            if isinstance(factor, str):
                claim = self._cited(entry, factor).line.claim
                if type(claim) is not Relation or is_matrix(claim.lhs):
                    raise Refusal(entry.name, f"{factor} is not a relation between scalars")
                op, difference = self._normal(claim)
                exact, strict = exact or op == "==", strict and op == "<"
            else:
                root = self.terms.scalar(factor)
                difference, strict = self.terms.mul(root, root), False
            value = self.terms.mul(value, difference)
        if not exact and not self.terms.nonnegative(multiplier):
            raise Refusal(entry.name, f"the multiplier {weight[0]} is not known to be nonnegative")
        return value, exact, strict, names

    def _substitute(self, entry: Line) -> frozenset[str]:
        """at: hole, pattern; cites an equation a == b and pattern(a); gives pattern(b)."""
        hole, pattern = entry.at["hole"], entry.at["pattern"]
        equation, instance = (self._cited(entry, name) for name in entry.cites)
        claim = equation.line.claim
        if type(claim) is not Relation or claim.op != "==" or type(pattern) is not Relation:
            raise Refusal(entry.name, "substitute cites an equation and has a relation as its pattern")
        if (
            is_matrix(hole) != is_matrix(claim.lhs)
            or not isinstance(hole, sp.Symbol | sp.MatrixSymbol)
            or hole in self.used
        ):
            raise Refusal(entry.name, "the hole is not a new letter of the equation's kind")
        if not is_matrix(hole) and hole != sp.Symbol(hole.name, real=True):
            raise Refusal(entry.name, "the hole is declared with a sign")
        before, after = (_replace(pattern, {hole: side}) for side in (claim.lhs, claim.rhs))
        for made in (claim, before, after):  # a normal form: no quotient by zero, no infinite root, no sign unproved
            check_shapes(made)
            self._normal(made)
        if not (self._entails(instance.line.claim, before) and self._entails(after, entry.claim)):
            raise Refusal(entry.name, "the pattern does not lead from the cited line to the claim")
        return equation.assumes | instance.assumes

    def _assume(self, entry: Line) -> frozenset[str]:
        if type(entry.claim) is not Relation or is_matrix(entry.claim.lhs):
            raise Refusal(entry.name, "only a relation between scalars is assumed")
        return frozenset({entry.name})

    def _cases(self, entry: Line) -> frozenset[str]:
        """cites claim, case, claim, opposite case."""
        if len(entry.cites) != 4:
            raise Refusal(entry.name, "cases cites claim, case, claim, opposite case")
        first, one, second, other = (self._cited(entry, name) for name in entry.cites)
        for case in (one, other):
            if case.line.rule != "assume":
                raise Refusal(entry.name, f"{case.line.name} is not an assumption")
        (op, a), (op_other, b) = self._normal(one.line.claim), self._normal(other.line.claim)
        if "==" in (op, op_other) or op == op_other == "<" or self._negated(a, False) != b:
            raise Refusal(entry.name, "the two cases do not exhaust all")
        if not all(self._entails(known.line.claim, entry.claim) for known in (first, second)):
            raise Refusal(entry.name, "the two cases do not give the claim")
        return (first.assumes - {one.line.name}) | (second.assumes - {other.line.name})

    # axioms and lemmas ---------------------------------------------------------------------------------------------
    def _axiom(self, entry: Line, rule: rules.Form) -> frozenset[str]:
        fixed = (rules.W_star,)
        letters = {s for claim in (*rule.premises, *rule.conclusions) for s in self._letters(claim, fixed)}
        table = self._instance(entry, letters, dict(entry.at))
        if rule.exists:
            self._choose(entry, rule, table)
        stated = [c for c in rule.conclusions if self._letters(c, fixed) <= set(table)]
        if not any(self._entails(_replace(c, table), entry.claim) for c in stated):
            raise Refusal(entry.name, f"{entry.rule} at these values does not give the claim")
        return self._premises(entry, tuple(_replace(premise, table) for premise in rule.premises))

    @staticmethod
    def _letters(claim: Any, fixed: tuple[Any, ...] = ()) -> set[Any]:
        """The scalar and matrix letters of a claim with their dimensions, `fixed` matrices left out."""
        if type(claim) is Assumption:
            return set(_free(claim.constant)) if claim.constant is not None else set()
        found: set[Any] = set()
        for term in _terms_of(claim):
            matrices = term.atoms(sp.MatrixSymbol) - set(fixed)
            found |= matrices | term.atoms(sp.Symbol).difference(*(m.atoms(sp.Symbol) for m in fixed))
            found |= {d for matrix in matrices for d in matrix.shape if isinstance(d, sp.Symbol)}
        return found

    def _instance(self, entry: Line, letters: set[Any], at: dict[str, Any]) -> dict[Any, Any]:
        """Letters -> terms, the dimensions read off the matrices; refused when shapes or domains disagree."""
        named: dict[str, Any] = {}
        for letter in letters:
            if named.setdefault(str(letter), letter) is not letter:
                raise Refusal(entry.name, f"two letters are called {letter}")
        table: dict[Any, Any] = {}
        for name, value in sorted(at.items(), key=lambda pair: is_matrix(pair[1])):
            if name not in named:
                raise Refusal(entry.name, f"{name} is not a letter of {entry.rule}")
            letter, term = named[name], self._given(entry, value)
            if is_matrix(letter) != is_matrix(term):
                raise Refusal(entry.name, f"{name} stands for a {'matrix' if is_matrix(letter) else 'scalar'}")
            table[letter] = term
            if is_matrix(letter):
                self.terms.matrix(term)  # has a value: no quotient by zero, no root of a negative number
                self._fit(entry, letter, shape_of(term), table)
            else:
                self._domain(entry, letter, term)
        self._shapes_agree(entry, table)
        return table

    def _shapes_agree(self, entry: Line, table: Mapping[Any, Any], letters: Sequence[Any] = ()) -> None:
        """Every matrix letter has, at the values of its dimensions, the shape of what it stands for."""
        for letter in {*table, *letters}:
            if is_matrix(letter):
                for wanted, size in zip(letter.shape, shape_of(table.get(letter, letter)), strict=True):
                    if sp.expand(wanted.xreplace(table) - size) != 0:
                        raise Refusal(entry.name, f"{letter} has not the shape of what it stands for")

    @staticmethod
    def _given(entry: Line, value: Any) -> sp.Basic:
        if type(value) is not int and not isinstance(value, sp.Basic):
            raise Refusal(entry.name, f"{value!r} is not a term")
        return sp.sympify(value)

    def _fit(self, entry: Line, letter: sp.MatrixSymbol, shape: tuple[Any, Any], table: dict[Any, Any]) -> None:
        for wanted, size in zip(letter.shape, shape, strict=True):
            if isinstance(wanted, sp.Symbol):
                if wanted not in table:
                    self._domain(entry, wanted, size)
                wanted = table.setdefault(wanted, size)
            if sp.expand(wanted - size) != 0:
                raise Refusal(entry.name, f"{letter} has the shape {letter.shape}, not {shape}")

    def _domain(self, entry: Line, letter: sp.Symbol, term: sp.Basic) -> None:
        if letter.is_integer and not term.is_integer:
            raise Refusal(entry.name, f"{letter} stands for an integer, not {term}")
        value = self.terms.scalar(term)
        if letter.is_positive and not self.terms.positive(value):
            raise Refusal(entry.name, f"{letter} = {term} is not known to be positive")
        if letter.is_nonnegative and not self.terms.nonnegative(value):
            raise Refusal(entry.name, f"{letter} = {term} is not known to be nonnegative")

    def _choose(self, entry: Line, rule: rules.Form, table: Mapping[Any, Any]) -> None:
        """A chosen letter is new, or chosen before by the same rule from the same values."""
        origin = (entry.rule, tuple(table.get(d) for d in rule.depends))
        for letter in rule.exists:
            value = table.get(letter)
            if not isinstance(value, sp.MatrixSymbol) or value in self.used or None in origin[1]:
                raise Refusal(entry.name, f"{letter} is chosen: it must be a new letter")
            if value in self.seen and value not in self.chosen:
                raise Refusal(entry.name, f"{value} has been used before it is chosen")
            if self.chosen.setdefault(value, origin) != origin or any(value in _free(d) for d in origin[1] if d):
                raise Refusal(entry.name, f"{value} was chosen elsewhere")
            if value.name in {str(s) for s in self.used}:
                raise Refusal(entry.name, f"{value} is already a letter of the statement")

    def _dependency(self, entry: Line, label: str) -> Statement:
        if label in self.stack:
            raise Refusal(entry.name, f"circular: {' -> '.join((*self.stack, label))}")
        if label not in self.library:
            raise Refusal(entry.name, f"{label} has no proof")
        proof = self.library[label]
        if type(proof) is not Proof or proof.label != label:
            raise Refusal(entry.name, f"the library's proof of {label} is of something else")
        _check(proof, self.library, self.done, self.stack)
        return proof.statement

    def _lemma(self, entry: Line) -> frozenset[str]:
        (label,) = entry.labels
        lemma = self._dependency(entry, label)
        if lemma.kind is Kind.TRAJECTORY:
            self._same_run(entry, lemma)
        table: dict[Any, Any] = {}
        theirs = {**DEFINITIONS, **lemma.where}
        if entry.at or any(self.definitions.get(s) != theirs.get(s) for s in {*lemma.where, *self.statement.where}):
            opened = [self._open(claim, lemma) for claim in (*lemma.given, *_relations(lemma.then))]
            letters = set().union(*(self._letters(claim) for claim in opened))
            table = self._instance(entry, letters, dict(entry.at))
            for letter in letters:
                if is_matrix(letter):
                    self._fit(entry, letter, shape_of(table.get(letter, letter)), table)
                elif letter in self.definitions and letter not in table:
                    self._domain(entry, letter, letter)
            self._shapes_agree(entry, table, list(letters))
            if table.get(W_star, W_star) != W_star:
                raise Refusal(entry.name, "W_star is the minimizer of the loss and stands for nothing else")
        else:
            opened = [*lemma.given, *_relations(lemma.then)]
        count = len(lemma.given)
        made = [_replace(claim, table) if type(claim) in (Relation, Assumption) else claim for claim in opened]
        if not any(self._entails(claim, entry.claim) for claim in made[count:]):
            raise Refusal(entry.name, f"{label} at these values does not give the claim")
        return self._premises(entry, tuple(made[:count]))

    @staticmethod
    def _open(claim: Any, lemma: Statement, only: set[sp.Basic] | None = None) -> Any:
        if type(claim) is Assumption:  # a defined constant is opened like any other term
            return Assumption(claim.name, claim.constant and unfold(claim.constant, lemma.where, only))
        if type(claim) is not Relation:
            raise Unsupported(f"{lemma.id} is cited as it stands only")
        return Relation(unfold(claim.lhs, lemma.where, only), claim.op, unfold(claim.rhs, lemma.where, only))

    def _same_run(self, entry: Line, lemma: Statement) -> None:
        """A claim about runs is cited for the same run: as it stands, under hypotheses of this statement."""
        if self.statement.kind is not Kind.TRAJECTORY or entry.at:
            raise Refusal(
                entry.name, f"{lemma.id} speaks of a whole run and is cited as it stands, in claims about runs"
            )
        opened = [self._open(claim, lemma) for claim in (*lemma.given, *_relations(lemma.then))]
        if left := set().union(*map(self._letters, opened)) & self.definitions.keys():
            raise Refusal(entry.name, f"{lemma.id} has {', '.join(map(str, left))} as letters, defined here")
        for given in lemma.given:
            needed = self._open(given, lemma)
            if not any(self._entails(self._open(mine, self.statement), needed) for mine in self.statement.given):
                raise Refusal(entry.name, f"{given} is a hypothesis of {lemma.id} and not of this statement")

    # induction and roots -----------------------------------------------------------------------------------------
    def _induction(self, entry: Line) -> frozenset[str]:
        """labels: base, step; at: invariant. The base gives it at iteration 0, the step carries it from t to t + 1.

        Symbols whose definitions speak of no iteration stay letters: they have one value along the run. The step may
        use the hypotheses at t, and cited lines that speak of no iteration.
        """
        if self.statement.kind is not Kind.TRAJECTORY:
            raise Refusal(entry.name, "induction is for claims about runs")
        if {W1, W2, W1_0, W2_0, eta, t} & set(self.definitions):
            raise Refusal(entry.name, "the weights, steps and iterations of a run are not for a statement to define")
        if any(self._mentions_chosen(part) for part in _relations(entry.at["invariant"])):
            raise Refusal(entry.name, "an invariant does not speak of chosen letters: they change along the run")
        moving = self._moving()
        still = [s for s in self.definitions if s not in moving and not is_matrix(s)]
        self.terms = Terms(self.definitions, still, self.folded.loss_nonnegative)
        self._grant(self.terms)
        for claim in self.known:
            if self._mentions_chosen(claim):
                continue
            with suppress(Unsupported):
                op, difference = self._normal(claim)
                self.terms.know(difference, op == "<")
        start = {W1: W1_0, W2: W2_0, eta: eta_0, t: sp.S.Zero}
        after = {W1: unfold(W1_next), W2: unfold(W2_next), t: t + 1}
        opened = [self._open(part, self.statement, moving) for part in _relations(entry.at["invariant"])]
        if any(part.lhs.has(eta) or part.rhs.has(eta) for part in opened):
            raise Refusal(entry.name, "an invariant does not speak of the step size")
        given = [self._open(g, self.statement, moving) for g in self.statement.given]
        base, step = (self._dependency(entry, label) for label in entry.labels)
        cited = [self._cited(entry, name) for name in entry.cites]
        shown = [k.line.claim for k in cited if not k.assumes and not self._mentions_chosen(k.line.claim)]
        held = [*given, *(self._open(claim, self.statement, moving) for claim in shown)]
        still_held = [g for g in held if not any({W1, W2, eta, t} & _free(x) or x.has(*_HISTORY) for x in _terms_of(g))]
        self._provides(entry, base, moving, [_replace(p, start) for p in opened], still_held)
        self._provides(entry, step, moving, [_replace(p, after) for p in opened], [*given, *still_held, *opened])
        if not any(self._entails(part, entry.claim) for part in opened):
            raise Refusal(entry.name, "the claim is no part of the invariant")
        return frozenset()

    def _moving(self) -> set[sp.Basic]:
        """The defined symbols whose definitions speak of the current iteration."""
        uses = {s: {s, *_free(value), *((t,) if value.has(*_HISTORY) else ())} for s, value in self.definitions.items()}
        moving: set[sp.Basic] = {W1, W2, eta, t}
        while more := {symbol for symbol, met in uses.items() if symbol not in moving and met & moving}:
            moving |= more
        return moving & set(self.definitions)

    def _provides(
        self, entry: Line, lemma: Statement, moving: set[sp.Basic], wanted: list[Any], available: list[Any]
    ) -> None:
        if lemma.kind is Kind.TRAJECTORY:
            raise Refusal(entry.name, f"{lemma.id} speaks of a whole run; base and step speak of one iteration")
        if {**DEFINITIONS, **lemma.where} != self.definitions:
            raise Refusal(entry.name, f"{lemma.id} has other definitions than this statement")
        gives = [self._open(part, lemma, moving) for part in _relations(lemma.then)]
        for part in wanted:
            if not any(self._entails(claim, part) for claim in gives):
                raise Refusal(entry.name, f"{lemma.id} does not give {part}")
        for premise in lemma.given:
            needed = self._open(premise, lemma, moving)
            if not any(self._entails(claim, needed) for claim in available) and not self._evident(needed):
                raise Refusal(entry.name, f"{lemma.id} needs {premise}, which is not available")

    def _root(self, entry: Line) -> frozenset[str]:
        """at: below, above, x, y; cites f(below) < 0 < f(above), f(x) < f(y), and the assumption x < y on letters."""
        claim = entry.claim
        if type(claim) is not UniqueRoot or claim.lower != 0 or claim.upper is not sp.oo:
            raise Refusal(entry.name, "the rule root gives a root in (0, oo)")
        f, v = claim.expression, claim.variable
        if any(v in _free(d) for d in self._opened([f])) or not self._positive_letter(v):
            raise Refusal(entry.name, f"a definition hides {v}, or {v} is not a positive letter")
        if hidden := self.chosen.keys() & _free(f):
            raise Refusal(entry.name, f"{', '.join(map(str, hidden))} may have been chosen for each {v}")
        self._continuous(entry, f, v)
        below, above = (self._given(entry, entry.at[end]) for end in ("below", "above"))
        ends = (Relation(sp.S.Zero, "<=", below), Relation(below, "<", above))
        values = (Relation(_swap(f, {v: below}), "<", sp.S.Zero), Relation(sp.S.Zero, "<", _swap(f, {v: above})))
        assumes = self._premises(entry, (*ends, *values))
        if claim.unique:
            x, y = entry.at["x"], entry.at["y"]
            letters = all(map(self._positive_letter, (x, y)))
            if not letters or x == y or {x, y} & self.used:
                raise Refusal(entry.name, "x and y are new positive letters")
            increases = Relation(_swap(f, {v: x}), "<", _swap(f, {v: y}))
            case = next((k for k in map(self.lines.get, entry.cites) if k and k.line.rule == "assume"), None)
            if case is None or not self._entails(case.line.claim, Relation(x, "<", y)):
                raise Refusal(entry.name, "monotonicity rests on the assumption x < y")
            assumes |= self._premises(entry, (increases,)) - {case.line.name}
            self._general(entry, assumes, {x, y})
        return assumes

    def _general(self, entry: Line, assumes: frozenset[str], letters: set[sp.Basic]) -> None:
        """Refused when an open assumption speaks of letters for which something was to be shown at all their values."""
        for name in sorted(assumes):
            if any(letters & _free(term) for term in _terms_of(self.lines[name].line.claim)):
                raise Refusal(entry.name, f"the open assumption {name} speaks of {', '.join(map(str, letters))}")

    def _before_root(self, entry: Line) -> frozenset[str]:
        """at: x, near; cites near(0) < 0, and f(x) < 0 under the assumption near(x) < 0 on a new letter x.

        A hypothesis v <= MinRoot(f, v), perhaps among the terms of a Min, then gives f(v) <= 0: near is negative on
        some (0, e), so f is; were f(v) > 0, f would have a root below v.
        """
        for f, v in self._root_bounds():
            if self._entails(Relation(f, "<=", sp.S.Zero), entry.claim):
                return self._negative_at_first(entry, f, v, entry.at["near"])
        raise Refusal(entry.name, "no hypothesis bounds a letter by the smallest root of this function")

    def _positive_root(self, entry: Line) -> frozenset[str]:
        """at: x, and near_<name> for each defined root below the left side; cites as before-root, and 0 < other terms.

        A function that is negative on some (0, e) has no root there: MinRoot, and a Min of such, is positive.
        """
        claim = entry.claim
        if type(claim) is not Relation or (claim.op, claim.rhs) != (">", sp.S.Zero) or is_matrix(claim.lhs):
            raise Refusal(entry.name, "positive-root is about left > 0")
        assumes: frozenset[str] = frozenset()
        for name, leaf in self._least(claim.lhs):
            if type(leaf) is MinRoot:
                f, v = leaf.args
                assumes |= self._negative_at_first(entry, f, v, entry.at[f"near_{name}"])
            else:
                assumes |= self._premises(entry, (Relation(sp.S.Zero, "<", leaf),))
        return assumes

    def _least(self, term: sp.Basic, name: str = "") -> Iterator[tuple[str, sp.Basic]]:
        """The terms of which a defined symbol is the least, each with the name of the symbol that stands for it."""
        if isinstance(term, sp.Min):
            for part in term.args:
                yield from self._least(part, name)
        elif term in self.definitions:
            yield from self._least(self.definitions[term], str(term))
        else:
            yield name, term

    def _negative_at_first(self, entry: Line, f: sp.Basic, v: sp.Basic, near: sp.Basic) -> frozenset[str]:
        """f < 0 on some (0, e), from near(0) < 0 and f(x) < 0 under the assumption near(x) < 0, both continuous."""
        x = entry.at["x"]
        if not self._positive_letter(x) or x in self.used:
            raise Refusal(entry.name, "x is a new positive letter")
        if any({v, x} & _free(d) for d in self._opened([f, near])) or not self._positive_letter(v):
            raise Refusal(entry.name, f"a definition hides {v}, or {v} is not a positive letter")
        if hidden := self.chosen.keys() & (_free(f) | _free(near)):
            raise Refusal(entry.name, f"{', '.join(map(str, hidden))} may have been chosen for each {x}")
        for function, letter in ((f, v), (near, x)):
            self._continuous(entry, function, letter)
        cited = [self._cited(entry, name) for name in entry.cites]
        cases = [
            k for k in cited if k.line.rule == "assume" and self._entails(k.line.claim, Relation(near, "<", sp.S.Zero))
        ]
        if not cases:
            raise Refusal(entry.name, "the sign of f near 0 rests on the assumption near(x) < 0")
        start = Relation(_swap(near, {x: sp.S.Zero}), "<", sp.S.Zero)
        negative = Relation(_swap(f, {v: x}), "<", sp.S.Zero)
        assumes = self._premises(entry, (start,)) | (self._premises(entry, (negative,)) - {cases[0].line.name})
        self._general(entry, assumes, {x})
        return assumes

    def _root_bounds(self) -> Iterator[tuple[sp.Basic, sp.Symbol]]:
        """(f, v) for each hypothesis v <= MinRoot(f, v) of the statement."""
        for given in self.statement.given:
            if type(given) is not Relation or given.op not in ("<=", "<") or not isinstance(given.lhs, sp.Symbol):
                continue
            bounds, met = [given.rhs], set()
            while bounds:
                bound = bounds.pop()
                if bound in met:
                    continue
                met.add(bound)
                if isinstance(bound, sp.Min):
                    bounds += bound.args
                elif bound in self.definitions:
                    bounds.append(self.definitions[bound])
                elif type(bound) is MinRoot and bound.args[1] == given.lhs:
                    yield bound.args[0], given.lhs

    def _positive_letter(self, z: Any) -> bool:
        return type(z) is sp.Symbol and z == sp.Symbol(z.name, real=True, positive=True) and z not in self.definitions

    def _continuous(self, entry: Line, f: sp.Basic, letter: sp.Symbol) -> None:
        """Refused unless f is visibly continuous in a letter on [0, oo), whatever is known of the letter's value."""
        v = sp.Symbol("any " + letter.name, real=True, positive=True)
        met = self.used | self.seen | set(_free(f))
        if v in met:
            raise Refusal(entry.name, f"{v} is no new letter")
        self._continuous_in(entry, _swap(f, {letter: v}), v)

    def _continuous_in(self, entry: Line, f: sp.Basic, v: sp.Symbol) -> None:
        if v not in _free(f) or f == v:
            return
        if isinstance(f, sp.Pow) and v not in _free(f.exp):
            exponent = self.terms.scalar(f.exp)
            if not (self.terms.positive(exponent) and self.terms.nonnegative(self.terms.scalar(f.base))):
                raise Refusal(entry.name, f"{f} is not visibly continuous at 0")
            self._continuous_in(entry, f.base, v)
        elif isinstance(f, sp.Add | sp.Mul | sp.exp):
            for part in f.args:
                self._continuous_in(entry, part, v)
        else:
            raise Refusal(entry.name, f"{f} is not visibly continuous")


def _check(proof: Proof, library: Mapping[str, Proof], done: dict[str, Proof], stack: tuple[str, ...]) -> None:
    if type(proof) is not Proof or type(proof.statement) is not Statement or proof.statement.then is None:
        raise Refusal("", "not a proof of a statement")
    _exact(proof)
    if done.get(proof.label) is proof:
        return
    _Checker(proof, library, done, (*stack, proof.label)).run()
    if _catalog().get(proof.label, proof.statement) != proof.statement:
        raise Refusal("", f"{proof.label} is the id of another statement of the catalog")
    done[proof.label] = proof


@cache
def _catalog() -> Mapping[str, Statement]:
    from theorems import CATALOG

    return {statement.id: statement for statement in CATALOG}


def check(proof: Proof, library: Mapping[str, Proof] | None = None) -> Proved:
    """The verdict Proved when every line of the proof, and of the proofs it cites, is accepted.

    `library` maps labels to the proofs that may be cited; the project's own when None. Raises: Refusal.
    """
    _check(proof, _project() if library is None else library, {}, ())
    return Proved(proof=proof.label)


def check_all(library: Mapping[str, Proof] | None = None) -> tuple[str, ...]:
    """The labels of a library, each proof checked once. Raises: Refusal."""
    proofs = _project() if library is None else library
    done: dict[str, Proof] = {}
    for label, proof in proofs.items():
        _check(proof, proofs, done, ())
        if proof.label != label:
            raise Refusal("", f"the library's proof of {label} is of {proof.label}")
    return tuple(proofs)


def _project() -> Mapping[str, Proof]:
    from theorems.proofs import PROOFS

    return PROOFS


@cache
def proved(label: str) -> Proof | None:
    """The accepted proof of the statement with this id, None when the project has none. Raises: Refusal.

    Each of the project's proofs is checked once a process.
    """
    proof = _project().get(label)
    if proof is not None:
        _check(proof, _project(), _accepted(), ())
    return proof


@cache
def _accepted() -> dict[str, Proof]:
    """What this process has accepted of the project's own proofs."""
    return {}
