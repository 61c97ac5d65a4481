"""Render the brief of a solved crisis and write it to a file.

The page holds everything it shows: style sheet and charts are inside, there is no script, and a content security policy
forbids the browser to fetch anything. Every text of a scenario is escaped, because a scenario may come from anybody.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from standoff.analysis.brief import Brief
from standoff.analysis.targets import describe_target
from standoff.report.blocks import Section
from standoff.report.bottom_line import choose_key_numbers, write_bottom_line
from standoff.report.chart import FileFormat
from standoff.report.markdown import write_markdown
from standoff.report.sections.assumptions import describe_assumptions
from standoff.report.sections.bargaining import describe_bargaining
from standoff.report.sections.certificate import describe_certificate
from standoff.report.sections.changes import describe_changes
from standoff.report.sections.drivers import describe_drivers
from standoff.report.sections.forecast import describe_forecast
from standoff.report.sections.indicators import describe_indicators
from standoff.report.sections.limits import describe_limits
from standoff.report.sections.paths import describe_paths
from standoff.report.sections.uncertainty import describe_draws, describe_uncertainty, summarise_bands
from standoff.report.sections.window import describe_window
from standoff.report.timeline import build_timeline
from standoff.report.typesetting import show_day
from standoff.storing import check_writable, make_folder, write_whole
from standoff.text import make_safe

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution

__all__ = ["choose_sections", "render_html", "render_markdown", "render_page", "write_brief", "write_figures"]


def write_brief(
    subject: Solution | Brief,
    path: str | Path,
    *,
    kind: Literal["html", "md"] = "html",
    figures: Mapping[str, str] | None = None,
) -> None:
    """Write the brief of a solved crisis.

    The text is written to a temporary file which is then renamed, so that a reader sees the old brief or the new one, whole.

    Args:
        subject: A solved crisis, or a brief with the answers to more questions (`standoff.analysis.brief`).
        path: The file; an existing file is replaced.
        kind: "html" for a page that holds everything, "md" for Markdown.
        figures: For Markdown: name of each chart and its file, as returned by `write_figures`; links are relative to the brief.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    file = Path(path)
    check_writable(file)  # before the work of rendering
    if kind == "html":
        text = render_html(subject)
    else:
        links = {name: Path(os.path.relpath(one, file.parent)).as_posix() for name, one in (figures or {}).items()}
        text = render_markdown(subject, links)
    write_whole(file, text.encode())


def render_html(subject: Solution | Brief) -> str:
    """Render the brief as one HTML page; the same subject gives the same bytes."""
    return render_page(_gather_content(subject))


def render_page(content: Mapping[str, Any]) -> str:
    """Render a page that holds everything it shows.

    Args:
        content: The variables of the template.
    """
    environment = Environment(
        loader=PackageLoader("standoff.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("brief.html.j2").render(content)
    return "\n".join(make_safe(line) for line in page.split("\n"))


def render_markdown(subject: Solution | Brief, pictures: Mapping[str, str] | None = None) -> str:
    """Render the brief as Markdown; the same subject gives the same bytes.

    Args:
        subject: A solved crisis, or a brief with the answers to more questions.
        pictures: Name of each chart and the address of its file; a chart without a file is described in a sentence.
    """
    return write_markdown(_gather_content(subject), pictures or {})


def write_figures(subject: Solution | Brief, folder: str | Path, kind: FileFormat = "svg") -> dict[str, str]:
    """Write every chart of the brief to a file of its own.

    Args:
        subject: A solved crisis, or a brief with the answers to more questions.
        folder: The folder; it is created if necessary.
        kind: "svg" or "png".

    Returns:
        The name of each chart and its file.

    Raises:
        InputError: A file cannot be written (`cannot-write`).
    """
    place = Path(folder)
    make_folder(place, "the figures")
    written = {}
    for section in choose_sections(subject):
        for chart in section.charts:
            file = place / f"{chart.name}.{kind}"
            write_whole(file, chart.encode(kind), "the figures")
            written[chart.name] = str(file)
    return written


def choose_sections(subject: Solution | Brief) -> tuple[Section, ...]:
    """Choose the sections of the brief, in the order in which a reader in a hurry needs them."""
    brief = _make_brief(subject)
    solution = brief.solution
    timeline = build_timeline(solution.scenario)
    outcomes, *others = describe_forecast(solution)
    answers: list[Section] = []
    if brief.ensemble is not None:
        answers.append(describe_uncertainty(brief.ensemble, brief.targets, timeline))
    if brief.drivers is not None:
        answers.append(describe_drivers(brief.drivers))
    if brief.whatif is not None or brief.tripwires is not None:
        answers.append(describe_changes(brief.whatif, brief.tripwires, timeline))
    if brief.indicators is not None:
        answers.append(describe_indicators(brief.indicators))
    if brief.window is not None:
        answers.append(describe_window(brief.window, timeline))
    if brief.bargain is not None:
        labels = [describe_target(solution.scenario, target) for target in brief.targets]
        answers.append(describe_bargaining(brief.bargain, brief.no_deal, labels))
    paths = [describe_paths(brief.paths)] if brief.paths is not None else []
    return (
        outcomes,
        *answers,
        *others,
        *paths,
        describe_limits(solution, has_bands=brief.ensemble is not None, missing=brief.missing),
        describe_assumptions(solution.scenario),
        describe_certificate(solution),
    )


def _make_brief(subject: Solution | Brief) -> Brief:
    return subject if isinstance(subject, Brief) else Brief(solution=subject, targets=())


def _gather_content(subject: Solution | Brief) -> dict[str, Any]:
    """Gather everything that the template shows."""
    brief = _make_brief(subject)
    solution = brief.solution
    scenario, forecast = solution.scenario, solution.forecast
    document = solution.to_json()
    timeline = build_timeline(scenario)
    sentences = [*write_bottom_line(forecast, timeline)]
    if brief.ensemble is not None:
        sentences.append(summarise_bands(brief.ensemble, brief.targets))
    return {
        "title": scenario.title,
        "summary": scenario.summary,
        "as_of": show_day(scenario.as_of),
        "overrides": document["overrides"],
        "timeline": timeline,
        "span": f"for {timeline.horizon.length}, until {timeline.horizon.date}",
        "sentences": sentences,
        "key_numbers": choose_key_numbers(forecast, timeline),
        "sections": choose_sections(brief),
        "scenario_id": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "settings": document["settings"] | describe_draws(brief.ensemble),
        "versions": document["versions"],
        "closing": "The same scenario, settings and versions give the same page, byte for byte.",
    }
