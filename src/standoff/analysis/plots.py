"""Plots of results on matplotlib axes. matplotlib is slow to import, so it is imported when a plot is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.calendar import Calendar
from standoff.text import format_number, format_short_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from standoff.analysis.drivers import Drivers
    from standoff.analysis.ensemble_result import Ensemble
    from standoff.analysis.forecast import Forecast
    from standoff.analysis.sweep import Sweep
    from standoff.solve.target import Target

__all__ = [
    "DASHES",
    "HATCHES",
    "PALETTE",
    "STILL_OPEN",
    "Axes",
    "draw_bands",
    "draw_fan",
    "plot_drivers",
    "plot_ensemble",
    "plot_forecast",
    "plot_sweep",
]

Floats = NDArray[np.float64]

PALETTE = ("#009E73", "#0072B2", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9")
"""The colours of Okabe and Ito (2008) without yellow and black; people with any colour vision can distinguish them."""
HATCHES = ("", "//", "xx", "\\\\", "--", "++", "||")
DASHES = ("solid", (0, (6, 2)), (0, (2, 1.5)), (0, (8, 2, 2, 2)), (0, (4, 4)), (0, (1, 3)))
STILL_OPEN = "#BBBBBB"
"""Colour of the probability that the crisis is still open."""
MOST_DATES = 6
"""Dates on the axis of time after the first."""


def draw_bands(axes: Axes, x: Sequence[float] | Floats, bands: Sequence[Floats], *, surface: str) -> None:
    """Draw probabilities that sum to one as stacked bands; the last band is what is still open.

    Args:
        axes: The axes to draw on.
        x: Position of each date.
        bands: Probabilities of each band, in the order from the bottom; shape (band, date).
        surface: Colour between the bands.
    """
    tops = np.cumsum(bands, axis=0)
    bottoms = np.vstack([np.zeros_like(tops[0]), tops[:-1]])
    for k, (low, high) in enumerate(zip(bottoms, tops, strict=True)):
        is_open = k == len(bands) - 1
        colour = STILL_OPEN if is_open else PALETTE[k % len(PALETTE)]
        hatch = None if is_open else HATCHES[k % len(HATCHES)]
        axes.fill_between(x, low, high, facecolor=colour, edgecolor=surface, hatch=hatch, linewidth=0.8)


def draw_fan(axes: Axes, x: Sequence[float] | Floats, quantiles: Floats, central: Floats, *, ink: str) -> None:
    """Draw the quantiles of a probability by date, and the probability at the values of the file (dashed).

    Args:
        axes: The axes to draw on.
        x: Position of each date.
        quantiles: Quantiles at 5, 25, 50, 75 and 95 %; shape (5, date).
        central: Probabilities at the values of the file; shape (date,).
        ink: Colour of the lines.
    """
    low, below, median, above, high = quantiles
    axes.fill_between(x, low, high, facecolor=PALETTE[1], alpha=0.22, linewidth=0.0)
    axes.fill_between(x, below, above, facecolor=PALETTE[1], alpha=0.38, linewidth=0.0)
    axes.plot(x, median, color=ink, linewidth=2.2)
    axes.plot(x, central, color=PALETTE[2], linestyle=DASHES[1], linewidth=2.2)
    for edge in (low, high):
        axes.plot(x, edge, color=ink, linewidth=0.8)


def plot_forecast(found: Forecast, ax: Axes | None = None) -> Axes:
    """Plot the probabilities of the outcomes by date as stacked bands; see `Forecast.plot`."""
    axes = _new_axes() if ax is None else ax
    series = list(found.outcomes.values())
    bands = [np.concatenate([[0.0], one.cumulative]) for one in series]
    bands.append(np.concatenate([[1.0], found.unresolved]))
    draw_bands(axes, _dates(axes, found.calendar, len(found.unresolved)), bands, surface="white")
    _label_bands(axes, [*(one.label for one in series), found.unresolved_label])
    _set_probability_axis(axes)
    axes.set_ylim(0.0, 1.0)
    axes.margins(x=0.0)
    return axes


def plot_ensemble(found: Ensemble, target: str | Target | None = None, ax: Axes | None = None) -> Axes:
    """Plot the bands of a probability over all draws; see `Ensemble.plot`."""
    from standoff.analysis.targets import parse_targets

    axes = _new_axes() if ax is None else ax
    (wanted, *_) = parse_targets(found.scenario, None if target is None else [target])
    _, k = found.locate(wanted)
    start = float(found.names[k].name == "unresolved")
    quantiles = np.hstack([np.full((len(found.bands), 1), start), found.bands[:, :, k]])
    central = np.concatenate([[start], found.file_probabilities[:, k]])
    x = _dates(axes, Calendar.of(found.scenario), found.scenario.num_periods)
    draw_fan(axes, x, quantiles, central, ink="black")
    labels = ["5 to 95 % of draws", "25 to 75 % of draws", "median", "values of the file"]
    axes.legend([*axes.collections[-2:], *axes.lines[-4:-2]], labels, frameon=False)
    axes.set_title(found.names[k].label)
    _set_probability_axis(axes)
    axes.set_ylim(bottom=0.0)
    axes.margins(x=0.0)
    return axes


def plot_drivers(found: Drivers, target: int = 0, ax: Axes | None = None) -> Axes:
    """Plot how far each driver moves a probability over its range (a tornado); see `Drivers.plot`."""
    axes = _new_axes() if ax is None else ax
    base = float(found.probabilities[target])
    rows = [row for row in found.rows[: found.top] if row.range is not None and np.isfinite(row.ends[target]).all()]
    for k, row in enumerate(rows):
        for end, colour, hatch in zip(row.ends[target], (PALETTE[1], PALETTE[4]), ("", "//"), strict=True):
            axes.barh(k, float(end), left=base, height=0.6, color=colour, hatch=hatch, edgecolor="white")
    axes.axvline(base, color="black", linewidth=1.0)
    axes.set_yticks(range(len(rows)), [_describe_range(row.label or row.name, row.range) for row in rows])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g} %")
    axes.set_xlabel("probability; plain: low end of the range, hatched: high end", loc="right")
    axes.set_title(found.target_labels[target], loc="right")
    return axes


def plot_sweep(found: Sweep, ax: Axes | None = None) -> Axes:
    """Plot probabilities over the values of a parameter; see `Sweep.plot`."""
    axes = _new_axes() if ax is None else ax
    for k, label in enumerate(found.target_labels):
        colour, dashes = PALETTE[(k + 1) % len(PALETTE)], DASHES[k % len(DASHES)]
        axes.plot(found.values, found.probabilities[:, k], color=colour, linestyle=dashes, marker="o", label=label)
    axes.legend(frameon=False)
    axes.set_xlabel(f"{found.name} ({found.unit})" if found.unit else found.name)
    _set_probability_axis(axes)
    axes.set_ylim(bottom=0.0)
    return axes


def _describe_range(label: str, bounds: tuple[float, float] | None) -> str:
    low, high = bounds or (0.0, 0.0)
    return f"{label}\n{format_number(low)} to {format_number(high)}"


def _new_axes() -> Axes:
    from matplotlib import pyplot as plt

    axes: Axes = plt.subplots(layout="constrained")[1]
    return axes


def _dates(axes: Axes, calendar: Calendar | None, num_periods: int) -> Floats:
    """Positions on the axis of time, which is labelled for them: days, or numbers of periods where there are no dates."""
    if calendar is None:
        axes.set_xlabel("periods from the start")
        return np.arange(num_periods + 1, dtype=np.float64)
    x = np.array([day.toordinal() for day in calendar.days], dtype=np.float64)
    step = math.ceil(num_periods / MOST_DATES)
    axes.set_xticks(x[::step], [format_short_day(day) for day in calendar.days[::step]])
    years = sorted({calendar.days[0].year, calendar.days[-1].year})
    axes.set_xlabel(" to ".join(str(year) for year in years))
    return x


def _label_bands(axes: Axes, labels: Sequence[str]) -> None:
    """Add a legend in the order of the bands, the highest first."""
    bands = axes.collections[-len(labels) :]
    axes.legend(bands[::-1], list(labels)[::-1], frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _set_probability_axis(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g} %")
    axes.set_ylabel("probability")
