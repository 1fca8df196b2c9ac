"""The largest eigenvalue of the Hessian of L(W1, W2) = l(W1 W2^T) at the initial weights, for least squares.

Directions inside the row space of [W1; W2] form a problem of width rank; directions outside it only meet the
gradient, with eigenvalues plus and minus the singular values of grad l.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

from properties.fields import Ball
from properties.fields.spectrum import symmetric_eigenvalues
from properties.imbalance import InitialState
from properties.problems import Problem

_BITS = 53
_LARGEST_SIZE = 240


def largest_hessian_eigenvalue(problem: Problem, state: InitialState) -> Any:
    """A ball that holds lambda_max of the Hessian of L at W(0), in the ((n + m) h) weights.

    Ten digits or so up to (n + m) rank = _LARGEST_SIZE; beyond, the hull of a Rayleigh quotient and the bound
    K sigma_max^2(T_0) + sigma_max(grad l).
    """
    with ctx.workprec(_BITS):
        gradient = arb_mat(problem.loss.gradient(state.W))
        field = Ball(_BITS)
        outside = field.sigma_squared(gradient, 1).nonnegative_part().sqrt()
        hessian = _inside(problem, state, gradient)
        if hessian.nrows() <= _LARGEST_SIZE:
            inside = symmetric_eigenvalues(hessian)[0]
        else:
            inside = _hull(problem, state, hessian, outside)
        return inside.max(outside) if problem.h > len(state.factor[1]) else inside


def _inside(problem: Problem, state: InitialState, gradient: Any) -> Any:
    """The Hessian on the row space of [W1; W2]: unknowns U1 (n x r) then U2 (m x r), row by row."""
    n, m = state.n, state.m
    z = state.compressed().tolist()
    r = len(z[0])
    w1, w2, s = arb_mat(z[:n]), arb_mat(z[n:]), arb_mat(problem.loss.gram)
    g = gradient.tolist()
    first = (w2.transpose() * w2).tolist()
    sw1 = s * w1
    second = (w1.transpose() * sw1).tolist()
    s_rows, sw1_rows, w2_rows = s.tolist(), sw1.tolist(), w2.tolist()
    size = (n + m) * r
    rows = [[arb(0)] * size for _ in range(size)]
    for i in range(n):
        for a in range(r):
            row = rows[i * r + a]
            for j in range(n):
                for b in range(r):
                    row[j * r + b] = s_rows[i][j] * first[a][b]
            for j in range(m):
                for b in range(r):
                    entry = sw1_rows[i][b] * w2_rows[j][a]
                    if a == b:
                        entry += g[i][j]
                    row[(n + j) * r + b] = entry
                    rows[(n + j) * r + b][i * r + a] = entry
    for j in range(m):
        for a in range(r):
            for b in range(r):
                rows[(n + j) * r + a][(n + j) * r + b] = second[a][b]
    return arb_mat(rows)


def _hull(problem: Problem, state: InitialState, hessian: Any, outside: Any) -> Any:
    """A ball from a Rayleigh quotient (below) to the norm bound (above)."""
    size = hessian.nrows()
    approximate = np.array([[float(hessian[i, j].mid()) for j in range(size)] for i in range(size)])
    vector = arb_mat([[arb(float(x))] for x in np.linalg.eigh(approximate)[1][:, -1]])
    lower = (vector.transpose() * hessian * vector)[0, 0] / (vector.transpose() * vector)[0, 0]
    field = Ball(_BITS)
    spectra = [field.sigma_squared(arb_mat(w), 1) for w in (state.W1, state.W2)]
    upper = problem.loss.constants(_BITS)[0] * (spectra[0] + spectra[1]) + outside
    return arb(lower).union(upper)
