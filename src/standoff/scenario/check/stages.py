"""Rules of stages: who moves, what they can do, and the joint effects of two players who move at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from standoff.errors import Problem, suggest_nearest
from standoff.scenario.check.subject import Subject
from standoff.scenario.schema_moves import RESERVED_TOGETHER_KEYS, JointAction, StageSpec

__all__ = ["check_stages"]


def check_stages(subject: Subject) -> Iterator[Problem]:
    """Yield every problem of a stage."""
    names = [stage.name for stage in subject.scenario.stages]
    for index, stage in enumerate(subject.scenario.stages):
        path = f"stages.{index}"
        if stage.name in names[:index]:
            yield subject.report(
                "duplicate-stage", f"two stages are named `{stage.name}`", f"{path}.name", "rename one"
            )
        yield from _check_kind(subject, path, stage)
        if stage.movers is None:
            yield from _check_single_mover(subject, path, stage)
        elif _are_known(subject, stage.movers):
            yield from _check_movers(subject, path, stage, stage.movers)
            yield from _check_joint_actions(subject, path, stage, stage.movers)
        if subject.is_complete:
            yield from _check_types_have_actions(subject, path, stage)


def _check_kind(subject: Subject, path: str, stage: StageSpec) -> Iterator[Problem]:
    """Yield a problem unless one player moves, two players move, or the sides bargain."""
    has_actions, has_bargaining = stage.actions is not None, stage.bargaining is not None
    if has_actions == has_bargaining:
        what = "both actions and bargaining" if has_actions else "neither actions nor bargaining"
        if has_actions or subject.is_complete:
            message = f"the stage `{stage.name}` has {what}"
            yield subject.report("stage", message, path, "write `actions:` with a `mover:`, or `bargaining:`")
    elif has_actions and stage.mover is None and stage.movers is None:
        if subject.is_complete:
            message = f"the stage `{stage.name}` has actions, but no mover"
            yield subject.report("stage", message, path, "add `mover:` with a player")
    elif has_bargaining and (stage.mover is not None or stage.movers is not None):
        field = "mover" if stage.mover is not None else "movers"
        message = f"the stage `{stage.name}` is bargaining, so it has no {field}"
        yield subject.report("stage", message, f"{path}.{field}", "use `between:` and `proposer:` instead")
    elif stage.mover is not None and stage.movers is not None:
        message = f"the stage `{stage.name}` has both `mover` and `movers`"
        advice = "keep `mover:` if one player moves, else `movers:`"
        yield subject.report("stage", message, f"{path}.movers", advice)
    if stage.actions is not None and not stage.actions and subject.is_complete:
        message = f"the stage `{stage.name}` has no action"
        yield subject.report("stage", message, f"{path}.actions", "add an action")


def _check_single_mover(subject: Subject, path: str, stage: StageSpec) -> Iterator[Problem]:
    if stage.mover is not None and stage.by_player is not None:
        message = f"the stage `{stage.name}` has one mover, but its actions are grouped by player"
        advice = "write the actions of the mover only, or `movers: [a, b]`"
        yield subject.report("stage", message, f"{path}.actions", advice)
    elif stage.together and subject.is_complete:
        message = f"only one player moves in the stage `{stage.name}`, so there are no joint actions"
        yield subject.report("stage", message, f"{path}.together", "write `movers: [a, b]`, or remove `together:`")


def _check_movers(subject: Subject, path: str, stage: StageSpec, movers: tuple[str, str]) -> Iterator[Problem]:
    """Yield a problem if two movers and the actions do not fit each other."""
    first, second = movers
    if first == second:
        message = f"`{first}` is named twice"
        yield subject.report("stage", message, f"{path}.movers", "name two players, or write `mover:`")
    elif stage.actions and stage.by_player is None:
        message = f"two players move in the stage `{stage.name}`, so its actions must be grouped by player"
        advice = f"write `actions: {{{first}: {{...}}, {second}: {{...}}}}`"
        yield subject.report("stage", message, f"{path}.actions", advice)
    elif stage.by_player is not None:
        for player in stage.by_player:
            if player not in movers:
                message = f"`{player}` does not move in the stage `{stage.name}`"
                yield subject.report("stage", message, f"{path}.actions.{player}", suggest_nearest(player, movers))
        for player in movers:
            if not stage.by_player.get(player) and subject.is_complete:
                message = f"`{player}` moves in the stage `{stage.name}`, but has no action"
                yield subject.report("stage", message, f"{path}.actions", f"add `{player}:` with its actions")


def _are_known(subject: Subject, movers: tuple[str, str]) -> bool:
    """Whether both movers exist; unknown players are reported elsewhere."""
    return all(mover in subject.scenario.players for mover in movers)


def _check_types_have_actions(subject: Subject, path: str, stage: StageSpec) -> Iterator[Problem]:
    """Yield a problem for every type of a mover that has no action."""
    for mover in stage.movers or (stage.mover or "",):
        player = subject.scenario.players.get(mover)
        types_of_actions = [own.action.types for own in stage.list_actions_of(mover)]
        if player is None or not types_of_actions:
            continue
        where = f"{path}.actions.{mover}" if stage.movers else f"{path}.actions"
        for player_type in player.types:
            if all(types is not None and player_type not in types for types in types_of_actions):
                message = f"the type `{player_type}` of `{mover}` has no action in the stage `{stage.name}`"
                yield subject.report("no-action", message, where, "give it an action")


def _check_joint_actions(subject: Subject, path: str, stage: StageSpec, movers: tuple[str, str]) -> Iterator[Problem]:
    """Yield a problem for every entry of `together` that names no pair of actions, or a pair named before."""
    if stage.by_player is None or movers[0] == movers[1]:
        return
    seen: list[dict[str, str]] = []
    for position, entry in enumerate(stage.together):
        inner = f"{path}.together.{position}"
        yield from _check_pair(subject, inner, stage, entry, movers)
        pair = dict(entry.pair)
        if pair in seen and subject.is_complete:
            shown = " with ".join(f"`{action}`" for action in pair.values())
            yield subject.report("together", f"{shown} is written twice", inner, "keep one of them")
        seen.append(pair)


def _check_pair(
    subject: Subject, path: str, stage: StageSpec, entry: JointAction, movers: tuple[str, str]
) -> Iterator[Problem]:
    for player, action in entry.pair.items():
        names = [own.name for own in stage.list_actions_of(player)]
        if player not in movers:
            message = f"`{player}` does not move in the stage `{stage.name}`"
            advice = suggest_nearest(player, [*movers, *RESERVED_TOGETHER_KEYS])
            yield subject.report("together", message, f"{path}.{player}", advice)
        elif names and action not in names and subject.is_complete:
            message = f"`{player}` has no action `{action}` in the stage `{stage.name}`"
            yield subject.report("unknown-action", message, f"{path}.{player}", suggest_nearest(action, names))
    is_misnamed = any(player not in movers for player in entry.pair)
    for player in movers:
        if player not in entry.pair and not is_misnamed and subject.is_complete:
            message = f"an action of `{player}` is missing"
            yield subject.report("together", message, path, f"add `{player}:` with one of its actions")
