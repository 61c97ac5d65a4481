"""Hand-coded reports: news reports with the events and claims that the coder should find.

A report is two files of one name. `NAME.txt` is the text, read like any plain text (`standoff.news.readers`). `NAME.json`
holds the events and claims that a person found, in the form of `CodedDocument.to_json()` without `confidence`, `method` and
`intensity`.

Every quotation is compared with the text at its span, so that a report that loads has no wrong offset. The rules of coding are in
`tests/reports/README.md`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from standoff.errors import InputError, Problem
from standoff.news.coded import INTENSITY, Attribution, Claim, Event, Mention, Span
from standoff.news.document import Document
from standoff.news.readers import read_documents
from standoff.news.vocabulary import ClaimKind, EventType, Factuality
from training.form_checks import Form, FormChecks

__all__ = ["METHOD", "HandCoded", "load_hand_coded"]

METHOD = "hand"
"""The `Event.method` of events that a person coded."""


@dataclass(frozen=True)
class HandCoded:
    """A report with the events and claims that a person coded.

    Attributes:
        name: The name of its files, without the extension.
        document: The report; it has a date.
        events: In the order of the text, at distinct spans; `confidence` is 1, `method` is `METHOD` and `intensity` is that
            of the type.
        claims: In the order of the text; two at one span are of different kinds.
    """

    name: str
    document: Document
    events: tuple[Event, ...]
    claims: tuple[Claim, ...]


class _MentionForm(Form):
    code: str
    text: str
    span: Span | None
    inferred: bool


class _AttributionForm(Form):
    speaker: str
    outlet: str
    span: Span | None


class _EventForm(Form):
    type: EventType
    mode: str
    contexts: list[str]
    actor: _MentionForm | None
    target: _MentionForm | None
    date: dt.date | None
    place: str
    span: Span
    quote: str
    attribution: _AttributionForm
    factuality: Factuality


class _ClaimForm(Form):
    kind: ClaimKind
    issue: str
    holder: _MentionForm | None
    about: _MentionForm | None
    value: str
    unit: str
    qualifier: str
    span: Span
    quote: str
    attribution: _AttributionForm
    factuality: Factuality


class _ReportForm(Form):
    document: str
    language: Literal["en"]
    refused: Literal[""]
    events: list[_EventForm]
    claims: list[_ClaimForm]


def load_hand_coded(folder: Path) -> tuple[HandCoded, ...]:
    """Read every report of a folder and check its coding.

    Args:
        folder: The folder of the pairs of `.txt` and `.json`; other files are ignored.

    Returns:
        The reports, by name.

    Raises:
        InputError: The folder has no reports, a report lacks one of its files or cannot be read, or its coding does not have the
            right form, uses words outside the vocabulary, or does not agree with the text; carries every fault.
        MissingExtraError: A library of the extra `news` is not installed.
    """
    names = sorted({path.stem for ending in ("txt", "json") for path in folder.glob(f"*.{ending}")})
    problems: list[Problem] = []
    reports: list[HandCoded] = []
    if not names:
        problems.append(
            Problem("no-reports", f"`{folder}` contains no reports", help="write NAME.txt and NAME.json in it")
        )
    for name in names:
        pair = (folder / f"{name}.txt", folder / f"{name}.json")
        missing = [path for path in pair if not path.is_file()]
        problems += [
            Problem("half-a-report", f"`{path.name}` is missing", help="add it", file=str(path)) for path in missing
        ]
        if not missing:
            try:
                reports.append(_load(name, *pair))
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(reports)


def _load(name: str, text_file: Path, coding_file: Path) -> HandCoded:
    documents = list(read_documents(str(text_file)))
    assert len(documents) == 1, "a plain text is one document"
    checks = FormChecks(str(coding_file))
    form = checks.read(_ReportForm, coding_file.read_bytes())
    if form is None:
        raise InputError(checks.problems)
    checked = _Coding(documents[0], checks)
    checked.check_document(form)
    events = tuple(checked.make_event(event, f"events.{index}") for index, event in enumerate(form.events))
    claims = tuple(checked.make_claim(claim, f"claims.{index}") for index, claim in enumerate(form.claims))
    checked.check_sequence([event.span for event in events], [""] * len(events), "events")
    checked.check_sequence([claim.span for claim in claims], [claim.kind for claim in claims], "claims")
    if checks.problems:
        raise InputError(checks.problems)
    return HandCoded(name, documents[0], events, claims)


@dataclass(frozen=True, slots=True)
class _Coding:
    """Makes the records of one report from its forms, and collects their faults."""

    document: Document
    checks: FormChecks

    def check_document(self, form: _ReportForm) -> None:
        if form.document != self.document.document_hash:
            self.checks.add(
                "other-text",
                f"`{form.document}` is not the hash of the text, `{self.document.document_hash}`",
                "document",
                "code the text again, or restore it",
            )
        if self.document.date is None:
            self.checks.add("no-date", "the text has no date", "", "begin it with a line like `Date: 2031-05-04`")

    def check_sequence(self, spans: Sequence[Span], kinds: Sequence[str], path: str) -> None:
        """Check that codings are in the order of the text and that none occurs twice."""
        seen: set[tuple[Span, str]] = set()
        for index, key in enumerate(zip(spans, kinds, strict=True)):
            if key in seen:
                self.checks.add(
                    "coded-twice", f"`{self.read_text(key[0])}` is coded twice", f"{path}.{index}.span", "drop one"
                )
            seen.add(key)
            if index and spans[index] < spans[index - 1]:
                self.checks.add(
                    "wrong-order", f"`{self.read_text(key[0])}` comes before the one above it", f"{path}.{index}"
                )

    def make_event(self, form: _EventForm, path: str) -> Event:
        self.checks.check_act(form.type, form.mode, form.contexts, path)
        self.check_quote(form.quote, form.span, path)
        self.check_words(form.place, self.document.text, f"{path}.place")
        return Event(
            event_type=form.type,
            mode=form.mode,
            contexts=tuple(form.contexts),
            actor=self.make_mention(form.actor, f"{path}.actor"),
            target=self.make_mention(form.target, f"{path}.target"),
            date=form.date,
            place=form.place,
            span=form.span,
            quote=form.quote,
            attribution=self.make_attribution(form.attribution, f"{path}.attribution"),
            factuality=form.factuality,
            confidence=1.0,
            method=METHOD,
            intensity=INTENSITY[form.type],
        )

    def make_claim(self, form: _ClaimForm, path: str) -> Claim:
        self.check_quote(form.quote, form.span, path)
        self.check_words(form.value, form.quote, f"{path}.value")
        self.check_words(form.qualifier, form.quote, f"{path}.qualifier")
        return Claim(
            kind=form.kind,
            issue=form.issue,
            holder=self.make_mention(form.holder, f"{path}.holder"),
            about=self.make_mention(form.about, f"{path}.about"),
            value=form.value,
            unit=form.unit,
            qualifier=form.qualifier,
            span=form.span,
            quote=form.quote,
            attribution=self.make_attribution(form.attribution, f"{path}.attribution"),
            factuality=form.factuality,
        )

    def make_mention(self, form: _MentionForm | None, path: str) -> Mention | None:
        if form is None:
            return None
        for code in form.code.split(";"):
            self.checks.check_code(code, f"{path}.code")
        if form.inferred is (form.span is not None):
            self.checks.add("wrong-form", "a mention is either inferred or has a span", path)
        self.check_optional_quote(form.text, form.span, path)
        return Mention(form.code, form.text, form.span, form.inferred)

    def make_attribution(self, form: _AttributionForm, path: str) -> Attribution:
        self.check_optional_quote(form.speaker, form.span, path)
        self.check_words(form.outlet, self.document.text, f"{path}.outlet")
        return Attribution(form.speaker, form.outlet, form.span)

    def check_optional_quote(self, quote: str, span: Span | None, path: str) -> None:
        """Check a quotation that may be missing: without a span there must be no words."""
        if span is not None:
            self.check_quote(quote, span, path)
        elif quote:
            self.checks.add("not-in-text", f"`{quote}` has no span", f"{path}.span", "give its span")

    def check_quote(self, quote: str, span: Span, path: str) -> None:
        if not (0 <= span[0] < span[1] <= len(self.document.text)) or self.read_text(span) != quote:
            at = ", ".join(str(found) for found in _find_starts(quote, self.document.text)) or "nowhere"
            message = f"`{quote}` is not at {span[0]} to {span[1]}, where the text has `{self.read_text(span)}`"
            self.checks.add("not-in-text", message, f"{path}.span", f"it begins at: {at}")

    def check_words(self, words: str, text: str, path: str) -> None:
        if words not in text:
            self.checks.add("not-in-text", f"`{words}` is not in the coded words", path)

    def read_text(self, span: Span) -> str:
        """Return the text of a span."""
        return self.document.text[max(span[0], 0) : max(span[1], 0)]


def _find_starts(quote: str, text: str) -> Iterator[int]:
    """Yield the offsets at which a quotation begins."""
    start = text.find(quote) if quote else -1
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)
