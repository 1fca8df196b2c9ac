"""The canonical JSON tree of expressions and statements, and its digest: how a certificate names a claim.

A node is a list whose first entry is its head: `["Rational", "1/2"]`, `["Symbol", "eta", "positive"]`,
`["MatrixSymbol", "W1", rows, columns]`, `["Add", ...]`, `["Pow", base, exponent]`, `["SigmaMax", X]`,
`["<=", left, right]`. Arguments of commutative heads are sorted by their own JSON and scalar factors of a matrix
product are gathered in front, so that the tree depends on neither SymPy's argument order nor the hash seed.
Reading a tree back is a walk over an allow-list: no text is ever evaluated.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr

from theorems import norms
from theorems.notation import DEFINITIONS
from theorems.statement import (
    AllOf,
    Assumption,
    Empirical,
    Limit,
    Monotone,
    Probability,
    Relation,
    Statement,
    UniqueRoot,
    WellShaped,
)

__all__ = ["Tree", "canonical_json", "digest", "from_tree", "statement_tree", "symbols_of", "to_tree"]

Tree = list[Any]

_HEADS: dict[str, Callable[..., Any]] = {name: getattr(norms, name) for name in norms.__all__}
_ARITY = {"Inner": 2, "Hess": 2, "HistoryProduct": 2, "KroneckerSum": 2, "Lambda": 2, "MinRoot": 2, "Sigma": 2}
_ARITY |= {"Stack": 2, "TauIntegral": 2}
_COMMUTATIVE: dict[str, Any] = {"Add": sp.Add, "Mul": sp.Mul, "Max": sp.Max, "Min": sp.Min, "MatAdd": sp.MatAdd}
_ORDERED: dict[str, Any] = {
    "Pow": sp.Pow,
    "exp": sp.exp,
    "log": sp.log,
    "Abs": sp.Abs,
    "Transpose": sp.Transpose,
    "Identity": sp.Identity,
    "ZeroMatrix": sp.ZeroMatrix,
    "MatPow": sp.MatPow,
    "Determinant": sp.Determinant,
    "MatrixElement": MatrixElement,
}
_CONSTANTS = {"Infinity": sp.oo, "NegativeInfinity": -sp.oo, "Pi": sp.pi}
_SIGNS = ("positive", "negative", "nonnegative", "nonpositive", "nonzero")
_OPS = ("<=", "<", "==", ">=", ">", "!=")
_RATIONAL = re.compile(r"-?(0|[1-9][0-9]{0,8999})(/[1-9][0-9]{0,8999})?\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")


def canonical_json(value: object) -> str:
    """JSON of `value` with sorted keys, no spaces, ASCII only: equal values have equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _flags(symbol: sp.Symbol) -> list[str]:
    """What a symbol's assumptions restrict beyond real: "integer" and one sign."""
    signs = [sign for sign in _SIGNS if getattr(symbol, f"is_{sign}")]
    return (["integer"] if symbol.is_integer else []) + signs[:1]


def _name(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"name = {name!r}: a symbol's name is a letter, then letters, digits and underscores")
    return name


def _matmul_tree(term: sp.Basic) -> Tree:
    """Scalar factors gathered in one scalar in front, then the matrices in their order."""
    scalars: list[Any] = []
    matrices: list[Tree] = []

    def collect(factor: sp.Basic) -> None:
        if isinstance(factor, sp.MatMul) or (isinstance(factor, sp.Mul) and not isinstance(factor, MatrixExpr)):
            for part in factor.args:
                collect(part)
        elif isinstance(factor, MatrixExpr | sp.MatrixBase):
            matrices.append(to_tree(factor))
        else:
            scalars.append(factor)

    collect(term)
    if not scalars:
        return ["MatMul", *matrices] if len(matrices) > 1 else matrices[0]
    return ["MatMul", to_tree(sp.Mul(*scalars)), *matrices]


def _sum_tree(name: str, term: sp.Basic) -> Tree:
    return [name, *sorted((to_tree(a) for a in term.args), key=canonical_json)]


def _leaf_tree(term: sp.Basic) -> Tree | None:
    if isinstance(term, sp.Rational):
        return ["Rational", str(term)]
    for name, constant in _CONSTANTS.items():
        if term is constant:
            return [name]
    if term is sp.E:
        return ["exp", ["Rational", "1"]]
    if isinstance(term, sp.Symbol):
        return ["Symbol", _name(term.name), *_flags(term)]
    if isinstance(term, sp.MatrixSymbol):
        return ["MatrixSymbol", _name(term.name), *map(to_tree, term.shape)]
    return None


def to_tree(term: Any) -> Tree:
    """The canonical tree of a SymPy expression, a relation, a claim or an assumption on the loss.

    Raises: TypeError for a head outside the allow-list (floats, functions, derivatives, nan).
    """
    if not isinstance(term, sp.Basic | sp.MatrixBase):
        return _claim_tree(term)
    leaf = _leaf_tree(term) if isinstance(term, sp.Basic) else None
    if leaf is not None:
        return leaf
    if isinstance(term, sp.MatrixBase):
        return ["Matrix", *([to_tree(term[i, j]) for j in range(term.cols)] for i in range(term.rows))]
    if isinstance(term, sp.MatMul):
        return _matmul_tree(term)
    name = type(term).__name__
    if _HEADS.get(name) is type(term):
        return [name, *map(to_tree, term.args)]
    if _COMMUTATIVE.get(name) is type(term):
        return _sum_tree(name, term)
    if isinstance(term, sp.MatPow | sp.Inverse):
        return ["MatPow", to_tree(term.args[0]), to_tree(term.args[1])]
    if _ORDERED.get(name) is type(term):
        return [name, *map(to_tree, term.args)]
    raise TypeError(f"term = {name}: not a node of a statement; write it with SymPy arithmetic and theorems.norms")


def _claim_tree(claim: object) -> Tree:
    match claim:
        case Relation():
            return [claim.op, to_tree(claim.lhs), to_tree(claim.rhs)]
        case AllOf():
            return ["AllOf", *map(to_tree, claim.claims)]
        case WellShaped():
            return ["WellShaped", *map(to_tree, claim.terms)]
        case Monotone():
            return ["Monotone", to_tree(claim.expression), to_tree(claim.variable), claim.direction]
        case Limit():
            terms = (claim.expression, claim.variable, claim.point, claim.value)
            return ["Limit", *map(to_tree, terms), claim.side]
        case UniqueRoot():
            terms = (claim.expression, claim.variable, claim.lower, claim.upper)
            return ["UniqueRoot", *map(to_tree, terms), "exactly one" if claim.unique else "at least one"]
        case Probability():
            law = [[to_tree(x), name, None if v is None else to_tree(sp.sympify(v))] for x, name, v in claim.law]
            return ["Probability", to_tree(claim.event), to_tree(sp.sympify(claim.bound)), law]
        case Empirical():
            return ["Empirical", claim.meaning, claim.experiment, claim.measure, claim.timing]
        case Assumption():
            constant = [] if claim.constant is None else [to_tree(claim.constant)]
            return ["Assumption", claim.name, *constant]
    raise TypeError(f"term = {type(claim).__name__}: not a SymPy expression, relation, claim or assumption")


def _keep(head: Any, args: list[Any]) -> Any:
    """`head(*args)` as the tree has it: evaluation may order the arguments, not change them."""
    built = head(*args)
    if type(built) is head and Counter(built.args) == Counter(args):
        return built
    return head(*args, evaluate=False)


def _symbol(name: str, *flags: str) -> sp.Symbol:
    if not set(flags) <= {"integer", *_SIGNS}:
        raise ValueError(f"Symbol {name}: flags {flags} are not among integer, {', '.join(_SIGNS)}")
    return sp.Symbol(_name(name), real=True, **dict.fromkeys(flags, True))


def _claim(head: str, args: list[Any]) -> Any:
    if head in _OPS:
        return Relation(from_tree(args[0]), head, from_tree(args[1]))
    match head:
        case "AllOf":
            return AllOf(*map(from_tree, args))
        case "WellShaped":
            return WellShaped(*map(from_tree, args))
        case "Monotone":
            return Monotone(from_tree(args[0]), from_tree(args[1]), args[2])
        case "Limit":
            expression, variable, point, value = map(from_tree, args[:4])
            return Limit(expression, variable, point, value, args[4])
        case "UniqueRoot":
            expression, variable, lower, upper = map(from_tree, args[:4])
            return UniqueRoot(expression, variable, lower, upper, args[4] == "exactly one")
        case "Probability":
            law = tuple((from_tree(x), name, None if v is None else from_tree(v)) for x, name, v in args[2])
            return Probability(from_tree(args[0]), from_tree(args[1]), law)
        case "Empirical":
            return Empirical(*args)
        case "Assumption":
            return Assumption(args[0], *map(from_tree, args[1:]))
    raise ValueError(f"node = {head!r}: not a node of a statement")


def from_tree(tree: Tree) -> Any:
    """The SymPy expression (or relation, claim, assumption) of a tree; symbols come back as real ones.

    Raises: ValueError for a node that is not on the allow-list.
    """
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise ValueError(f"tree = {str(tree)[:40]!r}: a node is a list that begins with its head")
    head, args = tree[0], tree[1:]
    if head == "Rational":
        if len(args) != 1 or not isinstance(args[0], str) or not _RATIONAL.match(args[0]):
            raise ValueError(f"Rational {str(args)[:40]}: one string p or p/q")
        numerator, _, denominator = args[0].partition("/")
        return sp.Rational(int(numerator), int(denominator or "1"))
    if head == "Symbol":
        return _symbol(*args)
    if head == "MatrixSymbol":
        name, rows, columns = args
        return sp.MatrixSymbol(_name(name), from_tree(rows), from_tree(columns))
    if head in _CONSTANTS:
        return _CONSTANTS[head]
    if head == "Matrix":
        return sp.ImmutableDenseMatrix([[from_tree(x) for x in row] for row in args])
    if head in _HEADS:
        if len(args) != _ARITY.get(head, 1):
            raise ValueError(f"{head}: {_ARITY.get(head, 1)} arguments, not {len(args)}")
        return _HEADS[head](*map(from_tree, args))
    if head in ("Add", "Mul", "Max", "Min", "Pow", "exp", "log", "Abs"):
        return _keep({**_COMMUTATIVE, **_ORDERED}[head], list(map(from_tree, args)))
    if head == "MatMul":
        return sp.MatMul(*map(from_tree, args))
    if head == "MatAdd":
        return sp.MatAdd(*map(from_tree, args)).doit(deep=False)
    if head in _ORDERED:
        return _ORDERED[head](*map(from_tree, args))
    return _claim(head, args)


def _symbols(term: Any) -> set[sp.Basic]:
    """Every Symbol and MatrixSymbol that a term or claim mentions, bound or free, dimensions included."""
    if isinstance(term, sp.Symbol):
        return {term}
    if isinstance(term, sp.MatrixSymbol):
        return {term, *term.shape[0].free_symbols, *term.shape[1].free_symbols}
    if isinstance(term, sp.Basic | sp.MatrixBase):
        return set().union(*(_symbols(a) for a in term.args if not isinstance(a, Str)))
    return set().union(*(_symbols(part) for part in _terms(term)))


def _terms(claim: Any) -> list[Any]:
    match claim:
        case None | Empirical():
            return []
        case Relation():
            return [claim.lhs, claim.rhs]
        case AllOf():
            return list(claim.claims)
        case WellShaped():
            return list(claim.terms)
        case Monotone():
            return [claim.expression, claim.variable]
        case Limit():
            return [claim.expression, claim.variable, claim.point, claim.value]
        case UniqueRoot():
            return [claim.expression, claim.variable, claim.lower, claim.upper]
        case Probability():
            laws = [sp.sympify(x) for symbol, _, value in claim.law for x in (symbol, value) if x is not None]
            return [claim.event, sp.sympify(claim.bound), *laws]
        case Assumption():
            return [] if claim.constant is None else [claim.constant]
    raise TypeError(f"claim = {type(claim).__name__}: not a claim")


def _closure(statement: Statement) -> tuple[set[sp.Basic], dict[sp.Basic, sp.Basic]]:
    """All symbols a statement speaks of, definitions opened, and the definitions among them."""
    table: Mapping[sp.Basic, sp.Basic] = {**DEFINITIONS, **statement.where}
    found: set[sp.Basic] = set()
    todo = set().union(*(_symbols(part) for part in (*statement.given, statement.then) if part is not None))
    while todo:
        symbol = todo.pop()
        found.add(symbol)
        if symbol in table:
            todo |= _symbols(table[symbol]) - found
    return found, {symbol: table[symbol] for symbol in found if symbol in table}


def symbols_of(statement: Statement) -> set[sp.Basic]:
    """Every symbol that a statement reaches, definitions opened."""
    return _closure(statement)[0]


def statement_tree(statement: Statement) -> dict[str, Any]:
    """{"kind", "given", "then", "where"} of a statement, all as trees: everything that its truth depends on.

    `where` holds the definition of each symbol that the statement reaches, `statement.where` before DEFINITIONS.
    Raises: ValueError when two different symbols share one name.
    """
    symbols, where = _closure(statement)
    names = Counter(symbol.name for symbol in symbols)
    shared = sorted(name for name, count in names.items() if count > 1)
    if shared:
        raise ValueError(f"statement {statement.id}: {shared[0]} names two different symbols; rename one")
    return {
        "kind": str(statement.kind),
        "given": [to_tree(g) for g in statement.given],
        "then": None if statement.then is None else to_tree(statement.then),
        "where": {symbol.name: to_tree(definition) for symbol, definition in where.items()},
    }


def digest(statement: Statement) -> str:
    """SHA-256 (hex) of the canonical JSON of `statement_tree(statement)`."""
    return hashlib.sha256(canonical_json(statement_tree(statement)).encode("ascii")).hexdigest()
