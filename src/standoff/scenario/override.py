"""Changes to a scenario without changing its file: `--set escort_cost=0.02`."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from standoff.errors import Problem, ScenarioError, nearest
from standoff.scenario.expression import Expression
from standoff.scenario.json_schema import fields_at
from standoff.scenario.load import build_scenario
from standoff.scenario.reader import read_text
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["apply_overrides", "replace"]


def apply_overrides(scenario: Scenario, overrides: Iterable[str]) -> Scenario:
    """Return the scenario with some of its values overridden.

    Args:
        scenario: The scenario.
        overrides: Each `path=value`. The path is a parameter's name, or leads into the file:
            `state.shield.start`, `players.usa.rationality`, `stages.pressure.rate`.
            `players.` and `state.` may be left out. The value is read as YAML.

    Raises:
        ScenarioError: A path leads nowhere, a value is not YAML, or the scenario that results has faults.
            A fault that an override makes names it as its file.
    """
    changes: list[tuple[str, Any, str]] = []
    problems: list[Problem] = []
    for override in overrides:
        shown = f"--set {override}"
        path, sign, text = override.partition("=")
        if not sign or not path.strip():
            message = f"`{override}` is not of the form `name=value`"
            problems.append(Problem("override", message, help="write it like `escort_cost=0.02`", file=shown))
            continue
        try:
            written = read_text(text, shown)
        except ScenarioError as error:
            problems += [Problem(one.code, one.message, help=one.help, file=shown) for one in error.problems]
            continue
        problems += [Problem(one.code, one.message, help=one.help, file=shown) for one in written.problems]
        changes.append((path.strip(), written.plain, shown))
    return _changed(scenario, changes, problems)


def replace(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return the scenario with some of its values replaced.

    Args:
        scenario: The scenario.
        changes: Path -> value. Paths are written as in `apply_overrides`; values are plain data or expressions.

    Raises:
        ScenarioError: A path leads nowhere, or the scenario that results has faults.
    """
    plain = [(path, _plain(value), f"{path}={value}") for path, value in changes.items()]
    return _changed(scenario, plain, [])


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.written
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value


def _changed(scenario: Scenario, changes: Sequence[tuple[str, Any, str]], problems: Sequence[Problem]) -> Scenario:
    """Make the changes in a copy of the file's data and check all of it again."""
    plain = copy.deepcopy(scenario._written)
    told = list(problems)
    before = scenario.source_map
    overrides = dict(before.overrides)
    held: set[str] = set()
    for path, value, shown in changes:
        try:
            keys = _set(plain, path, value, shown)
        except ScenarioError as error:
            told += error.problems
            continue
        overrides[".".join(keys)] = shown
        if keys[0] == "parameters" and keys[2:] == ["range"]:
            held.add(keys[1])
    if told:
        raise ScenarioError(told)
    if not changes:
        return scenario
    source_map = SourceMap(before.file, before.lines, overrides)
    unbounded = set(scenario.parameters) - held
    return build_scenario(plain, source_map, unbounded=unbounded)


def _set(plain: dict[str, Any], path: str, value: Any, shown: str) -> list[str]:
    """Set one value in the data; return its path in the file."""
    keys = _full_path(plain, path.split("."))
    here: Any = plain
    for position, key in enumerate(keys[:-1]):
        if isinstance(here, list):
            key = keys[position] = _index(here, key, keys[:position], shown)
            here = here[int(key)]
            continue
        if not isinstance(here, Mapping) or key not in here:
            raise _nowhere(here, key, keys[:position], path, shown)
        here = here[key]
    last = keys[-1]
    if isinstance(here, list):
        last = keys[-1] = _index(here, last, keys[:-1], shown)
        here[int(last)] = value
    elif isinstance(here, dict) and (last in here or last in fields_at(keys[:-1])):
        here[last] = value
    else:
        raise _nowhere(here, last, keys[:-1], path, shown)
    return keys


def _full_path(plain: Mapping[str, Any], keys: list[str]) -> list[str]:
    """Complete a path that begins with the name of a parameter, player or track."""
    first = keys[0]
    if first in (plain.get("parameters") or {}):
        keys = ["parameters", *keys]
    elif first not in fields_at(()):
        for section in ("players", "state", "quantities"):
            if first in (plain.get(section) or {}):
                return [section, *keys]
    return [*keys, "value"] if len(keys) == 2 and keys[0] == "parameters" else keys


def _index(here: Sequence[Any], key: str, keys: Sequence[str], shown: str) -> str:
    """Find an entry of a list by its index or by its name."""
    names = [part.get("name") if isinstance(part, Mapping) else None for part in here]
    if key in names:
        return str(names.index(key))
    if key.isdigit() and int(key) < len(here):
        return str(int(key))
    valid = [name for name in names if name] or [str(index) for index in range(len(here))]
    message = f"there is no `{key}` in `{'.'.join(keys)}`"
    raise ScenarioError(Problem("unknown-path", message, help=nearest(key, valid), file=shown))


def _nowhere(here: Any, key: str, keys: Sequence[str], path: str, shown: str) -> ScenarioError:
    """Say where a path loses its way."""
    valid = list(here) if isinstance(here, Mapping) else []
    if keys:
        valid += [name for name in fields_at(keys) if name not in valid]
        where = f"in `{'.'.join(keys)}`"
    else:
        valid += [name for section in ("parameters", "players", "state") for name in here.get(section) or ()]
        where = "in this scenario"
    message = f"there is no `{key}` {where}"
    if key != path:
        message += f", so `{path}` leads nowhere"
    return ScenarioError(Problem("unknown-path", message, help=nearest(key, valid), file=shown))
