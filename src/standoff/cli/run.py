"""`standoff run`: from a scenario to a certified forecast."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution

__all__ = ["BeliefPoints", "BeliefTolerance", "Overrides", "ScenarioName", "register"]

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario of the catalogue, or a file.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change a parameter or any value of the file, e.g. fleet_cost=0.01 or state.shield.start=ready.",
    ),
]


BeliefPoints = Annotated[
    int | None,
    typer.Option(
        "--belief-points",
        min=3,
        max=129,
        help="Points on each belief axis, instead of as many as the error asks for.",
    ),
]
BeliefTolerance = Annotated[
    float,
    typer.Option("--belief-tolerance", min=1e-9, max=0.1, help="Largest error of any probability from the beliefs."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("run")(run)


def run(
    scenario: ScenarioName,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="Also write an HTML brief.")] = None,
    horizon: Annotated[
        float | None,
        typer.Option(
            "--horizon",
            metavar="N",
            help="End the game so many time units ahead, not as the file says (a shorter game is another game).",
        ),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
) -> None:
    """Forecast how a crisis ends and when, with a certificate."""
    from standoff.catalog.opening import load

    changes = list(overrides or [])
    if horizon is not None:
        changes.append(f"period.horizon={horizon:.15g}")
    loaded = load(scenario, overrides=changes)
    if report is not None:
        from standoff.storing import check_writable

        check_writable(report)  # rather than after the work
    from standoff.analysis.solution import solve
    from standoff.solve.equilibrium import Settings  # slow to load, so what is wrong with the input is told first

    with progress_bar() as progress:
        solution = solve(loaded, Settings(belief_points=belief_points, belief_tolerance=belief_tolerance), progress)
        _ = solution.forecast  # under the progress bar
    if report is not None:
        from standoff.report import write_brief

        write_brief(solution, report)
    if as_json:
        sys.stdout.write(json.dumps(solution.to_json(), indent=1, allow_nan=False) + "\n")
    else:
        _draw(solution)
        if report is not None:
            typer.echo(f"\nbrief written to {report}")


def _draw(solution: Solution) -> None:
    from rich.console import Console

    from standoff.cli.solution_tables import draw_solution

    console = Console(highlight=False, soft_wrap=False)
    draw_solution(console, solution)
