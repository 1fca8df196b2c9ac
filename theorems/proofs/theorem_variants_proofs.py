"""Theorem 3.2 under other definitions: the submission's beta_2, beta_1 read as zero for n != m, c(eta_0) of App. C.

Where beta_1 is read as zero for n != m, the printed alpha_1 is at most the repaired one, and the proof goes through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from theorems import convergence, imbalance, induction, prior_work, sketch, table2
from theorems.assumptions import HALF
from theorems.norms import Fro, Sigma
from theorems.notation import (
    D_0,
    L_0,
    W1,
    W1_0,
    W2,
    W2_0,
    W_0,
    D,
    Delta,
    Delta_minus,
    Delta_plus,
    Delta_under,
    K,
    L,
    W_star,
    alpha_1,
    alpha_2,
    beta_1,
    beta_2,
    beta_m,
    beta_n,
    c,
    eta_0,
    lambda_m_D,
    lambda_minus,
    lambda_n_D,
    lambda_plus,
    m,
    mu,
    mu_bar,
    n,
    rho_bar_0,
    sigma_max_T,
    sigma_min_T,
    t,
)
from theorems.proofs.convergence_proofs import BASE, NEXT, RATES, STEP, on_runs, variant
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.proofs.existence_proofs import below_maximum
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.proofs.table2_proofs import SPECTRUM_LOWER, SPECTRUM_UPPER, spreads
from theorems.readings import PADDED
from theorems.statement import Kind, Statement, Version, eq, journal, le, lt
from theorems.table2 import ALPHA_1_REPAIRED, SUBMISSION, SUBMISSION_REPAIRED_32, definitions

__all__ = ["PROOFS"]

Where = Mapping[sp.Basic, sp.Basic]
_GOALS = goals(convergence, induction, sketch, table2, imbalance, prior_work)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_half = sp.Rational(1, 2)
_drift = Fro(D - D_0)

# The spectrum under these tables --------------------------------------------------------------------------------------
_PADDED: Where = definitions(reading=PADDED)
_BETA = {"aux.beta_2": "aux.beta_2-submission"}
UPPER_SUBMISSION = Proof(
    replace(SPECTRUM_UPPER.statement, label="aux.spectrum-upper-submission", where=SUBMISSION),
    tuple(replace(e, labels=tuple(_BETA.get(x, x) for x in e.labels)) for e in SPECTRUM_UPPER.lines),
)
_far = sp.sqrt(K / mu) * Fro(W_0 - W_star)
_smaller = sp.Min(Sigma(W_star, n), Sigma(W_star, m))


def _below_margin(beta: sp.Symbol, k: sp.Expr) -> tuple[Line, ...]:
    """The padded beta_1 is at most beta_n (beta_m)."""
    value, own = _smaller - _far, Sigma(W_star, k) - _far
    tag = beta.name
    return (
        line(
            f"least-{tag}",
            le(_smaller, Sigma(W_star, k)),
            "maximum.below",
            at={"x": Sigma(W_star, n), "y": Sigma(W_star, m)},
        ),
        line(f"part-{tag}", le(own, beta), "maximum.above", at={"x": own, "y": 0}),
        line(f"value-{tag}", le(value, beta), "arithmetic", weights=[(1, f"least-{tag}"), (1, f"part-{tag}")]),
        line(f"below-{tag}", le(beta_1, beta), "maximum.least", f"value-{tag}", at={"x": value, "y": 0, "z": beta}),
    )


def _root(tag: str, wide: sp.Expr, beta: sp.Symbol) -> tuple[Line, ...]:
    low, high = (sp.sqrt(wide**2 + 4 * b**2) for b in (beta_1, beta))
    return (
        line(f"square-{tag}", le(low**2, high**2), "arithmetic", weights=[(4 * (beta_1 + beta), f"below-{beta.name}")]),
        line(f"root-{tag}", le(low, high), "order.roots", f"square-{tag}", at={"x": low, "y": high}),
    )


ALPHA_PADDED = Proof(
    Statement(
        label="aux.alpha-padded",
        source=(journal("Table 2"),),
        kind=Kind.INEQUALITY,
        then=le(alpha_1, ALPHA_1_REPAIRED),
        where=_PADDED,
        note="a margin that is zero for n != m is at most the margin of either side",
    ),
    (
        *spreads,
        *_below_margin(beta_n, n),
        *_below_margin(beta_m, m),
        *_root("plus", Delta_plus + Delta_under, beta_m),
        *_root("minus", Delta_minus + Delta_under, beta_n),
        line(
            "claim", le(alpha_1, ALPHA_1_REPAIRED), "arithmetic", weights=[(_half, "root-plus"), (_half, "root-minus")]
        ),
    ),
)
_lower = SPECTRUM_LOWER.statement.then
LOWER_PADDED = Proof(
    replace(SPECTRUM_LOWER.statement, label="aux.spectrum-lower-padded", where=_PADDED, note=""),
    (
        *_loss,
        *spreads,
        line("descended", le(L, L_0), "hypothesis"),
        line("padded", le(alpha_1, ALPHA_1_REPAIRED), "lemma", labels=("aux.alpha-padded",)),
        line(
            "lower",
            le(ALPHA_1_REPAIRED - 2 * _drift, sigma_min_T**2),
            "lemma",
            *_names,
            "descended",
            labels=("aux.spectrum-lower",),
        ),
        line("claim", _lower, "arithmetic", weights=[(1, "padded"), (1, "lower")]),
    ),
)
_at_0, _run = _GOALS["j118.alpha-1@sigma-min-padded"], _GOALS["j119.lower@sigma-min-padded"]
PADDED_LEMMAS = (
    ALPHA_PADDED,
    LOWER_PADDED,
    Proof(
        _at_0,
        (
            *_loss,
            *spreads,
            line(
                "claim",
                _at_0.then,
                "lemma",
                *_names,
                at={"W1": W1_0, "W2": W2_0},
                labels=("aux.spectrum-lower-padded",),
            ),
        ),
    ),
    Proof(
        _run,
        (
            *_loss,
            *spreads,
            line("descended", le(L, L_0), "hypothesis"),
            line("lower", _lower, "lemma", *_names, "descended", labels=("aux.spectrum-lower-padded",)),
            line("claim", _run.then, "arithmetic", weights=[(1, "lower")]),
        ),
    ),
)

# The theorem under each table -----------------------------------------------------------------------------------------
_UPPER = {"aux.spectrum-upper": "aux.spectrum-upper-submission", **_BETA}
_LOWER = {"aux.spectrum-lower": "aux.spectrum-lower-padded"}
_spreads = (  # once in Table 2's letters, which the induction keeps folded
    *spreads,
    line("letters-plus", le(lambda_n_D, lambda_plus), "arithmetic", weights=[(1, "s-plus")], known=True),
    line("letters-minus", le(lambda_m_D, lambda_minus), "arithmetic", weights=[(1, "s-minus")], known=True),
)
_TABLES: dict[str, tuple[Where, dict[str, str], tuple[Line, ...]]] = {
    "-submission-repaired": (SUBMISSION_REPAIRED_32, _UPPER, ()),
    "-padded": ({**_PADDED, **HALF}, _LOWER, _spreads),
    "-submission-padded": ({**definitions(Version.SUBMISSION, PADDED), **HALF}, {**_UPPER, **_LOWER}, _spreads),
    "-alpha-repaired": ({**HALF, alpha_1: ALPHA_1_REPAIRED}, {}, ()),
}
_ROOTS = "aux.below-printed"
_OF_TABLE = {
    "-submission-repaired": (
        "s16.rate@written-growth/repaired",
        "s16.initial-rate@written-growth/repaired",
        "s17.linear@written-growth/repaired",
        "s21.lower/repaired",
        "s21.upper/repaired",
        "s23.mu/repaired",
        "s23.K/repaired",
        "s24.bound/repaired",
        "s24.initial/repaired",
        "s25.descent/repaired",
        "s25.uniform/repaired",
        "s25.initial/repaired",
    ),
    "-padded": (
        "j16.mu-lower@sigma-min-padded",
        "j16.rate@sigma-min-padded",
        "j17.linear@sigma-min-padded",
        "j22.lower@sigma-min-padded",
        "j24.mu@sigma-min-padded",
    ),
    "-submission-padded": (
        "s16.rate@sigma-min-padded",
        "s17.linear@sigma-min-padded",
        "s21.lower@sigma-min-padded",
        "s23.mu@sigma-min-padded",
    ),
}


def _table(tag: str) -> tuple[Proof, ...]:
    where, other, before = _TABLES[tag]
    roots = below_maximum(tag, where)
    made = tuple(variant(p, tag, where, other, before if p is not BASE else ()) for p in (RATES, STEP, NEXT, BASE))
    return (roots, *made, *(on_runs(_GOALS[label], tag, _ROOTS, before) for label in _OF_TABLE.get(tag, ())))


# The condition number, the local rate, the bound on K_t ---------------------------------------------------------------
_spread, _back = sp.exp(eta_0**c), sp.exp(-(eta_0**c))
_low = alpha_1 + 2 * alpha_2 * (1 - _spread)
_s2, _S2 = sigma_min_T**2, sigma_max_T**2
_promised = _low * _back / alpha_2
_condition = (
    line("alphas", le(alpha_1, alpha_2), "lemma", labels=("aux.rates",)),
    line("alpha-2", lt(0, alpha_2), "arithmetic", weights=[(1, "start-9"), (1, "alphas")], known=True),
    line("A4-low", le(_low, _s2), "lemma", labels=("aux.run-step",)),
    line("A4-high", le(_S2, alpha_2 * _spread), "lemma", labels=("aux.run-step",)),
    line("mu-bar", eq(mu_bar, mu * _low), "definition"),
    line("low-positive", lt(0, _low), "arithmetic", weights=[(1 / mu, "start-11"), (1 / mu, "mu-bar")]),
    line("order", le(_s2, _S2), "lemma", at={"W1_0": W1, "W2_0": W2}, labels=("aux.order",)),
    line(
        "square-max", lt(0, _S2), "arithmetic", weights=[(1, "low-positive"), (1, "A4-low"), (1, "order")], known=True
    ),
    line(
        "scaled",
        le(_S2 * _promised, _s2),
        "arithmetic",
        weights=[(_back / alpha_2, "low-positive", "A4-high"), (1, "A4-low")],
    ),
    line(
        "quotient",
        le(_promised, _s2 / _S2),
        "order.divided",
        "square-max",
        "scaled",
        at={"x": _s2, "y": _S2, "z": _promised},
    ),
)


def _by_condition(label: str, tag: str, roots: str, weight: sp.Expr) -> Proof:
    goal = _GOALS[label]
    last = line("claim", goal.then, "arithmetic", weights=[(weight, "quotient")])
    return on_runs(goal, tag, roots, (), (*_condition, last))


_next_rate, _next_Delta = rho_bar_0 ** (t + 1), Delta ** (t + 1)
_R_t, _R_next, _R_D, _R_D_next = (sp.sqrt(2 * K * L_0 * x) for x in (rho_bar_0**t, _next_rate, Delta**t, _next_Delta))
_falling = (
    line("rate-below", le(rho_bar_0, 1), "lemma", labels=("aux.rates",)),
    line("Delta", le(Delta, 1), "lemma", labels=("aux.rates",)),
    line("alphas", le(alpha_1, alpha_2), "lemma", labels=("aux.rates",)),
    line("square-rate", le(_R_next**2, _R_t**2), "arithmetic", weights=[(2 * K * L_0 * rho_bar_0**t, "rate-below")]),
    line("square-Delta", le(_R_D_next**2, _R_D**2), "arithmetic", weights=[(2 * K * L_0 * Delta**t, "Delta")]),
    line("root-rate", le(_R_next, _R_t), "order.roots", "square-rate", at={"x": _R_next, "y": _R_t}),
    line("root-Delta", le(_R_D_next, _R_D), "order.roots", "square-Delta", at={"x": _R_D_next, "y": _R_D}),
)


def _bound_falls(label: str) -> Proof:
    goal = _GOALS[label]
    last = line(
        "claim",
        goal.then,
        "arithmetic",
        weights=[
            (1, "root-rate"),
            (6 * K**2 * beta_2 * L_0 * eta_0**2 * Delta**t, "Delta"),
            (3 * K * _spread * alpha_2 * eta_0, "root-Delta"),
        ],
    )
    return on_runs(goal, after=(*_falling, last))


CONDITION = (
    _by_condition("jC.condition-number-bound/repaired", "-alpha-repaired", _ROOTS, sp.Integer(1)),
    _by_condition("j3.2-local-rate.bound/repaired", "-32", "aux.below-maximum", mu / K),
    *map(_bound_falls, ("j1.1-smoothness-decreases/repaired", "s1.1-smoothness-decreases/repaired")),
)

PROOFS = (
    UPPER_SUBMISSION,
    *PADDED_LEMMAS,
    *(proof for tag in _TABLES for proof in _table(tag)),
    *CONDITION,
)
