"""Thin adapters: a PyTorch, JAX or scikit-learn style loss as a BlackBoxLoss, each library imported only when used."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from properties.black_box import DEFAULT_SHAPE, BlackBoxLoss
from properties.errors import MissingBackend


def _require(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingBackend(
            f"{package} is not installed: this loss needs it; install it with: pip install {package}"
        ) from error


def from_torch(
    function: Callable[[Any], Any], shape: tuple[int, int] = DEFAULT_SHAPE, **declared: float
) -> BlackBoxLoss:
    """The loss of a PyTorch function from a float64 tensor W (n x m) to a scalar tensor; gradients by autograd.

    `declared` may hold K, mu, minimum. Raises MissingBackend without PyTorch.
    """
    torch = _require("torch", "torch")

    def value(w: Any) -> float:
        with torch.no_grad():
            return float(function(torch.tensor(w, dtype=torch.float64)))

    def gradient(w: Any) -> Any:
        tensor = torch.tensor(w, dtype=torch.float64, requires_grad=True)
        (g,) = torch.autograd.grad(function(tensor), tensor)
        return g.detach().numpy()

    def hessian(w: Any, u: Any) -> Any:
        tensor = torch.tensor(w, dtype=torch.float64)
        _, product = torch.autograd.functional.hvp(function, tensor, torch.tensor(u, dtype=torch.float64))
        return product.detach().numpy()

    return BlackBoxLoss(value, gradient, hessian, dims=shape, name="torch", **declared)  # type: ignore[arg-type]


def from_jax(function: Callable[[Any], Any], shape: tuple[int, int] = DEFAULT_SHAPE, **declared: float) -> BlackBoxLoss:
    """The loss of a JAX function from an array W (n x m) to a scalar; gradients by `jax.grad`, in 64 bits.

    All three are compiled, as a checked loss is called thousands of times; a function that JAX cannot compile (one that
    branches on values) is called as it is. Arrays that the function closes over have 64 bits only when they were made
    after `jax.config.update("jax_enable_x64", True)`. Raises MissingBackend without JAX.
    """
    jax = _require("jax", "jax")
    jax.config.update("jax_enable_x64", True)
    derivative = jax.grad(function)
    value, gradient, product = (
        _compiled(jax, f) for f in (function, derivative, lambda w, u: jax.jvp(derivative, (w,), (u,))[1])
    )

    def hessian(w: Any, u: Any) -> Any:
        return np.asarray(product(jax.numpy.asarray(w), jax.numpy.asarray(u)))

    return BlackBoxLoss(
        lambda w: float(value(jax.numpy.asarray(w))),
        lambda w: np.asarray(gradient(jax.numpy.asarray(w))),
        hessian,
        dims=shape,
        name="jax",
        **declared,  # type: ignore[arg-type]
    )


def _compiled(jax: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function compiled where JAX can trace it, else as it is."""
    compiled, traceable = jax.jit(function), True

    def call(*arguments: Any) -> Any:
        nonlocal traceable
        if traceable:
            try:
                return compiled(*arguments)
            except jax.errors.JAXTypeError:
                traceable = False
        return function(*arguments)

    return call


def from_sklearn(loss: Any, x: Any, y: Any, ridge: float = 0.0, **declared: float) -> BlackBoxLoss:
    """The summed loss of a scikit-learn loss object on data, W being n x 1: sum_i loss(y_i, (X W)_i) + ridge/2 ||W||^2.

    `loss` has `loss_gradient(y_true=, raw_prediction=)` that returns (losses, gradients), as the objects of
    `sklearn._loss` do. Anything with that method serves; scikit-learn itself is not imported here.
    """
    features, targets = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64).ravel()

    def both(w: Any) -> tuple[Any, Any]:
        raw = np.ascontiguousarray((features @ w).ravel())
        losses, slopes = loss.loss_gradient(y_true=targets, raw_prediction=raw)
        return np.array(losses, dtype=np.float64), np.array(slopes, dtype=np.float64)

    return BlackBoxLoss(
        lambda w: float(both(w)[0].sum() + ridge / 2 * np.sum(w * w)),
        lambda w: features.T @ both(w)[1].reshape(-1, 1) + ridge * w,
        dims=(features.shape[1], 1),
        name=type(loss).__name__,
        **declared,  # type: ignore[arg-type]
    )
