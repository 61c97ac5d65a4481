"""Reports coded by hand: what the coder of events and claims should find in them.

A report is two files of one name. `NAME.txt` is the text, read as any plain text is (`standoff.news.readers`). `NAME.json`
is what a person found in it, in the form of `CodedDocument.to_json()` without what only a machine has to say: no
`confidence`, `method` or `intensity`.

Every quotation is compared with the text at its span, so that a report that loads has no offset that is wrong. What is to
be coded, and how, is written beside the reports (`tests/reports/README.md`).
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
"""The `Event.method` of what a person coded."""


@dataclass(frozen=True)
class HandCoded:
    """A report and everything that is to be found in it.

    Attributes:
        name: Name of its files, without the ending.
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
    """Read every report of a folder and check all that is said about it.

    Args:
        folder: Where the pairs of `.txt` and `.json` are; other files are not looked at.

    Returns:
        The reports, by name.

    Raises:
        InputError: The folder has no reports, a report lacks one of its files or cannot be read, or its coding is not of the
            right form, uses words that `vocabulary` does not have, or does not agree with the text; carries every fault.
        MissingExtraError: A library of the extra `news` is not installed.
    """
    names = sorted({path.stem for ending in ("txt", "json") for path in folder.glob(f"*.{ending}")})
    problems: list[Problem] = []
    reports: list[HandCoded] = []
    if not names:
        problems.append(
            Problem("no-reports", f"`{folder}` holds no reports", help="write NAME.txt and NAME.json in it")
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
    events = tuple(checked.event(event, f"events.{index}") for index, event in enumerate(form.events))
    claims = tuple(checked.claim(claim, f"claims.{index}") for index, claim in enumerate(form.claims))
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
            self.checks.add("no-date", "the text says no date", "", "begin it with a line like `Date: 2031-05-04`")

    def check_sequence(self, spans: Sequence[Span], kinds: Sequence[str], path: str) -> None:
        """In the order of the text, and nothing coded twice."""
        seen: set[tuple[Span, str]] = set()
        for index, key in enumerate(zip(spans, kinds, strict=True)):
            if key in seen:
                self.checks.add(
                    "coded-twice", f"`{self.said(key[0])}` is coded twice", f"{path}.{index}.span", "drop one"
                )
            seen.add(key)
            if index and spans[index] < spans[index - 1]:
                self.checks.add(
                    "wrong-order", f"`{self.said(key[0])}` stands before the one before it", f"{path}.{index}"
                )

    def event(self, form: _EventForm, path: str) -> Event:
        self.checks.check_act(form.type, form.mode, form.contexts, path)
        self.check_quote(form.quote, form.span, path)
        self.check_words(form.place, self.document.text, f"{path}.place")
        return Event(
            event_type=form.type,
            mode=form.mode,
            contexts=tuple(form.contexts),
            actor=self.mention(form.actor, f"{path}.actor"),
            target=self.mention(form.target, f"{path}.target"),
            date=form.date,
            place=form.place,
            span=form.span,
            quote=form.quote,
            attribution=self.attribution(form.attribution, f"{path}.attribution"),
            factuality=form.factuality,
            confidence=1.0,
            method=METHOD,
            intensity=INTENSITY[form.type],
        )

    def claim(self, form: _ClaimForm, path: str) -> Claim:
        self.check_quote(form.quote, form.span, path)
        self.check_words(form.value, form.quote, f"{path}.value")
        self.check_words(form.qualifier, form.quote, f"{path}.qualifier")
        return Claim(
            kind=form.kind,
            issue=form.issue,
            holder=self.mention(form.holder, f"{path}.holder"),
            about=self.mention(form.about, f"{path}.about"),
            value=form.value,
            unit=form.unit,
            qualifier=form.qualifier,
            span=form.span,
            quote=form.quote,
            attribution=self.attribution(form.attribution, f"{path}.attribution"),
            factuality=form.factuality,
        )

    def mention(self, form: _MentionForm | None, path: str) -> Mention | None:
        if form is None:
            return None
        for code in form.code.split(";"):
            self.checks.check_code(code, f"{path}.code")
        if form.inferred is (form.span is not None):
            self.checks.add("wrong-form", "a mention is either inferred or has a span", path)
        self.check_optional_quote(form.text, form.span, path)
        return Mention(form.code, form.text, form.span, form.inferred)

    def attribution(self, form: _AttributionForm, path: str) -> Attribution:
        self.check_optional_quote(form.speaker, form.span, path)
        self.check_words(form.outlet, self.document.text, f"{path}.outlet")
        return Attribution(form.speaker, form.outlet, form.span)

    def check_optional_quote(self, quote: str, span: Span | None, path: str) -> None:
        """No span, no words; otherwise as any quotation."""
        if span is not None:
            self.check_quote(quote, span, path)
        elif quote:
            self.checks.add("not-in-text", f"`{quote}` has no span", f"{path}.span", "write where it stands")

    def check_quote(self, quote: str, span: Span, path: str) -> None:
        if not (0 <= span[0] < span[1] <= len(self.document.text)) or self.said(span) != quote:
            at = ", ".join(str(found) for found in _starts(quote, self.document.text)) or "nowhere"
            message = f"`{quote}` is not at {span[0]} to {span[1]}, where the text has `{self.said(span)}`"
            self.checks.add("not-in-text", message, f"{path}.span", f"it begins at: {at}")

    def check_words(self, words: str, text: str, path: str) -> None:
        if words not in text:
            self.checks.add("not-in-text", f"`{words}` is not in the words that are coded", path)

    def said(self, span: Span) -> str:
        """What the text has there."""
        return self.document.text[max(span[0], 0) : max(span[1], 0)]


def _starts(quote: str, text: str) -> Iterator[int]:
    """Where a quotation begins, every time."""
    start = text.find(quote) if quote else -1
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)
