"""The store: frozen records go in and come out; everything between is a transaction.

Every addition is made whole or not at all. Long ones are made in batches, each a transaction of its own, and may be given
again from the beginning after any interruption: what is there already is not recorded twice.
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
        place: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def place(self) -> Location:
        """Where it is; as text without a password."""
        return self._database.place

    @property
    def is_read_only(self) -> bool:
        """Whether it is a file that may not be written to."""
        return self._database.is_read_only

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()

    def last_write(self) -> int:
        """Number of the last write; 0 in an empty store. Reads with `known_by` at it will always give the same."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.max(writes.c.id))).scalar_one() or 0)

    def add_documents(
        self, given: Iterable[Document], *, batch_size: int = 500, progress: Callable[[Added], None] | None = None
    ) -> Added:
        """Record documents. The same text is one document; every place at which it was found is a sighting of it.

        Args:
            given: The documents.
            batch_size: Documents in a transaction, 1..5000.
            progress: Called after every transaction with what the additions came to so far.

        Raises:
            InputError: A text holds a character that no database keeps; its batch was not written.
            StoreError: The store failed; the message says how many documents before are kept.
        """

        def write(batch: Sequence[Document], unwritten: str) -> Added:
            with self._database.writing("documents", unwritten) as transaction:
                return news_writing.add_documents(transaction, batch)

        return _in_batches("documents", given, batch_size, write, progress=progress)

    def add_codings(
        self,
        given: Iterable[CodedDocument],
        *,
        method: str,
        batch_size: int = 500,
        progress: Callable[[Added], None] | None = None,
    ) -> Added:
        """Record what a method found in documents. Earlier codings stay; one equal to the last is not recorded again.

        Args:
            given: The codings, of documents that are in the store.
            method: What coded them, with its version.
            batch_size: Codings in a transaction, 1..5000.
            progress: Called after every transaction with what the additions came to so far.

        Raises:
            InputError: A document is unknown, or a quote does not stand where its span says; its batch was not written.
            StoreError: The store failed; the message says how many codings before are kept.
        """
        if not method.strip():
            raise ValueError("a coding needs a method")

        def write(batch: Sequence[CodedDocument], unwritten: str) -> Added:
            with self._database.writing(f"codings by {method}", unwritten) as transaction:
                return news_writing.add_codings(transaction, batch, method)

        return _in_batches("codings", given, batch_size, write, progress=progress)

    def add_reviews(self, given: Sequence[Review]) -> tuple[int, ...]:
        """Record what people said about events, all or none.

        Returns:
            Number of each review.

        Raises:
            InputError: An event is unknown, or a correction quotes what does not stand there; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        with self._database.writing("reviews", "no review was written") as transaction:
            return news_writing.add_reviews(transaction, given)

    def add_cluster(self, event_ids: Sequence[int], *, method: str, label: str = "") -> int:
        """Record that events are one event, told by many. An event is in the cluster that it was put into last.

        Args:
            event_ids: The events; one alone takes it out of its cluster.
            method: What or who says so.
            label: A name for people.

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
        """Record clusters that a method found among everything up to a write, and that it has come so far.

        Args:
            groups: The events of each cluster.
            method: What found them, with its version; also the name of the mark that says how far it has come.
            after: How far it had come when it looked, 0 for not at all.
            up_to: The last write that it knew.

        Returns:
            Whether they were recorded; not, where the method has come further meanwhile and must look again.

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

    def mark(self, name: str) -> Any:
        """How far something has come, as plain data; None where it has not begun."""
        with self._database.reading() as connection:
            return marks.read_mark(connection, name)

    def set_mark(self, name: str, value: Any) -> None:
        """Record how far something has come, where that differs from what was recorded last.

        Args:
            name: What goes through the store or into it, such as the reading of a feed.
            value: How far, as plain data.

        Raises:
            InputError: The name holds a character that no database keeps; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        with self._database.writing("mark", "the mark was not written") as transaction:
            if marks.read_mark(transaction.connection, name) != value:
                marks.add_mark(transaction, name, value)

    def add_run(self, run: Run) -> int:
        """Record a run with its scenario and its probabilities.

        Returns:
            Its number.

        Raises:
            InputError: The write up to which it knew the news is unknown; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        with self._database.writing("run", "the run was not written") as transaction:
            return run_records.add_run(transaction, run)

    def documents(
        self, *, since: dt.date | None = None, until: dt.date | None = None, known_by: int | None = None
    ) -> Iterator[Document]:
        """Every text once, by day of publication, as the sighting has it that is earliest by day.

        Args:
            since: First day; documents without a day are left out then.
            until: Last day; documents without a day are left out then.
            known_by: The last write that is to be known; None for all.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._database.reading() as connection:
            keys = news_reading.document_keys(connection, since, until, known_by)
        for start in range(0, len(keys), 200):  # rows never change, so one view is not needed for all of them
            with self._database.reading() as connection:
                found = news_reading.documents_by_key(connection, keys[start : start + 200])
            yield from found

    def documents_of(self, hashes: Sequence[str]) -> tuple[Document, ...]:
        """The documents of some hashes, by day of publication, as `documents` gives them; unknown hashes are left out."""
        with self._database.reading() as connection:
            keys = news_reading.document_keys(connection, None, None, None, hashes=list(dict.fromkeys(hashes)))
            found = (
                news_reading.documents_by_key(connection, keys[start : start + 200])
                for start in range(0, len(keys), 200)
            )
            return tuple(document for chunk in found for document in chunk)

    def list_copies(self, document_hash: str, *, known_by: int | None = None) -> tuple[Document, ...]:
        """Every place at which a text was found, as the document that was read there; empty for an unknown text."""
        with self._database.reading() as connection:
            return news_reading.list_copies(connection, document_hash, known_by)

    def read_copies(self, hashes: Sequence[str], *, known_by: int | None = None) -> dict[str, tuple[Document, ...]]:
        """The same for many texts, by hash; unknown hashes are left out."""
        with self._database.reading() as connection:
            return news_reading.read_copies(connection, list(dict.fromkeys(hashes)), known_by)

    def uncoded(self, method: str) -> tuple[str, ...]:
        """Hashes of the documents that a method has not coded: what is left to do after an interruption."""
        with self._database.reading() as connection:
            return news_reading.list_uncoded(connection, method)

    def codings(self, document_hash: str, *, known_by: int | None = None) -> tuple[StoredCoding, ...]:
        """Every coding of a document, old and new."""
        with self._database.reading() as connection:
            return news_reading.list_codings(connection, document_hash, known_by)

    def coded_events(
        self,
        *,
        method: str | None = None,
        document_hash: str | None = None,
        known_by: int | None = None,
        after: int | None = None,
    ) -> tuple[StoredEvent, ...]:
        """Every event of the codings that count, with its last review, dropped ones among them: what a person reviews.

        The coding of a document that counts is the one whose event was reviewed last, else the one recorded last.

        Args:
            method: Count only codings by this method.
            document_hash: One document alone.
            known_by: The last write that is to be known; None for all.
            after: Leave out what was coded by this write or an earlier one; None for nothing.
        """
        with self._database.reading() as connection:
            return tuple(news_reading.list_events(connection, method, document_hash, known_by, after=after))

    def effective_events(
        self,
        *,
        countries: Iterable[str] | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        method: str | None = None,
        known_by: int | None = None,
    ) -> tuple[StoredEvent, ...]:
        """The events to reckon with: as coded, corrected where somebody corrected them, without those that were dropped.

        Args:
            countries: Keep events whose actor or target is of one of these (ISO 3166 alpha-3).
            since: First day of the event, or of its document where the event has none; unknown days are left out then.
            until: Last day, likewise.
            method: Count only codings by this method.
            known_by: The last write that is to be known; None for all.

        Returns:
            By day, then in the order of the documents and their text; unknown days last.
        """
        wanted = None if countries is None else frozenset(countries)
        found = [
            one
            for one in self.coded_events(method=method, known_by=known_by)
            if not one.is_dropped
            and (wanted is None or not wanted.isdisjoint(_countries(one)))
            and news_reading.is_between(_day(one), since, until)
        ]
        return tuple(sorted(found, key=lambda one: _day(one) or dt.date.max))  # sorting keeps the order of equal days

    def claims(
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

    def reviews(self, event_id: int, *, known_by: int | None = None) -> tuple[StoredReview, ...]:
        """Every review of an event, in the order of recording; the last one holds."""
        with self._database.reading() as connection:
            return news_reading.list_reviews(connection, event_id, known_by)

    def unapplied_reviews(self, *, known_by: int | None = None) -> tuple[StoredReview, ...]:
        """Reviews of events that the coding that counts does not have: they hold for nothing until made again."""
        with self._database.reading() as connection:
            return news_reading.list_unapplied_reviews(connection, known_by)

    def clusters(self, *, known_by: int | None = None) -> tuple[EventCluster, ...]:
        """Every cluster that still has events."""
        with self._database.reading() as connection:
            return news_reading.list_clusters(connection, known_by)

    def runs(
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
            limit: The newest so many; None for all.
        """
        with self._database.reading() as connection:
            return run_records.list_runs(connection, scenario, scenario_hash, kind, limit=limit)

    def run(self, run_id: int) -> StoredRun:
        """One run.

        Raises:
            InputError: There is no such run.
        """
        with self._database.reading() as connection:
            return run_records.read_run(connection, run_id)

    def scenario_of(self, run: int | str) -> Scenario:
        """A scenario as it was solved, made again.

        Args:
            run: Number of a run, or the hash of a scenario or its start.

        Raises:
            InputError: There is no such run or scenario.
            ScenarioError: This version of standoff refuses what the scenario says.
        """
        with self._database.reading() as connection:
            if isinstance(run, int):
                return run_records.scenario_of_run(connection, run)
            return run_records.scenario_of_hash(connection, run)

    def check(self) -> tuple[Fault, ...]:
        """Look for damage: the file's own checks, and every hash and key worked out again.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._database.reading() as connection:
            return soundness.find_faults(connection)


def _in_batches(
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
            told = f"this batch ({name} {total.given + 1} to {total.given + len(batch)}) was not written, {kept}"
            raise InputError(
                [*error.problems, Problem("batch-unwritten", told, help="mend it and add all again")]
            ) from None
        if progress is not None:
            progress(total)
    return total


def _countries(one: StoredEvent) -> set[str]:
    sides = (one.event.actor, one.event.target)
    return {country for side in sides if side is not None for country in side.countries}


def _day(one: StoredEvent) -> dt.date | None:
    return one.event.date or one.published
