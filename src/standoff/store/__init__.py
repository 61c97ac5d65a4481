"""The store of documents, events, claims, reviews, runs and forecasts, from which any past forecast can be repeated.

    with open_store("crisis.sqlite") as store:
        store.add_documents(documents)
        store.add_codings(codings, method="patterns 1")
        store.add_reviews([Review(event_id, "drop", author="me")])
        store.list_coded_events()

An SQLite file by default, a PostgreSQL server by URL. Rows are added, never changed (docs/explanation/store.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from standoff.extras import import_extra
from standoff.store.records import (
    Added,
    EventCluster,
    Fault,
    ForecastSeries,
    Review,
    Run,
    StoredClaims,
    StoredCoding,
    StoredEvent,
    StoredReview,
    StoredRun,
)

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = [
    "Added",
    "EventCluster",
    "Fault",
    "ForecastSeries",
    "Review",
    "Run",
    "StoredClaims",
    "StoredCoding",
    "StoredEvent",
    "StoredReview",
    "StoredRun",
    "open_store",
    "prepare_store",
]


def open_store(given: str | Path | None = None, *, wait_seconds: float = 5.0) -> Store:
    """Open a store (see `standoff.store.opening.open_store`).

    Raises:
        InputError: The URL is invalid.
        MissingExtraError: The extra `store`, or `postgres` for a server, is not installed.
        StoreError: The store cannot be opened, is not a store, or belongs to another version of standoff.
    """
    _require_extra()
    from standoff.store import opening

    return opening.open_store(given, wait_seconds=wait_seconds)


def prepare_store(given: str | Path | None = None, *, wait_seconds: float = 5.0) -> Store:
    """Create or upgrade the tables of a store, and open it (see `standoff.store.opening.prepare_store`).

    Raises:
        InputError: The URL is invalid.
        MissingExtraError: The extra `store`, or `postgres` for a server, is not installed.
        StoreError: The database is not a store, belongs to a newer standoff, or cannot be written to.
    """
    _require_extra()
    from standoff.store import opening

    return opening.prepare_store(given, wait_seconds=wait_seconds)


def _require_extra() -> None:
    for module in ("sqlalchemy", "alembic", "platformdirs"):
        import_extra(module, "store", "the store")
