"""Solves in processes of this machine.

Threads of one process (`standoff.analysis.executor.Threads`) share the compiled scenario and start at once, but take turns
in what
is Python between the kernels; processes do not, and take a second or two to start and the memory of their own kernels.
docs/explanation/ensembles.md has measured both.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, TypeVar

from standoff.analysis.executor import Draw
from standoff.errors import StandoffError
from standoff.execution.parts import Answer, Job, solve_part, spread
from standoff.game.compiled_structure import CompiledStructure
from standoff.scenario import Scenario
from standoff.solve.passes import num_processors
from standoff.solve.result import Equilibrium, Settings

__all__ = ["Processes"]

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Processes:
    """Solves in processes of this machine; one that is killed costs the part it was at, which is solved again.

    Attributes:
        workers: Processes; None: as many as this process may use processors.
    """

    workers: int | None = None

    def solve_draws(
        self,
        scenario: Scenario,
        draws: Iterable[Draw],
        settings: Settings,
        keep: Callable[[Equilibrium], Kept],
    ) -> Iterator[tuple[int, Kept | StandoffError]]:
        """As `Executor.solve_draws`."""
        CompiledStructure.of(scenario)  # a fault of the scenario is told here and not by every worker
        workers = self.workers or num_processors()
        crew = _Crew(workers, Job(scenario, settings, keep))
        try:
            yield from spread(draws, workers=workers, submit=crew.submit, take=crew.take)
        finally:
            crew.dismiss()


class _Crew:
    """A pool of processes that is replaced when one of them is killed."""

    def __init__(self, workers: int, job: Job[Any]) -> None:
        self.workers = workers
        self.job = job
        self.pool = self._hire()

    def _hire(self) -> ProcessPoolExecutor:
        # spawned: a forked child would inherit locks of threads that it does not have
        return ProcessPoolExecutor(
            self.workers, multiprocessing.get_context("spawn"), initializer=_start, initargs=(self.job,)
        )

    def submit(self, draws: list[Draw]) -> Future[Answer[Any]]:
        try:
            return self.pool.submit(_solve, draws)
        except BrokenProcessPool:
            self.pool.shutdown()
            self.pool = self._hire()
            return self.pool.submit(_solve, draws)

    def take(self, handles: Sequence[Future[Answer[Any]]]) -> tuple[Future[Answer[Any]], Answer[Any] | None]:
        done, _ = wait(handles, return_when=FIRST_COMPLETED)
        first = next(handle for handle in handles if handle in done)
        try:
            return first, first.result()
        except BrokenProcessPool:
            return first, None

    def dismiss(self) -> None:
        self.pool.shutdown(cancel_futures=True)


_job: list[Job[Any]] = []


def _start(job: Job[Any]) -> None:
    """Make a new process ready; Ctrl-C is for the one that sends the parts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _job[:] = [job]


def _solve(draws: list[Draw]) -> Answer[Any]:
    return solve_part(_job[0], draws)
