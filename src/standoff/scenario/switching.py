"""Switch off parts of a scenario.

| switched off | effect |
|---|---|
| `nature.HAZARD` | the event no longer happens |
| `stages.STAGE` | the stage is skipped |
| `stages.STAGE.actions.ACTION` (`.PLAYER.ACTION`) | nobody can take the action; its entries in `together` are removed |
| `stages.STAGE.bargaining.slip` | nobody can let talks slip |
| `stages.STAGE.bargaining.accept.ratify.PLAYER` | the player no longer has to ratify |
| `agenda.issues.ISSUE` | the issue stays at the status quo in every package and formula, and is worth nothing |
| `agenda.issues.ISSUE.red_lines`, `.PLAYER` below it, `.TYPE` below that | the red line is removed |
| `players.PLAYER` | a third party without private types makes no more decisions; its payoffs stay, but influence nobody |

All functions change the plain data of a file in place; the caller checks the result as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from standoff.errors import Problem, ScenarioError

__all__ = ["OFF", "can_switch_off", "switch_off"]

OFF = "off"
"""The value that switches off a part."""

Plain = dict[str, Any]


def can_switch_off(plain: Plain, keys: Sequence[str]) -> bool:
    """Whether a path is that of a part that can be switched off.

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
    """Switch off parts.

    Args:
        plain: The file's data, changed in place.
        switches: Paths for which `can_switch_off` holds and which exist, each with the override as the user wrote it.

    Returns:
        The indices of the removed stages before the change.

    Raises:
        ScenarioError: A part cannot be switched off; carries every reason. The data may then be changed in part.
    """
    stages = list(plain["stages"])
    problems: list[Problem] = []
    removed: set[int] = set()
    for keys, shown in switches:
        try:
            removed |= _remove(plain, stages, keys)
        except _NeededError as needed:
            problems.append(Problem("switch-off", needed.reason, help=needed.advice, file=shown))
    if problems:
        raise ScenarioError(problems)
    if len(removed) == len(stages):
        message, shown = "no stage would remain, so there would be no decisions", switches[-1][1]
        raise ScenarioError(Problem("switch-off", message, help="keep one stage", file=shown))
    plain["stages"] = [stage for index, stage in enumerate(stages) if index not in removed]
    _remove_commitment_changes(plain, switches)
    return sorted(removed)


class _NeededError(Exception):
    """A part cannot be switched off."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


def _remove_commitment_changes(plain: Plain, switches: Sequence[tuple[Sequence[str], str]]) -> None:
    """Remove from `agenda.commitment` the changes to parts that are switched off."""
    agenda = plain.get("agenda") or {}
    commitment = agenda.get("commitment")
    if not commitment:
        return

    def is_off(change: str) -> bool:
        keys = change.partition("=")[0].strip().split(".")
        return any(keys[: len(off)] == list(off) for off, _ in switches)

    kept = [change for change in commitment["set"] if not is_off(change)]
    if kept:
        commitment["set"] = kept
    else:
        del agenda["commitment"]


def _remove(plain: Plain, stages: Sequence[Plain], keys: Sequence[str]) -> set[int]:
    """Switch off one part; return the stages to remove with it, which are removed together at the end."""
    match list(keys):
        case ["stages", index]:
            return {int(index)}
        case ["players", player]:
            return _find_stages_of_third_party(plain, stages, player)
        case ["stages", index, "actions", *rest]:
            _remove_action(stages[int(index)], rest)
        case ["agenda", "issues", issue]:
            _freeze_issue(plain, issue)
        case _:
            here: Any = plain
            for key in keys[:-1]:
                here = here[int(key)] if isinstance(here, list) else here[key]
            del here[keys[-1]]
    return set()


def _remove_action(stage: Plain, keys: Sequence[str]) -> None:
    """Remove an action, with its entries in `together`."""
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


def _find_stages_of_third_party(plain: Plain, stages: Sequence[Plain], player: str) -> set[int]:
    """Return the stages in which a player moves, if the player is a third party."""
    if len(plain["players"][player].get("types") or {}) > 1:
        raise _NeededError(
            f"`{player}` has private types that the others learn about, so it is not a third party",
            f"write `{player}.types={{}}` with payoffs that do not depend on types, or switch off single stages",
        )
    found = set()
    for index, stage in enumerate(stages):
        bargaining = stage.get("bargaining") or {}
        ratify = (bargaining.get("accept") or {}).get("ratify") or {}
        needed = ""
        if player in (bargaining.get("between") or ()):
            needed = "negotiates"
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
        raise _NeededError(f"`{player}` makes no decisions, so there is nothing to switch off", "leave it as it is")
    return found


def _freeze_issue(plain: Plain, name: str) -> None:
    """Keep an issue at its status quo: it is worth nothing to anybody, and every other level is a red line."""
    agenda = plain["agenda"]
    issue = agenda["issues"][name]
    status_quo, *others = issue["levels"]
    tables = [stage["bargaining"]["between"] for stage in plain["stages"] if stage.get("bargaining")]
    sides = list(dict.fromkeys(side for table in tables for side in table))
    issue["worth"] = {}
    issue["red_lines"] = {side: list(others) for side in sides}
    if all(_is_frozen(other, sides) for other in agenda["issues"].values()):
        raise _NeededError(f"`{name}` is the last issue on the agenda", "switch off the bargaining stage instead")
    packages = agenda.get("packages", "efficient")
    if packages == "all":
        names = list(agenda["issues"])
        levels = [[status_quo] if one == name else agenda["issues"][one]["levels"] for one in names]
        packages = [dict(zip(names, chosen, strict=True)) for chosen in product(*levels)]
        limit = agenda.get("limit", 8)
        if len(packages) > limit:
            raise _NeededError(
                f"{len(packages)} packages would remain of `packages: all`, but the limit is {limit}",
                "write `agenda.packages=efficient`, or raise `agenda.limit`",
            )
    if not isinstance(packages, str):
        agenda["packages"] = _drop_duplicates([{**package, name: status_quo} for package in packages])


def _is_frozen(issue: Plain, sides: Sequence[str]) -> bool:
    """Whether an issue is kept at its status quo by `_freeze_issue`."""
    lines = issue.get("red_lines") or {}
    return bool(sides) and not issue["worth"] and all(lines.get(side) == issue["levels"][1:] for side in sides)


def _drop_duplicates(packages: Sequence[Plain]) -> list[Plain]:
    """Return the packages without those that equal an earlier one."""
    found: list[Plain] = []
    for package in packages:
        if package not in found:
            found.append(package)
    return found
