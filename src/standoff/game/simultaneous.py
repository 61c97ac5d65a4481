"""The layer of a stage in which two players move at the same time: one layer of joint actions.

Neither mover sees the other's move; afterwards everyone has seen both. A joint action is one action of each. Without an
entry under `together` it leads to what each action leads to alone: two independent draws, both of which apply. Where both
would change the same track or end the crisis the result would depend on an order, so such a pair is a fault wherever it
can occur. An entry with `leads_to` replaces both. What either action costs or pays is paid in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.layer_arrays import (
    ActionArrays,
    BranchArrays,
    LayerArrays,
    LayerRule,
    OwnActionArrays,
    SecondMoverArrays,
    allow_types,
    evaluate_probabilities,
    follow_effect,
    follow_effects,
)
from standoff.game.model import NOBODY
from standoff.game.states import States
from standoff.scenario import Scenario

if TYPE_CHECKING:
    from standoff.scenario import Effect, JointAction
    from standoff.scenario.schema_moves import OwnAction, StageSpec

__all__ = ["SimultaneousRule"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class SimultaneousRule:
    """The rule of the layer of one stage with two movers."""

    def __init__(self, scenario: Scenario, stage: StageSpec, path: str) -> None:
        assert stage.movers is not None
        self.stage = stage
        self.path = path
        self.sides = tuple(list(scenario.players).index(name) for name in stage.movers)
        self.own = tuple(stage.list_actions_of(name) for name in stage.movers)
        self.entries: dict[tuple[str, ...], tuple[str, JointAction]] = {
            tuple(entry.pair[name] for name in stage.movers): (f"{path}.together.{position}", entry)
            for position, entry in enumerate(stage.together)
        }

    def make_layer_rule(self) -> LayerRule:
        """Return the rule of the layer."""
        return LayerRule(self.stage.name, self.stage.name, self.path, is_chance=False, evaluate=self._evaluate)

    def _evaluate(self, states: States) -> LayerArrays:
        active = states.is_true(self.stage.when, f"{self.path}.when")
        arrival = np.where(active, states.evaluate_arrival(self.stage.rate, f"{self.path}.rate"), 0.0)
        parts = tuple(
            tuple(self._evaluate_own_action(states, side, own, active) for own in actions)
            for side, actions in zip(self.sides, self.own, strict=True)
        )
        joint = [
            self._evaluate_joint_action(states, (mine, yours), (parts[0][i], parts[1][j]), arrival)
            for i, mine in enumerate(self.own[0])
            for j, yours in enumerate(self.own[1])
        ]
        movers = [np.where(active, side, NOBODY).astype(np.int32) for side in self.sides]
        return LayerArrays(movers[0], arrival, states.levels, tuple(joint), SecondMoverArrays(movers[1], *parts))

    def _evaluate_own_action(self, states: States, side: int, own: OwnAction, active: Bools) -> OwnActionArrays:
        path = f"{self.path}.{own.path}"
        available = active & states.is_true(own.action.when, f"{path}.when")
        allowed = allow_types(available, own.action.types, states.space.bound.players[side].player_types)
        return OwnActionArrays(own.name, available, allowed, path)

    def _evaluate_joint_action(
        self,
        states: States,
        pair: tuple[OwnAction, OwnAction],
        parts: tuple[OwnActionArrays, OwnActionArrays],
        arrival: Floats,
    ) -> ActionArrays:
        """Return the joint action of a pair of actions."""
        available = parts[0].available & parts[1].available
        paid = states.no_payoff
        for own, part in zip(pair, parts, strict=True):
            paid = paid + states.evaluate_payoff(own.action.payoffs, f"{part.path}.payoffs")
            paid = paid - states.evaluate_payoff(own.action.costs, f"{part.path}.costs")
        here, entry = self.entries.get((pair[0].name, pair[1].name), ("", None))
        if entry is not None:
            paid = (
                paid
                + states.evaluate_payoff(entry.payoffs, f"{here}.payoffs")
                - states.evaluate_payoff(entry.costs, f"{here}.costs")
            )
        if entry is not None and entry.leads_to is not None:
            branches, expected = follow_effects(states, entry.leads_to, f"{here}.leads_to", available)
        else:
            branches, expected = self._apply_both(states, pair, parts, available & (arrival > 0.0))
        name = f"{pair[0].name} with {pair[1].name}"
        allowed = parts[0].allowed & available[..., None]
        return ActionArrays(name, available, allowed, paid + expected, branches, parts[0].path)

    def _apply_both(
        self,
        states: States,
        pair: tuple[OwnAction, OwnAction],
        parts: tuple[OwnActionArrays, OwnActionArrays],
        occurs: Bools,
    ) -> tuple[tuple[BranchArrays, ...], Floats]:
        """Return each combination of one effect of each action, with the product of their probabilities, and the payoffs."""
        effects = [own.action.leads_to for own in pair]
        paths = [f"{part.path}.leads_to" for part in parts]
        probabilities = [
            evaluate_probabilities(states, given, path, occurs) for given, path in zip(effects, paths, strict=True)
        ]
        expected = states.no_payoff
        for given, path, own in zip(effects, paths, probabilities, strict=True):
            for k, effect in enumerate(given):
                expected = expected + own[k][..., None] * states.evaluate_payoff(effect.payoffs, f"{path}.{k}.payoffs")
        branches = []
        for i, first in enumerate(effects[0] or (None,)):
            for j, second in enumerate(effects[1] or (None,)):
                probability = probabilities[0][i] * probabilities[1][j]
                drawn = [effect for effect in (first, second) if effect is not None]
                if len(drawn) == 2:
                    self._refuse_conflict(states, pair, drawn, probability > 0.0)
                changes = {track: change for effect in drawn for track, change in effect.changes.items()}
                outcome = next((effect.outcome for effect in drawn if effect.outcome is not None), None)
                branches.append(follow_effect(states, changes, outcome, probability))
        return tuple(branches), expected

    def _refuse_conflict(
        self, states: States, pair: Sequence[OwnAction], drawn: Sequence[Effect], occurs: Bools
    ) -> None:
        """Add a fault where two effects that can happen together cannot both apply."""
        tracks = [name for name in drawn[0].changes if name in drawn[1].changes]
        both_end = drawn[0].outcome is not None and drawn[1].outcome is not None
        if not (tracks or both_end) or not occurs.any():
            return
        what = "end the crisis" if both_end else f"change the track `{tracks[0]}`"
        names = [f"`{own.name}` of `{own.mover}`" for own in pair]
        entry = ", ".join(f"{own.mover}: {own.name}" for own in pair)
        x = int(np.argwhere(occurs)[0, 1])
        states.space.bound.faults.add(
            "conflicting-effects",
            f"in state `{states.space.describe(states.levels[x])}` {names[0]} and {names[1]} may both {what}",
            f"{self.path}.{pair[0].path}.leads_to",
            f"say what follows from the two: `together: [{{{entry}, leads_to: ...}}]`",
            entry,
            draws=occurs,
        )
