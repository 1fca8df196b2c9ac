"""Every float64 suspicion about a statement, decided again until a violation is confirmed.

A suspicion is a step at which float64 meets the hypotheses and shows the claim broken by more than a share of its terms
that rounding explains, or, for a strict claim, its two sides equal. The most promising are decided first. While none is
confirmed every other one is decided too; once one is, the rest cannot change the verdict and are left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from properties.losses import CenteredLoss
from theorems import notation as N
from verify.audits.audit_decide import Broken, CannotDecide, candidate_of, verdict_in_balls, verdict_in_float64
from verify.audits.audit_float import STEADY, moved_part
from verify.audits.audit_runs import Part
from verify.audits.recheck import NUDGES, Judged, Nudge, Outcome, Recheck
from verify.falsify import refuted
from verify.falsify.hand_over import Candidate, constants, decide
from verify.falsify.plan import Plan
from verify.verdict import Observed, Verdict

Array = NDArray[np.float64]

# A violation beyond this many tolerances is decided before all others.
_CLEAR = 1e3

# Up to here a strict claim counts as an equality in float64.
_EQUAL = 1e-14

_SHRINKS = 60


def place(part: Part, t: int, b: int) -> str:
    """Where a step is, for a reader: "random problem 17 (n=2, m=1, h=2), t = 5"."""
    dims = part.start.dims
    size = f"n={dims[N.n]}, m={dims[N.m]}, h={dims[N.h]}"
    if not part.whole:
        return f"{part.name} {part.first + b} ({size})"
    alone = part.count == 1 and not part.name.startswith("random")
    return f"{part.name}, t = {t}" if alone else f"{part.name} {part.first + b} ({size}), t = {t}"


@dataclass(frozen=True)
class Counts:
    """What became of the suspicions about a statement.

    total      suspicions; decided: those decided again, which are all unless a violation was confirmed
    rounding   the claim holds there, or a hypothesis fails: float64 was wrong
    undecided  neither is certain; most: a bound of the violation possible there, None where there is none
    """

    total: int = 0
    decided: int = 0
    rounding: int = 0
    undecided: int = 0
    most: float | None = None
    why: str = ""

    def plus(self, judged: Judged, where: str) -> Counts:
        """With one more that was decided and not confirmed."""
        if judged.outcome is not Outcome.OPEN:
            return Counts(self.total, self.decided + 1, self.rounding + 1, self.undecided, self.most, self.why)
        most = judged.most if not self.undecided else None
        if self.undecided and self.most is not None and judged.most is not None:
            most = max(self.most, judged.most)
        # The reason told is of one that is more than an equality, where there is one.
        telling = not self.why or (judged.most is None and self.most is not None)
        why = f"{where}: {judged.why}" if telling else self.why
        return Counts(self.total, self.decided + 1, self.rounding, self.undecided + 1, most, why)

    def report(self) -> str:
        """Why the statement is undecided, empty where it is not."""
        if not self.undecided:
            return ""
        text = f"{self.undecided} of {self.total} float64 suspicions cannot be decided"
        if self.most is not None:
            return f"{text}: no violation there exceeds {self.most:.2g}, but balls cannot tell it from equality"
        return f"{text}; at {self.why}"


@dataclass(frozen=True)
class _Suspect:
    part: Part
    t: int
    b: int
    margin: float
    clear: bool

    def order(self) -> tuple[bool, bool, int, int]:
        """Clear ones first, small data before large, the user's long run last: a witness there is cheap and short."""
        centered = None if self.part.loss is None else self.part.loss.centered
        return (
            not self.clear, self.part.whole and self.part.count == 1, 0 if centered is None else len(centered.x), self.t
        )  # fmt: skip


class Suspicions:
    """The suspicions about one statement; `found` and `found_at` are the violation confirmed, if any."""

    def __init__(self, plan: Plan, evaluate: Any) -> None:
        """evaluate(part) -> margins against all terms (T, B), whether or not hypotheses hold: used on moved data."""
        self.plan, self.evaluate = plan, evaluate
        self.strict = any(claim.op in ("<", ">", "!=") for claim in plan.claims())
        self.tables: list[tuple[Part, Array, NDArray[np.bool_]]] = []
        self.promising: list[_Suspect] = []
        self.counts = Counts()
        self.found: Verdict | None = None
        self.found_at: _Suspect | None = None
        self._rechecks: dict[tuple[int, Nudge], Recheck] = {}

    def add(self, part: Part, worst: Array, tolerance: Array) -> None:
        """Keeps the suspicions of a part. worst: margins (T, B), inf where the hypotheses fail."""
        suspicious = worst < (_EQUAL if self.strict else -tolerance)
        if not suspicious.any():
            return
        self.counts = Counts(self.counts.total + int(suspicious.sum()))
        self.tables.append((part, worst, suspicious))
        for t, b in _foremost(worst, tolerance, suspicious, self.plan.run):
            margin = float(worst[t, b])
            self.promising.append(_Suspect(part, t, b, margin, margin < -_CLEAR * float(tolerance[t, b])))

    def decide(self) -> None:
        """Decides the suspicions, the most promising first, until one is confirmed or none is left."""
        done: set[tuple[int, int, int]] = set()
        for suspect in sorted(self.promising, key=_Suspect.order):
            done.add((id(suspect.part), suspect.t, suspect.b))
            if self._confirmed(suspect):
                return
        for part, worst, suspicious in self.tables:
            rounding = self._unsteady(part, worst, suspicious)
            # Run by run: the steps of one are carried once.
            for b, t in np.argwhere(suspicious.T).tolist():
                if (id(part), t, b) in done:
                    continue
                if rounding[t, b]:
                    self.counts = self.counts.plus(Judged(Outcome.HOLDS), "")
                elif self._confirmed(_Suspect(part, t, b, float(worst[t, b]), False)):
                    return
            self._rechecks.clear()

    def _confirmed(self, suspect: _Suspect) -> bool:
        judged, verdict = self._decided(suspect)
        if verdict is None:
            self.counts = self.counts.plus(judged, place(suspect.part, suspect.t, suspect.b))
            return False
        self.found, self.found_at = verdict, suspect
        counts = self.counts
        self.counts = Counts(counts.total, counts.decided + 1, counts.rounding, counts.undecided, counts.most)
        return True

    def _decided(self, suspect: _Suspect) -> tuple[Judged, Verdict | None]:
        """What is certain of a suspicion, with the verdict that confirms it."""
        part, loss = suspect.part, suspect.part.loss
        if part.exact is None and loss is not None and loss.black_box:
            item = candidate_of(self.plan, part, suspect.t, suspect.b)
            return Judged(Outcome.HOLDS), verdict_in_float64(self.plan, item, loss, suspect.margin)
        judged, nudge = Judged(Outcome.OPEN), NUDGES[0]
        for nudge in NUDGES:
            recheck = self._rechecks.get((id(part), nudge))
            if recheck is None:
                recheck = self._rechecks[id(part), nudge] = Recheck(self.plan, part, nudge)
            judged = recheck.judge(suspect.t, suspect.b)
            if judged.outcome is not Outcome.OUTSIDE:
                break
        if judged.outcome is not Outcome.BROKEN:
            return judged, None
        item = _scaled(candidate_of(self.plan, part, suspect.t, suspect.b), nudge)
        try:
            verdict = self._exactly(item, suspect)
        except CannotDecide as error:
            return Judged(Outcome.OPEN, str(error)), None
        return Judged(Outcome.OPEN, "violated, but no short witness of it stands"), verdict

    def _exactly(self, item: Candidate, suspect: _Suspect) -> Verdict | None:
        """The verdict on a violation that was confirmed where float64 saw it."""
        part, loss = suspect.part, suspect.part.loss
        if part.exact is None:
            return None if loss is None else verdict_in_balls(self.plan, item, loss, suspect.margin)
        if loss is not None and self.lacking(loss):
            broken = Broken(item, 0, f"broken by a share {-suspect.margin:.6g} of its terms")
            return Observed(f"{broken.text()} (exact; no certificate: the loss breaks an assumption)", suspect.margin)
        for one in (item, _with_own_constants(item, part, suspect.b)):
            witness = decide(self.plan, one)
            if witness is not None:
                return refuted(self.plan, witness, _SHRINKS)
        return None

    def lacking(self, loss: Any) -> bool:
        """Whether the loss breaks an assumption of the statement."""
        return any(getattr(g, "name", None) in loss.lacking for g in self.plan.statement.given)

    def _unsteady(self, part: Part, worst: Array, suspicious: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """On a Python loss, the suspicions that move with the data: rounding. None for a loss that is decided."""
        nothing = np.zeros(worst.shape, dtype=bool)
        if part.exact is not None or part.loss is None or not part.loss.black_box:
            return nothing
        unsteady = nothing
        for turn in (1, 2):
            moved = self.evaluate(moved_part(part, turn))
            if moved.shape != worst.shape:
                return nothing
            with np.errstate(all="ignore"):
                # Where the moved data have no margin, the step itself is decided.
                unsteady = unsteady | (np.isfinite(moved) & (np.abs(moved - worst) > STEADY * np.abs(worst)))
        return unsteady & suspicious


def _scaled(item: Candidate, nudge: Nudge) -> Candidate:
    """The candidate with its steps multiplied."""
    if nudge == NUDGES[0]:
        return item
    factors = {N.eta_0: nudge[0], N.eta: nudge[1]}
    values = {
        leaf: v * factors[leaf] if leaf in factors and isinstance(v, Fraction) else v for leaf, v in item.values.items()
    }
    steps = item.steps and tuple(s * nudge[k > 0] for k, s in enumerate(item.steps))
    return replace(item, values=values, steps=steps)


def _with_own_constants(item: Candidate, part: Part, b: int) -> Candidate:
    """The candidate with the K and mu that the run was made with, in place of those derived from rounded spectra."""
    loss, known = item.loss, part.runs.world.bindings
    if not isinstance(loss, CenteredLoss) or N.K not in known or N.mu not in known:
        return item

    def own(leaf: Any) -> Fraction:
        array = np.asarray(known[leaf], dtype=float)
        return Fraction(float(array[b] if array.ndim else array))

    k, mu = constants(loss)
    return replace(item, k_factor=own(N.K) / k, mu_factor=own(N.mu) / mu) if k > 0 and mu > 0 else item


def _foremost(worst: Array, tolerance: Array, suspicious: NDArray[np.bool_], run: bool) -> list[tuple[int, int]]:
    """The (iteration, run) pairs to decide first: the two worst; in a run the earliest clear one, else the worst."""
    if run:
        clear = np.argwhere(worst < -_CLEAR * tolerance)
        if len(clear):
            first = clear[clear[:, 0] == clear[0, 0]]
            t, b = min(((int(t), int(b)) for t, b in first), key=lambda at: float(worst[at]))
            return [(t, b)]
    order = np.argsort(worst, axis=None, kind="stable")[: 1 if run else 2]
    pairs = [tuple(int(i) for i in np.unravel_index(int(k), worst.shape)) for k in order]
    return [(t, b) for t, b in pairs if suspicious[t, b]]
