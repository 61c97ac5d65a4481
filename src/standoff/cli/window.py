"""`standoff window`: when striking pays, for each type, and what opens the window."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("window")(window)


def window(
    scenario: ScenarioName,
    overrides: Overrides = None,
    milestone: Annotated[
        str | None,
        typer.Option("--milestone", metavar="NAME", help="The milestone that a strike meets; by default the first."),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say when striking pays more than waiting, for whom, and what opens and closes the window."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.bargain import milestone_named
    from standoff.analysis.solution import solve
    from standoff.analysis.window import window as find_window
    from standoff.analysis.window_document import window_document
    from standoff.solve.equilibrium import Settings

    milestone_named(loaded, milestone)  # a wrong name is told before the solve
    with progress_bar() as progress:
        solution = solve(loaded, Settings(belief_points=belief_points, belief_tolerance=belief_tolerance), progress)
        found = find_window(solution, milestone)
    if as_json:
        document = solution.header_to_json() | {"window": window_document(found)}
        sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")
        return
    from rich.console import Console

    from standoff.cli.window_drawing import draw_window

    draw_window(Console(highlight=False, soft_wrap=False), solution, found)
