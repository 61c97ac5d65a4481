"""Put the brief together and write it to a file.

The page holds everything it shows: style sheet and charts are inside, there is no script, and a content security policy
forbids the browser to fetch anything. Every text of a scenario is escaped, for a scenario may come from anybody.
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
from standoff.report.bottom_line import bottom_line, key_numbers
from standoff.report.chart import FileFormat
from standoff.report.closing_sections import assumptions_section, certificate_section, limits_section
from standoff.report.forecast_sections import forecast_sections, timeline_of
from standoff.report.markdown import markdown_brief
from standoff.report.sections.changes import changes_section
from standoff.report.sections.hinges import hinges_section
from standoff.report.sections.no_deal import no_deal_section
from standoff.report.sections.strike_window import strike_window_section
from standoff.report.sections.sureness import band_sentence, draws_of, sureness_section
from standoff.report.sections.tales import tales_section
from standoff.report.sections.watching import watching_section
from standoff.report.wording import INVISIBLE, day
from standoff.storing import check_writable, make_folder, write_whole

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution

__all__ = ["brief_html", "brief_markdown", "brief_sections", "render_page", "write_brief", "write_figures"]


def write_brief(
    subject: Solution | Brief,
    path: str | Path,
    *,
    kind: Literal["html", "md"] = "html",
    figures: Mapping[str, str] | None = None,
) -> None:
    """Write the brief of a solved crisis.

    The file is written beside its place and then renamed, so that a reader sees the old file or the new one, whole.

    Args:
        subject: A solved crisis, or a dossier, which holds the answers to more questions.
        path: The file; one that is there is replaced.
        kind: An HTML page that holds everything, or Markdown.
        figures: For Markdown: the files of the charts, as `write_figures` gives them; they are linked from where the brief lies.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    place = Path(path)
    check_writable(place)  # before the work of making the page
    if kind == "html":
        text = brief_html(subject)
    else:
        links = {name: Path(os.path.relpath(file, place.parent)).as_posix() for name, file in (figures or {}).items()}
        text = brief_markdown(subject, links)
    write_whole(place, text.encode("utf-8", errors="replace"))


def brief_html(subject: Solution | Brief) -> str:
    """The brief as one HTML page; the same subject gives the same bytes."""
    return render_page(_content(_dossier_of(subject)))


def render_page(content: Mapping[str, Any]) -> str:
    """A page that holds everything it shows.

    Args:
        content: What the template names.
    """
    environment = Environment(
        loader=PackageLoader("standoff.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("brief.html.j2").render(content)
    return page.translate(INVISIBLE)


def brief_markdown(subject: Solution | Brief, pictures: Mapping[str, str] | None = None) -> str:
    """The brief as a Markdown file; the same subject gives the same bytes.

    Args:
        subject: A solved crisis, or a dossier.
        pictures: Name of a chart -> address of its file; charts without one are told in words.
    """
    return markdown_brief(_content(_dossier_of(subject)), pictures or {})


def write_figures(subject: Solution | Brief, folder: str | Path, kind: FileFormat = "svg") -> dict[str, str]:
    """Write every chart of the brief as a file of its own.

    Args:
        subject: A solved crisis, or a dossier.
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
    for section in brief_sections(subject):
        for chart in section.charts:
            file = place / f"{chart.name}.{kind}"
            write_whole(file, chart.file(kind), "the figures")
            written[chart.name] = str(file)
    return written


def brief_sections(subject: Solution | Brief) -> tuple[Section, ...]:
    """The sections of the brief, in the order in which somebody in a hurry reads them."""
    dossier = _dossier_of(subject)
    solution = dossier.solution
    timeline = timeline_of(solution.scenario)
    ends, *others = forecast_sections(solution)
    answers: list[Section] = []
    if dossier.ensemble is not None:
        answers.append(sureness_section(dossier.ensemble, dossier.targets, timeline))
    if dossier.drivers is not None:
        answers.append(hinges_section(dossier.drivers))
    if dossier.whatif is not None or dossier.tripwires is not None:
        answers.append(changes_section(dossier.whatif, dossier.tripwires, timeline))
    if dossier.indicators is not None:
        answers.append(watching_section(dossier.indicators))
    if dossier.window is not None:
        answers.append(strike_window_section(dossier.window, timeline))
    if dossier.bargain is not None:
        labels = [describe_target(solution.scenario, target) for target in dossier.targets]
        answers.append(no_deal_section(dossier.bargain, dossier.no_deal, labels))
    stories = [tales_section(dossier.paths)] if dossier.paths is not None else []
    return (
        ends,
        *answers,
        *others,
        *stories,
        limits_section(solution, has_bands=dossier.ensemble is not None, missing=dossier.missing),
        assumptions_section(solution.scenario),
        certificate_section(solution),
    )


def _dossier_of(subject: Solution | Brief) -> Brief:
    return subject if isinstance(subject, Brief) else Brief(solution=subject, targets=())


def _content(dossier: Brief) -> dict[str, Any]:
    """Everything that the template shows."""
    solution = dossier.solution
    scenario = solution.scenario
    forecast = solution.forecast
    document = solution.to_json()
    timeline = timeline_of(scenario)
    sentences = [*bottom_line(forecast, timeline)]
    if dossier.ensemble is not None:
        sentences.append(band_sentence(dossier.ensemble, dossier.targets))
    return {
        "title": scenario.title,
        "summary": scenario.summary,
        "as_of": day(scenario.as_of),
        "overrides": document["overrides"],
        "timeline": timeline,
        "sentences": sentences,
        "key_numbers": key_numbers(forecast, timeline),
        "sections": brief_sections(dossier),
        "scenario_id": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "settings": document["settings"] | draws_of(dossier.ensemble),
        "versions": document["versions"],
        "closing": "The same scenario, settings and versions give the same page, byte for byte.",
    }
