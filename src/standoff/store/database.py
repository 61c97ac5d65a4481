"""Transactions on a store: one reader's view, and one writer at a time.

Both kinds of database are made to mean the same. A write takes the one lock of the store before it looks at anything
(`BEGIN IMMEDIATE` of SQLite, an advisory lock of PostgreSQL), so writes follow one another and their numbers grow in the
order in which they become known. A read sees the store as it was when the read began.
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
from standoff.store.faults import told
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
        """The number of this write; its row is made when first asked for, so that recording nothing leaves no trace."""
        row = {"recorded_at": dt.datetime.now(dt.UTC), "what": self._what, "standoff_version": __version__}
        made = self.connection.execute(insert(writes).values(row)).inserted_primary_key
        assert made is not None
        return int(made[0])


class Database:
    """Connections to one store.

    Attributes:
        place: Where it is.
        is_read_only: Whether it is a file that may not be written to.
    """

    def __init__(self, place: Location, wait_seconds: float) -> None:
        """Make ready; nothing is opened yet.

        Raises:
            MissingExtraError: The driver of the server is not installed.
        """
        self.place = place
        self.is_read_only = place.path is not None and place.path.exists() and not os.access(place.path, os.W_OK)
        self._wait_milliseconds = max(1, round(1000 * wait_seconds))
        self._engine = _server_engine(place) if place.url is not None else _file_engine(place, self)

    @property
    def is_file(self) -> bool:
        """Whether it is an SQLite file."""
        return self.place.url is None

    @property
    def wait_milliseconds(self) -> int:
        """How long to wait for another writer."""
        return self._wait_milliseconds

    @contextmanager
    def telling(self, unwritten: str = "") -> Iterator[None]:
        """Turn failures of the database into `StoreError`.

        Args:
            unwritten: What is not written if it fails, as the end of a sentence.
        """
        try:
            yield
        except DBAPIError as error:
            fault = told(error, self.place, unwritten)
            if fault is None:
                raise
            raise fault from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the store as it is now, and changes nothing.

        Raises:
            StoreError: The store cannot be read.
        """
        with self.telling(), self._connected("REPEATABLE READ") as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, what: str, unwritten: str = "nothing was written") -> Iterator[Write]:
        """A transaction that is made whole or not at all.

        Args:
            what: What it records, for the table of writes.
            unwritten: What is not written if it fails, as the end of a sentence.

        Raises:
            StoreError: It was not made: the store is locked, full, read-only or out of reach.
        """
        if self.is_read_only:
            message = f"the store `{self.place}` may not be written to; {unwritten}"
            raise StoreError(Problem("store-read-only", message, help="change its permissions, or copy it"))
        with self.telling(unwritten), self._connected("READ COMMITTED") as connection:
            connection = connection.execution_options(begins="BEGIN IMMEDIATE")
            with connection.begin():
                if not self.is_file:
                    connection.execute(text(f"SET LOCAL lock_timeout = {self._wait_milliseconds}"))
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
                yield Write(connection, what)

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """A connection to a file that begins nothing, for what SQLite does outside transactions only."""
        assert self.is_file
        with self.telling(), self._engine.connect() as connection:
            yield connection.execution_options(begins="")

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _connected(self, isolation: str) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection if self.is_file else connection.execution_options(isolation_level=isolation)


def _server_engine(place: Location) -> Engine:
    import_extra("psycopg", "postgres", "a store on a PostgreSQL server")
    assert place.url is not None
    arguments: dict[str, Any] = {} if "connect_timeout" in place.url.query else {"connect_timeout": 10}
    return create_engine(place.url, connect_args=arguments, json_serializer=encode_json, pool_pre_ping=True)


def _file_engine(place: Location, database: Database) -> Engine:
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
        # FULL: what was told to be written survives a power failure, also in write-ahead mode
        for pragma in (f"busy_timeout={database.wait_milliseconds}", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get("begins", "BEGIN")
        if statement:
            connection.exec_driver_sql(statement)

    return engine
