"""An update on news as an HTML page: the new probabilities beside the old, what moved them, and what did not count.

The page is drawn by the template of the brief, so it holds everything it shows and runs nothing; every text is escaped, and
what the news says loses the signs that are not seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from standoff.desk.event_set import EventSet
from standoff.desk.update import NewsUpdate
from standoff.report.blocks import Grid, Paragraph, Section
from standoff.report.bottom_line import KeyNumber
from standoff.report.brief import render_page
from standoff.report.closing_sections import certificate_section
from standoff.report.forecast_sections import timeline_of
from standoff.report.wording import day, number, percent, plural
from standoff.storing import write_whole
from standoff.text import make_safe

__all__ = ["update_html", "write_update"]

MOST_DATES = 6


def write_update(found: NewsUpdate, events: EventSet, path: Path) -> None:
    """Write the page of an update.

    Args:
        found: The update.
        events: The events that it was made of.
        path: The file; one that is there is replaced.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    write_whole(path, update_html(found, events).encode("utf-8", errors="replace"), "the page")


def update_html(found: NewsUpdate, events: EventSet) -> str:
    """The page of an update; the same update gives the same bytes."""
    solution, update = found.update.solution, found.update
    scenario, document = solution.scenario, solution.to_json()
    passages = {events.names[one.event_id]: make_safe(events.quote_passage(one)) for one in events.events}
    probabilities = zip(update.target_labels, update.before, update.after, strict=True)
    key = [
        KeyNumber(f"{percent(float(b))} → {percent(float(a))}", Markup("{}").format(label))
        for label, b, a in probabilities
    ]
    sections = (
        _probabilities(found),
        _accounts(found, passages),
        _where(found),
        _aside(found, passages),
        certificate_section(solution),
    )
    return render_page(
        {
            "title": scenario.title,
            "summary": scenario.summary,
            "as_of": day(update.as_of),
            "overrides": document["overrides"],
            "timeline": timeline_of(scenario),
            "sentences": _sentences(found),
            "key_numbers": key,
            "sections": sections,
            "scenario_id": scenario.id,
            "scenario_hash": scenario.scenario_hash,
            "settings": document["settings"],
            "versions": document["versions"],
            "closing": "The same scenario, news, reviews, settings and versions give the same page, byte for byte.",
        }
    )


def _sentences(found: NewsUpdate) -> list[str]:
    update, scenario = found.update, found.update.solution.scenario
    told = [
        f"The scenario stands on {day(scenario.as_of)}; news until {day(update.as_of)} is taken into account: "
        f"{plural(len(update.effects), 'report')} count, {len(update.excluded)} were set aside."
    ]
    told += [
        f"The model is in doubt: it held a report such as that of {day(one.observation.date)} "
        f"({one.observation.event_type}) for all but impossible."
        for one in update.doubts
    ]
    return told


def _probabilities(found: NewsUpdate) -> Section:
    update = found.update
    places = list(range(1, len(update.dates))) or [0]
    step = max(1, -(-len(places) // MOST_DATES))
    shown = sorted({*places[step - 1 :: step], places[-1]})
    rows = tuple(
        (
            one.label,
            *(
                f"{percent(float(one.before[update.state_period + k - 1]))} → {percent(float(one.after[k]))}"
                for k in shown
            ),
        )
        for one in update.probabilities
    )
    head = ("Probabilities by", *(day(update.dates[k]) for k in shown))
    return Section(
        "probabilities",
        "The forecast, before and after the news",
        "Probabilities",
        (Grid("probabilities-table", "Before → after.", head, rows),),
    )


def _accounts(found: NewsUpdate, passages: Mapping[str, str]) -> Section:
    update = found.update
    rows = []
    for one in update.effects:
        reading = one.associations[0]
        moves = (_signed(float(shift)) for shift in one.shift)
        rows.append(
            (
                f"{day(one.observation.date)}, {one.observation.event_type}: {passages[one.observation.name]}",
                f"{reading.label} ({percent(reading.probability)})",
                make_safe("; ".join(one.observation.sources)),
                *moves,
                "∞" if math.isinf(one.surprise_bits) else number(float(f"{one.surprise_bits:.2g}")),
            )
        )
    heads = (f"{label}: percentage points with it less without" for label in update.target_labels)
    head = ("Report", "taken for", "told by", *heads, "bits of surprise")
    blocks = (
        Paragraph(
            "What each report did: the probabilities with all reports less the probabilities with all but this one."
        ),
        Grid("accounts", "The reports that count.", head, tuple(rows), wordy=(0, 1, 2)),
    )
    return Section("moved", "What moved it", "What moved it", blocks if rows else (Paragraph("No report counts."),))


def _signed(change: float) -> str:
    """A change of a probability in percentage points, with its sign."""
    return f"{float(f'{100 * change:.2g}'):+g}".replace("-", "\u2212")


def _where(found: NewsUpdate) -> Section:
    update = found.update
    levels: list[tuple[str, ...]] = []
    for one in update.levels:
        pairs = (f"{level} {percent(float(p))}" for level, p in zip(one.levels, one.probability, strict=True) if p > 0)
        levels.append((one.label, ", ".join(pairs)))
    for belief in update.beliefs:
        now = float(belief.mean[update.state_period])
        told = f"{percent(float(belief.mean[0]))} → {'nothing is open' if math.isnan(now) else percent(now)}"
        levels.append((f"{belief.label}: {belief.type_label}", told))
    ended = sum(one.probability for one in update.outcomes)
    levels.append(("It has ended", percent(ended)))
    grid = Grid(
        "levels",
        "While it is open, and what is believed of the types.",
        ("What", "Probabilities"),
        tuple(levels),
        wordy=(1,),
    )
    return Section("where", f"Where it stands on {day(update.state_date)}", "Where", (grid,))


def _aside(found: NewsUpdate, passages: Mapping[str, str]) -> Section:
    update = found.update
    rows = tuple(
        (one.event_type, passages.get(one.name, make_safe(one.quote)), make_safe(one.reason)) for one in update.excluded
    )
    grid = Grid("aside", "Events that were coded and do not count.", ("Type", "Words", "Why"), rows, wordy=(1, 2))
    blocks = (Paragraph(f"What the coder makes of types is {update.model.confusion.origin}."),)
    return Section("aside-section", "What was set aside", "Set aside", (grid, *blocks) if rows else blocks)
