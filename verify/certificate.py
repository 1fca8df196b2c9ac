"""Certificates: self-contained JSON witnesses that a claim is false, for `verify/check.py` to verify alone.

`python -m verify.certificate --update-claims` writes claims.json, which binds each label of the catalog to the digest
of its claim, so that a certificate moved to another label is rejected.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy as sp

from properties.errors import InputError
from properties.worlds import World
from theorems.statement import Kind, Statement
from theorems.tree import canonical_json, digest, statement_tree, symbols_of
from verify import check

__all__ = ["CLAIMS", "build", "check_certificate", "claims", "dumps", "leaves_of", "load", "write_claims"]

CLAIMS = Path(__file__).with_name("claims.json")


def build(
    statement: Statement,
    world: World,
    steps: Sequence[Any] | None = None,
    violated: int = 0,
    points: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """The certificate of a witness as JSON data, with enclosures of what its claim evaluates.

    world: exact dims, bindings and loss; of a run, only its initial weights are kept. steps: eta_0 .. eta_t of a
    trajectory. violated: which relation of an AllOf is false. points: where a claim about a function fails, two
    arguments of a Monotone or three of a UniqueRoot. Bindings that the statement does not reach are left out.
    Raises: TypeError when a value is not exact.
    """
    tree = statement_tree(statement)
    names, run = _leaves(tree), statement.kind is Kind.TRAJECTORY
    kept = names - (check.OF_THE_RUN | {"eta_0"}) | {"W1_0", "W2_0"} if run else names
    sizes = {_name(s): int(v) for s, v in world.dims.items() if s.is_positive}
    bound = {**{s: v for s, v in world.dims.items() if not s.is_positive}, **world.bindings}
    bindings = {_name(s): v for s, v in bound.items() if isinstance(s, sp.Symbol | sp.MatrixSymbol)}
    speaks_of_loss = run or bool(_heads(tree) & {"Loss", "Grad", "Hess", "Assumption"})
    certificate: dict[str, Any] = {
        "schema": check.SCHEMA,
        "label": statement.id,
        "statement": tree,
        "digest": digest(statement),
        "dims": {name: size for name, size in sizes.items() if name in names},
        "bindings": {name: _plain(v) for name, v in bindings.items() if name in kept - set(sizes)},
        "loss": world.loss.to_json() if world.loss is not None and speaks_of_loss else None,  # type: ignore[attr-defined]
        "steps": [_plain(x) for x in steps] if run and steps is not None else None,
        "violated": violated,
    }
    if points is not None:
        certificate["points"] = [_plain(x) for x in points]
    stated = _enclosures(certificate)
    return {**certificate, "enclosures": stated} if stated else certificate


def leaves_of(statement: Statement) -> set[sp.Basic]:
    """The symbols that a world binds for a statement: those it reaches that have no definition."""
    free = _leaves(statement_tree(statement))
    return {symbol for symbol in symbols_of(statement) if _name(symbol) in free}


def _name(symbol: Any) -> str:
    return str(symbol.name)


def _nodes(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, list):
        if node and isinstance(node[0], str):
            yield node
        for part in node:
            yield from _nodes(part)


def _all_nodes(tree: Mapping[str, Any]) -> Iterator[list[Any]]:
    for part in (tree["given"], tree["then"], *tree["where"].values()):
        yield from _nodes(part)


def _heads(tree: Mapping[str, Any]) -> set[str]:
    return {node[0] for node in _all_nodes(tree)}


def _leaves(tree: Mapping[str, Any]) -> set[str]:
    """Names of the symbols of a statement that have no definition."""
    names = {node[1] for node in _all_nodes(tree) if node[0] in ("Symbol", "MatrixSymbol")}
    return names - set(tree["where"])


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, bool | float) or not isinstance(value, int | Fraction | sp.Rational):
        raise TypeError(f"binding = {value!r}: not exact; certificates hold ints and Fractions")
    return str(Fraction(int(value.numerator), int(value.denominator)))


def _places(statement: Mapping[str, Any], node: Any, path: str, met: set[str]) -> Iterator[tuple[str, list[Any]]]:
    """Paths of the nodes that have a method of proof, definitions opened, each definition once."""
    if node[0] in ("Symbol", "MatrixSymbol"):
        name = node[1]
        if name in statement["where"] and name not in met:
            met.add(name)
            yield from _places(statement, statement["where"][name], f"where/{name}", met)
        return
    if node[0] in check.METHODS:
        yield path, node
    if node[0] in ("MinRoot", "TauIntegral", "HistorySum", "HistoryProduct"):
        return
    for i, part in enumerate(node[1:], start=1):
        if isinstance(part, list) and part and isinstance(part[0], str):
            yield from _places(statement, part, f"{path}/{i}", met)


def _enclosures(certificate: dict[str, Any]) -> list[dict[str, str]]:
    """Enclosures of the claim's transcendental and spectral quantities that are not rational, outward to 18 digits."""
    statement, then = certificate["statement"], certificate["statement"]["then"]
    if then[0] not in check.RELATIONS and then[0] != "AllOf":
        return []
    check.work(256)
    path, claim = ("then", then) if then[0] != "AllOf" else (f"then/{certificate['violated'] + 1}", None)
    claim = claim or then[certificate["violated"] + 1]
    found = []
    try:
        frame = check.frames_of(certificate, check.read_statement(statement))[-1]
        for place, node in _places(statement, claim, path, set()):
            value = frame.value(node)
            if isinstance(value, check.Root | check.Interval):
                lower, upper = _bounds(check.interval(value))
                found.append({"at": place, "by": check.METHODS[node[0]], "lower": lower, "upper": upper})
    except (check.Reject, check.Undecided):
        return []  # the checker will say why; nothing is stated that was not computed
    return found[:100]


def _bounds(x: check.Interval) -> tuple[str, str]:
    low, high = check.rational_end(x.lo), check.rational_end(x.hi)
    size = max(abs(low), abs(high))
    unit = (
        Fraction(1, 10**18)
        if size == 0
        else Fraction(10) ** (len(str(size.numerator)) - len(str(size.denominator)) - 18)
    )
    return str((low // unit) * unit), str(-(-high // unit) * unit)


def check_certificate(certificate: Mapping[str, Any]) -> tuple[int, str]:
    """(0, what it shows) or (1, why it is rejected), by the checker and against the catalog's claims."""
    return check.check_text(dumps(certificate), check.known_claims())


def dumps(certificate: Mapping[str, Any]) -> str:
    """A certificate as text: sorted keys, one line for each key of the outermost object."""
    return (
        "{\n" + ",\n".join(f'"{key}": {canonical_json(value)}' for key, value in sorted(certificate.items())) + "\n}\n"
    )


def read(path: Path) -> str:
    """The text of a certificate's file. Raises: InputError when it cannot be read or is not JSON at all."""
    remedy = "name a certificate, as localpl paper --out DIR writes them"
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        why = "a directory" if path.is_dir() else (getattr(error, "strerror", None) or "no such path").lower()
        raise InputError(f"FILE = {path}: {why}; {remedy}") from None
    if len(raw) > check.FILE_BYTES:
        raise InputError(f"FILE = {path}: larger than {check.FILE_BYTES} bytes; {remedy}")
    try:
        content = raw.decode("utf-8")
        check.parse(content)
    except UnicodeDecodeError:
        raise InputError(f"FILE = {path}: not UTF-8 text; {remedy}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"FILE = {path}: not JSON ({error.msg.lower()}, line {error.lineno}); {remedy}") from None
    except (check.Reject, RecursionError):
        pass  # JSON that the checker refuses: that is its verdict, not an unreadable file
    return content


def load(path: Path) -> dict[str, Any]:
    """The JSON data of a certificate's file. Raises: InputError when it cannot be read or is not strict JSON."""
    try:
        found = check.parse(read(path))
    except (check.Reject, RecursionError) as error:
        raise InputError(f"FILE = {path}: {error}; give a certificate of schema {check.SCHEMA}") from None
    if not isinstance(found, dict) or found.get("schema") != check.SCHEMA:
        raise InputError(f"FILE = {path}: not of schema {check.SCHEMA}; give a certificate")
    return found


def claims() -> dict[str, str]:
    """Label -> digest of every claim of the catalog that has a tree and is in scope."""
    from theorems import CATALOG

    return {s.id: digest(s) for s in CATALOG if s.then is not None}


def write_claims() -> int:
    """Number of claims written to claims.json."""
    found = claims()
    CLAIMS.write_text(canonical_json(found).replace(",", ",\n") + "\n", encoding="ascii")
    return len(found)


if __name__ == "__main__":
    if sys.argv[1:] != ["--update-claims"]:
        sys.exit("usage: python -m verify.certificate --update-claims")
    print(f"{CLAIMS.name}: {write_claims()} claims")
