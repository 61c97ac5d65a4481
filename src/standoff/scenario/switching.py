"""Parts of a scenario switched off: what goes with each, and what cannot go.

| switched off | what becomes of it |
|---|---|
| `nature.HAZARD` | it no longer happens |
| `stages.STAGE` | it no longer comes up |
| `stages.STAGE.actions.ACTION` (`.PLAYER.ACTION`) | nobody can do it; what follows from it `together` with another goes too |
| `stages.STAGE.bargaining.slip` | talks cannot slip |
| `stages.STAGE.bargaining.accept.ratify.PLAYER` | nobody need ratify there |
| `agenda.issues.ISSUE` | no deal changes it: it stays at the status quo in every package and formula, and counts for nothing |
| `agenda.issues.ISSUE.red_lines`, `.PLAYER` below it, `.TYPE` below that | the line is no longer drawn |
| `players.PLAYER` | a third party without private types no longer decides anything; its payoffs stay, and move nobody |

Everything here works on the plain data of a file, in place; the result is checked as a whole by whoever asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from standoff.errors import Problem, ScenarioError

__all__ = ["OFF", "is_switch", "switch_off"]

OFF = "off"
"""The value that switches a part off, where the path leads to a part that can be."""

Plain = dict[str, Any]


def is_switch(plain: Plain, keys: Sequence[str]) -> bool:
    """Say whether a path leads to what can be switched off.

    Args:
        plain: The file's data.
        keys: The path from the top of the file, stages by index.
    """
    match list(keys):
        case ["nature" | "players" | "stages", _] | ["agenda", "issues", _]:
            return True
        case ["agenda", "issues", _, "red_lines", *rest]:
            return len(rest) <= 2
        case ["stages", index, "actions", *rest]:
            return len(rest) == (2 if "movers" in plain["stages"][int(index)] else 1)
        case ["stages", _, "bargaining", "slip"] | ["stages", _, "bargaining", "accept", "ratify", _]:
            return True
    return False


def switch_off(plain: Plain, switches: Sequence[tuple[Sequence[str], str]]) -> list[int]:
    """Switch parts off.

    Args:
        plain: The file's data, changed in place.
        switches: Each a path for which `is_switch` holds and which leads to something, and what the user wrote.

    Returns:
        The indices that the stages which are gone had before.

    Raises:
        ScenarioError: A part cannot go; carries every reason. The data may then be changed in part.
    """
    stages = list(plain["stages"])
    problems: list[Problem] = []
    gone: set[int] = set()
    for keys, shown in switches:
        try:
            gone |= _switch(plain, stages, keys)
        except _NeededError as needed:
            problems.append(Problem("switch-off", needed.reason, help=needed.advice, file=shown))
    if problems:
        raise ScenarioError(problems)
    if len(gone) == len(stages):
        message, shown = "no stage would be left, so nobody would decide anything", switches[-1][1]
        raise ScenarioError(Problem("switch-off", message, help="leave one stage on", file=shown))
    plain["stages"] = [stage for index, stage in enumerate(stages) if index not in gone]
    _forget_commitments(plain, switches)
    return sorted(gone)


class _NeededError(Exception):
    """A part cannot be switched off."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


def _forget_commitments(plain: Plain, switches: Sequence[tuple[Sequence[str], str]]) -> None:
    """Take out of `agenda.commitment` what it would change in parts that are off."""
    agenda = plain.get("agenda") or {}
    commitment = agenda.get("commitment")
    if not commitment:
        return

    def is_gone(change: str) -> bool:
        keys = change.partition("=")[0].strip().split(".")
        return any(keys[: len(off)] == list(off) for off, _ in switches)

    kept = [change for change in commitment["set"] if not is_gone(change)]
    if kept:
        commitment["set"] = kept
    else:
        del agenda["commitment"]


def _switch(plain: Plain, stages: Sequence[Plain], keys: Sequence[str]) -> set[int]:
    """Switch one part off; return the stages that go with it, which are taken away once all is known."""
    match list(keys):
        case ["stages", index]:
            return {int(index)}
        case ["players", player]:
            return _stages_of(plain, stages, player)
        case ["stages", index, "actions", *rest]:
            _switch_action(stages[int(index)], rest)
        case ["agenda", "issues", issue]:
            _switch_issue(plain, issue)
        case _:
            here: Any = plain
            for key in keys[:-1]:
                here = here[int(key)] if isinstance(here, list) else here[key]
            del here[keys[-1]]
    return set()


def _switch_action(stage: Plain, keys: Sequence[str]) -> None:
    """Take an action away, with what follows from it and another one taken together."""
    actions = stage["actions"]
    for key in keys[:-1]:
        actions = actions[key]
    name = keys[-1]
    del actions[name]
    if not actions:
        raise _NeededError(
            f"`{name}` is the last action of the stage `{stage['name']}`", f"write `stages.{stage['name']}=off`"
        )
    if "together" in stage:
        stage["together"] = [entry for entry in stage["together"] if entry.get(keys[0]) != name]


def _stages_of(plain: Plain, stages: Sequence[Plain], player: str) -> set[int]:
    """The stages of a third party, once it is sure that it is one."""
    if len(plain["players"][player].get("types") or {}) > 1:
        raise _NeededError(
            f"`{player}` has private types that the others learn about, so the crisis is not one without it",
            f"write `{player}.types={{}}` with payoffs that know no types, or switch off single stages",
        )
    found = set()
    for index, stage in enumerate(stages):
        bargaining = stage.get("bargaining") or {}
        ratify = (bargaining.get("accept") or {}).get("ratify") or {}
        needed = ""
        if player in (bargaining.get("between") or ()):
            needed = "sits at the table"
        elif player in ratify:
            needed = "must ratify"
        elif player in (stage.get("movers") or ()):
            needed = "moves at the same time as another player"
        if needed:
            raise _NeededError(
                f"`{player}` {needed} in the stage `{stage['name']}`",
                f"switch that off first: `stages.{stage['name']}=off`",
            )
        if stage.get("mover") == player:
            found.add(index)
    if not found:
        raise _NeededError(f"`{player}` decides nothing, so there is nothing to switch off", "leave it as it is")
    return found


def _switch_issue(plain: Plain, name: str) -> None:
    """Hold an issue at its status quo: nobody gains or loses by it, and no side may set its name to anything else."""
    agenda = plain["agenda"]
    issue = agenda["issues"][name]
    status_quo, *others = issue["levels"]
    tables = [stage["bargaining"]["between"] for stage in plain["stages"] if stage.get("bargaining")]
    sides = list(dict.fromkeys(side for table in tables for side in table))
    issue["worth"] = {}
    issue["red_lines"] = {side: list(others) for side in sides}
    if all(_is_off(other, sides) for other in agenda["issues"].values()):
        raise _NeededError(
            f"`{name}` is the last issue on the agenda", "switch off the stage in which the sides bargain instead"
        )
    packages = agenda.get("packages", "efficient")
    if packages == "all":
        names = list(agenda["issues"])
        levels = [[status_quo] if one == name else agenda["issues"][one]["levels"] for one in names]
        packages = [dict(zip(names, chosen, strict=True)) for chosen in product(*levels)]
        limit = agenda.get("limit", 8)
        if len(packages) > limit:
            raise _NeededError(
                f"{len(packages)} packages would be left of `packages: all`, of which {limit} are kept",
                "write `agenda.packages=efficient`, or raise `agenda.limit`",
            )
    if not isinstance(packages, str):
        agenda["packages"] = _once([{**package, name: status_quo} for package in packages])


def _is_off(issue: Plain, sides: Sequence[str]) -> bool:
    """Whether an issue is held at its status quo as `_switch_issue` does."""
    lines = issue.get("red_lines") or {}
    return bool(sides) and not issue["worth"] and all(lines.get(side) == issue["levels"][1:] for side in sides)


def _once(packages: Sequence[Plain]) -> list[Plain]:
    """Leave out packages that have become the same as an earlier one."""
    found: list[Plain] = []
    for package in packages:
        if package not in found:
            found.append(package)
    return found
