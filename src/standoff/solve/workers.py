"""Threads that share the work of a pass.

Work is cut into pieces, each of which writes numbers of its own, so the answer does not depend on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

from standoff.solve.result import Settings

__all__ = ["Workers", "count_processors"]

SMALL = 4000
"""Numbers in a layer below which one thread does all of it."""
PIECES = 4
"""Pieces for each thread, so that none waits long for the slowest."""

Piece = Callable[[int, int], object]


def count_processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """The calling thread and its helpers."""

    def __init__(self, num_threads: int, pool: ThreadPoolExecutor | None) -> None:
        self.num_threads = num_threads
        self._pool = pool

    @staticmethod
    @contextmanager
    def start(settings: Settings) -> Iterator[Workers]:
        """Start as many threads as the settings ask for."""
        count = settings.threads or count_processors()
        if count == 1:
            yield Workers(1, None)
            return
        with ThreadPoolExecutor(count - 1) as pool:
            yield Workers(count, pool)

    def share(self, task: Piece, count: int, size: int, other_task: Callable[[], object] | None = None) -> None:
        """Call `task(first, last)` on pieces of range(count).

        Args:
            task: The work on a piece.
            count: Number of states.
            size: Numbers in all of them.
            other_task: Other work, done once, possibly at the same time.
        """
        if self._pool is None or size < SMALL or count < 2:
            task(0, count)
            if other_task is not None:
                other_task()
            return
        num_pieces = min(count, self.num_threads * PIECES)
        self._distribute(task, [count * k // num_pieces for k in range(num_pieces + 1)], other_task)

    def share_parts(self, task: Piece, num_parts: int) -> None:
        """Call `task(part, part + 1)` for every part, or `task` on all parts where there are no helpers."""
        if self._pool is None or num_parts == 1:
            task(0, num_parts)
        else:
            self._distribute(task, list(range(num_parts + 1)), None)

    def _distribute(self, task: Piece, cuts: list[int], other_task: Callable[[], object] | None) -> None:
        assert self._pool is not None
        pieces = iter(list(pairwise(cuts)))

        def work() -> None:
            # an iterator over a list gives each piece once, whichever thread asks
            for first, last in pieces:
                task(first, last)

        helpers = [self._pool.submit(work) for _ in range(self.num_threads - 1)]
        try:
            if other_task is not None:
                other_task()
            work()
        finally:
            # a helper that has not begun is not waited for; the others are, even where a piece failed, because no thread may
            # write to the arrays afterwards
            for helper in helpers:
                if not helper.cancel():
                    helper.result()
