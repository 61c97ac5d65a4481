"""`standoff equilibria`: a search for other equilibria than the reported one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    load_scenario,
    make_settings,
    open_console,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.progress import progress_bar
from standoff.text import format_percent

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.equilibria import Equilibria

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("equilibria", short_help="Search for other equilibria, and say where none can exist.")(equilibria)


def equilibria(
    scenario: ScenarioName,
    overrides: Overrides = None,
    starts: Annotated[
        int, typer.Option("--starts", metavar="N", min=1, max=10_000, help="Number of starting points of the search.")
    ] = 24,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Search for other equilibria of a crisis, and say where none can exist."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.equilibria import search_equilibria

    with progress_bar() as progress:
        settings = make_settings(belief_points, belief_tolerance)
        found = search_equilibria(loaded, settings, num_starts=starts, progress=progress)
    if as_json:
        print_json(found.to_json())
    else:
        _draw(open_console(), found)


def _draw(console: Console, found: Equilibria) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table, print_certificate

    reported, others = found.solutions[0], found.solutions[1:]
    print_title(console, reported.scenario)
    print_certificate(console, reported)
    console.print()
    if not found.num_starts:
        console.print("No search is needed: with these belief points no other equilibrium exists.")
        return
    failed = f" From {found.num_failed} of them some node did not converge." if found.num_failed else ""
    count = f"{len(others)} other equilibri{'um' if len(others) == 1 else 'a'}"
    console.print(f"{count} found from {found.num_starts} starting points.{failed}")
    if not others:
        console.print("This does not prove that there are none: some nodes are not proved unique.")
        return
    headings = ("reported" if k == 0 else str(k) for k in range(len(found.solutions)))
    table = make_table("probability by the horizon", *headings)
    forecasts = [solution.forecast for solution in found.solutions]
    for name, series in forecasts[0].outcomes.items():
        cells = (format_percent(forecast.outcomes[name].cumulative[-1]) for forecast in forecasts)
        table.add_row(Text(series.label), *cells)
    cells = (format_percent(forecast.unresolved[-1]) for forecast in forecasts)
    table.add_row(Text(forecasts[0].unresolved_label), *cells)
    table.add_section()
    for name, series in forecasts[0].milestones.items():
        cells = (format_percent(forecast.milestones[name].cumulative[-1]) for forecast in forecasts)
        table.add_row(Text(series.label, style="italic"), *cells)
    table.add_section()
    certificates = [solution.equilibrium.certificate for solution in found.solutions]
    table.add_row("residual", *(f"{certificate.residual:.0e}" for certificate in certificates))
    table.add_row("probability error", *(f"{certificate.belief_error:.0e}" for certificate in certificates))
    table.add_row("starting points that lead there", *map(str, found.finds))
    console.print(table)
    print_note(console, "The reported equilibrium is the one that `standoff run` forecasts from.")
