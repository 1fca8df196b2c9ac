"""What the theorems take from iteration 0: the spectrum of D(0), Table 2, the loss; extended precision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from properties.engine.formula import formula
from properties.engine.setup import Setup
from properties.engine.spectra import refined_eigenvalues, refined_singular_values
from theorems import notation as N

Array = NDArray[np.float64]

_TABLE2 = frozenset({"alpha_1", "alpha_2", "beta_1", "beta_2"})


@dataclass(frozen=True)
class Initial:
    """Measured quantities of iteration 0 by leaf name, each (B,), and how right they are.

    `error` is the largest relative error estimate among sigma_n(W1), sigma_m(W2) and the nonzero lambda_n(D),
    lambda_m(-D) of each repeat. `spectrum_D` (B, r) holds the eigenvalues of the compressed D(0), largest first;
    D(0) itself has `width` of them, the others zero.
    """

    leaves: Mapping[str, Array]
    spectrum_D: Array
    error: Array

    def value(self, expression: sp.Expr, *, unfold: frozenset[str] = frozenset(), **more: Any) -> Array:
        """Value (B,) of a formula of initial data; `more` binds further leaves (eta_0, c, d, t)."""
        return np.asarray(formula(expression, unfold=unfold)({**self.leaves, **more}))

    @staticmethod
    def measure(setup: Setup, where: Mapping[sp.Basic, sp.Basic] | None = None) -> Initial:
        """Initial quantities of each repeat; `where` replaces definitions of Table 2 (a repaired alpha_1)."""
        rows = [_measure_one(setup, i) for i in range(setup.repeats)]
        leaves: dict[str, Array] = {name: np.array([row[0][name] for row in rows]) for name in rows[0][0]}
        leaves["loss_0"] = setup.loss.value(setup.R)
        leaves["K"], leaves["mu"] = setup.K, setup.mu
        leaves.update(n=np.array(setup.n), m=np.array(setup.m), h=np.array(setup.width))
        for name, symbol in (
            ("alpha_1", N.alpha_1),
            ("alpha_2", N.alpha_2),
            ("beta_1", N.beta_1),
            ("beta_2", N.beta_2),
        ):
            leaves[name] = np.asarray(formula(symbol, where=where, unfold=_TABLE2)(leaves))
        return Initial(leaves, np.array([row[1] for row in rows]), np.array([row[2] for row in rows]))


def _measure_one(setup: Setup, i: int) -> tuple[dict[str, float], Array, float]:
    W1, W2 = setup.W1_extended[i], setup.W2_extended[i]
    n, m, width = setup.n, setup.m, setup.width
    s1, e1 = refined_singular_values(W1)
    s2, e2 = refined_singular_values(W2)
    eigenvalues, error_D = refined_eigenvalues(W1.T @ W1 - W2.T @ W2)
    # D(0) is h x h: the width that compression removed comes back as zeros.
    padded = np.concatenate([eigenvalues, np.zeros(width - len(eigenvalues))])
    errors = np.concatenate([error_D, np.zeros(width - len(eigenvalues))])
    order = np.argsort(-padded, kind="stable")
    padded, errors = padded[order], errors[order]
    star = np.linalg.svd(setup.W_star[i], compute_uv=False)
    leaves = {
        "sigma_n_W1_0": float(s1[n - 1]) if n <= width else 0.0,
        "sigma_max_W1_0": float(s1[0]),
        "sigma_m_W2_0": float(s2[m - 1]) if m <= width else 0.0,
        "sigma_max_W2_0": float(s2[0]),
        "sigma_min_W_star": float(star[-1]),
        "sigma_max_W_star": float(star[0]),
        "sigma_n_W_star": float(star[n - 1]) if n <= m else 0.0,
        "sigma_m_W_star": float(star[m - 1]) if m <= n else 0.0,
        "distance_0": float(np.linalg.norm(setup.R[i])),
        "lambda_1_D": float(padded[0]),
        "lambda_1_minus_D": float(-padded[-1]),
        "lambda_n_D": float(padded[n - 1]) if n <= width else 0.0,
        "lambda_m_minus_D": float(-padded[width - m]) if m <= width else 0.0,
    }
    worst = [e1[n - 1] if n <= width else 0.0, e2[m - 1] if m <= width else 0.0]
    worst += [errors[n - 1] if n <= width and padded[n - 1] > 0 else 0.0]
    worst += [errors[width - m] if m <= width and padded[width - m] < 0 else 0.0]
    return leaves, eigenvalues, float(max(worst))
