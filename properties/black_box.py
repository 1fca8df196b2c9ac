"""A loss as a Python object: value and gradient on NumPy arrays, perhaps its own K, mu and Hessian.

What is only declared is never shown as certified: everything found about such a loss is Observed in float64.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from properties.errors import InputError
from properties.exact_numbers import shorten, shown_path
from properties.fields.field import Field, Matrix, Scalar

DEFAULT_SHAPE = (2, 3)


@dataclass(frozen=True)
class BlackBoxLoss:
    """A loss behind Python functions of a float64 array W (n x m).

    value_at, gradient_at  l(W), a float, and its gradient, n x m
    hessian_at             the Hessian at W applied to U, n x m; None when the user gave none
    K, mu, minimum         what the user declares; None when not declared
    dims                   (n, m) of W
    """

    value_at: Callable[[Any], Any]
    gradient_at: Callable[[Any], Any]
    hessian_at: Callable[[Any, Any], Any] | None = None
    K: float | None = None
    mu: float | None = None
    minimum: float | None = None
    dims: tuple[int, int] = DEFAULT_SHAPE
    name: str = "black box"
    twice_differentiable: bool = True
    zero_minimum: bool = False

    def shape(self) -> tuple[int, int]:
        """(n, m) of W."""
        return self.dims

    def value(self, field: Field, w: Matrix) -> Scalar:
        """l(w), one call for each matrix of the batch. Raises InputError outside float64."""
        return self._each(field, "value", lambda a: float(self.value_at(a)), w)

    def gradient(self, field: Field, w: Matrix) -> Matrix:
        """Gradient of l at w, one call for each matrix of the batch."""
        return self._each(field, "gradient", lambda a: _array_like(self.gradient_at(a), a), w)

    def hessian(self, field: Field, w: Matrix, u: Matrix) -> Matrix:
        """Hessian of l at w applied to u; by central differences of the gradient when the user gave none."""
        if self.hessian_at is not None:
            given = self.hessian_at
            return self._each(field, "hessian", lambda a, b: _array_like(given(a, b), a), w, u)
        return self._each(field, "gradient", self._difference, w, u)

    def _difference(self, w: Any, u: Any) -> Any:
        size = float(np.linalg.norm(u))
        if size == 0:
            return np.zeros_like(w)
        h = 6e-6 * (1 + float(np.linalg.norm(w))) / size
        forward, backward = self.gradient_at(w + h * u), self.gradient_at(w - h * u)
        return (np.asarray(forward, dtype=np.float64) - np.asarray(backward, dtype=np.float64)) / (2 * h)

    def _each(self, field: Field, what: str, function: Callable[..., Any], *arrays: Any) -> Any:
        if field.name != "float64":
            raise InputError(
                f"loss = {self.name}: a Python object has values in float64 alone; give the loss by data or formula"
            )

        def call(*given: Any) -> Any:
            try:
                return function(*given)
            except InputError:
                raise
            except Exception as error:  # the user's code may raise anything
                where = f"{what} at W of shape {given[0].shape}"
                raise InputError(f"--loss = {self.name}: {where} failed ({_line(error)}); mend the loss") from error

        stacked = [np.asarray(a, dtype=np.float64) for a in arrays]
        if all(a.ndim == 2 for a in stacked):
            return np.asarray(call(*(a.copy() for a in stacked)))[()]
        lead = np.broadcast_shapes(*(a.shape[:-2] for a in stacked))
        flat = [np.broadcast_to(a, lead + a.shape[-2:]).reshape((-1, *a.shape[-2:])) for a in stacked]
        results = [call(*(a[i].copy() for a in flat)) for i in range(flat[0].shape[0])]
        out = np.array(results)
        return out.reshape(lead + out.shape[1:])

    def smooth(self, field: Field, constant: Scalar) -> Any:
        """Whether the declared K is at most `constant`: a declaration, not a certificate. None when not declared."""
        return None if self.K is None else field.compare(field.scalar(Fraction(self.K)), "<=", constant)

    def strongly_convex(self, field: Field, constant: Scalar) -> Any:
        """Whether the declared mu is at least `constant`: a declaration. None when not declared."""
        return None if self.mu is None else field.compare(field.scalar(Fraction(self.mu)), ">=", constant)

    def to_json(self) -> dict[str, Any]:
        """A name only: a Python object cannot be carried in a certificate."""
        return {"kind": "black-box", "name": self.name}


def _array_like(value: Any, w: Any) -> Any:
    array = np.asarray(value, dtype=np.float64)
    if array.shape != w.shape:
        raise ValueError(f"an array of shape {array.shape}, not that of W")
    return array


def load_object(reference: str) -> Any:
    """The object named by "file.py:name" or "package.module:name", whatever it is.

    This runs the user's Python file: call it only with a reference that the user wrote. Raises InputError.
    """
    path, colon, name = reference.rpartition(":")
    if not colon or not path or not name.isidentifier():
        raise InputError(f"--loss = {shown_path(reference)}: not FILE.py:NAME; write my_losses.py:my_loss")
    module = _module(path, reference)
    if not hasattr(module, name):
        known = [n for n in vars(module) if not n.startswith("_")]
        raise InputError(
            f"--loss = {shown_path(reference)}: no {name} in it; it has {', '.join(known[:8]) or 'nothing'}"
        )
    return getattr(module, name)


def load_loss(reference: str, shape: tuple[int, int] | None = None) -> BlackBoxLoss:
    """The loss object named by "file.py:name" or "package.module:name".

    This runs the user's Python file: call it only with a reference that the user wrote. The object has methods (or
    keys) `value` and `gradient`, or is a function that returns (value, gradient); `hessian`, `K`, `mu`, `minimum` and
    `shape` are optional. Classes without arguments are instantiated; PyTorch, JAX and scikit-learn style objects
    come in through `properties.adapters`. Raises InputError.
    """
    return wrap(load_object(reference), reference, shape)


def _module(path: str, reference: str) -> Any:
    if not path.endswith(".py"):
        try:
            return importlib.import_module(path)
        except (Exception, SystemExit) as error:  # whatever the user's module raises is the user's to see
            raise InputError(f"--loss = {shown_path(reference)}: importing it failed ({_line(error)})") from error
    file = Path(path)
    if not file.is_file():
        raise InputError(f"--loss = {shown_path(reference)}: no file {shown_path(path)}; check the path")
    spec = importlib.util.spec_from_file_location(f"localpl_user_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise InputError(f"--loss = {shown_path(reference)}: not a Python file; name one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(file.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise InputError(f"--loss = {shown_path(reference)}: running the file failed ({_line(error)})") from error
    finally:
        sys.path.remove(str(file.resolve().parent))
    return module


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"


def wrap(thing: Any, name: str = "black box", shape: tuple[int, int] | None = None) -> BlackBoxLoss:
    """`thing` as a BlackBoxLoss: an object or mapping with value and gradient, or a function W -> (value, gradient).

    Raises InputError, naming what is missing.
    """
    if isinstance(thing, BlackBoxLoss):
        return thing
    if isinstance(thing, type):
        try:
            thing = thing()
        except Exception as error:
            raise InputError(
                f"--loss = {name}: a class that cannot be made without arguments; name an object"
            ) from error
    value, gradient = _member(thing, "value"), _member(thing, "gradient") or _member(thing, "grad")
    if value is None and gradient is None and callable(thing):
        value, gradient = _split(thing, name)
    if not callable(value) or not callable(gradient):
        missing = "value" if not callable(value) else "gradient"
        raise InputError(f"--loss = {name}: no method {missing}(W); write a class with value(W) and gradient(W)")
    hessian = _member(thing, "hessian")
    return BlackBoxLoss(
        value,
        gradient,
        hessian if callable(hessian) else None,
        K=_number(thing, "K", name),
        mu=_number(thing, "mu", name),
        minimum=_number(thing, "minimum", name),
        dims=_shape(thing, shape, name),
        name=name,
    )


def _member(thing: Any, key: str) -> Any:
    return thing.get(key) if isinstance(thing, dict) else getattr(thing, key, None)


def _split(function: Callable[[Any], Any], name: str) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    def part(index: int) -> Callable[[Any], Any]:
        def call(w: Any) -> Any:
            pair = function(w)
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise InputError(f"--loss = {name}: the function must return (value, gradient)")
            return pair[index]

        return call

    return part(0), part(1)


def _number(thing: Any, key: str, name: str) -> float | None:
    raw = _member(thing, key)
    if raw is None:
        return None
    if isinstance(raw, str):
        from properties.exact_numbers import parse_rational

        return float(parse_rational(raw, f"--loss {key}"))
    try:
        number = float(raw)
    except (TypeError, ValueError) as error:
        raise InputError(f"--loss = {name}: {key} = {shorten(raw)} is not a number; declare a float") from error
    if not np.isfinite(number):
        raise InputError(f"--loss = {name}: {key} = {number} is not finite; declare a finite number or leave it out")
    return number


def _shape(thing: Any, shape: tuple[int, int] | None, name: str) -> tuple[int, int]:
    raw = shape or _member(thing, "shape") or DEFAULT_SHAPE
    try:
        n, m = (int(v) for v in raw)
    except (TypeError, ValueError) as error:
        raise InputError(f"--loss = {name}: shape = {shorten(raw)}: write shape = (n, m)") from error
    if n < 1 or m < 1:
        raise InputError(f"--loss = {name}: shape = {(n, m)}: both must be at least 1")
    return n, m
