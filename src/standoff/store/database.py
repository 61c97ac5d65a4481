"""Transactions on a store: consistent reads, and one writer at a time.

Both kinds of database behave in the same way. A write takes the only lock of the store before it reads (`BEGIN IMMEDIATE` of
SQLite, an advisory lock of PostgreSQL), so that writes are sequential and numbered in the order in which they become
visible. A read sees the store as it was when the read began.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from standoff.errors import Problem, StoreError
from standoff.extras import import_extra
from standoff.store.columns import encode_json
from standoff.store.faults import translate_error
from standoff.store.location import Location
from standoff.store.tables import writes
from standoff.version import __version__

__all__ = ["Database", "Write"]

_LOCK_NUMBER = 0x5354414E444F4646  # "STANDOFF"


class Write:
    """A transaction that records something.

    Attributes:
        connection: The connection, inside the transaction.
    """

    def __init__(self, connection: Connection, what: str) -> None:
        self.connection = connection
        self._what = what

    @cached_property
    def write_id(self) -> int:
        """Number of this write; its row is added on first use, so that a transaction without records leaves no trace."""
        row = {"recorded_at": dt.datetime.now(dt.UTC), "what": self._what, "standoff_version": __version__}
        made = self.connection.execute(insert(writes).values(row)).inserted_primary_key
        assert made is not None
        return int(made[0])


class Database:
    """Connections to one store.

    Attributes:
        place: Location of the store.
        is_read_only: Whether the store is a read-only file.
    """

    def __init__(self, place: Location, wait_seconds: float) -> None:
        """Prepare the connections; none is opened yet.

        Raises:
            MissingExtraError: The driver of the server is not installed.
        """
        self.place = place
        self.is_read_only = place.path is not None and place.path.exists() and not os.access(place.path, os.W_OK)
        self._wait_milliseconds = max(1, round(1000 * wait_seconds))
        self._engine = _make_server_engine(place) if place.url is not None else _make_file_engine(place, self)

    @property
    def is_file(self) -> bool:
        """Whether it is an SQLite file."""
        return self.place.url is None

    @property
    def wait_milliseconds(self) -> int:
        """Longest time to wait for another writer."""
        return self._wait_milliseconds

    @contextmanager
    def translating_errors(self, unwritten: str = "") -> Iterator[None]:
        """Translate errors of the database into `StoreError`.

        Args:
            unwritten: End of a sentence that says what is not written if it fails.
        """
        try:
            yield
        except DBAPIError as error:
            fault = translate_error(error, self.place, unwritten)
            if fault is None:
                raise
            raise fault from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads the store as it is now.

        Raises:
            StoreError: The store cannot be read.
        """
        with self.translating_errors(), self._connected("REPEATABLE READ") as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, what: str, unwritten: str = "nothing was written") -> Iterator[Write]:
        """Open a transaction that is written completely or not at all.

        Args:
            what: Description for the table of writes.
            unwritten: End of a sentence that says what is not written if it fails.

        Raises:
            StoreError: Nothing was written: the store is locked, full, read-only or unreachable.
        """
        if self.is_read_only:
            message = f"the store `{self.place}` may not be written to; {unwritten}"
            raise StoreError(Problem("store-read-only", message, help="change its permissions, or copy it"))
        with self.translating_errors(unwritten), self._connected("READ COMMITTED") as connection:
            connection = connection.execution_options(begins="BEGIN IMMEDIATE")
            with connection.begin():
                if not self.is_file:
                    connection.execute(text(f"SET LOCAL lock_timeout = {self._wait_milliseconds}"))
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
                yield Write(connection, what)

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """Open a connection to a file without a transaction, as some statements of SQLite require."""
        assert self.is_file
        with self.translating_errors(), self._engine.connect() as connection:
            yield connection.execution_options(begins="")

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _connected(self, isolation: str) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection if self.is_file else connection.execution_options(isolation_level=isolation)


def _make_server_engine(place: Location) -> Engine:
    import_extra("psycopg", "postgres", "a store on a PostgreSQL server")
    assert place.url is not None
    arguments: dict[str, Any] = {} if "connect_timeout" in place.url.query else {"connect_timeout": 10}
    return create_engine(place.url, connect_args=arguments, json_serializer=encode_json, pool_pre_ping=True)


def _make_file_engine(place: Location, database: Database) -> Engine:
    assert place.path is not None
    mode = "ro" if database.is_read_only else "rwc"
    address = f"file:{quote(str(place.path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # transactions are begun below: what Python's own module begins would look before it locks
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, json_serializer=encode_json)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        del record
        # FULL: what was reported as written survives a power failure, also in write-ahead mode
        for pragma in (f"busy_timeout={database.wait_milliseconds}", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get("begins", "BEGIN")
        if statement:
            connection.exec_driver_sql(statement)

    return engine
