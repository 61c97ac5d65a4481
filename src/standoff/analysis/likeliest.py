"""The most probable public path to an end of the crisis, or to a milestone.

A public path is everything that everybody sees: layer by layer whether it came up, who did what and what came of it. Its
probability is the product of those of its steps (`standoff.solve.public_steps`), with the beliefs that follow from it exactly.

For every state of every layer in every period there is a bound on how probable any way on to the goal can be, whatever the
beliefs: with S(a) the largest belief-weighted strategy at any belief point,

    M(x) = max( (1-q) M(skip), q max_a S(a) max_y p(y|a) M(y) ),       M(goal) = 1.

The search walks forward through the layers and keeps every beginning of a path whose probability g, times M, exceeds the most
probable whole path found so far; of two that meet in the same state with the same beliefs, the less probable one is dropped
(dynamic programming, as in the algorithm of Viterbi, with bounds as in branch and bound). At most `width` beginnings are kept;
those that had to be dropped for it say how probable a path could have been overlooked. So either the path is the most probable
one, or the gap is known. The bound holds as far as the belief points resolve the strategies, which is checked at every node
walked.

References:
    Viterbi, A. J. (1967), Error bounds for convolutional codes, IEEE Transactions on Information Theory 13.
    Land, A. H. and Doig, A. G. (1960), An automatic method of solving discrete programming problems, Econometrica 28.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Game, Layer
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.public_steps import Step, list_public_steps
from standoff.solve.result import Equilibrium

__all__ = ["Goal", "Likeliest", "PathStep", "PublicPath", "chain_of", "likeliest_path"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_WIDTH = 64
"""Beginnings kept in the first pass, which finds a good path for the second to beat."""
DIGITS = 12
"""Beliefs that agree to so many digits are one belief."""
EXCESS = 1e-9
"""Share by which a strategy between belief points may exceed the largest at them before the bound counts as broken."""


@dataclass(frozen=True)
class Goal:
    """Where a path is to lead.

    Attributes:
        terminals: Ends of the crisis that count.
        milestones: Or the milestones to be met one after the other, the last of which is the goal.
    """

    terminals: frozenset[int] = frozenset()
    milestones: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a path.

    Attributes:
        period: Period.
        layer: Index of the layer.
        state: State in which the layer was entered.
        step: What happened there.
    """

    period: int
    layer: int
    state: int
    step: Step


@dataclass(frozen=True)
class PublicPath:
    """A path from the start.

    Attributes:
        steps: Its steps, one for each layer that was passed.
        probability: Under the public measure.
    """

    steps: tuple[PathStep, ...]
    probability: float


@dataclass(frozen=True)
class Likeliest:
    """What the search found.

    Attributes:
        path: The most probable path found, None if no path leads to the goal by the horizon.
        bound: No path to the goal is more probable than this.
        num_nodes: Places walked.
    """

    path: PublicPath | None
    bound: float
    num_nodes: int

    @property
    def is_proven(self) -> bool:
        """Whether no path is more probable than the one found."""
        return self.bound <= (self.path.probability if self.path else 0.0) * (1.0 + 1e-12)


@dataclass(frozen=True, slots=True)
class _Begun:
    """The beginning of a path, as a chain of its steps."""

    probability: float
    step: PathStep | None
    before: _Begun | None


def likeliest_path(probabilities: ContinuationProbabilities, goal: Goal, *, width: int) -> Likeliest:
    """Search the most probable public path to a goal by the horizon.

    Args:
        probabilities: Continuation probabilities of the solved game; its targets do not matter.
        goal: Where the path is to lead.
        width: Beginnings of paths kept at a time, at least 1.

    Returns:
        What was found.

    Raises:
        ValueError: `width` is below 1.
    """
    if width < 1:
        raise ValueError(f"width must be at least 1, not {width!r}")
    search = _Search(probabilities, goal)
    if search.reached is None:
        search.sweep(min(width, FIRST_WIDTH))
        if width > FIRST_WIDTH and search.overlooked > search.best:
            search.overlooked = 0.0
            search.sweep(width)
    path = None if search.reached is None else _unrolled(search.reached)
    bound = 1.0 if search.is_broken else max(search.best, search.overlooked)
    return Likeliest(path, bound, search.num_nodes)


class _Search:
    """The search for one goal.

    Attributes:
        reached: The most probable path found.
        best: Its probability.
        overlooked: Bound on the paths that were dropped for want of room.
        is_broken: Whether a strategy was met that exceeds the largest one at the belief points: then M proves nothing.
        num_nodes: Places walked.
    """

    def __init__(self, probabilities: ContinuationProbabilities, goal: Goal) -> None:
        self.probabilities, self.goal = probabilities, goal
        self.equilibrium = probabilities.equilibrium
        self.game = self.equilibrium.game
        self.best = 0.0
        self.overlooked = 0.0
        self.is_broken = False
        self.num_nodes = 0
        self.reached: _Begun | None = None
        self.first = self._arrive(self.game.epochs[0].layers[0], self.game.start, 0)
        if self.goal.milestones and self.first == len(self.goal.milestones):
            self.reached, self.best = _Begun(1.0, None, None), 1.0

    def _arrive(self, layer: Layer, state: int, waits: int) -> int:
        """How many milestones of the goal are met once a state is entered, of which `waits` were before."""
        if waits < len(self.goal.milestones) and layer.milestone_holds[state, self.goal.milestones[waits]]:
            return waits + 1
        return waits

    @cached_property
    def bounds(self) -> list[list[Floats]]:
        """M by period and layer, milestones on arrival already counted; shape (milestones met, state)."""
        game = self.game
        num = max(1, len(self.goal.milestones))
        horizon = np.zeros((num, game.num_states[0]))
        later = horizon
        found: list[list[Floats]] = []
        for period in range(game.num_periods - 1, -1, -1):
            epoch = game.epoch_of(period)
            rows: list[Floats] = [later]
            for s in range(game.num_layers - 1, -1, -1):
                arrived = epoch.layers[(s + 1) % game.num_layers]
                rows.insert(0, self._bound(period, s, self._arriving(arrived, rows[0])))
            found.insert(0, rows)
            later = rows[0]
        return found

    def _arriving(self, layer: Layer, standing: Floats) -> Floats:
        """M of what arrives in a state, from M of what stands there."""
        found = standing.copy()
        for k, m in enumerate(self.goal.milestones):
            further = standing[k + 1] if k + 1 < len(self.goal.milestones) else 1.0
            found[k] = np.where(layer.milestone_holds[:, m], further, found[k])
        return found

    def _bound(self, period: int, s: int, arriving: Floats) -> Floats:
        layer = self.game.epoch_of(period).layers[s]
        ends = np.isin(np.arange(len(self.game.terminals.outcome)), list(self.goal.terminals)).astype(np.float64)
        largest = _largest_shares(self.equilibrium, period, s)
        actions, targets, chances = _merged(layer)
        found = np.zeros((len(arriving), layer.num_states))
        comes_up = (layer.mover >= 0) | layer.is_chance
        arrival = np.where(comes_up, layer.arrival, 0.0)
        state_of = np.repeat(np.arange(layer.num_states), np.diff(layer.action_start))
        for k in range(len(arriving)):
            worth = np.where(targets < 0, ends[np.where(targets < 0, -targets - 1, 0)], 0.0)
            alive = targets >= 0
            worth[alive] = arriving[k, targets[alive]]
            reach = np.zeros(layer.num_actions)
            np.maximum.at(reach, actions, chances * worth)
            np.maximum.at(found[k], state_of, arrival[state_of] * largest * reach)
            passing = np.where(arrival < 1.0, (1.0 - arrival) * arriving[k, layer.skip], 0.0)
            found[k] = np.maximum(found[k], passing)
        return found

    def sweep(self, width: int) -> None:
        """Walk forward through the game, keeping at most `width` beginnings."""
        game = self.game
        frontier = {(game.start, game.prior_belief, self.first): _Begun(1.0, None, None)}
        for period in range(game.num_periods):
            if not frontier:
                return
            values = self.probabilities.values(period)
            for s in range(game.num_layers):
                frontier = self._walk(period, s, frontier, values[s + 1], width)

    def _walk(
        self,
        period: int,
        s: int,
        frontier: dict[tuple[int, tuple[float, ...], int], _Begun],
        later: Floats,
        width: int,
    ) -> dict[tuple[int, tuple[float, ...], int], _Begun]:
        """Walk every beginning through one layer."""
        game = self.game
        arrived = game.epoch_of(period).layers[(s + 1) % game.num_layers]
        standing = self.bounds[period][s + 1]
        largest = _largest_shares(self.equilibrium, period, s)
        layer = game.epoch_of(period).layers[s]
        following: dict[tuple[int, tuple[float, ...], int], _Begun] = {}
        for (state, beliefs, waits), begun in frontier.items():
            self.num_nodes += 1
            shares: dict[int, float] = {}
            for step in list_public_steps(self.equilibrium, period, s, state=state, beliefs=beliefs, next_values=later):
                shares[step.action] = shares.get(step.action, 0.0) + step.probability
                probability = begun.probability * step.probability
                if probability <= self.best:
                    continue
                taken = _Begun(probability, PathStep(period, s, state, step), begun)
                if step.target < 0:
                    if -step.target - 1 in self.goal.terminals:
                        self._reach(taken)
                    continue
                now = self._arrive(arrived, step.target, waits)
                if self.goal.milestones and now == len(self.goal.milestones):
                    self._reach(taken)
                    continue
                if probability * standing[now, step.target] <= self.best:
                    continue
                key = (step.target, tuple(round(b, DIGITS) for b in step.beliefs), now)
                known = following.get(key)
                if known is None or known.probability < probability:
                    following[key] = taken
            self._check(layer, state, shares, largest)
        return self._keep(following, standing, width)

    def _reach(self, begun: _Begun) -> None:
        self.reached, self.best = begun, begun.probability

    def _check(self, layer: Layer, state: int, shares: dict[int, float], largest: Floats) -> None:
        """Note where a strategy exceeds the largest one at the belief points."""
        for action, share in shares.items():
            if action >= 0 and share > layer.arrival[state] * largest[action] * (1.0 + EXCESS):
                self.is_broken = True

    def _keep(
        self, following: dict[tuple[int, tuple[float, ...], int], _Begun], standing: Floats, width: int
    ) -> dict[tuple[int, tuple[float, ...], int], _Begun]:
        """Those that may still lead to something better, and no more than there is room for."""
        hopes = {key: begun.probability * float(standing[key[2], key[0]]) for key, begun in following.items()}
        promising = [key for key in following if hopes[key] > self.best]
        if len(promising) > width:
            promising.sort(key=lambda key: (-hopes[key], key))
            self.overlooked = max(self.overlooked, hopes[promising[width]])
            promising = promising[:width]
        return {key: following[key] for key in promising}


def _unrolled(begun: _Begun) -> PublicPath:
    steps: list[PathStep] = []
    place: _Begun | None = begun
    while place is not None:
        if place.step is not None:
            steps.append(place.step)
        place = place.before
    return PublicPath(tuple(reversed(steps)), begun.probability)


def _merged(layer: Layer) -> tuple[Ints, Ints, Floats]:
    """Action, target and probability of the consequences of a layer, those that lead to the same state as one."""
    action = np.repeat(np.arange(layer.num_actions), np.diff(layer.branch_start))
    pairs, place = np.unique(np.stack([action, layer.branch_target]), axis=1, return_inverse=True)
    chances = np.zeros(pairs.shape[1])
    np.add.at(chances, place.ravel(), layer.branch_probability)
    return pairs[0], pairs[1], chances


def _largest_shares(equilibrium: Equilibrium, period: int, s: int) -> Floats:
    """The largest public probability of each action of a layer at any belief point; shape (action,)."""
    game = equilibrium.game
    layer = game.epoch_of(period).layers[s]
    if layer.is_chance or not layer.num_actions:
        return np.ones(layer.num_actions)
    state_of = np.repeat(np.arange(layer.num_states), np.diff(layer.action_start))
    grid, points = equilibrium.grid, equilibrium.num_points
    if layer.second is None:
        return _largest(game, layer.mover[state_of], equilibrium.strategies[period][s], grid.arrays.own_belief, points)
    across = layer.second.num_actions[state_of]
    first = layer.action_start[state_of]
    place = np.arange(layer.num_actions) - first
    one = equilibrium.strategies[period][s][first + place // across * across]
    two = equilibrium.second_strategies[period][s][first + place % across]
    share = _largest(game, layer.mover[state_of], one, grid.beliefs, points)
    other = layer.second.mover[state_of]
    return share * np.where(other >= 0, _largest(game, other.clip(min=0), two, grid.beliefs, points), 1.0)


def _largest(game: Game, movers: NDArray[np.int32], strategies: Floats, beliefs: Floats, points: int) -> Floats:
    """Largest belief-weighted strategy over the points, by action."""
    axes = np.array(
        [game.belief_players.index(i) if i in game.belief_players else -1 for i in range(len(game.players))]
    )
    axis = axes[movers]
    first, second = strategies[:, 0, :points], strategies[:, -1, :points]
    belief = np.where(axis[:, None] >= 0, beliefs[axis.clip(min=0), :points], 0.0)
    found: Floats = ((1.0 - belief) * first + belief * second).max(axis=1)
    return found


def chain_of(game: Game, milestone: int) -> Sequence[int]:
    """A milestone with those that must come before it, in order."""
    chain = [milestone]
    while game.milestones[chain[0]].after >= 0:
        chain.insert(0, game.milestones[chain[0]].after)
    return chain
