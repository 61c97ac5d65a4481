"""Compile the kernels that the tests need, two processes side by side, each the kernels that the other does not.

Without it every process of the tests would compile all of them for itself: `make test` calls it once for each state of the
sources.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import standoff
from games import random_game
from small_trees import with_second_movers
from standoff import Settings
from standoff.catalog.opening import write_starter


def solve_random(types: tuple[int, ...], *, simultaneous: bool = False) -> None:
    game = random_game(0, types=types, rationality=1.0, num_periods=1, num_states=(2, 2, 2))
    if simultaneous:
        game = with_second_movers(game, 0)
    standoff.solve(game, Settings(belief_points=5, threads=1))


def solve_starter() -> standoff.Solution:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crisis.yaml"
        write_starter(path)
        return standoff.solve(standoff.load(path), Settings(belief_points=5, threads=1))


def compile_private_types() -> None:
    solve_random((2, 1))


def compile_other_layers() -> None:
    solve_random((1, 1))
    solve_random((2, 1), simultaneous=True)


def compile_gradients() -> None:
    standoff.gradients(solve_starter(), "deal@4")


def compile_questions() -> None:
    solution = solve_starter()
    standoff.indicators(solution)
    standoff.paths(solution)


def run_side_by_side(*tasks: Callable[[], None]) -> None:
    processes = [get_context("spawn").Process(target=task) for task in tasks]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)


if __name__ == "__main__":
    run_side_by_side(compile_private_types, compile_other_layers)
    run_side_by_side(compile_gradients, compile_questions)
