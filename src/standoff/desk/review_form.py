"""Find events without a review, and read reviews from a form that a person fills in.

A form has an entry for each event, with its coding, its quote, and room for a verdict. Events are identified by their documents
and their positions, so a form applies to every set in which they are coded in the same way, with a store or without. A form is
applied completely or not at all.

An event that several documents report in the same words occurs once in the form; its review holds for all of these reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standoff.desk.corrections import (
    BACKGROUND,
    Correction,
    check_correction,
    list_matchable_events,
    list_model_events,
    make_review,
)
from standoff.desk.event_set import EventSet, collect_codes, find_event, format_code, involves
from standoff.desk.event_table import name_outlet
from standoff.errors import InputError, Problem, suggest_nearest
from standoff.scenario import Scenario
from standoff.scenario.reader import read_file, read_text
from standoff.scenario.writing import write_yaml
from standoff.store.records import REVIEW_ACTIONS, Review, StoredEvent
from standoff.text import make_safe

if TYPE_CHECKING:
    from standoff.belief.reportable import ReportableEvent

__all__ = ["MOST_QUESTIONS", "Question", "find_questions", "read_reviews", "summarise_coding", "write_review_form"]

MOST_QUESTIONS = 500
"""Largest number of events in one form, which keeps it within the limits of a file."""
_KEYS = (
    "event",
    "coded",
    "quote",
    "words",
    "reported_by",
    "verdict",
    "type",
    "actor",
    "target",
    "date",
    "stands_for",
    "reason",
)
_PARTS = ("type", "actor", "target", "date", "stands_for")


@dataclass(frozen=True)
class Question:
    """An event that a reviewer is asked about.

    Attributes:
        event: The event.
        repeats: All reports of it in the same words, including this one.
        candidates: Events of the model with its type and actors, to which it may be matched.
    """

    event: StoredEvent
    repeats: tuple[StoredEvent, ...]
    candidates: tuple[ReportableEvent, ...]


def find_questions(events: EventSet, scenario: Scenario) -> tuple[Question, ...]:
    """Find the events about a scenario that were not reviewed, in the order of the set.

    Args:
        events: The events.
        scenario: The scenario.
    """
    codes, models = collect_codes(scenario), list_model_events(scenario)
    seen: set[int] = set()
    found = []
    for one in events.events:
        if one.event_id in seen or one.review is not None or not involves(one, codes):
            continue
        repeats = tuple(repeat for repeat in events.list_repeats(one) if repeat.review is None)
        seen |= {repeat.event_id for repeat in repeats}
        found.append(Question(one, repeats, tuple(model for model in models if _may_match(one, model))))
    return tuple(found)


def _may_match(one: StoredEvent, model: ReportableEvent) -> bool:
    actors = set(one.event.actor.countries) if one.event.actor is not None else set()
    is_by = not actors or not model.actors or bool(actors & set(model.actors))
    return one.event.event_type in model.event_types and is_by


def summarise_coding(one: StoredEvent) -> str:
    """Summarise the coding of an event in one line, which a form repeats to detect a changed coding."""
    event = one.coded
    day = event.date.isoformat() if event.date else "undated"
    who, towards = format_code(event.actor) or "unknown actor", format_code(event.target) or "unknown target"
    return make_safe(f"{event.event_type}, {who} to {towards}, {day}, {event.factuality}")


def write_review_form(events: EventSet, scenario: Scenario, questions: Sequence[Question], *, author: str = "") -> str:
    """Write the text of a form to be filled in.

    Args:
        events: The events.
        scenario: The scenario.
        questions: The questions, at most `MOST_QUESTIONS`.
        author: Name of the reviewer who will fill it in.
    """
    assert len(questions) <= MOST_QUESTIONS
    models = list_model_events(scenario)
    heading = [
        f"Reviews of {len(questions)} events about {scenario.id}.",
        "verdict: confirm (correctly coded), correct (give the corrections), drop (the text does not say so), or nothing.",
        "type, actor, target, date: corrections only, such as ASSAULT, 'USA MIL', IRN, 2026-02-09; '' for unknown.",
        f"stands_for: the matching event of the model, with confirm or correct; {BACKGROUND} if there is none:",
        *(f"  {model.name} ({' '.join(model.event_types)}): {model.label}" for model in models),
    ]
    entries = [
        {
            "event": events.names[question.event.event_id],
            "coded": summarise_coding(question.event),
            "quote": make_safe(" ".join(question.event.coded.quote.split())),
            "words": make_safe(events.quote_passage(question.event)),
            "reported_by": _list_sources(events, question),
            "verdict": None,
            "type": None,
            "actor": None,
            "target": None,
            "date": None,
            "stands_for": None,
            "reason": None,
        }
        for question in questions
    ]
    plain = {"scenario": scenario.id, "by": author or None, "reviews": entries}
    return write_yaml(plain, heading=heading, is_form=True)


def _list_sources(events: EventSet, question: Question) -> str:
    copies = [copy for repeat in question.repeats for copy in events.copies[repeat.document_hash]]
    sources = (f"{name_outlet(copy)} {copy.date.isoformat() if copy.date else '(undated)'}" for copy in copies)
    return make_safe("; ".join(dict.fromkeys(sources)))


def read_reviews(path: Path | str, events: EventSet, scenario: Scenario, *, author: str = "") -> tuple[Review, ...]:
    """Read a file of reviews.

    Args:
        path: The file.
        events: The events that it reviews.
        scenario: The scenario.
        author: Name of the reviewer if the file has none.

    Returns:
        The reviews, also of repeated reports; events that already agree with the file are left out.

    Raises:
        InputError: The file cannot be read or has faults; carries all of them.
    """
    written = read_text(read_file(path), str(path))
    reader = _Reader(str(path), written.lines, events, scenario)
    reviews = tuple(reader.read_all(written.content, author))
    problems = [*written.problems, *reader.problems]
    if problems:
        raise InputError(problems)
    return reviews


class _Reader:
    """Reads a file of reviews and collects its faults."""

    def __init__(self, file: str, lines: Mapping[str, int], events: EventSet, scenario: Scenario) -> None:
        self.problems: list[Problem] = []
        self._file, self._lines, self._docket, self._scenario = file, lines, events, scenario
        self._names = list_matchable_events(scenario)
        self._reviewed: dict[int, str] = {}

    def read_all(self, plain: Any, author: str) -> Iterator[Review]:
        if not isinstance(plain, dict) or not isinstance(plain.get("reviews"), list):
            self._add_problem(
                "review-file",
                "the file does not contain reviews",
                "",
                "make one with `standoff review SCENARIO --export FILE`",
            )
            return
        for key in set(plain) - {"scenario", "by", "reviews"}:
            self._add_problem(
                "unknown-field",
                f"there is no field `{key}` here",
                key,
                suggest_nearest(key, ["scenario", "by", "reviews"]),
            )
        if plain.get("scenario") != self._scenario.id:
            message = f"the file is about `{plain.get('scenario')}`, not about `{self._scenario.id}`"
            self._add_problem("review-file", message, "scenario", "give the scenario for which it was made")
        by = plain.get("by") or author
        if not isinstance(by, str) or not by.strip():
            self._add_problem(
                "missing-author", "the file does not name the reviewer", "by", "write your name after `by:`"
            )
            by = "nobody"
        for k, entry in enumerate(plain["reviews"]):
            yield from self._read_entry(entry, f"reviews.{k}", by)

    def _read_entry(self, entry: Any, path: str, by: str) -> Iterator[Review]:
        if not isinstance(entry, dict):
            self._add_problem(
                "wrong-type", "expected a review", path, "write it as a mapping that begins with `event:`"
            )
            return
        for key in [key for key in entry if key not in _KEYS]:
            self._add_problem(
                "unknown-field", f"there is no field `{key}` here", f"{path}.{key}", suggest_nearest(key, _KEYS)
            )
        one = self._find_event(entry, path)
        before = len(self.problems)
        parts = {part: self._read_text(entry, part, path) for part in _PARTS}
        verdict, reason = entry.get("verdict"), self._read_text(entry, "reason", path) or ""
        is_sound = len(self.problems) == before
        if verdict is None:
            if any(part is not None for part in parts.values()):
                advice = "write `verdict: correct`, or `confirm` for what it stands for"
                self._add_problem("verdict", "there is a correction without a verdict", path, advice)
            return
        if verdict not in REVIEW_ACTIONS:
            advice = suggest_nearest(str(verdict), REVIEW_ACTIONS)
            self._add_problem("verdict", f"`{verdict}` is not a valid verdict", f"{path}.verdict", advice)
            return
        correction = Correction(parts["type"], parts["actor"], parts["target"], parts["date"], parts["stands_for"])
        if (verdict == "drop" and correction) or (verdict == "confirm" and correction.changes_event):
            self._add_problem(
                "verdict",
                f"a review with the verdict `{verdict}` cannot hold a correction",
                path,
                "write `verdict: correct`",
            )
            return
        faults = check_correction(correction, self._names, lambda *parts: self._make_problem(path, *parts))
        self.problems += faults
        if one is not None and is_sound and not faults:
            yield from self._make_reviews(one, verdict, correction, path=path, by=by, reason=reason)

    def _make_reviews(
        self, one: StoredEvent, verdict: str, correction: Correction, *, path: str, by: str, reason: str
    ) -> Iterator[Review]:
        # `confirm` with a matching event of the model is a correction that changes nothing else
        action = "correct" if verdict == "confirm" and correction else verdict
        for repeat in self._docket.list_repeats(one):
            if self._reviewed.setdefault(repeat.event_id, path) != path:
                self._add_problem(
                    "duplicate-key", "the file contains another review of this event", path, "keep one of them"
                )
                return
            try:
                review = make_review(
                    repeat, action, author=by, reason=reason, correction=correction, scenario=self._scenario.id
                )
            except InputError as error:
                if [problem.code for problem in error.problems] != ["nothing-corrected"]:
                    raise
                if repeat.review is None:  # else it has this correction already
                    self._add_problem(
                        "nothing-corrected",
                        "the correction changes nothing",
                        path,
                        "change something, or confirm the event",
                    )
                    return
                continue
            if not self._agrees(repeat, review):
                yield review

    def _agrees(self, one: StoredEvent, review: Review) -> bool:
        """Whether an event already agrees with a review."""
        if one.review is None or one.review.review.action != review.action:
            return False
        is_same = one.review.review.correction == review.correction
        return is_same and (not review.scenario or one.stands_for.get(review.scenario, "") == review.stands_for)

    def _find_event(self, entry: Mapping[str, Any], path: str) -> StoredEvent | None:
        given = entry.get("event")
        if not isinstance(given, str | int) or isinstance(given, bool):
            self._add_problem("missing-field", "`event` is missing", path, "write the name of an event after `event:`")
            return None
        try:
            one = find_event(self._docket, str(given))
        except InputError as error:
            for problem in error.problems:
                self._add_problem(problem.code, problem.message, f"{path}.event", problem.help)
            return None
        if entry.get("coded") not in (None, summarise_coding(one)):
            message = f"event `{given}` is coded as `{summarise_coding(one)}`, which differs from the file"
            self._add_problem(
                "review-stale",
                message,
                f"{path}.coded",
                "make the file again, or remove this line if the review still applies",
            )
            return None
        return one

    def _read_text(self, entry: Mapping[str, Any], part: str, path: str) -> str | None:
        given = entry.get(part)
        if given is None or isinstance(given, str):
            return given
        self._add_problem("wrong-type", f"expected a text, found `{given}`", f"{path}.{part}", "write it in quotes")
        return None

    def _add_problem(self, code: str, message: str, path: str, advice: str) -> None:
        self.problems.append(Problem(code, message, path, advice, self._file, self._find_line(path)))

    def _make_problem(self, path: str, code: str, message: str, part: str, advice: str) -> Problem:
        return Problem(code, message, f"{path}.{part}", advice, self._file, self._find_line(f"{path}.{part}"))

    def _find_line(self, path: str) -> int:
        keys = path.split(".")
        while keys and ".".join(keys) not in self._lines:
            keys.pop()
        return self._lines.get(".".join(keys), 1)
