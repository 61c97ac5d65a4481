"""Resolve a phrase to its referent: a country with a role, an organisation, an armed group.

A phrase is a head with the words to its left and its dependents by "of", "in", "from" or apposition. If the head is a name,
the name decides; otherwise the words at the head give the role, and names to the left give the country; otherwise "of", "in"
or "from" does. A phrase with a role but no country is **open**, and `references` searches the preceding text for the country.

Those who judge from outside have only the nationality next to the word: "an American analyst at a think tank on Iran" is
American, not Iranian.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from standoff.news.actors.tables import Entry, group_roles_by_words
from standoff.news.lexicon import JUDGES
from standoff.news.parsed_passage import ParsedPassage, parse_passages

__all__ = ["NOBODY", "ROLES", "Resolved", "resolve_head", "resolve_text"]

ROLES = frozenset(["GOV", "MIL", "LEG", "JUD", "SPY", "COP", "OPP", "REB", "CVL", "MED", "BUS", "IGO", "NGO"])
"""The roles, with or without a country."""
_LEFT = {
    "det",
    "amod",
    "compound",
    "poss",
    "nmod",
    "nummod",
    "case",
    "punct",
    "cc",
    "conj",
    "npadvmod",
    "advmod",
    "quantmod",
}
_LINKS = ("of", "from", "in", "for")
_PARTITIVES = frozenset(
    [
        "member",
        "group",
        "number",
        "thousand",
        "hundred",
        "dozen",
        "score",
        "majority",
        "most",
        "half",
        "some",
        "many",
        "part",
        "leader",
        "head",
        "chief",
        "wing",
        "branch",
        "people",
        "million",
        "faction",
        "commander",
        "representative",
        "all",
        "both",
        "none",
        "one",
        "rest",
        "two",
        "three",
        "four",
        "five",
        "six",
        "handful",
    ]
)
_PERSONAL = frozenset(
    "he she him her it its they them we us i me his their our my who which whose whom both".split()  # noqa: SIM905
)
_DEEPEST = 3  # most links by "of" that are followed


@dataclass(frozen=True)
class Resolved:
    """The referent of a phrase.

    Attributes:
        codes: Codes such as ("IRN GOV",), one for each actor; empty where no known actor is named.
        role: The role by its words; "" where there is none.
        is_open: Whether it is a role without a country.
        is_judge: Whether it judges from outside, as an analyst or an institute does.
        kind: The kind of the name that decided; "" where there is none.
        office: The words of its office, such as "prime minister"; "" where there are none.
        first: The first token of the phrase, without dependents on its right.
        last: The head of the phrase.
    """

    codes: tuple[str, ...]
    role: str
    is_open: bool
    is_judge: bool
    kind: str
    office: str
    first: int
    last: int

    @property
    def is_actor(self) -> bool:
        """Whether it is an actor."""
        return bool(self.codes or self.role)


NOBODY = Resolved((), "", False, False, "", "", 0, 0)


def resolve_text(text: str) -> str:
    """Resolve a phrase without context.

    Args:
        text: A phrase such as "the Iranian foreign minister".

    Returns:
        Codes joined by ";", such as "IRN GOV"; "" where no known actor is named.

    Raises:
        MissingExtraError: The parser is not installed.
    """
    for passage in parse_passages(text):
        for sentence in passage.parsed.sents:
            root = sentence.root
            heads = [root, *root.children] if root.pos_ in ("VERB", "AUX", "X", "INTJ") else [root]
            for head in heads:
                codes = resolve_head(passage, head).codes
                if codes:
                    return ";".join(codes)
    return ""


def resolve_head(passage: ParsedPassage, head: Any, depth: int = 0) -> Resolved:
    """Resolve the phrase of a head without context.

    Args:
        passage: The passage of the phrase.
        head: The head, a spaCy token.
        depth: Number of links by "of" that led here.
    """
    first = _find_first(head)
    if head.lower_ in _PERSONAL and head.i not in passage.names:
        return Resolved((), "", False, False, "pronoun", "", head.i, head.i)
    role, office = _find_role(passage, head, first)
    if not role and head.lemma_.lower() in JUDGES:
        role = "CVL"
    own = passage.names.get(head.i)
    if own is not None and own[0].kind in ("country", "seat"):
        role = ""  # "Union" in "Soviet Union" is not a role
    is_judge = own is None and head.lemma_.lower() in JUDGES
    left = _find_left_names(passage, head, first, own)
    if own is not None and own[0].kind != "demonym":
        codes = _list_codes(own[0], role if own[0].kind != "place" else "", is_head=True)
        return Resolved(codes, role, False, False, own[0].kind, office, min(first, own[1]), head.i)
    if own is not None:  # a demonym as the head: "the Greeks"; with a number, people
        role = "CVL" if any(child.dep_ == "nummod" for child in head.children) else "GOV"
        codes = tuple(f"{entry.code} {role}" for entry in _select_coordinated([*left, own[0]], head))
        return Resolved(codes, role, False, False, "demonym", "", first, head.i)
    person = head.ent_type_ == "PERSON"
    if left and (role or person or head.lemma_.lower() in JUDGES):
        codes = tuple(dict.fromkeys(code for entry in left for code in _list_codes(entry, role or "GOV")))
        return Resolved(codes, role, False, is_judge, left[-1].kind, office, first, head.i)
    if is_judge:
        return Resolved((), role, False, True, "", office, first, head.i)
    linked = _resolve_linked(passage, head, depth)
    if linked and (role or person or head.lemma_.lower() in _PARTITIVES):
        codes = tuple(dict.fromkeys(_add_role(code, role, head) for code in linked.codes))
        if codes:
            return Resolved(codes, role or linked.role, False, False, linked.kind, office, first, head.i)
        if not role:
            return Resolved((), linked.role, linked.is_open, False, linked.kind, office, first, head.i)
    return Resolved((), role, bool(role), False, "person" if person else "", office, first, head.i)


def list_countries(passage: ParsedPassage, head: Any) -> tuple[str, ...]:
    """List the countries to the left of a head that is not an actor itself: "Polish proposal"."""
    return tuple(dict.fromkeys(entry.code for entry in _find_left_names(passage, head, _find_first(head), None)))


def _find_first(head: Any) -> int:
    first = head.i
    for child in head.lefts:
        if child.dep_ in _LEFT:
            first = min(first, child.left_edge.i)
    return int(first)


def _find_role(passage: ParsedPassage, head: Any, first: int) -> tuple[str, str]:
    """Find the role and its words: the longest that end at the head or, for a person, before the name."""
    table = group_roles_by_words()
    end = head.i
    words = passage.parsed
    tokens = [(token.lower_, token.lemma_.lower()) for token in words[first : end + 1]]
    ends = range(len(tokens), 0, -1) if head.pos_ == "PROPN" else (len(tokens),)
    for stop in ends:
        for length in (3, 2, 1):
            start = stop - length
            if start < 0:
                continue
            plain = tuple(part for part, _ in tokens[start:stop])
            lemma = (*plain[:-1], tokens[stop - 1][1])
            unhyphenated = tuple(piece for part in plain for piece in part.split("-") if piece)
            for key in (plain, lemma, unhyphenated):
                if key in table:
                    return table[key], " ".join(lemma)
    return "", ""


def _find_left_names(passage: ParsedPassage, head: Any, first: int, own: tuple[Entry, int, int] | None) -> list[Entry]:
    """Find the names to the left of the head; of several that are not coordinated, the last."""
    found: list[tuple[Entry, int]] = []
    for index in range(first, head.i):
        named = passage.names.get(index)
        if named is None or named[0].kind == "region" or (own is not None and named[1] == own[1]):
            continue
        if named[0].kind in ("place", "country") and passage.parsed[index].ent_type_ == head.ent_type_ == "PERSON":
            continue  # part of a name, as in "Sabah Star"
        if named[1] == index or (named[1] < first and index == first):
            found.append((named[0], index))
    if len(found) > 1 and any(passage.names[at][0].kind in ("organisation", "group") for _, at in found[-1:]):
        found = found[-1:]
    return _select_coordinated([entry for entry, _ in found], head)


def _select_coordinated(entries: list[Entry], head: Any) -> list[Entry]:
    """Return all names where "and" or a comma is among them to the left of the head, otherwise the last."""
    if len({entry.code for entry in entries}) <= 1:
        return entries[-1:]
    joined = any(token.dep_ == "cc" or token.text == "," for child in head.lefts for token in child.subtree) or any(
        child.dep_ == "cc" and child.i < head.i for child in head.children
    )
    return entries if joined else entries[-1:]


def _resolve_linked(passage: ParsedPassage, head: Any, depth: int) -> Resolved | None:
    """Resolve a dependent of the head: an apposition, or "of", "from", "in", "for"."""
    if depth >= _DEEPEST:
        return None
    links = {child.lower_: child for child in head.rights if child.dep_ == "prep"}
    tokens: Iterable[Any] = [child for child in head.rights if child.dep_ == "appos"]
    tokens = [*tokens, *(head.head,)] if head.dep_ == "appos" and head.head.pos_ in ("NOUN", "PROPN") else tokens
    for token in tokens:
        found = _resolve_plain(passage, token, depth + 1)
        if found.codes:
            return found
    for word in _LINKS:
        if word in links:
            for token in _list_objects(links[word]):
                found = _resolve_plain(passage, token, depth + 1)
                if found.codes:
                    return found
                if word == "of" and found.role:
                    return found
    return None


def _resolve_plain(passage: ParsedPassage, token: Any, depth: int) -> Resolved:
    found = resolve_head(passage, token, depth)
    if found.codes or found.is_judge:
        return found
    countries = list_countries(passage, token)
    if countries and not found.role:
        return Resolved(countries, "", False, False, "demonym", "", found.first, found.last)
    return found


def _list_objects(preposition: Any) -> Iterator[Any]:
    for child in preposition.children:
        if child.dep_ == "pobj":
            yield child


def _list_codes(entry: Entry, role: str, is_head: bool = False) -> tuple[str, ...]:
    """Return the codes of a name with the role of the words around it."""
    if entry.kind == "region" or not entry.code:
        return ()
    if ":" in entry.code or " " in entry.code:  # an organisation or a group already has its role
        return (entry.code,)
    if entry.kind == "place" and is_head:
        return (entry.code,)
    if entry.kind == "leader" and is_head:
        return (f"{entry.code} GOV",)
    return (f"{entry.code} {role or 'GOV'}",)


def _add_role(code: str, role: str, head: Any) -> str:
    """Return a linked code with the role of the head before it: "army" + "of Chad"."""
    if ":" in code or not role:
        return code
    country, _, own = code.partition(" ")
    if len(country) != 3:
        return code
    if own and own not in ("GOV", "") and role == "GOV" and head.lemma_.lower() not in ("minister", "president"):
        return code  # "leader of the rebels in Mali" are the rebels
    return f"{country} {role}"
