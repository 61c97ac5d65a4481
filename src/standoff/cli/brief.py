"""`standoff brief`: everything that standoff can say of a crisis, on one page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from standoff.cli.common import (
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    Seed,
    load_scenario,
    make_settings,
)
from standoff.cli.progress import progress_bar
from standoff.cli.whatif import Variants
from standoff.errors import InputError, Problem

__all__ = ["register"]


class _Format(StrEnum):
    html = "html"
    md = "md"


class _FigureFormat(StrEnum):
    svg = "svg"
    png = "png"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("brief", short_help="Write a brief of everything, as HTML or Markdown.")(brief)


def brief(
    scenario: ScenarioName,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="File to write.")],
    file_format: Annotated[
        _Format | None, typer.Option("--format", help="File format (default: by the ending of the file, .html or .md).")
    ] = None,
    overrides: Overrides = None,
    variants: Variants = None,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", min=1, help="Number of draws of the parameters for the bands.")
    ] = 64,
    seed: Seed = 0,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="PART", help="Leave out a part, e.g. `ensemble` or `paths`. Repeatable."),
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", metavar="DIR", help="Also write every chart as a file into this folder.")
    ] = None,
    figure_format: Annotated[
        _FigureFormat, typer.Option("--figure-format", help="Figure file format.")
    ] = _FigureFormat.svg,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
) -> None:
    """Write a brief: probabilities with bands, what they depend on, what would change them, indicators and sources."""
    from standoff.analysis.brief import assemble_brief, choose_parts
    from standoff.storing import check_writable, make_folder

    kind = _choose_format(output, file_format)
    loaded = load_scenario(scenario, overrides)
    parts = choose_parts(without or ())
    check_writable(output)  # before the work, not after it
    if figures is not None:
        make_folder(figures, "the figures")
    settings = make_settings(belief_points, belief_tolerance)
    with progress_bar() as progress:
        found = assemble_brief(
            loaded, settings, variants=variants or (), parts=parts, num_draws=draws, seed=seed, progress=progress
        )
    from standoff.report import write_brief, write_figures

    written = write_figures(found, figures, figure_format.value) if figures is not None else {}
    write_brief(found, output, kind=kind.value, figures=written)
    typer.echo(f"brief written to {output}")
    for file in written.values():
        typer.echo(f"figure written to {file}")
    for part, why in found.missing:
        typer.echo(f"left out {part}: {why}")


def _choose_format(output: Path, given: _Format | None) -> _Format:
    """Return the format that was asked for, or that the ending of the file names.

    Raises:
        InputError: The ending names another format (`unknown-format`).
    """
    ending = output.suffix.lower()
    if given is not None or not ending or ending in {".html", ".htm"}:
        return given or _Format.html
    if ending in {".md", ".markdown"}:
        return _Format.md
    message = f"a brief is HTML or Markdown, and `{output}` ends in `{output.suffix}`"
    advice = "name a file that ends in .html or .md, or add `--format`; a browser prints the HTML page to PDF"
    raise InputError(Problem("unknown-format", message, help=advice))
