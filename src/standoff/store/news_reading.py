"""Read documents, codings, events and clusters.

The current coding of a document is the one whose event a person reviewed last, because that person read it; without a review it
is the coding recorded last. A review holds for the same event in every coding (`plain.make_event_keys`); the last review of an
event holds. Every function takes `known_by`, the last write to be read, or None for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, select, true, union_all

from standoff.news.coded import CodedDocument
from standoff.news.document import Document
from standoff.store.plain import get_code, parse_claim, parse_event
from standoff.store.records import EventCluster, Review, StoredClaims, StoredCoding, StoredEvent, StoredReview
from standoff.store.tables import claims, cluster_members, clusters, codings, documents, events, reviews, sightings

__all__ = [
    "list_claims",
    "list_clusters",
    "list_codings",
    "list_copies",
    "list_document_keys",
    "list_events",
    "list_reviews",
    "list_uncoded",
    "read_copies",
    "read_documents",
    "restrict_to_known",
]

_CHUNK = 1000  # databases limit the values of one statement


def restrict_to_known(table: Table, known_by: int | None) -> ColumnElement[bool]:
    """Make the condition that a row was recorded by a write or before it."""
    return true() if known_by is None else table.c.write_id <= known_by


def _is_between(day: dt.date | None, since: dt.date | None, until: dt.date | None) -> bool:
    """Whether a day lies in a range; an unknown day lies only in the unlimited range."""
    if day is None:
        return since is None and until is None
    return (since is None or since <= day) and (until is None or day <= until)


def list_document_keys(
    connection: Connection,
    since: dt.date | None,
    until: dt.date | None,
    known_by: int | None,
    *,
    hashes: Sequence[str] | None = None,
) -> list[tuple[int, int]]:
    """List each text once, by day of publication, with its earliest copy.

    Returns:
        Number of the document and of the copy.
    """
    if hashes is None:
        return _list_first_copies(connection, since, until, restrict_to_known(sightings, known_by))
    found = []
    for start in range(0, len(hashes), _CHUNK):
        own = select(documents.c.id).where(documents.c.document_hash.in_(hashes[start : start + _CHUNK]))
        found += _list_first_copies(
            connection, since, until, restrict_to_known(sightings, known_by) & sightings.c.document_id.in_(own)
        )
    return found


def _list_first_copies(
    connection: Connection, since: dt.date | None, until: dt.date | None, wanted: ColumnElement[bool]
) -> list[tuple[int, int]]:
    """List each document with its first copy that meets the conditions, by day."""
    order = (sightings.c.date.nulls_last(), sightings.c.id)
    place = func.row_number().over(partition_by=sightings.c.document_id, order_by=order)
    ranked = (
        select(sightings.c.id, sightings.c.document_id, sightings.c.date, place.label("place")).where(wanted).subquery()
    )
    first = select(ranked.c.document_id, ranked.c.id).where(ranked.c.place == 1, _restrict(ranked.c.date, since, until))
    rows = connection.execute(first.order_by(ranked.c.date.nulls_last(), ranked.c.document_id))
    return [(row[0], row[1]) for row in rows]


def read_documents(connection: Connection, keys: Sequence[tuple[int, int]]) -> list[Document]:
    """Read the documents of some keys, in their order."""
    wanted = _select_copies().where(sightings.c.id.in_([sighting for _, sighting in keys]))
    found = {row.id: _parse_document(row) for row in connection.execute(wanted)}
    return [found[sighting] for _, sighting in keys]


def list_copies(connection: Connection, document_hash: str, known_by: int | None) -> tuple[Document, ...]:
    """List every copy of a text, in the order of recording."""
    wanted = _select_copies().where(documents.c.document_hash == document_hash, restrict_to_known(sightings, known_by))
    return tuple(_parse_document(row) for row in connection.execute(wanted.order_by(sightings.c.id)))


def read_copies(connection: Connection, hashes: Sequence[str], known_by: int | None) -> dict[str, tuple[Document, ...]]:
    """Read every copy of several texts, by hash; unknown hashes are left out."""
    found: dict[str, list[Document]] = {}
    for start in range(0, len(hashes), _CHUNK):
        chunk = documents.c.document_hash.in_(hashes[start : start + _CHUNK])
        wanted = (
            _select_copies().add_columns(documents.c.document_hash).where(chunk, restrict_to_known(sightings, known_by))
        )
        for row in connection.execute(wanted.order_by(sightings.c.id)):
            found.setdefault(row.document_hash, []).append(_parse_document(row))
    return {name: tuple(own) for name, own in found.items()}


def list_uncoded(connection: Connection, method: str) -> tuple[str, ...]:
    """List the hashes of the documents that a method has not coded, in the order of recording."""
    done = select(codings.c.document_id).where(codings.c.method == method)
    wanted = select(documents.c.document_hash).where(documents.c.id.not_in(done)).order_by(documents.c.id)
    return tuple(connection.execute(wanted).scalars())


def list_codings(connection: Connection, document_hash: str, known_by: int | None) -> tuple[StoredCoding, ...]:
    """List every coding of a document, in the order of recording."""
    rows = connection.execute(
        select(codings)
        .join(documents, documents.c.id == codings.c.document_id)
        .where(documents.c.document_hash == document_hash, restrict_to_known(codings, known_by))
        .order_by(codings.c.id)
    ).all()
    found = []
    for row in rows:
        acts = connection.execute(
            select(events.c.id, events.c.content).where(events.c.coding_id == row.id).order_by(events.c.position)
        ).all()
        said = connection.execute(
            select(claims.c.content).where(claims.c.coding_id == row.id).order_by(claims.c.position)
        ).scalars()
        coded = CodedDocument(
            document_hash,
            tuple(parse_event(act.content) for act in acts),
            tuple(parse_claim(content) for content in said),
            row.language,
            row.refused,
        )
        numbers = tuple(act.id for act in acts)
        found.append(StoredCoding(row.id, row.write_id, row.method, row.version, coded, numbers))
    return tuple(found)


def list_events(
    connection: Connection,
    method: str | None,
    document_hash: str | None,
    known_by: int | None,
    *,
    after: int | None = None,
) -> Iterator[StoredEvent]:
    """List every event of the current codings with its last review and cluster, by document and position.

    With `after` only those of codings that were recorded by a later write than that.
    """
    wanted = (
        select(events.c.id, events.c.event_key, events.c.content, codings.c.document_id, codings.c.method)
        .add_columns(documents.c.document_hash, events.c.position, codings.c.write_id)
        .join(codings, codings.c.id == events.c.coding_id)
        .join(documents, documents.c.id == codings.c.document_id)
        .where(codings.c.id.in_(_select_current_codings(method, known_by)))
        .order_by(documents.c.id, events.c.position)
    )
    if document_hash is not None:
        wanted = wanted.where(documents.c.document_hash == document_hash)
    if after is not None:
        wanted = wanted.where(codings.c.write_id > after)
    reviewed = dict(connection.execute(_select_last_reviews(known_by)).tuples().all())
    said = _read_reviews(connection, sorted(reviewed.values()))
    member = dict(connection.execute(_select_last_clusters(known_by)).tuples().all())
    published = dict(connection.execute(_select_publication(known_by)).tuples().all())
    standings = _read_matches(connection, known_by)
    for row in connection.execute(wanted):
        yield StoredEvent(
            event_id=row.id,
            document_hash=row.document_hash,
            method=row.method,
            coded=parse_event(row.content),
            review=said.get(reviewed.get(row.event_key, 0)),
            cluster_id=member.get(row.event_key),
            published=published.get(row.document_id),
            position=row.position,
            write_id=row.write_id,
            stands_for=standings.get(row.event_key, {}),
        )


def list_claims(
    connection: Connection, method: str | None, since: dt.date | None, until: dt.date | None, *, known_by: int | None
) -> tuple[StoredClaims, ...]:
    """List the claims of the current codings, by day of publication."""
    wanted = (
        select(claims.c.content, codings.c.document_id, codings.c.method, documents.c.document_hash)
        .join(codings, codings.c.id == claims.c.coding_id)
        .join(documents, documents.c.id == codings.c.document_id)
        .where(codings.c.id.in_(_select_current_codings(method, known_by)))
        .order_by(documents.c.id, claims.c.position)
    )
    published = dict(connection.execute(_select_publication(known_by)).tuples().all())
    found = [
        StoredClaims(
            document_hash=rows[0].document_hash,
            method=rows[0].method,
            published=published.get(number),
            claims=tuple(parse_claim(row.content) for row in rows),
        )
        for number, rows in (
            (number, list(rows)) for number, rows in groupby(connection.execute(wanted), lambda row: row.document_id)
        )
        if _is_between(published.get(number), since, until)
    ]
    return tuple(sorted(found, key=lambda one: one.published or dt.date.max))  # equal days keep their order


def list_reviews(connection: Connection, event_id: int, known_by: int | None) -> tuple[StoredReview, ...]:
    """List every review of an event, from all codings, in the order of recording."""
    key = select(events.c.event_key).where(events.c.id == event_id).scalar_subquery()
    wanted = (
        select(reviews.c.id)
        .join(events, events.c.id == reviews.c.event_id)
        .where(events.c.event_key == key, restrict_to_known(reviews, known_by))
        .order_by(reviews.c.id)
    )
    return tuple(_read_reviews(connection, list(connection.execute(wanted).scalars())).values())


def list_clusters(connection: Connection, known_by: int | None) -> tuple[EventCluster, ...]:
    """List every cluster that still has events, in the order of recording."""
    member = _select_last_clusters(known_by).subquery()
    wanted = (
        select(clusters.c.id, clusters.c.method, clusters.c.label, func.min(events.c.id).label("event_id"))
        .join(member, member.c.cluster_id == clusters.c.id)
        .join(cluster_members, cluster_members.c.cluster_id == clusters.c.id)
        .join(events, (events.c.id == cluster_members.c.event_id) & (events.c.event_key == member.c.event_key))
        .group_by(clusters.c.id, clusters.c.method, clusters.c.label, events.c.event_key)
    )
    together: dict[int, EventCluster] = {}
    for row in connection.execute(wanted.order_by(clusters.c.id, func.min(events.c.id))):
        before = together.get(row.id, EventCluster(row.id, row.method, row.label, ()))
        together[row.id] = EventCluster(row.id, row.method, row.label, (*before.event_ids, row.event_id))
    return tuple(together.values())


def _restrict(day: ColumnElement[dt.date | None], since: dt.date | None, until: dt.date | None) -> ColumnElement[bool]:
    """Make the condition of the database that a day lies in a range."""
    after = true() if since is None else day >= since
    before = true() if until is None else day <= until
    return after & before


def _select_current_codings(method: str | None, known_by: int | None) -> Select[tuple[int]]:
    """Select the current coding of each document."""
    of_method = true() if method is None else codings.c.method == method
    newest = (
        select(codings.c.document_id, func.max(codings.c.id).label("coding_id"))
        .where(of_method, restrict_to_known(codings, known_by))
        .group_by(codings.c.document_id)
        .subquery()
    )
    last = (
        select(codings.c.document_id, func.max(reviews.c.id).label("review_id"))
        .join(events, events.c.coding_id == codings.c.id)
        .join(reviews, reviews.c.event_id == events.c.id)
        .where(of_method, restrict_to_known(reviews, known_by))
        .group_by(codings.c.document_id)
        .subquery()
    )
    looked_at = (
        select(last.c.document_id, events.c.coding_id)
        .join(reviews, reviews.c.id == last.c.review_id)
        .join(events, events.c.id == reviews.c.event_id)
    )
    chosen = looked_at.subquery()
    others = select(newest.c.coding_id).where(newest.c.document_id.not_in(select(chosen.c.document_id)))
    return select(union_all(select(chosen.c.coding_id), others).subquery().c.coding_id)


def _select_last_reviews(known_by: int | None) -> Select[tuple[str, int]]:
    """Select the last review of each event, by key."""
    return (
        select(events.c.event_key, func.max(reviews.c.id).label("review_id"))
        .join(events, events.c.id == reviews.c.event_id)
        .where(restrict_to_known(reviews, known_by))
        .group_by(events.c.event_key)
    )


def _select_last_clusters(known_by: int | None) -> Select[tuple[str, int]]:
    """Select the last cluster of each event, by key."""
    return (
        select(events.c.event_key, func.max(cluster_members.c.cluster_id).label("cluster_id"))
        .join(events, events.c.id == cluster_members.c.event_id)
        .join(clusters, clusters.c.id == cluster_members.c.cluster_id)
        .where(restrict_to_known(clusters, known_by))
        .group_by(events.c.event_key)
    )


def _select_publication(known_by: int | None) -> Select[tuple[int, dt.date | None]]:
    """Select the first known day of publication of each document."""
    return (
        select(sightings.c.document_id, func.min(sightings.c.date).label("day"))
        .where(restrict_to_known(sightings, known_by))
        .group_by(sightings.c.document_id)
    )


def _read_reviews(connection: Connection, numbers: Sequence[int]) -> dict[int, StoredReview]:
    """Read reviews by number, in order."""
    chunks = (numbers[k : k + _CHUNK] for k in range(0, len(numbers), _CHUNK))
    wanted = (select(reviews).where(reviews.c.id.in_(chunk)).order_by(reviews.c.id) for chunk in chunks)
    rows = (row for one in wanted for row in connection.execute(one))
    return {
        row.id: StoredReview(
            row.id,
            row.write_id,
            Review(
                event_id=row.event_id,
                action=row.action,
                author=row.author,
                reason=row.reason,
                correction=parse_event(row.correction) if row.correction is not None else None,
                reviewed_at=row.reviewed_at,
                scenario=row.scenario,
                stands_for=row.stands_for,
            ),
        )
        for row in rows
    }


def _read_matches(connection: Connection, known_by: int | None) -> dict[str, dict[str, str]]:
    """Read the matching events of models, by key of the event and scenario; see `StoredEvent.stands_for`."""
    said = (
        select(events.c.event_key)
        .join(reviews, reviews.c.event_id == events.c.id)
        .where(restrict_to_known(reviews, known_by), reviews.c.scenario != "")
    )
    wanted = (
        select(reviews.c.action, reviews.c.correction, reviews.c.scenario, reviews.c.stands_for)
        .add_columns(events.c.event_key, events.c.event_type, events.c.actor, events.c.target)
        .join(events, events.c.id == reviews.c.event_id)
        .where(restrict_to_known(reviews, known_by), events.c.event_key.in_(said))
        .order_by(reviews.c.id)
    )
    found: dict[str, dict[str, str]] = {}
    taken_as: dict[str, tuple[str, str, str] | None] = {}
    for row in connection.execute(wanted):
        coded = (row.event_type, row.actor, row.target)
        event = parse_event(row.correction) if row.correction is not None else None
        now = coded if event is None else (event.event_type, get_code(event.actor), get_code(event.target))
        before, taken_as[row.event_key] = taken_as.get(row.event_key, coded), None if row.action == "drop" else now
        own = found.setdefault(row.event_key, {})
        if taken_as[row.event_key] != before:
            own.clear()
        if row.stands_for:
            own[row.scenario] = row.stands_for
        else:
            own.pop(row.scenario, None)
    return found


def _select_copies() -> Select[tuple[object, ...]]:
    return select(documents.c.text, sightings).join(documents, documents.c.id == sightings.c.document_id)


def _parse_document(row: Row[tuple[object, ...]]) -> Document:
    return Document(
        text=row.text,
        title=row.title,
        outlet=row.outlet,
        author=row.author,
        date=row.date,
        language=row.language,
        address=row.address,
        media_type=row.media_type,
        retrieved=row.retrieved,
    )
