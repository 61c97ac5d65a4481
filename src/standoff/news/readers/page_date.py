"""Find the day of publication that a web page declares.

Only declarations of the page are used, in this order: `datePublished` of its linked data (JSON-LD), its `meta` tags, a `time` or
other element marked `datePublished` or `pubdate`, and a day in its address such as `/2031/05/04/`. Days in its text are never
used: they belong to events, to other articles or to a copyright notice, and a wrong day changes a forecast.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from standoff.news.readers.plain_text import parse_day

__all__ = ["find_page_date"]

_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "date_published", "publishdate", "publish-date",
    "publish_date", "pubdate", "published", "publication_date", "parsely-pub-date", "sailthru.date", "dc.date.issued",
    "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "citation_publication_date", "date",
)  # fmt: skip
_MARKED = ".//*[@itemprop='datePublished' or @pubdate or contains(concat(' ', @class, ' '), ' dt-published ')]"
_IN_ADDRESS = re.compile(r"/(\d{4})[/-](\d{2})[/-](\d{2})(?:[/-]|$)", re.ASCII)
_MOST_PARTS = 5_000
"""Most parts of linked data that are examined."""


def find_page_date(root: Any, address: str) -> dt.date | None:
    """Find the day of publication that a page declares.

    Args:
        root: The page, as an lxml element.
        address: The address or path of the page.

    Returns:
        The day in the time zone of the publisher; None where the page declares none.
    """
    return next((day for text in _list_declared(root, address) if (day := parse_day(text))), None)


def _list_declared(root: Any, address: str) -> Iterator[str]:
    """Yield possible declarations of the day, the most reliable first."""
    for script in root.iterfind(".//script[@type='application/ld+json']"):
        yield from _list_linked(script.text or "")
    found: dict[str, str] = {}
    for meta in root.iterfind(".//meta[@content]"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        found.setdefault(name.lower(), meta.get("content"))
    yield from (found[name] for name in _NAMES if name in found)
    for element in root.xpath(_MARKED):
        yield element.get("datetime") or element.get("content") or ""
    if address.startswith(("http://", "https://")):
        inside = _IN_ADDRESS.search(urlsplit(address).path)
        yield "-".join(inside.groups()) if inside else ""


def _list_linked(text: str) -> Iterator[str]:
    """Yield every `datePublished` of linked data, from the outside in."""
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    for part in waiting:  # grows during the iteration
        if isinstance(part, dict):
            if isinstance(part.get("datePublished"), str):
                yield part["datePublished"]
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        if len(waiting) > _MOST_PARTS:
            return
