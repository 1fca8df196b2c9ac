"""Section 4 and Appendix G: the data, what the figures are said to show, and the line search of Algorithm 1.

A sentence about runs is an `Empirical` claim: its meaning says which recorded quantity is compared with which, at
which confidence it counts as shown being the business of the experiment. Sentences with an exact core are relations:
the data matrix Y of Section 4 has a shape, and Algorithm 1's loop can end only where its test can be met at all.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import LOSS, POSITIVE_STEP
from theorems.notation import W1_0, W2_0, K_t, L, L_next, X, eta, grad_norm
from theorems.statement import (
    Empirical,
    Form,
    Kind,
    Statement,
    WellShaped,
    gt,
    journal,
    le,
    submission,
)

gamma = sp.Symbol("gamma", real=True, positive=True)
PRINTED_GAMMA = sp.Rational(9, 10)


def _shown(
    label: str, place: str, experiment: str, measure: str, meaning: str, timing: bool = False, note: str = ""
) -> Statement:
    return Statement(
        label=label,
        source=(journal(place, experiment),),
        kind=Kind.EMPIRICAL,
        then=Empirical(meaning, experiment, measure, timing),
        note=note,
    )


_ONLY_A_BOUND = "the paper gives a lower bound on alpha_1/alpha_2 of this order; that the order is exact is asked here"

DATA = (
    Statement(
        label="j4.data-shape",
        source=(journal("4-data"),),
        kind=Kind.SHAPE,
        then=WellShaped(X * W1_0 * W2_0),
        note="Y = X W1(0) W2(0) + noise with W1(0) n x h and W2(0) m x h",
    ),
    Statement(
        label="j4.data-shape",
        source=(journal("4-data"),),
        kind=Kind.SHAPE,
        form=Form.REPAIRED,
        repairs="j4.data-shape",
        then=WellShaped(X * W1_0 * W2_0.T),
        note="Y = X W1(0) W2(0)^T + noise, as Appendix G.2 writes it",
    ),
    _shown(
        "j4.noise-raises-loss",
        "4-data",
        "figure-1",
        "initial_loss",
        "at each width the mean of L(0) over repeats increases with the noise scale",
    ),
    _shown(
        "j4.noise-lowers-margin",
        "4-data",
        "figure-1",
        "beta_1",
        "at each width the mean of sigma_min(W*) - sqrt(K/mu) ||W(0) - W*||_F over repeats decreases with the noise",
    ),
    _shown(
        "j4.imbalance-grows-with-width",
        "4-data",
        "figure-1",
        "imbalance",
        "at each noise scale the mean of ||D(0)||_F over repeats increases with the width",
    ),
)

FIGURE_1 = (
    _shown(
        "j4.1-bound-holds",
        "4.1-follows",
        "figure-1",
        "bound_gap",
        "the bounds (17) and (20) are at least L(t) at every step of every repeat",
    ),
    _shown(
        "j4.1-bound-follows",
        "4.1-follows",
        "figure-1",
        "log_rate_ratio",
        "in every setting the slope of log10 of the bound (20) is at least half of the slope of log10 L(t); the factor "
        "one half is chosen here, the paper names none",
    ),
    _shown(
        "j4.1-slower-bound",
        "4.1-slower",
        "figure-1",
        "bound_rate",
        "across settings the mean decrease of log10 of the bound per step falls as alpha_1/alpha_2 falls (rank order)",
    ),
    _shown(
        "j4.1-slower-loss",
        "4.1-slower",
        "figure-1",
        "loss_rate",
        "across settings the mean decrease of log10 L per step falls as alpha_1/alpha_2 falls (rank order)",
    ),
)

FIGURE_2 = (
    _shown(
        "j4.2-fastest-against-xu",
        "4.2-fastest",
        "figure-2",
        "iterations",
        "in every setting the schedule (19) with rho reaches the accuracy in fewer iterations than that of Xu et al.",
    ),
    _shown(
        "j4.2-fastest-against-backtracking",
        "4.2-fastest",
        "figure-2",
        "iterations",
        "in every setting the schedule (19) with rho reaches the accuracy in fewer iterations than backtracking",
    ),
    _shown(
        "j4.2-fastest-in-time",
        "4.2-fastest",
        "figure-2",
        "seconds",
        "in every setting the schedule (19) with rho reaches the accuracy in less time than both others",
        timing=True,
    ),
    _shown(
        "j4.2-step-time-negligible",
        "4.2-negligible",
        "figure-2",
        "seconds_step",
        "choosing the step size by (19) takes at most a tenth of the time of an iteration",
        timing=True,
    ),
    _shown(
        "j4.2-eta-max-dominates",
        "4.2-negligible",
        "figure-2",
        "seconds_eta_max",
        "finding eta_max takes longer than choosing all step sizes of the run",
        timing=True,
    ),
    _shown(
        "j4.2-polynomial-costs-more",
        "4.2-polynomial",
        "figure-2",
        "seconds_step",
        "the third-order polynomial of Xu et al. takes longer per iteration than the closed form (19)",
        timing=True,
    ),
    _shown(
        "j4.2-backtracking-costs-more",
        "4.2-polynomial",
        "figure-2",
        "seconds_step",
        "backtracking takes longer per iteration than the closed form (19)",
        timing=True,
    ),
    _shown(
        "j4.2-local-constant-falls",
        "1.1",
        "figure-2",
        "K_t",
        "along every run of (19) the local constant K_t at the last step is below that of the first step",
    ),
    _shown(
        "j4.2-local-constant-monotone",
        "1.1",
        "figure-2",
        "K_t",
        "along every run of (19) the local constant K_t decreases at every step",
    ),
    _shown(
        "j4.2-step-size-grows",
        "3.2-requirement",
        "figure-2",
        "eta",
        "along every run of (19) the step size grows at the rate of (15) until 1/K_t binds, which it does ever after",
    ),
    _shown(
        "j5.faster-than-constant",
        "5-constant",
        "figure-2",
        "iterations",
        "in every setting the schedule (19) reaches the accuracy in fewer iterations than the constant step eta_0, "
        "the constant step chosen here",
    ),
)

FIGURE_4 = (
    _shown(
        "jG1.condition-number-falls-with-width",
        "G.1-width",
        "figure-4",
        "kappa_T_0",
        "for each p the mean of kappa(T_0) over repeats decreases with the width",
    ),
    _shown(
        "jG1.ratio-falls-with-exponent",
        "G.1-exponent",
        "figure-4",
        "alpha_ratio",
        "at each width the mean of alpha_1/alpha_2 over repeats is smaller for smaller p",
    ),
    _shown(
        "jG1.exponent-of-the-theorem",
        "G.1-exponent",
        "figure-4",
        "alpha_ratio",
        "the slope of log(1 - alpha_1/alpha_2) against log(h) is 2p - 1 within its interval, for each p",
        note=_ONLY_A_BOUND,
    ),
    _shown(
        "jG1.exponent-of-the-text",
        "G.1-exponent",
        "figure-4",
        "alpha_ratio",
        "the slope of log(1 - alpha_1/alpha_2) against log(h) is p - 1/2 within its interval, for each p",
        note=_ONLY_A_BOUND,
    ),
)

FIGURE_5 = (
    _shown(
        "jG2.almost-matches",
        "G.2-match",
        "figure-5",
        "rate_ratio",
        "at the largest width the decrease of log10 L per step of (19) is at least nine tenths of that of plain GD",
    ),
    _shown(
        "jG2.gap-closes-with-width",
        "G.2-match",
        "figure-5",
        "rate_ratio",
        "the ratio of the two decreases of log10 of the loss per step increases with the width towards one",
    ),
    _shown(
        "jG2.ratio-grows-with-width",
        "G.2-match",
        "figure-5",
        "alpha_ratio",
        "the mean of alpha_1/alpha_2 over repeats increases with the width",
    ),
)

# Algorithm 1: the loop ends at the first eta_t with L(t+1) <= L(t) - gamma ||grad L(t)||_F^2. As L(t+1) >= 0 the test
# can be met by some eta_t only where gamma ||grad L(t)||_F^2 <= L(t).
BACKTRACKING = (
    Statement(
        label="jG2.backtracking-terminates",
        source=(journal("Algorithm 1"),),
        kind=Kind.STEP,
        given=LOSS,
        then=le(PRINTED_GAMMA * grad_norm**2, L),
        note=(
            "implied by running Algorithm 1: gamma = 0.9 and a test without eta_t, as printed; necessary for the loop "
            "to end at any step size, because L(t+1) >= 0"
        ),
    ),
    Statement(
        label="jG2.backtracking-terminates",
        source=(journal("Algorithm 1"),),
        kind=Kind.STEP,
        form=Form.REPAIRED,
        repairs="jG2.backtracking-terminates",
        given=(*LOSS, POSITIVE_STEP, le(gamma, 1), le(eta * K_t, 2 * (1 - gamma))),
        then=le(L_next, L - gamma * eta * grad_norm**2),
        cites=("j9.descent",),
        note="with eta_t in the test every step size with eta_t K_t <= 2 (1 - gamma) is accepted: the loop ends",
    ),
    Statement(
        label="jG2.backtracking-decreases",
        source=(journal("Algorithm 1"),),
        kind=Kind.STEP,
        given=(*LOSS, POSITIVE_STEP, gt(grad_norm, 0), le(L_next, L - PRINTED_GAMMA * grad_norm**2)),
        then=le(L_next, L),
        note="a step that the printed test accepts decreases the loss",
    ),
    replace(
        _shown(
            "jG2.backtracking-runs",
            "Algorithm 1",
            "line-search",
            "tests",
            "on the problems of Section 4 the printed loop ends within 200 tests at every iteration",
        ),
        cites=("jG2.backtracking-terminates",),
    ),
)

SUBMISSION = Statement(
    label="s4.tighter-rate",
    source=(submission("4-conclusion"),),
    kind=Kind.EMPIRICAL,
    then=Empirical(
        "in every setting of Figure 1 the rate rho(eta_t, t) is below that of (64) at the same weights and step",
        "figure-1",
        "rate_difference",
    ),
)

STATEMENTS = (*DATA, *FIGURE_1, *FIGURE_2, *FIGURE_4, *FIGURE_5, *BACKTRACKING, SUBMISSION)
