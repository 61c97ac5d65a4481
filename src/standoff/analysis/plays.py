"""Sampled plays as sequences of events, and the typical play of a set.

Plays come from `standoff.solve.sample.sample_paths`, with exact beliefs and a seed. Their **events** are the moves and hazards
that news would report or that change the public state, in order and without the periods between. Let d(u, v) be the Levenshtein
distance: the number of events that must be inserted, deleted or replaced to turn one play into the other. The relative distance

    D(u, v) = 2 d(u, v) / (|u| + |v| + d(u, v))

is a metric between 0 and 1 that does not favour short plays. The **typical** play of a set is its medoid, the play with the
smallest mean distance to the others, among the plays of ordinary size: those whose length in periods and whose number of events
lie in the middle half.

References:
    Levenshtein, V. I. (1966), Binary codes capable of correcting deletions, insertions and reversals, Soviet Physics Doklady 10.
    Li Yujian and Liu Bo (2007), A normalized Levenshtein distance metric, IEEE Transactions on Pattern Analysis and Machine
        Intelligence 29.
    Kaufman, L. and Rousseeuw, P. J. (1990), Finding Groups in Data, chapter 2 (medoids).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.happenings import Happening, Words
from standoff.game.model import Game
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.public_steps import Step, list_public_steps
from standoff.solve.sample import Paths

__all__ = [
    "Goal",
    "PathStep",
    "Plays",
    "PublicPath",
    "Trail",
    "compute_distances",
    "find_medoid",
    "list_chain",
    "retrace",
    "select_plays",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Events = tuple[tuple[Hashable, ...], ...]
Route = tuple[tuple[int, ...], ...]
"""Milestones in the order in which they were met; milestones met in one period stand together."""

MOST_COMPARED = 250
"""At most so many plays to one outcome are compared with one another, the first ones sampled."""


@dataclass(frozen=True)
class Goal:
    """Where a path leads.

    Attributes:
        terminals: Terminals that count; empty together with `milestones` for a crisis that is still open at the horizon.
        milestones: Or milestones that are met in this order, the last of which is the goal.
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
        step: What happened in the layer.
    """

    period: int
    layer: int
    state: int
    step: Step


@dataclass(frozen=True)
class PublicPath:
    """A path from the start: everything that everybody sees.

    Attributes:
        steps: Its steps, one for each layer passed.
        probability: Probability of the path under the public measure.
    """

    steps: tuple[PathStep, ...]
    probability: float


@dataclass(frozen=True)
class Trail:
    """The layers that a play passed.

    Attributes:
        places: For every layer: (period, layer, state, action or -1, next state or -(terminal + 1)).
    """

    places: tuple[tuple[int, int, int, int, int], ...]

    @property
    def num_periods(self) -> int:
        """Number of periods begun."""
        return self.places[-1][0] + 1 if self.places else 0


@dataclass(frozen=True)
class Plays:
    """The sampled plays that reached one goal.

    Attributes:
        trails: The layers that each play passed.
        events: The events of each play, by which plays are compared.
        routes: The milestones that each play met, in order.
        examples: One happening for each kind of event.
    """

    trails: tuple[Trail, ...]
    events: tuple[Events, ...]
    routes: tuple[Route, ...]
    examples: dict[tuple[Hashable, ...], Happening]

    def count_sequences(self) -> list[tuple[Events, int]]:
        """Sequences of events and the number of plays with each, the most frequent first; ties in the order of sampling."""
        return Counter(self.events).most_common()

    def count_routes(self) -> list[tuple[Route, int]]:
        """Orders of milestones and the number of plays with each, the most frequent first; ties in the order of sampling."""
        return Counter(self.routes).most_common()

    def find_typical(self) -> Trail:
        """The medoid among the plays of ordinary size.

        Raises:
            ValueError: There is no play.
        """
        events = self.events[:MOST_COMPARED]
        sizes = np.array(
            [[trail.num_periods, len(own)] for trail, own in zip(self.trails, events, strict=False)], dtype=np.float64
        )
        return self.trails[find_medoid(events, sizes)]


def select_plays(paths: Paths, goal: Goal, *, words: Words) -> Plays:
    """Select the sampled plays that reached a goal, each up to the goal; an empty goal selects those open at the horizon."""
    examples: dict[tuple[Hashable, ...], Happening] = {}
    selected = _select_paths(paths, goal)
    trails = tuple(_make_trail(paths, path, goal, words.game) for path in selected)
    routes = tuple(
        _find_route(paths.milestone_period[path], trail.num_periods)
        for path, trail in zip(selected, trails, strict=True)
    )
    return Plays(trails, tuple(_list_events(trail, words, examples) for trail in trails), routes, examples)


def _find_route(met: Ints, num_periods: int) -> Route:
    """Milestones of one play in order, from the period in which each was met."""
    periods = sorted({int(period) for period in met if 0 <= period < num_periods})
    return tuple(tuple(np.flatnonzero(met == period).tolist()) for period in periods)


def _select_paths(paths: Paths, goal: Goal) -> list[int]:
    """Indices of the sampled paths that reached a goal."""
    if goal.milestones:
        return np.flatnonzero(paths.milestone_period[:, goal.milestones[-1]] >= 0).tolist()
    last = paths.states[-1]
    if not goal.terminals:
        return np.flatnonzero(last >= 0).tolist()
    return np.flatnonzero(np.isin(-last - 1, list(goal.terminals)) & (last < 0)).tolist()


def _make_trail(paths: Paths, path: int, goal: Goal, game: Game) -> Trail:
    """The layers that a sampled play passed up to its goal."""
    found: list[tuple[int, int, int, int, int]] = []
    num_periods, num_layers = paths.actions.shape[:2]
    last_period = num_periods - 1
    if goal.milestones:
        last_period = int(paths.milestone_period[path, goal.milestones[-1]])
    met = frozenset(m for m, period in enumerate(paths.milestone_period[path]) if 0 <= period < last_period)
    if goal.milestones and last_period == 0:
        met = add_met_on_arrival(game, game.epochs[0].layers[0], game.start, met)
        if goal.milestones[-1] in met:
            return Trail(())
    for period in range(last_period + 1):
        for s in range(num_layers):
            state = int(paths.layer_states[period, s, path])
            if state < 0:
                return Trail(tuple(found))
            after = paths.layer_states[period, s + 1, path] if s + 1 < num_layers else paths.states[period + 1, path]
            found.append((period, s, state, int(paths.actions[period, s, path]), int(after)))
            if goal.milestones and period == last_period and after >= 0:
                arrived = game.find_epoch(period).layers[(s + 1) % num_layers]
                met = add_met_on_arrival(game, arrived, int(after), met)
                if goal.milestones[-1] in met:
                    return Trail(tuple(found))
    return Trail(tuple(found))


def _list_events(trail: Trail, words: Words, examples: dict[tuple[Hashable, ...], Happening]) -> Events:
    """The events of a play; the first happening of each kind is added to `examples`."""
    found = []
    for period, s, state, action, target in trail.places:
        if action >= 0:
            happening = words.describe_step(period, s, state=state, action=action, target=target)
            if happening.is_visible:
                found.append(happening.kind)
                examples.setdefault(happening.kind, happening)
    return tuple(found)


def retrace(probabilities: ContinuationProbabilities, trails: Sequence[Trail]) -> tuple[PublicPath, ...]:
    """Compute the probability of every step of some plays, with exact beliefs.

    Args:
        probabilities: Continuation probabilities of the solved game; its targets do not matter.
        trails: The plays.

    Returns:
        The path of each play, in the same order.
    """
    game = probabilities.equilibrium.game
    steps: list[list[PathStep]] = [[] for _ in trails]
    beliefs = [tuple(game.prior_belief) for _ in trails]
    for period in range(max((trail.num_periods for trail in trails), default=0)):
        values = probabilities.values(period)
        for k, trail in enumerate(trails):
            for _, s, state, action, target in (place for place in trail.places if place[0] == period):
                here = list_public_steps(
                    probabilities.equilibrium, period, s, state=state, beliefs=beliefs[k], next_values=values[s + 1]
                )
                taken = next(step for step in here if (step.action, step.target) == (action, target))
                steps[k].append(PathStep(period, s, state, taken))
                beliefs[k] = taken.beliefs
    return tuple(
        PublicPath(tuple(own), float(np.prod([step.step.probability for step in own], initial=1.0))) for own in steps
    )


def find_medoid(sequences: Sequence[Events], sizes: Floats) -> int:
    """Find the sequence with the smallest mean relative distance to all others, among those of ordinary size.

    Args:
        sequences: Sequences of events, at least one.
        sizes: Measures of their size; shape (sequence, measure).

    Returns:
        Index of the sequence; of several the first.

    Raises:
        ValueError: There is no sequence.

    Examples:
        >>> find_medoid([(("a",),), (("a",), ("b",)), (("a",), ("b",), ("c",))], np.array([[1], [2], [3]]))
        1
    """
    if not sequences:
        raise ValueError("there is no sequence")
    lengths = np.array([len(one) for one in sequences])
    edits = compute_distances(sequences)
    total = lengths[:, None] + lengths[None, :] + edits
    mean = np.divide(2.0 * edits, total, out=np.zeros(edits.shape), where=total > 0).mean(axis=1)
    low, high = np.quantile(sizes, [0.25, 0.75], axis=0, method="nearest")
    is_ordinary = ((sizes >= low) & (sizes <= high)).all(axis=1)
    if not is_ordinary.any():  # no sequence is ordinary by every measure: only the first measure counts
        is_ordinary = (sizes[:, 0] >= low[0]) & (sizes[:, 0] <= high[0])
    return int(np.argmin(np.where(is_ordinary, mean, np.inf)))


def compute_distances(sequences: Sequence[Events]) -> Ints:
    """Compute the Levenshtein distance between every two sequences; shape (sequence, sequence).

    Examples:
        >>> compute_distances([(("a",), ("b",)), (("b",),), ()])
        array([[0, 1, 2],
               [1, 0, 1],
               [2, 1, 0]])
    """
    number: dict[Hashable, int] = {}
    lengths = np.array([len(one) for one in sequences])
    longest = int(lengths.max(initial=0))
    coded = np.full((len(sequences), longest), -1, dtype=np.int64)
    for k, one in enumerate(sequences):
        coded[k, : len(one)] = [number.setdefault(event, len(number)) for event in one]
    size = len(sequences)
    found = np.zeros((size, size), dtype=np.int64)
    # all pairs at once, row by row of the table of Wagner and Fischer
    row = np.broadcast_to(np.arange(longest + 1), (size, size, longest + 1)).copy()
    found[lengths == 0] = lengths
    for i in range(1, longest + 1):
        fresh = np.empty_like(row)
        fresh[..., 0] = i
        for j in range(1, longest + 1):
            differs = coded[:, None, i - 1] != coded[None, :, j - 1]
            fresh[..., j] = np.minimum(np.minimum(row[..., j], fresh[..., j - 1]) + 1, row[..., j - 1] + differs)
        row = fresh
        ended = lengths == i
        found[ended] = np.take_along_axis(row[ended], lengths[None, :, None], axis=2)[..., 0]
    return found


def list_chain(game: Game, milestone: int) -> Sequence[int]:
    """List a milestone and the milestones that must be met before it, in order."""
    chain = [milestone]
    while game.milestones[chain[0]].after >= 0:
        chain.insert(0, game.milestones[chain[0]].after)
    return chain
