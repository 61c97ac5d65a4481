"""Score the coder on whole reports that people coded.

The codings of the coder and of people are matched one to one where they overlap in the text, those that agree in most respects
first. An event is right if its type is; with countries, if the countries or organisations of actor and target are right too. A
target that the text leaves open may be left open. A claim is right if its kind is. A number is right if its value, unit and
holder are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from standoff.news.coded import Claim, CodedDocument, Event, Mention, Span
from standoff.news.document import Document

One = TypeVar("One", Event, Claim)

__all__ = ["HandCodedReport", "MatchCounts", "ReportScores", "score_reports"]


class HandCodedReport(Protocol):
    """A document with the events and claims that people coded."""

    @property
    def document(self) -> Document:
        """The document."""
        ...

    @property
    def events(self) -> tuple[Event, ...]:
        """The coded events."""
        ...

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The coded claims."""
        ...


@dataclass
class MatchCounts:
    """MatchCounts of matched codings.

    Attributes:
        right: Number of matched pairs that agree.
        coded: Number of codings of the coder.
        gold: Number of codings of people.
    """

    right: int = 0
    coded: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the coder's codings that are right; 0 where it has none."""
        return self.right / self.coded if self.coded else 0.0

    @property
    def recall(self) -> float:
        """Share of people's codings that were found; 0 where there are none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2.0 * self.right / (self.coded + self.gold) if self.coded + self.gold else 0.0


@dataclass
class ReportScores:
    """Scores over reports.

    Attributes:
        found: Events by overlap alone.
        events: Events by type.
        with_countries: Events by type and countries of actor and target.
        with_roles: Events by type, countries and roles of actor and target.
        claims_found: Claims by overlap alone.
        claims: Claims by kind.
        numbers: Numbers by value, unit and holder; `gold` counts those of people, `coded` those of them that were found.
        speakers: Speakers of matched events and claims that have one.
        dates: Days of matched events; right where both are equal or missing.
        places: Places of matched events that have one.
        factuality: Factuality of matched events with the right type.
        sure: Events with a confidence of 0.7 or more, by type.
        valid_spans: Events and claims whose span gives the quote.
        confidences: The confidence of each coded event, and whether its type was right.
    """

    found: MatchCounts = field(default_factory=MatchCounts)
    events: MatchCounts = field(default_factory=MatchCounts)
    with_countries: MatchCounts = field(default_factory=MatchCounts)
    with_roles: MatchCounts = field(default_factory=MatchCounts)
    claims_found: MatchCounts = field(default_factory=MatchCounts)
    claims: MatchCounts = field(default_factory=MatchCounts)
    numbers: MatchCounts = field(default_factory=MatchCounts)
    speakers: MatchCounts = field(default_factory=MatchCounts)
    dates: MatchCounts = field(default_factory=MatchCounts)
    places: MatchCounts = field(default_factory=MatchCounts)
    factuality: MatchCounts = field(default_factory=MatchCounts)
    sure: MatchCounts = field(default_factory=MatchCounts)
    valid_spans: MatchCounts = field(default_factory=MatchCounts)
    confidences: list[tuple[float, bool]] = field(default_factory=list)


def score_reports(reports: Iterable[HandCodedReport], code: Callable[[Document], CodedDocument]) -> ReportScores:
    """Code reports and compare them with the codings of people.

    Args:
        reports: The reports that people coded.
        code: The function that codes a document.

    Returns:
        The scores over all reports together.
    """
    scores = ReportScores()
    for report in reports:
        coded = code(report.document)
        _score_events(scores, report.events, coded.events)
        _score_claims(scores, report.claims, coded.claims)
        items: list[Event | Claim] = [*coded.events, *coded.claims]
        for item in items:
            scores.valid_spans.gold += 1
            scores.valid_spans.right += report.document.text[item.span[0] : item.span[1]] == item.quote
    return scores


def _score_events(scores: ReportScores, gold: Sequence[Event], coded: Sequence[Event]) -> None:
    def agreement(one: Event, other: Event) -> float:
        same = one.event_type == other.event_type
        return (
            4.0 * same
            + 1.0 * have_same_countries(one.actor, other.actor)
            + 1.0 * have_same_countries(one.target, other.target)
        )

    pairs = match_codings(gold, coded, agreement)
    tests: list[tuple[MatchCounts, Callable[[Event, Event], bool]]] = [
        (scores.found, _are_matched),
        (scores.events, _have_same_type),
        (
            scores.with_countries,
            lambda one, other: _have_same_type(one, other) and _have_same_sides(one, other, have_same_countries),
        ),
        (
            scores.with_roles,
            lambda one, other: _have_same_type(one, other) and _have_same_sides(one, other, _have_same_codes),
        ),
    ]
    for counts, is_right in tests:
        counts.gold += len(gold)
        counts.coded += len(coded)
        counts.right += sum(is_right(one, other) for one, other in pairs)
    right = {id(other) for one, other in pairs if _have_same_type(one, other)}
    for event in coded:
        scores.confidences.append((event.confidence, id(event) in right))
        if event.confidence >= 0.7:
            scores.sure.coded += 1
            scores.sure.right += id(event) in right
    for one, other in pairs:
        _score_details(scores, one, other)


def _score_details(scores: ReportScores, gold: Event, coded: Event) -> None:
    if _have_same_type(gold, coded):
        scores.factuality.gold += 1
        scores.factuality.right += gold.factuality == coded.factuality
    scores.dates.gold += 1
    scores.dates.right += gold.date == coded.date
    if gold.place:
        scores.places.gold += 1
        scores.places.right += bool(coded.place) and (gold.place in coded.place or coded.place in gold.place)
    _score_speaker(scores, gold, coded)


def _score_speaker(scores: ReportScores, gold: Event | Claim, coded: Event | Claim) -> None:
    if gold.attribution.span is not None:
        scores.speakers.gold += 1
        span = coded.attribution.span
        scores.speakers.right += span is not None and _overlaps(span, gold.attribution.span)


def _score_claims(scores: ReportScores, gold: Sequence[Claim], coded: Sequence[Claim]) -> None:
    pairs = match_codings(
        gold,
        coded,
        lambda one, other: 4.0 * (one.kind == other.kind) + 2.0 * (_normalise_value(one) == _normalise_value(other)),
    )
    for counts, is_right in (
        (scores.claims_found, _are_matched),
        (scores.claims, lambda one, other: one.kind == other.kind),
    ):
        counts.gold += len(gold)
        counts.coded += len(coded)
        counts.right += sum(is_right(one, other) for one, other in pairs)
    for one, other in pairs:
        _score_speaker(scores, one, other)
        if _normalise_value(one) and _normalise_value(one) == _normalise_value(other):
            scores.numbers.coded += 1
            same_unit = one.unit.rstrip("s") == other.unit.rstrip("s")
            scores.numbers.right += same_unit and have_same_countries(one.holder, other.holder)
    scores.numbers.gold += sum(bool(_normalise_value(claim)) for claim in gold)


def match_codings(
    gold: Sequence[One], coded: Sequence[One], agreement: Callable[[One, One], float]
) -> list[tuple[One, One]]:
    """Match overlapping codings one to one: those that agree in most respects first, then those that overlap most."""
    possible = [
        (-agreement(one, other), -_measure_overlap(one.span, other.span), at, place)
        for at, one in enumerate(gold)
        for place, other in enumerate(coded)
        if _measure_overlap(one.span, other.span) > 0
    ]
    used_gold: set[int] = set()
    used_coded: set[int] = set()
    pairs = []
    for *_, at, place in sorted(possible):
        if at not in used_gold and place not in used_coded:
            used_gold.add(at)
            used_coded.add(place)
            pairs.append((gold[at], coded[place]))
    return pairs


def have_same_countries(gold: Mention | None, coded: Mention | None) -> bool:
    """Whether two mentions name the same countries or organisations; a mention that the text leaves open may be missing."""
    is_open = coded is None or not coded.code
    if gold is None or not gold.code:
        return is_open
    if is_open:
        return gold.is_inferred
    assert coded is not None
    return _list_countries(gold) == _list_countries(coded)


def _list_countries(mention: Mention) -> frozenset[str]:
    return frozenset(mention.countries)


def _have_same_codes(gold: Mention | None, coded: Mention | None) -> bool:
    if not have_same_countries(gold, coded):
        return False
    if gold is None or coded is None:
        return True
    return frozenset(gold.code.split(";")) == frozenset(coded.code.split(";"))


def _have_same_sides(gold: Event, coded: Event, same: Callable[[Mention | None, Mention | None], bool]) -> bool:
    return same(gold.actor, coded.actor) and same(gold.target, coded.target)


def _are_matched(_: Event | Claim, __: Event | Claim) -> bool:
    """Accept every pair, because pairs overlap."""
    return True


def _have_same_type(gold: Event, coded: Event) -> bool:
    return gold.event_type == coded.event_type


def _normalise_value(claim: Claim) -> str:
    return claim.value.lower().strip()


def _measure_overlap(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _overlaps(one: Span, other: Span) -> bool:
    return _measure_overlap(one, other) > 0
