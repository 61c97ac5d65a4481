"""Open a store: a file is created and upgraded; a database on a server only on request."""

from __future__ import annotations

from pathlib import Path

from standoff.errors import Problem, StoreError
from standoff.store.database import Database
from standoff.store.location import find_location
from standoff.store.repository import Store
from standoff.store.schema import check_revision, upgrade

__all__ = ["open_store", "prepare_store"]


def open_store(given: str | Path | None = None, *, wait_seconds: float = 5.0) -> Store:
    """Open a store. A file is created if necessary and upgraded; a database on a server is not changed.

    Args:
        given: Path of a file, or a URL; None for the value of `STANDOFF_STORE`, else a file in the user's data folder.
        wait_seconds: Longest time to wait for another writer.

    Raises:
        InputError: The URL cannot be read.
        MissingExtraError: The driver for PostgreSQL is not installed.
        StoreError: The store cannot be opened, is not a store, or belongs to another version of standoff.
    """
    place = find_location(given)
    if place.is_default:
        assert place.path is not None
        _make_folder(place.path.parent)
    database = Database(place, wait_seconds)
    try:
        if database.is_file:
            upgrade(database)
        else:
            _refuse_old(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def prepare_store(given: str | Path | None = None, *, wait_seconds: float = 5.0) -> Store:
    """Create the tables in an empty database, or upgrade those of an older standoff, and open the store.

    Args:
        given: Path of a file, or a URL, as in `open_store`.
        wait_seconds: Longest time to wait for another writer.

    Raises:
        InputError: The URL cannot be read.
        MissingExtraError: The driver for PostgreSQL is not installed.
        StoreError: The database is not a store, belongs to a newer standoff, or cannot be written to.
    """
    place = find_location(given)
    if place.is_default:
        assert place.path is not None  # the default place is a file
        _make_folder(place.path.parent)
    database = Database(place, wait_seconds)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def _refuse_old(database: Database) -> None:
    found = check_revision(database)
    if found.is_newest:
        return
    state = f"has tables of version `{found.revision}`" if found.revision else "has no tables yet"
    code = "store-older" if found.revision else "store-missing"
    message = f"the database `{database.place}` {state}; nothing was changed"
    raise StoreError(Problem(code, message, help="make them with `standoff.store.prepare_store(URL)`"))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder `{folder}` for the store cannot be made: {error.strerror}"
        raise StoreError(Problem("store-unreachable", message, help="name a file with `STANDOFF_STORE`")) from None
