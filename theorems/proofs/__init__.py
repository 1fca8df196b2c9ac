"""Proofs of the paper's statements as data: `PROOFS` maps a statement's id to its derivation."""

from __future__ import annotations

from theorems.proofs import (
    convergence_proofs,
    descent_proofs,
    drift_proofs,
    existence_proofs,
    global_proofs,
    identities_proofs,
    initialization_proofs,
    local_lines_proofs,
    local_proofs,
    loss_proofs,
    norms_proofs,
    one_step_proofs,
    pair_proofs,
    quadratic_proofs,
    rate_proofs,
    run_proofs,
    sharp_proofs,
    spectrum_proofs,
    step_size_proofs,
    table2_proofs,
    theorem_variants_proofs,
    under_linear_proofs,
)
from theorems.proofs.derivation import Line, Proof, line

__all__ = ["PROOFS", "Line", "Proof", "line"]

_PARTS = (
    norms_proofs,
    loss_proofs,
    local_proofs,
    descent_proofs,
    spectrum_proofs,
    table2_proofs,
    convergence_proofs,
    step_size_proofs,
    global_proofs,
    identities_proofs,
    quadratic_proofs,
    drift_proofs,
    sharp_proofs,
    local_lines_proofs,
    pair_proofs,
    rate_proofs,
    existence_proofs,
    initialization_proofs,
    run_proofs,
    theorem_variants_proofs,
    under_linear_proofs,
    one_step_proofs,
)
PROOFS: dict[str, Proof] = {proof.label: proof for part in _PARTS for proof in part.PROOFS}
