"""Symbolic decisions: right on claims whose answer is known, and Undecided rather than a guess."""

from __future__ import annotations

import pytest
import sympy as sp

from theorems import CATALOG
from theorems.norms import Fro, Grad, Hess, Inner, SigmaMax, Stack
from theorems.notation import W1, W2, L, U, V, W, X, c, d, eta, m, n
from theorems.statement import (
    Claim,
    Form,
    Kind,
    Limit,
    Monotone,
    Relation,
    Statement,
    UniqueRoot,
    WellShaped,
    eq,
    ge,
    gt,
    journal,
    le,
    lt,
)
from verify.formulas.symbolic import decide_identity, decide_symbolic
from verify.verdict import OutOfScope, Proved, Refuted, Undecided, admitted

x = sp.Symbol("x", real=True, positive=True)
a = sp.Symbol("a", real=True, positive=True)
r = sp.Symbol("r", real=True)
q = sp.Symbol("q", real=True, positive=True)


def statement(kind: Kind, then: Claim | None, *given: Relation, **key: object) -> Statement:
    return Statement(label="u.claim", source=(journal("1"),), kind=kind, then=then, given=given, **key)  # type: ignore[arg-type]


def verdict(kind: Kind, then: Claim, *given: Relation) -> object:
    return decide_symbolic(statement(kind, then, *given))


@pytest.mark.parametrize(
    ("then", "answer"),
    [
        (Limit(a * x + a**2, x, sp.S.Zero, a**2), Proved),
        (Limit(a * x + a**2, x, sp.S.Zero, a), Refuted),
        (Limit((1 + x) / x, x, sp.oo, sp.S.One, "-"), Proved),
        (Limit((1 + x) / x, x, sp.S.Zero, sp.oo), Proved),
        (Limit((1 + x) / x, x, sp.S.Zero, sp.S.One), Refuted),
        (Limit((1 - sp.exp(-(x**c))) / x**c, x, sp.S.Zero, sp.S.One), Proved),
        (Limit((1 - sp.exp(-(x**c))), x, sp.S.Zero, sp.S.One), Refuted),
        (Limit(x ** (1 - c), x, sp.S.Zero, sp.S.Zero), Proved),
        (Limit(x ** (1 - d), x, sp.S.Zero, sp.oo), Proved),
        (Limit(x ** (d - 2), x, sp.S.Zero, sp.S.Zero), Undecided),
        (Limit(sp.sqrt(x**2 + x) / x, x, sp.oo, sp.S.One, "-"), Proved),
        (Limit(sp.exp(x) / x**5, x, sp.oo, sp.oo, "-"), Proved),
    ],
    ids=str,
)
def test_limits(then: Limit, answer: type) -> None:
    assert type(verdict(Kind.LIMIT, then, lt(c, 1), gt(d, 1))) is answer


def test_a_refuted_limit_names_the_true_one_and_numbers() -> None:
    found = verdict(Kind.LIMIT, Limit(a * x + a**2, x, sp.S.Zero, a))
    assert isinstance(found, Refuted)
    assert "a" in found.certificate.get("bindings", found.certificate.get("point"))
    assert "the limit is" in found.evidence


@pytest.mark.parametrize(
    ("then", "given", "answer"),
    [
        (Monotone(x**2, x, "increasing"), (), Proved),
        (Monotone(x**2, x, "decreasing"), (), Refuted),
        (Monotone(r**2, r, "increasing"), (), Refuted),
        (Monotone(r**2, r, "increasing"), (gt(r, 0),), Proved),
        (Monotone((1 - a * x) ** 2, x, "decreasing"), (lt(a * x, 1),), Proved),
        (Monotone((1 - a * x) ** 2, x, "decreasing"), (lt(a * x, 2),), Refuted),
        (Monotone(x - x, x, "increasing"), (), Refuted),
        # at the closed end the function is constant: strictness fails there alone
        (Monotone(x ** (1 - 2 * q), x, "increasing"), (le(q, sp.Rational(1, 2)),), Refuted),
        (Monotone(x ** (1 - 2 * q), x, "increasing"), (lt(q, sp.Rational(1, 2)),), Proved),
        (Monotone(q**x, x, "decreasing"), (gt(q, 0), lt(q, 1)), Proved),
        (Monotone(SigmaMax(W1) * x, x, "increasing"), (), Refuted),
    ],
    ids=str,
)
def test_monotonicity(then: Monotone, given: tuple[Relation, ...], answer: type) -> None:
    assert type(verdict(Kind.MONOTONICITY, then, *given)) is answer


@pytest.mark.parametrize(
    ("then", "answer"),
    [
        (UniqueRoot(x**3 + a * x - 1, x), Proved),
        (UniqueRoot(x * sp.exp(sp.sqrt(x)) - a, x), Proved),
        (UniqueRoot(x**2 + 1, x), Undecided),
        (UniqueRoot(x**2 - 3 * x + 2, x), Undecided),
        (UniqueRoot(x - 1, x, sp.S.Zero, sp.Integer(2), unique=False), Proved),
    ],
    ids=str,
)
def test_roots(then: UniqueRoot, answer: type) -> None:
    assert type(verdict(Kind.EXISTENCE, then)) is answer


def test_shapes() -> None:
    assert isinstance(verdict(Kind.SHAPE, WellShaped(W1 * W2.T)), Proved)
    found = verdict(Kind.SHAPE, WellShaped(X * W1 * W2))
    assert isinstance(found, Refuted)
    assert (found.certificate["dims"]["h"], found.certificate["dims"]["m"]) == (1, 2)


S = sp.MatrixSymbol("S", n, n)


@pytest.mark.parametrize(
    ("then", "proved"),
    [
        (eq(Fro(U + V) ** 2, Fro(U) ** 2 + 2 * Inner(U, V) + Fro(V) ** 2), True),
        (eq(Fro(U + V) ** 2, Fro(U) ** 2 + Fro(V) ** 2), False),
        (eq((U + V).T * U, U.T * U + V.T * U), True),
        (eq(U.T * V, V.T * U), False),
        (eq(Inner(U, V * W2 * W2.T), Inner(U * W2, V * W2)), True),
        (eq(Fro(Stack(U * W2, V * W2)) ** 2, Fro(U * W2) ** 2 + Fro(V * W2) ** 2), True),
        (eq(Inner(U, Hess(W, V)), Inner(Hess(W, U), V)), True),
        (eq(Inner(U, Hess(W, 2 * V - U)), 2 * Inner(V, Hess(W, U)) - Inner(U, Hess(W, U))), True),
        (eq(Inner(U, Hess(W, V)), Inner(U, Hess(V, V))), False),
        (eq(Inner(S, Hess(S, S.T)), Inner(S, Hess(S, S))), False),
        (eq(Inner(Grad(W), U), Inner(Grad(V), U)), False),
        (eq(Inner(sp.Identity(n), sp.Identity(n)), Inner(sp.Identity(m), sp.Identity(m))), False),
        (eq(Fro(S) ** 2, Inner(S, S.T)), False),
        (eq((a + 1) ** 2 / a, a + 2 + 1 / a), True),
        (eq(sp.sqrt(a) * sp.sqrt(x), sp.sqrt(a * x)), True),
        (eq(SigmaMax(U), SigmaMax(V)), False),
        (eq(sp.Max(r, 0), r), False),
        (eq(L * eta, eta * L), True),
        (eq(U + W1, U), False),
    ],
    ids=str,
)
def test_identities(then: Relation, proved: bool) -> None:
    assert isinstance(decide_identity(statement(Kind.IDENTITY, then)), Proved if proved else Undecided)


def test_an_inequality_is_not_an_identity() -> None:
    assert isinstance(decide_identity(statement(Kind.IDENTITY, ge(a, a))), Undecided)


def test_out_of_scope_stays_out_of_scope() -> None:
    left = statement(Kind.LIMIT, None, out_of_scope="names no quantity")
    assert isinstance(decide_symbolic(left), OutOfScope)


DECIDED = [s for s in CATALOG if s.kind in (Kind.LIMIT, Kind.MONOTONICITY, Kind.SHAPE) and s.then is not None]


@pytest.mark.parametrize("claim", DECIDED, ids=lambda s: s.id)
def test_the_catalog_is_decided_and_no_repair_is_refuted(claim: Statement) -> None:
    found = admitted(claim.kind, decide_symbolic(claim))
    assert isinstance(found, Proved | Refuted)
    assert claim.form is Form.PRINTED or isinstance(found, Proved)
