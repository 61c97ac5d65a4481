"""The solves of an analysis on a GPU, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from standoff.analysis.executor import Draw
from standoff.errors import StandoffError
from standoff.game.compiled_structure import CompiledStructure
from standoff.scenario import Scenario
from standoff.solve.cuda_batch import Tally, solve_batch_on_gpu
from standoff.solve.result import Equilibrium, Settings

__all__ = ["Gpu"]

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Gpu:
    """Solves all draws that fit into the memory of a GPU at once; an `Executor`.

    What `keep` is given has its probabilities, certificate, start values and forward sweep. Strategies and values
    are there only with
    `full`; reading them without raises `InputError`. Draws that the GPU cannot solve are handed back to the processor and
    counted in `tally`.

    Attributes:
        full: Whether strategies and the values of period 0 are fetched from the GPU, too.
        threads: Threads that solve what is handed back; None: as many as this process may use processors.
        tally: Where the draws were solved so far, counted over all calls.

    Raises:
        MissingExtraError: The extra `gpu` is not installed.
        InputError: No GPU is found; both are raised when draws are first asked for.
    """

    full: bool = False
    threads: int | None = None
    tally: Tally = field(default_factory=Tally, compare=False)

    def solve_draws(
        self,
        scenario: Scenario,
        draws: Iterable[Draw],
        settings: Settings,
        keep: Callable[[Equilibrium], Kept],
    ) -> Iterator[tuple[int, Kept | StandoffError]]:
        """As `Executor.solve_draws`.

        Raises:
            InputError: Moves at the same time, a crisis that goes on for ever, or settings that a GPU cannot solve with.
        """
        games = CompiledStructure.of(scenario).games(draws)
        yield from solve_batch_on_gpu(
            games, settings, keep=keep, full=self.full, threads=self.threads, tally=self.tally
        )
