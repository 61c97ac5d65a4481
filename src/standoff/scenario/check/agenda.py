"""Faults of the agenda: issues, what their levels are worth, red lines and packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from standoff.errors import Problem, nearest
from standoff.scenario.names import Declared
from standoff.scenario.schema import Agenda, Issue, Scenario

__all__ = ["AgendaCheck"]


class AgendaCheck:
    """Looks at the agenda of one scenario."""

    def __init__(self, scenario: Scenario, declared: Declared) -> None:
        self.scenario = scenario
        self.declared = declared
        self.tell = scenario.source_map.problem

    def problems(self) -> Iterator[Problem]:
        """Yield every problem of the agenda."""
        agenda = self.scenario.agenda
        if agenda is None:
            for index, stage in enumerate(self.scenario.stages):
                if stage.bargaining and "agenda" not in self.declared.lost:
                    message = "there is bargaining, but no agenda to bargain about"
                    yield self.tell("no-agenda", message, f"stages.{index}.bargaining", "add `agenda:` with its issues")
            return
        for name, issue in agenda.issues.items():
            path = f"agenda.issues.{name}"
            yield from self._worth(path, name, issue)
            yield from self._red_lines(path, name, issue)
            for level in issue.level_labels:
                yield from self._level(name, issue, level, f"{path}.level_labels.{level}")
        yield from self._packages(agenda)

    def _level(self, name: str, issue: Issue, level: str, path: str) -> Iterator[Problem]:
        if level not in issue.levels and level not in self.declared.lost:
            yield self.tell("unknown-level", f"`{name}` has no level `{level}`", path, nearest(level, issue.levels))

    def _player(self, player: str, path: str) -> Iterator[Problem]:
        if player not in self.declared.players and player not in self.declared.lost:
            help_text = nearest(player, list(self.declared.players))
            yield self.tell("unknown-player", f"there is no player `{player}`", path, help_text)

    def _type(self, player: str, name: str, path: str) -> Iterator[Problem]:
        types = self.declared.players.get(player)
        if types is not None and name not in types and name not in self.declared.lost:
            help_text = nearest(name, types) if types else f"`{player}` has no types: give its levels"
            yield self.tell("unknown-type", f"`{player}` has no type `{name}`", path, help_text)

    def _worth(self, path: str, name: str, issue: Issue) -> Iterator[Problem]:
        """Check that each player named gives a worth for every level but the status quo."""
        for player, worth in issue.worth.items():
            here = f"{path}.worth.{player}"
            yield from self._player(player, here)
            types = self.declared.players.get(player)
            if types is None:
                continue
            by_type = {key: inner for key, inner in worth.items() if isinstance(inner, Mapping)}
            if not by_type:
                yield from self._worth_levels(here, name, issue, worth, "", player)
                continue
            for player_type in by_type:
                yield from self._type(player, player_type, f"{here}.{player_type}")
            for player_type in types:
                levels = by_type.get(player_type)
                if levels is None:
                    message = f"`{player}` gives no worth for its type `{player_type}`"
                    yield self.tell("missing-worth", message, here, f"add `{player_type}:` with its levels")
                else:
                    type_path = f"{here}.{player_type}"
                    yield from self._worth_levels(type_path, name, issue, levels, player_type, player)

    def _worth_levels(
        self, path: str, name: str, issue: Issue, levels: Mapping[str, object], player_type: str, player: str
    ) -> Iterator[Problem]:
        for level in levels:
            yield from self._level(name, issue, level, f"{path}.{level}")
        types = (player_type,) if player_type else self.declared.players[player] or ("",)
        for level in issue.levels[1:]:
            is_refused = all(issue.is_red_line(level, player, one) for one in types)
            if level not in levels and not is_refused:
                message = f"the level `{level}` of `{name}` has no worth for `{player}`"
                yield self.tell("missing-worth", message, path, f"write `{level}: 0` if it is worth nothing")

    def _red_lines(self, path: str, name: str, issue: Issue) -> Iterator[Problem]:
        for player, given in issue.red_lines.items():
            here = f"{path}.red_lines.{player}"
            yield from self._player(player, here)
            lists: dict[str, Sequence[str]] = dict(given) if isinstance(given, Mapping) else {"": given}
            for player_type, levels in lists.items():
                inner = f"{here}.{player_type}" if player_type else here
                if player_type:
                    yield from self._type(player, player_type, inner)
                for index, level in enumerate(levels):
                    yield from self._level(name, issue, level, f"{inner}.{index}")

    def _packages(self, agenda: Agenda) -> Iterator[Problem]:
        """Check that each package listed names one level for every issue."""
        if isinstance(agenda.packages, str):
            return
        if not agenda.packages:
            advice = "list a package, or write `efficient` or `all`"
            yield self.tell("package", "the list of packages is empty", "agenda.packages", advice)
        seen: dict[tuple[tuple[str, str], ...], int] = {}
        for index, package in enumerate(agenda.packages):
            path = f"agenda.packages.{index}"
            for name, level in package.items():
                if name in agenda.issues:
                    yield from self._level(name, agenda.issues[name], level, f"{path}.{name}")
                elif name not in self.declared.lost:
                    help_text = nearest(name, list(agenda.issues))
                    yield self.tell("unknown-issue", f"there is no issue `{name}`", f"{path}.{name}", help_text)
            omitted = [name for name in agenda.issues if name not in package]
            if omitted:
                message = "the package leaves out " + ", ".join(f"`{name}`" for name in omitted)
                advice = f"add `{omitted[0]}:` with a level"
                yield self.tell("package", message, path, advice)
            key = tuple(sorted(package.items()))
            if key in seen:
                message = f"the package is the same as number {seen[key] + 1}"
                yield self.tell("package", message, path, "keep one of them")
            seen.setdefault(key, index)
