"""False claims that a careless kernel would accept, each by one forgotten side condition; true twins stay accepted."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from theorems.norms import Fro, Grad, HistorySum, Inner, Lambda, Loss, MinRoot, TauIntegral
from theorems.notation import (
    W1,
    W1_0,
    W2,
    W2_0,
    W_0,
    U,
    V,
    W,
    W1_next,
    W_next,
    W_star,
    eta,
    eta_0,
    h,
    m,
    mu,
    n,
    t,
    unfold,
)
from theorems.proofs.derivation import Line, Proof, line
from theorems.statement import Assumption, Kind, Statement, UniqueRoot, eq, gt, journal, le, lt
from verify.kernel import Refusal, check

_x, _y, _hole, _tau = sp.symbols("x y hole_ tau", real=True)
_z = sp.Symbol("z0")
_v, _yp, _xp, _r1, _yy = sp.symbols("v yp xp r1 yy", real=True, positive=True)
_k = sp.Symbol("kk", integer=True, positive=True)
_t = sp.Symbol("t", integer=True, nonnegative=True)
_ZERO, _PL = Assumption("zero-minimum"), Assumption("pl", mu)
_SMOOTH = Assumption("smooth", _x)


def _proof(then: Any, *lines: Line, label: str = "t.claim", kind: Kind = Kind.INEQUALITY, **key: Any) -> Proof:
    return Proof(Statement(label=label, source=(journal("0"),), kind=kind, then=then, **key), tuple(lines))


def _hyp(name: str, claim: Any, known: bool = False) -> Line:
    return line(name, claim, "hypothesis", known=known)


def _lemma(label: str, claim: Any, *cites: str, **at: Any) -> Line:
    return line("claim", claim, "lemma", *cites, at=at, labels=(label,))


def _algebra(claim: Any, label: str = "t.claim", **key: Any) -> Proof:
    return _proof(claim, line("claim", claim, "algebra"), label=label, **key)


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
    "positive": _algebra(le(0, _xp), "positive"),
    "whole": _algebra(le(1, _k), "whole"),
    "successor": _algebra(lt(_x, _x + 1), "successor"),
    "attained": _proof(
        eq(Loss(W_star), 0),
        _hyp("z", _ZERO),
        line("claim", eq(Loss(W_star), 0), "minimum.attained", "z"),
        given=(_ZERO,),
        label="attained",
    ),
    "padding": _proof(
        _padding, line("claim", _padding, "eigenvalues.padding", at={"S": _square, "k": n + m + 1}), label="padding"
    ),
    "root": _proof(
        le(_v**2 - _yp, 0),
        _hyp("h", _rooted),
        line("case", lt(_r1**2 - _yp, 0), "assume"),
        line("claim", le(_v**2 - _yp, 0), "before-root", "case", at={"x": _r1, "near": _r1**2 - _yp}),
        given=(_rooted,),
        label="root",
    ),
    "smooth-defined": _proof(
        le(Fro(Grad(V) - Grad(U)), _y * Fro(V - U)),
        _hyp("s", _SMOOTH),
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

# A run whose loss shrinks by the factor yy at every step.
_shrinks = le(Loss(W_next), _yy * Loss(W))
_rate = le(Loss(W), Loss(W_0) * _yy**t)
_rate_next = le(Loss(W_next), Loss(W_0) * _yy ** (t + 1))
LEMMAS["base"] = _algebra(le(Loss(W_0), Loss(W_0)), "base")
LEMMAS["step"] = _proof(
    _rate_next,
    _hyp("a", _shrinks),
    _hyp("b", _rate),
    line("claim", _rate_next, "arithmetic", weights=[(1, "a"), (_yy, "b")]),
    given=(_shrinks, _rate),
    label="step",
)
LEMMAS["run"] = _proof(
    _rate,
    line("claim", _rate, "induction", labels=("base", "step"), at={"invariant": _rate}),
    given=(_shrinks,),
    kind=Kind.TRAJECTORY,
    label="run",
)


def _rerun(claim: Any, **where: Any) -> Proof:
    return _proof(
        claim,
        _hyp("h", _shrinks),
        _lemma("run", claim, "h"),
        given=(_shrinks,),
        kind=Kind.TRAJECTORY,
        where={{"W1": W1, "W1_0": W1_0, "W2_0": W2_0, "yy": _yy}[name]: value for name, value in where.items()},
    )


# Sums over the history, opened: base and step are true by hypothesis, and speak of different sums.
_sum_base, _sum_step, _sum_now = (le(HistorySum(Loss(unfold(w))), _x) for w in (W_0, W_next, W))
for _label, _claim in (("sum-base", _sum_base), ("sum-step", _sum_step)):
    LEMMAS[_label] = _proof(_claim, _hyp("claim", _claim), given=(_claim,), label=_label)

# An invariant about a chosen eigenvector, which is another one at every iteration.
_chosen, _unit = sp.MatrixSymbol("uu", n, 1), sp.MatrixSymbol("w", n, 1)
_now, _next, _first = W1 * W1.T, W1_next * W1_next.T, W1_0 * W1_0.T
_change = _next - _now


def _difference(a: Any) -> Any:
    return Inner(_unit, a * _unit) - Inner(_chosen, a * _chosen)


_turns = le(_difference(_change), 0)
_kept, _kept_next = (le(_difference(a), _difference(_first)) for a in (_now, _next))
LEMMAS["chosen-base"] = _algebra(le(_difference(_first), _difference(_first)), "chosen-base")
LEMMAS["chosen-step"] = _proof(
    _kept_next,
    _hyp("a", _turns),
    _hyp("b", _kept),
    line("claim", _kept_next, "arithmetic", weights=[(1, "a"), (1, "b")]),
    given=(_turns, _kept),
    label="chosen-step",
)
_eigen = {"S": _change, "k": 1, "u": _chosen}
_one = eq(Fro(_unit), 1)
_top = Lambda(_change, 1)
_chosen_invariant = _proof(
    le(0, Fro(_unit)),
    _hyp("one", _one),
    line("square", eq(Fro(_unit) ** 2, 1), "arithmetic", weights=[(Fro(_unit) + 1, "one")]),
    line("value", eq(Inner(_chosen, _change * _chosen), _top), "eigenvector.exists", at=_eigen),
    line(
        "top",
        le(Inner(_unit, _change * _unit), _top * Fro(_unit) ** 2),
        "eigenvalues.rayleigh",
        at={"S": _change, "X": _unit},
    ),
    line("turns", _turns, "arithmetic", weights=[(1, "top"), (-1, "value"), (_top, "square")], known=True),
    line("kept", _kept, "induction", labels=("chosen-base", "chosen-step"), at={"invariant": _kept}),
    line("claim", le(0, Fro(_unit)), "algebra"),
    given=(_one,),
    kind=Kind.TRAJECTORY,
)


def _substituted(claim: Any, equation: Any, instance: Any, pattern: Any, hole: Any = _hole) -> Proof:
    return _proof(
        claim,
        _hyp("a", equation),
        _hyp("b", instance),
        line("claim", claim, "substitute", "a", "b", at={"hole": hole, "pattern": pattern}),
        given=(equation, instance),
    )


def _root(f: Any, v: Any, low: Any, high: Any, given: tuple[Any, ...], above: int) -> Proof:
    claim = UniqueRoot(f, v, unique=False)
    rule = "hypothesis" if given else "algebra"
    lines = [_hyp("h", given[0], known=True)] if given else []
    lines += [line("s", low, rule), line("e", high, rule)]
    ends = {"below": sp.S.Zero, "above": sp.Integer(above)}
    return _proof(claim, *lines, line("claim", claim, "root", "s", "e", at=ends), given=given, kind=Kind.EXISTENCE)


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
        _proof(lt(_x, 1), _hyp("h", le(_x, 1), known=True), line("claim", lt(_x, 1), "algebra"), given=(le(_x, 1),)),
        "not evident",
    ),
    "the root of a square is an absolute value": (_algebra(_half), "not known to be nonnegative"),
    "the fourth root of x^4 too": (
        _algebra(eq(sp.Pow(sp.Pow(_x, 4, evaluate=False), _t / 4, evaluate=False), _x**_t)),
        "not known to be nonnegative",
    ),
    "a real dimension": (
        _proof(le(0, _x), line("a", le(0, Fro(sp.Identity(_x))), "algebra"), line("claim", le(0, _x), "algebra")),
        "dimension",
    ),
    "a dimension that may be negative": (
        _proof(le(5, n), line("a", le(0, Fro(sp.Identity(n - 5))), "algebra"), line("claim", le(5, n), "algebra")),
        "dimension",
    ),
    "a dimension that is defined": (
        _algebra(le(0, Fro(_small(_k))), where={_k: sp.Rational(1, 2)}),
        "dimension",
    ),
    "a dimension of the notation is fixed": (_algebra(le(0, Fro(U)), where={n: sp.S.One}), "not for a statement"),
    "an ill-shaped weight": (
        _proof(
            le(m, 2 * n),
            line("a", le(0, 1), "arithmetic", weights=[(0, _ill_shaped)]),
            line("claim", le(m, 2 * n), "algebra"),
        ),
        "shapes disagree",
    ),
    "an ill-shaped value": (
        _proof(
            le(m, 2 * n),
            line("a", le(0, 0), "maximum.above", at={"x": _ill_shaped, "y": 0}),
            line("claim", le(m, 2 * n), "algebra"),
        ),
        "shapes disagree",
    ),
    "a letter of shape n + m stands for one of that shape": (
        _proof(eq(Lambda(_square, 3), 0), _lemma("padding", eq(Lambda(_square, 3), 0), A=_square, n=1, m=1)),
        "shape",
    ),
    "the minimizer stands for nothing else": (
        _proof(eq(Loss(V), 0), _hyp("z", _ZERO), _lemma("attained", eq(Loss(V), 0), "z", W_star=V), given=(_ZERO,)),
        "minimizer",
    ),
    "the minimizer is not defined": (
        _proof(
            eq(Loss(V), 0),
            _hyp("z", _ZERO),
            line("claim", eq(Loss(W_star), 0), "minimum.attained", "z"),
            given=(_ZERO,),
            where={W_star: V},
        ),
        "not for a statement",
    ),
    "a bound letter is not captured": (
        _proof(
            le(_v**2 - _v**3, 0),
            _hyp("h", _captured),
            _lemma("root", le(_v**2 - _v**3, 0), "h", yp=_v**3),
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
    "no induction over a sum over the history": (
        _proof(
            _sum_now,
            line("claim", _sum_now, "induction", labels=("sum-base", "sum-step"), at={"invariant": _sum_now}),
            given=(_sum_base, _sum_step),
            kind=Kind.TRAJECTORY,
        ),
        "not replaced inside",
    ),
    "no invariant about a chosen letter": (_chosen_invariant, "chosen letters"),
    "a letter of a run's claim does not move": (_rerun(_rate, yy=eta), "defined here"),
    "a run's first weights are not defined": (
        _rerun(le(Loss(W), Loss(W) * _yy**t), W1_0=W1, W2_0=W2),
        "not for a statement",
    ),
    "a run's weights are not defined": (
        _rerun(le(Loss(sp.MatrixSymbol("V1", n, h) * W2.T), Loss(W_0) * _yy**t), W1=sp.MatrixSymbol("V1", n, h)),
        "not for a statement",
    ),
    "a positive letter defined as -1": (
        _proof(le(0, _xp), _lemma("positive", le(0, _xp)), where={_xp: sp.Integer(-1)}),
        "declared with a sign",
    ),
    "an integer letter defined as 1/2": (
        _proof(le(1, _k), _lemma("whole", le(1, _k)), where={_k: sp.Rational(1, 2)}),
        "declared an integer",
    ),
    "a real letter defined as an infinite root": (
        _proof(lt(_x, _x + 1), _lemma("successor", lt(_x, _x + 1)), where={_x: MinRoot(_v + 1, _v)}),
        "no rule for this head",
    ),
    "an assumption about a defined constant": (
        _proof(_lipschitz, _hyp("s", _SMOOTH), _lemma("smooth-defined", _lipschitz, "s"), given=(_SMOOTH,)),
        "premise",
    ),
    "a number is not defined": (
        _proof(eq(1, 0), line("claim", eq(1, 0), "definition"), where={sp.S.One: sp.S.Zero}),
        "not for a statement",
    ),
    "a sum is not defined": (
        _proof(eq(_x + _y, 5), line("claim", eq(_x + _y, 5), "definition"), where={_x + _y: sp.Integer(5)}),
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
        _proof(
            le(mu * Loss(U), Fro(Grad(U)) ** 2 / 2),
            _hyp("p", _PL),
            line("claim", le(mu * Loss(U), Fro(Grad(U)) ** 2 / 2), "minimum.pl", "p", at={"A": U, "constant": mu}),
            given=(_PL,),
        ),
        "zero-minimum",
    ),
    "a logarithm has one argument": (_algebra(eq(sp.log(8, 2, evaluate=False), sp.log(8))), "not a term"),
    "continuity for all values of the variable": (
        _root(_root_with_gap, _v, _gap_low, _gap_high, (_gap, _gap_low, _gap_high), 3),
        "not visibly continuous",
    ),
    "continuity before a root, too": (
        _proof(
            le(_root_with_gap, 0),
            _hyp("h", _gap, known=True),
            _hyp("s", _gap_low),
            line("case", lt(_near, 0), "assume"),
            line("claim", le(_root_with_gap, 0), "before-root", "case", "s", at={"x": _r1, "near": _near}),
            given=(_gap, _bounded, _gap_low),
        ),
        "not visibly continuous",
    ),
    "an integer variable passes roots by": (
        _root(_i - sp.Rational(3, 2), _i, lt(-sp.Rational(3, 2), 0), lt(0, sp.Rational(1, 2)), (), 2),
        "not a positive letter",
    ),
    "a numeral is no variable": (
        _proof(
            gt(MinRoot(-1, 3), 0), line("claim", gt(MinRoot(-1, 3), 0), "positive-root", at={"x": _r1, "near_": _r1})
        ),
        "not a positive letter",
    ),
    "a symbol of another class": (_algebra(le(0, _impostor)), "not a term"),
    "a definition of another class": (_algebra(le(0, _x), where={_x: _impostor}), "not a term"),
    "the id of another statement": (_algebra(le(0, 1), "j9.descent"), "another statement"),
    "containers that differ between looks": (
        Proof(_algebra(le(0, _x)).statement, _Shifting((line("claim", le(0, _x), "hypothesis"),))),
        "plain tuple",
    ),
    "a mapping that hides its values": (
        _proof(le(0, _x), Line("claim", le(0, _x), "lemma", at=_Lying(xp=_impostor), labels=("positive",))),
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


def test_a_run_is_cited_in_its_own_words() -> None:
    assert check(_rerun(_rate), LEMMAS).proof == "t.claim"
