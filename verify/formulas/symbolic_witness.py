"""Certificates against claims about formulas: dimensions at which shapes disagree, points of a function, limits.

A symbolic decision says that a claim fails; the checker wants a world in which it fails. A short list of small exact
worlds is tried, and only a certificate that the checker accepts is returned.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy as sp

from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import notation as N
from theorems.shapes import disagreeing_dimensions, first_mismatch
from theorems.statement import Limit, Monotone, Statement, UniqueRoot, WellShaped
from theorems.tree import symbols_of
from verify import certificate

__all__ = ["witness"]

_SCALARS = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(3, 8), Fraction(3, 2), Fraction(10))
_POINTS = tuple(Fraction(k, 64) * Fraction(4) ** e for e in (0, -1, 1, -2, 2, -3, 3) for k in range(24, 96, 3))
_TRIALS = 2000


def witness(statement: Statement) -> dict[str, Any] | None:
    """A certificate that the checker accepts against a claim on shapes, monotonicity, roots or a limit, or None."""
    for world, points in itertools.islice(_candidates(statement), _TRIALS):
        try:
            found = certificate.build(statement, world, points=points)
        except (TypeError, ValueError):
            return None
        if certificate.check_certificate(found)[0] == 0:
            return found
    return None


def _candidates(statement: Statement) -> Iterator[tuple[World, tuple[Fraction, ...] | None]]:
    claim = statement.then
    if isinstance(claim, WellShaped):
        yield from ((world, None) for world in _sizes(statement))
    elif isinstance(claim, Limit):
        yield from ((world, None) for world in _worlds(statement, claim.variable))
    elif isinstance(claim, Monotone):
        for world, a in itertools.product(itertools.islice(_worlds(statement, claim.variable), 9), _POINTS):
            yield from ((world, (a, a * ratio)) for ratio in (Fraction(101, 100), Fraction(2)))
    elif isinstance(claim, UniqueRoot):
        for world in itertools.islice(_worlds(statement, claim.variable), 8):
            yield from ((world, triple) for triple in itertools.combinations(sorted(_POINTS)[::7], 3))


def _sizes(statement: Statement) -> Iterator[World]:
    """Dimensions at which the first mismatch shows; those that it does not speak of are small."""
    mismatch = first_mismatch(statement.then)
    if mismatch is None:
        return
    at = disagreeing_dimensions(mismatch)
    free = sorted((s for s in _dimensions(statement) if s not in at), key=str)
    for sizes in itertools.product((1, 2), repeat=len(free)):
        yield World({**at, **dict(zip(free, sizes, strict=True))}, {})


def _dimensions(statement: Statement) -> list[sp.Symbol]:
    found = symbols_of(statement)
    return sorted((s for s in found if isinstance(s, sp.Symbol) and s.is_integer and s.is_positive), key=str)


def _weight(leaf: sp.MatrixSymbol) -> int:
    """First layers are twice the second ones, so that the weights are not balanced."""
    return 2 if leaf.name.startswith("W1") else 1


def _worlds(statement: Statement, variable: sp.Symbol) -> Iterator[World]:
    """Small worlds: 1 x 1 matrices first, scalars from a short list, least squares with X = I and K = mu = 1."""
    leaves = sorted(certificate.leaves_of(statement) | {variable}, key=str)
    dims = [s for s in _dimensions(statement) if s in leaves]
    scalars = [s for s in leaves if isinstance(s, sp.Symbol) and s not in dims]
    chosen: dict[sp.Basic, Any] = {N.K: Fraction(1), N.mu: Fraction(1), N.c: Fraction(1, 2), N.d: Fraction(2)}
    fixed = {s: value for s, value in chosen.items() if s in scalars}
    others = [s for s in scalars if s not in fixed]
    for values in itertools.islice(itertools.product(_SCALARS, repeat=len(others)), 60):
        for entry, size in itertools.product((Fraction(1), Fraction(3), Fraction(1, 2)), (1, 2)):
            sizes = {s: size for s in {*dims, N.n, N.m}}
            star, one = _diagonal(entry / 2, size), _diagonal(Fraction(1), size)
            matrices: dict[sp.Basic, Any] = {
                s: _diagonal(_weight(s) * entry, size) for s in leaves if isinstance(s, sp.MatrixSymbol)
            }
            if N.W_star in matrices:
                matrices[N.W_star] = star
            bindings = {**matrices, **fixed, **dict(zip(others, values, strict=True))}
            yield World(sizes, bindings, CenteredLoss("square", one, star))


def _diagonal(entry: Fraction, size: int) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(entry * (i == j) for j in range(size)) for i in range(size))
