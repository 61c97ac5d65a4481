"""What holds for every game, whatever its payoffs: checked on random games with signalling, chance and third players."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from games import random_game
from standoff.game.model import Epoch
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.sample import sample_paths

SEEDS = st.integers(0, 10_000)
TYPES = st.sampled_from([(2, 2), (2, 1), (1, 2), (1, 1), (2, 1, 2)])
NINE = Settings(belief_points=9)


def map_layers(game, change):
    return replace(
        game,
        epochs=tuple(replace(epoch, layers=tuple(change(layer) for layer in epoch.layers)) for epoch in game.epochs),
    )


def with_rationality(game, rationality):
    return replace(game, players=tuple(replace(player, rationality=rationality) for player in game.players))


def outcome_probabilities(equilibrium):
    return equilibrium.sweep.absorbed[:, :, 0]


@given(SEEDS, TYPES)
def test_every_answer_carries_a_small_residual_and_gap(seed, types):
    certificate = solve(random_game(seed, types=types), NINE).certificate
    assert certificate.residual < 1e-9
    assert certificate.consistency_gap < 1e-12
    assert certificate.regret >= 0


@given(SEEDS, TYPES)
def test_the_regret_is_the_gain_from_the_best_deviation(seed, types):
    """In logit strategies Q(best) - Q(a) = log(s(best) / s(a)) / L, so the gain is read off the strategies."""
    game = random_game(seed, types=types)
    found = solve(game, NINE)
    worst = 0.0
    for period, epoch in ((k, game.find_epoch(k)) for k in range(game.num_periods)):
        for layer, strategies in zip(epoch.layers, found.strategies[period], strict=True):
            for x in range(0 if layer.is_chance else layer.num_states):
                if layer.mover[x] < 0 or layer.arrival[x] == 0:
                    continue
                player = game.players[layer.mover[x]]
                own = strategies[layer.action_start[x] : layer.action_start[x + 1], :, : found.num_points]
                for h in range(len(player.player_types)):
                    s = own[:, h][own[:, h, 0] > 0]
                    gain = (s * np.log(s.max(axis=0) / s)).sum(axis=0) / player.rationality
                    worst = max(worst, gain.max())
    assert found.certificate.regret == pytest.approx(worst, abs=1e-9)


@given(SEEDS, TYPES)
def test_rationality_zero_is_uniform(seed, types):
    game = with_rationality(random_game(seed, types=types), 0.0)
    found = solve(game, NINE)
    for layer, strategies in zip(game.epochs[0].layers, found.strategies[0], strict=True):
        for x in range(0 if layer.is_chance else layer.num_states):
            own = slice(layer.action_start[x], layer.action_start[x + 1])
            if layer.mover[x] < 0 or layer.arrival[x] == 0:
                continue
            for h in range(len(game.players[layer.mover[x]].player_types)):
                allowed = layer.action_allowed[own, h]
                if h == 0 and len(game.players[layer.mover[x]].player_types) == 1:
                    allowed = np.ones_like(allowed)  # red lines belong to types
                expected = allowed / allowed.sum()
                assert np.allclose(strategies[own, h, : found.num_points], expected[:, None], atol=1e-14)


def swap_axes(game, order):
    """Terminal payoffs with the belief axes in the order that they have once the players are in the given order."""
    before = [i for i, player in enumerate(game.players) if len(player.player_types) == 2]
    after = [i for i in order if i in before]
    return game.terminals.payoff if before == after else game.terminals.payoff.transpose(0, 1, 3, 2)


@given(SEEDS, TYPES)
def test_relabelling_the_players_relabels_the_answer(seed, types):
    game = random_game(seed, types=types)
    planes = np.argsort([plane.player != 1 for plane in game.planes], kind="stable")
    order = [1, 0, *range(2, len(types))]
    swapped = map_layers(
        game,
        lambda layer: replace(
            layer,
            mover=np.array([order.index(m) if m >= 0 else m for m in layer.mover], dtype=np.int32),
            action_payoff=layer.action_payoff[:, planes],
        ),
    )
    swapped = replace(
        swapped,
        players=tuple(game.players[i] for i in order),
        epochs=tuple(replace(epoch, flow=epoch.flow[:, planes]) for epoch in swapped.epochs),
        terminals=replace(game.terminals, payoff=swap_axes(game, order)[:, planes]),
        unresolved_payoff=game.unresolved_payoff[:, planes],
    )
    one, other = solve(game, NINE), solve(swapped, NINE)
    assert np.allclose(outcome_probabilities(one), outcome_probabilities(other), atol=1e-10)
    assert np.allclose(one.start_values[planes], other.start_values, atol=1e-10)


def reverse_actions(layer):
    """The same layer with the actions of every state in reverse."""
    order = np.concatenate(
        [np.arange(b - 1, a - 1, -1) for a, b in zip(layer.action_start[:-1], layer.action_start[1:], strict=True)]
        + [np.empty(0, dtype=int)]
    ).astype(int)
    branches = np.concatenate(
        [np.arange(layer.branch_start[a], layer.branch_start[a + 1]) for a in order] + [np.empty(0, dtype=int)]
    ).astype(int)
    sizes = np.diff(layer.branch_start)[order]
    return replace(
        layer,
        action_label=layer.action_label[order],
        action_allowed=layer.action_allowed[order],
        action_payoff=layer.action_payoff[order],
        branch_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        branch_probability=layer.branch_probability[branches],
        branch_target=layer.branch_target[branches],
    )


@given(SEEDS, TYPES)
def test_relabelling_the_actions_changes_no_probabilities(seed, types):
    game = random_game(seed, types=types)
    one, other = solve(game, NINE), solve(map_layers(game, reverse_actions), NINE)
    assert np.allclose(outcome_probabilities(one), outcome_probabilities(other), atol=1e-10)


@given(SEEDS, TYPES, st.floats(-5, 5))
def test_a_constant_added_to_every_payoff_changes_no_strategy(seed, types, constant):
    game = random_game(seed, types=types)
    game = replace(game, players=tuple(replace(player, discount=1.0) for player in game.players))
    shift = np.zeros(len(game.planes))
    shift[0] = constant
    moved = replace(
        game,
        terminals=replace(game.terminals, payoff=game.terminals.payoff + shift[:, None, None]),
        unresolved_payoff=game.unresolved_payoff + shift,
    )
    one, other = solve(game, NINE), solve(moved, NINE)
    assert np.allclose(outcome_probabilities(one), outcome_probabilities(other), atol=1e-10)
    assert np.allclose(other.start_values - one.start_values, shift, atol=1e-10)


@given(SEEDS, TYPES, st.floats(0.1, 10))
def test_payoffs_times_c_with_rationality_over_c_change_nothing(seed, types, c):
    game = random_game(seed, types=types)
    scaled = map_layers(game, lambda layer: replace(layer, action_payoff=c * layer.action_payoff))
    scaled = replace(
        scaled,
        players=tuple(replace(player, rationality=player.rationality / c) for player in game.players),
        epochs=tuple(replace(epoch, flow=c * epoch.flow) for epoch in scaled.epochs),
        terminals=replace(game.terminals, payoff=c * game.terminals.payoff),
        unresolved_payoff=c * game.unresolved_payoff,
    )
    one, other = solve(game, NINE), solve(scaled, NINE)
    assert np.allclose(outcome_probabilities(one), outcome_probabilities(other), atol=1e-10)
    assert np.allclose(c * one.start_values, other.start_values, atol=1e-9 * max(1, c))


@given(SEEDS)
def test_two_types_with_the_same_payoffs_are_one_type(seed):
    one = random_game(seed, types=(1, 1))
    one = map_layers(one, lambda layer: replace(layer, action_allowed=np.ones_like(layer.action_allowed)))
    double = [0, 0, 1]
    two = replace(
        one,
        players=(replace(one.players[0], player_types=("s", "t"), prior=(0.3, 0.7)), one.players[1]),
        epochs=tuple(
            Epoch(
                epoch.start,
                tuple(replace(layer, action_payoff=layer.action_payoff[:, double]) for layer in epoch.layers),
                epoch.flow[:, double],
            )
            for epoch in one.epochs
        ),
        terminals=replace(one.terminals, payoff=one.terminals.payoff[:, double]),
        unresolved_payoff=one.unresolved_payoff[:, double],
    )
    a, b = solve(one), solve(two, NINE)
    assert np.allclose(outcome_probabilities(a), outcome_probabilities(b), atol=1e-10)
    assert np.allclose(a.start_values[double], b.start_values, atol=1e-10)


@given(SEEDS, st.floats(0.1, 20))
def test_a_game_of_one_state_and_one_period_is_logit_choice(seed, rationality):
    game = random_game(seed, types=(1,), num_periods=1, num_states=(1, 1), rationality=rationality)
    game = map_layers(game, lambda layer: replace(layer, arrival=np.ones(1)))
    layer = game.epochs[0].layers[0]
    found = solve(game)
    later = found.values[0][1][0, 0, 0]
    q = layer.action_payoff[:, 0] + np.array(
        [
            sum(
                layer.branch_probability[k]
                * (game.terminals.payoff[-layer.branch_target[k] - 1, 0, 0, 0] if layer.branch_target[k] < 0 else later)
                for k in range(layer.branch_start[a], layer.branch_start[a + 1])
            )
            for a in range(layer.num_actions)
        ]
    )
    weights = np.exp(rationality * (q - q.max())) if len(q) else q
    # in some of these games nobody moves: then there is no action, and no strategy
    assert np.allclose(found.strategies[0][0][:, 0, 0], weights / weights.sum() if len(q) else q, atol=1e-12)


@given(SEEDS, TYPES)
def test_probabilities_sum_to_one_in_every_period(seed, types):
    sweep = solve(random_game(seed, types=types), NINE).sweep
    total = sweep.absorbed[:, :, 0].sum(axis=1) + sweep.open_mass[1:].sum(axis=1)
    assert np.allclose(total, 1, atol=1e-12)


@given(SEEDS, st.sampled_from([(2, 2), (2, 1)]))
def test_expected_beliefs_are_martingales(seed, types):
    # without ends, nothing leaves: the mean belief must stay at the prior
    game = random_game(seed, types=types, num_terminals=0)
    beliefs = solve(game, NINE).sweep.mean_beliefs
    assert np.allclose(beliefs, game.prior_belief, atol=1e-12)


@given(SEEDS, TYPES)
def test_forward_payoffs_equal_backward_values(seed, types):
    found = solve(random_game(seed, types=types), NINE)
    assert np.allclose(found.sweep.payoffs, found.start_values, atol=1e-12)


@given(SEEDS, st.sampled_from([(2, 2), (2, 1)]))
def test_probabilities_given_the_true_type_average_to_the_probabilities(seed, types):
    game = random_game(seed, types=types)
    found = solve(game, Settings(belief_points=17))
    one, two = found.sweep.absorbed[:, :, 1], found.sweep.absorbed[:, :, 2]
    mixed = game.players[0].prior[0] * one + game.players[0].prior[1] * two
    assert np.abs(mixed - outcome_probabilities(found)).max() < 2e-3  # the error of holding beliefs at points


@given(SEEDS, st.sampled_from([2.0, 6.0, 12.0]))
def test_tracing_every_node_finds_the_same_branch(seed, rationality):
    game = random_game(seed, rationality=rationality)
    quick, traced = solve(game, NINE), solve(game, Settings(belief_points=9, trace_always=True))
    assert traced.certificate.traced > 0
    assert np.allclose(outcome_probabilities(quick), outcome_probabilities(traced), atol=1e-8)


# not (2, 2) with seed 1: there nodes fold, and 33 points leave an error of 4e-3 (see the test of the refusal in tests/unit)
@pytest.mark.parametrize(
    ("types", "seed"),
    [((2, 2), 2), ((2, 2), 3), *(((1, 2), k) for k in (1, 2, 3)), *(((2, 1, 2), k) for k in (1, 2, 3))],
)
def test_the_exact_forecast_lies_within_four_standard_errors_of_simulation(types, seed):
    game = random_game(seed, types=types, num_states=(4, 5, 6), num_periods=5)
    found = solve(game, Settings(keep_values=True, belief_tolerance=1e-3))
    num_paths = 20_000
    paths = sample_paths(found, num_paths, seed=11)
    probabilities = outcome_probabilities(found)[-1]
    frequency = np.array([(paths.states[-1] == -k - 1).mean() for k in range(len(probabilities))])
    assert np.all(
        np.abs(frequency - probabilities) <= 4 * np.sqrt(probabilities.clip(0) * (1 - probabilities) / num_paths) + 1e-3
    )
    met = (paths.milestone_period >= 0).mean(axis=0)
    exact = found.sweep.milestones[-1]
    assert np.all(np.abs(met - exact) <= 4 * np.sqrt((exact * (1 - exact)).clip(0) / num_paths) + 1e-3)


@pytest.mark.parametrize("rationality", [1.0, 3.0, 6.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_belief_error_bounds_the_change_with_more_points(seed, rationality):
    game = random_game(seed, rationality=rationality, num_states=(5, 6, 7), num_periods=6)
    coarse, fine = solve(game, NINE), solve(game, Settings(belief_points=33))
    outcome = np.eye(len(game.outcomes))[game.terminals.outcome]
    change = np.abs((outcome_probabilities(coarse) - outcome_probabilities(fine)) @ outcome).max()
    assert change <= coarse.certificate.belief_error + 1e-12
