"""Read a file, a pipe or standard input, within limits.

Devices and sockets are refused, because some never end. A pipe and standard input are read until they end, the limit of bytes is
reached or time is up.
"""

from __future__ import annotations

import datetime as dt
import os
import select
import stat
import sys
from pathlib import PurePath

from standoff.news.readers.faults import make_error
from standoff.news.readers.limits import Limits, ReadingDeadline
from standoff.news.readers.source import SourceContent, make_size_error
from standoff.text import shorten

__all__ = ["read_file", "read_standard_input"]

_MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".rdf": "application/rdf+xml",
    ".xml": "application/xml",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".json": "application/json",
    ".pdf": "application/pdf",
}
_CHUNK = 1 << 16


def read_file(path: str, limits: Limits, deadline: ReadingDeadline) -> SourceContent:
    """Read a file.

    Args:
        path: The path of the file.
        limits: The most that is read.
        deadline: When reading must be over.

    Returns:
        The content of the file.

    Raises:
        InputError: There is no such file (`no-such-file`), it is a folder or a device (`not-a-file`), it cannot be read
            (`cannot-read`), or it exceeds a limit (`too-large`, `too-slow`).
    """
    try:
        # non-blocking: opening a pipe without a writer would otherwise never return
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        raise make_error("no-such-file", f"there is no file `{shorten(path)}`", "check the path", file=path) from None
    except ValueError:  # a NUL in the path
        raise make_error("no-such-file", "a path cannot contain a NUL character", "check the path", file=path) from None
    except OSError as error:
        raise _make_unreadable_error(path, error) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise make_error(
                "not-a-file",
                f"`{shorten(path)}` is not a file",
                "name the files in it one by one",
                file=path,
            )
        content = _read(descriptor, path, limits, deadline)
    except OSError as error:
        raise _make_unreadable_error(path, error) from None
    finally:
        os.close(descriptor)
    media_type = _MEDIA_TYPES.get(PurePath(path).suffix.lower(), "")
    return SourceContent(content, path, media_type, "", dt.datetime.now(dt.UTC))


def read_standard_input(limits: Limits, deadline: ReadingDeadline) -> SourceContent:
    """Read standard input to its end.

    Raises:
        InputError: It exceeds a limit (`too-large`, `too-slow`) or cannot be read (`cannot-read`).
    """
    try:
        content = _read(sys.stdin.fileno(), "-", limits, deadline)
    except (OSError, ValueError, AttributeError) as error:  # closed or absent
        raise _make_unreadable_error("-", error) from None
    return SourceContent(content, "-", "", "", dt.datetime.now(dt.UTC))


def _read(descriptor: int, address: str, limits: Limits, deadline: ReadingDeadline) -> bytes:
    """Read all bytes of an open file, in chunks, so that no more than the limit is ever in memory."""
    is_waited_for = os.name == "posix" and not stat.S_ISREG(os.fstat(descriptor).st_mode)
    chunks: list[bytes] = []
    num_bytes = 0
    while True:
        left = deadline.measure_left()
        if is_waited_for and not select.select([descriptor], [], [], left)[0]:
            raise deadline.make_error()
        try:
            chunk = os.read(descriptor, _CHUNK)
        except BlockingIOError:  # another reader of the pipe was faster
            continue
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
        num_bytes += len(chunk)
        if num_bytes > limits.num_bytes:
            raise make_size_error(address, limits)


def _make_unreadable_error(path: str, error: Exception) -> Exception:
    reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else "it is not open"
    return make_error("cannot-read", f"`{shorten(path)}` cannot be read: {reason}", "check its permissions", file=path)
