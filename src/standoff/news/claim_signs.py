"""Rules that recognise kinds of claims which are too rare in the training sentences to be learned well.

| kind | rule |
|---|---|
| denial | "deny", except that a request or entry is denied |
| conditional_threat | "will" or "would" with a condition, about or by an actor |
| assessment | the quoted clause of an analyst, an institute or a diplomat |
| position | the clause after "hold", "maintain" or "insist" with "that" |
| intention | "intend", "plan" or "aim" with an infinitive |
| schedule | "is due", "is expected" or "is to" with a date |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standoff.news.actors.resolving import Resolved
from standoff.news.grammar import list_auxiliaries, list_subjects
from standoff.news.lexicon import JUDGES
from standoff.news.reported_speech import find_reported_speech

__all__ = ["find_deadlines", "find_plain_kind"]

_GRANTED = frozenset(
    ["visa", "access", "permit", "permission", "entry", "request", "licence", "license", "bail", "right", "appeal"]
)
_PLANNED = frozenset(["due", "expect", "schedule", "plan", "slate", "set"])
_LIMITS = frozenset(["by", "before", "until", "within"])
_DEMANDS = frozenset(
    ["demand", "urge", "ask", "call", "order", "tell", "give", "warn", "threaten", "insist", "require", "press", "want", "set",
     "request", "advise", "must", "agree", "promise", "pledge"]
)  # fmt: skip


def find_plain_kind(token: Any, resolved: Mapping[int, Resolved]) -> str:
    """Find the kind of claim that a rule gives; "" where none applies.

    Args:
        token: Head of the clause.
        resolved: The referents of phrases, by token.
    """
    lemma = token.lemma_.lower()
    children = list(token.children)
    if lemma == "deny" and token.pos_ == "VERB":
        things = {child.lemma_.lower() for child in children if child.dep_ in ("dobj", "nsubjpass")}
        return "" if things & _GRANTED or any(child.dep_ == "dative" for child in children) else "denial"
    helpers = {aux.lower_ for aux in list_auxiliaries(token)}
    said_of_actor = any(resolved[one.i].is_actor for one in list_subjects(token) if one.i in resolved)
    if (
        said_of_actor
        and helpers & {"will", "would", "shall", "'ll"}
        and any(_is_condition(child) for child in children)
    ):
        return "conditional_threat"
    if token.dep_ in ("ccomp", "ROOT") and token.pos_ in ("VERB", "AUX"):
        speaker = find_reported_speech(token, resolved).speaker if token.dep_ == "ccomp" else None
        if speaker is not None and (
            speaker.lemma_.lower() in JUDGES or (speaker.i in resolved and resolved[speaker.i].is_judge)
        ):
            return "assessment"
        above = token.head
        if (
            token.dep_ == "ccomp"
            and above.lemma_.lower() in ("hold", "maintain", "insist")
            and any(child.lower_ == "that" for child in children)
        ):
            return "position"
    if (
        lemma in ("intend", "plan", "aim")
        and token.tag_ in ("VBZ", "VBP", "VBG")
        and any(child.dep_ == "xcomp" for child in children)
    ):
        return "intention"
    dated = any(inner.ent_type_ in ("DATE", "TIME") for inner in token.subtree)
    planned = lemma in _PLANNED or any(child.lemma_.lower() == "due" for child in children)
    is_to = token.lemma_ == "be" and any(child.dep_ == "xcomp" for child in children)
    if (
        dated
        and token.tag_ in ("VBZ", "VBP", "VBN")
        and (planned or is_to)
        and (helpers & {"is", "are"} or token.lemma_ == "be")
    ):
        return "schedule"
    return ""


def _is_condition(token: Any) -> bool:
    """Whether a clause is a condition: "if", "unless", or "should they cross"."""
    if token.dep_ != "advcl":
        return False
    first = next(iter(token.subtree))
    return (
        any(child.dep_ == "mark" and child.lower_ in ("if", "unless") for child in token.children)
        or first.lower_ == "should"
    )


def find_deadlines(sentence: Any) -> list[tuple[Any, Any]]:
    """Find the dates by which something is to be done, as demanded or agreed.

    Args:
        sentence: A spaCy span.

    Returns:
        The preposition and the head of each date, in the order of the text.
    """
    found = []
    for token in sentence:
        if token.lower_ not in _LIMITS or token.dep_ not in ("prep", "mark"):
            continue
        dates = [
            child
            for child in token.children
            if child.dep_ == "pobj" and (child.ent_type_ in ("DATE", "TIME") or child.lemma_ == "end")
        ]
        if dates and any(above.lemma_.lower() in _DEMANDS for above in token.ancestors):
            found.append((token, dates[0]))
    return found
