"""Exact derivatives against central differences of whole solves, on random games with signalling, chance and third players."""

from dataclasses import replace

import numpy as np
import pytest

from games import random_game
from small_trees import with_second_movers
from standoff.solve.adjoint.gradient import differentiate
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.target import UNRESOLVED, Target, find_probability

SEVEN = Settings(belief_points=7, threads=1)
TARGETS = (
    Target("outcome", "end_a"),
    Target("outcome", UNRESOLVED, 2),
    Target("milestone", "m0", 2),
    Target("milestone", "m1"),
)
STEP = 1e-3
KINDS = ("payoff", "probability", "arrival", "flow", "terminal", "unresolved", "rationality", "discount", "prior")


def direction(game, kind, rng):
    """A random change of every number of a kind at once: of the layers of every epoch, or of one array."""
    layers = [layer for epoch in game.epochs for layer in epoch.layers]
    if kind == "payoff":
        return [rng.normal(size=layer.action_payoff.shape) for layer in layers]
    if kind == "probability":
        found = []
        for layer in layers:
            change = rng.normal(size=len(layer.branch_target)) * layer.branch_probability
            for a in range(layer.num_actions):
                own = slice(layer.branch_start[a], layer.branch_start[a + 1])
                change[own] -= layer.branch_probability[own] * change[own].sum()
            found.append(change)
        return found
    if kind == "arrival":  # zero where it would leave 0..1
        return [rng.normal(size=layer.num_states) * layer.arrival * (1.0 - layer.arrival) for layer in layers]
    if kind == "prior":
        return np.array([rng.normal() if len(player.player_types) == 2 else 0.0 for player in game.players]) * 0.1
    if kind in ("rationality", "discount"):
        size = np.array([1.0 if kind == "rationality" else 1.0 - player.discount for player in game.players])
        return rng.normal(size=len(game.players)) * size
    if kind == "flow":
        return np.array([rng.normal(size=epoch.flow.shape) for epoch in game.epochs])
    shapes = {"terminal": game.terminals.payoff, "unresolved": game.unresolved_payoff}
    change = rng.normal(size=shapes[kind].shape)
    # payoffs at a terminal may not depend on the own type: keep to changes that do not
    return change[:, :, :1, :1] + np.zeros((1, 1, 2, 2)) if kind == "terminal" else change


def changed(game, kind, way, step):
    names = {"payoff": "action_payoff", "probability": "branch_probability", "arrival": "arrival"}
    if kind in names:
        ways = iter(way)
        epochs = tuple(
            replace(
                epoch,
                layers=tuple(
                    replace(layer, **{names[kind]: getattr(layer, names[kind]) + step * next(ways)})
                    for layer in epoch.layers
                ),
            )
            for epoch in game.epochs
        )
        return replace(game, epochs=epochs)
    if kind == "flow":
        epochs = tuple(
            replace(epoch, flow=epoch.flow + step * one) for epoch, one in zip(game.epochs, way, strict=True)
        )
        return replace(game, epochs=epochs)
    if kind == "terminal":
        return replace(game, terminals=replace(game.terminals, payoff=game.terminals.payoff + step * way))
    if kind == "unresolved":
        return replace(game, unresolved_payoff=game.unresolved_payoff + step * way)
    players = []
    for player, one in zip(game.players, way, strict=True):
        if kind == "prior" and len(player.player_types) == 2:
            player = replace(player, prior=(player.prior[0] - step * one, player.prior[1] + step * one))
        elif kind != "prior":
            player = replace(player, **{kind: getattr(player, kind) + step * one})
        players.append(player)
    return replace(game, players=tuple(players))


def along(gradient, kind, way):
    """The derivative along a change of every number of a kind."""
    names = {"payoff": "action_payoff", "probability": "branch_probability", "arrival": "arrival"}
    if kind in names:
        layers = [by for epoch in gradient.layers for by in epoch]
        pairs = [(getattr(by, names[kind]), one) for by, one in zip(layers, way, strict=True)]
        return sum(float(np.sum(np.where(one == 0.0, 0.0, by) * one)) for by, one in pairs)
    by = {
        "flow": np.array(gradient.flows),
        "terminal": gradient.terminal_payoff,
        "unresolved": gradient.unresolved_payoff,
    }
    return float(np.sum((by[kind] if kind in by else getattr(gradient, kind)) * way))


def with_deadlines(game, seed):
    """The same game with other payoffs, probabilities and arrivals from period 1 and from period 3 on."""
    rng = np.random.default_rng(20_000 + seed)
    (first,) = game.epochs
    later = []
    for start in (1, 3):
        layers = []
        for layer in first.layers:
            probability = layer.branch_probability * rng.uniform(0.5, 2.0, len(layer.branch_target))
            total = np.add.reduceat(probability, layer.branch_start[:-1]) if len(probability) else probability
            layers.append(
                replace(
                    layer,
                    arrival=layer.arrival * rng.uniform(0.5, 1.0, layer.num_states),
                    action_payoff=layer.action_payoff + rng.normal(0, 0.2, layer.action_payoff.shape),
                    branch_probability=probability / np.repeat(total, np.diff(layer.branch_start)),
                )
            )
        later.append(
            replace(first, start=start, layers=tuple(layers), flow=first.flow + rng.normal(0, 0.1, first.flow.shape))
        )
    return replace(game, epochs=(first, *later))


def differences(game, kind, way, step, settings):
    up, down = (solve(changed(game, kind, way, sign * step), settings) for sign in (1, -1))
    return np.array([(find_probability(up, one) - find_probability(down, one)) / (2 * step) for one in TARGETS])


def check(game, kind, settings, seed):
    settings = replace(settings, anchor=game.prior_belief)  # what is differentiated is the answer on its belief points
    way = direction(game, kind, np.random.default_rng(seed))
    found = np.array([along(one, kind, way) for one in differentiate(solve(game, settings), TARGETS)])
    wide, narrow = (differences(game, kind, way, step, settings) for step in (STEP, STEP / 2))
    # errors fall with the square of the step, and what is left of them together is of its fourth power
    assert np.abs(narrow - found).max() <= 0.3 * np.abs(wide - found).max() + 1e-8
    assert found == pytest.approx((4 * narrow - wide) / 3, rel=1e-6, abs=1e-9)
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("seed", "types"), [(2, (2, 1)), (3, (1, 2)), (4, (2, 2)), (5, (2, 1, 2))])
def test_derivatives_equal_central_differences(seed, types, kind):
    assert np.abs(check(random_game(seed, types=types), kind, SEVEN, seed)).max() > 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "prior"])
def test_derivatives_without_private_types_equal_central_differences(kind):
    assert np.abs(check(random_game(1, types=(1, 1)), kind, SEVEN, 1)).max() > 0


@pytest.mark.parametrize("kind", ["payoff", "probability", "rationality", "discount", "flow"])
@pytest.mark.parametrize(("seed", "types"), [(15, (1, 1)), (16, (2, 2))])
def test_derivatives_of_a_crisis_without_end_equal_central_differences(seed, types, kind):
    game = random_game(seed, types=types, rationality=2.0)
    game = replace(game, players=tuple(replace(one, discount=0.8) for one in game.players), continues=True)
    assert np.abs(check(game, kind, replace(SEVEN, tolerance=1e-11), seed)).max() > 0


@pytest.mark.parametrize("kind", ["payoff", "probability", "terminal", "rationality", "discount", "prior"])
@pytest.mark.parametrize(("seed", "types"), [(2, (2, 1)), (3, (1, 2)), (2, (2, 2))])
def test_derivatives_where_two_move_at_the_same_time_equal_central_differences(seed, types, kind):
    game = random_game(seed, types=types, rationality=2.0, num_states=(2, 2, 2), num_periods=2)
    game = with_second_movers(game, seed)
    assert np.abs(check(game, kind, replace(SEVEN, belief_points=3), seed)).max() > 0


@pytest.mark.parametrize("kind", ["payoff", "probability", "arrival", "flow", "rationality", "prior"])
@pytest.mark.parametrize(("seed", "types"), [(4, (2, 2)), (5, (2, 1, 2))])
def test_derivatives_of_a_crisis_with_deadlines_equal_central_differences(seed, types, kind):
    game = with_deadlines(random_game(seed, types=types, num_periods=4), seed)
    assert np.abs(check(game, kind, replace(SEVEN, belief_points=3), seed)).max() > 0


@pytest.mark.parametrize("kind", ["payoff", "rationality"])
def test_derivatives_where_two_move_at_the_same_time_without_end_equal_central_differences(kind):
    game = random_game(1, types=(2, 1), rationality=1.0, num_states=(2, 2), num_periods=2)
    game = replace(game, players=tuple(replace(one, discount=0.6) for one in game.players), continues=True)
    game = with_second_movers(game, 1)
    assert np.abs(check(game, kind, replace(SEVEN, belief_points=3, tolerance=1e-11), 1)).max() > 0
