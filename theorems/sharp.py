"""Sharper forms of Theorems 3.1 and E.1, from initial data alone.

Theorem E.1 pays for the drift of T_t with a factor exp(eta_0^c) and for the Taylor remainder with the constants
6 and 3 of (12). Here the drift is a number `delta` that bounds ||D(t) - D(0)||_F, fixed by one inequality that
the initial data decide: what all steps together can add to the imbalance does not exceed it. Both theorems are
for a constant step eta_0; the first for every loss of Assumption 2.1, the second for quadratic ones, where a
step is one self-adjoint operator on the residual with spectrum in [mu sigma_min^2(T_t), K sigma_max^2(T_t)].
"""

from __future__ import annotations

import sympy as sp

from theorems import notation as N
from theorems.assumptions import LOSS
from theorems.norms import Fro, SigmaMax
from theorems.statement import AllOf, Assumption, Form, Kind, Statement, eq, ge, gt, journal, le, lt, submission
from theorems.symbols import scalar
from theorems.table2 import ALPHA_1_REPAIRED

REPAIRED_TABLE_2 = {N.alpha_1: ALPHA_1_REPAIRED}
QUADRATIC = Assumption("quadratic")

delta = scalar(
    "delta",
    r"\delta",
    "bound on ||D(t) - D(0)||_F over the run, chosen from initial data",
    "sharp form of Theorem E.1",
    nonnegative=True,
)
S_min = scalar(
    "S_min",
    r"\underline{S}",
    "uniform lower bound on sigma_min^2(T_t)",
    "sharp form of Theorem E.1",
    N.alpha_1 - 2 * delta,
)
S_max = scalar(
    "S_max",
    r"\bar{S}",
    "uniform upper bound on sigma_max^2(T_t)",
    "sharp form of Theorem E.1",
    N.alpha_2 + sp.sqrt(2) * delta,
)

# Every loss of Assumption 2.1 ---------------------------------------------------------------------------------
K_sharp = scalar(
    "K_sharp",
    r"K_t^{\sharp}",
    "local smoothness constant with the Taylor weight kept",
    "sharp form of (12)",
    N.K * N.sigma_max_T**2
    + sp.sqrt(2 * N.K * N.L)
    + N.K**2 * SigmaMax(N.W) * N.L * N.eta**2
    + N.K * N.sigma_max_T**2 * sp.sqrt(2 * N.K * N.L) * N.eta,
    nonnegative=True,
)
K_hat = scalar(
    "K_hat",
    r"\hat K",
    "uniform bound on the sharp local smoothness constant",
    "sharp form of Theorem E.1",
    N.K * S_max
    + sp.sqrt(2 * N.K * N.L_0)
    + N.K**2 * N.beta_2 * N.L_0 * N.eta_0**2
    + N.K * S_max * sp.sqrt(2 * N.K * N.L_0) * N.eta_0,
    nonnegative=True,
)
rate_general = scalar(
    "rate_general",
    r"\hat\rho",
    "bound on the factor by which the loss falls at each step, every loss",
    "sharp form of Theorem E.1",
    1 - 2 * N.mu * S_min * N.eta_0 + N.mu * S_min * K_hat * N.eta_0**2,
)

# Quadratic losses ----------------------------------------------------------------------------------------------
q_t = scalar(
    "q_t",
    "q_t",
    "contraction of the residual in one step, quadratic loss",
    "sharp form of (10)",
    sp.Max(1 - N.eta * N.mu * N.sigma_min_T**2, N.eta * N.K * N.sigma_max_T**2 - 1)
    + N.eta**2 * N.K * SigmaMax(N.W) * sp.sqrt(2 * N.K * N.L),
)
_COUPLING = N.eta_0**2 * N.K * N.beta_2 * sp.sqrt(2 * N.K * N.L_0)
q_slow = scalar(
    "q_slow",
    r"q_-",
    "contraction of the slowest direction",
    "sharp form of Theorem E.1",
    1 - N.eta_0 * N.mu * S_min + _COUPLING,
)
q_fast = scalar(
    "q_fast",
    r"q_+",
    "overshoot of the fastest direction",
    "sharp form of Theorem E.1",
    N.eta_0 * N.K * S_max - 1 + _COUPLING,
)
q_bar = scalar(
    "q_bar",
    r"\bar q",
    "uniform contraction of the residual, quadratic loss",
    "sharp form of Theorem E.1",
    sp.Max(q_slow, q_fast),
)
rate_quadratic = scalar(
    "rate_quadratic",
    r"\bar q^2",
    "bound on the factor by which the loss falls at each step, quadratic loss",
    "sharp form of Theorem E.1",
    q_bar**2,
)


def drift_budget(rate: sp.Expr) -> sp.Expr:
    """delta (1 - rate) - 2 K eta_0^2 S_max L(0): nonnegative when no run can drift further than delta.

    The imbalance moves by at most 2 K eta_t^2 sigma_max^2(T_t) L(t) a step (116), and L(t) <= rate^t L(0).
    """
    return delta * (1 - rate) - 2 * N.K * N.eta_0**2 * S_max * N.L_0


_CONSTANT_STEP = eq(N.eta, N.eta_0)
_START = (gt(N.eta_0, 0), ge(delta, 0), gt(S_min, 0))

DESCENT = Statement(
    label="j9.descent",
    source=(journal("9", "Theorem 3.1"), submission("10", "Theorem 3.1")),
    kind=Kind.STEP,
    form=Form.SHARP,
    repairs="j9.descent",
    given=(*LOSS, gt(N.eta, 0)),
    then=le(N.L_next, N.L - (N.eta - K_sharp * N.eta**2 / 2) * N.grad_norm**2),
    note="the constants 6 and 3 of (12) are 1 and 1: one smoothness inequality at W(t) keeps the Taylor weight; "
    "no width is asked for",
)
CONTRACTION_STEP = Statement(
    label="j10.rate",
    source=(journal("10"),),
    kind=Kind.STEP,
    form=Form.SHARP,
    repairs="j10.rate",
    given=(*LOSS, QUADRATIC, gt(N.eta, 0)),
    then=le(N.L_next, q_t**2 * N.L),
    note="one step of a quadratic loss as a single self-adjoint operator on the residual",
)
QUADRATIC_THEOREM = Statement(
    label="jE1.quadratic-rate",
    source=(journal("Theorem E.1", "104"),),
    kind=Kind.TRAJECTORY,
    form=Form.SHARP,
    repairs="j104.rate",
    given=(*LOSS, QUADRATIC, *_START, lt(q_bar, 1), ge(drift_budget(rate_quadratic), 0), _CONSTANT_STEP),
    then=AllOf(
        le(N.L_next, rate_quadratic * N.L),
        le(N.L_next, rate_quadratic ** (N.t + 1) * N.L_0),
        le(Fro(N.D - N.D_0), delta),
    ),
    where=REPAIRED_TABLE_2,
    note="constant step; the rate of eta-max --form sharp for quadratic losses",
)
GENERAL_THEOREM = Statement(
    label="jE1.general-rate",
    source=(journal("Theorem E.1", "104"),),
    kind=Kind.TRAJECTORY,
    form=Form.SHARP,
    repairs="j104.rate",
    given=(
        *LOSS,
        *_START,
        lt(N.eta_0 * K_hat, 2),
        ge(drift_budget(rate_general), 0),
        _CONSTANT_STEP,
    ),
    then=AllOf(
        le(N.L_next, rate_general * N.L), le(N.L_next, rate_general ** (N.t + 1) * N.L_0), le(Fro(N.D - N.D_0), delta)
    ),
    where=REPAIRED_TABLE_2,
    note="constant step; the rate of eta-max --form sharp for every other loss",
)

# Lemma E.4 in the spectral norm --------------------------------------------------------------------------------
SPECTRAL_LOWER = Statement(
    label="j119.lower-spectral",
    source=(journal("119", "Lemma E.4"),),
    kind=Kind.TRAJECTORY,
    form=Form.SHARP,
    repairs="j119.lower",
    given=(*LOSS, le(N.L, N.L_0)),
    then=ge(N.sigma_min_T**2, N.alpha_1 - 2 * SigmaMax(N.D - N.D_0)),
    where=REPAIRED_TABLE_2,
    note="the spectral norm of the drift in place of its Frobenius norm: each half of alpha_1 moves by at most that",
)
SPECTRAL_UPPER = Statement(
    label="j120.upper-spectral",
    source=(journal("120", "Lemma E.4"),),
    kind=Kind.TRAJECTORY,
    form=Form.SHARP,
    repairs="j120.upper",
    given=(*LOSS, le(N.L, N.L_0)),
    then=le(N.sigma_max_T**2, N.alpha_2 + 2 * SigmaMax(N.D - N.D_0)),
    note="the spectral norm of the drift in place of its Frobenius norm",
)

STATEMENTS = (SPECTRAL_LOWER, SPECTRAL_UPPER, DESCENT, CONTRACTION_STEP, QUADRATIC_THEOREM, GENERAL_THEOREM)
