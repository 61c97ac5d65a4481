"""All equilibria of a scenario that a search finds, the reported one first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standoff.analysis.solution import Solution
from standoff.game.compile import compile_game
from standoff.scenario import Scenario
from standoff.solve.branches import search_branches
from standoff.solve.result import Settings

__all__ = ["Equilibria", "search_equilibria"]


@dataclass(frozen=True)
class Equilibria:
    """The equilibria of a scenario that a search found.

    Attributes:
        solutions: The reported solution, then the others in the order in which they were first found.
        finds: How often each was found.
        num_starts: Starts of the search; 0 where no other equilibrium can exist at these belief points.
        num_failed: Starts from which some node did not converge.
    """

    solutions: tuple[Solution, ...]
    finds: tuple[int, ...]
    num_starts: int
    num_failed: int

    def to_json(self) -> dict[str, Any]:
        """Every equilibrium in full as plain data, as `standoff equilibria --json` prints it."""
        return {
            "num_starts": self.num_starts,
            "num_failed": self.num_failed,
            "equilibria": [
                {"finds": count} | solution.to_json()
                for solution, count in zip(self.solutions, self.finds, strict=True)
            ],
        }


def search_equilibria(
    scenario: Scenario,
    settings: Settings | None = None,
    *,
    num_starts: int = 24,
    progress: Callable[[float], None] | None = None,
) -> Equilibria:
    """Search for other equilibria than the reported one.

    Args:
        scenario: The scenario.
        settings: How to solve it.
        num_starts: Starts of the search.
        progress: Called now and then with the share of the work done.

    Raises:
        ScenarioError: The scenario has faults that appear only when its states are built.
        SolveError: The reported equilibrium did not meet the tolerances.
        ValueError: `num_starts` is below 1.

    Examples:
        >>> from standoff import load
        >>> found = search_equilibria(load("iran-us-2026", overrides=["period.horizon=2"]))
        >>> len(found.solutions), found.solutions[0].equilibrium.certificate.is_unique
        (1, True)
    """
    found = search_branches(compile_game(scenario), settings, num_starts, progress)
    solutions = tuple(Solution(scenario, equilibrium) for equilibrium in found.all)
    return Equilibria(solutions, tuple(found.finds), found.num_starts, found.num_failed)
