"""Encode events as files for other programs: CSV, Parquet, and the JSON records of PLOVER.

A text from the news may begin like a formula (`=`, `+`, `-`, `@`), which a spreadsheet would run; in CSV such a cell begins with
an apostrophe. In CSV, control characters and characters that change the direction of text are written as escapes. In Parquet and
JSON texts are written as recorded.

References:
    Open Event Data Alliance (2021), PLOVER: Political Language Ontology for Verifiable Event Records, draft 0.8.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from standoff.desk.event_set import EventSet
from standoff.desk.event_table import COLUMNS, make_row, name_outlet
from standoff.errors import InputError, Problem, suggest_nearest
from standoff.extras import import_extra
from standoff.news.coded import Mention
from standoff.store.records import StoredEvent
from standoff.text import make_safe
from standoff.version import __version__

__all__ = ["FORMATS", "choose_format", "encode_csv", "encode_events", "encode_parquet", "encode_plover"]

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PLOVER_VERSION = "0.8"


def encode_csv(events: EventSet) -> bytes:
    """Encode events as CSV with a row for each; the docstring of the module describes the changes of texts."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in events.events:
        row = make_row(events, one)
        writer.writerow([_make_cell(row[column]) for column in COLUMNS])
    return stream.getvalue().encode("utf-8")


def _make_cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = make_safe(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def encode_parquet(events: EventSet) -> bytes:
    """Encode events as Parquet, with the columns of the CSV.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    arrow = import_extra("pyarrow", "parquet", "events as Parquet")
    parquet = import_extra("pyarrow.parquet", "parquet", "events as Parquet")
    whole, real, day, flag = arrow.int64(), arrow.float64(), arrow.date32(), arrow.bool_()
    kinds = {
        "event": whole, "day": day, "published": day, "target_is_inferred": flag, "confidence": real, "intensity": real,
        "start": whole, "end": whole, "cluster": whole,
    }  # fmt: skip
    rows = [make_row(events, one) for one in events.events]
    schema = arrow.schema([(column, kinds.get(column, arrow.string())) for column in COLUMNS])
    content = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), content)
    return content.getvalue()


def encode_plover(events: EventSet) -> bytes:
    """Encode events as a list of PLOVER records in JSON; parts that PLOVER lacks are under `standoff`."""
    records = [_make_record(events, one) for one in events.events]
    return (json.dumps(records, indent=1, allow_nan=False) + "\n").encode("ascii")


def _make_record(events: EventSet, one: StoredEvent) -> dict[str, Any]:
    event = one.event
    copies = events.copies[one.document_hash]
    record: dict[str, Any] = {
        "id": events.names[one.event_id],
        "date": event.date.isoformat() if event.date else "",
        "source": _list_actors(event.actor),
        "target": _list_actors(event.target),
        "event": event.event_type,
        "mode": event.mode,
        "context": ", ".join(event.contexts),
        "eventText": event.quote,
        "eventLoc": {"name": event.place} if event.place else {},
        "language": copies[0].language,
        "publication": "; ".join(dict.fromkeys(map(name_outlet, copies))),
        "coder": one.method,
        "version": _PLOVER_VERSION,
    }
    row = make_row(events, one)
    own = (
        "event",
        "published",
        "factuality",
        "confidence",
        "intensity",
        "start",
        "end",
        "document",
        "verdict",
        "stands_for",
    )
    record["standoff"] = {"version": __version__} | {name: _make_plain(row[name]) for name in own}
    return record


def _make_plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _list_actors(mention: Mention | None) -> list[dict[str, str]]:
    """List actors by code and sector; the first one has the words of the text."""
    if mention is None:
        return []
    found = []
    for k, part in enumerate(one.strip() for one in mention.code.split(";")):
        code, _, sector = part.partition(" ")
        found.append({"actorText": mention.text if k == 0 else "", "code": code, "sector": sector})
    return found


FORMATS: Mapping[str, tuple[str, Callable[[EventSet], bytes], str]] = {
    "csv": (".csv", encode_csv, "a table"),
    "parquet": (".parquet", encode_parquet, "a table with types, which needs the extra `parquet`"),
    "plover": (".json", encode_plover, "the JSON records of PLOVER"),
}
"""File extension, encoder and description of each format, by name."""


def choose_format(path: Path, name: str | None) -> str:
    """Choose a format by name, or else by the extension of the file.

    Raises:
        InputError: The format or the extension is unknown (`unknown-format`).
    """
    if name is not None:
        if name in FORMATS:
            return name
        raise InputError(
            Problem(
                "unknown-format", f"there is no format `{name}` for events", help=suggest_nearest(name, list(FORMATS))
            )
        )
    for known, (ending, _, _) in FORMATS.items():
        if path.suffix.lower() == ending:
            return known
    endings = ", ".join(f"`{ending}`" for ending, _, _ in FORMATS.values())
    message = f"the extension of `{path}` is not that of a file of events"
    raise InputError(Problem("unknown-format", message, help=f"use {endings}, or choose a format with `--format`"))


def encode_events(events: EventSet, name: str) -> bytes:
    """Encode events in a format.

    Raises:
        MissingExtraError: The format needs an extra that is not installed.
    """
    return FORMATS[name][1](events)
