"""What of an answer stands in the text.

An event or claim is taken only if its quotation stands in the passage that was asked about, character for character, neither
beginning nor ending within a word. Where the passage has it several times, the answer says which is meant; a number that does
not fit is a reason to reject. Of a claim, the value must stand in the quotation too: a number that nobody wrote is worse than
none. Details (who, whom, where, who says so) are quotations as well; one that stands nowhere in the passage is left out.
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
"""What a model says of its own sureness was never held against coded texts, so it is not taken for certainty. A judgement."""
_NUMBER_GOES_ON = re.compile(r"[.,]\d")
_Item = TypeVar("_Item", Event, Claim)


@dataclass(frozen=True)
class Findings:
    """What was taken of an answer, and what was not.

    Attributes:
        events: In the order of the text.
        claims: In the order of the text.
        rejected: Events and claims that were not taken, by the reason.
        dropped: Details that were left out, by the reason.
    """

    events: tuple[Event, ...]
    claims: tuple[Claim, ...]
    rejected: Counter[str]
    dropped: Counter[str]


def find_words(text: str, words: str, passage: Span) -> tuple[Span, ...]:
    """Every place at which a passage has words, beginning and ending where words do.

    Args:
        text: The text.
        words: What is looked for, as it is written.
        passage: Where.

    Returns:
        The places, which may overlap; none for words that are empty or hold nothing visible.

    Examples:
        >>> find_words("fired, misfired, fired", "fired", (0, 22))
        ((0, 5), (17, 22))
    """
    if not words.strip():
        return ()
    return tuple(_places(text, words, passage))


def _places(text: str, words: str, passage: Span) -> Iterator[Span]:
    start = text.find(words, *passage)
    while start >= 0:
        end = start + len(words)
        if not (_joins(text, start) or _joins(text, end)):
            yield start, end
        start = text.find(words, start + 1, passage[1])


def _joins(text: str, place: int) -> bool:
    """Whether a place lies within a word, or before a mark of the letter before it."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if unicodedata.combining(after):
        return True
    return _is_of_word(before) and _is_of_word(after)


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_" or bool(unicodedata.combining(character))


def verify(events: list[EventAnswer], claims: list[ClaimAnswer], *, text: str, passage: Span, method: str) -> Findings:
    """Take of an answer what stands in the text.

    Args:
        events: As the model gave them, in the words of the vocabulary.
        claims: The same.
        text: The text of the document.
        passage: What of it the model was asked about.
        method: What coded it, for the events.

    Returns:
        What was taken: `text[slice(*span)] == quote` for each.
    """
    checking = _Checking(text, passage)
    taken_events = [event for answer in events if (event := checking.event(answer, method)) is not None]
    taken_claims = [claim for answer in claims if (claim := checking.claim(answer)) is not None]
    return Findings(
        events=tuple(sorted(checking.once(taken_events), key=lambda event: event.span)),
        claims=tuple(sorted(checking.once(taken_claims), key=lambda claim: claim.span)),
        rejected=checking.rejected,
        dropped=checking.dropped,
    )


@dataclass(frozen=True)
class _Checking:
    text: str
    passage: Span
    rejected: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def event(self, answer: EventAnswer, method: str) -> Event | None:
        span = self.quotation(answer.quote, answer.occurrence)
        if span is None:
            return None
        name, mode = KINDS[answer.type]
        return Event(
            event_type=name,
            mode=mode,
            contexts=tuple(dict.fromkeys(answer.contexts)),
            actor=self.mention(answer.actor, span, "actor"),
            target=self.mention(answer.target, span, "target"),
            date=dt.date.fromisoformat(answer.date) if answer.date else None,
            place=self.words(answer.place, "place"),
            span=span,
            quote=self.text[slice(*span)],
            attribution=self.attribution(answer, span),
            factuality=answer.factuality,
            confidence=min(answer.confidence, MOST_CONFIDENCE),
            method=method,
            intensity=INTENSITY[name],
        )

    def claim(self, answer: ClaimAnswer) -> Claim | None:
        span = self.quotation(answer.quote, answer.occurrence)
        if span is None:
            return None
        value = answer.value.strip()
        if value and all(_cuts_number(self.text, place) for place in find_words(self.text, value, span)):
            self.rejected["value not in the quotation"] += 1
            return None
        return Claim(
            kind=answer.kind,
            issue=_line(answer.issue),
            holder=self.mention(answer.holder, span, "holder"),
            about=self.mention(answer.about, span, "about"),
            value=value,
            unit=_line(answer.unit),
            qualifier=self.words(answer.qualifier, "qualifier"),
            span=span,
            quote=self.text[slice(*span)],
            attribution=self.attribution(answer, span),
            factuality=answer.factuality,
        )

    def quotation(self, quote: str, occurrence: int) -> Span | None:
        """Where a quotation stands; None, and counted, where it does not or where it may stand in several places."""
        places = find_words(self.text, quote.strip(), self.passage)
        if len(places) == 1:
            return places[0]
        if not places:
            self.rejected["quotation not in the text"] += 1
        elif 1 <= occurrence <= len(places):
            return places[occurrence - 1]
        else:
            self.rejected["quotation at several places"] += 1
        return None

    def mention(self, actor: NamedActor | None, near: Span, what: str) -> Mention | None:
        """The words that name an actor, at their place nearest to a quotation."""
        if actor is None:
            return None
        place = self.nearest(actor.text.strip(), near)
        if place is None:
            self.dropped[f"{what} not in the text"] += 1
            return None
        return Mention(code=actor.code, text=self.text[slice(*place)], span=place)

    def attribution(self, answer: EventAnswer | ClaimAnswer, near: Span) -> Attribution:
        speaker = self.words(answer.speaker, "speaker")
        place = self.nearest(speaker, near)
        return Attribution(speaker=speaker, outlet=self.words(answer.outlet, "outlet"), span=place)

    def words(self, words: str, what: str) -> str:
        """Words of the passage; "", and counted, where it does not have them."""
        words = words.strip()
        if not words or find_words(self.text, words, self.passage):
            return words
        self.dropped[f"{what} not in the text"] += 1
        return ""

    def nearest(self, words: str, near: Span) -> Span | None:
        places = find_words(self.text, words, self.passage)
        return min(places, key=lambda place: (_distance(place, near), place), default=None)

    def once(self, items: list[_Item]) -> list[_Item]:
        """Each once: a model that repeats itself has seen nothing new."""
        kept = list(dict.fromkeys(items))
        if len(items) > len(kept):
            self.rejected["said twice"] += len(items) - len(kept)
        return kept


def _cuts_number(text: str, place: Span) -> bool:
    """Whether a place is only a part of a number, such as the 000 of 3,000."""
    before, after = text[max(0, place[0] - 2) : place[0]], text[place[1] : place[1] + 2]
    return bool(_NUMBER_GOES_ON.fullmatch(before[::-1]) and text[place[0]].isdigit()) or bool(
        _NUMBER_GOES_ON.fullmatch(after) and text[place[1] - 1].isdigit()
    )


def _distance(place: Span, near: Span) -> int:
    """Code points between two places; 0 where they touch or overlap."""
    return max(0, place[0] - near[1], near[0] - place[1])


def _line(words: str) -> str:
    """Words that need not stand in the text: short, on one line, and nothing that commands a screen."""
    kept = "".join(character if unicodedata.category(character)[0] not in "CZ" else " " for character in words[:200])
    return " ".join(kept.split())[:60]
