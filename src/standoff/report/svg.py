"""Matplotlib figures as inline SVG with the font, the light or dark colours and the width of the page.

Figures are drawn with placeholder colours, which are replaced in the finished SVG by the colours of the page. The same
figure gives the same bytes: ids come from a fixed salt, and no date is written.
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

__all__ = ["INK", "RULE", "SURFACE", "embed_svg", "encode_figure", "make_figure", "use_style"]

INK = "#010203"
"""Placeholder for the colour of the text."""
RULE = "#010204"
"""Placeholder for the colour of grid lines."""
SURFACE = "#010205"
"""Placeholder for the colour of the page."""
_PAGE_COLOURS = {INK: "currentColor", RULE: "var(--rule)", SURFACE: "var(--surface)"}

_STYLE = {
    "axes.labelsize": "medium",
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a label is literal
}
_INKED = ("text.color", "axes.labelcolor", "xtick.color", "ytick.color")
_TAG = re.compile(r"<[^>]*>")
_SIZE = re.compile(r' (?:width|height)="[0-9.]+pt"| xmlns(?::xlink)?="[^"]*"| version="1.1"')


def make_figure(width: float, height: float) -> Figure:
    """Make an empty figure of a size in CSS pixels."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0.0)
    return figure


def use_style(font: float, ink: str = INK) -> AbstractContextManager[None]:
    """Return a context with the style of the brief, which does not depend on the user's own settings of Matplotlib.

    Args:
        font: Font size in CSS pixels.
        ink: Colour of the text.
    """
    sizes = {"font.size": font, "xtick.labelsize": font, "ytick.labelsize": font}
    context: AbstractContextManager[None] = style.context(["default", _STYLE, sizes, dict.fromkeys(_INKED, ink)])
    return context


def embed_svg(figure: Figure, *, name: str, title: str, description: str) -> Markup:
    """Turn a figure into an element of an HTML page.

    Args:
        figure: The figure, in the placeholder colours.
        name: Slug, unique in the page; every id in the SVG begins with it.
        title: Title of the figure.
        description: A sentence or two with the main numbers, for screen readers.

    Returns:
        The `<svg>` element.
    """
    svg = _save(figure, name, "svg").decode()
    svg = _TAG.sub(lambda tag: _adapt_tag(tag.group(), name), svg[svg.index("<svg") :])
    head, _, body = svg.partition(">")
    ids = f"{name}-title {name}-description"
    words = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-description">{escape(description)}</desc>'
    )
    return Markup(  # noqa: S704  matplotlib escapes the labels; the rest is escaped here
        f'{_SIZE.sub("", head)} role="img" aria-labelledby="{ids}">{words}{body}'
    )


def encode_figure(figure: Figure, *, name: str, title: str, description: str, kind: str) -> bytes:
    """Encode a figure as a file that contains its description.

    Args:
        figure: The figure, in its final colours.
        name: Slug.
        title: Title of the figure.
        description: A sentence or two with the main numbers.
        kind: "svg" or "png".
    """
    if kind == "svg":
        head, start, rest = _save(figure, name, kind).decode().partition("<svg")
        tag, end, body = rest.partition(">")
        words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        return f'{head}{start} role="img"{tag}{end}{words}{body}'.encode()
    return _save(figure, name, kind, {"Title": title, "Description": description, "Software": None})


def _save(figure: Figure, name: str, kind: str, metadata: dict[str, str | None] | None = None) -> bytes:
    """Save a figure with Matplotlib; the same figure gives the same bytes."""
    file = BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": name}), warnings.catch_warnings():
        # the browser's fonts have the characters that Matplotlib's lack
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(file, format=kind, dpi=72 if kind == "svg" else 160, metadata=metadata or nothing)
    return file.getvalue()


def _adapt_tag(tag: str, name: str) -> str:
    """Give a tag the colours of the page, and ids that no other figure has."""
    for placeholder, colour in _PAGE_COLOURS.items():
        tag = tag.replace(placeholder, colour)
    tag = re.sub(r'\bid="', f'id="{name}-', tag)
    return tag.replace("url(#", f"url(#{name}-").replace('href="#', f'href="#{name}-')
