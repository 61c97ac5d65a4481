"""Where an act takes place: a place that hangs on its trigger by "in", "at", "near" and the like."""

from __future__ import annotations

from typing import Any

from standoff.news.grammar import phrase_end, prepositions

__all__ = ["find_place"]

_WORDS = frozenset(["in", "at", "near", "off", "outside", "around", "inside", "across", "along", "over", "on"])


def find_place(trigger: Any, names: Any) -> str:
    """The place as the text names it, "" where it names none.

    Args:
        trigger: Trigger of the act.
        names: Names of the passage by token, from `Passage.names`.
    """
    waiting = [trigger]
    if trigger.pos_ in ("NOUN", "PROPN") and trigger.head.pos_ == "VERB":
        waiting.append(trigger.head)
    for token in list(waiting):
        waiting += [
            child for child in token.children if child.dep_ in ("dobj", "nsubjpass", "prep", "conj", "xcomp", "advcl")
        ]
    for token in waiting:
        for word, thing in prepositions(token):
            if word in _WORDS and (thing.ent_type_ in ("GPE", "LOC", "FAC") or _is_place(thing, names)):
                return str(thing.doc[thing.left_edge.i : phrase_end(thing) + 1].text)
    return ""


def _is_place(token: Any, names: Any) -> bool:
    named = names.get(token.i)
    return named is not None and named[0].kind in ("place", "region", "country", "seat")
