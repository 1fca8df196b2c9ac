"""Whether a repair says something, and whether it could say more: on claims where both answers are known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import sympy as sp
from click.testing import CliRunner

import verify
from theorems import find
from theorems import notation as N
from theorems.norms import Fro
from theorems.statement import AllOf, Form, Kind, Statement, eq, ge, gt, journal, le, lt
from verify import repairs
from verify.commands.repairs import command
from verify.falsify import falsify
from verify.paper import Decision
from verify.verdict import Proved, Refuted, Survived, Vacuous

A, B = (sp.MatrixSymbol(name, N.n, N.m) for name in "AB")


def claim(then: object, *given: object) -> Statement:
    return Statement("x.claim", (journal("x"),), Kind.INEQUALITY, then, given=given)  # type: ignore[arg-type]


def test_an_instance_is_a_witness_that_the_hypotheses_can_be_met() -> None:
    met = falsify(repairs.instance_of(claim(le(Fro(A), 1), gt(Fro(A), 2))))
    assert isinstance(met, Refuted)
    never = falsify(repairs.instance_of(claim(le(Fro(A), 1), gt(Fro(A), 2), lt(Fro(A), 1))))
    assert isinstance(never, Vacuous)


def test_an_inequality_that_is_attained_cannot_say_a_tenth_more_and_a_loose_one_can() -> None:
    (sharp,) = repairs.tightenings(claim(le(Fro(A + B), Fro(A) + Fro(B))))
    assert isinstance(falsify(sharp), Refuted)
    (loose,) = repairs.tightenings(claim(le(Fro(A + B), 2 * Fro(A) + 2 * Fro(B))))
    assert isinstance(falsify(loose), Survived)
    (below,) = repairs.tightenings(claim(ge(Fro(A) + Fro(B), Fro(A + B))))
    assert isinstance(falsify(below), Refuted)


def test_each_relation_is_tightened_by_itself_and_a_comparison_with_0_or_an_identity_is_not() -> None:
    both = claim(AllOf(ge(Fro(A), 0), le(Fro(A + B), Fro(A) + Fro(B))))
    assert len(repairs.tightenings(both)) == 1
    assert repairs.tightenings(claim(eq(Fro(A) ** 2, Fro(-A) ** 2))) == []


def test_a_claim_that_cites_what_is_repaired_stands_in_its_own_repaired_form() -> None:
    repaired = find("j36.norm-of-sum-upper/repaired")
    printed = replace(find("j35.product-sum"), label="x.citing", cites=(repaired.repairs or "",))
    mended = replace(printed, form=Form.REPAIRED, repairs="x.citing")
    table = [Decision(repaired, Proved("p")), Decision(printed, Vacuous("-")), Decision(mended, Proved("q"))]
    (found,) = [s for s in repairs.strengths(table) if s.statement is repaired]
    assert found.cited_by == (("x.citing/repaired", "proved"),)
    assert found.tightened == "refuted"


def test_the_command_prints_what_the_schema_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    few = [find("j36.norm-of-sum-upper/repaired"), find("j5.descent-range/repaired")]
    monkeypatch.setattr(repairs, "repairs", lambda: few)
    monkeypatch.setattr("verify.paper.CATALOG", few)
    result = CliRunner().invoke(
        command, ["--json", "--jobs", "1", "--out", str(tmp_path)], standalone_mode=False, catch_exceptions=False
    )
    assert result.return_value == 0
    body = json.loads(result.output)
    jsonschema.validate(body, json.loads((Path(verify.__file__).parent / "schemas" / "repairs.json").read_text()))
    assert [row["statement"] for row in body["repairs"]] == [s.id for s in few]
    assert "j36.norm-of-sum-upper/repaired" in repairs.markdown(repairs.strengths([Decision(few[0], Proved("p"))]))
