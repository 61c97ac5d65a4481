"""When striking pays, for whom, and what opens and closes the window."""

from __future__ import annotations

import numpy as np

from standoff.analysis.type_window import TypeWindow
from standoff.analysis.window import Window
from standoff.report.blocks import Block, Bullets, Paragraph, Picture, Section
from standoff.report.figures import Curve, chart_of_values
from standoff.report.timeline import Timeline
from standoff.report.wording import day, number, small

__all__ = ["strike_window_section"]


def strike_window_section(window: Window, timeline: Timeline) -> Section:
    """Advantage of striking over waiting by date for every type that can strike."""
    curves = [Curve(one.label, np.concatenate([one.advantage, one.advantage[-1:]])) for one in window.types]
    axis = "Gain from striking now (payoff units)"
    chart = chart_of_values(
        curves, timeline, name="window", title=f"When striking pays: {window.milestone_label}", axis=axis
    )
    blocks: list[Block] = [
        Paragraph(
            "What each type that can strike would gain by it at that date, on average over where the crisis then stands, if it "
            "has not struck before. Above zero striking is worth more than waiting."
        ),
        Picture(chart, "Value of striking now less that of waiting, in payoff units, along the expected path."),
        Bullets(tuple(_told(one, window) for one in window.types)),
    ]
    return Section("window", "When striking would pay", "Window", tuple(blocks))


def _told(one: TypeWindow, window: Window) -> str:
    spells = [_spell(spell, window) for spell in one.spells]
    head = f"{one.label}: " + (f"striking pays {'; '.join(spells)}" if spells else "striking never pays on average")
    peak = one.peak
    if peak is None:
        return head + "."
    text = f"{head}; most on {day(window.dates[peak])} ({number(float(small_value(one.advantage[peak])))})"
    if peak > 0:
        part = one.find_leading_part(None, peak, is_rise=True)
        if part is not None:
            text += f", above all because of {part.label[:1].lower() + part.label[1:]}"
    return text + "."


def _spell(spell: tuple[int, int | None], window: Window) -> str:
    opens, closes = spell
    start = "from the start" if opens == 0 else f"from {day(window.dates[opens])}"
    return f"{start} on" if closes is None else f"{start} until {day(window.dates[closes])}"


def small_value(value: float) -> str:
    """Two digits of a value."""
    return small(float(value)) if abs(value) < 1e-3 else f"{value:.2g}"
