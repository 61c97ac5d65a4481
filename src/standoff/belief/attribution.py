"""The effect of each observation: leave one out, one by one, its surprise and its associations.

The equations are those of `standoff.belief.updating`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from standoff.belief.filter import Filter, FilterState, PeriodReports
from standoff.belief.likelihood import ReportingModel, ReportLikelihood, weigh
from standoff.belief.observation import Observation, find_period
from standoff.belief.posterior import evaluate_targets
from standoff.belief.reportable import ReportableEvent, ReportableEvents, find_reportable_events
from standoff.errors import InputError, Problem, suggest_nearest
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import EVENT_CODES
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.result import Equilibrium

__all__ = ["SURPRISING", "Association", "KnownFacts", "LeaveOneOutFilters", "ReportEffect", "mark_states"]

Floats = NDArray[np.float64]

SURPRISING = 8.0
"""Surprise in bits from which a report puts the model in doubt: a predicted probability of 1/256 or less."""
SMALLEST_ASSOCIATION = 0.01
"""Smallest probability of an association that is listed."""
MOST_ASSOCIATIONS = 6
"""Largest number of events that are listed as associations of one report."""


@dataclass(frozen=True)
class KnownFacts:
    """KnownFacts that are certain on the day of the update.

    Attributes:
        levels: Levels of tracks, by track.
        is_open: Whether it is known that the crisis has not ended; False means that it is not known.
    """

    levels: Mapping[str, str] | None = None
    is_open: bool = False

    def __bool__(self) -> bool:
        return self.is_open or bool(self.levels)


@dataclass(frozen=True)
class Association:
    """An event of the model that a report may be of.

    Attributes:
        event: Name of the event; "" for the background, "other" for all events that are not listed.
        label: Text for people.
        probability: Probability that the report is of this event, given all reports; the associations of a report sum to one.
    """

    event: str
    label: str
    probability: float


@dataclass(frozen=True)
class ReportEffect:
    """The effect of one observation on the forecast.

    Attributes:
        observation: The observation, with its sources.
        period: The period in which it falls.
        associations: Events of the model that it may be of, the most likely first.
        surprise_bits: Surprise in bits; infinite if no event of the model can be reported so.
        is_expected_kind: Whether some event of the model has its type and actors.
        is_surprising: Whether it puts the model in doubt.
        without: Probabilities of the targets given all observations but this one; shape (target,).
        shift: Probabilities given all observations minus `without`; shape (target,).
        up_to: Probabilities given the observations up to this one, by date; shape (target,).
        step: `up_to` minus the probabilities given the observations before this one; shape (target,).
    """

    observation: Observation
    period: int
    associations: tuple[Association, ...]
    surprise_bits: float
    is_expected_kind: bool
    is_surprising: bool
    without: Floats
    shift: Floats
    up_to: Floats
    step: Floats


def mark_states(scenario: Scenario, equilibrium: Equilibrium, facts: KnownFacts) -> Floats:
    """Mark the states of layer 0 that have the known levels: 1 for these, 0 for the others; shape (state,)."""
    layer = equilibrium.game.epochs[0].layers[0]
    found = np.ones(layer.num_states)
    problems = []
    for name, level in (facts.levels or {}).items():
        if name not in scenario.state:
            message = f"there is no track `{name}`"
            problems.append(Problem("unknown-track", message, help=suggest_nearest(name, list(scenario.state))))
        elif level not in scenario.state[name].levels:
            message = f"`{name}` has no level `{level}`"
            problems.append(Problem("unknown-level", message, help=suggest_nearest(level, scenario.state[name].levels)))
        else:
            found *= layer.levels[:, layer.fields.index(name)] == scenario.state[name].levels.index(level)
    if problems:
        raise InputError(problems)
    return found


class LeaveOneOutFilters:
    """Filters with all observations, without each of them, and with the observations one by one.

    Attributes:
        full: Distribution at the start of each period given all observations, the facts included at the end.
    """

    def __init__(
        self,
        scenario: Scenario,
        equilibrium: Equilibrium,
        observations: Sequence[Observation],
        *,
        model: ReportingModel,
        shares: Sequence[float],
        facts: KnownFacts,
    ) -> None:
        self.equilibrium, self.observations, self.model = equilibrium, observations, model
        self.shares = shares
        self.states, self.is_open = mark_states(scenario, equilibrium, facts), facts.is_open
        self.reportables: ReportableEvents = find_reportable_events(scenario, equilibrium.game)
        self.filter = Filter(equilibrium, self.reportables, model, period_days=scenario.period_days)
        self.weights = _weigh_all(observations, self.reportables, model)
        self.periods = [find_period(scenario, one.date) for one in observations]
        self.full = self.condition(self.run(self.filter.start(), self._select(range(len(observations)))))

    def run(self, before: FilterState, reports_by_period: Sequence[PeriodReports]) -> tuple[FilterState, ...]:
        """Filter through all reports from the period of `before` on."""
        return self.filter.run(before, reports_by_period[before.period :])

    def condition(self, path: Sequence[FilterState]) -> tuple[FilterState, ...]:
        """Condition the last distribution on the known facts."""
        if not self.is_open and self.states.all():
            return tuple(path)
        return (*path[:-1], self.filter.condition(path[-1], self.states, is_open=self.is_open))

    def _select(self, kept: Sequence[int], weights: Sequence[ReportLikelihood] | None = None) -> list[PeriodReports]:
        """Sort some of the observations by period."""
        given = self.weights if weights is None else weights
        return [
            PeriodReports(tuple(given[k] for k in kept if self.periods[k] == period), share)
            for period, share in enumerate(self.shares)
        ]

    def compute_effects(self, probabilities: ContinuationProbabilities) -> tuple[tuple[ReportEffect, ...], Floats]:
        """Compute the effect of every observation, and the probabilities if nothing had been reported."""
        everything = range(len(self.observations))
        path = self.run(self.filter.start(), self._select([]))
        latest = without_reports = evaluate_targets(probabilities, self.condition(path)[-1])
        after = evaluate_targets(probabilities, self.full[-1])
        found = []
        for k, one in enumerate(self.observations):
            period = self.periods[k]
            left_out = self.condition(self.run(self.full[period], self._select([q for q in everything if q != k])))[-1]
            without = evaluate_targets(probabilities, left_out)
            surprise = self._compute_surprise(k, path)
            path = (*path[:period], *self.run(path[period], self._select(everything[: k + 1])))
            up_to = evaluate_targets(probabilities, self.condition(path)[-1])
            is_expected = _is_expected_kind(one, self.reportables)
            found.append(
                ReportEffect(
                    observation=one,
                    period=period,
                    associations=self._list_associations(k, left_out),
                    surprise_bits=surprise,
                    is_expected_kind=is_expected,
                    is_surprising=is_expected and surprise >= SURPRISING,
                    without=without,
                    shift=after - without,
                    up_to=up_to,
                    step=up_to - latest,
                )
            )
            latest = up_to
        return tuple(found), without_reports

    def _compute_surprise(self, k: int, path: Sequence[FilterState]) -> float:
        """Compute -log2 of the probability of such a report of an event of the model, given the reports before it."""
        period = self.periods[k]
        alike = weigh(replace(self.observations[k], targets=()), self.reportables, self.model)
        weights = [*self.weights]
        weights[k] = replace(alike, background=0.0)
        reports = self._select(range(k + 1), weights)
        try:
            of_event = self.filter.run(path[period].drop_milestones(), [reports[period]])[-1].log_likelihood
        except InputError as error:
            if [problem.code for problem in error.problems] != ["impossible-reports"]:
                raise
            return math.inf
        return math.log1p(math.exp(min(path[period + 1].log_likelihood - of_event, 700.0))) / math.log(2.0)

    def _list_candidates(self, k: int) -> list[int]:
        """List the events that an observation would likely be of if it were alone in its period, the most likely first."""
        period = self.periods[k]
        selected, _ = self.filter.select_reports([self.weights[k]], self.shares[period])
        if not selected:
            return []
        alone = self.filter.match_events(self.full[period], self.weights[k], self.shares[period])
        likely = np.flatnonzero(alone > SMALLEST_ASSOCIATION * alone.sum()).tolist()
        return sorted(likely, key=lambda e: -alone[e])[:MOST_ASSOCIATIONS]

    def _assume_event(self, k: int, event: int) -> FilterState | None:
        """Compute the last distribution if an observation is of one event; None if that is impossible."""
        period = self.periods[k]
        own = self.weights[k].by_event
        weights = [*self.weights]
        weights[k] = ReportLikelihood(np.where(np.arange(len(own)) == event, own, 0.0), 0.0)
        try:
            before = self.full[period].drop_milestones()
            return self.condition(self.run(before, self._select(range(len(weights)), weights)))[-1]
        except InputError as error:
            if [problem.code for problem in error.problems] != ["impossible-reports"]:
                raise
            return None

    def _list_associations(self, k: int, left_out: FilterState) -> tuple[Association, ...]:
        """List the events that an observation may be of, given all observations."""
        own, period, full = self.weights[k], self.periods[k], self.full[-1]
        expected = self.filter.expect_background(self.shares[period])
        background = 0.0
        if own.background * expected > 0.0:
            background = own.background * expected * math.exp(left_out.log_likelihood - full.log_likelihood)
        associations = [Association("", "background: no event of the model", min(1.0, background))]
        for e in self._list_candidates(k) if background < 1.0 - SMALLEST_ASSOCIATION else ():
            path = self._assume_event(k, e)
            if path is not None:
                share = math.exp(path.log_likelihood - full.log_likelihood)
                event: ReportableEvent = self.reportables.events[e]
                associations.append(Association(event.name, event.label, min(1.0, share)))
        rest = 1.0 - sum(one.probability for one in associations)
        if rest > 1e-9:
            associations.append(Association("other", "another event of the model", rest))
        return tuple(sorted(associations, key=lambda one: -one.probability))


def _weigh_all(
    observations: Sequence[Observation], reportables: ReportableEvents, model: ReportingModel
) -> tuple[ReportLikelihood, ...]:
    """Compute the likelihood of every observation, or raise with all faults."""
    found: list[ReportLikelihood] = []
    problems: list[Problem] = []
    for one in observations:
        try:
            found.append(weigh(one, reportables, model))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(found)


def _is_expected_kind(observation: Observation, reportables: ReportableEvents) -> bool:
    """Whether some event of the model has the type and the actors of an observation."""
    assert observation.event_type in EVENT_CODES
    if observation.stands_for:
        return True
    return any(
        observation.event_type in event.event_types
        and (not observation.actors or not event.actors or set(observation.actors) & set(event.actors))
        for event in reportables.events
    )
