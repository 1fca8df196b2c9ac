"""The sharp form of Theorem E.1 against (17) on the paper's own setting: proved rates, and runs that keep the promise.

    python benchmarks/bench_sharp.py [--seeds 30] [--widths 500,1000,4000] [--noise 0.1,1,10,100] [--json]

n = m = 10, X orthogonal, W1, W2 standard normal, Y = X W1 W2^T + s times standard normal noise, squared loss. Each
side takes its best eta_0 certified from initial data: the paper's -log(rho-bar(eta_0, 0)) over 0 < eta_0 <= eta_max
(c = 1/2, d = 1.01, formulas of `theorems`), ours -log of the rate of `theorems.sharp`. The ratio is of medians over
seeds. Gradient descent is then run with our constant step until the loss is 10^-12 of its start or at most
`--steps` steps, and every step's promise is tested: L(t+1) <= rate L(t), L(t) <= rate^t L(0), ||D(t) - D(0)|| <= delta.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from flint import arb

from properties.curve import Curve, shape_of
from properties.engine import Initial, Setup, Squared, descend, start
from properties.evaluate import Evaluator
from properties.fields import Ball, Float64
from properties.roots import smallest_root
from properties.schedules import Constant
from properties.worlds import World
from theorems import notation as N
from verify.sharp import INITIAL_DATA, FastestStep, fastest_step

C, D = Fraction(1, 2), Fraction(101, 100)
ERROR = 1e-9  # relative: far above the error of the measured initial data, far below what moves a ratio
ROUNDING = 1e-9  # what a run in float64 is allowed, relative to the promise


def setting(h: int, noise: float, seeds: int, n: int = 10) -> Setup:
    """The paper's setting for seeds 0 .. seeds - 1; W(0) - W* is known as it was made."""
    pairs, stars, inputs, residuals = [], [], [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        X = np.linalg.qr(rng.normal(size=(n, n)))[0]
        W1, W2 = rng.normal(size=(n, h)), rng.normal(size=(n, h))
        made = noise * (X.T @ rng.normal(size=(n, n)))
        pairs.append((W1, W2))
        inputs.append(X)
        residuals.append(-made)
        stars.append(W1 @ W2.T + made)
    return start(pairs, np.array(stars), Squared(np.array(inputs)), 1.0, 1.0, residual=np.array(residuals))


def initial_data(initial: Initial, repeat: int) -> dict[Any, arb]:
    """K, mu, L(0), alpha_1, alpha_2, beta_2 of one repeat as balls that allow for the error of measurement."""
    names = {symbol: "loss_0" if symbol is N.L_0 else symbol.name for symbol in INITIAL_DATA}
    values = {symbol: float(initial.leaves[name][repeat]) for symbol, name in names.items()}
    return {s: arb(v) if s in (N.K, N.mu) else arb(v, abs(v) * ERROR) for s, v in values.items()}


def paper_rate(data: dict[Any, arb], bits: int = 64) -> tuple[float, float]:
    """The largest -log(rho-bar(eta_0, 0)) over 0 < eta_0 <= eta_max, and its eta_0; eta_max is a certified root."""
    world = World({}, {**{s: Fraction(float(v.mid())) for s, v in data.items()}, N.c: C, N.d: D})
    walk = Evaluator(world, Ball(2 * bits + 64))
    cap = walk(N.DEFINITIONS[N.eta_3])
    roots = (
        smallest_root(Curve(shape_of(e, N.eta_0), walk.rational, walk), bits, cap)
        for e in (N.equation_101, N.equation_102)
    )
    eta_max = min(float(x.value.lower()) if x is not None else float(cap.lower()) for x in roots)
    low, high = np.log(eta_max) - 20, np.log(eta_max)
    best, best_eta = -np.inf, eta_max
    for _ in range(6):
        eta = np.exp(np.linspace(low, high, 2001))
        # 1 - rho-bar from its definition: rho-bar itself rounds near 1.
        descent = Evaluator(World({}, {**world.bindings, N.eta_0: eta}), Float64())(1 - N.DEFINITIONS[N.rho_bar_0])
        log_rate = -np.log1p(-descent)
        i = int(np.argmax(log_rate))
        if log_rate[i] > best:
            best, best_eta = float(log_rate[i]), float(eta[i])
        span = (high - low) / 50
        low, high = np.log(eta[i]) - span, min(np.log(eta_max), np.log(eta[i]) + span)
    return best, best_eta


def violations(setup: Setup, initial: Initial, steps: list[FastestStep], limit: int) -> tuple[int, int]:
    """(steps tested, promises broken) on gradient descent with each repeat's own constant step."""
    tested = broken = 0
    for i, step in enumerate(steps):
        one = Setup(
            setup.W1[i : i + 1], setup.W2[i : i + 1], setup.R[i : i + 1], setup.W_star[i : i + 1],
            setup.loss.take(np.array([i])), setup.K[i : i + 1], setup.mu[i : i + 1], setup.width,
            setup.W1_extended[i : i + 1], setup.W2_extended[i : i + 1],
        )  # fmt: skip
        record = descend(one, Constant(float(step.eta)), steps=limit, reduction=1e-12)
        loss, drift = record["loss"][:, 0], record["D_change"][:, 0]
        slack, rate = 1 + ROUNDING, float(step.rate)
        broken += int(np.sum(loss[1:] > rate * loss[:-1] * slack))
        broken += int(np.sum(loss > loss[0] * rate ** np.arange(len(loss)) * slack))
        broken += int(np.sum(~(drift <= float(step.delta) * slack)))
        tested += len(loss) - 1
    return tested, broken


def row(h: int, noise: float, seeds: int, limit: int) -> dict[str, Any]:
    """Medians of both rates, their ratio, and the count of broken promises for one width and noise."""
    setup = setting(h, noise, seeds)
    initial = Initial.measure(setup)
    data = [initial_data(initial, i) for i in range(seeds)]
    paper = [paper_rate(d) for d in data]
    ours = [fastest_step(d, quadratic=True) for d in data]
    tested, broken = violations(setup, initial, ours, limit)
    medians = float(np.median([r for r, _ in paper])), float(np.median([s.log_rate for s in ours]))
    each = [s.log_rate / r for s, (r, _) in zip(ours, paper, strict=True)]
    return {
        "h": h, "noise": noise, "seeds": seeds,
        "paper_eta": float(np.median([e for _, e in paper])),
        "sharp_eta": float(np.median([float(s.eta) for s in ours])),
        "paper_log_rate": medians[0], "sharp_log_rate": medians[1], "ratio": medians[1] / medians[0],
        "least_ratio": min(each), "by_quadratic": sum(s.quadratic for s in ours),
        "steps_tested": tested, "violations": broken,
        "target": 6.0 if noise == 100 and h in (500, 1000) else 2.5 if noise <= 10 else None,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--widths", default="500,1000,4000")
    parser.add_argument("--noise", default="0.1,1,10,100")
    parser.add_argument("--steps", type=int, default=2000, help="most steps of each run")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    if not options.json:
        print(
            "    h  noise   eta_0 (17)  eta_0 sharp  -log rate (17)  -log rate sharp"
            "  ratio  least  target  steps  broken"
        )
    for h in map(int, options.widths.split(",")):
        for noise in map(float, options.noise.split(",")):
            r = row(h, noise, options.seeds, options.steps)
            rows.append(r)
            if not options.json:
                print(
                    f"{h:5d} {noise:6g} {r['paper_eta']:12.4g} {r['sharp_eta']:12.4g} {r['paper_log_rate']:15.4g} "
                    f"{r['sharp_log_rate']:16.4g} {r['ratio']:6.2f} {r['least_ratio']:6.2f} "
                    f"{'-' if r['target'] is None else r['target']:>7} {r['steps_tested']:6d} {r['violations']:7d}",
                    flush=True,
                )
    if options.json:
        print(json.dumps(rows, sort_keys=True, indent=1))
    sys.exit(1 if any(r["violations"] or (r["target"] and r["ratio"] < r["target"]) for r in rows) else 0)


if __name__ == "__main__":
    main()
