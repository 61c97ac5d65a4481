"""`standoff review`: a person reviews coded events."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import ScenarioName, load_scenario, open_console
from standoff.cli.news_options import Author, StoreLocation, format_foreign, open_store_named
from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.desk.corrections import Correction
    from standoff.desk.event_set import EventSet
    from standoff.desk.review_form import Question
    from standoff.scenario import Scenario
    from standoff.store.records import Review
    from standoff.store.repository import Store

__all__ = ["register"]

KEYS = {"c": "confirm", "e": "correct", "d": "drop", "s": "skip", "q": "quit"}


class _Quit(Exception):  # noqa: N818 - not an error
    """The reviewer quits."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("review", short_help="Review the coded events that involve a scenario.")(review)


def review(
    scenario: ScenarioName,
    author: Author = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Apply a file of reviews, all or none, without asking."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write a form to fill in, without asking.")
    ] = None,
    store: StoreLocation = None,
) -> None:
    """Review the events that involve a scenario and have no review yet; each answer is kept at once."""
    from standoff.desk.event_set import load_events
    from standoff.desk.review_form import find_questions

    if file is not None and export is not None:
        message = "`--file` and `--export` cannot be combined"
        raise InputError(Problem("contradiction", message, help="use one of them"))
    if export is not None:
        _check_export(export)
    wanted = load_scenario(scenario)
    with open_store_named(store) as opened:
        events = load_events(opened)
        if file is not None:
            _apply(opened, events, wanted, file, author)
            return
        questions = find_questions(events, wanted)
        if export is not None:
            _export(events, wanted, questions, export, author)
        else:
            _ask(opened, events, wanted, questions, author)


def _check_export(path: Path) -> None:
    from standoff.storing import check_writable

    if path.exists():  # somebody may have filled it in
        raise InputError(Problem("file-exists", f"`{path}` already exists", help="choose another name"))
    check_writable(path, "the reviews")


def _apply(store: Store, events: EventSet, scenario: Scenario, file: Path, author: str) -> None:
    from standoff.desk.review_form import read_reviews

    reviews = read_reviews(file, events, scenario, author=author)
    store.add_reviews(reviews)
    typer.echo(f"recorded {len(reviews)} reviews" if reviews else "the file has no new review; nothing was recorded")


def _export(events: EventSet, scenario: Scenario, questions: tuple[Question, ...], path: Path, author: str) -> None:
    from standoff.desk.review_form import MOST_QUESTIONS, write_review_form
    from standoff.storing import write_whole

    text = write_review_form(events, scenario, questions[:MOST_QUESTIONS], author=author)
    write_whole(path, text.encode("utf-8"), "the reviews")
    rest = f"; {len(questions) - MOST_QUESTIONS} more exceed the limit" if len(questions) > MOST_QUESTIONS else ""
    typer.echo(f"wrote {min(len(questions), MOST_QUESTIONS)} events to {path}{rest}")


def _ask(store: Store, events: EventSet, scenario: Scenario, questions: tuple[Question, ...], author: str) -> None:
    if not author.strip():
        raise InputError(Problem("missing-author", "a review needs an author", help="give your name with `--by`"))
    console = open_console()
    done = 0
    try:
        for k, question in enumerate(questions, start=1):
            _show(console, events, question, f"{k} of {len(questions)}")
            reviews = _answer(console, scenario, question, author)
            if reviews:
                store.add_reviews(reviews)
                done += 1
    except _Quit:
        pass
    left = len(questions) - done
    console.print(f"{done} reviewed, {left} left")


def _show(console: Console, events: EventSet, question: Question, position: str) -> None:
    from rich.text import Text

    from standoff.cli.event_text import format_event, format_source, quote_in_context

    console.print(Text(f"\n{position}  event {question.event.event_id}", style="bold"))
    console.print(format_event(question.event.event))
    console.print(quote_in_context(events.find_text(question.event), question.event.coded.span))
    for repeat in question.repeats:
        for document in events.copies[repeat.document_hash]:
            console.print(format_foreign(f"  {format_source(document)}", "dim"))
    for number, model in enumerate(question.candidates, start=1):
        console.print(format_foreign(f"  could be {number} {model.name}: {model.label}"))


def _answer(console: Console, scenario: Scenario, question: Question, author: str) -> list[Review]:
    """Ask until an answer can be recorded; return no review for a skipped event."""
    from standoff.desk.corrections import Correction, make_review

    while True:
        key = _read_line("[c]onfirm, [e]dit, [d]rop, [s]kip, [q]uit? ").strip().lower()[:1]
        if KEYS.get(key) == "quit":
            raise _Quit
        if KEYS.get(key) == "skip":
            return []
        correction: Correction | None = None
        reason = ""
        action = KEYS.get(key, "")
        try:
            if action == "drop":
                reason = _read_line("reason? ")
            elif action == "correct":
                correction = _ask_correction(question, scenario)
                reason = _read_line("reason? ")
            elif action == "confirm":
                stands_for = _ask_move(question, scenario)
                correction = Correction(stands_for=stands_for) if stands_for else None
            else:
                continue
            way = "correct" if correction is not None else action
            return [
                make_review(one, way, author=author, reason=reason, correction=correction, scenario=scenario.id)
                for one in question.repeats
            ]
        except InputError as error:
            for problem in error.problems:
                console.print(format_foreign(problem.message))


def _ask_correction(question: Question, scenario: Scenario) -> Correction:
    """Ask for a correction; an empty line keeps a field, a dash marks it as unknown.

    Raises:
        InputError: An answer is invalid; carries every fault.
    """
    from standoff.desk.corrections import Correction, check_correction, list_matchable_events
    from standoff.desk.event_set import format_code

    event = question.event.event
    kind = _read_line(f"type [{event.event_type}]: ").strip().upper()
    actor = _ask_field("actor", format_code(event.actor))
    target = _ask_field("target", format_code(event.target))
    day = _ask_field("day", event.date.isoformat() if event.date else "")
    stands_for = _ask_move(question, scenario)
    correction = Correction(kind or None, actor, target, day, stands_for or None)
    problems = check_correction(correction, list_matchable_events(scenario))
    if problems:
        raise InputError(problems)
    return correction


def _ask_field(name: str, now: str) -> str | None:
    """Ask for the value of a field; return None where it is right."""
    given = _read_line(f"{name} [{now or '-'}]: ").strip()
    return {"": None, "-": ""}.get(given, given)


def _ask_move(question: Question, scenario: Scenario) -> str:
    """Ask which move or hazard of the scenario the event is: a number, a name, or nothing to leave it open.

    Raises:
        InputError: The scenario has no such move (`unknown-model-event`).
    """
    from standoff.desk.corrections import Correction, check_correction, list_matchable_events

    given = _read_line(f"which move of {scenario.id} is it, or `background` [open]: ").strip()
    numbers = {str(k): model.name for k, model in enumerate(question.candidates, start=1)}
    name = numbers.get(given, given)
    problems = check_correction(Correction(stands_for=name), list_matchable_events(scenario))
    if problems:
        raise InputError(problems)
    return name


def _read_line(prompt: str) -> str:
    """Read a line from the keyboard.

    Raises:
        _Quit: The input has ended.
    """
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stdout.write("\n")
        raise _Quit
    return line.rstrip("\n")
