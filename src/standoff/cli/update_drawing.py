"""An update as a person reads it in a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from standoff.cli.news_options import shown
from standoff.cli.solution_tables import draw_certificate, percent
from standoff.cli.tables import new_table, points

if TYPE_CHECKING:
    from standoff.belief.updating import ReportEffect, Update
    from standoff.desk.coding import NotCoded
    from standoff.desk.event_set import EventSet
    from standoff.desk.update import NewsUpdate

__all__ = ["draw_update"]

MOST_STATES = 5
MOST_DATES = 6
MOST_ASIDE = 12
PASSAGE = 120
"""Characters of the passage that tells an event, about."""
LEAST_TOLD = 0.01
"""Probability from which on an end is told by itself."""


def draw_update(found: NewsUpdate, events: EventSet, *, uncoded: Sequence[NotCoded], run_id: int | None) -> None:
    """Print where the crisis stands, the new forecast, what each report did to it, and what made the numbers."""
    console = Console(highlight=False, soft_wrap=False)
    solution, update = found.update.solution, found.update
    scenario = solution.scenario
    passages = {events.names[one.event_id]: events.quote_passage(one, PASSAGE) for one in events.events}
    console.print(Text(scenario.title, style="bold"))
    console.print(f"as of {scenario.as_of:%-d %B %Y}, brought up to {update.as_of:%-d %B %Y}")
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    counted = sum(len(one.observation.sources) for one in update.effects)
    console.print(
        f"{len(events.events)} events coded; {len(update.effects)} count, told by {counted} sources; "
        f"{len(update.excluded)} set aside"
    )
    if dated := found.reports.dated_by_report:
        console.print(f"{len(dated)} on a day that no text tells count on the day of their report: {', '.join(dated)}")
    for one in uncoded:
        where, reason = one.document.address, one.reason
        console.print(Text("not coded: ", style="yellow") + shown(f"{where}: {reason}"))
    console.print()
    _doubts(console, update, passages)
    _probabilities(console, found)
    _beliefs(console, update)
    _states(console, update)
    _accounts(console, update, passages)
    _set_aside(console, update, passages)
    console.print(Text("How reports are weighed", style="bold"))
    console.print(Text("  types: ") + shown(update.model.confusion.origin))
    rates = ", ".join(f"{name} {rate:g}" for name, rate in update.model.reporting_rates.items())
    console.print(f"  reported: {rates}; background {update.model.background_per_week:g} a week (judgements)\n")
    draw_certificate(console, solution)
    error = "none" if math.isnan(update.belief_error) else f"{update.belief_error:.1e}"
    console.print(
        f"  updated probabilities: error {error}, neglected readings {update.neglected:.1e}, "
        f"log evidence {update.log_likelihood:.2f}"
    )
    if run_id is not None:
        console.print(f"  run {run_id} of the store, made of what it knew by write {found.reports.known_by}")


def _doubts(console: Console, update: Update, passages: Mapping[str, str]) -> None:
    for one in update.doubts:
        bits = "∞" if math.isinf(one.surprise_bits) else f"{one.surprise_bits:.1f}"
        what = shown(f"{one.observation.date:%-d %b} {_told(one, passages)}")
        console.print(Text(f"model in doubt ({bits} bits): ", style="bold red") + what)
    if update.doubts:
        console.print()


def _probabilities(console: Console, found: NewsUpdate) -> None:
    """The new forecast beside the old one, by date."""
    update = found.update
    dates = update.dates[1:] or update.dates
    step = max(1, -(-len(dates) // MOST_DATES))
    places = sorted({*range(step - 1, len(dates), step), len(dates) - 1})
    marks = [place + (1 if update.dates[1:] else 0) for place in places]
    table = new_table("probabilities by", *(f"{update.dates[place]:%-d %b}" for place in marks))
    for one in update.probabilities:
        style = "italic" if one.kind == "milestone" else ""
        cells = []
        for place in marks:
            # `before` is by the end of each period from the first, `after` by the start of each from the state's
            before = float(one.before[update.state_period + place - 1])
            after = float(one.after[place])
            cells.append(f"{percent(before)} → {percent(after)}")
        table.add_row(Text(one.label, style=style), *cells)
    console.print(table)
    console.print(Text("before → after the news; what is in italics may overlap.\n", style="dim"))


def _beliefs(console: Console, update: Update) -> None:
    for one in update.beliefs:
        is_open = not math.isnan(float(one.mean[update.state_period]))
        now = percent(float(one.mean[update.state_period])) if is_open else "-"
        console.print(Text(f"{one.label}, {one.type_label}: {percent(float(one.mean[0]))} → {now}"))
    if update.beliefs:
        console.print()


def _states(console: Console, update: Update) -> None:
    """Where the crisis may stand, told by what differs between the states."""
    table = new_table(f"where it stands on {update.state_date:%-d %B %Y}", "probabilities")
    told = update.states[:MOST_STATES]
    for end in update.outcomes:
        if end.probability >= LEAST_TOLD:
            table.add_row(Text(f"it has ended: {end.label}"), percent(end.probability))
    other_end = sum(end.probability for end in update.outcomes if end.probability < LEAST_TOLD)
    if other_end > 0.0:
        table.add_row("it has ended in another way", percent(other_end))
    for state in told:
        table.add_row(
            Text(", ".join(f"{track} {level}" for track, level in state.levels.items())), percent(state.probability)
        )
    rest = sum(state.probability for state in update.states[MOST_STATES:])
    if rest > 0.0:
        table.add_row(f"{len(update.states) - MOST_STATES} other states", percent(rest))
    console.print(table)
    console.print()


def _accounts(console: Console, update: Update, passages: Mapping[str, str]) -> None:
    """What each report did."""
    if not update.effects:
        console.print("No report counts.\n")
        return
    letters = [chr(ord("A") + k) for k in range(len(update.target_labels))]
    for k, (letter, label) in enumerate(zip(letters, update.target_labels, strict=True)):
        probabilities = (
            f"{percent(update.before[k])}, if nothing had been reported {percent(update.without_reports[k])}, "
            f"now {percent(update.after[k])}"
        )
        console.print(Text(f"{letter}  {label}: {probabilities}"))
    console.print()
    for k, one in enumerate(update.effects, start=1):
        reading = one.associations[0]
        console.print(Text(f"{k}  ", style="bold") + shown(f"{one.observation.date:%-d %b} {_told(one, passages)}"))
        taken = f"taken for {reading.event or 'background'} ({percent(reading.probability)})"
        console.print(Text("   ") + shown(f"{taken}; told by {'; '.join(one.observation.sources)}", "dim"))
    console.print()
    headings = [heading for letter in letters for heading in (f"{letter} shift", f"{letter} step")]
    table = new_table("report", "bits", *headings)
    for k, one in enumerate(update.effects, start=1):
        bits = "∞" if math.isinf(one.surprise_bits) else f"{one.surprise_bits:.1f}"
        moves = [points(float(change)) for n in range(len(letters)) for change in (one.shift[n], one.step[n])]
        table.add_row(f"{k}", bits + ("!" if one.is_surprising else ""), *moves)
    console.print(table)
    console.print(
        Text(
            "shift: points with it less without it; step: points as it came, by date; bits: how little the model expected it.\n",
            style="dim",
        )
    )


def _told(one: ReportEffect, passages: Mapping[str, str]) -> str:
    seen = one.observation
    who, towards = " ".join(seen.actors) or "?", f" to {' '.join(seen.targets)}" if seen.targets else ""
    return f"{seen.event_type} {who}{towards}: {passages[seen.name]}"


def _set_aside(console: Console, update: Update, passages: Mapping[str, str]) -> None:
    if not update.excluded:
        return
    table = new_table("set aside", "why", left=2)
    for one in update.excluded[:MOST_ASIDE]:
        table.add_row(shown(f"{one.event_type}: {passages[one.name]}", width=90), shown(one.reason))
    if len(update.excluded) > MOST_ASIDE:
        table.add_row(f"and {len(update.excluded) - MOST_ASIDE} more", "see --json")
    console.print(table)
    console.print()
