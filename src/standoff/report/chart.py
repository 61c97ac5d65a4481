"""A chart, drawn for wide pages, for phones, and as a file of its own.

The function that draws a chart receives a figure and a `Canvas` with sizes and colours, so it serves all three. In the page the
colours are placeholders for those of the page (`standoff.report.svg`); in a file they are those of a printed page.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from standoff.report.svg import (
    INK,
    RULE,
    SURFACE,
    embed_svg,
    encode_figure,
    make_figure,
    use_style,
)
from standoff.report.timeline import Timeline
from standoff.text import format_short_day, shorten

__all__ = [
    "NARROW",
    "WIDE",
    "Canvas",
    "Chart",
    "FileFormat",
    "add_time_axes",
    "draw_chart",
    "label_curves",
    "spread_apart",
]

FileFormat = Literal["svg", "png"]
_LEFT, _TOP, _BOTTOM, _LINE = 3.9, 0.8, 4.4, 1.25


@dataclass(frozen=True)
class Canvas:
    """Sizes in CSS pixels, the length of a line of a label in letters, the number of ticks on the time axis, and colours."""

    suffix: str
    width: float
    height: float
    margin: float
    letters: int
    font: float
    ticks: int
    ink: str = INK
    rule: str = RULE
    surface: str = SURFACE

    def compute_box(self, left: float = _LEFT) -> tuple[float, float, float, float]:
        """Return left edge, lower edge, width and height of the axes; the margins grow with the font.

        Args:
            left: Left margin in heights of a letter.
        """
        low, top = _BOTTOM * self.font, _TOP * self.font
        return left * self.font, low, self.width - left * self.font - self.margin, self.height - low - top


WIDE = Canvas("wide", 920, 420, 250, 32, 13.0, 8)
NARROW = Canvas("narrow", 350, 380, 124, 17, 11.0, 4)
_FILE = replace(WIDE, suffix="file", ink="#1f2328", rule="#c4c9d0", surface="#ffffff")

Draw = Callable[[Figure, Canvas], None]


@dataclass(frozen=True)
class Chart:
    """A chart for every width of page.

    Attributes:
        name: Slug.
        title: Title.
        description: A sentence or two with the main numbers, for screen readers.
        wide: SVG for pages of 40 rem and more.
        narrow: SVG for phones.
    """

    name: str
    title: str
    description: str
    wide: Markup
    narrow: Markup
    _draw: tuple[Draw, float] = field(repr=False, compare=False)

    def encode(self, kind: FileFormat) -> bytes:
        """Encode the chart as a file of its own on white; the same chart gives the same bytes."""
        draw, scale = self._draw
        canvas = replace(_FILE, height=_FILE.height * scale)
        with use_style(canvas.font, canvas.ink):
            figure = make_figure(canvas.width, canvas.height)
            figure.patch.set_facecolor(canvas.surface)
            figure.patch.set_alpha(1.0)
            draw(figure, canvas)
            return encode_figure(figure, name=self.name, title=self.title, description=self.description, kind=kind)


def draw_chart(draw: Draw, *, name: str, title: str, description: str, scale: float = 1.0) -> Chart:
    """Draw a chart for both widths of page.

    Args:
        draw: Function that draws on a figure of the size of the canvas.
        name: Slug, unique in the page.
        title: Title.
        description: A sentence or two with the main numbers.
        scale: Height as a multiple of the usual height.
    """
    svgs = []
    for usual in (WIDE, NARROW):
        canvas = replace(usual, height=usual.height * scale)
        with use_style(canvas.font, canvas.ink):
            figure = make_figure(canvas.width, canvas.height)
            draw(figure, canvas)
            svgs.append(embed_svg(figure, name=f"{name}-{canvas.suffix}", title=title, description=description))
    return Chart(name, title, description, svgs[0], svgs[1], (draw, scale))


def add_time_axes(figure: Figure, timeline: Timeline, canvas: Canvas) -> Axes:
    """Add axes by date, with room for labels on the right."""
    left, low, width, height = canvas.compute_box()
    axes = figure.add_axes(
        (left / canvas.width, low / canvas.height, width / canvas.width, height / canvas.height), facecolor="none"
    )
    ticks = timeline.place_ticks(canvas.ticks)
    axes.set_xlim(0.0, timeline.horizon.units)
    axes.set_xticks(
        [tick.units for tick in ticks],
        [f"{tick.units:g}\n{format_short_day(timeline.date_of(tick.period))}" for tick in ticks],
    )
    axes.set_xlabel(f"{timeline.unit}s from now", labelpad=2.0)
    axes.grid(axis="y", color=canvas.rule, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0.0, pad=5.0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(canvas.rule)
    return axes


def label_curves(axes: Axes, names: Sequence[str], ends: Sequence[float], canvas: Canvas) -> None:
    """Write a label to the right of every curve, with a thin line to its end (a share of the height)."""
    _, _, wide, tall = canvas.compute_box()
    wrapped = [textwrap.wrap(shorten(name, 2 * canvas.letters + 8), canvas.letters) for name in names]
    heights = [(len(lines) * _LINE + 0.4) * canvas.font / tall for lines in wrapped]
    for lines, end, place in zip(wrapped, ends, spread_apart(ends, heights), strict=True):
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
                "color": canvas.ink,
                "linewidth": 0.7,
                "shrinkA": 1.0,
                "shrinkB": 0.0,
                "relpos": (0.0, 0.5),
            },
        )


def spread_apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Move labels apart so that none overlaps another and all lie within [0, 1], if they fit.

    Args:
        wanted: Wanted centre of each label.
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
