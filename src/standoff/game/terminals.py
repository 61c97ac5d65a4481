"""The terminals of a game: every way in which the crisis can end.

Terminals are distinguished by outcome, package, and the tracks (and the date) that the outcome's payoffs mention.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from standoff.game.layer_arrays import BranchArrays
from standoff.game.states import StateSpace
from standoff.scenario import Expression

__all__ = ["TerminalIndex"]

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Met = tuple[tuple[int, int], ...]
"""Terminals, each with a state in which it is reached."""


class TerminalIndex:
    """Numbers terminals in the order in which they are found."""

    def __init__(self, space: StateSpace) -> None:
        # outcome, epoch, package and what else the payoffs depend on -> terminal
        self._terminals: dict[tuple[int, ...], int] = {}
        self._dependences = [_find_dependences(space, outcome) for outcome in range(len(space.bound.scenario.outcomes))]

    def find(self, branch: BranchArrays, used: Bools, epoch_start: int) -> tuple[Ints, Met]:
        """Return the terminal that a branch leads to in each state.

        Args:
            branch: A branch that ends the crisis.
            used: The states in which it can happen; shape (state,).
            epoch_start: First period of the epoch.

        Returns:
            The terminal of each state, -1 where the branch is not used, shape (state,); and the terminals not found before.
        """
        assert branch.package is not None
        columns, is_dated = self._dependences[branch.outcome]
        result = np.full(len(used), -1, dtype=np.int64)
        rows = np.flatnonzero(used)
        if not len(rows):
            return result, ()
        described = np.column_stack([branch.package, branch.levels[:, columns]])[rows]
        _, first, index = np.unique(described, axis=0, return_index=True, return_inverse=True)
        terminal_of = np.empty(len(first), dtype=np.int64)
        met: list[tuple[int, int]] = []
        for k in np.argsort(first):
            key = (branch.outcome, epoch_start if is_dated else -1, *(int(part) for part in described[first[k]]))
            if key not in self._terminals:
                met.append((len(self._terminals), int(rows[first[k]])))
            terminal_of[k] = self._terminals.setdefault(key, len(self._terminals))
        result[rows] = terminal_of[index.ravel()]
        return result, tuple(met)

    @property
    def outcomes(self) -> NDArray[np.int32]:
        """Outcome of each terminal found; shape (terminal,)."""
        return np.array([key[0] for key in self._terminals], dtype=np.int32)

    @property
    def packages(self) -> NDArray[np.int32]:
        """Package of each terminal found, or -1; shape (terminal,)."""
        return np.array([key[2] for key in self._terminals], dtype=np.int32)


def _find_dependences(space: StateSpace, outcome: int) -> tuple[list[int], bool]:
    """Return the columns of the state that an outcome's payoffs mention, and whether they mention the date."""
    scenario = space.bound.scenario
    pending: list[Expression] = []
    for own in list(scenario.outcomes.values())[outcome].payoffs.values():
        pending.extend(own.values() if isinstance(own, dict) else [own])
    names: set[str] = set()
    functions: set[str] = set()
    while pending:
        expression = pending.pop()
        functions |= expression.functions
        fresh = expression.names - names
        names |= fresh
        pending.extend(scenario.quantities[name].value for name in fresh if name in scenario.quantities)
    columns = [column for column, name in enumerate(scenario.state) if name in names]
    if scenario.agenda is not None and names & scenario.agenda.issues.keys():
        columns.append(space.package_column)
    return columns, "passed" in functions
