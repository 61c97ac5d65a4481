"""Faults of reference: a player, type, track, level, outcome, document or milestone that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from standoff.errors import Problem, nearest
from standoff.scenario.names import Declared
from standoff.scenario.traversal import amounts, consequences
from standoff.scenario.schema import Scenario
from standoff.scenario.schema_moves import Bargaining, Effect

__all__ = ["ReferenceCheck"]


class ReferenceCheck:
    """Looks up every name that one part of a scenario uses for another."""

    def __init__(self, scenario: Scenario, declared: Declared) -> None:
        self.scenario = scenario
        self.declared = declared

    def problems(self) -> Iterator[Problem]:
        """Yield a problem for every name that is not found."""
        yield from self._documents()
        yield from self._players()
        yield from self._tracks()
        yield from self._amounts()
        for group in consequences(self.scenario):
            for position, effect in enumerate(group.effects):
                yield from self._effect(f"{group.path}.{position}", effect)
        yield from self._stages()
        for name, milestone in self.scenario.milestones.items():
            if milestone.after is not None:
                path = f"milestones.{name}.after"
                yield from self._find("milestone", milestone.after, list(self.scenario.milestones), path)

    def _find(self, kind: str, name: str, valid: Sequence[str], path: str) -> Iterator[Problem]:
        """Yield a problem where a name is not among the valid ones."""
        if name not in valid and name not in self.declared.lost:
            yield self.scenario.source_map.problem(
                f"unknown-{kind}", f"there is no {kind} `{name}`", path, nearest(name, valid)
            )

    def _find_player(self, name: str, path: str) -> Iterator[Problem]:
        yield from self._find("player", name, list(self.declared.players), path)

    def _find_type(self, player: str, name: str, path: str) -> Iterator[Problem]:
        """Yield a problem where a player has no such type; an unknown player is told elsewhere."""
        types = self.declared.players.get(player)
        if types is None or name in types or name in self.declared.lost:
            return
        message = f"`{player}` has no type `{name}`"
        help_text = nearest(name, types) if types else f"`{player}` has no types: give one formula"
        yield self.scenario.source_map.problem("unknown-type", message, path, help_text)

    def find_level(self, part: str, levels: Sequence[str], name: str, path: str) -> Iterator[Problem]:
        """Yield a problem where a track or issue has no such level."""
        if name not in levels and name not in self.declared.lost:
            message = f"`{part}` has no level `{name}`"
            yield self.scenario.source_map.problem("unknown-level", message, path, nearest(name, levels))

    def _documents(self) -> Iterator[Problem]:
        known = list(self.scenario.documents)
        for name, parameter in self.scenario.parameters.items():
            for index, evidence in enumerate(parameter.evidence):
                path = f"parameters.{name}.evidence.{index}.document"
                yield from self._find("document", evidence.document, known, path)
        for position, correlation in enumerate(self.scenario.correlations):
            for index, evidence in enumerate(correlation.evidence):
                path = f"correlations.{position}.evidence.{index}.document"
                yield from self._find("document", evidence.document, known, path)

    def _players(self) -> Iterator[Problem]:
        for name, player in self.scenario.players.items():
            for player_type in player.type_labels:
                yield from self._find_type(name, player_type, f"players.{name}.type_labels.{player_type}")
        yield from self._codes()

    def _codes(self) -> Iterator[Problem]:
        """Yield a problem for every code that news could mean two players by, or that is there twice."""
        owners: dict[str, str] = {}
        for name, player in self.scenario.players.items():
            for position, code in enumerate(player.codes):
                if code in owners:
                    path = f"players.{name}.codes.{position}"
                    message = f"the code `{code}` stands for `{owners[code]}` already"
                    yield self.scenario.source_map.problem("shared-code", message, path, "give each code once")
                owners.setdefault(code, name)

    def _tracks(self) -> Iterator[Problem]:
        for name, track in self.scenario.state.items():
            yield from self.find_level(name, track.levels, track.start, f"state.{name}.start")
            for level in track.level_labels:
                yield from self.find_level(name, track.levels, level, f"state.{name}.level_labels.{level}")

    def _amounts(self) -> Iterator[Problem]:
        for table in amounts(self.scenario):
            for player, amount in table.by_player.items():
                yield from self._find_player(player, f"{table.path}.{player}")
                given = tuple(amount) if isinstance(amount, Mapping) else ()
                if table.path.startswith("outcomes.") and self._is_about_another(player, given):
                    continue
                for player_type in given:
                    yield from self._find_type(player, player_type, f"{table.path}.{player}.{player_type}")

    def _is_about_another(self, player: str, given: Sequence[str]) -> bool:
        """Say whether a payoff is given by the types of one other player, on whose true type it depends."""
        others = [types for name, types in self.declared.players.items() if name != player]
        return bool(given) and any(set(given) <= set(types) for types in others)

    def _effect(self, path: str, effect: Effect) -> Iterator[Problem]:
        if effect.outcome is not None:
            yield from self._find("outcome", effect.outcome, list(self.scenario.outcomes), f"{path}.outcome")
        for track, change in effect.changes.items():
            levels = self.declared.tracks.get(track)
            if levels is None:
                yield from self._find("track", track, [*self.declared.tracks, *Effect.model_fields], f"{path}.{track}")
            elif isinstance(change, str):
                yield from self.find_level(track, levels, change, f"{path}.{track}")

    def _stages(self) -> Iterator[Problem]:
        for index, stage in enumerate(self.scenario.stages):
            path = f"stages.{index}"
            if stage.mover is not None:
                yield from self._find_player(stage.mover, f"{path}.mover")
            for position, mover in enumerate(stage.movers or ()):
                yield from self._find_player(mover, f"{path}.movers.{position}")
            for own in stage.own_actions():
                for position, player_type in enumerate(own.action.types or ()):
                    yield from self._find_type(own.mover, player_type, f"{path}.{own.path}.types.{position}")
            if stage.bargaining:
                yield from self._bargaining(f"{path}.bargaining", stage.bargaining)

    def _bargaining(self, path: str, bargaining: Bargaining) -> Iterator[Problem]:
        source_map = self.scenario.source_map
        for index, player in enumerate(bargaining.between):
            yield from self._find_player(player, f"{path}.between.{index}")
        if bargaining.between[0] == bargaining.between[1]:
            message = f"`{bargaining.between[0]}` is named twice"
            yield source_map.problem("bargaining", message, f"{path}.between", "name two players")
        valid = (*bargaining.between, "alternate", "random")
        if bargaining.proposer not in valid:
            message = f"`{bargaining.proposer}` cannot propose"
            yield source_map.problem("bargaining", message, f"{path}.proposer", nearest(bargaining.proposer, valid))
        accept = bargaining.accept
        yield from self._find("outcome", accept.outcome, list(self.scenario.outcomes), f"{path}.accept.outcome")
        for player in accept.ratify:
            yield from self._find_player(player, f"{path}.accept.ratify.{player}")
