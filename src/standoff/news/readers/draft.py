"""What a reader of one format finds, before it is a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Draft"]


@dataclass(frozen=True)
class Draft:
    """The parts of a document as its source gives them, not yet in normal form.

    Attributes:
        text: The text; paragraphs are parted by newlines.
        title: Title, "" where there is none.
        outlet: Who published it, "" where that is not said.
        author: Who wrote it, "" where that is not said.
        date: Day of publication; None where it is not said.
        language: Language as the source declares it, such as "en-GB"; "" where it does not.
        address: Address of the document where it has its own; "" where it is that of the source.
    """

    text: str
    title: str = ""
    outlet: str = ""
    author: str = ""
    date: dt.date | None = None
    language: str = ""
    address: str = ""

    def plain(self) -> dict[str, str]:
        """As text by name, to travel between processes."""
        return {**asdict(self), "date": self.date.isoformat() if self.date else ""}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Draft:
        """Back from plain data."""
        date = dt.date.fromisoformat(plain["date"]) if plain["date"] else None
        return cls(**{**plain, "date": date})
