"""Detect damage that a database does not notice: every hash and key is computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection, select

from standoff.store.columns import compute_hash, encode_json
from standoff.store.plain import make_event_keys, parse_event
from standoff.store.records import Fault
from standoff.store.tables import codings, documents, events, scenarios

__all__ = ["find_faults"]


def find_faults(connection: Connection) -> tuple[Fault, ...]:
    """Find every fault; empty for a sound store."""
    found = list(_check_file(connection)) if connection.dialect.name == "sqlite" else []
    return (*found, *_check_documents(connection), *_check_events(connection), *_check_scenarios(connection))


def _check_file(connection: Connection) -> Iterator[Fault]:
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield Fault("", str(said))
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Fault(str(table), f"row {row} refers to a missing row of {parent}")


def _check_documents(connection: Connection) -> Iterator[Fault]:
    for row in connection.execute(select(documents.c.document_hash, documents.c.text)):
        if hashlib.sha256(row.text.encode()).hexdigest() != row.document_hash:
            yield Fault("documents", f"the text of {row.document_hash} differs from the recorded one")


def _check_events(connection: Connection) -> Iterator[Fault]:
    wanted = (
        select(events.c.id, events.c.coding_id, events.c.content, events.c.event_key)
        .add_columns(documents.c.document_hash, documents.c.text)
        .join(codings, codings.c.id == events.c.coding_id)
        .join(documents, documents.c.id == codings.c.document_id)
        .order_by(events.c.coding_id, events.c.position)
    )
    for _, group in groupby(connection.execute(wanted), lambda row: row.coding_id):
        rows = list(group)
        found = [parse_event(row.content) for row in rows]
        keys = make_event_keys(rows[0].document_hash, found)
        for row, event, key in zip(rows, found, keys, strict=True):
            if key != row.event_key or row.text[slice(*event.span)] != event.quote:
                yield Fault("events", f"event {row.id} differs from the recorded one")


def _check_scenarios(connection: Connection) -> Iterator[Fault]:
    for row in connection.execute(select(scenarios.c.archive, scenarios.c.archive_hash, scenarios.c.scenario_hash)):
        if compute_hash(encode_json(row.archive)) != row.archive_hash:
            yield Fault("scenarios", f"the scenario {row.scenario_hash} differs from the recorded one")
