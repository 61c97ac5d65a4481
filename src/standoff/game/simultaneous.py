"""A stage in which two players move at the same time, as one layer of joint actions.

Neither mover sees the other's move, and afterwards everyone has seen both. A joint action is one action of each. Without
an entry under `together` the two lead to what each leads to alone: two independent draws, both of which apply. That asks
for an order where both would change the same track or end the crisis, so such a pair is a fault wherever it can occur.
An entry with `leads_to` takes the place of both. What either action costs or pays is paid in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.consequences import branch_of, branches_of, by_type, probabilities_of
from standoff.game.drafts import ActionDraft, BranchDraft, LayerDraft, LayerPlan, PartDraft, SecondDraft
from standoff.game.model import NOBODY

if TYPE_CHECKING:
    from standoff.game.context import Context
    from standoff.game.states import States
    from standoff.scenario import Effect, JointAction
    from standoff.scenario.schema_moves import OwnAction, Stage

__all__ = ["SimultaneousPlan"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class SimultaneousPlan:
    """Makes the layer of one stage with two movers."""

    def __init__(self, context: Context, stage: Stage, path: str) -> None:
        assert stage.movers is not None
        self.context = context
        self.stage = stage
        self.path = path
        self.sides = tuple(context.player_index(name) for name in stage.movers)
        self.own = tuple(stage.actions_of(name) for name in stage.movers)
        self.entries: dict[tuple[str, ...], tuple[str, JointAction]] = {
            tuple(entry.pair[name] for name in stage.movers): (f"{path}.together.{position}", entry)
            for position, entry in enumerate(stage.together)
        }

    def layer(self) -> LayerPlan:
        """The layer."""
        return LayerPlan(self.stage.name, self.stage.name, self.path, False, self._draft)

    def _draft(self, states: States) -> LayerDraft:
        active = states.truth(self.stage.when, f"{self.path}.when")
        arrival = np.where(active, states.arrival(self.stage.rate, f"{self.path}.rate"), 0.0)
        parts = tuple(
            tuple(self._part(states, side, own, active) for own in actions)
            for side, actions in zip(self.sides, self.own, strict=True)
        )
        joint = [
            self._joint(states, (mine, yours), (parts[0][i], parts[1][j]), arrival)
            for i, mine in enumerate(self.own[0])
            for j, yours in enumerate(self.own[1])
        ]
        movers = [np.where(active, side, NOBODY).astype(np.int32) for side in self.sides]
        return LayerDraft(movers[0], arrival, states.levels, tuple(joint), SecondDraft(movers[1], *parts))

    def _part(self, states: States, side: int, own: OwnAction, active: Bools) -> PartDraft:
        path = f"{self.path}.{own.path}"
        available = active & states.truth(own.action.when, f"{path}.when")
        allowed = by_type(available, own.action.types, self.context.player_types(side))
        return PartDraft(own.name, available, allowed, path)

    def _joint(
        self, states: States, pair: tuple[OwnAction, OwnAction], parts: tuple[PartDraft, PartDraft], arrival: Floats
    ) -> ActionDraft:
        """What follows where the two actions of a pair are taken together."""
        available = parts[0].available & parts[1].available
        paid = states.nothing
        for own, part in zip(pair, parts, strict=True):
            paid = paid + states.payoff(own.action.payoffs, f"{part.path}.payoffs")
            paid = paid - states.payoff(own.action.costs, f"{part.path}.costs")
        here, entry = self.entries.get((pair[0].name, pair[1].name), ("", None))
        if entry is not None:
            paid = paid + states.payoff(entry.payoffs, f"{here}.payoffs") - states.payoff(entry.costs, f"{here}.costs")
        if entry is not None and entry.leads_to is not None:
            branches, extra = branches_of(states, entry.leads_to, f"{here}.leads_to", available)
        else:
            branches, extra = self._both(states, pair, parts, available & (arrival > 0.0))
        name = f"{pair[0].name} with {pair[1].name}"
        return ActionDraft(
            name, available, parts[0].allowed & available[..., None], paid + extra, branches, parts[0].path
        )

    def _both(
        self, states: States, pair: tuple[OwnAction, OwnAction], parts: tuple[PartDraft, PartDraft], occurs: Bools
    ) -> tuple[tuple[BranchDraft, ...], Floats]:
        """Every combination of one effect of each, with the product of their probabilities, and expected payoffs."""
        effects = [own.action.leads_to for own in pair]
        paths = [f"{part.path}.leads_to" for part in parts]
        chances = [probabilities_of(states, given, path, occurs) for given, path in zip(effects, paths, strict=True)]
        extra = states.nothing
        for given, path, chance in zip(effects, paths, chances, strict=True):
            for k, effect in enumerate(given):
                extra = extra + chance[k][..., None] * states.payoff(effect.payoffs, f"{path}.{k}.payoffs")
        branches = []
        for i, first in enumerate(effects[0] or (None,)):
            for j, second in enumerate(effects[1] or (None,)):
                probability = chances[0][i] * chances[1][j]
                drawn = [effect for effect in (first, second) if effect is not None]
                if len(drawn) == 2:
                    self._refuse_conflict(states, pair, drawn, probability > 0.0)
                changes = {track: change for effect in drawn for track, change in effect.changes.items()}
                outcome = next((effect.outcome for effect in drawn if effect.outcome is not None), None)
                branches.append(branch_of(states, changes, outcome, probability))
        return tuple(branches), extra

    def _refuse_conflict(
        self, states: States, pair: Sequence[OwnAction], drawn: Sequence[Effect], occurs: Bools
    ) -> None:
        """Note a fault where two effects that can happen together cannot both apply."""
        tracks = [name for name in drawn[0].changes if name in drawn[1].changes]
        both_end = drawn[0].outcome is not None and drawn[1].outcome is not None
        if not (tracks or both_end) or not occurs.any():
            return
        what = "end the crisis" if both_end else f"change the track `{tracks[0]}`"
        names = [f"`{own.name}` of `{own.mover}`" for own in pair]
        entry = ", ".join(f"{own.mover}: {own.name}" for own in pair)
        x = int(np.argwhere(occurs)[0, 1])
        self.context.problem(
            "conflicting-effects",
            f"in state `{states.context.describe(states.levels[x])}` {names[0]} and {names[1]} may both {what}",
            f"{self.path}.{pair[0].path}.leads_to",
            f"say what follows from the two: `together: [{{{entry}, leads_to: ...}}]`",
            entry,
            draws=np.broadcast_to(occurs, (self.context.num_draws, occurs.shape[1])),
        )
