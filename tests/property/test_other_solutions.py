"""Searches, error estimates, threads and simultaneous moves, on random games."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games import random_game
from standoff.errors import SolveError
from standoff.game import matrix_game
from standoff.solve.branches import search_branches
from standoff.solve.equilibrium import Settings, collect_probabilities, solve

SEEDS = st.integers(0, 10_000)
TYPES = st.sampled_from([(2, 2), (2, 1), (1, 2)])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("types", [(2, 1), (2, 2)])
def test_the_estimated_error_of_the_probabilities_bounds_the_true_error(seed, types):
    # 65 points stand for the exact answer; that they do is checked against Gambit in tests/golden.
    game = random_game(seed, types=types, rationality=2.0, num_states=(2, 2, 2))
    exact = collect_probabilities(game, solve(game, Settings(belief_points=65)).sweep)
    for points in (5, 9, 17):
        found = solve(game, Settings(belief_points=points))
        error = np.abs(collect_probabilities(game, found.sweep) - exact).max()
        assert error <= found.certificate.belief_error + 1e-12


@given(SEEDS, TYPES)
@settings(max_examples=15)
def test_the_answer_does_not_depend_on_the_number_of_threads(seed, types):
    game = random_game(seed, types=types, num_states=(40, 30, 20))
    one, three = (solve(game, Settings(belief_points=9, threads=n)) for n in (1, 3))
    assert np.array_equal(one.sweep.absorbed, three.sweep.absorbed)
    assert np.array_equal(one.start_values, three.start_values)
    assert one.certificate == three.certificate


@given(SEEDS)
@settings(max_examples=15)
def test_every_result_of_a_search_is_an_equilibrium(seed):
    game = random_game(seed, types=(2, 1), rationality=5.0)
    try:
        found = search_branches(game, Settings(belief_points=9), num_starts=4)
    except SolveError:
        return
    assert found.reported.certificate.branch == ("unique" if found.num_starts == 0 else "node-wise")
    for other in found.others:
        assert other.certificate.branch == "other"
        assert other.certificate.residual < 1e-8
        assert (
            np.abs(collect_probabilities(game, other.sweep) - collect_probabilities(game, found.reported.sweep)).max()
            > 1e-6
        )


@given(SEEDS, TYPES)
@settings(max_examples=15)
def test_always_tracing_ends_on_the_same_branch(seed, types):
    game = random_game(seed, types=types, rationality=2.0)
    plain, traced = (solve(game, Settings(belief_points=5, trace_always=always)) for always in (False, True))
    assert collect_probabilities(game, plain.sweep) == pytest.approx(
        collect_probabilities(game, traced.sweep), abs=1e-7
    )


@given(SEEDS, st.floats(0.1, 3))
def test_at_a_simultaneous_node_both_strategies_are_logit(seed, rationality):
    rng = np.random.default_rng(seed)
    rows, columns = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    found = solve(matrix_game(rows.tolist(), columns.tolist(), rationality))
    cells = found.sweep.absorbed[-1, :, 0].reshape(3, 2)
    own, other = cells.sum(axis=1), cells.sum(axis=0)
    for strategy, values in ((own, rows @ other), (other, columns.T @ own)):
        weights = np.exp(rationality * (values - values.max()))
        assert strategy == pytest.approx(weights / weights.sum(), abs=1e-8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"belief_points": 2}, "belief_points must lie in 3..129, not 2"),
        ({"threads": 0}, "threads must be at least 1, not 0"),
        ({"start": -1}, "start must be at least 0, not -1"),
        ({"tolerance": float("nan")}, "tolerance must be a positive number, not nan"),
        ({"max_periods": 0}, "max_periods must be at least 1, not 0"),
    ],
)
def test_invalid_settings_are_refused(change, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        replace(Settings(), **change)
