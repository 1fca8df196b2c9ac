"""Appendix A proved: Lemma A.1 line by line, and Lemma A.2 through the eigenvalues of a Kronecker sum."""

from __future__ import annotations

from theorems import norm_lemmas
from theorems.norm_lemmas import GRAM_OF_T, A, B, B_right, C, D_right, q
from theorems.norms import Fro, Inner, Lambda, Sigma, SigmaMax
from theorems.notation import W1, W2, U, m, n
from theorems.proofs.derivation import Proof, goals, line
from theorems.statement import eq, le

_GOALS = goals(norm_lemmas)
_AB = Fro(A * B_right)
_a, _b, _c, _d = SigmaMax(A), Fro(B_right), SigmaMax(C), Fro(D_right)
_ab = line("AB", le(_AB, _a * _b), "product.upper", at={"A": A, "C": B_right})

CAUCHY_SCHWARZ = Proof(
    _GOALS["j33.cauchy-schwarz"],
    (line("claim", le(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B}),),
)

PRODUCT = Proof(
    _GOALS["j34.product"],
    (
        _ab,
        line("spectral", le(_a, Fro(A)), "singular-values.frobenius", at={"A": A}),
        line(
            "claim",
            _GOALS["j34.product"].then,
            "arithmetic",
            weights=[(2, "AB"), (2 * _b, "spectral"), (1, Fro(A) - _b)],
            why="the rest is (||A|| - ||B||)^2",
        ),
    ),
    idea="||AB|| <= ||A|| ||B||, then the arithmetic-geometric mean.",
)

PRODUCT_SUM = Proof(
    _GOALS["j35.product-sum/repaired"],
    (
        line(
            "sum",
            le(Fro(A * B_right + C * D_right), _AB + Fro(C * D_right)),
            "frobenius.triangle",
            at={"A": A * B_right, "B": C * D_right},
        ),
        _ab,
        line("CD", le(Fro(C * D_right), _c * _d), "product.upper", at={"A": C, "C": D_right}),
        line(
            "bound",
            le(Fro(A * B_right + C * D_right), _a * _b + _c * _d),
            "arithmetic",
            weights=[(1, "sum"), (1, "AB"), (1, "CD")],
        ),
        line(
            "claim",
            _GOALS["j35.product-sum/repaired"].then,
            "arithmetic",
            weights=[(_a * _b + _c * _d, "bound"), (Fro(A * B_right + C * D_right), "bound"), (1, _a * _d - _c * _b)],
            why="x <= y gives x^2 <= y^2; the rest is a square (Lagrange's identity)",
        ),
    ),
)

NORM_OF_SUM = Proof(
    _GOALS["j36.norm-of-sum/repaired"],
    (
        line("same-side", _GOALS["j36.norm-of-sum/repaired"].given[0], "hypothesis"),
        line("claim", _GOALS["j36.norm-of-sum/repaired"].then, "arithmetic", weights=[(2, "same-side")]),
    ),
    idea="||A + B||^2 = ||A||^2 + 2 <A, B> + ||B||^2.",
)

NORM_OF_SUM_UPPER = Proof(
    _GOALS["j36.norm-of-sum-upper/repaired"],
    (
        line(
            "claim",
            _GOALS["j36.norm-of-sum-upper/repaired"].then,
            "arithmetic",
            weights=[(1, Fro(A - B))],
            why="parallelogram law",
        ),
    ),
)


def _left(label: str) -> Proof:
    lower, upper = _GOALS[label].then.claims  # type: ignore[union-attr]
    return Proof(
        _GOALS[label],
        (
            line("low", le(Sigma(A, q) * _b, _AB), "product.lower", at={"A": A, "C": B_right}),
            _ab,
            line("lower", lower, "arithmetic", weights=[(_AB + Sigma(A, q) * _b, "low")]),
            line("upper", upper, "arithmetic", weights=[(_AB + _a * _b, "AB")]),
        ),
    )


def _right(label: str) -> Proof:
    lower, upper = _GOALS[label].then.claims  # type: ignore[union-attr]
    return Proof(
        _GOALS[label],
        (
            line("low", le(Sigma(B_right, q) * Fro(A), _AB), "product.lower", at={"A": B_right.T, "C": A.T}),
            line("up", le(_AB, SigmaMax(B_right) * Fro(A)), "product.upper", at={"A": B_right.T, "C": A.T}),
            line("lower", lower, "arithmetic", weights=[(_AB + Sigma(B_right, q) * Fro(A), "low")]),
            line("upper", upper, "arithmetic", weights=[(_AB + SigmaMax(B_right) * Fro(A), "up")]),
        ),
        idea="(38) is (37) for the transposed product.",
    )


# Lemma A.2 ----------------------------------------------------------------------------------------------------
_G1, _G2 = W1 * W1.T, W2 * W2.T
_KRON = {"S": _G1, "R": _G2}
_gram_n = line("gram-1", eq(Lambda(_G1, n), Sigma(W1, n) ** 2), "singular-values.gram", at={"A": W1, "k": n})
_gram_m = line("gram-2", eq(Lambda(_G2, m), Sigma(W2, m) ** 2), "singular-values.gram", at={"A": W2, "k": m})
_smallest = line(
    "sum", eq(Lambda(GRAM_OF_T, n * m), Lambda(_G1, n) + Lambda(_G2, m)), "kronecker-sum.extremes", at=_KRON
)


def _smallest_value(label: str) -> Proof:
    return Proof(
        _GOALS[label],
        (
            _smallest,
            _gram_n,
            _gram_m,
            line("claim", _GOALS[label].then, "arithmetic", weights=[(1, "sum"), (1, "gram-1"), (1, "gram-2")]),
        ),
        idea="T* T is the Kronecker sum of W1 W1^T and W2 W2^T: the smallest eigenvalues add up.",
    )


LARGEST = Proof(
    _GOALS["j39.largest-singular-value"],
    (
        line("sum", eq(Lambda(GRAM_OF_T, 1), Lambda(_G1, 1) + Lambda(_G2, 1)), "kronecker-sum.extremes", at=_KRON),
        line("gram-1", eq(Lambda(_G1, 1), Sigma(W1, 1) ** 2), "singular-values.gram", at={"A": W1, "k": 1}),
        line("gram-2", eq(Lambda(_G2, 1), Sigma(W2, 1) ** 2), "singular-values.gram", at={"A": W2, "k": 1}),
        line("top-1", eq(SigmaMax(W1), Sigma(W1, 1)), "singular-values.largest", at={"A": W1}),
        line("top-2", eq(SigmaMax(W2), Sigma(W2, 1)), "singular-values.largest", at={"A": W2}),
        line(
            "claim",
            _GOALS["j39.largest-singular-value"].then,
            "arithmetic",
            weights=[
                (1, "sum"),
                (1, "gram-1"),
                (1, "gram-2"),
                (-SigmaMax(W1) - Sigma(W1, 1), "top-1"),
                (-SigmaMax(W2) - Sigma(W2, 1), "top-2"),
            ],
        ),
    ),
)

GRAM_OPERATOR = Proof(
    _GOALS["j40.gram-operator"],
    (line("claim", _GOALS["j40.gram-operator"].then, "algebra", why="both sides are the same traces"),),
)
RAYLEIGH_SPLIT = Proof(
    _GOALS["j43.rayleigh.line2"],
    (line("claim", _GOALS["j43.rayleigh.line2"].then, "kronecker-sum.extremes", at=_KRON),),
)
_U1, _U2 = Sigma(W1, n) * Fro(U), Sigma(W2, m) * Fro(U)
RAYLEIGH = Proof(
    _GOALS["j43.rayleigh.line1"],
    (
        _smallest,
        _gram_n,
        _gram_m,
        line("low-1", le(_U1, Fro(W1.T * U)), "product.lower", at={"A": W1.T, "C": U}),
        line("low-2", le(_U2, Fro(U * W2)), "product.lower", at={"A": W2.T, "C": U.T}),
        line(
            "claim",
            _GOALS["j43.rayleigh.line1"].then,
            "arithmetic",
            weights=[
                (Fro(W1.T * U) + _U1, "low-1"),
                (Fro(U * W2) + _U2, "low-2"),
                (Fro(U) ** 2, "sum"),
                (Fro(U) ** 2, "gram-1"),
                (Fro(U) ** 2, "gram-2"),
            ],
        ),
    ),
)


def _line3(label: str) -> Proof:
    return Proof(
        _GOALS[label],
        (
            _smallest,
            _gram_n,
            _gram_m,
            line(
                "value",
                eq(Lambda(GRAM_OF_T, n * m), Sigma(W1, n) ** 2 + Sigma(W2, m) ** 2),
                "arithmetic",
                weights=[(1, "sum"), (1, "gram-1"), (1, "gram-2")],
            ),
            line("claim", _GOALS[label].then, "arithmetic", weights=[(-1, "value")]),
        ),
    )


MINIMIZER = Proof(
    _GOALS["j44.minimizer-value/repaired"],
    (line("claim", _GOALS["j44.minimizer-value/repaired"].then, "algebra"),),
)

PROOFS = (
    CAUCHY_SCHWARZ,
    PRODUCT,
    PRODUCT_SUM,
    NORM_OF_SUM,
    NORM_OF_SUM_UPPER,
    *map(_left, ("j37.left-factor/repaired", "j37.left-factor@sigma-min-padded")),
    *map(_right, ("j38.right-factor/repaired", "j38.right-factor@sigma-min-padded")),
    *map(_smallest_value, ("j39.smallest-singular-value/repaired", "j39.smallest-singular-value@sigma-min-padded")),
    LARGEST,
    GRAM_OPERATOR,
    RAYLEIGH,
    RAYLEIGH_SPLIT,
    *map(_line3, ("j43.rayleigh.line3/repaired", "j43.rayleigh.line3@sigma-min-padded")),
    MINIMIZER,
)
