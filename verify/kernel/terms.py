"""Normal forms of the catalog's terms: scalars become polynomials, matrices sums of words.

A reader must believe that a term and its normal form are the same number (matrix) wherever the term has a value, and
that a term without a value somewhere gets none: quotients, roots, logarithms and powers ask for signs, and a head
that is not listed here is refused (`Unsupported`), among them the smallest root, which may be infinite. Inner products
and squared Frobenius norms become traces. Definitions are put in; a symbol that is folded stays a letter, but its
definition must have a normal form too, with the sign and the integrality that the symbol is declared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp

from theorems import norms
from verify.kernel.polynomials import MINUS, Poly, Polynomials, Unsupported, add, constant, frozen
from verify.kernel.words import Matrix, Words, frozen_matrix, is_square_of_vector

_SPECTRAL = (norms.Sigma, norms.SigmaMax, norms.SigmaMin, norms.Rank)
_HALF = Fraction(1, 2)


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
        self.scalars = Polynomials(self._sign, self._natural, self._name)
        self.words = Words(self.scalars)
        self.normals: dict[Any, Any] = {}  # normal forms of whole relations, kept by the state of a proof
        self._memo: dict[sp.Basic, Any] = {}
        self._opening: set[sp.Basic] = set()
        self._granted: dict[sp.Symbol, bool] = {}

    # signs ----------------------------------------------------------------------------------------------------------
    def grant(self, symbol: sp.Symbol, strict: bool) -> None:
        """A hypothesis gives a defined symbol its sign."""
        self._granted[symbol] = strict
        self.know(self.scalar(self.definitions[symbol]), strict)
        self.know(self.scalar(symbol), strict)

    def know(self, p: Poly, strict: bool) -> None:
        """Record that p >= 0 (p > 0 when strict); normal forms are made anew, since more roots may be formed."""
        if p:
            self.scalars.know(p, strict)
            self._memo.clear()
            self.normals.clear()

    def positive(self, p: Poly) -> bool:
        """Whether p > 0 is known."""
        return self.scalars.positive(p)

    def nonnegative(self, p: Poly) -> bool:
        """Whether p >= 0 is known."""
        return self.scalars.nonnegative(p)

    def _sign(self, atom: tuple[Any, ...], strict: bool) -> bool:
        """The sign of an atom that is not made of polynomials: letters, traces u^T u, singular values, the loss."""
        kind, *args = atom
        if kind == "symbol":
            return self._symbol_sign(args[0], strict)
        if strict:
            return False
        if kind == "trace":
            return is_square_of_vector(args[0])
        return kind in ("Sigma", "SigmaMax", "SigmaMin", "Rank") or (kind == "Loss" and self.loss_nonnegative)

    def _symbol_sign(self, symbol: sp.Symbol, strict: bool) -> bool:
        if symbol not in self.definitions:
            return bool(symbol.is_positive if strict else symbol.is_nonnegative)
        p = self.scalar(self.definitions[symbol])
        return self.positive(p) if strict else self.nonnegative(p)

    def _natural(self, atom: tuple[Any, ...], positive: bool) -> bool:
        kind, symbol, *_ = (*atom, None)
        return bool(
            kind == "symbol"
            and symbol.is_integer
            and (symbol.is_positive if positive else symbol.is_nonnegative)
            and symbol not in self.definitions
        )

    # scalar terms ---------------------------------------------------------------------------------------------------
    def minus(self, a: sp.Basic, b: sp.Basic) -> Poly:
        """a - b for two scalar terms. Raises Unsupported."""
        return add(self.scalar(a), self.scalar(b), MINUS)

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
            return reduce(self.scalars.mul, (self.scalar(a) for a in term.args))
        if isinstance(term, sp.exp) or (isinstance(term, sp.Pow) and term.base is sp.E):
            return self.scalars.exp(self.scalar(term.exp))
        if isinstance(term, sp.Pow):
            return self._power(term)
        if isinstance(term, sp.Abs):
            return self.scalars.power(self.scalars.repeat(self.scalar(term.args[0]), 2), _HALF)
        if isinstance(term, sp.log) and len(term.args) == 1:
            inside = self.scalar(term.args[0])
            self.scalars.require(self.positive(inside), inside, Fraction(-1))
            return self.scalars.atom("log", frozen(inside))
        if isinstance(term, sp.Max | sp.Min):
            return self.scalars.atom(type(term).__name__, tuple(sorted({frozen(self.scalar(a)) for a in term.args})))
        return self._head(term)

    def _power(self, term: sp.Pow) -> Poly:
        base = self.scalar(term.base)
        if not isinstance(term.exp, sp.Rational):
            return self.scalars.real_power(base, self.scalar(term.exp))
        if not isinstance(term.exp, sp.Integer) and base and self._visible(term.base):
            self.scalars.know(base, False)
        return self.scalars.power(base, Fraction(int(term.exp.p), int(term.exp.q)))

    def _visible(self, term: sp.Basic) -> bool:
        """Whether a radicand is nonnegative as written: sums, products of even powers and nonnegative terms."""
        if isinstance(term, sp.Add | sp.Mul):
            return all(self._visible(a) for a in term.args)
        if isinstance(term, sp.Pow) and isinstance(term.exp, sp.Integer) and term.exp > 0 and term.exp % 2 == 0:
            return True
        return self.nonnegative(self.scalar(term))

    def _symbol(self, term: sp.Symbol) -> Poly:
        if term not in self.definitions:
            return self.scalars.atom("symbol", term)
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
        return self.scalars.atom("symbol", term) if term in self.folded else p

    def _head(self, term: sp.Basic) -> Poly:
        if isinstance(term, norms.Fro):
            return self._norm(self.matrix(term.args[0]))
        if isinstance(term, norms.Inner):
            left, right = map(self.matrix, term.args)
            return self.words.trace(self.words.times(self.words.transposed(left), right))
        if isinstance(term, norms.Trace):
            return self.words.trace(self.matrix(term.args[0]))
        if isinstance(term, (*_SPECTRAL, norms.Lambda, norms.Loss)):
            value, index = self.matrix(term.args[0]), term.args[1:]
            key = frozen_matrix(value)
            if isinstance(term, _SPECTRAL):  # a matrix and its transpose have the same singular values
                key = min(key, frozen_matrix(self.words.transposed(value)))
            return self.scalars.atom(type(term).__name__, key, *(frozen(self.scalar(k)) for k in index))
        raise Unsupported(f"{type(term).__name__}: the kernel has no rule for this head")

    def _norm(self, a: Matrix) -> Poly:
        """||a||_F: a common nonnegative factor of the words stands before the root of the trace."""
        shared = self.scalars.common({m: c for p in a.values() for m, c in p.items()}, False) if a else ()
        reduced = {w: self.scalars.divided(p, shared) for w, p in a.items()}
        square = self.words.trace(self.words.times(self.words.transposed(reduced), reduced))
        self.scalars.know(square, False)
        return self.scalars.mul({shared: Fraction(1)}, self.scalars.power(square, _HALF))

    # matrix terms ---------------------------------------------------------------------------------------------------
    def matrix(self, term: sp.Basic) -> Matrix:
        """The sum of words of a matrix term. Raises Unsupported."""
        if term not in self._memo:
            value = self._matrix(term)
            self._memo[term] = value
        return self._memo[term]

    def _matrix(self, term: sp.Basic) -> Matrix:
        if isinstance(term, sp.MatrixSymbol):
            return self._matrix_symbol(term)
        if isinstance(term, sp.ZeroMatrix):
            return {}
        if isinstance(term, sp.Identity):
            return self.words.letter(term.shape, "Identity", frozen(self.scalar(term.shape[0])))
        if isinstance(term, sp.MatAdd):
            return self.words.sum(self.matrix(a) for a in term.args)
        if isinstance(term, sp.MatMul):
            return self._product(term.args)
        if isinstance(term, sp.MatPow) and isinstance(term.exp, sp.Integer) and term.exp >= 1:
            return self._product([term.base] * int(term.exp))
        if isinstance(term, sp.Transpose):
            return self.words.transposed(self.matrix(term.arg))
        if isinstance(term, norms.Stack):
            return self._stack(term)
        if isinstance(term, norms.Hess):  # linear in its direction
            point = frozen_matrix(self.matrix(term.args[0]))
            return self.words.sum(
                self.words.scaled(self.words.letter(term.shape, "Hess", point, word), p)
                for word, p in self.matrix(term.args[1]).items()
            )
        if isinstance(term, norms.Grad | norms.KroneckerSum):
            # the sizes too: zero matrices of all sizes are one sum of words
            sizes = tuple(frozen(self.scalar(d)) for a in term.args for d in a.shape)
            parts = (frozen_matrix(self.matrix(a)) for a in term.args)
            return self.words.letter(term.shape, type(term).__name__, sizes, *parts)
        raise Unsupported(f"{type(term).__name__}: the kernel has no rule for this matrix")

    def _matrix_symbol(self, term: sp.MatrixSymbol) -> Matrix:
        if term in self.definitions:
            value = self.matrix(self.definitions[term])
            if term not in self.folded:
                return value
        return self.words.letter(term.shape, "symbol", term)

    def _product(self, factors: Iterable[sp.Basic]) -> Matrix:
        coefficient = constant(1)
        out: Matrix | None = None
        for factor in factors:
            if getattr(factor, "is_Matrix", False):
                out = self.matrix(factor) if out is None else self.words.times(out, self.matrix(factor))
            else:
                coefficient = self.scalars.mul(coefficient, self.scalar(factor))
        assert out is not None  # a MatMul holds a matrix
        return self.words.scaled(out, coefficient)

    def _stack(self, term: norms.Stack) -> Matrix:
        """[A; B] = E_1 A + E_2 B."""
        rows = tuple(frozen(self.scalar(a.shape[0])) for a in term.args)
        blocks = [self.words.letter((term.shape[0], a.shape[0]), "block", i, *rows) for i, a in enumerate(term.args)]
        return self.words.sum(self.words.times(b, self.matrix(a)) for b, a in zip(blocks, term.args, strict=True))

    # for the reader -------------------------------------------------------------------------------------------------
    def _name(self, atom: tuple[Any, ...]) -> str:
        """What messages call an atom that is not made of polynomials; "" for a number."""
        kind, *args = atom
        if kind == "symbol":
            return str(args[0])
        return f"tr[{self.words.show(args[0])}]" if kind == "trace" else ""
