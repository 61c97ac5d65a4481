"""A tornado chart: how far each parameter moves one probability over its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator

from standoff.analysis.plots import PALETTE
from standoff.report.chart import Canvas, Chart, draw_chart
from standoff.report.typesetting import show_percent
from standoff.text import join_words, shorten

__all__ = ["Bar", "chart_tornado"]

_ROW = 3.5
"""Height of a row, the name and the bar below it, in heights of a letter."""
_FOOT = 3.6
_SIDE = 2.2


@dataclass(frozen=True)
class Bar:
    """The effect of one parameter.

    Attributes:
        label: Label of the parameter.
        low: Probability at the low end of the range.
        high: Probability at the high end of the range.
        low_text: The low end of the range as text.
        high_text: The high end of the range as text.
        is_guess: Whether the parameter cites no document.
    """

    label: str
    low: float
    high: float
    low_text: str
    high_text: str
    is_guess: bool


def chart_tornado(bars: Sequence[Bar], base: float, *, name: str, title: str) -> Chart:
    """Draw a bar from the probability at one end of each range to that at the other, the widest bar at the top.

    The low end is plain and the high end hatched; a parameter that cites no document has a star at its name.

    Args:
        bars: The parameters, the strongest first.
        base: Probability at the central values.
        name: Slug of the chart.
        title: Title.
    """
    probabilities = [base, *(bar.low for bar in bars), *(bar.high for bar in bars)]
    room = 0.04 * ((max(probabilities) - min(probabilities)) or 0.1)
    left, right = max(0.0, min(probabilities) - room), min(1.0, max(probabilities) + room)

    def draw(figure: Figure, canvas: Canvas) -> None:
        side, foot = _SIDE * canvas.font, _FOOT * canvas.font
        axes = figure.add_axes(
            (
                side / canvas.width,
                foot / canvas.height,
                (canvas.width - 2 * side) / canvas.width,
                (canvas.height - foot - 0.5 * canvas.font) / canvas.height,
            ),
            facecolor="none",
        )
        axes.set_xlim(left, right)
        axes.set_ylim(len(bars), 0.0)
        for k, bar in enumerate(bars):
            ends = ((bar.low, bar.low_text, PALETTE[1], ""), (bar.high, bar.high_text, PALETTE[4], "//"))
            for end, _, colour, hatch in ends:
                axes.barh(
                    k + 0.72, end - base, left=base, height=0.4, color=colour, hatch=hatch, edgecolor=canvas.surface
                )
            star = " *" if bar.is_guess else ""
            ranged = f"{bar.label}{star}: {bar.low_text} to {bar.high_text}"
            longest = int((canvas.width - 2 * side) / (0.52 * canvas.font))
            axes.text(left, k + 0.42, shorten(ranged, longest), ha="left", va="bottom")
        axes.axvline(base, color=canvas.ink, linewidth=1.0)
        axes.set_yticks([])
        axes.grid(axis="x", color=canvas.rule, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_locator(MaxNLocator(canvas.ticks, steps=[1, 2, 5, 10]))
        if right - left < 0.05:  # otherwise two ticks may show the same whole per cent
            axes.xaxis.set_major_locator(MultipleLocator(0.01))
        axes.xaxis.set_major_formatter(lambda value, _: show_percent(value))
        axes.tick_params(length=0.0, pad=4.0)
        axes.set_xlabel("probability; plain: low end of the range, hatched: high end", labelpad=2.0)
        for spine in axes.spines.values():
            spine.set_visible(False)

    effects = [f"{bar.label} {show_percent(bar.low)} to {show_percent(bar.high)}" for bar in bars]
    description = f"{title}: {show_percent(base)} at the central values; {join_words(effects)}."
    # the usual chart is 32.3 letters high
    scale = (_ROW * len(bars) + _FOOT + 0.5) / 32.3
    return draw_chart(draw, name=name, title=title, description=description, scale=scale)
