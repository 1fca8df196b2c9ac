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
from theorems import notation as N
from theorems.notation import DEFINITIONS
from theorems.statement import AllOf, Form, Relation, Statement
from verify.falsify import falsify
from verify.render import witness
from verify.verdict import Refuted

# Quantities of the initialization: their definitions are what a statement is about, not its constants.
_TABLE_2 = frozenset({N.alpha_1, N.alpha_2, N.beta_1, N.beta_2, N.Delta_plus, N.Delta_minus, N.Delta_under})


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
    """One direction of search: the constants moved and what is known along it.

    proved    the smallest point that is proved, None when the kernel accepts none
    kept      the smallest point not refuted (below `proved` it is open)
    refuted   the largest point refuted, None when there is none down to 0
    """

    moved: tuple[int, ...]
    proved: Point | None
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
    for symbol in sorted(named - _TABLE_2, key=str):
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
    """The statement with the coefficients in `values` (slot -> value) put in; the label says which it has."""
    numbers = {slot: sp.Rational(v.numerator, v.denominator) for slot, v in values.items()}
    return _with(statement, numbers, f"{statement.label}.constants({','.join(map(str, values.values()))})")


def _with(statement: Statement, values: Mapping[tuple[Any, ...], sp.Expr], label: str) -> Statement:
    where = dict(statement.where)
    for symbol in _definitions(statement):
        terms = _terms(_definition(statement, symbol))
        rest = _definition(statement, symbol) - sp.Add(*(_rational(v) * t for t, v in terms))
        where[symbol] = rest + sp.Add(*(values.get(("where", symbol, t), _rational(v)) * t for t, v in terms))
    changed = []
    for index, relation in enumerate(_relations(statement)):
        sides = {}
        for side in ("lhs", "rhs"):
            expression = getattr(relation, side)
            if isinstance(expression, sp.Expr):
                for term, value in _terms(expression):
                    new = values.get(("then", index, side, term), _rational(value))
                    expression = expression + (new - _rational(value)) * term
            sides[side] = expression
        changed.append(Relation(sides["lhs"], relation.op, sides["rhs"]))
    then = changed[0] if isinstance(statement.then, Relation) else AllOf(*changed)
    return replace(statement, label=label, then=then, where=where, reading=None, form=Form.SHARP)


def _rational(q: Fraction) -> sp.Rational:
    return sp.Rational(q.numerator, q.denominator)


def proved_points(statement: Statement) -> list[tuple[str, tuple[Fraction, ...]]]:
    """(id, constants) of the forms the kernel accepts that say what `statement` says with other constants.

    Such a form asks for no more hypotheses, and its claim equals this one for some values of the constants.
    """
    from verify.kernel import proved

    found = []
    for other in CATALOG:
        if other.label == statement.label and set(other.given) <= set(statement.given):
            values = _as_constants(statement, other)
            if values is not None and proved(other.id) is not None:
                found.append((other.id, values))
    return found


def _as_constants(statement: Statement, other: Statement) -> tuple[Fraction, ...] | None:
    """The values of the statement's constants at which its claim is the other's; None when there are none."""
    slots = [constant.slot for constant in constants(statement)]
    unknowns = {slot: sp.Symbol(f"constant_{i}", real=True) for i, slot in enumerate(slots)}
    mine = _flat(_put(statement, unknowns), set(_definitions(statement)))
    if mine is None:
        return None
    known = set().union(*(e.free_symbols for e in mine))
    fresh = {s for e in _differences(other) for s in e.free_symbols} - known
    theirs = _flat(other, fresh)
    if theirs is None or len(theirs) != len(mine):
        return None
    for symbol in known - set(unknowns.values()):
        if statement.where.get(symbol, DEFINITIONS.get(symbol)) != other.where.get(symbol, DEFINITIONS.get(symbol)):
            return None
    equations = []
    for a, b in zip(mine, theirs, strict=True):
        by_factor: dict[sp.Expr, sp.Expr] = {}
        for term in sp.Add.make_args(sp.expand(a - b)):
            number, rest = term.as_independent(*_factors(term, set(unknowns.values())), as_Add=False)
            by_factor[rest] = by_factor.get(rest, sp.S.Zero) + number
        equations += list(by_factor.values())
    solved = sp.linsolve(equations, *unknowns.values()) if unknowns else sp.EmptySet
    for solution in solved:
        if not any(v.free_symbols for v in solution):
            return tuple(map(_outwards, solution))
    return None


def _outwards(value: sp.Expr) -> Fraction:
    """A proved constant as a rational: itself, or the next sixty-fourth away from 0, which is proved all the more."""
    if isinstance(value, sp.Rational):
        return Fraction(int(value.p), int(value.q))
    size = Fraction(int(sp.ceiling(64 * sp.Abs(value))), 64)
    return size if value.is_positive else -size


def _factors(term: sp.Expr, unknowns: set[sp.Symbol]) -> list[sp.Basic]:
    """What a term multiplies its number and constants with."""
    return [f for f in sp.Mul.make_args(term) if f.free_symbols and not f.free_symbols & unknowns]


def _put(statement: Statement, values: Mapping[tuple[Any, ...], sp.Symbol]) -> Statement:
    """The statement with letters for its constants."""
    return _with(statement, dict(values), f"{statement.label}.letters")


def _differences(statement: Statement) -> list[sp.Expr]:
    """Larger side minus smaller side of each relation."""
    return [(r.lhs - r.rhs) if r.op in (">=", ">") else (r.rhs - r.lhs) for r in _relations(statement)]


def _flat(statement: Statement, symbols: set[sp.Symbol]) -> list[sp.Expr] | None:
    """The differences with the definitions of `symbols` put in; None for a claim about matrices."""
    if any(not isinstance(side, sp.Expr) for r in _relations(statement) for side in (r.lhs, r.rhs)):
        return None
    table = {s: statement.where.get(s, DEFINITIONS.get(s)) for s in symbols}
    table = {s: d for s, d in table.items() if d is not None and isinstance(d, sp.Expr)}
    return [sp.expand(e.xreplace(table)) for e in _differences(statement)]


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
    directions: list[tuple[int, ...]] = [(i,) for i in range(len(table))]
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
    proved = kept if kept.status == "proved" else None
    refuted: Point | None = None
    for step in range(depth + 1):
        factor = Fraction(0) if step == 0 else (low + high) / 2
        values = tuple(v * factor if i in moved else v for i, v in enumerate(base))
        point = _point(statement, table, values, proofs, seed, budget)
        if point.status == "refuted":
            low, refuted = factor, point
        else:
            high, kept = factor, point
            proved = point if point.status == "proved" else proved
            if step == 0:
                return Frontier(moved, proved, point, None)
    return Frontier(moved, proved, kept, refuted)


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
