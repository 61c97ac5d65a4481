"""Read documents from a path, standard input or a URL, whatever their format.

    source -> bytes (local_file, web_address) -> text (decoding) -> drafts (one module a format)
    -> documents (normal_form, language)

What a source is, is told by its content first (a PDF says so, a feed and a page have their first element, JSON lines begin
with an object), then by what the server or the name of the file says; what is left is plain text.

What is read is untrusted. Guards, by what they guard against:

| against | guard | in |
|---|---|---|
| sources without end or measure, slow servers | bytes, documents, characters, seconds | `limits`, `local_file`, `web_address` |
| addresses that lead into private networks, redirects without end | checked and pinned addresses | `web_address` |
| entity bombs, external entities | refused before parsing | `feed` |
| pages and PDFs that hold or break a parser | parsed in a process apart, ended in time | `apart` |
| text that commands a terminal or hides what it says | removed | `normal_form` |
| names turned into others by a wrong encoding | refused where it is not clear | `decoding` |

A source is read whole or refused whole. Whoever shows a text must still escape it for its medium.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from standoff.errors import InputError, Problem
from standoff.news.document import Document
from standoff.news.language import detect_language
from standoff.news.readers.decoding import decode
from standoff.news.readers.draft import Draft
from standoff.news.readers.faults import make_error, make_problem
from standoff.news.readers.feed import looks_like_feed, refuse_entities
from standoff.news.readers.json_lines import looks_like_json_lines, read_json_lines
from standoff.news.readers.limits import Deadline, Limits
from standoff.news.readers.local_file import read_file, read_standard_input
from standoff.news.readers.normal_form import drop_unwritable, normalise, normalise_line
from standoff.news.readers.parser_process import parse_in_process
from standoff.news.readers.plain_text import read_plain_text
from standoff.news.readers.source import Source, Validators
from standoff.news.readers.web_address import is_web_address, read_if_changed, read_web_address

__all__ = ["Polled", "poll_documents", "read_documents"]

_DEFAULT = Limits()
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_PAGE_STARTS = ("<!doctype html", "<html", "<head", "<body", "<article", "<main", "<div", "<p>", "<title")
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}
_JSON_TYPES = {"application/json", "application/x-ndjson", "application/jsonl", "application/x-jsonlines"}
_PAGE_TYPES = {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True)
class Polled:
    """The documents of a source that is read again and again.

    Attributes:
        documents: The documents, in the order of the source.
        validators: By what the server will tell whether they have changed.
    """

    documents: tuple[Document, ...]
    validators: Validators


def read_documents(source: str, *, limits: Limits = _DEFAULT, encoding: str = "") -> Iterator[Document]:
    """Read the documents of a source.

    All of the source is read before the first document is given, so that a source that fails gives none.

    Args:
        source: Path of a file, "-" for standard input, or an http or https URL.
        limits: The most that is read; a source beyond it is refused.
        encoding: The encoding of its text, where that is known better than the source tells.

    Returns:
        The documents, in the order of the source; none for a feed without items.

    Raises:
        InputError: The source cannot be read, or what it holds cannot; each module of this package lists its codes.
        MissingExtraError: A library of the extra `news` is not installed.
    """
    deadline = Deadline(source, limits.seconds)
    if source == "-":
        found = read_standard_input(limits, deadline)
    elif is_web_address(source):
        found = read_web_address(source, limits, deadline)
    else:
        found = read_file(source, limits, deadline)
    return iter(_read_documents(source, found, limits, encoding, deadline))


def poll_documents(source: str, known: Validators, *, limits: Limits = _DEFAULT) -> Polled | None:
    """Read the documents of a source if they are not the ones that are known.

    Args:
        source: Path of a file, or an http or https URL.
        known: What the server said of what is known; empty to read it in any case. A file is always read.
        limits: The most that is read; a source beyond it is refused.

    Returns:
        The documents; None where the server says that nothing has changed.

    Raises:
        InputError: As of `read_documents`.
        MissingExtraError: A library of the extra `news` is not installed.
    """
    deadline = Deadline(source, limits.seconds)
    if is_web_address(source):
        found = read_if_changed(source, limits, deadline, known)
        if found is None:
            return None
    else:
        found = read_file(source, limits, deadline)
    return Polled(tuple(_read_documents(source, found, limits, "", deadline)), found.validators)


def _read_documents(source: str, found: Source, limits: Limits, encoding: str, deadline: Deadline) -> list[Document]:
    media_type, drafts = _parse(found, encoding, deadline)
    deadline.measure_left()
    if len(drafts) > limits.num_documents:
        raise make_error(
            "too-many-documents",
            f"the source holds `{len(drafts)}` documents, more than `{limits.num_documents}`, and none was kept",
            "split it, or allow more documents",
            file=source,
        )
    return _documents(drafts, found, media_type, limits)


def _parse(source: Source, encoding: str, deadline: Deadline) -> tuple[str, list[Draft]]:
    """What the source was read as, and the drafts in it."""
    address = source.address
    if b"%PDF-" in source.content[:1024]:
        return "application/pdf", parse_in_process("pdf", source.content, address=address, deadline=deadline)
    text = decode(source.content, address=address, declared=source.encoding, named=encoding)
    head = text[:2000].lstrip().lower()
    if looks_like_feed(text) or (source.media_type in _FEED_TYPES and not head.startswith(_PAGE_STARTS)):
        drafts = parse_in_process("feed", _bytes(text), address=address, deadline=deadline)
        return "application/xml", drafts
    if head.startswith("<?xml") and not ("<html" in head or source.media_type in _PAGE_TYPES):
        refuse_entities(text, address=address)
        raise make_error(
            "not-a-feed", "the source is XML, but no RSS or Atom feed", "give a feed or a page", file=address
        )
    if head.startswith((*_PAGE_STARTS, "<?xml", "<!--")) or (source.media_type in _PAGE_TYPES and "<" in text):
        drafts = parse_in_process("web page", _bytes(text), address=address, deadline=deadline)
        return "text/html", drafts
    if source.media_type in _JSON_TYPES or looks_like_json_lines(text):
        return "application/x-ndjson", read_json_lines(text, address=address)
    return "text/plain", read_plain_text(text, address=address)


def _bytes(markup: str) -> bytes:
    return drop_unwritable(markup).encode("utf-8")


def _documents(drafts: list[Draft], source: Source, media_type: str, limits: Limits) -> list[Document]:
    """The documents that drafts stand for.

    Raises:
        InputError: The text of one is too long (`text-too-long`) or has nothing to see in it (`missing-text`).
    """
    problems: list[Problem] = []
    documents: list[Document] = []
    for number, draft in enumerate(drafts, start=1):
        text = normalise(draft.text) if len(draft.text) <= 4 * limits.num_characters else draft.text
        if len(text) > limits.num_characters:
            message = f"document `{number}` has `{len(text)}` characters, more than `{limits.num_characters}`"
            problems.append(make_problem("text-too-long", message, "split it, or allow more", file=source.address))
        elif not text:
            message = f"document `{number}` holds no visible character"
            problems.append(make_problem("missing-text", message, "leave it out", file=source.address))
        elif not problems:
            documents.append(_document(draft, text, source, media_type))
    if problems:
        raise InputError(problems)
    return documents


def _address(given: str) -> str:
    """An address that a source gives, unless its scheme would make a program do something when it is followed."""
    address = normalise_line(given, 2000)
    scheme = _SCHEME.match(address)
    return "" if scheme and scheme[1].lower() not in {"http", "https"} else address


def _document(draft: Draft, text: str, source: Source, media_type: str) -> Document:
    document = Document(
        text=text,
        title=normalise_line(draft.title),
        outlet=normalise_line(draft.outlet),
        author=normalise_line(draft.author),
        date=draft.date,
        address=_address(draft.address) or source.address,
        media_type=media_type,
        retrieved=source.retrieved,
    )
    return replace(document, language=detect_language(text, declared=draft.language))
