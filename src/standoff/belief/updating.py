"""A forecast brought up to date with what was reported, and what each report did to it.

From the filtered weights W_t(x, b) at the day asked for (`standoff.belief.filter`) the forward pass goes on to the horizon, so
the new forecast is as exact as the old one. Every report is then taken out again, and added in its turn:

- **leave one out**: odds with all reports, less odds with all but this one. What only one of two alike reports tells is not
  counted twice, so the shifts do not add up.
- **one by one**: odds after the reports up to this one, by date, less odds after those before it. With the step from the
  scenario's day to the same day in silence they add up to the whole change, but depend on the order of days.

The **surprise** of a report is -log2 of the probability, given the reports before it, that the events of the model bring one of
this type by these actors in its period. With L the evidence with it (told by an event, not by the background) and L' without,

    p = L / (L + L').

A report that surprises by `SURPRISING` bits or more although it is of the kind of an event of the model puts the model in doubt.
A report of no such kind is not about this scenario; it is background, and moves nothing much.

The probability that a report tells of event e is the evidence where it can only tell of e, over the evidence.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.plain import plain
from standoff.analysis.targets import USUAL_DAYS, describe_target, target_odds
from standoff.belief.filter import Filter, Filtered, Slice
from standoff.belief.likelihood import ReportingModel, Weights, weigh
from standoff.belief.observation import Observation, SetAside, merge_reports, period_of_event
from standoff.belief.posterior import (
    BeliefSeries,
    EndOdds,
    LevelOdds,
    OddsSeries,
    StateOdds,
    belief_series,
    end_odds,
    level_odds,
    odds_of_targets,
    odds_series,
    state_odds,
)
from standoff.belief.reportable import ReportableEvent, Reportables, reportable_events
from standoff.errors import InputError, Problem, nearest
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import EVENT_CODES
from standoff.solve.adjoint import UNRESOLVED, Target
from standoff.solve.equilibrium import SAFETY
from standoff.solve.odds_to_go import OddsToGo
from standoff.solve.result import Equilibrium

__all__ = ["SURPRISING", "Account", "Facts", "Reading", "Update", "update"]

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
        without: Odds of the targets with all observations but this one; shape (target,).
        shift: Odds with all observations less `without`; shape (target,).
        up_to: Odds after the observations up to this one, by date; shape (target,).
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


@dataclass(frozen=True)
class Update:
    """A forecast brought up to date.

    Attributes:
        as_of: The day up to which reports are counted, that day included.
        state_period: The period at whose start the state is told: the first that starts on `as_of` or later.
        state_date: Its first day.
        targets: The probabilities that are accounted for.
        target_labels: The same in words, with their dates.
        before: Their odds by the scenario as it is; shape (target,).
        in_silence: The same if nothing at all had been reported until `as_of`; shape (target,).
        after: The same given the observations; shape (target,).
        accounts: What each observation did, by date.
        set_aside: What does not count, and why.
        states: The states in which the crisis may stand, the likeliest first.
        ends: The ways in which it may have ended.
        levels: Odds of the levels of every track while it is open.
        beliefs: What is believed of the types, by the start of every period.
        dates: First days of the periods from the state on, and the horizon.
        odds: Odds of every outcome and milestone; their `after` is by `dates`.
        log_evidence: Natural logarithm of the probability of all reports.
        neglected: How far neglected readings could have moved odds against the background, summed; see
            `standoff.belief.filter.SMALLEST_RATIO`.
        belief_error: Estimated error of the updated odds from holding beliefs at points; nan where there is no reference.
        facts: What is known for sure.
        model: How events become reports.
    """

    as_of: dt.date
    state_period: int
    state_date: dt.date
    targets: tuple[Target, ...]
    target_labels: tuple[str, ...]
    before: Floats
    in_silence: Floats
    after: Floats
    accounts: tuple[Account, ...]
    set_aside: tuple[SetAside, ...]
    states: tuple[StateOdds, ...]
    ends: tuple[EndOdds, ...]
    levels: tuple[LevelOdds, ...]
    beliefs: tuple[BeliefSeries, ...]
    dates: tuple[dt.date, ...]
    odds: tuple[OddsSeries, ...]
    log_evidence: float
    neglected: float
    belief_error: float
    facts: Facts
    model: ReportingModel

    @property
    def doubts(self) -> tuple[Account, ...]:
        """The observations that put the model in doubt."""
        return tuple(one for one in self.accounts if one.is_surprising)

    @property
    def open_probability(self) -> float:
        """Probability that nothing has ended the crisis."""
        return sum(one.probability for one in self.states)

    def document(self) -> dict[str, Any]:
        """Everything as plain data; the keys are the attributes."""
        own: dict[str, Any] = plain(self, without=("model", "facts", "states"))
        own["states"] = [
            {"levels": dict(one.levels), "probability": one.probability, "beliefs": dict(one.beliefs)}
            for one in self.states
        ]
        own["facts"] = {"levels": dict(self.facts.levels or {}), "is_open": self.facts.is_open}
        own["reporting"] = self.model.document()
        return own


def update(
    scenario: Scenario,
    equilibrium: Equilibrium,
    observations: Sequence[Observation],
    *,
    as_of: dt.date,
    model: ReportingModel | None = None,
    targets: Sequence[Target] | None = None,
    facts: Facts | None = None,
    reference: Equilibrium | None = None,
) -> Update:
    """Bring a forecast up to date.

    Args:
        scenario: The scenario.
        equilibrium: Its solved game; the values of its periods need not have been kept.
        observations: What was reported, in any order; several reports of one event count once.
        as_of: The day up to which reports are counted. Where it lies inside a period, the state is told for the end of it, with
            what may still come.
        model: How events become reports; None: the defaults.
        targets: What is accounted for, by dates after the state's; None: the first milestone and the first outcome of the file,
            by the usual time ahead.
        facts: What is known for sure on `as_of`, which must then be the first day of a period.
        reference: The same game solved on fewer belief points, for the estimate of the error.

    Returns:
        The update.

    Raises:
        InputError: The day lies outside the forecast, a target or fact does not exist, an observation cannot be weighed, or
            what was reported is impossible; carries every fault.
    """
    model, facts = model or ReportingModel(), facts or Facts()
    elapsed, share = _clock(scenario, as_of, facts)
    state_period = elapsed + (share > 0.0)
    targets = _targets(scenario, targets, state_period)
    counted, aside = _counted(scenario, observations, as_of)
    shares = [1.0] * elapsed + ([share] if share else [])
    maker = _Maker(scenario, equilibrium, counted, model=model, shares=shares, facts=facts)
    odds = OddsToGo(equilibrium, targets)
    accounts, in_silence = maker.accounts(odds)
    found = maker.full[-1]
    ahead = maker.filter.run(found, [Slice(elapsed=0.0)] * (scenario.num_periods - state_period))
    told = odds_series(equilibrium, ahead)
    error = math.nan
    if reference is not None:
        other = _Maker(scenario, reference, counted, model=model, shares=shares, facts=facts)
        error = _error(scenario, other, told)
    return Update(
        as_of=as_of,
        state_period=state_period,
        state_date=scenario.date_of_period(state_period),
        targets=tuple(targets),
        target_labels=tuple(describe_target(scenario, target) for target in targets),
        before=target_odds(equilibrium, targets),
        in_silence=in_silence,
        after=odds_of_targets(odds, found),
        accounts=accounts,
        set_aside=aside,
        states=state_odds(scenario, equilibrium, found),
        ends=end_odds(equilibrium, found),
        levels=level_odds(scenario, equilibrium, found),
        beliefs=belief_series(scenario, equilibrium, (*maker.full, *ahead[1:])),
        dates=tuple(scenario.date_of_period(k) for k in range(state_period, scenario.num_periods + 1)),
        odds=told,
        log_evidence=found.log_evidence,
        neglected=found.neglected,
        belief_error=error,
        facts=facts,
        model=model,
    )


def _clock(scenario: Scenario, as_of: dt.date, facts: Facts) -> tuple[int, float]:
    """Whole periods that have passed, and the share of the next."""
    days = (as_of - scenario.as_of).days
    last = scenario.date_of_period(scenario.num_periods)
    if days < 0 or as_of >= last:
        message = f"`{as_of}` lies outside the forecast, which reaches from {scenario.as_of} to {last}"
        raise InputError(Problem("update-date", message, help="write a day in between, before the last"))
    elapsed = math.floor(days / scenario.period_days + 1e-9)
    share = days / scenario.period_days - elapsed
    share = 0.0 if share < 1e-9 else share
    if share and elapsed + 1 >= scenario.num_periods:
        message = f"`{as_of}` lies in the last period of the forecast, after which nothing is left to be forecast"
        raise InputError(Problem("update-date", message, help="set a longer `period.horizon`"))
    if share and facts:
        start, end = scenario.date_of_period(elapsed), scenario.date_of_period(elapsed + 1)
        message = f"what is known of the state on `{as_of}` cannot be used, because no period starts on that day"
        raise InputError(Problem("update-date", message, help=f"update as of {start} or {end}"))
    return elapsed, share


def _targets(scenario: Scenario, targets: Sequence[Target] | None, state_period: int) -> list[Target]:
    """The targets, all of them by dates after that of the state."""
    if targets is None:
        ahead = max(1, round(USUAL_DAYS / scenario.period_days))
        by = min(scenario.num_periods, state_period + ahead)
        found = [Target("milestone", name, by) for name in list(scenario.milestones)[:1]]
        found += [Target("outcome", name, by) for name in list(scenario.outcomes)[:1]]
        return found or [Target("outcome", UNRESOLVED, by)]
    late = [one for one in targets if (one.periods or scenario.num_periods) <= state_period]
    if late:
        day = scenario.date_of_period(state_period)
        message = f"`{describe_target(scenario, late[0])}` asks for no day after {day}, from where the forecast goes on"
        raise InputError(Problem("target-date", message, help=f"ask for a day after {day}"))
    return list(targets)


def _possible(scenario: Scenario, equilibrium: Equilibrium, facts: Facts) -> Floats:
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


def _counted(
    scenario: Scenario, observations: Sequence[Observation], as_of: dt.date
) -> tuple[tuple[Observation, ...], tuple[SetAside, ...]]:
    """The observations of the time from the scenario's day to the update's, and the others with the reason."""
    inside, aside = [], []
    for one in dict.fromkeys(observations):
        if one.date <= scenario.as_of:
            reason = f"the scenario knows it already: it is as of {scenario.as_of}"
        elif one.date > as_of:
            reason = f"it lies after {as_of}"
        else:
            inside.append(one)
            continue
        aside.append(SetAside(one.name, one.event_type, one.quote, reason))
    return merge_reports(scenario, inside), tuple(sorted(aside, key=lambda one: one.name))


class _Maker:
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
        self.states, self.is_open = _possible(scenario, equilibrium, facts), facts.is_open
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

    def accounts(self, odds: OddsToGo) -> tuple[tuple[Account, ...], Floats]:
        """What every observation did, and the odds in silence."""
        everything = range(len(self.counted))
        path = self.run(self.filter.start(), self._slices([]))
        so_far = in_silence = odds_of_targets(odds, self.known(path)[-1])
        after = odds_of_targets(odds, self.full[-1])
        found = []
        for k, one in enumerate(self.counted):
            period = self.periods[k]
            left_out = self.known(self.run(self.full[period], self._slices([q for q in everything if q != k])))[-1]
            without = odds_of_targets(odds, left_out)
            surprise = self._surprise(k, path)
            path = (*path[:period], *self.run(path[period], self._slices(everything[: k + 1])))
            up_to = odds_of_targets(odds, self.known(path)[-1])
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


def _error(scenario: Scenario, other: _Maker, told: Sequence[OddsSeries]) -> float:
    """Three times the largest difference of any updated odds from those on other belief points."""
    found = other.full[-1]
    ahead = other.filter.run(found, [Slice(elapsed=0.0)] * (scenario.num_periods - found.period))
    series = odds_series(other.equilibrium, ahead)
    return SAFETY * max(float(np.max(np.abs(a.after - b.after))) for a, b in zip(told, series, strict=True))
