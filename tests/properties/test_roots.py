"""The smallest positive root is certified: against an independent bisection, and on curves with several roots."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

from benchmarks.bench_eta_max import Instance, bisection, certified, instances
from properties.curve import Curve, shape_of
from properties.dual import Dual
from properties.evaluate import Evaluator
from properties.fields import Ball, Exact, Float64
from properties.roots import NotEnoughPrecision, smallest_root
from properties.tape import record
from properties.worlds import World
from theorems import notation as N

x = sp.Symbol("x", positive=True)


def curve(expression: sp.Expr, bits: int = 200) -> Curve:
    walk = Evaluator(World({}, {}), Ball(bits))
    return Curve(shape_of(expression, x), walk.rational, walk)


@pytest.mark.parametrize("index", range(40))
def test_random_instances_agree_with_a_bisection_of_the_factored_equation(index: int) -> None:
    instance = instances(400)[10 * index]
    root = certified(instance, 200)
    with mp.workdps(70), ctx.workprec(260):
        reference = bisection(instance)
        low, high = (mp.mpf(end.str(70, radius=False)) for end in (root.value.lower(), root.value.upper()))
        assert abs(low / reference - 1) < mp.mpf(10) ** -55
        assert 0 <= (high - low) / low < mp.mpf(2) ** -195
        assert root.proof.sign == -1


def test_101_has_one_root_by_its_tree_and_it_solves_the_equation() -> None:
    instance = instances(1)[0]
    walk = Evaluator(World({}, {getattr(N, key): value for key, value in instance.items()}), Ball(300))
    root = smallest_root(Curve(shape_of(N.equation_101, N.eta_0), walk.rational, walk), 200)
    assert root is not None
    assert root.proof.unique
    with ctx.workprec(300):
        assert walk.world.bindings and Evaluator(walk.world.binding({N.eta_0: root.value}), Ball(300))(
            N.equation_101
        ).contains(0)


@pytest.mark.parametrize("precision", [64, 2000])
def test_more_bits_refine_the_same_root(precision: int) -> None:
    instance: Instance = {**instances(3)[2], "d": Fraction(101, 100)}
    coarse, fine = certified(instance, 60), certified(instance, precision)
    assert coarse.value.overlaps(fine.value)
    assert fine.value.rel_accuracy_bits() >= precision - 2


def test_of_several_roots_the_smallest_is_found_and_proved() -> None:
    product = (x - 3) * (x - sp.Rational(7, 2)) * (x - 50)
    for tree in (product, sp.expand(product), product * sp.exp(x)):
        root = smallest_root(curve(tree), 100)
        assert root is not None
        assert root.value.contains(3)
        assert not root.proof.unique


def test_a_root_that_hides_between_point_evaluations_is_not_missed() -> None:
    # The far root at 1000 is where coarse points see a change of sign; the two near 1 lie between them.
    close = (x - 1) * (x - sp.Rational(1001, 1000)) * (x - 1000)
    root = smallest_root(curve(close), 100)
    assert root is not None
    assert root.value.contains(1)


def test_a_double_root_is_not_decided() -> None:
    with pytest.raises(NotEnoughPrecision):
        smallest_root(curve((x - 1) ** 2 * (x - 4)), 100)


def test_no_root_below_a_bound_is_proved() -> None:
    assert smallest_root(curve((x - 3) * (x - 5)), 100, arb(2)) is None
    found = smallest_root(curve((x - 3) * (x - 5)), 100, arb(4))
    assert found is not None
    assert found.value.contains(3)


def test_the_three_fields_agree_on_min_root_in_the_tree_walk() -> None:
    instance = {**instances(1)[0], "d": Fraction(2), "c": Fraction(1, 2), "L_0": Fraction(1, 3)}
    world = World({}, {getattr(N, key): value for key, value in instance.items()})
    ball = Evaluator(world, Ball(128))(N.eta_2)
    exact = Evaluator(world, Exact(128))(N.eta_2)
    assert ball.overlaps(exact)
    floats = {key: np.array([float(v), float(v)]) for key, v in instance.items() if key not in ("c", "d")}
    batch = World({}, {getattr(N, key): floats.get(key, instance[key]) for key in instance})
    proposed = Evaluator(batch, Float64())(N.eta_2)
    assert proposed.shape == (2,)
    assert proposed == pytest.approx(float(ball.mid()), rel=1e-9)
    assert Evaluator(batch, Float64())(N.eta_1) == pytest.approx(
        float(Evaluator(world, Ball(128))(N.eta_1).mid()), rel=1e-9
    )


def test_a_tape_replays_what_the_walk_computes() -> None:
    a = sp.Symbol("a", positive=True)
    tree = sp.exp(x) / (1 + a * x) - sp.sqrt(x) * sp.log(x) + x**3 / 7
    tape = record(tree, [a, x])
    with ctx.workprec(100):
        values = [arb(2), arb(3)]
        walked = Evaluator(World({}, {a: values[0], x: values[1]}), Ball(100))(tree)
        assert tape.replay(values).overlaps(walked)
        dual = tape.replay([arb(2), Dual(arb(3), arb(1))])
        slope = Evaluator(World({}, {a: values[0], x: values[1]}), Ball(100))(sp.diff(tree, x))
        assert dual.value.overlaps(walked)
        assert dual.slope.overlaps(slope)
        assert dual.slope.rad() < 1e-20


def test_float64_proposes_zero_where_the_root_underflows() -> None:
    instance = {**instances(1)[0], "alpha_1": Fraction(1, 10**6), "d": Fraction(101, 100)}
    batch = World({}, {getattr(N, key): float(v) if key not in ("c", "d") else v for key, v in instance.items()})
    exact = World({}, {getattr(N, key): value for key, value in instance.items()})
    root = Evaluator(exact, Ball(128))(N.eta_2)
    assert root > 0
    assert root.log() < -750
    assert Evaluator(batch, Float64())(N.eta_2) == 0.0
