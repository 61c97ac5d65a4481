"""What holding beliefs at points costs, on random games whose probabilities follow exactly from strategies at exact beliefs.

`own_strategies` solves every decision at the belief that its own history leads to, and `probabilities_of_outcomes`
multiplies along the tree. That these are Gambit's is checked in tests/golden/test_against_gambit.py.
"""

from functools import cache

import numpy as np
import pytest

from games import random_game
from small_trees import own_strategies, probabilities_of_outcomes, small_games, with_second_movers
from standoff.export.tree import unroll
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.sample import find_strategy

FAMILIES = {
    "both-sides-private": {"types": (2, 2), "num_periods": 2, "num_states": (2, 2, 2)},
    "first-side-private": {"types": (2, 1), "num_periods": 2, "num_states": (2, 2, 2)},
    "second-side-private": {"types": (1, 2), "num_periods": 2, "num_states": (2, 2, 2)},
    "long": {"types": (2, 2), "num_periods": 3, "num_states": (1, 2)},
}


def solved(game, points, **settings):
    return solve(game, Settings(belief_points=points, keep_values=True, **settings))


def exact_probabilities(game, points):
    """Probability of every end from strategies at exact beliefs; values are still held at points."""
    tree = unroll(game)
    return probabilities_of_outcomes(game, tree, own_strategies(solved(game, points), tree))


@cache
def steep_game():
    """Two move at the same time, and what they do at the start turns steeply with the belief about the first, near its prior."""
    sizes = {"types": (2, 2), "num_periods": 1, "num_states": (2, 2, 2), "change": with_second_movers}
    return small_games(count=4, rationality=3.0, **sizes)[3]


def test_probabilities_are_exact_where_strategies_are_steep_near_the_prior():
    game = steep_game()
    exact = exact_probabilities(game, 17)
    off = np.abs(solved(game, 17).sweep.absorbed[-1] - exact).max()
    assert off < 1e-6
    # without the prior among the points: one half is a Chebyshev point already
    plain = solved(game, 17, anchor=(0.5, 0.5))
    assert np.abs(plain.sweep.absorbed[-1] - exact).max() > 1e-3
    assert np.abs(plain.sweep.absorbed[-1] - exact).max() < plain.certificate.belief_error


@pytest.mark.parametrize("rationality", [3.0, 5.0])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_certificate_bounds_the_error_of_all_probabilities(family, rationality):
    beyond = []
    for game in small_games(count=4, rationality=rationality, **FAMILIES[family]):
        exact = exact_probabilities(game, 33)
        for points in (9, 17):
            found = solved(game, points)
            beyond.append(np.abs(found.sweep.absorbed[-1] - exact).max() - found.certificate.belief_error)
    assert len(beyond) == 8
    # the exact probabilities are themselves from values at 33 points
    assert max(beyond) < 1e-6


@pytest.mark.parametrize(("seed", "types"), [(2, (2, 2)), (2, (2, 1)), (4, (1, 2))])
def test_the_first_decision_is_solved_at_the_prior_itself(seed, types):
    game = random_game(seed, types=types)
    found = solved(game, 9)
    start = found.grid.start_weights
    assert start == pytest.approx(np.eye(len(start))[start.argmax()], abs=1e-14)
    assert found.grid.beliefs[: len(game.prior_belief), int(start.argmax())] == pytest.approx(game.prior_belief, abs=0)
    layer = game.epochs[0].layers[0]
    assert layer.mover[game.start] >= 0
    exact, _ = find_strategy(found, 0, 0, game.start, game.prior_belief)
    own = slice(layer.action_start[game.start], layer.action_start[game.start + 1])
    # strategies are kept in mover order: put the mover's axis behind the other
    n1, n2 = found.belief_shape
    rows = found.strategies[0][0][own][:, :, : found.num_points]
    kept = {game.belief_players.index(i): i for i in game.belief_players}
    is_second = len(kept) == 2 and kept[1] == layer.mover[game.start]
    at = start[: found.num_points].reshape(n1, n2)
    weights = (at.T if is_second else at).ravel()
    assert (rows @ weights).T[: len(exact)] == pytest.approx(exact, abs=1e-9)


def test_an_anchor_must_fit_the_game():
    with pytest.raises(ValueError, match="anchor must give 2 beliefs, one for each player with two types, not 1"):
        solved(random_game(2), 5, anchor=(0.5,))
