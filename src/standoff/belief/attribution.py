"""What each observation did: leave one out, one by one, its surprise and its readings.

The equations are those of `standoff.belief.updating`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from standoff.belief.filter import Filter, Filtered, Slice
from standoff.belief.likelihood import ReportingModel, Weights, weigh
from standoff.belief.observation import Observation, period_of_event
from standoff.belief.posterior import (
    probabilities_of_targets,
)
from standoff.belief.reportable import ReportableEvent, Reportables, reportable_events
from standoff.errors import InputError, Problem, nearest
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import EVENT_CODES
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.result import Equilibrium

__all__ = ["SURPRISING", "Account", "Accountant", "Facts", "Reading", "possible_states"]

Floats = NDArray[np.float64]

SURPRISING = 8.0
"""Bits from which a report puts the model in doubt: it gave such a report one chance in 256 or less."""
SMALLEST_READING = 0.01
"""Events that are less likely than this to be what a report tells are not told one by one."""
MOST_READINGS = 6
"""Events that are told one by one, at most."""


@dataclass(frozen=True)
class Facts:
    """What is known for sure at the day of the update.

    Attributes:
        levels: Track -> its level.
        is_open: Whether it is known that nothing has ended the crisis; False: not known.
    """

    levels: Mapping[str, str] | None = None
    is_open: bool = False

    def __bool__(self) -> bool:
        return self.is_open or bool(self.levels)


@dataclass(frozen=True)
class Reading:
    """What a report may tell of.

    Attributes:
        event: Name of an event of the model; "" for the background, "other" for all events that are not told one by one.
        label: For people.
        probability: That it tells of it, given all reports; over the readings of a report they sum to one.
    """

    event: str
    label: str
    probability: float


@dataclass(frozen=True)
class Account:
    """What one observation did.

    Attributes:
        observation: The observation, with its sources.
        period: The period in which it falls.
        readings: What it may tell of, the likeliest first.
        surprise_bits: How little the model expected it; infinite where no event of the model could be told like that.
        is_expected_kind: Whether some event of the model has its type and actors.
        is_surprising: Whether it puts the model in doubt.
        without: Probabilities of the targets with all observations but this one; shape (target,).
        shift: Probabilities with all observations less `without`; shape (target,).
        up_to: Probabilities after the observations up to this one, by date; shape (target,).
        step: `up_to` less the same before it; shape (target,).
    """

    observation: Observation
    period: int
    readings: tuple[Reading, ...]
    surprise_bits: float
    is_expected_kind: bool
    is_surprising: bool
    without: Floats
    shift: Floats
    up_to: Floats
    step: Floats


def possible_states(scenario: Scenario, equilibrium: Equilibrium, facts: Facts) -> Floats:
    """1 for the states of layer 0 that have the levels known, else 0."""
    layer = equilibrium.game.epochs[0].layers[0]
    found = np.ones(layer.num_states)
    problems = []
    for name, level in (facts.levels or {}).items():
        if name not in scenario.state:
            message = f"there is no track `{name}`"
            problems.append(Problem("unknown-track", message, help=nearest(name, list(scenario.state))))
        elif level not in scenario.state[name].levels:
            message = f"`{name}` has no level `{level}`"
            problems.append(Problem("unknown-level", message, help=nearest(level, scenario.state[name].levels)))
        else:
            found *= layer.levels[:, layer.fields.index(name)] == scenario.state[name].levels.index(level)
    if problems:
        raise InputError(problems)
    return found


class Accountant:
    """Filters with all observations, without each, and with them one by one."""

    def __init__(
        self,
        scenario: Scenario,
        equilibrium: Equilibrium,
        counted: Sequence[Observation],
        *,
        model: ReportingModel,
        shares: Sequence[float],
        facts: Facts,
    ) -> None:
        self.equilibrium, self.counted, self.model = equilibrium, counted, model
        self.shares = shares
        self.states, self.is_open = possible_states(scenario, equilibrium, facts), facts.is_open
        self.reportables: Reportables = reportable_events(scenario, equilibrium.game)
        self.filter = Filter(equilibrium, self.reportables, model, period_days=scenario.period_days)
        self.weights = _weights(counted, self.reportables, model)
        self.periods = [period_of_event(scenario, one.date) for one in counted]
        self.full = self.known(self.run(self.filter.start(), self._slices(range(len(counted)))))

    def run(self, before: Filtered, slices: Sequence[Slice]) -> tuple[Filtered, ...]:
        """Filter on through all slices from the period of `before`."""
        return self.filter.run(before, slices[before.period :])

    def known(self, path: Sequence[Filtered]) -> tuple[Filtered, ...]:
        """Add what is known of the last day."""
        if not self.is_open and self.states.all():
            return tuple(path)
        return (*path[:-1], self.filter.condition(path[-1], self.states, is_open=self.is_open))

    def _slices(self, kept: Sequence[int], weights: Sequence[Weights] | None = None) -> list[Slice]:
        """The slices with some of the observations."""
        given = self.weights if weights is None else weights
        return [
            Slice(tuple(given[k] for k in kept if self.periods[k] == period), share)
            for period, share in enumerate(self.shares)
        ]

    def accounts(self, probabilities: ContinuationProbabilities) -> tuple[tuple[Account, ...], Floats]:
        """What every observation did, and the probabilities in silence."""
        everything = range(len(self.counted))
        path = self.run(self.filter.start(), self._slices([]))
        so_far = in_silence = probabilities_of_targets(probabilities, self.known(path)[-1])
        after = probabilities_of_targets(probabilities, self.full[-1])
        found = []
        for k, one in enumerate(self.counted):
            period = self.periods[k]
            left_out = self.known(self.run(self.full[period], self._slices([q for q in everything if q != k])))[-1]
            without = probabilities_of_targets(probabilities, left_out)
            surprise = self._surprise(k, path)
            path = (*path[:period], *self.run(path[period], self._slices(everything[: k + 1])))
            up_to = probabilities_of_targets(probabilities, self.known(path)[-1])
            is_expected = _is_expected_kind(one, self.reportables)
            found.append(
                Account(
                    observation=one,
                    period=period,
                    readings=self._readings(k, left_out),
                    surprise_bits=surprise,
                    is_expected_kind=is_expected,
                    is_surprising=is_expected and surprise >= SURPRISING,
                    without=without,
                    shift=after - without,
                    up_to=up_to,
                    step=up_to - so_far,
                )
            )
            so_far = up_to
        return tuple(found), in_silence

    def _surprise(self, k: int, path: Sequence[Filtered]) -> float:
        """-log2 of the probability of such a report, told by an event of the model, given those before it."""
        period = self.periods[k]
        alike = weigh(replace(self.counted[k], targets=()), self.reportables, self.model)
        weights = [*self.weights]
        weights[k] = replace(alike, background=0.0)
        slices = self._slices(range(k + 1), weights)
        try:
            told = self.filter.run(path[period].without_milestones(), [slices[period]])[-1].log_evidence
        except InputError as error:
            if [problem.code for problem in error.problems] != ["impossible-reports"]:
                raise
            return math.inf
        return math.log1p(math.exp(min(path[period + 1].log_evidence - told, 700.0))) / math.log(2.0)

    def _candidates(self, k: int) -> list[int]:
        """The events that an observation would likely tell of if it were alone in its period, the likeliest first."""
        period = self.periods[k]
        told, _ = self.filter.association([self.weights[k]], self.shares[period])
        if not told:
            return []
        alone = self.filter.tellings(self.full[period], self.weights[k], self.shares[period])
        likely = np.flatnonzero(alone > SMALLEST_READING * alone.sum()).tolist()
        return sorted(likely, key=lambda e: -alone[e])[:MOST_READINGS]

    def _told_by(self, k: int, event: int) -> Filtered | None:
        """Where it stands at the end if an observation tells of an event; None where that cannot be."""
        period = self.periods[k]
        own = self.weights[k].by_event
        weights = [*self.weights]
        weights[k] = Weights(np.where(np.arange(len(own)) == event, own, 0.0), 0.0)
        try:
            before = self.full[period].without_milestones()
            return self.known(self.run(before, self._slices(range(len(weights)), weights)))[-1]
        except InputError as error:
            if [problem.code for problem in error.problems] != ["impossible-reports"]:
                raise
            return None

    def _readings(self, k: int, left_out: Filtered) -> tuple[Reading, ...]:
        """What an observation may tell of, given all of them."""
        own, period, full = self.weights[k], self.periods[k], self.full[-1]
        expected = self.filter.expected_background(self.shares[period])
        background = 0.0
        if own.background * expected > 0.0:
            background = own.background * expected * math.exp(left_out.log_evidence - full.log_evidence)
        readings = [Reading("", "background: no event of the model", min(1.0, background))]
        for e in self._candidates(k) if background < 1.0 - SMALLEST_READING else ():
            path = self._told_by(k, e)
            if path is not None:
                share = math.exp(path.log_evidence - full.log_evidence)
                event: ReportableEvent = self.reportables.events[e]
                readings.append(Reading(event.name, event.label, min(1.0, share)))
        rest = 1.0 - sum(one.probability for one in readings)
        if rest > 1e-9:
            readings.append(Reading("other", "another event of the model", rest))
        return tuple(sorted(readings, key=lambda one: -one.probability))


def _weights(counted: Sequence[Observation], reportables: Reportables, model: ReportingModel) -> tuple[Weights, ...]:
    """The likelihood of every observation; tells all faults at once."""
    found: list[Weights] = []
    problems: list[Problem] = []
    for one in counted:
        try:
            found.append(weigh(one, reportables, model))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(found)


def _is_expected_kind(observation: Observation, reportables: Reportables) -> bool:
    """Whether some event of the model has the type and the actors of an observation."""
    assert observation.event_type in EVENT_CODES
    if observation.stands_for:
        return True
    return any(
        observation.event_type in event.event_types
        and (not observation.actors or not event.actors or set(observation.actors) & set(event.actors))
        for event in reportables.events
    )
