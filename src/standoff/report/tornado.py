"""A tornado: how far one number after the other moves the probability of one thing over its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator

from standoff.analysis.plots import PALETTE
from standoff.report.chart import Canvas, Chart, drawn
from standoff.report.svg import plain
from standoff.report.wording import joined, percent

__all__ = ["Bar", "chart_of_tornado"]

_ROW = 3.5
"""Height of a row in heights of a letter: its name, and the bar below."""
_FOOT = 3.6
_SIDE = 2.2


@dataclass(frozen=True)
class Bar:
    """What one number does.

    Attributes:
        label: Its name for people.
        low: The probabilities at the low end of its range.
        high: The probabilities at the high end.
        low_text: The low end, for people.
        high_text: The high end.
        is_guess: Whether the number rests on no document.
    """

    label: str
    low: float
    high: float
    low_text: str
    high_text: str
    is_guess: bool


def chart_of_tornado(bars: Sequence[Bar], base: float, *, name: str, title: str) -> Chart:
    """Draw bars from the probabilities at one end of each range to those at the other, the widest at the top.

    The low end is plain and the high end hatched; a judgement without a document behind it has a star at its name.

    Args:
        bars: The numbers, the strongest first.
        base: The probabilities at the numbers of the file.
        name: Slug of the chart.
        title: What it shows.
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
            axes.text(left, k + 0.42, plain(ranged, longest), ha="left", va="bottom")
        axes.axvline(base, color=canvas.ink, linewidth=1.0)
        axes.set_yticks([])
        axes.grid(axis="x", color=canvas.rule, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_locator(MaxNLocator(canvas.ticks, steps=[1, 2, 5, 10]))
        if right - left < 0.05:  # else two ticks may show the same whole per cent
            axes.xaxis.set_major_locator(MultipleLocator(0.01))
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes.tick_params(length=0.0, pad=4.0)
        axes.set_xlabel("probabilities; plain: at the low end, hatched: at the high end", labelpad=2.0)
        for spine in axes.spines.values():
            spine.set_visible(False)

    told = [f"{bar.label} {percent(bar.low)} to {percent(bar.high)}" for bar in bars]
    description = f"{title}: {percent(base)} at the numbers of the file; {joined(told)}."
    # the chart must be as high as its rows on the usual page, whose height is that of 32.3 letters
    scale = (_ROW * len(bars) + _FOOT + 0.5) / 32.3
    return drawn(draw, name=name, title=title, description=description, scale=scale)
