"""Paths to the outcomes: how each outcome may come about, period by period.

For every outcome there are two answers, because a single path misleads:

* **a typical path**, the medoid of the sampled plays that reached the outcome (`standoff.analysis.plays`);
* **routes and sequences of events**, regardless of their dates: the order in which milestones were met, and the events in full,
  as shares of those plays with their standard errors. There are many full sequences, so even the most frequent has a small share.

The probability of a path is exact; only shares are estimated.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.happenings import Happening, Words, add_article
from standoff.analysis.plain import to_plain
from standoff.analysis.plays import Goal, Plays, PublicPath, list_chain, retrace, select_plays
from standoff.analysis.solution import Solution
from standoff.errors import InputError, Problem, suggest_nearest
from standoff.game.model import Game
from standoff.scenario import Scenario
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.result import Equilibrium
from standoff.solve.sample import sample_paths
from standoff.solve.target import UNRESOLVED, Target, find_probability
from standoff.text import format_day, format_percent

__all__ = ["Chapter", "EventSequence", "PathsToOutcome", "TypicalPath", "TypicalPaths", "check_names", "paths"]

Floats = NDArray[np.float64]

NOTABLE = 0.005
"""Smallest change of a belief that is reported."""


@dataclass(frozen=True)
class Chapter:
    """One period of a path, or several in a row in which nothing happened.

    Attributes:
        first_period: First period.
        last_period: Last period.
        starts: First day.
        ends_on: Day after the last.
        happenings: What happened, in order.
        beliefs: Public belief in the second type of each player with two types at the end; shape (player with two types,).
        probability: Probability, given the path up to here, that the outcome comes about by the horizon.
        text: The chapter in sentences.
    """

    first_period: int
    last_period: int
    starts: dt.date
    ends_on: dt.date
    happenings: tuple[Happening, ...]
    beliefs: tuple[float, ...]
    probability: float
    text: str


@dataclass(frozen=True)
class TypicalPath:
    """One path, described period by period.

    Attributes:
        probability: Probability of exactly this path.
        share: Probability of the path given its outcome.
        chapters: Its periods.
        path: The path itself.
    """

    probability: float
    share: float
    chapters: tuple[Chapter, ...]
    path: PublicPath

    @property
    def text(self) -> str:
        """The path in sentences, a line for each chapter."""
        return "\n".join(chapter.text for chapter in self.chapters)


@dataclass(frozen=True)
class EventSequence:
    """A sequence of events or milestones, regardless of their dates.

    Attributes:
        events: The events or milestones in words; milestones that were met in one period stand together.
        share: Share of the sampled plays to the outcome that have this sequence.
        standard_error: Standard error of the share: the posterior standard deviation from a uniform prior, which is positive
            even where all plays or none have the sequence.
    """

    events: tuple[str, ...]
    share: float
    standard_error: float


@dataclass(frozen=True)
class PathsToOutcome:
    """The paths to one outcome, package or milestone.

    Attributes:
        name: Name of the outcome, package or milestone.
        kind: "outcome", "package" or "milestone".
        label: Label for people.
        probability: Probability by the horizon, from the forecast.
        typical: A typical path; None where no sampled play reached the outcome.
        num_plays: Number of sampled plays that reached it.
        routes: The most frequent orders of milestones among those plays.
        sequences: The most frequent sequences of events among those plays; only those that occurred more than once.
    """

    name: str
    kind: str
    label: str
    probability: float
    typical: TypicalPath | None
    num_plays: int
    routes: tuple[EventSequence, ...]
    sequences: tuple[EventSequence, ...]


@dataclass(frozen=True, repr=False)
class TypicalPaths:
    """The paths to several outcomes.

    Attributes:
        outcomes: The paths to each outcome, package or milestone.
        num_samples: Number of plays sampled in all.
        seed: Random seed of the sampling.
        horizon: Day of the horizon.
        belief_labels: The beliefs in words, in the order of `Chapter.beliefs`.
    """

    outcomes: tuple[PathsToOutcome, ...]
    num_samples: int
    seed: int
    horizon: dt.date
    belief_labels: tuple[str, ...]

    def __getitem__(self, name: str) -> PathsToOutcome:
        """The paths to one outcome, package or milestone.

        Raises:
            KeyError: The paths to it were not asked for.
        """
        for one in self.outcomes:
            if one.name == name:
                return one
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """Everything but the bare paths as plain data; the keys are the attributes."""
        found: dict[str, Any] = to_plain(self, without=["path"])
        return found

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.outcomes)
        return f"<TypicalPaths to {names}: {self.num_samples} plays sampled with seed {self.seed}>"


def paths(
    solution: Solution,
    names: Sequence[str] | None = None,
    *,
    num_samples: int = 5000,
    seed: int = 1,
    num_sequences: int = 3,
) -> TypicalPaths:
    """Describe how each outcome may come about.

    Args:
        solution: The solution; the values of its periods need not have been kept.
        names: Outcomes, packages, milestones or `unresolved`; None: every outcome.
        num_samples: Number of plays to sample, at least 1.
        seed: Random seed; the same seed gives the same paths.
        num_sequences: Number of routes and sequences to report for each outcome.

    Raises:
        InputError: A name is none of those; carries every fault.
        ValueError: `num_samples` is below 1.

    Examples:
        >>> from standoff import load, solve
        >>> found = paths(solve(load("cuba-1962", overrides=["period.horizon=2"])), ["settlement"], num_samples=200)
        >>> found["settlement"].typical.chapters[0].starts.isoformat()
        '1962-10-22'
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    game = equilibrium.game
    goals = sorted(_list_goals(scenario, equilibrium, names), key=lambda one: one.target is None)
    words = Words(scenario, game)
    probabilities = ContinuationProbabilities(
        equilibrium,
        [one.target for one in goals if one.target is not None],
        ends=[one.goal.terminals for one in goals if one.target is None],
    )
    sampled = sample_paths(equilibrium, num_samples, seed, values=probabilities.values)
    plays = [select_plays(sampled, one.goal, words=words) for one in goals]
    typical = iter(retrace(probabilities, [own.find_typical() for own in plays if own.trails]))
    writer = _Writer(words, probabilities)
    labels = [milestone.label for milestone in game.milestones]
    found = tuple(
        PathsToOutcome(
            name=one.name,
            kind=one.kind,
            label=one.label,
            probability=one.probability,
            typical=writer.describe(next(typical), k, one.probability) if own.trails else None,
            num_plays=len(own.trails),
            routes=_count_routes(own, labels, num_sequences),
            sequences=_count_sequences(own, num_sequences),
        )
        for k, (one, own) in enumerate(zip(goals, plays, strict=True))
    )
    return TypicalPaths(found, num_samples, seed, scenario.find_date(scenario.num_periods), writer.belief_labels)


@dataclass(frozen=True)
class _Goal:
    """An outcome, milestone or package whose paths are asked for; a package has no target."""

    name: str
    kind: str
    label: str
    goal: Goal
    target: Target | None
    probability: float


def check_names(game: Game, names: Sequence[str] | None) -> tuple[str, ...]:
    """Check the names of outcomes, milestones and packages, and return each once.

    Args:
        game: The game.
        names: Names of outcomes, milestones, packages or `unresolved`; None: all outcomes.

    Raises:
        InputError: A name is none of those; carries every fault.
    """
    valid = [*game.outcomes, *(milestone.name for milestone in game.milestones), *game.packages, UNRESOLVED]
    wanted = tuple(dict.fromkeys(names or game.outcomes))
    problems = [
        Problem(
            "unknown-target", f"there is no outcome, milestone or package `{name}`", help=suggest_nearest(name, valid)
        )
        for name in wanted
        if name not in valid
    ]
    if problems:
        raise InputError(problems)
    return wanted


def _list_goals(scenario: Scenario, equilibrium: Equilibrium, names: Sequence[str] | None) -> list[_Goal]:
    """The goals of some names."""
    game = equilibrium.game
    milestones = [milestone.name for milestone in game.milestones]
    found = []
    for name in check_names(game, names):
        if name in milestones:
            chain = tuple(list_chain(game, milestones.index(name)))
            target = Target("milestone", name)
            label = scenario.milestones[name].label
            found.append(
                _Goal(name, "milestone", label, Goal(milestones=chain), target, find_probability(equilibrium, target))
            )
        elif name in game.packages and name not in (*game.outcomes, UNRESOLVED):
            own = np.flatnonzero(game.terminals.package == game.packages.index(name))
            probability = float(equilibrium.sweep.absorbed[-1, own, 0].sum())
            found.append(_Goal(name, "package", game.get_label(name), Goal(frozenset(own.tolist())), None, probability))
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


def _count_sequences(plays: Plays, count: int) -> tuple[EventSequence, ...]:
    """The most frequent sequences of events."""
    return tuple(
        _make_sequence(tuple(plays.examples[event].summary for event in events), number, len(plays.trails))
        for events, number in plays.count_sequences()[:count]
        if number > 1
    )


def _count_routes(plays: Plays, labels: Sequence[str], count: int) -> tuple[EventSequence, ...]:
    """The most frequent orders of milestones."""
    return tuple(
        _make_sequence(tuple("; ".join(labels[m] for m in together) for together in route), number, len(plays.trails))
        for route, number in plays.count_routes()[:count]
    )


def _make_sequence(events: tuple[str, ...], number: int, total: int) -> EventSequence:
    yes, no = number + 1.0, total - number + 1.0
    return EventSequence(events, number / total, math.sqrt(yes * no / (yes + no + 1.0)) / (yes + no))


class _Writer:
    """Describes paths in sentences."""

    def __init__(self, words: Words, probabilities: ContinuationProbabilities) -> None:
        self.words, self.probabilities = words, probabilities
        self.game = probabilities.equilibrium.game
        self.scenario = words.scenario
        players = [self.game.players[i] for i in self.game.belief_players]
        self.belief_labels = tuple(
            f"{add_article(player.label)} is {_format_slug(player.player_types[1])}" for player in players
        )

    def describe(self, path: PublicPath, index: int, probability: float) -> TypicalPath:
        """Describe a path.

        Args:
            path: The path.
            index: Index of its outcome among the continuation probabilities.
            probability: Probability of its outcome.
        """
        chapters: list[Chapter] = []
        beliefs = tuple(self.game.prior_belief)
        met: frozenset[int] = frozenset()
        for period in sorted({step.period for step in path.steps}):
            epoch = self.game.find_epoch(period)
            happenings = []
            before = beliefs
            target = 0
            for one in (step for step in path.steps if step.period == period):
                met = add_met_on_arrival(self.game, epoch.layers[one.layer], one.state, met)
                target, beliefs = one.step.target, one.step.beliefs
                if one.step.action >= 0:
                    happenings.append(
                        self.words.describe_step(
                            period, one.layer, state=one.state, action=one.step.action, target=target
                        )
                    )
            to_come = 1.0
            if period < path.steps[-1].period:
                met_in = dict.fromkeys(met, period)  # in time, as the target is by the horizon
                to_come = float(self.probabilities.at(period + 1, 0, state=target, beliefs=beliefs, met=met_in)[index])
            first = period
            if not happenings and chapters and not chapters[-1].happenings:
                first = chapters.pop().first_period
            chapters.append(self._describe_chapter(first, period, tuple(happenings), (before, beliefs), to_come))
        share = path.probability / probability if probability > 0.0 else math.nan
        return TypicalPath(path.probability, share, tuple(chapters), path)

    def _describe_chapter(
        self,
        first: int,
        last: int,
        happenings: tuple[Happening, ...],
        beliefs: tuple[tuple[float, ...], tuple[float, ...]],
        probability: float,
    ) -> Chapter:
        """Describe one period, or several without an event."""
        starts, ends_on = self.scenario.find_date(first), self.scenario.find_date(last + 1)
        sentences = [one.text for one in happenings]
        sentences += [
            f"The others' belief that {label} changes from {format_percent(before)} to {format_percent(after)}."
            for label, before, after in zip(self.belief_labels, *beliefs, strict=True)
            if abs(after - before) >= NOTABLE
        ]
        text = f"{_format_days(starts, ends_on)}: {' '.join(sentences)}"
        if not happenings:
            text = f"{_format_days(starts, ends_on)}: nothing happens."
        return Chapter(first, last, starts, ends_on, happenings, beliefs[1], probability, text)


def _format_days(starts: dt.date, ends_on: dt.date) -> str:
    """The days of a chapter in words.

    Examples:
        >>> _format_days(dt.date(2026, 2, 2), dt.date(2026, 2, 9)), _format_days(dt.date(1962, 10, 22), dt.date(1962, 10, 23))
        ('2 to 8 February 2026', '22 October 1962')
        >>> _format_days(dt.date(2026, 2, 23), dt.date(2026, 3, 9))
        '23 February to 8 March 2026'
    """
    last = max(starts, ends_on - dt.timedelta(days=1))
    if last == starts:
        return format_day(starts)
    if last.year != starts.year:
        return f"{format_day(starts)} to {format_day(last)}"
    if last.month != starts.month:
        return f"{starts.day} {starts:%B} to {format_day(last)}"
    return f"{starts.day} to {format_day(last)}"


def _format_slug(slug: str) -> str:
    return slug.replace("_", " ")
