"""What hypotheses say of the scalars of a symbolic claim: ranges, positive stand-ins, and exact sample points."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping

import sympy as sp

from theorems.norms import ScalarHead
from theorems.statement import Relation, Statement
from verify.formulas.asymptotics import Range

__all__ = ["exact_points", "positive_stand_ins", "ranges_of", "scalar_atoms", "sign_of"]

_FLIPPED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "=="}
_VALUES = tuple(
    sp.Rational(a, b) for a, b in ((1, 2), (1, 1), (2, 1), (1, 4), (3, 1), (1, 8), (5, 1), (10, 1), (1, 100))
)


def scalar_atoms(*expressions: sp.Expr) -> dict[sp.Basic, sp.Symbol]:
    """Plain symbols in place of heads (norms, singular values), each with the sign that is known of its head."""
    heads = sorted(set().union(*(e.atoms(ScalarHead) for e in expressions)), key=str)
    return {
        head: sp.Symbol(f"atom_{i}", real=True, **({"nonnegative": True} if head.is_nonnegative else {}))
        for i, head in enumerate(heads)
    }


def relations_of(statement: Statement) -> list[Relation]:
    """The hypotheses that are relations."""
    return [g for g in statement.given if isinstance(g, Relation)]


def ranges_of(relations: Iterable[Relation]) -> dict[sp.Symbol, Range]:
    """Intervals of the symbols that a hypothesis compares with a number; a symbol's own sign is its first bound."""
    found: dict[sp.Symbol, Range] = {}
    for r in relations:
        difference = sp.expand(r.lhs - r.rhs) if isinstance(r.lhs, sp.Expr) else sp.S.Zero
        for symbol in difference.free_symbols if len(difference.free_symbols) == 1 else ():
            slope = sp.diff(difference, symbol)
            if not slope.is_Rational:
                continue
            op = r.op if slope > 0 else _FLIPPED.get(r.op, "")
            bound = -difference.subs(symbol, 0) / slope
            closed = symbol.is_nonnegative and not symbol.is_positive
            own = Range(sp.S.Zero if symbol.is_nonnegative else -sp.oo, low_open=not closed)
            old = found.get(symbol, own)
            if op in (">", ">=") and (bound > old.low or (bound == old.low and op == ">")):
                found[symbol] = Range(bound, old.high, op == ">", old.high_open)
            elif op in ("<", "<=") and (bound < old.high or (bound == old.high and op == "<")):
                found[symbol] = Range(old.low, bound, old.low_open, op == "<")
    return found


def positive_stand_ins(symbols: Iterable[sp.Symbol], ranges: Mapping[sp.Symbol, Range]) -> dict[sp.Symbol, sp.Expr]:
    """Each symbol as an expression in a fresh symbol that is positive (nonnegative at closed ends) over its range."""
    found: dict[sp.Symbol, sp.Expr] = {}
    for symbol in sorted(symbols, key=str):
        own = Range(sp.S.Zero, low_open=bool(symbol.is_positive)) if symbol.is_nonnegative else Range()
        r = ranges.get(symbol, own)
        if r.low == -sp.oo:
            continue
        u = sp.Symbol(f"u_{symbol}", positive=True) if r.low_open else sp.Symbol(f"u_{symbol}", nonnegative=True)
        if r.high == sp.oo:
            found[symbol] = r.low + u
        elif r.high_open:
            found[symbol] = r.low + (r.high - r.low) * u / (1 + u)
    return found


def sign_of(expression: sp.Expr) -> int | None:
    """1 or -1 when the sign follows from factors whose terms have one sign; 0 when zero; None when unknown."""
    expression = sp.factor(sp.together(sp.powsimp(expression)))
    if expression == 0:
        return 0
    sign = 1
    for factor in sp.Mul.make_args(expression):
        base = factor.base if isinstance(factor, sp.Pow) and factor.exp.is_Integer else factor
        one = 1 if factor.is_positive or base.is_positive else -1 if base.is_negative else _sign_of_sum(base)
        if one is None:
            return None
        if isinstance(factor, sp.Pow) and factor.exp.is_Integer and factor.exp % 2 == 0:
            one = 1
        sign *= one
    return sign


def _sign_of_sum(e: sp.Expr) -> int | None:
    terms = sp.Add.make_args(sp.expand(e))
    if all(t.is_nonnegative for t in terms) and any(t.is_positive for t in terms):
        return 1
    if all(t.is_nonpositive for t in terms) and any(t.is_negative for t in terms):
        return -1
    return None


def _values(symbol: sp.Symbol, r: Range) -> list[sp.Rational]:
    if r.high != sp.oo and r.low != -sp.oo:
        inside = [r.low + (r.high - r.low) * sp.Rational(k, 8) for k in (4, 2, 6, 1, 7)]
        return inside + ([] if r.low_open else [r.low]) + ([] if r.high_open else [r.high])
    if r.low != -sp.oo:
        return [r.low + v for v in _VALUES] + ([] if r.low_open else [r.low])
    if r.high != sp.oo:
        return [r.high - v for v in _VALUES] + ([] if r.high_open else [r.high])
    return [*_VALUES, sp.S.Zero, *(-v for v in _VALUES)]


def exact_points(
    symbols: Iterable[sp.Symbol], relations: list[Relation], count: int = 400, seed: int = 0
) -> Iterator[dict[sp.Symbol, sp.Rational]]:
    """Rational points that satisfy every relation exactly; ends of closed ranges are among them."""
    ordered = sorted(symbols, key=str)
    ranges = ranges_of(relations)
    choices = {}
    for symbol in ordered:
        own = Range(sp.S.Zero, low_open=bool(symbol.is_positive)) if symbol.is_nonnegative else Range()
        choices[symbol] = _values(symbol, ranges.get(symbol, own))
    rng = random.Random(seed)
    for index in range(count):
        point = {s: v[0] if index == 0 else rng.choice(v) for s, v in choices.items()}
        if index and index <= len(ordered):  # one symbol at a time at the last of its values, the ends included
            point = {s: choices[s][-1] if s == ordered[index - 1] else choices[s][0] for s in ordered}
        if all(holds_at(r, point) for r in relations):
            yield point


def holds_at(relation: Relation, point: Mapping[sp.Symbol, sp.Rational]) -> bool:
    """Whether a relation between numbers holds at a point, certainly."""
    difference = sp.expand(relation.lhs.subs(point) - relation.rhs.subs(point))
    if relation.op == "!=":
        return bool(difference.is_zero is False)
    wanted = {
        "<": difference.is_negative,
        "<=": difference.is_nonpositive,
        ">": difference.is_positive,
        ">=": difference.is_nonnegative,
        "==": difference.is_zero,
    }[relation.op]
    return wanted is True
