"""Plots on matplotlib axes, from labels and arrays; the `plot` methods of the results use them.

matplotlib is slow to import, so it is imported when a plot is asked for.
"""

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

__all__ = [
    "DASHES",
    "HATCHES",
    "PALETTE",
    "STILL_OPEN",
    "Axes",
    "draw_bands",
    "draw_fan",
    "plot_bands",
    "plot_fan",
    "plot_lines",
    "plot_tornado",
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


def plot_bands(
    outcomes: Sequence[tuple[str, Floats]], unresolved: tuple[str, Floats], calendar: Calendar | None, ax: Axes | None
) -> Axes:
    """Plot the probabilities of the outcomes by date as stacked bands.

    Args:
        outcomes: Label and cumulative probability of each outcome; shape (period,).
        unresolved: Label and probability that the crisis is still open; shape (period,).
        calendar: The days of the periods; None: numbers of periods.
        ax: The axes to draw on; None: new axes.
    """
    axes = _make_axes() if ax is None else ax
    bands = [np.concatenate([[0.0], cumulative]) for _, cumulative in outcomes]
    bands.append(np.concatenate([[1.0], unresolved[1]]))
    draw_bands(axes, _label_dates(axes, calendar, len(unresolved[1])), bands, surface="white")
    _label_bands(axes, [*(label for label, _ in outcomes), unresolved[0]])
    _set_probability_axis(axes)
    axes.set_ylim(0.0, 1.0)
    axes.margins(x=0.0)
    return axes


def plot_fan(label: str, quantiles: Floats, central: Floats, calendar: Calendar | None, ax: Axes | None) -> Axes:
    """Plot the quantiles of a probability over all draws by date.

    Args:
        label: What the probability is about.
        quantiles: Quantiles at 5, 25, 50, 75 and 95 % from now to the horizon; shape (5, period + 1).
        central: Probabilities at the values of the file; shape (period + 1,).
        calendar: The days of the periods; None: numbers of periods.
        ax: The axes to draw on; None: new axes.
    """
    axes = _make_axes() if ax is None else ax
    draw_fan(axes, _label_dates(axes, calendar, len(central) - 1), quantiles, central, ink="black")
    labels = ["5 to 95 % of draws", "25 to 75 % of draws", "median", "values of the file"]
    axes.legend([*axes.collections[-2:], *axes.lines[-4:-2]], labels, frameon=False)
    axes.set_title(label)
    _set_probability_axis(axes)
    axes.set_ylim(bottom=0.0)
    axes.margins(x=0.0)
    return axes


def plot_tornado(
    label: str, base: float, rows: Sequence[tuple[str, tuple[float, float], Floats]], ax: Axes | None
) -> Axes:
    """Plot how far each driver moves a probability over its range.

    Args:
        label: What the probability is about.
        base: The probability at the values of the file.
        rows: Label, range and the changes of the probability at both ends of the range, for each driver; shape (2,).
        ax: The axes to draw on; None: new axes.
    """
    axes = _make_axes() if ax is None else ax
    for k, (_, _, ends) in enumerate(rows):
        for end, colour, hatch in zip(ends, (PALETTE[1], PALETTE[4]), ("", "//"), strict=True):
            axes.barh(k, float(end), left=base, height=0.6, color=colour, hatch=hatch, edgecolor="white")
    axes.axvline(base, color="black", linewidth=1.0)
    axes.set_yticks(range(len(rows)), [_describe_range(name, bounds) for name, bounds, _ in rows])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g} %")
    axes.set_xlabel("probability; plain: low end of the range, hatched: high end", loc="right")
    axes.set_title(label, loc="right")
    return axes


def plot_lines(x: Floats, x_label: str, lines: Sequence[tuple[str, Floats]], ax: Axes | None) -> Axes:
    """Plot probabilities over the values of a parameter.

    Args:
        x: The values; shape (value,).
        x_label: The parameter and its unit.
        lines: Label and probability of each target; shape (value,).
        ax: The axes to draw on; None: new axes.
    """
    axes = _make_axes() if ax is None else ax
    for k, (label, probabilities) in enumerate(lines):
        colour, dashes = PALETTE[(k + 1) % len(PALETTE)], DASHES[k % len(DASHES)]
        axes.plot(x, probabilities, color=colour, linestyle=dashes, marker="o", label=label)
    axes.legend(frameon=False)
    axes.set_xlabel(x_label)
    _set_probability_axis(axes)
    axes.set_ylim(bottom=0.0)
    return axes


def _describe_range(label: str, bounds: tuple[float, float]) -> str:
    low, high = bounds
    return f"{label}\n{format_number(low)} to {format_number(high)}"


def _make_axes() -> Axes:
    from matplotlib import pyplot as plt

    axes: Axes = plt.subplots(layout="constrained")[1]
    return axes


def _label_dates(axes: Axes, calendar: Calendar | None, num_periods: int) -> Floats:
    """Label the axis of time with days, or numbers of periods without a calendar; return the positions of the dates."""
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
