"""Charts of probabilities by date: how the crisis ends, what happens on the way, what each side believes, and how sure that is.

Every band and line is named beside it, so that nothing is told by colour alone, and bands differ in hatching, lines in
dashes.
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
from standoff.report.chart import Canvas, Chart, drawn, name_at_the_right, time_axes
from standoff.report.svg import plain
from standoff.report.timeline import Timeline
from standoff.report.wording import joined, number, percent

__all__ = ["Curve", "Fan", "chart_of_bands", "chart_of_fan", "chart_of_lines", "chart_of_values"]

Floats = NDArray[np.float64]

_SCALES = ((0.1, 0.02), (0.25, 0.05), (0.5, 0.1), (1.0, 0.25))


@dataclass(frozen=True)
class Curve:
    """One thing whose probabilities, or value, are drawn.

    Attributes:
        label: Its name, as the scenario has it.
        probabilities: From now to the horizon, nan where there are none; shape (period + 1,).
    """

    label: str
    probabilities: Floats


@dataclass(frozen=True)
class Fan:
    """Probabilities of one thing with how far they move.

    Attributes:
        label: Its name, as the scenario has it.
        quantiles: At 5, 25, 50, 75 and 95 %; shape (5, period + 1).
        central: The probabilities at the numbers of the file; shape (period + 1,).
    """

    label: str
    quantiles: Floats
    central: Floats


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
    tops = np.cumsum([curve.probabilities for curve in bands], axis=0)
    bottoms = np.vstack([np.zeros_like(tops[0]), tops[:-1]])

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes, x = time_axes(figure, timeline, canvas), _units(timeline)
        draw_bands(axes, x, [curve.probabilities for curve in bands], surface=canvas.surface)
        _set_probabilities_axis(axes, 1.0, 0.25)
        middles = [float(low[-1] + high[-1]) / 2 for low, high in zip(bottoms, tops, strict=True)]
        name_at_the_right(axes, _names(bands, canvas), middles, canvas)

    return drawn(draw, name=name, title=title, description=_at_the_end(bands, timeline))


def chart_of_lines(curves: Sequence[Curve], timeline: Timeline, *, name: str, title: str, whole: bool) -> Chart:
    """Lines of probabilities, each named at its end.

    Args:
        curves: The lines.
        timeline: The calendar.
        name: Slug of the chart.
        title: What it shows.
        whole: Whether the axis must reach one; otherwise it reaches a little above the highest line.
    """
    curves = [curve for curve in curves if np.isfinite(curve.probabilities).any()]
    highest = max((float(np.nanmax(curve.probabilities)) for curve in curves), default=0.0)
    top, step = _scale(highest, whole=whole)

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes = time_axes(figure, timeline, canvas)
        _draw_lines(axes, curves, timeline)
        _set_probabilities_axis(axes, top, step)
        name_at_the_right(axes, _names(curves, canvas), [_last(curve) / top for curve in curves], canvas)

    return drawn(draw, name=name, title=title, description=_at_the_end(curves, timeline))


def chart_of_values(curves: Sequence[Curve], timeline: Timeline, *, name: str, title: str, axis: str) -> Chart:
    """Lines of values that may be negative, with a line at zero, each named at its end.

    Args:
        curves: The lines; nan where there is no value.
        timeline: The calendar.
        name: Slug of the chart.
        title: What it shows.
        axis: What the values are, for the axis.
    """
    curves = [curve for curve in curves if np.isfinite(curve.probabilities).any()]
    known = np.concatenate([curve.probabilities[np.isfinite(curve.probabilities)] for curve in curves] or [np.zeros(1)])
    low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
    room = 0.08 * ((high - low) or 1.0)
    low, high = low - room, high + room

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes = time_axes(figure, timeline, canvas)
        axes.axhline(0.0, color=canvas.ink, linewidth=1.0)
        _draw_lines(axes, curves, timeline)
        axes.set_ylim(low, high)
        axes.set_ylabel(axis)
        axes.yaxis.set_major_formatter(lambda value, _: number(round(value, 6)))
        names = [f"{plain(curve.label, 2 * canvas.letters)} {_two_digits(_last(curve))}" for curve in curves]
        name_at_the_right(axes, names, [(_last(curve) - low) / (high - low) for curve in curves], canvas)

    told = joined([f"{curve.label} {_two_digits(_last(curve))}" for curve in curves])
    return drawn(draw, name=name, title=title, description=f"{axis} by {timeline.horizon.date}: {told}.")


def chart_of_fan(fan: Fan, timeline: Timeline, *, name: str, title: str) -> Chart:
    """A fan: where the probability of one thing lie in nine and in half of all draws, the median, and the
    probabilities of the file.

    Args:
        fan: The probabilities.
        timeline: The calendar.
        name: Slug of the chart.
        title: What it shows.
    """
    top, step = _scale(float(fan.quantiles[-1].max()), whole=False)

    def draw(figure: Figure, canvas: Canvas) -> None:
        axes, x = time_axes(figure, timeline, canvas), _units(timeline)
        low, below, median, above, high = fan.quantiles
        draw_fan(axes, x, fan.quantiles, fan.central, ink=canvas.ink)
        _set_probabilities_axis(axes, top, step)
        shown = [
            ("19 in 20 draws lie below", high),
            ("3 in 4 below", above),
            ("median", median),
            ("1 in 4 below", below),
            ("1 in 20 below", low),
            ("at the file’s numbers (dashed)", fan.central),
        ]
        names = [f"{label} {percent(float(probabilities[-1]))}" for label, probabilities in shown]
        name_at_the_right(axes, names, [float(probabilities[-1]) / top for _, probabilities in shown], canvas)

    low, below, median, above, high = (percent(float(probabilities)) for probabilities in fan.quantiles[:, -1])
    description = (
        f"{fan.label} by {timeline.horizon.date}: median {median}, in half of the draws {below} to {above}, "
        f"in nine of ten {low} to {high}; {percent(float(fan.central[-1]))} at the numbers of the file."
    )
    return drawn(draw, name=name, title=title, description=description)


def _draw_lines(axes: Axes, curves: Sequence[Curve], timeline: Timeline) -> None:
    x = _units(timeline)
    for k, curve in enumerate(curves):
        colour, dashes = PALETTE[(k + 1) % len(PALETTE)], DASHES[k % len(DASHES)]
        axes.plot(x, curve.probabilities, color=colour, linestyle=dashes, linewidth=2.2, clip_on=False)


def _scale(highest: float, *, whole: bool) -> tuple[float, float]:
    """Top of the axis of probabilities and the step between its lines."""
    return next(scale for scale in _SCALES if scale[0] == 1.0 or (not whole and highest <= 0.9 * scale[0]))


def _set_probabilities_axis(axes: Axes, top: float, step: float) -> None:
    axes.set_ylim(0.0, top)
    axes.set_yticks([k * step for k in range(round(top / step) + 1)])
    axes.yaxis.set_major_formatter(lambda probabilities, _: f"{100 * probabilities:.0f} %")


def _names(curves: Sequence[Curve], canvas: Canvas) -> list[str]:
    """Name and last probability of every curve."""
    return [f"{plain(curve.label, 2 * canvas.letters)} {percent(_last(curve))}" for curve in curves]


def _units(timeline: Timeline) -> Floats:
    return np.array([timeline.length * period for period in range(timeline.num_periods + 1)])


def _two_digits(value: float) -> str:
    return number(float(f"{value:.2g}") + 0.0)


def _last(curve: Curve) -> float:
    """The last probabilities that there are, or nan."""
    known = curve.probabilities[np.isfinite(curve.probabilities)]
    return float(known[-1]) if len(known) else math.nan


def _at_the_end(curves: Sequence[Curve], timeline: Timeline) -> str:
    probabilities = joined([f"{curve.label} {percent(_last(curve))}" for curve in curves])
    return f"By {timeline.horizon.date}, after {timeline.horizon.length}: {probabilities}."
