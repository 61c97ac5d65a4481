"""A sentence with what its phrases name, and mentions and attributions made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from standoff.news.actors.resolving import Resolved, countries_of
from standoff.news.coded import Attribution, Mention
from standoff.news.numbers import Number, find_numbers
from standoff.news.passage import Passage
from standoff.news.telling import Speaking, phrase_span

__all__ = ["Sentence", "attribution_of", "mention_of"]

_WE = frozenset(["we", "us", "i", "me", "our", "my"])


@dataclass(frozen=True)
class Sentence:
    """A sentence with what its phrases name.

    Attributes:
        passage: The piece of text that it is part of.
        span: The sentence, a spaCy span.
        resolved: What its phrases name, by token.
        phrases: Heads of phrases that may be actors or targets.
        today: Day of the document; None where it is unknown.
    """

    passage: Passage
    span: Any
    resolved: dict[int, Resolved]
    phrases: list[Any]
    today: dt.date | None

    @cached_property
    def numbers(self) -> list[Number]:
        """Its numbers."""
        return find_numbers(self.span)


def mention_of(sentence: Sentence, tokens: list[Any], speaking: Speaking) -> Mention | None:
    """The mention of one or several phrases."""
    codes: list[str] = []
    for token in tokens:
        codes += [code for code in _codes(sentence, token, speaking) if code not in codes]
    if not tokens:
        return None
    first = tokens[0]
    begin = sentence.resolved[first.i].first if first.i in sentence.resolved else first.left_edge.i
    begin = min(max(begin, first.left_edge.i if first.pos_ in ("NOUN", "PROPN") else first.i), first.i)
    while begin < first.i and (sentence.passage.parsed[begin].pos_ in ("DET", "PUNCT", "SPACE", "PART")):
        begin += 1
    span = sentence.passage.span(begin, first.i)
    return Mention(";".join(codes), sentence.passage.quote(*span), span)


def _codes(sentence: Sentence, token: Any, speaking: Speaking) -> tuple[str, ...]:
    if token.lower_ in _WE and speaking.speaker is not None and speaking.speaker.i in sentence.resolved:
        return sentence.resolved[speaking.speaker.i].codes
    found = sentence.resolved.get(token.i)
    if found and found.codes:
        return found.codes
    countries = countries_of(sentence.passage, token)
    if countries:
        return countries
    return (found.role,) if found and found.role else ()


def attribution_of(sentence: Sentence, speaking: Speaking) -> Attribution:
    """Who reports a clause, in the words of the text."""
    if speaking.speaker is None and speaking.outlet is None:
        return Attribution()
    passage = sentence.passage
    speaker, span = "", None
    if speaking.speaker is not None:
        first, last = phrase_span(speaking.speaker)
        span = passage.span(first, last)
        speaker = passage.quote(*span)
    outlet = ""
    if speaking.outlet is not None:
        first, last = phrase_span(speaking.outlet)
        outlet = passage.parsed[first : last + 1].text
    return Attribution(speaker, outlet, span)
