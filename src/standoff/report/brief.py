"""Put the brief together and write it to a file.

The page holds everything it shows: style sheet and charts are inside, there is no script, and a content security policy
forbids the browser to fetch anything. Every text of a scenario is escaped, for a scenario may come from anybody.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from standoff.report.blocks import Section
from standoff.report.bottom_line import bottom_line, key_numbers
from standoff.report.closing_sections import assumptions_section, certificate_section, limits_section
from standoff.report.forecast_sections import forecast_sections, timeline_of
from standoff.report.storing import check_writable, write_whole
from standoff.report.wording import day

if TYPE_CHECKING:
    from standoff.workbench import Solution

__all__ = ["brief_html", "brief_sections", "write_brief"]

_CONTROLS = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS))
"""Signs that leave no trace but could turn a number around: control codes and changes of the direction of writing."""


def write_brief(solution: Solution, path: str | Path) -> None:
    """Write the brief of a solved crisis.

    The page is written beside its place and then renamed, so that a reader sees the old file or the new one, whole.

    Args:
        solution: A solved crisis.
        path: The HTML file; one that is there is replaced.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    check_writable(Path(path))  # before the work of making the page
    write_whole(Path(path), brief_html(solution).encode("utf-8", errors="replace"))


def brief_html(solution: Solution) -> str:
    """The brief of a solved crisis as one HTML page; the same solution gives the same bytes."""
    environment = Environment(
        loader=PackageLoader("standoff.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("brief.html.j2").render(_content(solution))
    return page.translate(_INVISIBLE)


def brief_sections(solution: Solution) -> tuple[Section, ...]:
    """The sections of the brief, in order."""
    return (
        *forecast_sections(solution),
        limits_section(solution, has_bands=False),
        assumptions_section(solution.scenario),
        certificate_section(solution),
    )


def _content(solution: Solution) -> dict[str, Any]:
    """Everything that the template shows."""
    scenario = solution.scenario
    forecast = solution.forecast()
    document = solution.document()
    timeline = timeline_of(scenario)
    return {
        "title": scenario.title,
        "summary": scenario.summary,
        "as_of": day(scenario.as_of),
        "overrides": document["overrides"],
        "timeline": timeline,
        "sentences": bottom_line(forecast, timeline),
        "key_numbers": key_numbers(forecast, timeline),
        "sections": brief_sections(solution),
        "scenario_id": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "settings": document["settings"],
        "versions": document["versions"],
    }
