"""Find the version of the tables of a database, create them, or upgrade them.

A file of standoff is upgraded when it is opened. A database on a server has an administrator: its tables are created and changed
only on request.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, inspect, select, text

from standoff.errors import Problem, StoreError
from standoff.store.append_only import refuse_changes
from standoff.store.database import Database
from standoff.store.tables import metadata, schema_changes
from standoff.version import __version__

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["APPLICATION_ID", "REVISIONS", "check_revision", "find_revision", "upgrade"]

REVISIONS = ("0001", "0002")
"""Every version of the tables, in order, with a migration for each."""
APPLICATION_ID = 0x53544446
"""Application id of an SQLite file of standoff: "STDF"."""
_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class SchemaState:
    """The state of the tables of a database.

    Attributes:
        revision: Version of the tables; "" if there are none.
        needs: Version of standoff that made the newest change.
        is_foreign: Whether the database contains something other than a store.
    """

    revision: str = ""
    needs: str = ""
    is_foreign: bool = False

    @property
    def is_newer(self) -> bool:
        """Whether a newer standoff changed the tables."""
        return bool(self.revision) and self.revision not in REVISIONS

    @property
    def is_newest(self) -> bool:
        """Whether the tables are those of this standoff."""
        return self.revision == REVISIONS[-1]


def find_revision(connection: Connection) -> SchemaState:
    """Find the state of the tables of a database."""
    names = set(inspect(connection).get_table_names())
    marks = {schema_changes.name, "standoff_revision"}
    if connection.dialect.name == "sqlite":
        application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        is_ours = application == APPLICATION_ID
        if not names and application in {0, APPLICATION_ID}:
            return SchemaState()
    else:
        is_ours = True
        if not names:
            return SchemaState()
    if not is_ours or not marks <= names:
        return SchemaState(is_foreign=True)
    revision = connection.execute(text("SELECT version_num FROM standoff_revision")).scalar_one()
    needs = connection.execute(
        select(schema_changes.c.standoff_version).where(schema_changes.c.revision == revision)
    ).scalar_one_or_none()
    return SchemaState(revision=str(revision), needs=str(needs or ""))


def check_revision(database: Database) -> SchemaState:
    """Find the state of the tables, and refuse a database that is not a store or belongs to a newer standoff.

    Raises:
        StoreError: The database is not a store (`store-foreign`) or is newer (`store-newer`); nothing was changed.
    """
    with database.reading() as connection:
        found = find_revision(connection)
    return _refuse_unusable(database, found)


def upgrade(database: Database) -> None:
    """Create the tables, or upgrade them to the newest version, in one transaction.

    Raises:
        StoreError: The database is not a store, is newer, or cannot be written to; nothing was changed.
    """
    if check_revision(database).is_newest:
        return
    if database.is_file:
        _enable_write_ahead(database)
    with database.writing("schema", unwritten="its tables were not changed") as write:
        found = _refuse_unusable(
            database, find_revision(write.connection)
        )  # another program may have done it meanwhile
        if found.is_newest:
            return
        if found.revision:
            _migrate(write.connection)
        else:
            _create(write.connection)
        done = REVISIONS.index(found.revision) + 1 if found.revision else 0
        now = dt.datetime.now(dt.UTC)
        rows = [{"revision": name, "standoff_version": __version__, "changed_at": now} for name in REVISIONS[done:]]
        write.connection.execute(insert(schema_changes), rows)
        if database.is_file:
            write.connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def _refuse_unusable(database: Database, found: SchemaState) -> SchemaState:
    if found.is_foreign:
        message = f"`{database.place}` is not a store of standoff; nothing was changed"
        raise StoreError(Problem("store-foreign", message, help="name another file, or an empty database"))
    if found.is_newer:
        message = (
            f"the store `{database.place}` has tables of version `{found.revision}`, "
            f"and this is standoff {__version__}, which knows versions up to `{REVISIONS[-1]}`; nothing was changed"
        )
        raise StoreError(Problem("store-newer", message, help=f"install standoff {found.needs} or newer"))
    return found


def _create(connection: Connection) -> None:
    """Create the newest tables in an empty database."""
    from alembic import command

    metadata.create_all(connection)
    refuse_changes(connection, metadata.tables)
    command.stamp(_configure_alembic(connection), REVISIONS[-1])


def _migrate(connection: Connection) -> None:
    """Change the tables of an older version to the newest."""
    from alembic import command

    command.upgrade(_configure_alembic(connection), REVISIONS[-1])


def _configure_alembic(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _enable_write_ahead(database: Database) -> None:
    """Let readers continue while one program writes. The change needs sole access, for which SQLite does not wait."""
    end = time.monotonic() + database.wait_milliseconds / 1000
    while True:
        try:
            with database.outside_transactions() as connection:
                mode = connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar_one()
            assert mode == "wal", mode
            return
        except StoreError as error:
            if error.problem.code != "store-locked" or time.monotonic() > end:
                raise
        time.sleep(0.05)
