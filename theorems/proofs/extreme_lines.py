"""Lines that several proofs share: the smallest singular value is at most the largest."""

from __future__ import annotations

import sympy as sp

from theorems.norms import Sigma, SigmaMax, SigmaMin
from theorems.proofs.derivation import Line, line
from theorems.statement import eq, le


def extreme_order(tag: str, w: sp.MatrixExpr, matrix: sp.MatrixExpr, index: sp.Symbol) -> tuple[Line, ...]:
    """sigma_min(w) <= sigma_max(w) when `index` is the smaller dimension; matrix: w or its transpose, `index` rows.

    Rests on the lines "<tag>-least" (the assumption that `index` is the smaller one) and "top" (sigma_max comes first).
    """
    return (
        line(
            f"least-{tag}",
            eq(SigmaMin(w), Sigma(w, index)),
            "singular-values.smallest",
            f"{tag}-least",
            at={"A": matrix},
        ),
        line(
            f"falls-{tag}",
            le(Sigma(w, index), Sigma(w, 1)),
            "singular-values.decreasing",
            at={"A": matrix, "k": index, "j": 1},
        ),
        line(
            f"order-{tag}",
            le(SigmaMin(w), SigmaMax(w)),
            "arithmetic",
            weights=[(1, f"falls-{tag}"), (1, f"least-{tag}"), (-1, "top")],
        ),
    )
