"""Theorem E.1 proved in its repaired form, by one induction, under what (109) keeps of eta_0 <= eta_max.

The invariant at iteration t: L(t) <= L(0) rho^t with rho = rho-bar(eta_0, 0), and
||D(t) - D(0)|| <= alpha_2 (exp(eta_0^c) - 1)/2 (1 - Delta^t). The second needs no division by 1 - Delta.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from theorems import convergence, induction, sketch, table2
from theorems.assumptions import (
    AT_MOST_MAXIMUM,
    BELOW_MAXIMUM,
    CONDITIONS_109,
    EXPONENTS,
    INITIALIZED,
    POSITIVE_INITIAL_STEP,
    STANDING,
    STEP_RANGE,
    WIDTH,
    ZERO_MINIMUM,
)
from theorems.norms import Fro, Loss, Sigma, SigmaMax
from theorems.notation import (
    D_0,
    L_0,
    W1_0,
    W2_0,
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
    alpha_1,
    alpha_2,
    beta_2,
    c,
    d,
    eta,
    eta_0,
    grad_norm,
    growth,
    m,
    mu,
    mu_bar,
    mu_t,
    n,
    rho,
    rho_bar,
    rho_bar_0,
    sigma_max_T,
    sigma_max_T_0,
    sigma_min_T,
    sigma_min_T_0,
    t,
)
from theorems.proofs.derivation import Line, Proof, claims, goals, line
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.proofs.shared_lines import POSITIVE_MU, before_101, before_102, exponents, falling_K_bar
from theorems.statement import AllOf, Hypothesis, Kind, Relation, Statement, eq, journal, le, lt
from theorems.table2 import REPAIRED, REPAIRED_32

_GOALS = goals(convergence, induction, sketch, table2)
_folded = frozenset({alpha_1, alpha_2, beta_2, rho_bar_0, mu_bar, K_bar_0, L_0})
_spread = sp.exp(eta_0**c)
_back = sp.exp(-(eta_0**c))
_half = sp.Rational(1, 2)
_E1 = (journal("Theorem E.1"),)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")

START = (*STANDING, *EXPONENTS, INITIALIZED, POSITIVE_INITIAL_STEP, *CONDITIONS_109)
_start_lines = tuple(line(f"start-{i}", g, "hypothesis") for i, g in enumerate(START) if i not in (2, 3, 4))
_start = (*_loss, *_start_lines)
_start_names = (*_names, *(entry.name for entry in _start_lines))
_below_101, _below_102 = "start-12", "start-13"

# What holds of the rates before the run ---------------------------------------------------------------------------
_mu_value = mu * (alpha_1 + 2 * alpha_2 * (1 - _spread))
_tangent = line("tangent", le(1 + eta_0**c, _spread), "exponential.tangent", at={"x": eta_0**c})
_RATES = AllOf(le(0, rho_bar_0), le(rho_bar_0, 1), le(Delta, 1), le(alpha_1, alpha_2))
_at_zero = {"W1": W1_0, "W2": W2_0}
RATES = Proof(
    Statement(label="aux.rates", source=_E1, kind=Kind.INEQUALITY, given=START, then=_RATES, where=REPAIRED),
    (
        *_start,
        _tangent,
        line(
            "lower",
            le(alpha_1, sigma_min_T_0**2),
            "lemma",
            *_names,
            at=_at_zero,
            labels=("aux.spectrum-lower",),
            unfolded=True,
        ),
        line(
            "upper",
            le(sigma_max_T_0**2, alpha_2),
            "lemma",
            *_names,
            at=_at_zero,
            labels=("aux.spectrum-upper",),
            unfolded=True,
        ),
        line("order", le(sigma_min_T_0**2, sigma_max_T_0**2), "lemma", labels=("aux.order",)),
        line("alphas", le(alpha_1, alpha_2), "arithmetic", weights=[(1, "lower"), (1, "order"), (1, "upper")]),
        line("mu-K", le(mu, K), "lemma", "smooth", "convex", labels=("aux.mu-below-K",)),
        line("mu-bar", eq(mu_bar, _mu_value), "definition"),
        line(
            "mu-below",
            le(mu_bar, mu * alpha_1),
            "arithmetic",
            weights=[(1, "mu-bar"), (2 * mu * alpha_2, "tangent")],
        ),
        line(
            "K-bar-0",
            eq(
                K_bar_0,
                sp.sqrt(2 * K * L_0)
                + 6 * K**2 * beta_2 * L_0 * eta_0**2
                + K * _spread * alpha_2 * (1 + 3 * sp.sqrt(2 * K * L_0) * eta_0),
            ),
            "definition",
        ),
        line(
            "conditioned",
            le(mu_bar, K_bar_0),
            "arithmetic",
            weights=[(1, "mu-below"), (mu, "alphas"), (alpha_2, "mu-K"), (K * alpha_2, "tangent"), (-1, "K-bar-0")],
        ),
        line("rho", eq(rho_bar_0, 1 - 2 * mu_bar * eta_0 + mu_bar * K_bar_0 * eta_0**2), "definition"),
        line("mu-positive", lt(0, mu_bar), "hypothesis", known=True),
        line(
            "rate-nonnegative",
            le(0, rho_bar_0),
            "arithmetic",
            weights=[(1, 1 - mu_bar * eta_0), (mu_bar * eta_0**2, "conditioned"), (-1, "rho")],
            known=True,
        ),
        line("rate-below", le(rho_bar_0, 1), "arithmetic", weights=[(mu_bar * eta_0, _below_101), (1, "rho")]),
        line("decay", lt(0, 1 - _back), "arithmetic", weights=[(_back, "tangent")]),
        line("room", le(0, (1 - Delta) * (1 - _back)), "arithmetic", weights=[(1, _below_102)]),
        line("Delta", le(Delta, 1), "order.cancel", "decay", "room", at={"x": 0, "y": 1 - Delta, "z": 1 - _back}),
    ),
    folded=_folded,
)


def _order(tag: str, weights: sp.MatrixExpr, k: sp.Expr) -> tuple[Line, ...]:
    return (
        line(
            f"order-{tag}",
            le(Sigma(weights, k), Sigma(weights, 1)),
            "singular-values.decreasing",
            at={"A": weights, "k": k, "j": 1},
        ),
        line(f"top-{tag}", eq(SigmaMax(weights), Sigma(weights, 1)), "singular-values.largest", at={"A": weights}),
        line(
            f"square-{tag}",
            le(Sigma(weights, k) ** 2, SigmaMax(weights) ** 2),
            "arithmetic",
            weights=[
                (Sigma(weights, k) + SigmaMax(weights), f"order-{tag}"),
                (-Sigma(weights, k) - SigmaMax(weights), f"top-{tag}"),
            ],
        ),
    )


ORDER = Proof(
    Statement(label="aux.order", source=_E1, kind=Kind.INEQUALITY, then=le(sigma_min_T_0**2, sigma_max_T_0**2)),
    (
        *_order("1", W1_0, n),
        *_order("2", W2_0, m),
        line("claim", le(sigma_min_T_0**2, sigma_max_T_0**2), "arithmetic", weights=[(1, "square-1"), (1, "square-2")]),
    ),
)


# The bounds at an iteration where the invariant holds -----------------------------------------------------------
_T2 = sigma_max_T**2
INVARIANT = AllOf(
    le(L, L_0 * rho_bar_0**t),
    le(Fro(D - D_0), alpha_2 * (_spread - 1) / 2 * (1 - Delta**t)),
)
_GIVEN: tuple[Hypothesis, ...] = (*START, *STEP_RANGE, *INVARIANT.claims)
_given_lines = (
    *_start,
    line("mu-positive", lt(0, mu_bar), "hypothesis", known=True),
    line("rate-nonnegative", le(0, rho_bar_0), "lemma", *_start_names, labels=("aux.rates",), known=True),
    line("rate-below", le(rho_bar_0, 1), "lemma", *_start_names, labels=("aux.rates",)),
    line("Delta", le(Delta, 1), "lemma", *_start_names, labels=("aux.rates",)),
    line("width", WIDTH, "hypothesis"),
    line("K-hyp", STEP_RANGE[2], "hypothesis"),
    line("eta-low", STEP_RANGE[0], "hypothesis"),
    line("eta-high", STEP_RANGE[1], "hypothesis"),
    line("linear", INVARIANT.claims[0], "hypothesis"),
    line("drift", INVARIANT.claims[1], "hypothesis"),
)
_given_names = (*_start_names, "K-hyp", "eta-low", "eta-high", "linear", "drift")
_power = rho_bar_0**t
_rises = (1 + eta_0**d) ** t
_R, _R_t, _R_0 = sp.sqrt(2 * K * L), sp.sqrt(2 * K * L_0 * _power), sp.sqrt(2 * K * L_0)
_R_D = sp.sqrt(2 * K * L_0 * Delta**t)
_K_first = _R_0 + 6 * K**2 * beta_2 * L_0 * eta_0**2 + K * _spread * alpha_2 * (1 + 3 * _R_0 * eta_0)
_first_lines = (
    _tangent,
    line(
        "power", le(_power, 1), "power.monotone", "rate-nonnegative", "rate-below", at={"x": rho_bar_0, "y": 1, "z": t}
    ),
    line("Delta-power", le(Delta**t, 1), "power.monotone", "Delta", at={"x": Delta, "y": 1, "z": t}),
    line("descended", le(L, L_0), "arithmetic", weights=[(1, "linear"), (L_0, "power")]),
    line(
        "drift-half",
        le(Fro(D - D_0), alpha_2 * (_spread - 1) / 2),
        "arithmetic",
        weights=[(1, "drift"), (alpha_2 / 2 * Delta**t, "tangent")],
    ),
    line(
        "T-low",
        le(alpha_1 - 2 * Fro(D - D_0), sigma_min_T**2),
        "lemma",
        *_names,
        "descended",
        labels=("aux.spectrum-lower",),
        unfolded=True,
    ),
    line(
        "T-high",
        le(_T2, alpha_2 + 2 * Fro(D - D_0)),
        "lemma",
        *_names,
        "descended",
        labels=("aux.spectrum-upper",),
        unfolded=True,
    ),
    line(
        "A4-low",
        le(alpha_1 + 2 * alpha_2 * (1 - _spread), sigma_min_T**2),
        "arithmetic",
        weights=[(1, "T-low"), (2, "drift-half"), (alpha_2, "tangent")],
    ),
    line("A4-high", le(_T2, alpha_2 * _spread), "arithmetic", weights=[(1, "T-high"), (2, "drift-half")]),
    line("mu-bar", eq(mu_bar, _mu_value), "definition"),
    line("mu-low", le(mu_bar, mu_t), "arithmetic", weights=[(mu, "A4-low"), (1, "mu-bar")]),
    line("W", le(SigmaMax(W), beta_2), "lemma", *_names, "descended", labels=("aux.beta_2",), unfolded=True),
    line("root-square", le(2 * K * L, 2 * K * L_0 * _power), "arithmetic", weights=[(2 * K, "linear")]),
    line("root", le(_R, _R_t), "order.roots", "root-square", at={"x": _R, "y": _R_t}),
)
_E_alpha = _spread * alpha_2
_K_bounds = (
    line("step", le(_R * eta, _R_t * growth), "arithmetic", weights=[(eta, "root"), (_R_t, "eta-high")]),
    line(
        "energy",
        le(L * eta**2, L_0 * _power * growth**2),
        "arithmetic",
        weights=[(eta**2, "linear"), (L_0 * _power * (growth + eta), "eta-high")],
    ),
    line(
        "K-high",
        le(K_t, K_bar),
        "arithmetic",
        weights=[
            (K, "A4-high"),
            (1, "root"),
            (6 * K**2 * L * eta**2, "W"),
            (6 * K**2 * beta_2, "energy"),
            (3 * K * _R * eta, "A4-high"),
            (3 * K * _E_alpha, "step"),
        ],
    ),
    line("K-bar-0", eq(K_bar_0, _K_first), "definition"),
    *falling_K_bar(_E_alpha),
    line("K-first", le(K_t, K_bar_0), "arithmetic", weights=[(1, "K-high"), (1, "K-falls")]),
)
_f, _f0 = eta - K_t * eta**2 / 2, eta_0 - K_bar_0 * eta_0**2 / 2
_low = alpha_1 + 2 * alpha_2 * (1 - _spread)
_at_K_t, _at_K_0 = (1 - 2 * mu_bar * eta + mu_bar * k * eta**2 for k in (K_t, K_bar_0))
_decrease = (
    line("f", le(0, _f), "arithmetic", weights=[(eta / 2, "K-hyp")]),
    line(
        "f-first",
        le(_f0, _f),
        "arithmetic",
        weights=[(1, "eta-low", "K-hyp"), (K_t / 2, "eta-low", "eta-low"), (eta_0**2 / 2, "K-first")],
        why="eta - K_t eta^2/2 increases up to 1/K_t",
    ),
    line("descent", le(L_next, L - _f * grad_norm**2), "lemma", *_names, "width", labels=("j9.descent",)),
    line("pl", le(mu_t * L, grad_norm**2 / 2), "lemma", *_names, "width", labels=("j9.pl@sigma-min-padded",)),
    line("rho", eq(rho_bar_0, 1 - 2 * mu_bar * eta_0 + mu_bar * K_bar_0 * eta_0**2), "definition"),
    line(
        "rate-at-t",
        le(L_next, L * rho_bar),
        "arithmetic",
        weights=[(1, "descent"), (2, "f", "pl"), (2 * L, "f", "mu-low"), (mu_bar * eta**2 * L, "K-high")],
    ),
    line("rho-at-t", le(rho, rho_bar), "arithmetic", weights=[(2, "f", "mu-low"), (mu_bar * eta**2, "K-high")]),
    line(
        "rho-at-0", le(rho, rho_bar_0), "arithmetic", weights=[(2, "f", "mu-low"), (2 * mu_bar, "f-first"), (-1, "rho")]
    ),
    line("low-positive", lt(0, _low), "arithmetic", weights=[(1 / mu, "mu-positive"), (1 / mu, "mu-bar")]),
    line(
        "condition",
        le(_T2 * _low, alpha_2 * _spread * sigma_min_T**2),
        "arithmetic",
        weights=[(1, "low-positive", "A4-high"), (alpha_2 * _spread, "A4-low")],
    ),
    line(
        "27",
        le(L - _f * grad_norm**2, L - 2 * mu_bar * _f * L),
        "arithmetic",
        weights=[(2, "f", "pl"), (2 * L, "f", "mu-low")],
    ),
    line("29", le(_at_K_t * L, _at_K_0 * L), "arithmetic", weights=[(mu_bar * eta**2 * L, "K-first")]),
    line("30", le(_at_K_t * L, L * rho_bar_0), "arithmetic", weights=[(2 * mu_bar * L, "f-first"), (-L, "rho")]),
    line("mixed", le(L_next, _at_K_t * L), "arithmetic", weights=[(1, "descent"), (1, "27")]),
    line("127", le(L * rho_bar_0, L_0 * rho_bar_0 ** (t + 1)), "arithmetic", weights=[(rho_bar_0, "linear")]),
    line(
        "rho-first",
        le(L * rho, L * rho_bar_0),
        "arithmetic",
        weights=[(2 * L, "f", "mu-low"), (2 * mu_bar * L, "f-first"), (-L, "rho")],
    ),
    line(
        "rate",
        le(L_next, L * rho_bar_0),
        "arithmetic",
        weights=[(1, "descent"), (2, "f", "pl"), (1, "rho-first")],
    ),
    line(
        "linear-next",
        le(L_next, L_0 * rho_bar_0 ** (t + 1)),
        "arithmetic",
        weights=[(1, "rate"), (rho_bar_0, "linear")],
    ),
)
_drift_next = (
    line(
        "triangle",
        le(Fro(D_next - D_0), Fro(D_next - D) + Fro(D - D_0)),
        "frobenius.triangle",
        at={"A": D_next - D, "B": D - D_0},
    ),
    line("E.2", le(Fro(D_next - D), 2 * K * eta**2 * _T2 * L), "lemma", *_names, labels=("j116.imbalance-step",)),
    line(
        "drift-next",
        le(Fro(D_next - D_0), alpha_2 * (_spread - 1) / 2 * (1 - Delta ** (t + 1))),
        "arithmetic",
        weights=[
            (1, "triangle"),
            (1, "E.2"),
            (2 * K * eta**2 * L, "A4-high"),
            (2 * K * _E_alpha, "energy"),
            (_E_alpha * Delta**t / 2, _below_102),
            (1, "drift"),
        ],
    ),
)
_A4 = (le(alpha_1 + 2 * alpha_2 * (1 - _spread), sigma_min_T**2), le(_T2, alpha_2 * _spread))
_NEXT = (
    le(L_next, L_0 * rho_bar_0 ** (t + 1)),
    le(Fro(D_next - D_0), alpha_2 * (_spread - 1) / 2 * (1 - Delta ** (t + 1))),
)
_BOUNDS = (
    le(L, L_0),
    *_A4,
    le(mu_bar, mu_t),
    le(K_t, K_bar),
    le(SigmaMax(W), beta_2),
    le(L_next, L * rho_bar),
    le(L * rho, L * rho_bar_0),
    le(L_next, L * rho_bar_0),
    le(rho, rho_bar),
    le(rho, rho_bar_0),
    le(_T2 * _low, alpha_2 * _spread * sigma_min_T**2),
    le(L - _f * grad_norm**2, L - 2 * mu_bar * _f * L),
    le(L_next, _at_K_t * L),
    le(_at_K_t * L, _at_K_0 * L),
    le(_at_K_t * L, L * rho_bar_0),
    le(L * rho_bar_0, L_0 * rho_bar_0 ** (t + 1)),
)
STEP = Proof(
    Statement(
        label="aux.run-step",
        source=(journal("Theorem E.1", "A1", "A2", "A3", "A4"),),
        kind=Kind.STEP,
        given=_GIVEN,
        then=AllOf(*_NEXT, *_BOUNDS),
        where=REPAIRED,
        note="the invariant at t gives every bound of the theorem at t, and the invariant at t + 1",
    ),
    (*_given_lines, *_first_lines, *_K_bounds, *_decrease, *_drift_next),
    folded=_folded,
    idea="A4 from the drift of D by Lemma E.4; then K_t <= K-bar_t <= K-bar_0; Theorem 3.1; Lemma E.2 for the drift.",
)
NEXT = Proof(
    replace(
        STEP.statement, label="aux.run-next", then=AllOf(*_NEXT), note="what the induction takes from aux.run-step"
    ),
    (
        *_given_lines,
        *(line(f"next-{i}", claim, "lemma", *_given_names, labels=(STEP.label,)) for i, claim in enumerate(_NEXT)),
    ),
    folded=_folded,
)
BASE = Proof(
    Statement(
        label="aux.run-start",
        source=_E1,
        kind=Kind.INEQUALITY,
        given=(ZERO_MINIMUM,),
        then=AllOf(le(Loss(W_0), L_0), le(Fro(D_0 - D_0), 0)),
        where=REPAIRED,
    ),
    (line("loss", le(Loss(W_0), L_0), "algebra"), line("drift", le(Fro(D_0 - D_0), 0), "algebra")),
)


# (109) from eta_0 <= eta_max ---------------------------------------------------------------------------------------
def _below_maximum(bound: Relation, tag: str, where: Mapping[sp.Basic, sp.Basic]) -> Proof:
    return Proof(
        Statement(
            label=f"aux.below-maximum{tag}",
            source=(journal("109"),),
            kind=Kind.INEQUALITY,
            given=(*STANDING, *(() if tag else EXPONENTS), INITIALIZED, POSITIVE_INITIAL_STEP, bound),
            then=AllOf(*CONDITIONS_109),
            where=where,
            note="(109) from eta_0 <= eta_max: (101) and (102) alone; the logarithmic cap is not needed",
        ),
        (
            *exponents(where),
            line("initialized", lt(0, alpha_1), "hypothesis", known=True),
            *before_101(REPAIRED),
            *before_102(REPAIRED),
            *POSITIVE_MU,
        ),
        folded=frozenset({alpha_1, alpha_2, beta_2, L_0}),
        idea="Before their smallest roots (101) and (102) keep their sign near 0; mu-bar <= 0 would make Delta > 1.",
    )


def variant(
    proof: Proof,
    tag: str,
    where: Mapping[sp.Basic, sp.Basic],
    other: Mapping[str, str] | None = None,
    before: tuple[Line, ...] = (),
) -> Proof:
    """The same proof for a table of definitions with c = 1/2, d = 2.

    `other` names the lemmas on the spectrum that this table needs, `before` the lines that come first.
    """
    given = tuple(g for g in proof.statement.given if g not in EXPONENTS)
    statement = replace(proof.statement, label=f"{proof.statement.label}{tag}", where=where, given=given)
    renamed = {label: f"{label}{tag}" for label in ("aux.rates", "aux.run-step", "aux.run-next", "aux.run-start")}
    renamed |= dict(other or {})
    lines = tuple(
        replace(
            e,
            labels=tuple(renamed.get(x, x) for x in e.labels),
            rule="algebra" if e.claim in EXPONENTS else e.rule,  # c = 1/2 and d = 2 are known numbers
        )
        for e in proof.lines
    )
    return replace(proof, statement=statement, lines=(*before, *lines))


_TAG = "-32"  # Theorem 3.2: c = 1/2, d = 2
_BELOW = (_below_maximum(AT_MOST_MAXIMUM, "", REPAIRED), _below_maximum(BELOW_MAXIMUM, _TAG, REPAIRED_32))
_HALVED = tuple(variant(p, _TAG, REPAIRED_32) for p in (RATES, STEP, NEXT, BASE))


def on_runs(
    goal: Statement,
    tag: str | None = None,
    roots: str = "aux.below-maximum",
    before: tuple[Line, ...] = (),
    after: tuple[Line, ...] = (),
) -> Proof:
    """A conclusion of the theorem: induction for the invariant, then the step lemma at iteration t.

    `tag` and `roots` name the lemmas for the goal's table of definitions; `before` comes first, and `after`, when
    given, takes the place of the last line; `aux.run-step` and `aux.rates` are cited there without tag and premises.
    """
    if tag is None:
        tag = _TAG if goal.where.get(c) is not None else ""
    initial: list[Line] = list(_loss)
    held = []
    for entry in (*_start_lines, *_given_lines):
        if entry.claim in INVARIANT.claims:
            continue
        if entry.rule == "hypothesis" and entry.claim in goal.given and entry.name not in {e.name for e in initial}:
            initial.append(entry)
    bound = next((g for g in (AT_MOST_MAXIMUM, BELOW_MAXIMUM) if g in goal.given), None)
    if bound is not None:
        initial.append(line("maximum", bound, "hypothesis"))
    names = [e.name for e in initial]
    if tag:
        initial += [replace(e, rule="algebra") for e in _start_lines if e.claim in EXPONENTS]
    if bound is not None:
        held = [
            line(e.name, e.claim, "lemma", *names, labels=(f"{roots}{tag}",))
            for e in _start_lines
            if e.claim in CONDITIONS_109
        ]
    rates = (
        line("mu-known", lt(0, mu_bar), "arithmetic", weights=[(1, "start-11")], known=True),
        line("rate-nonnegative", le(0, rho_bar_0), "lemma", *_start_names, labels=(f"aux.rates{tag}",), known=True),
    )
    labels = (f"aux.run-start{tag}", f"aux.run-next{tag}")
    invariant = tuple(
        line(name, claim, "hypothesis")
        if claim in goal.given
        else line(name, claim, "induction", *(e.name for e in held), at={"invariant": INVARIANT}, labels=labels)
        for name, claim in zip(("linear", "drift"), INVARIANT.claims, strict=True)
    )
    names_of = {"aux.run-step": _given_names, "aux.rates": _start_names}
    last = tuple(
        replace(e, cites=names_of[e.labels[0]], labels=(f"{e.labels[0]}{tag}",))
        if set(e.labels) & names_of.keys()
        else e
        for e in after
    )
    cited = tuple(
        line(f"claim-{i}", claim, "lemma", *_given_names, labels=(f"aux.run-step{tag}",))
        for i, claim in enumerate(claims(goal))
    )
    return Proof(goal, (*before, *initial, *held, *rates, *invariant, *(last or cited)), folded=_folded)


_ON_RUNS = (
    "j104.initial-rate@exp-eta-c/sharp",
    "j104.linear@exp-eta-c/sharp",
    "j104.rate@exp-eta-c/repaired",
    "j104.initial-rate@exp-eta-c/repaired",
    "j16.mu-lower/repaired",
    "j16.K-upper/repaired",
    "j16.rate@K-at-the-step/repaired",
    "j17.linear/repaired",
    "j104.linear@exp-eta-c/repaired",
    "jT2.alpha_1/repaired",
    "jT2.alpha_2/repaired",
    "j22.lower/repaired",
    "j22.upper/repaired",
    "j24.mu/repaired",
    "j24.K/repaired",
    "j25.bound/repaired",
    "j25.initial/repaired",
    "j27.pl/repaired",
    "j29.uniform/repaired",
    "j30.initial/repaired",
    "j3.2-kappa/repaired",
    "jE-A1.initial/repaired",
    "j110.K-upper@exp-eta-c/repaired",
    "jE-A4.lower/repaired",
    "jE-A4.upper/repaired",
)
PROOFS = (
    ORDER,
    RATES,
    STEP,
    NEXT,
    BASE,
    *_BELOW,
    *_HALVED,
    *(on_runs(_GOALS[label]) for label in _ON_RUNS),
)
