"""Read plain text.

A text may begin with lines that say where it is from, as in a mail, closed by an empty line:

    Title: Two frigates leave port
    Outlet: Northland Gazette
    Author: A. Hand
    Date: 2031-05-04

    The navy of Northland ...

Only these names and `Language` and `Address` are known; a text that begins otherwise has no such lines, and all of it is
text. Lines broken to a width are joined (`standoff.news.readers.paragraphs`).
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
_MOST_HEADINGS = 20  # more are a text that looks like headings
_HEADING = re.compile(rf"({'|'.join(_NAMES)})[ \t]*:[ \t]*(.*)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][\d:.,]+(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)


def read_plain_text(text: str, *, address: str) -> list[Draft]:
    """Read a plain text.

    Args:
        text: The text.
        address: Where it is from, for messages.

    Returns:
        One draft.

    Raises:
        InputError: A line at its beginning gives a day that is none (`bad-date`) or is written twice (`duplicate-key`).
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
                make_problem(
                    "duplicate-key", f"`{name}` is written twice", "keep one of them", file=address, line=first
                )
            )
        headings[name] = found[2].strip()
        if name == "date" and headings["date"] and not parse_day(headings["date"]):
            problems.append(make_date_problem(headings["date"], address, first))
    is_closed = first < len(lines) and not lines[first].strip()
    if not (headings and is_closed):  # a sentence may begin with "Title:" too
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
    """The day that a text such as "2031-05-04" or "2031-05-04T10:00:00Z" names; None where it names none.

    The day is the one of the clock that the text was written by.

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
    """The fault of a day that is none."""
    return make_problem(
        "bad-date", f"`{shorten(value)}` is not a date", "write a day like 2026-02-02", file=address, line=line
    )
