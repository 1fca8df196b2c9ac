"""False claims that a careless kernel would accept, each by one forgotten side condition; true twins stay accepted."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from made_proofs import by_algebra, by_lemma, hyp, made

from theorems.norms import Fro, Grad, HistorySum, Lambda, Loss, MinRoot, TauIntegral
from theorems.notation import (
    U,
    V,
    W_star,
    eta,
    eta_0,
    m,
    mu,
    n,
)
from theorems.proofs.derivation import Line, Proof, line
from theorems.statement import Assumption, eq, le, lt
from verify.kernel import Refusal, check

_x, _y, _hole, _tau = sp.symbols("x y hole_ tau", real=True)
_z = sp.Symbol("z0")
_v, _yp, _xp, _r1, _yy = sp.symbols("v yp xp r1 yy", real=True, positive=True)
_k = sp.Symbol("kk", integer=True, positive=True)
_t = sp.Symbol("t", integer=True, nonnegative=True)
_ZERO, _PL = Assumption("zero-minimum"), Assumption("pl", mu)
_SMOOTH = Assumption("smooth", _x)


_ill_shaped = Fro(2 * sp.Identity(n) - sp.Identity(m))
_dimension = sp.Symbol("hd", real=True)
_square = sp.MatrixSymbol("A", n + m, n + m)
_padding = eq(Lambda(_square, n + m + 1), 0)
_rooted = le(_v, MinRoot(_v**2 - _yp, _v))
_captured = le(_v, MinRoot(_v**2 - _v**3, _v))
_root_with_gap = _v - sp.Rational(3, 2) + sp.sqrt((_v - 1) * (_v - 2)) / 100
_gap_low, _gap_high = lt(_root_with_gap.xreplace({_v: sp.S.Zero}), 0), lt(0, _root_with_gap.xreplace({_v: sp.S(3)}))
_gap = le(0, (_v - 1) * (_v - 2))
_near = _root_with_gap.xreplace({_v: _r1})
_bounded = le(_v, MinRoot(_root_with_gap, _v))
_i = sp.Symbol("iv", integer=True, positive=True)

LEMMAS = {
    "positive": by_algebra(le(0, _xp), "positive"),
    "whole": by_algebra(le(1, _k), "whole"),
    "successor": by_algebra(lt(_x, _x + 1), "successor"),
    "attained": made(
        eq(Loss(W_star), 0),
        hyp("z", _ZERO),
        line("claim", eq(Loss(W_star), 0), "minimum.attained", "z"),
        given=(_ZERO,),
        label="attained",
    ),
    "padding": made(
        _padding, line("claim", _padding, "eigenvalues.padding", at={"S": _square, "k": n + m + 1}), label="padding"
    ),
    "root": made(
        le(_v**2 - _yp, 0),
        hyp("h", _rooted),
        line("case", lt(_r1**2 - _yp, 0), "assume"),
        line("claim", le(_v**2 - _yp, 0), "before-root", "case", at={"x": _r1, "near": _r1**2 - _yp}),
        given=(_rooted,),
        label="root",
    ),
    "smooth-defined": made(
        le(Fro(Grad(V) - Grad(U)), _y * Fro(V - U)),
        hyp("s", _SMOOTH),
        line(
            "l",
            le(Fro(Grad(V) - Grad(U)), _x * Fro(V - U)),
            "smooth.lipschitz",
            "s",
            at={"A": U, "B": V, "constant": _x},
        ),
        line("claim", le(Fro(Grad(V) - Grad(U)), _y * Fro(V - U)), "arithmetic", weights=[(1, "l")]),
        given=(_SMOOTH,),
        where={_x: _y},
        label="smooth-defined",
    ),
}


def _substituted(claim: Any, equation: Any, instance: Any, pattern: Any, hole: Any = _hole) -> Proof:
    return made(
        claim,
        hyp("a", equation),
        hyp("b", instance),
        line("claim", claim, "substitute", "a", "b", at={"hole": hole, "pattern": pattern}),
        given=(equation, instance),
    )


_Impostor = type(
    "_Impostor",
    (sp.Symbol,),
    {"__module__": "sympy.core.symbol", "__slots__": (), "is_nonnegative": True, "is_positive": True},
)
_impostor = _Impostor("mm", real=True)


class _Shifting(tuple[Any, ...]):
    """A tuple that shows other parts at the first look."""

    def __iter__(self) -> Any:
        looks = self.__dict__.setdefault("looks", [])
        looks.append(1)
        return iter(()) if len(looks) == 1 else tuple.__iter__(self)


class _Lying(dict[str, Any]):
    def values(self) -> Any:
        return ()


def _small(size: Any) -> Any:
    return sp.MatrixSymbol("A", size, 1)


_half = eq((_z**2) ** (_t / 2), _z**_t)
_lipschitz = le(Fro(Grad(V) - Grad(U)), _y * Fro(V - U))


FALSE: dict[str, tuple[Proof, str]] = {
    "a weak sign is not a strict one": (
        made(lt(_x, 1), hyp("h", le(_x, 1), known=True), line("claim", lt(_x, 1), "algebra"), given=(le(_x, 1),)),
        "not evident",
    ),
    "the root of a square is an absolute value": (by_algebra(_half), "not known to be nonnegative"),
    "the fourth root of x^4 too": (
        by_algebra(eq(sp.Pow(sp.Pow(_x, 4, evaluate=False), _t / 4, evaluate=False), _x**_t)),
        "not known to be nonnegative",
    ),
    "a real dimension": (
        made(le(0, _x), line("a", le(0, Fro(sp.Identity(_x))), "algebra"), line("claim", le(0, _x), "algebra")),
        "dimension",
    ),
    "a dimension that may be negative": (
        made(le(5, n), line("a", le(0, Fro(sp.Identity(n - 5))), "algebra"), line("claim", le(5, n), "algebra")),
        "dimension",
    ),
    "a dimension that is defined": (
        by_algebra(le(0, Fro(_small(_k))), where={_k: sp.Rational(1, 2)}),
        "dimension",
    ),
    "a dimension of the notation is fixed": (by_algebra(le(0, Fro(U)), where={n: sp.S.One}), "not for a statement"),
    "an ill-shaped weight": (
        made(
            le(m, 2 * n),
            line("a", le(0, 1), "arithmetic", weights=[(0, _ill_shaped)]),
            line("claim", le(m, 2 * n), "algebra"),
        ),
        "shapes disagree",
    ),
    "an ill-shaped value": (
        made(
            le(m, 2 * n),
            line("a", le(0, 0), "maximum.above", at={"x": _ill_shaped, "y": 0}),
            line("claim", le(m, 2 * n), "algebra"),
        ),
        "shapes disagree",
    ),
    "a letter of shape n + m stands for one of that shape": (
        made(eq(Lambda(_square, 3), 0), by_lemma("padding", eq(Lambda(_square, 3), 0), A=_square, n=1, m=1)),
        "shape",
    ),
    "the minimizer stands for nothing else": (
        made(eq(Loss(V), 0), hyp("z", _ZERO), by_lemma("attained", eq(Loss(V), 0), "z", W_star=V), given=(_ZERO,)),
        "minimizer",
    ),
    "the minimizer is not defined": (
        made(
            eq(Loss(V), 0),
            hyp("z", _ZERO),
            line("claim", eq(Loss(W_star), 0), "minimum.attained", "z"),
            given=(_ZERO,),
            where={W_star: V},
        ),
        "not for a statement",
    ),
    "a bound letter is not captured": (
        made(
            le(_v**2 - _v**3, 0),
            hyp("h", _captured),
            by_lemma("root", le(_v**2 - _v**3, 0), "h", yp=_v**3),
            given=(_captured,),
        ),
        "not replaced inside",
    ),
    "no substitution in a sum over the history": (
        _substituted(eq(HistorySum(eta_0), _y), eq(eta, eta_0), eq(HistorySum(eta), _y), eq(HistorySum(_hole), _y)),
        "not replaced inside",
    ),
    "no substitution under an integral": (
        _substituted(
            eq(TauIntegral(sp.S.One, _tau), _y),
            eq(_tau, 1),
            eq(TauIntegral(_tau, _tau), _y),
            eq(TauIntegral(_hole, _tau), _y),
        ),
        "not replaced inside",
    ),
    "a positive letter defined as -1": (
        made(le(0, _xp), by_lemma("positive", le(0, _xp)), where={_xp: sp.Integer(-1)}),
        "declared with a sign",
    ),
    "an integer letter defined as 1/2": (
        made(le(1, _k), by_lemma("whole", le(1, _k)), where={_k: sp.Rational(1, 2)}),
        "declared an integer",
    ),
    "a real letter defined as an infinite root": (
        made(lt(_x, _x + 1), by_lemma("successor", lt(_x, _x + 1)), where={_x: MinRoot(_v + 1, _v)}),
        "no rule for this head",
    ),
    "an assumption about a defined constant": (
        made(_lipschitz, hyp("s", _SMOOTH), by_lemma("smooth-defined", _lipschitz, "s"), given=(_SMOOTH,)),
        "premise",
    ),
    "a number is not defined": (
        made(eq(1, 0), line("claim", eq(1, 0), "definition"), where={sp.S.One: sp.S.Zero}),
        "not for a statement",
    ),
    "a sum is not defined": (
        made(eq(_x + _y, 5), line("claim", eq(_x + _y, 5), "definition"), where={_x + _y: sp.Integer(5)}),
        "not for a statement",
    ),
    "no hole in a dimension": (
        _substituted(
            le(Fro(_small(m)), _x),
            eq(n, m),
            le(Fro(_small(n)), _x),
            le(Fro(_small(_dimension)), _x),
            hole=_dimension,
        ),
        "dimension",
    ),
    "PL says nothing of l without min l = 0": (
        made(
            le(mu * Loss(U), Fro(Grad(U)) ** 2 / 2),
            hyp("p", _PL),
            line("claim", le(mu * Loss(U), Fro(Grad(U)) ** 2 / 2), "minimum.pl", "p", at={"A": U, "constant": mu}),
            given=(_PL,),
        ),
        "zero-minimum",
    ),
    "a logarithm has one argument": (by_algebra(eq(sp.log(8, 2, evaluate=False), sp.log(8))), "not a term"),
    "a symbol of another class": (by_algebra(le(0, _impostor)), "not a term"),
    "a definition of another class": (by_algebra(le(0, _x), where={_x: _impostor}), "not a term"),
    "the id of another statement": (by_algebra(le(0, 1), "j9.descent"), "another statement"),
    "containers that differ between looks": (
        Proof(by_algebra(le(0, _x)).statement, _Shifting((line("claim", le(0, _x), "hypothesis"),))),
        "plain tuple",
    ),
    "a mapping that hides its values": (
        made(le(0, _x), Line("claim", le(0, _x), "lemma", at=_Lying(xp=_impostor), labels=("positive",))),
        "plain dict",
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refused(name: str) -> None:
    proof, reason = FALSE[name]
    with pytest.raises(Refusal, match=reason):
        check(proof, LEMMAS)


@pytest.mark.parametrize("label", LEMMAS)
def test_the_lemmas_behind_them_are_accepted(label: str) -> None:
    assert check(LEMMAS[label], LEMMAS).proof == label
