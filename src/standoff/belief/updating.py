"""A forecast brought up to date with what was reported, and what each report did to it.

From the filtered weights W_t(x, b) at the day asked for (`standoff.belief.filter`) the forward pass goes on to the horizon, so
the new forecast is as exact as the old one. Every report is then taken out again, and added in its turn:

- **leave one out**: probabilities with all reports, less probabilities with all but this one. What only one of two
alike reports tells is not
  counted twice, so the shifts do not add up.
- **one by one**: probabilities after the reports up to this one, by date, less probabilities after those before it.
With the step from the
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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.plain import plain
from standoff.analysis.targets import USUAL_DAYS, describe_target, target_probabilities
from standoff.belief.accounts import SURPRISING, Account, Accountant, Facts, Reading
from standoff.belief.filter import Slice
from standoff.belief.likelihood import ReportingModel
from standoff.belief.observation import Observation, SetAside, merge_reports
from standoff.belief.posterior import (
    BeliefSeries,
    LevelProbability,
    OutcomeProbability,
    ProbabilitySeries,
    StateProbability,
    belief_series,
    level_probabilities,
    outcome_probabilities,
    probabilities_of_targets,
    probability_series,
    state_probabilities,
)
from standoff.errors import InputError, Problem
from standoff.scenario import Scenario
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.equilibrium import SAFETY
from standoff.solve.result import Equilibrium
from standoff.solve.target import UNRESOLVED, Target

__all__ = ["SURPRISING", "Account", "Facts", "Reading", "Update", "update"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Update:
    """A forecast brought up to date.

    Attributes:
        as_of: The day up to which reports are counted, that day included.
        state_period: The period at whose start the state is told: the first that starts on `as_of` or later.
        state_date: Its first day.
        targets: The probabilities that are accounted for.
        target_labels: The same in words, with their dates.
        before: Their probabilities by the scenario as it is; shape (target,).
        in_silence: The same if nothing at all had been reported until `as_of`; shape (target,).
        after: The same given the observations; shape (target,).
        accounts: What each observation did, by date.
        set_aside: What does not count, and why.
        states: The states in which the crisis may stand, the likeliest first.
        ends: The ways in which it may have ended.
        levels: Probabilities of the levels of every track while it is open.
        beliefs: What is believed of the types, by the start of every period.
        dates: First days of the periods from the state on, and the horizon.
        probabilities: Probability of every outcome and milestone; their `after` is by `dates`.
        log_evidence: Natural logarithm of the probability of all reports.
        neglected: How far neglected readings could have moved probabilities against the background, summed; see
            `standoff.belief.filter.SMALLEST_RATIO`.
        belief_error: Estimated error of the updated probabilities from holding beliefs at points; nan where there is
            no reference.
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
    states: tuple[StateProbability, ...]
    ends: tuple[OutcomeProbability, ...]
    levels: tuple[LevelProbability, ...]
    beliefs: tuple[BeliefSeries, ...]
    dates: tuple[dt.date, ...]
    probabilities: tuple[ProbabilitySeries, ...]
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
    maker = Accountant(scenario, equilibrium, counted, model=model, shares=shares, facts=facts)
    probabilities = ContinuationProbabilities(equilibrium, targets)
    accounts, in_silence = maker.accounts(probabilities)
    found = maker.full[-1]
    ahead = maker.filter.run(found, [Slice(elapsed=0.0)] * (scenario.num_periods - state_period))
    told = probability_series(equilibrium, ahead)
    error = math.nan
    if reference is not None:
        other = Accountant(scenario, reference, counted, model=model, shares=shares, facts=facts)
        error = _error(scenario, other, told)
    return Update(
        as_of=as_of,
        state_period=state_period,
        state_date=scenario.date_of_period(state_period),
        targets=tuple(targets),
        target_labels=tuple(describe_target(scenario, target) for target in targets),
        before=target_probabilities(equilibrium, targets),
        in_silence=in_silence,
        after=probabilities_of_targets(probabilities, found),
        accounts=accounts,
        set_aside=aside,
        states=state_probabilities(scenario, equilibrium, found),
        ends=outcome_probabilities(equilibrium, found),
        levels=level_probabilities(scenario, equilibrium, found),
        beliefs=belief_series(scenario, equilibrium, (*maker.full, *ahead[1:])),
        dates=tuple(scenario.date_of_period(k) for k in range(state_period, scenario.num_periods + 1)),
        probabilities=told,
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


def _error(scenario: Scenario, other: Accountant, told: Sequence[ProbabilitySeries]) -> float:
    """Three times the largest difference of any updated probabilities from those on other belief points."""
    found = other.full[-1]
    ahead = other.filter.run(found, [Slice(elapsed=0.0)] * (scenario.num_periods - found.period))
    series = probability_series(other.equilibrium, ahead)
    return SAFETY * max(float(np.max(np.abs(a.after - b.after))) for a, b in zip(told, series, strict=True))
