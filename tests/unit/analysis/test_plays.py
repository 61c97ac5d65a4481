"""Plays as sequences of events, against slow and simple ways to find the same."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff import load, solve
from standoff.analysis.happenings import Words
from standoff.analysis.plays import Goal, compute_distances, find_medoid, retrace, select_plays
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.equilibrium import Settings
from standoff.solve.sample import find_strategy, sample_paths

EVENTS = st.lists(st.lists(st.sampled_from("abc").map(lambda letter: (letter,)), max_size=6).map(tuple), max_size=5)
KEPT = Settings(belief_points=5, threads=1, keep_values=True)


@pytest.fixture(scope="module")
def kept():
    return solve(load("cuba-1962", overrides=["period.horizon=4"]), KEPT)


def edits(one, two):
    """Levenshtein's distance by its definition."""

    @cache
    def rest(i, j):
        if i == len(one) or j == len(two):
            return len(one) - i + len(two) - j
        return min(rest(i + 1, j) + 1, rest(i, j + 1) + 1, rest(i + 1, j + 1) + (one[i] != two[j]))

    return rest(0, 0)


@given(EVENTS)
def test_distances_are_those_of_the_definition(sequences):
    expected = [[edits(one, two) for two in sequences] for one in sequences]
    assert compute_distances(sequences).tolist() == expected


def test_the_typical_sequence_is_of_ordinary_size_and_nearest_to_all():
    short, usual, other, long = (("a",),), (("a",), ("b",), ("c",)), (("a",), ("x",), ("y",)), (("a",), *[("b",)] * 9)
    sequences = [short, other, usual, usual, (*usual, ("d",)), long]
    sizes = np.array([[len(one)] for one in sequences], dtype=float)
    assert find_medoid(sequences, sizes) == 2


def test_there_is_no_typical_one_of_none():
    with pytest.raises(ValueError, match="there is no sequence"):
        find_medoid([], np.zeros((0, 1)))


def by_hand(equilibrium, trail):
    """Probability of a trail, walked by strategies alone: those of the values that the solve kept."""
    game = equilibrium.game
    beliefs = list(game.prior_belief)
    total = 1.0
    for period, s, state, action, target in trail.places:
        layer = game.find_epoch(period).layers[s]
        arrival = layer.arrival[state] if layer.is_chance or layer.mover[state] >= 0 else 0.0
        if action < 0:
            total *= 1.0 - arrival
            continue
        total *= arrival
        if not layer.is_chance:
            axis = game.belief_players.index(layer.mover[state])
            strategies, posteriors = find_strategy(equilibrium, period, s, state, tuple(beliefs))
            own = action - layer.action_start[state]
            total *= (1 - beliefs[axis]) * strategies[0, own] + beliefs[axis] * strategies[1, own]
            beliefs[axis] = posteriors[own]
        branches = range(layer.branch_start[action], layer.branch_start[action + 1])
        total *= sum(layer.branch_probability[b] for b in branches if layer.branch_target[b] == target)
    return total


def test_a_sampled_play_has_the_probability_of_its_steps(kept):
    game = kept.equilibrium.game
    words = Words(kept.scenario, game)
    paths = sample_paths(kept.equilibrium, 400, 3)
    probabilities = ContinuationProbabilities(kept.equilibrium, ())
    for goal in (Goal(frozenset(np.flatnonzero(game.terminals.outcome == 0).tolist())), Goal(milestones=(0,)), Goal()):
        trails = select_plays(paths, goal, words=words).trails[:8]
        assert len(trails) == 8
        for trail, path in zip(trails, retrace(probabilities, trails), strict=True):
            assert path.probability == pytest.approx(by_hand(kept.equilibrium, trail), rel=1e-6)


def test_sampling_needs_no_values_that_were_kept(kept):
    bare = solve(kept.scenario, Settings(belief_points=5, threads=1)).equilibrium
    mine = sample_paths(bare, 300, 5, values=ContinuationProbabilities(bare, ()).values)
    theirs = sample_paths(kept.equilibrium, 300, 5)
    assert mine.actions.tolist() == theirs.actions.tolist()
    assert mine.beliefs == pytest.approx(theirs.beliefs, abs=1e-8)


def test_places_and_actions_of_sampled_plays_fit_each_other(kept):
    game = kept.equilibrium.game
    paths = sample_paths(kept.equilibrium, 200, 7)
    for period in range(game.num_periods):
        for s, layer in enumerate(game.find_epoch(period).layers):
            states, taken = paths.layer_states[period, s], paths.actions[period, s]
            acted = taken >= 0
            assert (layer.action_start[states[acted]] <= taken[acted]).all()
            assert (taken[acted] < layer.action_start[states[acted] + 1]).all()
        assert paths.layer_states[period, 0].tolist() == paths.states[period].tolist()


def test_a_play_to_a_milestone_stops_where_it_is_met(kept):
    game = kept.equilibrium.game
    words = Words(kept.scenario, game)
    paths = sample_paths(kept.equilibrium, 400, 3)
    for trail in select_plays(paths, Goal(milestones=(0,)), words=words).trails:
        reached = []
        for period, s, _, _, target in trail.places:
            arrived = game.find_epoch(period).layers[(s + 1) % game.num_layers]
            reached.append(bool(arrived.milestone_holds[target, 0]))
        assert reached[-1]
        assert not any(reached[:-1])
