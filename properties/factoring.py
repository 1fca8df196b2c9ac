"""A scalar tree in one positive unknown, rewritten without cancellation near zero and equal to what it was.

Near zero the equations for eta_max are differences of nearly equal numbers. `factored` divides an expression by the
power of the unknown with which it vanishes and writes exp(x) - 1 as x times the ratio (exp(x) - 1) / x, so that what
is left tends to a nonzero number. All of it is rewriting of the given tree; no formula of the paper stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from sympy.codegen.cfunctions import expm1

_SAMPLES = {"c": sp.Rational(1, 2), "d": sp.Rational(3, 2)}


@dataclass(frozen=True, slots=True)
class Factored:
    """expression = variable**order * factor, for positive values of the variable.

    `ratios` maps a dummy of `factor` to x, and stands for (exp(x) - 1) / x, which is increasing in x and 1 at x = 0.
    """

    factor: sp.Expr
    order: sp.Expr
    variable: sp.Symbol
    ratios: tuple[tuple[sp.Symbol, sp.Expr], ...]

    def restored(self) -> sp.Expr:
        """The expression that was factored, up to expansion."""
        back = {dummy: (sp.exp(x) - 1) / x for dummy, x in self.ratios}
        plain = self.factor.xreplace(back).replace(expm1, lambda x: sp.exp(x) - 1)
        return self.variable**self.order * plain


def with_expm1(tree: sp.Expr) -> sp.Expr:
    """The tree with a - a exp(x) written as -a expm1(x), a rational a."""

    def rewrite(e: sp.Basic) -> sp.Basic:
        if not isinstance(e, sp.Add):
            return e
        constant, terms = e.as_coeff_Add()
        for term in sp.Add.make_args(terms):
            coefficient, rest = term.as_coeff_Mul()
            if constant != 0 and coefficient == -constant and isinstance(rest, sp.exp):
                return e - constant - term + coefficient * expm1(rest.args[0])
        return e

    return tree.replace(lambda e: isinstance(e, sp.Add), rewrite)


@lru_cache(maxsize=256)
def factored(expression: sp.Expr, variable: sp.Symbol) -> Factored:
    """`expression` with the power of `variable` with which it vanishes at 0 divided out.

    Exponents may contain the symbols c in (0, 1) and d > 1. Raises ValueError when the order cannot be told from
    the tree.
    """
    ratios: dict[sp.Expr, sp.Symbol] = {}
    tree = with_expm1(expression)
    if not _vanishes(tree, variable):
        return Factored(tree, sp.S.Zero, variable, ())
    terms = [_pull_out(term, variable, ratios) for term in _vanishing_terms(tree, variable)]
    order = _smallest([power for power, _ in terms])
    factor = sp.Add(*(variable ** (power - order) * rest for power, rest in terms))
    return Factored(factor, order, variable, tuple((dummy, x) for x, dummy in ratios.items()))


def _vanishes(tree: sp.Expr, variable: sp.Symbol) -> bool:
    """Whether the tree is structurally 0 at variable = 0."""
    if tree == variable:
        return True
    if isinstance(tree, sp.Pow):
        return _vanishes(tree.base, variable) and not tree.exp.has(variable)
    if isinstance(tree, expm1):
        return _vanishes(tree.args[0], variable)
    if isinstance(tree, sp.Mul):
        return any(_vanishes(a, variable) for a in tree.args)
    if isinstance(tree, sp.Add):
        return not sp.expand(_vanishing_cut(tree, variable))
    return False


def _vanishing_cut(tree: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    """The tree at variable = 0: vanishing parts are cut away, the rest of the tree is kept."""
    if tree == variable:
        return sp.S.Zero
    if isinstance(tree, sp.Add | sp.Mul):
        return tree.func(*(_vanishing_cut(a, variable) for a in tree.args))
    if isinstance(tree, sp.Pow) and not tree.exp.has(variable):
        base = _vanishing_cut(tree.base, variable)
        return sp.S.Zero if base == 0 else tree.func(base, tree.exp)
    if isinstance(tree, expm1):
        argument = _vanishing_cut(tree.args[0], variable)
        return sp.S.Zero if argument == 0 else expm1(argument)
    return tree


def _vanishing_terms(tree: sp.Expr, variable: sp.Symbol) -> list[sp.Expr]:
    """Terms, each vanishing at 0, whose sum is the (vanishing) tree; products are multiplied out only where needed."""
    pending, done, constant = list(sp.Add.make_args(tree)), [], sp.S.Zero
    while pending:
        term = pending.pop()
        if _vanishes(term, variable):
            done.append(term)
        elif not term.has(variable):
            constant += term
        else:
            factors = list(sp.Mul.make_args(term))
            index = next((i for i, f in enumerate(factors) if isinstance(f, sp.Add) and f.has(variable)), None)
            if index is None:
                raise ValueError(f"expression = {term}: its order at 0 cannot be told from the tree")
            sums = factors.pop(index)
            pending.extend(sp.Mul(a, *factors) for a in sums.args)
    if sp.expand(constant) != 0:
        raise ValueError("expression: constant terms do not cancel")
    return done


def _pull_out(term: sp.Expr, variable: sp.Symbol, ratios: dict[sp.Expr, sp.Symbol]) -> tuple[sp.Expr, sp.Expr]:
    """(power, rest) with term = variable**power * rest, rest not vanishing as the tree shows it."""
    power, rest = sp.S.Zero, []
    for factor in sp.Mul.make_args(term):
        if not _vanishes(factor, variable):
            rest.append(factor)
            continue
        if factor == variable:
            power += 1
        elif isinstance(factor, sp.Pow):
            inner, kept = _pull_out(factor.base, variable, ratios)
            power, rest = power + inner * factor.exp, [*rest, kept**factor.exp]
        elif isinstance(factor, expm1):
            inner, kept = _pull_out(factor.args[0], variable, ratios)
            dummy = ratios.setdefault(factor.args[0], sp.Dummy("ratio", positive=True))
            power, rest = power + inner, [*rest, kept, dummy]
        else:
            terms = [_pull_out(t, variable, ratios) for t in _vanishing_terms(factor, variable)]
            order = _smallest([p for p, _ in terms])
            power += order
            rest.append(sp.Add(*(variable ** (p - order) * r for p, r in terms)))
    return power, sp.Mul(*rest)


def _smallest(powers: list[sp.Expr]) -> sp.Expr:
    """The smallest exponent; exponents in c and d are compared at sample values in the range of Theorem E.1."""
    sampled = [p.subs({s: _SAMPLES[s.name] for s in p.free_symbols if s.name in _SAMPLES}) for p in powers]
    if not all(p.is_Rational for p in sampled):
        raise ValueError(f"powers = {powers}: cannot be compared")
    return powers[min(range(len(powers)), key=lambda i: sampled[i])]


def is_increasing(tree: sp.Expr, variable: sp.Symbol, positive: Callable[[sp.Expr], bool]) -> bool:
    """Whether the tree shows that the expression increases strictly in `variable` on (0, oo).

    Sums and products with positive constants, positive powers and exp of increasing positive parts are recognised;
    `positive` judges a constant subtree. False means only that the tree does not show it.
    """
    moving = [part for part in sp.Add.make_args(tree) if part.has(variable)]
    return bool(moving) and all(_grows(part, variable, positive) for part in moving)


def _grows(tree: sp.Expr, variable: sp.Symbol, positive: Callable[[sp.Expr], bool]) -> bool:
    """Strictly increasing and positive on (0, oo), as far as the tree shows."""
    if tree == variable:
        return True
    if isinstance(tree, sp.Pow):
        return not tree.exp.has(variable) and positive(tree.exp) and _grows(tree.base, variable, positive)
    if isinstance(tree, sp.exp):
        return _grows(tree.args[0], variable, positive)
    if isinstance(tree, sp.Mul | sp.Add):
        moving = [a for a in tree.args if a.has(variable)]
        still = [a for a in tree.args if not a.has(variable)]
        return bool(moving) and all(map(positive, still)) and all(_grows(a, variable, positive) for a in moving)
    return False
