"""What every rule looks at, and the look-ups that several rules share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from standoff.errors import Problem, suggest_nearest
from standoff.scenario.names import DeclaredNames
from standoff.scenario.schema import Scenario

__all__ = ["Subject"]


@dataclass(frozen=True)
class Subject:
    """A scenario to check.

    Attributes:
        scenario: The scenario.
        names: The names that it declares.
        is_complete: Whether nothing was dropped from the file, so that missing and unused parts can be reported.
        faulty: Paths of expressions that are known to be faulty; their values are not checked.
        unbounded: Parameters that may leave their range.
    """

    scenario: Scenario
    names: DeclaredNames
    is_complete: bool = True
    faulty: frozenset[str] = frozenset()
    unbounded: frozenset[str] = frozenset()

    def report(self, code: str, message: str, path: str, advice: str) -> Problem:
        """Return a problem with the file and line of its path."""
        return self.scenario.source_map.make_problem(code, message, path, advice)

    def check_name(self, kind: str, name: str, valid: Sequence[str], path: str) -> Iterator[Problem]:
        """Yield a problem if a name is not among the valid ones."""
        if name not in valid and name not in self.names.lost:
            yield self.report(f"unknown-{kind}", f"there is no {kind} `{name}`", path, suggest_nearest(name, valid))

    def check_player(self, name: str, path: str) -> Iterator[Problem]:
        """Yield a problem if there is no such player."""
        yield from self.check_name("player", name, list(self.names.players), path)

    def check_type(self, player: str, name: str, path: str, instead: str = "give one formula") -> Iterator[Problem]:
        """Yield a problem if a player has no such type; unknown players are reported elsewhere.

        Args:
            player: The player.
            name: The type.
            path: Path of the type in the file.
            instead: What to write for a player without types.
        """
        types = self.names.players.get(player)
        if types is None or name in types or name in self.names.lost:
            return
        advice = suggest_nearest(name, types) if types else f"`{player}` has no types: {instead}"
        yield self.report("unknown-type", f"`{player}` has no type `{name}`", path, advice)

    def check_level(self, owner: str, levels: Sequence[str], name: str, path: str) -> Iterator[Problem]:
        """Yield a problem if a track or issue has no such level."""
        if name not in levels and name not in self.names.lost:
            yield self.report("unknown-level", f"`{owner}` has no level `{name}`", path, suggest_nearest(name, levels))
