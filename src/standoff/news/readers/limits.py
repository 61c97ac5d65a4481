"""Limits and deadlines of reading a source."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from standoff.errors import InputError
from standoff.news.readers.faults import make_error

__all__ = ["Limits", "ReadingDeadline"]


@dataclass(frozen=True)
class Limits:
    """The most that is read from one source.

    A source that exceeds a limit is refused whole: no document of it is kept.

    Attributes:
        num_bytes: Most bytes of the source, after unpacking.
        num_documents: Most documents in the source, such as items of a feed.
        num_characters: Most code points of the text of one document.
        seconds: Most time for reading and parsing the source, above 0.
        num_redirects: Most redirects that are followed.
        allow_private: Whether a URL may lead to this machine or to a private network. Otherwise no page on the open web can
            send the reader there.

    Raises:
        ValueError: A limit is not positive.
    """

    num_bytes: int = 20_000_000
    num_documents: int = 1_000
    num_characters: int = 1_000_000
    seconds: float = 30.0
    num_redirects: int = 5
    allow_private: bool = False

    def __post_init__(self) -> None:
        positive = (self.num_bytes, self.num_documents, self.num_characters, self.seconds)
        if not all(limit > 0 for limit in positive) or self.num_redirects < 0:
            raise ValueError("a limit must be above 0")


@dataclass(frozen=True)
class ReadingDeadline:
    """When reading a source must be over.

    Attributes:
        address: The source, for the message.
        seconds: The time from now on.
    """

    address: str
    seconds: float
    _start: float = field(default_factory=time.monotonic)

    def measure_left(self) -> float:
        """Return the seconds that are left.

        Raises:
            InputError: Time is up (`too-slow`).
        """
        left = self._start + self.seconds - time.monotonic()
        if left <= 0:
            raise self.make_error()
        return left

    def has_passed(self) -> bool:
        """Whether the time is up.

        Several timeouts are due at the same moment, such as those of a watchdog and of the process that it ends. Which fires
        first is chance, so the clock decides: a failure after this moment means that the source was too slow.
        """
        return time.monotonic() >= self._start + self.seconds

    def make_error(self) -> InputError:
        """Make the error of a source that was too slow."""
        return make_error(
            "too-slow",
            f"the source was not read within `{self.seconds:g}` seconds, and nothing of it was kept",
            "try again, save it to a file first, or allow more seconds",
            file=self.address,
        )
