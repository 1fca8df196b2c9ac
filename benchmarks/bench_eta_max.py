"""Ratios of the certified eta_max against mpmath on the same equations, in one run.

    python benchmarks/bench_eta_max.py [--instances 400] [--seed 0]

Three questions: the time to 50 digits with proof against mpmath.findroot on the factored equation from a 12-digit
start without proof; the same at 5,000 digits; and how many of the random instances are decided and agree with a
60-digit bisection of the factored equation. The equation for mpmath is written here by hand, independently.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath as mp

Instance = dict[str, Fraction]


def instances(count: int, seed: int = 0) -> list[Instance]:
    """Random values of the constants: mu 1e-3..1, K/mu 1..1e3, L(0) 1e-12..1e6, alpha_1/alpha_2 1e-6..1, c, d."""
    rng = random.Random(seed)

    def decades(low: float, high: float) -> Fraction:
        return Fraction(f"{10 ** rng.uniform(low, high):.6e}")

    out = []
    for _ in range(count):
        mu, alpha_2 = decades(-3, 0), decades(-2, 3)
        out.append(
            {
                "mu": mu,
                "K": mu * (1 if rng.random() < 0.02 else decades(0, 3)),
                "L_0": decades(-12, 6),
                "alpha_2": alpha_2,
                "alpha_1": alpha_2 * decades(-6, 0),
                "beta_2": alpha_2 * decades(-2, -0.3010),
                "c": rng.choice([Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)]),
                "d": rng.choice([Fraction(101, 100), Fraction(3, 2), Fraction(2)]),
            }
        )
    return out


def _mp(instance: Instance) -> dict[str, Any]:
    return {key: mp.mpf(q.numerator) / q.denominator for key, q in instance.items()}


def balance(v: dict[str, Any]) -> Callable[[Any], Any]:
    """(102) divided by eta^(1 + c), as a function of u = log(eta), in mpmath."""

    def g(u: Any) -> Any:
        e = mp.exp(u)
        s = mp.exp(v["c"] * u)
        root = mp.sqrt(2 * v["K"] * v["L_0"])
        smooth = (
            root
            + 6 * v["K"] ** 2 * v["beta_2"] * v["L_0"] * e**2
            + v["K"] * mp.exp(mp.sqrt(e)) * v["alpha_2"] * (1 + 3 * root * e)
        )
        convex = v["mu"] * (v["alpha_1"] - 2 * v["alpha_2"] * mp.expm1(s))
        descent = convex * (2 - smooth * e)
        growth = mp.exp((v["d"] - 1) * u) * (1 - descent * e)
        return 4 * v["K"] * v["L_0"] * mp.exp((1 - v["c"]) * u) + mp.expm1(-s) / s * (descent - growth)

    return g


def bisection(instance: Instance, digits: int = 60) -> Any:
    """The first sign change of the factored (102) on a fine grid below the logarithmic cap, bisected in log(eta)."""
    with mp.workdps(digits + 15):
        v = _mp(instance)
        g = balance(v)
        cap = mp.log(mp.log1p(v["alpha_1"] / (2 * v["alpha_2"]))) / v["c"]
        low = cap - 1
        while g(low) >= 0:
            low -= max(1, abs(low) / 4)
        # Everything left of `low` is negative (every term is monotone there); look for the first change from below.
        start, steps = low - 5, 60
        grid = [start + (cap - start) * k / steps for k in range(steps + 1)]
        right = next(u for u in grid if g(u) > 0)
        left = grid[grid.index(right) - 1]
        for _ in range(int((digits + 5) * 3.33)):
            middle = (left + right) / 2
            left, right = (middle, right) if g(middle) < 0 else (left, middle)
        return mp.exp((left + right) / 2)


def certified(instance: Instance, bits: int) -> Any:
    """The certified smallest root of (102) of the catalog, as a ball of relative radius about 2^-bits."""
    from properties.curve import Curve, shape_of
    from properties.evaluate import Evaluator
    from properties.fields import Ball
    from properties.roots import smallest_root
    from properties.worlds import World
    from theorems import notation as N

    world = World({}, {getattr(N, key): value for key, value in instance.items()})
    walk = Evaluator(world, Ball(bits + 64))
    root = smallest_root(
        Curve(shape_of(N.equation_102, N.eta_0), walk.rational, walk), bits, walk(N.DEFINITIONS[N.eta_3])
    )
    if root is None:
        raise ArithmeticError("no root below the cap")
    return root


def _timed(work: Callable[[], Any], repeats: int) -> float:
    best = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        best.append(time.perf_counter() - begin)
    return min(best)


def _ratio(chosen: list[Instance], digits: int, repeats: int) -> dict[str, float]:
    """Median times in ms of both methods and the ratio mpmath / certified."""
    ours, theirs = [], []
    for instance in chosen:
        with mp.workdps(20):
            start = mp.mpf(mp.nstr(mp.log(bisection(instance, 20)), 12))
        ours.append(_timed(lambda i=instance: certified(i, int(digits * 3.3220) + 8), repeats))  # type: ignore[misc]
        with mp.workdps(digits):
            v = _mp(instance)
            g = balance(v)
            theirs.append(_timed(lambda g=g, s=start: mp.findroot(g, s, verify=False), repeats))  # type: ignore[misc]
    mine, other = statistics.median(ours), statistics.median(theirs)
    return {
        "certified_ms": round(1e3 * mine, 2),
        "findroot_ms": round(1e3 * other, 2),
        "findroot_over_certified": round(other / mine, 2),
        "least_ratio": round(min(b / a for a, b in zip(ours, theirs, strict=True)), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    drawn = instances(options.instances, options.seed)
    certified(drawn[0], 64)  # first use loads and rewrites the tree
    agreed = 0
    begin = time.perf_counter()
    for instance in drawn:
        root = certified(instance, 200)
        with mp.workdps(70):
            reference = bisection(instance)
            middle = mp.mpf(root.value.mid().str(70, radius=False))
            agreed += bool(abs(middle / reference - 1) < mp.mpf(10) ** -55)
    report = {
        "instances": len(drawn),
        "decided_and_agreeing": agreed,
        "seconds_for_all": round(time.perf_counter() - begin, 1),
        "digits_50": _ratio(drawn[:40], 50, 5),
        "digits_5000": _ratio(drawn[:8], 5000, 2),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
