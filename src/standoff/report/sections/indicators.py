"""The indicators of the next period: observable events that would move the forecast."""

from __future__ import annotations

from standoff.analysis.indicators import Indicator, Indicators
from standoff.report.blocks import Block, Bullets, GridBlock, Paragraph, Section
from standoff.report.typesetting import show_day, show_number, show_percent

__all__ = ["describe_indicators"]

_TOP_SENTENCES = 3
_TOP_ROWS = 10


def describe_indicators(indicators: Indicators) -> Section:
    """List the most informative events with their probability and what each would do to the forecast."""
    events = [event for event in indicators.signs if event.kind != "quiet"]
    quiet = [event for event in indicators.signs if event.kind == "quiet"]
    blocks: list[Block] = [
        Paragraph(
            f"Events that may be observed between {show_day(indicators.starts)} and {show_day(indicators.ends_on)}. They "
            "are ranked by information: how much less uncertain the forecast becomes, on average, for an observer who "
            "learns whether the event has happened."
        )
    ]
    if events:
        blocks.append(Bullets(tuple(event.sentences[0] for event in events[:_TOP_SENTENCES])))
    head = (
        "If you observe",
        "Probability",
        *(
            f"{label}, then (now {show_percent(p)})"
            for label, p in zip(indicators.target_labels, indicators.before.targets, strict=True)
        ),
        "Information (bits)",
    )
    rows = tuple(_describe_event(event) for event in [*events[:_TOP_ROWS], *quiet])
    blocks.append(GridBlock("indicators-table", "Events by information.", head, rows))
    return Section("indicators", "Indicators for the next period", "Indicators", tuple(blocks))


def _describe_event(event: Indicator) -> tuple[str, ...]:
    label = f"{event.label}: {event.changes}" if event.changes else event.label
    after = [show_percent(p) for p in event.after.targets]
    return (label, show_percent(event.probability), *after, show_number(event.gain, 2))
