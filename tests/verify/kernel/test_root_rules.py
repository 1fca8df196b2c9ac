"""Roots: the rules find them, and refuse functions that may jump and letters that are not arbitrary."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from made_proofs import hyp, made

from theorems.norms import Fro, Grad, Inner, Lambda, MinRoot, Sigma
from theorems.notation import U, V, n
from theorems.proofs.derivation import Line, Proof, line
from theorems.statement import Assumption, Kind, UniqueRoot, eq, ge, gt, le, lt
from verify.kernel import Refusal, check

_x, _y, _hole, _tau = sp.symbols("x y hole_ tau", real=True)
_v, _r1, _r2, _xp = sp.symbols("v r1 r2 xp", real=True, positive=True)
_i = sp.Symbol("iv", integer=True, positive=True)
_b, _u = sp.MatrixSymbol("b", n, 1), sp.MatrixSymbol("u", n, 1)
_SMOOTH = Assumption("smooth", _xp)


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
    return made(claim, *lines, line("claim", claim, "root", *cites, at=at), kind=Kind.EXISTENCE)


def test_a_root_is_found() -> None:
    assert check(_root_claim()).proof == "t.claim"


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
    return made(claim, case, line("claim", claim, "before-root", *cites, at=at), given=given, where=where)


def test_a_function_keeps_its_sign_before_its_root() -> None:
    assert check(_before()).proof == "t.claim"
    assert check(_before(given=(le(_v, sp.Min(_first, 7)),))).proof == "t.claim"


BAD: dict[str, Proof] = {
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
    "a root is positive without its sign near 0": made(
        gt(_first, 0),
        line("case", lt(1 - _r1, 0), "assume"),
        line("claim", gt(_first, 0), "positive-root", "case", at={"x": _r1, "near_first": 1 - _r1}),
        where={_first: MinRoot(1 - _v, _v)},
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_line_is_refused(kind: str) -> None:
    with pytest.raises(Refusal):
        check(BAD[kind])


# False claims, each by one forgotten side condition ------------------------------------------------------------------
_root_with_gap = _v - sp.Rational(3, 2) + sp.sqrt((_v - 1) * (_v - 2)) / 100
_gap_low, _gap_high = lt(_root_with_gap.xreplace({_v: sp.S.Zero}), 0), lt(0, _root_with_gap.xreplace({_v: sp.S(3)}))
_gap = le(0, (_v - 1) * (_v - 2))
_near_gap = _root_with_gap.xreplace({_v: _r1})
_bounded = le(_v, MinRoot(_root_with_gap, _v))


def _root(f: Any, v: Any, low: Any, high: Any, given: tuple[Any, ...], above: int) -> Proof:
    claim = UniqueRoot(f, v, unique=False)
    rule = "hypothesis" if given else "algebra"
    lines = [hyp("h", given[0], known=True)] if given else []
    lines += [line("s", low, rule), line("e", high, rule)]
    ends = {"below": sp.S.Zero, "above": sp.Integer(above)}
    return made(claim, *lines, line("claim", claim, "root", "s", "e", at=ends), given=given, kind=Kind.EXISTENCE)


# 1 - v is positive before its root, yet each of two letters has an assumption about the other that makes all follow.
_below_one = le(_v, MinRoot(1 - _v, _v))


def _from_contradiction(name: str, x: Any, y: Any, *cites: str) -> tuple[Line, Line]:
    """1 - x < 0, from x < y and y <= x: times y - x, it is as true as anything."""
    product = lt((1 - x) * (y - x), 0)
    return (
        line(f"{name}-times", product, "arithmetic", weights=[(x, cites[0]), (1, cites[1])]),
        line(name, lt(1 - x, 0), "order.strict-cancel", cites[0], f"{name}-times", at={"x": 1 - x, "y": 0, "z": y - x}),
    )


_two_letters = made(
    le(1 - _v, 0),
    line("case", lt(_r1 - _r2, 0), "assume"),
    line("beyond", le(_r2, _r1), "assume"),
    *_from_contradiction("f", _r1, _r2, "case", "beyond"),
    line("first", le(1 - _v, 0), "before-root", "case", "f", at={"x": _r1, "near": _r1 - _r2}),
    line("case'", lt(_r2 - _r1, 0), "assume"),
    line("beyond'", le(_r1, _r2), "assume"),
    *_from_contradiction("f'", _r2, _r1, "case'", "beyond'"),
    line("second", le(1 - _v, 0), "before-root", "case'", "f'", at={"x": _r2, "near": _r2 - _r1}),
    line("claim", le(1 - _v, 0), "cases", "first", "beyond", "second", "beyond'"),
    given=(_below_one,),
)

# 2 v - v^2 - 1/2 has two positive roots, and increases from r1 to r2 where an assumption keeps them below 1.
_bump = 2 * _v - _v**2 - sp.Rational(1, 2)
_close = le(_r1 + _r2, 1)
_only_root = made(
    UniqueRoot(_bump, _v),
    line("start", lt(-sp.Rational(1, 2), 0), "algebra"),
    line("end", lt(0, sp.Rational(1, 2)), "algebra"),
    line("case", lt(_r1, _r2), "assume"),
    line("close", _close, "assume"),
    line(
        "up",
        lt(_bump.xreplace({_v: _r1}), _bump.xreplace({_v: _r2})),
        "arithmetic",
        weights=[(1, "case"), (1, "case", "close")],
    ),
    line(
        "claim",
        UniqueRoot(_bump, _v),
        "root",
        *("start", "end", "up", "case"),
        at={"below": 0, "above": 1, "x": _r1, "y": _r2},
    ),
    kind=Kind.EXISTENCE,
)

# x is the constant of smoothness, and not any positive number.
_far = Fro(Grad(V) - Grad(U)) - 1 - _v * Fro(V - U)
_constant = made(
    le(_far, 0),
    hyp("s", _SMOOTH),
    line(
        "l", le(Fro(Grad(V) - Grad(U)), _xp * Fro(V - U)), "smooth.lipschitz", "s", at={"A": U, "B": V, "constant": _xp}
    ),
    line("case", lt(_xp - 1, 0), "assume"),
    line("n", lt(_far.xreplace({_v: _xp}), 0), "arithmetic", weights=[(1, "l")]),
    line("claim", le(_far, 0), "before-root", "case", "n", at={"x": _xp, "near": _xp - 1}),
    given=(_SMOOTH, le(_v, MinRoot(_far, _v))),
)

# u = b / x is chosen for each x: x <b, u> - 1 is |b|^2 - 1 for every x > 0, and looks like -1 at x = 0.
_stretch, _w, _column = _r1 * sp.Identity(n), sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("column", n, 1)
_gram = _stretch * _stretch.T
_near = _r1 * Inner(_b, _u) - 1
_least = Sigma(_stretch, n)
_chosen_for_each = made(
    le(1 - _v, 0),
    hyp("long", le(2, Inner(_b, _b))),
    line("gram", eq(Lambda(_gram, n), _least**2), "singular-values.gram", at={"A": _stretch, "k": n}),
    line("value", eq(Inner(_w, _gram * _w), Lambda(_gram, n)), "eigenvector.exists", at={"S": _gram, "k": n, "u": _w}),
    line("unit", eq(Fro(_w) ** 2, 1), "eigenvector.exists", at={"S": _gram, "k": n, "u": _w}),
    line("square", lt(0, _least**2), "arithmetic", weights=[(1, "gram"), (1, "value"), (-(_r1**2), "unit")]),
    line("positive", lt(0, _least), "order.strict-roots", "square", at={"x": 0, "y": _least}),
    line("onto", eq(_b, _stretch * _u), "surjective.exists", "positive", at={"T": _stretch, "b": _b, "u": _u}),
    line("same", eq(Inner(_b, _b), Inner(_b, _b)), "algebra"),
    line(
        "inner",
        eq(Inner(_b, _stretch * _u), Inner(_b, _b)),
        "substitute",
        *("onto", "same"),
        at={"hole": _column, "pattern": eq(Inner(_b, _column), Inner(_b, _b))},
    ),
    line("case", lt(_near, 0), "assume"),
    line("f", lt(1 - _r1, 0), "arithmetic", weights=[(1, "case"), (1, "long"), (-1, "inner")]),
    line("claim", le(1 - _v, 0), "before-root", "case", "f", at={"x": _r1, "near": _near}),
    given=(_below_one, le(2, Inner(_b, _b))),
)


FALSE: dict[str, tuple[Proof, str]] = {
    "continuity for all values of the variable": (
        _root(_root_with_gap, _v, _gap_low, _gap_high, (_gap, _gap_low, _gap_high), 3),
        "not visibly continuous",
    ),
    "continuity before a root, too": (
        made(
            le(_root_with_gap, 0),
            hyp("h", _gap, known=True),
            hyp("s", _gap_low),
            line("case", lt(_near_gap, 0), "assume"),
            line("claim", le(_root_with_gap, 0), "before-root", "case", "s", at={"x": _r1, "near": _near_gap}),
            given=(_gap, _bounded, _gap_low),
        ),
        "not visibly continuous",
    ),
    "an integer variable passes roots by": (
        _root(_i - sp.Rational(3, 2), _i, lt(-sp.Rational(3, 2), 0), lt(0, sp.Rational(1, 2)), (), 2),
        "not a positive letter",
    ),
    "a numeral is no variable": (
        made(gt(MinRoot(-1, 3), 0), line("claim", gt(MinRoot(-1, 3), 0), "positive-root", at={"x": _r1, "near_": _r1})),
        "not a positive letter",
    ),
    "two letters new in name only": (_two_letters, "open assumption"),
    "the only root, under an assumption on its letters": (_only_root, "open assumption"),
    "a letter chosen for each value": (_chosen_for_each, "chosen for each"),
    "the constant of an assumption is no new letter": (_constant, "new positive letter"),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refused(name: str) -> None:
    proof, reason = FALSE[name]
    with pytest.raises(Refusal, match=reason):
        check(proof)
