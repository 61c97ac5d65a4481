"""How long the frontier and solution points of many packages take. Run with `make bench`; quote medians, machine, date."""

import numpy as np
import pytest

from standoff.analysis.frontier import find_lottery_points, find_pareto_frontier, find_solution_points

COUNT = 100_000
TARGET_SECONDS = 0.010


def cloud():
    """Worths drawn at random: a small frontier."""
    return np.random.default_rng(0).random((COUNT, 2))


def agenda():
    """Five issues of ten levels, worths added up over the issues as in a scenario."""
    worth = np.random.default_rng(0).random((5, 10, 2)) * [1, -1]
    levels = np.array(np.meshgrid(*[range(10)] * 5, indexing="ij")).reshape(5, -1)
    return sum(worth[issue][levels[issue]] for issue in range(5))


def line():
    """What one side gains the other loses: every package is on the frontier. The worst case."""
    order = np.random.default_rng(0).permutation(COUNT).astype(float)
    return np.stack([order, -order], axis=1)


@pytest.mark.parametrize("make", [cloud, agenda, line])
def test_frontier_and_points_of_1e5_packages(benchmark, make):
    worth = make()
    point = np.median(worth, axis=0) - 0.1 * worth.std(axis=0)

    def everything():
        return find_pareto_frontier(worth), find_solution_points(worth, point), find_lottery_points(worth, point)

    frontier, points, _ = benchmark(everything)
    assert points.nash in frontier
    benchmark.extra_info["target_seconds"] = TARGET_SECONDS
