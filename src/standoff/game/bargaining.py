"""The layers of a bargaining stage.

call    (only where the proposer is random) nature decides whether a round comes up and who proposes
offer   the proposer puts a package on the table, or nothing
answer  the other side accepts, rejects or lets talks slip; an accepted package must be ratified at home
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.layer_arrays import (
    ActionArrays,
    BranchArrays,
    LayerArrays,
    LayerRule,
    allow_both_types,
    follow_effects,
)
from standoff.game.model import NATURE, NOBODY
from standoff.game.states import States
from standoff.scenario import Scenario

if TYPE_CHECKING:
    from standoff.scenario.schema_moves import Bargaining, StageSpec

__all__ = ["BargainingRules"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]


def _replace_column(levels: Levels, column: int, value: int | Levels) -> Levels:
    changed = levels.copy()
    changed[:, column] = value
    return changed


class BargainingRules:
    """The rules of the layers of one bargaining stage."""

    def __init__(self, scenario: Scenario, stage: StageSpec, bargaining: Bargaining, path: str) -> None:
        self.stage = stage
        self.bargaining = bargaining
        self.path = path
        self.sides = tuple(list(scenario.players).index(name) for name in bargaining.between)
        self.is_random = bargaining.proposer == "random"
        self.alternates = bargaining.proposer == "alternate"

    def make_layer_rules(self) -> Iterator[LayerRule]:
        """Yield the rules of the layers, in order."""
        name = self.stage.name
        if self.is_random:
            yield LayerRule(f"{name}_call", name, self.path, is_chance=True, evaluate=self._evaluate_call)
        yield LayerRule(f"{name}_offer", name, self.path, is_chance=False, evaluate=self._evaluate_offer)
        yield LayerRule(f"{name}_answer", name, self.path, is_chance=False, evaluate=self._evaluate_answer)

    def _evaluate_arrival(self, states: States) -> Floats:
        active = states.is_true(self.stage.when, f"{self.path}.when")
        return np.where(active, states.evaluate_arrival(self.stage.rate, f"{self.path}.rate"), 0.0)

    def _evaluate_call(self, states: States) -> LayerArrays:
        arrival = self._evaluate_arrival(states)
        half = np.full((1, 1), 0.5)
        column = states.space.proposer_column
        branches = tuple(BranchArrays(half, _replace_column(states.levels, column, side)) for side in (1, 2))
        active = arrival > 0.0
        action = ActionArrays(
            "call", active, allow_both_types(active), states.no_payoff, branches, f"{self.path}.bargaining"
        )
        return LayerArrays(np.full((1, 1), NATURE, dtype=np.int32), arrival, states.levels, (action,))

    def _find_proposer(self, states: States) -> tuple[Levels, Floats]:
        """Return who proposes (position in `between` plus one, 0 for nobody) and the probability that the round comes up."""
        if self.is_random:
            proposer = states.levels[:, states.space.proposer_column]
            return proposer, (proposer > 0).astype(np.float64)[None]
        if self.alternates:
            return states.levels[:, states.space.find_turn_column(self.stage.name)] + 1, self._evaluate_arrival(states)
        position = self.bargaining.between.index(self.bargaining.proposer) + 1
        return np.full(states.num_states, position, dtype=np.int32), self._evaluate_arrival(states)

    def _evaluate_offer(self, states: States) -> LayerArrays:
        space = states.space
        path = f"{self.path}.bargaining"
        proposer, arrival = self._find_proposer(states)
        active = arrival > 0.0
        skipped = _replace_column(states.levels, space.proposer_column, 0)
        cleared = skipped
        if self.alternates:
            turn = space.find_turn_column(self.stage.name)
            cleared = _replace_column(skipped, turn, 1 - states.levels[:, turn])
        nothing = self.bargaining.no_offer
        branches, expected = follow_effects(
            states.change_levels(cleared), nothing.leads_to, f"{path}.no_offer.leads_to", active
        )
        paid = expected - states.evaluate_payoff(nothing.costs, f"{path}.no_offer.costs")
        actions = [ActionArrays("no_offer", active, allow_both_types(active), paid, branches, f"{path}.no_offer")]
        paid = -states.evaluate_payoff(self.bargaining.offer.costs, f"{path}.offer.costs")
        for k, name in enumerate(space.packages.list_names()):
            on_table = _replace_column(
                _replace_column(cleared, space.package_column, k + 1), space.proposer_column, proposer
            )
            allowed = self._allow(states, active, proposer, np.full(states.num_states, k, dtype=np.int32))
            branch = BranchArrays(np.ones((1, 1)), on_table)
            actions.append(
                ActionArrays(name, np.asarray(allowed.any(axis=-1)), allowed, paid, (branch,), f"{path}.offer", k)
            )
        mover = np.where(active, np.where(proposer == 2, self.sides[1], self.sides[0]), NOBODY).astype(np.int32)
        return LayerArrays(mover, arrival, skipped, tuple(actions))

    def _allow(self, states: States, active: Bools, position: Levels, package: Levels) -> Bools:
        """Say whether each type of the side at a position may offer or accept a package; shape (draw, state, 2)."""
        by_side = [self._allow_side(states, side, package) for side in self.sides]
        first, second = [(active & (position == own))[..., None] for own in (1, 2)]
        return np.asarray((first & by_side[0]) | (second & by_side[1]))

    def _allow_side(self, states: States, side: int, package: Levels) -> Bools:
        """Say whether no red line of each type of a player forbids a package; False for a type that does not exist."""
        num_types = len(states.space.bound.players[side].player_types)
        allowed = [states.space.packages.is_allowed(side, h, package) for h in range(num_types)]
        if num_types == 1:
            allowed.append(np.zeros_like(allowed[0]))
        return np.stack(allowed, axis=-1)

    def _evaluate_answer(self, states: States) -> LayerArrays:
        space = states.space
        path = f"{self.path}.bargaining"
        proposer = states.levels[:, space.proposer_column]
        package = states.levels[:, space.package_column] - 1
        active = (package >= 0)[None]
        answerer = np.where(proposer == 2, 1, 2).astype(np.int32)
        cleared = _replace_column(_replace_column(states.levels, space.proposer_column, 0), space.package_column, 0)
        after = states.change_levels(cleared, package)
        accept = self.bargaining.accept
        allowed = self._allow(states, active, answerer, package)
        branches, expected = self._ratify(after, f"{path}.accept", active)
        paid = expected - after.evaluate_payoff(accept.costs, f"{path}.accept.costs")
        actions = [ActionArrays("accept", np.asarray(allowed.any(axis=-1)), allowed, paid, branches, f"{path}.accept")]
        for name, reply in (("reject", self.bargaining.reject), ("slip", self.bargaining.slip)):
            if reply is None:
                continue
            branches, expected = follow_effects(after, reply.leads_to, f"{path}.{name}.leads_to", active)
            paid = expected - after.evaluate_payoff(reply.costs, f"{path}.{name}.costs")
            actions.append(ActionArrays(name, active, allow_both_types(active), paid, branches, f"{path}.{name}"))
        mover = np.where(active, np.where(answerer == 1, self.sides[0], self.sides[1]), NOBODY).astype(np.int32)
        return LayerArrays(mover, active.astype(np.float64), cleared, tuple(actions))

    def _ratify(self, after: States, path: str, active: Bools) -> tuple[tuple[BranchArrays, ...], Floats]:
        """Return what follows acceptance: the sides ratify in turn, and where all do the crisis ends with the package."""
        expected = after.no_payoff
        passed = np.ones((1, 1))  # probability that all sides so far have ratified
        branches: list[BranchArrays] = []
        for name, ratification in self.bargaining.accept.ratify.items():
            here = f"{path}.ratify.{name}"
            passes = np.where(active, after.evaluate(ratification.chance, f"{here}.chance"), 1.0)
            after.require_probability(passes, f"{here}.chance")
            failed, lost = follow_effects(after, ratification.failed, f"{here}.failed", active)
            fails = passed * (1.0 - passes)
            expected = expected + fails[..., None] * lost
            branches.extend(
                BranchArrays(fails * branch.probability, branch.levels, branch.outcome, branch.package, branch.payoff)
                for branch in failed
            )
            passed = passed * passes
        outcome = list(after.scenario.outcomes).index(self.bargaining.accept.outcome)
        payoff = after.evaluate_outcome_payoff(outcome) + after.find_package_worth()[..., None, None]
        branches.append(BranchArrays(np.where(active, passed, 0.0), after.levels, outcome, after.packages, payoff))
        return tuple(branches), expected
