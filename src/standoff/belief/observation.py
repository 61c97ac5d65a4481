"""Observations: coded events as the update takes them.

An **observation** is one event as it was coded, with its sources. Several reports of one event are merged into one observation
with several sources, because they carry the information of one event. Reports are of one event if they share a cluster. If no
cluster is given, they are of one event if they have the same period, actors, type and targets.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from standoff.errors import InputError, Problem, suggest_nearest
from standoff.news.coded import Event, Mention
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import EVENT_CODES

__all__ = [
    "FACTUAL",
    "ExcludedEvent",
    "Observation",
    "find_period",
    "merge_reports",
    "observe",
]

FACTUAL = frozenset({"happened", "ongoing"})
"""Factuality of the coded events that become observations; announced, threatened or denied events did not happen."""


@dataclass(frozen=True)
class Observation:
    """One reported event.

    Attributes:
        name: Unique name, such as the hash of the document with the position in it.
        date: The day of the event.
        event_type: Its PLOVER type, as coded.
        actors: Codes of those who act, such as "USA"; empty if unknown.
        targets: Codes of those acted upon; empty if unknown or only inferred.
        confidence: Probability that the type is correct, 0..1; None to take it from the confusion matrix.
        is_confirmed: Whether an analyst confirmed the type.
        stands_for: Event of the model to which an analyst matched it, such as "pressure.usa.strike"; "" for none.
        cluster: Name shared by the reports of one event; "" if unknown.
        sources: Documents or outlets that report it.
        quote: Words of the report.

    Raises:
        InputError: The event type is not one of `EVENT_CODES`, or the confidence is not a probability.

    Examples:
        >>> letter = Observation("letter", dt.date(1962, 10, 23), "CONSULT", actors=("RUS",), targets=("USA",))
        >>> letter.confidence is None
        True
    """

    name: str
    date: dt.date
    event_type: str
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    confidence: float | None = None
    is_confirmed: bool = False
    stands_for: str = ""
    cluster: str = ""
    sources: tuple[str, ...] = ()
    quote: str = ""

    def __post_init__(self) -> None:
        problems = []
        if self.event_type not in EVENT_CODES:
            message = f"observation `{self.name}`: there is no event type `{self.event_type}`"
            problems.append(Problem("unknown-event-type", message, help=suggest_nearest(self.event_type, EVENT_CODES)))
        if self.confidence is not None and not 0.0 <= self.confidence <= 1.0:
            message = f"observation `{self.name}`: a confidence of `{self.confidence}` is not a probability"
            problems.append(Problem("confidence", message, help="write a number from 0 to 1"))
        if problems:
            raise InputError(problems)


@dataclass(frozen=True)
class ExcludedEvent:
    """A coded event that the update does not use.

    Attributes:
        name: Unique name, as in `Observation`.
        event_type: PLOVER type.
        quote: Words of the report.
        reason: Why it is excluded.
    """

    name: str
    event_type: str
    quote: str
    reason: str


def observe(name: str, event: Event, *, sources: Sequence[str]) -> Observation | ExcludedEvent:
    """Make an observation of a coded event, or give the reason to exclude it.

    Args:
        name: Name of the observation.
        event: The coded event.
        sources: Documents or outlets that report it.
    """
    if event.factuality not in FACTUAL:
        return ExcludedEvent(name, event.event_type, event.quote, f"reported as {event.factuality}")
    if event.date is None:
        return ExcludedEvent(name, event.event_type, event.quote, "its date is unknown")
    return Observation(
        name=name,
        date=event.date,
        event_type=event.event_type,
        actors=_list_codes(event.actor),
        targets=_list_codes(event.target),
        confidence=event.confidence,
        sources=tuple(sources),
        quote=event.quote,
    )


def _list_codes(mention: Mention | None) -> tuple[str, ...]:
    """List the codes of a mention; one inferred from the scenario adds no information to it."""
    return () if mention is None or mention.is_inferred else mention.countries


def find_period(scenario: Scenario, date: dt.date) -> int:
    """Find the period in which an event of a given day falls.

    Everything known at the end of the day `as_of` is in the scenario already, so its events fall into period -1. Events of the
    last day of a period belong to that period, so that an update as of that day uses them.
    """
    return math.ceil((date - scenario.as_of).days / scenario.period_days - 1e-9) - 1


def merge_reports(scenario: Scenario, observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Merge the reports of each event into one observation.

    Reports of one cluster are one event even if their days or types differ. The merged observation is the confirmed report, else
    the report with the highest confidence, else the earliest, with the sources of all reports.

    Args:
        scenario: Scenario whose periods decide which reports fall together.
        observations: Reports in any order; repeated ones count once.

    Returns:
        The merged observations, by date and then by name.
    """
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for one in sorted(set(observations), key=lambda one: (one.date, one.name)):
        alike = (
            find_period(scenario, one.date),
            frozenset(one.actors),
            one.event_type,
            frozenset(one.targets),
            one.stands_for,
        )
        groups.setdefault(("cluster", one.cluster) if one.cluster else alike, []).append(one)
    merged = []
    for group in groups.values():
        best = max(group, key=lambda one: (one.is_confirmed, -1.0 if one.confidence is None else one.confidence))
        sources = dict.fromkeys(source for one in group for source in one.sources)
        merged.append(replace(best, sources=tuple(sources)))
    return tuple(sorted(merged, key=lambda one: (one.date, one.name)))
