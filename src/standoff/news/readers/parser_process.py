"""Parse untrusted sources in a separate process.

Web pages, feeds and PDFs come from strangers and are parsed by large libraries: a page of 300 kB can occupy one of them for
minutes, and a malformed PDF can make another raise any exception. They are parsed in a child process that is ended when time is
up and may use at most 2 GB of memory (where the system can limit it). The child is kept for the next document.

The parent sends a line of JSON and the content, and the child answers with a line of JSON; nothing from it is ever executed.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Literal

from standoff.errors import InputError, MissingExtraError, Problem
from standoff.news.readers.draft import Draft
from standoff.news.readers.faults import make_error
from standoff.news.readers.feed import read_feed
from standoff.news.readers.limits import ReadingDeadline
from standoff.news.readers.pdf import read_pdf
from standoff.news.readers.web_page import read_web_page
from standoff.text import shorten

__all__ = ["Kind", "parse_in_process"]

Kind = Literal["web page", "feed", "pdf"]
_MEMORY = 2_000_000_000
"""Most address space of the child, in bytes."""
_NEEDS: Mapping[Kind, tuple[str, str]] = {
    "web page": ("trafilatura", "reading web pages"),
    "feed": ("feedparser", "reading feeds"),
    "pdf": ("pypdf", "reading PDF"),
}
# -P: a file in the working folder must not replace a library
_COMMAND = (sys.executable, "-P", "-c", "from standoff.news.readers.parser_process import serve; serve()")


def parse_in_process(kind: Kind, content: bytes, *, address: str, deadline: ReadingDeadline) -> list[Draft]:
    """Parse a source in the child process.

    Args:
        kind: The format of the source.
        content: The bytes of the source; those of a web page or feed are UTF-8.
        address: The address of the source.
        deadline: When reading must be over.

    Returns:
        The drafts in the source.

    Raises:
        InputError: As the reader of the format raises it; or time is up (`too-slow`); or the parsing library fails or ends
            (`unreadable`).
        MissingExtraError: The library that reads the format is not installed.
    """
    module, needed_for = _NEEDS[kind]
    if importlib.util.find_spec(module) is None:
        raise MissingExtraError("news", needed_for)
    return _WORKER.parse(kind, content, address, deadline)


class _Worker:
    """The child process, one for each process; a lock lets one thread use it at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def parse(self, kind: Kind, content: bytes, address: str, deadline: ReadingDeadline) -> list[Draft]:
        if not self._lock.acquire(timeout=deadline.measure_left()):
            raise deadline.make_error()
        try:
            answer = self._ask(kind, content, address, deadline)
        finally:
            self._lock.release()
        if "problems" in answer:
            raise InputError([Problem(**problem) for problem in answer["problems"]])
        if "failed" in answer:
            raise _make_unreadable_error(kind, address, answer["failed"])
        return [Draft.from_plain(plain) for plain in answer["drafts"]]

    def _ask(self, kind: Kind, content: bytes, address: str, deadline: ReadingDeadline) -> dict[str, Any]:
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(deadline.measure_left(), process.kill)
        watchdog.daemon = True
        watchdog.start()
        line = b""
        try:
            head = {"kind": kind, "address": address, "num_bytes": len(content)}
            process.stdin.write(json.dumps(head).encode() + b"\n" + content)
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, ConnectionError):  # it has ended
            pass
        except BaseException:  # interrupted: its next answer would belong to no request
            self.close()
            raise
        finally:
            watchdog.cancel()
        if deadline.has_passed():  # by the clock: the watchdog may be about to end the child
            self.close()
            raise deadline.make_error()
        if not line.endswith(b"\n"):
            status = process.wait()
            self.close()
            raise _make_unreadable_error(kind, address, f"its process ended with status {status}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():  # this process was forked; the child belongs to its parent
            self._process, self._owner = None, os.getpid()
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # unwritten bytes have no reader
                    stream.close()


_WORKER = _Worker()
atexit.register(_WORKER.close)


def serve() -> None:
    """Parse one source after another, in the child, until its input ends."""
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # output of a library must not be read as an answer
    while True:
        head = requests.readline()
        if not head:
            return
        request = json.loads(head)
        answer = _answer(request, requests.read(request["num_bytes"]))
        _write(answer, answers)


def _write(answer: Mapping[str, Any], answers: BinaryIO) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def _answer(request: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    """Parse a source and describe the result."""
    readers: dict[Kind, Callable[[], list[Draft]]] = {
        "web page": lambda: read_web_page(content.decode("utf-8"), address=request["address"]),
        "feed": lambda: read_feed(content.decode("utf-8"), address=request["address"]),
        "pdf": lambda: read_pdf(content, address=request["address"]),
    }
    try:
        return {"drafts": [draft.to_plain() for draft in readers[request["kind"]]()]}
    except InputError as error:
        return {"problems": [_convert_problem(problem) for problem in error.problems]}
    except Exception as error:  # noqa: BLE001 - the edge: these libraries may raise anything on hostile bytes
        return {"failed": shorten(f"{type(error).__name__}: {error}")}


def _convert_problem(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("code", "message", "path", "help", "file", "line")}


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _make_unreadable_error(kind: Kind, address: str, reason: str) -> InputError:
    return make_error(
        "unreadable",
        f"the {kind} cannot be read: `{shorten(reason)}`",
        "save its text to a file, and give that",
        file=address,
    )
