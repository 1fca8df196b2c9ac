"""The frontier of constants: proved values, exact witnesses just below, the same bytes for the same seed."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import sympy as sp

import verify
from theorems import find
from theorems import notation as N
from theorems.norms import Fro, SigmaMax
from theorems.statement import le
from verify import cli
from verify.falsify import falsify
from verify.sharpen import constants, frontier, proved_points, with_constants
from verify.verdict import Refuted, Survived

SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "sharpen.json").read_text())


def test_the_constants_of_the_descent_lemma() -> None:
    statement = find("j9.descent")
    assert [c.value for c in constants(statement)] == [1, 1, 6, 3]
    assert proved_points(statement) == [("j9.descent", (1, 1, 6, 3)), ("j9.descent/sharp", (1, 1, 1, 1))]


def test_every_constant_of_the_sharp_descent_lemma_is_sharp() -> None:
    _, found = frontier(find("j9.descent"), depth=3)
    assert [f.moved for f in found] == [(0,), (1,), (2,), (3,), (0, 1, 2, 3)]
    for f in found:
        assert f.proved is not None and f.proved.values == (1, 1, 1, 1)
        assert f.refuted is not None and all(f.refuted.values[i] == Fraction(7, 8) for i in f.moved)


def test_the_two_of_the_imbalance_step_is_sharp() -> None:
    _, (found,) = frontier(find("j116.imbalance-step"), depth=6)
    assert found.proved is not None and found.proved.values == (2,)
    assert found.refuted is not None and found.refuted.values == (Fraction(63, 32),)


@pytest.mark.parametrize(
    ("label", "proved", "refuted"),
    [
        ("j119.lower/repaired", Fraction(-2), Fraction(-11, 8)),
        ("j119.lower-spectral", Fraction(-2), Fraction(-15, 8)),
        ("j120.upper-spectral", Fraction(2), Fraction(15, 8)),
    ],
)
def test_the_drift_constants_of_lemma_e4(label: str, proved: Fraction, refuted: Fraction) -> None:
    _, (found,) = frontier(find(label), depth=4)
    assert found.proved is not None and found.proved.values == (proved,)
    assert found.refuted is not None and found.refuted.values == (refuted,)


def test_a_constant_that_is_too_small_is_refuted_and_a_proved_one_is_not() -> None:
    statement = find("j120.upper-spectral")
    slot = constants(statement)[0].slot
    assert isinstance(falsify(statement), Survived)
    assert isinstance(falsify(with_constants(statement, {slot: Fraction(31, 16)})), Refuted)


@pytest.mark.parametrize(("norm", "factor"), [(Fro, sp.sqrt(2)), (SigmaMax, sp.Integer(2))])
def test_no_run_speaks_against_what_lemma_e4_allows(norm: type, factor: sp.Expr) -> None:
    claim = replace(find("j120.upper"), then=le(N.sigma_max_T**2, N.alpha_2 + factor * norm(N.D - N.D_0)))
    assert isinstance(falsify(claim), Survived)


def test_the_command_twice_gives_the_same_bytes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["sharpen", "j116.imbalance-step", "--depth", "3", "--json", "--out", str(tmp_path)]
    assert cli.main(arguments) == 0
    first = capsys.readouterr().out
    body = json.loads(first)
    jsonschema.validate(body, SCHEMA)
    certificate = body["frontier"][0]["refuted"]["certificate"]
    assert cli.main(["check", certificate]) == 0
    capsys.readouterr()
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sharpen", "j33.cauchy-schwarz"], "no numeric constant"),
        (["sharpen", "j9.descent", "--depth", "0"], "--depth"),
        (["sharpen", "no-such-label"], "no-such-label"),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_a_proved_irrational_constant_is_shown_as_the_next_rational() -> None:
    _, found = frontier(find("j120.upper"), depth=5)
    drift = found[1]
    assert drift.proved is not None and drift.proved.detail == "j120.upper/sharp"
    assert drift.proved.values[1] == Fraction(91, 64)  # 90/64 < sqrt(2) < 91/64
    assert drift.refuted is not None and Fraction(11, 8) < drift.refuted.values[1] < Fraction(91, 64)
