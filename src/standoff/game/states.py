"""Arrays of public states in which the expressions of a scenario have values.

Every array that is worked out here has two leading axes, (draw, state), each of length 1 where it does not matter
(`standoff.game.numbers`). Levels of tracks have the state axis alone: what follows a move does not hang on the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.scenario import Expression, Scope

if TYPE_CHECKING:
    from standoff.game.context import Context
    from standoff.scenario.nodes import Value

__all__ = ["States"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]
ByPlayer = Mapping[str, Expression | Mapping[str, Expression]]

SUM_TOLERANCE = 1e-9


class _Names(dict[str, "Value"]):
    """What names stand for; a quantity is worked out when it is first asked for."""

    def __init__(self, states: States, values: Mapping[str, Value]) -> None:
        super().__init__(values)
        self._states = states

    def __missing__(self, name: str) -> Value:
        quantity = self._states.context.scenario.quantities[name]
        self[name] = self._states.value(quantity.value, f"quantities.{name}.value")
        return self[name]


class States:
    """An array of public states in the periods of one epoch.

    Attributes:
        context: What the scenario fixes.
        levels: Shape (state, column).
        epoch_start: First period of the epoch.
        packages: Package agreed on or on the table, -1 for none; shape (state,).
        asked: The deadlines that expressions have asked for so far; where there are none, the epoch did not matter.
    """

    def __init__(
        self,
        context: Context,
        levels: Levels,
        epoch_start: int,
        packages: Levels | None = None,
        asked: set[str] | None = None,
    ) -> None:
        self.context = context
        self.levels = levels
        self.epoch_start = epoch_start
        self.packages = levels[:, context.columns.package] - 1 if packages is None else packages
        self.asked: set[str] = set() if asked is None else asked
        values: dict[str, Value] = dict(context.scope.values)
        for column, name in enumerate(context.scenario.state):
            values[name] = levels[:, column].astype(np.float64)[None]
        if context.scenario.agenda is not None:
            for column, name in enumerate(context.scenario.agenda.issues):
                if context.package_levels.shape[1]:
                    own = context.package_levels[:, self.packages.clip(min=0), column]
                    values[name] = np.where(self.packages >= 0, own, 0).astype(np.float64)
                else:
                    values[name] = 0.0
        self.scope = Scope(_Names(self, values), {**context.scope.functions, "passed": self._passed})

    @property
    def count(self) -> int:
        """Number of states."""
        return len(self.levels)

    @property
    def num_planes(self) -> int:
        """Number of player types."""
        return len(self.context.planes)

    @property
    def nothing(self) -> Floats:
        """No payoff to anyone; shape (1, 1, plane)."""
        return np.zeros((1, 1, self.num_planes))

    def _passed(self, deadline: str) -> float:
        self.asked.add(deadline)
        return float(self.epoch_start >= self.context.deadline_period(deadline))

    def at(self, levels: Levels, package: Levels | None = None) -> States:
        """Other states of the same epoch."""
        return States(self.context, levels, self.epoch_start, package, self.asked)

    def check_quantities(self) -> None:
        """Work out every quantity, also those that nothing asks for, so that their faults are told."""
        for name in self.context.scenario.quantity_order:
            self.scope.values[name]

    def value(self, expression: Expression | None, path: str, default: float = 0.0) -> Floats:
        """Value in every draw and state; shape (draw, state)."""
        if expression is None:
            return np.full((1, 1), default)
        return self.context.evaluate(expression, self.scope, path)

    def truth(self, expression: Expression | None, path: str) -> Bools:
        """Whether a condition holds; no condition always holds. Shape (draw, state)."""
        return np.asarray(self.value(expression, path, 1.0) != 0.0)

    def arrival(self, rate: Expression | None, path: str) -> Floats:
        """Probability that something with a rate per unit of time comes up in a period; 1 without a rate."""
        if rate is None:
            return np.ones((1, 1))
        per_unit = self.value(rate, path)
        if (per_unit < 0).any():
            self.context.problem(
                "negative-rate",
                f"`{rate}` is `{per_unit.min():g}` in some state",
                path,
                "a rate cannot be negative",
                draws=self._every_draw(per_unit < 0),
            )
            return np.zeros((1, 1))
        return np.asarray(-np.expm1(-per_unit * self.context.scenario.period.length))

    def payoff(self, by_player: ByPlayer | None, path: str) -> Floats:
        """Payoffs to every plane; shape (draw, state, plane)."""
        if not by_player:
            return self.nothing
        columns: list[Floats] = []
        for plane in self.context.planes:
            player = self.context.players[plane.player]
            own = by_player.get(player.name)
            here = f"{path}.{player.name}"
            if plane.player_type > 0 and not isinstance(own, Mapping):
                columns.append(columns[-1])
            elif own is None or isinstance(own, Expression):
                columns.append(self.value(own, here))
            else:
                player_type = player.player_types[plane.player_type]
                columns.append(self.value(own.get(player_type), f"{here}.{player_type}"))
        return np.stack(np.broadcast_arrays(*columns), axis=-1)

    def outcome_payoff(self, outcome: int) -> Floats:
        """Payoff where the crisis ends in an outcome, without the worth of a package.

        A payoff may be given by the types of another player: then it depends on that player's true type.

        Returns:
            Shape (draw, state, plane, 2, 2): the last axes are the types of the two players with private types.
        """
        name = list(self.context.scenario.outcomes)[outcome]
        path = f"outcomes.{name}.payoffs"
        by_player = self.context.scenario.outcomes[name].payoffs
        added: list[tuple[int, int, int, Floats]] = []
        for p, plane in enumerate(self.context.planes):
            player = self.context.players[plane.player]
            own = by_player.get(player.name)
            if not isinstance(own, Mapping):
                continue
            for axis, other in enumerate(self.context.belief_players):
                for k, player_type in enumerate(self.context.players[other].player_types):
                    if other != plane.player and player_type in own:
                        value = self.value(own[player_type], f"{path}.{player.name}.{player_type}")
                        added.append((p, axis, k, value))
        base = self.payoff(by_player, path)
        shape = np.broadcast_shapes(base.shape[:2], *(value.shape for *_, value in added))
        total = np.zeros((*shape, self.num_planes, 2, 2))
        total += base[..., None, None]
        for p, axis, k, value in added:
            total[:, :, p][(..., k, slice(None)) if axis == 0 else (..., k)] += value[..., None]
        return total

    def package_worth(self) -> Floats:
        """Worth of the package agreed on; shape (draw, state, plane)."""
        return self.context.package_worth(self.packages)

    def change(self, changes: Mapping[str, str | int]) -> Levels:
        """Public states after an effect; a step stops at the last level. Shape (state, column)."""
        after = self.levels.copy()
        for column, (name, track) in enumerate(self.context.scenario.state.items()):
            to = changes.get(name)
            if isinstance(to, str):
                after[:, column] = track.levels.index(to)
            elif to is not None:
                after[:, column] = np.clip(after[:, column] + to, 0, len(track.levels) - 1)
        return after

    def require_probability(self, value: Floats, path: str) -> None:
        """Note a fault where a probability lies outside 0..1."""
        outside = (value < -SUM_TOLERANCE) | (value > 1 + SUM_TOLERANCE)
        if outside.any():
            d, x = np.argwhere(outside)[0]
            self.context.problem(
                "probabilities",
                f"the probability is `{value[d, x]:g}` in state `{self.context.describe(self.levels[x])}`",
                path,
                "a probability lies between 0 and 1",
                draws=self._every_draw(outside),
            )

    def require_sum(self, total: Floats, path: str) -> None:
        """Note a fault where probabilities do not sum to one."""
        off = np.abs(total - 1.0) > SUM_TOLERANCE
        if off.any():
            d, x = np.argwhere(off)[0]
            self.context.problem(
                "probabilities",
                f"the probabilities sum to `{total[d, x]:.12g}` in state `{self.context.describe(self.levels[x])}`",
                path,
                "make them sum to 1, for example with `1 - x` for the last",
                draws=self._every_draw(off),
            )

    def _every_draw(self, bad: Bools) -> Bools:
        return np.broadcast_to(bad, (self.context.num_draws, bad.shape[1]))
