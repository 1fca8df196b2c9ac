"""The step size of Theorem E.1 for a problem on data: eta_max as a certified enclosure, with all that it rests on.

Inputs are exact, K, mu and Table 2 are certified in balls, (101) and (102) are solved with proof (`properties.roots`),
and precision is raised until the digits asked for are right. What is certified is the value of the formula named by
version, reading and form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from properties.curvature import largest_hessian_eigenvalue
from properties.curve import Curve, shape_of
from properties.errors import InputError, LimitReached
from properties.exact_numbers import parse_rational, shorten
from properties.fields import Ball
from properties.imbalance import InitialState
from properties.least_squares import LeastSquares
from properties.problems import Problem
from properties.roots import NotEnoughPrecision, smallest_root
from theorems import notation as N
from theorems import readings as readings_module
from theorems.statement import Form, Reading, Version
from theorems.table2 import definitions
from verify.decimals import Interval, enclose, rounded
from verify.losses.certified_loss import certified_loss
from verify.sharp import INITIAL_DATA, sharp_step
from verify.step_size import Comparison, EtaMax, HypothesisFailure, Iterations, SharpRate
from verify.theorem_constants import Constants, is_positive, theorem_constants

__all__ = ["READINGS", "EtaMax", "HypothesisFailure", "eta_max"]

MAX_DIGITS = 20_000
DEFAULT_DIGITS = 50
_BITS_PER_DIGIT = 3.3219281
_TABLE_2 = (
    N.K, N.mu, N.L_0, N.lambda_minus, N.lambda_plus, N.lambda_n_D, N.lambda_m_D, N.Delta_under, N.Delta_plus,
    N.Delta_minus, N.beta_1, N.beta_n, N.beta_m, N.beta_2, N.alpha_1, N.alpha_2,
)  # fmt: skip

READINGS: dict[str, Reading] = {r.name: r for r in vars(readings_module).values() if isinstance(r, Reading)}
"""Readings by name; those that eta_max depends on change its value, the others are refused."""

_DEFAULT_READINGS = ("sigma-min-smallest", "lambda-padded", "power-of-log", "exp-sqrt")
_ALTERNATIVES = {
    "sigma-min-padded": "sigma-min-smallest",
    "lambda-existing": "lambda-padded",
    "log-of-power": "power-of-log",
    "exp-eta-c": "exp-sqrt",
    "rendered-alpha": None,
    "rendered-beta": None,
    "rendered-root": None,
}


@dataclass(frozen=True, slots=True)
class _Request:
    problem: Problem
    loss: Any
    state: InitialState
    digits: int
    c: Fraction
    d: Fraction
    version: Version
    readings: tuple[str, ...]
    form: Form

    @property
    def where(self) -> dict[sp.Basic, sp.Basic]:
        return definitions(self.version, tuple(READINGS[name] for name in self.readings), self.form)

    @property
    def goal(self) -> int:
        return int(self.digits * _BITS_PER_DIGIT) + 12

    @property
    def largest_bits(self) -> int:
        return 16 * self.goal + 4096

    def reading_names(self) -> tuple[str, ...]:
        """Every reading in force, defaults included."""
        names = list(_DEFAULT_READINGS)
        if self.form is not Form.PRINTED:
            names[names.index("exp-sqrt")] = "exp-eta-c"
        for name in self.readings:
            default = _ALTERNATIVES[name]
            if default in names:
                names.remove(default)
            if name not in names:
                names.append(name)
        return tuple(names)


def eta_max(
    problem: Problem,
    digits: int | None = None,
    *,
    c: Any = None,
    d: Any = None,
    version: str = "journal",
    reading: str | tuple[str, ...] = (),
    form: str = "repaired",
    accuracy: Any = "1e-6",
) -> EtaMax | HypothesisFailure:
    """The largest eta_0 of Theorem E.1 for `problem`, enclosed to `digits` significant digits (default 50).

    c, d override the problem's exponents (exact: "1/2", "1.01"). version is "journal" or "submission"; reading names
    readings of ambiguous formulas (`READINGS`); form is "printed", "repaired" or "sharp" (`theorems.sharp`, a constant
    step). accuracy is the factor by which the
    loss shall fall, for the promise of (17). Where the theorem's hypotheses fail the result is a HypothesisFailure.
    Raises InputError for bad arguments, LimitReached when precision does not suffice.
    Source: Theorem E.1, (101), (102), (17), Table 2 (journal).
    """
    if digits is None:
        digits = DEFAULT_DIGITS
    request = _request(problem, digits, c, d, version, reading, form)
    goal = parse_rational(accuracy, "accuracy")
    if not 0 < goal < 1:
        raise InputError(f'accuracy = {shorten(str(accuracy))}: a factor between 0 and 1; write for example "1e-6"')
    result = _solve(request, goal)
    if request.form is Form.PRINTED or isinstance(result, HypothesisFailure):
        return result
    return _beside_printed(request, result, goal)


def _request(
    problem: Problem, digits: int, c: Any, d: Any, version: str, reading: str | tuple[str, ...], form: str
) -> _Request:
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= MAX_DIGITS:
        raise InputError(f"digits = {shorten(digits)}: write a whole number from 1 to {MAX_DIGITS}")
    exponents = problem.with_exponents(c, d)
    names = (reading,) if isinstance(reading, str) else tuple(reading)
    chosen = []
    for name in names:
        if name in _DEFAULT_READINGS:
            continue
        if name not in _ALTERNATIVES:
            known = ", ".join((*_DEFAULT_READINGS, *_ALTERNATIVES))
            raise InputError(f"reading = {shorten(name)}: not a reading of Theorem E.1; choose from {known}")
        chosen.append(name)
    for argument, value, kind in (("version", version, Version), ("form", form, Form)):
        if value not in [str(k) for k in kind]:
            raise InputError(f"{argument} = {shorten(str(value))}: choose from {', '.join(str(k) for k in kind)}")
    loss = certified_loss(problem.loss, problem.declared)
    return _Request(
        problem,
        loss,
        InitialState(problem),
        digits,
        exponents.c,
        exponents.d,
        Version(version),
        tuple(chosen),
        Form(form),
    )


def _solve(request: _Request, accuracy: Fraction) -> EtaMax | HypothesisFailure:
    """The answer in one form, precision doubled until every digit asked for is right."""
    failure = _plain_failure(request)
    if failure is not None:
        return failure
    bits = request.goal + 64
    while bits <= request.largest_bits:
        constants = theorem_constants(
            request.problem, request.state, request.where, request.c, request.d, bits, request.loss
        )
        positive = is_positive(constants.values[N.alpha_1], "alpha_1", bits, request.largest_bits)
        if positive is False:
            return _alpha_failure(request, constants)
        if positive:
            try:
                if request.form is Form.SHARP:
                    return _sharp(request, constants, accuracy)
                solved = _Solved(request, constants)
                if solved.accurate():
                    return solved.result(accuracy)
            except NotEnoughPrecision:
                pass
        bits *= 2
    raise LimitReached(f"digits = {request.digits}: {bits // 2} bits of precision do not suffice; ask for fewer digits")


# Hypotheses ------------------------------------------------------------------------------------------------------


def _failure(
    request: _Request, which: str, why: str, remedy: str, table2: Mapping[str, Interval] | None = None
) -> HypothesisFailure:
    return HypothesisFailure(
        request.problem.with_exponents(request.c, request.d),
        which,
        why,
        remedy,
        str(request.version),
        request.reading_names(),
        str(request.form),
        table2 or {},
    )


def _plain_failure(request: _Request) -> HypothesisFailure | None:
    """A hypothesis that exact data refute before any number of Table 2 is needed."""
    problem, loss = request.problem, request.loss
    reach = min(problem.n, problem.m)
    if problem.h < reach:
        return _failure(
            request,
            "width",
            f"h = {problem.h} is smaller than min(n, m) = {reach}: the product W1 W2^T cannot reach every W",
            f"a width of at least {reach}",
        )
    rough, flat = loss.roughness(), loss.flatness()
    if rough is not None:
        return _failure(request, "K", rough, "a loss whose gradient is Lipschitz on all of R^(n x m)")
    if flat is not None:
        return _failure(
            request,
            "mu",
            flat,
            "more independent samples, fewer input columns (a centred constant column is dependent), or a ridge",
        )
    if loss.gap_at(request.state.W, 64) == 0:
        return _failure(
            request,
            "L(0)",
            "L(0) = 0: the initial weights already minimize the loss, so that (102) has no meaning",
            "other initial weights",
        )
    return None


def _alpha_failure(request: _Request, constants: Constants) -> HypothesisFailure:
    problem, values = request.problem, constants.values
    table2 = _table(constants, min(request.digits, 20))
    margin = [s for s in (N.beta_1, N.beta_n, N.beta_m) if s in values]
    parts = [f"alpha_1 = {table2['alpha_1'].brief()} is not positive"]
    if values[N.Delta_under] == 0:
        parts.append("the imbalance gap is 0")
    if all(values[s] == 0 for s in margin):
        parts.append("the margin is 0")
    elif request.form is not Form.PRINTED:
        parts.append("the margin counts only for the smaller side")
    reach = min(problem.n, problem.m)
    remedy = (
        f"a more unbalanced start (scale one layer up, or a width of at least {problem.n + problem.m}), or weights "
        f"whose product lies closer to W* than sqrt(mu/K) sigma_{reach}(W*)"
    )
    return _failure(request, "alpha_1", "; ".join(parts), remedy, table2)


def _table(constants: Constants, digits: int) -> dict[str, Interval]:
    return {s.name: enclose(constants.values[s], digits) for s in _TABLE_2 if s in constants.values}


# The step sizes ----------------------------------------------------------------------------------------------------


class _Solved:
    """The three candidates for eta_max at one precision."""

    def __init__(self, request: _Request, constants: Constants) -> None:
        self.request = request
        self.constants = constants
        table = {**N.DEFINITIONS, **constants.where}
        walk = constants.evaluator(Ball(constants.bits))
        self.eta_3 = walk(N.eta_3)
        first = smallest_root(Curve(shape_of(table[N.eta_1].args[0], N.eta_0), walk.rational, walk), request.goal)
        if first is None:
            raise LimitReached("eta_1: (101) shows no root")
        self.first = first
        curve = Curve(shape_of(table[N.eta_2].args[0], N.eta_0), walk.rational, walk)
        self.second = smallest_root(curve, request.goal, self.eta_3)
        self.candidates = {"eta_1": first.value, "eta_3": self.eta_3}
        if self.second is not None:
            self.candidates["eta_2"] = self.second.value

    def accurate(self) -> bool:
        """Whether every candidate has the relative accuracy asked for."""
        return all(x.rel_accuracy_bits() >= self.request.goal - 6 for x in self.candidates.values())

    def binding(self) -> tuple[str, ...]:
        """Names of the candidates that may be the smallest: one, unless two agree to all digits."""
        return tuple(
            name
            for name, x in sorted(self.candidates.items())
            if not any(other < x for key, other in self.candidates.items() if key != name)
        )

    def smallest(self) -> Any:
        """eta_max as a ball."""
        names = self.binding()
        value = self.candidates[names[0]]
        for name in names[1:]:
            value = value.min(self.candidates[name])
        return value

    def result(self, accuracy: Fraction) -> EtaMax:
        """Everything the answer shows. Raises NotEnoughPrecision where a number is not accurate enough yet."""
        request, digits = self.request, self.request.digits
        with ctx.workprec(self.constants.bits):
            best = self.smallest()
            descent = self._descent(best)
            walk = self.constants.evaluator(Ball(self.constants.bits), eta_0=best)
            # At eta_0 = eta_max; the cancellation in mu-bar near the cap costs digits that more bits give back.
            mu_bar, k_bar = walk(N.mu_bar), walk(N.K_bar_0)
            if min(x.rel_accuracy_bits() for x in (mu_bar, k_bar, descent)) < request.goal - 10:
                raise NotEnoughPrecision
            rho = 1 - descent
            iterations = _iterations(descent, accuracy)
        hessian, ratio = _curvature(request, best)
        reasons = {}
        if self.second is None:
            reasons["eta_2"] = "(102) is proved to have no root up to eta_3, so it does not bind"
        return EtaMax(
            problem=request.problem.with_exponents(request.c, request.d),
            digits=digits,
            version=str(request.version),
            reading=request.reading_names(),
            form=str(request.form),
            eta_max=enclose(best, digits),
            eta_1=enclose(self.first.value, digits),
            eta_2=None if self.second is None else enclose(self.second.value, digits),
            eta_3=enclose(self.eta_3, digits),
            binding=self.binding(),
            reasons=reasons,
            table2=_table(self.constants, digits),
            mu_bar=enclose(mu_bar, digits),
            K_bar_0=enclose(k_bar, digits),
            rho_bar=enclose(rho, digits),
            descent=enclose(descent, digits),
            iterations=iterations,
            hessian=hessian,
            ratio=ratio,
            proof=None if self.second is None else self.second.proof,
            unique_101=self.first.proof.unique,
            minimum=enclose(request.loss.minimum_at(self.constants.bits), digits),
        )

    def _descent(self, best: Any) -> Any:
        """1 - rho-bar(eta_0, 0) at eta_0 = eta_max, by its tree without cancellation."""
        table = {**N.DEFINITIONS, **self.constants.where}
        inner = N.unfold(1 - N.rho_bar_0, table, only=(N.rho_bar_0, N.mu_bar, N.K_bar_0))
        walk = self.constants.evaluator(Ball(self.constants.bits))
        curve = Curve(shape_of(inner, N.eta_0), walk.rational, walk)
        return curve.value(best.log()) * best ** arb(walk(curve.shape.factor.order))


def _curvature(request: _Request, best: Any) -> tuple[Interval | None, Interval | None]:
    """(lambda_max of the Hessian at W(0), `best` over 2 / lambda_max); None where the loss is not least squares."""
    if not isinstance(request.loss, LeastSquares):
        return None, None
    largest = largest_hessian_eigenvalue(request.problem, request.state)
    with ctx.workprec(64):
        return enclose(largest, 10), enclose(best * largest / 2, 8)


def _sharp(request: _Request, constants: Constants, accuracy: Fraction) -> EtaMax:
    """The answer of the sharp theorem: a constant step, from initial data alone."""
    problem, digits = request.problem, request.digits
    with ctx.workprec(constants.bits):
        data = {symbol: arb(constants.values[symbol]) for symbol in INITIAL_DATA}
        step = sharp_step(data, request.loss.quadratic, digits)
        rate = arb(fmpq(step.rate.numerator, step.rate.denominator))
        iterations = _iterations(1 - rate, accuracy)
        low = arb(fmpq(step.eta_lower.numerator, step.eta_lower.denominator))
    hessian, ratio = _curvature(request, low)
    largest = Interval(rounded(step.eta_lower, digits + 1, -1), rounded(step.eta_upper, digits + 1, 1), digits)
    why = "the sharp theorem has one condition of its own in place of (101), (102) and the cap"
    return EtaMax(
        problem=problem.with_exponents(request.c, request.d),
        digits=digits,
        version=str(request.version),
        reading=request.reading_names(),
        form=str(request.form),
        eta_max=largest,
        binding=("drift budget",),
        reasons={name: why for name in ("eta_1", "eta_2", "eta_3")},
        table2=_table(constants, digits),
        iterations=iterations,
        hessian=hessian,
        ratio=ratio,
        minimum=enclose(request.loss.minimum_at(constants.bits), digits),
        sharp=SharpRate(
            eta=Interval(rounded(step.eta, digits, -1), rounded(step.eta, digits, 1), digits),
            rate=Interval(rounded(step.rate, digits, 1), rounded(step.rate, digits, 1), digits),
            drift=Interval(rounded(step.delta, digits, 1), rounded(step.delta, digits, 1), digits),
            quadratic=step.quadratic,
        ),
    )


def _iterations(descent: Any, accuracy: Fraction) -> Iterations:
    """The least T with (1 - descent)^T <= accuracy, as certified integer bounds."""
    q = arb(accuracy.numerator) / arb(accuracy.denominator)
    steps = q.log() / (-descent).log1p()
    low, high = steps.lower().ceil(), steps.upper().ceil()
    return Iterations(accuracy, _integer(low), _integer(high))


def _integer(x: Any) -> int:
    mantissa, exponent = x.mid().man_exp()
    m, e = int(mantissa), int(exponent)
    return m << e if e >= 0 else -(-m >> -e)


def _beside_printed(request: _Request, result: EtaMax, accuracy: Fraction) -> EtaMax:
    """The result with the printed formulas' value beside it."""
    printed = _solve(replace(request, form=Form.PRINTED, digits=min(request.digits, 20)), accuracy)
    before, after = printed.table2["alpha_1"], result.table2["alpha_1"]
    changed = []
    if before.upper < after.lower or after.upper < before.lower:
        changed.append("alpha_1: the margin counts only in the half of the smaller side")
    if request.c != Fraction(1, 2) and request.form is not Form.SHARP:
        changed.append("K-bar_t: exp(eta_0^c) for exp(sqrt(eta_0))")
    if request.form is Form.SHARP:
        changed.append("one drift budget for (101), (102) and the cap; a constant step")
    if isinstance(printed, EtaMax):
        comparison = Comparison(printed.eta_max, before, after, tuple(changed))
    else:
        comparison = Comparison(None, before, after, tuple(changed), printed.why)
    return replace(result, comparison=comparison)
