"""Find the actors and targets of an act with linear models over the phrases of its sentence, one trigger at a time.

Every noun phrase, and every name inside one ("the Greek rejection"), is an actor, a target or neither. The features
are the dependency path from the trigger, the voice of the trigger, the type of the act, and the referent of the phrase.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from standoff.news.actors.resolving import Resolved
from standoff.news.grammar import describe_path, find_content_lemma, list_auxiliaries, list_subjects
from standoff.news.lexicon import WORDS
from standoff.news.linear import LinearModel

__all__ = ["ARGUMENT_CLASSES", "Arguments", "describe_argument", "describe_phrases", "find_arguments", "find_phrases"]

ARGUMENT_CLASSES = ("actor", "target", "-")
LEAST_ACTOR = 0.25
"""Least probability of the best actor."""
LEAST_TARGET = 0.35
"""Least probability of the best target."""
LEAST_OTHER = 0.50
"""Least probability of any other."""
LEAST_FOREIGN = 0.25
"""Least probability of the best target where it is a named country or organisation other than the actors."""
MOST_PHRASES = 30
"""Most phrases that are considered for one trigger; the nearest are kept."""
_MUTUAL = frozenset(["AGREE", "CONSULT", "COOPERATE"])
_SKIPPED = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "week",
        "month",
        "year",
        "day",
        "time",
    ]
)


@dataclass(frozen=True)
class Arguments:
    """The arguments of one trigger, each a token with its probability.

    Attributes:
        actors: The actors, the most probable first.
        targets: The targets, likewise.
    """

    actors: tuple[tuple[Any, float], ...]
    targets: tuple[tuple[Any, float], ...]


def find_phrases(sentence: Any, resolved: Mapping[int, Resolved]) -> list[Any]:
    """Find the tokens that may be actors or targets: heads of noun phrases and names inside them.

    Args:
        sentence: A spaCy span.
        resolved: The referents of phrases, by token.
    """
    heads = {
        chunk.root.i
        for chunk in sentence.noun_chunks
        if chunk.root.ent_type_ not in ("DATE", "TIME", "PERCENT", "MONEY")
    }
    heads |= {index for index in resolved if sentence.start <= index < sentence.end}
    return [sentence.doc[index] for index in sorted(heads) if sentence.doc[index].lemma_.lower() not in _SKIPPED]


def describe_argument(
    trigger: Any, phrase: Any, event_type: str, *, resolved: Mapping[int, Resolved], phrases: Sequence[Any]
) -> dict[str, float]:
    """Compute the features of a phrase as an argument of a trigger.

    Args:
        trigger: The trigger, a spaCy token.
        phrase: The head of the phrase.
        event_type: The type of the act.
        resolved: The referents of phrases, by token.
        phrases: All phrases of the sentence.

    Returns:
        The features: values by name.
    """
    voice = _find_voice(trigger.doc, trigger.i)
    path = describe_path(trigger, phrase)
    found = resolved.get(phrase.i)
    codes = found.codes if found else ()
    role = (codes[0].split()[-1].split(":")[0] if codes else found.role) if found else "-"
    is_actor = bool(found and found.is_actor)
    side = "before" if phrase.i < trigger.i else "after"
    short = path if path.count(">") + path.count("<") <= 4 else ""
    between = sum(
        1 for other in phrases if min(phrase.i, trigger.i) < other.i < max(phrase.i, trigger.i) and other.i in resolved
    )
    features = {
        f"path={path or 'far'}|{voice}": 1.0,
        f"path={short or 'far'}": 0.6,
        f"dep={phrase.dep_}|{voice}|{side}": 0.7,
        f"dep={phrase.dep_}|{event_type}": 0.4,
        f"type={event_type}|{side}|{voice}": 0.5,
        f"type={event_type}|{path or 'far'}": 0.6,
        f"actor={is_actor}|{side}": 0.8,
        f"role={role}": 0.5,
        f"role={role}|{side}": 0.4,
        f"between={min(between, 3)}|{side}": 0.5,
        f"kind={found.kind if found else ''}|{phrase.pos_}": 0.4,
        f"open={bool(found and found.is_open)}": 0.3,
        f"judge={bool(found and found.is_judge)}": 0.8,
        f"word={find_content_lemma(phrase)}": 0.3,
        f"verb={find_content_lemma(trigger)}|{phrase.dep_}": 0.5,
    }
    head = phrase.head
    if phrase.dep_ in ("pobj", "pcomp"):
        features[f"by={head.lower_}|{side}|{is_actor}"] = 0.8
        features[f"by={head.lower_}|{event_type}"] = 0.6
        features[f"by={head.lower_}|{find_content_lemma(trigger)}"] = 0.5
    if phrase.dep_ in ("nsubj", "nsubjpass"):
        direct = head.i == trigger.i
        features[f"subject|{direct}|{voice}|{is_actor}"] = 0.9
        if not direct and head.lemma_.lower() in WORDS["say"]:
            features["subject-of-say"] = 0.8
    if phrase.dep_ == "poss" or phrase.dep_ in ("amod", "compound", "nmod"):
        features[f"inside|{head.i == trigger.i}|{voice}"] = 0.8
        outer = resolved.get(head.i)
        features[f"inside-actor={bool(outer and outer.is_actor)}"] = 0.9
    same = [other for other in phrases if other.dep_ == phrase.dep_ and other.head.i == phrase.head.i]
    features[f"alone={len(same) == 1}"] = 0.2
    beside = sum(1 for other in phrases if other.i in resolved and (other.i < trigger.i) == (side == "before"))
    features[f"only-actor-{side}={beside == 1}|{is_actor}"] = 0.5
    return features


@functools.lru_cache(maxsize=4)
def _find_voice(words: Any, place: int) -> str:
    """Determine the voice of a trigger: "active", "passive" or "noun". The cache serves all phrases of a sentence."""
    trigger = words[place]
    if trigger.pos_ in ("NOUN", "PROPN"):
        return "noun"
    helpers = list_auxiliaries(trigger)
    is_participle = trigger.tag_ == "VBN" and trigger.dep_ in ("acl", "ROOT") and not helpers
    return "passive" if is_participle or any(aux.dep_ == "auxpass" for aux in helpers) else "active"


def _describe_target(
    trigger: Any,
    phrase: Any,
    event_type: str,
    *,
    resolved: Mapping[int, Resolved],
    phrases: Sequence[Any],
    actors: Sequence[Any],
) -> dict[str, float]:
    """Compute the features of a phrase as the target of a trigger whose actors are known."""
    features = describe_argument(trigger, phrase, event_type, resolved=resolved, phrases=phrases)
    acting = {code.split()[0] for token in actors if token.i in resolved for code in resolved[token.i].codes}
    found = resolved.get(phrase.i)
    own = {code.split()[0] for code in found.codes} if found else set()
    relation = "nobody" if not own else "unknown" if not acting else "own" if own & acting else "foreign"
    side = "before" if phrase.i < trigger.i else "after"
    features[f"relation={relation}"] = 0.9
    features[f"relation={relation}|{event_type}"] = 0.8
    features[f"relation={relation}|{side}|{phrase.dep_}"] = 0.6
    foreign = [
        other.i
        for other in phrases
        if other.i in resolved
        and (codes := {code.split()[0] for code in resolved[other.i].codes})
        and not codes & acting
    ]
    is_only = phrase.i in foreign and len(foreign) == 1
    is_nearest = phrase.i in foreign and phrase.i == min(foreign, key=lambda at: (at < trigger.i, abs(at - trigger.i)))
    features[f"foreign={len(foreign) > 0}|{is_only}|{is_nearest}|{relation}"] = 0.9
    if any(token.i == phrase.i or _are_joined(token, phrase) for token in actors):
        features["is-actor"] = 1.5
    return features


def describe_phrases(
    trigger: Any,
    event_type: str,
    *,
    resolved: Mapping[int, Resolved],
    phrases: Sequence[Any],
    actors: Sequence[Any] | None = None,
) -> tuple[list[Any], list[dict[str, float]]]:
    """Compute the features of every phrase of a sentence that may be an argument of a trigger.

    Args:
        trigger: The trigger, a spaCy token.
        event_type: The type of the act.
        resolved: The referents of phrases, by token.
        phrases: All phrases of the sentence.
        actors: The heads of the phrases that name the actors, for the features as targets; None for those as arguments.

    Returns:
        The phrases other than the trigger, and the features of each.
    """
    candidates = [phrase for phrase in phrases if phrase.i != trigger.i]
    if actors is None:
        return candidates, [
            describe_argument(trigger, phrase, event_type, resolved=resolved, phrases=phrases) for phrase in candidates
        ]
    return candidates, [
        _describe_target(trigger, phrase, event_type, resolved=resolved, phrases=phrases, actors=actors)
        for phrase in candidates
    ]


def find_arguments(
    models: Mapping[str, LinearModel],
    trigger: Any,
    event_type: str,
    *,
    resolved: Mapping[int, Resolved],
    phrases: Sequence[Any],
) -> Arguments:
    """Find the actors of a trigger, and then its targets.

    Args:
        models: The trained models "arguments", with `ARGUMENT_CLASSES`, and "targets".
        trigger: The trigger, a spaCy token.
        event_type: The type of the act.
        resolved: The referents of phrases, by token.
        phrases: The phrases of the sentence, from `find_phrases`.
    """
    if len(phrases) > MOST_PHRASES:
        nearest = sorted(phrases, key=lambda phrase: (abs(phrase.i - trigger.i), phrase.i))[:MOST_PHRASES]
        phrases = sorted(nearest, key=lambda phrase: phrase.i)
    candidates, rows = describe_phrases(trigger, event_type, resolved=resolved, phrases=phrases)
    if not candidates:
        return Arguments((), ())
    first = models["arguments"]
    table = first.compute_probabilities(rows)
    actor, target = first.classes.index("actor"), first.classes.index("target")
    actors = _choose_phrases(
        candidates, table[:, actor], table[:, target], least=LEAST_ACTOR, is_mutual=event_type in _MUTUAL
    )
    if not actors:
        actors = _find_subject(trigger, candidates, resolved)
    acting = [token for token, _ in actors]
    _, rows = describe_phrases(trigger, event_type, resolved=resolved, phrases=phrases, actors=acting)
    second = models["targets"]
    values = second.compute_probabilities(rows)[:, second.classes.index("target")]
    taken = {token.i for token in acting}
    values = values * [token.i not in taken for token in candidates]
    targets = _choose_phrases(candidates, values, values * 0.0, least=LEAST_TARGET, is_mutual=False)
    if not targets:
        own = {code.split()[0] for token in acting if token.i in resolved for code in resolved[token.i].codes}
        values = values * [_is_named_foreign(resolved.get(token.i), own) for token in candidates]
        targets = _choose_phrases(candidates, values, values * 0.0, least=LEAST_FOREIGN, is_mutual=False)
    return Arguments(actors, targets)


def _is_named_foreign(found: Resolved | None, own: set[str]) -> bool:
    """Whether a phrase names a country or an organisation that is not an actor itself."""
    return (
        found is not None and bool(found.kind and found.codes) and not {code.split()[0] for code in found.codes} & own
    )


def _choose_phrases(
    candidates: Sequence[Any], own: Any, other: Any, *, least: float, is_mutual: bool
) -> tuple[tuple[Any, float], ...]:
    """Choose the best phrase, and others that are coordinated with it or act together with it."""
    ranked = sorted(
        ((float(own[at]), at) for at in range(len(candidates)) if own[at] > other[at]),
        key=lambda item: (-item[0], item[1]),
    )
    if not ranked or ranked[0][0] < least:
        return ()
    best = candidates[ranked[0][1]]
    chosen = [(best, ranked[0][0])]
    for value, at in ranked[1:]:
        if value >= LEAST_OTHER and (is_mutual or _are_joined(best, candidates[at])):
            chosen.append((candidates[at], value))
    return tuple(chosen)


def _find_subject(
    trigger: Any, candidates: Sequence[Any], resolved: Mapping[int, Resolved]
) -> tuple[tuple[Any, float], ...]:
    """Find the subject of an active verb if it names an actor; used where the model finds no actor."""
    if trigger.pos_ != "VERB" or any(aux.dep_ == "auxpass" for aux in list_auxiliaries(trigger)):
        return ()
    known = {candidate.i for candidate in candidates}
    for subject in list_subjects(trigger):
        found = resolved.get(subject.i)
        if subject.dep_ == "nsubj" and subject.i in known and found is not None and found.codes and not found.is_judge:
            return ((subject, LEAST_ACTOR),)
    return ()


def _are_joined(one: Any, other: Any) -> bool:
    """Whether two phrases are coordinated."""
    for start, end in ((one, other), (other, one)):
        token = start
        while token.dep_ == "conj":
            token = token.head
            if token.i == end.i:
                return True
    return bool(one.dep_ == "conj" and other.dep_ == "conj" and one.head.i == other.head.i)
