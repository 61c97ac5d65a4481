"""A parsed passage of a document, with the names of actors in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from standoff.news.actors.naming import find_names
from standoff.news.actors.tables import Entry
from standoff.news.parsing import parse, split_text

_SURROGATE = re.compile("[\ud800-\udfff]")  # halves of characters, which no parser accepts

__all__ = ["ParsedPassage", "parse_passages"]


@dataclass(frozen=True)
class ParsedPassage:
    """A parsed passage.

    Attributes:
        parsed: The spaCy document of the passage.
        offset: Where the passage begins in the text.
        text: The whole text; "" where the passage is all of it.
    """

    parsed: Any
    offset: int
    text: str = ""

    def quote(self, start: int, end: int) -> str:
        """Return the characters between two offsets of the text."""
        return self.text[start:end] if self.text else str(self.parsed.text[start - self.offset : end - self.offset])

    @cached_property
    def names(self) -> dict[int, tuple[Entry, int, int]]:
        """The name that each token belongs to, with the first and the last token of the name."""
        by_token: dict[int, tuple[Entry, int, int]] = {}
        for name in find_names(self.parsed.text):
            span = self.parsed.char_span(name.start, name.end, alignment_mode="expand")
            if span is None or _is_given_name(self.parsed, span, name.entry):
                continue
            for token in span:
                by_token.setdefault(token.i, (name.entry, span.start, span.end - 1))
        return by_token

    def find_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text from the start of one token to the end of another."""
        first, last = self.parsed[start], self.parsed[end]
        return self.offset + first.idx, self.offset + last.idx + len(last.text)


def parse_passages(text: str) -> Iterator[ParsedPassage]:
    """Parse a text passage by passage.

    Args:
        text: Any text.

    Returns:
        Its passages in order.

    Raises:
        MissingExtraError: The parser is not installed.
    """
    pieces = split_text(_SURROGATE.sub("\ufffd", text))
    for (offset, _), parsed in zip(pieces, parse([piece for _, piece in pieces]), strict=True):
        yield ParsedPassage(parsed, offset, text)


def _is_given_name(parsed: Any, span: Any, entry: Entry) -> bool:
    """Whether a leader's surname is a given name here, with another surname behind it: "Sheikh Nasser al-Ghanim"."""
    if entry.kind != "leader" or len(span) > 1 or span.end >= len(parsed):
        return False
    after = parsed[span.end]
    return bool(span[0].ent_type_ == "PERSON" == after.ent_type_ and after.ent_iob_ == "I" and after.pos_ == "PROPN")
