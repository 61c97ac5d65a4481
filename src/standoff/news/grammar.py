"""Grammatical functions of a parsed sentence that several parts of the coder use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = [
    "describe_path",
    "find_content_lemma",
    "find_phrase_end",
    "is_negated",
    "list_auxiliaries",
    "list_objects",
    "list_prepositions",
    "list_subjects",
]

_OBJECTS = ("dobj", "obj", "dative", "oprd")
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")


def find_content_lemma(token: Any) -> str:
    """Return the lemma in lower case; "#" for a number."""
    if token.like_num:
        return "#"
    return str(token.lemma_.lower())


def list_subjects(verb: Any) -> list[Any]:
    """List the subjects of a verb; for a verb without one, those of the verb that it is coordinated with or depends on."""
    for _ in range(4):
        found = [child for child in verb.children if child.dep_ in _SUBJECTS]
        if found:
            return found
        if verb.dep_ in ("conj", "xcomp") and verb.head.i != verb.i:
            verb = verb.head
        else:
            return []
    return []


def list_objects(verb: Any) -> list[Any]:
    """List the direct and indirect objects of a verb."""
    return [child for child in verb.children if child.dep_ in _OBJECTS]


def list_prepositions(token: Any) -> Iterator[tuple[str, Any]]:
    """Yield the prepositions that depend on a token, with their objects."""
    for child in token.children:
        if child.dep_ in ("prep", "agent", "dative"):
            for inner in child.children:
                if inner.dep_ in ("pobj", "pcomp"):
                    yield child.lower_, inner


def list_auxiliaries(verb: Any) -> list[Any]:
    """List the auxiliaries of a verb; for a verb without one, those of the verb that it is coordinated with."""
    own = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    if not own and verb.dep_ == "conj" and verb.head.pos_ == "VERB" and verb.tag_ == verb.head.tag_:
        return [child for child in verb.head.children if child.dep_ in ("aux", "auxpass")]
    return own


def is_negated(token: Any) -> bool:
    """Whether "not", "never" or "no" depends on a verb or on its subject."""
    for child in token.children:
        if child.dep_ == "neg" or child.lower_ in ("never", "neither", "nor"):
            return True
        if child.dep_ in ("det", "nsubj", "nsubjpass", "dobj") and child.lower_ in ("no", "nobody", "none", "nothing"):
            return True
        if child.dep_ in ("nsubj", "nsubjpass", "dobj") and any(inner.lower_ == "no" for inner in child.children):
            return True
    return False


def describe_path(start: Any, end: Any, longest: int = 7) -> str:
    """Describe the dependency path from one token up to the lowest common ancestor and down to another; "" where it is long."""
    up = [start]
    while up[-1].head.i != up[-1].i and len(up) <= longest:
        up.append(up[-1].head)
    places = {token.i: place for place, token in enumerate(up)}
    down = [end]
    while down[-1].i not in places:
        if down[-1].head.i == down[-1].i or len(down) > longest:
            return ""
        down.append(down[-1].head)
    climb = up[: places[down[-1].i]]
    parts = [f"<{_get_label(token)}" for token in climb] + [f">{_get_label(token)}" for token in reversed(down[:-1])]
    return "".join(parts) if len(parts) <= longest else ""


def _get_label(token: Any) -> str:
    if token.dep_ in ("prep", "agent", "pcomp"):
        return f"{token.dep_}:{token.lower_}"
    return str(token.dep_)


def find_phrase_end(head: Any) -> int:
    """Find the last token of a noun phrase without its relative clauses."""
    end = head.i
    for child in head.rights:
        if child.dep_ in ("relcl", "acl", "appos", "punct", "cc", "conj", "advcl"):
            break
        end = max(end, child.right_edge.i)
    return int(end)
