"""The continuation probabilities against the forward pass, against a walk with exact beliefs, and the values found
again on the way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games import random_game
from small_trees import with_second_movers
from standoff import load
from standoff.game.compile import compile_game
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.public_steps import list_public_steps
from standoff.solve.target import UNRESOLVED, Target, find_probability

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


def at_the_start(probabilities):
    game = probabilities.equilibrium.game
    return probabilities.at(0, 0, state=game.start, beliefs=game.prior_belief)


@given(st.integers(0, 10_000), TYPES)
@settings(max_examples=15)
def test_at_the_start_they_are_the_forecast(seed, types):
    found = solve(random_game(seed, types=types), FIVE)
    expected = np.clip([find_probability(found, target) for target in TARGETS], 0, 1)
    assert at_the_start(ContinuationProbabilities(found, TARGETS)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_they_are_where_two_move_at_the_same_time(seed):
    found = solve(with_second_movers(random_game(seed), seed), FIVE)
    expected = np.clip([find_probability(found, target) for target in TARGETS], 0, 1)
    assert at_the_start(ContinuationProbabilities(found, TARGETS)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_values_are_found_again_without_having_been_kept(seed):
    game = random_game(seed) if seed else with_second_movers(random_game(seed), seed)
    kept = solve(game, Settings(belief_points=5, keep_values=True))
    probabilities = ContinuationProbabilities(solve(game, FIVE), ())
    points = kept.num_points
    for period in range(game.num_periods):
        for mine, own in zip(probabilities.values(period), kept.values[period], strict=True):
            assert mine[..., :points] == pytest.approx(own[..., :points], abs=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_they_are_in_a_crisis_without_end(seed):
    game = random_game(seed)
    players = tuple(replace(player, discount=0.8) for player in game.players)
    found = solve(replace(game, players=players, continues=True), FIVE)
    expected = np.clip([find_probability(found, target) for target in TARGETS], 0, 1)
    assert at_the_start(ContinuationProbabilities(found, TARGETS)) == pytest.approx(expected, abs=1e-12)


def test_they_are_past_a_deadline():
    scenario = load("cuba-1962", overrides=["period.horizon=9"])
    found = solve(compile_game(scenario), Settings(belief_points=3, threads=1))
    assert len(compile_game(scenario).epochs) == 2
    targets = [Target("outcome", name) for name in (*compile_game(scenario).outcomes, UNRESOLVED)]
    targets += [Target("milestone", milestone.name) for milestone in compile_game(scenario).milestones]
    expected = np.clip([find_probability(found, target) for target in targets], 0, 1)
    assert at_the_start(ContinuationProbabilities(found, targets)) == pytest.approx(expected, abs=1e-12)


def places(probabilities, period, s, state, beliefs, met, depth):
    """Every place that can be reached within so many layers, with the steps that lead on from it."""
    game = probabilities.equilibrium.game
    if depth == 0 or state < 0 or period == game.num_periods:
        return
    layer = game.find_epoch(period).layers[s]
    arrived_in = period if s else period - 1
    after = met | {m: arrived_in for m in add_met_on_arrival(game, layer, state, frozenset(met)) if m not in met}
    following = (period, s + 1) if s + 1 < game.num_layers else (period + 1, 0)
    later = probabilities.values(period)[s + 1]
    steps = list_public_steps(probabilities.equilibrium, period, s, state=state, beliefs=beliefs, next_values=later)
    yield (period, s, state, beliefs, met), after, [(step, following) for step in steps]
    for step in steps:
        yield from places(probabilities, *following, step.target, step.beliefs, after, depth - 1)


def gaps(probabilities, depth):
    """Over all places near the start: the probabilities there against the average of those after every step."""
    game = probabilities.equilibrium.game
    for (period, s, state, beliefs, met), after, steps in places(
        probabilities, 0, 0, game.start, tuple(game.prior_belief), {}, depth
    ):
        assert sum(step.probability for step, _ in steps) == pytest.approx(1, abs=1e-12)
        here = probabilities.at(period, s, state=state, beliefs=beliefs, met=met)
        mean = sum(
            step.probability * probabilities.at(*place, state=step.target, beliefs=step.beliefs, met=after)
            for step, place in steps
        )
        yield float(np.max(np.abs(mean - here)))


@pytest.mark.parametrize("seed", range(6))
def test_without_secrets_they_average_exactly_over_every_step(seed):
    # milestones met on the way, ends, and targets whose date passes, are all among the places
    probabilities = ContinuationProbabilities(
        solve(random_game(seed, types=(1, 1)), FIVE), TARGETS, ends=[frozenset({0, 2})]
    )
    assert max(gaps(probabilities, 6)) < 1e-12


def gap_at(seed, points):
    found = solve(random_game(seed, rationality=1.0), Settings(belief_points=points, threads=1, anchor=(0.5, 0.5)))
    return max(gaps(ContinuationProbabilities(found, TARGETS), 5))


@pytest.mark.parametrize("seed", range(2))
def test_between_belief_points_they_average_as_the_points_resolve(seed):
    # the functions are smooth, so at plain Chebyshev points the error of interpolation falls geometrically
    few, more, many = (gap_at(seed, points) for points in (5, 9, 17))
    assert more < few / 20
    assert many < more / 200


@pytest.mark.parametrize("seed", range(3))
def test_beliefs_are_martingales_along_public_steps(seed):
    game = with_second_movers(random_game(seed), seed) if seed else random_game(seed)
    probabilities = ContinuationProbabilities(solve(game, FIVE), ())
    for (_, _, _, beliefs, _), _, steps in places(probabilities, 0, 0, game.start, tuple(game.prior_belief), {}, 5):
        mean = sum(step.probability * np.array(step.beliefs) for step, _ in steps)
        assert mean == pytest.approx(np.array(beliefs), abs=1e-9)


def test_a_milestone_that_was_met_before_is_certain():
    probabilities = ContinuationProbabilities(solve(random_game(3), FIVE), TARGETS)
    assert probabilities.at(1, 2, state=1, beliefs=(0.3, 0.8), met={0: 1})[3] == 1.0


@pytest.mark.parametrize("seed", range(3))
def test_over_a_distribution_they_are_the_average_of_those_at_its_places(seed):
    probabilities = ContinuationProbabilities(solve(random_game(seed), FIVE), TARGETS, ends=[frozenset({0, 2})])
    game, grid = probabilities.equilibrium.game, probabilities.equilibrium.grid
    rng = np.random.default_rng(seed)
    # milestones are met on arrival, so their own channels hold nothing where they hold; m1 comes after m0
    holds = game.epochs[0].layers[0].milestone_holds
    open_mass, unmet = rng.random((2, *(game.num_states[0], grid.num_points)))
    mass = np.zeros((game.num_states[0], 3, grid.padded))
    mass[:, 0, : grid.num_points] = open_mass
    mass[:, 1, : grid.num_points] = unmet * ~holds[:, :1]
    expected = np.zeros(len(TARGETS) + 1)
    for x in range(game.num_states[0]):
        for k in range(grid.num_points):
            here = probabilities.at(1, 0, state=x, beliefs=tuple(grid.beliefs[:, k]))
            share = np.where([one.kind == "milestone" for one in TARGETS] + [False], mass[x, 1, k], mass[x, 0, k])
            expected += share * here
    assert probabilities.over(1, mass) == pytest.approx(expected, abs=1e-9)
