"""Many solves in parallel, one to a thread.

Solves of different games are independent, so a batch is cut between games and not within them: each thread solves one game at
a time, start to end, while the kernels let the other threads run. Games are taken from their source only a few ahead of the
solves, and only a part of each solution is kept, so memory does not grow with the number of games.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from standoff.errors import SolveError, StandoffError
from standoff.game.model import Game
from standoff.solve.equilibrium import solve
from standoff.solve.result import Equilibrium, Settings
from standoff.solve.workers import count_processors

__all__ = ["solve_batch"]

Kept = TypeVar("Kept")

AHEAD = 2
"""Games that wait for each thread, so that no thread waits for a game."""


def solve_batch(
    games: Iterable[Game | StandoffError],
    settings: Settings | None = None,
    *,
    keep: Callable[[Equilibrium], Kept],
    threads: int | None = None,
) -> Iterator[Kept | StandoffError]:
    """Solve every game and yield a part of each solution, in order.

    Args:
        games: The games, such as `CompiledScenario.make_games` gives; an error among them is passed on in its place. They are
            taken in the calling thread, a few ahead.
        settings: How to solve each game; its `threads` are ignored.
        keep: Function that gives the part of a solution to keep. It is called in the thread of the solve; its result should be
            small.
        threads: Games solved at a time; None: one for each processor that this process may use. The answers do not depend on it.

    Yields:
        The result of `keep` for each solution or, where there is none, the error whose text says why.

    Raises:
        ValueError: `threads` is below 1.

    Examples:
        >>> from standoff.game import matrix_game
        >>> games = [matrix_game([[1, 0], [0, 0.5]], [[0, 1], [1, 0]], rationality=sharp) for sharp in (0.0, 1.0, 2.0)]
        >>> [round(value, 3) for value in solve_batch(games, keep=lambda found: float(found.start_values[0]))]
        [0.375, 0.38, 0.368]
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads!r}")
    alone = replace(settings or Settings(), threads=1)
    return _solve_in_order(iter(games), alone, keep, threads or count_processors())


def _solve_in_order(
    games: Iterator[Game | StandoffError], settings: Settings, keep: Callable[[Equilibrium], Kept], threads: int
) -> Iterator[Kept | StandoffError]:
    def answer(game: Game | StandoffError) -> Kept | StandoffError:
        if isinstance(game, StandoffError):
            return game
        try:
            found = solve(game, settings)
        except SolveError as failure:
            return failure
        return keep(found)

    pool = ThreadPoolExecutor(threads, thread_name_prefix="solve")
    waiting: deque[Future[Kept | StandoffError]] = deque()
    try:
        waiting.extend(pool.submit(answer, game) for game in islice(games, threads * (1 + AHEAD)))
        while waiting:
            found = waiting.popleft().result()
            waiting.extend(pool.submit(answer, game) for game in islice(games, 1))
            yield found
    finally:
        # also where the caller stops early, or a game reveals an error of standoff
        pool.shutdown(cancel_futures=True)
