"""Expression tree x world x field -> value: one memoised walk for every field; unknown nodes are refused.

A symbol takes its value from the world's bindings, else from a statement's `where`, else from the paper's
definition (`theorems.notation.DEFINITIONS`), whose tree is walked in turn. Nothing is turned into code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from properties.fields.field import Field
from properties.worlds import World
from theorems import norms
from theorems.notation import DEFINITIONS
from theorems.statement import AllOf, Assumption, Relation, Statement

Handler = Callable[["Evaluator", Any], Any]


class UnknownNode(TypeError):
    """The tree holds a node that evaluation does not know; nothing is guessed."""


class Unbound(KeyError):
    """A leaf of the claim has no value in this world."""

    def __str__(self) -> str:
        return f"symbol = {self.args[0]}: no value in this world; bind it"


class Evaluator:
    """Values of expressions in one world and one field, each computed once."""

    def __init__(self, world: World, field: Field, where: Mapping[sp.Basic, sp.Basic] | None = None) -> None:
        self.world = world
        self.field = field
        self.where = dict(where or {})
        self._memo: dict[sp.Basic, Any] = {}
        self._past: list[Evaluator] | None = None

    def __call__(self, expression: sp.Basic) -> Any:
        """The value of a scalar or matrix expression. Raises UnknownNode or Unbound."""
        found = self._memo.get(expression)
        if found is None:
            with precision(self.field):
                found = self._walk(expression)
            self._memo[expression] = found
        return found

    def _walk(self, e: sp.Basic) -> Any:
        bindings = self.world.bindings
        if e in bindings:
            raw = bindings[e]
            return self.field.matrix(raw) if isinstance(e, MatrixExpr) else self.field.scalar(raw)
        handler = _HANDLERS.get(type(e))
        if handler is not None:
            return handler(self, e)
        if isinstance(e, sp.Function) and len(e.args) == 1:
            return self.field.function(type(e).__name__, self(e.args[0]))
        raise UnknownNode(f"{type(e).__name__}: not a node that claims are made of")

    def dimension(self, e: sp.Basic) -> int:
        """The value of an index or dimension expression such as n, n*m or Min(n, h)."""
        value = self.rational(e)
        if value is None or value.denominator != 1:
            raise Unbound(e)
        return int(value)

    def rational(self, e: sp.Basic) -> Fraction | None:
        """The value of an exponent or index as a Fraction when the world binds it exactly, else None."""
        if isinstance(e, sp.Rational):
            return Fraction(int(e.p), int(e.q))
        if e in self.world.dims:
            return Fraction(self.world.dims[e])
        raw = self.world.bindings.get(e)
        if raw is not None:
            return Fraction(raw) if isinstance(raw, int | Fraction) else None
        if isinstance(e, sp.Symbol):
            definition = self.where.get(e, DEFINITIONS.get(e))
            return None if definition is None else self.rational(definition)
        if not isinstance(e, sp.Add | sp.Mul | sp.Pow | sp.Min | sp.Max):
            return None
        parts = [self.rational(a) for a in e.args]
        known = [p for p in parts if p is not None]
        if len(known) < len(parts):
            return None
        if isinstance(e, sp.Add):
            return sum(known, Fraction(0))
        if isinstance(e, sp.Mul):
            product = Fraction(1)
            for p in known:
                product *= p
            return product
        if isinstance(e, sp.Pow):
            return known[0] ** int(known[1]) if known[1].denominator == 1 else None
        return min(known) if isinstance(e, sp.Min) else max(known)

    def varied(self, values: Mapping[sp.Basic, Any]) -> Evaluator:
        """An evaluator of this world with some leaves rebound; what does not depend on them is not computed again.

        In float64 a rebound scalar may carry further leading axes (C, B): everything broadcasts.
        """
        other = Evaluator(self.world.binding(values), self.field, self.where)
        own = frozenset(self.where.items())
        other._memo = {e: v for e, v in self._memo.items() if _reach(e, own).isdisjoint(values)}
        if self._past is not None:
            other._past = [*self._past[:-1], other]
        return other

    def follow(self, values: Mapping[sp.Basic, Any]) -> Evaluator:
        """The evaluator of the run's next step, where some leaves have new values and this step is the past."""
        other = self.varied(values)
        other._past = [*(self._past or [self]), other]
        return other

    def defining(self, where: Mapping[sp.Basic, sp.Basic]) -> Evaluator:
        """An evaluator of this world under further definitions; what does not depend on them is kept."""
        if where.items() <= self.where.items():
            return self
        other = Evaluator(self.world, self.field, {**self.where, **where})
        own, new = frozenset(self.where.items()), {s for s, e in where.items() if self.where.get(s) != e}
        other._memo = {e: v for e, v in self._memo.items() if _reach(e, own).isdisjoint(new)}
        if self._past is not None:
            other._past = [*(e.defining(where) for e in self._past[:-1]), other]
        return other

    def squared(self, e: sp.Basic) -> Any:
        """The square of a scalar without its root where there is one: sigma^2, ||.||_F^2, sqrt(x)^2."""
        if e not in self.world.bindings:
            if isinstance(e, sp.Symbol):
                definition = self.where.get(e, DEFINITIONS.get(e))
                if definition is not None:
                    return self.squared(definition)
            if isinstance(e, sp.Pow) and e.exp == sp.Rational(1, 2):
                return self(e.base)
            square = _SQUARES.get(type(e))
            if square is not None:
                key = sp.Pow(e, 2, evaluate=False)
                if key not in self._memo:
                    with precision(self.field):
                        self._memo[key] = square(self, e)
                return self._memo[key]
        value = self(e)
        return value * value

    def past(self) -> list[Evaluator]:
        """Evaluators of the run's steps 0 .. t."""
        if self._past is None:
            worlds = self.world.history or (self.world,)
            self._past = [Evaluator(w, self.field, self.where) for w in worlds[:-1]]
            self._past.append(self)
        return self._past

    def over_history(self, expression: sp.Expr) -> list[Any]:
        """Values of a scalar at the run's steps 0 .. t."""
        return [past(expression) for past in self.past()]

    def history_sum(self, expression: sp.Expr) -> Any:
        """Sum of a scalar over the run's steps 0 .. t."""
        values = self.over_history(expression)
        total = values[0]
        for v in values[1:]:
            total = total + v
        return total

    def history_product(self, expression: sp.Expr, first: int) -> Any:
        """Product of a scalar over the run's steps first .. t, 1 when there are none."""
        product = self.field.scalar(1)
        for value in self.over_history(expression)[first:]:
            product = product * value
        return product

    def relation(self, claim: Relation) -> tuple[Any, Any]:
        """Both sides of a relation; a matrix equation becomes (||lhs - rhs||_F^2, 0)."""
        lhs, rhs = self(claim.lhs), self(claim.rhs)
        if isinstance(claim.lhs, MatrixExpr):
            f = self.field
            with precision(f):
                difference = f.matadd(lhs, f.scale(f.scalar(-1), rhs))
                return f.inner(difference, difference), f.scalar(0)
        return lhs, rhs

    def holds(self, claim: Relation | AllOf | Assumption) -> Any:
        """Truth of a relation, conjunction or assumption: True, False or None; an array in float64."""
        with precision(self.field):
            if isinstance(claim, Relation):
                lhs, rhs = self.relation(claim)
                return self.field.compare(lhs, claim.op, rhs)
            if isinstance(claim, AllOf):
                return _all(self, [self.holds(c) for c in claim.claims])
            return self._assumption(claim)

    def _assumption(self, a: Assumption) -> Any:
        loss = self.world.loss
        if loss is None:
            raise Unbound("loss")
        if a.name in ("smooth", "strongly-convex"):
            check = loss.smooth if a.name == "smooth" else loss.strongly_convex
            return check(self.field, self(a.constant))
        if a.name == "pl":
            return loss.strongly_convex(self.field, self(a.constant))
        if a.name == "quadratic":
            return bool(getattr(loss, "quadratic", False))
        if a.name in ("zero-minimum", "twice-differentiable"):
            check = getattr(loss, a.name.replace("-", "_"), None)
            return True if check is None else check
        raise UnknownNode(f"assumption {a.name}: unknown")


def reach(expression: sp.Basic, where: Mapping[sp.Basic, sp.Basic] | None = None) -> frozenset[sp.Basic]:
    """Every symbol that the value of `expression` depends on: its own and, through definitions, theirs."""
    return _reach(expression, frozenset((where or {}).items()))


@lru_cache(maxsize=1 << 16)
def _reach(expression: sp.Basic, where: frozenset[tuple[sp.Basic, sp.Basic]]) -> frozenset[sp.Basic]:
    table = dict(where)
    met: set[sp.Basic] = set()
    pending = list(expression.free_symbols)
    while pending:
        symbol = pending.pop()
        if symbol not in met:
            met.add(symbol)
            definition = table.get(symbol, DEFINITIONS.get(symbol))
            pending.extend(() if definition is None else definition.free_symbols)
    return frozenset(met)


def precision(field: Field) -> Any:
    """The context in which a field's values are computed."""
    enter = getattr(field, "precision", None)
    return nullcontext() if enter is None else enter()


def evaluate(expression: sp.Basic, world: World, field: Field, where: Mapping[sp.Basic, sp.Basic] | None = None) -> Any:
    """The value of a scalar or matrix expression in a world. Raises UnknownNode, Unbound."""
    return Evaluator(world, field, where)(expression)


def evaluate_scalar(expression: sp.Expr, values: Mapping[sp.Basic, Any], field: Field) -> Any:
    """The value of a scalar expression whose symbols are bound by `values`."""
    return Evaluator(World({}, values), field)(expression)


def hypotheses_hold(statement: Statement, world: World, field: Field) -> Any:
    """Whether all hypotheses hold: in a run, those that mention the current step at every step 0 .. t."""
    evaluator = Evaluator(world, field, statement.where)
    steps = evaluator.past() if world.history else [evaluator]
    return _all(evaluator, [e.holds(g) for e in steps for g in statement.given])


def claim_holds(statement: Statement, world: World, field: Field) -> Any:
    """Whether the claim holds in this world. Raises UnknownNode for a claim that is not a relation."""
    if not isinstance(statement.then, Relation | AllOf):
        raise UnknownNode(f"claim of kind {statement.kind}: decided symbolically, not in a world")
    return Evaluator(world, field, statement.where).holds(statement.then)


def _all(evaluator: Evaluator, truths: list[Any]) -> Any:
    if evaluator.field.name == "float64":
        result: Any = True
        for truth in truths:
            result = result & truth
        return result
    if any(truth is False for truth in truths):
        return False
    return True if all(truth is True for truth in truths) else None


# Handlers -------------------------------------------------------------------------------------------------


def _symbol(ev: Evaluator, e: sp.Basic) -> Any:
    if e in ev.world.dims:
        return ev.field.scalar(ev.world.dims[e])
    definition = ev.where.get(e, DEFINITIONS.get(e))
    if definition is None:
        raise Unbound(e)
    return ev(definition)


def _rational(ev: Evaluator, e: Any) -> Any:
    return ev.field.scalar(Fraction(int(e.p), int(e.q)))


def _add(ev: Evaluator, e: sp.Basic) -> Any:
    total = ev(e.args[0])
    for a in e.args[1:]:
        total = total + ev(a)
    return total


def _mul(ev: Evaluator, e: sp.Basic) -> Any:
    """Product; square roots are multiplied under one root, so that sqrt(2) sqrt(K) sqrt(L) may stay rational."""
    radicand: Any = None
    product: Any = None
    for a in e.args:
        if isinstance(a, sp.Pow) and a.exp == sp.Rational(1, 2):
            value = ev(a.base)
            radicand = value if radicand is None else radicand * value
        else:
            value = ev(a)
            product = value if product is None else product * value
    if radicand is None:
        return product
    root = ev.field.sqrt(radicand)
    return root if product is None else product * root


def _pow(ev: Evaluator, e: Any) -> Any:
    exponent = ev.rational(e.exp)
    if exponent is None:
        return ev.field.power(ev(e.base), ev(e.exp))
    if exponent == 2:
        return ev.squared(e.base)
    if exponent == Fraction(1, 2):
        return ev.field.sqrt(ev(e.base))
    if exponent == -1:
        return ev.field.scalar(1) / ev(e.base)
    if exponent.denominator == 1 and exponent % 2 == 0:
        return ev.field.power(ev.squared(e.base), exponent / 2)
    return ev.field.power(ev(e.base), exponent)


def _fold(method: str) -> Handler:
    def handler(ev: Evaluator, e: sp.Basic) -> Any:
        combine = getattr(ev.field, method)
        value = ev(e.args[0])
        for a in e.args[1:]:
            value = combine(value, ev(a))
        return value

    return handler


def _matmul(ev: Evaluator, e: Any) -> Any:
    scalars = [a for a in e.args if not isinstance(a, MatrixExpr)]
    matrices = [ev(a) for a in e.args if isinstance(a, MatrixExpr)]
    product = matrices[0]
    for a in matrices[1:]:
        product = ev.field.matmul(product, a)
    for s in scalars:
        product = ev.field.scale(ev(s), product)
    return product


def _matpow(ev: Evaluator, e: Any) -> Any:
    exponent = ev.dimension(e.exp)
    base = ev(e.base)
    if exponent < 0:
        raise UnknownNode("MatPow with a negative exponent: inverses are not among the heads")
    result = ev.field.identity(ev.field.shape(base)[0])
    for _ in range(exponent):
        result = ev.field.matmul(result, base)
    return result


def _sigma_squared(ev: Evaluator, e: Any) -> Any:
    a = ev(e.args[0])
    if isinstance(e, norms.SigmaMax):
        k = 1
    elif isinstance(e, norms.SigmaMin):
        k = min(ev.field.shape(a))
    else:
        k = ev.dimension(e.args[1])
    return ev.field.sigma_squared(a, k)


def _fro_squared(ev: Evaluator, e: Any) -> Any:
    a = ev(e.args[0])
    return ev.field.inner(a, a)


def _root_of_square(ev: Evaluator, e: sp.Basic) -> Any:
    return ev.field.sqrt(ev.squared(e))


def _lambda(ev: Evaluator, e: Any) -> Any:
    return ev.field.eigenvalue(ev(e.args[0]), ev.dimension(e.args[1]))


def _with_loss(method: str) -> Handler:
    def handler(ev: Evaluator, e: Any) -> Any:
        if ev.world.loss is None:
            raise Unbound("loss")
        return getattr(ev.world.loss, method)(ev.field, *(ev(a) for a in e.args))

    return handler


def _history_sum(ev: Evaluator, e: Any) -> Any:
    return ev.history_sum(e.args[0])


def _history_product(ev: Evaluator, e: Any) -> Any:
    return ev.history_product(e.args[0], ev.dimension(e.args[1]))


def _tau_integral(ev: Evaluator, e: Any) -> Any:
    from properties.quadrature import integral

    return integral(ev, e.args[0], e.args[1])


def _min_root(ev: Evaluator, e: Any) -> Any:
    from properties.roots import min_root

    return min_root(ev, e.args[0], e.args[1])


_SQUARES: dict[type, Handler] = {
    norms.Fro: _fro_squared,
    norms.Sigma: _sigma_squared,
    norms.SigmaMax: _sigma_squared,
    norms.SigmaMin: _sigma_squared,
}

_HANDLERS: dict[type, Handler] = {
    sp.Symbol: _symbol,
    sp.MatrixSymbol: _symbol,
    sp.Integer: _rational,
    sp.Rational: _rational,
    type(sp.S.Half): _rational,
    type(sp.S.One): _rational,
    type(sp.S.Zero): _rational,
    type(sp.S.NegativeOne): _rational,
    type(sp.oo): lambda ev, e: ev.field.infinity(),
    sp.Add: _add,
    sp.Mul: _mul,
    sp.Pow: _pow,
    sp.Max: _fold("maximum"),
    sp.Min: _fold("minimum"),
    sp.MatAdd: _fold("matadd"),
    sp.MatMul: _matmul,
    sp.MatPow: _matpow,
    sp.Transpose: lambda ev, e: ev.field.transpose(ev(e.args[0])),
    sp.Identity: lambda ev, e: ev.field.identity(ev.dimension(e.args[0])),
    sp.ZeroMatrix: lambda ev, e: ev.field.zeros(ev.dimension(e.args[0]), ev.dimension(e.args[1])),
    norms.Fro: _root_of_square,
    norms.Sigma: _root_of_square,
    norms.SigmaMax: _root_of_square,
    norms.SigmaMin: _root_of_square,
    norms.Inner: lambda ev, e: ev.field.inner(ev(e.args[0]), ev(e.args[1])),
    norms.Trace: lambda ev, e: ev.field.trace(ev(e.args[0])),
    norms.Rank: lambda ev, e: ev.field.rank(ev(e.args[0])),
    norms.Lambda: _lambda,
    norms.Loss: _with_loss("value"),
    norms.Grad: _with_loss("gradient"),
    norms.Hess: _with_loss("hessian"),
    norms.Stack: _fold("stack"),
    norms.KroneckerSum: _fold("kronecker_sum"),
    norms.HistorySum: _history_sum,
    norms.HistoryProduct: _history_product,
    norms.TauIntegral: _tau_integral,
    norms.MinRoot: _min_root,
}
