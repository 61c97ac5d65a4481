"""The picture of the README."""

from __future__ import annotations

import re

from parts.common import DOCS, solved

PICTURE = DOCS / "images" / "iran-us-2026.svg"
INK, RULE, PAPER = "#1f2328", "#c4c9d0", "#ffffff"


def picture() -> str:
    """The odds of every end by date as an SVG file that is readable on any page: it brings its own background."""
    import numpy as np

    from standoff.report.figures import Curve, chart_of_bands
    from standoff.report.timeline import Timeline

    solution = solved("iran-us-2026")
    scenario, forecast = solution.scenario, solution.forecast()
    timeline = Timeline(scenario.period.unit, scenario.period.length, scenario.num_periods, scenario.date_of_period)
    ends = [Curve(series.label, np.concatenate([[0.0], series.cumulative])) for series in forecast.outcomes]
    still_open = Curve(forecast.unresolved_label, np.concatenate([[1.0], forecast.unresolved]))
    title = (
        "How the crisis of February 2026 between the United States and Iran ends, and when: odds of every end by date"
    )
    svg = str(chart_of_bands(ends, still_open, timeline, name="odds", title=title).wide)
    for stand_in, colour in (("currentColor", INK), ("var(--rule)", RULE), ("var(--surface)", PAPER)):
        svg = svg.replace(stand_in, colour)
    left, top, width, height = map(float, re.search(r'viewBox="([^"]*)"', svg)[1].split())  # type: ignore[index]
    pad = 16.0
    box = f"{left - pad:g} {top - pad:g} {width + 2 * pad:g} {height + 2 * pad:g}"
    svg = re.sub(
        r'viewBox="[^"]*"', f'viewBox="{box}" width="{width + 2 * pad:g}" height="{height + 2 * pad:g}"', svg, count=1
    )
    svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"', 1)
    card = (
        f'<rect x="{left - pad + 0.5:g}" y="{top - pad + 0.5:g}" width="{width + 2 * pad - 1:g}" '
        f'height="{height + 2 * pad - 1:g}" rx="8" fill="{PAPER}" stroke="{RULE}"/>'
    )
    return svg.replace("</desc>", f"</desc>{card}", 1).strip() + "\n"


def words(svg: str) -> str:
    """The words in an SVG file."""
    return "\n".join(re.findall(r">([^<>\s][^<>]*)<", re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)))
