"""One event told by many: clusters of coded events that are kept in a store.

Two rules put reports together, each as far as it is safe to say so without knowing what happened:

- **near duplicates**: documents that tell the same in nearly the same words (`standoff.news.near_duplicates`) tell
  the same events; of them, events of one type, actor, target and day are one.
- **same day**: across outlets with words of their own, events of one day, type, actor and target are one if they are between two
  sides of a scenario, each named by the text. A model has at most one move of a side in a period, so nothing is lost there.

Clusters grow and never merge: a new report joins the oldest cluster of its like. What a person has put together or apart stays.
Each rule leaves a mark of the last write whose news it has been through, so that a pass that was interrupted is made up for by
the next one, and two at once do not undo each other.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from standoff.news.coded import Event, Mention
from standoff.news.document import Document
from standoff.news.near_duplicates import find_clusters
from standoff.scenario import Scenario
from standoff.store.records import StoredEvent

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = [
    "NEAR_DUPLICATES",
    "SAME_DAY",
    "ReportedEvent",
    "cluster_events",
    "group_by_day",
    "group_near_duplicates",
    "is_by_rule",
]

NEAR_DUPLICATES = "near duplicates 1"
"""Method of the clusters of the first rule."""
SAME_DAY = "same day 1"
"""Start of the method of the second; the codes of the sides follow."""
Find = Callable[[Sequence["ReportedEvent"]], list[list[int]]]


@dataclass(frozen=True)
class ReportedEvent:
    """An event as one document tells it.

    Attributes:
        number: Its number.
        document_hash: The document.
        event: The event, as coded.
        is_new: Whether the rule has not been through it yet.
    """

    number: int
    document_hash: str
    event: Event
    is_new: bool = True


def is_by_rule(method: str) -> bool:
    """Whether a cluster was put together by a rule of this module, and not by a person."""
    return method == NEAR_DUPLICATES or method.startswith(SAME_DAY)


def cluster_events(store: Store, scenario: Scenario | None = None) -> int:
    """Put the events of a store together that no pass has been through yet.

    Args:
        store: The store.
        scenario: Whose sides the second rule is for; None: only the first rule.

    Returns:
        Clusters that were made or have grown.

    Raises:
        StoreError: The store failed; what was recorded before is kept.
    """

    def near(told: Sequence[ReportedEvent]) -> list[list[int]]:
        return group_near_duplicates(told, store.documents_of)

    count = _pass(store, NEAR_DUPLICATES, near)
    if scenario is not None:
        sides = tuple(frozenset(player.codes) for player in scenario.players.values() if player.codes)
        name = " ".join([SAME_DAY, *("/".join(sorted(side)) for side in sides)])
        count += _pass(store, name, lambda told: group_by_day(told, sides))
    return count


def group_near_duplicates(
    told: Sequence[ReportedEvent], documents_of: Callable[[list[str]], Iterable[Document]]
) -> list[list[int]]:
    """Events of near duplicates that are one event, at least one of them new.

    Args:
        told: The events.
        documents_of: Gives the documents of some hashes.

    Returns:
        The numbers of each group's events.
    """
    alike = _grouped(told, _likeness)
    candidates = {one.document_hash for group in alike.values() for one in group}
    if not candidates:
        return []
    lead_of = {
        document.document_hash: cluster.lead.document_hash
        for cluster in find_clusters(documents_of(sorted(candidates)))
        for document in cluster.documents
    }
    inside = [one for group in alike.values() for one in group]
    return _numbers(_grouped(inside, lambda one: (lead_of[one.document_hash], *_likeness(one))))


def group_by_day(told: Sequence[ReportedEvent], sides: Sequence[frozenset[str]]) -> list[list[int]]:
    """Events of one day between two sides that are one event, at least one of them new.

    Args:
        told: The events.
        sides: Codes of the countries of each side.
    """

    def side_of(mention: Mention | None) -> int | None:
        countries = set(mention.countries) if mention is not None and not mention.is_inferred else set()
        return next((k for k, side in enumerate(sides) if countries and countries <= side), None)

    def is_between(one: ReportedEvent) -> bool:
        actor, target = side_of(one.event.actor), side_of(one.event.target)
        return one.event.date is not None and None not in (actor, target) and actor != target

    return _numbers(_grouped([one for one in told if is_between(one)], _likeness))


def _likeness(one: ReportedEvent) -> tuple[object, ...]:
    """What reports of one event have in common; the day is known or unknown in all of them."""
    event = one.event
    return event.event_type, _code(event.actor), _code(event.target), event.factuality, event.date or dt.date.min


def _code(mention: Mention | None) -> frozenset[str]:
    return frozenset() if mention is None or mention.is_inferred else frozenset(mention.countries)


def _grouped(
    told: Iterable[ReportedEvent], key: Callable[[ReportedEvent], tuple[object, ...]]
) -> dict[tuple[object, ...], list[ReportedEvent]]:
    """Groups of more than one document with something new in them."""
    groups: dict[tuple[object, ...], list[ReportedEvent]] = defaultdict(list)
    for one in told:
        groups[key(one)].append(one)
    return {
        key: group
        for key, group in groups.items()
        if len({one.document_hash for one in group}) > 1 and any(one.is_new for one in group)
    }


def _numbers(groups: Mapping[tuple[object, ...], Sequence[ReportedEvent]]) -> list[list[int]]:
    return [[one.number for one in group] for group in groups.values()]


def _pass(store: Store, method: str, find: Find) -> int:
    """Take a rule through everything that was recorded since it last went through; again if another one was faster."""
    while True:
        after, up_to = store.mark(method) or 0, store.last_write()
        if up_to <= after or not store.coded_events(after=after, known_by=up_to):
            return 0
        stored = store.coded_events(known_by=up_to)
        told = [ReportedEvent(one.event_id, one.document_hash, one.coded, one.write_id > after) for one in stored]
        groups = list(_grown(store, stored, find(told), up_to))
        if store.add_clusters(groups, method=method, after=after, up_to=up_to):
            return len(groups)


def _grown(
    store: Store, stored: Sequence[StoredEvent], groups: Iterable[list[int]], known_by: int
) -> Iterable[list[int]]:
    """The clusters to be recorded: new ones, and old ones with what joins them."""
    cluster_of = {one.event_id: one.cluster_id for one in stored}
    members: dict[int, list[int]] = defaultdict(list)
    for number, cluster in cluster_of.items():
        if cluster is not None:
            members[cluster].append(number)
    by_rule = (
        {one.cluster_id for one in store.clusters(known_by=known_by) if is_by_rule(one.method)} if members else set()
    )
    for group in groups:
        loose = [number for number in group if cluster_of[number] is None]
        clusters = {cluster_of[number] for number in group} & by_rule
        joined = members[min(cluster for cluster in clusters if cluster is not None)] if clusters else []
        if loose and len(joined) + len(loose) > 1:
            yield [*joined, *loose]
