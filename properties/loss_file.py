"""The [loss] table of a problem file: every kind of loss by name or formula, numbers exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

from properties.entrywise import EntrywiseLoss, by_formula, by_name
from properties.errors import InputError
from properties.exact_numbers import Table, parse_rational, read_matrix, shorten
from properties.named_losses import SensingLoss, SoftmaxLoss, huber, matrix_completion
from properties.scalar_losses import SCALAR_LOSSES, pseudo_huber, smoothed_hinge, smoothed_quantile

UserLoss = EntrywiseLoss | SoftmaxLoss | SensingLoss

_DATA = ("X", "Y", "dataset", "standardize")
_COMMON = ("kind", "K", "mu", "ridge")


@dataclass(frozen=True, slots=True)
class LossKind:
    """A kind of loss: its formula for a reader, the keys its table may have, and how it is built from them."""

    formula: str
    keys: tuple[str, ...]
    build: Callable[[Mapping[str, Any], Path | None], UserLoss]


def loss_from_table(table: Mapping[str, Any], base_path: str | Path | None = None) -> UserLoss:
    """The loss that a [loss] table writes; files are relative to `base_path`.

    Raises InputError, one line, for an unknown kind or key (naming the nearest), missing data and wrong shapes.
    """
    kind = table.get("kind", "squared")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"loss.kind = {shorten(kind)}: no such kind; {_nearest(str(kind), tuple(KINDS))}")
    known = (*_COMMON, *KINDS[kind].keys)
    for key in table:
        if key not in known:
            raise InputError(f"loss.{key}: unknown key for kind {kind!r}; {_nearest(key, known)}")
    return KINDS[kind].build(table, None if base_path is None else Path(base_path))


def loss_from_file(path: str | Path) -> tuple[UserLoss, dict[str, Fraction]]:
    """(the loss, declared constants by name) of the [loss] table of a problem file.

    The rest of the file is checked as for a problem, only [weights] may be missing. Raises InputError.
    """
    from properties import problems

    content, base_path = problems.read_content(path), Path(path).parent
    declared = problems.declared_constants(content["loss"])
    loss = loss_from_table(content["loss"], base_path)
    problems.check_rest(content, *loss.shape(), base_path)
    return loss, declared


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word.lower(), [k.lower() for k in known], 1, 0)
    name = next((k for k in known if near and k.lower() == near[0]), known[0])
    return f"the nearest is {name} (of {', '.join(known)})"


def _number(table: Mapping[str, Any], key: str, default: str) -> Fraction:
    return parse_rational(table.get(key, default), f"loss.{key}")


def _read(table: Mapping[str, Any], key: str, base: Path | None) -> Table:
    if key not in table:
        raise InputError(f'loss.{key}: missing; write a table, "{key}.csv" or "data.npz:{key}"')
    return read_matrix(table[key], base, f"loss.{key}")


def _data(table: Mapping[str, Any], base: Path | None) -> tuple[Table, Table]:
    if "dataset" in table or "standardize" in table:
        from properties import problems

        x, y, *_ = problems._data(table, base or Path("."))
        return x, y
    return _read(table, "X", base), _read(table, "Y", base)


def _named(name: str) -> Callable[[Mapping[str, Any], Path | None], UserLoss]:
    def build(table: Mapping[str, Any], base: Path | None) -> UserLoss:
        return by_name(*_data(table, base), SCALAR_LOSSES[name], _number(table, "ridge", "0"))

    return build


def _weighted(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    x, y = _data(table, base)
    return by_name(x, y, SCALAR_LOSSES["squared"], _number(table, "ridge", "0"), _read(table, "weights", base))


def _pseudo_huber(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    return by_name(*_data(table, base), pseudo_huber(_number(table, "width", "1")), _number(table, "ridge", "0"))


def _hinge(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    return by_name(*_data(table, base), smoothed_hinge(_number(table, "sharpness", "2")), _number(table, "ridge", "0"))


def _quantile(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    scalar = smoothed_quantile(_number(table, "quantile", "1/2"), _number(table, "width", "1/10"))
    return by_name(*_data(table, base), scalar, _number(table, "ridge", "0"))


def _huber(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    return huber(*_data(table, base), _number(table, "width", "1"), _number(table, "ridge", "0"))


def _entrywise(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    if "phi" not in table:
        raise InputError('loss.phi: missing; write a formula in z and y, such as "log(1 + exp(-y*z))"')
    weights = _read(table, "weights", base) if "weights" in table else None
    return by_formula(*_data(table, base), table["phi"], _number(table, "ridge", "0"), weights)


def _softmax(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    x, y = _data(table, base)
    if any(len(row) != 1 or row[0].denominator != 1 or row[0] < 0 for row in y):
        raise InputError("loss.Y: softmax takes one column of class indices 0, 1, 2, ...; encode the classes so")
    labels = tuple(int(row[0]) for row in y)
    classes = _number(table, "classes", str(max(max(labels) + 1, 2)))
    if classes.denominator != 1 or not 2 <= classes <= 10_000:
        raise InputError(f"loss.classes = {classes}: write a whole number of at least 2")
    return SoftmaxLoss(x, labels, int(classes), _number(table, "ridge", "0"))


def _sensing(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    matrices = table.get("A")
    if not isinstance(matrices, list) or not matrices:
        raise InputError("loss.A: a list of measurement matrices; write A = [[[1, 0], [0, 0]], ...]")
    measured = tuple(read_matrix(a, base, f"loss.A[{k}]") for k, a in enumerate(matrices))
    values = table.get("b")
    if not isinstance(values, list):
        raise InputError("loss.b: a list with one number for each matrix of A")
    targets = tuple(parse_rational(v, f"loss.b[{k}]") for k, v in enumerate(values))
    return SensingLoss(measured, targets, _number(table, "ridge", "0"))


def _completion(table: Mapping[str, Any], base: Path | None) -> UserLoss:
    return matrix_completion(_read(table, "Y", base), _read(table, "observed", base), _number(table, "ridge", "0"))


KINDS: Mapping[str, LossKind] = {
    "squared": LossKind("1/2 ||Y - X W||_F^2 + ridge/2 ||W||_F^2", _DATA, _named("squared")),
    "weighted-squared": LossKind("1/2 sum_ij weights_ij (Y - X W)_ij^2", (*_DATA, "weights"), _weighted),
    "logistic": LossKind("sum log(1 + exp(-y z)), y = -1 or 1", _DATA, _named("logistic")),
    "softmax": LossKind("multiclass cross-entropy, Y holds class indices", (*_DATA, "classes"), _softmax),
    "pseudo-huber": LossKind("sum d^2 (sqrt(1 + ((z - y)/d)^2) - 1), d = width", (*_DATA, "width"), _pseudo_huber),
    "log-cosh": LossKind("sum log cosh(z - y)", _DATA, _named("log-cosh")),
    "smoothed-hinge": LossKind("sum log(1 + exp(k (1 - y z)))/k, k = sharpness", (*_DATA, "sharpness"), _hinge),
    "smoothed-quantile": LossKind("pinball loss smoothed over width", (*_DATA, "quantile", "width"), _quantile),
    "huber": LossKind("sum of r^2/2 for |r| <= d, d |r| - d^2/2 beyond, d = width", (*_DATA, "width"), _huber),
    "poisson": LossKind("sum exp(z) - y z, y a count", _DATA, _named("poisson")),
    "matrix-sensing": LossKind("1/2 sum_k (<A_k, W> - b_k)^2", ("A", "b"), _sensing),
    "matrix-completion": LossKind("1/2 sum over observed (W - Y)_ij^2", ("Y", "observed"), _completion),
    "entrywise": LossKind("sum phi(z, y) for a formula phi", (*_DATA, "phi", "weights"), _entrywise),
}
"""Every kind a problem file may name."""
