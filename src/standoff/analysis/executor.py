"""How the independent solves of an analysis are done: here, or elsewhere (`standoff.execution`).

An analysis asks for the solutions of one scenario under many **draws** of its parameters and takes what it needs of each. It
does not care where they are solved: it is handed an `Executor`. Answers carry the index of their draw, because those who
solve
on several machines give them as they come.
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
"""Values of some parameters, each in the parameter's own unit as in the file."""


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
            draws: The draws; they are taken from here a few ahead of the solves.
            settings: How to solve each.
            keep: What to keep of a solution: a function that can be pickled; what it returns should be small.

        Yields:
            The index of a draw and what was kept of its solution, or the error whose text says why there is none. Every draw
            comes once, in any order.

        Raises:
            ScenarioError: The scenario itself makes no game, or a name in a draw is no parameter.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """Solves in this process, one draw to a thread, in order.

    Attributes:
        threads: Draws solved at a time; None: as many as this process may use processors.

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
        """As `Executor.solve_draws`."""
        games = CompiledScenario.of(scenario).games(draws)
        yield from enumerate(solve_batch(games, settings, keep=keep, threads=self.threads))


class MemoisingExecutor:
    """Hands solves on to another executor, and answers from memory what it has been asked before.

    Several questions about one crisis ask for the same draws: the ends of every range, for example. What is kept of them is
    held as long as this lives.
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
        """As `Executor.solve_draws`; what is known comes first."""
        asked = list(draws)
        keys = [(scenario.scenario_hash, settings, keep, *sorted(draw.items())) for draw in asked]
        unknown = [k for k, key in enumerate(keys) if key not in self._known]
        for k, key in enumerate(keys):
            if key in self._known:
                yield k, self._known[key]
        for place, answer in self._executor.solve_draws(scenario, [asked[k] for k in unknown], settings, keep):
            self._known[keys[unknown[place]]] = answer
            yield unknown[place], answer
