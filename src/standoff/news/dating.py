"""Resolve the day of an act from the words of the text and the date of the document.

A weekday is the last such day up to the date of the document; for the future, the next. A day of a month without a year is the
last before the document; for the future, the next after it. Expressions that are less precise than a day, such as "in June" or
"last week", give no day. dateparser reads all other expressions."""

from __future__ import annotations

import datetime as dt
import functools
import re
import warnings
from typing import Any

from standoff.extras import import_extra
from standoff.news.grammar import list_auxiliaries

__all__ = ["find_date", "is_future", "resolve_date"]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)(?:,? \d{{4}})?\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_RELATIVE = re.compile(
    r"^(?:(?:early|late|earlier|later) )?(yesterday|today|tomorrow|tonight|this (?:morning|afternoon|evening)|last night)$"
)
_AGO = re.compile(
    r"\b(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:days?|weeks?) (?:ago|earlier)\b",
    re.IGNORECASE,
)
_SAME_DAY = {"today", "tonight", "this morning", "this afternoon", "this evening"}


def resolve_date(words: str, today: dt.date | None, *, future: bool = False) -> dt.date | None:
    """Resolve an expression of time to a day.

    Args:
        words: An expression such as "Monday", "15 March" or "two days ago".
        today: The date of the document; None where unknown, and then only full dates are resolved.
        future: Whether the expression refers to the future.

    Returns:
        The day; None where the words mean no day or the year is unknown.

    Examples:
        >>> resolve_date("on Monday", dt.date(2026, 2, 5))
        datetime.date(2026, 2, 2)
        >>> resolve_date("Monday", dt.date(2026, 2, 5), future=True)
        datetime.date(2026, 2, 9)
        >>> resolve_date("last week", dt.date(2026, 2, 5))
    """
    lower = words.lower().strip()
    exact = _ISO.search(lower) or _DAY.search(lower)
    if exact:
        return _parse(exact.group(), today, future)
    if today is None:
        return None
    for index, name in enumerate(_WEEKDAYS):
        if re.search(rf"\b{name}s?\b", lower):
            if re.search(rf"\b(?:every|each|{name}s)\b", lower):
                return None
            return _resolve_weekday(index, today, future or "next" in lower)
    relative = _RELATIVE.match(re.sub(r"^(?:on|the|by|until|since) ", "", lower))
    if relative:
        word = relative.group(1)
        shift = 0 if word in _SAME_DAY else 1 if word == "tomorrow" else -1
        return today + dt.timedelta(days=shift)
    ago = _AGO.search(lower)
    return _parse(re.sub("earlier$", "ago", ago.group().lower()), today, future) if ago else None


def find_date(trigger: Any, sentence: Any, today: dt.date | None) -> dt.date | None:
    """Find the day of an act.

    Args:
        trigger: The trigger of the act.
        sentence: The sentence, a spaCy span.
        today: The date of the document; None where unknown.
    """
    future = is_future(trigger)
    spans = [span for span in sentence.ents if span.label_ in ("DATE", "TIME")]
    spans += [token for token in sentence if token.lower_ in _WEEKDAYS and not token.ent_type_]
    for span in sorted(spans, key=lambda span: abs(_find_position(span) - trigger.i)):
        if _belongs_to(sentence.doc[_find_position(span)], trigger):
            day = resolve_date(span.text, today, future=future)
            if day is not None:
                return day
    return None


def is_future(trigger: Any) -> bool:
    """Whether a trigger refers to the future: "will", "is to", "plans to"."""
    verb = trigger if trigger.pos_ in ("VERB", "AUX") else trigger.head
    helpers = {aux.lower_ for aux in list_auxiliaries(verb)}
    if helpers & {"will", "shall", "'ll", "would"}:
        return True
    head = verb.head
    return "to" in helpers and head.lemma_.lower() in (
        "be",
        "plan",
        "expect",
        "agree",
        "intend",
        "schedule",
        "due",
        "vow",
        "promise",
        "pledge",
    )


def _find_position(span: Any) -> int:
    return int(span.root.i if hasattr(span, "root") else span.i)


def _belongs_to(token: Any, trigger: Any) -> bool:
    """Whether a date belongs to a trigger: it depends on the trigger, the verb of a noun, or the verb above an infinitive."""
    clause = token
    below = False
    for _ in range(10):
        if clause.i == trigger.i:
            below = True
            break
        if clause.head.i == clause.i or clause.pos_ in ("VERB", "AUX"):
            break
        clause = clause.head
    if below or clause.i == trigger.i:
        return True
    verb = trigger
    if trigger.pos_ in ("NOUN", "PROPN"):
        for _ in range(4):
            if verb.pos_ in ("VERB", "AUX") or verb.head.i == verb.i:
                break
            verb = verb.head
    while verb.i != clause.i and verb.head.i != verb.i and (verb.dep_ == "xcomp" or _is_when(verb)):
        verb = verb.head
    return bool(verb.i == clause.i)


def _is_when(verb: Any) -> bool:
    """Whether a clause gives the time of the clause above it: "when gunmen opened fire"."""
    return verb.dep_ == "advcl" and any(
        child.lower_ in ("when", "as", "while") for child in verb.children if child.dep_ in ("advmod", "mark")
    )


def _resolve_weekday(index: int, today: dt.date, future: bool) -> dt.date:
    if future:
        return today + dt.timedelta(days=(index - today.weekday() - 1) % 7 + 1)
    return today - dt.timedelta(days=(today.weekday() - index) % 7)


@functools.lru_cache(maxsize=4096)
def _parse(words: str, today: dt.date | None, future: bool) -> dt.date | None:
    if today is None and not re.search(r"\d{4}", words):
        return None
    dateparser = import_extra("dateparser", "news", "coding news")
    settings: dict[str, object] = {
        "PREFER_DATES_FROM": "future" if future else "past",
        "REQUIRE_PARTS": ["day", "month"],
        "DATE_ORDER": "DMY",
    }
    if today is not None:
        settings["RELATIVE_BASE"] = dt.datetime.combine(today, dt.time(12))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # raised by parts of dateparser
        found = dateparser.parse(words, languages=["en"], settings=settings)
    return found.date() if found else None
