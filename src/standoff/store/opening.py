"""Opening a store: a file is made and brought up to date, a database on a server only when that is asked for."""

from __future__ import annotations

from pathlib import Path

from standoff.errors import Problem, StoreError
from standoff.store.database import Database
from standoff.store.location import find_location
from standoff.store.repository import Store
from standoff.store.schema import bring_up_to_date, check_revision

__all__ = ["open_store", "prepare_store"]


def open_store(given: str | Path | None = None, *, wait_seconds: float = 5.0) -> Store:
    """Open a store. A file is made if it is not there, and brought up to date; a database on a server is left as it is.

    Args:
        given: The path of a file, or a URL; None: what `STANDOFF_STORE` names, else a file in the user's folder for data.
        wait_seconds: How long to wait for another writer.

    Raises:
        InputError: The URL cannot be read.
        MissingExtraError: The driver for PostgreSQL is not installed.
        StoreError: The store cannot be opened, is none, or is of another version of standoff.
    """
    place = find_location(given)
    if place.is_default:
        assert place.path is not None
        _make_folder(place.path.parent)
    database = Database(place, wait_seconds)
    try:
        if database.is_file:
            bring_up_to_date(database)
        else:
            _refuse_old(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def prepare_store(given: str | Path | None = None, *, wait_seconds: float = 5.0) -> Store:
    """Make the tables in an empty database, or bring those of an older standoff up to date, and open it.

    Args:
        given: As of `open_store`.
        wait_seconds: How long to wait for another writer.

    Raises:
        InputError: The URL cannot be read.
        MissingExtraError: The driver for PostgreSQL is not installed.
        StoreError: The database holds something else, is of a newer standoff, or cannot be written to.
    """
    place = find_location(given)
    if place.is_default:
        assert place.path is not None  # the default place is a file
        _make_folder(place.path.parent)
    database = Database(place, wait_seconds)
    try:
        bring_up_to_date(database)
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
