"""Verdicts: a closed sum type, and which of them each kind of statement admits.

No verdict has a truth value: a reader asks which one it is. `Survived` says that search found nothing, which is
not a proof and is never displayed as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from theorems.statement import Kind


@dataclass(frozen=True, slots=True)
class _Verdict:
    name: ClassVar[str]

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} has no truth value; ask which verdict it is with isinstance or .name")

    def _repr_html_(self) -> str:
        from verify.notebook import verdict_html

        return verdict_html(self)


@dataclass(frozen=True, slots=True)
class Proved(_Verdict):
    """True for all shapes: by the kernel (`proof` names the derivation) or by a symbolic decision procedure."""

    name: ClassVar[str] = "proved"
    proof: str
    method: str = "kernel"


@dataclass(frozen=True, slots=True)
class Refuted(_Verdict):
    """False: `certificate` is a self-contained exact witness that the independent checker accepts.

    For a symbolic claim (shape, limit, monotonicity) `certificate` carries the symbolic evidence instead.
    """

    name: ClassVar[str] = "refuted"
    certificate: dict[str, Any]
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Tightness:
    """The largest left/right ratio met, the instance that gave it, and whether equality was attained exactly."""

    ratio: float
    instance: str
    equality: bool


@dataclass(frozen=True, slots=True)
class Survived(_Verdict):
    """Search found no violation in `cases` cases: not a proof. `margin` is the smallest relative one met."""

    name: ClassVar[str] = "survived"
    cases: int
    seed: int
    margin: float
    where: str
    tightness: Tightness | None = None


@dataclass(frozen=True, slots=True)
class Estimated(_Verdict):
    """A probability or an empirical claim: estimate with an interval of stated confidence from `samples` runs."""

    name: ClassVar[str] = "estimated"
    estimate: float
    lower: float
    upper: float
    samples: int
    seed: int
    supports: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Observed(_Verdict):
    """A violation without a certificate: in float64 on a Python loss, or certain in balls (or exactly) on a loss given
    by data in a form that the checker does not know. `instance` ends in which of them it is.
    """

    name: ClassVar[str] = "observed"
    instance: str
    margin: float


@dataclass(frozen=True, slots=True)
class Undecided(_Verdict):
    """No decision: why, and the best enclosure or bound reached."""

    name: ClassVar[str] = "undecided"
    why: str
    best: str = ""


@dataclass(frozen=True, slots=True)
class Vacuous(_Verdict):
    """The hypotheses are never met, or the claim says nothing (a probability at least something negative)."""

    name: ClassVar[str] = "vacuous"
    why: str


@dataclass(frozen=True, slots=True)
class OutOfScope(_Verdict):
    """A claim about another paper's contents, or one that leaves a quantity unspecified."""

    name: ClassVar[str] = "out-of-scope"
    why: str


Verdict = Proved | Refuted | Survived | Estimated | Observed | Undecided | Vacuous | OutOfScope

_ALWAYS: frozenset[type] = frozenset({Undecided, Vacuous, OutOfScope})
_SEARCHED: frozenset[type] = _ALWAYS | {Proved, Refuted, Survived, Observed}
_SYMBOLIC: frozenset[type] = _ALWAYS | {Proved, Refuted}

ADMITS: dict[Kind, frozenset[type]] = {
    Kind.IDENTITY: _SEARCHED,
    Kind.INEQUALITY: _SEARCHED,
    Kind.STEP: _SEARCHED,
    Kind.TRAJECTORY: _SEARCHED,
    Kind.SHAPE: _SYMBOLIC,
    Kind.MONOTONICITY: _SYMBOLIC,
    Kind.LIMIT: _SYMBOLIC,
    Kind.EXISTENCE: _SYMBOLIC,
    Kind.PROBABILITY: _ALWAYS | {Proved, Refuted, Estimated},
    Kind.EMPIRICAL: _ALWAYS | {Proved, Refuted, Estimated},
}


def admitted(kind: Kind, verdict: Verdict) -> Verdict:
    """`verdict`, if a statement of this kind admits it. Raises TypeError otherwise."""
    if type(verdict) not in ADMITS[kind]:
        raise TypeError(f"verdict = {verdict.name}: a claim of kind {kind} does not admit it")
    return verdict
