"""Does the falsifier find the bug, and how small is the witness?

Variants of true statements of the catalog, made by the named mutations of `mutations`: a constant lowered by a tenth,
a power changed, a hypothesis dropped, a convention swapped, an index shifted. Every false one must fall with a
certificate that the checker accepts, on a world of at most 3 x 3; every true one must survive.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from theorems import find
from theorems.statement import Kind
from verify.certificate import check_certificate
from verify.falsify import falsify
from verify.verdict import Refuted, Survived

sys.path.insert(0, str(Path(__file__).parent))

import mutations

# Statement -> the mutations that make it false.
FALSE_VARIANTS = {
    "j33.cauchy-schwarz": "constant-lowered spectral-for-frobenius",
    "j34.product": "constant-lowered power-one power-three spectral-for-frobenius",
    "j35.product-sum/repaired": "constant-lowered power-one power-three spectral-for-frobenius smallest-for-largest",
    "j36.norm-of-sum/repaired": "constant-lowered power-one power-three spectral-for-frobenius assumption-0-dropped",
    "j36.norm-of-sum-upper/repaired": "constant-lowered power-one power-three spectral-for-frobenius",
    "j37.left-factor/repaired": (
        "constant-lowered power-one power-three spectral-for-frobenius smallest-for-largest convention-swapped"
    ),
    "j38.right-factor/repaired": (
        "constant-lowered power-one power-three spectral-for-frobenius smallest-for-largest convention-swapped"
    ),
    "j39.smallest-singular-value/repaired": "constant-lowered power-one power-three index-shifted",
    "j39.largest-singular-value": "constant-lowered power-one power-three smallest-for-largest",
    "j43.rayleigh.line1": "constant-lowered",
    "j43.rayleigh.line2": "constant-lowered index-shifted",
    "j40.gram-operator": "constant-lowered",
    "j3.smoothness": "constant-lowered power-one power-three spectral-for-frobenius assumption-2-dropped",
    "j4.pl": "constant-lowered power-one power-three spectral-for-frobenius assumption-3-dropped",
    "j2.1-unique-minimizer": "constant-lowered assumption-3-dropped",
    "j5.optimal-step.bound": "constant-lowered power-one power-three",
    "j5.optimal-step.attained": "constant-lowered",
    "j6.rate": "constant-lowered assumption-2-dropped assumption-3-dropped",
    "j6.rate/sharp": "constant-lowered power-three assumption-2-dropped assumption-3-dropped",
    "j5.descent": "constant-lowered power-one power-three assumption-2-dropped step-doubled",
    "j5.pl": "constant-lowered power-one power-three assumption-3-dropped assumption-6-dropped step-doubled",
    "j5.descent-range/repaired": (
        "power-one power-three assumption-2-dropped assumption-3-dropped assumption-6-dropped"
    ),
    "j2.1-squared-qualifies/repaired": "index-shifted assumption-0-dropped",
    "j118.alpha-2": (
        "constant-lowered frobenius-for-spectral assumption-2-dropped assumption-3-dropped "
        "alpha_2-lowered beta_2-lowered"
    ),
    "j118.order": "constant-lowered power-one power-three",
    "j118.alpha-1@lambda-padded/repaired": (
        "constant-lowered power-one power-three index-shifted assumption-2-dropped assumption-3-dropped"
    ),
    "j9.descent": (
        "constant-lowered power-one power-three assumption-2-dropped next-for-current step-doubled "
        "K_t-lowered sigma-max-one-layer"
    ),
    "j9.pl@sigma-min-padded": (
        "constant-lowered power-one power-three assumption-3-dropped mu_t-raised sigma-min-unpadded"
    ),
    "j10.rate@sigma-min-padded": (
        "constant-lowered assumption-2-dropped assumption-3-dropped assumption-7-dropped next-for-current "
        "K_t-lowered mu_t-raised sigma-min-unpadded sigma-max-one-layer rho-lowered"
    ),
    "j3.1-infimum": "constant-lowered assumption-7-dropped rho-lowered",
    "j14.minimum": "constant-lowered",
    "j8.chain-rule": "constant-lowered",
    "j79.product-of-gradients": "constant-lowered power-one power-three spectral-for-frobenius",
    "j80.product-of-gradients": "constant-lowered smallest-for-largest assumption-2-dropped next-for-current",
    "j84.gradient-change": (
        "constant-lowered power-one power-three smallest-for-largest assumption-2-dropped "
        "assumption-7-dropped next-for-current sigma-max-one-layer"
    ),
    "j48.gradient-norm": "constant-lowered power-one power-three spectral-for-frobenius",
    "j57.constants-of-example": "constant-lowered power-one power-three",
    "j2.1-classical.rate": (
        "constant-lowered power-one power-three assumption-2-dropped assumption-3-dropped "
        "assumption-6-dropped step-doubled"
    ),
    "j13.linear": (
        "constant-lowered assumption-2-dropped assumption-3-dropped assumption-8-dropped "
        "initial-for-current K_t-lowered mu_t-raised sigma-max-one-layer rho-lowered"
    ),
    "j13.rate": (
        "constant-lowered assumption-2-dropped assumption-3-dropped next-for-current K_t-lowered "
        "mu_t-raised sigma-max-one-layer rho-lowered"
    ),
    "j13.uniform": "constant-lowered assumption-8-dropped next-for-current",
    "jT2.alpha_2/repaired": "constant-lowered alpha_2-lowered beta_2-lowered",
    "jT2.beta_2": "constant-lowered assumption-2-dropped assumption-3-dropped beta_2-lowered",
    "j20.rho/sharp": (
        "constant-lowered assumption-2-dropped assumption-3-dropped assumption-7-dropped "
        "initial-for-current K_t-lowered"
    ),
}
FALSE = [(label, name) for label, names in FALSE_VARIANTS.items() for name in names.split()]

# Where a larger constant keeps the claim true: inequalities whose larger side is nonnegative.
_RAISED = """
    j33.cauchy-schwarz j34.product j35.product-sum/repaired j36.norm-of-sum/repaired j36.norm-of-sum-upper/repaired
    j37.left-factor/repaired j38.right-factor/repaired j3.smoothness j4.pl j2.1-unique-minimizer j5.descent j5.pl
    j6.rate j6.rate/sharp j118.alpha-2 j118.order j9.descent j9.pl@sigma-min-padded j10.rate@sigma-min-padded
    j79.product-of-gradients j80.product-of-gradients j84.gradient-change j2.1-classical.rate
"""
_SINGLE = [label for label in FALSE_VARIANTS if find(label).kind is not Kind.TRAJECTORY]
TRUE = (
    [(label, "mirrored") for label in FALSE_VARIANTS]
    + [(label, "both-sides-doubled") for label in _SINGLE]
    + [(label, "hypothesis-added") for label in _SINGLE]
    + [(label, "constant-raised") for label in _RAISED.split()]
    + [(label, "K_t-raised") for label in ("j9.descent", "j10.rate@sigma-min-padded", "j13.rate")]
    + [(label, "mu_t-lowered") for label in ("j9.pl@sigma-min-padded", "j10.rate@sigma-min-padded", "j13.rate")]
    + [(label, "alpha_2-raised") for label in ("j118.alpha-2", "jT2.alpha_2/repaired")]
)


def test_the_variants_are_many_and_spread():
    assert len(set(FALSE)) >= 60 and len(set(TRUE)) >= 60
    assert len(FALSE_VARIANTS) >= 25
    kinds = {find(label).kind for label in FALSE_VARIANTS}
    assert kinds >= {Kind.IDENTITY, Kind.INEQUALITY, Kind.STEP, Kind.TRAJECTORY}
    names = {name for _, name in FALSE}
    assert {"constant-lowered", "power-one", "convention-swapped", "index-shifted"} <= names
    assert any(name.startswith("assumption") for name in names)


@pytest.mark.parametrize("label, name", FALSE)
def test_false_variants_fall_with_small_witnesses(label, name):
    variant = mutations.mutated(find(label), name)
    assert variant is not None
    verdict = falsify(variant)
    assert isinstance(verdict, Refuted)
    dims = verdict.certificate["dims"]
    assert max(dims.values(), default=1) <= 3
    code, says = check_certificate(verdict.certificate)
    assert code == 0, says


@pytest.mark.parametrize("label, name", TRUE)
def test_true_variants_survive(label, name):
    variant = mutations.mutated(find(label), name)
    assert variant is not None
    assert isinstance(falsify(variant), Survived)


@pytest.mark.parametrize("label", list(FALSE_VARIANTS))
def test_the_statements_themselves_survive(label):
    assert isinstance(falsify(find(label), seed=1), Survived)
