"""The matrix heads in which the paper's claims are written, as SymPy expressions.

Scalar heads are commutative `sympy.Expr` subclasses, matrix heads are `sympy.MatrixExpr` subclasses. All of
them stay unevaluated: they print, substitute and compare structurally, and `properties.evaluate` gives them
their value in a number field. Terms build whatever their shapes; `theorems.shapes` judges shapes.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

__all__ = [
    "Fro",
    "Grad",
    "Hess",
    "HistoryProduct",
    "HistorySum",
    "Inner",
    "KroneckerSum",
    "Lambda",
    "Loss",
    "MinRoot",
    "Rank",
    "Sigma",
    "SigmaMax",
    "SigmaMin",
    "Stack",
    "TauIntegral",
    "Trace",
]


class ScalarHead(sp.Expr):
    """A real, commutative, unevaluated function of matrices; `args` holds the SymPy arguments in order."""

    is_commutative = True
    is_real = True
    is_scalar = True

    def __new__(cls, *args: Any) -> ScalarHead:
        return sp.Expr.__new__(cls, *map(sp.sympify, args))

    def _eval_derivative(self, symbol: sp.Symbol) -> sp.Expr:
        if not self.has(symbol):
            return sp.S.Zero
        return sp.Derivative(self, symbol, evaluate=False)


def _tex(printer: Any, *args: Any) -> list[str]:
    return [printer._print(a) for a in args]


class Fro(ScalarHead):
    """Frobenius norm ||X||_F of a matrix X (p x q)."""

    is_nonnegative = True

    def _latex(self, printer: Any) -> str:
        return rf"\left\|{_tex(printer, self.args[0])[0]}\right\|_F"

    def _sympystr(self, printer: Any) -> str:
        return f"||{printer._print(self.args[0])}||_F"


class Inner(ScalarHead):
    """Frobenius inner product <A, B> = tr(A^T B) of two matrices of the same shape."""

    def _latex(self, printer: Any) -> str:
        return r"\left\langle {}, {} \right\rangle".format(*_tex(printer, *self.args))

    def _sympystr(self, printer: Any) -> str:
        return "<{}, {}>".format(*(printer._print(a) for a in self.args))


class Trace(ScalarHead):
    """Trace of a square matrix."""

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{tr}}\left({_tex(printer, self.args[0])[0]}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"tr({printer._print(self.args[0])})"


class Rank(ScalarHead):
    """Rank of a matrix, a nonnegative integer."""

    is_nonnegative = True
    is_integer = True

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{rank}}\left({_tex(printer, self.args[0])[0]}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"rank({printer._print(self.args[0])})"


class Sigma(ScalarHead):
    """k-th largest singular value sigma_k(X), k = 1, 2, ...; zero when k exceeds min(p, q).

    The zero beyond min(p, q) is the zero-padded reading of a singular value; `SigmaMin` is the other one.
    """

    is_nonnegative = True

    def _latex(self, printer: Any) -> str:
        x, k = _tex(printer, *self.args)
        return rf"\sigma_{{{k}}}\left({x}\right)"

    def _sympystr(self, printer: Any) -> str:
        x, k = (printer._print(a) for a in self.args)
        return f"sigma_{k}({x})"


class SigmaMax(ScalarHead):
    """Largest singular value sigma_max(X), the spectral norm ||X||_2."""

    is_nonnegative = True

    def _latex(self, printer: Any) -> str:
        return rf"\sigma_{{\max}}\left({_tex(printer, self.args[0])[0]}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"sigma_max({printer._print(self.args[0])})"


class SigmaMin(ScalarHead):
    """sigma_min(X) as numerical software has it: the smallest of the min(p, q) singular values of X (p x q)."""

    is_nonnegative = True

    def _latex(self, printer: Any) -> str:
        return rf"\sigma_{{\min}}\left({_tex(printer, self.args[0])[0]}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"sigma_min({printer._print(self.args[0])})"


class Lambda(ScalarHead):
    """k-th largest eigenvalue lambda_k(X) of a symmetric X (p x p); zero when k exceeds p (zero-padded)."""

    def _latex(self, printer: Any) -> str:
        x, k = _tex(printer, *self.args)
        return rf"\lambda_{{{k}}}\left({x}\right)"

    def _sympystr(self, printer: Any) -> str:
        x, k = (printer._print(a) for a in self.args)
        return f"lambda_{k}({x})"


class Loss(ScalarHead):
    """Value l(W) of the world's loss at W (n x m)."""

    def _latex(self, printer: Any) -> str:
        return rf"\ell\left({_tex(printer, self.args[0])[0]}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"l({printer._print(self.args[0])})"


class MinRoot(ScalarHead):
    """Smallest positive root of `expression` in `variable`, +oo when there is none: MinRoot(expression, variable)."""

    is_positive = True
    is_nonnegative = True

    @property
    def bound_symbols(self) -> list[sp.Basic]:
        """The unknown, which is bound."""
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """Symbols of the expression, the unknown left out."""
        return self.args[0].free_symbols - {self.args[1]}

    def _latex(self, printer: Any) -> str:
        e, x = _tex(printer, *self.args)
        return rf"\min\left\{{{x} > 0 : {e} = 0\right\}}"

    def _sympystr(self, printer: Any) -> str:
        e, x = (printer._print(a) for a in self.args)
        return f"min{{{x} > 0 : {e} = 0}}"


class HistorySum(ScalarHead):
    """Sum over the run's steps k = 0 .. t of a scalar written for the current step."""

    def _latex(self, printer: Any) -> str:
        return rf"\sum_{{k=0}}^{{t}} {_tex(printer, self.args[0])[0]}\Big|_{{t=k}}"

    def _sympystr(self, printer: Any) -> str:
        return f"sum_{{k=0..t}} [{printer._print(self.args[0])}](t=k)"


class HistoryProduct(ScalarHead):
    """Product over the run's steps k = first .. t of a scalar written for the current step; empty product 1."""

    def _latex(self, printer: Any) -> str:
        e, k = _tex(printer, *self.args)
        return rf"\prod_{{k={k}}}^{{t}} {e}\Big|_{{t=k}}"

    def _sympystr(self, printer: Any) -> str:
        e, k = (printer._print(a) for a in self.args)
        return f"prod_{{k={k}..t}} [{e}](t=k)"


class TauIntegral(ScalarHead):
    """Integral of a scalar `expression` over `tau` in [0, 1]: TauIntegral(expression, tau)."""

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """Symbols of the integrand, tau left out."""
        return self.args[0].free_symbols - {self.args[1]}

    def _latex(self, printer: Any) -> str:
        e, x = _tex(printer, *self.args)
        return rf"\int_0^1 {e}\, d{x}"

    def _sympystr(self, printer: Any) -> str:
        e, x = (printer._print(a) for a in self.args)
        return f"int_0^1 {e} d{x}"


class MatrixHead(MatrixExpr):
    """An unevaluated matrix-valued function of matrices."""

    is_commutative = False

    def __new__(cls, *args: Any) -> MatrixHead:
        return MatrixExpr.__new__(cls, *map(sp.sympify, args))

    def doit(self, **hints: Any) -> MatrixHead:
        """The expression itself: nothing is evaluated."""
        return self

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> sp.Expr:
        from sympy.matrices.expressions.matexpr import MatrixElement

        return MatrixElement(self, i, j)


class Grad(MatrixHead):
    """Gradient (n x m) of the world's loss at W (n x m)."""

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of W, n x m."""
        return self.args[0].shape

    def _latex(self, printer: Any) -> str:
        return rf"\nabla\ell\left({_tex(printer, self.args[0])[0]}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"grad_l({printer._print(self.args[0])})"


class Hess(MatrixHead):
    """Hessian of the world's loss at W applied to a direction U: Hess(W, U), all n x m."""

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of W, n x m."""
        return self.args[0].shape

    def _latex(self, printer: Any) -> str:
        return r"\nabla^2\ell\left({}\right)\left[{}\right]".format(*_tex(printer, *self.args))

    def _sympystr(self, printer: Any) -> str:
        return "hess_l({})[{}]".format(*(printer._print(a) for a in self.args))


class Stack(MatrixHead):
    """Vertical concatenation [A; B] of A (p x r) and B (q x r): shape (p + q) x r."""

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(p + q) x r of A (p x r) above B (q x r)."""
        a, b = self.args
        return (a.shape[0] + b.shape[0], a.shape[1])

    def _latex(self, printer: Any) -> str:
        return r"\begin{{bmatrix}} {} \\ {} \end{{bmatrix}}".format(*_tex(printer, *self.args))

    def _sympystr(self, printer: Any) -> str:
        return "[{}; {}]".format(*(printer._print(a) for a in self.args))


class KroneckerSum(MatrixHead):
    """The operator U -> A U + U B on n x m matrices, as the (nm) x (nm) matrix I (x) A + B^T (x) I (A n x n, B m x m).

    Its eigenvalues are the pairwise sums of those of A and of B when both are symmetric.
    """

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """nm x nm of matrices n x n and m x m."""
        d = self.args[0].shape[0] * self.args[1].shape[0]
        return (d, d)

    def _latex(self, printer: Any) -> str:
        return r"{} \oplus {}".format(*_tex(printer, *self.args))

    def _sympystr(self, printer: Any) -> str:
        return "({}) (+) ({})".format(*(printer._print(a) for a in self.args))
