"""Induction and claims about runs: what moves along a run is not held still, nor supposed before it is shown."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from made_proofs import by_algebra, by_lemma, hyp, made

from theorems.norms import Fro, HistorySum, Inner, Lambda, Loss
from theorems.notation import (
    W1,
    W1_0,
    W2,
    W2_0,
    W_0,
    W,
    W1_next,
    W_next,
    eta,
    h,
    n,
    t,
    unfold,
)
from theorems.proofs.derivation import Proof, line
from theorems.statement import Kind, eq, le
from verify.kernel import Refusal, check

_x, _y, _hole, _tau = sp.symbols("x y hole_ tau", real=True)
_yy = sp.Symbol("yy", real=True, positive=True)


LEMMAS: dict[str, Proof] = {}

# A run whose loss shrinks by the factor yy at every step.
_shrinks = le(Loss(W_next), _yy * Loss(W))
_rate = le(Loss(W), Loss(W_0) * _yy**t)
_rate_next = le(Loss(W_next), Loss(W_0) * _yy ** (t + 1))
LEMMAS["base"] = by_algebra(le(Loss(W_0), Loss(W_0)), "base")
LEMMAS["step"] = made(
    _rate_next,
    hyp("a", _shrinks),
    hyp("b", _rate),
    line("claim", _rate_next, "arithmetic", weights=[(1, "a"), (_yy, "b")]),
    given=(_shrinks, _rate),
    label="step",
)
LEMMAS["run"] = made(
    _rate,
    line("claim", _rate, "induction", labels=("base", "step"), at={"invariant": _rate}),
    given=(_shrinks,),
    kind=Kind.TRAJECTORY,
    label="run",
)


def _rerun(claim: Any, **where: Any) -> Proof:
    return made(
        claim,
        hyp("h", _shrinks),
        by_lemma("run", claim, "h"),
        given=(_shrinks,),
        kind=Kind.TRAJECTORY,
        where={{"W1": W1, "W1_0": W1_0, "W2_0": W2_0, "yy": _yy}[name]: value for name, value in where.items()},
    )


# Sums over the history, opened: base and step are true by hypothesis, and speak of different sums.
_sum_base, _sum_step, _sum_now = (le(HistorySum(Loss(unfold(w))), _x) for w in (W_0, W_next, W))
for _label, _claim in (("sum-base", _sum_base), ("sum-step", _sum_step)):
    LEMMAS[_label] = made(_claim, hyp("claim", _claim), given=(_claim,), label=_label)

# An invariant about a chosen eigenvector, which is another one at every iteration.
_chosen, _unit = sp.MatrixSymbol("uu", n, 1), sp.MatrixSymbol("w", n, 1)
_now, _next, _first = W1 * W1.T, W1_next * W1_next.T, W1_0 * W1_0.T
_change = _next - _now


def _difference(a: Any) -> Any:
    return Inner(_unit, a * _unit) - Inner(_chosen, a * _chosen)


_turns = le(_difference(_change), 0)
_kept, _kept_next = (le(_difference(a), _difference(_first)) for a in (_now, _next))
LEMMAS["chosen-base"] = by_algebra(le(_difference(_first), _difference(_first)), "chosen-base")
LEMMAS["chosen-step"] = made(
    _kept_next,
    hyp("a", _turns),
    hyp("b", _kept),
    line("claim", _kept_next, "arithmetic", weights=[(1, "a"), (1, "b")]),
    given=(_turns, _kept),
    label="chosen-step",
)
_eigen = {"S": _change, "k": 1, "u": _chosen}
_one = eq(Fro(_unit), 1)
_top = Lambda(_change, 1)
_chosen_invariant = made(
    le(0, Fro(_unit)),
    hyp("one", _one),
    line("square", eq(Fro(_unit) ** 2, 1), "arithmetic", weights=[(Fro(_unit) + 1, "one")]),
    line("value", eq(Inner(_chosen, _change * _chosen), _top), "eigenvector.exists", at=_eigen),
    line(
        "top",
        le(Inner(_unit, _change * _unit), _top * Fro(_unit) ** 2),
        "eigenvalues.rayleigh",
        at={"S": _change, "X": _unit},
    ),
    line("turns", _turns, "arithmetic", weights=[(1, "top"), (-1, "value"), (_top, "square")], known=True),
    line("kept", _kept, "induction", labels=("chosen-base", "chosen-step"), at={"invariant": _kept}),
    line("claim", le(0, Fro(_unit)), "algebra"),
    given=(_one,),
    kind=Kind.TRAJECTORY,
)


LEMMAS["supposed"] = made(_rate_next, hyp("claim", _rate_next), given=(_rate_next,), label="supposed")


FALSE: dict[str, tuple[Proof, str]] = {
    "no induction over a sum over the history": (
        made(
            _sum_now,
            line("claim", _sum_now, "induction", labels=("sum-base", "sum-step"), at={"invariant": _sum_now}),
            given=(_sum_base, _sum_step),
            kind=Kind.TRAJECTORY,
        ),
        "not replaced inside",
    ),
    "no invariant about a chosen letter": (_chosen_invariant, "chosen letters"),
    "a letter of a run's claim does not move": (_rerun(_rate, yy=eta), "defined here"),
    "a run's first weights are not defined": (
        _rerun(le(Loss(W), Loss(W) * _yy**t), W1_0=W1, W2_0=W2),
        "not for a statement",
    ),
    "a run's weights are not defined": (
        _rerun(le(Loss(sp.MatrixSymbol("V1", n, h) * W2.T), Loss(W_0) * _yy**t), W1=sp.MatrixSymbol("V1", n, h)),
        "not for a statement",
    ),
    "a step that supposes its conclusion": (
        made(
            _rate,
            line("claim", _rate, "induction", labels=("base", "supposed"), at={"invariant": _rate}),
            kind=Kind.TRAJECTORY,
        ),
        "not available",
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refused(name: str) -> None:
    proof, reason = FALSE[name]
    with pytest.raises(Refusal, match=reason):
        check(proof, LEMMAS)


@pytest.mark.parametrize("label", LEMMAS)
def test_the_lemmas_behind_them_are_accepted(label: str) -> None:
    assert check(LEMMAS[label], LEMMAS).proof == label


def test_a_run_is_cited_in_its_own_words() -> None:
    assert check(_rerun(_rate), LEMMAS).proof == "t.claim"
