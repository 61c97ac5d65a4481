"""Draws cut into parts that travel to other processes and come back solved.

A part is so many draws as take about `PART_SECONDS`: few enough that a worker that is killed costs little, enough that
sending them costs nothing.
Parts are sent a few ahead of the answers. Nothing is known twice: a part counts when its answer is here, and a part whose
worker was lost is
sent again.
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

__all__ = ["Answer", "Job", "solve_part", "spread"]

Kept = TypeVar("Kept")
Handle = TypeVar("Handle", bound=Hashable)

PART_SECONDS = 1.0
LARGEST_PART = 64
AHEAD = 2
"""Parts for each worker that are under way."""
MOST_LOSSES = 5
"""Times in a row that workers may be lost before it is held to be the draws' fault."""
MOST_COMPILED = 4
"""Scenarios whose structure a worker keeps."""


@dataclass(frozen=True)
class Job(Generic[Kept]):
    """What is the same for all parts of a run.

    Attributes:
        scenario: The scenario.
        settings: How to solve each draw.
        keep: What to keep of a solution.
    """

    scenario: Scenario
    settings: Settings
    keep: Callable[[Equilibrium], Kept]


@dataclass(frozen=True)
class Answer(Generic[Kept]):
    """A solved part.

    Attributes:
        kept: What was kept of each draw, or why there is nothing.
        seconds: How long it took.
    """

    kept: list[Kept | StandoffError]
    seconds: float


_compiled: OrderedDict[tuple[str, tuple[str, ...]], CompiledScenario] = OrderedDict()


def solve_part(job: Job[Kept], draws: Sequence[Draw]) -> Answer[Kept]:
    """Solve a part, in the process that it was sent to; the scenario's structure is kept for the next."""
    begun = time.perf_counter()
    key = (job.scenario.scenario_hash, job.scenario.overrides)
    if key not in _compiled:
        _compiled[key] = CompiledScenario.of(job.scenario)
        while len(_compiled) > MOST_COMPILED:
            _compiled.popitem(last=False)
    _compiled.move_to_end(key)
    settings = replace(job.settings, threads=1)
    kept = list(solve_batch(_compiled[key].games(draws), settings, keep=job.keep, threads=1))
    return Answer(kept, time.perf_counter() - begun)


def spread(
    draws: Iterable[Draw],
    *,
    workers: int,
    submit: Callable[[list[Draw]], Handle],
    take: Callable[[Sequence[Handle]], tuple[Handle, Answer[Any] | None]],
) -> Iterator[tuple[int, Any]]:
    """Send draws out in parts and yield what comes back.

    Args:
        draws: The draws; taken from here a few parts ahead.
        workers: Parts that are solved at a time.
        submit: Sends a part out.
        take: Waits for one of the parts that are under way; None where its worker was lost.

    Yields:
        The index of a draw and what was kept of it; each draw once.

    Raises:
        SolveError: Workers are lost again and again.
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
                raise SolveError(
                    "workers are lost again and again: give each more memory, or use fewer of them (`--workers`)"
                )
            under_way[submit(own)] = (indices, own)
            continue
        losses = 0
        if answer.seconds > 0:
            size = max(1, min(LARGEST_PART, int(PART_SECONDS * len(own) / answer.seconds)))
        yield from zip(indices, answer.kept, strict=True)
