"""False alarms over seeds: no repaired, sharp or proved statement may be refuted by the quick search.

    python benchmarks/bench_false_alarms.py [SEEDS]

Prints, for each seed, how many of these statements were searched and how many were refuted (0 is right), and how many
printed claims the search refutes with landmarks and without.
"""

from __future__ import annotations

import sys
import time

from theorems import CATALOG
from theorems.proofs import PROOFS
from theorems.statement import AllOf, Form, Kind, Relation, Statement
from verify.falsify import falsify
from verify.verdict import Refuted

SEARCHED = (Kind.IDENTITY, Kind.INEQUALITY, Kind.STEP, Kind.TRAJECTORY)


def searched() -> list[Statement]:
    """The statements that search decides."""
    return [s for s in CATALOG if s.kind in SEARCHED and isinstance(s.then, Relation | AllOf) and not s.out_of_scope]


def main(seeds: int) -> int:
    """Exit code: 1 when there was a false alarm."""
    table = searched()
    held = [s for s in table if s.form is not Form.PRINTED or s.id in PROOFS]
    printed = [s for s in table if s.form is Form.PRINTED and s.id not in PROOFS]
    alarms = 0
    for seed in range(seeds):
        start = time.process_time()
        wrong = [s.id for s in held if isinstance(falsify(s, seed=seed, budget="quick"), Refuted)]
        alarms += len(wrong)
        spent = time.process_time() - start
        print(f"seed {seed}: {len(held)} true statements, {len(wrong)} refuted {wrong}, {spent:.0f} s CPU", flush=True)
    for landmarks in (True, False):
        found = sum(isinstance(falsify(s, seed=0, budget="quick", landmarks=landmarks), Refuted) for s in printed)
        print(
            f"landmarks {'on' if landmarks else 'off'}: {found} of {len(printed)} open printed claims refuted",
            flush=True,
        )
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
