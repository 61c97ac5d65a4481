"""A sentence with resolved references, and the mentions and attributions that are made from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from standoff.news.actors.resolving import Resolved, list_countries
from standoff.news.coded import Attribution, Mention
from standoff.news.numbers import NumberMention, find_numbers
from standoff.news.parsed_passage import ParsedPassage
from standoff.news.reported_speech import ReportedSpeech, find_phrase_span

__all__ = ["Sentence", "make_attribution", "make_mention"]

_WE = frozenset(["we", "us", "i", "me", "our", "my"])


@dataclass(frozen=True)
class Sentence:
    """A sentence with resolved references.

    Attributes:
        passage: The passage that it belongs to.
        span: The sentence, a spaCy span.
        resolved: The referents of its phrases, by token.
        phrases: Heads of phrases that may be actors or targets.
        today: The date of the document; None where unknown.
    """

    passage: ParsedPassage
    span: Any
    resolved: dict[int, Resolved]
    phrases: list[Any]
    today: dt.date | None

    @cached_property
    def numbers(self) -> list[NumberMention]:
        """The numbers in the sentence."""
        return find_numbers(self.span)


def make_mention(sentence: Sentence, tokens: list[Any], speech: ReportedSpeech) -> Mention | None:
    """Make the mention of an actor from one or several phrases; None where there are none."""
    codes: list[str] = []
    for token in tokens:
        codes += [code for code in _list_codes(sentence, token, speech) if code not in codes]
    if not tokens:
        return None
    first = tokens[0]
    begin = sentence.resolved[first.i].first if first.i in sentence.resolved else first.left_edge.i
    begin = min(max(begin, first.left_edge.i if first.pos_ in ("NOUN", "PROPN") else first.i), first.i)
    while begin < first.i and (sentence.passage.parsed[begin].pos_ in ("DET", "PUNCT", "SPACE", "PART")):
        begin += 1
    span = sentence.passage.find_span(begin, first.i)
    return Mention(";".join(codes), sentence.passage.quote(*span), span)


def _list_codes(sentence: Sentence, token: Any, speech: ReportedSpeech) -> tuple[str, ...]:
    if token.lower_ in _WE and speech.speaker is not None and speech.speaker.i in sentence.resolved:
        return sentence.resolved[speech.speaker.i].codes
    found = sentence.resolved.get(token.i)
    if found and found.codes:
        return found.codes
    countries = list_countries(sentence.passage, token)
    if countries:
        return countries
    return (found.role,) if found and found.role else ()


def make_attribution(sentence: Sentence, speech: ReportedSpeech) -> Attribution:
    """Make the attribution of a clause, in the words of the text."""
    if speech.speaker is None and speech.outlet is None:
        return Attribution()
    passage = sentence.passage
    speaker, span = "", None
    if speech.speaker is not None:
        first, last = find_phrase_span(speech.speaker)
        span = passage.find_span(first, last)
        speaker = passage.quote(*span)
    outlet = ""
    if speech.outlet is not None:
        first, last = find_phrase_span(speech.outlet)
        outlet = passage.parsed[first : last + 1].text
    return Attribution(speaker, outlet, span)
