"""Shape agreement with symbolic dimensions."""

import pickle

import pytest
import sympy as sp

from theorems.norms import Fro, Inner, KroneckerSum, Loss, SigmaMax, Stack, Trace
from theorems.notation import DEFINITIONS, W1, W2, G, W, eta, grad_W1, grad_W2, h, m, n
from theorems.shapes import ShapeMismatch, check_shapes, disagreeing_dimensions, first_mismatch, shape_of
from theorems.statement import AllOf, Kind, Statement, WellShaped, eq, journal, le


@pytest.mark.parametrize("symbol", list(DEFINITIONS), ids=str)
def test_every_definition_of_the_paper_has_the_shape_of_its_symbol(symbol):
    check_shapes(eq(symbol, DEFINITIONS[symbol]))


def test_shapes_of_products_stacks_and_operators():
    assert shape_of(W1 * W2.T) == (n, m)
    assert shape_of(Stack(grad_W1, grad_W2)) == (n + m, h)
    assert shape_of(KroneckerSum(W1 * W1.T, W2 * W2.T)) == (n * m, n * m)
    assert shape_of(Fro(W) * eta + 1) == (1, 1)


@pytest.mark.parametrize(
    "term",
    [
        grad_W2 * W2.T + W1 * grad_W1.T,
        Inner(W, W.T),
        Trace(W),
        SigmaMax(W1 * W2),
        Stack(W1, W2.T),
        Loss(W) + Loss(W1),
        KroneckerSum(W1, W2),
        Fro(W + G.T),
    ],
    ids=str,
)
def test_ill_shaped_terms_are_named_with_dimensions_that_show_it(term):
    mismatch = first_mismatch(WellShaped(term))
    assert isinstance(mismatch, ShapeMismatch)
    at = disagreeing_dimensions(mismatch)
    assert at
    assert max(at.values()) <= 3
    again = pickle.loads(pickle.dumps(mismatch))
    assert (str(again), again.left) == (str(mismatch), mismatch.left)


def test_dimensions_that_happen_to_agree_are_not_enough():
    mismatch = first_mismatch(eq(W, W.T))
    assert disagreeing_dimensions(mismatch) == {m: 1, n: 2}
    square = sp.MatrixSymbol("S", n, n)
    assert first_mismatch(eq(square, square.T)) is None


def test_a_scalar_is_not_a_matrix_of_one_entry():
    one = sp.MatrixSymbol("x", 1, 1)
    assert first_mismatch(eq(one, eta)) is not None


def test_a_statement_is_judged_with_its_hypotheses_and_definitions():
    good = Statement("x", (journal("1"),), Kind.STEP, le(Fro(W), 1), given=(le(Fro(G), 1),), where={W: W1 * W2.T})
    check_shapes(good)
    with pytest.raises(ShapeMismatch):
        check_shapes(Statement("y", (journal("1"),), Kind.STEP, le(Fro(W), 1), where={W: W1.T * W1}))
    with pytest.raises(ShapeMismatch):
        check_shapes(Statement("z", (journal("1"),), Kind.STEP, AllOf(le(Fro(W), 1)), given=(le(Fro(G + W.T), 1),)))
