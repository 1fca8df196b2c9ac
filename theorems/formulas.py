"""The paper's quantities as plain SymPy expressions, to subs, diff, expand and print.

Unlike the symbols of `theorems.notation`, which print folded, these are written out in singular values, loss and
step sizes only, so that ordinary SymPy works on them:

>>> from theorems.formulas import K_t, mu_t, rho
>>> from theorems.notation import K, L, eta, mu, sigma_max_T, sigma_min_T
>>> mu_t
mu*sigma_min_T**2
>>> K_t.subs(eta, 0)
sqrt(2)*sqrt(K)*sqrt(L) + K*sigma_max_T**2
>>> rho.subs({L: 0, eta: 1 / (K * sigma_max_T**2)})
1 - mu*sigma_min_T**2/(K*sigma_max_T**2)
>>> rho.diff(eta).subs(eta, 0)
-2*mu*sigma_min_T**2
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from theorems import notation as N
from theorems.notation import unfold

__all__ = ["K_bar", "K_t", "eq_101", "eq_102", "gram_spectrum", "mu_t", "rho", "rho_bar"]

_THEOREM = (N.mu_bar, N.K_bar_0, N.rho_bar_0, N.Delta, N.K_bar)

#: (11): the local PL constant mu sigma_min^2(T_t)
mu_t: sp.Expr = unfold(N.mu_t, only=(N.mu_t,))
#: (12): the local smoothness constant in sigma_max(T_t), sigma_max(W(t)), L(t) and eta_t
K_t: sp.Expr = unfold(N.K_t, only=(N.K_t,))
#: (10): the local rate of decrease rho(eta_t, t)
rho: sp.Expr = unfold(N.rho, only=(N.rho, N.mu_t, N.K_t))
#: Theorem E.1: the bound K-bar_t in alpha_1, alpha_2, beta_2, L(0), eta_0, c, d and t
K_bar: sp.Expr = unfold(N.K_bar, only=_THEOREM)
#: Theorem E.1: the promised rate rho-bar(eta_t, t)
rho_bar: sp.Expr = unfold(N.rho_bar, only=(N.rho_bar, *_THEOREM))
#: (101) and (102), left side minus right side, in eta_0
eq_101: sp.Expr = N.equation_101
eq_102: sp.Expr = N.equation_102


def gram_spectrum(sigma_W1: Iterable[sp.Expr], sigma_W2: Iterable[sp.Expr]) -> list[sp.Expr]:
    """The eigenvalues of T* T: sigma_i^2(W1) + sigma_j^2(W2) for all i <= n, j <= m.

    sigma_W1: the n singular values of W1, padded with zeros when h < n; sigma_W2: the m of W2. For exact matrices
    `sympy.Matrix.singular_values` gives them.
    Source: Lemma A.2 (39), (41) journal; (32), (34) submission.

    >>> gram_spectrum([2, 1], [3])
    [13, 10]
    """
    second = [sp.sympify(s) for s in sigma_W2]
    return [sp.sympify(a) ** 2 + b**2 for a in sigma_W1 for b in second]
