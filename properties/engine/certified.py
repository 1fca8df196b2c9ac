"""A run enclosed in balls: for exact data and given steps, an interval for every measured quantity at each step.

The state is the (n + m) x (n + m) Gram matrix of [W1; W2], which the step multiplies from both sides, so that the
width drops out exactly; in ball arithmetic the squared condition number costs bits, not truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from properties.engine.formula import LEAVES
from properties.errors import LimitReached
from properties.evaluate import Evaluator
from properties.fields.ball import Ball
from properties.losses import Loss
from properties.worlds import World


@dataclass(frozen=True)
class Enclosed:
    """Iteration t of a certified run: `measured` holds an arb for each leaf name, "D_change" beside them."""

    t: int
    measured: Mapping[str, Any]
    bits: int

    def value(self, expression: sp.Expr, **more: Any) -> Any:
        """Enclosure of a formula of `theorems` here; `more` binds leaves, exact."""
        field = Ball(self.bits)
        bound: dict[sp.Basic, Any] = {LEAVES[k]: v for k, v in self.measured.items() if k in LEAVES}
        bound |= {LEAVES[k]: v for k, v in more.items()}
        return Evaluator(World({}, bound), field)(expression)


def certified_trajectory(
    W1: Any,
    W2: Any,
    loss: Loss,
    steps: Sequence[Any],
    *,
    K: Any = None,
    mu: Any = None,
    bits: int = 256,
) -> list[Enclosed]:
    """Enclosures of iterations 0 .. len(steps) of gradient descent from W1 (n x h), W2 (m x h) with the given steps.

    All data exact (ints, Fractions, nested); a float step enters as the binary fraction that it is, so that a float64
    run can be enclosed with its own steps. Raises LimitReached when `bits` no longer separate the loss from anything.
    """
    field = Ball(bits)
    with field.precision():
        a, b = field.matrix(W1), field.matrix(W2)
        n, m = a.nrows(), b.nrows()
        Z = field.stack(a, b)
        start = P = Z * Z.transpose()
        # Z(t) = M Z(0): with it <D(t), D(0)> needs no matrix of the width.
        M = field.identity(n + m)
        constants = {k: field.scalar(v) for k, v in (("K", K), ("mu", mu)) if v is not None}
        rows = [_measure(field, 0, P, M, start, loss, (n, m), constants)]
        for t, raw in enumerate(steps, 1):
            eta = field.scalar(Fraction(raw))
            W = _block(field, P, (0, n), (n, n + m))
            G = loss.gradient(field, W)
            S = _bordered(field, field.scale(-eta, G), n, m)
            M = S * M
            P = S * P * S.transpose()
            rows.append(_measure(field, t, P, M, start, loss, (n, m), constants))
            if not rows[-1].measured["loss"].is_finite():
                raise LimitReached(f"bits = {bits}: too few from step {t} on; ask for more bits or fewer steps")
        return rows


def _block(field: Ball, a: Any, rows: tuple[int, int], columns: tuple[int, int]) -> Any:
    return field._build([row[slice(*columns)] for row in a.tolist()[slice(*rows)]])


def _bordered(field: Ball, G: Any, n: int, m: int) -> Any:
    """[[I, G], [G^T, I]]."""
    g = G.tolist()
    one, zero = field.scalar(1), field.scalar(0)
    rows = [[one if i == j else zero for j in range(n)] + g[i] for i in range(n)]
    rows += [[g[i][j] for i in range(n)] + [one if i == j else zero for i in range(m)] for j in range(m)]
    return field._build(rows)


def _signed(field: Ball, a: Any, n: int) -> Any:
    """J a with J = diag(I_n, -I_m)."""
    return field._build([row if i < n else [-x for x in row] for i, row in enumerate(a.tolist())])


def _measure(
    field: Ball,
    t: int,
    P: Any,
    M: Any,
    start: Any,
    loss: Loss,
    shape: tuple[int, int],
    constants: dict[str, Any],
) -> Enclosed:
    n, m = shape
    W = _block(field, P, (0, n), (n, n + m))
    P1, P2 = _block(field, P, (0, n), (0, n)), _block(field, P, (n, n + m), (n, n + m))
    G = loss.gradient(field, W)
    squared = field.inner(G, G * P2) + field.inner(G, P1 * G)
    now, then, across = _signed(field, P, n), _signed(field, start, n), M * start
    # ||D(t) - D(0)||^2 = ||D(t)||^2 - 2 <D(t), D(0)> + ||D(0)||^2, each a trace of (n + m) x (n + m) matrices.
    cross = _signed(field, across, n) * _signed(field, across.transpose(), n)
    change = field.trace(now * now) - 2 * field.trace(cross) + field.trace(then * then)
    root = field.sqrt
    return Enclosed(
        t,
        {
            **constants,
            "t": field.scalar(t),
            "loss": loss.value(field, W),
            "grad_norm": root(squared.nonnegative_part()),
            "sigma_n_W1": root(field.eigenvalue(P1, n).nonnegative_part()),
            "sigma_max_W1": root(field.eigenvalue(P1, 1).nonnegative_part()),
            "sigma_m_W2": root(field.eigenvalue(P2, m).nonnegative_part()),
            "sigma_max_W2": root(field.eigenvalue(P2, 1).nonnegative_part()),
            "sigma_min_W": root(field.sigma_squared(W, min(n, m))),
            "sigma_max_W": root(field.sigma_squared(W, 1)),
            "D_change": root(change.nonnegative_part()),
        },
        field.bits,
    )
