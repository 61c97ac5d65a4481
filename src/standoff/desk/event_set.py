"""Sets of coded events, from a store or from files, with their documents and reviews.

Everything that works on events takes an `EventSet`, so that reviews and updates are the same with a store and without one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from standoff.desk.clustering import ReportedEvent, group_near_duplicates, is_by_rule
from standoff.desk.coding import NotCoded, code_documents, find_refusal
from standoff.errors import InputError, Problem, suggest_nearest
from standoff.news.coded import Mention, name_events
from standoff.news.coder import Coder
from standoff.news.document import Document
from standoff.scenario import Scenario
from standoff.store.records import Review, StoredEvent, StoredReview

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = [
    "EventSet",
    "apply_reviews",
    "code_events",
    "collect_codes",
    "find_event",
    "format_code",
    "involves",
    "list_countries",
    "load_events",
]

_END = re.compile(r"[.!?][\"'”’)]*\s+|\n+")
"""The end of a sentence, for display."""


@dataclass(frozen=True)
class EventSet:
    """A set of coded events.

    Attributes:
        events: The events in the order of the documents and their texts, including dropped ones.
        names: Name of each event in files and output, by number (`standoff.news.coded.name_events`).
        copies: Every copy of a document that was read, by hash.
        manual_clusters: Clusters made by a reviewer.
        known_by: Last write of the store that was read; None without a store.
    """

    events: tuple[StoredEvent, ...]
    names: Mapping[int, str]
    copies: Mapping[str, tuple[Document, ...]]
    manual_clusters: frozenset[int] = frozenset()
    known_by: int | None = None

    def find_text(self, one: StoredEvent) -> str:
        """Return the text that reports an event."""
        return self.copies[one.document_hash][0].text

    def quote_passage(self, one: StoredEvent, most: int = 160) -> str:
        """Return the sentence that reports an event, on one line; a long sentence is cut around the quote.

        Args:
            one: The event.
            most: Approximate number of characters.
        """
        text = self.find_text(one)
        start, end = one.coded.span
        left = max((found.end() for found in _END.finditer(text, 0, start)), default=0)
        found = _END.search(text, end)
        right = found.start() + 1 if found else len(text)
        spare = max(0, most - (end - start))
        first, last = max(left, start - spare // 2), min(right, end + spare // 2)
        before, after = "…" if first > left else "", "…" if last < right else ""
        return f"{before}{' '.join(text[first:last].split())}{after}"

    def list_repeats(self, one: StoredEvent) -> tuple[StoredEvent, ...]:
        """List the reports of an event in the same words, such as reprints of an agency's report, including the event."""
        if one.cluster_id is None:
            return (one,)
        key = _make_key(one)
        return tuple(other for other in self.events if other.cluster_id == one.cluster_id and _make_key(other) == key)

    def select(self, keep: Callable[[StoredEvent], bool]) -> EventSet:
        """Return the set of some of the events."""
        return replace(self, events=tuple(one for one in self.events if keep(one)))


def load_events(
    store: Store, *, known_by: int | None = None, keep: Callable[[StoredEvent], bool] | None = None
) -> EventSet:
    """Load the events of a store.

    Args:
        store: The store.
        known_by: Last write to be read; None for all.
        keep: Condition on the events; None for all events.

    Raises:
        StoreError: The store cannot be read.
    """
    known_by = store.read_last_write() if known_by is None else known_by
    every = store.list_coded_events(known_by=known_by)
    found = tuple(one for one in every if keep is None or keep(one))
    clusters = store.list_clusters(known_by=known_by) if any(one.cluster_id is not None for one in found) else ()
    return EventSet(
        events=found,
        names=_name_events(every),
        copies=store.read_copies([one.document_hash for one in found], known_by=known_by),
        manual_clusters=frozenset(one.cluster_id for one in clusters if not is_by_rule(one.method)),
        known_by=known_by,
    )


def code_events(
    documents: Iterable[Document], coder: Coder, *, progress: Callable[[int, int], None] | None = None
) -> tuple[EventSet, tuple[NotCoded, ...]]:
    """Code documents without a store.

    Args:
        documents: The documents; the same text may occur more than once.
        coder: The coder.
        progress: Called with the number of texts coded so far and the number of all texts.

    Returns:
        The events, and the documents of which nothing was coded.

    Raises:
        CoderError: The coder cannot work.
        MissingExtraError: The coder needs a library that is not installed.
    """
    copies: dict[str, tuple[Document, ...]] = {}
    for document in documents:
        copies[document.document_hash] = (*copies.get(document.document_hash, ()), document)
    earliest = (min(same, key=lambda copy: copy.date or dt.date.max) for same in copies.values())
    not_coded: list[NotCoded] = []
    events: list[StoredEvent] = []
    for number, (document, coded) in enumerate(code_documents(earliest, coder), start=1):
        if (refusal := find_refusal(document, coded)) is not None:
            not_coded.append(refusal)
        days = [copy.date for copy in copies[document.document_hash] if copy.date is not None]
        for position, event in enumerate(() if isinstance(coded, NotCoded) else coded.events):
            events.append(
                StoredEvent(
                    event_id=len(events) + 1,
                    document_hash=document.document_hash,
                    method=coder.method,
                    coded=event,
                    published=min(days, default=None),
                    position=position,
                )
            )
        if progress is not None:
            progress(number, len(copies))
    groups = group_near_duplicates(
        [ReportedEvent(one.event_id, one.document_hash, one.coded) for one in events],
        lambda hashes: [copies[name][0] for name in hashes],
    )
    cluster_of = {number: k for k, group in enumerate(groups, start=1) for number in group}
    clustered = tuple(replace(one, cluster_id=cluster_of.get(one.event_id)) for one in events)
    return EventSet(clustered, _name_events(clustered), copies), tuple(not_coded)


def apply_reviews(events: EventSet, reviews: Sequence[Review]) -> EventSet:
    """Apply reviews to events that are in no store; the last review of an event holds."""
    said = {review.event_id: review for review in reviews}

    def apply_review(one: StoredEvent) -> StoredEvent:
        review = said.get(one.event_id)
        if review is None:
            return one
        stands_for = {review.scenario: review.stands_for} if review.stands_for else {}
        return replace(one, review=StoredReview(one.event_id, 0, review), stands_for=stands_for)

    return replace(events, events=tuple(apply_review(one) for one in events.events))


def find_event(events: EventSet, given: str) -> StoredEvent:
    """Find an event by its number or name.

    Raises:
        InputError: There is no such event (`unknown-event`).
    """
    names = {name: number for number, name in events.names.items()}
    number = int(given) if given.isascii() and given.isdigit() else names.get(given)
    found = next((one for one in events.events if one.event_id == number), None)
    if found is None:
        advice = suggest_nearest(given, list(names)) if ":" in given else "list the events for their numbers"
        raise InputError(Problem("unknown-event", f"there is no event `{given}`", help=advice))
    return found


def collect_codes(scenario: Scenario) -> frozenset[str]:
    """Collect every code in a scenario: those of its players, and of others whose acts are hazards."""
    codes = {code for player in scenario.players.values() for code in player.codes}
    return frozenset(codes | {code for hazard in scenario.nature.values() for code in hazard.codes})


def involves(one: StoredEvent, codes: Collection[str]) -> bool:
    """Whether one of these codes acts or is acted upon, according to the text or a reviewer."""
    return not list_countries(one).isdisjoint(codes)


def list_countries(one: StoredEvent) -> frozenset[str]:
    """List the countries and organisations that act or are acted upon, without inferred ones."""
    sides = (one.event.actor, one.event.target)
    return frozenset(code for side in sides if side is not None and not side.is_inferred for code in side.countries)


def format_code(mention: Mention | None) -> str:
    """Format the code of an actor for a table: in brackets if it was inferred, "" if nobody is named."""
    if mention is None:
        return ""
    return f"({mention.code})" if mention.is_inferred else mention.code


def _name_events(events: Sequence[StoredEvent]) -> dict[int, str]:
    by_document: dict[str, list[StoredEvent]] = defaultdict(list)
    for one in events:
        by_document[one.document_hash].append(one)
    return {
        one.event_id: name
        for document_hash, own in by_document.items()
        for one, name in zip(own, name_events(document_hash, (each.coded for each in own)), strict=True)
    }


def _make_key(one: StoredEvent) -> tuple[object, ...]:
    coded = one.coded
    return (
        coded.quote,
        coded.event_type,
        format_code(coded.actor),
        format_code(coded.target),
        coded.factuality,
        coded.date,
    )
