"""The picture of the README."""

from __future__ import annotations

import re

from parts.common import DOCS, solved

PICTURE = DOCS / "images" / "iran-us-2026.svg"


def picture() -> str:
    """Draw the probability of every outcome by date as an SVG file, as `standoff brief --figures` writes it."""
    from standoff.report.forecast_sections import outcome_chart

    return outcome_chart(solved("iran-us-2026")).file("svg").decode()


def words(svg: str) -> str:
    """Return the words in an SVG file."""
    return "\n".join(re.findall(r">([^<>\s][^<>]*)<", re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)))
