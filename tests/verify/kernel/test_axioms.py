"""Every form of every axiom holds on random matrices, vectors, scalars and losses; false forms are caught."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy as sp

from properties.evaluate import Evaluator
from properties.fields import Float64
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems.norms import Fro, Inner, Sigma, SigmaMax
from theorems.notation import DEFINITIONS, W1, W2, W_star, eta, eta_0, m, n, t
from theorems.statement import Assumption, Relation, eq, le, lt
from verify.kernel import AXIOMS, Form
from verify.kernel import axioms as rules

FORMS = [(f"{axiom.name}.{form.name}", form) for axiom in AXIOMS.values() for form in axiom.forms]
BATCH = 48
DIMENSIONS = ((1, 1, 1), (2, 3, 1), (3, 2, 2), (3, 3, 2), (4, 2, 3))


def _matrix(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    values = rng.normal(size=(BATCH, rows, columns)) * np.exp(rng.uniform(-2, 2, size=(BATCH, 1, 1)))
    values[::3] = rng.integers(-1, 2, size=values[::3].shape)  # ties, zeros, low rank
    return values


def _top_first(s: np.ndarray) -> np.ndarray:
    """Unit eigenvectors as columns, those of the largest eigenvalues first."""
    return np.linalg.eigh(s)[1][:, :, ::-1]


def _scalars(rng: np.random.Generator) -> dict[sp.Basic, np.ndarray]:
    x, y = (np.where(rng.random(BATCH) < 0.2, 0.0, rng.normal(size=BATCH)) for _ in range(2))
    y = np.where(rng.random(BATCH) < 0.3, np.abs(x) + np.abs(y), y)
    return {rules.x: x, rules.y: y, rules.z: np.abs(rng.normal(size=BATCH)) + np.where(rng.random(BATCH) < 0.3, -1, 0)}


def _worlds(form: Form, seed: int) -> list[World]:
    rng = np.random.default_rng(seed)
    worlds = []
    for (p, q, r), (i, j, k) in itertools.product(DIMENSIONS, ((1, 1, 1), (1, 2, 2), (2, 1, 3), (1, 1, 4))):
        chosen = {letter.name for letter in form.exists}
        if chosen and k > p:
            continue
        s, t = ((a + a.transpose(0, 2, 1)) / 2 for a in (_matrix(rng, p, p), _matrix(rng, p, p)))
        square = _matrix(rng, p, p) if any(str(d) == "T" for d in form.depends) else t
        symmetric_r = _matrix(rng, q, q)
        bound = {
            rules.A: _matrix(rng, p, q),
            rules.B: _matrix(rng, p, q),
            rules.U: _matrix(rng, p, q),
            rules.C: _matrix(rng, q, r),
            rules.S: s,
            rules.T: square,
            rules.R: (symmetric_r + symmetric_r.transpose(0, 2, 1)) / 2,
            rules.X: _matrix(rng, p, r),
            rules.Y: _matrix(rng, k, r),
            rules.b: _matrix(rng, p, 1),
            **_scalars(rng),
        }
        vectors = _top_first(s)
        if ("u" in chosen and "eigenvector" in str(form.conclusions)) or (rules.S in form.depends and k <= p):
            bound[rules.u] = vectors[:, :, k - 1 : k]
            bound[rules.V] = vectors[:, :, :k]
        if rules.T in form.depends:
            solvable = np.abs(np.linalg.det(square)) > 1e-3
            bound[rules.u] = np.linalg.solve(np.where(solvable[:, None, None], square, np.eye(p)), bound[rules.b])
            bound[rules.T] = np.where(solvable[:, None, None], square, 0.0)
        x_data, at = _matrix(rng, 3, p), _matrix(rng, p, q)
        constant = np.linalg.norm(x_data, 2, axis=(1, 2)) ** 2 * 1.000001 + 0.5
        if any(isinstance(g, Assumption) and g.name in ("strongly-convex", "pl") for g in form.premises):
            constant = np.full(BATCH, 0.5 * 0.999999)
        penalty = ("square", "log-cosh", "pseudo-huber")[seed % 3]
        if Assumption("quadratic") in form.premises:
            penalty = "square"
        loss = CenteredLoss(penalty, x_data, at, np.full(BATCH, 0.5))
        bound |= {rules.constant: constant, W_star: at}
        worlds.append(
            World({rules.p: p, rules.q: q, rules.r: r, rules.i: i, rules.j: j, rules.k: k, n: p, m: q}, bound, loss)
        )
    return worlds


def _violations(form: Form, conclusion: Relation, seeds: range = range(3)) -> tuple[int, float]:
    """How many cases met the premises, and the largest relative violation among them."""
    cases, worst = 0, -np.inf
    for seed in seeds:
        for world in _worlds(form, seed):
            evaluator = Evaluator(world, Float64())
            with np.errstate(all="ignore"):
                held = np.ones(BATCH, dtype=bool)
                for premise in form.premises:
                    if isinstance(premise, Relation):
                        held &= np.broadcast_to(evaluator.holds(premise), (BATCH,))
                left, right = (np.broadcast_to(side, (BATCH,)) for side in evaluator.relation(conclusion))
                excess = (right - left) if conclusion.op in (">=", ">") else (left - right)
                if conclusion.op == "==":
                    excess = np.abs(left - right)
                excess = excess / (1 + np.abs(left) + np.abs(right))
            held &= np.isfinite(left) & np.isfinite(right)
            if held.any():
                cases += int(held.sum())
                worst = max(worst, float(excess[held].max()))
    return cases, worst


@pytest.mark.parametrize(("name", "form"), FORMS, ids=[name for name, _ in FORMS])
def test_form_holds(name: str, form: Form) -> None:
    for conclusion in form.conclusions:
        cases, worst = _violations(form, conclusion)
        assert cases > 30, f"{name}: the premises are hardly ever met"
        assert worst < 1e-9, f"{name}: {conclusion} fails by {worst}"


FALSE_FORMS = (
    Form("transposed", (le(Sigma(rules.A, rules.p) * Fro(rules.C), Fro(rules.A * rules.C)),)),
    Form("reversed", (le(SigmaMax(rules.A) * Fro(rules.C), Fro(rules.A * rules.C)),)),
    Form("signed", (le(Inner(rules.A, rules.B), 0),)),
    Form("unsquared", (le(rules.x, rules.y),), (le(rules.x**2, rules.y**2),)),
    Form("equal", (eq(SigmaMax(rules.A), Fro(rules.A)),)),
    Form("strict", (lt(SigmaMax(rules.A), Fro(rules.A)),)),
)


@pytest.mark.parametrize("form", FALSE_FORMS[:-1], ids=[f.name for f in FALSE_FORMS[:-1]])
def test_a_false_form_is_caught(form: Form) -> None:
    cases, worst = _violations(form, form.conclusions[0])
    assert cases > 30
    assert worst > 1e-3


def test_axioms_are_few_sourced_and_know_no_gradient_descent() -> None:
    assert len(AXIOMS) <= 20
    own = {W1, W2, eta, eta_0, t, *DEFINITIONS}
    for axiom in AXIOMS.values():
        assert axiom.source
        assert axiom.fact
        for form in axiom.forms:
            used = set().union(
                *(
                    side.free_symbols
                    for c in (*form.premises, *form.conclusions)
                    if isinstance(c, Relation)
                    for side in (c.lhs, c.rhs)
                )
            )
            assert not used & own, f"{axiom.name}.{form.name} speaks of the paper's symbols"
