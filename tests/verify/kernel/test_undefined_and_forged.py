"""Terms without a value, letters that are captured, and forged parts: false claims that are refused."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from made_proofs import by_algebra, hyp, made

from theorems.norms import Fro, Grad, Inner, KroneckerSum, Loss, MinRoot
from theorems.notation import K, U, V, W_star, h, m, n
from theorems.proofs.derivation import Proof, line
from theorems.statement import Assumption, Empirical, Kind, UniqueRoot, eq, le, lt
from verify.kernel import Refusal, check

_x, _y, _z, _hole = sp.symbols("x y z hole_", real=True)
_v, _r1, _r2, _xp, _yp, _first, _second = sp.symbols("v r1 r2 xp yp first second", real=True, positive=True)
_S, _R = sp.MatrixSymbol("S", n, n), sp.MatrixSymbol("R", m, m)
_b, _u = sp.MatrixSymbol("b", n, 1), sp.MatrixSymbol("u", n, 1)
_SMOOTH = Assumption("smooth", _xp)


def _substituted(claim: Any, equation: Any, instance: Any, pattern: Any, given: tuple[Any, ...], **key: Any) -> Proof:
    return made(
        claim,
        hyp("a", equation),
        line("b", instance, "hypothesis" if instance in given else "algebra"),
        line("claim", claim, "substitute", "a", "b", at={"hole": _hole, "pattern": pattern}),
        given=given,
        **key,
    )


# y is v^3: put in, it is captured by the variable of the root.
_rooted = le(_v, MinRoot(_v**2 - _yp, _v))
_captured = le(_v, MinRoot(_v**2 - _v**3, _v))
LEMMAS: dict[str, Proof] = {
    "root": made(
        le(_v**2 - _yp, 0),
        hyp("h", _rooted),
        line("case", lt(_r1**2 - _yp, 0), "assume"),
        line("claim", le(_v**2 - _yp, 0), "before-root", "case", at={"x": _r1, "near": _r1**2 - _yp}),
        given=(_rooted,),
        label="root",
    ),
    "hidden": made(
        le(_v**2 - _yp, 0),
        hyp("h", _rooted),
        line("claim", le(_v**2 - _yp, 0), "lemma", "h", labels=("root",)),
        given=(_rooted,),
        where={_yp: _v**3},
        label="hidden",
    ),
}


class _Anything(Empirical):
    """A hypothesis that equals whatever it is compared with."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = Empirical.__hash__


class _Every:
    """A value that equals whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


LEMMAS["positive"] = by_algebra(le(0, _xp), "positive")

_M = sp.MatrixSymbol("M", n, m)


class _Turning:
    """The name of a reading, another one at the last look."""

    def __init__(self) -> None:
        self.looks = 0

    @property
    def name(self) -> str:
        self.looks += 1
        return "another" if self.looks < 6 else "sigma-min-padded"


_flat = le(Fro(Grad(V) - Grad(U)), 0)
_divided = le(Inner(U / _y, V), Fro(U / _y) * Fro(V))
_imaginary = le(Inner(sp.sqrt(_y) * U, V), Fro(sp.sqrt(_y) * U) * Fro(V))


FALSE: dict[str, tuple[Proof, str]] = {
    "a definition is captured by the variable of a root": (
        made(
            le(_v**2 - _v**3, 0),
            hyp("h", _captured),
            line("claim", le(_v**2 - _v**3, 0), "lemma", "h", labels=("hidden",)),
            given=(_captured,),
        ),
        "hides",
    ),
    "a quotient by zero": (
        _substituted(le(_x / _y, 1), eq(0, _x), le(0, 1), le(_hole / _y, 1), (eq(0, _x),)),
        "not known to be positive",
    ),
    "zero over zero is one": (
        _substituted(eq(_x / _y, 1), eq(_y, _x), eq(1, 1), eq(_hole / _y, 1), (eq(_y, _x),)),
        "not known to be positive",
    ),
    "zero times an infinite root": (
        _substituted(
            le(_x * _first, 1),
            eq(0, _x),
            le(0, 1),
            le(_hole * _first, 1),
            (eq(0, _x),),
            where={_first: MinRoot(1 + _v, _v)},
        ),
        "no rule for this head",
    ),
    "infinity less infinity": (
        _substituted(
            eq(_second - _first, 0),
            eq(_first, _second),
            eq(0, 0),
            eq(_hole - _first, 0),
            (eq(_first, _second),),
            where={_first: MinRoot(1 + _v, _v), _second: MinRoot(2 + _v, _v)},
        ),
        "no rule for this head",
    ),
    "the declared sign of what is defined as -1": (
        _substituted(
            eq(1, -1), eq(-1, _xp), eq(-1, -1), eq(_hole / sp.Abs(_hole), -1), (eq(-1, _xp),), where={_xp: sp.S(-1)}
        ),
        "declared with a sign",
    ),
    "a matrix over what may be zero": (
        made(_divided, line("claim", _divided, "frobenius.cauchy-schwarz", at={"A": U / _y, "B": V})),
        "not known to be positive",
    ),
    "an imaginary matrix": (
        made(_imaginary, line("claim", _imaginary, "frobenius.cauchy-schwarz", at={"A": sp.sqrt(_y) * U, "B": V})),
        "not known to be nonnegative",
    ),
    "Kronecker sums of two sizes": (
        by_algebra(
            eq(Fro(KroneckerSum(sp.ZeroMatrix(n, n), _R)), Fro(KroneckerSum(sp.ZeroMatrix(h, h), _R))),
        ),
        "not evident",
    ),
    "two cases about two things": (
        made(
            le(_z, 0),
            hyp("h", le(_x + _y + _z, 0)),
            line("one", le(0, _x), "assume"),
            line("other", le(0, _y), "assume"),
            line("a", le(_y + _z, 0), "arithmetic", weights=[(1, "h"), (1, "one")]),
            line("claim", le(_y + _z, 0), "cases", "a", "one", "a", "other"),
            given=(le(_x + _y + _z, 0),),
        ),
        "do not exhaust",
    ),
    "a positive letter at what may be negative": (
        made(
            le(Loss(V), Loss(U)),
            line("claim", le(0, Loss(U) - Loss(V)), "lemma", at={"xp": Loss(U) - Loss(V)}, labels=("positive",)),
        ),
        "not known to be positive",
    ),
    "a product that is one for n = m only": (by_algebra(le(0, Fro(W_star * W_star))), "shapes disagree"),
    "a logarithm of what may be negative": (
        made(
            le(1 + sp.log(_x), _x), line("claim", le(1 + sp.log(_x), _x), "exponential.tangent", at={"x": sp.log(_x)})
        ),
        "not known to be positive",
    ),
    "the exponential of a logarithm at zero": (
        made(le(sp.exp(_x), 0), line("claim", le(sp.exp(_x), 0), "exponential.logarithm", at={"x": _x, "y": 0})),
        "premise",
    ),
    "a strict sign by substitution": (
        _substituted(lt(_x, 1), eq(_y, _x), le(_y, 1), lt(_hole, 1), (eq(_y, _x), le(_y, 1))),
        "does not lead",
    ),
    "a maximum above what it may equal": (
        made(lt(_x, sp.Max(_x, _y)), line("claim", lt(_x, sp.Max(_x, _y)), "maximum.above", at={"x": _x, "y": _y})),
        "does not give the claim",
    ),
    "a minimum of equals is not below them": (by_algebra(lt(sp.Min(_x, _x + 0 * _y), _x)), "not evident"),
    "a folded matrix over what may be zero": (
        Proof(
            by_algebra(le(0, Fro(_M)), where={_M: U / _y}).statement,
            (line("claim", le(0, Fro(_M)), "algebra"),),
            frozenset({_M}),
        ),
        "not known to be positive",
    ),
    "a matrix defined by itself": (by_algebra(le(0, 1), where={_M: 2 * _M}), "circular"),
    "two letters defined by each other": (by_algebra(le(0, 1), where={_x: _y + 1, _y: _x - 1}), "circular"),
    "a reading that changes its name": (
        by_algebra(le(0, 1), "j9.pl", reading=_Turning()),  # type: ignore[arg-type]
        "reading",
    ),
    "a hypothesis that equals everything": (
        made(le(1, 0), hyp("claim", le(1, 0)), given=(_Anything("", ""),)),
        "plain claims",
    ),
    "a constant that equals everything": (
        made(
            _flat,
            hyp("s", Assumption("smooth", _Every())),  # type: ignore[arg-type]
            line("claim", _flat, "smooth.lipschitz", "s", at={"A": U, "B": V, "constant": 0}),
            given=(Assumption("smooth", K),),
        ),
        "not a term",
    ),
    "a value that equals everything": (
        made(
            UniqueRoot(_v, _v, unique=False),
            line("a", lt(-1, 0), "algebra"),
            line("b", le(0, 1), "algebra"),
            line("c", lt(0, 1), "algebra"),
            line(
                "claim",
                UniqueRoot(_v, _v, unique=False),
                "root",
                *("a", "b", "c"),
                at={"below": _Every(), "above": sp.S.One},
            ),
            kind=Kind.EXISTENCE,
        ),
        "plain",
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refused(name: str) -> None:
    proof, reason = FALSE[name]
    with pytest.raises(Refusal, match=reason):
        check(proof, LEMMAS)


@pytest.mark.parametrize("label", ["root", "positive"])
def test_the_lemmas_behind_them_are_accepted(label: str) -> None:
    assert check(LEMMAS[label], LEMMAS).proof == label
