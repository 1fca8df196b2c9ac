"""Certified step sizes of the sharp form of Theorem E.1 (`theorems.sharp`), from initial data alone.

For a step eta the theorem applies when some drift bound delta keeps the drift budget nonnegative. At a given eta every
hypothesis is a polynomial in delta, whose coefficients are evaluated once, in balls. The budget is concave in delta,
so its maximum is bracketed by the sign of its derivative and both answers are certain: a step is certified by one
delta, and refused by tangents at two points. (For every loss it is concave up to alpha_1 / 4 and falls from there on,
so that only 4 delta <= alpha_1 is searched.) The largest step is bisected between a certified and a refused one. The
step of the fastest proved rate is searched for in float64 and then certified at exact rationals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, reduce
from math import log
from typing import Any

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

_Polynomial = tuple[Any, ...]  # coefficients in delta, lowest first
_SHARP_SYMBOLS = (S.S_min, S.S_max, S.K_hat, S.q_slow, S.q_fast, S.rate_general)


@dataclass(frozen=True, slots=True)
class FastestStep:
    """The certified step `eta` of the fastest proved rate found, with its drift bound `delta`.

    rate        certified upper bound on the factor L(t+1) / L(t); log_rate = -log(rate), per step
    quadratic   whether the theorem for quadratic losses was used
    """

    eta: Fraction
    delta: Fraction
    rate: Fraction
    log_rate: float
    quadratic: bool


@dataclass(frozen=True, slots=True)
class SharpStep(FastestStep):
    """What the sharp theorem certifies for one problem: the fastest rate and the largest step.

    eta_lower   a certified step at the end of the range found; eta_upper a step just above that it does not certify
    """

    eta_lower: Fraction
    eta_upper: Fraction


@cache
def _coefficients(expression: sp.Expr) -> tuple[sp.Expr, ...]:
    """The coefficients in delta of a polynomial in delta, lowest first."""
    flat = sp.expand(N.unfold(expression, only=_SHARP_SYMBOLS))
    degree = int(sp.Poly(flat, S.delta).degree())
    return tuple(flat.coeff(S.delta, k) for k in range(degree + 1))


class _Theorem:
    """The hypotheses of one sharp theorem at given initial data."""

    def __init__(self, data: Mapping[sp.Symbol, arb], quadratic: bool, bits: int) -> None:
        self.quadratic = quadratic
        self.rate = S.rate_quadratic if quadratic else S.rate_general
        self.field = Ball(bits)
        self.data = dict(data)

    def at(self, eta: Fraction) -> _AtStep:
        """The hypotheses as polynomials in delta at eta_0 = eta."""
        return _AtStep(self, eta)


class _AtStep:
    """The hypotheses of a sharp theorem at one step size, as polynomials in delta with balls as coefficients."""

    def __init__(self, theorem: _Theorem, eta: Fraction) -> None:
        self.field, self.eta = theorem.field, eta
        self.theorem = theorem
        values = Evaluator(World({}, {**theorem.data, N.eta_0: eta}), self.field)

        def read(expression: sp.Expr) -> _Polynomial:
            return tuple(values(c) for c in _coefficients(expression))

        self.weak: tuple[_Polynomial, ...] = ()
        self.rates: tuple[_Polynomial, ...]
        self.budgets: tuple[_Polynomial, ...]
        self.strict: tuple[_Polynomial, ...]
        if theorem.quadratic:
            # The larger of q_slow and q_fast is q_bar; the budget is the one of that piece.
            self.rates = (read(S.q_slow), read(S.q_fast))
            self.budgets = (read(S.drift_budget(S.q_slow**2)), read(S.drift_budget(S.q_fast**2)))
            self.strict = (read(1 - S.q_slow), read(1 - S.q_fast), read(S.S_min))
        else:
            self.rates = (read(S.rate_general),)
            self.budgets = (read(S.drift_budget(S.rate_general)),)
            self.strict = (read(2 - N.eta_0 * S.K_hat), read(S.S_min))
            self.weak = (read(N.alpha_1 - 4 * S.delta),)
        with precision(self.field):
            self.slopes = tuple(tuple(k * c for k, c in enumerate(p))[1:] for p in self.budgets)

    def _value(self, polynomial: _Polynomial, delta: Any) -> Any:
        return reduce(lambda total, c: total * delta + c, reversed(polynomial[:-1]), polynomial[-1])

    def certified(self, delta: Fraction) -> bool:
        """Whether every hypothesis certainly holds with this drift bound."""
        with precision(self.field):
            x = self.field.scalar(delta)
            return (
                all(self._value(p, x) > 0 for p in self.strict)
                and all(self._value(p, x) >= 0 for p in self.weak)
                and all(self._value(p, x) >= 0 for p in self.budgets)
            )

    def _active(self, x: Any) -> int:
        """The piece of the budget that holds at x; either, at a kink."""
        return 1 if len(self.rates) == 2 and self._value(self.rates[1], x) > self._value(self.rates[0], x) else 0

    def decide(self, top: Fraction, bits: int) -> bool | None:
        """Whether some delta in (0, top] certifies the step; None when `bits` halvings of the bracket do not tell."""
        low, high = Fraction(0), top
        for halvings in range(1, bits + 1):
            middle = _round((low + high) / 2, bits)
            if low < middle < high:
                with precision(self.field):
                    x = self.field.scalar(middle)
                    rising = self._value(self.slopes[self._active(x)], x) > 0
                low, high = (middle, high) if rising else (low, middle)
            if halvings % 12 == 0 or halvings == bits:
                if self.certified(low) or self.certified(high):
                    return True
                if self.refused(low, high):
                    return False
        return None

    def refused(self, low: Fraction, high: Fraction) -> bool:
        """Whether no admissible delta certifies the step: tangents of the concave budget at both stay below zero."""
        with precision(self.field):
            zero, at, slope = arb(0), [], []
            for x in (self.field.scalar(low), self.field.scalar(high)):
                piece = self._active(x)
                at.append(self._value(self.budgets[piece], x))
                slope.append(self._value(self.slopes[piece], x))
            left = at[0] + (-slope[0]).max(zero) * self.field.scalar(low)
            middle = at[0] + slope[0].max(zero) * self.field.scalar(high - low)
            right = at[1] + slope[1].max(zero) * self.theorem.data[N.alpha_1]
            return bool(left < 0 and middle < 0 and right < 0)


def fastest_step(data: Mapping[sp.Symbol, arb], quadratic: bool, bits: int = 192) -> FastestStep:
    """The certified step of the fastest proved rate for initial data K, mu, L_0, alpha_1, alpha_2, beta_2 as balls.

    A quadratic loss has both theorems to choose from: the answer says which one gave it. Raises LimitReached when
    float64 finds no step or balls do not certify one, ValueError when alpha_1, L_0 or mu is not certainly positive.
    """
    missing = [str(s) for s in INITIAL_DATA if s not in data]
    if missing:
        raise ValueError(f"data = without {', '.join(missing)}: every quantity of initial data is needed")
    for symbol in (N.alpha_1, N.L_0, N.mu):
        if not data[symbol] > 0:
            raise ValueError(f"{symbol} = {data[symbol].str(10)}: must be positive for the theorem to speak")
    found = [_best(_Theorem(data, kind, bits)) for kind in ((True, False) if quadratic else (False,))]
    return max(found, key=lambda step: step.log_rate)


def _best(theorem: _Theorem) -> FastestStep:
    eta, delta = _fastest(theorem, _top(theorem.data, theorem.quadratic))
    walk = Evaluator(World({}, {**theorem.data, N.eta_0: eta, S.delta: delta}), theorem.field)
    with precision(theorem.field):
        rate = walk(theorem.rate).upper()
    return FastestStep(eta, delta, _rational(rate), -log(float(rate)), theorem.quadratic)


def sharp_step(data: Mapping[sp.Symbol, arb], quadratic: bool, digits: int = 50) -> SharpStep:
    """The fastest step and the largest one of the sharp theorem; the largest enclosed to `digits` significant digits.

    data as for `fastest_step`. Raises LimitReached when the data's balls are too wide for that, and what
    `fastest_step` raises.
    """
    bits = int(digits * 3.33) + 16
    best = fastest_step(data, quadratic, 2 * bits + 64)
    theorem, top = _Theorem(data, best.quadratic, 2 * bits + 64), _top(data, best.quadratic)
    low, high = best.eta, 2 * best.eta
    while theorem.at(high).decide(top, 2 * bits):
        low, high = high, 2 * high
    while high - low > high * Fraction(1, 10**digits):
        middle = _round((low + high) / 2, bits + 8)
        answer = theorem.at(middle).decide(top, 2 * bits)
        if answer is None or not low < middle < high:
            raise LimitReached(f"digits = {digits}: the data are enclosed too widely; ask for fewer digits")
        low, high = (middle, high) if answer else (low, middle)
    return SharpStep(best.eta, best.delta, best.rate, best.log_rate, best.quadratic, low, high)


def _top(data: Mapping[sp.Symbol, arb], quadratic: bool) -> Fraction:
    """The largest drift bound that the theorem admits."""
    return _rational((data[N.alpha_1] / (2 if quadratic else 4)).lower())


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
        budget, rate, floor = values(S.drift_budget(theorem.rate)), values(theorem.rate), values(S.S_min)
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
        here = theorem.at(eta_0)
        for grow in (0, 2**-40, 2**-30, 2**-20, 2**-12):
            bound = _round(Fraction(best[2]) * (1 + Fraction(grow)), 53)
            if here.certified(bound):
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
