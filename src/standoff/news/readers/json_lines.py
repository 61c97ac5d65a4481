"""Read JSON lines: each line is an object, and each object a document.

These keys are read: `text`, which is required, and `title`, `outlet`, `author`, `date` (a day or a time in ISO 8601),
`language` and `address` (or `url`). Values are strings. Other keys are ignored, so that exports of other programs can be read.
If any line is faulty, all faulty lines are reported and none is read.
"""

from __future__ import annotations

import json
from typing import Any

from standoff.errors import InputError, Problem
from standoff.news.readers.draft import Draft
from standoff.news.readers.faults import make_problem
from standoff.news.readers.plain_text import make_date_problem, parse_day
from standoff.text import shorten

__all__ = ["looks_like_json_lines", "read_json_lines"]

_NAMES = ("title", "outlet", "author", "date", "language", "address", "url")
_MOST_PROBLEMS = 50
"""Most faults that are reported; a file in another format has one in every line."""


def looks_like_json_lines(text: str) -> bool:
    """Whether the first line that is not empty is a JSON object."""
    first = text.lstrip().split("\n", 1)[0]
    return first.startswith("{") and isinstance(_parse_line(first), dict)


def read_json_lines(text: str, *, address: str) -> list[Draft]:
    """Read JSON lines.

    Args:
        text: The text of the file.
        address: The source, for messages.

    Returns:
        A draft for each line that is not empty, in order.

    Raises:
        InputError: A line is not a JSON object (`bad-json`), has no text (`missing-text`), a value that is not a string
            (`bad-value`) or an invalid date (`bad-date`); every such line is reported, up to 50.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        found = _check_line(_parse_line(line), address, number)
        if found:
            problems += found
            if len(problems) >= _MOST_PROBLEMS:
                break
        else:
            drafts.append(_make_draft(_parse_line(line)))
    if problems:
        raise InputError(problems)
    return drafts


def _parse_line(line: str) -> Any:
    """Parse a line; None where it is not JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):  # brackets nested by the thousand
        return None


def _check_line(record: Any, address: str, line: int) -> list[Problem]:
    """List the faults of one line."""
    if not isinstance(record, dict):
        advice = 'write one object a line, such as {"text": "...", "date": "2026-02-02"}'
        return [make_problem("bad-json", "the line is not a JSON object", advice, file=address, line=line)]
    faults = [
        make_problem("bad-value", f"`{name}` is not a string", "put its value in quotes", file=address, line=line)
        for name in ("text", *_NAMES)
        if record.get(name) is not None and not isinstance(record[name], str)
    ]
    if not isinstance(record.get("text"), str | None) or faults:
        return faults
    if not (record.get("text") or "").strip():
        faults.append(make_problem("missing-text", "the line has no `text`", 'add "text"', file=address, line=line))
    if record.get("date") and not parse_day(record["date"]):
        faults.append(make_date_problem(shorten(record["date"]), address, line))
    return faults


def _make_draft(record: dict[str, Any]) -> Draft:
    given = {name: record.get(name) or "" for name in _NAMES}
    return Draft(
        text=record["text"],
        title=given["title"],
        outlet=given["outlet"],
        author=given["author"],
        date=parse_day(given["date"]),
        language=given["language"],
        address=given["address"] or given["url"],
    )
