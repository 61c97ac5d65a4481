"""The most probable path: of a game worked out by hand, and against all paths of small games."""

import numpy as np
import pytest

from games import random_game
from small_trees import with_second_movers
from standoff.analysis.likeliest import Goal, chain_of, likeliest_path
from standoff.game.builder import GameBuilder
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.public_steps import list_public_steps

FIVE = Settings(belief_points=5, threads=1)


def fork_game():
    """Noise alone decides (rationality 0): with 1/2 a period passes, with 1/2 somebody sets out.

    The likelier way, 0.6, leads into the swamp, from where 0.3 arrive; by road, 0.4, it is 0.9. So the most probable path to
    `arrived` sets out at once and goes by road: 1/2 x 0.4 x 0.9 = 0.18, not by the swamp: 1/2 x 0.6 x 0.3 = 0.09. The one to
    `lost` goes by the swamp: 1/2 x 0.6 x 0.7 = 0.21.
    """
    builder = GameBuilder(num_periods=4)
    builder.player("a", types={"x": 0.5, "y": 0.5}, rationality=0)
    builder.outcome("arrived", {"a": 1})
    builder.outcome("lost", {"a": 0})
    builder.stage("choosing").decision("home", "a", {"wait": "home", "set out": [(0.6, "swamp"), (0.4, "road")]})
    walking = builder.stage("walking")
    walking.chance("swamp", [(0.3, "arrived"), (0.7, "lost")])
    walking.chance("road", [(0.9, "arrived"), (0.1, "lost")])
    return builder.build()


def collect_probabilities(game, settings=FIVE):
    return ContinuationProbabilities(solve(game, settings), ())


def ends_in(game, outcome):
    return Goal(frozenset(np.flatnonzero(game.terminals.outcome == game.outcomes.index(outcome)).tolist()))


def probability_of(found):
    return found.path.probability if found.path else 0.0


def all_paths(probabilities, goal):
    """Probabilities of all public paths to a goal."""
    game = probabilities.equilibrium.game
    found = []

    def walk(period, s, state, beliefs, met, probability):
        if state < 0:
            if -state - 1 in goal.terminals:
                found.append(probability)
            return
        arrived = game.epoch_of(max(period - (s == 0), 0)).layers[s]
        met = add_met_on_arrival(game, arrived, state, met)
        if goal.milestones and goal.milestones[-1] in met:
            found.append(probability)
            return
        if period == game.num_periods:
            return
        following = (period, s + 1) if s + 1 < game.num_layers else (period + 1, 0)
        later = probabilities.values(period)[s + 1]
        for step in list_public_steps(
            probabilities.equilibrium, period, s, state=state, beliefs=beliefs, next_values=later
        ):
            walk(*following, step.target, step.beliefs, met, probability * step.probability)

    walk(0, 0, game.start, tuple(game.prior_belief), frozenset(), 1.0)
    return found


def test_the_path_worked_out_by_hand():
    game = fork_game()
    probabilities = collect_probabilities(game)
    arrived = likeliest_path(probabilities, ends_in(game, "arrived"), width=100)
    assert arrived.is_proven
    assert arrived.path.probability == pytest.approx(0.18, abs=1e-12)
    assert [(step.period, step.layer) for step in arrived.path.steps] == [(0, 0), (0, 1)]
    by_road = game.epochs[0].layers[1].levels[arrived.path.steps[1].state]
    assert by_road.tolist() == game.epochs[0].layers[1].levels[1].tolist()
    lost = likeliest_path(probabilities, ends_in(game, "lost"), width=100)
    assert lost.path.probability == pytest.approx(0.21, abs=1e-12)


@pytest.mark.parametrize("types", [(2, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_best_of_all_paths(seed, types):
    game = random_game(seed, types=types, num_periods=2)
    if seed == 2:
        game = with_second_movers(game, seed)
    probabilities = collect_probabilities(game)
    best = []
    for outcome in game.outcomes:
        goal = ends_in(game, outcome)
        best.append(max(all_paths(probabilities, goal), default=0.0))
        found = likeliest_path(probabilities, goal, width=10_000)
        assert probability_of(found) == pytest.approx(best[-1], abs=1e-12)
        assert found.bound >= best[-1] * (1 - 1e-12)
    assert max(best) > 0.0


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_best_of_all_paths_to_a_milestone(seed):
    game = random_game(seed, types=(2, 1), num_periods=2)
    probabilities = collect_probabilities(game)
    for m in range(len(game.milestones)):
        goal = Goal(milestones=tuple(chain_of(game, m)))
        paths = all_paths(probabilities, goal)
        found = likeliest_path(probabilities, goal, width=10_000)
        assert probability_of(found) == pytest.approx(max(paths, default=0.0), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_where_room_is_short_the_bound_still_holds(seed):
    game = random_game(seed, num_periods=2)
    probabilities = collect_probabilities(game)
    for outcome in game.outcomes:
        goal = ends_in(game, outcome)
        best = max(all_paths(probabilities, goal), default=0.0)
        found = likeliest_path(probabilities, goal, width=1)
        reached = probability_of(found)
        assert reached <= best * (1 + 1e-9)
        assert best <= found.bound * (1 + 1e-9)
        assert found.is_proven == (found.bound <= reached * (1 + 1e-12))


def test_the_probability_of_a_path_is_the_product_of_its_steps():
    game = random_game(1)
    found = likeliest_path(collect_probabilities(game), ends_in(game, "end_b"), width=1000).path
    assert found.probability == pytest.approx(np.prod([one.step.probability for one in found.steps]), abs=1e-14)


def test_a_goal_out_of_reach_has_no_path():
    game = fork_game()
    found = likeliest_path(collect_probabilities(game), Goal(), width=10)
    assert found.path is None
    assert found.is_proven
    assert found.bound == 0.0


def test_no_room_is_refused():
    with pytest.raises(ValueError, match="width must be at least 1, not 0"):
        likeliest_path(collect_probabilities(fork_game()), Goal(), width=0)
