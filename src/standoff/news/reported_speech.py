"""How real an act is by its text, and who reports it.

An act is dropped, not coded, where it is negated, denied, possible or supposed. A refusal may be negated ("will not accept"); a
threat may be conditional.

The speaker is the subject of a verb of saying above the act ("X told outlet Y that ...", "..., X said") or who stands after
"according to". The outlet is whom the speaker told, if that is a medium, or the medium that is spoken "on", "in" or "to".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from standoff.news.actors.resolving import Resolved
from standoff.news.grammar import auxiliaries, is_negated, phrase_end, prepositions
from standoff.news.lexicon import WORDS

__all__ = ["Speaking", "find_speaker", "is_unreal", "tell_factuality"]

_FAR_BACK = dt.timedelta(days=14)
_STRUCK = frozenset(["reach", "strike", "settle", "conclude", "sign", "clinch", "seal", "agree", "accept", "initial"])
_BACK_WORDS = ("last year", "years ago", "decades ago", "in the past", "last century", "months ago")
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


class Speaking:
    """Who reports a clause.

    Attributes:
        speaker: Head of the phrase of who speaks; None where nobody is named.
        outlet: Head of the phrase of the outlet; None where none is named.
        verb: The verb of saying, or the word "according".
    """

    __slots__ = ("outlet", "speaker", "verb")

    def __init__(self, speaker: Any, outlet: Any, verb: Any) -> None:
        self.speaker, self.outlet, self.verb = speaker, outlet, verb


def is_unreal(trigger: Any, event_type: str) -> bool:
    """Whether an act did not happen by its text: negated, denied, possible or supposed."""
    if event_type not in ("REJECT", "THREATEN") and is_negated(trigger):
        return True
    helpers = {aux.lower_ for aux in auxiliaries(trigger)}
    if helpers & {"could", "can", "might", "may"} and event_type not in ("THREATEN", "REJECT"):
        return True
    if (
        event_type not in ("REJECT", "THREATEN")
        and "would" in helpers
        and ("have" in helpers or any(child.dep_ == "advcl" for child in trigger.children))
    ):
        return True
    head = trigger.head
    if head.i != trigger.i and trigger.dep_ in ("xcomp", "ccomp", "dobj", "pcomp") and event_type != "REJECT":
        if head.lemma_.lower() in ("deny", "fail", "refuse", "avoid") and head.lemma_.lower() != trigger.lemma_.lower():
            return True
        if trigger.dep_ in ("xcomp", "ccomp") and is_negated(head):
            return True
    if event_type == "THREATEN":
        return False
    return any(child.dep_ == "mark" and child.lower_ in ("if", "unless", "whether") for child in trigger.children)


def tell_factuality(trigger: Any, event_type: str, date: dt.date | None, today: dt.date | None) -> str:
    """How real an act is.

    Args:
        trigger: Its trigger.
        event_type: Its type.
        date: Its day, where the text tells it.
        today: The day of the document, where it is known.
    """
    verb = (
        trigger
        if trigger.pos_ in ("VERB", "AUX", "ADJ")
        else trigger.head
        if trigger.head.pos_ in ("VERB", "AUX")
        else trigger
    )
    helpers = [aux.lower_ for aux in auxiliaries(verb)]
    if date and today and today - date > _FAR_BACK:
        return "past_background"
    nearby = " ".join(token.text for token in verb.subtree).lower() if verb.n_lefts + verb.n_rights < 12 else ""
    if today and event_type != "THREATEN" and any(word in nearby for word in _BACK_WORDS):
        return "past_background"
    if event_type == "THREATEN":
        return "threatened"
    if today and date is None and "had" in helpers and verb.tag_ == "VBN":
        return "past_background"
    if event_type == "AGREE":
        has_act = any(child.dep_ in ("xcomp", "ccomp") for child in verb.children)
        return "happened" if verb.lemma_.lower() in _STRUCK and not has_act else "announced"
    if verb.tag_ == "VBG" and {"is", "are", "was", "were", "been", "'s", "'re"} & set(helpers):
        return "ongoing"
    if verb.dep_ == "xcomp" and verb.head.lemma_.lower() in ("continue", "keep"):
        return "ongoing"
    if set(helpers) & {"will", "shall", "'ll"} and event_type not in ("REJECT", "ACCUSE", "REQUEST"):
        return "announced"
    return "happened"


def find_speaker(trigger: Any, resolved: Mapping[int, Resolved]) -> Speaking:
    """Who reports the clause of a trigger."""
    token = trigger
    for _ in range(8):
        for child in token.children:
            found = _beside(child, token, resolved) if child.i != trigger.i else None
            if found is not None:
                return found
        head = token.head
        if head.i == token.i:
            break
        is_told = token.dep_ in ("ccomp", "xcomp", "parataxis") and _says(head)
        if is_told or (token.dep_ == "ccomp" and head.lemma_ == "hold"):
            found = _of_verb(head, resolved)
            if found.speaker is not None and found.speaker.i != trigger.i:
                return found
        verb = head.head if token.dep_ == "pobj" else head
        if token.dep_ in ("dobj", "pobj") and _puts_at(verb):
            found = _of_verb(verb, resolved)
            if found.speaker is not None:
                return found
        token = head
    return Speaking(None, None, None)


def _beside(child: Any, token: Any, resolved: Mapping[int, Resolved]) -> Speaking | None:
    """Who is named beside a clause: "according to X", "by the reckoning of X", "..., X said"."""
    people: list[Any] = []
    if child.lower_ == "according":
        people = [one for word, one in prepositions(child) if word == "to"]
    elif child.dep_ == "prep" and child.lower_ in ("by", "in"):
        views = [one for one in child.children if one.dep_ == "pobj" and one.lemma_.lower() in _VIEWS]
        for view in views:
            people += [one for word, one in prepositions(view) if word == "of"]
            people += [one for one in view.children if one.dep_ == "poss"]
    elif child.dep_ in ("parataxis", "ccomp", "advcl") and child.i > token.i and _says(child):
        found = _of_verb(child, resolved)
        if found.speaker is not None and not any(one.dep_ == "ccomp" for one in child.children):
            return found
    return Speaking(people[0], _medium(people[0], resolved), child) if people else None


def _puts_at(verb: Any) -> bool:
    """Whether a verb tells somebody's number: "put the dead at eleven", "count 60 boats"."""
    lemma = verb.lemma_.lower()
    return lemma in ("count", "estimate", "reckon") or (
        lemma == "put" and any(word == "at" for word, _ in prepositions(verb))
    )


def _says(token: Any) -> bool:
    return token.pos_ == "VERB" and token.lemma_.lower() in WORDS["say"]


def _of_verb(verb: Any, resolved: Mapping[int, Resolved]) -> Speaking:
    people = [child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")]
    if not people and verb.dep_ in ("conj", "advcl", "xcomp"):
        people = [child for child in verb.head.children if child.dep_ == "nsubj"]
    if not people:
        people = _before(verb)
    outlet = None
    for child in verb.children:
        if child.dep_ in ("dobj", "dative") and verb.lemma_.lower() == "tell" and child.pos_ != "PRON":
            outlet = child
    for word, thing in prepositions(verb):
        if outlet is None and word in ("on", "to", "in", "by", "with") and _is_medium(thing, resolved):
            outlet = thing
    if not people:
        return Speaking(None, outlet, verb)
    return Speaking(people[0], outlet or _medium(people[0], resolved), verb)


def _before(verb: Any) -> list[Any]:
    """Who stands right before a verb of saying, after a comma: ", a senior officer told the Courier"; parsers often miss it."""
    if verb.i == 0:
        return []
    token = verb.doc[verb.i - 1]
    while token.dep_ == "pobj" and token.head.head.pos_ in ("NOUN", "PROPN"):
        token = token.head.head
    start = token.left_edge.i
    if token.pos_ not in ("NOUN", "PROPN") or start == 0 or verb.doc[start - 1].text not in (",", '"', "”"):
        return []
    return [token]


def _medium(token: Any, resolved: Mapping[int, Resolved]) -> Any:
    return token if _is_medium(token, resolved) else None


def _is_medium(token: Any, resolved: Mapping[int, Resolved]) -> bool:
    found = resolved.get(token.i)
    if found and (found.role == "MED" or any(code.endswith("MED") for code in found.codes)):
        return True
    return token.lemma_.lower() in _MEDIA or (token.dep_ == "dobj" and token.ent_type_ == "ORG")


def phrase_span(token: Any) -> tuple[int, int]:
    """First and last token of the phrase of a speaker, without relative clauses."""
    return int(token.left_edge.i), phrase_end(token)
