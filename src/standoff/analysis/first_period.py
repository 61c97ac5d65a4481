"""All events of the first period, with exact beliefs.

The first period is enumerated layer by layer from the start. A **node** is a state of a layer with the public beliefs and the
milestones met so far; histories that agree in these are one node. Nodes of less mass than a given bound are not followed: their
continuation probabilities are read off at that point. At the end of the period the continuation probabilities of every target are
known, and from there they are averaged back along the same steps, so that at every node

    W(node) = sum over the next steps of p W(next node)

holds to rounding error, and so does the law of total probability for every set of exclusive and exhaustive events.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.happenings import Happening, Words
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.public_steps import Step, list_public_steps

__all__ = ["EventMass", "FirstPeriod", "enumerate_first_period"]

Floats = NDArray[np.float64]
Met = frozenset[int]
Node = tuple[int, tuple[float, ...], Met, bool]
"""State, beliefs, milestones met before it was entered, and whether nothing visible has happened so far."""
DIGITS = 12
"""Beliefs that agree to this number of digits are one belief."""


@dataclass
class EventMass:
    """An event of the first period, with the probabilities around it.

    Attributes:
        example: One happening of this kind; None for a milestone or a quiet period.
        probability: Probability that it happens within the period.
        after: W after the event, times its probability.
        just_before: W just before the event, times its probability.
    """

    example: Happening | None
    probability: float
    after: Floats
    just_before: Floats


@dataclass
class _LayerSteps:
    """The steps of one layer."""

    parents: list[int] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    probability: list[float] = field(default_factory=list)
    keys: list[tuple[tuple[Hashable, Happening | None], ...]] = field(default_factory=list)


@dataclass(frozen=True)
class FirstPeriod:
    """The events of the first period.

    Attributes:
        before: W at the start; shape (quantity,).
        events: The events by key; see `enumerate_first_period`.
        cut_mass: Probability of the nodes that were not followed.
        num_nodes: Number of nodes visited.
    """

    before: Floats
    events: dict[Hashable, EventMass]
    cut_mass: float
    num_nodes: int


def enumerate_first_period(
    probabilities: ContinuationProbabilities, words: Words, *, smallest_mass: float
) -> FirstPeriod:
    """Enumerate the events of the first period, and average the probabilities back.

    The quantities of W are the targets of `probabilities`, then the public belief about each player with two types.

    Events have these keys: `("move", layer, player, action)` for a move, `("hazard", layer)` for a hazard, `("round", layer)`
    for a round of talks that takes place, `("consequence", ...)` for one of several consequences of a move or a hazard,
    `("milestone", index)` for a milestone first met in this period, `("quiet",)` for a period without a visible event.

    Args:
        probabilities: Continuation probabilities of the targets.
        words: The words of the scenario.
        smallest_mass: Nodes of less mass are not followed.
    """
    return _Enumeration(probabilities, words, smallest_mass).run()


class _Enumeration:
    """One enumeration of the first period."""

    def __init__(self, probabilities: ContinuationProbabilities, words: Words, smallest_mass: float) -> None:
        self.probabilities, self.words, self.smallest_mass = probabilities, words, smallest_mass
        self.game = probabilities.equilibrium.game
        self.layers = self.game.epochs[0].layers
        self.cut_mass = 0.0
        self.num_nodes = 0

    def run(self) -> FirstPeriod:
        """Go forward through the layers, then back."""
        nodes: list[Node] = [(self.game.start, tuple(self.game.prior_belief), frozenset(), True)]
        mass = np.ones(1)
        passes: list[tuple[_LayerSteps, Floats, int, dict[int, Floats]]] = []
        for s in range(len(self.layers)):
            steps, fixed, following, next_mass = self._enumerate_layer(s, nodes, mass)
            passes.append((steps, mass, len(nodes), fixed))
            nodes, mass = following, next_mass
        worth = np.array([self._evaluate_end(node) for node in nodes]).reshape(len(nodes), -1)
        events: dict[Hashable, EventMass] = {}
        is_quiet = np.array([node[3] for node in nodes], dtype=np.bool_)
        quiet = EventMass(None, float(mass[is_quiet].sum()), mass[is_quiet] @ worth[is_quiet], np.zeros(worth.shape[1]))
        for steps, before, count, fixed in reversed(passes):
            worth = self._go_back(steps, before, count, fixed, worth, events)
        quiet.just_before += quiet.probability * worth[0]
        if quiet.probability > 0.0:
            events[("quiet",)] = quiet
        return FirstPeriod(worth[0], events, self.cut_mass, self.num_nodes)

    def _enumerate_layer(
        self, s: int, nodes: list[Node], mass: Floats
    ) -> tuple[_LayerSteps, dict[int, Floats], list[Node], Floats]:
        """Follow every node of a layer; returns the steps, W of the nodes that are not followed, and the next nodes
        with their mass."""
        steps = _LayerSteps()
        fixed: dict[int, Floats] = {}
        index: dict[Node, int] = {}
        following: list[Node] = []
        for k, node in enumerate(nodes):
            state, beliefs, met, is_quiet = node
            arrived: dict[tuple[Step, Met, bool], tuple[tuple[Hashable, Happening | None], ...]]
            if state < 0:
                arrived = {(Step(1.0, -1, state, beliefs), met, is_quiet): ()}
            elif mass[k] < self.smallest_mass:
                self.cut_mass += float(mass[k])
                fixed[k] = np.append(
                    self.probabilities.at(0, s, state=state, beliefs=beliefs, met=dict.fromkeys(met, 0)), beliefs
                )
                continue
            else:
                self.num_nodes += 1
                arrived = self._list_steps(s, node)
            for (step, met_after, still_quiet), keys in arrived.items():
                child = (step.target, tuple(round(b, DIGITS) for b in step.beliefs), met_after, still_quiet)
                if child not in index:
                    index[child] = len(following)
                    following.append(child)
                steps.parents.append(k)
                steps.children.append(index[child])
                steps.probability.append(step.probability)
                steps.keys.append(keys)
        next_mass = np.zeros(len(following))
        np.add.at(next_mass, steps.children, mass[steps.parents] * np.array(steps.probability))
        return steps, fixed, following, next_mass

    def _list_steps(
        self, s: int, node: Node
    ) -> dict[tuple[Step, Met, bool], tuple[tuple[Hashable, Happening | None], ...]]:
        """The steps from a node, each with the milestones met before the next state, whether it stays quiet, and its events."""
        state, beliefs, met, is_quiet = node
        met_here = add_met_on_arrival(self.game, self.layers[s], state, met)
        found = {}
        for step in list_public_steps(self.probabilities.equilibrium, 0, s, state=state, beliefs=beliefs):
            keys: list[tuple[Hashable, Happening | None]] = []
            still_quiet = is_quiet
            if step.action >= 0:
                happening = self.words.describe_step(0, s, state=state, action=step.action, target=step.target)
                still_quiet = is_quiet and not happening.is_visible and not happening.is_call
                keys += [(key, happening) for key in _list_keys(happening)]
            if step.target >= 0:
                arrived = self.layers[(s + 1) % len(self.layers)]
                after = add_met_on_arrival(self.game, arrived, step.target, met_here)
                keys += [(("milestone", m), None) for m in sorted(after - met_here)]
            found[step, met_here, still_quiet] = tuple(keys)
        return found

    def _evaluate_end(self, node: Node) -> Floats:
        """W of a node at the end of the period."""
        state, beliefs, met, _ = node
        return np.append(self.probabilities.at(1, 0, state=state, beliefs=beliefs, met=dict.fromkeys(met, 0)), beliefs)

    def _go_back(
        self,
        steps: _LayerSteps,
        mass: Floats,
        count: int,
        fixed: dict[int, Floats],
        worth: Floats,
        events: dict[Hashable, EventMass],
    ) -> Floats:
        """W of a layer from W of the next; the events of the layer are added to `events`."""
        width = len(self.probabilities.targets) + len(self.game.prior_belief)
        found = np.zeros((count, width))
        share = np.array(steps.probability)
        np.add.at(found, steps.parents, share[:, None] * worth[steps.children])
        for k, value in fixed.items():
            found[k] = value
        for e, keys in enumerate(steps.keys):
            weight = float(mass[steps.parents[e]]) * steps.probability[e]
            for key, happening in keys:
                if key not in events:
                    events[key] = EventMass(happening, 0.0, np.zeros(width), np.zeros(width))
                events[key].probability += weight
                events[key].after += weight * worth[steps.children[e]]
                events[key].just_before += weight * found[steps.parents[e]]
        return found


def _list_keys(happening: Happening) -> tuple[Hashable, ...]:
    """Keys of the events to which a happening belongs."""
    if happening.is_call:
        return (("round", happening.layer),)
    own: tuple[Hashable, ...] = (("hazard", happening.layer),)
    if happening.moves:
        own = tuple(("move", happening.layer, move.player, move.action) for move in happening.moves)
    return (*own, ("consequence", *happening.kind))
