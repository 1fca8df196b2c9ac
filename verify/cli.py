"""The command `localpl`: a click group whose commands are loaded only when used.

Each module of `verify.commands` is a command. Errors a user can cause become one line on standard error and an exit
code: 0 done, 1 a claim that should hold is refuted, 2 bad input, 3 missing backend, 4 limit reached, 5 the theorem's
hypotheses fail, 130 interrupted.
"""

from __future__ import annotations

import ast
import codecs
import difflib
import importlib
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from io import TextIOWrapper
from typing import Any

import click

from properties.errors import InputError, LimitReached, MissingBackend, RefutedClaim
from verify import commands

VERSION = "0.1.0"


class ExitCode(IntEnum):
    """What the command's exit code says."""

    DONE = 0
    REFUTED = 1
    BAD_INPUT = 2
    MISSING_BACKEND = 3
    LIMIT_REACHED = 4
    HYPOTHESES_FAIL = 5
    INTERRUPTED = 130
    BROKEN_PIPE = 141


def command_names() -> list[str]:
    """Names of the commands, one for each module of `verify.commands`, sorted."""
    return sorted(
        m.name.replace("_", "-") for m in pkgutil.iter_modules(commands.__path__) if not m.name.startswith("_")
    )


def _module(name: str) -> str:
    return f"verify.commands.{name.replace('-', '_')}"


def _summary(name: str) -> str:
    """First line of the command module's docstring, read from its source so that nothing is imported."""
    for place in commands.__path__:
        path = os.path.join(place, name.replace("-", "_") + ".py")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return (ast.get_docstring(ast.parse(file.read())) or "").partition("\n")[0]
    return ""


class ReaderGone(Exception):
    """Whoever read our output went away. click turns a BrokenPipeError into exit code 1, which here means refuted."""


@contextmanager
def _reader() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGone from error


class LazyGroup(click.Group):
    """A click group that imports a command's module when the command is called."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """The context of a call. Raises ReaderGone."""
        with _reader():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """What the command returns. Raises ReaderGone."""
        with _reader():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, sorted."""
        return command_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The click command of that name, None when there is none."""
        if cmd_name not in command_names():
            return None
        command = importlib.import_module(_module(cmd_name)).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{_module(cmd_name)}.command = {command!r}: not a click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named by args[0]; the error names the nearest command."""
        name = args[0]
        if not name.startswith("-") and name not in command_names():
            near = difflib.get_close_matches(name, command_names(), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "see localpl --help"
            raise click.UsageError(f"command = {name!r}: no such command; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands with the first line of each module's docstring."""
        rows = [(name, _summary(name)) for name in command_names()]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(VERSION, prog_name="localpl")
def cli() -> None:
    """Decide the claims of a paper on gradient descent for overparametrized linear models.

    Every command takes --json for a machine; results go to standard output, progress and errors to standard error.
    An error is one line, and nothing is then written to standard output.

    \b
    Exit codes:
      0    done as asked
      1    a claim that should hold is refuted: a repaired or sharp form, a statement
           of your own, a constant that your file declares, a certificate's witness
      2    bad input
      3    a required or optional package is missing
      4    a limit (precision, memory) was reached before the answer was certain
      5    the hypotheses of the theorem fail
      130  interrupted
    """


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _fail(message: str, code: ExitCode) -> int:
    print(f"localpl: {message}", file=sys.stderr)
    return int(code)


def _unwritten(code: int) -> int:
    """The code, with standard output pointed elsewhere so that the interpreter's last flush is silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return int(code)


def _interrupt(number: int, frame: Any) -> None:
    """Ends the worker processes, so that nobody waits for what they are searching, and raises KeyboardInterrupt."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.terminate()
    raise KeyboardInterrupt


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends workers too, where Python's own handler is in force."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def main(args: Sequence[str] | None = None) -> int:
    """Exit code of the command run with `args` (default: the process's arguments)."""
    with _interruptible():
        return _run(args)


def _write_what_the_encoding_lacks() -> None:
    """On a stream that is not UTF-8, characters it does not have are written as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(errors="backslashreplace")


def _run(args: Sequence[str] | None) -> int:
    _write_what_the_encoding_lacks()
    try:
        result = cli.main(args=None if args is None else list(args), prog_name="localpl", standalone_mode=False)
        if sys.stdout is not None:  # it is None when the caller closed it
            sys.stdout.flush()
        return result if isinstance(result, int) else int(ExitCode.DONE)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return int(ExitCode.BAD_INPUT)
    except click.ClickException as error:
        return _fail(" ".join(error.format_message().split()), ExitCode.BAD_INPUT)
    except RefutedClaim as error:
        return _fail(_one_line(error), ExitCode.REFUTED)
    except InputError as error:
        return _fail(_one_line(error), ExitCode.BAD_INPUT)
    except MissingBackend as error:
        return _fail(_one_line(error), ExitCode.MISSING_BACKEND)
    except LimitReached as error:
        return _fail(_one_line(error), ExitCode.LIMIT_REACHED)
    except MemoryError:
        return _fail("memory: not enough for this input; take a smaller one", ExitCode.LIMIT_REACHED)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", ExitCode.INTERRUPTED)
    except (ReaderGone, BrokenPipeError):
        return _unwritten(ExitCode.BROKEN_PIPE)
    except SystemExit as leaving:
        # rich leaves with 1, which here means "refuted", when the reader of our output goes away.
        if isinstance(leaving.__context__, BrokenPipeError):
            return _unwritten(ExitCode.BROKEN_PIPE)
        raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        if error.filename is None:
            return _unwritten(_fail(f"output: {reason}; nothing more was written", ExitCode.BAD_INPUT))
        return _fail(f"{error.filename}: {reason}; give a path that can be read and written", ExitCode.BAD_INPUT)
