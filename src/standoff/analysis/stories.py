"""How it might come about: the way to each end of the crisis, told period by period.

Three answers for every outcome, because a single one misleads:

* **the most probable path**, proved or with its gap (`standoff.analysis.likeliest`). Each single path is improbable, and the
  most probable one is nearly always a short one: every further period of waiting costs probability, so what may come early
  comes early;
* **a typical path**, the medoid of the plays that led there (`standoff.analysis.played`), sampled with a seed;
* **routes and sequences of events**, whenever they came: in which order milestones were met, and what happened in full, as
  shares of those plays with their standard errors. Full sequences are many, so even the most frequent ones have small shares.

Every path is told with its probability, which is exact; only shares are estimated.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.happenings import Happening, Words, named
from standoff.analysis.likeliest import Goal, Likeliest, PublicPath, chain_of, likeliest_path
from standoff.analysis.plain import plain
from standoff.analysis.played import Plays, plays_to, retrace
from standoff.analysis.solution import Solution
from standoff.errors import InputError, Problem, nearest
from standoff.game.model import Game
from standoff.scenario import Scenario
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.result import Equilibrium
from standoff.solve.sample import sample_paths
from standoff.solve.target import UNRESOLVED, Target, find_probability

__all__ = ["Chapter", "EventSequence", "OutcomeStories", "Stories", "Story", "check_names", "stories"]

Floats = NDArray[np.float64]

WIDTH = 2000
"""Beginnings of paths kept in the search for the most probable one."""
NOTABLE = 0.005
"""Change of a belief that is told."""


@dataclass(frozen=True)
class Chapter:
    """One period of a story, or several in a row in which nothing happened.

    Attributes:
        first_period: First period.
        last_period: Last period.
        starts: First day.
        ends_on: First day after it.
        happenings: What happened, in order.
        beliefs: Public belief in the second type of each player with two types at the end; shape (player with two types,).
        probabilities: Probability of the story's end, by the horizon, seen from there.
        text: The chapter in sentences.
    """

    first_period: int
    last_period: int
    starts: dt.date
    ends_on: dt.date
    happenings: tuple[Happening, ...]
    beliefs: tuple[float, ...]
    probabilities: float
    text: str


@dataclass(frozen=True)
class Story:
    """One path, told.

    Attributes:
        probability: Of this very path, exactly.
        share: Its probability given that it comes to this end.
        chapters: Its parts.
        path: The path itself.
    """

    probability: float
    share: float
    chapters: tuple[Chapter, ...]
    path: PublicPath

    @property
    def text(self) -> str:
        """The story, a line for each chapter."""
        return "\n".join(chapter.text for chapter in self.chapters)


@dataclass(frozen=True)
class EventSequence:
    """What happened, in order, whenever it did.

    Attributes:
        events: The events, in words, or the milestones; those met in one period stand together.
        share: Share of the sampled plays to this end that went so.
        standard_error: Of the share: the posterior standard deviation from a uniform prior, which is not 0 where all plays or
            none went so.
    """

    events: tuple[str, ...]
    share: float
    standard_error: float


@dataclass(frozen=True)
class OutcomeStories:
    """The ways to one end, or to one milestone.

    Attributes:
        name: Slug of the outcome, package or milestone.
        kind: "outcome", "package" or "milestone".
        label: Text for people.
        probability: By the horizon, from the forecast.
        likeliest: The most probable path; None where it was not searched or there is none.
        bound: No path is more probable than this; nan where it was not searched.
        is_proven: Whether no path is more probable than `likeliest`.
        typical: A typical path, None where no sampled play came to this end.
        num_plays: Sampled plays that did.
        routes: The most frequent orders of milestones among them.
        sequences: The most frequent sequences of events among them, those that came up more than once.
    """

    name: str
    kind: str
    label: str
    probability: float
    likeliest: Story | None
    bound: float
    is_proven: bool
    typical: Story | None
    num_plays: int
    routes: tuple[EventSequence, ...]
    sequences: tuple[EventSequence, ...]


@dataclass(frozen=True)
class Stories:
    """The ways to all ends asked for.

    Attributes:
        outcomes: One for each.
        num_samples: Plays sampled in all.
        seed: Seed of the sampling.
        horizon: Day of the horizon.
        belief_labels: What the beliefs are of, in words.
    """

    outcomes: tuple[OutcomeStories, ...]
    num_samples: int
    seed: int
    horizon: dt.date
    belief_labels: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Everything but the bare paths as plain data; the keys are the attributes."""
        found: dict[str, Any] = plain(self, without=["path"])
        return found


def stories(
    solution: Solution,
    names: Sequence[str] | None = None,
    *,
    num_samples: int = 5000,
    seed: int = 1,
    width: int = WIDTH,
    num_sequences: int = 3,
) -> Stories:
    """Tell how each end might come about.

    Args:
        solution: The solution; the values of its periods need not have been kept.
        names: Outcomes, packages, milestones or `unresolved`; by default every outcome. For `unresolved` no most probable path
            is searched: it is the one on which nothing happens.
        num_samples: Plays to sample, at least 1.
        seed: Seed of the sampling; the same seed gives the same stories.
        width: Beginnings of paths kept in the search for the most probable one.
        num_sequences: Sequences of events to give.

    Returns:
        The stories.

    Raises:
        InputError: A name is none of those; carries every fault.
        ValueError: `num_samples` or `width` is below 1.
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    game = equilibrium.game
    goals = sorted(_goals(scenario, equilibrium, names), key=lambda one: one.target is None)
    words = Words(scenario, game)
    targets = [one.target for one in goals if one.target is not None]
    probabilities = ContinuationProbabilities(
        equilibrium, targets, ends=[one.goal.terminals for one in goals if one.target is None]
    )
    paths = sample_paths(equilibrium, num_samples, seed, values=probabilities.values)
    found: list[tuple[_Goal, Likeliest | None, Plays, float]] = []
    for one in goals:
        likeliest = None if one.name == UNRESOLVED else likeliest_path(probabilities, one.goal, width=width)
        found.append((one, likeliest, plays_to(paths, one.goal, words=words), one.probability))
    typical = retrace(probabilities, [plays.typical() for _, _, plays, _ in found if plays.trails])
    teller = _Teller(words, probabilities)
    told = []
    rest = list(typical)
    for k, (one, likeliest, plays, probability) in enumerate(found):
        path = likeliest.path if likeliest is not None else None
        middle = rest.pop(0) if plays.trails else None
        told.append(
            OutcomeStories(
                name=one.name,
                kind=one.kind,
                label=one.label,
                probability=probability,
                likeliest=teller.story(path, k, probability) if path else None,
                bound=likeliest.bound if likeliest is not None else math.nan,
                is_proven=likeliest.is_proven if likeliest is not None else False,
                typical=teller.story(middle, k, probability) if middle else None,
                num_plays=len(plays.trails),
                routes=_routes(plays, [milestone.label for milestone in game.milestones], num_sequences),
                sequences=_sequences(plays, num_sequences),
            )
        )
    horizon = scenario.date_of_period(scenario.num_periods)
    return Stories(tuple(told), num_samples, seed, horizon, teller.belief_labels)


@dataclass(frozen=True)
class _Goal:
    """One thing that stories are asked for; without a target it is a package."""

    name: str
    kind: str
    label: str
    goal: Goal
    target: Target | None
    probability: float


def check_names(game: Game, names: Sequence[str] | None) -> tuple[str, ...]:
    """What stories can be asked for by name: outcomes, milestones, packages and `unresolved`.

    Args:
        game: The game.
        names: What was asked for; all outcomes where that is nothing.

    Returns:
        The names, each once.

    Raises:
        InputError: A name is none of those; carries every fault.
    """
    valid = [*game.outcomes, *(milestone.name for milestone in game.milestones), *game.packages, UNRESOLVED]
    wanted = tuple(dict.fromkeys(names or game.outcomes))
    problems = [
        Problem("unknown-target", f"there is no outcome, milestone or package `{name}`", help=nearest(name, valid))
        for name in wanted
        if name not in valid
    ]
    if problems:
        raise InputError(problems)
    return wanted


def _goals(scenario: Scenario, equilibrium: Equilibrium, names: Sequence[str] | None) -> list[_Goal]:
    """What was asked for."""
    game = equilibrium.game
    milestones = [milestone.name for milestone in game.milestones]
    found = []
    for name in check_names(game, names):
        if name in milestones:
            chain = tuple(chain_of(game, milestones.index(name)))
            target = Target("milestone", name)
            label = scenario.milestones[name].label
            found.append(
                _Goal(name, "milestone", label, Goal(milestones=chain), target, find_probability(equilibrium, target))
            )
        elif name in game.packages and name not in (*game.outcomes, UNRESOLVED):
            own = np.flatnonzero(game.terminals.package == game.packages.index(name))
            probabilities = float(equilibrium.sweep.absorbed[-1, own, 0].sum())
            found.append(_Goal(name, "package", game.label(name), Goal(frozenset(own.tolist())), None, probabilities))
        else:
            own = np.flatnonzero(game.terminals.outcome == (game.outcomes.index(name) if name in game.outcomes else -1))
            target = Target("outcome", name)
            label = scenario.unresolved.label if name == UNRESOLVED else scenario.outcomes[name].label
            found.append(
                _Goal(
                    name,
                    "outcome",
                    label,
                    Goal(frozenset(own.tolist())),
                    target,
                    find_probability(equilibrium, target),
                )
            )
    return found


def _sequences(plays: Plays, count: int) -> tuple[EventSequence, ...]:
    """The most frequent sequences of events."""
    return tuple(
        _share(tuple(plays.examples[event].summary for event in events), number, len(plays.trails))
        for events, number in plays.counts()[:count]
        if number > 1
    )


def _routes(plays: Plays, labels: Sequence[str], count: int) -> tuple[EventSequence, ...]:
    """The most frequent orders of milestones."""
    return tuple(
        _share(tuple("; ".join(labels[m] for m in together) for together in route), number, len(plays.trails))
        for route, number in plays.route_counts()[:count]
    )


def _share(events: tuple[str, ...], number: int, total: int) -> EventSequence:
    yes, no = number + 1.0, total - number + 1.0
    return EventSequence(events, number / total, math.sqrt(yes * no / (yes + no + 1.0)) / (yes + no))


class _Teller:
    """Tells paths in sentences."""

    def __init__(self, words: Words, probabilities: ContinuationProbabilities) -> None:
        self.words, self.probabilities = words, probabilities
        self.game = probabilities.equilibrium.game
        self.scenario = words.scenario
        players = [self.game.players[i] for i in self.game.belief_players]
        self.belief_labels = tuple(f"{named(player.label)} is {_plain(player.player_types[1])}" for player in players)

    def story(self, path: PublicPath, question: int, probability: float) -> Story:
        """Tell a path.

        Args:
            path: The path.
            question: Which probability of the continuation probabilities is that of its end.
            probability: Of its end.
        """
        chapters: list[Chapter] = []
        beliefs = tuple(self.game.prior_belief)
        met: frozenset[int] = frozenset()
        for period in sorted({step.period for step in path.steps}):
            epoch = self.game.epoch_of(period)
            happenings = []
            before = beliefs
            target = 0
            for one in (step for step in path.steps if step.period == period):
                met = add_met_on_arrival(self.game, epoch.layers[one.layer], one.state, met)
                target, beliefs = one.step.target, one.step.beliefs
                if one.step.action >= 0:
                    happenings.append(
                        self.words.happening(period, one.layer, state=one.state, action=one.step.action, target=target)
                    )
            probabilities = 1.0
            if period < path.steps[-1].period:
                met_in = dict.fromkeys(met, period)  # that is in time: what is asked for is by the horizon
                probabilities = float(
                    self.probabilities.at(period + 1, 0, state=target, beliefs=beliefs, met=met_in)[question]
                )
            first = period
            if not happenings and chapters and not chapters[-1].happenings:
                first = chapters.pop().first_period
            chapters.append(self._chapter(first, period, tuple(happenings), (before, beliefs), probabilities))
        share = path.probability / probability if probability > 0.0 else math.nan
        return Story(path.probability, share, tuple(chapters), path)

    def _chapter(
        self,
        first: int,
        last: int,
        happenings: tuple[Happening, ...],
        beliefs: tuple[tuple[float, ...], tuple[float, ...]],
        probabilities: float,
    ) -> Chapter:
        starts, ends_on = self.scenario.date_of_period(first), self.scenario.date_of_period(last + 1)
        told = [one.text for one in happenings]
        told += [
            f"To the others, the chance that {label} goes from {_percent(before)} to {_percent(after)}."
            for label, before, after in zip(self.belief_labels, *beliefs, strict=True)
            if abs(after - before) >= NOTABLE
        ]
        text = f"{_when(starts, ends_on)}: {' '.join(told)}"
        if not happenings:
            text = f"{_when(starts, ends_on)}: nothing happens."
        return Chapter(first, last, starts, ends_on, happenings, beliefs[1], probabilities, text)


def _when(starts: dt.date, ends_on: dt.date) -> str:
    """The days of a chapter.

    Examples:
        >>> _when(dt.date(2026, 2, 2), dt.date(2026, 2, 9)), _when(dt.date(1962, 10, 22), dt.date(1962, 10, 23))
        ('2 to 8 February 2026', '22 October 1962')
        >>> _when(dt.date(2026, 2, 23), dt.date(2026, 3, 9))
        '23 February to 8 March 2026'
    """
    last = max(starts, ends_on - dt.timedelta(days=1))
    if last == starts:
        return _day(starts)
    if last.year != starts.year:
        return f"{_day(starts)} to {_day(last)}"
    if last.month != starts.month:
        return f"{starts.day} {starts:%B} to {_day(last)}"
    return f"{starts.day} to {_day(last)}"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _percent(probability: float) -> str:
    """Whole per cent, never 0 or 100 for what is only nearly so."""
    if 0.0 < probability < 0.005:
        return "<1 %"
    if 0.995 <= probability < 1.0:
        return ">99 %"
    return f"{100 * probability:.0f} %"


def _plain(slug: str) -> str:
    return slug.replace("_", " ")
