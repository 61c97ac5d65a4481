"""Update a forecast on reports, and compute the effect of each report.

From the filtered weights W_t(x, b) on the day of the update (`standoff.belief.filter`) the forward pass continues to the horizon,
so the updated forecast is as exact as the first one. The effect of a report is measured in two ways:

- **Leave one out**: probabilities given all reports, minus probabilities given all but this one. If two reports carry the same
  information, neither gets credit for it alone, so these shifts do not sum to the whole change.
- **One by one**: probabilities given the reports up to this one, by date, minus probabilities given those before it. Together
  with the change from the scenario's day to the day of the update without reports, these steps sum to the whole change, but they
  depend on the order of the days.

The **surprise** of a report is -log2 of the probability, given the reports before it, that the events of the model yield a report
of this type by these actors in its period. With the marginal likelihood L with the report (of an event, not of the background)
and L' without it,

    p = L / (L + L').

A report with a surprise of at least `SURPRISING` bits puts the model in doubt if some event of the model is of its kind. A report
of no such kind is not about this scenario: it is background and has little effect.

The probability that a report is of event e is the marginal likelihood if it can only be of e, divided by the marginal likelihood.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.plain import to_plain
from standoff.analysis.solution import Solution, solve
from standoff.analysis.targets import USUAL_DAYS, describe_target, find_target_probabilities
from standoff.belief.attribution import SURPRISING, Association, KnownFacts, LeaveOneOutFilters, ReportEffect
from standoff.belief.filter import FilterState, PeriodReports
from standoff.belief.likelihood import ReportingModel
from standoff.belief.observation import ExcludedEvent, Observation, merge_reports
from standoff.belief.posterior import (
    BeliefSeries,
    LevelProbability,
    OutcomeProbability,
    ProbabilitySeries,
    StateProbability,
    evaluate_targets,
    list_levels,
    list_outcomes,
    list_states,
    trace_beliefs,
    trace_probabilities,
)
from standoff.errors import InputError, Problem, SolveError
from standoff.scenario import Scenario
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.equilibrium import BELIEF_LADDER, SAFETY, Settings
from standoff.solve.result import MOST_BELIEF_POINTS, Equilibrium
from standoff.solve.target import UNRESOLVED, Target

__all__ = ["SURPRISING", "Association", "KnownFacts", "ReportEffect", "Update", "update", "update_solution"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Update:
    """An updated forecast.

    Attributes:
        solution: The solution whose forecast was updated.
        as_of: Last day whose reports are used.
        state_period: Period of the state: the first that starts on `as_of` or later.
        state_date: First day of that period.
        targets: Probabilities for which the effect of each report is computed.
        target_labels: Labels of the targets, with their dates.
        before: Probabilities of the targets in the forecast of the scenario; shape (target,).
        without_reports: Probabilities of the targets if nothing had been reported up to `as_of`; shape (target,).
        after: Probabilities of the targets given the observations; shape (target,).
        effects: Effect of each observation, by date.
        excluded: Events that are not used, with the reasons.
        states: Possible states of the crisis, the most likely first.
        outcomes: Outcomes in which the crisis may have ended, the most likely first.
        levels: Probabilities of the levels of every track, given that the crisis is open.
        beliefs: Beliefs about the types at the start of every period.
        dates: First days of the periods from the state on, and the horizon.
        probabilities: Probability of every outcome and milestone; `after` is by `dates`.
        log_likelihood: Natural logarithm of the marginal likelihood of all reports.
        neglected: Largest neglected ratio to the background, summed over the reports treated as background; see
            `standoff.belief.filter.SMALLEST_RATIO`.
        belief_error: Estimated error of the updated probabilities from the belief grid; nan without a reference.
        facts: Facts that are certain on `as_of`.
        model: Model of how events become reports.
    """

    solution: Solution
    as_of: dt.date
    state_period: int
    state_date: dt.date
    targets: tuple[Target, ...]
    target_labels: tuple[str, ...]
    before: Floats
    without_reports: Floats
    after: Floats
    effects: tuple[ReportEffect, ...]
    excluded: tuple[ExcludedEvent, ...]
    states: tuple[StateProbability, ...]
    outcomes: tuple[OutcomeProbability, ...]
    levels: tuple[LevelProbability, ...]
    beliefs: tuple[BeliefSeries, ...]
    dates: tuple[dt.date, ...]
    probabilities: tuple[ProbabilitySeries, ...]
    log_likelihood: float
    neglected: float
    belief_error: float
    facts: KnownFacts
    model: ReportingModel

    @property
    def doubts(self) -> tuple[ReportEffect, ...]:
        """Effects of the observations that put the model in doubt."""
        return tuple(one for one in self.effects if one.is_surprising)

    def to_json(self) -> dict[str, Any]:
        """Return what the numbers depend on, and the update as plain data under `update`, its keys the attributes."""
        own: dict[str, Any] = to_plain(self, without=("solution", "model", "facts", "states"))
        own["states"] = [
            {"levels": dict(one.levels), "probability": one.probability, "beliefs": dict(one.beliefs)}
            for one in self.states
        ]
        own["facts"] = {"levels": dict(self.facts.levels or {}), "is_open": self.facts.is_open}
        own["reporting"] = self.model.to_json()
        return self.solution.header_to_json() | {"update": own}


def update(
    scenario: Scenario,
    observations: Sequence[Observation],
    *,
    as_of: dt.date,
    model: ReportingModel | None = None,
    targets: Sequence[Target] | None = None,
    facts: KnownFacts | None = None,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
) -> Update:
    """Solve a scenario and update its forecast on observations.

    The update is computed twice, the second time on half the belief points, and the difference estimates its error. If the
    number of belief points is left open, it is raised until that error meets the belief tolerance. Probabilities given unlikely
    reports are ratios of small numbers, so an update may need more points than the forecast.

    Args:
        scenario: The scenario.
        observations: Observations in any order; several reports of one event count once.
        as_of: Last day whose reports are used. Inside a period, the state is predicted for the end of that period.
        model: Model of how events become reports; None for the default model.
        targets: Probabilities for which the effect of each report is computed, by dates after `as_of`; None for the first
            milestone and the first outcome of the file.
        facts: Facts that are certain on `as_of`, which must then be the first day of a period.
        settings: Settings of the solver.
        progress: Called now and then with the share of the work of solving done.

    Raises:
        InputError: A day, target, fact or observation is invalid, or the reports are impossible in the scenario.
        SolveError: The equilibrium or the updated probabilities did not meet the tolerances.

    Examples:
        >>> import datetime as dt
        >>> from standoff import load
        >>> from standoff.belief.observation import Observation
        >>> letter = Observation("letter", dt.date(1962, 10, 23), "CONSULT", actors=("RUS",), targets=("USA",))
        >>> found = update(load("cuba-1962", overrides=["period.horizon=2"]), [letter], as_of=letter.date)
        >>> found.effects[0].associations[0].event
        'reply.ussr.write'
    """
    settings = settings or Settings()
    solution = solve(scenario, settings, progress)
    reference = None
    while True:
        points = solution.equilibrium.certificate.belief_points
        if points and reference is None:
            coarse = (points[0] + 1) // 2 if points[0] >= 5 else 2 * points[0] - 1
            quick = replace(settings, estimate_error=False)  # only its probabilities are used
            try:
                reference = solve(scenario, replace(quick, belief_points=coarse)).equilibrium
            except SolveError:  # half the points may be too few to solve it at all
                reference = solve(scenario, replace(quick, belief_points=2 * points[0] - 1)).equilibrium
        found = update_solution(
            solution, observations, as_of=as_of, model=model, targets=targets, facts=facts, reference=reference
        )
        if not points or found.belief_error <= settings.belief_tolerance:
            return found
        finer = 2 * points[0] - 1
        if settings.belief_points is not None or finer > BELIEF_LADDER[-1]:
            advice = "set more belief points, or " if points[0] < MOST_BELIEF_POINTS else ""
            raise SolveError(
                f"the error of the updated probabilities on {points[0]} belief points is {found.belief_error:.1e}, above the "
                f"tolerance of {settings.belief_tolerance:.1e}: {advice}accept a larger belief tolerance"
            )
        reference = solution.equilibrium
        solution = solve(scenario, replace(settings, belief_points=finer), progress)


def update_solution(
    solution: Solution,
    observations: Sequence[Observation],
    *,
    as_of: dt.date,
    model: ReportingModel | None = None,
    targets: Sequence[Target] | None = None,
    facts: KnownFacts | None = None,
    reference: Equilibrium | None = None,
) -> Update:
    """Update the forecast of a solution on observations, without an increase of its belief points.

    Args:
        solution: The solution; the values of its periods may have been discarded.
        observations: Observations in any order; several reports of one event count once.
        as_of: Last day whose reports are used. Inside a period, the state is predicted for the end of that period.
        model: Model of how events become reports; None for the default model.
        targets: Probabilities for which the effect of each report is computed, by dates after the state's; None for the first
            milestone and the first outcome of the file, by the usual time ahead.
        facts: Facts that are certain on `as_of`, which must then be the first day of a period.
        reference: Equilibrium of the same game on fewer belief points, for the estimate of the error.

    Raises:
        InputError: The day lies outside the forecast, a target or fact does not exist, an observation has no likelihood, or
            the reports are impossible; carries every fault.
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    model, facts = model or ReportingModel(), facts or KnownFacts()
    elapsed, share = _count_periods(scenario, as_of, facts)
    state_period = elapsed + (share > 0.0)
    targets = _choose_targets(scenario, targets, state_period)
    used, excluded = _select_observations(scenario, observations, as_of)
    shares = [1.0] * elapsed + ([share] if share else [])
    attribution = LeaveOneOutFilters(scenario, equilibrium, used, model=model, shares=shares, facts=facts)
    probabilities = ContinuationProbabilities(equilibrium, targets)
    effects, without_reports = attribution.compute_effects(probabilities)
    found = attribution.full[-1]
    ahead = _predict(scenario, attribution)
    series = trace_probabilities(equilibrium, ahead)
    by_period = (*attribution.full, *ahead[1:])
    error, open_error = math.nan, np.zeros(len(by_period))
    if reference is not None:
        other = LeaveOneOutFilters(scenario, reference, used, model=model, shares=shares, facts=facts)
        other_ahead = _predict(scenario, other)
        error = _estimate_error(series, trace_probabilities(reference, other_ahead))
        open_error = _estimate_open_error(by_period, (*other.full, *other_ahead[1:]))
    return Update(
        solution=solution,
        as_of=as_of,
        state_period=state_period,
        state_date=scenario.find_date(state_period),
        targets=tuple(targets),
        target_labels=tuple(describe_target(scenario, target) for target in targets),
        before=find_target_probabilities(equilibrium, targets),
        without_reports=without_reports,
        after=evaluate_targets(probabilities, found),
        effects=effects,
        excluded=excluded,
        states=list_states(scenario, equilibrium, found),
        outcomes=list_outcomes(equilibrium, found),
        levels=list_levels(scenario, equilibrium, found, float(open_error[len(attribution.full) - 1])),
        beliefs=trace_beliefs(scenario, equilibrium, by_period, open_error),
        dates=tuple(scenario.find_date(k) for k in range(state_period, scenario.num_periods + 1)),
        probabilities=series,
        log_likelihood=found.log_likelihood,
        neglected=found.neglected,
        belief_error=error,
        facts=facts,
        model=model,
    )


def _count_periods(scenario: Scenario, as_of: dt.date, facts: KnownFacts) -> tuple[int, float]:
    """Count the whole periods that have passed, and find the share of the next one."""
    days = (as_of - scenario.as_of).days
    last = scenario.find_date(scenario.num_periods)
    if days < 0 or as_of >= last:
        message = f"`{as_of}` lies outside the forecast, which runs from {scenario.as_of} to {last}"
        raise InputError(Problem("update-date", message, help="write a day in between, before the last"))
    elapsed = math.floor(days / scenario.period_days + 1e-9)
    share = days / scenario.period_days - elapsed
    share = 0.0 if share < 1e-9 else share
    if share and elapsed + 1 >= scenario.num_periods:
        message = f"`{as_of}` lies in the last period of the forecast, which leaves nothing to forecast"
        raise InputError(Problem("update-date", message, help="set a longer `period.horizon`"))
    if share and facts:
        start, end = scenario.find_date(elapsed), scenario.find_date(elapsed + 1)
        message = f"facts about the state on `{as_of}` cannot be used, because no period starts on that day"
        raise InputError(Problem("update-date", message, help=f"update as of {start} or {end}"))
    return elapsed, share


def _choose_targets(scenario: Scenario, targets: Sequence[Target] | None, state_period: int) -> list[Target]:
    """Check that every target has a date after the state's, or choose the default targets."""
    if targets is None:
        ahead = max(1, round(USUAL_DAYS / scenario.period_days))
        by = min(scenario.num_periods, state_period + ahead)
        found = [Target("milestone", name, by) for name in list(scenario.milestones)[:1]]
        found += [Target("outcome", name, by) for name in list(scenario.outcomes)[:1]]
        return found or [Target("outcome", UNRESOLVED, by)]
    late = [one for one in targets if (one.periods or scenario.num_periods) <= state_period]
    if late:
        day = scenario.find_date(state_period)
        message = (
            f"the date of `{describe_target(scenario, late[0])}` is not after {day}, the date of the updated state"
        )
        raise InputError(Problem("target-date", message, help=f"ask for a day after {day}"))
    return list(targets)


def _select_observations(
    scenario: Scenario, observations: Sequence[Observation], as_of: dt.date
) -> tuple[tuple[Observation, ...], tuple[ExcludedEvent, ...]]:
    """Separate the observations between the scenario's day and the update's from the others."""
    inside, excluded = [], []
    for one in dict.fromkeys(observations):
        if one.date <= scenario.as_of:
            reason = f"already part of the scenario, which is as of {scenario.as_of}"
        elif one.date > as_of:
            reason = f"dated after {as_of}"
        else:
            inside.append(one)
            continue
        excluded.append(ExcludedEvent(one.name, one.event_type, one.quote, reason))
    return merge_reports(scenario, inside), tuple(sorted(excluded, key=lambda one: one.name))


def _predict(scenario: Scenario, attribution: LeaveOneOutFilters) -> tuple[FilterState, ...]:
    """Continue from the last filtered distribution to the horizon, without any report."""
    found = attribution.full[-1]
    return attribution.filter.run(found, [PeriodReports(elapsed=0.0)] * (scenario.num_periods - found.period))


def _estimate_error(series: Sequence[ProbabilitySeries], coarse: Sequence[ProbabilitySeries]) -> float:
    """Return the safety factor times the largest difference of any updated probability between two belief grids."""
    return SAFETY * max(float(np.max(np.abs(a.after - b.after))) for a, b in zip(series, coarse, strict=True))


def _estimate_open_error(found: Sequence[FilterState], coarse: Sequence[FilterState]) -> Floats:
    """Return the safety factor times the largest change of the probability of being open from this date on; shape (period,)."""
    gap = np.array([abs(float(a.mass[:, 0].sum() - b.mass[:, 0].sum())) for a, b in zip(found, coarse, strict=True)])
    return np.asarray(SAFETY * np.maximum.accumulate(gap[::-1])[::-1])
