"""Events as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from standoff.cli.news_options import shown
from standoff.desk.event_set import EventSet, format_code
from standoff.desk.event_table import find_verdict, name_outlet

if TYPE_CHECKING:
    from standoff.news.coded import Event
    from standoff.news.document import Document
    from standoff.store.records import StoredEvent, StoredReview

__all__ = ["draw_event", "draw_events", "quote_in_context", "told_as"]

CONTEXT = 160
"""Characters before and after a quote that are shown with it."""
VERDICTS = {"confirm": "confirmed", "correct": "corrected", "drop": "dropped", "": ""}


def draw_events(events: EventSet) -> None:
    """Print events as a table, one a row."""
    console = Console(highlight=False, soft_wrap=False)
    if not events.events:
        console.print("No events.")
        return
    sides = {one.event_id: _sides(one.event) for one in events.events}
    width = max(map(len, sides.values()))
    console.print(Text(f"event  day         type      {'who to whom':{width}}  told as    sure  review"))
    for one in events.events:
        event = one.event
        day = event.date.isoformat() if event.date else "-"
        head = f"{one.event_id:5d}  {day:10}  {event.event_type:8}  {sides[one.event_id]:{width}}  {event.factuality:9}"
        console.print(Text(f"{head}  {event.confidence:.2f}  {VERDICTS[find_verdict(one)]}".rstrip()))
        places = events.copies[one.document_hash]
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        words = shown(events.quote_passage(one)) + Text(" - ") + shown(name_outlet(places[0])) + Text(more)
        console.print(Padding(words, (0, 0, 0, 7)), style="dim")
    clusters = {one.cluster_id for one in events.events} - {None}
    several = f", of which {_num_told_again(events.events)} tell again what others tell" if clusters else ""
    console.print(Text(f"{len(events.events)} events{several}. Codes in brackets were inferred.", style="dim"))


def _sides(event: Event) -> str:
    """Who acts towards whom, short."""
    towards = f" to {format_code(event.target)}" if event.target is not None and event.target.code else ""
    return shown(f"{format_code(event.actor) or '?'}{towards}", width=28).plain


def _num_told_again(events: Sequence[StoredEvent]) -> int:
    """Reports beyond the first of each cluster."""
    clusters = [one.cluster_id for one in events if one.cluster_id is not None]
    return len(clusters) - len(set(clusters))


def draw_event(events: EventSet, one: StoredEvent, reviews: Sequence[StoredReview]) -> None:
    """Print everything about an event."""
    console = Console(highlight=False, soft_wrap=False)
    console.print(Text(f"Event {one.event_id}  ", style="bold") + Text(events.names[one.event_id], style="dim"))
    console.print(told_as(one.event))
    if one.review is not None and one.review.review.correction is not None:
        console.print(Text("coded as ", style="dim") + told_as(one.coded))
    if one.event.mode or one.event.contexts or one.event.place:
        parts = [f"mode {one.event.mode}"] if one.event.mode else []
        parts += [f"about {', '.join(one.event.contexts)}"] if one.event.contexts else []
        parts += [f"at {one.event.place}"] if one.event.place else []
        console.print(shown("; ".join(parts)))
    for scenario, name in sorted(one.stands_for.items()):
        console.print(shown(f"in {scenario} it is {name}"))
    console.print()
    console.print(quote_in_context(events.find_text(one), one.coded.span))
    said = one.coded.attribution
    if said.speaker or said.outlet:
        outlet = f", told to {said.outlet}" if said.outlet and said.speaker else said.outlet
        console.print(shown(f"according to {said.speaker}{outlet}", "dim"))
    console.print()
    console.print(Text("ReportedEvent by", style="bold"))
    repeats = events.list_repeats(one)
    for told in repeats:
        for place in events.copies[told.document_hash]:
            console.print(
                Text("  ") + shown(source_line(place)) + Text("" if told is one else f"  (event {told.event_id})")
            )
    others = [other for other in events.events if other.cluster_id == one.cluster_id and other not in repeats]
    for other in others if one.cluster_id is not None else ():
        place = events.copies[other.document_hash][0]
        console.print(Text(f"  in other words: event {other.event_id}, ") + shown(source_line(place)))
    console.print(shown(f"coded by {one.method}", "dim"))
    console.print()
    console.print(Text("Reviews", style="bold"))
    if not reviews:
        console.print("  none")
    for stored in reviews:
        review = stored.review
        when = f"{review.reviewed_at:%Y-%m-%d %H:%M}" if review.reviewed_at else ""
        why = f": {review.reason}" if review.reason else ""
        console.print(Text("  ") + shown(f"{when} {VERDICTS[review.action]} by {review.author}{why}"))
        if review.correction is not None:
            console.print(Text("    as ") + told_as(review.correction))
        if review.scenario:
            name = review.stands_for or "no event that could be named"
            console.print(Text("    ") + shown(f"in {review.scenario} it is {name}"))


def source_line(place: Document) -> str:
    """Where a text was found, in one line."""
    parts = [name_outlet(place), place.date.isoformat() if place.date else "without a date", place.title]
    parts += [place.address] if place.address and place.address != parts[0] else []
    return ", ".join(part for part in parts if part)


def told_as(event: Event) -> Text:
    """An event in one line."""
    who = format_code(event.actor) or "somebody"
    towards = f" to {format_code(event.target)}" if event.target is not None and event.target.code else ""
    day = event.date.isoformat() if event.date else "no day"
    return shown(f"{event.event_type}  {who}{towards}, {day}, {event.factuality}, confidence {event.confidence:.2f}")


def quote_in_context(text: str, span: tuple[int, int]) -> Text:
    """A quote, bold, with what stands around it."""
    start, end = max(0, span[0] - CONTEXT), min(len(text), span[1] + CONTEXT)
    before = ("…" if start else "") + text[start : span[0]]
    after = text[span[1] : end] + ("…" if end < len(text) else "")
    gap_before = Text(" " if before[-1:].isspace() else "")
    gap_after = Text(" " if after[:1].isspace() else "")
    return shown(before) + gap_before + shown(text[slice(*span)], "bold underline") + gap_after + shown(after)
