"""Find the source that a text attributes an act to.

The speaker is the subject of a verb of saying above the act ("X told outlet Y that ...", "..., X said"), or the name after
"according to". The outlet is the medium that the speaker told, or the one that is named after "on", "in" or "to".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standoff.news.actors.resolving import Resolved
from standoff.news.grammar import find_phrase_end, list_prepositions
from standoff.news.lexicon import WORDS

__all__ = ["ReportedSpeech", "find_reported_speech"]

_VIEWS = frozenset(
    [
        "view",
        "estimate",
        "count",
        "reckoning",
        "opinion",
        "account",
        "word",
        "judgement",
        "judgment",
        "assessment",
        "calculation",
    ]
)
_MEDIA = frozenset(
    [
        "newspaper",
        "daily",
        "weekly",
        "magazine",
        "broadcaster",
        "radio",
        "television",
        "tv",
        "agency",
        "channel",
        "reporter",
        "journalist",
        "press",
        "media",
        "station",
    ]
)


class ReportedSpeech:
    """The source of a clause.

    Attributes:
        speaker: Head of the phrase that names the speaker; None where nobody is named.
        outlet: Head of the phrase that names the outlet; None where none is named.
        verb: The verb of saying, or the word "according".
    """

    __slots__ = ("outlet", "speaker", "verb")

    def __init__(self, speaker: Any, outlet: Any, verb: Any) -> None:
        self.speaker, self.outlet, self.verb = speaker, outlet, verb


def find_reported_speech(trigger: Any, resolved: Mapping[int, Resolved]) -> ReportedSpeech:
    """Find the source of the clause of a trigger."""
    token = trigger
    for _ in range(8):
        for child in token.children:
            found = _find_beside(child, token, resolved) if child.i != trigger.i else None
            if found is not None:
                return found
        head = token.head
        if head.i == token.i:
            break
        is_reported = token.dep_ in ("ccomp", "xcomp", "parataxis") and _says(head)
        if is_reported or (token.dep_ == "ccomp" and head.lemma_ == "hold"):
            found = _find_with_verb(head, resolved)
            if found.speaker is not None and found.speaker.i != trigger.i:
                return found
        verb = head.head if token.dep_ == "pobj" else head
        if token.dep_ in ("dobj", "pobj") and _reports_number(verb):
            found = _find_with_verb(verb, resolved)
            if found.speaker is not None:
                return found
        token = head
    return ReportedSpeech(None, None, None)


def _find_beside(child: Any, token: Any, resolved: Mapping[int, Resolved]) -> ReportedSpeech | None:
    """Find the source that is named alongside a clause: "according to X", "by the reckoning of X", "..., X said"."""
    people: list[Any] = []
    if child.lower_ == "according":
        people = [one for word, one in list_prepositions(child) if word == "to"]
    elif child.dep_ == "prep" and child.lower_ in ("by", "in"):
        views = [one for one in child.children if one.dep_ == "pobj" and one.lemma_.lower() in _VIEWS]
        for view in views:
            people += [one for word, one in list_prepositions(view) if word == "of"]
            people += [one for one in view.children if one.dep_ == "poss"]
    elif child.dep_ in ("parataxis", "ccomp", "advcl") and child.i > token.i and _says(child):
        found = _find_with_verb(child, resolved)
        if found.speaker is not None and not any(one.dep_ == "ccomp" for one in child.children):
            return found
    return ReportedSpeech(people[0], _select_medium(people[0], resolved), child) if people else None


def _reports_number(verb: Any) -> bool:
    """Whether a verb reports somebody's number: "put the dead at eleven", "count 60 boats"."""
    lemma = verb.lemma_.lower()
    return lemma in ("count", "estimate", "reckon") or (
        lemma == "put" and any(word == "at" for word, _ in list_prepositions(verb))
    )


def _says(token: Any) -> bool:
    return token.pos_ == "VERB" and token.lemma_.lower() in WORDS["say"]


def _find_with_verb(verb: Any, resolved: Mapping[int, Resolved]) -> ReportedSpeech:
    people = [child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")]
    if not people and verb.dep_ in ("conj", "advcl", "xcomp"):
        people = [child for child in verb.head.children if child.dep_ == "nsubj"]
    if not people:
        people = _find_before(verb)
    outlet = None
    for child in verb.children:
        if child.dep_ in ("dobj", "dative") and verb.lemma_.lower() == "tell" and child.pos_ != "PRON":
            outlet = child
    for word, thing in list_prepositions(verb):
        if outlet is None and word in ("on", "to", "in", "by", "with") and _is_medium(thing, resolved):
            outlet = thing
    if not people:
        return ReportedSpeech(None, outlet, verb)
    return ReportedSpeech(people[0], outlet or _select_medium(people[0], resolved), verb)


def _find_before(verb: Any) -> list[Any]:
    """Find the phrase between a comma and a verb of saying, which parsers often miss: ", a senior officer told the Courier"."""
    if verb.i == 0:
        return []
    token = verb.doc[verb.i - 1]
    while token.dep_ == "pobj" and token.head.head.pos_ in ("NOUN", "PROPN"):
        token = token.head.head
    start = token.left_edge.i
    if token.pos_ not in ("NOUN", "PROPN") or start == 0 or verb.doc[start - 1].text not in (",", '"', "”"):
        return []
    return [token]


def _select_medium(token: Any, resolved: Mapping[int, Resolved]) -> Any:
    return token if _is_medium(token, resolved) else None


def _is_medium(token: Any, resolved: Mapping[int, Resolved]) -> bool:
    found = resolved.get(token.i)
    if found and (found.role == "MED" or any(code.endswith("MED") for code in found.codes)):
        return True
    return token.lemma_.lower() in _MEDIA or (token.dep_ == "dobj" and token.ent_type_ == "ORG")


def find_phrase_span(token: Any) -> tuple[int, int]:
    """Find the first and last token of the phrase of a speaker, without relative clauses."""
    return int(token.left_edge.i), find_phrase_end(token)
