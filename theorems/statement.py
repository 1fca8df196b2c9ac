"""What a claim of the paper is: source, hypotheses, relation, kind, and the three keys version, reading, form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sympy as sp

__all__ = [
    "AllOf",
    "Assumption",
    "Chain",
    "Claim",
    "Empirical",
    "Form",
    "Kind",
    "Limit",
    "Monotone",
    "Probability",
    "Reading",
    "Relation",
    "Source",
    "Statement",
    "UniqueRoot",
    "Version",
    "WellShaped",
    "eq",
    "ge",
    "gt",
    "journal",
    "le",
    "lt",
    "ne",
    "submission",
]


class Version(StrEnum):
    """The two texts of the paper."""

    JOURNAL = "journal"
    SUBMISSION = "submission"


class Form(StrEnum):
    """How a statement relates to the text: as printed, with its weakest repair, or with the sharpest constants."""

    PRINTED = "printed"
    REPAIRED = "repaired"
    SHARP = "sharp"


class Kind(StrEnum):
    """The kinds of claim; `verify.verdict` fixes which verdict each kind admits."""

    IDENTITY = "identity"
    INEQUALITY = "inequality"
    STEP = "step"
    TRAJECTORY = "trajectory"
    SHAPE = "shape"
    MONOTONICITY = "monotonicity"
    LIMIT = "limit"
    EXISTENCE = "existence"
    PROBABILITY = "probability"
    EMPIRICAL = "empirical"


@dataclass(frozen=True, slots=True)
class Source:
    """A place in one version: equation numbers or names such as "9", "Theorem 3.1", "3.2-local-rate"."""

    version: Version
    places: tuple[str, ...]


def journal(*places: str) -> Source:
    """Places in the journal version."""
    return Source(Version.JOURNAL, places)


def submission(*places: str) -> Source:
    """Places in the submission version."""
    return Source(Version.SUBMISSION, places)


@dataclass(frozen=True, slots=True)
class Reading:
    """How an ambiguous or damaged formula is interpreted.

    `extraction` marks a reading that follows a damaged text extraction: never counted as the authors' error.
    """

    name: str
    meaning: str
    extraction: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """lhs op rhs between scalars (or matrices for "=="), never collapsed by SymPy. op is one of <= < == >= > !=."""

    lhs: sp.Basic
    op: str
    rhs: sp.Basic

    def __post_init__(self) -> None:
        if self.op not in ("<=", "<", "==", ">=", ">", "!="):
            raise ValueError(f"op = {self.op!r}: not a relation; use one of <= < == >= > !=")

    def latex(self) -> str:
        """lhs op rhs as LaTeX."""
        ops = {"<=": r"\le", "<": "<", "==": "=", ">=": r"\ge", ">": ">", "!=": r"\ne"}
        return f"{sp.latex(self.lhs)} {ops[self.op]} {sp.latex(self.rhs)}"

    def __str__(self) -> str:
        return f"{self.lhs} {self.op} {self.rhs}"


def _relation(op: str, lhs: Any, rhs: Any) -> Relation:
    return Relation(sp.sympify(lhs), op, sp.sympify(rhs))


def le(lhs: Any, rhs: Any) -> Relation:
    """lhs <= rhs."""
    return _relation("<=", lhs, rhs)


def lt(lhs: Any, rhs: Any) -> Relation:
    """lhs < rhs."""
    return _relation("<", lhs, rhs)


def ge(lhs: Any, rhs: Any) -> Relation:
    """lhs >= rhs."""
    return _relation(">=", lhs, rhs)


def gt(lhs: Any, rhs: Any) -> Relation:
    """lhs > rhs."""
    return _relation(">", lhs, rhs)


def eq(lhs: Any, rhs: Any) -> Relation:
    """lhs == rhs, scalars or matrices of one shape."""
    return _relation("==", lhs, rhs)


def ne(lhs: Any, rhs: Any) -> Relation:
    """lhs != rhs."""
    return _relation("!=", lhs, rhs)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the claims holds (a displayed a <= b <= c, or a theorem with several conclusions)."""

    claims: tuple[Relation, ...]

    def __init__(self, *claims: Relation) -> None:
        object.__setattr__(self, "claims", tuple(claims))

    def latex(self) -> str:
        """The claims as LaTeX, side by side."""
        return r",\quad ".join(c.latex() for c in self.claims)

    def __str__(self) -> str:
        return " and ".join(str(c) for c in self.claims)


@dataclass(frozen=True, slots=True)
class WellShaped:
    """Every product, sum and inner product in the terms agrees in shape for all values of the dimensions."""

    terms: tuple[sp.Basic, ...]

    def __init__(self, *terms: sp.Basic) -> None:
        object.__setattr__(self, "terms", tuple(terms))

    def latex(self) -> str:
        """The terms as LaTeX, marked as claimed to agree in shape."""
        return r"\text{well-shaped: }" + r",\ ".join(sp.latex(t) for t in self.terms)

    def __str__(self) -> str:
        return "well-shaped: " + ", ".join(map(str, self.terms))


@dataclass(frozen=True, slots=True)
class Monotone:
    """`expression` is strictly "increasing" or "decreasing" (`direction`) in `variable` under the hypotheses."""

    expression: sp.Expr
    variable: sp.Symbol
    direction: str

    def latex(self) -> str:
        """LaTeX of "expression is increasing (or decreasing) in variable"."""
        return rf"{sp.latex(self.expression)} \text{{ is {self.direction} in }} {sp.latex(self.variable)}"

    def __str__(self) -> str:
        return f"{self.expression} is {self.direction} in {self.variable}"


@dataclass(frozen=True, slots=True)
class Limit:
    """lim expression = value as variable -> point (from `side`: "+" or "-"). An order Theta(g) is Limit of e/g."""

    expression: sp.Expr
    variable: sp.Symbol
    point: sp.Expr
    value: sp.Expr
    side: str = "+"

    def latex(self) -> str:
        """The limit as LaTeX, with its side."""
        to = f"{sp.latex(self.variable)} \\to {sp.latex(self.point)}^{{{self.side}}}"
        return rf"\lim_{{{to}}} {sp.latex(self.expression)} = {sp.latex(self.value)}"

    def __str__(self) -> str:
        return f"lim_{{{self.variable} -> {self.point}{self.side}}} {self.expression} = {self.value}"


@dataclass(frozen=True, slots=True)
class UniqueRoot:
    """expression = 0 has exactly one (or at least one) root in the open interval (lower, upper) of `variable`."""

    expression: sp.Expr
    variable: sp.Symbol
    lower: sp.Expr = sp.S.Zero
    upper: sp.Expr = sp.oo
    unique: bool = True

    def latex(self) -> str:
        """LaTeX of "there is exactly one (or at least one) root in the interval"."""
        quantifier = r"\exists!\," if self.unique else r"\exists\,"
        return (
            rf"{quantifier} {sp.latex(self.variable)} \in ({sp.latex(self.lower)}, {sp.latex(self.upper)}): "
            rf"{sp.latex(self.expression)} = 0"
        )

    def __str__(self) -> str:
        many = "exactly one" if self.unique else "at least one"
        return f"{self.expression} = 0 has {many} root {self.variable} in ({self.lower}, {self.upper})"


@dataclass(frozen=True, slots=True)
class Probability:
    """P(event) >= bound when the random matrices of `law` have i.i.d. entries of that distribution.

    `law` maps a matrix symbol to ("normal", variance) or ("continuous", None).
    """

    event: Relation | AllOf
    bound: sp.Expr
    law: tuple[tuple[sp.MatrixSymbol, str, sp.Expr | None], ...]

    def latex(self) -> str:
        """P(event) >= bound as LaTeX."""
        return rf"\mathbb{{P}}\left({self.event.latex()}\right) \ge {sp.latex(self.bound)}"

    def __str__(self) -> str:
        return f"P({self.event}) >= {self.bound}"


@dataclass(frozen=True, slots=True)
class Empirical:
    """A sentence about simulations, with the operational meaning by which runs decide it.

    `experiment` names the experiment whose data are asked ("figure-1" .. "figure-5", "line-search"), `measure` the
    recorded quantity the sentence is about; `timing` marks a claim about wall-clock, kept apart from what repeats.
    """

    meaning: str
    experiment: str
    measure: str = ""
    timing: bool = False

    def latex(self) -> str:
        """The sentence as text in LaTeX."""
        return rf"\text{{{self.meaning}}}"

    def __str__(self) -> str:
        return self.meaning


@dataclass(frozen=True, slots=True)
class Assumption:
    """A structural hypothesis on the loss, checked against the world's loss data.

    name is one of "smooth" (K-smooth), "strongly-convex" (mu-strongly convex), "pl" (mu-PL), "zero-minimum"
    (min l = 0), "twice-differentiable", "quadratic" (the Hessian is the same everywhere); `constant` is the symbol it
    speaks of, if any.
    """

    name: str
    constant: sp.Symbol | None = None

    def latex(self) -> str:
        """LaTeX of "l is constant-name"."""
        c = f"{sp.latex(self.constant)}\\text{{-}}" if self.constant is not None else ""
        return rf"\ell \text{{ is }} {c}\text{{{self.name}}}"

    def __str__(self) -> str:
        c = f"{self.constant}-" if self.constant is not None else ""
        return f"l is {c}{self.name}"


Claim = Relation | AllOf | WellShaped | Monotone | Limit | UniqueRoot | Probability | Empirical
Hypothesis = Relation | Assumption


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim, encoded once.

    label     version letter, equation or place, short name: "j9.descent", "s16.rate"
    source    its place in each version that carries it
    kind      which evidence can decide it
    given     hypotheses. In a TRAJECTORY statement, hypotheses that mention the current step hold at every
              step 0 .. t; the claim is made at t
    then      the claim
    where     definitions that override or extend `theorems.notation.DEFINITIONS` for this statement
    reading   how an ambiguous formula is read; None when there is one reading only
    form      printed, repaired or sharp
    repairs   label of the printed statement that a repaired or sharp form stands beside
    cites     labels this statement's proof (or line) rests on in the paper
    note      what a reader must know (mathematics only, no verdict)
    """

    label: str
    source: tuple[Source, ...]
    kind: Kind
    then: Claim | None
    given: tuple[Hypothesis, ...] = ()
    where: Mapping[sp.Basic, sp.Basic] = field(default_factory=dict)
    reading: Reading | None = None
    form: Form = Form.PRINTED
    repairs: str | None = None
    cites: tuple[str, ...] = ()
    note: str = ""
    out_of_scope: str = ""

    @property
    def id(self) -> str:
        """Unique key in the catalog: label, "@reading" when there are several, "/form" when not as printed."""
        reading = f"@{self.reading.name}" if self.reading else ""
        form = "" if self.form is Form.PRINTED else f"/{self.form}"
        return f"{self.label}{reading}{form}"

    @property
    def version(self) -> Version:
        """The version named first among the sources."""
        return self.source[0].version

    def latex(self) -> str:
        """The claim as LaTeX, symbols folded as the paper folds them."""
        return "" if self.then is None else self.then.latex()

    def __str__(self) -> str:
        return f"{self.id}: {self.then}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


@dataclass(frozen=True, slots=True)
class Chain:
    """A displayed derivation a_0 op a_1 op ... a_n: one INEQUALITY, STEP or TRAJECTORY claim for each line.

    `lines` holds (op, term, name, cites) after the `first` term; the statement of line i is a_{i-1} op a_i.
    """

    label: str
    source: tuple[Source, ...]
    kind: Kind
    first: sp.Basic
    lines: tuple[tuple[str, sp.Basic, str, tuple[str, ...]], ...]
    given: tuple[Hypothesis, ...] = ()
    where: Mapping[sp.Basic, sp.Basic] = field(default_factory=dict)
    reading: Reading | None = None

    def statements(self) -> Iterator[Statement]:
        """One statement a line, labelled `<label>.<name>`."""
        previous = self.first
        for op, term, name, cites in self.lines:
            yield Statement(
                label=f"{self.label}.{name}",
                source=self.source,
                kind=self.kind,
                given=self.given,
                then=Relation(previous, op, term),
                where=self.where,
                reading=self.reading,
                cites=cites,
            )
            previous = term
