"""The picture of the README."""

from __future__ import annotations

import re

from parts.common import DOCS, solved

PICTURE = DOCS / "images" / "iran-us-2026.svg"


def picture() -> str:
    """Draw the probability of each outcome by date as an SVG file, as `standoff brief --figures` writes it."""
    from standoff.report.sections.forecast import draw_outcomes

    return draw_outcomes(solved("iran-us-2026")).encode("svg").decode()


def words(svg: str) -> str:
    """Return the words in an SVG file."""
    return "\n".join(re.findall(r">([^<>\s][^<>]*)<", re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)))
