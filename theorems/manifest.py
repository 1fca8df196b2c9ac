"""What the paper contains, item by item, and what covers it: the map behind `localpl paper --coverage`.

Equations, lines of displayed chains, theorems and lemmas, table rows and checkable sentences of both versions are
listed in the paper's order, to be held beside the text. An item is covered by statements (found through their
sources, or named here), by a definition in `theorems.notation` or elsewhere, or is out of scope for a stated reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from theorems.statement import Version

__all__ = ["Item", "coverage", "coverage_text", "holes", "items"]

SCHEMA = "localpl/coverage/1"
EQUATIONS = {Version.JOURNAL: 146, Version.SUBMISSION: 36}

# Equations that define something, or repeat a labelled one under another number. -----------------------------------
DEFINED: dict[tuple[Version, int], str] = {
    (Version.JOURNAL, 32): "the squared loss of the experiments",
    (Version.JOURNAL, 42): "the singular value decompositions of W1 and W2",
    (Version.JOURNAL, 71): "mu_t of theorems.notation, as (11)",
    (Version.JOURNAL, 72): "K_t of theorems.notation, as (12)",
    (
        Version.JOURNAL,
        95,
    ): "second derivatives are written out by the chain rule: how theorems.local_descent encodes them",
    (Version.JOURNAL, 140): "alpha_2 of Table 2",
    (Version.JOURNAL, 141): "lambda_-, lambda_+ and beta_2 of Table 2",
    (Version.JOURNAL, 146): "the squared loss of the experiments",
    (Version.SUBMISSION, 35): "the singular value decompositions of W1 and W2",
}
REPEATED: dict[tuple[Version, int], tuple[str, ...]] = {
    (Version.JOURNAL, 69): ("j9.descent", "j9.pl"),
    (Version.JOURNAL, 70): ("j10.rate",),
    (Version.JOURNAL, 71): ("j9.pl",),
    (Version.JOURNAL, 87): ("j75.curvature-bound",),
    (Version.JOURNAL, 98): ("j79.product-of-gradients", "j80.product-of-gradients"),
    (Version.JOURNAL, 99): ("j82.first-order", "j84.gradient-change"),
}

_CHAIN_RULE = "the chain rule, by which second derivatives are encoded"
# Lines of the displayed chains, in order: labels, or (in parentheses) why a line is none.
CHAINS: dict[tuple[Version, str], tuple[str, ...]] = {
    (Version.JOURNAL, "2.1, descent lemma"): ("j2.1-descent.smoothness", "j2.1-descent.substitute"),
    (Version.JOURNAL, "(5)"): ("j5.descent", "j5.pl"),
    (Version.JOURNAL, "(6)"): ("j6.rate", "j6.linear"),
    (Version.JOURNAL, "(13)"): ("j13.rate", "j13.uniform", "j13.linear"),
    (Version.JOURNAL, "(16)"): ("j16.step-rate", "j16.rate"),
    (Version.JOURNAL, "(22)"): ("j22.lower", "j22.order", "j22.upper"),
    (Version.JOURNAL, "(23)"): ("j23.beta-1", "j23.order", "j23.beta-2"),
    (Version.JOURNAL, "(25)"): ("j25.bound", "j25.initial"),
    (Version.JOURNAL, "(26) to (30)"): ("j26.descent", "j27.pl", "j28.collected", "j29.uniform", "j30.initial"),
    (Version.JOURNAL, "(31)"): ("j31.condition-number", "j31.condition-number"),
    (Version.JOURNAL, "(43)"): ("j43.rayleigh.line1", "j43.rayleigh.line2", "j43.rayleigh.line3"),
    (Version.JOURNAL, "(44)"): (
        "j44.minimizer-shape",
        "j44.line2-shape",
        "j44.line3-shape",
        "j44.minimizer-value",
    ),
    (Version.JOURNAL, "(54)"): tuple(f"j54.line{i}" for i in range(1, 7)),
    (Version.JOURNAL, "(56)"): ("j56.line1", "j56.line2", "j56.line3"),
    (Version.JOURNAL, "D, PL inequality"): tuple(f"jD-pl.line{i}" for i in range(1, 6)),
    (Version.JOURNAL, "(73)"): ("j73.line1", "j73.line2"),
    (Version.JOURNAL, "(74)"): ("j74.points", "j74.points"),
    (Version.JOURNAL, "(76)"): (
        "j76.line1",
        "(a maximum over tau put in; joined with the next line)",
        "j76.line3",
        "j76.line4",
        "j76.line5",
    ),
    (Version.JOURNAL, "(81)"): ("j81.line1", "j81.line2", "j81.line3"),
    (Version.JOURNAL, "(83)"): tuple(f"j83.line{i}" for i in range(1, 6)),
    (Version.JOURNAL, "(85)"): tuple(f"j85.line{i}" for i in range(1, 5)),
    (Version.JOURNAL, "(86)"): ("j85.line1", "j86.line2", "j86.line2", "j86.line4"),
    (Version.JOURNAL, "(89)"): ("j89.line1", "j89.line2", f"({_CHAIN_RULE})", f"({_CHAIN_RULE})"),
    (Version.JOURNAL, "(90)"): (f"({_CHAIN_RULE})", *(f"j90.line{i}" for i in range(2, 7))),
    (Version.JOURNAL, "(91)"): ("j88.curvature", "j91.line2", "j91.line3", "j91.line4"),
    (Version.JOURNAL, "(95)"): (f"({_CHAIN_RULE})",) * 3,
    (Version.JOURNAL, "(96)"): (f"({_CHAIN_RULE})", *(f"j96.line{i}" for i in range(2, 7))),
    (Version.JOURNAL, "(100)"): ("j100.line1", "j100.line2"),
    (Version.JOURNAL, "D, end of Lemma D.2"): ("jD2.last-line1", "jD2.last-line2"),
    (Version.JOURNAL, "(104)"): ("j104.rate", "j104.initial-rate", "j104.linear"),
    (Version.JOURNAL, "(106)"): ("(equation (102))", "j106.expanded", "j106.divided"),
    (Version.JOURNAL, "(112)"): ("j112.descent", "j112.pl", "j112.mu-bar", "j112.collected", "j112.rho-bar"),
    (Version.JOURNAL, "(113)"): ("j113.mu-bar", "j113.smallest-step", "j113.initial"),
    (Version.JOURNAL, "(114)"): ("j114.lower", "j114.upper"),
    (Version.JOURNAL, "(115)"): (
        "(W* subtracted and added)",
        "j115.weyl",
        "j115.frobenius",
        "j115.loss",
        "j115.initial-loss",
    ),
    (Version.JOURNAL, "(117)"): (
        "j117.telescope",
        "j117.steps",
        "j117.linear",
        "j117.spectral",
        "j117.growth",
        "j117.collected",
        "j117.geometric",
    ),
    (Version.JOURNAL, "(124)"): ("j124.definition", "j124.drift", "j124.step-bound", "j124.spread"),
    (Version.JOURNAL, "(128)"): ("(K_t of (12))", "j128.spectral", "j128.growth", "j128.exponent"),
    (Version.JOURNAL, "(131)"): ("j131.definition", "j131.substituted", "j131.expanded"),
    (Version.JOURNAL, "(132)"): (
        "j132.expanded",
        "j132.triangle",
        "j132.spectral",
        "j132.operator",
        "j132.smooth",
    ),
    (Version.JOURNAL, "(137)"): ("j31.condition-number", "j31.condition-number"),
    (Version.JOURNAL, "(142)"): ("j142.beta-2", "j142.beta-2"),
    (Version.JOURNAL, "(144)"): ("j144.line1", "j144.line2", "j144.line3", "j144.line4"),
    (Version.JOURNAL, "F.1, bound on alpha_2"): tuple(f"jF1.alpha-2.line{i}" for i in range(1, 5)),
    (Version.JOURNAL, "(145)"): ("j138.ratio", "j145.line2", "j145.line3", "j145.line4"),
    (Version.SUBMISSION, "(6)"): ("j5.descent", "j5.pl"),
    (Version.SUBMISSION, "(7)"): ("j6.rate", "j6.linear"),
    (Version.SUBMISSION, "(14)"): ("j13.rate", "j13.uniform", "j13.linear"),
    (Version.SUBMISSION, "(16)"): ("s16.rate", "s16.initial-rate"),
    (Version.SUBMISSION, "3.2, local rate"): ("s3.2-local-rate.minimum", "s3.2-local-rate.attained"),
    (Version.SUBMISSION, "(21)"): ("s21.lower", "j22.order", "s21.upper"),
    (Version.SUBMISSION, "(22)"): ("s22.beta-1", "j23.order", "s22.beta-2"),
    (Version.SUBMISSION, "(25)"): ("s25.descent", "s25.uniform", "s25.initial"),
    (Version.SUBMISSION, "(36)"): ("j43.rayleigh.line1", "j43.rayleigh.line2", "j43.rayleigh.line3"),
}

_Rows = dict[str, tuple[str, ...]]
_TABLE_2: _Rows = {
    "D(t)": ("jT2.D.shape", "jT2.D.almost-invariant"),
    "lambda_-": (),
    "lambda_+": (),
    "Delta (underlined)": (),
    "Delta_+": (),
    "Delta_-": (),
    "alpha_1": ("jT2.alpha_1",),
    "alpha_2": ("jT2.alpha_2",),
    "beta_1": ("jT2.beta_1", "jT2.beta.shape"),
    "beta_2": ("jT2.beta_2", "jT2.beta.shape"),
}
_TABLE_2_SUBMISSION: _Rows = {
    **_TABLE_2,
    "D(t)": ("jT2.D.shape",),
    "alpha_1": ("sT2.alpha_1",),
    "beta_2": ("sT2.beta_2",),
}
_TABLE_1: _Rows = {
    "nonlinear, kernel regime": ("jT1.nonlinear-ntk",),
    "nonlinear, mean field": ("jT1.nonlinear-mean-field",),
    "linear, gradient flow": ("jT1.linear-flow",),
    "linear, gradient descent": ("jT1.linear-descent",),
    "Xu et al. (2023)": ("jT1.xu",),
    "this work": ("jT1.this-work",),
}
_TABLE_3: _Rows = {
    "Arora et al. (2018)": ("jT3.arora",),
    "Du et al. (2018a)": ("jT3.du",),
    "Xu et al. (2023)": ("jT3.xu",),
    "this work": ("jT3.this-work",),
}
TABLES: dict[tuple[Version, str], _Rows] = {
    (Version.JOURNAL, "Table 1"): _TABLE_1,
    (Version.JOURNAL, "Table 2"): _TABLE_2,
    (Version.JOURNAL, "Table 3"): _TABLE_3,
    (Version.SUBMISSION, "Table 1"): _TABLE_1,
    (Version.SUBMISSION, "Table 2"): _TABLE_2_SUBMISSION,
    (Version.SUBMISSION, "Table 3"): _TABLE_3,
}

# Theorems, lemmas, assumptions and figures: the statements are found through their sources.
NAMED: dict[Version, tuple[str, ...]] = {
    Version.JOURNAL: (
        *("Problem 1", "Problem 2", "Assumption 2.1", "Assumption 2.2", "Proposition 2.1", "Theorem 3.1"),
        *("Theorem 3.2", "Lemma 3.1", "Lemma 3.2", "Lemma 3.3", "Lemma 3.4", "Theorem 3.3", "Figure 1", "Figure 2"),
        *("Lemma A.1", "Lemma A.2", "Lemma A.3", "Assumption B.1", "Proposition B.1", "Figure 3", "Lemma C.1"),
        *("Theorem D.1", "Lemma D.1", "Lemma D.2", "Lemma D.3", "Lemma D.4", "Lemma D.5", "Theorem E.1", "Lemma E.1"),
        *("Lemma E.2", "Lemma E.3", "Lemma E.4", "Lemma F.1", "Lemma F.2", "Lemma F.3", "Lemma F.4", "Theorem F.1"),
        *("Lemma F.5", "Figure 4", "Figure 5", "Algorithm 1"),
    ),
    Version.SUBMISSION: (
        *("Assumption 2.1", "Assumption 2.2", "Proposition 2.1", "Theorem 3.1", "Theorem 3.2", "Lemma 3.1"),
        *("Lemma 3.2", "Lemma A.1", "Lemma A.2"),
    ),
}
NAMED_BY: dict[str, tuple[str, ...]] = {
    "Assumption 2.1": ("j2.1-unique-minimizer", "j2.1-squared-qualifies", "j2.1-logistic-qualifies"),
    "Assumption 2.2": ("j2.2-relaxed.pl", "j2.2-relaxed.rate"),
    "Theorem D.1": ("j9.descent", "j9.pl", "j10.rate"),
    "Lemma 3.1": ("j22.lower", "j22.upper", "j23.beta-1", "j23.beta-2"),
    "Lemma 3.2": ("j24.mu", "j24.K", "j25.bound"),
    "Lemma D.1": ("j75.curvature-bound",),
    "Lemma D.3": ("j79.product-of-gradients", "j80.product-of-gradients"),
    "Lemma D.4": ("j82.first-order",),
    "Lemma D.5": ("j84.gradient-change",),
    "Figure 3": ("j59.pl-example", "j59.smoothness-example"),
}
_FIGURES = {f"Figure {i}": f"figure-{i}" for i in (1, 2, 4, 5)}

# Checkable sentences: section, what it says in a few words, place under which statements give it as their source, and
# statements named besides. A third entry in parentheses says why the sentence is no statement.
SENTENCES: dict[Version, tuple[tuple[str, str, str], ...]] = {
    Version.JOURNAL: (
        ("1", "the two problems have the shapes they need", "1-displays"),
        ("1.1", "one factor of the condition number; the local constant decreases; growing steps", "1.1"),
        ("1.2", "what prior work assumes and proves", "(about other papers' contents)"),
        ("2.1", "unique solution, relaxed assumptions, PL is enough", "2.1"),
        ("2.1", "squared and regularized logistic losses qualify", "2.1-losses"),
        ("2.1", "the best rate is attained at 1/K", "5-optimal"),
        ("2.1", "the rate is optimal", "2.1-tightness"),
        ("2.2", "T is linear", "2.2"),
        ("3", "h >= min(n, m) ensures l* = L*", "3-width"),
        ("3.1", "small steps exist; vanishing ratios; the rest of K_t vanishes", "3.1"),
        ("3.1", "classical rate for every step below 2/K", "3.1-classical"),
        ("3.1", "rho around a global minimum", "3.1-around-minimum"),
        (
            "3.2",
            "the constraints ensure mu-bar > 0 and rho-bar in (0, 1); two ways to alpha_1 > 0",
            "3.2-initialization",
        ),
        ("3.2", "K-bar_t decreases to its limit; 1/K_t is optimal", "3.2-smoothness"),
        ("3.2", "growth diverges; 1/K-bar_t increases to its limit; which constraint binds", "3.2-requirement"),
        (
            "3.2",
            "optimal local rate, arbitrarily close to 1 - mu alpha_1/(K alpha_2); bound on kappa",
            "3.2-local-rate",
        ),
        ("3.2", "GDPolyak and other work", "(about other papers' contents)"),
        ("3.2", "rho and rho-bar are quadratic, closed forms (19)", "18"),
        ("3.3", "bounds close to alpha_1, alpha_2; drift of the imbalance", "3.3"),
        ("3.4", "the bound of Lemma 3.4 increases with the width", "3.4-increases"),
        ("3.4", "Lemma 3.3 asks for less width than Lemma 3.4", "3.4-milder"),
        ("3.5", "the condition number tends to one", "3.5-approaches-one"),
        ("4", "the data: shapes, noise against loss and margin, imbalance against width", "4-data"),
        ("4.1", "the bound follows the loss", "4.1-follows"),
        ("4.1", "slower as alpha_1/alpha_2 falls", "4.1-slower"),
        ("4.1", "because the local rate depends on alpha_1/alpha_2", "4.1-why"),
        ("4.2", "(19) converges fastest", "4.2-fastest"),
        ("4.2", "choosing the step is negligible, eta_max is what takes time", "4.2-negligible"),
        ("4.2", "the polynomial of Xu et al. and backtracking cost more per iteration", "4.2-polynomial"),
        ("4.2", "a sharper characterization than Xu et al.", "4.2-sharper"),
        ("4.2", "faster by the order alpha_1/alpha_2", "4.2-order"),
        ("5", "faster than a constant step", "5-constant"),
        ("B", "gradient and loss at the origin", "B-origin"),
        ("B", "the toy example: mu = K = 1, not convex, local constants vanish and diverge", "B-example"),
        ("C", "both local rates are polynomials of degree four", "C-degree"),
        ("C", "faster by the squared condition number; (66) alone gives no linear convergence", "C-improvement"),
        ("C", "uniform bound on the condition number with c(eta_0)", "C-uniform"),
        ("C", "uniform bound and constants of Xu et al.", "C-prior-uniform"),
        ("C", "the factor between overparametrized and plain rates", "C-overparametrization"),
        ("D", "the integral has no closed form", "D-integral"),
        ("D", "M(0) = L(t), M(eta_t) = L(t+1)", "77"),
        ("E", "Theorem 3.2 is the case c = 1/2, d = 2", "E"),
        ("E", "existence of eta_0", "E-existence"),
        ("E", "A1", "E-A1"),
        ("E", "A2", "E-A2"),
        ("E", "A3", "E-A3"),
        ("E", "A4", "E-A4"),
        ("F", "the lower bound increases with h", "F-increases"),
        ("F", "Lemma F.2 asks for less width than Lemma F.1", "F-milder"),
        ("F", "rank and kernel of D(0)", "F-proof"),
        ("F.1", "the exponent p - 1/2 of the proof's text", "F.1-text"),
        ("F.1", "sigma_max of both factors together", "F.1-norm"),
        ("G.1", "larger width, better conditioned T_0", "G.1-width"),
        ("G.1", "smaller p, smaller alpha_1/alpha_2", "G.1-exponent"),
        ("G.1", "the bound falls as h or p falls", "G.1-lower-bound"),
        ("G.2", "almost matches plain GD, closer as the width grows", "G.2-match"),
        ("G.2", "the optimal local rate comes arbitrarily close to 1 - mu alpha_1/(K alpha_2)", "G.2-local-rate"),
        ("G.2.1", "the loop of Algorithm 1 terminates", "Algorithm 1"),
    ),
    Version.SUBMISSION: (
        ("1.1", "one condition number; the local constant decreases; growing steps", "1.1"),
        ("1.2", "what prior work assumes and proves", "(about other papers' contents)"),
        ("2.1", "unique solution, relaxed assumptions, PL is enough", "2.1"),
        ("2.1", "the best rate is attained at 1/K", "6-optimal"),
        ("2.1", "the rate is optimal", "2.1-tightness"),
        ("2.2", "T is linear", "2.2"),
        ("3", "h >= min(n, m) ensures l* = L*", "3-width"),
        ("3.1", "small steps exist; vanishing ratios; the rest of K_t vanishes", "3.1"),
        ("3.1", "classical rate for every step below 2/K", "3.1-classical"),
        ("3.2", "the constraints ensure mu-bar > 0 and rho-bar in (0, 1)", "3.2-initialization"),
        ("3.2", "K-bar_t decreases to its limit", "3.2-smoothness"),
        ("3.2", "growth diverges; which constraint binds", "3.2-requirement"),
        ("3.2", "optimal local rate", "3.2-local-rate"),
        ("3.3", "drift of the imbalance", "3.3"),
        ("4", "the rate is tighter than in previous work", "4-conclusion"),
    ),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the paper contains; covered by `labels`, or by a `reason` (definition or out of scope)."""

    version: Version
    group: str
    place: str
    what: str
    labels: tuple[str, ...]
    reason: str = ""

    @property
    def covered(self) -> bool:
        """Whether a statement, a definition or a stated reason answers for it."""
        return bool(self.labels or self.reason)


def _by_place() -> dict[tuple[Version, str], tuple[str, ...]]:
    from theorems import CATALOG

    found: dict[tuple[Version, str], dict[str, None]] = {}
    for statement in CATALOG:
        for source in statement.source:
            for place in source.places:
                found.setdefault((source.version, place), {})[statement.label] = None
    return {key: tuple(labels) for key, labels in found.items()}


def _line(entry: str) -> tuple[tuple[str, ...], str]:
    return ((), entry[1:-1]) if entry.startswith("(") else ((entry,), "")


def items() -> Iterator[Item]:
    """Every item of both versions in the paper's order within its group. Labels come from the catalog's sources."""
    at = _by_place()
    for version, last in EQUATIONS.items():
        for number in range(1, last + 1):
            labels = dict.fromkeys((*at.get((version, str(number)), ()), *REPEATED.get((version, number), ())))
            reason = DEFINED.get((version, number), "")
            yield Item(version, "equation", f"({number})", "", tuple(labels), reason)
    for (version, chain), lines in CHAINS.items():
        for index, entry in enumerate(lines, 1):
            yield Item(version, "line", f"{chain} line {index}", "", *_line(entry))
    for version, names in NAMED.items():
        for name in names:
            labels = dict.fromkeys(
                (*at.get((version, name), ()), *at.get((version, _FIGURES.get(name, "")), ()), *NAMED_BY.get(name, ()))
            )
            yield Item(version, "named", name, "", tuple(labels))
    for (version, table), rows in TABLES.items():
        for row, names in rows.items():
            yield Item(
                version, "row", f"{table}: {row}", "", names, "" if names else "a definition of theorems.notation"
            )
    for version, sentences in SENTENCES.items():
        for section, what, place in sentences:
            reason = place[1:-1] if place.startswith("(") else ""
            yield Item(version, "sentence", section, what, at.get((version, place), ()), reason)


def holes() -> tuple[Item, ...]:
    """Items that nothing covers."""
    return tuple(item for item in items() if not item.covered)


def coverage() -> dict[str, Any]:
    """The map as JSON: {"schema", "items": [...], "counts": {group: {covered, total}}, "holes": [...]}."""
    rows = list(items())
    groups = dict.fromkeys(item.group for item in rows)
    return {
        "schema": SCHEMA,
        "items": [
            {
                "version": str(item.version),
                "group": item.group,
                "place": item.place,
                "what": item.what,
                "labels": list(item.labels),
                "reason": item.reason,
            }
            for item in rows
        ],
        "counts": {
            group: {
                "total": sum(item.group == group for item in rows),
                "covered": sum(item.group == group and item.covered for item in rows),
            }
            for group in groups
        },
        "holes": [f"{item.version} {item.place}" for item in rows if not item.covered],
    }


def coverage_text() -> str:
    """The map as text: one line an item, grouped by version and group; holes are marked and counted at the end."""
    lines: list[str] = []
    heading = ""
    for item in items():
        title = f"{item.version}, {item.group}"
        if title != heading:
            heading = title
            lines += ["", title]
        by = ", ".join(item.labels) or (f"[{item.reason}]" if item.reason else "HOLE")
        lines.append(f"  {item.place:<28} {(item.what + ': ') if item.what else ''}{by}")
    body = coverage()
    counts = ", ".join(f"{c['covered']}/{c['total']} {group}s" for group, c in body["counts"].items())
    lines += ["", f"covered: {counts}; holes: {', '.join(body['holes']) or 'none'}"]
    return "\n".join(lines[1:]) + "\n"
