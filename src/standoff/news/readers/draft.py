"""A document as the reader of a format finds it, before it is brought into normal form."""

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
        text: The text, with newlines between paragraphs.
        title: Title; "" where there is none.
        outlet: Publisher; "" where unknown.
        author: Author; "" where unknown.
        date: Day of publication; None where unknown.
        language: Language that the source declares, such as "en-GB"; "" where it declares none.
        address: Address of the document; "" where it is that of the source.
    """

    text: str
    title: str = ""
    outlet: str = ""
    author: str = ""
    date: dt.date | None = None
    language: str = ""
    address: str = ""

    def to_plain(self) -> dict[str, str]:
        """Convert to strings by name, to be sent between processes."""
        return {**asdict(self), "date": self.date.isoformat() if self.date else ""}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Draft:
        """Convert back from `to_plain`."""
        date = dt.date.fromisoformat(plain["date"]) if plain["date"] else None
        return cls(**{**plain, "date": date})
