"""Charts by date: bands of outcomes, lines of milestones and beliefs, values, and fan charts.

Every band and line has its label next to it, bands differ in hatching and lines in dashes, so that no reader depends on
colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from standoff.analysis.plots import DASHES, PALETTE, draw_bands, draw_fan
from standoff.report.chart import Canvas, Chart, add_time_axes, draw_chart, label_curves
from standoff.report.timeline import Timeline
from standoff.report.typesetting import show_number, show_percent
from standoff.text import join_words, shorten

__all__ = ["Curve", "Fan", "chart_bands", "chart_fan", "chart_lines", "chart_values"]

Floats = NDArray[np.float64]

_SCALES = ((0.1, 0.02), (0.25, 0.05), (0.5, 0.1), (1.0, 0.25))


@dataclass(frozen=True)
class Curve:
    """A curve of probabilities or values by date.

    Attributes:
        label: Label in the scenario.
        heights: Probabilities or values from now to the horizon, nan where there are none; shape (period + 1,).
    """

    label: str
    heights: Floats


@dataclass(frozen=True)
class Fan:
    """Quantiles of one probability by date.

    Attributes:
        label: Label in the scenario.
        quantiles: Quantiles at 5, 25, 50, 75 and 95 %; shape (5, period + 1).
        central: Probability at the central values; shape (period + 1,).
    """

    label: str
    quantiles: Floats
    central: Floats


def chart_bands(curves: Sequence[Curve], unresolved: Curve, timeline: Timeline, *, name: str, title: str) -> Chart:
    """Draw bands that fill the chart: the exclusive outcomes, and at the top the probability that none has occurred.

    Args:
        curves: Outcomes; with `unresolved` they sum to one.
        unresolved: Probability that the crisis is unresolved.
        timeline: The calendar.
        name: Slug of the chart.
        title: Title.
    """
    bands = [*curves, unresolved]
    tops = np.cumsum([curve.heights for curve in bands], axis=0)
    bottoms = np.vstack([np.zeros_like(tops[0]), tops[:-1]])

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes, x = add_time_axes(figure, timeline, canvas), _list_times(timeline)
        draw_bands(axes, x, [curve.heights for curve in bands], surface=canvas.surface)
        _set_probability_axis(axes, 1.0, 0.25)
        middles = [float(low[-1] + high[-1]) / 2 for low, high in zip(bottoms, tops, strict=True)]
        label_curves(axes, _name_curves(bands, canvas), middles, canvas)

    return draw_chart(draw, name=name, title=title, description=_describe_curves(bands, timeline))


def chart_lines(curves: Sequence[Curve], timeline: Timeline, *, name: str, title: str, whole: bool) -> Chart:
    """Draw lines of probabilities, each with its label at the end.

    Args:
        curves: The lines.
        timeline: The calendar.
        name: Slug of the chart.
        title: Title.
        whole: Whether the axis reaches one; otherwise it ends a little above the highest line.
    """
    curves = [curve for curve in curves if np.isfinite(curve.heights).any()]
    highest = max((float(np.nanmax(curve.heights)) for curve in curves), default=0.0)
    top, step = _choose_scale(highest, whole=whole)

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes = add_time_axes(figure, timeline, canvas)
        _draw_lines(axes, curves, timeline)
        _set_probability_axis(axes, top, step)
        label_curves(axes, _name_curves(curves, canvas), [_find_last(curve) / top for curve in curves], canvas)

    return draw_chart(draw, name=name, title=title, description=_describe_curves(curves, timeline))


def chart_values(curves: Sequence[Curve], timeline: Timeline, *, name: str, title: str, axis: str) -> Chart:
    """Draw lines of values that may be negative, with a line at zero, each with its label at the end.

    Args:
        curves: The lines.
        timeline: The calendar.
        name: Slug of the chart.
        title: Title.
        axis: What the axis shows, for the description; the caption says it to readers.
    """
    curves = [curve for curve in curves if np.isfinite(curve.heights).any()]
    known = np.concatenate([curve.heights[np.isfinite(curve.heights)] for curve in curves] or [np.zeros(1)])
    low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
    room = 0.08 * ((high - low) or 1.0)
    low, high = low - room, high + room

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes = add_time_axes(figure, timeline, canvas)
        axes.axhline(0.0, color=canvas.ink, linewidth=1.0)
        _draw_lines(axes, curves, timeline)
        axes.set_ylim(low, high)
        axes.yaxis.set_major_formatter(lambda value, _: show_number(round(value, 6)))
        names = [f"{shorten(curve.label, 2 * canvas.letters)} {show_number(_find_last(curve), 2)}" for curve in curves]
        label_curves(axes, names, [(_find_last(curve) - low) / (high - low) for curve in curves], canvas)

    values = join_words([f"{curve.label} {show_number(_find_last(curve), 2)}" for curve in curves])
    return draw_chart(draw, name=name, title=title, description=f"{axis} by {timeline.horizon.date}: {values}.")


def chart_fan(fan: Fan, timeline: Timeline, *, name: str, title: str) -> Chart:
    """Draw a fan chart: bands of a probability over half and over nine tenths of all draws, and its median.

    Args:
        fan: The quantiles.
        timeline: The calendar.
        name: Slug of the chart.
        title: Title.
    """
    top, step = _choose_scale(float(fan.quantiles[-1].max()), whole=False)

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes, x = add_time_axes(figure, timeline, canvas), _list_times(timeline)
        low, below, median, above, high = fan.quantiles
        draw_fan(axes, x, fan.quantiles, fan.central, ink=canvas.ink)
        _set_probability_axis(axes, top, step)
        shown = [
            ("95 % of draws below", high),
            ("75 % below", above),
            ("median", median),
            ("25 % below", below),
            ("5 % below", low),
            ("central values (dashed)", fan.central),
        ]
        names = [f"{label}: {show_percent(probabilities[-1])}" for label, probabilities in shown]
        label_curves(axes, names, [float(probabilities[-1]) / top for _, probabilities in shown], canvas)

    low, below, median, above, high = map(show_percent, fan.quantiles[:, -1])
    description = (
        f"{fan.label} by {timeline.horizon.date}: median {median}; half of the draws {below} to {above}, "
        f"nine tenths {low} to {high}; {show_percent(fan.central[-1])} at the central values."
    )
    return draw_chart(draw, name=name, title=title, description=description)


def _draw_lines(axes: Axes, curves: Sequence[Curve], timeline: Timeline) -> None:
    x = _list_times(timeline)
    for k, curve in enumerate(curves):
        colour, dashes = PALETTE[(k + 1) % len(PALETTE)], DASHES[k % len(DASHES)]
        axes.plot(x, curve.heights, color=colour, linestyle=dashes, linewidth=2.2, clip_on=False)


def _choose_scale(highest: float, *, whole: bool) -> tuple[float, float]:
    """Choose the top of an axis of probabilities and the step between its grid lines."""
    return next(scale for scale in _SCALES if scale[0] == 1.0 or (not whole and highest <= 0.9 * scale[0]))


def _set_probability_axis(axes: Axes, top: float, step: float) -> None:
    axes.set_ylim(0.0, top)
    axes.set_yticks([k * step for k in range(round(top / step) + 1)])
    axes.yaxis.set_major_formatter(lambda probability, _: show_percent(probability))


def _name_curves(curves: Sequence[Curve], canvas: Canvas) -> list[str]:
    """Label every curve with its last probability."""
    return [f"{shorten(curve.label, 2 * canvas.letters)} {_show_last(curve)}" for curve in curves]


def _list_times(timeline: Timeline) -> Floats:
    return np.array([timeline.length * period for period in range(timeline.num_periods + 1)])


def _find_last(curve: Curve) -> float:
    """Find the last height of a curve that is not nan, or nan."""
    known = curve.heights[np.isfinite(curve.heights)]
    return float(known[-1]) if len(known) else math.nan


def _show_last(curve: Curve) -> str:
    """Write the last probability of a curve, and say so if the curve ends before the horizon."""
    text = show_percent(_find_last(curve))
    return text if np.isfinite(curve.heights[-1]) else f"{text} when last known"


def _describe_curves(curves: Sequence[Curve], timeline: Timeline) -> str:
    probabilities = join_words([f"{curve.label} {_show_last(curve)}" for curve in curves])
    return f"By {timeline.horizon.date}, after {timeline.horizon.length}: {probabilities}."
