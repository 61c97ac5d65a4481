"""Later references to actors: by office, by surname, by pronoun.

"The prime minister" is whoever was so called last; "the navy" is that of the country that stands nearest before it in the sentence,
else of the last one that acted; "Markou" is the person named in full before; "it" is the last country or organisation, "he" and
"she" the last person, "they" the last of either.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from standoff.news.actors.resolving import NOBODY, Resolved, resolve_head
from standoff.news.passage import Passage

__all__ = ["Mentions"]

_PERSON = {"he", "she", "him", "her", "his", "hers", "i", "me", "my"}
_THING = {"it", "its"}
_ANY = {"they", "them", "their", "we", "us", "our"}
_SUBJECTS = ("nsubj", "nsubjpass")
_KEPT = 200  # mentions that are kept: how far back a reference reaches


@dataclass
class _Mention:
    codes: tuple[str, ...]
    office: str
    surname: str
    is_person: bool
    is_subject: bool


@dataclass
class Mentions:
    """The actors of a document so far; phrases are asked for in the order of the text.

    Attributes:
        earlier: What was mentioned, the last one last.
    """

    earlier: list[_Mention] = field(default_factory=list)
    _persons: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, passage: Passage, sentence: Any) -> dict[int, Resolved]:
        """Resolve every noun and pronoun of a sentence, and remember it.

        Args:
            passage: Where the sentence stands.
            sentence: A spaCy span.

        Returns:
            By token: what its phrase names. Tokens that name nobody are left out.
        """
        found: dict[int, Resolved] = {}
        for token in sentence:
            if token.pos_ not in ("NOUN", "PROPN", "PRON", "ADJ", "NUM", "X", "DET", "VERB", "ADV"):
                continue
            is_name = token.i in passage.names
            if token.pos_ not in ("NOUN", "PROPN", "PRON") and not is_name and token.dep_ != "poss":
                continue
            resolved = self._resolve(passage, sentence, token, found)
            if resolved.is_actor or resolved.is_judge:
                found[token.i] = resolved
                self._note(token, resolved)
        return found

    def _resolve(self, passage: Passage, sentence: Any, token: Any, found: dict[int, Resolved]) -> Resolved:
        word = token.lower_
        if word in _PERSON | _THING | _ANY and token.i not in passage.names:
            codes = self._pronoun(word)
            return Resolved(codes, "", False, False, "pronoun", "", token.i, token.i) if codes else NOBODY
        if (
            token.dep_ in ("amod", "compound", "nmod", "poss", "conj")
            and token.i in passage.names
            and not token.n_lefts
        ):
            return resolve_head(passage, token)
        resolved = resolve_head(passage, token)
        if resolved.codes or resolved.is_judge:
            return resolved
        if resolved.kind == "person" or token.pos_ == "PROPN":
            known = self._persons.get(token.text)
            if known:
                return replace(resolved, codes=known, is_open=False, kind="person")
        if resolved.is_open:
            codes = self._open(passage, sentence, token, resolved, found)
            return replace(resolved, codes=codes, is_open=not codes)
        return resolved

    def _open(
        self, passage: Passage, sentence: Any, token: Any, resolved: Resolved, found: dict[int, Resolved]
    ) -> tuple[str, ...]:
        """The codes of a role without a country."""
        for child in token.children:
            if child.dep_ == "poss" and child.i in found:
                return tuple(dict.fromkeys(_as_role(code, resolved.role) for code in found[child.i].codes))
        is_definite = any(
            child.dep_ in ("det", "poss") and child.lower_ in ("the", "its", "his", "their", "her")
            for child in token.children
        )
        if is_definite and resolved.office:
            for mention in reversed(self.earlier):
                if mention.office == resolved.office and mention.codes:
                    return mention.codes[:1]
        nearest = self._in_sentence(passage, sentence, token, resolved, found)
        if nearest:
            return nearest
        if is_definite or token.pos_ == "PROPN" or token.tag_ == "NNS":
            for mention in reversed(self.earlier):
                if mention.is_subject and mention.codes and len(mention.codes[0].split()[0]) == 3:
                    return (_as_role(mention.codes[0], resolved.role),)
        return ()

    def _in_sentence(
        self, passage: Passage, sentence: Any, token: Any, resolved: Resolved, found: dict[int, Resolved]
    ) -> tuple[str, ...]:
        """The country that stands nearest in the sentence, before it rather than after."""
        order = [*range(token.i - 1, sentence.start - 1, -1), *range(token.i + 1, sentence.end)]
        for index in order:
            named = passage.names.get(index)
            if named is None or named[0].kind == "region":
                continue
            country = named[0].code.split()[0]
            if len(country) == 3:
                return (f"{country} {resolved.role}",)
            if resolved.role in ("GOV", "MIL", "IGO") and named[0].kind == "organisation" and index < token.i:
                return (named[0].code,)
        return ()

    def _pronoun(self, word: str) -> tuple[str, ...]:
        for mention in reversed(self.earlier):
            if not mention.codes or not mention.is_subject:
                continue
            if word in _PERSON and not mention.is_person:
                continue
            if word in _THING and mention.is_person:
                continue
            return mention.codes
        return ()

    def _note(self, token: Any, resolved: Resolved) -> None:
        if resolved.kind == "pronoun" or resolved.is_judge or not resolved.codes:
            return
        is_person = token.ent_type_ == "PERSON" or resolved.kind == "leader" or _is_one_person(token, resolved)
        is_subject = token.dep_ in _SUBJECTS or (token.dep_ == "conj" and token.head.dep_ in _SUBJECTS)
        surname = token.text if token.pos_ == "PROPN" and is_person else ""
        if surname:
            self._persons.setdefault(surname, resolved.codes)
        for child in token.children:  # "the foreign minister, Karin Maurer"
            if child.dep_ == "appos" and child.ent_type_ == "PERSON":
                self._persons.setdefault(child.text, resolved.codes)
        self.earlier.append(_Mention(resolved.codes, resolved.office, surname, is_person, is_subject))
        del self.earlier[:-_KEPT]


_ONE_PERSON = frozenset(
    [
        "president",
        "minister",
        "premier",
        "chancellor",
        "king",
        "queen",
        "leader",
        "ambassador",
        "envoy",
        "spokesman",
        "spokeswoman",
        "general",
        "secretary",
        "chief",
        "commander",
        "governor",
        "mayor",
        "prince",
        "emir",
        "sultan",
        "official",
        "senator",
        "speaker",
        "prosecutor",
        "judge",
        "admiral",
        "colonel",
    ]
)


def _is_one_person(token: Any, resolved: Resolved) -> bool:
    return token.lemma_.lower() in _ONE_PERSON and token.tag_ in ("NN", "NNP") and bool(resolved.role)


def _as_role(code: str, role: str) -> str:
    """The code of a country with another role; an organisation stays what it is."""
    if ":" in code:
        return code
    return f"{code.split()[0]} {role}" if role and len(code.split()[0]) == 3 else code
