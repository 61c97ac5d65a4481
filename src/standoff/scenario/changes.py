"""Changes to the data of a scenario file: values that are replaced, and parts that are switched off.

Values are set first, in the order given, then parts are switched off (`switching`), so the order of the two does not
matter. If only one prior of two types is set, the other becomes the rest, so that both still sum to one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from standoff.errors import Problem, ScenarioError, suggest_nearest
from standoff.scenario.expression import Expression
from standoff.scenario.json_schema import list_fields
from standoff.scenario.reader import read_text
from standoff.scenario.source_map import SourceMap
from standoff.scenario.switching import OFF, can_switch_off, switch_off

__all__ = ["Change", "Changed", "change_content", "read_overrides", "write_changes"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a scenario.

    Attributes:
        path: Where, as the user wrote it.
        value: The new value as plain data.
        shown: What problems call the change, such as `--set escort_cost=0.02`.
    """

    path: str
    value: Any
    shown: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The data of a scenario after changes.

    Attributes:
        content: The data.
        source_map: Where its parts are in the file, and the changes that they come from.
        unbounded: Parameters that may now leave their range.
        changes: What problems call the changes.
        switches: What problems call the changes that switched a part off.
    """

    content: dict[str, Any]
    source_map: SourceMap
    unbounded: frozenset[str]
    changes: frozenset[str]
    switches: tuple[str, ...]

    def explain(self, problem: Problem) -> Problem:
        """Say in a problem of the file, which had none before, that a part is switched off."""
        if problem.file in self.changes or not self.switches:
            return problem
        written = ", ".join(f"`{shown.removeprefix('--set ')}`" for shown in self.switches)
        return replace(problem, message=f"{problem.message}, with {written}")


def read_overrides(overrides: Iterable[str]) -> tuple[list[Change], list[Problem]]:
    """Read overrides of the form `path=value`, with the value in YAML.

    Returns:
        The changes that could be read, and the problems of the others.
    """
    changes: list[Change] = []
    problems: list[Problem] = []
    for override in overrides:
        shown = f"--set {override}"
        path, sign, text = override.partition("=")
        if not sign or not path.strip():
            message = f"`{override}` is not of the form `name=value`"
            problems.append(Problem("override", message, help="write it like `escort_cost=0.02`", file=shown))
            continue
        try:
            parsed = read_text(text, shown)
        except ScenarioError as error:
            problems += [Problem(one.code, one.message, help=one.help, file=shown) for one in error.problems]
            continue
        problems += [Problem(one.code, one.message, help=one.help, file=shown) for one in parsed.problems]
        changes.append(Change(path.strip(), parsed.content, shown))
    return changes, problems


def write_changes(values: Mapping[str, Any]) -> list[Change]:
    """Turn values by path into changes; a value is plain data, an expression, or "off"."""
    return [Change(path, _make_plain(value), f"{path}={value}") for path, value in values.items()]


def _make_plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.written
    if isinstance(value, tuple):
        return [_make_plain(inner) for inner in value]
    return value


def change_content(
    content: Mapping[str, Any], source_map: SourceMap, changes: Sequence[Change], problems: Sequence[Problem] = ()
) -> Changed:
    """Make changes in a copy of the data of a scenario.

    Args:
        content: The data, as the file holds it.
        source_map: Where its parts are in the file.
        changes: The changes.
        problems: Problems found in reading the changes.

    Raises:
        ScenarioError: A path does not exist, two changes contradict each other, or a part cannot be switched off;
            carries every problem, with those given.
    """
    plain = copy.deepcopy(dict(content))
    found = list(problems)
    made: dict[tuple[str, ...], Change] = {}
    switches: list[tuple[tuple[str, ...], Change]] = []
    for change in changes:
        try:
            keys = _change_one(plain, change, made)
            if change.value == OFF and can_switch_off(plain, keys):
                switches.append((keys, change))
        except ScenarioError as error:
            found += error.problems
    found += _find_changes_in_switched_off_parts(made, switches)
    if found:
        raise ScenarioError(found)
    _complete_priors(plain, made)
    removed = switch_off(plain, [(keys, change.shown) for keys, change in switches])
    overrides = dict(source_map.overrides)
    overrides |= {".".join(keys): change.shown for keys, change in made.items() if (keys, change) not in switches}
    lines, overrides = _renumber_stages(source_map.lines, removed), _renumber_stages(overrides, removed)
    # a part that was removed keeps no path, so that nothing else comes to lie under its override
    overrides |= {f"{change.shown} ({'.'.join(keys)})": change.shown for keys, change in switches}
    has_new_range = {keys[1] for keys in made if keys[0] == "parameters" and keys[2:] == ("range",)}
    return Changed(
        content=plain,
        source_map=SourceMap(source_map.file, lines, overrides),
        unbounded=frozenset(content.get("parameters") or {}) - has_new_range,
        changes=frozenset(change.shown for change in made.values()),
        switches=tuple(change.shown for _, change in switches),
    )


def _change_one(plain: dict[str, Any], change: Change, made: dict[tuple[str, ...], Change]) -> tuple[str, ...]:
    """Set one value, or check that a part to be switched off exists; return the path in the file."""
    here, keys = _follow(plain, change)
    earlier = made.get(keys)
    if earlier is not None and earlier.value != change.value:
        message = f"`{change.path}` is set to two different values"
        raise ScenarioError(_report_contradiction(message, earlier.shown, change.shown))
    made[keys] = change
    if change.value == OFF and can_switch_off(plain, keys):
        if not isinstance(here, list) and not (isinstance(here, Mapping) and keys[-1] in here):
            raise _report_unknown_path(here, keys[-1], keys[:-1], change, offers_fields=False)
    else:
        _set_value(here, keys, change)
    return keys


def _report_contradiction(message: str, first: str, second: str) -> Problem:
    advice = "keep one of them" if first == second else f"keep `{first}` or `{second}`"
    return Problem("contradiction", message, help=advice, file=second)


def _find_changes_in_switched_off_parts(
    made: Mapping[tuple[str, ...], Change], switches: Sequence[tuple[tuple[str, ...], Change]]
) -> list[Problem]:
    """Return a problem for every change inside a part that is switched off."""
    found = []
    for keys, switch in switches:
        for path, change in made.items():
            if len(path) > len(keys) and path[: len(keys)] == keys:
                message = f"`{'.'.join(path)}` is changed, but `{'.'.join(keys)}` is switched off"
                found.append(_report_contradiction(message, switch.shown, change.shown))
    return found


def _complete_priors(plain: Mapping[str, Any], made: Mapping[tuple[str, ...], Change]) -> None:
    """If the prior of only one of two types was set, give the rest to the other."""
    for keys, change in made.items():
        if len(keys) != 4 or keys[0] != "players" or keys[2] != "types":
            continue
        value, types = change.value, plain["players"][keys[1]]["types"]
        (other,) = [name for name in types if name != keys[3]] if len(types) == 2 else [keys[3]]
        if (*keys[:3], other) in made or isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        if isinstance(value, str):
            types[other] = f"1 - ({value})"
        elif 0 <= value <= 1:  # a prior outside of this is reported as it was written
            types[other] = 1 - value


def _renumber_stages(by_path: Mapping[str, Any], removed: Sequence[int]) -> dict[str, Any]:
    """Renumber the stages in paths after some of them were removed."""
    moved = {}
    for path, value in by_path.items():
        keys = path.split(".")
        if keys[0] == "stages" and len(keys) > 1 and keys[1].isdigit():
            index = int(keys[1])
            if index in removed:
                continue
            keys[1] = str(index - sum(1 for other in removed if other < index))
        moved[".".join(keys)] = value
    return moved


def _follow(plain: dict[str, Any], change: Change) -> tuple[Any, tuple[str, ...]]:
    """Follow a path to the part that holds its last key; return that part and the path in the file."""
    keys = _complete_path(plain, change.path.split("."))
    here: Any = plain
    for position, key in enumerate(keys):
        if isinstance(here, list):
            key = keys[position] = _find_index(here, key, keys[:position], change.shown)
        if position == len(keys) - 1:
            break
        if isinstance(here, list):
            here = here[int(key)]
        elif isinstance(here, Mapping) and key in here:
            here = here[key]
        else:
            raise _report_unknown_path(here, key, keys[:position], change)
    return here, tuple(keys)


def _set_value(here: Any, keys: Sequence[str], change: Change) -> None:
    """Set the last key of a path in the part that holds it."""
    last = keys[-1]
    if change.value == OFF and isinstance(here, Mapping) and isinstance(here.get(last), Mapping):
        message = f"`{'.'.join(keys)}` cannot be switched off"
        advice = "stages, actions, issues, red lines, hazards of nature and third parties can be"
        raise ScenarioError(Problem("switch-off", message, help=advice, file=change.shown))
    if isinstance(here, list):
        here[int(last)] = change.value
    elif isinstance(here, dict) and (last in here or last in list_fields(keys[:-1])):
        here[last] = change.value
    else:
        raise _report_unknown_path(here, last, keys[:-1], change)


def _complete_path(plain: Mapping[str, Any], keys: list[str]) -> list[str]:
    """Complete a path that begins with the name of a parameter, player, track or quantity."""
    first = keys[0]
    if first in (plain.get("parameters") or {}):
        keys = ["parameters", *keys]
    elif first not in list_fields(()):
        for section in ("players", "state", "quantities"):
            if first in (plain.get(section) or {}):
                return [section, *keys]
    return [*keys, "value"] if len(keys) == 2 and keys[0] == "parameters" else keys


def _find_index(here: Sequence[Any], key: str, keys: Sequence[str], shown: str) -> str:
    """Find an entry of a list by its index or its name."""
    names = [part.get("name") if isinstance(part, Mapping) else None for part in here]
    if key in names:
        return str(names.index(key))
    if key.isdigit() and int(key) < len(here):
        return str(int(key))
    valid = [name for name in names if name] or [str(index) for index in range(len(here))]
    message = f"there is no `{key}` in `{'.'.join(keys)}`"
    raise ScenarioError(Problem("unknown-path", message, help=suggest_nearest(key, valid), file=shown))


def _report_unknown_path(
    here: Any, key: str, keys: Sequence[str], change: Change, *, offers_fields: bool = True
) -> ScenarioError:
    """Return the error of a path that does not exist.

    Args:
        here: The deepest part that exists.
        key: The key that it does not have.
        keys: The path of that part.
        change: The change.
        offers_fields: Suggest also fields that the part may have, but does not have yet.
    """
    valid = list(here) if isinstance(here, Mapping) else []
    if keys:
        valid += [name for name in list_fields(keys) if offers_fields and name not in valid]
        where = f"in `{'.'.join(keys)}`"
    else:
        valid += [name for section in ("parameters", "players", "state") for name in here.get(section) or ()]
        where = "in this scenario"
    message = f"there is no `{key}` {where}"
    if key != change.path:
        message += f", so the path `{change.path}` does not exist"
    return ScenarioError(Problem("unknown-path", message, help=suggest_nearest(key, valid), file=change.shown))
