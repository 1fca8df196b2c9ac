"""The kernel: `check` accepts a proof or refuses it. Nothing else decides that a statement is proved.

A proof is data (`theorems.proofs`). Who wants to believe its verdicts reads these files, in this order:

    axioms            the classical facts, with sources
    claims            the terms and letters of a claim, and replacing letters
    admission         which proofs and terms are let in at all
    polynomials       exact polynomials with signs: roots and quotients only of what has a known sign
    words             exact sums of products of matrices, and traces
    terms             from the catalog's terms to those normal forms
    state             what is known at a line, and when one claim gives another
    instances         what the letters of an axiom or a lemma stand for
    structural_rules  hypothesis, algebra, definition, arithmetic, substitute, assume, cases
    library_rules     axiom, lemma
    induction         invariants of a run
    root_rules        root, before-root, positive-root
    checker           the table of rules, and the walk over the lines

Each begins with what a reader must believe, and each rule states its side condition. Lines that rest on an assumption
carry it until "cases" discharges it; signs of radicands and denominators are used only when visible or established by
a line marked `known`.
"""

from verify.kernel.axioms import AXIOMS, Axiom, Form
from verify.kernel.checker import STRUCTURAL, check, check_all, proved
from verify.kernel.claims import Refusal

__all__ = ["AXIOMS", "STRUCTURAL", "Axiom", "Form", "Refusal", "check", "check_all", "proved"]
