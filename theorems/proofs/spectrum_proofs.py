"""Table 2's bounds proved for every n, m, h: the spectrum of T_t from that of D(t) and the singular values of W(t).

`LOWER_HALF` is the heart: with x = sigma_n(W1)^2, a = max(lambda_n(D), 0), l >= lambda_1(-D) and b <= sigma_n(W),
    a <= x  and  b^2 <= (x - a)(x + l).
For a > 0 an orthonormal V spans the eigenspaces of the n largest eigenvalues of D; W1 V is onto, so that W1 s = u for
some s = V w, where u is the unit bottom eigenvector of W1 W1^T. The form of D + l is at least (lambda_n(D) + l) times
the projection on V: at v = W1^T u and at (x + l) s - v this gives the two inequalities that are multiplied out.
"""

from __future__ import annotations

import sympy as sp

from theorems.norms import Fro, Inner, Lambda, Sigma, SigmaMax
from theorems.notation import W1, W2, D, W, h, n
from theorems.proofs.derivation import Line, Proof, line
from theorems.statement import AllOf, Kind, Statement, eq, journal, le, lt

a_, l_, b_, p_, gap = (sp.Symbol(name, real=True, nonnegative=True) for name in ("a_", "l_", "b_", "p_", "gap"))
_E3 = (journal("118", "Lemma E.3"),)


def _column(name: str, rows: sp.Expr) -> sp.MatrixSymbol:
    return sp.MatrixSymbol(name, rows, 1)


# The half of alpha_1 that bounds sigma_n(W1)^2 --------------------------------------------------------------------
_x = Sigma(W1, n) ** 2
_lam, _low = Lambda(D, n), Lambda(-D, 1)
_a = sp.Max(_lam, 0)
_G1 = W1 * W1.T
u = _column("u", n)
v = W1.T * u
LOWER_HALF_STATEMENT = Statement(
    label="aux.lower-half",
    source=_E3,
    kind=Kind.INEQUALITY,
    given=(le(_low, l_), le(b_, Sigma(W, n))),
    then=AllOf(le(_a, _x), le(b_**2, (_x - _a) * (_x + l_))),
    note="one half of alpha_1, before the quadratic is solved",
)
_first, _second = LOWER_HALF_STATEMENT.then.claims  # type: ignore[union-attr]

_e = _column("e", h)
_negative = -W2.T * W2
_weyl = (
    line(
        "top",
        eq(Inner(_e, _negative * _e), Lambda(_negative, 1)),
        "eigenvector.exists",
        at={"S": _negative, "k": 1, "u": _e},
    ),
    line("not-positive", le(Lambda(_negative, 1), 0), "arithmetic", weights=[(-1, "top")], why="it is -||W2 e||^2"),
    line("wide", le(n, h), "assume"),
    line("narrow", lt(h, n), "assume"),
    line(
        "weyl",
        le(_lam, Lambda(W1.T * W1, n) + Lambda(_negative, 1)),
        "weyl.upper",
        "wide",
        at={"S": W1.T * W1, "T": _negative, "k": n},
    ),
    line("gram", eq(Lambda(W1.T * W1, n), _x), "singular-values.gram", at={"A": W1.T, "k": n}),
    line("below-wide", le(_lam, _x), "arithmetic", weights=[(1, "weyl"), (1, "gram"), (1, "not-positive")]),
    line("padded", eq(_lam, 0), "eigenvalues.padding", "narrow", at={"S": D, "k": n}),
    line("below-narrow", le(_lam, _x), "arithmetic", weights=[(1, "padded")]),
    line("below", le(_lam, _x), "cases", "below-wide", "wide", "below-narrow", "narrow"),
    line("first", _first, "maximum.least", "below", at={"x": _lam, "y": 0, "z": _x}),
)
_w1v, _w2v = Fro(W1 * v) ** 2, Fro(W2 * v) ** 2
_matrix_hole = _column("hole", n)
_bottom = (
    line("u-vector", eq(_G1 * u, Lambda(_G1, n) * u), "eigenvector.exists", at={"S": _G1, "k": n, "u": u}),
    line("u-unit", eq(Fro(u) ** 2, 1), "eigenvector.exists", at={"S": _G1, "k": n, "u": u}),
    line("u-length", eq(Fro(u), 1), "eigenvector.exists", at={"S": _G1, "k": n, "u": u}),
    line("u-value", eq(Inner(u, _G1 * u), Lambda(_G1, n)), "eigenvector.exists", at={"S": _G1, "k": n, "u": u}),
    line("value", eq(Lambda(_G1, n), _x), "singular-values.gram", at={"A": W1, "k": n}),
    line("v-length", eq(Fro(v) ** 2, _x), "arithmetic", weights=[(1, "u-value"), (1, "value")]),
    line("W1v-trivial", eq(_w1v, Fro(_G1 * u) ** 2), "algebra"),
    line(
        "W1v-raw",
        eq(_w1v, Lambda(_G1, n) ** 2 * Fro(u) ** 2),
        "substitute",
        "u-vector",
        "W1v-trivial",
        at={"hole": _matrix_hole, "pattern": eq(_w1v, Fro(_matrix_hole) ** 2)},
    ),
    line(
        "W1v",
        eq(_w1v, _x**2),
        "arithmetic",
        weights=[(1, "W1v-raw"), (Lambda(_G1, n) ** 2, "u-unit"), (Lambda(_G1, n) + _x, "value")],
    ),
    line("margin", le(Sigma(W, n) * Fro(u), Fro(W.T * u)), "product.lower", at={"A": W.T, "C": u}),
    line("b", le(b_, Sigma(W, n)), "hypothesis"),
    line("b-bound", le(b_, Fro(W.T * u)), "arithmetic", weights=[(1, "margin"), (1, "b"), (-Sigma(W, n), "u-length")]),
    line("b-square", le(b_**2, _w2v), "arithmetic", weights=[(b_ + Fro(W.T * u), "b-bound")], why="W2 v = W^T u"),
    line("l", le(_low, l_), "hypothesis"),
)
_case_a = (
    line("no-gap", le(_lam, 0), "assume"),
    line("a-zero", le(_a, 0), "maximum.least", "no-gap", at={"x": _lam, "y": 0, "z": 0}),
    line("rayleigh", le(Inner(v, -D * v), _low * Fro(v) ** 2), "eigenvalues.rayleigh", at={"S": -D, "X": v}),
    line(
        "second-a",
        _second,
        "arithmetic",
        weights=[
            (1, "b-square"),
            (1, "W1v"),
            (1, "rayleigh"),
            (Fro(v) ** 2, "l"),
            (l_, "v-length"),
            (_x + l_, "a-zero"),
        ],
    ),
)

V = sp.MatrixSymbol("V_top", h, n)
M = W1 * V
y, w = _column("y", n), _column("w", n)
s = V * w
_ss = Fro(w) ** 2
_at_V = {"S": D, "k": n, "V": V}
_beta = _x + l_
_z = _beta * s - v
_square = sp.MatrixSymbol("hole_square", n, n)
_onto = (
    line("gap", lt(0, _lam), "assume"),
    line("V", eq(V.T * V, sp.Identity(n)), "courant-fischer.exists", "wide", at=_at_V),
    line("y-unit", eq(Fro(y) ** 2, 1), "eigenvector.exists", at={"S": M.T * M, "k": n, "u": y}),
    line(
        "y-value",
        eq(Inner(y, M.T * M * y), Lambda(M.T * M, n)),
        "eigenvector.exists",
        at={"S": M.T * M, "k": n, "u": y},
    ),
    line("M-gram", eq(Lambda(M.T * M, n), Sigma(M, n) ** 2), "singular-values.gram", at={"A": M.T, "k": n}),
    line(
        "on-V", le(_lam * Fro(y) ** 2, Inner(V * y, D * V * y)), "courant-fischer.exists", "wide", at={**_at_V, "Y": y}
    ),
    line(
        "M-square",
        lt(0, Sigma(M, n) ** 2),
        "arithmetic",
        weights=[(1, "on-V"), (1, "y-value"), (1, "M-gram"), (-_lam, "y-unit"), (1, "gap")],
    ),
    line("M-onto", lt(0, Sigma(M, n)), "order.strict-roots", "M-square", at={"x": 0, "y": Sigma(M, n)}),
    line("w", eq(M * w, u), "surjective.exists", "M-onto", at={"T": M, "b": u, "u": w}),
)
_lengths = (
    line("s-trivial", eq(Fro(s) ** 2, Inner(w, V.T * V * w)), "algebra"),
    line(
        "s-length",
        eq(Fro(s) ** 2, _ss),
        "substitute",
        "V",
        "s-trivial",
        at={"hole": _square, "pattern": eq(Fro(s) ** 2, Inner(w, _square * w))},
    ),
    line("vs-trivial", eq(Inner(v, s), Inner(u, M * w)), "algebra"),
    line(
        "vs-raw",
        eq(Inner(v, s), Fro(u) ** 2),
        "substitute",
        "w",
        "vs-trivial",
        at={"hole": _matrix_hole, "pattern": eq(Inner(v, s), Inner(u, _matrix_hole))},
    ),
    line("v.s", eq(Inner(v, s), 1), "arithmetic", weights=[(1, "vs-raw"), (1, "u-unit")]),
    line("cs", le(Inner(v, s) ** 2, Fro(v) ** 2 * Fro(s) ** 2), "frobenius.cauchy-schwarz", at={"A": v, "B": s}),
    line(
        "reach",
        le(1, _x * _ss),
        "arithmetic",
        weights=[(1, "cs"), (-Inner(v, s) - 1, "v.s"), (Fro(s) ** 2, "v-length"), (_x, "s-length")],
    ),
    line("x-positive", lt(0, _x), "arithmetic", weights=[(1, "gap"), (1, "below")]),
    line("w-scaled", lt(0, _ss * _x), "arithmetic", weights=[(1, "reach")]),
    line("w-positive", lt(0, _ss), "order.strict-cancel", "x-positive", "w-scaled", at={"x": 0, "y": _ss, "z": _x}),
)


def _form(tag: str, at: sp.MatrixExpr) -> tuple[Line, ...]:
    """ss (<z, D z> + l ||z||^2) >= (lambda_n(D) + l) <s, z>^2 at z."""
    onto = Fro(V.T * at) ** 2
    forms = {**_at_V, "X": at}
    spectral = le(_lam * onto - _low * (Fro(at) ** 2 - onto), Inner(at, D * at))
    return (
        line(f"spectral-{tag}", spectral, "courant-fischer.exists", "wide", at=forms),
        line(f"contract-{tag}", le(onto, Fro(at) ** 2), "courant-fischer.exists", "wide", at=forms),
        line(
            f"cs-{tag}", le(Inner(w, V.T * at) ** 2, _ss * onto), "frobenius.cauchy-schwarz", at={"A": w, "B": V.T * at}
        ),
        line(
            f"form-{tag}",
            le((_lam + l_) * Inner(s, at) ** 2, _ss * (Inner(at, D * at) + l_ * Fro(at) ** 2)),
            "arithmetic",
            weights=[
                (1, "gap", f"cs-{tag}"),
                (l_, f"cs-{tag}"),
                (_ss, f"spectral-{tag}"),
                (_ss, "l", f"contract-{tag}"),
            ],
        ),
    )


_tau = _beta * _ss - 1
_w1z = Fro(W1 * _z) ** 2
_delta = l_ - _lam * _tau
_second_point = (
    line("W1z-trivial", eq(_w1z, Fro(_beta * M * w - _G1 * u) ** 2), "algebra"),
    line(
        "W1z-half",
        eq(_w1z, Fro(_beta * u - _G1 * u) ** 2),
        "substitute",
        "w",
        "W1z-trivial",
        at={"hole": _matrix_hole, "pattern": eq(_w1z, Fro(_beta * _matrix_hole - _G1 * u) ** 2)},
    ),
    line(
        "W1z-raw",
        eq(_w1z, (_beta - Lambda(_G1, n)) ** 2 * Fro(u) ** 2),
        "substitute",
        "u-vector",
        "W1z-half",
        at={"hole": _matrix_hole, "pattern": eq(_w1z, Fro(_beta * u - _matrix_hole) ** 2)},
    ),
    line(
        "W1z",
        eq(_w1z, l_**2),
        "arithmetic",
        weights=[
            (1, "W1z-raw"),
            ((_beta - Lambda(_G1, n)) ** 2, "u-unit"),
            (Lambda(_G1, n) + _x - 2 * _beta, "value"),
        ],
    ),
    line(
        "z-length",
        eq(Fro(_z) ** 2, _beta**2 * _ss - 2 * _beta + _x),
        "arithmetic",
        weights=[(_beta**2, "s-length"), (-2 * _beta, "v.s"), (1, "v-length")],
    ),
    line("s.z", eq(Inner(s, _z), _tau), "arithmetic", weights=[(_beta, "s-length"), (-1, "v.s")]),
    *_form("z", _z),
    line("z-imbalance", le(Inner(_z, D * _z), _w1z), "arithmetic", weights=[(1, Fro(W2 * _z))]),
    line(
        "product",
        le(0, _tau * _delta),
        "arithmetic",
        weights=[
            (1, "form-z"),
            (_ss, "z-imbalance"),
            (_ss, "W1z"),
            (_ss * l_, "z-length"),
            (-(_lam + l_) * (Inner(s, _z) + _tau), "s.z"),
        ],
    ),
    line("over", lt(l_, _lam * _tau), "assume"),
    line("within", le(_lam * _tau, l_), "assume"),
    line("over-positive", lt(0, _lam * _tau), "arithmetic", weights=[(1, "over")]),
    line("over-product", le(0, _delta * _lam * _tau), "arithmetic", weights=[(1, "gap", "product")]),
    line(
        "over-claim",
        le(_lam * _tau, l_),
        "order.cancel",
        "over-positive",
        "over-product",
        at={"x": _lam * _tau, "y": l_, "z": _lam * _tau},
    ),
    line("bounded", le(_lam * _tau, l_), "cases", "over-claim", "over", "within", "within"),
)
_conclusion = (
    *_form("v", v),
    line(
        "scaled",
        le(_w2v * _ss, (_x - _lam) * _beta * _ss),
        "arithmetic",
        weights=[
            (1, "form-v"),
            (_ss, "W1v"),
            (_ss * l_, "v-length"),
            (-(_lam + l_) * (Inner(v, s) + 1), "v.s"),
            (1, "bounded"),
        ],
    ),
    line(
        "unscaled",
        le(_w2v, (_x - _lam) * _beta),
        "order.cancel",
        "w-positive",
        "scaled",
        at={"x": _w2v, "y": (_x - _lam) * _beta, "z": _ss},
    ),
    line("a-gap", le(_a, _lam), "maximum.least", "gap", at={"x": _lam, "y": 0, "z": _lam}),
    line("second-wide", _second, "arithmetic", weights=[(1, "b-square"), (1, "unscaled"), (_beta, "a-gap")]),
    line("absurd", lt(0, 0), "arithmetic", weights=[(1, "gap"), (1, "padded")]),
    line("second-narrow", _second, "order.cancel", "absurd", at={"x": b_**2, "y": (_x - _a) * (_x + l_), "z": 0}),
    line("second-gap", _second, "cases", "second-wide", "wide", "second-narrow", "narrow"),
    line("second", _second, "cases", "second-a", "no-gap", "second-gap", "gap"),
)
LOWER_HALF = Proof(
    LOWER_HALF_STATEMENT,
    (*_weyl, *_bottom, *_case_a, *_onto, *_lengths, *_second_point, *_conclusion),
    idea="The eigenspaces of D above lambda_n, mapped by W1 onto R^n, meet the bottom singular vector of W1.",
)

# The quadratic solved, with room for a drift of D -------------------------------------------------------------------
_root = sp.sqrt((l_ + a_) ** 2 + 4 * b_**2)
_right = 2 * (_x + gap) - a_ + l_
LOWER_BOUND = Proof(
    Statement(
        label="aux.lower-bound",
        source=_E3,
        kind=Kind.INEQUALITY,
        given=(le(_low, l_ + gap), le(a_, sp.Max(_lam, 0) + gap), le(b_, Sigma(W, n))),
        then=le((a_ - l_ + _root) / 2, _x + gap),
        note="x >= (a - l + sqrt((l + a)^2 + 4 b^2))/2, less a drift of D",
    ),
    (
        line("l", le(_low, l_ + gap), "hypothesis"),
        line("a", le(a_, _a + gap), "hypothesis"),
        line("b", le(b_, Sigma(W, n)), "hypothesis"),
        line("first", _first, "lemma", "l", "b", at={"l_": l_ + gap}, labels=("aux.lower-half",)),
        line(
            "second",
            le(b_**2, (_x - _a) * (_x + l_ + gap)),
            "lemma",
            "l",
            "b",
            at={"l_": l_ + gap},
            labels=("aux.lower-half",),
        ),
        line("reach", le(a_, _x + gap), "arithmetic", weights=[(1, "a"), (1, "first")]),
        line("nonnegative", le(0, _right), "arithmetic", weights=[(1, "reach")]),
        line("square", le(_root**2, _right**2), "arithmetic", weights=[(4, "second"), (4 * (_x + l_ + gap), "a")]),
        line("root", le(_root, _right), "order.roots", "nonnegative", "square", at={"x": _root, "y": _right}),
        line("claim", le((a_ - l_ + _root) / 2, _x + gap), "arithmetic", weights=[(sp.Rational(1, 2), "root")]),
    ),
)

# The half of alpha_2 that bounds sigma_max(W1)^2 --------------------------------------------------------------------
_y = SigmaMax(W1) ** 2
_H1 = W1.T * W1
f = _column("f", h)
_f1, _f2 = Fro(W1 * f), Fro(W2 * f)
_back = Fro(W.T * W1 * f)
_hole_h = _column("hole_h", h)
_root_p = sp.sqrt(p_**2 + 4 * b_**2)
UPPER_BOUND = Proof(
    Statement(
        label="aux.upper-bound",
        source=_E3,
        kind=Kind.INEQUALITY,
        given=(le(Lambda(D, 1), p_), le(SigmaMax(W), b_)),
        then=le(_y, (p_ + _root_p) / 2),
    ),
    (
        line("p", le(Lambda(D, 1), p_), "hypothesis"),
        line("b", le(SigmaMax(W), b_), "hypothesis"),
        line("f", eq(_H1 * f, Lambda(_H1, 1) * f), "eigenvector.exists", at={"S": _H1, "k": 1, "u": f}),
        line("f-unit", eq(Fro(f) ** 2, 1), "eigenvector.exists", at={"S": _H1, "k": 1, "u": f}),
        line("f-value", eq(Inner(f, _H1 * f), Lambda(_H1, 1)), "eigenvector.exists", at={"S": _H1, "k": 1, "u": f}),
        line("gram", eq(Lambda(_H1, 1), Sigma(W1, 1) ** 2), "singular-values.gram", at={"A": W1.T, "k": 1}),
        line("largest", eq(SigmaMax(W1), Sigma(W1, 1)), "singular-values.largest", at={"A": W1}),
        line(
            "top",
            eq(Lambda(_H1, 1), _y),
            "arithmetic",
            weights=[(1, "gram"), (-SigmaMax(W1) - Sigma(W1, 1), "largest")],
        ),
        line("W1f", eq(_f1**2, _y), "arithmetic", weights=[(1, "f-value"), (1, "top")]),
        line("rayleigh", le(Inner(f, D * f), Lambda(D, 1) * Fro(f) ** 2), "eigenvalues.rayleigh", at={"S": D, "X": f}),
        line(
            "excess",
            le(_y - p_, _f2**2),
            "arithmetic",
            weights=[(1, "rayleigh"), (1, "p"), (Lambda(D, 1), "f-unit"), (-1, "W1f")],
        ),
        line("back-trivial", eq(_back**2, Fro(W2 * (_H1 * f)) ** 2), "algebra"),
        line(
            "back-raw",
            eq(_back**2, Lambda(_H1, 1) ** 2 * _f2**2),
            "substitute",
            "f",
            "back-trivial",
            at={"hole": _hole_h, "pattern": eq(_back**2, Fro(W2 * _hole_h) ** 2)},
        ),
        line(
            "back",
            eq(_back**2, _y**2 * _f2**2),
            "arithmetic",
            weights=[(1, "back-raw"), (_f2**2 * (Lambda(_H1, 1) + _y), "top")],
        ),
        line("through-W", le(_back, SigmaMax(W.T) * _f1), "product.upper", at={"A": W.T, "C": W1 * f}),
        line("through", le(_back, b_ * _f1), "arithmetic", weights=[(1, "through-W"), (_f1, "b")]),
        line(
            "scaled",
            le(_y * (_y - p_) * _y, b_**2 * _y),
            "arithmetic",
            weights=[(_back + b_ * _f1, "through"), (-1, "back"), (_y**2, "excess"), (b_**2, "W1f")],
        ),
        line("zero", le(_y, 0), "assume"),
        line("positive", lt(0, _y), "assume"),
        line(
            "quadratic-positive",
            le(_y * (_y - p_), b_**2),
            "order.cancel",
            "positive",
            "scaled",
            at={"x": _y * (_y - p_), "y": b_**2, "z": _y},
        ),
        line("quadratic-zero", le(_y * (_y - p_), b_**2), "arithmetic", weights=[(_y, "zero")]),
        line(
            "quadratic", le(_y * (_y - p_), b_**2), "cases", "quadratic-positive", "positive", "quadratic-zero", "zero"
        ),
        line("square", le((2 * _y - p_) ** 2, _root_p**2), "arithmetic", weights=[(4, "quadratic")]),
        line("root", le(2 * _y - p_, _root_p), "order.roots", "square", at={"x": 2 * _y - p_, "y": _root_p}),
        line("claim", le(_y, (p_ + _root_p) / 2), "arithmetic", weights=[(sp.Rational(1, 2), "root")]),
    ),
    idea="The top right singular vector f of W1: y - ||W2 f||^2 = <f, D f> <= p, and W^T W1 f = y W2 f.",
)

PROOFS = (LOWER_HALF, LOWER_BOUND, UPPER_BOUND)
