"""Divide draws into parts that other processes solve.

A part has as many draws as take about `PART_SECONDS`: few enough that a lost worker costs little, and enough that sending them
costs nothing. A few parts are sent ahead of the answers. A part counts when its answer has arrived, so no draw counts twice.
A part whose worker was lost is sent again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Generic, TypeVar

from standoff.analysis.executor import Draw
from standoff.errors import SolveError, StandoffError
from standoff.game.compiled_scenario import CompiledScenario
from standoff.scenario import Scenario
from standoff.solve.batch import solve_batch
from standoff.solve.result import Equilibrium, Settings

__all__ = ["Job", "SolvedPart", "distribute_draws", "solve_part"]

Kept = TypeVar("Kept")
Handle = TypeVar("Handle", bound=Hashable)

PART_SECONDS = 1.0
LARGEST_PART = 64
AHEAD = 2
"""Number of parts sent to each worker ahead of the answers."""
MOST_LOSSES = 5
"""Largest number of consecutive losses of workers before the run is refused."""
MOST_COMPILED = 4
"""Number of scenarios whose compiled structure a worker keeps."""


@dataclass(frozen=True)
class Job(Generic[Kept]):
    """The part of a run that all its parts share.

    Attributes:
        scenario: The scenario.
        settings: Settings for each draw.
        keep: Function from an equilibrium to what is kept of it.
    """

    scenario: Scenario
    settings: Settings
    keep: Callable[[Equilibrium], Kept]


@dataclass(frozen=True)
class SolvedPart(Generic[Kept]):
    """A solved part.

    Attributes:
        kept: What was kept of each draw, or its error.
        seconds: Time that it took.
    """

    kept: list[Kept | StandoffError]
    seconds: float


_compiled: OrderedDict[tuple[str, tuple[str, ...]], CompiledScenario] = OrderedDict()


def solve_part(job: Job[Kept], draws: Sequence[Draw]) -> SolvedPart[Kept]:
    """Solve a part in the process of the worker, which keeps the compiled structure for the next part."""
    begun = time.perf_counter()
    key = (job.scenario.scenario_hash, job.scenario.overrides)
    if key not in _compiled:
        _compiled[key] = CompiledScenario.of(job.scenario)
        while len(_compiled) > MOST_COMPILED:
            _compiled.popitem(last=False)
    _compiled.move_to_end(key)
    settings = replace(job.settings, threads=1)
    kept = list(solve_batch(_compiled[key].make_games(draws), settings, keep=job.keep, threads=1))
    return SolvedPart(kept, time.perf_counter() - begun)


def distribute_draws(
    draws: Iterable[Draw],
    *,
    workers: int,
    submit: Callable[[list[Draw]], Handle],
    take: Callable[[Sequence[Handle]], tuple[Handle, SolvedPart[Any] | None]],
) -> Iterator[tuple[int, Any]]:
    """Send draws in parts and yield the answers.

    Args:
        draws: The draws, taken a few parts ahead.
        workers: Number of parts solved at the same time.
        submit: Function that sends a part.
        take: Function that waits for one of the parts sent; its answer is None if the worker was lost.

    Yields:
        The index of each draw and what was kept of it, once.

    Raises:
        SolveError: Workers keep dying.
    """
    source = enumerate(draws)
    under_way: dict[Handle, tuple[list[int], list[Draw]]] = {}
    size, losses = 1, 0
    while True:
        while len(under_way) < workers * AHEAD and (part := list(islice(source, size))):
            indices, own = [index for index, _ in part], [draw for _, draw in part]
            under_way[submit(own)] = (indices, own)
        if not under_way:
            return
        handle, answer = take(list(under_way))
        indices, own = under_way.pop(handle)
        if answer is None:
            losses += 1
            if losses > MOST_LOSSES * workers * AHEAD:
                raise SolveError("workers keep dying: give each more memory, or use fewer of them (`--workers`)")
            under_way[submit(own)] = (indices, own)
            continue
        losses = 0
        if answer.seconds > 0:
            size = max(1, min(LARGEST_PART, int(PART_SECONDS * len(own) / answer.seconds)))
        yield from zip(indices, answer.kept, strict=True)
