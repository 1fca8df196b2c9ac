"""The checker of certificates: `python -I verify/check.py FILE...`, standard library only, nothing of ours imported.

A certificate says: for these exact numbers every hypothesis of this statement holds and its claim does not. The
checker believes none of it. It reads the statement's tree, derives every quantity again in exact rationals and
outward-rounded intervals, and accepts only when all hypotheses are certainly true and the violated relation is
certainly false, with tolerance zero; what it does not understand it rejects. A run of gradient descent is done
again from its exact initial weights and step sizes. Exit code 0: all hold; 1: some do not; 2: some are unreadable.

Contents: 1 numbers, 2 sqrt exp log and powers, 3 matrices and spectra, 4 the loss, 5 values of trees, 6 smallest
roots and integrals, 7 shapes, 8 relations and hypotheses, 9 reading a certificate, 10 the command.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce
from itertools import pairwise
from math import isqrt, lcm
from operator import mul
from pathlib import Path
from typing import Any

SCHEMA = "localpl/certificate/1"
DIGITS = 3000  # most digits of a numerator or denominator
FILE_BYTES = 4_000_000
STEPS = 2000  # most steps of a run
DIMENSION = 64  # most rows or columns
DEPTH = 100  # most levels of nesting
EXACT_BITS = 1024  # an exact number longer than this goes on as an interval
LADDER = (64, 128, 256, 512, 1024, 2048)  # working precisions in bits, tried in turn until all is decided


class Reject(Exception):
    """The certificate is not a witness: why."""


class Undecided(Exception):
    """Not decided at this working precision: what."""


# 1. Numbers: a Fraction, a Root (signed square root of a rational), an Interval, or Beyond (known from below) -------


class Working:
    """The working precision in bits, the one piece of state of the arithmetic."""

    bits = LADDER[0]


@dataclass(frozen=True, slots=True)
class Root:
    """sign * sqrt(square), exact: sign is 1 or -1, square a positive rational that is no rational's square."""

    square: Fraction
    sign: int


@dataclass(frozen=True, slots=True)
class Interval:
    """Every real between lo * 2^e and hi * 2^e."""

    lo: int
    hi: int
    e: int


@dataclass(frozen=True, slots=True)
class Beyond:
    """A number or +oo of which only `low` <= it is known."""

    low: Fraction


Number = Fraction | Root | Interval
Matrix = tuple[tuple[Number, ...], ...]
ZERO, ONE = Fraction(0), Fraction(1)


def rounded(lo: int, hi: int, e: int) -> Interval:
    """[lo, hi] * 2^e rounded outward to the working precision."""
    extra = max(lo.bit_length(), hi.bit_length()) - Working.bits
    return Interval(lo >> extra, -(-hi >> extra), e + extra) if extra > 0 else Interval(lo, hi, e)


def enclose(q: Fraction) -> Interval:
    """An interval around a rational."""
    shift = Working.bits - q.numerator.bit_length() + q.denominator.bit_length()
    top, bottom = (q.numerator << shift, q.denominator) if shift >= 0 else (q.numerator, q.denominator << -shift)
    return Interval(top // bottom, -(-top // bottom), -shift)


def exact(q: Fraction) -> Fraction | Interval:
    """The rational itself, or an interval when it has become too long."""
    return q if q.numerator.bit_length() + q.denominator.bit_length() <= 2 * EXACT_BITS else enclose(q)


def rational_root(q: Fraction) -> Fraction | None:
    """The exact square root of a nonnegative rational, if it is rational."""
    a, b = isqrt(q.numerator), isqrt(q.denominator)
    return Fraction(a, b) if a * a == q.numerator and b * b == q.denominator else None


def root(square: Fraction, sign: int = 1) -> Number:
    """sign * sqrt(square), exact."""
    if square < 0:
        raise Reject("a square root of a negative number")
    found = rational_root(square)
    if found is not None:
        return sign * found
    return Root(square, sign) if isinstance(exact(square), Fraction) else times(Fraction(sign), i_sqrt(enclose(square)))


def interval(x: Number) -> Interval:
    """An interval around any number."""
    if isinstance(x, Interval):
        return x
    if isinstance(x, Fraction):
        return enclose(x)
    if isinstance(x, Root):
        found = i_sqrt(enclose(x.square))
        return found if x.sign > 0 else Interval(-found.hi, -found.lo, found.e)
    raise Undecided("a quantity known only from below enters arithmetic")


def signed_square(x: Number | Beyond) -> Fraction:
    """x |x|, with which roots are compared without taking them."""
    if isinstance(x, Beyond):
        raise Undecided("a quantity known only from below enters arithmetic")
    return x * abs(x) if isinstance(x, Fraction) else x.sign * x.square  # type: ignore[union-attr]


def align(value: int, e: int, to: int, up: bool) -> int:
    """value * 2^e in units of 2^to, rounded down or up."""
    if e >= to:
        return value << (e - to)
    return -(-value >> (to - e)) if up else value >> (to - e)


def span(lo: int, lo_e: int, hi: int, hi_e: int) -> Interval:
    """The interval from lo * 2^lo_e to hi * 2^hi_e."""
    lo_e, hi_e = (hi_e if lo == 0 else lo_e), (lo_e if hi == 0 else hi_e)
    e = max(min(lo_e, hi_e), max(lo_e, hi_e) - 4 * Working.bits)
    return rounded(align(lo, lo_e, e, False), align(hi, hi_e, e, True), e)


def plus(x: Number, y: Number) -> Number:
    """x + y."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return exact(x + y)
    if x == 0 or y == 0:
        return y if x == 0 else x
    if not isinstance(x, Interval) and not isinstance(y, Interval):
        a, b = signed_square(x), signed_square(y)
        cross = rational_root(abs(a * b))
        if cross is not None:  # the two are rational multiples of one root
            square = abs(a) + abs(b) + (2 * cross if a * b > 0 else -2 * cross)
            return root(square, 1 if a + b > 0 else -1)
    p, q = interval(x), interval(y)
    e = max(min(p.e, q.e), max(p.e, q.e) - 4 * Working.bits)
    lo = align(p.lo, p.e, e, False) + align(q.lo, q.e, e, False)
    return rounded(lo, align(p.hi, p.e, e, True) + align(q.hi, q.e, e, True), e)


def times(x: Number, y: Number) -> Number:
    """x * y."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return exact(x * y)
    if x == 0 or y == 0:
        return ZERO
    if not isinstance(x, Interval) and not isinstance(y, Interval):
        product = signed_square(x) * signed_square(y)
        return root(abs(product), 1 if product > 0 else -1)
    p, q = interval(x), interval(y)
    corners = (p.lo * q.lo, p.lo * q.hi, p.hi * q.lo, p.hi * q.hi)
    return rounded(min(corners), max(corners), p.e + q.e)


def minus(x: Number, y: Number) -> Number:
    """x - y."""
    return plus(x, times(Fraction(-1), y))


def inverse(x: Number) -> Number:
    """1 / x."""
    if x == 0:
        raise Reject("a division by zero")
    if isinstance(x, Fraction):
        return 1 / x
    if isinstance(x, Root):
        return Root(1 / x.square, x.sign)
    x = interval(x)
    if x.lo <= 0 <= x.hi:
        raise Undecided("a divisor that may be zero")
    one = 1 << (Working.bits + max(x.lo.bit_length(), x.hi.bit_length()))
    return rounded(one // x.hi, -(-one // x.lo), -x.e - one.bit_length() + 1)


def sign_of_difference(a: int, a_e: int, b: int, b_e: int) -> int:
    """Sign of a * 2^a_e - b * 2^b_e."""
    if (a > 0) - (a < 0) != (b > 0) - (b < 0) or a == 0:
        return (a > b) - (a < b)
    size = a.bit_length() + a_e - b.bit_length() - b_e
    if size:
        return (1 if size > 0 else -1) * (1 if a > 0 else -1)
    e = min(a_e, b_e)
    return ((a << (a_e - e)) > (b << (b_e - e))) - ((a << (a_e - e)) < (b << (b_e - e)))


def compare(x: Number | Beyond, y: Number | Beyond) -> tuple[int, int]:
    """The least and the greatest sign that x - y may have."""
    if isinstance(x, Beyond):
        low, high = compare(y, x)
        return -high, -low
    if isinstance(y, Beyond):
        high = compare(x, y.low)[1]
        return (-1, high) if high <= 0 else (-1, 1)
    if not isinstance(x, Interval) and not isinstance(y, Interval):
        a, b = signed_square(x), signed_square(y)
        return ((a > b) - (a < b),) * 2
    p, q = interval(x), interval(y)
    return sign_of_difference(p.lo, p.e, q.hi, q.e), sign_of_difference(p.hi, p.e, q.lo, q.e)


def sign(x: Number) -> int | None:
    """1, 0 or -1 when that is certainly the sign of x, else None."""
    low, high = compare(x, ZERO)
    return low if low == high else None


def least(x: Any, y: Any) -> Any:
    """min(x, y) of numbers, one of which may be known from below only."""
    low, high = compare(x, y)
    if high <= 0 or low >= 0:
        return x if high <= 0 else y
    if isinstance(x, Beyond) and isinstance(y, Beyond):
        return x if x.low <= y.low else y
    if isinstance(x, Beyond) or isinstance(y, Beyond):
        bound, other = (x, y) if isinstance(x, Beyond) else (y, x)
        p, q = interval(other), enclose(bound.low)
        return span(q.lo, q.e, p.hi, p.e)
    p, q = interval(x), interval(y)
    lo = p if sign_of_difference(p.lo, p.e, q.lo, q.e) < 0 else q
    hi = p if sign_of_difference(p.hi, p.e, q.hi, q.e) < 0 else q
    return span(lo.lo, lo.e, hi.hi, hi.e)


def greatest(x: Any, y: Any) -> Any:
    """max(x, y)."""
    low, high = compare(x, y)
    if low >= 0 or high <= 0:
        return x if low >= 0 else y
    return times(Fraction(-1), least(times(Fraction(-1), x), times(Fraction(-1), y)))


def total(terms: Iterator[Number] | list[Number]) -> Number:
    """The sum of numbers, exact ones first."""
    result: Number = ZERO
    for term in sorted(terms, key=lambda x: isinstance(x, Interval)):
        result = plus(result, term)
    return result


# 2. Square roots, exponentials, logarithms, powers ------------------------------------------------------------------


def i_sqrt(x: Interval) -> Interval:
    """sqrt over an interval, by integer square roots."""
    if x.lo < 0:
        raise Reject("a square root of a negative number") if x.hi < 0 else Undecided("the sign of a radicand")
    shift = max(0, 2 * Working.bits - x.hi.bit_length())
    shift += (x.e - shift) % 2
    lo, hi = isqrt(x.lo << shift), (isqrt((x.hi << shift) - 1) + 1 if x.hi else 0)
    return rounded(lo, hi, (x.e - shift) // 2)


class guarded:
    """Within this context the working precision is higher by `extra` bits."""

    def __init__(self, extra: int) -> None:
        self.extra = extra

    def __enter__(self) -> None:
        Working.bits += self.extra

    def __exit__(self, *_: object) -> None:
        Working.bits -= self.extra


def atanh(z: Number) -> Number:
    """atanh over z^2 <= 1/8: z sum q^j / (2j + 1) with q = z^2, whose tail from any j on lies in q^j [0, 2]."""
    w = Working.bits + 16
    q = interval(whole_power(z, 2))
    q_lo, q_hi = align(q.lo, q.e, -w, False), align(q.hi, q.e, -w, True)
    if q_hi > 1 << (w - 3):
        raise Undecided("the reduction of a logarithm")
    one = 1 << w
    lo, hi = 0, 2 * one
    for j in range(w // 3, -1, -1):
        lo = one // (2 * j + 1) + (q_lo * lo >> w)
        hi = -(-one // (2 * j + 1)) - (-q_hi * hi >> w)
    return times(z, rounded(lo, hi, -w))


LOG_2: dict[int, Number] = {}


def log_2() -> Number:
    """log 2 = 2 atanh(1/3) at the working precision."""
    if Working.bits not in LOG_2:
        LOG_2[Working.bits] = times(Fraction(2), atanh(enclose(Fraction(1, 3))))
    return LOG_2[Working.bits]


def exp_point(a: int, e: int) -> Interval:
    """exp(a 2^e): a Taylor polynomial with Lagrange's remainder at r = (a 2^e - k log 2) / 256, then squarings."""
    if a.bit_length() + e > 40:
        if a < 0:
            return Interval(0, 1, -(1 << 30))
        raise Undecided("an exponential beyond all bounds")
    with guarded(32 + max(0, a.bit_length() + e)):
        k = align(a * 6196328019, e - 32, 0, False)  # about a 2^e / log 2; nothing below relies on it
        r = interval(minus(Interval(a, a, e), times(Fraction(k), log_2())))
        if max(abs(r.lo), abs(r.hi)).bit_length() + r.e > 0:
            raise Undecided("the reduction of an exponential")
        w = Working.bits
        r_lo, r_hi = align(r.lo, r.e - 8, -w, False), align(r.hi, r.e - 8, -w, True)
    one = 1 << w
    lo, hi = one // 2, 2 * one  # e^xi for every |xi| <= 1/256
    for j in range(w // 8 + 2, 0, -1):
        lo, hi = one + min(r_lo * lo, r_lo * hi) // (j << w), one - (-max(r_hi * lo, r_hi * hi) // (j << w))
    for _ in range(8):
        lo, hi = lo * lo >> w, -(-hi * hi >> w)
    return rounded(lo, hi, k - w)


def log_point(a: int, e: int) -> Interval:
    """log(a 2^e), a > 0: k log 2 + 2 atanh((m - 1) / (m + 1)) with m in [2/3, 4/3)."""
    k = a.bit_length() + e
    if 3 * a < 2 << a.bit_length():
        k -= 1
    with guarded(32 + abs(k).bit_length()):
        m = Interval(a, a, e - k)
        z = times(minus(m, ONE), inverse(plus(m, ONE)))
        found = interval(plus(times(Fraction(k), log_2()), times(Fraction(2), atanh(z))))
    return rounded(found.lo, found.hi, found.e)


def rising(f: Callable[[int, int], Interval], x: Number) -> Interval:
    """An increasing function of points, over an interval."""
    x = interval(x)
    low, high = f(x.lo, x.e), (f(x.hi, x.e))
    return span(low.lo, low.e, high.hi, high.e)


def exponential(x: Number) -> Number:
    """exp(x)."""
    return ONE if x == 0 else rising(exp_point, x)


def logarithm(x: Number) -> Number:
    """log(x), x > 0."""
    if x == 1:
        return ZERO
    if isinstance(x, Root):
        return times(Fraction(1, 2), logarithm(x.square))
    low, high = compare(x, ZERO)
    if low <= 0:
        raise Reject("a logarithm of a number that is not positive") if high <= 0 else Undecided("sign in a logarithm")
    return rising(log_point, x)


def whole_power(x: Number, n: int) -> Number:
    """x^n for an integer n."""
    if n < 0:
        return inverse(whole_power(x, -n))
    if n > 10_000:
        raise Reject("an exponent above 10000")
    if isinstance(x, Root):
        even = whole_power(x.square, n // 2)
        return times(even, x) if n % 2 else even
    if isinstance(x, Interval) and n % 2 == 0 and x.lo < 0:
        x = Interval(0 if x.hi > 0 else -x.hi, max(-x.lo, x.hi), x.e)
    result: Number = ONE
    for bit in bin(n)[2:]:
        result = times(result, result)
        if bit == "1":
            result = times(result, x)
    if isinstance(result, Interval) and n % 2 == 0 and result.lo < 0:
        result = Interval(0, result.hi, result.e)
    return result


def power(x: Number, y: Number) -> Number:
    """x^y: integer y for every x, other y for x >= 0 (x > 0 when y is not certainly positive)."""
    if isinstance(y, Fraction) and y.denominator == 1:
        return whole_power(x, int(y))
    low, high = compare(x, ZERO)
    if high < 0:
        raise Reject("a fractional power of a negative number")
    if isinstance(y, Fraction) and y.denominator in (2, 4, 8) and abs(y) <= 1000:
        half = root(x) if isinstance(x, Fraction) else i_sqrt(interval(x))
        return power(half, 2 * y)
    if high == 0 or low < 0 or (low == 0 and sign(y) != 1):
        if x == 0 and sign(y) == 1:
            return ZERO
        raise Reject("a power of zero") if high == 0 else Undecided("the sign of a base")
    if low == 0:
        top = interval(x)
        result = exponential(times(y, logarithm(Interval(top.hi, top.hi, top.e))))
        return span(0, 0, interval(result).hi, interval(result).e)
    return exponential(times(y, logarithm(x)))


# 3. Matrices and their spectra: Sylvester's law of inertia, and Weyl's bound for intervals -------------------------


def transpose(a: Matrix) -> Matrix:
    """Transpose of a."""
    return tuple(zip(*a, strict=True))


def matmul(a: Matrix, b: Matrix) -> Matrix:
    """a b."""
    if len(a[0]) != len(b):
        raise Reject(f"a product of {len(a)} x {len(a[0])} and {len(b)} x {len(b[0])} matrices")
    columns = transpose(b)
    return tuple(tuple(total([times(x, y) for x, y in zip(row, col, strict=True)]) for col in columns) for row in a)


def entrywise(f: Callable[..., Number], *matrices: Matrix) -> Matrix:
    """The matrix of f over entries in the same place."""
    if len({(len(a), len(a[0])) for a in matrices}) > 1:
        raise Reject("matrices of different shapes, entry by entry")
    return tuple(tuple(f(*xs) for xs in zip(*rows, strict=True)) for rows in zip(*matrices, strict=True))


def added(a: Matrix, b: Matrix) -> Matrix:
    """a + b."""
    return entrywise(plus, a, b)


def scaled(c: Number, a: Matrix) -> Matrix:
    """c a."""
    return entrywise(lambda x: times(c, x), a)


def identity(size: int) -> Matrix:
    """The identity matrix."""
    return tuple(tuple(ONE if i == j else ZERO for j in range(size)) for i in range(size))


def square_sum(a: Matrix) -> Number:
    """||a||_F^2."""
    return total([whole_power(x, 2) for row in a for x in row])


def rational(a: Matrix) -> bool:
    """Whether every entry is an exact rational."""
    return all(isinstance(x, Fraction) for row in a for x in row)


def inertia(a: list[list[int]]) -> tuple[int, int, int]:
    """How many eigenvalues of a symmetric integer matrix are positive, zero, negative: fraction-free LDL^T."""
    a, previous, count = [row[:] for row in a], 1, [0, 0, 0]
    while a:
        n = len(a)
        p = next((i for i in range(n) if a[i][i]), None)
        if p is None:  # zero diagonal: a congruence that adds row and column j to i makes one entry 2 a_ij
            pair = next(((i, j) for i in range(n) for j in range(i) if a[i][j]), None)
            if pair is None:
                break
            p, j = pair
            a[p] = [x + y for x, y in zip(a[p], a[j], strict=True)]
            for row in a:
                row[p] += row[j]
        pivot = a[p][p]
        count[0 if (pivot > 0) == (previous > 0) else 2] += 1
        rest = [i for i in range(n) if i != p]
        a = [[(pivot * a[i][j] - a[i][p] * a[p][j]) // previous for j in rest] for i in rest]
        previous = pivot
    count[1] = len(a)
    return count[0], count[1], count[2]


def shifted(a: list[list[int]], u: int, s: int) -> list[list[int]]:
    """a positive multiple of a - u 2^s I."""
    scale, shift = (1, u << s) if s >= 0 else (1 << -s, u)
    return [[scale * x - (shift if i == j else 0) for j, x in enumerate(row)] for i, row in enumerate(a)]


def integers(a: Matrix) -> tuple[list[list[int]], int]:
    """A rational matrix times the least common denominator, and that denominator."""
    scale = lcm(*(x.denominator for row in a for x in row))  # type: ignore[union-attr]
    return [[int(x * scale) for x in row] for row in a], scale  # type: ignore[operator]


def eigenvalue(matrix: Matrix, k: int) -> Fraction | Interval:
    """The k-th largest eigenvalue of a symmetric rational matrix: exact when it is found to be rational."""
    a, scale = integers(matrix)
    positive, zero, negative = inertia(a)
    if positive < k <= positive + zero:
        return ZERO
    if k > positive:
        found = eigenvalue(tuple(tuple(-x for x in row) for row in matrix), len(a) + 1 - k)  # type: ignore[operator]
        return -found if isinstance(found, Fraction) else Interval(-found.hi, -found.lo, found.e)
    if positive + negative == 1:
        return Fraction(sum(a[i][i] for i in range(len(a))), scale)

    def above(u: int, s: int) -> int:  # 1, 0, -1: the eigenvalue is above, at, below u 2^s
        more, equal, _ = inertia(shifted(a, u, s))
        return 1 if more >= k else 0 if more + equal >= k else -1

    high = max(sum(map(abs, row)) for row in a).bit_length()
    low = -high * len(a) - 1
    while high - low > 1:  # 2^low < eigenvalue < 2^high
        middle = (low + high) // 2
        side = above(1, middle)
        if side == 0:
            return exact(Fraction(2) ** middle / scale)
        low, high = (middle, high) if side > 0 else (low, middle)
    u, s = 1, low
    while u.bit_length() <= Working.bits or 0 < s <= 64:  # a rational eigenvalue of an integer matrix is an integer
        u, s = 2 * u, s - 1
        side = above(u + 1, s)
        if side == 0:
            return exact((u + 1) * Fraction(2) ** s / scale)
        u += side > 0
    return interval(times(Interval(u, u + 1, s), Fraction(1, scale)))


def middle(x: Number) -> Fraction:
    """Midpoint of an enclosure, exact."""
    x = interval(x)
    return Fraction(x.lo + x.hi) * Fraction(2) ** (x.e - 1)


def weyl(a: Matrix, of_middle: Callable[[Matrix], Number]) -> Number:
    """A singular value or eigenvalue of every matrix in `a`: that of the middle, give or take ||radii||_F."""
    radii = [interval(x) for row in a for x in row]
    gaps: list[Number] = [times(Fraction(x.hi - x.lo), Interval(1, 1, x.e - 1)) for x in radii]
    r = interval(power(total([whole_power(g, 2) for g in gaps]), Fraction(1, 2)))
    return plus(of_middle(entrywise(middle, a)), Interval(-r.hi, r.hi, r.e))


def gram(a: Matrix) -> Matrix:
    """a a^T without intervals where a is rational."""
    if not rational(a):
        return matmul(a, transpose(a))
    return tuple(tuple(sum((x * y for x, y in zip(r, c, strict=True)), ZERO) for c in a) for r in a)  # type: ignore[operator]


def symmetric(a: Matrix) -> bool:
    """Whether a matrix is square and not certainly different from its transpose."""
    pairs = [(a[i][j], a[j][i]) for i in range(len(a)) for j in range(i)] if len(a) == len(a[0]) else [(ZERO, ONE)]
    return all(low <= 0 <= high for low, high in (compare(x, y) for x, y in pairs))


def lambda_k(a: Matrix, k: int) -> Number:
    """The k-th largest eigenvalue of a symmetric matrix; zero beyond its size."""
    if not symmetric(a):
        raise Reject("eigenvalues of a matrix that is not symmetric")
    if k > len(a):
        return ZERO
    if len(a) == 1:
        return a[0][0]
    if rational(a):
        return eigenvalue(a, k)
    # a symmetric matrix within `a` lies within the same radii of the symmetric part of the middle
    half = Fraction(1, 2)
    return weyl(a, lambda m: eigenvalue(entrywise(lambda x, y: half * (x + y), m, transpose(m)), k))


def sigma_k(a: Matrix, k: int) -> Number:
    """The k-th largest singular value; zero beyond min(p, q)."""
    a = a if len(a) <= len(a[0]) else transpose(a)
    if k > len(a):
        return ZERO
    if len(a) == 1:
        return power(square_sum(a), Fraction(1, 2))
    if not any(isinstance(x, Interval) for row in a for x in row):
        squares = gram(a)
        if rational(squares):
            return power(eigenvalue(squares, k), Fraction(1, 2))
    return greatest(ZERO, weyl(a, lambda m: sigma_k(m, k)))


def rank(a: Matrix) -> Number:
    """Rank, when exact numbers or singular values certainly above zero show it."""
    a = a if len(a) <= len(a[0]) else transpose(a)
    squares = gram(a)
    if rational(squares):
        return Fraction(inertia(integers(squares)[0])[0])
    if sign(sigma_k(a, len(a))) != 1:
        raise Undecided("a rank")
    return Fraction(len(a))


def kronecker_sum(a: Matrix, b: Matrix) -> Matrix:
    """I (x) a + b^T (x) I on stacked columns."""
    n, size = len(a), len(a) * len(b)
    if size > DIMENSION:
        raise Reject(f"a Kronecker sum of more than {DIMENSION} rows")

    def entry(i: int, j: int) -> Number:
        first = a[i % n][j % n] if i // n == j // n else ZERO
        return plus(first, b[j // n][i // n] if i % n == j % n else ZERO)

    return tuple(tuple(entry(i, j) for j in range(size)) for i in range(size))


# 4. The loss l(W) = sum_ij sum_terms weight phi(slope (X W)_ij + shift) + ridge/2 ||W - center||^2 - l* --------------


def logistic(z: Number) -> Number:
    """1 / (1 + e^-z)."""
    return inverse(plus(ONE, exponential(minus(ZERO, z))))


def softplus(z: Number) -> Number:
    """log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)."""
    return plus(greatest(z, ZERO), logarithm(plus(ONE, exponential(minus(ZERO, absolute(z))))))


def twice(z: Number) -> Number:
    """2 z."""
    return times(Fraction(2), z)


def log_cosh(z: Number) -> Number:
    """log(cosh z) = softplus(-2 |z|) + |z| - log 2."""
    z = absolute(z)
    return ZERO if z == 0 else plus(softplus(times(Fraction(-2), z)), minus(z, log_2()))


def tanh(z: Number) -> Number:
    """tanh z = 2 / (1 + e^-2z) - 1."""
    return ZERO if z == 0 else minus(twice(logistic(twice(z))), ONE)


def hypotenuse(z: Number) -> Number:
    """sqrt(1 + z^2)."""
    return power(plus(ONE, whole_power(z, 2)), Fraction(1, 2))


def bell(z: Number) -> Number:
    """1 / (1 + z^2)."""
    return inverse(plus(ONE, whole_power(z, 2)))


# name: phi, phi', phi'', and what phi'' lies between on the whole line
PENALTIES: dict[str, tuple[Any, ...]] = {
    # phi'' = 1
    "square": (lambda z: times(Fraction(1, 2), whole_power(z, 2)), lambda z: z, lambda z: ONE, ONE, ONE),
    # phi'' = 0
    "linear": (lambda z: z, lambda z: ONE, lambda z: ZERO, ZERO, ZERO),
    # phi'' = 1 - tanh^2, in (0, 1]
    "log-cosh": (log_cosh, tanh, lambda z: minus(ONE, whole_power(tanh(z), 2)), ZERO, ONE),
    # phi'' = (1 + z^2)^(-3/2), in (0, 1]
    "pseudo-huber": (
        lambda z: minus(hypotenuse(z), ONE),
        lambda z: times(z, inverse(hypotenuse(z))),
        lambda z: whole_power(hypotenuse(z), -3),
        ZERO,
        ONE,
    ),
    # phi'' = s (1 - s) with the logistic s in (0, 1), so in (0, 1/4]
    "softplus": (
        softplus,
        logistic,
        lambda z: times(logistic(z), logistic(minus(ZERO, z))),
        ZERO,
        Fraction(1, 4),
    ),
    # phi'' = 2 u (2 u - 1) with u = 1 / (1 + z^2) in (0, 1], so from -1/4 (at u = 1/4) to 2 (at u = 1)
    "log1p-square": (
        lambda z: logarithm(plus(ONE, whole_power(z, 2))),
        lambda z: times(twice(z), bell(z)),
        lambda z: times(twice(bell(z)), minus(twice(bell(z)), ONE)),
        Fraction(-1, 4),
        Fraction(2),
    ),
}
INF, SUP = 3, 4  # places of the two bounds


@dataclass(frozen=True)
class Term:
    """weight phi(slope u + at) for each entry u of X (W - near); factors[k] = weight slope^k."""

    phi: str
    slope: Matrix
    at: Matrix
    factors: tuple[Matrix, ...]


@dataclass(frozen=True)
class Loss:
    """A loss with its data, all exact: X is N x n; `near`, close to the minimizer, and `center` are n x m."""

    x: Matrix
    near: Matrix
    terms: list[Term]
    ridge: Fraction
    center: Matrix

    def derivative(self, k: int, w: Matrix) -> Matrix:
        """The k-th derivative of the terms by each entry of X W."""
        u = matmul(self.x, entrywise(minus, w, self.near))
        parts = []
        for t in self.terms:
            z = entrywise(plus, entrywise(times, t.slope, u), t.at)
            parts.append(entrywise(times, t.factors[k], entrywise(PENALTIES[t.phi][k], z)))
        return reduce(added, parts)

    def raw(self, w: Matrix) -> Number:
        """The loss before l* is subtracted."""
        penalty = times(self.ridge / 2, square_sum(entrywise(minus, w, self.center)))
        return total([*(x for row in self.derivative(0, w) for x in row), penalty])

    def value(self, w: Matrix) -> Number:
        return greatest(ZERO, minus(self.raw(w), self.minimum[0]))

    def gradient(self, w: Matrix) -> Matrix:
        back = scaled(self.ridge, entrywise(minus, w, self.center))
        return added(matmul(transpose(self.x), self.derivative(1, w)), back)

    def hessian(self, w: Matrix, u: Matrix) -> Matrix:
        product = entrywise(times, self.derivative(2, w), matmul(self.x, u))
        return added(matmul(transpose(self.x), product), scaled(self.ridge, u))

    @cached_property
    def curvature(self) -> tuple[set[Matrix], set[Matrix]]:
        """Matrices between which the Hessian on each column of W lies everywhere, exact: the lower, the upper ones."""
        return self.bounded(INF), self.bounded(SUP)

    def bounded(self, bound: int) -> set[Matrix]:
        """X^T diag(d) X + ridge I for each column of W, where d_i sums weight slope^2 times the bound on phi''."""
        rows, found = transpose(self.x), set()
        for j in range(len(self.near[0])):
            d = [sum(PENALTIES[t.phi][bound] * t.factors[2][i][j] for t in self.terms) for i in range(len(self.x))]
            weighted = [[x * c for x, c in zip(row, d, strict=True)] for row in rows]
            product = tuple(tuple(sum(map(mul, a, b), ZERO) for b in rows) for a in weighted)
            found.add(plus_identity(product, self.ridge))
        return found

    @cached_property
    def minimum(self) -> tuple[Number, Matrix]:
        """l* and the minimizer, from the gradient g at `near`: exact where g = 0 and the loss is convex.

        Else the loss is mu-strongly convex: l* >= l(near) - ||g||^2 / (2 mu) and ||W* - near|| <= ||g|| / mu.
        """
        level, square, lower = self.raw(self.near), square_sum(self.gradient(self.near)), self.curvature[0]
        if square == 0 and all(map(definite, lower)):
            return level, self.near
        mu = min(at_most(eigenvalue(a, len(a))) for a in lower)
        if mu <= 0:
            raise Reject("loss: no mu > 0 is shown with which it is strongly convex, and so no minimum")
        below = times(Interval(0, 1, 0), times(square, 1 / (2 * mu)))
        radius = times(Interval(-1, 1, 0), times(power(square, Fraction(1, 2)), 1 / mu))
        return minus(level, below), entrywise(lambda x: plus(x, radius), self.near)

    @property
    def quadratic(self) -> bool:
        return all(t.phi in ("square", "linear") for t in self.terms)

    def satisfies(self, name: str, constant: Number | None) -> bool:
        """Whether an assumption on the loss is shown to hold, definiteness by LDL^T."""
        if name == "twice-differentiable":
            return True  # each phi is C^2
        if name == "quadratic":
            return self.quadratic
        if name in ("zero-minimum", "pl"):
            _ = self.minimum  # attained, or rejected; the loss is shifted by it
        if name == "zero-minimum":
            return True
        if not isinstance(constant, Fraction):
            raise Reject(f"assumption {name}: its constant is not an exact rational")
        lower, upper = self.curvature
        if name == "smooth":  # -K I <= Hessian <= K I
            bounds = [plus_identity(a, constant) for a in lower] + [plus_identity(negative(a), constant) for a in upper]
            return all(map(definite, bounds))
        if name == "pl" and self.quadratic:  # ||A v||^2 >= mu <v, A v> for the Hessian A
            return all(definite(entrywise(lambda x, y: x - constant * y, gram(a), a)) for a in lower)
        if name in ("strongly-convex", "pl"):
            return all(definite(plus_identity(a, -constant)) for a in lower)
        raise Reject(f"assumption {name}: not one the checker knows")


def negative(a: Matrix) -> Matrix:
    """-a, exact."""
    return tuple(tuple(-x for x in row) for row in a)  # type: ignore[operator]


def plus_identity(a: Matrix, c: Fraction) -> Matrix:
    """a + c I, exact."""
    return tuple(tuple(x + c * (i == j) for j, x in enumerate(row)) for i, row in enumerate(a))  # type: ignore[operator]


def at_most(x: Number) -> Fraction:
    """A rational that is not above x."""
    return x if isinstance(x, Fraction) else interval(x).lo * Fraction(2) ** interval(x).e


def definite(a: Matrix) -> bool:
    """Whether a symmetric rational matrix is positive semidefinite."""
    return inertia(integers(a)[0])[2] == 0


# 5. Values of trees ------------------------------------------------------------------------------------------------

Node = list[Any]


@dataclass
class Scene:
    """What a statement is evaluated in, at one working precision; `frames` are the steps of a run."""

    where: dict[str, Node]
    loss: Loss | None
    frames: list[Frame] = field(default_factory=list)
    met: dict[tuple[int, bool], frozenset[str]] = field(default_factory=dict)

    def names(self, node: Node, through: bool = True) -> frozenset[str]:
        """Every symbol that a node mentions, `through` definitions too."""
        found = self.met.get((id(node), through))
        if found is None:
            parts = [self.names(a, through) for a in node[1:] if isinstance(a, list)]
            if node[0] in ("Symbol", "MatrixSymbol"):
                parts.append(frozenset([node[1]]))
                if through and node[1] in self.where:
                    parts.append(self.names(self.where[node[1]]))
            if node[0].startswith("History"):
                parts.append(frozenset(["(run)"]))
            found = self.met[id(node), through] = frozenset().union(*parts)
        return found


class Frame:
    """Values of nodes where some names are bound; what depends on none of these is asked of the parent."""

    def __init__(
        self,
        scene: Scene,
        values: dict[str, Any],
        parent: Frame | None = None,
        step: int | None = None,
        frozen: bool = False,
    ) -> None:
        self.scene, self.values, self.parent, self.step, self.frozen = scene, values, parent, step, frozen
        self.known: dict[int, Any] = {}

    def names(self, node: Node) -> frozenset[str]:
        """The symbols on which a node depends here: in a frozen frame, defined ones keep their value."""
        return self.scene.names(node, not self.frozen)

    def value(self, node: Node) -> Any:
        """The Number, or Matrix of numbers, of a node."""
        if id(node) not in self.known:
            if self.parent is not None and self.names(node).isdisjoint(self.values):
                self.known[id(node)] = self.parent.value(node)
            else:
                self.known[id(node)] = HEADS[node[0]][2](self, *node[1:])
        return self.known[id(node)]

    def values_of(self, *nodes: Node) -> list[Any]:
        return [self.value(a) for a in nodes]

    def index(self, node: Node) -> int:
        """The value of a dimension, index or count."""
        value = self.value(node)
        if not isinstance(value, Fraction) or value.denominator != 1 or not 0 <= value <= 10_000:
            raise Reject(f"{text(node)}: not a whole number that can count or index")
        return int(value)

    def size(self, node: Node) -> int:
        found = self.index(node)
        if not 1 <= found <= DIMENSION:
            raise Reject(f"{text(node)} = {found}: not a size from 1 to {DIMENSION}")
        return found

    def local(self, variable: Node, value: Number, frozen: bool = False) -> Frame:
        """A frame in which the variable of a function has a value, in place of its definition if it has one.

        frozen: only where the variable is written, while defined symbols keep their value.
        """
        return Frame(self.scene, {variable[1]: value}, self, frozen=frozen)


def symbol(frame: Frame, name: str, *flags: str) -> Number:
    """Value of a symbol, its declared domain checked."""
    if name in frame.values:
        value: Number = frame.values[name]
    elif name in frame.scene.where:
        value = frame.value(frame.scene.where[name])
    else:
        raise Reject(f"symbol {name}: it has no value in the certificate")
    low, high = compare(value, ZERO)
    fails = {"positive": high <= 0, "nonnegative": high < 0, "negative": low >= 0, "nonpositive": low > 0}
    fails["nonzero"] = low == high == 0
    fails["integer"] = isinstance(value, Root) or (isinstance(value, Fraction) and value.denominator != 1)
    for flag in flags:
        if fails[flag]:
            raise Reject(f"symbol {name}: its value is not {flag}, outside its domain")
    return value


def matrix_symbol(frame: Frame, name: str, rows: Node, columns: Node) -> Matrix:
    """Value of a matrix symbol, its declared shape checked."""
    if name in frame.values:
        value: Matrix = frame.values[name]
    elif name in frame.scene.where:
        value = frame.value(frame.scene.where[name])
    else:
        raise Reject(f"matrix {name}: it has no value in the certificate")
    if (len(value), len(value[0])) != (frame.size(rows), frame.size(columns)):
        raise Reject(f"matrix {name}: {len(value)} x {len(value[0])}, not {text(rows)} x {text(columns)}")
    return value


def matrix_product(frame: Frame, *nodes: Node) -> Matrix:
    """Product of scalars and matrices."""
    values = frame.values_of(*nodes)
    if sort(nodes[0]) == "s":
        return scaled(values[0], reduce(matmul, values[1:]))
    return reduce(matmul, values)


def matrix_power(frame: Frame, base: Node, exponent: Node) -> Matrix:
    """A square matrix to a natural power."""
    a: Matrix = frame.value(base)
    if len(a) != len(a[0]):
        raise Reject("a power of a matrix that is not square")
    return reduce(matmul, [a] * frame.index(exponent), identity(len(a)))


def stack(frame: Frame, above: Node, below: Node) -> Matrix:
    """[above; below]."""
    a, b = frame.values_of(above, below)
    if len(a[0]) != len(b[0]):
        raise Reject("stacked matrices with different numbers of columns")
    return (*a, *b)


def square_matrix(frame: Frame, node: Node) -> Matrix:
    """Value of a node that must be a square matrix."""
    a: Matrix = frame.value(node)
    if len(a) != len(a[0]):
        raise Reject(f"{text(node)}: {len(a)} x {len(a[0])}, where a square matrix is meant")
    return a


def positive_index(frame: Frame, node: Node) -> int:
    """Value of a node that must be an index 1, 2, ..."""
    k = frame.index(node)
    if k < 1:
        raise Reject(f"{text(node)} = {k}: singular values and eigenvalues are counted from 1")
    return k


def with_loss(frame: Frame) -> Loss:
    """The frame's loss; rejects a claim that has none."""
    if frame.scene.loss is None:
        raise Reject("the statement speaks of a loss and the certificate has none")
    return frame.scene.loss


def at_point(frame: Frame, method: str, *nodes: Node) -> Any:
    """A method of the loss at the values of the nodes."""
    loss, points = with_loss(frame), frame.values_of(*nodes)
    if any((len(p), len(p[0])) != (len(loss.near), len(loss.near[0])) for p in points):
        raise Reject("a point or direction that has not the shape of the loss's domain")
    return getattr(loss, method)(*points)


def history(frame: Frame, term: Node, first: int) -> list[Number]:
    """Values of a term at the steps first .. t of the run."""
    if frame.step is None:
        raise Reject("a sum or product over the run inside a root or an integral")
    return [f.value(term) for f in frame.scene.frames[first : frame.step + 1]]


def absolute(x: Number) -> Number:
    """|x|."""
    return greatest(x, times(Fraction(-1), x))


def smallest_sigma(a: Matrix) -> Number:
    """Square of the smallest of the min(p, q) singular values."""
    return sigma_k(a, min(len(a), len(a[0])))


# head: sort of its value and of its arguments (s scalar, m matrix, v variable, * repeats, ? optional), its value
HEADS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "Rational": ("s", "", lambda f, q: fraction(q)),
    "Symbol": ("s", "", symbol),
    "MatrixSymbol": ("m", "", matrix_symbol),
    "Add": ("s", "s*", lambda f, *a: total(f.values_of(*a))),
    "Mul": ("s", "s*", lambda f, *a: reduce(times, sorted(f.values_of(*a), key=lambda x: isinstance(x, Interval)))),
    "Max": ("s", "s*", lambda f, *a: reduce(greatest, f.values_of(*a))),
    "Min": ("s", "s*", lambda f, *a: reduce(least, f.values_of(*a))),
    "Pow": ("s", "ss", lambda f, x, y: power(f.value(x), f.value(y))),
    "exp": ("s", "s", lambda f, x: exponential(f.value(x))),
    "log": ("s", "s", lambda f, x: logarithm(f.value(x))),
    "Abs": ("s", "s", lambda f, x: absolute(f.value(x))),
    "MatAdd": ("m", "m*", lambda f, *a: reduce(added, f.values_of(*a))),
    "MatMul": ("m", "?m*", matrix_product),
    "MatPow": ("m", "ms", matrix_power),
    "Transpose": ("m", "m", lambda f, x: transpose(f.value(x))),
    "Identity": ("m", "s", lambda f, k: identity(f.size(k))),
    "ZeroMatrix": ("m", "ss", lambda f, p, q: ((ZERO,) * f.size(q),) * f.size(p)),
    "Stack": ("m", "mm", stack),
    "KroneckerSum": ("m", "mm", lambda f, a, b: kronecker_sum(square_matrix(f, a), square_matrix(f, b))),
    "Fro": ("s", "m", lambda f, x: power(square_sum(f.value(x)), Fraction(1, 2))),
    "Inner": ("s", "mm", lambda f, a, b: total([x for r in entrywise(times, f.value(a), f.value(b)) for x in r])),
    "Trace": ("s", "m", lambda f, x: total([row[i] for i, row in enumerate(square_matrix(f, x))])),
    "Rank": ("s", "m", lambda f, x: rank(f.value(x))),
    "Sigma": ("s", "ms", lambda f, x, k: sigma_k(f.value(x), positive_index(f, k))),
    "SigmaMax": ("s", "m", lambda f, x: sigma_k(f.value(x), 1)),
    "SigmaMin": ("s", "m", lambda f, x: smallest_sigma(f.value(x))),
    "Lambda": ("s", "ms", lambda f, x, k: lambda_k(f.value(x), positive_index(f, k))),
    "Loss": ("s", "m", lambda f, w: at_point(f, "value", w)),
    "Grad": ("m", "m", lambda f, w: at_point(f, "gradient", w)),
    "Hess": ("m", "mm", lambda f, w, u: at_point(f, "hessian", w, u)),
    "HistorySum": ("s", "s", lambda f, x: total(history(f, x, 0))),
    "HistoryProduct": ("s", "ss", lambda f, x, k: reduce(times, [ONE, *history(f, x, f.index(k))])),
    "MinRoot": ("s", "sv", lambda f, x, v: min_root(f, x, v)),
    "TauIntegral": ("s", "sv", lambda f, x, v: integral(f, x, v)),
}


def sort(node: Node) -> str:
    """ "s" of a scalar node, "m" of a matrix node."""
    return HEADS[node[0]][0] if node[0] in HEADS else ""


def text(node: Any) -> str:
    """A node or relation as a reader writes it."""
    if not isinstance(node, list):
        return str(node)
    head, args = node[0], node[1:]
    if head in ("Rational", "Symbol", "MatrixSymbol"):
        return str(args[0])
    if head in RELATIONS:
        return f"{text(args[0])} {head} {text(args[1])}"
    if head == "AllOf":
        return " and ".join(map(text, args))
    if head in ("Add", "MatAdd"):
        return " + ".join(map(text, args)).replace("+ -", "- ")
    if head in ("Mul", "MatMul"):
        factors = [f"({text(a)})" if a[0] in ("Add", "MatAdd") else text(a) for a in args]
        if head == "Mul":
            factors.sort(key=lambda f: not f[-1].isdigit() or f[0].isalpha())
        return " ".join(factors).replace("-1 ", "-", 1) if factors[0] == "-1" else " ".join(factors)
    if head in ("Pow", "MatPow", "Transpose"):
        bare = args[0][0] in ("Symbol", "MatrixSymbol", "Sigma", "SigmaMax", "SigmaMin", "Fro", "Loss", "Lambda")
        base = text(args[0]) if bare or (args[0][0] == "Rational" and args[0][1].isdigit()) else f"({text(args[0])})"
        up = "T" if head == "Transpose" else text(args[1])
        return f"{base}^{up if up.isalnum() else f'({up})'}"
    return f"{head}({', '.join(map(text, args))})" if args else head


# 6. Smallest positive roots, and integrals over [0, 1] ---------------------------------------------------------------

CLOSE = Fraction(1, 64)  # below this an expansion at zero may see a sign that the plain value does not
Series = dict[Fraction, Number]  # sum of coefficient * x^exponent, the coefficients enclosing for all 0 < x <= top


def range_of(series: Series, low: Number, top: Number) -> Number:
    """All values of a series at low <= x <= top; low = 0 wants exponents that are not negative."""

    def powers(e: Fraction) -> Number:
        p, q = interval(power(low, e)) if e else Interval(1, 1, 0), interval(power(top, e))
        return span(p.lo, p.e, q.hi, q.e) if e >= 0 else span(q.lo, q.e, p.hi, p.e)

    return total([times(c, powers(e)) if e else c for e, c in series.items()])


def series_plus(a: Series, b: Series) -> Series:
    """Sum of two expansions."""
    found = dict(a)
    for e, c in b.items():
        found[e] = plus(found.get(e, ZERO), c)
    return {e: c for e, c in found.items() if c != 0}


def series_times(a: Series, b: Series) -> Series:
    """Product of two expansions."""
    parts = [{e + g: times(c, d)} for e, c in a.items() for g, d in b.items()]
    return reduce(series_plus, parts, {})


def mean_value(s: Series, top: Number, f: Callable[[Number], Number], slope: Callable[[Number], Number]) -> Series:
    """f(c + s) = f(c) + s f'(xi), the constant c split off."""
    rest = {e: c for e, c in s.items() if e}
    if any(e < 0 for e in rest):
        raise Undecided("a pole at zero")
    c = s.get(ZERO, ZERO)
    hull = plus(c, range_of(rest, ZERO, top)) if rest else c
    return series_plus({ZERO: f(c)}, series_times(rest, {ZERO: slope(hull)}))


def series(frame: Frame, node: Node, name: str, top: Number, germ: Series) -> Series:
    """The expansion on 0 < x <= top of a scalar node in which the symbol `name` is `germ`, itself a series in x."""
    if name not in frame.names(node):
        constant = frame.value(node)
        return {ZERO: constant} if constant != 0 else {}
    head, args = node[0], node[1:]
    if head == "Symbol":
        return germ if args[0] == name else series(frame, frame.scene.where[args[0]], name, top, germ)
    if head == "Pow" and name not in frame.names(args[1]):
        return series_power(series(frame, args[0], name, top, germ), frame.value(args[1]), top)
    if head not in ("Add", "Mul", "exp", "log"):
        raise Undecided(f"the expansion of {head}")
    parts = [series(frame, a, name, top, germ) for a in args]
    if head in ("Add", "Mul"):
        return reduce(series_plus if head == "Add" else series_times, parts)
    f, slope = (exponential, exponential) if head == "exp" else (logarithm, inverse)
    return mean_value(parts[0], top, f, slope)


def series_power(base: Series, exponent: Number, top: Number) -> Series:
    """A constant power of an expansion: of its leading power of x, times that of the rest."""
    if not isinstance(exponent, Fraction) or not base:
        raise Undecided("the expansion of a power")
    if exponent.denominator == 1 and 0 <= exponent <= 64:
        return reduce(series_times, [base] * int(exponent), {ZERO: ONE})
    first = min(base)
    rest = {e - first: c for e, c in base.items()}
    slope = exponent - 1
    found = mean_value(rest, top, lambda c: power(c, exponent), lambda x: times(exponent, power(x, slope)))
    return {e + first * exponent: c for e, c in found.items()}


def sign_of_series(found: Series, low: Number, top: Number) -> int | None:
    """The sign of an expansion for all low < x <= top (low may be 0), when it is certain."""
    if not found:
        return None
    first = min(found)
    return sign(range_of({e - first: c for e, c in found.items()}, low, top))


def sign_near(frame: Frame, node: Node, name: str, low: Number, top: Number) -> int | None:
    """The sign of a node for all low < x <= top, from its expansion at zero; None when unknown."""
    try:
        return sign_of_series(series(frame, node, name, top, {ONE: ONE}), low, top)
    except (Undecided, Reject):
        return None


def avoids(frame: Frame, claim: Node, given: list[Node], top: Fraction) -> bool:
    """Whether an expression stays away from the limit claimed of it, at all points that come within `top` of the place.

    The variable is x, -x, a + x, a - x, or 1/x at infinity, for 0 < x <= top, where the hypotheses on it hold too.
    """
    expression, variable, point, value, side = claim
    if point[0] == "Infinity":
        germ: Series = {-ONE: ONE}
    else:
        germ = series_plus({ZERO: frame.value(point)}, {ONE: ONE if side == "+" else -ONE})

    def difference(left: Node, right: Node) -> Series:
        first, second = (series(frame, part, variable[1], top, germ) for part in (left, right))
        return series_plus(first, series_times(second, {ZERO: Fraction(-1)}))

    for node in given:
        if variable[1] in frame.names(node):
            found = sign_of_series(difference(node[1], node[2]), ZERO, top) if node[0] in RELATIONS else None
            if found is None or not RELATIONS[node[0]][0](found, found):
                return False
    if value[0] == "Infinity":  # bounded from above near the place
        above = series(frame, expression, variable[1], top, germ)
        return not above or min(above) >= 0 or sign_of_series(above, ZERO, top) == -1
    apart = difference(expression, value)
    return bool(apart) and min(apart) <= 0 and sign_of_series(apart, ZERO, top) in (1, -1)


def min_root(frame: Frame, node: Node, variable: Node) -> Number | Beyond:
    """The smallest positive root: one sign up to `x` proves it is above; the other sign at `end` that it is below.

    The sign near zero comes from the expansion, the rest is a march to the right in cells of certain sign.
    """
    name = variable[1]

    def sign_at(x: Number) -> int | None:
        try:
            return sign(frame.local(variable, x).value(node))
        except (Undecided, Reject):
            return None

    k = next((k for k in (1 << j for j in range(14)) if sign_near(frame, node, name, ZERO, Fraction(1, 1 << k))), None)
    if k is None:
        raise Undecided("the sign near zero of an equation")
    failed = k // 2 if k > 1 else -1
    while k - failed > 1:
        half = (k + failed) // 2
        k, failed = (half, failed) if sign_near(frame, node, name, ZERO, Fraction(1, 1 << half)) else (k, half)
    x = Fraction(1, 1 << k)
    side, step, end = sign_near(frame, node, name, ZERO, x), x, None
    for _ in range(1000):
        if x >= 1 << 64 or step < x / (1 << (Working.bits // 6)):
            break
        b = x + step
        p, q = enclose(x), enclose(b)
        if (sign_at(span(p.lo, p.e, q.hi, q.e)) or (b < CLOSE and sign_near(frame, node, name, x, b))) == side:
            x, step = b, 2 * step
            continue
        if (end is None or b < end) and sign_at(b) == -(side or 0):
            end = b
        step /= 2
    while end is None and step < x:  # the march has stopped short of a root, if there is one
        step *= 2
        end = x + step if sign_at(x + step) == -(side or 0) else None
    if end is None:
        return Beyond(x)
    p, q = enclose(x), enclose(end)
    found = span(p.lo, p.e, q.hi, q.e)
    frame.local(variable, found).value(node)  # defined, hence continuous, all the way from one sign to the other
    return found


def degree(frame: Frame, node: Node, name: str) -> int:
    """A bound on the degree in x = `name` of a node that is a polynomial in it."""
    if name not in frame.scene.names(node):
        return 0
    head, args = node[0], node[1:]
    quadratic = frame.scene.loss is not None and frame.scene.loss.quadratic
    if head in ("Symbol", "MatrixSymbol"):
        return 1 if args[0] == name else degree(frame, frame.scene.where[args[0]], name)
    degrees = [degree(frame, a, name) for a in args]
    if head in ("Add", "MatAdd", "Stack", "Transpose", "Trace", "KroneckerSum"):
        return max(degrees)
    if head in ("Mul", "MatMul", "Inner"):
        return sum(degrees)
    if head in ("Loss", "Grad", "Hess") and quadratic:
        return 2 * degrees[0] if head == "Loss" else degrees[-1]
    if head == "Pow" and args[1][0] == "Rational" and re.fullmatch("[0-9]+", args[1][1]):
        inside = degree(frame, args[0][1], name) if args[0][0] == "Fro" and int(args[1][1]) % 2 == 0 else degrees[0]
        return int(args[1][1]) * inside
    raise Reject(f"an integral over {head}({name}): not a polynomial that the checker knows")


def integral(frame: Frame, node: Node, variable: Node) -> Number:
    """The integral over [0, 1] of a polynomial of degree d: exact from its values at d + 1 points."""
    d = degree(frame, node, variable[1])
    if d > 20:
        raise Reject("an integral of a polynomial of degree above 20")
    nodes = [Fraction(i, max(d, 1)) for i in range(d + 1)]
    terms = []
    for x in nodes:
        basis, scale = [ONE], ONE
        for other in nodes:
            if other != x:
                basis = [a - other * b for a, b in zip([ZERO, *basis], [*basis, ZERO], strict=True)]
                scale *= x - other
        weight = sum((c / (i + 1) for i, c in enumerate(basis)), ZERO) / scale
        terms.append(times(weight, frame.local(variable, x).value(node)))
    return total(terms)


# 7. Shapes -----------------------------------------------------------------------------------------------------------


class Disagreement(Exception):
    """Two shapes that do not agree at the certificate's dimensions."""


class Shapes:
    """Shapes of matrix nodes at given dimensions, without values."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.domain = frame, (0, 0)

    def agree(self, node: Node, *shapes: Any) -> Any:
        if len(set(shapes)) > 1:
            raise Disagreement(f"{text(node)}: " + " against ".join(" x ".join(map(str, s)) for s in shapes))
        return shapes[0]

    def shape(self, node: Node) -> tuple[int, int]:
        """(rows, columns) of a node, (1, 1) of a scalar; everything inside it is judged."""
        head, args = node[0], node[1:]
        if head in ("Rational", "Symbol"):
            return (1, 1)
        if head in ("MatrixSymbol", "ZeroMatrix"):
            return (self.frame.size(args[-2]), self.frame.size(args[-1]))
        if head == "Identity":
            return (self.frame.size(args[0]),) * 2
        parts = [self.shape(a) for a in args if sort(a) == "m"]
        for a in args:
            if sort(a) == "s":
                self.shape(a)
        if head == "MatMul":
            for (_, inner), (following, _) in pairwise(parts):
                self.agree(node, (inner,), (following,))
            return (parts[0][0], parts[-1][1])
        if head in ("MatAdd", "Inner", "Hess", "Grad", "Loss"):
            self.agree(node, *parts)
        if head in ("Hess", "Grad", "Loss"):
            self.domain = self.agree(node, parts[0], self.domain if any(self.domain) else parts[0])
        if head in ("MatPow", "Trace", "Lambda", "KroneckerSum"):
            for p in parts:
                self.agree(node, p, p[::-1])
        if head == "Stack":
            self.agree(node, parts[0][1:], parts[1][1:])
            return (parts[0][0] + parts[1][0], parts[0][1])
        if head == "KroneckerSum":
            return (parts[0][0] * parts[1][0],) * 2
        if head == "Transpose":
            return parts[0][::-1]
        return parts[0] if HEADS[head][0] == "m" else (1, 1)


# 8. Relations and hypotheses -----------------------------------------------------------------------------------------

RELATIONS: dict[
    str, tuple[Callable[[int, int], bool], Callable[[int, int], bool]]
] = {  # certainly true, certainly false
    "<=": (lambda low, high: high <= 0, lambda low, high: low > 0),
    "<": (lambda low, high: high < 0, lambda low, high: low >= 0),
    ">=": (lambda low, high: low >= 0, lambda low, high: high < 0),
    ">": (lambda low, high: low > 0, lambda low, high: high <= 0),
    "==": (lambda low, high: low == high == 0, lambda low, high: low > 0 or high < 0),
    "!=": (lambda low, high: low > 0 or high < 0, lambda low, high: low == high == 0),
}


@dataclass(frozen=True)
class Row:
    """One line of the check: a relation or assumption with both sides and its truth."""

    step: int | None
    relation: str
    lhs: Any
    rhs: Any
    truth: bool | None


def judge(frame: Frame, node: Node) -> Row:
    """A relation or assumption in a frame: True, False, or None when undecided at this precision."""
    words, step = text(node), frame.step if frame.parent else None
    if node[0] == "Assumption":
        constant = frame.value(node[2]) if len(node) > 2 else None
        return Row(step, words, constant, None, with_loss(frame).satisfies(node[1], constant))
    left, right = frame.values_of(*node[1:])
    if sort(node[1]) == "s":
        bounds = [compare(left, right)]
    else:
        if (len(left), len(left[0])) != (len(right), len(right[0])):
            raise Reject(f"{words}: sides of different shapes")
        bounds = [compare(x, y) for r, s in zip(left, right, strict=True) for x, y in zip(r, s, strict=True)]
    true, false = RELATIONS[node[0]]
    truths = [True if true(*b) else False if false(*b) else None for b in bounds]
    decisive = node[0] == "!="  # of matrices: one entry decides
    truth = decisive if decisive in truths else None if None in truths else not decisive
    return Row(step, words, left, right, truth)


def sure(row: Row, wanted: bool) -> Row:
    """The row, if its truth is certainly as wanted."""
    at = "" if row.step is None else f" at step {row.step}"
    if row.truth is None:
        raise Undecided(f"{row.relation}{at}")
    if row.truth is not wanted:
        raise Reject(f"the hypothesis {row.relation} fails{at}" if wanted else f"the claim {row.relation} holds{at}")
    return row


# 9. Reading a certificate and deciding it ----------------------------------------------------------------------------

KEYS = {"schema", "label", "statement", "digest", "dims", "bindings", "loss", "steps", "violated"}
KINDS = {"identity", "inequality", "step", "trajectory", "shape", "monotonicity", "existence", "limit"}
FLAGS = {"integer", "positive", "nonnegative", "negative", "nonpositive", "nonzero"}
FUNCTION_CLAIMS = [["Monotone", 4, "increasing"], ["Monotone", 4, "decreasing"], ["UniqueRoot", 6, "exactly one"]]
FUNCTION_CLAIMS += [["Limit", 6, "+"], ["Limit", 6, "-"]]
OF_THE_RUN = {"W1", "W2", "eta", "t"}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RATIONAL = re.compile(rf"(-?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}}))(?:/([1-9][0-9]{{0,{DIGITS - 1}}}))?")
METHODS = dict.fromkeys(("Sigma", "SigmaMax", "SigmaMin", "Lambda", "Rank"), "LDL^T inertia")
LOSS_KEYS = {"centered": {"kind", "phi", "X", "W_star", "ridge"}, "entrywise": {"kind", "X", "terms", "ridge", "near"}}
METHODS |= {"exp": "Taylor series", "log": "atanh series", "Pow": "integer root or exp and log", "Fro": "integer root"}
METHODS |= {"Loss": "the loss's data", "MinRoot": "signs on cells", "TauIntegral": "exact quadrature"}


def fraction(value: Any) -> Fraction:
    """The rational of a string "p" or "p/q"."""
    match = RATIONAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Reject(f"{str(value)[:40]!r}: not a rational 'p' or 'p/q' of at most {DIGITS} digits each")
    return Fraction(int(match[1]), int(match[2] or 1))


def table(value: Any, what: str) -> Matrix:
    """A matrix of rationals."""
    if not isinstance(value, list) or not value or not all(isinstance(row, list) and row for row in value):
        raise Reject(f"{what}: not a table of rationals")
    if len({len(row) for row in value}) > 1 or max(len(value), len(value[0])) > DIMENSION:
        raise Reject(f"{what}: its rows differ in length, or there are more than {DIMENSION}")
    return tuple(tuple(fraction(x) for x in row) for row in value)


def parse(content: str) -> Any:
    """JSON with unique keys, no floats, no long integers. Raises: Reject, json.JSONDecodeError."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise Reject("a key stands twice in one object")
        return dict(pairs)

    def whole(digits: str) -> int:
        if len(digits) > 9:
            raise Reject("an integer of more than 9 digits outside a string")
        return int(digits)

    def refuse(number: str) -> None:
        raise Reject(f"the number {number[:20]}: only rationals in strings are exact")

    try:
        return json.loads(content, object_pairs_hook=unique, parse_int=whole, parse_float=refuse, parse_constant=refuse)
    except RecursionError:
        raise Reject("it is nested too deeply") from None


def well_formed(node: Any, want: str, names: dict[str, Node], depth: int = 0) -> None:
    """None, when a node is made of known heads with arguments of the right sorts. `names` collects symbols."""
    if depth > DEPTH:
        raise Reject(f"a tree deeper than {DEPTH} levels")
    if not isinstance(node, list) or not node or not isinstance(node[0], str) or sort(node) != want:
        what = {"s": "scalar", "m": "matrix"}[want]
        raise Reject(f"node {json.dumps(node)[:60]}: not a {what} that the checker knows")
    head, args = node[0], node[1:]
    if head == "Rational":
        fraction(args[0] if len(args) == 1 else None)
        return
    if head in ("Symbol", "MatrixSymbol"):
        if not args or not isinstance(args[0], str) or not NAME.fullmatch(args[0]):
            raise Reject(f"node {json.dumps(node)[:60]}: a symbol without a name")
        if names.setdefault(args[0], node) != node:
            raise Reject(f"{args[0]}: one name for two symbols")
        if head == "Symbol" and not set(map(str, args[1:])) <= FLAGS:
            raise Reject(f"symbol {args[0]}: a domain that the checker does not know")
        args, sorts = ([], "") if head == "Symbol" else (args[1:], "ss")
    else:
        sorts = HEADS[head][1]
    if sorts.startswith("?"):
        sorts = "sm*" if args and isinstance(args[0], list) and args[0] and sort(args[0]) == "s" else "m*"
    if sorts.endswith("*"):
        sorts = sorts[:-2] + sorts[-2] * max(1, len(args) - len(sorts) + 2)
    if len(args) != len(sorts):
        raise Reject(f"node {head}: {len(args)} arguments")
    for a, s in zip(args, sorts, strict=True):
        well_formed(a, "s" if s == "v" else s, names, depth + 1)
        if s == "v" and a[0] != "Symbol":
            raise Reject(f"node {head}: its variable is not a symbol")


def well_formed_claim(node: Any, names: dict[str, Node], hypothesis: bool) -> None:
    """None, when a hypothesis or claim is one that the checker knows."""
    head = node[0] if isinstance(node, list) and node and isinstance(node[0], str) else None
    if head in RELATIONS and len(node) == 3:
        want = sort(node[1]) if isinstance(node[1], list) and node[1] and isinstance(node[1][0], str) else ""
        if want == "m" and head not in ("==", "!="):
            raise Reject(f"an order {head} of matrices")
        for side in node[1:]:
            well_formed(side, want or "s", names)
    elif hypothesis and head == "Assumption" and len(node) in (2, 3):
        for constant in node[2:]:
            well_formed(constant, "s", names)
    elif not hypothesis and head == "AllOf" and len(node) > 1:
        for part in node[1:]:
            well_formed_claim(part, names, True)
    elif not hypothesis and head == "WellShaped" and len(node) > 1:
        for term in node[1:]:
            well_formed(term, "m" if isinstance(term, list) and term and sort(term) == "m" else "s", names)
    elif not hypothesis and [head, len(node), node[-1]] in FUNCTION_CLAIMS:
        for part in node[1:-1]:
            if not (head != "Monotone" and part == ["Infinity"]):
                well_formed(part, "s", names)
        if node[2][0] != "Symbol":
            raise Reject(f"{head}: its variable is not a symbol")
    else:
        raise Reject(f"{head or 'the claim'}: not a claim or hypothesis of which the checker can verify a witness")


@dataclass(frozen=True)
class Statement:
    """A statement's tree, read; `names` maps each reachable name to its symbol."""

    kind: str
    given: list[Node]
    then: Node
    where: dict[str, Node]
    names: dict[str, Node]


def read_statement(value: Any) -> Statement:
    """The statement of a certificate, every node of it known."""
    if not isinstance(value, dict) or set(value) != {"kind", "given", "then", "where"}:
        raise Reject("statement: its keys are not kind, given, then, where")
    given, then, where = value["given"], value["then"], value["where"]
    if value["kind"] not in KINDS or not isinstance(given, list) or not isinstance(where, dict):
        raise Reject("statement: of a kind or form that the checker cannot verify")
    names: dict[str, Node] = {}
    for node in given:
        well_formed_claim(node, names, True)
    well_formed_claim(then, names, False)
    reached: set[str] = set()

    def open_up(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise Reject(f"{name}: defined by itself")
        if name in where and name not in reached:
            inner: dict[str, Node] = {}
            well_formed(where[name], sort(names[name]), inner)
            for other, node in inner.items():
                if names.setdefault(other, node) != node:
                    raise Reject(f"{other}: one name for two symbols")
            for other in inner:
                open_up(other, (*above, name))
            reached.add(name)

    for name in list(names):
        open_up(name, ())
    if set(where) - reached:
        raise Reject(f"{min(set(where) - reached)}: a definition that the statement does not use")
    return Statement(value["kind"], given, then, where, names)


def read_loss(value: Any) -> Loss | None:
    """The loss of a certificate: "centered" is phi about X W* and the ridge about W*, "entrywise" a sum of terms."""
    if value is None:
        return None
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or set(value) != LOSS_KEYS.get(kind):
        raise Reject("loss: its keys are not those of a kind that the checker knows")
    name = "W_star" if kind == "centered" else "near"
    x, near, ridge = table(value["X"], "X"), table(value[name], name), fraction(value["ridge"])
    if len(x[0]) != len(near) or ridge < 0:
        raise Reject(f"loss: X and {name} do not fit, or the ridge is negative")
    if kind == "centered":
        if value["phi"] not in ("square", "log-cosh", "pseudo-huber"):  # of minimum 0 at 0
            raise Reject("loss: its phi is not one that the checker knows")
        zero, one = (((c,) * len(near[0]),) * len(x) for c in (ZERO, ONE))
        return Loss(x, near, [Term(value["phi"], one, zero, (one,) * 3)], ridge, near)
    if not isinstance(value["terms"], list) or not 1 <= len(value["terms"]) <= 100:
        raise Reject("loss: its terms are not a list of 1 to 100")
    return Loss(x, near, [read_term(t, x, near) for t in value["terms"]], ridge, ((ZERO,) * len(near[0]),) * len(near))


def read_term(value: Any, x: Matrix, near: Matrix) -> Term:
    """A term {base, weight, slope, shift} of an entrywise loss."""
    if not isinstance(value, dict) or set(value) != {"base", "weight", "slope", "shift"}:
        raise Reject("loss: the keys of a term are not base, weight, slope, shift")
    base = value["base"]
    if not isinstance(base, str) or base not in PENALTIES:
        raise Reject("loss: a base that the checker does not know")
    shape, tables = (len(x), len(near[0])), []
    for key in ("weight", "slope", "shift"):
        given = value[key]
        tables.append(table(given, key) if isinstance(given, list) else ((fraction(given),) * shape[1],) * shape[0])
        if (len(tables[-1]), len(tables[-1][0])) != shape:
            raise Reject(f"loss: the table of a {key} is not {shape[0]} x {shape[1]}")
    weight, slope, shift = tables
    if base != "linear" and any(c < 0 for row in weight for c in row):  # type: ignore[operator]
        raise Reject("loss: a negative weight")
    products = [[sum(map(mul, row, column), ZERO) for column in transpose(near)] for row in x]

    def exactly(f: Callable[..., Fraction], *matrices: Any) -> Matrix:
        return tuple(tuple(map(f, *rows)) for rows in zip(*matrices, strict=True))

    at = exactly(lambda a, u, b: a * u + b, slope, products, shift)
    return Term(base, slope, at, tuple(exactly(lambda c, a, k=k: c * a**k, weight, slope) for k in range(3)))


def read_bindings(certificate: dict[str, Any], statement: Statement, loss: Loss | None) -> dict[str, Any]:
    """The value of every leaf that the certificate binds."""
    dims, bindings = certificate["dims"], certificate["bindings"]
    if not isinstance(dims, dict) or not isinstance(bindings, dict):
        raise Reject("dims and bindings: not objects")
    values: dict[str, Any] = {}
    for name, size in dims.items():
        if type(size) is not int or not 1 <= size <= DIMENSION:
            raise Reject(f"dims {name}: not a whole number from 1 to {DIMENSION}")
        values[name] = Fraction(size)
    for name, value in bindings.items():
        if name in values:
            raise Reject(f"{name}: bound twice")
        values[name] = table(value, name) if isinstance(value, list) else fraction(value)
    run = {"W1_0", "W2_0"} if statement.kind == "trajectory" else set()
    for name, value in values.items():
        known = statement.names.get(name)
        if (known is None and name not in run) or name in statement.where:
            raise Reject(f"{name}: bound, but not a leaf of the statement")
        if known is not None and (known[0] == "MatrixSymbol") != isinstance(value, tuple):
            raise Reject(f"{name}: a number where a matrix is meant, or a matrix where a number is")
    if loss is not None:
        for name in ("W_star", "X"):
            if name in statement.names and name not in statement.where:
                data = loss.x if name == "X" else loss.minimum[1]
                if values.setdefault(name, data) != data:
                    raise Reject(f"{name}: bound to something else than the loss has")
    return values


def frames_of(certificate: dict[str, Any], statement: Statement) -> list[Frame]:
    """The frames in which hypotheses must hold, the claim being made in the last: all steps of the run, or one."""
    loss = read_loss(certificate["loss"])
    values = read_bindings(certificate, statement, loss)
    scene, steps = Scene(statement.where, loss), certificate["steps"]
    if statement.kind != "trajectory":
        if steps is not None:
            raise Reject("steps: only a claim about a trajectory has them")
        scene.frames.append(Frame(scene, values, step=0))
        return scene.frames
    if not isinstance(steps, list) or not 1 <= len(steps) <= STEPS or loss is None:
        raise Reject(f"steps: a run wants a loss and 1 to {STEPS} step sizes")
    sizes = [fraction(x) for x in steps]
    if (OF_THE_RUN | {"eta_0"}) & set(statement.where):
        raise Reject("where: it defines what the run itself gives")
    if OF_THE_RUN & set(values) or not {"W1_0", "W2_0"} <= set(values):
        raise Reject("bindings: a run has W1_0 and W2_0 bound, and W1, W2, eta, t not")
    if values.setdefault("eta_0", sizes[0]) != sizes[0]:
        raise Reject("eta_0: bound to something else than the first step size")
    parent, w1, w2 = Frame(scene, values), values["W1_0"], values["W2_0"]
    if len(w1[0]) != len(w2[0]) or (len(w1), len(w2)) != (len(loss.near), len(loss.near[0])):
        raise Reject("W1_0 and W2_0: not the shapes of factors of the loss's domain")
    for t, eta in enumerate(sizes):
        now = {"W1": w1, "W2": w2, "eta": eta, "t": Fraction(t), "(run)": None}
        scene.frames.append(Frame(scene, now, parent, t))
        if t + 1 < len(sizes):
            g, back = loss.gradient(matmul(w1, transpose(w2))), -eta
            w1, w2 = (
                added(w1, scaled(back, matmul(g, w2))),
                added(w2, scaled(back, matmul(transpose(g), w1))),
            )
    return scene.frames


def points(certificate: dict[str, Any], count: int, variable: Node, frame: Frame) -> list[tuple[Fraction, Frame]]:
    """The points of a claim about a function, increasing, each with its frame."""
    listed = certificate.get("points")
    if not isinstance(listed, list) or len(listed) != count:
        raise Reject(f"points: {count} values of {variable[1]} are wanted")
    values = [fraction(x) for x in listed]
    if sorted(set(values)) != values:
        raise Reject("points: not increasing")
    return [(x, frame.local(variable, x, frozen=True)) for x in values]


def claim_rows(certificate: dict[str, Any], statement: Statement, frames: list[Frame]) -> list[Row]:
    """The rows that refute the claim, after those of the hypotheses at the points of a function."""
    then, frame, violated = statement.then, frames[-1], certificate["violated"]
    relations = then[1:] if then[0] == "AllOf" else [then]
    if type(violated) is not int or not 0 <= violated < len(relations):
        raise Reject("violated: not the index of a relation of the claim")
    if ("points" in certificate) != (then[0] in ("Monotone", "UniqueRoot")):
        raise Reject("points: wanted by claims about a function, and by no others")
    if then[0] in RELATIONS or then[0] == "AllOf":
        return [sure(judge(frame, relations[violated]), False)]
    if then[0] == "WellShaped":
        shapes = Shapes(frame)
        try:
            for term in then[1:]:
                shapes.shape(term)
        except Disagreement as found:
            return [Row(None, f"shapes agree in {found}", None, None, False)]
        raise Reject("the claim holds at these dimensions: all shapes agree")
    if then[0] == "Limit":
        fixed = Frame(frame.scene, {}, frame, frozen=True)
        if any(avoids(fixed, then[1:], statement.given, Fraction(1, 1 << (1 << j))) for j in range(12)):
            words = f"{text(then[1])} tends to {text(then[4])} as {text(then[2])} to {text(then[3])}{then[5]}"
            return [Row(None, words, None, None, False)]
        raise Undecided("whether the expression stays away from the limit claimed")
    at = points(certificate, 2 if then[0] == "Monotone" else 3, then[2], frame)
    given = [node for node in statement.given if then[2][1] in frame.scene.names(node, False)]
    rows = [sure(judge(local, node), True) for _, local in at for node in given]
    values = [local.value(then[1]) for _, local in at]
    if then[0] == "Monotone":
        op = "<" if then[3] == "increasing" else ">"
        low, high = compare(*values)
        truth = True if RELATIONS[op][0](low, high) else False if RELATIONS[op][1](low, high) else None
        words = f"{text(then[1])} at {text(then[2])} = {at[0][0]} {op} the same at {at[1][0]}"
        return [*rows, sure(Row(None, words, values[0], values[1], truth), False)]
    if given:
        raise Reject("points: hypotheses on the variable of an equation, which its roots need not meet")
    signs = [sign(v) for v in values]
    if None in signs:
        raise Undecided(f"the sign of {text(then[1])}")
    if 0 in signs or signs[0] == signs[1] or signs[1] == signs[2]:
        raise Reject("points: the expression does not change sign twice")
    lower, upper = then[3:5]
    inside = lower != ["Infinity"] and compare(at[0][0], frame.value(lower))[0] == 1
    if not inside or (upper != ["Infinity"] and compare(at[2][0], frame.value(upper))[1] != -1):
        raise Reject("points: not inside the interval of the claim")
    (low_end, _), _, (high_end, _) = at
    for i in range(64):  # the expression is defined, hence continuous, all the way between the points
        p, q = (enclose(low_end + (high_end - low_end) * Fraction(j, 64)) for j in (i, i + 1))
        frame.local(then[2], span(p.lo, p.e, q.hi, q.e), frozen=True).value(then[1])
    return [
        *rows,
        Row(None, f"{text(then[1])} = 0 has one root only (two changes of sign)", values[0], values[1], False),
    ]


def check_enclosures(certificate: dict[str, Any], frame: Frame) -> None:
    """None, when each stated enclosure {at, lower, upper, by} holds; `at` is a path into the statement."""
    stated = certificate.get("enclosures", [])
    if not isinstance(stated, list) or len(stated) > 500:
        raise Reject("enclosures: not a list of at most 500")
    for item in stated:
        if not isinstance(item, dict) or set(item) != {"at", "lower", "upper", "by"} or not isinstance(item["at"], str):
            raise Reject("enclosures: an item's keys are not at, lower, upper, by")
        node: Any = certificate["statement"]
        for part in item["at"].split("/"):
            known = part in node if isinstance(node, dict) else part in map(str, range(len(node)))
            if isinstance(node, str) or not known:
                raise Reject(f"enclosures: no place {item['at']} in the statement")
            node = node[part] if isinstance(node, dict) else node[int(part)]
        if not isinstance(node, list) or METHODS.get(str(node[0])) != item["by"]:
            raise Reject(f"enclosures: what stands at {item['at']} is not proved by {item['by']}")
        value = frame.value(node)
        low, high = compare(fraction(item["lower"]), value), compare(value, fraction(item["upper"]))
        if low[0] > 0 or high[0] > 0:
            raise Reject(f"enclosures: {text(node)} is not between the stated bounds")
        if low[1] > 0 or high[1] > 0:
            raise Undecided(f"the enclosure of {text(node)}")


@dataclass(frozen=True)
class Finding:
    """What an accepted certificate shows: the rows of every hypothesis and, last, the violated claim; the steps."""

    label: str
    digest: str
    known: bool
    claim: str
    rows: list[Row]
    frames: list[Frame]
    bits: int


def digest_of(statement: Any) -> str:
    """SHA-256 of the canonical JSON of a statement."""
    content = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def decide(certificate: Any, claims: dict[str, str]) -> Finding:
    """The finding of a certificate that holds. `claims` maps labels to digests. Raises: Reject with the reason."""
    if not isinstance(certificate, dict) or certificate.get("schema") != SCHEMA:
        raise Reject(f"schema: not {SCHEMA}")
    if set(certificate) - {"points", "enclosures"} != KEYS:
        raise Reject(f"keys: unknown or missing: {', '.join(sorted(set(certificate) ^ KEYS))}")
    label, found = certificate["label"], digest_of(certificate["statement"])
    if not isinstance(label, str) or not re.fullmatch(r"[!-~]{1,200}", label):
        raise Reject("label: not a word of printable characters")
    if certificate["digest"] != found:
        raise Reject("digest: not that of the statement")
    if label in claims and claims[label] != found:
        raise Reject(f"label: the statement is not the claim known as {label}")
    statement = read_statement(certificate["statement"])
    undecided = Undecided()
    for Working.bits in LADDER:
        try:
            frames = frames_of(certificate, statement)
            local = statement.then[2][1] if statement.then[0] in ("Monotone", "UniqueRoot", "Limit") else None
            given = [node for node in statement.given if local not in frames[0].scene.names(node, False)]
            rows = [sure(judge(frame, node), True) for frame in frames for node in given]
            rows += claim_rows(certificate, statement, frames)
            check_enclosures(certificate, frames[-1])
            return Finding(label, found, label in claims, text(statement.then), rows, frames, Working.bits)
        except Undecided as why:
            undecided = why
    raise Reject(f"not decided with {LADDER[-1]} bits: {undecided}")


# 10. The command -----------------------------------------------------------------------------------------------------


def decimal(q: Fraction, up: bool) -> str:
    """Twelve digits of a rational, rounded down or up."""
    if q == 0:
        return "0"
    place = len(str(abs(q.numerator))) - len(str(q.denominator)) - 12
    scaled_q = q / Fraction(10) ** place
    digits = -(-scaled_q.numerator // scaled_q.denominator) if up else scaled_q.numerator // scaled_q.denominator
    shown = f"{abs(digits)}"
    body = shown[0] + "." + (shown[1:].rstrip("0") or "0")
    return f"{'-' if digits < 0 else ''}{body}e{place + len(shown) - 1:+d}"


def show(x: Any) -> str:
    """A number with what is known of it: exact, a root, an enclosure, or a matrix of these."""
    if x is None:
        return ""
    if isinstance(x, tuple):
        return "[" + ", ".join("[" + ", ".join(map(show, row)) + "]" for row in x) + "]"
    if isinstance(x, Fraction):
        return str(x) if len(str(x)) <= 24 else f"about {decimal(x, False)}"
    if isinstance(x, Root):
        return f"{'-' if x.sign < 0 else ''}sqrt({show(x.square)}) = {show(interval(x))}"
    if isinstance(x, Beyond):
        return f"at least {decimal(x.low, False)}"
    if abs(x.e) > 20_000:
        return f"[{x.lo}, {x.hi}] * 2^{x.e}"
    unit = Fraction(2) ** x.e
    return f"[{decimal(x.lo * unit, False)}, {decimal(x.hi * unit, True)}]"


def in_full(statement: dict[str, Any]) -> list[str]:
    """The lines of a statement: hypotheses, claim, definitions."""
    lines = [f"given {text(node)}" for node in statement["given"]] + [f"then  {text(statement['then'])}"]
    return lines + [f"where {name} = {text(node)}" for name, node in sorted(statement["where"].items())]


def known_claims() -> dict[str, str]:
    """Label -> digest of the catalog's claims, from claims.json beside this file; empty when there is none."""
    path = Path(__file__).with_name("claims.json")
    return dict(json.loads(path.read_text(encoding="ascii"))) if path.exists() else {}


def check_text(content: str, claims: dict[str, str]) -> tuple[int, str]:
    """(0, what it shows) of a certificate that holds, (1, why not), or (2, ...) when the text is not JSON."""
    Working.bits = LADDER[0]
    try:
        found = decide(parse(content), claims)
    except json.JSONDecodeError as error:
        return 2, f"unreadable: not JSON ({error.msg} at line {error.lineno})"
    except Reject as why:
        return 1, f"rejected: {ascii(' '.join(str(why).split()))[1:-1]}"
    except RecursionError:
        return 1, "rejected: it is nested too deeply"
    row = found.rows[-1]
    sides = f"; left {show(row.lhs)}, right {show(row.rhs)}" if row.lhs is not None else ""
    lines = [f"holds: {found.label} is refuted: {row.relation} is false{sides} ({len(found.rows) - 1} hypotheses)"]
    if not found.known:
        lines.append(f"  {found.label} is no label in claims.json: the claim is the certificate's own, in full:")
        lines += [f"    {line}" for line in in_full(parse(content)["statement"])]
    return 0, "\n".join(lines)


def check_file(path: str, claims: dict[str, str]) -> tuple[int, str]:
    """What `check_text` says of a file, (2, ...) also when it cannot be read."""
    try:
        with open(path, "rb") as file:
            raw = file.read(FILE_BYTES + 1)
        return check_text(raw.decode("utf-8"), claims) if len(raw) <= FILE_BYTES else (2, "unreadable: too long")
    except (OSError, UnicodeDecodeError) as error:
        return 2, f"unreadable: {error}"


def main(paths: list[str]) -> int:
    """Exit code of the command: checks each file and prints a line for it."""
    if not paths:
        print("usage: python -I check.py FILE...", file=sys.stderr)
        return 2
    worst, claims = 0, known_claims()
    for path in paths:
        code, line = check_file(path, claims)
        print(f"{path}: {line}")
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
