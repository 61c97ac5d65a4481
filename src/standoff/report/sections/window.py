"""When striking pays, for whom, and what opens and closes the window."""

from __future__ import annotations

import numpy as np

from standoff.analysis.type_window import TypeWindow
from standoff.analysis.window import Window
from standoff.report.blocks import Block, Bullets, Paragraph, Picture, Section
from standoff.report.figures import Curve, chart_values
from standoff.report.timeline import Timeline
from standoff.report.typesetting import show_day, show_number

__all__ = ["describe_window"]


def describe_window(window: Window, timeline: Timeline) -> Section:
    """Show the advantage of striking over waiting by date, for every type that can strike."""
    curves = [Curve(one.label, np.concatenate([one.advantage, one.advantage[-1:]])) for one in window.types]
    axis = "Gain from acting now (payoff units)"
    chart = chart_values(
        curves, timeline, name="window", title=f"When acting pays: {window.milestone_label}", axis=axis
    )
    blocks: list[Block] = [
        Paragraph(
            f"To act is to choose a move that can lead to “{window.milestone_label}”. The chart shows the gain from acting at "
            "each date instead of waiting, for each type that can act and has not yet done so. It is the mean over the states "
            "that the crisis may then be in. Above zero, acting pays on average."
        ),
        Picture(chart, "Mean value of acting now minus the value of waiting, in payoff units."),
        Bullets(tuple(_describe_type(one, window) for one in window.types)),
    ]
    return Section("window", "When acting pays", "Window", tuple(blocks))


def _describe_type(one: TypeWindow, window: Window) -> str:
    spells = [_describe_spell(spell, window) for spell in one.spells]
    text = f"{one.label}: " + (f"acting pays {'; '.join(spells)}" if spells else "on average, acting pays at no date")
    peak = one.peak
    if peak is None:
        return f"{text}."
    text += f". The gain is largest on {show_day(window.dates[peak])} ({show_number(one.advantage[peak], 2)})"
    part = one.find_leading_part(None, peak, is_rise=True) if peak > 0 else None
    if part is not None:
        text += f"; the main reason is {part.label[:1].lower() + part.label[1:]}"
    return f"{text}."


def _describe_spell(spell: tuple[int, int | None], window: Window) -> str:
    opens, closes = spell
    if closes is None:
        return "at every date" if opens == 0 else f"from {show_day(window.dates[opens])} onwards"
    start = "from the start" if opens == 0 else f"from {show_day(window.dates[opens])}"
    return f"{start} until {show_day(window.dates[closes])}"
