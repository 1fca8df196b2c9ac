"""A world: everything a claim needs to be true or false -- dimensions, bound leaves, a loss, the run so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from properties.fields.field import Field
from properties.losses import Loss
from theorems import notation as N


@dataclass(frozen=True)
class World:
    """Bindings of a claim's leaves.

    dims      value of each dimension symbol (n, m, h, ... ) as an int
    bindings  value of each leaf: raw (int, Fraction, nested Fractions, float64 arrays) or the field's own. A
              head or a defined symbol may be bound as well: evaluation stops there
    loss      what Loss, Grad, Hess mean; None for claims without a loss
    history   the worlds of steps 0 .. t of a run, this one last; empty outside runs
    """

    dims: Mapping[sp.Symbol, int]
    bindings: Mapping[sp.Basic, Any]
    loss: Loss | None = None
    history: tuple[World, ...] = field(default=(), repr=False)

    def bound(self, **values: Any) -> World:
        """This world with leaves of `theorems.notation` bound by name: bound(eta=Fraction(1, 10))."""
        return self.binding({getattr(N, name): value for name, value in values.items()})

    def binding(self, values: Mapping[sp.Basic, Any]) -> World:
        """This world with further leaves bound."""
        return replace(self, bindings={**self.bindings, **values})


def run(world: World, steps: Sequence[Any], number_field: Field) -> World:
    """The world at iteration t = len(steps) - 1 of gradient descent (7), its history attached.

    world: binds W1_0, W2_0 (and K, mu, W_star, c, d, ...) with a loss. steps: eta_0 .. eta_t; the step eta_t is
    bound but W(t + 1) is left to the claims that speak of it. Weights are the field's own values, so a run is
    exact in Exact, enclosed in Ball, batched in Float64.
    Source: (7), (8) journal; (8), (9) submission.
    """
    loss = world.loss
    if loss is None:
        raise ValueError("world = one without a loss: gradient descent needs one; give World(loss=...)")
    f = number_field
    w1, w2 = f.matrix(world.bindings[N.W1_0]), f.matrix(world.bindings[N.W2_0])
    history: list[World] = []
    for index, raw in enumerate(steps):
        eta = f.scalar(raw)
        bindings: dict[sp.Basic, Any] = {**world.bindings, N.W1: w1, N.W2: w2, N.eta: raw, N.t: index}
        if N.eta_0 not in world.bindings:
            bindings[N.eta_0] = steps[0]
        history.append(World(world.dims, bindings, loss))
        if index + 1 < len(steps):
            g = loss.gradient(f, f.matmul(w1, f.transpose(w2)))
            minus = -eta
            w1, w2 = (
                f.matadd(w1, f.scale(minus, f.matmul(g, w2))),
                f.matadd(w2, f.scale(minus, f.matmul(f.transpose(g), w1))),
            )
    return replace(history[-1], history=tuple(history))
