"""One step of gradient descent on a quadratic loss as a single self-adjoint operator on the residual.

With g(X) = grad l(W* + X), linear and self-adjoint, and the energy e(X) = <X, g(X)> = 2 l(W* + X), the step moves the
residual R = W - W* to V + eta^2 Q where V = R - eta (g(R) W2 W2^T + W1 W1^T g(R)). In the energy V is R under a
self-adjoint operator whose spectrum lies in [1 - eta K sigma_max^2(T), 1 - eta mu sigma_min^2(T)].
"""

from __future__ import annotations

import sympy as sp

from theorems.assumptions import LOSS
from theorems.norms import Fro, Grad, Inner, Loss, Sigma, SigmaMax
from theorems.notation import (
    W1,
    W2,
    G,
    K,
    L,
    L_next,
    U,
    V,
    W,
    W_star,
    eta,
    m,
    mu,
    n,
    sigma_max_T,
    sigma_min_T,
)
from theorems.proofs.derivation import Line, Proof, line
from theorems.proofs.local_proofs import second_order_by_loss
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.sharp import CONTRACTION_STEP, QUADRATIC, q_t
from theorems.statement import AllOf, Kind, Relation, Statement, eq, journal, le, lt

__all__ = ["PROOFS"]

_10 = (journal("10"),)
_half = sp.Rational(1, 2)
GIVEN = (*LOSS, QUADRATIC)
quadratic = line("quadratic", QUADRATIC, "hypothesis")
_loss = (smooth, convex, minimum, quadratic)
_names = ("smooth", "convex", "minimum", "quadratic")
x_, y_, c_ = (sp.Symbol(name, real=True) for name in ("x_", "y_", "c_"))
_hole = sp.MatrixSymbol("hole", n, m)


def g(x: sp.MatrixExpr) -> sp.MatrixExpr:
    """The gradient at W* + x."""
    return Grad(W_star + x)


def e(x: sp.MatrixExpr) -> sp.Expr:
    """The energy <x, g(x)>."""
    return Inner(x, g(x))


def _statement(label: str, then: Relation | AllOf, *given: Relation, kind: Kind = Kind.INEQUALITY) -> Statement:
    return Statement(label=label, source=_10, kind=kind, given=(*GIVEN, *given), then=then)


# The gradient at W* + X is a self-adjoint linear function of X --------------------------------------------------------
_stationary = (
    line("slope", eq(Fro(Grad(W_star)), 0), "lemma", "smooth", "minimum", labels=("aux.minimizer",)),
    line("stationary", eq(Grad(W_star), sp.ZeroMatrix(n, m)), "frobenius.definite", "slope", at={"A": Grad(W_star)}),
)


_combined = x_ * U + y_ * V
LINEAR = Proof(
    _statement("aux.quadratic-linear", eq(g(_combined), x_ * g(U) + y_ * g(V)), kind=Kind.IDENTITY),
    (
        *_loss,
        *_stationary,
        line(
            "affine",
            eq(
                g(_combined) - Grad(W_star),
                x_ * (g(U) - Grad(W_star)) + y_ * (g(V) - Grad(W_star)),
            ),
            "quadratic.affine",
            "quadratic",
            at={"A": W_star, "U": U, "B": V, "x": x_, "y": y_},
        ),
        line(
            "claim",
            eq(g(_combined), x_ * g(U) + y_ * g(V)),
            "substitute",
            "stationary",
            "affine",
            at={"hole": _hole, "pattern": eq(g(_combined) - _hole, x_ * (g(U) - _hole) + y_ * (g(V) - _hole))},
        ),
    ),
)
SELF_ADJOINT = Proof(
    _statement("aux.quadratic-self-adjoint", eq(Inner(U, g(V)), Inner(V, g(U))), kind=Kind.IDENTITY),
    (
        *_loss,
        *_stationary,
        line(
            "symmetric",
            eq(Inner(U, g(V) - Grad(W_star)), Inner(V, g(U) - Grad(W_star))),
            "quadratic.self-adjoint",
            "quadratic",
            at={"A": W_star, "U": U, "B": V},
        ),
        line(
            "claim",
            eq(Inner(U, g(V)), Inner(V, g(U))),
            "substitute",
            "stationary",
            "symmetric",
            at={"hole": _hole, "pattern": eq(Inner(U, g(V) - _hole), Inner(V, g(U) - _hole))},
        ),
    ),
)
ENERGY = Proof(
    _statement("aux.quadratic-energy", eq(2 * Loss(W_star + U), e(U)), kind=Kind.IDENTITY),
    (
        *_loss,
        *_stationary,
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
        line(
            "value",
            eq(Loss(W_star + U) - Loss(W_star), Inner(Grad(W_star) + g(U), U) / 2),
            "quadratic.value",
            "quadratic",
            at={"A": W_star, "U": U},
        ),
        line(
            "at-minimum",
            eq(Loss(W_star + U) - Loss(W_star), Inner(g(U), U) / 2),
            "substitute",
            "stationary",
            "value",
            at={"hole": _hole, "pattern": eq(Loss(W_star + U) - Loss(W_star), Inner(_hole + g(U), U) / 2)},
        ),
        line("claim", eq(2 * Loss(W_star + U), e(U)), "arithmetic", weights=[(2, "at-minimum"), (2, "attained")]),
    ),
)


def _energy(name: str, at: sp.MatrixExpr) -> Line:
    return line(
        name, eq(2 * Loss(W_star + at), e(at)), "lemma", *_names, at={"U": at}, labels=("aux.quadratic-energy",)
    )


def _symmetric(name: str, a: sp.MatrixExpr, b: sp.MatrixExpr) -> Line:
    return line(
        name,
        eq(Inner(a, g(b)), Inner(b, g(a))),
        "lemma",
        *_names,
        at={"U": a, "V": b},
        labels=("aux.quadratic-self-adjoint",),
    )


def _linear(name: str, a: sp.MatrixExpr, b: sp.MatrixExpr, x: object, y: object) -> Line:
    return line(
        name,
        eq(g(x * a + y * b), x * g(a) + y * g(b)),
        "lemma",
        *_names,
        at={"U": a, "V": b, "x_": x, "y_": y},
        labels=("aux.quadratic-linear",),
    )


# What the energy sees of T -------------------------------------------------------------------------------------------
def t(x: sp.MatrixExpr) -> sp.Expr:
    """||T(g(x))||^2 for the operator T of the weights."""
    return Fro(g(x) * W2) ** 2 + Fro(g(x).T * W1) ** 2


_low, _high = mu * sigma_min_T**2, K * sigma_max_T**2
_gu = Fro(g(U))
_low1, _low2 = Sigma(W1, n) * _gu, Sigma(W2, m) * _gu
_up1, _up2 = SigmaMax(W1) * _gu, SigmaMax(W2) * _gu
SPECTRUM = Proof(
    _statement(
        "aux.energy-spectrum", AllOf(le(0, e(U)), le(_low * e(U), t(U)), le(t(U), _high * e(U))), kind=Kind.STEP
    ),
    (
        *_loss,
        _energy("energy", U),
        line("loss", le(0, Loss(W_star + U)), "minimum.nonnegative", "minimum", at={"A": W_star + U}),
        line("positive", le(0, e(U)), "arithmetic", weights=[(2, "loss"), (1, "energy")]),
        line(
            "pl",
            le(mu * Loss(W_star + U), _gu**2 / 2),
            "lemma",
            "smooth",
            "convex",
            "minimum",
            at={"U": W_star + U},
            labels=("j4.pl",),
        ),
        line(
            "smoothness",
            le(_gu**2, 2 * K * Loss(W_star + U)),
            "lemma",
            "smooth",
            "minimum",
            at={"U": W_star + U},
            labels=("aux.gradient-bound",),
        ),
        line("low-1", le(_low1, Fro(W1.T * g(U))), "product.lower", at={"A": W1.T, "C": g(U)}),
        line("low-2", le(_low2, Fro(W2.T * g(U).T)), "product.lower", at={"A": W2.T, "C": g(U).T}),
        line("up-1", le(Fro(W1.T * g(U)), _up1), "product.upper", at={"A": W1.T, "C": g(U)}),
        line("up-2", le(Fro(W2.T * g(U).T), _up2), "product.upper", at={"A": W2.T, "C": g(U).T}),
        line(
            "lower",
            le(_low * e(U), t(U)),
            "arithmetic",
            weights=[
                (Fro(W1.T * g(U)) + _low1, "low-1"),
                (Fro(W2.T * g(U).T) + _low2, "low-2"),
                (2 * sigma_min_T**2, "pl"),
                (-_low, "energy"),
            ],
        ),
        line(
            "upper",
            le(t(U), _high * e(U)),
            "arithmetic",
            weights=[
                (Fro(W1.T * g(U)) + _up1, "up-1"),
                (Fro(W2.T * g(U).T) + _up2, "up-2"),
                (sigma_max_T**2, "smoothness"),
                (_high, "energy"),
            ],
        ),
    ),
    idea="2 mu l <= ||g||^2 <= 2 K l, and sigma_min^2(T) ||g||^2 <= ||T(g)||^2 <= sigma_max^2(T) ||g||^2.",
)

# Cauchy-Schwarz in the energy ----------------------------------------------------------------------------------------
_cross = Inner(U, g(V))
_point = e(V) * U - _cross * V


def _spectrum(name: str, claim: Relation, at: sp.MatrixExpr) -> Line:
    return line(name, claim, "lemma", *_names, at={"U": at}, labels=("aux.energy-spectrum",))


CAUCHY_SCHWARZ = Proof(
    _statement("aux.energy-cauchy-schwarz", le(_cross**2, e(U) * e(V))),
    (
        *_loss,
        _spectrum("e-U", le(0, e(U)), U),
        _spectrum("e-V", le(0, e(V)), V),
        _symmetric("symmetric", U, V),
        line("positive", lt(0, e(V)), "assume"),
        line("none", le(e(V), 0), "assume"),
        _spectrum("at-point", le(0, e(_point)), _point),
        _linear("linear", U, V, e(V), -_cross),
        line(
            "expanded",
            le(0, Inner(_point, e(V) * g(U) - _cross * g(V))),
            "substitute",
            "linear",
            "at-point",
            at={"hole": _hole, "pattern": le(0, Inner(_point, _hole))},
        ),
        line(
            "scaled",
            le(_cross**2 * e(V), e(U) * e(V) * e(V)),
            "arithmetic",
            weights=[(1, "expanded"), (e(V) * _cross, "symmetric")],
        ),
        line(
            "generic",
            le(_cross**2, e(U) * e(V)),
            "order.cancel",
            "positive",
            "scaled",
            at={"x": _cross**2, "y": e(U) * e(V), "z": e(V)},
        ),
        _energy("energy", V),
        line(
            "convexity",
            le(mu / 2 * Fro(V) ** 2, Loss(W_star + V)),
            "lemma",
            "smooth",
            "convex",
            "minimum",
            at={"U": W_star + V},
            labels=("j2.1-unique-minimizer",),
        ),
        line(
            "V-zero",
            le(Fro(V) ** 2, 0),
            "arithmetic",
            weights=[(2 / mu, "convexity"), (1 / mu, "energy"), (1 / mu, "none")],
        ),
        line(
            "cross",
            le(Inner(V, g(U)) ** 2, Fro(V) ** 2 * Fro(g(U)) ** 2),
            "frobenius.cauchy-schwarz",
            at={"A": V, "B": g(U)},
        ),
        line(
            "degenerate",
            le(_cross**2, e(U) * e(V)),
            "arithmetic",
            weights=[
                (1, "cross"),
                (Fro(g(U)) ** 2, "V-zero"),
                (_cross + Inner(V, g(U)), "symmetric"),
                (1, "e-U", "e-V"),
            ],
        ),
        line("claim", le(_cross**2, e(U) * e(V)), "cases", "generic", "positive", "degenerate", "none"),
    ),
    idea="The energy of e(V) U - <U, g(V)> V is not negative.",
)

# The first-order part of the step ------------------------------------------------------------------------------------
_V = U - eta * (g(U) * W2 * W2.T + W1 * W1.T * g(U))
_plus, _minus = _V + x_ * U, _V - x_ * U
_slow, _fast = le(1 - eta * _low, c_), le(eta * _high - 1, c_)


def _at_point(tag: str, point: sp.MatrixExpr, sign: int) -> tuple[Line, ...]:
    """The bounds of SPECTRUM at V + x U or V - x U, with the gradient there written out."""
    gradient = g(_V) + sign * x_ * g(U)
    lines = [_linear(f"linear-{tag}", _V, U, sp.Integer(1), sign * x_)]

    def image(b: sp.MatrixExpr) -> sp.Expr:
        return Fro(b * W2) ** 2 + Fro(b.T * W1) ** 2

    made = (
        ("energy", lambda b: le(0, Inner(point, b))),
        ("low", lambda b: le(_low * Inner(point, b), image(b))),
        ("high", lambda b: le(image(b), _high * Inner(point, b))),
    )
    for name, pattern in made:
        lines.append(_spectrum(f"{name}-raw-{tag}", pattern(g(point)), point))
        lines.append(
            line(
                f"{name}-{tag}",
                pattern(gradient),
                "substitute",
                f"linear-{tag}",
                f"{name}-raw-{tag}",
                at={"hole": _hole, "pattern": pattern(_hole)},
            )
        )
    return tuple(lines)


_bound = le(4 * x_ * e(_V), 2 * c_ * (e(_V) + x_**2 * e(U)))
POLARIZED = Proof(
    _statement("aux.energy-polarized", _bound, lt(0, eta), _slow, _fast, kind=Kind.STEP),
    (
        *_loss,
        line("step", lt(0, eta), "hypothesis"),
        line("slow", _slow, "hypothesis"),
        line("fast", _fast, "hypothesis"),
        _symmetric("symmetric", U, _V),
        *_at_point("plus", _plus, 1),
        *_at_point("minus", _minus, -1),
        line(
            "claim",
            _bound,
            "arithmetic",
            weights=[
                (eta, "low-plus"),
                (eta, "high-minus"),
                (1, "slow", "energy-plus"),
                (1, "fast", "energy-minus"),
                (2 * x_, "symmetric"),
            ],
        ),
    ),
    idea="4 x e(V) = <V + xU, N (V + xU)> - <V - xU, N (V - xU)> in the energy, for the self-adjoint N with N U = V.",
)
_contracted = le(e(_V), c_**2 * e(U))


def _polarized(name: str, x: sp.Expr) -> Line:
    return line(
        name,
        le(4 * x * e(_V), 2 * c_ * (e(_V) + x**2 * e(U))),
        "lemma",
        *_names,
        "step",
        "slow",
        "fast",
        at={"x_": x},
        labels=("aux.energy-polarized",),
    )


FIRST_ORDER = Proof(
    _statement("aux.energy-first-order", _contracted, lt(0, eta), _slow, _fast, kind=Kind.STEP),
    (
        *_loss,
        line("step", lt(0, eta), "hypothesis"),
        line("slow", _slow, "hypothesis"),
        line("fast", _fast, "hypothesis"),
        _spectrum("e-U", le(0, e(U)), U),
        _spectrum("e-V", le(0, e(_V)), _V),
        line("positive", lt(0, c_), "assume"),
        line("none", le(c_, 0), "assume"),
        _polarized("at-c", c_),
        line("scaled", le(e(_V) * c_, c_**2 * e(U) * c_), "arithmetic", weights=[(_half, "at-c")]),
        line(
            "generic",
            _contracted,
            "order.cancel",
            "positive",
            "scaled",
            at={"x": e(_V), "y": c_**2 * e(U), "z": c_},
        ),
        _polarized("at-1", sp.Integer(1)),
        line(
            "degenerate",
            _contracted,
            "arithmetic",
            weights=[(sp.Rational(1, 4), "at-1"), (_half, "none", "e-U"), (_half, "none", "e-V"), (c_**2, "e-U")],
        ),
        line("claim", _contracted, "cases", "generic", "positive", "degenerate", "none"),
    ),
)

# The whole step ------------------------------------------------------------------------------------------------------
_R = W - W_star
_Q = G * W2 * W1.T * G
_V_R = _R - eta * (G * W2 * W2.T + W1 * W1.T * G)
_c = sp.Max(1 - eta * _low, eta * _high - 1)
NONNEGATIVE = Proof(
    Statement(label="aux.contraction-nonnegative", source=_10, kind=Kind.STEP, given=LOSS, then=le(0, _c)),
    (
        smooth,
        convex,
        line("mu-K", le(mu, K), "lemma", "smooth", "convex", labels=("aux.mu-below-K",)),
        line(
            "order",
            le(sigma_min_T**2, sigma_max_T**2),
            "lemma",
            at={"W1_0": W1, "W2_0": W2},
            labels=("aux.order",),
        ),
        line("slow", le(1 - eta * _low, _c), "maximum.above", at={"x": 1 - eta * _low, "y": eta * _high - 1}),
        line("fast", le(eta * _high - 1, _c), "maximum.above", at={"x": 1 - eta * _low, "y": eta * _high - 1}),
        line(
            "claim",
            le(0, _c),
            "arithmetic",
            weights=[
                (_half, "slow"),
                (_half, "fast"),
                (eta * mu / 2, "order"),
                (eta * sigma_max_T**2 / 2, "mu-K"),
            ],
        ),
    ),
)
_d = K * SigmaMax(W) * sp.sqrt(2 * K * L)
_mixed = Inner(_V_R, g(_Q))
_next = _V_R + eta**2 * _Q
CONTRACTION = Proof(
    CONTRACTION_STEP,
    (
        *_loss,
        line("step", lt(0, eta), "hypothesis"),
        line("nonnegative", le(0, _c), "lemma", "smooth", "convex", "minimum", labels=("aux.contraction-nonnegative",)),
        line("slow", le(1 - eta * _low, _c), "maximum.above", at={"x": 1 - eta * _low, "y": eta * _high - 1}),
        line("fast", le(eta * _high - 1, _c), "maximum.above", at={"x": 1 - eta * _low, "y": eta * _high - 1}),
        _energy("energy", _R),
        line(
            "first",
            le(e(_V_R), _c**2 * e(_R)),
            "lemma",
            *_names,
            "step",
            "slow",
            "fast",
            at={"U": _R, "c_": _c},
            labels=("aux.energy-first-order",),
        ),
        *second_order_by_loss,
        line(
            "upper",
            le(Loss(W_star + _Q), K / 2 * Fro(_Q) ** 2),
            "lemma",
            "smooth",
            "minimum",
            at={"U": W_star + _Q},
            labels=("aux.loss-upper",),
        ),
        _energy("energy-Q", _Q),
        line(
            "second",
            le(e(_Q), 2 * _d**2 * L),
            "arithmetic",
            weights=[(2, "upper"), (-1, "energy-Q"), (K * (Fro(_Q) + 2 * K * SigmaMax(W) * L), "Q-by-loss")],
        ),
        _spectrum("e-Q", le(0, e(_Q)), _Q),
        line(
            "cross-square",
            le(_mixed**2, e(_V_R) * e(_Q)),
            "lemma",
            *_names,
            at={"U": _V_R, "V": _Q},
            labels=("aux.energy-cauchy-schwarz",),
        ),
        line(
            "cross-bound",
            le(_mixed**2, (2 * _c * _d * L) ** 2),
            "arithmetic",
            weights=[(1, "cross-square"), (1, "e-Q", "first"), (2 * _c**2 * L, "second"), (-(_c**2), "e-Q", "energy")],
        ),
        line("room", le(0, 2 * _c * _d * L), "arithmetic", weights=[(2 * _d * L, "nonnegative")]),
        line(
            "cross",
            le(_mixed, 2 * _c * _d * L),
            "order.roots",
            "room",
            "cross-bound",
            at={"x": _mixed, "y": 2 * _c * _d * L},
        ),
        _symmetric("symmetric", _V_R, _Q),
        _linear("linear", _V_R, _Q, sp.Integer(1), eta**2),
        _energy("energy-next", _next),
        line(
            "next",
            eq(2 * L_next, Inner(_next, g(_V_R) + eta**2 * g(_Q))),
            "substitute",
            "linear",
            "energy-next",
            at={"hole": _hole, "pattern": eq(2 * L_next, Inner(_next, _hole))},
        ),
        line(
            "claim",
            le(L_next, q_t**2 * L),
            "arithmetic",
            weights=[
                (_half, "next"),
                (_half, "first"),
                (-(_c**2) / 2, "energy"),
                (eta**2, "cross"),
                (-(eta**2) / 2, "symmetric"),
                (eta**4 / 2, "second"),
            ],
        ),
    ),
    idea="In the energy the residual moves to V + eta^2 Q: V contracts, Q is second order, Cauchy-Schwarz for the two.",
)

PROOFS = (
    LINEAR,
    SELF_ADJOINT,
    ENERGY,
    SPECTRUM,
    CAUCHY_SCHWARZ,
    POLARIZED,
    FIRST_ORDER,
    NONNEGATIVE,
    CONTRACTION,
)
