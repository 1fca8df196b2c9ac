"""A witness made as small as it gets: smallest shapes, shortest run, plainest loss, integers where possible.

Every step proposes a simpler candidate and keeps it only when it is decided to be a witness, exactly, again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from math import gcd, lcm
from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from properties.losses import CenteredLoss
from theorems import notation as N
from verify.falsify.hand_over import Candidate, Rows, Witness, decide
from verify.falsify.plan import Plan

_SIMPLE = (Fraction(0), Fraction(1), Fraction(-1))


def shrink(plan: Plan, witness: Witness, trials: int) -> Witness:
    """A witness no more complicated than the one given, found with at most `trials` exact decisions."""
    left = trials
    improved = True
    while improved and left > 0:
        improved = False
        for moves in (_shorter, _smaller_shapes, _plainer_loss, _plainer_steps, _plainer_entries):
            witness, used, better = _greedy(plan, witness, moves, left)
            left -= used
            improved = improved or better
    return witness


def size(item: Candidate) -> tuple[int, int]:
    """(sum of dimensions and steps, total digits of the entries): what shrinking makes smaller."""
    return (sum(item.dims.values()) + len(item.steps or ()), sum(_weight(x) for x in _entries(item)))


def _weight(x: Fraction) -> int:
    """0 for 0, 1 for 1, 2 for -1, then by the bits of numerator and denominator, integers before fractions."""
    if x == 0:
        return 0
    return x.numerator.bit_length() + 4 * (x.denominator.bit_length() - 1) + (x < 0)


def _entries(item: Candidate) -> Iterator[Fraction]:
    for value in item.values.values():
        if isinstance(value, Fraction):
            yield value
        else:
            yield from (x for row in value for x in row)
    if item.loss is not None:
        yield from (x for table in (item.loss.x, item.loss.w_star) for row in table for x in row)
        yield Fraction(item.loss.ridge)
        yield item.k_factor - 1
        yield item.mu_factor - 1
        yield Fraction(0 if item.loss.penalty == "square" else 1)
    yield from item.steps or ()


def _greedy(
    plan: Plan, witness: Witness, moves: Callable[[Plan, Candidate], Iterator[Candidate]], left: int
) -> tuple[Witness, int, bool]:
    """Take the first move that keeps the witness, and again, until none does."""
    used, better = 0, False
    tried: set[str] = set()
    moved = True
    while moved:
        moved = False
        for item in moves(plan, witness.candidate):
            key = repr((tuple(item.dims.values()), item.values, item.loss, item.k_factor, item.mu_factor, item.steps))
            if key in tried or size(item) >= size(witness.candidate):
                continue
            if used >= left:
                return witness, used, better
            tried.add(key)
            used += 1
            found = decide(plan, item)
            if found is not None:
                witness, better, moved = found, True, True
                break
    return witness, used, better


def _shorter(plan: Plan, item: Candidate) -> Iterator[Candidate]:
    steps = item.steps
    if not steps:
        return
    for length in (1, 2, 3, len(steps) // 4, len(steps) // 2, 3 * len(steps) // 4, len(steps) - 1):
        if 0 < length < len(steps):
            yield replace(item, steps=steps[:length])


def _without(rows: Rows, row: int | None, column: int | None) -> Rows:
    kept = [r for i, r in enumerate(rows) if i != row]
    return tuple(tuple(x for j, x in enumerate(r) if j != column) for r in kept)


def _smaller_shapes(plan: Plan, item: Candidate) -> Iterator[Candidate]:
    """Each dimension lessened by one, any one of its indices dropped from every leaf; then two dimensions at once."""
    for symbol in sorted(item.dims, key=lambda s: -item.dims[s]):
        size_now = item.dims[symbol]
        if size_now <= 1:
            continue
        for index in range(size_now):
            smaller = _drop(item, symbol, index)
            if smaller is not None:
                yield smaller
    wide = [s for s in item.dims if item.dims[s] > 1]
    for one, other in combinations(wide, 2):
        for i, j in product(range(item.dims[one]), range(item.dims[other])):
            first = _drop(item, one, i)
            both = None if first is None else _drop(first, other, j)
            if both is not None:
                yield both


def _drop(item: Candidate, symbol: sp.Symbol, index: int) -> Candidate | None:
    values: dict[sp.Basic, Fraction | Rows] = {}
    for leaf, value in item.values.items():
        if not isinstance(leaf, MatrixExpr) or isinstance(value, Fraction):
            values[leaf] = value
            continue
        if any(side != symbol and symbol in side.free_symbols for side in leaf.shape):
            return None
        values[leaf] = _without(
            value, index if leaf.shape[0] == symbol else None, index if leaf.shape[1] == symbol else None
        )
    loss = item.loss
    if loss is not None:
        row, column = (index if symbol == N.n else None), (index if symbol == N.m else None)
        x = _without(loss.x, None, row)
        if row is not None and len(x) > len(x[0]):
            x = _without(x, index if index < len(x) else len(x) - 1, None)
        loss = replace(loss, x=x, w_star=_without(loss.w_star, row, column))
    return replace(item, dims={**item.dims, symbol: item.dims[symbol] - 1}, values=values, loss=loss)


def _plainer_loss(plan: Plan, item: Candidate) -> Iterator[Candidate]:
    loss = item.loss
    if loss is None:
        return
    n = len(loss.x[0])
    identity = tuple(tuple(Fraction(int(i == j)) for j in range(n)) for i in range(n))
    if loss.penalty != "square":
        yield replace(item, loss=loss.with_data(penalty="square"))
        yield replace(item, loss=loss.with_data(penalty="square", ridge=Fraction(0)))
    if loss.x != identity:
        yield replace(item, loss=loss.with_data(x=identity))
        if len(loss.x) > n:
            yield replace(item, loss=loss.with_data(x=loss.x[:n]))
    if loss.ridge:
        yield replace(item, loss=loss.with_data(ridge=Fraction(0)))
    yield replace(item, k_factor=Fraction(1), mu_factor=Fraction(1))
    yield replace(item, k_factor=Fraction(1))
    yield replace(item, mu_factor=Fraction(1))


def _plainer_steps(plan: Plan, item: Candidate) -> Iterator[Candidate]:
    steps = item.steps
    if not steps:
        return
    if len(set(steps)) > 1:
        for value in (steps[0], steps[-1]):
            yield replace(item, steps=(value,) * len(steps))
    for simple in _simpler(steps[0]):
        if simple > 0:
            factor = simple / steps[0]
            yield replace(item, steps=tuple(s * factor for s in steps))
    for i, step in enumerate(steps[:8]):
        for simple in _simpler(step):
            if simple > 0:
                yield replace(item, steps=(*steps[:i], simple, *steps[i + 1 :]))


def _simpler(x: Fraction) -> list[Fraction]:
    """Simpler values near x, simplest first."""
    whole_part = Fraction(round(x))
    near = [
        whole_part,
        whole_part - (1 if x > 0 else -1),
        Fraction(int(x / 2)),
        *(x.limit_denominator(q) for q in (2, 4, 10, 64)),
    ]
    if x:
        power = Fraction(2) ** (x.numerator.bit_length() - x.denominator.bit_length())
        near += [power if x > 0 else -power]
    whole = [Fraction(k) for k in (2, -2, 3)] + [Fraction(1, 2), Fraction(-1, 2), abs(x)]
    return sorted({y for y in (*_SIMPLE, *whole, *near) if _weight(y) < _weight(x)}, key=_weight)


def _with_entry(rows: Rows, i: int, j: int, x: Fraction) -> Rows:
    return tuple(tuple(x if (r, c) == (i, j) else y for c, y in enumerate(row)) for r, row in enumerate(rows))


def _plainer_entries(plan: Plan, item: Candidate) -> Iterator[Candidate]:
    """All matrices scaled together, one leaf rounded as a whole, then each entry by itself."""
    yield from _scaled(item)
    for leaf, value in item.values.items():
        if isinstance(value, Fraction):
            for simple in _simpler(value):
                yield replace(item, values={**item.values, leaf: simple})
            continue
        for changed in _plainer_rows(value):
            yield replace(item, values={**item.values, leaf: changed})
    loss = item.loss
    if isinstance(loss, CenteredLoss):
        for name, rows in (("w_star", loss.w_star), ("x", loss.x)):
            for changed in _plainer_rows(rows):
                yield replace(item, loss=loss.with_data(**{name: changed}))
        for simple in _simpler(Fraction(loss.ridge)):
            if simple >= 0:
                yield replace(item, loss=loss.with_data(ridge=simple))


def _scaled(item: Candidate) -> Iterator[Candidate]:
    """All matrix leaves times one number that makes their entries integers without common factor."""
    entries = [
        x for value in item.values.values() if not isinstance(value, Fraction) for row in value for x in row if x
    ]
    if not entries:
        return
    factor = Fraction(lcm(*(x.denominator for x in entries)))
    factor /= gcd(*(int(x * factor) for x in entries))
    for q in (factor, Fraction(2) ** (factor.numerator.bit_length() - factor.denominator.bit_length())):
        for square in (1, 2):
            values = {
                leaf: value if isinstance(value, Fraction) else tuple(tuple(x * q for x in row) for row in value)
                for leaf, value in item.values.items()
            }
            loss = item.loss
            if loss is not None:
                loss = loss.with_data(w_star=tuple(tuple(x * q**square for x in row) for row in loss.w_star))
            yield replace(item, values=values, loss=loss)


def _plainer_rows(rows: Any) -> Iterator[Rows]:
    yield tuple(tuple(Fraction(0) for _ in row) for row in rows)
    yield tuple(tuple(Fraction(round(x)) for x in row) for row in rows)
    for i, row in enumerate(rows):
        for j, x in enumerate(row):
            for simple in _simpler(x):
                yield _with_entry(rows, i, j, simple)
