"""Translate errors of databases into messages that say what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError

from standoff.errors import Problem, StoreError
from standoff.store.location import Location

__all__ = ["translate_error"]

_FILE_FAULTS = {
    sqlite3.SQLITE_BUSY: ("store-locked", "another program writes to it", "try again when it has finished"),
    sqlite3.SQLITE_LOCKED: ("store-locked", "another program writes to it", "try again when it has finished"),
    sqlite3.SQLITE_FULL: ("store-full", "the disk is full", "free some space on the disk and try again"),
    sqlite3.SQLITE_READONLY: ("store-read-only", "it may not be written to", "change its permissions, or copy it"),
    sqlite3.SQLITE_PERM: ("store-read-only", "it may not be written to", "change its permissions, or copy it"),
    sqlite3.SQLITE_CORRUPT: ("store-damaged", "the file is damaged", "restore the last backup"),
    sqlite3.SQLITE_NOTADB: ("store-foreign", "the file is not an SQLite database", "give the path of a store"),
    sqlite3.SQLITE_CANTOPEN: ("store-unreachable", "the file cannot be opened", "check the path and its permissions"),
    sqlite3.SQLITE_IOERR: (
        "store-unreachable",
        "the disk cannot read or write it",
        "check the disk and try again",
    ),
}
_SERVER_FAULTS = {
    "53100": ("store-full", "the disk of the server is full", "free some space on it and try again"),
    "55P03": ("store-locked", "another program writes to it", "try again when it has finished"),
    "40P01": ("store-locked", "another program writes to it", "try again when it has finished"),
    "25006": ("store-read-only", "the server does not accept writes", "use a server that does"),
    "42501": ("store-read-only", "this user lacks the permission", "ask the owner of the database for it"),
    "XX001": ("store-damaged", "the data on the server are damaged", "restore the last backup"),
    "XX002": ("store-damaged", "an index on the server is damaged", "ask its owner to run REINDEX"),
}
_NO_SERVER = (
    "store-unreachable",
    "the server does not answer or refuses the connection",
    "check the address and whether the server is running",
)


def translate_error(error: DBAPIError, place: Location, unwritten: str) -> StoreError | None:
    """Translate an error of the database.

    Args:
        error: Error raised by SQLAlchemy.
        place: Location of the store.
        unwritten: Part of a sentence that says what was not written; "" if nothing was to be written.

    Returns:
        The error to raise; None if only a fault of standoff can cause it.
    """
    found = _classify_file_error(error) if place.url is None else _classify_server_error(error)
    if found is None:
        return None
    code, reason, advice = found
    if code == "store-read-only" and place.url is None and not unwritten:
        # readers of a file with a write-ahead log keep an index of the log next to it
        reason, advice = "reading needs write permission for its folder", "copy it into a folder with that permission"
    rest = f"; {unwritten}" if unwritten else ""
    return StoreError(Problem(code, f"the store `{place}` failed: {reason}{rest}", help=advice))


def _classify_file_error(error: DBAPIError) -> tuple[str, str, str] | None:
    number = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(error, IntegrityError) or number is None:
        return None
    return _FILE_FAULTS.get(number & 0xFF)


def _classify_server_error(error: DBAPIError) -> tuple[str, str, str] | None:
    state = getattr(error.orig, "sqlstate", None)
    known = _SERVER_FAULTS.get(state or "")
    if known is not None:
        return known
    is_lost = error.connection_invalidated or state is None or state[:2] in {"08", "28", "3D", "53", "57", "58"}
    if isinstance(error, IntegrityError) or not is_lost:
        return None
    code, reason, advice = _NO_SERVER
    said = " ".join(str(error.orig).split())
    return code, f"{reason} ({said})" if said else reason, advice
