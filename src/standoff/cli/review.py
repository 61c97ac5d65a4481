"""`standoff review`: a person goes through what was coded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.news_options import Author, StorePlace, open_desk, shown
from standoff.cli.run import ScenarioName
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


class _Quit(Exception):  # noqa: N818 - no error: somebody has had enough
    """The person leaves."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("review")(review)


def review(
    scenario: ScenarioName,
    author: Author = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Apply a file of reviews, whole or not at all, and ask nothing."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write a file to be filled in, and ask nothing.")
    ] = None,
    store: StorePlace = None,
) -> None:
    """Go through the events that touch a scenario and nobody has reviewed; each answer is kept at once."""
    from standoff.catalog.opening import load
    from standoff.desk.event_set import load_events
    from standoff.desk.review_form import find_questions

    if file is not None and export is not None:
        message = "`--file` and `--export` are two different things"
        raise InputError(Problem("contradiction", message, help="use one of them"))
    if export is not None:
        _check_export(export)
    wanted = load(scenario)
    with open_desk(store) as desk:
        events = load_events(desk)
        if file is not None:
            _apply(desk, events, wanted, file, author)
            return
        questions = find_questions(events, wanted)
        if export is not None:
            _export(events, wanted, questions, export, author)
        else:
            _ask(desk, events, wanted, questions, author)


def _check_export(path: Path) -> None:
    from standoff.storing import check_writable

    if path.exists():  # somebody may have filled it in
        raise InputError(Problem("file-exists", f"`{path}` is there already", help="choose another name"))
    check_writable(path, "the reviews")


def _apply(desk: Store, events: EventSet, scenario: Scenario, file: Path, author: str) -> None:
    from standoff.desk.review_form import read_reviews

    reviews = read_reviews(file, events, scenario, author=author)
    desk.add_reviews(reviews)
    typer.echo(f"recorded {len(reviews)} reviews" if reviews else "nothing new in the file; nothing was recorded")


def _export(events: EventSet, scenario: Scenario, questions: tuple[Question, ...], path: Path, author: str) -> None:
    from standoff.desk.review_form import MOST_QUESTIONS, write_review_form
    from standoff.storing import write_whole

    text = write_review_form(events, scenario, questions[:MOST_QUESTIONS], author=author)
    write_whole(path, text.encode("utf-8"), "the reviews")
    rest = f"; {len(questions) - MOST_QUESTIONS} more did not fit in" if len(questions) > MOST_QUESTIONS else ""
    typer.echo(f"wrote {min(len(questions), MOST_QUESTIONS)} events to {path}{rest}")


def _ask(desk: Store, events: EventSet, scenario: Scenario, questions: tuple[Question, ...], author: str) -> None:
    from rich.console import Console

    if not author.strip():
        raise InputError(Problem("missing-author", "a review needs an author", help="say who you are with `--by`"))
    console = Console(highlight=False, soft_wrap=False)
    done = 0
    try:
        for k, question in enumerate(questions, start=1):
            _show(console, events, question, f"{k} of {len(questions)}")
            reviews = _answer(console, scenario, question, author)
            if reviews:
                desk.add_reviews(reviews)
                done += 1
    except _Quit:
        pass
    left = len(questions) - done
    console.print(f"{done} reviewed, {left} left")


def _show(console: Console, events: EventSet, question: Question, place: str) -> None:
    from rich.text import Text

    from standoff.cli.events_drawing import quote_in_context, source_line, told_as

    console.print(Text(f"\n{place}  event {question.event.event_id}", style="bold"))
    console.print(told_as(question.event.event))
    console.print(quote_in_context(events.find_text(question.event), question.event.coded.span))
    for repeat in question.repeats:
        for document in events.copies[repeat.document_hash]:
            console.print(shown(f"  {source_line(document)}", "dim"))
    for number, model in enumerate(question.candidates, start=1):
        console.print(shown(f"  it may be {number} {model.name}: {model.label}"))


def _answer(console: Console, scenario: Scenario, question: Question, author: str) -> list[Review]:
    """Ask until there is an answer that can be recorded; none for an event that is skipped."""
    from standoff.desk.corrections import Correction, make_review

    while True:
        key = _line("[c]onfirm, [e]dit, [d]rop, [s]kip, [q]uit? ").strip().lower()[:1]
        if KEYS.get(key) == "quit":
            raise _Quit
        if KEYS.get(key) == "skip":
            return []
        correction: Correction | None = None
        reason = ""
        action = KEYS.get(key, "")
        try:
            if action == "drop":
                reason = _line("why? ")
            elif action == "correct":
                correction = _correction(question, scenario)
                reason = _line("why? ")
            elif action == "confirm":
                stands_for = _stands_for(question, scenario)
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
                console.print(shown(problem.message))


def _correction(question: Question, scenario: Scenario) -> Correction:
    """Ask what is right; an empty line leaves a part as it is, a dash means that it is not known.

    Raises:
        InputError: What is given is wrong; carries every fault.
    """
    from standoff.desk.corrections import Correction, check_correction, list_matchable_events
    from standoff.desk.event_set import format_code

    event = question.event.event
    kind = _line(f"type [{event.event_type}]: ").strip().upper()
    actor = _part("who", format_code(event.actor))
    target = _part("to whom", format_code(event.target))
    day = _part("day", event.date.isoformat() if event.date else "")
    stands_for = _stands_for(question, scenario)
    correction = Correction(kind or None, actor, target, day, stands_for or None)
    problems = check_correction(correction, list_matchable_events(scenario))
    if problems:
        raise InputError(problems)
    return correction


def _part(name: str, now: str) -> str | None:
    """What a part should be; None where it is right."""
    given = _line(f"{name} [{now or '-'}]: ").strip()
    return {"": None, "-": ""}.get(given, given)


def _stands_for(question: Question, scenario: Scenario) -> str:
    """Ask which event of the model it is: by number or name, nothing for leaving that open.

    Raises:
        InputError: There is no such event (`unknown-model-event`).
    """
    from standoff.desk.corrections import Correction, check_correction, list_matchable_events

    given = _line(f"which event of {scenario.id} is it, or background [open]: ").strip()
    numbers = {str(k): model.name for k, model in enumerate(question.candidates, start=1)}
    name = numbers.get(given, given)
    problems = check_correction(Correction(stands_for=name), list_matchable_events(scenario))
    if problems:
        raise InputError(problems)
    return name


def _line(prompt: str) -> str:
    """A line that is typed.

    Raises:
        _Quit: There is no more.
    """
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stdout.write("\n")
        raise _Quit
    return line.rstrip("\n")
