"""The checker accepts the project's proofs, and refuses libraries and objects that are not what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
from made_proofs import made, one

from theorems.norm_lemmas import A, B, B_right
from theorems.norms import Fro, Inner
from theorems.proofs import PROOFS
from theorems.proofs.derivation import Line, Proof, line
from theorems.statement import Relation, le
from verify.kernel import Refusal, check, check_all, proved

_cs = line("cs", le(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B})


class _Forged(Fro):
    """A norm that calls itself zero."""


def test_every_proof_of_the_project_is_accepted() -> None:
    assert len(check_all()) == len(PROOFS) > 100


def test_proved_returns_the_proof_or_none() -> None:
    assert proved("j33.cauchy-schwarz") is PROOFS["j33.cauchy-schwarz"]
    assert proved("j36.norm-of-sum") is None


def test_a_circular_citation_is_refused() -> None:
    one = replace(PROOFS["j33.cauchy-schwarz"].statement, label="one")
    two = replace(one, label="two")
    library = {
        "one": Proof(one, (line("claim", one.then, "lemma", labels=("two",)),)),
        "two": Proof(two, (line("claim", two.then, "lemma", labels=("one",)),)),
    }
    with pytest.raises(Refusal, match="circular: one -> two -> one"):
        check(library["one"], library)


def test_a_library_that_lies_about_its_labels_is_refused() -> None:
    claim = le(Fro(A), Fro(B))
    false = replace(PROOFS["j33.cauchy-schwarz"].statement, label="false", then=claim)
    with pytest.raises(Refusal, match="something else"):
        check(Proof(false, (line("claim", claim, "lemma", labels=("lie",)),)), {"lie": PROOFS["j33.cauchy-schwarz"]})


def test_an_unproved_dependency_is_refused() -> None:
    claim = le(Fro(A), Fro(B))
    false = replace(PROOFS["j33.cauchy-schwarz"].statement, label="false", then=claim)
    empty = Proof(false, ())
    with pytest.raises(Refusal, match="no line"):
        check(
            Proof(replace(false, label="more"), (line("claim", claim, "lemma", labels=("false",)),)), {"false": empty}
        )


def test_forged_objects_are_refused() -> None:
    statement = PROOFS["j33.cauchy-schwarz"].statement
    forged_term = one(le(_Forged(A), Fro(A)), "algebra")
    with pytest.raises(Refusal, match="not a term of the catalog"):
        check(forged_term)

    class Believer(Relation):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = Relation.__hash__

    with pytest.raises(Refusal, match="not a line"):
        check(made(le(Fro(A), 0), Line("claim", Believer(Fro(A), "<=", sp.S.Zero), "algebra")))
    with pytest.raises(Refusal, match="not a proof"):
        check(object.__new__(Proof.__base__))  # type: ignore[arg-type]
    bare = object.__new__(Proof)
    object.__setattr__(bare, "statement", statement)
    object.__setattr__(bare, "lines", (_cs,))
    object.__setattr__(bare, "folded", frozenset())
    assert check(bare).proof == statement.id  # data are data: what is checked is the lines
    odd = sp.Symbol("odd", zero=True)
    with pytest.raises(Refusal, match="declarations"):
        check(one(le(odd, 0), "algebra"))


def test_a_statement_with_the_same_id_but_another_claim_is_not_what_is_proved() -> None:
    proof = PROOFS["j34.product"]
    with pytest.raises(Refusal):
        check(
            Proof(replace(proof.statement, then=le(3 * Fro(A * B_right), Fro(A) ** 2 + Fro(B_right) ** 2)), proof.lines)
        )


def test_a_library_with_a_wrong_label_is_refused() -> None:
    with pytest.raises(Refusal, match=r"is of j34\.product"):
        check_all({"j36.norm-of-sum": PROOFS["j34.product"]})
