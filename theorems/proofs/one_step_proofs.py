"""(6) with its factor squared: one step of size 1/K on a smooth and strongly convex loss.

Three interpolation inequalities, between the two iterates and the minimizer, with weights rho, 1 - rho and
rho (1 - rho) for rho = 1 - mu/K (Taylor, Hendrickx, Glineur 2018); what they leave is a sum of two squares.
"""

from __future__ import annotations

import sympy as sp

from theorems import preliminaries
from theorems.assumptions import SMOOTH, STRONGLY_CONVEX
from theorems.norms import Fro, Grad, Inner, Loss
from theorems.notation import K, U, V, W_star, m, mu, n
from theorems.proofs.derivation import Line, Proof, claims, goals, line
from theorems.proofs.loss_proofs import convex, lower, minimum, smooth, upper
from theorems.statement import Kind, Relation, Statement, eq, journal, le, lt

__all__ = ["PROOFS"]

_GOALS = goals(preliminaries)
_SOURCE = (journal("6"),)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
r_ = sp.Symbol("r_", real=True, positive=True)  # K - mu
_SPLIT = eq(K, mu + r_)
_split = line("split", _SPLIT, "hypothesis")


def _curved(a: sp.MatrixExpr, b: sp.MatrixExpr, ga: sp.MatrixExpr, gb: sp.MatrixExpr) -> sp.Expr:
    """What the loss at a lies above its tangent plane at b, at least."""
    return (Fro(ga - gb) ** 2 + mu * K * Fro(a - b) ** 2 - 2 * mu * Inner(ga - gb, a - b)) / (2 * r_)


def _between(a: sp.MatrixExpr, b: sp.MatrixExpr, ga: sp.MatrixExpr, gb: sp.MatrixExpr) -> Relation:
    return le(Loss(b) + Inner(gb, a - b) + _curved(a, b, ga, gb), Loss(a))


_gU, _gV = Grad(U), Grad(V)
_best = U + (mu * (U - V) - _gU + _gV) / r_
INTERPOLATION = Proof(
    Statement(
        label="aux.interpolation",
        source=_SOURCE,
        kind=Kind.INEQUALITY,
        given=(SMOOTH, STRONGLY_CONVEX, _SPLIT),
        then=_between(U, V, _gU, _gV),
        note="the inequality that interpolates smooth and strongly convex functions between two points",
    ),
    (
        smooth,
        convex,
        _split,
        upper("upper", U, _best),
        lower("lower", V, _best),
        line(
            "claim",
            _between(U, V, _gU, _gV),
            "arithmetic",
            weights=[
                (1, "upper"),
                (1, "lower"),
                (mu * Fro(U - V) ** 2 / (2 * r_) + Fro(_best - U) ** 2 / 2, "split"),
            ],
        ),
    ),
    idea="The upper bound at U and the lower bound at V, compared where they are nearest.",
)

# One step of size 1/K -----------------------------------------------------------------------------------------------
_next = U - _gU / K
_gN = Grad(_next)
_x = U - W_star
_hole = sp.MatrixSymbol("hole", n, m)
_zero = sp.ZeroMatrix(n, m)


def _to_minimizer(tag: str, point: sp.MatrixExpr, gradient: sp.MatrixExpr) -> tuple[Line, ...]:
    """The interpolation inequality at W*, where the gradient is zero."""
    raw = _between(W_star, point, Grad(W_star), gradient)
    at = {"U": W_star, "V": point}
    return (
        line(f"raw-{tag}", raw, "lemma", "smooth", "convex", "split", at=at, labels=("aux.interpolation",)),
        line(
            f"from-{tag}",
            _between(W_star, point, _zero, gradient),
            "substitute",
            "stationary",
            f"raw-{tag}",
            at={"hole": _hole, "pattern": _between(W_star, point, _hole, gradient)},
        ),
    )


def _excess() -> sp.Expr:
    """p with p (mu + r - K) = what the weights and squares leave of the claim."""
    gram = {
        (i, j): sp.Symbol(f"g{i}{j}") for i in range(3) for j in range(i, 3)
    }  # of U - W*, the gradient at U, the gradient after the step
    f_0, f_1 = sp.symbols("f_0 f_1")

    def inner(p: tuple[sp.Expr, ...], q: tuple[sp.Expr, ...]) -> sp.Expr:
        return sum((p[i] * q[j] * gram[min(i, j), max(i, j)] for i in range(3) for j in range(3)), sp.S.Zero)

    one, none = sp.S.One, sp.S.Zero
    points = {"0": (one, none, none), "1": (one, -1 / K, none), "*": (none, none, none)}
    gradients = {"0": (none, one, none), "1": (none, none, one), "*": (none, none, none)}
    values = {"0": f_0, "1": f_1, "*": none}

    def above(i: str, j: str) -> sp.Expr:
        dx = tuple(a - b for a, b in zip(points[i], points[j], strict=True))
        dg = tuple(a - b for a, b in zip(gradients[i], gradients[j], strict=True))
        curved = (inner(dg, dg) + mu * K * inner(dx, dx) - 2 * mu * inner(dg, dx)) / (2 * r_)
        return values[i] - values[j] - inner(gradients[j], dx) - curved

    first, second = (-mu, mu / K, one), (-mu, one, none)
    left = (r_ / K) ** 2 * f_0 - f_1
    left -= r_ / K * above("0", "1") + mu / K * above("*", "1") + r_ * mu / K**2 * above("*", "0")
    left -= inner(first, first) / (2 * r_) + inner(second, second) / (2 * K)
    meaning = {f_0: Loss(U), f_1: Loss(_next)}
    vectors = (_x, _gU, _gN)
    meaning |= {s: Inner(vectors[i], vectors[j]) for (i, j), s in gram.items()}
    quotient, rest = sp.div(sp.Poly(sp.expand(left * 2 * r_ * K**3), mu), sp.Poly(mu + r_ - K, mu))
    assert rest.is_zero  # the two squares are what is left when K = mu + r
    return sp.expand(quotient.as_expr() / (2 * r_ * K**3)).xreplace(meaning)


_squared = le(Loss(_next), (r_ / K) ** 2 * Loss(U))
ONE_STEP = Proof(
    Statement(
        label="aux.one-step",
        source=_SOURCE,
        kind=Kind.INEQUALITY,
        given=(*_GOALS["j6.rate/sharp"].given, _SPLIT),
        then=_squared,
    ),
    (
        *_loss,
        _split,
        line("attained", eq(Loss(W_star), 0), "minimum.attained", "minimum"),
        line("slope", eq(Fro(Grad(W_star)), 0), "lemma", "smooth", "minimum", labels=("aux.minimizer",)),
        line("stationary", eq(Grad(W_star), _zero), "frobenius.definite", "slope", at={"A": Grad(W_star)}),
        line(
            "step",
            _between(U, _next, _gU, _gN),
            "lemma",
            "smooth",
            "convex",
            "split",
            at={"U": U, "V": _next},
            labels=("aux.interpolation",),
        ),
        *_to_minimizer("0", U, _gU),
        *_to_minimizer("1", _next, _gN),
        line(
            "claim",
            _squared,
            "arithmetic",
            weights=[
                (r_ / K, "step"),
                (mu / K, "from-1"),
                (r_ * mu / K**2, "from-0"),
                (mu / K + r_ * mu / K**2, "attained"),
                (1 / (2 * r_), Fro(_gN + mu / K * _gU - mu * _x)),
                (1 / (2 * K), Fro(_gU - mu * _x)),
                (_excess(), "split"),
            ],
        ),
    ),
)
_sharp, _optimal = _GOALS["j6.rate/sharp"], _GOALS["j6.optimal/sharp"]
_after, _value = Loss(_next), Loss(U)
_gap = K - mu
SHARP_LESS = Proof(
    Statement(
        label="aux.rate-sharp",
        source=_SOURCE,
        kind=Kind.INEQUALITY,
        given=(*_sharp.given, lt(mu, K)),
        then=claims(_sharp)[0],
    ),
    (
        *_loss,
        line("less", lt(mu, K), "hypothesis"),
        line("gap", lt(0, _gap), "arithmetic", weights=[(1, "less")], known=True),
        line("claim", claims(_sharp)[0], "lemma", *_names, at={"r_": _gap}, labels=("aux.one-step",)),
    ),
)
SHARP = Proof(
    _sharp,
    (
        *_loss,
        line("less", lt(mu, K), "assume"),
        line("equal", le(K, mu), "assume"),
        line("case-less", claims(_sharp)[0], "lemma", *_names, "less", labels=("aux.rate-sharp",)),
        line("rate", le(_after, (1 - mu / K) * _value), "lemma", *_names, labels=("j6.rate",)),
        line("loss", le(0, _value), "minimum.nonnegative", "minimum", at={"A": U}),
        line(
            "case-equal",
            claims(_sharp)[0],
            "arithmetic",
            weights=[(1, "rate"), (_value / K, "equal"), (1, "loss", 1 - mu / K)],
        ),
        line("claim", claims(_sharp)[0], "cases", "case-less", "less", "case-equal", "equal"),
    ),
)
OPTIMAL = Proof(
    _optimal,
    (
        *_loss,
        line("less", lt(mu, K), "hypothesis"),
        line("away", lt(0, _value), "hypothesis"),
        line("rate", claims(_sharp)[0], "lemma", *_names, labels=("j6.rate/sharp",)),
        line("claim", claims(_optimal)[0], "arithmetic", weights=[(1, "rate"), (mu / K**2, "less", "away")]),
    ),
)

PROOFS = (INTERPOLATION, ONE_STEP, SHARP_LESS, SHARP, OPTIMAL)
