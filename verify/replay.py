"""A certificate's violation step by step, in the order in which a reader would do it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verify import check

SCHEMA = "localpl/replay/1"
_TERM = ("weight", "slope", "shift")


def replay(certificate: dict[str, Any]) -> dict[str, Any]:
    """Every number of a certificate that holds, as JSON data; what is not rational stands as a decimal enclosure.

    "run": each step's size, weights and loss; "definitions": each defined symbol of the claim with its formula and
    value at the step where the claim is made, what it needs first; "hypotheses": both sides at each step; "claim":
    both sides of the relation that is false. Raises: check.Reject with the reason when the certificate does not hold.
    """
    found = check.decide(certificate, check.known_claims())
    statement, last = certificate["statement"], found.frames[-1]
    return {
        "schema": SCHEMA,
        "label": found.label,
        "in_catalog": found.known,
        "kind": statement["kind"],
        "given": [check.text(node) for node in statement["given"]],
        "then": found.claim,
        "dims": certificate["dims"],
        "bindings": certificate["bindings"],
        "loss": certificate["loss"],
        "run": [_step(frame) for frame in found.frames] if certificate["steps"] is not None else [],
        "definitions": list(_definitions(statement, certificate["violated"], last)),
        "hypotheses": [_row(row) for row in found.rows[:-1]],
        "claim": _row(found.rows[-1]),
        "difference": _difference(found.rows[-1]),
        "bits": found.bits,
    }


def _row(row: check.Row) -> dict[str, Any]:
    return {
        "step": row.step,
        "relation": row.relation,
        "left": check.show(row.lhs),
        "right": check.show(row.rhs),
        "truth": row.truth,
    }


def _difference(row: check.Row) -> str:
    """Left side less right side of a violated relation of scalars."""
    if row.lhs is None or row.rhs is None or isinstance(row.lhs, tuple):
        return ""
    try:
        return check.show(row.lhs - row.rhs)
    except check.Undecided:
        return ""


def _step(frame: check.Frame) -> dict[str, Any]:
    w1, w2 = frame.values["W1"], frame.values["W2"]
    loss = frame.scene.loss
    assert loss is not None  # a run has one
    value = loss.value(check.matmul(w1, check.transpose(w2)))
    shown = {name: check.show(v) for name, v in (("eta", frame.values["eta"]), ("W1", w1), ("W2", w2), ("loss", value))}
    return {"t": frame.step, **shown}


def _definitions(statement: dict[str, Any], violated: int, frame: check.Frame) -> Iterator[dict[str, str]]:
    """Defined symbols of the violated relation, what they need first."""
    then = statement["then"]
    if then[0] not in check.RELATIONS and then[0] != "AllOf":
        return
    seen: set[str] = set()

    def visit(node: Any) -> Iterator[dict[str, str]]:
        if not isinstance(node, list):
            return
        if node and node[0] in ("Symbol", "MatrixSymbol") and node[1] in statement["where"] and node[1] not in seen:
            seen.add(node[1])
            formula = statement["where"][node[1]]
            yield from visit(formula)
            yield {"symbol": node[1], "formula": check.text(formula), "value": check.show(frame.value(node))}
        for part in node[1:]:
            yield from visit(part)

    yield from visit(then[violated + 1] if then[0] == "AllOf" else then)


def lines(body: dict[str, Any]) -> Iterator[str]:
    """The replay as text, one line at a time."""
    own = "" if body["in_catalog"] else " (not a label of the catalog: the claim is the certificate's own)"
    yield f"{body['label']}{own}"
    yield f"  claim: {body['then']}"
    for node in body["given"]:
        yield f"  given: {node}"
    yield "the numbers"
    if body["dims"]:
        yield "  " + ", ".join(f"{name} = {size}" for name, size in sorted(body["dims"].items()))
    for name, value in sorted(body["bindings"].items()):
        yield f"  {name} = {_plain(value)}"
    if body["loss"]:
        loss = body["loss"]
        if loss["kind"] == "entrywise":
            yield "  l(W) = sum weight phi(slope (X W) + shift) + ridge/2 ||W||^2 - l*"
            for term in loss["terms"]:
                yield f"  phi = {term['base']}" + "".join(f", {k} = {_plain(term[k])}" for k in _TERM)
            yield f"  ridge = {loss['ridge']}, X = {_plain(loss['X'])}"
        else:
            yield "  l(W) = sum phi(X (W - W_star)) + ridge/2 ||W - W_star||^2"
            yield f"  phi = {loss['phi']}, ridge = {loss['ridge']}"
            yield f"  X = {_plain(loss['X'])}, W_star = {_plain(loss['W_star'])}"
    if body["run"]:
        yield "the run"
        shown = body["run"] if len(body["run"]) <= 12 else [*body["run"][:6], None, *body["run"][-5:]]
        for step in shown:
            if step is None:
                yield f"  ... {len(body['run']) - 11} steps"
                continue
            yield f"  t = {step['t']}: eta = {step['eta']}, loss = {step['loss']}"
            yield f"         W1 = {step['W1']}, W2 = {step['W2']}"
    if body["definitions"]:
        yield "what the claim speaks of" + (" at the last step" if body["run"] else "")
        for row in body["definitions"]:
            yield f"  {row['symbol']} = {row['formula']}"
            yield f"  {' ' * len(row['symbol'])} = {row['value']}"
    yield from _hypotheses(body["hypotheses"])
    claim = body["claim"]
    yield "the claim"
    yield f"  {claim['relation']} is false"
    if claim["left"]:
        yield f"  left  = {claim['left']}"
        yield f"  right = {claim['right']}"
    if body["difference"]:
        yield f"  left - right = {body['difference']}"


def _hypotheses(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    yield "the hypotheses"
    by_relation: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_relation.setdefault(row["relation"], []).append(row)
    for relation, group in by_relation.items():
        steps = f" at every step 0 .. {group[-1]['step']}" if group[-1]["step"] else ""
        yield f"  {relation} is true{steps}"
        row = group[-1]
        if row["right"]:
            yield f"    left = {row['left']}, right = {row['right']}" + (" at the last step" if steps else "")
        elif row["left"]:
            yield f"    with {row['left']}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return str(value)
