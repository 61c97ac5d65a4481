"""Events in the terminal: a table of many, everything about one, and a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from standoff.cli.common import open_console
from standoff.cli.news_options import format_foreign, format_quote
from standoff.desk.event_set import EventSet, format_code
from standoff.desk.event_table import find_verdict, name_outlet
from standoff.text import UNKNOWN, pluralise

if TYPE_CHECKING:
    from standoff.news.coded import Event
    from standoff.news.document import Document
    from standoff.store.records import StoredEvent, StoredReview

__all__ = ["draw_event", "draw_events", "format_event", "format_source", "quote_in_context"]

CONTEXT = 160
"""Characters before and after a quote that are shown with it."""
VERDICTS = {"confirm": "confirmed", "correct": "corrected", "drop": "dropped", "": ""}


def draw_events(events: EventSet) -> None:
    """Print events as a table, one per row."""
    console = open_console()
    if not events.events:
        console.print("No events.")
        return
    sides = {one.event_id: _format_sides(one.event) for one in events.events}
    width = max(len("actor to target"), *map(len, sides.values()))
    console.print(Text(f"event  day         type      {'actor to target':{width}}  factuality  conf.  review"))
    for one in events.events:
        event = one.event
        day = event.date.isoformat() if event.date else UNKNOWN
        head = (
            f"{one.event_id:5d}  {day:10}  {event.event_type:8}  {sides[one.event_id]:{width}}  {event.factuality:10}"
        )
        console.print(Text(f"{head}  {event.confidence:.2f}  {VERDICTS[find_verdict(one)]}".rstrip()))
        places = events.copies[one.document_hash]
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        words = (
            format_foreign(events.quote_passage(one))
            + Text(" - ")
            + format_foreign(name_outlet(places[0]))
            + Text(more)
        )
        console.print(Padding(words, (0, 0, 0, 7)), style="dim")
    clusters = {one.cluster_id for one in events.events} - {None}
    repeated = f", {_count_repeats(events.events)} of them repeat an event of another report" if clusters else ""
    console.print(
        Text(f"{pluralise(len(events.events), 'event')}{repeated}. Codes in parentheses are inferred.", style="dim")
    )


def _format_sides(event: Event) -> str:
    """Write the actor and the target in short."""
    towards = f" to {format_code(event.target)}" if event.target is not None and event.target.code else ""
    return format_foreign(f"{format_code(event.actor) or '?'}{towards}", width=28).plain


def _count_repeats(events: Sequence[StoredEvent]) -> int:
    """Count the reports beyond the first of each cluster."""
    clusters = [one.cluster_id for one in events if one.cluster_id is not None]
    return len(clusters) - len(set(clusters))


def draw_event(events: EventSet, one: StoredEvent, reviews: Sequence[StoredReview]) -> None:
    """Print everything about an event."""
    console = open_console()
    console.print(Text(f"Event {one.event_id}  ", style="bold") + Text(events.names[one.event_id], style="dim"))
    console.print(format_event(one.event))
    if one.review is not None and one.review.review.correction is not None:
        console.print(Text("coded as ", style="dim") + format_event(one.coded))
    if one.event.mode or one.event.contexts or one.event.place:
        parts = [f"mode {one.event.mode}"] if one.event.mode else []
        parts += [f"context {', '.join(one.event.contexts)}"] if one.event.contexts else []
        parts += [f"place {one.event.place}"] if one.event.place else []
        console.print(format_foreign("; ".join(parts)))
    for scenario, name in sorted(one.stands_for.items()):
        console.print(format_foreign(f"in {scenario}: {name}"))
    console.print()
    console.print(quote_in_context(events.find_text(one), one.coded.span))
    attribution = one.coded.attribution
    if attribution.speaker or attribution.outlet:
        outlet = f", to {attribution.outlet}" if attribution.outlet and attribution.speaker else attribution.outlet
        console.print(format_foreign(f"according to {attribution.speaker}{outlet}", "dim"))
    console.print()
    console.print(Text("Sources", style="bold"))
    repeats = events.list_repeats(one)
    for repeat in repeats:
        for place in events.copies[repeat.document_hash]:
            console.print(
                Text("  ")
                + format_foreign(format_source(place))
                + Text("" if repeat is one else f"  (event {repeat.event_id})")
            )
    others = [other for other in events.events if other.cluster_id == one.cluster_id and other not in repeats]
    for other in others if one.cluster_id is not None else ():
        place = events.copies[other.document_hash][0]
        console.print(
            Text(f"  the same event in other words: event {other.event_id}, ") + format_foreign(format_source(place))
        )
    console.print(format_foreign(f"coded by {one.method}", "dim"))
    console.print()
    console.print(Text("Reviews", style="bold"))
    if not reviews:
        console.print("  none")
    for stored in reviews:
        review = stored.review
        when = f"{review.reviewed_at:%Y-%m-%d %H:%M}" if review.reviewed_at else ""
        reason = f": {review.reason}" if review.reason else ""
        console.print(Text("  ") + format_foreign(f"{when} {VERDICTS[review.action]} by {review.author}{reason}"))
        if review.correction is not None:
            console.print(Text("    as ") + format_event(review.correction))
        if review.scenario:
            name = review.stands_for or "left open"
            console.print(Text("    ") + format_foreign(f"in {review.scenario}: {name}"))


def format_source(place: Document) -> str:
    """Write where a document was found, in one line."""
    parts = [name_outlet(place), place.date.isoformat() if place.date else "undated", place.title]
    parts += [place.address] if place.address and place.address != parts[0] else []
    return ", ".join(part for part in parts if part)


def format_event(event: Event) -> Text:
    """Write an event in one line."""
    who = format_code(event.actor) or "unknown actor"
    towards = f" to {format_code(event.target)}" if event.target is not None and event.target.code else ""
    day = event.date.isoformat() if event.date else "undated"
    return format_foreign(
        f"{event.event_type}  {who}{towards}, {day}, {event.factuality}, confidence {event.confidence:.2f}"
    )


def quote_in_context(text: str, span: tuple[int, int]) -> Text:
    """Write a quotation in bold with its context."""
    start, end = max(0, span[0] - CONTEXT), min(len(text), span[1] + CONTEXT)
    before = ("…" if start else "") + text[start : span[0]]
    after = text[span[1] : end] + ("…" if end < len(text) else "")
    return format_quote(before, text[slice(*span)], after)
