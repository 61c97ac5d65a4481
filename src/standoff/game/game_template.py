"""The structure of a game, apart from its numbers, and games made of it.

Draws of the parameters of one scenario mostly differ in numbers alone: payoffs, probabilities, rates, priors. Their games have
the same arrays of states, actions, branches and targets, which are found once. Filling in the numbers of a draw is then a
matter of taking them to their places.

Whether a draw has the structure of another is not guessed: everything that the structure was read from (which decisions come
up, which actions are available and to whom, which branches are possible, where milestones hold) is worked out for the draw
in every state and compared. Where all of it agrees in the states that one draw reaches, the other reaches the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.context import Context
from standoff.game.drafts import LayerDraft, LayerPlan
from standoff.game.layer_shape import EndTable, LayerShape
from standoff.game.model import Epoch, Game, Layer, Milestone, Terminals
from standoff.game.plan import plan_layers
from standoff.game.states import States
from standoff.game.validity import player_faults

__all__ = ["Drafts", "Numbered", "Structure", "milestone_order"]

Levels = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Drafts = tuple[tuple[LayerDraft, ...], ...]
"""Every layer of every epoch, in every state at once."""


@dataclass(frozen=True)
class Structure:
    """A game without its numbers.

    Attributes:
        reached: The states of each layer, sorted by code; shape (state, column).
        start: Start state in layer 0.
        epochs: The layers of each epoch; an epoch whose date matters to none of a layer's numbers has that of the one before.
        outcome: Outcome of each end.
        package: Package of each end, or -1.
        num_packages: Packages that the draws have.
    """

    reached: tuple[Levels, ...]
    start: int
    epochs: tuple[tuple[LayerShape, ...], ...]
    outcome: NDArray[np.int32]
    package: NDArray[np.int32]
    num_packages: int

    @staticmethod
    def of(context: Context, plans: Sequence[LayerPlan], reached: Sequence[Levels]) -> tuple[Structure, Drafts]:
        """Read the structure off the one draw of a context; the drafts that it was read off come with it.

        Faults are noted in the context.
        """
        codes = [context.columns.codes(levels) for levels in reached]
        ends = EndTable(context)
        epochs: list[tuple[LayerShape, ...]] = []
        drafts: list[tuple[LayerDraft, ...]] = []
        dated = [True] * len(plans)
        for start in context.epoch_starts:
            shapes, own = [], []
            for s, plan in enumerate(plans):
                if not dated[s]:
                    shapes.append(epochs[-1][s])
                    own.append(drafts[-1][s])
                    continue
                states = States(context, reached[s], start)
                draft = plan.draft(states)
                holds = _milestone_holds(states)
                next_codes = codes[(s + 1) % len(plans)]
                shapes.append(LayerShape.of(context, plan, states, draft, holds, next_codes, ends))
                own.append(draft)
                dated[s] = bool(states.asked)
            epochs.append(tuple(shapes))
            drafts.append(tuple(own))
        start_code = context.columns.codes(context.start_levels)
        structure = Structure(
            reached=tuple(reached),
            start=int(np.searchsorted(codes[0], start_code[0])),
            epochs=tuple(epochs),
            outcome=ends.outcome,
            package=ends.package,
            num_packages=len(context.package_names),
        )
        return structure, tuple(drafts)

    def drafts(self, context: Context) -> tuple[Drafts, Bools]:
        """The layers in every draw of a context, and the draws that have this structure; shape (draw,).

        Draws in which anything is wrong are noted in the context.
        """
        plans = plan_layers(context)
        fits = np.ones(context.num_draws, dtype=np.bool_)
        drafts: list[tuple[LayerDraft, ...]] = []
        for e, (start, shapes) in enumerate(zip(context.epoch_starts, self.epochs, strict=True)):
            own = []
            for s, (plan, shape) in enumerate(zip(plans, shapes, strict=True)):
                if e > 0 and shape is self.epochs[e - 1][s]:
                    own.append(drafts[-1][s])
                    continue
                states = States(context, self.reached[s], start)
                draft = plan.draft(states)
                fits &= shape.fits(draft, _milestone_holds(states))
                own.append(draft)
            drafts.append(tuple(own))
        return tuple(drafts), fits

    def numbers(self, context: Context, drafts: Drafts) -> Numbered:
        """The numbers of every draw of a context, in their places.

        Args:
            context: The draws; those that have another structure get numbers that mean nothing. Draws in which anything is
                wrong are noted in it.
            drafts: The layers in every draw.
        """
        scenario = context.scenario
        planes = len(context.planes)
        ends = np.zeros((context.num_draws, len(self.outcome), planes, 2, 2))
        layers: list[list[list[Layer]]] = []
        flows: list[Floats] = []
        for e, (start, shapes) in enumerate(zip(context.epoch_starts, self.epochs, strict=True)):
            own = []
            for s, (shape, draft) in enumerate(zip(shapes, drafts[e], strict=True)):
                if e > 0 and shape is self.epochs[e - 1][s]:
                    own.append(layers[-1][s])
                    continue
                shape.end_payoffs(draft, ends)
                own.append(shape.layers(context, draft))
            layers.append(own)
            first = States(context, self.reached[0], start)
            first.check_quantities()
            flows.append(first.payoff(scenario.flows, "flows") * scenario.period.length)
        unresolved = first.payoff(scenario.unresolved.payoffs, "unresolved.payoffs")
        context.suspect |= ~np.isfinite(ends).all(axis=(1, 2, 3, 4))
        for d, players in enumerate(context.players_by_draw):
            context.suspect[d] |= bool(player_faults(players, continues=scenario.period.continues))
        every = (context.num_draws, len(self.reached[0]), planes)
        return Numbered(
            self,
            context,
            tuple(tuple(tuple(own[s][d] for s in range(len(own))) for own in layers) for d in range(context.num_draws)),
            tuple(np.broadcast_to(flow, every) for flow in flows),
            np.broadcast_to(unresolved, every),
            ends,
        )


@dataclass(frozen=True)
class Numbered:
    """A structure with the numbers of every draw of a context.

    Attributes:
        structure: The structure.
        context: The draws.
        layers: By draw, epoch and layer.
        flows: Payoff of a period by epoch; shape (draw, state of layer 0, plane).
        unresolved: Payoff at the horizon; shape (draw, state of layer 0, plane).
        ends: Payoffs of the ends; shape (draw, end, plane, 2, 2).
    """

    structure: Structure
    context: Context
    layers: tuple[tuple[tuple[Layer, ...], ...], ...]
    flows: tuple[Floats, ...]
    unresolved: Floats
    ends: Floats

    def game(self, draw: int, make: Callable[..., Game] = Game.trusted) -> Game:
        """The game of a draw, which has this structure and is not suspect.

        Args:
            draw: The draw.
            make: `Game.trusted`, as the structure and the numbers have been checked, or `Game` to check them all.
        """
        context, scenario = self.context, self.context.scenario
        return make(
            players=context.players_by_draw[draw],
            epochs=tuple(
                Epoch(start, layers, np.ascontiguousarray(flow[draw]))
                for start, layers, flow in zip(context.epoch_starts, self.layers[draw], self.flows, strict=True)
            ),
            num_periods=scenario.num_periods,
            start=self.structure.start,
            terminals=Terminals(self.structure.outcome, self.structure.package, self.ends[draw]),
            unresolved_payoff=np.ascontiguousarray(self.unresolved[draw]),
            outcomes=tuple(scenario.outcomes),
            packages=context.choices[draw].names,
            milestones=_milestones(context),
            labels=context.labels_of(draw),
            continues=scenario.period.continues,
        )


def milestone_order(context: Context) -> list[str]:
    """Milestones in the order of the file, but each behind the one that it comes after."""
    milestones = context.scenario.milestones
    order: list[str] = []
    waiting = list(milestones)
    while waiting:
        ready = [name for name in waiting if milestones[name].after in (None, *order)]
        order.append(ready[0])
        waiting.remove(ready[0])
    return order


def _milestones(context: Context) -> tuple[Milestone, ...]:
    order = milestone_order(context)
    milestones = context.scenario.milestones
    return tuple(
        Milestone(name, milestones[name].label or name, order.index(after) if after else -1)
        for name in order
        for after in [milestones[name].after]
    )


def _milestone_holds(states: States) -> Bools:
    """Where each milestone's condition holds; shape (draw, state, milestone)."""
    milestones = states.context.scenario.milestones
    order = milestone_order(states.context)
    if not order:
        return np.zeros((1, states.count, 0), dtype=np.bool_)
    holds = [states.truth(milestones[name].when, f"milestones.{name}.when") for name in order]
    return np.stack(np.broadcast_arrays(*holds), axis=-1)
