"""Problem 2 of the paper on given data: a loss, initial weights, and the exponents c and d, all exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

from properties import dataset
from properties.errors import InputError
from properties.exact_numbers import MAX_CELLS, Table, parse_rational, read_matrix, read_text_file, shorten, shown_path
from properties.least_squares import LeastSquares, check_positive
from properties.standardize import Standardization, standardize

WEIGHT_BITS = 24
"""Random weights are multiples of 2^-WEIGHT_BITS, times the scale."""

_DISTRIBUTIONS = ("normal", "uniform")
_KEYS: dict[str, tuple[str, ...]] = {
    "loss": ("kind", "X", "Y", "K", "mu", "ridge", "dataset", "standardize"),
    "weights": ("W1", "W2", "width", "distribution", "scale", "seed"),
    "theorem": ("c", "d"),
}


@dataclass(frozen=True)
class Problem:
    """min over W1 (n x h), W2 (m x h) of l(W1 W2^T), at its initial weights, with the exponents of Theorem E.1.

    `loss` is a LeastSquares or a loss of `properties.loss_file`, for which `declared` holds K and mu where the file
    declares them. `standardization` holds what was subtracted from and divided out of the inputs and the outputs.
    `notes` are lines that the reader of a result must see.
    Raises InputError when shapes disagree, c is outside (0, 1) or d <= 1.
    """

    name: str
    loss: Any
    W1: Table
    W2: Table
    c: Fraction = Fraction(1, 2)
    d: Fraction = Fraction(2)
    standardization: tuple[Standardization, Standardization] | None = None
    notes: tuple[str, ...] = ()
    declared: tuple[tuple[str, Fraction], ...] = ()

    def __post_init__(self) -> None:
        n, m = self.loss.shape() if callable(self.loss.shape) else self.loss.shape
        _check_weights(self.W1, self.W2, n, m)
        _check_exponents(self.c, self.d)

    def with_exponents(self, c: Any = None, d: Any = None) -> Problem:
        """This problem with other exponents; None keeps one. Raises InputError."""
        return replace(
            self,
            c=self.c if c is None else parse_rational(c, "c"),
            d=self.d if d is None else parse_rational(d, "d"),
        )

    @property
    def n(self) -> int:
        """Input dimension, rows of W1."""
        return len(self.W1)

    @property
    def m(self) -> int:
        """Output dimension, rows of W2."""
        return len(self.W2)

    @property
    def h(self) -> int:
        """Width, columns of W1 and W2."""
        return len(self.W1[0])

    @classmethod
    def from_toml(cls, path: str | Path, *, c: Any = None, d: Any = None) -> Problem:
        """The problem written in a TOML file; `c` and `d` override the file.

        Numbers are ints, decimals or strings and are read exactly; table files are relative to the TOML file.
        Raises InputError, one line, for everything that cannot be read, an unknown key included.
        """
        return cls._from_content(read_content(path), Path(path), c, d)

    @classmethod
    def _from_content(cls, content: Mapping[str, Any], path: Path, c: Any, d: Any) -> Problem:
        loss, weights, theorem = (content.get(section, {}) for section in ("loss", "weights", "theorem"))
        if not _least_squares(loss):
            return cls._other_loss(content, path, c, d)
        X, Y, scaling, name, notes = _data(loss, path.parent)
        declared = declared_constants(loss)
        return cls._assemble(
            name or path.stem,
            LeastSquares(X, Y, declared.get("K"), declared.get("mu")),
            _weights(weights, len(X[0]), len(Y[0]), path.parent),
            theorem.get("c", "1/2") if c is None else c,
            theorem.get("d", "2") if d is None else d,
            scaling,
            notes,
        )

    @classmethod
    def _other_loss(cls, content: Mapping[str, Any], path: Path, c: Any, d: Any) -> Problem:
        """A problem with a loss other than least squares; its constants are certified where they are used."""
        from properties.loss_file import loss_from_table

        table, theorem = content["loss"], content.get("theorem", {})
        loss = loss_from_table(table, path.parent)
        n, m = loss.shape()
        declared = tuple(declared_constants(table).items())
        W1, W2, drawn = _weights(content.get("weights", {}), n, m, path.parent)
        c, d = (theorem.get(key, default) if x is None else x for key, x, default in (("c", c, "1/2"), ("d", d, "2")))
        return cls(
            path.stem, loss, W1, W2, parse_rational(c, "c"), parse_rational(d, "d"), None,
            (f"loss: {table.get('kind', 'squared')}", *drawn), declared,
        )  # fmt: skip

    @classmethod
    def from_dataset(
        cls,
        name: str,
        width: int = 64,
        seed: int = 0,
        standardized: bool = False,
        *,
        scale: Any = 1,
        distribution: str = "normal",
        c: Any = "1/2",
        d: Any = "2",
    ) -> Problem:
        """Least squares on a shipped table (`properties.dataset.NAMES`) from random weights of the given width."""
        data = dataset.load(name)
        return cls.from_arrays(
            data.X, data.Y, width=width, seed=seed, standardized=standardized, scale=scale,
            distribution=distribution, c=c, d=d, name=name, notes=(f"data: {data.source}",),
        )  # fmt: skip

    @classmethod
    def from_arrays(
        cls,
        X: Any,
        Y: Any,
        W1: Any = None,
        W2: Any = None,
        *,
        width: Any = None,
        seed: Any = 0,
        scale: Any = 1,
        distribution: str = "normal",
        standardized: bool = False,
        K: Any = None,
        mu: Any = None,
        c: Any = "1/2",
        d: Any = "2",
        name: str = "problem",
        base_path: str | Path | None = None,
        notes: tuple[str, ...] = (),
    ) -> Problem:
        """Least squares on X (N x n), Y (N x m) from W1 (n x h), W2 (m x h), or from random weights of `width`.

        Tables are whatever `read_matrix` reads: nested lists of ints and strings, NumPy arrays (their exact binary
        values), "X.csv", "data.npz:X". Raises InputError.
        """
        X, Y, scaling = _scaled(read_matrix(X, base_path, "X"), read_matrix(Y, base_path, "Y"), standardized)
        given = {"W1": W1, "W2": W2, "width": width, "seed": seed, "scale": scale, "distribution": distribution}
        chosen = {key: value for key, value in given.items() if value is not None}
        if W1 is not None or W2 is not None:
            chosen = {key: value for key, value in chosen.items() if key in ("W1", "W2", "width")}
        bound = {key: parse_rational(v, key) if v is not None else None for key, v in (("K", K), ("mu", mu))}
        loss = LeastSquares(X, Y, bound["K"], bound["mu"])
        return cls._assemble(name, loss, _weights(chosen, len(X[0]), len(Y[0]), base_path), c, d, scaling, notes)

    @classmethod
    def _assemble(
        cls, name: str, loss: Any, weights: tuple[Table, Table, tuple[str, ...]], c: Any, d: Any,
        scaling: tuple[Standardization, Standardization] | None, notes: tuple[str, ...],
    ) -> Problem:  # fmt: skip
        W1, W2, drawn = weights
        return cls(name, loss, W1, W2, parse_rational(c, "c"), parse_rational(d, "d"), scaling, (*notes, *drawn))


def check_keys(content: Mapping[str, Any], keys: Mapping[str, tuple[str, ...]] = _KEYS) -> None:
    """Raises InputError for a section or key that a problem file does not have, naming the nearest valid one."""
    for section, body in content.items():
        if section not in keys:
            homes = [name for name, known in keys.items() if section in known]
            hint = f"it belongs under [{homes[0]}]" if homes else _nearest(section, tuple(keys))
            raise InputError(f"{shorten(section)[1:-1]}: unknown section; {hint}")
        if not isinstance(body, Mapping):
            raise InputError(f"{section} = {shorten(body)}: a section; write [{section}] and its keys below")
        for key in body:
            if key not in keys[section]:
                raise InputError(f"{section}.{shorten(key)[1:-1]}: unknown key; {_nearest(key, keys[section])}")


def read_content(path: str | Path) -> dict[str, Any]:
    """The sections of a problem file, their names and the keys of [weights] and [theorem] checked, decimals as text.

    The keys of a [loss] other than least squares are checked where its kind is read. Raises InputError, one line.
    """
    import tomllib

    text = read_text_file(path, None, "PROBLEM")
    try:
        content = tomllib.loads(text, parse_float=str)  # a decimal stays the decimal that was written
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"PROBLEM = {shown_path(path)}: not valid TOML ({reason[:120]}); fix that line") from error
    loss = content.get("loss", {})
    check_keys({**content, "loss": {}} if isinstance(loss, Mapping) and not _least_squares(loss) else content)
    if not loss:
        raise InputError('PROBLEM: no [loss] section; write [loss] with kind = "squared", X and Y')
    return content


def _least_squares(loss: Mapping[str, Any]) -> bool:
    """Whether a [loss] table is read as LeastSquares: the squared loss without a ridge."""
    return loss.get("kind", "squared") == "squared" and "ridge" not in loss


def declared_constants(loss: Mapping[str, Any]) -> dict[str, Fraction]:
    """K and mu where a [loss] table declares them. Raises InputError when one is not a positive number."""
    found = {name: parse_rational(loss[name], f"loss.{name}") for name in ("K", "mu") if name in loss}
    for name, value in found.items():
        check_positive(name, value)
    return found


def check_rest(content: Mapping[str, Any], n: int, m: int, base_path: Path) -> None:
    """Raises InputError when [weights], where there are any, or [theorem] do not go with a loss of W (n x m)."""
    theorem = content.get("theorem", {})
    _check_exponents(parse_rational(theorem.get("c", "1/2"), "c"), parse_rational(theorem.get("d", "2"), "d"))
    if "weights" in content:
        W1, W2, _ = _weights(content["weights"], n, m, base_path)
        _check_weights(W1, W2, n, m)


def _check_weights(W1: Table, W2: Table, n: int, m: int) -> None:
    for argument, table, rows, side in (("W1", W1, n, "inputs"), ("W2", W2, m, "outputs")):
        if len(table) != rows:
            raise InputError(f"weights.{argument}: {len(table)} rows for {rows} {side}; write one row for each")
    if len(W1[0]) != len(W2[0]):
        raise InputError(f"weights.W2: width {len(W2[0])}, but W1 has width {len(W1[0])}; give both the same columns")


def _check_exponents(c: Fraction, d: Fraction) -> None:
    if not 0 < c < 1:
        raise InputError(f'c = {c}: c must lie strictly between 0 and 1; Theorem 3.2 takes "1/2"')
    if not d > 1:
        raise InputError(f'd = {d}: d must be larger than 1; Theorem 3.2 takes "2"')


def _nearest(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key.lower(), [k.lower() for k in known], 1, 0)
    name = next((k for k in known if near and k.lower() == near[0]), known[0])
    return f"the nearest valid one is {name} (of {', '.join(known)})"


def _scaled(
    X: Table, Y: Table, standardized: bool
) -> tuple[Table, Table, tuple[Standardization, Standardization] | None]:
    if not standardized:
        return X, Y, None
    (X, of_inputs), (Y, of_outputs) = standardize(X), standardize(Y)
    return X, Y, (of_inputs, of_outputs)


def _data(
    loss: Mapping[str, Any], base_path: Path
) -> tuple[Table, Table, tuple[Standardization, Standardization] | None, str, tuple[str, ...]]:
    name, notes = "", ()
    if "dataset" in loss:
        if "X" in loss or "Y" in loss:
            raise InputError("loss.dataset: X and Y are given too; keep either the dataset or X and Y")
        data = dataset.load(loss["dataset"])
        X, Y, name, notes = data.X, data.Y, data.name, (f"data: {data.source}",)
    else:
        for key in ("X", "Y"):
            if key not in loss:
                raise InputError(f'loss.{key}: missing; write a table, "{key}.csv" or "data.npz:{key}"')
        X, Y = (read_matrix(loss[key], base_path, f"loss.{key}") for key in ("X", "Y"))
    wanted = loss.get("standardize", False)
    if not isinstance(wanted, bool):
        raise InputError(f"loss.standardize = {shorten(wanted)}: write true or false")
    return (*_scaled(X, Y, wanted), name, notes)


def _whole(value: Any, argument: str, least: int, most: int) -> int:
    q = parse_rational(value, argument)
    if q.denominator != 1 or not least <= q <= most:
        raise InputError(f"{argument} = {shorten(value)}: write a whole number from {least} to {most}")
    return int(q)


def _weights(
    weights: Mapping[str, Any], n: int, m: int, base_path: str | Path | None
) -> tuple[Table, Table, tuple[str, ...]]:
    """(W1, W2, what to tell the reader) from tables or drawn at random."""
    if "W1" in weights or "W2" in weights:
        for key in ("W1", "W2"):
            if key not in weights:
                raise InputError(f"weights.{key}: missing; give both W1 and W2, or a width")
        extra = [key for key in weights if key not in ("W1", "W2")]
        if extra:
            raise InputError(f"weights.{extra[0]}: W1 and W2 are given; keep either the tables or width and seed")
        return (*(read_matrix(weights[key], base_path, f"weights.{key}") for key in ("W1", "W2")), ())  # type: ignore[return-value]
    if "width" not in weights:
        raise InputError("weights.width: missing; write a width (and a seed), or the tables W1 and W2")
    h = _whole(weights["width"], "weights.width", 1, MAX_CELLS)
    if (n + m) * h > MAX_CELLS:
        raise InputError(f"weights.width = {h}: more than {MAX_CELLS} weights; take a smaller width")
    seed = _whole(weights.get("seed", 0), "weights.seed", 0, 2**63 - 1)
    scale = parse_rational(weights.get("scale", 1), "weights.scale")
    distribution = weights.get("distribution", "normal")
    if distribution not in _DISTRIBUTIONS:
        raise InputError(
            f"weights.distribution = {shorten(distribution)}: unknown; {_nearest(str(distribution), _DISTRIBUTIONS)}"
        )
    W1, W2 = random_weights(n, m, h, seed, scale, distribution)
    unit = f"2^-{WEIGHT_BITS} * scale"
    note = f"weights: {distribution}, width {h}, scale {scale}, seed {seed}, rounded to multiples of {unit}"
    return W1, W2, (note,)


def random_weights(
    n: int, m: int, h: int, seed: int, scale: Fraction, distribution: str = "normal"
) -> tuple[Table, Table]:
    """(W1 (n x h), W2 (m x h)) with independent entries, scale times a multiple of 2^-WEIGHT_BITS, fixed by the seed.

    "normal" draws from the standard normal, "uniform" from [-1, 1], before scaling.
    """
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.standard_normal((n + m, h)) if distribution == "normal" else generator.uniform(-1, 1, (n + m, h))
    unit = scale / 2**WEIGHT_BITS
    rows = [tuple(int(k) * unit for k in row) for row in np.rint(drawn * 2**WEIGHT_BITS)]
    return tuple(rows[:n]), tuple(rows[n:])
