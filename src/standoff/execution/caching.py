"""Keep solves in a folder, so that an interrupted command can be resumed.

Maps, tornados and tripwires solve one scenario under many draws and keep the probabilities of each draw. These are written to an
`EnsembleFolder` under a number computed from the draw and the settings; a draw that is there is not solved again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from standoff.analysis.draw_keys import describe_solves
from standoff.analysis.ensemble_result import FailedDraw, list_series
from standoff.analysis.executor import Draw, Executor
from standoff.analysis.resolution import Solved, keep_agreed, keep_probabilities
from standoff.errors import StandoffError
from standoff.execution.folder import EnsembleFolder
from standoff.scenario import Scenario
from standoff.solve.result import Equilibrium, Settings

__all__ = ["CachingExecutor", "cache_solves"]

Kept = TypeVar("Kept")
_TABLE = "draws"


class CachingExecutor:
    """An executor that passes solves to another executor and keeps their probabilities, for one scenario."""

    def __init__(self, executor: Executor, folder: EnsembleFolder) -> None:
        self._executor = executor
        self._folder = folder
        self._known = folder.load(_TABLE)

    def solve_draws(
        self, scenario: Scenario, draws: Iterable[Draw], settings: Settings, keep: Callable[[Equilibrium], Kept]
    ) -> Iterator[tuple[int, Kept | StandoffError]]:
        """Solve draws as `Executor.solve_draws` does; known draws come first."""
        if keep not in (keep_probabilities, keep_agreed):
            yield from self._executor.solve_draws(scenario, draws, settings, keep)
            return
        asked = list(draws)
        numbers = [_compute_number(draw, settings, keep.__name__) for draw in asked]
        unknown = [k for k, number in enumerate(numbers) if number not in self._known]
        for k, number in enumerate(numbers):
            if (known := self._known.get(number)) is not None:
                # these functions keep exactly what the folder stores
                yield k, cast("Kept", known) if isinstance(known, Solved) else known.make_error()
        try:
            for place, answer in self._executor.solve_draws(scenario, [asked[k] for k in unknown], settings, keep):
                number = numbers[unknown[place]]
                record = answer if isinstance(answer, Solved) else FailedDraw.of(number, answer)
                self._known[number] = record
                self._folder.save(_TABLE, {number: record})
                yield unknown[place], answer
        finally:
            self._folder.flush()


@contextmanager
def cache_solves(executor: Executor, path: Path | None, scenario: Scenario) -> Iterator[Executor]:
    """Wrap an executor so that its solves are kept in a folder, if one is given.

    Args:
        executor: Executor of the unknown draws.
        path: The folder, created if necessary; None to keep nothing.
        scenario: The scenario whose solves are kept.

    Raises:
        MissingExtraError: pyarrow is not installed.
        InputError: The folder contains something else, or cannot be written to.
        StoreError: The folder is damaged.
    """
    if path is None:
        yield executor
        return
    with EnsembleFolder(path, describe_solves(scenario), list_series(scenario), noun="set of solves") as folder:
        yield CachingExecutor(executor, folder)


def _compute_number(draw: Draw, settings: Settings, keeper: str) -> int:
    """Compute a number that identifies a draw with its settings."""
    how = [settings.tolerance, settings.belief_points, settings.belief_tolerance, settings.estimate_error, keeper]
    text = json.dumps([sorted(draw.items()), how])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
