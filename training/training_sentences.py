"""Training sentences: written for this project and coded by hand, to train the coder of events and claims.

The files are `sentences/*.jsonl`, one sentence a line; `sentences/README.md` has the rules of coding. A line
quotes the text, and a quotation matches whole words only: `fired` does not match in `misfired`, and `fired@2` is the second
match. This module converts quotations to offsets.

A sentence without events has no act between actors: it is an example of what must not be coded.

References:
    Open Event Data Alliance (2021), PLOVER: Political Language Ontology for Verifiable Event Records, draft 0.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from standoff.errors import InputError, Problem
from standoff.news.vocabulary import ClaimKind, EventType, Factuality
from training.form_checks import Form, FormChecks

__all__ = [
    "TextSpan",
    "TrainingActor",
    "TrainingClaim",
    "TrainingEvent",
    "TrainingSentence",
    "load_training_sentences",
]

_FOLDER = Path(__file__).parent / "sentences"
_ABOUT = re.compile(r"[A-Z]{3}")
_NTH = re.compile(r"(?P<quote>.+)@(?P<nth>[1-9])")


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A part of a text, in code points: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TrainingActor:
    """An actor, a target or the holder of a claim.

    Attributes:
        span: Where the text names it. One span may name several actors ("both armies").
        code: ISO 3166 country and role ("EGY GOV"), a role alone where the text names no country ("REB"), an organisation
            ("IGO:EU"), or "" where the text does not say who it is.
    """

    span: TextSpan
    code: str


@dataclass(frozen=True, slots=True)
class TrainingEvent:
    """A coded event.

    Attributes:
        event_type: One of `EVENT_TYPES`.
        trigger: The words that express the act.
        actors: The actors; empty where the text names none.
        targets: The targets; empty where the text names none.
        factuality: The factuality of the act.
        attribution: The speaker or outlet that reports it; None where the text itself does.
        mode: One of `MODES[event_type]`, or "".
        contexts: Each one of `CONTEXTS`.
    """

    event_type: str
    trigger: TextSpan
    actors: tuple[TrainingActor, ...]
    targets: tuple[TrainingActor, ...]
    factuality: str
    attribution: TextSpan | None
    mode: str
    contexts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingClaim:
    """A coded claim.

    Attributes:
        kind: The kind, such as "deadline".
        span: The words that express it.
        holders: Those who make the claim; empty where the text itself does.
        about_code: ISO 3166 code of the country that it concerns, or "".
        value: The number or date as the text writes it, or "".
        unit: The unit of the value, or "".
        qualifier: Words that make the value less precise, such as "about".
    """

    kind: str
    span: TextSpan
    holders: tuple[TrainingActor, ...]
    about_code: str
    value: str
    unit: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class TrainingSentence:
    """A sentence with its coded events and claims."""

    id: str
    text: str
    events: tuple[TrainingEvent, ...]
    claims: tuple[TrainingClaim, ...]


class _EventLine(Form):
    type: EventType
    trigger: str
    actor: str
    actor_code: str
    target: str
    target_code: str
    factuality: Factuality
    attribution: str
    mode: str
    contexts: list[str]


class _ClaimLine(Form):
    kind: ClaimKind
    holder: str
    holder_code: str
    about_code: str
    span: str
    value: str
    unit: str
    qualifier: str


class _SentenceLine(Form):
    id: str
    text: str
    events: list[_EventLine]
    claims: list[_ClaimLine]


def load_training_sentences(folder: Path = _FOLDER) -> tuple[TrainingSentence, ...]:
    """Read every sentence, by name of file and order in the file.

    Args:
        folder: The folder of the `.jsonl` files.

    Returns:
        The sentences.

    Raises:
        InputError: Lines do not follow `sentences/README.md`; carries every fault with its file and line.

    Examples:
        >>> sentence = load_training_sentences()[0]
        >>> trigger = sentence.events[0].trigger
        >>> sentence.events[0].event_type, sentence.text[trigger.start : trigger.end]
        ('ACCUSE', 'accused')
    """
    reading = _Reading(problems=[], lines_by_id={}, lines_by_text={})
    sentences: list[TrainingSentence] = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            sentence = reading.read(line, file, number)
            if sentence is not None:
                sentences.append(sentence)
    if reading.problems:
        raise InputError(reading.problems)
    return tuple(sentences)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The state of reading: the faults so far, and where each id and text occurred first."""

    problems: list[Problem]
    lines_by_id: dict[str, str]
    lines_by_text: dict[str, str]

    def read(self, line: str, file: Path, number: int) -> TrainingSentence | None:
        """Read a line; None where it does not have the right form."""
        checks = FormChecks(str(file), number, self.problems)
        raw = checks.read(_SentenceLine, line)
        if raw is None:
            return None
        coding = _SentenceCoding(raw.text, checks)
        coding.check_text()
        if re.fullmatch(rf"{re.escape(file.stem)}-\d{{3}}", raw.id) is None:
            checks.add("wrong-id", f"`{raw.id}` is not `{file.stem}-` and three digits", "id")
        for seen, key, name in ((self.lines_by_id, raw.id, "id"), (self.lines_by_text, raw.text, "text")):
            first = seen.setdefault(key, f"{file.name}:{number}")
            if first != f"{file.name}:{number}":
                checks.add(f"duplicate-{name}", f"this {name} is already in {first}", name)
        events = tuple(coding.event(event, f"events.{index}") for index, event in enumerate(raw.events))
        claims = tuple(coding.claim(claim, f"claims.{index}") for index, claim in enumerate(raw.claims))
        return TrainingSentence(raw.id, raw.text, events, claims)


@dataclass(frozen=True, slots=True)
class _SentenceCoding:
    """Makes the records of one sentence, finds its quotations, and collects their faults."""

    text: str
    checks: FormChecks

    def check_text(self) -> None:
        if not self.text or self.text != " ".join(self.text.split()):
            self.checks.add("wrong-text", "a text must be one line without superfluous spaces", "text")

    def event(self, raw: _EventLine, path: str) -> TrainingEvent:
        self.checks.check_act(raw.type, raw.mode, raw.contexts, path)
        return TrainingEvent(
            event_type=raw.type,
            trigger=self.span(raw.trigger, f"{path}.trigger"),
            actors=self.actors(raw.actor, raw.actor_code, f"{path}.actor"),
            targets=self.actors(raw.target, raw.target_code, f"{path}.target"),
            factuality=raw.factuality,
            attribution=self.span(raw.attribution, f"{path}.attribution") if raw.attribution else None,
            mode=raw.mode,
            contexts=tuple(raw.contexts),
        )

    def claim(self, raw: _ClaimLine, path: str) -> TrainingClaim:
        if raw.about_code and _ABOUT.fullmatch(raw.about_code) is None:
            self.checks.add(
                "wrong-code", f"`{raw.about_code}` is not an ISO 3166 code of three letters", f"{path}.about_code"
            )
        if raw.value not in self.text:
            self.checks.add("not-in-text", f"the value `{raw.value}` is not in the text", f"{path}.value")
        return TrainingClaim(
            kind=raw.kind,
            span=self.span(raw.span, f"{path}.span"),
            holders=self.actors(raw.holder, raw.holder_code, f"{path}.holder"),
            about_code=raw.about_code,
            value=raw.value,
            unit=raw.unit,
            qualifier=raw.qualifier,
        )

    def actors(self, quotes: str, codes: str, path: str) -> tuple[TrainingActor, ...]:
        """Find quotations with their codes; a single quotation may have several codes."""
        if not quotes:
            if codes:
                self.checks.add("codes-do-not-match", f"`{codes}` without a quotation", path)
            return ()
        spans = [self.span(quote, path) for quote in quotes.split("; ")]
        split = codes.split(";")
        for code in split:
            if code:
                self.checks.check_code(code, f"{path}_code")
        if len(spans) == 1:
            spans *= len(split)
        if len(spans) != len(split):
            self.checks.add("codes-do-not-match", f"{len(spans)} quotations, {len(split)} codes", path)
        return tuple(TrainingActor(span, code) for span, code in zip(spans, split, strict=False))

    def span(self, quote: str, path: str) -> TextSpan:
        """Find a quotation; where it is missing, add a fault and return an empty span."""
        counted = _NTH.fullmatch(quote)
        words, nth = (counted["quote"], int(counted["nth"])) if counted else (quote, 1)
        for index, start in enumerate(_find_whole_words(words, self.text), start=1):
            if index == nth:
                return TextSpan(start, start + len(words))
        self.checks.add("not-in-text", f"`{quote}` is not in the text", path)
        return TextSpan(0, 0)


def _find_whole_words(words: str, text: str) -> Iterator[int]:
    """Yield the start of every occurrence that neither begins nor ends inside a word."""
    pattern = rf"(?<!\w){re.escape(words)}(?!\w)" if words else r"(?!)"
    return (found.start() for found in re.finditer(pattern, text))
