"""Code events and claims in English news without a network: the offline coder.

    text -> lines -> parsed sentences -> names of actors -> triggers with types -> actors and targets -> events
                                                         -> numbers and clauses with kinds -> claims

Linear models, trained on sentences that were written for standoff, give types, arguments and kinds. Tables and rules give
names, roles, speakers, days and places. Nothing is random: the same text always gets the same coding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from standoff.news.actors.references import Mentions
from standoff.news.arguments import find_arguments, find_phrases
from standoff.news.claim_signs import find_deadlines, find_plain_kind
from standoff.news.claiming import make_clause_claim, make_deadline_claim, make_number_claim
from standoff.news.claims import describe_clause
from standoff.news.clause_vectors import encode_sentences
from standoff.news.coded import INTENSITY, Claim, CodedDocument, Event
from standoff.news.confidence import calibrate, describe_coding
from standoff.news.dating import find_date
from standoff.news.document import Document
from standoff.news.embedding import Encoded
from standoff.news.factuality import is_unreal, judge_factuality
from standoff.news.grammar import find_phrase_end
from standoff.news.language import detect_language
from standoff.news.lexicon import WORDS
from standoff.news.linear import Features
from standoff.news.numbers import describe_number
from standoff.news.parsed_passage import parse_passages
from standoff.news.parsing import load_parser
from standoff.news.places import find_place
from standoff.news.reported_speech import find_reported_speech
from standoff.news.sentence import Sentence, make_attribution, make_mention
from standoff.news.trained_parts import TrainedParts, load_embedded, load_trained
from standoff.news.triggers import describe_trigger, find_triggers, look_up_types
from standoff.news.vocabulary import EventType, Factuality

__all__ = ["NO_EVENT", "OfflineCoder", "code_sentences"]

NO_EVENT = "NONE"
_NAME = "offline/1"
_REFUSED = "the text is in a language other than English (`{}`), which this coder does not read"


@dataclass(frozen=True)
class OfflineCoder:
    """The coder that comes with standoff.

    Attributes:
        parts: The trained parts; None for those that come with standoff.
        embed: Whether to classify types with clause vectors too, which needs the extra `embed`; ignored where `parts` is given.
    """

    parts: TrainedParts | None = None
    embed: bool = False

    @property
    def trained(self) -> TrainedParts:
        """The trained parts."""
        return self.parts or (load_embedded() if self.embed else load_trained())

    @property
    def method(self) -> str:
        """Name, version and a hash of the trained parameters."""
        return f"{_NAME}:{self.trained.parameters_hash}"

    def code(self, document: Document) -> CodedDocument:
        """Code one document.

        Args:
            document: The document, with its date where that is known: relative days are resolved against it.

        Returns:
            The events and claims; `refused` gives the reason where the text is in another language.

        Raises:
            MissingExtraError: The parser, or the encoder where it is used, is not installed.
            InputError: The installed parser or encoder is not the expected release.
        """
        load_parser()
        language = detect_language(document.text.encode("utf-8", "replace").decode("utf-8"), declared=document.language)
        if language not in ("", "en"):
            return CodedDocument(document.document_hash, (), (), language, _REFUSED.format(language))
        events: list[Event] = []
        claims: list[Claim] = []
        mentions = Mentions()
        for passage in parse_passages(document.text):
            spans = list(passage.parsed.sents)
            for span, encoded in zip(spans, self._encode(spans), strict=True):
                resolved = mentions.read(passage, span)
                sentence = Sentence(passage, span, resolved, find_phrases(span, resolved), document.date)
                found, held = self._code_sentence(sentence, encoded)
                events += found
                claims += held
        events.sort(key=lambda event: event.span)
        claims.sort(key=lambda claim: claim.span)
        return CodedDocument(document.document_hash, tuple(events), tuple(claims), language)

    def _encode(self, spans: list[Any]) -> list[Encoded] | list[None]:
        return [None] * len(spans) if self.trained.axes is None else encode_sentences(spans)

    def _code_sentence(self, sentence: Sentence, encoded: Encoded | None) -> tuple[list[Event], list[Claim]]:
        triggers = find_triggers(sentence.span, self.trained.nouns)
        features: list[Features] = [describe_trigger(token, sentence.span, sentence.resolved) for token in triggers]
        return self._code_events(sentence, triggers, features, encoded), [
            *self._code_numbers(sentence),
            *self._code_clauses(sentence, triggers, features),
        ]

    def _code_events(
        self, sentence: Sentence, triggers: list[Any], features: list[Features], encoded: Encoded | None
    ) -> list[Event]:
        rows = {token.i: row for token, row in zip(triggers, features, strict=True)}
        axes = self.trained.axes
        if axes is not None and encoded is not None:  # for types only: modes and kinds of claims use no vectors
            features = [{**row, **axes.describe(token, encoded)} for token, row in zip(triggers, features, strict=True)]
        events = []
        for token, event_type, _, probabilities in self.choose(triggers, features):
            votes = look_up_types(token)
            confidence = calibrate(self.trained.calibration, describe_coding(probabilities, event_type, votes))
            events.append(self._make_event(sentence, token, event_type, rows[token.i], confidence))
        return events

    def choose(
        self, triggers: list[Any], features: list[Features]
    ) -> list[tuple[Any, str, Features, dict[str, float]]]:
        """Choose the candidates that express an act, and the type of each.

        Args:
            triggers: The candidates of one sentence.
            features: The features of each.

        Returns:
            For each act: the trigger, its type, its features and the probabilities of all types.
        """
        if not triggers:
            return []
        model = self.trained.models["types"]
        table = model.compute_probabilities(features)
        chosen = []
        for token, row, values in zip(triggers, features, table, strict=True):
            probabilities = dict(zip(model.classes, values.tolist(), strict=True))
            event_type = max((name for name in model.classes if name != NO_EVENT), key=lambda name: probabilities[name])
            if 1.0 - probabilities[NO_EVENT] < self.trained.thresholds["event"] or is_unreal(token, event_type):
                continue
            chosen.append((token, event_type, row, probabilities))
        return _drop_duplicates(chosen)

    def _make_event(self, sentence: Sentence, token: Any, event_type: str, row: Features, confidence: float) -> Event:
        parts = self.trained
        speaking = find_reported_speech(token, sentence.resolved)
        arguments = find_arguments(
            parts.models, token, event_type, resolved=sentence.resolved, phrases=sentence.phrases
        )
        actor = make_mention(sentence, [one for one, _ in arguments.actors], speaking)
        target = make_mention(sentence, [one for one, _ in arguments.targets], speaking)
        if actor and target and target.code and target.code == actor.code:
            target = None
        date = find_date(token, sentence.span, sentence.today)
        start, end = sentence.passage.find_span(*_find_act_tokens(token))
        return Event(
            event_type=cast(EventType, event_type),
            mode=self._choose_mode(event_type, row),
            contexts=self._choose_contexts(row),
            actor=actor,
            target=target,
            date=date,
            place=find_place(token, sentence.passage.names),
            span=(start, end),
            quote=sentence.passage.quote(start, end),
            attribution=make_attribution(sentence, speaking),
            factuality=cast(Factuality, judge_factuality(token, event_type, date, sentence.today)),
            confidence=round(confidence, 4),
            method=self.method,
            intensity=INTENSITY[cast(EventType, event_type)],
        )

    def _choose_mode(self, event_type: str, row: Features) -> str:
        model = self.trained.models["modes"]
        values = model.compute_probabilities([row])[0]
        own = {
            name.partition(":")[2]: value
            for name, value in zip(model.classes, values, strict=True)
            if name.startswith(f"{event_type}:")
        }
        return max(own, key=lambda name: own[name]) if own else ""

    def _choose_contexts(self, row: Features) -> tuple[str, ...]:
        model = self.trained.models["contexts"]
        values = model.compute_probabilities([row])[0]
        ranked = sorted(zip(values.tolist(), model.classes, strict=True), key=lambda item: (-item[0], item[1]))
        return tuple(name for value, name in ranked if value >= self.trained.thresholds["context"])

    def _code_numbers(self, sentence: Sentence) -> Iterator[Claim]:
        numbers = sentence.numbers
        if not numbers:
            return
        model = self.trained.models["numbers"]
        table = model.compute_probabilities([describe_number(number) for number in numbers])
        none = model.classes.index(NO_EVENT)
        for number, values in zip(numbers, table, strict=True):
            if 1.0 - values[none] < self.trained.thresholds["number"]:
                continue
            kind = max(
                (name for name in model.classes if name != NO_EVENT), key=lambda name: values[model.classes.index(name)]
            )
            yield make_number_claim(sentence, number, kind)

    def _code_clauses(self, sentence: Sentence, triggers: list[Any], features: list[Features]) -> Iterator[Claim]:
        if not triggers:
            return
        model = self.trained.models["clauses"]
        rows: list[Features] = [describe_clause(token, row) for token, row in zip(triggers, features, strict=True)]
        none = model.classes.index(NO_EVENT)
        deadlines = find_deadlines(sentence.span)
        for token, values in zip(triggers, model.compute_probabilities(rows), strict=True):
            kind = find_plain_kind(token, sentence.resolved)
            if not kind and 1.0 - values[none] >= self.trained.thresholds["clause"]:
                kind = max(
                    (name for name in model.classes if name != NO_EVENT),
                    key=lambda name: values[model.classes.index(name)],
                )
            if kind and not (kind == "deadline" and deadlines):
                yield make_clause_claim(sentence, token, kind)
        for preposition, date in deadlines:
            yield make_deadline_claim(sentence, preposition, date)


def code_sentences(
    texts: Iterable[str], coder: OfflineCoder | None = None, *, date: dt.date | None = None
) -> Iterator[CodedDocument]:
    """Code texts one by one, each independently of the others.

    Args:
        texts: Sentences or short texts, none of them blank.
        coder: The coder; None for the one that comes with standoff.
        date: The day against which relative days are resolved.

    Returns:
        The codings, in the same order.
    """
    coder = coder or OfflineCoder()
    for text in texts:
        yield coder.code(Document(text, date=date))


def _drop_duplicates(
    chosen: list[tuple[Any, str, Features, dict[str, float]]],
) -> list[tuple[Any, str, Features, dict[str, float]]]:
    """Drop a noun that depends on a verb of the same type or on a light verb, and an act inside another act that names it."""
    at = {token.i: (token, event_type) for token, event_type, _, _ in chosen}
    kept = []
    for item in chosen:
        token, event_type = item[0], item[1]
        head = token.head
        if token.dep_ in ("pobj", "pcomp") and head.pos_ == "ADP":
            head = head.head
        outer = at.get(head.i) if head.i != token.i else None
        if outer is not None and outer[0].i != token.i:
            is_light = outer[0].lemma_.lower() in WORDS["light"] and token.pos_ in ("NOUN", "PROPN")
            is_inside = token.dep_ in ("xcomp", "dobj", "nsubjpass") and outer[1] in (
                "AGREE",
                "THREATEN",
                "REQUEST",
                "REJECT",
            )
            if (
                is_inside
                or (is_light and token.dep_ in ("dobj", "nsubjpass"))
                or (event_type == outer[1] and token.dep_ in ("dobj", "nsubjpass", "pobj", "xcomp", "pcomp"))
            ):
                continue
        if (
            event_type == "ASSAULT"
            and token.lemma_.lower() in WORDS["kill"]
            and any(other[1] == "ASSAULT" and other[0].lemma_.lower() not in WORDS["kill"] for other in chosen)
        ):
            continue  # the casualties of an attack that the sentence also reports
        kept.append(item)
    return kept


def _find_act_tokens(token: Any) -> tuple[int, int]:
    """Find the first and last token of the words that express an act: the verb group with its object, or the noun phrase."""
    if token.pos_ in ("NOUN", "PROPN"):
        return int(token.i), int(token.i)
    first = last = token.i
    for child in token.children:
        if child.dep_ in ("aux", "auxpass", "neg", "prt") or (
            child.dep_ in ("dobj", "attr", "acomp") and child.i > token.i
        ):
            if child.dep_ in ("aux", "auxpass", "neg") and token.i - child.i > 4:
                continue
            first, last = (
                min(first, child.i),
                max(last, find_phrase_end(child) if child.dep_ in ("dobj", "attr") else child.i),
            )
        elif child.dep_ == "xcomp" and child.i - token.i <= 4:
            inner = _find_act_tokens(child)
            last = max(last, inner[1])
    return int(first), int(last)
