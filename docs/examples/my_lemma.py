"""Two lemmas of one's own about matrices A, B of one shape: the first is false, the second true."""

import sympy as sp

from theorems.norms import Fro, Inner, SigmaMax
from theorems.statement import Kind, Statement, journal, le

p, q = sp.symbols("p q", integer=True, positive=True)
A, B = sp.MatrixSymbol("A", p, q), sp.MatrixSymbol("B", p, q)

REVERSED = Statement("mine.reversed", (journal("1"),), Kind.INEQUALITY, le(Fro(A) * Fro(B), 2 * Inner(A, B)))
POLARIZED = Statement("mine.polarized", (journal("2"),), Kind.INEQUALITY, le(4 * Inner(A, B), Fro(A + B) ** 2))
SPECTRAL = Statement("mine.spectral", (journal("3"),), Kind.INEQUALITY, le(SigmaMax(A + B), SigmaMax(A) + SigmaMax(B)))
