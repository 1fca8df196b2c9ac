"""The kernel refuses what it should: bad lines of forty kinds, forged objects, and mutations of true proofs."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp

from properties.evaluate import Evaluator
from properties.fields import Float64
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import notation as N
from theorems.norm_lemmas import A, B, B_right, p, q
from theorems.norms import Fro, Grad, Inner, Lambda, Loss, MinRoot, Sigma, SigmaMax, Trace
from theorems.notation import W1, W2, K, L, U, V, W_star, eta, h, m, mu, n
from theorems.proofs import PROOFS
from theorems.proofs.derivation import Line, Proof, line
from theorems.statement import AllOf, Assumption, Kind, Relation, Statement, UniqueRoot, eq, ge, gt, journal, le, lt
from verify.kernel import Refusal, _check, check, check_all, proved

_x, _y = sp.symbols("x y", real=True)
_pos = sp.Symbol("s", positive=True, real=True)
SMOOTH, CONVEX, ZERO = Assumption("smooth", K), Assumption("strongly-convex", mu), Assumption("zero-minimum")
_smooth = line("smooth", SMOOTH, "hypothesis")
_square = sp.MatrixSymbol("S", n, n)
_cs = line("cs", le(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B})
_u = sp.MatrixSymbol("u", n, 1)
_w, _e = sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("e", n, 1)
_eigen = {"S": _square * _square.T, "k": 1, "u": _u}


def _proof(then: Any, *lines: Any, given: tuple[Any, ...] = (), kind: Kind = Kind.INEQUALITY, **key: Any) -> Proof:
    statement = Statement(label="test.claim", source=(journal("0"),), kind=kind, given=given, then=then, **key)
    return Proof(statement, tuple(lines))


def _one(
    claim: Any, rule: str, *cites: str, given: tuple[Any, ...] = (), before: tuple[Line, ...] = (), **key: Any
) -> Proof:
    return _proof(claim, *before, line("claim", claim, rule, *cites, **key), given=given)


def test_every_proof_of_the_project_is_accepted() -> None:
    assert len(check_all()) == len(PROOFS) > 100


def test_proved_returns_the_proof_or_none() -> None:
    assert proved("j33.cauchy-schwarz") is PROOFS["j33.cauchy-schwarz"]
    assert proved("j36.norm-of-sum") is None


_v, _r1, _r2 = (sp.Symbol(name, real=True, positive=True) for name in ("v", "r1", "r2"))


def _root_claim(
    expression: sp.Expr = _v**2 - 2, below: Any = 0, above: Any = 2, x: sp.Symbol = _r1, drop: str = ""
) -> Proof:
    """A proof that v^2 = 2 has one positive root, spoilt in one place."""
    f = lambda value: expression.xreplace({_v: sp.sympify(value)})  # noqa: E731
    lines = (
        line("start", lt(f(below), 0), "algebra"),
        line("end", lt(0, f(above)), "algebra"),
        line("case", lt(x, _r2), "assume"),
        line("increases", lt(f(x), f(_r2)), "arithmetic", weights=[(x + _r2, "case")]),
    )
    claim = UniqueRoot(expression, _v)
    cites = [name for name in ("start", "end", "increases", "case") if name != drop]
    at = {"below": sp.sympify(below), "above": sp.sympify(above), "x": x, "y": _r2}
    return _proof(claim, *lines, line("claim", claim, "root", *cites, at=at), kind=Kind.EXISTENCE)


def test_a_root_is_found() -> None:
    assert check(_root_claim()).proof == "test.claim"


_first = sp.Symbol("first", real=True, positive=True)


def _before(
    f: sp.Expr = _v - 1, near: sp.Expr = _r1 - 1, given: tuple[Any, ...] = (le(_v, _first),), cite: bool = True
) -> Proof:
    """A proof that v <= 1 before the smallest positive root of v - 1, spoilt in one place."""
    case = line("case", lt(near, 0), "assume")
    at = {"x": _r1, "near": near}
    cites = ("case",) if cite else ()
    claim = le(f, 0)
    where = {_first: MinRoot(f, _v)}
    return _proof(claim, case, line("claim", claim, "before-root", *cites, at=at), given=given, where=where)


def test_a_function_keeps_its_sign_before_its_root() -> None:
    assert check(_before()).proof == "test.claim"
    assert check(_before(given=(le(_v, sp.Min(_first, 7)),))).proof == "test.claim"


class _Forged(Fro):
    """A norm that calls itself zero."""


BAD: dict[str, Proof] = {
    "unknown rule": _one(le(0, Fro(A)), "obvious"),
    "unknown form of an axiom": _one(le(0, Fro(A)), "frobenius.reverse"),
    "no line gives the claim": _proof(le(Fro(A), Fro(B)), _cs),
    "no lines at all": _proof(le(0, Fro(A))),
    "claim of another axiom instance": _one(le(Inner(A, B), Fro(A)), "frobenius.cauchy-schwarz", at={"A": A, "B": B}),
    "strict where the axiom is not": _one(
        lt(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B}
    ),
    "reversed relation": _one(ge(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B}),
    "dropped hypothesis": _one(
        le(Loss(V), Loss(U) + Inner(Grad(U), V - U) + K / 2 * Fro(V - U) ** 2),
        "smooth.quadratic",
        at={"A": U, "B": V, "constant": K},
    ),
    "hypothesis not of the statement": _one(le(_x, _y), "hypothesis"),
    "assumption not of the statement": _one(CONVEX, "hypothesis", given=(SMOOTH,)),
    "wrong constant in the assumption": _one(
        le(Loss(V), Loss(U) + Inner(Grad(U), V - U) + mu / 2 * Fro(V - U) ** 2),
        "smooth.quadratic",
        "smooth",
        given=(SMOOTH,),
        before=(_smooth,),
        at={"A": U, "B": V, "constant": mu},
    ),
    "cites a later line": _proof(
        le(_x, 2),
        line("claim", le(_x, 2), "arithmetic", weights=[(1, "later")]),
        line("later", le(_x, 1), "hypothesis"),
        given=(le(_x, 1),),
    ),
    "cites itself": _one(le(_x, 2), "arithmetic", weights=[(1, "claim")]),
    "two lines of one name": _proof(_cs.claim, _cs, _cs),
    "ill-shaped product": _one(le(0, Fro(A * A)), "algebra"),
    "ill-shaped sum": _one(le(0, Fro(A + B_right)), "algebra"),
    "ill-shaped inner product": _one(le(Inner(A, B.T), Fro(A) * Fro(B)), "algebra"),
    "trace of a rectangle": _one(eq(Trace(A), Trace(A)), "algebra"),
    "two domains of one loss": _proof(
        le(0, Loss(A)),
        line("zero", ZERO, "hypothesis"),
        line("claim", le(0, Loss(A)), "minimum.nonnegative", "zero", at={"A": A}),
        line("other", le(0, Loss(U)), "minimum.nonnegative", "zero", at={"A": U}),
        given=(ZERO,),
    ),
    "shapes of an instance disagree": _one(
        le(Fro(A * B_right), SigmaMax(A) * Fro(B_right)), "product.upper", at={"A": A, "C": A}
    ),
    "scalar for a matrix": _one(le(0, Fro(A)), "frobenius.cauchy-schwarz", at={"A": _x, "B": A}),
    "unknown letter": _one(_cs.claim, "frobenius.cauchy-schwarz", at={"A": A, "B": B, "Q": A}),
    "text in place of a term": _one(_cs.claim, "frobenius.cauchy-schwarz", at={"A": A, "B": "B"}),
    "fractional index": _one(
        eq(Lambda(_square * _square.T, sp.Rational(1, 2)), Sigma(_square, sp.Rational(1, 2)) ** 2),
        "singular-values.gram",
        at={"A": _square, "k": sp.Rational(1, 2)},
    ),
    "premise about the index dropped": _one(
        le(Sigma(A, p), Sigma(A, q)), "singular-values.decreasing", at={"A": A, "k": p, "j": q}
    ),
    "not symmetric": _one(
        le(Inner(_u, _square * _u), Lambda(_square, 1) * Fro(_u) ** 2),
        "eigenvalues.rayleigh",
        at={"S": _square, "X": _u},
    ),
    "negative multiplier": _one(
        le(_x, 0), "arithmetic", given=(le(1, _x),), before=(line("h", le(1, _x), "hypothesis"),), weights=[(-1, "h")]
    ),
    "multiplier of unknown sign": _one(
        le(_x * _y, _y),
        "arithmetic",
        given=(le(_x, 1),),
        before=(line("h", le(_x, 1), "hypothesis"),),
        weights=[(_y, "h")],
    ),
    "wrong multiplier": _one(
        le(2 * Fro(A) * Fro(B), Fro(A) ** 2 + Fro(B) ** 2), "arithmetic", weights=[(2, Fro(A) - Fro(B))]
    ),
    "rest of unknown sign": _one(le(_x, _x + _y), "arithmetic"),
    "strict from nothing strict": _one(
        lt(_x, 2), "arithmetic", given=(le(_x, 2),), before=(line("h", le(_x, 2), "hypothesis"),), weights=[(1, "h")]
    ),
    "equation from an inequality": _one(
        eq(_x, 1), "arithmetic", given=(le(_x, 1),), before=(line("h", le(_x, 1), "hypothesis"),), weights=[(1, "h")]
    ),
    "negative square": _one(le(_x**2, 0), "arithmetic", weights=[(-1, _x)]),
    "root of unknown sign": _one(le(0, sp.sqrt(_x) ** 3), "algebra"),
    "a root squared proves its radicand nonnegative": _one(le(0, _x), "arithmetic", weights=[(1, sp.sqrt(_x))]),
    "root of a negative loss": _one(le(0, sp.sqrt(Loss(U))), "algebra"),
    "quotient by something that may vanish": _one(eq(_x / _y, _x / _y), "algebra"),
    "absolute value dropped": _one(eq(sp.sqrt(_x**2), _x), "algebra"),
    "symbol declared nonnegative that is not": _one(le(0, L), "algebra"),
    "roots of unknown order": _one(
        le(_x, _y),
        "order.roots",
        "h",
        given=(le(_x**2, _y**2),),
        before=(line("h", le(_x**2, _y**2), "hypothesis"),),
        at={"x": _x, "y": _y},
    ),
    "cancelled by something that may be zero": _one(le(1, 0), "order.cancel", at={"x": 1, "y": 0, "z": 0}),
    "open assumption at the end": _one(le(_x, 1), "assume"),
    "assumption used as known": _proof(
        le(0, sp.sqrt(_x)),
        line("case", le(0, _x), "assume", known=True),
        line("claim", le(0, sp.sqrt(_x)), "algebra"),
    ),
    "cases that leave a gap": _proof(
        le(_x, 3),
        line("one", le(_x, 0), "assume"),
        line("other", le(1, _x), "assume"),
        line("h", le(_x, 3), "hypothesis"),
        line("claim", le(_x, 3), "cases", "h", "one", "h", "other"),
        given=(le(_x, 3),),
    ),
    "a case that does not give the claim": _proof(
        le(_x, 0),
        line("one", le(_x, 0), "assume"),
        line("other", le(0, _x), "assume"),
        line("claim", le(_x, 0), "cases", "one", "one", "other", "other"),
    ),
    "a dimension above one": _one(lt(1, n), "algebra"),
    "a dimension above another": _one(le(n, h), "algebra"),
    "two letters chosen from each other": _proof(
        le(1, 0),
        line("onto", lt(0, Sigma(sp.Identity(n), n)), "hypothesis"),
        line("a", eq(sp.Identity(n) * _u, _w), "surjective.exists", "onto", at={"T": sp.Identity(n), "b": _w, "u": _u}),
        line(
            "b",
            eq(sp.Identity(n) * _w, _u + _e),
            "surjective.exists",
            "onto",
            at={"T": sp.Identity(n), "b": _u + _e, "u": _w},
        ),
        given=(lt(0, Sigma(sp.Identity(n), n)),),
    ),
    "both cases strict": _proof(
        le(_x * 0, 0),
        line("one", lt(_x, 0), "assume"),
        line("other", lt(0, _x), "assume"),
        line("bad", lt(0, _x**2), "assume"),
        line("claim", lt(0, _x**2), "cases", "bad", "one", "bad", "other"),
    ),
    "a case that is no assumption": _proof(
        le(_x, 1),
        line("h", le(_x, 1), "hypothesis"),
        line("claim", le(_x, 1), "cases", "h", "h", "h", "h"),
        given=(le(_x, 1),),
    ),
    "chosen letter that is not new": _one(
        eq(Fro(W_star.T * _u) ** 2, Fro(W_star.T * _u) ** 2),
        "eigenvector.exists",
        at={"S": _square * _square.T, "k": 1, "u": sp.MatrixSymbol("W_star", n, 1)},
    ),
    "one chosen letter for two matrices": _proof(
        le(1, 1),
        line("a", eq(Fro(_u), 1), "eigenvector.exists", at=_eigen),
        line("b", eq(Fro(_u), 1), "eigenvector.exists", at={**_eigen, "S": _square.T * _square}),
        line("claim", le(1, 1), "algebra"),
    ),
    "claim about a chosen letter": _proof(
        eq(Fro(_u), 1), line("claim", eq(Fro(_u), 1), "eigenvector.exists", at=_eigen), given=(le(0, Fro(_square)),)
    ),
    "eigenvalue beyond the size": _proof(
        le(1, 1), line("claim", eq(Fro(_u), 1), "eigenvector.exists", at={**_eigen, "k": n + 1})
    ),
    "cites a refuted statement": _one(
        le(Fro(A) ** 2 + Fro(B) ** 2, 2 * Fro(A + B) ** 2), "lemma", labels=("j36.norm-of-sum",)
    ),
    "cites what does not exist": _one(le(0, Fro(A)), "lemma", labels=("j999.nothing",)),
    "lemma at a shape it does not have": _one(
        le(2 * Fro(A * B_right), Fro(A) ** 2 + Fro(B_right) ** 2),
        "lemma",
        labels=("j34.product",),
        at={"A": A, "B_right": A},
    ),
    "lemma without its hypotheses": _one(
        le(Fro(Grad(U)) ** 2, 2 * K * Loss(U)), "lemma", labels=("aux.gradient-bound",)
    ),
    "lemma outside its domain": _one(
        le((-1 + sp.sqrt(1 + 4 * 0)) / 2, 0), "lemma", labels=("aux.root-growth",), at={"p_": -1, "b_": 0, "gap": 0}
    ),
    "lemma for another claim": _one(le(Fro(A), Fro(B)), "lemma", labels=("j33.cauchy-schwarz",)),
    "run statement cited for one step": _one(
        PROOFS["j104.linear@exp-eta-c/sharp"].statement.then, "lemma", labels=("j104.linear@exp-eta-c/sharp",)
    ),
    "induction in a claim about one step": _one(
        le(L, L), "induction", at={"invariant": AllOf(le(L, L))}, labels=("aux.run-start", "aux.run-step")
    ),
    "substitution without an equation": _one(
        le(_x, 1),
        "substitute",
        "h",
        "h",
        given=(le(_x, 1),),
        before=(line("h", le(_x, 1), "hypothesis"),),
        at={"hole": sp.Symbol("hole", real=True), "pattern": le(sp.Symbol("hole", real=True), 1)},
    ),
    "definition of something undefined": _one(eq(K, 1), "definition"),
    "definition of another value": _one(eq(N.mu_t, mu), "definition"),
    "matrices compared by size": _one(le(A, B), "algebra"),
    "unknown matrix function": _one(eq(sp.Inverse(_square), sp.Inverse(_square)), "algebra"),
    "an integer defined as a fraction": _proof(
        le(0, N.t), line("claim", le(0, N.t), "algebra"), where={N.t: sp.Rational(1, 2)}
    ),
    "a statement about a forged norm": _proof(le(0, _Forged(A)), line("claim", le(0, Fro(A)), "algebra")),
    "a run that defines its own weights": replace(
        PROOFS["j104.linear@exp-eta-c/sharp"],
        statement=replace(
            PROOFS["j104.linear@exp-eta-c/sharp"].statement,
            where={**PROOFS["j104.linear@exp-eta-c/sharp"].statement.where, eta: sp.Integer(1)},
        ),
    ),
    "infinity": _one(le(_x, sp.oo), "algebra"),
    "a float": _one(le(sp.Float("0.1"), 1), "algebra"),
    "root without a sign change": _root_claim(below=sp.S.Zero, above=sp.Rational(1, 2)),
    "root without monotonicity": _root_claim(drop="increases"),
    "root of a function that may jump": _root_claim(expression=sp.Max(_v, 1) - 2),
    "root with letters of the statement": _root_claim(x=_v),
    "before the root of a function that starts positive": _before(f=1 - _v),
    "before a root without a hypothesis": _before(given=()),
    "before a root from the wrong side": _before(given=(ge(_v, _first),)),
    "before a root, near is not negative at 0": _before(f=_v, near=_r1),
    "before a root, the sign near 0 not shown": _before(cite=False),
    "before a root of a function that may jump": _before(
        f=sp.Max(_v, sp.Rational(1, 2)) - 1, near=sp.Max(_r1, sp.Rational(1, 2)) - 1
    ),
    "a root is positive without its sign near 0": _proof(
        gt(_first, 0),
        line("case", lt(1 - _r1, 0), "assume"),
        line("claim", gt(_first, 0), "positive-root", "case", at={"x": _r1, "near_first": 1 - _r1}),
        where={_first: MinRoot(1 - _v, _v)},
    ),
    "inequality of unlike": Proof(PROOFS["j34.product"].statement, PROOFS["j33.cauchy-schwarz"].lines),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_line_is_refused(kind: str) -> None:
    with pytest.raises(Refusal):
        check(BAD[kind])


def test_there_are_at_least_thirty_kinds() -> None:
    assert len(BAD) >= 30


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
    forged_term = _one(le(_Forged(A), Fro(A)), "algebra")
    with pytest.raises(Refusal, match="not a term of the catalog"):
        check(forged_term)

    class Believer(Relation):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = Relation.__hash__

    with pytest.raises(Refusal, match="not a line"):
        check(_proof(le(Fro(A), 0), Line("claim", Believer(Fro(A), "<=", sp.S.Zero), "algebra")))
    with pytest.raises(Refusal, match="not a proof"):
        check(object.__new__(Proof.__base__))  # type: ignore[arg-type]
    bare = object.__new__(Proof)
    object.__setattr__(bare, "statement", statement)
    object.__setattr__(bare, "lines", (_cs,))
    object.__setattr__(bare, "folded", frozenset())
    assert check(bare).proof == statement.id  # data are data: what is checked is the lines
    odd = sp.Symbol("odd", zero=True)
    with pytest.raises(Refusal, match="declarations"):
        check(_one(le(odd, 0), "algebra"))


@cache
def _checked() -> dict[str, Proof]:
    """The project's proofs, checked once."""
    done: dict[str, Proof] = {}
    for proof in PROOFS.values():
        _check(proof, PROOFS, done, ())
    return done


def _again(proof: Proof) -> None:
    """Check a mutated proof whose dependencies are the project's."""
    _check(proof, PROOFS, dict(_checked()), ())


# Mutations --------------------------------------------------------------------------------------------------------
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


def test_a_statement_with_the_same_id_but_another_claim_is_not_what_is_proved() -> None:
    proof = PROOFS["j34.product"]
    with pytest.raises(Refusal):
        check(
            Proof(replace(proof.statement, then=le(3 * Fro(A * B_right), Fro(A) ** 2 + Fro(B_right) ** 2)), proof.lines)
        )
