"""The command group: lazy commands, one-line errors, exit codes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

import verify
from properties.errors import InputError, LimitReached, MissingBackend
from verify import cli


def test_every_module_of_commands_is_a_command_with_help(capsys):
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    for name in cli.command_names():
        assert cli._summary(name)
        assert name in out
        assert cli.main([name, "--help"]) == 0
        assert "--json" in capsys.readouterr().out or name in ("check", "replay")


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert cli.VERSION in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["shwo", "j9"], "did you mean 'show'?"),
        (["show"], "LABEL"),
        (["doctor", "--jsno"], "--jsno"),
        (["doctor", "extra"], "extra"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(arguments, says, capsys):
    assert cli.main(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("localpl: ") and says in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "error, code",
    [
        (InputError("width = -1: must be\npositive; write 1"), 2),
        (MissingBackend("matplotlib is not installed; pip install 'localpl[plot]'"), 3),
        (LimitReached("digits = 9: limit"), 4),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
    ],
)
def test_errors_become_exit_codes(error, code, monkeypatch, capfd):
    @click.command()
    def command() -> None:
        raise error

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, ctx, name: command)
    if code == 141:
        monkeypatch.setattr(cli.os, "dup2", lambda a, b: None)
    assert cli.main(["doctor"]) == code
    err = capfd.readouterr().err
    assert len([line for line in err.splitlines() if line]) == (0 if code == 141 else 1)


def test_a_returned_int_is_the_exit_code(monkeypatch):
    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, ctx, name: click.Command("x", callback=lambda: 5))
    assert cli.main(["doctor"]) == 5


def test_a_bug_is_not_swallowed(monkeypatch):
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, ctx, name: click.Command("x", callback=broken))
    with pytest.raises(ZeroDivisionError):
        cli.main(["doctor"])


ROOT = Path(verify.__file__).parents[1]


@pytest.mark.parametrize("arguments", ["paper --list", "gd --list", "eta-max --dataset linnerud --digits 3", "--help"])
def test_a_reader_that_goes_away_is_141_and_silent(arguments):
    """Not 1, which says that something is refuted."""
    command = [sys.executable, "-m", "verify", *arguments.split()]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.close()
    error = run.stderr.read()
    run.stderr.close()
    assert (run.wait(), error) == (141, b"")


def test_a_stream_that_is_not_utf_8_gets_escapes():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
    command = [sys.executable, "-c", "import click; from verify import cli; "
               "c = click.Command('x', callback=lambda: print('a…')); "
               "cli.LazyGroup.get_command = lambda *a: c; raise SystemExit(cli.main(['doctor']))"]  # fmt: skip
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "a\\u2026\n"), run.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["doctor", "eta-max --dataset linnerud --digits 3"])
def test_a_full_disk_is_one_line(arguments):
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "verify", *arguments.split()]
        run = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 2
    assert run.stderr == "localpl: output: no space left on device; nothing more was written\n"


def test_an_interrupt_ends_the_workers():
    """A worker that searches for a long time is not waited for."""
    worker = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,))
    worker.start()
    with pytest.raises(KeyboardInterrupt):
        cli._interrupt(signal.SIGINT, None)
    worker.join(60)
    assert worker.exitcode == -signal.SIGTERM


def test_an_interrupted_command_leaves_the_handler_as_it_was(capsys, monkeypatch):
    def interrupted() -> None:
        assert signal.getsignal(signal.SIGINT) is cli._interrupt
        signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        command = click.Command("x", callback=interrupted)
        monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, ctx, name: command)
        assert cli.main(["doctor"]) == 130
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert "localpl: interrupted" in capsys.readouterr().err
