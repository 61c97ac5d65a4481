"""Check an answer against the text.

An event or claim is accepted only if its quotation is in the passage of the question, character for character, and neither begins
nor ends within a word. Where the passage contains it several times, the answer must say which occurrence is meant; otherwise the
item is rejected. The value of a claim must be in its quotation: an invented number is worse than none. Details (actor, target,
place, source) are quotations as well; a detail that is not in the passage is left out.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from standoff.news.coded import INTENSITY, Attribution, Claim, Event, Mention, Span
from standoff.news.language_model.answer import KINDS, ClaimAnswer, EventAnswer, NamedActor

__all__ = ["MOST_CONFIDENCE", "Findings", "find_words", "verify"]

MOST_CONFIDENCE = 0.9
"""Highest confidence of an event: the one that models report was not calibrated on coded texts. The bound is a judgement."""
_NUMBER_CONTINUES = re.compile(r"[.,]\d")
_Item = TypeVar("_Item", Event, Claim)


@dataclass(frozen=True)
class Findings:
    """The accepted events and claims of an answer.

    Attributes:
        events: The accepted events, in the order of the text.
        claims: The accepted claims, in the order of the text.
        rejected: Number of rejected events and claims, by reason.
        dropped: Number of details left out, by reason.
    """

    events: tuple[Event, ...]
    claims: tuple[Claim, ...]
    rejected: Counter[str]
    dropped: Counter[str]


def find_words(text: str, words: str, passage: Span) -> tuple[Span, ...]:
    """Find every occurrence of words in a passage that begins and ends at word boundaries.

    Args:
        text: The text.
        words: The words, character for character.
        passage: The span to search.

    Returns:
        The spans, which may overlap; none for words that are empty or blank.

    Examples:
        >>> find_words("fired, misfired, fired", "fired", (0, 22))
        ((0, 5), (17, 22))
    """
    if not words.strip():
        return ()
    return tuple(_find_occurrences(text, words, passage))


def _find_occurrences(text: str, words: str, passage: Span) -> Iterator[Span]:
    start = text.find(words, *passage)
    while start >= 0:
        end = start + len(words)
        if not (_is_inside_word(text, start) or _is_inside_word(text, end)):
            yield start, end
        start = text.find(words, start + 1, passage[1])


def _is_inside_word(text: str, place: int) -> bool:
    """Whether an offset is within a word, or between a letter and its combining mark."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if unicodedata.combining(after):
        return True
    return _is_word_character(before) and _is_word_character(after)


def _is_word_character(character: str) -> bool:
    return character.isalnum() or character == "_" or bool(unicodedata.combining(character))


def verify(events: list[EventAnswer], claims: list[ClaimAnswer], *, text: str, passage: Span, method: str) -> Findings:
    """Accept the events and claims of an answer that are in the text.

    Args:
        events: The events of the answer.
        claims: The claims of the answer.
        text: The text of the document.
        passage: The span of the text that the question was about.
        method: The method of the events.

    Returns:
        The accepted items; `text[slice(*span)] == quote` holds for each.
    """
    verifier = _Verifier(text, passage)
    accepted_events = [event for answer in events if (event := verifier.verify_event(answer, method)) is not None]
    accepted_claims = [claim for answer in claims if (claim := verifier.verify_claim(answer)) is not None]
    return Findings(
        events=tuple(sorted(verifier.drop_repeated(accepted_events), key=lambda event: event.span)),
        claims=tuple(sorted(verifier.drop_repeated(accepted_claims), key=lambda claim: claim.span)),
        rejected=verifier.rejected,
        dropped=verifier.dropped,
    )


@dataclass(frozen=True)
class _Verifier:
    text: str
    passage: Span
    rejected: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def verify_event(self, answer: EventAnswer, method: str) -> Event | None:
        span = self.find_quotation(answer.quote, answer.occurrence)
        if span is None:
            return None
        name, mode = KINDS[answer.type]
        return Event(
            event_type=name,
            mode=mode,
            contexts=tuple(dict.fromkeys(answer.contexts)),
            actor=self.find_mention(answer.actor, span, "actor"),
            target=self.find_mention(answer.target, span, "target"),
            date=dt.date.fromisoformat(answer.date) if answer.date else None,
            place=self.check_words(answer.place, "place"),
            span=span,
            quote=self.text[slice(*span)],
            attribution=self.make_attribution(answer, span),
            factuality=answer.factuality,
            confidence=min(answer.confidence, MOST_CONFIDENCE),
            method=method,
            intensity=INTENSITY[name],
        )

    def verify_claim(self, answer: ClaimAnswer) -> Claim | None:
        span = self.find_quotation(answer.quote, answer.occurrence)
        if span is None:
            return None
        value = answer.value.strip()
        if value and all(_is_part_of_number(self.text, place) for place in find_words(self.text, value, span)):
            self.rejected["value not in the quotation"] += 1
            return None
        return Claim(
            kind=answer.kind,
            issue=_clean_line(answer.issue),
            holder=self.find_mention(answer.holder, span, "holder"),
            about=self.find_mention(answer.about, span, "about"),
            value=value,
            unit=_clean_line(answer.unit),
            qualifier=self.check_words(answer.qualifier, "qualifier"),
            span=span,
            quote=self.text[slice(*span)],
            attribution=self.make_attribution(answer, span),
            factuality=answer.factuality,
        )

    def find_quotation(self, quote: str, occurrence: int) -> Span | None:
        """Find a quotation; where it is missing or ambiguous, count that and return None."""
        places = find_words(self.text, quote.strip(), self.passage)
        if len(places) == 1:
            return places[0]
        if not places:
            self.rejected["quotation not in the text"] += 1
        elif 1 <= occurrence <= len(places):
            return places[occurrence - 1]
        else:
            self.rejected["ambiguous quotation"] += 1
        return None

    def find_mention(self, actor: NamedActor | None, near: Span, what: str) -> Mention | None:
        """Find the words that name an actor, at the occurrence nearest to the quotation."""
        if actor is None:
            return None
        place = self.find_nearest(actor.text.strip(), near)
        if place is None:
            self.dropped[f"{what} not in the text"] += 1
            return None
        return Mention(code=actor.code, text=self.text[slice(*place)], span=place)

    def make_attribution(self, answer: EventAnswer | ClaimAnswer, near: Span) -> Attribution:
        speaker = self.check_words(answer.speaker, "speaker")
        place = self.find_nearest(speaker, near)
        return Attribution(speaker=speaker, outlet=self.check_words(answer.outlet, "outlet"), span=place)

    def check_words(self, words: str, what: str) -> str:
        """Check words of the passage; where it does not contain them, count that and return ""."""
        words = words.strip()
        if not words or find_words(self.text, words, self.passage):
            return words
        self.dropped[f"{what} not in the text"] += 1
        return ""

    def find_nearest(self, words: str, near: Span) -> Span | None:
        places = find_words(self.text, words, self.passage)
        return min(places, key=lambda place: (_measure_distance(place, near), place), default=None)

    def drop_repeated(self, items: list[_Item]) -> list[_Item]:
        """Remove repeated items and count them."""
        kept = list(dict.fromkeys(items))
        if len(items) > len(kept):
            self.rejected["repeated"] += len(items) - len(kept)
        return kept


def _is_part_of_number(text: str, place: Span) -> bool:
    """Whether a span is only a part of a number, such as the 000 of 3,000."""
    before, after = text[max(0, place[0] - 2) : place[0]], text[place[1] : place[1] + 2]
    return bool(_NUMBER_CONTINUES.fullmatch(before[::-1]) and text[place[0]].isdigit()) or bool(
        _NUMBER_CONTINUES.fullmatch(after) and text[place[1] - 1].isdigit()
    )


def _measure_distance(place: Span, near: Span) -> int:
    """Measure the code points between two spans; 0 where they touch or overlap."""
    return max(0, place[0] - near[1], near[0] - place[1])


def _clean_line(words: str) -> str:
    """Clean words that need not be in the text: one short line without control characters."""
    kept = "".join(character if unicodedata.category(character)[0] not in "CZ" else " " for character in words[:200])
    return " ".join(kept.split())[:60]
