"""The rule of induction over the iterations of a run.

A reader must believe this: in a claim about runs every hypothesis holds at all iterations 0 .. t, and W1, W2, eta, t
are those of one iteration. A base statement that gives the invariant at iteration 0, and a step statement that gives
it at t + 1 from the hypotheses and the invariant at t, give it at every iteration. The weights at t + 1 are those of
gradient descent as the notation defines them, whatever a statement defines.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theorems.notation import DEFINITIONS, W1, W1_0, W2, W2_0, W1_next, W2_next, eta, eta_0, t, unfold
from theorems.proofs.derivation import Line
from theorems.shapes import is_matrix
from theorems.statement import Kind, Statement
from verify.kernel.claims import HISTORY, Refusal, letters_in, relations, replace, speaks_of, terms_of
from verify.kernel.library_rules import put_in
from verify.kernel.state import State

_MOVING = (W1, W2, eta, t)  # the letters of the current iteration
_START = {W1: W1_0, W2: W2_0, eta: eta_0, t: sp.S.Zero}
_AFTER = {W1: unfold(W1_next), W2: unfold(W2_next), t: t + 1}


def induction(state: State, entry: Line) -> frozenset[str]:
    """labels: base, step; at: invariant. The base gives it at iteration 0, the step carries it from t to t + 1.

    Side condition: the invariant speaks of no step size, no chosen letter and no sum over the run; the base uses only
    hypotheses and cited lines that speak of no iteration, the step also the hypotheses and the invariant at t.
    """
    _about_a_run(state, entry)
    invariant = relations(entry.at["invariant"])
    # Symbols whose definitions speak of no iteration stay letters: they have one value along the run.
    moving = _moving(state)
    state.terms = state.view(s for s in state.definitions if s not in moving and not is_matrix(s))
    for claim in state.known:
        if not state.mentions_chosen(claim):
            state.teach(state.terms, claim)
    now = [put_in(part, state.statement, moving) for part in invariant]
    if any(part.lhs.has(eta) or part.rhs.has(eta) for part in now):
        raise Refusal(entry.name, "an invariant does not speak of the step size")
    given = [put_in(g, state.statement, moving) for g in state.statement.given]
    base, step = (state.dependency(entry, label) for label in entry.labels)
    still = [claim for claim in (*given, *_shown(state, entry, moving)) if not _of_an_iteration(claim)]
    _provides(state, entry, base, moving, [replace(part, _START) for part in now], still)
    _provides(state, entry, step, moving, [replace(part, _AFTER) for part in now], [*given, *still, *now])
    if not any(state.entails(part, entry.claim) for part in now):
        raise Refusal(entry.name, "the claim is no part of the invariant")
    return frozenset()


def _about_a_run(state: State, entry: Line) -> None:
    """Refused unless this is a claim about runs, and the invariant one that means the same at each iteration."""
    if state.statement.kind is not Kind.TRAJECTORY:
        raise Refusal(entry.name, "induction is for claims about runs")
    if {*_START, W1_0, W2_0} & set(state.definitions):
        raise Refusal(entry.name, "the weights, steps and iterations of a run are not for a statement to define")
    if state.mentions_chosen(entry.at["invariant"]):
        raise Refusal(entry.name, "an invariant does not speak of chosen letters: they change along the run")


def _moving(state: State) -> set[sp.Basic]:
    """The defined symbols whose definitions speak of the current iteration."""
    uses = {
        s: {s, *letters_in(value), *((t,) if value.has(*HISTORY) else ())} for s, value in state.definitions.items()
    }
    moving: set[sp.Basic] = set(_MOVING)
    while more := {symbol for symbol, met in uses.items() if symbol not in moving and met & moving}:
        moving |= more
    return moving & set(state.definitions)


def _shown(state: State, entry: Line, moving: set[sp.Basic]) -> list[Any]:
    """The claims of the cited lines that hold without assumptions and speak of no chosen letter."""
    cited = [state.cited(entry, name) for name in entry.cites]
    claims = [k.line.claim for k in cited if not k.assumes and not state.mentions_chosen(k.line.claim)]
    return [put_in(claim, state.statement, moving) for claim in claims]


def _of_an_iteration(claim: Any) -> bool:
    return speaks_of(claim, _MOVING) or any(term.has(*HISTORY) for term in terms_of(claim))


def _provides(
    state: State, entry: Line, lemma: Statement, moving: set[sp.Basic], wanted: list[Any], available: list[Any]
) -> None:
    """Refused unless a statement of the same definitions gives what is wanted from what is available."""
    if lemma.kind is Kind.TRAJECTORY:
        raise Refusal(entry.name, f"{lemma.id} speaks of a whole run; base and step speak of one iteration")
    if {**DEFINITIONS, **lemma.where} != state.definitions:
        raise Refusal(entry.name, f"{lemma.id} has other definitions than this statement")
    gives = [put_in(part, lemma, moving) for part in relations(lemma.then)]
    for part in wanted:
        if not any(state.entails(claim, part) for claim in gives):
            raise Refusal(entry.name, f"{lemma.id} does not give {part}")
    for premise in lemma.given:
        needed = put_in(premise, lemma, moving)
        if not any(state.entails(claim, needed) for claim in available) and not state.evident(needed):
            raise Refusal(entry.name, f"{lemma.id} needs {premise}, which is not available")
