"""From sources to coded events in a store.

    sources -> documents -> store -> those that the method has not coded -> codings -> store -> clusters of events

Everything is recorded in batches, each whole or not at all. What is left undone by an interruption shows in the store itself:
documents that are recorded but not coded, and codings that no pass of the clustering has been through. So an ingest that was
killed is taken up by the next one, whatever sources that one is given; nothing is lost, and nothing is recorded twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from standoff.desk.clustering import cluster_events
from standoff.errors import CoderError, InputError, Problem
from standoff.news.coded import CodedDocument
from standoff.news.coder import Coder
from standoff.news.document import Document
from standoff.news.readers import Limits, read_documents
from standoff.scenario import Scenario
from standoff.store.records import Added, StoredEvent

if TYPE_CHECKING:
    from standoff.store.repository import Store

__all__ = ["Coded", "Ingested", "Refusal", "code_pending", "ingest", "read_sources"]

BATCH_DOCUMENTS = 200
"""Documents of one transaction."""
BATCH_CODINGS = 50
"""Codings of one transaction, at most."""
BATCH_SECONDS = 5.0
"""Seconds of coding after which what was coded is recorded, so that little is lost with a slow coder."""


@dataclass(frozen=True)
class Refusal:
    """A document that the coder could not read.

    Attributes:
        document: The document.
        reason: Why, such as another language.
    """

    document: Document
    reason: str


@dataclass(frozen=True)
class Coded:
    """What coding what was left to be coded came to.

    Attributes:
        num_documents: Documents that were coded.
        refused: Documents among them that the coder could not read.
        events: The events that were found in them.
        faults: What was wrong with documents that could not be coded; they are left to be coded.
    """

    num_documents: int
    refused: tuple[Refusal, ...]
    events: tuple[StoredEvent, ...]
    faults: tuple[Problem, ...]


@dataclass(frozen=True)
class Ingested:
    """What an ingest came to.

    Attributes:
        added: Documents that were given, new texts among them, and places where texts were found for the first time.
        num_coded: Documents that were coded, some of which an earlier ingest may have left.
        refused: Documents among them that the coder could not read.
        events: The events that were found in them.
        num_clusters: Clusters of reports of one event that were made or have grown.
        faults: What was wrong with sources that could not be read and documents that could not be coded; the others are recorded.
        is_complete: Whether it went through; False where it was asked to stop.
    """

    added: Added
    num_coded: int
    refused: tuple[Refusal, ...]
    events: tuple[StoredEvent, ...]
    num_clusters: int
    faults: tuple[Problem, ...]
    is_complete: bool


def read_sources(sources: Iterable[str], limits: Limits | None = None) -> tuple[list[Document], list[Problem]]:
    """Read sources, each whole or not at all.

    Returns:
        The documents, and what was wrong with sources that could not be read.

    Raises:
        MissingExtraError: A library of the extra `news` is not installed.
    """
    documents: list[Document] = []
    faults: list[Problem] = []
    for source in sources:
        documents += _read(source, limits or Limits(), faults)
    return documents, faults


def ingest(
    store: Store,
    sources: Sequence[str | Document],
    *,
    coder: Coder,
    scenario: Scenario | None = None,
    limits: Limits | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> Ingested:
    """Record the documents of sources, code what is not coded yet, and put reports of one event together.

    Args:
        store: The store.
        sources: Paths, "-", URLs, or documents that were read already.
        coder: What codes them.
        scenario: Whose sides tell which events of one day are one; see `standoff.desk.clustering`.
        limits: How much is read of a source.
        should_stop: Asked between documents; once it says yes, what is done is recorded and the rest is left.
        progress: Called with the number of documents coded so far and of those to be coded.

    Raises:
        CoderError: The coder cannot go on; what was coded before is recorded.
        InputError: A document or a coding cannot be recorded; the message says what was.
        MissingExtraError: A library of the extra `news` is not installed.
        StoreError: The store failed; the message says what was recorded.
    """
    faults: list[Problem] = []

    def documents() -> Iterator[Document]:
        for source in sources:
            if should_stop():
                return
            yield from [source] if isinstance(source, Document) else _read(source, limits or Limits(), faults)

    added = store.add_documents(documents(), batch_size=BATCH_DOCUMENTS)
    coded = code_pending(store, coder, should_stop=should_stop, progress=progress)
    num_clusters = 0 if should_stop() else cluster_events(store, scenario)
    return Ingested(
        added=added,
        num_coded=coded.num_documents,
        refused=coded.refused,
        events=coded.events,
        num_clusters=num_clusters,
        faults=(*faults, *coded.faults),
        is_complete=not should_stop(),
    )


def code_pending(
    store: Store,
    coder: Coder,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> Coded:
    """Code the documents of a store that a coder has not coded.

    Args:
        store: The store.
        coder: What codes them.
        should_stop: Asked between documents; once it says yes, what is coded is recorded and the rest is left.
        progress: Called with the number of documents coded so far and of those to be coded.

    Raises:
        CoderError: The coder cannot go on; what was coded before is recorded.
        InputError: A coding cannot be recorded, for it quotes what does not stand there.
        StoreError: The store failed; the message says what was recorded.
    """
    before = store.last_write()
    pending = store.uncoded(coder.method)
    refused: list[Refusal] = []
    faults: list[Problem] = []
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

    for document in _by_hash(store, pending):
        if should_stop():
            break
        try:
            coded = coder.code(document)
        except CoderError:
            record()
            raise
        except InputError as error:
            faults += [replace(problem, file=problem.file or document.address) for problem in error.problems]
            continue
        batch.append(coded)
        if coded.refused:
            refused.append(Refusal(document, coded.refused))
        if len(batch) >= BATCH_CODINGS or time.monotonic() - recorded_at > BATCH_SECONDS:
            record()
    record()
    found = store.coded_events(method=coder.method, after=before) if done else ()
    events = tuple(one for one in found if one.document_hash in done)
    return Coded(len(done), tuple(refused), events, tuple(faults))


def _by_hash(store: Store, hashes: Sequence[str]) -> Iterator[Document]:
    for start in range(0, len(hashes), BATCH_DOCUMENTS):
        yield from store.documents_of(hashes[start : start + BATCH_DOCUMENTS])


def _read(source: str, limits: Limits, faults: list[Problem]) -> Iterator[Document]:
    """The documents of a source; none where it cannot be read, which is added to the faults."""
    try:
        return read_documents(source, limits=limits)
    except InputError as error:
        if type(error) is not InputError:  # an extra that is missing is no fault of the source
            raise
        faults += error.problems
        return iter(())
