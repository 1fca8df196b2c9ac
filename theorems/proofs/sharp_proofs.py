"""The sharp forms of Theorem E.1 proved by one induction each, for a constant step.

The invariant at iteration t: L(t) <= L(0) r^t and ||D(t) - D(0)|| <= delta (1 - r^t) with r the proved rate. The
drift budget says 2 K eta_0^2 S_max L(0) <= delta (1 - r), which is what a step adds at most, divided by r^t.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from theorems.assumptions import ZERO_MINIMUM
from theorems.norms import Fro, Loss, Sigma, SigmaMax
from theorems.notation import (
    D_0,
    L_0,
    W1,
    W1_0,
    W2,
    W2_0,
    W_0,
    D,
    D_next,
    G,
    K,
    L,
    L_next,
    W,
    alpha_1,
    alpha_2,
    beta_2,
    eta,
    eta_0,
    grad_norm,
    m,
    mu,
    n,
    sigma_max_T,
    sigma_max_T_0,
    sigma_min_T,
    sigma_min_T_0,
    t,
)
from theorems.proofs.derivation import Line, Proof, line
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.proofs.table2_proofs import SPECTRUM_LOWER, SPECTRUM_UPPER
from theorems.sharp import (
    GENERAL_THEOREM,
    QUADRATIC_THEOREM,
    SPECTRAL_LOWER,
    SPECTRAL_UPPER,
    K_hat,
    K_sharp,
    S_max,
    S_min,
    delta,
    q_bar,
    q_fast,
    q_slow,
    q_t,
    rate_general,
    rate_quadratic,
)
from theorems.statement import AllOf, Kind, Relation, Statement, eq, journal, le

__all__ = ["PROOFS"]

_E1 = (journal("Theorem E.1"),)
_half, _root2 = sp.Rational(1, 2), sp.sqrt(2)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_low, _high, _T2 = mu * sigma_min_T**2, K * sigma_max_T**2, sigma_max_T**2
_R, _R_0 = sp.sqrt(2 * K * L), sp.sqrt(2 * K * L_0)
_w, _drift = SigmaMax(W), Fro(D - D_0)
_at_zero = {"W1": W1_0, "W2": W2_0}
_coupling = eta_0**2 * K * beta_2 * _R_0
_LOWER, _UPPER = ("aux.spectrum-lower",), ("aux.spectrum-upper",)
_names_q = (*_names, "quadratic")


def _hypotheses(theorem: Statement, names: dict[str, int]) -> tuple[Line, ...]:
    """The theorem's hypotheses but those on the loss's constants, each with a name."""
    return tuple(line(name, theorem.given[i], "hypothesis", known=name == "S-positive") for name, i in names.items())


_quadratic = {"quadratic": 5, "start": 6, "delta": 7, "S-positive": 8, "below": 9, "budget": 10, "constant": 11}
_general = {"start": 5, "delta": 6, "S-positive": 7, "below": 8, "budget": 9, "constant": 10}

# Before the run ------------------------------------------------------------------------------------------------------
_order = (
    line("S-min", eq(S_min, alpha_1 - 2 * delta), "definition"),
    line("S-max", eq(S_max, alpha_2 + _root2 * delta), "definition"),
    line("lower", le(alpha_1, sigma_min_T_0**2), "lemma", *_names, at=_at_zero, labels=_LOWER, unfolded=True),
    line("upper", le(sigma_max_T_0**2, alpha_2), "lemma", *_names, at=_at_zero, labels=_UPPER, unfolded=True),
    line("order", le(sigma_min_T_0**2, sigma_max_T_0**2), "lemma", labels=("aux.order",)),
    line("mu-K", le(mu, K), "lemma", "smooth", "convex", labels=("aux.mu-below-K",)),
    line(
        "range",
        le(S_min, S_max),
        "arithmetic",
        weights=[(1, "lower"), (1, "order"), (1, "upper"), (1, "S-min"), (-1, "S-max")],
    ),
    line("spread", le(mu * S_min, K * S_max), "arithmetic", weights=[(S_min, "mu-K"), (K, "range")]),
)
_slow = 1 - eta_0 * mu * S_min + _coupling
_fast = eta_0 * K * S_max - 1 + _coupling
_at_max = {"x": q_slow, "y": q_fast}
_quadratic_rates = (
    line("slow", eq(q_slow, _slow), "definition"),
    line("fast", eq(q_fast, _fast), "definition"),
    line("slow-in", le(q_slow, q_bar), "maximum.above", at=_at_max),
    line("fast-in", le(q_fast, q_bar), "maximum.above", at=_at_max),
    line(
        "q-nonnegative",
        le(0, q_bar),
        "arithmetic",
        weights=[(_half, "slow-in"), (_half, "fast-in"), (-_half, "slow"), (-_half, "fast"), (eta_0 / 2, "spread")],
        known=True,
    ),
    line("rate-below", le(rate_quadratic, 1), "arithmetic", weights=[(1 + q_bar, "below")]),
)
_general_rates = (
    line(
        "K-hat",
        eq(K_hat, K * S_max + _R_0 + K**2 * beta_2 * L_0 * eta_0**2 + K * S_max * _R_0 * eta_0),
        "definition",
    ),
    line("rate-value", eq(rate_general, 1 - 2 * mu * S_min * eta_0 + mu * S_min * K_hat * eta_0**2), "definition"),
    line("conditioned", le(mu * S_min, K_hat), "arithmetic", weights=[(1, "spread"), (-1, "K-hat")]),
    line(
        "rate-nonnegative",
        le(0, rate_general),
        "arithmetic",
        weights=[(1, 1 - mu * S_min * eta_0), (mu * S_min * eta_0**2, "conditioned"), (-1, "rate-value")],
        known=True,
    ),
    line("rate-below", le(rate_general, 1), "arithmetic", weights=[(mu * S_min * eta_0, "below"), (1, "rate-value")]),
)


# One iteration -------------------------------------------------------------------------------------------------------
def _invariant(rate: sp.Expr) -> AllOf:
    return AllOf(le(L, L_0 * rate**t), le(_drift, delta * (1 - rate**t)))


def _bounds(rate: sp.Expr) -> tuple[Line, ...]:
    """What the invariant gives at iteration t: the loss, the drift, the spectrum of T and of W, sqrt(2 K L)."""
    linear, drift = _invariant(rate).claims
    return (
        line("linear", linear, "hypothesis"),
        line("drift", drift, "hypothesis"),
        line("power", le(rate**t, 1), "power.monotone", *_rate_lines(rate), at={"x": rate, "y": 1, "z": t}),
        line("descended", le(L, L_0), "arithmetic", weights=[(1, "linear"), (L_0, "power")]),
        line("near", le(_drift, delta), "arithmetic", weights=[(1, "drift")]),
        line(
            "T-low",
            le(alpha_1 - 2 * _drift, sigma_min_T**2),
            "lemma",
            *_names,
            "descended",
            labels=_LOWER,
            unfolded=True,
        ),
        line(
            "T-high",
            le(_T2, alpha_2 + _root2 * _drift),
            "lemma",
            *_names,
            "descended",
            labels=("aux.spectrum-upper-sharp",),
            unfolded=True,
        ),
        line("S-low", le(S_min, sigma_min_T**2), "arithmetic", weights=[(1, "T-low"), (2, "near"), (1, "S-min")]),
        line("S-high", le(_T2, S_max), "arithmetic", weights=[(1, "T-high"), (_root2, "near"), (-1, "S-max")]),
        line("W", le(_w, beta_2), "lemma", *_names, "descended", labels=("aux.beta_2",), unfolded=True),
        line("root-square", le(2 * K * L, 2 * K * L_0), "arithmetic", weights=[(2 * K, "descended")]),
        line("root", le(_R, _R_0), "order.roots", "root-square", at={"x": _R, "y": _R_0}),
    )


def _rate_lines(rate: sp.Expr) -> tuple[str, ...]:
    return ("rate-below",) if rate == rate_quadratic else ("rate-nonnegative", "rate-below")


def _after(rate: sp.Expr) -> tuple[Line, ...]:
    """The invariant at t + 1 from the line "rate": L(t+1) <= rate L(t)."""
    linear, drift = _next(rate)
    return (
        line("linear-next", linear, "arithmetic", weights=[(1, "rate"), (rate, "linear")]),
        line(
            "triangle",
            le(Fro(D_next - D_0), Fro(D_next - D) + _drift),
            "frobenius.triangle",
            at={"A": D_next - D, "B": D - D_0},
        ),
        line("E.2", le(Fro(D_next - D), 2 * K * eta**2 * _T2 * L), "lemma", *_names, labels=("j116.imbalance-step",)),
        line(
            "added",
            le(2 * K * eta**2 * _T2 * L, 2 * K * eta_0**2 * S_max * L_0 * rate**t),
            "arithmetic",
            weights=[
                (2 * K * eta**2 * L, "S-high"),
                (2 * K * eta**2 * S_max, "linear"),
                (2 * K * (eta + eta_0) * S_max * L_0 * rate**t, "constant"),
            ],
        ),
        line(
            "drift-next",
            drift,
            "arithmetic",
            weights=[(1, "triangle"), (1, "E.2"), (1, "added"), (1, "drift"), (rate**t, "budget")],
        ),
    )


def _next(rate: sp.Expr) -> tuple[Relation, Relation]:
    return (
        le(L_next, L_0 * rate ** (t + 1)),
        le(Fro(D_next - D_0), delta * (1 - rate ** (t + 1))),
    )


_c = sp.Max(1 - eta * _low, eta * _high - 1)
_c_bound = q_bar - _coupling
_quadratic_step = (
    line("contraction", le(L_next, q_t**2 * L), "lemma", *_names_q, labels=("j10.rate/sharp",)),
    line("c-nonnegative", le(0, _c), "lemma", *_names, labels=("aux.contraction-nonnegative",), known=True),
    line(
        "slow-now",
        le(1 - eta * _low, _c_bound),
        "arithmetic",
        weights=[(1, "slow-in"), (-1, "slow"), (eta * mu, "S-low"), (-mu * S_min, "constant")],
    ),
    line(
        "fast-now",
        le(eta * _high - 1, _c_bound),
        "arithmetic",
        weights=[(1, "fast-in"), (-1, "fast"), (eta * K, "S-high"), (K * S_max, "constant")],
    ),
    line(
        "c-bound",
        le(_c, _c_bound),
        "maximum.least",
        "slow-now",
        "fast-now",
        at={"x": 1 - eta * _low, "y": eta * _high - 1, "z": _c_bound},
    ),
    line(
        "coupled",
        le(eta**2 * K * _w * _R, _coupling),
        "arithmetic",
        weights=[
            (eta**2 * K * _R, "W"),
            (eta**2 * K * beta_2, "root"),
            (K * beta_2 * _R_0 * (eta + eta_0), "constant"),
        ],
    ),
    line("q", le(q_t, q_bar), "arithmetic", weights=[(1, "c-bound"), (1, "coupled")]),
    line("rate", le(L_next, rate_quadratic * L), "arithmetic", weights=[(1, "contraction"), (L * (q_t + q_bar), "q")]),
)
_low1, _low2 = Sigma(W1, n) * Fro(G), Sigma(W2, m) * Fro(G)
_f = eta - K_hat * eta**2 / 2
_general_step = (
    line(
        "K-high",
        le(K_sharp, K_hat),
        "arithmetic",
        weights=[
            (K, "S-high"),
            (1, "root"),
            (K**2 * L * eta**2, "W"),
            (K**2 * beta_2 * eta**2, "descended"),
            (K * _R * eta, "S-high"),
            (K * S_max * eta, "root"),
            (K**2 * beta_2 * L_0 * (eta + eta_0) + K * S_max * _R_0, "constant"),
            (-1, "K-hat"),
        ],
    ),
    line(
        "descent",
        le(L_next, L - (eta - K_sharp * eta**2 / 2) * grad_norm**2),
        "lemma",
        *_names,
        labels=("j9.descent/sharp",),
    ),
    line("low-1", le(_low1, Fro(W1.T * G)), "product.lower", at={"A": W1.T, "C": G}),
    line("low-2", le(_low2, Fro(W2.T * G.T)), "product.lower", at={"A": W2.T, "C": G.T}),
    line("pl", le(mu * L, Fro(G) ** 2 / 2), "lemma", *_names, at={"U": W}, labels=("j4.pl",)),
    line(
        "local-pl",
        le(2 * mu * S_min * L, grad_norm**2),
        "arithmetic",
        weights=[
            (Fro(W1.T * G) + _low1, "low-1"),
            (Fro(W2.T * G.T) + _low2, "low-2"),
            (2 * sigma_min_T**2, "pl"),
            (2 * mu * L, "S-low"),
        ],
    ),
    line("f", le(0, _f), "arithmetic", weights=[(eta / 2, "below"), (eta * K_hat / 2, "constant")]),
    line(
        "rate",
        le(L_next, rate_general * L),
        "arithmetic",
        weights=[
            (1, "descent"),
            (eta**2 * grad_norm**2 / 2, "K-high"),
            (1, "f", "local-pl"),
            (-2 * mu * S_min * L * (1 - K_hat * (eta + eta_0) / 2), "constant"),
            (-L, "rate-value"),
        ],
    ),
)

# The induction -------------------------------------------------------------------------------------------------------
_folded = frozenset({alpha_1, alpha_2, beta_2, L_0, S_min, S_max})


def _theorem(
    theorem: Statement,
    rate: sp.Expr,
    hypotheses: dict[str, int],
    rates: tuple[Line, ...],
    step: tuple[Line, ...],
    folded: frozenset[sp.Basic],
) -> tuple[Proof, Proof]:
    """The lemma on one iteration and the theorem, by induction."""
    given = (*_loss, *_hypotheses(theorem, hypotheses))
    invariant = _invariant(rate)
    tag = "quadratic" if rate == rate_quadratic else "general"
    one = Proof(
        Statement(
            label=f"aux.sharp-step-{tag}",
            source=_E1,
            kind=Kind.STEP,
            given=(*theorem.given, *invariant.claims),
            then=AllOf(*_next(rate), le(L_next, rate * L), le(_drift, delta)),
            where=theorem.where,
            note="the invariant at t gives the theorem's claims at t, and the invariant at t + 1",
        ),
        (*given, *_order, *rates, *_bounds(rate), *step, *_after(rate)),
        folded=_folded | folded,
        idea="Lemma E.4 with 2 and Lemma E.2 bound the spectrum of T(t) over the whole run; then one step.",
    )
    names = tuple(entry.name for entry in given)
    held = tuple(
        line(name, claim, "induction", at={"invariant": invariant}, labels=("aux.sharp-start", one.label))
        for name, claim in zip(("linear", "drift"), invariant.claims, strict=True)
    )
    assert isinstance(theorem.then, AllOf)
    claims = tuple(
        line(f"claim-{i}", claim, "lemma", *names, "linear", "drift", labels=(one.label,))
        for i, claim in enumerate(theorem.then.claims)
    )
    return one, Proof(theorem, (*given, *_order, *rates, *held, *claims), folded=_folded | folded)


START = Proof(
    Statement(
        label="aux.sharp-start",
        source=_E1,
        kind=Kind.INEQUALITY,
        given=(ZERO_MINIMUM,),
        then=AllOf(le(Loss(W_0), L_0), le(Fro(D_0 - D_0), 0)),
        where=QUADRATIC_THEOREM.where,
    ),
    (line("loss", le(Loss(W_0), L_0), "algebra"), line("drift", le(Fro(D_0 - D_0), 0), "algebra")),
)

# Lemma E.4 in the spectral norm ------------------------------------------------------------------------------------
_spectral_drift = SigmaMax(D - D_0)


def _spectral_line(entry: Line) -> Line:
    """A line of the proof in the Frobenius norm with the spectral norm of D(t) - D(0) in its place."""

    def put(value: Any) -> Any:
        return value.xreplace({_drift: _spectral_drift}) if isinstance(value, sp.Basic) else value

    claim = entry.claim
    if isinstance(claim, Relation):
        claim = Relation(put(claim.lhs), claim.op, put(claim.rhs))
    largest = entry.rule == "eigenvalues.frobenius"
    return replace(
        entry,
        claim=claim,
        rule="eigenvalues.spectral" if largest else entry.rule,
        at={"S": D - D_0} if largest else {name: put(value) for name, value in entry.at.items()},
        weights=tuple(tuple(map(put, weight)) for weight in entry.weights),
    )


def _spectral(proof: Proof, theorem: Statement) -> tuple[Proof, Proof]:
    """The lemma on one iteration in the spectral norm, and its statement on runs."""
    bound = proof.statement.then
    assert isinstance(bound, Relation)
    table = {_drift: _spectral_drift}
    claim = Relation(bound.lhs.xreplace(table), bound.op, bound.rhs.xreplace(table))
    one = Proof(
        replace(proof.statement, label=f"{proof.statement.label}-spectral", then=claim),
        tuple(map(_spectral_line, proof.lines)),
        idea=proof.idea,
    )
    descended = line("descended", le(L, L_0), "hypothesis")
    cited = line("bound", claim, "lemma", *_names, "descended", labels=(one.label,))
    assert isinstance(theorem.then, Relation)
    last = line("claim", theorem.then, "arithmetic", weights=[(1, "bound")])
    return one, Proof(theorem, (*_loss, descended, cited, last))


PROOFS = (
    *_spectral(SPECTRUM_LOWER, SPECTRAL_LOWER),
    *_spectral(SPECTRUM_UPPER, SPECTRAL_UPPER),
    START,
    *_theorem(
        QUADRATIC_THEOREM, rate_quadratic, _quadratic, _quadratic_rates, _quadratic_step, frozenset({q_slow, q_fast})
    ),
    *_theorem(GENERAL_THEOREM, rate_general, _general, _general_rates, _general_step, frozenset({K_hat, rate_general})),
)
