"""Poll feeds: sources that are read repeatedly into a store.

Every event of a feed is delivered once, in the round in which it was coded. For each feed the store has a mark: the validators of
the last answer of the server, and the last write whose events were delivered. The mark is recorded after the events were taken.
After a kill an event is therefore delivered again rather than never, as long as the feed lists its report. The store itself
neither loses nor duplicates documents and events (`standoff.desk.ingestion`).

After a fault the pause before the next reading doubles, up to a limit; after a success it returns to the chosen interval.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from standoff.desk.ingestion import IngestResult, ingest
from standoff.errors import InputError, MissingExtraError, Problem, StoreError
from standoff.news.coder import Coder
from standoff.news.readers import Limits
from standoff.news.readers.reading import poll_documents
from standoff.news.readers.source import Validators
from standoff.scenario import Scenario
from standoff.store.records import StoredEvent

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = ["LONGEST_WAIT", "FeedFault", "FeedRound", "compute_wait", "poll_feeds", "read_feed"]

LONGEST_WAIT = 6 * 3600.0
"""Longest pause in seconds after faults, unless the chosen interval is longer."""
_PASSING = {"store-locked", "store-unreachable"}
"""Faults of the store that are temporary."""


@dataclass(frozen=True)
class FeedRound:
    """The result of one reading of a feed.

    Attributes:
        source: The feed.
        events: Events that were not delivered before, in the order of their documents.
        ingested: Result of the ingest.
        is_unchanged: Whether the server reported no change.
        mark: Mark to record after the events were taken.
    """

    source: str
    events: tuple[StoredEvent, ...]
    ingested: IngestResult
    is_unchanged: bool
    mark: Mapping[str, Any]


@dataclass(frozen=True)
class FeedFault:
    """A failed reading of a feed.

    Attributes:
        source: The feed.
        problems: Faults.
        wait_seconds: Pause before the next reading.
    """

    source: str
    problems: tuple[Problem, ...]
    wait_seconds: float


def poll_feeds(
    store: Store,
    sources: Sequence[str],
    *,
    coder: Coder,
    every_seconds: float,
    scenario: Scenario | None = None,
    limits: Limits | None = None,
    once: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[FeedRound | FeedFault]:
    """Read feeds repeatedly.

    Args:
        store: The store.
        sources: URLs of feeds, or paths of files that are rewritten.
        coder: The coder.
        every_seconds: Interval between two readings of a feed, above 0.
        scenario: Scenario whose sides decide which events of one day are one event.
        limits: Limits on what is read from a source.
        once: Whether to end when every feed was read once.
        should_stop: Called between documents and feeds; if it returns True, the finished work is recorded and the rest is left.
        wait: Function that waits a number of seconds, or until it is time to stop.
        clock: Function that returns a time in seconds.

    Yields:
        The result of each reading, or its faults. The events count as delivered when the next item is requested.

    Raises:
        MissingExtraError: A library of the extra `news` is not installed.
        StoreError: The store failed permanently.
        ValueError: The interval is not positive.
    """
    if not every_seconds > 0:
        raise ValueError("the interval between readings must be positive")
    due = dict.fromkeys(sources, clock())
    failures = dict.fromkeys(sources, 0)
    delivered: set[int] = set()  # two feeds may carry the same text
    while due and not should_stop():
        source = min(due, key=lambda one: due[one])
        if (left := due[source] - clock()) > 0:
            wait(left)
            continue
        try:
            found = read_feed(store, source, coder=coder, scenario=scenario, limits=limits, should_stop=should_stop)
            found = replace(found, events=tuple(one for one in found.events if one.event_id not in delivered))
            yield found
            delivered |= {one.event_id for one in found.events}
            store.set_mark(_name_mark(source), dict(found.mark))
        except (InputError, StoreError) as error:
            problems = error.problems if isinstance(error, InputError) else (error.problem,)
            if isinstance(error, MissingExtraError) or (
                isinstance(error, StoreError) and problems[0].code not in _PASSING
            ):
                raise
            failures[source] += 1
            pause = compute_wait(failures[source], every_seconds)
            due[source] = clock() + pause
            yield FeedFault(source, tuple(problems), pause)
        else:
            failures[source] = 0
            due[source] = clock() + every_seconds
        if once:
            del due[source]


def compute_wait(failures: int, every_seconds: float) -> float:
    """Compute the pause in seconds after a number of consecutive failures.

    Examples:
        >>> [compute_wait(k, 900.0) / 60 for k in (1, 2, 3, 10)]
        [30.0, 60.0, 120.0, 360.0]
    """
    return min(every_seconds * 2.0 ** min(failures, 40), max(LONGEST_WAIT, every_seconds))


def read_feed(
    store: Store,
    source: str,
    *,
    coder: Coder,
    scenario: Scenario | None = None,
    limits: Limits | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> FeedRound:
    """Read a feed once; `poll_feeds` also records the mark.

    Raises:
        InputError: The feed cannot be read, or its documents cannot be recorded.
        CoderError: The coder cannot work.
        StoreError: The store failed; the message says what was recorded.
    """
    name = _name_mark(source)
    mark = store.read_mark(name)
    if mark is None:  # earlier records of others are not new
        mark = {"etag": "", "last_modified": "", "given": store.read_last_write()}
        store.set_mark(name, mark)
    known = Validators(mark["etag"], mark["last_modified"])
    polled = poll_documents(source, known, limits=limits or Limits())
    documents = polled.documents if polled is not None else ()
    ingested = ingest(store, documents, coder=coder, scenario=scenario, should_stop=should_stop)
    up_to = store.read_last_write()
    own = {one.document_hash for one in documents} | {one.document_hash for one in ingested.events}
    events = store.list_coded_events(method=coder.method, after=mark["given"], known_by=up_to)
    # an answer is requested again until all its documents are coded
    is_done = ingested.is_complete and not ingested.faults
    validators = polled.validators if polled is not None and is_done else known
    return FeedRound(
        source=source,
        events=tuple(one for one in events if one.document_hash in own),
        ingested=ingested,
        is_unchanged=polled is None,
        mark={"etag": validators.etag, "last_modified": validators.last_modified, "given": up_to},
    )


def _name_mark(source: str) -> str:
    return f"feed {source}"
