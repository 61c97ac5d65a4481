"""Executors: the independent solves of an analysis, in this process or elsewhere (`standoff.execution`).

An analysis needs the solutions of one scenario for many **draws** of its parameters, and keeps a part of each. It does not depend
on where they are solved: an `Executor` is passed to it. Answers carry the index of their draw, because executors on several
machines return them as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from standoff.errors import StandoffError
from standoff.game.compiled_scenario import CompiledScenario
from standoff.scenario import Scenario
from standoff.solve.batch import solve_batch
from standoff.solve.result import Equilibrium, Settings

__all__ = ["Draw", "Executor", "MemoisingExecutor", "Threads"]

Kept = TypeVar("Kept")
Draw = Mapping[str, float]
"""Values of some parameters, each in the unit of the parameter in the file."""


class Executor(Protocol):
    """Solves a scenario for many draws of its parameters."""

    def solve_draws(
        self,
        scenario: Scenario,
        draws: Iterable[Draw],
        settings: Settings,
        keep: Callable[[Equilibrium], Kept],
    ) -> Iterator[tuple[int, Kept | StandoffError]]:
        """Solve every draw.

        Args:
            scenario: The scenario.
            draws: The draws; they are consumed a few ahead of the solves.
            settings: Settings with which each draw is solved.
            keep: Function that takes the kept part of a solution; it can be pickled and returns little data.

        Yields:
            The index of a draw with the kept part of its solution, or with the error that explains why there is none. Every
            draw comes once, in any order.

        Raises:
            ScenarioError: The scenario makes no game, or a name in a draw is not a parameter.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """Solves draws in this process, one to a thread, in order.

    Attributes:
        threads: Number of draws solved at a time; None: the number of processors that this process may use.

    Examples:
        >>> from standoff import load
        >>> scenario = load("cuba-1962")
        >>> solved = Threads(1).solve_draws(
        ...     scenario, [{"war_cost": 3.0}], Settings(belief_points=5), lambda found: found.certificate.residual < 1e-8
        ... )
        >>> list(solved)
        [(0, True)]
    """

    threads: int | None = None

    def solve_draws(
        self,
        scenario: Scenario,
        draws: Iterable[Draw],
        settings: Settings,
        keep: Callable[[Equilibrium], Kept],
    ) -> Iterator[tuple[int, Kept | StandoffError]]:
        """Solve every draw; see `Executor.solve_draws`."""
        games = CompiledScenario.of(scenario).make_games(draws)
        yield from enumerate(solve_batch(games, settings, keep=keep, threads=self.threads))


class MemoisingExecutor:
    """Passes solves on to another executor, and remembers the answers.

    Several questions about one scenario need the same draws, such as the ends of every range.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._known: dict[tuple[object, ...], Any] = {}

    def solve_draws(
        self,
        scenario: Scenario,
        draws: Iterable[Draw],
        settings: Settings,
        keep: Callable[[Equilibrium], Kept],
    ) -> Iterator[tuple[int, Kept | StandoffError]]:
        """Solve every draw that is not known yet; known answers come first. See `Executor.solve_draws`."""
        wanted = list(draws)
        keys = [(scenario.scenario_hash, settings, keep, *sorted(draw.items())) for draw in wanted]
        unknown = [k for k, key in enumerate(keys) if key not in self._known]
        for k, key in enumerate(keys):
            if key in self._known:
                yield k, self._known[key]
        for index, answer in self._executor.solve_draws(scenario, [wanted[k] for k in unknown], settings, keep):
            self._known[keys[unknown[index]]] = answer
            yield unknown[index], answer
