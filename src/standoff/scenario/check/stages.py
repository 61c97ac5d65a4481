"""Faults of stages: who moves, what they can do, and what two who move at the same time bring about together."""

from __future__ import annotations

from collections.abc import Iterator

from standoff.errors import Problem, nearest
from standoff.scenario.schema import Scenario
from standoff.scenario.schema_moves import RESERVED_TOGETHER_KEYS, Stage, Together

__all__ = ["StageCheck"]


class StageCheck:
    """Looks at the stages of one scenario."""

    def __init__(self, scenario: Scenario, *, is_whole: bool) -> None:
        """Take the scenario.

        Args:
            scenario: The scenario.
            is_whole: Whether nothing was dropped from it, so that what is missing can be told.
        """
        self.scenario = scenario
        self.is_whole = is_whole
        self.tell = scenario.source_map.problem

    def problems(self) -> Iterator[Problem]:
        """Yield every problem of a stage."""
        names = [stage.name for stage in self.scenario.stages]
        for index, stage in enumerate(self.scenario.stages):
            path = f"stages.{index}"
            if stage.name in names[:index]:
                message = f"two stages are named `{stage.name}`"
                yield self.tell("duplicate-stage", message, f"{path}.name", "rename one")
            yield from self._kind(path, stage)
            yield from self._movers(path, stage)
            yield from self._idle_types(path, stage)
            yield from self._together(path, stage)

    def _kind(self, path: str, stage: Stage) -> Iterator[Problem]:
        """Tell a stage that is not one of three: one player moves, two move, or the sides bargain."""
        has_actions, has_bargaining = stage.actions is not None, stage.bargaining is not None
        if has_actions == has_bargaining:
            what = "both actions and bargaining" if has_actions else "neither actions nor bargaining"
            if has_actions or self.is_whole:
                message = f"the stage `{stage.name}` has {what}"
                yield self.tell("stage", message, path, "write `actions:` with a `mover:`, or `bargaining:`")
        elif has_actions and stage.mover is None and stage.movers is None:
            if self.is_whole:
                message = f"the stage `{stage.name}` has actions, but nobody who moves"
                yield self.tell("stage", message, path, "add `mover:` with a player")
        elif has_bargaining and (stage.mover is not None or stage.movers is not None):
            field = "mover" if stage.mover is not None else "movers"
            message = f"the stage `{stage.name}` is bargaining, so it has no {field}"
            yield self.tell("stage", message, f"{path}.{field}", "use `between:` and `proposer:` instead")
        elif stage.mover is not None and stage.movers is not None:
            message = f"the stage `{stage.name}` has both `mover` and `movers`"
            yield self.tell("stage", message, f"{path}.movers", "keep `mover:` where one player moves, else `movers:`")
        if stage.actions is not None and not stage.actions and self.is_whole:
            yield self.tell("stage", f"the stage `{stage.name}` has no action", f"{path}.actions", "add an action")

    def _movers(self, path: str, stage: Stage) -> Iterator[Problem]:
        """Tell movers and actions that do not fit each other."""
        if stage.movers is None:
            if stage.mover is not None and stage.by_player is not None:
                message = f"the stage `{stage.name}` has one mover, but its actions are written by player"
                advice = "write the actions of the mover alone, or `movers: [a, b]`"
                yield self.tell("stage", message, f"{path}.actions", advice)
            elif stage.together and self.is_whole:
                message = f"only one player moves in the stage `{stage.name}`, so nothing is done together"
                yield self.tell("stage", message, f"{path}.together", "write `movers: [a, b]`, or take it away")
            return
        first, second = stage.movers
        if not self._are_known(stage.movers):
            return  # told elsewhere
        if first == second:
            message = f"`{first}` is named twice"
            yield self.tell("stage", message, f"{path}.movers", "name two players, or write `mover:`")
        elif stage.actions and stage.by_player is None:
            message = f"two players move in the stage `{stage.name}`, so its actions must be written by player"
            advice = f"write `actions: {{{first}: {{...}}, {second}: {{...}}}}`"
            yield self.tell("stage", message, f"{path}.actions", advice)
        elif stage.by_player is not None:
            for player in stage.by_player:
                if player not in stage.movers:
                    message = f"`{player}` does not move in the stage `{stage.name}`"
                    yield self.tell("stage", message, f"{path}.actions.{player}", nearest(player, stage.movers))
            for player in stage.movers:
                if not stage.by_player.get(player) and self.is_whole:
                    message = f"`{player}` moves in the stage `{stage.name}`, but has no action"
                    yield self.tell("stage", message, f"{path}.actions", f"add `{player}:` with its actions")

    def _are_known(self, movers: tuple[str, ...]) -> bool:
        return all(mover in self.scenario.players for mover in movers)

    def _idle_types(self, path: str, stage: Stage) -> Iterator[Problem]:
        """Tell types of a mover that no action is open to."""
        if not self.is_whole:
            return
        for mover in stage.movers or (stage.mover or "",):
            player = self.scenario.players.get(mover)
            given = [own.action.types for own in stage.actions_of(mover)]
            if player is None or not given:
                continue
            where = f"{path}.actions.{mover}" if stage.movers else f"{path}.actions"
            for player_type in player.types:
                if all(types is not None and player_type not in types for types in given):
                    message = f"the type `{player_type}` of `{mover}` has no action in the stage `{stage.name}`"
                    yield self.tell("no-action", message, where, "open an action to it")

    def _together(self, path: str, stage: Stage) -> Iterator[Problem]:
        """Tell entries of `together` that name no pair of actions, or one that another entry names."""
        if stage.movers is None or stage.by_player is None or not self._are_known(stage.movers):
            return
        if stage.movers[0] == stage.movers[1]:
            return
        seen: list[dict[str, str]] = []
        for position, entry in enumerate(stage.together):
            here = f"{path}.together.{position}"
            yield from self._pair(here, stage, entry)
            pair = dict(entry.pair)
            if pair in seen and self.is_whole:
                shown = " with ".join(f"`{action}`" for action in pair.values())
                yield self.tell("together", f"{shown} is written twice", here, "keep one of them")
            seen.append(pair)

    def _pair(self, path: str, stage: Stage, entry: Together) -> Iterator[Problem]:
        movers = stage.movers or ()
        for player, action in entry.pair.items():
            names = [own.name for own in stage.actions_of(player)]
            if player not in movers:
                message = f"`{player}` does not move in the stage `{stage.name}`"
                advice = nearest(player, [*movers, *RESERVED_TOGETHER_KEYS])
                yield self.tell("together", message, f"{path}.{player}", advice)
            elif names and action not in names and self.is_whole:
                message = f"`{player}` has no action `{action}` in the stage `{stage.name}`"
                yield self.tell("unknown-action", message, f"{path}.{player}", nearest(action, names))
        is_misnamed = any(player not in movers for player in entry.pair)
        for player in movers:
            if player not in entry.pair and not is_misnamed and self.is_whole:
                message = f"an action of `{player}` is missing"
                yield self.tell("together", message, path, f"add `{player}:` with one of its actions")
