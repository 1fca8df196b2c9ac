"""A scalar tree in one positive unknown eta = exp(u), prepared for many certified evaluations.

Constant subtrees are walked once a precision, powers of the unknown are exp(e u), and the rest is the tree walk
recorded on a tape and replayed in balls or in dual-number balls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import arb, fmpq

from properties.dual import Dual
from properties.factoring import Factored, factored, is_increasing
from properties.tape import Tape, record


@dataclass(frozen=True, slots=True)
class Shape:
    """A factored expression prepared for replay: constant subtrees, powers of the variable, ratios and tape.

    `constants` names constant subtrees by dummies of `residual`; the slots of `tape` are the constants, the variable,
    the `powers`, then the ratios (exp(x) - 1) / x, whose x `arguments` records over the same first slots.
    """

    factor: Factored
    residual: sp.Expr
    constants: tuple[tuple[sp.Symbol, sp.Expr], ...]
    powers: tuple[sp.Expr, ...]
    ratios: tuple[tuple[sp.Symbol, sp.Expr], ...]
    tape: Tape
    arguments: tuple[Tape, ...]


@lru_cache(maxsize=256)
def shape_of(expression: sp.Expr, variable: sp.Symbol) -> Shape:
    """The Shape of an expression that vanishes or not at variable = 0. Raises ValueError as `factored` does."""
    split = factored(expression, variable)
    unknowns = {variable, *(dummy for dummy, _ in split.ratios)}
    named: dict[sp.Expr, sp.Symbol] = {}

    def name(tree: sp.Expr) -> sp.Expr:
        return named.setdefault(tree, sp.Dummy("constant", real=True)) if tree.free_symbols else tree

    def rewrite(tree: sp.Expr) -> sp.Expr:
        if not tree.free_symbols & unknowns:
            return name(tree)
        if tree in unknowns or (isinstance(tree, sp.Pow) and tree.base == variable):
            return tree
        if isinstance(tree, sp.Add | sp.Mul):
            still = [a for a in tree.args if not a.free_symbols & unknowns]
            moving = [rewrite(a) for a in tree.args if a.free_symbols & unknowns]
            return tree.func(name(tree.func(*still)), *moving) if still else tree.func(*moving)
        return tree.func(*map(rewrite, tree.args))

    residual = rewrite(split.factor)
    ratios = tuple((dummy, rewrite(x)) for dummy, x in split.ratios)
    trees = [residual, *(x for _, x in ratios)]
    powers = {p for tree in trees for p in tree.atoms(sp.Pow) if p.base == variable}
    ordered = sorted(powers, key=sp.default_sort_key)
    leaves = [*named.values(), variable, *ordered]
    return Shape(
        split,
        residual,
        tuple((dummy, tree) for tree, dummy in named.items()),
        tuple(ordered),
        ratios,
        record(residual, [*leaves, *(dummy for dummy, _ in ratios)]),
        tuple(record(x, leaves) for _, x in ratios),
    )


class Curve:
    """g(u) = factor of an expression at variable = exp(u), with the constants of one problem at one precision.

    `rational` gives the exponents their exact values, `value` gives a constant subtree its ball. All evaluations
    happen at the ambient precision.
    """

    def __init__(
        self, shape: Shape, rational: Callable[[sp.Expr], Fraction | None], value: Callable[[sp.Expr], Any]
    ) -> None:
        self.shape = shape
        self.constants = [value(tree) for _, tree in shape.constants]
        self.exponents = [fmpq(1)]
        for power in shape.powers:
            e = rational(power.exp)
            if e is None:
                raise ValueError(f"exponent = {power.exp}: no exact value")
            self.exponents.append(fmpq(e.numerator, e.denominator))
        self.reach = min(self.exponents)

    def increases(self) -> bool:
        """Whether the expression certainly increases on the whole of (0, oo), by the shape of its tree."""
        if self.shape.ratios:
            return False

        known = {dummy: value for (dummy, _), value in zip(self.shape.constants, self.constants, strict=True)}

        def positive(tree: sp.Expr) -> bool:
            return bool(known[tree] > 0) if tree in known else bool(tree.is_positive)

        return is_increasing(self.shape.residual, self.shape.factor.variable, positive)

    def value(self, u: Any) -> Any:
        """Ball of g over the ball u."""
        return self._replay([(u * e).exp() for e in self.exponents])

    def dual(self, u: Any) -> Dual:
        """Balls of g and dg/du over the ball u."""
        powers = [(u * e).exp() for e in self.exponents]
        result = self._replay([Dual(p, p * e) for p, e in zip(powers, self.exponents, strict=True)])
        return result if isinstance(result, Dual) else Dual(result, arb(0))

    def below(self, u: Any) -> Any:
        """Ball of g over (-oo, u], that is over the variable in (0, exp(u)]; nan when a power blows up there."""
        if not self.reach > 0:
            return arb("nan")
        return self._replay([arb(0).union((u * e).exp()) for e in self.exponents])

    def _replay(self, powers: list[Any]) -> Any:
        slots = [*self.constants, *powers]
        ratios = [_relative_expm1(argument.replay(slots)) for argument in self.shape.arguments]
        return self.shape.tape.replay([*slots, *ratios])


def _relative_expm1(x: Any) -> Any:
    """(exp(x) - 1) / x, by its monotony where x may be 0 (there its value is 1)."""
    if isinstance(x, Dual):
        ratio = _relative_expm1(x.value)
        # d/dx of (e^x - 1)/x is (e^x - ratio) / x.
        return Dual(ratio, (x.value.exp() - ratio) / x.value * x.slope)
    if x.rel_accuracy_bits() > 32:
        return x.expm1() / x
    if x > 0 or x < 0:
        # The ends of the ball, since the ratio increases: no dependence between numerator and denominator.
        low, high = x.lower(), x.upper()
        return (low.expm1() / low).union(high.expm1() / high)
    low, high = _ratio_end(x.lower()), _ratio_end(x.upper())
    return low.union(high)


def _ratio_end(x: Any) -> Any:
    return arb(1) if x == 0 else x.expm1() / x
