"""Numbers and tables are read exactly or refused in one line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from properties.errors import InputError
from properties.exact_numbers import parse_rational, read_csv_text, read_matrix


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (3, Fraction(3)),
        ("-7/21", Fraction(-1, 3)),
        ("0.1", Fraction(1, 10)),
        ("1.01", Fraction(101, 100)),
        (" +2.5e-3 ", Fraction(1, 400)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1e3", Fraction(1000)),
        (Fraction(2, 3), Fraction(2, 3)),
        (np.int64(4), Fraction(4)),
    ],
)
def test_numbers_are_read_exactly(text: object, value: Fraction) -> None:
    assert parse_rational(text, "c") == value


@settings(max_examples=200, deadline=None)
@given(st.fractions(), st.integers(-300, 300))
def test_what_is_written_is_what_is_read(q: Fraction, e: int) -> None:
    assert parse_rational(str(q), "q") == q
    assert parse_rational(f"{q.numerator}e{e}", "q") == q.numerator * Fraction(10) ** e


@pytest.mark.parametrize(
    "bad",
    [
        "1/0", "nan", "-inf", "Infinity", "", "x", "1/2/3", "1,5", "0x10", "1_000", "__import__('os')", "1+1", "1/-2",
        "9" * 10_000, "1/" + "7" * 10_000, "0." + "1" * 10_000, "1e10000", "1e" + "9" * 10_000, 10**10_000,
        Fraction(1, 3**9000), float("nan"), float("inf"), 1.01, True, None, [1], b"1", 1j, "٣",
    ],
    ids=lambda bad: type(bad).__name__,
)  # fmt: skip
def test_everything_else_is_refused_in_one_line(bad: object) -> None:
    with pytest.raises(InputError) as caught:
        parse_rational(bad, "theorem.c")
    message = str(caught.value)
    assert message.startswith("theorem.c = ")
    assert "\n" not in message
    assert len(message) < 250


@pytest.mark.parametrize(
    "bad",
    [
        [], [[]], [[], []], [["1"], ["1", "2"]], ["1", "2"], [[["1"]]], "X.unknown", 7, None, b"12",
        [["1", "nan"]], [["1/0"]], [["a"]], {"a": 1}, [{"a": "b"}],
        np.array([[1, None]], dtype=object), np.array([["a"]]), np.zeros(3), np.zeros((2, 0)), np.array([[np.nan]]),
        np.array([[np.inf]]), np.array([[1j]]), np.array([[True]]),
    ],
    ids=lambda bad: type(bad).__name__,
)  # fmt: skip
def test_bad_tables_are_refused_in_one_line(bad: object) -> None:
    with pytest.raises(InputError) as caught:
        read_matrix(bad, None, "X")
    assert str(caught.value).startswith("X")
    assert "\n" not in str(caught.value)


def test_tables_from_files_equal_tables_from_lists(tmp_path: Path) -> None:
    expected = ((Fraction(1, 10), Fraction(2)), (Fraction(-1, 3), Fraction(4)))
    (tmp_path / "X.csv").write_text("# a note\nage,bp\n0.1, 2\n-1/3,4\n")
    assert read_matrix("X.csv", tmp_path, "X") == expected
    assert read_csv_text("age,bp\n1,2\n", "X")[0] == ("age", "bp")
    array = np.array([[0.5, 2.0], [3.0, 4.0]])
    np.savez(tmp_path / "data.npz", X=array)
    assert read_matrix("data.npz:X", tmp_path, "X") == ((Fraction(1, 2), 2), (3, 4)) == read_matrix(array)
    assert read_matrix(np.array([[0.1]]))[0][0] == Fraction(0.1) != Fraction(1, 10)


def test_bad_files_are_refused_in_one_line(tmp_path: Path) -> None:
    np.savez(tmp_path / "object.npz", X=np.array([[1, "a", None]], dtype=object))
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}]), allow_pickle=True)
    np.savez(tmp_path / "good.npz", Xs=np.eye(2))
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 not a zip")
    (tmp_path / "ragged.csv").write_text("1,2\n3\n")
    (tmp_path / "words.csv").write_text("1,2\nx,3\n")
    (tmp_path / "empty.csv").write_text("a,b\n")
    (tmp_path / "nan.csv").write_text("nan,inf\n1,2\n")
    (tmp_path / "latin.csv").write_bytes(b"1,\xe9\n")
    (tmp_path / "folder.csv").mkdir()
    names = [
        "object.npz:X",
        "pickled.npy",
        "torn.npz:X",
        "good.npz:Y",
        "good.npz",
        "ragged.csv",
        "words.csv",
        "empty.csv",
    ]
    for name in [*names, "nan.csv", "latin.csv", "folder.csv", "missing.csv", "missing.npz:X", "a\0b.csv"]:
        with pytest.raises(InputError) as caught:
            read_matrix(name, tmp_path, "loss.X")
        assert str(caught.value).startswith("loss.X"), name
        assert "\n" not in str(caught.value), name
    with pytest.raises(InputError, match="the file has Xs"):
        read_matrix("good.npz:Y", tmp_path, "loss.X")
