"""Decision procedures for claims about formulas: shapes, limits and orders, monotonicity, roots, identities.

Each returns Proved with what proves it, Refuted with the true value or exact points as evidence, or Undecided with
the reason. Heads (norms, singular values) enter as real numbers of which only the sign is known, so that Proved holds
whatever the matrices are; a refutation names numbers for which the claim fails.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theorems.notation import unfold
from theorems.shapes import disagreeing_dimensions, first_mismatch
from theorems.statement import AllOf, Limit, Monotone, Relation, Statement, UniqueRoot, WellShaped
from verify.formulas.asymptotics import Range, Undetermined, limit_at_zero
from verify.formulas.hypotheses import (
    exact_points,
    holds_at,
    positive_stand_ins,
    ranges_of,
    relations_of,
    scalar_atoms,
    sign_of,
)
from verify.formulas.normal_form import same_value
from verify.formulas.symbolic_witness import witness
from verify.verdict import OutOfScope, Proved, Refuted, Undecided, Verdict

__all__ = ["decide_identity", "decide_symbolic"]

EVIDENCE = "localpl/evidence/1"


def decide_symbolic(statement: Statement) -> Verdict:
    """The verdict on a claim of kind SHAPE, LIMIT, MONOTONICITY or EXISTENCE."""
    match statement.then:
        case WellShaped():
            return _shape(statement)
        case Limit():
            return _limit(statement, statement.then)
        case Monotone():
            return _monotone(statement, statement.then)
        case UniqueRoot():
            return _root(statement, statement.then)
        case None:
            return OutOfScope(statement.out_of_scope)
        case Relation() | AllOf():
            return decide_identity(statement)
    return Undecided(f"no decision procedure for {type(statement.then).__name__}")


def decide_identity(statement: Statement) -> Verdict:
    """Proved when both sides of every equation have one normal form, for all matrices and scalars; else Undecided."""
    claim = statement.then
    relations = claim.claims if isinstance(claim, AllOf) else (claim,)
    if not all(isinstance(r, Relation) and r.op == "==" for r in relations):
        return Undecided("not a conjunction of equations")
    if any(first_mismatch(r) is not None for r in relations):
        return Undecided("a side does not agree in shape")
    forms = [same_value(r, statement.where) for r in relations if isinstance(r, Relation)]
    if all(form is not None for form in forms):
        return Proved(f"normal form {'; '.join(str(f) for f in forms)}", method="symbolic")
    return Undecided("the two sides have different normal forms")


def _refuted(statement: Statement, text: str, **facts: Any) -> Refuted:
    evidence = {"schema": EVIDENCE, "label": statement.id, "kind": str(statement.kind), "evidence": text, **facts}
    return Refuted(witness(statement) or evidence, text)


def _shape(statement: Statement) -> Verdict:
    mismatch = first_mismatch(statement.then)
    if mismatch is None:
        return Proved("every product, sum and inner product agrees for all dimensions", method="symbolic")
    at = {str(s): v for s, v in disagreeing_dimensions(mismatch).items()}
    where = ", ".join(f"{s} = {v}" for s, v in at.items())
    return _refuted(statement, f"{mismatch}; they differ at {where}", dims=at, where=str(mismatch.where))


def _prepared(statement: Statement, *terms: sp.Expr) -> tuple[list[sp.Expr], list[Relation]]:
    """Terms and hypotheses with the statement's own definitions put in and heads replaced by plain symbols."""
    own = list(statement.where)
    opened = [unfold(t, statement.where, only=own) for t in terms]
    relations = [
        (unfold(r.lhs, statement.where, only=own), r.op, unfold(r.rhs, statement.where, only=own))
        for r in relations_of(statement)
    ]
    atoms = scalar_atoms(*opened, *(side for r in relations for side in (r[0], r[2])))
    return [t.xreplace(atoms) for t in opened], [
        Relation(a.xreplace(atoms), op, b.xreplace(atoms)) for a, op, b in relations
    ]


# Limits ---------------------------------------------------------------------------------------------------------


def _to_zero(expression: sp.Expr, claim: Limit, y: sp.Symbol) -> sp.Expr:
    if claim.point == sp.oo:
        return expression.subs(claim.variable, 1 / y)
    return expression.subs(claim.variable, claim.point + (y if claim.side == "+" else -y))


def _decaying_powers(e: sp.Expr, variable: sp.Symbol, ranges: dict[sp.Symbol, Range]) -> sp.Expr:
    """Powers b^t of a base between 0 and 1 as exp(-r t) with r > 0."""
    swap = {}
    for base in {p.base for p in e.atoms(sp.Pow) if p.exp.has(variable) and isinstance(p.base, sp.Symbol)}:
        r = ranges.get(base)
        if r is not None and r.low >= 0 and r.high == 1 and r.high_open:
            swap[base] = sp.exp(-sp.Symbol(f"r_{base}", positive=True))
    return sp.powdenest(e.xreplace(swap), force=True)


def _value_of_limit(expression: sp.Expr, claim: Limit, relations: list[Relation]) -> tuple[sp.Expr, dict[Any, Any]]:
    """The limit, and what stands for the symbols in it. Raises Undetermined."""
    ranges = ranges_of(relations)
    exponents = set().union(*(p.exp.free_symbols for p in expression.atoms(sp.Pow) if not p.exp.is_number), set())
    plain = expression.free_symbols - exponents - {claim.variable}
    stand_ins = {s: e for s, e in positive_stand_ins(plain, ranges).items() if ranges.get(s, Range()).high == sp.oo}
    e = expression.subs(stand_ins)
    y = sp.Symbol("y", positive=True)
    try:
        return limit_at_zero(_to_zero(e, claim, y), y, ranges), stand_ins
    except Undetermined as reason:
        if exponents - {claim.variable}:
            raise
        x = sp.Symbol("x", positive=True)
        value = sp.limit(
            _decaying_powers(e, claim.variable, ranges).subs(claim.variable, x), x, claim.point, claim.side
        )
        if value.has(sp.Limit, sp.nan, sp.AccumBounds):
            raise reason
        return value, stand_ins


def _limit(statement: Statement, claim: Limit) -> Verdict:
    (expression, claimed), relations = _prepared(statement, claim.expression, claim.value)
    relations = [r for r in relations if claim.variable not in r.lhs.free_symbols | r.rhs.free_symbols]
    try:
        value, stand_ins = _value_of_limit(expression, claim, relations)
    except Undetermined as reason:
        return Undecided(f"limit not found: {reason}")
    back = {u: symbol for symbol, u in stand_ins.items() if isinstance(u, sp.Symbol)}
    value = value.subs(back)
    claimed = claimed.subs({s: u for s, u in stand_ins.items() if s not in back.values()})
    if value == claimed or (value.is_finite is not False and claimed.is_finite is not False and _zero(value - claimed)):
        return Proved(f"the limit is {value}", method="symbolic")
    if value in (sp.oo, -sp.oo) or claimed in (sp.oo, -sp.oo):
        return _refuted(statement, f"the limit is {value}, not {claimed}")
    here = [r for r in relations if (r.lhs.free_symbols | r.rhs.free_symbols) <= (value - claimed).free_symbols]
    for point in exact_points((value - claimed).free_symbols, here):
        difference = (value - claimed).subs(point)
        if difference.is_number and difference.is_zero is False:
            at = {str(s): str(v) for s, v in point.items()}
            text = f"the limit is {value}, not {claimed}: {value.subs(point)} against {claimed.subs(point)}"
            return _refuted(statement, text, point=at)
    return Undecided(f"the limit is {value}; no point tells it from {claimed}")


def _zero(e: sp.Expr) -> bool:
    return bool(sp.simplify(sp.powsimp(sp.expand(e), force=True)) == 0)


# Monotonicity ---------------------------------------------------------------------------------------------------


def _monotone(statement: Statement, claim: Monotone) -> Verdict:
    (expression,), relations = _prepared(statement, claim.expression)
    wanted = 1 if claim.direction == "increasing" else -1
    slope = sp.diff(expression, claim.variable)
    if _sign_under(slope, relations) == wanted:
        return Proved(f"the derivative {sp.factor(slope)} has one sign", method="symbolic")
    found = _reversal(statement, claim, expression, relations, wanted)
    return Undecided(f"the sign of the derivative {sp.factor(slope)} was not settled") if found is None else found


def _sign_under(slope: sp.Expr, relations: list[Relation]) -> int | None:
    ranges = ranges_of(relations)
    stand_ins = positive_stand_ins(slope.free_symbols, ranges)
    logarithms = set().union(*(g.free_symbols for g in slope.atoms(sp.log)), set())
    for base in logarithms & set(ranges):
        if ranges[base] == Range(sp.S.Zero, sp.S.One):  # a base b between 0 and 1 is exp(-u), so that log(b) = -u
            stand_ins[base] = sp.exp(-sp.Symbol(f"u_{base}", positive=True))
    slope = slope.subs(stand_ins)
    plain = sign_of(slope)
    if plain is not None:
        return plain
    for r in relations:
        gap = (r.rhs - r.lhs if r.op in ("<", "<=") else r.lhs - r.rhs).subs(stand_ins)
        for sign in (1, -1):
            if r.op not in ("==", "!=") and _dominates(sign * slope, gap, r.op in ("<", ">")):
                return sign
    return None


def _dominates(e: sp.Expr, gap: sp.Expr, strict: bool) -> bool:
    """Whether e = factor (lambda gap + rest) > 0 with factor, lambda > 0 and all terms of rest nonnegative.

    gap: nonnegative by a hypothesis, positive if `strict`; otherwise a term of the rest has to be positive.
    """
    numerator, denominator = sp.fraction(sp.factor(sp.together(e)))
    if sign_of(denominator) != 1:
        return False
    factors = [f for f in sp.Mul.make_args(numerator) if sign_of(f) == 1]
    core = sp.expand(numerator / sp.Mul(*factors))
    gap = sp.expand(gap)
    ours, theirs = core.as_coefficients_dict(), gap.as_coefficients_dict()
    for ratio in {ours[t] / c for t, c in theirs.items() if t in ours and ours[t] / c > 0}:
        rest = sp.Add.make_args(sp.expand(core - ratio * gap))
        if all(t.is_nonnegative for t in rest) and (strict or any(t.is_positive for t in rest)):
            return True
    return False


def _reversal(
    statement: Statement, claim: Monotone, expression: sp.Expr, relations: list[Relation], wanted: int
) -> Verdict | None:
    """Two exact points, both inside the hypotheses, at which the expression goes the wrong way or stays."""
    x = claim.variable
    symbols = {x, *expression.free_symbols}.union(*(r.lhs.free_symbols | r.rhs.free_symbols for r in relations))
    for point in exact_points(symbols, relations, 600):
        for factor in (sp.Rational(101, 100), sp.Integer(2)):
            other = {**point, x: point[x] * factor if point[x] != 0 else factor}
            whole = all(v.is_integer for p in (point, other) for s, v in p.items() if s.is_integer)
            if not whole or not all(holds_at(r, other) for r in relations):
                continue
            rise = (expression.subs(other) - expression.subs(point)) * sp.sign(other[x] - point[x])
            if not rise.is_number or not _wrong_way(wanted * rise):
                continue
            values = {str(s): str(v) for s, v in point.items()}
            text = f"from {x} = {point[x]} to {other[x]} the value changes by {sp.N(rise, 15)}"
            return _refuted(statement, text, point=values, then={str(x): str(other[x])})
    return None


def _wrong_way(rise: sp.Expr) -> bool:
    """Whether a number is certainly negative, or exactly zero."""
    value = sp.N(rise, 40)
    if value < -sp.Rational(1, 10**20):
        return True
    return bool(abs(value) < sp.Rational(1, 10**30)) and bool(sp.simplify(rise) == 0)


# Roots ------------------------------------------------------------------------------------------------------------


def _root(statement: Statement, claim: UniqueRoot) -> Verdict:
    (expression, lower, upper), relations = _prepared(statement, claim.expression, claim.lower, claim.upper)
    relations = [r for r in relations if claim.variable not in r.lhs.free_symbols | r.rhs.free_symbols]
    ranges = ranges_of(relations)
    exponents = set().union(*(p.exp.free_symbols for p in expression.atoms(sp.Pow) if not p.exp.is_number), set())
    stand_ins = positive_stand_ins(expression.free_symbols - exponents - {claim.variable}, ranges)
    e, top = expression.subs(stand_ins), upper.subs(stand_ins)
    x = sp.Symbol("x", positive=True)
    e = e.subs(claim.variable, x)
    try:
        first = _sign_near_zero(e.subs(x, x + lower), x, ranges)
        last = _sign_at_infinity(e, x, ranges) if top == sp.oo else _sign_at(e, x, top)
    except Undetermined as reason:
        return Undecided(f"signs at the ends not settled: {reason}")
    if first is None or last is None or first * last >= 0:
        return Undecided(f"the signs at the ends are {first} and {last}")
    if not claim.unique:
        return Proved(f"the signs at the ends are {first} and {last}", method="symbolic")
    slope = sp.diff(e, x).subs({s: _inside(s, ranges) for s in exponents if s in ranges})
    if sign_of(slope) in (1, -1):
        return Proved(
            f"the signs at the ends are {first} and {last}, and the derivative has one sign", method="symbolic"
        )
    return Undecided("a root exists; the sign of the derivative was not settled", best="at least one root")


def _inside(symbol: sp.Symbol, ranges: dict[sp.Symbol, Range]) -> sp.Expr:
    return positive_stand_ins([symbol], ranges).get(symbol, symbol)


def _sign_near_zero(e: sp.Expr, x: sp.Symbol, ranges: dict[sp.Symbol, Range]) -> int | None:
    """The sign of e for small x > 0: of its limit, or of the first quotient e / x^k that has one."""
    for k in _powers(e, x):
        try:
            value = limit_at_zero(e / x**k, x, ranges)
        except Undetermined:
            continue
        sign = 1 if value == sp.oo else -1 if value == -sp.oo else sign_of(value)
        if sign:
            return sign
    return None


def _powers(e: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    found = {p.exp for p in e.atoms(sp.Pow) if p.base == x}
    return [sp.S.Zero, *sorted(found | {1 + f for f in found} | {sp.S.One}, key=str)]


def _sign_at_infinity(e: sp.Expr, x: sp.Symbol, ranges: dict[sp.Symbol, Range]) -> int | None:
    """1 when e grows beyond every bound: each exp(positive) with a positive factor is at least 1."""
    terms = sp.Add.make_args(sp.expand(e, power_exp=False))
    if any(t.has(x) and not t.is_nonnegative for t in terms):
        return None
    least = sp.Add(*(t for t in terms if t.is_positive or not t.has(x)))
    bounded = least.replace(lambda n: isinstance(n, sp.exp) and bool(n.args[0].is_positive), lambda n: sp.S.One)
    y = sp.Symbol("y", positive=True)
    value = limit_at_zero(bounded.subs(x, 1 / y), y, ranges)
    return 1 if value == sp.oo else None


def _sign_at(e: sp.Expr, x: sp.Symbol, top: sp.Expr) -> int | None:
    """The sign of e at x = top, by factors of one sign; an inner logarithm of 1 + u, u > 0, is positive."""
    value = sp.powdenest(e.subs(x, top), force=True)
    value = value.replace(lambda n: isinstance(n, sp.exp), lambda n: sp.simplify(n) if n.has(sp.log) else n)
    logs = {g: sp.Symbol(f"log_{i}", positive=True) for i, g in enumerate(sorted(value.atoms(sp.log), key=str))}
    if not all(sign_of(g.args[0] - 1) == 1 for g in logs):
        return None
    return sign_of(sp.expand(sp.simplify(value.xreplace(logs))))
