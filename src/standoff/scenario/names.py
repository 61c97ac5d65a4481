"""The names that a scenario declares, and which of them each kind of expression may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from standoff.scenario.nodes import BUILTIN_FUNCTIONS
from standoff.scenario.schema import Scenario
from standoff.scenario.schema_submodels import SUBMODEL_FUNCTIONS
from standoff.scenario.values import TIME_CONSTANTS

__all__ = ["DeclaredNames", "Use"]


class Use(Enum):
    """What an expression may depend on; each kind adds to the one before."""

    NUMBERS = "numbers"  # parameters and time constants
    MODELS = "models"  # and the functions of submodels
    STATE = "state"  # and tracks, quantities and deadlines
    PACKAGE = "package"  # and the issues of the package agreed on


@dataclass(frozen=True)
class DeclaredNames:
    """Every name that a scenario declares.

    Attributes:
        parameters: Names of the parameters.
        quantities: Names of the quantities.
        tracks: Track -> levels.
        issues: Issue -> levels.
        players: Player -> names of its types, () for a player without types.
        deadlines: Names of the deadlines.
        functions: Function of a submodel, with its dot -> number of arguments.
        lost: Names whose faulty declarations were dropped; no problem is reported where they are used.
    """

    parameters: tuple[str, ...]
    quantities: tuple[str, ...]
    tracks: Mapping[str, tuple[str, ...]]
    issues: Mapping[str, tuple[str, ...]]
    players: Mapping[str, tuple[str, ...]]
    deadlines: tuple[str, ...]
    functions: Mapping[str, int]
    lost: frozenset[str] = field(default=frozenset())

    @classmethod
    def collect(cls, scenario: Scenario, lost: Iterable[str] = ()) -> DeclaredNames:
        """Collect the names of a scenario."""
        issues = scenario.agenda.issues if scenario.agenda else {}
        functions = {
            f"{name}.{function}": len(arguments)
            for name, submodel in scenario.submodels.items()
            for function, arguments in SUBMODEL_FUNCTIONS[submodel.kind].items()
        }
        return cls(
            parameters=tuple(scenario.parameters),
            quantities=tuple(scenario.quantities),
            tracks={name: track.levels for name, track in scenario.state.items()},
            issues={name: issue.levels for name, issue in issues.items()},
            players={name: tuple(player.types) for name, player in scenario.players.items()},
            deadlines=tuple(scenario.deadlines),
            functions=functions,
            lost=frozenset(lost),
        )

    def list_names(self, use: Use) -> list[str]:
        """List the names that an expression may use."""
        names = [*self.parameters, *TIME_CONSTANTS]
        if use in {Use.STATE, Use.PACKAGE}:
            names += [*self.tracks, *self.quantities]
        if use is Use.PACKAGE:
            names += self.issues
        return names

    def list_functions(self, use: Use) -> list[str]:
        """List the functions that an expression may call."""
        names = list(BUILTIN_FUNCTIONS)
        if use is not Use.NUMBERS:
            names += self.functions
        if use in {Use.STATE, Use.PACKAGE}:
            names.append("passed")
        return names

    def list_levels(self, use: Use) -> dict[str, tuple[str, ...]]:
        """Return the tracks and issues that an expression may use, with their levels."""
        levels: dict[str, tuple[str, ...]] = {}
        if use in {Use.STATE, Use.PACKAGE}:
            levels.update(self.tracks)
        if use is Use.PACKAGE:
            levels.update(self.issues)
        return levels

    def find_owners(self, level: str) -> list[str]:
        """Return the tracks and issues that have a level of this name."""
        return [name for name, levels in [*self.tracks.items(), *self.issues.items()] if level in levels]
