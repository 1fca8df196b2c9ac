"""Normal forms of the catalog's terms: exact polynomials over opaque scalars, exact sums of matrix words.

Part of the trusted kernel. A scalar becomes a polynomial with rational coefficients whose monomials carry rational
exponents on atoms; a matrix becomes a sum of words in letters and transposed letters with polynomial coefficients;
inner products and squared Frobenius norms become traces of words, equal up to rotation and transposition. Roots,
inverses and real powers are formed only of what is known to be nonnegative (positive): `Unsupported` otherwise.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp

from theorems import norms

__all__ = ["MINUS", "Matrix", "Poly", "Terms", "Unsupported"]

Mono = tuple[tuple[int, Fraction], ...]
Poly = dict[Mono, Fraction]
Word = tuple[tuple[int, bool], ...]
Matrix = dict[Word, Poly]

_ONE: Mono = ()
_SPECTRAL = (norms.Sigma, norms.SigmaMax, norms.SigmaMin, norms.Rank)
_HALF = Fraction(1, 2)
MINUS = Fraction(-1)


class Unsupported(ValueError):
    """A term the kernel does not take: an unknown head, or a root or quotient of something of unknown sign."""


def add(a: Poly, b: Poly, factor: Fraction = Fraction(1)) -> Poly:
    """a + factor b."""
    out = dict(a)
    for mono, coefficient in b.items():
        value = out.get(mono, Fraction(0)) + factor * coefficient
        if value:
            out[mono] = value
        else:
            out.pop(mono, None)
    return out


def constant(value: Fraction | int) -> Poly:
    """The polynomial of a rational."""
    return {_ONE: Fraction(value)} if value else {}


def _factor(atom: int, e: Fraction) -> Poly:
    return {((atom, e),): Fraction(1)}


def frozen(p: Poly) -> tuple[tuple[Mono, Fraction], ...]:
    """A hashable form of a polynomial, equal exactly when the polynomials are."""
    return tuple(sorted(p.items()))


def _scaled(p: Poly) -> Poly:
    lead = abs(p[min(p)])
    return {m: c / lead for m, c in p.items()}


class Terms:
    """Normal forms under a table of definitions; symbols in `folded` stay letters.

    `loss_nonnegative` says that min l = 0 is a hypothesis. `know` records signs established by a checked line.
    """

    def __init__(
        self, definitions: Mapping[Any, Any], folded: Iterable[Any] = (), loss_nonnegative: bool = False
    ) -> None:
        self.definitions = definitions
        self.folded = frozenset(folded)
        self.loss_nonnegative = loss_nonnegative
        self._atoms: list[tuple[Any, ...]] = []
        self._atom_ids: dict[tuple[Any, ...], int] = {}
        self._letters: list[tuple[Any, ...]] = []
        self._letter_ids: dict[tuple[Any, ...], int] = {}
        self._narrow: list[tuple[bool, bool]] = []  # per letter: one row, one column
        self._signs: dict[Any, bool] = {}  # scaled polynomial -> True when positive, False when only nonnegative
        self._memo: dict[sp.Basic, Any] = {}
        self.normals: dict[Any, Any] = {}  # normal forms of whole relations, kept by the kernel
        self._opening: set[sp.Basic] = set()
        self._granted: dict[sp.Symbol, bool] = {}

    def grant(self, symbol: sp.Symbol, strict: bool) -> None:
        """A hypothesis gives a defined symbol its sign."""
        self._granted[symbol] = strict
        self.know(self.scalar(self.definitions[symbol]), strict)
        self.know(self.scalar(symbol), strict)

    # signs ---------------------------------------------------------------------------------------------------
    def know(self, p: Poly, strict: bool) -> None:
        """Record that p >= 0 (p > 0 when strict)."""
        if p:
            key = frozen(_scaled(p))
            self._signs[key] = strict or self._signs.get(key, False)
            self._memo.clear()
            self.normals.clear()

    def nonnegative(self, p: Poly) -> bool:
        """Whether p >= 0 is known: recorded, or every monomial is visibly nonnegative."""
        if not p or frozen(_scaled(p)) in self._signs:
            return True
        floor, rest = self._floor(p)
        return floor >= 0 and all(self._monomial_sign(mono, c, False) for mono, c in rest)

    def positive(self, p: Poly) -> bool:
        """Whether p > 0 is known: recorded, or visibly nonnegative with a visibly positive part."""
        if not p:
            return False
        if self._signs.get(frozen(_scaled(p)), False):
            return True
        floor, rest = self._floor(p)
        visible = floor >= 0 and all(self._monomial_sign(mono, c, False) for mono, c in rest)
        return visible and (floor > 0 or any(self._monomial_sign(*r, True) for r in rest))

    def _floor(self, p: Poly) -> tuple[Fraction, list[tuple[Mono, Fraction]]]:
        """A lower bound on the constant and the products of dimensions (each at least 1), and the other monomials."""
        whole = {mono for mono, c in p.items() if mono == _ONE or (c > 0 and self._natural(mono, True))}
        return sum((p[mono] for mono in whole), Fraction(0)), [(mono, c) for mono, c in p.items() if mono not in whole]

    def _monomial_sign(self, mono: Mono, c: Fraction, strict: bool) -> bool:
        if strict:
            return c > 0 and all(self._atom_sign(a, True) for a, _ in mono)
        return c > 0 and all(e % 2 == 0 or self._atom_sign(a, False) for a, e in mono)

    def _atom_sign(self, atom: int, strict: bool) -> bool:
        recorded = self._signs.get(frozen({((atom, Fraction(1)),): Fraction(1)}))
        if recorded or (recorded is False and not strict):
            return True
        kind, *args = self._atoms[atom]
        if kind == "symbol":
            return self._symbol_sign(args[0], strict)
        if kind in ("number", "exp"):
            return True
        if kind == "sum":
            return (self.positive if strict else self.nonnegative)(dict(args[0]))
        if kind == "power":
            return (self.positive if strict else self.nonnegative)(dict(args[0]))
        if kind in ("Max", "Min"):
            test = self.positive if strict else self.nonnegative
            return (any if kind == "Max" else all)(test(dict(a)) for a in args[0])
        if strict:
            return False
        if kind == "trace":
            return self._gram(args[0])
        return kind in ("Sigma", "SigmaMax", "SigmaMin", "Rank") or (kind == "Loss" and self.loss_nonnegative)

    def _symbol_sign(self, symbol: sp.Symbol, strict: bool) -> bool:
        if symbol not in self.definitions:
            return bool(symbol.is_positive if strict else symbol.is_nonnegative)
        p = self.scalar(self.definitions[symbol])
        return self.positive(p) if strict else self.nonnegative(p)

    def _gram(self, word: Word) -> bool:
        """Whether some rotation of the word is u^T u, so that its trace is a sum of squares."""
        half, odd = divmod(len(word), 2)
        if odd:
            return False
        turns = (word[i:] + word[:i] for i in range(len(word)))
        return any(turn[:half] == tuple((x, not t) for x, t in reversed(turn[half:])) for turn in turns)

    # polynomials -----------------------------------------------------------------------------------------------
    def _atom(self, *key: Any) -> Poly:
        if key not in self._atom_ids:
            self._atom_ids[key] = len(self._atoms)
            self._atoms.append(key)
        return {((self._atom_ids[key], Fraction(1)),): Fraction(1)}

    def mul(self, a: Poly, b: Poly) -> Poly:
        """The product of two polynomials, roots of sums and of integers reduced."""
        out: Poly = {}
        for m1, c1 in a.items():
            for m2, c2 in b.items():
                out = add(out, self._join(m1, m2, c1 * c2)) if out else self._join(m1, m2, c1 * c2)
        return out

    def _join(self, m1: Mono, m2: Mono, coefficient: Fraction) -> Poly:
        exponents = dict(m1)
        extra: list[Poly] = []
        for atom, e in m2:
            exponents[atom] = exponents.get(atom, Fraction(0)) + e
        for atom, e in list(exponents.items()):
            kind = self._atoms[atom][0]
            whole = math.floor(e)
            if kind == "number" and whole:
                coefficient *= Fraction(self._atoms[atom][1]) ** whole
                exponents[atom] = e - whole
            elif kind == "sum" and whole >= 1:
                exponents[atom] = e - whole
                extra.append(self._repeat(dict(self._atoms[atom][1]), whole))
        mono = tuple(sorted((x, e) for x, e in exponents.items() if e))
        return reduce(self.mul, extra, {mono: coefficient})

    def _repeat(self, p: Poly, times: int) -> Poly:
        return reduce(self.mul, [p] * times, constant(1))

    def power(self, p: Poly, e: Fraction) -> Poly:
        """p to a rational power. Raises Unsupported when the sign of p is not known to allow it."""
        if e.denominator == 1 and e >= 0:
            return self._repeat(p, int(e))
        if not p:
            if e > 0:
                return {}
            raise Unsupported("a quotient by zero")
        if len(p) == 1:
            return self._mono_power(*next(iter(p.items())), e)
        content = Fraction(math.gcd(*(c.numerator for c in p.values())), math.lcm(*(c.denominator for c in p.values())))
        common = self._common(p)
        outside: Mono = tuple((a, x * e) for a, x in common)
        inverse: Mono = tuple((a, -x) for a, x in common)
        inside = self.mul({m: c / content for m, c in p.items()}, {inverse: Fraction(1)})
        test = self.positive if e < 0 else self.nonnegative
        self._require(test(inside) or test(p), inside, e)
        atom = self._key("sum", frozen(inside))
        root = self.mul(self._number(content, e), {outside: Fraction(1)})
        return self.mul(root, self._reduced(atom, e))

    def _reduced(self, atom: int, e: Fraction) -> Poly:
        whole = max(math.floor(e), 0)
        rest: Poly = _factor(atom, e - whole) if e != whole else constant(1)
        return self.mul(self._repeat(dict(self._atoms[atom][1]), whole), rest)

    def _require(self, known: bool, p: Poly, e: Fraction) -> None:
        if not known:
            sign = "positive" if e < 0 else "nonnegative"
            raise Unsupported(f"({self.show(p)})^({e}): the base is not known to be {sign}")

    def _common(self, p: Poly, strict: bool = True) -> list[tuple[int, Fraction]]:
        """Atoms of known sign that divide every monomial."""
        shared = reduce(lambda a, b: {x: min(a[x], b[x]) for x in a if x in b}, (dict(m) for m in p))
        return [(x, e) for x, e in shared.items() if e > 0 and self._atom_sign(x, strict)]

    def _mono_power(self, mono: Mono, c: Fraction, e: Fraction) -> Poly:
        outside: list[tuple[int, Fraction]] = []
        inside: list[tuple[int, Fraction]] = []
        for atom, x in mono:
            if self._atom_sign(atom, e < 0 or x < 0):
                outside.append((atom, x * e))
            else:
                inside.append((atom, x))
        sign = 1 if c > 0 else -1
        result = self._number(abs(c), e)
        for atom, x in outside:
            part = self._reduced(atom, x) if self._atoms[atom][0] == "sum" else _factor(atom, x)
            result = self.mul(result, part)
        if inside or sign < 0:
            left: Poly = {tuple(inside): Fraction(sign)}
            if not inside and e.denominator == 1:
                return self.mul(result, constant(sign ** abs(int(e))))
            self._require(self.positive(left) if e < 0 else self.nonnegative(left), left, e)
            atom = self._key("sum", frozen(left))
            result = self.mul(result, self._reduced(atom, e))
        return result

    def _number(self, value: Fraction, e: Fraction) -> Poly:
        out = constant(1)
        if e.denominator == 1:
            return constant(value ** int(e))
        for base, sign in ((value.numerator, 1), (value.denominator, -1)):
            for prime, times in sp.factorint(base).items():
                atom = self._key("number", int(prime))
                out = self.mul(out, self._join(((atom, sign * int(times) * e),), (), Fraction(1)))
        return out

    # scalar terms ------------------------------------------------------------------------------------------------
    def scalar(self, term: sp.Basic) -> Poly:
        """The polynomial of a scalar term. Raises Unsupported."""
        if term not in self._memo:
            value = self._scalar(term)
            self._memo[term] = value
        return self._memo[term]

    def _scalar(self, term: sp.Basic) -> Poly:
        if isinstance(term, sp.Rational):
            return constant(Fraction(int(term.p), int(term.q)))
        if isinstance(term, sp.Symbol):
            return self._symbol(term)
        if isinstance(term, sp.Add):
            return reduce(add, (self.scalar(a) for a in term.args))
        if isinstance(term, sp.Mul):
            return reduce(self.mul, (self.scalar(a) for a in term.args))
        if isinstance(term, sp.exp) or (isinstance(term, sp.Pow) and term.base is sp.E):
            return self._exp(self.scalar(term.exp))
        if isinstance(term, sp.Pow):
            if isinstance(term.exp, sp.Rational):
                if (
                    not isinstance(term.exp, sp.Integer)
                    and (base := self.scalar(term.base))
                    and self._visible(term.base)
                ):
                    self._signs.setdefault(frozen(_scaled(base)), False)
                return self.power(self.scalar(term.base), Fraction(int(term.exp.p), int(term.exp.q)))
            return self._real_power(self.scalar(term.base), self.scalar(term.exp))
        if isinstance(term, sp.Abs):
            return self.power(self._repeat(self.scalar(term.args[0]), 2), _HALF)
        if isinstance(term, sp.log) and len(term.args) == 1:
            inside = self.scalar(term.args[0])
            self._require(self.positive(inside), inside, Fraction(-1))
            return self._atom("log", frozen(inside))
        if isinstance(term, sp.Max | sp.Min):
            return self._atom(type(term).__name__, tuple(sorted({frozen(self.scalar(a)) for a in term.args})))
        return self._head(term)

    def _visible(self, term: sp.Basic) -> bool:
        """Whether a radicand is nonnegative as written: sums, products of even powers and nonnegative terms."""
        if isinstance(term, sp.Add | sp.Mul):
            return all(self._visible(a) for a in term.args)
        if isinstance(term, sp.Pow) and isinstance(term.exp, sp.Integer) and term.exp > 0 and term.exp % 2 == 0:
            return True
        return self.nonnegative(self.scalar(term))

    def _symbol(self, term: sp.Symbol) -> Poly:
        if term not in self.definitions:
            return self._atom("symbol", term)
        if term.is_integer and not self.definitions[term].is_integer:
            raise Unsupported(f"{term}: declared an integer, defined otherwise")
        if term in self._opening:
            raise Unsupported(f"{term}: a circular definition")
        self._opening.add(term)
        try:
            p = self.scalar(self.definitions[term])
        finally:
            self._opening.discard(term)
        granted = self._granted.get(term)
        strict_missing = term.is_positive and not granted and not self.positive(p)
        if strict_missing or (term.is_nonnegative and granted is None and not self.nonnegative(p)):
            raise Unsupported(f"{term}: declared with a sign that its definition is not known to have")
        return self._atom("symbol", term) if term in self.folded else p

    def _exp(self, p: Poly) -> Poly:
        return reduce(self.mul, (_factor(self._key("exp", m), c) for m, c in p.items()), constant(1))

    def _key(self, *key: Any) -> int:
        return next(iter(self._atom(*key)))[0][0]

    def _natural(self, mono: Mono, positive: bool = False) -> bool:
        """Whether a monomial is a natural number (a positive one) by the declaration of its letters."""
        letters = [self._atoms[a] for a, _ in mono]
        return all(e.denominator == 1 and e > 0 for _, e in mono) and all(
            kind == "symbol"
            and s.is_integer
            and (s.is_positive if positive else s.is_nonnegative)
            and s not in self.definitions
            for kind, s, *_ in ((*letter, None) for letter in letters)
        )

    def _real_power(self, base: Poly, exponent: Poly) -> Poly:
        """base ** exponent with a symbolic exponent, split over the sum in the exponent."""
        if base == constant(1):
            return constant(1)
        if not base and self.positive(exponent):
            return {}
        out = self.power(base, exponent.get(_ONE, Fraction(0)))
        for mono, c in exponent.items():
            if mono != _ONE:
                out = self.mul(out, self._mono_exponent(base, mono, c))
        return out

    def _mono_exponent(self, base: Poly, mono: Mono, c: Fraction) -> Poly:
        natural = self._natural(mono) and c > 0
        inside, shared = base, self._common(base, False) if len(base) > 1 and c > 0 else []
        if len(base) == 1:
            ((factors, coefficient),) = base.items()
            inside, shared = constant(coefficient), list(factors)
        elif shared:
            inside = self.mul(base, {tuple((a, -e) for a, e in shared): Fraction(1)})
            if not self.nonnegative(inside):
                inside, shared = base, []
        parts: list[tuple[Poly, Fraction]] = [(_factor(a, Fraction(1)), e) for a, e in shared]
        if inside != constant(1):
            parts.append((inside, Fraction(1)))
        out = constant(1)
        for part, e in parts:
            # (x^2)^(t/2) is |x|^t, so that c and e are whole each, not their product alone
            whole = natural and c.denominator == e.denominator == 1 and e > 0
            rising = (
                self.nonnegative(part) and c * e > 0 and (self._natural(mono) or self.positive({mono: Fraction(1)}))
            )
            self._require(whole or rising or self.positive(part), part, c * e)
            out = self.mul(out, self._power_atom(part, mono, c * e))
        return out

    def _power_atom(self, part: Poly, mono: Mono, e: Fraction) -> Poly:
        """part ** (e mono); a power of a power of something nonnegative is one power."""
        atom = next(iter(part))[0][0] if len(part) == 1 and next(iter(part)) else None
        if (
            atom is not None
            and part == _factor(atom, Fraction(1))
            and self._atoms[atom][0] == "power"
            and self.nonnegative(dict(self._atoms[atom][1]))
        ):
            inner, inner_mono = dict(self._atoms[atom][1]), self._atoms[atom][2]
            ((joined, factor),) = self.mul({inner_mono: Fraction(1)}, {mono: Fraction(1)}).items()
            if joined == _ONE:
                return self.power(inner, factor * e)
            return _factor(self._key("power", frozen(inner), joined), factor * e)
        return _factor(self._key("power", frozen(part), mono), e)

    def _head(self, term: sp.Basic) -> Poly:
        if isinstance(term, norms.Fro):
            return self._norm(self.matrix(term.args[0]))
        if isinstance(term, norms.Inner):
            return self._inner(*term.args)
        if isinstance(term, norms.Trace):
            return self.trace(self.matrix(term.args[0]))
        if isinstance(term, (*_SPECTRAL, norms.Lambda, norms.Loss)):
            value, index = self.matrix(term.args[0]), term.args[1:]
            key = self._frozen_matrix(value)
            if isinstance(term, _SPECTRAL):  # a matrix and its transpose have the same singular values
                key = min(key, self._frozen_matrix(self.transposed(value)))
            return self._atom(type(term).__name__, key, *(frozen(self.scalar(k)) for k in index))
        raise Unsupported(f"{type(term).__name__}: the kernel has no rule for this head")

    def _norm(self, a: Matrix) -> Poly:
        """||a||_F: a common nonnegative factor of the words stands before the root of the trace."""
        shared = self._common({m: c for p in a.values() for m, c in p.items()}, False) if a else []
        inverse: Mono = tuple((x, -e) for x, e in shared)
        reduced = {w: self.mul(p, {inverse: Fraction(1)}) for w, p in a.items()}
        square = self.trace(self.times(self.transposed(reduced), reduced))
        if square:
            self._signs.setdefault(frozen(_scaled(square)), False)
        return self.mul({tuple(shared): Fraction(1)}, self.power(square, _HALF))

    # matrix terms ------------------------------------------------------------------------------------------------
    def matrix(self, term: sp.Basic) -> Matrix:
        """The sum of words of a matrix term. Raises Unsupported."""
        if term not in self._memo:
            self._memo[term] = self._matrix(term)
        return self._memo[term]

    def _matrix(self, term: sp.Basic) -> Matrix:
        if isinstance(term, sp.MatrixSymbol):
            if term in self.definitions:
                value = self.matrix(self.definitions[term])  # folded or not, what it stands for has a value
                if term not in self.folded:
                    return value
            return self._letter(term.shape, "symbol", term)
        if isinstance(term, sp.ZeroMatrix):
            return {}
        if isinstance(term, sp.Identity):
            return self._letter(term.shape, "Identity", frozen(self.scalar(term.shape[0])))
        if isinstance(term, sp.MatAdd):
            return reduce(self.matrix_add, (self.matrix(a) for a in term.args))
        if isinstance(term, sp.MatMul):
            return self._product(term.args)
        if isinstance(term, sp.MatPow) and isinstance(term.exp, sp.Integer) and term.exp >= 1:
            return self._product([term.base] * int(term.exp))
        if isinstance(term, sp.Transpose):
            return self.transposed(self.matrix(term.arg))
        if isinstance(term, norms.Stack):
            rows = tuple(frozen(self.scalar(a.shape[0])) for a in term.args)
            blocks = [self._letter((term.shape[0], a.shape[0]), "block", i, *rows) for i, a in enumerate(term.args)]
            return reduce(
                self.matrix_add, (self.times(b, self.matrix(a)) for b, a in zip(blocks, term.args, strict=True))
            )
        if isinstance(term, norms.Hess):  # linear in its direction
            point = self._frozen_matrix(self.matrix(term.args[0]))
            parts = (
                (self._letter(term.shape, "Hess", point, word), p) for word, p in self.matrix(term.args[1]).items()
            )
            return reduce(self.matrix_add, ({w: p for w in letter} for letter, p in parts), {})
        if isinstance(term, norms.Grad | norms.KroneckerSum):
            sizes = tuple(frozen(self.scalar(d)) for d in (term.args[0].shape[0], term.args[-1].shape[0]))
            return self._letter(
                term.shape, type(term).__name__, sizes, *(self._frozen_matrix(self.matrix(a)) for a in term.args)
            )
        raise Unsupported(f"{type(term).__name__}: the kernel has no rule for this matrix")

    def _letter(self, shape: tuple[Any, Any], *key: Any) -> Matrix:
        if key not in self._letter_ids:
            self._letter_ids[key] = len(self._letters)
            self._letters.append(key)
            self._narrow.append((shape[0] == 1, shape[1] == 1))
        return {((self._letter_ids[key], False),): constant(1)}

    def matrix_add(self, a: Matrix, b: Matrix, factor: Fraction = Fraction(1)) -> Matrix:
        """a + factor b."""
        out = dict(a)
        for word, p in b.items():
            out[word] = add(out.get(word, {}), p, factor)
            if not out[word]:
                del out[word]
        return out

    def transposed(self, a: Matrix) -> Matrix:
        """The transpose of a sum of words."""
        return {tuple((x, not t and not self._is_identity(x)) for x, t in reversed(w)): p for w, p in a.items()}

    def _is_identity(self, letter: int) -> bool:
        return bool(self._letters[letter][0] == "Identity")

    def _product(self, factors: Iterable[sp.Basic]) -> Matrix:
        coefficient = constant(1)
        out: Matrix | None = None
        for factor in factors:
            if getattr(factor, "is_Matrix", False):
                out = self.matrix(factor) if out is None else self.times(out, self.matrix(factor))
            else:
                coefficient = self.mul(coefficient, self.scalar(factor))
        assert out is not None  # a MatMul holds a matrix
        return {w: q for w, p in out.items() if (q := self.mul(p, coefficient))}

    def times(self, a: Matrix, b: Matrix) -> Matrix:
        """The product of two sums of words."""
        out: Matrix = {}
        for w1, p1 in a.items():
            for w2, p2 in b.items():
                word = self._concatenate(w1, w2)
                if word is not None:
                    out = self.matrix_add(out, {word: self.mul(p1, p2)})
        return out

    def _concatenate(self, w1: Word, w2: Word) -> Word | None:
        """The product of two words, None for zero: identities dropped, E_i^T E_j = I or 0 for the blocks of a stack."""
        (x, transposed_x), (y, transposed_y) = w1[-1], w2[0]
        if self._is_identity(x):
            return w1[:-1] + w2
        if self._is_identity(y):
            return w1 + w2[1:]
        if transposed_x and not transposed_y and self._same_stack(x, y):
            if x != y:
                return None
            rows = self._letters[x][2 + self._letters[x][1]]
            left, right = w1[:-1], w2[1:]
            return self._concatenate(left, right) if left and right else left or right or self._identity(rows)
        return w1 + w2

    def _same_stack(self, x: int, y: int) -> bool:
        return bool(
            self._letters[x][0] == self._letters[y][0] == "block" and self._letters[x][2:] == self._letters[y][2:]
        )

    def _identity(self, rows: Any) -> Word:
        return next(iter(self._letter((None, None), "Identity", rows)))

    def _inner(self, a: sp.Basic, b: sp.Basic) -> Poly:
        return self.trace(self.times(self.transposed(self.matrix(a)), self.matrix(b)))

    def trace(self, a: Matrix) -> Poly:
        """The trace of a square matrix as a polynomial in traces of words."""
        out: Poly = {}
        for whole, p in a.items():
            word = self._closed(whole)
            if word is None:
                continue
            if len(word) == 1 and self._is_identity(word[0][0]):
                value: Poly = dict(self._letters[word[0][0]][1])
            else:
                value = reduce(self.mul, map(self._cycle, self._segments(word)))
            out = add(out, self.mul(p, value))
        return out

    def _closed(self, word: Word) -> Word | None:
        """The word with blocks of a stack that meet around the trace cancelled; None when the trace is zero."""
        (x, transposed_x), (y, transposed_y) = word[-1], word[0]
        if len(word) > 1 and transposed_x and not transposed_y and self._same_stack(x, y):
            inside = word[1:-1] or self._identity(self._letters[x][2 + self._letters[x][1]])
            return self._closed(inside) if x == y else None
        return word

    def _segments(self, word: Word) -> list[Word]:
        """The word cut where its factors meet in dimension one: tr(x y^T z w^T) = (y^T z)(w^T x) for columns."""
        cuts = [i for i, (x, t) in enumerate(word) if self._narrow[x][1 if t else 0]]
        if not cuts:
            return [word]
        turned = word[cuts[0] :] + word[: cuts[0]]
        ends = [c - cuts[0] for c in cuts] + [len(word)]
        return [turned[a:b] for a, b in itertools.pairwise(ends)]

    def _cycle(self, word: Word) -> Poly:
        backward = tuple((x, not t) for x, t in reversed(word))
        return self._atom("trace", min(w[i:] + w[:i] for w in (word, backward) for i in range(len(word))))

    @staticmethod
    def _frozen_matrix(a: Matrix) -> tuple[Any, ...]:
        return tuple(sorted((w, frozen(p)) for w, p in a.items()))

    # for the reader ------------------------------------------------------------------------------------------------
    def show(self, p: Poly) -> str:
        """A polynomial as text, for messages."""
        return (
            " + ".join(
                "*".join([str(c), *(f"{self._name(a)}^{e}" if e != 1 else self._name(a) for a, e in m)])
                for m, c in p.items()
            )
            or "0"
        )

    def _name(self, atom: int) -> str:
        kind, *args = self._atoms[atom]
        if kind in ("symbol", "number"):
            return str(args[0])
        if kind == "sum":
            return f"({self.show(dict(args[0]))})"
        if kind == "trace":
            return "tr[" + " ".join(self._letter_name(x) + ("'" if t else "") for x, t in args[0]) + "]"
        return f"{kind}#{atom}"

    def _letter_name(self, letter: int) -> str:
        kind, *args = self._letters[letter]
        return str(args[0]) if kind == "symbol" else f"{kind}#{letter}"
