"""The imbalance D(t) along a run: Lemmas E.2 and E.4, (116), (117), (119), (120) and (129)-(132)."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import LOSS, POSITIVE_STEP, STANDING
from theorems.induction import INDUCTION
from theorems.norms import Fro, HistorySum, SigmaMax
from theorems.notation import (
    D_0,
    L_0,
    W1,
    W2,
    D,
    D_next,
    Delta,
    G,
    K,
    L,
    T_lower,
    T_upper,
    W1_next,
    W2_next,
    alpha_1,
    alpha_2,
    c,
    d,
    drift,
    eta,
    eta_0,
    m,
    n,
    rho_bar_0,
    sigma_max_T,
    sigma_min_T,
    t,
)
from theorems.statement import Chain, Form, Kind, Statement, WellShaped, eq, ge, journal, le
from theorems.table2 import ALPHA_1_REPAIRED, padded

_STEP = (*LOSS, POSITIVE_STEP)
_gram_W2 = W2.T * G.T * G * W2
_gram_W1_printed = W1.T * G.T * G * W1  # h x n times m x n: agrees in shape only when n = m
_gram_W1 = W1.T * G * G.T * W1
_SQUARE = eq(n, m)

# Lemma E.2 ----------------------------------------------------------------------------------------
LEMMA_E2 = Statement(
    label="j116.imbalance-step",
    source=(journal("116", "129", "Lemma E.2"),),
    kind=Kind.STEP,
    given=_STEP,
    then=le(Fro(D_next - D), 2 * K * eta**2 * sigma_max_T**2 * L),
)
UPDATES = (
    Statement(
        label="j130.W1",
        source=(journal("130"),),
        kind=Kind.STEP,
        given=_STEP,
        then=eq(W1_next, W1 - eta * G * W2),
    ),
    Statement(
        label="j130.W2",
        source=(journal("130"),),
        kind=Kind.STEP,
        given=_STEP,
        then=eq(W2_next, W2 - eta * G.T * W1),
    ),
)
EXPANSION = Statement(
    label="j131.expanded",
    source=(journal("131"),),
    kind=Kind.STEP,
    given=(*_STEP, _SQUARE),
    then=eq(D_next - D, eta**2 * (_gram_W2 - _gram_W1_printed)),
    note="the last line; its second product has the shapes of G and G^T exchanged, so that it is stated for n = m",
)
SHAPE = Statement(
    label="j131.shape",
    source=(journal("131", "132"),),
    kind=Kind.SHAPE,
    then=WellShaped(_gram_W2 - _gram_W1_printed),
)
CHANGE = (
    Statement(
        label="j131.definition",
        source=(journal("131"),),
        kind=Kind.STEP,
        given=_STEP,
        then=eq(D_next - D, W1_next.T * W1_next - W2_next.T * W2_next - W1.T * W1 + W2.T * W2),
    ),
    Statement(
        label="j131.substituted",
        source=(journal("131"),),
        kind=Kind.STEP,
        given=_STEP,
        then=eq(
            D_next - D,
            (W1 - eta * G * W2).T * (W1 - eta * G * W2)
            - (W2 - eta * G.T * W1).T * (W2 - eta * G.T * W1)
            - W1.T * W1
            + W2.T * W2,
        ),
    ),
    EXPANSION,
    replace(
        EXPANSION,
        form=Form.REPAIRED,
        repairs=EXPANSION.label,
        given=_STEP,
        then=eq(D_next - D, eta**2 * (_gram_W2 - _gram_W1)),
        note="with G G^T between the factors W1",
    ),
    SHAPE,
    replace(SHAPE, form=Form.REPAIRED, repairs=SHAPE.label, then=WellShaped(_gram_W2 - _gram_W1)),
)


def _bounds(label: str, product: sp.MatMul, given: tuple[object, ...]) -> Chain:
    """The lines of (132) with `product` as its second matrix."""
    return Chain(
        label=label,
        source=(journal("132"),),
        kind=Kind.STEP,
        given=given,  # type: ignore[arg-type]
        first=Fro(D_next - D),
        lines=(
            ("==", eta**2 * Fro(_gram_W2 - product), "expanded", ("j131.expanded",)),
            ("<=", eta**2 * Fro(_gram_W2) + eta**2 * Fro(product), "triangle", ()),
            (
                "<=",
                eta**2 * SigmaMax(W2) ** 2 * Fro(G) ** 2 + eta**2 * SigmaMax(W1) ** 2 * Fro(G) ** 2,
                "spectral",
                ("j37.left-factor",),
            ),
            ("==", eta**2 * sigma_max_T**2 * Fro(G) ** 2, "operator", ("j39.largest-singular-value",)),
            ("<=", 2 * K * eta**2 * sigma_max_T**2 * L, "smooth", ("j3.smoothness",)),
        ),
    )


BOUND = tuple(_bounds("j132", _gram_W1_printed, (*_STEP, _SQUARE)).statements())
BOUND_REPAIRED = tuple(
    replace(line, form=Form.REPAIRED, repairs=line.label)
    for line in tuple(_bounds("j132", _gram_W1, _STEP).statements())[:3]
)

# (117): the sum over the run ----------------------------------------------------------------------
_spread = sp.exp(eta_0**c)
_geometric = 2 * K * L_0 * _spread * eta_0**2 * alpha_2
SUM = tuple(
    Chain(
        label="j117",
        source=(journal("117"),),
        kind=Kind.TRAJECTORY,
        given=INDUCTION,
        first=Fro(D_next - D_0),
        lines=(
            ("<=", HistorySum(Fro(D_next - D)), "telescope", ()),
            ("<=", HistorySum(2 * K * eta**2 * sigma_max_T**2 * L), "steps", ("j116.imbalance-step",)),
            ("<=", HistorySum(2 * K * eta**2 * sigma_max_T**2 * L_0 * rho_bar_0**t), "linear", ("jE-A1.initial",)),
            ("<=", HistorySum(2 * K * eta**2 * alpha_2 * _spread * L_0 * rho_bar_0**t), "spectral", ("jE-A4.upper",)),
            (
                "<=",
                HistorySum(2 * K * (1 + eta_0**d) ** t * eta_0**2 * alpha_2 * _spread * L_0 * rho_bar_0**t),
                "growth",
                (),
            ),
            ("==", _geometric * HistorySum(Delta**t), "collected", ()),
            ("<=", drift, "geometric", ("j109.ranges",)),
        ),
    ).statements()
)

# Lemma E.4 ----------------------------------------------------------------------------------------
_RUN = (*STANDING, POSITIVE_STEP, le(L, L_0))
E4_LOWER = Statement(
    label="j119.lower",
    source=(journal("119", "Lemma E.4"),),
    kind=Kind.TRAJECTORY,
    given=_RUN,
    then=ge(sigma_min_T**2, T_lower),
    cites=("j118.alpha-1",),
    note="on runs whose loss stays below L(0)",
)
E4_UPPER = Statement(
    label="j120.upper",
    source=(journal("120", "Lemma E.4"),),
    kind=Kind.TRAJECTORY,
    given=_RUN,
    then=le(sigma_max_T**2, T_upper),
    cites=("j118.alpha-2",),
)
_distance = Fro(D - D_0)
LEMMA_E4 = (
    E4_LOWER,
    padded(E4_LOWER),
    replace(E4_LOWER, form=Form.REPAIRED, repairs=E4_LOWER.label, where={alpha_1: ALPHA_1_REPAIRED}),
    replace(
        E4_LOWER,
        form=Form.SHARP,
        repairs=E4_LOWER.label,
        then=ge(sigma_min_T**2, alpha_1 - 2 * _distance),
        where={alpha_1: ALPHA_1_REPAIRED},
        note="each half of alpha_1 changes by at most ||D(k) - D(0)||_2: 2 instead of 4",
    ),
    E4_UPPER,
    replace(
        E4_UPPER,
        form=Form.SHARP,
        repairs=E4_UPPER.label,
        then=le(sigma_max_T**2, alpha_2 + sp.sqrt(2) * _distance),
        note="the extreme eigenvectors of D(k) are orthogonal: sqrt(2) instead of 2",
    ),
)

STATEMENTS = (LEMMA_E2, *UPDATES, *CHANGE, *BOUND, *BOUND_REPAIRED, *SUM, *LEMMA_E4)
