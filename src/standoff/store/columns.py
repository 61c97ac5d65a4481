"""Column types and encodings that are the same in SQLite and in PostgreSQL."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

__all__ = ["UtcTime", "compute_hash", "convert_to_utc", "encode_canonical_json", "encode_json"]


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment, stored in UTC because SQLite has no time zones, and returned with the zone UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Convert a moment for the database."""
        if value is None:
            return None
        moment = convert_to_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Convert a moment from the database."""
        del dialect
        return None if value is None else convert_to_utc(value)


def convert_to_utc(moment: dt.datetime) -> dt.datetime:
    """Convert a moment to UTC; a time without a zone is taken as UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def encode_json(value: Any) -> str:
    """Encode plain data as ASCII JSON with the order of keys kept.

    Raises:
        ValueError: A number is not finite, which JSON does not allow.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def encode_canonical_json(value: Any) -> str:
    """Encode plain data as ASCII JSON with sorted keys."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, sort_keys=True)


def compute_hash(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
