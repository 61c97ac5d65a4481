"""Which events of a events are wanted, and what each is as plain data and as a row of a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from standoff.desk.event_set import EventSet, collect_codes, list_countries, load_events
from standoff.errors import InputError, Problem, nearest
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
    """Which events are wanted.

    Attributes:
        since: First day of the event, or of its document where the event has none; unknown days are left out then.
        until: Last day, likewise.
        countries: Codes, one of which acts or is acted upon; empty for all.
        event_types: PLOVER types; empty for all.
        scenario: Somebody of it acts or is acted upon; None for all.
        with_dropped: Whether dropped events are wanted, too.

    Raises:
        InputError: There is no such type (`unknown-event-type`), or the first day is after the last (`empty-range`).
    """

    since: dt.date | None = None
    until: dt.date | None = None
    countries: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()
    scenario: Scenario | None = None
    with_dropped: bool = False

    def __post_init__(self) -> None:
        problems = [
            Problem("unknown-event-type", f"`{one}` is no event type of PLOVER", help=nearest(one, EVENT_TYPES))
            for one in self.event_types
            if one not in EVENT_TYPES
        ]
        if self.since is not None and self.until is not None and self.since > self.until:
            message = f"no day is both from `{self.since}` on and up to `{self.until}`"
            problems.append(Problem("empty-range", message, help="write the earlier day as the first"))
        if problems:
            raise InputError(problems)

    def wants(self, one: StoredEvent) -> bool:
        """Whether an event is wanted."""
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
    """The events of a store that are wanted, by day; unknown days last.

    Raises:
        StoreError: The store cannot be read.
    """
    found = load_events(store, known_by=known_by, keep=wanted.wants)
    order = sorted(found.events, key=lambda one: one.event.date or one.published or dt.date.max)
    return EventSet(tuple(order), found.names, found.copies, found.manual_clusters, found.known_by)


def event_to_json(events: EventSet, one: StoredEvent) -> dict[str, Any]:
    """An event as plain data: as it is taken to be, as it was coded, what was said of it, and where it was told."""
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
        "reported_by": [_sighting(document) for document in events.copies[one.document_hash]],
    }


def make_row(events: EventSet, one: StoredEvent) -> dict[str, Any]:
    """An event as a row of a table, by column; lists are joined by "; "."""
    event = one.event
    places = events.copies[one.document_hash]
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
        "outlets": "; ".join(dict.fromkeys(map(name_outlet, places))),
        "addresses": "; ".join(dict.fromkeys(place.address for place in places if place.address)),
        "method": one.method,
        "verdict": find_verdict(one),
        "reviewer": one.review.review.author if one.review else "",
        "reason": one.review.review.reason if one.review else "",
        "stands_for": "; ".join(f"{scenario}: {event}" for scenario, event in sorted(one.stands_for.items())),
        "cluster": one.cluster_id,
    }


def find_verdict(one: StoredEvent) -> str:
    """What was said last of an event: "confirm", "correct", "drop", or "" where nobody looked at it."""
    return one.review.review.action if one.review else ""


def name_outlet(document: Document) -> str:
    """Who published a document: its outlet, else the host of its address, else the address."""
    try:
        host = urlsplit(document.address).hostname or ""
    except ValueError:
        host = ""
    return document.outlet or host or document.address or "unknown"


def _sighting(document: Document) -> dict[str, Any]:
    return {
        "outlet": document.outlet,
        "title": document.title,
        "author": document.author,
        "address": document.address,
        "date": document.date.isoformat() if document.date else None,
    }
