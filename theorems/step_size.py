"""The step size: eta_max of Theorem E.1 with (101)-(109), and the schedule of (18) and (19).

In claims of kind limit, monotonicity and existence every symbol but the variable is a constant that the hypotheses
restrict, whatever its definition; what depends on the variable is written out.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import (
    BELOW_MAXIMUM,
    EXPONENTS,
    HALF,
    INITIAL_32,
    INITIALIZED,
    POSITIVE_INITIAL_STEP,
    STANDING,
)
from theorems.notation import (
    DEFINITIONS,
    L_0,
    Delta,
    K,
    K_bar,
    K_bar_0,
    alpha_1,
    alpha_2,
    beta_2,
    c,
    d,
    equation_101,
    eta_0,
    eta_1,
    eta_2,
    eta_3,
    eta_max,
    growth,
    mu,
    mu_bar,
    rho_bar_0,
    t,
    unfold,
)
from theorems.readings import LOG_OF_POWER, POWER_OF_LOG, SQRT_EXPONENT
from theorems.statement import (
    AllOf,
    Form,
    Kind,
    Limit,
    Monotone,
    Statement,
    UniqueRoot,
    Version,
    eq,
    gt,
    journal,
    le,
    lt,
    submission,
)
from theorems.table2 import REPAIRED, SUBMISSION_32, definitions

__all__ = ["STATEMENTS", "definitions", "equations"]

_OF_ETA_0 = (mu_bar, K_bar_0, rho_bar_0, Delta)
_EXISTENCE = journal("E-existence")
# L(0) = 0 leaves less to show
_POSITIVE_CONSTANTS = (gt(K, 0), gt(mu, 0), gt(alpha_2, 0), gt(alpha_1, 0), gt(L_0, 0), gt(beta_2, 0), *EXPONENTS)
_SMALL_STEP = (*STANDING, *EXPONENTS, INITIALIZED, POSITIVE_INITIAL_STEP)


def _in_eta_0(expression: sp.Expr, repaired: bool = False) -> sp.Expr:
    """`expression` with what depends on eta_0 written out."""
    return unfold(expression, REPAIRED if repaired else None, only=_OF_ETA_0)


def equations(
    version: Version = Version.JOURNAL, form: Form = Form.PRINTED, **readings: object
) -> tuple[sp.Expr, sp.Expr]:
    """(101) and (102), left side minus right side, as expressions in eta_0 and constants of the problem."""
    table = {**DEFINITIONS, **definitions(version, form=form, **readings)}  # type: ignore[arg-type]
    return table[eta_1].args[0], table[eta_2].args[0]


# (101) and (105) ----------------------------------------------------------------------------------
_left_101 = _in_eta_0(eta_0 * K_bar_0)
UNIQUE_101 = Statement(
    label="j101.unique-root",
    source=(journal("101", "Theorem E.1"),),
    kind=Kind.EXISTENCE,
    given=_POSITIVE_CONSTANTS,
    then=UniqueRoot(equation_101, eta_0),
    reading=SQRT_EXPONENT,
)
EQUATION_101 = (
    UNIQUE_101,
    replace(
        UNIQUE_101,
        form=Form.REPAIRED,
        repairs=UNIQUE_101.label,
        then=UniqueRoot(_in_eta_0(eta_0 * K_bar_0 - 1, repaired=True), eta_0),
        note="with exp(eta_0^c) for exp(sqrt(eta_0))",
    ),
    Statement(
        label="jE-existence.101-increases",
        source=(_EXISTENCE,),
        kind=Kind.MONOTONICITY,
        given=_POSITIVE_CONSTANTS,
        then=Monotone(_left_101, eta_0, "increasing"),
    ),
    Statement(
        label="jE-existence.101-at-zero",
        source=(_EXISTENCE,),
        kind=Kind.LIMIT,
        given=_POSITIVE_CONSTANTS,
        then=Limit(_left_101, eta_0, sp.S.Zero, sp.S.Zero),
    ),
    Statement(
        label="j105.initial-bound",
        source=(journal("105"),),
        kind=Kind.IDENTITY,
        given=(*STANDING, *EXPONENTS, POSITIVE_INITIAL_STEP),
        then=eq(unfold(K_bar, only=(K_bar,)).xreplace({t: sp.S.Zero}), K_bar_0),
        note="K-bar_t at t = 0",
    ),
    Statement(
        label="jE-existence.below-101",
        source=(_EXISTENCE,),
        kind=Kind.INEQUALITY,
        given=(*_SMALL_STEP, le(eta_0, eta_1)),
        then=AllOf(lt(0, eta_0 * K_bar_0), le(eta_0 * K_bar_0, 1)),
        cites=("j101.unique-root", "jE-existence.101-increases"),
    ),
    Statement(
        label="jE-existence.below-101.rate",
        source=(_EXISTENCE,),
        kind=Kind.INEQUALITY,
        given=(*_SMALL_STEP, le(eta_0, eta_1), gt(mu_bar, 0)),
        then=AllOf(lt(0, rho_bar_0), lt(rho_bar_0, 1), lt(0, Delta)),
        note="with mu-bar > 0, which the logarithmic cap ensures",
    ),
)

# The logarithmic cap ------------------------------------------------------------------------------
LOG_CAP = Statement(
    label="jE-existence.log-cap",
    source=(_EXISTENCE,),
    kind=Kind.INEQUALITY,
    given=(*_SMALL_STEP, lt(eta_0, eta_3)),
    then=gt(mu_bar, 0),
    reading=POWER_OF_LOG,
)
CAP = (
    Statement(
        label="jE-existence.log-cap-positive",
        source=(_EXISTENCE,),
        kind=Kind.INEQUALITY,
        given=(*STANDING, *EXPONENTS, INITIALIZED),
        then=gt(eta_3, 0),
    ),
    LOG_CAP,
    replace(LOG_CAP, reading=LOG_OF_POWER, where=definitions(reading=LOG_OF_POWER)),
)

# (102), (106)-(109) -------------------------------------------------------------------------------
_left_102 = 4 * K * L_0 * eta_0**2
_decay = 1 - sp.exp(-(eta_0**c))
_right_102 = _decay * (1 - Delta)
_expanded = 2 * mu_bar * eta_0 - mu_bar * K_bar_0 * eta_0**2 - eta_0**d * rho_bar_0
_reduced = 2 * mu_bar - mu_bar * K_bar_0 * eta_0 - eta_0 ** (d - 1) * rho_bar_0
_factor = _decay / sp.exp(-(eta_0**c))
_factor_repaired = _decay / eta_0**c

DIVIDED = Statement(
    label="j106.divided",
    source=(journal("106"),),
    kind=Kind.IDENTITY,
    given=_SMALL_STEP,
    then=eq(_decay * _expanded / eta_0 ** (1 + c), _factor * _reduced),
    note="the third line is the second one divided by eta_0^(1+c), which takes its left side to 4 K L(0) eta_0^(1-c)",
)
FACTOR_TO_ONE = Statement(
    label="jE-existence.factor-to-one",
    source=(_EXISTENCE,),
    kind=Kind.LIMIT,
    given=EXPONENTS,
    then=Limit(_factor, eta_0, sp.S.Zero, sp.S.One),
)
ORDER_RIGHT = Statement(
    label="jE-existence.order-right",
    source=(_EXISTENCE,),
    kind=Kind.LIMIT,
    given=_POSITIVE_CONSTANTS,
    then=Limit(_factor * 2 * mu * alpha_1, eta_0, sp.S.Zero, 2 * mu * alpha_1),
    cites=("j106.divided", "jE-existence.factor-to-one", "jE-existence.second-factor"),
    note="the right side of (106) is of order Theta(1); its second factor stands here with its limit 2 mu alpha_1",
)
NO_ROOT = Statement(
    label="jE-existence.no-root-102",
    source=(journal("102", "E-existence"),),
    kind=Kind.INEQUALITY,
    given=(*_SMALL_STEP, eq(eta_2, sp.oo)),
    then=lt(_left_102, _right_102),
)
EQUATION_102 = (
    Statement(
        label="j106.expanded",
        source=(journal("106"),),
        kind=Kind.IDENTITY,
        given=_SMALL_STEP,
        then=eq(_right_102, _decay * _expanded),
    ),
    Statement(
        label="j106.left",
        source=(journal("106"),),
        kind=Kind.IDENTITY,
        given=_SMALL_STEP,
        then=eq(_left_102 / eta_0 ** (1 + c), 4 * K * L_0 * eta_0 ** (1 - c)),
    ),
    DIVIDED,
    replace(
        DIVIDED,
        form=Form.REPAIRED,
        repairs=DIVIDED.label,
        then=eq(_decay * _expanded / eta_0 ** (1 + c), _factor_repaired * _reduced),
        note="eta_0^c stands in the denominator",
    ),
    Statement(
        label="jE-existence.order-left",
        source=(_EXISTENCE,),
        kind=Kind.LIMIT,
        given=_POSITIVE_CONSTANTS,
        then=Limit(4 * K * L_0 * eta_0 ** (1 - c), eta_0, sp.S.Zero, sp.S.Zero),
    ),
    Statement(
        label="jE-existence.left-monotone",
        source=(_EXISTENCE,),
        kind=Kind.MONOTONICITY,
        given=(*_POSITIVE_CONSTANTS, gt(L_0, 0)),
        then=Monotone(4 * K * L_0 * eta_0 ** (1 - c), eta_0, "increasing"),
        note="it decreases to zero as eta_0 approaches zero",
    ),
    FACTOR_TO_ONE,
    replace(
        FACTOR_TO_ONE,
        form=Form.REPAIRED,
        repairs=FACTOR_TO_ONE.label,
        then=Limit(_factor_repaired, eta_0, sp.S.Zero, sp.S.One),
    ),
    Statement(
        label="jE-existence.second-factor",
        source=(_EXISTENCE,),
        kind=Kind.LIMIT,
        given=_POSITIVE_CONSTANTS,
        then=Limit(_in_eta_0(_reduced), eta_0, sp.S.Zero, 2 * mu * alpha_1),
        note="the second factor of the right side of (106) is of order Theta(1)",
    ),
    ORDER_RIGHT,
    replace(
        ORDER_RIGHT,
        form=Form.REPAIRED,
        repairs=ORDER_RIGHT.label,
        then=Limit(_factor_repaired * 2 * mu * alpha_1, eta_0, sp.S.Zero, 2 * mu * alpha_1),
    ),
    Statement(
        label="j107.eventually",
        source=(journal("107"),),
        kind=Kind.LIMIT,
        given=_POSITIVE_CONSTANTS,
        then=Limit(
            4 * K * L_0 * eta_0 ** (1 - c) - _factor_repaired * _in_eta_0(_reduced), eta_0, sp.S.Zero, -2 * mu * alpha_1
        ),
        cites=("jE-existence.order-right", "jE-existence.order-left"),
        note="the difference of the sides over eta_0^(1+c) tends to a negative number: (107) for all small eta_0",
    ),
    Statement(
        label="j108.below-102",
        source=(journal("108"),),
        kind=Kind.INEQUALITY,
        given=(*_SMALL_STEP, le(eta_0, eta_2)),
        then=le(_left_102, _right_102),
        cites=("j107.eventually",),
    ),
    NO_ROOT,
    replace(
        NO_ROOT,
        form=Form.SHARP,
        repairs=NO_ROOT.label,
        given=(*STANDING, *EXPONENTS, INITIALIZED),
        then=lt(eta_2, eta_3),
        note="(102) always has a root below the logarithmic cap, which therefore never binds",
    ),
    Statement(
        label="jE-existence.eta-max-positive",
        source=(_EXISTENCE, journal("Theorem 3.2"), submission("Theorem 3.2")),
        kind=Kind.INEQUALITY,
        given=(*STANDING, *EXPONENTS, INITIALIZED),
        then=gt(eta_max, 0),
        cites=("j101.unique-root", "j107.eventually", "jE-existence.log-cap-positive"),
    ),
)

_BELOW = (*_SMALL_STEP, BELOW_MAXIMUM)
_UNIT_RANGES = (lt(0, rho_bar_0), lt(rho_bar_0, 1), lt(0, Delta), lt(Delta, 1))
CONSEQUENCES = (
    Statement(
        label="j109.mu-bar",
        source=(journal("109"),),
        kind=Kind.INEQUALITY,
        given=_BELOW,
        then=gt(mu_bar, 0),
        cites=("jE-existence.log-cap",),
    ),
    Statement(
        label="j109.ranges",
        source=(journal("109"),),
        kind=Kind.INEQUALITY,
        given=_BELOW,
        then=AllOf(*_UNIT_RANGES),
        cites=("jE-existence.below-101.rate", "j108.below-102"),
    ),
    Statement(
        label="j109.sum",
        source=(journal("109"),),
        kind=Kind.INEQUALITY,
        given=_BELOW,
        then=le(_left_102, _right_102),
        cites=("j108.below-102",),
    ),
    Statement(
        label="j3.2-ensures",
        source=(journal("3.2-initialization", "3.2-smoothness"),),
        kind=Kind.INEQUALITY,
        given=INITIAL_32,
        then=AllOf(gt(mu_bar, 0), *_UNIT_RANGES),
        where=HALF,
        cites=("j109.mu-bar", "j109.ranges"),
    ),
    Statement(
        label="s3.2-ensures",
        source=(submission("3.2-initialization", "3.2-smoothness"),),
        kind=Kind.INEQUALITY,
        given=INITIAL_32,
        then=AllOf(gt(mu_bar, 0), *_UNIT_RANGES),
        where=SUBMISSION_32,
    ),
    Statement(
        label="s3.2-rho-range",
        source=(submission("3.2-initialization"),),
        kind=Kind.INEQUALITY,
        given=(*STANDING, INITIALIZED, POSITIVE_INITIAL_STEP, gt(mu_bar, 0), lt(eta_0, 2 / K_bar_0)),
        then=AllOf(lt(0, rho_bar_0), lt(rho_bar_0, 1)),
        where=SUBMISSION_32,
    ),
    Statement(
        label="jE-special-case",
        source=(journal("E", "Theorem E.1"),),
        kind=Kind.IDENTITY,
        given=(POSITIVE_INITIAL_STEP, gt(alpha_2, 0), *STANDING),
        then=AllOf(
            eq(mu_bar, mu * (alpha_1 + 2 * alpha_2 * (1 - sp.exp(sp.sqrt(eta_0))))),
            eq(Delta, (1 + eta_0**2) * rho_bar_0),
            eq(growth, (1 + eta_0**2) ** (t / 2) * eta_0),
        ),
        where=HALF,
        note="Theorem 3.2 is Theorem E.1 with c = 1/2 and d = 2",
    ),
)

STATEMENTS = (*EQUATION_101, *CAP, *EQUATION_102, *CONSEQUENCES)
