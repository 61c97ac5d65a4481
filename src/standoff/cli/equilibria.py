"""`standoff solve`: the certificate of a solution, and a search for other equilibria."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.equilibria import Equilibria

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("solve")(solve)


def solve(
    scenario: ScenarioName,
    overrides: Overrides = None,
    branches: Annotated[
        int | None,
        typer.Option("--branches", metavar="N", min=1, max=10_000, help="Look for other equilibria from N starts."),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print every equilibrium in full as JSON.")] = False,
) -> None:
    """Solve a crisis, say how good the solution is, and whether there are others."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.equilibria import Equilibria, search_equilibria
    from standoff.analysis.solution import solve
    from standoff.solve.equilibrium import Settings

    settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
    with progress_bar() as progress:
        if branches is None:
            found = Equilibria((solve(loaded, settings, progress),), (1,), 0, 0)
        else:
            found = search_equilibria(loaded, settings, num_starts=branches, progress=progress)
    if as_json:
        sys.stdout.write(json.dumps(found.to_json(), indent=1, allow_nan=False) + "\n")
        return
    from rich.console import Console

    _draw(Console(highlight=False, soft_wrap=False), found, is_search=branches is not None)


def _draw(console: Console, found: Equilibria, *, is_search: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from standoff.cli.solution_tables import draw_certificate, percent

    principal, *others = found.solutions
    console.print(Text(principal.scenario.title, style="bold"))
    draw_certificate(console, principal)
    if not is_search:
        return
    console.print()
    if not found.num_starts:
        console.print("There is nothing to look for: no other equilibrium exists at these belief points.")
        return
    failed = f"; from {found.num_failed} of them some node did not converge" if found.num_failed else ""
    console.print(f"{len(others)} other equilibria found from {found.num_starts} starts{failed}.")
    if not others:
        console.print("That is no proof that there are none: some nodes are not proved unique.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("equilibrium")
    for k in range(len(found.solutions)):
        table.add_column("principal" if k == 0 else str(k), justify="right", no_wrap=True)
    forecasts = [solution.forecast for solution in found.solutions]
    for n, series in enumerate(forecasts[0].outcomes):
        table.add_row(Text(series.label), *(percent(forecast.outcomes[n].cumulative[-1]) for forecast in forecasts))
    table.add_row(Text(forecasts[0].unresolved_label), *(percent(forecast.unresolved[-1]) for forecast in forecasts))
    table.add_section()
    for n, series in enumerate(forecasts[0].milestones):
        cells = (percent(forecast.milestones[n].cumulative[-1]) for forecast in forecasts)
        table.add_row(Text(series.label, style="italic"), *cells)
    table.add_section()
    certificates = [solution.equilibrium.certificate for solution in found.solutions]
    table.add_row("residual", *(f"{certificate.residual:.0e}" for certificate in certificates))
    table.add_row("probability error", *(f"{certificate.belief_error:.0e}" for certificate in certificates))
    table.add_row("found from", *(f"{count} starts" for count in found.finds))
    console.print(table)
    console.print(Text("Probabilities are those by the horizon.", style="dim"))
