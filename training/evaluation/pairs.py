"""Scores on sentences whose two sides are given, and on raw sentences.

**Pair given.** Every candidate trigger of the sentence votes for types, weighted by the probabilities that the given source is
its actor and the given target its target:

    P(type) ~ sum_c (e + P(source is actor of c)) (e + P(target is target of c)) P(type | c),   e = 0.02

**Raw.** The coder codes the sentence like any other. A sentence is right if one of its events has the type, and its actor and
target overlap the marked ones (or, for gold records, have their countries or organisations).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.news.actors.references import Mentions
from standoff.news.actors.resolving import Resolved
from standoff.news.arguments import describe_argument, find_phrases
from standoff.news.clause_vectors import add_vectors
from standoff.news.coded import CodedDocument, Event, Mention, Span
from standoff.news.linear import Features, LinearModel
from standoff.news.parsed_passage import ParsedPassage
from standoff.news.parsing import parse
from standoff.news.trained_parts import TrainedParts
from standoff.news.triggers import describe_trigger, find_triggers
from standoff.news.vocabulary import EVENT_TYPES
from training.evaluation.plover import GoldRecord, PairSentence

__all__ = ["ParsedPair", "RawScores", "parse_pairs", "score_raw_pairs", "score_records", "type_pairs"]

_LEAST = 0.02  # e, the weight of a trigger that neither side depends on


@dataclass(frozen=True, eq=False)
class ParsedPair:
    """A parsed sentence with given sides.

    Attributes:
        event_type: The gold type.
        rows: The features of its candidates.
        weights: The weight of each candidate.
    """

    event_type: str
    rows: list[Features]
    weights: NDArray[np.float64]


def parse_pairs(sentences: Sequence[PairSentence], parts: TrainedParts) -> list[ParsedPair]:
    """Parse sentences and weigh their candidates by the given sides."""
    return [
        _parse_pair(sentence, parsed, parts)
        for sentence, parsed in zip(sentences, parse([one.text for one in sentences]), strict=True)
    ]


def _parse_pair(sentence: PairSentence, parsed: Any, parts: TrainedParts) -> ParsedPair:
    passage = ParsedPassage(parsed, 0)
    mentions = Mentions()
    resolved: dict[int, Resolved] = {}
    phrases: list[Any] = []
    for part in parsed.sents:
        resolved |= mentions.read(passage, part)
        phrases += find_phrases(part, resolved)
    sides = {
        name: _find_phrase(parsed, span, phrases)
        for name, span in (("actor", sentence.source), ("target", sentence.target))
        if span is not None
    }
    phrases = sorted({token.i: token for token in [*phrases, *sides.values()]}.values(), key=lambda token: token.i)
    triggers = [(token, part) for part in parsed.sents for token in find_triggers(part, parts.nouns)]
    rows: list[Features] = [describe_trigger(token, part, resolved) for token, part in triggers]
    if parts.axes is not None:
        rows = add_vectors(rows, [token for token, _ in triggers], parts.axes)
    weights = np.ones(len(rows))
    if rows:
        types, arguments = parts.models["types"], parts.models["arguments"]
        best = types.compute_probabilities(rows)[:, : len(EVENT_TYPES)].argmax(axis=1)
        for at, (token, _) in enumerate(triggers):
            for name, side in sides.items():
                row = describe_argument(token, side, types.classes[best[at]], resolved=resolved, phrases=phrases)
                weights[at] *= _LEAST + arguments.compute_probabilities([row])[0, arguments.classes.index(name)]
    return ParsedPair(sentence.event_type, rows, weights)


def _find_phrase(parsed: Any, span: Span, phrases: list[Any]) -> Any:
    words = parsed.char_span(span[0], span[1], alignment_mode="expand")
    heads = {phrase.i: phrase for phrase in phrases}
    return next((heads[token.i] for token in (words.root, *words) if token.i in heads), words.root)


def type_pairs(pairs: Sequence[ParsedPair], model: LinearModel) -> list[str]:
    """Choose the type of each pair; a sentence without a candidate gets "ACCUSE"."""
    types = []
    for pair in pairs:
        if pair.rows:
            table = model.compute_probabilities(pair.rows)[:, : len(EVENT_TYPES)]
            types.append(model.classes[int((pair.weights[:, None] * table).sum(axis=0).argmax())])
        else:
            types.append("ACCUSE")
    return types


@dataclass
class RawScores:
    """Scores on raw sentences.

    Attributes:
        sentences: Number of sentences.
        with_event: Number with a coded event.
        with_type: Number with an event of the right type.
        with_source: Number with an event of the right type and actor.
        triples: Number with an event of the right type, actor and target.
        swapped: Number with an event whose sides are swapped and no event whose sides are right.
        sides: Number with an event that has both sides, in either order.
    """

    sentences: int = 0
    with_event: int = 0
    with_type: int = 0
    with_source: int = 0
    triples: int = 0
    swapped: int = 0
    sides: int = 0

    def add(self, events: Sequence[Event], event_type: str, fits: Sequence[tuple[bool, bool, bool, bool]]) -> None:
        """Count a sentence.

        Args:
            events: The coded events.
            event_type: The right type.
            fits: For each event: whether its actor is the source, its target the target, its actor the target, its target
                the source.
        """
        right = [(event.event_type == event_type, *fit) for event, fit in zip(events, fits, strict=True)]
        self.sentences += 1
        self.with_event += bool(events)
        self.with_type += any(one[0] for one in right)
        self.with_source += any(one[0] and one[1] for one in right)
        self.triples += any(one[0] and one[1] and one[2] for one in right)
        straight = any(one[1] and one[2] for one in right)
        swapped = any(one[3] and one[4] and not (one[1] and one[2]) for one in right)
        self.sides += straight or swapped
        self.swapped += swapped and not straight


def score_raw_pairs(sentences: Iterable[PairSentence], codings: Iterable[CodedDocument]) -> RawScores:
    """Score codings of raw sentences by the spans of the sides."""
    scores = RawScores()
    for sentence, coded in zip(sentences, codings, strict=True):
        source, target = sentence.source, sentence.target
        fits = [
            (
                _overlaps(event.actor, source),
                _overlaps(event.target, target),
                target is not None and _overlaps(event.actor, target),
                source is not None and _overlaps(event.target, source),
            )
            for event in coded.events
        ]
        scores.add(coded.events, sentence.event_type, fits)
    return scores


def score_records(records: Iterable[GoldRecord], codings: Iterable[CodedDocument]) -> RawScores:
    """Score codings of raw sentences by the countries and organisations of the sides."""
    scores = RawScores()
    for record, coded in zip(records, codings, strict=True):
        fits = [
            (
                _has_codes(event.actor, record.sources),
                _has_codes(event.target, record.targets),
                bool(record.targets) and _has_codes(event.actor, record.targets),
                bool(record.sources) and _has_codes(event.target, record.sources),
            )
            for event in coded.events
        ]
        scores.add(coded.events, record.event_type, fits)
    return scores


def _overlaps(mention: Mention | None, span: Span | None) -> bool:
    """Whether a mention overlaps a span; a side that is open may be anything."""
    if span is None:
        return True
    return (
        mention is not None
        and mention.span is not None
        and min(mention.span[1], span[1]) > max(mention.span[0], span[0])
    )


def _has_codes(mention: Mention | None, codes: frozenset[str]) -> bool:
    """Whether a mention names one of the codes and no other; a side that is open may be anything."""
    if not codes:
        return True
    found = frozenset(code.split(":")[0] for code in mention.countries) if mention is not None else frozenset()
    return bool(found) and found <= codes
