"""The suite that `pytest --localpl-loss LOSS` runs: a test for each assumption and for each claim about steps and runs.

A claim that is proved, repaired or sharp fails its test when it is violated; a printed claim that is violated without
being proved is a finding about the paper, not about the loss, and is an expected failure. Imported only when used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from properties import profiles
from properties.errors import InputError
from properties.problems import Problem, random_weights
from theorems.statement import Statement
from verify.audits.audit import Row, audited_statements, check_statement, kindred_parts
from verify.audits.audit_runs import Part, numbered, own_part, start_parts
from verify.audits.audited_loss import AuditedLoss, audited_loss, resolve
from verify.losses.assumptions_of_loss import AssumptionReport
from verify.paper import certificate_place, slug
from verify.verdict import Refuted

AMOUNT = {"quick": 24, "ci": 200, "deep": 2000}
"""Random problems for each profile."""

STEPS = {"quick": 60, "ci": 400, "deep": 4000}
"""Iterations of the problem's own run at most, where the loss comes with weights."""


def configure(config: pytest.Config) -> None:
    """Loads the profile and, when a loss is named, registers the suite. Raises pytest.UsageError, one line."""
    profile = config.getoption("--localpl-profile")
    profiles.register()
    if profile is not None:
        from hypothesis import settings

        settings.load_profile(f"localpl-{profile}")
    reference = config.getoption("--localpl-loss")
    if reference is None:
        return
    folder = Path(config.invocation_params.dir, config.getoption("--localpl-certificates"))
    try:
        suite = Suite(reference, profile or "quick", folder)
    except InputError as error:
        raise pytest.UsageError(f"localpl: {' '.join(str(error).split())}") from error
    config.pluginmanager.register(suite, "localpl-suite")


class Suite:
    """The loss, the runs on it, and the tests; what is costly is made when first asked for, once a process."""

    def __init__(self, reference: str, profile: str, folder: Path) -> None:
        self.reference, self.profile, self.folder = reference, profile, folder
        self.given = resolve(reference)

    @cached_property
    def loss(self) -> AuditedLoss:
        """The loss with its constants and what it breaks."""
        return audited_loss(self.given)

    @cached_property
    def problem(self) -> Problem:
        """The problem given, or the loss with random weights of width n + m."""
        if isinstance(self.given, Problem):
            return self.given
        n, m = self.loss.dims
        w1, w2, *_ = random_weights(n, m, n + m, 0, Fraction(1, 2))
        return Problem(self.loss.name, self.loss.given, w1, w2)

    @cached_property
    def parts(self) -> list[Part]:
        """The runs on which every statement is checked."""
        if self.loss.K is None:
            return []
        c, d = (self.given.c, self.given.d) if isinstance(self.given, Problem) else (Fraction(1, 2), Fraction(2))
        parts = kindred_parts(self.loss, c, d, seed=0, problems=AMOUNT[self.profile])
        if self.loss.centered is not None:
            parts += start_parts(self.loss, c, d, seed=0, starts=AMOUNT[self.profile] // 4, iterations=40)
        if isinstance(self.given, Problem):
            from properties.timeline import FIELD

            weights = (FIELD.matrix(self.given.W1), FIELD.matrix(self.given.W2))
            steps = STEPS[self.profile]
            parts.insert(0, own_part(self.given.name, self.loss, weights, (c, d), self._first_step(), steps=steps))
        return numbered(parts)

    def _first_step(self) -> float | None:
        from verify.eta_max import HypothesisFailure, eta_max

        largest = eta_max(self.given, 20)
        return None if isinstance(largest, HypothesisFailure) else float(largest.eta_max.lower)

    def row(self, statement: Statement) -> Row:
        """The outcome of one statement."""
        return check_statement(statement, self.parts, self.loss)

    def keep(self, row: Row) -> Path:
        """Writes the certificate of a refuted statement, or the instance observed, and returns where."""
        if isinstance(row.verdict, Refuted):
            path, body = self.folder / certificate_place(row.statement), row.verdict.certificate
        else:
            path = self.folder / "observed" / f"{slug(row.statement)}.json"
            body = {"id": row.statement.id, "loss": self.reference, "instance": row.verdict.instance}  # type: ignore[union-attr]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(body, sort_keys=True, indent=1) + "\n", encoding="utf-8")
        return path

    def pytest_report_header(self) -> str:
        """The line of pytest's header that names the loss and the profile."""
        return f"localpl: suite on {self.reference}, profile {self.profile}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Adds the suite's tests, before -k and -m select."""
        items.extend(_Collector.from_parent(session, name="localpl", nodeid="localpl", suite=self).collect())


class _Collector(pytest.Collector):
    def __init__(self, suite: Suite, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.suite = suite

    def collect(self) -> Iterable[pytest.Item]:
        return list(self._tests())

    def _tests(self) -> Iterator[pytest.Item]:
        for report in self.suite.loss.assumptions:
            yield AssumptionTest.from_parent(self, name=report.name, report=report)
        for statement in audited_statements():
            yield StatementTest.from_parent(self, name=statement.id, statement=statement)


class Violation(Exception):
    """A test of the suite failed; the message is the report."""


class _Test(pytest.Item):
    def __init__(self, *, parent: Any, **arguments: Any) -> None:
        super().__init__(parent=parent, **arguments)
        self.suite: Suite = parent.suite
        self.add_marker("localpl")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Violation) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"localpl: {self.name}"


class AssumptionTest(_Test):
    """One part of Assumptions 2.1 and 2.2. Assumption 2.2 never fails: the suite is about l - l*."""

    def __init__(self, *, report: AssumptionReport, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.report = report

    def runtest(self) -> None:
        """Passes when the assumption holds, skips when it is undecided, fails when it does not hold."""
        report = self.report
        if report.holds is None:
            pytest.skip(report.reason)
        shifted = report.name.startswith("Assumption 2.2") and not self.suite.loss.black_box
        if report.holds is False and not shifted:
            raise Violation(
                "\n".join([f"{report.name} fails: {report.reason}", *(f"  {line}" for line in report.still)])
            )


class StatementTest(_Test):
    """One claim about a step or a run, on real gradient descent."""

    def __init__(self, *, statement: Statement, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.statement = statement

    def runtest(self) -> None:
        """Passes when nothing is violated, skips what these runs say nothing about, fails on a violation."""
        if not self.suite.parts:
            pytest.skip(f"no step can be run: {self.suite.loss.lacking.get('smooth', 'K is not declared')}")
        row = self.suite.row(self.statement)
        if row.violated:
            place = self.suite.keep(row)
            if not row.should_hold:
                pytest.xfail(f"printed claim violated: a finding about the paper; {place}")
            raise Violation(_report(row, place))
        # What is left undecided of a proved claim is equality in balls: the proof decides it.
        if row.verdict.name in ("undecided", "vacuous") and not row.outcome.startswith("holds"):
            pytest.skip(row.verdict.why)  # type: ignore[union-attr]


def _report(row: Row, place: Path) -> str:
    from verify.render import witness

    refuted = isinstance(row.verdict, Refuted)
    instance = witness(row.verdict.certificate) if isinstance(row.verdict, Refuted) else row.verdict.instance  # type: ignore[union-attr]
    lines = [f"{row.statement.id} is violated: {row.statement.then}", f"  instance     {instance}"]
    if row.explanation():
        lines.append(f"  why          {row.explanation()}")
    lines.append(f"  {'certificate ' if refuted else 'written to  '} {place}")
    if refuted:
        lines.append(f"  check it     localpl check {place}")
    return "\n".join(lines)
