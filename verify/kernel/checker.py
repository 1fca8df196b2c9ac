"""The table of rules, and the walk over a proof's lines: `check` accepts a proof or refuses it.

A reader must believe that each line is checked by the one rule it names, against the state that the lines before it
left; that whatever goes wrong in a rule refuses the proof; and that a statement is proved when lines without open
assumptions and without chosen letters give every part of its claim. Statements that a proof cites are checked first,
and none rests on itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from theorems.proofs.derivation import Line, Proof
from theorems.statement import Statement, UniqueRoot
from verify.kernel import axioms, induction, library_rules, root_rules, structural_rules
from verify.kernel.admission import admit, plain_data
from verify.kernel.claims import Refusal
from verify.kernel.state import State
from verify.verdict import Proved

_FAULTS = (ValueError, TypeError, AttributeError, LookupError, RecursionError)  # what a rule may stumble over


class Rule(NamedTuple):
    """A structural rule: what it says, and the function that checks a line by it."""

    says: str
    apply: Callable[[State, Line], frozenset[str]]


RULES: dict[str, Rule] = {
    "hypothesis": Rule("a hypothesis of the statement", structural_rules.hypothesis),
    "algebra": Rule(
        "both sides have one normal form, or their difference is visibly nonnegative", structural_rules.algebra
    ),
    "definition": Rule("a symbol of the notation is what it stands for", structural_rules.definition),
    "arithmetic": Rule(
        "right minus left is a sum of nonnegative multiples of cited differences and squares plus a visibly "
        "nonnegative rest",
        structural_rules.arithmetic,
    ),
    "substitute": Rule("equals replace equals", structural_rules.substitute),
    "assume": Rule("an assumption, carried until cases discharges it", structural_rules.assume),
    "cases": Rule("the claim holds in both of two cases that exhaust all", structural_rules.cases),
    "lemma": Rule("a proved statement at given values of its letters", library_rules.lemma),
    "induction": Rule(
        "a base and a step statement give an invariant of the run at every iteration", induction.induction
    ),
    "root": Rule("intermediate value theorem, and strict monotonicity for uniqueness", root_rules.root),
    "before-root": Rule(
        "a continuous function that starts negative is not positive before its smallest positive root",
        root_rules.before_root,
    ),
    "positive-root": Rule("a continuous function that starts negative has no root near 0", root_rules.positive_root),
}

STRUCTURAL = {name: rule.says for name, rule in RULES.items()}


class Library:
    """Proofs by label, and those of them that have been accepted."""

    def __init__(self, proofs: Mapping[str, Proof], accepted: Mapping[str, Proof] | None = None) -> None:
        self.proofs = proofs
        self.accepted: dict[str, Proof] = dict(accepted or {})

    def accept(self, proof: Proof, citing: tuple[str, ...] = ()) -> None:
        """None when every line of a proof, and of the proofs it cites, is accepted. Raises: Refusal.

        `citing` holds the labels whose proofs wait for this one.
        """
        plain_data(proof)
        label = proof.label
        if self.accepted.get(label) is proof:
            return
        admit(proof)
        self._walk(proof, (*citing, label))
        if _catalog().get(label, proof.statement) != proof.statement:
            raise Refusal("", f"{label} is the id of another statement of the catalog")
        self.accepted[label] = proof

    def _walk(self, proof: Proof, citing: tuple[str, ...]) -> None:
        def dependency(entry: Line, label: str) -> Statement:
            return self._dependency(entry, label, citing)

        try:
            state = State(proof, dependency)
        except _FAULTS as error:
            raise Refusal("", f"{type(error).__name__}: {error}") from error
        for entry in proof.lines:
            if entry.name in state.lines:
                raise Refusal(entry.name, "two lines have this name")
            state.terms = state.unfolded if entry.unfolded else state.folded
            try:
                state.remember(entry, check_line(state, entry))
            except Refusal:
                raise
            except _FAULTS as error:
                raise Refusal(entry.name, f"{type(error).__name__}: {error}") from error
        if (part := state.missing()) is not None:
            raise Refusal("", f"no line without open assumptions gives the claim {part}")

    def _dependency(self, entry: Line, label: str, citing: tuple[str, ...]) -> Statement:
        """The statement with a label, its proof accepted. Raises: Refusal."""
        if label in citing:
            raise Refusal(entry.name, f"circular: {' -> '.join((*citing, label))}")
        if label not in self.proofs:
            raise Refusal(entry.name, f"{label} has no proof")
        proof = self.proofs[label]
        if type(proof) is not Proof or proof.label != label:
            raise Refusal(entry.name, f"the library's proof of {label} is of something else")
        self.accept(proof, citing)
        return proof.statement


def check_line(state: State, entry: Line) -> frozenset[str]:
    """The names of the open assumptions under which a line holds, by the rule that it names. Raises: Refusal."""
    if entry.rule in RULES:
        if type(entry.claim) is UniqueRoot and entry.rule not in ("root", "lemma"):
            raise Refusal(entry.name, "a root is given by the rule root")
        return RULES[entry.rule].apply(state, entry)
    try:
        rule = axioms.form(entry.rule)
    except KeyError:
        raise Refusal(entry.name, f"no rule is called {entry.rule}") from None
    return library_rules.axiom(state, entry, rule)


@cache
def _catalog() -> Mapping[str, Statement]:
    from theorems import CATALOG

    return {statement.id: statement for statement in CATALOG}


def check(proof: Proof, library: Mapping[str, Proof] | None = None) -> Proved:
    """The verdict Proved when every line of the proof, and of the proofs it cites, is accepted.

    `library` maps labels to the proofs that may be cited; the project's own when None. Raises: Refusal.
    """
    Library(_project() if library is None else library).accept(proof)
    return Proved(proof=proof.label)


def check_all(library: Mapping[str, Proof] | None = None) -> tuple[str, ...]:
    """The labels of a library, each proof checked once; of the project's own, once a process. Raises: Refusal."""
    checked = project_library() if library is None else Library(library)
    for label, proof in checked.proofs.items():
        checked.accept(proof)
        if proof.label != label:
            raise Refusal("", f"the library's proof of {label} is of {proof.label}")
    return tuple(checked.proofs)


def _project() -> Mapping[str, Proof]:
    from theorems.proofs import PROOFS

    return PROOFS


@cache
def proved(label: str) -> Proof | None:
    """The accepted proof of the statement with this id, None when the project has none. Raises: Refusal.

    Each of the project's proofs is checked once a process.
    """
    proof = _project().get(label)
    if proof is not None:
        project_library().accept(proof)
    return proof


@cache
def project_library() -> Library:
    """The project's own proofs, with what this process has accepted of them."""
    return Library(_project())
