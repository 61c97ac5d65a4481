"""From the stages of a scenario to layers over arrays of public states.

A decision stage and a hazard make one layer each. A bargaining stage makes two or three:

    call    (only where the proposer is random) nature decides whether a round comes up and who proposes
    offer   the proposer puts a package on the table, or nothing
    answer  the other side accepts, rejects or lets talks slip; what is accepted must be ratified at home

A rate or hazard r per unit of time becomes the probability 1 - exp(-r length) that the stage comes up in a period of that
length, so that halving the period changes little. A running payoff is multiplied by the length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.drafts import ActionDraft, BranchDraft, LayerDraft
from standoff.game.model import NATURE, NOBODY

if TYPE_CHECKING:
    from standoff.game.context import Context, States
    from standoff.scenario.schema import Bargaining, Effect, Hazard, Stage

__all__ = ["LayerPlan", "plan_layers"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]


@dataclass(frozen=True)
class LayerPlan:
    """How to make one layer.

    Attributes:
        name: Slug, unique in the period.
        stage: Name of the scenario's stage or hazard.
        path: Where in the scenario it is written.
        is_chance: Whether nature moves.
        draft: Makes the layer over any array of states.
    """

    name: str
    stage: str
    path: str
    is_chance: bool
    draft: Callable[[States], LayerDraft]


def plan_layers(context: Context) -> tuple[LayerPlan, ...]:
    """The layers of one period: the stages in the order of the file, then the hazards."""
    plans: list[LayerPlan] = []
    for index, stage in enumerate(context.scenario.stages):
        if stage.bargaining is None:
            plans.append(_decision(context, stage, f"stages.{index}"))
        else:
            plans.extend(_bargaining(context, stage, stage.bargaining, f"stages.{index}"))
    plans.extend(_hazard(context, name, hazard) for name, hazard in context.scenario.nature.items())
    return tuple(plans)


def _decision(context: Context, stage: Stage, path: str) -> LayerPlan:
    mover = context.player_index(stage.mover or "")

    def draft(states: States) -> LayerDraft:
        active = states.truth(stage.when, f"{path}.when")
        actions = []
        for name, action in (stage.actions or {}).items():
            here = f"{path}.actions.{name}"
            available = active & states.truth(action.when, f"{here}.when")
            allowed = np.zeros((states.count, 2), dtype=np.bool_)
            for k, player_type in enumerate(context.player_types(mover)):
                allowed[:, k] = available & (action.types is None or player_type in action.types)
            paid = states.payoff(action.payoffs, f"{here}.payoffs") - states.payoff(action.costs, f"{here}.costs")
            branches, extra = _branches(states, action.leads_to, f"{here}.leads_to", available)
            actions.append(ActionDraft(name, available, allowed, paid + extra, branches, here))
        return LayerDraft(
            mover=np.where(active, mover, NOBODY).astype(np.int32),
            arrival=np.where(active, states.arrival(stage.rate, f"{path}.rate"), 0.0),
            skip=states.levels,
            actions=tuple(actions),
        )

    return LayerPlan(stage.name, stage.name, path, False, draft)


def _hazard(context: Context, name: str, hazard: Hazard) -> LayerPlan:
    path = f"nature.{name}"

    def draft(states: States) -> LayerDraft:
        active = states.truth(hazard.when, f"{path}.when")
        arrival = np.where(active, states.arrival(hazard.hazard, f"{path}.hazard"), 0.0)
        active = arrival > 0.0
        branches, extra = _branches(states, hazard.leads_to, f"{path}.leads_to", active)
        allowed = np.repeat(active[:, None], 2, axis=1)
        return LayerDraft(
            mover=np.full(states.count, NATURE, dtype=np.int32),
            arrival=arrival,
            skip=states.levels,
            actions=(ActionDraft(name, active, allowed, extra, branches, path),),
        )

    return LayerPlan(name, name, path, True, draft)


def _branches(
    states: States, effects: Sequence[Effect], path: str, available: Bools
) -> tuple[tuple[BranchDraft, ...], Floats]:
    """The branches of a move and their expected one-off payoffs; a move without effects changes nothing."""
    extra = np.zeros((states.count, states.num_planes))
    if not effects:
        return (BranchDraft(np.ones(states.count), states.levels),), extra
    branches = []
    total = np.zeros(states.count)
    for index, effect in enumerate(effects):
        here = f"{path}.{index}"
        probability = np.where(available, states.value(effect.p, f"{here}.p"), 0.0)
        states.require_probability(probability, f"{here}.p")
        total += probability
        extra += probability[:, None] * states.payoff(effect.payoffs, f"{here}.payoffs")
        branches.append(_branch(states, effect, here, probability))
    states.require_sum(np.where(available, total, 1.0), path)
    return tuple(branches), extra


def _branch(states: States, effect: Effect, path: str, probability: Floats) -> BranchDraft:
    after = states.change(effect.changes)
    if effect.outcome is None:
        return BranchDraft(probability, after)
    end = states.at(after)
    outcome = states.context.outcome_index(effect.outcome)
    none = np.full(states.count, -1, dtype=np.int32)
    return BranchDraft(probability, after, outcome, none, end.outcome_payoff(outcome))


def _bargaining(context: Context, stage: Stage, bargaining: Bargaining, path: str) -> Iterator[LayerPlan]:
    sides = tuple(context.player_index(name) for name in bargaining.between)
    columns = context.columns
    here = f"{path}.bargaining"
    is_random = bargaining.proposer == "random"

    def round_probability(states: States) -> Floats:
        active = states.truth(stage.when, f"{path}.when")
        return np.where(active, states.arrival(stage.rate, f"{path}.rate"), 0.0)

    def with_column(levels: Levels, column: int, value: int | Levels) -> Levels:
        changed = levels.copy()
        changed[:, column] = value
        return changed

    def call(states: States) -> LayerDraft:
        arrival = round_probability(states)
        half = np.full(states.count, 0.5)
        branches = tuple(BranchDraft(half, with_column(states.levels, columns.proposer, side)) for side in (1, 2))
        active = arrival > 0.0
        action = ActionDraft(
            "call", active, np.repeat(active[:, None], 2, axis=1), np.zeros((states.count, states.num_planes)),
            branches, here,
        )  # fmt: skip
        return LayerDraft(np.full(states.count, NATURE, dtype=np.int32), arrival, states.levels, (action,))

    def offer(states: States) -> LayerDraft:
        if is_random:
            proposer = states.levels[:, columns.proposer]
            arrival = (proposer > 0).astype(np.float64)
        else:
            if bargaining.proposer == "alternate":
                proposer = states.levels[:, columns.names.index(context.turn_column(stage.name))] + 1
            else:
                first = bargaining.proposer == bargaining.between[0]
                proposer = np.full(states.count, 1 if first else 2, dtype=np.int32)
            arrival = round_probability(states)
        active = arrival > 0.0
        mover = np.where(proposer == 2, sides[1], sides[0])
        cleared = with_column(states.levels, columns.proposer, 0)
        if bargaining.proposer == "alternate":
            turn = columns.names.index(context.turn_column(stage.name))
            cleared = with_column(cleared, turn, 1 - states.levels[:, turn])
        actions = []
        nothing = bargaining.no_offer
        paid = -states.payoff(nothing.costs, f"{here}.no_offer.costs")
        branches, extra = _branches(states.at(cleared), nothing.leads_to, f"{here}.no_offer.leads_to", active)
        everyone = np.repeat(active[:, None], 2, axis=1)
        actions.append(ActionDraft("no_offer", active, everyone, paid + extra, branches, f"{here}.no_offer"))
        paid = -states.payoff(bargaining.offer.costs, f"{here}.offer.costs")
        for k, name in enumerate(context.package_names):
            on_table = with_column(
                with_column(cleared, columns.package, k + 1), columns.proposer, proposer.astype(np.int32)
            )
            allowed = np.zeros((states.count, 2), dtype=np.bool_)
            for h in range(2):
                for position, side in enumerate(sides):
                    own = active & (proposer == position + 1)
                    allowed[:, h] |= own & context.package_allowed(side, h, k)
            available = allowed.any(axis=1)
            branch = BranchDraft(np.ones(states.count), on_table)
            actions.append(ActionDraft(name, available, allowed, paid, (branch,), f"{here}.offer"))
        return LayerDraft(np.where(active, mover, NOBODY).astype(np.int32), arrival, cleared, tuple(actions))

    def answer(states: States) -> LayerDraft:
        proposer = states.levels[:, columns.proposer]
        package = states.levels[:, columns.package] - 1
        active = package >= 0
        mover = np.where(proposer == 2, sides[0], sides[1])
        cleared = with_column(with_column(states.levels, columns.proposer, 0), columns.package, 0)
        after = states.at(cleared, package=package)
        everyone = np.repeat(active[:, None], 2, axis=1)
        actions = []
        accept = bargaining.accept
        allowed = np.zeros((states.count, 2), dtype=np.bool_)
        for h in range(2):
            for side in sides:
                allowed[:, h] |= active & (mover == side) & context.package_allowed_array(side, h, package)
        branches, extra = _ratified(after, bargaining, f"{here}.accept", active)
        paid = -after.payoff(accept.costs, f"{here}.accept.costs")
        actions.append(
            ActionDraft("accept", allowed.any(axis=1), allowed, paid + extra, branches, f"{here}.accept")
        )
        for name in ("reject", "slip"):
            reply = getattr(bargaining, name)
            if reply is None:
                continue
            branches, extra = _branches(after, reply.leads_to, f"{here}.{name}.leads_to", active)
            paid = -after.payoff(reply.costs, f"{here}.{name}.costs")
            actions.append(ActionDraft(name, active, everyone, paid + extra, branches, f"{here}.{name}"))
        return LayerDraft(
            np.where(active, mover, NOBODY).astype(np.int32), active.astype(np.float64), cleared, tuple(actions)
        )

    if is_random:
        yield LayerPlan(f"{stage.name}_call", stage.name, path, True, call)
    yield LayerPlan(f"{stage.name}_offer", stage.name, path, False, offer)
    yield LayerPlan(f"{stage.name}_answer", stage.name, path, False, answer)


def _ratified(
    after: States, bargaining: Bargaining, path: str, active: Bools
) -> tuple[tuple[BranchDraft, ...], Floats]:
    """What follows acceptance: each side ratifies in turn; where all do, the crisis ends with the package."""
    extra = np.zeros((after.count, after.num_planes))
    open_share = np.ones(after.count)
    branches: list[BranchDraft] = []
    for name, ratification in bargaining.accept.ratify.items():
        here = f"{path}.ratify.{name}"
        chance = np.where(active, after.value(ratification.chance, f"{here}.chance"), 1.0)
        after.require_probability(chance, f"{here}.chance")
        failed, lost = _branches(after, ratification.failed, f"{here}.failed", active)
        share = open_share * (1.0 - chance)
        extra += share[:, None] * lost
        branches.extend(
            BranchDraft(share * branch.probability, branch.levels, branch.outcome, branch.package, branch.payoff)
            for branch in failed
        )
        open_share = open_share * chance
    outcome = after.context.outcome_index(bargaining.accept.outcome)
    branches.append(
        BranchDraft(
            np.where(active, open_share, 0.0),
            after.levels,
            outcome,
            after.packages,
            after.outcome_payoff(outcome) + after.package_worth()[:, :, None, None],
        )
    )
    return tuple(branches), extra
