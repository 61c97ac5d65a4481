"""The odds to go against the forward pass, against a walk with exact beliefs, and the values found again on the way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games import random_game
from small_trees import with_second_movers
from standoff.solve.adjoint import UNRESOLVED, Target, odds_of_target
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.odds_to_go import OddsToGo

TYPES = st.sampled_from([(2, 2), (2, 1), (1, 2), (1, 1), (2, 1, 2)])
TARGETS = (
    Target("outcome", "end_a"),
    Target("outcome", "end_b", 1),
    Target("outcome", UNRESOLVED, 2),
    Target("milestone", "m0", 2),
    Target("milestone", "m1"),
    Target("milestone", "m1", 1),
)
FIVE = Settings(belief_points=5, threads=1)


def at_the_start(odds):
    game = odds.equilibrium.game
    return odds.at(0, 0, state=game.start, beliefs=game.prior_belief)


@given(st.integers(0, 10_000), TYPES)
@settings(max_examples=15)
def test_at_the_start_they_are_the_forecast(seed, types):
    found = solve(random_game(seed, types=types), FIVE)
    expected = np.clip([odds_of_target(found, target) for target in TARGETS], 0, 1)
    assert at_the_start(OddsToGo(found, TARGETS)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_they_are_where_two_move_at_the_same_time(seed):
    found = solve(with_second_movers(random_game(seed), seed), FIVE)
    expected = np.clip([odds_of_target(found, target) for target in TARGETS], 0, 1)
    assert at_the_start(OddsToGo(found, TARGETS)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_values_are_found_again_without_having_been_kept(seed):
    game = random_game(seed) if seed else with_second_movers(random_game(seed), seed)
    kept = solve(game, Settings(belief_points=5, keep_values=True))
    odds = OddsToGo(solve(game, FIVE), ())
    points = kept.num_points
    for period in range(game.num_periods):
        for mine, own in zip(odds.values(period), kept.values[period], strict=True):
            assert mine[..., :points] == pytest.approx(own[..., :points], abs=1e-9)
