"""Search for equilibria other than the one that is reported.

Where moves reveal intentions, a node may have several solutions, and which one is played decides the value of earlier actions.
The search solves the game again from many starts: from each, every node that is not proved unique takes the solution that
Newton's method finds near the start (`backward_pass.draw_start`), or near the solution of the same node a period later. Each
result is an equilibrium with its own certificate. Only the proof of uniqueness at every node shows that there are no others
(`Certificate.is_unique`). Equilibria whose probabilities of every outcome and milestone by every date agree within the
discretisation error count as one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from standoff.errors import SolveError
from standoff.game.model import Game
from standoff.solve.equilibrium import collect_probabilities, solve
from standoff.solve.result import Equilibrium, Settings

__all__ = ["Branches", "search_branches"]

SAME = 1e-6
"""Largest difference in any probability between two results that count as one equilibrium; their belief error if larger."""


@dataclass(frozen=True)
class Branches:
    """The equilibria of a search.

    Attributes:
        reported: The equilibrium that a solve with the same settings reports.
        others: The other equilibria, in the order in which they were found.
        finds: Number of starts that led to each, the reported one first.
        num_starts: Starts; 0 where the reported equilibrium is proved to be the only one.
        num_failed: Starts from which a node did not converge.
    """

    reported: Equilibrium
    others: tuple[Equilibrium, ...]
    finds: tuple[int, ...]
    num_starts: int
    num_failed: int

    @property
    def all(self) -> tuple[Equilibrium, ...]:
        """The reported equilibrium and the others."""
        return (self.reported, *self.others)


def search_branches(
    game: Game,
    settings: Settings | None = None,
    num_starts: int = 24,
    progress: Callable[[float], None] | None = None,
) -> Branches:
    """Solve a game, then search for other equilibria from many starts.

    Args:
        game: The game.
        settings: How to solve; the search uses the belief points that the reported equilibrium needed.
        num_starts: Starts, at least 1. The same starts find the same equilibria.
        progress: Called with the fraction of the work done.

    Returns:
        The equilibria.

    Raises:
        ValueError: `num_starts` is below 1.
        SolveError: The reported equilibrium was not found.
    """
    if num_starts < 1:
        raise ValueError(f"num_starts must be at least 1, not {num_starts!r}")
    settings = replace(settings or Settings(), start=None)
    reported = solve(game, settings)
    if reported.certificate.is_unique:
        return Branches(reported, (), (1,), 0, 0)
    points = reported.certificate.belief_points
    found, finds, failed = [reported], [1], 0
    for start in range(num_starts):
        if progress is not None:
            progress((1 + start) / (1 + num_starts))
        try:
            other = solve(game, replace(settings, start=start, belief_points=points[0] if points else None))
        except SolveError:
            failed += 1
            continue
        for k, known in enumerate(found):
            if _is_same(known, other):
                finds[k] += 1
                break
        else:
            found.append(other)
            finds.append(1)
    return Branches(reported, tuple(found[1:]), tuple(finds), num_starts, failed)


def _is_same(one: Equilibrium, other: Equilibrium) -> bool:
    difference = np.abs(
        collect_probabilities(one.game, one.sweep) - collect_probabilities(other.game, other.sweep)
    ).max(initial=0.0)
    return bool(difference <= max(SAME, one.certificate.belief_error, other.certificate.belief_error))
