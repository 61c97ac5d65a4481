"""Read documents from a path, standard input or a URL, whatever their format.

    source -> bytes (local_file, web_address) -> text (decoding) -> drafts (one module a format)
    -> documents (normal_form, language)

The format of a source is recognised by its content first (the mark of a PDF, the first element of a feed or page, an object at
the beginning of JSON lines), then by the media type or the name of the file; everything else is plain text.

Sources are untrusted. These are the guards:

| against | guard | in |
|---|---|---|
| endless or huge sources, slow servers | bytes, documents, characters, seconds | `limits`, `local_file`, `web_address` |
| addresses in private networks, endless redirects | checked and pinned addresses | `http_client`, `web_address` |
| entity bombs, external entities | refused before parsing | `feed` |
| pages and PDFs that hang or crash a parser | a separate process, ended in time | `parser_process` |
| text that commands a terminal or hides its content | removed | `normal_form` |
| names garbled by a wrong encoding | refused where it is not clear | `decoding` |

A source is read whole or refused whole. A program that shows a text must still escape it for its medium.
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
from standoff.news.readers.limits import Limits, ReadingDeadline
from standoff.news.readers.local_file import read_file, read_standard_input
from standoff.news.readers.normal_form import drop_unwritable, normalise, normalise_line
from standoff.news.readers.parser_process import parse_in_process
from standoff.news.readers.plain_text import read_plain_text
from standoff.news.readers.source import SourceContent, Validators
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
    """The documents of a source that is polled.

    Attributes:
        documents: The documents, in the order of the source.
        validators: The validators by which the server recognises this version.
    """

    documents: tuple[Document, ...]
    validators: Validators


def read_documents(source: str, *, limits: Limits = _DEFAULT, encoding: str = "") -> Iterator[Document]:
    """Read the documents of a source.

    The whole source is read before the first document is returned, so that a source that fails returns none.

    Args:
        source: Path of a file, "-" for standard input, or an http or https URL.
        limits: The most that is read; a source beyond a limit is refused.
        encoding: The encoding of the text; "" to detect it.

    Returns:
        The documents, in the order of the source; none for a feed without items.

    Raises:
        InputError: The source or its content cannot be read; each module of this package lists its codes.
        MissingExtraError: A library of the extra `news` is not installed.
    """
    deadline = ReadingDeadline(source, limits.seconds)
    if source == "-":
        found = read_standard_input(limits, deadline)
    elif is_web_address(source):
        found = read_web_address(source, limits, deadline)
    else:
        found = read_file(source, limits, deadline)
    return iter(_read_documents(source, found, limits, encoding, deadline))


def poll_documents(source: str, known: Validators, *, limits: Limits = _DEFAULT) -> Polled | None:
    """Read the documents of a source unless they are the known version.

    Args:
        source: Path of a file, or an http or https URL.
        known: The validators of the known version; empty to read it in any case. A file is always read.
        limits: The most that is read; a source beyond a limit is refused.

    Returns:
        The documents; None where the server answers that nothing has changed.

    Raises:
        InputError: As for `read_documents`.
        MissingExtraError: A library of the extra `news` is not installed.
    """
    deadline = ReadingDeadline(source, limits.seconds)
    if is_web_address(source):
        found = read_if_changed(source, limits, deadline, known)
        if found is None:
            return None
    else:
        found = read_file(source, limits, deadline)
    return Polled(tuple(_read_documents(source, found, limits, "", deadline)), found.validators)


def _read_documents(
    source: str, found: SourceContent, limits: Limits, encoding: str, deadline: ReadingDeadline
) -> list[Document]:
    media_type, drafts = _parse(found, encoding, deadline)
    deadline.measure_left()
    if len(drafts) > limits.num_documents:
        raise make_error(
            "too-many-documents",
            f"the source holds `{len(drafts)}` documents, more than `{limits.num_documents}`, and none was kept",
            "split it, or allow more documents",
            file=source,
        )
    return _make_documents(drafts, found, media_type, limits)


def _parse(source: SourceContent, encoding: str, deadline: ReadingDeadline) -> tuple[str, list[Draft]]:
    """Parse the source; returns its media type and its drafts."""
    address = source.address
    if b"%PDF-" in source.content[:1024]:
        return "application/pdf", parse_in_process("pdf", source.content, address=address, deadline=deadline)
    text = decode(source.content, address=address, declared=source.encoding, named=encoding)
    head = text[:2000].lstrip().lower()
    if looks_like_feed(text) or (source.media_type in _FEED_TYPES and not head.startswith(_PAGE_STARTS)):
        drafts = parse_in_process("feed", _encode_markup(text), address=address, deadline=deadline)
        return "application/xml", drafts
    if head.startswith("<?xml") and not ("<html" in head or source.media_type in _PAGE_TYPES):
        refuse_entities(text, address=address)
        raise make_error(
            "not-a-feed", "the source is XML, but not an RSS or Atom feed", "give a feed or a page", file=address
        )
    if head.startswith((*_PAGE_STARTS, "<?xml", "<!--")) or (source.media_type in _PAGE_TYPES and "<" in text):
        drafts = parse_in_process("web page", _encode_markup(text), address=address, deadline=deadline)
        return "text/html", drafts
    if source.media_type in _JSON_TYPES or looks_like_json_lines(text):
        return "application/x-ndjson", read_json_lines(text, address=address)
    return "text/plain", read_plain_text(text, address=address)


def _encode_markup(markup: str) -> bytes:
    return drop_unwritable(markup).encode("utf-8")


def _make_documents(drafts: list[Draft], source: SourceContent, media_type: str, limits: Limits) -> list[Document]:
    """Make the documents of drafts.

    Raises:
        InputError: A text is too long (`text-too-long`) or has no visible characters (`missing-text`).
    """
    problems: list[Problem] = []
    documents: list[Document] = []
    for number, draft in enumerate(drafts, start=1):
        text = normalise(draft.text) if len(draft.text) <= 4 * limits.num_characters else draft.text
        if len(text) > limits.num_characters:
            message = f"document `{number}` has `{len(text)}` characters, more than `{limits.num_characters}`"
            problems.append(make_problem("text-too-long", message, "split it, or allow more", file=source.address))
        elif not text:
            message = f"document `{number}` has no visible characters"
            problems.append(make_problem("missing-text", message, "leave it out", file=source.address))
        elif not problems:
            documents.append(_make_document(draft, text, source, media_type))
    if problems:
        raise InputError(problems)
    return documents


def _check_address(given: str) -> str:
    """Return an address that a source gives; "" where its scheme could make a program act when it is followed."""
    address = normalise_line(given, 2000)
    scheme = _SCHEME.match(address)
    return "" if scheme and scheme[1].lower() not in {"http", "https"} else address


def _make_document(draft: Draft, text: str, source: SourceContent, media_type: str) -> Document:
    document = Document(
        text=text,
        title=normalise_line(draft.title),
        outlet=normalise_line(draft.outlet),
        author=normalise_line(draft.author),
        date=draft.date,
        address=_check_address(draft.address) or source.address,
        media_type=media_type,
        retrieved=source.retrieved,
    )
    return replace(document, language=detect_language(text, declared=draft.language))
