"""The falsifier as a whole: verdicts, determinism, certificates that the checker accepts."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from theorems import find
from theorems import notation as N
from theorems.norms import Fro, HistorySum, Inner, Sigma, SigmaMax
from theorems.statement import AllOf, Assumption, Kind, Statement, WellShaped, eq, ge, gt, journal, le, lt
from verify.certificate import check_certificate
from verify.falsify import falsify
from verify.verdict import Refuted, Survived, Undecided, Vacuous

ROOT = Path(__file__).resolve().parents[3]
p, q = (sp.Symbol(s, integer=True, positive=True) for s in "pq")
A, B = sp.MatrixSymbol("A", p, q), sp.MatrixSymbol("B", p, q)
LOSS = (gt(N.K, 0), gt(N.mu, 0), Assumption("smooth", N.K), Assumption("strongly-convex", N.mu))


def _statement(then, kind=Kind.INEQUALITY, given=(), label="x.claim", **key) -> Statement:
    return Statement(label, (journal("x"),), kind, then, given=given, **key)


FALSE = {
    "scalar": _statement(le(N.K * N.eta, N.K + N.eta - 1)),
    "strict": _statement(lt(Inner(A, B), Fro(A) * Fro(B))),
    "matrix": _statement(le(Fro(A + B) ** 2, Fro(A) ** 2 + Fro(B) ** 2)),
    "spectrum": _statement(le(Sigma(A + B, 2), Sigma(A, 2) + Sigma(B, 2))),
    "identity": _statement(eq(A * A.T, B * B.T), Kind.IDENTITY),
    "convexity": _statement(le(N.mu, N.K / 2), given=LOSS),
    "step": _statement(le(N.L_next, N.L), Kind.STEP, (*LOSS, le(N.eta * N.K, 1))),
    "drift": _statement(le(Fro(N.D_next - N.D), 0), Kind.STEP, LOSS),
    "run": _statement(le(HistorySum(N.L), 2 * N.L_0), Kind.TRAJECTORY, (*LOSS, le(N.eta * N.K_t, 1))),
    "late": _statement(ge(N.L, N.L_0 / 8), Kind.TRAJECTORY, (*LOSS, le(N.eta * N.K_t, 1))),
}
TRUE = {
    "cauchy-schwarz": _statement(le(Inner(A, B), Fro(A) * Fro(B))),
    "norms": _statement(le(SigmaMax(A), Fro(A))),
    "weyl": _statement(le(Sigma(A + B, 2), Sigma(A, 2) + SigmaMax(B))),
    "constants": _statement(le(N.mu, N.K), given=LOSS),
    "descent": _statement(le(N.L_next, N.L), Kind.STEP, (*LOSS, le(N.eta * N.K_t, 2))),
    "run": _statement(le(N.L, N.L_0), Kind.TRAJECTORY, (*LOSS, le(N.eta * N.K_t, 2))),
    "gradients": _statement(eq(N.W_next - N.W, N.W1_next * N.W2_next.T - N.W1 * N.W2.T), Kind.STEP, LOSS),
}


@pytest.mark.parametrize("name", sorted(FALSE))
@pytest.mark.parametrize("seed", [0, 1])
def test_false_claims_fall_with_a_certificate_the_checker_accepts(name, seed):
    verdict = falsify(FALSE[name], seed=seed)
    assert isinstance(verdict, Refuted)
    code, says = check_certificate(verdict.certificate)
    assert code == 0, says
    assert max(verdict.certificate["dims"].values(), default=1) <= 3


@pytest.mark.parametrize("name", sorted(TRUE))
@pytest.mark.parametrize("seed", [0, 1])
def test_true_claims_survive(name, seed):
    verdict = falsify(TRUE[name], seed=seed)
    assert isinstance(verdict, Survived)
    assert verdict.cases > 1000 and verdict.margin >= 0 and verdict.where


def test_witnesses_are_small():
    bindings = falsify(FALSE["matrix"]).certificate["bindings"]
    assert bindings["A"] == [["1"]] and bindings["B"] == [["1"]]
    assert falsify(FALSE["spectrum"]).certificate["dims"] == {"p": 2, "q": 2}


def test_equality_is_reported_as_attained():
    tightness = falsify(TRUE["cauchy-schwarz"]).tightness
    assert tightness is not None and tightness.equality and tightness.ratio == 1.0


def test_hypotheses_that_nothing_meets_are_vacuous():
    verdict = falsify(_statement(le(Fro(A), 1), given=(lt(Fro(A), -1),)))
    assert isinstance(verdict, Vacuous)
    assert isinstance(falsify(_statement(le(N.K, 1), given=(gt(N.K, 1), lt(N.K, 1)))), Vacuous)


def test_symbolic_claims_are_not_searched():
    assert isinstance(falsify(_statement(WellShaped(A), Kind.SHAPE)), Undecided)


def test_a_claim_without_landmarks_falls_as_well():
    verdict = falsify(FALSE["matrix"], landmarks=False)
    assert isinstance(verdict, Refuted)


@pytest.mark.parametrize("name", ["matrix", "step", "run"])
def test_the_same_seed_gives_the_same_verdict_in_another_process(name):
    code = (
        "import json, sys; from tests.verify.falsify.test_falsify import FALSE; from verify.falsify import falsify;"
        f"print(json.dumps(falsify(FALSE[{name!r}], seed=3).certificate, sort_keys=True))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "5"}
    )
    assert json.loads(run.stdout) == falsify(FALSE[name], seed=3).certificate


def test_what_was_searched_before_does_not_matter():
    claim = replace(TRUE["run"], label="x.other")
    first = falsify(claim, seed=4)
    falsify(TRUE["run"], seed=4)
    assert falsify(claim, seed=4) == first


@pytest.mark.parametrize("label", ["j36.norm-of-sum", "j59.smoothness-example"])
def test_printed_claims_known_to_be_wrong_fall(label):
    assert isinstance(falsify(find(label)), Refuted)


@pytest.mark.parametrize("label", ["j27.pl", "j119.lower", "j25.initial"])
def test_printed_claims_wrong_at_hard_starts_fall_in_a_quick_search(label):
    verdict = falsify(find(label))
    assert isinstance(verdict, Refuted)
    code, says = check_certificate(verdict.certificate)
    assert code == 0, says


@pytest.mark.parametrize("seed", [0, 4])
def test_a_strict_claim_falls_where_it_is_met_with_equality(seed):
    rate = 1 - 2 * N.eta * N.mu + N.K * N.mu * N.eta**2
    claim = AllOf(gt(rate, 0), lt(rate, 1))
    given = (*LOSS, gt(N.eta, 0), lt(N.eta, 2 / N.K))
    verdict = falsify(_statement(claim, given=given), seed=seed)
    assert isinstance(verdict, Refuted)
    assert verdict.certificate["violated"] == 0
    assert falsify(find("j5.descent-range"), seed=seed).name == "refuted"


@pytest.mark.parametrize("seed", [0, 1])
def test_two_steps_close_to_each_other_are_compared(seed):
    verdict = falsify(find("j19.rho@K-of-eta"), seed=seed)
    assert isinstance(verdict, Refuted)


def test_an_equation_whose_two_roots_lie_close_is_not_without_root():
    assert isinstance(falsify(find("jE-existence.no-root-102")), Vacuous)
