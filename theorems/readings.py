"""The readings of formulas that the paper leaves ambiguous or that the text extraction damaged."""

from __future__ import annotations

from theorems.statement import Reading

SMALLEST = Reading("sigma-min-smallest", "sigma_min of a p x q matrix is the smallest of its min(p, q) singular values")
PADDED = Reading(
    "sigma-min-padded",
    "sigma_min of a rectangular matrix is zero: singular values padded to max(p, q); applied to W* as well, so that "
    "the margin beta_1 is zero when n != m",
)
LAMBDA_PADDED = Reading("lambda-padded", "lambda_n(D) is zero when n exceeds the width h")
LAMBDA_EXISTING = Reading("lambda-existing", "lambda_n(D) is the smallest eigenvalue of D when n exceeds the width h")
POWER_OF_LOG = Reading("power-of-log", "log(1 + a)^(1/c) is the power of the logarithm")
LOG_OF_POWER = Reading("log-of-power", "log(1 + a)^(1/c) is the logarithm of the power, log(1 + a) / c")
SQRT_EXPONENT = Reading("exp-sqrt", "K-bar_t holds exp(sqrt(eta_0)) for every c, as printed")
C_EXPONENT = Reading("exp-eta-c", "K-bar_t holds exp(eta_0^c), which is exp(sqrt(eta_0)) for c = 1/2")
IMPLICIT_STEP = Reading("K-at-the-step", "eta_t <= 1/K_t is implicit: eta_t K_t <= 1 with K_t taken at eta_t itself")
ZERO_STEP = Reading("K-at-zero", "1/K_t is taken at step size zero, so that the bound is explicit")
FROZEN_K = Reading("K-frozen", "K_t is a constant of iteration t while the step size varies")
VARYING_K = Reading("K-of-eta", "K_t depends on the step size as (12) defines it")

EXTRACTED_ALPHA = Reading(
    "rendered-alpha",
    "alpha_1 with Delta_+ + Delta_- under both roots, the underlined Delta taken for Delta_-",
    extraction=True,
)
EXTRACTED_BETA = Reading("rendered-beta", "sqrt(2/mu) L(0) with L(0) outside the root", extraction=True)
EXTRACTED_ROOT = Reading("rendered-root", "the root of K-bar_t extends over the whole sum", extraction=True)
EXTRACTED_GROWTH = Reading("rendered-growth", "the exponent of (15) is 1/2 and does not grow with t", extraction=True)
EXTRACTED_BAR = Reading("rendered-bar", "the second case of (19) has 1/K_t, its bar lost", extraction=True)
WRITTEN_GROWTH = Reading("written-growth", "the exponent of (15) is t/2, as the text around it writes it")
WRITTEN_BAR = Reading("written-bar", "the second case of (19) has 1/K-bar_t, the minimizer of rho-bar")
