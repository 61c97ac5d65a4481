"""A bargaining stage as layers.

call    (only where the proposer is random) nature decides whether a round comes up and who proposes
offer   the proposer puts a package on the table, or nothing
answer  the other side accepts, rejects or lets talks slip; what is accepted must be ratified at home
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.consequences import branches_of, everyone
from standoff.game.drafts import ActionDraft, BranchDraft, LayerDraft, LayerPlan
from standoff.game.model import NATURE, NOBODY

if TYPE_CHECKING:
    from standoff.game.context import Context
    from standoff.game.states import States
    from standoff.scenario.schema_moves import Bargaining, Stage

__all__ = ["BargainingPlan"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]


def _with(levels: Levels, column: int, value: int | Levels) -> Levels:
    changed = levels.copy()
    changed[:, column] = value
    return changed


class BargainingPlan:
    """Makes the layers of one bargaining stage."""

    def __init__(self, context: Context, stage: Stage, bargaining: Bargaining, path: str) -> None:
        self.context = context
        self.stage = stage
        self.bargaining = bargaining
        self.path = path
        self.sides = tuple(context.player_index(name) for name in bargaining.between)
        self.is_random = bargaining.proposer == "random"
        self.alternates = bargaining.proposer == "alternate"

    def layers(self) -> Iterator[LayerPlan]:
        """The layers, in order."""
        name = self.stage.name
        if self.is_random:
            yield LayerPlan(f"{name}_call", name, self.path, True, self._call)
        yield LayerPlan(f"{name}_offer", name, self.path, False, self._offer)
        yield LayerPlan(f"{name}_answer", name, self.path, False, self._answer)

    def _arrival(self, states: States) -> Floats:
        active = states.truth(self.stage.when, f"{self.path}.when")
        return np.where(active, states.arrival(self.stage.rate, f"{self.path}.rate"), 0.0)

    def _call(self, states: States) -> LayerDraft:
        arrival = self._arrival(states)
        half = np.full((1, 1), 0.5)
        column = states.context.columns.proposer
        branches = tuple(BranchDraft(half, _with(states.levels, column, side)) for side in (1, 2))
        active = arrival > 0.0
        action = ActionDraft("call", active, everyone(active), states.nothing, branches, f"{self.path}.bargaining")
        return LayerDraft(np.full((1, 1), NATURE, dtype=np.int32), arrival, states.levels, (action,))

    def _proposer(self, states: States) -> tuple[Levels, Floats]:
        """Who proposes (position in `between` plus one, 0 for nobody), and the probability that the round comes up."""
        columns = states.context.columns
        if self.is_random:
            proposer = states.levels[:, columns.proposer]
            return proposer, (proposer > 0).astype(np.float64)[None]
        if self.alternates:
            turn = columns.names.index(self.context.turn_column(self.stage.name))
            return states.levels[:, turn] + 1, self._arrival(states)
        position = self.bargaining.between.index(self.bargaining.proposer) + 1
        return np.full(states.count, position, dtype=np.int32), self._arrival(states)

    def _offer(self, states: States) -> LayerDraft:
        columns = states.context.columns
        path = f"{self.path}.bargaining"
        proposer, arrival = self._proposer(states)
        active = arrival > 0.0
        skipped = _with(states.levels, columns.proposer, 0)
        cleared = skipped
        if self.alternates:
            turn = columns.names.index(self.context.turn_column(self.stage.name))
            cleared = _with(skipped, turn, 1 - states.levels[:, turn])
        nothing = self.bargaining.no_offer
        branches, extra = branches_of(states.at(cleared), nothing.leads_to, f"{path}.no_offer.leads_to", active)
        paid = extra - states.payoff(nothing.costs, f"{path}.no_offer.costs")
        actions = [ActionDraft("no_offer", active, everyone(active), paid, branches, f"{path}.no_offer")]
        paid = -states.payoff(self.bargaining.offer.costs, f"{path}.offer.costs")
        for k, name in enumerate(self.context.package_names):
            on_table = _with(_with(cleared, columns.package, k + 1), columns.proposer, proposer)
            allowed = self._allowed(active, proposer, np.full(states.count, k, dtype=np.int32))
            branch = BranchDraft(np.ones((1, 1)), on_table)
            actions.append(
                ActionDraft(name, np.asarray(allowed.any(axis=-1)), allowed, paid, (branch,), f"{path}.offer", k)
            )
        mover = np.where(active, np.where(proposer == 2, self.sides[1], self.sides[0]), NOBODY).astype(np.int32)
        return LayerDraft(mover, arrival, skipped, tuple(actions))

    def _allowed(self, active: Bools, position: Levels, package: Levels) -> Bools:
        """Whether each type of the side at a position may set its name to a package; shape (draw, state, 2)."""
        by_side = [
            np.stack([self.context.package_allowed(side, h, package) for h in range(2)], axis=-1) for side in self.sides
        ]
        first, second = [(active & (position == place))[..., None] for place in (1, 2)]
        return np.asarray((first & by_side[0]) | (second & by_side[1]))

    def _answer(self, states: States) -> LayerDraft:
        columns = states.context.columns
        path = f"{self.path}.bargaining"
        proposer = states.levels[:, columns.proposer]
        package = states.levels[:, columns.package] - 1
        active = (package >= 0)[None]
        answerer = np.where(proposer == 2, 1, 2).astype(np.int32)
        cleared = _with(_with(states.levels, columns.proposer, 0), columns.package, 0)
        after = states.at(cleared, package=package)
        accept = self.bargaining.accept
        allowed = self._allowed(active, answerer, package)
        branches, extra = self._ratified(after, f"{path}.accept", active)
        paid = extra - after.payoff(accept.costs, f"{path}.accept.costs")
        actions = [ActionDraft("accept", np.asarray(allowed.any(axis=-1)), allowed, paid, branches, f"{path}.accept")]
        for name, reply in (("reject", self.bargaining.reject), ("slip", self.bargaining.slip)):
            if reply is None:
                continue
            branches, extra = branches_of(after, reply.leads_to, f"{path}.{name}.leads_to", active)
            paid = extra - after.payoff(reply.costs, f"{path}.{name}.costs")
            actions.append(ActionDraft(name, active, everyone(active), paid, branches, f"{path}.{name}"))
        mover = np.where(active, np.where(answerer == 1, self.sides[0], self.sides[1]), NOBODY).astype(np.int32)
        return LayerDraft(mover, active.astype(np.float64), cleared, tuple(actions))

    def _ratified(self, after: States, path: str, active: Bools) -> tuple[tuple[BranchDraft, ...], Floats]:
        """What follows acceptance: each side ratifies in turn; where all do, the crisis ends with the package."""
        extra = after.nothing
        open_share = np.ones((1, 1))
        branches: list[BranchDraft] = []
        for name, ratification in self.bargaining.accept.ratify.items():
            here = f"{path}.ratify.{name}"
            chance = np.where(active, after.value(ratification.chance, f"{here}.chance"), 1.0)
            after.require_probability(chance, f"{here}.chance")
            failed, lost = branches_of(after, ratification.failed, f"{here}.failed", active)
            share = open_share * (1.0 - chance)
            extra = extra + share[..., None] * lost
            branches.extend(
                BranchDraft(share * branch.probability, branch.levels, branch.outcome, branch.package, branch.payoff)
                for branch in failed
            )
            open_share = open_share * chance
        outcome = after.context.outcome_index(self.bargaining.accept.outcome)
        payoff = after.outcome_payoff(outcome) + after.package_worth()[..., None, None]
        share = np.where(active, open_share, 0.0)
        branches.append(BranchDraft(share, after.levels, outcome, after.packages, payoff))
        return tuple(branches), extra
