"""Put the brief together and write it to a file.

The page holds everything it shows: style sheet and charts are inside, there is no script, and a content security policy
forbids the browser to fetch anything. Every text of a scenario is escaped, for a scenario may come from anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from standoff.report.blocks import Section
from standoff.report.bottom_line import bottom_line, key_numbers
from standoff.report.chart import FileFormat
from standoff.report.closing_sections import assumptions_section, certificate_section, limits_section
from standoff.report.forecast_sections import forecast_sections, timeline_of
from standoff.report.markdown import markdown_brief
from standoff.report.wording import INVISIBLE, day
from standoff.storing import check_writable, make_folder, write_whole

if TYPE_CHECKING:
    from standoff.workbench import Solution

__all__ = ["brief_html", "brief_markdown", "brief_sections", "write_brief", "write_figures"]


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
    return page.translate(INVISIBLE)


def brief_markdown(solution: Solution, pictures: Mapping[str, str] | None = None) -> str:
    """The brief of a solved crisis as a Markdown file; the same solution gives the same bytes.

    Args:
        solution: A solved crisis.
        pictures: Name of a chart -> address of its file, as `write_figures` gives it; charts without one are told in words.
    """
    return markdown_brief(_content(solution), pictures or {})


def write_figures(solution: Solution, folder: str | Path, kind: FileFormat = "svg") -> dict[str, str]:
    """Write every chart of the brief as a file of its own.

    Args:
        solution: A solved crisis.
        folder: Where to; it is made if it is not there.
        kind: "svg" or "png".

    Returns:
        Name of each chart -> its file.

    Raises:
        InputError: A file cannot be written (`cannot-write`).
    """
    place = Path(folder)
    make_folder(place, "the figures")
    written = {}
    for section in brief_sections(solution):
        for chart in section.charts:
            file = place / f"{chart.name}.{kind}"
            write_whole(file, chart.file(kind), "the figures")
            written[chart.name] = str(file)
    return written


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
