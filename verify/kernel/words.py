"""Sums of words in matrix letters and transposed letters, with polynomial coefficients, and their traces.

A reader must believe that two sums of words that are equal here are equal as matrices, and two traces as numbers.
What is used of matrices: products are associative and bilinear, (A B)^T = B^T A^T, I A = A, the blocks E_i of a stack
[A; B] = E_1 A + E_2 B are orthonormal (E_i^T E_j = I or 0), tr(A B) = tr(B A) = tr((A B)^T), and the trace of a
product of 1 x 1 matrices is the product of their entries. A letter has one shape; the key it is known by implies it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from typing import Any

from verify.kernel.polynomials import MINUS, Poly, Polynomials, add, constant, frozen

Word = tuple[tuple[int, bool], ...]
Matrix = dict[Word, Poly]


def is_square_of_vector(word: Word) -> bool:
    """Whether some rotation of the word is u^T u, so that its trace is a sum of squares."""
    half, odd = divmod(len(word), 2)
    if odd:
        return False
    turns = (word[i:] + word[:i] for i in range(len(word)))
    return any(turn[:half] == tuple((x, not t) for x, t in reversed(turn[half:])) for turn in turns)


def frozen_matrix(a: Matrix) -> tuple[Any, ...]:
    """A hashable form of a sum of words, equal exactly when the sums are."""
    return tuple(sorted((w, frozen(p)) for w, p in a.items()))


class Words:
    """Sums of words over one table of letters, with coefficients in `scalars`."""

    def __init__(self, scalars: Polynomials) -> None:
        self._scalars = scalars
        self._letters: list[tuple[Any, ...]] = []
        self._letter_ids: dict[tuple[Any, ...], int] = {}
        self._narrow: list[tuple[bool, bool]] = []  # per letter: one row, one column

    def letter(self, shape: tuple[Any, Any], *key: Any) -> Matrix:
        """The letter of this shape with this kind and arguments as a matrix; the same key is the same letter."""
        if key not in self._letter_ids:
            self._letter_ids[key] = len(self._letters)
            self._letters.append(key)
            self._narrow.append((shape[0] == 1, shape[1] == 1))
        return {((self._letter_ids[key], False),): constant(1)}

    # sums and products ----------------------------------------------------------------------------------------------
    def add(self, a: Matrix, b: Matrix, factor: Fraction = Fraction(1)) -> Matrix:
        """a + factor b."""
        out = dict(a)
        for word, p in b.items():
            out[word] = add(out.get(word, {}), p, factor)
            if not out[word]:
                del out[word]
        return out

    def minus(self, a: Matrix, b: Matrix) -> Matrix:
        """a - b."""
        return self.add(a, b, MINUS)

    def sum(self, terms: Iterable[Matrix]) -> Matrix:
        """The sum of some sums of words."""
        zero: Matrix = {}
        return reduce(self.add, terms, zero)

    def scaled(self, a: Matrix, p: Poly) -> Matrix:
        """p a."""
        return {w: q for w, r in a.items() if (q := self._scalars.mul(r, p))}

    def transposed(self, a: Matrix) -> Matrix:
        """The transpose of a sum of words."""
        return {tuple((x, not t and not self._is_identity(x)) for x, t in reversed(w)): p for w, p in a.items()}

    def times(self, a: Matrix, b: Matrix) -> Matrix:
        """The product of two sums of words."""
        out: Matrix = {}
        for w1, p1 in a.items():
            for w2, p2 in b.items():
                word = self._concatenate(w1, w2)
                if word is not None:
                    out = self.add(out, {word: self._scalars.mul(p1, p2)})
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
            left, right = w1[:-1], w2[1:]
            return self._concatenate(left, right) if left and right else left or right or self._identity_of(x)
        return w1 + w2

    def _is_identity(self, letter: int) -> bool:
        return bool(self._letters[letter][0] == "Identity")

    def _same_stack(self, x: int, y: int) -> bool:
        return bool(
            self._letters[x][0] == self._letters[y][0] == "block" and self._letters[x][2:] == self._letters[y][2:]
        )

    def _identity_of(self, block: int) -> Word:
        """The identity with as many rows as the block of a stack has columns."""
        _, i, *rows = self._letters[block]
        return next(iter(self.letter((None, None), "Identity", rows[i])))

    # traces ---------------------------------------------------------------------------------------------------------
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
                value = reduce(self._scalars.mul, map(self._cycle, self._segments(word)))
            out = add(out, self._scalars.mul(p, value))
        return out

    def _closed(self, word: Word) -> Word | None:
        """The word with blocks of a stack that meet around the trace cancelled; None when the trace is zero."""
        (x, transposed_x), (y, transposed_y) = word[-1], word[0]
        if len(word) > 1 and transposed_x and not transposed_y and self._same_stack(x, y):
            inside = word[1:-1] or self._identity_of(x)
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
        return self._scalars.atom("trace", min(w[i:] + w[:i] for w in (word, backward) for i in range(len(word))))

    # for the reader -------------------------------------------------------------------------------------------------
    def show(self, word: Word) -> str:
        """A word as text, for messages."""
        return " ".join(self._name(x) + ("'" if t else "") for x, t in word)

    def _name(self, letter: int) -> str:
        kind, *args = self._letters[letter]
        return str(args[0]) if kind == "symbol" else f"{kind}#{letter}"
