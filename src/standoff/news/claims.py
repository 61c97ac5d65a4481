"""Claims: positions and numbers that somebody is reported to hold.

Numbers (`numbers`) and clauses are candidates; a linear model for each gives the kind of claim, or none. The span of a clause
runs from its first auxiliary to its end; the spans of conditions, assessments and red lines include the subject.

The holder is the quoted speaker, or else the subject of the clause; for a number, the actor that acts with what it counts. The
claim concerns the nearest other country in the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standoff.news.actors.resolving import Resolved
from standoff.news.grammar import list_auxiliaries, list_subjects
from standoff.news.lexicon import JUDGES, WORDS

__all__ = [
    "CLAUSE_KINDS",
    "ISSUES",
    "NUMBER_KINDS",
    "describe_clause",
    "find_clause_holder",
    "find_clause_span",
    "find_issue",
    "find_number_holder",
]

NUMBER_KINDS = ("quantity", "force_level", "casualties", "deadline", "schedule", "capability", "force_posture")
"""Kinds of claims that numbers express."""
CLAUSE_KINDS = (
    "position", "red_line", "demand", "conditional_threat", "deadline", "intention", "capability", "force_posture", "schedule",
    "assessment", "denial",
)  # fmt: skip
"""Kinds of claims that clauses express."""
_JUDGED = frozenset(
    ["believe", "think", "expect", "reckon", "estimate", "suggest", "argue", "predict", "doubt", "calculate"]
)
_PLANNED = frozenset(["expect", "due", "schedule", "plan", "set"])
_ASKED = frozenset(["urge", "demand", "ask", "call", "press", "tell", "want", "insist", "order"])
_DURATIONS = frozenset(["hour", "day", "week", "month", "year", "minute", "decade"])
_WITH_SUBJECT = frozenset(["assessment", "conditional_threat", "red_line", "position"])

_ISSUE_WORDS = {
    "nuclear": "nuclear uranium enrichment enrich centrifuge warhead plutonium reactor iaea atomic",
    "missiles": "missile rocket ballistic arsenal",
    "militias": "militia proxy hezbollah houthis houthi hamas militias proxies",
    "sanctions": "sanction embargo tariff asset blacklist",
    "ceasefire": "ceasefire truce armistice cease-fire",
    "prisoners": "prisoner hostage detainee captive inmate",
    "territory": "border territory island shelf enclave annexation sovereignty line",
    "shipping": "strait tanker shipping ship vessel port lane waterway cargo",
    "oil": "oil gas barrel pipeline crude lng",
    "forces": "troop soldier army navy warship force frigate brigade division drill exercise manoeuvre battalion",
    "talks": "talk negotiation dialogue meeting round summit",
    "refugees": "refugee migrant asylum displaced",
    "elections": "election vote poll ballot referendum",
    "trade": "trade export import duty market",
    "aid": "aid grain food medicine relief humanitarian",
    "human rights": "torture protester dissident rights",
}
ISSUES: Mapping[str, frozenset[str]] = {name: frozenset(words.split()) for name, words in _ISSUE_WORDS.items()}
"""Words by issue; a claim has the issue that most of its words belong to."""


def describe_clause(token: Any, trigger_features: Mapping[str, float]) -> dict[str, float]:
    """Compute the features of a clause: those of its head as a trigger, and signs of claims.

    Args:
        token: Head of the clause.
        trigger_features: The features of the head, from `triggers.describe_trigger`.
    """
    features = dict(trigger_features)
    helpers = {aux.lower_ for aux in list_auxiliaries(token)}
    who = list_subjects(token)
    speaking = token.head.lemma_.lower() if token.dep_ in ("ccomp", "xcomp") else ""
    marks = {child.lower_ for child in token.children if child.dep_ == "mark"}
    signs = {
        "able": bool(helpers & {"could", "can"}) or token.lemma_.lower() in ("able", "capable"),
        "future": bool(helpers & {"will", "shall", "'ll"}),
        "would": "would" in helpers,
        "if": bool(marks & {"if", "unless", "should"}),
        "judge": any(one.lemma_.lower() in JUDGES for one in who),
        "judged": speaking in _JUDGED,
        "said": speaking in WORDS["say"],
        "never": any(child.lower_ in ("never", "no", "not", "n't") for child in token.children),
        "passive-wish": token.lemma_.lower() in _PLANNED and bool(helpers & {"is", "are", "was", "were"}),
        "dated": any(child.ent_type_ == "DATE" for child in token.subtree),
        "asked": token.dep_ in ("xcomp", "ccomp") and token.head.lemma_.lower() in _ASKED,
    }  # fmt: skip
    for name, holds in signs.items():
        if holds:
            features[f"sign={name}"] = 1.2
    if any(one.lemma_.lower() in JUDGES for one in token.head.children):
        features["sign=judge-above"] = 1.2
    return features


def find_clause_span(token: Any, kind: str) -> tuple[int, int]:
    """Find the first and last token of the claim that a clause expresses.

    Args:
        token: Head of the clause.
        kind: Kind of the claim.
    """
    first = last = token.i
    for child in token.children:
        if child.dep_ in ("conj", "cc", "punct", "parataxis", "ccomp") and not (
            child.dep_ == "ccomp" and child.i > token.i
        ):
            continue
        if child.dep_ in ("nsubj", "nsubjpass", "csubj", "expl") and kind not in _WITH_SUBJECT:
            continue
        if (
            child.i < token.i
            and child.dep_ in ("mark", "advcl", "prep", "advmod", "npadvmod")
            and kind not in ("conditional_threat",)
        ):
            continue
        if child.dep_ == "aux" and child.lower_ == "to" and kind in ("demand",):
            continue
        if child.dep_ in ("relcl",) or (child.dep_ == "advcl" and child.i > token.i and _says(child)):
            continue
        first, last = min(first, child.left_edge.i), max(last, child.right_edge.i)
    words = token.doc
    while last > first and (words[last].is_punct or words[last].is_space):
        last -= 1
    while first < last and words[first].is_punct:
        first += 1
    return int(first), int(last)


def _says(token: Any) -> bool:
    return token.lemma_.lower() in WORDS["say"]


def find_issue(words: Any) -> str:
    """Find the issue that words are about; "" where none is clear."""
    lemmas = [token.lemma_.lower() for token in words]
    counts = {name: sum(lemma in listed for lemma in lemmas) for name, listed in ISSUES.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def find_clause_holder(token: Any, kind: str, resolved: Mapping[int, Resolved]) -> Any:
    """Find the holder of a claim without a speaker: the subject of the clause or, for a demand, of the verb that demands it."""
    verb = token
    if kind == "demand" and token.dep_ in ("xcomp", "ccomp", "dobj", "pobj", "pcomp", "advcl"):
        verb = token.head
        if verb.pos_ == "ADP":
            verb = verb.head
    for _ in range(3):
        for one in list_subjects(verb):
            if one.i in resolved and resolved[one.i].is_actor:
                return one
        if verb.head.i == verb.i or verb.dep_ not in ("xcomp", "conj", "ccomp", "advcl"):
            return None
        verb = verb.head
    return None


def find_number_holder(head: Any, resolved: Mapping[int, Resolved]) -> Any:
    """Find the holder of a number without a speaker: the actor that acts with what it counts, or else its owner."""
    if head.lemma_.lower() in _DURATIONS and head.dep_ in ("npadvmod", "pobj", "nmod"):
        return None
    verb = head
    for _ in range(5):
        if verb.pos_ in ("VERB", "AUX") or verb.head.i == verb.i:
            break
        verb = verb.head
    for one in list_subjects(verb):
        if one.i != head.i and one.i in resolved and resolved[one.i].is_actor:
            return one
    for child in head.children:
        if child.i in resolved and child.dep_ in ("amod", "poss", "compound", "nmod"):
            return child
    return None
