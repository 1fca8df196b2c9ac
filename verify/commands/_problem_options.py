"""The options that give a command its problem: a TOML file, a shipped table, or tables of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError

_TABLES = ("x", "y", "w1", "w2")
_DRAWN = ("width", "seed", "scale", "distribution")


def problem_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """A click command whose first argument becomes a `properties.problems.Problem`, built from the options.

    Adds PROBLEM, --dataset, --x, --y, --w1, --w2, --width, --seed, --scale, --distribution, --standardize, --c, --d.
    Raises InputError, one line, when they do not make one problem.
    """

    @click.argument("problem_file", metavar="[PROBLEM.toml]", required=False)
    @click.option("--dataset", metavar="NAME", help="Data that ship with localpl: linnerud or diabetes.")
    @click.option("--x", metavar="TABLE", help='Inputs, N x n: "X.csv" or "data.npz:X".')
    @click.option("--y", metavar="TABLE", help="Outputs, N x m, as --x.")
    @click.option("--w1", metavar="TABLE", help="First layer at the start, n x h; random without.")
    @click.option("--w2", metavar="TABLE", help="Second layer at the start, m x h; random without.")
    @click.option("--width", metavar="H", help="Width h of random initial weights.  [default: 64 with --dataset]")
    @click.option("--seed", metavar="S", help="Seed of the random weights.  [default: 0]")
    @click.option("--scale", metavar="Q", help="Factor of the random weights, exact.  [default: 1]")
    @click.option("--distribution", metavar="NAME", help="Random weights: normal or uniform.  [default: normal]")
    @click.option("--standardize", is_flag=True, help="Centre columns exactly, divide by a short rational scale.")
    @click.option("--c", metavar="Q", help='Exponent c in (0, 1), exact.  [default: "1/2"]')
    @click.option("--d", metavar="Q", help='Exponent d > 1, exact.  [default: "2"]')
    @wraps(function)
    def with_problem(*args: Any, **options: Any) -> Any:
        names = ("problem_file", "dataset", *_TABLES, *_DRAWN, "standardize", "c", "d")
        chosen = {name: options.pop(name) for name in names}
        return function(build_problem(**chosen), *args, **options)

    return with_problem


def build_problem(
    problem_file: str | Path | None = None,
    dataset: str | None = None,
    standardize: bool = False,
    c: Any = None,
    d: Any = None,
    **options: Any,
) -> Any:
    """The Problem that the options describe. Raises InputError when none or several sources are named."""
    from properties.problems import Problem

    given = {name: value for name, value in options.items() if value is not None}
    tables = [name for name in _TABLES if name in given]
    sources = [name for name, use in (("PROBLEM", problem_file), ("--dataset", dataset), ("--x", "x" in given)) if use]
    if len(sources) != 1:
        what = " and ".join(sources) + " are given" if sources else "no problem given"
        raise InputError(f"PROBLEM: {what}; name one of PROBLEM.toml, --dataset NAME, or --x with --y")
    if problem_file is not None:
        extra = next(iter([*given, *(["standardize"] if standardize else [])]), None)
        if extra is not None:
            raise InputError(f"--{extra}: the problem file says this; write it there")
        return Problem.from_toml(problem_file, c=c, d=d)
    exponents: dict[str, Any] = {"c": "1/2" if c is None else c, "d": "2" if d is None else d}
    drawn: dict[str, Any] = {name: given[name] for name in _DRAWN if name in given}
    if dataset is not None:
        if tables:
            raise InputError(f"--{tables[0]}: the dataset has its own tables; leave out one of the two")
        return Problem.from_dataset(dataset, standardized=standardize, **drawn, **exponents)
    if "y" not in given:
        raise InputError("--y: missing; give the outputs that belong to --x")
    return Problem.from_arrays(
        given["x"], given["y"], given.get("w1"), given.get("w2"), standardized=standardize,
        name=Path(str(given["x"]).partition(":")[0]).stem, **drawn, **exponents,
    )  # fmt: skip


@contextmanager
def in_float64(problem: Any) -> Iterator[None]:
    """The context of a run in float64. Raises InputError for numbers beyond that and a gradient of 0 everywhere."""
    loss = getattr(problem, "loss", problem)
    inputs = getattr(loss, "X", None) or getattr(loss, "x", None) or ((1,),)
    if not getattr(loss, "ridge", 0) and not any(any(row) for row in inputs):
        raise InputError("loss.X: every entry is 0, so that no step changes anything; give data, or add a ridge")
    try:
        yield
    except OverflowError as error:
        raise InputError("PROBLEM: a number is beyond float64, in which this command runs; rescale the data") from error
