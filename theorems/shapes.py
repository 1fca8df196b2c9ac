"""Shape agreement of a term with symbolic dimensions: a judgement of its own.

SymPy builds ill-shaped products when dimensions are symbols, and the catalog wants it so: a formula that is
printed with the wrong shapes must be written down before one can say that it is wrong. A product, sum or inner
product agrees here only when it agrees for all values of the dimensions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from theorems import norms
from theorems.statement import (
    AllOf,
    Assumption,
    Empirical,
    Limit,
    Monotone,
    Probability,
    Relation,
    Statement,
    UniqueRoot,
    WellShaped,
)

__all__ = ["Shape", "ShapeMismatch", "check_shapes", "disagreeing_dimensions", "first_mismatch", "shape_of"]

Shape = tuple[sp.Expr, sp.Expr]

_SCALAR: Shape = (sp.S.One, sp.S.One)
_SQUARE_HEADS = (norms.Trace, norms.Lambda)
_POINT_HEADS = (norms.Loss, norms.Grad, norms.Hess)


class ShapeMismatch(ValueError):
    """Two shapes inside `where` that do not agree for all dimensions: `left` and `right` as (rows, columns).

    `left` and `right` are the shapes of the two neighbours in a product, of the two terms of a sum, inner product
    or relation, or (for a head that wants a square matrix) the shape and its transpose.
    """

    def __init__(self, where: object, left: Shape, right: Shape, rule: str) -> None:
        self.where = where
        self.left = left
        self.right = right
        self.rule = rule
        super().__init__(f"{where}: {left[0]} x {left[1]} against {right[0]} x {right[1]}: {rule}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.where, self.left, self.right, self.rule))


def is_matrix(term: object) -> bool:
    """Whether a term is matrix-valued (a 1 x 1 matrix is one, a scalar is not)."""
    return isinstance(term, MatrixExpr | sp.MatrixBase)


def _agree(a: sp.Expr, b: sp.Expr) -> bool:
    return bool(sp.expand(sp.sympify(a) - sp.sympify(b)) == 0)


def _same(a: Shape, b: Shape) -> bool:
    return _agree(a[0], b[0]) and _agree(a[1], b[1])


class _Walk:
    """One judgement: remembers the domain of the loss, which every loss, gradient and Hessian must share."""

    def __init__(self) -> None:
        self.domain: Shape | None = None

    def shape(self, term: sp.Basic) -> Shape:
        if not is_matrix(term):
            self._scalar(term)
            return _SCALAR
        if isinstance(term, sp.MatrixSymbol | sp.Identity | sp.ZeroMatrix | sp.MatrixBase):
            return (sp.sympify(term.shape[0]), sp.sympify(term.shape[1]))
        if isinstance(term, sp.MatAdd):
            return self._equal(term, list(term.args), "terms of a sum have one shape")
        if isinstance(term, sp.MatMul):
            return self._product(term)
        if isinstance(term, sp.Transpose):
            rows, columns = self.shape(term.arg)
            return (columns, rows)
        if isinstance(term, sp.MatPow | sp.Inverse):
            self._scalar(term.args[1])
            return self._square(term, term.args[0])
        return self._head(term)

    def _head(self, term: sp.Basic) -> Shape:
        if isinstance(term, norms.Stack):
            above, below = (self.shape(a) for a in term.args)
            if not _agree(above[1], below[1]):
                raise ShapeMismatch(term, above, below, "stacked matrices have one number of columns")
            return (above[0] + below[0], above[1])
        if isinstance(term, norms.KroneckerSum):
            left, right = (self._square(term, a) for a in term.args)
            return (left[0] * right[0], left[0] * right[0])
        if isinstance(term, _POINT_HEADS):
            return self._point(term)
        raise TypeError(f"term = {type(term).__name__}: no shape rule; add one to theorems.shapes")

    def _point(self, term: sp.Basic) -> Shape:
        shape = self._equal(term, list(term.args), "point and direction have the shape of the loss's domain")
        if self.domain is not None and not _same(shape, self.domain):
            raise ShapeMismatch(term, shape, self.domain, "the loss has one domain")
        self.domain = shape
        return shape

    def _square(self, where: sp.Basic, term: sp.Basic) -> Shape:
        rows, columns = self.shape(term)
        if not _agree(rows, columns):
            raise ShapeMismatch(where, (rows, columns), (columns, rows), "the matrix must be square")
        return (rows, columns)

    def _equal(self, where: object, terms: list[sp.Basic], rule: str) -> Shape:
        first = self.shape(terms[0])
        for term in terms[1:]:
            other = self.shape(term)
            if is_matrix(term) != is_matrix(terms[0]):
                raise ShapeMismatch(where, first, other, "a scalar and a matrix are not of one shape")
            if not _same(first, other):
                raise ShapeMismatch(where, first, other, rule)
        return first

    def _product(self, term: sp.MatMul) -> Shape:
        shape: Shape | None = None
        for factor in term.args:
            if not is_matrix(factor):
                self._scalar(factor)
                continue
            other = self.shape(factor)
            if shape is None:
                shape = other
                continue
            if not _agree(shape[1], other[0]):
                raise ShapeMismatch(term, shape, other, "columns of the left factor = rows of the right one")
            shape = (shape[0], other[1])
        assert shape is not None  # a MatMul holds a matrix
        return shape

    def _scalar(self, term: sp.Basic) -> None:
        if isinstance(term, norms.Inner):
            self._equal(term, list(term.args), "an inner product is of two matrices of one shape")
        elif isinstance(term, _POINT_HEADS):
            self._point(term)
        elif isinstance(term, _SQUARE_HEADS):
            self._square(term, term.args[0])
            for index in term.args[1:]:
                self._scalar(index)
        elif isinstance(term, norms.ScalarHead):
            for arg in term.args:
                self.shape(arg)
        elif isinstance(term, sp.Determinant | sp.Trace):
            self._square(term, term.args[0])
        else:
            self._plain(term)

    def _plain(self, term: sp.Basic) -> None:
        entry = type(term).__name__ == "MatrixElement"
        for arg in term.args:
            if is_matrix(arg) and not entry:
                raise ShapeMismatch(term, _SCALAR, self.shape(arg), "a scalar and a matrix are not of one shape")
            if isinstance(arg, sp.Basic):
                self.shape(arg)

    def claim(self, claim: object) -> None:
        if isinstance(claim, Relation):
            self._equal(claim, [claim.lhs, claim.rhs], "both sides of a relation have one shape")
            return
        for part in _parts(claim):
            if isinstance(part, sp.Basic | sp.MatrixBase):
                self.shape(part)
            else:
                self.claim(part)


def _parts(claim: object) -> Iterator[object]:
    if isinstance(claim, AllOf):
        yield from claim.claims
    elif isinstance(claim, WellShaped):
        yield from claim.terms
    elif isinstance(claim, Monotone | Limit | UniqueRoot):
        yield claim.expression
    elif isinstance(claim, Probability):
        yield claim.event
        yield claim.bound
    elif isinstance(claim, Assumption | Empirical) or claim is None:
        return
    elif isinstance(claim, Statement):
        yield from claim.given
        yield claim.then
    else:
        raise TypeError(f"claim = {type(claim).__name__}: not a claim, statement or term")


def shape_of(term: sp.Basic) -> Shape:
    """(rows, columns) of a term, (1, 1) for a scalar; the shapes inside it are judged on the way.

    Raises: ShapeMismatch when a product, sum or inner product does not agree for all dimensions.
    """
    return _Walk().shape(term)


def check_shapes(claim: object) -> None:
    """None when every term of a claim, statement or expression agrees in shape for all dimensions.

    A statement is judged with its hypotheses, its claim and the definitions in its `where` (each must have the
    shape of the symbol it defines). Raises: ShapeMismatch otherwise.
    """
    walk = _Walk()
    if isinstance(claim, sp.Basic | sp.MatrixBase):
        walk.shape(claim)
        return
    walk.claim(claim)
    if isinstance(claim, Statement):
        for symbol, definition in claim.where.items():
            walk._equal(symbol, [symbol, definition], "a definition has the shape of its symbol")


def first_mismatch(claim: object) -> ShapeMismatch | None:
    """The first shape mismatch of a claim, statement or expression; None when it is well-shaped."""
    try:
        check_shapes(claim)
    except ShapeMismatch as mismatch:
        return mismatch
    return None


def disagreeing_dimensions(mismatch: ShapeMismatch) -> dict[sp.Symbol, int]:
    """Smallest values (1, 2, 3) of the dimensions at which the two shapes of a mismatch differ: the witness.

    A square matrix wanted, or a scalar met where a matrix stands, is witnessed in the same way; the result is empty
    when no dimension is symbolic (the shapes then differ as they are).
    """
    pairs = _compared(mismatch)
    symbols = sorted(set().union(*(sp.sympify(x).free_symbols for pair in pairs for x in pair)), key=str)
    values = sorted(itertools.product((1, 2, 3), repeat=len(symbols)), key=lambda v: (sum(v), v))
    for value in values:
        at = dict(zip(symbols, value, strict=True))
        if any(sp.sympify(a).subs(at) != sp.sympify(b).subs(at) for a, b in pairs):
            return at
    return {}


def _compared(mismatch: ShapeMismatch) -> list[tuple[sp.Expr, sp.Expr]]:
    left, right = mismatch.left, mismatch.right
    if mismatch.rule.startswith("columns of the left"):
        return [(left[1], right[0])]
    if mismatch.rule.startswith("stacked"):
        return [(left[1], right[1])]
    return [(left[0], right[0]), (left[1], right[1])]
