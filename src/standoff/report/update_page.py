"""An update on news as an HTML page: the forecast before and after, the effect of each report, and the excluded events.

The template of the brief renders the page, so it holds everything it shows and has no script; every text is escaped, and
invisible characters of the news are replaced by visible escapes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from standoff.desk.event_set import EventSet
from standoff.desk.update import NewsUpdate
from standoff.report.blocks import GridBlock, Paragraph, Section
from standoff.report.bottom_line import KeyNumber
from standoff.report.brief import render_page
from standoff.report.sections.certificate import describe_certificate
from standoff.report.timeline import build_timeline
from standoff.report.typesetting import show_change, show_count, show_day, show_number, show_percent
from standoff.storing import write_whole

__all__ = ["render_update", "write_update"]

MOST_DATES = 6


def write_update(found: NewsUpdate, events: EventSet, path: Path) -> None:
    """Write the page of an update.

    Args:
        found: The update.
        events: The events that the update used.
        path: The file; an existing file is replaced.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    write_whole(path, render_update(found, events).encode(), "the page")


def render_update(found: NewsUpdate, events: EventSet) -> str:
    """Render the page of an update; the same update gives the same bytes."""
    solution, update = found.update.solution, found.update
    scenario, document = solution.scenario, solution.to_json()
    passages = {events.names[one.event_id]: events.quote_passage(one) for one in events.events}
    targets = zip(update.target_labels, update.before, update.after, strict=True)
    timeline = build_timeline(scenario)
    key_numbers = [
        KeyNumber(f"{show_percent(before)} → {show_percent(after)}", Markup("{}").format(label))
        for label, before, after in targets
    ]
    sections = (
        _describe_forecast(found),
        _describe_effects(found, passages),
        _describe_state(found),
        _describe_excluded(found, passages),
        describe_certificate(solution),
    )
    return render_page(
        {
            "title": scenario.title,
            "summary": scenario.summary,
            "as_of": show_day(update.as_of),
            "overrides": document["overrides"],
            "timeline": timeline,
            "span": f"until {timeline.horizon.date}",  # its length counts from the day of the scenario, not of the update
            "sentences": _write_sentences(found),
            "key_numbers": key_numbers,
            "sections": sections,
            "scenario_id": scenario.id,
            "scenario_hash": scenario.scenario_hash,
            "settings": document["settings"],
            "versions": document["versions"],
            "closing": "The same scenario, news, reviews, settings and versions give the same page, byte for byte.",
        }
    )


def _write_sentences(found: NewsUpdate) -> list[str]:
    update = found.update
    used, excluded = show_count(len(update.effects), "report"), show_count(len(update.excluded), "event")
    sentences = [
        f"The scenario describes {show_day(update.solution.scenario.as_of)}. This update uses news until "
        f"{show_day(update.as_of)}: {used} used, {excluded} excluded."
    ]
    sentences += [
        f"The model is in doubt: before the report of {show_day(one.observation.date)} "
        f"({one.observation.event_type}), such a report was almost impossible."
        for one in update.doubts
    ]
    return sentences


def _describe_forecast(found: NewsUpdate) -> Section:
    update = found.update
    indices = list(range(1, len(update.dates))) or [0]
    step = max(1, -(-len(indices) // MOST_DATES))
    shown = sorted({*indices[step - 1 :: step], indices[-1]})
    rows = tuple(
        (
            one.label,
            *(f"{show_percent(one.before[update.state_period + k - 1])} → {show_percent(one.after[k])}" for k in shown),
        )
        for one in update.probabilities
    )
    head = ("Probability by", *(show_day(update.dates[k]) for k in shown))
    grid = GridBlock("probabilities-table", "Probabilities before → after the news.", head, rows)
    return Section("probabilities", "Forecast before and after the news", "Forecast", (grid,))


def _describe_effects(found: NewsUpdate, passages: Mapping[str, str]) -> Section:
    update = found.update
    rows = []
    for one in update.effects:
        matched = one.associations[0]
        rows.append(
            (
                f"{show_day(one.observation.date)}, {one.observation.event_type}: {passages[one.observation.name]}",
                f"{matched.label} ({show_percent(matched.probability)})",
                "; ".join(one.observation.sources),
                *(show_change(shift) for shift in one.shift),
                "∞" if math.isinf(one.surprise_bits) else show_number(one.surprise_bits, 2),
            )
        )
    if not rows:
        return Section("effects", "Effect of each report", "Effects", (Paragraph("No report was used."),))
    changes = (f"Change of “{label}” (percentage points)" for label in update.target_labels)
    head = ("Report", "Matched to", "Sources", *changes, "Surprise (bits)")
    blocks = (
        Paragraph(
            "The effect of a report is the difference between the probability given all reports and the probability given "
            "all reports except this one."
        ),
        GridBlock("effects-table", "Reports used.", head, tuple(rows), wordy=(0, 1, 2)),
    )
    return Section("effects", "Effect of each report", "Effects", blocks)


def _describe_state(found: NewsUpdate) -> Section:
    update = found.update
    rows: list[tuple[str, ...]] = []
    for one in update.levels:
        pairs = (f"{level} {show_percent(p)}" for level, p in zip(one.levels, one.probability, strict=True) if p > 0)
        rows.append((one.label, ", ".join(pairs)))
    for belief in update.beliefs:
        now = float(belief.mean[update.state_period])
        after = "the crisis has almost surely ended" if math.isnan(now) else show_percent(now)
        rows.append((f"{belief.label}: {belief.type_label}", f"{show_percent(belief.mean[0])} → {after}"))
    ended = sum(one.probability for one in update.outcomes)
    rows.append(("The crisis has ended", show_percent(ended)))
    caption = "Public state and beliefs about private types, given that the crisis has not ended."
    grid = GridBlock("state-table", caption, ("", "Probability"), tuple(rows), wordy=(1,))
    return Section("state", f"State of the crisis on {show_day(update.state_date)}", "State", (grid,))


def _describe_excluded(found: NewsUpdate, passages: Mapping[str, str]) -> Section:
    update = found.update
    origin = Paragraph(f"Confusion matrix of the coder: {update.model.confusion.origin}.")
    rows = tuple((one.event_type, passages.get(one.name, one.quote), one.reason) for one in update.excluded)
    if not rows:
        return Section("excluded", "Excluded events", "Excluded", (Paragraph("No event was excluded."), origin))
    grid = GridBlock(
        "excluded-table", "Coded events that were not used.", ("Type", "Passage", "Reason"), rows, wordy=(1, 2)
    )
    return Section("excluded", "Excluded events", "Excluded", (grid, origin))
