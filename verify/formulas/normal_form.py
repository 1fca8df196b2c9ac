"""Normal forms of matrix and scalar expressions: two sides with one form are equal for all matrices.

A matrix is a sum of words (products of symbols and gradients, each possibly transposed) with scalar coefficients; an
inner product of two matrices is a sum of traces of words, each turned into the least of its rotations and transposes;
a squared Frobenius norm is an inner product with itself. What is left of a scalar is compared as a rational function.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from theorems import norms
from theorems.notation import DEFINITIONS, unfold
from theorems.statement import Relation

__all__ = ["same_value"]

_LARGEST = 150

Letter = tuple[str, bool]
Word = tuple[Letter, ...]


class _Forms:
    """Normal forms that share one table of letters, so that both sides of a relation use the same names."""

    def __init__(self) -> None:
        self.traces: dict[Word, sp.Symbol] = {}
        self.atoms: dict[tuple[str, object], sp.Symbol] = {}

    def words(self, m: sp.Basic) -> dict[Word, sp.Expr]:
        """A matrix as coefficients of words; the empty word is the identity."""
        if isinstance(m, sp.MatAdd):
            return self._sum([self.words(a) for a in m.args])
        if isinstance(m, sp.MatMul):
            total: dict[Word, sp.Expr] = {(): sp.S.One}
            for a in _merged(m.args):
                part: dict[Word, sp.Expr] = self.words(a) if isinstance(a, MatrixExpr) else {(): self.scalar(a)}
                total = self._product(total, part)
            return total
        if isinstance(m, sp.Transpose):
            return {tuple((n, not t) for n, t in reversed(w)): c for w, c in self.words(m.arg).items()}
        if isinstance(m, sp.Identity):
            return {(): sp.S.One}
        if isinstance(m, sp.ZeroMatrix):
            return {}
        if isinstance(m, norms.Stack):
            raise NotImplementedError("a stack outside an inner product or a product with a transposed stack")
        if isinstance(m, norms.Hess):
            return self._hessian(m)
        if isinstance(m, sp.MatrixSymbol):
            return {((m.name, False),): sp.S.One}
        if isinstance(m, MatrixExpr):
            key = f"{type(m).__name__}[{'; '.join(self.key(a) for a in m.args)}]"
            return {((key, False),): sp.S.One}
        raise NotImplementedError(type(m).__name__)

    def _hessian(self, m: norms.Hess) -> dict[Word, sp.Expr]:
        point = self.key(m.args[0])
        return {((f"Hess[{point}][{w}]", False),): c for w, c in self.words(m.args[1]).items()}

    def key(self, m: sp.Basic) -> str:
        """A name that equal matrices share."""
        if not isinstance(m, MatrixExpr):
            return str(self.scalar(m))
        return str(sorted((str(w), str(sp.expand(c))) for w, c in self.words(m).items()))

    def _sum(self, parts: list[dict[Word, sp.Expr]]) -> dict[Word, sp.Expr]:
        total: dict[Word, sp.Expr] = {}
        for part in parts:
            for w, c in part.items():
                total[w] = total.get(w, sp.S.Zero) + c
        return {w: e for w, e in ((w, sp.expand(c)) for w, c in total.items()) if e != 0}

    def _product(self, a: dict[Word, sp.Expr], b: dict[Word, sp.Expr]) -> dict[Word, sp.Expr]:
        return self._sum([{v + w: c * d} for v, c in a.items() for w, d in b.items()])

    def inner(self, a: sp.Basic, b: sp.Basic) -> sp.Expr:
        """<a, b> as a sum of traces."""
        if isinstance(a, norms.Stack) and isinstance(b, norms.Stack):
            return self.inner(a.args[0], b.args[0]) + self.inner(a.args[1], b.args[1])
        transposed = {tuple((n, not t) for n, t in reversed(w)): c for w, c in self.words(a).items()}
        return sum((c * self.trace(w) for w, c in self._product(transposed, self.words(b)).items()), sp.S.Zero)

    def trace(self, word: Word) -> sp.Symbol:
        """The symbol of the trace of a word."""
        if not word:
            raise NotImplementedError("the trace of an identity of unknown size")
        turned = tuple((n, not t) for n, t in reversed(word))
        least = min(w[i:] + w[:i] for w in (word, turned) for i in range(len(w)))
        least = _symmetric(least)
        return self.traces.setdefault(least, sp.Dummy(f"tr_{len(self.traces)}", real=True))

    def scalar(self, e: sp.Basic) -> sp.Expr:
        """A scalar with traces and other heads as symbols."""
        if isinstance(e, sp.Pow) and isinstance(e.base, norms.Fro) and e.exp.is_Integer and e.exp % 2 == 0:
            x = e.base.args[0]
            return self.inner(x, x) ** (e.exp / 2)
        if isinstance(e, norms.Fro):
            return sp.sqrt(sp.expand(self.inner(e.args[0], e.args[0])))
        if isinstance(e, norms.Inner):
            return self.inner(*e.args)
        if isinstance(e, norms.Trace):
            return sum((c * self.trace(w) for w, c in self.words(e.args[0]).items()), sp.S.Zero)
        if isinstance(e, norms.ScalarHead):
            key = (type(e).__name__, tuple(self.key(a) for a in e.args))
            signs = {"nonnegative": True} if e.is_nonnegative else {}
            return self.atoms.setdefault(key, sp.Dummy(f"head_{len(self.atoms)}", real=True, **signs))
        if not e.args:
            return e
        return e.func(*(self.scalar(a) for a in e.args))


def _merged(factors: tuple[sp.Basic, ...]) -> list[sp.Basic]:
    """The factors of a product with each [A; B]^T [C; D] as A^T C + B^T D and each [A; B] v kept apart."""
    merged: list[sp.Basic] = []
    for f in factors:
        last = merged[-1] if merged else None
        if isinstance(f, norms.Stack) and isinstance(last, sp.Transpose) and isinstance(last.arg, norms.Stack):
            (a, b), (c, d) = last.arg.args, f.args
            merged[-1] = a.T * c + b.T * d
        else:
            merged.append(f)
    return merged


def _symmetric(word: Word) -> Word:
    """The trace of hess[V] times the rest, <hess[V], rest^T>, equals <hess[rest^T], V>: the lesser name of the two."""
    for i, (name, transposed) in enumerate(word):
        if name.startswith("Hess["):
            rest = (*word[i + 1 :], *word[:i])
            other = rest if transposed else tuple((n, not t) for n, t in reversed(rest))
            point, _, direction = name[5:-1].rpartition("][")
            first, second = sorted((direction, str(other)))
            return ((f"Hess[{point}] of {first} and {second}", False),)
    return word


def same_value(relation: Relation, where: Mapping[sp.Basic, sp.Basic]) -> str | None:
    """The common normal form of both sides as text; None when they differ or a node has none.

    Definitions are opened only as far as needed: not at all, then the statement's own, then all.
    """
    tables: tuple[dict[sp.Basic, sp.Basic], ...] = ({}, dict(where), {**DEFINITIONS, **where})
    for table in tables:
        lhs, rhs = (unfold(side, table, only=list(table)) for side in (relation.lhs, relation.rhs))
        try:
            form = _compare(lhs, rhs)
        except NotImplementedError:
            continue
        if form is not None:
            return form
    return None


def _compare(lhs: sp.Basic, rhs: sp.Basic) -> str | None:
    forms = _Forms()
    lhs, rhs = _with_stacks_outside(lhs), _with_stacks_outside(rhs)
    if isinstance(lhs, norms.Stack) and isinstance(rhs, norms.Stack):
        halves = [_compare(a, b) for a, b in zip(lhs.args, rhs.args, strict=True)]
        return None if None in halves else f"[{halves[0]}; {halves[1]}]"
    if isinstance(lhs, MatrixExpr):
        left, right = forms.words(lhs), forms.words(rhs)
        same = set(left) == set(right) and all(sp.simplify(left[w] - right[w]) == 0 for w in left)
        return " + ".join(sorted(f"{c}*{_text(w)}" for w, c in left.items())) or "0" if same else None
    left, right = forms.scalar(lhs), forms.scalar(rhs)
    if left.atoms(sp.Max, sp.Min) | right.atoms(sp.Max, sp.Min) and left != right:
        return None
    if left == right:
        return str(left)
    if sp.count_ops(left - right) > _LARGEST:
        return None  # combining over one denominator would take minutes
    difference = sp.expand(sp.fraction(sp.together(left - right))[0])
    if difference == 0 or (sp.count_ops(difference) <= _LARGEST and sp.simplify(difference) == 0):
        return str(left)
    return None


def _with_stacks_outside(m: sp.Basic) -> sp.Basic:
    """A sum of multiples of stacks as one stack."""
    if isinstance(m, sp.MatMul) and isinstance(m.args[-1], norms.Stack) and not m.args[:-1][0].is_Matrix:
        factor = sp.Mul(*m.args[:-1]) if len(m.args) > 2 else m.args[0]
        return norms.Stack(*(factor * a for a in m.args[-1].args))
    if isinstance(m, sp.MatAdd):
        parts = [_with_stacks_outside(a) for a in m.args]
        if all(isinstance(a, norms.Stack) for a in parts):
            return norms.Stack(*(sp.MatAdd(*(a.args[i] for a in parts)) for i in (0, 1)))
    return m


def _text(word: Word) -> str:
    return " ".join(n + ("^T" if t else "") for n, t in word) or "I"
