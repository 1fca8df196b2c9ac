"""The audit: refutes what is false on real steps, never what is true, and rounding never shows as a finding."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from theorems import find
from theorems import notation as N
from theorems.assumptions import STANDING
from theorems.statement import Kind, Statement, journal, le
from verify.audits.audit import Audit, audited_statements, check, random_parts
from verify.check import check_file, known_claims
from verify.commands.audit import command
from verify.verdict import Refuted, Survived

SCHEMAS = Path(__file__).parents[3] / "verify" / "schemas"


@pytest.fixture(scope="module")
def parts():  # type: ignore[no-untyped-def]
    return random_parts("square", Fraction(1, 2), Fraction(2), seed=1, problems=64, iterations=60)


def audited(parts, *statements: Statement) -> Audit:  # type: ignore[no-untyped-def]
    return check([parts[0], *parts], statements, iterations=1, final=1.0, seed=1)


def test_true_claims_survive_and_their_suspicions_are_rechecked(parts) -> None:  # type: ignore[no-untyped-def]
    names = ("j9.descent", "j10.rate@sigma-min-padded", "j131.definition", "j115.beta-2")
    rows = audited(parts, *(find(name) for name in names)).rows
    assert all(isinstance(r.verdict, Survived) for r in rows)
    assert all(r.cases > 1000 for r in rows)
    assert all(r.margin >= 0 for r in rows)


def test_false_variants_are_refuted_by_a_certificate_that_checks(parts, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    half = Statement(
        label="x.half-smoothness",
        source=(journal("x"),),
        kind=Kind.STEP,
        given=STANDING,
        then=le(N.L_next, N.L - (N.eta - N.K_t * N.eta**2 / 8) * N.grad_norm**2),
    )
    (row,) = audited(parts, half).rows
    assert isinstance(row.verdict, Refuted)
    file = tmp_path / "half.json"
    file.write_text(json.dumps(row.verdict.certificate))
    code, text = check_file(str(file), known_claims())
    assert code == 0, text


def test_half_of_the_random_problems_are_rectangular(parts) -> None:  # type: ignore[no-untyped-def]
    found = audited(parts, find("j9.descent"))
    assert found.problems >= 64
    assert 2 * found.rectangular >= found.problems


def test_the_audited_statements_speak_of_steps_and_runs() -> None:
    kinds = {s.kind for s in audited_statements()}
    assert kinds == {Kind.STEP, Kind.TRAJECTORY}


def test_the_command_prints_the_schema(tmp_path: Path) -> None:
    problem = tmp_path / "p.toml"
    problem.write_text(
        '[loss]\nkind = "squared"\nX = [["1", "0"], ["0", "2"]]\nY = [["10"], ["1/3"]]\n'
        '[weights]\nW1 = [["6", "2", "0"], ["0", "1", "0"]]\nW2 = [["0", "0", "3"]]\n[theorem]\nc = "1/2"\nd = "2"\n'
    )
    result = CliRunner().invoke(
        command,
        [str(problem), "--json", "--steps", "20", "--problems", "8", "--form", "printed"],
        standalone_mode=False,
    )
    if result.exception is not None:
        raise result.exception
    if result.return_value == 5:
        pytest.fail(f"the hypotheses of the theorem fail on the example: {result.output}")
    body = json.loads(result.output)
    jsonschema.validate(body, json.loads((SCHEMAS / "audit.json").read_text()))
    assert body["iterations"] == 20
