"""Section 3.2 on the choice of the step size: (18), (19) and what the text says of growth and smoothness."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import HALF, INITIAL_32, STANDING, THEOREM_32
from theorems.norms import SigmaMax
from theorems.notation import (
    L_0,
    Delta,
    K,
    K_bar,
    K_initial,
    K_t,
    L,
    L_next,
    W,
    alpha_2,
    beta_2,
    eta,
    eta_0,
    eta_other,
    grad_norm,
    growth,
    mu,
    mu_bar,
    mu_t,
    rho,
    rho_bar,
    rho_bar_0,
    sigma_max_T,
    t,
    unfold,
)
from theorems.readings import EXTRACTED_BAR, FROZEN_K, VARYING_K, WRITTEN_BAR
from theorems.statement import (
    AllOf,
    Form,
    Kind,
    Limit,
    Monotone,
    Statement,
    eq,
    ge,
    gt,
    journal,
    le,
    lt,
    submission,
)
from theorems.table2 import SUBMISSION_32

_CHOICE = (journal("18", "19"), submission("18", "19"))
_GROWTH = (journal("3.2-requirement"), submission("3.2-requirement"))
_SMOOTHNESS = (journal("3.2-smoothness"), submission("3.2-smoothness"))


def _quadratic(local_pl: sp.Expr, smoothness: sp.Expr, step: sp.Expr) -> sp.Expr:
    return 1 - 2 * local_pl * step + local_pl * smoothness * step**2


# Evolution of the smoothness bound ----------------------------------------------------------------
_k_bar = sp.expand(
    unfold(K_bar, only=(K_bar,)).xreplace(
        {sp.sqrt(rho_bar_0**t): rho_bar_0 ** (t / 2), sp.sqrt(Delta**t): Delta ** (t / 2)}
    )
)
_k_bar_limit = K * sp.exp(sp.sqrt(eta_0)) * alpha_2
_IN_UNIT = (gt(rho_bar_0, 0), lt(rho_bar_0, 1), gt(Delta, 0), lt(Delta, 1))
_EVOLUTION = (*_IN_UNIT, gt(K, 0), gt(L_0, 0), gt(alpha_2, 0), gt(beta_2, 0), gt(eta_0, 0))

EVOLUTION = (
    Statement(
        label="j3.2-K-bar-decreases",
        source=_SMOOTHNESS,
        kind=Kind.MONOTONICITY,
        given=_EVOLUTION,
        then=Monotone(_k_bar, t, "decreasing"),
    ),
    Statement(
        label="j3.2-K-bar-limit",
        source=_SMOOTHNESS,
        kind=Kind.LIMIT,
        given=_EVOLUTION,
        then=Limit(_k_bar, t, sp.oo, _k_bar_limit, side="-"),
    ),
    Statement(
        label="j3.2-growth-diverges",
        source=_GROWTH,
        kind=Kind.LIMIT,
        given=(gt(eta_0, 0),),
        then=Limit((1 + eta_0**2) ** (t / 2) * eta_0, t, sp.oo, sp.oo, side="-"),
    ),
    Statement(
        label="j3.2-step-bound-increases",
        source=_GROWTH,
        kind=Kind.MONOTONICITY,
        given=_EVOLUTION,
        then=Monotone(1 / _k_bar, t, "increasing"),
    ),
    Statement(
        label="j3.2-step-bound-limit",
        source=_GROWTH,
        kind=Kind.LIMIT,
        given=_EVOLUTION,
        then=Limit(1 / _k_bar, t, sp.oo, 1 / _k_bar_limit, side="-"),
    ),
    Statement(
        label="j3.2-initially-growth-binds",
        source=_GROWTH,
        kind=Kind.INEQUALITY,
        given=INITIAL_32,
        then=le(eta_0 * K_initial, 1),
        where=HALF,
        note="at t = 0 the growth bound eta_0 lies below 1/K_0",
    ),
    Statement(
        label="j3.2-finally-smoothness-binds",
        source=_GROWTH,
        kind=Kind.LIMIT,
        given=(gt(eta_0, 0), gt(K, 0), gt(mu, 0), gt(mu_bar, 0)),
        then=Limit((1 + eta_0**2) ** (t / 2) * eta_0 * K * mu_bar / mu, t, sp.oo, sp.oo, side="-"),
        cites=("j22.lower",),
        note="1/K_t is at most 1/(K sigma_min^2(T_t)), by (22) at most mu/(K mu-bar), and the growth bound passes it",
    ),
)

# "quadratic in eta_t": of degree at most 2 --------------------------------------------------------
QUADRATIC = Statement(
    label="j3.2-quadratic.rho",
    source=_CHOICE,
    kind=Kind.LIMIT,
    given=(gt(mu_t, 0), gt(K_t, 0)),
    then=Limit(unfold(rho, only=(rho,)) / eta**3, eta, sp.oo, sp.S.Zero, side="-"),
    reading=FROZEN_K,
    note="of degree at most two: rho / eta_t^3 vanishes at infinity",
)
_constants = (gt(mu_t, 0), gt(K, 0), gt(L, 0), gt(SigmaMax(W), 0), gt(sigma_max_T, 0))
QUADRATIC_VARYING = replace(
    QUADRATIC,
    reading=VARYING_K,
    given=_constants,
    then=Limit(unfold(rho, only=(rho, K_t)) / eta**3, eta, sp.oo, sp.S.Zero, side="-"),
)
DEGREES = (
    QUADRATIC,
    QUADRATIC_VARYING,
    replace(
        QUADRATIC_VARYING,
        form=Form.REPAIRED,
        repairs=QUADRATIC.label,
        then=Limit(unfold(rho, only=(rho, K_t)) / eta**5, eta, sp.oo, sp.S.Zero, side="-"),
        note="of degree at most four",
    ),
    Statement(
        label="j3.2-quadratic.rho-bar",
        source=_CHOICE,
        kind=Kind.LIMIT,
        given=(gt(mu_bar, 0), gt(K_bar, 0)),
        then=Limit(unfold(rho_bar, only=(rho_bar,)) / eta**3, eta, sp.oo, sp.S.Zero, side="-"),
    ),
)

# (19): the closed form of the minimizer -----------------------------------------------------------
_frozen = sp.Min(growth, 1 / K_t)
MINIMIZER = Statement(
    label="j19.rho",
    source=_CHOICE,
    kind=Kind.STEP,
    given=(*STANDING, gt(eta, 0), gt(eta_0, 0), gt(K_t, 0), gt(eta_other, 0), le(eta_other, _frozen)),
    then=ge(_quadratic(mu_t, K_t, eta_other), _quadratic(mu_t, K_t, _frozen)),
    where=HALF,
    reading=FROZEN_K,
)
MINIMIZER_VARYING = replace(
    MINIMIZER,
    reading=VARYING_K,
    given=(*STANDING, gt(eta, 0), le(eta * K_t, 1), gt(eta_other, 0), le(eta_other, eta)),
    then=ge(unfold(rho, only=(rho, K_t)).xreplace({eta: eta_other}), rho),
    where={},
    note="eta_t is the largest admissible step: the growth bound, wherever it lies below 1/K_t",
)
_barred = sp.Min(growth, 1 / K_bar)
MINIMIZER_BAR = Statement(
    label="j19.rho-bar",
    source=(journal("18", "19"),),
    kind=Kind.INEQUALITY,
    given=(*INITIAL_32, ge(t, 0), gt(eta_other, 0), le(eta_other, growth)),
    then=ge(_quadratic(mu_bar, K_bar, eta_other), _quadratic(mu_bar, K_bar, _barred)),
    where=HALF,
)
CLOSED_FORM = (
    MINIMIZER,
    MINIMIZER_VARYING,
    replace(
        MINIMIZER_VARYING,
        form=Form.REPAIRED,
        repairs=MINIMIZER.label,
        given=(*STANDING, gt(eta, 0), le(eta * K_t, sp.Rational(1, 2)), gt(eta_other, 0), le(eta_other, eta)),
        note="the largest step is the best one up to eta_t K_t = 1/2",
    ),
    MINIMIZER_BAR,
    replace(
        MINIMIZER_BAR, label="s19.rho-bar", source=(submission("18", "19"),), where=SUBMISSION_32, reading=WRITTEN_BAR
    ),
    replace(
        MINIMIZER_BAR,
        label="s19.rho-bar",
        source=(submission("18", "19"),),
        kind=Kind.TRAJECTORY,
        given=THEOREM_32,
        then=ge(_quadratic(mu_bar, K_bar, _barred), _quadratic(mu_bar, K_bar, _frozen)),
        note="1/K-bar_t, which is admissible, against 1/K_t",
        where=SUBMISSION_32,
        reading=EXTRACTED_BAR,
    ),
    Statement(
        label="j19.feasible",
        source=(journal("15", "19"), submission("15", "19")),
        kind=Kind.INEQUALITY,
        given=(*INITIAL_32, ge(t, 0)),
        then=AllOf(le(eta_0, growth), le(eta_0 * K_bar, 1)),
        where=HALF,
        note="the choices of (19) are at least eta_0, as (15) asks",
    ),
)

# What a step size may do --------------------------------------------------------------------------
_COVERS = (journal("1.1"), submission("1.1"))
DECREASING = Statement(
    label="j1.1-covers.decreasing",
    source=_COVERS,
    kind=Kind.INEQUALITY,
    given=(gt(eta, 0), le(eta, eta_0)),
    then=le(eta_0, eta),
    note="a step size below the first one meets (15)",
)
ALLOWED = (
    DECREASING,
    replace(
        DECREASING,
        form=Form.REPAIRED,
        repairs=DECREASING.label,
        given=(gt(eta_0, 0), eq(eta, eta_0)),
        then=AllOf(le(eta_0, eta), le(eta, growth)),
        where=HALF,
        note="(15) bounds all step sizes below by the first one: they may decrease after growth, never below eta_0",
    ),
    Statement(
        label="j1.1-covers.constant",
        source=_COVERS,
        kind=Kind.INEQUALITY,
        given=(gt(eta_0, 0), eq(eta, eta_0), ge(t, 0)),
        then=AllOf(le(eta_0, eta), le(eta, growth)),
        where=HALF,
    ),
    Statement(
        label="j1.1-covers.increasing",
        source=_COVERS,
        kind=Kind.MONOTONICITY,
        given=(gt(eta_0, 0),),
        then=Monotone((1 + eta_0**2) ** (t / 2) * eta_0, t, "increasing"),
    ),
    Statement(
        label="j3.2-sufficient-decrease",
        source=_GROWTH,
        kind=Kind.STEP,
        given=(*STANDING, gt(eta, 0), le(eta * K_t, 1)),
        then=le(L_next, L - eta / 2 * grad_norm**2),
        cites=("j9.descent",),
    ),
)

STATEMENTS = (*EVOLUTION, *DEGREES, *CLOSED_FORM, *ALLOWED)
