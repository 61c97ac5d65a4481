"""Select the coded events that an update of one scenario can use.

A report is usable if an actor of the scenario acts in it or is acted upon, if the event happened or is going on, and if it has a
date. Reviews are applied. Several reports are of one event if

- a rule clustered them (`standoff.desk.clustering`);
- they have the same period, type, actors and targets, or the same period and the same event of the model, because a side has
  at most one move in a period of the model;
- a reviewer clustered them. Such a cluster is final: nothing else joins it.
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
"""Start of the method of the coder for which the shipped matrix was measured."""
_UNMEASURED_METHOD = "llm:"
"""Start of the methods whose confidence is not calibrated; the confusion matrix is used instead."""


@dataclass(frozen=True)
class UsableReports:
    """The reports that an update of a scenario uses, and the events that it excludes.

    Attributes:
        observations: Usable reports; reports of one event share a `cluster`.
        excluded: Excluded events, with the reasons.
        last_day: Last day on which a document with events of the scenario was published; None if no day is known.
        known_by: Last write of the store that was read; None without a store.
        dated_by_report: Names of the observations that are dated by their report.
    """

    observations: tuple[Observation, ...]
    excluded: tuple[ExcludedEvent, ...]
    last_day: dt.date | None
    known_by: int | None
    dated_by_report: tuple[str, ...] = ()


def select_usable_reports(events: EventSet, scenario: Scenario, *, dates_undated: bool = False) -> UsableReports:
    """Select the events that an update of a scenario can use.

    Args:
        events: The events.
        scenario: The scenario.
        dates_undated: Whether an undated event is dated by its first report, which is the convention of event data sets; else
            it is excluded.
    """
    codes = collect_codes(scenario)
    found: list[tuple[StoredEvent, Observation]] = []
    excluded: list[ExcludedEvent] = []
    elsewhere: list[ExcludedEvent] = []  # listed last
    days: list[dt.date] = []
    dated: list[str] = []
    for one in events.events:
        name, event = events.names[one.event_id], one.event
        if not involves(one, codes):
            reason = "no actor of the scenario acts or is acted upon"
            elsewhere.append(ExcludedEvent(name, event.event_type, event.quote, reason))
            continue
        if one.published is not None:
            days.append(one.published)
        if one.is_dropped:
            assert one.review is not None
            said = one.review.review
            reason = f"dropped by {said.author}" + (f": {said.reason}" if said.reason else "")
            excluded.append(ExcludedEvent(name, event.event_type, event.quote, reason))
            continue
        stands_for = one.stands_for.get(scenario.id, "")
        if stands_for == BACKGROUND and BACKGROUND not in scenario.nature:
            # a report that is surely background has the same likelihood under every history, so excluding it is exact
            reason = "matches no event of the model, according to a review"
            excluded.append(ExcludedEvent(name, event.event_type, event.quote, reason))
            continue
        is_dated = dates_undated and event.date is None and one.published is not None
        if is_dated:
            event = replace(event, date=one.published)
        made = observe(name, event, sources=_list_sources(events, one))
        if isinstance(made, ExcludedEvent):
            excluded.append(made)
        else:
            if one.method.startswith(_UNMEASURED_METHOD):
                made = replace(made, confidence=None)
            if is_dated:
                dated.append(name)
            is_confirmed = one.review is not None
            found.append((one, replace(made, is_confirmed=is_confirmed, stands_for=stands_for)))
    return UsableReports(
        observations=_assign_clusters(events, scenario, found),
        excluded=(*excluded, *elsewhere),
        last_day=max(days, default=None),
        known_by=events.known_by,
        dated_by_report=tuple(dated),
    )


def choose_confusion_matrix(methods: Iterable[str]) -> ConfusionMatrix:
    """Choose the confusion matrix of the coders: the shipped one if it was measured for all of them, else an assumed one.

    Args:
        methods: Methods that coded the events.
    """
    if all(method.startswith(_MEASURED_METHOD) for method in methods):
        return replace(
            load_confusion_matrix(_MEASURED),
            origin="measured for the offline coder without sentence vectors, as shipped with standoff",
        )
    return ConfusionMatrix.uniform_error()


def _list_sources(events: EventSet, one: StoredEvent) -> tuple[str, ...]:
    """List the outlet and day of every copy of the document of an event."""
    copies = events.copies[one.document_hash]
    sources = (f"{name_outlet(copy)} {copy.date.isoformat() if copy.date else '(undated)'}" for copy in copies)
    return tuple(dict.fromkeys(sources))


def _assign_clusters(
    events: EventSet, scenario: Scenario, found: Sequence[tuple[StoredEvent, Observation]]
) -> tuple[Observation, ...]:
    """Give the observations of one event a common cluster."""
    parts = _Partition(len(found))
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
        for name in named or [""]:  # an unmatched report joins the first event
            parts.join([k for k in members if (found[k][1].stands_for or first) == name])
    return tuple(
        replace(observation, cluster=f"reports of event {found[parts.find(k)][0].event_id}")
        for k, (_, observation) in enumerate(found)
    )


class _Partition:
    """A partition whose parts are joined step by step (union-find); the first member represents its part."""

    def __init__(self, count: int) -> None:
        self._first = list(range(count))

    def find(self, k: int) -> int:
        while self._first[k] != k:
            k = self._first[k]
        return k

    def join(self, members: Sequence[int]) -> None:
        firsts = sorted({self.find(k) for k in members})
        for one in firsts[1:]:
            self._first[one] = firsts[0]
