"""Certificates: built from worlds, bound to the catalog, strict when read."""

from __future__ import annotations

import json
from fractions import Fraction as Q
from pathlib import Path

import jsonschema
import pytest
import sympy as sp

import verify
from properties.errors import InputError
from properties.losses import CenteredLoss
from properties.worlds import World
from theorems import notation as N
from theorems.norms import Fro, SigmaMax
from theorems.statement import AllOf, Assumption, Kind, Monotone, Statement, WellShaped, gt, journal, le, lt
from verify import certificate, check

HERE = Path(__file__).parent
SCHEMA = json.loads((Path(verify.__file__).parent / "schemas" / "certificate.json").read_text())
p, q, r = sp.symbols("p q r", integer=True, positive=True)
A, B, C, D = (
    sp.MatrixSymbol("A", p, q),
    sp.MatrixSymbol("B", q, r),
    sp.MatrixSymbol("C", p, q),
    sp.MatrixSymbol("D", q, r),
)
E = sp.MatrixSymbol("E", p, q)
LOSS = (Assumption("smooth", N.K), Assumption("strongly-convex", N.mu), Assumption("zero-minimum"))
ELLIPSE = CenteredLoss("square", ((Q(1), Q(0)), (Q(0), Q(2))), ((Q(1),), (Q(1),)))
DIMS = {N.n: 2, N.m: 1, N.h: 2}
W1, W2 = ((Q(1), Q(1, 2)), (Q(0), Q(1))), ((Q(1), Q(1)),)


def statement(then: object, kind: Kind = Kind.INEQUALITY, **more: object) -> Statement:
    return Statement("own.test", (journal("1"),), kind, then, **more)  # type: ignore[arg-type]


def holds(built: dict[str, object]) -> bool:
    jsonschema.validate(built, SCHEMA)
    return certificate.check_certificate(built)[0] == 0


SQUARED_NORMS = statement(
    le(Fro(A * B + C * D) ** 2, (SigmaMax(A) ** 2 + SigmaMax(C) ** 2) ** 2 * (Fro(B) ** 2 + Fro(D) ** 2))
)
PARALLELOGRAM = statement(le(Fro(A) ** 2 + Fro(E) ** 2, 2 * Fro(A + E) ** 2))


def test_lemma_a1_as_printed_is_refuted_by_hand_made_witnesses() -> None:
    half = World({p: 1, q: 1, r: 1}, {A: [[Q(1, 2)]], B: [[1]], C: [[Q(1, 2)]], D: [[1]]})
    assert holds(certificate.build(SQUARED_NORMS, half))
    opposite = World({p: 2, q: 2}, {A: [[1, 2], [3, 4]], E: [[-1, -2], [-3, -4]]})
    assert holds(certificate.build(PARALLELOGRAM, opposite))
    assert not holds(certificate.build(PARALLELOGRAM, opposite.binding({E: [[1, 2], [3, 4]]})))


def test_bindings_that_the_statement_does_not_reach_are_left_out() -> None:
    world = World({p: 1, q: 1, N.n: 3}, {A: [[1]], E: [[-1]], N.K: Q(1)}, ELLIPSE)
    built = certificate.build(PARALLELOGRAM, world)
    assert (set(built["bindings"]), built["dims"], built["loss"]) == ({"A", "E"}, {"p": 1, "q": 1}, None)
    assert holds(built)


def test_a_step_of_gradient_descent_is_done_again() -> None:
    fast = statement(le(N.L_next, (1 - 12 * N.mu_t * N.eta) * N.L), Kind.STEP, given=(*LOSS, lt(N.eta * N.K_t, 2)))
    world = World(DIMS, {N.W1: W1, N.W2: W2, N.eta: Q(1, 100), N.K: Q(4), N.mu: Q(1)}, ELLIPSE)
    assert holds(certificate.build(fast, world))
    assert not holds(certificate.build(fast, world.bound(K=Q(399, 100))))
    assert not holds(certificate.build(fast, world.bound(eta=Q(3, 10))))


@pytest.mark.parametrize("phi", ["square", "log-cosh", "pseudo-huber"])
def test_a_run_is_done_again_from_its_initial_weights(phi: str) -> None:
    loss = ELLIPSE.with_data(penalty=phi, ridge=Q(1, 10))
    claim = AllOf(le(N.L, N.L_0), le(N.L, N.L_0 / 10))
    given = (gt(N.K, 0), *LOSS, lt(N.eta * N.K_t, 2))
    world = World(DIMS, {N.W1_0: W1, N.W2_0: W2, N.W1: W2, N.K: Q(41, 10), N.mu: Q(1, 10)}, loss)
    run = statement(claim, Kind.TRAJECTORY, given=given)
    built = certificate.build(run, world, steps=[Q(1, 1000)] * 5, violated=1)
    assert holds(built)
    assert set(built["bindings"]) == {"W1_0", "W2_0", "K", "mu"}
    assert not holds(certificate.build(run, world, steps=[Q(1, 1000)] * 5, violated=0))
    assert not holds(certificate.build(run, world, steps=[Q(1, 1000)] * 4 + [Q(1)], violated=1))


def test_claims_on_shapes_and_functions_have_witnesses_too() -> None:
    shapes = statement(WellShaped(A * C, A * C.T), Kind.SHAPE)
    assert holds(certificate.build(shapes, World({p: 1, q: 2}, {})))
    assert not holds(certificate.build(shapes, World({p: 2, q: 2}, {})))
    x = sp.Symbol("x", positive=True, real=True)
    falls = statement(Monotone(x + 1 / x, x, "decreasing"), Kind.MONOTONICITY, given=(lt(x, 5),))
    assert holds(certificate.build(falls, World({}, {}), points=[Q(1), Q(2)]))
    assert not holds(certificate.build(falls, World({}, {}), points=[Q(1, 2), Q(1)]))
    assert not holds(certificate.build(falls, World({}, {}), points=[Q(1), Q(5)]))


def test_only_exact_numbers_enter() -> None:
    for value in (0.5, True, sp.Float("0.5"), sp.sqrt(2), "1"):
        with pytest.raises(TypeError, match="not exact"):
            certificate.build(PARALLELOGRAM, World({p: 1, q: 1}, {A: [[1]], E: [[value]]}))


def test_enclosures_are_stated_with_what_proves_them() -> None:
    world = World({p: 2, q: 2, r: 1}, {A: [[1, 2], [3, 4]], B: [[1], [1]], C: [[1, 0], [1, 1]], D: [[1], [2]]})
    built = certificate.build(SQUARED_NORMS, world)
    by = {item["by"] for item in built["enclosures"]}
    assert {"LDL^T inertia", "integer root"} <= by
    assert not holds(built)
    moved = {**built["enclosures"][0], "upper": built["enclosures"][0]["lower"]}
    assert not holds({**built, "enclosures": [moved]})


def test_text_is_canonical_and_read_strictly(tmp_path: Path) -> None:
    built = certificate.build(PARALLELOGRAM, World({p: 1, q: 1}, {A: [[1]], E: [[-1]]}))
    path = tmp_path / "a.json"
    path.write_text(certificate.dumps(built))
    assert certificate.load(path) == built
    assert certificate.dumps(dict(reversed(built.items()))) == path.read_text()
    for text in (
        "",
        "[1]",
        '{"schema": "localpl/certificate/1", "schema": 1}',
        '{"schema": 1.5}',
        '{"schema": "other"}',
    ):
        path.write_text(text)
        with pytest.raises(InputError, match="FILE = "):
            certificate.load(path)
    with pytest.raises(InputError, match="FILE = "):
        certificate.load(tmp_path / "none.json")


@pytest.mark.parametrize("path", sorted((HERE / "accepted").glob("*.json")), ids=lambda x: x.stem)
def test_accepted_certificates_keep_the_schema(path: Path) -> None:
    jsonschema.validate(json.loads(path.read_text()), SCHEMA)


def test_labels_are_bound_to_the_claims_of_the_catalog() -> None:
    # when this fails: python -m verify.certificate --update-claims
    assert check.known_claims() == certificate.claims()
    label = next(iter(check.known_claims()))
    built = certificate.build(PARALLELOGRAM, World({p: 1, q: 1}, {A: [[1]], E: [[-1]]}))
    code, message = certificate.check_certificate({**built, "label": label})
    assert code == 1 and "not the claim known as" in message


def test_every_claim_of_the_catalog_is_one_that_the_checker_can_read() -> None:
    """Statements decided by worlds: every node of theirs is known to the checker."""
    from theorems import CATALOG
    from theorems.statement import Relation
    from theorems.tree import statement_tree

    read = 0
    for s in CATALOG:
        tree = statement_tree(s) if isinstance(s.then, Relation | AllOf | WellShaped) else None
        if tree is not None and "Infinity" not in json.dumps(tree):
            check.read_statement(json.loads(json.dumps(tree)))
            read += 1
    assert read > 200
