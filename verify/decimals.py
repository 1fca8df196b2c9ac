"""Enclosures by decimal numbers of a stated number of digits, rounded outward from balls and rationals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpz


@dataclass(frozen=True, slots=True)
class Interval:
    """lower <= value <= upper, both decimal numbers of `digits` significant digits (equal when the value is one)."""

    lower: Fraction
    upper: Fraction
    digits: int

    def __float__(self) -> float:
        """The nearest float to the lower end; 0.0 when it is too small for one."""
        return float(self.lower)

    def texts(self) -> tuple[str, str]:
        """(lower, upper) as decimal strings, in scientific notation when far from 1."""
        return decimal_text(self.lower), decimal_text(self.upper)

    def as_json(self) -> dict[str, str]:
        """{"lower": ..., "upper": ...} as decimal strings."""
        lower, upper = self.texts()
        return {"lower": lower, "upper": upper}

    def _repr_latex_(self) -> str:
        from verify.notebook import interval_latex

        return interval_latex(*self.texts())

    def brief(self, digits: int = 10) -> str:
        """The value for a reader, digits that are certain only, at most `digits` of them."""
        if self.lower == self.upper and len(decimal_text(self.lower)) <= digits + 6:
            return decimal_text(self.lower)
        short = Interval(rounded(self.lower, digits, -1), rounded(self.upper, digits, 1), digits).texts()
        return common_digits(*short)


def common_digits(low: str, high: str) -> str:
    """What two decimal strings agree on, as "digits..." with the exponent; the pair where they agree on nothing."""
    (head, _, exponent), (other, _, power) = low.partition("e"), high.partition("e")
    if exponent != power:
        return f"[{low}, {high}]"
    agreed = 0
    while agreed < min(len(head), len(other)) and head[agreed] == other[agreed]:
        agreed += 1
    digits = sum(ch.isdigit() for ch in head[:agreed].lstrip("-0."))
    if low == high:
        return low
    if digits < 3:
        return f"[{low}, {high}]"
    return head[:agreed] + "..." + (f"e{exponent}" if exponent else "")


def ends(value: Any) -> tuple[Fraction, Fraction]:
    """The two ends of a ball as exact rationals; a rational twice. Raises ValueError for an unbounded ball."""
    if not isinstance(value, arb):
        q = Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else Fraction(value)
        return q, q
    if not value.is_finite():
        raise ValueError("value: not a finite ball")
    # mid and rad are exact binary numbers: no rounding at the ambient precision enters.
    middle, radius = _binary(value.mid()), _binary(value.rad())
    return middle - radius, middle + radius


def _binary(x: arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def enclose(value: Any, digits: int) -> Interval:
    """The smallest Interval of `digits` significant digits around a ball or rational."""
    low, high = ends(value)
    return Interval(rounded(low, digits, -1), rounded(high, digits, 1), digits)


def magnitude(x: Fraction) -> int:
    """The integer e with 10^e <= |x| < 10^(e + 1); x is not 0."""
    bits = x.numerator.bit_length() - x.denominator.bit_length()
    e = int(bits * 0.30103) - 1
    size = abs(x)
    while Fraction(10) ** (e + 1) <= size:
        e += 1
    while Fraction(10) ** e > size:
        e -= 1
    return e


def rounded(x: Fraction, digits: int, direction: int) -> Fraction:
    """x rounded to `digits` significant decimal digits: down for direction -1, up for 1."""
    if x == 0:
        return x
    unit = Fraction(10) ** (magnitude(x) - digits + 1)
    scaled = x / unit
    whole = scaled.__floor__() if direction < 0 else scaled.__ceil__()
    return whole * unit


def decimal_text(x: Fraction) -> str:
    """A terminating decimal as text: plain between 1e-5 and 1e15, else scientific; exact.

    Raises ValueError when x has no terminating decimal expansion.
    """
    if x == 0:
        return "0"
    twos = fives = 0
    q = x.denominator
    while q % 2 == 0:
        q, twos = q // 2, twos + 1
    while q % 5 == 0:
        q, fives = q // 5, fives + 1
    if q != 1:
        raise ValueError("x: no terminating decimal expansion")
    places = max(twos, fives)
    digits = str(fmpz(abs(x.numerator) * 2 ** (places - twos) * 5 ** (places - fives)))  # fmpz has no digit limit
    sign, exponent = "-" if x < 0 else "", len(digits) - 1 - places
    digits = digits.rstrip("0") or "0"
    if -5 <= exponent < 15:
        if exponent < 0:
            return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
        whole, rest = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
        return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{exponent}"
