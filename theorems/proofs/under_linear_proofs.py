"""Claims about runs on which the loss is assumed to fall linearly: (13), and (24), (29) of both versions as printed.

L(t) <= L(0) rho^t at every step is what the drift of D needs; alpha_1 is not used. Also here: a positive margin makes
the repaired alpha_1 positive.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from theorems import convergence, local_rate, sketch, table2
from theorems.assumptions import HALF, INITIAL_32, STEP_RANGE, ZERO_MINIMUM
from theorems.norms import Fro, Loss, Sigma, SigmaMax, SigmaMin
from theorems.notation import (
    D_0,
    L_0,
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
    W_star,
    alpha_1,
    alpha_2,
    beta_1,
    beta_2,
    beta_m,
    beta_n,
    c,
    eta,
    eta_0,
    growth,
    lambda_m_D,
    lambda_minus,
    lambda_n_D,
    lambda_plus,
    m,
    mu,
    mu_bar,
    n,
    rho,
    rho_bar_0,
    rho_uniform,
    sigma_max_T,
    t,
)
from theorems.proofs.derivation import Line, Proof, goals, line
from theorems.proofs.existence_proofs import rates
from theorems.proofs.loss_proofs import convex, minimum, smooth
from theorems.statement import AllOf, Kind, Statement, eq, journal, le, lt
from theorems.table2 import SUBMISSION_32

__all__ = ["PROOFS"]

_GOALS = goals(local_rate, sketch, table2, convergence)
_loss = (smooth, convex, minimum)
_names = ("smooth", "convex", "minimum")
_half = sp.Rational(1, 2)

# (13) ----------------------------------------------------------------------------------------------------------------
_rate = _GOALS["j13.rate"]
_step_given = tuple(line(f"given-{i}", g, "hypothesis") for i, g in enumerate(_rate.given[5:]))
_bounded = line("bounded", le(rho, rho_uniform), "hypothesis")
_theorem = line(
    "rate", le(L_next, L * rho), "lemma", *_names, *(e.name for e in _step_given), labels=("j10.rate@sigma-min-padded",)
)
_uniform_invariant = le(L, L_0 * rho_uniform**t)
UNIFORM_START = Proof(
    Statement(
        label="aux.uniform-start",
        source=(journal("13"),),
        kind=Kind.INEQUALITY,
        given=(ZERO_MINIMUM,),
        then=le(Loss(W_0), L_0),
    ),
    (minimum, line("claim", le(Loss(W_0), L_0), "algebra")),
)
UNIFORM_STEP = Proof(
    Statement(
        label="aux.uniform-step",
        source=(journal("13"),),
        kind=Kind.STEP,
        given=(*_rate.given, _uniform_invariant),
        then=le(L_next, L_0 * rho_uniform ** (t + 1)),
    ),
    (
        *_loss,
        *_step_given,
        _bounded,
        _theorem,
        line("before", _uniform_invariant, "hypothesis"),
        line(
            "claim",
            le(L_next, L_0 * rho_uniform ** (t + 1)),
            "arithmetic",
            weights=[(1, "rate"), (L, "bounded"), (rho_uniform, "before")],
        ),
    ),
)
_linear_13 = _GOALS["j13.linear"]
UNIFORM = (
    UNIFORM_START,
    UNIFORM_STEP,
    Proof(_rate, (*_loss, *_step_given, _theorem)),
    Proof(
        _GOALS["j13.uniform"],
        (minimum, _bounded, line("claim", _GOALS["j13.uniform"].then, "arithmetic", weights=[(L, "bounded")])),
    ),
    Proof(
        _linear_13,
        (
            minimum,
            line(
                "before",
                _uniform_invariant,
                "induction",
                at={"invariant": _uniform_invariant},
                labels=("aux.uniform-start", "aux.uniform-step"),
            ),
            line("claim", _linear_13.then, "arithmetic", weights=[(rho_uniform, "before")]),
        ),
    ),
)

# (24) and (29) as printed ---------------------------------------------------------------------------------------------
_folded = frozenset({alpha_1, alpha_2, beta_2, rho_bar_0, mu_bar, K_bar_0, L_0})
_spread = sp.exp(eta_0**c)
_T2, _E_alpha = sigma_max_T**2, _spread * alpha_2
_power = rho_bar_0**t
_drift, _drift_next = Fro(D - D_0), Fro(D_next - D_0)
_A1 = le(L, L_0 * _power)
_invariant = le(_drift, alpha_2 * (_spread - 1) / 2 * (1 - Delta**t))
_next = le(_drift_next, alpha_2 * (_spread - 1) / 2 * (1 - Delta ** (t + 1)))
_R, _R_t, _R_0, _R_D = (sp.sqrt(2 * K * x) for x in (L, L_0 * _power, L_0, L_0 * Delta**t))
_under = (*STEP_RANGE[:2], _A1)
_bounds = (le(K_t, K_bar), le(K_t, K_bar_0))


def _roots(name: str, low: sp.Expr, high: sp.Expr, weight: tuple[sp.Expr, str]) -> tuple[Line, ...]:
    return (
        line(f"{name}-square", le(low**2, high**2), "arithmetic", weights=[weight]),
        line(name, le(low, high), "order.roots", f"{name}-square", at={"x": low, "y": high}),
    )


# K_t below K-bar_t and below K-bar_0, from the lines of `_step` before it.
_BOUNDS = (
    line(
        "K-high",
        _bounds[0],
        "arithmetic",
        weights=[
            (K, "A4-high"),
            (1, "root"),
            (6 * K**2 * L * eta**2, "W"),
            (6 * K**2 * beta_2, "energy"),
            (3 * K * _R * eta, "A4-high"),
            (3 * K * _E_alpha * eta, "root"),
            (3 * K * _E_alpha * _R_t, "eta-high"),
        ],
    ),
    line(
        "K-first",
        _bounds[1],
        "arithmetic",
        weights=[
            (1, "K-high"),
            (1, "root-0"),
            (6 * K**2 * beta_2 * L_0 * eta_0**2, "Delta-power"),
            (3 * K * _E_alpha * eta_0, "root-D"),
            (-1, "K-bar-0"),
        ],
    ),
)


def _step(tag: str) -> tuple[Line, ...]:
    return (
        *rates(tag),
        line("eta-high", STEP_RANGE[1], "hypothesis"),
        line("linear", _A1, "hypothesis"),
        line("drift", _invariant, "hypothesis"),
        line("power", le(_power, 1), "power.monotone", "rate-below", at={"x": rho_bar_0, "y": 1, "z": t}),
        line("Delta-power", le(Delta**t, 1), "power.monotone", "Delta", at={"x": Delta, "y": 1, "z": t}),
        line("descended", le(L, L_0), "arithmetic", weights=[(1, "linear"), (L_0, "power")]),
        line(
            "T-high",
            le(_T2, alpha_2 + 2 * _drift),
            "lemma",
            *_names,
            "descended",
            labels=(f"aux.spectrum-upper{tag}",),
            unfolded=True,
        ),
        line(
            "A4-high",
            le(_T2, _E_alpha),
            "arithmetic",
            weights=[(1, "T-high"), (2, "drift"), (alpha_2 * Delta**t, "tangent")],
        ),
        line("W", le(SigmaMax(W), beta_2), "lemma", *_names, "descended", labels=(f"aux.beta_2{tag}",), unfolded=True),
        *_roots("root", _R, _R_t, (2 * K, "linear")),
        *_roots("root-0", _R_t, _R_0, (2 * K * L_0, "power")),
        *_roots("root-D", _R_D, _R_0, (2 * K * L_0, "Delta-power")),
        line(
            "energy",
            le(L * eta**2, L_0 * _power * growth**2),
            "arithmetic",
            weights=[(eta**2, "linear"), (L_0 * _power * (growth + eta), "eta-high")],
        ),
        *_BOUNDS,
        line(
            "triangle",
            le(_drift_next, Fro(D_next - D) + _drift),
            "frobenius.triangle",
            at={"A": D_next - D, "B": D - D_0},
        ),
        line("E.2", le(Fro(D_next - D), 2 * K * eta**2 * _T2 * L), "lemma", *_names, labels=("j116.imbalance-step",)),
        line(
            "drift-next",
            _next,
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
    )


_letters = (
    line("letters-plus", le(lambda_n_D, lambda_plus), "arithmetic", weights=[(1, "s-plus")], known=True),
    line("letters-minus", le(lambda_m_D, lambda_minus), "arithmetic", weights=[(1, "s-minus")], known=True),
)


def _printed(
    tag: str, where: Mapping[sp.Basic, sp.Basic], bounds: tuple[str, ...], uniform: tuple[str, ...]
) -> tuple[Proof, ...]:
    """(24)'s K_t <= K-bar_t and (29) for the printed tables of one version."""
    source = (journal("24"),)
    start = Statement(
        label=f"aux.linear-start{tag}", source=source, kind=Kind.INEQUALITY, then=le(Fro(D_0 - D_0), 0), where=where
    )
    step = Statement(
        label=f"aux.linear-step{tag}",
        source=source,
        kind=Kind.STEP,
        given=(*INITIAL_32, *_under, _invariant),
        then=AllOf(_next, *_bounds),
        where=where,
        note="K_t and the drift where the loss has fallen linearly so far",
    )
    before = rates(tag)
    asked = tuple(line(f"step-{i}", claim, "hypothesis") for i, claim in enumerate(_under))
    held = (*_names, *(e.name for e in before if e.rule == "hypothesis" and e.name not in _names))
    cited = (*held, *(e.name for e in asked), "drift")
    drift = line("drift", _invariant, "induction", at={"invariant": _invariant}, labels=(start.id, step.id))
    run = (*before, *_letters, *asked, drift)
    made = [
        Proof(start, (line("claim", le(Fro(D_0 - D_0), 0), "algebra"),)),
        Proof(step, _step(tag), _folded),
    ]
    for label in bounds:
        made.append(
            Proof(_GOALS[label], (*run, line("claim", _bounds[0], "lemma", *cited, labels=(step.id,))), _folded)
        )
    for label in uniform:
        first = line("K-first", _bounds[1], "lemma", *cited, labels=(step.id,))
        last = line("claim", _GOALS[label].then, "arithmetic", weights=[(mu_bar * eta**2 * L, "K-first")])
        made.append(Proof(_GOALS[label], (*run, first, last), _folded))
    return tuple(made)


# A positive margin ----------------------------------------------------------------------------------------------------
_far = sp.sqrt(K / mu) * Fro(W_0 - W_star)
_least = SigmaMin(W_star) - _far
_root_n = sp.sqrt((lambda_minus + lambda_n_D) ** 2 + 4 * beta_n**2)
_root_m = sp.sqrt((lambda_plus + lambda_m_D) ** 2 + 4 * beta_m**2)
_wide_n, _wide_m = lambda_minus + lambda_n_D, lambda_plus + lambda_m_D


def _side(
    tag: str, matrix: sp.MatrixExpr, k: sp.Symbol, beta: sp.Symbol, root: sp.Expr, wide: sp.Expr
) -> tuple[Line, ...]:
    """alpha_1 > 0 by the half of the smaller side."""
    other = "m" if tag == "n" else "n"
    own = Sigma(W_star, k) - _far
    return (
        line(
            f"star-{tag}",
            eq(SigmaMin(W_star), Sigma(W_star, k)),
            "singular-values.smallest",
            f"{tag}-smaller",
            at={"A": matrix},
        ),
        line(f"part-{tag}", le(own, beta), "maximum.above", at={"x": own, "y": 0}),
        line(f"value-{tag}", le(_least, beta), "arithmetic", weights=[(1, f"part-{tag}"), (1, f"star-{tag}")]),
        line(f"below-{tag}", le(beta_1, beta), "maximum.least", f"value-{tag}", at={"x": _least, "y": 0, "z": beta}),
        line(f"margin-{tag}", lt(0, beta), "arithmetic", weights=[(1, "margin"), (1, f"below-{tag}")]),
        line(f"square-{tag}", lt(wide**2, root**2), "arithmetic", weights=[(4, f"margin-{tag}", f"margin-{tag}")]),
        line(f"strict-{tag}", lt(wide, root), "order.strict-roots", f"square-{tag}", at={"x": wide, "y": root}),
        line(
            f"claim-{tag}", lt(0, alpha_1), "arithmetic", weights=[(_half, f"strict-{tag}"), (_half, f"root-{other}")]
        ),
    )


MARGIN = Proof(
    _GOALS["j3.2-alpha-1-positive.margin/repaired"],
    (
        line("margin", lt(0, beta_1), "hypothesis"),
        line("root-n", le(_wide_n, _root_n), "order.roots", at={"x": _wide_n, "y": _root_n}),
        line("root-m", le(_wide_m, _root_m), "order.roots", at={"x": _wide_m, "y": _root_m}),
        line("n-smaller", le(n, m), "assume"),
        line("m-smaller", le(m, n), "assume"),
        *_side("n", W_star, n, beta_n, _root_n, _wide_n),
        *_side("m", W_star.T, m, beta_m, _root_m, _wide_m),
        line("claim", lt(0, alpha_1), "cases", "claim-n", "n-smaller", "claim-m", "m-smaller"),
    ),
)

PROOFS = (
    *UNIFORM,
    *_printed("", HALF, ("j24.K",), ("j29.uniform",)),
    *_printed("-submission", SUBMISSION_32, ("s23.K",), ("s25.uniform",)),
    MARGIN,
)
