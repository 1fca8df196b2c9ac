"""Losses as the engine needs them: value and gradient at W = W_star + R, written in the residual R.

A loss in terms of R keeps its relative precision however small it gets; differences of large numbers never occur.
Batches: R is (B, n, m) and every data matrix is shared (N, n) or one for each repeat (B, N, n).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class ResidualLoss(Protocol):
    """Value (B,) and gradient (B, n, m) of l at W_star + R; `quadratic` when l is a quadratic form in R."""

    quadratic: bool

    def value(self, R: Array) -> Array:
        """l(W_star + R) of each repeat."""

    def gradient(self, R: Array) -> Array:
        """Gradient of l at W_star + R of each repeat."""

    def take(self, index: NDArray[np.intp]) -> ResidualLoss:
        """The same loss for the repeats in `index`."""


def _taken(data: Array, index: NDArray[np.intp]) -> Array:
    return data[index] if data.ndim == 3 else data


class Squared:
    """1/2 ||X R||_F^2 + ridge/2 ||R||_F^2, the squared loss above its minimum."""

    quadratic = True

    def __init__(self, X: Array, ridge: float = 0.0) -> None:
        self.X = np.asarray(X, dtype=np.float64)
        self.ridge = ridge
        self._XtX = np.swapaxes(self.X, -1, -2) @ self.X + ridge * np.eye(self.X.shape[-1])

    def value(self, R: Array) -> Array:
        """l - min l at W_star + R, (B,)."""
        XR = self.X @ R
        value = 0.5 * np.einsum("bij,bij->b", XR, XR)
        return value + 0.5 * self.ridge * np.einsum("bij,bij->b", R, R) if self.ridge else value

    def gradient(self, R: Array) -> Array:
        """X^T X R + ridge R, (B, n, m)."""
        return np.asarray(self._XtX @ R)

    def take(self, index: NDArray[np.intp]) -> Squared:
        """The same loss for the repeats in `index`."""
        taken = object.__new__(Squared)
        taken.X, taken._XtX, taken.ridge = _taken(self.X, index), _taken(self._XtX, index), self.ridge
        return taken


def _log_cosh(z: Array) -> Array:
    small = np.abs(z) < 1.0
    near = np.log1p(2.0 * np.sinh(np.where(small, z, 0.0) / 2.0) ** 2)
    far = np.abs(z) + np.log1p(np.exp(-2.0 * np.abs(z))) - np.log(2.0)
    return np.where(small, near, far)


def _pseudo_huber(z: Array) -> Array:
    # hypot instead of sqrt(1 + z^2), and z/(...) * z instead of z^2/(...), so that large z do not overflow.
    return np.asarray(z / (1.0 + np.hypot(1.0, z)) * z)


_PHI: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "square": (lambda z: 0.5 * z * z, lambda z: z),
    "log-cosh": (_log_cosh, np.tanh),
    "pseudo-huber": (_pseudo_huber, lambda z: np.asarray(z / np.hypot(1.0, z))),
}


@dataclass(frozen=True)
class Entrywise:
    """sum_ij phi((X R)_ij) + ridge/2 ||R||_F^2 with phi "square", "log-cosh" or "pseudo-huber"."""

    X: Array
    phi: str
    ridge: float = 0.0

    def __post_init__(self) -> None:
        if self.phi not in _PHI:
            raise ValueError(f"phi = {self.phi!r}: unknown; use one of {', '.join(_PHI)}")

    @property
    def quadratic(self) -> bool:
        """Whether phi is the square."""
        return self.phi == "square"

    def value(self, R: Array) -> Array:
        """l - min l at W_star + R, (B,)."""
        value = np.sum(_PHI[self.phi][0](self.X @ R), axis=(-2, -1))
        return np.asarray(value + 0.5 * self.ridge * np.einsum("bij,bij->b", R, R))

    def gradient(self, R: Array) -> Array:
        """X^T phi'(X R) + ridge R, (B, n, m)."""
        return np.asarray(np.swapaxes(self.X, -1, -2) @ _PHI[self.phi][1](self.X @ R) + self.ridge * R)

    def take(self, index: NDArray[np.intp]) -> Entrywise:
        """The same loss for the repeats in `index`."""
        return Entrywise(_taken(self.X, index), self.phi, self.ridge)


@dataclass(frozen=True)
class OnProduct:
    """A loss given by functions of one product W (n x m): `value(W)` above the minimum and `gradient(W)`.

    Its value is only as precise as `value` itself: the residual does not help a function that subtracts.
    """

    on_product: Callable[[Array], float]
    product_gradient: Callable[[Array], Array]
    W_star: Array
    quadratic: bool = False

    def value(self, R: Array) -> Array:
        """The function's value at W_star + R, (B,), one call a repeat."""
        W = R + self.W_star
        return np.array([float(self.on_product(w)) for w in W])

    def gradient(self, R: Array) -> Array:
        """The function's gradient at W_star + R, (B, n, m), one call a repeat."""
        W = R + self.W_star
        return np.array([np.asarray(self.product_gradient(w), dtype=np.float64) for w in W]).reshape(W.shape)

    def take(self, index: NDArray[np.intp]) -> OnProduct:
        """The same loss for the repeats in `index`."""
        return OnProduct(self.on_product, self.product_gradient, _taken(self.W_star, index), self.quadratic)
