"""Resolve later references to actors: by office, by surname, by pronoun.

| words | referent |
|---|---|
| "the prime minister" | whoever was last called this |
| "Markou" | the person named in full before |
| "the navy", "Prime Minister Gashi" | of the most salient country: named shortly before, more so if it acted there |
| "it", "its" | the last country or organisation that acted |
| "he", "she" | the last person |
| "they" | the last of either |
| "who", "which" | the noun that the clause modifies |
| "both", "the two governments" | the two countries that the text names most often |
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from standoff.news.actors.resolving import NOBODY, ROLES, Resolved, resolve_head
from standoff.news.parsed_passage import ParsedPassage

__all__ = ["Mentions"]

_PERSON = frozenset(["he", "she", "him", "her", "his", "hers"])
_THING = frozenset(["it", "its"])
_ANY = frozenset(["they", "them", "their", "we", "us", "our", "i", "me", "my"])
_RELATIVE = frozenset(["who", "which", "that", "whose", "whom"])
_PAIR = frozenset(["both", "two"])
_PARTIES = frozenset(
    ["side", "government", "country", "neighbour", "neighbor", "army", "leader", "president", "minister", "state",
     "nation", "capital", "power", "party", "rival", "foe", "ally", "delegation", "navy", "force", "king", "premier",
     "negotiator", "chief", "sides"]
)  # fmt: skip
_SUBJECTS = ("nsubj", "nsubjpass")
_ONE_PERSON = frozenset(
    ["president", "minister", "premier", "chancellor", "king", "queen", "leader", "ambassador", "envoy", "spokesman",
     "spokeswoman", "general", "secretary", "chief", "commander", "governor", "mayor", "prince", "emir", "sultan",
     "official", "senator", "speaker", "prosecutor", "judge", "admiral", "colonel"]
)  # fmt: skip
_UNBOUND = frozenset(["MED", "BUS", "NGO", "IGO"])  # roles whose country only the phrase itself can give
_FOREIGN = frozenset(
    [
        "western",
        "foreign",
        "european",
        "international",
        "african",
        "arab",
        "asian",
        "gulf",
        "latin",
        "unidentified",
        "unknown",
    ]
)
_BYNAMES = {
    "alliance": ("IGO:NATO",),
    "bloc": ("IGO:EU", "IGO:ASEAN", "IGO:ECOWAS", "IGO:GCC", "IGO:SADC", "IGO:Mercosur"),
}
_WEAPONS = frozenset(
    ["drone", "missile", "rocket", "shell", "bomb", "mine", "helicopter", "plane", "aircraft", "artillery", "shelling"]
)
_OTHERS = frozenset(
    ["neighbour", "neighbor", "ally", "rival", "foe", "enemy", "counterpart", "partner", "opponent", "adversary"]
)
_SHUNNED = 0.3  # factor of salience on the other side of the verb
_FADING = 0.55  # factor of salience from sentence to sentence
_DATELINE = 0.8
_SUBJECT_BONUS = 1.5  # how much more likely a subject is the antecedent of a pronoun
_REACH = 6  # sentences that are searched for the country of a role
_KEPT = 200  # mentions that are kept: how far back a reference can reach


@dataclass(frozen=True)
class _Mention:
    codes: tuple[str, ...]
    office: str
    is_person: bool
    is_subject: bool
    sentence: int


@dataclass
class Mentions:
    """The actors of a document so far; sentences are read in the order of the text.

    Attributes:
        earlier: The mentions, the latest last.
        counts: Number of mentions of each country or organisation.
        dateline: The country of the dateline; "" where there is none.
        sentences: The salience of each country in each sentence.
    """

    earlier: list[_Mention] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    dateline: str = ""
    sentences: list[dict[str, float]] = field(default_factory=list)
    _persons: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, passage: ParsedPassage, sentence: Any) -> dict[int, Resolved]:
        """Resolve every noun and pronoun of a sentence, and record the mentions.

        Args:
            passage: The passage of the sentence.
            sentence: A spaCy span.

        Returns:
            The referents of the phrases by token; tokens without a referent are left out.
        """
        found: dict[int, Resolved] = {}
        body = self._read_dateline(passage, sentence)
        for token in sentence.doc[body : sentence.end]:
            is_name = token.i in passage.names
            if (
                token.pos_ not in ("NOUN", "PROPN", "PRON")
                and not is_name
                and token.dep_ != "poss"
                and token.lower_ not in _PAIR
            ):
                continue
            resolved = self._resolve(passage, sentence, token, found)
            if resolved.is_actor or resolved.is_judge:
                found[token.i] = resolved
                self._record(token, resolved)
        weights: dict[str, float] = {}
        for index, resolved in found.items():
            if not resolved.kind:
                continue
            other = sentence.doc[index]
            is_main = other.dep_ in _SUBJECTS and other.head.dep_ == "ROOT"
            for code in resolved.codes:
                weight = 2.0 if is_main else 1.4 if other.dep_ in _SUBJECTS else 1.0
                name = code.partition(" ")[0]
                weights[name] = max(weights.get(name, 0.0), weight)
        self.sentences.append(weights)
        return found

    def _read_dateline(self, passage: ParsedPassage, sentence: Any) -> int:
        """Find the first token after a dateline such as "KUWAIT, Friday - "."""
        if sentence.start > 0 or len(sentence) < 3 or not sentence[0].text.isupper() or len(sentence[0].text) < 3:
            return int(sentence.start)
        named = passage.names.get(0)
        if named is not None and len(named[0].code) == 3:
            self.dateline = named[0].code
            self.counts[named[0].code] += 1
        for token in sentence[:14]:
            if token.text in ("-", "–", "—", "--", ":"):
                return int(token.i + 1)
        return int(sentence.start if named is None else named[2] + 1)

    def _resolve(self, passage: ParsedPassage, sentence: Any, token: Any, found: dict[int, Resolved]) -> Resolved:
        word = token.lower_
        if token.i not in passage.names:
            if word in _PERSON | _THING | _ANY:
                return self._make_referent(token, self._resolve_pronoun(token, found))
            if word in _RELATIVE and token.tag_ in ("WDT", "WP", "WP$"):
                return self._make_referent(token, self._find_antecedent(token, found))
            if word in _PAIR:
                stands_alone = word == "both" and token.dep_ in (*_SUBJECTS, "dobj", "pobj")
                return self._make_referent(token, self._find_pair(found, token)) if stands_alone else NOBODY
        if (
            token.dep_ in ("amod", "compound", "nmod", "poss", "conj")
            and token.i in passage.names
            and not token.n_lefts
        ):
            return resolve_head(passage, token)
        resolved = resolve_head(passage, token)
        if resolved.codes or resolved.is_judge:
            return resolved
        lemma = token.lemma_.lower()
        if lemma in _WEAPONS:
            return NOBODY
        byname = next((code for code in _BYNAMES.get(lemma, ()) if self.counts[code]), "")
        if byname and any(child.lower_ == "the" for child in token.children):
            return replace(resolved, codes=(byname,), is_open=False)
        if lemma in _PARTIES and any(child.lower_ in _PAIR for child in token.children):
            role = "GOV" if resolved.role in ("", "CVL", "LEG") else resolved.role
            pair = tuple(_replace_role(code, role) for code in self._find_pair(found, token))
            return replace(resolved, codes=pair, role=role, is_open=not pair)
        if token.pos_ == "PROPN" and token.text in self._persons:
            return replace(resolved, codes=self._persons[token.text], is_open=False, kind="person")
        if resolved.is_open:
            codes = self._open(passage, sentence, token, resolved=resolved, found=found)
            return replace(resolved, codes=codes, is_open=not codes)
        return resolved

    def _make_referent(self, token: Any, codes: tuple[str, ...]) -> Resolved:
        return Resolved(codes, "", False, False, "pronoun", "", token.i, token.i) if codes else NOBODY

    def _open(
        self, passage: ParsedPassage, sentence: Any, token: Any, *, resolved: Resolved, found: dict[int, Resolved]
    ) -> tuple[str, ...]:
        """Resolve a role without a country, in the order of the table of the module."""
        is_other = token.lemma_.lower() in _OTHERS
        shunned = self._find_opposed(passage, token, found) if resolved.role == "GOV" else set()
        for child in token.children:
            if child.dep_ == "poss" and child.i in found and is_other:
                shunned |= {code.split()[0] for code in found[child.i].codes}
            elif child.dep_ == "poss" and child.i in found:
                return tuple(dict.fromkeys(_replace_role(code, resolved.role) for code in found[child.i].codes))
            elif child.dep_ == "poss" and child.lower_ in _PERSON | _THING | _ANY:
                return ()
        if resolved.role in _UNBOUND or any(child.lower_ in _FOREIGN for child in token.children):
            return ()
        return self._find_most_salient(passage, sentence, token, resolved=resolved, found=found, shunned=shunned)

    def _find_most_salient(
        self,
        passage: ParsedPassage,
        sentence: Any,
        token: Any,
        *,
        resolved: Resolved,
        found: dict[int, Resolved],
        shunned: set[str],
    ) -> tuple[str, ...]:
        """Resolve a role to whoever was last called this, or else by the most salient country."""
        is_other = token.lemma_.lower() in _OTHERS
        determiners = {child.lower_ for child in token.children if child.dep_ == "det"}
        is_definite = "the" in determiners or token.pos_ == "PROPN" or token.ent_type_ == "PERSON"
        if is_definite and resolved.office:
            for mention in reversed(self.earlier):
                if mention.office == resolved.office and mention.codes:
                    return mention.codes[:1]
        scores = self._measure_salience(passage, sentence, token, found)
        if is_definite or is_other or token.tag_ in ("NNS", "NNPS") or token.n_lefts == 0:
            for age, code in enumerate(reversed(self.sentences[-_REACH:]), start=1):
                for name, weight in code.items():
                    scores[name] = scores.get(name, 0.0) + weight * _FADING**age
            if self.dateline:
                scores[self.dateline] = scores.get(self.dateline, 0.0) + _DATELINE
        for name in shunned & set(scores):
            scores[name] *= _SHUNNED
        best = max(scores, key=lambda name: scores[name]) if scores else ""
        if not best:
            return ()
        if ":" in best:
            return (best,) if resolved.role in ("GOV", "MIL") else ()
        return (f"{best} {resolved.role}",)

    def _find_opposed(self, passage: ParsedPassage, token: Any, found: dict[int, Resolved]) -> set[str]:
        """Find the countries on the other side of the verb of a phrase: a government seldom acts on itself."""
        verb = token.head.head if token.dep_ == "pobj" else token.head
        if token.dep_ in ("dobj", "pobj", "dative"):
            others = [child for child in verb.children if child.dep_ in _SUBJECTS]
        elif token.dep_ == "nsubj":
            others = [child for child in verb.children if child.dep_ in ("dobj", "dative")]
        else:
            return set()
        named = {code.split()[0] for other in others if other.i in found for code in found[other.i].codes}
        below = [inner for other in others if other.i > token.i for inner in other.subtree if inner.i in passage.names]
        return named | {passage.names[inner.i][0].code.split()[0] for inner in below if passage.names[inner.i][0].code}

    def _measure_salience(
        self, passage: ParsedPassage, sentence: Any, token: Any, found: dict[int, Resolved]
    ) -> dict[str, float]:
        """Measure the salience of each country of the sentence at a token."""
        scores: dict[str, float] = {}
        for index, resolved in found.items():
            if not resolved.kind:  # an inferred country adds no salience
                continue
            other = sentence.doc[index]
            for code in resolved.codes:
                name = code.partition(" ")[0]
                if _is_country(code) or ":" in name:
                    weight = 3.0 if other.dep_ in _SUBJECTS else 2.2
                    scores[name] = scores.get(name, 0.0) + weight / (1.0 + 0.05 * abs(token.i - index))
        for index in range(token.i + 1, sentence.end):
            named = passage.names.get(index)
            if named is None or not _is_country(named[0].code):
                continue
            other = sentence.doc[index]
            inside = other.dep_ == "pobj" and other.head.lower_ in ("in", "near", "at", "outside")
            weight = 2.5 if inside and named[0].kind in ("seat", "place") else 0.4
            name = named[0].code.partition(" ")[0]
            scores[name] = scores.get(name, 0.0) + weight
        return scores

    def _resolve_pronoun(self, token: Any, found: dict[int, Resolved]) -> tuple[str, ...]:
        """Resolve a pronoun to the last mention that fits; an object is not the subject of its own verb."""
        word = token.lower_
        own: tuple[str, ...] = ()
        if token.dep_ in ("dobj", "pobj", "dative"):
            verb = token.head.head if token.dep_ == "pobj" else token.head
            for child in verb.children:
                if child.dep_ in _SUBJECTS and child.i in found:
                    own = found[child.i].codes
        best = 0.0
        chosen: tuple[str, ...] = ()
        for mention in self.earlier:
            if not mention.codes or (own and set(mention.codes) & set(own)):
                continue
            if (word in _PERSON and not mention.is_person) or (word in _THING and mention.is_person):
                continue
            if word not in _PERSON and not mention.is_subject:
                continue
            score = _FADING ** (len(self.sentences) - mention.sentence) * (
                _SUBJECT_BONUS if mention.is_subject else 1.0
            )
            if score >= best:
                best, chosen = score, mention.codes
        return chosen

    def _find_antecedent(self, token: Any, found: dict[int, Resolved]) -> tuple[str, ...]:
        verb = token.head
        for _ in range(3):
            if verb.dep_ == "relcl":
                resolved = found.get(verb.head.i)
                return resolved.codes if resolved else ()
            verb = verb.head
        return ()

    def _find_pair(self, found: dict[int, Resolved], token: Any) -> tuple[str, ...]:
        """Find the two countries that the text names most often, except the one that acts on them in the same clause."""
        acting: set[str] = set()
        if token.dep_ in ("dobj", "pobj", "dative", "nsubj"):
            verb = token.head.head if token.dep_ == "pobj" else token.head
            for child in verb.children:
                if child.dep_ in _SUBJECTS and child.i != token.i:
                    joined = [child, *child.conjuncts]
                    acting |= {code.split()[0] for one in joined if one.i in found for code in found[one.i].codes}
        ranked = [code for code, _ in self.counts.most_common() if _is_country(code) and code not in acting]
        return tuple(f"{code} GOV" for code in ranked[:2]) if len(ranked) > 1 else ()

    def _record(self, token: Any, resolved: Resolved) -> None:
        if resolved.kind == "pronoun" or resolved.is_judge or not resolved.codes:
            return
        for code in resolved.codes if resolved.kind else ():
            self.counts[code.split()[0]] += 1
        is_person = token.ent_type_ == "PERSON" or resolved.kind == "leader"
        is_person = is_person or (token.lemma_.lower() in _ONE_PERSON and token.tag_ in ("NN", "NNP"))
        is_subject = token.dep_ in _SUBJECTS or (token.dep_ == "conj" and token.head.dep_ in _SUBJECTS)
        if token.pos_ == "PROPN" and is_person:
            self._persons.setdefault(token.text, resolved.codes)
        for child in token.children:  # "the foreign minister, Karin Maurer"
            if child.dep_ == "appos" and child.pos_ == "PROPN":
                self._persons.setdefault(child.text, resolved.codes)
        self.earlier.append(_Mention(resolved.codes, resolved.office, is_person, is_subject, len(self.sentences)))
        del self.earlier[:-_KEPT]


def _is_country(code: str) -> bool:
    return len(code.partition(" ")[0]) == 3 and code[:3] not in ROLES


def _replace_role(code: str, role: str) -> str:
    """Return the code of a country with another role; the code of an organisation stays the same."""
    return f"{code.split()[0]} {role}" if role and _is_country(code) else code
