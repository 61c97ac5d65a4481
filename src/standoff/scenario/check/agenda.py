"""Rules of the agenda: issues, what their levels are worth, red lines and packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from standoff.errors import Problem
from standoff.scenario.check.subject import Subject
from standoff.scenario.schema import Agenda, Issue

__all__ = ["check_agenda"]


def check_agenda(subject: Subject) -> Iterator[Problem]:
    """Yield every problem of the agenda."""
    agenda = subject.scenario.agenda
    if agenda is None:
        for index, stage in enumerate(subject.scenario.stages):
            if stage.bargaining and "agenda" not in subject.names.lost:
                message = "there is bargaining, but no agenda to bargain about"
                path = f"stages.{index}.bargaining"
                yield subject.report("no-agenda", message, path, "add `agenda:` with its issues")
        return
    for name, issue in agenda.issues.items():
        path = f"agenda.issues.{name}"
        yield from _check_worth(subject, path, name, issue)
        yield from _check_red_lines(subject, path, name, issue)
        for level in issue.level_labels:
            yield from subject.check_level(name, issue.levels, level, f"{path}.level_labels.{level}")
    yield from _check_packages(subject, agenda)


def _check_worth(subject: Subject, path: str, name: str, issue: Issue) -> Iterator[Problem]:
    """Check that each player who is named gives a worth for every level but the status quo."""
    for player, worth in issue.worth.items():
        here = f"{path}.worth.{player}"
        yield from subject.check_player(player, here)
        types = subject.names.players.get(player)
        if types is None:
            continue
        by_type = {key: inner for key, inner in worth.items() if isinstance(inner, Mapping)}
        if not by_type:
            yield from _check_levels_of_worth(subject, here, name, issue, worth, player, types or ("",))
            continue
        for player_type in by_type:
            yield from subject.check_type(player, player_type, f"{here}.{player_type}", "give its levels")
        for player_type in types:
            levels = by_type.get(player_type)
            if levels is None:
                message = f"`{player}` gives no worth for its type `{player_type}`"
                yield subject.report("missing-worth", message, here, f"add `{player_type}:` with its levels")
            else:
                inner = f"{here}.{player_type}"
                yield from _check_levels_of_worth(subject, inner, name, issue, levels, player, (player_type,))


def _check_levels_of_worth(
    subject: Subject,
    path: str,
    name: str,
    issue: Issue,
    levels: Mapping[str, object],
    player: str,
    types: Sequence[str],
) -> Iterator[Problem]:
    for level in levels:
        yield from subject.check_level(name, issue.levels, level, f"{path}.{level}")
    for level in issue.levels[1:]:
        is_refused = all(issue.is_red_line(level, player, player_type) for player_type in types)
        if level not in levels and not is_refused:
            message = f"the level `{level}` of `{name}` has no worth for `{player}`"
            yield subject.report("missing-worth", message, path, f"write `{level}: 0` if it is worth nothing")


def _check_red_lines(subject: Subject, path: str, name: str, issue: Issue) -> Iterator[Problem]:
    for player, given in issue.red_lines.items():
        here = f"{path}.red_lines.{player}"
        yield from subject.check_player(player, here)
        by_type: dict[str, Sequence[str]] = dict(given) if isinstance(given, Mapping) else {"": given}
        for player_type, levels in by_type.items():
            inner = f"{here}.{player_type}" if player_type else here
            if player_type:
                yield from subject.check_type(player, player_type, inner, "give its levels")
            for index, level in enumerate(levels):
                yield from subject.check_level(name, issue.levels, level, f"{inner}.{index}")


def _check_packages(subject: Subject, agenda: Agenda) -> Iterator[Problem]:
    """Check that each package listed names one level for every issue."""
    if isinstance(agenda.packages, str):
        return
    if not agenda.packages:
        advice = "list a package, or write `efficient` or `all`"
        yield subject.report("package", "the list of packages is empty", "agenda.packages", advice)
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for index, package in enumerate(agenda.packages):
        path = f"agenda.packages.{index}"
        for name, level in package.items():
            if name in agenda.issues:
                yield from subject.check_level(name, agenda.issues[name].levels, level, f"{path}.{name}")
            else:
                yield from subject.check_name("issue", name, list(agenda.issues), f"{path}.{name}")
        omitted = [name for name in agenda.issues if name not in package]
        if omitted:
            message = "the package gives no level for " + ", ".join(f"`{name}`" for name in omitted)
            yield subject.report("package", message, path, f"add `{omitted[0]}:` with a level")
        key = tuple(sorted(package.items()))
        if key in seen:
            message = f"the package is the same as number {seen[key] + 1}"
            yield subject.report("package", message, path, "keep one of them")
        seen.setdefault(key, index)
