"""Watching feeds: sources that are read again and again into a store.

Every event of a feed is given once, in the round in which it was coded, and again only if what took it did not come back for
more. For each feed the store has a mark: what the server said of the last answer, and the write up to which events were given.
The mark is made after the events were taken, so that after a kill an event is given again rather than never, as long as the feed
lists its report; and the store itself loses and doubles no document and no event (`standoff.desk.ingest`).

After a fault a feed is left alone for twice as long as before, up to a limit; after a success it is back in time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from standoff.desk.ingest import IngestResult, ingest
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
"""Seconds that a feed is left alone after faults, at most, unless it is read more seldom anyway."""
_PASSING = {"store-locked", "store-unreachable"}
"""Faults of the store that pass by themselves."""


@dataclass(frozen=True)
class FeedRound:
    """What one reading of a feed brought.

    Attributes:
        source: The feed.
        events: Events that were not given before, in the order of their documents.
        ingested: What was recorded.
        is_unchanged: Whether the server said that nothing has changed.
        mark: Where the feed stands once the events are taken.
    """

    source: str
    events: tuple[StoredEvent, ...]
    ingested: IngestResult
    is_unchanged: bool
    mark: Mapping[str, Any]


@dataclass(frozen=True)
class FeedFault:
    """A reading of a feed that failed.

    Attributes:
        source: The feed.
        problems: What was wrong.
        wait_seconds: For how long the feed is left alone now.
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
    """Read feeds again and again, each at its time.

    Args:
        store: The store.
        sources: URLs of feeds, or paths of files that are written anew.
        coder: What codes them.
        every_seconds: From one reading of a feed to the next, above 0.
        scenario: Whose sides tell which events of one day are one.
        limits: How much is read of a source.
        once: Whether to end once every feed was read.
        should_stop: Asked between documents and feeds; once it says yes, what is done is recorded and the rest is left.
        wait: Waits so many seconds, or until it is time to stop.
        clock: Seconds from some moment on.

    Yields:
        What each reading brought, or what was wrong. The events count as given once the next one is asked for.

    Raises:
        MissingExtraError: A library of the extra `news` is not installed.
        StoreError: The store failed in a way that does not pass by itself.
        ValueError: The time between readings is not positive.
    """
    if not every_seconds > 0:
        raise ValueError("a feed is read after some time")
    due = dict.fromkeys(sources, clock())
    failures = dict.fromkeys(sources, 0)
    given: set[int] = set()  # two feeds may print one text
    while due and not should_stop():
        source = min(due, key=lambda one: due[one])
        if (left := due[source] - clock()) > 0:
            wait(left)
            continue
        try:
            found = read_feed(store, source, coder=coder, scenario=scenario, limits=limits, should_stop=should_stop)
            found = replace(found, events=tuple(one for one in found.events if one.event_id not in given))
            yield found
            given |= {one.event_id for one in found.events}
            store.set_mark(_mark_of(source), dict(found.mark))
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
    """Seconds for which a feed is left alone after so many failures on end.

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
    """Read a feed once; see `poll_feeds`, which also makes the mark.

    Raises:
        InputError: The feed cannot be read, or what it holds cannot be coded or recorded.
        StoreError: The store failed; the message says what was recorded.
    """
    name = _mark_of(source)
    mark = store.mark(name)
    if mark is None:  # what others have recorded before is not new
        mark = {"etag": "", "last_modified": "", "given": store.last_write()}
        store.set_mark(name, mark)
    known = Validators(mark["etag"], mark["last_modified"])
    polled = poll_documents(source, known, limits=limits or Limits())
    documents = polled.documents if polled is not None else ()
    ingested = ingest(store, documents, coder=coder, scenario=scenario, should_stop=should_stop)
    up_to = store.last_write()
    own = {one.document_hash for one in documents} | {one.document_hash for one in ingested.events}
    events = store.coded_events(method=coder.method, after=mark["given"], known_by=up_to)
    # an answer whose documents are not all coded is asked for again
    is_done = ingested.is_complete and not ingested.faults
    validators = polled.validators if polled is not None and is_done else known
    return FeedRound(
        source=source,
        events=tuple(one for one in events if one.document_hash in own),
        ingested=ingested,
        is_unchanged=polled is None,
        mark={"etag": validators.etag, "last_modified": validators.last_modified, "given": up_to},
    )


def _mark_of(source: str) -> str:
    return f"feed {source}"
