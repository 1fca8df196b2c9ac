"""A formula in z and y, read from text by an allow-list and built node by node as a SymPy expression.

A formula is data: the text is parsed to Python's syntax tree, every node is checked against a short list, and the
expression is built from it by hand. Nothing is evaluated, so no text can run code.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from difflib import get_close_matches

import sympy as sp

from properties.errors import InputError
from properties.exact_numbers import parse_rational, shorten

z = sp.Symbol("z", real=True)
y = sp.Symbol("y", real=True)

FUNCTIONS: dict[str, Callable[[sp.Expr], sp.Expr]] = {
    "exp": sp.exp,
    "expm1": lambda x: sp.exp(x) - 1,
    "log": sp.log,
    "log1p": lambda x: sp.log(1 + x),
    "sqrt": sp.sqrt,
    "sin": sp.sin,
    "cos": sp.cos,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "tanh": sp.tanh,
    "atan": sp.atan,
    "asinh": sp.asinh,
    "abs": sp.Abs,
}
"""The functions a formula may use, by name."""

MAX_LENGTH = 1000
MAX_NODES = 300
MAX_EXPONENT = 64
MAX_BITS = 20_000

_BINARY: dict[type[ast.operator], Callable[[sp.Expr, sp.Expr], sp.Expr]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def parse_formula(text: object, argument: str = "phi", symbols: Mapping[str, sp.Symbol] | None = None) -> sp.Expr:
    """The SymPy expression that `text` writes in the symbols z and y (or those of `symbols`).

    Numbers are exact ("0.1" is 1/10); ** and ^ are powers with a rational constant as exponent. Raises InputError,
    one line, for anything that is not on the list: other names, attributes, calls, comparisons, strings, tuples.
    """
    if not isinstance(text, str):
        raise InputError(f'{argument} = {shorten(text)}: not a formula; write text such as "log(1 + exp(-y*z))"')
    if len(text) > MAX_LENGTH:
        raise InputError(f"{argument}: a formula of {len(text)} characters; at most {MAX_LENGTH} are read")
    source = text.strip().replace("^", "**")
    if not source:
        raise InputError(f'{argument} = "": an empty formula; write one in z, such as "z^2/2"')
    if not source.isascii():
        raise InputError(f"{argument} = {shorten(text)}: a character outside ASCII; write plain letters and digits")
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        where = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise InputError(
            f'{argument} = {shorten(text)}: not a formula{where}; write one such as "log(1 + exp(-y*z))"'
        ) from error
    if sum(1 for _ in ast.walk(tree)) > 4 * MAX_NODES:
        raise InputError(f"{argument} = {shorten(text)}: too many terms; at most {MAX_NODES} nodes are read")
    try:
        expression = _Builder(source, argument, symbols or {"z": z, "y": y}).build(tree.body)
    except RecursionError as error:
        raise InputError(f"{argument} = {shorten(text)}: nested too deeply; write fewer brackets") from error
    if expression.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I):
        raise InputError(
            f"{argument} = {shorten(text)}: a part has no real value (division by zero, or log or root of a "
            "negative number); correct that part"
        )
    return expression


class _Builder:
    """Builds the expression of one formula; `source` is its text, from which literals are read exactly."""

    def __init__(self, source: str, argument: str, symbols: Mapping[str, sp.Symbol]) -> None:
        self.source, self.argument, self.symbols = source, argument, symbols

    def build(self, node: ast.AST) -> sp.Expr:
        """The expression of a node. Raises InputError when the node is not on the list."""
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return -self.build(x)
            case ast.UnaryOp(op=ast.UAdd(), operand=x):
                return self.build(x)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(self.build(left), self.build(right), node)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                below = self.build(right)
                if below.is_zero:
                    raise self._refuse(node, "division by zero", "divide by something else")
                return self.build(left) / below
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _BINARY[type(op)](self.build(left), self.build(right))
            case ast.Call():
                return self._call(node)
        raise self._refuse(node, f"{type(node).__name__} is not part of a formula", "use + - * / ^ and functions")

    def _text(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.source, node) or type(node).__name__

    def _refuse(self, node: ast.AST, rule: str, remedy: str) -> InputError:
        return InputError(f"{self.argument} = ... {shorten(self._text(node))} ...: {rule}; {remedy}")

    def _number(self, node: ast.Constant) -> sp.Expr:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self._refuse(node, "not a number", "write an integer, a fraction or a decimal")
        value = parse_rational(self._text(node).replace("_", ""), self.argument)
        return sp.Rational(value.numerator, value.denominator)

    def _name(self, name: str) -> sp.Expr:
        if name in self.symbols:
            return self.symbols[name]
        if name == "pi":
            return sp.pi
        near = get_close_matches(name, [*self.symbols, *FUNCTIONS], 1)
        hint = f"did you mean {near[0]}?" if near else f"a formula is written in {', '.join(self.symbols)}"
        raise InputError(f"{self.argument} = ... {name} ...: unknown name; {hint}")

    def _call(self, node: ast.Call) -> sp.Expr:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            raise self._refuse(node, "not a function of the list", f"the list is {', '.join(FUNCTIONS)}")
        if node.keywords or len(node.args) != 1:
            raise self._refuse(node, "a function takes one argument", f"write {node.func.id}(...)")
        return FUNCTIONS[node.func.id](self.build(node.args[0]))

    def _power(self, base: sp.Expr, exponent: sp.Expr, node: ast.AST) -> sp.Expr:
        if not isinstance(exponent, sp.Rational):
            raise self._refuse(node, "an exponent is a rational number", "write a^b as exp(b*log(a))")
        if abs(exponent) > MAX_EXPONENT or exponent.q > MAX_EXPONENT:
            raise self._refuse(node, f"an exponent beyond {MAX_EXPONENT}", "take a smaller one")
        if isinstance(base, sp.Rational):
            if base == 0 and exponent < 0:
                raise self._refuse(node, "division by zero", "take another base")
            if max(abs(int(base.p)).bit_length(), int(base.q).bit_length()) * abs(exponent) > MAX_BITS:
                raise self._refuse(node, "a number of too many digits", "round it")
        for part in base.atoms(sp.Pow):
            if isinstance(part.exp, sp.Rational) and abs(part.exp * exponent) > 4 * MAX_EXPONENT:
                raise self._refuse(node, f"a power of a power beyond {4 * MAX_EXPONENT}", "take smaller exponents")
        return sp.Pow(base, exponent)
