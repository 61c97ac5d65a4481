"""Changes to a scenario without changing its file: `--set escort_cost=0.02`, `--set nature.mediation=off`.

Values are set first, in the order given, then parts are switched off (`standoff.scenario.switching`), so the order does
not matter between the two. A prior set alone moves that of the other type, so that both still sum to one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace as with_changes
from typing import Any

from standoff.errors import Problem, ScenarioError, nearest
from standoff.scenario.expression import Expression
from standoff.scenario.json_schema import fields_at
from standoff.scenario.load import build_scenario
from standoff.scenario.reader import read_text
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap
from standoff.scenario.switching import OFF, is_switch, switch_off

__all__ = ["apply_overrides", "replace"]


def apply_overrides(scenario: Scenario, overrides: Iterable[str]) -> Scenario:
    """Return the scenario with some of its values overridden.

    Args:
        scenario: The scenario.
        overrides: Each `path=value`. The path is a parameter's name, or leads into the file:
            `state.shield.start`, `players.usa.rationality`, `stages.pressure.rate`.
            `players.` and `state.` may be left out. The value is read as YAML; `off` switches off what can be.

    Raises:
        ScenarioError: A path leads nowhere, a value is not YAML, two overrides contradict each other, a part cannot be
            switched off, or the scenario that results has faults. A fault that an override makes names it as its file.
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
        changes: Path -> value. Paths are written as in `apply_overrides`; values are plain data, expressions or "off".

    Raises:
        ScenarioError: As `apply_overrides`.
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
    if not changes and not problems:
        return scenario
    plain = copy.deepcopy(scenario.content)
    told = list(problems)
    made: dict[tuple[str, ...], tuple[Any, str]] = {}
    switches: list[tuple[Sequence[str], str]] = []
    for path, value, shown in changes:
        try:
            here, keys = _lead(plain, path, shown)
            before_it = made.get(tuple(keys))
            if before_it is not None and before_it[0] != value:
                raise ScenarioError(_contradiction(f"`{path}` is set to two different values", before_it[1], shown))
            made[tuple(keys)] = (value, shown)
            if value == OFF and is_switch(plain, keys):
                switches.append((keys, shown))
                _require_there(here, keys, path, shown)
            else:
                _set(here, keys, value, path=path, shown=shown)
        except ScenarioError as error:
            told += error.problems
    told += _changed_and_off(made, switches)
    if told:
        raise ScenarioError(told)
    _complete_priors(plain, made)
    before = scenario.source_map
    lines, overrides = dict(before.lines), dict(before.overrides)
    overrides |= {".".join(keys): shown for keys, (_, shown) in made.items() if (list(keys), shown) not in switches}
    gone = switch_off(plain, switches)
    lines, overrides = _without_stages(lines, gone), _without_stages(overrides, gone)
    # a part that is gone keeps no path, so that nothing else comes to lie under its override
    overrides |= {f"{shown} ({'.'.join(keys)})": shown for keys, shown in switches}
    held = {keys[1] for keys in made if keys[0] == "parameters" and keys[2:] == ("range",)}
    unbounded = set(scenario.parameters) - held
    try:
        return build_scenario(plain, SourceMap(before.file, lines, overrides), unbounded=unbounded)
    except ScenarioError as error:
        own = {shown for _, shown in made.values()}
        told = [problem if problem.file in own else _blame(problem, switches) for problem in error.problems]
        raise ScenarioError(told) from None


def _contradiction(message: str, first: str, second: str) -> Problem:
    advice = "keep one of them" if first == second else f"keep `{first}` or `{second}`"
    return Problem("contradiction", message, help=advice, file=second)


def _changed_and_off(
    made: Mapping[tuple[str, ...], tuple[Any, str]], switches: Sequence[tuple[Sequence[str], str]]
) -> list[Problem]:
    """Tell what lies inside a part that is switched off, but is changed as well."""
    found = []
    for keys, shown in switches:
        for path, (_, other) in made.items():
            if len(path) > len(keys) and list(path[: len(keys)]) == list(keys):
                message = f"`{'.'.join(path)}` is changed, but `{'.'.join(keys)}` is switched off"
                found.append(_contradiction(message, shown, other))
    return found


def _complete_priors(plain: Mapping[str, Any], made: Mapping[tuple[str, ...], tuple[Any, str]]) -> None:
    """Where the prior of one of two types was set alone, give the other what is left."""
    for keys, (value, _) in made.items():
        if len(keys) != 4 or keys[0] != "players" or keys[2] != "types":
            continue
        types = plain["players"][keys[1]]["types"]
        (other,) = [name for name in types if name != keys[3]] if len(types) == 2 else [keys[3]]
        if (*keys[:3], other) in made or isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        if isinstance(value, str):
            types[other] = f"1 - ({value})"
        elif 0 <= value <= 1:  # what lies outside is told as it was written
            types[other] = 1 - value


def _without_stages(by_path: Mapping[str, Any], gone: Sequence[int]) -> dict[str, Any]:
    """Move what stands under the path of a stage to where the stage is once those before it are gone."""
    moved = {}
    for path, held in by_path.items():
        keys = path.split(".")
        if keys[0] == "stages" and len(keys) > 1 and keys[1].isdigit():
            index = int(keys[1])
            if index in gone:
                continue
            keys[1] = str(index - sum(1 for other in gone if other < index))
        moved[".".join(keys)] = held
    return moved


def _blame(problem: Problem, switches: Sequence[tuple[Sequence[str], str]]) -> Problem:
    """Say of a fault of the file, which had none, that it is there because something is switched off."""
    if not switches:
        return problem
    written = ", ".join(f"`{shown.removeprefix('--set ')}`" for _, shown in switches)
    return with_changes(problem, message=f"{problem.message}, with {written}")


def _lead(plain: dict[str, Any], path: str, shown: str) -> tuple[Any, list[str]]:
    """Follow a path to the part that holds its last key; return that part and the path in the file."""
    keys = _full_path(plain, path.split("."))
    here: Any = plain
    for position, key in enumerate(keys):
        if isinstance(here, list):
            key = keys[position] = _index(here, key, keys[:position], shown)
        if position == len(keys) - 1:
            break
        if isinstance(here, list):
            here = here[int(key)]
        elif isinstance(here, Mapping) and key in here:
            here = here[key]
        else:
            raise _nowhere(here, key, keys[:position], path, shown)
    return here, keys


def _require_there(here: Any, keys: Sequence[str], path: str, shown: str) -> None:
    """Refuse to switch off what is not there."""
    if not isinstance(here, list) and not (isinstance(here, Mapping) and keys[-1] in here):
        raise _nowhere(here, keys[-1], keys[:-1], path, shown, is_field=False)


def _set(here: Any, keys: Sequence[str], value: Any, *, path: str, shown: str) -> None:
    """Set the last key of a path in the part that holds it."""
    last = keys[-1]
    if value == OFF and isinstance(here, Mapping) and isinstance(here.get(last), Mapping):
        message = f"`{'.'.join(keys)}` cannot be switched off"
        advice = "stages, actions, issues, red lines, hazards of nature and third parties can be"
        raise ScenarioError(Problem("switch-off", message, help=advice, file=shown))
    if isinstance(here, list):
        here[int(last)] = value
    elif isinstance(here, dict) and (last in here or last in fields_at(keys[:-1])):
        here[last] = value
    else:
        raise _nowhere(here, last, keys[:-1], path, shown)


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


def _nowhere(
    here: Any, key: str, keys: Sequence[str], path: str, shown: str, *, is_field: bool = True
) -> ScenarioError:
    """Say where a path loses its way; what may stand there but does not is offered only where a field is asked for."""
    valid = list(here) if isinstance(here, Mapping) else []
    if keys:
        valid += [name for name in fields_at(keys) if is_field and name not in valid]
        where = f"in `{'.'.join(keys)}`"
    else:
        valid += [name for section in ("parameters", "players", "state") for name in here.get(section) or ()]
        where = "in this scenario"
    message = f"there is no `{key}` {where}"
    if key != path:
        message += f", so `{path}` leads nowhere"
    return ScenarioError(Problem("unknown-path", message, help=nearest(key, valid), file=shown))
