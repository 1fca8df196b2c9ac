"""The checker of certificates: `python -I verify/check.py FILE...`, standard library only, nothing of ours imported.

A certificate says: for these exact numbers every hypothesis of this statement holds and its claim does not. The
checker believes none of it. It reads the statement's tree, derives every quantity again in exact rationals and
outward-rounded intervals, and accepts only when all hypotheses are certainly true and the violated relation is
certainly false, with tolerance zero; what it does not understand it rejects. A run of gradient descent is done
again from its exact initial weights and step sizes. Exit code 0: all hold; 1: some do not; 2: some are unreadable.

Contents: 1 numbers, 2 roots exp log and powers, 3 matrices and spectra, 4 the loss, 5 values of trees, 6 smallest
roots, 7 shapes, 8 hypotheses and claims, 9 reading a certificate, 10 the command.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal, InvalidOperation, Overflow
from fractions import Fraction
from functools import cached_property, partial, reduce
from itertools import pairwise
from math import isqrt, lcm
from operator import add, mul, neg, sub
from pathlib import Path
from typing import Any

SCHEMA = "localpl/certificate/1"
DIGITS = 3000  # most digits of a numerator or denominator
FILE_BYTES = 4_000_000
STEPS = 2000  # most steps of a run
DIMENSION = 64  # most rows or columns of a matrix
DATA_ROWS = 1000  # most rows of a loss's data
DEPTH = 100  # most levels of nesting
EXACT_BITS = 2048  # an exact number longer than this goes on as an interval
LADDER = (64, 128, 256, 512, 1024, 2048)  # working precisions in bits, tried in turn until all is decided


class Reject(Exception):
    """The certificate is not a witness: why."""


class Undecided(Exception):
    """Not decided at this working precision: what."""


OPEN = (Undecided, InvalidOperation, Overflow)  # what is raised where a number is not known well enough


# 1. Numbers: a Fraction, a Root, an Interval, or a Series -----------------------------------------------------------

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
DOWN, UP = (
    Context(rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation, Overflow])
    for rounding in (ROUND_FLOOR, ROUND_CEILING)
)


def work(bits: int) -> None:
    """Set the working precision, the one piece of state of the arithmetic."""
    DOWN.prec = UP.prec = bits * 3 // 10 + 3


class Inexact:
    """What the numbers that are no Fraction have in common; a Fraction on the left hands over to it."""

    __slots__ = ()

    def __radd__(self: Any, x: Any) -> Any:
        return self + x

    def __rmul__(self: Any, x: Any) -> Any:
        return self * x

    def __sub__(self: Any, x: Any) -> Any:
        return self + -x

    def __rsub__(self: Any, x: Any) -> Any:
        return -self + x

    def __pow__(self, n: int) -> Any:
        return reduce(mul, [self] * n, ONE)


@dataclass(frozen=True, slots=True)
class Root(Inexact):
    """The irrational number x with x |x| = square, exact."""

    square: Fraction

    def __neg__(self) -> Root:
        return Root(-self.square)

    def __abs__(self) -> Root:
        return Root(abs(self.square))

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Interval | Series):
            a, b = self.square, signed_square(other)
            cross = square_root(abs(a * b))
            if isinstance(cross, Fraction):  # then (x + y)^2 = |a| + |b| +- 2 cross, and x + y has the sign of a + b
                size = abs(a) + abs(b) + (2 * cross if a * b > 0 else -2 * cross)
                return signed_root(size if a + b > 0 else -size)
        return other + (self if isinstance(other, Series) else interval(self))

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Interval | Series):
            return other * (self if isinstance(other, Series) else interval(self))
        return signed_root(self.square * signed_square(other))


@dataclass(frozen=True, slots=True)
class Interval(Inexact):
    """Every real from lo to hi; hi = Infinity where a number, or +oo, is known from below only."""

    lo: Decimal
    hi: Decimal

    def __neg__(self) -> Interval:
        return Interval(self.hi.copy_negate(), self.lo.copy_negate())

    def __abs__(self) -> Interval:
        return Interval(max(Decimal(0), self.lo, self.hi.copy_negate()), max(self.lo.copy_negate(), self.hi))

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Series):
            return other + self
        if other == 0:
            return self
        y = interval(other)
        return Interval(DOWN.add(self.lo, y.lo), UP.add(self.hi, y.hi))

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Series):
            return other * self
        if other == 0:
            return ZERO
        y = interval(other)
        corners = [(a, b) for a in (self.lo, self.hi) for b in (y.lo, y.hi)]
        return Interval(min(DOWN.multiply(*c) for c in corners), max(UP.multiply(*c) for c in corners))

    def __pow__(self, n: int) -> Any:
        return reduce(mul, [self if n % 2 else abs(self)] * n, ONE)


@dataclass(frozen=True, slots=True)
class Series(Inexact):
    """An expansion at zero: the sum of coefficient * x^exponent, enclosing for every x with low < x <= top."""

    terms: dict[Fraction, Any]
    low: Fraction
    top: Fraction

    def with_terms(self, terms: dict[Fraction, Any]) -> Series:
        """The same expansion with other terms, zero coefficients left out."""
        return Series({e: c for e, c in terms.items() if c != 0}, self.low, self.top)

    def __neg__(self) -> Series:
        return self.with_terms({e: -c for e, c in self.terms.items()})

    def __abs__(self) -> Series:
        raise Undecided("the absolute value of an expansion")

    def __add__(self, other: Any) -> Series:
        more = other.terms if isinstance(other, Series) else {ZERO: other}
        return self.with_terms({e: exact(self.terms.get(e, ZERO) + more.get(e, ZERO)) for e in {**self.terms, **more}})

    def __mul__(self, other: Any) -> Series:
        more = other.terms if isinstance(other, Series) else {ZERO: other}
        found: dict[Fraction, Any] = {}
        for e, c in self.terms.items():
            for g, d in more.items():
                found[e + g] = exact(found.get(e + g, ZERO) + c * d)
        return self.with_terms(found)

    def lifted(self, e: Fraction) -> Series:
        """The expansion times x^e."""
        return self.with_terms({g + e: c for g, c in self.terms.items()})

    def range(self, low: Fraction) -> Any:
        """What it encloses for low <= x <= top."""
        if low == 0 and any(e < 0 for e in self.terms):
            raise Undecided("a pole at zero")

        def powers(e: Fraction) -> Any:
            first, last = (interval(power(x, e)) for x in ((low, self.top) if e > 0 else (self.top, low)))
            return Interval(first.lo, last.hi)

        return total(c * powers(e) if e else c for e, c in self.terms.items())

    def of(self, f: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Series:
        """f(c + s) = f(c) + s f'(xi), the constant c split off and xi between c and c + s."""
        c = self.terms.get(ZERO, ZERO)
        rest = self.with_terms({e: v for e, v in self.terms.items() if e})
        return rest * slope(c + rest.range(ZERO)) + f(c)


Number = Fraction | Root | Interval | Series
UNIT = Interval(Decimal(-1), Decimal(1))
Matrix = tuple[tuple[Any, ...], ...]


def enclose(q: Fraction) -> Interval:
    """An interval around a rational."""
    top, bottom = Decimal(q.numerator), Decimal(q.denominator)
    return Interval(DOWN.divide(top, bottom), UP.divide(top, bottom))


def between(p: Fraction, q: Fraction) -> Interval:
    """An interval around all from p to q."""
    return Interval(enclose(p).lo, enclose(q).hi)


def interval(x: Any) -> Interval:
    """An interval around any number."""
    if isinstance(x, Series):
        return interval(x.range(x.low))
    if isinstance(x, Root):
        size = enclose(abs(x.square))
        found = Interval(sqrt_end(size.lo, DOWN), sqrt_end(size.hi, UP))
        return found if x.square > 0 else -found
    return x if isinstance(x, Interval) else enclose(Fraction(x))


def rational_end(x: Decimal) -> Fraction:
    """The end of an interval as a rational."""
    if not x.is_finite() or (x and abs(x.adjusted()) > 10_000):
        raise Undecided("a number beyond all bounds")
    return Fraction(x) if x else ZERO


def exact(x: Any) -> Any:
    """The number itself, or an interval when it is a rational that has become too long."""
    return enclose(x) if isinstance(x, Fraction) and length(x) > EXACT_BITS else x


def length(q: Fraction) -> int:
    """Bits of numerator and denominator, of which 0 and 1 have none."""
    return q.numerator.bit_length() + q.denominator.bit_length() - 2


def total(terms: Iterable[Any]) -> Any:
    """The sum of numbers, exact ones first."""
    return reduce(lambda x, y: exact(x + y), sorted(terms, key=lambda x: isinstance(x, Interval)), ZERO)


def product(factors: Iterable[Any]) -> Any:
    """The product of numbers, exact ones first."""
    return reduce(lambda x, y: exact(x * y), sorted(factors, key=lambda x: isinstance(x, Interval)), ONE)


def compare(x: Any, y: Any) -> tuple[int, int]:
    """The least and the greatest sign that x - y may have."""
    d = x - y
    if isinstance(d, Series):  # its sign is that of what remains without the leading power of x
        d = d.lifted(-min(d.terms, default=ZERO)).range(d.low)
    low, high = (d.lo, d.hi) if isinstance(d, Interval) else (signed_square(d), signed_square(d))
    return (low > 0) - (low < 0), (high > 0) - (high < 0)


def sign(x: Any) -> int | None:
    """1, 0 or -1 when that is certainly the sign of x, else None."""
    low, high = compare(x, ZERO)
    return low if low == high else None


# relation: the signs that left - right may have for it to hold
RELATIONS = {"<=": (-1, 0), "<": (-1,), ">=": (0, 1), ">": (1,), "==": (0,), "!=": (-1, 1)}


def truth_of(relation: str, x: Any, y: Any) -> bool | None:
    """Whether a relation is certainly true, certainly false, or not decided; of matrices, in every entry."""
    if not isinstance(x, tuple):
        low, high = compare(x, y)
        holds = {possible in RELATIONS[relation] for possible in range(low, high + 1)}
        return holds.pop() if len(holds) == 1 else None
    if dimensions(x) != dimensions(y):
        raise Reject(f"sides of different shapes in a relation {relation}")
    truths = [truth_of(relation, *pair) for pair in zip(entries(x), entries(y), strict=True)]
    decisive = relation == "!="  # of matrices: one entry decides
    return decisive if decisive in truths else None if None in truths else not decisive


def least(x: Any, y: Any) -> Any:
    """min(x, y)."""
    low, high = compare(x, y)
    if high <= 0 or low >= 0:
        return x if high <= 0 else y
    p, q = interval(x), interval(y)
    return Interval(min(p.lo, q.lo), min(p.hi, q.hi))


def greatest(x: Any, y: Any) -> Any:
    """max(x, y)."""
    return -least(-x, -y)


# 2. Square roots, exponentials, logarithms, powers ------------------------------------------------------------------


def sqrt_end(x: Decimal, here: Context) -> Decimal:
    """A bound of sqrt(x), on the side to which `here` rounds: one step from a decimal's root, which is to nearest."""
    found = here.sqrt(x)
    return found if x == 0 else DOWN.next_minus(found) if here is DOWN else UP.next_plus(found)


def square_root(x: Any) -> Any:
    """sqrt(x), exact while it is not too long."""
    if isinstance(x, Series):
        return power(x, HALF)
    low, high = compare(x, ZERO)
    if low < 0:
        raise Reject("a square root of a negative number") if high < 0 else Undecided("the sign of a radicand")
    if isinstance(x, Fraction):
        a, b = isqrt(x.numerator), isqrt(x.denominator)
        if (a * a, b * b) == (x.numerator, x.denominator):
            return Fraction(a, b)
        return Root(x) if length(x) <= EXACT_BITS else interval(Root(x))
    x = interval(x)
    return Interval(sqrt_end(x.lo, DOWN), sqrt_end(x.hi, UP))


def signed_square(x: Any) -> Fraction:
    """x |x| of an exact number."""
    return x.square if isinstance(x, Root) else x * abs(x)


def signed_root(q: Fraction) -> Any:
    """The number x with x |x| = q."""
    return square_root(q) if q >= 0 else -square_root(-q)


@contextmanager
def guarded(digits: int) -> Iterator[None]:
    """A context with more digits of working precision."""
    DOWN.prec, UP.prec = DOWN.prec + digits, UP.prec + digits
    try:
        yield
    finally:
        DOWN.prec, UP.prec = DOWN.prec - digits, UP.prec - digits


def exp_end(x: Decimal, here: Context, there: Context) -> Decimal:
    """A bound of exp(x), on the side to which `here` rounds: Taylor at x / 2^k <= 1/256, then squarings."""
    size = x.adjusted() + 1 if x else 0  # |x| < 10^size
    if x < 0 and (size > 12 or x.is_infinite()):
        return Decimal(0) if here is DOWN else Decimal((0, (1,), -(10**11)))
    if x < 0:
        return here.divide(Decimal(1), exp_end(x.copy_negate(), there, here))
    if size > 12 or x.is_infinite():
        raise Undecided("an exponential beyond all bounds")
    k = max(0, 4 * size + 8)
    with guarded(k // 3 + 5):
        r, found = here.divide(x, Decimal(1 << k)), Decimal(1 if here is DOWN else 2)  # e^xi for every 0 <= xi <= 1/256
        for j in range(DOWN.prec // 2 + 2, 0, -1):
            found = here.add(Decimal(1), here.divide(here.multiply(r, found), Decimal(j)))
        for _ in range(k):
            found = here.multiply(found, found)
    return here.plus(found)


def log_end(x: Decimal, here: Context, there: Context) -> Decimal:
    """A bound of log(x), on the side to which `here` rounds, from y = x^(1/2^k) near 1.

    |log(x)| = 2^k 2 atanh(z) = 2^(k+1) sum z^(2j+1) / (2j + 1) with z = |y - 1| / (y + 1) <= 1/15.
    """
    if x.is_infinite():
        raise Undecided("a logarithm beyond all bounds")
    with guarded(len(str(x.adjusted())) + 12):
        y, k = x, 0
        while not Decimal("0.875") < y < Decimal("1.125"):
            y, k = sqrt_end(y, here), k + 1
        near, far = (here, there) if x >= 1 else (there, here)  # near rounds |log(x)|
        z = near.divide(near.subtract(max(y, Decimal(1)), min(y, Decimal(1))), far.add(y, Decimal(1)))
        square = near.multiply(z, z)
        found = Decimal(0 if near is DOWN else 2)  # the sum from any j on, over z^(2j+1), is in [0, 2]
        for j in range(DOWN.prec // 2 + 2, -1, -1):
            found = near.add(near.divide(Decimal(1), Decimal(2 * j + 1)), near.multiply(square, found))
        found = near.multiply(near.multiply(z, found), Decimal(2 << k))
    return here.plus(found if x >= 1 else found.copy_negate())


def rising(bound: Callable[..., Decimal], x: Any) -> Interval:
    """An increasing function over an interval, from a bound of it at each end."""
    x = interval(x)
    return Interval(bound(x.lo, DOWN, UP), bound(x.hi, UP, DOWN))


def exponential(x: Any) -> Any:
    """exp(x)."""
    if isinstance(x, Series):
        return x.of(exponential, exponential)
    return ONE if x == 0 else rising(exp_end, x)


def logarithm(x: Any) -> Any:
    """log(x), x > 0."""
    if isinstance(x, Series):
        return x.of(logarithm, inverse)
    low, high = compare(x, ZERO)
    if low <= 0:
        raise Reject("a logarithm of a number that is not positive") if high <= 0 else Undecided("sign in a logarithm")
    return ZERO if x == 1 else rising(log_end, x)


def inverse(x: Any) -> Any:
    """1 / x."""
    if isinstance(x, Series):
        return power(x, -ONE)
    if x == 0:
        raise Reject("a division by zero")
    if isinstance(x, Fraction):
        return 1 / x
    if isinstance(x, Root):
        return Root(1 / x.square)
    if x.lo <= 0 <= x.hi:
        raise Undecided("a divisor that may be zero")
    return Interval(DOWN.divide(Decimal(1), x.hi), UP.divide(Decimal(1), x.lo))


def power(x: Any, y: Any) -> Any:
    """x^y: integer y for every x, other y for x >= 0 (x > 0 when y is not certainly positive)."""
    whole = isinstance(y, Fraction) and y.denominator == 1
    if whole and abs(y) > 10_000:
        raise Reject("an exponent above 10000")
    if isinstance(x, Series) and not (whole and 0 <= y <= 64):
        return series_power(x, y)
    if whole and y < 0:
        return inverse(power(x, -y))
    if whole:
        return (enclose(x) if isinstance(x, Fraction) and y * length(x) > EXACT_BITS else x) ** int(y)
    low, high = compare(x, ZERO)
    if high < 0:
        raise Reject("a fractional power of a negative number")
    if isinstance(y, Fraction) and y.denominator in (2, 4, 8) and abs(y) <= 1000:
        return power(square_root(x), 2 * y)
    if low > 0:
        return exponential(y * logarithm(x))
    if low < 0 or sign(y) != 1:
        raise Reject("a power of zero") if high == 0 else Undecided("the sign of a base")
    if high == 0:
        return ZERO
    return Interval(Decimal(0), interval(exponential(y * rising(log_end, Interval(x.hi, x.hi)))).hi)


def series_power(x: Series, y: Any) -> Series:
    """A constant power of an expansion: of its leading power of the variable, times that of the rest."""
    if not isinstance(y, Fraction) or not x.terms:
        raise Undecided("the expansion of a power")
    first = min(x.terms)
    return x.lifted(-first).of(lambda c: power(c, y), lambda c: y * power(c, y - 1)).lifted(first * y)


# 3. Matrices and their spectra: Sylvester's law of inertia, and Weyl's bound for intervals -------------------------


def transpose(a: Matrix) -> Matrix:
    """Transpose of a."""
    return tuple(zip(*a, strict=True))


def dimensions(a: Matrix) -> tuple[int, int]:
    """Rows and columns."""
    return len(a), len(a[0])


def entries(a: Matrix) -> list[Any]:
    """The entries of a."""
    return [x for row in a for x in row]


def matmul(a: Matrix, b: Matrix) -> Matrix:
    """a b."""
    if len(a[0]) != len(b):
        raise Reject(f"a product of {len(a)} x {len(a[0])} and {len(b)} x {len(b[0])} matrices")
    columns = transpose(b)
    return tuple(tuple(total(map(mul, row, column)) for column in columns) for row in a)


def entrywise(f: Callable[..., Any], *matrices: Matrix) -> Matrix:
    """The matrix of f over entries in the same place."""
    if len(set(map(dimensions, matrices))) > 1:
        raise Reject("matrices of different shapes, entry by entry")
    return tuple(tuple(map(f, *rows)) for rows in zip(*matrices, strict=True))


def added(a: Matrix, b: Matrix) -> Matrix:
    """a + b."""
    return entrywise(lambda x, y: exact(x + y), a, b)


def scaled(c: Any, a: Matrix) -> Matrix:
    """c a."""
    return entrywise(lambda x: exact(c * x), a)


def constant(c: Fraction, rows: int, columns: int) -> Matrix:
    """The matrix whose entries are all c."""
    return ((c,) * columns,) * rows


def identity(size: int, c: Fraction = ONE) -> Matrix:
    """c times the identity matrix."""
    return tuple(tuple(c if i == j else ZERO for j in range(size)) for i in range(size))


def square_sum(a: Matrix) -> Any:
    """||a||_F^2."""
    return total(x**2 for x in entries(a))


def rational(a: Matrix) -> bool:
    """Whether every entry is an exact rational."""
    return all(isinstance(x, Fraction) for x in entries(a))


def square(a: Matrix) -> Matrix:
    """The matrix itself, which must be square."""
    if len(a) != len(a[0]):
        raise Reject(f"a {len(a)} x {len(a[0])} matrix where a square one is meant")
    return a


def whole(value: Any, low: int, high: int) -> int:
    """The whole number that a dimension or index must be."""
    if not isinstance(value, Fraction) or value.denominator != 1 or not low <= value <= high:
        raise Reject(f"{show(value)}: not a whole number from {low} to {high}")
    return int(value)


def inertia(a: list[list[int]]) -> tuple[int, int, int]:
    """How many eigenvalues of a symmetric integer matrix are positive, zero, negative: fraction-free LDL^T."""
    a, previous, positive, negative = [row[:] for row in a], 1, 0, 0
    while a:
        n = len(a)
        p = next((i for i in range(n) if a[i][i]), None)
        if p is None:  # zero diagonal: a congruence that adds row and column j to i makes one entry 2 a_ij
            pair = next(((i, j) for i in range(n) for j in range(i) if a[i][j]), None)
            if pair is None:
                break
            p, j = pair
            a[p] = list(map(add, a[p], a[j]))
            for row in a:
                row[p] += row[j]
        pivot = a[p][p]
        positive, negative = (positive + 1, negative) if (pivot > 0) == (previous > 0) else (positive, negative + 1)
        rest = [i for i in range(n) if i != p]
        a = [[(pivot * a[i][j] - a[i][p] * a[p][j]) // previous for j in rest] for i in rest]
        previous = pivot
    return positive, len(a), negative


def integers(a: Matrix) -> tuple[list[list[int]], int]:
    """A rational matrix times the least common denominator, and that denominator."""
    scale = lcm(*(x.denominator for x in entries(a)))
    return [[int(x * scale) for x in row] for row in a], scale


def definite(a: Matrix) -> bool:
    """Whether a symmetric rational matrix is positive semidefinite."""
    return inertia(integers(a)[0])[2] == 0


def eigenvalue(matrix: Matrix, k: int) -> Any:
    """The k-th largest eigenvalue of a symmetric rational matrix, by bisection: exact when found to be rational."""
    a, scale = integers(matrix)

    def side(x: Fraction) -> int:
        """1, 0, -1: the eigenvalue is above, at, below x."""
        shifted = [[v * x.denominator - x.numerator * (i == j) for j, v in enumerate(row)] for i, row in enumerate(a)]
        above, at, _ = inertia(shifted)
        return 1 if above >= k else 0 if above + at >= k else -1

    first = side(ZERO)
    bound = Fraction(1 << max(sum(map(abs, row)) for row in a).bit_length())  # a power of two, above all of them
    low, high = (ZERO, bound) if first > 0 else (-bound, ZERO)
    if first == 0:
        return ZERO
    # a rational eigenvalue of an integer matrix is an integer: the bisection goes on until it would have met one
    while high - low > min(abs(low), abs(high)) / 10**DOWN.prec or 1 < high - low <= 1 << 64:
        middle = (low + high) / 2
        found = side(middle)
        if found == 0:
            return exact(middle / scale)
        low, high = (middle, high) if found > 0 else (low, middle)
    return between(low / scale, high / scale)


def weyl(a: Matrix, of_middle: Callable[[Matrix], Any]) -> Any:
    """A singular value or eigenvalue of every matrix in `a`: that of the middle, give or take ||diameters||_F."""
    a = entrywise(interval, a)
    middle = entrywise(lambda x: (rational_end(x.lo) + rational_end(x.hi)) / 2, a)
    return of_middle(middle) + square_root(square_sum(entrywise(lambda x: x - x, a))) * UNIT


def gram(a: Matrix) -> Matrix:
    """a a^T, exact where a is rational."""
    return tuple(tuple(sum(map(mul, r, c), ZERO) if rational((r, c)) else total(map(mul, r, c)) for c in a) for r in a)


def lambda_k(a: Matrix, k: Any) -> Any:
    """The k-th largest eigenvalue of a symmetric matrix; zero beyond its size."""
    k = whole(k, 1, 10_000)
    if truth_of("==", square(a), transpose(a)) is False:
        raise Reject("eigenvalues of a matrix that is not symmetric")
    if k > len(a):
        return ZERO
    if len(a) == 1:
        return a[0][0]
    if rational(a):
        return eigenvalue(a, k)
    # a symmetric matrix within `a` lies within the same radii of the symmetric part of the middle
    return weyl(a, lambda m: eigenvalue(entrywise(lambda x, y: (x + y) / 2, m, transpose(m)), k))


def sigma_squared(a: Matrix, k: Any) -> Any:
    """The square of the k-th largest singular value; zero beyond min(p, q)."""
    k = whole(k, 1, 10_000)
    a = a if len(a) <= len(a[0]) else transpose(a)
    if k > len(a):
        return ZERO
    if len(a) == 1:
        return square_sum(a)
    squares = gram(a)
    if rational(squares):
        return eigenvalue(squares, k)
    return greatest(ZERO, weyl(a, lambda m: square_root(sigma_squared(m, Fraction(k))))) ** 2


def rank(a: Matrix) -> Fraction:
    """Rank, when exact numbers or singular values certainly above zero show it."""
    squares = gram(a)
    if rational(squares):
        return Fraction(inertia(integers(squares)[0])[0])
    full = Fraction(min(dimensions(a)))
    if sign(sigma_squared(a, full)) != 1:
        raise Undecided("a rank")
    return full


def kronecker_sum(a: Matrix, b: Matrix) -> Matrix:
    """I (x) a + b^T (x) I on stacked columns."""
    n, places = len(square(a)), range(len(a) * len(square(b)))
    if len(places) > DIMENSION:
        raise Reject(f"a Kronecker sum of more than {DIMENSION} rows")

    def entry(i: int, j: int) -> Any:
        first = a[i % n][j % n] if i // n == j // n else ZERO
        return first + (b[j // n][i // n] if i % n == j % n else ZERO)

    return tuple(tuple(entry(i, j) for j in places) for i in places)


# 4. The loss l(W) = sum_ij sum_terms weight phi(slope (X W)_ij + shift) + ridge/2 ||W - center||^2 - l* --------------


def logistic(z: Any) -> Any:
    """1 / (1 + e^-z)."""
    return inverse(1 + exponential(-z))


def softplus(z: Any) -> Any:
    """log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)."""
    return greatest(z, ZERO) + logarithm(1 + exponential(-abs(z)))


def log_cosh(z: Any) -> Any:
    """log(cosh z) = softplus(-2 |z|) + |z| - log 2."""
    return ZERO if z == 0 else softplus(-2 * abs(z)) + abs(z) - logarithm(Fraction(2))


def tanh(z: Any) -> Any:
    """tanh z = 2 / (1 + e^-2z) - 1."""
    return ZERO if z == 0 else 2 * logistic(2 * z) - 1


def bell(z: Any) -> Any:
    """1 / (1 + z^2)."""
    return inverse(1 + z**2)


# name: phi, phi', phi'', and between what phi'' lies on the whole line
PENALTIES: dict[str, tuple[Any, ...]] = {
    # phi'' = 1
    "square": (lambda z: HALF * z**2, lambda z: z, lambda z: ONE, ONE, ONE),
    # phi'' = 0
    "linear": (lambda z: z, lambda z: ONE, lambda z: ZERO, ZERO, ZERO),
    # phi'' = 1 - tanh^2, in (0, 1]
    "log-cosh": (log_cosh, tanh, lambda z: 1 - tanh(z) ** 2, ZERO, ONE),
    # phi'' = (1 + z^2)^(-3/2), in (0, 1]
    "pseudo-huber": (
        lambda z: square_root(1 + z**2) - 1,
        lambda z: z * square_root(bell(z)),
        lambda z: square_root(bell(z)) ** 3,
        ZERO,
        ONE,
    ),
    # phi'' = s(z) s(-z) = s (1 - s) with the logistic s in (0, 1), so in (0, 1/4]
    "softplus": (softplus, logistic, lambda z: logistic(z) * logistic(-z), ZERO, Fraction(1, 4)),
    # phi'' = 2 u (2 u - 1) with u = 1 / (1 + z^2) in (0, 1], so from -1/4 (at u = 1/4) to 2 (at u = 1)
    "log1p-square": (
        lambda z: logarithm(1 + z**2),
        lambda z: 2 * z * bell(z),
        lambda z: 2 * bell(z) * (2 * bell(z) - 1),
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
        u, parts = matmul(self.x, entrywise(sub, w, self.near)), []
        for t in self.terms:
            z = entrywise(lambda a, v, b: exact(a * v) + b, t.slope, u, t.at)
            parts.append(entrywise(mul, t.factors[k], entrywise(PENALTIES[t.phi][k], z)))
        return reduce(added, parts)

    def raw(self, w: Matrix) -> Any:
        """The loss before l* is subtracted."""
        penalty = self.ridge / 2 * square_sum(entrywise(sub, w, self.center))
        return total([*entries(self.derivative(0, w)), penalty])

    def value(self, w: Matrix) -> Any:
        """l(w) less its enclosed minimum, never below 0."""
        found = self.raw(w) - self.minimum[0]
        return greatest(ZERO, found) if isinstance(found, Interval) else found

    def gradient(self, w: Matrix) -> Matrix:
        """The gradient of l at w."""
        back = scaled(self.ridge, entrywise(sub, w, self.center))
        return added(matmul(transpose(self.x), self.derivative(1, w)), back)

    def hessian(self, w: Matrix, u: Matrix) -> Matrix:
        """The Hessian of l at w applied to u."""
        second = entrywise(mul, self.derivative(2, w), matmul(self.x, u))
        return added(matmul(transpose(self.x), second), scaled(self.ridge, u))

    @cached_property
    def curvature(self) -> list[set[Matrix]]:
        """Matrices between which the Hessian on each column of W lies everywhere, exact: the lower, the upper ones.

        They are X^T diag(d) X + ridge I, where d_i sums weight slope^2 times the inf, or the sup, of phi''.
        """
        columns, found = transpose(self.x), []
        for bound in (INF, SUP):
            sizes = [[[PENALTIES[t.phi][bound] * c for c in d] for d in transpose(t.factors[2])] for t in self.terms]
            summed = [[sum(parts) for parts in zip(*d, strict=True)] for d in zip(*sizes, strict=True)]
            weighted = [[tuple(map(mul, column, d)) for column in columns] for d in summed]
            products = [tuple(tuple(sum(map(mul, a, b), ZERO) for b in columns) for a in w) for w in weighted]
            found.append({plus_identity(a, self.ridge) for a in products})
        return found

    @cached_property
    def minimum(self) -> tuple[Any, Matrix]:
        """l* and the minimizer, from the gradient g at `near`: exact where g = 0 and the loss is convex.

        Else the loss is mu-strongly convex: l* >= l(near) - ||g||^2 / (2 mu) and ||W* - near|| <= ||g|| / mu.
        """
        level, square, lower = self.raw(self.near), square_sum(self.gradient(self.near)), self.curvature[0]
        if square == 0 and all(map(definite, lower)):
            return level, self.near
        mu = min(rational_end(interval(eigenvalue(a, len(a))).lo) for a in lower)
        if mu <= 0:
            raise Reject("loss: no mu > 0 is shown with which it is strongly convex, and so no minimum")
        below = square * (HALF / mu) * Interval(Decimal(0), Decimal(1))
        radius = square_root(square) * (1 / mu) * UNIT
        return level - below, entrywise(lambda x: x + radius, self.near)

    def satisfies(self, name: str, constant: Any = None) -> bool:
        """Whether an assumption on the loss is shown to hold, definiteness by LDL^T."""
        quadratic = {t.phi for t in self.terms} <= {"square", "linear"}
        if name in ("twice-differentiable", "quadratic"):
            return quadratic or name != "quadratic"  # each phi is C^2
        if name == "zero-minimum":
            return bool(self.minimum)  # attained, and the loss is shifted by it; or else rejected
        if not isinstance(constant, Fraction):
            raise Reject(f"assumption {name}: its constant is not an exact rational")
        lower, upper = self.curvature
        if name == "smooth":  # -K I <= Hessian <= K I
            upper = {entrywise(neg, a) for a in upper}
            return all(definite(plus_identity(a, constant)) for a in lower | upper)
        if name == "pl" and self.minimum and quadratic:  # ||A v||^2 >= mu <v, A v> for the Hessian A
            return all(definite(entrywise(lambda x, y: x - constant * y, gram(a), a)) for a in lower)
        if name in ("strongly-convex", "pl"):
            return all(definite(plus_identity(a, -constant)) for a in lower)
        raise Reject(f"assumption {name}: not one the checker knows")


def plus_identity(a: Matrix, c: Fraction) -> Matrix:
    """a + c I, exact."""
    return entrywise(add, a, identity(len(a), c))


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
        """Every symbol that a node mentions, `through` definitions too; "(run)" where it speaks of all steps."""
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


@dataclass
class Frame:
    """Values of nodes where some names are bound; what depends on none of these is asked of the parent.

    frozen: the bound name counts only where it is written; defined symbols keep the value that they have outside.
    """

    scene: Scene
    values: dict[str, Any]
    parent: Frame | None = None
    step: int | None = None
    frozen: bool = False
    known: dict[int, Any] = field(default_factory=dict)

    def value(self, node: Node) -> Any:
        """The number, or matrix of numbers, of a node."""
        if id(node) not in self.known:
            if self.parent and self.scene.names(node, not self.frozen).isdisjoint(self.values):
                self.known[id(node)] = self.parent.value(node)
            else:
                args = [self, *node[1:]] if node[0] in OF_NODES else self.all(node[1:])
                self.known[id(node)] = exact(HEADS[node[0]][2](*args))
        return self.known[id(node)]

    def all(self, nodes: Iterable[Node]) -> list[Any]:
        """The values of nodes."""
        return [self.value(a) for a in nodes]

    def named(self, name: str) -> Any:
        """The value of a name, bound or defined."""
        if name in self.values:
            return self.values[name]
        if name not in self.scene.where:
            raise Reject(f"{name}: it has no value in the certificate")
        return self.value(self.scene.where[name])

    def shape_of(self, rows: Node, columns: Node) -> tuple[int, int]:
        """The shape that two nodes declare."""
        return whole(self.value(rows), 1, DIMENSION), whole(self.value(columns), 1, DIMENSION)

    def local(self, variable: Node, value: Number, frozen: bool = False) -> Frame:
        """A frame in which the variable of a function has a value, in place of its definition if it has one."""
        return Frame(self.scene, {variable[1]: value}, self, frozen=frozen)

    def loss(self) -> Loss:
        """The certificate's loss. Raises: Reject when there is none."""
        if self.scene.loss is None:
            raise Reject("the statement speaks of a loss and the certificate has none")
        return self.scene.loss

    def at_points(self, method: str, *nodes: Node) -> Any:
        """A method of the loss at the values of nodes."""
        points = self.all(nodes)
        if any(dimensions(p) != dimensions(self.loss().near) for p in points):
            raise Reject("a point or direction that has not the shape of the loss's domain")
        return getattr(self.loss(), method)(*points)

    def history(self, term: Node, first: int) -> list[Any]:
        """Values of a term at the steps first .. t of the run."""
        if self.step is None:
            raise Reject("a sum or product over the run inside a root or an integral")
        return [f.value(term) for f in self.scene.frames[first : self.step + 1]]


# property of a symbol: what its value must be to zero
DOMAINS = {"positive": ">", "nonnegative": ">=", "negative": "<", "nonpositive": "<=", "nonzero": "!=", "integer": ""}


def symbol(frame: Frame, name: str, *flags: str) -> Any:
    """Value of a symbol, its declared domain checked."""
    value = frame.named(name)
    broken = isinstance(value, Root) or (isinstance(value, Fraction) and value.denominator != 1)
    for flag in flags:
        if broken if flag == "integer" else truth_of(DOMAINS[flag], value, ZERO) is False:
            raise Reject(f"symbol {name}: its value is not {flag}, outside its domain")
    return value


def matrix_symbol(frame: Frame, name: str, rows: Node, columns: Node) -> Matrix:
    """Value of a matrix symbol, its declared shape checked."""
    value: Matrix = frame.named(name)
    if dimensions(value) != frame.shape_of(rows, columns):
        raise Reject(f"matrix {name}: {len(value)} x {len(value[0])}, not {text(rows)} x {text(columns)}")
    return value


def matrix_product(*factors: Any) -> Matrix:
    """Product of matrices, with a scalar in front or without."""
    scalar = not isinstance(factors[0], tuple)
    return scaled(factors[0], reduce(matmul, factors[1:])) if scalar else reduce(matmul, factors)


def stack(a: Matrix, b: Matrix) -> Matrix:
    """[a; b]."""
    if len(a[0]) != len(b[0]):
        raise Reject("stacked matrices with different numbers of columns")
    return (*a, *b)


def integral(frame: Frame, node: Node, variable: Node) -> Any:
    """The integral over [0, 1] from the expansion there, exact for a polynomial."""
    value = frame.local(variable, Series({ONE: ONE}, ZERO, ONE)).value(node)
    terms = value.terms if isinstance(value, Series) else {ZERO: value}
    if min(terms, default=ZERO) <= -1:
        raise Undecided("an integral that may diverge")
    return total(c * (1 / (e + 1)) for e, c in terms.items())


# head: sort of its value, pattern of its arguments, its value. Sorts: s scalar, m matrix, a assumption, r relation,
# c other claim, o infinity; in patterns also v a symbol (which is an s), w a word, x s or m, i s or o.
HEADS: dict[str, tuple[str, str, Any]] = {
    "Add": ("s", "s+", lambda *x: total(x)),
    "Mul": ("s", "s+", lambda *x: product(x)),
    "Max": ("s", "s+", lambda *x: reduce(greatest, x)),
    "Min": ("s", "s+", lambda *x: reduce(least, x)),
    "Pow": ("s", "ss", power),
    "exp": ("s", "s", exponential),
    "log": ("s", "s", logarithm),
    "Abs": ("s", "s", abs),
    "MatAdd": ("m", "m+", lambda *a: reduce(added, a)),
    "MatMul": ("m", "s?m+", matrix_product),
    "MatPow": ("m", "ms", lambda a, k: reduce(matmul, [square(a)] * whole(k, 1, 100))),
    "Transpose": ("m", "m", transpose),
    "Identity": ("m", "s", lambda k: identity(whole(k, 1, DIMENSION))),
    "ZeroMatrix": ("m", "ss", lambda p, q: constant(ZERO, whole(p, 1, DIMENSION), whole(q, 1, DIMENSION))),
    "Stack": ("m", "mm", stack),
    "KroneckerSum": ("m", "mm", kronecker_sum),
    "Inner": ("s", "mm", lambda a, b: total(entries(entrywise(mul, a, b)))),
    "Trace": ("s", "m", lambda a: total(row[i] for i, row in enumerate(square(a)))),
    "Fro": ("s", "m", lambda a: square_root(square_sum(a))),
    "Sigma": ("s", "ms", lambda a, k: square_root(sigma_squared(a, k))),
    "SigmaMax": ("s", "m", lambda a: square_root(sigma_squared(a, ONE))),
    "SigmaMin": ("s", "m", lambda a: square_root(sigma_squared(a, Fraction(min(dimensions(a)))))),
    "Rank": ("s", "m", rank),
    "Lambda": ("s", "ms", lambda_k),
    "Infinity": ("o", "", None),
    "AllOf": ("c", "r+", None),
    "WellShaped": ("c", "x+", None),
    "Monotone": ("c", "svw", None),
    "UniqueRoot": ("c", "sviiw", None),
    "Limit": ("c", "sviiw", None),
}
HEADS |= {op: ("r", "ss|mm" if op in ("==", "!=") else "ss", partial(truth_of, op)) for op in RELATIONS}
# the same for heads whose value is one of a frame and their arguments, not of the arguments' values
OF_NODES: dict[str, tuple[str, str, Any]] = {
    "Rational": ("s", "w", lambda f, q: fraction(q)),
    "Symbol": ("s", "w+", symbol),
    "MatrixSymbol": ("m", "wss", matrix_symbol),
    "Loss": ("s", "m", lambda f, w: f.at_points("value", w)),
    "Grad": ("m", "m", lambda f, w: f.at_points("gradient", w)),
    "Hess": ("m", "mm", lambda f, w, u: f.at_points("hessian", w, u)),
    "HistorySum": ("s", "s", lambda f, x: total(f.history(x, 0))),
    "HistoryProduct": ("s", "ss", lambda f, x, k: product(f.history(x, whole(f.value(k), 0, STEPS)))),
    "MinRoot": ("s", "sv", lambda f, x, v: min_root(f, x, v)),
    "TauIntegral": ("s", "sv", integral),
    "Assumption": ("a", "ws?", lambda f, name, *k: f.loss().satisfies(name, *f.all(k))),
}
HEADS |= OF_NODES


def sort(node: Any) -> str:
    """The sort of a node: a letter of HEADS, "w" for a word, "?" for what the checker does not know."""
    if isinstance(node, str):
        return "w"
    known = isinstance(node, list) and node and isinstance(node[0], str) and node[0] in HEADS
    return HEADS[node[0]][0] if known else "?"


def text(node: Any) -> str:
    """A node or relation as a reader writes it."""
    if not isinstance(node, list):
        return str(node)
    head, args = node[0], node[1:]
    words = list(map(text, args))
    if head in ("Rational", "Symbol", "MatrixSymbol"):
        return words[0]
    if head in RELATIONS:
        return f"{words[0]} {head} {words[1]}"
    if head == "AllOf":
        return " and ".join(words)
    if head in ("Add", "MatAdd"):
        return " + ".join(words).replace("+ -", "- ")
    if head in ("Mul", "MatMul"):
        factors = [f"({w})" if a[0] in ("Add", "MatAdd") else w for a, w in zip(args, words, strict=True)]
        if head == "Mul":
            factors.sort(key=lambda f: not f[-1].isdigit() or f[0].isalpha())
        return " ".join(factors).replace("-1 ", "-", 1) if factors[0] == "-1" else " ".join(factors)
    if head in ("Pow", "MatPow", "Transpose"):
        bare = args[0][0] in ("Symbol", "MatrixSymbol", "Sigma", "SigmaMax", "SigmaMin", "Fro", "Loss", "Lambda")
        base = words[0] if bare or words[0].isdigit() else f"({words[0]})"
        up = "T" if head == "Transpose" else words[1]
        return f"{base}^{up if up.isalnum() else f'({up})'}"
    return f"{head}({', '.join(words)})" if args else head


# 6. Smallest positive roots ------------------------------------------------------------------------------------------

CLOSE = Fraction(1, 64)  # below this an expansion at zero may see a sign that the plain value does not


def min_root(frame: Frame, node: Node, variable: Node) -> Interval:
    """The smallest positive root: the node has one sign up to its lower end, certainly, and the other at its upper end.

    The sign near zero comes from the expansion there; then cells are cut until they have one sign or are short, at
    most 1000 times. Where the other sign is not found there may be no root: then only the lower end is known.
    """

    def sign_at(value: Any) -> int | None:
        try:
            return sign(frame.local(variable, value).value(node))
        except (*OPEN, Reject):
            return None

    def sign_on(low: Fraction, high: Fraction) -> int | None:
        near = Series({ONE: ONE}, low, high)
        return (sign_at(between(low, high)) if low else None) or (sign_at(near) if high < CLOSE else None)

    def root_on(low: Fraction, high: Fraction) -> Interval | None:
        """An enclosure of the first root above low, when there is none up to low and one up to high."""
        if sign_on(low, high) == side:
            return None
        if (high - low) * (1 << DOWN.prec // 2) > high and next(cuts, 0):
            middle = (low + high) / 2
            return root_on(low, middle) or root_on(middle, high)
        ends = (low + (high - low) * 2**i for i in range(DOWN.prec))
        end = next((x for x in ends if sign_at(x) == -(side or 0)), None)
        if end is None:
            return Interval(enclose(low).lo, Decimal("Infinity"))
        found = between(low, end)
        frame.local(variable, found).value(node)  # defined, hence continuous, all the way from one sign to the other
        return found

    start = next((x for x in (Fraction(1, 1 << (1 << j)) for j in range(3, 14)) if sign_on(ZERO, x)), ONE)
    side, cuts = sign_on(ZERO, start), iter(range(1, 1000))
    if not side:
        raise Undecided("the sign near zero of an equation")
    while start < 1 << 64:
        found = root_on(start, 2 * start)
        if found:
            return found
        start *= 2
    return Interval(enclose(start).lo, Decimal("Infinity"))


# 7. Shapes -----------------------------------------------------------------------------------------------------------


class Disagreement(Exception):
    """Two shapes that do not agree at the certificate's dimensions."""


def shape(frame: Frame, node: Node, domain: set[tuple[int, ...]]) -> tuple[int, ...]:
    """(rows, columns) of a node, (1, 1) of a scalar, everything in it judged; `domain` collects that of the loss."""
    head, args = node[0], node[1:]
    if head in ("Rational", "Symbol"):
        return (1, 1)
    if head in ("MatrixSymbol", "ZeroMatrix", "Identity"):
        return frame.shape_of(args[0] if head == "Identity" else args[-2], args[-1])
    judged = [shape(frame, a, domain) for a in args]
    parts = [found for a, found in zip(args, judged, strict=True) if sort(a) == "m"]

    def agree(*shapes: tuple[int, ...]) -> None:
        if len(set(shapes)) > 1:
            raise Disagreement(f"{text(node)}: " + " against ".join(" x ".join(map(str, s)) for s in shapes))

    if head == "MatMul":
        for left, right in pairwise(parts):
            agree(left[1:], right[:1])
        return (parts[0][0], parts[-1][1])
    if head in ("MatAdd", "Inner", "Hess", "Grad", "Loss"):
        agree(*parts)
    if head in ("Hess", "Grad", "Loss"):
        domain.add(parts[0])
        agree(*sorted(domain))
    if head in ("MatPow", "Trace", "Lambda", "KroneckerSum"):
        for p in parts:
            agree(p, p[::-1])
    if head == "Stack":
        agree(parts[0][1:], parts[1][1:])
        return (parts[0][0] + parts[1][0], parts[0][1])
    if head == "KroneckerSum":
        return (parts[0][0] * parts[1][0],) * 2
    if head == "Transpose":
        return parts[0][::-1]
    return parts[0] if sort(node) == "m" else (1, 1)


# 8. Hypotheses and claims --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of the check: a relation or assumption with both sides and its truth."""

    step: int | None
    relation: str
    lhs: Any
    rhs: Any
    truth: bool | None


def judge(frame: Frame, node: Node) -> Row:
    """The row of a relation or assumption in a frame."""
    sides = [None if isinstance(a, str) else frame.value(a) for a in node[1:]]
    left, right = sides if node[0] != "Assumption" else ([*sides[1:], None][0], None)
    return Row(frame.step, text(node), left, right, frame.value(node))


def sure(row: Row, wanted: bool) -> Row:
    """The row, if its truth is certainly as wanted."""
    at = "" if row.step is None else f" at step {row.step}"
    if row.truth is None:
        raise Undecided(f"{row.relation}{at}")
    if row.truth is not wanted:
        raise Reject(f"the hypothesis {row.relation} fails{at}" if wanted else f"the claim {row.relation} holds{at}")
    return row


def refutation(certificate: dict[str, Any], statement: Statement, frame: Frame) -> list[Row]:
    """The rows that refute the claim, the last being the claim's own."""
    then, violated = statement.then, certificate["violated"]
    relations = then[1:] if then[0] == "AllOf" else [then]
    if type(violated) is not int or not 0 <= violated < len(relations):
        raise Reject("violated: not the index of a relation of the claim")
    if ("points" in certificate) != (then[0] in ("Monotone", "UniqueRoot")):
        raise Reject("points: wanted by claims about a function, and by no others")
    if then[0] in ("Monotone", "UniqueRoot"):
        return refuted_function(certificate["points"], statement, frame)
    if then[0] == "WellShaped":
        return [refuted_shapes(then, frame)]
    if then[0] == "Limit":
        return [refuted_limit(statement, frame)]
    return [sure(judge(frame, relations[violated]), False)]


def refuted_shapes(then: Node, frame: Frame) -> Row:
    """The row of two shapes that do not agree."""
    domain: set[tuple[int, ...]] = set()
    try:
        for term in then[1:]:
            shape(frame, term, domain)
    except Disagreement as found:
        return Row(None, f"shapes agree in {found}", None, None, False)
    raise Reject("the claim holds at these dimensions: all shapes agree")


def on_variable(statement: Statement, frame: Frame) -> list[Node]:
    """The hypotheses on the variable of a claim about a function, which are judged at its values."""
    variable = statement.then[2][1] if statement.then[0] in WORDS else None
    return [node for node in statement.given if variable in frame.scene.names(node, False)]


def refuted_limit(statement: Statement, frame: Frame) -> Row:
    """The row of a limit from which the expression stays away, wherever the hypotheses hold near the place."""
    _, expression, variable, point, value, side = statement.then

    def avoids(top: Fraction) -> bool:
        """Whether it stays away where the variable is a + x, a - x, or 1/x at infinity, for all 0 < x <= top."""
        zero = Series({}, ZERO, top)
        if point[0] == "Infinity":
            germ = zero + Series({-ONE: ONE}, ZERO, top)
        else:
            germ = zero + frame.value(point) + Series({ONE: ONE if side == "+" else -ONE}, ZERO, top)
        near = frame.local(variable, germ, frozen=True)
        if not all(near.value(node) for node in on_variable(statement, frame)):
            return False
        if value[0] == "Infinity":  # bounded from above near the place
            above = zero + near.value(expression)
            return min(above.terms, default=ZERO) >= 0 or sign(above) == -1
        apart = zero + near.value(expression) - near.value(value)
        return min(apart.terms, default=ONE) <= 0 and sign(apart) in (1, -1)

    if not any(avoids(Fraction(1, 1 << (1 << j))) for j in range(12)):
        raise Undecided("whether the expression stays away from the limit claimed")
    words = f"{text(expression)} tends to {text(value)} as {text(variable)} to {text(point)}{side}"
    return Row(None, words, None, None, False)


def refuted_function(listed: Any, statement: Statement, frame: Frame) -> list[Row]:
    """The rows of a function at increasing points: it goes the other way, or changes its sign twice."""
    head, expression, variable, *rest = statement.then
    count = 2 if head == "Monotone" else 3
    if not isinstance(listed, list) or len(listed) != count:
        raise Reject(f"points: {count} values of {variable[1]} are wanted")
    points = [fraction(x) for x in listed]
    if sorted(set(points)) != points:
        raise Reject("points: not increasing")
    at = [frame.local(variable, x, frozen=True) for x in points]
    given = on_variable(statement, frame)
    rows = [sure(judge(local, node), True) for local in at for node in given]
    values = [local.value(expression) for local in at]
    if head == "Monotone":
        op = "<" if rest[0] == "increasing" else ">"
        words = f"{text(expression)} at {text(variable)} = {points[0]} {op} the same at {points[1]}"
        return [*rows, sure(Row(None, words, values[0], values[1], truth_of(op, values[0], values[1])), False)]
    if given:
        raise Reject("points: hypotheses on the variable of an equation, which its roots need not meet")
    signs = [sign(v) for v in values]
    if None in signs:
        raise Undecided(f"the sign of {text(expression)}")
    if 0 in signs or signs[0] == signs[1] or signs[1] == signs[2]:
        raise Reject("points: the expression does not change sign twice")
    lower, upper = rest[:2]
    inside = lower != ["Infinity"] and compare(points[0], frame.value(lower))[0] == 1
    if not inside or (upper != ["Infinity"] and compare(points[2], frame.value(upper))[1] != -1):
        raise Reject("points: not inside the interval of the claim")
    cells = [points[0] + (points[2] - points[0]) * Fraction(j, 64) for j in range(65)]
    for p, q in pairwise(cells):  # the expression is defined, hence continuous, all the way between the points
        frame.local(variable, between(p, q), frozen=True).value(expression)
    words = f"{text(expression)} = 0 has one root only (two changes of sign)"
    return [Row(None, words, values[0], values[1], False)]


METHODS = dict.fromkeys(("Sigma", "SigmaMax", "SigmaMin", "Lambda", "Rank"), "LDL^T inertia")
METHODS |= {"exp": "Taylor series", "log": "atanh series", "Pow": "integer root or exp and log", "Fro": "integer root"}
METHODS |= {"Loss": "the loss's data", "MinRoot": "signs on cells", "TauIntegral": "exact quadrature"}


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
            parts = node if isinstance(node, dict) else dict(zip(map(str, range(len(node))), node, strict=True))
            if isinstance(node, str) or part not in parts:
                raise Reject(f"enclosures: no place {item['at']} in the statement")
            node = parts[part]
        if sort(node) != "s" or METHODS.get(node[0]) != item["by"]:
            raise Reject(f"enclosures: what stands at {item['at']} is not proved by {item['by']}")
        value = frame.value(node)
        truths = truth_of("<=", fraction(item["lower"]), value), truth_of("<=", value, fraction(item["upper"]))
        if False in truths:
            raise Reject(f"enclosures: {text(node)} is not between the stated bounds")
        if None in truths:
            raise Undecided(f"the enclosure of {text(node)}")


# 9. Reading a certificate and deciding it ----------------------------------------------------------------------------

KEYS = {"schema", "label", "statement", "digest", "dims", "bindings", "loss", "steps", "violated"}
LOSS_KEYS = {"centered": {"kind", "phi", "X", "W_star", "ridge"}, "entrywise": {"kind", "X", "terms", "ridge", "near"}}
KINDS = {"identity", "inequality", "step", "trajectory", "shape", "monotonicity", "existence", "limit"}
WORDS = {"Monotone": ("increasing", "decreasing"), "UniqueRoot": ("exactly one",), "Limit": ("+", "-")}
OF_THE_RUN = {"W1", "W2", "eta", "t"}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RATIONAL = re.compile(rf"(-?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}}))(?:/([1-9][0-9]{{0,{DIGITS - 1}}}))?")


def fraction(value: Any) -> Fraction:
    """The rational of a string "p" or "p/q"."""
    match = RATIONAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Reject(f"{str(value)[:40]!r}: not a rational 'p' or 'p/q' of at most {DIGITS} digits each")
    return Fraction(int(match[1]), int(match[2] or 1))


def table(value: Any, what: str, rows: int = DIMENSION) -> Matrix:
    """A matrix of rationals."""
    if not isinstance(value, list) or not value or not all(isinstance(row, list) and row for row in value):
        raise Reject(f"{what}: not a table of rationals")
    if len({len(row) for row in value}) > 1 or len(value) > rows or len(value[0]) > DIMENSION:
        raise Reject(f"{what}: its rows differ in length, or it has more than {rows} rows or {DIMENSION} columns")
    return tuple(tuple(map(fraction, row)) for row in value)


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

    return json.loads(content, object_pairs_hook=unique, parse_int=whole, parse_float=refuse, parse_constant=refuse)


def well_formed(node: Any, names: dict[str, Node], depth: int = 0) -> None:
    """None, when a node and all in it are as HEADS has them. `names` collects symbols."""
    if depth > DEPTH:
        raise Reject(f"a tree deeper than {DEPTH} levels")
    if sort(node) == "?":
        raise Reject(f"node {json.dumps(node)[:60]}: not a node that the checker knows")
    head, args = node[0], node[1:]
    letters = "".join("v" if sort(a) == "s" and a[0] == "Symbol" else sort(a) for a in args)
    pattern = HEADS[head][1].translate({ord("s"): "[sv]", ord("i"): "[svo]", ord("x"): "[svm]"})
    if "?" not in letters and not re.fullmatch(pattern, letters):
        raise Reject(f"node {head}: {len(args)} arguments of sorts {letters}, which do not fit")
    if head == "Rational":
        fraction(args[0])
    if head in ("Symbol", "MatrixSymbol"):
        if not NAME.fullmatch(args[0]):
            raise Reject(f"node {json.dumps(node)[:60]}: a symbol without a name")
        if names.setdefault(args[0], node) != node:
            raise Reject(f"{args[0]}: one name for two symbols")
        if head == "Symbol" and not set(args[1:]) <= set(DOMAINS):
            raise Reject(f"symbol {args[0]}: a domain that the checker does not know")
    for a in args:
        if not isinstance(a, str):
            well_formed(a, names, depth + 1)


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
    for node in [*given, then]:
        if sort(node) not in ("rc" if node is then else "ra") or then[-1] not in WORDS.get(then[0], then[-1:]):
            raise Reject(
                f"{json.dumps(node)[:60]}: not a claim or hypothesis of which the checker can verify a witness"
            )
        well_formed(node, names)
    opened: set[str] = set()

    def open_up(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise Reject(f"{name}: defined by itself")
        if name in where and name not in opened:
            inner: dict[str, Node] = {}
            well_formed(where[name], inner)
            if sort(where[name]) != sort(names[name]):
                raise Reject(f"{name}: a number defined as a matrix, or a matrix as a number")
            for other, node in inner.items():
                if names.setdefault(other, node) != node:
                    raise Reject(f"{other}: one name for two symbols")
                open_up(other, (*above, name))
            opened.add(name)

    for name in list(names):
        open_up(name, ())
    if set(where) - opened:
        raise Reject(f"{min(set(where) - opened)}: a definition that the statement does not use")
    return Statement(value["kind"], given, then, where, names)


def read_loss(value: Any) -> Loss | None:
    """The loss of a certificate: "centered" is phi about X W* and the ridge about W*, "entrywise" a sum of terms."""
    if value is None:
        return None
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or set(value) != LOSS_KEYS.get(kind):
        raise Reject("loss: its keys are not those of a kind that the checker knows")
    name = "W_star" if kind == "centered" else "near"
    x, near, ridge = table(value["X"], "X", DATA_ROWS), table(value[name], name), fraction(value["ridge"])
    if len(x[0]) != len(near) or ridge < 0:
        raise Reject(f"loss: X and {name} do not fit, or the ridge is negative")
    if kind == "centered":
        if value["phi"] not in ("square", "log-cosh", "pseudo-huber"):  # of minimum 0 at 0
            raise Reject("loss: its phi is not one that the checker knows")
        zero, one = (constant(c, len(x), len(near[0])) for c in (ZERO, ONE))
        return Loss(x, near, [Term(value["phi"], one, zero, (one,) * 3)], ridge, near)
    if not isinstance(value["terms"], list) or not 1 <= len(value["terms"]) <= 100:
        raise Reject("loss: its terms are not a list of 1 to 100")
    return Loss(x, near, [read_term(t, x, near) for t in value["terms"]], ridge, constant(ZERO, *dimensions(near)))


def read_term(value: Any, x: Matrix, near: Matrix) -> Term:
    """A term {base, weight, slope, shift} of an entrywise loss."""
    if not isinstance(value, dict) or set(value) != {"base", "weight", "slope", "shift"}:
        raise Reject("loss: the keys of a term are not base, weight, slope, shift")
    base, wanted, tables = value["base"], (len(x), len(near[0])), []
    if not isinstance(base, str) or base not in PENALTIES:
        raise Reject("loss: a base that the checker does not know")
    for key in ("weight", "slope", "shift"):
        given = value[key]
        tables.append(table(given, key, DATA_ROWS) if isinstance(given, list) else constant(fraction(given), *wanted))
        if dimensions(tables[-1]) != wanted:
            raise Reject(f"loss: the table of a {key} is not {wanted[0]} x {wanted[1]}")
    weight, slope, shift = tables
    if base != "linear" and any(c < 0 for c in entries(weight)):
        raise Reject("loss: a negative weight")
    products = tuple(tuple(sum(map(mul, row, column), ZERO) for column in transpose(near)) for row in x)
    at = entrywise(lambda a, u, b: a * u + b, slope, products, shift)
    return Term(base, slope, at, tuple(entrywise(lambda c, a, k=k: c * a**k, weight, slope) for k in range(3)))


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
        for name in ({"W_star", "X"} & set(statement.names)) - set(statement.where):
            data = loss.x if name == "X" else loss.minimum[1]
            if values.setdefault(name, data) != data:
                raise Reject(f"{name}: bound to something else than the loss has")
    return values


def frames_of(certificate: dict[str, Any], statement: Statement) -> list[Frame]:
    """The frames in which hypotheses must hold, the claim being made in the last: all steps of the run, or one."""
    loss = read_loss(certificate["loss"])
    values = read_bindings(certificate, statement, loss)
    scene, steps = Scene(statement.where, loss), certificate["steps"]
    outer = Frame(scene, values)
    if statement.kind != "trajectory":
        if steps is not None:
            raise Reject("steps: only a claim about a trajectory has them")
        scene.frames.append(outer)
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
    w1, w2 = values["W1_0"], values["W2_0"]
    if len(w1[0]) != len(w2[0]) or (len(w1), len(w2)) != dimensions(loss.near):
        raise Reject("W1_0 and W2_0: not the shapes of factors of the loss's domain")
    for t, eta in enumerate(sizes):
        now = {"W1": w1, "W2": w2, "eta": eta, "t": Fraction(t), "(run)": None}
        scene.frames.append(Frame(scene, now, outer, t))
        if t + 1 < len(sizes):
            g = loss.gradient(matmul(w1, transpose(w2)))
            w1, w2 = added(w1, scaled(-eta, matmul(g, w2))), added(w2, scaled(-eta, matmul(transpose(g), w1)))
    return scene.frames


@dataclass(frozen=True)
class Finding:
    """What an accepted certificate shows: the rows of every hypothesis and, last, the violated claim; the steps."""

    label: str
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
    undecided: Exception = Undecided()
    for bits in LADDER:
        work(bits)
        try:
            frames = frames_of(certificate, statement)
            later = on_variable(statement, frames[0])
            given = [node for node in statement.given if node not in later]
            rows = [sure(judge(frame, node), True) for frame in frames for node in given]
            rows += refutation(certificate, statement, frames[-1])
            check_enclosures(certificate, frames[-1])
            return Finding(label, label in claims, text(statement.then), rows, frames, bits)
        except OPEN as why:
            undecided = why
    raise Reject(f"not decided with {LADDER[-1]} bits: {undecided}")


# 10. The command -----------------------------------------------------------------------------------------------------


def decimal(q: Fraction | Decimal, up: bool) -> str:
    """Twelve digits of a rational or decimal, rounded down or up."""
    q = q if isinstance(q, Decimal) else (enclose(q).hi if up else enclose(q).lo)
    return str(Context(12, ROUND_CEILING if up else ROUND_FLOOR, MIN_EMIN, MAX_EMAX).plus(q)).lower()


def show(x: Any) -> str:
    """A number with what is known of it: exact or an enclosure; or a matrix of these."""
    if x is None:
        return ""
    if isinstance(x, tuple):
        return "[" + ", ".join(map(show, x)) + "]"
    if isinstance(x, Fraction):
        return str(x) if len(str(x)) <= 24 else f"about {decimal(x, False)}"
    if isinstance(x, Root):
        return f"{'-' if x.square < 0 else ''}sqrt({show(abs(x.square))}) = {show(interval(x))}"
    return f"[{decimal(x.lo, False)}, {decimal(x.hi, True)}]"


def known_claims() -> dict[str, str]:
    """Label -> digest of the catalog's claims, from claims.json beside this file; empty when there is none."""
    path = Path(__file__).with_name("claims.json")
    return dict(json.loads(path.read_text(encoding="ascii"))) if path.exists() else {}


def check_text(content: str, claims: dict[str, str]) -> tuple[int, str]:
    """(0, what it shows) of a certificate that holds, (1, why not), or (2, ...) when the text is not JSON."""
    try:
        certificate = parse(content)
        found = decide(certificate, claims)
    except json.JSONDecodeError as error:
        return 2, f"unreadable: not JSON ({error.msg} at line {error.lineno})"
    except Reject as why:
        return 1, f"rejected: {ascii(' '.join(str(why).split()))[1:-1]}"
    except RecursionError:
        return 1, "rejected: it is nested too deeply"
    row, statement = found.rows[-1], certificate["statement"]
    sides = f"; left {show(row.lhs)}, right {show(row.rhs)}" if row.lhs is not None else ""
    lines = [f"holds: {found.label} is refuted: {row.relation} is false{sides} ({len(found.rows) - 1} hypotheses)"]
    if not found.known:
        lines.append(f"  {found.label} is no label in claims.json: the claim is the certificate's own, in full:")
        lines += [f"    given {text(node)}" for node in statement["given"]] + [f"    then  {found.claim}"]
        lines += [f"    where {name} = {text(node)}" for name, node in sorted(statement["where"].items())]
    return 0, "\n".join(lines)


def check_file(path: str, claims: dict[str, str]) -> tuple[int, str]:
    """What `check_text` says of a file, (2, ...) also when it cannot be read."""
    try:
        with open(path, "rb") as file:
            raw = file.read(FILE_BYTES + 1)
        return check_text(raw.decode("utf-8"), claims) if len(raw) <= FILE_BYTES else (2, "unreadable: too long")
    except UnicodeDecodeError:
        return 2, "unreadable: not text in UTF-8"
    except OSError as error:
        return 2, f"unreadable: {error.strerror}"


def main(paths: list[str]) -> int:
    """Exit code of the command: a line for each file, on stderr for those that cannot be read."""
    if not paths:
        print("usage: python -I check.py FILE...", file=sys.stderr)
        return 2
    worst, claims = 0, known_claims()
    for path in paths:
        code, line = check_file(path, claims)
        print(f"{path}: {line}", file=sys.stderr if code == 2 else sys.stdout)
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
