"""Matplotlib figures as inline SVG that follows the page: its font, its colours by day and by night, its width.

Figures are drawn with stand-in colours, and the stand-ins are replaced by the page's own in the finished SVG. Same
figure, same bytes: ids come from a fixed salt, and no date is written.
"""

from __future__ import annotations

import re
import warnings
from contextlib import AbstractContextManager
from html import escape
from io import BytesIO

import matplotlib as mpl
from markupsafe import Markup
from matplotlib import style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

__all__ = ["INK", "RULE", "SURFACE", "drawing", "figure_bytes", "inline_svg", "new_figure", "plain"]

INK = "#010203"
"""Stand-in for the colour of the text."""
RULE = "#010204"
"""Stand-in for the colour of grid lines."""
SURFACE = "#010205"
"""Stand-in for the colour of the page."""
_PAGE_COLOURS = {INK: "currentColor", RULE: "var(--rule)", SURFACE: "var(--surface)"}

_STYLE = {
    "axes.labelsize": "medium",
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
}
_INKED = ("text.color", "axes.labelcolor", "xtick.color", "ytick.color")
_TAG = re.compile(r"<[^>]*>")
_SIZE = re.compile(r' (?:width|height)="[0-9.]+pt"| xmlns(?::xlink)?="[^"]*"| version="1.1"')


def plain(text: str, longest: int) -> str:
    """One line of printable text, cut to a length; labels come from files that anybody may write."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of a size in CSS pixels."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0.0)
    return figure


def drawing(font: float, ink: str = INK) -> AbstractContextManager[None]:
    """A context to draw figures in: the style of the brief, whatever the user's own settings of matplotlib.

    Args:
        font: Size of letters in CSS pixels.
        ink: Colour of the text.
    """
    sizes = {"font.size": font, "xtick.labelsize": font, "ytick.labelsize": font}
    context: AbstractContextManager[None] = style.context(["default", _STYLE, sizes, dict.fromkeys(_INKED, ink)])
    return context


def inline_svg(figure: Figure, *, name: str, title: str, description: str) -> Markup:
    """A figure as an element of an HTML page.

    Args:
        figure: Drawn with the stand-in colours.
        name: Slug, unique in the page; every id in the SVG begins with it.
        title: What the figure shows.
        description: The same in a sentence or two, with its main numbers, for those who do not see it.

    Returns:
        The `<svg>` element.
    """
    svg = _written(figure, name, "svg").decode()
    svg = _TAG.sub(lambda tag: _adapted(tag.group(), name), svg[svg.index("<svg") :])
    head, _, body = svg.partition(">")
    ids = f"{name}-title {name}-description"
    words = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-description">{escape(description)}</desc>'
    )
    return Markup(  # noqa: S704  matplotlib escapes the labels; the rest is escaped here
        f'{_SIZE.sub("", head)} role="img" aria-labelledby="{ids}">{words}{body}'
    )


def figure_bytes(figure: Figure, *, name: str, title: str, description: str, kind: str) -> bytes:
    """A figure as a file, with its description inside.

    Args:
        figure: Drawn with the colours that it shall have.
        name: Slug.
        title: What the figure shows.
        description: The same in words with its main numbers.
        kind: "svg" or "png".
    """
    if kind == "svg":
        head, start, rest = _written(figure, name, kind).decode().partition("<svg")
        tag, end, body = rest.partition(">")
        words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        return f'{head}{start} role="img"{tag}{end}{words}{body}'.encode()
    return _written(figure, name, kind, {"Title": title, "Description": description, "Software": None})


def _written(figure: Figure, name: str, kind: str, metadata: dict[str, str | None] | None = None) -> bytes:
    """What matplotlib writes; the same figure gives the same bytes."""
    file = BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": name}), warnings.catch_warnings():
        # the browser's fonts have the signs that matplotlib's lack
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(file, format=kind, dpi=72 if kind == "svg" else 160, metadata=metadata or nothing)
    return file.getvalue()


def _adapted(tag: str, name: str) -> str:
    """One tag with the page's colours and with ids that no other figure has."""
    for stand_in, colour in _PAGE_COLOURS.items():
        tag = tag.replace(stand_in, colour)
    tag = re.sub(r'\bid="', f'id="{name}-', tag)
    return tag.replace("url(#", f"url(#{name}-").replace('href="#', f'href="#{name}-')
