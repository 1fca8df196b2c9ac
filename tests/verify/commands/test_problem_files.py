"""One problem file, every command: what `eta-max` refuses, `constants` refuses in the same words, and the reverse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verify.cli import main

SQUARED = """
[loss]
kind = "squared"
X = [["1", "0"], ["0", "2"]]
Y = [["10"], ["1/3"]]
[weights]
W1 = [["9", "1"], ["0", "1/9"]]
W2 = [["1", "1"]]
[theorem]
c = "1/2"
d = "2"
"""
LOGISTIC = """
[loss]
kind = "logistic"
X = [["1", "0"], ["0", "2"], ["1", "1"]]
Y = [["1"], ["-1"], ["1"]]
ridge = "1/10"
[weights]
width = 4
[theorem]
c = "1/2"
d = "2"
"""
COMMANDS = (["eta-max"], ["constants"], ["audit"], ["gd"])
REFUSED = [
    ('c = "1/2"', 'c = "2"', "c = 2: c must lie strictly between 0 and 1"),
    ('d = "2"', 'd = "1/2"', "d = 1/2: d must be larger than 1"),
    ('d = "2"', 'd = "nan"', 'd = "nan": not a finite number'),
    ("[theorem]", "[theorems]", "theorems: unknown section; the nearest valid one is theorem"),
    ("[theorem]", "[theorem]\ne = 1", "theorem.e: unknown key"),
    ("[weights]", "[weights]\nfoo = 1", "weights.foo: unknown key"),
    ("[loss]", "[loss]\nK = 0", "loss.K = 0: K must be positive"),
    ("[loss]", '[loss]\nK = "-1"', "loss.K = -1: K must be positive"),
    ("[loss]", "[loss]\nmu = 0", "loss.mu = 0: mu must be positive"),
    ("[loss]", "[loss]\nmu = true", "loss.mu = True: not a number"),
    ("[loss]", "[loss]\nrigde = 0", "loss.rigde: unknown key"),
    ("[loss]", "[loss]\nX = 3", "not valid TOML"),
    ("[weights]", "weights = 3\n[weight]", "weight"),
]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("text", [SQUARED, LOGISTIC], ids=["squared", "logistic"])
@pytest.mark.parametrize(("old", "new", "says"), REFUSED, ids=[new for _, new, _ in REFUSED])
def test_every_command_refuses_the_same_files_in_the_same_words(
    text: str, old: str, new: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "problem.toml"
    path.write_text(text.replace(old, new, 1))
    for command in COMMANDS:
        code, out, err = run(capsys, *command, str(path), "--json")
        assert (code, out) == (2, "") and says in err and err.count("\n") == 1, command


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        (SQUARED.replace('W2 = [["1", "1"]]', 'W2 = [["6"]]'), "weights.W2: width 1, but W1 has width 2"),
        (SQUARED.replace('W2 = [["1", "1"]]', ""), "weights.W2: missing"),
        (LOGISTIC.replace("width = 4", "width = 0"), "weights.width = 0"),
        (LOGISTIC.replace("width = 4", "width = true"), "weights.width = True"),
        (LOGISTIC.replace("width = 4", "width = 4\nseed = -1"), "weights.seed = -1"),
    ],
)
def test_weights_are_checked_by_every_command(
    text: str, weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "problem.toml"
    path.write_text(text)
    for command in COMMANDS:
        code, out, err = run(capsys, *command, str(path))
        assert (code, out) == (2, "") and weights in err and err.count("\n") == 1, command


@pytest.mark.parametrize(
    ("text", "declared", "says"),
    [
        (SQUARED, 'K = "399/100"', "loss.K = 399/100: refuted"),
        (SQUARED, 'mu = "101/100"', "loss.mu = 101/100: refuted"),
        (LOGISTIC, 'K = "1/2"', "loss.K = 1/2: refuted"),
        (LOGISTIC, 'mu = "2"', "loss.mu = 2: refuted"),
    ],
)
def test_a_refuted_declared_constant_is_exit_1_everywhere(
    text: str, declared: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "problem.toml"
    path.write_text(text.replace("[loss]", f"[loss]\n{declared}"))
    for command in (["eta-max"], ["audit"], ["gd"]):
        code, out, err = run(capsys, *command, str(path), "--json")
        assert (code, out) == (1, "") and says in err and err.count("\n") == 1, command
    code, out, _ = run(capsys, "constants", str(path))
    assert code == 1 and f"declared {declared[:2].strip()}" in out and ": refuted" in out


def test_a_squared_loss_with_a_ridge_is_a_problem_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ridge.toml"
    path.write_text(SQUARED.partition("[weights]")[0] + 'ridge = "1/2"\n[weights]\nwidth = 8\n')
    code, out, _ = run(capsys, "eta-max", str(path), "--digits", "8", "--json")
    assert code in (0, 5)
    table = json.loads(out)["table2"]
    assert (table["K"]["lower"], table["mu"]["upper"]) == ("4.5", "1.5")


def test_a_byte_order_mark_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SQUARED.encode())
    assert run(capsys, "constants", str(path))[0] == 0


@pytest.mark.parametrize("command", ["gd", "audit"])
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"1/3"', '"1e400"', "beyond float64"),
        ("[loss]", '[loss]\nK = "1e1999"', "beyond float64"),
        ('[["1", "0"], ["0", "2"]]', '[["0", "0"], ["0", "0"]]', "every entry is 0"),
    ],
)
def test_what_cannot_be_run_in_float64_is_one_line(
    command: str, old: str, new: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "problem.toml"
    path.write_text(SQUARED.replace(old, new, 1))
    code, out, err = run(capsys, command, str(path))
    assert (code, out) == (2, "") and says in err and err.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_or_a_missing_file_is_named(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name, says in (("folder.toml", "a directory; name a file"), ("none.toml", "no such file or directory")):
        code, out, err = run(capsys, *command, str(tmp_path / name), "--json")
        assert (code, out) == (2, "") and says in err and "Errno" not in err and err.count("\n") == 1
