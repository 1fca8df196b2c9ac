"""The audit: refutes what is false on real steps, never what is true, and rounding never shows as a finding."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import sympy as sp
from click.testing import CliRunner

from properties.entrywise import by_formula, by_name
from properties.errors import InputError
from properties.named_losses import SoftmaxLoss, huber
from properties.scalar_losses import SCALAR_LOSSES
from theorems import find
from theorems import notation as N
from theorems.assumptions import STANDING
from theorems.statement import AllOf, Kind, Relation, Statement, journal, le
from verify.audits.audit import Audit, Row, audit, audited_statements, check, check_statement, random_parts
from verify.audits.audit_runs import numbered, start_parts
from verify.audits.audited_loss import audited_loss
from verify.check import check_file, known_claims
from verify.commands.audit import command
from verify.verdict import Observed, Refuted, Survived, Undecided

SCHEMAS = Path(__file__).parents[3] / "verify" / "schemas"


# False: the smoothness constant divided by four.
HALF = Statement(
    label="x.half-smoothness",
    source=(journal("x"),),
    kind=Kind.STEP,
    given=STANDING,
    then=le(N.L_next, N.L - (N.eta - N.K_t * N.eta**2 / 8) * N.grad_norm**2),
)


@pytest.fixture(scope="module")
def parts():  # type: ignore[no-untyped-def]
    return random_parts("square", Fraction(1, 2), Fraction(2), seed=1, problems=64, iterations=60)


def audited(parts, *statements: Statement) -> Audit:  # type: ignore[no-untyped-def]
    return check([parts[0], *parts], statements, iterations=1, final=1.0, seed=1)


def test_true_claims_survive(parts) -> None:  # type: ignore[no-untyped-def]
    names = ("j9.descent", "j10.rate@sigma-min-padded", "j115.beta-2")
    rows = audited(parts, *(find(name) for name in names)).rows
    assert all(isinstance(r.verdict, Survived) for r in rows)
    assert all(r.cases > 1000 for r in rows)
    assert all(r.margin >= 0 for r in rows)


# Suspicions ----------------------------------------------------------------------------------------------------------

# Two sides that are equal and cancel: float64 sees thousands of violations, some as large as the sides themselves.
TIGHT = find("j131.definition")


@pytest.fixture(scope="module")
def few():  # type: ignore[no-untyped-def]
    return random_parts("square", Fraction(1, 2), Fraction(2), seed=1, problems=16, iterations=40)


def test_every_suspicion_about_a_true_equality_is_decided_and_is_rounding(few) -> None:  # type: ignore[no-untyped-def]
    (row,) = audited(few, TIGHT).rows
    assert isinstance(row.verdict, Survived)
    assert row.counts.total > 500
    assert row.counts.decided == row.counts.rounding == row.counts.total and row.counts.undecided == 0


def test_a_claim_false_at_a_single_step_by_a_hair_is_found_behind_rounding(few, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    # The largest step of all runs is a little too large; at hundreds of other steps float64 is wrong by far more.
    largest = max(float(part.runs.steps.max()) for part in few)
    hair = Fraction(largest) * (1 - Fraction(1, 10**9))
    assert sum(int((part.runs.steps > float(hair)).sum()) for part in few) == 1
    step = le(N.eta, sp.Rational(hair.numerator, hair.denominator))
    hidden = replace(TIGHT, label="x.hidden", then=AllOf(TIGHT.then, step))  # type: ignore[arg-type]
    (row,) = audited(few, hidden).rows
    assert isinstance(row.verdict, Refuted)
    assert row.counts.decided > 100 and row.counts.rounding == row.counts.decided - 1
    file = tmp_path / "hidden.json"
    file.write_text(json.dumps(row.verdict.certificate))
    code, text = check_file(str(file), known_claims())
    assert code == 0, text


def test_what_balls_leave_open_is_undecided_and_never_survived() -> None:
    # The gradient of the logistic loss is not rational: balls cannot tell the two sides from equal.
    open_claim = replace(TIGHT, label="x.unproved")
    known = audited_loss(LOSSES["logistic"])
    few = start_parts(known, Fraction(1, 2), Fraction(2), seed=0, starts=5, iterations=20)
    row = check_statement(open_claim, few, known)
    assert isinstance(row.verdict, Undecided)
    assert row.counts.undecided > 0 and row.counts.decided == row.counts.total
    assert "balls cannot tell it from equality" in row.verdict.why and row.outcome == "undecided"
    proved = check_statement(TIGHT, few, known)
    assert proved.outcome == "holds (proved)"


def test_a_strict_claim_met_with_equality_is_refuted(few) -> None:  # type: ignore[no-untyped-def]
    at_most = find("j9.descent").then
    assert isinstance(at_most, Relation)
    same = replace(find("j9.descent"), label="x.strict", then=Relation(N.L, "<", N.L))
    (row,) = audited(few, same).rows
    assert isinstance(row.verdict, Refuted) and row.margin == 0


def test_a_step_on_the_edge_of_the_hypotheses_is_decided_just_inside() -> None:
    # Runs take the step min(growth, ...): in float64 it may exceed the growth by an ulp.
    (row,) = audit(LOSSES["logistic"], problems=16, statements=[find("s17.linear@rendered-alpha")], steps=10).rows
    assert isinstance(row.verdict, Refuted)


@pytest.mark.parametrize(("starts", "widths"), [(2, 2), (5, 5), (24, 5)])
def test_random_starts_spread_over_the_widths(starts: int, widths: int) -> None:
    parts = start_parts(audited_loss(LOSSES["ridge"]), Fraction(1, 2), Fraction(2), seed=1, starts=starts, iterations=2)
    runs = [part for part in parts if part.whole]
    assert len({part.start.dims[N.h] for part in runs}) == len(runs) == widths
    assert sum(part.count for part in runs) >= starts


def test_runs_are_numbered_through_the_shapes(few) -> None:  # type: ignore[no-untyped-def]
    through = numbered(few)
    assert [part.first for part in through] == [sum(p.count for p in few[:k]) for k in range(len(few))]


def test_false_variants_are_refuted_by_a_certificate_that_checks(parts, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (row,) = audited(parts, HALF).rows
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


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every twelfth statement: the commands are tested here, the tutorial audits the whole catalog."""
    kept = audited_statements()[::12]
    monkeypatch.setattr("verify.audits.audit.audited_statements", lambda: kept)


def test_the_command_prints_the_schema(tmp_path: Path, some: None) -> None:
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


# Losses of one's own -------------------------------------------------------------------------------------------------

X = ((Fraction(1), Fraction(0)), (Fraction(1), Fraction(2)), (Fraction(0), Fraction(1)))
SIGNS = ((Fraction(1), Fraction(-1)), (Fraction(-1), Fraction(1)), (Fraction(1), Fraction(1)))
FEW = ("j9.descent", "j10.rate@sigma-min-padded", "j131.definition", "j10.rate@sigma-min-smallest")


def outcomes(loss: object, *names: str, problems: int = 8) -> dict[str, Row]:
    found = audit(loss, problems=problems, statements=[find(name) for name in names or FEW], steps=10)
    return {row.statement.id: row for row in found.rows}


LOSSES = {
    "logistic": by_formula(X, SIGNS, "log(1 + exp(-y*z))", Fraction(1, 10)),
    "ridge": by_name(X, SIGNS, SCALAR_LOSSES["squared"], Fraction(1, 2)),
    "pseudo-huber": by_name(X, SIGNS, SCALAR_LOSSES["pseudo-huber"], Fraction(1, 4)),
    "softmax": SoftmaxLoss(X, (0, 1, 1), 2, Fraction(1, 10)),
    "huber": huber(X, SIGNS, Fraction(1), Fraction(1, 4)),
}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_what_is_proved_holds_on_every_kind_of_loss(name: str) -> None:
    rows = outcomes(LOSSES[name], *FEW[:3])
    assert {row.outcome for row in rows.values()} == {"holds (proved)"}
    assert all(row.cases > 50 and not row.lacking for row in rows.values())


def test_a_violation_on_a_loss_outside_the_checkers_list_is_observed_and_says_why() -> None:
    row = outcomes(LOSSES["softmax"], "j14.optimal-local-rate", problems=8)["j14.optimal-local-rate"]
    assert isinstance(row.verdict, Observed)
    assert "left minus right side in [" in row.verdict.instance
    why = "certain in balls; no certificate: the softmax loss is not a sum over the entries of X W"
    assert row.verdict.instance.endswith(f"({why})")
    assert not row.should_hold


def test_a_quadratic_with_ridge_is_refuted_by_a_certificate() -> None:
    (row,) = audit(LOSSES["ridge"], problems=16, statements=[HALF], steps=10).rows
    assert isinstance(row.verdict, Refuted)


def test_without_mu_the_descent_is_checked_and_the_assumption_named() -> None:
    found = audit(by_formula(X, SIGNS, "log(1 + exp(-y*z))"), problems=8, statements=[find("j9.descent")], steps=10)
    (row,) = found.rows
    assert row.cases > 50 and not row.violated
    assert [text.partition(":")[0] for text in row.lacking] == ["strongly-convex", "zero-minimum"]
    assert row.outcome == "survived (outside its assumptions)"
    assert any(a.holds is False and a.still for a in found.assumptions)


def test_no_finite_constant_is_refused() -> None:
    counts = tuple(tuple(abs(v) for v in row) for row in SIGNS)
    with pytest.raises(InputError, match="no K is finite"):
        audit(by_name(X, counts, SCALAR_LOSSES["poisson"], Fraction(1)))


class Python:
    """1/2 ||A (W - T)||_F^2 with its true constants."""

    K, mu, minimum, shape = 4.0, 1.0, 0.0, (2, 2)
    a, target = np.diag([1.0, 2.0]), np.array([[1.0, 0.0], [0.5, -1.0]])

    def value(self, w):  # type: ignore[no-untyped-def]
        return float(0.5 * np.sum((self.a @ (w - self.target)) ** 2))

    def gradient(self, w):  # type: ignore[no-untyped-def]
        return self.a @ self.a @ (w - self.target)


class TooSmooth(Python):
    """The same with K declared too small."""

    K = 2.0


def test_rounding_is_no_finding_on_a_python_loss() -> None:
    # Identities whose sides cancel: float64 calls them violated at thousands of steps.
    names = ("j131.definition", "j131.expanded/repaired", "j132.expanded/repaired", "j116.imbalance-step")
    rows = outcomes(Python(), *names)
    assert not [name for name, row in rows.items() if row.violated]


def test_a_wrong_constant_breaks_what_is_proved_and_the_assumption_is_named() -> None:
    row = outcomes(TooSmooth(), "j9.descent")["j9.descent"]
    assert isinstance(row.verdict, Observed) and "float64 only" in row.verdict.instance
    assert row.explanation().startswith(
        "breaks because the loss breaks an assumption of it: smooth: K = 2 is too small"
    )


def test_the_command_audits_a_loss_without_weights(tmp_path: Path, some: None) -> None:
    problem = tmp_path / "p.toml"
    problem.write_text('[loss]\nkind = "log-cosh"\nX = [["1"], ["2"]]\nY = [["1"], ["0"]]\nridge = "1"\n')
    arguments = ["--loss", str(problem), "--json", "--problems", "8"]
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert result.exception is None and result.return_value == 0
    body = json.loads(result.output)
    jsonschema.validate(body, json.loads((SCHEMAS / "audit.json").read_text()))
    assert body["eta_max"] is None and 2 * body["rectangular"] >= body["problems"] >= 8
    assert body["loosest"] is not None
