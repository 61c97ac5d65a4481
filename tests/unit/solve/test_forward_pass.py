from dataclasses import replace

import numpy as np
import pytest
from numba.core import config

from games import random_game
from standoff.solve import forward_pass
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.kernels.arrivals import sort_by_target
from standoff.solve.kernels.vectors import kernel, pointer

FIVE = Settings(belief_points=5, threads=1)


@pytest.mark.parametrize("seed", range(3))
def test_a_layer_in_parts_gives_the_result_of_the_whole(seed, monkeypatch):
    game = random_game(seed, types=(2, 2), num_states=(5, 6, 7))
    whole = solve(game, FIVE)
    monkeypatch.setattr(forward_pass, "LARGE", 0)
    parts = solve(game, FIVE)
    for field in ("absorbed", "open_mass", "milestones", "payoffs", "mean_beliefs"):
        np.testing.assert_allclose(getattr(parts.sweep, field), getattr(whole.sweep, field), rtol=0, atol=1e-13)


def test_parts_give_the_same_bytes_on_any_number_of_threads(monkeypatch):
    monkeypatch.setattr(forward_pass, "LARGE", 0)
    game = random_game(1, types=(2, 2), num_states=(5, 6, 7))
    one, three = (solve(game, replace(FIVE, threads=threads)) for threads in (1, 3))
    assert one.sweep.absorbed.tobytes() == three.sweep.absorbed.tobytes()
    assert one.sweep.payoffs.tobytes() == three.sweep.payoffs.tobytes()


@pytest.mark.parametrize("types", [(2, 2), (1, 1)])
def test_the_memory_order_of_arrays_does_not_change_the_answer(types):
    game = random_game(0, types=types)
    turned = replace(
        game,
        epochs=tuple(replace(epoch, flow=np.asfortranarray(epoch.flow)) for epoch in game.epochs),
        unresolved_payoff=np.asfortranarray(game.unresolved_payoff),
        terminals=replace(game.terminals, payoff=np.asfortranarray(game.terminals.payoff)),
    )
    one, other = solve(game, FIVE), solve(turned, FIVE)
    assert one.start_values.tobytes() == other.start_values.tobytes()
    assert one.sweep.payoffs.tobytes() == other.sweep.payoffs.tobytes()


@pytest.mark.skipif(config.DISABLE_JIT, reason="uncompiled, a pointer is the array itself")
def test_a_pointer_of_an_array_that_is_not_contiguous_is_refused():
    @kernel
    def first(array):
        return pointer(array)[0]

    with pytest.raises(Exception, match="must be contiguous"):
        first(np.zeros((2, 3)).T)


def test_all_mass_that_leaves_a_state_arrives():
    game = random_game(4, types=(1, 1), num_states=(4, 5, 6))
    layers = game.epochs[0].layers
    for s, layer in enumerate(layers):
        targets = layers[(s + 1) % len(layers)].num_states
        arrivals = sort_by_target(layer, num_targets=targets, num_terminals=len(game.terminals.outcome))
        left = np.zeros(layer.num_states)
        taken = arrivals.source >= 0
        np.add.at(left, arrivals.origin[~taken], arrivals.weight[~taken])
        by_action = np.zeros(layer.num_actions)
        np.add.at(by_action, arrivals.source[taken], arrivals.weight[taken])
        goes = layer.mover >= 0 if not layer.is_chance else np.zeros(layer.num_states, dtype=bool)
        goes &= layer.arrival > 0
        expected = np.where(goes, 1.0 - layer.arrival, 1.0)
        np.testing.assert_allclose(left, expected, atol=1e-14)
        state_of = np.repeat(np.arange(layer.num_states), np.diff(layer.action_start))
        np.testing.assert_allclose(by_action, goes[state_of] * 1.0, atol=1e-14)
