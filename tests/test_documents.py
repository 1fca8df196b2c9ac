"""README and docs against the program: every command line they show is accepted, and the first example prints what
they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from verify.cli import cli, command_names, main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_CODE = re.compile(r"`(localpl [^`]*)`|^ {4}(?:.venv/bin/)?(localpl .*)$", re.MULTILINE)


def command_lines() -> list[tuple[str, str]]:
    """(page, command line) of every call of localpl in README and docs, in code spans and indented blocks."""
    found = []
    for page in PAGES:
        for match in _CODE.finditer(page.read_text(encoding="utf-8")):
            line = (match[1] or match[2]).partition("#")[0].partition(" && ")[0].strip()
            found.append((page.name, line))
    return found


def block_after(text: str, mark: str) -> str:
    """The fenced block that follows a comment."""
    return text.partition(f"<!-- {mark} -->")[2].partition("```")[2].partition("\n")[2].partition("```")[0]


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_every_command_line_shown_is_accepted(page: str, line: str) -> None:
    words = [w for w in shlex.split(line.replace("\\|", "_").replace("...", "")) if w != "FILE"][1:]
    if not words or words[0].startswith("-"):
        return
    assert words[0] in command_names(), line
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None
    known = {name for p in command.params if isinstance(p, click.Option) for name in (*p.opts, *p.secondary_opts)}
    for word in words[1:]:
        if word.startswith("--"):
            assert word in known | {"--help"}, line


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Commands")[2].partition("## Map")[0]
    assert all(name in table for name in command_names())


def test_the_first_example_prints_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "problem.toml").write_text(block_after(text, "problem.toml"))
    monkeypatch.chdir(tmp_path)
    command = "localpl eta-max problem.toml --digits 12"
    assert main(shlex.split(command)[1:]) == 0
    shown = [line.rstrip() for line in block_after(text, command).splitlines()]
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert shown and printed[: len(shown)] == shown
