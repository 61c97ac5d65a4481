"""Threads that share the work of a pass.

Work is cut into pieces that no two threads share a number of, so the answer does not depend on how many threads there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

from standoff.solve.result import Settings

__all__ = ["Workers", "num_processors"]

SMALL = 4000
"""Numbers in a layer below which it is not worth cutting."""
PIECES = 4
"""Pieces a thread, so that none waits long for the slowest."""

Piece = Callable[[int, int], object]


def num_processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """The calling thread and its helpers, which start when there is something to share."""

    def __init__(self, num_threads: int, pool: ThreadPoolExecutor | None) -> None:
        self.num_threads = num_threads
        self._pool = pool

    @staticmethod
    @contextmanager
    def of(settings: Settings) -> Iterator[Workers]:
        """As many as the settings say."""
        count = settings.threads or num_processors()
        if count == 1:
            yield Workers(1, None)
            return
        with ThreadPoolExecutor(count - 1) as pool:
            yield Workers(count, pool)

    def share(self, task: Piece, count: int, size: int, beside: Callable[[], object] | None = None) -> None:
        """Call `task(first, last)` on pieces of range(count), where the whole holds `size` numbers.

        Args:
            task: What to do with a piece.
            count: States.
            size: Numbers.
            beside: Something else that is to be done once, and may be done at the same time.
        """
        if self._pool is None or size < SMALL or count < 2:
            task(0, count)
            if beside is not None:
                beside()
            return
        num_pieces = min(count, self.num_threads * PIECES)
        self._hand_out(task, [count * k // num_pieces for k in range(num_pieces + 1)], beside)

    def share_parts(self, task: Piece, num_parts: int) -> None:
        """Call `task(part, part + 1)` for every part, or `task` on all of them where nobody helps."""
        if self._pool is None or num_parts == 1:
            task(0, num_parts)
        else:
            self._hand_out(task, list(range(num_parts + 1)), None)

    def _hand_out(self, task: Piece, cuts: list[int], beside: Callable[[], object] | None) -> None:
        assert self._pool is not None
        pieces = iter(list(pairwise(cuts)))

        def work() -> None:
            # an iterator over a list hands out each piece once, whoever asks
            for first, last in pieces:
                task(first, last)

        helpers = [self._pool.submit(work) for _ in range(self.num_threads - 1)]
        try:
            if beside is not None:
                beside()
            work()
        finally:
            # a helper that has not begun is not waited for; the others are, also where a piece failed, because nobody may
            # still be writing to the arrays afterwards
            for helper in helpers:
                if not helper.cancel():
                    helper.result()
