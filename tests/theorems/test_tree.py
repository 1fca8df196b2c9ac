"""Trees: round trip, independence of argument order, hash seed and environment, and what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from theorems import notation as N
from theorems.norms import Fro, Lambda, MinRoot, Sigma, SigmaMax
from theorems.statement import (
    AllOf,
    Assumption,
    Kind,
    Limit,
    Monotone,
    Probability,
    Statement,
    UniqueRoot,
    WellShaped,
    eq,
    ge,
    journal,
    le,
)
from theorems.tree import canonical_json, digest, from_tree, statement_tree, to_tree

ROOT = Path(__file__).resolve().parents[2]
A, B = sp.MatrixSymbol("A", N.n, N.m), sp.MatrixSymbol("B", N.n, N.m)


def state(then: object, **keys: object) -> Statement:
    return Statement(label="u.test", source=(journal("1"),), kind=Kind.INEQUALITY, then=then, **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("symbol", list(N.DEFINITIONS), ids=str)
def test_every_definition_comes_back(symbol: sp.Basic) -> None:
    tree = to_tree(N.DEFINITIONS[symbol])
    back = from_tree(json.loads(canonical_json(tree)))
    assert back == N.DEFINITIONS[symbol]
    assert to_tree(back) == tree


@given(st.permutations([N.K, N.mu, N.eta, N.L * 2, sp.Rational(-3, 7), Fro(A) ** 2]))
def test_order_of_commutative_arguments_does_not_matter(parts: list[sp.Expr]) -> None:
    for head in (sp.Add, sp.Mul):
        assert to_tree(head(*parts, evaluate=False)) == to_tree(head(*sorted(parts, key=str), evaluate=False))
    assert to_tree(sp.Max(*parts[:3])) == to_tree(sp.Max(*parts[2::-1]))


def test_scalar_factors_of_a_product_stand_in_front() -> None:
    expected = ["MatMul", ["Mul", ["Rational", "-1"], ["Symbol", "eta", "positive"]], to_tree(A)]
    assert to_tree(-(N.eta * A)) == to_tree(sp.MatMul(-1, N.eta, A)) == to_tree(sp.MatMul(-N.eta, A)) == expected


def test_unevaluated_terms_stay_as_written() -> None:
    term = sp.Mul(2, N.K + N.mu, evaluate=False)
    assert to_tree(from_tree(to_tree(term))) == to_tree(term) != to_tree(2 * N.K + 2 * N.mu)


@pytest.mark.parametrize(
    "claim",
    [
        le(Fro(A + B), Fro(A) + Fro(B)),
        AllOf(ge(Sigma(A, N.n), 0), eq(A, B)),
        WellShaped(A * B, A.T * B),
        Monotone(N.K_bar_0, N.eta_0, "increasing"),
        Limit(sp.log(1 + N.eta_0) / N.eta_0, N.eta_0, sp.S.Zero, sp.S.One),
        UniqueRoot(N.equation_101, N.eta_0),
        UniqueRoot(N.equation_102, N.eta_0, unique=False),
        Probability(
            ge(SigmaMax(A), 1), sp.Rational(1, 2), ((A, "normal", sp.Rational(1, 10)), (B, "continuous", None))
        ),
        Assumption("smooth", N.K),
        Assumption("zero-minimum"),
    ],
    ids=lambda c: type(c).__name__,
)
def test_every_kind_of_claim_comes_back(claim: object) -> None:
    assert from_tree(json.loads(canonical_json(to_tree(claim)))) == claim


def test_where_is_the_closure_and_overrides_the_notation() -> None:
    tree = statement_tree(state(le(N.L_next, N.rho * N.L), where={N.K_t: N.K * SigmaMax(N.W1) ** 2}))
    assert {"K_t", "L", "L_next", "W_next", "W1_next", "grad_W2", "G", "sigma_min_T"} <= set(tree["where"])
    assert "sigma_max_T" not in tree["where"]
    assert tree["where"]["K_t"] == to_tree(N.K * SigmaMax(N.W1) ** 2)


def test_digest_is_of_everything_that_truth_depends_on() -> None:
    claim = le(Lambda(N.D, 1), N.K)
    seen = {
        digest(state(claim)),
        digest(state(le(Lambda(N.D, 2), N.K))),
        digest(state(claim, given=(ge(N.K, 1),))),
        digest(state(claim, where={N.D: N.W1.T * N.W1})),
        digest(Statement(label="u.test", source=(journal("1"),), kind=Kind.STEP, then=claim)),
        digest(state(le(Lambda(N.D, 1), sp.Symbol("K", real=True)))),
    }
    assert len(seen) == 6
    assert digest(state(claim)) == digest(Statement("other", (journal("2"),), Kind.INEQUALITY, claim, note="x"))


def test_digest_does_not_depend_on_hash_seed_or_environment() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from theorems import notation as N; from theorems.statement import *; from theorems.tree import digest;"
        "print(digest(Statement('x', (journal('1'),), Kind.TRAJECTORY, le(N.eta_0, N.eta_max), (le(N.L, N.K_bar),))))"
    )
    seen = set()
    for seed, ground in (("0", "python"), ("7", "flint")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "SYMPY_GROUND_TYPES": ground}
        run = subprocess.run([sys.executable, "-c", program, str(ROOT)], env=env, capture_output=True, check=True)
        seen.add(run.stdout)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "tree",
    [
        ["Float", "0.1"],
        ["Rational", "1/0"],
        ["Rational", "01"],
        ["Rational", 1],
        ["Rational", "__import__('os')"],
        ["Symbol", "a b"],
        ["Symbol", "x", "prime"],
        ["Fro", ["Symbol", "x"], ["Symbol", "x"]],
        ["eval", ["Rational", "1"]],
        [],
        "K",
    ],
)
def test_what_is_not_on_the_list_is_refused(tree: object) -> None:
    with pytest.raises(ValueError):
        from_tree(tree)  # type: ignore[arg-type]


@pytest.mark.parametrize("term", [sp.Float("0.1"), sp.sin(N.K), sp.Derivative(N.K**2, N.K), sp.nan, "K"])
def test_what_has_no_tree_is_refused(term: object) -> None:
    with pytest.raises(TypeError):
        to_tree(term)


def test_two_symbols_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="K names two different symbols"):
        statement_tree(state(le(sp.Symbol("K", real=True), N.K)))


def test_bound_variables_are_kept() -> None:
    tree = to_tree(MinRoot(N.eta_0 * N.K - 1, N.eta_0))
    assert tree[0] == "MinRoot" and tree[2] == ["Symbol", "eta_0", "positive"]
