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
        size = (problem.n + problem.m) * len(state.factor[1])
        if size <= _LARGEST_SIZE:
            inside = symmetric_eigenvalues(_inside(problem, state, gradient))[0]
        else:
            inside = _hull(problem, state, gradient, outside)
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


def _hull(problem: Problem, state: InitialState, gradient: Any, outside: Any) -> Any:
    """A ball from a Rayleigh quotient (below) to the norm bound (above)."""
    n = state.n
    z = state.compressed().tolist()
    w1, w2, gram = arb_mat(z[:n]), arb_mat(z[n:]), arb_mat(problem.loss.gram)
    direction = _float_direction(*(_floats(a) for a in (w1, w2, gram, gradient)))
    u1, u2 = (arb_mat([[arb(float(x)) for x in row] for row in u]) for u in direction)
    moved = u1 * w2.transpose() + w1 * u2.transpose()
    field = Ball(_BITS)
    quadratic = field.inner(gram * moved, moved) + 2 * field.inner(gradient, u1 * u2.transpose())
    lower = quadratic / (field.inner(u1, u1) + field.inner(u2, u2))
    spectra = [field.sigma_squared(arb_mat(w), 1) for w in (state.W1, state.W2)]
    upper = problem.loss.constants(_BITS)[0] * (spectra[0] + spectra[1]) + outside
    return arb(lower).union(upper)


def _floats(a: Any) -> Any:
    return np.array([[float(x.mid()) for x in row] for row in a.tolist()])


def _float_direction(w1: Any, w2: Any, gram: Any, gradient: Any) -> tuple[Any, Any]:
    """(U1, U2) near the top eigenvector, by power iteration in float64 from a fixed start; a proposal only."""
    generator = np.random.Generator(np.random.PCG64(0))
    u1, u2 = generator.standard_normal(w1.shape), generator.standard_normal(w2.shape)
    shift = np.linalg.norm(gradient, 2)
    for _ in range(300):
        moved = gram @ (u1 @ w2.T + w1 @ u2.T)
        u1, u2 = moved @ w2 + gradient @ u2 + shift * u1, moved.T @ w1 + gradient.T @ u1 + shift * u2
        size = np.sqrt(np.sum(u1**2) + np.sum(u2**2))
        u1, u2 = u1 / size, u2 / size
    return u1, u2
