"""Read an RSS or Atom feed: one document for each item.

A feed that declares entities is refused before it is parsed: a few lines of them can expand to gigabytes, or to a file of this
machine. (The document type of RSS 0.91, which declares none, is accepted; nothing outside the feed is ever fetched.)
feedparser reads the rest leniently, because real feeds are often faulty; markup in an item is removed.

The text of an item is its full content, or else its summary, or else its title.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any
from xml.parsers import expat

from standoff.extras import import_extra
from standoff.news.readers.draft import Draft
from standoff.news.readers.faults import make_error
from standoff.news.readers.normal_form import drop_unwritable

__all__ = ["looks_like_feed", "read_feed", "refuse_entities"]

_FIRST_ELEMENT = re.compile(r"<\s*(rss|feed|rdf:rdf)\b", re.IGNORECASE)
_ENTITY = re.compile(r"<!\s*ENTITY", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(r"[^\s@]+@[^\s@]+ \(([^()]+)\)|([^()@]+) \([^\s@]+@[^\s@]+\)")
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
})  # fmt: skip
_HIDDEN = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title"})


class _Enough(Exception):  # noqa: N818 - not an error: the prolog is over
    """Raised when the first element begins."""


def looks_like_feed(text: str) -> bool:
    """Whether a text is XML whose first element is that of a feed."""
    head = re.sub(r"<!--.*?-->|<\?.*?\?>", "", text.lstrip("\ufeff \t\r\n")[:20_000], flags=re.DOTALL).lstrip()
    if head.lower().startswith("<!doctype"):
        head = head[9:]
        found = re.search(r"<\s*[A-Za-z]", head)  # declarations begin with "<!"
        head = head[found.start() :] if found else ""
    return bool(_FIRST_ELEMENT.match(head))


def refuse_entities(text: str, *, address: str) -> None:
    """Refuse XML that declares entities.

    Raises:
        InputError: The XML declares entities (`entity-declaration`).
    """
    refusal = make_error(
        "entity-declaration",
        "the XML declares entities, which can expand to gigabytes or to files of this machine",
        "do not read it; ask the publisher for a feed without entities",
        file=address,
    )
    parser = expat.ParserCreate("utf-8")

    def refuse(*_: object) -> None:
        raise refusal

    def finish(*_: object) -> None:
        raise _Enough

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = finish
    try:
        parser.Parse(text.encode("utf-8", errors="replace"), True)
    except _Enough:
        return
    except expat.ExpatError:  # faulty XML, which a lenient parser might still read
        if _ENTITY.search(text):
            raise refusal from None


def read_feed(text: str, *, address: str) -> list[Draft]:
    """Read a feed.

    Args:
        text: The feed.
        address: The address or path of the feed.

    Returns:
        A draft for each item, in the order of the feed, without items that have no text.

    Raises:
        InputError: The feed declares entities (`entity-declaration`) or is not a feed (`not-a-feed`).
        MissingExtraError: feedparser is not installed.
    """
    refuse_entities(text, address=address)
    feedparser = import_extra("feedparser", "news", "reading feeds")
    # a stream: feedparser would treat a text as an address or a path
    feed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", errors="replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=True,
    )
    if not feed.get("version"):
        raise make_error(
            "not-a-feed", "the source is XML, but not an RSS or Atom feed", "give the address of a feed", file=address
        )
    drafts = [_make_draft(entry, feed.feed) for entry in feed.entries]
    return [draft for draft in drafts if draft.text.strip()]


def _make_draft(entry: Any, feed: Any) -> Draft:
    """Make the draft of an item; None where it has no text."""
    contents = [part for part in entry.get("content", []) if part.get("value")]
    summary = entry.get("summary_detail") or {}
    title = _remove_markup(entry.get("title", ""), (entry.get("title_detail") or {}).get("type", ""))
    candidates = [(part["value"], part.get("type", "")) for part in contents]
    candidates.append((summary.get("value", ""), summary.get("type", "")))
    texts = [_remove_markup(value, media_type) for value, media_type in candidates]
    text = next((found for found in texts if found.strip()), title)
    source = entry.get("source") or {}
    outlet = source.get("title") or feed.get("title", "")
    link = entry.get("link", "")
    return Draft(
        text=text,
        title=title,
        outlet=_remove_markup(outlet, "text/html"),
        author=_parse_name(entry.get("author", "") or ""),
        date=_read_day(entry),
        language=(contents[0].get("language") if contents else "") or feed.get("language", "") or "",
        address=link if link.startswith(("http://", "https://")) else "",
    )


def _parse_name(author: str) -> str:
    """Return the name in "name", "name (mail)" or "mail (name)"."""
    found = _MAIL_AND_NAME.fullmatch(author.strip())
    return (found[1] or found[2]) if found else author


def _read_day(entry: Any) -> dt.date | None:
    """Return the day of publication, in UTC, as feedparser gives it."""
    found = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return dt.date(*found[:3]) if found else None
    except ValueError:
        return None


def _remove_markup(value: str, media_type: str) -> str:
    """Return the text of a fragment of HTML, one line for each block."""
    if media_type == "text/plain" or ("<" not in value and "&" not in value):
        return value
    value = drop_unwritable(value)  # again: text that was escaped twice is visible only now
    html = import_extra("lxml.html", "news", "reading feeds")
    pieces: list[str] = []
    root = html.fragment_fromstring(value, create_parent="div") if value.strip() else None
    if root is None:
        return ""
    hidden = 0
    for event, element in html.etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""  # a comment has none
        if event == "start":
            hidden += tag in _HIDDEN or not tag
            if not hidden and tag in _BLOCKS:
                pieces.append("\n")
            if not hidden and element.text:
                pieces.append(element.text)
            continue
        hidden -= tag in _HIDDEN or not tag
        if not hidden and tag in _BLOCKS:
            pieces.append("\n")
        if not hidden and element.tail and element is not root:
            pieces.append(element.tail)
    return "".join(pieces)
