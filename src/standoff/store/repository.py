"""The store takes and returns frozen records, and does every operation in a transaction.

Every addition is complete or not made at all. A long addition is made in batches, each a transaction of its own. After an
interruption it may be repeated from the beginning: nothing is recorded twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import func, select

from standoff.errors import InputError, Problem
from standoff.news.coded import CodedDocument
from standoff.news.document import Document
from standoff.scenario import Scenario
from standoff.store import marks, news_reading, news_writing, run_records, soundness
from standoff.store.database import Database
from standoff.store.location import Location
from standoff.store.records import (
    Added,
    EventCluster,
    Fault,
    Review,
    Run,
    StoredClaims,
    StoredCoding,
    StoredEvent,
    StoredReview,
    StoredRun,
)
from standoff.store.tables import writes

__all__ = ["Store"]

_Record = TypeVar("_Record")


class Store:
    """An open store. Use it in a `with` block, or close it.

    Attributes:
        place: Location of the store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def place(self) -> Location:
        """Location of the store; its text has no password."""
        return self._database.place

    @property
    def is_read_only(self) -> bool:
        """Whether the store is a read-only file."""
        return self._database.is_read_only

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def read_last_write(self) -> int:
        """Return the number of the last write, 0 in an empty store; reads up to it always return the same."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.max(writes.c.id))).scalar_one() or 0)

    def add_documents(
        self, given: Iterable[Document], *, batch_size: int = 500, progress: Callable[[Added], None] | None = None
    ) -> Added:
        """Record documents. Equal texts are one document with several copies.

        Args:
            given: The documents.
            batch_size: Number of documents in a transaction, 1..5000.
            progress: Called after every transaction with the result so far.

        Raises:
            InputError: A text contains a character that databases cannot store; its batch was not written.
            StoreError: The store failed; the message says how many documents before are kept.
        """

        def write(batch: Sequence[Document], unwritten: str) -> Added:
            with self._database.writing("documents", unwritten) as transaction:
                return news_writing.add_documents(transaction, batch)

        return _write_in_batches("documents", given, batch_size, write, progress=progress)

    def add_codings(
        self,
        given: Iterable[CodedDocument],
        *,
        method: str,
        batch_size: int = 500,
        progress: Callable[[Added], None] | None = None,
    ) -> Added:
        """Record codings by one method. Earlier codings stay; a coding equal to the last one is not recorded again.

        Args:
            given: The codings, of documents that are in the store.
            method: Method and its version.
            batch_size: Number of codings in a transaction, 1..5000.
            progress: Called after every transaction with the result so far.

        Raises:
            InputError: A document is unknown, or a quote is not at its position; its batch was not written.
            StoreError: The store failed; the message says how many codings before are kept.
        """
        if not method.strip():
            raise ValueError("a coding needs a method")

        def write(batch: Sequence[CodedDocument], unwritten: str) -> Added:
            with self._database.writing(f"codings by {method}", unwritten) as transaction:
                return news_writing.add_codings(transaction, batch, method)

        return _write_in_batches("codings", given, batch_size, write, progress=progress)

    def add_reviews(self, given: Sequence[Review]) -> tuple[int, ...]:
        """Record reviews, all or none.

        Returns:
            Number of each review.

        Raises:
            InputError: An event is unknown, or the quote of a correction is not at its position; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        with self._database.writing("reviews", "no review was written") as transaction:
            return news_writing.add_reviews(transaction, given)

    def add_cluster(self, event_ids: Sequence[int], *, method: str, label: str = "") -> int:
        """Record that several coded events are one event. An event is in the cluster to which it was added last.

        Args:
            event_ids: The events; a single event leaves its cluster.
            method: Rule or reviewer.
            label: Text for people.

        Returns:
            Number of the cluster.

        Raises:
            InputError: An event is unknown; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        if not event_ids:
            raise ValueError("a cluster needs an event")
        with self._database.writing("cluster", "the cluster was not written") as transaction:
            return news_writing.add_cluster(transaction, event_ids, method, label)

    def add_clusters(self, groups: Sequence[Sequence[int]], *, method: str, after: int, up_to: int) -> bool:
        """Record the clusters that a rule found up to a write, and its progress.

        Args:
            groups: Events of each cluster.
            method: Rule and its version, which is also the name of its mark.
            after: Mark of the rule when it started; 0 for none.
            up_to: Last write that it processed.

        Returns:
            Whether they were recorded; False if another pass of the rule was faster, so that it must start again.

        Raises:
            InputError: An event is unknown; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        with self._database.writing(f"clusters by {method}", "the clusters were not written") as transaction:
            if (marks.read_mark(transaction.connection, method) or 0) != after:
                return False
            for group in groups:
                news_writing.add_cluster(transaction, group, method, "")
            marks.add_mark(transaction, method, up_to)
            return True

    def read_mark(self, name: str) -> Any:
        """Read the last mark of a name as plain data; None if there is none."""
        with self._database.reading() as connection:
            return marks.read_mark(connection, name)

    def set_mark(self, name: str, value: Any) -> None:
        """Record a mark if it differs from the last one of its name.

        Args:
            name: Name of a repeated task, such as the reading of a feed.
            value: Progress, as plain data.

        Raises:
            InputError: The name contains a character that databases cannot store; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        with self._database.writing("mark", "the mark was not written") as transaction:
            if marks.read_mark(transaction.connection, name) != value:
                marks.add_mark(transaction, name, value)

    def add_run(self, run: Run) -> int:
        """Record a run with its scenario and its probabilities.

        Returns:
            Number of the run.

        Raises:
            InputError: The last write of its news is unknown; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        with self._database.writing("run", "the run was not written") as transaction:
            return run_records.add_run(transaction, run)

    def read_documents(
        self, *, since: dt.date | None = None, until: dt.date | None = None, known_by: int | None = None
    ) -> Iterator[Document]:
        """Read every text once, by day of publication, in its earliest copy.

        Args:
            since: First day; undated documents are excluded then.
            until: Last day; undated documents are excluded then.
            known_by: Last write to be read; None for all.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._database.reading() as connection:
            keys = news_reading.list_document_keys(connection, since, until, known_by)
        for start in range(0, len(keys), 200):  # rows never change, so one view is not needed for all of them
            with self._database.reading() as connection:
                found = news_reading.read_documents(connection, keys[start : start + 200])
            yield from found

    def read_documents_by_hash(self, hashes: Sequence[str]) -> tuple[Document, ...]:
        """Read the documents with some hashes, by day of publication; unknown hashes are left out."""
        with self._database.reading() as connection:
            keys = news_reading.list_document_keys(connection, None, None, None, hashes=list(dict.fromkeys(hashes)))
            found = (
                news_reading.read_documents(connection, keys[start : start + 200]) for start in range(0, len(keys), 200)
            )
            return tuple(document for chunk in found for document in chunk)

    def list_copies(self, document_hash: str, *, known_by: int | None = None) -> tuple[Document, ...]:
        """List every copy of a text; empty for an unknown text."""
        with self._database.reading() as connection:
            return news_reading.list_copies(connection, document_hash, known_by)

    def read_copies(self, hashes: Sequence[str], *, known_by: int | None = None) -> dict[str, tuple[Document, ...]]:
        """Read every copy of several texts, by hash; unknown hashes are left out."""
        with self._database.reading() as connection:
            return news_reading.read_copies(connection, list(dict.fromkeys(hashes)), known_by)

    def list_uncoded(self, method: str) -> tuple[str, ...]:
        """List the hashes of the documents that a method has not coded, for example after an interruption."""
        with self._database.reading() as connection:
            return news_reading.list_uncoded(connection, method)

    def list_codings(self, document_hash: str, *, known_by: int | None = None) -> tuple[StoredCoding, ...]:
        """List every coding of a document, old and new."""
        with self._database.reading() as connection:
            return news_reading.list_codings(connection, document_hash, known_by)

    def list_coded_events(
        self,
        *,
        method: str | None = None,
        document_hash: str | None = None,
        known_by: int | None = None,
        after: int | None = None,
    ) -> tuple[StoredEvent, ...]:
        """List every event of the current codings with its last review, including dropped ones.

        The current coding of a document is the one whose event was reviewed last, else the one recorded last.

        Args:
            method: Count only codings by this method.
            document_hash: One document alone.
            known_by: The last write that is to be known; None for all.
            after: Leave out what was coded by this write or an earlier one; None for nothing.
        """
        with self._database.reading() as connection:
            return tuple(news_reading.list_events(connection, method, document_hash, known_by, after=after))

    def list_claims(
        self,
        *,
        since: dt.date | None = None,
        until: dt.date | None = None,
        method: str | None = None,
        known_by: int | None = None,
    ) -> tuple[StoredClaims, ...]:
        """The claims of the codings that count, by day of publication of their documents."""
        with self._database.reading() as connection:
            return news_reading.list_claims(connection, method, since, until, known_by=known_by)

    def list_reviews(self, event_id: int, *, known_by: int | None = None) -> tuple[StoredReview, ...]:
        """Every review of an event, in the order of recording; the last one holds."""
        with self._database.reading() as connection:
            return news_reading.list_reviews(connection, event_id, known_by)

    def list_clusters(self, *, known_by: int | None = None) -> tuple[EventCluster, ...]:
        """Every cluster that still has events."""
        with self._database.reading() as connection:
            return news_reading.list_clusters(connection, known_by)

    def list_runs(
        self,
        *,
        scenario: str | None = None,
        scenario_hash: str | None = None,
        kind: str | None = None,
        limit: int | None = None,
    ) -> tuple[StoredRun, ...]:
        """Runs in the order of recording.

        Args:
            scenario: Identifier of a scenario.
            scenario_hash: Hash of a scenario.
            kind: What they were for.
            limit: Largest number of runs, the newest first; None for all.
        """
        with self._database.reading() as connection:
            return run_records.list_runs(connection, scenario, scenario_hash, kind, limit=limit)

    def read_run(self, run_id: int) -> StoredRun:
        """One run.

        Raises:
            InputError: There is no such run.
        """
        with self._database.reading() as connection:
            return run_records.read_run(connection, run_id)

    def restore_scenario(self, run: int | str) -> Scenario:
        """A scenario as it was solved, made again.

        Args:
            run: Number of a run, or the hash of a scenario or its start.

        Raises:
            InputError: There is no such run or scenario.
            ScenarioError: This version of standoff refuses what the scenario says.
        """
        with self._database.reading() as connection:
            if isinstance(run, int):
                return run_records.restore_scenario_of_run(connection, run)
            return run_records.restore_scenario_of_hash(connection, run)

    def check(self) -> tuple[Fault, ...]:
        """Look for damage: the file's own checks, and every hash and key worked out again.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._database.reading() as connection:
            return soundness.find_faults(connection)


def _write_in_batches(
    name: str,
    given: Iterable[_Record],
    batch_size: int,
    write: Callable[[Sequence[_Record], str], Added],
    *,
    progress: Callable[[Added], None] | None,
) -> Added:
    """Write batch after batch; a failure says what is kept."""
    if not 1 <= batch_size <= 5000:
        raise ValueError(f"batch_size must lie in 1..5000, not {batch_size!r}")
    total = Added()
    pending = iter(given)
    while batch := list(islice(pending, batch_size)):
        kept = f"the {total.given} before are kept" if total.given else "nothing before them was given"
        unwritten = f"{name} {total.given + 1} to {total.given + len(batch)} were not written, {kept}"
        try:
            total += write(batch, unwritten)
        except InputError as error:
            message = f"this batch ({name} {total.given + 1} to {total.given + len(batch)}) was not written, {kept}"
            raise InputError(
                [*error.problems, Problem("batch-unwritten", message, help="fix it and add all records again")]
            ) from None
        if progress is not None:
            progress(total)
    return total
