"""Sampled plays as sequences of events, and the typical one among them.

Plays come from `standoff.solve.sample.sample_paths`, with exact beliefs and a seed. Their **events** are what shows: moves and
hazards that news would report or that change the public state, in their order, without the weeks between. With the distance of
Levenshtein d(u, v), how many events have to be put in, taken out or exchanged to make one play of the other, their relative
distance is

    D(u, v) = 2 d(u, v) / (|u| + |v| + d(u, v)),

a metric between 0 and 1 that does not favour short plays. The **typical** play of a set is its medoid, the one with the smallest
mean distance to the others, among those of ordinary size: neither their length in periods nor their number of events lies
outside the middle half.

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
from standoff.analysis.likeliest import Goal, PathStep, PublicPath
from standoff.game.model import Game
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.public_steps import list_public_steps
from standoff.solve.sample import Paths

__all__ = ["Plays", "Trail", "distances", "medoid", "plays_to", "retrace"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Events = tuple[tuple[Hashable, ...], ...]
Route = tuple[tuple[int, ...], ...]
"""Milestones in the order in which they were met; those of one period together."""

MOST_COMPARED = 250
"""Plays to one end compared with one another at most, the first ones sampled."""


@dataclass(frozen=True)
class Trail:
    """Which way a play went.

    Attributes:
        places: (period, layer, state, action or -1, state that follows or -(terminal + 1)) of every layer passed.
    """

    places: tuple[tuple[int, int, int, int, int], ...]

    @property
    def num_periods(self) -> int:
        """Periods begun."""
        return self.places[-1][0] + 1 if self.places else 0


@dataclass(frozen=True)
class Plays:
    """The sampled plays that led to one end.

    Attributes:
        trails: Each play.
        events: Events of each play, by which plays are compared.
        routes: Milestones that each play met on its way, in order.
        examples: For each event, one happening of its kind.
    """

    trails: tuple[Trail, ...]
    events: tuple[Events, ...]
    routes: tuple[Route, ...]
    examples: dict[tuple[Hashable, ...], Happening]

    def counts(self) -> list[tuple[Events, int]]:
        """Each sequence of events with how many plays have it, the most frequent first; ties in the order of sampling."""
        return Counter(self.events).most_common()

    def route_counts(self) -> list[tuple[Route, int]]:
        """Each order of milestones with how many plays have it, the most frequent first; ties in the order of sampling."""
        return Counter(self.routes).most_common()

    def typical(self) -> Trail:
        """The medoid of ordinary size.

        Raises:
            ValueError: There is no play.
        """
        events = self.events[:MOST_COMPARED]
        sizes = np.array(
            [[trail.num_periods, len(own)] for trail, own in zip(self.trails, events, strict=False)], dtype=np.float64
        )
        return self.trails[medoid(events, sizes)]


def plays_to(paths: Paths, goal: Goal, *, words: Words) -> Plays:
    """The sampled plays that reached a goal, each up to where it did; with no goal those still open at the horizon."""
    examples: dict[tuple[Hashable, ...], Happening] = {}
    chosen = _chosen(paths, goal)
    trails = tuple(_trail(paths, path, goal, words.game) for path in chosen)
    routes = tuple(
        _route(paths.milestone_period[path], trail.num_periods) for path, trail in zip(chosen, trails, strict=True)
    )
    return Plays(trails, tuple(_events(trail, words, examples) for trail in trails), routes, examples)


def _route(met: Ints, num_periods: int) -> Route:
    periods = sorted({int(period) for period in met if 0 <= period < num_periods})
    return tuple(tuple(np.flatnonzero(met == period).tolist()) for period in periods)


def _chosen(paths: Paths, goal: Goal) -> list[int]:
    if goal.milestones:
        return np.flatnonzero(paths.milestone_period[:, goal.milestones[-1]] >= 0).tolist()
    last = paths.states[-1]
    if not goal.terminals:
        return np.flatnonzero(last >= 0).tolist()
    return np.flatnonzero(np.isin(-last - 1, list(goal.terminals)) & (last < 0)).tolist()


def _trail(paths: Paths, path: int, goal: Goal, game: Game) -> Trail:
    """The way of a sampled play up to its goal."""
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
                arrived = game.epoch_of(period).layers[(s + 1) % num_layers]
                met = add_met_on_arrival(game, arrived, int(after), met)
                if goal.milestones[-1] in met:
                    return Trail(tuple(found))
    return Trail(tuple(found))


def _events(trail: Trail, words: Words, examples: dict[tuple[Hashable, ...], Happening]) -> Events:
    """The events of a play; the first happening of each kind is noted."""
    found = []
    for period, s, state, action, target in trail.places:
        if action >= 0:
            happening = words.happening(period, s, state=state, action=action, target=target)
            if happening.is_visible:
                found.append(happening.kind)
                examples.setdefault(happening.kind, happening)
    return tuple(found)


def retrace(probabilities: ContinuationProbabilities, trails: Sequence[Trail]) -> tuple[PublicPath, ...]:
    """Walk trails again with exact beliefs, for the probability of every step.

    Args:
        probabilities: Continuation probabilities of the solved game; its targets do not matter.
        trails: Where to walk.

    Returns:
        The paths, in the same order.
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


def medoid(sequences: Sequence[Events], sizes: Floats) -> int:
    """The sequence with the smallest mean relative distance to all, among those of ordinary size.

    Args:
        sequences: Sequences of events, at least one.
        sizes: Any measures of their size; shape (sequence, measure).

    Returns:
        Its index; of several the first.

    Raises:
        ValueError: There is no sequence.

    Examples:
        >>> medoid([(("a",),), (("a",), ("b",)), (("a",), ("b",), ("c",))], np.array([[1], [2], [3]]))
        1
    """
    if not sequences:
        raise ValueError("there is no sequence")
    lengths = np.array([len(one) for one in sequences])
    edits = distances(sequences)
    total = lengths[:, None] + lengths[None, :] + edits
    mean = np.divide(2.0 * edits, total, out=np.zeros(edits.shape), where=total > 0).mean(axis=1)
    low, high = np.quantile(sizes, [0.25, 0.75], axis=0, method="nearest")
    is_ordinary = ((sizes >= low) & (sizes <= high)).all(axis=1)
    if not is_ordinary.any():  # the measures exclude one another: then the first alone counts
        is_ordinary = (sizes[:, 0] >= low[0]) & (sizes[:, 0] <= high[0])
    return int(np.argmin(np.where(is_ordinary, mean, np.inf)))


def distances(sequences: Sequence[Events]) -> Ints:
    """Distance of Levenshtein between every two sequences; shape (sequence, sequence).

    Examples:
        >>> distances([(("a",), ("b",)), (("b",),), ()])
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
    # all pairs at once, row by row of the table of the algorithm of Wagner and Fischer
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
