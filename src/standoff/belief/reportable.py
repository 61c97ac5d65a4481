"""The events of a game that news could report, and which of them each action is.

An action or hazard with `observed_as` is a **reportable event**. It has the PLOVER types of `observed_as`, the codes of the
player who acts as its actors, and those of the other players as its targets (in bargaining, those of the other side). An action
without `observed_as` is never reported: only the players see it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import Bargaining, StageSpec
from standoff.solve.public_steps import list_movers

__all__ = ["ReportableEvent", "ReportableEvents", "find_reportable_events"]

Ints = NDArray[np.int64]
NOT_REPORTED = -1


@dataclass(frozen=True)
class ReportableEvent:
    """A kind of event that news could report.

    Attributes:
        name: `LAYER.PLAYER.ACTION`, such as "pressure.usa.strike" (every offer is `offer`), or the name of a hazard.
        label: Text for people.
        event_types: PLOVER types under which it is reported, with equal probabilities.
        actors: Codes of those who act; empty if any code is possible.
        targets: Codes of those acted upon; empty if any code is possible.
    """

    name: str
    label: str
    event_types: tuple[str, ...]
    actors: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class ReportableEvents:
    """The reportable events of a game.

    Attributes:
        events: Every kind of event.
        codes: Every code in the scenario.
        of_action: By epoch and layer, the events that each action is, -1 for no event; the second column is for a second mover;
            shape (action, 2).
    """

    events: tuple[ReportableEvent, ...]
    codes: frozenset[str]
    of_action: tuple[tuple[Ints, ...], ...]


def find_reportable_events(scenario: Scenario, game: Game) -> ReportableEvents:
    """Find the reportable events of a scenario's game."""
    finder = _EventFinder(scenario, game)
    of_action = tuple(tuple(finder.number_actions(layer) for layer in epoch.layers) for epoch in game.epochs)
    codes = {code for player in scenario.players.values() for code in player.codes}
    codes |= {code for hazard in scenario.nature.values() for code in hazard.codes}
    return ReportableEvents(tuple(finder.events), frozenset(codes), of_action)


class _EventFinder:
    def __init__(self, scenario: Scenario, game: Game) -> None:
        self.scenario, self.game = scenario, game
        self.stages: dict[str, StageSpec] = {stage.name: stage for stage in scenario.stages}
        self.events: dict[ReportableEvent, int] = {}
        self._known: dict[tuple[str, int, str], int] = {}

    def number_actions(self, layer: Layer) -> Ints:
        found = np.full((layer.num_actions, 2), NOT_REPORTED, dtype=np.int64)
        if layer.is_chance:
            if layer.stage not in self.stages:  # else it only decides whether a bargaining round comes up
                found[:, 0] = self._number_hazard(layer.stage)
            return found
        for state in range(layer.num_states):
            for action in range(int(layer.action_start[state]), int(layer.action_start[state + 1])):
                for which, (player, label, _place) in enumerate(list_movers(layer, state, action)):
                    key = (layer.name, player, layer.action_names[label])
                    if key not in self._known:
                        self._known[key] = self._number_move(layer, player, layer.action_names[label])
                    found[action, which] = self._known[key]
        return found

    def _number(self, event: ReportableEvent) -> int:
        return self.events.setdefault(event, len(self.events)) if event.event_types else NOT_REPORTED

    def _number_hazard(self, name: str) -> int:
        hazard = self.scenario.nature[name]
        return self._number(ReportableEvent(name, hazard.label, tuple(hazard.observed_as), tuple(hazard.codes), ()))

    def _number_move(self, layer: Layer, player: int, action: str) -> int:
        name = self.game.players[player].name
        stage = self.stages[layer.stage]
        others = [other for other in self.scenario.players if other != name]
        if stage.bargaining is not None:
            others = [other for other in stage.bargaining.between if other != name]
            action, label, codes = _describe_bargaining(stage.bargaining, layer, action)
        else:
            own = next(one.action for one in stage.list_actions_of(name) if one.name == action)
            label, codes = own.label, tuple(own.observed_as)
        targets = tuple(code for other in others for code in self.scenario.players[other].codes)
        event_label = f"{self.scenario.players[name].label}: {label}"
        event = ReportableEvent(
            f"{layer.name}.{name}.{action}", event_label, codes, tuple(self.scenario.players[name].codes), targets
        )
        return self._number(event)


def _describe_bargaining(bargaining: Bargaining, layer: Layer, action: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the name, label and types of a move in bargaining."""
    if action == "no_offer":
        return action, bargaining.no_offer.label or "offer nothing", tuple(bargaining.no_offer.observed_as)
    if layer.name.endswith("_offer"):
        return "offer", bargaining.offer.label or "offer a package", tuple(bargaining.offer.observed_as)
    reply = {"accept": bargaining.accept, "reject": bargaining.reject, "slip": bargaining.slip}[action]
    assert reply is not None
    return action, reply.label or action, tuple(reply.observed_as)
