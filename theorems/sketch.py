"""Section 3.3: the proof sketch of Theorem 3.2, Lemmas 3.1 and 3.2, (22)-(30) and the submission's (21)-(25)."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.assumptions import HALF, THEOREM_32
from theorems.norms import Fro, SigmaMax, SigmaMin
from theorems.notation import (
    D_0,
    L_0,
    D_next,
    K,
    K_bar,
    K_bar_0,
    K_t,
    L,
    L_next,
    W,
    alpha_1,
    alpha_2,
    beta_1,
    beta_2,
    drift,
    eta,
    eta_0,
    grad_norm,
    mu_bar,
    mu_t,
    rho,
    rho_bar,
    rho_bar_0,
    sigma_max_T,
    sigma_min_T,
    t,
)
from theorems.statement import Chain, Form, Kind, Limit, Statement, Version, eq, gt, journal, le, submission
from theorems.table2 import REPAIRED_32, SUBMISSION_32, SUBMISSION_REPAIRED_32, Where, padded

_spread = sp.exp(sp.sqrt(eta_0))
_lower = alpha_1 + 2 * alpha_2 * (1 - _spread)
# "L(t) enjoys linear convergence until iteration k"
_LINEAR = le(L, L_0 * rho_bar_0**t)
_LEMMA_32 = (*THEOREM_32, _LINEAR)


def _repaired(claim: Statement, where: Where = REPAIRED_32, **changes: object) -> Statement:
    return replace(claim, form=Form.REPAIRED, repairs=claim.label, where=where, **changes)  # type: ignore[arg-type]


def _submission(claim: Statement, label: str, place: str) -> Statement:
    """The submission's counterpart: its number, its beta_2."""
    cites = tuple(c for c in claim.cites if c.startswith(("j10", "j9")))
    return replace(claim, label=label, source=(submission(place),), where=SUBMISSION_32, cites=cites)


# Lemma 3.1 ----------------------------------------------------------------------------------------
SPECTRAL_LOWER = Statement(
    label="j22.lower",
    source=(journal("22", "Lemma 3.1"),),
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(_lower, sigma_min_T**2),
    where=HALF,
    cites=("jE-A4.lower",),
)
SPECTRAL_UPPER = replace(
    SPECTRAL_LOWER, label="j22.upper", then=le(sigma_max_T**2, alpha_2 * _spread), cites=("jE-A4.upper",)
)
MARGIN = replace(
    SPECTRAL_LOWER,
    label="j23.beta-1",
    source=(journal("23", "Lemma 3.1"),),
    then=le(beta_1, SigmaMin(W)),
    cites=("jE-A2.beta-1",),
)
NORM = replace(MARGIN, label="j23.beta-2", then=le(SigmaMax(W), beta_2), cites=("jE-A2.beta-2",))
S_LOWER = _submission(SPECTRAL_LOWER, "s21.lower", "21")
S_UPPER = _submission(SPECTRAL_UPPER, "s21.upper", "21")

LEMMA_31 = (
    SPECTRAL_LOWER,
    padded(SPECTRAL_LOWER),
    _repaired(SPECTRAL_LOWER),
    replace(SPECTRAL_LOWER, label="j22.order", then=le(sigma_min_T**2, sigma_max_T**2), cites=()),
    SPECTRAL_UPPER,
    _repaired(SPECTRAL_UPPER),
    MARGIN,
    replace(MARGIN, label="j23.order", then=le(SigmaMin(W), SigmaMax(W)), cites=()),
    NORM,
    S_LOWER,
    padded(S_LOWER, Version.SUBMISSION),
    _repaired(S_LOWER, SUBMISSION_REPAIRED_32),
    S_UPPER,
    _repaired(S_UPPER, SUBMISSION_REPAIRED_32),
    _submission(MARGIN, "s22.beta-1", "22"),
    _submission(NORM, "s22.beta-2", "22"),
    Statement(
        label="j3.3-spectral-limit.lower",
        source=(journal("3.3"),),
        kind=Kind.LIMIT,
        given=(gt(alpha_1, 0), gt(alpha_2, 0)),
        then=Limit(_lower, eta_0, sp.S.Zero, alpha_1),
        note="the bounds of (22) are arbitrarily close to alpha_1 and alpha_2",
    ),
    Statement(
        label="j3.3-spectral-limit.upper",
        source=(journal("3.3"),),
        kind=Kind.LIMIT,
        given=(gt(alpha_1, 0), gt(alpha_2, 0)),
        then=Limit(alpha_2 * _spread, eta_0, sp.S.Zero, alpha_2),
    ),
)

# The change of the imbalance ----------------------------------------------------------------------
_DRIFT = (journal("3.3"), submission("3.3"))
DRIFT = Statement(
    label="j3.3-drift.growing",
    source=_DRIFT,
    kind=Kind.TRAJECTORY,
    given=THEOREM_32,
    then=le(Fro(D_next - D_0), drift),
    where=HALF,
    cites=("jE-A3",),
    note="O(eta_0^2 / (1 - Delta)), with the constant of A3",
)
CONSTANT_DRIFT = replace(
    DRIFT,
    label="j3.3-drift.constant",
    given=(*THEOREM_32, eq(eta, eta_0)),
    then=le(Fro(D_next - D_0), 2 * K * eta_0**2 * alpha_2 * _spread * L_0 / (1 - rho_bar_0)),
    note="O(eta^2 / (1 - rho-bar)) for a constant step size, with the constant of A3",
)
IMBALANCE = (
    DRIFT,
    _repaired(DRIFT),
    CONSTANT_DRIFT,
    _repaired(CONSTANT_DRIFT),
)

# Lemma 3.2 ----------------------------------------------------------------------------------------
MU = Statement(
    label="j24.mu",
    source=(journal("24", "Lemma 3.2"),),
    kind=Kind.TRAJECTORY,
    given=_LEMMA_32,
    then=le(mu_bar, mu_t),
    where=HALF,
    cites=("j22.lower",),
)
SMOOTHNESS = replace(MU, label="j24.K", then=le(K_t, K_bar), cites=("j22.upper", "j23.beta-2"))
RHO = replace(
    MU,
    label="j25.bound",
    source=(journal("25", "Lemma 3.2"),),
    then=le(rho, rho_bar),
    cites=("j24.mu", "j24.K"),
)
RHO_INITIAL = replace(RHO, label="j25.initial", then=le(rho_bar, rho_bar_0))
_INITIAL_NOTE = "rho(eta_t, t), not its bound, is at most the initial rate"


def _lemma_32(
    mu: Statement, smoothness: Statement, rho_t: Statement, initial: Statement, where: Where, version: Version
) -> tuple[Statement, ...]:
    return (
        mu,
        padded(mu, version),
        _repaired(mu, where),
        smoothness,
        _repaired(smoothness, where),
        rho_t,
        _repaired(rho_t, where),
        initial,
        _repaired(initial, where, then=le(rho, rho_bar_0), note=_INITIAL_NOTE),
    )


LEMMA_32 = (
    *_lemma_32(MU, SMOOTHNESS, RHO, RHO_INITIAL, REPAIRED_32, Version.JOURNAL),
    *_lemma_32(
        _submission(MU, "s23.mu", "23"),
        _submission(SMOOTHNESS, "s23.K", "23"),
        _submission(RHO, "s24.bound", "24"),
        _submission(RHO_INITIAL, "s24.initial", "24"),
        SUBMISSION_REPAIRED_32,
        Version.SUBMISSION,
    ),
)

# (26)-(30) and the submission's (25) --------------------------------------------------------------
_mixed = (1 - 2 * mu_bar * eta + mu_bar * K_t * eta**2) * L
_uniform = (1 - 2 * mu_bar * eta + mu_bar * K_bar_0 * eta**2) * L
_CHAIN = tuple(
    Chain(
        label="j",
        source=(journal("26", "27", "28", "29", "30"),),
        kind=Kind.TRAJECTORY,
        given=_LEMMA_32,
        where=HALF,
        first=L_next,
        lines=(
            ("<=", L - (eta - K_t * eta**2 / 2) * grad_norm**2, "26-descent", ("j9.descent",)),
            ("<=", L - 2 * mu_bar * (eta - K_t * eta**2 / 2) * L, "27-pl", ("j9.pl", "j24.mu")),
            ("==", _mixed, "28-collected", ()),
            ("<=", _uniform, "29-uniform", ("j24.K",)),
            ("<=", rho_bar_0 * L, "30-initial", ()),
        ),
    ).statements()
)
# one equation number a line: j26.descent .. j30.initial
LINES = tuple(
    replace(line, label=f"j{number}.{name}", source=(journal(number),))
    for line in _CHAIN
    for number, name in (line.label.removeprefix("j.").split("-", 1),)
)
S_LINES = tuple(
    Chain(
        label="s25",
        source=(submission("25"),),
        kind=Kind.TRAJECTORY,
        given=_LEMMA_32,
        where=SUBMISSION_32,
        first=L_next,
        lines=(
            ("<=", _mixed, "descent", ("j9.descent", "j9.pl", "s23.mu")),
            ("<=", _uniform, "uniform", ("s23.K",)),
            ("<=", rho_bar_0 * L, "initial", ()),
        ),
    ).statements()
)
_ORDER_NOTE = "the step size is lowered to eta_0 before K_k is bounded by K-bar_0"
SKETCH = (
    *LINES,
    _repaired(LINES[1]),
    _repaired(LINES[3]),
    _repaired(LINES[4], then=le(_mixed, rho_bar_0 * L), note=_ORDER_NOTE),
    *S_LINES,
    _repaired(S_LINES[0], SUBMISSION_REPAIRED_32),
    _repaired(S_LINES[1], SUBMISSION_REPAIRED_32),
    _repaired(S_LINES[2], SUBMISSION_REPAIRED_32, then=le(_mixed, rho_bar_0 * L), note=_ORDER_NOTE),
)

STATEMENTS = (*LEMMA_31, *IMBALANCE, *LEMMA_32, *SKETCH)
