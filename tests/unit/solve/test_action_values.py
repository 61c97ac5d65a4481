"""Action values, revealed types and occupancy against the solver's own numbers, on random games."""

from dataclasses import replace

import numpy as np
import pytest

from games import random_game
from small_trees import with_second_movers
from standoff.analysis.causes import find_causes
from standoff.analysis.strike_decisions import find_decisions
from standoff.errors import InputError
from standoff.game.model import Game
from standoff.solve.action_values import find_action_values
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.occupancy import trace_occupancy
from standoff.solve.revealed import list_type_profiles, reveal_types

KEPT = Settings(belief_points=5, belief_tolerance=0.1, keep_values=True)
TYPES = [(2, 2), (2, 1), (1, 2), (1, 1), (2, 1, 2)]


def games(types, seed, *, joint):
    """A random game in which the first milestone holds in every second state."""
    game = random_game(seed, types=types)
    game = with_second_movers(game, seed) if joint else game
    first = game.epochs[0]
    layers = []
    for layer in first.layers:
        holds = layer.milestone_holds.copy()
        holds[:, 0] = np.arange(layer.num_states) % 2 == 1
        layers.append(replace(layer, milestone_holds=holds))
    return replace(game, epochs=(replace(first, layers=tuple(layers)),))


def decisions(equilibrium):
    """Every decision of the first two periods."""
    for period in range(2):
        for s, layer in enumerate(equilibrium.game.epochs[0].layers):
            for x in range(layer.num_states):
                if layer.mover[x] >= 0 and layer.arrival[x] > 0:
                    movers = [int(layer.mover[x])]
                    if layer.second is not None and layer.second.mover[x] >= 0:
                        movers.append(int(layer.second.mover[x]))
                    for mover in movers:
                        yield period, s, x, mover


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("types", TYPES)
def test_strategies_are_the_logit_of_action_values(types, joint):
    if joint and len(types) > 2:
        types = (2, 1, 1)
    equilibrium = solve(games(types, 3, joint=joint), KEPT)
    beliefs = tuple(0.3 + 0.2 * k for k in range(len(equilibrium.game.belief_players)))
    for period, s, x, mover in decisions(equilibrium):
        found = find_action_values(equilibrium, period, s, x, beliefs, mover)
        player = equilibrium.game.players[mover]
        for h in range(len(player.player_types)):
            q = found.values[:, equilibrium.game.first_plane[mover] + h]
            probabilities = np.where(found.allowed[h], np.exp(player.rationality * (q - q.max())), 0.0)
            assert found.strategies[h] == pytest.approx(probabilities / probabilities.sum(), abs=1e-8)


@pytest.mark.parametrize("joint", [False, True])
def test_values_of_the_layer_are_the_action_values_weighted_by_the_strategies(joint):
    # at a belief point nothing is interpolated but the continuation, which both interpolate alike
    equilibrium = solve(games((2, 2), 5, joint=joint), KEPT)
    game, (n1, n2) = equilibrium.game, equilibrium.grid.shape
    for period, s, x, mover in decisions(equilibrium):
        layer = game.epochs[0].layers[s]
        if layer.arrival[x] < 1.0:
            continue
        k = (n1 // 2) * n2 + 1
        beliefs = tuple(equilibrium.grid.beliefs[:, k])
        found = find_action_values(equilibrium, period, s, x, beliefs, mover)
        first = game.first_plane[mover]
        for h in range(2):
            value = found.strategies[h] @ np.where(found.allowed[h], found.values[:, first + h], 0.0)
            assert value == pytest.approx(equilibrium.values[period][s][x, first + h, k], abs=1e-8)


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("types", [(2, 2), (2, 1), (1, 1)])
def test_advantages_derived_from_strategies_are_differences_of_action_values(types, joint):
    compared = sum(differences_agree(solve(games(types, seed, joint=joint), KEPT)) for seed in (11, 12, 13))
    assert compared > 0


def differences_agree(equilibrium):
    """Compare every decision of the second period; returns how many there were."""
    compared = 0
    for decision in find_decisions(equilibrium, "m0", 1e-9):
        for h in range(len(equilibrium.game.players[decision.player].player_types)):
            over_rest, over_best = decision.compute_advantage(1, h)
            for x in np.flatnonzero(~np.isnan(over_rest[:, 0])):
                k = equilibrium.grid.num_points // 2
                beliefs = tuple(equilibrium.grid.beliefs[: len(equilibrium.game.belief_players), k])
                found = find_action_values(equilibrium, 1, decision.layer_index, int(x), beliefs, decision.player)
                q = found.values[:, equilibrium.game.first_plane[decision.player] + h]
                strike = strikes(equilibrium, decision, int(x)) & found.allowed[h]
                rest = ~strike & found.allowed[h]
                waiting = found.strategies[h][rest] @ q[rest] / found.strategies[h][rest].sum()
                assert over_rest[x, k] == pytest.approx(q[strike].max() - waiting, abs=1e-7)
                assert over_best[x, k] == pytest.approx(q[strike].max() - q[rest].max(), abs=1e-7)
                compared += 1
    return compared


def strikes(equilibrium, decision, x):
    """Which own actions have a chance of meeting the first milestone, whatever the other does, from the arrays themselves."""
    layer = equilibrium.game.epochs[0].layers[decision.layer_index]
    arrived = equilibrium.game.epochs[0].layers[(decision.layer_index + 1) % equilibrium.game.num_layers]
    joint = range(layer.action_start[x], layer.action_start[x + 1])
    chance = [
        sum(
            layer.branch_probability[b]
            for b in range(layer.branch_start[a], layer.branch_start[a + 1])
            if layer.branch_target[b] >= 0 and arrived.milestone_holds[layer.branch_target[b], 0]
        )
        for a in joint
    ]
    count = int(layer.second.num_actions[x]) if layer.second is not None else 1
    table = np.array(chance).reshape(-1, count)
    return (table.T if decision.is_second else table).min(axis=1) >= 1e-9


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("types", [(2, 2), (2, 1), (1, 2), (1, 1)])
def test_revealing_types_equals_solving_the_game_with_priors_of_zero_and_one(types, joint):
    game = games(types, 7, joint=joint)
    equilibrium = solve(game, Settings(belief_points=5))
    profiles = list(list_type_profiles(game))
    assert sum(prior for _, prior in profiles) == pytest.approx(1.0, abs=1e-12)
    for profile, _ in profiles:
        found = reveal_types(equilibrium, profile)
        again = solve(found.game, Settings(belief_points=9))
        assert isinstance(found.game, Game)
        assert found.sweep.absorbed[:, :, 0] == pytest.approx(again.sweep.absorbed[:, :, 0], abs=1e-8)
        assert found.sweep.milestones == pytest.approx(again.sweep.milestones, abs=1e-8)
        assert found.certificate.belief_error < 1e-12
        assert found.certificate.consistency_gap < 1e-12


def test_wrong_types_are_refused():
    equilibrium = solve(random_game(1, types=(2, 1)), Settings(belief_points=5))
    for types in [(0,), (2, 0), (0, 1), (0, 0, 0)]:
        with pytest.raises(ValueError, match="types must be one type of each of 2 players"):
            reveal_types(equilibrium, types)


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("types", [(2, 2), (1, 1)])
def test_occupancy_and_met_mass_equal_the_result_of_the_forward_pass(types, joint):
    equilibrium = solve(games(types, 2, joint=joint), Settings(belief_points=5))
    sweep = equilibrium.sweep
    for standing in trace_occupancy(equilibrium):
        if standing.layer_index == 0:
            assert standing.mass[:, 0].sum(axis=1) == pytest.approx(sweep.open_mass[standing.period], abs=1e-12)
    met = sum(cause.probability for cause in find_causes(equilibrium, "m0"))
    assert met == pytest.approx(float(sweep.milestones[-1, 0]), abs=1e-12)
    by_one = sum(cause.probability for cause in find_causes(equilibrium, "m0", 1))
    assert by_one == pytest.approx(float(sweep.milestones[0, 0]), abs=1e-12)


def test_strategies_at_rationality_zero_do_not_reveal_action_values():
    game = games((2, 2), 11, joint=False)
    game = replace(game, players=tuple(replace(player, rationality=0.0) for player in game.players))
    equilibrium = solve(game, Settings(belief_points=5))
    decision = find_decisions(equilibrium, "m0", 1e-9)[0]
    with pytest.raises(InputError, match=r"the rationality of `p\d` is 0"):
        decision.compute_advantage(0, 0)
