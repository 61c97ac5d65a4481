"""`standoff feed`: read news feeds into a store, and print a line for each new event."""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import BeliefPoints, BeliefTolerance, Overrides, load_scenario, make_settings
from standoff.cli.news_options import (
    AllowPrivate,
    CoderName,
    StoreLocation,
    format_foreign,
    open_coder_named,
    open_store_named,
)
from standoff.errors import InputError, Problem, SolveError
from standoff.text import format_change, format_percent

if TYPE_CHECKING:
    from standoff.desk.feed import FeedFault, FeedRound
    from standoff.scenario import Scenario
    from standoff.store.repository import Store

__all__ = ["register"]

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PASSAGE = 120
"""Approximate number of characters of a quoted passage."""
LEAST_MOVE = 0.005
"""Change of a probability from which it is reported."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("feed")(feed)


def feed(
    sources: Annotated[
        list[str], typer.Argument(metavar="URL|FILE...", help="Feed or page URLs; local files are re-read each round.")
    ],
    every: Annotated[
        str, typer.Option("--every", metavar="TIME", help="Time between two readings: 90s, 15m, 2h or 1d.")
    ] = "15m",
    once: Annotated[bool, typer.Option("--once", help="Read every feed once and stop.")] = False,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="SCENARIO", help="Print only events that involve this scenario.")
    ] = None,
    update: Annotated[
        bool,
        typer.Option("--update", help="Update the scenario after each round, and print the probabilities that moved."),
    ] = False,
    store: StoreLocation = None,
    coder: CoderName = "offline",
    allow_private: AllowPrivate = False,
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as one line of JSON.")] = False,
) -> None:
    """Read feeds into a store at regular intervals. Ctrl-C stops cleanly; the next start resumes."""
    seconds = _parse_interval(every)
    if update and scenario is None:
        message = "`--update` needs a scenario"
        raise InputError(Problem("missing-option", message, help="name it with `--scenario`"))
    if overrides and scenario is None:
        message = "`--set` needs a scenario"
        raise InputError(Problem("missing-option", message, help="name it with `--scenario`"))
    from standoff.desk.feed import FeedFault, poll_feeds
    from standoff.news.readers import Limits

    loaded = load_scenario(scenario, overrides) if scenario is not None else None
    opened_coder = open_coder_named(coder)
    is_faulty = False
    with open_store_named(store) as opened, _catch_stop() as (should_stop, wait):
        headline = _Headline(opened, loaded, belief_points, belief_tolerance) if update and loaded is not None else None
        for found in poll_feeds(
            opened,
            list(dict.fromkeys(sources)),
            coder=opened_coder,
            every_seconds=seconds,
            scenario=loaded,
            limits=Limits(allow_private=allow_private),
            once=once,
            should_stop=should_stop,
            wait=wait,
        ):
            if isinstance(found, FeedFault):
                is_faulty = True
                _report_fault(found, is_last=once)
                continue
            is_faulty = is_faulty or bool(found.ingested.faults)
            num_printed = _print_events(opened, found, loaded, as_json=as_json)
            if headline is not None and num_printed:
                headline.report(as_json=as_json)
        if should_stop():
            sys.stderr.write("stopped; everything read is kept, and the next start resumes from there\n")
    if once and is_faulty:
        raise typer.Exit(InputError.exit_code)  # each fault was reported when it occurred


def _parse_interval(every: str) -> float:
    """Return the seconds of an interval such as `15m`.

    Raises:
        InputError: It is not a valid interval (`bad-time`).
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", every.strip(), re.ASCII)
    if found is None or int(found[1]) == 0:
        message = f"`{every}` is not a valid interval"
        raise InputError(Problem("bad-time", message, help="write a number and a unit, e.g. 90s, 15m, 2h or 1d"))
    return int(found[1]) * UNITS[found[2]]


@contextmanager
def _catch_stop() -> Iterator[tuple[Callable[[], bool], Callable[[float], None]]]:
    """Catch Ctrl-C and SIGTERM; a second Ctrl-C stops at once.

    Yields:
        A function that says whether a stop was asked for, and a wait in seconds that such a request ends.
    """
    asked = threading.Event()

    def stop(number: int, _frame: object) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def wait(seconds: float) -> None:
        asked.wait(seconds)

    try:
        yield asked.is_set, wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _report_fault(found: FeedFault, *, is_last: bool) -> None:
    for problem in found.problems:
        sys.stderr.write(f"{problem}\n")
    if not is_last:
        pause = found.wait_seconds
        text = f"{pause / 60:.0f} minutes" if pause >= 120 else f"{pause:.0f} seconds"
        sys.stderr.write(f"{format_foreign(found.source).plain}: next attempt in {text}\n")
    sys.stderr.flush()


def _print_events(store: Store, found: FeedRound, scenario: Scenario | None, *, as_json: bool) -> int:
    """Print the events of a round, and return their number."""
    from standoff.desk.event_set import collect_codes, format_code, involves, load_events
    from standoff.desk.event_table import event_to_json, name_outlet

    for refusal in [one for one in found.ingested.not_coded if not one.problems]:
        sys.stderr.write(
            f"not coded: {format_foreign(refusal.document.address).plain}: {format_foreign(refusal.reason).plain}\n"
        )
    for problem in found.ingested.faults:
        sys.stderr.write(f"{problem}\n")
    codes = collect_codes(scenario) if scenario is not None else None
    wanted = {one.event_id for one in found.events if codes is None or involves(one, codes)}
    if not wanted:
        return 0
    events = load_events(store, keep=lambda one: one.event_id in wanted)
    for one in events.events:
        if as_json:
            line = json.dumps(event_to_json(events, one), allow_nan=False)
        else:
            event = one.event
            who, towards = format_code(event.actor) or "?", f" to {format_code(event.target)}" if event.target else ""
            day = event.date.isoformat() if event.date else "undated"
            outlet = name_outlet(events.copies[one.document_hash][0])
            words = events.quote_passage(one, PASSAGE)
            line_text = format_foreign(
                f"{event.event_type} {who}{towards}, {event.factuality} ({event.confidence:.2f}), {outlet}: {words}"
            )
            line = f"{one.event_id}  {day}  {line_text.plain}"
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return len(wanted)


class _Headline:
    """The probabilities as they were last reported."""

    def __init__(self, store: Store, scenario: Scenario, belief_points: int | None, belief_tolerance: float) -> None:
        self._store, self._scenario = store, scenario
        self._settings = make_settings(belief_points, belief_tolerance)
        self._reported: dict[str, float] = {}

    def report(self, *, as_json: bool) -> None:
        """Update the scenario on everything in the store, and print the probabilities that moved."""
        from standoff.desk.event_set import load_events
        from standoff.desk.update import record_update, update_on_news

        try:
            found = update_on_news(self._scenario, load_events(self._store), settings=self._settings)
        except (InputError, SolveError) as error:
            sys.stderr.write(f"no update: {error}\n")
            return
        number = record_update(self._store, found)
        update = found.update
        moves = []
        for k, target in enumerate(update.targets):
            before = self._reported.get(str(target), float(update.before[k]))
            now = float(update.after[k])
            if abs(now - before) >= LEAST_MOVE:
                moves.append((update.target_labels[k], before, now))
                self._reported[str(target)] = now
        doubts = [one.observation.quote for one in update.doubts]
        if as_json:
            probabilities = [{"target": label, "before": before, "after": now} for label, before, now in moves]
            document = {"scenario": self._scenario.id, "run": number, "moves": probabilities, "doubts": doubts}
            sys.stdout.write(f"{json.dumps(document, allow_nan=False)}\n")
        else:
            self._print(moves, doubts, number)
        sys.stdout.flush()

    def _print(self, moves: list[tuple[str, float, float]], doubts: list[str], number: int) -> None:
        name = self._scenario.id
        for label, before, now in moves:
            moved = f"{format_percent(before)} → {format_percent(now)}, {format_change(now - before)} percentage points"
            sys.stdout.write(f"{name}, {label}: {moved} (run {number})\n")
        for quote in doubts:
            sys.stdout.write(f"{name}: the model did not expect this: {format_foreign(quote).plain}\n")
