"""Mutations of true proofs: a goal moved by one is refused, and what is still accepted is true on random worlds."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from properties.evaluate import Evaluator
from properties.fields import Float64
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems.notation import W1, W2, K, U, V, W_star, eta, h, m, mu, n
from theorems.proofs import PROOFS
from theorems.proofs.derivation import Line, Proof
from theorems.statement import Relation, Statement
from verify.kernel import Refusal, check_all
from verify.kernel.checker import Library, project_library


def _again(proof: Proof) -> None:
    """Check a mutated proof whose dependencies are the project's."""
    check_all()  # once a process
    Library(PROOFS, project_library().accepted).accept(proof)


_GOALS = [
    label
    for label, proof in PROOFS.items()
    if isinstance(proof.statement.then, Relation) and not isinstance(proof.statement.then.lhs, sp.MatrixExpr)
]


def _tightened(claim: Relation) -> Relation:
    """The claim less one: false wherever the two sides can be equal."""
    small, op, large = (
        (claim.lhs, claim.op, claim.rhs) if claim.op in ("<=", "<", "==") else (claim.rhs, "<=", claim.lhs)
    )
    return Relation(small, "<=" if op == "==" else op, large - 1)


@pytest.mark.parametrize("label", _GOALS)
def test_a_goal_moved_by_one_is_refused(label: str) -> None:
    proof = PROOFS[label]
    tightened = _tightened(proof.statement.then)  # type: ignore[arg-type]
    *rest, last = proof.lines
    mutated = Proof(replace(proof.statement, then=tightened), (*rest, replace(last, claim=tightened)), proof.folded)
    with pytest.raises(Refusal):
        _again(mutated)


def _mutate(rng: random.Random, entry: Line, names: list[str]) -> Line:
    """One line with a coefficient, operation, rule, citation or value changed."""
    kinds = ["claim", "rule"]
    kinds += ["weight", "drop"] if entry.weights else []
    kinds += ["cite", "uncite"] if entry.cites else []
    kinds += ["value"] if len(entry.at) > 1 else []
    match rng.choice(kinds):
        case "claim" if isinstance(entry.claim, Relation) and not isinstance(entry.claim.lhs, sp.MatrixExpr):
            scale = rng.choice([sp.Rational(1, 2), sp.Rational(9, 10), 2, -1])
            return replace(
                entry,
                claim=Relation(entry.claim.lhs, rng.choice(["<=", "<", ">=", entry.claim.op]), scale * entry.claim.rhs),
            )
        case "weight":
            i = rng.randrange(len(entry.weights))
            changed = (entry.weights[i][0] * rng.choice([-1, 2, sp.Rational(1, 2)]), *entry.weights[i][1:])
            return replace(entry, weights=(*entry.weights[:i], changed, *entry.weights[i + 1 :]))
        case "drop":
            i = rng.randrange(len(entry.weights))
            return replace(entry, weights=entry.weights[:i] + entry.weights[i + 1 :])
        case "cite":
            return replace(entry, cites=(rng.choice(names), *entry.cites[1:]))
        case "uncite":
            return replace(entry, cites=entry.cites[1:])
        case "value":
            keys = sorted(entry.at)
            a, b = rng.sample(keys, 2)
            return replace(entry, at={**entry.at, a: entry.at[b], b: entry.at[a]})
        case _:
            return replace(
                entry,
                rule=rng.choice(
                    ["algebra", "arithmetic", "product.upper", "product.lower", "frobenius.triangle", "order.roots"]
                ),
            )


_STEP_PROOFS = (
    "j9.pl@sigma-min-padded",
    "j9.descent/sharp",
    "j63.descent-of-prior-work",
    "j116.imbalance-step",
    "aux.gradient-bound",
    "j4.pl",
)


def _world(rng: np.random.Generator) -> Evaluator:
    rows, columns, width, batch = (*rng.integers(1, 4, size=3), 32)
    draw = lambda *shape: rng.normal(size=(batch, *shape)) * np.exp(rng.uniform(-1, 1, size=(batch, 1, 1)))  # noqa: E731
    x, star = draw(rows, rows), draw(rows, columns)
    largest = np.linalg.norm(x, 2, axis=(1, 2)) ** 2 + 0.25
    loss = CenteredLoss("square", x, star, np.full(batch, 0.25))
    bound = {
        W1: draw(rows, width),
        W2: draw(columns, width),
        U: draw(rows, columns),
        V: draw(rows, columns),
        W_star: star,
    }
    bound |= {K: largest * 1.0001, mu: np.full(batch, 0.24), eta: np.exp(rng.uniform(-6, 0, size=batch))}
    return Evaluator(World({n: int(rows), m: int(columns), h: int(width)}, bound, loss), Float64())


def _true_in(evaluator: Evaluator, statement: Statement, claim: Relation) -> bool:
    with np.errstate(all="ignore"):
        held = np.ones(32, dtype=bool)
        for given in statement.given:
            if isinstance(given, Relation):
                held &= np.broadcast_to(evaluator.holds(given), (32,))
        left, right = (np.broadcast_to(side, (32,)) for side in evaluator.relation(claim))
        excess = (
            np.abs(left - right) if claim.op == "==" else (right - left if claim.op in (">=", ">") else left - right)
        )
        return bool(np.all(~held | (excess <= 1e-9 * (1 + np.abs(left) + np.abs(right)))))


@pytest.mark.parametrize("label", _STEP_PROOFS)
def test_a_mutated_proof_is_refused_or_its_lines_stay_true(label: str) -> None:
    proof = PROOFS[label]
    rng = random.Random(label)
    worlds = [_world(np.random.default_rng(seed)) for seed in range(6)]
    names = [entry.name for entry in proof.lines]
    refused = 0
    for _ in range(40):
        i = rng.randrange(len(proof.lines))
        changed = _mutate(rng, proof.lines[i], names)
        lines = (*proof.lines[:i], changed, *proof.lines[i + 1 :])
        try:
            _again(Proof(proof.statement, lines, proof.folded))
        except Refusal:
            refused += 1
            continue
        if isinstance(changed.claim, Relation):
            assert all(_true_in(world, proof.statement, changed.claim) for world in worlds), f"unsound: {changed}"
    assert refused >= 20
