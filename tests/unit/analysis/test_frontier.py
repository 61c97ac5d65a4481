"""Frontier and solution points against their definitions, tried out one by one, and against closed forms."""

import numpy as np
import pytest

from standoff.analysis.frontier import (
    find_concave_frontier,
    find_lottery_points,
    find_pareto_frontier,
    find_solution_points,
)


def dominated(worth, k):
    return any((other >= worth[k]).all() and (other > worth[k]).any() for other in worth)


@pytest.mark.parametrize("sides", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(8))
def test_the_frontier_holds_what_nothing_dominates(sides, seed):
    # small whole numbers, so that ties and packages worth the same to all are common
    worth = np.random.default_rng(seed).integers(0, 6, (60, sides)).astype(float)
    expected = [k for k in range(len(worth)) if not dominated(worth, k)]
    assert sorted(find_pareto_frontier(worth).tolist()) == expected


def test_the_frontier_runs_from_the_worst_to_the_best_for_the_first_side():
    worth = np.random.default_rng(1).random((500, 2))
    found = worth[find_pareto_frontier(worth)]
    assert (np.diff(found[:, 0]) > 0).all()
    assert (np.diff(found[:, 1]) < 0).all()


def test_every_package_of_a_zero_sum_agenda_is_on_the_frontier():
    worth = np.stack([np.arange(1000.0), -np.arange(1000.0)], axis=1)
    assert len(find_pareto_frontier(worth)) == 1000
    assert find_concave_frontier(worth).tolist() == [0, 999]


def test_no_packages_have_an_empty_frontier():
    assert find_pareto_frontier(np.zeros((0, 2))).tolist() == []
    assert find_solution_points(np.zeros((0, 2)), [0, 0]).nash is None
    assert find_lottery_points(np.zeros((0, 2)), [0, 0]).nash is None


@pytest.mark.parametrize("seed", range(20))
def test_solution_points_are_the_best_of_all_rational_packages(seed):
    rng = np.random.default_rng(seed)
    worth, point = rng.normal(0, 1, (80, 2)), rng.normal(-0.3, 0.3, 2)
    gains = worth - point
    rational = np.flatnonzero((gains >= 0).all(axis=1))
    ideal = gains[rational].max(axis=0)
    found = find_solution_points(worth, point)
    assert found.nash == rational[np.argmax(gains[rational].prod(axis=1))]
    assert found.kalai_smorodinsky == rational[np.argmax((gains[rational] / ideal).min(axis=1))]
    assert found.egalitarian == rational[np.argmax(gains[rational].min(axis=1))]


def test_nash_and_kalai_smorodinsky_ignore_the_scale_of_a_side_and_equality_does_not():
    worth = np.random.default_rng(3).random((200, 2))
    one, scaled = find_solution_points(worth, [0, 0]), find_solution_points(worth * [1, 10], [0, 0])
    assert (one.nash, one.kalai_smorodinsky) == (scaled.nash, scaled.kalai_smorodinsky)
    assert one.egalitarian != scaled.egalitarian


def test_a_side_that_cannot_gain_does_not_stop_the_other():
    found = find_solution_points([[0.0, 1.0], [0.0, 2.0], [1.0, -1.0]], [0.0, 0.0])
    assert (found.nash, found.kalai_smorodinsky, found.egalitarian) == (1, 1, 1)


def test_without_a_rational_package_there_is_no_point():
    found = find_solution_points([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0])
    assert (found.nash, found.kalai_smorodinsky, found.egalitarian) == (None, None, None)


def test_lotteries_on_a_line_have_closed_forms():
    # frontier u + v = 1 with d = (0, 0.4): equal gains of 0.3 each by symmetry in all three solutions
    found = find_lottery_points([[0.0, 1.0], [1.0, 0.0]], [0.0, 0.4])
    for point in (found.nash, found.kalai_smorodinsky, found.egalitarian):
        assert point.payoffs == pytest.approx((0.3, 0.7), abs=1e-12)
        assert (point.packages, point.weight) == ((0, 1), pytest.approx(0.3, abs=1e-12))


def test_a_bent_frontier_tells_nash_from_kalai_smorodinsky():
    # Kalai and Smorodinsky's example: corners (0, 1), (0.5, 1) and (1, 0.5), disagreement 0. Nash, by symmetry, stands in the
    # middle of the last piece; without the last package, Nash goes to the corner and Kalai-Smorodinsky divides by the ideals.
    full = find_lottery_points([[0.0, 1.0], [0.5, 1.0], [1.0, 0.5]], [0.0, 0.0])
    assert full.nash.payoffs == pytest.approx((0.75, 0.75), abs=1e-12)
    assert full.kalai_smorodinsky.payoffs == pytest.approx((0.75, 0.75), abs=1e-12)
    # corners (0, 1) and (1, 0.7): u v is largest where u = 1, as 0.7 > 0.3; equal shares u = v, v = 1 - 0.3 u: u = 1 / 1.3
    flat = find_lottery_points([[0.0, 1.0], [1.0, 0.7]], [0.0, 0.0])
    assert flat.nash.payoffs == pytest.approx((1.0, 0.7), abs=1e-12)
    assert flat.kalai_smorodinsky.payoffs == pytest.approx((1 / 1.3, 1 / 1.3), abs=1e-12)


def test_two_packages_that_are_each_bad_for_one_side_may_make_a_good_lottery():
    found = find_lottery_points([[1.0, -0.2], [-0.2, 1.0]], [0.0, 0.0])
    assert found.nash.payoffs == pytest.approx((0.4, 0.4), abs=1e-12)
    assert find_solution_points([[1.0, -0.2], [-0.2, 1.0]], [0.0, 0.0]).nash is None


@pytest.mark.parametrize("seed", range(20))
def test_no_lottery_beats_the_points_found(seed):
    rng = np.random.default_rng(seed)
    worth, point = rng.normal(0, 1, (30, 2)), rng.normal(-0.3, 0.3, 2)
    found = find_lottery_points(worth, point)
    weights = np.linspace(0, 1, 201)[:, None, None, None]
    mixed = weights * worth[None, :, None, :] + (1 - weights) * worth[None, None, :, :]
    gains = mixed.reshape(-1, 2) - point
    gains = gains[(gains >= 0).all(axis=1)]
    ideal = gains.max(axis=0)
    own = {
        name: np.array(getattr(found, name).payoffs) - point for name in ("nash", "kalai_smorodinsky", "egalitarian")
    }
    assert own["nash"].prod() >= gains.prod(axis=1).max() - 1e-12
    assert own["egalitarian"].min() >= gains.min(axis=1).max() - 1e-12
    # the ideals of the tried lotteries lie at most a step of 1/200 below the true ones
    assert (own["kalai_smorodinsky"] / ideal).min() >= (gains / ideal).min(axis=1).max() - 0.02


@pytest.mark.parametrize(
    "call",
    [
        lambda: find_pareto_frontier([1.0, 2.0]),
        lambda: find_pareto_frontier([[np.nan, 1.0]]),
        lambda: find_solution_points([[1.0, 2.0]], [0.0]),
        lambda: find_solution_points([[1.0, 2.0]], [0.0, np.inf]),
        lambda: find_lottery_points([[1.0, 2.0, 3.0]], [0.0, 0.0, 0.0]),
        lambda: find_lottery_points([[1.0, 2.0]], [0.0]),
    ],
)
def test_wrong_tables_are_refused(call):
    with pytest.raises(ValueError, match=r"payoffs|disagreement|sides"):
        call()
