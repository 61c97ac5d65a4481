"""Record documents, codings, reviews and clusters, inside a transaction of the caller.

The transaction holds the lock of the store, so that what is read here does not change before the write.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from standoff.errors import InputError, Problem
from standoff.news.coded import CodedDocument, Event
from standoff.news.document import Document
from standoff.store.columns import compute_hash, encode_canonical_json
from standoff.store.database import Write
from standoff.store.plain import get_code, make_event_keys
from standoff.store.records import Added, Review
from standoff.store.tables import claims, cluster_members, clusters, codings, documents, events, reviews, sightings

__all__ = ["add_cluster", "add_codings", "add_documents", "add_reviews", "check_text"]

_UNKEPT = re.compile("[\x00\ud800-\udfff]")


def add_documents(write: Write, given: Sequence[Document]) -> Added:
    """Record new texts, and new copies of texts.

    Raises:
        InputError: A text or its heading contains a character that databases cannot store (`unkept-character`).
    """
    _refuse(problem for document in given for problem in _find_document_faults(document))
    ids = _read_ids(write.connection, documents, "document_hash", [document.document_hash for document in given])
    fresh = {document.document_hash: document for document in given if document.document_hash not in ids}
    if fresh:
        rows = [
            {"write_id": write.write_id, "document_hash": name, "text": document.text}
            for name, document in fresh.items()
        ]
        write.connection.execute(insert(documents), rows)
        ids |= _read_ids(write.connection, documents, "document_hash", list(fresh))
    found = {_compute_sighting_hash(document): document for document in given}
    known = _read_ids(write.connection, sightings, "sighting_hash", list(found))
    unseen = {name: document for name, document in found.items() if name not in known}
    if unseen:
        write.connection.execute(
            insert(sightings),
            [
                {"write_id": write.write_id, "document_id": ids[document.document_hash], "sighting_hash": name}
                | {"retrieved": document.retrieved, "date": document.date}
                | _make_heading(document)
                for name, document in unseen.items()
            ],
        )
    return Added(given=len(given), new=len(fresh), copies=len(unseen))


def add_codings(write: Write, given: Sequence[CodedDocument], method: str) -> Added:
    """Record codings that differ from the last coding of the same document by the same method.

    Raises:
        InputError: A document is not in the store (`unknown-document`), a quote is not at its position (`quote-elsewhere`), or a
            name contains a character that databases cannot store (`unkept-character`).
    """
    connection = write.connection
    texts = _read_texts(connection, [coded.document_hash for coded in given])
    _refuse(problem for coded in given for problem in _find_coding_faults(coded, texts))
    ids = {name: number for name, (number, _) in texts.items()}
    last = _read_last_codings(connection, list(ids.values()), method)
    fresh: list[tuple[CodedDocument, dict[str, Any]]] = []
    for coded in given:
        number = ids[coded.document_hash]
        version, before = last.get(number, (0, ""))
        content = compute_hash(encode_canonical_json(coded.to_json()))
        if content == before:
            continue
        last[number] = (version + 1, content)
        row = {"document_id": number, "method": method, "version": version + 1, "content_hash": content}
        fresh.append((coded, row | {"language": coded.language, "refused": coded.refused}))
    if not fresh:
        return Added(given=len(given))
    statement = insert(codings).returning(codings.c.id, sort_by_parameter_order=True)
    numbers = connection.execute(statement, [row | {"write_id": write.write_id} for _, row in fresh]).scalars().all()
    _insert(connection, events, _make_event_rows(zip(numbers, (coded for coded, _ in fresh), strict=True)))
    _insert(connection, claims, _make_claim_rows(zip(numbers, (coded for coded, _ in fresh), strict=True)))
    return Added(given=len(given), new=len(fresh))


def add_reviews(write: Write, given: Sequence[Review]) -> tuple[int, ...]:
    """Record reviews, in their order.

    Raises:
        InputError: An event is not in the store (`unknown-event`), or the quote of a correction is not at its position
            (`quote-elsewhere`).
    """
    connection = write.connection
    texts = _read_texts_of_events(connection, [review.event_id for review in given])
    faults = [_report_unknown_event(review.event_id) for review in given if review.event_id not in texts]
    for review in given:
        if review.correction is not None and review.event_id in texts:
            faults += _find_event_faults(review.correction, texts[review.event_id], f"event {review.event_id}")
        said = (review.author, review.reason, review.scenario, review.stands_for)
        faults += check_text(f"the review of event {review.event_id}", *said)
    _refuse(faults)
    now = dt.datetime.now(dt.UTC)
    rows = [
        {
            "write_id": write.write_id,
            "event_id": review.event_id,
            "action": review.action,
            "correction": review.correction.to_json() if review.correction else None,
            "author": review.author,
            "reason": review.reason,
            "reviewed_at": review.reviewed_at or now,
            "scenario": review.scenario,
            "stands_for": review.stands_for,
        }
        for review in given
    ]
    if not rows:
        return ()
    statement = insert(reviews).returning(reviews.c.id, sort_by_parameter_order=True)
    return tuple(connection.execute(statement, rows).scalars())


def add_cluster(write: Write, event_ids: Sequence[int], method: str, label: str) -> int:
    """Record that several coded events are one event.

    Raises:
        InputError: An event is not in the store (`unknown-event`).
    """
    members = list(dict.fromkeys(event_ids))
    known = _read_texts_of_events(write.connection, members)
    faults = [_report_unknown_event(number) for number in members if number not in known]
    _refuse(faults + check_text("the cluster", method, label))
    made = write.connection.execute(insert(clusters).values(write_id=write.write_id, method=method, label=label))
    assert made.inserted_primary_key is not None
    number = int(made.inserted_primary_key[0])
    write.connection.execute(
        insert(cluster_members), [{"cluster_id": number, "event_id": member} for member in members]
    )
    return number


def check_text(owner: str, *given: str) -> list[Problem]:
    """Find characters that SQLite or PostgreSQL cannot store: U+0000 and halves of surrogate pairs.

    Args:
        owner: Owner of the text, as the start of a sentence.
        given: The texts.
    """
    found = [match.group() for value in given for match in [_UNKEPT.search(value)] if match]
    advice = "remove it from the text before it is coded"
    return [
        Problem(
            "unkept-character",
            f"{owner} contains the character `{ascii(one)[1:-1]}`, which databases cannot store",
            help=advice,
        )
        for one in found[:1]
    ]


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise InputError(found)


def _find_document_faults(document: Document) -> list[Problem]:
    owner = f"the document from `{document.address or document.title or document.text[:40]}`"
    return check_text(owner, document.text, *_make_heading(document).values())


def _find_coding_faults(coded: CodedDocument, texts: Mapping[str, tuple[int, str]]) -> list[Problem]:
    if coded.document_hash not in texts:
        message = f"there is no document `{coded.document_hash}` in the store"
        return [Problem("unknown-document", message, help="add the document before its codings")]
    text = texts[coded.document_hash][1]
    owner = f"document {coded.document_hash[:12]}"
    faults = check_text(f"the coding of {owner}", coded.language, coded.refused)
    for event in coded.events:
        faults += _find_event_faults(event, text, owner)
    for claim in coded.claims:
        faults += _find_quote_faults(claim.span, claim.quote, text, owner)
        faults += check_text(f"a claim of {owner}", claim.issue, get_code(claim.holder))
    return faults


def _find_event_faults(event: Event, text: str, owner: str) -> list[Problem]:
    names = (event.event_type, get_code(event.actor), get_code(event.target), event.factuality)
    return _find_quote_faults(event.span, event.quote, text, owner) + check_text(f"an event of {owner}", *names)


def _find_quote_faults(span: tuple[int, int], quote: str, text: str, owner: str) -> list[Problem]:
    if 0 <= span[0] < span[1] <= len(text) and text[slice(*span)] == quote:
        return []
    message = f"`{quote[:60]}` is not at {span[0]}..{span[1]} of {owner}"
    return [Problem("quote-elsewhere", message, help="count code points of the text in the store")]


def _report_unknown_event(number: int) -> Problem:
    return Problem(
        "unknown-event", f"there is no event `{number}` in the store", help="list the events for their numbers"
    )


def _make_heading(document: Document) -> dict[str, str]:
    names = ("title", "outlet", "author", "language", "address", "media_type")
    return {name: getattr(document, name) for name in names}


def _compute_sighting_hash(document: Document) -> str:
    """Hash everything that identifies a copy: all but the time at which it was read."""
    day = document.date.isoformat() if document.date else None
    return compute_hash(encode_canonical_json({"text": document.document_hash, "date": day} | _make_heading(document)))


def _read_ids(connection: Connection, table: Table, column: str, values: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(select(table.c[column], table.c.id).where(table.c[column].in_(values)))
    return {row[0]: row[1] for row in rows}


def _read_texts(connection: Connection, hashes: Sequence[str]) -> dict[str, tuple[int, str]]:
    wanted = select(documents.c.document_hash, documents.c.id, documents.c.text).where(
        documents.c.document_hash.in_(set(hashes))
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(wanted)}


def _read_texts_of_events(connection: Connection, event_ids: Sequence[int]) -> dict[int, str]:
    """Read the text that reports each event, by number."""
    wanted = (
        select(events.c.id, documents.c.text)
        .join(codings, codings.c.id == events.c.coding_id)
        .join(documents, documents.c.id == codings.c.document_id)
        .where(events.c.id.in_(set(event_ids)))
    )
    return {row[0]: row[1] for row in connection.execute(wanted)}


def _read_last_codings(connection: Connection, document_ids: Sequence[int], method: str) -> dict[int, tuple[int, str]]:
    """Read version and content hash of the last coding of each document by a method."""
    last = (
        select(func.max(codings.c.id))
        .where(codings.c.document_id.in_(document_ids), codings.c.method == method)
        .group_by(codings.c.document_id)
    )
    wanted = select(codings.c.document_id, codings.c.version, codings.c.content_hash).where(codings.c.id.in_(last))
    return {row[0]: (row[1], row[2]) for row in connection.execute(wanted)}


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _make_event_rows(found: Iterable[tuple[int, CodedDocument]]) -> list[dict[str, Any]]:
    return [
        {
            "coding_id": number,
            "position": position,
            "event_key": key,
            "event_type": event.event_type,
            "date": event.date,
            "actor": get_code(event.actor),
            "target": get_code(event.target),
            "factuality": event.factuality,
            "confidence": event.confidence,
            "content": event.to_json(),
        }
        for number, coded in found
        for position, (event, key) in enumerate(
            zip(coded.events, make_event_keys(coded.document_hash, coded.events), strict=True)
        )
    ]


def _make_claim_rows(found: Iterable[tuple[int, CodedDocument]]) -> list[dict[str, Any]]:
    return [
        {
            "coding_id": number,
            "position": position,
            "kind": claim.kind,
            "issue": claim.issue,
            "holder": get_code(claim.holder),
            "content": claim.to_json(),
        }
        for number, coded in found
        for position, claim in enumerate(coded.claims)
    ]
