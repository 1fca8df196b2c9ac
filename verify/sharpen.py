"""The frontier of a statement's numeric constants: how far each can be lowered before an exact witness refutes it.

A constant is the rational coefficient of an additive term, of a side of the claim or of a definition that the claim
names and that belongs to it (K_t in the descent lemma). Lowering one makes the claim stronger. A point of the frontier
is refuted (a certificate), proved (a proved form of the same statement has no larger constants anywhere), or open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy as sp

from theorems import CATALOG
from theorems.notation import DEFINITIONS
from theorems.statement import AllOf, Form, Relation, Statement
from verify.falsify import falsify
from verify.render import witness
from verify.verdict import Refuted


@dataclass(frozen=True, slots=True)
class Constant:
    """A coefficient: `term` is what it multiplies, `value` what the statement has there, `slot` where it stands."""

    term: sp.Expr
    value: Fraction
    slot: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The term in text, for a table."""
        return str(self.term)


@dataclass(frozen=True, slots=True)
class Point:
    """Values of the constants and what is known there: "proved", "refuted" (with the witness) or "open"."""

    values: tuple[Fraction, ...]
    status: str
    detail: str
    certificate: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Frontier:
    """One direction of search: the constants moved, the smallest point not refuted and the largest point refuted."""

    moved: tuple[int, ...]
    kept: Point
    refuted: Point | None


def constants(statement: Statement) -> list[Constant]:
    """The constants of a statement, in the order of its claims."""
    return [Constant(term, value, slot) for slot, term, value in _slots(statement)]


def _slots(statement: Statement) -> Iterator[tuple[tuple[Any, ...], sp.Expr, Fraction]]:
    for symbol in _definitions(statement):
        table = _terms(_definition(statement, symbol))
        # In a sum of positive terms, such as K_t, the ones count as constants too.
        bound = all(value > 0 for _, value in table)
        for term, value in table:
            if bound or abs(value) != 1:
                yield ("where", symbol, term), term, value
    for index, relation in enumerate(_relations(statement)):
        for side in ("lhs", "rhs"):
            expression = getattr(relation, side)
            if isinstance(expression, sp.Expr):
                for term, value in _terms(expression):
                    if abs(value) != 1:
                        yield ("then", index, side, term), term, value


def _definitions(statement: Statement) -> list[sp.Symbol]:
    """Symbols of the claim that stand for a sum with a numeric coefficient, or that the statement defines itself."""
    named = {s for r in _relations(statement) for s in (r.lhs.free_symbols | r.rhs.free_symbols)}
    found = []
    for symbol in sorted(named, key=str):
        definition = statement.where.get(symbol, DEFINITIONS.get(symbol))
        if isinstance(definition, sp.Add) and (
            symbol in statement.where or any(abs(value) != 1 for _, value in _terms(definition))
        ):
            found.append(symbol)
    return found


def _definition(statement: Statement, symbol: sp.Symbol) -> sp.Expr:
    return statement.where.get(symbol, DEFINITIONS[symbol])


def _relations(statement: Statement) -> tuple[Relation, ...]:
    claim = statement.then
    if isinstance(claim, Relation):
        return (claim,)
    return claim.claims if isinstance(claim, AllOf) else ()


def _terms(expression: sp.Expr) -> list[tuple[sp.Expr, Fraction]]:
    """(term, coefficient) of the additive terms with a rational coefficient; sqrt(2 K L) counts as one term."""
    found = []
    for addend in sp.Add.make_args(expression):
        coefficient, rest = addend.as_coeff_Mul()
        if isinstance(coefficient, sp.Rational) and rest != 1:
            found.append((rest, Fraction(int(coefficient.p), int(coefficient.q))))
    return found


def with_constants(statement: Statement, values: Mapping[tuple[Any, ...], Fraction]) -> Statement:
    """The statement with the coefficients in `values` (slot -> value) put in; the id says which constants it has."""
    where = dict(statement.where)
    for symbol in _definitions(statement):
        terms = _terms(_definition(statement, symbol))
        rest = _definition(statement, symbol) - sp.Add(*(_rational(v) * t for t, v in terms))
        where[symbol] = rest + sp.Add(*(_rational(values.get(("where", symbol, t), v)) * t for t, v in terms))
    changed = []
    for index, relation in enumerate(_relations(statement)):
        sides = {}
        for side in ("lhs", "rhs"):
            expression = getattr(relation, side)
            if isinstance(expression, sp.Expr):
                for term, value in _terms(expression):
                    new = values.get(("then", index, side, term), value)
                    expression = expression + _rational(new - value) * term
            sides[side] = expression
        changed.append(Relation(sides["lhs"], relation.op, sides["rhs"]))
    then = changed[0] if isinstance(statement.then, Relation) else AllOf(*changed)
    text = ",".join(str(v) for v in values.values())
    return replace(statement, label=f"{statement.label}.constants({text})", then=then, where=where, reading=None, form=Form.SHARP)


def _rational(q: Fraction) -> sp.Rational:
    return sp.Rational(q.numerator, q.denominator)


def proved_points(statement: Statement) -> list[tuple[str, tuple[Fraction, ...]]]:
    """(id, constants) of the proved forms of this statement that have the same terms."""
    from theorems.proofs import PROOFS

    mine = constants(statement)
    found = []
    for other in CATALOG:
        if other.label == statement.label and other.id in PROOFS:
            theirs = {c.slot: c.value for c in constants(other)}
            if set(theirs) == {c.slot for c in mine}:
                found.append((other.id, tuple(theirs[c.slot] for c in mine)))
    return found


def frontier(
    statement: Statement,
    *,
    seed: int = 0,
    budget: str = "quick",
    depth: int = 6,
    progress: Callable[[int, int, str], None] = lambda done, total, label: None,
) -> tuple[list[Constant], list[Frontier]]:
    """The constants and, for each alone and for all together, the frontier between refuted and not.

    depth: halvings between 0 and the present value. Deterministic in (statement, seed, budget, depth).
    Raises ValueError when the statement has no numeric constant.
    """
    table = constants(statement)
    if not table:
        raise ValueError(f"label = {statement.id}: has no numeric constant; nothing can be lowered")
    proofs = proved_points(statement)
    directions = [(i,) for i in range(len(table))]
    if len(table) > 1:
        directions.append(tuple(range(len(table))))
    starts: list[tuple[Fraction, ...]] = [tuple(c.value for c in table), *(values for _, values in proofs)]
    # From the lowest proved point on, one more direction a constant: is the sharp form sharp?
    base = min(starts, key=lambda v: sum(abs(x) for x in v))
    found = []
    for index, moved in enumerate(directions):
        found.append(_search(statement, table, base, moved, proofs, seed, budget, depth))
        progress(index + 1, len(directions), statement.id)
    return table, found


def _search(
    statement: Statement,
    table: Sequence[Constant],
    base: tuple[Fraction, ...],
    moved: tuple[int, ...],
    proofs: Sequence[tuple[str, tuple[Fraction, ...]]],
    seed: int,
    budget: str,
    depth: int,
) -> Frontier:
    low, high = Fraction(0), Fraction(1)
    kept = _point(statement, table, base, proofs, seed, budget)
    refuted: Point | None = None
    for step in range(depth + 1):
        factor = Fraction(0) if step == 0 else (low + high) / 2
        values = tuple(v * factor if i in moved else v for i, v in enumerate(base))
        point = _point(statement, table, values, proofs, seed, budget)
        if point.status == "refuted":
            low, refuted = factor, point
        else:
            high, kept = factor, point
            if step == 0:
                return Frontier(moved, point, None)
    return Frontier(moved, kept, refuted)


def _point(
    statement: Statement,
    table: Sequence[Constant],
    values: tuple[Fraction, ...],
    proofs: Sequence[tuple[str, tuple[Fraction, ...]]],
    seed: int,
    budget: str,
) -> Point:
    for identity, proved in proofs:
        if all(abs(v) >= abs(p) and v * p >= 0 for v, p in zip(values, proved, strict=True)):
            return Point(values, "proved", identity)
    changed = with_constants(statement, {c.slot: v for c, v in zip(table, values, strict=True)})
    verdict = falsify(changed, seed=seed, budget=budget)
    if isinstance(verdict, Refuted):
        return Point(values, "refuted", witness(verdict.certificate), verdict.certificate)
    ratio = getattr(getattr(verdict, "tightness", None), "ratio", None)
    return Point(values, "open", "no witness found" + (f", left/right up to {ratio:.6g}" if ratio is not None else ""))
