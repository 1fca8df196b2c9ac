"""The one rule of errors, over all commands: one line on standard error, nothing on standard output, exit code 2."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from verify import cli
from verify.cli import command_names, main

GOOD = '[loss]\nX = [["1", "0"], ["0", "2"], ["1", "1"]]\nY = [["2"], ["1"], ["2"]]\n[weights]\nwidth = 8\n'
LOSSES = """
import sys
import numpy as np

class Half:
    shape = (2, 1)
    K = 1.0
    mu = 1.0
    def value(self, w):
        return 0.5 * float(np.sum(w * w))
    def gradient(self, w):
        return 1.0 * w

half = Half()
number = 3
"""
# Command -> wrong uses of it, and a word of the message. {tmp} is a folder with the files of `folder` below.
WRONG: dict[str, list[tuple[str, str]]] = {
    "audit": [
        ("", "no problem given"),
        ("{tmp}/none.toml", "no such file"),
        ("{tmp}/good.toml --steps 0", "--steps = 0"),
        ("{tmp}/good.toml --problems 1", "--problems = 1"),
        ("{tmp}/good.toml --audit-seed -1", "--audit-seed = -1"),
        ("{tmp}/good.toml --digits x", "--digits = x"),
        ("{tmp}/good.toml --out {tmp}/file", "is a file"),
        ("{tmp}/good.toml --out {tmp}/file/below", "is a file"),
        ("{tmp}/good.toml --shape 2 2", "--shape"),
        ("--loss {tmp}/losses.py:number", "no method value"),
        ("--loss {tmp}/losses.py:half --dataset linnerud", "--loss is given too"),
        ("--loss {tmp}/leaves.py:x", "SystemExit"),
    ],
    "axioms": [("extra", "extra"), ("--nosuch", "--nosuch")],
    "check": [
        ("", "FILE"),
        ("{tmp}/none.json", "no such file"),
        ("{tmp}", "a directory"),
        ("{tmp}/good.toml", "not JSON"),
        ("{tmp}/empty", "not JSON"),
        ("{tmp}/binary", "not UTF-8"),
        ("{certificate} {tmp}/none.json", "no such file"),
    ],
    "constants": [
        ("", "name either"),
        ("{tmp}/none.toml", "no such file"),
        ("{tmp}", "a directory"),
        ("{tmp}/binary", "not UTF-8"),
        ("{tmp}/empty", "no [loss] section"),
        ("{tmp}/good.toml --seed 1", "--seed"),
        ("{tmp}/good.toml --shape 2 1", "--shape"),
        ("{tmp}/good.toml --digits 0", "--digits = 0"),
        ("--loss {tmp}/losses.py:half --seed -1", "--seed = -1"),
        ("--loss {tmp}/losses.py:nothing", "no nothing in it"),
        ("--loss {tmp}/leaves.py:x", "SystemExit"),
    ],
    "decide": [
        ("", "FILE"),
        ("{tmp}/none.py", "no such file"),
        ("{tmp}", "a directory"),
        ("j9.descent", "localpl paper --only"),
        ("{tmp}/good.toml", "not a Python file"),
        ("{tmp}/losses.py", "no Statement"),
        ("{tmp}/leaves.py", "SystemExit"),
        ("{tmp}/broken.py", "SyntaxError"),
        ("{tmp}/losses.py --seed -1", "--seed = -1"),
        ("{tmp}/losses.py --out {tmp}/file", "is a file"),
    ],
    "doctor": [("extra", "extra"), ("--jsno", "--jsno")],
    "eta-max": [
        ("", "no problem given"),
        ("{tmp}/none.toml", "no such file"),
        ("{tmp}/twice.toml", "not valid TOML"),
        ("{tmp}/good.toml --digits -1", "--digits = -1"),
        ("{tmp}/good.toml --digits 1000000000000000000000000000000000", "--digits"),
        ("{tmp}/good.toml --accuracy nan", "not a finite number"),
        ("{tmp}/good.toml --form x", "form"),
        ("{tmp}/good.toml --c 2", "c = 2"),
        ("--x {tmp}/ragged.csv --y {tmp}/ragged.csv", "make all rows equally long"),
        ("--x {tmp}/binary.csv --y {tmp}/binary.csv", "not UTF-8"),
        ("--dataset linnerud --width 4 --seed -1", "seed"),
    ],
    "figures": [
        ("6", "figure = 6"),
        ("3 --repeats 0", "--repeats = 0"),
        ("3 --seed -1", "--seed = -1"),
        ("3 --jobs -1", "--jobs = -1"),
        ("3 --out {tmp}/file", "is a file"),
        ("3 --set nonsense", "OPTION=VALUE"),
        ("1 --set steps=-5 --no-draw --out {tmp}/out", "steps = -5"),
        ("5 --set low=9 --no-draw --out {tmp}/out", "low, high"),
        ("1 --set c=2 --no-draw --out {tmp}/out", "c = 2"),
    ],
    "gd": [
        ("{tmp}/none.toml", "no such file"),
        ("{tmp}/good.toml --steps 1e9", "--steps = 1e9"),
        ("{tmp}/good.toml --certify -1", "--certify = -1"),
        ("{tmp}/good.toml --eta0 1e400", "--eta0"),
        ("{tmp}/good.toml --eta0 1e-400", "--eta0"),
        ("{tmp}/good.toml --schedule constant:eta=-1", "positive"),
        ("{tmp}/good.toml --schedule constant:eta=1e99999999", "float64"),
        ("{tmp}/good.toml --schedule eq19:c=2,eta0=1/10", "between 0 and 1"),
        ("{tmp}/good.toml --schedule armijo:warm=3", "0 or 1"),
        ("{tmp}/good.toml --out {tmp}/file", "is a file"),
    ],
    "paper": [
        ("--only j9.descnt", 'label = "j9.descnt": no such statement; nearest: j9.descent'),
        ("--only ,", "no label in it"),
        ("--seed -1", "--seed = -1"),
        ("--jobs -1", "--jobs = -1"),
        ("--jobs 100000000", "--jobs = 100000000"),
        ("--out {tmp}/file", "is a file"),
        ("--list --only x", "--only"),
        ("--markdown --json --only j34.product", "--markdown"),
    ],
    "prove": [
        ("j9.descnt", 'label = "j9.descnt": no such statement; nearest: j9.descent'),
        ("j2.1-squared-qualifies", "no proof of it"),
    ],
    "repairs": [
        ("extra", "extra"),
        ("--seed -1", "--seed = -1"),
        ("--jobs x", "--jobs = x"),
        ("--out {tmp}/file", "is a file"),
        ("--json --markdown", "--markdown"),
    ],
    "replay": [
        ("", "FILE"),
        ("{tmp}/none.json", "no such file"),
        ("{tmp}", "a directory"),
        ("{tmp}/good.toml", "not JSON"),
    ],
    "sharpen": [
        ("j9.descnt", 'label = "j9.descnt": no such statement; nearest: j9.descent'),
        ("j9.descent --depth 0", "--depth = 0"),
        ("j9.descent --seed -1", "--seed = -1"),
        ("j9.descent --out {tmp}/file", "is a file"),
    ],
    "show": [
        ("", "LABEL"),
        ("j9.descnt", 'label = "j9.descnt": no such statement; nearest: j9.descent'),
        ("J9.DESCENT", "nearest: j9.descent"),
        ("qqqq", "nearest: "),
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp = tmp_path_factory.mktemp("errors")
    files = {
        "good.toml": GOOD,
        "twice.toml": GOOD.replace("[loss]\n", '[loss]\nkind = "squared"\nkind = "squared"\n'),
        "losses.py": LOSSES,
        "leaves.py": "import sys\nsys.exit(3)\n",
        "broken.py": "def (\n",
        "ragged.csv": "1,2\n3\n",
        "list.json": "[]",
        "empty": "",
        "file": "not a folder",
    }
    for name, text in files.items():
        (tmp / name).write_text(text)
    for name in ("binary", "binary.csv"):
        (tmp / name).write_bytes(bytes(range(256)))
    return tmp


def test_every_command_is_here() -> None:
    assert sorted(WRONG) == command_names()


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [(name, arguments, says) for name, cases in WRONG.items() for arguments, says in cases],
)
def test_an_error_is_one_line_and_nothing_else(
    name: str, arguments: str, says: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = next((Path(__file__).parents[1] / "accepted").glob("*.json"))
    given = arguments.format(tmp=folder, certificate=certificate).split()
    for more in ([], ["--json"]):
        code = main([name, *given, *more])
        captured = capsys.readouterr()
        assert (code, captured.out) == (2, ""), captured.err
        assert captured.err.startswith("localpl: ") and captured.err.count("\n") == 1
        assert says in captured.err and "Errno" not in captured.err and "Traceback" not in captured.err


@pytest.mark.parametrize("command", ["eta-max", "constants", "check", "decide"])
def test_a_long_path_is_shown_to_its_end(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / ("long-" * 12) / "problem.toml"
    assert main([command, str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_a_rejected_certificate_is_a_result_not_bad_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for bad in (str(Path(__file__).parents[1] / "rejected" / "edited-rational.json"), str(folder / "list.json")):
        assert main(["check", bad]) == 1
        assert "rejected: " in capsys.readouterr().out
        assert main(["replay", bad, "--json"]) == 1
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.count("\n") == 1 and "rejected: " in captured.err


@pytest.mark.parametrize("what", ["value", "gradient"])
def test_a_loss_that_fails_when_it_is_called_is_one_line(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = LOSSES.replace(f"def {what}(self, w):", f"def {what}(self, w):\n        raise RuntimeError('two\\nlines')")
    (tmp_path / "raises.py").write_text(text)
    code = main(["audit", "--loss", f"{tmp_path}/raises.py:half", "--problems", "8", "--steps", "2"])
    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert "RuntimeError: two lines" in captured.err and captured.err.count("\n") == 1


def test_a_file_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    for error, code, says in (
        (OSError(28, "No space left on device", "out/x.json"), 2, "out/x.json: no space left on device"),
        (MemoryError(), 4, "memory"),
    ):

        @click.command()
        def command(error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, ctx, name, command=command: command)
        assert main(["doctor"]) == code
        assert says in capfd.readouterr().err


# Help ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", command_names())
def test_help_describes_the_command_each_option_and_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example" in text and f"localpl {name}" in text.partition("Example")[2]
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert command is not None and len((command.help or "").split()) > 25
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help and len(parameter.help.split()) > 2, parameter.name


def test_exit_codes_stand_in_the_help_of_the_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out.partition("Exit codes:")[2].partition("Options:")[0]
    for code in cli.ExitCode:
        assert code is cli.ExitCode.BROKEN_PIPE or f"  {int(code)} " in text
