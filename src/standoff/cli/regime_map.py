"""`standoff map`: which end of a crisis is most likely, over two of its parameters."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.run import BeliefPoints, Overrides, ScenarioName
from standoff.cli.solving_options import ExecutorName, KeepIn, RayAddress, WideTolerance, Workers, many_solves
from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.regime_map import RegimeMap

__all__ = ["register"]

MOST_BORDER_LINES = 12
_AXIS = "NAME[=LOW:HIGH:COUNT]"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("map")(regime_map)


def regime_map(
    scenario: ScenarioName,
    x: Annotated[
        str,
        typer.Option("--x", metavar=_AXIS, help="A parameter, over its range or over COUNT values from LOW to HIGH."),
    ],
    y: Annotated[str, typer.Option("--y", metavar=_AXIS, help="Another parameter.")],
    overrides: Overrides = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="NAME[@WHEN]",
            help="Show the probabilities of this besides, and compare ends by its date instead of the horizon.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Also write the grid, as .csv or .parquet."),
    ] = None,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    keep: KeepIn = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: WideTolerance = 5e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Map the most likely end over two parameters, and the border where it flips."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    if output is not None:
        from standoff.storing import check_writable

        if output.suffix not in {".csv", ".parquet"}:
            message = f"`{output}` is neither .csv nor .parquet"
            raise InputError(Problem("unknown-format", message, help="give it one of these endings"))
        check_writable(output, "the map")
    from standoff.analysis.regime_map import regime_map
    from standoff.solve.equilibrium import Settings
    from standoff.version import versions

    settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
    solves = many_solves(loaded, executor, workers=workers, ray_address=ray_address, keep=keep)
    with solves as (solver, progress):
        found = regime_map(loaded, x, y, target=target, settings=settings, executor=solver, progress=progress)
    if output is not None:
        from standoff.export.regime_map import map_to_csv, map_to_parquet
        from standoff.storing import write_whole

        write_whole(output, map_to_csv(found) if output.suffix == ".csv" else map_to_parquet(found), "the map")
    if as_json:
        from standoff.export.regime_map import map_to_json

        document = map_to_json(found, versions())
        sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")
        return
    from rich.console import Console

    _draw(Console(highlight=False, soft_wrap=False), found, with_target=target is not None)
    if output is not None:
        typer.echo(f"\ngrid written to {output}")


def _draw(console: Console, found: RegimeMap, *, with_target: bool) -> None:
    from rich.text import Text

    from standoff.analysis.targets import describe_target

    scenario = found.scenario
    day = scenario.date_of_period(found.target.periods or scenario.num_periods)
    console.print(Text(scenario.title, style="bold"))
    console.print(Text(f"The most likely end by {day:%-d %B %Y}; {found.y.name} upwards, {found.x.name} to the right"))
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    console.print()
    dominant = found.dominant
    letters = [chr(ord("A") + k) for k in range(len(found.outcomes))]
    _draw_grid(console, found, [[letters[k] if k >= 0 else "?" for k in row] for row in dominant.tolist()])
    console.print()
    for k in sorted(set(dominant.ravel().tolist()) - {-1}):
        console.print(Text(f"{letters[k]}: {found.labels[k]}"))
    if with_target:
        from standoff.cli.solution_tables import percent

        console.print(Text(f"\n{describe_target(scenario, found.target)}", style="bold"))
        probabilities = [
            ["?" if value != value else percent(value) for value in row] for row in found.target_probabilities.tolist()
        ]
        _draw_grid(console, found, probabilities)
    console.print()
    _draw_border(console, found)
    for i, j, reason in found.failures:
        place = f"{found.x.name}={found.x.values[i]:.4g}, {found.y.name}={found.y.values[j]:.4g}"
        console.print(Text(f"?: not solved at {place}: {reason}", style="yellow"))
    certificate = found.certificate
    console.print(
        Text(
            f"{certificate.solves} solves, largest residual {certificate.residual:.0e}; belief error "
            f"{certificate.belief_error:.0e} on {certificate.num_checked} checked points "
            f"(belief points from {certificate.belief_points} on). Scenario {scenario.scenario_hash[:16]}."
        )
    )


def _draw_grid(console: Console, found: RegimeMap, cells: list[list[str]]) -> None:
    """A table of one cell for each point, the second parameter upwards."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for _ in range(len(found.x.values) + 1):
        table.add_column(justify="right", no_wrap=True)
    for j in reversed(range(len(found.y.values))):
        table.add_row(f"{found.y.values[j]:.4g}", *(row[j] for row in cells))
    table.add_row("", *(f"{value:.4g}" for value in found.x.values), style="dim")
    console.print(table)


def _draw_border(console: Console, found: RegimeMap) -> None:
    from rich.table import Table
    from rich.text import Text

    if not found.border:
        console.print("The most likely end is the same everywhere on this map.")
        return
    label = dict(zip(found.outcomes, found.labels, strict=True))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(Text("It flips at " + found.x.name), justify="right")
    table.add_column(Text(found.y.name), justify="right")
    table.add_column("between")
    for point in found.border[:MOST_BORDER_LINES]:
        table.add_row(f"{point.x:.4g}", f"{point.y:.4g}", Text(f"{label[point.first]} and {label[point.second]}"))
    console.print(table)
    if len(found.border) > MOST_BORDER_LINES:
        rest = len(found.border) - MOST_BORDER_LINES
        console.print(Text(f"and at {rest} further places (`--json` has them all)", style="dim"))
