"""A progress bar on standard error, and how Ctrl-C ends the work."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["progress_bar"]

SHOW_PROGRESS_AFTER_SECONDS = 1.0
_LOADING_KERNELS = "Loading the kernels (the first run on a machine compiles them, which takes about half a minute)"


class _Progress(Protocol):
    def __call__(self, share: float) -> None: ...


@contextmanager
def progress_bar(first: str = _LOADING_KERNELS, doing: str = "Solving") -> Iterator[_Progress]:
    """A bar on standard error once the work has gone on for a second; nothing if that is no terminal.

    Args:
        first: What is done until the first share of the work is known to be done.
        doing: What is done from then on.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    task = bar.add_task(first, total=1.0)
    started = time.monotonic()
    if console.is_terminal:
        bar.start()

    def progress(share: float) -> None:
        check_interrupt()
        if time.monotonic() - started > SHOW_PROGRESS_AFTER_SECONDS:
            bar.update(task, description=doing, completed=share)

    try:
        with _interrupts() as check_interrupt:
            yield progress
    finally:
        if console.is_terminal:
            bar.stop()


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """Let no Ctrl-C be lost: Python drops the exception where it strikes in a callback of the garbage collector.

    Yields:
        Raises KeyboardInterrupt, in the main thread, if one was asked for and has not come through. So does the end.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: None  # somebody else looks after it
        return
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.default_int_handler(number, frame)

    def check() -> None:
        if asked and threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, ask)
    try:
        yield check
        check()
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
