"""Ball arithmetic on python-flint's arb: a comparison is True or False only when certain, None otherwise.

Work happens at the field's own precision: enter `with field.precision():` around it (`properties.evaluate` does).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx, fmpq

from properties.fields.field import as_rows
from properties.fields.spectrum import root, symmetric_eigenvalues

_METHODS = {
    "exp": "exp",
    "log": "log",
    "expm1": "expm1",
    "log1p": "log1p",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "atan": "atan",
    "asinh": "asinh",
    "erf": "erf",
    "sign": "sgn",
}


class Ball:
    """The deciding field for strict inequalities, at `bits` of precision."""

    name = "ball"

    def __init__(self, bits: int = 128) -> None:
        self.bits = bits

    def precision(self) -> AbstractContextManager[Any]:
        """The context in which values of this field are computed."""
        return ctx.workprec(self.bits)

    def finer(self) -> Ball:
        """The same field at twice the precision."""
        return type(self)(2 * self.bits)

    def scalar(self, raw: Any) -> Any:
        """A ball of an int, a Fraction or an fmpq; a ball as it is. Raises TypeError on a float."""
        if isinstance(raw, arb):
            return raw
        if isinstance(raw, fmpq):
            return arb(raw)
        if isinstance(raw, float):
            raise TypeError(f"value = {raw!r}: exact fields take ints and Fractions, not floats")
        q = Fraction(raw)
        return arb(fmpq(q.numerator, q.denominator))

    def matrix(self, raw: Any) -> Any:
        """An arb_mat of rows of exact numbers; one as it is. Raises TypeError on a float."""
        if isinstance(raw, arb_mat):
            return raw
        rows = as_rows(raw)
        return arb_mat([[self.scalar(x) for x in row] for row in rows])

    def infinity(self) -> Any:
        """The ball of plus infinity."""
        return arb.pos_inf()

    def sqrt(self, x: Any) -> Any:
        """Square root; of a ball that reaches below zero, that of its part from zero on."""
        return root(arb(x))

    def power(self, x: Any, exponent: Any) -> Any:
        """x to a rational power; a ball that reaches zero keeps a valid hull for positive exponents."""
        if not isinstance(exponent, Fraction | int):
            return self.scalar(x) ** self.scalar(exponent)
        e = Fraction(exponent)
        if e.denominator == 1:
            return _integer_power(arb(x), int(e))
        if e.denominator == 2:
            return _integer_power(self.sqrt(x), e.numerator)
        base = arb(x)
        if not base > 0 and e > 0:
            # Monotone on [0, oo): hull of the ends, valid down to zero.
            upper = base.upper()
            top = (upper.log() * arb(fmpq(e.numerator, e.denominator))).exp() if upper > 0 else arb(0)
            low_end = base.lower()
            low = (low_end.log() * arb(fmpq(e.numerator, e.denominator))).exp() if low_end > 0 else arb(0)
            return low.union(top)
        return (base.log() * arb(fmpq(e.numerator, e.denominator))).exp()

    def function(self, name: str, x: Any) -> Any:
        """The named function of x, enclosed: one of `_METHODS`, or Abs."""
        if name == "Abs":
            return abs(arb(x))
        return getattr(arb(x), _METHODS[name])()

    def maximum(self, x: Any, y: Any) -> Any:
        """An enclosure of max(x, y)."""
        return arb(x).max(arb(y))

    def minimum(self, x: Any, y: Any) -> Any:
        """An enclosure of min(x, y)."""
        return arb(x).min(arb(y))

    def compare(self, x: Any, op: str, y: Any) -> bool | None:
        """True or False when x op y is certain, None otherwise; op is one of < <= == >= > !=."""
        if op in (">", ">="):
            x, y, op = y, x, {">": "<", ">=": "<="}[op]
        if op == "<":
            return True if x < y else False if x >= y else None
        if op == "<=":
            return True if x <= y else False if x > y else None
        apart = bool(x < y) or bool(x > y)
        same = not isinstance(x, arb) and not isinstance(y, arb) and bool(x == y)
        if isinstance(x, arb) and isinstance(y, arb):
            same = bool(x.is_exact() and y.is_exact() and x == y)
        equal = False if apart else True if same else None
        if op == "==":
            return equal
        return None if equal is None else not equal

    def shape(self, a: Any) -> tuple[int, int]:
        """(rows, columns)."""
        return (a.nrows(), a.ncols())

    def zeros(self, rows: int, columns: int) -> Any:
        """The rows x columns zero matrix."""
        return arb_mat(rows, columns)

    def identity(self, size: int) -> Any:
        """The size x size identity."""
        return arb_mat([[arb(int(i == j)) for j in range(size)] for i in range(size)])

    def matadd(self, a: Any, b: Any) -> Any:
        """a + b."""
        return a + b

    def matmul(self, a: Any, b: Any) -> Any:
        """a b."""
        return a * b

    def scale(self, x: Any, a: Any) -> Any:
        """x a."""
        return a * x

    def transpose(self, a: Any) -> Any:
        """a^T."""
        return a.transpose()

    def _build(self, rows: list[list[Any]]) -> Any:
        return arb_mat(rows)

    def stack(self, a: Any, b: Any) -> Any:
        """[a; b], a above b."""
        return self._build(a.tolist() + b.tolist())

    def kronecker_sum(self, a: Any, b: Any) -> Any:
        """The nm x nm matrix of U -> a U + U b on column-stacked U (n x m)."""
        n, m = a.nrows(), b.nrows()
        left, right = a.tolist(), b.tolist()
        zero = left[0][0] * 0
        return self._build(
            [
                [
                    (left[i][j] if k == other else zero) + (right[other][k] if i == j else zero)
                    for other in range(m)
                    for j in range(n)
                ]
                for k in range(m)
                for i in range(n)
            ]
        )

    def trace(self, a: Any) -> Any:
        """Sum of the diagonal."""
        return sum((row[i] for i, row in enumerate(a.tolist())), self.scalar(0))

    def inner(self, a: Any, b: Any) -> Any:
        """tr(a^T b)."""
        return sum(
            (x * y for r, s in zip(a.tolist(), b.tolist(), strict=True) for x, y in zip(r, s, strict=True)),
            self.scalar(0),
        )

    def _gram(self, a: Any) -> Any:
        return a * a.transpose() if a.nrows() <= a.ncols() else a.transpose() * a

    def sigma_squared(self, a: Any, k: int) -> Any:
        """Square of the k-th largest singular value (k from 1), 0 beyond min(p, q); never below 0."""
        if k > min(self.shape(a)):
            return self.scalar(0)
        value = self.eigenvalue(self._gram(a), k)
        return value.nonnegative_part() if isinstance(value, arb) else value

    def eigenvalue(self, a: Any, k: int) -> Any:
        """The k-th largest eigenvalue (k from 1) of a symmetric matrix, 0 beyond its size."""
        if k > a.nrows():
            return self.scalar(0)
        return symmetric_eigenvalues(arb_mat(a))[k - 1]

    def rank(self, a: Any) -> Any:
        """The rank where it is certainly full, else None."""
        values = symmetric_eigenvalues(arb_mat(self._gram(a)))
        certain = sum(1 for v in values if v > 0)
        return self.scalar(certain) if certain == len(values) else None

    def is_psd(self, a: Any) -> bool | None:
        """Whether a symmetric matrix is positive semidefinite: True, False, or None when not certain."""
        smallest = symmetric_eigenvalues(arb_mat(a))[-1]
        return True if smallest >= 0 else False if smallest < 0 else None

    def elementwise(self, function: Callable[..., Any], *matrices: Any) -> Any:
        """The matrix of function(entry, ...) over matrices of one shape."""
        tables = [x.tolist() for x in matrices]
        rows = [[function(*entries) for entries in zip(*lines, strict=True)] for lines in zip(*tables, strict=True)]
        return self._build(rows)

    def entries_sum(self, a: Any) -> Any:
        """Sum of all entries."""
        return sum((x for row in a.tolist() for x in row), self.scalar(0))


def _integer_power(x: Any, k: int) -> Any:
    """x^k by squaring: arb's own ** is nan on a ball that reaches zero."""
    if k < 0:
        return 1 / _integer_power(x, -k)
    result = arb(1)
    while k:
        if k & 1:
            result = result * x
        x, k = x * x, k >> 1
    return result
