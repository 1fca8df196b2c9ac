"""Named ways to spoil a statement, or to weaken it: what the falsifier must refute, and what it must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp

from theorems import notation as N
from theorems.norms import Fro, Lambda, Sigma, SigmaMax, SigmaMin
from theorems.notation import DEFINITIONS
from theorems.statement import AllOf, Relation, Statement

Mutation = Callable[[Statement], Statement | None]


def _on_claim(statement: Statement, change: Callable[[Relation], Relation | None]) -> Statement | None:
    """The statement with `change` made to the first relation of its claim that it applies to."""
    then = statement.then
    if isinstance(then, Relation):
        changed = change(then)
        return None if changed is None else replace(statement, then=changed)
    if isinstance(then, AllOf):
        for i, part in enumerate(then.claims):
            changed = change(part)
            if changed is not None:
                return replace(statement, then=AllOf(*then.claims[:i], changed, *then.claims[i + 1 :]))
    return None


def _larger(relation: Relation) -> sp.Basic:
    return relation.rhs if relation.op in ("<=", "<", "==") else relation.lhs


def _with_larger(relation: Relation, side: sp.Basic) -> Relation:
    if relation.op in ("<=", "<", "=="):
        return Relation(relation.lhs, relation.op, side)
    return Relation(side, relation.op, relation.rhs)


def _smaller(relation: Relation) -> sp.Basic:
    return relation.lhs if relation.op in ("<=", "<", "==") else relation.rhs


def _with_smaller(relation: Relation, side: sp.Basic) -> Relation:
    if relation.op in ("<=", "<", "=="):
        return Relation(side, relation.op, relation.rhs)
    return Relation(relation.lhs, relation.op, side)


def _scaled(factor: sp.Rational) -> Mutation:
    return lambda s: _on_claim(s, lambda r: _with_larger(r, factor * _larger(r)))


def _replaced(expression: sp.Basic, table: dict[sp.Basic, sp.Basic]) -> sp.Basic | None:
    changed = expression.xreplace(table)
    return None if changed == expression else changed


def _power(exponent: int) -> Mutation:
    """The first square on the larger side gets another exponent."""

    def change(relation: Relation) -> Relation | None:
        squares = sorted((e for e in _larger(relation).atoms(sp.Pow) if e.exp == 2), key=str)
        if not squares:
            return None
        side = _replaced(_larger(relation), {squares[0]: sp.Pow(squares[0].base, exponent)})
        return None if side is None else _with_larger(relation, side)

    return lambda s: _on_claim(s, change)


def _heads(make: Callable[[Any], sp.Basic | None], where: str) -> Mutation:
    """Every head of one side for which `make` gives another expression is exchanged."""

    def change(relation: Relation) -> Relation | None:
        side = _larger(relation) if where == "larger" else _smaller(relation)
        heads = sorted(side.atoms(Fro, Sigma, SigmaMax, SigmaMin, Lambda), key=str)
        table = {e: new for e in heads if (new := make(e)) is not None}
        changed = _replaced(side, table)
        if changed is None:
            return None
        return _with_larger(relation, changed) if where == "larger" else _with_smaller(relation, changed)

    return lambda s: _on_claim(s, change)


def _dropped(index: int) -> Mutation:
    return lambda s: replace(s, given=s.given[:index] + s.given[index + 1 :]) if len(s.given) > index else None


def _definition(symbol: sp.Basic, change: Callable[[sp.Basic], sp.Basic]) -> Mutation:
    """The definition of one symbol of the paper is changed, for this statement alone."""

    def mutate(statement: Statement) -> Statement:
        definition = statement.where.get(symbol, DEFINITIONS[symbol])
        return replace(statement, where={**statement.where, symbol: change(definition)})

    return mutate


def _symbol(old: sp.Basic, new: sp.Basic, where: str) -> Mutation:
    def change(relation: Relation) -> Relation | None:
        side = _larger(relation) if where == "larger" else _smaller(relation)
        changed = _replaced(side, {old: new})
        if changed is None:
            return None
        return _with_larger(relation, changed) if where == "larger" else _with_smaller(relation, changed)

    return lambda s: _on_claim(s, change)


def _exchange(relation: Relation) -> Relation | None:
    return None if relation.op == "==" else Relation(relation.rhs, relation.op, relation.lhs)


_NINE_TENTHS = sp.Rational(9, 10)

FALSE: dict[str, Mutation] = {
    "constant-lowered": _scaled(_NINE_TENTHS),
    "power-one": _power(1),
    "power-three": _power(3),
    "spectral-for-frobenius": _heads(lambda e: SigmaMax(e.args[0]) if isinstance(e, Fro) else None, "larger"),
    "frobenius-for-spectral": _heads(lambda e: Fro(e.args[0]) if isinstance(e, SigmaMax) else None, "smaller"),
    "smallest-for-largest": _heads(lambda e: SigmaMin(e.args[0]) if isinstance(e, SigmaMax) else None, "larger"),
    "convention-swapped": _heads(lambda e: SigmaMin(e.args[0]) if isinstance(e, Sigma) else None, "smaller"),
    "index-shifted": _heads(
        lambda e: e.func(e.args[0], e.args[1] + 1) if isinstance(e, Sigma | Lambda) else None, "larger"
    ),
    "sides-exchanged": lambda s: _on_claim(s, _exchange),
    **{f"assumption-{i}-dropped": _dropped(i) for i in range(9)},
    "initial-for-current": _symbol(N.L_0, N.L, "larger"),
    "next-for-current": _symbol(N.L, N.L_next, "larger"),
    "step-doubled": _symbol(N.eta, 2 * N.eta, "larger"),
    "K_t-lowered": _definition(N.K_t, lambda e: _NINE_TENTHS * (e - N.K * N.sigma_max_T**2) + e / 5),
    "mu_t-raised": _definition(N.mu_t, lambda e: e * sp.Rational(11, 10)),
    "sigma-min-unpadded": _definition(N.sigma_min_T, lambda e: sp.sqrt(SigmaMin(N.W1) ** 2 + SigmaMin(N.W2) ** 2)),
    "sigma-max-one-layer": _definition(N.sigma_max_T, lambda e: SigmaMax(N.W1)),
    "alpha_2-lowered": _definition(N.alpha_2, lambda e: _NINE_TENTHS * e),
    "beta_2-lowered": _definition(N.beta_2, lambda e: _NINE_TENTHS * e),
    "mu_bar-raised": _definition(N.mu_bar, lambda e: e * sp.Rational(11, 10)),
    "rho-lowered": _definition(N.rho, lambda e: e * _NINE_TENTHS),
}

_ELEVEN_TENTHS = sp.Rational(11, 10)


def _also(statement: Statement) -> Statement:
    """A further hypothesis that some worlds meet: a claim that holds keeps holding."""
    symbol = next((g for g in statement.given if isinstance(g, Relation) and g.op in ("<", "<=")), None)
    extra = Relation(sp.Integer(0), "<=", sp.Integer(1)) if symbol is None else Relation(symbol.lhs, "<=", symbol.rhs)
    return replace(statement, given=(*statement.given, extra))


def _doubled(relation: Relation) -> Relation:
    return Relation(2 * relation.lhs, relation.op, 2 * relation.rhs)


def _mirrored(relation: Relation) -> Relation:
    mirror = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}
    return Relation(relation.rhs, mirror[relation.op], relation.lhs)


TRUE: dict[str, Mutation] = {
    "constant-raised": _scaled(_ELEVEN_TENTHS),
    "both-sides-doubled": lambda s: _on_claim(s, _doubled),
    "mirrored": lambda s: _on_claim(s, _mirrored),
    "hypothesis-added": _also,
    "K_t-raised": _definition(N.K_t, lambda e: _ELEVEN_TENTHS * e),
    "mu_t-lowered": _definition(N.mu_t, lambda e: e * _NINE_TENTHS),
    "alpha_2-raised": _definition(N.alpha_2, lambda e: _ELEVEN_TENTHS * e),
}


def mutated(statement: Statement, name: str) -> Statement | None:
    """The statement under a named mutation, under a label of its own; None where the mutation does not apply."""
    table = FALSE | TRUE
    changed = table[name](statement)
    return None if changed is None else replace(changed, label=f"{statement.label}.{name}", repairs=None)
