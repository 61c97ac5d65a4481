"""Filter events, and show each as plain data or as a row of a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from standoff.desk.event_set import EventSet, collect_codes, list_countries, load_events
from standoff.errors import InputError, Problem, suggest_nearest
from standoff.news.coded import QUAD_CLASS
from standoff.news.document import Document
from standoff.news.vocabulary import EVENT_TYPES
from standoff.scenario import Scenario
from standoff.store.records import StoredEvent

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = ["COLUMNS", "EventFilter", "event_to_json", "find_verdict", "make_row", "name_outlet", "select_events"]

COLUMNS = (
    "event", "name", "day", "published", "type", "class", "mode", "contexts", "actor", "actor_text", "target", "target_text",
    "target_is_inferred", "place", "factuality", "confidence", "intensity", "quote", "start", "end", "speaker", "cited_outlet",
    "document", "outlets", "addresses", "method", "verdict", "reviewer", "reason", "stands_for", "cluster",
)  # fmt: skip
"""Columns of an export, in order."""


@dataclass(frozen=True)
class EventFilter:
    """Conditions on events.

    Attributes:
        since: First day of the event, or of its document if the event is undated; unknown days are excluded then.
        until: Last day, in the same way.
        countries: Codes one of which must act or be acted upon; empty for all.
        event_types: PLOVER types; empty for all.
        scenario: Scenario one of whose codes must act or be acted upon; None for all.
        with_dropped: Whether to include dropped events.

    Raises:
        InputError: A type is unknown (`unknown-event-type`), or the first day is after the last (`empty-range`).
    """

    since: dt.date | None = None
    until: dt.date | None = None
    countries: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()
    scenario: Scenario | None = None
    with_dropped: bool = False

    def __post_init__(self) -> None:
        problems = [
            Problem(
                "unknown-event-type", f"`{one}` is not an event type of PLOVER", help=suggest_nearest(one, EVENT_TYPES)
            )
            for one in self.event_types
            if one not in EVENT_TYPES
        ]
        if self.since is not None and self.until is not None and self.since > self.until:
            message = f"the first day `{self.since}` is after the last day `{self.until}`"
            problems.append(Problem("empty-range", message, help="write the earlier day as the first"))
        if problems:
            raise InputError(problems)

    def accepts(self, one: StoredEvent) -> bool:
        """Whether an event meets all conditions."""
        day = one.event.date or one.published
        if self.since is not None and (day is None or day < self.since):
            return False
        if self.until is not None and (day is None or day > self.until):
            return False
        if self.event_types and one.event.event_type not in self.event_types:
            return False
        found = list_countries(one)
        if self.countries and found.isdisjoint(self.countries):
            return False
        if self.scenario is not None and found.isdisjoint(collect_codes(self.scenario)):
            return False
        return self.with_dropped or not one.is_dropped


def select_events(store: Store, wanted: EventFilter, *, known_by: int | None = None) -> EventSet:
    """Load the events of a store that meet the conditions, by day; unknown days last.

    Raises:
        StoreError: The store cannot be read.
    """
    found = load_events(store, known_by=known_by, keep=wanted.accepts)
    order = sorted(found.events, key=lambda one: one.event.date or one.published or dt.date.max)
    return EventSet(tuple(order), found.names, found.copies, found.manual_clusters, found.known_by)


def event_to_json(events: EventSet, one: StoredEvent) -> dict[str, Any]:
    """Return an event as plain data: with its corrections, as coded, its review, and the copies of its document."""
    return {
        "event": one.event_id,
        "name": events.names[one.event_id],
        "document": one.document_hash,
        "published": one.published.isoformat() if one.published else None,
        "method": one.method,
        "cluster": one.cluster_id,
        "verdict": find_verdict(one),
        "reviewer": one.review.review.author if one.review else "",
        "reason": one.review.review.reason if one.review else "",
        "stands_for": dict(one.stands_for),
        "taken_as": one.event.to_json(),
        "coded_as": one.coded.to_json(),
        "reported_by": [_copy_to_json(document) for document in events.copies[one.document_hash]],
    }


def make_row(events: EventSet, one: StoredEvent) -> dict[str, Any]:
    """Make the row of a table for an event, by column; lists are joined by "; "."""
    event = one.event
    copies = events.copies[one.document_hash]
    return {
        "event": one.event_id,
        "name": events.names[one.event_id],
        "day": event.date,
        "published": one.published,
        "type": event.event_type,
        "class": QUAD_CLASS[event.event_type],
        "mode": event.mode,
        "contexts": "; ".join(event.contexts),
        "actor": event.actor.code if event.actor else "",
        "actor_text": event.actor.text if event.actor else "",
        "target": event.target.code if event.target else "",
        "target_text": event.target.text if event.target else "",
        "target_is_inferred": event.target is not None and event.target.is_inferred,
        "place": event.place,
        "factuality": event.factuality,
        "confidence": event.confidence,
        "intensity": event.intensity,
        "quote": event.quote,
        "start": event.span[0],
        "end": event.span[1],
        "speaker": event.attribution.speaker,
        "cited_outlet": event.attribution.outlet,
        "document": one.document_hash,
        "outlets": "; ".join(dict.fromkeys(map(name_outlet, copies))),
        "addresses": "; ".join(dict.fromkeys(copy.address for copy in copies if copy.address)),
        "method": one.method,
        "verdict": find_verdict(one),
        "reviewer": one.review.review.author if one.review else "",
        "reason": one.review.review.reason if one.review else "",
        "stands_for": "; ".join(f"{scenario}: {event}" for scenario, event in sorted(one.stands_for.items())),
        "cluster": one.cluster_id,
    }


def find_verdict(one: StoredEvent) -> str:
    """Find the last verdict on an event: "confirm", "correct", "drop", or "" if it was not reviewed."""
    return one.review.review.action if one.review else ""


def name_outlet(document: Document) -> str:
    """Name the publisher of a document: its outlet, else the host of its address, else the address."""
    try:
        host = urlsplit(document.address).hostname or ""
    except ValueError:
        host = ""
    return document.outlet or host or document.address or "unknown"


def _copy_to_json(document: Document) -> dict[str, Any]:
    return {
        "outlet": document.outlet,
        "title": document.title,
        "author": document.author,
        "address": document.address,
        "date": document.date.isoformat() if document.date else None,
    }
