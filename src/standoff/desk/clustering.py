"""Cluster the reports of one event in a store.

Two rules cluster reports, each only as far as it is safe without knowledge of what happened:

- **near duplicates**: documents with nearly the same words (`standoff.news.near_duplicates`) report the same events. Of their
  events, those with the same type, actor, target and day are one event.
- **same day**: reports in different words are of one event if they have the same day, type, actor and target, and if actor and
  target are two sides of a scenario, both named by the text. A side of the model has at most one such move in a period, so this
  loses no information.

Clusters grow and never merge: a new report joins the oldest matching cluster. A reviewer's clusters are not changed. Each rule
records a mark of the last write that it has processed. The next pass therefore resumes an interrupted one, and two passes at the
same time do not undo each other.
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
"""Method of the clusters made by the first rule."""
SAME_DAY = "same day 1"
"""Start of the method of the clusters made by the second rule; the codes of the sides follow."""
Find = Callable[[Sequence["ReportedEvent"]], list[list[int]]]


@dataclass(frozen=True)
class ReportedEvent:
    """An event as one document reports it.

    Attributes:
        number: Number of the event.
        document_hash: Hash of the document.
        event: The event as coded.
        is_new: Whether the rule has not processed it yet.
    """

    number: int
    document_hash: str
    event: Event
    is_new: bool = True


def is_by_rule(method: str) -> bool:
    """Whether a rule of this module made a cluster, and not a reviewer."""
    return method == NEAR_DUPLICATES or method.startswith(SAME_DAY)


def cluster_events(store: Store, scenario: Scenario | None = None) -> int:
    """Cluster the events of a store that no pass has processed yet.

    Args:
        store: The store.
        scenario: Scenario whose sides the second rule uses; None for the first rule alone.

    Returns:
        Number of clusters made or extended.

    Raises:
        StoreError: The store failed; what was recorded before is kept.
    """

    def find_near(reports: Sequence[ReportedEvent]) -> list[list[int]]:
        return group_near_duplicates(reports, store.read_documents_by_hash)

    count = _run_pass(store, NEAR_DUPLICATES, find_near)
    if scenario is not None:
        sides = tuple(frozenset(player.codes) for player in scenario.players.values() if player.codes)
        name = " ".join([SAME_DAY, *("/".join(sorted(side)) for side in sides)])
        count += _run_pass(store, name, lambda reports: group_by_day(reports, sides))
    return count


def group_near_duplicates(
    reports: Sequence[ReportedEvent], read_documents: Callable[[list[str]], Iterable[Document]]
) -> list[list[int]]:
    """Group the reports of one event in near duplicates, at least one of them new.

    Args:
        reports: The reported events.
        read_documents: Function from hashes to their documents.

    Returns:
        Numbers of the events of each group.
    """
    alike = _group(reports, _make_key)
    candidates = {one.document_hash for group in alike.values() for one in group}
    if not candidates:
        return []
    lead_of = {
        document.document_hash: cluster.lead.document_hash
        for cluster in find_clusters(read_documents(sorted(candidates)))
        for document in cluster.documents
    }
    inside = [one for group in alike.values() for one in group]
    return _list_numbers(_group(inside, lambda one: (lead_of[one.document_hash], *_make_key(one))))


def group_by_day(reports: Sequence[ReportedEvent], sides: Sequence[frozenset[str]]) -> list[list[int]]:
    """Group the reports of one event of a day between two sides, at least one of them new.

    Args:
        reports: The reported events.
        sides: Codes of each side.
    """

    def find_side(mention: Mention | None) -> int | None:
        countries = set(mention.countries) if mention is not None and not mention.is_inferred else set()
        return next((k for k, side in enumerate(sides) if countries and countries <= side), None)

    def is_between(one: ReportedEvent) -> bool:
        actor, target = find_side(one.event.actor), find_side(one.event.target)
        return one.event.date is not None and None not in (actor, target) and actor != target

    return _list_numbers(_group([one for one in reports if is_between(one)], _make_key))


def _make_key(one: ReportedEvent) -> tuple[object, ...]:
    """Make the key that reports of one event share; they all have the same day, or all none."""
    event = one.event
    return (
        event.event_type,
        _collect_codes(event.actor),
        _collect_codes(event.target),
        event.factuality,
        event.date or dt.date.min,
    )


def _collect_codes(mention: Mention | None) -> frozenset[str]:
    return frozenset() if mention is None or mention.is_inferred else frozenset(mention.countries)


def _group(
    reports: Iterable[ReportedEvent], key: Callable[[ReportedEvent], tuple[object, ...]]
) -> dict[tuple[object, ...], list[ReportedEvent]]:
    """Group the events by a key; keep the groups of several documents with a new event."""
    groups: dict[tuple[object, ...], list[ReportedEvent]] = defaultdict(list)
    for one in reports:
        groups[key(one)].append(one)
    return {
        key: group
        for key, group in groups.items()
        if len({one.document_hash for one in group}) > 1 and any(one.is_new for one in group)
    }


def _list_numbers(groups: Mapping[tuple[object, ...], Sequence[ReportedEvent]]) -> list[list[int]]:
    return [[one.number for one in group] for group in groups.values()]


def _run_pass(store: Store, method: str, find: Find) -> int:
    """Apply a rule to everything recorded since its last pass; repeat if another pass was faster."""
    while True:
        after, up_to = store.read_mark(method) or 0, store.read_last_write()
        if up_to <= after or not store.list_coded_events(after=after, known_by=up_to):
            return 0
        stored = store.list_coded_events(known_by=up_to)
        reports = [ReportedEvent(one.event_id, one.document_hash, one.coded, one.write_id > after) for one in stored]
        groups = list(_find_changes(store, stored, find(reports), up_to))
        if store.add_clusters(groups, method=method, after=after, up_to=up_to):
            return len(groups)


def _find_changes(
    store: Store, stored: Sequence[StoredEvent], groups: Iterable[list[int]], known_by: int
) -> Iterable[list[int]]:
    """Find the clusters to record: new ones, and old ones with new members."""
    cluster_of = {one.event_id: one.cluster_id for one in stored}
    members: dict[int, list[int]] = defaultdict(list)
    for number, cluster in cluster_of.items():
        if cluster is not None:
            members[cluster].append(number)
    by_rule = (
        {one.cluster_id for one in store.list_clusters(known_by=known_by) if is_by_rule(one.method)}
        if members
        else set()
    )
    for group in groups:
        loose = [number for number in group if cluster_of[number] is None]
        clusters = {cluster_of[number] for number in group} & by_rule
        joined = members[min(cluster for cluster in clusters if cluster is not None)] if clusters else []
        if loose and len(joined) + len(loose) > 1:
            yield [*joined, *loose]
