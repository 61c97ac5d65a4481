"""Find where an act takes place: a place that depends on its trigger through "in", "at", "near" and the like."""

from __future__ import annotations

from typing import Any

from standoff.news.grammar import find_phrase_end, list_prepositions

__all__ = ["find_place"]

_WORDS = frozenset(["in", "at", "near", "off", "outside", "around", "inside", "across", "along", "over", "on"])

_TOWARDS = frozenset(["to", "into", "through", "towards", "toward"])
_MOTION = frozenset(
    [
        "fly",
        "travel",
        "go",
        "arrive",
        "move",
        "send",
        "sail",
        "deploy",
        "dispatch",
        "return",
        "bring",
        "march",
        "ship",
        "rush",
        "drive",
        "order",
        "deliver",
        "clear",
    ]
)


def find_place(trigger: Any, names: Any) -> str:
    """Find the place of an act in the words of the text; "" where it names none.

    Args:
        trigger: The trigger of the act.
        names: Names of the passage by token, from `ParsedPassage.names`.
    """
    waiting = [trigger]
    if trigger.pos_ in ("NOUN", "PROPN") and trigger.head.pos_ == "VERB":
        waiting.append(trigger.head)
    for token in list(waiting):
        waiting += [
            child for child in token.children if child.dep_ in ("dobj", "nsubjpass", "prep", "conj", "xcomp", "advcl")
        ]
    for token in waiting:
        for word, thing in list_prepositions(token):
            known = thing.ent_type_ in ("GPE", "LOC", "FAC") or _is_place(thing, names)
            if (word in _WORDS and (known or _may_be_place(word, thing, names))) or (
                known and word in _TOWARDS and token.lemma_.lower() in _MOTION
            ):
                return str(thing.doc[thing.left_edge.i : find_phrase_end(thing) + 1].text)
    return ""


def _is_place(token: Any, names: Any) -> bool:
    named = names.get(token.i)
    return named is not None and named[0].kind in ("place", "region", "country", "seat")


def _may_be_place(word: str, token: Any, names: Any) -> bool:
    """Whether an unknown name after "in", "at" or "near" is treated as a place."""
    named = names.get(token.i)
    return (
        word in ("in", "at", "near", "outside")
        and token.pos_ == "PROPN"
        and token.ent_type_ in ("", "PERSON", "ORG", "PRODUCT")
        and (named is None or named[0].kind == "place")
        and not any(child.dep_ == "compound" and child.ent_type_ == "PERSON" for child in token.children)
    )
