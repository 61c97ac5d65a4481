"""A scenario bound to numbers: all that depends neither on the packages of its agenda nor on the public state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from standoff.game.faults import Faults
from standoff.game.model import Plane, Player
from standoff.game.numbers import Draw, Numbers
from standoff.scenario import Expression, Scenario, Scope

__all__ = ["Bound", "bind", "find_deadline_period"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bound:
    """A scenario in one draw of its parameters or in many.

    Attributes:
        scenario: The scenario.
        numbers: Its numbers in each draw.
        faults: Collects what is wrong with the draws.
        players_by_draw: Players of each draw, with priors, rationality and discount a period as numbers.
        epoch_starts: First period of each epoch.
        scope: What every expression may use: parameters, time constants and submodels.
    """

    scenario: Scenario
    numbers: Numbers
    faults: Faults
    players_by_draw: tuple[tuple[Player, ...], ...]
    epoch_starts: tuple[int, ...]
    scope: Scope
    # by identity of the expression, which is kept so that no other object can get its identity
    _resolved: dict[int, tuple[Expression, Expression]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def num_draws(self) -> int:
        """Number of draws."""
        return self.numbers.num_draws

    @property
    def players(self) -> tuple[Player, ...]:
        """The players of the first draw, whose names and types are those of every draw."""
        return self.players_by_draw[0]

    @cached_property
    def planes(self) -> tuple[Plane, ...]:
        """One for each player type, as in `Game.planes`."""
        return tuple(Plane(i, k) for i, player in enumerate(self.players) for k in range(len(player.player_types)))

    @cached_property
    def belief_players(self) -> tuple[int, ...]:
        """Players with two types."""
        return tuple(i for i, player in enumerate(self.players) if len(player.player_types) == 2)

    def take(self, draws: NDArray[np.int64]) -> Bound:
        """Return the scenario bound to some of the draws, with faults of its own."""
        faults = Faults(self.scenario, self.faults.faulty[draws])
        numbers = self.numbers.take(draws)
        players = tuple(self.players_by_draw[d] for d in draws)
        scope = _make_scope(numbers, faults)
        return replace(self, numbers=numbers, faults=faults, players_by_draw=players, scope=scope)

    def evaluate(self, expression: Expression, scope: Scope, path: str) -> Floats:
        """Evaluate an expression in every draw and state; a value that is not finite is a fault.

        Args:
            expression: The expression.
            scope: What its names mean.
            path: Where in the scenario it is written.

        Returns:
            Shape (draw, state).
        """
        known = self._resolved.get(id(expression))
        if known is None:
            known = self._resolved[id(expression)] = (expression, self.scenario.resolve(expression))
        try:
            value = np.atleast_2d(np.asarray(known[1].evaluate(scope), dtype=np.float64))
        except ValueError as error:  # a submodel refuses its arguments
            self.faults.add(
                "submodel",
                f"`{expression}` has no value in some state: {error}",
                path,
                "keep the arguments in range in every state, for example with min(x, 1)",
            )
            return np.zeros((1, 1))
        finite = np.isfinite(value)
        if not finite.all():
            self.faults.add(
                "not-finite",
                f"`{expression}` is `{value[~finite][0]}` in some state",
                path,
                "guard it, for example with max(x, 0.001)",
                draws=~finite,
            )
            return np.where(finite, value, 0.0)
        return value

    def evaluate_constant(self, expression: Expression, path: str) -> Floats:
        """Evaluate an expression of parameters in every draw; shape (draw,), or (1,) where all agree."""
        return self.evaluate(expression, self.scope, path)[:, 0]


def bind(scenario: Scenario, draws: Sequence[Draw], faults: Faults) -> Bound:
    """Bind a scenario to draws of its parameters.

    Args:
        scenario: A scenario that has passed the checks of `standoff.scenario`.
        draws: At least one.
        faults: Collects the faults of the draws.

    Raises:
        ScenarioError: There is one draw, and a submodel cannot be built with its numbers.
    """
    numbers = Numbers.of(scenario, draws)
    for d, own in enumerate(numbers.faults):
        for path, message in own:
            which = np.arange(len(draws)) == d if len(numbers.faults) > 1 else None
            faults.add("submodel", message, path, "give a value that the submodel can work with", draws=which)
    faults.raise_problems()
    bound = Bound(scenario, numbers, faults, (), _find_epoch_starts(scenario), _make_scope(numbers, faults))
    return replace(bound, players_by_draw=_bind_players(bound))


def _make_scope(numbers: Numbers, faults: Faults) -> Scope:
    def refuse(draw: int) -> None:
        faults.faulty[draw] = True

    return Scope(numbers.values, numbers.make_functions(refuse))


def find_deadline_period(scenario: Scenario, name: str) -> int:
    """Return the first period that starts on the deadline's date or later, at most the number of periods."""
    return scenario.find_period(scenario.deadlines[name].date)


def _find_epoch_starts(scenario: Scenario) -> tuple[int, ...]:
    """Period 0, and for each deadline before the horizon the first period that starts on its date or later."""
    starts = {0, *(find_deadline_period(scenario, name) for name in scenario.deadlines)}
    return tuple(sorted(start for start in starts if start < scenario.num_periods))


def _bind_players(bound: Bound) -> tuple[tuple[Player, ...], ...]:
    """Return the players of every draw."""
    columns = []
    every = np.ones(bound.num_draws)
    for name, player in bound.scenario.players.items():
        path = f"players.{name}"
        types = player.types or {}
        prior = [
            every * bound.evaluate_constant(probability, f"{path}.types.{key}") for key, probability in types.items()
        ] or [every]
        rationality = every * bound.evaluate_constant(player.rationality, f"{path}.rationality")
        discount = every * bound.evaluate_constant(player.discount, f"{path}.discount")
        columns.append(
            [
                Player(
                    name=name,
                    label=player.label or name,
                    player_types=tuple(types) or (name,),
                    prior=tuple(float(probability[d]) for probability in prior),
                    rationality=float(rationality[d]),
                    discount=float(discount[d]) ** bound.scenario.period.length,
                )
                for d in range(bound.num_draws)
            ]
        )
    return tuple(zip(*columns, strict=True))
