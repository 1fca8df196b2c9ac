"""The pytest plugin in a project of the user's own, and the tutorial on a loss of one's own, run as written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "your-own-loss.md"
HEAVY = ("sympy", "numpy", "hypothesis", "flint", "theorems", "properties", "verify")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python module run in `folder` with this checkout importable and nothing of the outer pytest."""
    known = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "HYPOTHESIS"))}
    environment = {**known, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest in `folder` with the plugin of this checkout, whether or not it is installed."""
    return run(folder, "pytest", "-p", "localpl", "-p", "no:cacheprovider", "-q", *arguments)


def tutorial() -> list[tuple[str, str]]:
    """The tutorial in order: ("file", its text) and ("command", its line)."""
    text = TUTORIAL.read_text(encoding="utf-8")
    pattern = r"```(?:toml|python)\n(?P<file>.*?)```|^    (?P<command>(?:localpl|pytest) [^\n]*)$"
    found = re.finditer(pattern, text, re.S | re.M)
    return [("file", m["file"]) if m["file"] else ("command", m["command"]) for m in found]


def write(folder: Path, body: str) -> None:
    """Writes a file whose first line names it."""
    (folder / body.partition("\n")[0].removeprefix("# ")).write_text(body, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project with the files that the tutorial writes."""
    for kind, text in tutorial():
        if kind == "file":
            write(tmp_path, text)
    return tmp_path


def test_the_plugin_costs_other_users_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\ndef test_nothing_was_imported():\n"
        f"    assert not [name for name in {HEAVY!r} if name in sys.modules]\n"
    )
    # Hypothesis has a pytest plugin of its own; without it nothing may be imported.
    result = pytest_in(tmp_path, "-p", "no:hypothesispytest")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_tutorial_runs_as_written(tmp_path: Path) -> None:
    for kind, text in tutorial():
        if kind == "file":
            write(tmp_path, text)
            continue
        program, *arguments = text.split()
        result = pytest_in(tmp_path, *arguments) if program == "pytest" else run(tmp_path, "localpl", *arguments)
        assert result.returncode == 0, f"{text}\n{result.stdout}\n{result.stderr}"
        if program == "pytest":
            assert re.search(r"\d+ passed", result.stdout) and " failed" not in result.stdout
    assert [text.split()[0] for kind, text in tutorial() if kind == "command"] == ["localpl"] * 3 + ["pytest"] * 2


WRONG = "from my_losses import Logistic\n\n\nclass Wrong(Logistic):\n    K = 0.8\n\n\nwrong = Wrong()\n"


def test_a_wrong_constant_fails_with_the_instance_and_the_assumption(project: Path) -> None:
    (project / "wrong.py").write_text(WRONG)
    result = pytest_in(project, "--localpl-loss", "wrong.py:wrong", "-k", "smooth or j9.descent", "test_mine.py")
    assert result.returncode == 1
    assert "K = 0.8 is too small: (3) fails" in result.stdout
    assert "j9.descent is violated" in result.stdout
    assert "breaks because the loss breaks an assumption of it: smooth" in result.stdout
    (written,) = set(re.findall(r"written to +(\S+j9\.descent-\w+\.json)", result.stdout))
    body = json.loads(Path(written).read_text())
    assert body["id"] == "j9.descent" and body["instance"] in result.stdout


def test_it_works_under_xdist_and_selects_by_marker(project: Path) -> None:
    (project / "test_other.py").write_text("def test_other():\n    assert True\n")
    chosen = ("--localpl-loss", "my_losses.py:my_loss", "-k", "smooth or j9.descent or other")
    both = pytest_in(project, *chosen, "-n", "2", "test_other.py")
    alone = pytest_in(project, *chosen, "-m", "not localpl", "test_other.py")
    assert both.returncode == alone.returncode == 0, both.stdout + both.stderr
    assert "1 passed" in alone.stdout
    assert int(re.findall(r"(\d+) passed", both.stdout)[0]) >= 3


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("my_losses.py", "not FILE.py:NAME"),
        ("nowhere.py:x", "no file"),
        ("my_losses.py:other", "no other in it"),
    ],
)
def test_a_bad_reference_is_one_line(project: Path, reference: str, said: str) -> None:
    result = pytest_in(project, "--localpl-loss", reference)
    assert result.returncode == 4
    lines = [line for line in (result.stdout + result.stderr).splitlines() if line]
    assert len(lines) == 1 and said in lines[0]


def test_fixtures_without_a_loss_say_what_to_pass(project: Path) -> None:
    result = pytest_in(project, "-rs", "test_mine.py", "--localpl-profile", "quick")
    assert result.returncode == 0, result.stdout
    assert "1 passed, 1 skipped" in result.stdout and "pytest --localpl-loss" in result.stdout


def test_a_project_that_turns_warnings_into_errors_can_use_the_fixtures(project: Path) -> None:
    chosen = ("--localpl-loss", "my_losses.py:my_loss", "-k", "test_mine", "-W", "error")
    result = pytest_in(project, *chosen)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 passed" in result.stdout and "warning" not in result.stdout
