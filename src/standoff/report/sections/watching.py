"""What to watch for in the next period."""

from __future__ import annotations

from standoff.analysis.indicators import Indicator, Indicators
from standoff.report.blocks import Block, Bullets, Grid, Paragraph, Section
from standoff.report.wording import day, number, percent

__all__ = ["watching_section"]

_TOP_SENTENCES = 3
_TOP_ROWS = 10


def watching_section(watch: Indicators) -> Section:
    """The events that would tell most, with what each would do to the probabilities."""
    events = [event for event in watch.signs if event.kind != "quiet"]
    told = [event.sentences[0] for event in events[:_TOP_SENTENCES]]
    blocks: list[Block] = [
        Paragraph(
            f"What news would tell most between {day(watch.starts)} and {day(watch.ends_on)}: events ranked by how much less "
            "uncertain the outcome would be, on average, to somebody who learns whether they happened."
        )
    ]
    if told:
        blocks.append(Bullets(tuple(told)))
    quiet = [event for event in watch.signs if event.kind == "quiet"]
    rows = tuple(_row(event) for event in [*events[:_TOP_ROWS], *quiet])
    head = (
        "If you see",
        "chance",
        *(
            f"then: {label}; now {percent(float(p))}"
            for label, p in zip(watch.target_labels, watch.before.targets, strict=True)
        ),
        "tells (bits)",
    )
    blocks.append(Grid("watch-list", "The watch list.", head, rows))
    return Section("watching", "What to watch for", "Watch", tuple(blocks))


def _row(event: Indicator) -> tuple[str, ...]:
    label = f"{event.label}: {event.changes}" if event.changes else event.label
    after = [percent(float(p)) for p in event.after.targets]
    return (label, percent(event.probability), *after, number(float(f"{event.gain:.2g}")))
