"""Formulas of `theorems` as NumPy programs: each tree is walked once and kept as a tape of array operations.

A formula's leaves are what the engine measures (`LEAVES`: losses, singular values, eigenvalues, steps); every other
symbol is replaced by its definition in `theorems.notation.DEFINITIONS` or by an override. Nothing of the paper is
written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from theorems import notation as N
from theorems.norms import Fro, Lambda, Sigma, SigmaMax, SigmaMin

Array = NDArray[np.float64]

# Name of a measured quantity -> the term of the paper that it is the value of.
LEAVES: dict[str, sp.Basic] = {
    "K": N.K,
    "mu": N.mu,
    "c": N.c,
    "d": N.d,
    "t": N.t,
    "n": N.n,
    "m": N.m,
    "h": N.h,
    "eta": N.eta,
    "eta_0": N.eta_0,
    "loss": N.L,
    "grad_norm": N.grad_norm,
    "sigma_n_W1": Sigma(N.W1, N.n),
    "sigma_max_W1": SigmaMax(N.W1),
    "sigma_m_W2": Sigma(N.W2, N.m),
    "sigma_max_W2": SigmaMax(N.W2),
    "sigma_min_W": SigmaMin(N.W),
    "sigma_max_W": SigmaMax(N.W),
    "loss_0": N.L_0,
    "sigma_n_W1_0": Sigma(N.W1_0, N.n),
    "sigma_max_W1_0": SigmaMax(N.W1_0),
    "sigma_m_W2_0": Sigma(N.W2_0, N.m),
    "sigma_max_W2_0": SigmaMax(N.W2_0),
    "sigma_min_W_star": SigmaMin(N.W_star),
    "sigma_max_W_star": SigmaMax(N.W_star),
    "sigma_n_W_star": Sigma(N.W_star, N.n),
    "sigma_m_W_star": Sigma(N.W_star, N.m),
    "distance_0": Fro(N.W_0 - N.W_star),
    "lambda_1_D": Lambda(N.D_0, 1),
    "lambda_n_D": Lambda(N.D_0, N.n),
    "lambda_1_minus_D": Lambda(-N.D_0, 1),
    "lambda_m_minus_D": Lambda(-N.D_0, N.m),
    "alpha_1": N.alpha_1,
    "alpha_2": N.alpha_2,
    "beta_1": N.beta_1,
    "beta_2": N.beta_2,
}

_Operation = tuple[Callable[..., Any], tuple[int, ...]]

_HEADS: dict[type, Callable[..., Any]] = {
    sp.exp: np.exp,
    sp.log: np.log,
    sp.Abs: np.abs,
    sp.tanh: np.tanh,
    sp.cosh: np.cosh,
    sp.sinh: np.sinh,
}


class Formula:
    """One formula compiled: call it with the values of its `leaves` by name, scalars or arrays that broadcast."""

    def __init__(self, expression: sp.Expr, leaves: Mapping[str, sp.Basic], where: Mapping[sp.Basic, sp.Basic]) -> None:
        self.expression = expression
        self.leaves: dict[str, int] = {}
        self._bound = {term: name for name, term in leaves.items()}
        self._table = {**N.DEFINITIONS, **where}
        self._slots: dict[sp.Basic, int] = {}
        self._constants: dict[int, float] = {}
        self._tape: list[tuple[int, _Operation]] = []
        self._size = 0
        self._result = self._compile(expression)

    def __call__(self, values: Mapping[str, Any]) -> Any:
        memory: list[Any] = [None] * self._size
        for slot, constant in self._constants.items():
            memory[slot] = constant
        for name, slot in self.leaves.items():
            memory[slot] = values[name]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for slot, (operation, arguments) in self._tape:
                memory[slot] = operation(*[memory[i] for i in arguments])
        return memory[self._result]

    def _new_slot(self, term: sp.Basic) -> int:
        slot = self._slots[term] = self._size
        self._size += 1
        return slot

    def _emit(self, term: sp.Basic, operation: Callable[..., Any], arguments: tuple[int, ...]) -> int:
        slot = self._new_slot(term)
        self._tape.append((slot, (operation, arguments)))
        return slot

    def _fold(self, term: sp.Basic, operation: Callable[..., Any], arguments: list[int]) -> int:
        left = arguments[0]
        for right in arguments[1:-1]:
            left = self._emit(sp.Dummy(), operation, (left, right))
        return self._emit(term, operation, (left, arguments[-1]))

    def _compile(self, term: sp.Basic) -> int:
        if term in self._slots:
            return self._slots[term]
        if term in self._bound:
            slot = self.leaves[self._bound[term]] = self._new_slot(term)
            return slot
        if term in self._table:
            slot = self._slots[term] = self._compile(self._table[term])
            return slot
        if isinstance(term, sp.Rational | sp.Float | sp.NumberSymbol):
            slot = self._new_slot(term)
            self._constants[slot] = float(term)
            return slot
        return self._compile_head(term)

    def _compile_head(self, term: sp.Basic) -> int:
        if isinstance(term, sp.Pow):
            return self._compile_power(term)
        arguments = [self._compile(a) for a in term.args]
        if isinstance(term, sp.Add):
            return self._fold(term, np.add, arguments)
        if isinstance(term, sp.Mul):
            return self._fold(term, np.multiply, arguments)
        if isinstance(term, sp.Max):
            return self._fold(term, np.maximum, arguments)
        if isinstance(term, sp.Min):
            return self._fold(term, np.minimum, arguments)
        if type(term) in _HEADS:
            return self._emit(term, _HEADS[type(term)], tuple(arguments))
        raise TypeError(f"term = {term}: the engine measures no such quantity; bind it or use properties.evaluate")

    def _compile_power(self, term: sp.Pow) -> int:
        base = self._compile(term.base)
        if term.exp == sp.Rational(1, 2):
            return self._emit(term, np.sqrt, (base,))
        if term.exp == 2:
            return self._emit(term, np.square, (base,))
        return self._emit(term, np.power, (base, self._compile(term.exp)))


@lru_cache(maxsize=4096)
def _compiled(expression: sp.Expr, left_out: frozenset[str], where: tuple[tuple[sp.Basic, sp.Basic], ...]) -> Formula:
    leaves = {name: term for name, term in LEAVES.items() if name not in left_out}
    return Formula(expression, leaves, dict(where))


def formula(
    expression: sp.Expr, *, where: Mapping[sp.Basic, sp.Basic] | None = None, unfold: frozenset[str] = frozenset()
) -> Formula:
    """The compiled formula of an expression; compiled once for each expression.

    `unfold` names leaves that are to be computed from their definition instead (alpha_1 from the spectrum of D(0)).
    `where` overrides definitions. Raises TypeError on a term that the engine does not measure.
    """
    return _compiled(expression, unfold, tuple((where or {}).items()))


def polynomial(expression: sp.Expr, variable: str) -> tuple[Formula, ...]:
    """Coefficients of `expression` as a polynomial in a leaf, lowest degree first, each a compiled formula.

    Definitions are put in only as far as they contain the variable. Raises sympy.PolynomialError otherwise.
    """
    return _polynomial(expression, variable)


@lru_cache(maxsize=256)
def _polynomial(expression: sp.Expr, variable: str) -> tuple[Formula, ...]:
    symbol = LEAVES[variable]
    bound = set(LEAVES.values())

    def mentions(term: sp.Basic) -> bool:
        if term == symbol:
            return True
        if term in bound:
            return False
        if term in N.DEFINITIONS:
            return mentions(N.DEFINITIONS[term])
        return any(mentions(a) for a in term.args)

    opened = expression
    while True:
        found = {
            s: N.DEFINITIONS[s]
            for s in opened.free_symbols
            if s in N.DEFINITIONS and s not in bound and mentions(N.DEFINITIONS[s])
        }
        if not found:
            break
        opened = opened.xreplace(found)
    # Everything without the variable stands for itself while SymPy collects powers.
    names: dict[sp.Basic, sp.Symbol] = {}

    def hide(term: sp.Basic) -> sp.Basic:
        if term.is_number or term == symbol:
            return term
        if not mentions(term):
            return names.setdefault(term, sp.Dummy())
        return term.func(*[hide(a) for a in term.args])

    poly = sp.Poly(hide(opened), symbol)
    back = {dummy: term for term, dummy in names.items()}
    return tuple(formula(c.xreplace(back)) for c in reversed(poly.all_coeffs()))
