"""Violations on losses of one's own, by name and by formula: certificates that the checker accepts standing alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from properties.entrywise import by_formula, by_name
from properties.named_losses import SoftmaxLoss, matrix_completion
from properties.scalar_losses import SCALAR_LOSSES, pseudo_huber, smoothed_hinge, smoothed_quantile
from theorems import find
from theorems import notation as N
from theorems.statement import Statement, le
from verify.audits.audit import Row, check_statement
from verify.audits.audit_runs import start_parts
from verify.audits.audited_loss import audited_loss
from verify.commands.audit import command
from verify.losses.carried import shortened
from verify.verdict import Observed, Refuted

CHECKER = Path(__file__).parents[3] / "verify" / "check.py"
X = ((Fraction(1), Fraction(0)), (Fraction(1), Fraction(2)), (Fraction(0), Fraction(1)))
SIGNS = ((Fraction(1), Fraction(-1)), (Fraction(-1), Fraction(1)), (Fraction(1), Fraction(1)))
Y = ((Fraction(1, 2), Fraction(-1)), (Fraction(2), Fraction(0)), (Fraction(1), Fraction(3)))
WEIGHTS = ((Fraction(1), Fraction(2)), (Fraction(1), Fraction(1)), (Fraction(1, 3), Fraction(1)))
RIDGE = Fraction(1, 4)

LOSSES = {
    "logistic by name": by_name(X, SIGNS, SCALAR_LOSSES["logistic"], RIDGE),
    "logistic by formula": by_formula(X, SIGNS, "log(1 + exp(-y*z))", RIDGE),
    "pseudo-huber of width 3/2": by_name(X, Y, pseudo_huber(Fraction(3, 2)), RIDGE),
    "log-cosh": by_name(X, Y, SCALAR_LOSSES["log-cosh"], RIDGE),
    "smoothed hinge": by_name(X, SIGNS, smoothed_hinge(), RIDGE),
    "smoothed quantile": by_name(X, Y, smoothed_quantile(), RIDGE),
    "weighted squared": by_name(X, Y, SCALAR_LOSSES["squared"], Fraction(0), WEIGHTS),
    "two terms by formula": by_formula(X, Y, "(z - y)^2/2 + log(1 + z^2)/8"),
    "completion": matrix_completion(Y, ((Fraction(1), Fraction(0)),) * 3, RIDGE),
}

# False as printed: two claims about a step and l*, one about a run under Theorem E.1.
FALSE = ("j14.optimal-local-rate", "j3.1-simplified-rho")
FALSE_OF_A_RUN = "j3.2-kappa"


def audited(loss: object, *claims: str | Statement) -> list[Row]:
    """The rows of a few claims on a few short runs with the loss's own data."""
    known = audited_loss(loss)
    parts = start_parts(known, Fraction(1, 2), Fraction(2), seed=0, starts=2, iterations=6)
    statements = [find(claim) if isinstance(claim, str) else claim for claim in claims]
    return [check_statement(statement, parts, known) for statement in statements]


def accepted(certificate: dict, folder: Path) -> str:  # type: ignore[type-arg]
    """What the checker, alone and isolated, says of an accepted certificate."""
    file = folder / "certificate.json"
    file.write_text(json.dumps(certificate))
    result = subprocess.run([sys.executable, "-I", "-S", str(CHECKER), str(file)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_violation_on_the_users_loss_is_a_certificate_that_checks_alone(name: str, tmp_path: Path) -> None:
    for row in audited(LOSSES[name], *FALSE):
        assert isinstance(row.verdict, Refuted), (row.statement.id, row.verdict)
        carried = row.verdict.certificate["loss"]
        assert carried["kind"] == "entrywise"
        assert "W_star" not in row.verdict.certificate["bindings"]
        accepted(row.verdict.certificate, tmp_path)


@pytest.mark.parametrize("name", ["logistic by formula", "pseudo-huber of width 3/2"])
def test_a_violation_along_a_run_is_a_certificate_too(name: str, tmp_path: Path) -> None:
    (row,) = audited(LOSSES[name], FALSE_OF_A_RUN)
    assert isinstance(row.verdict, Refuted)
    assert row.verdict.certificate["steps"]
    accepted(row.verdict.certificate, tmp_path)


def test_the_certificate_carries_the_users_data() -> None:
    (row,) = audited(LOSSES["logistic by formula"], FALSE[0])
    assert isinstance(row.verdict, Refuted)
    carried = row.verdict.certificate["loss"]
    assert carried["X"] == [[str(v) for v in r] for r in X] and carried["ridge"] == "1/4"
    (term,) = carried["terms"]
    assert term["slope"] == [[str(-v) for v in r] for r in SIGNS]
    assert term["weight"] == "1" and term["shift"] == "0"


def test_an_edited_loss_is_rejected(tmp_path: Path) -> None:
    (row,) = audited(LOSSES["logistic by name"], FALSE[0])
    assert isinstance(row.verdict, Refuted)
    certificate = json.loads(json.dumps(row.verdict.certificate))
    certificate["bindings"]["K"] = "1/1000"
    file = tmp_path / "edited.json"
    file.write_text(json.dumps(certificate))
    result = subprocess.run([sys.executable, "-I", "-S", str(CHECKER), str(file)], capture_output=True, text=True)
    assert result.returncode == 1


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        (SoftmaxLoss(X, (0, 1, 1), 2, RIDGE), "not a sum over the entries of X W"),
        (by_formula(X, Y, "z^2 + cos(z - y)/2", RIDGE), "not on the list of functions"),
        # Each term is least curved at another place, so that their sum is strongly convex and their bounds are not.
        (by_formula(X, Y, "z^2/10 + log(1 + z^2)/2 + log(1 + (z - 10)^2)/2"), "no mu > 0"),
    ],
)
def test_a_loss_without_such_a_form_is_observed_and_says_why(loss: object, why: str) -> None:
    (row,) = audited(loss, FALSE[0])
    assert isinstance(row.verdict, Observed) and why in row.verdict.instance
    assert "certain in balls; no certificate: " in row.verdict.instance


def test_the_command_keeps_the_certificates_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [find(name) for name in FALSE]
    monkeypatch.setattr("verify.audits.audit.audited_statements", lambda: kept)
    monkeypatch.setattr("verify.audits.audit.other_data", lambda loss, seed: iter(()))
    problem = tmp_path / "p.toml"
    problem.write_text('[loss]\nkind = "logistic"\nX = [["1"], ["2"]]\nY = [["1"], ["-1"]]\nridge = "1"\n')
    arguments = ["--loss", str(problem), "--problems", "8"]
    without = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert without.exception is None
    (refuted,) = re.findall(r"--out DIR keeps the certificates of the (\d+) refuted", without.output)
    kept_in = CliRunner().invoke(command, [*arguments, "--out", str(tmp_path / "out")], standalone_mode=False)
    assert "--out DIR" not in kept_in.output
    files = sorted((tmp_path / "out").rglob("*.json"))
    assert len(files) == int(refuted) > 0
    for file in files:
        accepted(json.loads(file.read_text()), tmp_path)


def test_constants_are_shortened_outwards() -> None:
    q = Fraction(314159265358979, 10**14)
    for bits in (2, 6, 16, 40):
        up, down = shortened(q, bits, up=True), shortened(q, bits, up=False)
        assert down <= q <= up and up - down <= q / 2 ** (bits - 2)
    assert shortened(-q, 6, up=True) >= -q >= shortened(-q, 6, up=False)


def test_an_equality_at_the_start_of_a_run_holds_by_its_form() -> None:
    # Every run meets L <= L_0 at t = 0, where balls cannot tell the two sides from equal; nor can the checker.
    (row,) = audited(LOSSES["logistic by name"], "j119.lower")
    at_start = replace(find("j119.lower"), label="x.at-start", then=le(N.sigma_min_T, -1))
    (false,) = audited(LOSSES["logistic by name"], at_start)
    assert row.counts.undecided == 0
    assert isinstance(false.verdict, Observed)
    assert "L <= L_0 is an equality at t = 0, which the checker cannot tell" in false.verdict.instance
