"""Make claims from the numbers and clauses of a sentence, with their holders and the actors that they concern."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from standoff.news.claims import find_clause_holder, find_clause_span, find_issue, find_number_holder
from standoff.news.coded import Claim, Mention
from standoff.news.numbers import NumberMention, find_casualty_unit
from standoff.news.reported_speech import ReportedSpeech, find_reported_speech
from standoff.news.sentence import Sentence, make_attribution, make_mention
from standoff.news.vocabulary import ClaimKind, Factuality

__all__ = ["make_clause_claim", "make_deadline_claim", "make_number_claim"]

_FACTUALITY: dict[str, Factuality] = {
    "denial": "denied", "conditional_threat": "threatened", "intention": "announced", "schedule": "announced",
    "deadline": "announced", "capability": "hypothetical",
}  # fmt: skip
"""Factuality by kind of clause; other kinds are `happened`."""


def _find_holder(sentence: Sentence, token: Any, speaking: ReportedSpeech) -> Mention | None:
    person = speaking.speaker if speaking.speaker is not None else token
    found = sentence.resolved.get(person.i) if person is not None else None
    if found is not None and found.role == "MED" and person is not token:
        person = token  # whoever only relays a claim does not hold it
    if person is None:
        return None
    return make_mention(sentence, [person], speaking)


def _find_about(sentence: Sentence, holder: Mention | None, place: int) -> Mention | None:
    """Find the nearest other country in the sentence."""
    own = set(holder.countries) if holder else set()
    best: tuple[int, Any] | None = None
    for index, found in sentence.resolved.items():
        countries = {code.split()[0] for code in found.codes if len(code.split()[0]) == 3}
        if countries and not countries & own and (best is None or abs(index - place) < abs(best[0] - place)):
            best = (index, found)
    if best is None:
        return None
    token = sentence.passage.parsed[best[0]]
    span = sentence.passage.find_span(token.i, token.i)
    return Mention(best[1].codes[0].split()[0], token.text, span)


def make_number_claim(sentence: Sentence, number: NumberMention, kind: str) -> Claim:
    """Make the claim that a number expresses.

    Args:
        sentence: The sentence.
        number: The number.
        kind: Kind of the claim.
    """
    passage = sentence.passage
    speaking = find_reported_speech(number.noun if number.noun is not None else number.head, sentence.resolved)
    owner = find_number_holder(number.noun or number.head, sentence.resolved) if kind != "casualties" else None
    holder = _find_holder(sentence, owner, speaking)
    start, end = passage.find_span(number.first, number.last)
    unit = _find_unit(sentence, number, kind)
    return Claim(
        kind=cast(ClaimKind, kind),
        issue=find_issue(passage.parsed[number.first : number.last + 1]) or find_issue(sentence.span),
        holder=holder,
        about=_find_about(sentence, holder, number.head.i),
        value=number.value,
        unit=unit,
        qualifier=number.qualifier,
        span=(start, end),
        quote=passage.quote(start, end),
        attribution=make_attribution(sentence, speaking),
        factuality="happened",
    )


def _find_unit(sentence: Sentence, number: NumberMention, kind: str) -> str:
    """Find the unit of a number in normalised words: casualties by their fate, soldiers as troops, people as people."""
    head = number.noun if number.noun is not None else number.head
    if kind == "casualties":
        return find_casualty_unit(head)
    if kind == "force_level" and (number.unit in ("men", "") or number.noun is None):
        return "troops"
    named = sentence.passage.names.get(head.i)
    if named is not None and named[0].kind == "demonym":
        return "people"
    return number.unit


def make_clause_claim(sentence: Sentence, token: Any, kind: str) -> Claim:
    """Make the claim that a clause expresses.

    Args:
        sentence: The sentence.
        token: Head of the clause.
        kind: Kind of the claim.
    """
    passage = sentence.passage
    speaking = find_reported_speech(token, sentence.resolved)
    holder = _find_holder(sentence, find_clause_holder(token, kind, sentence.resolved), speaking)
    first, last = find_clause_span(token, kind)
    start, end = passage.find_span(first, last)
    numbers = [number for number in sentence.numbers if first <= number.head.i <= last]
    claim = Claim(
        kind=cast(ClaimKind, kind),
        issue=find_issue(passage.parsed[first : last + 1]),
        holder=holder,
        about=_find_about(sentence, holder, token.i),
        value="",
        unit="",
        qualifier="",
        span=(start, end),
        quote=passage.quote(start, end),
        attribution=make_attribution(sentence, speaking),
        factuality=_FACTUALITY.get(kind, "happened"),
    )
    dates = [span for span in sentence.span.ents if span.label_ == "DATE" and first <= span.start <= last]
    if kind in ("schedule", "deadline") and dates:
        return replace(claim, value=_trim_date(dates[0]), unit="date")
    if kind in ("deadline", "capability", "red_line") and numbers:
        number = numbers[0]
        return replace(claim, value=number.value, unit=number.unit, qualifier=number.qualifier)
    return claim


def make_deadline_claim(sentence: Sentence, preposition: Any, date: Any) -> Claim:
    """Make the claim of a deadline: a day by which something is to be done."""
    passage = sentence.passage
    claim = make_clause_claim(sentence, preposition.head, "deadline")
    last = max(token.i for token in date.subtree)
    numbers = [number for number in sentence.numbers if preposition.i < number.head.i <= last]
    start, end = passage.find_span(preposition.i, last)
    words = passage.parsed[date.left_edge.i : last + 1]
    value, unit = (
        (numbers[0].value, numbers[0].unit) if preposition.lower_ == "within" and numbers else (words.text, "date")
    )
    return replace(
        claim,
        value=value,
        unit=unit,
        span=(start, end),
        quote=passage.quote(start, end),
    )


def _trim_date(span: Any) -> str:
    """Return a date without the preposition before it."""
    words = [token for token in span if token.pos_ != "ADP" or token.i > span.start]
    return str(span.doc[words[0].i : span.end].text) if words else str(span.text)
