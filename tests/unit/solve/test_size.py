"""The memory of a solve, estimated before it and measured."""

import tracemalloc

import numpy as np
import pytest

from games import random_game
from solving import solve_game
from standoff.errors import InputError
from standoff.solve import size
from standoff.solve.kernels.arrays import BeliefGrid
from standoff.solve.result import Settings
from standoff.solve.size import count_nodes, estimate_bytes, find_memory_budget, require_memory


def make_game(types=(2, 2)):
    return random_game(3, types=types, num_periods=40, num_states=(30, 30, 30), rationality=0.5)


@pytest.mark.parametrize("keep_values", [False, True])
@pytest.mark.parametrize("types", [(2, 2), (2, 1), (1, 1)])
def test_the_estimate_is_near_what_a_solve_allocates(types, keep_values):
    game = make_game(types)
    points = 9 if 2 in types else None
    settings = Settings(
        belief_points=points, estimate_error=False, threads=1, keep_values=keep_values, branch="node-wise"
    )
    solve_game(game, belief_points=points, estimate_error=False, threads=1, branch="node-wise")  # compiles
    tracemalloc.start()
    found = solve_game(
        game, belief_points=points, estimate_error=False, threads=1, keep_values=keep_values, branch="node-wise"
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.certificate.residual < 1e-8
    assert 0.4 < estimate_bytes(game, settings, BeliefGrid(game, points or 1)) / peak < 2.0


def test_the_estimate_counts_what_following_the_branch_of_the_whole_game_adds():
    game = random_game(3, num_periods=40, num_states=(12, 12, 12), rationality=4.0)
    given = {"belief_points": 9, "estimate_error": False, "threads": 1, "branch": "principal"}
    solve_game(game, **given)  # compiles
    tracemalloc.start()
    found = solve_game(game, **given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.certificate.branch, found.certificate.residual < 1e-8) == ("principal", True)
    estimate = estimate_bytes(game, Settings(**given), BeliefGrid(game, 9), follows_branch=True)
    assert 0.5 < estimate / peak < 2.0


def test_nodes_are_counted_as_the_certificate_counts_them():
    game = make_game((2, 1))
    found = solve_game(game, belief_points=9, estimate_error=False)
    assert found.certificate.residual < 1e-8
    assert count_nodes(game, 9) == found.certificate.nodes


def test_a_solve_that_needs_more_than_the_budget_is_refused_with_the_numbers():
    game = make_game()
    grid = BeliefGrid(game, 9)
    needed = estimate_bytes(game, Settings(), grid)
    require_memory(game, Settings(), grid, budget=needed)
    with pytest.raises(InputError) as caught:
        require_memory(game, Settings(), grid, budget=needed - 1)
    (problem,) = caught.value.problems
    assert problem.code == "game-too-large"
    assert f"{count_nodes(game, 81):,} decisions (40 periods, 90 states, 81 belief points)" in problem.message
    assert "set fewer than 9 belief points" in problem.help
    assert "node-wise" not in problem.help
    with pytest.raises(InputError, match="node-wise"):
        require_memory(game, Settings(), grid, budget=needed, follows_branch=True)


def test_no_belief_points_are_advised_where_there_are_no_beliefs():
    game = make_game((1, 1))
    with pytest.raises(InputError) as caught:
        require_memory(game, Settings(), BeliefGrid(game, 1), budget=1)
    assert "belief" not in str(caught.value)


def test_without_an_answer_of_the_system_nothing_is_refused(monkeypatch):
    game = make_game()
    monkeypatch.setattr(size, "_read_available", lambda: None)
    assert find_memory_budget() is None
    require_memory(game, Settings(), BeliefGrid(game, 9))


def test_sizes_do_not_overflow():
    game = random_game(0, num_periods=2**40)
    assert estimate_bytes(game, Settings(), BeliefGrid(game, 129)) > np.iinfo(np.int64).max // 1000
