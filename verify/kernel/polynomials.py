"""Polynomials with rational coefficients and rational exponents over opaque real atoms, and their signs.

A reader must believe that two polynomials that are equal here are equal as real numbers, and that what is called
nonnegative (positive) is so. Both hold because a root, an inverse or a real power is formed only of what is known to
be nonnegative (positive), with `Unsupported` otherwise, and because a sign is known only when it is recorded by
`know` or visible: every coefficient positive and every atom of known sign, or of even power.

Atoms are tuples (kind, arguments). Those of kind "number" (a prime under a root), "sum" (a polynomial under a root),
"exp", "power", "Max" and "Min" are made of polynomials and belong here; the signs of the others come from `sign`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp

Mono = tuple[tuple[int, Fraction], ...]
Poly = dict[Mono, Fraction]

MINUS = Fraction(-1)
_ONE: Mono = ()


class Unsupported(ValueError):
    """A term the kernel does not take: an unknown head, or a root or quotient of something of unknown sign."""


def add(a: Poly, b: Poly, factor: Fraction = Fraction(1)) -> Poly:
    """a + factor b."""
    out = dict(a)
    for mono, coefficient in b.items():
        value = out.get(mono, Fraction(0)) + factor * coefficient
        if value:
            out[mono] = value
        else:
            out.pop(mono, None)
    return out


def constant(value: Fraction | int) -> Poly:
    """The polynomial of a rational."""
    return {_ONE: Fraction(value)} if value else {}


def frozen(p: Poly) -> tuple[tuple[Mono, Fraction], ...]:
    """A hashable form of a polynomial, equal exactly when the polynomials are."""
    return tuple(sorted(p.items()))


def _factor(atom: int, e: Fraction) -> Poly:
    return {((atom, e),): Fraction(1)}


def _scaled(p: Poly) -> Poly:
    lead = abs(p[min(p)])
    return {m: c / lead for m, c in p.items()}


class Polynomials:
    """Polynomials over one table of atoms.

    `sign(atom, strict)` says whether an atom not made of polynomials is known to be nonnegative (positive),
    `natural(atom, positive)` whether it is a natural number (a positive one), `name(atom)` what messages call it.
    """

    def __init__(
        self,
        sign: Callable[[tuple[Any, ...], bool], bool],
        natural: Callable[[tuple[Any, ...], bool], bool],
        name: Callable[[tuple[Any, ...]], str],
    ) -> None:
        self._sign, self._is_natural, self._called = sign, natural, name
        self._atoms: list[tuple[Any, ...]] = []
        self._atom_ids: dict[tuple[Any, ...], int] = {}
        self._signs: dict[Any, bool] = {}  # scaled polynomial -> True when positive, False when only nonnegative

    # signs ----------------------------------------------------------------------------------------------------------
    def know(self, p: Poly, strict: bool) -> None:
        """Record that p >= 0 (p > 0 when strict)."""
        if p:
            key = frozen(_scaled(p))
            self._signs[key] = strict or self._signs.get(key, False)

    def nonnegative(self, p: Poly) -> bool:
        """Whether p >= 0 is known: recorded, or every monomial is visibly nonnegative."""
        if not p or frozen(_scaled(p)) in self._signs:
            return True
        floor, rest = self._floor(p)
        return floor >= 0 and all(self._monomial_sign(mono, c, False) for mono, c in rest)

    def positive(self, p: Poly) -> bool:
        """Whether p > 0 is known: recorded, or visibly nonnegative with a visibly positive part."""
        if not p:
            return False
        if self._signs.get(frozen(_scaled(p)), False):
            return True
        floor, rest = self._floor(p)
        visible = floor >= 0 and all(self._monomial_sign(mono, c, False) for mono, c in rest)
        return visible and (floor > 0 or any(self._monomial_sign(*r, True) for r in rest))

    def _floor(self, p: Poly) -> tuple[Fraction, list[tuple[Mono, Fraction]]]:
        """A lower bound on the constant and the products of dimensions (each at least 1), and the other monomials."""
        whole = {mono for mono, c in p.items() if mono == _ONE or (c > 0 and self._natural(mono, True))}
        return sum((p[mono] for mono in whole), Fraction(0)), [(mono, c) for mono, c in p.items() if mono not in whole]

    def _monomial_sign(self, mono: Mono, c: Fraction, strict: bool) -> bool:
        if strict:
            return c > 0 and all(self._atom_sign(a, True) for a, _ in mono)
        return c > 0 and all(e % 2 == 0 or self._atom_sign(a, False) for a, e in mono)

    def _atom_sign(self, atom: int, strict: bool) -> bool:
        recorded = self._signs.get(frozen(_factor(atom, Fraction(1))))
        if recorded or (recorded is False and not strict):
            return True
        kind, *args = self._atoms[atom]
        if kind in ("number", "exp"):
            return True
        test = self.positive if strict else self.nonnegative
        if kind in ("sum", "power"):
            return test(dict(args[0]))
        if kind in ("Max", "Min"):
            return (any if kind == "Max" else all)(test(dict(a)) for a in args[0])
        return self._sign(self._atoms[atom], strict)

    def _natural(self, mono: Mono, positive: bool = False) -> bool:
        """Whether a monomial is a natural number (a positive one) by the declaration of its letters."""
        return all(e.denominator == 1 and e > 0 and self._is_natural(self._atoms[a], positive) for a, e in mono)

    # sums and products ----------------------------------------------------------------------------------------------
    def atom(self, *key: Any) -> Poly:
        """The atom with this kind and arguments as a polynomial; the same key is the same atom."""
        return _factor(self._key(*key), Fraction(1))

    def _key(self, *key: Any) -> int:
        if key not in self._atom_ids:
            self._atom_ids[key] = len(self._atoms)
            self._atoms.append(key)
        return self._atom_ids[key]

    def mul(self, a: Poly, b: Poly) -> Poly:
        """The product of two polynomials, roots of sums and of integers reduced."""
        out: Poly = {}
        for m1, c1 in a.items():
            for m2, c2 in b.items():
                out = add(out, self._join(m1, m2, c1 * c2)) if out else self._join(m1, m2, c1 * c2)
        return out

    def _join(self, m1: Mono, m2: Mono, coefficient: Fraction) -> Poly:
        exponents = dict(m1)
        extra: list[Poly] = []
        for atom, e in m2:
            exponents[atom] = exponents.get(atom, Fraction(0)) + e
        for atom, e in list(exponents.items()):
            kind = self._atoms[atom][0]
            whole = math.floor(e)
            if kind == "number" and whole:
                coefficient *= Fraction(self._atoms[atom][1]) ** whole
                exponents[atom] = e - whole
            elif kind == "sum" and whole >= 1:
                exponents[atom] = e - whole
                extra.append(self.repeat(dict(self._atoms[atom][1]), whole))
        mono = tuple(sorted((x, e) for x, e in exponents.items() if e))
        return reduce(self.mul, extra, {mono: coefficient})

    def repeat(self, p: Poly, times: int) -> Poly:
        """p to a natural power."""
        return reduce(self.mul, [p] * times, constant(1))

    def divided(self, p: Poly, mono: Mono) -> Poly:
        """p by a monomial that divides each of its own: no inverse is left, so its sign does not matter."""
        return self.mul(p, {tuple((x, -e) for x, e in mono): Fraction(1)})

    def common(self, p: Poly, strict: bool = True) -> Mono:
        """The atoms known to be positive (nonnegative) that divide every monomial, with their exponents."""
        shared = reduce(lambda a, b: {x: min(a[x], b[x]) for x in a if x in b}, (dict(m) for m in p), dict(min(p)))
        return tuple((x, e) for x, e in shared.items() if e > 0 and self._atom_sign(x, strict))

    # powers ---------------------------------------------------------------------------------------------------------
    def power(self, p: Poly, e: Fraction) -> Poly:
        """p to a rational power. Raises Unsupported when the sign of p is not known to allow it."""
        if e.denominator == 1 and e >= 0:
            return self.repeat(p, int(e))
        if not p:
            if e > 0:
                return {}
            raise Unsupported("a quotient by zero")
        if len(p) == 1:
            return self._mono_power(*next(iter(p.items())), e)
        content = Fraction(math.gcd(*(c.numerator for c in p.values())), math.lcm(*(c.denominator for c in p.values())))
        common = self.common(p)
        outside: Mono = tuple((a, x * e) for a, x in common)
        inside = self.divided({m: c / content for m, c in p.items()}, common)
        test = self.positive if e < 0 else self.nonnegative
        self.require(test(inside) or test(p), inside, e)
        atom = self._key("sum", frozen(inside))
        root = self.mul(self._number(content, e), {outside: Fraction(1)})
        return self.mul(root, self._reduced(atom, e))

    def require(self, known: bool, p: Poly, e: Fraction) -> None:
        """Raises Unsupported unless the sign that p^e needs is known."""
        if not known:
            sign = "positive" if e < 0 else "nonnegative"
            raise Unsupported(f"({self.show(p)})^({e}): the base is not known to be {sign}")

    def _reduced(self, atom: int, e: Fraction) -> Poly:
        whole = max(math.floor(e), 0)
        rest: Poly = _factor(atom, e - whole) if e != whole else constant(1)
        return self.mul(self.repeat(dict(self._atoms[atom][1]), whole), rest)

    def _mono_power(self, mono: Mono, c: Fraction, e: Fraction) -> Poly:
        outside: list[tuple[int, Fraction]] = []
        inside: list[tuple[int, Fraction]] = []
        for atom, x in mono:
            if self._atom_sign(atom, e < 0 or x < 0):
                outside.append((atom, x * e))
            else:
                inside.append((atom, x))
        sign = 1 if c > 0 else -1
        result = self._number(abs(c), e)
        for atom, x in outside:
            part = self._reduced(atom, x) if self._atoms[atom][0] == "sum" else _factor(atom, x)
            result = self.mul(result, part)
        if inside or sign < 0:
            left: Poly = {tuple(inside): Fraction(sign)}
            if not inside and e.denominator == 1:
                return self.mul(result, constant(sign ** abs(int(e))))
            self.require(self.positive(left) if e < 0 else self.nonnegative(left), left, e)
            atom = self._key("sum", frozen(left))
            result = self.mul(result, self._reduced(atom, e))
        return result

    def _number(self, value: Fraction, e: Fraction) -> Poly:
        out = constant(1)
        if e.denominator == 1:
            return constant(value ** int(e))
        for base, sign in ((value.numerator, 1), (value.denominator, -1)):
            for prime, times in sp.factorint(base).items():
                atom = self._key("number", int(prime))
                out = self.mul(out, self._join(((atom, sign * int(times) * e),), (), Fraction(1)))
        return out

    def exp(self, p: Poly) -> Poly:
        """e to the power p, split over the sum in the exponent."""
        return reduce(self.mul, (_factor(self._key("exp", m), c) for m, c in p.items()), constant(1))

    def real_power(self, base: Poly, exponent: Poly) -> Poly:
        """base ** exponent with a symbolic exponent, split over the sum in the exponent. Raises Unsupported."""
        if base == constant(1):
            return constant(1)
        if not base and self.positive(exponent):
            return {}
        out = self.power(base, exponent.get(_ONE, Fraction(0)))
        for mono, c in exponent.items():
            if mono != _ONE:
                out = self.mul(out, self._mono_exponent(base, mono, c))
        return out

    def _mono_exponent(self, base: Poly, mono: Mono, c: Fraction) -> Poly:
        natural = self._natural(mono) and c > 0
        inside: Poly = base
        shared: Mono = self.common(base, False) if len(base) > 1 and c > 0 else ()
        if len(base) == 1:
            ((shared, coefficient),) = base.items()
            inside = constant(coefficient)
        elif shared:
            inside = self.divided(base, shared)
            if not self.nonnegative(inside):
                inside, shared = base, ()
        parts: list[tuple[Poly, Fraction]] = [(_factor(a, Fraction(1)), e) for a, e in shared]
        if inside != constant(1):
            parts.append((inside, Fraction(1)))
        out = constant(1)
        for part, e in parts:
            # (x^2)^(t/2) is |x|^t, so that c and e are whole each, not their product alone
            whole = natural and c.denominator == e.denominator == 1 and e > 0
            rising = (
                self.nonnegative(part) and c * e > 0 and (self._natural(mono) or self.positive({mono: Fraction(1)}))
            )
            self.require(whole or rising or self.positive(part), part, c * e)
            out = self.mul(out, self._power_atom(part, mono, c * e))
        return out

    def _power_atom(self, part: Poly, mono: Mono, e: Fraction) -> Poly:
        """part ** (e mono); a power of a power of something nonnegative is one power."""
        atom = next(iter(part))[0][0] if len(part) == 1 and next(iter(part)) else None
        if (
            atom is not None
            and part == _factor(atom, Fraction(1))
            and self._atoms[atom][0] == "power"
            and self.nonnegative(dict(self._atoms[atom][1]))
        ):
            inner, inner_mono = dict(self._atoms[atom][1]), self._atoms[atom][2]
            ((joined, factor),) = self.mul({inner_mono: Fraction(1)}, {mono: Fraction(1)}).items()
            if joined == _ONE:
                return self.power(inner, factor * e)
            return _factor(self._key("power", frozen(inner), joined), factor * e)
        return _factor(self._key("power", frozen(part), mono), e)

    # for the reader -------------------------------------------------------------------------------------------------
    def show(self, p: Poly) -> str:
        """A polynomial as text, for messages."""
        return (
            " + ".join(
                "*".join([str(c), *(f"{self._name(a)}^{e}" if e != 1 else self._name(a) for a, e in m)])
                for m, c in p.items()
            )
            or "0"
        )

    def _name(self, atom: int) -> str:
        kind, *args = self._atoms[atom]
        if kind == "number":
            return str(args[0])
        if kind == "sum":
            return f"({self.show(dict(args[0]))})"
        return self._called(self._atoms[atom]) or f"{kind}#{atom}"
