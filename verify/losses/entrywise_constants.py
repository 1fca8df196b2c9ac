"""K and mu of an entrywise loss: outer bounds from phi'' and exact data, inner ones from the Hessian at chosen W."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from flint import arb, arb_mat, fmpq, fmpq_mat

from properties.entrywise import EntrywiseLoss
from properties.exact_numbers import Table
from properties.fields import Ball, Exact, Float64
from properties.fields.spectrum import symmetric_eigenvalues
from properties.formula import y
from verify.losses.branch_and_bound import Extremum
from verify.losses.curvature import aim, answer, curvature_ranges, hull, is_constant, order_key, short, sympy_rational
from verify.losses.enclosure import (
    Absent,
    Answer,
    Enclosure,
    LossConstants,
    Smoothness,
    Unknown,
    ball,
    lower_end,
    upper_end,
)
from verify.losses.exact_linear import dot, exact_table, generic_direction, kernel_vector, sign_of
from verify.losses.kinks import Kink, pieces

FAR = "W -> infinity along a direction V"


class EntrywiseConstants:
    """Certified K and mu of one entrywise loss, from the ranges of phi'' over its labels and exact data."""

    def __init__(self, loss: EntrywiseLoss, bits: int) -> None:
        self.loss, self.bits = loss, bits
        self.labels = {v for row in loss.y for v in row}
        self.ranges = curvature_ranges(loss.phi, self.labels, bits)
        self.x = fmpq_mat([[fmpq(v.numerator, v.denominator) for v in row] for row in loss.x])
        self.live = [i for i, row in enumerate(loss.x) if any(row)]

    def constants(self) -> LossConstants:
        """K, mu, the ends of phi'' and the smoothness of the loss, each with its proof."""
        many = len(self.labels)
        smooth = self._smoothness()
        pick = {
            "inf": min(((v, r.inf) for v, r in self.ranges.items()), key=lambda p: order_key(p[1])),
            "sup": max(((v, r.sup) for v, r in self.ranges.items()), key=lambda p: order_key(p[1])),
        }
        inf, sup = answer(pick["inf"], many), answer(pick["sup"], many)
        if not smooth.first_order:
            gone = Absent(smooth.reason, {})
            return LossConstants(inf, sup, gone, gone, smooth)
        k, mu = self._bound(1), self._bound(-1)
        pl = self._pl(mu) if isinstance(mu, Absent) else None
        return LossConstants(inf, sup, k, mu, smooth, pl)

    def _smoothness(self) -> Smoothness:
        worst: Kink | None = None
        for label in sorted(self.labels):
            cut = pieces(self.loss.phi.xreplace({y: sympy_rational(label)}))
            if cut.why:
                return Smoothness(None, cut.why)
            for kink in cut.kinks:
                if worst is None or kink.order < worst.order:
                    worst, at = kink, label
        if worst is None:
            undefined = next((r.inf for r in self.ranges.values() if r.inf.undefined), None)
            if undefined is not None:
                return Smoothness(None, undefined.reason)
            return Smoothness(True, "phi is smooth on the whole line, or its pieces meet with equal phi' and phi''")
        what = ("phi jumps", "phi' jumps", "phi'' jumps")[worst.order]
        reason = f"not twice differentiable: {what} by {worst.jump:.6g} at z = {worst.point} (y = {at})"
        return Smoothness(False, reason, first_order=worst.order == 2)

    def _bound(self, sign: int) -> Answer:
        """K (sign = 1) or mu (sign = -1): an outer bound from phi'', an inner one from the Hessian at chosen W."""
        ends = {v: (r.sup if sign > 0 else r.inf) for v, r in self.ranges.items()}
        name, kind = ("K", "sup") if sign > 0 else ("mu", "inf")
        loose = [(v, e) for v, e in ends.items() if not (e.decided or e.unbounded)]
        if loose:
            return self._undecided(sign, f"{kind} phi'' is undecided: {loose[0][1].reason}")
        if any(ends[v].unbounded for i in self.live for v in self.loss.y[i]):
            return self._escaping(sign, ends)
        outer, column = self._outer(sign, ends)
        if sign < 0:
            flat = self._flat(ends)
            if flat is not None:
                return flat
        inner, where = self._inner(sign, ends, outer)
        if sign < 0 and inner is not None and inner <= 0:
            return self._no_mu(where, inner, column)
        reason = (
            f"lambda_{'max' if sign > 0 else 'min'} of sum_i s_ij x_i x_i^T + ridge with s_ij = {kind} phi''"
            f", and the Hessian at {where}"
        )
        if sign > 0:
            low, high = inner, upper_end(outer)
            tight = low is not None and high is not None and high - low <= Fraction(1, 10**9) * abs(high)
            return Enclosure(low, high, reason, where if tight else "", "both" if tight else "upper only")
        if where == FAR and all(e.lower == 0 and e.upper == 0 for e in ends.values()):
            ridge = self.loss.ridge  # the limit of the Hessian is ridge I, exactly
            return Enclosure(ridge, ridge, "inf phi'' = 0, approached along a direction V: mu is the ridge", where)
        low, high = lower_end(outer), inner
        if low is None or low <= 0:
            return Unknown(
                f"{name}: the bound from inf phi'' is not positive; no W with a singular Hessian found", low, high
            )
        tight = high is not None and high - low <= Fraction(1, 10**9) * abs(high)
        return Enclosure(low, high, reason, where if tight else "", "both" if tight else "lower only")

    def _gram(self, j: int, weight: Callable[[int], Any], weighted: bool = True) -> Any:
        """sum_i w_ij weight(i) x_i x_i^T + ridge I as a ball matrix, w_ij = 1 when not `weighted`."""
        loss = self.loss
        n = len(loss.x[0])
        rows = arb_mat(self.x)
        scaled = []
        for i in range(len(loss.x)):
            s = arb(weight(i)) if loss.weights is None or not weighted else weight(i) * ball(loss.weights[i][j])
            scaled.append([rows[i, k] * s for k in range(n)])
        a = rows.transpose() * arb_mat(scaled)
        ridge = ball(loss.ridge)
        return arb_mat([[(a[p, q] + a[q, p]) / 2 + (ridge if p == q else 0) for q in range(n)] for p in range(n)])

    def _hull_at(self, ends: dict[Fraction, Extremum], j: int, i: int) -> Any:
        return hull(ends[self.loss.y[i][j]])

    def _columns(self) -> list[int]:
        """One column of Y for each different column of (Y, weights)."""
        seen: dict[Any, int] = {}
        for j in range(len(self.loss.y[0])):
            weights = None if self.loss.weights is None else tuple(row[j] for row in self.loss.weights)
            seen.setdefault((tuple(row[j] for row in self.loss.y), weights), j)
        return list(seen.values())

    def _outer(self, sign: int, ends: dict[Fraction, Extremum]) -> tuple[Any, int]:
        best, column = None, 0
        for j in self._columns():
            a = self._gram(j, partial(self._hull_at, ends, j))
            values = symmetric_eigenvalues(a)
            value = values[0] if sign > 0 else values[-1]
            if best is None or (value.upper() > best.upper() if sign > 0 else value.lower() < best.lower()):
                best, column = value, j
        return best, column

    def _inner(self, sign: int, ends: dict[Fraction, Extremum], outer: Any) -> tuple[Fraction | None, str]:
        """The best bound that the Hessian at a chosen W gives, and that W in words."""
        direction = self.escape(ends)
        if direction is not None:
            # Along W = R V the sign of every (X V)_ij is one at whose end phi'' tends to its bound.
            limit = self._limit(sign, ends, direction)
            constant = all(is_constant(r) for r in self.ranges.values())
            return (lower_end(limit) if sign > 0 else upper_end(limit)), "every W" if constant else FAR
        best: Fraction | None = None
        where = ""
        for text, w in [*self.candidates(sign), ("a W found by search", self.climb(sign))]:
            value = self.hessian_end(w, sign)
            end = None if value is None else lower_end(value) if sign > 0 else upper_end(value)
            if end is not None and (best is None or (end > best if sign > 0 else end < best)):
                best, where = end, text
        return best, where

    def proves(self, sign: int, value: Fraction) -> bool:
        """Whether value I - sum_i s_ij x_i x_i^T - ridge I (its negative for mu) is positive semidefinite, exactly."""
        ends = {v: (r.sup if sign > 0 else r.inf) for v, r in self.ranges.items()}
        if not all(e.decided and not e.unbounded for e in ends.values()):
            return False
        n, loss = len(self.loss.x[0]), self.loss
        bounds = {v: (upper_end(e.upper) if sign > 0 else lower_end(e.lower)) for v, e in ends.items()}
        shift = (value - loss.ridge) * sign
        for j in self._columns():
            total = fmpq_mat(
                n, n, [fmpq(shift.numerator, shift.denominator) * int(p == q) for p in range(n) for q in range(n)]
            )
            scaled = []
            for i in range(len(loss.x)):
                s = bounds[loss.y[i][j]]
                if s is None:
                    return False
                s *= (1 if loss.weights is None else loss.weights[i][j]) * sign
                scaled.append([self.x[i, k] * fmpq(s.numerator, s.denominator) for k in range(n)])
            if Exact().is_psd(total - self.x.transpose() * fmpq_mat(scaled)) is not True:
                return False
        return True

    def escape(self, ends: dict[Fraction, Extremum]) -> Table | None:
        """V (n x m) such that along W = R V phi'' tends to its bound in every entry; None if not found."""
        columns = []
        for j in range(len(self.loss.y[0])):
            allowed = []
            for i in range(len(self.loss.x)):
                limits = ends[self.loss.y[i][j]].limits
                if i in self.live and (limits is None or limits == (None, None)):
                    return None
                allowed.append({s for s, x in zip((-1, 1), limits or (0, 0), strict=True) if x is not None})
            v = self._half_space(allowed)
            if v is None:
                return None
            columns.append(v)
        return tuple(tuple(column[k] for column in columns) for k in range(len(self.loss.x[0])))

    def _half_space(self, allowed: list[set[int]]) -> list[Fraction] | None:
        """A rational v with the sign of x_i . v in allowed[i] for every nonzero row (perceptron); None if not found."""
        if all(allowed[i] == {-1, 1} for i in self.live):
            return generic_direction(self.x)
        rows = [[Fraction(v) for v in self.loss.x[i]] for i in self.live]
        sides = [allowed[i] for i in self.live]
        v = [Fraction(0)] * len(rows[0])
        for _ in range(500):
            wrong = next(
                ((r, s) for r, s in zip(rows, sides, strict=True) if sign_of(dot(r, v)) not in s),
                None,
            )
            if wrong is None:
                return v
            row, side = wrong
            step = next(iter(side)) if len(side) == 1 else 1
            size = sum(abs(a) for a in row)
            v = [a + step * b / size for a, b in zip(v, row, strict=True)]
            v = [a.limit_denominator(10**6) for a in v]
        return None

    def _limit(self, sign: int, ends: dict[Fraction, Extremum], direction: Table) -> Any:
        """Ball of the extreme eigenvalue of the limit of the Hessian along W = R direction."""
        best = None
        for j in self._columns():
            column = [row[j] for row in direction]

            def weight(i: int, j: int = j, column: list[Fraction] = column) -> Any:
                if i not in self.live:
                    return arb(0)
                limits = ends[self.loss.y[i][j]].limits
                assert limits is not None
                return limits[1 if dot(self.loss.x[i], column) > 0 else 0]

            values = symmetric_eigenvalues(self._gram(j, weight))
            value = values[0] if sign > 0 else values[-1]
            if best is None or (value.upper() > best.upper() if sign > 0 else value.lower() < best.lower()):
                best = value
        return best

    def candidates(self, sign: int) -> list[tuple[str, Table]]:
        """Points W whose Hessian is tried: 0, the one that brings X W nearest to where phi'' is extreme, far ones."""
        n, m = self.loss.shape()
        found: list[tuple[str, Table]] = [("W = 0", tuple(tuple(Fraction(0) for _ in range(m)) for _ in range(n)))]
        ends = {v: (r.sup if sign > 0 else r.inf) for v, r in self.ranges.items()}
        x = np.array([[float(v) for v in row] for row in self.loss.x])
        targets = np.array([[aim(ends[v], 1 << 12) for v in row] for row in self.loss.y])
        if np.all(np.isfinite(targets)) and np.all(np.isfinite(x)):
            w = np.linalg.lstsq(x, targets, rcond=None)[0]
            found.append(("a W with X W where phi'' is extreme", exact_table(w)))
        if any(e.place.point is None for e in ends.values()):
            rng = np.random.default_rng(0)
            direction = rng.standard_normal((n, m))
            for k in (4, 8, 12):
                found.append((f"a random W of size 2^{k}", exact_table(direction * 2.0**k)))
        return found

    def climb(self, sign: int, tries: int = 400) -> Table:
        """A W at which float64 finds the Hessian's extreme eigenvalue largest (smallest), by seeded random search."""
        rng = np.random.default_rng(0)
        x = np.array([[float(v) for v in row] for row in self.loss.x])
        if x.size * len(self.loss.y[0]) > 20_000:
            return self.candidates(sign)[-1][1]

        def score(w: Any) -> float:
            with np.errstate(all="ignore"):
                s = self.loss.curvature(Float64(), w)
            if not np.all(np.isfinite(s)):
                return -np.inf
            h = np.einsum("ip,ij,iq->jpq", x, s, x)
            values = np.linalg.eigvalsh(h)
            return float(values[:, -1].max() if sign > 0 else -values[:, 0].min())

        points = [Float64().matrix(w) for _, w in self.candidates(sign)]
        best = max(points, key=score)
        top, step = score(best), 1.0
        for _ in range(tries):
            trial = best + step * rng.standard_normal(best.shape)
            value = score(trial)
            if value > top:
                best, top, step = trial, value, step * 1.5
            else:
                step = max(step * 0.93, 1e-9)
        return exact_table(best)

    def hessian_end(self, w: Table, sign: int) -> Any:
        """Ball of the largest (smallest) eigenvalue of the Hessian at W, over all columns."""
        field = Ball(self.bits)
        s = self.loss.curvature(field, field.matrix(w))
        best = None
        if not all(s[i, j].is_finite() for i in range(s.nrows()) for j in range(s.ncols())):
            return None
        for j in range(s.ncols()):
            values = symmetric_eigenvalues(self._gram(j, partial(_entry, s, j), weighted=False))
            value = values[0] if sign > 0 else values[-1]
            if best is None or (value.mid() > best.mid() if sign > 0 else value.mid() < best.mid()):
                best = value
        return best

    def _flat(self, ends: dict[Fraction, Extremum]) -> Absent | None:
        """mu does not exist when X has a kernel and there is no ridge: the Hessian vanishes along it, exactly."""
        if self.loss.ridge > 0:
            return None
        kernel = kernel_vector(self.x)
        if kernel is None:
            return None
        direction = [str(v) for v in kernel]
        return Absent(
            f"X (N = {self.x.nrows()}, n = {self.x.ncols()}) has rank {self.x.rank()} < n and there is no ridge: "
            "l is constant along V = v e_1^T with X v = 0",
            {"v": direction},
        )

    def _no_mu(self, where: str, inner: Fraction, column: int) -> Absent:
        reason = f"the smallest eigenvalue of the Hessian is at most {short(inner)} at {where}"
        direction = self.escape({v: r.inf for v, r in self.ranges.items()})
        if direction is not None:
            reason = "the smallest eigenvalue of the Hessian tends to 0 (or below) along W = R V as R -> oo"
            far = tuple(tuple(v * 64 for v in row) for row in direction)
            value = self.hessian_end(far, -1)
            end = short(None if value is None else upper_end(value))
            witness = {"V": [[str(v) for v in row] for row in direction], "R": "64"}
            return Absent(reason, witness | {"lambda_min_upper": end})
        for text, w in [*self.candidates(-1), ("a W found by search", self.climb(-1))]:
            if text == where:
                return Absent(reason, {"W": [[str(v) for v in row] for row in w], "lambda_min_upper": short(inner)})
        return Absent(reason, {})

    def _escaping(self, sign: int, ends: dict[Fraction, Extremum]) -> Answer:
        """No K (mu) when phi'' is unbounded at a row of X that is not zero and nothing compensates."""
        other = {v: (r.inf if sign > 0 else r.sup) for v, r in self.ranges.items()}
        places = [(i, j) for i in self.live for j in range(len(self.loss.y[0])) if ends[self.loss.y[i][j]].unbounded]
        i, j = places[0]
        e = ends[self.loss.y[i][j]]
        bounded = all(not other[self.loss.y[k][j]].unbounded and other[self.loss.y[k][j]].decided for k in self.live)
        alone = len(self.live) == 1 or self.x.rank() == self.x.nrows()
        if not (bounded or alone):
            return Unknown(f"phi'' is unbounded both ways and X has more rows than its rank: {e.reason}")
        point = e.place.point or Fraction(0)
        w = exact_table(self._reach(i, j, float(point)))
        what = "lambda_max" if sign > 0 else "lambda_min"
        value = self.hessian_end(w, sign)
        end = None if value is None else lower_end(value) if sign > 0 else upper_end(value)
        witness = {"W": [[str(v) for v in row] for row in w], f"{what}_{'lower' if sign > 0 else 'upper'}": short(end)}
        name = "K is finite" if sign > 0 else "mu > 0 exists"
        return Absent(f"no {name}: {e.reason}, and row {i} of X is not zero", witness)

    def _reach(self, i: int, j: int, value: float) -> Any:
        """A W with (X W)_ij = value, smallest in norm, zero in other columns."""
        n, m = self.loss.shape()
        row = np.array([float(v) for v in self.loss.x[i]])
        w = np.zeros((n, m))
        w[:, j] = row * value / float(row @ row)
        return w

    def _undecided(self, sign: int, reason: str) -> Unknown:
        inner: Fraction | None = None
        for _, w in self.candidates(sign)[:1]:
            value = self.hessian_end(w, sign)
            inner = None if value is None else lower_end(value) if sign > 0 else upper_end(value)
        return Unknown(reason, inner if sign > 0 else None, None if sign > 0 else inner)

    def _pl(self, mu: Absent) -> Answer | None:
        """(4) holds with the smallest nonzero eigenvalue when phi'' >= inf > 0 and only X is rank-deficient."""
        infima = [r.inf for r in self.ranges.values()]
        if self.loss.ridge > 0 or not all(e.decided and not e.unbounded and e.lower > 0 for e in infima):
            return None
        rank = self.x.rank()
        if rank == 0:
            return None
        best = None
        for j in self._columns():
            a = self._gram(j, partial(self._hull_at, {v: r.inf for v, r in self.ranges.items()}, j))
            value = symmetric_eigenvalues(a)[rank - 1].lower()
            best = value if best is None or value < best else best
        low = lower_end(best)
        if low is None or low <= 0:
            return None
        return Enclosure(
            low, None, "inf phi'' times the smallest nonzero eigenvalue of X^T X: l is g(X W), g strongly convex"
        )


def _entry(a: Any, j: int, i: int) -> Any:
    return a[i, j]
