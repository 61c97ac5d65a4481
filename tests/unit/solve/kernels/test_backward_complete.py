"""The kernel of complete information against its equations, written state by state in NumPy."""

import itertools

import numpy as np
import pytest

from games import random_layer
from standoff.solve.kernels.arrays import GridArrays, LayerSolution, pack_layer
from standoff.solve.kernels.backward_complete import CHUNK, complete_layer

NUM_STATES, NUM_NEXT, NUM_TERMINALS = 700, 50, 3


def grid_of(rationality):
    nothing = np.zeros((1, 1))
    planes = np.arange(len(rationality))
    return GridArrays(1, 1, np.array(rationality), np.full(len(planes), -1), planes, *[nothing] * 9)


@pytest.fixture(params=[1, 2, 3], ids="{} players".format)
def case(request):
    rng = np.random.default_rng(request.param)
    players = request.param
    layer = random_layer(rng, "layer", NUM_STATES, NUM_NEXT, NUM_TERMINALS, players, range(players))
    assert layer.num_actions > 2 * CHUNK
    assert {-2} < set(layer.mover.tolist())
    ends, values = rng.normal(size=(NUM_TERMINALS, players, 1)), rng.normal(size=(NUM_NEXT, players, 1))
    return layer, grid_of(np.linspace(0.5, 4.0, players)), ends, values


def run(case, cuts=(0, NUM_STATES)):
    layer, grid, ends, values = case
    out = np.full((NUM_STATES, values.shape[1], 1), np.nan)
    strategies = np.full((layer.num_actions, 1, 1), np.nan)
    regrets = np.full(NUM_STATES, np.nan)
    counts = np.zeros((NUM_STATES, 6), dtype=np.int64)
    nothing = np.zeros((0, 1))
    solution = LayerSolution(out, strategies, strategies, regrets, regrets, counts, nothing, nothing)
    for first, last in itertools.pairwise(cuts):
        complete_layer(first, last, pack_layer(layer), grid, ends, values, solution)
    return out[:, :, 0], strategies[:, 0, 0], regrets, counts.sum(axis=0)


def by_the_equations(case):
    layer, grid, ends, values = case
    out = values[layer.skip, :, 0].copy()
    strategies = np.zeros(layer.num_actions)
    regrets = np.zeros(NUM_STATES)
    for x in np.flatnonzero(layer.mover >= 0):
        m, rows = layer.mover[x], range(layer.action_start[x], layer.action_start[x + 1])
        q = layer.action_payoff[list(rows)].copy()
        for k, a in enumerate(rows):
            for branch in range(layer.branch_start[a], layer.branch_start[a + 1]):
                y = layer.branch_target[branch]
                q[k] += layer.branch_probability[branch] * (ends[-y - 1] if y < 0 else values[y])[:, 0]
        probabilities = np.exp(grid.rationality[m] * (q[:, m] - q[:, m].max()))
        strategies[rows.start : rows.stop] = probabilities / probabilities.sum()
        mean = strategies[rows.start : rows.stop] @ q
        regrets[x] = q[:, m].max() - mean[m]
        out[x] = layer.arrival[x] * mean + (1.0 - layer.arrival[x]) * out[x]
    return out, strategies, regrets


def test_values_strategies_and_regrets_are_those_of_the_equations(case):
    for found, expected in zip(run(case), by_the_equations(case), strict=False):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


def test_a_layer_in_pieces_gives_the_result_of_the_whole(case):
    whole, pieces = run(case), run(case, (0, 1, 313, 314, NUM_STATES))
    for found, expected in zip(pieces, whole, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_every_state_in_which_somebody_moves_counts_once(case):
    moved = int((case[0].mover >= 0).sum())
    assert run(case)[3].tolist() == [moved, moved, moved, 0, 0, 0]
