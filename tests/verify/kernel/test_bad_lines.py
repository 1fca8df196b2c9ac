"""The kernel refuses bad lines: one side condition of one rule is broken in each."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
from made_proofs import made, one

from theorems import notation as N
from theorems.norm_lemmas import A, B, B_right, p, q
from theorems.norms import Fro, Grad, Inner, Lambda, Loss, Sigma, SigmaMax, Trace
from theorems.notation import K, L, U, V, W_star, eta, h, mu, n
from theorems.proofs import PROOFS
from theorems.proofs.derivation import Proof, line
from theorems.statement import AllOf, Assumption, eq, ge, le, lt
from verify.kernel import Refusal, check

_x, _y = sp.symbols("x y", real=True)
SMOOTH, CONVEX, ZERO = Assumption("smooth", K), Assumption("strongly-convex", mu), Assumption("zero-minimum")
_smooth = line("smooth", SMOOTH, "hypothesis")
_square = sp.MatrixSymbol("S", n, n)
_cs = line("cs", le(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B})
_u = sp.MatrixSymbol("u", n, 1)
_w, _e = sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("e", n, 1)
_eigen = {"S": _square * _square.T, "k": 1, "u": _u}


class _Forged(Fro):
    """A norm that calls itself zero."""


BAD: dict[str, Proof] = {
    "unknown rule": one(le(0, Fro(A)), "obvious"),
    "unknown form of an axiom": one(le(0, Fro(A)), "frobenius.reverse"),
    "no line gives the claim": made(le(Fro(A), Fro(B)), _cs),
    "no lines at all": made(le(0, Fro(A))),
    "claim of another axiom instance": one(le(Inner(A, B), Fro(A)), "frobenius.cauchy-schwarz", at={"A": A, "B": B}),
    "strict where the axiom is not": one(
        lt(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B}
    ),
    "reversed relation": one(ge(Inner(A, B), Fro(A) * Fro(B)), "frobenius.cauchy-schwarz", at={"A": A, "B": B}),
    "dropped hypothesis": one(
        le(Loss(V), Loss(U) + Inner(Grad(U), V - U) + K / 2 * Fro(V - U) ** 2),
        "smooth.quadratic",
        at={"A": U, "B": V, "constant": K},
    ),
    "hypothesis not of the statement": one(le(_x, _y), "hypothesis"),
    "assumption not of the statement": one(CONVEX, "hypothesis", given=(SMOOTH,)),
    "wrong constant in the assumption": one(
        le(Loss(V), Loss(U) + Inner(Grad(U), V - U) + mu / 2 * Fro(V - U) ** 2),
        "smooth.quadratic",
        "smooth",
        given=(SMOOTH,),
        before=(_smooth,),
        at={"A": U, "B": V, "constant": mu},
    ),
    "cites a later line": made(
        le(_x, 2),
        line("claim", le(_x, 2), "arithmetic", weights=[(1, "later")]),
        line("later", le(_x, 1), "hypothesis"),
        given=(le(_x, 1),),
    ),
    "cites itself": one(le(_x, 2), "arithmetic", weights=[(1, "claim")]),
    "two lines of one name": made(_cs.claim, _cs, _cs),
    "ill-shaped product": one(le(0, Fro(A * A)), "algebra"),
    "ill-shaped sum": one(le(0, Fro(A + B_right)), "algebra"),
    "ill-shaped inner product": one(le(Inner(A, B.T), Fro(A) * Fro(B)), "algebra"),
    "trace of a rectangle": one(eq(Trace(A), Trace(A)), "algebra"),
    "two domains of one loss": made(
        le(0, Loss(A)),
        line("zero", ZERO, "hypothesis"),
        line("claim", le(0, Loss(A)), "minimum.nonnegative", "zero", at={"A": A}),
        line("other", le(0, Loss(U)), "minimum.nonnegative", "zero", at={"A": U}),
        given=(ZERO,),
    ),
    "shapes of an instance disagree": one(
        le(Fro(A * B_right), SigmaMax(A) * Fro(B_right)), "product.upper", at={"A": A, "C": A}
    ),
    "scalar for a matrix": one(le(0, Fro(A)), "frobenius.cauchy-schwarz", at={"A": _x, "B": A}),
    "unknown letter": one(_cs.claim, "frobenius.cauchy-schwarz", at={"A": A, "B": B, "Q": A}),
    "text in place of a term": one(_cs.claim, "frobenius.cauchy-schwarz", at={"A": A, "B": "B"}),
    "fractional index": one(
        eq(Lambda(_square * _square.T, sp.Rational(1, 2)), Sigma(_square, sp.Rational(1, 2)) ** 2),
        "singular-values.gram",
        at={"A": _square, "k": sp.Rational(1, 2)},
    ),
    "premise about the index dropped": one(
        le(Sigma(A, p), Sigma(A, q)), "singular-values.decreasing", at={"A": A, "k": p, "j": q}
    ),
    "not symmetric": one(
        le(Inner(_u, _square * _u), Lambda(_square, 1) * Fro(_u) ** 2),
        "eigenvalues.rayleigh",
        at={"S": _square, "X": _u},
    ),
    "negative multiplier": one(
        le(_x, 0), "arithmetic", given=(le(1, _x),), before=(line("h", le(1, _x), "hypothesis"),), weights=[(-1, "h")]
    ),
    "multiplier of unknown sign": one(
        le(_x * _y, _y),
        "arithmetic",
        given=(le(_x, 1),),
        before=(line("h", le(_x, 1), "hypothesis"),),
        weights=[(_y, "h")],
    ),
    "wrong multiplier": one(
        le(2 * Fro(A) * Fro(B), Fro(A) ** 2 + Fro(B) ** 2), "arithmetic", weights=[(2, Fro(A) - Fro(B))]
    ),
    "rest of unknown sign": one(le(_x, _x + _y), "arithmetic"),
    "strict from nothing strict": one(
        lt(_x, 2), "arithmetic", given=(le(_x, 2),), before=(line("h", le(_x, 2), "hypothesis"),), weights=[(1, "h")]
    ),
    "equation from an inequality": one(
        eq(_x, 1), "arithmetic", given=(le(_x, 1),), before=(line("h", le(_x, 1), "hypothesis"),), weights=[(1, "h")]
    ),
    "negative square": one(le(_x**2, 0), "arithmetic", weights=[(-1, _x)]),
    "root of unknown sign": one(le(0, sp.sqrt(_x) ** 3), "algebra"),
    "a root squared proves its radicand nonnegative": one(le(0, _x), "arithmetic", weights=[(1, sp.sqrt(_x))]),
    "root of a negative loss": one(le(0, sp.sqrt(Loss(U))), "algebra"),
    "quotient by something that may vanish": one(eq(_x / _y, _x / _y), "algebra"),
    "absolute value dropped": one(eq(sp.sqrt(_x**2), _x), "algebra"),
    "symbol declared nonnegative that is not": one(le(0, L), "algebra"),
    "roots of unknown order": one(
        le(_x, _y),
        "order.roots",
        "h",
        given=(le(_x**2, _y**2),),
        before=(line("h", le(_x**2, _y**2), "hypothesis"),),
        at={"x": _x, "y": _y},
    ),
    "cancelled by something that may be zero": one(le(1, 0), "order.cancel", at={"x": 1, "y": 0, "z": 0}),
    "open assumption at the end": one(le(_x, 1), "assume"),
    "assumption used as known": made(
        le(0, sp.sqrt(_x)),
        line("case", le(0, _x), "assume", known=True),
        line("claim", le(0, sp.sqrt(_x)), "algebra"),
    ),
    "cases that leave a gap": made(
        le(_x, 3),
        line("one", le(_x, 0), "assume"),
        line("other", le(1, _x), "assume"),
        line("h", le(_x, 3), "hypothesis"),
        line("claim", le(_x, 3), "cases", "h", "one", "h", "other"),
        given=(le(_x, 3),),
    ),
    "a case that does not give the claim": made(
        le(_x, 0),
        line("one", le(_x, 0), "assume"),
        line("other", le(0, _x), "assume"),
        line("claim", le(_x, 0), "cases", "one", "one", "other", "other"),
    ),
    "a dimension above one": one(lt(1, n), "algebra"),
    "a dimension above another": one(le(n, h), "algebra"),
    "two letters chosen from each other": made(
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
    "both cases strict": made(
        le(_x * 0, 0),
        line("one", lt(_x, 0), "assume"),
        line("other", lt(0, _x), "assume"),
        line("bad", lt(0, _x**2), "assume"),
        line("claim", lt(0, _x**2), "cases", "bad", "one", "bad", "other"),
    ),
    "a case that is no assumption": made(
        le(_x, 1),
        line("h", le(_x, 1), "hypothesis"),
        line("claim", le(_x, 1), "cases", "h", "h", "h", "h"),
        given=(le(_x, 1),),
    ),
    "chosen letter that is not new": one(
        eq(Fro(W_star.T * _u) ** 2, Fro(W_star.T * _u) ** 2),
        "eigenvector.exists",
        at={"S": _square * _square.T, "k": 1, "u": sp.MatrixSymbol("W_star", n, 1)},
    ),
    "one chosen letter for two matrices": made(
        le(1, 1),
        line("a", eq(Fro(_u), 1), "eigenvector.exists", at=_eigen),
        line("b", eq(Fro(_u), 1), "eigenvector.exists", at={**_eigen, "S": _square.T * _square}),
        line("claim", le(1, 1), "algebra"),
    ),
    "claim about a chosen letter": made(
        eq(Fro(_u), 1), line("claim", eq(Fro(_u), 1), "eigenvector.exists", at=_eigen), given=(le(0, Fro(_square)),)
    ),
    "eigenvalue beyond the size": made(
        le(1, 1), line("claim", eq(Fro(_u), 1), "eigenvector.exists", at={**_eigen, "k": n + 1})
    ),
    "cites a refuted statement": one(
        le(Fro(A) ** 2 + Fro(B) ** 2, 2 * Fro(A + B) ** 2), "lemma", labels=("j36.norm-of-sum",)
    ),
    "cites what does not exist": one(le(0, Fro(A)), "lemma", labels=("j999.nothing",)),
    "lemma at a shape it does not have": one(
        le(2 * Fro(A * B_right), Fro(A) ** 2 + Fro(B_right) ** 2),
        "lemma",
        labels=("j34.product",),
        at={"A": A, "B_right": A},
    ),
    "lemma without its hypotheses": one(
        le(Fro(Grad(U)) ** 2, 2 * K * Loss(U)), "lemma", labels=("aux.gradient-bound",)
    ),
    "lemma outside its domain": one(
        le((-1 + sp.sqrt(1 + 4 * 0)) / 2, 0), "lemma", labels=("aux.root-growth",), at={"p_": -1, "b_": 0, "gap": 0}
    ),
    "lemma for another claim": one(le(Fro(A), Fro(B)), "lemma", labels=("j33.cauchy-schwarz",)),
    "run statement cited for one step": one(
        PROOFS["j104.linear@exp-eta-c/sharp"].statement.then, "lemma", labels=("j104.linear@exp-eta-c/sharp",)
    ),
    "induction in a claim about one step": one(
        le(L, L), "induction", at={"invariant": AllOf(le(L, L))}, labels=("aux.run-start", "aux.run-step")
    ),
    "substitution without an equation": one(
        le(_x, 1),
        "substitute",
        "h",
        "h",
        given=(le(_x, 1),),
        before=(line("h", le(_x, 1), "hypothesis"),),
        at={"hole": sp.Symbol("hole", real=True), "pattern": le(sp.Symbol("hole", real=True), 1)},
    ),
    "definition of something undefined": one(eq(K, 1), "definition"),
    "definition of another value": one(eq(N.mu_t, mu), "definition"),
    "matrices compared by size": one(le(A, B), "algebra"),
    "unknown matrix function": one(eq(sp.Inverse(_square), sp.Inverse(_square)), "algebra"),
    "an integer defined as a fraction": made(
        le(0, N.t), line("claim", le(0, N.t), "algebra"), where={N.t: sp.Rational(1, 2)}
    ),
    "a statement about a forged norm": made(le(0, _Forged(A)), line("claim", le(0, Fro(A)), "algebra")),
    "a run that defines its own weights": replace(
        PROOFS["j104.linear@exp-eta-c/sharp"],
        statement=replace(
            PROOFS["j104.linear@exp-eta-c/sharp"].statement,
            where={**PROOFS["j104.linear@exp-eta-c/sharp"].statement.where, eta: sp.Integer(1)},
        ),
    ),
    "infinity": one(le(_x, sp.oo), "algebra"),
    "a float": one(le(sp.Float("0.1"), 1), "algebra"),
    "inequality of unlike": Proof(PROOFS["j34.product"].statement, PROOFS["j33.cauchy-schwarz"].lines),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_line_is_refused(kind: str) -> None:
    with pytest.raises(Refusal):
        check(BAD[kind])
