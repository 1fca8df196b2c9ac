"""Numbers and tables a user writes, read exactly: integers, "p/q", decimal strings, CSV and NPZ files.

Nothing here passes through a float: "0.1" is 1/10. A cell of a binary array is the dyadic rational it stores.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

from properties.errors import InputError

Table = tuple[tuple[Fraction, ...], ...]

MAX_DIGITS = 2000
"""Most decimal digits a number may have, and the largest power of ten it may carry."""

MAX_FILE_BYTES = 100_000_000
MAX_CELLS = 5_000_000

_RATIO = re.compile(r"([+-]?[0-9]+)(?:\s*/\s*([0-9]+))?")
_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d][\w .()%/^-]*")
_MAX_BITS = int(MAX_DIGITS * 3.33)
_REMEDY = 'write an integer, "p/q" or a decimal string such as "0.1"'


def shorten(value: object, width: int = 40) -> str:
    """`value` as one short line for an error message."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > _MAX_BITS:
        return f"an integer of {value.bit_length()} bits"
    try:
        text = " ".join((value if isinstance(value, str) else repr(value)).split())
    except ValueError:  # Python refuses to print integers of more than 4300 digits
        return f"a {type(value).__name__} with a very long number"
    text = text if len(text) <= width else f"{text[: width - 12]}... ({len(text)} characters)"
    return f'"{text}"' if isinstance(value, str) else text


def shown_path(path: object) -> str:
    """A path for an error message, to its end: its last part says most."""
    return shorten(str(path), 200)


def _too_long(value: object, argument: str) -> InputError:
    return InputError(f"{argument} = {shorten(value)}: more than {MAX_DIGITS} digits; round it to fewer")


def _parse_text(text: str, argument: str) -> Fraction:
    stripped = text.strip()
    if len(stripped) > 2 * MAX_DIGITS + 8:
        raise _too_long(text, argument)
    if _NOT_FINITE.fullmatch(stripped):
        raise InputError(f"{argument} = {shorten(text)}: not a finite number; remove or replace it")
    ratio = _RATIO.fullmatch(stripped)
    if ratio:
        if max(len(part or "") for part in ratio.groups()) > MAX_DIGITS:
            raise _too_long(text, argument)
        numerator, denominator = int(ratio[1]), int(ratio[2] or 1)
        if denominator == 0:
            raise InputError(f"{argument} = {shorten(text)}: division by zero; write a nonzero denominator")
        return Fraction(numerator, denominator)
    decimal = _DECIMAL.fullmatch(stripped)
    if not decimal or not (decimal[2] or decimal[3]):
        raise InputError(f"{argument} = {shorten(text)}: not a number; {_REMEDY}")
    sign, whole, digits, exponent = decimal[1], decimal[2] or "", decimal[3] or "", decimal[4] or "0"
    if len(whole) + len(digits) > MAX_DIGITS:
        raise _too_long(text, argument)
    if len(exponent) > 6 or abs(int(exponent)) > MAX_DIGITS:
        raise InputError(f"{argument} = {shorten(text)}: exponent beyond {MAX_DIGITS}; rescale the data")
    value = int(whole + digits) * Fraction(10) ** (int(exponent) - len(digits))
    return -value if sign == "-" else value


def parse_rational(value: Any, argument: str) -> Fraction:
    """The exact rational that `value` writes: an int, a Fraction, "p/q" or a decimal string ("0.1" is 1/10).

    `argument` names the input in messages. Raises InputError for a float (already another number), for NaN, inf,
    "1/0", text that is no number, and numbers of more than MAX_DIGITS digits. No text is evaluated.
    """
    if isinstance(value, str):
        return _parse_text(value, argument)
    if isinstance(value, bool):
        raise InputError(f'{argument} = {value}: not a number; write an integer, "p/q" or a decimal string')
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise InputError(f"{argument} = {value}: not a finite number; remove or replace it")
        raise InputError(
            f'{argument} = {value!r}: a binary float is not that decimal; write it as a string, "{value!r}"'
        )
    if isinstance(value, int) or (hasattr(value, "numerator") and hasattr(value, "denominator")):
        numerator, denominator = _integers(value, argument)
        if max(abs(numerator).bit_length(), denominator.bit_length()) > _MAX_BITS:
            raise _too_long(value, argument)
        return Fraction(numerator, denominator)
    raise InputError(f"{argument} = {shorten(value)}: not a number ({type(value).__name__}); {_REMEDY}")


def _integers(value: Any, argument: str) -> tuple[int, int]:
    try:
        return int(value.numerator), int(value.denominator)
    except (TypeError, ValueError) as error:
        raise InputError(f'{argument} = {shorten(value)}: not a rational number; write "p/q"') from error


def _table(rows: Iterable[Iterable[Any]], argument: str) -> Table:
    """Rows of cells as exact rationals, checked rectangular and not empty."""
    table: list[tuple[Fraction, ...]] = []
    cells = 0
    for i, row in enumerate(rows):
        if isinstance(row, (str, bytes)) or not isinstance(row, Iterable):
            raise InputError(f"{argument}[{i}] = {shorten(row)}: a table is a list of rows; write [[...], [...]]")
        read = tuple(parse_rational(x, f"{argument}[{i}][{j}]") for j, x in enumerate(row))
        if table and len(read) != len(table[0]):
            raise InputError(
                f"{argument}[{i}]: {len(read)} cells, but the first row has {len(table[0])}; make all rows equally long"
            )
        cells += len(read)
        if cells > MAX_CELLS:
            raise InputError(f"{argument}: more than {MAX_CELLS} cells; take a smaller table")
        table.append(read)
    if not table or not table[0]:
        raise InputError(f"{argument}: an empty table; give at least one row with one cell")
    return tuple(table)


def _array(array: Any, argument: str) -> Table:
    """A NumPy array (2-dimensional, integer or float) as the exact rationals it stores."""
    if array.dtype.kind not in "iufb" or array.dtype.kind == "b" or array.dtype.itemsize > 8:
        raise InputError(f"{argument}: an array of type {array.dtype}; give integers or float64")
    if array.ndim != 2:
        raise InputError(f"{argument}: an array of {array.ndim} dimensions; reshape it to 2 (a vector: N x 1)")
    if array.size > MAX_CELLS:
        raise InputError(f"{argument}: more than {MAX_CELLS} cells; take a smaller table")
    rows = array.tolist()
    for i, row in enumerate(rows):
        for j, x in enumerate(row):
            if isinstance(x, float) and (x != x or x in (float("inf"), float("-inf"))):
                raise InputError(f"{argument}[{i}][{j}] = {x}: not a finite number; remove or replace it")
    return _table(([Fraction(x) for x in row] for row in rows), argument)


def _is_header(row: Sequence[str]) -> bool:
    return all(_NAME.fullmatch(cell.strip()) and not _NOT_FINITE.fullmatch(cell.strip()) for cell in row)


def read_csv_text(text: str, argument: str) -> tuple[tuple[str, ...], Table]:
    """(column names, cells) of comma-separated text; names are empty when the first row already holds numbers.

    Lines that start with "#" and empty lines are skipped; a first row made of names alone is a header.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines))))
    except csv.Error as error:
        raise InputError(f"{argument}: not a CSV table ({error}); write numbers separated by commas") from error
    names: tuple[str, ...] = ()
    if rows and _is_header(rows[0]):
        names = tuple(cell.strip() for cell in rows.pop(0))
    table = _table(rows, argument)
    if names and len(names) != len(table[0]):
        raise InputError(f"{argument}: {len(names)} column names over {len(table[0])} columns; make them agree")
    return names, table


def _checked_path(name: str, base_path: Path | str | None, argument: str) -> Path:
    path = Path(base_path or ".") / Path(name).expanduser()
    try:
        folder, size = path.is_dir(), path.stat().st_size
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no such path").lower()
        raise InputError(f"{argument} = {shown_path(name)}: cannot read the file ({reason}); check the path") from error
    if folder:
        raise InputError(f"{argument} = {shown_path(name)}: a directory; name a file")
    if size > MAX_FILE_BYTES:
        raise InputError(f"{argument} = {shown_path(name)}: larger than {MAX_FILE_BYTES} bytes; take a smaller table")
    return path


def read_text_file(name: str | Path, base_path: Path | str | None, argument: str) -> str:
    """Text of a UTF-8 file without its byte order mark. Raises InputError when it cannot be read.

    The name is relative to `base_path`.
    """
    path = _checked_path(str(name), base_path, argument)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{argument} = {shown_path(name)}: not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise InputError(
            f"{argument} = {shown_path(name)}: cannot read the file ({str(error.strerror).lower()}); check the path"
        ) from error


def _read_npz(name: str, key: str | None, base_path: Path | str | None, argument: str) -> Table:
    import numpy as np

    path = _checked_path(name, base_path, argument)
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return _array(loaded, argument)
        with loaded:
            if key is None:
                first = next(iter(loaded.files), "X")
                raise InputError(f'{argument} = {shown_path(name)}: which array? write "{name}:{first}"')
            if key not in loaded.files:
                near = get_close_matches(key, loaded.files, 1, 0)
                hint = f"; the file has {near[0]}" if near else ""
                raise InputError(f"{argument} = {shown_path(name)}: no array named {shorten(key)}{hint}")
            return _array(loaded[key], argument)
    except InputError:
        raise
    except Exception as error:  # numpy, zipfile and zlib raise many kinds for a damaged or pickled file
        raise InputError(
            f"{argument} = {shown_path(name)}: not a readable array file (object arrays and pickles are refused); "
            "save numbers with numpy.savez"
        ) from error


def read_matrix(value: Any, base_path: Path | str | None = None, argument: str = "matrix") -> Table:
    """A table of exact rationals from nested lists, a NumPy array, "X.csv", "data.npz:X" or "data.npy".

    Paths are relative to `base_path`; nothing is unpickled. Raises InputError, one line, for ragged or empty
    tables, cells that are no finite numbers, object arrays, and files that cannot be read.
    """
    if isinstance(value, (str, Path)):
        name = str(value)
        head, colon, key = name.rpartition(":")
        if colon and head.endswith((".npz", ".npy")):
            return _read_npz(head, key, base_path, argument)
        if name.endswith((".npz", ".npy")):
            return _read_npz(name, None, base_path, argument)
        if name.endswith((".csv", ".txt")):
            return read_csv_text(read_text_file(name, base_path, argument), argument)[1]
        raise InputError(f'{argument} = {shown_path(name)}: not a table; write [[...], ...], "X.csv" or "data.npz:X"')
    if hasattr(value, "dtype") and hasattr(value, "ndim"):
        return _array(value, argument)
    if not isinstance(value, Sequence) or isinstance(value, (bytes, bytearray)):
        raise InputError(f'{argument} = {shorten(value)}: not a table; write [[...], ...], "X.csv" or "data.npz:X"')
    return _table(value, argument)
