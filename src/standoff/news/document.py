"""A news document: its text and where it came from."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Document"]


@dataclass(frozen=True)
class Document:
    """A news document.

    Attributes:
        text: The text, without markup, in Unicode normal form C; offsets of events and claims count its code points.
        title: Title; "" where there is none.
        outlet: Publisher; "" where unknown.
        author: Author; "" where unknown.
        date: Day of publication; None where unknown.
        language: Language as ISO 639-1; "" where unknown.
        address: The file or URL that it was read from.
        media_type: The format that it was read in, such as "text/html".
        retrieved: The time when it was read, UTC.

    Raises:
        ValueError: The text is empty.
    """

    text: str
    title: str = ""
    outlet: str = ""
    author: str = ""
    date: dt.date | None = None
    language: str = ""
    address: str = ""
    media_type: str = "text/plain"
    retrieved: dt.datetime | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a document needs a text")

    @cached_property
    def document_hash(self) -> str:
        """SHA-256 of the text, in hex: the same text is the same document wherever it was found."""
        return hashlib.sha256(self.text.encode("utf-8", errors="surrogatepass")).hexdigest()
