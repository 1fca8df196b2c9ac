"""Answers about a constant: an enclosure with its proof, a proof that there is none, or an honest don't-know."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import arb, fmpq


@dataclass(frozen=True, slots=True)
class Enclosure:
    """lower <= constant <= upper, both certain. An end is None when nothing is known on that side.

    reason  the proof in one line
    place   where the constant is attained or approached, "" when that is not known
    side    "both", or "upper only" / "lower only" when the other end is only what some point shows
    """

    lower: Fraction | None
    upper: Fraction | None
    reason: str
    place: str = ""
    side: str = "both"

    status = "enclosed"

    def _repr_latex_(self) -> str:
        from verify.notebook import interval_latex

        ends = (decimal(self.lower, 20, up=False), decimal(self.upper, 20, up=True))
        return interval_latex(ends[0] or r"-\infty", ends[1] or r"+\infty")

    @property
    def width(self) -> Fraction | None:
        """upper - lower, None when an end is missing."""
        return None if self.lower is None or self.upper is None else self.upper - self.lower


@dataclass(frozen=True, slots=True)
class Absent:
    """Proved: no such constant exists. `witness` says where, in exact numbers as text."""

    reason: str
    witness: dict[str, Any] = field(default_factory=dict)

    status = "absent"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Undecided: why, and the best bounds reached (an end is None when there is none)."""

    reason: str
    lower: Fraction | None = None
    upper: Fraction | None = None

    status = "undecided"


Answer = Enclosure | Absent | Unknown


@dataclass(frozen=True, slots=True)
class Smoothness:
    """Whether the loss is twice differentiable everywhere: True, False or None (undecided), and why."""

    holds: bool | None
    reason: str
    first_order: bool = True
    """Whether it is at least once differentiable everywhere."""


@dataclass(frozen=True, slots=True)
class LossConstants:
    """What is certified about a loss. `phi2_inf` and `phi2_sup` are None for losses that are not entrywise."""

    phi2_inf: Answer | None
    phi2_sup: Answer | None
    K: Answer
    mu: Answer
    smoothness: Smoothness
    pl: Answer | None = None
    """mu-PL constant of (4) where strong convexity fails but (4) still holds."""


def rational(x: Any) -> Fraction:
    """The exact rational that an exact ball (or an end of one) stores."""
    mantissa, exponent = x.man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def ball(q: Fraction | int) -> Any:
    """The ball of an exact rational."""
    q = Fraction(q)
    return arb(fmpq(q.numerator, q.denominator))


def lower_end(x: Any) -> Fraction | None:
    """The largest known rational below every point of a ball; None when it is not finite."""
    end = arb(x).lower()
    return rational(end) if end.is_finite() else None


def upper_end(x: Any) -> Fraction | None:
    """The smallest known rational above every point of a ball; None when it is not finite."""
    end = arb(x).upper()
    return rational(end) if end.is_finite() else None


def decimal(x: Fraction | None, digits: int, up: bool) -> str | None:
    """`x` as a decimal string of `digits` significant digits, rounded down or up; None stays None."""
    if x is None:
        return None
    if x == 0:
        return "0"
    size, sign = abs(x), -1 if x < 0 else 1
    exponent = len(str(size.numerator)) - len(str(size.denominator))
    if Fraction(10) ** exponent > size:
        exponent -= 1
    shift = digits - 1 - exponent
    scaled = size * Fraction(10) ** shift
    whole = scaled.numerator // scaled.denominator
    if scaled != whole and (sign > 0) == up:
        whole += 1
    if whole >= 10**digits:
        whole, shift = whole // 10, shift - 1
    return ("-" if sign < 0 else "") + _placed(str(whole), shift)


def _placed(text: str, shift: int) -> str:
    """The digits `text` with the decimal point `shift` places from the right, trailing zeros dropped."""
    point = len(text) - shift
    if -6 < point <= 40:
        if shift <= 0:
            return text + "0" * -shift
        padded = text.rjust(shift + 1, "0")
        whole, part = padded[:-shift], padded[-shift:].rstrip("0")
        return f"{whole}.{part}" if part else whole
    mantissa = text.rstrip("0") or "0"
    head, tail = mantissa[0], mantissa[1:]
    return f"{head}{'.' + tail if tail else ''}e{point - 1}"
