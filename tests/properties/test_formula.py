"""Formulas: what is on the list is built exactly, everything else is refused in one line and nothing runs."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from properties.errors import InputError
from properties.formula import FUNCTIONS, parse_formula, y, z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(1 + exp(-y*z))", sp.log(1 + sp.exp(-y * z))),
        ("0.1*z^2", z**2 / 10),
        ("z**2/2 - -3", z**2 / 2 + 3),
        ("2*z^2", 2 * z**2),
        ("-z^2", -(z**2)),
        ("1/3", sp.Rational(1, 3)),
        ("sqrt(1 + z^2) - 1", sp.sqrt(1 + z**2) - 1),
        ("(1 + z^2)^(3/2)", (1 + z**2) ** sp.Rational(3, 2)),
        ("expm1(z) + log1p(z^2)", sp.exp(z) - 1 + sp.log(1 + z**2)),
        ("pi*z", sp.pi * z),
        ("1_000*z", 1000 * z),
    ],
)
def test_formulas_are_read_exactly(text: str, expected: sp.Expr) -> None:
    assert parse_formula(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "z.__class__",
        "().__class__.__bases__",
        "lambda: z",
        "[z for z in (1, 2)]",
        "f'{z}'",
        "eval('z')",
        "exec('z')",
        "open('x')",
        "z < 1",
        "z and y",
        "z if y else 1",
        "(z := 3)",
        "z[0]",
        "'z'",
        "True",
        "1j*z",
        "0x10",
        "sin(z, z)",
        "sin(*z)",
        "exp(x=1)",
        "w + 1",
        "1/0",
        "z/(1 - 1)",
        "log(-1)",
        "log(0)",
        "2^64^64",
        "((z^64)^64)^64",
        "z^z",
        "z^1000",
        "1e5000*z",
        "",
        "z +",
        "a\x00b",
        "ｚ",
        "(" * 400 + "z" + ")" * 400,
        "-" * 900 + "z",
        "+".join(["z"] * 490),
        "z" * 2000,
    ],
)
def test_everything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_formula(text)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 250
    assert str(refusal.value).startswith("phi")


@pytest.mark.parametrize("value", [3, None, ["z"], b"z"])
def test_what_is_not_text_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        parse_formula(value)


def test_no_text_reaches_an_evaluator(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("text was evaluated")

    for name in ("eval", "exec"):
        monkeypatch.setattr(f"builtins.{name}", forbidden)
    monkeypatch.setattr(sp, "sympify", forbidden)
    assert parse_formula("log(1 + exp(-y*z)) + 0.5*z^2").has(z)


@settings(max_examples=200, deadline=None, database=None)
@given(st.text(alphabet="zy019.+-*/^() explogsinabctqr_,[]'=<", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_formula(text)
    except InputError as refusal:
        assert "\n" not in str(refusal)
    else:
        assert found.free_symbols <= {z, y}
        assert {type(f).__name__ for f in found.atoms(sp.Function)} <= {"Abs", "log", *FUNCTIONS}
