"""Losses with one thing wrong each, and the key and a word of the line that must name it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

X = np.array([[1.0, 0.5], [0.0, 2.0], [1.0, -1.0], [0.5, 1.0]])
Y = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0], [0.0, 1.0]])
RIDGE = 0.1
GRAM = X.T @ X
K = float(np.linalg.eigvalsh(GRAM)[-1])
MU = float(np.linalg.eigvalsh(GRAM)[0])


class Squared:
    """1/2 ||Y - X W||_F^2: nothing wrong."""

    shape = (2, 2)
    K: float | None = K
    mu: float | None = MU

    def value(self, w: Any) -> float:
        return 0.5 * float(np.sum((X @ w - Y) ** 2))

    def gradient(self, w: Any) -> Any:
        return X.T @ (X @ w - Y)


class PseudoHuber:
    """sum sqrt(1 + r^2) - 1 plus ridge: nothing wrong."""

    shape = (2, 2)
    K: float | None = K + RIDGE
    mu: float | None = RIDGE

    def value(self, w: Any) -> float:
        return float(np.sum(np.sqrt(1 + (X @ w - Y) ** 2) - 1) + RIDGE / 2 * np.sum(w * w))

    def gradient(self, w: Any) -> Any:
        r = X @ w - Y
        return X.T @ (r / np.sqrt(1 + r * r)) + RIDGE * w


class Logistic:
    """sum log(1 + exp(-s z)) plus ridge, without overflow, labels +-1: nothing wrong."""

    shape = (2, 1)
    signs = np.array([[1.0], [-1.0], [1.0], [1.0]])
    K: float | None = K / 4 + RIDGE
    mu: float | None = RIDGE

    def value(self, w: Any) -> float:
        return float(np.sum(np.logaddexp(0, -self.signs * (X @ w))) + RIDGE / 2 * np.sum(w * w))

    def gradient(self, w: Any) -> Any:
        a = self.signs * (X @ w)
        e = np.exp(-np.abs(a))
        s = np.where(a >= 0, e / (1 + e), 1 / (1 + e))
        return X.T @ (-self.signs * s) + RIDGE * w

    def hessian(self, w: Any, u: Any) -> Any:
        e = np.exp(-np.abs(X @ w))
        return X.T @ (e / (1 + e) ** 2 * (X @ u)) + RIDGE * u


class SignError(Squared):
    def gradient(self, w: Any) -> Any:
        return -super().gradient(w)


class FactorTwo(Squared):
    def gradient(self, w: Any) -> Any:
        return 2 * super().gradient(w)


class Transposed(Squared):
    def gradient(self, w: Any) -> Any:
        return super().gradient(w).T


class WrongEntry(Squared):
    def gradient(self, w: Any) -> Any:
        g = super().gradient(w)
        g[1, 0] += 0.01
        return g


class RidgeMissing(PseudoHuber):
    def gradient(self, w: Any) -> Any:
        return super().gradient(w) - RIDGE * w


class SmallK(Squared):
    K = 0.99 * K


class SmallKLogistic(Logistic):
    K = 0.99 * (K / 4 + RIDGE)


class LargeMu(Squared):
    mu = 1.01 * MU


class LargeMuPseudoHuber(PseudoHuber):
    mu = 1.01 * RIDGE


class Kink(Squared):
    K = mu = None

    def value(self, w: Any) -> float:
        return super().value(w) + 0.3 * float(np.sum(np.abs(w)))

    def gradient(self, w: Any) -> Any:
        return super().gradient(w) + 0.3 * np.sign(w)


class Huber(Squared):
    K, mu = 10.0, None

    def value(self, w: Any) -> float:
        r = np.abs(X @ w - Y)
        return float(np.sum(np.where(r <= 1, r * r / 2, r - 0.5)) + RIDGE / 2 * np.sum(w * w))

    def gradient(self, w: Any) -> Any:
        return X.T @ np.clip(X @ w - Y, -1, 1) + RIDGE * w


class FarPatch(Squared):
    """Convex near 0; a smooth non-convex ring at ||W|| about 60."""

    K = mu = None

    def value(self, w: Any) -> float:
        s = float(np.sum(w * w))
        return super().value(w) + 3e4 * float(np.exp(-((s - 3600.0) ** 2) / 4e5))

    def gradient(self, w: Any) -> Any:
        s = float(np.sum(w * w))
        bump = 3e4 * np.exp(-((s - 3600.0) ** 2) / 4e5)
        return super().gradient(w) - bump * 2 * (s - 3600.0) / 4e5 * 2 * w


class NanFar(Logistic):
    """exp overflows: nan at large W."""

    def value(self, w: Any) -> float:
        e = np.exp(self.signs * (X @ w))
        return float(np.sum(-np.log(e / (1 + e))) + RIDGE / 2 * np.sum(w * w))


class Mutates(Squared):
    def gradient(self, w: Any) -> Any:
        g = super().gradient(w)
        w -= 1e-9 * g
        return g


class Random(Squared):
    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)

    def gradient(self, w: Any) -> Any:
        rows = self.rng.integers(0, 4, size=3)
        return 4 / 3 * X[rows].T @ (X[rows] @ w - Y[rows])


class Stateful(Squared):
    """Each call of value is a little smaller: a running average left in."""

    def __init__(self) -> None:
        self.calls = 0

    def value(self, w: Any) -> float:
        self.calls += 1
        return super().value(w) * (1 - 1e-6 * self.calls)


class Aliased(Squared):
    def __init__(self) -> None:
        self.buffer = np.zeros((2, 2))

    def gradient(self, w: Any) -> Any:
        self.buffer[...] = super().gradient(w)
        return self.buffer


class PerRow(Squared):
    def value(self, w: Any) -> Any:
        return 0.5 * np.sum((X @ w - Y) ** 2, axis=0)


class Flattened(Squared):
    def gradient(self, w: Any) -> Any:
        return super().gradient(w).ravel()


class WideTransposed(Squared):
    """W is 2 x 3, the gradient 3 x 2."""

    shape = (2, 3)
    K = mu = None

    def value(self, w: Any) -> float:
        return 0.5 * float(np.sum((X @ w) ** 2))

    def gradient(self, w: Any) -> Any:
        return (X.T @ (X @ w)).T


class Clipped(Squared):
    """A gradient clipped to norm 100, as optimisers do."""

    K = mu = None

    def gradient(self, w: Any) -> Any:
        g = super().gradient(w)
        return g * min(1.0, 100.0 / max(float(np.linalg.norm(g)), 1e-300))


class Integers(Squared):
    def value(self, w: Any) -> float:
        return super().value(np.round(w * 64) / 64)


class WrongHessian(Logistic):
    def hessian(self, w: Any, u: Any) -> Any:
        return super().hessian(w, u) - RIDGE * u


class Raises(Squared):
    def value(self, w: Any) -> float:
        if np.max(np.abs(w)) > 100:
            raise OverflowError("weights exploded")
        return super().value(w)


class WrongMinimum(Squared):
    minimum = 3.0


RIGHT: tuple[Callable[[], Any], ...] = (Squared, PseudoHuber, Logistic)

WRONG: tuple[tuple[Callable[[], Any], str, str], ...] = (
    (SignError, "gradient", "wrong sign"),
    (FactorTwo, "gradient", "2 times"),
    (Transposed, "gradient", "transposed"),
    (WideTransposed, "gradient shape", "transposed"),
    (WrongEntry, "gradient", "(1, 0)"),
    (RidgeMissing, "gradient", "ridge"),
    (SmallK, "K", "too small"),
    (SmallKLogistic, "K", "too small"),
    (LargeMu, "mu", "too large"),
    (LargeMuPseudoHuber, "mu", "too large"),
    (Kink, "kink", "gradient jumps"),
    (Huber, "second derivative jumps", "not twice differentiable"),
    (FarPatch, "not convex", "second derivative is -"),
    (NanFar, "not finite", "value is"),
    (Mutates, "mutates", "changes its argument"),
    (Random, "random", "two calls"),
    (Stateful, "random", "two calls"),
    (Aliased, "aliased", "overwrites"),
    (PerRow, "value", "shape"),
    (Flattened, "gradient shape", "shape"),
    (Clipped, "gradient", "times"),
    (Integers, "gradient", "gradient"),
    (WrongHessian, "hessian", "does not match"),
    (Raises, "raises", "OverflowError"),
    (WrongMinimum, "minimum", "not the minimum"),
)
