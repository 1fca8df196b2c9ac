"""The whole catalog decided: parallel, resumable, the same bytes for any number of workers.

A finished claim is a file under `<out>/verdicts`; a run of the same program with the same seed and budget reads
it back instead of searching again. Certificates of refuted claims go to `<out>/certificates`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from theorems import CATALOG, find
from theorems.statement import Form, Statement
from theorems.tree import digest
from verify import verdict as V
from verify.cli import VERSION
from verify.decide import decide, should_hold
from verify.falsify.runs import shared_runs

SCHEMA = "localpl/paper/1"


@dataclass(frozen=True, slots=True)
class Decision:
    """A statement with its verdict."""

    statement: Statement
    verdict: V.Verdict

    @property
    def refuted(self) -> bool:
        """Whether the verdict is Refuted."""
        return isinstance(self.verdict, V.Refuted)


def decide_catalog(
    statements: Sequence[Statement] = (),
    *,
    seed: int = 0,
    budget: str = "full",
    jobs: int = 1,
    out: Path | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, label: None,
) -> list[Decision]:
    """Decisions on the statements (default: the whole catalog), in the catalog's order.

    jobs: worker processes. out: folder for finished verdicts and certificates, read back on a second run.
    progress: called with (finished, total, id) after each statement.
    """
    chosen = list(statements or CATALOG)
    verdicts: dict[str, V.Verdict] = {}
    waiting: list[Statement] = []
    for statement in chosen:
        known = _load(statement, seed, budget, out)
        if known is None:
            waiting.append(statement)
        else:
            verdicts[statement.id] = known
    for statement, found in _decided(waiting, seed, budget, jobs, out):
        verdicts[statement.id] = found
        progress(len(verdicts), len(chosen), statement.id)
    return [Decision(s, verdicts[s.id]) for s in chosen]


def _decided(
    waiting: Sequence[Statement], seed: int, budget: str, jobs: int, out: Path | None
) -> Iterator[tuple[Statement, V.Verdict]]:
    known = {s.id for s in CATALOG}
    if jobs <= 1 or len(waiting) <= 1 or any(s.id not in known for s in waiting):
        for group in _groups(waiting):
            for statement in group:
                yield statement, _finish(statement, seed, budget, out)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        tasks = [pool.submit(_finish_by_id, [s.id for s in group], seed, budget, out) for group in _groups(waiting)]
        try:
            for task in as_completed(tasks):
                for identity, found in task.result():
                    yield find(identity), found
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _groups(waiting: Sequence[Statement]) -> list[list[Statement]]:
    """Claims about the same runs together, so that one worker makes these runs once; the largest groups first."""
    groups: dict[Any, list[Statement]] = {}
    for statement in waiting:
        groups.setdefault(shared_runs(statement) or statement.id, []).append(statement)
    return sorted(groups.values(), key=len, reverse=True)


def _finish_by_id(identities: Sequence[str], seed: int, budget: str, out: Path | None) -> list[tuple[str, V.Verdict]]:
    """A worker's task: it has the catalog itself, so only ids travel."""
    return [(i, _finish(find(i), seed, budget, out)) for i in identities]


def _finish(statement: Statement, seed: int, budget: str, out: Path | None) -> V.Verdict:
    """The verdict, saved as soon as it is there."""
    found, sound = _attempt(statement, seed, budget)
    if sound:
        _save(statement, found, seed, budget, out)
    return found


def _attempt(statement: Statement, seed: int, budget: str) -> tuple[V.Verdict, bool]:
    """The verdict, and whether the program came to an end with it.

    A fault of the program on one claim must not cost the hours spent on the others: that claim is undecided, says
    so, and is tried again by the next run.
    """
    try:
        return decide(statement, seed, budget), True
    except Exception as error:
        return V.Undecided(f"the program failed on this claim: {type(error).__name__}: {error}"), False


# Files --------------------------------------------------------------------------------------------------------


def slug(statement: Statement) -> str:
    """A file name for a statement's id, unique and portable."""
    plain = "".join(ch if ch.isalnum() or ch in "-." else "_" for ch in statement.id)
    return f"{plain}-{hashlib.sha256(statement.id.encode()).hexdigest()[:6]}"


def _key(statement: Statement, seed: int, budget: str) -> dict[str, Any]:
    claim = "" if statement.then is None else _claim_digest(statement)
    return {"id": statement.id, "claim": claim, "seed": seed, "budget": budget, "program": program()}


@cache
def program() -> str:
    """Digest of the program's own sources: a verdict found by another program is found again."""
    root = Path(__file__).parent.parent
    total = hashlib.sha256(VERSION.encode())
    for package in ("theorems", "properties", "verify"):
        for path in sorted((root / package).rglob("*.py")):
            total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def _claim_digest(statement: Statement) -> str:
    try:
        return digest(statement)
    except (TypeError, ValueError):  # a claim that has no tree of its own, such as an empirical sentence
        return hashlib.sha256(str(statement).encode()).hexdigest()


def _load(statement: Statement, seed: int, budget: str, out: Path | None) -> V.Verdict | None:
    path = None if out is None else out / "verdicts" / f"{slug(statement)}.json"
    if path is None or not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):  # an interrupted write, or a file of some other kind: decide again
        return None
    if not isinstance(content, dict) or content.get("key") != _key(statement, seed, budget):
        return None
    return verdict_from_json(content["verdict"])


def _save(statement: Statement, found: V.Verdict, seed: int, budget: str, out: Path | None) -> None:
    if out is None:
        return
    content = {"key": _key(statement, seed, budget), "verdict": verdict_to_json(found)}
    _write(out / "verdicts" / f"{slug(statement)}.json", content)
    if isinstance(found, V.Refuted) and found.certificate:
        _write(out / certificate_place(statement), found.certificate)


def certificate_place(statement: Statement) -> str:
    """Where the certificate of a statement stands under the output folder."""
    return f"certificates/{slug(statement)}.json"


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def verdict_to_json(found: V.Verdict) -> dict[str, Any]:
    """A verdict as plain JSON data; floats stand as decimal strings."""
    body = {f.name: _plain(getattr(found, f.name)) for f in dataclasses.fields(found)}
    return {"name": found.name, **body}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6g}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


_BY_NAME: dict[str, Any] = {
    c.name: c for c in (V.Proved, V.Refuted, V.Survived, V.Estimated, V.Observed, V.Undecided, V.Vacuous, V.OutOfScope)
}
_FLOATS = {"margin", "estimate", "lower", "upper", "ratio"}


def verdict_from_json(body: dict[str, Any]) -> V.Verdict:
    """The verdict that `verdict_to_json` wrote."""
    fields: dict[str, Any] = {k: float(v) if k in _FLOATS else v for k, v in body.items() if k != "name"}
    if fields.get("tightness"):
        tight: Any = fields["tightness"]
        fields["tightness"] = V.Tightness(float(tight["ratio"]), tight["instance"], tight["equality"])
    found: V.Verdict = _BY_NAME[body["name"]](**fields)
    return found


# What a refuted claim brings down --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Consequence:
    """A claim whose proof in the paper rests on refuted ones: which, and whether it stands with their repairs.

    A cited label counts as refuted when it is so in every reading; one that holds in some reading does not fall.
    """

    statement: Statement
    rests_on: tuple[str, ...]
    stands_with_repair: bool


def consequences(decisions: Iterable[Decision]) -> list[Consequence]:
    """The claims that cite a refuted one, directly or through others, in the catalog's order."""
    table = list(decisions)
    printed = [d for d in table if d.statement.form is Form.PRINTED]
    refuted = {d.statement.label for d in printed if d.refuted} - {d.statement.label for d in printed if not d.refuted}
    repaired = {
        d.statement.repairs
        for d in table
        if d.statement.form is not Form.PRINTED and not d.refuted and d.statement.repairs is not None
    }
    cites: dict[str, set[str]] = {}
    for d in printed:
        cites.setdefault(d.statement.label, set()).update(d.statement.cites)
    found = []
    for decision in printed:
        reached, pending = set(), list(decision.statement.cites)
        while pending:
            label = pending.pop()
            if label not in reached:
                reached.add(label)
                pending.extend(cites.get(label, ()))
        broken = tuple(sorted(reached & refuted - {decision.statement.label}))
        if broken:
            found.append(Consequence(decision.statement, broken, set(broken) <= repaired))
    return found


# Report -----------------------------------------------------------------------------------------------------------


def report(decisions: Sequence[Decision], seed: int, budget: str) -> dict[str, Any]:
    """The run as JSON data (schema localpl/paper/1): no wall-clock, sorted keys when dumped."""
    repaired_by: dict[str, list[str]] = {}
    for d in decisions:
        if d.statement.repairs is not None and d.statement.form is not Form.PRINTED:
            repaired_by.setdefault(d.statement.repairs, []).append(d.statement.id)
    fallen = {c.statement.id: c for c in consequences(decisions)}
    rows = []
    for d in decisions:
        s = d.statement
        tightness = getattr(d.verdict, "tightness", None)
        consequence = fallen.get(s.id)
        rows.append(
            {
                "id": s.id,
                "label": s.label,
                "source": {
                    version: [p for source in s.source if str(source.version) == version for p in source.places]
                    for version in ("journal", "submission")
                },
                "kind": str(s.kind),
                "version": str(s.version),
                "reading": None if s.reading is None else s.reading.name,
                "extraction": bool(s.reading and s.reading.extraction),
                "form": str(s.form),
                "verdict": _without_certificate(verdict_to_json(d.verdict)),
                "certificate": certificate_place(s) if d.refuted and getattr(d.verdict, "certificate", None) else None,
                "repairs": s.repairs,
                "repaired_by": repaired_by.get(s.label, []) if s.form is Form.PRINTED else [],
                "cites": list(s.cites),
                "rests_on_refuted": list(consequence.rests_on) if consequence else [],
                "stands_with_repair": consequence.stands_with_repair if consequence else None,
                "tightness": _plain(tightness) if tightness is not None else None,
            }
        )
    return {"schema": SCHEMA, "seed": seed, "budget": budget, "statements": rows}


def _without_certificate(body: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in body.items() if k not in ("certificate", "tightness")}


def failures(decisions: Iterable[Decision]) -> list[Decision]:
    """Repaired or sharp forms that were refuted: the catalog itself is wrong there."""
    return [d for d in decisions if d.refuted and should_hold(d.statement)]


def select(labels: Iterable[str]) -> list[Statement]:
    """The statements named by ids or labels, a label with all its readings and forms. Raises KeyError."""
    chosen: dict[str, Statement] = {}
    for label in labels:
        matches = [s for s in CATALOG if label in (s.id, s.label)] or [find(label)]
        chosen.update((s.id, s) for s in matches)
    return [s for s in CATALOG if s.id in chosen]
