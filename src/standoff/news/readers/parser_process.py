"""Parse what is hostile in a process of its own.

Web pages, feeds and PDFs are written by strangers and parsed by large libraries; a page of 300 kB can hold one of them for
minutes, and a malformed PDF can make another raise anything. They are parsed in a child process that is ended when time is
up and may take no more than 2 GB of memory (where the system can limit it). The child stays for the next document.

The protocol is a line of JSON and the content, and back a line of JSON: nothing from the child is ever executed.
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
from standoff.news.readers.limits import Deadline
from standoff.news.readers.pdf import read_pdf
from standoff.news.readers.web_page import read_web_page
from standoff.text import shorten

__all__ = ["Kind", "parse_in_process"]

Kind = Literal["web page", "feed", "pdf"]
_MEMORY = 2_000_000_000
"""Most bytes of address space of the child."""
_NEEDS: Mapping[Kind, tuple[str, str]] = {
    "web page": ("trafilatura", "reading web pages"),
    "feed": ("feedparser", "reading feeds"),
    "pdf": ("pypdf", "reading PDF"),
}
# -P: a file of the working folder must not stand in for a library
_COMMAND = (sys.executable, "-P", "-c", "from standoff.news.readers.parser_process import serve; serve()")


def parse_in_process(kind: Kind, content: bytes, *, address: str, deadline: Deadline) -> list[Draft]:
    """Parse a source in the child process.

    Args:
        kind: What it is.
        content: Its bytes; those of a web page or feed are UTF-8.
        address: Where it is from.
        deadline: Until when.

    Returns:
        The drafts in it.

    Raises:
        InputError: What the reader of its kind raises; or time is up (`too-slow`); or the library that parses gives up on it
            or ends (`unreadable`).
        MissingExtraError: The library that reads this kind is not installed.
    """
    module, needed_for = _NEEDS[kind]
    if importlib.util.find_spec(module) is None:
        raise MissingExtraError("news", needed_for)
    return _WORKER.parse(kind, content, address, deadline)


class _Worker:
    """The child process, one for this process; a lock lets one thread at a time use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def parse(self, kind: Kind, content: bytes, address: str, deadline: Deadline) -> list[Draft]:
        if not self._lock.acquire(timeout=deadline.measure_left()):
            raise deadline.make_error()
        try:
            answer = self._ask(kind, content, address, deadline)
        finally:
            self._lock.release()
        if "problems" in answer:
            raise InputError([Problem(**problem) for problem in answer["problems"]])
        if "failed" in answer:
            raise _unreadable(kind, address, answer["failed"])
        return [Draft.of_plain(plain) for plain in answer["drafts"]]

    def _ask(self, kind: Kind, content: bytes, address: str, deadline: Deadline) -> dict[str, Any]:
        process = self._started()
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
        except BaseException:  # interrupted, so that what it says next would answer nobody
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
            raise _unreadable(kind, address, f"its process ended with status {status}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():  # this process was forked; the child is its parent's
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
                with contextlib.suppress(OSError):  # what was left to write has nowhere to go
                    stream.close()


_WORKER = _Worker()
atexit.register(_WORKER.close)


def serve() -> None:
    """What the child does: parse one source after another until its input ends."""
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not be taken for an answer
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
    """Parse, and say what came of it."""
    readers: dict[Kind, Callable[[], list[Draft]]] = {
        "web page": lambda: read_web_page(content.decode("utf-8"), address=request["address"]),
        "feed": lambda: read_feed(content.decode("utf-8"), address=request["address"]),
        "pdf": lambda: read_pdf(content, address=request["address"]),
    }
    try:
        return {"drafts": [draft.plain() for draft in readers[request["kind"]]()]}
    except InputError as error:
        return {"problems": [_plain(problem) for problem in error.problems]}
    except Exception as error:  # noqa: BLE001 - the edge: these libraries raise anything on hostile bytes
        return {"failed": shorten(f"{type(error).__name__}: {error}")}


def _plain(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("code", "message", "path", "help", "file", "line")}


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _unreadable(kind: Kind, address: str, reason: str) -> InputError:
    return make_error(
        "unreadable",
        f"the {kind} cannot be read: `{shorten(reason)}`",
        "save its text to a file, and give that",
        file=address,
    )
