"""Read plain text.

A text may begin with header lines, as an e-mail does, followed by an empty line:

    Title: Two frigates leave port
    Outlet: Northland Gazette
    Author: A. Hand
    Date: 2031-05-04

    The navy of Northland ...

Only these headers and `Language` and `Address` are known; a text that begins otherwise has no headers. Wrapped lines are
joined (`standoff.news.readers.paragraphs`).
"""

from __future__ import annotations

import datetime as dt
import re

from standoff.errors import InputError, Problem
from standoff.news.readers.draft import Draft
from standoff.news.readers.faults import make_problem
from standoff.news.readers.paragraphs import join_broken_lines
from standoff.text import shorten

__all__ = ["make_date_problem", "parse_day", "read_plain_text"]

_NAMES = ("title", "outlet", "author", "date", "language", "address")
_MOST_HEADINGS = 20  # with more lines it is text that looks like headers
_HEADING = re.compile(rf"({'|'.join(_NAMES)})[ \t]*:[ \t]*(.*)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][\d:.,]+(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)


def read_plain_text(text: str, *, address: str) -> list[Draft]:
    """Read a plain text.

    Args:
        text: The text.
        address: The source, for messages.

    Returns:
        One draft.

    Raises:
        InputError: A header has an invalid date (`bad-date`) or occurs twice (`duplicate-key`).
    """
    lines = re.split(r"\r\n|[\r\n]", text)
    headings: dict[str, str] = {}
    problems: list[Problem] = []
    first = 0
    for line in lines[:_MOST_HEADINGS]:
        found = _HEADING.fullmatch(line.strip())
        if not found:
            break
        first += 1
        name = found[1].lower()
        if name in headings:
            problems.append(
                make_problem("duplicate-key", f"`{name}` occurs twice", "keep one of them", file=address, line=first)
            )
        headings[name] = found[2].strip()
        if name == "date" and headings["date"] and not parse_day(headings["date"]):
            problems.append(make_date_problem(headings["date"], address, first))
    is_closed = first < len(lines) and not lines[first].strip()
    if not (headings and is_closed):  # a sentence may also begin with "Title:"
        return [Draft(join_broken_lines("\n".join(lines)))]
    if problems:
        raise InputError(problems)
    return [
        Draft(
            text=join_broken_lines("\n".join(lines[first:])),
            title=headings.get("title", ""),
            outlet=headings.get("outlet", ""),
            author=headings.get("author", ""),
            date=parse_day(headings.get("date", "")),
            language=headings.get("language", ""),
            address=headings.get("address", ""),
        )
    ]


def parse_day(text: str) -> dt.date | None:
    """Parse a day such as "2031-05-04" or "2031-05-04T10:00:00Z"; None where the text is not one.

    The day is that of the time zone of the text.

    Examples:
        >>> parse_day("2031-05-04T23:30:00+02:00")
        datetime.date(2031, 5, 4)
        >>> parse_day("4 May") is None
        True
    """
    found = _DAY.fullmatch(text.strip())
    try:
        return dt.date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def make_date_problem(value: object, address: str, line: int) -> Problem:
    """Make the fault of an invalid date."""
    return make_problem(
        "bad-date", f"`{shorten(value)}` is not a date", "write a day like 2026-02-02", file=address, line=line
    )
