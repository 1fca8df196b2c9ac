"""Cases per second: batch search against Hypothesis with hypothesis.extra.numpy arrays on the same claims.

    python benchmarks/bench_search.py

Both sides evaluate the same expression trees in float64 on one core: the batch side as `verify.falsify` does it,
sampling, hypotheses and margins included; the Hypothesis side one example at a time with arrays drawn by
hypothesis.extra.numpy, health checks and shrinking off. Prints one line a claim and the ratio. With --coverage it
also falsifies every refuted claim of the catalog without landmarks and counts what is still found.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from properties.evaluate import Evaluator
from properties.fields import Float64
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import CATALOG, find
from theorems import notation as N
from theorems.statement import Statement
from verify.falsify import falsify, generator
from verify.falsify.plan import make_plan, relations_of
from verify.falsify.search import Tally, search_group
from verify.verdict import Refuted

CLAIMS = ("j33.cauchy-schwarz", "j37.left-factor/repaired", "j9.descent", "j10.rate@sigma-min-padded")
EXAMPLES = 300
BATCH = 4096
SIZE = 2


def batch_rate(statement: Statement) -> float:
    """Cases a second of the batch search, sampling included."""
    plan, tally = make_plan(statement), Tally()
    dims = {symbol: SIZE for symbol in plan.integers}
    search_group(plan, dims, generator(statement, 0), 64, True, Tally())
    start = time.perf_counter()
    for turn in range(4):
        search_group(plan, dims, generator(statement, turn), BATCH, True, tally)
    return tally.sampled / (time.perf_counter() - start)


def hypothesis_rate(statement: Statement) -> float:
    """Examples a second of the same property run by Hypothesis with NumPy arrays."""
    plan, field = make_plan(statement), Float64()
    dims = {symbol: SIZE for symbol in plan.integers}
    finite = st.floats(-10, 10, allow_nan=False, width=64)
    shapes = {leaf: plan.shape(leaf, dims) for leaf in plan.matrices}
    drawn = {leaf: arrays(np.float64, shape, elements=finite) for leaf, shape in shapes.items()}
    drawn |= {leaf: st.floats(1e-6, 1.0) for leaf in plan.scalars}
    if plan.loss:
        drawn[N.W_star] = arrays(np.float64, (SIZE, SIZE), elements=finite)
    count = 0

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(values=st.fixed_dictionaries(drawn))
    def holds(values: dict) -> None:
        nonlocal count
        count += 1
        loss = CenteredLoss("square", np.eye(SIZE), values[N.W_star]) if plan.loss else None
        world = World(dims, {**values, N.K: 1.0, N.mu: 1.0}, loss)
        evaluator = Evaluator(world, field, statement.where)
        with np.errstate(all="ignore"):
            if all(bool(evaluator.holds(g)) for g in plan.relations):
                for claim in plan.claims():
                    evaluator.relation(claim)

    start = time.perf_counter()
    holds()
    return count / (time.perf_counter() - start)


def coverage() -> tuple[int, int]:
    """(claims of the catalog refuted with landmarks, of those still refuted without)."""
    searched = [s for s in CATALOG if relations_of(s.then)]
    refuted = [s for s in searched if isinstance(falsify(s), Refuted)]
    return len(refuted), sum(isinstance(falsify(s, landmarks=False), Refuted) for s in refuted)


def main() -> None:
    """Print the rates and their ratio for each claim."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--coverage", action="store_true")
    arguments = parser.parse_args()
    ratios = []
    for label in CLAIMS:
        statement = find(label)
        batch, single = batch_rate(statement), hypothesis_rate(statement)
        ratios.append(batch / single)
        print(f"{label:32s} batch {batch:10.0f}/s   hypothesis {single:7.0f}/s   ratio {batch / single:6.0f}")
    print(f"smallest ratio {min(ratios):.0f}")
    if arguments.coverage:
        with_landmarks, without = coverage()
        print(f"refuted claims of the catalog: {with_landmarks}; found without landmarks: {without}")


if __name__ == "__main__":
    main()
