"""Events that are still to be reviewed, and reviews as a file that a person fills in.

A file holds an event each: what was coded, the words that say so, and room for a verdict. It works on every events in which the
event is coded alike, whether that is in a store or not, because events go by their documents and their places in them. A file is
applied whole or not at all.

An event that others tell in the same words is asked about once; what is said of it holds for all of them.
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
from standoff.errors import InputError, Problem, nearest
from standoff.scenario import Scenario
from standoff.scenario.reader import read_file, read_text
from standoff.scenario.writing import write_yaml
from standoff.store.records import REVIEW_ACTIONS, Review, StoredEvent
from standoff.text import make_safe

if TYPE_CHECKING:
    from standoff.belief.reportable import ReportableEvent

__all__ = ["MOST_QUESTIONS", "Question", "find_questions", "read_reviews", "summarise_coding", "write_review_form"]

MOST_QUESTIONS = 500
"""Events of one file, at most, so that it stays within what a file may hold."""
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
    """An event that a person is asked about.

    Attributes:
        event: The event.
        repeats: All events that tell the same in the same words, this one among them.
        candidates: Events of the model of its type and its actors, one of which it may stand for.
    """

    event: StoredEvent
    repeats: tuple[StoredEvent, ...]
    candidates: tuple[ReportableEvent, ...]


def find_questions(events: EventSet, scenario: Scenario) -> tuple[Question, ...]:
    """The events that touch a scenario and that nobody has reviewed, in the order of the events.

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
        found.append(Question(one, repeats, tuple(model for model in models if _may_be(one, model))))
    return tuple(found)


def _may_be(one: StoredEvent, model: ReportableEvent) -> bool:
    actors = set(one.event.actor.countries) if one.event.actor is not None else set()
    is_by = not actors or not model.actors or bool(actors & set(model.actors))
    return one.event.event_type in model.event_types and is_by


def summarise_coding(one: StoredEvent) -> str:
    """How an event is coded, in one line: what a file repeats, so that it is not applied to what was coded otherwise."""
    event = one.coded
    day = event.date.isoformat() if event.date else "no day"
    who, towards = format_code(event.actor) or "nobody known", format_code(event.target) or "nobody known"
    return make_safe(f"{event.event_type}, {who} to {towards}, {day}, {event.factuality}")


def write_review_form(events: EventSet, scenario: Scenario, questions: Sequence[Question], *, author: str = "") -> str:
    """The text of a file to be filled in.

    Args:
        events: The events.
        scenario: The scenario.
        questions: What is asked; a file has room for `MOST_QUESTIONS`.
        author: Who will fill it in.
    """
    assert len(questions) <= MOST_QUESTIONS
    models = list_model_events(scenario)
    heading = [
        f"Reviews of {len(questions)} events that touch {scenario.id}.",
        "verdict: confirm (it is as coded), correct (write what is right), drop (the text does not say so), or nothing.",
        "type, actor, target, date: only what is to be corrected, such as ASSAULT, 'USA MIL', IRN, 2026-02-09; '' for unknown.",
        f"stands_for: the event of the model that it is, with confirm or correct; {BACKGROUND} for none of them:",
        *(f"  {model.name} ({' '.join(model.event_types)}): {model.label}" for model in models),
    ]
    entries = [
        {
            "event": events.names[question.event.event_id],
            "coded": summarise_coding(question.event),
            "quote": make_safe(" ".join(question.event.coded.quote.split())),
            "words": make_safe(events.quote_passage(question.event)),
            "reported_by": _told_by(events, question),
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


def _told_by(events: EventSet, question: Question) -> str:
    places = [place for repeat in question.repeats for place in events.copies[repeat.document_hash]]
    told = (f"{name_outlet(place)} {place.date.isoformat() if place.date else '(no day)'}" for place in places)
    return make_safe("; ".join(dict.fromkeys(told)))


def read_reviews(path: Path | str, events: EventSet, scenario: Scenario, *, author: str = "") -> tuple[Review, ...]:
    """Read a file of reviews.

    Args:
        path: The file.
        events: The events that it is about.
        scenario: The scenario.
        author: Who says so where the file does not name anybody.

    Returns:
        The reviews, also of events that are told in the same words; none for what already is as the file says.

    Raises:
        InputError: The file cannot be read or has faults; carries all of them.
    """
    written = read_text(read_file(path), str(path))
    reader = _Reader(str(path), written.lines, events, scenario)
    reviews = tuple(reader.reviews(written.content, author))
    problems = [*written.problems, *reader.problems]
    if problems:
        raise InputError(problems)
    return reviews


class _Reader:
    """Reads what a file says, and gathers what is wrong with it."""

    def __init__(self, file: str, lines: Mapping[str, int], events: EventSet, scenario: Scenario) -> None:
        self.problems: list[Problem] = []
        self._file, self._lines, self._docket, self._scenario = file, lines, events, scenario
        self._names = list_matchable_events(scenario)
        self._said: dict[int, str] = {}

    def reviews(self, plain: Any, author: str) -> Iterator[Review]:
        if not isinstance(plain, dict) or not isinstance(plain.get("reviews"), list):
            self._tell(
                "review-file", "the file holds no reviews", "", "make one with `standoff review SCENARIO --export FILE`"
            )
            return
        for key in set(plain) - {"scenario", "by", "reviews"}:
            self._tell(
                "unknown-field", f"there is no field `{key}` here", key, nearest(key, ["scenario", "by", "reviews"])
            )
        if plain.get("scenario") != self._scenario.id:
            message = f"the file is about `{plain.get('scenario')}`, and not about `{self._scenario.id}`"
            self._tell("review-file", message, "scenario", "give the scenario that it was made for")
        by = plain.get("by") or author
        if not isinstance(by, str) or not by.strip():
            self._tell(
                "missing-author", "the file does not say whose reviews they are", "by", "write your name after `by:`"
            )
            by = "nobody"
        for k, entry in enumerate(plain["reviews"]):
            yield from self._entry(entry, f"reviews.{k}", by)

    def _entry(self, entry: Any, path: str, by: str) -> Iterator[Review]:
        if not isinstance(entry, dict):
            self._tell("wrong-type", "expected a review", path, "write it as a mapping that begins with `event:`")
            return
        for key in [key for key in entry if key not in _KEYS]:
            self._tell("unknown-field", f"there is no field `{key}` here", f"{path}.{key}", nearest(key, _KEYS))
        one = self._event(entry, path)
        before = len(self.problems)
        parts = {part: self._text(entry, part, path) for part in _PARTS}
        verdict, reason = entry.get("verdict"), self._text(entry, "reason", path) or ""
        is_sound = len(self.problems) == before
        if verdict is None:
            if any(part is not None for part in parts.values()):
                advice = "write `verdict: correct`, or `confirm` for what it stands for"
                self._tell("verdict", "something is corrected without a verdict", path, advice)
            return
        if verdict not in REVIEW_ACTIONS:
            advice = nearest(str(verdict), REVIEW_ACTIONS)
            self._tell("verdict", f"`{verdict}` is no verdict", f"{path}.verdict", advice)
            return
        correction = Correction(parts["type"], parts["actor"], parts["target"], parts["date"], parts["stands_for"])
        if (verdict == "drop" and correction) or (verdict == "confirm" and correction.changes_event):
            self._tell("verdict", f"a review that says `{verdict}` corrects nothing", path, "write `verdict: correct`")
            return
        faults = check_correction(correction, self._names, lambda *told: self._problem(path, *told))
        self.problems += faults
        if one is not None and is_sound and not faults:
            yield from self._made(one, verdict, correction, path=path, by=by, reason=reason)

    def _made(
        self, one: StoredEvent, verdict: str, correction: Correction, *, path: str, by: str, reason: str
    ) -> Iterator[Review]:
        # `confirm` with an event of the model goes the way of a correction that leaves the rest alone
        action = "correct" if verdict == "confirm" and correction else verdict
        for repeat in self._docket.list_repeats(one):
            if self._said.setdefault(repeat.event_id, path) != path:
                self._tell(
                    "duplicate-key", "the file says something else of this event before", path, "keep one of them"
                )
                return
            try:
                review = make_review(
                    repeat, action, author=by, reason=reason, correction=correction, scenario=self._scenario.id
                )
            except InputError as error:
                if [problem.code for problem in error.problems] != ["nothing-corrected"]:
                    raise
                if repeat.review is None:  # else it was corrected so before
                    self._tell(
                        "nothing-corrected", "the correction changes nothing", path, "change something, or confirm it"
                    )
                    return
                continue
            if not self._is_there(repeat, review):
                yield review

    def _is_there(self, one: StoredEvent, review: Review) -> bool:
        """Whether an event is already taken to be what a review says."""
        if one.review is None or one.review.review.action != review.action:
            return False
        is_same = one.review.review.correction == review.correction
        return is_same and (not review.scenario or one.stands_for.get(review.scenario, "") == review.stands_for)

    def _event(self, entry: Mapping[str, Any], path: str) -> StoredEvent | None:
        given = entry.get("event")
        if not isinstance(given, str | int) or isinstance(given, bool):
            self._tell("missing-field", "`event` is missing", path, "write the name of an event after `event:`")
            return None
        try:
            one = find_event(self._docket, str(given))
        except InputError as error:
            for problem in error.problems:
                self._tell(problem.code, problem.message, f"{path}.event", problem.help)
            return None
        if entry.get("coded") not in (None, summarise_coding(one)):
            message = f"event `{given}` is coded as `{summarise_coding(one)}`, and not as the file says"
            self._tell(
                "review-stale", message, f"{path}.coded", "make the file again, or take this line out if it still fits"
            )
            return None
        return one

    def _text(self, entry: Mapping[str, Any], part: str, path: str) -> str | None:
        given = entry.get(part)
        if given is None or isinstance(given, str):
            return given
        self._tell("wrong-type", f"expected a text, found `{given}`", f"{path}.{part}", "write it in quotes")
        return None

    def _tell(self, code: str, message: str, path: str, advice: str) -> None:
        self.problems.append(Problem(code, message, path, advice, self._file, self._line(path)))

    def _problem(self, path: str, code: str, message: str, part: str, advice: str) -> Problem:
        return Problem(code, message, f"{path}.{part}", advice, self._file, self._line(f"{path}.{part}"))

    def _line(self, path: str) -> int:
        keys = path.split(".")
        while keys and ".".join(keys) not in self._lines:
            keys.pop()
        return self._lines.get(".".join(keys), 1)
