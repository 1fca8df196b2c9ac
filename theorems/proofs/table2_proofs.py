"""Lemmas E.3 and E.4, the margins beta_1 and beta_2, alpha_1 > 0: Table 2 tied to the weights, for every n, m, h."""

from __future__ import annotations

import sympy as sp

from theorems import imbalance, induction, initialization, table2
from theorems.assumptions import LOSS
from theorems.norms import Fro, Inner, Lambda, Sigma, SigmaMax, SigmaMin
from theorems.notation import (
    D_0,
    L_0,
    W1,
    W1_0,
    W2,
    W2_0,
    W_0,
    D,
    Delta_minus,
    Delta_plus,
    Delta_under,
    K,
    L,
    L_next,
    W,
    W1_next,
    W2_next,
    W_next,
    W_star,
    alpha_1,
    alpha_2,
    beta_1,
    beta_2,
    beta_m,
    beta_n,
    h,
    lambda_m_D,
    lambda_minus,
    lambda_n_D,
    lambda_plus,
    m,
    mu,
    n,
    sigma_max_T,
    sigma_min_T,
)
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.proofs.shared_lines import beta_2_bound
from theorems.proofs.spectrum_proofs import b_, gap, p_
from theorems.statement import Kind, Statement, eq, journal, le, lt
from theorems.table2 import ALPHA_1_REPAIRED

_GOALS = goals(imbalance, induction, initialization, table2)
_half = sp.Rational(1, 2)
_E3, _E4 = (journal("118", "Lemma E.3"),), (journal("119", "120", "Lemma E.4"),)
_RUN = (*LOSS, le(L, L_0))
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_descended = line("descended", le(L, L_0), "hypothesis")
_all = (*_names, "descended")

# The margin: singular values of W(t) from those of W* -------------------------------------------------------------
_ratio = sp.sqrt(K / mu)
_far, _near = Fro(W_0 - W_star), Fro(W - W_star)
DISTANCE = Proof(
    Statement(
        label="aux.distance", source=(journal("114"),), kind=Kind.STEP, given=_RUN, then=le(_near, _ratio * _far)
    ),
    (
        *_loss,
        _descended,
        line("lower", le(mu / 2 * _near**2, L), "lemma", *_names, at={"U": W}, labels=("j2.1-unique-minimizer",)),
        line("upper", le(L_0, K / 2 * _far**2), "lemma", *_names, at={"U": W_0}, labels=("aux.loss-upper",)),
        line(
            "square",
            le(_near**2, K / mu * _far**2),
            "arithmetic",
            weights=[(2 / mu, "lower"), (2 / mu, "descended"), (2 / mu, "upper")],
        ),
        line("claim", le(_near, _ratio * _far), "order.roots", "square", at={"x": _near, "y": _ratio * _far}),
    ),
)
_distance = line("distance", le(_near, _ratio * _far), "lemma", *_all, labels=("aux.distance",))
_away = line("away", le(SigmaMax(W_star - W), _near), "singular-values.frobenius", at={"A": W_star - W})


def _margin(beta: sp.Symbol, k: sp.Expr) -> Proof:
    value = Sigma(W_star, k) - _ratio * _far
    return Proof(
        Statement(label=f"aux.{beta.name}", source=_E3, kind=Kind.STEP, given=_RUN, then=le(beta, Sigma(W, k))),
        (
            *_loss,
            _descended,
            _distance,
            _away,
            line(
                "weyl",
                le(Sigma(W_star, k), Sigma(W, k) + SigmaMax(W_star - W)),
                "singular-values.weyl",
                at={"A": W, "B": W_star - W, "k": k},
            ),
            line("value", le(value, Sigma(W, k)), "arithmetic", weights=[(1, "weyl"), (1, "away"), (1, "distance")]),
            line("claim", le(beta, Sigma(W, k)), "maximum.least", "value", at={"x": value, "y": 0, "z": Sigma(W, k)}),
        ),
        idea="Weyl's inequality between W(t) and W*.",
    )


BETA_2 = Proof(
    Statement(label="aux.beta_2", source=_E3, kind=Kind.STEP, given=_RUN, then=le(SigmaMax(W), beta_2)),
    (
        *_loss,
        _descended,
        _distance,
        *beta_2_bound(W, "distance"),
    ),
)
_value_1 = SigmaMin(W_star) - _ratio * _far


def _smallest(tag: str, case: Line, index: sp.Expr, transpose: bool) -> tuple[Line, ...]:
    def at(x: sp.MatrixExpr) -> dict[str, sp.Basic]:
        return {"A": x.T if transpose else x}

    beta = beta_m if transpose else beta_n
    return (
        case,
        line(
            f"star-{tag}",
            eq(SigmaMin(W_star), Sigma(W_star, index)),
            "singular-values.smallest",
            case.name,
            at=at(W_star),
        ),
        line(f"W-{tag}", eq(SigmaMin(W), Sigma(W, index)), "singular-values.smallest", case.name, at=at(W)),
        line(f"margin-{tag}", le(beta, Sigma(W, index)), "lemma", *_all, labels=(f"aux.{beta.name}",)),
        line(
            f"above-{tag}",
            le(Sigma(W_star, index) - _ratio * _far, beta),
            "maximum.above",
            at={"x": Sigma(W_star, index) - _ratio * _far, "y": 0},
        ),
        line(
            f"value-{tag}",
            le(_value_1, SigmaMin(W)),
            "arithmetic",
            weights=[(1, f"above-{tag}"), (1, f"margin-{tag}"), (1, f"star-{tag}"), (-1, f"W-{tag}")],
        ),
    )


BETA_1 = Proof(
    Statement(label="aux.beta_1", source=_E3, kind=Kind.STEP, given=_RUN, then=le(beta_1, SigmaMin(W))),
    (
        *_loss,
        _descended,
        *_smallest("n", line("n-smaller", le(n, m), "assume"), n, False),
        *_smallest("m", line("m-smaller", le(m, n), "assume"), m, True),
        line("value", le(_value_1, SigmaMin(W)), "cases", "value-n", "n-smaller", "value-m", "m-smaller"),
        line("claim", le(beta_1, SigmaMin(W)), "maximum.least", "value", at={"x": _value_1, "y": 0, "z": SigmaMin(W)}),
    ),
)

# The spectrum of D(t) from that of D(0) -------------------------------------------------------------------------------
_drift = Fro(D - D_0)


def _extreme(tag: str, now: sp.MatrixExpr, before: sp.MatrixExpr, bound: sp.Symbol) -> tuple[Line, ...]:
    """lambda_1(now) <= bound + ||D - D_0|| where bound = max(lambda_1(before), 0)."""
    moved = now - before
    return (
        line(
            f"weyl-{tag}",
            le(Lambda(now, 1), Lambda(before, 1) + Lambda(moved, 1)),
            "weyl.upper",
            at={"S": before, "T": moved, "k": 1},
        ),
        line(f"size-{tag}", le(Lambda(moved, 1), _drift), "eigenvalues.frobenius", at={"S": moved}),
        line(f"part-{tag}", le(Lambda(before, 1), bound), "maximum.above", at={"x": Lambda(before, 1), "y": 0}),
        line(
            f"extreme-{tag}",
            le(Lambda(now, 1), bound + _drift),
            "arithmetic",
            weights=[(1, f"weyl-{tag}"), (1, f"size-{tag}"), (1, f"part-{tag}")],
        ),
    )


def _inner(tag: str, now: sp.MatrixExpr, before: sp.MatrixExpr, bound: sp.Symbol, k: sp.Expr) -> tuple[Line, ...]:
    """bound <= max(lambda_k(now), 0) + ||D - D_0|| where bound = max(lambda_k(before), 0); both are 0 when k > h."""
    moved = before - now
    room = sp.Max(Lambda(now, k), 0) + _drift
    return (
        line(f"wide-{tag}", le(k, h), "assume"),
        line(f"narrow-{tag}", lt(h, k), "assume"),
        line(
            f"weyl-{tag}",
            le(Lambda(before, k), Lambda(now, k) + Lambda(moved, 1)),
            "weyl.upper",
            f"wide-{tag}",
            at={"S": now, "T": moved, "k": k},
        ),
        line(f"size-{tag}", le(Lambda(moved, 1), _drift), "eigenvalues.frobenius", at={"S": moved}),
        line(
            f"part-{tag}",
            le(Lambda(now, k), sp.Max(Lambda(now, k), 0)),
            "maximum.above",
            at={"x": Lambda(now, k), "y": 0},
        ),
        line(
            f"near-{tag}",
            le(Lambda(before, k), room),
            "arithmetic",
            weights=[(1, f"weyl-{tag}"), (1, f"size-{tag}"), (1, f"part-{tag}")],
        ),
        line(
            f"padded-{tag}", eq(Lambda(before, k), 0), "eigenvalues.padding", f"narrow-{tag}", at={"S": before, "k": k}
        ),
        line(f"none-{tag}", le(Lambda(before, k), room), "arithmetic", weights=[(1, f"padded-{tag}")]),
        line(
            f"both-{tag}",
            le(Lambda(before, k), room),
            "cases",
            f"near-{tag}",
            f"wide-{tag}",
            f"none-{tag}",
            f"narrow-{tag}",
        ),
        line(
            f"inner-{tag}",
            le(bound, room),
            "maximum.least",
            f"both-{tag}",
            at={"x": Lambda(before, k), "y": 0, "z": room},
        ),
    )


def _solved(a: sp.Expr, low: sp.Expr, b: sp.Expr) -> sp.Expr:
    return (a - low + sp.sqrt((low + a) ** 2 + 4 * b**2)) / 2


SPECTRUM_LOWER = Proof(
    Statement(
        label="aux.spectrum-lower",
        source=_E4,
        kind=Kind.STEP,
        given=_RUN,
        then=le(alpha_1 - 2 * _drift, sigma_min_T**2),
        where={alpha_1: ALPHA_1_REPAIRED},
        note="2 in place of 4: each half of alpha_1 moves by at most ||D(t) - D(0)||",
    ),
    (
        *_loss,
        _descended,
        *_extreme("-", -D, -D_0, lambda_minus),
        *_extreme("+", D, D_0, lambda_plus),
        *_inner("n", D, D_0, lambda_n_D, n),
        *_inner("m", -D, -D_0, lambda_m_D, m),
        line("beta-n", le(beta_n, Sigma(W, n)), "lemma", *_all, labels=("aux.beta_n",)),
        line("beta-m", le(beta_m, Sigma(W, m)), "lemma", *_all, labels=("aux.beta_m",)),
        line(
            "half-1",
            le(_solved(lambda_n_D, lambda_minus, beta_n), Sigma(W1, n) ** 2 + _drift),
            "lemma",
            "extreme--",
            "inner-n",
            "beta-n",
            at={"l_": lambda_minus, "a_": lambda_n_D, "b_": beta_n, "gap": _drift},
            labels=("aux.lower-bound",),
        ),
        line(
            "half-2",
            le(_solved(lambda_m_D, lambda_plus, beta_m), Sigma(W2, m) ** 2 + _drift),
            "lemma",
            "extreme-+",
            "inner-m",
            "beta-m",
            at={"W1": W2, "W2": W1, "l_": lambda_plus, "a_": lambda_m_D, "b_": beta_m, "gap": _drift},
            labels=("aux.lower-bound",),
        ),
        line("claim", le(alpha_1 - 2 * _drift, sigma_min_T**2), "arithmetic", weights=[(1, "half-1"), (1, "half-2")]),
    ),
)
_moved_root = sp.sqrt((p_ + gap) ** 2 + 4 * b_**2)
_root_p = sp.sqrt(p_**2 + 4 * b_**2)
ROOT_GROWTH = Proof(
    Statement(label="aux.root-growth", source=_E4, kind=Kind.INEQUALITY, then=le(_moved_root, _root_p + gap)),
    (
        line("larger", le(p_, _root_p), "order.roots", at={"x": p_, "y": _root_p}),
        line("square", le(_moved_root**2, (_root_p + gap) ** 2), "arithmetic", weights=[(2 * gap, "larger")]),
        line(
            "claim", le(_moved_root, _root_p + gap), "order.roots", "square", at={"x": _moved_root, "y": _root_p + gap}
        ),
    ),
)


def _upper_half(tag: str, bound: sp.Symbol, weights: dict[str, sp.Basic]) -> tuple[Line, ...]:
    top = SigmaMax(W2 if weights else W1) ** 2
    radicand = (bound + _drift) ** 2 + 4 * beta_2**2
    return (
        line(f"square-{tag}", le(0, radicand), "arithmetic", weights=[(1, bound + _drift), (4, beta_2)], known=True),
        line(
            f"half-{tag}",
            le(top, (bound + _drift + sp.sqrt((bound + _drift) ** 2 + 4 * beta_2**2)) / 2),
            "lemma",
            f"extreme-{tag}",
            "beta",
            at={**weights, "p_": bound + _drift, "b_": beta_2},
            labels=("aux.upper-bound",),
        ),
        line(
            f"growth-{tag}",
            le(sp.sqrt((bound + _drift) ** 2 + 4 * beta_2**2), sp.sqrt(bound**2 + 4 * beta_2**2) + _drift),
            "lemma",
            at={"p_": bound, "b_": beta_2, "gap": _drift},
            labels=("aux.root-growth",),
        ),
    )


SPECTRUM_UPPER = Proof(
    Statement(
        label="aux.spectrum-upper",
        source=_E4,
        kind=Kind.STEP,
        given=_RUN,
        then=le(sigma_max_T**2, alpha_2 + 2 * _drift),
    ),
    (
        *_loss,
        _descended,
        *_extreme("-", -D, -D_0, lambda_minus),
        *_extreme("+", D, D_0, lambda_plus),
        line("beta", le(SigmaMax(W), beta_2), "lemma", *_all, labels=("aux.beta_2",)),
        *_upper_half("+", lambda_plus, {}),
        *_upper_half("-", lambda_minus, {"W1": W2, "W2": W1}),
        line(
            "claim",
            le(sigma_max_T**2, alpha_2 + 2 * _drift),
            "arithmetic",
            weights=[(1, "half-+"), (1, "half--"), (_half, "growth-+"), (_half, "growth--")],
        ),
    ),
)

# Lemmas E.3 and E.4, and the statements on runs -----------------------------------------------------------------------
_AT_0 = {"W1": W1_0, "W2": W2_0}


def _initial(label: str, lemma: str) -> Proof:
    goal = _GOALS[label]
    return Proof(goal, (*_loss, line("claim", goal.then, "lemma", *_names, at=_AT_0, labels=(lemma,))))


def _by_lemma(goal: Statement, lemma: str, claim: object, slack: bool = False) -> Proof:
    """A statement on runs from the universal one, at its current weights."""
    cited = line("bound", claim, "lemma", *_all, labels=(lemma,))
    return Proof(goal, (*_loss, _descended, cited, line("claim", goal.then, "arithmetic", weights=[(1, "bound")])))


_lower, _upper = SPECTRUM_LOWER.statement.then, SPECTRUM_UPPER.statement.then
LEMMA_E3 = (
    _initial("j118.alpha-1@lambda-padded/repaired", "aux.spectrum-lower"),
    _initial("j118.alpha-2", "aux.spectrum-upper"),
    Proof(
        _GOALS["j118.order"],
        (
            line(
                "order-1",
                le(Sigma(W1_0, n), Sigma(W1_0, 1)),
                "singular-values.decreasing",
                at={"A": W1_0, "k": n, "j": 1},
            ),
            line(
                "order-2",
                le(Sigma(W2_0, m), Sigma(W2_0, 1)),
                "singular-values.decreasing",
                at={"A": W2_0, "k": m, "j": 1},
            ),
            line("top-1", eq(SigmaMax(W1_0), Sigma(W1_0, 1)), "singular-values.largest", at={"A": W1_0}),
            line("top-2", eq(SigmaMax(W2_0), Sigma(W2_0, 1)), "singular-values.largest", at={"A": W2_0}),
            line(
                "claim",
                _GOALS["j118.order"].then,
                "arithmetic",
                weights=[
                    (Sigma(W1_0, n) + Sigma(W1_0, 1), "order-1"),
                    (Sigma(W2_0, m) + Sigma(W2_0, 1), "order-2"),
                    (-SigmaMax(W1_0) - Sigma(W1_0, 1), "top-1"),
                    (-SigmaMax(W2_0) - Sigma(W2_0, 1), "top-2"),
                ],
            ),
        ),
    ),
)
LEMMA_E4 = (
    _by_lemma(_GOALS["j119.lower/repaired"], "aux.spectrum-lower", _lower),
    _by_lemma(_GOALS["j119.lower/sharp"], "aux.spectrum-lower", _lower),
    _by_lemma(_GOALS["j120.upper"], "aux.spectrum-upper", _upper),
)

# A2(t + 1), with the weights after the step ---------------------------------------------------------------------------
_AT_NEXT = {"W1": W1_next, "W2": W2_next}
_next_below = line("descended", le(L_next, L_0), "hypothesis")
_further = Fro(W_next - W_star)


def _after(label: str, lemma: str) -> Proof:
    goal = _GOALS[label]
    return Proof(goal, (*_loss, _next_below, line("claim", goal.then, "lemma", *_all, at=_AT_NEXT, labels=(lemma,))))


AFTER = (
    Proof(
        _GOALS["j114.lower"],
        (
            *_loss,
            line(
                "claim",
                _GOALS["j114.lower"].then,
                "lemma",
                *_names,
                at={"U": W_next},
                labels=("j2.1-unique-minimizer",),
            ),
        ),
    ),
    Proof(
        _GOALS["j114.upper"],
        (
            *_loss,
            line("claim", _GOALS["j114.upper"].then, "lemma", *_names, at={"U": W_next}, labels=("aux.loss-upper",)),
        ),
    ),
    _after("j115.beta-1", "aux.beta_1"),
)

# alpha_1 > 0 ----------------------------------------------------------------------------------------------------
_order_n, _order_m = sp.Max(Lambda(D_0, n), 0), sp.Max(Lambda(-D_0, m), 0)


def _spread(tag: str, matrix: sp.MatrixExpr, k: sp.Expr) -> tuple[Line, ...]:
    """max(lambda_k, 0) <= max(lambda_1, 0), which makes Delta_+ (Delta_-) nonnegative."""
    inner, outer, top = Lambda(matrix, k), Lambda(matrix, 1), sp.Max(Lambda(matrix, 1), 0)
    return (
        line(f"s-wide-{tag}", le(k, h), "assume"),
        line(f"s-narrow-{tag}", lt(h, k), "assume"),
        line(f"s-top-{tag}", le(outer, top), "maximum.above", at={"x": outer, "y": 0}),
        line(
            f"s-order-{tag}",
            le(inner, outer),
            "eigenvalues.decreasing",
            f"s-wide-{tag}",
            at={"S": matrix, "k": k, "j": 1},
        ),
        line(f"s-in-{tag}", le(inner, top), "arithmetic", weights=[(1, f"s-top-{tag}"), (1, f"s-order-{tag}")]),
        line(f"s-pad-{tag}", eq(inner, 0), "eigenvalues.padding", f"s-narrow-{tag}", at={"S": matrix, "k": k}),
        line(f"s-out-{tag}", le(inner, top), "arithmetic", weights=[(1, f"s-pad-{tag}")]),
        line(
            f"s-both-{tag}", le(inner, top), "cases", f"s-in-{tag}", f"s-wide-{tag}", f"s-out-{tag}", f"s-narrow-{tag}"
        ),
        line(
            f"s-{tag}",
            le(sp.Max(inner, 0), top),
            "maximum.least",
            f"s-both-{tag}",
            at={"x": inner, "y": 0, "z": top},
            known=True,
        ),
    )


spreads = (*_spread("plus", D_0, n), *_spread("minus", -D_0, m))


def _printed_roots(strict: bool) -> tuple[Line, ...]:
    lines: list[Line] = []
    for tag, wide in (("plus", Delta_plus), ("minus", Delta_minus)):
        root = sp.sqrt((wide + Delta_under) ** 2 + 4 * beta_1**2)
        base = wide + Delta_under
        if strict:
            lines.append(line(f"sq-{tag}", lt(base**2, root**2), "arithmetic", weights=[(4, "beta", "beta")]))
            lines.append(
                line(f"root-{tag}", lt(base, root), "order.strict-roots", f"sq-{tag}", at={"x": base, "y": root})
            )
        else:
            lines.append(line(f"root-{tag}", le(base, root), "order.roots", at={"x": base, "y": root}))
    return tuple(lines)


def _repaired_roots() -> tuple[Line, ...]:
    lines: list[Line] = []
    for tag, a, low, b in (("n", lambda_n_D, lambda_minus, beta_n), ("m", lambda_m_D, lambda_plus, beta_m)):
        root = sp.sqrt((low + a) ** 2 + 4 * b**2)
        lines.append(line(f"root-{tag}", le(low + a, root), "order.roots", at={"x": low + a, "y": root}))
    return tuple(lines)


_gap = line("imbalance", lt(0, Delta_under), "hypothesis")
_printed = [(_half, "root-plus"), (_half, "root-minus")]
POSITIVE = (
    Proof(
        _GOALS["j3.2-alpha-1-positive.imbalance"],
        (
            *spreads,
            _gap,
            *_printed_roots(False),
            line("claim", lt(0, alpha_1), "arithmetic", weights=[*_printed, (1, "imbalance")]),
        ),
    ),
    Proof(
        _GOALS["j3.2-alpha-1-positive.margin"],
        (
            *spreads,
            line("beta", lt(0, beta_1), "hypothesis"),
            *_printed_roots(True),
            line("claim", lt(0, alpha_1), "arithmetic", weights=_printed),
        ),
    ),
    Proof(
        _GOALS["j3.2-alpha-1-positive.imbalance/repaired"],
        (
            _gap,
            *_repaired_roots(),
            line(
                "claim",
                lt(0, alpha_1),
                "arithmetic",
                weights=[(_half, "root-n"), (_half, "root-m"), (1, "imbalance")],
            ),
        ),
    ),
)
_g2, _g1 = W2_0.T * W2_0, -W1_0.T * W1_0
_next = Lambda(-D_0, m + 1)
_e = sp.MatrixSymbol("e", h, 1)
LEMMA_F4 = Proof(
    _GOALS["jF4.sufficient"],
    (
        *spreads,
        line("full", lt(0, Sigma(D_0, m + n)), "hypothesis"),
        line("width", le(m + n, h), "hypothesis"),
        line("index", le(m + 1, h), "arithmetic", weights=[(1, "width")]),
        line("e", eq(Inner(_e, _g1 * _e), Lambda(_g1, 1)), "eigenvector.exists", at={"S": _g1, "k": 1, "u": _e}),
        line("not-positive", le(Lambda(_g1, 1), 0), "arithmetic", weights=[(-1, "e")], why="it is -||W1 e||^2"),
        line(
            "weyl",
            le(_next, Lambda(_g2, m + 1) + Lambda(_g1, 1)),
            "weyl.upper",
            "index",
            at={"S": _g2, "T": _g1, "k": m + 1},
        ),
        line(
            "gram",
            eq(Lambda(_g2, m + 1), Sigma(W2_0, m + 1) ** 2),
            "singular-values.gram",
            at={"A": W2_0.T, "k": m + 1},
        ),
        line("rank", eq(Sigma(W2_0, m + 1), 0), "singular-values.padding", at={"A": W2_0, "k": m + 1}),
        line(
            "few-negative",
            le(_next, lambda_n_D),
            "arithmetic",
            weights=[(1, "weyl"), (1, "gram"), (Sigma(W2_0, m + 1), "rank"), (1, "not-positive")],
        ),
        line("part", le(Lambda(D_0, n), lambda_n_D), "maximum.above", at={"x": Lambda(D_0, n), "y": 0}),
        line(
            "count",
            le(Sigma(D_0, m + n), lambda_n_D),
            "eigenvalues.count",
            "part",
            "few-negative",
            at={"S": D_0, "i": n, "j": m + 1, "x": lambda_n_D},
        ),
        *_printed_roots(False),
        line("claim", lt(0, alpha_1), "arithmetic", weights=[*_printed, (1, "count"), (1, "full")]),
    ),
    idea="D(0) has at most n positive and m negative eigenvalues: m + n nonzero ones leave lambda_n(D(0)) > 0.",
)

PROOFS = (
    LEMMA_F4,
    DISTANCE,
    _margin(beta_n, n),
    _margin(beta_m, m),
    BETA_2,
    BETA_1,
    ROOT_GROWTH,
    SPECTRUM_LOWER,
    SPECTRUM_UPPER,
    *LEMMA_E3,
    *LEMMA_E4,
    *AFTER,
    *POSITIVE,
)
