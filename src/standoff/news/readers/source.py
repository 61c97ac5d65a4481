"""What was read from a path, standard input or a URL: bytes, and what came with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from standoff.errors import InputError
from standoff.news.readers.faults import make_error
from standoff.news.readers.limits import Limits

__all__ = ["Source", "Validators", "make_size_error"]


@dataclass(frozen=True)
class Validators:
    """By what a server tells whether its answer has changed; both are "" where it says neither.

    Attributes:
        etag: Its name for the version.
        last_modified: When it changed last, in its own words.
    """

    etag: str = ""
    last_modified: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True)
class Source:
    """The content of a source.

    Attributes:
        content: Its bytes, at most `Limits.num_bytes`.
        address: The file as named, "-" for standard input, or the URL after redirects.
        media_type: As the server or the name of the file says, "" where neither does.
        encoding: As the server says, "" where it does not.
        retrieved: When it was read, UTC.
        validators: As the server says.
    """

    content: bytes
    address: str
    media_type: str
    encoding: str
    retrieved: dt.datetime
    validators: Validators = Validators()


def make_size_error(address: str, limits: Limits) -> InputError:
    """The error that says that a source goes beyond the limit of bytes."""
    return make_error(
        "too-large",
        f"the source is larger than `{limits.num_bytes}` bytes, and nothing of it was kept",
        "split it, or allow more bytes",
        file=address,
    )
