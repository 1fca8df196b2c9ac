"""float64 on NumPy arrays, batched over the leading axis: it proposes and is never conclusive.

A scalar is a float or an array (B,), a matrix an array (p, q) or (B, p, q); unbatched values broadcast.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "sign": np.sign,
    "Abs": np.abs,
}


class Float64:
    """The proposing field. Comparisons carry no tolerance: a candidate is decided again elsewhere."""

    name = "float64"

    def scalar(self, raw: Any) -> Any:
        """A float64 of an exact number; an array (B,) as it is."""
        return raw if isinstance(raw, np.ndarray) else np.float64(raw)

    def matrix(self, raw: Any) -> Array:
        """A float64 array (p, q) of rows of exact numbers; an array as it is."""
        if isinstance(raw, np.ndarray):
            return raw
        return np.array([[float(x) for x in row] for row in raw], dtype=np.float64)

    def infinity(self) -> Any:
        """float64 infinity."""
        return np.float64(np.inf)

    def sqrt(self, x: Any) -> Any:
        """Square root; nan where x < 0."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(x)

    def power(self, x: Any, exponent: Any) -> Any:
        """x to a power, nan or inf where it is not defined."""
        with np.errstate(all="ignore"):
            return np.power(x, np.float64(exponent) if isinstance(exponent, Fraction | int) else exponent)

    def function(self, name: str, x: Any) -> Any:
        """The named function of x, one of `_FUNCTIONS`; nan or inf where it is not defined."""
        with np.errstate(all="ignore"):
            return _FUNCTIONS[name](x)

    def maximum(self, x: Any, y: Any) -> Any:
        """Entrywise max(x, y), nan where either is."""
        return np.maximum(x, y)

    def minimum(self, x: Any, y: Any) -> Any:
        """Entrywise min(x, y), nan where either is."""
        return np.minimum(x, y)

    def compare(self, x: Any, op: str, y: Any) -> Any:
        """x op y without tolerance, a boolean for each of the batch; False where either is nan (True for !=)."""
        operation = {
            "<=": np.less_equal,
            "<": np.less,
            "==": np.equal,
            ">=": np.greater_equal,
            ">": np.greater,
            "!=": np.not_equal,
        }[op]
        with np.errstate(invalid="ignore"):
            return operation(x, y)

    def shape(self, a: Array) -> tuple[int, int]:
        """(rows, columns), the batch left out."""
        return (int(a.shape[-2]), int(a.shape[-1]))

    def zeros(self, rows: int, columns: int) -> Array:
        """The rows x columns zero matrix."""
        return np.zeros((rows, columns))

    def identity(self, size: int) -> Array:
        """The size x size identity."""
        return np.eye(size)

    def matadd(self, a: Array, b: Array) -> Array:
        """a + b."""
        return a + b

    def matmul(self, a: Array, b: Array) -> Array:
        """a b, batches broadcast."""
        return a @ b

    def scale(self, x: Any, a: Array) -> Array:
        """x a, x a number or one for each of the batch."""
        return np.asarray(x)[..., None, None] * a

    def transpose(self, a: Array) -> Array:
        """Transpose of each matrix of the batch."""
        return np.swapaxes(a, -1, -2)

    def stack(self, a: Array, b: Array) -> Array:
        """[a; b], a above b, batches broadcast."""
        lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        return np.concatenate(
            [np.broadcast_to(a, lead + a.shape[-2:]), np.broadcast_to(b, lead + b.shape[-2:])], axis=-2
        )

    def kronecker_sum(self, a: Array, b: Array) -> Array:
        """The nm x nm matrix of U -> a U + U b on column-stacked U (n x m), for each of the batch."""
        n, m = a.shape[-1], b.shape[-1]
        left = np.einsum("...ij,kl->...kilj", a, np.eye(m))
        right = np.einsum("...lk,ij->...kilj", b, np.eye(n))
        out = left + right
        return out.reshape((*out.shape[:-4], n * m, n * m))

    def trace(self, a: Array) -> Any:
        """Sum of the diagonal, (B,)."""
        return np.trace(a, axis1=-2, axis2=-1)

    def inner(self, a: Array, b: Array) -> Any:
        """tr(a^T b), (B,)."""
        return np.sum(a * b, axis=(-2, -1))

    def sigma_squared(self, a: Array, k: int) -> Any:
        """Square of the k-th largest singular value (k from 1), (B,), 0 beyond min(p, q); nan and inf count as 0."""
        if k > min(a.shape[-2:]):
            return np.zeros(a.shape[:-2])
        if not np.all(np.isfinite(a)):
            a = np.nan_to_num(a, nan=0.0, posinf=0.0, neginf=0.0)
        return np.linalg.svd(a, compute_uv=False)[..., k - 1] ** 2

    def eigenvalue(self, a: Array, k: int) -> Any:
        """The k-th largest eigenvalue (k from 1) of symmetric matrices, (B,), 0 beyond their size."""
        if k > a.shape[-1]:
            return np.zeros(a.shape[:-2])
        if not np.all(np.isfinite(a)):
            a = np.nan_to_num(a, nan=0.0, posinf=0.0, neginf=0.0)
        return np.linalg.eigvalsh(a)[..., a.shape[-1] - k]

    def rank(self, a: Array) -> Any:
        """Numerical rank as float64, (B,)."""
        return np.asarray(np.linalg.matrix_rank(a), dtype=np.float64)

    def is_psd(self, a: Array) -> Any:
        """Whether the smallest computed eigenvalue is >= 0, (B,)."""
        return np.linalg.eigvalsh(a)[..., 0] >= 0

    def elementwise(self, function: Callable[..., Any], *matrices: Array) -> Array:
        """function applied to whole arrays of one shape."""
        return np.asarray(function(*matrices))

    def entries_sum(self, a: Array) -> Any:
        """Sum of all entries, (B,)."""
        return np.sum(a, axis=(-2, -1))
