"""Every number of the forecast, against a crisis that is worked out by hand (`hand_worked`)."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from hand_worked import (
    LABELS,
    LEVEL_NAMES,
    LEVELS,
    NUM_PERIODS,
    OUTCOMES,
    PRIOR,
    TERMINALS,
    TYPES,
    hand_worked_game,
    logit,
    mean,
    strategies,
)
from solving import forecast_of_game, solve_game
from standoff.game.builder import Action, GameBuilder
from standoff.solve.action_values import find_action_values

EXACT = 1e-12
PAIRS = [(player, k) for player in TYPES for k in range(2)]


def solved(*given, **changes):
    return solve_game(hand_worked_game(*given, **changes), belief_points=5)


@pytest.fixture(scope="module")
def found():
    return forecast_of_game(solved(), LEVEL_NAMES)


def of_outcome(outcome, package=None):
    """What reads the probability of an outcome, or of one of its packages, off a chain."""
    own = [t for t, (o, p) in TERMINALS.items() if o == outcome and package in (None, p)]
    return lambda chain: sum(chain.terminals[name] for name in own)


def still_open(chain):
    return 1.0 - sum(chain.terminals.values())


def test_the_solution_is_exact():
    certificate = solved().certificate
    assert certificate.residual < 1e-8
    assert certificate.belief_error < EXACT
    assert certificate.consistency_gap < EXACT


def test_every_outcome_has_its_probability_by_every_date(found):
    assert tuple(series.name for series in found.outcomes.values()) == OUTCOMES
    for series in found.outcomes.values():
        assert series.cumulative == pytest.approx(mean(of_outcome(series.name)), abs=EXACT), series.name
    assert found.unresolved == pytest.approx(mean(still_open), abs=EXACT)


@pytest.mark.parametrize("outcome", ["deal", "truce"])
def test_each_deal_has_its_own_packages(found, outcome):
    series = found.outcomes[outcome]
    assert [part.name for part in series.parts] == ["big", "small"]
    for part in series.parts:
        assert part.cumulative == pytest.approx(mean(of_outcome(outcome, part.name)), abs=EXACT), part.name


def test_outcomes_without_packages_have_no_parts(found):
    assert [found.outcomes[name].parts for name in ("war", "yielded")] == [(), ()]


def test_probabilities_by_type_are_those_of_the_type(found):
    for series in found.outcomes.values():
        assert [(player, own) for player, own, _ in series.by_type] == [(p, TYPES[p][k]) for p, k in PAIRS]
        for (player, k), (_, _, cumulative) in zip(PAIRS, series.by_type, strict=True):
            expected = mean(of_outcome(series.name), **{player: k})
            assert cumulative == pytest.approx(expected, abs=EXACT), (series.name, player, k)


@pytest.mark.parametrize(("player", "k"), PAIRS)
def test_probabilities_by_type_are_the_forecast_with_the_prior_at_that_type(found, player, k):
    # nobody's strategy depends on what is believed, so that the knowledge of a type changes nothing else
    sure = forecast_of_game(solved(prior=PRIOR | {player: (1.0 - k, float(k))}))
    for series, known in zip(found.outcomes.values(), sure.outcomes.values(), strict=True):
        by_type = {(name, own): cumulative for name, own, cumulative in series.by_type}
        assert by_type[player, TYPES[player][k]] == pytest.approx(known.cumulative, abs=1e-9), series.name


@pytest.mark.parametrize("player", TYPES)
def test_probabilities_by_type_weighted_with_the_prior_are_the_public_ones(found, player):
    for series in found.outcomes.values():
        by_type = [cumulative for name, _, cumulative in series.by_type if name == player]
        weighted = PRIOR[player][0] * by_type[0] + PRIOR[player][1] * by_type[1]
        assert weighted == pytest.approx(series.cumulative, abs=EXACT), series.name


def test_the_order_of_the_players_changes_no_probability(found):
    # with a player of two types in front the public measure is not that of its first plane
    other = forecast_of_game(solved(players=("south", "north", "east")), LEVEL_NAMES)
    for series, same in zip(found.outcomes.values(), other.outcomes.values(), strict=True):
        assert same.cumulative == pytest.approx(series.cumulative, abs=EXACT), series.name
        for part, same_part in zip(series.parts, same.parts, strict=True):
            assert same_part.cumulative == pytest.approx(part.cumulative, abs=EXACT), (series.name, part.name)
        by_type = {(player, own): cumulative for player, own, cumulative in same.by_type}
        for player, own, cumulative in series.by_type:
            assert by_type[player, own] == pytest.approx(cumulative, abs=EXACT), (series.name, player, own)
    for player, beliefs in found.beliefs.items():
        assert other.beliefs[player] == pytest.approx(beliefs, abs=EXACT), player


def test_every_milestone_has_its_first_passage(found):
    assert [series.name for series in found.milestones.values()] == ["talks", "clash", "talks_resumed"]
    for series in found.milestones.values():
        expected = mean(lambda chain, name=series.name: chain.milestones[name])
        assert series.cumulative == pytest.approx(expected, abs=EXACT), series.name


def test_a_milestone_that_holds_at_the_start_has_been_met():
    from_clash = forecast_of_game(solved("clash"))
    for series in from_clash.milestones.values():
        expected = mean(lambda chain, name=series.name: chain.milestones[name], start="clash")
        assert series.cumulative == pytest.approx(expected, abs=EXACT), series.name
    assert from_clash.milestones["clash"].cumulative.tolist() == [1.0] * NUM_PERIODS


@pytest.mark.parametrize(("player", "k"), [("north", 1), ("south", 1)])
def test_beliefs_begin_at_the_prior_and_follow_bayes_rule(found, player, k):
    def open_mass(chain):
        return sum(chain.states.values())

    expected = PRIOR[player][k] * mean(open_mass, **{player: k}) / mean(open_mass)
    assert found.beliefs[player][0] == pytest.approx(PRIOR[player][k], abs=EXACT)
    assert found.beliefs[player] == pytest.approx(expected, abs=EXACT)
    assert list(found.beliefs) == ["north", "south"]


def test_levels_are_shares_of_what_is_open(found):
    total = mean(lambda chain: sum(chain.states.values()))
    assert set(found.levels) == {(track, level) for track, levels in LEVEL_NAMES.items() for level in levels}
    for column, (track, levels) in enumerate(LEVEL_NAMES.items()):
        for k, level in enumerate(levels):
            own = [state for state, row in LEVELS.items() if row[column] == k]
            mass = mean(lambda chain, own=own: sum((chain.states[name] for name in own), np.zeros(NUM_PERIODS + 1)))
            assert found.levels[track, level] == pytest.approx(mass / total, abs=EXACT), (track, level)


def test_the_mean_length_counts_what_is_open_as_ending_at_the_horizon(found):
    left = mean(still_open)
    ends = -np.diff(np.concatenate([[1.0], left]))
    by_hand = ends @ np.arange(1, NUM_PERIODS + 1) + NUM_PERIODS * left[-1]
    assert found.mean_duration == pytest.approx(by_hand, abs=EXACT)


def test_the_median_is_the_first_period_by_whose_end_half_of_all_crises_are_over(found):
    left = mean(still_open)
    assert left[1] > 0.5 > left[2]
    assert found.median_duration == 3


def test_a_crisis_that_more_often_than_not_outlasts_the_horizon_has_no_median():
    slow = forecast_of_game(solved(comes_up=0.05))
    assert slow.unresolved[-1] > 0.5
    assert slow.median_duration is None


def test_start_values_are_the_payoffs_of_each_type(found):
    assert list(found.start_values) == [("east", "east"), *((p, TYPES[p][k]) for p, k in PAIRS)]
    assert found.start_values["east", "east"] == pytest.approx(mean(lambda chain: chain.payoffs["east"]), abs=EXACT)
    for player, k in PAIRS:
        expected = mean(lambda chain, player=player: chain.payoffs[player], **{player: k})
        assert found.start_values[player, TYPES[player][k]] == pytest.approx(expected, abs=EXACT), (player, k)


def test_first_moves_of_each_type_are_its_strategy_with_the_posteriors_of_bayes_rule(found):
    mild, stern = (strategies(k, 0).north for k in range(2))
    assert [(m.stage, m.player, m.player_type) for m in found.first_moves] == [
        ("pressure", "north", "mild"),
        ("pressure", "north", "stern"),
    ]
    for move, expected in zip(found.first_moves, (mild, stern), strict=True):
        assert move.strategy == pytest.approx(expected, abs=1e-9)
        posterior = {a: 0.3 * stern[a] / (0.7 * mild[a] + 0.3 * stern[a]) for a in mild}
        assert move.posteriors == pytest.approx(posterior, abs=1e-9)
        assert move.labels == {"press": "pressure.press", "talk": "talk to them", "strike": "pressure.strike"}


def test_first_moves_where_the_crisis_begins_in_talks_are_those_of_the_second_axis():
    soft, proud = (strategies(0, k).talking[0] for k in range(2))
    moves = forecast_of_game(solved("talking")).first_moves
    assert [(m.stage, m.player, m.player_type) for m in moves] == [
        ("reply", "south", "soft"),
        ("reply", "south", "proud"),
    ]
    for move, expected in zip(moves, (soft, proud), strict=True):
        assert move.strategy == pytest.approx(expected, abs=1e-9)
        posterior = {a: 0.6 * proud[a] / (0.4 * soft[a] + 0.6 * proud[a]) for a in soft}
        assert move.posteriors == pytest.approx(posterior, abs=1e-9)


def test_a_player_with_one_type_has_one_first_move_and_reveals_nothing():
    (move,) = forecast_of_game(solved("clash")).first_moves
    assert (move.stage, move.player, move.player_type, move.posteriors) == ("watch", "east", "east", {})
    assert move.strategy == pytest.approx(strategies(0, 0).clash[0], abs=1e-9)


def test_labels_are_those_of_the_game(found):
    labels = {series.name: series.label for series in found.outcomes.values()}
    assert labels == {"war": "war", "deal": LABELS["deal"], "yielded": "yielded", "truce": "truce"}
    assert [part.label for part in found.outcomes["deal"].parts] == [LABELS["big"], "small"]
    assert [series.label for series in found.milestones.values()] == ["Talks", "First clash", "Talks after a clash"]
    assert found.unresolved_label == "Still open"


def signalling_game():
    """North may act, then South, then North again for certain; what is believed of either side matters to the other."""
    builder = GameBuilder(2)
    builder.player("east", rationality=1)
    builder.player("north", rationality=2, types={"mild": 0.7, "stern": 0.3})
    builder.player("south", rationality=1.5, types={"soft": 0.4, "proud": 0.6})
    builder.outcome("war", {"north": {"mild": -0.6, "stern": 0.1}, "south": {"mild": -0.2, "stern": -0.9}})
    builder.outcome("peace", {"north": 0.4, "south": {"soft": 0.5, "proud": -0.1}})
    first, second, third = (builder.stage(name) for name in ("warn", "answer", "act"))
    first.decision("open", "north", {"threaten": "open", "attack": "war", "wait": "open"}, arrival=0.5)
    second.decision("open", "south", {"concede": "peace", "defy": "open"}, arrival=0.4)
    third.decision("open", "north", {"withdraw": "peace", "strike": "war"})
    return builder.build()


def test_first_moves_are_those_of_every_decision_that_may_come_up_before_any_move():
    equilibrium = solve_game(signalling_game(), belief_points=9, belief_tolerance=0.1)
    game, moves = equilibrium.game, forecast_of_game(equilibrium).first_moves
    assert [(m.stage, m.player_type) for m in moves] == [
        ("warn", "mild"), ("warn", "stern"), ("answer", "soft"), ("answer", "proud"), ("act", "mild"), ("act", "stern")
    ]  # fmt: skip
    for k, move in enumerate(moves):
        worth = find_action_values(equilibrium, 0, k // 2, 0, game.prior_belief)
        player = [one.name for one in game.players].index(move.player)
        own = worth.values[:, game.first_plane[player] + k % 2]
        expected = logit(game.players[player].rationality, dict(zip(worth.names, own, strict=True)))
        assert move.strategy == pytest.approx(expected, abs=1e-7), (move.stage, move.player_type)
        assert move.posteriors == pytest.approx(dict(zip(worth.names, worth.posteriors, strict=True)), abs=1e-9)


def test_a_decision_behind_one_that_surely_comes_up_is_no_first_move():
    builder = GameBuilder(1)
    builder.player("north", rationality=1)
    builder.player("south", rationality=1)
    builder.outcome("end")
    builder.stage("sure").decision("open", "south", {"go": "open", "stop": "end"})
    builder.stage("later").decision("open", "north", {"go": "open", "stop": "end"})
    moves = forecast_of_game(solve_game(builder.build())).first_moves
    assert [(m.stage, m.player) for m in moves] == [("sure", "south")]


def test_first_moves_of_two_who_move_at_once_are_each_ones_own():
    # each player's payoff depends on its own action alone, so that both strategies are logit formulas
    north, south = {"up": (0.2, -0.5), "middle": (0.0, 0.6), "down": (-0.4, 0.1)}, {"left": (0.3,), "right": (-0.2,)}
    builder = GameBuilder(1)
    builder.player("north", rationality=2, types={"mild": 0.7, "stern": 0.3})
    builder.player("south", rationality=1.5)
    builder.outcome("end")
    actions = {
        (a, b): Action("end", {"north": dict(zip(TYPES["north"], north[a], strict=True)), "south": south[b][0]})
        for a, b in product(north, south)
    }
    builder.stage("both").simultaneous("open", ("north", "south"), actions)
    labels = {"both.north.down": "go down", "both.south.left": "turn left"}
    game = replace(builder.build(), labels=labels)
    moves = forecast_of_game(solve_game(game, belief_points=5)).first_moves
    assert [(m.player, m.player_type) for m in moves] == [("north", "mild"), ("north", "stern"), ("south", "south")]
    mild, stern = (logit(2, {a: worth[k] for a, worth in north.items()}) for k in range(2))
    expected = [mild, stern, logit(1.5, {b: worth[0] for b, worth in south.items()})]
    for move, strategy in zip(moves, expected, strict=True):
        assert move.strategy == pytest.approx(strategy, abs=1e-9)
    assert moves[0].labels == {"up": "both.north.up", "middle": "both.north.middle", "down": "go down"}
    assert moves[2].labels == {"left": "turn left", "right": "both.south.right"}
    posterior = {a: 0.3 * stern[a] / (0.7 * mild[a] + 0.3 * stern[a]) for a in north}
    assert moves[1].posteriors == pytest.approx(posterior, abs=1e-9)
    assert moves[2].posteriors == {}
