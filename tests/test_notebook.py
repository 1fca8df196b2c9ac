"""What a notebook shows: statements and enclosures as LaTeX, verdicts and audits as HTML tables."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

from properties.problems import Problem
from theorems import find
from verify.audits.audit import Audit, check, random_parts
from verify.decimals import Interval
from verify.eta_max import EtaMax, HypothesisFailure, eta_max
from verify.losses.enclosure import Enclosure
from verify.notebook import coloured
from verify.verdict import Observed, Survived


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def test_statements_show_as_latex() -> None:
    text = find("j9.descent")._repr_latex_()
    assert text.startswith("$") and text.endswith("$") and r"\le" in text


def test_enclosures_show_both_ends_or_one_number() -> None:
    third = Interval(Fraction(333, 1000), Fraction(334, 1000), 3)
    assert third._repr_latex_() == r"$\left[0.333,\; 0.334\right]$"
    assert Interval(Fraction(1, 2), Fraction(1, 2), 3)._repr_latex_() == "$0.5$"
    assert Interval(Fraction(1, 10**9), Fraction(1, 10**9), 3)._repr_latex_() == r"$1 \cdot 10^{-9}$"
    assert r"+\infty" in Enclosure(Fraction(1), None, "a point shows it")._repr_latex_()


def test_verdicts_show_as_tables_with_text_escaped() -> None:
    root = parsed(Observed("W1 = <[1]> & more", -0.5)._repr_html_())
    assert "W1 = <[1]> & more" in [cell.text for cell in root.iter("td")]


def test_survived_never_has_the_colour_of_proved() -> None:
    assert coloured("x", "survived") != coloured("x", "proved")
    assert coloured("survived", "survived") in Survived(3, 0, 0.1, "")._repr_html_()


def test_an_audit_is_a_table_with_a_row_for_each_statement() -> None:
    parts = random_parts("square", Fraction(1, 2), Fraction(2), seed=1, problems=8, iterations=5)
    found: Audit = check(parts, [find("j9.descent"), find("j115.beta-2")], iterations=5, final=1.0, seed=1)
    rows = list(parsed(found._repr_html_()).iter("code"))
    assert [row.text for row in rows] == ["j9.descent", "j115.beta-2"]


def test_eta_max_shows_its_ends() -> None:
    data = [["1", "0"], ["0", "2"]], [["10"], ["1/3"]]
    step = eta_max(Problem.from_arrays(*data, [["6", "2", "0"], ["0", "1", "0"]], [["0", "0", "3"]]), 12)
    assert isinstance(step, EtaMax)
    cells = {cell.text for cell in parsed(step._repr_html_()).iter("td")}
    assert set(step.eta_max.texts()) <= cells
    none = eta_max(Problem.from_arrays(*data, [["6", "2"], ["0", "0"]], [["6", "2"]]), 12)
    assert isinstance(none, HypothesisFailure)
    assert none.why in [cell.text for cell in parsed(none._repr_html_()).iter("td")]
