"""The frozen records that a store takes and returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from standoff.news.coded import Claim, CodedDocument, Event
from standoff.scenario import Scenario

__all__ = [
    "REVIEW_ACTIONS",
    "Added",
    "EventCluster",
    "Fault",
    "ForecastSeries",
    "Review",
    "ReviewAction",
    "Run",
    "StoredClaims",
    "StoredCoding",
    "StoredEvent",
    "StoredReview",
    "StoredRun",
]

ReviewAction = Literal["confirm", "correct", "drop"]
REVIEW_ACTIONS: tuple[ReviewAction, ...] = get_args(ReviewAction)


@dataclass(frozen=True)
class Added:
    """The result of an addition.

    Attributes:
        given: Number of records given.
        new: Number of new records: texts, or codings that differ from the last one.
        copies: Number of new copies of texts; 0 for codings.
    """

    given: int = 0
    new: int = 0
    copies: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(self.given + other.given, self.new + other.new, self.copies + other.copies)


@dataclass(frozen=True)
class Review:
    """A person's review of a coded event.

    Attributes:
        event_id: Number of the event (`StoredEvent.event_id`).
        action: "confirm": correctly coded; "correct": `correction` instead; "drop": the text does not say so.
        author: Name of the reviewer.
        reason: Reason; may be empty.
        correction: The event as it should have been coded; None unless the action is "correct".
        reviewed_at: Time of the review; None for the time at which it is recorded.
        scenario: Identifier of the scenario of `stands_for`; "" if no match is made.
        stands_for: Matching event of the scenario's model, such as "pressure.usa.strike"; "" with a scenario revokes an earlier
            match.

    Raises:
        ValueError: The author is missing, a correction is missing or not allowed, or a match has no scenario or belongs to a
            dropped event.
    """

    event_id: int
    action: ReviewAction
    author: str
    reason: str = ""
    correction: Event | None = None
    reviewed_at: dt.datetime | None = None
    scenario: str = ""
    stands_for: str = ""

    def __post_init__(self) -> None:
        if self.action not in REVIEW_ACTIONS:
            raise ValueError(f"a review confirms, corrects or drops; it does not {self.action!r}")
        if not self.author.strip():
            raise ValueError("a review needs an author")
        if (self.action == "correct") != (self.correction is not None):
            raise ValueError("a review has a correction if and only if its action is `correct`")
        if self.stands_for and (not self.scenario or self.action == "drop"):
            raise ValueError("a match needs its scenario, and a dropped event has none")


@dataclass(frozen=True)
class StoredReview:
    """A recorded review.

    Attributes:
        review_id: Number of the review; the highest number of an event holds.
        write_id: Write that recorded it.
        review: The review; its `reviewed_at` is set.
    """

    review_id: int
    write_id: int
    review: Review


@dataclass(frozen=True)
class StoredEvent:
    """An event of a document, with its last review.

    Attributes:
        event_id: Number in the store.
        document_hash: Hash of the document that reports it.
        method: Method that coded the document.
        coded: The event as coded.
        review: Last review; None if it was not reviewed.
        cluster_id: Cluster to which it was added last; None if it is in no cluster.
        published: First known day of publication of the document; None if unknown.
        position: Position in the coding of its document, from 0.
        write_id: Write that recorded its coding.
        stands_for: Matching event of the model, by scenario, from reviews. A match holds until the event is dropped or gets
            another type, actor or target.
    """

    event_id: int
    document_hash: str
    method: str
    coded: Event
    review: StoredReview | None = None
    cluster_id: int | None = None
    published: dt.date | None = None
    position: int = 0
    write_id: int = 0
    stands_for: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def event(self) -> Event:
        """The event with its correction, if there is one."""
        if self.review is None or self.review.review.correction is None:
            return self.coded
        return self.review.review.correction

    @property
    def is_dropped(self) -> bool:
        """Whether a reviewer dropped the event."""
        return self.review is not None and self.review.review.action == "drop"


@dataclass(frozen=True)
class StoredCoding:
    """A recorded coding of a document by one method.

    Attributes:
        coding_id: Number of the coding.
        write_id: Write that recorded it.
        method: Method and its version.
        version: Number of the coding for this document and method, from 1.
        coded: Events and claims.
        event_ids: Number of each event, in the order of `coded.events`.
    """

    coding_id: int
    write_id: int
    method: str
    version: int
    coded: CodedDocument
    event_ids: tuple[int, ...]


@dataclass(frozen=True)
class StoredClaims:
    """The claims of a document in its current coding.

    Attributes:
        document_hash: Hash of the document.
        method: Method that coded it.
        published: First known day of publication of the document; None if unknown.
        claims: Claims in the order of the text.
    """

    document_hash: str
    method: str
    published: dt.date | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class EventCluster:
    """Reports of one event.

    Attributes:
        cluster_id: Number of the cluster.
        method: Rule or reviewer that made it.
        label: Text for people; may be empty.
        event_ids: Coded events that were added to it and to no later cluster.
    """

    cluster_id: int
    method: str
    label: str
    event_ids: tuple[int, ...]


@dataclass(frozen=True)
class ForecastSeries:
    """The probability of one outcome or milestone by date.

    Attributes:
        kind: "outcome" or "milestone"; "unresolved" is an outcome.
        name: Slug.
        label: Text for people.
        dates: Day after the last day of each period.
        probabilities: Probability that it occurred before each day.
    """

    kind: Literal["outcome", "milestone"]
    name: str
    label: str
    dates: tuple[dt.date, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.dates) != len(self.probabilities):
            raise ValueError("a series needs as many probabilities as dates")


@dataclass(frozen=True)
class Run:
    """A solve, with all that is needed to repeat it.

    Attributes:
        scenario: Scenario with its overrides.
        settings: Arguments of `Settings` as plain data.
        document: JSON document, as `Solution.document()`: certificate, versions and probabilities are read from it.
        kind: Purpose, such as "run" or "update".
        known_by: Last write whose news was used; None without news.
        note: A remark.

    Raises:
        ValueError: The document belongs to another scenario, or lacks a part.
    """

    scenario: Scenario
    settings: Mapping[str, Any]
    document: Mapping[str, Any]
    kind: str = "run"
    known_by: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        missing = {"scenario_hash", "outcomes", "unresolved", "milestones", "certificate", "versions"} - set(
            self.document
        )
        if missing:
            raise ValueError(f"the document of a run lacks {', '.join(sorted(missing))}")
        if self.document["scenario_hash"] != self.scenario.scenario_hash:
            raise ValueError("the document of a run belongs to another scenario")

    def list_series(self) -> tuple[ForecastSeries, ...]:
        """List the probabilities of every outcome and milestone by date, updated ones for an update."""
        scenario = self.scenario
        dates = tuple(scenario.find_date(k + 1) for k in range(len(self.document["unresolved"])))

        def make_series(
            kind: Literal["outcome", "milestone"], name: str, label: str, probabilities: Sequence[float]
        ) -> ForecastSeries:
            return ForecastSeries(kind, name, label, dates, tuple(float(p) for p in probabilities))

        updated = self.document.get("update")
        if updated is not None:
            dates = tuple(dt.date.fromisoformat(day) for day in updated["dates"])
            return tuple(
                make_series(one["kind"], one["name"], one["label"], one["after"]) for one in updated["probabilities"]
            )
        return (
            *(
                make_series("outcome", one["name"], one["label"], one["cumulative"])
                for one in self.document["outcomes"]
            ),
            make_series("outcome", "unresolved", scenario.unresolved.label, self.document["unresolved"]),
            *(
                make_series("milestone", one["name"], one["label"], one["cumulative"])
                for one in self.document["milestones"]
            ),
        )


@dataclass(frozen=True)
class StoredRun:
    """A recorded run. `Store.restore_scenario(run_id)` restores its scenario.

    Attributes:
        run_id: Number of the run.
        write_id: Write that recorded it.
        recorded_at: Time of recording, UTC.
        kind: Purpose.
        note: A remark.
        scenario: Identifier of the scenario.
        scenario_hash: Hash of the scenario.
        as_of: Day of the scenario.
        known_by: Last write whose news was used; None without news.
        overrides: Overrides of the scenario.
        settings: Arguments of `Settings`.
        versions: Versions of everything on which the numbers depend.
        certificate: Certificate of the solution.
        document: JSON document; its layout is that of its `json_version`.
        series: Probabilities by date.
    """

    run_id: int
    write_id: int
    recorded_at: dt.datetime
    kind: str
    note: str
    scenario: str
    scenario_hash: str
    as_of: dt.date
    known_by: int | None
    overrides: tuple[str, ...]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    certificate: Mapping[str, Any]
    document: Mapping[str, Any]
    series: tuple[ForecastSeries, ...]


@dataclass(frozen=True)
class Fault:
    """Damage in a store.

    Attributes:
        table: Table with the damage; "" for the file.
        message: Description.
    """

    table: str
    message: str
