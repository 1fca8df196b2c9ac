"""Certify K, mu, W* and min l of a loss, or prove that there is none, and check declared constants."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import click

from properties.errors import InputError
from properties.exact_numbers import Table
from verify.commands._options import SEED, WholeNumber

SCHEMA = "localpl/constants/1"


@click.command("constants")
@click.argument("problem", metavar="[PROBLEM.toml]", type=click.Path(), required=False)
@click.option("--loss", "reference", metavar="FILE.py:NAME", help="A Python loss instead of PROBLEM; runs that file.")
@click.option("--shape", type=(int, int), metavar="N M", help="Shape of W for --loss, when it states none.")
@click.option("--seed", type=SEED, default=None, help="Seed of the checks of --loss.  [default: 0]")
@click.option("--digits", type=WholeNumber(1, 1000), default="20", show_default=True, help="Digits of W* and min l.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text (schema localpl/constants/1).")
def command(
    problem: str | None,
    reference: str | None,
    shape: tuple[int, int] | None,
    seed: int | None,
    digits: int,
    as_json: bool,
) -> int:
    """Certify the constants of the loss in PROBLEM (a TOML file with a [loss] table).

    phi'' is bounded over the whole real line by branch and bound in ball arithmetic; K and mu follow with the exact
    spectrum of X and the ridge. Declared K and mu are certified, or refuted by exact points (exit code 1, here as in
    every command that reads the file). A Python loss (--loss) is never certified: what is found wrong with it is
    observed in float64 and listed (exit code 1).

    \b
    The kinds of [loss]: squared, weighted-squared, logistic, softmax,
      pseudo-huber, log-cosh, smoothed-hinge, smoothed-quantile, huber, poisson,
      matrix-sensing, matrix-completion, entrywise (a formula phi in z and y).

    \b
    Example:
      localpl constants problem.toml --digits 30
    """
    if (problem is None) == (reference is None):
        raise InputError("constants: name either a PROBLEM file or --loss FILE.py:NAME")
    for name, value in (("--shape", shape), ("--seed", seed)):
        if reference is None and value is not None:
            raise InputError(f"{name}: it goes with --loss; a problem file says its own shape and needs no seed")
    if reference is not None:
        from properties.black_box import load_loss

        body = report_black_box(load_loss(reference, shape), seed or 0)
    else:
        from properties.loss_file import loss_from_file

        assert problem is not None
        body = report(*loss_from_file(problem), digits)
    click.echo(json.dumps(body, indent=2, sort_keys=True) if as_json else text(body))
    wrong = any(d["status"] == "refuted" for d in body["declared"].values()) or body["observed"]
    return 1 if wrong else 0


_NAMES = ("phi2_sup", "phi2_inf", "K", "mu", "pl")


def report_black_box(loss: Any, seed: int) -> dict[str, Any]:
    """The JSON body for a Python loss: declared constants as declared, and what float64 checks found wrong."""
    from verify.losses.assumption_check import check_loss

    reason = "a Python object: declared and tested, never certified; give the loss by data or formula for certificates"
    proof = {"status": "not applicable", "reason": reason, "place": "", "side": "", "witness": None}
    found = check_loss(loss, seed)
    tested = f"{'found wrong' if found else 'nothing found wrong'} in float64 with seed {seed}; not a certificate"
    declared = {
        name: {"value": repr(value), "status": "undecided", "reason": tested, "inequality": "", "witness": None}
        | {"excess": None}
        for name, value in (("K", loss.K), ("mu", loss.mu), ("minimum", loss.minimum))
        if value is not None
    }
    return {
        "schema": SCHEMA,
        "loss": {"name": loss.name, "shape": list(loss.shape()), "formula": ""},
        "proof": dict.fromkeys(_NAMES, proof),
        **dict.fromkeys(_NAMES),
        "minimum": None,
        "W_star": None,
        "assumptions": [],
        "declared": declared,
        "observed": [{"what": f.what, "line": f.line, "where": f.where} for f in found],
    }


def report(loss: Any, declared: dict[str, Fraction], digits: int) -> dict[str, Any]:
    """The JSON body of the command for a loss."""
    from verify.losses.assumptions_of_loss import consequences
    from verify.losses.constants import constants
    from verify.losses.declared import check_K, check_mu
    from verify.losses.enclosure import Enclosure
    from verify.losses.minimizer import minimum

    known = constants(loss)
    lower = known.mu.lower if isinstance(known.mu, Enclosure) else None
    found = minimum(loss, lower, digits)
    checks = {"K": check_K, "mu": check_mu}
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "loss": {"name": loss.name, "shape": list(loss.shape()), "formula": getattr(loss, "formula", "")},
        "proof": {},
        "observed": [],
        "minimum": None,
        "W_star": None,
        "assumptions": [
            {"name": a.name, "holds": a.holds, "reason": a.reason, "still": list(a.still)}
            for a in consequences(loss, known, found)
        ],
        "declared": {name: _declared(checks[name](loss, value, known)) for name, value in sorted(declared.items())},
    }
    for name in _NAMES:
        answer = getattr(known, name)
        body[name], body["proof"][name] = _answer(answer, digits)
    if found is not None:
        body["minimum"] = _ends(found.lower, found.upper, digits)
        body["W_star"] = _star(found, digits)
    return body


def _answer(answer: Any, digits: int) -> tuple[Any, Any]:
    from verify.losses.enclosure import Enclosure, Unknown

    if answer is None:
        return None, {"status": "not applicable", "reason": "", "place": "", "side": "", "witness": None}
    proof = {"status": answer.status, "reason": answer.reason, "place": "", "side": "", "witness": None}
    if isinstance(answer, Enclosure):
        proof |= {"place": answer.place, "side": answer.side}
        return _ends(answer.lower, answer.upper, digits), proof
    if isinstance(answer, Unknown):
        proof["witness"] = {"best": _ends(answer.lower, answer.upper, digits)}
        return None, proof
    proof["witness"] = answer.witness or None
    return None, proof


def _ends(lower: Fraction | None, upper: Fraction | None, digits: int) -> dict[str, str | None]:
    from verify.losses.enclosure import decimal

    return {"lower": decimal(lower, digits, up=False), "upper": decimal(upper, digits, up=True)}


def _star(found: Any, digits: int) -> dict[str, Any]:
    r = found.radius or Fraction(0)
    entries = [[_ends(v - r, v + r, digits) for v in row] for row in found.point]
    return {"unique": found.unique, "exact": found.exact, "entries": entries}


def _table(table: Table) -> list[list[str]]:
    return [[str(v) for v in row] for row in table]


def _declared(d: Any) -> dict[str, Any]:
    from verify.losses.enclosure import decimal

    witness = None if d.witness is None else {name: _table(t) for name, t in sorted(d.witness.items())}
    excess = decimal(d.excess, 6, up=False)
    return {
        "value": str(d.value),
        "status": d.status,
        "reason": d.reason,
        "inequality": d.inequality,
        "witness": witness,
        "excess": excess,
    }


# Text ---------------------------------------------------------------------------------------------------------

_TITLES = {
    "phi2_sup": "sup phi''",
    "phi2_inf": "inf phi''",
    "K": "K",
    "mu": "mu",
    "pl": "mu of (4) alone",
}


def text(body: dict[str, Any]) -> str:
    """The report for a reader."""
    n, m = body["loss"]["shape"]
    formula = f": phi = {body['loss']['formula']}" if body["loss"]["formula"] else ""
    lines = [f"loss {body['loss']['name']}{formula}, W is {n} x {m}", ""]
    for name, title in _TITLES.items():
        proof = body["proof"][name]
        if proof["status"] == "not applicable":
            continue
        lines += _constant_lines(title, body[name], proof)
    if body["minimum"] is not None:
        lines.append(f"min l      {_span(body['minimum'])}")
        star = body["W_star"]
        lines.append(f"W*         {'unique' if star['unique'] else 'not unique; one of them'}:")
        lines += ["             " + "  ".join(_short(e) for e in row) for row in star["entries"]]
    lines.append("")
    for a in body["assumptions"]:
        mark = {True: "holds", False: "FAILS", None: "undecided"}[a["holds"]]
        lines.append(f"{a['name']}: {mark} -- {a['reason']}")
        lines += [f"    {line}" for line in a["still"]]
    for name, d in body["declared"].items():
        lines.append(f"declared {name} = {d['value']}: {d['status']} -- {d['reason']}")
        for point, table in (d["witness"] or {}).items():
            lines.append(f"    {point} = {table}")
        if d["excess"]:
            lines.append(f"    {d['inequality']} is broken by at least {d['excess']}")
    lines += [f"observed: {f['line']}" for f in body["observed"]]
    return "\n".join(lines)


def _constant_lines(title: str, value: Any, proof: dict[str, Any]) -> list[str]:
    if value is None:
        word = "none exists" if proof["status"] == "absent" else "undecided"
        lines = [f"{title:<10} {word}: {proof['reason']}"]
        if proof["witness"]:
            lines.append(f"             witness: {json.dumps(proof['witness'], sort_keys=True)}")
        return lines
    side = {
        "upper only": "  (certified from above; the lower end is what one W shows)",
        "lower only": "  (certified from below; the upper end is what one W shows)",
    }.get(proof["side"], "")
    where = f", at {proof['place']}" if proof["place"] else ""
    return [f"{title:<10} {_span(value)}{where}{side}", f"             {proof['reason']}"]


def _span(ends: dict[str, str | None]) -> str:
    low, high = ends["lower"], ends["upper"]
    return f"= {low}" if low == high else f"in [{low or '-oo'}, {high or '+oo'}]"


def _short(ends: dict[str, str | None]) -> str:
    low, high = ends["lower"], ends["upper"]
    if low is None or high is None:
        raise InputError("W*: an entry is not finite; rescale the data")
    return low if low == high else f"[{low}, {high}]"
