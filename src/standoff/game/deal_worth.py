"""What a deal on every package of the agenda would be worth today, also on those that the compiler does not keep.

A deal pays the payoffs of its outcome in the state in which it is struck, the worth of its package, less the costs of
accepting. Before it pays, it must be ratified: the chances are listed beside, not multiplied in, because what follows a
failed ratification is a matter of play. All numbers are those of the start state in the first period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem
from standoff.game.context import Context
from standoff.game.model import Plane, Player
from standoff.game.package_choice import every_package, negotiators
from standoff.game.states import States
from standoff.scenario import Scenario

__all__ = ["PackageTable", "tabulate_packages"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PackageTable:
    """Every package of the agenda.

    Attributes:
        players: The players.
        sides: The two players at the table, as indices.
        issues: Names of the issues.
        names: Slugs of the packages, as in `Game.packages`.
        labels: Text for people.
        levels: Level of each issue, 0 the status quo; shape (package, issue).
        payoff: What a deal pays every plane by the true types of the two players with private types, as
            `Terminals.payoff`; shape (package, plane, 2, 2).
        red: Whether a red line of a player type forbids it; shape (package, player, type).
        ratification: Probability that each side's ratification passes, by player; shape (package,) each.
    """

    players: tuple[Player, ...]
    sides: tuple[int, int]
    issues: tuple[str, ...]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    levels: NDArray[np.int32]
    payoff: Floats
    red: NDArray[np.bool_]
    ratification: dict[str, Floats]

    @property
    def planes(self) -> tuple[Plane, ...]:
        """One for each player type."""
        return tuple(Plane(i, k) for i, player in enumerate(self.players) for k in range(len(player.player_types)))

    def worth_to(self, plane: int, known: dict[int, int]) -> Floats:
        """What every package is worth to a player type.

        Args:
            plane: The player type.
            known: Types of other players that are known, by player; those of the rest are expected by their priors.

        Returns:
            Shape (package,).
        """
        table = self.payoff[:, plane]
        uncertain = [player for player in range(len(self.players)) if len(self.players[player].player_types) == 2]
        for axis in (1, 0):
            if axis >= len(uncertain):
                table = table[..., 0]
                continue
            player = uncertain[axis]
            if player in known:
                table = table[..., known[player]]
            else:
                prior = self.players[player].prior
                table = prior[0] * table[..., 0] + prior[1] * table[..., 1]
        return np.asarray(table)


def tabulate_packages(scenario: Scenario) -> PackageTable:
    """What a deal on each package would be worth at the start.

    Args:
        scenario: A checked scenario with an agenda and a bargaining stage.

    Returns:
        Every combination of levels.

    Raises:
        InputError: Nothing is bargained about.
        ScenarioError: A number of the agenda is not finite, or a chance is no probability.
    """
    bargaining = next((stage.bargaining for stage in scenario.stages if stage.bargaining is not None), None)
    if bargaining is None or scenario.agenda is None:
        message = f"nobody bargains in `{scenario.id}`"
        raise InputError(Problem("no-bargaining", message, help="add a stage with `bargaining:` and an `agenda:`"))
    index = next(index for index, stage in enumerate(scenario.stages) if stage.bargaining is bargaining)
    path = f"stages.{index}.bargaining.accept"
    context = Context(scenario)
    found = every_package(context, scenario.agenda)
    packages = np.arange(len(found.names), dtype=np.int32)
    context.package_levels = found.levels[None]
    states = States(context, np.repeat(context.start_levels, len(packages), axis=0), 0, packages)
    outcome = states.outcome_payoff(context.outcome_index(bargaining.accept.outcome))[0]
    costs = states.payoff(bargaining.accept.costs, f"{path}.costs")[0]
    payoff = outcome + (found.worth - costs)[:, :, None, None]
    chances = {}
    for player, ratification in bargaining.accept.ratify.items():
        chance = states.value(ratification.chance, f"{path}.ratify.{player}.chance")
        states.require_probability(chance, f"{path}.ratify.{player}.chance")
        chances[player] = np.broadcast_to(chance[0], (len(packages),)).copy()
    context.raise_problems()
    return PackageTable(
        context.players,
        negotiators(context),
        tuple(scenario.agenda.issues),
        found.names,
        found.labels,
        found.levels,
        np.broadcast_to(payoff, (len(packages), *payoff.shape[1:])).copy(),
        found.red,
        chances,
    )
