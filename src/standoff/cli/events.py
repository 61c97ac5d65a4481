"""`standoff events`: what was coded, and what people said about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from standoff.cli.common import AsJson, print_json
from standoff.cli.news_options import (
    Author,
    ForScenario,
    Reason,
    StoreLocation,
    load_named,
    open_store_named,
    parse_day,
)
from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from standoff.desk.event_set import EventSet
    from standoff.desk.event_table import EventFilter
    from standoff.store.records import Review, StoredEvent
    from standoff.store.repository import Store

__all__ = ["register"]

events = typer.Typer(
    name="events",
    help="List, correct and export the coded events of a store.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="First day of the events, e.g. 2026-02-02.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Last day of the events.")]
Countries = Annotated[
    list[str] | None,
    typer.Option("--country", metavar="CODE", help="Code of the actor or target, e.g. IRN or IGO:UN. Repeatable."),
]
Types = Annotated[
    list[str] | None, typer.Option("--type", metavar="TYPE", help="PLOVER event type, e.g. MOBILIZE. Repeatable.")
]
WithDropped = Annotated[bool, typer.Option("--dropped", help="Include dropped events.")]
Numbers = Annotated[list[str], typer.Argument(metavar="EVENT...", help="Numbers or names of events.")]
Number = Annotated[
    str, typer.Argument(metavar="EVENT", help="Number or name of an event, as `events list` prints them.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(events)


def _make_filter(
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
        since=parse_day("--since", since),
        until=parse_day("--until", until),
        countries=tuple(countries or ()),
        event_types=tuple(one.upper() for one in types or ()),
        scenario=load_named(scenario),
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
    store: StoreLocation = None,
    as_json: AsJson = False,
) -> None:
    """List the events of a store by day, with their corrections."""
    from standoff.desk.event_table import event_to_json, select_events

    wanted = _make_filter(since, until, country, event_type, scenario=scenario, dropped=dropped)
    with open_store_named(store) as opened:
        found = select_events(opened, wanted)
    if as_json:
        _print_document({"known_by": found.known_by, "events": [event_to_json(found, one) for one in found.events]})
        return
    from standoff.cli.event_text import draw_events

    draw_events(found)


@events.command("show", short_help="Show an event with its context, sources and reviews.")
def show_event(number: Number, store: StoreLocation = None, as_json: AsJson = False) -> None:
    """Show an event with its quotation in context, its sources and its reviews."""
    from standoff.desk.event_table import event_to_json

    with open_store_named(store) as opened:
        events, one = _find(opened, number)
        reviews = opened.list_reviews(one.event_id)
    if as_json:
        shown = [
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
        _print_document(event_to_json(events, one) | {"reviews": shown})
        return
    from standoff.cli.event_text import draw_event

    draw_event(events, one, reviews)


@events.command("edit", short_help="Correct events.")
def edit_event(
    numbers: Numbers,
    author: Author,
    event_type: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Correct PLOVER event type.")] = None,
    actor: Annotated[
        str | None,
        typer.Option("--actor", metavar="CODE", help="Correct actor, e.g. 'USA MIL', or '' for an unknown actor."),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="CODE", help="Correct target, or '' for an unknown target.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="Correct day, or '' for an unknown day.")
    ] = None,
    stands_for: Annotated[
        str | None,
        typer.Option(
            "--stands-for",
            metavar="NAME",
            help="Move or hazard of --scenario that the event is, e.g. pressure.usa.strike; `background` for none of them, "
            "'' to leave it open.",
        ),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="SCENARIO", help="Scenario to which --stands-for refers.")
    ] = None,
    reason: Reason = "",
    store: StoreLocation = None,
) -> None:
    """Correct events, all in the same way: a review is recorded, and the original coding is kept."""
    from standoff.desk.corrections import Correction, check_correction, list_matchable_events, make_review

    kind = event_type.upper() if event_type else event_type
    correction = Correction(kind, actor, target, date, stands_for)
    if (stands_for is not None) != (scenario is not None):
        message = (
            "`--stands-for` and `--scenario` go together"
            if stands_for is not None
            else "`--scenario` needs `--stands-for`"
        )
        advice = (
            "name the scenario of the move" if stands_for is not None else "add `--stands-for`, or remove `--scenario`"
        )
        raise InputError(Problem("missing-option", message, help=advice))
    known = load_named(scenario)
    problems = check_correction(correction, list_matchable_events(known) if known is not None else ())
    if problems:
        raise InputError(problems)
    known_id = known.id if known else ""
    groups = _review(
        store,
        numbers,
        lambda one: make_review(one, "correct", author=author, reason=reason, correction=correction, scenario=known_id),
    )
    _confirm("corrected", groups)


@events.command("drop", short_help="Drop events that the text does not report.")
def drop_event(
    numbers: Numbers,
    author: Author,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Reason, recorded with the review.")],
    store: StoreLocation = None,
) -> None:
    """Drop events that the text does not report: a review is recorded, and the original coding is kept."""
    from standoff.desk.corrections import make_review

    groups = _review(store, numbers, lambda one: make_review(one, "drop", author=author, reason=reason))
    _confirm("dropped", groups)


@events.command("join", short_help="Mark events as one event with several sources.")
def join_events(numbers: Numbers, author: Author, store: StoreLocation = None) -> None:
    """Mark events as one event with several sources; an update counts it once."""
    if len(set(numbers)) < 2:
        message = "one event cannot be joined with itself"
        raise InputError(
            Problem("one-event", message, help="give two or more numbers, as `standoff events list` prints them")
        )
    with open_store_named(store) as opened:
        found = _find_all(opened, numbers)
        opened.add_cluster([one.event_id for one in found], method=f"by {author}")
    typer.echo(f"one event: {', '.join(str(one.event_id) for one in found)}")


@events.command("split")
def split_events(numbers: Numbers, author: Author, store: StoreLocation = None) -> None:
    """Mark each event as a separate event."""
    with open_store_named(store) as opened:
        found = _find_all(opened, numbers)
        for one in found:
            opened.add_cluster([one.event_id], method=f"by {author}")
    typer.echo(f"separate events: {', '.join(str(one.event_id) for one in found)}")


@events.command("export", short_help="Write events to a file: CSV, Parquet or PLOVER JSON.")
def export_events(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .csv, .parquet or .json.")],
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="File format: csv, parquet or plover (default: by the ending of the file)."
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    country: Countries = None,
    event_type: Types = None,
    scenario: ForScenario = None,
    dropped: WithDropped = False,
    store: StoreLocation = None,
) -> None:
    """Write events to a file: CSV, Parquet, or the JSON records of PLOVER."""
    from standoff.desk.event_files import choose_format, encode_events
    from standoff.desk.event_table import select_events
    from standoff.storing import check_writable, write_whole

    name = choose_format(output, file_format)
    check_writable(output, "the events")
    wanted = _make_filter(since, until, country, event_type, scenario=scenario, dropped=dropped)
    with open_store_named(store) as opened:
        found = select_events(opened, wanted)
    write_whole(output, encode_events(found, name), "the events")
    typer.echo(f"wrote {len(found.events)} events to {output}")


def _find(opened: Store, given: str) -> tuple[EventSet, StoredEvent]:
    """Load all events, and find one by its number or name."""
    from standoff.desk.event_set import find_event, load_events

    every = load_events(opened)
    return every, find_event(every, given)


def _find_all(opened: Store, numbers: list[str]) -> list[StoredEvent]:
    """Find events by their numbers or names, each once; all unknown ones are reported together."""
    from standoff.desk.event_set import find_event, load_events

    events = load_events(opened)
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
    """Record a review of each event and of its verbatim repeats; all or none.

    Returns:
        The events that were reviewed, in groups of verbatim repeats.
    """
    from standoff.desk.event_set import find_event, load_events

    problems: list[Problem] = []
    groups: dict[int, tuple[StoredEvent, ...]] = {}
    reviews: list[Review] = []
    with open_store_named(store) as opened:
        events = load_events(opened)
        for given in numbers:
            try:
                repeats = events.list_repeats(find_event(events, given))
                if repeats[0].event_id not in groups:
                    reviews += [make(one) for one in repeats]
                    groups[repeats[0].event_id] = repeats
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(list(dict.fromkeys(problems)))
        opened.add_reviews(reviews)
    return tuple(groups.values())


def _confirm(done: str, groups: tuple[tuple[StoredEvent, ...], ...]) -> None:
    for repeats in groups:
        numbers = ", ".join(str(one.event_id) for one in repeats)
        same = ", verbatim repeats of each other" if len(repeats) > 1 else ""
        typer.echo(f"{done} event{'s' if len(repeats) > 1 else ''} {numbers}{same}")


def _print_document(document: dict[str, Any]) -> None:
    from standoff.version import JSON_VERSION

    print_json({"json_version": JSON_VERSION} | document)
