"""Fit linear models to the training sentences.

The models are multinomial logistic regressions with an L2 penalty, fitted by L-BFGS from zero, so that the same sentences give
the same weights. They are written as arrays and text, never as pickled objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from standoff.news.actors.references import Mentions
from standoff.news.actors.resolving import Resolved
from standoff.news.arguments import describe_phrases, find_phrases
from standoff.news.lexicon import ACT_NOUNS
from standoff.news.linear import Features, LinearModel
from standoff.news.parsed_passage import ParsedPassage
from standoff.news.parsing import parse
from standoff.news.triggers import describe_trigger, find_triggers
from training.training_sentences import TextSpan, TrainingEvent, TrainingSentence

__all__ = [
    "NO_EVENT",
    "Candidates",
    "Example",
    "fit_linear",
    "list_argument_rows",
    "list_candidates",
    "list_coded_events",
    "list_target_rows",
    "list_trigger_nouns",
    "read_examples",
]

NO_EVENT = "NONE"
LEAST_COUNT = 2
"""Features that occur in fewer rows are left out."""
_LEAST_WEIGHT = 0.15  # features with smaller weights for every class are dropped


@dataclass(frozen=True)
class Example:
    """A parsed training sentence.

    Attributes:
        sentence: The coded sentence.
        passage: The parsed sentence.
        resolved: The referents of its phrases, by token.
        phrases: The heads of phrases that may be actors or targets.
        triggers: The candidate for the trigger of each coded event; None where there is none.
    """

    sentence: TrainingSentence
    passage: ParsedPassage
    resolved: dict[int, Resolved]
    phrases: list[Any]
    triggers: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidates for triggers, in the order of the text.

    Attributes:
        tokens: The candidates.
        rows: The features of each.
        classes: The true class of each, a type or "NONE".
        groups: The index of the example of each.
    """

    tokens: list[Any]
    rows: list[Features]
    classes: list[str]
    groups: list[int]


def read_examples(sentences: Sequence[TrainingSentence]) -> list[Example]:
    """Parse training sentences and find their triggers."""
    examples = []
    for sentence, parsed in zip(sentences, parse([one.text for one in sentences]), strict=True):
        passage = ParsedPassage(parsed, 0)
        mentions = Mentions()
        resolved: dict[int, Resolved] = {}
        phrases: list[Any] = []
        for part in parsed.sents:
            resolved |= mentions.read(passage, part)
            phrases += find_phrases(part, resolved)
        triggers = tuple(_find_trigger(parsed, event.trigger) for event in sentence.events)
        examples.append(Example(sentence, passage, resolved, phrases, triggers))
    return examples


def _find_trigger(parsed: Any, span: TextSpan) -> Any:
    """Find the candidate for a coded trigger: its root if that is a candidate, otherwise the first candidate in it."""
    words = parsed.char_span(span.start, span.end, alignment_mode="expand")
    every = frozenset(token.lemma_.lower() for token in words if token.pos_ in ("NOUN", "PROPN"))
    candidates = {token.i: token for part in parsed.sents for token in find_triggers(part, every)}
    if words.root.i in candidates:
        return words.root
    inside = [candidates[token.i] for token in words if token.i in candidates]
    return inside[0] if inside else None


def list_trigger_nouns(examples: Sequence[Example]) -> frozenset[str]:
    """List the lemmas of nouns that are coded triggers and not in the lexicon."""
    tokens = (token for example in examples for token in example.triggers if token is not None)
    return frozenset(token.lemma_.lower() for token in tokens if token.pos_ in ("NOUN", "PROPN")) - frozenset(ACT_NOUNS)


def list_candidates(examples: Sequence[Example], nouns: frozenset[str]) -> Candidates:
    """List the candidates of examples; of the tokens in a coded trigger, only the one that represents it is a candidate.

    Args:
        examples: The examples.
        nouns: Lemmas of nouns that are candidates in addition to those of the lexicon.
    """
    candidates = Candidates([], [], [], [])
    for group, example in enumerate(examples):
        gold = {token.i: event.event_type for token, event in _list_triggers(example)}
        inside = {
            token.i
            for event in example.sentence.events
            for token in example.passage.parsed.char_span(
                event.trigger.start, event.trigger.end, alignment_mode="expand"
            )
        }
        for part in example.passage.parsed.sents:
            for token in find_triggers(part, nouns):
                if token.i in gold or token.i not in inside:
                    candidates.tokens.append(token)
                    candidates.rows.append(describe_trigger(token, part, example.resolved))
                    candidates.classes.append(gold.get(token.i, NO_EVENT))
                    candidates.groups.append(group)
    return candidates


def list_argument_rows(examples: Sequence[Example]) -> tuple[list[Features], list[str]]:
    """List what the model of arguments learns from: the features and the class of each phrase at each trigger."""
    rows: list[Features] = []
    classes: list[str] = []
    for example, trigger, event in list_coded_events(examples):
        gold, _ = _find_coded_arguments(example, event)
        phrases, found = describe_phrases(trigger, event.event_type, resolved=example.resolved, phrases=example.phrases)
        rows += found
        classes += [gold.get(phrase.i, "-") for phrase in phrases]
    return rows, classes


def list_target_rows(examples: Sequence[Example]) -> tuple[list[Features], list[str]]:
    """List what the model of targets learns from: the features and the class of each phrase, given the coded actors."""
    rows: list[Features] = []
    classes: list[str] = []
    for example, trigger, event in list_coded_events(examples):
        gold, actors = _find_coded_arguments(example, event)
        phrases, found = describe_phrases(
            trigger, event.event_type, resolved=example.resolved, phrases=example.phrases, actors=actors
        )
        rows += found
        classes += ["target" if gold.get(phrase.i) == "target" else "-" for phrase in phrases]
    return rows, classes


def list_coded_events(examples: Sequence[Example]) -> Iterator[tuple[Example, Any, TrainingEvent]]:
    """Yield every coded event that has a candidate: its example, the candidate and the event."""
    for example in examples:
        for token, event in _list_triggers(example):
            yield example, token, event


def _list_triggers(example: Example) -> Iterator[tuple[Any, TrainingEvent]]:
    for token, event in zip(example.triggers, example.sentence.events, strict=True):
        if token is not None:
            yield token, event


def _find_coded_arguments(example: Example, event: TrainingEvent) -> tuple[dict[int, str], list[Any]]:
    """Map tokens to "actor" or "target", and list the tokens of the actors; pronouns count as what they refer to."""
    gold: dict[int, str] = {}
    actors = []
    codes: dict[str, str] = {}
    for name, people in (("target", event.targets), ("actor", event.actors)):
        for person in people:
            codes[person.code] = name
            token = _find_phrase(example, person.span)
            if token is not None:
                gold[token.i] = name
                if name == "actor":
                    actors.append(token)
    for phrase in example.phrases:
        found = example.resolved.get(phrase.i)
        if found is not None and found.kind == "pronoun" and phrase.i not in gold:
            named = [codes[code] for code in found.codes if code in codes]
            if named:
                gold[phrase.i] = named[-1]
    return gold, actors


def _find_phrase(example: Example, span: TextSpan) -> Any:
    words = example.passage.parsed.char_span(span.start, span.end, alignment_mode="expand")
    heads = {phrase.i: phrase for phrase in example.phrases}
    if words.root.i in heads:
        return words.root
    return next((heads[token.i] for token in words if token.i in heads), None)


def fit_linear(
    rows: Sequence[Features],
    classes: Sequence[str],
    order: Sequence[str],
    *,
    strength: float,
    weights: Sequence[float] | None = None,
) -> LinearModel:
    """Fit a linear model.

    Args:
        rows: The features of each row.
        classes: The class of each row.
        order: All classes, in the order of the model.
        strength: The inverse of the penalty; larger values fit more closely.
        weights: The weight of each row; None for equal weights.

    Returns:
        The model, without classes that no row has."""
    counts: dict[str, int] = {}
    for row in rows:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    names = sorted(name for name, count in counts.items() if count >= LEAST_COUNT)
    index = {name: at for at, name in enumerate(names)}
    at_rows, at_columns, values = [], [], []
    for at, row in enumerate(rows):
        norm = sum(value * value for value in row.values()) ** 0.5 or 1.0
        for name, value in row.items():
            if name in index:
                at_rows.append(at)
                at_columns.append(index[name])
                values.append(value / norm)
    table = sparse.csr_matrix((values, (at_rows, at_columns)), shape=(len(rows), len(names)))
    present = [name for name in order if name in set(classes)]
    coded = np.array([present.index(name) for name in classes])
    model = LogisticRegression(C=strength, max_iter=2000, tol=1e-5)
    model.fit(table, coded, sample_weight=weights)
    if len(present) == 2:  # scikit-learn keeps one row of weights for two classes
        coefficients = np.vstack([np.zeros_like(model.coef_[0]), model.coef_[0]])
        bias = np.array([0.0, model.intercept_[0]])
    else:
        coefficients, bias = model.coef_, model.intercept_
    kept: NDArray[np.float32] = coefficients.T.astype(np.float16).astype(np.float32)
    counted = np.abs(kept).max(axis=1) >= _LEAST_WEIGHT
    return LinearModel(
        tuple(present),
        tuple(name for name, holds in zip(names, counted, strict=True) if holds),
        kept[counted],
        np.round(bias, 4),
    )
