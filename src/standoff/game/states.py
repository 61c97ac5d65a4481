"""Public states, and the values that the expressions of a scenario have in them.

The public state is a row of level indices. The columns are the scenario's tracks, then, for each bargaining stage whose
proposer alternates, whose turn it is, and at the end two columns that live only inside a bargaining stage: who proposes
(0: nobody, else the position in `between` plus one) and the package on the table (0: none, else its number plus one).

Every array of values has two leading axes, (draw, state), each of length 1 where it does not matter
(`standoff.game.numbers`). Levels of tracks have the state axis alone: where a move leads does not depend on the draw.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.bound import Bound, find_deadline_period
from standoff.game.packages import Packages
from standoff.scenario import Expression, Scope

if TYPE_CHECKING:
    from standoff.scenario.nodes import Value

__all__ = ["ON_THE_TABLE", "Codes", "StateSpace", "States"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]
Codes = NDArray[np.int64] | NDArray[np.bytes_]
"""Codes of states; those of one scenario have the same kind."""
ByPlayer = Mapping[str, Expression | Mapping[str, Expression]]

SUM_TOLERANCE = 1e-9
ON_THE_TABLE = ("proposer", "package")
"""Names of the columns that live only inside a bargaining stage."""
LARGEST_CODE = 2**63 - 1
"""Largest number of states that can be written whose codes are integers."""


@dataclass(frozen=True)
class StateSpace:
    """The public states of a scenario, given its numbers and packages.

    Attributes:
        bound: The scenario and its numbers.
        packages: The packages, as many in every draw.
    """

    bound: Bound
    packages: Packages

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns: tracks, turns, then `proposer` and `package`."""
        return tuple(name for name, _ in self._sized_columns)

    @cached_property
    def _sized_columns(self) -> tuple[tuple[str, int], ...]:
        scenario = self.bound.scenario
        tracks = [(name, len(track.levels)) for name, track in scenario.state.items()]
        turns = [
            (_name_turn_column(stage.name), 2)
            for stage in scenario.stages
            if stage.bargaining is not None and stage.bargaining.proposer == "alternate"
        ]
        return (*tracks, *turns, *zip(ON_THE_TABLE, (3, self.packages.num_packages + 1), strict=True))

    @property
    def proposer_column(self) -> int:
        """Column of the proposer."""
        return len(self.columns) - 2

    @property
    def package_column(self) -> int:
        """Column of the package on the table."""
        return len(self.columns) - 1

    def find_turn_column(self, stage: str) -> int:
        """Return the column that says whose turn it is in a bargaining stage with alternating proposers."""
        return self.columns.index(_name_turn_column(stage))

    @cached_property
    def start(self) -> Levels:
        """The start state; shape (1, column)."""
        levels = np.zeros((1, len(self.columns)), dtype=np.int32)
        for column, track in enumerate(self.bound.scenario.state.values()):
            levels[0, column] = track.levels.index(track.start)
        return levels

    def encode(self, levels: Levels) -> Codes:
        """Return one code for each state, in the lexicographic order of the columns; shape (state,).

        Codes are integers where 63 bits suffice for every state that can be written. Otherwise they are texts of bytes, which
        sort in the same order: with some 62 tracks of two levels a product of sizes is too large for an integer.
        """
        if math.prod(size for _, size in self._sized_columns) > LARGEST_CODE:
            words = np.ascontiguousarray(levels, dtype=">u4")
            return words.view(f"S{words.shape[1] * words.itemsize}").reshape(len(levels))
        code = np.zeros(len(levels), dtype=np.int64)
        for column, (_, size) in enumerate(self._sized_columns):
            code = code * size + levels[:, column]
        return code

    def describe(self, levels: Levels) -> str:
        """Describe a state in the words of the file; `levels` has the shape (column,)."""
        tracks = self.bound.scenario.state.items()
        return ", ".join(f"{name} {track.levels[levels[column]]}" for column, (name, track) in enumerate(tracks))

    def make_states(self, levels: Levels, epoch_start: int) -> States:
        """Return an array of states in the periods of an epoch; `levels` has the shape (state, column)."""
        return States(self, levels, epoch_start, levels[:, self.package_column] - 1, set())

    def make_start_states(self) -> States:
        """Return the start state in the first period once for each package, agreed on."""
        count = self.packages.num_packages
        return States(self, np.repeat(self.start, count, axis=0), 0, np.arange(count, dtype=np.int32), set())


def _name_turn_column(stage: str) -> str:
    return f"turn of {stage}"


class _Values(dict[str, "Value"]):
    """The values of names; a quantity is evaluated when it is first used."""

    def __init__(self, states: States, values: Mapping[str, Value]) -> None:
        super().__init__(values)
        self._states = states

    def __missing__(self, name: str) -> Value:
        quantity = self._states.scenario.quantities[name]
        self[name] = self._states.evaluate(quantity.value, f"quantities.{name}.value")
        return self[name]


class States:
    """An array of public states in the periods of one epoch.

    Attributes:
        space: The states that there are.
        scenario: The scenario.
        levels: Shape (state, column).
        epoch_start: First period of the epoch.
        packages: Package agreed on or on the table, -1 for none; shape (state,).
        deadlines_used: The deadlines that expressions have asked for so far; where there are none, the epoch did not matter.
    """

    def __init__(
        self, space: StateSpace, levels: Levels, epoch_start: int, packages: Levels, deadlines_used: set[str]
    ) -> None:
        self.space = space
        self.scenario = space.bound.scenario
        self.levels = levels
        self.epoch_start = epoch_start
        self.packages = packages
        self.deadlines_used = deadlines_used
        self._bound = space.bound
        values: dict[str, Value] = dict(self._bound.scope.values)
        for column, name in enumerate(self.scenario.state):
            values[name] = levels[:, column].astype(np.float64)[None]
        if self.scenario.agenda is not None:
            for issue, name in enumerate(self.scenario.agenda.issues):
                values[name] = space.packages.find_levels(issue, packages)
        self._scope = Scope(_Values(self, values), {**self._bound.scope.functions, "passed": self._has_passed})

    def _has_passed(self, deadline: str) -> float:
        self.deadlines_used.add(deadline)
        return float(self.epoch_start >= find_deadline_period(self.scenario, deadline))

    @property
    def num_states(self) -> int:
        """Number of states."""
        return len(self.levels)

    @property
    def num_planes(self) -> int:
        """Number of player types."""
        return len(self._bound.planes)

    @property
    def no_payoff(self) -> Floats:
        """No payoff to anyone; shape (1, 1, plane)."""
        return np.zeros((1, 1, self.num_planes))

    def change_levels(self, levels: Levels, packages: Levels | None = None) -> States:
        """Return other states of the same epoch, by default with the package that is on the table there."""
        agreed = levels[:, self.space.package_column] - 1 if packages is None else packages
        return States(self.space, levels, self.epoch_start, agreed, self.deadlines_used)

    def check_quantities(self) -> None:
        """Evaluate every quantity, also those that nothing uses, so that their faults are reported."""
        for name in self.scenario.quantity_order:
            self._scope.values[name]

    def evaluate(self, expression: Expression | None, path: str, default: float = 0.0) -> Floats:
        """Evaluate an expression in every draw and state; shape (draw, state)."""
        if expression is None:
            return np.full((1, 1), default)
        return self._bound.evaluate(expression, self._scope, path)

    def is_true(self, expression: Expression | None, path: str) -> Bools:
        """Say where a condition holds; no condition always holds. Shape (draw, state)."""
        return np.asarray(self.evaluate(expression, path, 1.0) != 0.0)

    def evaluate_arrival(self, rate: Expression | None, path: str) -> Floats:
        """Return the probability that what has a rate per unit of time comes up in a period; 1 without a rate."""
        if rate is None:
            return np.ones((1, 1))
        per_unit = self.evaluate(rate, path)
        if (per_unit < 0).any():
            self._bound.faults.add(
                "negative-rate",
                f"`{rate}` is `{per_unit.min():g}` in some state",
                path,
                "a rate cannot be negative",
                draws=per_unit < 0,
            )
            return np.zeros((1, 1))
        return np.asarray(-np.expm1(-per_unit * self.scenario.period.length))

    def evaluate_payoff(self, by_player: ByPlayer | None, path: str) -> Floats:
        """Return payoffs to every plane; shape (draw, state, plane)."""
        if not by_player:
            return self.no_payoff
        columns: list[Floats] = []
        for plane in self._bound.planes:
            player = self._bound.players[plane.player]
            own = by_player.get(player.name)
            here = f"{path}.{player.name}"
            if plane.player_type > 0 and not isinstance(own, Mapping):
                columns.append(columns[-1])
            elif own is None or isinstance(own, Expression):
                columns.append(self.evaluate(own, here))
            else:
                player_type = player.player_types[plane.player_type]
                columns.append(self.evaluate(own.get(player_type), f"{here}.{player_type}"))
        return np.stack(np.broadcast_arrays(*columns), axis=-1)

    def evaluate_outcome_payoff(self, outcome: int) -> Floats:
        """Return the payoff of an outcome, without the worth of a package.

        A payoff may be given by the types of another player; it then depends on that player's true type.

        Returns:
            Shape (draw, state, plane, 2, 2): the last axes are the types of the two players with private types.
        """
        name = list(self.scenario.outcomes)[outcome]
        path = f"outcomes.{name}.payoffs"
        by_player = self.scenario.outcomes[name].payoffs
        added: list[tuple[int, int, int, Floats]] = []
        for p, plane in enumerate(self._bound.planes):
            player = self._bound.players[plane.player]
            own = by_player.get(player.name)
            if not isinstance(own, Mapping):
                continue
            for axis, other in enumerate(self._bound.belief_players):
                for k, player_type in enumerate(self._bound.players[other].player_types):
                    if other != plane.player and player_type in own:
                        value = self.evaluate(own[player_type], f"{path}.{player.name}.{player_type}")
                        added.append((p, axis, k, value))
        base = self.evaluate_payoff(by_player, path)
        shape = np.broadcast_shapes(base.shape[:2], *(value.shape for *_, value in added))
        total = np.zeros((*shape, self.num_planes, 2, 2))
        total += base[..., None, None]
        for p, axis, k, value in added:
            total[:, :, p][(..., k, slice(None)) if axis == 0 else (..., k)] += value[..., None]
        return total

    def find_package_worth(self) -> Floats:
        """Return the worth of the package agreed on; shape (draw, state, plane)."""
        return self.space.packages.find_worths(self.packages)

    def apply_changes(self, changes: Mapping[str, str | int]) -> Levels:
        """Return the public states after an effect; a step stops at the last level. Shape (state, column)."""
        after = self.levels.copy()
        for column, (name, track) in enumerate(self.scenario.state.items()):
            to = changes.get(name)
            if isinstance(to, str):
                after[:, column] = track.levels.index(to)
            elif to is not None:
                after[:, column] = np.clip(after[:, column] + to, 0, len(track.levels) - 1)
        return after

    def require_probability(self, value: Floats, path: str) -> None:
        """Add a fault where a probability lies outside 0..1."""
        outside = (value < -SUM_TOLERANCE) | (value > 1 + SUM_TOLERANCE)
        if outside.any():
            d, x = np.argwhere(outside)[0]
            self._bound.faults.add(
                "probabilities",
                f"the probability is `{value[d, x]:g}` in state `{self.space.describe(self.levels[x])}`",
                path,
                "a probability lies between 0 and 1",
                draws=outside,
            )

    def require_sum(self, total: Floats, path: str) -> None:
        """Add a fault where probabilities do not sum to one."""
        off = np.abs(total - 1.0) > SUM_TOLERANCE
        if off.any():
            d, x = np.argwhere(off)[0]
            self._bound.faults.add(
                "probabilities",
                f"the probabilities sum to `{total[d, x]:.12g}` in state `{self.space.describe(self.levels[x])}`",
                path,
                "make them sum to 1, for example with `1 - x` for the last",
                draws=off,
            )
