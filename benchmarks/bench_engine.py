"""The engine against gradient descent written down directly: `python benchmarks/bench_engine.py [--json]`.

Ratios in one run on one core: time per step and repeat, every bound quantity of Theorem 3.1 at each step.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from direct_descent import descend as direct
from direct_descent import extremes_by_gram, extremes_by_svd

from properties.engine import Initial, Setup, Squared, descend, formula, start
from properties.schedules import Constant
from theorems import notation as N

REPEATS = 30


def _best(run: Callable[[], object], tries: int = 3) -> float:
    times = []
    for _ in range(tries):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def _problem(n: int, h: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    W1, W2 = rng.normal(size=(n, h)), rng.normal(size=(n, h))
    X = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return W1, W2, X, X @ W1 @ W2.T + rng.normal(size=(n, n))


def _setup(n: int, h: int, repeats: int) -> Setup:
    pairs, stars, inputs = [], [], []
    for seed in range(repeats):
        W1, W2, X, Y = _problem(n, h, seed)
        pairs.append((W1, W2))
        stars.append(X.T @ Y)
        inputs.append(X)
    return start(pairs, np.array(stars), Squared(np.array(inputs)), 1.0, 1.0)


def engine_time(n: int, h: int, steps: int, repeats: int = REPEATS) -> tuple[float, list[float]]:
    """(seconds per step and repeat after set-up, losses of the first repeat)."""
    setup = _setup(n, h, repeats)
    initial = Initial.measure(setup)
    eta = 0.2 / h
    bounds = [formula(x) for x in (N.mu_t, N.K_t, N.rho)]

    def run() -> np.ndarray:
        record = descend(setup, Constant(eta), steps=steps, initial=initial)
        for bound in bounds:
            record.values(bound)
        return record["loss"]

    losses = run()
    return _best(run) / (steps * repeats), [float(x) for x in losses[:5, 0]]


def direct_time(n: int, h: int, steps: int, extremes: Callable) -> tuple[float, list[float]]:
    """(seconds per step, losses) of the direct loop on one repeat."""
    W1, W2, X, Y = _problem(n, h, 0)
    rows = direct(W1, W2, X, Y, 0.2 / h, 5, extremes)
    return _best(lambda: direct(W1, W2, X, Y, 0.2 / h, steps, extremes)) / steps, [r[0] for r in rows]


def measure() -> dict[str, dict[str, float]]:
    """Microseconds and ratios by setting."""
    table = {}
    for n, h, steps in ((10, 500, 100), (10, 4000, 100), (10, 100_000, 100), (50, 4000, 20)):
        engine, losses = engine_time(n, h, steps, REPEATS if h < 100_000 else 10)
        svd, svd_losses = direct_time(n, h, 20 if h < 100_000 else 3, extremes_by_svd)
        gram, _ = direct_time(n, h, 20 if h < 100_000 else 3, extremes_by_gram)
        assert np.allclose(losses, svd_losses, rtol=1e-6), "the two runs differ"
        table[f"n=m={n}, h={h}"] = {
            "engine_us": engine * 1e6,
            "direct_svd_us": svd * 1e6,
            "direct_gram_us": gram * 1e6,
            "times_faster_than_svd": svd / engine,
            "times_faster_than_gram": gram / engine,
        }
    # Taken in turns, so that what else the machine does falls on both alike.
    turns = [(engine_time(10, 100_000, 100, 10)[0], engine_time(10, 500, 100, 10)[0]) for _ in range(3)]
    table["width"] = {"time_h_100000_over_h_500": min(a for a, _ in turns) / min(b for _, b in turns)}
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    table = measure()
    if parser.parse_args().json:
        print(json.dumps(table, indent=2, sort_keys=True))
        return
    for setting, row in table.items():
        print(setting, *(f"{k}={v:.3g}" for k, v in row.items()), sep="  ")


if __name__ == "__main__":
    main()
