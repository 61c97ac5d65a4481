"""The content of a path, standard input or a URL, with what the server or the file declares about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from standoff.errors import InputError
from standoff.news.readers.faults import make_error
from standoff.news.readers.limits import Limits

__all__ = ["SourceContent", "Validators", "make_size_error"]


@dataclass(frozen=True)
class Validators:
    """The validators of HTTP, by which a server recognises a version of its content; "" where it sends none.

    Attributes:
        etag: The entity tag.
        last_modified: The time of the last change, as the server writes it.
    """

    etag: str = ""
    last_modified: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True)
class SourceContent:
    """The content of a source.

    Attributes:
        content: The bytes, at most `Limits.num_bytes`.
        address: The path as given, "-" for standard input, or the URL after redirects.
        media_type: The media type by the server or the name of the file; "" where unknown.
        encoding: The encoding that the server declares; "" where it declares none.
        retrieved: The time when it was read, UTC.
        validators: The validators that the server sent.
    """

    content: bytes
    address: str
    media_type: str
    encoding: str
    retrieved: dt.datetime
    validators: Validators = Validators()


def make_size_error(address: str, limits: Limits) -> InputError:
    """Make the error of a source that exceeds the limit of bytes."""
    return make_error(
        "too-large",
        f"the source is larger than `{limits.num_bytes}` bytes, and nothing of it was kept",
        "split it, or allow more bytes",
        file=address,
    )
