"""Which proofs are let in at all: plain data, terms of the catalog, shapes that agree for all dimensions.

A reader must believe that a proof which passes here is made of Python's own containers and the catalog's own claims
(equal only to their like, the same at every look), that every term is built of the heads listed in `_HEADS` over
letters with the declarations listed in `_DECLARATIONS`, that each dimension is a positive integer, that no definition
rests on itself, and that none hides a bound letter. What is not listed is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.symbol import Str

from theorems import norms
from theorems.notation import DEFINITIONS, W1, W1_0, W2, W2_0, W_star, eta, eta_0, t
from theorems.proofs.derivation import Line, Proof
from theorems.shapes import ShapeMismatch, check_shapes
from theorems.statement import AllOf, Assumption, Form, Kind, Reading, Relation, Statement, UniqueRoot, WellShaped
from verify.kernel.claims import HISTORY, Refusal, binders, letters_in, line_terms, opened, relations, terms_of

_PLAIN = (Relation, Assumption, UniqueRoot)
_DECLARATIONS = {(word, True) for word in ("commutative", "real", "positive", "nonnegative", "integer")}

# The dimensions of the notation: fixed in every statement, since the shapes of its matrices speak of them.
_SIZES = frozenset(
    x
    for term in (*DEFINITIONS, *DEFINITIONS.values())
    for a in term.atoms(sp.MatrixSymbol)
    for d in a.shape
    for x in d.free_symbols
)

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
    **dict.fromkeys((norms.MinRoot, norms.TauIntegral), 2),
    **dict.fromkeys(HISTORY, 1),
    sp.MatrixSymbol: 3,
}
_SIZED = (sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix)


def plain_data(proof: Proof) -> None:
    """None when a proof is made of plain containers, claims and keys, the same at every look. Raises: Refusal."""
    if type(proof) is not Proof or type(proof.statement) is not Statement or proof.statement.then is None:
        raise Refusal("", "not a proof of a statement")
    _plain_containers(proof)
    _plain_parts(proof)


def admit(proof: Proof) -> None:
    """None when the plain data of a proof are terms of the catalog, each well-shaped. Raises: Refusal."""
    definitions = {**DEFINITIONS, **proof.statement.where}
    own = _statement_terms(proof, definitions)
    held = [term for entry in proof.lines for term in _admitted_line(entry, definitions)]
    for term in {*own, *held, *definitions.values()}:
        _nothing_captured(term, definitions)
    try:
        check_shapes(WellShaped(*own, *held, *opened([*own, *held], definitions)))
        check_shapes(proof.statement)
    except ShapeMismatch as mismatch:
        raise Refusal("", f"shapes disagree in {mismatch}") from mismatch


# plain data -----------------------------------------------------------------------------------------------------------
def _plain_containers(proof: Proof) -> None:
    """Refused unless the proof is made of the plain containers, whose parts are the same at every look."""
    statement = proof.statement
    held: list[tuple[Any, Any]] = [
        (statement.given, tuple),
        (statement.where, dict),
        (statement.label, str),
        (proof.lines, tuple),
        (proof.folded, frozenset),
    ]
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


def _plain_parts(proof: Proof) -> None:
    """Refused unless the statement's keys, and all claims and values, are of the catalog's own classes."""
    statement = proof.statement
    if type(statement.kind) is not Kind or type(statement.form) is not Form:
        raise Refusal("", "a statement has one of the kinds and forms of the catalog")
    if statement.reading is not None and (
        type(statement.reading) is not Reading or type(statement.reading.name) is not str
    ):
        raise Refusal("", "a statement's reading has a name of plain text")
    for claim in (*statement.given, statement.then, *(entry.claim for entry in proof.lines)):
        _plain_claim(claim)
    for value in (v for entry in proof.lines for v in entry.at.values()):
        if type(value) in (AllOf, *_PLAIN):
            _plain_claim(value)
        elif type(value) is not int and not isinstance(value, sp.Basic):
            raise Refusal("", f"{type(value).__name__}: a value is a term, a number or a plain claim")


def _plain_claim(claim: Any) -> None:
    """Refused unless a claim is of one of the kernel's kinds, and so equal only to its like."""
    parts: Any = (claim,)
    if type(claim) is AllOf:
        parts = claim.claims if type(claim.claims) is tuple else (None,)
    for part in parts:
        plain = type(part) in _PLAIN
        if type(part) is Relation:
            plain = type(part.op) is str
        elif type(part) is Assumption:
            plain = type(part.name) is str
        elif type(part) is UniqueRoot:
            plain = type(part.unique) is bool
        if not plain:
            raise Refusal("", f"{type(claim).__name__}: not a line or statement of plain claims")


# terms ----------------------------------------------------------------------------------------------------------------
def _statement_terms(proof: Proof, definitions: Mapping[Any, Any]) -> list[Any]:
    """The terms of a statement and its definitions; refused when one is foreign or redefines what is fixed."""
    statement = proof.statement
    fixed = {W_star, *_SIZES}
    if statement.kind is Kind.TRAJECTORY:
        fixed |= {W1, W2, W1_0, W2_0, eta, eta_0, t}
    for letter in statement.where:
        if type(letter) not in (sp.Symbol, sp.MatrixSymbol) or letter in fixed:
            raise Refusal("", f"{letter} is not for a statement to define")
    claims = [*statement.given, *relations(statement.then)]
    own = [*(x for claim in claims for x in terms_of(claim)), *statement.where, *statement.where.values()]
    own += proof.folded
    for term in own:
        if name := _foreign(term, definitions):
            raise Refusal("", f"the statement holds what is not a term of the catalog: {name}")
    for letter, value in statement.where.items():
        if any(letter in letters_in(d) for d in (value, *opened([value], definitions))):
            raise Refusal("", f"{letter}: a circular definition")
    return own


def _admitted_line(entry: Line, definitions: Mapping[Any, Any]) -> list[Any]:
    """The terms of a line; refused when one is foreign, or they are not well-shaped with one domain of the loss."""
    if type(entry.claim) not in _PLAIN:
        raise Refusal(entry.name, "not a line with a relation, an assumption or a root")
    held = line_terms(entry)
    for term in held:
        if name := _foreign(term, definitions):
            raise Refusal(entry.name, f"not a term of the catalog: {name}")
    values = [part for value in entry.at.values() for part in relations(value)]
    whole: list[Any] = [*(c for c in (entry.claim, *values) if type(c) is Relation), WellShaped(*held)]
    try:
        check_shapes(AllOf(*whole))  # one walk: the loss has one domain
    except ShapeMismatch as mismatch:
        raise Refusal(entry.name, f"shapes disagree in {mismatch}") from mismatch
    return held


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


def _is_size(d: sp.Basic, definitions: Mapping[Any, Any]) -> bool:
    """Whether a dimension is a positive integer for all values of its letters."""
    if isinstance(d, sp.Symbol):
        return bool(d.is_integer and d.is_positive) and d not in definitions
    if isinstance(d, sp.Integer):
        return bool(d >= 1)
    return isinstance(d, sp.Add | sp.Mul) and bool(d.args) and all(_is_size(x, definitions) for x in d.args)


def _nothing_captured(term: sp.Basic, definitions: Mapping[Any, Any]) -> None:
    """Refused when a bound letter is defined, or a definition inside its scope speaks of it."""
    for node in binders(term):
        inside, letter = node.args
        if letter in definitions or any(letter in letters_in(d) for d in opened([inside], definitions)):
            raise Refusal("", f"a definition hides {letter} in {node}")
