"""Marks record the progress of a repeated task; the last mark of a name is current."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from standoff.errors import InputError
from standoff.store.columns import encode_json
from standoff.store.database import Write
from standoff.store.news_writing import check_text
from standoff.store.tables import marks

__all__ = ["add_mark", "read_mark"]


def read_mark(connection: Connection, name: str) -> Any:
    """Read the last value of a name; None if there is none.

    Raises:
        InputError: The name contains a character that databases cannot store (`unkept-character`).
    """
    faults = check_text("the mark", name)
    if faults:
        raise InputError(faults)
    wanted = select(marks.c.value).where(marks.c.name == name).order_by(marks.c.id.desc()).limit(1)
    return connection.execute(wanted).scalar_one_or_none()


def add_mark(write: Write, name: str, value: Any) -> None:
    """Record a value, plain data, under a checked name."""
    encode_json(value)
    write.connection.execute(insert(marks).values(write_id=write.write_id, name=name, value=value))
