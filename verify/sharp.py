"""Certified step sizes of the sharp form of Theorem E.1 (`theorems.sharp`), from initial data alone.

For a step eta the theorem applies when some drift bound delta keeps the drift budget nonnegative. The budget is
concave in delta (for the theorem of every loss because it asks for 4 delta <= alpha_1), so its maximum is bracketed by the sign of its derivative and both answers are certain: a step
is certified by one delta in ball arithmetic, and refused by tangents at two points. The largest step is bisected
between a certified and a refused one. The step of the fastest proved rate is searched for in float64 and then
certified at exact rationals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import log

import numpy as np
import sympy as sp
from flint import arb

from properties.errors import LimitReached
from properties.evaluate import Evaluator, precision
from properties.fields import Ball, Float64
from properties.worlds import World
from theorems import notation as N
from theorems import sharp as S

INITIAL_DATA = (N.K, N.mu, N.L_0, N.alpha_1, N.alpha_2, N.beta_2)


@dataclass(frozen=True, slots=True)
class SharpStep:
    """What the sharp theorem certifies for one problem.

    eta_lower   a certified step at the end of the range found; eta_upper a step just above that it does not certify
    eta         the certified step of the fastest proved rate found, with drift bound delta
    rate        certified upper bound on the factor L(t+1) / L(t); log_rate = -log(rate), per step
    quadratic   whether the theorem for quadratic losses was used
    """

    eta_lower: Fraction
    eta_upper: Fraction
    eta: Fraction
    delta: Fraction
    rate: Fraction
    log_rate: float
    quadratic: bool


class _Theorem:
    """The hypotheses of one sharp theorem as functions of (eta_0, delta) at given initial data."""

    def __init__(self, data: Mapping[sp.Symbol, arb], quadratic: bool, bits: int) -> None:
        self.quadratic = quadratic
        self.rate = S.rate_quadratic if quadratic else S.rate_general
        self.budget = S.drift_budget(self.rate)
        self.field = Ball(bits)
        self.data = dict(data)
        rates = (S.q_slow**2, S.q_fast**2) if quadratic else (S.rate_general,)
        # One concave piece for each side of the maximum in q_bar; the derivative in delta is exact per piece.
        flat = [N.unfold(S.drift_budget(r), only=_SHARP_SYMBOLS) for r in rates]
        self.slopes = [sp.diff(piece, S.delta) for piece in flat]

    def _values(self, eta: Fraction, delta: Fraction) -> Evaluator:
        return Evaluator(World({}, {**self.data, N.eta_0: eta, S.delta: delta}), self.field)

    def certified(self, eta: Fraction, delta: Fraction) -> bool:
        """Whether every hypothesis certainly holds."""
        values = self._values(eta, delta)
        with precision(self.field):
            below = values(S.q_bar) < 1 if self.quadratic else values(N.eta_0 * S.K_hat) < 2
            room = values(S.S_min) > 0 if self.quadratic else values(N.alpha_1 - 4 * S.delta) >= 0
            return bool(below and room and values(self.budget) >= 0)

    def slope(self, eta: Fraction, delta: Fraction) -> arb:
        """A supergradient of the budget in delta: that of the active piece (either, at a kink)."""
        values = self._values(eta, delta)
        active = 1 if self.quadratic and values(S.q_fast) > values(S.q_slow) else 0
        return values(self.slopes[active])

    def decide(self, eta: Fraction, top: Fraction, bits: int) -> bool | None:
        """Whether some delta in (0, top] certifies eta; None when `bits` halvings of the bracket do not tell."""
        low, high = Fraction(0), top
        for halvings in range(1, bits + 1):
            middle = _round((low + high) / 2, bits)
            if low < middle < high:
                if self.slope(eta, middle) > 0:
                    low = middle
                else:
                    high = middle
            if halvings % 12 == 0 or halvings == bits:
                if self.certified(eta, low) or self.certified(eta, high):
                    return True
                if self.refused(eta, low, high):
                    return False
        return None

    def refused(self, eta: Fraction, low: Fraction, high: Fraction) -> bool:
        """Whether no admissible delta certifies eta: tangents of the concave budget at low and high stay below zero."""
        zero = arb(0)
        with precision(self.field):
            at_low, at_high = self._values(eta, low)(self.budget), self._values(eta, high)(self.budget)
            slope_low, slope_high = self.slope(eta, low), self.slope(eta, high)
            left = at_low + (-slope_low).max(zero) * self.field.scalar(low)
            middle = at_low + slope_low.max(zero) * self.field.scalar(high - low)
            right = at_high + slope_high.max(zero) * self.data[N.alpha_1]
            return bool(left < 0 and middle < 0 and right < 0)


_SHARP_SYMBOLS = (S.S_min, S.S_max, S.K_hat, S.q_slow, S.q_fast, S.q_bar, S.rate_general, S.rate_quadratic)


def sharp_step(data: Mapping[sp.Symbol, arb], quadratic: bool, digits: int = 50) -> SharpStep:
    """The certified steps of the sharp theorem for initial data K, mu, L_0, alpha_1, alpha_2, beta_2 as balls.

    The largest step is enclosed to `digits` significant digits. Raises LimitReached when the data's balls are too
    wide for that, ValueError when alpha_1 is not certainly positive or L_0 is not.
    """
    missing = [str(s) for s in INITIAL_DATA if s not in data]
    if missing:
        raise ValueError(f"data = without {', '.join(missing)}: every quantity of initial data is needed")
    for symbol in (N.alpha_1, N.L_0, N.mu):
        if not data[symbol] > 0:
            raise ValueError(f"{symbol} = {data[symbol].str(10)}: must be positive for the theorem to speak")
    bits = int(digits * 3.33) + 16
    theorem = _Theorem(data, quadratic, 2 * bits + 64)
    top = _rational((data[N.alpha_1] / (2 if quadratic else 4)).lower())
    eta, delta = _fastest(theorem, top)
    low, high = eta, 2 * eta
    while theorem.decide(high, top, 2 * bits):
        low, high = high, 2 * high
    while high - low > high * Fraction(1, 10**digits):
        middle = _round((low + high) / 2, bits + 8)
        answer = theorem.decide(middle, top, 2 * bits)
        if answer is None or not low < middle < high:
            raise LimitReached(f"digits = {digits}: the data are enclosed too widely; ask for fewer digits")
        if answer:
            low = middle
        else:
            high = middle
    rate = theorem._values(eta, delta)(theorem.rate).upper()
    return SharpStep(low, high, eta, delta, _rational(rate), -log(float(rate)), quadratic)


def _fastest(theorem: _Theorem, top: Fraction) -> tuple[Fraction, Fraction]:
    """An exactly certified (eta, delta) close to the fastest proved rate, found on refined float64 grids."""
    number = {s: float(v.mid()) for s, v in theorem.data.items()}
    scale = 1.0 / (number[N.K] * number[N.alpha_2])
    eta_range, delta_range = (-12.0, 1.0), (-30.0, 0.0)
    best: tuple[float, float, float] | None = None
    for _ in range(12):
        eta = scale * np.exp(np.linspace(*eta_range, 65))[:, None]
        delta = float(top) * np.exp(np.linspace(*delta_range, 65))[None, :]
        eta, delta = (np.broadcast_to(a, (65, 65)).ravel() for a in (eta, delta))
        values = Evaluator(World({}, {**number, N.eta_0: eta, S.delta: delta}), Float64())
        budget, rate, floor = values(theorem.budget), values(theorem.rate), values(S.S_min)
        below = values(S.q_bar) < 1 if theorem.quadratic else values(N.eta_0 * S.K_hat) < 2
        room = floor > 0 if theorem.quadratic else number[N.alpha_1] >= 4 * delta
        allowed = below & room & (budget >= 0)
        if not np.any(allowed):
            eta_range = (eta_range[0] - 12.0, eta_range[1])
            delta_range = (delta_range[0] - 12.0, 0.0)
            continue
        index = int(np.argmin(np.where(allowed, rate, np.inf)))
        if best is None or rate[index] < best[0]:
            best = (float(rate[index]), float(eta[index]), float(delta[index]))
        centre_eta, centre_delta = log(best[1] / scale), log(best[2] / float(top))
        span_eta, span_delta = (eta_range[1] - eta_range[0]) / 8, (delta_range[1] - delta_range[0]) / 8
        eta_range = (centre_eta - span_eta, centre_eta + span_eta)
        delta_range = (centre_delta - span_delta, min(0.0, centre_delta + span_delta))
    if best is None:
        raise LimitReached("eta_0: no step in float64 range is certified for these initial data; rescale the problem")
    for back_off in (0, 2**-40, 2**-30, 2**-20, 2**-12, 2**-6):
        eta_0 = _round(Fraction(best[1]) * (1 - Fraction(back_off)), 53)
        for grow in (0, 2**-40, 2**-30, 2**-20, 2**-12):
            bound = _round(Fraction(best[2]) * (1 + Fraction(grow)), 53)
            if theorem.certified(eta_0, bound):
                return eta_0, bound
    raise LimitReached("eta_0: float64 found a step that ball arithmetic does not certify; rescale the problem")


def _rational(x: arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _round(x: Fraction, bits: int) -> Fraction:
    """x rounded to `bits` significant bits."""
    if x == 0:
        return x
    shift = bits - (x.numerator.bit_length() - x.denominator.bit_length())
    scaled = x * Fraction(2) ** shift
    return Fraction(round(scaled)) / Fraction(2) ** shift
