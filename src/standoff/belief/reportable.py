"""What news could report of a crisis: the events of the model, and which moves of the game are which event.

A move or hazard with `observed_as` is a **reportable event**: it has the PLOVER types of `observed_as`, the codes of the player
who moves as its actors and those of the other players as its targets (at the table: those of the other side). What has no
`observed_as` leaves no report; it is seen only by the players.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import Bargaining, Stage
from standoff.solve.public_steps import list_movers

__all__ = ["ReportableEvent", "Reportables", "reportable_events"]

Ints = NDArray[np.int64]
NOT_REPORTED = -1


@dataclass(frozen=True)
class ReportableEvent:
    """One kind of event that news could report.

    Attributes:
        name: `LAYER.PLAYER.ACTION`, such as "pressure.usa.strike" (every offer is `offer`), or the name of a hazard.
        label: For people.
        event_types: The PLOVER types under which it is reported, each as likely as the others.
        actors: Codes of who acts; empty where that is open.
        targets: Codes of towards whom; empty where that is open.
    """

    name: str
    label: str
    event_types: tuple[str, ...]
    actors: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Reportables:
    """The reportable events of a game.

    Attributes:
        events: Every kind of event.
        codes: Every code that the scenario knows.
        of_action: For each epoch and layer, the events that an action is, -1 for none; two where two move at the same time;
            shape (action, 2).
    """

    events: tuple[ReportableEvent, ...]
    codes: frozenset[str]
    of_action: tuple[tuple[Ints, ...], ...]


def reportable_events(scenario: Scenario, game: Game) -> Reportables:
    """Find the reportable events of a scenario's game."""
    maker = _Maker(scenario, game)
    of_action = tuple(tuple(maker.layer(layer) for layer in epoch.layers) for epoch in game.epochs)
    codes = {code for player in scenario.players.values() for code in player.codes}
    codes |= {code for hazard in scenario.nature.values() for code in hazard.codes}
    return Reportables(tuple(maker.events), frozenset(codes), of_action)


class _Maker:
    def __init__(self, scenario: Scenario, game: Game) -> None:
        self.scenario, self.game = scenario, game
        self.stages: dict[str, Stage] = {stage.name: stage for stage in scenario.stages}
        self.events: dict[ReportableEvent, int] = {}
        self._known: dict[tuple[str, int, str], int] = {}

    def layer(self, layer: Layer) -> Ints:
        found = np.full((layer.num_actions, 2), NOT_REPORTED, dtype=np.int64)
        if layer.is_chance:
            if layer.stage not in self.stages:  # else it only settles that a round comes up
                found[:, 0] = self._hazard(layer.stage)
            return found
        for state in range(layer.num_states):
            for action in range(int(layer.action_start[state]), int(layer.action_start[state + 1])):
                for which, (player, label, _place) in enumerate(list_movers(layer, state, action)):
                    key = (layer.name, player, layer.action_names[label])
                    if key not in self._known:
                        self._known[key] = self._move(layer, player, layer.action_names[label])
                    found[action, which] = self._known[key]
        return found

    def _index(self, event: ReportableEvent) -> int:
        return self.events.setdefault(event, len(self.events)) if event.event_types else NOT_REPORTED

    def _hazard(self, name: str) -> int:
        hazard = self.scenario.nature[name]
        return self._index(ReportableEvent(name, hazard.label, tuple(hazard.observed_as), tuple(hazard.codes), ()))

    def _move(self, layer: Layer, player: int, action: str) -> int:
        name = self.game.players[player].name
        stage = self.stages[layer.stage]
        others = [other for other in self.scenario.players if other != name]
        if stage.bargaining is not None:
            others = [other for other in stage.bargaining.between if other != name]
            action, label, codes = _at_the_table(stage.bargaining, layer, action)
        else:
            own = next(one.action for one in stage.actions_of(name) if one.name == action)
            label, codes = own.label, tuple(own.observed_as)
        targets = tuple(code for other in others for code in self.scenario.players[other].codes)
        told = f"{self.scenario.players[name].label}: {label}"
        event = ReportableEvent(
            f"{layer.name}.{name}.{action}", told, codes, tuple(self.scenario.players[name].codes), targets
        )
        return self._index(event)


def _at_the_table(bargaining: Bargaining, layer: Layer, action: str) -> tuple[str, str, tuple[str, ...]]:
    """Name, label and types of a move at the table."""
    if action == "no_offer":
        return action, bargaining.no_offer.label or "offer nothing", tuple(bargaining.no_offer.observed_as)
    if layer.name.endswith("_offer"):
        return "offer", bargaining.offer.label or "offer a package", tuple(bargaining.offer.observed_as)
    reply = {"accept": bargaining.accept, "reject": bargaining.reject, "slip": bargaining.slip}[action]
    assert reply is not None
    return action, reply.label or action, tuple(reply.observed_as)
