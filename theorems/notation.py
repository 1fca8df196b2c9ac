"""Every symbol of the paper once: LaTeX, meaning, scale or shape, source, and its definition as an expression.

Symbols print folded, as the paper writes them; `DEFINITIONS[symbol]` is the formula behind one and
`unfold(expression)` puts formulas in. Names are the paper's in ASCII. A symbol without definition is a leaf:
a world (data, weights, steps) binds it. Suffix `_0` means iteration 0, `_next` iteration t + 1, none iteration t.
"""

from __future__ import annotations

import sympy as sp

from theorems.norms import (
    Fro,
    Grad,
    Lambda,
    Loss,
    MinRoot,
    Sigma,
    SigmaMax,
    SigmaMin,
    Stack,
)
from theorems.symbols import DEFINITIONS as DEFINITIONS
from theorems.symbols import NOTATION as NOTATION
from theorems.symbols import Notation as Notation
from theorems.symbols import latex as latex
from theorems.symbols import matrix as _matrix
from theorems.symbols import note as _note
from theorems.symbols import scalar as _scalar
from theorems.symbols import unfold as unfold

# Dimensions -------------------------------------------------------------------------------------------------
n = _note(sp.Symbol("n", integer=True, positive=True), "n", "input dimension, rows of W and W_1", "Problem 2")
m = _note(sp.Symbol("m", integer=True, positive=True), "m", "output dimension, columns of W, rows of W_2", "Problem 2")
h = _note(sp.Symbol("h", integer=True, positive=True), "h", "hidden width, columns of W_1 and W_2", "Problem 2")
t = _note(sp.Symbol("t", integer=True, nonnegative=True), "t", "iteration", "(2)")

# Constants of the loss and of the theorem -------------------------------------------------------------------
K = _scalar("K", "K", "smoothness constant of l", "Assumption 2.1", positive=True)
mu = _scalar("mu", r"\mu", "strong convexity constant of l", "Assumption 2.1", positive=True)
c = _scalar("c", "c", "exponent of Theorem E.1, 0 < c < 1 (Theorem 3.2: 1/2)", "Theorem E.1", positive=True)
d = _scalar("d", "d", "exponent of Theorem E.1, d > 1 (Theorem 3.2: 2)", "Theorem E.1", positive=True)
eta = _scalar("eta", r"\eta_t", "step size of iteration t", "(7)", positive=True)
eta_0 = _scalar("eta_0", r"\eta_0", "initial step size", "(15)", positive=True)

# Weights, product, gradients --------------------------------------------------------------------------------
W1 = _matrix("W1", (n, h), "W_1(t)", "first layer at iteration t, n x h", "Problem 2")
W2 = _matrix("W2", (m, h), "W_2(t)", "second layer at iteration t, m x h", "Problem 2")
W1_0 = _matrix("W1_0", (n, h), "W_1(0)", "first layer at initialization", "Theorem 3.2")
W2_0 = _matrix("W2_0", (m, h), "W_2(0)", "second layer at initialization", "Theorem 3.2")
W_star = _matrix("W_star", (n, m), "W^*", "the minimizer of l, n x m", "Table 2")

W = _matrix("W", (n, m), "W(t)", "product W_1 W_2^T at iteration t", "Problem 2", W1 * W2.T)
W_0 = _matrix("W_0", (n, m), "W(0)", "product at initialization", "Table 2", W1_0 * W2_0.T)
G = _matrix("G", (n, m), r"\nabla\ell(t)", "gradient of l at W(t)", "(2)", Grad(W))
grad_W1 = _matrix("grad_W1", (n, h), r"\nabla_{W_1}L(t)", "gradient of L in W_1", "(8)", G * W2)
grad_W2 = _matrix("grad_W2", (m, h), r"\nabla_{W_2}L(t)", "gradient of L in W_2", "(8)", G.T * W1)
W1_next = _matrix("W1_next", (n, h), "W_1(t+1)", "first layer after the step", "(7)", W1 - eta * grad_W1)
W2_next = _matrix("W2_next", (m, h), "W_2(t+1)", "second layer after the step", "(7)", W2 - eta * grad_W2)
W_next = _matrix("W_next", (n, m), "W(t+1)", "product after the step", "(7)", W1_next * W2_next.T)

L = _scalar("L", "L(t)", "loss at iteration t", "Problem 2", Loss(W), nonnegative=True)
L_next = _scalar("L_next", "L(t+1)", "loss after the step", "Problem 2", Loss(W_next), nonnegative=True)
L_0 = _scalar("L_0", "L(0)", "loss at initialization", "Theorem 3.2", Loss(W_0), nonnegative=True)
grad_norm = _scalar(
    "grad_norm",
    r"\|\nabla L(t)\|_F",
    "norm of the gradient of L",
    "(8)",
    Fro(Stack(grad_W1, grad_W2)),
    nonnegative=True,
)

# The operator T_t: its extreme singular values, by Lemma A.2 read with zero-padded singular values ----------
sigma_min_T = _scalar(
    "sigma_min_T",
    r"\sigma_{\min}(\mathcal{T}_t)",
    "smallest singular value of T_t",
    "(39)",
    sp.sqrt(Sigma(W1, n) ** 2 + Sigma(W2, m) ** 2),
    nonnegative=True,
)
sigma_max_T = _scalar(
    "sigma_max_T",
    r"\sigma_{\max}(\mathcal{T}_t)",
    "largest singular value of T_t",
    "(39)",
    sp.sqrt(SigmaMax(W1) ** 2 + SigmaMax(W2) ** 2),
    nonnegative=True,
)
sigma_min_T_0 = _scalar(
    "sigma_min_T_0",
    r"\sigma_{\min}(\mathcal{T}_0)",
    "smallest singular value of T_0",
    "(39)",
    sp.sqrt(Sigma(W1_0, n) ** 2 + Sigma(W2_0, m) ** 2),
    nonnegative=True,
)
sigma_max_T_0 = _scalar(
    "sigma_max_T_0",
    r"\sigma_{\max}(\mathcal{T}_0)",
    "largest singular value of T_0",
    "(39)",
    sp.sqrt(SigmaMax(W1_0) ** 2 + SigmaMax(W2_0) ** 2),
    nonnegative=True,
)

# Theorem 3.1 ------------------------------------------------------------------------------------------------
mu_t = _scalar("mu_t", r"\mu_t", "local PL constant", "(11)", mu * sigma_min_T**2, nonnegative=True)
K_t = _scalar(
    "K_t",
    "K_t",
    "local smoothness constant along the step (depends on the step size eta_t)",
    "(12)",
    K * sigma_max_T**2
    + sp.sqrt(2 * K * L)
    + 6 * K**2 * SigmaMax(W) * L * eta**2
    + 3 * K * sigma_max_T**2 * sp.sqrt(2 * K * L) * eta,
    nonnegative=True,
)
rho = _scalar("rho", r"\rho(\eta_t,t)", "local rate of decrease", "(10)", 1 - 2 * mu_t * eta + mu_t * K_t * eta**2)

# Table 2 ----------------------------------------------------------------------------------------------------
D = _matrix("D", (h, h), "D(t)", "imbalance, h x h", "Table 2", W1.T * W1 - W2.T * W2)
D_0 = _matrix("D_0", (h, h), "D(0)", "initial imbalance", "Table 2", W1_0.T * W1_0 - W2_0.T * W2_0)
D_next = _matrix(
    "D_next", (h, h), "D(t+1)", "imbalance after the step", "Table 2", W1_next.T * W1_next - W2_next.T * W2_next
)


def _positive_part(x: sp.Expr) -> sp.Expr:
    return sp.Max(x, 0)


lambda_minus = _scalar(
    "lambda_minus",
    r"\lambda_-",
    "largest eigenvalue of -D(0), at least 0",
    "Table 2",
    _positive_part(Lambda(-D_0, 1)),
    nonnegative=True,
)
lambda_plus = _scalar(
    "lambda_plus",
    r"\lambda_+",
    "largest eigenvalue of D(0), at least 0",
    "Table 2",
    _positive_part(Lambda(D_0, 1)),
    nonnegative=True,
)
lambda_n_D = _scalar(
    "lambda_n_D",
    r"\max(\lambda_n(D(0)),0)",
    "n-th eigenvalue of D(0), at least 0",
    "Table 2",
    _positive_part(Lambda(D_0, n)),
    nonnegative=True,
)
lambda_m_D = _scalar(
    "lambda_m_D",
    r"\max(\lambda_m(-D(0)),0)",
    "m-th eigenvalue of -D(0), at least 0",
    "Table 2",
    _positive_part(Lambda(-D_0, m)),
    nonnegative=True,
)
Delta_under = _scalar(
    "Delta_under",
    r"\underline{\Delta}",
    "imbalance gap (the underline is lost in the extracted text)",
    "Table 2",
    lambda_n_D + lambda_m_D,
    nonnegative=True,
)
Delta_plus = _scalar(
    "Delta_plus", r"\Delta_+", "spread of the positive imbalance", "Table 2", lambda_plus - lambda_n_D, nonnegative=True
)
Delta_minus = _scalar(
    "Delta_minus",
    r"\Delta_-",
    "spread of the negative imbalance",
    "Table 2",
    lambda_minus - lambda_m_D,
    nonnegative=True,
)
beta_1 = _scalar(
    "beta_1",
    r"\beta_1",
    "margin: lower bound on sigma_min(W(t))",
    "Table 2",
    _positive_part(SigmaMin(W_star) - sp.sqrt(K / mu) * Fro(W_0 - W_star)),
    nonnegative=True,
)
beta_2 = _scalar(
    "beta_2",
    r"\beta_2",
    "upper bound on sigma_max(W(t))",
    "Table 2",
    SigmaMax(W_star) + sp.sqrt(K / mu) * Fro(W_0 - W_star),
    nonnegative=True,
)
alpha_1 = _scalar(
    "alpha_1",
    r"\alpha_1",
    "lower bound on sigma_min^2(T_0)",
    "Table 2",
    (
        -Delta_plus
        - Delta_minus
        + sp.sqrt((Delta_plus + Delta_under) ** 2 + 4 * beta_1**2)
        + sp.sqrt((Delta_minus + Delta_under) ** 2 + 4 * beta_1**2)
    )
    / 2,
)
alpha_2 = _scalar(
    "alpha_2",
    r"\alpha_2",
    "upper bound on sigma_max^2(T_0)",
    "Table 2",
    (lambda_plus + sp.sqrt(lambda_plus**2 + 4 * beta_2**2)) / 2
    + (lambda_minus + sp.sqrt(lambda_minus**2 + 4 * beta_2**2)) / 2,
    nonnegative=True,
)

# Theorem E.1 (Theorem 3.2 is c = 1/2, d = 2) ----------------------------------------------------------------
mu_bar = _scalar(
    "mu_bar",
    r"\bar\mu",
    "uniform lower bound on mu_t",
    "Theorem E.1",
    mu * (alpha_1 + 2 * alpha_2 * (1 - sp.exp(eta_0**c))),
)
K_bar_0 = _scalar(
    "K_bar_0",
    r"\bar K_0",
    "bound on K_0",
    "(105)",
    sp.sqrt(2 * K * L_0)
    + 6 * K**2 * beta_2 * L_0 * eta_0**2
    + K * sp.exp(sp.sqrt(eta_0)) * alpha_2 * (1 + 3 * sp.sqrt(2 * K * L_0) * eta_0),
    nonnegative=True,
)
rho_bar_0 = _scalar(
    "rho_bar_0",
    r"\bar\rho(\eta_0,0)",
    "promised rate of decrease",
    "Theorem E.1",
    1 - 2 * mu_bar * eta_0 + mu_bar * K_bar_0 * eta_0**2,
)
Delta = _scalar("Delta", r"\Delta", "rate after step-size growth", "Theorem E.1", (1 + eta_0**d) * rho_bar_0)
K_bar = _scalar(
    "K_bar",
    r"\bar K_t",
    "uniform bound on K_t",
    "Theorem E.1",
    sp.sqrt(2 * K * L_0 * rho_bar_0**t)
    + 6 * K**2 * beta_2 * L_0 * eta_0**2 * Delta**t
    + K * sp.exp(sp.sqrt(eta_0)) * alpha_2 * (1 + 3 * sp.sqrt(2 * K * L_0 * Delta**t) * eta_0),
    nonnegative=True,
)
rho_bar = _scalar(
    "rho_bar",
    r"\bar\rho(\eta_t,t)",
    "bound on rho(eta_t, t)",
    "Theorem E.1",
    1 - 2 * mu_bar * eta + mu_bar * K_bar * eta**2,
)
growth = _scalar(
    "growth",
    r"(1+\eta_0^d)^{t/2}\eta_0",
    "largest step size that growth allows at iteration t",
    "(103)",
    (1 + eta_0**d) ** (t / 2) * eta_0,
)

# The equations for eta_max, written in the unknown eta_0; (101) and (102) as left side minus right side -----
_OF_ETA_0 = (mu_bar, K_bar_0, rho_bar_0, Delta)
balance_101 = eta_0 * K_bar_0 - 1
balance_102 = 4 * K * L_0 * eta_0**2 - (1 - sp.exp(-(eta_0**c))) * (1 - Delta)
equation_101 = unfold(balance_101, only=_OF_ETA_0)
equation_102 = unfold(balance_102, only=_OF_ETA_0)

eta_1 = _scalar(
    "eta_1", r"\eta_0^{(1)}", "the positive root of (101)", "(101)", MinRoot(equation_101, eta_0), positive=True
)
eta_2 = _scalar(
    "eta_2",
    r"\eta_0^{(2)}",
    "the smallest positive root of (102), infinite when there is none",
    "(102)",
    MinRoot(equation_102, eta_0),
    positive=True,
)
eta_3 = _scalar(
    "eta_3",
    r"\log(1+\frac{\alpha_1}{2\alpha_2})^{1/c}",
    "the logarithmic cap",
    "Theorem E.1",
    sp.log(1 + alpha_1 / (2 * alpha_2)) ** (1 / c),
)
eta_max = _scalar("eta_max", r"\eta_{\max}", "largest eta_0 of Theorem E.1", "Theorem E.1", sp.Min(eta_1, eta_2, eta_3))

# Problem 1, arbitrary matrices, data ------------------------------------------------------------------------
U = _matrix("U", (n, m), "W(t)", "iterate of gradient descent on Problem 1; also an arbitrary n x m matrix", "(2)")
U_0 = _matrix("U_0", (n, m), "W(0)", "initial iterate on Problem 1", "(6)")
U_next = _matrix("U_next", (n, m), "W(t+1)", "next iterate on Problem 1", "(2)", U - eta * Grad(U))
V = _matrix("V", (n, m), "V", "an arbitrary n x m matrix", "(3)")
Z1 = _matrix("Z1", (n, h), "Z_1", "a direction in the space of W_1", "(8)")
Z2 = _matrix("Z2", (m, h), "Z_2", "a direction in the space of W_2", "(8)")
rows = _note(sp.Symbol("N", integer=True, positive=True), "N", "number of samples, rows of the data X", "Problem 2")
X = _matrix("X", (rows, n), "X", "inputs of the squared loss, N x n", "Problem 2")
z = _scalar("z", "z", "a scalar prediction of the logistic loss", "Assumption 2.1")

# Theorem 3.1, continued -------------------------------------------------------------------------------------
eta_other = _scalar("eta_other", r"\eta", "another step size that the constraints admit", "(18)", positive=True)
rho_uniform = _scalar("rho_uniform", r"\bar\rho", "a uniform bound on rho(eta_t, t)", "(13)", positive=True)
kappa_T = _scalar("kappa_T", r"\kappa(\mathcal{T}_t)", "condition number of T_t", "(14)", sigma_max_T / sigma_min_T)
K_zero = _scalar(
    "K_zero",
    r"K_t|_{\eta_t=0}",
    "K_t at step size zero",
    "(12)",
    K * sigma_max_T**2 + sp.sqrt(2 * K * L),
    nonnegative=True,
)
K_minimum = _scalar(
    "K_minimum", r"K_t|_{L(t)=0}", "K_t around a global minimum", "(12)", K * sigma_max_T**2, nonnegative=True
)
rho_minimum = _scalar(
    "rho_minimum",
    r"\rho(\eta_t,t)|_{L(t)=0}",
    "rho around a global minimum",
    "3.1",
    1 - 2 * mu_t * eta + mu_t * K_minimum * eta**2,
)
K_initial = _scalar(
    "K_initial",
    "K_0",
    "K_t at iteration 0",
    "(12)",
    K * sigma_max_T_0**2
    + sp.sqrt(2 * K * L_0)
    + 6 * K**2 * SigmaMax(W_0) * L_0 * eta_0**2
    + 3 * K * sigma_max_T_0**2 * sp.sqrt(2 * K * L_0) * eta_0,
    nonnegative=True,
)

# Proof of Theorem E.1 ---------------------------------------------------------------------------------------
drift = _scalar(
    "drift",
    r"\frac{2K\eta_0^2\alpha_2\exp(\eta_0^c)L(0)}{1-\Delta}",
    "bound on ||D(t) - D(0)||_F",
    "A3",
    2 * K * eta_0**2 * alpha_2 * sp.exp(eta_0**c) * L_0 / (1 - Delta),
)
T_lower = _scalar("T_lower", r"\mathcal{T}^L_k", "lower bound on sigma_min^2(T_k)", "(119)", alpha_1 - 4 * Fro(D - D_0))
T_upper = _scalar(
    "T_upper",
    r"\mathcal{T}^U_k",
    "upper bound on sigma_max^2(T_k)",
    "(120)",
    alpha_2 + 2 * Fro(D - D_0),
    nonnegative=True,
)
T_lower_next = _scalar(
    "T_lower_next", r"\mathcal{T}^L_{t+1}", "(119) at iteration t + 1", "(119)", alpha_1 - 4 * Fro(D_next - D_0)
)
T_upper_next = _scalar(
    "T_upper_next",
    r"\mathcal{T}^U_{t+1}",
    "(120) at iteration t + 1",
    "(120)",
    alpha_2 + 2 * Fro(D_next - D_0),
    nonnegative=True,
)
sigma_min_T_next = _scalar(
    "sigma_min_T_next",
    r"\sigma_{\min}(\mathcal{T}_{t+1})",
    "smallest singular value of T_{t+1}",
    "(39)",
    sp.sqrt(Sigma(W1_next, n) ** 2 + Sigma(W2_next, m) ** 2),
    nonnegative=True,
)
sigma_max_T_next = _scalar(
    "sigma_max_T_next",
    r"\sigma_{\max}(\mathcal{T}_{t+1})",
    "largest singular value of T_{t+1}",
    "(39)",
    sp.sqrt(SigmaMax(W1_next) ** 2 + SigmaMax(W2_next) ** 2),
    nonnegative=True,
)

# Repaired Table 2: the margin enters only where sigma_n(W*) or sigma_m(W*) is a smallest singular value
beta_n = _scalar(
    "beta_n",
    r"\beta_{1,n}",
    "lower bound on sigma_n(W(t)), zero when n > m",
    "Table 2, repaired",
    _positive_part(Sigma(W_star, n) - sp.sqrt(K / mu) * Fro(W_0 - W_star)),
    nonnegative=True,
)
beta_m = _scalar(
    "beta_m",
    r"\beta_{1,m}",
    "lower bound on sigma_m(W(t)), zero when m > n",
    "Table 2, repaired",
    _positive_part(Sigma(W_star, m) - sp.sqrt(K / mu) * Fro(W_0 - W_star)),
    nonnegative=True,
)
