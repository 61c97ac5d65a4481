"""`standoff watch-feed`: news as it comes, one line for each new event."""

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

from standoff.cli.coder_options import open_coder_named
from standoff.cli.news_options import CoderName, StorePlace, open_desk, shown
from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides
from standoff.errors import InputError, Problem, SolveError

if TYPE_CHECKING:
    from standoff.desk.feed import FeedFault, FeedRound
    from standoff.scenario import Scenario
    from standoff.solve.equilibrium import Settings
    from standoff.store.repository import Store

__all__ = ["register"]

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PASSAGE = 120
"""Characters of the passage that tells an event, about."""
LEAST_MOVE = 0.005
"""Change of probabilities from which on it is told."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("watch-feed")(watch_feed)


def watch_feed(
    sources: Annotated[
        list[str], typer.Argument(metavar="URL|FILE...", help="Feeds or pages; files that are written anew will do.")
    ],
    every: Annotated[
        str, typer.Option("--every", metavar="TIME", help="From one reading to the next: 90s, 15m, 2h or 1d.")
    ] = "15m",
    once: Annotated[bool, typer.Option("--once", help="Read every feed once, and end.")] = False,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="SCENARIO", help="Print only events that touch this scenario.")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Say when an update of the scenario on the news moves its probabilities.")
    ] = False,
    store: StorePlace = None,
    coder: CoderName = "offline",
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also read addresses on this machine and in private networks.")
    ] = False,
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")] = False,
) -> None:
    """Read feeds again and again into a store; ends cleanly on Ctrl-C, and goes on where it was."""
    seconds = _seconds(every)
    if update and scenario is None:
        message = "`--update` needs a scenario"
        raise InputError(Problem("missing-option", message, help="name it with `--scenario`"))
    if overrides and scenario is None:
        message = "`--set` needs a scenario"
        raise InputError(Problem("missing-option", message, help="name it with `--scenario`"))
    from standoff.catalog.opening import load
    from standoff.desk.feed import FeedFault, poll_feeds
    from standoff.news.readers import Limits

    loaded = load(scenario, overrides=list(overrides or [])) if scenario is not None else None
    opened = open_coder_named(coder)
    is_faulty = False
    with open_desk(store) as desk, _stopping() as (should_stop, wait):
        headline = _Headline(desk, loaded, belief_points, belief_tolerance) if update and loaded is not None else None
        for found in poll_feeds(
            desk,
            list(dict.fromkeys(sources)),
            coder=opened,
            every_seconds=seconds,
            scenario=loaded if loaded is not None else None,
            limits=Limits(allow_private=allow_private),
            once=once,
            should_stop=should_stop,
            wait=wait,
        ):
            if isinstance(found, FeedFault):
                is_faulty = True
                _tell_fault(found, is_last=once)
                continue
            is_faulty = is_faulty or bool(found.ingested.faults)
            num_printed = _print_events(desk, found, loaded, as_json=as_json)
            if headline is not None and num_printed:
                headline.tell(as_json=as_json)
        if should_stop():
            sys.stderr.write("stopped; what was read is kept, and the next start goes on from there\n")
    if once and is_faulty:
        raise typer.Exit(InputError.exit_code)  # each was told when it was met


def _seconds(every: str) -> float:
    """The seconds of a time such as `15m`.

    Raises:
        InputError: It is none (`bad-time`).
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", every.strip(), re.ASCII)
    if found is None or int(found[1]) == 0:
        message = f"`{every}` is no time from one reading to the next"
        raise InputError(Problem("bad-time", message, help="write a number and a unit, such as 90s, 15m, 2h or 1d"))
    return int(found[1]) * UNITS[found[2]]


@contextmanager
def _stopping() -> Iterator[tuple[Callable[[], bool], Callable[[float], None]]]:
    """Whether somebody asked to stop, by Ctrl-C or SIGTERM, and a way to wait that ends then; asked twice it stops at once."""
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


def _tell_fault(found: FeedFault, *, is_last: bool) -> None:
    for problem in found.problems:
        sys.stderr.write(f"{problem}\n")
    if not is_last:
        pause = found.wait_seconds
        told = f"{pause / 60:.0f} minutes" if pause >= 120 else f"{pause:.0f} seconds"
        sys.stderr.write(f"{shown(found.source).plain}: next try in {told}\n")
    sys.stderr.flush()


def _print_events(desk: Store, found: FeedRound, scenario: Scenario | None, *, as_json: bool) -> int:
    """Print the events of a round, and say how many there were."""
    from standoff.desk.event_set import collect_codes, format_code, involves, load_events
    from standoff.desk.event_table import event_to_json, name_outlet

    for refusal in [one for one in found.ingested.not_coded if not one.problems]:
        sys.stderr.write(f"not coded: {shown(refusal.document.address).plain}: {shown(refusal.reason).plain}\n")
    for problem in found.ingested.faults:
        sys.stderr.write(f"{problem}\n")
    codes = collect_codes(scenario) if scenario is not None else None
    wanted = {one.event_id for one in found.events if codes is None or involves(one, codes)}
    if not wanted:
        return 0
    events = load_events(desk, keep=lambda one: one.event_id in wanted)
    for one in events.events:
        if as_json:
            line = json.dumps(event_to_json(events, one), allow_nan=False)
        else:
            event = one.event
            who, towards = format_code(event.actor) or "?", f" to {format_code(event.target)}" if event.target else ""
            day = event.date.isoformat() if event.date else "no day"
            place = name_outlet(events.copies[one.document_hash][0])
            words = events.quote_passage(one, PASSAGE)
            told = shown(
                f"{event.event_type} {who}{towards}, {event.factuality} ({event.confidence:.2f}), {place}: {words}"
            )
            line = f"{one.event_id}  {day}  {told.plain}"
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return len(wanted)


class _Headline:
    """The probabilities as they were told last."""

    def __init__(self, desk: Store, scenario: Scenario, belief_points: int | None, belief_tolerance: float) -> None:
        from standoff.solve.equilibrium import Settings

        self._desk, self._scenario = desk, scenario
        self._settings: Settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
        self._told: dict[str, float] = {}

    def tell(self, *, as_json: bool) -> None:
        """Update on everything in the store, and say which probabilities moved."""
        from standoff.desk.event_set import load_events
        from standoff.desk.update import record_update, update_on_news

        try:
            found = update_on_news(self._scenario, load_events(self._desk), settings=self._settings)
        except (InputError, SolveError) as error:
            sys.stderr.write(f"no update: {error}\n")
            return
        number = record_update(self._desk, found)
        update = found.update
        moves = []
        for k, target in enumerate(update.targets):
            before = self._told.get(str(target), float(update.before[k]))
            now = float(update.after[k])
            if abs(now - before) >= LEAST_MOVE:
                moves.append((update.target_labels[k], before, now))
                self._told[str(target)] = now
        doubts = [one.observation.quote for one in update.doubts]
        if as_json:
            probabilities = [{"target": label, "before": before, "after": now} for label, before, now in moves]
            document = {"scenario": self._scenario.id, "run": number, "moves": probabilities, "doubts": doubts}
            sys.stdout.write(f"{json.dumps(document, allow_nan=False)}\n")
        else:
            self._print(moves, doubts, number)
        sys.stdout.flush()

    def _print(self, moves: list[tuple[str, float, float]], doubts: list[str], number: int) -> None:
        from standoff.cli.solution_tables import percent
        from standoff.cli.tables import points

        name = self._scenario.id
        for label, before, now in moves:
            change = f"{percent(before)} → {percent(now)} ({points(now - before)} points; run {number})"
            sys.stdout.write(f"{name}, {label}: {change}\n")
        for quote in doubts:
            sys.stdout.write(f"{name}: model in doubt: {shown(quote).plain}\n")
