"""Where a formula with abs, min or max is cut into smooth pieces, and how smooth it is at each cut."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import sympy as sp

from properties.formula import z
from verify.losses.enclosure import ball
from verify.losses.jet import jets


@dataclass(frozen=True, slots=True)
class Piece:
    """The smooth formula that holds on [lower, upper]; an end is None at infinity."""

    lower: Fraction | None
    upper: Fraction | None
    phi: sp.Expr


@dataclass(frozen=True, slots=True)
class Kink:
    """At `point` the derivative of order `order` (0, 1 or 2) jumps by about `jump`, certainly not by 0."""

    point: Fraction
    order: int
    jump: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces from left to right and the kinks between them; `why` is set when they could not be found."""

    pieces: tuple[Piece, ...]
    kinks: tuple[Kink, ...] = ()
    why: str = ""

    def at(self, point: Fraction) -> int:
        """Index of the piece that holds at `point` (the right one at a cut)."""
        return sum(1 for p in self.pieces[1:] if p.lower is not None and p.lower <= point)


_HEADS = (sp.Abs, sp.Max, sp.Min, sp.sign)


def pieces(phi: sp.Expr) -> Pieces:
    """The smooth pieces of a formula in z. `why` says what is not supported: cuts must be rational numbers."""
    switches = _switches(phi)
    cuts: set[Fraction] = set()
    for g in switches:
        roots = _rational_roots(g)
        if roots is None:
            return Pieces((Piece(None, None, phi),), why=f"where {g} changes sign is not known exactly")
        cuts.update(roots)
    ordered = sorted(cuts)
    ends: list[Fraction | None] = [None, *ordered, None]
    found = []
    for low, high in pairwise(ends):
        found.append(Piece(low, high, _smooth(phi, _inside(low, high))))
    if any(p.phi.has(*_HEADS) for p in found):
        return Pieces((Piece(None, None, phi),), why="nested abs, min or max")
    kinks = []
    for left, right in pairwise(found):
        assert right.lower is not None
        kink = _kink(left.phi, right.phi, right.lower)
        if isinstance(kink, str):
            return Pieces((Piece(None, None, phi),), why=kink)
        if kink is not None:
            kinks.append(kink)
    return Pieces(tuple(found), tuple(kinks))


def _switches(phi: sp.Expr) -> set[sp.Expr]:
    """The expressions whose sign decides which piece holds."""
    found: set[sp.Expr] = set()
    for node in phi.atoms(*_HEADS):
        if isinstance(node, sp.Abs | sp.sign):
            arguments = [node.args[0]]
        else:
            arguments = [a - b for i, a in enumerate(node.args) for b in node.args[i + 1 :]]
        for g in arguments:
            inner = _unfolded(g)
            found.update(inner)
    return {g for g in found if g.has(z)}


def _unfolded(g: sp.Expr) -> list[sp.Expr]:
    """g without abs, min, max: every smooth form that it takes (a superset is harmless: extra cuts are no kinks)."""
    node = next(iter(sorted(g.atoms(sp.Abs, sp.Max, sp.Min, sp.sign), key=sp.default_sort_key)), None)
    if node is None:
        return [g]
    values = [node.args[0], -node.args[0]] if isinstance(node, sp.Abs) else list(node.args)
    if isinstance(node, sp.sign):
        values = [sp.S.One, sp.S.NegativeOne]
    return [form for v in values for form in _unfolded(g.xreplace({node: v}))]


def _rational_roots(g: sp.Expr) -> list[Fraction] | None:
    polynomial = sp.Poly(g, z) if g.is_polynomial(z) else None
    if polynomial is None or not all(c.is_Rational for c in polynomial.all_coeffs()):
        return None
    found = sp.roots(polynomial, filter="Q")
    if sp.Poly(polynomial, z).count_roots() != len(found):
        return None
    return [Fraction(int(r.p), int(r.q)) for r in found]


def _inside(low: Fraction | None, high: Fraction | None) -> Fraction:
    if low is None:
        return Fraction(0) if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _smooth(phi: sp.Expr, point: Fraction) -> sp.Expr:
    """The smooth formula that holds near `point`, innermost heads first."""
    where = {z: sp.Rational(point.numerator, point.denominator)}
    while True:
        node = next((a for a in phi.atoms(*_HEADS) if not any(b.has(*_HEADS) for b in a.args)), None)
        if node is None:
            return phi
        if isinstance(node, sp.Abs | sp.sign):
            s = sp.sign(node.args[0].subs(where))
            value = s * node.args[0] if isinstance(node, sp.Abs) else s
        else:
            best = max if isinstance(node, sp.Max) else min
            value = best(node.args, key=lambda a: a.subs(where))
        phi = phi.xreplace({node: value})


def _kink(left: sp.Expr, right: sp.Expr, point: Fraction) -> Kink | str | None:
    """The lowest derivative (up to the second) that jumps at `point`; None when none does; why when unknown."""
    before, after = jets(left, 2)(ball(point)), jets(right, 2)(ball(point))
    where = sp.Rational(point.numerator, point.denominator)
    for order in range(3):
        gap = after[order] - before[order]
        if gap > 0 or gap < 0:
            return Kink(point, order, float(gap.mid()))
        exact = gap.is_finite() and gap.is_exact()
        if not exact and sp.simplify(sp.diff(right - left, z, order).subs(z, where)) != 0:
            return f"whether the derivative of order {order} jumps at z = {point} is not decided"
    return None
