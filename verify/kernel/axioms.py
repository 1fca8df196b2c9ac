"""The classical facts a proof may use, each with its textbook source; none of them knows gradient descent.

An axiom has one or more forms. A form holds for every value of its variables (matrices A, B, ... of the shapes
written, scalars x, y, z, indices i, j, k = 1, 2, ...): if the premises hold, so does each conclusion. Variables in
`exists` are chosen, not given: the conclusions hold for some value of them, which depends on the variables in
`depends` alone. Sigma is zero beyond min(p, q) and Lambda beyond the size, as in `theorems.norms`.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theorems.norms import Fro, Grad, Hess, Inner, KroneckerSum, Lambda, Loss, Sigma, SigmaMax, SigmaMin
from theorems.notation import W_star
from theorems.statement import Assumption, Relation, eq, le, lt

__all__ = ["AXIOMS", "Axiom", "Form", "form"]

HORN = "Horn and Johnson, Matrix Analysis, 2nd ed."
TOPICS = "Horn and Johnson, Topics in Matrix Analysis"
NESTEROV = "Nesterov, Lectures on Convex Optimization, 2nd ed."
RUDIN = "Rudin, Principles of Mathematical Analysis, 3rd ed."


@dataclass(frozen=True, slots=True)
class Form:
    """premises => conclusions, for all values of the variables except those in `exists`."""

    name: str
    conclusions: tuple[Relation, ...]
    premises: tuple[Relation | Assumption, ...] = ()
    exists: tuple[sp.MatrixSymbol, ...] = ()
    depends: tuple[sp.Basic, ...] = ()


@dataclass(frozen=True, slots=True)
class Axiom:
    """A named classical fact with its source."""

    name: str
    fact: str
    source: str
    forms: tuple[Form, ...]


def _dimension(name: str) -> sp.Symbol:
    return sp.Symbol(name, integer=True, positive=True)


p, q, r, i, j, k = map(_dimension, "pqrijk")
x, y, z = sp.symbols("x y z", real=True)
constant = sp.Symbol("constant", real=True)
A, B, U = (sp.MatrixSymbol(name, p, q) for name in "ABU")
C = sp.MatrixSymbol("C", q, r)
S, T = sp.MatrixSymbol("S", p, p), sp.MatrixSymbol("T", p, p)
R = sp.MatrixSymbol("R", q, q)
u = sp.MatrixSymbol("u", p, 1)
b = sp.MatrixSymbol("b", p, 1)
V = sp.MatrixSymbol("V", p, k)
X = sp.MatrixSymbol("X", p, r)
Y = sp.MatrixSymbol("Y", k, r)
_SYMMETRIC = eq(S, S.T)
_SMOOTH = Assumption("smooth", constant)
_CONVEX = Assumption("strongly-convex", constant)
_ZERO = Assumption("zero-minimum")
_QUADRATIC = Assumption("quadratic")

AXIOMS: dict[str, Axiom] = {
    axiom.name: axiom
    for axiom in (
        Axiom(
            "frobenius",
            "The Frobenius norm is a norm with inner product <A, B> = tr(A^T B): Cauchy-Schwarz, triangle inequality",
            f"{HORN}, 5.1.4, 5.6.P",
            (
                Form(
                    "cauchy-schwarz",
                    (le(Inner(A, B), Fro(A) * Fro(B)), le(Inner(A, B) ** 2, Fro(A) ** 2 * Fro(B) ** 2)),
                ),
                Form("triangle", (le(Fro(A + B), Fro(A) + Fro(B)),)),
                Form("definite", (eq(A, sp.ZeroMatrix(p, q)),), (eq(Fro(A), 0),)),
            ),
        ),
        Axiom(
            "product",
            "||A C||_F lies between sigma_q(A) ||C||_F (q columns: zero when A is wide) and sigma_max(A) ||C||_F",
            f"{HORN}, 5.6.P20, 4.2.2",
            (
                Form("upper", (le(Fro(A * C), SigmaMax(A) * Fro(C)),)),
                Form("lower", (le(Sigma(A, q) * Fro(C), Fro(A * C)),)),
            ),
        ),
        Axiom(
            "singular-values",
            "Singular values: extreme ones, squares as eigenvalues of A A^T, sigma_max <= ||.||_F",
            f"{HORN}, 2.6.3, 5.6.6",
            (
                Form("largest", (eq(SigmaMax(A), Sigma(A, 1)),)),
                Form("smallest", (eq(SigmaMin(A), Sigma(A, p)),), (le(p, q),)),
                Form("gram", (eq(Lambda(A * A.T, k), Sigma(A, k) ** 2),)),
                Form("frobenius", (le(SigmaMax(A), Fro(A)),)),
                Form("decreasing", (le(Sigma(A, k), Sigma(A, j)),), (le(j, k),)),
                Form("weyl", (le(Sigma(A + B, k), Sigma(A, k) + SigmaMax(B)),)),
                Form("padding", (eq(Sigma(A, k), 0),), (lt(p, k),)),
            ),
        ),
        Axiom(
            "eigenvalues",
            "Eigenvalues of a symmetric matrix: order, sign, size, and how many exceed a bound in absolute value",
            f"{HORN}, 4.1.5, 4.2.2, 4.3.1",
            (
                Form("padding", (eq(Lambda(S, k), 0),), (lt(p, k),)),
                Form("decreasing", (le(Lambda(S, k), Lambda(S, j)),), (_SYMMETRIC, le(j, k), le(k, p))),
                Form("rayleigh", (le(Inner(X, S * X), Lambda(S, 1) * Fro(X) ** 2),), (_SYMMETRIC,)),
                Form("frobenius", (le(Lambda(S, 1), Fro(S)),), (_SYMMETRIC,)),
                Form("spectral", (le(Lambda(S, 1), SigmaMax(S)), le(Lambda(-S, 1), SigmaMax(S))), (_SYMMETRIC,)),
                Form(
                    "count",
                    (le(Sigma(S, i + j - 1), x),),
                    (_SYMMETRIC, le(0, x), le(Lambda(S, i), x), le(Lambda(-S, j), x)),
                ),
            ),
        ),
        Axiom(
            "weyl",
            "lambda_k(S + T) <= lambda_k(S) + lambda_1(T) for symmetric matrices",
            f"{HORN}, Theorem 4.3.1",
            (Form("upper", (le(Lambda(S + T, k), Lambda(S, k) + Lambda(T, 1)),), (_SYMMETRIC, eq(T, T.T), le(k, p))),),
        ),
        Axiom(
            "eigenvector",
            "A symmetric matrix has a unit eigenvector to each of its eigenvalues",
            f"{HORN}, Theorem 4.1.5",
            (
                Form(
                    "exists",
                    (eq(S * u, Lambda(S, k) * u), eq(Fro(u), 1), eq(Fro(u) ** 2, 1), eq(Inner(u, S * u), Lambda(S, k))),
                    (_SYMMETRIC, le(k, p)),
                    exists=(u,),
                    depends=(S, k),
                ),
            ),
        ),
        Axiom(
            "courant-fischer",
            "An orthonormal V spans the eigenspaces of the k largest eigenvalues: <X, S X> >= lambda_k ||V^T X||^2 - "
            "lambda_1(-S) (||X||^2 - ||V^T X||^2), and <V Y, S V Y> >= lambda_k ||Y||^2",
            f"{HORN}, Theorem 4.1.5 and 4.2.6",
            (
                Form(
                    "exists",
                    (
                        eq(V.T * V, sp.Identity(k)),
                        le(Fro(V.T * X) ** 2, Fro(X) ** 2),
                        le(
                            Lambda(S, k) * Fro(V.T * X) ** 2 - Lambda(-S, 1) * (Fro(X) ** 2 - Fro(V.T * X) ** 2),
                            Inner(X, S * X),
                        ),
                        le(Lambda(S, k) * Fro(Y) ** 2, Inner(V * Y, S * V * Y)),
                    ),
                    (_SYMMETRIC, le(k, p)),
                    exists=(V,),
                    depends=(S, k),
                ),
            ),
        ),
        Axiom(
            "kronecker-sum",
            "The extreme eigenvalues of U -> S U + U R are the sums of those of S and of R",
            f"{TOPICS}, Theorem 4.4.5",
            (
                Form(
                    "extremes",
                    (
                        eq(Lambda(KroneckerSum(S, R), p * q), Lambda(S, p) + Lambda(R, q)),
                        eq(Lambda(KroneckerSum(S, R), 1), Lambda(S, 1) + Lambda(R, 1)),
                    ),
                    (_SYMMETRIC, eq(R, R.T)),
                ),
            ),
        ),
        Axiom(
            "surjective",
            "A square matrix T whose smallest singular value is positive is onto: T u = b for some u",
            f"{HORN}, 0.5",
            (Form("exists", (eq(T * u, b),), (lt(0, Sigma(T, p)),), exists=(u,), depends=(T, b)),),
        ),
        Axiom(
            "smooth",
            "A K-smooth loss: quadratic upper bound, Lipschitz gradient, curvature at most K",
            f"{NESTEROV}, Lemma 1.2.2, Lemma 1.2.3, Theorem 2.1.5",
            (
                Form(
                    "quadratic",
                    (le(Loss(B), Loss(A) + Inner(Grad(A), B - A) + constant * Fro(B - A) ** 2 / 2),),
                    (_SMOOTH,),
                ),
                Form("lipschitz", (le(Fro(Grad(B) - Grad(A)), constant * Fro(B - A)),), (_SMOOTH,)),
                Form("curvature", (le(Inner(U, Hess(A, U)), constant * Fro(U) ** 2),), (_SMOOTH,)),
            ),
        ),
        Axiom(
            "strongly-convex",
            "A mu-strongly convex loss: quadratic lower bound, curvature at least mu",
            f"{NESTEROV}, Definition 2.1.3, Theorem 2.1.11",
            (
                Form(
                    "quadratic",
                    (le(Loss(A) + Inner(Grad(A), B - A) + constant * Fro(B - A) ** 2 / 2, Loss(B)),),
                    (_CONVEX,),
                ),
                Form("curvature", (le(constant * Fro(U) ** 2, Inner(U, Hess(A, U))),), (_CONVEX,)),
            ),
        ),
        Axiom(
            "quadratic",
            "A quadratic function (constant Hessian): its gradient is affine with a self-adjoint linear part, and the "
            "trapezoidal rule gives its values",
            f"{HORN}, 4.1.P and 7.2; {NESTEROV}, 1.2.2 (quadratic functions)",
            (
                Form(
                    "affine",
                    (
                        eq(
                            Grad(A + x * U + y * B) - Grad(A),
                            x * (Grad(A + U) - Grad(A)) + y * (Grad(A + B) - Grad(A)),
                        ),
                    ),
                    (_QUADRATIC,),
                ),
                Form(
                    "self-adjoint",
                    (eq(Inner(U, Grad(A + B) - Grad(A)), Inner(B, Grad(A + U) - Grad(A))),),
                    (_QUADRATIC,),
                ),
                Form("value", (eq(Loss(A + U) - Loss(A), Inner(Grad(A) + Grad(A + U), U) / 2),), (_QUADRATIC,)),
            ),
        ),
        Axiom(
            "minimum",
            "What min l = 0 says: l >= 0, and l vanishes at its minimizer W_star; what the mu-PL inequality says",
            f"{NESTEROV}, 1.2.1; Polyak (1963)",
            (
                Form("nonnegative", (le(0, Loss(A)),), (_ZERO,)),
                Form("attained", (eq(Loss(W_star), 0),), (_ZERO,)),
                Form("pl", (le(constant * Loss(A), Fro(Grad(A)) ** 2 / 2),), (Assumption("pl", constant), _ZERO)),
            ),
        ),
        Axiom(
            "order",
            "The ordered field of the reals: roots and quotients keep order",
            f"{RUDIN}, Proposition 1.18, Theorem 1.21",
            (
                Form("roots", (le(x, y),), (le(0, y), le(x**2, y**2))),
                Form("strict-roots", (lt(x, y),), (le(0, y), lt(x**2, y**2))),
                Form("cancel", (le(x, y),), (lt(0, z), le(x * z, y * z))),
                Form("strict-cancel", (lt(x, y),), (lt(0, z), lt(x * z, y * z))),
                Form("divide", (le(x / y, z),), (lt(0, y), le(x, y * z))),
                Form("divided", (le(z, x / y),), (lt(0, y), le(y * z, x))),
                Form("multiply", (le(x, y * z),), (lt(0, y), le(x / y, z))),
                Form("multiplied", (le(y * z, x),), (lt(0, y), le(z, x / y))),
                Form("reciprocal", (lt(0, x / y),), (lt(0, x), lt(0, y))),
                Form("antisymmetric", (eq(x, y),), (le(x, y), le(y, x))),
            ),
        ),
        Axiom(
            "maximum",
            "Max is the least upper bound, Min the greatest lower bound",
            f"{RUDIN}, Definition 1.8",
            (
                Form("above", (le(x, sp.Max(x, y)), le(y, sp.Max(x, y)))),
                Form("least", (le(sp.Max(x, y), z),), (le(x, z), le(y, z))),
                Form("below", (le(sp.Min(x, y), x), le(sp.Min(x, y), y))),
                Form("greatest", (le(z, sp.Min(x, y)),), (le(z, x), le(z, y))),
            ),
        ),
        Axiom(
            "exponential",
            "exp lies above its tangent at 0, exp and log are increasing",
            f"{RUDIN}, Theorem 8.6",
            (
                Form("tangent", (le(1 + x, sp.exp(x)),)),
                Form("monotone", (le(sp.exp(x), sp.exp(y)),), (le(x, y),)),
                Form("log-positive", (lt(0, sp.log(y)),), (lt(1, y),)),
                Form("logarithm", (le(sp.exp(x), y),), (lt(0, y), le(x, sp.log(y)))),
            ),
        ),
        Axiom(
            "power",
            "A power with nonnegative exponent is increasing on the nonnegative reals",
            f"{RUDIN}, Exercise 1.6, Theorem 8.6",
            (
                Form("monotone", (le(x**z, y**z),), (le(0, x), le(x, y), le(0, z))),
                Form("strict", (lt(x**z, y**z),), (le(0, x), lt(x, y), lt(0, z))),
            ),
        ),
    )
}


def form(name: str) -> Form:
    """The form called "axiom.form". Raises KeyError when there is none."""
    axiom, _, rest = name.partition(".")
    for candidate in AXIOMS[axiom].forms:
        if candidate.name == rest:
            return candidate
    raise KeyError(name)
