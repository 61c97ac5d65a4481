"""Averages over crises that are still open: shown only where enough are."""

import numpy as np
import pytest

from games import random_game
from solving import forecast_of_game, solve_game
from standoff.solve.open_crises import LARGEST_RATIO_ERROR, find_too_few

SEEDS = (27, 129, 151, 312)
"""Games in which the ratio of two nearly cancelling masses was once shown as a belief, such as 2.68."""


def make_game(seed):
    types = (2, 1) if seed % 2 else (2, 2)
    return random_game(
        seed, types=types, num_periods=30, rationality=12.0, num_states=(2, 3, 4), num_terminals=4, num_milestones=0
    )


@pytest.fixture(scope="module", params=SEEDS)
def solved(request):
    return solve_game(make_game(request.param), belief_points=9, branch="node-wise")


def test_a_mean_belief_is_a_probability_or_is_not_shown(solved):
    assert solved.certificate.residual < 1e-8
    for series in forecast_of_game(solved).beliefs.values():
        shown = series[~np.isnan(series)]
        assert ((shown >= 0.0) & (shown <= 1.0)).all()
        assert 1 <= len(shown) < len(series)


def test_nothing_is_shown_after_what_is_not(solved):
    for series in forecast_of_game(solved).beliefs.values():
        assert not (np.diff(np.isnan(series).astype(int)) < 0).any()


def test_a_mean_belief_that_is_shown_is_accurate(solved):
    finer = solve_game(solved.game, belief_points=33, branch="node-wise")
    assert finer.certificate.residual < 1e-8
    found, exact = solved.sweep.mean_beliefs, finer.sweep.mean_beliefs
    known = ~np.isnan(found) & ~np.isnan(exact)
    assert np.abs(found - exact)[known].max() < LARGEST_RATIO_ERROR


def test_probabilities_of_levels_are_hidden_at_the_same_dates(solved):
    first = solved.game.epochs[0].layers[0]
    names = tuple(f"level {k}" for k in range(int(first.levels[:, 0].max()) + 1))
    levels = np.array(list(forecast_of_game(solved, {first.fields[0]: names}).levels.values()))
    hidden = np.isnan(solved.sweep.mean_beliefs).any(axis=1)
    assert (np.isnan(levels).all(axis=0) == hidden).all()
    assert ((levels[:, ~hidden] >= 0.0) & (levels[:, ~hidden] <= 1.0)).all()


def test_too_few_are_open_where_the_mass_is_not_many_times_its_error():
    mass = np.array([1.0, 0.02, 0.02, 1e-10, -0.1, np.nan])
    error = np.array([0.0, 0.0009, 0.0011, 0.0, 0.0, 0.0])
    assert find_too_few(mass, error).tolist() == [False, False, True, True, True, True]
