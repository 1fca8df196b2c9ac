"""Certificates against claims about formulas: each refuted one has one, and no proved one gets one."""

from __future__ import annotations

import pytest

from theorems import CATALOG
from theorems.statement import Kind, Limit, Monotone, Statement, UniqueRoot, WellShaped
from verify import certificate
from verify.formulas import symbolic_witness
from verify.formulas.symbolic import decide_symbolic
from verify.verdict import Proved, Refuted

CLAIMS = [s for s in CATALOG if isinstance(s.then, WellShaped | Limit | Monotone | UniqueRoot)]
VERDICTS = {s.id: decide_symbolic(s) for s in CLAIMS}
REFUTED = [s for s in CLAIMS if isinstance(VERDICTS[s.id], Refuted)]
PROVED = [s for s in CLAIMS if isinstance(VERDICTS[s.id], Proved)]


@pytest.mark.parametrize("statement", REFUTED, ids=lambda s: s.id)
def test_refuted_claims_have_certificates_that_hold(statement: Statement) -> None:
    verdict = VERDICTS[statement.id]
    assert isinstance(verdict, Refuted)
    code, message = certificate.check_certificate(verdict.certificate)
    assert code == 0, message


@pytest.mark.parametrize("statement", PROVED, ids=lambda s: s.id)
def test_no_world_refutes_what_is_proved(statement: Statement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbolic_witness, "_TRIALS", 12)
    monkeypatch.setattr("verify.check.LADDER", (64, 128))
    assert symbolic_witness.witness(statement) is None


def test_all_four_kinds_are_met() -> None:
    assert {s.kind for s in REFUTED} >= {Kind.SHAPE, Kind.LIMIT, Kind.MONOTONICITY}
    assert {s.kind for s in PROVED} >= {Kind.SHAPE, Kind.LIMIT, Kind.MONOTONICITY}
