"""Claims about runs that need no linear rate: the loss falls at every step with eta_t K_t <= 1, so that L(t) <= L(0).

beta_1 and beta_2 bound the singular values of W(t) along every such run, whatever alpha_1 bounds. The lines (110) to
(113) and (121) to (128) are claims under the induction hypothesis, which is theirs at every step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp

from theorems import convergence, imbalance, induction, sketch, table2
from theorems.assumptions import CONDITIONS_109, HALF, INITIAL_E1, INITIALIZED, LOSS, STEP_RANGE, ZERO_MINIMUM
from theorems.induction import A1, A4
from theorems.norms import Fro, Loss, Sigma, SigmaMax
from theorems.notation import (
    D_0,
    L_0,
    W1,
    W2,
    W_0,
    D,
    D_next,
    Delta,
    K,
    K_bar,
    K_bar_0,
    K_t,
    L,
    L_next,
    W,
    W1_next,
    W2_next,
    W_star,
    alpha_1,
    alpha_2,
    beta_2,
    c,
    eta,
    eta_0,
    grad_norm,
    growth,
    lambda_m_D,
    lambda_minus,
    lambda_n_D,
    lambda_plus,
    m,
    mu,
    mu_bar,
    mu_t,
    n,
    rho_bar_0,
    sigma_max_T,
    sigma_max_T_next,
    sigma_min_T,
    sigma_min_T_next,
    t,
)
from theorems.proofs.derivation import Line, Proof, claims, goals, line
from theorems.proofs.existence_proofs import rates
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.proofs.rate_proofs import better_than
from theorems.proofs.shared_lines import beta_2_bound, extreme_order
from theorems.proofs.table2_proofs import spreads
from theorems.sharp import DESCENT as SHARP_DESCENT
from theorems.statement import AllOf, Kind, Relation, Statement, eq, journal, le, lt
from theorems.table2 import SUBMISSION, SUBMISSION_32

__all__ = ["PROOFS"]

Where = Mapping[sp.Basic, sp.Basic]
_GOALS = goals(convergence, induction, sketch, table2, imbalance)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_half = sp.Rational(1, 2)
_N2 = grad_norm**2
_f = eta - K_t * eta**2 / 2
_short = line("short", le(eta * K_t, 1), "hypothesis")
_descent = line("descent", SHARP_DESCENT.then, "lemma", *_names, labels=(SHARP_DESCENT.id,), unfolded=True)
_positive_step = line("f", le(0, _f), "arithmetic", weights=[(eta / 2, "short")])


def _from(
    label: str, lines: tuple[Line, ...], weights: Sequence[tuple[Any, ...]], folded: Iterable[sp.Basic] = ()
) -> Proof:
    """A proof whose last line is arithmetic on earlier ones."""
    goal = _GOALS[label]
    return Proof(goal, (*lines, line("claim", goal.then, "arithmetic", weights=list(weights))), frozenset(folded))


# L(t) <= L(0), hence the margins ------------------------------------------------------------------------------------
_FALLS = (*LOSS, STEP_RANGE[2], le(L, L_0))
_TABLES: dict[str, Where] = {"": {}, "-32": HALF, "-submission": SUBMISSION_32}


def _falling(tag: str, where: Where) -> tuple[Proof, Proof]:
    """Base and step of L(t) <= L(0) on a run with eta_t K_t <= 1."""
    source = (journal("Theorem E.1", "A1"),)
    return (
        Proof(
            Statement(
                label=f"aux.loss-start{tag}",
                source=source,
                kind=Kind.INEQUALITY,
                given=(ZERO_MINIMUM,),
                then=le(Loss(W_0), L_0),
                where=where,
            ),
            (minimum, line("claim", le(Loss(W_0), L_0), "algebra")),
        ),
        Proof(
            Statement(
                label=f"aux.loss-step{tag}",
                source=source,
                kind=Kind.STEP,
                given=_FALLS,
                then=le(L_next, L_0),
                where=where,
                note="one step with eta_t K_t <= 1 does not increase the loss",
            ),
            (
                *_loss,
                _short,
                _descent,
                line("before", le(L, L_0), "hypothesis"),
                line(
                    "claim",
                    le(L_next, L_0),
                    "arithmetic",
                    weights=[(1, "descent"), (_N2 * eta / 2, "short"), (1, "before")],
                ),
            ),
        ),
    )


def _descended(tag: str) -> Line:
    return line(
        "descended",
        le(L, L_0),
        "induction",
        at={"invariant": le(L, L_0)},
        labels=(f"aux.loss-start{tag}", f"aux.loss-step{tag}"),
    )


def _margin(label: str, tag: str, lemma: str) -> Proof:
    goal = _GOALS[label]
    cited = line("claim", goal.then, "lemma", *_names, "descended", labels=(lemma,))
    return Proof(goal, (*_loss, _short, _descended(tag), cited))


_near, _first = Fro(W - W_star), sp.sqrt(2 * L_0 / mu)
BETA_2_SUBMISSION = Proof(
    Statement(
        label="aux.beta_2-submission",
        source=_GOALS["s22.beta-2"].source,
        kind=Kind.STEP,
        given=(*LOSS, le(L, L_0)),
        then=le(SigmaMax(W), beta_2),
        where=SUBMISSION,
    ),
    (
        *_loss,
        line("descended", le(L, L_0), "hypothesis"),
        line("lower", le(mu / 2 * _near**2, L), "lemma", *_names, at={"U": W}, labels=("j2.1-unique-minimizer",)),
        line("square", le(_near**2, _first**2), "arithmetic", weights=[(2 / mu, "lower"), (2 / mu, "descended")]),
        line("distance", le(_near, _first), "order.roots", "square", at={"x": _near, "y": _first}),
        *beta_2_bound(W, "distance"),
    ),
)
MARGINS = (
    *(proof for tag, where in _TABLES.items() for proof in _falling(tag, where)),
    BETA_2_SUBMISSION,
    *(
        _margin(f"{place}.beta-1", tag, "aux.beta_1")
        for place, tag in (("jE-A2", ""), ("j23", "-32"), ("s22", "-submission"))
    ),
    _margin("jT2.beta_1", "-32", "aux.beta_1"),
    *(
        _margin(label, tag, "aux.beta_2")
        for label, tag in (("jE-A2.beta-2", ""), ("j23.beta-2", "-32"), ("jT2.beta_2", "-32"))
    ),
    *(_margin(label, "-submission", "aux.beta_2-submission") for label in ("s22.beta-2", "sT2.beta_2")),
)

# What holds at every step --------------------------------------------------------------------------------------------
_order = line("order", le(sigma_min_T**2, sigma_max_T**2), "lemma", at={"W1_0": W1, "W2_0": W2}, labels=("aux.order",))
_mu_K = line("mu-K", le(mu, K), "lemma", "smooth", "convex", labels=("aux.mu-below-K",))


def _theorem_31(label: str, lemma: str) -> Proof:
    """The descent half or the rate of Theorem 3.1 at a step of a run."""
    goal = _GOALS[label]
    given = (
        line("width", goal.given[5], "hypothesis"),
        _short,
        line("long", le(eta * K_t, 1) if lemma == "j9.descent" else _TWO, "arithmetic", weights=[(1, "short")]),
    )
    cited = line("claim", goal.then, "lemma", *_names, "width", "long", labels=(lemma,))
    return Proof(goal, (*_loss, *given, cited))


_TWO = _GOALS["j21.rate"].given[-1]
AT_EVERY_STEP = (
    *(_theorem_31(label, "j10.rate@sigma-min-padded") for label in ("j16.step-rate", "jE-A1.rate")),
    *(_theorem_31(label, "j9.descent") for label in ("j26.descent", "j112.descent@exp-sqrt")),
    _from("j16.mu-below-K", (*_loss, _order, _mu_K), [(mu, "order"), (sigma_max_T**2, "mu-K")]),
    _from("j22.order", (_order,), [(1, "order")]),
    Proof(
        _GOALS["j23.order"],
        (
            line("top", eq(SigmaMax(W), Sigma(W, 1)), "singular-values.largest", at={"A": W}),
            line("n-least", le(n, m), "assume"),
            line("m-least", le(m, n), "assume"),
            *extreme_order("n", W, W, n),
            *extreme_order("m", W, W.T, m),
            line("claim", _GOALS["j23.order"].then, "cases", "order-n", "n-least", "order-m", "m-least"),
        ),
    ),
)

# (110) to (113) and (126) to (128) under the induction hypothesis ----------------------------------------------------
_T2 = sigma_max_T**2
_spread = sp.exp(eta_0**c)
_low = line("A4-low", A4[0], "hypothesis")
_high = line("A4-high", A4[1], "hypothesis")
_mu_low = line("mu-low", le(mu_bar, mu_t), "arithmetic", weights=[(mu, "A4-low")])
_pl = line("pl", le(mu_t * L, _N2 / 2), "lemma", *_names, "width", labels=("j9.pl@sigma-min-padded",))
_width = line("width", _GOALS["j111.pl"].given[5], "hypothesis")
_rate_lines = (minimum, *spreads, _short, _positive_step, _low, _mu_low)
_collected = ("j112.collected@exp-sqrt", "j28.collected")
FIRST_LINES = (
    _from("j110.mu-lower", (minimum, *spreads, _low), [(mu, "A4-low")]),
    _from("j126.mu-alpha/repaired", (minimum, *spreads, _low), [(mu, "A4-low")]),
    _from("j112.pl@exp-sqrt", (*_loss, _width, _short, _positive_step, _pl), [(2, "f", "pl")]),
    _from("j112.mu-bar@exp-sqrt", _rate_lines, [(2 * L, "f", "mu-low")]),
    _from("j113.mu-bar@exp-sqrt", _rate_lines, [(2, "f", "mu-low")]),
    *(Proof(_GOALS[label], (minimum, *spreads, line("claim", _GOALS[label].then, "algebra"))) for label in _collected),
    _from("j121.sum", (minimum, *spreads), []),
)
_folded = frozenset({alpha_1, alpha_2, beta_2, rho_bar_0, mu_bar, K_bar_0, L_0})
_below = rates("-E1", "")
_eta_low = line("nearer", STEP_RANGE[0], "hypothesis")
_eta_high = line("eta-high", STEP_RANGE[1], "hypothesis")
_linear = line("linear", A1, "hypothesis")
_power = rho_bar_0**t
_R, _R_t, _R_0 = sp.sqrt(2 * K * L), sp.sqrt(2 * K * L_0 * _power), sp.sqrt(2 * K * L_0)
_R_D = sp.sqrt(2 * K * L_0 * Delta**t)
_E_alpha = _spread * alpha_2
_k_lines = (
    _linear,
    _high,
    line("W", le(SigmaMax(W), beta_2), "hypothesis"),
    line("root-square", le(2 * K * L, 2 * K * L_0 * _power), "arithmetic", weights=[(2 * K, "linear")]),
    line("root", le(_R, _R_t), "order.roots", "root-square", at={"x": _R, "y": _R_t}),
)
_k_spectral: list[tuple[Any, ...]] = [
    (K, "A4-high"),
    (1, "root"),
    (6 * K**2 * L * eta**2, "W"),
    (6 * K**2 * beta_2 * eta**2, "linear"),
    (3 * K * _R * eta, "A4-high"),
    (3 * K * _E_alpha * eta, "root"),
]
_k_growth: list[tuple[Any, ...]] = [
    (6 * K**2 * beta_2 * L_0 * _power * (growth + eta), "eta-high"),
    (3 * K * _E_alpha * _R_t, "eta-high"),
]
_to_bar = (*_k_lines, _eta_high)
_k_first = _R_0 + 6 * K**2 * beta_2 * L_0 * eta_0**2 + K * _spread * alpha_2 * (1 + 3 * _R_0 * eta_0)
_below_c = rates("-E1-c", "", c)
_falls_lines = (
    line("power", le(_power, 1), "power.monotone", "rate-below", at={"x": rho_bar_0, "y": 1, "z": t}),
    line("Delta-power", le(Delta**t, 1), "power.monotone", "Delta", at={"x": Delta, "y": 1, "z": t}),
    line("square-0", le(_R_t**2, _R_0**2), "arithmetic", weights=[(2 * K * L_0, "power")]),
    line("square-D", le(_R_D**2, _R_0**2), "arithmetic", weights=[(2 * K * L_0, "Delta-power")]),
    line("root-0", le(_R_t, _R_0), "order.roots", "square-0", at={"x": _R_t, "y": _R_0}),
    line("root-D", le(_R_D, _R_0), "order.roots", "square-D", at={"x": _R_D, "y": _R_0}),
)
_k_falls: list[tuple[Any, ...]] = [
    (1, "root-0"),
    (6 * K**2 * beta_2 * L_0 * eta_0**2, "Delta-power"),
    (3 * K * _E_alpha * eta_0, "root-D"),
    (-1, "K-bar-0"),
]
_k_high = line("K-high", le(K_t, K_bar), "arithmetic", weights=[*_k_spectral, *_k_growth])
_k_falling = line("K-falls", le(K_bar, K_bar_0), "arithmetic", weights=_k_falls)
SECOND_LINES = (
    _from("j113.smallest-step@exp-sqrt", (*_below, _eta_low, _short), better_than(mu_bar, K_t), _folded | {K_t}),
    _from("j127.linear", (*_below, _linear), [(rho_bar_0, "linear")], _folded),
    _from("j128.spectral", (*_below, *_k_lines), _k_spectral, _folded),
    _from("j128.growth", (*_below, _eta_high), _k_growth, _folded),
    _from("j110.K-upper@exp-eta-c", (*_below_c, *_to_bar), [*_k_spectral, *_k_growth], _folded),
    _from("j112.rho-bar@exp-eta-c", (*_below_c, *_to_bar, _k_high), [(mu_bar * eta**2 * L, "K-high")], _folded),
    _from(
        "j113.initial@exp-eta-c",
        (*_below_c, *_to_bar, _k_high, *_falls_lines, _k_falling),
        [(mu_bar * eta_0**2, "K-high"), (mu_bar * eta_0**2, "K-falls")],
        _folded,
    ),
)

# A4 at t + 1: (121) to (123) ------------------------------------------------------------------------------------------
_drift, _drift_next = Fro(D - D_0), Fro(D_next - D_0)
_invariant = le(_drift, alpha_2 * (_spread - 1) / 2 * (1 - Delta**t))
_half_way = le(_drift_next, alpha_2 * (_spread - 1) / 2)
DRIFT_START = Proof(
    Statement(
        label="aux.drift-start",
        source=(journal("117"),),
        kind=Kind.INEQUALITY,
        then=le(Fro(D_0 - D_0), 0),
    ),
    (line("claim", le(Fro(D_0 - D_0), 0), "algebra"),),
)
_under_induction = (*STEP_RANGE[:2], A1, A4[1])
DRIFT_STEP = Proof(
    Statement(
        label="aux.drift-step",
        source=(journal("117"),),
        kind=Kind.STEP,
        given=(*INITIAL_E1, *_under_induction, _invariant),
        then=AllOf(le(_drift_next, alpha_2 * (_spread - 1) / 2 * (1 - Delta ** (t + 1))), _half_way),
        note="what one step adds to the imbalance, under A1 and A4 at that step",
    ),
    (
        *_below,
        _eta_high,
        _linear,
        _high,
        line("drift", _invariant, "hypothesis"),
        line(
            "triangle",
            le(_drift_next, Fro(D_next - D) + _drift),
            "frobenius.triangle",
            at={"A": D_next - D, "B": D - D_0},
        ),
        line("E.2", le(Fro(D_next - D), 2 * K * eta**2 * _T2 * L), "lemma", *_names, labels=("j116.imbalance-step",)),
        line(
            "energy",
            le(L * eta**2, L_0 * _power * growth**2),
            "arithmetic",
            weights=[(eta**2, "linear"), (L_0 * _power * (growth + eta), "eta-high")],
        ),
        line(
            "drift-next",
            le(_drift_next, alpha_2 * (_spread - 1) / 2 * (1 - Delta ** (t + 1))),
            "arithmetic",
            weights=[
                (1, "triangle"),
                (1, "E.2"),
                (2 * K * eta**2 * L, "A4-high"),
                (2 * K * _E_alpha, "energy"),
                (_E_alpha * Delta**t / 2, "102"),
                (1, "drift"),
            ],
        ),
        line(
            "half-way",
            _half_way,
            "arithmetic",
            weights=[(1, "drift-next"), (alpha_2 / 2 * Delta ** (t + 1), "tangent")],
        ),
    ),
    _folded,
)
_letters = (
    line("letters-plus", le(lambda_n_D, lambda_plus), "arithmetic", weights=[(1, "s-plus")], known=True),
    line("letters-minus", le(lambda_m_D, lambda_minus), "arithmetic", weights=[(1, "s-minus")], known=True),
)
_asked = tuple(line(f"step-{i}", claim, "hypothesis") for i, claim in enumerate(_under_induction))
_initial_names = tuple(e.name for e in _below if e.rule == "hypothesis" and e.name not in _names)
_to_half_way = (
    *_below,
    *_letters,
    *_asked,
    line("drift", _invariant, "induction", at={"invariant": _invariant}, labels=("aux.drift-start", "aux.drift-step")),
    line(
        "half-way",
        _half_way,
        "lemma",
        *_names,
        *_initial_names,
        *(e.name for e in _asked),
        "drift",
        labels=("aux.drift-step",),
    ),
)
_next = {"W1": W1_next, "W2": W2_next}
_power_falls = line("power", le(_power, 1), "power.monotone", "rate-below", at={"x": rho_bar_0, "y": 1, "z": t})
_next_descended = (
    _short,
    _descent,
    _linear,
    line(
        "descended",
        le(L_next, L_0),
        "arithmetic",
        weights=[(1, "descent"), (_N2 * eta / 2, "short"), (1, "linear"), (L_0, "power")],
    ),
)


def _lemma_next(label: str, before: tuple[Line, ...], lemma: str, claim: Relation) -> Proof:
    """Lemma E.4 at iteration t + 1."""
    bound = line("bound", claim, "lemma", *_names, "descended", at=_next, labels=(lemma,), unfolded=True)
    return _from(label, (*before, _power_falls, *_next_descended, bound), [(1, "bound")], _folded)


_repaired_initial = tuple(
    line(f"initial-{i}", claim, "hypothesis", known=claim == INITIALIZED)
    for i, claim in enumerate(INITIAL_E1)
    if isinstance(claim, Relation)
)
_repaired_names = (*_names, *(e.name for e in _repaired_initial))
_below_repaired = (
    *_loss,
    *_repaired_initial,
    *(
        line(f"at-root-{i}", claim, "lemma", *_repaired_names, labels=("aux.below-maximum",))
        for i, claim in enumerate(CONDITIONS_109)
    ),
    line("mu-positive", lt(0, mu_bar), "arithmetic", weights=[(1, "at-root-0")], known=True),
    *(
        line(
            name,
            claim,
            "lemma",
            *_repaired_names,
            *(f"at-root-{i}" for i in range(3)),
            labels=("aux.rates",),
            known=name == "rate-nonnegative",
        )
        for name, claim in (("rate-nonnegative", le(0, rho_bar_0)), ("rate-below", le(rho_bar_0, 1)))
    ),
)
_exponent = _GOALS["j128.exponent@exp-eta-c/repaired"]
NEXT_LINES = (
    DRIFT_START,
    DRIFT_STEP,
    _from("j121.upper", _to_half_way, [(2, "half-way")], _folded),
    _from("j123.bound", _to_half_way, [(4, "half-way")], _folded),
    _lemma_next(
        "j122.lemma",
        _below,
        "aux.spectrum-upper",
        le(sigma_max_T_next**2, alpha_2 + 2 * _drift_next),
    ),
    _lemma_next(
        "j123.lemma/repaired",
        _below_repaired,
        "aux.spectrum-lower",
        le(alpha_1 - 2 * _drift_next, sigma_min_T_next**2),
    ),
    Proof(_exponent, (*_below_repaired, line("claim", claims(_exponent)[0], "algebra")), _folded),
)

PROOFS = (*MARGINS, *AT_EVERY_STEP, *FIRST_LINES, *SECOND_LINES, *NEXT_LINES)
