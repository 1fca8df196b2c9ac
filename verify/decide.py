"""One statement, one verdict: by proof, by the decision procedure of its kind, or by search."""

from __future__ import annotations

from theorems.statement import Empirical, Form, Kind, Statement
from verify.verdict import OutOfScope, Proved, Verdict, admitted

SYMBOLIC = frozenset({Kind.SHAPE, Kind.MONOTONICITY, Kind.LIMIT, Kind.EXISTENCE})


def decide(statement: Statement, seed: int = 0, budget: str = "full", landmarks: bool = True) -> Verdict:
    """The verdict on one statement, deterministic in (statement, seed, budget).

    budget: "quick" or "full". landmarks: whether the search may use the special instances that serve every
    statement. A statement that the kernel proves is not searched. Raises ValueError for an unknown budget.
    """
    if budget not in ("quick", "full"):
        raise ValueError(f'budget = {budget!r}: not a budget; write "quick" or "full"')
    return admitted(statement.kind, _decide(statement, seed, budget, landmarks))


def _decide(statement: Statement, seed: int, budget: str, landmarks: bool) -> Verdict:
    if statement.out_of_scope:
        return OutOfScope(statement.out_of_scope)
    proof = _proof(statement)
    if proof is not None:
        return proof
    if isinstance(statement.then, Empirical) or statement.kind is Kind.EMPIRICAL:
        from verify.experiments.sentences import decide_experiment

        return decide_experiment(statement, seed, budget)
    if statement.kind is Kind.PROBABILITY:
        from verify.formulas.probability import decide_probability

        return decide_probability(statement, seed, budget)
    if statement.kind in SYMBOLIC:
        from verify.formulas.symbolic import decide_symbolic

        return decide_symbolic(statement)
    return _searched(statement, seed, budget, landmarks)


def _searched(statement: Statement, seed: int, budget: str, landmarks: bool) -> Verdict:
    from verify.falsify import falsify
    from verify.formulas.symbolic import decide_identity

    if statement.kind is Kind.IDENTITY:
        symbolic = decide_identity(statement)
        if isinstance(symbolic, Proved):
            return symbolic
    return falsify(statement, seed=seed, budget=budget, landmarks=landmarks)


def _proof(statement: Statement) -> Proved | None:
    """The kernel's verdict on this statement's proof and on those it rests on, None when there is none of it."""
    from verify.kernel import proved

    proof = proved(statement.id)
    if proof is None or proof.statement != statement:
        return None
    return Proved(proof=proof.label)


def should_hold(statement: Statement) -> bool:
    """Whether refuting this statement is a failure of the catalog: a repaired or sharp form."""
    return statement.form is not Form.PRINTED
