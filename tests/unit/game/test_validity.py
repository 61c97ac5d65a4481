"""Arrays that do not make a game are refused, with every fault and its place."""

from dataclasses import replace

import numpy as np
import pytest

from games import random_game
from standoff.game import GameBuilder
from standoff.game.model import NATURE, NOBODY, Epoch, Game, Layer, Milestone, Player, Terminals
from standoff.game.validity import check_game, find_faults

SEED = 3


@pytest.fixture
def game():
    """Layers 0 and 1 decide, layer 2 is chance; two players with two types each."""
    return random_game(SEED, num_states=(3, 4, 5))


def with_layer(game, index, **changes):
    """The same game with other arrays in one layer."""
    epoch = game.epochs[0]
    layers = list(epoch.layers)
    layers[index] = replace(layers[index], **changes)
    return replace(game, epochs=(replace(epoch, layers=tuple(layers)),))


def changed(array, index, value):
    """A copy of an array with one number changed."""
    copy = array.copy()
    copy[index] = value
    return copy


def decided(layer):
    """A state of a layer in which a player surely moves."""
    return int(np.flatnonzero((layer.mover >= 0) & (layer.arrival > 0))[0])


def fault_of(game):
    with pytest.raises(ValueError, match=r"^the game has") as caught:
        check_game(game)
    return str(caught.value)


def is_sound(game):
    return find_faults(game) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"rationality": -1.0}, "player `p0`: the rationality is -1"),
        ({"rationality": np.inf}, "player `p0`: the rationality is inf"),
        ({"rationality": np.nan}, "player `p0`: the rationality is nan"),
        ({"discount": 0.0}, "player `p0`: the discount is 0"),
        ({"discount": 1.01}, "player `p0`: the discount is 1.01"),
        ({"discount": np.nan}, "player `p0`: the discount is nan"),
        ({"prior": (0.5, 0.6)}, "player `p0`: the priors sum to 1.1, not to 1"),
        ({"prior": (-0.5, 1.5)}, "the prior of type `t0` is -0.5"),
        ({"prior": (np.nan, 1.0)}, "the prior of type `t0` is nan"),
        ({"prior": (1.0,)}, "there are 1 priors for 2 types"),
        ({"player_types": (), "prior": ()}, "there are 0 types"),
        ({"player_types": ("a", "b", "c"), "prior": (0.2, 0.2, 0.6)}, "there are 3 types"),
        ({"player_types": ("a", "a")}, "both types are named `a`"),
        ({"name": "p1"}, "two players are named `p1`"),
    ],
)
def test_an_invalid_player_is_refused(game, changes, fault):
    players = (replace(game.players[0], **changes), *game.players[1:])
    assert fault in fault_of(replace(game, players=players))


def test_a_prior_of_zero_or_one_is_allowed(game):
    sure = replace(game, players=(replace(game.players[0], prior=(0.0, 1.0)), *game.players[1:]))
    assert is_sound(sure)


def test_a_game_needs_a_player(game):
    assert "there are no players" in fault_of(replace(game, players=()))


def test_at_most_two_players_may_have_two_types():
    game = random_game(SEED, types=(2, 1, 2))
    planes = [0, 1, 2, 2, 3, 4]
    epoch = game.epochs[0]
    layers = tuple(replace(layer, action_payoff=layer.action_payoff[:, planes]) for layer in epoch.layers)
    second = replace(game.players[1], player_types=("a", "b"), prior=(0.5, 0.5))
    fault = fault_of(
        replace(
            game,
            players=(game.players[0], second, game.players[2]),
            epochs=(Epoch(0, layers, epoch.flow[:, planes]),),
            terminals=replace(game.terminals, payoff=game.terminals.payoff[:, planes]),
            unresolved_payoff=game.unresolved_payoff[:, planes],
        )
    )
    assert "3 players have two types (p0, p1, p2); at most two may" in fault
    assert "the game has a fault:" in fault


def test_a_game_that_continues_without_end_needs_discounts_below_one(game):
    patient = (replace(game.players[0], discount=1.0), game.players[1])
    assert is_sound(replace(game, players=patient))
    fault = fault_of(replace(game, players=patient, continues=True))
    assert "player `p0`: the discount is 1; where the crisis continues without end" in fault


@pytest.mark.parametrize("periods", [0, -1])
def test_a_horizon_needs_a_period(game, periods):
    assert f"num_periods is {periods}" in fault_of(replace(game, num_periods=periods))


@pytest.mark.parametrize("start", [-1, 3])
def test_the_start_must_be_a_state(game, start):
    assert f"the start is state {start}; the first layer has states 0 to 2" in fault_of(replace(game, start=start))


def test_epochs_must_be_in_order(game):
    epoch = game.epochs[0]
    fault = fault_of(replace(game, epochs=(replace(epoch, start=1), replace(epoch, start=1))))
    assert "the first epoch starts at period 1, not at 0" in fault
    assert "starts must increase" in fault
    assert "there are no epochs" in fault_of(replace(game, epochs=()))


def test_epochs_must_have_the_same_states(game):
    other = random_game(SEED, num_states=(3, 4, 6)).epochs[0]
    fault = fault_of(replace(game, epochs=(game.epochs[0], replace(other, start=1))))
    assert "the epoch from period 1 has layers of [3, 4, 6] states, the first epoch of [3, 4, 5]" in fault


def test_a_milestone_must_come_after_an_earlier_one(game):
    for after in (1, 2, -2):
        milestones = (Milestone("m0", "m0"), Milestone("m1", "m1", after=after))
        assert "milestone `m1`, number 1, is counted after" in fault_of(replace(game, milestones=milestones))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_payoffs_must_be_finite(game, value):
    layer = game.epochs[0].layers[1]
    x = decided(layer)
    a = int(layer.action_start[x])
    fault = fault_of(with_layer(game, 1, action_payoff=changed(layer.action_payoff, (a, 2), value)))
    assert f"layer `layer1`, state {x}, action 0: the payoff is {value}" in fault
    epoch = game.epochs[0]
    fault = fault_of(replace(game, epochs=(replace(epoch, flow=changed(epoch.flow, (2, 1), value)),)))
    assert f"flow of the epoch from period 0 is {value} for state 2, plane 1" in fault
    fault = fault_of(replace(game, unresolved_payoff=changed(game.unresolved_payoff, (1, 0), value)))
    assert f"unresolved payoff is {value} for state 1, plane 0" in fault
    worse = replace(game.terminals, payoff=changed(game.terminals.payoff, (3, 2, 1, 0), value))
    assert f"payoff of the terminals is {value} for terminal 3, plane 2" in fault_of(replace(game, terminals=worse))


def test_branches_must_be_positive_and_sum_to_one(game):
    layer = game.epochs[0].layers[2]
    wide = int(np.flatnonzero(np.diff(layer.branch_start) > 1)[0])
    b = int(layer.branch_start[wide])
    less = changed(layer.branch_probability, b, layer.branch_probability[b] - 2e-9)
    assert "the branches sum to 0.999999998, not to 1" in fault_of(with_layer(game, 2, branch_probability=less))
    close = changed(layer.branch_probability, b, layer.branch_probability[b] - 1e-10)
    assert is_sound(with_layer(game, 2, branch_probability=close))
    moved = layer.branch_probability.copy()
    moved[b + 1] += moved[b] + 0.25
    moved[b] = -0.25
    fault = fault_of(with_layer(game, 2, branch_probability=moved))
    assert f"state {wide}, action 0, branch 0: the probability is -0.25" in fault
    undefined = changed(layer.branch_probability, b, np.nan)
    assert "the branches sum to nan" in fault_of(with_layer(game, 2, branch_probability=undefined))


@pytest.mark.parametrize("arrival", [-0.1, 1.1, np.nan])
def test_an_arrival_must_be_a_probability(game, arrival):
    layer = game.epochs[0].layers[0]
    fault = fault_of(with_layer(game, 0, arrival=changed(layer.arrival, 2, arrival)))
    assert f"layer `layer0`, state 2: the arrival is {arrival:g}" in fault


@pytest.mark.parametrize("target", [5, -5])
def test_a_branch_must_lead_to_a_state_or_a_terminal(game, target):
    layer = game.epochs[0].layers[1]
    x = decided(layer)
    b = int(layer.branch_start[layer.action_start[x]])
    fault = fault_of(with_layer(game, 1, branch_target=changed(layer.branch_target, b, target)))
    assert f"state {x}, action 0, branch 0: the target is {target}; there are 5 states next and 4 terminals" in fault


@pytest.mark.parametrize("skip", [-1, 4])
def test_a_skip_must_lead_to_a_state_where_play_may_skip(game, skip):
    layer = game.epochs[0].layers[0]
    x = decided(layer)
    wrong = {"skip": changed(layer.skip, x, skip)}
    fault = fault_of(with_layer(game, 0, arrival=changed(layer.arrival, x, 0.5), **wrong))
    assert f"state {x}: it skips to state {skip}; the next layer has 4 states" in fault
    assert is_sound(with_layer(game, 0, arrival=changed(layer.arrival, x, 1.0), **wrong))


def one_decision(**changes):
    """A layer with one state in which player 0 has two actions."""
    layer = Layer(
        name="only", stage="only", is_chance=False, fields=(), levels=np.zeros((1, 0), dtype=np.int32),
        mover=np.array([0], dtype=np.int32), arrival=np.ones(1), skip=np.zeros(1, dtype=np.int32),
        action_start=np.array([0, 2], dtype=np.int32), action_label=np.array([0, 1], dtype=np.int32),
        action_names=("a", "b"), action_allowed=np.ones((2, 2), dtype=np.bool_), action_payoff=np.zeros((2, 2)),
        branch_start=np.array([0, 1, 2], dtype=np.int32), branch_probability=np.ones(2),
        branch_target=np.zeros(2, dtype=np.int32), milestone_holds=np.zeros((1, 0), dtype=np.bool_),
    )  # fmt: skip
    layer = replace(layer, **changes)
    return Game(
        players=(Player("solo", "Solo", ("soft", "hard"), (0.5, 0.5), 1.0, 1.0),),
        epochs=(Epoch(0, (layer,), np.zeros((1, 2))),),
        num_periods=1,
        start=0,
        terminals=Terminals(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros((0, 2, 2, 2))),
        unresolved_payoff=np.zeros((1, 2)),
        outcomes=(),
    )


NO_ACTIONS = {
    "action_start": np.array([0, 0], dtype=np.int32), "action_label": np.zeros(0, dtype=np.int32),
    "action_allowed": np.ones((0, 2), dtype=np.bool_), "action_payoff": np.zeros((0, 2)),
    "branch_start": np.array([0], dtype=np.int32), "branch_probability": np.zeros(0),
    "branch_target": np.zeros(0, dtype=np.int32),
}  # fmt: skip


def test_a_decision_needs_an_action():
    assert "layer `only`, state 0: there is no action" in fault_of(one_decision(**NO_ACTIONS))
    assert is_sound(one_decision(**NO_ACTIONS, arrival=np.zeros(1)))
    assert is_sound(one_decision(**NO_ACTIONS, mover=np.array([NOBODY], dtype=np.int32)))


def test_a_type_needs_an_action():
    allowed = np.array([[True, False], [True, False]])
    fault = fault_of(one_decision(action_allowed=allowed))
    assert "layer `only`, state 0: type `hard` of `solo` has no action" in fault
    assert is_sound(one_decision(action_allowed=np.array([[True, False], [False, True]])))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"mover": np.array([1], dtype=np.int32)}, "the mover is 1; the players are 0 to 0"),
        ({"mover": np.array([NATURE], dtype=np.int32)}, "the mover is -1"),
        ({"is_chance": True}, "the mover is 0; in a chance layer it is nature"),
        ({"is_chance": True, "mover": np.array([NATURE], dtype=np.int32)}, "there are 2 actions; nature has one"),
        ({"action_label": np.array([0, 2], dtype=np.int32)}, "action 1: its label is outside the 2 action names"),
        ({"action_payoff": np.zeros((2, 3))}, "`action_payoff` has the shape (2, 3), not (2, 2)"),
        ({"action_start": np.array([0, 1], dtype=np.int32)}, "`action_start` must rise from 0 to 2"),
        ({"branch_start": np.array([0, 2, 1], dtype=np.int32)}, "`branch_start` must rise from 0 to 2"),
        ({"branch_start": np.array([0, 0, 2], dtype=np.int32)}, "action 0: there are no branches"),
        ({"levels": np.zeros((1, 1), dtype=np.int32)}, "`levels` has the shape (1, 1), not (1, 0)"),
        ({"milestone_holds": np.zeros((1, 1), dtype=np.bool_)}, "`milestone_holds` has the shape (1, 1), not (1, 0)"),
    ],
)
def test_arrays_of_a_layer_must_fit_each_other(changes, fault):
    assert fault in fault_of(one_decision(**changes))


def test_arrays_of_terminals_must_fit_each_other(game):
    short = replace(game.terminals, payoff=game.terminals.payoff[1:])
    assert "the payoff of the terminals has the shape (3, 4, 2, 2), not (4, 4, 2, 2)" in fault_of(
        replace(game, terminals=short)
    )
    wrong = replace(game.terminals, outcome=changed(game.terminals.outcome, 2, 2))
    assert "terminal 2: there is no outcome number 2" in fault_of(replace(game, terminals=wrong))
    wrong = replace(game.terminals, package=changed(game.terminals.package, 1, 0))
    assert "terminal 1: there is no package number 0" in fault_of(replace(game, terminals=wrong))
    assert "the unresolved payoff has the shape (2, 4), not (3, 4)" in fault_of(
        replace(game, unresolved_payoff=game.unresolved_payoff[:2])
    )


@pytest.fixture
def together():
    builder = GameBuilder()
    builder.player("a", types={"soft": 0.5, "hard": 0.5}, rationality=1)
    builder.player("b", types={"mild": 0.5, "stern": 0.5}, rationality=1)
    builder.outcome("end")
    pairs = {(own, other): "end" for own in ("x", "y") for other in ("u", "v", "w")}
    builder.stage("only").simultaneous("state", ("a", "b"), pairs)
    return builder.build()


def second_of(game, **changes):
    return with_layer(game, 0, second=replace(game.epochs[0].layers[0].second, **changes))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"mover": np.array([0], dtype=np.int32)}, "player 0 is both movers"),
        ({"mover": np.array([2], dtype=np.int32)}, "the second mover is 2; the players are 0 to 1"),
        ({"num_actions": np.array([4], dtype=np.int32)}, "6 joint actions are not a multiple of the second mover's 4"),
        ({"num_actions": np.array([0], dtype=np.int32)}, "the second mover has 0 actions"),
        ({"num_actions": np.array([2], dtype=np.int32)}, "the mover's part differs along a row"),
        ({"action_label": np.array([2, 3, 4, 2, 4, 3], dtype=np.int32)}, "second mover's part differs along a column"),
        ({"action_label": np.array([2, 3, 5, 2, 3, 5], dtype=np.int32)}, "its label is outside the 5 action names"),
        (
            {"action_allowed": np.ones((5, 2), dtype=np.bool_)},
            "`second.action_allowed` has the shape (5, 2), not (6, 2)",
        ),
        ({"action_allowed": np.tile([[True, False]], (6, 1))}, "type `stern` of `b` has no action"),
    ],
)
def test_an_invalid_second_mover_is_refused(together, changes, fault):
    assert fault in fault_of(second_of(together, **changes))


def test_a_red_line_must_be_that_of_a_players_own_action(together):
    layer = together.epochs[0].layers[0]
    fault = fault_of(with_layer(together, 0, action_allowed=changed(layer.action_allowed, (1, 0), False)))
    assert "state 0, action 1: the mover's part differs along a row" in fault


def test_all_faults_are_reported_at_once_and_many_of_a_kind_are_counted(game):
    layer = game.epochs[0].layers[1]
    fault = fault_of(
        replace(with_layer(game, 1, action_payoff=np.full_like(layer.action_payoff, np.nan)), num_periods=0)
    )
    assert "num_periods is 0" in fault
    assert fault.count("the payoff is nan") == 3
    assert f"... and {layer.num_actions - 3} more like the last" in fault
