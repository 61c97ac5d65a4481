"""What a events of coded events says about one scenario, ready to be weighed.

An event is evidence if somebody of the scenario acts in it or is acted upon, if it happened or goes on, and if it has a day. What
people said of it is taken into account. Several reports of one event are one piece of evidence:

- reports that a rule put together (`standoff.desk.clustering`);
- reports of one period, type, actors and targets, and reports of one period that stand for the same event of the model, as the
  model has at most one move of a side in a period;
- reports that a person put together, and these alone: what a person set apart from others stays apart.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import standoff.news
from standoff.belief.likelihood import ConfusionMatrix, load_confusion_matrix
from standoff.belief.observation import ExcludedEvent, Observation, find_period, observe
from standoff.desk.corrections import BACKGROUND
from standoff.desk.event_set import EventSet, collect_codes, involves
from standoff.desk.event_table import name_outlet
from standoff.scenario import Scenario
from standoff.store.records import StoredEvent

__all__ = ["UsableReports", "choose_confusion_matrix", "select_usable_reports"]

_MEASURED = Path(standoff.news.__file__).parent / "trained" / "confusion.json"
_MEASURED_METHOD = "offline"
"""Start of the method of the coder that the shipped matrix was measured for."""
_UNMEASURED_METHOD = "llm:"
"""Start of the methods whose confidence nobody has measured: the confusion matrix speaks in its place."""


@dataclass(frozen=True)
class UsableReports:
    """What counts for a scenario, and what does not.

    Attributes:
        observations: What counts; reports of one event share a `cluster`.
        excluded: What does not, and why.
        last_day: Last day on which a document with events of the scenario was published; None where no day is known.
        known_by: The last write of the store whose news it is; None where there is no store.
        dated_by_report: Names of observations whose text tells no day; they have that of their report.
    """

    observations: tuple[Observation, ...]
    excluded: tuple[ExcludedEvent, ...]
    last_day: dt.date | None
    known_by: int | None
    dated_by_report: tuple[str, ...] = ()


def select_usable_reports(events: EventSet, scenario: Scenario, *, dates_undated: bool = False) -> UsableReports:
    """What a events says about a scenario.

    Args:
        events: The events.
        scenario: The scenario.
        dates_undated: Whether an event that happened, on no day that the text tells, is taken to be of the day on which it was
            first reported, as event data sets do; else it is set aside.
    """
    codes = collect_codes(scenario)
    found: list[tuple[StoredEvent, Observation]] = []
    aside: list[ExcludedEvent] = []
    elsewhere: list[ExcludedEvent] = []  # told last
    days: list[dt.date] = []
    dated: list[str] = []
    for one in events.events:
        name, event = events.names[one.event_id], one.event
        if not involves(one, codes):
            reason = "nobody of the scenario acts or is acted upon"
            elsewhere.append(ExcludedEvent(name, event.event_type, event.quote, reason))
            continue
        if one.published is not None:
            days.append(one.published)
        if one.is_dropped:
            assert one.review is not None
            said = one.review.review
            reason = f"dropped by {said.author}" + (f": {said.reason}" if said.reason else "")
            aside.append(ExcludedEvent(name, event.event_type, event.quote, reason))
            continue
        stands_for = one.stands_for.get(scenario.id, "")
        if stands_for == BACKGROUND and BACKGROUND not in scenario.nature:
            # a report that is surely background has the same weight whatever happened, so leaving it out is exact
            reason = "none of the events of the model, by a review"
            aside.append(ExcludedEvent(name, event.event_type, event.quote, reason))
            continue
        is_dated = dates_undated and event.date is None and one.published is not None
        if is_dated:
            event = replace(event, date=one.published)
        made = observe(name, event, sources=_sources(events, one))
        if isinstance(made, ExcludedEvent):
            aside.append(made)
        else:
            if one.method.startswith(_UNMEASURED_METHOD):
                made = replace(made, confidence=None)
            if is_dated:
                dated.append(name)
            is_confirmed = one.review is not None
            found.append((one, replace(made, is_confirmed=is_confirmed, stands_for=stands_for)))
    return UsableReports(
        observations=_clustered(events, scenario, found),
        excluded=(*aside, *elsewhere),
        last_day=max(days, default=None),
        known_by=events.known_by,
        dated_by_report=tuple(dated),
    )


def choose_confusion_matrix(methods: Iterable[str]) -> ConfusionMatrix:
    """What is known of the coders of some events: the shipped matrix if it is of all of them, else one that is assumed.

    Args:
        methods: The methods that coded them.
    """
    if all(method.startswith(_MEASURED_METHOD) for method in methods):
        return replace(
            load_confusion_matrix(_MEASURED),
            origin="measured for the offline coder without sentence vectors, as shipped with standoff",
        )
    return ConfusionMatrix.uniform_error()


def _sources(events: EventSet, one: StoredEvent) -> tuple[str, ...]:
    """Who tells an event: outlet and day of every place where its document was found."""
    places = events.copies[one.document_hash]
    told = (f"{name_outlet(place)} {place.date.isoformat() if place.date else '(no day)'}" for place in places)
    return tuple(dict.fromkeys(told))


def _clustered(
    events: EventSet, scenario: Scenario, found: Sequence[tuple[StoredEvent, Observation]]
) -> tuple[Observation, ...]:
    """The observations, those of one event with a cluster in common."""
    parts = _Parts(len(found))
    together: dict[object, list[int]] = defaultdict(list)
    alike: dict[object, list[int]] = defaultdict(list)
    for k, (one, observation) in enumerate(found):
        if one.cluster_id is not None:
            together[one.cluster_id].append(k)
        if one.cluster_id not in events.manual_clusters:
            period = find_period(scenario, observation.date)
            sides = frozenset(observation.actors), frozenset(observation.targets)
            alike[period, observation.event_type, *sides].append(k)
            if observation.stands_for:
                together[period, observation.stands_for].append(k)
    for members in together.values():
        parts.join(members)
    for members in alike.values():
        named = sorted({found[k][1].stands_for for k in members} - {""})
        first = named[0] if named else ""
        for name in named or [""]:  # what stands for nothing in particular goes with the first
            parts.join([k for k in members if (found[k][1].stands_for or first) == name])
    return tuple(
        replace(observation, cluster=f"reports of event {found[parts.of(k)][0].event_id}")
        for k, (_, observation) in enumerate(found)
    )


class _Parts:
    """A set in parts that are joined step by step; the first member stands for its part."""

    def __init__(self, count: int) -> None:
        self._first = list(range(count))

    def of(self, k: int) -> int:
        while self._first[k] != k:
            k = self._first[k]
        return k

    def join(self, members: Sequence[int]) -> None:
        firsts = sorted({self.of(k) for k in members})
        for one in firsts[1:]:
            self._first[one] = firsts[0]
