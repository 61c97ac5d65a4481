"""Observations: what news reports, ready to be weighed against what the model holds possible.

An **observation** is one event as it was coded, with everybody who reports it. Coded events become observations; an analyst
confirms, corrects or drops each; and several reports of one event become one observation with many sources, because they are
one piece of evidence: reports are one event if they share a cluster, and, where no cluster is given, if they fall into the same
period with the same actors, type and targets.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from standoff.errors import InputError, Problem, nearest
from standoff.news.coded import CodedDocument, Event, Mention, name_events
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import EVENT_CODES

__all__ = [
    "REAL",
    "Observation",
    "Review",
    "SetAside",
    "merge_reports",
    "observations_of",
    "observe",
    "period_of_event",
    "review",
]

REAL = frozenset({"happened", "ongoing"})
"""How real a coded event must be to be an observation; what was announced, threatened, denied or supposed did not happen."""


@dataclass(frozen=True)
class Observation:
    """One event as news reports it.

    Attributes:
        name: A name that tells it from others, such as the hash of its document and the place in it.
        date: The day of the event.
        event_type: Its PLOVER type, as coded.
        actors: Codes of those who act, such as "USA"; empty where unknown.
        targets: Codes of those towards whom; empty where unknown or only inferred.
        confidence: Probability that the type is right, 0..1; None: what the confusion matrix says of this type.
        is_confirmed: Whether an analyst holds the type to be right.
        stands_for: The event of the model that it is, as an analyst says, such as "pressure.usa.strike"; "" where that is open.
        cluster: What reports of the same event share; "" where nothing is known of that.
        sources: Who reports it: documents or outlets.
        quote: The words that say so.
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
            problems.append(Problem("unknown-event-type", message, help=nearest(self.event_type, EVENT_CODES)))
        if self.confidence is not None and not 0.0 <= self.confidence <= 1.0:
            message = f"observation `{self.name}`: a confidence of `{self.confidence}` is no probability"
            problems.append(Problem("confidence", message, help="write a number from 0 to 1"))
        if problems:
            raise InputError(problems)


@dataclass(frozen=True)
class SetAside:
    """A coded event that is no observation.

    Attributes:
        name: As of an observation.
        event_type: Its type.
        quote: The words that say so.
        reason: Why it is none.
    """

    name: str
    event_type: str
    quote: str
    reason: str


@dataclass(frozen=True)
class Review:
    """What an analyst says of an observation.

    Attributes:
        verdict: "confirm" the type, "correct" something (then the type is confirmed too) or "drop" it.
        event_type: The right type; None: as coded. The other attributes likewise.
        actors: The right actors.
        targets: The right targets.
        date: The right day.
        stands_for: The event of the model that it is.
    """

    verdict: str
    event_type: str | None = None
    actors: tuple[str, ...] | None = None
    targets: tuple[str, ...] | None = None
    date: dt.date | None = None
    stands_for: str | None = None


def observations_of(
    documents: Iterable[CodedDocument], *, clusters: Mapping[str, str] | None = None
) -> tuple[tuple[Observation, ...], tuple[SetAside, ...]]:
    """Make observations of coded documents.

    Args:
        documents: What was coded.
        clusters: Name of an observation -> the cluster of reports of the same event, where that is known.

    Returns:
        The observations, and what is none with the reason.
    """
    found: list[Observation] = []
    aside: list[SetAside] = []
    for document in documents:
        names = name_events(document.document_hash, document.events)
        for name, event in zip(names, document.events, strict=True):
            outlet = event.attribution.outlet or event.attribution.speaker
            source = document.document_hash[:12]
            made = observe(name, event, sources=(f"{source} ({outlet})" if outlet else source,))
            if isinstance(made, SetAside):
                aside.append(made)
            else:
                found.append(replace(made, cluster=(clusters or {}).get(name, "")))
    return tuple(found), tuple(aside)


def observe(name: str, event: Event, *, sources: Sequence[str]) -> Observation | SetAside:
    """Make an observation of a coded event, or say why it is none.

    Args:
        name: Its name.
        event: The event.
        sources: Who reports it.
    """
    if event.factuality not in REAL:
        return SetAside(name, event.event_type, event.quote, f"told as {event.factuality}")
    if event.date is None:
        return SetAside(name, event.event_type, event.quote, "its day is not known")
    return Observation(
        name=name,
        date=event.date,
        event_type=event.event_type,
        actors=_codes(event.actor),
        targets=_codes(event.target),
        confidence=event.confidence,
        sources=tuple(sources),
        quote=event.quote,
    )


def _codes(mention: Mention | None) -> tuple[str, ...]:
    """Countries of a mention; one that was inferred from the scenario tells nothing that the scenario did not."""
    return () if mention is None or mention.is_inferred else mention.countries


def review(observations: Sequence[Observation], verdicts: Mapping[str, Review]) -> tuple[Observation, ...]:
    """Apply what an analyst says.

    Args:
        observations: As coded.
        verdicts: By name of the observation; what is not named stays as coded.

    Raises:
        InputError: A verdict is none, or names no observation; carries every fault.
    """
    names = [one.name for one in observations]
    problems = []
    for name, verdict in verdicts.items():
        if name not in names:
            message = f"there is no observation `{name}`"
            problems.append(Problem("unknown-observation", message, help=nearest(name, names)))
        if verdict.verdict not in {"confirm", "correct", "drop"}:
            message = f"`{verdict.verdict}` is no verdict on an observation"
            problems.append(Problem("verdict", message, help="use `confirm`, `correct` or `drop`"))
    if problems:
        raise InputError(problems)
    found = []
    for one in observations:
        said = verdicts.get(one.name)
        if said is None:
            found.append(one)
        elif said.verdict != "drop":
            fields = ("event_type", "actors", "targets", "date", "stands_for")
            right = {field: getattr(said, field) for field in fields if getattr(said, field) is not None}
            found.append(replace(one, is_confirmed=True, **right))
    return tuple(found)


def period_of_event(scenario: Scenario, date: dt.date) -> int:
    """The period in which an event of a day falls.

    A day ends with what is known of it: events of `as_of` are in the scenario already (period -1), those of the last day of a
    period belong to it, so that an update as of that day counts them.
    """
    return math.ceil((date - scenario.as_of).days / scenario.period_days - 1e-9) - 1


def merge_reports(scenario: Scenario, observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Make one observation of several reports of one event.

    Reports of one cluster on different days, or coded as different types, are one event, too: the report that counts is a
    confirmed one, then the one of the highest confidence, then the earliest. It keeps the sources of all.

    Args:
        scenario: Its periods say what is the same time.
        observations: In any order, any of them any number of times.

    Returns:
        By date, then name.
    """
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for one in sorted(set(observations), key=lambda one: (one.date, one.name)):
        alike = (
            period_of_event(scenario, one.date),
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
