"""Take sources into a store: record documents, code them, and cluster the events.

    sources -> documents -> store -> documents without a coding -> codings -> store -> clusters of events

Everything is recorded in batches, each completely or not at all. The store shows what an interruption left undone: documents
without a coding, and codings that no pass of the clustering has seen. The next ingest therefore resumes one that was killed,
whatever its own sources are. Nothing is lost, and nothing is recorded twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from standoff.desk.clustering import cluster_events
from standoff.desk.coding import NotCoded, code_documents, find_refusal, read_sources
from standoff.errors import CoderError, MissingExtraError, Problem
from standoff.news.coded import CodedDocument
from standoff.news.coder import Coder
from standoff.news.document import Document
from standoff.news.readers import Limits
from standoff.scenario import Scenario
from standoff.store.records import Added, StoredEvent

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = ["IngestResult", "PendingResult", "code_pending", "ingest"]

BATCH_DOCUMENTS = 200
"""Number of documents in one transaction."""
BATCH_CODINGS = 50
"""Largest number of codings in one transaction."""
BATCH_SECONDS = 5.0
"""Seconds of coding after which the codings are recorded, so that an interruption of a slow coder loses little."""


@dataclass(frozen=True)
class PendingResult:
    """The result of coding the pending documents of a store.

    Attributes:
        num_documents: Number of documents coded.
        not_coded: Documents of which nothing was coded. Those with faults stay pending.
        events: Events found in the coded documents.
    """

    num_documents: int
    not_coded: tuple[NotCoded, ...]
    events: tuple[StoredEvent, ...]


@dataclass(frozen=True)
class IngestResult:
    """The result of an ingest.

    Attributes:
        added: Documents given, new texts among them, and new copies of texts.
        num_coded: Number of documents coded, including those left by an earlier ingest.
        not_coded: Documents of which nothing was coded. Those with faults stay pending.
        events: Events found in the coded documents.
        num_clusters: Number of clusters of reports of one event that were made or extended.
        unread: Faults of the sources that could not be read.
        is_complete: Whether the ingest finished; False if it was asked to stop.
    """

    added: Added
    num_coded: int
    not_coded: tuple[NotCoded, ...]
    events: tuple[StoredEvent, ...]
    num_clusters: int
    unread: tuple[Problem, ...]
    is_complete: bool

    @property
    def faults(self) -> tuple[Problem, ...]:
        """Faults of sources and documents; the next ingest tries these documents again."""
        return (*self.unread, *(problem for one in self.not_coded for problem in one.problems))


def ingest(
    store: Store,
    sources: Sequence[str | Document],
    *,
    coder: Coder,
    scenario: Scenario | None = None,
    limits: Limits | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> IngestResult:
    """Record the documents of sources, code the pending documents, and cluster reports of one event.

    Args:
        store: The store.
        sources: Paths, "-", URLs, or documents.
        coder: The coder.
        scenario: Scenario whose sides decide which events of one day are one event; see `standoff.desk.clustering`.
        limits: Limits on what is read from a source.
        should_stop: Called between documents; if it returns True, the finished work is recorded and the rest is left.
        progress: Called with the number of documents coded so far and the number to be coded.

    Raises:
        CoderError: The coder cannot work; earlier codings are recorded.
        InputError: A document or a coding cannot be recorded; the message says what was recorded.
        MissingExtraError: A library of the extra `news` is not installed.
        StoreError: The store failed; the message says what was recorded.
    """
    unread: list[Problem] = []

    def read() -> Iterator[Document]:
        for source in sources:
            if should_stop():
                return
            if isinstance(source, Document):
                yield source
            else:
                documents, problems = read_sources([source], limits)
                unread.extend(problems)
                yield from documents

    added = store.add_documents(read(), batch_size=BATCH_DOCUMENTS)
    coded = code_pending(store, coder, should_stop=should_stop, progress=progress)
    num_clusters = 0 if should_stop() else cluster_events(store, scenario)
    return IngestResult(
        added=added,
        num_coded=coded.num_documents,
        not_coded=coded.not_coded,
        events=coded.events,
        num_clusters=num_clusters,
        unread=tuple(unread),
        is_complete=not should_stop(),
    )


def code_pending(
    store: Store,
    coder: Coder,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> PendingResult:
    """Code the documents of a store that a coder has not coded.

    Args:
        store: The store.
        coder: The coder.
        should_stop: Called between documents; if it returns True, the finished work is recorded and the rest is left.
        progress: Called with the number of documents coded so far and the number to be coded.

    Raises:
        CoderError: The coder cannot work; earlier codings are recorded.
        InputError: A coding cannot be recorded, because a quote is not at its position in the text.
        StoreError: The store failed; the message says what was recorded.
    """
    before = store.read_last_write()
    pending = store.list_uncoded(coder.method)
    not_coded: list[NotCoded] = []
    batch: list[CodedDocument] = []
    done: set[str] = set()
    recorded_at = time.monotonic()

    def record() -> None:
        nonlocal recorded_at
        if batch:
            store.add_codings(batch, method=coder.method)
            done.update(coded.document_hash for coded in batch)
            batch.clear()
        recorded_at = time.monotonic()
        if progress is not None:
            progress(len(done), len(pending))

    documents = takewhile(lambda _: not should_stop(), _read_documents(store, pending))
    try:
        for document, coded in code_documents(documents, coder):
            if not isinstance(coded, NotCoded):
                batch.append(coded)
            if (refusal := find_refusal(document, coded)) is not None:
                not_coded.append(refusal)
            if len(batch) >= BATCH_CODINGS or time.monotonic() - recorded_at > BATCH_SECONDS:
                record()
    except (CoderError, MissingExtraError):
        record()
        raise
    record()
    found = store.list_coded_events(method=coder.method, after=before) if done else ()
    events = tuple(one for one in found if one.document_hash in done)
    return PendingResult(len(done), tuple(not_coded), events)


def _read_documents(store: Store, hashes: Sequence[str]) -> Iterator[Document]:
    for start in range(0, len(hashes), BATCH_DOCUMENTS):
        yield from store.read_documents_by_hash(hashes[start : start + BATCH_DOCUMENTS])
