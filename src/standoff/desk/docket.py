"""Coded events on the desk: from a store or out of files, with the documents that tell them and what people said of them.

Everything that works on events takes a `Docket`, so that a review or an update is the same with a store and without one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from standoff.desk.clustering import Told, is_by_rule, near_groups
from standoff.errors import InputError, Problem, nearest
from standoff.news.coded import CodedDocument, Mention, name_events
from standoff.news.coder import Coder
from standoff.news.document import Document
from standoff.scenario import Scenario
from standoff.store.records import Review, StoredEvent, StoredReview

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = [
    "Docket",
    "code_of",
    "countries_of",
    "docket_of_documents",
    "docket_of_store",
    "find_event",
    "known_codes",
    "reviewed",
    "touches",
]

_END = re.compile(r"[.!?][\"'”’)]*\s+|\n+")
"""Where a sentence ends, as far as showing it goes."""


@dataclass(frozen=True)
class Docket:
    """Coded events.

    Attributes:
        events: In the order of the documents and their texts; dropped ones among them.
        names: Number of an event -> the name by which people and files call it (`standoff.news.coded.name_events`).
        sightings: Hash of a document -> every place at which it was found, as the document that was read there.
        set_together: Clusters that a person made.
        known_by: The last write of the store that it knows; None where there is no store.
    """

    events: tuple[StoredEvent, ...]
    names: Mapping[int, str]
    sightings: Mapping[str, tuple[Document, ...]]
    set_together: frozenset[int] = frozenset()
    known_by: int | None = None

    def text_of(self, one: StoredEvent) -> str:
        """The text that tells an event."""
        return self.sightings[one.document_hash][0].text

    def passage_of(self, one: StoredEvent, most: int = 160) -> str:
        """The sentence that tells an event, on one line; of a long one what stands around the quote.

        Args:
            one: The event.
            most: Characters, about, that are given.
        """
        text = self.text_of(one)
        start, end = one.coded.span
        left = max((found.end() for found in _END.finditer(text, 0, start)), default=0)
        found = _END.search(text, end)
        right = found.start() + 1 if found else len(text)
        spare = max(0, most - (end - start))
        first, last = max(left, start - spare // 2), min(right, end + spare // 2)
        before, after = "…" if first > left else "", "…" if last < right else ""
        return f"{before}{' '.join(text[first:last].split())}{after}"

    def twins(self, one: StoredEvent) -> tuple[StoredEvent, ...]:
        """Reports of the same event in the same words, as outlets print one agency's report; the event itself among them."""
        if one.cluster_id is None:
            return (one,)
        key = _words(one)
        return tuple(other for other in self.events if other.cluster_id == one.cluster_id and _words(other) == key)

    def among(self, keep: Callable[[StoredEvent], bool]) -> Docket:
        """Some of the events."""
        return replace(self, events=tuple(one for one in self.events if keep(one)))


def docket_of_store(
    store: Store, *, known_by: int | None = None, keep: Callable[[StoredEvent], bool] | None = None
) -> Docket:
    """The events of a store.

    Args:
        store: The store.
        known_by: The last write that is to be known; None for all.
        keep: Which events; None for all.

    Raises:
        StoreError: The store cannot be read.
    """
    known_by = store.last_write() if known_by is None else known_by
    every = store.coded_events(known_by=known_by)
    found = tuple(one for one in every if keep is None or keep(one))
    clusters = store.clusters(known_by=known_by) if any(one.cluster_id is not None for one in found) else ()
    return Docket(
        events=found,
        names=_names(every),
        sightings=store.sightings_of([one.document_hash for one in found], known_by=known_by),
        set_together=frozenset(one.cluster_id for one in clusters if not is_by_rule(one.method)),
        known_by=known_by,
    )


def docket_of_documents(
    documents: Iterable[Document], coder: Coder, *, progress: Callable[[int, int], None] | None = None
) -> tuple[Docket, tuple[CodedDocument, ...]]:
    """Code documents and keep nothing.

    Args:
        documents: The documents; the same text may be there more than once.
        coder: What codes them.
        progress: Called with the number of texts coded so far and of all.

    Returns:
        The events, and the codings in the order of the documents.
    """
    sightings: dict[str, tuple[Document, ...]] = {}
    for document in documents:
        sightings[document.document_hash] = (*sightings.get(document.document_hash, ()), document)
    codings = []
    events: list[StoredEvent] = []
    for places in sightings.values():
        coded = coder.code(min(places, key=lambda place: place.date or dt.date.max))
        codings.append(coded)
        days = [place.date for place in places if place.date is not None]
        for position, event in enumerate(coded.events):
            events.append(
                StoredEvent(
                    event_id=len(events) + 1,
                    document_hash=coded.document_hash,
                    method=coder.method,
                    coded=event,
                    published=min(days, default=None),
                    position=position,
                )
            )
        if progress is not None:
            progress(len(codings), len(sightings))
    groups = near_groups(
        [Told(one.event_id, one.document_hash, one.coded) for one in events],
        lambda hashes: [sightings[name][0] for name in hashes],
    )
    cluster_of = {number: k for k, group in enumerate(groups, start=1) for number in group}
    clustered = tuple(replace(one, cluster_id=cluster_of.get(one.event_id)) for one in events)
    return Docket(clustered, _names(clustered), sightings), tuple(codings)


def reviewed(docket: Docket, reviews: Sequence[Review]) -> Docket:
    """A docket that is in no store, with reviews of its events; the last one of an event holds."""
    said = {review.event_id: review for review in reviews}

    def with_review(one: StoredEvent) -> StoredEvent:
        review = said.get(one.event_id)
        if review is None:
            return one
        stands_for = {review.scenario: review.stands_for} if review.stands_for else {}
        return replace(one, review=StoredReview(one.event_id, 0, review), stands_for=stands_for)

    return replace(docket, events=tuple(with_review(one) for one in docket.events))


def find_event(docket: Docket, given: str) -> StoredEvent:
    """The event of a number or a name.

    Raises:
        InputError: There is none (`unknown-event`).
    """
    names = {name: number for number, name in docket.names.items()}
    number = int(given) if given.isascii() and given.isdigit() else names.get(given)
    found = next((one for one in docket.events if one.event_id == number), None)
    if found is None:
        advice = nearest(given, list(names)) if ":" in given else "list the events for their numbers"
        raise InputError(Problem("unknown-event", f"there is no event `{given}`", help=advice))
    return found


def known_codes(scenario: Scenario) -> frozenset[str]:
    """Every code that a scenario knows: those of its players, and of others whose acts are hazards."""
    codes = {code for player in scenario.players.values() for code in player.codes}
    return frozenset(codes | {code for hazard in scenario.nature.values() for code in hazard.codes})


def touches(one: StoredEvent, codes: Collection[str]) -> bool:
    """Whether somebody of a scenario acts or is acted upon, by what the text says or a reviewer."""
    return not countries_of(one).isdisjoint(codes)


def countries_of(one: StoredEvent) -> frozenset[str]:
    """The countries and organisations that act or are acted upon; inferred ones are not among them."""
    sides = (one.event.actor, one.event.target)
    return frozenset(code for side in sides if side is not None and not side.is_inferred for code in side.countries)


def code_of(mention: Mention | None) -> str:
    """The code of an actor as tables show it: in brackets where it was inferred, "" where nobody is named."""
    if mention is None:
        return ""
    return f"({mention.code})" if mention.is_inferred else mention.code


def _names(events: Sequence[StoredEvent]) -> dict[int, str]:
    by_document: dict[str, list[StoredEvent]] = defaultdict(list)
    for one in events:
        by_document[one.document_hash].append(one)
    return {
        one.event_id: name
        for document_hash, own in by_document.items()
        for one, name in zip(own, name_events(document_hash, (each.coded for each in own)), strict=True)
    }


def _words(one: StoredEvent) -> tuple[object, ...]:
    coded = one.coded
    return coded.quote, coded.event_type, code_of(coded.actor), code_of(coded.target), coded.factuality, coded.date
