"""The standing hypotheses: Assumptions 2.1 and 2.2, the width, and what the theorems ask of the step sizes.

Each hypothesis is one constant; the tuples are the sets that claims share. In a trajectory claim every hypothesis
that mentions the current step holds at all steps 0 .. t.
"""

from __future__ import annotations

import sympy as sp

from theorems.norms import Loss, Rank
from theorems.notation import (
    DEFINITIONS,
    L_0,
    Delta,
    K,
    K_bar_0,
    K_t,
    K_zero,
    L,
    V,
    W,
    W_star,
    alpha_1,
    c,
    d,
    eta,
    eta_0,
    eta_max,
    growth,
    h,
    m,
    mu,
    mu_bar,
    n,
)
from theorems.statement import Assumption, Kind, Statement, eq, ge, gt, journal, le, lt, submission

# The loss -----------------------------------------------------------------------------------------
SMOOTH = Assumption("smooth", K)
STRONGLY_CONVEX = Assumption("strongly-convex", mu)
PL_CONDITION = Assumption("pl", mu)
ZERO_MINIMUM = Assumption("zero-minimum")
LOSS = (gt(K, 0), gt(mu, 0), SMOOTH, STRONGLY_CONVEX, ZERO_MINIMUM)
PL_LOSS = (gt(K, 0), gt(mu, 0), SMOOTH, PL_CONDITION, ZERO_MINIMUM)

# Width and initialization -------------------------------------------------------------------------
WIDTH = ge(h, sp.Min(n, m))
STANDING = (*LOSS, WIDTH)
INITIALIZED = gt(alpha_1, 0)

# Step sizes ---------------------------------------------------------------------------------------
POSITIVE_STEP = gt(eta, 0)
STEP_BELOW_TWO = lt(eta * K_t, 2)
CLASSICAL_STEP = (gt(eta, 0), lt(eta, 2 / K))

EXPONENTS = (gt(c, 0), lt(c, 1), gt(d, 1))
POSITIVE_INITIAL_STEP = gt(eta_0, 0)
BELOW_MAXIMUM = lt(eta_0, eta_max)
AT_MOST_MAXIMUM = le(eta_0, eta_max)
STEP_RANGE = (le(eta_0, eta), le(eta, growth), le(eta * K_t, 1))
STEP_RANGE_AT_ZERO = (le(eta_0, eta), le(eta, growth), le(eta * K_zero, 1))
STEP_RANGE_RENDERED = (le(eta_0, eta), le(eta, sp.sqrt(1 + eta_0**d) * eta_0), le(eta * K_t, 1))

# What (109) keeps of eta_0 <= eta_max: all that the proof of Theorem E.1 uses
CONDITIONS_109 = (
    gt(mu_bar, 0),
    le(eta_0 * K_bar_0, 1),
    le(4 * K * L_0 * eta_0**2, (1 - sp.exp(-(eta_0**c))) * (1 - Delta)),
)

# Theorem 3.2 (c and d in `where`) and Theorem E.1 -------------------------------------------------
INITIAL_32 = (*STANDING, INITIALIZED, POSITIVE_INITIAL_STEP, BELOW_MAXIMUM)
INITIAL_E1 = (*STANDING, *EXPONENTS, INITIALIZED, POSITIVE_INITIAL_STEP, AT_MOST_MAXIMUM)
THEOREM_32 = (*INITIAL_32, *STEP_RANGE)
THEOREM_E1 = (*INITIAL_E1, *STEP_RANGE)
THEOREM_E1_SHARP = (*STANDING, *EXPONENTS, INITIALIZED, POSITIVE_INITIAL_STEP, *CONDITIONS_109, *STEP_RANGE)
HALF = {c: sp.Rational(1, 2), d: sp.Integer(2)}

_BOTH_3 = (journal("3-width"), submission("3-width"))

STATEMENTS = (
    Statement(
        label="j3-width.representable-m",
        source=_BOTH_3,
        kind=Kind.IDENTITY,
        then=eq(Loss(V), L),
        where={W: V * sp.Identity(m).T},
        note="l* = L*: with h = m the factors W1 = V, W2 = I reach every V; zero columns pad them to any h >= m",
    ),
    Statement(
        label="j3-width.representable-n",
        source=_BOTH_3,
        kind=Kind.IDENTITY,
        then=eq(Loss(V), L),
        where={W: sp.Identity(n) * V},
        note="l* = L*: with h = n the factors W1 = I, W2 = V^T reach every V; zero columns pad them to any h >= n",
    ),
    Statement(
        label="j3-width.rank-constraint",
        source=_BOTH_3,
        kind=Kind.INEQUALITY,
        given=(lt(h, sp.Min(n, m)),),
        then=le(Rank(DEFINITIONS[W]), h),
        note="below min(n, m) Problem 2 constrains the rank of the product",
    ),
    Statement(
        label="j3-width.minimum-missed",
        source=_BOTH_3,
        kind=Kind.INEQUALITY,
        given=(*LOSS, lt(h, sp.Min(n, m)), gt(Rank(W_star), h)),
        then=gt(L, 0),
        note="below min(n, m) the minimum of Problem 2 may exceed that of Problem 1: it does when rank(W*) > h",
    ),
)
