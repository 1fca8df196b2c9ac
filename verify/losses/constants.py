"""Certified constants of a loss: sup and inf of phi'', K and mu over all of R^(n x m), or a proof that there is none.

K is the smallest constant of the smoothness inequality (3), sup_W lambda_max of the Hessian; mu the largest constant
of strong convexity, inf_W lambda_min. For an entrywise loss both follow from phi'' and the exact spectrum of X:
lambda_max(sum_i s_ij x_i x_i^T) + ridge with s_ij = sup phi'' bounds K from above, and the Hessian at any W from below.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flint import arb_mat, ctx, fmpq, fmpq_mat

from properties.entrywise import EntrywiseLoss
from properties.errors import InputError
from properties.fields.spectrum import symmetric_eigenvalues
from properties.named_losses import SensingLoss, SoftmaxLoss
from verify.losses.curvature import BITS
from verify.losses.enclosure import Absent, Answer, Enclosure, LossConstants, Smoothness, ball, lower_end, upper_end
from verify.losses.entrywise_constants import EntrywiseConstants
from verify.losses.exact_linear import kernel_vector

UserLoss = EntrywiseLoss | SoftmaxLoss | SensingLoss


def constants(loss: UserLoss, bits: int = BITS) -> LossConstants:
    """The certified constants of a loss given by data. Raises InputError for a loss that is only declared.

    Source: Assumption 2.1, inequalities (3) and (4).
    """
    with ctx.workprec(bits):
        if isinstance(loss, EntrywiseLoss):
            return EntrywiseConstants(loss, bits).constants()
        if isinstance(loss, SensingLoss):
            return _sensing(loss)
        if isinstance(loss, SoftmaxLoss):
            return _softmax(loss)
    raise InputError(f"loss = {type(loss).__name__}: declared, not given by data; its constants cannot be certified")


def certify(loss: UserLoss, bits: int = BITS) -> tuple[Any, LossConstants]:
    """(the loss with its certified K_upper and mu_lower put in, its constants)."""
    found = constants(loss, bits)
    upper = found.K.upper if isinstance(found.K, Enclosure) else None
    lower = found.mu.lower if isinstance(found.mu, Enclosure) else None
    return replace(loss, K_upper=upper, mu_lower=lower), found


def _sensing(loss: SensingLoss) -> LossConstants:
    n, m = loss.shape()
    rows = [[fmpq(v.numerator, v.denominator) for row in a for v in row] for a in loss.measurements]
    a = fmpq_mat(rows)
    gram = arb_mat(a.transpose() * a)
    values = symmetric_eigenvalues(gram)
    ridge = ball(loss.ridge)
    smooth = Smoothness(True, "a quadratic")
    top = values[0] + ridge
    k = Enclosure(lower_end(top), upper_end(top), "the Hessian is constant: its largest eigenvalue", "every W")
    kernel = kernel_vector(a)
    if kernel is None or loss.ridge > 0:
        # With a kernel the smallest eigenvalue of the Gram matrix is exactly 0.
        low = values[-1] + ridge if kernel is None else ridge
        mu = Enclosure(lower_end(low), upper_end(low), "the Hessian is constant: its smallest eigenvalue", "every W")
        return LossConstants(None, None, k, mu, smooth)
    rank = a.rank()
    direction = [[str(v) for v in kernel[i * m : (i + 1) * m]] for i in range(n)]
    missing = Absent(
        f"the {len(rows)} measurements span {rank} of {n * m} dimensions and there is no ridge: l is constant along V "
        "with <A_k, V> = 0 for all k",
        {"V": direction},
    )
    least = values[rank - 1]
    pl = Enclosure(lower_end(least), upper_end(least), "(4) holds with the smallest nonzero eigenvalue", "")
    return LossConstants(None, None, k, missing, smooth, pl)


def _softmax(loss: SoftmaxLoss) -> LossConstants:
    x = fmpq_mat([[fmpq(v.numerator, v.denominator) for v in row] for row in loss.x])
    rows = arb_mat(x)
    top = symmetric_eigenvalues(rows.transpose() * rows)[0]
    ridge = ball(loss.ridge)
    m = loss.classes
    # diag(p) - p p^T has largest eigenvalue at most 1/2 (Gershgorin: 2 p_j (1 - p_j)), 1/m at p = (1/m, ..., 1/m).
    upper, lower = top / 2 + ridge, top / m + ridge
    k = Enclosure(
        lower_end(lower),
        upper_end(upper),
        "diag(p) - p p^T <= 1/2 gives sigma_max^2(X)/2 + ridge; the Hessian at W = 0 gives sigma_max^2(X)/m + ridge",
        "W = 0" if m == 2 else "",
        "both" if m == 2 else "upper only",
    )
    smooth = Smoothness(True, "a composition of smooth functions")
    if loss.ridge > 0:
        mu: Answer = Enclosure(
            loss.ridge, loss.ridge, "l is constant along W + v 1^T except for the ridge: mu = ridge exactly", "every W"
        )
    else:
        n = len(loss.x[0])
        mu = Absent(
            "no ridge: l is constant along V = v 1^T (the same change of every class's score)",
            {"V": [["1"] * m] + [["0"] * m for _ in range(n - 1)]},
        )
    return LossConstants(None, None, k, mu, smooth)
