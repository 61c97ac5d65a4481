"""`standoff events`: what was coded, and what people said about it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from standoff.cli.news_options import AsJson, Author, ForScenario, Reason, StorePlace, day_of, open_desk, scenario_named
from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from standoff.desk.event_set import EventSet
    from standoff.desk.event_table import EventFilter
    from standoff.store.records import Review, StoredEvent
    from standoff.store.repository import Store

__all__ = ["register"]

events = typer.Typer(
    name="events",
    help="List, show, correct, drop, join, split and export the coded events of a store.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Since = Annotated[
    str | None, typer.Option("--since", metavar="DAY", help="First day of the events, such as 2026-02-02.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Last day of the events.")]
Countries = Annotated[
    list[str] | None,
    typer.Option("--country", metavar="CODE", help="Who acts or is acted upon, such as IRN or IGO:UN."),
]
Types = Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="PLOVER type, such as MOBILIZE.")]
WithDropped = Annotated[bool, typer.Option("--dropped", help="Dropped events, too.")]
Numbers = Annotated[list[str], typer.Argument(metavar="EVENT...", help="Numbers or names of events.")]
Number = Annotated[
    str, typer.Argument(metavar="EVENT", help="Number or name of an event, as `events list` prints them.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(events)


def _wanted(
    since: str | None,
    until: str | None,
    countries: list[str] | None,
    types: list[str] | None,
    *,
    scenario: str | None,
    dropped: bool,
) -> EventFilter:
    from standoff.desk.event_table import EventFilter

    return EventFilter(
        since=day_of("--since", since),
        until=day_of("--until", until),
        countries=tuple(countries or ()),
        event_types=tuple(one.upper() for one in types or ()),
        scenario=scenario_named(scenario),
        with_dropped=dropped,
    )


@events.command("list")
def list_events(
    since: Since = None,
    until: Until = None,
    country: Countries = None,
    event_type: Types = None,
    scenario: ForScenario = None,
    dropped: WithDropped = False,
    store: StorePlace = None,
    as_json: AsJson = False,
) -> None:
    """List the events of a store by day, as they are taken to be."""
    from standoff.desk.event_table import event_to_json, select_events

    wanted = _wanted(since, until, country, event_type, scenario=scenario, dropped=dropped)
    with open_desk(store) as desk:
        found = select_events(desk, wanted)
    if as_json:
        _print_json({"known_by": found.known_by, "events": [event_to_json(found, one) for one in found.events]})
        return
    from standoff.cli.events_drawing import draw_events

    draw_events(found)


@events.command("show")
def show_event(number: Number, store: StorePlace = None, as_json: AsJson = False) -> None:
    """Show an event with its quote in context, who tells it, and everything said of it."""
    from standoff.desk.event_table import event_to_json

    with open_desk(store) as desk:
        events, one = _find(desk, number)
        reviews = desk.reviews(one.event_id)
    if as_json:
        said = [
            {
                "verdict": review.review.action,
                "reviewer": review.review.author,
                "reason": review.review.reason,
                "at": review.review.reviewed_at.isoformat() if review.review.reviewed_at else None,
                "taken_as": review.review.correction.to_json() if review.review.correction else None,
                "scenario": review.review.scenario,
                "stands_for": review.review.stands_for,
            }
            for review in reviews
        ]
        _print_json(event_to_json(events, one) | {"reviews": said})
        return
    from standoff.cli.events_drawing import draw_event

    draw_event(events, one, reviews)


@events.command("edit")
def edit_event(
    numbers: Numbers,
    author: Author,
    event_type: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="The right PLOVER type.")] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="CODE", help="Who acts, such as 'USA MIL'; '' for nobody known.")
    ] = None,
    target: Annotated[str | None, typer.Option("--target", metavar="CODE", help="Towards whom, likewise.")] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="The right day; '' where it is not known.")
    ] = None,
    stands_for: Annotated[
        str | None,
        typer.Option(
            "--stands-for",
            metavar="NAME",
            help="The event of the model of --scenario that it is, such as pressure.usa.strike; background for none of "
            "them, '' to leave it open.",
        ),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="SCENARIO", help="The scenario that --stands-for belongs to.")
    ] = None,
    reason: Reason = "",
    store: StorePlace = None,
) -> None:
    """Correct events, all alike: reviews are recorded, and what was coded stays."""
    from standoff.desk.corrections import Correction, check_correction, list_matchable_events, make_review

    kind = event_type.upper() if event_type else event_type
    correction = Correction(kind, actor, target, date, stands_for)
    if (stands_for is not None) != (scenario is not None):
        message = (
            "`--stands-for` and `--scenario` go together"
            if stands_for is not None
            else "`--scenario` alone says nothing"
        )
        advice = (
            "name the scenario whose event it is" if stands_for is not None else "add `--stands-for`, or leave it out"
        )
        raise InputError(Problem("missing-option", message, help=advice))
    known = scenario_named(scenario)
    problems = check_correction(correction, list_matchable_events(known) if known is not None else ())
    if problems:
        raise InputError(problems)
    known_id = known.id if known else ""
    told = _review(
        store,
        numbers,
        lambda one: make_review(one, "correct", author=author, reason=reason, correction=correction, scenario=known_id),
    )
    _confirm("corrected", told)


@events.command("drop")
def drop_event(
    numbers: Numbers,
    author: Author,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; recorded with the review.")],
    store: StorePlace = None,
) -> None:
    """Drop events that the text does not tell: reviews are recorded, and what was coded stays."""
    from standoff.desk.corrections import make_review

    told = _review(store, numbers, lambda one: make_review(one, "drop", author=author, reason=reason))
    _confirm("dropped", told)


@events.command("join")
def join_events(numbers: Numbers, author: Author, store: StorePlace = None) -> None:
    """Say that events are one event, told by many: an update counts them once."""
    if len(set(numbers)) < 2:
        message = "one event alone is joined with nothing"
        raise InputError(Problem("one-event", message, help="name two or more, as `standoff events list` prints them"))
    with open_desk(store) as desk:
        found = _find_all(desk, numbers)
        desk.add_cluster([one.event_id for one in found], method=f"by {author}")
    typer.echo(f"one event: {', '.join(str(one.event_id) for one in found)}")


@events.command("split")
def split_events(numbers: Numbers, author: Author, store: StorePlace = None) -> None:
    """Say that each of these is an event of its own: an update counts them apart from all others."""
    with open_desk(store) as desk:
        found = _find_all(desk, numbers)
        for one in found:
            desk.add_cluster([one.event_id], method=f"by {author}")
    typer.echo(f"each an event of its own: {', '.join(str(one.event_id) for one in found)}")


@events.command("export")
def export_events(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; .csv, .parquet or .json.")],
    file_format: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="csv, parquet or plover; by default what the file ends with."),
    ] = None,
    since: Since = None,
    until: Until = None,
    country: Countries = None,
    event_type: Types = None,
    scenario: ForScenario = None,
    dropped: WithDropped = False,
    store: StorePlace = None,
) -> None:
    """Write events to a file: CSV, Parquet, or the JSON records of PLOVER."""
    from standoff.desk.event_files import choose_format, encode_events
    from standoff.desk.event_table import select_events
    from standoff.storing import check_writable, write_whole

    name = choose_format(output, file_format)
    check_writable(output, "the events")
    wanted = _wanted(since, until, country, event_type, scenario=scenario, dropped=dropped)
    with open_desk(store) as desk:
        found = select_events(desk, wanted)
    write_whole(output, encode_events(found, name), "the events")
    typer.echo(f"wrote {len(found.events)} events to {output}")


def _find(desk: Store, given: str) -> tuple[EventSet, StoredEvent]:
    """The event of a number or name, among all others."""
    from standoff.desk.event_set import find_event, load_events

    every = load_events(desk)
    return every, find_event(every, given)


def _find_all(desk: Store, numbers: list[str]) -> list[StoredEvent]:
    """The events of numbers or names, each once; all that are not there are told together."""
    from standoff.desk.event_set import find_event, load_events

    events = load_events(desk)
    problems: list[Problem] = []
    found: dict[int, StoredEvent] = {}
    for given in numbers:
        try:
            one = find_event(events, given)
            found[one.event_id] = one
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return list(found.values())


def _review(
    store: str | None, numbers: list[str], make: Callable[[StoredEvent], Review]
) -> tuple[tuple[StoredEvent, ...], ...]:
    """Record a review of each event and of those that are told in the same words; all or none.

    Returns:
        The events that were reviewed, in groups that are told in the same words.
    """
    from standoff.desk.event_set import find_event, load_events

    problems: list[Problem] = []
    groups: dict[int, tuple[StoredEvent, ...]] = {}
    reviews: list[Review] = []
    with open_desk(store) as desk:
        events = load_events(desk)
        for given in numbers:
            try:
                told = events.list_repeats(find_event(events, given))
                if told[0].event_id not in groups:
                    reviews += [make(one) for one in told]
                    groups[told[0].event_id] = told
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(list(dict.fromkeys(problems)))
        desk.add_reviews(reviews)
    return tuple(groups.values())


def _confirm(done: str, groups: tuple[tuple[StoredEvent, ...], ...]) -> None:
    for told in groups:
        numbers = ", ".join(str(one.event_id) for one in told)
        same = ", which are told in the same words" if len(told) > 1 else ""
        typer.echo(f"{done} event{'s' if len(told) > 1 else ''} {numbers}{same}")


def _print_json(document: dict[str, Any]) -> None:
    from standoff.version import JSON_VERSION

    sys.stdout.write(json.dumps({"json_version": JSON_VERSION} | document, indent=1, allow_nan=False) + "\n")
