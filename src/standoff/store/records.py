"""What goes into a store and what comes out, as frozen records."""

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
    """What an addition came to.

    Attributes:
        given: Records that were given.
        new: Records that the store did not have: texts, or codings that differ from the last one.
        copies: Places at which a text was found for the first time; 0 for codings.
    """

    given: int = 0
    new: int = 0
    copies: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(self.given + other.given, self.new + other.new, self.copies + other.copies)


@dataclass(frozen=True)
class Review:
    """What a person says about a coded event.

    Attributes:
        event_id: The event, as `StoredEvent.event_id` gives it.
        action: "confirm": it is as coded; "correct": it is `correction` instead; "drop": the text does not say so.
        author: Who says so.
        reason: Why; "" where that is plain.
        correction: The event as it should have been coded; None unless the action is "correct".
        reviewed_at: When; None for the moment at which it is recorded.
        scenario: Identifier of the scenario that `stands_for` belongs to; "" where nothing is said of any.
        stands_for: The event of its model that this event is, such as "pressure.usa.strike"; "" with a scenario: none that
            could be named, which takes back what was said before.

    Raises:
        ValueError: Nobody is named, a correction is missing or stands where none belongs, or an event of a model has no scenario
            or is that of a dropped event.
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
            raise ValueError("a review holds a correction if and only if it corrects")
        if self.stands_for and (not self.scenario or self.action == "drop"):
            raise ValueError("an event of a model needs its scenario, and is never that of a dropped event")


@dataclass(frozen=True)
class StoredReview:
    """A review and when it was recorded.

    Attributes:
        review_id: Its number; of several reviews of an event the one with the highest counts.
        write_id: The write that recorded it.
        review: What was said; its `reviewed_at` is set.
    """

    review_id: int
    write_id: int
    review: Review


@dataclass(frozen=True)
class StoredEvent:
    """An event of a document, with what people said about it.

    Attributes:
        event_id: Its number in the store.
        document_hash: The document that tells it.
        method: What coded the document.
        coded: The event as it was coded.
        review: The last review of it; None where nobody looked at it.
        cluster_id: The cluster that it was last put into; None where it is in none.
        published: First known day on which the document was published; None where it is not known.
        position: Location in its document, counted from 0 over the events of the coding.
        write_id: The write that recorded its coding.
        stands_for: Scenario -> the event of its model that it is, as a reviewer said. It holds until the event is dropped or gets
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
        """The event as it is taken to be: corrected, where somebody corrected it."""
        if self.review is None or self.review.review.correction is None:
            return self.coded
        return self.review.review.correction

    @property
    def is_dropped(self) -> bool:
        """Whether somebody said that the text does not say so."""
        return self.review is not None and self.review.review.action == "drop"


@dataclass(frozen=True)
class StoredCoding:
    """What one method found in a document.

    Attributes:
        coding_id: Its number.
        write_id: The write that recorded it.
        method: What coded it, with its version.
        version: From 1, counted for this document and method.
        coded: What was found.
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
    """The claims of a document, as the coding that counts has them.

    Attributes:
        document_hash: The document.
        method: What coded it.
        published: First known day on which the document was published; None where it is not known.
        claims: What is claimed, in the order of the text.
    """

    document_hash: str
    method: str
    published: dt.date | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class EventCluster:
    """One event told by many.

    Attributes:
        cluster_id: Its number.
        method: What or who put it together.
        label: A name for people; may be empty.
        event_ids: The coded events that were put into it and not into another one later.
    """

    cluster_id: int
    method: str
    label: str
    event_ids: tuple[int, ...]


@dataclass(frozen=True)
class ForecastSeries:
    """The probability of one thing by date.

    Attributes:
        kind: "outcome" or "milestone"; "unresolved" is an outcome.
        name: Slug.
        label: Text for people.
        dates: Day after the last day of each period.
        probabilities: Probability that it has happened before that day.
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
    """A solve, with all that is needed to do it again.

    Attributes:
        scenario: What was solved, with its overrides made.
        settings: How, as plain data: the arguments of `Settings`.
        document: Everything it printed, as `Solution.document()`: certificate, versions and probabilities are read from it.
        kind: What it was for, such as "run" or "update".
        known_by: The last write whose news it knew; None where it used no news.
        note: A remark.

    Raises:
        ValueError: The document is of another scenario, or lacks a part.
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
            raise ValueError("the document of a run is of another scenario")

    def series(self) -> tuple[ForecastSeries, ...]:
        """The probabilities by date, each outcome's and each milestone's; those after the update where there was one."""
        scenario = self.scenario
        dates = tuple(scenario.date_of_period(k + 1) for k in range(len(self.document["unresolved"])))

        def made(
            kind: Literal["outcome", "milestone"], name: str, label: str, probabilities: Sequence[float]
        ) -> ForecastSeries:
            return ForecastSeries(kind, name, label, dates, tuple(float(p) for p in probabilities))

        updated = self.document.get("update")
        if updated is not None:
            dates = tuple(dt.date.fromisoformat(day) for day in updated["dates"])
            return tuple(made(one["kind"], one["name"], one["label"], one["after"]) for one in updated["probabilities"])
        return (
            *(made("outcome", one["name"], one["label"], one["cumulative"]) for one in self.document["outcomes"]),
            made("outcome", "unresolved", scenario.unresolved.label, self.document["unresolved"]),
            *(made("milestone", one["name"], one["label"], one["cumulative"]) for one in self.document["milestones"]),
        )


@dataclass(frozen=True)
class StoredRun:
    """A run as the store has it. The scenario itself is made again by `Store.scenario_of(run_id)`.

    Attributes:
        run_id: Its number.
        write_id: The write that recorded it.
        recorded_at: When, UTC.
        kind: What it was for.
        note: A remark.
        scenario: Identifier of the scenario.
        scenario_hash: Its hash.
        as_of: Day on which everything in it was known.
        known_by: The last write whose news it knew; None where it used no news.
        overrides: What was changed after the file was read.
        settings: How it was solved.
        versions: Of everything that its numbers depend on.
        certificate: How good the solution is.
        document: Everything it printed.
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
    """Something in a store that is not as it should be.

    Attributes:
        table: Where.
        message: What.
    """

    table: str
    message: str
