"""Batches: many solves side by side."""

import gc
import threading
import weakref

import numpy as np
import pytest

from standoff.errors import Problem, ScenarioError, SolveError
from standoff.game import markov_game, matrix_game
from standoff.solve.batch import AHEAD, solve_batch
from standoff.solve.equilibrium import Settings, solve


def game_at(sharp):
    return matrix_game([[1, 0], [0, 0.5]], [[0, 1], [1, 0]], rationality=sharp)


def values_of(found):
    return found.start_values.tolist()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_a_batch_gives_its_solves_in_order(threads):
    games = [game_at(0.1 * k) for k in range(23)]
    assert list(solve_batch(games, keep=values_of, threads=threads)) == [values_of(solve(game)) for game in games]


def test_a_failed_solve_is_a_value_and_does_not_stop_the_others():
    fault = ScenarioError(Problem("not-finite", "it is `nan`"))
    slow = Settings(max_periods=1)
    games = [game_at(1.0), fault, endless_game(), game_at(2.0)]
    first, refused, failed, last = solve_batch(games, slow, keep=values_of, threads=2)
    assert refused is fault
    assert isinstance(failed, SolveError)
    assert "has no end" in str(failed)
    assert (first, last) == (values_of(solve(games[0])), values_of(solve(games[3])))


def endless_game():
    tables = [[[[1.0, 0.0], [0.0, 1.0]]], [[[0.0, 1.0], [1.0, 0.0]]]]
    return markov_game(["on"], tables, np.ones((1, 2, 2, 1)), 1.0, 0.9, num_periods=2)


def test_games_are_taken_only_a_few_ahead():
    taken = []

    def games():
        for k in range(100):
            taken.append(k)
            yield game_at(1.0)

    answers = solve_batch(games(), keep=values_of, threads=2)
    next(answers)
    assert len(taken) <= 2 * (1 + AHEAD) + 1
    answers.close()
    assert len(taken) <= 2 * (1 + AHEAD) + 1


def test_memory_does_not_grow_with_the_number_of_games():
    alive = []

    def games():
        for _ in range(60):
            game = game_at(1.0)
            alive.append(weakref.ref(game.terminals))
            yield game

    most = 0
    for _ in solve_batch(games(), keep=values_of, threads=2):
        gc.collect()
        most = max(most, sum(ref() is not None for ref in alive))
    assert 0 < most <= 2 * (1 + AHEAD) + 2


def test_solves_run_in_several_threads():
    gate = threading.Barrier(2, timeout=60)

    def keep(_):
        gate.wait()  # no solve ends before another one has
        return threading.get_ident()

    assert len(set(solve_batch([game_at(1.0)] * 2, keep=keep, threads=2))) == 2


def test_an_error_of_keep_does_not_count_as_a_failed_solve():
    with pytest.raises(ZeroDivisionError):
        list(solve_batch([game_at(1.0)], keep=lambda _: 1 / 0, threads=2))


def test_a_batch_without_games_is_empty():
    assert list(solve_batch([], keep=values_of)) == []


def test_threads_below_one_are_refused():
    with pytest.raises(ValueError, match="threads must be at least 1, not 0"):
        solve_batch([], keep=values_of, threads=0)


def test_the_settings_are_used():
    grid = list(solve_batch([game_at(1.0)], Settings(tolerance=1e-6), keep=lambda found: found.settings))
    assert grid == [Settings(tolerance=1e-6, threads=1)]
    assert np.isfinite(grid[0].tolerance)
