"""The constants of Theorem E.1 for one problem: Table 2 and the data of (101) and (102), certified at any precision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import arb, fmpq

from properties.errors import LimitReached
from properties.evaluate import Evaluator
from properties.fields import Exact
from properties.imbalance import InitialState
from properties.problems import Problem
from properties.worlds import World
from theorems import notation as N
from theorems.norms import Lambda

# In the order in which each follows from those before it.
_SPECTRAL = (N.lambda_minus, N.lambda_plus, N.lambda_n_D, N.lambda_m_D)
_DERIVED = (N.Delta_under, N.Delta_plus, N.Delta_minus, N.beta_1, N.beta_n, N.beta_m, N.beta_2, N.alpha_1, N.alpha_2)
_DATA = (N.K, N.mu, N.L_0, N.alpha_1, N.alpha_2, N.beta_2)


@dataclass(frozen=True, slots=True)
class Constants:
    """Values of Table 2's symbols, and of K, mu, L_0: exact rationals (fmpq) where they are known to be, else balls.

    `where` holds the definitions they follow, `bits` the precision.
    """

    values: Mapping[sp.Basic, Any]
    where: Mapping[sp.Basic, sp.Basic]
    bits: int

    def evaluator(self, field: Any, **bound: Any) -> Evaluator:
        """The tree walk with K, mu, L_0, alpha_1, alpha_2, beta_2, c and d bound, and what else is given by name."""
        bindings = {s: self.values[s] for s in (*_DATA, N.c, N.d)}
        bindings.update({getattr(N, name): value for name, value in bound.items()})
        return Evaluator(World({}, bindings), field, self.where)


def theorem_constants(
    problem: Problem,
    state: InitialState,
    where: Mapping[sp.Basic, sp.Basic],
    c: Any,
    d: Any,
    bits: int,
    loss: Any = None,
) -> Constants:
    """Table 2 for the problem at `bits` of precision, by the definitions in `where` (over those of the notation).

    Zeros that the exact data prove are exact, so that alpha_1 = 0 is told from a small alpha_1. `loss` is the problem's
    loss with its constants certified (`verify.losses.certified_loss`) where it is not least squares.
    """
    table = {**N.DEFINITIONS, **where}
    loss = problem.loss if loss is None else loss
    K, mu = loss.constants(bits)
    dims = {N.n: problem.n, N.m: problem.m, N.h: problem.h}
    W_star = loss.minimizer(bits)
    values: dict[sp.Basic, Any] = {
        N.K: K,
        N.mu: mu,
        N.L_0: loss.gap_at(state.W, bits),
        N.c: c,
        N.d: d,
    }
    bindings: dict[sp.Basic, Any] = {**values, N.W_0: state.W, N.W_star: W_star}
    field = Exact(bits)
    substitution: dict[sp.Basic, sp.Basic] = {}
    if problem.n == 1:
        substitution[N.lambda_n_D] = N.lambda_plus
    if problem.m == 1:
        substitution[N.lambda_m_D] = N.lambda_minus
    for symbol in (*_SPECTRAL, *_DERIVED):
        expression = table[symbol]
        for head in expression.atoms(Lambda):
            bindings[head] = _imbalance_eigenvalue(head, state, dims, bits)
        if symbol not in substitution:
            expression = expression.xreplace(substitution)
        walk = Evaluator(World(dims, bindings), field, where)
        value = walk(substitution.get(symbol, expression))
        values[symbol] = bindings[symbol] = value
        if isinstance(value, fmpq) and value == 0:
            substitution[symbol] = sp.S.Zero
    return Constants(values, where, bits)


def _imbalance_eigenvalue(head: Any, state: InitialState, dims: Mapping[sp.Basic, int], bits: int) -> Any:
    matrix, index = head.args
    sign = 1 if matrix == N.D_0 else -1
    if matrix not in (N.D_0, -N.D_0):
        raise TypeError(f"{head}: only eigenvalues of the imbalance are known here")
    return state.eigenvalue(Evaluator(World(dims, {}), Exact(bits)).dimension(index), sign, bits)


def is_positive(value: Any, what: str, bits: int, largest: int) -> bool | None:
    """Whether a ball or rational is positive; None asks for more bits. Raises LimitReached when none are left."""
    if value > 0:
        return True
    if value < 0 or value == 0 or (isinstance(value, arb) and value.is_zero()):
        return False
    if bits >= largest:
        raise LimitReached(f"{what}: not told from 0 with {bits} bits; change the weights slightly")
    return None
