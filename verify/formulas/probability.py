"""Probability claims: vacuous bounds, almost sure claims by a polynomial that is not zero, else Monte Carlo.

Every cell of a grid of dimensions and parameters is sampled with a seeded generator; the verdict reports the cell
that leaves the claim the least room, with a Clopper-Pearson interval for the probability of the event there. The
confidence level is shared among the cells, so that "supports" errs with probability at most 1 - CONFIDENCE.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from properties.evaluate import Evaluator, reach
from properties.fields.float64 import Float64
from properties.worlds import World
from theorems import notation as N
from theorems.norms import Rank, Stack
from theorems.notation import DEFINITIONS
from theorems.statement import AllOf, Probability, Relation, Statement
from verify.formulas.hypotheses import positive_stand_ins, ranges_of, relations_of, sign_of
from verify.verdict import Estimated, OutOfScope, Proved, Undecided, Vacuous, Verdict

__all__ = ["CONFIDENCE", "clopper_pearson", "decide_probability"]

CONFIDENCE = 0.999
_EFFORT = {"quick": (24, 1_000), "full": (48, 8_000)}  # cells, samples a cell
_BATCH = 4_000
_DIMENSIONS = (1, 2, 4)
_DELTAS = {"unit": (0.05, 0.5, 0.95), "positive": (0.1, 0.5, 1.0, 2.0)}
_EXPONENTS = (0.3, 0.45)
_FLOAT64 = Float64()


def decide_probability(statement: Statement, seed: int = 0, budget: str = "full") -> Verdict:
    """Vacuous when the bound says nothing, Proved for almost sure full rank, else Estimated over a grid of cells."""
    claim = statement.then
    if not isinstance(claim, Probability):
        return OutOfScope(statement.out_of_scope)
    vacuous = _says_nothing(statement, claim)
    if vacuous is not None:
        return vacuous
    proved = _generic_rank(statement, claim)
    if proved is not None:
        return proved
    return _estimate(statement, claim, seed, *_EFFORT[budget])


def _says_nothing(statement: Statement, claim: Probability) -> Vacuous | None:
    """Vacuous when the bound is at most 0 for all parameters: exp of a positive number is 1 + v with v > 0."""
    bound = sp.sympify(claim.bound)
    stand_ins = positive_stand_ins(bound.free_symbols, ranges_of(relations_of(statement)))
    opened = bound.subs(stand_ins)
    large = [e for e in opened.atoms(sp.exp) if e.args[0].is_positive]
    opened = opened.xreplace({e: 1 + sp.Symbol(f"v_{i}", positive=True) for i, e in enumerate(large)})
    if sign_of(sp.expand(opened)) in (-1, 0):
        return Vacuous(f"the probability is claimed to be at least {bound}, which is never positive")
    return None


def _generic_rank(statement: Statement, claim: Probability) -> Proved | None:
    """Full rank of a matrix of independent entries without atoms, where the hypotheses make that rank possible.

    A maximal minor is a polynomial in the entries that is 1 at [I 0]; such a polynomial vanishes with probability 0
    (one entry after the other has a law without atoms).
    """
    event = claim.event
    if not isinstance(event, Relation) or event.op != "==" or not isinstance(event.lhs, Rank):
        return None
    matrix, rank = event.lhs.args[0], sp.expand(event.rhs)
    leaves = matrix.args if isinstance(matrix, Stack) else (matrix,)
    laws = {symbol: name for symbol, name, _ in claim.law}
    if claim.bound != 1 or len(set(leaves)) < len(leaves) or any(laws.get(a) != "continuous" for a in leaves):
        return None
    sides = [sp.expand(s) for s in matrix.shape]
    if rank not in sides:
        return None
    other = sides[1 - sides.index(rank)]
    wanted = sp.expand(other - rank)
    known = [sp.expand(r.lhs - r.rhs if r.op in (">=", ">") else r.rhs - r.lhs) for r in relations_of(statement)]
    if wanted == 0 or wanted in known:
        return Proved(f"a minor of size {rank} is a polynomial in the entries, 1 at [I 0]", method="symbolic")
    return None


# Monte Carlo ------------------------------------------------------------------------------------------------------


def clopper_pearson(successes: int, samples: int, level: float) -> tuple[float, float]:
    """The exact two-sided interval for a binomial probability at confidence `level`."""
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else _quantile(successes, samples - successes + 1, tail)
    high = 1.0 if successes == samples else 1 - _quantile(samples - successes, successes + 1, tail)
    return low, high


def _quantile(a: int, b: int, probability: float) -> float:
    """Where the Beta(a, b) distribution function reaches `probability`, to about 12 digits.

    For whole a and b it is a binomial tail, P(Bin(a + b - 1, x) >= a): a sum of positive terms, which never cancels
    and which needs no series that may fail to converge.
    """
    trials = a + b - 1
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials + 1)))])
    k = np.arange(a, trials + 1)
    log_binomial = log_factorial[trials] - log_factorial[k] - log_factorial[trials - k]
    low, high = 0.0, math.nextafter(1.0, 0.0)
    for _ in range(60):
        middle = (low + high) / 2
        tail = np.exp(log_binomial + k * math.log(middle) + (trials - k) * math.log1p(-middle)).sum()
        if tail < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True)
class _Cell:
    dims: Mapping[sp.Symbol, int]
    scalars: Mapping[sp.Symbol, Any]

    def __str__(self) -> str:
        values = {**self.dims, **self.scalars}
        return ", ".join(f"{s} = {v}" for s, v in sorted(values.items(), key=lambda item: str(item[0])))


def _cells(statement: Statement, claim: Probability) -> Iterator[_Cell]:
    """Cells of the grid that satisfy the hypotheses; a width that must grow is the smallest one that does."""
    symbols = _leaves(statement, claim)
    dims = sorted((s for s in symbols if isinstance(s, sp.Symbol) and s.is_integer), key=str)
    leaves = sorted((s for s in symbols if isinstance(s, sp.Symbol) and not s.is_integer), key=str)
    free = [s for s in leaves if s not in (N.K, N.mu)]
    ranges = ranges_of(relations_of(statement))
    choices = [_choices(s, ranges) for s in free]
    for sizes in itertools.product(*(_sizes(s) for s in dims)):
        for values in itertools.product(*choices):
            scalars = dict(zip(free, map(Fraction, map(str, values)), strict=True))
            if N.K in leaves:
                scalars |= {N.K: Fraction(4), N.mu: Fraction(1)}
            cell = _allowed(statement, dict(zip(dims, sizes, strict=True)), scalars)
            if cell is not None:
                yield cell


def _sizes(symbol: sp.Symbol) -> tuple[int, ...]:
    return (*_DIMENSIONS, 50) if symbol is N.h else _DIMENSIONS


def _choices(symbol: sp.Symbol, ranges: Mapping[sp.Symbol, Any]) -> tuple[float, ...]:
    r = ranges.get(symbol)
    if str(symbol) == "p":
        return _EXPONENTS
    bounded = r is not None and r.high == 1
    return _DELTAS["unit" if bounded else "positive"]


def _allowed(statement: Statement, dims: dict[sp.Symbol, int], scalars: Mapping[sp.Symbol, Any]) -> _Cell | None:
    """The cell itself, or with the least width that the hypotheses ask for; None when no width serves."""
    for _ in range(12):
        evaluator = Evaluator(
            World(dims, {s: np.float64(float(v)) for s, v in scalars.items()}), _FLOAT64, statement.where
        )
        tests = [r for r in relations_of(statement) if not _random(r, statement)]
        if all(bool(np.all(evaluator.holds(r))) for r in tests):
            return _Cell(dims, scalars)
        if N.h not in dims:
            return None
        dims = {**dims, N.h: 2 * dims[N.h]}
    return None


def _random(relation: Relation, statement: Statement) -> bool:
    met = reach(relation.lhs, statement.where) | reach(relation.rhs, statement.where)
    return any(isinstance(s, sp.MatrixSymbol) for s in met)


def _leaves(statement: Statement, claim: Probability) -> frozenset[sp.Basic]:
    """Every leaf that the event, the bound, the laws and the hypotheses reach, dimensions included."""
    events = claim.event.claims if isinstance(claim.event, AllOf) else (claim.event,)
    terms = [side for r in (*events, *relations_of(statement)) for side in (r.lhs, r.rhs)]
    terms += [sp.sympify(claim.bound), *(sp.sympify(v) for _, _, v in claim.law if v is not None)]
    met = frozenset().union(*(reach(t, statement.where) for t in terms), (x for x, _, _ in claim.law))
    met = frozenset(x for x in met if x not in DEFINITIONS and x not in statement.where)
    shapes = (side.free_symbols for x in met if isinstance(x, sp.MatrixSymbol) for side in x.shape)
    return met.union(*shapes)


def _estimate(statement: Statement, claim: Probability, seed: int, most: int, samples: int) -> Verdict:
    cells = list(dict.fromkeys(_key(c) for c in _cells(statement, claim)))
    if len(cells) > most:  # evenly spaced, the first and the last among them
        cells = [cells[i * (len(cells) - 1) // (most - 1)] for i in range(most)]
    if not cells:
        return Undecided("no cell of the grid satisfies the hypotheses")
    level = 1 - (1 - CONFIDENCE) / len(cells)
    worst: tuple[float, _Cell, int, float] | None = None
    against = 0
    for dims, scalars in cells:
        cell = _Cell(dict(dims), dict(scalars))
        hits = _hits(statement, claim, cell, seed, samples)
        bound = float(_evaluator(statement, cell, {})(sp.sympify(claim.bound)))
        against += clopper_pearson(hits, samples, level)[1] < bound
        room = hits / samples - bound
        if worst is None or room < worst[0]:
            worst = (room, cell, hits, bound)
    assert worst is not None
    _, cell, hits, bound = worst
    low, high = clopper_pearson(hits, samples, level)
    detail = f"least room in {len(cells)} cells: {cell}; claimed at least {bound:.6g}"
    return Estimated(hits / samples, low, high, samples * len(cells), seed, against == 0, detail)


def _key(cell: _Cell) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    return (tuple(cell.dims.items()), tuple(cell.scalars.items()))


def _evaluator(statement: Statement, cell: _Cell, matrices: Mapping[sp.Basic, Any]) -> Evaluator:
    scalars = {s: np.float64(float(v)) for s, v in cell.scalars.items()}
    return Evaluator(World(cell.dims, {**scalars, **matrices}), _FLOAT64, statement.where)


def _hits(statement: Statement, claim: Probability, cell: _Cell, seed: int, samples: int) -> int:
    """How many of `samples` draws the event holds in; matrices that no law names are 0 or the identity by turns."""
    name = f"{statement.id}|{cell}"
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    others = [s for s in _leaves(statement, claim) if isinstance(s, sp.MatrixSymbol)]
    laws = {symbol: (kind, value) for symbol, kind, value in claim.law}
    plain = _evaluator(statement, cell, {})
    hits = 0
    for start in range(0, samples, _BATCH):
        count = min(_BATCH, samples - start)
        matrices: dict[sp.Basic, Any] = {}
        for symbol in sorted(others, key=str):
            rows, columns = (plain.dimension(side) for side in symbol.shape)
            if symbol not in laws:
                matrices[symbol] = np.eye(rows, columns) * (np.arange(count) % 2)[:, None, None]
                continue
            kind, variance = laws[symbol]
            draw = (
                rng.standard_normal((count, rows, columns))
                if kind == "normal"
                else _continuous(rng, count, rows, columns)
            )
            scale = 1.0 if variance is None else math.sqrt(float(plain(sp.sympify(variance))))
            matrices[symbol] = scale * draw
        truth = _evaluator(statement, cell, matrices).holds(claim.event)
        hits += int(np.count_nonzero(np.broadcast_to(np.asarray(truth), (count,))))
    return hits


def _continuous(rng: np.random.Generator, count: int, rows: int, columns: int) -> Any:
    """Entries of one law for each draw: normal, uniform or exponential."""
    shape = (count, rows, columns)
    laws = (rng.standard_normal(shape), rng.uniform(-1, 1, shape), rng.exponential(1, shape))
    return np.choose((np.arange(count) % 3)[:, None, None], laws)
