"""Candidates for triggers, the words that express acts, and their features.

Candidates are verbs, predicates ("is ready to ...") and nouns that express acts in the lexicon or in the training sentences.
Features are lemma, voice, tense, mood and negation, the heads and dependents, the votes of the lexicon, the roles of the actors
nearby, and the words of the clause and of the sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from standoff.news.actors.resolving import Resolved
from standoff.news.grammar import (
    find_content_lemma,
    is_negated,
    list_auxiliaries,
    list_objects,
    list_prepositions,
    list_subjects,
)
from standoff.news.lexicon import ACT_NOUNS, ACT_VERBS, PAIRS, WORDS

__all__ = ["describe_trigger", "find_triggers", "look_up_types"]

_SENTENCE_WEIGHT = 0.12
_CLAUSE_WEIGHT = 0.35
_MODALS = frozenset(["would", "could", "should", "may", "might", "must", "can", "will", "shall"])


def find_triggers(sentence: Any, nouns: frozenset[str]) -> list[Any]:
    """Find the candidates in a sentence.

    Args:
        sentence: A spaCy span.
        nouns: Lemmas of nouns that are candidates in addition to those of the lexicon.

    Returns:
        The tokens, in order.
    """
    return [token for token in sentence if _is_candidate(token, nouns)]


def _is_candidate(token: Any, nouns: frozenset[str]) -> bool:
    if token.pos_ == "VERB":
        return token.dep_ not in ("aux", "auxpass", "compound") and token.text.isalpha()
    if token.pos_ == "AUX":
        return token.dep_ not in ("aux", "auxpass")
    if token.pos_ == "ADJ":
        return any(child.dep_ == "xcomp" for child in token.children)
    if token.pos_ in ("NOUN", "PROPN"):
        lemma = token.lemma_.lower()
        return (lemma in ACT_NOUNS or lemma in nouns) and token.dep_ != "compound"
    return False


def look_up_types(token: Any) -> dict[str, float]:
    """Look up the types of a candidate in the lexicon; pairs of words count more than single words.

    Args:
        token: A candidate.

    Returns:
        Votes by type, which sum to one; empty where the lexicon has none.
    """
    votes: dict[str, float] = {}
    lemma = token.lemma_.lower()
    if token.pos_ in ("NOUN", "PROPN"):
        _vote(votes, ACT_NOUNS.get(lemma, ()), 1.0)
    else:
        for complement in _list_complements(token):
            _vote(votes, PAIRS.get(f"{lemma}+{complement}", ()), 2.0)
        types = ACT_VERBS.get(lemma, ())
        _vote(votes, types, 1.0)
        if lemma in WORDS["light"] and lemma not in WORDS["say"]:
            for thing in _list_things(token):
                _vote(votes, ACT_NOUNS.get(thing.lemma_.lower(), ()), 1.0)
        if lemma in WORDS["phase"] | WORDS["plan"]:
            for child in token.children:
                if child.dep_ in ("xcomp", "ccomp"):
                    _vote(votes, ACT_VERBS.get(child.lemma_.lower(), ()), 0.5)
    total = sum(votes.values())
    return {name: votes[name] / total for name in sorted(votes)} if total else {}


def _vote(votes: dict[str, float], types: tuple[str, ...], weight: float) -> None:
    for name in types:
        votes[name] = votes.get(name, 0.0) + weight / len(types)


def _list_complements(verb: Any) -> Iterator[str]:
    for aux in list_auxiliaries(verb):
        yield aux.lemma_.lower()
    for child in verb.children:
        if child.dep_ in (
            "prt",
            "advmod",
            "acomp",
            "neg",
            "nsubjpass",
            "attr",
            "xcomp",
            "ccomp",
            "oprd",
            "dobj",
            "dative",
            "agent",
            "prep",
        ):
            yield child.lemma_.lower()
    for _, thing in list_prepositions(verb):
        yield thing.lemma_.lower()
    for thing in list_objects(verb):
        for inner in thing.children:
            if inner.dep_ in ("compound", "conj"):
                yield inner.lemma_.lower()


def _list_things(verb: Any) -> Iterator[Any]:
    for child in verb.children:
        if child.dep_ in ("dobj", "nsubjpass", "attr"):
            yield child
        elif child.dep_ == "prep":
            yield from (inner for inner in child.children if inner.dep_ == "pobj")


def describe_trigger(token: Any, sentence: Any, resolved: Mapping[int, Resolved]) -> dict[str, float]:
    """Compute the features of a candidate.

    Args:
        token: The candidate.
        sentence: Its sentence, a spaCy span.
        resolved: The referents of the phrases of the sentence, by token.

    Returns:
        The features: values by name.
    """
    lemma = find_content_lemma(token)
    features: dict[str, float] = {f"lemma={lemma}": 1.0, f"pos={token.pos_}": 0.3, f"dep={token.dep_}": 0.5}
    votes = look_up_types(token)
    for name, vote in votes.items():
        features[f"vote={name}"] = 1.5 * vote
    if votes:
        best = max(votes, key=lambda name: votes[name])
        features[f"best={best}"] = 0.7
        features[f"best={best}|{token.dep_}"] = 0.4
    _describe_form(token, features)
    _describe_dependents(token, lemma, resolved, features)
    _describe_heads(token, features)
    for word in _list_clause(token):
        features[f"clause={find_content_lemma(word)}"] = _CLAUSE_WEIGHT
        if word.pos_ in ("NOUN", "PROPN"):
            for name in ACT_NOUNS.get(word.lemma_.lower(), ()):
                features[f"clause-noun={name}"] = 0.25
        elif word.pos_ == "VERB" and word.i != token.i:
            for name in ACT_VERBS.get(word.lemma_.lower(), ()):
                features[f"clause-verb={name}"] = 0.25
    for word in sentence:
        if word.is_alpha and not word.is_stop and word.i != token.i:
            features[f"word={word.lemma_.lower()}"] = _SENTENCE_WEIGHT
    return features


def _describe_form(token: Any, features: dict[str, float]) -> None:
    helpers = list_auxiliaries(token)
    passive = any(aux.dep_ == "auxpass" for aux in helpers)
    features[f"tag={token.tag_}{'|passive' if passive else ''}"] = 0.5
    for aux in helpers:
        features[f"aux={aux.lower_}"] = 0.5
        if aux.lower_ in _MODALS:
            features[f"modal={aux.lower_}"] = 0.7
    if is_negated(token):
        features["negated"] = 1.0
        features[f"negated|{token.lemma_.lower()}"] = 0.7
    for child in token.children:
        if child.dep_ == "mark":
            features[f"mark={child.lower_}"] = 0.8
        elif child.dep_ == "aux" and child.lower_ == "to":
            features["infinitive"] = 0.5
    if token.nbor(-1).lower_ == "to" if token.i > 0 else False:
        features["after-to"] = 0.3


def _describe_dependents(token: Any, lemma: str, resolved: Mapping[int, Resolved], features: dict[str, float]) -> None:
    for thing in list_subjects(token):
        features[f"subject={find_content_lemma(thing)}"] = 0.4
        features[f"subject-role={_find_role(thing, resolved)}"] = 0.5
    for child in token.children:
        dep = child.dep_
        if dep in ("punct", "det", "nsubj", "aux", "auxpass"):
            continue
        inner = find_content_lemma(child)
        if dep in ("dobj", "nsubjpass", "attr", "acomp", "prt", "oprd", "dative"):
            features[f"{dep}={inner}"] = 0.8
            features[f"{lemma}+{inner}"] = 0.8
            features[f"{dep}-role={_find_role(child, resolved)}"] = 0.4
            for name in ACT_NOUNS.get(inner, ()):
                features[f"{dep}-noun={name}"] = 0.7
        elif dep in ("xcomp", "ccomp", "advcl", "relcl", "acl"):
            features[f"{dep}={inner}"] = 0.5
            features[f"has-{dep}"] = 0.5
            for name in ACT_VERBS.get(inner, ()):
                features[f"{dep}-verb={name}"] = 0.5
        elif dep in ("amod", "compound", "poss", "advmod", "nmod"):
            features[f"{dep}={inner}"] = 0.4
    for word, thing in list_prepositions(token):
        inner = find_content_lemma(thing)
        features[f"prep={word}"] = 0.4
        features[f"prep={word}+{inner}"] = 0.5
        features[f"{lemma}+{word}"] = 0.5
        features[f"prep-role={word}|{_find_role(thing, resolved)}"] = 0.4
        for name in ACT_NOUNS.get(inner, ()):
            features[f"prep-noun={name}"] = 0.4


def _describe_heads(token: Any, features: dict[str, float]) -> None:
    head = token.head
    if head.i == token.i:
        features["root"] = 0.5
        return
    lemma = find_content_lemma(head)
    features[f"head={lemma}|{token.dep_}"] = 0.7
    features[f"head={lemma}"] = 0.5
    for name in (ACT_VERBS if head.pos_ == "VERB" else ACT_NOUNS).get(lemma, ()):
        features[f"head-vote={name}|{token.dep_}"] = 0.7
    if head.pos_ == "VERB" and is_negated(head):
        features["head-negated"] = 0.7
    for role in ("say", "phase", "light", "deny", "plan"):
        if lemma in WORDS[role]:
            features[f"head-is={role}|{token.dep_}"] = 0.6
    if token.dep_ in ("pobj", "pcomp") and head.head.i != head.i:
        above = find_content_lemma(head.head)
        features[f"above={above}|{head.lower_}"] = 0.6
        for name in (ACT_VERBS if head.head.pos_ == "VERB" else ACT_NOUNS).get(above, ()):
            features[f"above-vote={name}"] = 0.5
    clause = token
    for _ in range(6):
        if any(child.dep_ == "mark" and child.lower_ in WORDS["if"] for child in clause.children):
            features["inside-if"] = 1.0
        if clause.head.i == clause.i:
            break
        clause = clause.head


def _find_role(token: Any, resolved: Mapping[int, Resolved]) -> str:
    found = resolved.get(token.i)
    if found is None:
        return f"-{token.ent_type_}" if token.ent_type_ else "-"
    if found.codes:
        return found.codes[0].split()[-1].split(":")[0] if " " in found.codes[0] or ":" in found.codes[0] else "country"
    return found.role


def _list_clause(token: Any) -> Iterator[Any]:
    """Yield the words of the clause of a candidate, without its subordinate clauses."""
    waiting = [token]
    seen = 0
    while waiting and seen < 60:
        word = waiting.pop()
        seen += 1
        if word.i != token.i and word.is_alpha and not (word.is_stop and word.pos_ != "ADP"):
            yield word
        waiting.extend(
            child for child in word.children if child.dep_ not in ("relcl", "advcl", "conj", "parataxis", "punct")
        )
