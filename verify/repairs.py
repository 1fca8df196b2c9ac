"""How good the repairs are: an instance in which each says something, and whether it could say a tenth more.

A repaired or sharp claim is worth having when its hypotheses can be met and when no simple strengthening is true. Both
questions are put to the search: against the claim `1 <= 0` under the repair's hypotheses a witness is an exact instance
of the repair; against the claim with its larger side moved a tenth towards the smaller one a witness shows that the
repair is nearly as strong as it can be. Where none is found the tightening is open, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from theorems import CATALOG, find
from theorems.statement import AllOf, Form, Kind, Relation, Statement, le
from verify import verdict as V
from verify.falsify import falsify
from verify.paper import Decision
from verify.render import shorten, witness

_SEARCHED = (Kind.IDENTITY, Kind.INEQUALITY, Kind.STEP, Kind.TRAJECTORY)
_TENTH = sp.Rational(1, 10)


@dataclass(frozen=True, slots=True)
class Strength:
    """What is known of one repair.

    instance   an exact instance of its hypotheses in a line, "" where the search met none, None where none is needed
    tightened  "refuted", "open", or why nothing can be tightened
    where      the witness against the tightening, in a line
    cited_by   (id, verdict) of the repaired, sharp or printed claims that cite what this one repairs
    """

    statement: Statement
    verdict: str
    instance: str | None
    tightened: str
    where: str
    cited_by: tuple[tuple[str, str], ...]


def repairs() -> list[Statement]:
    """The repaired and sharp forms of the catalog, in its order."""
    return [s for s in CATALOG if s.form is not Form.PRINTED and s.repairs is not None]


def instance_of(statement: Statement) -> Statement:
    """A claim that fails wherever the hypotheses of the statement hold, and in no other world."""
    return replace(statement, label=f"{statement.label}.instance", then=le(sp.S.One, sp.S.Zero))


def tightenings(statement: Statement) -> list[Statement]:
    """The statement with one of its relations moved by a tenth of its right side; a comparison with 0 has no such.

    An identity says all there is to say, and a relation of matrices is one.
    """
    claim = statement.then
    parts = claim.claims if isinstance(claim, AllOf) else (claim,) if isinstance(claim, Relation) else ()
    return [
        replace(statement, label=f"{statement.label}.tightened-{i}", then=_moved(part))
        for i, part in enumerate(parts)
        if part.op in ("<=", "<", ">=", ">")
        and not isinstance(part.lhs, MatrixExpr)
        and part.rhs != 0
        and part.lhs != 0
    ]


def _moved(part: Relation) -> Relation:
    towards = -1 if part.op in ("<=", "<") else 1
    return Relation(part.lhs, part.op, part.rhs + towards * _TENTH * sp.Abs(part.rhs))


def strengths(
    decisions: Sequence[Decision],
    *,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int, str], None] = lambda done, total, label: None,
) -> list[Strength]:
    """What is known of every repair, given the verdicts on the whole catalog. Deterministic in (decisions, seed)."""
    names = {d.statement.id: d.verdict.name for d in decisions}
    chosen = [s for s in repairs() if s.id in names]
    found = []
    for index, (statement, answer) in enumerate(zip(chosen, _asked(chosen, seed, jobs), strict=True)):
        found.append(Strength(statement, names[statement.id], *answer, _citing(statement, decisions)))
        progress(index + 1, len(chosen), statement.id)
    return found


def _asked(chosen: Sequence[Statement], seed: int, jobs: int) -> Iterator[tuple[str | None, str, str]]:
    if jobs <= 1:
        yield from (_ask(s.id, seed) for s in chosen)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(_ask, [s.id for s in chosen], [seed] * len(chosen))


def _ask(identity: str, seed: int) -> tuple[str | None, str, str]:
    """(instance, tightened, where) of one repair."""
    statement = find(identity)
    if statement.kind in (Kind.PROBABILITY, Kind.EMPIRICAL):
        return None, "estimated: no single instance decides it", ""
    if statement.kind not in _SEARCHED or not isinstance(statement.then, Relation | AllOf):
        return None, "exact: a statement about formulas or shapes", ""
    instance = "every instance: no hypotheses"
    if statement.given:
        met = falsify(instance_of(statement), seed=seed)
        instance = shorten(witness(met.certificate), 100) if isinstance(met, V.Refuted) else ""
    harder = tightenings(statement)
    if not harder:
        return instance, "exact: an identity or a comparison with 0", ""
    verdicts = [falsify(s, seed=seed) for s in harder]
    refuted = [v for v in verdicts if isinstance(v, V.Refuted)]
    where = shorten(witness(refuted[0].certificate), 100) if refuted else ""
    return instance, "refuted" if len(refuted) == len(harder) else "open", where


def _citing(statement: Statement, decisions: Sequence[Decision]) -> tuple[tuple[str, str], ...]:
    """Claims that cite what the statement repairs, each in its own repaired or sharp form where it has one."""
    citing = [d for d in decisions if statement.repairs in d.statement.cites]
    mended = {d.statement.repairs for d in decisions if d.statement.form is not Form.PRINTED}
    return tuple(
        (d.statement.id, d.verdict.name)
        for d in citing
        if d.statement.form is not Form.PRINTED or d.statement.label not in mended
    )


def markdown(table: Sequence[Strength]) -> str:
    """The repairs as a Markdown table."""
    lines = ["| repair | verdict | an instance | a tenth tighter | cited by |", "|---|---|---|---|---|"]
    for s in table:
        instance = "-" if s.instance is None else s.instance or "none found"
        tightened = s.tightened + (f": {s.where}" if s.where else "")
        cited = ", ".join(f"`{label}` {name}" for label, name in s.cited_by)
        cells = [f"`{s.statement.id}`", s.verdict, shorten(instance, 60), shorten(tightened, 70), cited or "-"]
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"
