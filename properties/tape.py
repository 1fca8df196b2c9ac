"""The tree walk, recorded: a scalar tree as a straight list of operations that replays on balls or dual-number balls.

`record` sends the one tree walk, `properties.evaluate`, over the tree in a field whose numbers write down what is
done to them. Replaying costs a few microseconds where walking the tree costs a hundred.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, fmpq

from properties.dual import Dual
from properties.evaluate import Evaluator
from properties.fields.spectrum import root
from properties.worlds import World


class Trace:
    """A number on a tape: the slot where its value will stand."""

    __slots__ = ("slot", "tape")

    def __init__(self, tape: Tape, slot: int) -> None:
        self.tape = tape
        self.slot = slot

    def _with(self, operation: Callable[..., Any], other: Any, swapped: bool = False) -> Trace:
        second = other if isinstance(other, Trace) else self.tape.constant(other)
        first, last = (second, self) if swapped else (self, second)
        return self.tape.write(operation, first.slot, last.slot)

    def __add__(self, other: Any) -> Trace:
        return self._with(operator.add, other)

    def __radd__(self, other: Any) -> Trace:
        return self._with(operator.add, other, True)

    def __sub__(self, other: Any) -> Trace:
        return self._with(operator.sub, other)

    def __rsub__(self, other: Any) -> Trace:
        return self._with(operator.sub, other, True)

    def __mul__(self, other: Any) -> Trace:
        return self._with(operator.mul, other)

    def __rmul__(self, other: Any) -> Trace:
        return self._with(operator.mul, other, True)

    def __truediv__(self, other: Any) -> Trace:
        return self._with(operator.truediv, other)

    def __rtruediv__(self, other: Any) -> Trace:
        return self._with(operator.truediv, other, True)

    def __neg__(self) -> Trace:
        return self.tape.write(operator.neg, self.slot)


def _sqrt(x: Any) -> Any:
    return x.sqrt() if isinstance(x, Dual) else root(arb(x))


_METHODS = {name: operator.methodcaller(name) for name in ("exp", "log", "expm1", "log1p")}


class Tape:
    """Operations on numbered slots; the first `inputs` slots are given at replay, the constants follow from code.

    It is also the field in which the tree walk records itself: scalars only.
    """

    name = "tape"

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.code: list[tuple[Callable[..., Any], int, int]] = []
        self.result = -1
        self._constants: list[fmpq] = []
        self._written: dict[Any, Trace] = {}

    def write(self, operation: Callable[..., Any], first: int, second: int = -1) -> Trace:
        """The number that an operation on one or two slots gives."""
        key = (operation, first, second)
        if key not in self._written:
            self.code.append(key)
            self._written[key] = Trace(self, len(self.code) - 1 + self.inputs)
        return self._written[key]

    def constant(self, raw: Any) -> Trace:
        """An exact rational on the tape."""
        q = Fraction(raw)
        self._constants.append(fmpq(q.numerator, q.denominator))
        value = self._constants[-1]
        key = ("constant", q)
        if key not in self._written:
            self.code.append((lambda _: arb(value), 0, -1))
            self._written[key] = Trace(self, len(self.code) - 1 + self.inputs)
        return self._written[key]

    def scalar(self, raw: Any) -> Trace:
        """A number on the tape; a constant is written there."""
        return raw if isinstance(raw, Trace) else self.constant(raw)

    def sqrt(self, x: Trace) -> Trace:
        """Records a square root."""
        return self.write(_sqrt, x.slot)

    def power(self, x: Trace, exponent: Any) -> Trace:
        """Records a rational power. Raises NotImplementedError for an exponent that is a number on the tape."""
        if not isinstance(exponent, Fraction | int):
            raise NotImplementedError("power: exponents on a tape are exact rationals")
        e = fmpq(exponent.numerator, exponent.denominator)
        return self.write(lambda v: v ** (int(e) if e.q == 1 and not isinstance(v, Dual) else arb(e)), x.slot)

    def function(self, name: str, x: Trace) -> Trace:
        """Records exp, log, expm1 or log1p."""
        return self.write(_METHODS[name], x.slot)

    def replay(self, values: Sequence[Any]) -> Any:
        """The recorded expression with the inputs given: balls, or dual-number balls where derivatives matter."""
        slots = list(values)
        keep = slots.append
        for operation, first, second in self.code:
            keep(operation(slots[first]) if second < 0 else operation(slots[first], slots[second]))
        return slots[self.result]


def record(tree: sp.Expr, inputs: Sequence[sp.Basic]) -> Tape:
    """The tape of a scalar tree whose leaves are `inputs`, in their order."""
    tape = Tape(len(inputs))
    bindings = {leaf: Trace(tape, slot) for slot, leaf in enumerate(inputs)}
    tape.result = Evaluator(World({}, bindings), tape)(tree).slot  # type: ignore[arg-type]
    return tape
