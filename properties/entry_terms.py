"""Losses as sums of named convex functions of affine arguments: the form in which certificates carry them.

l(W) = sum_ij sum_k w_ij base_k(s_ij (X W)_ij + b_ij) + ridge/2 ||W||_F^2 - l*. A formula is taken apart by matching its
tree, for each value of y by itself; what is not such a sum is refused with the term that is in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

import sympy as sp

from properties.entrywise import EntrywiseLoss
from properties.exact_numbers import Table
from properties.formula import y, z
from properties.losses import PENALTIES
from properties.named_losses import SensingLoss


def _known(name: str) -> tuple[Fraction, Fraction]:
    return PENALTIES[name].infimum, PENALTIES[name].supremum


CURVATURE: dict[str, tuple[Fraction, Fraction]] = {
    "square": _known("square"),
    "linear": (Fraction(0), Fraction(0)),  # z
    "log-cosh": _known("log-cosh"),
    "pseudo-huber": _known("pseudo-huber"),
    "softplus": (Fraction(0), Fraction(1, 4)),  # log(1 + e^z): s(1 - s), s = 1/(1 + e^-z)
    "log1p-square": (Fraction(-1, 4), Fraction(2)),  # log(1 + z^2): 2 (1 - z^2)/(1 + z^2)^2, least at z^2 = 3
}
"""Infimum and supremum over the line of the second derivative of each base."""

Summand = tuple[str, Fraction, Fraction, Fraction]


class NoSuchForm(Exception):
    """The loss is not a sum of the named functions; the message says why in one clause."""


@dataclass(frozen=True)
class Term:
    """weight * base(slope z + shift), each of the three an N x m table."""

    base: str
    weight: Table
    slope: Table
    shift: Table

    def to_json(self) -> dict[str, Any]:
        """The term as data; a table with a single value is that value."""
        tables = {"weight": self.weight, "slope": self.slope, "shift": self.shift}
        return {"base": self.base} | {name: _short(table) for name, table in tables.items()}


def _short(table: Table) -> Any:
    values = {v for row in table for v in row}
    return str(values.pop()) if len(values) == 1 else [[str(v) for v in row] for row in table]


@dataclass(frozen=True)
class TermsLoss:
    """A loss by its terms, as data only. x: N x n; near: a rational point (n x m) close to the minimizer."""

    x: Table
    terms: tuple[Term, ...]
    ridge: Fraction
    near: Table

    def to_json(self) -> dict[str, Any]:
        """The loss as certificates carry it, exact numbers as "p/q" strings."""
        return {
            "kind": "entrywise",
            "X": [[str(v) for v in row] for row in self.x],
            "terms": [term.to_json() for term in self.terms],
            "ridge": str(self.ridge),
            "near": [[str(v) for v in row] for row in self.near],
        }

    def curvature(self) -> tuple[Table, Table]:
        """N x m tables that bound the second derivative in (X W)_ij from below and from above."""
        rows, columns = len(self.x), len(self.terms[0].weight[0])
        low, high = (
            tuple(
                tuple(
                    sum(
                        (t.weight[i][j] * t.slope[i][j] ** 2 * CURVATURE[t.base][side] for t in self.terms), Fraction(0)
                    )
                    for j in range(columns)
                )
                for i in range(rows)
            )
            for side in (0, 1)
        )
        return low, high


def terms_of(loss: Any) -> tuple[Table, tuple[Term, ...]]:
    """(X, the terms) of a loss given by data, up to a constant. Raises NoSuchForm."""
    if isinstance(loss, SensingLoss):
        return _of_sensing(loss)
    if not isinstance(loss, EntrywiseLoss):
        raise NoSuchForm(f"the {getattr(loss, 'name', 'given')} loss is not a sum over the entries of X W")
    parts = {v: summands(loss.phi.xreplace({y: sp.Rational(v.numerator, v.denominator)})) for v in _labels(loss.y)}
    columns: list[tuple[str, int]] = []
    for found in parts.values():
        for index, (base, *_) in _numbered(found):
            if (base, index) not in columns:
                columns.append((base, index))
    if not columns:
        raise NoSuchForm("its formula does not vary with z at any y of the data")
    order = list(CURVATURE)
    columns.sort(key=lambda column: (order.index(column[0]), column[1]))
    by_place = {v: {(s[0], i): s for i, s in _numbered(found)} for v, found in parts.items()}
    return loss.x, tuple(_term(loss, base, index, by_place) for base, index in columns)


def _labels(table: Table) -> dict[Fraction, None]:
    return dict.fromkeys(v for row in table for v in row)


def _numbered(found: tuple[Summand, ...]) -> Iterator[tuple[int, Summand]]:
    """Each summand with its number among those of the same base."""
    met: dict[str, int] = {}
    for summand in found:
        index = met.get(summand[0], 0)
        met[summand[0]] = index + 1
        yield index, summand


def _term(loss: EntrywiseLoss, base: str, index: int, parts: Any) -> Term:
    nothing = (base, Fraction(0), Fraction(0), Fraction(0))
    entries = [[parts[v].get((base, index), nothing) for v in row] for row in loss.y]
    weights = loss.weights or tuple(tuple(Fraction(1) for _ in row) for row in loss.y)
    weight = tuple(tuple(e[1] * w for e, w in zip(a, b, strict=True)) for a, b in zip(entries, weights, strict=True))
    slope, shift = (tuple(tuple(e[k] for e in row) for row in entries) for k in (2, 3))
    return Term(base, weight, slope, shift)


def _of_sensing(loss: SensingLoss) -> tuple[Table, tuple[Term, ...]]:
    """Each measurement that reads a single column of W is a row of X, weighted in that column alone."""
    n, m = loss.shape()
    rows, columns = [], []
    for k, a in enumerate(loss.measurements):
        used = [j for j in range(m) if any(a[i][j] for i in range(n))]
        if len(used) > 1:
            raise NoSuchForm(f"measurement {k} reads more than one column of W")
        columns.append(used[0] if used else 0)
        rows.append(tuple(a[i][columns[-1]] for i in range(n)))
    zero, one = Fraction(0), Fraction(1)
    weight = tuple(tuple(one if j == c else zero for j in range(m)) for c in columns)
    slope = tuple(tuple(one for _ in range(m)) for _ in columns)
    shift = tuple(tuple(-b if j == c else zero for j in range(m)) for c, b in zip(columns, loss.targets, strict=True))
    return tuple(rows), (Term("square", weight, slope, shift),)


# Formulas in z ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def summands(phi: sp.Expr) -> tuple[Summand, ...]:
    """The summands (base, weight, slope, shift) of a formula in z alone, constants left out. Raises NoSuchForm."""
    found: list[Summand] = []
    polynomial = sp.S.Zero
    for part in sp.Add.make_args(sp.expand_mul(phi)):
        if z not in part.free_symbols:
            continue
        factor, rest = part.as_independent(z, as_Add=False)
        if _degree(rest) is not None:
            polynomial += part
            continue
        weight = _rational(factor, part)
        for base, w, slope, shift in _match(rest, part):
            if weight * w < 0 and base != "linear":
                raise NoSuchForm(f"{part} enters with a negative weight")
            found.append((base, weight * w, slope, shift))
    return (*_quadratic(polynomial), *found)


def _degree(e: sp.Expr) -> int | None:
    """The degree in z of a polynomial of degree at most 2, None for anything else."""
    if not e.is_polynomial(z):
        return None
    degree = int(sp.degree(e, z))
    return degree if degree <= 2 else None


def _rational(e: sp.Expr, part: sp.Expr) -> Fraction:
    if not isinstance(e, sp.Rational):
        raise NoSuchForm(f"{part} has a coefficient that is not rational")
    return Fraction(int(e.p), int(e.q))


def _coefficients(e: sp.Expr, part: sp.Expr) -> tuple[Fraction, Fraction, Fraction]:
    """(c2, c1, c0) of a polynomial c2 z^2 + c1 z + c0."""
    if _degree(e) is None:
        raise NoSuchForm(f"{part} is not on the list of functions that certificates carry")
    values = [_rational(c, part) for c in sp.Poly(e, z).all_coeffs()]
    c2, c1, c0 = [Fraction(0)] * (3 - len(values)) + values
    return c2, c1, c0


def _quadratic(polynomial: sp.Expr) -> tuple[Summand, ...]:
    if polynomial == 0:
        return ()
    c2, c1, _ = _coefficients(sp.expand(polynomial), polynomial)
    if c2 < 0:
        raise NoSuchForm(f"{polynomial} is not convex")
    if c2 > 0:
        return (("square", 2 * c2, Fraction(1), c1 / (2 * c2)),)
    return (("linear", c1, Fraction(1), Fraction(0)),) if c1 else ()


def _match(e: sp.Expr, part: sp.Expr) -> list[Summand]:
    """The summands of one function of z, up to a constant."""
    one = Fraction(1)
    if isinstance(e, sp.Pow) and e.exp == sp.Rational(1, 2):
        size, slope, shift = _unit_parabola(e.base, part)
        return [("pseudo-huber", _root(size, part), slope, shift)]
    if isinstance(e, sp.log):
        inside = e.args[0].as_independent(z, as_Add=False)[1]
        if isinstance(inside, sp.cosh):
            return [("log-cosh", one, *_affine(inside.args[0], part))]
        if _degree(inside) == 2:
            _, slope, shift = _unit_parabola(inside, part)
            return [("log1p-square", one, slope, shift)]
        if isinstance(inside, sp.Add):
            return _of_exponentials(inside, part)
    raise NoSuchForm(f"{part} is not on the list of functions that certificates carry")


def _of_exponentials(inside: sp.Add, part: sp.Expr) -> list[Summand]:
    """log(A exp(u) + A exp(v)) = softplus(u - v) + v, up to a constant."""
    exponents, factors = [], set()
    for a in inside.args:
        factor, rest = a.as_independent(z, as_Add=False)
        # exp(b z + c) with a rational c is one node; a constant is exp(0).
        if not isinstance(rest, sp.exp) and rest != 1:
            raise NoSuchForm(f"{part} is not on the list of functions that certificates carry")
        factors.add(factor)
        exponents.append(_affine(rest.args[0], part) if isinstance(rest, sp.exp) else (Fraction(0), Fraction(0)))
    if len(exponents) != 2 or len(factors) != 1:
        raise NoSuchForm(f"{part} is the logarithm of another sum than two exponentials of equal weight")
    (s1, b1), (s2, b2) = sorted(exponents, key=lambda pair: pair[0] == 0)
    found: list[Summand] = [("softplus", Fraction(1), s1 - s2, b1 - b2)]
    return found + ([("linear", s2, Fraction(1), Fraction(0))] if s2 else [])


def _affine(e: sp.Expr, part: sp.Expr) -> tuple[Fraction, Fraction]:
    c2, c1, c0 = _coefficients(e, part)
    if c2:
        raise NoSuchForm(f"{part} has an argument that is not affine in z")
    return c1, c0


def _unit_parabola(e: sp.Expr, part: sp.Expr) -> tuple[Fraction, Fraction, Fraction]:
    """(size, slope, shift) with e = size (1 + (slope z + shift)^2)."""
    c2, c1, c0 = _coefficients(e, part)
    if c2 <= 0:
        raise NoSuchForm(f"{part} is not on the list of functions that certificates carry")
    size = c0 - c1 * c1 / (4 * c2)
    if size <= 0:
        raise NoSuchForm(f"{part} is singular, or not smooth")
    slope = _root(c2 / size, part)
    return size, slope, slope * c1 / (2 * c2)


def _root(q: Fraction, part: sp.Expr) -> Fraction:
    p, d = isqrt(q.numerator), isqrt(q.denominator)
    if p * p != q.numerator or d * d != q.denominator:
        raise NoSuchForm(f"{part} needs the root of {q}, which is not rational")
    return Fraction(p, d)
