"""Triggers that make the database itself refuse to change or delete rows, whichever program asks."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

__all__ = ["refuse_changes"]

_MESSAGE = "rows of a store are never changed or deleted"


def refuse_changes(connection: Connection, tables: Iterable[str]) -> None:
    """Add the triggers to tables that have none yet.

    Args:
        connection: A connection inside a transaction.
        tables: Names of the tables.
    """
    for statement in (
        _make_sqlite_triggers(tables) if connection.dialect.name == "sqlite" else _make_postgresql_triggers(tables)
    ):
        connection.exec_driver_sql(statement)


def _make_sqlite_triggers(tables: Iterable[str]) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        for table in tables
        for act in ("UPDATE", "DELETE")
    ]


def _make_postgresql_triggers(tables: Iterable[str]) -> list[str]:
    function = (
        "CREATE OR REPLACE FUNCTION standoff_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION standoff_refuse_change()"
        for table in tables
    ]
    return [function, *triggers]
