"""The range of phi''(., y) for every label y in the data, and how it reads as an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp

from properties.errors import InputError
from properties.formula import y, z
from verify.losses.branch_and_bound import Extremum, Place, extrema
from verify.losses.enclosure import Absent, Answer, Enclosure, Unknown, ball, lower_end, upper_end

MAX_LABELS = 200
"""Most different labels for which a formula is searched one by one."""

BITS = 192


@dataclass(frozen=True, slots=True)
class Range:
    """Infimum and supremum of phi'' in z for one value of y."""

    inf: Extremum
    sup: Extremum


@lru_cache(maxsize=256)
def _extrema(phi: sp.Expr, bits: int) -> Range:
    return Range(*extrema(phi, 2, bits))


def curvature_ranges(phi: sp.Expr, labels: set[Fraction], bits: int = BITS) -> dict[Fraction, Range]:
    """The range of phi''(., y) for every y in `labels`.

    One search serves all y when phi depends on z - y alone or on y z alone. Raises InputError beyond MAX_LABELS values
    of y in a formula of neither kind.
    """
    if y not in phi.free_symbols:
        found = _extrema(phi, bits)
        return dict.fromkeys(labels, found)
    moved = phi.xreplace({z: z + y})
    if y not in sp.diff(moved, z, 2).free_symbols and _same_curvature(moved):
        centered = _extrema(_without_y(moved), bits)
        return {v: Range(_shift(centered.inf, v), _shift(centered.sup, v)) for v in labels}
    unit = phi.xreplace({z: z / y})
    if y not in unit.free_symbols:
        scaled = _extrema(unit, bits)
        return {v: _stretch(scaled, v, phi, bits) for v in labels}
    if len(labels) > MAX_LABELS:
        raise InputError(f"Y: {len(labels)} different values; a formula of neither z - y nor y*z takes {MAX_LABELS}")
    return {v: _extrema(phi.xreplace({y: sympy_rational(v)}), bits) for v in labels}


def _same_curvature(moved: sp.Expr) -> bool:
    return all(y not in term.free_symbols or sp.diff(term, z, 2) == 0 for term in sp.Add.make_args(moved))


def _without_y(moved: sp.Expr) -> sp.Expr:
    """phi(z + y, y) less its terms that mention y, all of which are linear in z."""
    return sp.Add(*(t for t in sp.Add.make_args(moved) if y not in t.free_symbols))


def sympy_rational(q: Fraction) -> sp.Rational:
    """The rational as SymPy writes it."""
    return sp.Rational(q.numerator, q.denominator)


def _shift(e: Extremum, by: Fraction) -> Extremum:
    return e if e.place.point is None else replace(e, place=Place(e.place.point + by))


def _stretch(unit: Range, by: Fraction, phi: sp.Expr, bits: int) -> Range:
    """The range of psi(y z)'s second derivative y^2 psi''(y z), from that of psi''."""
    if by == 0:
        return _extrema(phi.xreplace({y: sp.S.Zero}), bits)
    square = ball(by * by)

    def one(e: Extremum) -> Extremum:
        point, side = e.place.point, e.place.side * (1 if by > 0 else -1)
        place = Place(side=side) if point is None else Place(point / by)
        limits = e.limits
        if limits is not None:
            low, high = (None if x is None else x * square for x in limits)
            limits = (low, high) if by > 0 else (high, low)
        return replace(e, lower=e.lower * square, upper=e.upper * square, place=place, limits=limits)

    return Range(one(unit.inf), one(unit.sup))


def answer(chosen: tuple[Fraction, Extremum], labels: int) -> Answer:
    """The answer for phi'' at the y where its extremum is the worst."""
    label, e = chosen
    of_label = f" (y = {label})" if labels > 1 else ""
    if e.unbounded:
        assert e.value is not None
        end = "lower" if e.kind == "sup" else "upper"
        value = lower_end(e.value) if e.kind == "sup" else upper_end(e.value)
        return Absent(e.reason + of_label, {"z": str(e.place.point), "y": str(label), f"phi2_{end}": short(value)})
    low, high = lower_end(e.lower), upper_end(e.upper)
    if not e.decided:
        return Unknown(e.reason + of_label, low, high)
    everywhere = e.limits is not None and None not in e.limits and e.place.point is not None
    place = "every z" if everywhere and e.cells <= 32 else str(e.place)
    return Enclosure(low, high, e.reason + of_label, f"{place}{of_label}")


def short(q: Fraction | None) -> str:
    """A rational in text, decimals where it is long."""
    return "" if q is None else f"{float(q):.6g}" if abs(q) < 10**300 else "beyond 1e300"


def is_constant(r: Range) -> bool:
    """Whether the range is a single value."""
    return bool(r.inf.decided and r.sup.decided and not r.inf.unbounded and not r.sup.unbounded) and bool(
        r.sup.upper - r.inf.lower <= ball(Fraction(1, 10**30)) * abs(r.sup.upper)
    )


def order_key(e: Extremum) -> float:
    """What extrema are compared by."""
    if e.unbounded:
        return float("inf") if e.kind == "sup" else float("-inf")
    value = e.upper if e.kind == "sup" else e.lower
    if not value.is_finite():
        return float("inf") if e.kind == "sup" else float("-inf")
    return float(value.mid())


def hull(e: Extremum) -> Any:
    """An interval that contains the extremum."""
    return e.lower.union(e.upper)


def aim(e: Extremum, far: int) -> float:
    """The point where the extremum is attained, or one `far` out on its side."""
    if e.place.point is None:
        return float(e.place.side * far)
    return float(e.place.point)
