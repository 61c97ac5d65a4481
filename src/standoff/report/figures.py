"""The charts of the brief: how the crisis ends, what happens on the way, what each side believes.

Every band and line is named beside it, so that nothing is told by colour alone, and bands differ in hatching, lines in
dashes. Each chart is drawn twice, for wide pages and for telephones; the style sheet shows one of them.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from standoff.report.svg import INK, PALETTE, RULE, SURFACE, drawing, inline_svg, new_figure, plain
from standoff.report.timeline import Timeline
from standoff.report.wording import joined, percent, short_day

__all__ = ["Chart", "Curve", "chart_of_bands", "chart_of_lines", "spread_apart"]

Floats = NDArray[np.float64]

_HATCHES = ("", "//", "xx", "\\\\", "--", "++", "||")
_DASHES = ("solid", (0, (6, 2)), (0, (2, 1.5)), (0, (8, 2, 2, 2)), (0, (4, 4)), (0, (1, 3)))
_LEFT, _TOP, _BOTTOM, _LINE = 3.9, 0.8, 4.4, 1.25
_SCALES = ((0.1, 0.02), (0.25, 0.05), (0.5, 0.1), (1.0, 0.25))
_STILL_OPEN = "#BBBBBB"


@dataclass(frozen=True)
class Curve:
    """One thing whose odds are drawn.

    Attributes:
        label: Its name, as the scenario has it.
        odds: From now to the horizon, nan where there are none; shape (period + 1,).
    """

    label: str
    odds: Floats


@dataclass(frozen=True)
class Chart:
    """A chart for every width of page.

    Attributes:
        wide: SVG for pages of 40 rem and more.
        narrow: SVG for telephones.
    """

    wide: Markup
    narrow: Markup


@dataclass(frozen=True)
class _Canvas:
    """Sizes in CSS pixels, the longest line of a label in letters, the most ticks on the axis of time."""

    suffix: str
    width: float
    height: float
    margin: float
    letters: int
    font: float
    ticks: int

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left edge, lower edge, width and height of the axes; what surrounds them grows with the letters."""
        left, low, top = _LEFT * self.font, _BOTTOM * self.font, _TOP * self.font
        return left, low, self.width - left - self.margin, self.height - low - top


_WIDE = _Canvas("wide", 920, 420, 250, 32, 13.0, 8)
_NARROW = _Canvas("narrow", 350, 380, 124, 17, 11.0, 4)


def chart_of_bands(curves: Sequence[Curve], open_curve: Curve, timeline: Timeline, *, name: str, title: str) -> Chart:
    """Bands that fill the chart from bottom to top: exclusive ends, and on top what is still open.

    Args:
        curves: The ends; with `open_curve` they sum to one.
        open_curve: What is still open.
        timeline: The calendar.
        name: Slug of the chart.
        title: What it shows.
    """
    bands = [*curves, open_curve]
    tops = np.cumsum([curve.odds for curve in bands], axis=0)
    bottoms = np.vstack([np.zeros_like(tops[0]), tops[:-1]])

    def draw(axes: Axes, canvas: _Canvas) -> None:
        x = _units(timeline)
        for k, (low, high) in enumerate(zip(bottoms, tops, strict=True)):
            is_open = k == len(curves)
            colour = _STILL_OPEN if is_open else PALETTE[k % len(PALETTE)]
            hatch = None if is_open else _HATCHES[k % len(_HATCHES)]
            axes.fill_between(x, low, high, facecolor=colour, edgecolor=SURFACE, hatch=hatch, linewidth=0.8)
        _set_odds_axis(axes, 1.0, 0.25)
        _name_at_the_right(
            axes, bands, [float(low[-1] + high[-1]) / 2 for low, high in zip(bottoms, tops, strict=True)], canvas
        )

    return _drawn_twice(draw, timeline, name=name, title=title, description=_at_the_end(bands, timeline))


def chart_of_lines(curves: Sequence[Curve], timeline: Timeline, *, name: str, title: str, whole: bool) -> Chart:
    """Lines, each named at its end.

    Args:
        curves: The lines.
        timeline: The calendar.
        name: Slug of the chart.
        title: What it shows.
        whole: Whether the axis must reach one; otherwise it reaches a little above the highest line.
    """
    curves = [curve for curve in curves if np.isfinite(curve.odds).any()]
    highest = max((float(np.nanmax(curve.odds)) for curve in curves), default=0.0)
    top, step = next(scale for scale in _SCALES if scale[0] == 1.0 or (not whole and highest <= 0.9 * scale[0]))

    def draw(axes: Axes, canvas: _Canvas) -> None:
        x = _units(timeline)
        for k, curve in enumerate(curves):
            colour, dashes = PALETTE[(k + 1) % len(PALETTE)], _DASHES[k % len(_DASHES)]
            axes.plot(x, curve.odds, color=colour, linestyle=dashes, linewidth=2.2, clip_on=False)
        _set_odds_axis(axes, top, step)
        _name_at_the_right(axes, curves, [_last(curve) / top for curve in curves], canvas)

    return _drawn_twice(draw, timeline, name=name, title=title, description=_at_the_end(curves, timeline))


def spread_apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Centres of labels near where they are wanted, none over another, all within [0, 1] if they fit.

    Args:
        wanted: Where each centre should be.
        heights: Height of each label.

    Examples:
        >>> spread_apart([0.5, 0.5, 0.9], [0.2, 0.2, 0.1])
        [0.5, 0.7, 0.9]
    """
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    placed = list(wanted)
    floor = 0.0
    for k in order:
        placed[k] = max(wanted[k], floor + heights[k] / 2)
        floor = placed[k] + heights[k] / 2
    ceiling = 1.0
    for k in reversed(order):
        placed[k] = min(placed[k], ceiling - heights[k] / 2)
        ceiling = placed[k] - heights[k] / 2
    return [round(place, 9) for place in placed]


def _drawn_twice(
    draw: Callable[[Axes, _Canvas], None], timeline: Timeline, *, name: str, title: str, description: str
) -> Chart:
    svgs = []
    for canvas in (_WIDE, _NARROW):
        with drawing(canvas.font):
            figure = new_figure(canvas.width, canvas.height)
            draw(_axes(figure, timeline, canvas), canvas)
            svgs.append(inline_svg(figure, name=f"{name}-{canvas.suffix}", title=title, description=description))
    return Chart(*svgs)


def _axes(figure: Figure, timeline: Timeline, canvas: _Canvas) -> Axes:
    """Axes of odds by date, with room for names at the right."""
    left, low, width, height = canvas.box
    axes = figure.add_axes(
        (left / canvas.width, low / canvas.height, width / canvas.width, height / canvas.height), facecolor="none"
    )
    ticks = timeline.ticks(canvas.ticks)
    axes.set_xlim(0.0, timeline.horizon.units)
    axes.set_xticks(
        [tick.units for tick in ticks],
        [f"{tick.units:g}\n{short_day(timeline.date_of(tick.period))}" for tick in ticks],
    )
    axes.set_xlabel(f"{timeline.unit}s from now", labelpad=2.0)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0.0, pad=5.0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(RULE)
    return axes


def _set_odds_axis(axes: Axes, top: float, step: float) -> None:
    axes.set_ylim(0.0, top)
    axes.set_yticks([k * step for k in range(round(top / step) + 1)])
    axes.yaxis.set_major_formatter(lambda odds, _: f"{100 * odds:.0f} %")


def _name_at_the_right(axes: Axes, curves: Sequence[Curve], ends: Sequence[float], canvas: _Canvas) -> None:
    """Write the name and last odds of every curve beside its end (a share of the height), with a thin line to it."""
    _, _, wide, tall = canvas.box
    names = [
        textwrap.wrap(f"{plain(curve.label, 2 * canvas.letters)} {percent(_last(curve))}", canvas.letters)
        for curve in curves
    ]
    heights = [(len(lines) * _LINE + 0.4) * canvas.font / tall for lines in names]
    for lines, end, place in zip(names, ends, spread_apart(ends, heights), strict=True):
        axes.annotate(
            "\n".join(lines),
            xy=(1.0, end),
            xytext=(1.0 + 16.0 / wide, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            verticalalignment="center",
            linespacing=1.15,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": INK,
                "linewidth": 0.7,
                "shrinkA": 1.0,
                "shrinkB": 0.0,
                "relpos": (0.0, 0.5),
            },
        )


def _units(timeline: Timeline) -> Floats:
    return np.array([timeline.length * period for period in range(timeline.num_periods + 1)])


def _last(curve: Curve) -> float:
    """The last odds that there are, or nan."""
    known = curve.odds[np.isfinite(curve.odds)]
    return float(known[-1]) if len(known) else math.nan


def _at_the_end(curves: Sequence[Curve], timeline: Timeline) -> str:
    odds = joined([f"{curve.label} {percent(_last(curve))}" for curve in curves])
    return f"By {timeline.horizon.date}, after {timeline.horizon.length}: {odds}."
