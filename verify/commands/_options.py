"""Types of options that several commands share: whole numbers and output folders, each error one line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from properties.errors import InputError
from properties.exact_numbers import shorten

LARGEST_SEED = 2**63 - 1
MOST_JOBS = 1024


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return "value"
    return param.opts[0] if isinstance(param, click.Option) else str(param.human_readable_name)


class WholeNumber(click.ParamType):
    """A whole number from `least` to `most`; anything else is an InputError that names the option and the range."""

    name = "N"

    def __init__(self, least: int, most: int, argument: str = "") -> None:
        self.least, self.most, self.argument = least, most, argument

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Raises InputError."""
        text = str(value).strip()
        digits = text.removeprefix("-")
        number = int(text) if digits.isascii() and digits.isdigit() and len(digits) < 30 else None
        if number is None or not self.least <= number <= self.most:
            shown = shorten(text).strip('"')
            named = self.argument or _name(param)
            raise InputError(f"{named} = {shown}: write a whole number from {self.least} to {self.most}")
        return number


class OutFolder(click.ParamType):
    """A folder that exists or can be made; refused before any work is done when it is a file or cannot be written."""

    name = "DIR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; the folder is not made here. Raises InputError."""
        path = Path(value)
        if not str(value) or "\0" in str(value):
            raise InputError(f"{_name(param)} = {shorten(str(value), 200)}: name a folder")
        existing = next(p for p in (path, *path.absolute().parents) if p.exists())
        said = f"{_name(param)} = {shorten(str(value), 200)}"
        if not existing.is_dir():
            raise InputError(f"{said}: {existing} is a file; name a folder")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise InputError(f"{said}: {existing} cannot be written; name another folder")
        return path


SEED = WholeNumber(0, LARGEST_SEED)
JOBS = WholeNumber(0, MOST_JOBS)
